// Pledges, releases, enforcements and loans as rows, and the ranks of pledges on the same units.
#ifndef TH_STORE_PLEDGE_STORE_H
#define TH_STORE_PLEDGE_STORE_H

#include "store/deal/lock_store.h"
#include "store/deal/trade_store.h"

enum { TH_PLEDGE_TEXT_SIZE = 100 };

// What a pledge says beside its trade, in which seller is the pledgor and buyer the pledgee.
struct th_pledge {
    int64_t trade_id;
    // units; forecast: expected tonnes; rank: what other pledges hold; receivable
    char subject[TH_TRADE_WORD_SIZE];
    struct th_units tonnes; // 0 of a receivable
    int64_t debtor_id;
    struct th_money principal;
    char rate[48]; // per cent a year
    char from_on[TH_ON_SIZE];
    char to_on[TH_ON_SIZE];
    struct th_money valuation;
    char number[TH_PLEDGE_TEXT_SIZE];
    char registrar_number[TH_PLEDGE_TEXT_SIZE]; // "": none
    char registrar_until[TH_ON_SIZE];           // "": not stated
};
// The row that the pledge's trade posts, without trade_id.
struct th_json *th_pledge_row(const struct th_pledge *pledge);
// TH_NOT_FOUND ("pledge_not_found" with "pledge").
enum th_status th_pledge_load(struct th_store *store, int64_t trade_id,
                              struct th_pledge *ret_pledge, struct th_error *err) TH_MUST_CHECK;

// An approved pledge among those on the same units, or on the same receivable.
struct th_rank {
    int64_t trade_id;
    int64_t pledgee_id;
    int64_t lock_id;          // 0: it holds nothing yet
    int64_t forecast_id;      // whose tonnes its lock may expect; 0: none
    struct th_units held;     // units under its lock
    struct th_units expected; // tonnes that its lock still expects
    struct th_units giving;   // the part of that which proposed releases give up
    struct th_units lost;     // of what it expected, never came
    struct th_units deciding; // under the locks of releases and enforcements of it, proposed
    struct th_units lacking;  // of what it was promised and has not given up
    struct th_units waiving;  // the part of that which proposed releases give up
    struct th_units waiting;  // the part of that which pledges of better rank hold
    bool alive;               // else it was released, or nothing is left for it
    int number;               // its rank among those alive, from 1; 0: not alive
};
struct th_rank_list {
    struct th_rank *items; // free()
    size_t n;
};
// In order of registration, which is that of their approvals. `root_id` is the first pledge, or the
// sale whose receivable is pledged.
enum th_status th_pledge_ranks(struct th_store *store, int64_t root_id,
                               struct th_rank_list *ret_ranks, struct th_error *err) TH_MUST_CHECK;
// The entry of one pledge, NULL when it is not among them.
const struct th_rank *th_rank_find(const struct th_rank_list *ranks, int64_t trade_id);
// Approved pledges of a pledgee (0: of all), also those that are over, by id; the visitor returns
// false to stop.
enum th_status th_pledge_each_approved(struct th_store *store, int64_t pledgee_id,
                                       bool (*visit)(void *context, int64_t trade_id),
                                       void *context, struct th_error *err) TH_MUST_CHECK;
// root_id of a pledge's trade.
int64_t th_pledge_root(const struct th_trade *trade);

// What was owed under a pledge when pledged units were sold.
struct th_debt {
    int64_t pledge_id;
    int64_t pledgee_id; // ignored when it is posted
    struct th_money owed;
    char number[TH_PLEDGE_TEXT_SIZE];
};
struct th_debt_list {
    struct th_debt *items; // free()
    size_t n;
};
// The rows that the enforcement's trade posts, in the order given, without trade_id.
struct th_json *th_debt_rows(const struct th_debt *debts, size_t n);
// In that order.
enum th_status th_debt_load(struct th_store *store, int64_t trade_id,
                            struct th_debt_list *ret_debts, struct th_error *err) TH_MUST_CHECK;

// What a release gives up beside units.
struct th_release {
    struct th_units waived;   // rank on what pledges before it hold
    struct th_units expected; // tonnes under the pledge's lock that are not issued
};
// The row that the release's trade posts, without trade_id.
struct th_json *th_release_row(const struct th_release *release);
enum th_status th_release_load(struct th_store *store, int64_t trade_id,
                               struct th_release *ret_release, struct th_error *err) TH_MUST_CHECK;

// Money of a loan.
struct th_loan_payment { // texts are borrowed
    int64_t payment_id;
    int64_t trade_id; // of the pledge
    const char *kind; // payout repayment interest
    struct th_money amount;
    const char *on_date;
    int64_t enforcement_id; // 0: paid by the debtor
    const char *login;
    // Taken back, since it was recorded wrongly; NULL: it counts.
    const char *withdrawn_on;
    const char *withdrawn_by;
    const char *reason;
};
enum th_status th_loan_post(struct th_posting *posting, const struct th_loan_payment *payment,
                            int64_t *ret_payment_id, struct th_error *err) TH_MUST_CHECK;
enum th_status th_loan_each(struct th_store *store, int64_t trade_id,
                            bool (*visit)(void *context, const struct th_loan_payment *payment),
                            void *context, struct th_error *err) TH_MUST_CHECK;
// The pledge under which a payment was recorded. TH_NOT_FOUND ("loan_payment_not_found").
enum th_status th_loan_find(struct th_store *store, int64_t payment_id, int64_t *ret_trade_id,
                            struct th_error *err) TH_MUST_CHECK;
// With withdrawn_on, withdrawn_by and reason.
enum th_status th_loan_withdraw_post(struct th_posting *posting,
                                     const struct th_loan_payment *payment,
                                     struct th_error *err) TH_MUST_CHECK;
// Of payments that count, here and below.
struct th_loan_totals {
    struct th_money payout;
    struct th_money repayment;
    struct th_money interest;
    struct th_money acknowledged; // of the repayment, by persons of the pledgee
};
enum th_status th_loan_totals(struct th_store *store, int64_t trade_id,
                              struct th_loan_totals *ret_totals,
                              struct th_error *err) TH_MUST_CHECK;
// What the registry knows of the debt under a pledge on a day.
struct th_loan_known {
    struct th_money principal; // as the contract has it
    struct th_loan_totals paid;
    // Fen of principal times days until then: of what was out, as it was recorded; of the principal
    // since the first day of its term, where no payout was.
    int64_t fen_days;
    // Brought by approved enforcements under this pledge, and not credited to the loan yet.
    struct th_money uncredited;
};
enum th_status th_loan_known(struct th_store *store, int64_t trade_id, const char *on_date,
                             struct th_loan_known *ret_known, struct th_error *err) TH_MUST_CHECK;
// What an enforcement brought a party in confirmed receipts, less what of it was credited to loans
// under that party's pledges.
enum th_status th_loan_creditable(struct th_store *store, int64_t enforcement_id,
                                  int64_t pledgee_id, struct th_money *ret_amount,
                                  struct th_error *err) TH_MUST_CHECK;
// "loans": the legs of every loan are its payments.
enum th_status th_loan_check_all(struct th_store *store, const struct th_check_sink *sink,
                                 struct th_error *err) TH_MUST_CHECK;

// What a listing says beside its trade.
struct th_listing {
    struct th_units least;     // of one acceptance
    char until_on[TH_ON_SIZE]; // last day; "": until it is withdrawn
};
// TH_NOT_FOUND ("listing_not_found" with "listing").
enum th_status th_listing_load(struct th_store *store, int64_t trade_id,
                               struct th_listing *ret_listing, struct th_error *err) TH_MUST_CHECK;

#endif
