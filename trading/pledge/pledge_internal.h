// Shared by the files of pledges.
#ifndef TH_TRADING_PLEDGE_INTERNAL_H
#define TH_TRADING_PLEDGE_INTERNAL_H

#include "store/deal/pledge_store.h"
#include "trading/deal/deal.h"

// An approved pledge by the number that people type, with its trade. TH_NOT_FOUND
// ("pledge_not_found"), TH_CONFLICT ("pledge_not_approved").
enum th_status th_pledge_open(struct th_store *store, const char *reference,
                              struct th_trade *ret_trade, struct th_pledge *ret_pledge,
                              struct th_error *err) TH_MUST_CHECK;
// The whole chain of a pledge and the pledge in it. The list is cleared by free(items).
enum th_status th_pledge_stand(struct th_store *store, const struct th_trade *trade,
                               struct th_rank_list *ret_ranks, struct th_rank *ret_rank,
                               struct th_error *err) TH_MUST_CHECK;
// A text that must be there. TH_USAGE ("pledge_term_missing" with "option"), TH_INVALID
// ("text_too_long" with "field").
enum th_status th_pledge_text(const char *option, const char *text,
                              char ret_text[TH_PLEDGE_TEXT_SIZE],
                              struct th_error *err) TH_MUST_CHECK;
// What the actor owns or is owed: is it the pledgee's side? TH_NOT_PERMITTED
// ("release_by_pledgee").
enum th_status th_pledge_check_side(struct th_work *work, const struct th_trade *trade,
                                    struct th_error *err) TH_MUST_CHECK;

// Can so much be owed under a pledge on a day, or so much more interest be paid? Not more than what
// is out and the interest that the rate can have come to since, with what a bank may add for being
// late. TH_CONFLICT ("loan_repaid", "owed_too_large", "interest_too_large").
enum th_status th_debt_check_owed(struct th_store *store, int64_t pledge_id, struct th_money owed,
                                  const char *on_date, struct th_error *err) TH_MUST_CHECK;
enum th_status th_debt_check_interest(struct th_store *store, int64_t pledge_id,
                                      struct th_money amount, const char *on_date,
                                      struct th_error *err) TH_MUST_CHECK;
// Can so much interest, all that was paid up to a day, have grown by then on what was out?
enum th_status th_debt_interest_fits(struct th_store *store, int64_t pledge_id,
                                     struct th_money interest, const char *on_date, bool *ret_fits,
                                     struct th_error *err) TH_MUST_CHECK;

// The value of "pledge" in a reply. `with_payments` adds them; it knows of no day, and so
// has no warnings.
enum th_status th_pledge_json(struct th_store *store, const struct th_trade *trade,
                              bool with_payments, struct th_json **ret_object,
                              struct th_error *err) TH_MUST_CHECK;
// Registrations that end before this day are ending; "" where `today` is no day.
void th_pledge_ending(const char *today, char ret_ending[TH_ON_SIZE]);
// Sets "warnings" of such an object by the day.
void th_pledge_warn(struct th_json *object, const char *today);

extern const struct th_deal_kind th_deal_pledge;
extern const struct th_deal_kind th_deal_release;
extern const struct th_deal_kind th_deal_enforcement;

#endif
