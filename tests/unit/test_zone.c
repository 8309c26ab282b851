#include "gis/zone.h"

#include <proj.h>
#include <stdio.h>

#include "tests/support/support.h"

// The register itself says what each code is: projection, meridian, false easting, datum.
static double parameter(PJ_CONTEXT *context, const PJ *conversion, const char *code)
{
    const char *id = NULL;
    double value = -1;
    for (int i = 0; i < proj_coordoperation_get_param_count(context, conversion); i++) {
        double candidate = 0;
        assert_true(proj_coordoperation_get_param(context, conversion, i, NULL, NULL, &id,
                                                  &candidate, NULL, NULL, NULL, NULL, NULL, NULL));
        if (id != NULL && strcmp(id, code) == 0) {
            value = candidate;
        }
    }
    return value;
}

static void codes__are_what_the_register_says(void **state)
{
    (void)state;
    static const char *const bases[] = {"4490", "4610", "4214"};
    static const char LONGITUDE_OF_ORIGIN[] = "8802";
    static const char FALSE_EASTING[] = "8806";
    static const char SCALE[] = "8805";
    PJ_CONTEXT *context = proj_context_create();
    int n = 0;
    for (int datum = 0; datum < TH_ZONE_N_DATUMS; datum++) {
        for (int form = 0; form < 4; form++) {
            int width = form < 2 ? 3 : 6;
            bool prefixed = form % 2 == 0;
            for (int zone = th_zone_first(width); zone <= th_zone_last(width); zone++, n++) {
                char text[16];
                int code = th_zone_code((enum th_zone_datum)datum, width, zone, prefixed);
                (void)snprintf(text, sizeof(text), "%d", code);
                PJ *crs =
                    proj_create_from_database(context, "EPSG", text, PJ_CATEGORY_CRS, 0, NULL);
                assert_non_null(crs);
                PJ *base = proj_crs_get_geodetic_crs(context, crs);
                PJ *conversion = proj_crs_get_coordoperation(context, crs);
                assert_string_equal(proj_get_id_code(base, 0), bases[datum]);
                assert_close(parameter(context, conversion, LONGITUDE_OF_ORIGIN),
                             th_zone_meridian_deg(width, zone), 1e-9);
                assert_close(parameter(context, conversion, FALSE_EASTING),
                             500000 + (prefixed ? zone * 1e6 : 0), 0);
                assert_close(parameter(context, conversion, SCALE), 1, 0);
                struct th_zone found;
                assert_true(th_zone_find(code, &found));
                assert_int_equal(found.datum, datum);
                assert_int_equal(found.width_deg, width);
                assert_int_equal(found.zone, zone);
                assert_int_equal(found.prefixed, prefixed);
                proj_destroy(conversion);
                proj_destroy(base);
                proj_destroy(crs);
            }
        }
    }
    assert_int_equal(n, 3 * 2 * (21 + 11));
    proj_context_destroy(context);
}

static void codes__there_are_no_other_zones(void **state)
{
    (void)state;
    static const struct {
        int width, zone;
    } NONE[] = {{3, 24}, {3, 46}, {6, 12}, {6, 24}, {1, 40}, {0, 0}};
    static const int other[] = {0, 4490, 4512 + 43, 4555, 2326, 2443, 21412, 21424, 21452, 21464};
    struct th_zone zone;
    for (size_t i = 0; i < sizeof(NONE) / sizeof(NONE[0]); i++) {
        assert_int_equal(th_zone_code(TH_ZONE_CGCS2000, NONE[i].width, NONE[i].zone, true), 0);
    }
    for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
        assert_false(th_zone_find(other[i], &zone));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes__are_what_the_register_says),
        cmocka_unit_test(codes__there_are_no_other_zones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
