// Signed heads: what the journal was at the end of a day, in the words of the registry's key.
#ifndef TH_REGISTRY_HEAD_H
#define TH_REGISTRY_HEAD_H

#include "registry/registry.h"

// Before an entry is appended: when it will be the first of its day, the last entry of the day
// before gets its signed head, if the key is at hand; work never waits for a key. Inside a write
// transaction; errors are those of the store.
enum th_status th_head_sign_day(struct th_registry *registry, struct th_error *err) TH_MUST_CHECK;

// Reply: seq, hash, day of the last entry, signature, public_key, fingerprint (null while it is not
// signed), key ("ready", "none", "missing", "other", "unreadable"). With `sign` it is signed first:
// TH_NOT_FOUND ("key_missing", "key_not_found"), TH_CONFLICT ("key_other"), TH_UNREADABLE
// ("key_unreadable").
enum th_status th_audit_head(struct th_registry *registry, const struct th_request *request,
                             bool sign, struct th_json **ret_reply,
                             struct th_error *err) TH_MUST_CHECK;
// Reply: heads[{day, seq, hash, public_key, signature}], n_heads.
enum th_status th_audit_heads(struct th_registry *registry, struct th_json **ret_reply,
                              struct th_error *err) TH_MUST_CHECK;

#endif
