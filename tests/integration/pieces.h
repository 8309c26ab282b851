// Parcels as sets of cells, for models of the ground.
#ifndef TH_TESTS_PIECES_H
#define TH_TESTS_PIECES_H

#include "store/ground/parcel_store.h"
#include "tests/integration/cells.h"

enum {
    PIECE_VERSIONS = 16,
    PIECES_MAX = 12 // of a set
};

struct piece { // a parcel
    int64_t id;
    int64_t version;
    bool retired;
    int retired_year;
    uint64_t cells;
    uint64_t ever[PIECE_VERSIONS];
    size_t n_ever;
    double measured_m2, sliver_m2;
};

// Takes version, cells and areas of a version, 0 for that in force, and retirement.
void piece_load(struct th_store *store, const struct cells *grid, int64_t parcel_id,
                int64_t version, struct piece *piece);
// A set of these parcels that counts more than its cells measure, less those that are taken, as the
// bits of a number; 0: there is none. `slack_m2` is the noise of each, `slack` the share of each
// that may be counted twice.
size_t pieces_overcounted(const struct cells *grid, const struct piece *const *pieces, size_t n,
                          uint64_t taken, double slack_m2, double slack);

#endif
