// What happened, and whether the file still proves it.
#ifndef TH_REGISTRY_AUDIT_H
#define TH_REGISTRY_AUDIT_H

#include "core/messages.h"
#include "registry/registry.h"

struct th_audit_log_options {
    const char *subject; // "trade:7"; NULL: all
    int64_t from;        // first sequence number; 0: from the beginning
    int64_t limit;       // at most so many entries; 0: 1,000
};

// Reply: entries[{seq, at, login, system_user, kind, subject, body, prev_hash, hash}], n_entries.
enum th_status th_audit_log(struct th_registry *registry,
                            const struct th_audit_log_options *options, struct th_json **ret_reply,
                            struct th_error *err) TH_MUST_CHECK;

// Reply: ok, n_entries, head, n_heads (signed, all of which hold), n_days_unsigned (that ended
// without a head), n_keys, n_keys_unvouched (new ones for which the key before does not vouch);
// when not ok also broken{seq, reason} for the first entry that does not fit, with the reason
// "rewritten" for the one that was signed last and is not there any more, or lacks heads before it,
// "unrecorded" (no seq) where what was signed last is not told by the key, "head_gone" for a day
// before a signed one, "unfinished" for the one that was signed last and has no head.
// `expected_head` (hex, NULL: none) is a head noted elsewhere: not ok when the chain never had it.
enum th_status th_audit_verify(struct th_registry *registry, const struct th_progress *progress,
                               const char *expected_head, struct th_json **ret_reply,
                               struct th_error *err) TH_MUST_CHECK;

// Everything that must hold over the whole file. Reply: ok, checks[{name, title, ok, n, detail}]; a
// failed check's detail is rendered by `messages`.
// `deep` also makes every calculation sheet again and compares its digest.
enum th_status th_registry_check(struct th_registry *registry, const struct th_progress *progress,
                                 bool deep, const struct th_messages *messages, enum th_lang lang,
                                 struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

// Empties the tables of the books (units, trades, locks, pools, money, revenue) and makes them
// again from the journal, by an admin; an entry says so. Reply: ok, n_entries, n_posting (entries
// with posts), n_rows. TH_CORRUPT ("rebuild_failed" with "seq", "reason"); nothing changed then.
enum th_status th_registry_rebuild(struct th_registry *registry, const struct th_request *request,
                                   const struct th_progress *progress, struct th_json **ret_reply,
                                   struct th_error *err) TH_MUST_CHECK;

// Reply: file, bytes, sha256, key_apart (the file of the signing key, which is not in the copy;
// null without one).
enum th_status th_registry_backup(struct th_registry *registry, const char *target,
                                  const struct th_progress *progress, struct th_json **ret_reply,
                                  struct th_error *err) TH_MUST_CHECK;

#endif
