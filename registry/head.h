// Signed heads: what the journal was at the end of a day, in the words of the registry's key.
#ifndef TH_REGISTRY_HEAD_H
#define TH_REGISTRY_HEAD_H

#include "registry/registry.h"

// Before an entry is appended: when it will be the first of its day, the last entry of the day
// before gets its signed head, and so do days before it that ended while the key was away. Work
// never waits for a key: where none is at hand that may sign (th_key_find), nothing is signed.
// Inside a write transaction; errors are those of the store.
enum th_status th_head_sign_day(struct th_registry *registry, struct th_error *err) TH_MUST_CHECK;

// Signs the last entry, unless it is signed. Errors of th_audit_head.
enum th_status th_head_sign_end(struct th_registry *registry, struct th_error *err) TH_MUST_CHECK;

// Reply: seq, hash, day of the last entry, signature, public_key, fingerprint (null while it is not
// signed), key ("ready", "none", "missing", "other", "unreadable", "rewritten", "unrecorded"). With
// `sign` it is signed first: TH_NOT_FOUND ("key_missing", "key_not_found"), TH_CONFLICT
// ("key_other", "key_rewritten", "key_unrecorded"), TH_UNREADABLE ("key_unreadable"), "file_io".
enum th_status th_audit_head(struct th_registry *registry, const struct th_request *request,
                             bool sign, struct th_json **ret_reply,
                             struct th_error *err) TH_MUST_CHECK;
// Reply: heads[{day, seq, hash, public_key, signature}], n_heads.
enum th_status th_audit_heads(struct th_registry *registry, struct th_json **ret_reply,
                              struct th_error *err) TH_MUST_CHECK;

// For a journal that is rightly not the one that was signed last, since the registry was restored
// from a backup: an admin says why, an entry keeps what is missing, and signing goes on from here.
// Reply: reason, signed_seq and signed_hash (what was signed last; null when that is not known),
// last_seq, last_hash (with which the signing goes on), seq of the entry. TH_CONFLICT
// ("nothing_restored": the journal has what was signed last; key_* of th_audit_head for a key that
// is not at hand), TH_USAGE ("reason_needed"), TH_INVALID ("reason_too_long").
enum th_status th_registry_restored(struct th_registry *registry, const struct th_request *request,
                                    const char *reason, struct th_json **ret_reply,
                                    struct th_error *err) TH_MUST_CHECK;

#endif
