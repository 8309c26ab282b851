// The key that the registry signs with: a file beside it, which no backup of the registry holds.
#ifndef TH_REGISTRY_KEY_H
#define TH_REGISTRY_KEY_H

#include "core/sign.h"
#include "registry/registry.h"

// A fresh key in a new file: `key_path`, or, where that has a key already, `key_path` with
// ".<first 16 digits of the public key>" behind it. *ret_path is the caller's (free()). Whoever
// does not use the key takes the file away. Errors of th_file_check_new, with TH_CONFLICT
// ("key_exists") for an existing file where there must be none (`first`).
enum th_status th_key_make(const struct th_surroundings *surroundings, bool first,
                           struct th_sign_key *ret_key, char **ret_path,
                           struct th_error *err) TH_MUST_CHECK;

enum th_key_state {
    TH_KEY_READY,
    TH_KEY_NONE,       // the journal names no key
    TH_KEY_MISSING,    // no file
    TH_KEY_OTHER,      // the file has another key than the journal names
    TH_KEY_UNREADABLE, // the file cannot be read, or is none
    TH_KEY_REWRITTEN,  // the journal is not the one that was signed last
    TH_KEY_UNRECORDED  // what was signed last is not told beside the key
};
const char *th_key_state_name(enum th_key_state state); // "ready", as in replies

struct th_key_found {
    enum th_key_state state;
    struct th_public_key public_key; // that the journal names; zeros with TH_KEY_NONE
    int64_t seq;                     // the entry that does
    bool open_to_others;             // more than the file's owner may read or change it
    // When ready; with TH_KEY_REWRITTEN and TH_KEY_UNRECORDED too, for an admin who says why that
    // is so. th_sign_key_wipe.
    struct th_sign_key key;
};
// The key in force at entry `seq`, and whether it is at hand and may sign: not before the journal
// was found to have what was signed last (registry/last_signed.h). An error is the journal's alone.
enum th_status th_key_find(struct th_registry *registry, int64_t seq,
                           struct th_key_found *ret_found, struct th_error *err) TH_MUST_CHECK;

// {"public_key", and with `before` "previous_key", and with `vouches` "vouched"}, the body of the
// entry that brings a key.
struct th_json *th_key_body(const char *registry_id, const struct th_public_key *key,
                            const struct th_public_key *before, const struct th_sign_key *vouches);

// Reply: public_key, fingerprint, previous_key, vouched, key_file, day and seq of the entry. Only
// an admin may.
enum th_status th_registry_key_new(struct th_registry *registry, const struct th_request *request,
                                   struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

#endif
