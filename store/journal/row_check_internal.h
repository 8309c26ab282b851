// Rows that carry a digest, and the digest of all rows of one journal entry, checked together.
#ifndef TH_STORE_ROW_CHECK_INTERNAL_H
#define TH_STORE_ROW_CHECK_INTERNAL_H

#include "core/error.h"
#include "core/hash.h"
#include "core/json.h"
#include "store/check.h"
#include "store/store.h"

// BLAKE2b of the canonical text of a row.
enum th_status th_row_hash_json(const struct th_json *row, struct th_hash *ret_hash,
                                struct th_error *err) TH_MUST_CHECK;

struct th_row_check { // zero but for the store before use
    struct th_store *store;
    int64_t n;
    int64_t first_wrong;     // id of the row, 0: none
    int64_t first_wrong_seq; // entry whose body says otherwise, 0: none
    int64_t seq;             // of the rows that are being added up
    struct th_hasher *rows;
};
// Rows come in order of entry and id.
enum th_status th_row_check_add(struct th_row_check *check, int64_t id, int64_t seq,
                                const struct th_hash *computed, const struct th_hash *stored,
                                struct th_error *err) TH_MUST_CHECK;
// Reports under `name` unless `status` is an error; returns it or what went wrong.
enum th_status th_row_check_end(struct th_row_check *check, enum th_status status,
                                const struct th_check_sink *sink, const char *name,
                                struct th_error *err) TH_MUST_CHECK;

#endif
