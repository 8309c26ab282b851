// Stock of the bank's pools, and what is expected: which packages give how many tonnes to a deal,
// and what they cost.
#ifndef TH_TRADING_STOCK_H
#define TH_TRADING_STOCK_H

#include "store/deal/forecast_store.h"
#include "trading/deal/deal.h"

struct th_stock_wish {
    int64_t owner_id;          // of the pools
    int64_t package_id;        // 0: any
    int vintage;               // 0: any
    const int64_t *parcel_ids; // of these alone; n_parcels 0: any
    size_t n_parcels;
    struct th_units tonnes;
};
// Lines for the deal out of the owner's pools, oldest contract first; inside a pool every package
// gives pro rata to what it contributed, in whole tonnes with the remainder carried to the next
// sale, so that no village waits behind another; or the oldest vintage goes first, where its
// contract says so. Units of a vintage or of parcels are chosen from all pools, oldest vintage and
// lowest serial first. Each line with its cost. TH_CONFLICT ("not_enough_units").
enum th_status th_stock_draw(struct th_store *store, struct th_deal *deal,
                             const struct th_stock_wish *wish, struct th_error *err) TH_MUST_CHECK;

// What the next units of the line's pool and package cost, as many as the line has; zero without a
// pool.
enum th_status th_stock_cost(struct th_store *store, const struct th_trade_line *line,
                             struct th_money *ret_cost, struct th_error *err) TH_MUST_CHECK;

// Units of a holder for a deal of deal->trade.tonnes: a bank's out of its pools, as above, anybody
// else's oldest vintage first. package_id 0: any. TH_CONFLICT ("not_enough_units").
enum th_status th_stock_take(struct th_store *store, struct th_deal *deal,
                             const struct th_party *holder, int64_t package_id,
                             struct th_error *err) TH_MUST_CHECK;

// Covers so many tonnes of a deal by the owner's first forecast (of the package; 0: of any) that
// has them free; `of` also says what else would have done. TH_CONFLICT as th_stock_short.
enum th_status th_stock_expect(struct th_store *store, struct th_deal *deal,
                               const struct th_lock_filter *of, int64_t tonnes_t,
                               struct th_error *err) TH_MUST_CHECK;
// TH_CONFLICT ("cover_short" with "stock", "forecast", "wanted", and as th_locked_tell): best_t are
// free for missing_t of such tonnes.
enum th_status th_stock_short(struct th_store *store, const struct th_deal *deal,
                              const struct th_lock_filter *of, int64_t best_t, int64_t missing_t,
                              struct th_error *err) TH_MUST_CHECK;

// What a deal brings its buyer, by package in order of its lines, with that package's part of the
// net price; as a pool has it.
enum th_status th_stock_arrived(const struct th_decision *decision, struct th_pool_list *ret_shares,
                                struct th_error *err) TH_MUST_CHECK;
// A bank makes a pool of it, whoever it has the units from; *ret_pool_id is 0 for anybody else.
enum th_status th_stock_make_pool(struct th_posting *posting, const struct th_decision *decision,
                                  const struct th_pool_list *shares, int64_t *ret_pool_id,
                                  struct th_error *err) TH_MUST_CHECK;
// All units of the lock go to the buyer, of a bank into a pool of what has arrived.
enum th_status th_stock_hand_over(struct th_posting *posting, const struct th_decision *decision,
                                  struct th_error *err) TH_MUST_CHECK;

#endif
