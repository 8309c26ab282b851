// From compared rows to stored parcels: one transaction, which first makes sure that the registry
// is still the one that the rows were compared with.
#include <stdlib.h>
#include <string.h>

#include "core/crew.h"
#include "registry/intake/parcel_internal.h"
#include "registry/work.h"
#include "store/ground/draft_store.h"
#include "store/journal/journal_store.h"

enum {
    ATTEMPTS_OUTSIDE = 3, // after that the comparison is repeated inside the transaction
    ALONE_MIN = 20000     // rows from which on they are written once instead of twice
};

// A clerk of one village stores nothing in another.
static enum th_status check_villages(const struct th_import_run *run, struct th_work *work,
                                     struct th_error *err)
{
    int last = TH_ROW_NO_INDEX;
    enum th_status status = TH_OK;
    for (size_t i = 0; status == TH_OK && i < run->n_rows; i++) {
        const struct th_staged_row *row = &run->rows[i];
        if (row->fate != TH_ROW_ACCEPTED || row->village == last) {
            continue;
        }
        last = row->village;
        status = th_work_check_village(work, run->villages.items[last].code, err);
    }
    return status;
}

static struct th_json *journal_body(const struct th_import_run *run,
                                    const struct th_hash *rows_hash)
{
    char hex[TH_HASH_HEX_SIZE];
    struct th_json *body = th_json_object();
    th_json_set(body, "source", th_import_source_json(run));
    th_json_set(body, "rules", th_rules_json(run->rules));
    th_json_set_int(body, "read", (int64_t)run->n_rows);
    th_json_set_int(body, "accepted", run->n_accepted);
    th_json_set_int(body, "rejected", run->n_rejected);
    th_json_set_int(body, "unchanged", run->n_unchanged);
    th_json_set_text(body, "rows_hash", th_hash_hex(rows_hash, hex));
    return body;
}

// Writes everything inside the transaction of `work`.
static enum th_status write_all(struct th_import_run *run, struct th_work *work,
                                int64_t *ret_import_id, struct th_json **ret_body,
                                struct th_error *err)
{
    int64_t import_id = 0;
    struct th_hasher *hasher = th_hasher_new(TH_HASH_BLAKE2B);
    if (hasher == NULL) {
        return th_error_no_memory(err);
    }
    run->source.n_read = (int64_t)run->n_rows;
    run->source.n_accepted = run->n_accepted;
    run->source.n_rejected = run->n_rejected;
    run->source.n_unchanged = run->n_unchanged;
    run->source.seq = th_work_seq(work);
    enum th_status status = check_villages(run, work, err);
    if (status == TH_OK) {
        status = th_import_record_begin(run, &import_id, err);
    }
    if (status == TH_OK) {
        status = th_import_write_rows(run, import_id, work, hasher, err);
    }
    if (status == TH_OK) {
        status = th_import_record_end(run, import_id, work, err);
    }
    if (status == TH_OK && run->options->draft_id > 0) {
        status = th_draft_close(run->store, run->options->draft_id, run->options->draft_seq,
                                "confirmed", import_id, th_work_seq(work), err);
    }
    if (status == TH_OK) {
        struct th_hash rows_hash = th_hasher_final(hasher);
        *ret_body = journal_body(run, &rows_hash);
        *ret_import_id = import_id;
    }
    th_hasher_free(hasher);
    return status;
}

// Inside the transaction: is the registry the one that the rows were compared with? Parcels may
// have been stored, retired or divided meanwhile, layers added, packages made. Then the rows are
// compared again here when `insist` is set.
static enum th_status confirm(struct th_import_run *run, bool insist, bool *ret_current,
                              struct th_error *err)
{
    static const char *const NOUNS[] = {"parcel", "layer", "package"};
    bool touched = false;
    enum th_status status = TH_OK;
    for (size_t i = 0; status == TH_OK && !touched && i < sizeof(NOUNS) / sizeof(NOUNS[0]); i++) {
        status = th_journal_touched(run->store, run->seen_seq, NOUNS[i], &touched, err);
    }
    if (status != TH_OK) {
        return status;
    }
    *ret_current = !touched || insist;
    if (!touched || !insist) {
        return TH_OK;
    }
    status = th_import_resolve(run, err);
    if (status == TH_OK) {
        status = th_import_list_write(run, err);
    }
    return status;
}

// The reply, and before it the files that were asked for, so that nothing is stored when they
// cannot be written.
static enum th_status answer(struct th_import_run *run, int64_t import_id,
                             struct th_json **ret_reply, struct th_error *err)
{
    enum th_status status = TH_OK;
    if (run->options->overlaps_path != NULL) {
        status = th_import_overlaps_write(run, run->options->overlaps_path, err);
    }
    if (status == TH_OK) {
        status = th_import_list_publish(run, err);
    }
    return status == TH_OK ? th_import_reply(run, import_id, ret_reply, err) : status;
}

// *ret_reply stays NULL when the rows must be compared again before another attempt.
static enum th_status publish(struct th_registry *registry, const struct th_request *request,
                              struct th_import_run *run, bool insist, struct th_json **ret_reply,
                              struct th_error *err)
{
    struct th_work *work = NULL;
    struct th_json *input = th_import_input_json(run);
    const struct th_work_documents documents = {&run->options->waive_document, 1};
    enum th_status status =
        th_work_begin_reading(registry, request, TH_MAY_REGISTER, "parcel.import", input,
                              &documents, &work, ret_reply, err);
    th_json_free(input);
    if (status != TH_OK || work == NULL) {
        return status;
    }
    struct th_json *body = NULL;
    struct th_json *reply = NULL;
    struct th_buf subject;
    int64_t import_id = 0;
    bool current = false;
    th_buf_init(&subject, 64);
    status = confirm(run, insist, &current, err);
    bool write = status == TH_OK && current && run->n_accepted > 0;
    if (write) {
        status = write_all(run, work, &import_id, &body, err);
    }
    if (status == TH_OK && current) {
        status = answer(run, th_work_dry_run(work) ? 0 : import_id, &reply, err);
    }
    if (status == TH_OK && write) {
        th_buf_printf(&subject, "import:%lld", (long long)import_id);
        status = th_work_end(work, TH_OK, th_buf_text(&subject), body, reply, ret_reply, err);
    } else {
        // Nothing to write: the transaction goes, the reply (if there is one) stays.
        th_work_cancel(work);
        th_json_free(body);
        if (status == TH_OK) {
            *ret_reply = reply;
        } else {
            th_json_free(reply);
        }
    }
    th_buf_clear(&subject);
    return status;
}

// A large import has the file for itself meanwhile, where nobody else has it open. That it cannot
// be given back at once does not touch what was stored: whoever opens it next puts that right.
static enum th_status publish_alone(struct th_registry *registry, const struct th_request *request,
                                    struct th_import_run *run, bool insist,
                                    struct th_json **ret_reply, struct th_error *err)
{
    bool alone = run->n_accepted >= ALONE_MIN && th_store_alone_begin(run->store);
    enum th_status status = publish(registry, request, run, insist, ret_reply, err);
    enum th_status given_back = alone ? th_store_alone_end(run->store, NULL) : TH_OK;
    (void)given_back;
    return status;
}

// Compares outside the write transaction, in one reading of the registry.
static enum th_status resolve_outside(struct th_import_run *run, struct th_error *err)
{
    enum th_status status = th_store_begin_read(run->store, err);
    if (status != TH_OK) {
        return status;
    }
    status = th_import_resolve(run, err);
    th_store_end_read(run->store);
    if (status == TH_OK) {
        status = th_import_list_write(run, err);
    }
    return status;
}

enum th_status th_import_settle(struct th_registry *registry, const struct th_request *request,
                                struct th_import_run *run, struct th_json **ret_reply,
                                struct th_error *err)
{
    struct th_json *reply = NULL;
    unsigned cores = th_crew_cores();
    // Beside this thread, which has much to do alone from now on.
    enum th_status status = th_proposals_begin(run, cores > 1 ? cores - 1 : 1, err);
    for (int attempt = 0; status == TH_OK && reply == NULL; attempt++) {
        status = resolve_outside(run, err);
        if (status == TH_OK && run->n_accepted == 0) {
            status = answer(run, 0, &reply, err);
            if (status == TH_OK && request->dry_run) {
                th_json_set_bool(reply, "dry_run", true);
            }
            break;
        }
        if (status == TH_OK) {
            status =
                publish_alone(registry, request, run, attempt >= ATTEMPTS_OUTSIDE, &reply, err);
        }
    }
    if (status == TH_OK) {
        *ret_reply = reply;
    }
    return status;
}
