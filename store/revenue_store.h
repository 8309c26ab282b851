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
#include "store/store.h"
#include "store/trade_store.h"

enum { TH_TERM_SPLITS_MAX = 12 }; // one per kind of party

struct th_term_split {
    char party_kind[TH_TRADE_WORD_SIZE];
    struct th_ratio share; // all of a term sum to 1
};

struct th_term {
    int64_t term_id;
    char from_on[TH_ON_SIZE];
    char to_on[TH_ON_SIZE]; // "": open
    char basis[TH_TRADE_WORD_SIZE];
    struct th_ratio ratio; // per cent
    int64_t document_id;
    struct th_term_split splits[TH_TERM_SPLITS_MAX]; // by kind
    size_t n_splits;
};

// term->term_id is ignored.
enum th_status th_term_insert(struct th_store *store, const struct th_term *term, int64_t seq,
                              int64_t *ret_term_id, struct th_error *err) TH_MUST_CHECK;
// TH_NOT_FOUND ("term_not_found" with "term").
enum th_status th_term_load(struct th_store *store, int64_t term_id, struct th_term *ret_term,
                            struct th_error *err) TH_MUST_CHECK;
// By date of beginning; the visitor returns false to stop.
enum th_status th_term_each(struct th_store *store,
                            bool (*visit)(void *context, const struct th_term *term), void *context,
                            struct th_error *err) TH_MUST_CHECK;
// Terms in force on a day: their number and the one with the lowest id (0: none). An open term is
// in force until a later one of its basis begins.
enum th_status th_term_on(struct th_store *store, const char *on_date, int64_t *ret_n,
                          int64_t *ret_term_id, struct th_error *err) TH_MUST_CHECK;
// A term of the same basis that overlaps [from, to] (to "": open, until a later one begins): its
// id, 0 when there is none.
enum th_status th_term_overlap(struct th_store *store, const struct th_term *term,
                               int64_t *ret_term_id, struct th_error *err) TH_MUST_CHECK;

struct th_deduction {
    int64_t trade_id;
    const char *kind; // tax insurance verification fee; borrowed
    struct th_money amount;
    int64_t document_id;
};
enum th_status th_deduction_insert(struct th_store *store, const struct th_deduction *deduction,
                                   int64_t seq, int64_t *ret_deduction_id,
                                   struct th_error *err) TH_MUST_CHECK;
enum th_status th_deduction_total(struct th_store *store, int64_t trade_id,
                                  struct th_money *ret_total, struct th_error *err) TH_MUST_CHECK;

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

enum th_status th_distribution_insert(struct th_store *store, const char *through_on,
                                      const char *login, int64_t seq, int64_t *ret_distribution_id,
                                      struct th_error *err) TH_MUST_CHECK;
enum th_status th_distribution_sale_insert(struct th_store *store, int64_t distribution_id,
                                           int64_t trade_id, int64_t term_id,
                                           const struct th_sale_share *share,
                                           struct th_error *err) TH_MUST_CHECK;
enum th_status th_distribution_payment_insert(struct th_store *store, int64_t distribution_id,
                                              int64_t trade_id, int64_t party_id,
                                              struct th_units weight, struct th_money amount,
                                              struct th_error *err) TH_MUST_CHECK;
// Everything that was distributed of a sale so far.
enum th_status th_distribution_sum(struct th_store *store, int64_t trade_id,
                                   struct th_sale_share *ret_sum,
                                   struct th_error *err) TH_MUST_CHECK;
// Approved resales with receipts through a day that were not distributed yet, by id.
enum th_status th_distribution_due(struct th_store *store, const char *through_on,
                                   int64_t **ret_trade_ids, size_t *ret_n,
                                   struct th_error *err) TH_MUST_CHECK; // *ret_trade_ids: free()

struct th_payment_row { // texts are borrowed
    int64_t distribution_id;
    int64_t trade_id;
    int64_t term_id;
    const char *through_on;
    const char *on_date; // of the sale
    struct th_units tonnes;
    bool has_price;
    struct th_money price_per_t;
    struct th_money net; // of the sale's part that was distributed then
    struct th_units weight;
    struct th_money amount;
};
// Payments to a party, oldest first.
enum th_status th_payment_each(struct th_store *store, int64_t party_id,
                               bool (*visit)(void *context, const struct th_payment_row *row),
                               void *context, struct th_error *err) TH_MUST_CHECK;

struct th_purchase_row { // texts are borrowed
    int64_t trade_id;
    int64_t package_id;
    const char *package;
    const char *on_date;
    struct th_units tonnes;
    bool has_price;
    struct th_money price_per_t;
    struct th_money amount;
};
// What a party sold in approved purchases, oldest first.
enum th_status th_purchase_each(struct th_store *store, int64_t party_id,
                                bool (*visit)(void *context, const struct th_purchase_row *row),
                                void *context, struct th_error *err) TH_MUST_CHECK;

#endif
