#include "tests/integration/cells.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"

static const double STEP_DEG = 5e-6; // of the grid: 0.48 m by 0.55 m

double cells_x(const struct cells *grid, int line)
{
    return grid->west + STEP_DEG * (200 * (line / 2) + line % 2);
}

double cells_y(const struct cells *grid, int line)
{
    return grid->south + STEP_DEG * (200 * (line / 2) + line % 2);
}

// Area between the equator and a parallel for each radian of longitude, CGCS2000.
static double zone_m2(double lat_deg)
{
    const double a = 6378137;
    const double f = 1 / 298.257222101;
    const double e2 = f * (2 - f);
    const double e = sqrt(e2);
    const double s = sin(lat_deg * M_PI / 180);
    return a * a * (1 - e2) / 2 * (s / (1 - e2 * s * s) + atanh(e * s) / e);
}

void cells_measure(struct cells *grid)
{
    for (int y = 0; y < N_Y; y++) {
        for (int x = 0; x < N_X; x++) {
            grid->cell_m2[y * N_X + x] =
                (cells_x(grid, x + 1) - cells_x(grid, x)) * M_PI / 180 *
                (zone_m2(cells_y(grid, y + 1)) - zone_m2(cells_y(grid, y)));
        }
    }
}

double cells_m2(const struct cells *grid, uint64_t cells)
{
    double sum = 0;
    for (; cells != 0; cells &= cells - 1) {
        sum += grid->cell_m2[__builtin_ctzll(cells)];
    }
    return sum;
}

static bool inside(const struct th_geometry *shape, double x, double y)
{
    bool in = false;
    for (size_t ring = 0, first = 0; ring < shape->n_rings; first = shape->ring_ends[ring++]) {
        for (size_t i = first; i + 1 < shape->ring_ends[ring]; i++) {
            struct th_xy a = shape->points[i];
            struct th_xy b = shape->points[i + 1];
            if ((a.y > y) != (b.y > y) && x < a.x + (y - a.y) * (b.x - a.x) / (b.y - a.y)) {
                in = !in;
            }
        }
    }
    return in;
}

uint64_t cells_under(const struct cells *grid, const struct th_geometry *shape)
{
    uint64_t cells = 0;
    for (int y = 0; y < N_Y; y++) {
        for (int x = 0; x < N_X; x++) {
            if (inside(shape, (cells_x(grid, x) + cells_x(grid, x + 1)) / 2,
                       (cells_y(grid, y) + cells_y(grid, y + 1)) / 2)) {
                cells |= (uint64_t)1 << (y * N_X + x);
            }
        }
    }
    return cells;
}

uint64_t cells_in(struct rectangle r)
{
    uint64_t cells = 0;
    for (int y = r.south; y < r.north; y++) {
        for (int x = r.west; x < r.east; x++) {
            cells |= (uint64_t)1 << (y * N_X + x);
        }
    }
    return cells;
}

void cells_wkt(const struct cells *grid, struct rectangle r, char text[CELLS_WKT_SIZE])
{
    double x0 = cells_x(grid, r.west);
    double x1 = cells_x(grid, r.east);
    double y0 = cells_y(grid, r.south);
    double y1 = cells_y(grid, r.north);
    (void)snprintf(text, CELLS_WKT_SIZE,
                   "POLYGON ((%.9f %.9f, %.9f %.9f, %.9f %.9f, %.9f %.9f, %.9f %.9f))", x0, y0, x1,
                   y0, x1, y1, x0, y1, x0, y0);
}

bool cells_beside(uint64_t a, uint64_t b)
{
    uint64_t last_column = 0;
    for (int y = 0; y < N_Y; y++) {
        last_column |= (uint64_t)1 << (y * N_X + N_X - 1);
    }
    uint64_t around = a | a << N_X | a >> N_X | (a & ~last_column) << 1 | (a >> 1 & ~last_column);
    return (around & b) != 0 && (a & ~b) != 0 && (b & ~a) != 0;
}

uint64_t cells_chance(uint64_t *seed, uint64_t below)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (*seed >> 33) % below;
}

struct rectangle cells_draw(uint64_t *seed)
{
    int x = (int)cells_chance(seed, X_LINES / 2 - 1);
    int y = (int)cells_chance(seed, Y_LINES / 2 - 1);
    int wide = 1 + (int)cells_chance(seed, 2);
    int high = 1 + (int)cells_chance(seed, 2);
    struct rectangle r = {2 * x, 2 * (x + wide), 2 * y, 2 * (y + high)};
    r.east = r.east < X_LINES ? r.east : X_LINES - 2;
    r.north = r.north < Y_LINES ? r.north : Y_LINES - 2;
    r.west += cells_chance(seed, 4) == 0 ? 1 : 0;
    r.south += cells_chance(seed, 4) == 0 ? 1 : 0;
    r.east += cells_chance(seed, 4) == 0 ? 1 : 0;
    r.north += cells_chance(seed, 4) == 0 ? 1 : 0;
    return r;
}

void tally_count(struct tally *tally, const char *step, const char *how)
{
    char what[TALLY_TEXT_SIZE];
    (void)snprintf(what, sizeof(what), "%s %s", step, how);
    size_t i = 0;
    while (i < tally->n && strcmp(tally->items[i].what, what) != 0) {
        i++;
    }
    if (i == TALLY_MAX) {
        return;
    }
    if (i == tally->n) {
        th_text_copy(tally->items[tally->n++].what, sizeof(what), what);
    }
    tally->items[i].n++;
}

void tally_print(const struct tally *tally)
{
    for (size_t i = 0; i < tally->n; i++) {
        printf("%8ld %s\n", tally->items[i].n, tally->items[i].what);
    }
}
