// A block of parcels around Anji as a cadastral survey delivers it: neighbours share every vertex
// of their border, and a known few have something wrong with them. Any cell can be drawn by itself,
// so a million of them need no memory; the same seed gives the same ground on every machine.
#ifndef TH_BENCH_FABRIC_H
#define TH_BENCH_FABRIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    BENCH_SIDE_MIN = 5,   // straight pieces of one side of a cell, so 20 …
    BENCH_SIDE_MAX = 50,  // … 200 vertices a parcel, 110 on average
    BENCH_RING_MAX = 256, // vertices of a ring with its defect
    BENCH_RINGS_MAX = 2
};

// What may be sown. Cells with a defect have eight clean neighbours, so that each has exactly the
// consequence that is stated.
enum bench_defect {
    BENCH_NONE,
    BENCH_BOW_TIE,   // one side runs the wrong way round
    BENCH_SPIKE,     // a vertex far out and back, without area
    BENCH_EMPTY,     // no geometry
    BENCH_DUPLICATE, // the ground of the row before once more: other start, other direction
    BENCH_OVERLAP,   // bulges 4 m into the next row's parcel, more than both limits
    BENCH_SLIVER,    // bulges 5 to 8 cm into the next row's parcel
    BENCH_DECLARED,  // declares twice its area
    BENCH_HOLE,      // nothing wrong: an island is left out
    BENCH_MULTIPART, // nothing wrong: two parts with a lane between
    BENCH_N_DEFECTS
};

extern const char *const bench_defect_names[BENCH_N_DEFECTS];
// Rows in 10,000 that get the defect.
extern const unsigned bench_defect_rates[BENCH_N_DEFECTS];

struct bench_point { // 1e-8 degrees, the registry's grid
    int64_t lon_e8, lat_e8;
};

struct bench_ring { // closed: first = last
    struct bench_point points[BENCH_RING_MAX];
    size_t n;
};

struct bench_parcel {
    enum bench_defect defect; // BENCH_OVERLAP and BENCH_SLIVER: of the one that bulges
    size_t partner;           // row of a duplicate's original; 0 without
    struct bench_ring rings[BENCH_RINGS_MAX];
    size_t n_rings;   // 0: no geometry
    bool multipart;   // the second ring is a part of its own, not a hole
    double area_m2;   // about (planar)
    unsigned village; // 0 … n_villages - 1, a strip of the block each
};

struct bench_fabric {
    uint64_t seed;
    size_t n, n_columns, n_rows;
    unsigned n_villages;
    double *columns, *rows; // positions of the cuts in metres, n_columns + 1 and n_rows + 1
    double west_deg, south_deg;
};

// n ≥ 1 parcels; false when out of memory. Free with bench_fabric_clear.
bool bench_fabric_make(uint64_t seed, size_t n, struct bench_fabric *ret_fabric);
void bench_fabric_clear(struct bench_fabric *fabric);

// Row 1 … n.
void bench_parcel_draw(const struct bench_fabric *fabric, size_t row,
                       struct bench_parcel *ret_parcel);

// WKB MultiPolygon, little-endian; the size in bytes. `wkb` has BENCH_WKB_MAX bytes. 0 for a parcel
// without geometry.
enum { BENCH_WKB_MAX = 9 + BENCH_RINGS_MAX * (9 + 4 + BENCH_RING_MAX * 16) };
size_t bench_parcel_wkb(const struct bench_parcel *parcel, unsigned char *wkb);

// SplitMix64, for other programs of the bench.
uint64_t bench_random_next(uint64_t *state);

#endif
