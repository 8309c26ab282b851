// Locks: units that are promised to a deal. In two phases: placed first, then posted (the units
// went where the deal sends them) or released (they went back), in parts or whole. One kind of lock
// serves every deal; what differs is when it ends.
//
// A lock may hold expected tonnes of one forecast (store/deal/forecast_store.h) beside or instead
// of units. They become units under the same lock, or are released when they never will.
#ifndef TH_STORE_LOCK_STORE_H
#define TH_STORE_LOCK_STORE_H

#include "store/deal/trade_store.h"
#include "store/ledger/ledger_store.h"

struct th_lock {
    int64_t lock_id;  // number of the deal for which it was placed
    int64_t owner_id; // of the units; 0: several
    struct th_units placed;
    struct th_units posted;
    struct th_units released;
    char expires_on[TH_ON_SIZE]; // of an approved deal (th_lock_hold_until); "": with the deal
    int64_t source_id;           // lock from which its units came; 0: they were held
    int64_t forecast_id;         // 0: units alone
    struct th_units forecast;    // expected tonnes that it still holds
};

struct th_units th_lock_left(const struct th_lock *lock);       // what it still holds
struct th_units th_lock_left_units(const struct th_lock *lock); // without what is expected

// posted, released and expires_on of *lock are ignored.
enum th_status th_lock_place(struct th_posting *posting, const struct th_lock *lock,
                             struct th_error *err) TH_MUST_CHECK;
// Puts the first `units` of a leaf, which is held or under another lock, under the lock.
// TH_CONFLICT ("units_moved").
enum th_status th_lock_take(struct th_posting *posting, const struct th_lock *lock,
                            const struct th_block *leaf, struct th_units units,
                            struct th_error *err) TH_MUST_CHECK;
// A leaf leaves its lock for `to`, on behalf of a trade; the lock is told of all of them together.
enum th_status th_lock_give(struct th_posting *posting, const struct th_block *locked,
                            const struct th_unit_place *to, int64_t trade_id,
                            struct th_error *err) TH_MUST_CHECK;
// So many units went where the deal sends them; went back under the lock from another one; went
// back to where they came from. TH_CONFLICT ("lock_changed") when it holds fewer.
enum th_status th_lock_posted(struct th_posting *posting, int64_t lock_id, struct th_units units,
                              struct th_error *err) TH_MUST_CHECK;
enum th_status th_lock_posted_back(struct th_posting *posting, int64_t lock_id,
                                   struct th_units units, struct th_error *err) TH_MUST_CHECK;
enum th_status th_lock_released(struct th_posting *posting, int64_t lock_id, struct th_units units,
                                struct th_error *err) TH_MUST_CHECK;
// Everything that it still holds is released, expected tonnes too.
enum th_status th_lock_released_whole(struct th_posting *posting, const struct th_lock *lock,
                                      struct th_error *err) TH_MUST_CHECK;
// Expected tonnes became units under the lock, or were released. TH_CONFLICT ("lock_changed").
enum th_status th_lock_forecast_arrived(struct th_posting *posting, int64_t lock_id,
                                        struct th_units units, struct th_error *err) TH_MUST_CHECK;
enum th_status th_lock_forecast_released(struct th_posting *posting, int64_t lock_id,
                                         struct th_units units, struct th_error *err) TH_MUST_CHECK;

// The lock is to hold so many more units.
enum th_status th_lock_more(struct th_posting *posting, int64_t lock_id, struct th_units units,
                            struct th_error *err) TH_MUST_CHECK;
// The lock is to expect so many more tonnes of its forecast.
enum th_status th_lock_forecast_more(struct th_posting *posting, int64_t lock_id,
                                     struct th_units units, struct th_error *err) TH_MUST_CHECK;
// Until when the units stay under the lock by themselves; "": until somebody decides.
enum th_status th_lock_hold_until(struct th_posting *posting, int64_t lock_id, const char *on_date,
                                  struct th_error *err) TH_MUST_CHECK;

enum th_status th_lock_load(struct th_store *store, int64_t lock_id, struct th_lock *ret_lock,
                            struct th_error *err) TH_MUST_CHECK; // TH_INVARIANT ("lock_broken")
// The lock that a trade placed. TH_NOT_FOUND ("lock_not_found" with "trade").
enum th_status th_lock_of_trade(struct th_store *store, int64_t trade_id, struct th_lock *ret_lock,
                                struct th_error *err) TH_MUST_CHECK;

// What the locks of one deal hold of one package.
struct th_lock_hold {
    int64_t trade_id;
    char kind[TH_TRADE_WORD_SIZE]; // of the deal
    bool proposed;                 // nobody has decided about it yet
    int64_t package_id;
    struct th_units units;
};
enum th_lock_what { TH_LOCK_UNITS, TH_LOCK_EXPECTED, TH_LOCK_ALL };
struct th_lock_filter {
    enum th_lock_what what;    // expected tonnes are of an owner and package alone
    int64_t owner_id;          // 0: any
    int64_t package_id;        // 0: any
    int vintage;               // 0: any
    const int64_t *parcel_ids; // blocks with kilograms of one of these; n_parcels 0: any
    size_t n_parcels;
    int64_t source_id; // that came from this lock; 0: wherever they came from
};
// By lock and package, until visit returns false.
enum th_status th_lock_hold_each(struct th_store *store, const struct th_lock_filter *filter,
                                 bool (*visit)(void *context, const struct th_lock_hold *hold),
                                 void *context, struct th_error *err) TH_MUST_CHECK;

// Called by th_store_commit: what each lock says it holds are the blocks that name it and what it
// says is expected, and no forecast is promised beyond what it still expects, for every lock that
// and forecast that was touched. TH_INVARIANT ("lock_broken" with "lock", "forecast_broken" with
// "forecast").
enum th_status th_lock_check_commit(struct th_store *store, struct th_error *err) TH_MUST_CHECK;
// The same for all: "locks", "forecasts".
enum th_status th_lock_check_all(struct th_store *store, const struct th_check_sink *sink,
                                 struct th_error *err) TH_MUST_CHECK;

#endif
