// The world of the model of the ground: parcels as cells, schemes, packages, what was done so far,
// and what must hold after every step.
#ifndef TH_TESTS_GROUND_WORLD_H
#define TH_TESTS_GROUND_WORLD_H

#include "tests/integration/cells.h"
#include "tests/integration/drawn_fixture.h"
#include "tests/integration/pieces.h"

enum {
    MAX_PARCELS = 96,
    MAX_STANDING = PIECES_MAX, // parcels in force beyond which none are added
    MAX_SCHEMES = 4,
    MAX_PACKAGES = 8,
    MAX_TOGETHER = 4,
    FIRST_YEAR = 2021,
    N_YEARS = 3
};

#define WORLD_NOISE_M2 0.6 // of a parcel: parallels are no geodesics

struct bundle { // a package
    int64_t id;
    char state; // d s v i, r returned, w withdrawn
    int from, to;
    int64_t parcels[MAX_TOGETHER];
    struct piece held[MAX_TOGETHER]; // the same in the versions that it holds
    size_t n;
};

struct world {
    struct fixture *f;
    uint64_t seed;
    struct cells grid;
    bool files;    // are read in this sequence
    int64_t first; // parcels of this sequence have larger numbers
    struct piece parcels[MAX_PARCELS];
    size_t n;
    struct {
        uint64_t cells;
        int from, to; // years
    } schemes[MAX_SCHEMES];
    size_t n_schemes;
    struct bundle packages[MAX_PACKAGES];
    size_t n_packages;
    char log[16384];
    size_t logged;
    struct tally *tally;
    char document[TH_TEST_PATH_SIZE];
};

// Into the log that is printed when something is broken.
__attribute__((format(printf, 2, 3))) void world_note(struct world *w, const char *format, ...);
// How a step ended.
void world_tell(struct world *w, const char *step, enum th_status status,
                const struct th_error *err);
uint64_t world_chance(struct world *w, uint64_t below);

struct piece *world_piece(struct world *w, int64_t parcel_id);
// Parcels in force; `pieces` gets the first MAX_STANDING of them, or is NULL.
size_t world_standing(struct world *w, const struct piece **pieces);
// Cells under other schemes in these years.
uint64_t world_schemes_in(const struct world *w, int from, int to);
double piece_counted_m2(const struct piece *p);

// Reads the parcels as they are now.
void world_look(struct world *w);
// No ground counts twice, registered or packaged.
void world_check(struct world *w);
// When a package goes on, none of it is under another scheme of its time.
void world_check_package(struct world *w, struct bundle *b);
// Fails the test with the log.
void world_broken(struct world *w, const char *what);

#endif
