// Random fabrics of parcels for tests, drawn in whole 1e-8°: cells that share crooked boundaries,
// merged into parcels with holes, pinches and islands; collinear vertices that only one neighbour
// has; shifted, repeated, nested and nudged copies.
#ifndef TH_TESTS_FABRIC_WORLD_H
#define TH_TESTS_FABRIC_WORLD_H

#include <geos_c.h>

#include "gis/ground.h"

enum { WORLD_PARCELS_MAX = 1000 };

struct world {
    struct th_ground *grounds[WORLD_PARCELS_MAX]; // valid
    GEOSGeometry *shapes[WORLD_PARCELS_MAX];      // the same, in 1e-8° from the world's origin
    size_t n;
    GEOSContextHandle_t geos; // the caller's
};

extern const int64_t world_origin_x, world_origin_y; // in 1e-8°

uint64_t world_random(uint64_t *seed);
uint64_t world_below(uint64_t *seed, uint64_t limit);

void world_draw(uint64_t seed, GEOSContextHandle_t geos, struct world *ret_world);
void world_clear(struct world *world);

// A polygon on a lattice of a few knots, in which everything touches everything.
void world_draw_lattice(uint64_t seed, size_t n, GEOSContextHandle_t geos, struct world *ret_world);

// Adds a shape in whole units (WKT-like rings are given as a GEOS geometry, which is taken over)
// when it is valid and polygonal.
void world_add(struct world *world, GEOSGeometry *shape);

#endif
