// How fast parcels are compared, beside GEOS on the same pairs in the same run:
//   bench_fabric [parcels [threads [parcels for GEOS [kind]]]]
// An edge-matched fabric of 20 to 200 vertices a parcel is drawn in memory; one parcel in a hundred
// is shifted by a twentieth of its size, so that it lies over its neighbours. Kinds that are hard
// on an index: `giant` lays one parcel of 80,000 vertices around all others, `copies` repeats one
// parcel, `strips` draws slanted strips whose boxes all lie over each other.
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

static struct th_fabric_parcel parcel_of(struct th_xy *points, size_t n, int64_t id)
{
    struct th_error err = {0};
    struct th_ground *ground = NULL;
    struct th_area area;
    int64_t perimeter_mm;
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

static struct th_fabric_parcel parcel_draw(uint64_t column, uint64_t row, int64_t id)
{
    struct th_xy points[PARCEL_POINTS_MAX];
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
    return parcel_of(points, n, id);
}

static struct th_fabric_parcel strip_draw(size_t i, int64_t id)
{
    double x = south_west[0] + 2e-6 * (double)i;
    struct th_xy points[] = {{x, south_west[1]},
                             {x + 2e-6, south_west[1]},
                             {x + 1 + 2e-6, south_west[1] + 1},
                             {x + 1, south_west[1] + 1},
                             {x, south_west[1]}};
    return parcel_of(points, 5, id);
}

// Around `side` by `side` cells, with a wavy outline of 80,000 vertices.
static struct th_fabric_parcel giant_draw(size_t side)
{
    enum { EDGE = 20000 };
    struct th_xy *points = malloc((4 * EDGE + 1) * sizeof(*points));
    double size = cell_deg * ((double)side + 1);
    for (size_t i = 0; i < EDGE && points != NULL; i++) {
        double t = (double)i / EDGE * size;
        double wave = cell_deg / 3 * sin((double)i / 10);
        double x = south_west[0] - cell_deg / 2;
        double y = south_west[1] - cell_deg / 2;
        points[i] = (struct th_xy){x + t, y + wave};
        points[EDGE + i] = (struct th_xy){x + size + wave, y + t};
        points[2 * EDGE + i] = (struct th_xy){x + size - t, y + size + wave};
        points[3 * EDGE + i] = (struct th_xy){x + wave, y + size - t};
    }
    points[4 * EDGE] = points[0];
    struct th_fabric_parcel parcel = parcel_of(points, 4 * EDGE + 1, 0);
    free(points);
    return parcel;
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
    while (status != NULL && fgets(line, sizeof(line), status) != NULL) {
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

// Is the common ground of two shapes more than noise?
static bool is_ground(GEOSContextHandle_t geos, const GEOSGeometry *a, const GEOSGeometry *b)
{
    const double degree2_m2 = 10642.4750 / 1e-6; // at 30.5 N; near enough in this county
    double area = 0;
    GEOSGeometry *common = GEOSIntersection_r(geos, a, b);
    bool ground = common != NULL && GEOSArea_r(geos, common, &area) == 1 &&
                  area * degree2_m2 >= TH_OVERLAP_NOISE_M2;
    if (common != NULL) {
        GEOSGeom_destroy_r(geos, common);
    }
    return ground;
}

struct geos_result {
    double pair_s; // CPU
    size_t n_tested, n_meet;
    size_t n_ground; // of those that meet
};

// The first n parcels with their neighbours before them: prepared intersects, then the exact
// relate.
static struct geos_result geos_pairs(const struct th_fabric_parcel *parcels, size_t n, size_t side)
{
    struct geos_result result = {0};
    GEOSContextHandle_t geos = GEOS_init_r();
    GEOSContext_setNoticeMessageHandler_r(geos, silent, NULL);
    GEOSGeometry **shapes = calloc(n, sizeof(GEOSGeometry *));
    size_t(*met)[2] = malloc(4 * n * sizeof(*met));
    for (size_t i = 0; i < n; i++) {
        shapes[i] = geos_of(geos, parcels[i].ground);
    }
    struct moment start = now();
    for (size_t b = 0; b < n; b++) {
        const GEOSPreparedGeometry *prepared = GEOSPrepare_r(geos, shapes[b]);
        const size_t before[] = {1, side - 1, side, side + 1};
        for (size_t k = 0; k < 4; k++) {
            size_t a = b - before[k];
            if (before[k] > b || !th_ground_boxes_overlap(parcels[a].ground, parcels[b].ground)) {
                continue;
            }
            result.n_tested++;
            if (GEOSPreparedIntersects_r(geos, prepared, shapes[a]) == 1 &&
                GEOSRelatePattern_r(geos, shapes[a], shapes[b], "T********") == 1) {
                met[result.n_meet][0] = a;
                met[result.n_meet++][1] = b;
            }
        }
        GEOSPreparedGeom_destroy_r(geos, prepared);
    }
    result.pair_s = (now().cpu - start.cpu) / (double)result.n_tested;
    for (size_t i = 0; i < result.n_meet; i++) {
        result.n_ground += is_ground(geos, shapes[met[i][0]], shapes[met[i][1]]);
    }
    for (size_t i = 0; i < n; i++) {
        GEOSGeom_destroy_r(geos, shapes[i]);
    }
    free(shapes);
    free(met);
    GEOS_finish_r(geos);
    return result;
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
    const char *kind = argc > 4 ? argv[4] : "neighbours";
    struct th_error err = {0};
    struct th_fabric *fabric = NULL;
    struct th_fabric_pairs pairs;
    size_t side = (size_t)ceil(sqrt((double)n));
    size_t n_points = 0;
    struct th_fabric_parcel *parcels = calloc(n, sizeof(*parcels));
    for (size_t i = 0; i < n; i++) {
        parcels[i] = strcmp(kind, "copies") == 0   ? parcel_draw(0, 0, 1)
                     : strcmp(kind, "strips") == 0 ? strip_draw(i, 1)
                     : strcmp(kind, "giant") == 0 && i == 0
                         ? giant_draw(side)
                         : parcel_draw(i % side, i / side, (int64_t)i);
        n_points += parcels[i].ground->n_points;
    }
    double before_mb = resident_mb("VmRSS:");
    struct moment start = now();
    if (th_fabric_new(parcels, n, NULL, &fabric, &err) != TH_OK) {
        fprintf(stderr, "%s\n", err.key);
        exit(1);
    }
    struct moment built = now();
    if (th_fabric_join(fabric, n_threads, NULL, &pairs, &err) != TH_OK) {
        fprintf(stderr, "%s\n", err.key);
        exit(1);
    }
    struct moment end = now();
    printf("%zu parcels of %.1f points, %u threads: built in %.3f s CPU, joined in %.3f s wall, "
           "%.3f s CPU; %zu pairs%s; %.0f MB of grounds, %.0f MB more at the peak\n",
           n, (double)n_points / (double)n, n_threads, built.cpu - start.cpu, end.wall - built.wall,
           end.cpu - built.cpu, pairs.n, pairs.cut ? " (cut)" : "", before_mb,
           resident_mb("VmHWM:") - before_mb);
    if (n_geos > 0) {
        n_geos = n_geos < n ? n_geos : n;
        struct geos_result geos = geos_pairs(parcels, n_geos, side);
        // A parcel has as many candidates everywhere, but for the rims.
        double pair_s = (end.cpu - built.cpu) / (double)n * (double)n_geos / (double)geos.n_tested;
        printf("GEOS prepared intersects and relate: %.2f us a pair (%zu pairs, %zu with common "
               "ground, %zu with more than noise; here %zu); here, with search and measure: %.2f "
               "us; ratio %.1f\n",
               1e6 * geos.pair_s, geos.n_tested, geos.n_meet, geos.n_ground,
               pairs_among(&pairs, n_geos), 1e6 * pair_s, geos.pair_s / pair_s);
    }
    free(pairs.items);
    th_fabric_free(fabric);
    free(parcels); // the grounds end with the program
    return 0;
}
