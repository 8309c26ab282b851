// Is a shape fit to be ground? Decided as GEOS does (OGC Simple Features validity), never repaired
// here.
#ifndef TH_GIS_VALIDITY_H
#define TH_GIS_VALIDITY_H

#include "gis/ground.h"

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
// The same answer for a ground, much sooner: most are proven valid without GEOS. In shapes of 5,000
// vertices or more a defect is named as it was seen first, which need not be the one that GEOS
// would name; and where rings touch each other in a shape whose edges lie so close together that
// GEOS would look at them for seconds, it is refused ("tangled").
enum th_status th_validity_check_ground(struct th_validity *validity,
                                        const struct th_ground *ground,
                                        struct th_error *err) TH_MUST_CHECK;

#endif
