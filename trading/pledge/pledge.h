// Pledges (质押): units, expected units or a receivable that secure a debt, by rank; their release,
// the sale of what is pledged, and the money of the loan. Inputs and replies as in
// trading/deal/trade.h.
//
// Reply of a pledge's trade also: pledge{subject, rank (null: ended or not approved),
// rank_on_approval (of a proposal), tonnes, held_t, held_by_pledge (under whose lock the units
// stand while this one holds none; null: none), forecast_t (under the pledge, not issued yet),
// forecast_package (null: none), lost_t (expected, never issued), waiting_t, receivable_trade_id
// and receivable_fen (of a pledged receivable: whose price it is, and what of it is still owed;
// else null), debtor, debtor_name, principal_fen, rate, from, until, valuation_fen, number,
// registrar_number, registrar_until, payout_fen, repayment_fen, interest_fen, loan_fen (paid out
// and not repaid), payments[{payment_id, kind, amount_fen, on, enforcement_id, login, withdrawn_on,
// withdrawn_by, reason (null: it counts)}], of the list and of `trade show` also warnings[]
// (term_over, registration_over, registration_ending, cover_lost, receivable_gone,
// receivable_short: less is owed than was lent)}. Of a release: waived_t, forecast_t. Of an
// enforcement: debts[{pledge_id, party, party_name, owed_fen, claim_fen, number}].
#ifndef TH_TRADING_PLEDGE_H
#define TH_TRADING_PLEDGE_H

#include <stddef.h>

#include "registry/registry.h"

struct th_pledge_input {
    const char *holder; // the pledgor
    const char *to;     // the pledgee
    const char *tonnes; // NULL with `receivable`; with `after`: all that is pledged there
    const char *package;
    bool on_forecast;       // expected tonnes of one package, which are not issued yet
    const char *after;      // a pledge on the same units, which has the better rank; NULL: none
    const char *receivable; // an approved trade that owes the pledgor; NULL: units are pledged
    const char *debtor;     // NULL: the pledgor
    const char *principal;
    const char *rate; // per cent a year
    const char *from;
    const char *until;
    const char *valuation;       // of everything, or
    const char *valuation_per_t; // per tonne; one of the two
    const char *number;          // of the contract between the parties
    const char *registrar_number;
    const char *registrar_until;
    const char *on;
};
// TH_CONFLICT ("not_enough_units", "cover_short", "pledge_not_approved", "receivable_none"),
// TH_INVALID
// ("same_party", "pledge_other_holder", "rate_invalid", "term_dates", "text_too_long"), TH_USAGE
// ("pledge_subject", "pledge_term_missing" with "option", "valuation_one"), TH_NOT_PERMITTED.
enum th_status th_trade_propose_pledge(struct th_registry *registry,
                                       const struct th_request *request,
                                       const struct th_pledge_input *input,
                                       struct th_json **ret_reply,
                                       struct th_error *err) TH_MUST_CHECK;

struct th_release_input {
    const char *pledge;
    const char *tonnes; // NULL: all
    const char *note;
    const char *on;
};
// By the pledgee's side. Units go first, then expected tonnes: to the pledge of the next rank that
// lacks any, the rest back to the holder and its pool. TH_NOT_PERMITTED ("release_by_pledgee"),
// TH_CONFLICT ("pledge_ended", "not_enough_units", "pledge_not_approved"), TH_USAGE
// ("release_whole"). Its approval is refused with TH_CONFLICT ("release_overtaken") when expected
// tonnes were issued meanwhile.
enum th_status th_trade_propose_release(struct th_registry *registry,
                                        const struct th_request *request,
                                        const struct th_release_input *input,
                                        struct th_json **ret_reply,
                                        struct th_error *err) TH_MUST_CHECK;

struct th_enforcement_input {
    const char *pledge;
    const char *to; // the buyer
    const char *tonnes;
    const char *price;  // per tonne, tax-inclusive
    const char *tax;    // NULL: 0
    const char *owed;   // principal and interest under the pledge, as
    const char *number; // this document states it
    const char *const
        *next;     // "PLEDGE=AMOUNT" for each pledge of later rank that lives; needed when
    size_t n_next; // the price is more than `owed`
    const char *on;
};
// The price goes to the pledgee up to what is owed, then to the pledgees after it in their ranks,
// the rest to the pledgor. Its approval is refused with
// TH_CONFLICT ("enforcement_overtaken" with "pledge") when a pledge came since, and with
// TH_NOT_PERMITTED ("giver_unheard") when both persons are the pledgee's. TH_CONFLICT
// ("loan_repaid", "owed_too_large": more than what is out and what the rate can have come to)
// ("not_enough_units", "enforcement_expected" with "available", "expected", "pledge_ended"),
// TH_INVALID ("same_party", "enforcement_to_pledgee", "owed_next_invalid"), TH_USAGE
// ("owed_next_missing" with "pledge", "pledge_term_missing").
enum th_status th_trade_propose_enforcement(struct th_registry *registry,
                                            const struct th_request *request,
                                            const struct th_enforcement_input *input,
                                            struct th_json **ret_reply,
                                            struct th_error *err) TH_MUST_CHECK;

struct th_loan_input {
    int64_t pledge_id;
    const char *kind; // payout repayment interest
    const char *amount;
    const char *enforcement; // a sale out of whose receipts it is paid; NULL: paid by the debtor
    const char *on;
};
// Reply: that of the pledge's trade, with payment_id. TH_CONFLICT ("pledge_not_approved",
// "loan_exceeds" with "principal", "repayment_too_large" with "outstanding", "enforcement_spent"
// with "available", "enforcement_other", "interest_too_large" with "limit"), TH_INVALID
// ("amount_zero", "date_in_future", "loan_before_pledge", "loan_before_payout": more would have
// come back than was out on that day; TH_CONFLICT "loan_payment_later" with "other": than was out
// on the day of one that was recorded before, or less than its interest needs).
enum th_status th_loan_pay(struct th_registry *registry, const struct th_request *request,
                           const struct th_loan_input *input, struct th_json **ret_reply,
                           struct th_error *err) TH_MUST_CHECK;

struct th_loan_correct_input {
    int64_t payment_id;
    const char *reason;
    const char *on; // day on which its money is booked back; NULL: today
};
// Takes back a payment that was recorded wrongly, by another person of the side that confirms it;
// the right one is recorded anew. Reply as above. TH_NOT_FOUND ("loan_payment_not_found"),
// TH_NOT_PERMITTED ("loan_correct_second_person", "receiver_confirms", "trade_not_yours"),
// TH_CONFLICT ("loan_payment_withdrawn", "loan_payment_credited" of what a sale of pledged units
// paid, "loan_payment_rests" with "other": of a payout, a repayment that would not have been out,
// or interest that could not have grown), TH_USAGE ("correction_reason"), TH_INVALID
// ("loan_correct_before", "date_in_future").
enum th_status th_loan_correct(struct th_registry *registry, const struct th_request *request,
                               const struct th_loan_correct_input *input,
                               struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

// Pledges that are proposed or approved, by id. holder and pledgee NULL: any; `ended`: also those
// of which nothing is left, but a loan without cover is always told. Reply: pledges[{trade_id,
// state, seller, seller_name, buyer, buyer_name, of_trade_id and the keys of `pledge` above without
// payments}].
enum th_status th_pledge_list(struct th_registry *registry, const char *holder, const char *pledgee,
                              bool ended, struct th_json **ret_reply,
                              struct th_error *err) TH_MUST_CHECK;

#endif
