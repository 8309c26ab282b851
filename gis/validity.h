// Is a shape fit to be ground? Decided by GEOS (OGC Simple Features validity), never repaired here.
#ifndef TH_GIS_VALIDITY_H
#define TH_GIS_VALIDITY_H

#include "gis/geometry.h"

struct th_validity; // holds a GEOS context; one per thread

enum th_status th_validity_new(struct th_validity **ret_validity,
                               struct th_error *err) TH_MUST_CHECK;
void th_validity_free(struct th_validity *validity);

// TH_OK when valid. TH_DATA_PROBLEM ("geometry_invalid") with arguments "reason" ("@validity.<x>",
// a message key: self_intersection, ring_self_intersection, hole_outside_shell, nested_holes,
// nested_shells, disconnected_interior, duplicate_rings, too_few_points, invalid_coordinate,
// ring_not_closed, other), "lon" and "lat" of the place (7 decimals).
enum th_status th_validity_check(struct th_validity *validity, const struct th_geometry *geometry,
                                 struct th_error *err) TH_MUST_CHECK;

#endif
