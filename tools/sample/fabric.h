// Draws patches of ground for the sample data: an irregular, edge-matched fabric of parcels whose
// neighbours share every vertex of their border, and whose geodesic areas meet given targets.
#ifndef TH_TOOLS_SAMPLE_FABRIC_H
#define TH_TOOLS_SAMPLE_FABRIC_H

#include <stddef.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"

enum {
    SAMPLE_SIDE_MAX = 5,      // cells along one side of a fabric
    SAMPLE_SEGMENTS_MAX = 32, // straight pieces of one side of a cell
    SAMPLE_HOLES_MAX = 2,
    SAMPLE_HOLE_VERTICES = 24,
    SAMPLE_RING_MAX = 4 * SAMPLE_SEGMENTS_MAX + 1
};

// A vertex on the registry's grid of 1e-8 degrees, so that what is tuned is what is stored.
struct sample_point {
    int64_t lon_e8;
    int64_t lat_e8;
};

// Closed: first = last vertex. Shells run counter-clockwise, holes clockwise.
struct sample_ring {
    struct sample_point points[SAMPLE_RING_MAX];
    size_t n;
};

struct sample_cell {
    struct sample_ring shell;
    struct sample_ring holes[SAMPLE_HOLES_MAX];
    size_t n_holes;
    int64_t declared_mu_cent; // the area in a contract, in 0.01 mu
    double area_m2;           // geodesic, of the very vertices above
};

struct sample_plan {
    uint64_t seed;
    double lon_deg, lat_deg; // middle of the fabric
    size_t n_columns, n_rows;
    size_t n_segments;     // straight pieces a side of a cell, a power of two
    double turn_deg;       // the whole fabric, counter-clockwise
    double stretch;        // width of a cell : its height
    double unevenness;     // of the widths of columns and rows, and of the corners; 0 … 0.4
    int64_t total_mu_cent; // of all parcels
    int64_t step_mu_cent;  // declared areas are multiples of this, unless `shares` are given
    const int64_t *shares; // NULL, or the declared area of each cell in 0.01 mu, summing to total
    const size_t *n_holes; // NULL, or the number of islands of each cell
    double hole_radius_m;
};

struct sample_fabric {
    size_t n_cells;
    struct sample_cell cells[SAMPLE_SIDE_MAX * SAMPLE_SIDE_MAX];
};

// Every cell's area is at least its declared one, and larger by less than 0.1 m².
enum th_status sample_fabric_draw(const struct sample_plan *plan, struct sample_fabric *ret_fabric,
                                  struct th_error *err) TH_MUST_CHECK;

#endif
