// What every party has: units by state and money, and how it came about.
#ifndef TH_TRADING_ACCOUNT_H
#define TH_TRADING_ACCOUNT_H

#include "registry/registry.h"

// Reply: parties[{party, name, kind, held_t, locked_t, buffer_t, retired_t, cancelled_t, money_fen,
// claim_fen, cash_fen}], totals{the same sums, issued_t}, balanced. money_fen = claim_fen +
// cash_fen.
enum th_status th_account_list(struct th_registry *registry, struct th_json **ret_reply,
                               struct th_error *err) TH_MUST_CHECK;

// By the day that counts, `on`: units and what was agreed on the day of the deal, money on the day
// it arrived, an issuance no later than the first deal in it; what no deal dates, such as a lock
// that ended, on the day the registry booked it, which each entry tells beside. Within a day in the
// order of the journal. `from` and `to` (NULL: no limit) are such days. Reply: party, name, kind,
// from, to, reversal_owed_t (as of now), opening{held_t, locked_t, buffer_t, retired_t,
// cancelled_t, money_fen, claim_fen, cash_fen}, entries[{on, booked_on, seq, type, trade_id, the
// figures after it, …}], closing{…}. Entries of type "units": event, serial, tonnes, signed_t
// (below 0 where they left the party), from_state (null: came from another party or was issued),
// state (null: went to another party); of type "money": account, amount_fen, memo.
enum th_status th_account_statement(struct th_registry *registry, const char *party,
                                    const char *from, const char *to, struct th_json **ret_reply,
                                    struct th_error *err) TH_MUST_CHECK;

#endif
