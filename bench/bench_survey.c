// CPU per parcel of a survey and of its steps, beside what GEOS and PROJ need for validity and area
// alone. Medians over rounds of the same parcels: bench_survey [vertices]
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "gis/area.h"
#include "gis/crs_internal.h"
#include "gis/geometry_internal.h"
#include "gis/lattice_internal.h"
#include "gis/surveyor.h"
#include "gis/validity.h"

enum { PARCELS = 2000, ROUNDS = 9, VERTICES = 110, VERTICES_MAX = 20000 };

struct bench {
    unsigned char *wkb[2][PARCELS]; // degrees, and EPSG:4528
    size_t size[2][PARCELS];
    struct th_geometry normal[PARCELS];
    struct th_ground *grounds[PARCELS];
    struct th_surveyor *surveyors[2];
    struct th_validity *validity;
    struct th_geometry_room room;
    struct th_lattice lattice;
    unsigned char *bytes;
    double sink;
};

static void must(enum th_status status, const struct th_error *err)
{
    if (status != TH_OK) {
        fprintf(stderr, "bench_survey: %s\n", err->key);
        exit(1);
    }
}

static uint64_t random_state = 1;

static double random_between(double low, double high) // SplitMix64
{
    uint64_t bits = random_state += UINT64_C(0x9e3779b97f4a7c15);
    bits = (bits ^ (bits >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    bits = (bits ^ (bits >> 27)) * UINT64_C(0x94d049bb133111eb);
    bits ^= bits >> 31;
    return low + (high - low) * ((double)(bits >> 11) * 0x1p-53);
}

// A boundary of about 300 m across around a place, in degrees or metres.
static void shape_draw(struct th_geometry *shape, size_t n, double x, double y, double unit_x,
                       double unit_y)
{
    double phase = random_between(0, 6);
    double step = random_between(-0.3, 0.3);
    for (size_t i = 0; i < n; i++) {
        double angle = 2 * 3.14159265358979 * (double)i / (double)n;
        double r = 150 * (1 + step * sin(2 * angle + phase) + 0.1 * sin(5 * angle + phase) +
                          0.5 / (double)n * random_between(-1, 1));
        shape->points[i].x = x + r * cos(angle) / unit_x;
        shape->points[i].y = y + r * sin(angle) / unit_y;
    }
    shape->points[n] = shape->points[0];
}

static void prepare(struct bench *bench, size_t n)
{
    struct th_error err = {0};
    struct th_xy *points = calloc(n + 1, sizeof(*points));
    size_t ring_end = n + 1;
    size_t polygon_end = 1;
    struct th_geometry shape = {points, n + 1, &ring_end, 1, &polygon_end, 1};
    for (size_t i = 0; i < PARCELS && points != NULL; i++) {
        shape_draw(&shape, n, random_between(40400000, 40500000), random_between(3.3e6, 3.4e6), 1,
                   1);
        must(th_geometry_to_wkb(&shape, &bench->wkb[1][i], &bench->size[1][i], &err), &err);
        shape_draw(&shape, n, random_between(119, 120), random_between(30, 31), 96e3, 111e3);
        must(th_geometry_to_wkb(&shape, &bench->wkb[0][i], &bench->size[0][i], &err), &err);
        must(th_geometry_copy(&shape, &bench->normal[i], &err), &err);
        must(th_geometry_normalise(&bench->normal[i], &err), &err);
        must(th_ground_new(&bench->normal[i], &bench->grounds[i], &err), &err);
    }
    free(points);
    for (int i = 0; i < 2; i++) {
        struct th_surveyor_options options = {.crs = i == 0 ? "EPSG:4490" : "EPSG:4528",
                                              .bounds = {70, 10, 140, 60}};
        must(th_surveyor_new(&options, &bench->surveyors[i], &err), &err);
    }
    must(th_validity_new(&bench->validity, &err), &err);
    bench->bytes = malloc(16 * n + 64);
}

static void survey(struct bench *bench, size_t i, int kind)
{
    struct th_error err = {0};
    struct th_survey found;
    must(th_survey(bench->surveyors[kind], bench->wkb[kind][i], bench->size[kind][i], &found, &err),
         &err);
    bench->sink += (double)found.perimeter_mm;
    th_ground_free(found.ground);
}

static void survey_degrees(struct bench *bench, size_t i)
{
    survey(bench, i, 0);
}

static void survey_projected(struct bench *bench, size_t i)
{
    survey(bench, i, 1);
}

static void geos_and_proj(struct bench *bench, size_t i)
{
    struct th_error err = {0};
    double area_m2;
    double perimeter_m;
    must(th_validity_check(bench->validity, &bench->normal[i], &err), &err);
    th_area_geodesic(&th_ellipsoid_cgcs2000, &bench->normal[i], &area_m2, &perimeter_m);
    bench->sink += area_m2;
}

static void geos_alone(struct bench *bench, size_t i)
{
    struct th_error err = {0};
    must(th_validity_check(bench->validity, &bench->normal[i], &err), &err);
}

static void step_read(struct bench *bench, size_t i)
{
    struct th_error err = {0};
    must(th_geometry_room_read(&bench->room, bench->wkb[0][i], bench->size[0][i], &err), &err);
}

static void step_normalise(struct bench *bench, size_t i)
{
    struct th_error err = {0};
    must(th_lattice_normalise(&bench->lattice, &bench->normal[i], &err), &err);
}

static void step_validity(struct bench *bench, size_t i)
{
    struct th_error err = {0};
    must(th_validity_check_ground(bench->validity, bench->grounds[i], &err), &err);
}

static void step_area(struct bench *bench, size_t i)
{
    struct th_area area;
    int64_t perimeter_mm;
    th_area_measure(bench->grounds[i], &area, &perimeter_mm);
    bench->sink += (double)perimeter_mm;
}

static void step_wkb(struct bench *bench, size_t i)
{
    th_ground_wkb(bench->grounds[i], bench->bytes);
    bench->sink += bench->bytes[20];
}

static void step_hash(struct bench *bench, size_t i)
{
    struct th_hash hash =
        th_hash_bytes(TH_HASH_BLAKE2B, bench->bytes, th_ground_wkb_size(bench->grounds[i]));
    bench->sink += hash.bytes[0];
}

static double cpu_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;
    return (left > right) - (left < right);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(struct bench *bench, size_t i);
    } jobs[] = {
        {"GEOS validity + PROJ geodesic area", geos_and_proj},
        {"  GEOS validity", geos_alone},
        {"survey, degrees", survey_degrees},
        {"survey, projected (EPSG:4528)", survey_projected},
        {"  read", step_read},
        {"  normalise", step_normalise},
        {"  validity", step_validity},
        {"  area and perimeter", step_area},
        {"  WKB", step_wkb},
        {"  BLAKE2b", step_hash},
    };
    enum { JOBS = sizeof(jobs) / sizeof(jobs[0]) };
    static struct bench bench;
    static double times[JOBS][ROUNDS];
    long n = argc > 1 ? strtol(argv[1], NULL, 10) : VERTICES;
    if (n < 3 || n > VERTICES_MAX) {
        fprintf(stderr, "bench_survey: 3 to %d vertices\n", VERTICES_MAX);
        return 2;
    }
    prepare(&bench, (size_t)n);
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t job = 0; job < JOBS; job++) {
            double start = cpu_us();
            for (size_t i = 0; i < PARCELS; i++) {
                jobs[job].run(&bench, i);
            }
            times[job][round] = (cpu_us() - start) / PARCELS;
        }
    }
    printf("%ld vertices; CPU per parcel, median of %d rounds\n", n, ROUNDS);
    for (size_t job = 0; job < JOBS; job++) {
        qsort(times[job], ROUNDS, sizeof(double), compare);
        printf("%-36s %8.2f µs  %6.3f\n", jobs[job].name, times[job][ROUNDS / 2],
               times[job][ROUNDS / 2] / times[0][ROUNDS / 2]);
    }
    return bench.sink == 0;
}
