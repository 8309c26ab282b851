// Forecast stock: estimated tonnes of packages that are not issued yet. They can be promised (by
// locks, store/deal/lock_store.h) and bought ahead; no unit stands behind them, so that there is
// nothing to retire. When the package is issued, its holder's units come under the locks that
// promised them, in the order in which these were placed.
//
// A forecast is the package's own, promised by its holder, or was bought ahead by a forward, and is
// then promised on by its buyer. The forward's deliveries carry the units on.
#ifndef TH_STORE_FORECAST_STORE_H
#define TH_STORE_FORECAST_STORE_H

#include "store/deal/lock_store.h"
#include "store/estimate/package_store.h"

struct th_forecast {
    int64_t forecast_id;
    int64_t package_id;
    int64_t owner_id;           // who may promise it
    int64_t of_trade_id;        // forward by which it was bought ahead; 0: the package's own
    int64_t run_id;             // that estimated it as it stands; 0: none
    int64_t document_id;        // that states it; 0: none
    struct th_units registered; // as it was corrected last
    struct th_units arrived;    // became units
    struct th_units lost;       // never will
    struct th_units promised;   // under locks, and still expected
    char on_date[TH_ON_SIZE];
};
struct th_units th_forecast_open(const struct th_forecast *forecast); // still expected
struct th_units th_forecast_free(const struct th_forecast *forecast); // and not promised

struct th_forecast_list {
    struct th_forecast *items; // free()
    size_t n;
};

// forecast_id, arrived, lost and promised are ignored.
enum th_status th_forecast_post(struct th_posting *posting, const struct th_forecast *forecast,
                                int64_t *ret_forecast_id, struct th_error *err) TH_MUST_CHECK;
// correction_id 0: as it was registered.
enum th_status th_forecast_vintage_post(struct th_posting *posting, int64_t forecast_id,
                                        int64_t correction_id, int vintage, struct th_units units,
                                        struct th_error *err) TH_MUST_CHECK;
struct th_forecast_correction {
    int64_t correction_id;
    int64_t forecast_id;
    struct th_units was;
    struct th_units registered; // instead
    int64_t run_id;             // 0: none
    int64_t document_id;        // 0: none
    const char *reason;         // borrowed
    const char *login;          // borrowed
};
// correction_id is ignored. TH_CONFLICT ("forecast_changed") below what arrived or was lost; no
// commit lets a forecast be corrected below what is promised.
enum th_status th_forecast_correct_post(struct th_posting *posting,
                                        const struct th_forecast_correction *correction,
                                        int64_t *ret_correction_id,
                                        struct th_error *err) TH_MUST_CHECK;
// In their order; the visitor returns false to stop.
enum th_status th_forecast_correction_each(
    struct th_store *store, int64_t forecast_id,
    bool (*visit)(void *context, const struct th_forecast_correction *correction), void *context,
    struct th_error *err) TH_MUST_CHECK;
// Whose word the tonnes of a package's own forecast are until it is issued: who registered them, or
// corrected them last.
enum th_status th_forecast_speaker(struct th_store *store, int64_t forecast_id,
                                   char ret_login[TH_LOGIN_SIZE],
                                   struct th_error *err) TH_MUST_CHECK;
// So many more arrived or were lost. TH_CONFLICT ("forecast_changed") beyond what is expected.
enum th_status th_forecast_move(struct th_posting *posting, int64_t forecast_id,
                                struct th_units arrived, struct th_units lost,
                                struct th_error *err) TH_MUST_CHECK;

// TH_NOT_FOUND ("forecast_not_found" with "forecast").
enum th_status th_forecast_load(struct th_store *store, int64_t forecast_id,
                                struct th_forecast *ret_forecast,
                                struct th_error *err) TH_MUST_CHECK;
// The package whose tonnes are expected.
enum th_status th_forecast_package(struct th_store *store, int64_t forecast_id,
                                   struct th_package_record *ret_package,
                                   struct th_error *err) TH_MUST_CHECK;
// By id; 0: any owner, package, trade.
struct th_forecast_filter {
    int64_t owner_id;
    int64_t package_id;
    int64_t of_trade_id;
};
enum th_status th_forecast_all(struct th_store *store, const struct th_forecast_filter *filter,
                               struct th_forecast_list *ret_list,
                               struct th_error *err) TH_MUST_CHECK;
// By year, as they were corrected last; the visitor returns false to stop.
enum th_status th_forecast_vintage_each(struct th_store *store, int64_t forecast_id,
                                        bool (*visit)(void *context, int vintage,
                                                      struct th_units units),
                                        void *context, struct th_error *err) TH_MUST_CHECK;

// Locks that promise tonnes of a forecast, in order of their registration; `open`: those that still
// do.
struct th_lock_list {
    struct th_lock *items; // free()
    size_t n;
};
enum th_status th_forecast_locks(struct th_store *store, int64_t forecast_id, bool open,
                                 struct th_lock_list *ret_locks,
                                 struct th_error *err) TH_MUST_CHECK;

// Closes what can be closed of a package's forecasts: of an issued package the holder's units come
// under the locks of the package's own forecast, in order; what cannot come any more (too little
// was issued, the package was withdrawn) is lost, down the chain of forwards by which it was bought
// ahead, and the locks that promised it are released by so much, the last ones first: their deals
// owe it. Writes nothing for a package that is on its way.
enum th_status th_forecast_settle(struct th_posting *posting, int64_t package_id,
                                  struct th_error *err) TH_MUST_CHECK;

#endif
