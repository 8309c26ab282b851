// Real parcels from seven sources (shared reference data): what is read is accounted for.
#include <stdio.h>

#include "tests/integration/parcel_fixture.h"

struct real_case {
    const char *name;
    int64_t n_features; // as ogrinfo 3.6.2 counts them
    double area_m2;     // sum of geodesic areas of all rows; 0: not compared
};

// The Dutch sum was computed apart from this program and from PROJ's geodesics: ogr2ogr to
// EPSG:4326, then to a Lambert azimuthal equal-area plane at 52° N 5° E on the ellipsoid of
// CGCS2000, then the sum of planar areas by OGR.
static const struct real_case CASES[] = {
    {"parcels/nl_brp_2023.gpkg", 100, 632335.423},
    {"parcels/br_lem.zip", 100, 0},
    {"parcels/us_ca_crops.gdb.zip", 100, 0},
    {"parcels/ro_eurocrops.zip", 100, 0},
    {"parcels/india_10k.zip", 100, 0},
    {"parcels/vietnam_ai4sf.gpkg", 100, 0},
    {"parcels/utah_wilderness.zip", 67, 0},
};

static void import__every_real_file_is_accounted_for_and_adds_nothing_twice(void **state)
{
    (void)state;
    char source[TH_TEST_PATH_SIZE];
    if (th_test_shared_path(source, CASES[0].name) == NULL) {
        print_message("shared reference data is not there: skipped\n");
        skip();
    }
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct fixture f;
        fixture_open(&f);
        const char *path = th_test_shared_path(source, CASES[i].name);
        assert_non_null(path);
        struct th_parcel_import_options options = fixture_options(&f, path);
        struct th_json *first = fixture_import(&f, &options);
        int64_t accepted = th_json_get_int(first, "accepted", -1);
        print_message("%s: read %lld, accepted %lld, rejected %lld, %.2f m2\n", CASES[i].name,
                      (long long)th_json_get_int(first, "read", -1), (long long)accepted,
                      (long long)th_json_get_int(first, "rejected", -1),
                      th_json_get_real(first, "area_m2", 0));
        assert_int_equal(th_json_get_int(first, "read", -1), CASES[i].n_features);
        assert_true(accepted > 0);
        if (CASES[i].area_m2 > 0) {
            assert_int_equal(accepted, CASES[i].n_features);
            assert_close(th_json_get_real(first, "area_m2", 0), CASES[i].area_m2,
                         CASES[i].area_m2 * 1e-6);
        }
        struct th_json *second = fixture_import(&f, &options);
        assert_int_equal(th_json_get_int(second, "accepted", -1), 0);
        assert_int_equal(th_json_get_int(second, "unchanged", -1), accepted);
        assert_null(th_json_get(second, "import_id"));
        th_json_free(first);
        th_json_free(second);
        fixture_close(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(import__every_real_file_is_accounted_for_and_adds_nothing_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
