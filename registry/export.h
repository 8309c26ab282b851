// Parcels into files for other programs and for people.
#ifndef TH_REGISTRY_EXPORT_H
#define TH_REGISTRY_EXPORT_H

#include "core/messages.h"
#include "registry/registry.h"

// All texts are borrowed for the call; NULL means not given.
struct th_export_options {
    const char *format;  // "gpkg", "geojson" or "csv"
    const char *village; // code or name
    const char *kind;
    const char *package; // id or name
    const char *path;    // must not exist
    bool with_wkt;       // csv: one more column with the ground as WKT
    const struct th_progress *progress;
    const struct th_messages *messages; // csv: headings in words; NULL: the names below
    enum th_lang lang;
};

// The parcels in force (of a package: in the versions it was made of), in order of parcel_id.
// Columns: parcel_id, version, number, kind, village, village_name, land_class, area_m2, area_mu,
// declared_mu, sliver_m2, state, source, source_layer, source_row. GeoPackage in EPSG:4490, GeoJSON
// in longitude and latitude, CSV in UTF-8 with a byte order mark for spreadsheets.
//
// Reply: file, n, sha256, format. TH_INVALID ("export_format"), TH_CONFLICT ("file_exists"), TH_IO,
// TH_NOT_FOUND ("village_not_found", "package_not_found"), TH_INTERRUPTED.
enum th_status th_export(struct th_registry *registry, const struct th_export_options *options,
                         struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

#endif
