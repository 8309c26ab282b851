#include "store/journal/row_check_internal.h"

#include <stdlib.h>
#include <string.h>

#include "store/db_internal.h"

enum th_status th_row_hash_json(const struct th_json *row, struct th_hash *ret_hash,
                                struct th_error *err)
{
    char *text = NULL;
    enum th_status status = th_json_dump(row, TH_JSON_CANONICAL, &text, err);
    if (status == TH_OK) {
        *ret_hash = th_hash_bytes(TH_HASH_BLAKE2B, text, strlen(text));
    }
    free(text);
    return status;
}

// The rows of one entry are complete: does its body say the same?
static enum th_status entry_close(struct th_row_check *check, struct th_error *err)
{
    static const char SQL[] =
        "SELECT json_extract(body, '$.rows_blake2b') FROM journal WHERE seq = ?1";
    char hex[TH_HASH_HEX_SIZE];
    if (check->rows == NULL) {
        return TH_OK;
    }
    struct th_hash rows = th_hasher_final(check->rows);
    th_hasher_free(check->rows);
    check->rows = NULL;
    struct th_stmt *q = th_db_query(check->store, SQL);
    th_bind_int(q, 1, check->seq);
    enum th_status status = TH_OK;
    const char *said = th_stmt_next(q, &status, err) ? th_column_text(q, 0) : NULL;
    bool agrees = said != NULL && strcmp(said, th_hash_hex(&rows, hex)) == 0;
    if (status == TH_OK && !agrees && check->first_wrong_seq == 0) {
        check->first_wrong_seq = check->seq;
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_row_check_add(struct th_row_check *check, int64_t id, int64_t seq,
                                const struct th_hash *computed, const struct th_hash *stored,
                                struct th_error *err)
{
    enum th_status status = seq == check->seq ? TH_OK : entry_close(check, err);
    if (status == TH_OK && check->rows == NULL) {
        check->rows = th_hasher_new(TH_HASH_BLAKE2B);
        check->seq = seq;
        if (check->rows == NULL) {
            return th_error_no_memory(err);
        }
    }
    if (status != TH_OK) {
        return status;
    }
    th_hasher_update(check->rows, computed->bytes, sizeof(computed->bytes));
    check->n++;
    if (check->first_wrong == 0 && memcmp(computed, stored, sizeof(*computed)) != 0) {
        check->first_wrong = id;
    }
    return TH_OK;
}

enum th_status th_row_check_end(struct th_row_check *check, enum th_status status,
                                const struct th_check_sink *sink, const char *name,
                                struct th_error *err)
{
    struct th_error problem = {0};
    if (status == TH_OK) {
        status = entry_close(check, err);
    }
    th_hasher_free(check->rows);
    check->rows = NULL;
    if (status != TH_OK) {
        return status;
    }
    bool wrong = check->first_wrong != 0 || check->first_wrong_seq != 0;
    if (wrong) {
        const char *key = check->first_wrong != 0 ? "check_row_digest" : "check_entry_rows";
        (void)th_error_set(&problem, TH_INVARIANT, key, "check", name, NULL);
        th_error_add_int(&problem, "row",
                         check->first_wrong != 0 ? check->first_wrong : check->first_wrong_seq);
    }
    sink->report(sink->context, name, check->n, wrong ? &problem : NULL);
    return TH_OK;
}
