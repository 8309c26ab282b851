// An uneven grid, some of whose columns and rows are strips half a metre wide: ground as sets of
// cells, measured apart from everything that the program measures with.
#ifndef TH_TESTS_CELLS_H
#define TH_TESTS_CELLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gis/geometry.h"

enum {
    X_LINES = 10, // every second one begins a strip, the others a column of a hundred metres
    Y_LINES = 8,
    N_X = X_LINES - 1,
    N_Y = Y_LINES - 1,
    CELLS_WKT_SIZE = 256
};

// Sets of cells are the bits of a number, cell (x, y) at y * N_X + x.
struct cells {
    double west, south; // set before cells_measure
    double cell_m2[N_X * N_Y];
};
struct rectangle {
    int west, east, south, north; // lines
};

void cells_measure(struct cells *grid);
double cells_x(const struct cells *grid, int line);
double cells_y(const struct cells *grid, int line);
double cells_m2(const struct cells *grid, uint64_t cells);
uint64_t cells_in(struct rectangle r);
uint64_t cells_under(const struct cells *grid, const struct th_geometry *shape);
// Do they share a cell or an edge, and is neither part of the other?
bool cells_beside(uint64_t a, uint64_t b);
void cells_wkt(const struct cells *grid, struct rectangle r, char text[CELLS_WKT_SIZE]);
// Below `below`, the same for the same seed.
uint64_t cells_chance(uint64_t *seed, uint64_t below);
// One or two columns wide and high, a strip more or less.
struct rectangle cells_draw(uint64_t *seed);

// How often which step ended how.
enum { TALLY_MAX = 64, TALLY_TEXT_SIZE = 160 };
struct tally { // zero before use
    struct {
        char what[TALLY_TEXT_SIZE];
        long n;
    } items[TALLY_MAX];
    size_t n;
};
void tally_count(struct tally *tally, const char *step, const char *how);
void tally_print(const struct tally *tally);

#endif
