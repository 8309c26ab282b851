// Imports in progress.
#ifndef TH_STORE_DRAFT_STORE_H
#define TH_STORE_DRAFT_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"
#include "core/hash.h"
#include "store/store.h"

enum { TH_DRAFT_STATE_SIZE = 16, TH_DRAFT_SOURCE_SIZE = 4096, TH_DRAFT_LOGIN_SIZE = 64 };

struct th_draft {
    int64_t draft_id;                  // ignored when storing
    char source[TH_DRAFT_SOURCE_SIZE]; // path or address
    struct th_hash sha256;             // of all that was read when it was last looked at
    char state[TH_DRAFT_STATE_SIZE];   // "open", "confirmed", "discarded"
    char login[TH_DRAFT_LOGIN_SIZE];   // who opened it
    int64_t import_id;                 // 0 unless confirmed
    int64_t seq;                       // journal entry of the last change
};

// `settings` is a JSON object. TH_CONFLICT ("store_constraint").
enum th_status th_draft_insert(struct th_store *store, const struct th_draft *draft,
                               const char *settings, int64_t *ret_draft_id,
                               struct th_error *err) TH_MUST_CHECK;
// Is the draft open, and as it was when `seen_seq` was its seq? TH_CONFLICT ("draft_moved" when
// somebody changed it since, "draft_confirmed", "draft_closed"), TH_NOT_FOUND ("draft_not_found").
enum th_status th_draft_check(struct th_store *store, int64_t draft_id, int64_t seen_seq,
                              struct th_error *err) TH_MUST_CHECK;
// Replaces source, digest, seq and settings of the draft draft->draft_id, unless th_draft_check
// refuses.
enum th_status th_draft_update(struct th_store *store, const struct th_draft *draft,
                               int64_t seen_seq, const char *settings,
                               struct th_error *err) TH_MUST_CHECK;
// Ends an open draft, unless th_draft_check refuses; import_id 0 unless it is confirmed.
enum th_status th_draft_close(struct th_store *store, int64_t draft_id, int64_t seen_seq,
                              const char *state, int64_t import_id, int64_t seq,
                              struct th_error *err) TH_MUST_CHECK;
// *ret_settings is the caller's (free()). TH_NOT_FOUND ("draft_not_found").
enum th_status th_draft_load(struct th_store *store, int64_t draft_id, struct th_draft *ret_draft,
                             char **ret_settings, struct th_error *err) TH_MUST_CHECK;
// Newest first; the visitor returns false to stop.
enum th_status th_draft_each(struct th_store *store,
                             bool (*visit)(void *context, const struct th_draft *draft,
                                           const char *settings),
                             void *context, struct th_error *err) TH_MUST_CHECK;

#endif
