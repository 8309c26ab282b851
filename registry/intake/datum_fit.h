// Parameters for coordinates on Beijing 1954 or Xian 1980, from points that are known in both
// systems: what --datum of an import wants.
#ifndef TH_REGISTRY_DATUM_FIT_H
#define TH_REGISTRY_DATUM_FIT_H

#include "core/attributes.h"
#include "core/error.h"
#include "core/json.h"

struct th_datum_fit_options { // texts are borrowed
    const char *path;     // CSV: point, x1, y1 (old system), x2, y2 (new); x easting or longitude
    const char *from;     // system of the old coordinates, "EPSG:2433"
    const char *to;       // system of the new ones, "EPSG:4528"
    int64_t n_parameters; // 3 or 7
};

// Reply: datum (text for --datum), n, rms_m, worst_m, points[{point, east_m, north_m}]: fitted
// minus known. Changes nothing. TH_INVALID ("csv_columns", "csv_number" with "row"), TH_USAGE
// ("usage_value") and errors of th_csv_table_read, th_crs_datum_fit.
enum th_status th_datum_fit_use(const struct th_datum_fit_options *options,
                                struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

#endif
