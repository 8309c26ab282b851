// Deals on units to come, for tests on a market. Each call must end with `want`.
#ifndef TH_TESTS_AHEAD_H
#define TH_TESTS_AHEAD_H

#include "store/deal/promise_store.h"
#include "tests/integration/market.h"
#include "trading/ahead/forecast.h"
#include "trading/ahead/promise.h"

#define AHEAD_ON "2022-02-01" // day of all of them unless they say another one

// The first village sells the bank 600 of its expected tonnes ahead, at 30.00; the bank a person
// 200 of what it has or will have, at 60.00; the pharmacy has an option on 300 of its tonnes,
// at 50.00.
extern const struct th_promise_input AHEAD_FORWARD;
extern const struct th_promise_input AHEAD_PERSON;
extern const struct th_promise_input AHEAD_OPTION;

// An officer states so many tonnes of a package with a document. The forecast's id, 0 on failure.
int64_t ahead_register(struct market *market, int64_t package_id, const char *tonnes,
                       enum th_status want);
struct th_json *ahead_settle(struct market *market, int64_t package_id, enum th_status want);
// NULLs: as the program has it.
struct th_json *ahead_forward(struct market *market, const struct th_promise_input *input,
                              enum th_status want);
struct th_json *ahead_subscribe(struct market *market, const struct th_promise_input *input,
                                enum th_status want);
struct th_json *ahead_option(struct market *market, const struct th_promise_input *input,
                             enum th_status want);
struct th_json *ahead_deliver(struct market *market, int64_t of, const char *tonnes, bool refund,
                              enum th_status want);
struct th_json *ahead_exercise(struct market *market, int64_t of, const char *tonnes,
                               const char *on, enum th_status want);
// Proposed (the reply is taken) and approved; its id.
int64_t ahead_done(struct market *market, struct th_json *proposed);

// One number of a trade as it is shown now.
int64_t ahead_number(struct market *market, int64_t trade_id, const char *key);
int64_t ahead_units(struct market *market, int64_t party_id, enum th_block_state state);
int64_t ahead_claim(struct market *market, int64_t party_id); // fen
int64_t ahead_cash(struct market *market, int64_t party_id);  // fen

#endif
