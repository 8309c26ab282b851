// A market with two banks and a firm that have logins: "own" and "own-2" are of the bank that buys
// in Anji, "other" and "other-2" of another one, "firm" and "firm-2" of the pharmacy. "bank" and
// "officer" are of no party, and villages have no login.
#ifndef TH_TESTS_TWO_BANKS_H
#define TH_TESTS_TWO_BANKS_H

#include "tests/integration/market.h"

#define TWO_BANKS_OWN "两山银行"
#define TWO_BANKS_OTHER "农商银行"
enum { TWO_BANKS_OTHER_ID = MARKET_N_PARTIES + 1 };

// For cmocka; *state is the market, in which "own" proposes for the bank.
int two_banks_setup(void **state);
// What a login's approval or rejection says; market->err has why not.
enum th_status two_banks_decide(struct market *market, const char *login, int64_t trade_id,
                                bool approve);

#endif
