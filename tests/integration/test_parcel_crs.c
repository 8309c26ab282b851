// Sources that do not declare their system: shapefiles without .prj, as clerks receive them.
#include <gdal.h>
#include <ogr_api.h>
#include <stdio.h>

#include "registry/layer/layer.h"
#include "tests/integration/parcel_fixture.h"

// One square of 100 m with the number "1" and no reference system.
static void shapefile_write(const char *path, double easting, double northing)
{
    GDALAllRegister();
    GDALDatasetH dataset =
        GDALCreate(GDALGetDriverByName("ESRI Shapefile"), path, 0, 0, 0, GDT_Unknown, NULL);
    assert_non_null(dataset);
    OGRLayerH layer = GDALDatasetCreateLayer(dataset, "x", NULL, wkbPolygon, NULL);
    OGRFieldDefnH field = OGR_Fld_Create("number", OFTString);
    assert_int_equal(OGR_L_CreateField(layer, field, 0), OGRERR_NONE);
    OGR_Fld_Destroy(field);
    OGRFeatureH feature = OGR_F_Create(OGR_L_GetLayerDefn(layer));
    OGRGeometryH ring = OGR_G_CreateGeometry(wkbLinearRing);
    static const double CORNERS[][2] = {{0, 0}, {0, 100}, {100, 100}, {100, 0}, {0, 0}};
    for (size_t i = 0; i < 5; i++) {
        OGR_G_AddPoint_2D(ring, easting + CORNERS[i][0], northing + CORNERS[i][1]);
    }
    OGRGeometryH shape = OGR_G_CreateGeometry(wkbPolygon);
    OGR_G_AddGeometryDirectly(shape, ring);
    OGR_F_SetGeometryDirectly(feature, shape);
    OGR_F_SetFieldString(feature, 0, "1");
    assert_int_equal(OGR_L_CreateFeature(layer, feature), OGRERR_NONE);
    OGR_F_Destroy(feature);
    GDALClose(dataset);
}

static void import__eastings_with_a_zone_number_lead_to_a_proposal_only(void **state)
{
    (void)state;
    static const struct {
        double easting;
        const char *says;
    } CASES[] = {{40469321, "--crs EPSG:4528"}, {20500000, "--crs EPSG:4498"}, {500000, "--crs"}};
    struct fixture f;
    fixture_open(&f);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        char name[32];
        char path[TH_TEST_PATH_SIZE];
        snprintf(name, sizeof(name), "%zu.shp", i);
        shapefile_write(th_test_path(path, f.folder, name), CASES[i].easting, 3389997);
        struct th_parcel_import_options options = fixture_options(&f, path);
        struct th_json *reply = fixture_import(&f, &options);
        assert_int_equal(fixture_problems(reply, 1, "crs_missing", "error"), 1);
        assert_int_equal(th_json_get_int(reply, "accepted", -1), 0);
        const struct th_json *problem = th_json_at(th_json_get(reply, "problems"), 0);
        const char *hint = th_json_get_text(problem, "hint", "");
        if (strstr(hint, CASES[i].says) == NULL) {
            fail_msg("%s", hint);
        }
        assert_string_equal(th_json_get_text(problem, "number", ""), "1");
        // Nobody knows where it lies.
        assert_int_equal(th_json_type(th_json_get(problem, "lon")), TH_JSON_NULL);
        th_json_free(reply);
    }
    fixture_close(&f);
}

// The options that are offered for a square of six-digit eastings, nothing being registered.
static void assert_offered(struct fixture *f, const char *name, const char *option,
                           const char *because)
{
    char path[TH_TEST_PATH_SIZE];
    shapefile_write(th_test_path(path, f->folder, name), 500000, 3389997);
    struct th_parcel_import_options options = fixture_options(f, path);
    options.lang = TH_LANG_EN;
    struct th_json *reply = fixture_import(f, &options);
    const struct th_json *detections = th_json_get(reply, "detections");
    const struct th_json *crs = NULL;
    for (size_t i = 0; i < th_json_size(detections); i++) {
        if (strcmp(th_json_get_text(th_json_at(detections, i), "what", ""), "crs") == 0) {
            crs = th_json_at(detections, i);
        }
    }
    assert_non_null(crs);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 0);
    assert_int_equal(th_json_type(th_json_get(crs, "choice")), TH_JSON_NULL);
    assert_string_equal(th_json_get_text(crs, "option", ""), option);
    bool told = false;
    for (size_t i = 0; i < th_json_size(th_json_get(crs, "evidence")); i++) {
        told = told ||
               strstr(th_json_text(th_json_at(th_json_get(crs, "evidence"), i)), because) != NULL;
    }
    assert_true(told);
    th_json_free(reply);
}

// By the code of the villages the province, which has two meridians for such numbers; by registered
// parcels their neighbourhood, which has one. It stays a question.
static void import__eastings_without_a_zone_are_asked_about_by_meridian(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    assert_offered(f, "a.shp", "--crs EPSG:4549|EPSG:4550", "the province of the division code");
    shapefile_write(th_test_path(path, f->folder, "known.shp"), 501000, 3389997);
    struct th_parcel_import_options options = fixture_options(f, path);
    options.crs = "EPSG:4549";
    struct th_json *reply = fixture_import(f, &options);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    th_json_free(reply);
    assert_offered(f, "b.shp", "--crs EPSG:4549", "the neighbourhood of registered parcels");
}

// A boundary of the county goes before both; that of another county says nothing of this one.
static void import__eastings_without_a_zone_are_compared_with_the_countys_boundary(void **state)
{
    struct fixture *f = *state;
    static const char COUNTY[] =
        "{\"type\":\"Feature\",\"properties\":{\"code\":\"%s\",\"name\":\"x\"},\"geometry\":{"
        "\"type\":\"Polygon\",\"coordinates\":[[[%d,30],[%d,30],[%d,31],[%d,31],[%d,30]]]}}";
    static const struct {
        const char *code;
        int west;
        const char *option, *because;
    } CASES[] = {
        {"330881", 118, "--crs EPSG:4549|EPSG:4550", "the province of the division code"},
        {"330523", 122, "--crs EPSG:4550", "the boundaries that are loaded"},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        char text[1024];
        char name[32];
        char path[TH_TEST_PATH_SIZE];
        struct th_json *reply = NULL;
        struct th_error err = {0};
        int west = CASES[i].west;
        (void)snprintf(text, sizeof(text), COUNTY, CASES[i].code, west, west + 2, west + 2, west,
                       west);
        (void)snprintf(name, sizeof(name), "%s.geojson", CASES[i].code);
        const struct th_layer_add_options layer = {.source = fixture_geojson(f, path, name, text),
                                                   .role = "county",
                                                   .name = CASES[i].code,
                                                   .code_field = "code"};
        assert_ok(th_layer_add(f->registry, &f->request, &layer, &reply, &err), &err);
        th_json_free(reply);
        (void)snprintf(name, sizeof(name), "%s.shp", CASES[i].code);
        assert_offered(f, name, CASES[i].option, CASES[i].because);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(import__eastings_with_a_zone_number_lead_to_a_proposal_only),
        cmocka_unit_test_setup_teardown(import__eastings_without_a_zone_are_asked_about_by_meridian,
                                        fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            import__eastings_without_a_zone_are_compared_with_the_countys_boundary, fixture_set_up,
            fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
