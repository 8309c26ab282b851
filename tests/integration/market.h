// A registry with a bank, villages, buyers and issued packages, for the tests of trading. Packages
// are put in through the stores, so that these tests stand on the ledger alone.
#ifndef TH_TESTS_MARKET_H
#define TH_TESTS_MARKET_H

#include "core/json.h"
#include "store/ledger/ledger_store.h"
#include "tests/unit/registry_world.h"
#include "trading/account/account.h"
#include "trading/deal/trade.h"
#include "trading/revenue/receipt.h"
#include "trading/revenue/revenue.h"
#include "trading/spot/spot.h"
#include "trading/trace/trace.h"

enum {                    // parties by id
    MARKET_MAJIANONG = 1, // village
    MARKET_GAOJIATANG,    // village
    MARKET_TOWNSHIP,
    MARKET_SUBDISTRICT,
    MARKET_BANK,
    MARKET_PHARMA, // enterprises
    MARKET_PAPER,
    MARKET_TEXTILE,
    MARKET_VERIFIER,
    MARKET_PERSON,
    MARKET_N_PARTIES = MARKET_PERSON
};
#define MARKET_VILLAGE_1 "330523001001"
#define MARKET_VILLAGE_2 "330523001002"
#define MARKET_VILLAGE_3 "330521001001"

struct market {
    struct th_test_world world;
    char document[TH_TEST_PATH_SIZE];
    const char *sale_on; // day of market_sell; 2022-05-20 unless a test says another one
    const char
        *banker;       // who proposes for the bank; "bank", of no party, unless a test says another
    bool past_journal; // market_sql was used: the journal does not know what stands in the tables
    struct th_error err;
};

void market_make(struct market *market);
void market_remove(struct market *market);

// The same for cmocka: *state is a struct market, empty or with the two villages of Anji. The
// teardown wants the books sound, and the same as the journal makes them; market_discard is for
// tests that spoil them.
int market_setup(void **state);
int market_setup_anji(void **state);
int market_teardown(void **state);
int market_discard(void **state);

// A parcel of bamboo, a rectangle of 0.002° by 0.001° at 30.4° N, the place-th from 119.6° E on;
// its id is the next free one.
int64_t market_parcel(struct market *market, const char *village, int place, int64_t seq);

// A package that is issued: tonnes by vintage from 2021 on, of which `buffer_t` each are buffer,
// from one parcel of the village, or from one parcel in each of two villages (kg in thirds: 1 and
// 2).
int64_t market_package(struct market *market, const char *name, int64_t holder_id,
                       const char *village, const char *village_2, const int64_t *tonnes_t,
                       size_t n_years, int64_t buffer_t);
// A package on its way, which can have a forecast; and its issuance, as `package issue` does it.
int64_t market_planned(struct market *market, const char *name, int64_t holder_id);
void market_issue(struct market *market, int64_t package_id, const char *village,
                  const int64_t *tonnes_t, size_t n_years, int64_t buffer_t);
// The two villages of Anji: 836 + 837 + 836 t and 3 × 1,591 t. Packages 1 and 2.
void market_anji(struct market *market);

// A text with numbers of payments, in which * stands for what the journal's entry of the newest
// proposed run makes of their end.
void market_payment_numbers(struct market *market, const char *text, char *buf, size_t size);

// SQL past every rule of the program, for what no command makes so fast.
void market_sql(struct market *market, const char *sql);

// A transaction with posts of the test's own, and its end by a journal entry that carries them; the
// posting is freed.
struct th_posting *market_begin(struct market *market);
enum th_status market_commit(struct market *market, struct th_posting *posting);

// Calls that must end with `want`; the reply (NULL unless TH_OK) is the caller's.
struct th_json *market_buy(struct market *market, const char *packages, const char *price,
                           const char *amount, const char *tax, const char *tonnes,
                           enum th_status want);
struct th_json *market_sell(struct market *market, const char *buyer, const char *tonnes,
                            const char *price, const char *tax, enum th_status want);
struct th_json *market_retire(struct market *market, const char *holder, const char *tonnes,
                              const char *beneficiary, enum th_status want);
struct th_json *market_approve(struct market *market, int64_t trade_id, enum th_status want);
struct th_json *market_reject(struct market *market, int64_t trade_id, enum th_status want);
// At the end of June 2022, or on the day of a later deal.
struct th_json *market_receipt(struct market *market, int64_t trade_id, const char *amount,
                               enum th_status want);
struct th_json *market_term(struct market *market, const char *basis, const char *ratio,
                            const char *split, enum th_status want);
// The same without an end.
struct th_json *market_open_term(struct market *market, const char *basis, const char *ratio,
                                 const char *split, enum th_status want);
// Proposed by the bank and, unless it is a dry run, approved by the officer; the reply is that of
// the proposal.
struct th_json *market_distribute(struct market *market, const char *ratio, bool dry_run,
                                  enum th_status want);
struct th_json *market_decide_run(struct market *market, int64_t run_id, bool approve,
                                  enum th_status want);
// The trade id of a reply, which is freed.
int64_t market_id(struct th_json *reply);
// Proposed and approved in one go.
int64_t market_bought(struct market *market, const char *packages, const char *price);
int64_t market_sold(struct market *market, const char *buyer, const char *tonnes,
                    const char *price);

void market_refused(const struct market *market, const char *key);
// Tonnes of one line of a trade's reply by package; 0 when there is none.
int64_t market_line_t(const struct th_json *reply, int64_t package_id);
int64_t market_payment_fen(const struct th_json *reply, int64_t party_id);
// Every named check of ledger and money is fine; the names that were not are printed.
void market_assert_sound(struct th_store *store);
// What the journal makes of the books is what stands in the file.
void market_assert_rebuilt(struct th_store *store);

// A login that belongs to no party.
void market_user(struct market *market, const char *login, const char *role);
// A login of the role bank that belongs to a party.
void market_login(struct market *market, const char *login, const char *party);

#endif
