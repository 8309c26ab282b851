// Forecast stock as use cases. Reply: forecasts[{forecast_id, package_id, package, owner,
// owner_name, of_trade_id (null: the package's own), run_id, document_id, on, registered_t,
// promised_t, arrived_t, lost_t, free_t, vintages[{vintage, tonnes}], promises[{trade_id, kind,
// buyer, buyer_name, forecast_t}], corrections[{was_t, registered_t, by, reason}]}]; run, document
// and vintages are those of the last correction.
#ifndef TH_TRADING_FORECAST_H
#define TH_TRADING_FORECAST_H

#include "registry/registry.h"

struct th_forecast_input {
    const char *package;
    const char *run;      // NULL: the package's own, unless tonnes are given
    const char *tonnes;   // stated, with a document, instead of a run
    const char *document; // a file
    const char *on;       // NULL: today; not of a correction
    const char *reason;   // of a correction alone
};
// By an officer. Of a run: floor of the net less the buffer, per year of the period, cumulative
// like an issuance. TH_USAGE ("forecast_basis"), TH_CONFLICT ("forecast_too_late" for a package
// that is issued or withdrawn, "forecast_exists"), TH_INVALID ("forecast_run_other",
// "forecast_nothing"), TH_NOT_FOUND ("package_not_found", "run_not_found").
enum th_status th_forecast_register(struct th_registry *registry, const struct th_request *request,
                                    const struct th_forecast_input *input,
                                    struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;
// The tonnes of a package's own forecast were wrong: by another officer than who registered them,
// or corrected them last, while the package is neither issued nor withdrawn, with a run or a
// document as at the registration. TH_USAGE and TH_INVALID as above, TH_CONFLICT
// ("forecast_too_late", "forecast_none", "forecast_promised_more" with "promised": the right number
// would not cover it), TH_NOT_PERMITTED ("forecast_second_person").
enum th_status th_forecast_correct(struct th_registry *registry, const struct th_request *request,
                                   const struct th_forecast_input *input,
                                   struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;
// package NULL: all. open_only: those that still expect something.
enum th_status th_forecast_list(struct th_registry *registry, const char *package, bool open_only,
                                struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;
// The reply is one of these objects by itself.
enum th_status th_forecast_show(struct th_registry *registry, const char *forecast,
                                struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;
// What can be closed of a package's forecasts is closed (store/deal/forecast_store.h). Also
// deals[{trade_id, kind, seller_name, buyer_name, tonnes, due_t, locked_t, forecast_t, short_t}] of
// every open promise on them. TH_CONFLICT ("forecast_not_issued").
enum th_status th_forecast_close(struct th_registry *registry, const struct th_request *request,
                                 const char *package, struct th_json **ret_reply,
                                 struct th_error *err) TH_MUST_CHECK;

#endif
