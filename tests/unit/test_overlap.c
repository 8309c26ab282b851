#include "gis/overlap.h"

#include <geos_c.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "gis/area.h"
#include "tests/support/support.h"
#include "tests/unit/shapes.h"

static double area_of(const struct th_geometry *shape)
{
    double area_m2;
    double perimeter_m;
    th_area_geodesic(&th_ellipsoid_cgcs2000, shape, &area_m2, &perimeter_m);
    return area_m2;
}

static void add(struct th_overlap_index *index, int64_t id, const struct th_geometry *shape)
{
    struct th_error err = {0};
    assert_ok(th_overlap_index_add(index, id, shape, area_of(shape), &err), &err);
}

static size_t test(struct th_overlap_index *index, const struct th_geometry *shape,
                   struct th_overlap_finding **ret_findings)
{
    struct th_error err = {0};
    size_t n = 0;
    *ret_findings = NULL;
    assert_ok(th_overlap_index_test(index, shape, area_of(shape), ret_findings, &n, &err), &err);
    assert_true((n == 0) == (*ret_findings == NULL));
    return n;
}

static int index_make(void **state)
{
    struct th_error err = {0};
    struct th_overlap_index *index = NULL;
    assert_ok(th_overlap_index_new(NULL, &index, &err), &err);
    *state = index;
    return 0;
}

static int index_drop(void **state)
{
    th_overlap_index_free(*state);
    return 0;
}

// Against the square of 0.001 degrees (95.9 m by 110.9 m, 10,642.4750 m²) at 119.6 E 30.5 N.
static const struct {
    const char *wkt;
    enum th_overlap_class kind;
    double share; // of the smaller, by drawing; on a piece of 100 m the ground is flat enough
    double iou;
} pairs[] = {
    // Apart, touching at an edge, at part of an edge, at a corner, and a box that overlaps all the
    // same.
    {"POLYGON ((119.602 30.5,119.603 30.5,119.603 30.501,119.602 30.5))", TH_OVERLAP_NONE, 0, 0},
    {"POLYGON ((119.601 30.5,119.602 30.5,119.602 30.501,119.601 30.501,119.601 30.5))",
     TH_OVERLAP_NONE, 0, 0},
    {"POLYGON ((119.601 30.5002,119.602 30.5,119.602 30.501,119.601 30.5007,119.601 30.5002))",
     TH_OVERLAP_NONE, 0, 0},
    {"POLYGON ((119.601 30.501,119.602 30.501,119.602 30.502,119.601 30.501))", TH_OVERLAP_NONE, 0,
     0},
    {"POLYGON ((119.599 30.5,119.6 30.5,119.6 30.501,119.601 30.501,119.601 30.502,119.599 "
     "30.502,119.599 30.5))",
     TH_OVERLAP_NONE, 0, 0},
    // Around it, so that it fills the hole.
    {"POLYGON ((119.599 30.499,119.602 30.499,119.602 30.502,119.599 30.502,119.599 30.499),"
     "(119.6 30.5,119.6 30.501,119.601 30.501,119.601 30.5,119.6 30.5))",
     TH_OVERLAP_NONE, 0, 0},
    // A nanodegree over the edge is noise of coordinates.
    {"POLYGON ((119.60099999 30.5,119.602 30.5,119.602 30.50001,119.60099999 30.5))",
     TH_OVERLAP_NONE, 0, 0},
    // The same again, once with a further vertex on an edge, once starting elsewhere and clockwise.
    {"POLYGON ((119.6 30.5,119.601 30.5,119.601 30.501,119.6 30.501,119.6 30.5))",
     TH_OVERLAP_DUPLICATE, 1, 1},
    {"POLYGON ((119.6 30.5,119.6005 30.5,119.601 30.5,119.601 30.501,119.6 30.501,119.6 30.5))",
     TH_OVERLAP_DUPLICATE, 1, 1},
    {"POLYGON ((119.601 30.501,119.601 30.5,119.6 30.5,119.6 30.501,119.601 30.501))",
     TH_OVERLAP_DUPLICATE, 1, 1},
    {"POLYGON ((119.60002 30.5,119.601 30.5,119.601 30.501,119.60002 30.501,119.60002 30.5))",
     TH_OVERLAP_DUPLICATE, 1, 0.98},
    // Inside, around, half over.
    {"POLYGON ((119.6002 30.5002,119.6004 30.5002,119.6004 30.5004,119.6002 30.5004,119.6002 "
     "30.5002))",
     TH_OVERLAP_AREA, 1, 0.04},
    {"POLYGON ((119.599 30.499,119.602 30.499,119.602 30.502,119.599 30.502,119.599 30.499))",
     TH_OVERLAP_AREA, 1, 1.0 / 9},
    {"POLYGON ((119.6005 30.5,119.6015 30.5,119.6015 30.501,119.6005 30.501,119.6005 30.5))",
     TH_OVERLAP_AREA, 0.5, 1.0 / 3},
    // A strip of 0.000005 degrees, half a metre: its width makes it a sliver although it is 53 m².
    {"POLYGON ((119.600995 30.5,119.601995 30.5,119.601995 30.501,119.600995 30.501,119.600995 "
     "30.5))",
     TH_OVERLAP_SLIVER, 0.005, 0.005 / 1.995},
    // 1.9 m by 3.3 m is wide but under 10 m².
    {"POLYGON ((119.60098 30.49,119.61 30.49,119.61 30.50003,119.60098 30.50003,119.60098 30.49))",
     TH_OVERLAP_SLIVER, 0.0006, -1},
};

static void test__classes_of_drawn_pairs(void **state)
{
    struct th_geometry cell = th_test_box(119.6, 30.5, 119.601, 30.501);
    add(*state, 42, &cell);
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        struct th_overlap_finding *findings;
        struct th_geometry shape = th_test_shape(pairs[i].wkt);
        print_message("  %.70s\n", pairs[i].wkt);
        size_t n = test(*state, &shape, &findings);
        assert_int_equal(n, pairs[i].kind == TH_OVERLAP_NONE ? 0 : 1);
        if (n == 1) {
            assert_int_equal(findings[0].kind, pairs[i].kind);
            assert_int_equal(findings[0].other_id, 42);
            assert_close(findings[0].share, pairs[i].share, 1e-4);
            double smaller_m2 = fmin(area_of(&shape), 10642.4750);
            assert_close(findings[0].area_m2, pairs[i].share * smaller_m2, 1e-4 * 10642);
            if (pairs[i].iou >= 0) {
                assert_close(findings[0].iou, pairs[i].iou, 1e-4);
            }
        }
        free(findings);
        th_geometry_clear(&shape);
    }
    th_geometry_clear(&cell);
}

static void test__width_is_twice_area_by_perimeter(void **state)
{
    struct th_overlap_finding *findings;
    struct th_geometry cell = th_test_box(119.6, 30.5, 119.601, 30.501);
    add(*state, 1, &cell);
    assert_int_equal(test(*state, &cell, &findings), 1);
    // 2 · 10,642.4750 m² by 2 · (95.98 m + 110.87 m).
    assert_close(findings[0].width_m, 51.45, 0.05);
    free(findings);
    th_geometry_clear(&cell);
}

static void test__worst_first_then_by_id_whatever_the_order_of_adding(void **state)
{
    struct th_overlap_finding *findings;
    struct th_geometry whole = th_test_box(119.6, 30.5, 119.601, 30.501);
    struct th_geometry left = th_test_box(119.6, 30.5, 119.6005, 30.501);
    struct th_geometry strip = th_test_box(119.600997, 30.5, 119.602, 30.501);
    assert_int_equal(test(*state, &whole, &findings), 0);
    add(*state, 9, &strip);
    add(*state, 8, &left);
    assert_int_equal(test(*state, &whole, &findings), 2);
    free(findings);
    add(*state, 7, &left);
    add(*state, -3, &whole);
    assert_int_equal(test(*state, &whole, &findings), 4);
    const int64_t ids[] = {-3, 7, 8, 9};
    const enum th_overlap_class kinds[] = {TH_OVERLAP_DUPLICATE, TH_OVERLAP_AREA, TH_OVERLAP_AREA,
                                           TH_OVERLAP_SLIVER};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(findings[i].other_id, ids[i]);
        assert_int_equal(findings[i].kind, kinds[i]);
    }
    free(findings);
    th_geometry_clear(&whole);
    th_geometry_clear(&left);
    th_geometry_clear(&strip);
}

static void test__parcels_of_every_size_are_found(void **state)
{
    // From 2 m to 50 degrees around one place, and one county over everything.
    struct th_overlap_finding *findings;
    int64_t id = 0;
    for (double size = 2e-5; size < 100; size *= 3) {
        struct th_geometry shape =
            th_test_box(100 - size / 3, 20 - size / 5, 100 + size / 2, 20 + size / 2);
        add(*state, ++id, &shape);
        assert_int_equal(test(*state, &shape, &findings), id);
        free(findings);
        th_geometry_clear(&shape);
    }
    assert_true(id > 10);
}

static void new__limits_are_taken_over(void **state)
{
    (void)state;
    struct th_error err = {0};
    struct th_overlap_finding *findings;
    struct th_overlap_index *index = NULL;
    struct th_overlap_limits limits = th_overlap_limits_default;
    struct th_geometry cell = th_test_box(119.6, 30.5, 119.601, 30.501);
    struct th_geometry half = th_test_box(119.6005, 30.5, 119.6015, 30.501);
    assert_close(limits.duplicate_iou, 0.95, 0);
    assert_close(limits.overlap_area_m2, 10, 0);
    assert_close(limits.overlap_share, 0.01, 0);
    assert_close(limits.overlap_width_m, 1, 0);
    assert_close(limits.sliver_total_share, 0.01, 0);
    limits.overlap_share = 0.6;
    assert_ok(th_overlap_index_new(&limits, &index, &err), &err);
    add(index, 1, &cell);
    assert_int_equal(test(index, &half, &findings), 1);
    assert_int_equal(findings[0].kind, TH_OVERLAP_SLIVER);
    free(findings);
    th_overlap_index_free(index);
    th_overlap_index_free(NULL);
    th_geometry_clear(&cell);
    th_geometry_clear(&half);
}

// A small generator of our own, so that every run sees the same pairs.
static unsigned random_below(uint64_t *seed, unsigned limit)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(*seed >> 33) % limit;
}

// A polygon on a lattice of 6 by 6 knots, sometimes with a hole, as WKT; maybe invalid.
static void lattice_wkt(uint64_t *seed, char *wkt, size_t size)
{
    size_t used = (size_t)snprintf(wkt, size, "POLYGON ((");
    unsigned n = 3 + random_below(seed, 4);
    double first_x = 0;
    double first_y = 0;
    for (unsigned i = 0; i <= n; i++) {
        double x = 119.6 + 0.001 * random_below(seed, 6);
        double y = 30.5 + 0.001 * random_below(seed, 6);
        if (i == 0) {
            first_x = x;
            first_y = y;
        }
        used += (size_t)snprintf(wkt + used, size - used, "%s%.8f %.8f", i == 0 ? "" : ",",
                                 i == n ? first_x : x, i == n ? first_y : y);
    }
    snprintf(wkt + used, size - used, "))");
}

// Valid, and more than points on one line that rounding keeps apart.
static bool is_ground(GEOSContextHandle_t context, const GEOSGeometry *shape)
{
    double area = 0;
    return GEOSisValid_r(context, shape) == 1 && GEOSArea_r(context, shape, &area) == 1 &&
           area > 1e-10;
}

static void quiet(const char *message, void *data)
{
    (void)message;
    (void)data;
}

static void test__random_pairs_on_a_lattice_agree_with_overlay(void **state)
{
    (void)state;
    enum { PAIRS = 4000 };
    uint64_t seed = 20240607;
    int n_apart = 0;
    int n_meet = 0;
    GEOSContextHandle_t context = GEOS_init_r();
    GEOSContext_setErrorMessageHandler_r(context, quiet, NULL);
    GEOSWKTReader *reader = GEOSWKTReader_create_r(context);
    while (n_apart + n_meet < PAIRS) {
        char wkt[2][512];
        GEOSGeometry *geos[2];
        lattice_wkt(&seed, wkt[0], sizeof wkt[0]);
        lattice_wkt(&seed, wkt[1], sizeof wkt[1]);
        geos[0] = GEOSWKTReader_read_r(context, reader, wkt[0]);
        geos[1] = GEOSWKTReader_read_r(context, reader, wkt[1]);
        if (is_ground(context, geos[0]) && is_ground(context, geos[1])) {
            struct th_error err = {0};
            struct th_overlap_finding *findings;
            struct th_overlap_index *index = NULL;
            struct th_geometry a = th_test_shape(wkt[0]);
            struct th_geometry b = th_test_shape(wkt[1]);
            double common = 0;
            GEOSGeometry *overlay = GEOSIntersection_r(context, geos[0], geos[1]);
            assert_non_null(overlay);
            GEOSArea_r(context, overlay, &common);
            GEOSGeom_destroy_r(context, overlay);
            assert_ok(th_overlap_index_new(NULL, &index, &err), &err);
            add(index, 1, &a);
            size_t n = test(index, &b, &findings);
            // The smallest true overlap on the lattice is far above 1e-10 square degrees, 1 m².
            bool meet = common > 1e-10;
            if ((n == 1) != meet) {
                fail_msg("%g square degrees: %s / %s", common, wkt[0], wkt[1]);
            }
            if (meet) {
                double square_degree_m2 = 10642.4750 / 1e-6;
                assert_close(findings[0].area_m2, common * square_degree_m2,
                             2e-4 * common * square_degree_m2);
            }
            n_meet += meet;
            n_apart += !meet;
            free(findings);
            th_overlap_index_free(index);
            th_geometry_clear(&a);
            th_geometry_clear(&b);
        }
        GEOSGeom_destroy_r(context, geos[0]);
        GEOSGeom_destroy_r(context, geos[1]);
    }
    print_message("  %d pairs apart, %d pairs with common ground\n", n_apart, n_meet);
    assert_true(n_apart > PAIRS / 20 && n_meet > PAIRS / 4);
    GEOSWKTReader_destroy_r(context, reader);
    GEOS_finish_r(context);
}

static void test__a_field_of_neighbours_only_touches(void **state)
{
    // A crooked grid: shared boundaries with shared vertices, like a cadastre.
    enum { SIDE = 40 };
    struct th_overlap_finding *findings;
    for (int row = 0; row < SIDE; row++) {
        for (int column = 0; column < SIDE; column++) {
            struct th_geometry cell = th_test_box(0, 0, 1, 1);
            const int corners[][2] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}};
            for (size_t i = 0; i < 5; i++) {
                int x = column + corners[i][0];
                int y = row + corners[i][1];
                cell.points[i].x = 119 + 0.001 * x + 0.0003 * sin(7.0 * x + 3.0 * y);
                cell.points[i].y = 30 + 0.001 * y + 0.0003 * cos(5.0 * x + 2.0 * y);
            }
            assert_int_equal(test(*state, &cell, &findings), 0);
            add(*state, row * SIDE + column, &cell);
            th_geometry_clear(&cell);
        }
    }
    struct th_geometry county = th_test_box(118, 29, 120, 31);
    assert_int_equal(test(*state, &county, &findings), SIDE * SIDE);
    free(findings);
    th_geometry_clear(&county);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test__classes_of_drawn_pairs, index_make, index_drop),
        cmocka_unit_test_setup_teardown(test__width_is_twice_area_by_perimeter, index_make,
                                        index_drop),
        cmocka_unit_test_setup_teardown(test__worst_first_then_by_id_whatever_the_order_of_adding,
                                        index_make, index_drop),
        cmocka_unit_test_setup_teardown(test__parcels_of_every_size_are_found, index_make,
                                        index_drop),
        cmocka_unit_test(new__limits_are_taken_over),
        cmocka_unit_test(test__random_pairs_on_a_lattice_agree_with_overlay),
        cmocka_unit_test_setup_teardown(test__a_field_of_neighbours_only_touches, index_make,
                                        index_drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
