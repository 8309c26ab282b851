// Deals: what all kinds have in common, and what each kind says of itself. A kind is a table of
// functions (struct th_deal_kind) in a file of its own; the frame proposes, decides and tells the
// effect of any of them.
//
// A deal promises units when it is proposed: they come under its lock, from their holder or from
// the lock of another deal (an option that is exercised). The approval posts what the kind does,
// the rejection gives everything back to where it came from. What only the other side proposes may
// wait as an offer instead, whose units come under the lock with the approval (deal/offer.c).
#ifndef TH_TRADING_DEAL_H
#define TH_TRADING_DEAL_H

#include "trading/trading_internal.h"

// A proposal on its way into the books.
struct th_deal {
    const struct th_deal_kind *kind;
    struct th_trade trade;
    struct th_trade_line *lines; // from malloc, freed with the deal
    size_t n_lines;
    struct th_block_list picks; // the very units; empty: by line, as th_ledger_held has them
    struct th_lock source;      // that picks come from; lock_id 0: they are held
    int64_t forecast_id;        // whose expected tonnes are promised too; 0: none
    struct th_units forecast;   // of trade.tonnes, so many
    bool offered;               // the units come under the lock with the approval
    struct th_json *terms;      // the kind's own row, or an array of rows, without "trade_id"
};
// Adds a line. *capacity belongs to the caller and begins as 0.
enum th_status th_deal_add_line(struct th_deal *deal, size_t *capacity,
                                const struct th_trade_line *line,
                                struct th_error *err) TH_MUST_CHECK;
// Takes held units as picks, oldest vintage first, with one line for each package and pool.
// TH_CONFLICT ("not_enough_units").
enum th_status th_deal_pick_held(struct th_store *store, struct th_deal *deal,
                                 const struct th_held_filter *filter, struct th_units units,
                                 struct th_error *err) TH_MUST_CHECK;
// The same of whole tonnes that come from these parcels alone.
enum th_status th_deal_pick_of_parcels(struct th_store *store, struct th_deal *deal,
                                       const struct th_held_filter *filter,
                                       const int64_t *parcel_ids, size_t n_parcels,
                                       struct th_units units, struct th_error *err) TH_MUST_CHECK;
// Takes `units` of what the lock of another deal still holds as picks, with one line for each
// package and pool, pro rata by what each has there: largest remainder, ties to the first; the
// lowest serials within each. TH_CONFLICT ("not_enough_units").
enum th_status th_deal_pick_from_lock(struct th_store *store, struct th_deal *deal,
                                      int64_t of_trade_id, struct th_units units,
                                      struct th_error *err) TH_MUST_CHECK;

// Exactly one of the two. TH_USAGE ("price_or_amount").
enum th_status th_deal_check_price(const char *price, const char *amount,
                                   struct th_error *err) TH_MUST_CHECK;
// Sets price, amount and tax of a deal whose tonnes and lines are known, and the amount of each
// line: its tonnes' part, by largest remainder. TH_INVALID ("tax_invalid", those of amounts).
enum th_status th_deal_set_money(struct th_deal *deal, const char *price, const char *amount,
                                 const char *tax, struct th_error *err) TH_MUST_CHECK;
// Gives each line its part of another sum, in the same way.
enum th_status th_deal_share_money(const struct th_deal *deal, struct th_money total,
                                   void (*give)(struct th_trade_line *line, struct th_money part),
                                   struct th_error *err) TH_MUST_CHECK;

// A trade that somebody decides about.
struct th_decision {
    const char *state;  // "approved", "rejected"
    const char *reason; // NULL: none
    char on_date[TH_ON_SIZE];
    int64_t alone_rule_id; // by which one person suffices; 0: two decide
    struct th_trade trade;
    struct th_trade_line_list lines;
    struct th_lock lock;
    struct th_block_list blocks; // that the lock holds
    struct th_lock source;       // where they came from; lock_id 0: they were held
    bool offered;                // lock and lines are still to be posted, the blocks are held
};

// What a proposal does to the stock of the pools that its lines draw on.
enum th_pool_use {
    TH_POOL_USE_NONE, // units are taken whatever pool they are in
    TH_POOL_USE_SOLD, // sold, with what they cost
    TH_POOL_USE_USED, // used by their owner
    TH_POOL_USE_MOVED // used so far (pledged), sold from now on
};

// How a proposal waits that neither the giving side nor the county made.
enum th_deal_wait {
    TH_WAIT_LOCKED,   // like any other: its units were promised to the proposer before
    TH_WAIT_BRIEFLY,  // under a lock, but not for long: these very units, or a daily purchase
    TH_WAIT_UNLOCKED, // as an offer
    TH_WAIT_DECIDED   // under a lock without a last day: a right that was used in time
};

// Whose word a deal needs: of each of these sides one of its two persons, or, where the side has no
// login of its own, somebody of the county.
struct th_word {
    bool seller;
    bool buyer;
    bool county; // whose word also counts for a side of them that has logins
};

// What one kind of deal does its own way.
struct th_deal_kind {
    const char *name; // "purchase"
    enum th_permission propose;
    enum th_pool_use pool_use;
    bool from_lock;   // acts on the units of trade.of_trade_id's lock, which drew their pools
    bool other_side;  // only the other side may accept it
    bool keeps_lock;  // after the approval the units stay under the deal's own lock
    bool takes_later; // no units come under a lock: the approval finds those that it moves
    bool of_officers; // the county's officers alone decide about it
    bool by_pledgee;  // proposed for the buyer of trade.of_trade_id, who has a right in the units
    bool always_two;  // whatever the county lets one person decide alone
    bool shared;      // its money is shared with villages, by the term of its day
    bool one_term;    // what its units bring, now or later, is shared by one term of revenue
    enum th_deal_wait by_other;
    const char *terms; // kind of post of the deal's own terms; NULL: none
    // May two persons of this party decide without anybody of the side that gives? NULL: never.
    enum th_status (*without_giver)(struct th_store *store, const struct th_trade *trade,
                                    int64_t party_id, bool *ret_fair, struct th_error *err);
    // Whose word it needs. NULL: that of who gives the units; of a kind that acts on another deal's
    // lock nobody's, since it was given with that deal. Of a kind by_pledgee it is asked before the
    // deal is posted, too, and looks at nothing but its of_trade_id.
    enum th_status (*must_hear)(struct th_store *store, const struct th_trade *trade,
                                struct th_word *ret_word, struct th_error *err);
    // Fills a deal that begins with its kind from what was asked for.
    enum th_status (*prepare)(const void *input, struct th_registry *registry, struct th_work *work,
                              struct th_deal *deal, struct th_error *err);
    // Posts what else belongs to the proposal, after trade, terms, lock and lines. NULL: nothing.
    enum th_status (*proposed)(const void *input, struct th_posting *posting,
                               const struct th_deal *deal, struct th_error *err);
    // What must still be true when the deal is approved. NULL: nothing but the frame's own.
    enum th_status (*check)(struct th_store *store, const struct th_decision *decision,
                            struct th_error *err);
    // Posts what follows from the approval; decision and lock are the frame's. It reads nothing
    // that it has posted, so that the effect can be told without doing it. NULL: nothing.
    enum th_status (*approve)(struct th_posting *posting, const struct th_decision *decision,
                              struct th_error *err);
    // Of a kind that keeps its lock: the last day on which the units stay under it by themselves;
    // "": until somebody decides. NULL: likewise.
    enum th_status (*hold_until)(struct th_store *store, const struct th_trade *trade,
                                 char ret_on[TH_ON_SIZE], struct th_error *err);
    // Of a kind with one_term: from when until when others may take of its units. NULL: nobody
    // does, or whatever their term is.
    enum th_status (*open_days)(struct th_store *store, const struct th_trade *trade,
                                char ret_from[TH_ON_SIZE], char ret_until[TH_ON_SIZE],
                                struct th_error *err);
    // Posts what follows when the last day of the deal, proposed or approved, has passed; the frame
    // has given back what was left under the lock. NULL: nothing.
    enum th_status (*ended)(struct th_posting *posting, const struct th_trade *trade,
                            const char *on_date, struct th_error *err);
    // The deal's own terms in its reply. NULL: none.
    enum th_status (*show)(struct th_store *store, const struct th_trade *trade,
                           struct th_json *reply, struct th_error *err);
};
const struct th_deal_kind *th_deal_kind_find(const char *name); // NULL for a name that is none

// The frame of every proposal: `input` goes to the kind's prepare; then trade, terms, lock and
// lines are posted, and the units locked and taken from their pools. Takes `given`, what the caller
// asked for. The reply is that of th_trade_reply.
enum th_status th_deal_propose(struct th_registry *registry, const struct th_request *request,
                               const struct th_deal_kind *kind, struct th_json *given,
                               const void *input, struct th_json **ret_reply,
                               struct th_error *err) TH_MUST_CHECK;
// The same of a deal that refers to documents.
enum th_status th_deal_propose_reading(struct th_registry *registry,
                                       const struct th_request *request,
                                       const struct th_deal_kind *kind, struct th_json *given,
                                       const struct th_work_documents *documents, const void *input,
                                       struct th_json **ret_reply,
                                       struct th_error *err) TH_MUST_CHECK;
// The same for a deal that the proposer carries out at once: proposal and approval are one entry of
// the journal. Beyond what one person may decide alone in a day it stays a proposal.
// TH_NOT_PERMITTED as in th_decision_check_persons, ("not_at_once") where the county's rule does
// not let one person suffice for the amount.
enum th_status th_deal_at_once(struct th_registry *registry, const struct th_request *request,
                               const struct th_deal_kind *kind, struct th_json *given,
                               const void *input, struct th_json **ret_reply,
                               struct th_error *err) TH_MUST_CHECK;
// Appends held units of a line, as many as it has and there are: oldest vintage first, lowest
// serial first.
enum th_status th_deal_pick_line(struct th_store *store, const struct th_deal_kind *kind,
                                 const struct th_trade_line *line, struct th_block_list *blocks,
                                 struct th_units *ret_found, struct th_error *err) TH_MUST_CHECK;
// A deal is not older than those by which its units came. TH_INVALID ("deal_before").
enum th_status th_deal_check_came(struct th_store *store, const struct th_trade *trade,
                                  const struct th_block_list *blocks,
                                  struct th_error *err) TH_MUST_CHECK;
// What is posted of a deal, or is about to be approved.
struct th_one_term {
    const struct th_deal_kind *kind;
    const struct th_trade *trade;
    const struct th_trade_line *lines;
    size_t n_lines;
    const struct th_block_list *picks; // as the deal chose them, in order; NULL or empty: by line
};
// Units of pools can be sold as one when one term of revenue holds for all of them, or none for
// any: on the day of the deal, and where a term that is agreed begins or ends while others may take
// of them. TH_CONFLICT ("sale_terms_differ" with "pool", "other", "on" and "tonnes", that a first
// deal can have; "sale_terms_apart" where no tonnes make one).
enum th_status th_deal_check_one_term(struct th_store *store, const struct th_one_term *deal,
                                      struct th_error *err) TH_MUST_CHECK;
// What a deal of this kind does to pools with units from that lock (lock_id 0: with held ones).
enum th_pool_use th_deal_pool_use(const struct th_deal_kind *kind, const struct th_lock *source);
// Takes a line's units from its pool, or gives them back.
enum th_status th_deal_draw_pool(struct th_posting *posting, enum th_pool_use use,
                                 const struct th_trade_line *line, bool back,
                                 struct th_error *err) TH_MUST_CHECK;

// Reads a trade with everything that a decision about it needs. TH_NOT_FOUND ("trade_not_found"),
// TH_CONFLICT ("trade_decided", "cover_lost"; of the approval of an offer "offer_units_gone" with
// "available", "wanted").
enum th_status th_decision_load(struct th_store *store, int64_t trade_id,
                                struct th_decision *decision, struct th_error *err) TH_MUST_CHECK;
void th_decision_clear(struct th_decision *decision);
// The approval by the work's actor, row and all: may he, does everything still hold?
enum th_status th_decision_approve(struct th_work *work, struct th_decision *decision,
                                   struct th_json *body, struct th_error *err) TH_MUST_CHECK;
// What the approval posts, the frame's part included but the row of the decision.
enum th_status th_decision_carry_out(struct th_posting *posting, const struct th_decision *decision,
                                     struct th_error *err) TH_MUST_CHECK;
// Where the units of a deal that is undone go, and what that does to their pools: to the lock from
// which they came (lock_id), or to their holder. The rest of a promise that is over went back with
// the cost of what nobody had taken, so that these units follow it there. `source` with lock_id 0:
// they were held.
enum th_status th_deal_find_origin(struct th_store *store, const struct th_deal_kind *kind,
                                   const struct th_lock *source, const char *on_date,
                                   struct th_unit_place *ret_origin, enum th_pool_use *ret_use,
                                   struct th_error *err) TH_MUST_CHECK;
// Everything goes back to where it came from.
enum th_status th_decision_give_back(struct th_posting *posting, const struct th_decision *decision,
                                     struct th_error *err) TH_MUST_CHECK;

// A bank's login has a hand in its own bank's deals: as buyer or seller, in the retirement of what
// its customers bought, and in what acts upon a deal of its own. TH_NOT_PERMITTED
// ("trade_not_yours").
enum th_status th_check_own_trade(struct th_work *work, const struct th_trade *trade,
                                  struct th_error *err) TH_MUST_CHECK;
// Does a login of this party (0: of none) speak for a party (0: for several)? Its own do, and those
// of the county, who belong to no party, for whoever has no login.
enum th_status th_deal_speaks_for(struct th_store *store, int64_t login_party_id, int64_t party_id,
                                  bool *ret_speaks, struct th_error *err) TH_MUST_CHECK;
// An officer stands in for a proposing side that has no login of its own, and for nobody else:
// every seller of the trade, or where it names none of its lines; of what a pledgee does the
// pledgee. What only officers do is not judged.
// TH_NOT_PERMITTED ("officer_stands_in").
enum th_status th_deal_check_proposer(struct th_store *store, const struct th_actor *actor,
                                      const struct th_trade *trade,
                                      const struct th_trade_line *lines, size_t n_lines,
                                      struct th_error *err) TH_MUST_CHECK;
// May a login, by the side that it stands on, approve the deal? TH_NOT_PERMITTED
// ("officers_decide", "trade_not_yours", "other_side_accepts", "giver_unheard", "buyer_unheard",
// "side_unheard").
enum th_status th_deal_check_sides(struct th_store *store, const struct th_actor *actor,
                                   const struct th_trade *trade,
                                   struct th_error *err) TH_MUST_CHECK;
// May he reject it? What acts upon an earlier deal is a right that this one gave: who is bound by
// it does not end it. TH_NOT_PERMITTED ("trade_not_yours", "officers_decide", "right_of_other").
enum th_status th_deal_check_rejecter(struct th_store *store, const struct th_actor *actor,
                                      const struct th_trade *trade,
                                      struct th_error *err) TH_MUST_CHECK;
// May the actor approve it, today? TH_NOT_PERMITTED ("second_person", "alone_sum",
// "trade_not_yours", "other_side_accepts", "giver_unheard", "buyer_unheard", "side_unheard",
// "limit_amount", "limit_tonnes"), TH_INVALID ("decided_before"), TH_CONFLICT ("trade_expired").
// Sets alone_rule_id.
enum th_status th_decision_check_persons(struct th_work *work, struct th_decision *decision,
                                         struct th_error *err) TH_MUST_CHECK;
// How a proposal that the actor makes today waits, and its last day, by the county's rules.
enum th_status th_deal_set_wait(struct th_work *work, struct th_deal *deal,
                                struct th_error *err) TH_MUST_CHECK;
// The frame's part of an offer: its lines in place of a lock; what a decision about it needs, picks
// included where it approves; and lock, lines and pools when it is approved: the decision's blocks
// stand under the lock from then on.
enum th_status th_deal_post_offer(struct th_posting *posting, const struct th_deal *deal,
                                  struct th_error *err) TH_MUST_CHECK;
enum th_status th_deal_load_offer(struct th_store *store, struct th_decision *decision,
                                  struct th_error *err) TH_MUST_CHECK;
enum th_status th_deal_lock_offer(struct th_posting *posting, const struct th_decision *decision,
                                  struct th_error *err) TH_MUST_CHECK;
// What an approved deal still holds under its lock goes back to its holders and pools.
enum th_status th_deal_release_rest(struct th_posting *posting, const struct th_trade *trade,
                                    struct th_units *ret_released,
                                    struct th_error *err) TH_MUST_CHECK;

// For the kinds. All units of the lock go to `to`; an owner of 0 keeps owner and pool.
enum th_status th_decision_send(struct th_posting *posting, const struct th_decision *decision,
                                const struct th_unit_place *to, struct th_error *err) TH_MUST_CHECK;
// The buyer owes each line's seller its amount, dated as the contract.
enum th_status th_decision_claim(struct th_posting *posting, const struct th_decision *decision,
                                 const char *memo, struct th_error *err) TH_MUST_CHECK;

// "effect" into the reply of a proposed trade: what its approval would change now, by party.
// units[{party, party_name, state, change_t}], money[{party, party_name, account, change_fen}], and
// where units come or stand under a lock units_locked: they stand there by now.
enum th_status th_trade_effect(struct th_store *store, int64_t trade_id, struct th_json *reply,
                               struct th_error *err) TH_MUST_CHECK;

#endif
