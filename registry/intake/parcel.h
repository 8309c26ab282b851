// Parcels: brought in from files, listed, shown.
#ifndef TH_REGISTRY_PARCEL_H
#define TH_REGISTRY_PARCEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/hash.h"
#include "core/messages.h"
#include "registry/registry.h"

enum { TH_PARCEL_IMPORT_ROWS_MAX = 2000000 };

// All texts are borrowed for the call; NULL means not given. What a file leaves open can be said by
// the caller; what was found out and chosen is in the reply's `detections`.
struct th_parcel_import_options {
    const char *source;  // file or folder, or an https address
    const char *profile; // name of kept settings; what is given here goes before them
    const char *layer;
    const char *crs;       // in place of what the source declares
    const char *datum;     // parameters of Beijing 1954 or Xian 1980, of th_crs_datum_parse
    const char *axes;      // "xy" easting (longitude) first, "yx" northing first
    const char *offset;    // "gcj02", "bd09": the shift of phone maps is taken off; "none"
    const char *encoding;  // of the attributes
    const char *area_unit; // of the declared area: "mu", "ha", "m2", "are"
    const char *kind;      // of rows that do not say; a kind or its Chinese name
    const char *village; // of rows that do not say; code or name; a clerk's own village without it
    const char *on;      // day from which the parcels hold; today without it
    const char *const *maps; // "attribute=FIELD"
    size_t n_maps;
    // What to do with shapes that are not valid: NULL or "propose" keeps them out and shows both
    // repairs, "agree" accepts a repair where both methods agree.
    const char *repair;
    const char *const *repair_rows; // "ROW=linework|structure": accepted by a person
    size_t n_repair_rows;
    const char *const *drop_rows; // rows that are left out: a number, or several as "3,5"
    size_t n_drop_rows;
    const char *const *keep_rows; // of a draft: rows that it had dropped, in again
    size_t n_keep_rows;
    const char *const *waive_rows; // rows, written alike, whose overlaps an officer lets in; their
                                   // common ground is
    size_t n_waive_rows;           // taken off them
    const char *waive_reason;      // both are needed with waive_rows
    const char *waive_document;
    const char *const *mends; // files with mended rows, matched by number (parcel_mend.c)
    size_t n_mends;
    bool on_problem_abort; // one error keeps every row out
    bool update;           // known parcels that changed get a new version; a table (CSV, XLSX) of
                           // numbers and attributes alone then changes these and no ground
    int64_t draft_id;      // > 0: this draft is closed with the import …
    int64_t draft_seq;     // … unless somebody changed it since this entry …
    const struct th_hash *draft_sha256; // … which is refused when the source is another one
    const char *problems_path;          // CSV for people; written also when nothing is stored
    const char *overlaps_path;          // .gpkg or .geojson: ground that is claimed twice
    const struct th_messages *messages; // NULL: problems carry their code as message
    enum th_lang lang;
};

// Reads, checks and stores the rows of a source. Everything that can be checked before is checked
// outside the transaction; a run that adds nothing writes nothing. The answer is TH_OK whatever the
// rows are like: `rejected` tells how many stayed out, `problems` why, `aborted` that
// on_problem_abort kept all out (then accepted is 0 and rows without a problem are rejected as
// "import_aborted").
//
// Reply: read = accepted + rejected + unchanged; dropped, of the rejected those that the caller
// left out, when there are any; repaired (0); area_m2, area_mu, counted_m2, counted_mu,
// area_used_m2, area_used_mu (as th_parcel_list has them) of the accepted rows; problems[{row,
// number, feature, code, severity, message, hint, lon, lat, page}] in order of rows (number null
// without; lon, lat the middle of the shape in degrees, null where it is not known; page the one
// that brought it, where the source came page by page, else null); parcel_ids[]; import_id when
// something was stored; source{name, sha256, layer, driver, crs, crs_name, operation, encoding,
// engine; member in an archive; protocol, pages, received_sha256 when it came over the net};
// aborted; detections[{what, choice, evidence[], option}]; seconds (0: the caller's clock knows).
//
// TH_CONFLICT ("file_exists" for problems_path and overlaps_path, which are never overwritten),
// TH_NOT_FOUND ("file_not_found", "village_not_found", or "village_similar" for
// nearly the name of one), TH_UNREADABLE (of th_reader_open),
// TH_INVALID ("attributes_alone" for a table without shapes when not updating;
// "map_invalid", "map_field_missing", "map_repeated", "kind_invalid"; "date_in_future" and those
// of th_date_parse for `on`, whatever the rows are like), TH_LIMIT ("import_too_many"),
// TH_NOT_PERMITTED ("village_not_yours" when the options name another village than the clerk's; a
// row that does is refused alone; and those of th_work_begin), TH_INTERRUPTED, TH_USAGE
// ("map_attribute" for an attribute that --map does not know, "crs_option" for a system that nobody
// knows).
enum th_status th_parcel_import(struct th_registry *registry, const struct th_request *request,
                                const struct th_parcel_import_options *options,
                                struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

// One parcel drawn by hand: on a map, or typed from a field book. All texts are borrowed; NULL
// means not given.
struct th_parcel_add_options {
    const char *shape;   // WKT or GeoJSON polygon, longitude first, EPSG:4490
    const char *number;  // must be given
    const char *village; // code or name; a clerk's own village without it
    const char *kind;    // must be given
    const char *land_class;
    const char *declared_mu;
    const char *household;
    const char *on; // day from which it holds; today without it
    const struct th_messages *messages;
    enum th_lang lang;
};
// Checks and stores it exactly as th_parcel_import does a row of a file; the reply is the same,
// with read 1. TH_UNREADABLE ("edit_unreadable"), TH_DATA_PROBLEM of th_edit_read, TH_INVALID
// ("number_missing") and errors of th_parcel_import.
enum th_status th_parcel_add(struct th_registry *registry, const struct th_request *request,
                             const struct th_parcel_add_options *options,
                             struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

struct th_parcel_list_options {
    const char *village; // code or name
    const char *kind;    // a kind or its Chinese name
    const char *state;   // "registered" (as without it, but for a package), "retired", "all"
    const char *package; // id or name: its parcels, in the versions it was made of
};

// Reply: n, n_retired, area_m2, area_mu, area_mu_rows (sum of the rounded rows, which may differ
// from the rounded sum), counted_m2, counted_mu (net of what others claim), area_used_m2,
// area_used_mu (the smaller of that and the contracted area of each), parcels[{parcel_id, version,
// number, kind, village, village_name, land_class, area_m2, area_mu, counted_m2, counted_mu,
// area_used_m2, area_used_mu, declared_mu, sliver_m2, state}] in order of parcel_id; number,
// land_class and declared_mu are null where there is none. Retired parcels are in no sum, but for
// those of a package, whose ground counts as it did when it was made. TH_USAGE ("parcel_state").
enum th_status th_parcel_list(struct th_registry *registry,
                              const struct th_parcel_list_options *options,
                              struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

// One parcel: the keys of the list and perimeter_m, attributes, source{file, sha256, layer, driver,
// crs, operation, offset, row, feature, import_id} of its ground and attributes_source{file,
// sha256, layer, driver, row, feature, import_id}, each only where it was imported, box [west,
// south, east, north], centroid [lon, lat], geometry (GeoJSON MultiPolygon), versions[] oldest
// first. TH_NOT_FOUND ("parcel_not_found").
enum th_status th_parcel_show(struct th_registry *registry, int64_t parcel_id,
                              struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

#endif
