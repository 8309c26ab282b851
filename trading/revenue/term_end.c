// A term that ends before its time. What it did so far stays: only sales that no run shares by it
// may come under another one.
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

static enum th_status end(struct th_work *work, int64_t term_id, const char *on,
                          const char *document, struct th_json *body, struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    struct th_term term;
    struct th_hash sha256 = {{0}};
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
        status = th_document_record(work, document, &document_id, &sha256, err);
    }
    if (status == TH_OK) {
        status = th_term_end_post(th_work_posting(work), term_id, on, document_id, err);
    }
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
