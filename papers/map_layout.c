#include "papers/map_layout_internal.h"

#include <assert.h>
#include <math.h>

// Between the parcels' extent and the neat line, so that outlines and leaders have air.
static const double padding_mm = 6.0;
static const double gutter_mm = 5.0;

bool th_map_extent_of(const struct th_map_parcel *parcels, size_t n_parcels,
                      struct th_map_extent *ret_extent)
{
    struct th_map_extent extent = {HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL};
    size_t n_vertices = 0;
    for (size_t p = 0; p < n_parcels; p++) {
        for (size_t r = 0; r < parcels[p].n_rings; r++) {
            const struct th_map_ring *ring = &parcels[p].rings[r];
            for (size_t v = 0; v < ring->n; v++, n_vertices++) {
                double x_m = ring->xy[2 * v];
                double y_m = ring->xy[2 * v + 1];
                if (!(fabs(x_m) <= 1e8 && fabs(y_m) <= 1e8)) {
                    return false;
                }
                extent.west_m = fmin(extent.west_m, x_m);
                extent.south_m = fmin(extent.south_m, y_m);
                extent.east_m = fmax(extent.east_m, x_m);
                extent.north_m = fmax(extent.north_m, y_m);
            }
        }
    }
    if (n_vertices == 0) {
        return false;
    }
    *ret_extent = extent;
    return true;
}

static bool fits(double w_m, double h_m, int64_t scale, double room_w_mm, double room_h_mm)
{
    // A hair of tolerance, so that an extent which fills the room exactly is not refused.
    double mm_per_m = 1000.0 / (double)scale;
    return w_m * mm_per_m <= room_w_mm + 1e-6 && h_m * mm_per_m <= room_h_mm + 1e-6;
}

int64_t th_map_scale_for(double w_m, double h_m, double room_w_mm, double room_h_mm)
{
    static const int64_t tenths[] = {10, 20, 25, 50};
    for (int64_t decade = 10;; decade *= 10) {
        for (size_t i = 0; i < sizeof(tenths) / sizeof(*tenths); i++) {
            int64_t scale = decade * tenths[i];
            // Extents are below 2e8 m, so that the loop ends long before int64 does.
            if (fits(w_m, h_m, scale, room_w_mm, room_h_mm) || scale > INT64_C(100000000000000)) {
                return scale;
            }
        }
    }
}

static struct th_map_layout paper(bool landscape)
{
    struct th_map_layout layout = {.landscape = landscape};
    if (landscape) {
        layout.page = (struct th_map_rect){0, 0, 297, 210};
        layout.outer = (struct th_map_rect){10, 28, 208, 162};
        layout.info = (struct th_map_rect){221, 28, 66, 66};
        layout.table = (struct th_map_rect){221, 97, 66, 93};
        layout.table_blocks_max = 1;
    } else {
        layout.page = (struct th_map_rect){0, 0, 210, 297};
        layout.outer = (struct th_map_rect){10, 28, 190, 182};
        layout.info = (struct th_map_rect){10, 213, 66, 63};
        layout.table = (struct th_map_rect){79, 213, 121, 63};
        layout.table_blocks_max = 2;
    }
    layout.neat =
        (struct th_map_rect){layout.outer.x_mm + gutter_mm, layout.outer.y_mm + gutter_mm,
                             layout.outer.w_mm - 2 * gutter_mm, layout.outer.h_mm - 2 * gutter_mm};
    return layout;
}

static int64_t paper_scale(const struct th_map_layout *layout, double w_m, double h_m)
{
    return th_map_scale_for(w_m, h_m, layout->neat.w_mm - 2 * padding_mm,
                            layout->neat.h_mm - 2 * padding_mm);
}

static bool paper_fits(const struct th_map_layout *layout, double w_m, double h_m, int64_t scale)
{
    return fits(w_m, h_m, scale, layout->neat.w_mm - 2 * padding_mm,
                layout->neat.h_mm - 2 * padding_mm);
}

int64_t th_map_layout_choose(const struct th_map_extent *extent, int64_t wanted_scale,
                             struct th_map_layout *ret_layout)
{
    double w_m = extent->east_m - extent->west_m;
    double h_m = extent->north_m - extent->south_m;
    struct th_map_layout first = paper(w_m > h_m);
    struct th_map_layout second = paper(!(w_m > h_m));
    first.scale = paper_scale(&first, w_m, h_m);
    second.scale = paper_scale(&second, w_m, h_m);
    int64_t smallest = first.scale <= second.scale ? first.scale : second.scale;
    struct th_map_layout chosen = first.scale <= second.scale ? first : second;
    if (wanted_scale > 0) {
        if (paper_fits(&first, w_m, h_m, wanted_scale)) {
            chosen = first;
        } else if (paper_fits(&second, w_m, h_m, wanted_scale)) {
            chosen = second;
        } else {
            return smallest;
        }
        chosen.scale = wanted_scale;
    }
    chosen.centre_x_m = (extent->west_m + extent->east_m) / 2;
    chosen.centre_y_m = (extent->south_m + extent->north_m) / 2;
    chosen.grid_step_m = th_map_grid_step(chosen.scale);
    *ret_layout = chosen;
    return 0;
}

struct th_map_bar th_map_bar_for(int64_t scale, double max_mm)
{
    static const int64_t digits[] = {5, 2, 1};
    assert(scale > 0);
    double max_cm = max_mm * (double)scale / 10.0;
    int64_t decade_cm = 10;
    while ((double)decade_cm * 10 <= max_cm) {
        decade_cm *= 10;
    }
    int64_t total_cm = decade_cm;
    for (size_t i = 0; i < sizeof(digits) / sizeof(*digits); i++) {
        if ((double)(digits[i] * decade_cm) <= max_cm) {
            total_cm = digits[i] * decade_cm;
            break;
        }
    }
    struct th_map_bar bar = {.n_divisions = total_cm == 5 * decade_cm ? 5 : 4};
    // A bar of 10 cm would divide into 2.5 cm; scales that large are below any sheet's use.
    bar.division_cm = total_cm / bar.n_divisions;
    bar.length_mm = (double)(bar.division_cm * bar.n_divisions) * 10.0 / (double)scale;
    return bar;
}

int64_t th_map_grid_step(int64_t scale)
{
    static const int64_t digits[] = {1, 2, 5};
    for (int64_t decade = 1;; decade *= 10) {
        for (size_t i = 0; i < sizeof(digits) / sizeof(*digits); i++) {
            if ((double)(digits[i] * decade) * 1000.0 >= 30.0 * (double)scale) {
                return digits[i] * decade;
            }
        }
    }
}

double th_map_x_mm(const struct th_map_layout *layout, double x_m)
{
    return layout->neat.x_mm + layout->neat.w_mm / 2 +
           (x_m - layout->centre_x_m) * 1000.0 / (double)layout->scale;
}

double th_map_y_mm(const struct th_map_layout *layout, double y_m)
{
    return layout->neat.y_mm + layout->neat.h_mm / 2 -
           (y_m - layout->centre_y_m) * 1000.0 / (double)layout->scale;
}

struct th_map_table_plan th_map_table_plan(size_t n_parcels, size_t capacity, size_t blocks_max)
{
    assert(capacity >= 3 && blocks_max >= 1);
    struct th_map_table_plan plan = {.n_shown = n_parcels};
    if (n_parcels + 1 > capacity * blocks_max) {
        plan.n_shown = capacity * blocks_max - 2;
        plan.n_rest = n_parcels - plan.n_shown;
    }
    size_t rows = plan.n_shown + (plan.n_rest > 0) + 1;
    plan.n_blocks = (rows + capacity - 1) / capacity;
    plan.per_block = (rows + plan.n_blocks - 1) / plan.n_blocks;
    return plan;
}
