// One distribution: what the receipts of each sale bring, and to whom it goes.
#include <stdlib.h>
#include <string.h>

#include "core/ratio.h"
#include "core/text.h"
#include "trading/revenue.h"
#include "trading/revenue_internal.h"

struct payment_row { // of the reply: one party under one basis, over all sales
    int64_t party_id;
    char basis[TH_TRADE_WORD_SIZE];
    int64_t weight_t;
    int64_t amount_fen;
};

struct distribution {
    char through_on[TH_ON_SIZE];
    int64_t distribution_id;
    int64_t term_id; // chosen; 0: by the day of each sale
    bool has_ratio;  // another ratio, in a dry run
    struct th_ratio ratio;
    int64_t net_fen, distributed_fen, kept_fen;
    struct payment_row *rows;
    size_t n_rows;
    size_t capacity;
    struct th_json *sales;            // of the reply
    struct th_json *unassigned;       // sales on whose day no term was in force: they wait
    struct th_error unassigned_error; // of the first of them
};

struct sale {
    struct th_trade trade;
    struct th_term term;
    struct th_sale_share now; // this distribution's part
    struct th_payment_list payments;
};

static enum th_status choose_term(struct th_store *store, const struct distribution *distribution,
                                  struct sale *sale, struct th_error *err)
{
    int64_t n = 1;
    int64_t term_id = distribution->term_id;
    enum th_status status = TH_OK;
    if (term_id == 0) {
        status = th_term_on(store, sale->trade.on_date, &n, &term_id, err);
    }
    if (status == TH_OK && n != 1) {
        status = th_error_set(err, TH_CONFLICT, n == 0 ? "term_missing" : "term_ambiguous", "on",
                              sale->trade.on_date, NULL);
        th_error_add_int(err, "trade", sale->trade.trade_id);
    }
    if (status == TH_OK) {
        status = th_term_load(store, term_id, &sale->term, err);
    }
    if (status == TH_OK && distribution->has_ratio) {
        sale->term.ratio = distribution->ratio;
    }
    return status;
}

// whole × receipts so far / amount, less what was recognised before.
static enum th_status recognise(struct th_ratio part, struct th_money whole, struct th_money before,
                                struct th_money *ret_now, struct th_error *err)
{
    int64_t cumulative_fen = 0;
    enum th_status status = th_ratio_apply_nearest(part, th_money_fen(whole), &cumulative_fen, err);
    if (status == TH_OK) {
        status = th_money_sub(th_money_from_fen(cumulative_fen), before, ret_now, err);
    }
    return status;
}

static enum th_status line_costs(struct th_store *store, int64_t trade_id,
                                 struct th_money *ret_cost, struct th_error *err)
{
    struct th_trade_line_list lines = {0};
    struct th_money cost = {0};
    enum th_status status = th_trade_lines(store, trade_id, &lines, err);
    for (size_t i = 0; i < lines.n && status == TH_OK; i++) {
        status = th_money_add(cost, lines.items[i].cost, &cost, err);
    }
    th_trade_line_list_clear(&lines);
    if (status == TH_OK) {
        *ret_cost = cost;
    }
    return status;
}

// net = receipts - tax - cost - deductions, as far as the basis takes them off.
static enum th_status subtract(struct sale *sale, struct th_error *err)
{
    struct th_sale_share *now = &sale->now;
    enum th_status status = th_money_sub(now->receipts, now->tax, &now->net, err);
    if (status == TH_OK) {
        status = th_money_sub(now->net, now->cost, &now->net, err);
    }
    if (status == TH_OK) {
        status = th_money_sub(now->net, now->deductions, &now->net, err);
    }
    return status;
}

// Recognition is cumulative, so that the last receipt brings every sum to the fen.
static enum th_status reckon(struct th_store *store, const struct distribution *distribution,
                             struct sale *sale, struct th_error *err)
{
    struct th_sale_share before = {0};
    struct th_money received, cost, deductions, net_so_far;
    struct th_ratio part;
    const struct th_ratio hundredth = {1, 100};
    int64_t trade_id = sale->trade.trade_id;
    enum th_status status = th_distribution_sum(store, trade_id, &before, err);
    if (status == TH_OK) {
        status = th_receipt_total(store, trade_id, distribution->through_on, &received, err);
    }
    if (status == TH_OK) {
        status = line_costs(store, trade_id, &cost, err);
    }
    if (status == TH_OK) {
        status = th_deduction_total(store, trade_id, &deductions, err);
    }
    if (status == TH_OK) {
        status =
            th_ratio_make(th_money_fen(received), th_money_fen(sale->trade.amount), &part, err);
    }
    if (status != TH_OK) {
        return status;
    }
    struct th_sale_share *now = &sale->now;
    bool with_cost = strcmp(sale->term.basis, "gross") != 0;
    bool with_deductions = strcmp(sale->term.basis, "net_of_costs") == 0;
    status = th_money_sub(received, before.receipts, &now->receipts, err);
    if (status == TH_OK) {
        status = recognise(part, sale->trade.tax, before.tax, &now->tax, err);
    }
    if (status == TH_OK && with_cost) {
        status = recognise(part, cost, before.cost, &now->cost, err);
    }
    if (status == TH_OK && with_deductions) {
        status = recognise(part, deductions, before.deductions, &now->deductions, err);
    }
    if (status == TH_OK) {
        status = subtract(sale, err);
    }
    if (status == TH_OK) {
        status = th_money_add(before.net, now->net, &net_so_far, err);
    }
    struct th_ratio ratio;
    int64_t due_fen = 0;
    if (status == TH_OK) {
        status = th_ratio_mul(sale->term.ratio, hundredth, &ratio, err);
    }
    if (status == TH_OK && th_money_fen(net_so_far) > 0) {
        status = th_ratio_apply_floor(ratio, th_money_fen(net_so_far), &due_fen, err);
    }
    if (status != TH_OK) {
        return status;
    }
    // What was paid is never taken back: a later cost only lowers what is still to come.
    due_fen -= th_money_fen(before.distributed);
    now->distributed = th_money_from_fen(due_fen > 0 ? due_fen : 0);
    return th_money_sub(now->net, now->distributed, &now->kept, err);
}

static enum th_status add_row(struct distribution *distribution, const struct sale *sale,
                              const struct th_payment *payment, struct th_error *err)
{
    for (size_t i = 0; i < distribution->n_rows; i++) {
        struct payment_row *row = &distribution->rows[i];
        if (row->party_id == payment->party_id && strcmp(row->basis, sale->term.basis) == 0) {
            row->weight_t += payment->weight_t;
            row->amount_fen += payment->amount_fen;
            return TH_OK;
        }
    }
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
    row->party_id = payment->party_id;
    row->weight_t = payment->weight_t;
    row->amount_fen = payment->amount_fen;
    th_text_copy(row->basis, sizeof(row->basis), sale->term.basis);
    return TH_OK;
}

// Rows and legs of one sale.
static enum th_status book(struct th_work *work, const struct distribution *distribution,
                           const struct sale *sale, struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    enum th_status status =
        th_distribution_sale_insert(store, distribution->distribution_id, sale->trade.trade_id,
                                    sale->term.term_id, &sale->now, err);
    for (size_t i = 0; i < sale->payments.n && status == TH_OK; i++) {
        const struct th_payment *payment = &sale->payments.items[i];
        const struct th_transfer transfer = {.from_id = sale->trade.seller_id,
                                             .to_id = payment->party_id,
                                             .account = TH_ACCOUNT_CLAIM,
                                             .amount = th_money_from_fen(payment->amount_fen),
                                             .on_date = distribution->through_on,
                                             .trade_id = sale->trade.trade_id,
                                             .memo = "money.distribution"};
        status = th_distribution_payment_insert(
            store, distribution->distribution_id, sale->trade.trade_id, payment->party_id,
            th_units_from_t(payment->weight_t), transfer.amount, err);
        if (status == TH_OK) {
            status = th_money_move(work, &transfer, err);
        }
    }
    return status;
}

static enum th_status sale_json(struct th_store *store, const struct sale *sale,
                                struct th_json **ret_object, struct th_error *err)
{
    char buf[TH_RATIO_TEXT_SIZE];
    struct th_json *object = th_json_object();
    struct th_json *payments = th_json_array();
    th_json_set_int(object, "trade_id", sale->trade.trade_id);
    th_json_set_text(object, "on", sale->trade.on_date);
    enum th_status status = th_json_set_party(store, object, "buyer", sale->trade.buyer_id, err);
    th_json_set_units(object, "tonnes", sale->trade.tonnes);
    th_json_set_money(object, "price_fen", sale->trade.price_per_t);
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
    for (size_t i = 0; i < sale->payments.n; i++) {
        struct th_json *item = th_json_object();
        th_json_set_int(item, "party", sale->payments.items[i].party_id);
        th_json_set_int(item, "weight_t", sale->payments.items[i].weight_t);
        th_json_set_int(item, "amount_fen", sale->payments.items[i].amount_fen);
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

// One sale without a term must not keep the money of all others back: it is listed and waits.
static enum th_status put_aside(struct distribution *distribution, const struct sale *sale,
                                const struct th_error *why)
{
    struct th_json *item = th_json_object();
    if (th_json_size(distribution->unassigned) == 0) {
        distribution->unassigned_error = *why;
    }
    th_json_set_int(item, "trade_id", sale->trade.trade_id);
    th_json_set_text(item, "on", sale->trade.on_date);
    th_json_append(distribution->unassigned, item);
    return TH_OK;
}

static enum th_status distribute_sale(struct th_work *work, struct distribution *distribution,
                                      int64_t trade_id, struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    struct sale sale = {0};
    struct th_json *object = NULL;
    struct th_error why = {0};
    enum th_status status = th_trade_load(store, trade_id, &sale.trade, err);
    if (status != TH_OK) {
        return status;
    }
    status = choose_term(store, distribution, &sale, &why);
    if (status == TH_CONFLICT && strcmp(why.key, "term_missing") == 0) {
        return put_aside(distribution, &sale, &why);
    }
    if (status != TH_OK && err != NULL) {
        *err = why;
    }
    if (status == TH_OK) {
        status = reckon(store, distribution, &sale, err);
    }
    if (status == TH_OK && th_money_fen(sale.now.distributed) > 0) {
        status = th_recipients_share(store, trade_id, &sale.term,
                                     th_money_fen(sale.now.distributed), &sale.payments, err);
    }
    if (status == TH_OK) {
        status = book(work, distribution, &sale, err);
    }
    for (size_t i = 0; i < sale.payments.n && status == TH_OK; i++) {
        status = add_row(distribution, &sale, &sale.payments.items[i], err);
    }
    if (status == TH_OK) {
        status = sale_json(store, &sale, &object, err);
    }
    if (status == TH_OK) {
        distribution->net_fen += th_money_fen(sale.now.net);
        distribution->distributed_fen += th_money_fen(sale.now.distributed);
        distribution->kept_fen += th_money_fen(sale.now.kept);
        th_json_append(distribution->sales, object);
    }
    th_payment_list_clear(&sale.payments);
    return status;
}

static int by_party(const void *a, const void *b)
{
    const struct payment_row *left = a;
    const struct payment_row *right = b;
    if (left->party_id != right->party_id) {
        return left->party_id < right->party_id ? -1 : 1;
    }
    return strcmp(left->basis, right->basis);
}

static enum th_status reply_json(struct th_store *store, struct distribution *distribution,
                                 struct th_json **ret_reply, struct th_error *err)
{
    struct th_json *reply = th_json_object();
    struct th_json *payments = th_json_array();
    enum th_status status = TH_OK;
    if (distribution->n_rows > 0) {
        qsort(distribution->rows, distribution->n_rows, sizeof(*distribution->rows), by_party);
    }
    for (size_t i = 0; i < distribution->n_rows && status == TH_OK; i++) {
        const struct payment_row *row = &distribution->rows[i];
        struct th_party party;
        status = th_party_load(store, row->party_id, &party, err);
        if (status != TH_OK) {
            break;
        }
        struct th_json *item = th_json_object();
        th_json_set_int(item, "party", row->party_id);
        th_json_set_text(item, "name", party.name);
        th_json_set_text(item, "kind", party.kind);
        th_json_set_int(item, "amount_fen", row->amount_fen);
        th_json_set_text(item, "basis", row->basis);
        th_json_set_int(item, "weight_t", row->weight_t);
        th_json_append(payments, item);
    }
    th_json_set(reply, "distribution_id",
                distribution->distribution_id != 0 ? th_json_int(distribution->distribution_id)
                                                   : th_json_null());
    th_json_set_text(reply, "through", distribution->through_on);
    th_json_set_int(reply, "net_fen", distribution->net_fen);
    th_json_set_int(reply, "distributed_fen", distribution->distributed_fen);
    th_json_set_int(reply, "kept_fen", distribution->kept_fen);
    th_json_set(reply, "payments", payments);
    th_json_set(reply, "sales", distribution->sales);
    th_json_set(reply, "unassigned", distribution->unassigned);
    distribution->sales = NULL;
    distribution->unassigned = NULL;
    if (status == TH_OK) {
        *ret_reply = reply;
    } else {
        th_json_free(reply);
    }
    return status;
}

static enum th_status read_input(struct th_registry *registry, const struct th_request *request,
                                 const struct th_distribute_input *input,
                                 struct distribution *distribution, struct th_error *err)
{
    const struct th_ratio none = {0, 1};
    const struct th_ratio all = {100, 1};
    enum th_status status = th_on_parse(registry, input->through, distribution->through_on, err);
    if (status == TH_OK && input->term != NULL &&
        !th_text_parse_int(input->term, 1, INT64_MAX, &distribution->term_id)) {
        status = th_error_set(err, TH_NOT_FOUND, "term_not_found", "term", input->term, NULL);
    }
    if (status != TH_OK || input->ratio == NULL) {
        return status;
    }
    if (!request->dry_run) {
        return th_error_set(err, TH_USAGE, "ratio_dry_run", NULL);
    }
    distribution->has_ratio = true;
    status = th_ratio_parse(input->ratio, &distribution->ratio, err);
    if (status == TH_OK && (th_ratio_compare(distribution->ratio, none) < 0 ||
                            th_ratio_compare(distribution->ratio, all) > 0)) {
        status = th_error_set(err, TH_INVALID, "ratio_range", "ratio", input->ratio, NULL);
    }
    return status;
}

static enum th_status distribute(struct th_work *work, struct distribution *distribution,
                                 const int64_t *trade_ids, size_t n, struct th_error *err)
{
    enum th_status status = th_distribution_insert(th_work_store(work), distribution->through_on,
                                                   th_work_actor(work)->login, th_work_seq(work),
                                                   &distribution->distribution_id, err);
    for (size_t i = 0; i < n && status == TH_OK; i++) {
        status = distribute_sale(work, distribution, trade_ids[i], err);
    }
    if (status == TH_OK && th_json_size(distribution->sales) == 0) {
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
    th_json_set_text(given, "through", input->through);
    th_json_set_text(given, "term", input->term);
    th_json_set_text(given, "ratio", input->ratio);
    return given;
}

enum th_status th_revenue_distribute(struct th_registry *registry, const struct th_request *request,
                                     const struct th_distribute_input *input,
                                     struct th_json **ret_reply, struct th_error *err)
{
    struct distribution distribution = {0};
    enum th_status status = read_input(registry, request, input, &distribution, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *given = input_json(input);
    struct th_work *work = NULL;
    status = th_work_begin(registry, request, TH_MAY_DISTRIBUTE, "revenue.distribute", given, &work,
                           ret_reply, err);
    th_json_free(given);
    if (status != TH_OK || work == NULL) {
        return status;
    }
    struct th_json *reply = NULL;
    struct th_json *body = NULL;
    int64_t *trade_ids = NULL;
    size_t n = 0;
    char subject[TH_SUBJECT_SIZE];
    distribution.sales = th_json_array();
    distribution.unassigned = th_json_array();
    status = th_distribution_due(th_work_store(work), distribution.through_on, &trade_ids, &n, err);
    if (status == TH_OK) {
        status = keep_own(work, trade_ids, &n, err);
    }
    if (status == TH_OK && n > 0) {
        status = distribute(work, &distribution, trade_ids, n, err);
    }
    if (status == TH_OK) {
        status = reply_json(th_work_store(work), &distribution, &reply, err);
    }
    free(trade_ids);
    free(distribution.rows);
    th_json_free(distribution.sales);
    th_json_free(distribution.unassigned);
    if (status == TH_OK && n == 0) {
        th_work_cancel(work); // nothing was due, so no entry is written
        *ret_reply = reply;
        return TH_OK;
    }
    if (status == TH_OK) {
        body = th_json_copy(reply);
    }
    return th_work_end(work, status,
                       th_subject("distribution", distribution.distribution_id, subject), body,
                       reply, ret_reply, err);
}
