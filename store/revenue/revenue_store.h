// Terms of sharing, deductions, and distributions of revenue as rows.
#ifndef TH_STORE_REVENUE_STORE_H
#define TH_STORE_REVENUE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/quantity.h"
#include "core/ratio.h"
#include "store/deal/trade_store.h"
#include "store/store.h"

enum { TH_TERM_SPLITS_MAX = 24 };

struct th_term_split {
    char party_kind[TH_TRADE_WORD_SIZE]; // "member": of the village or cooperative
    int64_t party_id;                    // this very one; 0: by place
    struct th_ratio share;               // all of a term sum to 1
};

// Which sales a term is for; the most special one holds.
enum th_term_scope {
    TH_TERM_ALL,
    TH_TERM_KIND,   // of the parcels
    TH_TERM_HOLDER, // of the package
    TH_TERM_POOL,   // the purchase
    TH_TERM_PACKAGE
};
extern const char *const th_term_scope_names[]; // NULL for all; "kind" "holder" "pool" "package"

struct th_term {
    int64_t term_id;
    char from_on[TH_ON_SIZE];
    char to_on[TH_ON_SIZE];   // "": open
    char ends_on[TH_ON_SIZE]; // ended before its time: the first day without it; "": not
    char basis[TH_TRADE_WORD_SIZE];
    struct th_ratio ratio; // per cent
    int64_t document_id;
    enum th_term_scope scope;
    int64_t scope_id;                                // party, trade or package; 0 otherwise
    char scope_kind[TH_TRADE_WORD_SIZE];             // of parcels; "" otherwise
    struct th_term_split splits[TH_TERM_SPLITS_MAX]; // by kind and party
    size_t n_splits;
    char by[TH_LOGIN_SIZE]; // who recorded it, by the entry seq
    int64_t seq;
};

// term->term_id, by and seq are ignored.
enum th_status th_term_post(struct th_posting *posting, const struct th_term *term,
                            int64_t *ret_term_id, struct th_error *err) TH_MUST_CHECK;
// TH_NOT_FOUND ("term_not_found" with "term").
enum th_status th_term_load(struct th_store *store, int64_t term_id, struct th_term *ret_term,
                            struct th_error *err) TH_MUST_CHECK;
// By date of beginning; the visitor returns false to stop.
enum th_status th_term_each(struct th_store *store,
                            bool (*visit)(void *context, const struct th_term *term), void *context,
                            struct th_error *err) TH_MUST_CHECK;
// Terms in force on a day for units of a package out of a pool: how many of the most special kind,
// and the one with the lowest id of them (0: none). An open term is in force until a later one of
// its basis and scope begins.
struct th_term_question {
    const char *on_date;
    int64_t pool_id;
    int64_t package_id;
    int64_t term_id;    // of the most special ones count this one only; 0: all
    int64_t without_id; // as if there were no such term; 0: all there are
};
enum th_status th_term_on(struct th_store *store, const struct th_term_question *question,
                          int64_t *ret_n, int64_t *ret_term_id, struct th_error *err) TH_MUST_CHECK;
// A term of the same basis and scope that overlaps [from, to] (to "": open, until a later one
// begins): its id, 0 when there is none.
enum th_status th_term_overlap(struct th_store *store, const struct th_term *term,
                               int64_t *ret_term_id, struct th_error *err) TH_MUST_CHECK;

// A pool that still sells, or sold since the term begins, of whose packages the term would hold for
// some and not for others, and which has no term of its own: its id, 0 when there is none.
enum th_status th_term_splits_pool(struct th_store *store, const struct th_term *term,
                                   int64_t *ret_pool_id, struct th_error *err) TH_MUST_CHECK;
// The term that was ended last of those that would hold for units on a day, had they not been
// ended, and who ended it; 0 and "" when there is none. Of the question day, pool and package
// count.
enum th_status th_term_freed(struct th_store *store, const struct th_term_question *question,
                             int64_t *ret_term_id, char ret_login[TH_LOGIN_SIZE],
                             struct th_error *err) TH_MUST_CHECK;
enum th_status th_term_end_post(struct th_posting *posting, int64_t term_id, const char *ends_on,
                                int64_t document_id, struct th_error *err) TH_MUST_CHECK;
// The first sale of this day or a later one that a run took by this term, unless it was rejected:
// 0 when there is none.
enum th_status th_term_used(struct th_store *store, int64_t term_id, const char *on_date,
                            int64_t *ret_run_id, int64_t *ret_trade_id,
                            struct th_error *err) TH_MUST_CHECK;

struct th_deduction {
    int64_t trade_id;
    const char *kind; // tax insurance verification fee reserve; borrowed
    struct th_money amount;
    int64_t document_id;
};
enum th_status th_deduction_post(struct th_posting *posting, const struct th_deduction *deduction,
                                 int64_t *ret_deduction_id, struct th_error *err) TH_MUST_CHECK;
struct th_listed_cost { // a deduction as it stands
    int64_t deduction_id;
    int64_t trade_id;
    char kind[TH_TRADE_WORD_SIZE];
    struct th_money amount;
    char login[TH_LOGIN_SIZE]; // who listed it
    bool withdrawn;
    int64_t run_id; // the first run not rejected that took it off, at least in part; 0: none
    bool in_approved_run;
};
// TH_NOT_FOUND ("deduction_not_found" with "deduction").
enum th_status th_deduction_load(struct th_store *store, int64_t deduction_id,
                                 struct th_listed_cost *ret_cost,
                                 struct th_error *err) TH_MUST_CHECK;
enum th_status th_deduction_withdraw_post(struct th_posting *posting, int64_t deduction_id,
                                          const char *reason, const char *login,
                                          struct th_error *err) TH_MUST_CHECK;
// All that comes off a sale, without what was withdrawn: a reserve counts as what it came to once
// it is settled.
enum th_status th_deduction_total(struct th_store *store, int64_t trade_id,
                                  struct th_money *ret_total, struct th_error *err) TH_MUST_CHECK;

struct th_reserve {
    struct th_money reserved; // 0: nothing was set aside
    bool settled;
    struct th_money actual; // once settled
};
enum th_status th_reserve_load(struct th_store *store, int64_t trade_id,
                               struct th_reserve *ret_reserve, struct th_error *err) TH_MUST_CHECK;
struct th_settlement { // of the reserves of a sale
    int64_t settlement_id;
    int64_t trade_id;
    struct th_money actual;
    char login[TH_LOGIN_SIZE];
    int64_t run_id; // the first run not rejected that reckoned with it; 0: none
    bool in_approved_run;
};
// settlement_id and runs are ignored.
enum th_status th_settlement_post(struct th_posting *posting,
                                  const struct th_settlement *settlement, int64_t document_id,
                                  int64_t *ret_settlement_id, struct th_error *err) TH_MUST_CHECK;
// The one that counts. TH_CONFLICT ("reserve_not_settled" with "trade").
enum th_status th_settlement_load(struct th_store *store, int64_t trade_id,
                                  struct th_settlement *ret_settlement,
                                  struct th_error *err) TH_MUST_CHECK;
enum th_status th_settlement_withdraw_post(struct th_posting *posting, int64_t settlement_id,
                                           const char *reason, const char *login,
                                           struct th_error *err) TH_MUST_CHECK;

// What one distribution took from one sale, and also sums of that over several distributions.
struct th_sale_share {
    struct th_money receipts; // tax-inclusive
    struct th_money tax;
    struct th_money cost;
    struct th_money deductions;
    struct th_money net; // negative: a loss
    struct th_money distributed;
    struct th_money kept;
};

enum th_status th_distribution_post(struct th_posting *posting, const char *through_on,
                                    const char *login, int64_t *ret_distribution_id,
                                    struct th_error *err) TH_MUST_CHECK;
enum th_status th_distribution_sale_post(struct th_posting *posting, int64_t distribution_id,
                                         int64_t trade_id, int64_t term_id,
                                         const struct th_sale_share *share,
                                         struct th_error *err) TH_MUST_CHECK;
struct th_distribution_payment {
    int64_t party_id;
    int64_t group_id;      // whose member the party is; 0: itself
    struct th_ratio share; // in the group
    int64_t weight_t;      // contributed tonnes behind it
    int64_t amount_fen;
};
enum th_status th_distribution_payment_post(struct th_posting *posting, int64_t distribution_id,
                                            int64_t trade_id, int64_t ordinal,
                                            const struct th_distribution_payment *payment,
                                            struct th_error *err) TH_MUST_CHECK;
// Everything that was distributed of a sale so far, by runs that are proposed or approved.
enum th_status th_distribution_sum(struct th_store *store, int64_t trade_id,
                                   struct th_sale_share *ret_sum,
                                   struct th_error *err) TH_MUST_CHECK;
// Approved sales agreed on these days (to "": without end) and not taken back, by id.
enum th_status th_sales_between(struct th_store *store, const char *from_on, const char *to_on,
                                int64_t **ret_trade_ids, size_t *ret_n,
                                struct th_error *err) TH_MUST_CHECK; // *ret_trade_ids: free()
// Approved deals that still hold units of which others will be sales: listings, options, what was
// promised ahead, pledges; by id.
enum th_status th_promises_open(struct th_store *store, int64_t **ret_trade_ids, size_t *ret_n,
                                struct th_error *err) TH_MUST_CHECK; // *ret_trade_ids: free()
// Approved sales with receipts through a day, or a reserve that was settled, that no run took yet;
// by id.
enum th_status th_distribution_due(struct th_store *store, const char *through_on,
                                   int64_t **ret_trade_ids, size_t *ret_n,
                                   struct th_error *err) TH_MUST_CHECK; // *ret_trade_ids: free()

#endif
