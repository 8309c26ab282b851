#include "gis/reader.h"

#include <cpl_vsi.h>
#include <dirent.h>
#include <gdal.h>
#include <math.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/file.h"
#include "gis/area.h"
#include "gis/crs.h"
#include "gis/geometry.h"
#include "tests/support/support.h"
#include "tests/unit/source_rows.h"

// Every test works in a folder of its own.
static const char *text_write(char path[TH_TEST_PATH_SIZE], const char *folder, const char *name,
                              const char *text)
{
    struct th_error err = {0};
    th_test_path(path, folder, name);
    assert_ok(th_file_write(path, text, strlen(text), &err), &err);
    return path;
}

// Rows of a source with the reader that gives them.
static struct th_test_rows open_ok(const char *path, const char *layer, const char *encoding)
{
    struct th_test_rows rows;
    const struct th_reader_options options = {.layer = layer, .encoding = encoding};
    th_test_rows_open(&rows, path, &options);
    return rows;
}

static const struct th_reader_row *next_ok(struct th_test_rows *rows)
{
    return th_test_rows_next(rows);
}

static void open_refused(const char *path, const char *layer, enum th_status status,
                         const char *key, struct th_error *err)
{
    struct th_reader *reader = NULL;
    const struct th_reader_options options = {.layer = layer};
    assert_status(th_reader_open(path, &options, &reader, err), status, err);
    assert_string_equal(err->key, key);
    assert_null(reader);
}

#define RING "[[[119,30],[119.001,30],[119.001,30.001],[119,30]]]"
#define FEATURE(properties, type, coordinates)                                                     \
    "{\"type\":\"Feature\",\"properties\":" properties ",\"geometry\":{\"type\":\"" type           \
    "\",\"coordinates\":" coordinates "}}"

static void next__gives_values_as_text_and_shapes_as_wkb(void **state)
{
    char path[TH_TEST_PATH_SIZE];
    text_write(path, *state, "two.geojson",
               "{\"type\":\"FeatureCollection\",\"features\":[" FEATURE(
                   "{\"name\":\"马家弄\",\"n\":12345678901234,\"x\":0.1,\"y\":1234567.8901234567}",
                   "Polygon", RING) ",{\"type\":\"Feature\",\"properties\":{\"name\":null,\"n\":7},"
                                    "\"geometry\":null}]}");
    struct th_error err = {0};
    struct th_test_rows reader = open_ok(path, NULL, NULL);
    const struct th_reader_info *info = th_reader_info(reader.reader);
    assert_string_equal(info->driver, "GeoJSON");
    assert_string_equal(info->source_name, "two.geojson");
    assert_string_equal(info->layer, "two");
    assert_int_equal(info->n_features, 2);
    assert_int_equal(info->n_fields, 4);
    struct th_hash hash;
    struct th_hash digest;
    assert_ok(th_hash_file(TH_HASH_SHA256, path, &hash, &err), &err);
    assert_ok(th_reader_digest(reader.reader, &digest, &err), &err);
    assert_memory_equal(&hash, &digest, sizeof(hash));
    size_t name;
    size_t x;
    size_t y;
    assert_true(th_reader_field_find(reader.reader, "name", &name));
    assert_true(th_reader_field_find(reader.reader, "x", &x));
    assert_true(th_reader_field_find(reader.reader, "y", &y));
    assert_false(th_reader_field_find(reader.reader, "NAME", &name));
    assert_string_equal(th_reader_field(reader.reader, 1), "n");

    const struct th_reader_row *row = next_ok(&reader);
    assert_int_equal(row->row, 1);
    assert_string_equal(row->values[name], "马家弄");
    assert_string_equal(row->values[1], "12345678901234");
    assert_string_equal(row->values[x], "0.1");
    assert_close(strtod(row->values[y], NULL), 1234567.8901234567, 0);
    assert_false(row->text_suspect);
    struct th_geometry shape;
    assert_ok(th_geometry_from_wkb(row->wkb, row->wkb_size, &shape, &err), &err);
    assert_int_equal(shape.n_points, 4);
    assert_close(shape.points[1].x, 119.001, 0);
    th_geometry_clear(&shape);

    row = next_ok(&reader);
    assert_int_equal(row->row, 2);
    assert_null(row->wkb);
    assert_null(row->values[name]);
    assert_null(row->values[x]);
    assert_string_equal(row->values[1], "7");
    assert_null(next_ok(&reader));
    assert_null(next_ok(&reader));
    th_test_rows_close(&reader);
    th_reader_close(NULL);
}

static void open__geojson_is_on_wgs84(void **state)
{
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    text_write(path, *state, "a.geojson", FEATURE("{}", "Polygon", RING));
    struct th_test_rows reader = open_ok(path, NULL, NULL);
    struct th_crs_transform *transform = NULL;
    assert_ok(th_crs_transform_new(th_reader_info(reader.reader)->crs, NULL, &transform, &err),
              &err);
    assert_string_equal(th_crs_transform_code(transform), "EPSG:4326");
    th_crs_transform_free(transform);
    th_test_rows_close(&reader);
}

static void open__what_is_no_source_is_refused_in_words(void **state)
{
    const char *folder = *state;
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    th_test_path(path, folder, "nothing.shp");
    open_refused(path, NULL, TH_NOT_FOUND, "file_not_found", &err);
    open_refused("", NULL, TH_NOT_FOUND, "file_not_found", &err);
    // GDAL would take these for sources.
    open_refused("/vsicurl/http://127.0.0.1:9/x.gpkg", NULL, TH_NOT_FOUND, "file_not_found", &err);
    open_refused("{\"type\":\"Point\",\"coordinates\":[1,2]}", NULL, TH_NOT_FOUND, "file_not_found",
                 &err);
    open_refused(folder, NULL, TH_UNREADABLE, "source_format", &err);
    text_write(path, folder, "a.csv", "name\n竹林\n");
    open_refused(path, NULL, TH_UNREADABLE, "points_columns", &err);
    text_write(path, folder, "a.vrt", "<OGRVRTDataSource></OGRVRTDataSource>");
    open_refused(path, NULL, TH_UNREADABLE, "source_format", &err);
    text_write(path, folder, "empty.gpkg", "");
    open_refused(path, NULL, TH_UNREADABLE, "source_empty", &err);
    text_write(path, folder, "bare.geojson", "\xef\xbb\xbf \n[" FEATURE("{}", "Polygon", RING) "]");
    open_refused(path, NULL, TH_UNREADABLE, "source_bare_array", &err);
    text_write(path, folder, "cut.geojson", "{\"type\":\"FeatureCollection\",\"features\":[{\"ty");
    open_refused(path, NULL, TH_UNREADABLE, "source_unreadable", &err);
    assert_true(strlen(th_error_arg_get(&err, "detail")) > 0);
    text_write(path, folder, "broken.zip", "PK\x03\x04 and then nothing that is an archive");
    open_refused(path, NULL, TH_UNREADABLE, "archive_broken", &err);
    text_write(path, folder, "empty.zip", "");
    open_refused(path, NULL, TH_UNREADABLE, "source_empty", &err);
}

#define PLACE(name, shape) "<Placemark><name>" name "</name>" shape "</Placemark>"
#define KML_POLYGON                                                                                \
    "<Polygon><outerBoundaryIs><LinearRing><coordinates>119,30,5 119.001,30,5 119.001,30.001,5 "   \
    "119,30,5</coordinates></LinearRing></outerBoundaryIs></Polygon>"
#define KML_POINT "<Point><coordinates>119,30,0</coordinates></Point>"
#define KML(body)                                                                                  \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><kml xmlns=\"http://www.opengis.net/kml/2.2\">"     \
    "<Document>" body "</Document></kml>"

static void open__the_only_layer_with_polygons_is_taken(void **state)
{
    char path[TH_TEST_PATH_SIZE];
    text_write(path, *state, "a.kml",
               KML("<Folder><name>路标</name>" PLACE(
                   "p", KML_POINT) "</Folder><Folder><name>竹林"
                                   "</name>" PLACE("东山", KML_POLYGON)
                                       PLACE("西山", KML_POLYGON) "</Folder>"));
    struct th_test_rows reader = open_ok(path, NULL, NULL);
    assert_string_equal(th_reader_info(reader.reader)->layer, "竹林");
    assert_int_equal(th_reader_info(reader.reader)->n_features, 2);
    size_t name;
    assert_true(th_reader_field_find(reader.reader, "Name", &name));
    assert_string_equal(next_ok(&reader)->values[name], "东山");
    th_test_rows_close(&reader);
}

static void layer_add(GDALDatasetH dataset, const char *name)
{
    OGRLayerH layer = GDALDatasetCreateLayer(dataset, name, NULL, wkbPolygon, NULL);
    assert_non_null(layer);
    OGRFeatureH feature = OGR_F_Create(OGR_L_GetLayerDefn(layer));
    assert_int_equal(OGR_L_CreateFeature(layer, feature), OGRERR_NONE);
    OGR_F_Destroy(feature);
}

static void open__several_layers_with_polygons_must_be_told_apart(void **state)
{
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    GDALAllRegister();
    GDALDatasetH dataset =
        GDALCreate(GDALGetDriverByName("GPKG"), th_test_path(path, *state, "a.gpkg"), 0, 0, 0,
                   GDT_Unknown, NULL);
    assert_non_null(dataset);
    layer_add(dataset, "one");
    layer_add(dataset, "two");
    GDALClose(dataset);
    open_refused(path, NULL, TH_UNREADABLE, "layer_ambiguous", &err);
    assert_string_equal(th_error_arg_get(&err, "layers"), "one, two");
    open_refused(path, "three", TH_UNREADABLE, "layer_missing", &err);
    assert_string_equal(th_error_arg_get(&err, "layers"), "one, two");
    struct th_test_rows reader = open_ok(path, "two", NULL);
    assert_string_equal(th_reader_info(reader.reader)->layer, "two");
    th_test_rows_close(&reader);
}

// A shapefile with one field, one row per value (bytes as given), written raw.
static void shapefile_write(const char *path, const char *field, const char *const *values,
                            size_t n_values, int width)
{
    GDALAllRegister();
    char *options[] = {(char[]){"ENCODING="}, NULL};
    GDALDriverH driver = GDALGetDriverByName("ESRI Shapefile");
    GDALDatasetH dataset = GDALCreate(driver, path, 0, 0, 0, GDT_Unknown, NULL);
    assert_non_null(dataset);
    OGRLayerH layer = GDALDatasetCreateLayer(dataset, "x", NULL, wkbPolygon, options);
    assert_non_null(layer);
    OGRFieldDefnH definition = OGR_Fld_Create(field, OFTString);
    OGR_Fld_SetWidth(definition, width);
    assert_int_equal(OGR_L_CreateField(layer, definition, 0), OGRERR_NONE);
    OGR_Fld_Destroy(definition);
    for (size_t i = 0; i < n_values; i++) {
        OGRFeatureH feature = OGR_F_Create(OGR_L_GetLayerDefn(layer));
        OGRGeometryH shape = NULL;
        char wkt[] = "POLYGON ((119 30,119.001 30.001,119.001 30,119 30))";
        char *at = wkt;
        assert_int_equal(OGR_G_CreateFromWkt(&at, NULL, &shape), OGRERR_NONE);
        OGR_F_SetGeometryDirectly(feature, shape);
        OGR_F_SetFieldString(feature, 0, values[i]);
        assert_int_equal(OGR_L_CreateFeature(layer, feature), OGRERR_NONE);
        OGR_F_Destroy(feature);
    }
    GDALClose(dataset);
}

static void byte_set(const char *path, long offset, unsigned char value)
{
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, offset, SEEK_SET), 0);
    assert_int_equal(fputc(value, file), value);
    assert_int_equal(fclose(file), 0);
}

// 竹林 in GBK by the code chart: D6F1 C1D6; in UTF-8: E7AB B9E6 9E97.
#define GBK_BAMBOO "\xd6\xf1\xc1\xd6"
#define UTF8_BAMBOO "\xe7\xab\xb9\xe6\x9e\x97"

static const struct {
    const char *label;
    const char *bytes;
    const char *cpg; // NULL: none
    int ldid;
    const char *option;
    const char *want;
    bool suspect;
} encodings[] = {
    {"cpg GBK", GBK_BAMBOO, "GBK", 0, NULL, UTF8_BAMBOO, false},
    {"cpg 936", GBK_BAMBOO, "936", 0, NULL, UTF8_BAMBOO, false},
    {"cpg ANSI 936", GBK_BAMBOO, "ANSI 936", 0, NULL, UTF8_BAMBOO, false},
    {"cpg OEM", GBK_BAMBOO, "OEM", 0, NULL, UTF8_BAMBOO, false},
    {"LDID 0x4D", GBK_BAMBOO, NULL, 0x4d, NULL, UTF8_BAMBOO, false},
    {"nothing declared", GBK_BAMBOO, NULL, 0, NULL, UTF8_BAMBOO, false},
    {"LDID 0x57 from habit", GBK_BAMBOO, NULL, 0x57, NULL, UTF8_BAMBOO, false},
    {"UTF-8 declared wrongly", GBK_BAMBOO, "UTF-8", 0, NULL, UTF8_BAMBOO, false},
    {"UTF-8", UTF8_BAMBOO, "UTF-8", 0, NULL, UTF8_BAMBOO, false},
    {"UTF-8 not declared", UTF8_BAMBOO, NULL, 0, NULL, UTF8_BAMBOO, false},
    {"option", GBK_BAMBOO, "ISO-8859-1", 0, "GBK", UTF8_BAMBOO, false},
    {"Latin-1 declared", "caf\xe9", "ISO-8859-1", 0, NULL, "caf\xc3\xa9", false},
    {"no encoding at all",
     "a\xff\xff"
     "b",
     NULL, 0, NULL, "a??b", true},
    {"against the option",
     "a\xff"
     "b",
     NULL, 0, "UTF-8", "a?b", true},
};

static void next__shapefile_text_is_decoded_as_it_really_is(void **state)
{
    for (size_t i = 0; i < sizeof(encodings) / sizeof(encodings[0]); i++) {
        char folder[TH_TEST_PATH_SIZE];
        char path[TH_TEST_PATH_SIZE];
        char side[TH_TEST_PATH_SIZE];
        char name[16];
        print_message("  %s\n", encodings[i].label);
        snprintf(name, sizeof(name), "%zu", i);
        assert_int_equal(mkdir(th_test_path(folder, *state, name), 0700), 0);
        shapefile_write(th_test_path(path, folder, "x.shp"), "name", &encodings[i].bytes, 1, 20);
        (void)unlink(th_test_path(side, folder, "x.cpg"));
        if (encodings[i].cpg != NULL) {
            text_write(side, folder, "x.cpg", encodings[i].cpg);
        }
        byte_set(th_test_path(side, folder, "x.dbf"), 29, (unsigned char)encodings[i].ldid);
        struct th_test_rows reader = open_ok(path, NULL, encodings[i].option);
        const struct th_reader_row *row = next_ok(&reader);
        assert_string_equal(row->values[0], encodings[i].want);
        assert_int_equal(row->text_suspect, encodings[i].suspect);
        th_test_rows_close(&reader);
    }
}

static void next__a_character_cut_at_the_width_of_the_field_is_dropped(void **state)
{
    char path[TH_TEST_PATH_SIZE];
    char side[TH_TEST_PATH_SIZE];
    const char *const values[] = {UTF8_BAMBOO "\xe7\xab"};
    shapefile_write(th_test_path(path, *state, "x.shp"), "name", values, 1, 8);
    text_write(side, *state, "x.cpg", "UTF-8");
    struct th_test_rows reader = open_ok(path, NULL, NULL);
    const struct th_reader_row *row = next_ok(&reader);
    assert_string_equal(row->values[0], UTF8_BAMBOO);
    assert_false(row->text_suspect);
    th_test_rows_close(&reader);
}

static void open__field_names_are_decoded_too(void **state)
{
    char path[TH_TEST_PATH_SIZE];
    char side[TH_TEST_PATH_SIZE];
    const char *const values[] = {"x"};
    shapefile_write(th_test_path(path, *state, "x.shp"), GBK_BAMBOO, values, 1, 8);
    (void)unlink(th_test_path(side, *state, "x.cpg"));
    struct th_test_rows reader = open_ok(path, NULL, NULL);
    assert_string_equal(th_reader_field(reader.reader, 0), UTF8_BAMBOO);
    assert_null(th_reader_info(reader.reader)->crs);
    th_test_rows_close(&reader);
    struct th_error err = {0};
    const struct th_reader_options options = {.encoding = "no such encoding"};
    struct th_reader *none = NULL;
    assert_status(th_reader_open(path, &options, &none, &err), TH_USAGE, &err);
    assert_null(none);
    assert_string_equal(err.key, "encoding_unknown");
}

static void open__deleted_rows_of_a_shapefile_are_not_counted(void **state)
{
    char path[TH_TEST_PATH_SIZE];
    char side[TH_TEST_PATH_SIZE];
    const char *const values[] = {"a", "b", "c"};
    shapefile_write(th_test_path(path, *state, "x.shp"), "name", values, 3, 8);
    // One field: a header of 32 + 32 + 1 bytes, rows of 1 + 8; '*' marks the second as deleted.
    byte_set(th_test_path(side, *state, "x.dbf"), 65 + 9, '*');
    struct th_test_rows reader = open_ok(path, NULL, NULL);
    int64_t n = 0;
    while (next_ok(&reader) != NULL) {
        n++;
    }
    assert_int_equal(n, 2);
    assert_int_equal(th_reader_info(reader.reader)->n_features, 2);
    th_test_rows_close(&reader);
}

static void open__hash_of_a_shapefile_covers_its_attributes(void **state)
{
    char path[TH_TEST_PATH_SIZE];
    char side[TH_TEST_PATH_SIZE];
    const char *const values[] = {"a"};
    shapefile_write(th_test_path(path, *state, "x.shp"), "name", values, 1, 8);
    struct th_hash hashes[3];
    for (size_t i = 0; i < 3; i++) {
        if (i == 2) {
            byte_set(th_test_path(side, *state, "x.dbf"), 65 + 1, 'b');
        }
        struct th_error err = {0};
        struct th_test_rows reader = open_ok(path, NULL, NULL);
        assert_ok(th_reader_digest(reader.reader, &hashes[i], &err), &err);
        th_test_rows_close(&reader);
    }
    assert_memory_equal(&hashes[0], &hashes[1], sizeof(hashes[0]));
    assert_memory_not_equal(&hashes[0], &hashes[2], sizeof(hashes[0]));
}

// Counts from the table of origins beside the files.
static const struct {
    const char *name;
    int64_t n;
    const char *driver;
    const char *crs_code;
} real_files[] = {
    {"parcels/br_lem.zip", 100, "ESRI Shapefile", "EPSG:4326"},
    {"parcels/india_10k.zip", 100, "ESRI Shapefile", "EPSG:4326"},
    {"parcels/nl_brp_2023.gpkg", 100, "GPKG", "EPSG:28992"},
    {"parcels/ro_eurocrops.zip", 100, "ESRI Shapefile", "EPSG:32635"},
    {"parcels/us_ca_crops.gdb.zip", 100, "OpenFileGDB", "EPSG:4269"},
    {"parcels/utah_wilderness.zip", 67, "ESRI Shapefile", "EPSG:4326"},
    {"parcels/vietnam_ai4sf.gpkg", 100, "GPKG", "EPSG:32648"},
};

static void next__real_files_are_read_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(real_files) / sizeof(real_files[0]); i++) {
        struct th_error err = {0};
        struct th_crs_transform *transform = NULL;
        char path[TH_TEST_PATH_SIZE];
        if (th_test_shared_path(path, real_files[i].name) == NULL) {
            print_message("Skipped: the real parcel files are not there (%s).\n",
                          real_files[i].name);
            skip();
        }
        print_message("  %s\n", real_files[i].name);
        struct th_test_rows reader = open_ok(path, NULL, NULL);
        assert_string_equal(th_reader_info(reader.reader)->driver, real_files[i].driver);
        assert_int_equal(th_reader_info(reader.reader)->n_features, real_files[i].n);
        assert_ok(th_crs_transform_new(th_reader_info(reader.reader)->crs, NULL, &transform, &err),
                  &err);
        assert_string_equal(th_crs_transform_code(transform), real_files[i].crs_code);
        int64_t n = 0;
        for (const struct th_reader_row *row = next_ok(&reader); row != NULL;
             row = next_ok(&reader)) {
            struct th_geometry shape;
            n++;
            assert_int_equal(row->row, n);
            assert_false(row->text_suspect);
            assert_ok(th_geometry_from_wkb(row->wkb, row->wkb_size, &shape, &err), &err);
            assert_ok(th_crs_transform_apply(transform, &shape, &err), &err);
            assert_ok(th_geometry_normalise(&shape, &err), &err);
            th_geometry_clear(&shape);
        }
        assert_int_equal(n, real_files[i].n);
        th_crs_transform_free(transform);
        th_test_rows_close(&reader);
    }
}

// The authalic function of the CGCS2000 ellipsoid (J. P. Snyder, Map Projections, USGS PP 1395,
// eq. 3-12): x = a λ, y = a q / 2 is an equal-area map.
static double authalic_y(double lat_rad)
{
    const double flattening = 1 / 298.257222101;
    const double e2 = flattening * (2 - flattening);
    const double e = sqrt(e2);
    double s = sin(lat_rad);
    return 6378137.0 / 2 *
           ((1 - e2) * (s / (1 - e2 * s * s) - log((1 - e * s) / (1 + e * s)) / (2 * e)));
}

// The point a share of the way from one vertex to the next, along the chord through the ellipsoid
// and straight up again: a normal section, which at the length of a field's edge is the geodesic.
static struct th_xy chord_point(struct th_xy a, struct th_xy b, double share)
{
    const double flattening = 1 / 298.257222101;
    const double e2 = flattening * (2 - flattening);
    const double degree = acos(-1) / 180;
    double p[2][3];
    const struct th_xy ends[] = {a, b};
    for (int i = 0; i < 2; i++) {
        double lat = ends[i].y * degree;
        double lon = (ends[i].x - a.x) * degree;
        double n = 6378137.0 / sqrt(1 - e2 * sin(lat) * sin(lat));
        p[i][0] = n * cos(lat) * cos(lon);
        p[i][1] = n * cos(lat) * sin(lon);
        p[i][2] = n * (1 - e2) * sin(lat);
    }
    double x = p[0][0] + share * (p[1][0] - p[0][0]);
    double y = p[0][1] + share * (p[1][1] - p[0][1]);
    double z = p[0][2] + share * (p[1][2] - p[0][2]);
    double r = hypot(x, y);
    double lat = atan2(z, r * (1 - e2));
    for (int i = 0; i < 10; i++) { // the depth of the chord below the surface is a metre at most
        double n = 6378137.0 / sqrt(1 - e2 * sin(lat) * sin(lat));
        lat = atan2(z + e2 * n * sin(lat), r);
    }
    return (struct th_xy){a.x + atan2(y, x) / degree, lat / degree};
}

static double authalic_area(const struct th_geometry *shape)
{
    enum { PIECES = 16 };
    const double degree = acos(-1) / 180;
    double total_m2 = 0;
    size_t ring = 0;
    size_t start = 0;
    for (size_t polygon = 0; polygon < shape->n_polygons; polygon++) {
        for (size_t first = ring; ring < shape->polygon_ends[polygon]; ring++) {
            double doubled = 0;
            struct th_xy origin = shape->points[start];
            double origin_y = authalic_y(origin.y * degree);
            for (size_t i = start; i + 1 < shape->ring_ends[ring]; i++) {
                struct th_xy p = shape->points[i];
                for (int k = 1; k <= PIECES; k++) {
                    struct th_xy q = k == PIECES
                                         ? shape->points[i + 1]
                                         : chord_point(shape->points[i], shape->points[i + 1],
                                                       (double)k / PIECES);
                    double px = 6378137.0 * (p.x - origin.x) * degree;
                    double qx = 6378137.0 * (q.x - origin.x) * degree;
                    double py = authalic_y(p.y * degree) - origin_y;
                    double qy = authalic_y(q.y * degree) - origin_y;
                    doubled += px * qy - qx * py;
                    p = q;
                }
            }
            total_m2 += (ring == first ? 1 : -1) * fabs(doubled) / 2;
            start = shape->ring_ends[ring];
        }
    }
    return total_m2;
}

static void area__of_the_dutch_file_agrees_with_an_equal_area_map(void **state)
{
    (void)state;
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    if (th_test_shared_path(path, "parcels/nl_brp_2023.gpkg") == NULL) {
        print_message("Skipped: the Dutch parcels are not there.\n");
        skip();
    }
    struct th_crs_transform *transform = NULL;
    struct th_test_rows reader = open_ok(path, NULL, NULL);
    assert_ok(th_crs_transform_new(th_reader_info(reader.reader)->crs, NULL, &transform, &err),
              &err);
    double geodesic_m2 = 0;
    double authalic_m2 = 0;
    for (const struct th_reader_row *row = next_ok(&reader); row != NULL; row = next_ok(&reader)) {
        struct th_geometry shape;
        double area_m2;
        double perimeter_m;
        assert_ok(th_geometry_from_wkb(row->wkb, row->wkb_size, &shape, &err), &err);
        assert_ok(th_crs_transform_apply(transform, &shape, &err), &err);
        th_area_geodesic(&th_ellipsoid_cgcs2000, &shape, &area_m2, &perimeter_m);
        geodesic_m2 += area_m2;
        authalic_m2 += authalic_area(&shape);
        th_geometry_clear(&shape);
    }
    print_message("  geodesic %.4f m2, authalic %.4f m2\n", geodesic_m2, authalic_m2);
    assert_true(geodesic_m2 > 1e5);
    assert_close(geodesic_m2, authalic_m2, 1e-6 * authalic_m2);
    th_crs_transform_free(transform);
    th_test_rows_close(&reader);
}

static size_t entries_count(const char *folder)
{
    size_t n = 0;
    DIR *stream = opendir(folder);
    assert_non_null(stream);
    for (struct dirent *entry = readdir(stream); entry != NULL; entry = readdir(stream)) {
        n += entry->d_name[0] != '.';
    }
    closedir(stream);
    return n;
}

// An empty GeoPackage with one layer; `wal` leaves it in that journal mode.
static void gpkg_write(const char *path, bool wal)
{
    GDALAllRegister();
    GDALDriverH driver = GDALGetDriverByName("GPKG");
    GDALDatasetH dataset = GDALCreate(driver, path, 0, 0, 0, GDT_Unknown, NULL);
    assert_non_null(dataset);
    OGRSpatialReferenceH reference = OSRNewSpatialReference(NULL);
    assert_int_equal(OSRImportFromEPSG(reference, 4490), OGRERR_NONE);
    assert_non_null(GDALDatasetCreateLayer(dataset, "x", reference, wkbPolygon, NULL));
    OSRRelease(reference);
    if (wal) {
        OGRLayerH answer = GDALDatasetExecuteSQL(dataset, "PRAGMA journal_mode=WAL", NULL, NULL);
        GDALDatasetReleaseResultSet(dataset, answer);
    }
    GDALClose(dataset);
}

static void open__a_source_is_left_as_it_was(void **state)
{
    char path[TH_TEST_PATH_SIZE];
    for (int wal = 0; wal < 2; wal++) {
        struct th_error err = {0};
        struct th_hash before;
        struct th_hash after;
        th_test_path(path, *state, wal ? "wal.gpkg" : "x.gpkg");
        gpkg_write(path, wal);
        size_t n_entries = entries_count(*state);
        assert_ok(th_hash_file(TH_HASH_SHA256, path, &before, &err), &err);
        assert_int_equal(chmod(*state, 0500), 0);
        struct th_test_rows reader = open_ok(path, NULL, NULL);
        assert_int_equal(th_reader_info(reader.reader)->n_features, 0);
        assert_null(next_ok(&reader));
        assert_int_equal(entries_count(*state), n_entries);
        th_test_rows_close(&reader);
        assert_int_equal(chmod(*state, 0700), 0);
        assert_int_equal(entries_count(*state), n_entries);
        assert_ok(th_hash_file(TH_HASH_SHA256, path, &after, &err), &err);
        assert_memory_equal(&before, &after, sizeof(before));
    }
}

static void zip_add(const char *archive, const char *name, const char *data, size_t size)
{
    char inner[2 * TH_TEST_PATH_SIZE];
    snprintf(inner, sizeof(inner), "/vsizip/%s/%s", archive, name);
    VSILFILE *file = VSIFOpenL(inner, "wb");
    assert_non_null(file);
    assert_int_equal(VSIFWriteL(data, 1, size, file), size);
    assert_int_equal(VSIFCloseL(file), 0);
}

static void open__archives_are_searched_and_limited(void **state)
{
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    const char *feature =
        "{\"type\":\"FeatureCollection\",\"features\":[" FEATURE("{}", "Polygon", RING) "]}";
    zip_add(th_test_path(path, *state, "one.zip"), "deep/er/a.geojson", feature, strlen(feature));
    zip_add(path, "__MACOSX/deep/er/._a.geojson", "x", 1);
    struct th_test_rows reader = open_ok(path, NULL, NULL);
    assert_string_equal(th_reader_info(reader.reader)->source_name, "one.zip");
    assert_string_equal(th_reader_info(reader.reader)->layer, "a");
    assert_non_null(next_ok(&reader));
    th_test_rows_close(&reader);

    zip_add(th_test_path(path, *state, "two.zip"), "a.geojson", feature, strlen(feature));
    zip_add(path, "b.geojson", feature, strlen(feature));
    open_refused(path, NULL, TH_UNREADABLE, "layer_ambiguous", &err);
    assert_string_equal(th_error_arg_get(&err, "layers"), "a, b");
    open_refused(path, "c", TH_UNREADABLE, "layer_missing", &err);
    reader = open_ok(path, "b", NULL);
    assert_string_equal(th_reader_info(reader.reader)->layer, "b");
    th_test_rows_close(&reader);

    zip_add(th_test_path(path, *state, "none.zip"), "readme.txt", "x", 1);
    open_refused(path, NULL, TH_UNREADABLE, "source_format", &err);

    th_test_path(path, *state, "many.zip");
    for (int i = 0; i < 201; i++) {
        char name[32];
        snprintf(name, sizeof(name), "%d.txt", i);
        zip_add(path, name, "x", 1);
    }
    open_refused(path, NULL, TH_UNREADABLE, "archive_limit", &err);

    // A megabyte of spaces packs to about a thousandth.
    enum { BOMB_SIZE = 1 << 20 };
    char *bomb = malloc(BOMB_SIZE);
    assert_non_null(bomb);
    memset(bomb, ' ', BOMB_SIZE);
    zip_add(th_test_path(path, *state, "bomb.zip"), "a.geojson", bomb, BOMB_SIZE);
    free(bomb);
    open_refused(path, NULL, TH_UNREADABLE, "archive_limit", &err);
}

static void open__a_shapefile_without_its_companions_names_the_missing_one(void **state)
{
    static const char *const VALUES[] = {"a"};
    static const char *const MISSING[] = {".shx", ".dbf"};
    for (size_t i = 0; i < 2; i++) {
        struct th_error err = {0};
        char name[32];
        char path[TH_TEST_PATH_SIZE];
        char companion[TH_TEST_PATH_SIZE];
        snprintf(name, sizeof(name), "%zu.shp", i);
        shapefile_write(th_test_path(path, *state, name), "f", VALUES, 1, 8);
        struct th_test_rows whole = open_ok(path, NULL, NULL);
        th_test_rows_close(&whole);
        snprintf(name, sizeof(name), "%zu%s", i, MISSING[i]);
        assert_int_equal(remove(th_test_path(companion, *state, name)), 0);
        open_refused(path, NULL, TH_UNREADABLE, "source_incomplete", &err);
        assert_string_equal(th_error_arg_get(&err, "missing"), MISSING[i]);
    }
}

// One feature with so many properties.
static void many_fields_write(const char *path, int n)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fputs("{\"type\":\"Feature\",\"properties\":{", file);
    for (int i = 0; i < n; i++) {
        (void)fprintf(file, "%s\"f%d\":1", i == 0 ? "" : ",", i);
    }
    (void)fputs("},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":" RING "}}", file);
    assert_int_equal(fclose(file), 0);
}

static void open__too_many_fields_are_refused_at_once(void **state)
{
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    many_fields_write(th_test_path(path, *state, "many.geojson"), 1001);
    open_refused(path, NULL, TH_UNREADABLE, "too_many_fields", &err);
    assert_string_equal(th_error_arg_get(&err, "n"), "1001");
    assert_string_equal(th_error_arg_get(&err, "file"), "many.geojson");
    many_fields_write(path, 1000);
    struct th_test_rows reader = open_ok(path, NULL, NULL);
    assert_int_equal(th_reader_info(reader.reader)->n_fields, 1000);
    assert_string_equal(next_ok(&reader)->values[999], "1");
    th_test_rows_close(&reader);
}

// A half circle over the line from 0 to 2, and a square with heights.
static void next__curves_and_heights_are_flattened_and_flagged(void **state)
{
    static const char *const SHAPES[] = {
        "CURVEPOLYGON (COMPOUNDCURVE (CIRCULARSTRING (0 0,1 1,2 0),(2 0,0 0)))",
        "POLYGON Z ((0 0 5,1 0 5,1 1 5,0 0 5))", "POLYGON ((0 0,1 0,1 1,0 0))"};
    static const unsigned FLAGS[] = {TH_SHAPE_LINEARISED, TH_SHAPE_FLATTENED, 0};
    char path[TH_TEST_PATH_SIZE];
    th_test_path(path, *state, "curves.gpkg");
    GDALAllRegister();
    GDALDatasetH dataset =
        GDALCreate(GDALGetDriverByName("GPKG"), path, 0, 0, 0, GDT_Unknown, NULL);
    assert_non_null(dataset);
    OGRLayerH layer = GDALDatasetCreateLayer(dataset, "x", NULL, wkbUnknown, NULL);
    for (size_t i = 0; i < 3; i++) {
        char wkt[128];
        char *at = wkt;
        OGRGeometryH shape = NULL;
        OGRFeatureH feature = OGR_F_Create(OGR_L_GetLayerDefn(layer));
        snprintf(wkt, sizeof(wkt), "%s", SHAPES[i]);
        assert_int_equal(OGR_G_CreateFromWkt(&at, NULL, &shape), OGRERR_NONE);
        OGR_F_SetGeometryDirectly(feature, shape);
        assert_int_equal(OGR_L_CreateFeature(layer, feature), OGRERR_NONE);
        OGR_F_Destroy(feature);
    }
    GDALClose(dataset);
    const struct th_reader_options options = {.curve_step_deg = 10};
    struct th_test_rows rows;
    th_test_rows_open(&rows, path, &options);
    for (size_t i = 0; i < 3; i++) {
        struct th_error err = {0};
        struct th_geometry shape;
        const struct th_reader_row *row = th_test_rows_next(&rows);
        assert_int_equal(row->shape, FLAGS[i]);
        assert_ok(th_geometry_from_wkb(row->wkb, row->wkb_size, &shape, &err), &err);
        if (i == 0) {
            // 180 degrees in steps of at most 10 are 18 chords or little more; the start comes
            // again.
            assert_in_range(shape.n_points, 20, 22);
        }
        th_geometry_clear(&shape);
    }
    assert_null(th_test_rows_next(&rows));
    th_test_rows_close(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(next__gives_values_as_text_and_shapes_as_wkb,
                                        th_test_folder_setup, th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(open__geojson_is_on_wgs84, th_test_folder_setup,
                                        th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(open__what_is_no_source_is_refused_in_words,
                                        th_test_folder_setup, th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(open__the_only_layer_with_polygons_is_taken,
                                        th_test_folder_setup, th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(open__several_layers_with_polygons_must_be_told_apart,
                                        th_test_folder_setup, th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(next__shapefile_text_is_decoded_as_it_really_is,
                                        th_test_folder_setup, th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(next__a_character_cut_at_the_width_of_the_field_is_dropped,
                                        th_test_folder_setup, th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(open__field_names_are_decoded_too, th_test_folder_setup,
                                        th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(open__deleted_rows_of_a_shapefile_are_not_counted,
                                        th_test_folder_setup, th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(open__hash_of_a_shapefile_covers_its_attributes,
                                        th_test_folder_setup, th_test_folder_teardown),
        cmocka_unit_test(next__real_files_are_read_whole),
        cmocka_unit_test(area__of_the_dutch_file_agrees_with_an_equal_area_map),
        cmocka_unit_test_setup_teardown(open__a_source_is_left_as_it_was, th_test_folder_setup,
                                        th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(
            open__a_shapefile_without_its_companions_names_the_missing_one, th_test_folder_setup,
            th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(open__too_many_fields_are_refused_at_once,
                                        th_test_folder_setup, th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(next__curves_and_heights_are_flattened_and_flagged,
                                        th_test_folder_setup, th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(open__archives_are_searched_and_limited,
                                        th_test_folder_setup, th_test_folder_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
