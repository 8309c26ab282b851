// Every format that clerks bring, as a file made here, through the reader process.
#include "tests/integration/formats_fixture.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <gdal.h>
#include <gdal_utils.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"

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
    assert_string_equal(formats_value(rows, row, "XIAO_BAN"), "001");
    assert_string_equal(formats_value(rows, row, species_field), "毛竹");
    assert_false(row->text_suspect);
    formats_assert_shape(row, 119, 30, 119.5, 30.5, 0.25 - 0.01);
    row = th_test_rows_next(rows);
    assert_non_null(row);
    assert_string_equal(formats_value(rows, row, "XIAO_BAN"), "002");
    assert_string_equal(formats_value(rows, row, species_field), "杉木");
    formats_assert_shape(row, 120, 30, 120.5, 30.5, 0.125);
    formats_assert_end(rows);
}

// As ogr2ogr would: `arguments` are its options.
static const char *convert(char path[TH_TEST_PATH_SIZE], const char *folder, const char *name,
                           const char *arguments)
{
    char source[TH_TEST_PATH_SIZE];
    formats_text_write(source, folder, "source.geojson", two_parcels);
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
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        char folder[TH_TEST_PATH_SIZE];
        char path[TH_TEST_PATH_SIZE];
        th_test_folder_make(folder);
        print_message("%s\n", formats[i].name);
        // LIBKML would spoil Chinese names of fields when it writes, too.
        CPLSetConfigOption("LIBKML_LAUNDER_FIELD_NAMES", "NO");
        convert(path, folder, formats[i].name, formats[i].arguments);
        struct th_test_rows rows = formats_open_ok(path, NULL);
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
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
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
            snprintf(entry, sizeof(entry), "地块/2024/地块%s", strchr(files[k], '.'));
            formats_zip_add_file(zip, entry, th_test_path(file, folder, files[k]));
        }
        CSLDestroy(files);
        CPLSetConfigOption("CPL_ZIP_ENCODING", NULL);
        struct th_test_rows rows = formats_open_ok(zip, NULL);
        char member[TH_TEST_PATH_SIZE];
        snprintf(member, sizeof(member), "地块/2024/地块%s", extension);
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
    formats_text_write(path, *state, "a.geojsonl", "\xEF\xBB\xBF" FIRST "\n" SECOND "\n");
    struct th_test_rows rows = formats_open_ok(path, NULL);
    assert_two_parcels(&rows, "树种");
    formats_text_write(path, *state, "b.json", "\x1e" FIRST "\n\x1e" SECOND "\n");
    rows = formats_open_ok(path, NULL);
    assert_string_equal(th_reader_info(rows.reader)->driver, "GeoJSONSeq");
    assert_two_parcels(&rows, "树种");
}

// Without a character set GDAL hands values out as bytes; Chinese names of fields it spoils.
static void mapinfo__bytes_without_a_character_set_are_decided_on(void **state)
{
    char path[TH_TEST_PATH_SIZE];
    char *data = NULL;
    size_t size = 0;
    struct th_error err = {0};
    convert(path, *state, "a.mif", "-f \"MapInfo File\" -lco ENCODING=CP936");
    assert_ok(th_file_read(path, (size_t)1 << 20, &data, &size, &err), &err);
    char *charset = strstr(data, "\"WindowsSimpChinese\"");
    assert_non_null(charset);
    static const char NEUTRAL[] = "\"Neutral\"           ";
    for (size_t i = 0; i + 1 < sizeof(NEUTRAL); i++) {
        charset[i] = NEUTRAL[i];
    }
    formats_bytes_write(path, *state, "a.mif", data, size);
    free(data);
    struct th_test_rows rows = formats_open_ok(path, NULL);
    assert_string_equal(th_reader_info(rows.reader)->encoding.name, "GB18030");
    assert_two_parcels(&rows, "SHUZHONG");
}

static void layer_with_row_add(GDALDatasetH dataset, const char *name)
{
    OGRLayerH layer = GDALDatasetCreateLayer(dataset, name, NULL, wkbPolygon, NULL);
    assert_non_null(layer);
    OGRFeatureH feature = OGR_F_Create(OGR_L_GetLayerDefn(layer));
    assert_int_equal(OGR_L_CreateFeature(layer, feature), OGRERR_NONE);
    OGR_F_Destroy(feature);
}

// A layer that another program made and never filled is nothing to choose from.
static void open__layers_without_rows_are_passed_over_and_counted(void **state)
{
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    GDALAllRegister();
    GDALDatasetH dataset =
        GDALCreate(GDALGetDriverByName("GPKG"), th_test_path(path, *state, "a.gpkg"), 0, 0, 0,
                   GDT_Unknown, NULL);
    assert_non_null(dataset);
    assert_non_null(GDALDatasetCreateLayer(dataset, "before", NULL, wkbPolygon, NULL));
    layer_with_row_add(dataset, "one");
    assert_non_null(GDALDatasetCreateLayer(dataset, "behind", NULL, wkbPolygon, NULL));
    GDALClose(dataset);
    struct th_test_rows reader = formats_open_ok(path, NULL);
    assert_string_equal(th_reader_info(reader.reader)->layer, "one");
    assert_int_equal(th_reader_info(reader.reader)->n_empty, 2);
    th_test_rows_close(&reader);
    // An empty one that is asked for is taken.
    reader = formats_open_ok(path, "before");
    assert_string_equal(th_reader_info(reader.reader)->layer, "before");
    assert_int_equal(th_reader_info(reader.reader)->n_empty, 0);
    formats_assert_end(&reader);
    // Without rows in any, nobody knows which is meant.
    dataset = GDALCreate(GDALGetDriverByName("GPKG"), th_test_path(path, *state, "b.gpkg"), 0, 0, 0,
                         GDT_Unknown, NULL);
    assert_non_null(GDALDatasetCreateLayer(dataset, "one", NULL, wkbPolygon, NULL));
    assert_non_null(GDALDatasetCreateLayer(dataset, "two", NULL, wkbPolygon, NULL));
    GDALClose(dataset);
    formats_refused(path, NULL, "layer_ambiguous", &err);
}

static void open__a_bare_array_is_refused_in_words(void **state)
{
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    formats_text_write(path, *state, "a.geojson", "[" FIRST "," SECOND "]");
    formats_refused(path, NULL, "source_bare_array", &err);
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
    assert_string_equal(formats_value(rows, row, "Name"), "甲");
    assert_string_equal(formats_value(rows, row, "description"), "东坡");
    assert_string_equal(formats_value(rows, row, "树种"), "毛竹");
    assert_string_equal(formats_value(rows, row, "folder"), "一组");
    assert_int_equal(row->shape, TH_SHAPE_CLOSED_LINES | TH_SHAPE_FLATTENED);
    formats_assert_shape(row, 119, 30, 119.5, 30.5, 0.25);
    row = th_test_rows_next(rows);
    assert_non_null(row);
    assert_string_equal(formats_value(rows, row, "Name"), "乙");
    assert_string_equal(formats_value(rows, row, "description"), "-");
    assert_string_equal(formats_value(rows, row, "folder"), "一组北");
    assert_int_equal(row->shape, TH_SHAPE_PARTS_DROPPED | TH_SHAPE_FLATTENED);
    formats_assert_shape(row, 119, 30, 119.5, 30.5, 0.25);
    // An open line is a row, so that someone hears of it.
    row = th_test_rows_next(rows);
    assert_non_null(row);
    assert_string_equal(formats_value(rows, row, "Name"), "没走完");
    OGRGeometryH shape = formats_shape_of(row);
    assert_int_equal(OGR_G_GetGeometryType(shape), wkbLineString);
    OGR_G_DestroyGeometry(shape);
    formats_assert_end(rows);
}

static void kml__folders_are_one_table_without_the_drawings_own_fields(void **state)
{
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    formats_text_write(path, *state, "外业.kml", phone_kml);
    struct th_test_rows rows = formats_open_ok(path, NULL);
    const struct th_reader_info *info = th_reader_info(rows.reader);
    assert_string_equal(info->layer, "外业");
    assert_int_equal(info->n_features, 3);
    assert_int_equal(info->n_ignored, 1); // the photo
    assert_int_equal(info->n_fields, 4);
    assert_false(formats_has_field(&rows, "tessellate"));
    assert_false(formats_has_field(&rows, "visibility"));
    assert_phone(&rows);
    // One folder by its name.
    rows = formats_open_ok(path, "一组北");
    const struct th_reader_row *row = th_test_rows_next(&rows);
    assert_non_null(row);
    assert_string_equal(formats_value(&rows, row, "Name"), "乙");
    th_test_rows_close(&rows);
    formats_refused(path, "二组", "layer_missing", &err);
    assert_non_null(strstr(th_error_arg_get(&err, "layers"), "一组北"));
}

// As GDAL packs a map of two layers: doc.kml does nothing but link to a document for each.
static void kmz__documents_that_the_first_one_links_to_are_read(void **state)
{
    static const char doc[] = KML_HEAD
        "<Document><NetworkLink><Link><href>layers/a.kml</href></Link></NetworkLink>"
        "<NetworkLink><Link><href>layers/b.kml</href></Link></NetworkLink></Document></kml>";
    static const char empty[] = KML_HEAD "<Document><name>空</name></Document></kml>";
    char path[TH_TEST_PATH_SIZE];
    th_test_path(path, *state, "外业.kmz");
    formats_zip_add(path, "doc.kml", doc, strlen(doc));
    formats_zip_add(path, "layers/a.kml", phone_kml, strlen(phone_kml));
    formats_zip_add(path, "layers/b.kml", empty, strlen(empty));
    struct th_test_rows rows = formats_open_ok(path, NULL);
    assert_int_equal(th_reader_info(rows.reader)->n_features, 3);
    assert_phone(&rows);
    rows = formats_open_ok(path, "一组");
    assert_int_equal(th_reader_info(rows.reader)->n_features, 1);
    th_test_rows_close(&rows);
    // What has rows of its own is the whole map: other documents are its parts, or something else.
    th_test_path(path, *state, "b.kmz");
    formats_zip_add(path, "doc.kml", phone_kml, strlen(phone_kml));
    formats_zip_add(path, "files/a.kml", phone_kml, strlen(phone_kml));
    rows = formats_open_ok(path, NULL);
    assert_int_equal(th_reader_info(rows.reader)->n_features, 3);
    assert_phone(&rows);
}

static void kml__own_fields_with_a_value_stay(void **state)
{
    char path[TH_TEST_PATH_SIZE];
    formats_text_write(path, *state, "a.kml",
                       KML_HEAD
                       "<Document><Placemark><name>甲</name><TimeStamp><when>2024-05-06</when>"
                       "</TimeStamp><Polygon><outerBoundaryIs><LinearRing><coordinates>" KML_RING
                       "</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
                       "</Document></kml>");
    struct th_test_rows rows = formats_open_ok(path, NULL);
    const struct th_reader_row *row = th_test_rows_next(&rows);
    assert_non_null(row);
    assert_non_null(strstr(formats_value(&rows, row, "timestamp"), "2024/05/06"));
    assert_false(formats_has_field(&rows, "begin"));
    th_test_rows_close(&rows);
}

static void kml__is_read_in_gbk_and_as_kmz_and_as_kmz_in_a_zip(void **state)
{
    char path[TH_TEST_PATH_SIZE];
    char zip[TH_TEST_PATH_SIZE];
    char text[4096];
    // The same behind another first line.
    snprintf(text, sizeof(text), "<?xml version=\"1.0\" encoding=\"GB2312\"?>%s",
             strchr(phone_kml, '\n'));
    char *gbk = CPLRecode(text, "UTF-8", "GBK");
    formats_text_write(path, *state, "gbk.kml", gbk);
    CPLFree(gbk);
    struct th_test_rows rows = formats_open_ok(path, NULL);
    assert_phone(&rows);

    th_test_path(path, *state, "phone.kmz");
    formats_zip_add(path, "files/icon.png", "x", 1);
    formats_zip_add(path, "doc.kml", phone_kml, sizeof(phone_kml) - 1);
    formats_zip_add(path, "files/other.kml", phone_kml, 10);
    rows = formats_open_ok(path, NULL);
    assert_string_equal(th_reader_info(rows.reader)->layer, "phone");
    assert_phone(&rows);

    th_test_path(zip, *state, "phone.zip");
    formats_zip_add_file(zip, "deep/phone.kmz", path);
    rows = formats_open_ok(zip, NULL);
    assert_string_equal(th_reader_info(rows.reader)->member, "deep/phone.kmz");
    assert_phone(&rows);
}

// Leading zeros are part of a parcel's number; the application schema is not fetched, and nothing
// is written beside the source.
static void gml__texts_stay_texts_and_the_schema_is_guessed_here(void **state)
{
    char path[TH_TEST_PATH_SIZE];
    char gfs[TH_TEST_PATH_SIZE];
    formats_text_write(
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
    struct th_test_rows rows = formats_open_ok(path, NULL);
    const struct th_reader_row *row = th_test_rows_next(&rows);
    assert_non_null(row);
    assert_string_equal(formats_value(&rows, row, "XIAO_BAN"), "007");
    // The reference system says latitude first; inside, longitude is first.
    formats_assert_shape(row, 119, 30, 119.5, 30.5, 0.125);
    row = th_test_rows_next(&rows);
    assert_non_null(row);
    assert_int_equal(row->shape, TH_SHAPE_LINEARISED);
    // Half a circle of radius 1 in chords of a degree or less.
    OGRGeometryH shape = formats_shape_of(row);
    assert_close(OGR_G_Area(shape), 1.5707963267948966, 1e-4);
    OGR_G_DestroyGeometry(shape);
    formats_assert_end(&rows);
    assert_false(th_file_exists(th_test_path(gfs, *state, "a.gfs")));
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
    assert_string_equal(formats_value(rows, row, "Layer"), "界址线");
    assert_string_equal(formats_value(rows, row, "label"), "001 毛竹");
    assert_int_equal(row->shape, TH_SHAPE_CLOSED_LINES);
    formats_assert_shape(row, 0, 0, 100, 100, 10000);
    row = th_test_rows_next(rows);
    assert_non_null(row);
    assert_string_equal(formats_value(rows, row, "label"), "002");
    formats_assert_shape(row, 200, 0, 300, 100, 10000);
    // Not closed, beside parcels on its layer.
    row = th_test_rows_next(rows);
    assert_non_null(row);
    assert_string_equal(formats_value(rows, row, "label"), "-");
    OGRGeometryH shape = formats_shape_of(row);
    assert_int_equal(OGR_G_GetGeometryType(shape), wkbLineString);
    OGR_G_DestroyGeometry(shape);
    row = th_test_rows_next(rows);
    assert_non_null(row);
    assert_int_equal(row->shape, TH_SHAPE_CLOSED_LINES | TH_SHAPE_LINEARISED);
    formats_assert_shape(row, 690, 40, 710, 60, 314.15926535 * 0.99995);
    formats_assert_end(rows);
}

static void dxf__closed_lines_are_parcels_with_the_texts_inside(void **state)
{
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    formats_text_write(path, *state, "a.dxf", drawing);
    struct th_test_rows rows = formats_open_ok(path, NULL);
    assert_int_equal(th_reader_info(rows.reader)->encoding.how, TH_ENCODING_UTF8);
    assert_drawing(&rows);
    // A layer of the drawing by its name.
    rows = formats_open_ok(path, "填充");
    const struct th_reader_row *row = th_test_rows_next(&rows);
    assert_null(row); // the hatch repeats a line, wherever that lies
    th_test_rows_close(&rows);
    rows = formats_open_ok(path, "道路");
    row = th_test_rows_next(&rows);
    assert_non_null(row);
    assert_string_equal(formats_value(&rows, row, "Layer"), "道路");
    formats_assert_end(&rows);
    formats_refused(path, "没有", "layer_missing", &err);
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
        formats_put(text, sizeof(text), headers[i]);
        formats_put(text, sizeof(text), drawing);
        char *gbk = CPLRecode(text, "UTF-8", "GBK");
        formats_text_write(path, *state, "gbk.dxf", gbk);
        CPLFree(gbk);
        struct th_test_rows rows = formats_open_ok(path, NULL);
        assert_string_equal(th_reader_info(rows.reader)->encoding.name, "GB18030");
        assert_drawing(&rows);
    }
}

static void dxf__escaped_signs_and_arcs_are_read(void **state)
{
    char path[TH_TEST_PATH_SIZE];
    // A closed line with a half circle of radius 50 below it: 180 chords of one degree.
    formats_text_write(path, *state, "a.dxf",
                       "0\nSECTION\n2\nENTITIES\n" POLYLINE(
                           "A", "1", XY(0, 0) "42\n1\n" XY(100, 0) XY(100, 100) XY(0, 100))
                           TEXT(50, 50, "\\U+6BDB\\U+7AF9") DXF_END);
    struct th_test_rows rows = formats_open_ok(path, NULL);
    const struct th_reader_row *row = th_test_rows_next(&rows);
    assert_non_null(row);
    assert_string_equal(formats_value(&rows, row, "label"), "毛竹");
    formats_assert_shape(row, 0, -50, 100, 100, 10000 + 225000 * 0.017452406437283512);
    formats_assert_end(&rows);
}

#define OLE "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"

// The directory of a container may stand anywhere, also across the pieces in which it is read.
static void open__a_workbook_with_a_password_is_known_wherever_its_directory_stands(void **state)
{
    static const char name[] = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e";
    enum { SIZE = 70000 };
    char *bytes = malloc(SIZE);
    assert_non_null(bytes);
    for (size_t at = 16 * 1024 - 34; at <= 16 * 1024 + 2; at++) {
        struct th_error err = {0};
        char path[TH_TEST_PATH_SIZE];
        memset(bytes, 'E', SIZE);
        memcpy(bytes, OLE, sizeof(OLE) - 1);
        memcpy(bytes + at, name, sizeof(name));
        formats_bytes_write(path, *state, "a.xlsx", bytes, SIZE);
        formats_refused(path, NULL, "source_encrypted", &err);
        at += at % 7; // not every place needs a reader of its own
    }
    free(bytes);
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
        {"secret.xlsx", OLE "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e", 40,
         "source_encrypted"},
        {"cut.xlsx", OLE "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0", 38, "source_xls"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_error err = {0};
        char path[TH_TEST_PATH_SIZE];
        formats_bytes_write(path, *state, cases[i].name, cases[i].bytes, cases[i].size);
        formats_refused(path, NULL, cases[i].key, &err);
    }
}

static void open__truncated_files_of_each_format_are_answered(void **state)
{
    char path[TH_TEST_PATH_SIZE];
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        convert(path, *state, formats[i].name, formats[i].arguments);
    }
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        if (strcmp(formats[i].name, "a.gdb") != 0) {
            formats_answer_when_cut(*state, formats[i].name, formats[i].name);
        }
    }
    // The other parts of what is several files.
    formats_answer_when_cut(*state, "a.dbf", "a.shp");
    formats_answer_when_cut(*state, "a.shx", "a.shp");
    formats_answer_when_cut(*state, "a.map", "a.tab");
    formats_answer_when_cut(*state, "a.dat", "a.tab");
    formats_answer_when_cut(*state, "a.mid", "a.mif");
    formats_answer_when_cut(*state, "a.gdb/a00000009.gdbtable", "a.gdb");
    formats_text_write(path, *state, "a.dxf", drawing);
    formats_answer_when_cut(*state, "a.dxf", "a.dxf");
    formats_zip_add(th_test_path(path, *state, "a.kmz"), "doc.kml", phone_kml,
                    sizeof(phone_kml) - 1);
    formats_answer_when_cut(*state, "a.kmz", "a.kmz");
    formats_zip_add(th_test_path(path, *state, "a.zip"), "a.geojson", two_parcels,
                    sizeof(two_parcels) - 1);
    formats_answer_when_cut(*state, "a.zip", "a.zip");
}

static int drivers_register(void **state)
{
    (void)state;
    GDALAllRegister();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(open__takes_what_gdal_writes_in_each_format),
        cmocka_unit_test(open__finds_each_format_in_a_zip_with_names_in_gbk),
        FOLDER_TEST(open__a_bom_before_a_sequence_loses_no_feature),
        FOLDER_TEST(mapinfo__bytes_without_a_character_set_are_decided_on),
        FOLDER_TEST(open__a_bare_array_is_refused_in_words),
        FOLDER_TEST(open__layers_without_rows_are_passed_over_and_counted),
        FOLDER_TEST(kml__folders_are_one_table_without_the_drawings_own_fields),
        FOLDER_TEST(kml__own_fields_with_a_value_stay),
        FOLDER_TEST(kmz__documents_that_the_first_one_links_to_are_read),
        FOLDER_TEST(kml__is_read_in_gbk_and_as_kmz_and_as_kmz_in_a_zip),
        FOLDER_TEST(gml__texts_stay_texts_and_the_schema_is_guessed_here),
        FOLDER_TEST(dxf__closed_lines_are_parcels_with_the_texts_inside),
        FOLDER_TEST(dxf__texts_in_gbk_are_read_with_and_without_their_code_page),
        FOLDER_TEST(dxf__escaped_signs_and_arcs_are_read),
        FOLDER_TEST(open__formats_of_other_programs_are_refused_with_what_to_do),
        FOLDER_TEST(open__a_workbook_with_a_password_is_known_wherever_its_directory_stands),
        FOLDER_TEST(open__truncated_files_of_each_format_are_answered),
    };
    return cmocka_run_group_tests(tests, drivers_register, NULL);
}
