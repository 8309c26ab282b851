// A GEOS context of one's own and the way of shapes into it. For gis/ alone.
#ifndef TH_GIS_GEOS_INTERNAL_H
#define TH_GIS_GEOS_INTERNAL_H

#include <geos_c.h>

#include "gis/geometry.h"

struct th_geos {
    GEOSContextHandle_t context;
    char message[256]; // the last error message, "" when there was none
};

// The struct must stay where it is while the context lives: the message handler writes into it.
enum th_status th_geos_open(struct th_geos *geos, struct th_error *err) TH_MUST_CHECK;
void th_geos_close(struct th_geos *geos); // safe on a zeroed struct

// The last failure: TH_INTERNAL ("geometry_engine" with its message in "detail"), or TH_NO_MEMORY
// where GEOS itself had nothing to say.
enum th_status th_geos_error(const struct th_geos *geos, struct th_error *err);

// A GEOS multipolygon of a shape whose rings are closed and have four vertices or more; NULL on
// failure. Destroy with GEOSGeom_destroy_r.
GEOSGeometry *th_geos_geometry(struct th_geos *geos, const struct th_geometry *geometry);

// The polygons in what GEOS built, also in collections of collections: numbers in 1e-8° from (x,
// y), rounded to whole ones; rings as they come, not normalised. *ret_lossy when lines or points
// stood beside them. Without polygons *ret_geometry is empty. TH_INTERNAL ("geometry_engine").
enum th_status th_geos_polygons(struct th_geos *geos, const GEOSGeometry *shape, int64_t x,
                                int64_t y, struct th_geometry *ret_geometry, bool *ret_lossy,
                                struct th_error *err) TH_MUST_CHECK;

#endif
