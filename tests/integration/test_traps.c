// What goes wrong silently elsewhere: each trap as a file made here, and what the clerk is told of
// it. That the reader takes such files is tested beside it; here it is the answer of the import.
#include <ogr_srs_api.h>
#include <stdio.h>
#include <stdlib.h>

#include "registry/setup.h"
#include "tests/integration/parcel_fixture.h"
#include "tests/integration/traps_files.h"

enum { COUNTY, EARTH, N_PLACES };

struct world {
    struct fixture places[N_PLACES]; // registries of a county and of the whole earth
};

struct trap {
    const char *label, *name;                           // of the trap, of the file
    const char *text;                                   // its bytes, or
    void (*make)(const char *path, const char *folder); // who writes it
    // What the clerk says.
    const char *crs, *axes, *datum, *encoding, *repair;
    bool no_village;
    int place;           // What the clerk is told follows; NULL: not looked at.
    const char *refused; // key of the error that ends the import
    int accepted;
    const char *code, *severity; // of row problems
    const char *says;            // in their words and hints
    const char *what, *choice;   // of a detection
    const char *because, *option;
};

#define CELL                                                                                       \
    "{\"type\":\"Polygon\",\"coordinates\":[[[119.6,30.5],[119.601,30.5],[119.601,30.501],"        \
    "[119.6,30.501],[119.6,30.5]]]}"
#define FEATURE(properties, geometry)                                                              \
    "{\"type\":\"Feature\",\"properties\":{" properties "},\"geometry\":" geometry "}"
#define FEATURES(list) "{\"type\":\"FeatureCollection\",\"features\":[" list "]}"

#define KML(body)                                                                                  \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<kml xmlns=\"http://www.opengis.net/kml/2.2\">"   \
    "<Document>" body "</Document></kml>"
#define KML_RING "119.6,30.5,7 119.601,30.5,7 119.601,30.501,7 119.6,30.5,7"
#define KML_POLYGON                                                                                \
    "<Polygon><outerBoundaryIs><LinearRing><coordinates>" KML_RING                                 \
    "</coordinates></LinearRing></outerBoundaryIs></Polygon>"
#define DXF_LINE                                                                                   \
    "0\nSECTION\n2\nENTITIES\n0\nLWPOLYLINE\n8\n地块\n90\n4\n70\n1\n10\n40461600\n20\n3375670\n" \
    "10\n40461700\n20\n3375670\n10\n40461700\n20\n3375770\n10\n40461600\n20\n3375770\n"            \
    "0\nENDSEC\n0\nEOF\n"
#define CORNERS                                                                                    \
    "地块号,点号,X坐标,Y坐标\n1,J1,3375670,40461600\n1,J2,3375670,40461700\n"             \
    "1,J3,3375770,40461700\n1,J4,3375770,40461600\n"
#define GML                                                                                        \
    "<?xml version=\"1.0\"?><FeatureCollection xmlns=\"http://www.opengis.net/gml/3.2\" "          \
    "xmlns:gml=\"http://www.opengis.net/gml/3.2\"><gml:featureMember><dk gml:id=\"a\"><geom>"      \
    "<gml:Polygon srsName=\"urn:ogc:def:crs:EPSG::4490\" gml:id=\"b\"><gml:exterior>"              \
    "<gml:LinearRing><gml:posList>30.5 119.6 30.5 119.601 30.501 119.601 30.5 119.6"               \
    "</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></geom></dk>"                     \
    "</gml:featureMember></FeatureCollection>"
// In tenths of the cell of 0.001°, which has 15.96 mu.
#define P(x, y) "[119.60" x ",30.50" y "]"
#define BOX(w, s, e, n) "[" P(w, s) "," P(e, s) "," P(e, n) "," P(w, n) "," P(w, s) "]"
#define POLYGON(rings) "{\"type\":\"Polygon\",\"coordinates\":[" rings "]}"
#define MULTI(polygons) "{\"type\":\"MultiPolygon\",\"coordinates\":[" polygons "]}"
#define VILLAGE "\"行政村\":\"测试二村\""

static const struct trap TRAPS[] = {
    // Tables and their letters.
    {.label = "CSV of Excel in GBK",
     .name = "a.csv",
     .make = traps_excel_csv,
     .crs = "EPSG:4490",
     .no_village = true,
     .accepted = 1,
     .what = "encoding",
     .choice = "GB18030",
     .because = "按 GB18030 读得通",
     .option = "--encoding"},
    {.label = "CSV with a byte order mark",
     .name = "b.csv",
     .text = "\xef\xbb\xbf小班号,图形\n7," CELL_WKT "\n",
     .crs = "EPSG:4490",
     .accepted = 1,
     .what = "fields",
     .choice = "number",
     .because = "“小班号”",
     .option = "--map number="},
    {.label = "a cell that is no WKT",
     .name = "c.csv",
     .text = "小班号,图形\n7,oops\n",
     .crs = "EPSG:4490",
     .code = "row_unreadable",
     .severity = "error",
     .says = "地块 7 在第 2 行读不出来：WKT 文字“oops”写得不对"},
    {.label = "codes without leading zeros",
     .name = "d.xlsx",
     .make = traps_excel_codes,
     .crs = "EPSG:4490",
     .no_village = true,
     .accepted = 1,
     .what = "fields",
     .choice = "village",
     .because = "林业调查"},
    {.label = "surveyors call the northing X",
     .name = "e.csv",
     .text = CORNERS,
     .crs = "EPSG:4528",
     .accepted = 1,
     .what = "axes",
     .choice = "xy",
     .because = "Y坐标列是横坐标",
     .option = "--axes yx"},
    {.label = "corner points are said to be joined",
     .name = "e2.csv",
     .text = CORNERS,
     .crs = "EPSG:4528",
     .accepted = 1,
     .what = "geometry",
     .because = "由界址点连成"},
    {.label = "a table without shapes",
     .name = "f.csv",
     .text = "权利人,树种\n张三,毛竹\n",
     .refused = "points_columns"},
    {.label = "a system of a name that nobody knows is not WGS 84",
     .name = "named.geojson",
     .text = "{\"type\":\"FeatureCollection\",\"crs\":{\"type\":\"name\",\"properties\":{"
             "\"name\":\"CGCS2000_GK\"}},\"features\":[" FEATURE("", CELL) "]}",
     .code = "crs_unsupported",
     .severity = "error",
     .says = "“CGCS2000_GK”",
     .what = "crs",
     .because = "文件写的坐标系是“CGCS2000_GK”，认不出来",
     .option = "--crs EPSG:4490"},
    {.label = "and what the clerk says instead is taken",
     .name = "named.geojson",
     .text = "{\"type\":\"FeatureCollection\",\"crs\":{\"type\":\"name\",\"properties\":{"
             "\"name\":\"CGCS2000_GK\"}},\"features\":[" FEATURE("", CELL) "]}",
     .crs = "EPSG:4490",
     .accepted = 1,
     .what = "crs",
     .choice = "EPSG:4490",
     .because = "认不出来"},
    {.label = "a system that is named as GDAL writes it",
     .name = "crs84.geojson",
     .text = "{\"type\":\"FeatureCollection\",\"crs\":{\"type\":\"name\",\"properties\":{"
             "\"name\":\"urn:ogc:def:crs:OGC:1.3:CRS84\"}},\"features\":[" FEATURE("", CELL) "]}",
     .accepted = 1},
    {.label = "a file of nothing",
     .name = "empty.geojson",
     .text = FEATURES(""),
     .what = "source",
     .because = "一行数据也没有"},
    {.label = "a table with numbers and without shapes",
     .name = "f2.csv",
     .text = "小班号,树种\n1,毛竹\n",
     .refused = "attributes_alone"},
    // Archives.
    {.label = "zip with names in GBK and folders",
     .name = "a.zip",
     .make = traps_gbk_zip,
     .accepted = 1,
     .what = "source",
     .choice = "外业/2024/地块.shp",
     .because = "压缩包"},
    // Formats.
    {.label = "Polygon that delivers MultiPolygon",
     .name = "m.shp",
     .make = traps_multi,
     .accepted = 1},
    {.label = "a layer of unknown type, with heights",
     .name = "u.gpkg",
     .make = traps_unknown_type,
     .accepted = 1,
     .what = "geometry",
     .choice = "multipolygon",
     .because = "没有写明图形类型"},
    {.label = "heights are counted",
     .name = "u2.gpkg",
     .make = traps_unknown_type,
     .accepted = 1,
     .what = "geometry",
     .because = "有 1 行带高程"},
    {.label = "curves become chords, and the step is told",
     .name = "c.gpkg",
     .make = traps_curve,
     .accepted = 1,
     .code = "geometry_converted",
     .severity = "warning",
     .says = "每段 1 度的折线",
     .what = "geometry",
     .because = "每 1 度一段"},
    {.label = "nested folders of a phone, a line walked round",
     .name = "a.kml",
     .text = KML("<Folder><name>一组</name><Folder><name>北</name><Placemark><name>甲</name>"
                 "<LineString><coordinates>" KML_RING "</coordinates></LineString></Placemark>"
                 "</Folder></Folder><Placemark><name>照片</name><Point><coordinates>119.6,30.5"
                 "</coordinates></Point></Placemark>"),
     .accepted = 1,
     .code = "geometry_converted",
     .severity = "warning",
     .says = "首尾相接的线",
     .what = "ignored",
     .choice = "1",
     .because = "没有导入"},
    {.label = "a collection of a polygon and its pin",
     .name = "b.kml",
     .text = KML("<Placemark><name>甲</name><MultiGeometry><Point><coordinates>119.6,30.5"
                 "</coordinates></Point>" KML_POLYGON "</MultiGeometry></Placemark>"),
     .accepted = 1,
     .code = "geometry_converted",
     .severity = "warning",
     .says = "只取了面"},
    {.label = "a drawing without a system",
     .name = "a.dxf",
     .text = DXF_LINE,
     .code = "crs_missing",
     .severity = "error",
     .says = "--crs EPSG:4528"},
    {.label = "closed lines of a drawing",
     .name = "b.dxf",
     .text = DXF_LINE,
     .crs = "EPSG:4528",
     .accepted = 1,
     .what = "geometry",
     .because = "首尾相接的线"},
    {.label = "a bare array",
     .name = "a.geojson",
     .text = "[" FEATURE("", CELL) "]",
     .refused = "source_bare_array"},
    {.label = "no geometry",
     .name = "b.geojson",
     .text = FEATURES(FEATURE("", "null")),
     .code = "geometry_empty",
     .severity = "error",
     .says = "没有图形"},
    // Attributes.
    {.label = "a copy that broke off",
     .name = "cut.shp",
     .make = traps_broken_off,
     .code = "row_unreadable",
     .severity = "error",
     .says = "文件到这里就断了"},
    {.label = "a column kept as an attribute",
     .name = "k.geojson",
     .text = FEATURES(FEATURE("\"地块号\":\"7\",\"权利人\":\"张三\"", CELL)),
     .accepted = 1,
     .what = "fields",
     .choice = "",
     .because = "权利人=农户"},
    {.label = "a name cut at ten bytes",
     .name = "x.shp",
     .make = traps_cut_name,
     .accepted = 1,
     .what = "fields",
     .choice = "declared_area",
     .because = "可能被截短",
     .option = "--map declared_area="},
    {.label = "0303 is two classes",
     .name = "c.geojson",
     .text = FEATURES(FEATURE("\"DLBM\":\"0303\"", CELL)),
     .accepted = 1,
     .code = "attribute_range",
     .severity = "warning",
     .says = "红树林地"},
    {.label = "hectares under a heading of no unit",
     .name = "d.geojson",
     .text = FEATURES(FEATURE("\"MIAN_JI\":1.0642", CELL)),
     .accepted = 1,
     .code = "area_mismatch",
     .severity = "warning",
     .says = "--area-unit ha",
     .what = "area_unit",
     .choice = "mu",
     .option = "--area-unit"},
    {.label = "square metres under a heading of no unit",
     .name = "d2.geojson",
     .text = FEATURES(FEATURE("\"MIAN_JI\":10642.5", CELL)),
     .accepted = 1,
     .code = "area_mismatch",
     .severity = "warning",
     .says = "--area-unit m2"},
    {.label = "no number under hectares",
     .name = "d3.geojson",
     .text = FEATURES(FEATURE("\"面积（公顷）\":\"约一公顷\"", CELL)),
     .accepted = 0,
     .code = "attribute_range",
     .severity = "error",
     .says = "以公顷为单位"},
    {.label = "square metres by the standard",
     .name = "e.geojson",
     .text = FEATURES(FEATURE("\"TBMJ\":10642.5", CELL)),
     .accepted = 1,
     .what = "area_unit",
     .choice = "m2",
     .because = "TBMJ"},
    // Reference systems.
    {.label = "no .prj: degrees",
     .name = "p1.shp",
     .make = traps_degrees,
     .code = "crs_missing",
     .severity = "error",
     .says = "--crs EPSG:4490",
     .what = "crs",
     .because = "大地基准"},
    {.label = "no .prj: latitude first",
     .name = "p2.shp",
     .make = traps_swapped_degrees,
     .code = "crs_missing",
     .severity = "error",
     .says = "--axes yx"},
    {.label = "latitude first, as the clerk was told",
     .name = "p2b.shp",
     .make = traps_swapped_degrees,
     .crs = "EPSG:4490",
     .axes = "yx",
     .accepted = 1,
     .what = "axes",
     .choice = "yx",
     .because = "对调",
     .option = "--axes xy"},
    {.label = "latitude first, not swapped",
     .name = "p2c.shp",
     .make = traps_swapped_degrees,
     .crs = "EPSG:4490",
     .code = "out_of_bounds",
     .severity = "error"},
    {.label = "no .prj: three-degree zone",
     .name = "p3.shp",
     .make = traps_zone_3,
     .code = "crs_missing",
     .severity = "error",
     .says = "--crs EPSG:4528",
     .what = "crs",
     .because = "带号 40"},
    {.label = "three-degree zone, as the clerk was told",
     .name = "p3b.shp",
     .make = traps_zone_3,
     .crs = "EPSG:4528",
     .accepted = 1},
    {.label = "no .prj: six-degree zone",
     .name = "p4.shp",
     .make = traps_zone_6,
     .code = "crs_missing",
     .severity = "error",
     .says = "--crs EPSG:4498",
     .what = "crs",
     .because = "6 度带"},
    {.label = "no .prj: number of the zone left out",
     .name = "p5.shp",
     .make = traps_stripped,
     .code = "crs_missing",
     .severity = "error",
     .says = "--crs EPSG:4549",
     .what = "crs",
     .because = "带号被去掉"},
    {.label = "no .prj: northing first",
     .name = "p6.shp",
     .make = traps_northing_first,
     .code = "crs_missing",
     .severity = "error",
     .says = "--crs EPSG:4528 --axes yx"},
    {.label = "northing first, as the clerk was told",
     .name = "p6b.shp",
     .make = traps_northing_first,
     .crs = "EPSG:4528",
     .axes = "yx",
     .accepted = 1},
    {.label = "no .prj: a web map's Mercator",
     .name = "p7.shp",
     .make = traps_mercator,
     .code = "crs_missing",
     .severity = "error",
     .says = "--crs EPSG:3857",
     .what = "crs",
     .because = "墨卡托"},
    {.label = "GML names its system and puts latitude first",
     .name = "a.gml",
     .text = GML,
     .accepted = 1},
    {.label = "a system of another country that leads here",
     .name = "d0.shp",
     .make = traps_dutch,
     .place = EARTH,
     .accepted = 1,
     .code = "outside_province",
     .severity = "warning"},
    {.label = "projected numbers in GeoJSON",
     .name = "g.geojson",
     .text =
         FEATURES(FEATURE("", POLYGON("[[40461600,3375670],[40461700,3375670],[40461700,3375770],"
                                      "[40461600,3375670]]"))),
     .code = "out_of_bounds",
     .severity = "error",
     .what = "crs",
     .because = "带号 40",
     .option = "--crs EPSG:4528"},
    {.label = "Beijing 1954",
     .name = "d1.shp",
     .make = traps_beijing54,
     .code = "crs_unsupported",
     .severity = "error",
     .says = "--datum"},
    {.label = "Xian 1980",
     .name = "d2.shp",
     .make = traps_xian80,
     .code = "crs_unsupported",
     .severity = "error",
     .says = "1980 西安坐标系的转换参数不公开"},
    {.label = "Beijing 1954 in degrees",
     .name = "d1g.shp",
     .make = traps_beijing54_degrees,
     .code = "crs_unsupported",
     .severity = "error",
     .says = "--datum"},
    {.label = "Xian 1980 in degrees",
     .name = "d2g.shp",
     .make = traps_xian80_degrees,
     .code = "crs_unsupported",
     .severity = "error",
     .says = "--datum"},
    {.label = "parameters where none are needed",
     .name = "d3.shp",
     .make = traps_multi,
     .datum = "shift:1,2,3",
     .refused = "datum_needless"},
    {.label = "a datum with a ballpark guess only",
     .name = "d4.shp",
     .make = traps_ballpark,
     .place = EARTH,
     .code = "crs_unsupported",
     .severity = "error",
     .says = "只能粗略换算"},
    {.label = "a local system",
     .name = "d5.shp",
     .make = traps_local,
     .place = EARTH,
     .code = "crs_unsupported",
     .severity = "error",
     .says = "独立坐标系"},
    // Repairs, with the areas that both methods leave: half the cell; 1.5 and 1.75 cells; 0.64 and
    // 0.52 of it; the whole or nothing.
    {.label = "bow-tie",
     .name = "r1.geojson",
     .text = FEATURES(FEATURE("", POLYGON("[" P("00", "00") "," P("10", "10") "," P(
                                      "10", "00") "," P("00", "10") "," P("00", "00") "]"))),
     .code = "geometry_invalid",
     .severity = "error",
     .says = "两种修法结果一致，面积 7.98 亩"},
    {.label = "bow-tie, the reason and the place",
     .name = "r1a.geojson",
     .text = FEATURES(FEATURE("", POLYGON("[" P("00", "00") "," P("10", "10") "," P(
                                      "10", "00") "," P("00", "10") "," P("00", "00") "]"))),
     .code = "geometry_invalid",
     .severity = "error",
     .says = "边界自己和自己交叉（像“8”字），或两块互相重叠；请把交叉处的点移开，或把重叠的两块合并"
             "（东经 119.6005000，北纬 30.5005000）"},
    {.label = "bow-tie, repair accepted",
     .name = "r1b.geojson",
     .repair = "agree",
     .text = FEATURES(FEATURE("", POLYGON("[" P("00", "00") "," P("10", "10") "," P(
                                      "10", "00") "," P("00", "10") "," P("00", "00") "]"))),
     .accepted = 1,
     .code = "geometry_repaired",
     .severity = "warning",
     .says = "原图形留存"},
    {.label = "two parts over each other",
     .name = "r2.geojson",
     .text = FEATURES(
         FEATURE("", MULTI("[" BOX("00", "00", "10", "10") "],[" BOX("05", "05", "15", "15") "]"))),
     .code = "geometry_invalid",
     .severity = "error",
     .says = "连线法 23.95 亩，结构法 27.94 亩"},
    {.label = "a hole across the shell",
     .name = "r3.geojson",
     .text = FEATURES(
         FEATURE("", POLYGON(BOX("00", "00", "10", "10") "," BOX("02", "02", "12", "08")))),
     .code = "geometry_invalid",
     .severity = "error",
     .says = "连线法 10.22 亩，结构法 8.30 亩"},
    {.label = "the same ring twice",
     .name = "r4.geojson",
     .text = FEATURES(
         FEATURE("", POLYGON(BOX("00", "00", "10", "10") "," BOX("00", "00", "10", "10")))),
     .code = "geometry_invalid",
     .severity = "error",
     .says = "连线法 15.96 亩，结构法 不可行"},
    {.label = "a spike",
     .name = "r5.geojson",
     .text = FEATURES(
         FEATURE("", POLYGON("[" P("00", "00") "," P("10", "00") "," P("10", "10") "," P(
                         "15", "15") "," P("10", "10") "," P("00", "10") "," P("00", "00") "]"))),
     .code = "geometry_invalid",
     .severity = "error",
     .says = "15.96 亩"},
};

static void registry_make(struct fixture *f, int place)
{
    fixture_open(f);
    if (place == EARTH) {
        return;
    }
    // The same within a county's bounds.
    struct th_surroundings surroundings = fixture_surroundings();
    struct th_registry_create_options options = {.name = "County",
                                                 .admin_code = "330523",
                                                 .has_bounds = true,
                                                 .west_deg = 119.2,
                                                 .south_deg = 30.3,
                                                 .east_deg = 119.95,
                                                 .north_deg = 30.9};
    struct th_json *reply = NULL;
    struct th_error err = {0};
    th_registry_close(f->registry);
    th_test_path(f->path, f->folder, "county.tanhui");
    assert_ok(th_registry_create(f->path, &options, &surroundings, &reply, &err), &err);
    th_json_free(reply);
    f->registry = fixture_registry_open(f->path);
    static const char *const VILLAGES[][2] = {{FIXTURE_VILLAGE, "测试一村"},
                                              {FIXTURE_OTHER_VILLAGE, "测试二村"}};
    for (size_t i = 0; i < 2; i++) {
        assert_ok(th_village_add(f->registry, &f->request, VILLAGES[i][0], VILLAGES[i][1], "测试乡",
                                 &reply, &err),
                  &err);
        th_json_free(reply);
    }
}

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    assert_non_null(world);
    for (int i = 0; i < N_PLACES; i++) {
        registry_make(&world->places[i], i);
    }
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    for (int i = 0; i < N_PLACES; i++) {
        fixture_close(&world->places[i]);
    }
    free(world);
    return 0;
}

static bool holds(const char *text, const char *part)
{
    return part == NULL || strstr(text, part) != NULL;
}

static bool problem_told(const struct th_json *reply, const struct trap *trap)
{
    const struct th_json *problems = th_json_get(reply, "problems");
    for (size_t i = 0; i < th_json_size(problems); i++) {
        const struct th_json *problem = th_json_at(problems, i);
        char words[4096];
        snprintf(words, sizeof(words), "%s %s", th_json_get_text(problem, "message", ""),
                 th_json_get_text(problem, "hint", ""));
        if (strcmp(th_json_get_text(problem, "code", ""), trap->code) == 0 &&
            strcmp(th_json_get_text(problem, "severity", ""), trap->severity) == 0 &&
            holds(words, trap->says)) {
            return true;
        }
    }
    return false;
}

static bool evidence_holds(const struct th_json *evidence, const char *part)
{
    bool found = part == NULL;
    for (size_t i = 0; !found && i < th_json_size(evidence); i++) {
        found = holds(th_json_text(th_json_at(evidence, i)), part);
    }
    return found;
}

static bool detection_told(const struct th_json *reply, const struct trap *trap)
{
    const struct th_json *detections = th_json_get(reply, "detections");
    for (size_t i = 0; i < th_json_size(detections); i++) {
        const struct th_json *found = th_json_at(detections, i);
        if (strcmp(th_json_get_text(found, "what", ""), trap->what) == 0 &&
            (trap->choice == NULL ||
             strcmp(th_json_get_text(found, "choice", ""), trap->choice) == 0) &&
            evidence_holds(th_json_get(found, "evidence"), trap->because) &&
            holds(th_json_get_text(found, "option", ""), trap->option)) {
            return true;
        }
    }
    return false;
}

static void fail_with(const struct trap *trap, const char *what, const struct th_json *reply)
{
    struct th_error err = {0};
    char *text = NULL;
    assert_ok(th_json_dump(reply, TH_JSON_CANONICAL, &text, &err), &err);
    print_message("%s\n", text);
    free(text);
    fail_msg("%s: %s", trap->label, what);
}

static void spring(struct fixture *f, const struct trap *trap)
{
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_error err = {0};
    th_test_path(path, f->folder, trap->name);
    if (trap->make != NULL) {
        trap->make(path, f->folder);
    } else {
        fixture_file(f, path, trap->name, trap->text);
    }
    struct th_parcel_import_options options = fixture_options(f, path);
    options.lang = TH_LANG_ZH;
    options.crs = trap->crs;
    options.axes = trap->axes;
    options.datum = trap->datum;
    options.encoding = trap->encoding;
    options.repair = trap->repair;
    options.village = trap->no_village ? NULL : FIXTURE_VILLAGE;
    struct th_request request = f->request;
    request.dry_run = true; // each trap meets an empty registry
    enum th_status status = th_parcel_import(f->registry, &request, &options, &reply, &err);
    if (trap->refused != NULL) {
        assert_true(status != TH_OK);
        assert_string_equal(err.key, trap->refused);
        return;
    }
    assert_ok(status, &err);
    if (th_json_get_int(reply, "accepted", -1) != trap->accepted) {
        fail_with(trap, "accepted", reply);
    }
    if (trap->code != NULL && !problem_told(reply, trap)) {
        fail_with(trap, trap->code, reply);
    }
    if (trap->code == NULL && th_json_size(th_json_get(reply, "problems")) > 0 &&
        trap->what == NULL) {
        fail_with(trap, "nothing to be told", reply);
    }
    if (trap->what != NULL && !detection_told(reply, trap)) {
        fail_with(trap, trap->what, reply);
    }
    th_json_free(reply);
}

static void import__tells_the_clerk_of_each_trap(void **state)
{
    struct world *world = *state;
    for (size_t i = 0; i < sizeof(TRAPS) / sizeof(TRAPS[0]); i++) {
        print_message("  %s\n", TRAPS[i].label);
        spring(&world->places[TRAPS[i].place], &TRAPS[i]);
    }
}

// A web map's metre is no metre: at 30.5° its square covers (1 - e²) cos² φ / (1 - e² sin² φ)² of
// its area, 26 % less, which is computed outside of this program. Corners on a grid of a millimetre
// let the 86 m of a side err by that.
static void mercator__is_measured_on_the_ground(void **state)
{
    struct fixture *f = &((struct world *)*state)->places[COUNTY];
    char path[TH_TEST_PATH_SIZE];
    traps_mercator(th_test_path(path, f->folder, "web.shp"), f->folder);
    struct th_parcel_import_options options = fixture_options(f, path);
    options.crs = "EPSG:3857";
    f->request.dry_run = true;
    struct th_json *reply = fixture_import(f, &options);
    f->request.dry_run = false;
    assert_close(th_json_get_real(reply, "area_m2", 0), 7399.848, 4 * 86 * 0.0005);
    th_json_free(reply);
}

// --- Parameters, and a copy off a phone map -----------------------------------------------------

static int64_t first_id(const struct th_json *reply)
{
    return th_json_int_value(th_json_at(th_json_get(reply, "parcel_ids"), 0));
}

// The cell from 119.6, 30.5 on Krassowsky's ellipsoid, projected by Krüger's series, and carried
// over by a shift of -12.3, 141.7, 86.4 m through geocentric coordinates, both computed by hand
// outside of this program.
static void datum__parameters_of_the_user_lead_to_the_place(void **state)
{
    struct fixture *f = &((struct world *)*state)->places[COUNTY];
    static const double WANT[4] = {119.599382337, 30.500100933, 119.600382343, 30.501100913};
    char path[TH_TEST_PATH_SIZE];
    struct th_error err = {0};
    traps_beijing54(th_test_path(path, f->folder, "old.shp"), f->folder);
    struct th_parcel_import_options options = fixture_options(f, path);
    options.datum = "shift:-12.3,141.7,86.4";
    struct th_json *reply = fixture_import(f, &options);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    const char *operation = th_json_get_text(th_json_get(reply, "source"), "operation", "");
    assert_true(holds(operation, "-12.3") && holds(operation, "141.7"));
    struct th_json *shown = NULL;
    assert_ok(th_parcel_show(f->registry, first_id(reply), &shown, &err), &err);
    for (size_t i = 0; i < 4; i++) {
        assert_close(th_json_real_value(th_json_at(th_json_get(shown, "box"), i)), WANT[i], 3e-8);
    }
    th_json_free(shown);
    th_json_free(reply);
}

// The second shape is the first as GCJ-02 shows it, by the published formulas.
static void gcj02__a_copy_off_a_phone_map_is_named_with_the_option(void **state)
{
    struct fixture *f = &((struct world *)*state)->places[EARTH];
    static const char TRUE_SHAPE[] =
        FEATURE("\"number\":\"1\"", POLYGON("[[119.6,30.5],[119.6011,30.5002],[119.6009,30.5013],"
                                            "[119.5998,30.5009],[119.6,30.5]]"));
    static const char PHONE_SHAPE[] = FEATURE(
        "\"number\":\"2\"", POLYGON("[[119.60479820,30.49739643],[119.60589774,30.49759663],"
                                    "[119.60569791,30.49869694],[119.60459837,30.49829668],"
                                    "[119.60479820,30.49739643]]"));
    char path[TH_TEST_PATH_SIZE];
    fixture_geojson(f, path, "true.geojson", TRUE_SHAPE);
    struct th_parcel_import_options options = fixture_options(f, path);
    struct th_json *reply = fixture_import(f, &options);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    th_json_free(reply);
    fixture_geojson(f, path, "phone.geojson", PHONE_SHAPE);
    options.lang = TH_LANG_ZH;
    reply = fixture_import(f, &options);
    const struct trap trap = {
        .label = "phone", .code = "gcj02_suspected", .severity = "error", .says = "--offset gcj02"};
    if (th_json_get_int(reply, "accepted", -1) != 0 || !problem_told(reply, &trap)) {
        fail_with(&trap, trap.code, reply);
    }
    th_json_free(reply);
    options.offset = "gcj02";
    reply = fixture_import(f, &options);
    assert_int_equal(fixture_problems(reply, 1, "duplicate", "error"), 1);
    th_json_free(reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(import__tells_the_clerk_of_each_trap),
        cmocka_unit_test(mercator__is_measured_on_the_ground),
        cmocka_unit_test(datum__parameters_of_the_user_lead_to_the_place),
        cmocka_unit_test(gcj02__a_copy_off_a_phone_map_is_named_with_the_option),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
