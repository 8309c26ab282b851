// The ledger of units: ranges of serials as trees of blocks, and the balances derived from them.
//
// Changes are posts (store/journal/posting.h): one leg moves a range of serials from one place to
// another.
//
// A block is an inclusive range of serials of one issuance. A split never edits: the parent becomes
// 'split' and gets two children that inherit what it was. The leaves of an issuance partition
// 1 … issued_t at every moment. Every change writes an event and notes the issuance, and no
// transaction commits before th_ledger_check_commit has gone through the issuances it touched.
#ifndef TH_STORE_LEDGER_STORE_H
#define TH_STORE_LEDGER_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"
#include "core/quantity.h"
#include "store/check.h"
#include "store/journal/posting.h"
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
    int64_t pool_id; // deal that brought it to a bank; 0: none
    int64_t lock_id; // lock that holds it (store/deal/lock_store.h); 0: none
};

struct th_units th_block_units(const struct th_block *block);

// A list of blocks that grows; th_block_list_clear frees it.
struct th_block_list {
    struct th_block *items;
    size_t n;
    size_t capacity;
};
void th_block_list_clear(struct th_block_list *list);
enum th_status th_block_list_append(struct th_block_list *list, const struct th_block *block,
                                    struct th_error *err) TH_MUST_CHECK;

// Where units stand.
struct th_unit_place {
    int64_t owner_id;
    enum th_block_state state; // never split
    int64_t pool_id;           // 0: none
    int64_t lock_id;           // exactly when locked
};
struct th_unit_place th_block_place(const struct th_block *block);

// Moves serials first … last, which all stand in `from`, to `to`, splitting blocks at both ends.
// TH_CONFLICT ("units_moved" with "issuance", "first", "last") when any of them stand elsewhere,
// TH_INVALID ("split_range") for a range that is none, ("units_ended") for units that were retired
// or cancelled.
struct th_unit_move {
    int64_t issuance_id;
    int64_t first;
    int64_t last;
    struct th_unit_place from;
    struct th_unit_place to;
    int64_t trade_id; // 0: none
};
enum th_status th_ledger_move(struct th_posting *posting, const struct th_unit_move *move,
                              struct th_error *err) TH_MUST_CHECK;

// Serials 1 … issued of a fresh issuance, held by the owner; the last `buffer` of them become
// buffer. Writes nothing when issued is 0. TH_INVALID ("issue_range") unless 0 <= buffer <= issued.
enum th_status th_ledger_issue(struct th_posting *posting, int64_t issuance_id, int64_t owner_id,
                               struct th_units issued, struct th_units buffer,
                               struct th_error *err) TH_MUST_CHECK;

// Held leaves of one owner that together carry `units`: oldest vintage, then package, then serial.
// package_id 0: any; vintage 0: any; pool_id 0: any, else brought by that deal.
// The last leaf may be larger than needed. Fewer units than asked for is no error: see *ret_found.
enum { TH_HELD_IN_NO_POOL = -1, TH_HELD_IN_A_POOL = -2 }; // as pool_id
struct th_held_filter {
    int64_t owner_id;
    int64_t package_id;
    int64_t pool_id;
    int vintage;
};
enum th_status th_ledger_held(struct th_store *store, const struct th_held_filter *filter,
                              struct th_units units, struct th_block_list *ret_blocks,
                              struct th_units *ret_found, struct th_error *err) TH_MUST_CHECK;
// Appends those of a parcel alone: serials whose kilograms all come from it, in the same order; a
// tonne that two parcels share belongs to neither.
enum th_status th_ledger_held_of_parcel(struct th_store *store, const struct th_held_filter *filter,
                                        int64_t parcel_id, struct th_block_list *blocks,
                                        struct th_error *err) TH_MUST_CHECK;
// Leaves that a lock holds, by issuance and serial.
enum th_status th_ledger_locked(struct th_store *store, int64_t lock_id,
                                struct th_block_list *ret_blocks,
                                struct th_error *err) TH_MUST_CHECK;
// Leaves of buffer by vintage, package and serial; owner_id 0: of all owners.
enum th_status th_ledger_buffer(struct th_store *store, int64_t owner_id,
                                struct th_block_list *ret_blocks,
                                struct th_error *err) TH_MUST_CHECK;
// Blocks that a trade took first, each serial once, whatever became of them, by issuance and
// serial: its proposal's, be they held until then or under the lock of another deal.
enum th_status th_ledger_of_trade(struct th_store *store, int64_t trade_id,
                                  struct th_block_list *ret_blocks,
                                  struct th_error *err) TH_MUST_CHECK;
// The deal by which a block came to its owner, 0: by its issuance.
enum th_status th_ledger_came_by(struct th_store *store, const struct th_block *block,
                                 int64_t *ret_trade_id, struct th_error *err) TH_MUST_CHECK;
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
    int64_t seq;
    int64_t at_utc;
    int64_t block_id;
    int64_t issuance_id;
    int64_t first; // of the block at that time
    int64_t last;
    const char *event; // issue split lock unlock relock transfer retire cancel buffer
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
// Called by th_store_commit: for each issuance touched since the transaction began the leaves
// partition 1 … issued_t, the balances are the sums of the leaves by owner and state, and
// issued = held + locked + buffer + retired + cancelled. Of an issuance in more pieces than
// TH_LEDGER_PIECES_COUNTED the ranges that were touched are walked instead of all leaves: what
// nobody touched was whole before. TH_INVARIANT ("conservation_broken" with "issuance", "reason").
enum { TH_LEDGER_PIECES_COUNTED = 32 };
enum th_status th_ledger_check_commit(struct th_store *store, struct th_error *err) TH_MUST_CHECK;

// Everything again over the whole file, one report per check: "units_conserved" (per issuance and
// owner, as at commit), "units_splits" (children cover their parent), "units_replay" (the events
// replayed give the blocks), "parcel_kg" (the segments of an issuance cover [0, carried_in + net)
// without a gap), "pool_stock" (pools agree with blocks and trade lines).
// Returns an error only when the checks could not be made.
enum th_status th_ledger_check_all(struct th_store *store, const struct th_check_sink *sink,
                                   struct th_error *err) TH_MUST_CHECK;

#endif
