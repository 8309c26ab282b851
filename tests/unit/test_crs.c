#include "gis/crs.h"

#include <math.h>
#include <stdio.h>

#include "tests/support/support.h"
#include "tests/unit/shapes.h"

#define GCS(name, datum, spheroid)                                                                 \
    "GEOGCS[\"" name "\",DATUM[\"" datum "\",SPHEROID[" spheroid "]],PRIMEM[\"Greenwich\",0.0],"   \
    "UNIT[\"Degree\",0.0174532925199433]]"
#define GCS_2000                                                                                   \
    GCS("GCS_China_Geodetic_Coordinate_System_2000", "D_China_2000",                               \
        "\"CGCS2000\",6378137.0,298.257222101")
#define GCS_84 GCS("GCS_WGS_1984", "D_WGS_1984", "\"WGS_1984\",6378137.0,298.257223563")
#define GAUSS(name, base, easting, meridian)                                                       \
    "PROJCS[\"" name "\"," base                                                                    \
    ",PROJECTION[\"Gauss_Kruger\"],PARAMETER[\"False_Easting\"," easting                           \
    "],PARAMETER[\"False_Northing\",0.0],PARAMETER[\"Central_Meridian\"," meridian                 \
    "],PARAMETER[\"Scale_Factor\",1.0],PARAMETER[\"Latitude_Of_Origin\",0.0],UNIT[\"Meter\",1.0]]"

// Gauss-Krüger coordinates by Krüger's series to the fifth order, computed apart; Web Mercator by
// its definition x = R λ, y = R ln tan(π/4 + φ/2); RD New: the point of Amersfoort, known in both
// systems.
static const struct {
    const char *definition;
    const char *code;
    double x, y;
    double lon, lat;
    double tolerance_deg;
} places[] = {
    {"EPSG:4490", "EPSG:4490", 119.68, 30.63, 119.68, 30.63, 0},
    {"EPSG:4326", "EPSG:4326", 119.68, 30.63, 119.68, 30.63, 0},
    {"EPSG:4480", "EPSG:4480", 119.68, 30.63, 119.68, 30.63, 1e-12},
    {GCS_2000, "EPSG:4490", 119.68, 30.63, 119.68, 30.63, 0},
    {"EPSG:4549", "EPSG:4549", 469321.1974777346, 3389997.444501034, 119.68, 30.63, 1e-11},
    {"EPSG:4528", "EPSG:4528", 40469321.1974777346, 3389997.444501034, 119.68, 30.63, 1e-11},
    {GAUSS("CGCS2000_3_Degree_GK_CM_120E", GCS_2000, "500000.0", "120.0"), "EPSG:4549",
     461600.2766947819, 3375609.7641522554, 119.6, 30.5, 1e-11},
    {GAUSS("CGCS2000_3_Degree_GK_Zone_40", GCS_2000, "40500000.0", "120.0"), "EPSG:4528",
     40461600.2766947819, 3375609.7641522554, 119.6, 30.5, 1e-11},
    // A meridian that no register lists, on a datum that is known.
    {GAUSS("Anji local", GCS_2000, "500000.0", "119.5"), "", 500000, 0, 119.5, 0, 1e-11},
    {"EPSG:3857", "EPSG:3857", 13313811.098875517, 3567983.4559358195, 119.6, 30.5, 1e-11},
    {"EPSG:28992", "EPSG:28992", 155000, 463000, 5.38720621, 52.15517440, 2e-5},
    {"OGC:CRS84", "", 119.68, 30.63, 119.68, 30.63, 0},
};

static void transform__known_places(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        struct th_error err = {0};
        struct th_crs_transform *transform = NULL;
        print_message("  %.40s\n", places[i].definition);
        struct th_box extent = {places[i].x, places[i].y, places[i].x, places[i].y};
        for (int with_extent = 0; with_extent < 2; with_extent++) {
            struct th_geometry shape =
                th_test_box(places[i].x, places[i].y, places[i].x, places[i].y);
            assert_ok(th_crs_transform_new(places[i].definition, with_extent ? &extent : NULL,
                                           &transform, &err),
                      &err);
            assert_string_equal(th_crs_transform_code(transform), places[i].code);
            assert_ok(th_crs_transform_apply(transform, &shape, &err), &err);
            assert_close(shape.points[0].x, places[i].lon, places[i].tolerance_deg);
            assert_close(shape.points[4].y, places[i].lat, places[i].tolerance_deg);
            assert_true(strlen(th_crs_transform_operation(transform)) > 0);
            th_geometry_clear(&shape);
            th_crs_transform_free(transform);
        }
    }
}

static const struct {
    const char *definition;
    const char *reason;
} refusals[] = {
    {"EPSG:4214", "@crs.beijing54"},
    {"EPSG:21420", "@crs.beijing54"},
    {"EPSG:2437", "@crs.beijing54"},
    {GCS("GCS_Beijing_1954", "D_Beijing_1954", "\"Krasovsky_1940\",6378245.0,298.3"),
     "@crs.beijing54"},
    {GAUSS("Beijing_1954_3_Degree_GK_CM_120E",
           GCS("GCS_Beijing_1954", "D_Beijing_1954", "\"Krasovsky_1940\",6378245.0,298.3"),
           "500000.0", "120.0"),
     "@crs.beijing54"},
    {GAUSS("village", GCS("Beijing 54", "unnamed", "\"Krasovsky_1940\",6378245.0,298.3"),
           "500000.0", "119.8"),
     "@crs.beijing54"},
    {"EPSG:4610", "@crs.xian80"},
    {"EPSG:2364", "@crs.xian80"},
    {"EPSG:2385", "@crs.xian80"},
    {GAUSS("Xian_1980_3_Degree_GK_Zone_40",
           GCS("GCS_Xian_1980", "D_Xian_1980", "\"Xian_1980\",6378140.0,298.257"), "40500000.0",
           "120.0"),
     "@crs.xian80"},
    {"EPSG:4555", "@crs.ballpark"}, // New Beijing
    {GCS("GCS_Unknown", "D_Unknown", "\"Clarke_1866\",6378206.4,294.978698213898"), "@crs.unknown"},
    {GCS("GCS_unknown", "D_Unknown_based_on_WGS84_ellipsoid",
         "\"WGS_1984\",6378137.0,298.257223563"),
     "@crs.unknown"},
    // The name of CGCS2000 on another ellipsoid.
    {GCS("CGCS2000", "CGCS2000", "\"Krasovsky_1940\",6378245.0,298.3"), "@crs.unknown"},
    {"+proj=utm +zone=50 +ellps=GRS80 +type=crs", "@crs.unknown"},
    {"LOCAL_CS[\"site\",UNIT[\"m\",1]]", "@crs.engineering"},
    {"ENGCRS[\"Undefined Cartesian SRS\",EDATUM[\"\"],CS[Cartesian,2],AXIS[\"(E)\",east,ORDER[1]],"
     "AXIS[\"(N)\",north,ORDER[2]],LENGTHUNIT[\"metre\",1]]",
     "@crs.engineering"},
    {"EPSG:4978", "@crs.not_horizontal"},
    {"EPSG:5773", "@crs.not_horizontal"},
    {"Xian 1980", "@crs.unknown"}, // a word is no definition
    {"EPSG:99999", "@crs.unknown"},
    {"GEOGCS[\"broken", "@crs.unknown"},
};

static void transform__shifts_nobody_knows_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        struct th_error err = {0};
        struct th_crs_transform *transform = NULL;
        print_message("  %.60s\n", refusals[i].definition);
        assert_status(th_crs_transform_new(refusals[i].definition, NULL, &transform, &err),
                      TH_DATA_PROBLEM, &err);
        assert_string_equal(err.key, "crs_unsupported");
        assert_string_equal(th_error_arg_get(&err, "reason"), refusals[i].reason);
        assert_true(strlen(th_error_arg_get(&err, "crs")) > 0);
        assert_null(transform);
    }
}

static void transform__nothing_declared_is_told(void **state)
{
    (void)state;
    const char *const nothing[] = {NULL, ""};
    for (size_t i = 0; i < 2; i++) {
        struct th_error err = {0};
        struct th_crs_transform *transform = NULL;
        assert_status(th_crs_transform_new(nothing[i], NULL, &transform, &err), TH_DATA_PROBLEM,
                      &err);
        assert_string_equal(err.key, "crs_missing");
    }
}

static void apply__numbers_outside_the_system_are_refused_and_nothing_changes(void **state)
{
    (void)state;
    static const struct {
        const char *crs;
        double x, y;
    } outside[] = {
        {"EPSG:4326", 40468000, 3390000}, {"EPSG:4490", 200, 30}, {"EPSG:4490", 30.6, 119.6},
        {"EPSG:4269", 200, 30},           {"EPSG:3857", 9e9, 0},  {"EPSG:4549", 0.0 / 1.0, 1e12}};
    for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++) {
        struct th_error err = {0};
        struct th_crs_transform *transform = NULL;
        struct th_geometry shape = th_test_box(1, 2, outside[i].x, outside[i].y);
        print_message("  %s %g %g\n", outside[i].crs, outside[i].x, outside[i].y);
        assert_ok(th_crs_transform_new(outside[i].crs, NULL, &transform, &err), &err);
        assert_status(th_crs_transform_apply(transform, &shape, &err), TH_DATA_PROBLEM, &err);
        assert_string_equal(err.key, "out_of_bounds");
        assert_close(shape.points[0].x, 1, 0);
        assert_close(shape.points[2].x, outside[i].x, 0);
        th_geometry_clear(&shape);
        th_crs_transform_free(transform);
    }
}

static void transform__extent_chooses_the_operation(void **state)
{
    (void)state;
    // EPSG holds different parameters for NAD27 in Alaska and in Cuba.
    struct th_error err = {0};
    struct th_crs_transform *alaska = NULL;
    struct th_crs_transform *cuba = NULL;
    const struct th_box in_alaska = {-150, 64, -149, 65};
    const struct th_box in_cuba = {-80, 22, -79, 22.5};
    assert_ok(th_crs_transform_new("EPSG:4267", &in_alaska, &alaska, &err), &err);
    assert_ok(th_crs_transform_new("EPSG:4267", &in_cuba, &cuba, &err), &err);
    print_message("  %s\n  %s\n", th_crs_transform_operation(alaska),
                  th_crs_transform_operation(cuba));
    assert_string_not_equal(th_crs_transform_operation(alaska), th_crs_transform_operation(cuba));
    assert_non_null(strstr(th_crs_transform_operation(cuba), "EPSG:4326 = EPSG:4490"));
    th_crs_transform_free(alaska);
    th_crs_transform_free(cuba);
    th_crs_transform_free(NULL);
}

// NAD27 is of use in America only: PROJ would take Canadian parameters for data in China.
static void transform__where_no_operation_is_of_use_it_is_refused(void **state)
{
    (void)state;
    struct th_error err = {0};
    struct th_crs_transform *transform = NULL;
    const struct th_box in_china = {119, 30, 120, 31};
    const struct th_box one_row_far_off = {-150, 30, 120, 65};
    assert_status(th_crs_transform_new("EPSG:4267", &in_china, &transform, &err), TH_DATA_PROBLEM,
                  &err);
    assert_string_equal(err.key, "crs_unsupported");
    assert_string_equal(th_error_arg_get(&err, "reason"), "@crs.ballpark");
    assert_null(transform);
    assert_ok(th_crs_transform_new("EPSG:4267", &one_row_far_off, &transform, &err), &err);
    th_crs_transform_free(transform);
}

static void transform__own_system_is_what_proj_finds(void **state)
{
    (void)state;
    struct th_error err = {0};
    struct th_crs_transform *own = NULL;   // without PROJ
    struct th_crs_transform *found = NULL; // digits alone are looked up by PROJ
    assert_ok(th_crs_transform_new("EPSG:4490", NULL, &own, &err), &err);
    assert_ok(th_crs_transform_new("4490", NULL, &found, &err), &err);
    assert_string_equal(th_crs_transform_code(own), th_crs_transform_code(found));
    assert_string_equal(th_crs_transform_name(own), th_crs_transform_name(found));
    assert_true(th_crs_transform_is_identity(own));
    assert_true(th_crs_transform_is_identity(found));
    th_crs_transform_free(own);
    th_crs_transform_free(found);
}

static void inverse__returns_to_the_source(void **state)
{
    (void)state;
    struct th_error err = {0};
    struct th_crs_transform *inverse = NULL;
    struct th_geometry shape = th_test_box(119.68, 30.63, 119.6, 30.5);
    assert_ok(th_crs_transform_new_inverse("EPSG:4549", &inverse, &err), &err);
    assert_ok(th_crs_transform_apply(inverse, &shape, &err), &err);
    assert_close(shape.points[0].x, 469321.1974777346, 1e-6);
    assert_close(shape.points[0].y, 3389997.444501034, 1e-6);
    assert_close(shape.points[2].x, 461600.2766947819, 1e-6);
    th_geometry_clear(&shape);
    th_crs_transform_free(inverse);
}

static void gauss_kruger_code__by_longitude(void **state)
{
    (void)state;
    // EPSG: 4534 is CM 75E, 4549 CM 120E, 4554 CM 135E.
    assert_int_equal(th_crs_gauss_kruger_code(75), 4534);
    assert_int_equal(th_crs_gauss_kruger_code(119.68), 4549);
    assert_int_equal(th_crs_gauss_kruger_code(118.4), 4548);
    assert_int_equal(th_crs_gauss_kruger_code(118.6), 4549);
    assert_int_equal(th_crs_gauss_kruger_code(135.2), 4554);
    assert_int_equal(th_crs_gauss_kruger_code(5.4), 4534);
    assert_int_equal(th_crs_gauss_kruger_code(179), 4554);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(transform__known_places),
        cmocka_unit_test(transform__shifts_nobody_knows_are_refused),
        cmocka_unit_test(transform__nothing_declared_is_told),
        cmocka_unit_test(apply__numbers_outside_the_system_are_refused_and_nothing_changes),
        cmocka_unit_test(transform__extent_chooses_the_operation),
        cmocka_unit_test(transform__where_no_operation_is_of_use_it_is_refused),
        cmocka_unit_test(transform__own_system_is_what_proj_finds),
        cmocka_unit_test(inverse__returns_to_the_source),
        cmocka_unit_test(gauss_kruger_code__by_longitude),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
