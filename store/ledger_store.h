// The ledger of units: ranges of serials as trees of blocks, and the balances derived from them.
//
// A block is an inclusive range of serials of one issuance. A split never edits: the parent becomes
// 'split' and gets two children that inherit what it was. The leaves of an issuance partition
// 1 … issued_t at every moment. Every change writes an event and notes the issuance, and no
// transaction commits before th_ledger_check_commit has gone through the issuances it touched.
//
// `seq` is the journal entry that a change belongs to (th_work_seq). All changes happen inside
// th_store_begin … th_store_commit.
#ifndef TH_STORE_LEDGER_STORE_H
#define TH_STORE_LEDGER_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"
#include "core/quantity.h"
#include "store/check.h"
#include "store/store.h"

enum th_block_state {
    TH_BLOCK_HELD,
    TH_BLOCK_LOCKED,
    TH_BLOCK_BUFFER,
    TH_BLOCK_RETIRED,
    TH_BLOCK_CANCELLED,
    TH_BLOCK_SPLIT // replaced by its children
};
enum { TH_BLOCK_N_STATES = 6 };

// Stable name as stored and printed ("held"). Static storage.
const char *th_block_state_name(enum th_block_state state);

struct th_block {
    int64_t block_id;
    int64_t issuance_id;
    int64_t first; // serials, both included, from 1
    int64_t last;
    enum th_block_state state;
    int64_t owner_id;
    int64_t pool_id; // purchase under which it was bought; 0: none
    int64_t lock_id; // trade for which it is locked; 0: none
};

struct th_units th_block_units(const struct th_block *block);

// A list of blocks that grows; th_block_list_clear frees it.
struct th_block_list {
    struct th_block *items;
    size_t n;
    size_t capacity;
};
void th_block_list_clear(struct th_block_list *list);

// Serials 1 … issued of a fresh issuance, held by the owner; the last `buffer` of them become
// buffer. Writes nothing when issued is 0. TH_INVALID ("issue_range") unless 0 <= buffer <= issued.
enum th_status th_ledger_issue(struct th_store *store, int64_t issuance_id, int64_t owner_id,
                               struct th_units issued, struct th_units buffer, int64_t seq,
                               struct th_error *err) TH_MUST_CHECK;

// Locks the first `units` of a held leaf for a trade, splitting the leaf when it is larger.
// TH_CONFLICT ("block_not_held") when the leaf has changed, TH_INVALID ("split_range").
enum th_status th_ledger_lock(struct th_store *store, const struct th_block *held,
                              struct th_units units, int64_t trade_id, int64_t seq,
                              struct th_block *ret_locked, struct th_error *err) TH_MUST_CHECK;

// What becomes of a block that is locked for a trade. TH_CONFLICT ("block_not_locked").
enum th_status th_ledger_unlock(struct th_store *store, const struct th_block *locked, int64_t seq,
                                struct th_error *err) TH_MUST_CHECK;
// Held by `owner_id` from now on, in pool `pool_id` (0: none).
enum th_status th_ledger_transfer(struct th_store *store, const struct th_block *locked,
                                  int64_t owner_id, int64_t pool_id, int64_t seq,
                                  struct th_error *err) TH_MUST_CHECK;
enum th_status th_ledger_retire(struct th_store *store, const struct th_block *locked, int64_t seq,
                                struct th_error *err) TH_MUST_CHECK;
// Cancels the first `units` of a buffer leaf (a reversal). TH_CONFLICT ("block_not_buffer").
enum th_status th_ledger_cancel_buffer(struct th_store *store, const struct th_block *buffer,
                                       struct th_units units, int64_t seq,
                                       struct th_error *err) TH_MUST_CHECK;

// Held leaves of one owner that together carry `units`: oldest vintage, then package, then serial.
// package_id 0: any; pool_id 0: any, else bought under that purchase; -1: under none.
// The last leaf may be larger than needed. Fewer units than asked for is no error: see *ret_found.
struct th_held_filter {
    int64_t owner_id;
    int64_t package_id;
    int64_t pool_id;
};
enum th_status th_ledger_held(struct th_store *store, const struct th_held_filter *filter,
                              struct th_units units, struct th_block_list *ret_blocks,
                              struct th_units *ret_found, struct th_error *err) TH_MUST_CHECK;
// Leaves locked for a trade, by issuance and serial.
enum th_status th_ledger_locked(struct th_store *store, int64_t trade_id,
                                struct th_block_list *ret_blocks,
                                struct th_error *err) TH_MUST_CHECK;
// Blocks that a trade locked, whatever became of them, by issuance and serial.
enum th_status th_ledger_of_trade(struct th_store *store, int64_t trade_id,
                                  struct th_block_list *ret_blocks,
                                  struct th_error *err) TH_MUST_CHECK;
// Leaves of an issuance that touch serials first … last, in order.
enum th_status th_ledger_leaves(struct th_store *store, int64_t issuance_id, int64_t first,
                                int64_t last, struct th_block_list *ret_blocks,
                                struct th_error *err) TH_MUST_CHECK;

// Units of a party or of the whole registry by state, from the derived balances.
struct th_unit_totals {
    struct th_units by_state[TH_BLOCK_N_STATES];
};
// owner_id 0: all owners. package_id 0: all packages.
enum th_status th_ledger_totals(struct th_store *store, int64_t owner_id, int64_t package_id,
                                struct th_unit_totals *ret_totals,
                                struct th_error *err) TH_MUST_CHECK;

// One line in the story of serials: what happened to the block that contained them.
struct th_unit_event { // texts are borrowed
    int64_t event_id;
    int64_t seq;
    int64_t at_utc;
    int64_t block_id;
    int64_t issuance_id;
    int64_t first; // of the block at that time
    int64_t last;
    const char *event; // issue split lock unlock transfer retire cancel buffer
    const char *state; // afterwards
    int64_t owner_id;  // afterwards
    int64_t trade_id;  // 0: none
};
// Events of every block, leaf or ancestor, that touches serials first … last; oldest first. The
// visitor returns false to stop.
enum th_status th_ledger_story(struct th_store *store, int64_t issuance_id, int64_t first,
                               int64_t last,
                               bool (*visit)(void *context, const struct th_unit_event *event),
                               void *context, struct th_error *err) TH_MUST_CHECK;

// One change of units in or out of a party's accounts.
struct th_unit_change { // texts are borrowed
    int64_t seq;
    int64_t at_utc;
    const char *prefix; // of the issuance
    int64_t first;      // serials, both included
    int64_t last;
    const char *event;
    const char *from_state; // NULL: not owned before
    const char *state;      // NULL: not owned afterwards
    int64_t trade_id;
};
// Changes that touched a party, oldest first; splits change nothing and are left out. The visitor
// returns false to stop.
enum th_status th_ledger_changes(struct th_store *store, int64_t party_id,
                                 bool (*visit)(void *context, const struct th_unit_change *change),
                                 void *context, struct th_error *err) TH_MUST_CHECK;

// Called by th_store_commit: for each issuance touched since the transaction began the leaves
// partition 1 … issued_t, the balances are the sums of the leaves by owner and state, and
// issued = held + locked + buffer + retired + cancelled. TH_INVARIANT ("conservation_broken" with
// "issuance", "reason").
enum th_status th_ledger_check_commit(struct th_store *store, struct th_error *err) TH_MUST_CHECK;

// Everything again over the whole file, one report per check: "units_conserved" (per issuance and
// owner, as at commit), "units_splits" (children cover their parent), "units_replay" (the events
// replayed give the blocks), "parcel_kg" (the segments of an issuance cover [0, carried_in + net)
// without a gap), "pool_stock" (pools agree with blocks and trade lines).
// Returns an error only when the checks could not be made.
enum th_status th_ledger_check_all(struct th_store *store, const struct th_check_sink *sink,
                                   struct th_error *err) TH_MUST_CHECK;

#endif
