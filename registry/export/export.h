// Parcels into files for other programs and for people.
#ifndef TH_REGISTRY_EXPORT_H
#define TH_REGISTRY_EXPORT_H

#include "core/messages.h"
#include "registry/registry.h"

// All texts are borrowed for the call; NULL means not given.
struct th_export_options {
    const char *format;  // one of the formats below
    const char *village; // code or name
    const char *kind;
    const char *package; // id or name
    const char *path;    // must not exist
    const char *crs;     // gpkg and shp: "EPSG:4528" in place of EPSG:4490
    const char *state;   // as in the list; NULL: those in force, of a day those that held on it
    const char *on;      // the versions that hold on this day; NULL: those in force
    bool with_wkt;       // csv, xlsx: two more columns, the ground as WKT and its system
    const struct th_progress *progress;
    const struct th_messages *messages; // headings and notes in words; NULL: names alone
    enum th_lang lang;
};

// The parcels in force (of a package: in the versions it was made of), in order of parcel_id.
//
// gpkg, fgb, gml, geojson, csv: parcel_id, version, number, kind, village, village_name, township,
// land_class, area_m2, area_mu, counted_mu, counted_m2, declared_mu, sliver_m2, perimeter_m, state,
// source, source_layer, source_row, source_import (its id), source_offset (gcj02, bd09: taken off
// by that import) of the ground, attributes_source, attributes_row, attributes_import. shp: the
// names of the forest inventory in pinyin, UTF-8 with .cpg, and <stem>_字段说明.csv with what they
// mean. Behind them, in every format, a column for each attribute that came with the sources and
// that any of the parcels has, in order of their names; see registry/table/own_columns.h for names
// that a format cannot have. kml: placemarks named by the parcel's number. xlsx: titles in words,
// areas in mu first, a second sheet that explains the columns. fiboa: GeoJSON by that
// specification. CSV is UTF-8 with a byte order mark for spreadsheets. Coordinates are EPSG:4490,
// in kml, geojson and fiboa taken for WGS 84 as the registry does.
//
// Characters that XML 1.0 cannot hold stand as U+FFFD in xlsx, gml and kml; with any of them the
// reply has their number, "replaced".
// Reply: file, n, sha256 (of the file), format, files[] (a Shapefile and GML have several).
// TH_USAGE ("parcel_state"; "export_on_package": a package has versions of its own), TH_INVALID
// ("export_format", "export_crs", "export_extension"), TH_CONFLICT ("file_exists"), TH_IO, TH_LIMIT
// ("workbook_rows", "workbook_text"), TH_NOT_FOUND ("village_not_found", "package_not_found"),
// TH_INTERRUPTED.
enum th_status th_export(struct th_registry *registry, const struct th_export_options *options,
                         struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

#endif
