// What every party has: units by state and money, and how it came about.
#ifndef TH_TRADING_ACCOUNT_H
#define TH_TRADING_ACCOUNT_H

#include "registry/registry.h"

// Reply: parties[{party, name, kind, held_t, locked_t, buffer_t, retired_t, cancelled_t, money_fen,
// claim_fen, cash_fen}], totals{the same sums, issued_t}, balanced. money_fen = claim_fen +
// cash_fen.
enum th_status th_account_list(struct th_registry *registry, struct th_json **ret_reply,
                               struct th_error *err) TH_MUST_CHECK;

// Reply: party, name, kind, from, to, opening{held_t, locked_t, buffer_t, retired_t, cancelled_t,
// claim_fen, cash_fen}, entries[{on, seq, ...}] in order, closing{…}. A unit entry has change
// "held"/…: event, serial, tonnes, from_state, state, trade_id and the balances after it; a money
// entry account, amount_fen, memo, trade_id and claim_fen, cash_fen after it. from, to NULL: no
// limit.
enum th_status th_account_statement(struct th_registry *registry, const char *party,
                                    const char *from, const char *to, struct th_json **ret_reply,
                                    struct th_error *err) TH_MUST_CHECK;

#endif
