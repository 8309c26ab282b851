// Shared by the files about revenue.
#ifndef TH_TRADING_REVENUE_INTERNAL_H
#define TH_TRADING_REVENUE_INTERNAL_H

#include "store/revenue/payout_store.h"
#include "store/revenue/revenue_run_store.h"
#include "store/revenue/revenue_store.h"
#include "trading/trading_internal.h"

struct th_payment_list { // by party and group, each once; free with th_payment_list_clear
    struct th_distribution_payment *items;
    size_t n;
    uint32_t *weights; // n × width limbs: exact, the lowest limb first
    size_t width;
    int64_t pool_t; // bought in all pools that the sale drew on
};
void th_payment_list_clear(struct th_payment_list *list);

// The one party of a kind that the registry knows, 0: none. TH_CONFLICT ("recipient_several" with
// "kind", "kind_name").
enum th_status th_recipient_only(struct th_store *store, const char *kind, int64_t *ret_party_id,
                                 struct th_error *err) TH_MUST_CHECK;
// How a run reckons.
struct th_reckoning {
    char through_on[TH_ON_SIZE];
    int64_t term_id; // chosen; 0: by the day of each sale
    bool has_ratio;  // another ratio, where nothing is written
    struct th_ratio ratio;
};
// One sale in a run.
struct th_sale {
    struct th_trade trade;
    struct th_term term;
    struct th_sale_share now; // this run's part
    struct th_payment_list payments;
};
// Everybody who takes part in what a sale gives by its term, with an exact weight and without an
// amount: over the pools that the sale drew on, by tonnes; over the recipients that the term names,
// by share; over the parties, by the tonnes they contributed to the pool; over the members of a
// village or cooperative, by their shares on the day of the sale. TH_NOT_FOUND
// ("recipient_missing"), TH_CONFLICT ("recipient_several", "shares_incomplete").
enum th_status th_recipients_gather(struct th_store *store, const struct th_trade *trade,
                                    const struct th_term *term,
                                    struct th_payment_list *ret_payments,
                                    struct th_error *err) TH_MUST_CHECK;
// Why sales of a pool on that day could not be shared by the term: "recipient_missing",
// "recipient_several" or "shares_incomplete"; "" where nobody lacks.
enum th_status th_recipients_lack(struct th_store *store, const struct th_term *term,
                                  int64_t pool_id, const char *on_date,
                                  char ret_code[TH_ERROR_KEY_SIZE],
                                  struct th_error *err) TH_MUST_CHECK;
// The amounts of all payments of a run: what each sale distributes, over its parties, as
// th_run_share says (trading/revenue/run_share.h); and what a party gets, in the same way over the
// capacities in which it takes part.
enum th_status th_recipients_share(struct th_sale *sales, size_t n_sales,
                                   struct th_error *err) TH_MUST_CHECK;
// The term of a sale: the one that holds, or of several the chosen one. TH_CONFLICT
// ("term_missing", "term_ambiguous", "term_mixed", "term_not_in_force" with "term", each with "on"
// and "trade"), TH_NOT_FOUND ("term_not_found").
enum th_status th_sale_choose_term(struct th_store *store, const struct th_reckoning *reckoning,
                                   struct th_sale *sale, struct th_error *err) TH_MUST_CHECK;
// Why nothing of what arrives for a sale can be shared: "term_missing", "term_ambiguous" or
// "term_mixed", or what th_recipients_lack says; "" where it can. Where the last sale was of the
// same pool and term, its recipients are not looked for again: `last` begins empty.
struct th_shared_last {
    int64_t pool_id;
    int64_t term_id;
};
enum th_status th_sale_waits(struct th_store *store, const struct th_trade *trade,
                             struct th_shared_last *last, char ret_code[TH_ERROR_KEY_SIZE],
                             struct th_error *err) TH_MUST_CHECK;
// Is this term one of the most special ones in force for every part of the sale?
enum th_status th_sale_term_holds(struct th_store *store, const struct th_trade *trade,
                                  int64_t term_id, bool *ret_holds,
                                  struct th_error *err) TH_MUST_CHECK;
// sale->now by sale->term.
enum th_status th_sale_reckon(struct th_store *store, const struct th_reckoning *reckoning,
                              struct th_sale *sale, struct th_error *err) TH_MUST_CHECK;
// A ratio in per cent, 0 … 100. TH_INVALID ("ratio_invalid", "ratio_range").
enum th_status th_percent_parse(const char *text, struct th_ratio *ret_ratio,
                                struct th_error *err) TH_MUST_CHECK;

// comparison[{term_id, basis, ratio, n_sales, net_fen, distributed_fen, kept_fen}]: what each term
// in force would bring of these sales, with its own ratio and each of the others.
enum th_status th_revenue_compare(struct th_store *store, const struct th_reckoning *reckoning,
                                  const int64_t *trade_ids, size_t n_trades,
                                  const struct th_ratio *ratios, size_t n_ratios,
                                  struct th_json **ret_comparison,
                                  struct th_error *err) TH_MUST_CHECK;

// What an approved run owes: claims of the recipients on the sellers.
enum th_status th_run_post_claims(struct th_posting *posting, int64_t distribution_id,
                                  const char *on_date, struct th_error *err) TH_MUST_CHECK;
// A term that a login posted changes nothing that was agreed before. TH_CONFLICT ("term_overtakes"
// with "term", "term_splits_deal"; each with "trade", "on", "from"), TH_NOT_PERMITTED
// ("term_freed_own" with "term", "trade", "on": the same person ended the term of that sale).
enum th_status th_term_check_agreed(struct th_store *store, const struct th_term *term,
                                    const char *login, struct th_error *err) TH_MUST_CHECK;
// splits[{party_kind, share}] and the other keys of a term.
struct th_json *th_term_json(const struct th_term *term);

// What is listed against a sale is listed by the bank that sold. TH_NOT_PERMITTED
// ("sale_not_yours").
enum th_status th_sale_check_own(struct th_work *work, const struct th_trade *sale,
                                 struct th_error *err) TH_MUST_CHECK;
// A sale of the actor's side that was agreed. TH_CONFLICT ("trade_not_sale"), TH_NOT_PERMITTED
// ("sale_not_yours").
enum th_status th_sale_load_own(struct th_work *work, int64_t trade_id, struct th_trade *ret_sale,
                                struct th_error *err) TH_MUST_CHECK;
// What was said about the costs of a sale is taken back, with the reason.
struct th_cost_withdrawal {
    const char *kind; // of the entry
    const char *of;   // "trade" or "deduction"
    int64_t id;       // of that
    enum th_status (*withdraw)(struct th_work *work, int64_t id, const char *reason,
                               struct th_json *body, struct th_error *err);
};
enum th_status th_cost_withdraw(struct th_registry *registry, const struct th_request *request,
                                const struct th_cost_withdrawal *withdrawal, const char *reason,
                                struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;
// "costs" of a reply about a run: what was listed and trued up since the run before,
// [{trade_id, kind, amount_fen, document_sha256, by}].
enum th_status th_run_costs_json(struct th_store *store, int64_t run_id, struct th_json *reply,
                                 struct th_error *err) TH_MUST_CHECK;
// The second person of a run is the second person of its costs as well: whoever listed one of them
// does not approve it, not even alone. TH_NOT_PERMITTED ("cost_second_person" with "trade", "act").
enum th_status th_run_check_costs(struct th_work *work, int64_t run_id,
                                  struct th_error *err) TH_MUST_CHECK;

#endif
