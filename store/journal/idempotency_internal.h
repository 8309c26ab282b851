// Idempotency keys made again from the journal. An entry says the key, the digest of what was asked
// and the digest of the reply; the reply itself is kept in the table alone.
#ifndef TH_STORE_IDEMPOTENCY_INTERNAL_H
#define TH_STORE_IDEMPOTENCY_INTERNAL_H

#include "core/json.h"
#include "store/db_internal.h"
#include "store/journal/idempotency_store.h"
#include "store/journal/journal_store.h"

// Until an entry speaks of it every row is doubted; those that stay so no entry knows.
enum th_status th_idempotency_doubt_all(struct th_store *store, struct th_error *err) TH_MUST_CHECK;
enum th_status th_idempotency_drop_doubted(struct th_store *store,
                                           struct th_error *err) TH_MUST_CHECK;
// What an entry said, NULL for one without a key. In place a reply that is there and fits stays,
// any other is lost; `beside`, in a store made to compare with, its digest stands for it.
enum th_status th_idempotency_again(struct th_store *store, const struct th_journal_entry *entry,
                                    const struct th_json *said, bool beside,
                                    struct th_error *err) TH_MUST_CHECK;
// *ret_rows grows; *ret_differs is the first row that is not what `beside` has, from 1 on, or 0.
enum th_status th_idempotency_compare(struct th_store *store, struct th_store *beside,
                                      int64_t *ret_rows, int64_t *ret_differs,
                                      struct th_error *err) TH_MUST_CHECK;

#endif
