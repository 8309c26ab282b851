// From the bytes of a source to measured ground, or to the reason why not: what happens to every
// row of an import, and what one core can do by itself.
#ifndef TH_GIS_SURVEYOR_H
#define TH_GIS_SURVEYOR_H

#include "core/hash.h"
#include "core/quantity.h"
#include "gis/crs.h"
#include "gis/ground.h"

// What the source's numbers are, beside their reference system.
enum th_offset { TH_OFFSET_NONE, TH_OFFSET_GCJ02, TH_OFFSET_BD09 };

struct th_surveyor_options {
    const char *crs;                  // of th_crs_transform_new_by_datum
    const struct th_box *extent;      // likewise, may be NULL; easting first
    const struct th_crs_datum *datum; // parameters that the user gave, may be NULL
    bool swap_axes;                   // the source writes northing (latitude) first
    enum th_offset offset;            // taken off after the transformation
    struct th_box bounds;             // degrees; a shape that leaves it is refused
};

struct th_survey {
    struct th_ground *ground; // the caller's; NULL when the row is refused
    struct th_area measured;  // geodesic on CGCS2000 (th_area_measure)
    int64_t perimeter_mm;     // geodesic, all rings
    struct th_hash hash;      // BLAKE2b-256 of the WKB (th_ground_wkb)
    struct th_box box;        // degrees; valid when `placed`
    bool placed;              // the shape could be brought to EPSG:4490
};

struct th_surveyor; // transformation, GEOS context and room for work; one per thread

// Errors of th_crs_transform_new_by_datum.
enum th_status th_surveyor_new(const struct th_surveyor_options *options,
                               struct th_surveyor **ret_surveyor,
                               struct th_error *err) TH_MUST_CHECK;
void th_surveyor_free(struct th_surveyor *surveyor);
const struct th_crs_transform *
th_surveyor_transform(const struct th_surveyor *surveyor); // borrowed

// TH_OK: the ground is valid and measured. TH_DATA_PROBLEM: the row is refused, with the keys of
// th_geometry_from_wkb, "line_open" (gap_m) for a line whose ends lie apart, "lines_open" (n,
// n_open, gap_m: the widest) for several, th_crs_transform_apply
// ("out_of_bounds"), "outside_bounds" (arguments box, bounds), th_validity_check
// ("geometry_invalid") and th_ground_new; *ret_survey then tells `placed` and `box` as far as they
// are known, and ground is NULL; so do all other statuses. TH_UNREADABLE ("wkb_invalid"). wkb NULL,
// and ground below 0.005 m², are "geometry_empty".
enum th_status th_survey(struct th_surveyor *surveyor, const void *wkb, size_t wkb_size,
                         struct th_survey *ret_survey, struct th_error *err) TH_MUST_CHECK;
// The same for a shape already in EPSG:4490, e.g. an accepted repair.
enum th_status th_survey_geometry(struct th_surveyor *surveyor, const struct th_geometry *geometry,
                                  struct th_survey *ret_survey, struct th_error *err) TH_MUST_CHECK;

// After TH_DATA_PROBLEM: the shape that was refused, in degrees and normalised, e.g. to propose a
// repair; NULL when it never came so far. Borrowed until the next survey.
const struct th_geometry *th_surveyor_shape(const struct th_surveyor *surveyor);

#endif
