// Shapes on a small lattice: few places, so that vertices, edges and whole rings meet all the time,
// which is where geometry goes wrong.
#ifndef TH_TESTS_FUZZ_LATTICE_H
#define TH_TESTS_FUZZ_LATTICE_H

#include "gis/geometry.h"
#include "tests/fuzz/fuzz.h"

struct fuzz_bytes { // what is left of the input
    const uint8_t *at;
    size_t left;
};

uint8_t fuzz_take(struct fuzz_bytes *bytes); // 0 behind the end

// Reads a shape of at most `rings_max` rings: the first byte tells their number, then each ring its
// number of vertices and one byte a vertex (x, y of 16 places each); a ring whose count byte has
// its highest bit set begins a new part. `step_e8` is the distance of places in 1e-8 degrees. false
// when nothing that normalises is left; *ret_geometry is the caller's otherwise.
bool fuzz_lattice_shape(struct fuzz_bytes *bytes, size_t rings_max, int64_t step_e8,
                        struct th_geometry *ret_geometry);

#endif
