#include "gis/surveyor.h"

#include <math.h>
#include <stdlib.h>

#include "gis/area.h"
#include "gis/offset.h"
#include "gis/validity.h"
#include "tests/support/support.h"
#include "tests/unit/shapes.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);

static int countdown = -1;   // allocations before the one that fails; below zero: none fails
static size_t n_allocations; // of the module's own

static bool fails_now(void)
{
    n_allocations++;
    return countdown >= 0 && countdown-- == 0;
}

void *__wrap_malloc(size_t size)
{
    return fails_now() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails_now() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails_now() ? NULL : __real_realloc(old, size);
}

static const struct th_box china = {70, 10, 140, 60};

static struct th_surveyor *surveyor_of(struct th_surveyor_options options)
{
    struct th_error err = {0};
    struct th_surveyor *surveyor = NULL;
    options.bounds = china;
    assert_ok(th_surveyor_new(&options, &surveyor, &err), &err);
    return surveyor;
}

static enum th_status survey(struct th_surveyor *surveyor, const struct th_geometry *shape,
                             struct th_survey *ret_survey, struct th_error *err)
{
    unsigned char *wkb = NULL;
    size_t size = 0;
    assert_ok(th_geometry_to_wkb(shape, &wkb, &size, err), err);
    enum th_status status = th_survey(surveyor, wkb, size, ret_survey, err);
    free(wkb);
    return status;
}

// The same by the single steps, each of which has its own tests.
static void assert_survey(const struct th_survey *found, struct th_geometry *degrees)
{
    struct th_error err = {0};
    struct th_area want;
    unsigned char *wkb = NULL;
    size_t size = 0;
    double area_m2;
    double perimeter_m;
    assert_ok(th_geometry_normalise(degrees, &err), &err);
    assert_ok(th_geometry_to_wkb(degrees, &wkb, &size, &err), &err);
    unsigned char *bytes = malloc(th_ground_wkb_size(found->ground));
    assert_non_null(bytes);
    th_ground_wkb(found->ground, bytes);
    assert_int_equal(th_ground_wkb_size(found->ground), size);
    assert_memory_equal(bytes, wkb, size);
    struct th_hash hash = th_hash_bytes(TH_HASH_BLAKE2B, wkb, size);
    assert_memory_equal(hash.bytes, found->hash.bytes, TH_HASH_SIZE);
    th_area_geodesic(&th_ellipsoid_cgcs2000, degrees, &area_m2, &perimeter_m);
    assert_ok(th_area_from_m2(area_m2, &want, &err), &err);
    assert_int_equal(th_area_m2_300(found->measured), th_area_m2_300(want));
    assert_int_equal(found->perimeter_mm, llround(perimeter_m * 1000));
    struct th_box box = th_geometry_box(degrees);
    assert_true(found->placed);
    assert_memory_equal(&box, &found->box, sizeof(box));
    free(bytes);
    free(wkb);
}

static const char ring_of_two[] = "POLYGON ((119.6 30.5,119.603 30.5001,119.6031 30.502,119.6 "
                                  "30.5021,119.6 30.5),(119.601 30.501,119.6015 30.5015,119.601 "
                                  "30.5015,119.601 30.501))";

static void survey__degrees_are_taken_as_they_are(void **state)
{
    (void)state;
    static const char *const systems[] = {"EPSG:4490", "EPSG:4326"};
    for (size_t i = 0; i < 2; i++) {
        struct th_error err = {0};
        struct th_survey found;
        struct th_surveyor *surveyor = surveyor_of((struct th_surveyor_options){.crs = systems[i]});
        for (int again = 0; again < 2; again++) { // the room of the first row serves the second
            struct th_geometry shape = th_test_shape(ring_of_two);
            assert_ok(survey(surveyor, &shape, &found, &err), &err);
            assert_survey(&found, &shape);
            assert_null(th_surveyor_shape(surveyor));
            th_ground_free(found.ground);
            th_geometry_clear(&shape);
        }
        th_surveyor_free(surveyor);
    }
}

static void survey__allocates_the_ground_alone(void **state)
{
    (void)state;
    struct th_error err = {0};
    struct th_survey found;
    unsigned char *wkb = NULL;
    size_t size = 0;
    struct th_surveyor *surveyor = surveyor_of((struct th_surveyor_options){.crs = "EPSG:4490"});
    struct th_geometry shape = th_test_shape(ring_of_two);
    assert_ok(th_geometry_to_wkb(&shape, &wkb, &size, &err), &err);
    for (size_t row = 0; row < 3; row++) {
        size_t before = n_allocations;
        assert_ok(th_survey(surveyor, wkb, size, &found, &err), &err);
        assert_true(row == 0 || n_allocations == before + 1);
        th_ground_free(found.ground);
    }
    free(wkb);
    th_geometry_clear(&shape);
    th_surveyor_free(surveyor);
}

static void survey__each_failed_allocation_is_reported(void **state)
{
    (void)state;
    enum { MANY = 100 };
    struct th_error err = {0};
    unsigned char *wkb[2] = {NULL};
    size_t size[2];
    struct th_geometry valid = th_test_shape(ring_of_two);
    struct th_geometry invalid = th_test_shape("POLYGON ((119 30,120 31,120 30,119 31,119 30))");
    assert_ok(th_geometry_to_wkb(&valid, &wkb[0], &size[0], &err), &err);
    assert_ok(th_geometry_to_wkb(&invalid, &wkb[1], &size[1], &err), &err);
    for (int kind = 0; kind < 2; kind++) {
        enum th_status status = TH_NO_MEMORY;
        int n = 0;
        for (; status == TH_NO_MEMORY; n++) {
            struct th_survey found;
            struct th_surveyor *surveyor =
                surveyor_of((struct th_surveyor_options){.crs = "EPSG:4490"});
            countdown = n;
            status = th_survey(surveyor, wkb[kind], size[kind], &found, &err);
            countdown = -1;
            assert_true(status == TH_OK || found.ground == NULL);
            th_ground_free(found.ground);
            th_surveyor_free(surveyor);
            assert_true(n < MANY);
        }
        assert_true(n > 5);
        assert_status(status, kind == 0 ? TH_OK : TH_DATA_PROBLEM, &err);
        free(wkb[kind]);
    }
    th_geometry_clear(&valid);
    th_geometry_clear(&invalid);
}

static void survey__parameters_of_the_user_are_applied(void **state)
{
    (void)state;
    struct th_error err = {0};
    struct th_survey found;
    struct th_crs_transform *transform = NULL;
    const struct th_crs_datum datum = {.kind = TH_CRS_DATUM_SHIFT, .shift_m = {10, -20, 30}};
    struct th_surveyor *surveyor =
        surveyor_of((struct th_surveyor_options){.crs = "EPSG:4610", .datum = &datum});
    struct th_geometry shape = th_test_shape(ring_of_two);
    struct th_geometry degrees = th_test_shape(ring_of_two);
    assert_ok(th_crs_transform_new_by_datum("EPSG:4610", NULL, &datum, &transform, &err), &err);
    assert_ok(th_crs_transform_apply(transform, &degrees, &err), &err);
    assert_true(degrees.points[0].x != shape.points[0].x);
    assert_ok(survey(surveyor, &shape, &found, &err), &err);
    assert_survey(&found, &degrees);
    th_ground_free(found.ground);
    th_crs_transform_free(transform);
    th_geometry_clear(&shape);
    th_geometry_clear(&degrees);
    th_surveyor_free(surveyor);
}

static void survey__swapped_axes_are_swapped_back(void **state)
{
    (void)state;
    struct th_error err = {0};
    struct th_survey found;
    struct th_surveyor *surveyor =
        surveyor_of((struct th_surveyor_options){.crs = "EPSG:4490", .swap_axes = true});
    struct th_geometry shape = th_test_shape(ring_of_two);
    struct th_geometry swapped = th_test_shape(ring_of_two);
    for (size_t i = 0; i < shape.n_points; i++) {
        swapped.points[i] = (struct th_xy){shape.points[i].y, shape.points[i].x};
    }
    assert_ok(survey(surveyor, &swapped, &found, &err), &err);
    assert_survey(&found, &shape);
    th_ground_free(found.ground);
    th_geometry_clear(&shape);
    th_geometry_clear(&swapped);
    th_surveyor_free(surveyor);
}

static void survey__projected_coordinates_come_to_degrees(void **state)
{
    (void)state;
    struct th_error err = {0};
    struct th_survey found;
    struct th_crs_transform *transform = NULL;
    struct th_surveyor *surveyor = surveyor_of((struct th_surveyor_options){.crs = "EPSG:4528"});
    struct th_geometry shape =
        th_test_box(40480000.25, 3380000.5, 40480100.125, 3380080.75); // zone 40
    struct th_geometry degrees;
    assert_ok(th_geometry_copy(&shape, &degrees, &err), &err);
    assert_ok(th_crs_transform_new("EPSG:4528", NULL, &transform, &err), &err);
    assert_ok(th_crs_transform_apply(transform, &degrees, &err), &err);
    assert_ok(survey(surveyor, &shape, &found, &err), &err);
    assert_survey(&found, &degrees);
    assert_string_equal(th_crs_transform_code(th_surveyor_transform(surveyor)), "EPSG:4528");
    th_ground_free(found.ground);
    th_crs_transform_free(transform);
    th_geometry_clear(&degrees);
    th_geometry_clear(&shape);
    th_surveyor_free(surveyor);
}

static void survey__offsets_of_web_maps_are_taken_off(void **state)
{
    (void)state;
    static const enum th_offset offsets[] = {TH_OFFSET_GCJ02, TH_OFFSET_BD09};
    for (size_t i = 0; i < 2; i++) {
        struct th_error err = {0};
        struct th_survey found;
        struct th_surveyor *surveyor =
            surveyor_of((struct th_surveyor_options){.crs = "EPSG:4326", .offset = offsets[i]});
        struct th_geometry shape = th_test_shape(ring_of_two);
        struct th_geometry shifted = th_test_shape(ring_of_two);
        for (size_t j = 0; j < shape.n_points; j++) {
            shifted.points[j] = th_offset_to_gcj02(shape.points[j]);
            if (offsets[i] == TH_OFFSET_BD09) {
                shifted.points[j] = th_offset_to_bd09(shifted.points[j]);
            }
        }
        assert_ok(survey(surveyor, &shifted, &found, &err), &err);
        assert_survey(&found, &shape);
        th_ground_free(found.ground);
        th_geometry_clear(&shape);
        th_geometry_clear(&shifted);
        th_surveyor_free(surveyor);
    }
}

// What is refused, how far it came.
static const struct {
    const char *crs;
    const char *wkt;
    const char *key;
    bool placed, judged;
} refused[] = {
    {"EPSG:4490", "POLYGON ((119 30,119.1 30.1,119.1 30,119 30.1,119 30))", "geometry_invalid",
     true, true},
    {"EPSG:4490", "POLYGON ((40480000 3380000,40480100 3380000,40480100 3380100,40480000 3380000))",
     "out_of_bounds", false, false},
    {"EPSG:4490", "POLYGON ((119 30,nan 30.1,119.1 30,119 30))", "out_of_bounds", false, false},
    {"EPSG:4528", "POLYGON ((119 30,119.1 30.1,119.1 30,119 30))", "out_of_bounds", false, false},
    {"EPSG:4490", "POLYGON ((30 119,30.1 119,30 119.1,30 119))", "out_of_bounds", false, false},
    {"EPSG:4490", "POLYGON ((11 45,12 45,12 46,11 45))", "outside_bounds", true, false},
    {"EPSG:4490", "POLYGON ((80 30,110 30,110 40,80 30))", "parcel_too_wide", true, true},
    {"EPSG:4490", "POLYGON ((119 30,119.000000001 30,119 30.000000001,119 30))", "geometry_empty",
     false, false},
    // A triangle of 0.5 mm² is no ground.
    {"EPSG:4490", "POLYGON ((119 30,119.00000001 30,119 30.00000001,119 30))", "geometry_empty",
     true, true},
};

static void survey__tells_why_not_and_how_far_it_came(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct th_error err = {0};
        struct th_survey found;
        struct th_surveyor *surveyor =
            surveyor_of((struct th_surveyor_options){.crs = refused[i].crs});
        struct th_geometry shape = th_test_shape(refused[i].wkt);
        print_message("  %s\n", refused[i].wkt);
        assert_status(survey(surveyor, &shape, &found, &err), TH_DATA_PROBLEM, &err);
        assert_string_equal(err.key, refused[i].key);
        assert_null(found.ground);
        assert_int_equal(found.placed, refused[i].placed);
        assert_int_equal(th_surveyor_shape(surveyor) != NULL, refused[i].judged);
        th_geometry_clear(&shape);
        th_surveyor_free(surveyor);
    }
}

static void survey__bytes_that_are_no_shape_are_refused(void **state)
{
    (void)state;
    struct th_error err = {0};
    struct th_survey found;
    struct th_surveyor *surveyor = surveyor_of((struct th_surveyor_options){.crs = "EPSG:4490"});
    assert_status(th_survey(surveyor, NULL, 0, &found, &err), TH_DATA_PROBLEM, &err);
    assert_string_equal(err.key, "geometry_empty");
    assert_status(th_survey(surveyor, "abc", 3, &found, &err), TH_UNREADABLE, &err);
    assert_string_equal(err.key, "wkb_invalid");
    assert_true(found.ground == NULL && !found.placed);
    th_surveyor_free(surveyor);
}

// The ends lie 0.001° of latitude apart at 30.5° N: 110.86 m on the ellipsoid.
static void survey__a_line_that_is_open_is_told_with_its_gap(void **state)
{
    const double xy[] = {119.6, 30.5, 119.601, 30.5, 119.601, 30.501, 119.6, 30.501};
    unsigned char wkb[9 + sizeof(xy)] = {1, 2, 0, 0, 0, 4, 0, 0, 0};
    struct th_survey found;
    struct th_error err = {0};
    struct th_surveyor *surveyor = NULL;
    const struct th_surveyor_options how = {.crs = "EPSG:4490", .bounds = {118, 27, 123, 32}};
    (void)state;
    memcpy(wkb + 9, xy, sizeof(xy));
    assert_ok(th_surveyor_new(&how, &surveyor, &err), &err);
    assert_status(th_survey(surveyor, wkb, sizeof(wkb), &found, &err), TH_DATA_PROBLEM, &err);
    assert_string_equal(err.key, "line_open");
    double gap_m = strtod(th_error_arg_get(&err, "gap_m"), NULL);
    assert_true(gap_m > 110.3 && gap_m < 111.4);
    assert_null(found.ground);
    // Of two lines, 0.001° and 0.0005° of latitude open, the wider gap is told; of one in several
    // the same as of one.
    unsigned char lines[9 + 2 * sizeof(wkb)] = {1, 5, 0, 0, 0, 2, 0, 0, 0};
    const double half = 30.5005;
    memcpy(lines + 9, wkb, sizeof(wkb));
    memcpy(lines + 9 + sizeof(wkb), wkb, sizeof(wkb));
    memcpy(lines + sizeof(lines) - 8, &half, sizeof(half));
    assert_status(th_survey(surveyor, lines, sizeof(lines), &found, &err), TH_DATA_PROBLEM, &err);
    assert_string_equal(err.key, "lines_open");
    assert_string_equal(th_error_arg_get(&err, "n"), "2");
    assert_string_equal(th_error_arg_get(&err, "n_open"), "2");
    gap_m = strtod(th_error_arg_get(&err, "gap_m"), NULL);
    assert_true(gap_m > 110.3 && gap_m < 111.4);
    lines[5] = 1;
    assert_status(th_survey(surveyor, lines, 9 + sizeof(wkb), &found, &err), TH_DATA_PROBLEM, &err);
    assert_string_equal(err.key, "line_open");
    // In two pieces that meet it is one line; pieces that meet all around are still two.
    const double pieces[] = {119.6, 30.5, 119.601, 30.5, 119.601, 30.5, 119.6, 30.501};
    unsigned char chain[9 + 2 * (9 + 32)] = {1, 5, 0, 0, 0, 2, 0, 0, 0};
    for (int i = 0; i < 2; i++) {
        memcpy(chain + 9 + i * 41, (const unsigned char[]){1, 2, 0, 0, 0, 2, 0, 0, 0}, 9);
        memcpy(chain + 18 + i * 41, pieces + 4 * i, 32);
    }
    assert_status(th_survey(surveyor, chain, sizeof(chain), &found, &err), TH_DATA_PROBLEM, &err);
    assert_string_equal(err.key, "line_open");
    gap_m = strtod(th_error_arg_get(&err, "gap_m"), NULL);
    assert_true(gap_m > 110.3 && gap_m < 111.4);
    memcpy(chain + sizeof(chain) - 16, pieces, 16);
    assert_status(th_survey(surveyor, chain, sizeof(chain), &found, &err), TH_DATA_PROBLEM, &err);
    assert_string_equal(err.key, "lines_open");
    // What breaks off is no line to speak of.
    lines[5] = 2;
    assert_status(th_survey(surveyor, lines, sizeof(lines) - 1, &found, &err), TH_DATA_PROBLEM,
                  &err);
    assert_string_equal(err.key, "geometry_type");
    // A line whose last point is its first has too few corners, not a gap.
    memcpy(wkb + sizeof(wkb) - 16, xy, 16);
    assert_status(th_survey(surveyor, wkb, sizeof(wkb), &found, &err), TH_DATA_PROBLEM, &err);
    assert_string_equal(err.key, "geometry_type");
    th_surveyor_free(surveyor);
}

static void survey_geometry__shape_in_degrees_needs_no_source(void **state)
{
    (void)state;
    struct th_error err = {0};
    struct th_survey found;
    // The system of the source does not matter here.
    struct th_surveyor *surveyor = surveyor_of((struct th_surveyor_options){.crs = "EPSG:4528"});
    struct th_geometry shape = th_test_shape(ring_of_two);
    assert_ok(th_survey_geometry(surveyor, &shape, &found, &err), &err);
    assert_survey(&found, &shape);
    th_ground_free(found.ground);
    shape.points[1].x = INFINITY;
    assert_status(th_survey_geometry(surveyor, &shape, &found, &err), TH_DATA_PROBLEM, &err);
    assert_string_equal(err.key, "out_of_bounds");
    assert_null(found.ground);
    th_geometry_clear(&shape);
    th_surveyor_free(surveyor);
}

static void surveyor__needs_a_system_that_is_known(void **state)
{
    (void)state;
    struct th_error err = {0};
    struct th_surveyor *surveyor = NULL;
    assert_status(th_surveyor_new(&(struct th_surveyor_options){.crs = ""}, &surveyor, &err),
                  TH_DATA_PROBLEM, &err);
    assert_string_equal(err.key, "crs_missing");
    assert_null(surveyor);
    th_surveyor_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(survey__degrees_are_taken_as_they_are),
        cmocka_unit_test(survey__allocates_the_ground_alone),
        cmocka_unit_test(survey__each_failed_allocation_is_reported),
        cmocka_unit_test(survey__parameters_of_the_user_are_applied),
        cmocka_unit_test(survey__swapped_axes_are_swapped_back),
        cmocka_unit_test(survey__projected_coordinates_come_to_degrees),
        cmocka_unit_test(survey__offsets_of_web_maps_are_taken_off),
        cmocka_unit_test(survey__tells_why_not_and_how_far_it_came),
        cmocka_unit_test(survey__bytes_that_are_no_shape_are_refused),
        cmocka_unit_test(survey__a_line_that_is_open_is_told_with_its_gap),
        cmocka_unit_test(survey_geometry__shape_in_degrees_needs_no_source),
        cmocka_unit_test(surveyor__needs_a_system_that_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
