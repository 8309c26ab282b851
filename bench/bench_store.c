// How long the store takes to keep N parcels, phase by phase, beside ogr2ogr writing the same N
// into a SpatiaLite file.
//
//   bench_store [-n 100000] [-p 110] [-d FOLDER] [-s] [-o] [-k] [-w] [-r]
//     -n parcels   -p points a parcel   -s one by one with th_parcel_insert instead of in bulk
//     -o without ogr2ogr   -k keep the files   -w write through the log (WAL)
//     -r a second import of as many
//
// The parcels are wavy cells of a square sheet, in villages of a thousand, numbered within them.
#include <math.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/hash.h"
#include "core/json.h"
#include "store/ground/import_store.h"
#include "store/ground/parcel_bulk_store.h"
#include "store/journal/journal_store.h"
#include "store/people/party_store.h"

extern char **environ;

enum { PATH_SIZE = 512, VILLAGE_PARCELS = 1000, POINTS_MAX = 4000 };

struct bench {
    int64_t n;
    int n_points;
    bool singly, no_ogr, keep, log, twice;
    const char *folder;
    char path[PATH_SIZE];
    struct th_store *store;
    unsigned char *wkb;
    size_t wkb_size;
    double *circle; // cosine and sine of every point
};

static const struct th_store_options OPTIONS = {.program = "bench", .now_utc = 1750000000};

static double wall_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double cpu_s(int who)
{
    struct rusage usage;
    getrusage(who, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

struct watch {
    double wall, cpu;
};

static struct watch watch_start(void)
{
    return (struct watch){wall_s(), cpu_s(RUSAGE_SELF)};
}

static double watch_tell(struct watch watch, const char *phase, int64_t n)
{
    double wall = wall_s() - watch.wall;
    printf("%-28s %9.3f s wall %9.3f s CPU %9.3f us a parcel\n", phase, wall,
           cpu_s(RUSAGE_SELF) - watch.cpu, wall * 1e6 / (double)n);
    fflush(stdout);
    return wall;
}

static void must(enum th_status status, const struct th_error *err, const char *what)
{
    if (status == TH_OK) {
        return;
    }
    fprintf(stderr, "bench_store: %s: %s", what, err->key);
    for (int i = 0; i < err->n_args; i++) {
        fprintf(stderr, " %s=%s", err->args[i].name, err->args[i].value);
    }
    fputc('\n', stderr);
    exit(1);
}

static unsigned char *put_u32(unsigned char *at, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        *at++ = (unsigned char)(value >> (8 * i));
    }
    return at;
}

static void draw(struct bench *b, int64_t index)
{
    const double cell_deg = 0.001;
    int64_t side = (int64_t)ceil(sqrt((double)b->n));
    double x = 119.0 + cell_deg * (double)(index % side);
    double y = 30.0 + cell_deg * (double)(index / side);
    unsigned char *at = b->wkb;
    *at++ = 1;
    at = put_u32(at, 6);
    at = put_u32(at, 1);
    *at++ = 1;
    at = put_u32(at, 3);
    at = put_u32(at, 1);
    at = put_u32(at, (uint32_t)b->n_points);
    for (int i = 0; i < b->n_points; i++) {
        int k = i == b->n_points - 1 ? 0 : i;
        double point[2] = {x + b->circle[2 * k], y + b->circle[2 * k + 1]};
        memcpy(at, point, sizeof(point));
        at += sizeof(point);
    }
}

static void set_up(struct bench *b)
{
    b->wkb_size = 9 + 9 + 4 + (size_t)b->n_points * 16;
    b->wkb = malloc(b->wkb_size);
    b->circle = malloc((size_t)b->n_points * 2 * sizeof(*b->circle));
    if (b->wkb == NULL || b->circle == NULL) {
        exit(1);
    }
    for (int i = 0; i < b->n_points; i++) {
        double angle = 2 * 3.14159265358979 * i / (b->n_points - 1);
        double radius = 0.00045 + 0.00004 * sin(9 * angle);
        b->circle[2 * i] = radius * cos(angle);
        b->circle[2 * i + 1] = radius * sin(angle);
    }
}

static void village_code(int64_t index, char code[TH_CODE_SIZE])
{
    snprintf(code, TH_CODE_SIZE, "330523%06lld", (long long)(index % 1000000));
}

static void add_villages(struct bench *b)
{
    struct th_error err;
    for (int64_t i = 0; i * VILLAGE_PARCELS < b->n; i++) {
        struct th_village village = {.name = "village", .township = "township"};
        village_code(i, village.code);
        must(th_village_insert(b->store, &village, 1, &err), &err, "village");
    }
}

static void journal(struct bench *b)
{
    struct th_error err;
    int64_t seq = 0;
    struct th_json *body = th_json_object();
    const struct th_journal_entry entry = {
        .login = "bench", .system_user = "bench", .kind = "bench", .subject = "bench:1"};
    must(th_journal_append(b->store, &entry, body, &seq, &err), &err, "journal");
    th_json_free(body);
}

static struct th_parcel_record record_of(int64_t index, int64_t first_id, int64_t import_id)
{
    struct th_parcel_record record = {.parcel_id = first_id + index,
                                      .version = 1,
                                      .from = {2025, 6, 15},
                                      .origin = "import",
                                      .kind = "bamboo",
                                      .land_scheme = "GB/T 21010-2017",
                                      .land_class = "0302",
                                      .has_declared = true,
                                      .declared = th_area_from_m2_300(2000000 + index % 1000),
                                      .measured = th_area_from_m2_300(2000300 + index % 1000),
                                      .perimeter_mm = 400250,
                                      .import_id = import_id,
                                      .source_row = index + 1,
                                      .feature = index};
    village_code(index / VILLAGE_PARCELS, record.village);
    snprintf(record.number, sizeof(record.number), "%lld-%lld", (long long)(first_id / 1000000),
             (long long)(index % VILLAGE_PARCELS + 1));
    snprintf(record.source_key, sizeof(record.source_key),
             "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef:parcels:%lld",
             (long long)index + 1);
    return record;
}

static const char ATTRIBUTES[] =
    "{\"LIN_BAN\":\"12\",\"XIAO_BAN\":\"3\",\"SHU_ZHONG\":\"毛竹\",\"QUAN_SHU\":\"集体\"}";

struct phases {
    double draw_s, prepare_s, insert_s;
    double cpu_s; // of all three
};

static void store_rows(struct bench *b, int64_t import_id, int64_t first_id, struct phases *phases)
{
    struct th_parcel_row row = {0};
    struct th_error err;
    for (int64_t i = 0; i < b->n; i++) {
        double t0 = wall_s();
        draw(b, i);
        struct th_parcel_record record = record_of(i, first_id, import_id);
        record.geometry_hash = th_hash_bytes(TH_HASH_BLAKE2B, b->wkb, b->wkb_size);
        double t1 = wall_s();
        if (b->singly) {
            struct th_hash hash;
            must(th_parcel_insert(b->store, &record, ATTRIBUTES, b->wkb, b->wkb_size, 1, &hash,
                                  &err),
                 &err, "insert");
        } else {
            must(th_parcel_row_prepare(&record, ATTRIBUTES, b->wkb, b->wkb_size, &row, &err), &err,
                 "prepare");
        }
        double t2 = wall_s();
        if (!b->singly) {
            must(th_parcel_bulk_insert(b->store,
                                       &(struct th_parcel_version_row){&record, ATTRIBUTES, &row},
                                       1, 1, &err),
                 &err, "bulk insert");
        }
        double t3 = wall_s();
        phases->draw_s += t1 - t0;
        phases->prepare_s += t2 - t1;
        phases->insert_s += t3 - t2;
    }
    th_parcel_row_clear(&row);
}

// One import of n parcels in one transaction; returns the seconds of the store, without drawing.
static double run_import(struct bench *b, const char *title)
{
    struct th_error err;
    int64_t import_id = 0;
    int64_t last_parcel = 0;
    int64_t last_version = 0;
    const struct th_import_evidence evidence = {
        .limits = "{}", .detections = "{}", .options = "{}"};
    const struct th_import_record import = {
        .source = "bench", .n_read = b->n, .n_accepted = b->n, .seq = 1};
    struct phases phases = {.cpu_s = cpu_s(RUSAGE_SELF)};
    printf("-- %s\n", title);
    struct watch all = watch_start();
    if (!b->log) {
        printf("%-28s %9s\n", "written once", th_store_alone_begin(b->store) ? "yes" : "no");
    }
    must(th_store_begin(b->store, &err), &err, "begin");
    must(th_parcel_heads(b->store, &last_parcel, &last_version, &err), &err, "heads");
    if (last_parcel == 0) {
        add_villages(b);
    }
    must(th_import_insert(b->store, &import, &evidence, &import_id, &err), &err, "import");
    if (!b->singly) {
        must(th_parcel_bulk_begin(b->store, &err), &err, "bulk begin");
    }
    store_rows(b, import_id, last_parcel + 1, &phases);
    printf("%-28s %9.3f s (drawing and hashing ground, not counted)\n", "draw", phases.draw_s);
    printf("%-28s %9.3f s\n", b->singly ? "th_parcel_insert" : "prepare", phases.prepare_s);
    printf("%-28s %9.3f s (CPU of the three: %.3f s)\n", "insert", phases.insert_s,
           cpu_s(RUSAGE_SELF) - phases.cpu_s);
    struct watch watch = watch_start();
    if (!b->singly) {
        must(th_parcel_bulk_end(b->store, &err), &err, "bulk end");
    }
    (void)watch_tell(watch, "end (R*Tree)", b->n);
    watch = watch_start();
    journal(b);
    must(th_store_commit(b->store, &err), &err, "commit");
    (void)watch_tell(watch, "commit", b->n);
    must(th_store_alone_end(b->store, &err), &err, "alone end");
    double sum = watch_tell(all, "transaction", b->n) - phases.draw_s;
    printf("%-28s %9.3f s (sum without drawing)\n", "store", sum);
    return sum;
}

static bool count_one(void *context, const struct th_parcel_stand *stand)
{
    int64_t *n = context;
    (void)stand;
    (*n)++;
    return true;
}

static bool count_known(void *context, const struct th_parcel_known *known)
{
    int64_t *n = context;
    *n += known->parcel_id > 0;
    return true;
}

// What one interactive registration asks: neighbours of a box, and a number.
static void ask(struct bench *b)
{
    enum { QUESTIONS = 2000 };
    struct th_error err;
    double worst_s = 0;
    int64_t n = 0;
    srand(7);
    struct watch watch = watch_start();
    for (int i = 0; i < QUESTIONS; i++) {
        draw(b, rand() % b->n);
        double point[2];
        memcpy(point, b->wkb + 22, sizeof(point));
        double start = wall_s();
        const struct th_parcel_box box = {
            point[0] - 0.001, point[1] - 0.0005, point[0], point[1] + 0.0005, {2025, 1, 1}};
        must(th_parcel_box_each(b->store, &box, count_one, &n, &err), &err, "box");
        double took = wall_s() - start;
        worst_s = took > worst_s ? took : worst_s;
    }
    (void)watch_tell(watch, "th_parcel_box_each", QUESTIONS);
    printf("  %.1f parcels a box, slowest %.3f ms\n", (double)n / QUESTIONS, worst_s * 1e3);
    watch = watch_start();
    n = 0;
    for (int64_t i = 0; i * VILLAGE_PARCELS < b->n; i++) {
        char code[TH_CODE_SIZE];
        village_code(i, code);
        must(th_parcel_known_each(b->store, code, count_known, &n, &err), &err, "known");
    }
    (void)watch_tell(watch, "th_parcel_known_each", n);
    watch = watch_start();
    for (int i = 0; i < QUESTIONS * 50; i++) {
        struct th_parcel_record record = record_of(rand() % b->n, 1, 1);
        struct th_parcel_record found;
        struct th_hash content;
        bool is = false;
        must(th_parcel_find(b->store, record.village, record.number, "", &is, &found, &content,
                            &err),
             &err, "find");
        if (!is) {
            exit(1);
        }
    }
    (void)watch_tell(watch, "th_parcel_find", QUESTIONS * 50);
}

static void run_or_die(const char *const argv[])
{
    pid_t child = 0;
    int how = 0;
    if (posix_spawnp(&child, argv[0], NULL, NULL, (char *const *)(uintptr_t)argv, environ) != 0 ||
        waitpid(child, &how, 0) != child || !WIFEXITED(how) || WEXITSTATUS(how) != 0) {
        fprintf(stderr, "bench_store: %s failed\n", argv[0]);
        exit(1);
    }
}

static double run_ogr(struct bench *b)
{
    char source[PATH_SIZE + 16];
    char target[PATH_SIZE + 16];
    snprintf(source, sizeof(source), "%s.gpkg", b->path);
    snprintf(target, sizeof(target), "%s.sqlite", b->path);
    (void)unlink(source);
    (void)unlink(target);
    static const char sql[] =
        "SELECT parcel_id, version, from_on, origin, kind, land_scheme, land_class,"
        " declared_m2_300, measured_m2_300, sliver_m2_300, perimeter_mm, attributes,"
        " import_id, source_row, feature, geometry_hash, row_hash, geom"
        " FROM parcel_version";
    const char *const prepare[] = {"ogr2ogr", "-q",   "-f",      "GPKG", source,  b->path, "-sql",
                                   sql,       "-nln", "parcels", "-gt",  "65536", NULL};
    const char *const copy[] = {"ogr2ogr", "-q",   "-f",  "SQLite", "-dsco", "SPATIALITE=YES",
                                target,    source, "-gt", "65536",  NULL};
    run_or_die(prepare);
    double wall = wall_s();
    double cpu = cpu_s(RUSAGE_CHILDREN);
    run_or_die(copy);
    wall = wall_s() - wall;
    printf("-- ogr2ogr GPKG to SpatiaLite\n%-28s %9.3f s wall %9.3f s CPU\n", "ogr2ogr", wall,
           cpu_s(RUSAGE_CHILDREN) - cpu);
    struct stat info;
    if (stat(target, &info) == 0) {
        printf("%-28s %9.1f MB\n", "its file", (double)info.st_size / 1e6);
    }
    if (!b->keep) {
        (void)unlink(source);
        (void)unlink(target);
    }
    return wall;
}

static void read_options(struct bench *b, int argc, char **argv)
{
    int option;
    while ((option = getopt(argc, argv, "n:p:d:sokwr")) != -1) {
        switch (option) {
        case 'n':
            b->n = strtoll(optarg, NULL, 10);
            break;
        case 'p':
            b->n_points = (int)strtol(optarg, NULL, 10);
            break;
        case 'd':
            b->folder = optarg;
            break;
        case 's':
            b->singly = true;
            break;
        case 'o':
            b->no_ogr = true;
            break;
        case 'r':
            b->twice = true;
            break;
        case 'w':
            b->log = true;
            break;
        case 'k':
            b->keep = true;
            break;
        default:
            exit(2);
        }
    }
    if (b->n < 1 || b->n_points < 4 || b->n_points > POINTS_MAX) {
        exit(2);
    }
}

int main(int argc, char **argv)
{
    struct bench b = {.n = 100000, .n_points = 110, .folder = "/tmp"};
    struct th_error err;
    read_options(&b, argc, argv);
    snprintf(b.path, sizeof(b.path), "%s/bench_store-%ld.tanhui", b.folder, (long)getpid());
    set_up(&b);
    struct watch watch = watch_start();
    must(th_store_create(b.path, &OPTIONS, &b.store, &err), &err, "create");
    (void)watch_tell(watch, "create", 1);
    double store_s = run_import(&b, "first import");
    watch = watch_start();
    th_store_close(b.store);
    store_s += watch_tell(watch, "close (checkpoint)", b.n);
    struct stat info;
    if (stat(b.path, &info) == 0) {
        printf("%-28s %9.1f MB\n", "file", (double)info.st_size / 1e6);
    }
    watch = watch_start();
    must(th_store_open(b.path, TH_STORE_WRITE, &OPTIONS, &b.store, &err), &err, "open");
    (void)watch_tell(watch, "open", 1);
    ask(&b);
    if (b.twice) {
        (void)run_import(&b, "second import, over the first");
    }
    th_store_close(b.store);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("%-28s %9.1f MB\n", "peak memory", (double)usage.ru_maxrss / 1024);
    if (!b.no_ogr) {
        printf("%-28s %9.3f\n", "ratio store / ogr2ogr", store_s / run_ogr(&b));
    }
    if (!b.keep) {
        (void)unlink(b.path);
    }
    free(b.wkb);
    free(b.circle);
    return 0;
}
