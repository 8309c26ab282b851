// Parcels: brought in from files, listed, shown.
#ifndef TH_REGISTRY_PARCEL_H
#define TH_REGISTRY_PARCEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/messages.h"
#include "registry/registry.h"

enum { TH_PARCEL_IMPORT_ROWS_MAX = 2000000 };

// All texts are borrowed for the call; NULL means not given.
struct th_parcel_import_options {
    const char *source; // file or folder
    const char *layer;
    const char *crs;      // in place of what the source declares
    const char *encoding; // of the attributes
    const char *kind;     // of rows that do not say; a kind or its Chinese name
    const char *village;  // of rows that do not say; code or name; a clerk's own village without it
    const char *const *maps; // "attribute=FIELD"
    size_t n_maps;
    bool on_problem_abort;              // one error keeps every row out
    bool update;                        // known parcels that changed get a new version
    const char *problems_path;          // CSV for people; written also when nothing is stored
    const struct th_messages *messages; // NULL: problems carry their code as message
    enum th_lang lang;
};

// Reads, checks and stores the rows of a source. Everything that can be checked before is checked
// outside the transaction; a run that adds nothing writes nothing. The answer is TH_OK whatever the
// rows are like: `rejected` tells how many stayed out, `problems` why, `aborted` that
// on_problem_abort kept all out (then accepted is 0 and rows without a problem are rejected as
// "import_aborted").
//
// Reply: read = accepted + rejected + unchanged; repaired (0); area_m2, area_mu of the accepted
// rows; problems[{row, number, feature, code, severity, message, hint, lon, lat}] in order of rows
// (number null without; lon, lat the middle of the shape in degrees, null where it is not known);
// parcel_ids[]; import_id when something was stored; source{name, sha256, layer, driver, crs,
// crs_name, operation, encoding}; aborted; seconds (0: the caller's clock knows).
//
// TH_NOT_FOUND ("file_not_found", "village_not_found"), TH_UNREADABLE (of th_reader_open),
// TH_INVALID
// ("map_invalid", "map_field_missing", "map_repeated", "kind_invalid"), TH_LIMIT
// ("import_too_many"), TH_NOT_PERMITTED ("village_not_yours" and those of th_work_begin),
// TH_INTERRUPTED, TH_USAGE ("map_attribute" for an attribute that --map does not know, "crs_option"
// for a system that nobody knows).
enum th_status th_parcel_import(struct th_registry *registry, const struct th_request *request,
                                const struct th_parcel_import_options *options,
                                struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

struct th_parcel_list_options {
    const char *village; // code or name
    const char *kind;    // a kind or its Chinese name
    const char *state;   // "registered" or "retired"
    const char *package; // id or name: its parcels, in the versions it was made of
};

// Reply: n, area_m2, area_mu, area_mu_rows (sum of the rounded rows, which may differ from the
// rounded sum), parcels[{parcel_id, version, number, kind, village, village_name,
// land_class, area_m2, area_mu, declared_mu, sliver_m2, state}] in order of parcel_id; number,
// land_class and declared_mu are null where there is none.
enum th_status th_parcel_list(struct th_registry *registry,
                              const struct th_parcel_list_options *options,
                              struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

// One parcel: the keys of the list and perimeter_m, attributes, source{file, sha256, layer, driver,
// crs, operation, row, feature, import_id}, box [west, south, east, north], centroid [lon, lat],
// geometry (GeoJSON MultiPolygon), versions[] oldest first. TH_NOT_FOUND ("parcel_not_found").
enum th_status th_parcel_show(struct th_registry *registry, int64_t parcel_id,
                              struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

#endif
