// How fast parcels are compared, beside GEOS on the same pairs in the same run:
//   bench_fabric [parcels [threads [pairs for GEOS]]]
// An edge-matched fabric of 20 to 200 vertices a parcel is drawn in memory; one parcel in a hundred
// is shifted by a twentieth of its size, so that it lies over its neighbours.
#include <geos_c.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gis/area.h"
#include "gis/fabric.h"

enum {
    LINE_POINTS_MAX = 47,
    LINE_POINTS_MIN = 4,
    PARCEL_POINTS_MAX = 4 * (LINE_POINTS_MAX + 1) + 1
};

static const double cell_deg = 0.001;
static const double south_west[] = {119.5, 30.4};

static uint64_t mix(uint64_t z)
{
    z += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static double unit(uint64_t key) // −1 … 1, the same for the same key
{
    return (double)(mix(key) >> 11) / 4503599627370496.0 - 1;
}

static struct th_xy knot(uint64_t column, uint64_t row)
{
    uint64_t key = (column << 32 | row) * 4;
    return (struct th_xy){south_west[0] + cell_deg * ((double)column + 0.25 * unit(key)),
                          south_west[1] + cell_deg * ((double)row + 0.25 * unit(key + 1))};
}

// Appends the shared polyline from one knot to its neighbour in the east or north, without the far
// end, in either direction.
static size_t line_append(struct th_xy *points, uint64_t column, uint64_t row, bool north,
                          bool back)
{
    struct th_xy from = knot(column, row);
    struct th_xy to = north ? knot(column, row + 1) : knot(column + 1, row);
    uint64_t key = (column << 32 | row) * 4 + 2 + north;
    size_t n = LINE_POINTS_MIN + mix(key) % (LINE_POINTS_MAX - LINE_POINTS_MIN + 1);
    for (size_t i = 0; i <= n; i++) {
        size_t k = back ? n + 1 - i : i;
        double t = (double)k / (double)(n + 1);
        double side = 0.2 * t * (1 - t) * unit(key * 64 + k); // none at the knots
        points[i].x = from.x + t * (to.x - from.x) - side * (to.y - from.y);
        points[i].y = from.y + t * (to.y - from.y) + side * (to.x - from.x);
    }
    return n + 1;
}

static struct th_fabric_parcel parcel_draw(uint64_t column, uint64_t row, int64_t id)
{
    struct th_xy points[PARCEL_POINTS_MAX];
    struct th_error err = {0};
    struct th_ground *ground = NULL;
    struct th_area area;
    int64_t perimeter_mm;
    size_t n = line_append(points, column, row, false, false);
    n += line_append(points + n, column + 1, row, true, false);
    n += line_append(points + n, column, row + 1, false, true);
    n += line_append(points + n, column, row, true, true);
    points[n] = points[0];
    n++;
    if (mix((uint64_t)id) % 100 == 0) {
        for (size_t i = 0; i < n; i++) {
            points[i].x += cell_deg / 20;
        }
    }
    size_t ring_end = n;
    size_t polygon_end = 1;
    struct th_geometry geometry = {points, n, &ring_end, 1, &polygon_end, 1};
    if (th_geometry_normalise(&geometry, &err) != TH_OK ||
        th_ground_new(&geometry, &ground, &err) != TH_OK) {
        fprintf(stderr, "%s\n", err.key);
        exit(1);
    }
    th_area_measure(ground, &area, &perimeter_mm);
    return (struct th_fabric_parcel){ground, th_area_m2(area), id};
}

struct moment {
    double wall, cpu;
};

static struct moment now(void)
{
    struct timespec wall;
    struct timespec cpu;
    clock_gettime(CLOCK_MONOTONIC, &wall);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    return (struct moment){(double)wall.tv_sec + 1e-9 * (double)wall.tv_nsec,
                           (double)cpu.tv_sec + 1e-9 * (double)cpu.tv_nsec};
}

static double resident_mb(const char *field)
{
    char line[200];
    double kb = 0;
    FILE *status = fopen("/proc/self/status", "r");
    while (status != NULL && fgets(line, sizeof line, status) != NULL) {
        if (strncmp(line, field, strlen(field)) == 0) {
            kb = strtod(line + strlen(field) + 1, NULL);
        }
    }
    if (status != NULL) {
        fclose(status);
    }
    return kb / 1024;
}

static GEOSGeometry *geos_of(GEOSContextHandle_t geos, const struct th_ground *ground)
{
    GEOSWKBReader *reader = GEOSWKBReader_create_r(geos);
    size_t size = th_ground_wkb_size(ground);
    unsigned char *wkb = malloc(size);
    th_ground_wkb(ground, wkb);
    GEOSGeometry *shape = GEOSWKBReader_read_r(geos, reader, wkb, size);
    free(wkb);
    GEOSWKBReader_destroy_r(geos, reader);
    return shape;
}

static void silent(const char *message, void *data)
{
    (void)message;
    (void)data;
}

// Neighbouring columns and rows of the first parcels: prepared intersects, then the exact relate.
// Returns seconds of CPU a pair and the number of pairs that share ground.
static double geos_pairs(const struct th_fabric_parcel *parcels, size_t n, size_t side,
                         size_t n_pairs, size_t *ret_n_tested, size_t *ret_n_meet)
{
    GEOSContextHandle_t geos = GEOS_init_r();
    GEOSContext_setNoticeMessageHandler_r(geos, silent, NULL);
    GEOSGeometry **shapes = calloc(n, sizeof(GEOSGeometry *));
    for (size_t i = 0; i < n && i < n_pairs; i++) {
        shapes[i] = geos_of(geos, parcels[i].ground);
    }
    size_t tested = 0;
    size_t meet = 0;
    struct moment start = now();
    for (size_t b = 0; b < n && b < n_pairs && tested < n_pairs; b++) {
        const GEOSPreparedGeometry *prepared = GEOSPrepare_r(geos, shapes[b]);
        const size_t before[] = {1, side - 1, side, side + 1};
        for (size_t k = 0; k < 4; k++) {
            if (before[k] > b ||
                !th_ground_boxes_overlap(parcels[b - before[k]].ground, parcels[b].ground)) {
                continue;
            }
            const GEOSGeometry *other = shapes[b - before[k]];
            tested++;
            if (GEOSPreparedIntersects_r(geos, prepared, other) == 1 &&
                GEOSRelatePattern_r(geos, other, shapes[b], "T********") == 1) {
                meet++;
            }
        }
        GEOSPreparedGeom_destroy_r(geos, prepared);
    }
    double cpu = now().cpu - start.cpu;
    for (size_t i = 0; i < n; i++) {
        if (shapes[i] != NULL) {
            GEOSGeom_destroy_r(geos, shapes[i]);
        }
    }
    free(shapes);
    GEOS_finish_r(geos);
    *ret_n_tested = tested;
    *ret_n_meet = meet;
    return cpu / (double)tested;
}

// Pairs among the first parcels as geos_pairs takes them.
static size_t pairs_among(const struct th_fabric_pairs *pairs, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < pairs->n; i++) {
        count += pairs->items[i].b < n;
    }
    return count;
}

int main(int argc, char **argv)
{
    size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000;
    unsigned n_threads = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 2;
    size_t n_geos = argc > 3 ? strtoul(argv[3], NULL, 10) : 20000;
    struct th_error err = {0};
    struct th_fabric *fabric = NULL;
    struct th_fabric_pairs pairs;
    size_t side = (size_t)ceil(sqrt((double)n));
    size_t n_points = 0;
    struct th_fabric_parcel *parcels = calloc(n, sizeof *parcels);
    for (size_t i = 0; i < n; i++) {
        parcels[i] = parcel_draw(i % side, i / side, (int64_t)i);
        n_points += parcels[i].ground->n_points;
    }
    double before_mb = resident_mb("VmRSS:");
    struct moment start = now();
    if (th_fabric_new(parcels, n, NULL, &fabric, &err) != TH_OK) {
        return 1;
    }
    struct moment built = now();
    if (th_fabric_join(fabric, n_threads, NULL, &pairs, &err) != TH_OK) {
        fprintf(stderr, "%s\n", err.key);
        return 1;
    }
    struct moment end = now();
    printf("%zu parcels of %.1f points, %u threads: built in %.3f s, joined in %.3f s wall, %.3f s "
           "CPU; %zu pairs; %.0f MB of grounds, %.0f MB more at the peak\n",
           n, (double)n_points / (double)n, n_threads, built.wall - start.wall,
           end.wall - built.wall, end.cpu - built.cpu, pairs.n, before_mb,
           resident_mb("VmHWM:") - before_mb);
    if (n_geos > 0) {
        size_t n_tested;
        size_t n_meet;
        n_geos = n_geos < n ? n_geos : n;
        double geos_s = geos_pairs(parcels, n, side, n_geos * 8, &n_tested, &n_meet);
        // The same number of candidates a parcel everywhere.
        double ours_s = (end.cpu - built.cpu) /
                        ((double)n_tested / (double)(n_geos < n ? n_geos : n) * (double)n);
        printf("GEOS prepared intersects and relate: %.2f us a pair (%zu pairs, %zu with common "
               "ground, here %zu); here, with search and measure: %.2f us; ratio %.1f\n",
               1e6 * geos_s, n_tested, n_meet, pairs_among(&pairs, n_geos), 1e6 * ours_s,
               geos_s / ours_s);
    }
    free(pairs.items);
    th_fabric_free(fabric);
    return 0;
}
