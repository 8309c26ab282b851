// Every format that clerks bring, as a file made here, through the reader process.
#include <cpl_conv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <gdal.h>
#include <gdal_utils.h>
#include <ogr_api.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"
#include "core/messages.h"
#include "core/text.h"
#include "tests/support/support.h"
#include "tests/unit/source_rows.h"

static int folder_make(void **state)
{
    char *folder = malloc(TH_TEST_PATH_SIZE);
    assert_non_null(folder);
    th_test_folder_make(folder);
    *state = folder;
    return 0;
}

static int folder_drop(void **state)
{
    th_test_folder_remove(*state);
    free(*state);
    return 0;
}

static const char *bytes_write(char path[TH_TEST_PATH_SIZE], const char *folder, const char *name,
                               const void *bytes, size_t size)
{
    struct th_error err = {0};
    th_test_path(path, folder, name);
    assert_ok(th_file_write(path, bytes, size, &err), &err);
    return path;
}

static const char *text_write(char path[TH_TEST_PATH_SIZE], const char *folder, const char *name,
                              const char *text)
{
    return bytes_write(path, folder, name, text, strlen(text));
}

// `archive` may be a path in braces below another /vsizip/.
static void zip_add(const char *archive, const char *name, const char *data, size_t size)
{
    char inner[2 * TH_TEST_PATH_SIZE];
    snprintf(inner, sizeof inner, "/vsizip/%s/%s", archive, name);
    VSILFILE *file = VSIFOpenL(inner, "wb");
    assert_non_null(file);
    assert_int_equal(VSIFWriteL(data, 1, size, file), size);
    assert_int_equal(VSIFCloseL(file), 0);
}

static void zip_add_file(const char *archive, const char *name, const char *path)
{
    struct th_error err = {0};
    char *data = NULL;
    size_t size = 0;
    assert_ok(th_file_read(path, (size_t)1 << 24, &data, &size, &err), &err);
    zip_add(archive, name, data, size);
    free(data);
}

static struct th_test_rows open_ok(const char *path, const char *layer)
{
    struct th_test_rows rows;
    const struct th_reader_options options = {.layer = layer};
    th_test_rows_open(&rows, path, &options);
    return rows;
}

static void refused(const char *path, const char *layer, const char *key, struct th_error *err)
{
    struct th_reader *reader = NULL;
    const struct th_reader_options options = {.layer = layer};
    assert_status(th_reader_open(path, &options, &reader, err), TH_UNREADABLE, err);
    assert_string_equal(err->key, key);
    assert_null(reader);
}

// The row's value, "-" for none; fails when there is no such field.
static const char *value(const struct th_test_rows *rows, const struct th_reader_row *row,
                         const char *field)
{
    size_t index = 0;
    if (!th_reader_field_find(rows->reader, field, &index)) {
        fail_msg("no field %s", field);
    }
    return row->values[index] == NULL ? "-" : row->values[index];
}

static bool has_field(const struct th_test_rows *rows, const char *field)
{
    size_t index = 0;
    return th_reader_field_find(rows->reader, field, &index);
}

static OGRGeometryH shape_of(const struct th_reader_row *row)
{
    OGRGeometryH shape = NULL;
    assert_false(row->lost);
    assert_non_null(row->wkb);
    assert_int_equal(OGR_G_CreateFromWkb(row->wkb, NULL, &shape, (int)row->wkb_size), OGRERR_NONE);
    return shape;
}

// The box of a shape and its area in the plane.
static void assert_shape(const struct th_reader_row *row, double west, double south, double east,
                         double north, double area)
{
    OGREnvelope box;
    OGRGeometryH shape = shape_of(row);
    OGRwkbGeometryType type = OGR_G_GetGeometryType(shape);
    assert_true(type == wkbPolygon || type == wkbMultiPolygon);
    OGR_G_GetEnvelope(shape, &box);
    assert_close(box.MinX, west, 1e-6);
    assert_close(box.MinY, south, 1e-6);
    assert_close(box.MaxX, east, 1e-6);
    assert_close(box.MaxY, north, 1e-6);
    assert_close(OGR_G_Area(shape), area, 1e-5 * area);
    OGR_G_DestroyGeometry(shape);
}

static void assert_end(struct th_test_rows *rows)
{
    assert_null(th_test_rows_next(rows));
    th_test_rows_close(rows);
}

#define SQUARE "[[119,30],[119.5,30],[119.5,30.5],[119,30.5],[119,30]]"
#define HOLE "[[119.1,30.1],[119.1,30.2],[119.2,30.2],[119.2,30.1],[119.1,30.1]]"
#define BESIDE "[[120,30],[120.5,30],[120.5,30.5],[120,30]]"
#define FIRST                                                                                        \
    "{\"type\":\"Feature\",\"properties\":{\"XIAO_BAN\":\"001\",\"树种\":\"毛竹\",\"SHUZHONG\":" \
    "\"毛竹\"},\"geometry\":"                                                                      \
    "{\"type\":\"Polygon\",\"coordinates\":[" SQUARE "," HOLE "]}}"
#define SECOND                                                                                       \
    "{\"type\":\"Feature\",\"properties\":{\"XIAO_BAN\":\"002\",\"树种\":\"杉木\",\"SHUZHONG\":" \
    "\"杉木\"},\"geometry\":"                                                                      \
    "{\"type\":\"Polygon\",\"coordinates\":[" BESIDE "]}}"
static const char two_parcels[] =
    "{\"type\":\"FeatureCollection\",\"features\":[" FIRST "," SECOND "]}";

static void assert_two_parcels(struct th_test_rows *rows, const char *species_field)
{
    const struct th_reader_row *row = th_test_rows_next(rows);
    assert_non_null(row);
    assert_string_equal(value(rows, row, "XIAO_BAN"), "001");
    assert_string_equal(value(rows, row, species_field), "毛竹");
    assert_false(row->text_suspect);
    assert_shape(row, 119, 30, 119.5, 30.5, 0.25 - 0.01);
    row = th_test_rows_next(rows);
    assert_non_null(row);
    assert_string_equal(value(rows, row, "XIAO_BAN"), "002");
    assert_string_equal(value(rows, row, species_field), "杉木");
    assert_shape(row, 120, 30, 120.5, 30.5, 0.125);
    assert_end(rows);
}

// As ogr2ogr would: `arguments` are its options.
static const char *convert(char path[TH_TEST_PATH_SIZE], const char *folder, const char *name,
                           const char *arguments)
{
    char source[TH_TEST_PATH_SIZE];
    text_write(source, folder, "source.geojson", two_parcels);
    th_test_path(path, folder, name);
    char **list = CSLTokenizeString(arguments);
    GDALVectorTranslateOptions *options = GDALVectorTranslateOptionsNew(list, NULL);
    GDALDatasetH from = GDALOpenEx(source, GDAL_OF_VECTOR, NULL, NULL, NULL);
    assert_non_null(from);
    GDALDatasetH to = GDALVectorTranslate(path, NULL, 1, &from, options, NULL);
    assert_non_null(to);
    GDALClose(to);
    GDALClose(from);
    GDALVectorTranslateOptionsFree(options);
    CSLDestroy(list);
    return path;
}

static const struct format {
    const char *name;
    const char *arguments;
    const char *driver;
    const char *species; // what becomes of the field's name
    bool has_crs;
} formats[] = {
    {"a.gpkg", "-f GPKG -nln a", "GPKG", "树种", true},
    {"a.shp", "-f \"ESRI Shapefile\" -lco ENCODING=GBK", "ESRI Shapefile", "树种", true},
    {"a.gdb", "-f OpenFileGDB -nln a", "OpenFileGDB", "树种", true},
    {"a.geojson", "-f GeoJSON", "GeoJSON", "树种", true},
    {"a.geojsons", "-f GeoJSONSeq -lco RS=YES", "GeoJSONSeq", "树种", true},
    {"a.geojsonl", "-f GeoJSONSeq", "GeoJSONSeq", "树种", true},
    {"a.kml", "-f LIBKML", "LIBKML", "树种", true},
    {"a.gml", "-f GML", "GML", "树种", true},
    {"a.fgb", "-f FlatGeobuf -lco SPATIAL_INDEX=NO", "FlatGeobuf", "树种", true},
    {"a.tab", "-f \"MapInfo File\" -lco ENCODING=CP936 -select XIAO_BAN,SHUZHONG", "MapInfo File",
     "SHUZHONG", true},
    {"a.mif", "-f \"MapInfo File\" -lco ENCODING=CP936", "MapInfo File", "树种", true},
};

static void open__takes_what_gdal_writes_in_each_format(void **state)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        char folder[TH_TEST_PATH_SIZE];
        char path[TH_TEST_PATH_SIZE];
        th_test_folder_make(folder);
        print_message("%s\n", formats[i].name);
        // LIBKML would spoil Chinese names of fields when it writes, too.
        CPLSetConfigOption("LIBKML_LAUNDER_FIELD_NAMES", "NO");
        convert(path, folder, formats[i].name, formats[i].arguments);
        struct th_test_rows rows = open_ok(path, NULL);
        const struct th_reader_info *info = th_reader_info(rows.reader);
        assert_string_equal(info->driver, formats[i].driver);
        assert_string_equal(info->member, "");
        assert_int_equal(info->crs != NULL, formats[i].has_crs);
        assert_int_equal(info->n_ignored, 0);
        assert_null(info->axis_east);
        assert_two_parcels(&rows, formats[i].species);
        th_test_folder_remove(folder);
    }
    (void)state;
}

// A folder of a zip under a name in GBK, written by a program that does not say so.
static void open__finds_each_format_in_a_zip_with_names_in_gbk(void **state)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        char folder[TH_TEST_PATH_SIZE];
        char path[TH_TEST_PATH_SIZE];
        char zip[TH_TEST_PATH_SIZE];
        const char *extension = strchr(formats[i].name, '.');
        if (strcmp(extension, ".gdb") == 0) {
            continue;
        }
        th_test_folder_make(folder);
        print_message("%s\n", formats[i].name);
        convert(path, folder, formats[i].name, formats[i].arguments);
        th_test_path(zip, folder, "z.zip");
        CPLSetConfigOption("CPL_ZIP_ENCODING", "GBK");
        char **files = VSIReadDir(folder);
        for (int k = 0; files != NULL && files[k] != NULL; k++) {
            char entry[TH_TEST_PATH_SIZE];
            char file[TH_TEST_PATH_SIZE];
            if (strncmp(files[k], "a.", 2) != 0) {
                continue;
            }
            snprintf(entry, sizeof entry, "地块/2024/地块%s", strchr(files[k], '.'));
            zip_add_file(zip, entry, th_test_path(file, folder, files[k]));
        }
        CSLDestroy(files);
        CPLSetConfigOption("CPL_ZIP_ENCODING", NULL);
        struct th_test_rows rows = open_ok(zip, NULL);
        char member[TH_TEST_PATH_SIZE];
        snprintf(member, sizeof member, "地块/2024/地块%s", extension);
        assert_string_equal(th_reader_info(rows.reader)->member, member);
        assert_string_equal(th_reader_info(rows.reader)->driver, formats[i].driver);
        assert_two_parcels(&rows, formats[i].species);
        th_test_folder_remove(folder);
    }
    (void)state;
}

static void open__a_bom_before_a_sequence_loses_no_feature(void **state)
{
    char path[TH_TEST_PATH_SIZE];
    text_write(path, *state, "a.geojsonl", "\xEF\xBB\xBF" FIRST "\n" SECOND "\n");
    struct th_test_rows rows = open_ok(path, NULL);
    assert_two_parcels(&rows, "树种");
    text_write(path, *state, "b.json", "\x1e" FIRST "\n\x1e" SECOND "\n");
    rows = open_ok(path, NULL);
    assert_string_equal(th_reader_info(rows.reader)->driver, "GeoJSONSeq");
    assert_two_parcels(&rows, "树种");
}

static void open__a_bare_array_is_refused_in_words(void **state)
{
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    text_write(path, *state, "a.geojson", "[" FIRST "," SECOND "]");
    refused(path, NULL, "source_bare_array", &err);
}

#define KML_HEAD                                                                                   \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<kml xmlns=\"http://www.opengis.net/kml/2.2\">"
#define KML_RING "119,30,7 119.5,30,7 119.5,30.5,7 119,30.5,7 119,30,7"
static const char phone_kml[] = KML_HEAD
    "<Document><name>外业</name>"
    "<Folder><name>一组</name>"
    "<Placemark><name>甲</name><description>东坡</description><ExtendedData><Data name=\"树种\">"
    "<value>毛竹</value></Data></ExtendedData><LineString><tessellate>1</"
    "tessellate><coordinates>" KML_RING "</coordinates></LineString></Placemark>"
    "<Folder><name>一组北</name><Placemark><name>乙</name><MultiGeometry>"
    "<Point><coordinates>119.2,30.2</coordinates></Point>"
    "<Polygon><outerBoundaryIs><LinearRing><coordinates>" KML_RING "</coordinates></LinearRing>"
    "</outerBoundaryIs></Polygon></MultiGeometry></Placemark>"
    "<Placemark><name>没走完</name><LineString><coordinates>119,30 119.5,30 119.5,30.5"
    "</coordinates></LineString></Placemark></Folder></Folder>"
    "<Folder><name>照片</name><Placemark><name>p</name><Point><coordinates>119,30</coordinates>"
    "</Point></Placemark></Folder></Document></kml>";

static void assert_phone(struct th_test_rows *rows)
{
    const struct th_reader_row *row = th_test_rows_next(rows);
    assert_non_null(row);
    assert_int_equal(row->row, 1);
    assert_string_equal(value(rows, row, "Name"), "甲");
    assert_string_equal(value(rows, row, "description"), "东坡");
    assert_string_equal(value(rows, row, "树种"), "毛竹");
    assert_string_equal(value(rows, row, "folder"), "一组");
    assert_int_equal(row->shape, TH_SHAPE_CLOSED_LINES | TH_SHAPE_FLATTENED);
    assert_shape(row, 119, 30, 119.5, 30.5, 0.25);
    row = th_test_rows_next(rows);
    assert_non_null(row);
    assert_string_equal(value(rows, row, "Name"), "乙");
    assert_string_equal(value(rows, row, "description"), "-");
    assert_string_equal(value(rows, row, "folder"), "一组北");
    assert_int_equal(row->shape, TH_SHAPE_PARTS_DROPPED | TH_SHAPE_FLATTENED);
    assert_shape(row, 119, 30, 119.5, 30.5, 0.25);
    // An open line is a row, so that someone hears of it.
    row = th_test_rows_next(rows);
    assert_non_null(row);
    assert_string_equal(value(rows, row, "Name"), "没走完");
    OGRGeometryH shape = shape_of(row);
    assert_int_equal(OGR_G_GetGeometryType(shape), wkbLineString);
    OGR_G_DestroyGeometry(shape);
    assert_end(rows);
}

static void kml__folders_are_one_table_without_the_drawings_own_fields(void **state)
{
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    text_write(path, *state, "外业.kml", phone_kml);
    struct th_test_rows rows = open_ok(path, NULL);
    const struct th_reader_info *info = th_reader_info(rows.reader);
    assert_string_equal(info->layer, "外业");
    assert_int_equal(info->n_features, 3);
    assert_int_equal(info->n_ignored, 1); // the photo
    assert_int_equal(info->n_fields, 4);
    assert_false(has_field(&rows, "tessellate"));
    assert_false(has_field(&rows, "visibility"));
    assert_phone(&rows);
    // One folder by its name.
    rows = open_ok(path, "一组北");
    const struct th_reader_row *row = th_test_rows_next(&rows);
    assert_non_null(row);
    assert_string_equal(value(&rows, row, "Name"), "乙");
    th_test_rows_close(&rows);
    refused(path, "二组", "layer_missing", &err);
    assert_non_null(strstr(th_error_arg_get(&err, "layers"), "一组北"));
}

static void kml__own_fields_with_a_value_stay(void **state)
{
    char path[TH_TEST_PATH_SIZE];
    text_write(path, *state, "a.kml",
               KML_HEAD "<Document><Placemark><name>甲</name><TimeStamp><when>2024-05-06</when>"
                        "</TimeStamp><Polygon><outerBoundaryIs><LinearRing><coordinates>" KML_RING
                        "</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
                        "</Document></kml>");
    struct th_test_rows rows = open_ok(path, NULL);
    const struct th_reader_row *row = th_test_rows_next(&rows);
    assert_non_null(row);
    assert_non_null(strstr(value(&rows, row, "timestamp"), "2024/05/06"));
    assert_false(has_field(&rows, "begin"));
    th_test_rows_close(&rows);
}

static void kml__is_read_in_gbk_and_as_kmz_and_as_kmz_in_a_zip(void **state)
{
    char path[TH_TEST_PATH_SIZE];
    char zip[TH_TEST_PATH_SIZE];
    char *gbk = CPLRecode(phone_kml, "UTF-8", "GBK");
    char *declared = strstr(gbk, "UTF-8");
    assert_non_null(declared);
    memcpy(declared, "GBK\"  ", 6);
    declared[4] = ' ';
    declared[5] = ' ';
    text_write(path, *state, "gbk.kml", gbk);
    CPLFree(gbk);
    struct th_test_rows rows = open_ok(path, NULL);
    assert_phone(&rows);

    th_test_path(path, *state, "phone.kmz");
    zip_add(path, "files/icon.png", "x", 1);
    zip_add(path, "doc.kml", phone_kml, sizeof phone_kml - 1);
    zip_add(path, "files/other.kml", phone_kml, 10);
    rows = open_ok(path, NULL);
    assert_string_equal(th_reader_info(rows.reader)->layer, "phone");
    assert_phone(&rows);

    th_test_path(zip, *state, "phone.zip");
    zip_add_file(zip, "deep/phone.kmz", path);
    rows = open_ok(zip, NULL);
    assert_string_equal(th_reader_info(rows.reader)->member, "deep/phone.kmz");
    assert_phone(&rows);
}

// Leading zeros are part of a parcel's number; the application schema is not fetched, and nothing
// is written beside the source.
static void gml__texts_stay_texts_and_the_schema_is_guessed_here(void **state)
{
    char path[TH_TEST_PATH_SIZE];
    char gfs[TH_TEST_PATH_SIZE];
    text_write(
        path, *state, "a.gml",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><FeatureCollection "
        "xmlns=\"http://www.opengis.net/gml/3.2\" xmlns:gml=\"http://www.opengis.net/gml/3.2\" "
        "xmlns:app=\"http://app\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
        "xsi:schemaLocation=\"http://app http://127.0.0.1:9/app.xsd\"><gml:featureMember><app:dk "
        "gml:id=\"p1\"><app:XIAO_BAN>007</app:XIAO_BAN><app:geom><gml:Polygon "
        "srsName=\"urn:ogc:def:crs:EPSG::4490\" gml:id=\"g1\"><gml:exterior><gml:LinearRing>"
        "<gml:posList>30 119 30 119.5 30.5 119.5 30 119</gml:posList></gml:LinearRing>"
        "</gml:exterior></gml:Polygon></app:geom></app:dk></gml:featureMember>"
        "<gml:featureMember><app:dk gml:id=\"p2\"><app:XIAO_BAN>008</app:XIAO_BAN><app:geom>"
        "<gml:Surface srsName=\"urn:ogc:def:crs:EPSG::4490\" gml:id=\"g2\"><gml:patches>"
        "<gml:PolygonPatch><gml:exterior><gml:Ring><gml:curveMember><gml:Curve gml:id=\"c\">"
        "<gml:segments><gml:Arc><gml:posList>30 119 31 120 30 121</gml:posList></gml:Arc>"
        "<gml:LineStringSegment><gml:posList>30 121 30 119</gml:posList></gml:LineStringSegment>"
        "</gml:segments></gml:Curve></gml:curveMember></gml:Ring></gml:exterior></gml:PolygonPatch>"
        "</gml:patches></gml:Surface></app:geom></app:dk></gml:featureMember></FeatureCollection>");
    struct th_test_rows rows = open_ok(path, NULL);
    const struct th_reader_row *row = th_test_rows_next(&rows);
    assert_non_null(row);
    assert_string_equal(value(&rows, row, "XIAO_BAN"), "007");
    // The reference system says latitude first; inside, longitude is first.
    assert_shape(row, 119, 30, 119.5, 30.5, 0.125);
    row = th_test_rows_next(&rows);
    assert_non_null(row);
    assert_int_equal(row->shape, TH_SHAPE_LINEARISED);
    // Half a circle of radius 1 in chords of a degree or less.
    OGRGeometryH shape = shape_of(row);
    assert_close(OGR_G_Area(shape), 1.5707963267948966, 1e-4);
    OGR_G_DestroyGeometry(shape);
    assert_end(&rows);
    assert_false(th_file_exists(th_test_path(gfs, *state, "a.gfs")));
}

static void put(char *text, size_t size, const char *more)
{
    size_t used = strlen(text);
    snprintf(text + used, size - used, "%s", more);
}

// A closed polyline on a layer; "x,y" are pairs of group lines already.
#define POLYLINE(layer, closed, vertices)                                                          \
    "0\nLWPOLYLINE\n8\n" layer "\n100\nAcDbPolyline\n90\n9\n70\n" closed "\n" vertices
#define XY(x, y) "10\n" #x "\n20\n" #y "\n"
#define BOX(x, y, far_x, far_y) XY(x, y) XY(far_x, y) XY(far_x, far_y) XY(x, far_y)
#define HATCH(layer)                                                                               \
    "0\nHATCH\n8\n" layer "\n10\n0\n20\n0\n30\n0\n2\nSOLID\n70\n1\n71\n0\n91\n1\n92\n3\n72\n0\n"   \
    "73\n1\n93\n4\n" BOX(0, 0, 100, 100) "97\n0\n75\n0\n76\n1\n98\n0\n"
#define TEXT(x, y, text) "0\nTEXT\n8\nZJ\n10\n" #x "\n20\n" #y "\n40\n5\n1\n" text "\n"
#define DXF_END "0\nENDSEC\n0\nEOF\n"

static const char drawing[] = "0\nSECTION\n2\nENTITIES\n" POLYLINE(
    "界址线", "1", BOX(0, 0, 100, 100)) POLYLINE("界址线", "0", BOX(200, 0, 300, 100) XY(200, 0))
    POLYLINE("界址线", "0",
             BOX(400, 0, 500,
                 100)) "0\nCIRCLE\n8\n界址线\n100\nAcDbCircle\n10\n700\n20\n50\n40\n10"
                       "\n" POLYLINE("道路", "0", XY(0, 500) XY(900, 500)) HATCH("填充")
                           TEXT(20, 80, "001") TEXT(60, 40, "毛竹") TEXT(250, 50, "002")
                               TEXT(1000, 1000,
                                    "图名") "0\nPOINT\n8\n点\n10\n1\n20\n1\n"
                                            "0\nINSERT\n8\n块\n2\nBLK\n10\n10\n20\n10\n" DXF_END;

static void assert_drawing(struct th_test_rows *rows)
{
    const struct th_reader_info *info = th_reader_info(rows->reader);
    assert_string_equal(info->driver, "DXF");
    assert_null(info->crs);
    // The road, the hatch, four texts, the point and the block.
    assert_int_equal(info->n_ignored, 8);
    const struct th_reader_row *row = th_test_rows_next(rows);
    assert_non_null(row);
    assert_string_equal(value(rows, row, "Layer"), "界址线");
    assert_string_equal(value(rows, row, "label"), "001 毛竹");
    assert_int_equal(row->shape, TH_SHAPE_CLOSED_LINES);
    assert_shape(row, 0, 0, 100, 100, 10000);
    row = th_test_rows_next(rows);
    assert_non_null(row);
    assert_string_equal(value(rows, row, "label"), "002");
    assert_shape(row, 200, 0, 300, 100, 10000);
    // Not closed, beside parcels on its layer.
    row = th_test_rows_next(rows);
    assert_non_null(row);
    assert_string_equal(value(rows, row, "label"), "-");
    OGRGeometryH shape = shape_of(row);
    assert_int_equal(OGR_G_GetGeometryType(shape), wkbLineString);
    OGR_G_DestroyGeometry(shape);
    row = th_test_rows_next(rows);
    assert_non_null(row);
    assert_int_equal(row->shape, TH_SHAPE_CLOSED_LINES | TH_SHAPE_LINEARISED);
    assert_shape(row, 690, 40, 710, 60, 314.15926535 * 0.99995);
    assert_end(rows);
}

static void dxf__closed_lines_are_parcels_with_the_texts_inside(void **state)
{
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    text_write(path, *state, "a.dxf", drawing);
    struct th_test_rows rows = open_ok(path, NULL);
    assert_int_equal(th_reader_info(rows.reader)->encoding.how, TH_ENCODING_UTF8);
    assert_drawing(&rows);
    // A layer of the drawing by its name.
    rows = open_ok(path, "填充");
    const struct th_reader_row *row = th_test_rows_next(&rows);
    assert_null(row); // the hatch repeats a line, wherever that lies
    th_test_rows_close(&rows);
    rows = open_ok(path, "道路");
    row = th_test_rows_next(&rows);
    assert_non_null(row);
    assert_string_equal(value(&rows, row, "Layer"), "道路");
    assert_end(&rows);
    refused(path, "没有", "layer_missing", &err);
    assert_non_null(strstr(th_error_arg_get(&err, "layers"), "界址线"));
}

static void dxf__texts_in_gbk_are_read_with_and_without_their_code_page(void **state)
{
    static const char *const headers[] = {
        "", "0\nSECTION\n2\nHEADER\n9\n$DWGCODEPAGE\n3\nANSI_936\n0\nENDSEC\n",
        "0\nSECTION\n2\nHEADER\n9\n$ACADVER\n1\nAC1015\n9\n$DWGCODEPAGE\n3\nANSI_"
        "1252\n0\nENDSEC\n"};
    for (size_t i = 0; i < 3; i++) {
        char path[TH_TEST_PATH_SIZE];
        char text[8192] = "";
        put(text, sizeof text, headers[i]);
        put(text, sizeof text, drawing);
        char *gbk = CPLRecode(text, "UTF-8", "GBK");
        text_write(path, *state, "gbk.dxf", gbk);
        CPLFree(gbk);
        struct th_test_rows rows = open_ok(path, NULL);
        assert_string_equal(th_reader_info(rows.reader)->encoding.name, "GB18030");
        assert_drawing(&rows);
    }
}

static void dxf__escaped_signs_and_arcs_are_read(void **state)
{
    char path[TH_TEST_PATH_SIZE];
    // A closed line with a half circle of radius 50 below it: 180 chords of one degree.
    text_write(path, *state, "a.dxf",
               "0\nSECTION\n2\nENTITIES\n" POLYLINE(
                   "A", "1", XY(0, 0) "42\n1\n" XY(100, 0) XY(100, 100) XY(0, 100))
                   TEXT(50, 50, "\\U+6BDB\\U+7AF9") DXF_END);
    struct th_test_rows rows = open_ok(path, NULL);
    const struct th_reader_row *row = th_test_rows_next(&rows);
    assert_non_null(row);
    assert_string_equal(value(&rows, row, "label"), "毛竹");
    assert_shape(row, 0, -50, 100, 100, 10000 + 225000 * 0.017452406437283512);
    assert_end(&rows);
}

static void open__formats_of_other_programs_are_refused_with_what_to_do(void **state)
{
    static const struct {
        const char *name;
        const char *bytes;
        size_t size;
        const char *key;
    } cases[] = {
        {"a.dwg", "AC1027\0\0\0\0\0", 11, "source_dwg"},
        {"a.dxf", "AutoCAD Binary DXF\r\n\x1a", 22, "source_dxf_binary"},
        {"a.xls", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1....", 12, "source_xls"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct th_error err = {0};
        char path[TH_TEST_PATH_SIZE];
        bytes_write(path, *state, cases[i].name, cases[i].bytes, cases[i].size);
        refused(path, NULL, cases[i].key, &err);
    }
}

static const char corners[] = "某村界址点成果表,,,,\n"
                              "地块号,点号,X坐标(m),Y坐标(m),树种\n"
                              "001,J1,3390000,40468000,毛竹\n"
                              "001,J2,3390000,40468100,\n"
                              "002,J1,3390200,40468000,杉木\n"
                              "001,J3,3390100,40468100,\n"
                              "001,J4,3390100,40468000,\n"
                              "002,J2,3390200,40468100,\n"
                              "002,J3,3390300,40468100,\n"
                              "003,J1,x,40468000,\n"
                              "003,J2,3390300,40468100,\n";

static void assert_corners(struct th_test_rows *rows)
{
    const struct th_reader_info *info = th_reader_info(rows->reader);
    assert_int_equal(info->n_features, 3);
    assert_int_equal(info->n_fields, 2);
    assert_null(info->crs);
    assert_string_equal(info->axis_east, "Y坐标(m)");
    assert_string_equal(info->axis_north, "X坐标(m)");
    assert_int_equal(info->axis_how, TH_AXIS_NUMBERS);
    const struct th_reader_row *row = th_test_rows_next(rows);
    assert_non_null(row);
    assert_int_equal(row->row, 3); // the line of its first point
    assert_string_equal(value(rows, row, "地块号"), "001");
    assert_string_equal(value(rows, row, "树种"), "毛竹");
    assert_int_equal(row->shape, TH_SHAPE_FROM_POINTS);
    assert_shape(row, 40468000, 3390000, 40468100, 3390100, 10000);
    row = th_test_rows_next(rows);
    assert_non_null(row);
    assert_int_equal(row->row, 5);
    assert_string_equal(value(rows, row, "地块号"), "002");
    assert_shape(row, 40468000, 3390200, 40468100, 3390300, 5000);
    row = th_test_rows_next(rows);
    assert_non_null(row);
    assert_int_equal(row->row, 10);
    assert_true(row->lost);
    assert_string_equal(row->detail, "@points.not_a_number");
    assert_end(rows);
}

static void csv__corner_points_are_parcels_in_any_encoding(void **state)
{
    char path[TH_TEST_PATH_SIZE];
    char marked[2048] = "\xEF\xBB\xBF";
    put(marked, sizeof marked, corners);
    text_write(path, *state, "a.csv", marked);
    struct th_test_rows rows = open_ok(path, NULL);
    assert_int_equal(th_reader_info(rows.reader)->encoding.how, TH_ENCODING_DECLARED);
    assert_corners(&rows);
    text_write(path, *state, "b.csv", corners);
    rows = open_ok(path, NULL);
    assert_int_equal(th_reader_info(rows.reader)->encoding.how, TH_ENCODING_UTF8);
    assert_corners(&rows);
    char *gbk = CPLRecode(corners, "UTF-8", "GBK");
    text_write(path, *state, "c.csv", gbk);
    CPLFree(gbk);
    rows = open_ok(path, NULL);
    assert_int_equal(th_reader_info(rows.reader)->encoding.how, TH_ENCODING_GB18030);
    assert_string_equal(th_reader_info(rows.reader)->driver, "CSV");
    assert_corners(&rows);
}

static void csv__in_a_zip_stands_behind_a_source_unless_it_is_named(void **state)
{
    char path[TH_TEST_PATH_SIZE];
    th_test_path(path, *state, "z.zip");
    zip_add(path, "a/points.csv", corners, sizeof corners - 1);
    struct th_test_rows rows = open_ok(path, NULL);
    assert_corners(&rows);
    zip_add(path, "a/map.geojson", two_parcels, sizeof two_parcels - 1);
    rows = open_ok(path, NULL);
    assert_two_parcels(&rows, "树种");
    rows = open_ok(path, "points");
    assert_corners(&rows);
    rows = open_ok(path, "map.geojson");
    assert_two_parcels(&rows, "树种");
}

static void csv__wkt_and_lists_of_pairs_are_shapes(void **state)
{
    char path[TH_TEST_PATH_SIZE];
    text_write(
        path, *state, "a.csv",
        "小班号;图形\r\n1;POLYGON ((119 30,119.5 30,119.5 30.5,119 30))\r\n2;\r\n3;oops\r\n");
    struct th_test_rows rows = open_ok(path, NULL);
    const struct th_reader_row *row = th_test_rows_next(&rows);
    assert_non_null(row);
    assert_shape(row, 119, 30, 119.5, 30.5, 0.125);
    row = th_test_rows_next(&rows);
    assert_non_null(row);
    assert_false(row->lost);
    assert_null(row->wkb);
    row = th_test_rows_next(&rows);
    assert_non_null(row);
    assert_int_equal(row->row, 4);
    assert_string_equal(row->detail, "@points.wkt");
    assert_end(&rows);

    text_write(
        path, *state, "b.csv",
        "小班号,坐标串\n1,\"30°0′0″,119°0′0″;30°0′0″,119°30′0″;30°30′0″,119°30′0″\"\n2,\"30\"\n");
    rows = open_ok(path, NULL);
    assert_string_equal(th_reader_info(rows.reader)->axis_east, "2");
    assert_int_equal(th_reader_info(rows.reader)->axis_how, TH_AXIS_NUMBERS);
    row = th_test_rows_next(&rows);
    assert_non_null(row);
    assert_shape(row, 119, 30, 119.5, 30.5, 0.125);
    row = th_test_rows_next(&rows);
    assert_non_null(row);
    assert_string_equal(row->detail, "@points.pairs");
    assert_end(&rows);
}

static void csv__a_table_without_shapes_names_its_headings(void **state)
{
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    char *gbk = CPLRecode("小班号,树种\n1,毛竹\n", "UTF-8", "GBK");
    text_write(path, *state, "a.csv", gbk);
    CPLFree(gbk);
    refused(path, NULL, "points_columns", &err);
    assert_string_equal(th_error_arg_get(&err, "columns"), "小班号, 树种");
    text_write(path, *state, "b.csv", "地块号,x,y\n1,\"2,3\n");
    refused(path, NULL, "csv_quote", &err);
}

#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
#define OOXML "http://schemas.openxmlformats.org/"

// The least that is a workbook: `rows` are <row> elements of sheets of one or two names.
static void workbook_write(const char *path, const char *const *names, const char *const *rows,
                           size_t n)
{
    char types[4096] =
        XML "<Types xmlns=\"" OOXML "package/2006/content-types\">"
            "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
            "<Default Extension=\"rels\" "
            "ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
            "<Override PartName=\"/xl/workbook.xml\" ContentType=\"application/"
            "vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>";
    char book[4096] = XML "<workbook xmlns=\"" OOXML "spreadsheetml/2006/main\" xmlns:r=\"" OOXML
                          "officeDocument/2006/relationships\"><sheets>";
    char relations[4096] =
        XML "<Relationships xmlns=\"" OOXML "package/2006/relationships\">"
            "<Relationship Id=\"rId9\" Type=\"" OOXML "officeDocument/2006/relationships/styles\" "
            "Target=\"styles.xml\"/>";
    static const char styles[] =
        XML "<styleSheet xmlns=\"" OOXML "spreadsheetml/2006/main\">"
            "<cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\" applyNumberFormat=\"1\"/>"
            "</cellXfs></styleSheet>";
    static const char root[] =
        XML "<Relationships xmlns=\"" OOXML "package/2006/relationships\">"
            "<Relationship Id=\"rId1\" Type=\"" OOXML "officeDocument/2006/relationships/"
            "officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>";
    for (size_t i = 0; i < n; i++) {
        char part[1024];
        snprintf(part, sizeof part,
                 "<Override PartName=\"/xl/worksheets/sheet%zu.xml\" ContentType=\"application/"
                 "vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>",
                 i + 1);
        put(types, sizeof types, part);
        snprintf(part, sizeof part, "<sheet name=\"%s\" sheetId=\"%zu\" r:id=\"rId%zu\"/>",
                 names[i], i + 1, i + 1);
        put(book, sizeof book, part);
        snprintf(part, sizeof part,
                 "<Relationship Id=\"rId%zu\" Type=\"" OOXML "officeDocument/2006/relationships/"
                 "worksheet\" Target=\"worksheets/sheet%zu.xml\"/>",
                 i + 1, i + 1);
        put(relations, sizeof relations, part);
    }
    put(types, sizeof types, "</Types>");
    put(book, sizeof book, "</sheets></workbook>");
    put(relations, sizeof relations, "</Relationships>");
    zip_add(path, "[Content_Types].xml", types, strlen(types));
    zip_add(path, "_rels/.rels", root, sizeof root - 1);
    zip_add(path, "xl/workbook.xml", book, strlen(book));
    zip_add(path, "xl/_rels/workbook.xml.rels", relations, strlen(relations));
    zip_add(path, "xl/styles.xml", styles, sizeof styles - 1);
    for (size_t i = 0; i < n; i++) {
        char name[64];
        size_t size = strlen(rows[i]) + 512;
        char *sheet = malloc(size);
        assert_non_null(sheet);
        snprintf(sheet, size,
                 XML "<worksheet xmlns=\"" OOXML "spreadsheetml/2006/main\"><sheetData>%s"
                     "</sheetData></worksheet>",
                 rows[i]);
        snprintf(name, sizeof name, "xl/worksheets/sheet%zu.xml", i + 1);
        zip_add(path, name, sheet, strlen(sheet));
        free(sheet);
    }
}

#define S(cell, text) "<c r=\"" cell "\" t=\"inlineStr\"><is><t>" text "</t></is></c>"
#define N(cell, number) "<c r=\"" cell "\"><v>" number "</v></c>"
#define D(cell, days) "<c r=\"" cell "\" s=\"1\"><v>" days "</v></c>"
#define ROW(r, cells) "<row r=\"" r "\">" cells "</row>"

static const char sheet_points[] = ROW("1", S("A1", "界址点成果表"))
    ROW("3", S("A3", "地块号") S("B3", "点号") S("C3", "X坐标") S("D3", "Y坐标") S("E3", "日期")
                 S("F3", "亩数") S("G3", "备注"))
        ROW("4", N("A4", "3.0") S("B4", "J1") N("C4", "3390000") N("D4", "40468000") D(
                     "E4", "45000") N("F4", "0.30000000000000004") S("G4", "a &quot;b&quot;, c;d"))
            ROW("5", S("B5", "J2") N("C5", "3390000") N("D5", "40468100"))
                ROW("8", S("B8", "J3") N("C8", "3390100") N("D8", "40468100"));
static const char sheet_notes[] = ROW("1", S("A1", "说明")) ROW("2", S("A2", "无"));

static void assert_workbook(struct th_test_rows *rows)
{
    const struct th_reader_info *info = th_reader_info(rows->reader);
    assert_string_equal(info->driver, "XLSX");
    assert_string_equal(info->layer, "界址点");
    assert_string_equal(info->axis_north, "X坐标");
    const struct th_reader_row *row = th_test_rows_next(rows);
    assert_non_null(row);
    assert_int_equal(row->row, 4);
    assert_string_equal(value(rows, row, "地块号"), "3");
    assert_string_equal(value(rows, row, "日期"), "2023-03-15");
    assert_string_equal(value(rows, row, "亩数"), "0.3");
    assert_string_equal(value(rows, row, "备注"), "a \"b\", c;d");
    assert_shape(row, 40468000, 3390000, 40468100, 3390100, 5000);
    assert_end(rows);
}

static void xlsx__the_sheet_with_parcels_is_found(void **state)
{
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    char zip[TH_TEST_PATH_SIZE];
    static const char *const names[] = {"说明", "界址点"};
    static const char *const rows_of[] = {sheet_notes, sheet_points};
    static const char *const twice[] = {sheet_points, sheet_points};
    workbook_write(th_test_path(path, *state, "a.xlsx"), names, rows_of, 2);
    struct th_test_rows rows = open_ok(path, NULL);
    assert_workbook(&rows);
    rows = open_ok(path, "界址点");
    assert_workbook(&rows);
    refused(path, "说明", "points_columns", &err);
    refused(path, "x", "layer_missing", &err);
    assert_string_equal(th_error_arg_get(&err, "layers"), "说明, 界址点");
    zip_add_file(th_test_path(zip, *state, "a.zip"), "深/表.xlsx", path);
    rows = open_ok(zip, NULL);
    assert_workbook(&rows);
    workbook_write(th_test_path(path, *state, "b.xlsx"), names, twice, 2);
    refused(path, NULL, "layer_ambiguous", &err);
    rows = open_ok(path, "界址点");
    assert_workbook(&rows);
}

// GDAL leaves such cells out and goes on; a table with gaps is no table.
static void xlsx__cells_beyond_what_can_be_read_are_an_answer(void **state)
{
    static const char *const sheets[] = {
        ROW("1", S("A1", "地块号")) ROW("900000", S("A900000", "1")),
        ROW("1", S("A1", "地块号") S("XFD1", "x")),
    };
    for (size_t i = 0; i < 2; i++) {
        struct th_error err = {0};
        char path[TH_TEST_PATH_SIZE];
        char name[32];
        static const char *const names[] = {"a"};
        snprintf(name, sizeof name, "%zu.xlsx", i);
        workbook_write(th_test_path(path, *state, name), names, &sheets[i], 1);
        refused(path, NULL, "source_unreadable", &err);
    }
}

static void xlsx__a_bomb_is_measured_before_it_is_unpacked(void **state)
{
    enum { BOMB_SIZE = 1 << 22 };
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    static const char *const names[] = {"a"};
    char *bomb = malloc(BOMB_SIZE + 1);
    assert_non_null(bomb);
    memset(bomb, ' ', BOMB_SIZE);
    bomb[BOMB_SIZE] = '\0';
    const char *const rows[] = {bomb};
    workbook_write(th_test_path(path, *state, "a.xlsx"), names, rows, 1);
    free(bomb);
    refused(path, NULL, "archive_limit", &err);
}

// Whatever is left of a file, there is an answer: rows, or a reason that is in the catalogue.
static void open__truncated_files_of_each_format_are_answered(void **state)
{
    struct th_messages *messages = NULL;
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    char cut[TH_TEST_PATH_SIZE];
    size_t n_answers = 0;
    static const char *const names[] = {"界址点"};
    static const char *const sheets[] = {sheet_points};
    static const char *const files[] = {"a.gpkg", "a.shp", "a.geojson", "a.geojsons", "a.kml",
                                        "a.gml",  "a.fgb", "a.tab",     "a.map",      "a.mif",
                                        "a.dxf",  "a.csv", "a.xlsx",    "a.kmz",      "a.zip"};
    assert_ok(th_messages_new(&messages, &err), &err);
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        convert(path, *state, formats[i].name, formats[i].arguments);
    }
    text_write(path, *state, "a.dxf", drawing);
    text_write(path, *state, "a.csv", corners);
    workbook_write(th_test_path(path, *state, "a.xlsx"), names, sheets, 1);
    zip_add(th_test_path(path, *state, "a.kmz"), "doc.kml", phone_kml, sizeof phone_kml - 1);
    zip_add(th_test_path(path, *state, "a.zip"), "a.geojson", two_parcels, sizeof two_parcels - 1);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char *data = NULL;
        size_t size = 0;
        th_test_path(path, *state, files[i]);
        assert_ok(th_file_read(path, (size_t)1 << 24, &data, &size, &err), &err);
        for (size_t part = 0; part < 4; part++) {
            // The companions stay whole; of "a.map" the table is opened.
            assert_ok(th_file_write(path, data, size * part / 4 + (part > 0), &err), &err);
            bool is_map = strcmp(files[i], "a.map") == 0;
            th_test_path(cut, *state, is_map ? "a.tab" : files[i]);
            struct th_reader *reader = NULL;
            enum th_status status = th_reader_open(cut, NULL, &reader, &err);
            struct th_reader_batch *batch = NULL;
            while (status == TH_OK) {
                status = th_reader_next(reader, &batch, &err);
                if (status != TH_OK || batch == NULL) {
                    break;
                }
                th_reader_batch_free(batch);
            }
            th_reader_close(reader);
            if (status != TH_OK) {
                char key[96];
                snprintf(key, sizeof key, "error.%s", err.key);
                if (th_messages_find(messages, TH_LANG_ZH, key) == NULL ||
                    strcmp(err.key, "reader_crashed") == 0) {
                    fail_msg("%s at %zu/4: %s", files[i], part, err.key);
                }
            }
            n_answers++;
        }
        assert_ok(th_file_write(path, data, size, &err), &err);
        free(data);
    }
    assert_int_equal(n_answers, 4 * sizeof files / sizeof files[0]);
    th_messages_free(messages);
}

static int drivers_register(void **state)
{
    (void)state;
    GDALAllRegister();
    return 0;
}

#define FOLDER_TEST(f) cmocka_unit_test_setup_teardown(f, folder_make, folder_drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(open__takes_what_gdal_writes_in_each_format),
        cmocka_unit_test(open__finds_each_format_in_a_zip_with_names_in_gbk),
        FOLDER_TEST(open__a_bom_before_a_sequence_loses_no_feature),
        FOLDER_TEST(open__a_bare_array_is_refused_in_words),
        FOLDER_TEST(kml__folders_are_one_table_without_the_drawings_own_fields),
        FOLDER_TEST(kml__own_fields_with_a_value_stay),
        FOLDER_TEST(kml__is_read_in_gbk_and_as_kmz_and_as_kmz_in_a_zip),
        FOLDER_TEST(gml__texts_stay_texts_and_the_schema_is_guessed_here),
        FOLDER_TEST(dxf__closed_lines_are_parcels_with_the_texts_inside),
        FOLDER_TEST(dxf__texts_in_gbk_are_read_with_and_without_their_code_page),
        FOLDER_TEST(dxf__escaped_signs_and_arcs_are_read),
        FOLDER_TEST(open__formats_of_other_programs_are_refused_with_what_to_do),
        FOLDER_TEST(csv__corner_points_are_parcels_in_any_encoding),
        FOLDER_TEST(csv__in_a_zip_stands_behind_a_source_unless_it_is_named),
        FOLDER_TEST(csv__wkt_and_lists_of_pairs_are_shapes),
        FOLDER_TEST(csv__a_table_without_shapes_names_its_headings),
        FOLDER_TEST(xlsx__the_sheet_with_parcels_is_found),
        FOLDER_TEST(xlsx__cells_beyond_what_can_be_read_are_an_answer),
        FOLDER_TEST(xlsx__a_bomb_is_measured_before_it_is_unpacked),
        FOLDER_TEST(open__truncated_files_of_each_format_are_answered),
    };
    return cmocka_run_group_tests(tests, drivers_register, NULL);
}
