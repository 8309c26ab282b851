// Good files of every format, made by GDAL, and the same cut off, with bits flipped and with blocks
// overwritten.
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cpl_error.h>
#include <gdal.h>
#include <gdal_utils.h>

#include "core/file.h"
#include "tests/battery/battery.h"

static const struct good {
    const char *driver; // NULL: not made by GDAL
    const char *file;   // in the folder of good files; a folder when it ends in '/'
    const char *main;   // what is imported of a folder; NULL: the folder itself
} GOOD[] = {{"GPKG", "good.gpkg", NULL},
            {"GeoJSON", "good.geojson", NULL},
            {"GeoJSONSeq", "good.geojsons", NULL},
            {"KML", "good.kml", NULL},
            {NULL, "good.kmz", NULL},
            {"GML", "good.gml", NULL},
            {"FlatGeobuf", "good.fgb", NULL},
            {"DXF", "good.dxf", NULL},
            {"CSV", "good.csv", NULL},
            {"XLSX", "good.xlsx", NULL},
            {"ESRI Shapefile", "shape/", "good.shp"},
            {"MapInfo File", "tab/", "good.tab"},
            {"OpenFileGDB", "good.gdb/", NULL}};
enum { N_GOOD = sizeof(GOOD) / sizeof(GOOD[0]), N_ROWS = 5 };

// Four parcels side by side and one with a hole; each format has ground and numbers of its own, so
// that nothing is known of them before.
static void write_rows(const struct battery *b, size_t format, char path[TH_TEST_PATH_SIZE])
{
    char name[32];
    double south = 30.5 + 0.01 * (double)format;
    struct th_buf text;
    struct th_error err;
    th_buf_init(&text, 64 * 1024);
    th_buf_append_str(&text, "{\"type\":\"FeatureCollection\",\"features\":[\n");
    for (int i = 0; i < N_ROWS; i++) {
        double west = 119.6 + 0.001 * i;
        th_buf_printf(&text,
                      "%s{\"type\":\"Feature\",\"properties\":{\"number\":\"G%zu-%d\",\"owner\":"
                      "\"\xe5\xbc\xa0\xe4\xb8\x89\"},\"geometry\":{\"type\":\"Polygon\","
                      "\"coordinates\":[[[%.4f,%.4f],[%.4f,%.4f],[%.4f,%.4f],[%.4f,%.4f],"
                      "[%.4f,%.4f]]",
                      i > 0 ? ",\n" : "", format, i, west, south, west + 0.001, south, west + 0.001,
                      south + 0.001, west, south + 0.001, west, south);
        if (i == N_ROWS - 1) {
            th_buf_printf(&text, ",[[%.4f,%.4f],[%.4f,%.4f],[%.4f,%.4f],[%.4f,%.4f]]",
                          west + 0.0002, south + 0.0002, west + 0.0002, south + 0.0004,
                          west + 0.0004, south + 0.0004, west + 0.0002, south + 0.0002);
        }
        th_buf_append_str(&text, "]}}");
    }
    th_buf_append_str(&text, "\n]}\n");
    (void)snprintf(name, sizeof(name), "rows-%zu.geojson", format);
    // The first one stands for all where the format does not matter.
    th_test_path(path, b->good, format == 0 ? "first.geojson" : name);
    assert_ok(th_file_write(path, text.data, text.size, &err), &err);
    th_buf_clear(&text);
}

// `from` as a table has its shapes as text.
static void translate(const char *from, bool as_text, const char *driver, const char *path)
{
    const char *const keep[] = {"KEEP_GEOM_COLUMNS=YES", NULL};
    GDALDatasetH source = GDALOpenEx(from, GDAL_OF_VECTOR, NULL, as_text ? keep : NULL, NULL);
    assert_non_null(source);
    static const struct {
        const char *driver;
        const char *words[4];
    } EXTRA[] = {{"CSV", {"-lco", "GEOMETRY=AS_WKT"}},
                 {"DXF", {"-select", ""}},
                 {"ESRI Shapefile", {"-lco", "ENCODING=UTF-8"}},
                 {"MapInfo File", {"-lco", "ENCODING=UTF-8"}}};
    const char *words[8] = {"-f", driver};
    for (size_t i = 0; i < sizeof(EXTRA) / sizeof(EXTRA[0]); i++) {
        if (strcmp(EXTRA[i].driver, driver) == 0) {
            memcpy(words + 2, EXTRA[i].words, sizeof(EXTRA[i].words));
        }
    }
    GDALVectorTranslateOptions *options =
        GDALVectorTranslateOptionsNew((char **)(uintptr_t)words, NULL);
    int failed = 0;
    GDALDatasetH target = GDALVectorTranslate(path, NULL, 1, &source, options, &failed);
    GDALVectorTranslateOptionsFree(options);
    if (target == NULL) {
        fail_msg("GDAL cannot write %s", path);
    }
    GDALClose(target);
    GDALClose(source);
}

static const char *good_path(const struct battery *b, const struct good *good,
                             char path[TH_TEST_PATH_SIZE])
{
    th_test_path(path, b->good, good->file);
    size_t n = strlen(path);
    if (path[n - 1] == '/') {
        path[n - 1] = '\0';
    }
    return path;
}

static bool is_folder(const struct good *good)
{
    return good->file[strlen(good->file) - 1] == '/';
}

// A packed map as phones make it: one doc.kml.
static void pack_map(const struct battery *b, const char *document)
{
    char path[TH_TEST_PATH_SIZE];
    size_t size = 0;
    struct th_error err;
    struct battery_zip zip;
    unsigned char *kml = battery_read(document, &size);
    battery_zip_init(&zip);
    battery_zip_add(&zip, &(struct battery_entry){
                              .name = "doc.kml", .data = kml, .size = size, .deflate = true});
    free(kml);
    unsigned char *data = battery_zip_take(&zip, &size);
    assert_ok(th_file_write(th_test_path(path, b->good, "good.kmz"), data, size, &err), &err);
    free(data);
}

static void make_good_files(const struct battery *b)
{
    char rows[TH_TEST_PATH_SIZE];
    char between[TH_TEST_PATH_SIZE];
    char path[TH_TEST_PATH_SIZE];
    GDALAllRegister();
    CPLSetErrorHandler(CPLQuietErrorHandler); // a drawing has no fields, and says so
    for (size_t i = 0; i < N_GOOD; i++) {
        write_rows(b, i, rows);
        if (GOOD[i].driver == NULL) {
            translate(rows, false, "KML", th_test_path(between, b->good, "packed.kml"));
            pack_map(b, between);
            continue;
        }
        // A sheet has its shapes as text, so it is made of a table that has them so.
        bool sheet = strcmp(GOOD[i].driver, "XLSX") == 0;
        if (sheet) {
            translate(rows, false, "CSV", th_test_path(between, b->good, "sheet.csv"));
        }
        good_path(b, &GOOD[i], path);
        if (GOOD[i].main != NULL) {
            assert_int_equal(mkdir(path, 0700), 0);
            th_test_path(path, path, GOOD[i].main);
        }
        translate(sheet ? between : rows, sheet, GOOD[i].driver, path);
    }
}

void battery_good_files(void **state)
{
    struct battery *b = *state;
    make_good_files(b);
    for (size_t i = 0; i < N_GOOD; i++) {
        char path[TH_TEST_PATH_SIZE];
        good_path(b, &GOOD[i], path);
        if (GOOD[i].main != NULL) {
            th_test_path(path, path, GOOD[i].main);
        }
        battery_good(b, path, GOOD[i].file, N_ROWS);
    }
    battery_end(b);
}

// Changes the bytes in one of the ways 0 … N_WAYS - 1; returns the new size.
enum { N_CUTS = 5, N_FLIPS = 6, N_BLOCKS = 3, N_WAYS = N_CUTS + N_FLIPS + N_BLOCKS };

static size_t spoil(struct battery *b, unsigned char *data, size_t size, size_t way)
{
    const size_t cuts[N_CUTS] = {1, size / 10, size / 2, size - size / 10, size - 1};
    if (way < N_CUTS) {
        return cuts[way] < size ? cuts[way] : size;
    }
    way -= N_CUTS;
    // Half of the rest goes for the head, where counts and offsets stand.
    size_t reach = way % 2 == 0 || size < 512 ? size : 512;
    if (way < N_FLIPS) {
        for (size_t n = (size_t)1 << way; n > 0; n--) {
            data[battery_random(b) % reach] ^= (unsigned char)(1u << battery_random(b) % 8);
        }
        return size;
    }
    size_t at = (size_t)(battery_random(b) % reach);
    for (size_t i = 0; i < 16 && at + i < size; i++) {
        data[at + i] = way == N_FLIPS ? 0x00 : (way == N_FLIPS + 1 ? 0xff : 0x80);
    }
    return size;
}

void battery_spoiled_files(void **state)
{
    struct battery *b = *state;
    for (size_t i = 0; i < N_GOOD; i++) {
        for (size_t way = 0; !is_folder(&GOOD[i]) && way < N_WAYS; way++) {
            b->is_new_kind = b->is_new_kind || way == i % N_WAYS;
            // Of a first byte nothing can come in; of the rest, what was not hit may.
            b->may_accept = way > 0;
            char path[TH_TEST_PATH_SIZE];
            size_t size = 0;
            unsigned char *data = battery_read(good_path(b, &GOOD[i], path), &size);
            size = spoil(b, data, size, way);
            battery_write(b, path, GOOD[i].file, data, size);
            battery_try(b, path, "%s spoiled in way %zu", GOOD[i].file, way);
            free(data);
        }
    }
    battery_end(b);
}

static void spoil_member(struct battery *b, const struct good *good, const char *member)
{
    static const size_t WAYS[] = {0, 2, 4, 6, 8, 10, 12};
    for (size_t w = 0; w < sizeof(WAYS) / sizeof(WAYS[0]); w++) {
        b->is_new_kind = b->is_new_kind || w == 2;
        b->may_accept = true; // without its index, say, a table has its rows still
        char path[TH_TEST_PATH_SIZE];
        char folder[TH_TEST_PATH_SIZE];
        size_t size = 0;
        struct th_error err;
        battery_path(b, folder, good->main == NULL ? "good.gdb" : "folder");
        battery_copy_folder(good_path(b, good, path), folder);
        unsigned char *data = battery_read(th_test_path(path, folder, member), &size);
        size = spoil(b, data, size, WAYS[w]);
        assert_ok(th_file_write(path, data, size, &err), &err);
        free(data);
        battery_try(b, good->main == NULL ? folder : th_test_path(path, folder, good->main),
                    "%s/%s spoiled in way %zu", good->file, member, WAYS[w]);
    }
}

// Each file of a shapefile and of a MapInfo table, and the two largest of a geodatabase.
void battery_spoiled_folders(void **state)
{
    struct battery *b = *state;
    static const struct {
        size_t good;
        const char *member;
    } MEMBERS[] = {{10, "good.shp"}, {10, "good.shx"}, {10, "good.dbf"}, {10, "good.prj"},
                   {11, "good.tab"}, {11, "good.map"}, {11, "good.dat"}, {11, "good.id"}};
    for (size_t i = 0; i < sizeof(MEMBERS) / sizeof(MEMBERS[0]); i++) {
        spoil_member(b, &GOOD[MEMBERS[i].good], MEMBERS[i].member);
    }

    char path[TH_TEST_PATH_SIZE];
    const struct good *gdb = &GOOD[N_GOOD - 1];
    char largest[2][64] = {"", ""};
    off_t sizes[2] = {0};
    DIR *folder = opendir(good_path(b, gdb, path));
    assert_non_null(folder);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char file[TH_TEST_PATH_SIZE];
        struct stat info;
        if (stat(th_test_path(file, path, entry->d_name), &info) != 0 || !S_ISREG(info.st_mode)) {
            continue;
        }
        for (size_t i = 0; i < 2; i++) {
            if (info.st_size > sizes[i]) {
                memmove(&sizes[i + 1], &sizes[i], (1 - i) * sizeof(sizes[0]));
                memmove(largest[i + 1], largest[i], (1 - i) * sizeof(largest[0]));
                sizes[i] = info.st_size;
                (void)snprintf(largest[i], sizeof(largest[i]), "%.60s", entry->d_name);
                break;
            }
        }
    }
    closedir(folder);
    for (size_t i = 0; i < 2; i++) {
        spoil_member(b, gdb, largest[i]);
    }
    battery_end(b);
}
