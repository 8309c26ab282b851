// Where everything stands on the sheet, as numbers: paper, scale, scale bar, grid, table.
// Millimetres from the top left corner of the paper, y downward. Knows nothing of drawing.
#ifndef TH_PAPERS_MAP_LAYOUT_INTERNAL_H
#define TH_PAPERS_MAP_LAYOUT_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "papers/map.h"

enum { TH_MAP_PARCELS_MAX = 2000 };

struct th_map_rect {
    double x_mm;
    double y_mm;
    double w_mm;
    double h_mm;
};

struct th_map_extent { // projected metres
    double west_m;
    double south_m;
    double east_m;
    double north_m;
};

struct th_map_layout {
    bool landscape;
    struct th_map_rect page;
    struct th_map_rect outer; // thick line; coordinates are written between it and the neat line
    struct th_map_rect neat;  // the map itself
    struct th_map_rect info;  // legend, north arrow, scale bar, notes
    struct th_map_rect table;
    size_t table_blocks_max; // columns of rows side by side
    int64_t scale;           // 1:scale
    double centre_x_m;       // drawn at the middle of `neat`
    double centre_y_m;
    int64_t grid_step_m;
};

struct th_map_bar {
    int64_t division_cm; // ground
    int n_divisions;     // 4 or 5, all alike
    double length_mm;    // paper, of all divisions
};

struct th_map_table_plan {
    size_t n_shown;   // rows of single parcels
    size_t n_rest;    // parcels summed in one row, 0 when all are shown
    size_t n_blocks;  // side by side
    size_t per_block; // rows in each block but the last
};

// false when a coordinate is not finite, lies beyond 1e8 m, or there is no vertex at all.
bool th_map_extent_of(const struct th_map_parcel *parcels, size_t n_parcels,
                      struct th_map_extent *ret_extent);

// Smallest N of 1, 2, 2.5, 5 x 10^k, from 100 up, at which w x h metres lie within the room on
// paper.
int64_t th_map_scale_for(double w_m, double h_m, double room_w_mm, double room_h_mm);

// Takes the paper that allows the larger scale; when both are equal, landscape if the extent is
// wider than tall. wanted_scale 0 chooses. Returns 0 and fills *ret_layout, or, when wanted_scale
// does not hold the extent on either paper, the smallest round N that does.
int64_t th_map_layout_choose(const struct th_map_extent *extent, int64_t wanted_scale,
                             struct th_map_layout *ret_layout);

// The longest bar of 1, 2 or 5 x 10^k metres that is at most max_mm long at 1:scale.
struct th_map_bar th_map_bar_for(int64_t scale, double max_mm);

// Step of the coordinate grid, 1, 2 or 5 x 10^k m: the smallest that is 30 mm or more on paper.
int64_t th_map_grid_step(int64_t scale);

double th_map_x_mm(const struct th_map_layout *layout, double x_m);
double th_map_y_mm(const struct th_map_layout *layout, double y_m);

// Rows for n parcels: each block holds `capacity` rows; the last row of all is the totals row, the
// one before it the sum of what is left out, if anything is.
struct th_map_table_plan th_map_table_plan(size_t n_parcels, size_t capacity, size_t blocks_max);

#endif
