// Shared by the use cases of trading: what people type, how replies are said, money that moves.
// Deals have trading/deal/deal.h.
#ifndef TH_TRADING_TRADING_INTERNAL_H
#define TH_TRADING_TRADING_INTERNAL_H

#include "registry/package/package.h"
#include "registry/work.h"
#include "store/deal/lock_store.h"
#include "store/deal/money_store.h"
#include "store/deal/trade_store.h"
#include "store/estimate/package_store.h"
#include "store/ledger/issuance_store.h"
#include "store/ledger/ledger_store.h"

enum { TH_SERIAL_SIZE = 128, TH_SUBJECT_SIZE = 40 };

// A whole number of tonnes above 0, commas between thousands allowed. TH_INVALID
// ("tonnes_invalid").
enum th_status th_tonnes_parse(const char *text, struct th_units *ret_tonnes,
                               struct th_error *err) TH_MUST_CHECK;
// A free text of a trade; NULL reads as "". TH_INVALID ("text_too_long" with "field").
enum th_status th_note_parse(const char *field, const char *text, char ret_note[TH_TRADE_NOTE_SIZE],
                             struct th_error *err) TH_MUST_CHECK;
// Why something is taken back: without blanks at its ends, and never nothing, nor signs that nobody
// sees. TH_USAGE ("correction_reason"), TH_INVALID ("text_too_long").
enum th_status th_reason_parse(const char *text, char ret_reason[TH_TRADE_NOTE_SIZE],
                               struct th_error *err) TH_MUST_CHECK;
// Text or today into "2021-12-28". TH_INVALID ("date_invalid").
enum th_status th_on_parse(struct th_registry *registry, const char *text, char ret_on[TH_ON_SIZE],
                           struct th_error *err) TH_MUST_CHECK;
// The same for the day of a deal. TH_INVALID ("date_in_future") as well: what has not happened is
// not booked.
enum th_status th_deal_day_parse(struct th_registry *registry, const char *text,
                                 char ret_on[TH_ON_SIZE], struct th_error *err) TH_MUST_CHECK;
// The day that counts for a move of units: of its deal (NULL: none), but not after its entry.
void th_move_day(const char *deal_on, int64_t at_utc, char ret_on[TH_ON_SIZE]);
// Splits trade->amount by the rate (NULL: 0) into net, rounded half up to the fen, and tax.
// TH_INVALID ("tax_invalid") below 0, above 100 per cent, or finer than hundredths of one,
// ("amount_too_large") above 10^13 fen, so that sums over all trades fit by far.
enum th_status th_trade_set_tax(struct th_trade *trade, const char *rate,
                                struct th_error *err) TH_MUST_CHECK;
// TH_NOT_PERMITTED ("bank_not_yours") when the actor's login belongs to another party.
enum th_status th_check_own_bank(const struct th_work *work, const struct th_party *bank,
                                 struct th_error *err) TH_MUST_CHECK;
// That money arrived is said by the side it arrived at, never by who owed it: by the receiver's
// login, or by one that belongs to no party. Of a receiver without logins, such as a village, any
// side of the deal may say it. TH_NOT_PERMITTED ("receiver_confirms" with "party").
enum th_status th_check_receiver(struct th_work *work, int64_t receiver_id,
                                 struct th_error *err) TH_MUST_CHECK;
// May the actor decide about what `proposed_by` brought? Another person may, and the same one where
// the county's rule lets one suffice for the amount: *ret_alone_rule_id is that rule then, else 0.
// TH_NOT_PERMITTED ("second_person").
enum th_status th_check_second_person(struct th_work *work, const char *proposed_by,
                                      struct th_money amount, int64_t *ret_alone_rule_id,
                                      struct th_error *err) TH_MUST_CHECK;
// What one person decides alone counts together over a day. TH_NOT_PERMITTED (TH_ALONE_SUM) where
// this amount as well would be more than the county's rule lets one person decide.
#define TH_ALONE_SUM "alone_sum"
enum th_status th_check_alone_sum(struct th_work *work, struct th_money amount,
                                  struct th_error *err) TH_MUST_CHECK;
// TH_NOT_PERMITTED ("limit_amount", "limit_tonnes") beyond what the actor's login may approve.
enum th_status th_check_limit(struct th_work *work, struct th_money amount, struct th_units tonnes,
                              struct th_error *err) TH_MUST_CHECK;
// TH_NOT_PERMITTED ("verifier_cannot_hold").
enum th_status th_check_may_hold(const struct th_party *party, struct th_error *err) TH_MUST_CHECK;

// "PREFIX:1-836", or "PREFIX:7" for a single unit.
const char *th_serial_format(const char *prefix, int64_t first, int64_t last,
                             char buf[TH_SERIAL_SIZE]);
const char *th_subject(const char *kind, int64_t id, char buf[TH_SUBJECT_SIZE]); // "trade:7"

void th_json_set_money(struct th_json *object, const char *key, struct th_money money);
void th_json_set_units(struct th_json *object, const char *key, struct th_units units);
// The price per tonne of a trade; null for a lump sum and where there is none.
void th_json_set_price(struct th_json *object, const char *key, const struct th_trade *trade);
// null for ""
void th_json_set_word(struct th_json *object, const char *key, const char *text);
// `key` = id and `key`_name = name of the party; both null for 0. Failures stay in the object.
enum th_status th_json_set_party(struct th_store *store, struct th_json *object, const char *key,
                                 int64_t party_id, struct th_error *err) TH_MUST_CHECK;
// The names of all who sell: of a purchase of several villages, in order of its lines.
enum th_status th_trade_seller_names(struct th_store *store, const struct th_trade *trade,
                                     struct th_json *names, struct th_error *err) TH_MUST_CHECK;

// The reply about one trade, see trading/deal/trade.h.
enum th_status th_trade_reply(struct th_store *store, int64_t trade_id, struct th_json **ret_reply,
                              struct th_error *err) TH_MUST_CHECK;
// Where the trade stands, in a word: its state; "offered" of a proposal without a lock; of a
// rejection by its proposer "withdrawn"; of an approved deal "corrected", and of one that lasts
// (listing, pledge, promise) "in_force", "completed" (nothing is left of it), "lapsed" or
// "withdrawn".
enum th_status th_trade_standing(struct th_store *store, const struct th_trade *trade,
                                 bool corrected, const char **ret_word,
                                 struct th_error *err) TH_MUST_CHECK;
enum th_status th_trade_head_json(struct th_store *store, const struct th_trade *trade,
                                  struct th_json **ret_object, struct th_error *err) TH_MUST_CHECK;

// Posts a pair of legs: `from` loses, `to` gains.
struct th_transfer {
    int64_t from_id;
    int64_t to_id;
    enum th_account account;
    struct th_money amount;
    const char *on_date;
    int64_t trade_id;
    const char *memo;
};
enum th_status th_money_move(struct th_posting *posting, const struct th_transfer *transfer,
                             struct th_error *err) TH_MUST_CHECK;

#endif
