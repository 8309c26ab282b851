// A term that ends before its time. What it did so far stays: only sales that no run shares by it
// may come under another one, and two officers have a hand in that.
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/reference.h"
#include "trading/revenue/revenue.h"
#include "trading/revenue/revenue_internal.h"

static enum th_status check_day(const struct th_term *term, const char *on, struct th_error *err)
{
    bool within =
        strcmp(on, term->from_on) >= 0 && (term->to_on[0] == '\0' || strcmp(on, term->to_on) <= 0);
    enum th_status status = TH_OK;
    if (term->ends_on[0] != '\0') {
        status = th_error_set(err, TH_CONFLICT, "term_ended", "on", term->ends_on, NULL);
    } else if (!within) {
        status =
            th_error_set(err, TH_INVALID, "term_end_day", "on", on, "from", term->from_on, NULL);
    }
    if (status != TH_OK) {
        th_error_add_int(err, "term", term->term_id);
    }
    return status;
}

static enum th_status check_unused(struct th_store *store, const struct th_term *term,
                                   const char *on, struct th_error *err)
{
    int64_t run_id = 0;
    int64_t trade_id = 0;
    enum th_status status = th_term_used(store, term->term_id, on, &run_id, &trade_id, err);
    if (status == TH_OK && run_id != 0) {
        status = th_error_set(err, TH_CONFLICT, "term_end_used", "on", on, NULL);
        th_error_add_int(err, "term", term->term_id);
        th_error_add_int(err, "run", run_id);
        th_error_add_int(err, "trade", trade_id);
    }
    return status;
}

struct ending {
    struct th_store *store;
    const struct th_term *term;
    const char *login; // who ends it
    int64_t *sales;    // agreed, and under the term so far
    size_t n_sales;
    struct th_error *err;
};

static enum th_status refuse(const struct ending *ending, const char *key,
                             const struct th_trade *trade, int64_t term_id)
{
    (void)th_error_set(ending->err, TH_NOT_PERMITTED, key, "login", ending->login, "on",
                       trade->on_date, NULL);
    th_error_add_int(ending->err, "term", term_id);
    th_error_add_int(ending->err, "trade", trade->trade_id);
    return TH_NOT_PERMITTED;
}

static enum th_status is_under(const struct ending *ending, const struct th_trade *trade,
                               bool *ret_under)
{
    struct th_trade_line_list lines = {0};
    int64_t n = 0;
    int64_t term_id = 0;
    enum th_status status = th_trade_lines(ending->store, trade->trade_id, &lines, ending->err);
    for (size_t i = 0; i < lines.n && n == 0 && status == TH_OK; i++) {
        const struct th_term_question question = {.on_date = trade->on_date,
                                                  .pool_id = lines.items[i].pool_id,
                                                  .package_id = lines.items[i].package_id,
                                                  .term_id = ending->term->term_id};
        if (lines.items[i].pool_id != 0) {
            status = th_term_on(ending->store, &question, &n, &term_id, ending->err);
        }
    }
    th_trade_line_list_clear(&lines);
    *ret_under = n > 0;
    return status;
}

static enum th_status find_sales(struct ending *ending, const char *on)
{
    int64_t *ids = NULL;
    size_t n = 0;
    enum th_status status =
        th_sales_between(ending->store, on, ending->term->to_on, &ids, &n, ending->err);
    for (size_t i = 0; i < n && status == TH_OK; i++) {
        struct th_trade trade;
        bool under = false;
        status = th_trade_load(ending->store, ids[i], &trade, ending->err);
        if (status == TH_OK) {
            status = is_under(ending, &trade, &under);
        }
        if (status == TH_OK && under && strcmp(ending->term->by, ending->login) == 0) {
            status = refuse(ending, "term_end_own", &trade, ending->term->term_id);
        }
        if (under) {
            ids[ending->n_sales++] = ids[i];
        }
    }
    ending->sales = ids;
    return status;
}

// By which terms they are shared from now on: none that the same officer laid ready for them.
static enum th_status check_next(const struct ending *ending, const struct th_trade *trade)
{
    struct th_trade_line_list lines = {0};
    enum th_status status = th_trade_lines(ending->store, trade->trade_id, &lines, ending->err);
    for (size_t i = 0; i < lines.n && status == TH_OK; i++) {
        const struct th_term_question question = {.on_date = trade->on_date,
                                                  .pool_id = lines.items[i].pool_id,
                                                  .package_id = lines.items[i].package_id};
        struct th_term next = {.seq = 0};
        int64_t n = 0;
        int64_t next_id = 0;
        if (lines.items[i].pool_id != 0) {
            status = th_term_on(ending->store, &question, &n, &next_id, ending->err);
        }
        if (status == TH_OK && n > 0) {
            status = th_term_load(ending->store, next_id, &next, ending->err);
        }
        if (status == TH_OK && next.seq > trade->seq && strcmp(next.by, ending->login) == 0) {
            status = refuse(ending, "term_end_own_next", trade, next_id);
        }
    }
    th_trade_line_list_clear(&lines);
    return status;
}

static enum th_status check_all_next(const struct ending *ending)
{
    enum th_status status = TH_OK;
    for (size_t i = 0; i < ending->n_sales && status == TH_OK; i++) {
        struct th_trade trade;
        status = th_trade_load(ending->store, ending->sales[i], &trade, ending->err);
        if (status == TH_OK) {
            status = check_next(ending, &trade);
        }
    }
    return status;
}

static enum th_status end(struct th_work *work, int64_t term_id, const char *on,
                          const char *document, struct th_json *body, struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    struct th_term term;
    struct th_hash sha256 = {{0}};
    struct ending ending = {
        .store = store, .term = &term, .login = th_work_actor(work)->login, .err = err};
    int64_t document_id = 0;
    char hex[TH_HASH_HEX_SIZE];
    enum th_status status = th_term_load(store, term_id, &term, err);
    if (status == TH_OK) {
        status = check_day(&term, on, err);
    }
    if (status == TH_OK) {
        status = check_unused(store, &term, on, err);
    }
    if (status == TH_OK) {
        status = find_sales(&ending, on);
    }
    if (status == TH_OK) {
        status = th_document_record(work, document, &document_id, &sha256, err);
    }
    if (status == TH_OK) {
        status = th_term_end_post(th_work_posting(work), term_id, on, document_id, err);
    }
    if (status == TH_OK) {
        status = check_all_next(&ending);
    }
    free(ending.sales);
    if (status == TH_OK) {
        th_json_set_int(body, "term_id", term_id);
        th_json_set_text(body, "from", term.from_on);
        th_json_set_word(body, "to", term.to_on);
        th_json_set_text(body, "ends_on", on);
        th_json_set_text(body, "document_sha256", th_hash_hex(&sha256, hex));
    }
    return status;
}

enum th_status th_term_end(struct th_registry *registry, const struct th_request *request,
                           int64_t term_id, const char *on, const char *document,
                           struct th_json **ret_reply, struct th_error *err)
{
    char on_date[TH_ON_SIZE];
    char subject[TH_SUBJECT_SIZE];
    struct th_work *work = NULL;
    const struct th_work_documents documents = {&document, 1};
    enum th_status status = th_on_parse(registry, on, on_date, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *given = th_json_object();
    th_json_set_int(given, "term", term_id);
    th_json_set_text(given, "on", on);
    th_json_set_text(given, "document", document);
    status = th_work_begin_reading(registry, request, TH_MAY_TERMS, "revenue.term_end", given,
                                   &documents, &work, ret_reply, err);
    th_json_free(given);
    if (status != TH_OK || work == NULL) {
        return status;
    }
    struct th_json *body = th_json_object();
    status = end(work, term_id, on_date, document, body, err);
    return th_work_end(work, status, th_subject("term", term_id, subject), body, th_json_copy(body),
                       ret_reply, err);
}
