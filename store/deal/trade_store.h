// Trades, their lines, and the stock of pools (what one deal brought a bank).
#ifndef TH_STORE_TRADE_STORE_H
#define TH_STORE_TRADE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"
#include "core/quantity.h"
#include "store/journal/posting.h"
#include "store/people/party_store.h"
#include "store/store.h"

enum { TH_TRADE_WORD_SIZE = 16, TH_TRADE_NOTE_SIZE = 400, TH_ON_SIZE = 16 };

struct th_trade {
    int64_t trade_id;
    char kind[TH_TRADE_WORD_SIZE];  // purchase resale retirement
    char state[TH_TRADE_WORD_SIZE]; // proposed approved rejected expired
    int64_t of_trade_id;            // the deal that this one acts upon; 0: none
    int64_t seller_id;              // 0: several (purchase)
    int64_t buyer_id;               // 0: none (retirement)
    struct th_units tonnes;
    bool has_price; // else a lump sum, or no money at all
    struct th_money price_per_t;
    struct th_money amount; // tax-inclusive
    char tax_rate[48];      // per cent, "6"
    struct th_money tax;
    struct th_money net;            // amount - tax
    char beneficiary[TH_NAME_SIZE]; // "" without, as all texts below
    char beneficiary_uscc[TH_USCC_SIZE];
    char purpose[TH_TRADE_WORD_SIZE]; // offset product event donation
    char note[TH_TRADE_NOTE_SIZE];
    char draw[TH_TRADE_WORD_SIZE]; // of a purchase, how sales leave its pool: pro_rata oldest
    char on_date[TH_ON_SIZE];      // of the contract
    char expires_on[TH_ON_SIZE];   // last day of the proposal
    char proposed_by[TH_LOGIN_SIZE];
    char decided_by[TH_LOGIN_SIZE];
    char decided_on[TH_ON_SIZE];
    char reason[TH_TRADE_NOTE_SIZE]; // of a rejection
    int64_t alone_rule_id;           // of the county, by which one person sufficed; 0: none
    int64_t seq;                     // journal entry of the last change
};

struct th_trade_line {
    int64_t package_id;
    int64_t pool_id; // that a resale or retirement draws on; 0: none
    int64_t seller_id;
    struct th_units tonnes;
    struct th_money amount; // tax-inclusive share
    struct th_money cost;   // purchase: net of tax; resale: what these units cost then
};
struct th_trade_line_list {
    struct th_trade_line *items; // free()
    size_t n;
};
// The two words that everything that draws on a purchase asks for.
struct th_trade_terms {
    char on_date[TH_ON_SIZE];
    char draw[TH_TRADE_WORD_SIZE]; // "" unless a purchase
};
// TH_NOT_FOUND ("trade_not_found" with "trade").
enum th_status th_trade_terms_load(struct th_store *store, int64_t trade_id,
                                   struct th_trade_terms *ret_terms,
                                   struct th_error *err) TH_MUST_CHECK;

void th_trade_line_list_clear(struct th_trade_line_list *list);

// trade_id, state, decision and seq of *trade are ignored: a new trade is proposed.
enum th_status th_trade_post(struct th_posting *posting, const struct th_trade *trade,
                             int64_t *ret_trade_id, struct th_error *err) TH_MUST_CHECK;
struct th_trade_decision {
    int64_t trade_id;
    const char *state; // approved rejected expired
    const char *by;    // NULL when it expired
    const char *on_date;
    const char *reason;    // NULL: none
    int64_t alone_rule_id; // by which one person sufficed; 0: two decided
};
// TH_CONFLICT ("trade_decided") unless it is proposed.
enum th_status th_trade_decide(struct th_posting *posting, const struct th_trade_decision *decision,
                               struct th_error *err) TH_MUST_CHECK;
// TH_NOT_FOUND ("trade_not_found" with "trade").
enum th_status th_trade_load(struct th_store *store, int64_t trade_id, struct th_trade *ret_trade,
                             struct th_error *err) TH_MUST_CHECK;
// Of what this seller handed over to this buyer, the tonnes that it has not retired for him yet.
enum th_status th_trade_served(struct th_store *store, int64_t seller_id, int64_t buyer_id,
                               struct th_units *ret_left, struct th_error *err) TH_MUST_CHECK;
// In order of id; kind and state NULL: any. The visitor returns false to stop.
enum th_status th_trade_each(struct th_store *store, const char *kind, const char *state,
                             bool (*visit)(void *context, const struct th_trade *trade),
                             void *context, struct th_error *err) TH_MUST_CHECK;
// What waits for a decision, without a walk over what was decided.
enum th_status th_trade_each_proposed(struct th_store *store,
                                      bool (*visit)(void *context, const struct th_trade *trade),
                                      void *context, struct th_error *err) TH_MUST_CHECK;
// Approved deals for money that is not wholly there, and promises; of a party on either side or
// paid by the sale of pledged units, 0: of all. Corrected deals are among them.
enum th_status th_trade_each_unpaid(struct th_store *store, int64_t party_id,
                                    bool (*visit)(void *context, const struct th_trade *trade),
                                    void *context, struct th_error *err) TH_MUST_CHECK;

enum th_status th_trade_line_post(struct th_posting *posting, int64_t trade_id, int64_t ordinal,
                                  const struct th_trade_line *line,
                                  struct th_error *err) TH_MUST_CHECK;
enum th_status th_trade_lines(struct th_store *store, int64_t trade_id,
                              struct th_trade_line_list *ret_lines,
                              struct th_error *err) TH_MUST_CHECK;

// What is left of a trade's lines once the deals that act upon it, proposed or approved, took
// theirs: those with tonnes left.
enum th_status th_trade_lines_left(struct th_store *store, int64_t trade_id,
                                   struct th_trade_line_list *ret_lines,
                                   struct th_error *err) TH_MUST_CHECK;
// Does a proposed deal act upon this one?
enum th_status th_trade_is_awaited(struct th_store *store, int64_t trade_id, bool *ret_awaited,
                                   struct th_error *err) TH_MUST_CHECK;
// Proposals, and approved trades with units under a lock, whose last day was before `on_date`; by
// id. *ret_trade_ids: free().
enum th_status th_trade_ended(struct th_store *store, const char *on_date, int64_t **ret_trade_ids,
                              size_t *ret_n, struct th_error *err) TH_MUST_CHECK;

// Stock of one package in one pool.
struct th_pool_share {
    int64_t pool_id;
    int64_t package_id;
    int64_t owner_id;
    struct th_units bought;
    struct th_money cost; // of all that was bought, net of tax
    struct th_units sold; // by resales, proposed ones included
    struct th_money sold_cost;
    struct th_units used; // retired by the owner, proposed ones included
};
struct th_pool_list {
    struct th_pool_share *items; // free()
    size_t n;
};
void th_pool_list_clear(struct th_pool_list *list);
struct th_units th_pool_available(const struct th_pool_share *share); // bought - sold - used

// A new share, of which nothing was sold or used.
enum th_status th_pool_post(struct th_posting *posting, const struct th_pool_share *share,
                            const char *bought_on, struct th_error *err) TH_MUST_CHECK;
// Every package of a pool, by package id.
enum th_status th_pool_shares(struct th_store *store, int64_t pool_id,
                              struct th_pool_list *ret_shares, struct th_error *err) TH_MUST_CHECK;
// Shares of the owner that still have stock, oldest contract first, then by pool and package.
// package_id 0: any. The visitor returns false to stop.
enum th_status th_pool_open_each(struct th_store *store, int64_t owner_id, int64_t package_id,
                                 bool (*visit)(void *context, const struct th_pool_share *share),
                                 void *context, struct th_error *err) TH_MUST_CHECK;
// What is added to what was sold (with its cost) and used; negative to give back after a rejection.
// TH_CONFLICT ("pool_changed") when the stock does not cover it.
struct th_pool_draw {
    int64_t pool_id;
    int64_t package_id;
    int64_t sold_t;
    int64_t sold_cost_fen;
    int64_t used_t;
};
enum th_status th_pool_draw(struct th_posting *posting, const struct th_pool_draw *draw,
                            struct th_error *err) TH_MUST_CHECK;

// Kilograms behind the units of a package by village of the parcels, by village code: what a year
// carries on stands behind a unit of the next one, if any. The visitor returns false to stop.
enum th_status th_package_village_each(struct th_store *store, int64_t package_id,
                                       bool (*visit)(void *context, const char *village_code,
                                                     struct th_carbon mass),
                                       void *context, struct th_error *err) TH_MUST_CHECK;
// Village and clerk's number of a parcel; "" without number. TH_NOT_FOUND ("parcel_not_found").
struct th_parcel_place {
    char village[TH_CODE_SIZE];
    char village_name[TH_NAME_SIZE];
    char number[TH_NAME_SIZE];
};
enum th_status th_parcel_place(struct th_store *store, int64_t parcel_id,
                               struct th_parcel_place *ret_place,
                               struct th_error *err) TH_MUST_CHECK;
#endif
