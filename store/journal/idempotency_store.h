// Replies kept under the key that the caller chose.
#ifndef TH_STORE_IDEMPOTENCY_STORE_H
#define TH_STORE_IDEMPOTENCY_STORE_H

#include "core/hash.h"
#include "store/store.h"

// *ret_reply is the stored text (free()), NULL when the key is new. TH_CONFLICT
// ("idempotency_other_input") when the key stands for another request, ("idempotency_reply_lost"
// with "seq") when it was carried out as that entry and its reply is not known any more.
enum th_status th_idempotency_find(struct th_store *store, const char *login, const char *key,
                                   const struct th_hash *input_hash, char **ret_reply,
                                   struct th_error *err) TH_MUST_CHECK;
enum th_status th_idempotency_keep(struct th_store *store, const char *login, const char *key,
                                   const struct th_hash *input_hash, const char *reply, int64_t seq,
                                   struct th_error *err) TH_MUST_CHECK;
// The digest of a reply, as the entry has it; returns buf.
const char *th_idempotency_reply_hex(const char *reply, char buf[TH_HASH_HEX_SIZE]);

#endif
