#include "tests/integration/traps_files.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <gdal.h>
#include <ogr_api.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/file.h"
#include "tests/integration/formats_fixture.h"

static OGRLayerH layer_make(const char *driver, const char *path, OGRSpatialReferenceH crs,
                            OGRwkbGeometryType type, const char *field, GDALDatasetH *ret_dataset)
{
    char *raw[] = {(char[]){"ENCODING="}, NULL};
    bool shapefile = strcmp(driver, "ESRI Shapefile") == 0;
    GDALAllRegister();
    *ret_dataset = GDALCreate(GDALGetDriverByName(driver), path, 0, 0, 0, GDT_Unknown, NULL);
    assert_non_null(*ret_dataset);
    OGRLayerH layer = GDALDatasetCreateLayer(*ret_dataset, "x", crs, type, shapefile ? raw : NULL);
    assert_non_null(layer);
    OGRFieldDefnH definition = OGR_Fld_Create(field, OFTString);
    OGR_Fld_SetWidth(definition, 20);
    assert_int_equal(OGR_L_CreateField(layer, definition, 0), OGRERR_NONE);
    OGR_Fld_Destroy(definition);
    return layer;
}

static void row_add(OGRLayerH layer, const char *wkt, const char *value)
{
    char text[1024];
    char *at = text;
    OGRGeometryH shape = NULL;
    OGRFeatureH feature = OGR_F_Create(OGR_L_GetLayerDefn(layer));
    snprintf(text, sizeof(text), "%s", wkt);
    assert_int_equal(OGR_G_CreateFromWkt(&at, NULL, &shape), OGRERR_NONE);
    assert_int_equal(OGR_F_SetGeometryDirectly(feature, shape), OGRERR_NONE);
    OGR_F_SetFieldString(feature, 0, value);
    assert_int_equal(OGR_L_CreateFeature(layer, feature), OGRERR_NONE);
    OGR_F_Destroy(feature);
}

OGRSpatialReferenceH traps_system(int epsg)
{
    OGRSpatialReferenceH crs = OSRNewSpatialReference(NULL);
    assert_int_equal(OSRImportFromEPSG(crs, epsg), OGRERR_NONE);
    OSRSetAxisMappingStrategy(crs, OAMS_TRADITIONAL_GIS_ORDER);
    return crs;
}

void traps_shapefile(const char *path, OGRSpatialReferenceH crs, const char *wkt, const char *value)
{
    GDALDatasetH dataset;
    OGRLayerH layer = layer_make("ESRI Shapefile", path, crs, wkbPolygon, "number", &dataset);
    row_add(layer, wkt, value);
    GDALClose(dataset);
}

// A square of 100 m from its lower left corner, in the order of `swapped`.
const char *traps_square(char text[256], double x, double y, bool swapped)
{
    static const double AT[][2] = {{0, 0}, {100, 0}, {100, 100}, {0, 100}, {0, 0}};
    int used = snprintf(text, 256, "POLYGON ((");
    for (size_t i = 0; i < 5; i++) {
        double east = x + AT[i][0];
        double north = y + AT[i][1];
        used += snprintf(text + used, 256 - (size_t)used, "%s%.3f %.3f", i == 0 ? "" : ",",
                         swapped ? north : east, swapped ? east : north);
    }
    snprintf(text + used, 256 - (size_t)used, "))");
    return text;
}

static void metres(const char *path, double x, double y, bool swapped)
{
    char wkt[256];
    traps_shapefile(path, NULL, traps_square(wkt, x, y, swapped), "1");
}

void traps_degrees(const char *path, const char *folder)
{
    (void)folder;
    traps_shapefile(path, NULL, "POLYGON ((119.6 30.5,119.601 30.5,119.601 30.501,119.6 30.5))",
                    "1");
}

void traps_broken_off(const char *path, const char *folder)
{
    struct stat facts;
    traps_degrees(path, folder);
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(truncate(path, facts.st_size - 20), 0);
}

void traps_swapped_degrees(const char *path, const char *folder)
{
    (void)folder;
    traps_shapefile(path, NULL, "POLYGON ((30.5 119.6,30.5 119.601,30.501 119.601,30.5 119.6))",
                    "1");
}

void traps_zone_3(const char *path, const char *folder)
{
    (void)folder;
    metres(path, 40461600, 3375670, false);
}

void traps_zone_6(const char *path, const char *folder)
{
    (void)folder;
    metres(path, 20749600, 3378000, false);
}

void traps_stripped(const char *path, const char *folder)
{
    (void)folder;
    metres(path, 461600, 3375670, false);
}

void traps_northing_first(const char *path, const char *folder)
{
    (void)folder;
    metres(path, 40461600, 3375670, true);
}

void traps_mercator(const char *path, const char *folder)
{
    (void)folder;
    metres(path, 13313811.098875517 - 50, 3567983.4559358195 - 50, false);
}

// A square of 100 m in this system.
static void metres_of(const char *path, int epsg, double x, double y)
{
    char wkt[256];
    OGRSpatialReferenceH crs = traps_system(epsg);
    traps_shapefile(path, crs, traps_square(wkt, x, y, false), "1");
    OSRDestroySpatialReference(crs);
}

void traps_dutch(const char *path, const char *folder)
{
    (void)folder;
    metres_of(path, 28992, 155000, 463000);
}

static void degrees_of(const char *path, int epsg)
{
    OGRSpatialReferenceH crs = traps_system(epsg);
    traps_shapefile(path, crs, "POLYGON ((119.6 30.5,119.601 30.5,119.601 30.501,119.6 30.5))",
                    "1");
    OSRDestroySpatialReference(crs);
}

void traps_beijing54_degrees(const char *path, const char *folder)
{
    (void)folder;
    degrees_of(path, 4214);
}

void traps_xian80_degrees(const char *path, const char *folder)
{
    (void)folder;
    degrees_of(path, 4610);
}

void traps_multi(const char *path, const char *folder)
{
    OGRSpatialReferenceH crs = traps_system(4490);
    (void)folder;
    traps_shapefile(path, crs,
                    "MULTIPOLYGON (((119.6 30.5,119.601 30.5,119.601 30.501,119.6 30.5)),"
                    "((119.61 30.5,119.611 30.5,119.611 30.501,119.61 30.5)))",
                    "1");
    OSRDestroySpatialReference(crs);
}

void traps_local(const char *path, const char *folder)
{
    char wkt[256];
    OGRSpatialReferenceH crs = OSRNewSpatialReference("LOCAL_CS[\"某县独立坐标系\","
                                                      "UNIT[\"metre\",1]]");
    (void)folder;
    traps_shapefile(path, crs, traps_square(wkt, 5000, 3000, false), "1");
    OSRDestroySpatialReference(crs);
}

void traps_ballpark(const char *path, const char *folder)
{
    (void)folder;
    degrees_of(path, 4267); // NAD27: nothing leads from it in China
}

void traps_beijing54(const char *path, const char *folder)
{
    OGRSpatialReferenceH crs = traps_system(2416);
    (void)folder;
    traps_shapefile(path, crs,
                    "POLYGON ((40461599.6312 3375669.7460,40461695.6329 3375669.4062,"
                    "40461696.0248 3375780.2704,40461600.0241 3375780.6101,"
                    "40461599.6312 3375669.7460))",
                    "1");
    OSRDestroySpatialReference(crs);
}

void traps_xian80(const char *path, const char *folder)
{
    (void)folder;
    metres_of(path, 2364, 40461600, 3375670);
}

static void gpkg_of(const char *path, OGRwkbGeometryType type, const char *wkt)
{
    GDALDatasetH dataset;
    OGRSpatialReferenceH crs = traps_system(4490);
    OGRLayerH layer = layer_make("GPKG", path, crs, type, "number", &dataset);
    row_add(layer, wkt, "1");
    GDALClose(dataset);
    OSRDestroySpatialReference(crs);
}

void traps_unknown_type(const char *path, const char *folder)
{
    (void)folder;
    gpkg_of(path, wkbUnknown,
            "POLYGON Z ((119.6 30.5 7,119.601 30.5 7,119.601 30.501 7,"
            "119.6 30.5 7))");
}

void traps_curve(const char *path, const char *folder)
{
    (void)folder;
    gpkg_of(path, wkbCurvePolygon,
            "CURVEPOLYGON (COMPOUNDCURVE (CIRCULARSTRING (119.6 30.5,119.6005 30.5005,119.601 30.5)"
            ",(119.601 30.5,119.6 30.5)))");
}

// A field whose name a shapefile has cut behind ten bytes, here inside the last character of
// 合同面积; 15.96 mu are the cell.
void traps_cut_name(const char *path, const char *folder)
{
    static const char NAME[11] = "\xe5\x90\x88\xe5\x90\x8c\xe9\x9d\xa2\xe7";
    char side[TH_TEST_PATH_SIZE];
    OGRSpatialReferenceH crs = traps_system(4490);
    traps_shapefile(path, crs,
                    "POLYGON ((119.6 30.5,119.601 30.5,119.601 30.501,119.6 30.501,119.6 30.5))",
                    "15.96");
    OSRDestroySpatialReference(crs);
    FILE *file = fopen(th_test_path(side, folder, "x.dbf"), "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, 32, SEEK_SET), 0);
    assert_int_equal(fwrite(NAME, 1, sizeof(NAME), file), sizeof(NAME));
    assert_int_equal(fclose(file), 0);
}

static void gbk_write(const char *path, const char *text)
{
    struct th_error err = {0};
    char *gbk = CPLRecode(text, "UTF-8", "GBK");
    assert_ok(th_file_write(path, gbk, strlen(gbk), &err), &err);
    CPLFree(gbk);
}

void traps_excel_csv(const char *path, const char *folder)
{
    (void)folder;
    gbk_write(path, "小班号,行政村,图形\r\n1,测试二村," CELL_WKT "\r\n");
}

void traps_gbk_zip(const char *path, const char *folder)
{
    static const char *const PARTS[] = {"shp", "shx", "dbf", "prj"};
    char inner[TH_TEST_PATH_SIZE];
    char name[64];
    traps_multi(th_test_path(inner, folder, "y.shp"), folder);
    (void)unlink(path);
    CPLSetConfigOption("CPL_ZIP_ENCODING", "GBK");
    for (size_t i = 0; i < 4; i++) {
        snprintf(name, sizeof(name), "y.%s", PARTS[i]);
        th_test_path(inner, folder, name);
        snprintf(name, sizeof(name), "外业/2024/地块.%s", PARTS[i]);
        formats_zip_add_file(path, name, inner);
    }
    CPLSetConfigOption("CPL_ZIP_ENCODING", NULL);
}

#define S(cell, text) "<c r=\"" cell "\" t=\"inlineStr\"><is><t>" text "</t></is></c>"
#define N(cell, number) "<c r=\"" cell "\"><v>" number "</v></c>"

// XIANG 001 and CUN 202 as Excel keeps them: 1 and 202.
void traps_excel_codes(const char *path, const char *folder)
{
    static const char *const NAMES[] = {"表"};
    static const char *const ROWS[] = {
        "<row r=\"1\">" S("A1", "XIAN") S("B1", "XIANG") S("C1", "CUN") S("D1", "XIAO_BAN")
            S("E1", "WKT") "</row><row r=\"2\">" N("A2", "330523") N("B2", "1") N("C2", "202")
                N("D2", "7") S(
                    "E2", "POLYGON ((119.6 30.5,119.601 30.5,119.601 30.501,119.6 30.5))") "</"
                                                                                           "row>"};
    (void)folder;
    (void)unlink(path);
    formats_workbook_write(path, NAMES, ROWS, 1);
}
