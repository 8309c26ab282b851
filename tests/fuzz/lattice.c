#include "tests/fuzz/lattice.h"

#include <stdlib.h>
#include <string.h>

enum { RINGS_MAX = 8, VERTICES_MAX = 32 };

uint8_t fuzz_take(struct fuzz_bytes *bytes)
{
    if (bytes->left == 0) {
        return 0;
    }
    bytes->left--;
    return *bytes->at++;
}

bool fuzz_lattice_shape(struct fuzz_bytes *bytes, size_t rings_max, int64_t step_e8,
                        struct th_geometry *ret_geometry)
{
    struct th_geometry shape = {.points =
                                    calloc(RINGS_MAX * (VERTICES_MAX + 1), sizeof(*shape.points)),
                                .ring_ends = calloc(RINGS_MAX, sizeof(*shape.ring_ends)),
                                .polygon_ends = calloc(RINGS_MAX, sizeof(*shape.polygon_ends))};
    assert(shape.points != NULL && shape.ring_ends != NULL && shape.polygon_ends != NULL);
    assert(rings_max <= RINGS_MAX);
    size_t n_rings = fuzz_take(bytes) % rings_max + 1;
    for (size_t r = 0; r < n_rings; r++) {
        uint8_t head = fuzz_take(bytes);
        size_t n = head % VERTICES_MAX + 1;
        size_t first = shape.n_points;
        for (size_t i = 0; i < n; i++) {
            uint8_t place = fuzz_take(bytes);
            int64_t x = INT64_C(11960000000) + (place & 15) * step_e8;
            int64_t y = INT64_C(3050000000) + (place >> 4) * step_e8;
            shape.points[shape.n_points++] = (struct th_xy){(double)x / 1e8, (double)y / 1e8};
        }
        shape.points[shape.n_points] = shape.points[first];
        shape.n_points++;
        if (r > 0 && (head & 0x80) != 0) {
            shape.polygon_ends[shape.n_polygons++] = shape.n_rings;
        }
        shape.ring_ends[shape.n_rings++] = shape.n_points;
    }
    shape.polygon_ends[shape.n_polygons++] = shape.n_rings;
    if (th_geometry_normalise(&shape, NULL) != TH_OK) {
        th_geometry_clear(&shape);
        return false;
    }
    *ret_geometry = shape;
    return true;
}
