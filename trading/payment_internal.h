// Shared by the files about payments.
#ifndef TH_TRADING_PAYMENT_INTERNAL_H
#define TH_TRADING_PAYMENT_INTERNAL_H

#include "trading/payment.h"
#include "trading/revenue_internal.h"

enum { TH_PAYMENT_NUMBER_SIZE = 72 };
const char *th_payment_number(const struct th_payout *payout, char buf[TH_PAYMENT_NUMBER_SIZE]);
// "P7-12-1" into its parts; false when it is none.
bool th_payment_number_parse(const char *text, int64_t *ret_run_id, int64_t *ret_party_id,
                             int64_t *ret_attempt);

// "6228 **** 1234": what may be shown on a screen.
const char *th_account_masked(const char *number, char buf[TH_ACCOUNT_NUMBER_SIZE]);

// Posts an event with its legs, and brings *payout to where it stands then. TH_CONFLICT
// ("payment_state").
struct th_payout_change { // texts are borrowed
    const char *kind;     // paid returned resent
    const char *on_date;
    const char *reference; // NULL: none, as the note
    const char *note;
};
enum th_status th_payout_change(struct th_work *work, struct th_payout *payout,
                                const struct th_payout_change *change,
                                struct th_error *err) TH_MUST_CHECK;

#endif
