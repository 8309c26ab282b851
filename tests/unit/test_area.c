#include "gis/area.h"

#include <math.h>
#include <stdlib.h>

#include "core/file.h"
#include "core/json.h"
#include "gis/crs.h"
#include "tests/support/support.h"
#include "tests/unit/shapes.h"

enum { FILE_SIZE_MAX = 1024 * 1024, POINTS_MAX = 16 };

static struct th_json *json_load(const char *path)
{
    struct th_error err = {0};
    char *text = NULL;
    size_t size = 0;
    struct th_json *value = NULL;
    assert_ok(th_file_read(path, FILE_SIZE_MAX, &text, &size, &err), &err);
    assert_ok(th_json_parse(text, size, &value, &err), &err);
    free(text);
    return value;
}

static void ring__agrees_with_geographiclib(void **state)
{
    (void)state;
    char path[TH_TEST_PATH_SIZE];
    if (th_test_shared_path(path, "area/planimeter.json") == NULL) {
        print_message("Skipped: the planimeter cases are not there.\n");
        skip();
    }
    struct th_json *table = json_load(path);
    const struct th_json *cases = th_json_get(table, "cases");
    assert_true(th_json_size(cases) >= 11);
    for (size_t i = 0; i < th_json_size(cases); i++) {
        const struct th_json *one = th_json_at(cases, i);
        const struct th_json *corners = th_json_get(one, "points");
        struct th_xy points[POINTS_MAX + 1];
        size_t n = th_json_size(corners);
        double area_m2;
        double perimeter_m;
        print_message("  %s\n", th_json_get_text(one, "name", "?"));
        assert_true(n >= 3 && n <= POINTS_MAX);
        for (size_t j = 0; j < n; j++) {
            const struct th_json *corner = th_json_at(corners, j);
            points[j].y = th_json_real_value(th_json_at(corner, 0));
            points[j].x = th_json_real_value(th_json_at(corner, 1));
        }
        points[n] = points[0];
        for (size_t closed = 0; closed < 2; closed++) {
            th_area_geodesic_ring(&th_ellipsoid_wgs84, points, n + closed, &area_m2, &perimeter_m);
            assert_non_null(th_json_get(one, "area"));
            assert_close(area_m2, th_json_get_real(one, "area", 0),
                         th_json_get_real(one, "atol", 0));
            if (th_json_get(one, "perimeter") != NULL) {
                assert_close(perimeter_m, th_json_get_real(one, "perimeter", 0),
                             th_json_get_real(one, "ptol", 0));
            }
        }
    }
    th_json_free(table);
}

// What would be stored of the shape, on the grid: corners move by up to half a cell, 0.6 mm.
static void assert_measured(struct th_geometry *shape, double want_m2, double tolerance_m2)
{
    struct th_error err = {0};
    struct th_ground *ground = NULL;
    struct th_area area;
    int64_t perimeter_mm;
    double area_m2;
    double perimeter_m;
    assert_ok(th_geometry_normalise(shape, &err), &err);
    assert_ok(th_ground_new(shape, &ground, &err), &err);
    th_area_measure(ground, &area, &perimeter_mm);
    th_area_geodesic(&th_ellipsoid_cgcs2000, shape, &area_m2, &perimeter_m);
    assert_close(th_area_m2(area), want_m2, tolerance_m2 + perimeter_m * 6e-4 + 0.005);
    assert_close(th_area_m2(area), area_m2, 0.006);
    assert_close((double)perimeter_mm / 1000, perimeter_m, 0.00051);
    th_ground_free(ground);
}

// Corners of a square in a projected system around a place, brought back to degrees.
static struct th_geometry projected_square(const char *crs, double lon, double lat, double side_m)
{
    struct th_error err = {0};
    struct th_crs_transform *there = NULL;
    struct th_crs_transform *back = NULL;
    struct th_geometry square = th_test_box(lon, lat, lon, lat);
    assert_ok(th_crs_transform_new_inverse(crs, &there, &err), &err);
    assert_ok(th_crs_transform_new(crs, NULL, &back, &err), &err);
    assert_ok(th_crs_transform_apply(there, &square, &err), &err);
    const double signs[][2] = {{-1, -1}, {1, -1}, {1, 1}, {-1, 1}, {-1, -1}};
    for (size_t i = 0; i < 5; i++) {
        square.points[i].x += signs[i][0] * side_m / 2;
        square.points[i].y += signs[i][1] * side_m / 2;
    }
    assert_ok(th_crs_transform_apply(back, &square, &err), &err);
    th_crs_transform_free(there);
    th_crs_transform_free(back);
    return square;
}

static void geodesic__known_areas_on_cgcs2000(void **state)
{
    (void)state;
    char path[TH_TEST_PATH_SIZE];
    struct th_json *table = json_load(th_test_source_path(path, "tests/data/gis/areas.json"));
    const struct th_json *cases = th_json_get(table, "cases");
    assert_true(th_json_size(cases) >= 2);
    for (size_t i = 0; i < th_json_size(cases); i++) {
        const struct th_json *one = th_json_at(cases, i);
        const struct th_json *box = th_json_get(one, "box");
        const struct th_json *centre = th_json_get(one, "centre");
        struct th_geometry shape;
        double area_m2;
        double perimeter_m;
        print_message("  %s\n", th_json_get_text(one, "name", "?"));
        if (box != NULL) {
            shape = th_test_box(
                th_json_real_value(th_json_at(box, 0)), th_json_real_value(th_json_at(box, 1)),
                th_json_real_value(th_json_at(box, 2)), th_json_real_value(th_json_at(box, 3)));
        } else {
            shape = projected_square(
                th_json_get_text(one, "crs", ""), th_json_real_value(th_json_at(centre, 0)),
                th_json_real_value(th_json_at(centre, 1)), th_json_get_real(one, "side_m", 0));
        }
        th_area_geodesic(&th_ellipsoid_cgcs2000, &shape, &area_m2, &perimeter_m);
        assert_close(area_m2, th_json_get_real(one, "area_m2", 0),
                     th_json_get_real(one, "tolerance_m2", 0));
        assert_measured(&shape, th_json_get_real(one, "area_m2", 0),
                        th_json_get_real(one, "tolerance_m2", 0));
        th_geometry_clear(&shape);
    }
    th_json_free(table);
}

static double area_of(const char *wkt, double *ret_perimeter_m)
{
    double area_m2;
    double perimeter_m;
    struct th_geometry shape = th_test_shape(wkt);
    th_area_geodesic(&th_ellipsoid_cgcs2000, &shape, &area_m2, &perimeter_m);
    th_geometry_clear(&shape);
    if (ret_perimeter_m != NULL) {
        *ret_perimeter_m = perimeter_m;
    }
    return area_m2;
}

static void geodesic__holes_are_taken_off_and_parts_are_summed(void **state)
{
    (void)state;
    double whole_m;
    double hole_m;
    double ring_m;
    double whole_m2 = area_of("POLYGON ((119 30,119.1 30,119.1 30.1,119 30.1,119 30))", &whole_m);
    double hole_m2 =
        area_of("POLYGON ((119.02 30.02,119.04 30.02,119.04 30.04,119.02 30.02))", &hole_m);
    double ring_m2 = area_of("POLYGON ((119 30,119 30.1,119.1 30.1,119.1 30,119 30),"
                             "(119.02 30.02,119.04 30.02,119.04 30.04,119.02 30.02))",
                             &ring_m);
    assert_close(ring_m2, whole_m2 - hole_m2, 1e-3);
    assert_close(ring_m, whole_m + hole_m, 1e-6);
    // A split sums to the whole; the cut along a meridian is a geodesic.
    double halves_m2 = area_of("MULTIPOLYGON (((119 30,119.05 30,119.05 30.1,119 30.1,119 30)),"
                               "((119.05 30,119.1 30,119.1 30.1,119.05 30.1,119.05 30)))",
                               NULL);
    // Between the halves and the whole lies the ground between one long geodesic and two short
    // ones, at top and bottom: sagittas of 0.1 m, nearly the same on both sides.
    assert_close(halves_m2, whole_m2, 10);
    assert_true(area_of("POLYGON ((119 30,119 30.1,119.1 30.1,119.1 30,119 30))", NULL) > 0);
}

static void measure__holes_are_taken_off_and_parts_are_summed(void **state)
{
    (void)state;
    static const char *const shapes[] = {
        "POLYGON ((119 30,119 30.01,119.01 30.01,119.01 30,119 30),"
        "(119.002 30.002,119.004 30.002,119.004 30.004,119.002 30.002))",
        "MULTIPOLYGON (((119 30,119.005 30,119.005 30.01,119 30.01,119 30)),"
        "((119.006 30,119.01 30,119.01 30.01,119.006 30.01,119.006 30)))",
    };
    for (size_t i = 0; i < 2; i++) {
        double area_m2;
        double perimeter_m;
        struct th_geometry shape = th_test_shape(shapes[i]);
        th_area_geodesic(&th_ellipsoid_cgcs2000, &shape, &area_m2, &perimeter_m);
        assert_measured(&shape, area_m2, 0);
        th_geometry_clear(&shape);
    }
}

static void ring__sign_follows_the_direction(void **state)
{
    (void)state;
    const struct th_xy counter_clockwise[] = {{0, 0}, {1, 0}, {1, 1}};
    const struct th_xy clockwise[] = {{0, 0}, {1, 1}, {1, 0}};
    double a_m2;
    double b_m2;
    double perimeter_m;
    th_area_geodesic_ring(&th_ellipsoid_cgcs2000, counter_clockwise, 3, &a_m2, &perimeter_m);
    th_area_geodesic_ring(&th_ellipsoid_cgcs2000, clockwise, 3, &b_m2, &perimeter_m);
    assert_true(a_m2 > 0);
    assert_close(b_m2, -a_m2, 1e-3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ring__agrees_with_geographiclib),
        cmocka_unit_test(geodesic__known_areas_on_cgcs2000),
        cmocka_unit_test(geodesic__holes_are_taken_off_and_parts_are_summed),
        cmocka_unit_test(measure__holes_are_taken_off_and_parts_are_summed),
        cmocka_unit_test(ring__sign_follows_the_direction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
