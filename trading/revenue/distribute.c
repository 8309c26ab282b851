// One run: what the receipts of each sale bring, and to whom it goes. A run is proposed; what it
// takes is reserved by its rows, and nothing is owed before somebody else approves it
// (trading/revenue/revenue_run.c).
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "trading/revenue/revenue.h"
#include "trading/revenue/revenue_internal.h"

struct payment_row { // of the reply: one party in one capacity under one basis, over all sales
    struct th_distribution_payment payment;
    int64_t pool_t;
    char basis[TH_TRADE_WORD_SIZE];
};

struct distribution {
    struct th_reckoning reckoning;
    bool preview;
    struct th_ratio ratios[TH_COMPARED_MAX]; // for comparison
    size_t n_ratios;
    int64_t distribution_id;
    int64_t net_fen, distributed_fen, kept_fen;
    struct payment_row *rows;
    size_t n_rows;
    size_t capacity;
    struct th_json *sales;            // of the reply
    struct th_json *unassigned;       // sales for which no one term holds: they wait
    struct th_json *comparison;       // NULL unless asked for
    struct th_error unassigned_error; // of the first of them
};

static enum th_status add_row(struct distribution *distribution, const struct th_sale *sale,
                              const struct th_distribution_payment *payment, struct th_error *err)
{
    if (distribution->n_rows == distribution->capacity) {
        size_t capacity = distribution->capacity == 0 ? 16 : distribution->capacity * 2;
        struct payment_row *rows = realloc(distribution->rows, capacity * sizeof(*rows));
        if (rows == NULL) {
            return th_error_no_memory(err);
        }
        distribution->rows = rows;
        distribution->capacity = capacity;
    }
    struct payment_row *row = &distribution->rows[distribution->n_rows++];
    row->payment = *payment;
    row->pool_t = sale->payments.pool_t;
    th_text_copy(row->basis, sizeof(row->basis), sale->term.basis);
    return TH_OK;
}

static enum th_status post(struct th_work *work, const struct distribution *distribution,
                           const struct th_sale *sale, struct th_error *err)
{
    struct th_posting *posting = th_work_posting(work);
    enum th_status status =
        th_distribution_sale_post(posting, distribution->distribution_id, sale->trade.trade_id,
                                  sale->term.term_id, &sale->now, err);
    for (size_t i = 0; i < sale->payments.n && status == TH_OK; i++) {
        status = th_distribution_payment_post(posting, distribution->distribution_id,
                                              sale->trade.trade_id, (int64_t)i + 1,
                                              &sale->payments.items[i], err);
    }
    return status;
}

static enum th_status sale_json(struct th_store *store, const struct th_sale *sale,
                                struct th_json **ret_object, struct th_error *err)
{
    char buf[TH_RATIO_TEXT_SIZE];
    struct th_json *object = th_json_object();
    struct th_json *payments = th_json_array();
    th_json_set_int(object, "trade_id", sale->trade.trade_id);
    th_json_set_text(object, "on", sale->trade.on_date);
    enum th_status status = th_json_set_party(store, object, "buyer", sale->trade.buyer_id, err);
    th_json_set_units(object, "tonnes", sale->trade.tonnes);
    th_json_set_price(object, "price_fen", &sale->trade);
    th_json_set_money(object, "receipts_fen", sale->now.receipts);
    th_json_set_money(object, "tax_fen", sale->now.tax);
    th_json_set_money(object, "cost_fen", sale->now.cost);
    th_json_set_money(object, "deductions_fen", sale->now.deductions);
    th_json_set_money(object, "net_fen", sale->now.net);
    th_json_set_bool(object, "loss", th_money_fen(sale->now.net) < 0);
    th_json_set_int(object, "term_id", sale->term.term_id);
    th_json_set_text(object, "basis", sale->term.basis);
    th_json_set_text(object, "ratio", th_ratio_format(sale->term.ratio, buf));
    th_json_set_money(object, "distributed_fen", sale->now.distributed);
    th_json_set_money(object, "kept_fen", sale->now.kept);
    th_json_set_int(object, "pool_t", sale->payments.pool_t);
    for (size_t i = 0; i < sale->payments.n; i++) {
        const struct th_distribution_payment *payment = &sale->payments.items[i];
        struct th_json *item = th_json_object();
        th_json_set_int(item, "party", payment->party_id);
        if (payment->group_id != 0) {
            th_json_set_int(item, "group", payment->group_id);
            th_json_set_text(item, "share", th_ratio_format(payment->share, buf));
        }
        th_json_set_int(item, "weight_t", payment->weight_t);
        th_json_set_int(item, "amount_fen", payment->amount_fen);
        th_json_append(payments, item);
    }
    th_json_set(object, "payments", payments);
    if (status == TH_OK) {
        *ret_object = object;
    } else {
        th_json_free(object);
    }
    return status;
}

// One sale without a term or a recipient, or with several, must not keep the money of all others
// back: it is listed and waits.
static enum th_status put_aside(struct distribution *distribution, const struct th_sale *sale,
                                const struct th_error *why)
{
    struct th_json *item = th_json_object();
    if (th_json_size(distribution->unassigned) == 0) {
        distribution->unassigned_error = *why;
    }
    th_json_set_int(item, "trade_id", sale->trade.trade_id);
    th_json_set_text(item, "on", sale->trade.on_date);
    th_json_set_text(item, "code", why->key);
    th_json_append(distribution->unassigned, item);
    return TH_OK;
}

// TH_CONFLICT where the sale has to wait.
static enum th_status reckon_sale(struct th_store *store, const struct th_reckoning *reckoning,
                                  struct th_sale *sale, struct th_error *err)
{
    enum th_status status = th_sale_choose_term(store, reckoning, sale, err);
    if (status == TH_OK) {
        status = th_sale_reckon(store, reckoning, sale, err);
    }
    if (status == TH_OK && th_money_fen(sale->now.distributed) > 0) {
        status = th_recipients_gather(store, &sale->trade, &sale->term, &sale->payments, err);
        status = status == TH_NOT_FOUND ? TH_CONFLICT : status; // no such recipient
    }
    return status;
}

// A sale that the run takes joins `sales`, for which there is room.
static enum th_status take_sale(struct th_work *work, struct distribution *distribution,
                                int64_t trade_id, struct th_sale *sales, size_t *n_sales,
                                struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    struct th_sale *sale = &sales[*n_sales];
    struct th_error why = {0};
    enum th_status status = th_trade_load(store, trade_id, &sale->trade, err);
    if (status != TH_OK) {
        return status;
    }
    status = reckon_sale(store, &distribution->reckoning, sale, &why);
    if (status == TH_CONFLICT) {
        status = put_aside(distribution, sale, &why);
        *sale = (struct th_sale){0};
        return status;
    }
    if (status != TH_OK && err != NULL) {
        *err = why;
    }
    *n_sales += status == TH_OK;
    return status;
}

static enum th_status record_sale(struct th_work *work, struct distribution *distribution,
                                  const struct th_sale *sale, struct th_error *err)
{
    struct th_json *object = NULL;
    enum th_status status = post(work, distribution, sale, err);
    for (size_t i = 0; i < sale->payments.n && status == TH_OK; i++) {
        status = add_row(distribution, sale, &sale->payments.items[i], err);
    }
    if (status == TH_OK) {
        status = sale_json(th_work_store(work), sale, &object, err);
    }
    if (status == TH_OK) {
        distribution->net_fen += th_money_fen(sale->now.net);
        distribution->distributed_fen += th_money_fen(sale->now.distributed);
        distribution->kept_fen += th_money_fen(sale->now.kept);
        th_json_append(distribution->sales, object);
    }
    return status;
}

static int by_party(const void *a, const void *b)
{
    const struct payment_row *left = a;
    const struct payment_row *right = b;
    if (left->payment.party_id != right->payment.party_id) {
        return left->payment.party_id < right->payment.party_id ? -1 : 1;
    }
    if (left->payment.group_id != right->payment.group_id) {
        return left->payment.group_id < right->payment.group_id ? -1 : 1;
    }
    return strcmp(left->basis, right->basis);
}

// Rows of one party, capacity and basis become one. The tonnes behind a share are those of the
// pools of its sale: told where they are the same in all sales, and never added.
static void merge_rows(struct distribution *distribution)
{
    size_t n = 0;
    if (distribution->n_rows > 0) {
        qsort(distribution->rows, distribution->n_rows, sizeof(*distribution->rows), by_party);
    }
    for (size_t i = 0; i < distribution->n_rows; i++) {
        const struct payment_row *row = &distribution->rows[i];
        if (n > 0 && by_party(&distribution->rows[n - 1], row) == 0) {
            struct payment_row *sum = &distribution->rows[n - 1];
            bool same =
                sum->payment.weight_t == row->payment.weight_t && sum->pool_t == row->pool_t;
            sum->payment.weight_t = same ? row->payment.weight_t : 0;
            sum->pool_t = same ? row->pool_t : 0;
            sum->payment.amount_fen += row->payment.amount_fen;
        } else {
            distribution->rows[n++] = *row;
        }
    }
    distribution->n_rows = n;
}

static enum th_status payment_json(struct th_store *store, const struct payment_row *row,
                                   struct th_json *payments, struct th_error *err)
{
    const struct th_distribution_payment *payment = &row->payment;
    struct th_party party;
    char buf[TH_RATIO_TEXT_SIZE];
    enum th_status status = th_party_load(store, payment->party_id, &party, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *item = th_json_object();
    th_json_set_int(item, "party", payment->party_id);
    th_json_set_text(item, "name", party.name);
    th_json_set_text(item, "kind", party.kind);
    th_json_set_int(item, "amount_fen", payment->amount_fen);
    th_json_set_text(item, "basis", row->basis);
    th_json_set(item, "weight_t",
                payment->weight_t != 0 ? th_json_int(payment->weight_t) : th_json_null());
    th_json_set(item, "pool_t", row->pool_t != 0 ? th_json_int(row->pool_t) : th_json_null());
    if (payment->group_id != 0) {
        status = th_json_set_party(store, item, "group", payment->group_id, err);
        th_json_set_text(item, "share", th_ratio_format(payment->share, buf));
    }
    th_json_append(payments, item);
    return status;
}

static enum th_status reply_json(struct th_store *store, struct distribution *distribution,
                                 struct th_json **ret_reply, struct th_error *err)
{
    struct th_json *reply = th_json_object();
    struct th_json *payments = th_json_array();
    enum th_status status = TH_OK;
    merge_rows(distribution);
    for (size_t i = 0; i < distribution->n_rows && status == TH_OK; i++) {
        status = payment_json(store, &distribution->rows[i], payments, err);
    }
    bool any = distribution->distribution_id != 0;
    th_json_set(reply, "distribution_id",
                any ? th_json_int(distribution->distribution_id) : th_json_null());
    th_json_set_text(reply, "state", any ? "proposed" : NULL);
    th_json_set_text(reply, "through", distribution->reckoning.through_on);
    th_json_set_int(reply, "net_fen", distribution->net_fen);
    th_json_set_int(reply, "distributed_fen", distribution->distributed_fen);
    th_json_set_int(reply, "kept_fen", distribution->kept_fen);
    th_json_set(reply, "payments", payments);
    th_json_set(reply, "sales", distribution->sales);
    th_json_set(reply, "unassigned", distribution->unassigned);
    if (distribution->comparison) {
        th_json_set(reply, "comparison", distribution->comparison);
    }
    distribution->sales = NULL;
    distribution->unassigned = NULL;
    distribution->comparison = NULL;
    if (status == TH_OK) {
        *ret_reply = reply;
    } else {
        th_json_free(reply);
    }
    return status;
}

// What the entry says of a run beside its posts.
static struct th_json *body_json(const struct distribution *distribution)
{
    struct th_json *body = th_json_object();
    th_json_set_int(body, "distribution_id", distribution->distribution_id);
    th_json_set_text(body, "through", distribution->reckoning.through_on);
    th_json_set_int(body, "net_fen", distribution->net_fen);
    th_json_set_int(body, "distributed_fen", distribution->distributed_fen);
    th_json_set_int(body, "kept_fen", distribution->kept_fen);
    th_json_set_int(body, "n_payments", (int64_t)distribution->n_rows);
    return body;
}

static enum th_status read_input(struct th_registry *registry,
                                 const struct th_distribute_input *input,
                                 struct distribution *distribution, struct th_error *err)
{
    struct th_reckoning *reckoning = &distribution->reckoning;
    enum th_status status = th_deal_day_parse(registry, input->through, reckoning->through_on, err);
    if (status == TH_OK && input->term != NULL &&
        !th_text_parse_int(input->term, 1, INT64_MAX, &reckoning->term_id)) {
        status = th_error_set(err, TH_NOT_FOUND, "term_not_found", "term", input->term, NULL);
    }
    if (status == TH_OK && input->n_ratios > TH_COMPARED_MAX) {
        status = th_error_set(err, TH_USAGE, "ratios_many", NULL);
    }
    for (size_t i = 0; i < input->n_ratios && status == TH_OK; i++) {
        status = th_percent_parse(input->ratios[i], &distribution->ratios[i], err);
    }
    distribution->n_ratios = input->n_ratios;
    if (status == TH_OK && input->ratio != NULL) {
        reckoning->has_ratio = true;
        status = th_percent_parse(input->ratio, &reckoning->ratio, err);
    }
    return status;
}

// All sales are reckoned before any is shared: a party's amount is rounded once, over the run.
static enum th_status distribute(struct th_work *work, struct distribution *distribution,
                                 const int64_t *trade_ids, size_t n, struct th_error *err)
{
    struct th_sale *sales = calloc(n, sizeof(*sales));
    size_t n_sales = 0;
    if (!sales) {
        return th_error_no_memory(err);
    }
    enum th_status status =
        th_distribution_post(th_work_posting(work), distribution->reckoning.through_on,
                             th_work_actor(work)->login, &distribution->distribution_id, err);
    for (size_t i = 0; i < n && status == TH_OK; i++) {
        status = take_sale(work, distribution, trade_ids[i], sales, &n_sales, err);
    }
    if (status == TH_OK) {
        status = th_recipients_share(sales, n_sales, err);
    }
    for (size_t i = 0; i < n_sales && status == TH_OK; i++) {
        status = record_sale(work, distribution, &sales[i], err);
    }
    for (size_t i = 0; i < n_sales; i++) {
        th_payment_list_clear(&sales[i].payments);
    }
    free(sales);
    if (status == TH_OK && !distribution->preview && th_json_size(distribution->sales) == 0) {
        if (err != NULL) {
            *err = distribution->unassigned_error;
        }
        status = distribution->unassigned_error.status;
    }
    return status;
}

// A bank's login distributes what its own bank sold.
static enum th_status keep_own(struct th_work *work, int64_t *trade_ids, size_t *n,
                               struct th_error *err)
{
    const struct th_actor *actor = th_work_actor(work);
    enum th_status status = TH_OK;
    size_t kept = 0;
    if (actor->party_id == 0) {
        return TH_OK;
    }
    for (size_t i = 0; i < *n && status == TH_OK; i++) {
        struct th_trade trade;
        status = th_trade_load(th_work_store(work), trade_ids[i], &trade, err);
        if (status == TH_OK && trade.seller_id == actor->party_id) {
            trade_ids[kept++] = trade_ids[i];
        }
    }
    *n = kept;
    return status;
}

static struct th_json *input_json(const struct th_distribute_input *input)
{
    struct th_json *given = th_json_object();
    struct th_json *ratios = th_json_array();
    for (size_t i = 0; i < input->n_ratios; i++) {
        th_json_append_text(ratios, input->ratios[i]);
    }
    th_json_set_text(given, "through", input->through);
    th_json_set_text(given, "term", input->term);
    th_json_set_text(given, "ratio", input->ratio);
    th_json_set(given, "ratios", ratios);
    return given;
}

// Why nothing was there to distribute: a run that waits for its second person holds it, or no money
// has come since the last one.
static enum th_status say_why_nothing(struct th_work *work, struct th_json *reply,
                                      struct th_error *err)
{
    int64_t run_id = 0;
    struct th_json *warnings = th_json_array();
    enum th_status status =
        th_run_pending(th_work_store(work), 0, th_work_actor(work)->party_id, &run_id, err);
    th_json_append_text(warnings, run_id != 0 ? "run_pending" : "nothing_arrived");
    th_json_set(reply, "warnings", warnings);
    th_json_set(reply, "pending_run", run_id != 0 ? th_json_int(run_id) : th_json_null());
    return status;
}

// Everything between permission and commit. *ret_n is how many sales were due.
static enum th_status run(struct th_work *work, struct distribution *distribution, size_t *ret_n,
                          struct th_json **ret_reply, struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    int64_t *trade_ids = NULL;
    size_t n = 0;
    enum th_status status =
        th_distribution_due(store, distribution->reckoning.through_on, &trade_ids, &n, err);
    if (status == TH_OK) {
        status = keep_own(work, trade_ids, &n, err);
    }
    if (status == TH_OK && distribution->preview) {
        status =
            th_revenue_compare(store, &distribution->reckoning, trade_ids, n, distribution->ratios,
                               distribution->n_ratios, &distribution->comparison, err);
    }
    if (status == TH_OK && n > 0) {
        status = distribute(work, distribution, trade_ids, n, err);
    }
    if (status == TH_OK) {
        status = reply_json(store, distribution, ret_reply, err);
    }
    if (status == TH_OK && n == 0) {
        status = say_why_nothing(work, *ret_reply, err);
    }
    free(trade_ids);
    *ret_n = n;
    return status;
}

static enum th_status begin_and_run(struct th_registry *registry, const struct th_request *request,
                                    const struct th_distribute_input *input,
                                    struct distribution *distribution, struct th_json **ret_reply,
                                    struct th_error *err)
{
    struct th_work *work = NULL;
    struct th_json *reply = NULL;
    struct th_json *body = NULL;
    char subject[TH_SUBJECT_SIZE];
    size_t n = 0;
    struct th_json *given = input_json(input);
    enum th_status status = th_work_begin(registry, request, TH_MAY_DISTRIBUTE,
                                          "revenue.distribute", given, &work, ret_reply, err);
    th_json_free(given);
    if (status != TH_OK || work == NULL) {
        return status;
    }
    status = run(work, distribution, &n, &reply, err);
    if (status == TH_OK && n == 0) {
        th_work_cancel(work); // nothing was due, so no entry is written
        *ret_reply = reply;
        return TH_OK;
    }
    if (status == TH_OK) {
        body = body_json(distribution);
    }
    return th_work_end(work, status,
                       th_subject("distribution", distribution->distribution_id, subject), body,
                       reply, ret_reply, err);
}

static enum th_status distribute_or_preview(struct th_registry *registry,
                                            const struct th_request *request,
                                            const struct th_distribute_input *input, bool preview,
                                            struct th_json **ret_reply, struct th_error *err)
{
    struct distribution distribution = {.preview = preview};
    enum th_status status = read_input(registry, input, &distribution, err);
    if (status != TH_OK) {
        return status;
    }
    distribution.sales = th_json_array();
    distribution.unassigned = th_json_array();
    status = begin_and_run(registry, request, input, &distribution, ret_reply, err);
    free(distribution.rows);
    th_json_free(distribution.sales);
    th_json_free(distribution.unassigned);
    th_json_free(distribution.comparison);
    return status;
}

enum th_status th_revenue_distribute(struct th_registry *registry, const struct th_request *request,
                                     const struct th_distribute_input *input,
                                     struct th_json **ret_reply, struct th_error *err)
{
    if ((input->ratio != NULL || input->n_ratios > 0) && !request->dry_run) {
        return th_error_set(err, TH_USAGE, "ratio_dry_run", NULL);
    }
    return distribute_or_preview(registry, request, input, false, ret_reply, err);
}

enum th_status th_revenue_preview(struct th_registry *registry, const struct th_request *request,
                                  const struct th_distribute_input *input,
                                  struct th_json **ret_reply, struct th_error *err)
{
    struct th_request looking = *request;
    looking.dry_run = true;
    return distribute_or_preview(registry, &looking, input, true, ret_reply, err);
}
