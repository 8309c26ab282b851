// Text formats: GeoJSON, KML, GML, CSV, sheets.
#include <stdio.h>
#include <stdlib.h>

#include "tests/battery/battery.h"

enum { TEXT_LIMIT = 64 * 1024 * 1024 };

#define RING "[[119.6,30.5],[119.601,30.5],[119.601,30.501],[119.6,30.501],[119.6,30.5]]"
#define FEATURE(geometry)                                                                          \
    "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{},"       \
    "\"geometry\":" geometry "}]}"
#define POLYGON(rings) FEATURE("{\"type\":\"Polygon\",\"coordinates\":" rings "}")

// `head`, then `part` n times, then `tail`.
static char *repeat(const char *head, const char *part, size_t n, const char *tail,
                    size_t *ret_size)
{
    struct th_buf text;
    struct th_error err;
    th_buf_init(&text, TEXT_LIMIT);
    th_buf_append_str(&text, head);
    for (size_t i = 0; i < n; i++) {
        th_buf_append_str(&text, part);
    }
    th_buf_append_str(&text, tail);
    assert_ok(th_buf_check(&text, &err), &err);
    *ret_size = text.size;
    return th_buf_take(&text);
}

static void try_repeat(struct battery *b, const char *name, const char *label, const char *head,
                       const char *part, size_t n, const char *tail)
{
    size_t size = 0;
    char *text = repeat(head, part, n, tail, &size);
    battery_try_bytes(b, name, label, text, size);
    free(text);
}

static const struct {
    const char *label;
    const char *text;
} GEOJSON[] = {
    {"a bare array", "[{\"type\":\"Feature\"}]"},
    {"a bare number", "42"},
    {"a bare text", "\"FeatureCollection\""},
    {"null", "null"},
    {"white space", " \n\t "},
    {"an empty object", "{}"},
    {"no features", "{\"type\":\"FeatureCollection\",\"features\":[]}"},
    {"features null", "{\"type\":\"FeatureCollection\",\"features\":null}"},
    {"features that are numbers", "{\"type\":\"FeatureCollection\",\"features\":[1,2]}"},
    {"feature without geometry",
     "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\"}]}"},
    {"NaN", POLYGON("[[[NaN,30.5],[119.601,30.5],[119.601,30.501],[NaN,30.5]]]")},
    {"Infinity", POLYGON("[[[Infinity,30.5],[119.601,30.5],[119.601,30.501],[Infinity,30.5]]]")},
    {"1e308", POLYGON("[[[1e308,1e308],[-1e308,1e308],[-1e308,-1e308],[1e308,1e308]]]")},
    {"1e999", POLYGON("[[[1e999,30.5],[119.601,30.5],[119.601,30.501],[1e999,30.5]]]")},
    {"1e-320", POLYGON("[[[1e-320,1e-320],[2e-320,1e-320],[2e-320,2e-320],[1e-320,1e-320]]]")},
    {"coordinates as texts", POLYGON("[[[\"119\",\"30\"],[\"120\",\"30\"],[\"120\",\"31\"]]]")},
    {"coordinates as objects", POLYGON("{\"x\":1}")},
    {"coordinates missing", FEATURE("{\"type\":\"Polygon\"}")},
    {"coordinates empty", POLYGON("[]")},
    {"a ring empty", POLYGON("[[]]")},
    {"points empty", POLYGON("[[[],[],[],[]]]")},
    {"one number a point", POLYGON("[[[119],[120],[121],[119]]]")},
    {"ten numbers a point", POLYGON("[[[119.6,30.5,1,2,3,4,5,6,7,8],[119.7,30.5],[119.7,30.6]]]")},
    {"a ring of one point", POLYGON("[[[119.6,30.5]]]")},
    {"a ring of one place", POLYGON("[[[119.6,30.5],[119.6,30.5],[119.6,30.5],[119.6,30.5]]]")},
    {"another type", FEATURE("{\"type\":\"Blob\",\"coordinates\":[]}")},
    {"a type that is a number", FEATURE("{\"type\":3,\"coordinates\":[]}")},
    {"a geometry that is a text", FEATURE("\"POLYGON EMPTY\"")},
    {"a collection in itself", FEATURE("{\"type\":\"GeometryCollection\",\"geometries\":[{\"type\":"
                                       "\"GeometryCollection\",\"geometries\":[]}]}")},
    {"keys twice", FEATURE("{\"type\":\"Polygon\",\"type\":\"Point\",\"coordinates\":[" RING "]}")},
    {"a reference system to call for",
     "{\"type\":\"FeatureCollection\",\"crs\":{\"type\":\"link\",\"properties\":{\"href\":"
     "\"http://127.0.0.1:1/x\",\"type\":\"proj4\"}},\"features\":[]}"},
    {"a reference system that is none",
     "{\"type\":\"FeatureCollection\",\"crs\":{\"type\":\"name\",\"properties\":{\"name\":"
     "\"urn:ogc:def:crs:EPSG::99999999999\"}},\"features\":[]}"},
    {"broken UTF-8", FEATURE("{\"type\":\"Poly\xff\xfe\",\"coordinates\":[]}")},
    {"half a surrogate",
     "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{\"n\":"
     "\"\\ud800\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[" RING "]}}]}"},
    {"a NUL in a text",
     "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{\"n\":"
     "\"a\\u0000b\",\"number\":\"\\u0000\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":"
     "[" RING "]}}]}"},
    {"control signs in a name", "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":"
                                "\"Feature\",\"properties\":{\"\\u001b[2J\\n\":"
                                "\"\\u202e\",\"number\":\"\\u001b[31m\"},\"geometry\":{\"type\":"
                                "\"Polygon\",\"coordinates\":[" RING "]}}]}"},
    {"an id of 10^30", "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"id\":"
                       "1e30,\"properties\":{},"
                       "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[" RING "]}}]}"},
    {"a topology", "{\"type\":\"Topology\",\"arcs\":[[[0,0],[1,1]]],\"objects\":{\"a\":{\"type\":"
                   "\"Polygon\",\"arcs\":[[99999999]]}}}"},
    {"another vendor's JSON",
     "{\"geometryType\":\"esriGeometryPolygon\",\"features\":[{\"geometry\":"
     "{\"rings\":[[[1e400,1]]]}}],\"fields\":[]}"},
};

void battery_geojson(void **state)
{
    struct battery *b = *state;
    static const char unclosed[] = POLYGON("[[[119.61,30.5],[119.611,30.5],[119.611,30.501]]]");
    b->may_accept = true; // it is closed
    battery_try_bytes(b, "x.geojson", "a ring that does not close", unclosed, strlen(unclosed));
    b->may_accept = false;
    for (size_t i = 0; i < sizeof(GEOJSON) / sizeof(GEOJSON[0]); i++) {
        battery_try_bytes(b, "x.geojson", GEOJSON[i].label, GEOJSON[i].text,
                          strlen(GEOJSON[i].text));
    }
    try_repeat(b, "x.geojson", "10,000 brackets", "", "[", 10000, "");
    try_repeat(
        b, "x.geojson", "10,000 brackets of coordinates",
        "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{},"
        "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":",
        "[", 10000, "");
    try_repeat(b, "x.geojson", "10,000 objects", "", "{\"a\":", 10000, "1");
    try_repeat(
        b, "x.geojson", "1,000 collections",
        "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{},"
        "\"geometry\":",
        "{\"type\":\"GeometryCollection\",\"geometries\":[", 1000, "");
    try_repeat(b, "x.geojson", "a property of 8 MB",
               "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":"
               "{\"a\":\"",
               "aaaaaaaaaaaaaaaa", 500000,
               "\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[" RING "]}}]}");
    try_repeat(
        b, "x.geojson", "250,000 vertices",
        "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{},"
        "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[119.6,30.5]",
        ",[119.61,30.5],[119.61,30.51]", 125000, "]]}}]}");
    try_repeat(
        b, "x.geojson", "100,000 empty rings",
        "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{},"
        "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[]",
        ",[]", 100000, "]}}]}");
    try_repeat(
        b, "x.geojson", "50,000 parcels of the same ground",
        "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{},"
        "\"geometry\":null}",
        ",{\"type\":\"Feature\",\"properties\":{},\"geometry\":null}", 50000, "]}");
    try_repeat(b, "x.geojsons", "texts of a sequence that are none", "", "\x1e{]\n", 1000, "");
    static const char nuls[4096];
    battery_try_bytes(b, "x.geojson", "nothing but NUL", nuls, sizeof(nuls));
    b->lang = "zh";
    battery_try_text(b, "x.geojson", "[]");
    battery_try_text(b, "x.geojson", "{\"type\":");
    b->lang = "en";
    battery_end(b);
}

#define KML_HEAD "<kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document>"
#define KML_MARK(ring)                                                                             \
    "<Placemark><Polygon><outerBoundaryIs><LinearRing><coordinates>" ring                          \
    "</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
#define KML_TAIL "</Document></kml>"
#define GML_HEAD                                                                                   \
    "<ogr:FeatureCollection xmlns:ogr=\"http://ogr.maptools.org/\" "                               \
    "xmlns:gml=\"http://www.opengis.net/gml\" "                                                    \
    "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "                                     \
    "xmlns:xlink=\"http://www.w3.org/1999/xlink\""
#define GML_MEMBER(inside)                                                                         \
    "<gml:featureMember><ogr:a><ogr:number>" inside                                                \
    "</ogr:number><ogr:geometryProperty><gml:Polygon srsName=\"EPSG:4490\"><gml:outerBoundaryIs>"  \
    "<gml:LinearRing><gml:coordinates>119.6,30.5 119.601,30.5 119.601,30.501 119.6,30.5"           \
    "</gml:coordinates></gml:LinearRing></gml:outerBoundaryIs></gml:Polygon>"                      \
    "</ogr:geometryProperty></ogr:a></gml:featureMember>"
#define GML_TAIL "</ogr:FeatureCollection>"
#define BILLION                                                                                    \
    "<!DOCTYPE x [<!ENTITY a \"laugh\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">"             \
    "<!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;\">" \
    "<!ENTITY e \"&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;\"><!ENTITY f \"&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;\">" \
    "<!ENTITY g \"&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;\"><!ENTITY h "                                    \
    "\"&g;&g;&g;&g;&g;&g;&g;&g;&g;&g;\">]>"

static const struct {
    const char *name;
    const char *label;
    const char *text; // {secret} is the path of the secret, {port} that where nobody may call
} XML[] = {
    {"x.kml", "a file as an entity",
     "<!DOCTYPE kml [<!ENTITY e SYSTEM \"file://{secret}\">]>" KML_HEAD
     "<Placemark><name>&e;</name></Placemark>" KML_TAIL},
    {"x.kml", "a passwd as an entity",
     "<!DOCTYPE kml [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>" KML_HEAD
     "<Placemark><name>&e;</name>"
     "<Polygon><outerBoundaryIs><LinearRing><coordinates>119.62,30.5 119.621,30.5 119.621,30.501 "
     "119.62,30.5</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>" KML_TAIL},
    {"x.kml", "a definition from the network",
     "<!DOCTYPE kml SYSTEM \"http://127.0.0.1:{port}/x.dtd\">" KML_HEAD KML_TAIL},
    {"x.kml", "a billion laughs",
     BILLION KML_HEAD "<Placemark><name>&h;</name></Placemark>" KML_TAIL},
    {"x.kml", "a link to the network",
     KML_HEAD
     "<NetworkLink><Link><href>http://127.0.0.1:{port}/x.kml</href></Link></NetworkLink>" KML_TAIL},
    {"x.kml", "a link to a file",
     KML_HEAD "<NetworkLink><Link><href>{secret}</href></Link></NetworkLink>" KML_TAIL},
    {"x.kml", "a style from the network",
     KML_HEAD
     "<Placemark><styleUrl>http://127.0.0.1:{port}/x.kml#a</styleUrl></Placemark>" KML_TAIL},
    {"x.kml", "no coordinates", KML_HEAD KML_MARK("") KML_TAIL},
    {"x.kml", "coordinates without commas", KML_HEAD KML_MARK("119.6 30.5 119.7 30.5") KML_TAIL},
    {"x.kml", "coordinates not a number",
     KML_HEAD KML_MARK("nan,nan nan,nan nan,nan nan,nan") KML_TAIL},
    {"x.kml", "coordinates of 1e308",
     KML_HEAD KML_MARK("1e308,1e308 -1e308,0 0,0 1e308,1e308") KML_TAIL},
    {"x.kml", "no name space", "<kml><Document>" KML_MARK("119,30 120,30 120,31 119,30") KML_TAIL},
    {"x.kml", "an element that does not end", KML_HEAD "<Placemark><Polygon>"},
    {"x.kml", "another encoding than declared",
     "<?xml version=\"1.0\" encoding=\"UTF-16\"?>" KML_HEAD KML_TAIL},
    {"x.kml", "an encoding that is none",
     "<?xml version=\"1.0\" encoding=\"no-such\"?>" KML_HEAD KML_TAIL},
    {"x.kml", "nothing but a declaration", "<?xml version=\"1.0\"?>"},
    {"x.gml", "a file as an entity",
     "<!DOCTYPE x [<!ENTITY e SYSTEM \"file://{secret}\">]>" GML_HEAD ">" GML_MEMBER("&e;")
         GML_TAIL},
    {"x.gml", "a passwd as an entity",
     "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>" GML_HEAD ">" GML_MEMBER("&e;")
         GML_TAIL},
    {"x.gml", "a parameter entity from the network",
     "<!DOCTYPE x [<!ENTITY % p SYSTEM \"http://127.0.0.1:{port}/p\">%p;]>" GML_HEAD
     ">" GML_MEMBER("1") GML_TAIL},
    {"x.gml", "a billion laughs", BILLION GML_HEAD ">" GML_MEMBER("&h;") GML_TAIL},
    {"x.gml", "a schema from a file",
     GML_HEAD " xsi:schemaLocation=\"http://ogr.maptools.org/ file:///etc/passwd\">" GML_MEMBER("1")
         GML_TAIL},
    {"x.gml", "a schema from the network",
     GML_HEAD
     " xsi:schemaLocation=\"http://ogr.maptools.org/ http://127.0.0.1:{port}/x.xsd\">" GML_MEMBER(
         "1") GML_TAIL},
    {"x.gml", "a link from the network",
     GML_HEAD "><gml:featureMember xlink:href=\"http://127.0.0.1:{port}/x#a\"/>" GML_TAIL},
    {"x.gml", "a member without an end", GML_HEAD "><gml:featureMember><ogr:a><ogr:number>"},
    {"x.svg", "another kind of XML",
     "<svg xmlns=\"http://www.w3.org/2000/svg\"><path d=\"M0 0\"/></svg>"},
};

static void try_template(struct battery *b, const char *name, const char *label, const char *text)
{
    char secret[TH_TEST_PATH_SIZE];
    struct th_buf out;
    th_test_path(secret, b->folder, "secret.txt");
    th_buf_init(&out, TEXT_LIMIT);
    while (*text != '\0') {
        if (strncmp(text, "{secret}", 8) == 0) {
            th_buf_append_str(&out, secret);
            text += 8;
        } else if (strncmp(text, "{port}", 6) == 0) {
            th_buf_append_str(&out, b->port);
            text += 6;
        } else {
            th_buf_append_char(&out, *text++);
        }
    }
    battery_try_bytes(b, name, label, out.data, out.size);
    th_buf_clear(&out);
}

void battery_xml(void **state)
{
    struct battery *b = *state;
    for (size_t i = 0; i < sizeof(XML) / sizeof(XML[0]); i++) {
        try_template(b, XML[i].name, XML[i].label, XML[i].text);
    }
    try_repeat(b, "x.kml", "10,000 folders", "<kml xmlns=\"http://www.opengis.net/kml/2.2\">",
               "<Folder>", 10000, "");
    try_repeat(b, "x.kml", "2,000 folders that end", KML_HEAD, "<Folder><name>f</name></Folder>",
               2000, KML_TAIL);
    try_repeat(b, "x.kml", "5,000 collections in each other", KML_HEAD "<Placemark>",
               "<MultiGeometry>", 5000, "");
    try_repeat(b, "x.gml", "10,000 elements in each other", GML_HEAD ">", "<ogr:a>", 10000, "");
    try_repeat(b, "x.gml", "100,000 attributes", "<ogr:FeatureCollection", " a=\"1\"", 100000, ">");
    battery_end(b);
}

static const struct {
    const char *name;
    const char *label;
    const char *text;
} TABLES[] = {
    {"x.csv", "a heading alone", "number,WKT\n"},
    {"x.csv", "no shape at all", "number,name\n1,a\n"},
    {"x.csv", "a quote that does not close", "number,WKT\n1,\"POLYGON((0 0\n"},
    {"x.csv", "WKT that is none", "number,WKT\n1,POLYGUN((0 0))\n"},
    {"x.csv", "WKT not a number", "number,WKT\n1,\"POLYGON((nan nan,1 1,2 2,nan nan))\"\n"},
    {"x.csv", "WKT of 1e308", "number,WKT\n1,\"POLYGON((1e308 0,1e308 1,0 1,1e308 0))\"\n"},
    {"x.csv", "WKT that does not close", "number,WKT\n1,\"POLYGON((119 30,120 30,120 31))\"\n"},
    {"x.csv", "a curve",
     "number,WKT\n1,\"CURVEPOLYGON(CIRCULARSTRING(119 30,120 31,121 30,120 29,119 30))\"\n"},
    {"x.csv", "an empty polygon", "number,WKT\n1,POLYGON EMPTY\n"},
    {"x.csv", "more cells than headings", "number,WKT\n1,2,3,4,5,6\n"},
    {"x.csv", "corners without an order", "number,x,y\n1,119.6,30.5\n1,119.7,30.5\n"},
    {"x.csv", "corners that are no numbers", "number,point,x,y\n1,1,a,b\n1,2,c,d\n1,3,e,f\n"},
    {"x.csv", "a number of 400 digits",
     "number,point,x,y\n1,1,"
     "111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111"
     "1111111111111111111111111111111,30\n"},
    {"x.csv", "corners infinitely far", "number,point,x,y\n1,1,inf,30\n1,2,-inf,31\n1,3,119,nan\n"},
    {"x.csv", "headings that are the same", "number,number,WKT,WKT\n1,2,POINT(0 0),POINT(1 1)\n"},
    {"x.csv", "a byte order mark alone", "\xef\xbb\xbf"},
    {"x.csv", "UTF-16", "\xff\xfen\x01u\x01m\x01"},
    {"x.csv", "broken UTF-8", "number,WKT\n\xe4\xb8,\xff\xfe\n"},
    {"x.csv", "half of a GB18030 sign", "\xbf\xed,WKT\n\x81\x30\x81,\x84\n"},
    {"x.dxf", "a section that does not end", "0\nSECTION\n2\nENTITIES\n0\nLWPOLYLINE\n"},
    {"x.dxf", "a block in itself",
     "0\nSECTION\n2\nBLOCKS\n0\nBLOCK\n2\nA\n0\nINSERT\n2\nA\n0\nENDBLK\n0\nENDSEC\n0\nSECTION\n2\n"
     "ENTITIES\n0\nINSERT\n2\nA\n0\nENDSEC\n0\nEOF\n"},
    {"x.dxf", "a code of 10^20", "100000000000000000000\nSECTION\n"},
    {"x.dxf", "a line of 2^31 vertices",
     "0\nSECTION\n2\nENTITIES\n0\nLWPOLYLINE\n90\n2147483647\n70\n1\n10\n1\n20\n1\n0\nENDSEC\n0\nEO"
     "F\n"},
    {"x.dxf", "an end alone", "0\nEOF\n"},
    {"x.tab", "a table without its files",
     "!table\n!version 300\nDefinition Table\n  Type NATIVE Charset \"Neutral\"\n  Fields 1\n    a "
     "Char (10) ;\n"},
    {"x.mif", "an interchange file without its data",
     "Version 300\nCharset \"Neutral\"\nColumns 1\n a Char(10)\nData\nRegion 1\n 2147483647\n"},
};

void battery_tables(void **state)
{
    struct battery *b = *state;
    static const char with_nul[] = "number,WKT\n1\0a,POLYGON\0EMPTY\n";
    static const char formula[] =
        "number,WKT\n=cmd|' /C calc'!A0,\"POLYGON((119.63 30.5,119.631 30.5,119.631 30.501,119.63 "
        "30.5))\"\n";
    b->may_accept = true; // a text that looks like a formula is a text
    battery_try_bytes(b, "x.csv", "a formula", formula, strlen(formula));
    b->may_accept = false;
    for (size_t i = 0; i < sizeof(TABLES) / sizeof(TABLES[0]); i++) {
        battery_try_bytes(b, TABLES[i].name, TABLES[i].label, TABLES[i].text,
                          strlen(TABLES[i].text));
    }
    battery_try_bytes(b, "x.csv", "NUL bytes", with_nul, sizeof(with_nul) - 1);
    try_repeat(b, "x.csv", "200,000 columns", "number", ",a", 200000, "\n1\n");
    try_repeat(b, "x.csv", "a line of 16 MB", "number,WKT\n1,\"", "0123456789abcdef", 1000000,
               "\"\n");
    try_repeat(b, "x.csv", "WKT in 10,000 brackets", "number,WKT\n1,\"GEOMETRYCOLLECTION(",
               "GEOMETRYCOLLECTION(", 10000, "\"\n");
    try_repeat(b, "x.csv", "a parcel of 300,000 corners", "number,point,x,y\n", "1,1,119.6,30.5\n",
               300000, "");
    try_repeat(b, "x.csv", "100,000 quotes", "number,WKT\n", "\"", 100001, "\n");
    battery_end(b);
}
