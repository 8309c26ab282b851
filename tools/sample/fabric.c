// The fabric is laid out in projected metres, put on the registry's grid of degrees, and then tuned
// cell by cell from the bottom row to the top one: a cell's area is set by bulging its upper side,
// which belongs besides to the cell above, whose own turn is still to come.
#include "tools/sample/fabric.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gis/area.h"
#include "gis/crs.h"

static const double pi = 3.14159265358979323846;
// A declared area is met from above, within this much.
static const double excess_max_m2 = 0.1;

struct side {
    struct sample_point points[SAMPLE_SEGMENTS_MAX + 1];
};

struct layout {
    const struct sample_plan *plan;
    struct th_crs_transform *to_degrees;
    double middle_x, middle_y;                                  // metres
    double corners_x[SAMPLE_SIDE_MAX + 1][SAMPLE_SIDE_MAX + 1]; // [row][column], metres
    double corners_y[SAMPLE_SIDE_MAX + 1][SAMPLE_SIDE_MAX + 1];
    struct side level[SAMPLE_SIDE_MAX + 1][SAMPLE_SIDE_MAX];   // west to east
    struct side upright[SAMPLE_SIDE_MAX][SAMPLE_SIDE_MAX + 1]; // south to north
};

// SplitMix64 by Sebastiano Vigna (public domain); the same numbers on every machine.
static uint64_t random_next(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

// Even over -1 … 1.
static double random_signed(uint64_t *state)
{
    return (double)(random_next(state) >> 11) / 4503599627370496.0 - 1.0;
}

// The points themselves in place; the transformation owns a geometry's block and may replace it.
static enum th_status transform(struct th_crs_transform *via, struct th_xy *points, size_t n,
                                struct th_error *err)
{
    size_t ring_end = n;
    size_t polygon_end = 1;
    struct th_xy *block = malloc(n * sizeof(*block));
    if (block == NULL) {
        return th_error_no_memory(err);
    }
    memcpy(block, points, n * sizeof(*block));
    struct th_geometry geometry = {.points = block,
                                   .n_points = n,
                                   .ring_ends = &ring_end,
                                   .n_rings = 1,
                                   .polygon_ends = &polygon_end,
                                   .n_polygons = 1};
    enum th_status status = th_crs_transform_apply(via, &geometry, err);
    if (status == TH_OK) {
        memcpy(points, geometry.points, n * sizeof(*points));
    }
    free(geometry.points);
    return status;
}

static struct sample_point on_grid(struct th_xy degrees)
{
    return (struct sample_point){.lon_e8 = llround(degrees.x * 1e8),
                                 .lat_e8 = llround(degrees.y * 1e8)};
}

static void ring_append(struct th_geometry *geometry, const struct sample_ring *ring)
{
    for (size_t i = 0; i < ring->n; i++) {
        struct sample_point p = ring->points[i];
        geometry->points[geometry->n_points++] =
            (struct th_xy){.x = (double)p.lon_e8 / 1e8, .y = (double)p.lat_e8 / 1e8};
    }
    geometry->ring_ends[geometry->n_rings++] = geometry->n_points;
}

static double cell_area(const struct sample_cell *cell)
{
    struct th_xy points[SAMPLE_RING_MAX * (1 + SAMPLE_HOLES_MAX)];
    size_t ring_ends[1 + SAMPLE_HOLES_MAX];
    size_t polygon_end = 1 + cell->n_holes;
    struct th_geometry geometry = {
        .points = points, .ring_ends = ring_ends, .polygon_ends = &polygon_end, .n_polygons = 1};
    double area_m2 = 0.0;
    double perimeter_m = 0.0;
    ring_append(&geometry, &cell->shell);
    for (size_t i = 0; i < cell->n_holes; i++) {
        ring_append(&geometry, &cell->holes[i]);
    }
    th_area_geodesic(&th_ellipsoid_cgcs2000, &geometry, &area_m2, &perimeter_m);
    return area_m2;
}

// Cuts positions 0 … n of a side of the fabric unevenly, from -0.5 to 0.5. With shares, a single
// row's columns are as wide as their areas ask.
static void cut(const struct sample_plan *plan, size_t n, const int64_t *shares, uint64_t *random,
                double positions[SAMPLE_SIDE_MAX + 1])
{
    double sum = 0.0;
    positions[0] = 0.0;
    for (size_t i = 0; i < n; i++) {
        double width = 1.0 + plan->unevenness * random_signed(random);
        if (shares != NULL) {
            width = (double)shares[i];
        }
        sum += width;
        positions[i + 1] = sum;
    }
    for (size_t i = 0; i <= n; i++) {
        positions[i] = positions[i] / sum - 0.5;
    }
}

static void lay_corners(struct layout *layout, double width_m)
{
    const struct sample_plan *plan = layout->plan;
    uint64_t random = plan->seed;
    double columns[SAMPLE_SIDE_MAX + 1];
    double rows[SAMPLE_SIDE_MAX + 1];
    double height_m = width_m / plan->stretch * (double)plan->n_rows / (double)plan->n_columns;
    cut(plan, plan->n_columns, plan->n_rows == 1 ? plan->shares : NULL, &random, columns);
    cut(plan, plan->n_rows, NULL, &random, rows);
    double play_m = plan->unevenness * 0.35 * width_m / (double)plan->n_columns;
    double turn = plan->turn_deg * pi / 180.0;
    for (size_t r = 0; r <= plan->n_rows; r++) {
        for (size_t c = 0; c <= plan->n_columns; c++) {
            // A slow wave bends rows and columns, as a valley does.
            double x = columns[c] * width_m + 0.05 * width_m * sin(2.0 * pi * rows[r] + 0.6);
            double y = rows[r] * height_m + 0.06 * height_m * sin(2.0 * pi * columns[c]);
            x += play_m * random_signed(&random);
            y += play_m * random_signed(&random);
            layout->corners_x[r][c] = layout->middle_x + x * cos(turn) - y * sin(turn);
            layout->corners_y[r][c] = layout->middle_y + x * sin(turn) + y * cos(turn);
        }
    }
}

// Midpoint displacement: each half of a side strays from the straight line, less at every step.
static enum th_status lay_side(const struct layout *layout, const size_t from[2],
                               const size_t to[2], uint64_t *random, struct side *side,
                               struct th_error *err)
{
    struct th_xy points[SAMPLE_SEGMENTS_MAX + 1];
    size_t n = layout->plan->n_segments;
    points[0] =
        (struct th_xy){layout->corners_x[from[0]][from[1]], layout->corners_y[from[0]][from[1]]};
    points[n] = (struct th_xy){layout->corners_x[to[0]][to[1]], layout->corners_y[to[0]][to[1]]};
    for (size_t step = n; step > 1; step /= 2) {
        for (size_t i = 0; i < n; i += step) {
            struct th_xy a = points[i];
            struct th_xy b = points[i + step];
            double stray = 0.13 * random_signed(random);
            points[i + step / 2] = (struct th_xy){(a.x + b.x) / 2.0 - stray * (b.y - a.y),
                                                  (a.y + b.y) / 2.0 + stray * (b.x - a.x)};
        }
    }
    enum th_status status = transform(layout->to_degrees, points, n + 1, err);
    if (status != TH_OK) {
        return status;
    }
    for (size_t i = 0; i <= n; i++) {
        side->points[i] = on_grid(points[i]);
    }
    return TH_OK;
}

static enum th_status lay_sides(struct layout *layout, struct th_error *err)
{
    const struct sample_plan *plan = layout->plan;
    uint64_t random = plan->seed ^ UINT64_C(0x5eed);
    for (size_t r = 0; r <= plan->n_rows; r++) {
        for (size_t c = 0; c <= plan->n_columns; c++) {
            const size_t here[2] = {r, c};
            const size_t east[2] = {r, c + 1};
            const size_t north[2] = {r + 1, c};
            enum th_status status = TH_OK;
            if (c < plan->n_columns) {
                status = lay_side(layout, here, east, &random, &layout->level[r][c], err);
            }
            if (status == TH_OK && r < plan->n_rows) {
                status = lay_side(layout, here, north, &random, &layout->upright[r][c], err);
            }
            if (status != TH_OK) {
                return status;
            }
        }
    }
    return TH_OK;
}

static void walk(struct sample_ring *ring, const struct side *side, size_t n, bool backward)
{
    for (size_t i = 0; i < n; i++) {
        ring->points[ring->n++] = side->points[backward ? n - i : i];
    }
}

static void close_shell(const struct layout *layout, size_t r, size_t c, struct sample_cell *cell)
{
    size_t n = layout->plan->n_segments;
    cell->shell.n = 0;
    walk(&cell->shell, &layout->level[r][c], n, false);
    walk(&cell->shell, &layout->upright[r][c + 1], n, false);
    walk(&cell->shell, &layout->level[r + 1][c], n, true);
    walk(&cell->shell, &layout->upright[r][c], n, true);
    cell->shell.points[cell->shell.n++] = cell->shell.points[0];
}

// Islands lie on the line between the middles of the left and right sides.
static enum th_status lay_holes(const struct layout *layout, size_t r, size_t c,
                                struct sample_cell *cell, struct th_error *err)
{
    const struct sample_plan *plan = layout->plan;
    uint64_t random = plan->seed + 977 * (r * plan->n_columns + c + 1);
    double x[2], y[2]; // middles of the left and the right side
    for (size_t side = 0; side < 2; side++) {
        x[side] = (layout->corners_x[r][c + side] + layout->corners_x[r + 1][c + side]) / 2.0;
        y[side] = (layout->corners_y[r][c + side] + layout->corners_y[r + 1][c + side]) / 2.0;
    }
    for (size_t h = 0; h < cell->n_holes; h++) {
        struct th_xy points[SAMPLE_HOLE_VERTICES];
        double along = ((double)h + 1.0) / ((double)cell->n_holes + 1.0);
        double radius_m = plan->hole_radius_m * (1.0 + 0.35 * random_signed(&random));
        for (size_t i = 0; i < SAMPLE_HOLE_VERTICES; i++) {
            double angle = -2.0 * pi * (double)i / SAMPLE_HOLE_VERTICES;
            double reach_m = radius_m * (1.0 + 0.18 * random_signed(&random));
            points[i] = (struct th_xy){x[0] + along * (x[1] - x[0]) + 1.3 * reach_m * cos(angle),
                                       y[0] + along * (y[1] - y[0]) + reach_m * sin(angle)};
        }
        enum th_status status = transform(layout->to_degrees, points, SAMPLE_HOLE_VERTICES, err);
        if (status != TH_OK) {
            return status;
        }
        for (size_t i = 0; i < SAMPLE_HOLE_VERTICES; i++) {
            cell->holes[h].points[i] = on_grid(points[i]);
        }
        cell->holes[h].points[SAMPLE_HOLE_VERTICES] = cell->holes[h].points[0];
        cell->holes[h].n = SAMPLE_HOLE_VERTICES + 1;
    }
    return TH_OK;
}

// Draws everything at one width and sums the areas.
static enum th_status lay(struct layout *layout, double width_m, struct sample_fabric *fabric,
                          double *ret_total_m2, struct th_error *err)
{
    const struct sample_plan *plan = layout->plan;
    double total_m2 = 0.0;
    lay_corners(layout, width_m);
    enum th_status status = lay_sides(layout, err);
    for (size_t r = 0; status == TH_OK && r < plan->n_rows; r++) {
        for (size_t c = 0; status == TH_OK && c < plan->n_columns; c++) {
            size_t index = r * plan->n_columns + c;
            struct sample_cell *cell = &fabric->cells[index];
            cell->n_holes = plan->n_holes == NULL ? 0 : plan->n_holes[index];
            close_shell(layout, r, c, cell);
            status = lay_holes(layout, r, c, cell, err);
            cell->area_m2 = cell_area(cell);
            total_m2 += cell->area_m2;
        }
    }
    fabric->n_cells = plan->n_rows * plan->n_columns;
    *ret_total_m2 = total_m2;
    return status;
}

// 1 mu = 2000/3 m².
static double m2_from_mu_cent(int64_t mu_cent)
{
    return (double)mu_cent * 20.0 / 3.0;
}

// Declared areas near the drawn ones, in whole steps, summing to the total exactly.
static void declare(const struct sample_plan *plan, struct sample_fabric *fabric)
{
    int64_t left = plan->total_mu_cent;
    size_t largest = 0;
    for (size_t i = 0; i < fabric->n_cells; i++) {
        struct sample_cell *cell = &fabric->cells[i];
        if (plan->shares != NULL) {
            cell->declared_mu_cent = plan->shares[i];
        } else {
            double steps = cell->area_m2 * 3.0 / 20.0 / (double)plan->step_mu_cent;
            cell->declared_mu_cent = llround(steps) * plan->step_mu_cent;
        }
        left -= cell->declared_mu_cent;
        if (cell->declared_mu_cent > fabric->cells[largest].declared_mu_cent) {
            largest = i;
        }
    }
    fabric->cells[largest].declared_mu_cent += left;
}

static void bulge(const struct side *straight, size_t n, double by_e8, struct side *side)
{
    *side = *straight;
    for (size_t k = 1; k < n; k++) {
        side->points[k].lat_e8 += llround(by_e8 * sin(pi * (double)k / (double)n));
    }
}

// Finds the bulge of the upper side by secant steps, then moves its middle vertex by single units
// of the grid until the area lies in the window.
static enum th_status tune(struct layout *layout, size_t r, size_t c, struct sample_cell *cell,
                           struct th_error *err)
{
    size_t n = layout->plan->n_segments;
    struct side straight = layout->level[r + 1][c];
    double want_m2 = m2_from_mu_cent(cell->declared_mu_cent) + excess_max_m2 / 2.0;
    double by_e8 = 0.0;
    double per_e8_m2 = 0.0;
    for (int round = 0; round < 8; round++) {
        bulge(&straight, n, by_e8 + 1e5, &layout->level[r + 1][c]);
        close_shell(layout, r, c, cell);
        per_e8_m2 = cell_area(cell);
        bulge(&straight, n, by_e8, &layout->level[r + 1][c]);
        close_shell(layout, r, c, cell);
        cell->area_m2 = cell_area(cell);
        per_e8_m2 = (per_e8_m2 - cell->area_m2) / 1e5;
        by_e8 += (want_m2 - cell->area_m2) / per_e8_m2;
    }
    for (int i = 0; i < 10000; i++) {
        double excess_m2 = cell->area_m2 - m2_from_mu_cent(cell->declared_mu_cent);
        if (excess_m2 >= 0.001 && excess_m2 < excess_max_m2) {
            return TH_OK;
        }
        layout->level[r + 1][c].points[n / 2].lat_e8 += excess_m2 < 0.001 ? 1 : -1;
        close_shell(layout, r, c, cell);
        cell->area_m2 = cell_area(cell);
    }
    return th_error_set(err, TH_INTERNAL, "sample_not_tuned", NULL);
}

enum th_status sample_fabric_draw(const struct sample_plan *plan, struct sample_fabric *ret_fabric,
                                  struct th_error *err)
{
    struct th_crs_transform *to_metres = NULL;
    struct layout layout = {.plan = plan};
    struct sample_fabric fabric = {0};
    double total_m2 = 0.0;
    assert(plan->n_rows <= SAMPLE_SIDE_MAX && plan->n_columns <= SAMPLE_SIDE_MAX);
    assert(plan->n_segments <= SAMPLE_SEGMENTS_MAX);

    enum th_status status = th_crs_transform_new("EPSG:4549", NULL, &layout.to_degrees, err);
    if (status == TH_OK) {
        status = th_crs_transform_new_inverse("EPSG:4549", &to_metres, err);
    }
    struct th_xy middle = {plan->lon_deg, plan->lat_deg};
    if (status == TH_OK) {
        status = transform(to_metres, &middle, 1, err);
    }
    layout.middle_x = middle.x;
    layout.middle_y = middle.y;

    // Three rounds of scaling: islands and the projection keep the area from growing as the square.
    double width_m = sqrt(m2_from_mu_cent(plan->total_mu_cent));
    for (int round = 0; status == TH_OK && round < 3; round++) {
        status = lay(&layout, width_m, &fabric, &total_m2, err);
        if (round < 2) {
            width_m *= sqrt(m2_from_mu_cent(plan->total_mu_cent) / total_m2);
        }
    }
    if (status == TH_OK) {
        declare(plan, &fabric);
    }
    for (size_t i = 0; status == TH_OK && i < fabric.n_cells; i++) {
        status = tune(&layout, i / plan->n_columns, i % plan->n_columns, &fabric.cells[i], err);
    }
    if (status == TH_OK) {
        *ret_fabric = fabric;
    }
    th_crs_transform_free(layout.to_degrees);
    th_crs_transform_free(to_metres);
    return status;
}
