// What it costs to register one parcel more:
//   one_parcel REGISTRY FABRIC_N SEED COUNT
// The registry holds the fabric of FABRIC_N parcels (make_fabric with SEED). COUNT parcels of their
// own ground are registered one by one, every second in the free ground of a row that came without
// geometry, the others inside of a parcel, which must be measured and refused. Prints one JSON
// object: CPU of each registration in milliseconds (p50, p99, max), and how many were accepted.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "bench/fabric.h"
#include "core/hash.h"
#include "registry/intake/parcel.h"

enum { SHAPE_SIZE = 512 };

static int64_t now_utc(void *context)
{
    (void)context;
    return (int64_t)time(NULL);
}

static void fill_random(void *context, void *data, size_t size)
{
    (void)context;
    th_random_bytes(data, size);
}

// Of this process, and of those that it started and waited for.
static double cpu_ms(void)
{
    struct timespec now;
    struct rusage children;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    getrusage(RUSAGE_CHILDREN, &children);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6 +
           (double)(children.ru_utime.tv_sec + children.ru_stime.tv_sec) * 1e3 +
           (double)(children.ru_utime.tv_usec + children.ru_stime.tv_usec) * 1e-3;
}

static void fail(const char *what, const struct th_error *err)
{
    (void)fprintf(stderr, "one_parcel: %s: %s\n", what, err->key);
    for (int i = 0; i < err->n_args; i++) {
        (void)fprintf(stderr, "  %s = %s\n", err->args[i].name, err->args[i].value);
    }
    exit(EXIT_FAILURE);
}

// One of sixteen lots in the middle of a parcel's box.
static void lot_of(const struct bench_parcel *parcel, size_t place, struct bench_point lot[5])
{
    int64_t west = INT64_MAX, east = INT64_MIN, south = INT64_MAX, north = INT64_MIN;
    const struct bench_ring *ring = &parcel->rings[0];
    for (size_t i = 0; i < ring->n; i++) {
        struct bench_point p = ring->points[i];
        west = p.lon_e8 < west ? p.lon_e8 : west;
        east = p.lon_e8 > east ? p.lon_e8 : east;
        south = p.lat_e8 < south ? p.lat_e8 : south;
        north = p.lat_e8 > north ? p.lat_e8 : north;
    }
    int64_t w = (east - west) / 8;
    int64_t h = (north - south) / 8;
    int64_t x = west + w * (2 + (int64_t)(place % 4));
    int64_t y = south + h * (2 + (int64_t)(place / 4 % 4));
    lot[0] = lot[4] = (struct bench_point){x, y};
    lot[1] = (struct bench_point){x + w, y};
    lot[2] = (struct bench_point){x + w, y + h};
    lot[3] = (struct bench_point){x, y + h};
}

static void write_shape(const struct bench_point lot[5], char text[SHAPE_SIZE])
{
    size_t used = (size_t)snprintf(text, SHAPE_SIZE, "POLYGON((");
    for (size_t i = 0; i < 5; i++) {
        used += (size_t)snprintf(text + used, SHAPE_SIZE - used, "%s%.8f %.8f", i > 0 ? "," : "",
                                 (double)lot[i].lon_e8 / 1e8, (double)lot[i].lat_e8 / 1e8);
    }
    (void)snprintf(text + used, SHAPE_SIZE - used, "))");
}

// The one place that knows how a single parcel is registered. Returns how many were accepted.
static int64_t register_one(struct th_registry *registry, const char *shape, size_t round)
{
    char number[32];
    (void)snprintf(number, sizeof(number), "single-%zu", round);
    const struct th_request request = {.login = "admin"};
    const struct th_parcel_add_options options = {
        .shape = shape, .number = number, .village = "330523001201", .kind = "bamboo"};
    struct th_json *reply = NULL;
    struct th_error err;
    if (th_parcel_add(registry, &request, &options, &reply, &err) != TH_OK) {
        fail(number, &err);
    }
    int64_t accepted = th_json_get_int(reply, "accepted", 0);
    th_json_free(reply);
    return accepted;
}

static int by_size(const void *left, const void *right)
{
    const double *a = left;
    const double *b = right;
    return (*a > *b) - (*a < *b);
}

int main(int argc, char **argv)
{
    const struct th_surroundings surroundings = {.now_utc = now_utc,
                                                 .random = fill_random,
                                                 .system_user = "bench",
                                                 .program = "tanhui bench"};
    static struct bench_parcel parcel;
    struct bench_fabric fabric;
    struct th_registry *registry = NULL;
    struct th_error err;
    char shape[SHAPE_SIZE];
    if (argc != 5) {
        (void)fprintf(stderr, "usage: one_parcel REGISTRY FABRIC_N SEED COUNT\n");
        return 2;
    }
    size_t n = strtoul(argv[2], NULL, 10);
    uint64_t random = strtoul(argv[3], NULL, 10);
    size_t count = strtoul(argv[4], NULL, 10);
    double *costs = count > 0 ? malloc(count * sizeof(*costs)) : NULL;
    if (n == 0 || costs == NULL || !bench_fabric_make(random, n, &fabric)) {
        free(costs);
        return EXIT_FAILURE;
    }
    if (th_registry_open(argv[1], TH_STORE_WRITE, &surroundings, &registry, &err) != TH_OK) {
        fail(argv[1], &err);
    }
    int64_t accepted = 0;
    size_t empty_row = 0;
    for (size_t i = 0; i < count; i++) {
        struct bench_point lot[5];
        size_t row = 0;
        do {
            row = i % 2 == 0 ? empty_row % n + 1 : (size_t)(bench_random_next(&random) % n) + 1;
            empty_row += i % 2 == 0;
            bench_parcel_draw(&fabric, row, &parcel);
        } while ((i % 2 == 0) != (parcel.defect == BENCH_EMPTY));
        parcel.n_rings = 1; // the ring of an empty row is drawn all the same
        lot_of(&parcel, i % 2 == 0 ? (empty_row - 1) / n : i, lot);
        write_shape(lot, shape);
        double began_ms = cpu_ms();
        accepted += register_one(registry, shape, i);
        costs[i] = cpu_ms() - began_ms;
    }
    qsort(costs, count, sizeof(*costs), by_size);
    printf("{\"registered\":%zu,\"count\":%zu,\"accepted\":%lld,\"cpu_ms_p50\":%.3f,"
           "\"cpu_ms_p99\":%.3f,\"cpu_ms_max\":%.3f}\n",
           n, count, (long long)accepted, costs[count / 2], costs[(count * 99 - 1) / 100],
           costs[count - 1]);
    th_registry_close(registry);
    bench_fabric_clear(&fabric);
    free(costs);
    return EXIT_SUCCESS;
}
