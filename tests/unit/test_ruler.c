#include "gis/ruler_internal.h"

#include <math.h>
#include <stdlib.h>

#include "gis/area.h"
#include "tests/support/support.h"
#include "tests/unit/shapes.h"

static struct th_ruler_size size_of(const struct th_geometry *shape)
{
    struct th_error err = {0};
    struct th_geometry copy;
    struct th_ground *ground = NULL;
    assert_ok(th_geometry_copy(shape, &copy, &err), &err);
    assert_ok(th_geometry_normalise(&copy, &err), &err);
    assert_ok(th_ground_new(&copy, &ground, &err), &err);
    struct th_ruler_size size = th_ruler_ground(ground);
    th_ground_free(ground);
    th_geometry_clear(&copy);
    return size;
}

// PROJ's geodesics along the straight edges of a shape, each cut into so many pieces.
static struct th_ruler_size geodesic_size(const struct th_geometry *shape, size_t n_pieces)
{
    struct th_ruler_size size = {0, 0};
    size_t start = 0;
    for (size_t r = 0; r < shape->n_rings; r++) {
        size_t n = shape->ring_ends[r] - start - 1;
        struct th_xy *cut = malloc(n * n_pieces * sizeof(*cut));
        assert_non_null(cut);
        for (size_t i = 0; i < n * n_pieces; i++) {
            struct th_xy p = shape->points[start + i / n_pieces];
            struct th_xy q = shape->points[start + i / n_pieces + 1];
            double t = (double)(i % n_pieces) / (double)n_pieces;
            cut[i] = (struct th_xy){p.x + t * (q.x - p.x), p.y + t * (q.y - p.y)};
        }
        double area_m2;
        double perimeter_m;
        th_area_geodesic_ring(&th_ellipsoid_cgcs2000, cut, n * n_pieces, &area_m2, &perimeter_m);
        size.area_m2 += r == 0 ? fabs(area_m2) : -fabs(area_m2);
        size.perimeter_m += perimeter_m;
        start = shape->ring_ends[r];
        free(cut);
    }
    return size;
}

static void ground__a_cell_of_known_area(void **state)
{
    (void)state;
    // At 119.6 E 30.5 N a cell of 0.001 degrees has 10,642.4750 m² (computed apart from this
    // program).
    struct th_geometry cell = th_test_box(119.6, 30.5, 119.601, 30.501);
    assert_close(size_of(&cell).area_m2, 10642.4750, 1e-4);
    th_geometry_clear(&cell);
}

static const struct {
    const char *wkt;
    size_t n_pieces;
    double area, length; // relative
} shapes[] = {
    {"POLYGON ((119.6 30.5,119.6003 30.5001,119.6001 30.5004,119.6 30.5))", 1, 1e-6, 1e-9},
    {"POLYGON ((119.6 30.5,119.63 30.51,119.61 30.54,119.6 30.5),"
     "(119.605 30.51,119.61 30.52,119.612 30.515,119.605 30.51))",
     200, 1e-9, 1e-10},
    {"POLYGON ((75 20,76 20.2,75.5 21.1,75 20))", 4000, 1e-9, 1e-10},
    {"POLYGON ((100 20,118 25,110 40,100 20))", 40000, 1e-9, 1e-9},
    {"POLYGON ((170 -84,179 -80,172 -78,170 -84))", 40000, 1e-8, 1e-8},
};

static void ground__agrees_with_geodesics_along_straight_edges(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        struct th_geometry shape = th_test_shape(shapes[i].wkt);
        struct th_ruler_size size = size_of(&shape);
        struct th_ruler_size want = geodesic_size(&shape, shapes[i].n_pieces);
        print_message("  %.60s\n", shapes[i].wkt);
        // The geodesic of each piece brings its own rounding.
        double rounding_m2 = 2e-5 * (double)(shape.n_points * shapes[i].n_pieces);
        assert_close(size.area_m2, want.area_m2, shapes[i].area * want.area_m2 + rounding_m2);
        assert_close(size.perimeter_m, want.perimeter_m, shapes[i].length * want.perimeter_m);
        th_geometry_clear(&shape);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ground__a_cell_of_known_area),
        cmocka_unit_test(ground__agrees_with_geodesics_along_straight_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
