// Shared by the files about payments.
#ifndef TH_TRADING_PAYMENT_INTERNAL_H
#define TH_TRADING_PAYMENT_INTERNAL_H

#include "store/revenue/party_account_store.h"
#include "store/revenue/payout_store.h"
#include "store/revenue/revenue_run_store.h"
#include "trading/payment/payment.h"
#include "trading/trading_internal.h"

enum { TH_PAYMENT_NUMBER_SIZE = 80 };
const char *th_payment_number(const struct th_payout *payout, char buf[TH_PAYMENT_NUMBER_SIZE]);
// "P7-12-1-3EE931" into its parts: run, party, attempt and the run's word; false when it is none.
bool th_payment_number_parse(const char *text, struct th_payout *ret_payout);

// "6228 **** 1234": what may be shown on a screen.
const char *th_account_masked(const char *number, char buf[TH_ACCOUNT_NUMBER_SIZE]);

// May a payment in this state be paid, returned or resent now?
bool th_payout_may_follow(const char *kind, const char *state);
// Posts an event with its legs, and brings *payout to where it stands then. TH_CONFLICT
// ("payment_state"), TH_INVALID ("payment_before" with "since").
struct th_payout_change { // texts are borrowed
    const char *kind;     // paid returned resent
    const char *on_date;
    const char *reference; // NULL: none, as the note
    const char *note;
};
enum th_status th_payout_change(struct th_work *work, struct th_payout *payout,
                                const struct th_payout_change *change,
                                struct th_error *err) TH_MUST_CHECK;

// Where a payment goes now, and what to know of it before paying: "missing", "changed" (since the
// approval), "first" (none was confirmed before it), "holder" (another name than the party's), or
// of the first two with the last "changed_holder", "first_holder"; else "".
enum th_status th_payout_account(struct th_store *store, const struct th_payout *payout,
                                 const struct th_party *party, struct th_party_account *ret_account,
                                 const char **ret_note, struct th_error *err) TH_MUST_CHECK;
// {distribution_id, number, party, name, kind, amount_fen, state, attempt, on, reference, note,
// bank, account, account_holder, account_note}: one payment, the account number whole or with
// stars.
enum th_status th_payout_json(struct th_store *store, const struct th_payout *payout,
                              bool whole_account, struct th_json **ret_object,
                              struct th_error *err) TH_MUST_CHECK;
// Whole account numbers of a run are for the bank that sold, officers and the admin. login NULL:
// nobody.
enum th_status th_run_may_see_accounts(struct th_store *store, const char *login, int64_t run_id,
                                       bool *ret_may, struct th_error *err) TH_MUST_CHECK;
// Only an approved run owes anything. TH_CONFLICT ("run_not_approved", "run_rejected").
enum th_status th_run_check_approved(const struct th_run *run, struct th_error *err) TH_MUST_CHECK;
// Every sale of the run was this bank's, when the actor belongs to one. TH_NOT_PERMITTED
// ("run_not_yours").
enum th_status th_run_check_own(struct th_work *work, int64_t distribution_id,
                                struct th_error *err) TH_MUST_CHECK;

#endif
