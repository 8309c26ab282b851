// Each series of Chinese zones is known by its .prj, or refused where its parameters are not
// public.
#include <ogr_srs_api.h>
#include <stdio.h>

#include "tests/integration/parcel_fixture.h"
#include "tests/integration/traps_files.h"

// By the EPSG register: first and last code of each series, the false easting of its first zone
// (500 km behind the number of the zone, where it is written), and whether parameters are needed.
static const struct series {
    int first, last;
    double easting_m, step_m;
    bool secret;
} SERIES[] = {
    {4491, 4501, 13500000, 1e6, false},  {4502, 4512, 500000, 0, false},
    {4513, 4533, 25500000, 1e6, false},  {4534, 4554, 500000, 0, false},
    {2327, 2337, 13500000, 1e6, true},   {2338, 2348, 500000, 0, true},
    {2349, 2369, 25500000, 1e6, true},   {2370, 2390, 500000, 0, true},
    {21413, 21423, 13500000, 1e6, true}, {21453, 21463, 500000, 0, true},
    {2401, 2421, 25500000, 1e6, true},   {2422, 2442, 500000, 0, true},
};

// A square of 100 m on the middle meridian of a zone, where the map is true to scale: 10,000 m².
static void system_try(struct fixture *f, int code, double easting_m, bool secret, bool esri)
{
    char path[TH_TEST_PATH_SIZE];
    char wkt[256];
    char want[32];
    OGRSpatialReferenceH crs = traps_system(code);
    if (esri) {
        assert_int_equal(OSRMorphToESRI(crs), OGRERR_NONE);
    }
    traps_shapefile(th_test_path(path, f->folder, "s.shp"), crs,
                    traps_square(wkt, easting_m - 50, 3390000, false), "1");
    OSRDestroySpatialReference(crs);
    struct th_parcel_import_options options = fixture_options(f, path);
    struct th_request request = f->request;
    struct th_json *reply = NULL;
    struct th_error err = {0};
    request.dry_run = true;
    assert_ok(th_parcel_import(f->registry, &request, &options, &reply, &err), &err);
    if (secret) {
        assert_int_equal(fixture_problems(reply, 1, "crs_unsupported", "error"), 1);
    } else {
        snprintf(want, sizeof(want), "EPSG:%d", code);
        assert_string_equal(th_json_get_text(th_json_get(reply, "source"), "crs", ""), want);
        assert_close(th_json_get_real(reply, "area_m2", 0), 10000, 0.02);
    }
    th_json_free(reply);
}

static void crs__each_series_of_zones_is_known_by_its_prj(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof(SERIES) / sizeof(SERIES[0]); i++) {
        const struct series *s = &SERIES[i];
        int middle = (s->first + s->last) / 2;
        print_message("  EPSG:%d\n", s->first);
        system_try(f, s->first, s->easting_m, s->secret, false);
        system_try(f, middle, s->easting_m + (middle - s->first) * s->step_m, s->secret, true);
        system_try(f, s->last, s->easting_m + (s->last - s->first) * s->step_m, s->secret, false);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(crs__each_series_of_zones_is_known_by_its_prj,
                                        fixture_set_up, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
