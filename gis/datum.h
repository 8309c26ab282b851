// Parameters that lead from Beijing 1954 or Xian 1980 to CGCS2000. They are not public, so they
// come from the user: typed in, or fitted to points whose coordinates are known in both systems.
#ifndef TH_GIS_DATUM_H
#define TH_GIS_DATUM_H

#include "core/buf.h"
#include "gis/geometry.h"

enum {
    TH_CRS_CONTROL_MIN = 3,       // points for three parameters
    TH_CRS_CONTROL_MIN_SEVEN = 4, // points for seven
    TH_CRS_CONTROL_MAX = 1000
};

// A fit that misses its own points by more (RMS, metres) has mixed them up.
#define TH_CRS_DATUM_RMS_MAX_M 2.0

// The two conventions for seven parameters differ in the sign of the rotations, so that one of them
// must be named; it is never assumed.
enum th_crs_datum_kind {
    TH_CRS_DATUM_SHIFT,           // three parameters, EPSG method 9603
    TH_CRS_DATUM_POSITION_VECTOR, // seven, EPSG 9606
    TH_CRS_DATUM_COORDINATE_FRAME // seven, EPSG 9607
};

// Geocentric, from the old datum to CGCS2000. Parcels have no heights: they are taken as 0 above
// the old ellipsoid.
struct th_crs_datum {
    enum th_crs_datum_kind kind;
    double shift_m[3];         // x, y, z
    double rotation_arcsec[3]; // about x, y, z; 0 for three parameters
    double scale_ppm;          // 0 for three parameters
    // How well they fit; n_points is 0 when they were typed in.
    size_t n_points;
    double rms_m, worst_m; // horizontal distances
};

struct th_crs_control { // one point in both systems
    struct th_xy source, target;
};

struct th_crs_residual { // fitted minus known
    double east_m, north_m;
};

struct th_crs_fit {
    const char *source_crs; // on Beijing 1954 or Xian 1980, of th_crs_transform_new
    const char *target_crs; // any that needs no parameters, mostly a zone of CGCS2000
    const struct th_crs_control *points;
    size_t n_points;
    enum th_crs_datum_kind kind;
};

// Least squares. ret_residuals has room for n_points. TH_DATA_PROBLEM: "datum_points_few" (with
// "n", "needed"), "datum_points_many" (with "limit"), "datum_pair_apart" (with "point" from 1,
// "km"), "datum_points_line" (on a line, or so near one that turning cannot be told),
// "datum_residuals" (with "rms", "worst", "point"); errors of th_crs_transform_new and
// th_crs_transform_apply.
enum th_status th_crs_datum_fit(const struct th_crs_fit *fit, struct th_crs_datum *ret_datum,
                                struct th_crs_residual *ret_residuals,
                                struct th_error *err) TH_MUST_CHECK;

// "shift:dx,dy,dz" or "position_vector:dx,dy,dz,rx,ry,rz,ppm" or "coordinate_frame:…", in metres,
// arc-seconds and parts per million; three bare numbers are a shift. What follows a ';' is not
// read. TH_INVALID ("datum_invalid" with "text"; "datum_convention" where seven bare numbers leave
// open how they turn).
enum th_status th_crs_datum_parse(const char *text, struct th_crs_datum *ret_datum,
                                  struct th_error *err) TH_MUST_CHECK;
// Appends that form, every digit kept, and behind it what is known of the fit:
// "; 5 points, RMS 0.012 m, worst 0.020 m, residuals (east north, m) 0.010 -0.003, …". `residuals`
// may be NULL.
void th_crs_datum_text(const struct th_crs_datum *datum, const struct th_crs_residual *residuals,
                       struct th_buf *out);

#endif
