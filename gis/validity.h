// Is a shape fit to be ground? By the rules of OGC Simple Features, never repaired here.
#ifndef TH_GIS_VALIDITY_H
#define TH_GIS_VALIDITY_H

#include "gis/ground.h"

struct th_validity; // holds a GEOS context; one per thread

enum th_status th_validity_new(struct th_validity **ret_validity,
                               struct th_error *err) TH_MUST_CHECK;
void th_validity_free(struct th_validity *validity);

// What GEOS says of a shape as it stands, in doubles: vertices that lie on an edge may be seen
// beside it unless coordinates are whole numbers. TH_OK when valid. TH_DATA_PROBLEM
// ("geometry_invalid") with arguments "reason" ("@validity.<x>", a message key: self_intersection,
// ring_self_intersection, hole_outside_shell, nested_holes, nested_shells, disconnected_interior,
// duplicate_rings, too_few_points, invalid_coordinate, ring_not_closed, other), "lon" and "lat" of
// the place (7 decimals).
enum th_status th_validity_check(struct th_validity *validity, const struct th_geometry *geometry,
                                 struct th_error *err) TH_MUST_CHECK;
// A ground is judged in whole numbers. TH_OK means: no two edges cross or lie on each other, a ring
// does not touch itself, rings touch each other in points only, lie in each other as they say, and
// the interior of each polygon is one piece. TH_DATA_PROBLEM as above, in GEOS's words; in shapes
// of 5,000 vertices or more a defect is named as it was seen first. Where rings touch each other in
// a shape whose edges lie so close together that all contacts would take seconds, it is refused
// ("tangled").
enum th_status th_validity_check_ground(struct th_validity *validity,
                                        const struct th_ground *ground,
                                        struct th_error *err) TH_MUST_CHECK;

#endif
