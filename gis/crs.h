// Reference systems: from what a source declares to EPSG:4490, without silent shifts.
#ifndef TH_GIS_CRS_H
#define TH_GIS_CRS_H

#include "gis/datum.h"
#include "gis/geometry.h"

enum { TH_CRS_NAME_SIZE = 128 };

struct th_crs_transform; // holds a PROJ context; one per thread

// From `definition` ("EPSG:4528" or its digits alone, WKT 1 or 2 including ESRI's, or PROJJSON) to
// EPSG:4490, axis order longitude/easting first on both sides. Systems on CGCS2000 are converted
// exactly; every other datum needs an operation to EPSG:4326 that is not a ballpark guess, followed
// by the recorded identity EPSG:4326 = EPSG:4490. `extent` (in source units, may be NULL) chooses
// the operation whose area of use covers the data. TH_DATA_PROBLEM with key "crs_missing"
// (definition NULL or empty), "crs_unsupported" with argument "reason" (message key "@crs.<x>":
// beijing54, xian80 — parameters are not public —, ballpark, unknown, not_horizontal, engineering)
// and "crs" (its name).
enum th_status th_crs_transform_new(const char *definition, const struct th_box *extent,
                                    struct th_crs_transform **ret_transform,
                                    struct th_error *err) TH_MUST_CHECK;
// For systems on Beijing 1954 and Xian 1980 by the parameters that the user gave; `datum` NULL is
// th_crs_transform_new. On any other datum there is nothing to give: TH_INVALID ("datum_needless"
// with "crs").
enum th_status th_crs_transform_new_by_datum(const char *definition, const struct th_box *extent,
                                             const struct th_crs_datum *datum,
                                             struct th_crs_transform **ret_transform,
                                             struct th_error *err) TH_MUST_CHECK;
void th_crs_transform_free(struct th_crs_transform *transform);

// In place. TH_DATA_PROBLEM ("out_of_bounds" with "x" and "y" of the source) when a coordinate
// cannot be transformed there and back; the shape is unchanged then.
enum th_status th_crs_transform_apply(struct th_crs_transform *transform,
                                      struct th_geometry *geometry,
                                      struct th_error *err) TH_MUST_CHECK;

// "EPSG:4528" when identified, else "". Borrowed.
const char *th_crs_transform_code(const struct th_crs_transform *transform);
// "CGCS2000 / 3-degree Gauss-Kruger zone 40". Borrowed.
const char *th_crs_transform_name(const struct th_crs_transform *transform);
// What PROJ does, with accuracy in metres when known: kept with the import. Borrowed.
const char *th_crs_transform_operation(const struct th_crs_transform *transform);

// The numbers of the source stay as they are, as degrees of CGCS2000 and WGS 84 do: applying it
// only looks whether they are degrees.
bool th_crs_transform_is_identity(const struct th_crs_transform *transform);

// The inverse way, for maps and exports: from EPSG:4490 to `definition`, in place.
enum th_status th_crs_transform_new_inverse(const char *definition,
                                            struct th_crs_transform **ret_transform,
                                            struct th_error *err) TH_MUST_CHECK;

// false where th_crs_transform_new would not even find a system in `definition`, whatever its
// datum.
bool th_crs_is_known(const char *definition);

// EPSG code of the 3-degree CGCS2000 zone without prefix for a longitude: 4534 (75°) … 4554 (135°).
int th_crs_gauss_kruger_code(double lon_deg);

#endif
