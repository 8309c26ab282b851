// Terms of sharing revenue, and costs that are listed against a sale.
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/reference.h"
#include "registry/reply.h"
#include "trading/revenue.h"
#include "trading/revenue_internal.h"

struct th_json *th_term_json(const struct th_term *term)
{
    char buf[TH_RATIO_TEXT_SIZE];
    struct th_json *object = th_json_object();
    struct th_json *splits = th_json_array();
    th_json_set_int(object, "term_id", term->term_id);
    th_json_set_text(object, "from", term->from_on);
    th_json_set_word(object, "to", term->to_on);
    th_json_set_text(object, "basis", term->basis);
    th_json_set_text(object, "ratio", th_ratio_format(term->ratio, buf));
    for (size_t i = 0; i < term->n_splits; i++) {
        struct th_json *item = th_json_object();
        th_json_set_text(item, "party_kind", term->splits[i].party_kind);
        th_json_set_text(item, "share", th_ratio_format(term->splits[i].share, buf));
        th_json_append(splits, item);
    }
    th_json_set(object, "splits", splits);
    th_json_set_int(object, "document_id", term->document_id);
    return object;
}

static bool kind_known(const char *kind)
{
    // Banks keep what is not distributed; verifiers may have no share in what they verify.
    static const char *const KINDS[] = {"village",   "township",  "subdistrict", "cooperative",
                                        "household", "person",    "enterprise",  "fund",
                                        "insurer",   "government"};
    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
        if (strcmp(kind, KINDS[i]) == 0) {
            return true;
        }
    }
    return false;
}

// "village=1", "village=70%", "township=3/10" into kind and number; *ret_percent tells of a '%'.
static enum th_status parse_split(const char *text, struct th_term_split *ret_split,
                                  bool *ret_percent, struct th_error *err)
{
    char share[TH_RATIO_TEXT_SIZE];
    const struct th_ratio none = {0, 1};
    const char *equals = strchr(text, '=');
    size_t kind_size = equals == NULL ? 0 : (size_t)(equals - text);
    bool good = kind_size > 0 && kind_size < sizeof(ret_split->party_kind) &&
                strlen(equals + 1) < sizeof(share);
    if (good) {
        memset(ret_split, 0, sizeof(*ret_split));
        memcpy(ret_split->party_kind, text, kind_size);
        th_text_copy(share, sizeof(share), equals + 1);
        size_t length = strlen(share);
        *ret_percent = length > 0 && share[length - 1] == '%';
        if (*ret_percent) {
            share[length - 1] = '\0';
        }
        good = kind_known(ret_split->party_kind) &&
               th_ratio_parse(share, &ret_split->share, NULL) == TH_OK &&
               th_ratio_compare(ret_split->share, none) > 0;
    }
    return good ? TH_OK : th_error_set(err, TH_INVALID, "split_invalid", "text", text, NULL);
}

// a + b, exactly.
static enum th_status ratio_add(struct th_ratio a, struct th_ratio b, struct th_ratio *ret_sum,
                                struct th_error *err)
{
    // (a.n b.d + b.n a.d) / (a.d b.d), where a factor too large to hold is refused.
    const int64_t limit = INT64_C(1000000000);
    if (a.numerator > limit || a.denominator > limit || b.numerator > limit ||
        b.denominator > limit) {
        return th_error_set(err, TH_OVERFLOW, "overflow", NULL);
    }
    return th_ratio_make(a.numerator * b.denominator + b.numerator * a.denominator,
                         a.denominator * b.denominator, ret_sum, err);
}

static int by_kind(const void *a, const void *b)
{
    const struct th_term_split *left = a;
    const struct th_term_split *right = b;
    return strcmp(left->party_kind, right->party_kind);
}

// Plain numbers are fractions when they sum to 1, per cent when they sum to 100.
static enum th_status parse_splits(const struct th_term_input *input, struct th_term *term,
                                   struct th_error *err)
{
    const struct th_ratio one = {1, 1};
    const struct th_ratio hundred = {100, 1};
    const struct th_ratio hundredth = {1, 100};
    struct th_ratio sum = {0, 1};
    size_t n_percent = 0;
    enum th_status status = TH_OK;
    if (input->n_splits == 0) {
        return th_error_set(err, TH_USAGE, "split_missing", NULL);
    }
    if (input->n_splits > TH_TERM_SPLITS_MAX) {
        return th_error_set(err, TH_INVALID, "split_sum", NULL);
    }
    for (size_t i = 0; i < input->n_splits && status == TH_OK; i++) {
        bool percent = false;
        status = parse_split(input->splits[i], &term->splits[i], &percent, err);
        n_percent += percent;
        for (size_t k = 0; k < i && status == TH_OK; k++) {
            if (strcmp(term->splits[k].party_kind, term->splits[i].party_kind) == 0) {
                status =
                    th_error_set(err, TH_INVALID, "split_invalid", "text", input->splits[i], NULL);
            }
        }
        if (status == TH_OK) {
            status = ratio_add(sum, term->splits[i].share, &sum, err);
        }
    }
    if (status != TH_OK) {
        return status;
    }
    term->n_splits = input->n_splits;
    bool percent =
        n_percent == input->n_splits || (n_percent == 0 && th_ratio_compare(sum, hundred) == 0);
    if ((n_percent != 0 && n_percent != input->n_splits) ||
        th_ratio_compare(sum, percent ? hundred : one) != 0) {
        char buf[TH_RATIO_TEXT_SIZE];
        return th_error_set(err, TH_INVALID, "split_sum", "sum", th_ratio_format(sum, buf), NULL);
    }
    for (size_t i = 0; percent && i < term->n_splits && status == TH_OK; i++) {
        status = th_ratio_mul(term->splits[i].share, hundredth, &term->splits[i].share, err);
    }
    qsort(term->splits, term->n_splits, sizeof(term->splits[0]), by_kind);
    return status;
}

static enum th_status parse_term(struct th_registry *registry, const struct th_term_input *input,
                                 struct th_term *term, struct th_error *err)
{
    const struct th_ratio none = {0, 1};
    const struct th_ratio all = {100, 1};
    if (input->from == NULL) {
        return th_error_set(err, TH_USAGE, "term_from_missing", NULL);
    }
    enum th_status status = th_on_parse(registry, input->from, term->from_on, err);
    if (status == TH_OK && input->to != NULL) {
        status = th_on_parse(registry, input->to, term->to_on, err);
    }
    if (status == TH_OK && input->to != NULL && strcmp(term->to_on, term->from_on) < 0) {
        status = th_error_set(err, TH_INVALID, "term_dates", "from", term->from_on, "to",
                              term->to_on, NULL);
    }
    if (status != TH_OK) {
        return status;
    }
    if (!th_text_equals(input->basis, "gross") && !th_text_equals(input->basis, "net_of_cost") &&
        !th_text_equals(input->basis, "net_of_costs")) {
        return th_error_set(err, TH_INVALID, "basis_invalid", "basis", input->basis, NULL);
    }
    th_text_copy(term->basis, sizeof(term->basis), input->basis);
    status = th_ratio_parse(input->ratio != NULL ? input->ratio : "70", &term->ratio, err);
    if (status == TH_OK &&
        (th_ratio_compare(term->ratio, none) < 0 || th_ratio_compare(term->ratio, all) > 0)) {
        status = th_error_set(err, TH_INVALID, "ratio_range", "ratio", input->ratio, NULL);
    }
    return status == TH_OK ? parse_splits(input, term, err) : status;
}

static struct th_json *input_json(const struct th_term_input *input)
{
    struct th_json *object = th_json_object();
    struct th_json *splits = th_json_array();
    for (size_t i = 0; i < input->n_splits; i++) {
        th_json_append_text(splits, input->splits[i]);
    }
    th_json_set_text(object, "from", input->from);
    th_json_set_text(object, "to", input->to);
    th_json_set_text(object, "basis", input->basis);
    th_json_set_text(object, "ratio", input->ratio);
    th_json_set(object, "splits", splits);
    th_json_set_text(object, "document", input->document);
    return object;
}

static enum th_status record_term(struct th_work *work, const struct th_term_input *input,
                                  struct th_term *term, struct th_hash *ret_sha256,
                                  struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    int64_t rival = 0;
    enum th_status status = th_term_overlap(store, term, &rival, err);
    if (status == TH_OK && rival != 0) {
        status = th_error_set(err, TH_CONFLICT, "term_overlaps", "basis", term->basis, NULL);
        th_error_add_int(err, "term", rival);
    }
    if (status == TH_OK) {
        status = th_document_record(work, input->document, &term->document_id, ret_sha256, err);
    }
    if (status == TH_OK) {
        status = th_term_insert(store, term, th_work_seq(work), &term->term_id, err);
    }
    return status;
}

enum th_status th_term_add(struct th_registry *registry, const struct th_request *request,
                           const struct th_term_input *input, struct th_json **ret_reply,
                           struct th_error *err)
{
    struct th_term term = {0};
    struct th_hash sha256 = {{0}};
    char hex[TH_HASH_HEX_SIZE];
    char subject[TH_SUBJECT_SIZE];
    enum th_status status = parse_term(registry, input, &term, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *given = input_json(input);
    struct th_work *work = NULL;
    const struct th_work_documents documents = {&input->document, 1};
    status = th_work_begin_reading(registry, request, TH_MAY_TERMS, "revenue.term", given,
                                   &documents, &work, ret_reply, err);
    th_json_free(given);
    if (status != TH_OK || work == NULL) {
        return status;
    }
    status = record_term(work, input, &term, &sha256, err);
    struct th_json *body = th_term_json(&term);
    th_json_set_text(body, "document_sha256", th_hash_hex(&sha256, hex));
    struct th_json *reply = th_json_copy(body);
    return th_work_end(work, status, th_subject("term", term.term_id, subject), body, reply,
                       ret_reply, err);
}

static bool list_term(void *context, const struct th_term *term)
{
    th_json_append(context, th_term_json(term));
    return true;
}

enum th_status th_term_list(struct th_registry *registry, struct th_json **ret_reply,
                            struct th_error *err)
{
    struct th_json *terms = th_json_array();
    enum th_status status = th_term_each(th_registry_store(registry), list_term, terms, err);
    return th_reply_finish_list(status, "terms", terms, ret_reply, err);
}

// A sale that may still take a deduction.
static enum th_status check_sale(struct th_store *store, int64_t trade_id, struct th_error *err)
{
    struct th_trade trade;
    struct th_sale_share sum;
    enum th_status status = th_trade_load(store, trade_id, &trade, err);
    if (status == TH_OK &&
        (strcmp(trade.kind, "resale") != 0 || strcmp(trade.state, "approved") != 0)) {
        status = th_error_set(err, TH_CONFLICT, "trade_not_sale", NULL);
        th_error_add_int(err, "trade", trade_id);
    }
    if (status == TH_OK) {
        status = th_distribution_sum(store, trade_id, &sum, err);
    }
    if (status == TH_OK && th_money_fen(sum.receipts) > 0 &&
        th_money_compare(sum.receipts, trade.amount) == 0) {
        status = th_error_set(err, TH_CONFLICT, "sale_distributed", NULL);
        th_error_add_int(err, "trade", trade_id);
    }
    return status;
}

// A sale cannot cost more than it brings without its tax.
static enum th_status check_room(struct th_store *store, const struct th_deduction *deduction,
                                 struct th_error *err)
{
    struct th_trade trade;
    struct th_money total;
    char buf[TH_QUANTITY_TEXT_SIZE];
    enum th_status status = th_trade_load(store, deduction->trade_id, &trade, err);
    if (status == TH_OK) {
        status = th_deduction_total(store, deduction->trade_id, &total, err);
    }
    if (status == TH_OK) {
        status = th_money_add(total, deduction->amount, &total, err);
    }
    if (status == TH_OK && th_money_compare(total, trade.net) > 0) {
        status = th_error_set(err, TH_CONFLICT, "deduction_too_large", "net",
                              th_money_format(trade.net, buf), NULL);
    }
    return status;
}

static enum th_status record_deduction(struct th_work *work, struct th_deduction *deduction,
                                       const char *amount, const char *document,
                                       struct th_json *body, struct th_error *err)
{
    static const char *const KINDS[] = {"tax", "insurance", "verification", "fee"};
    bool known = false;
    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
        known = known || th_text_equals(deduction->kind, KINDS[i]);
    }
    if (!known) {
        return th_error_set(err, TH_INVALID, "deduction_kind", "kind", deduction->kind, NULL);
    }
    struct th_hash sha256 = {{0}};
    char hex[TH_HASH_HEX_SIZE];
    int64_t deduction_id = 0;
    enum th_status status = th_money_parse(amount, &deduction->amount, err);
    if (status == TH_OK && th_money_fen(deduction->amount) == 0) {
        status = th_error_set(err, TH_INVALID, "amount_zero", NULL);
    }
    if (status == TH_OK) {
        status = check_sale(th_work_store(work), deduction->trade_id, err);
    }
    if (status == TH_OK) {
        status = check_room(th_work_store(work), deduction, err);
    }
    if (status == TH_OK) {
        status = th_document_record(work, document, &deduction->document_id, &sha256, err);
    }
    if (status == TH_OK) {
        status = th_deduction_insert(th_work_store(work), deduction, th_work_seq(work),
                                     &deduction_id, err);
    }
    if (status != TH_OK) {
        return status;
    }
    th_json_set_int(body, "deduction_id", deduction_id);
    th_json_set_int(body, "trade_id", deduction->trade_id);
    th_json_set_text(body, "kind", deduction->kind);
    th_json_set_money(body, "amount_fen", deduction->amount);
    th_json_set_int(body, "document_id", deduction->document_id);
    th_json_set_text(body, "document_sha256", th_hash_hex(&sha256, hex));
    return TH_OK;
}

enum th_status th_deduction_add(struct th_registry *registry, const struct th_request *request,
                                int64_t trade_id, const char *kind, const char *amount,
                                const char *document, struct th_json **ret_reply,
                                struct th_error *err)
{
    struct th_json *given = th_json_object();
    th_json_set_int(given, "trade", trade_id);
    th_json_set_text(given, "kind", kind);
    th_json_set_text(given, "amount", amount);
    th_json_set_text(given, "document", document);
    struct th_work *work = NULL;
    const struct th_work_documents documents = {&document, 1};
    enum th_status status =
        th_work_begin_reading(registry, request, TH_MAY_DISTRIBUTE, "revenue.deduct", given,
                              &documents, &work, ret_reply, err);
    th_json_free(given);
    if (status != TH_OK || work == NULL) {
        return status;
    }
    struct th_deduction deduction = {.trade_id = trade_id, .kind = kind};
    struct th_json *body = th_json_object();
    char subject[TH_SUBJECT_SIZE];
    status = record_deduction(work, &deduction, amount, document, body, err);
    return th_work_end(work, status, th_subject("trade", trade_id, subject), body,
                       th_json_copy(body), ret_reply, err);
}
