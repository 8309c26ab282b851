// Files with the traps that sources come with, for test_traps.c.
#ifndef TH_TESTS_TRAPS_FILES_H
#define TH_TESTS_TRAPS_FILES_H

#include <ogr_srs_api.h>
#include <stdbool.h>

// The cell of 0.001° as a value of a CSV.
#define CELL_WKT "\"POLYGON ((119.6 30.5,119.601 30.5,119.601 30.501,119.6 30.501,119.6 30.5))\""

// Axes in the order of maps; OSRDestroySpatialReference.
OGRSpatialReferenceH traps_system(int epsg);
// One row with the text field "number" (20 bytes) and this shape; `crs` NULL: no .prj.
void traps_shapefile(const char *path, OGRSpatialReferenceH crs, const char *wkt,
                     const char *value);
// A square of 100 m from its lower left corner; `swapped`: northings first.
const char *traps_square(char text[256], double x, double y, bool swapped);

// Each writes the file at `path`, which lies in `folder`.
void traps_degrees(const char *path, const char *folder);
// A copy that broke off before the end of its last shape.
void traps_broken_off(const char *path, const char *folder);
void traps_swapped_degrees(const char *path, const char *folder);
void traps_zone_3(const char *path, const char *folder);
void traps_zone_6(const char *path, const char *folder);
void traps_stripped(const char *path, const char *folder);
void traps_northing_first(const char *path, const char *folder);
void traps_mercator(const char *path, const char *folder); // 119.6 E 30.5 N, no .prj
void traps_dutch(const char *path, const char *folder);
void traps_multi(const char *path, const char *folder);
void traps_local(const char *path, const char *folder);
void traps_ballpark(const char *path, const char *folder);
void traps_beijing54(const char *path, const char *folder);
void traps_xian80(const char *path, const char *folder);
void traps_beijing54_degrees(const char *path, const char *folder);
void traps_xian80_degrees(const char *path, const char *folder);
void traps_unknown_type(const char *path, const char *folder);
void traps_curve(const char *path, const char *folder);
void traps_cut_name(const char *path, const char *folder);
void traps_excel_csv(const char *path, const char *folder);
void traps_gbk_zip(const char *path, const char *folder);
void traps_excel_codes(const char *path, const char *folder);

#endif
