#include "gis/repair.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "gis/area.h"
#include "gis/validity.h"
#include "tests/support/support.h"
#include "tests/unit/shapes.h"

static int repairer_make(void **state)
{
    struct th_error err = {0};
    struct th_repairer *repairer = NULL;
    assert_ok(th_repairer_new(&repairer, &err), &err);
    *state = repairer;
    return 0;
}

static int repairer_drop(void **state)
{
    th_repairer_free(*state);
    return 0;
}

// Shapes are drawn in units of 0.0001° around a place.
static const double unit_deg = 1e-4;

static struct th_geometry placed_shape(const char *wkt)
{
    struct th_geometry shape = th_test_shape(wkt);
    for (size_t i = 0; i < shape.n_points; i++) {
        shape.points[i].x = 119.5 + shape.points[i].x * unit_deg;
        shape.points[i].y = 30.5 + shape.points[i].y * unit_deg;
    }
    return shape;
}

static double square_unit_m2(void)
{
    double area_m2;
    double perimeter_m;
    struct th_geometry box = th_test_box(119.5, 30.5, 119.5 + 10 * unit_deg, 30.5 + 10 * unit_deg);
    th_area_geodesic(&th_ellipsoid_cgcs2000, &box, &area_m2, &perimeter_m);
    th_geometry_clear(&box);
    return area_m2 / 100;
}

// Areas in square units by drawing; 0: no proposal. The first four are known disagreements of the
// methods.
static const struct {
    const char *name, *wkt;
    double linework, structure;
    double source; // loops by sign
    bool agree;
} cases[] = {
    {"bow-tie", "POLYGON ((0 0,10 10,10 0,0 10,0 0))", 50, 50, 0, true},
    {"overlapping parts", "MULTIPOLYGON (((0 0,10 0,10 10,0 10,0 0)),((5 5,15 5,15 15,5 15,5 5)))",
     150, 175, 200, false},
    {"hole across the shell", "POLYGON ((0 0,8 0,8 8,0 8,0 0),(5 2,11 2,11 6,5 6,5 2))", 64, 52, 40,
     false},
    {"ring twice", "POLYGON ((0 0,10 0,10 10,0 10,0 0),(0 0,10 0,10 10,0 10,0 0))", 100, 0, 0,
     false},
    {"spike", "POLYGON ((0 0,10 0,10 10,15 10,10 10,0 10,0 0))", 100, 100, 100, false},
    {"touching itself", "POLYGON ((0 0,4 0,2 2,4 4,0 4,2 2,0 0))", 8, 8, 8, true},
    {"hole beside the shell", "POLYGON ((0 0,4 0,4 4,0 4,0 0),(6 6,6 8,8 8,8 6,6 6))", 20, 20, 12,
     true},
    {"valid", "POLYGON ((0 0,4 0,4 4,0 4,0 0),(1 1,1 3,3 3,3 1,1 1))", 12, 12, 12, true},
    // Crossing between the cells of the grid, hence rounded.
    {"uneven bow-tie", "POLYGON ((0 0,7 3,7 0,0 5,0 0))", 0, 0, NAN, true},
};

static void check_proposal(struct th_validity *validity, const struct th_repair_proposal *proposal,
                           double want_m2)
{
    struct th_error err = {0};
    assert_int_equal(proposal->possible, want_m2 > 0);
    if (!proposal->possible) {
        assert_int_equal(proposal->geometry.n_polygons, 0);
        assert_close(proposal->area_m2, 0, 0);
        return;
    }
    assert_close(proposal->area_m2, want_m2, want_m2 * 1e-4);
    assert_ok(th_validity_check(validity, &proposal->geometry, &err), &err);
    struct th_geometry again;
    assert_ok(th_geometry_copy(&proposal->geometry, &again, &err), &err);
    assert_ok(th_geometry_normalise(&again, &err), &err);
    assert_int_equal(again.n_points, proposal->geometry.n_points);
    assert_memory_equal(again.points, proposal->geometry.points,
                        again.n_points * sizeof(*again.points));
    th_geometry_clear(&again);
}

static void propose__known_disagreements_of_the_methods(void **state)
{
    struct th_error err = {0};
    struct th_validity *validity = NULL;
    double unit_m2 = square_unit_m2();
    assert_ok(th_validity_new(&validity, &err), &err);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_repair repair;
        struct th_geometry shape = placed_shape(cases[i].wkt);
        double linework = cases[i].linework;
        double structure = cases[i].structure;
        print_message("  %s\n", cases[i].name);
        if (isnan(cases[i].source)) {
            // y = 3x/7 and y = 5 − 5x/7 meet at x = 35/8: triangles of base 5 and of base 3.
            linework = 5 * (35.0 / 8) / 2 + 3 * (7 - 35.0 / 8) / 2;
            structure = linework;
        }
        assert_ok(th_repair_propose(*state, &shape, &repair, &err), &err);
        check_proposal(validity, &repair.by_method[TH_REPAIR_LINEWORK], linework * unit_m2);
        check_proposal(validity, &repair.by_method[TH_REPAIR_STRUCTURE], structure * unit_m2);
        if (!isnan(cases[i].source)) {
            assert_close(repair.source_area_m2, cases[i].source * unit_m2, 0.05 * unit_m2);
        }
        assert_int_equal(repair.agree, cases[i].agree);
        assert_memory_equal(repair.engine, "GEOS 3.", 7);
        th_repair_clear(&repair);
        assert_int_equal(repair.by_method[0].geometry.n_points, 0);
        th_geometry_clear(&shape);
    }
    th_validity_free(validity);
}

static void propose__nothing_for_shapes_without_ground(void **state)
{
    static const char *const shapes[] = {
        "POLYGON ((0 0,nan 0,1 1,0 0))",       "POLYGON ((0 0,1 0,1 inf,0 0))",
        "POLYGON ((0 0,1 1,0 0,1 1,0 0))",     "POLYGON ((0 0,1e-9 0,0 1e-9,0 0))",
        "POLYGON ((1 1,30 1,1 30,30 30,1 1))", // wider than a ground
        "POLYGON ((0 0,1e12 0,0 1e12,0 0))",   // no degrees
        "POLYGON ((0 0,5 0,10 0,7 0,0 0))",    // on a line
    };
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        struct th_error err = {0};
        struct th_repair repair;
        struct th_geometry shape = th_test_shape(shapes[i]);
        print_message("  %s\n", shapes[i]);
        assert_ok(th_repair_propose(*state, &shape, &repair, &err), &err);
        assert_true(!repair.by_method[0].possible && !repair.by_method[1].possible &&
                    !repair.agree);
        th_repair_clear(&repair);
        th_geometry_clear(&shape);
    }
    struct th_error err = {0};
    struct th_repair repair;
    struct th_geometry nothing = {0};
    assert_ok(th_repair_propose(*state, &nothing, &repair, &err), &err);
    assert_true(!repair.by_method[0].possible);
    th_repair_clear(&repair);
}

// Instrumented code is many times slower; what would take minutes takes hours then.
#ifdef __SANITIZE_ADDRESS__
static const double SECONDS_MAX = 60;
#else
static const double SECONDS_MAX = 5;
#endif

// Seconds that proposals for a ring take; frees the points.
static double propose_seconds(struct th_repairer *repairer, struct th_xy *points, size_t n,
                              bool *ret_possible)
{
    struct th_error err = {0};
    struct th_repair repair;
    size_t ring_end = n + 1;
    size_t polygon_end = 1;
    struct th_geometry shape = {points, n + 1, &ring_end, 1, &polygon_end, 1};
    points[n] = points[0];
    clock_t start = clock();
    assert_ok(th_repair_propose(repairer, &shape, &repair, &err), &err);
    double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    *ret_possible = repair.by_method[0].possible && repair.by_method[1].possible;
    print_message("  %zu points: %.2f s, %s\n", n, seconds,
                  *ret_possible ? "mended" : "no proposal");
    th_repair_clear(&repair);
    free(points);
    return seconds;
}

static void propose__tangles_do_not_take_long(void **state)
{
    static const struct {
        size_t n;
        bool possible;
    } sizes[] = {{20, true}, {50, true}, {300, false}, {10000, false}, {99998, false}};
    for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
        struct th_xy *points = calloc(sizes[k].n + 1, sizeof(*points));
        bool possible;
        assert_non_null(points);
        srand(7);
        for (size_t i = 0; i < sizes[k].n; i++) {
            points[i].x = 119 + (double)rand() / RAND_MAX;
            points[i].y = 30 + (double)rand() / RAND_MAX;
        }
        assert_true(propose_seconds(*state, points, sizes[k].n, &possible) < SECONDS_MAX);
        assert_int_equal(possible, sizes[k].possible);
    }
}

// A round boundary with some vertices out of order.
static void propose__large_boundaries_with_few_defects_are_mended(void **state)
{
    static const size_t sizes[] = {200, 20000, 99998};
    for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
        size_t n = sizes[k];
        struct th_xy *points = calloc(n + 1, sizeof(*points));
        bool possible;
        assert_non_null(points);
        for (size_t i = 0; i < n; i++) {
            double angle = 2 * 3.14159265358979 * (double)i / (double)n;
            points[i].x = 119 + 0.1 * cos(angle);
            points[i].y = 30 + 0.1 * sin(angle);
        }
        for (size_t i = n / 10; i + 1 < n; i += n / 5) {
            struct th_xy swap = points[i];
            points[i] = points[i + 1];
            points[i + 1] = swap;
        }
        assert_true(propose_seconds(*state, points, n, &possible) < SECONDS_MAX);
        assert_true(possible);
    }
}

static void repair__methods_have_names(void **state)
{
    (void)state;
    assert_string_equal(th_repair_method_name(TH_REPAIR_LINEWORK), "linework");
    assert_string_equal(th_repair_method_name(TH_REPAIR_STRUCTURE), "structure");
    th_repairer_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(propose__known_disagreements_of_the_methods),
        cmocka_unit_test(propose__nothing_for_shapes_without_ground),
        cmocka_unit_test(propose__tangles_do_not_take_long),
        cmocka_unit_test(propose__large_boundaries_with_few_defects_are_mended),
        cmocka_unit_test(repair__methods_have_names),
    };
    return cmocka_run_group_tests(tests, repairer_make, repairer_drop);
}
