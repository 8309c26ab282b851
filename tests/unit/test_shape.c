#include <cpl_conv.h>
#include <ogr_api.h>
#include <stdlib.h>

#include "gis/reader.h"
#include "gis/reader/rings_internal.h"
#include "gis/reader/shape_internal.h"
#include "tests/support/support.h"

static OGRGeometryH parse(const char *wkt)
{
    char *copy = CPLStrdup(wkt);
    char *rest = copy;
    OGRGeometryH geometry = NULL;
    assert_int_equal(OGR_G_CreateFromWkt(&rest, NULL, &geometry), OGRERR_NONE);
    CPLFree(copy);
    return geometry;
}

// What `wkt` becomes; compared as geometries, ring by ring, so that GDAL's spelling of numbers does
// not matter.
static void assert_becomes(const char *wkt, const char *want, unsigned want_shape)
{
    struct th_error err = {0};
    OGRGeometryH in = parse(wkt);
    OGRGeometryH out = NULL;
    OGRGeometryH expected = parse(want);
    unsigned shape = 77;
    bool has_area = th_shape_has_area(in);
    assert_ok(th_shape_take(in, 1.0, &out, &shape, &err), &err);
    char *text = NULL;
    char *expected_text = NULL;
    OGR_G_ExportToWkt(out, &text);
    OGR_G_ExportToWkt(expected, &expected_text);
    assert_string_equal(text, expected_text);
    assert_int_equal(shape, want_shape);
    OGRwkbGeometryType type = OGR_GT_Flatten(OGR_G_GetGeometryType(out));
    assert_int_equal(has_area, type == wkbPolygon || type == wkbMultiPolygon);
    CPLFree(text);
    CPLFree(expected_text);
    OGR_G_DestroyGeometry(expected);
    if (out != in) {
        OGR_G_DestroyGeometry(out);
    }
    OGR_G_DestroyGeometry(in);
}

#define SQUARE "(0 0,9 0,9 9,0 9,0 0)"
#define INNER "(2 2,2 4,4 4,4 2,2 2)"
#define BESIDE "(20 0,29 0,29 9,20 0)"

static void take__polygons_stay_as_they_are(void **state)
{
    (void)state;
    assert_becomes("POLYGON (" SQUARE ")", "POLYGON (" SQUARE ")", 0);
    assert_becomes("MULTIPOLYGON ((" SQUARE "))", "MULTIPOLYGON ((" SQUARE "))", 0);
    assert_becomes("POLYGON EMPTY", "POLYGON EMPTY", 0);
}

static void take__heights_and_measures_go(void **state)
{
    (void)state;
    assert_becomes("POLYGON Z ((0 0 1,9 0 1,9 9 1,0 0 1))", "POLYGON ((0 0,9 0,9 9,0 0))",
                   TH_SHAPE_FLATTENED);
    assert_becomes("POLYGON ZM ((0 0 1 2,9 0 1 2,9 9 1 2,0 0 1 2))", "POLYGON ((0 0,9 0,9 9,0 0))",
                   TH_SHAPE_FLATTENED);
    assert_becomes("POINT M (1 2 3)", "POINT (1 2)", TH_SHAPE_FLATTENED);
}

static void take__closed_lines_become_polygons(void **state)
{
    (void)state;
    assert_becomes("LINESTRING " SQUARE, "POLYGON (" SQUARE ")", TH_SHAPE_CLOSED_LINES);
    assert_becomes("LINESTRING Z (0 0 5,9 0 5,9 9 5,0 0 5)", "POLYGON ((0 0,9 0,9 9,0 0))",
                   TH_SHAPE_CLOSED_LINES | TH_SHAPE_FLATTENED);
    assert_becomes("MULTILINESTRING (" SQUARE "," BESIDE ")",
                   "MULTIPOLYGON ((" SQUARE "),(" BESIDE "))", TH_SHAPE_CLOSED_LINES);
}

static void take__lines_that_are_not_closed_stay_lines(void **state)
{
    (void)state;
    assert_becomes("LINESTRING (0 0,9 0,9 9)", "LINESTRING (0 0,9 0,9 9)", 0);
    // A gap of 0.001 in 36 is not for a program to close.
    assert_becomes("LINESTRING (0 0,9 0,9 9,0 9,0 0.001)", "LINESTRING (0 0,9 0,9 9,0 9,0 0.001)",
                   0);
    // There and back encloses nothing.
    assert_becomes("LINESTRING (0 0,9 0,0 0)", "LINESTRING (0 0,9 0,0 0)", 0);
    assert_becomes("MULTILINESTRING (" SQUARE ",(20 0,29 0))",
                   "MULTILINESTRING (" SQUARE ",(20 0,29 0))", 0);
}

static void take__a_line_inside_another_is_its_hole(void **state)
{
    (void)state;
    assert_becomes("MULTILINESTRING (" INNER "," SQUARE ")", "POLYGON (" SQUARE "," INNER ")",
                   TH_SHAPE_CLOSED_LINES);
}

static void take__a_collection_gives_its_polygons_and_closed_lines(void **state)
{
    (void)state;
    assert_becomes("GEOMETRYCOLLECTION (POINT (1 1),POLYGON (" SQUARE "))", "POLYGON (" SQUARE ")",
                   TH_SHAPE_PARTS_DROPPED);
    assert_becomes("GEOMETRYCOLLECTION (POLYGON (" SQUARE "),LINESTRING " BESIDE ")",
                   "MULTIPOLYGON ((" SQUARE "),(" BESIDE "))", TH_SHAPE_CLOSED_LINES);
    assert_becomes("GEOMETRYCOLLECTION (GEOMETRYCOLLECTION (MULTIPOLYGON ((" SQUARE "),(" BESIDE
                   "))),LINESTRING (1 1,2 2))",
                   "MULTIPOLYGON ((" SQUARE "),(" BESIDE "))", TH_SHAPE_PARTS_DROPPED);
    assert_becomes("GEOMETRYCOLLECTION (POINT (1 1))", "GEOMETRYCOLLECTION (POINT (1 1))", 0);
}

// Phones write the outline of a parcel beside the parcel.
static void take__a_line_that_repeats_a_ring_is_no_second_parcel(void **state)
{
    (void)state;
    assert_becomes("GEOMETRYCOLLECTION (POLYGON (" SQUARE "),LINESTRING (9 9,9 0,0 0,0 9,9 9))",
                   "POLYGON (" SQUARE ")", TH_SHAPE_PARTS_DROPPED);
}

static void take__arcs_become_chords_of_the_stated_step(void **state)
{
    struct th_error err = {0};
    OGRGeometryH in = parse("CURVEPOLYGON (CIRCULARSTRING (-1 0,0 1,1 0,0 -1,-1 0))");
    OGRGeometryH out = NULL;
    unsigned shape = 0;
    (void)state;
    assert_true(th_shape_has_area(in));
    assert_ok(th_shape_take(in, 1.0, &out, &shape, &err), &err);
    assert_int_equal(shape, TH_SHAPE_LINEARISED);
    assert_int_equal(OGR_GT_Flatten(OGR_G_GetGeometryType(out)), wkbPolygon);
    // No chord is longer than one degree, so the area lies between that of 360 chords of just one
    // degree, 180 sin 1°, and that of the circle.
    double area = OGR_G_Area(out);
    assert_true(area > 180 * 0.017452406437283512);
    assert_true(area < 3.141592653589793);
    assert_true(OGR_G_GetPointCount(OGR_G_GetGeometryRef(out, 0)) < 370);
    OGR_G_DestroyGeometry(out);
    OGR_G_DestroyGeometry(in);
    assert_becomes("CURVEPOLYGON (" SQUARE ")", "POLYGON (" SQUARE ")", 0);
}

static void take__collections_deeper_than_the_limit_are_lost(void **state)
{
    struct th_error err = {0};
    OGRGeometryH in = parse("POLYGON (" SQUARE ")");
    OGRGeometryH out = NULL;
    unsigned shape = 77;
    (void)state;
    for (int i = 0; i <= TH_SHAPE_DEPTH_MAX + 1; i++) {
        OGRGeometryH around = OGR_G_CreateGeometry(wkbGeometryCollection);
        OGR_G_AddGeometryDirectly(around, in);
        in = around;
    }
    assert_status(th_shape_take(in, 1.0, &out, &shape, &err), TH_UNREADABLE, &err);
    assert_string_equal(err.key, "shape_lost");
    assert_null(out);
    assert_int_equal(shape, 77);
    OGR_G_DestroyGeometry(in);
}

static void nest__an_island_in_a_hole_is_a_shell_again(void **state)
{
    static const double outer[] = {0, 0, 9, 0, 9, 9, 0, 9};
    static const double hole[] = {1, 1, 8, 1, 8, 8, 1, 8};
    static const double island[] = {2, 2, 3, 2, 3, 3};
    static const double beside[] = {9, 0, 12, 0, 12, 9};
    const struct th_ring_points rings[] = {{island, 3}, {beside, 3}, {hole, 4}, {outer, 4}};
    size_t shells[4] = {77, 77, 77, 77};
    (void)state;
    assert_true(th_rings_nest(rings, 4, shells));
    assert_int_equal(shells[0], 0);
    assert_int_equal(shells[1], 1);
    assert_int_equal(shells[2], 3);
    assert_int_equal(shells[3], 3);
}

static void nest__the_same_ring_twice_stands_side_by_side(void **state)
{
    static const double ring[] = {0, 0, 9, 0, 9, 9, 0, 9};
    const struct th_ring_points rings[] = {{ring, 4}, {ring, 4}};
    size_t shells[2] = {77, 77};
    (void)state;
    assert_true(th_rings_nest(rings, 2, shells));
    assert_int_equal(shells[0], 0);
    assert_int_equal(shells[1], 1);
}

static void crosses_itself__knows_a_bow_tie_from_a_square(void **state)
{
    static const double ring[] = {0, 0, 9, 0, 9, 9, 0, 9};
    static const double bow[] = {0, 0, 9, 9, 9, 0, 0, 9};
    (void)state;
    assert_false(th_ring_crosses_itself((struct th_ring_points){ring, 4}));
    assert_true(th_ring_crosses_itself((struct th_ring_points){bow, 4}));
    assert_close(th_ring_area2((struct th_ring_points){ring, 4}), 162, 0);
    assert_int_equal(th_ring_place((struct th_ring_points){ring, 4}, 9, 4), 0);
    assert_int_equal(th_ring_place((struct th_ring_points){ring, 4}, 8, 4), 1);
    assert_int_equal(th_ring_place((struct th_ring_points){ring, 4}, 9.5, 4), -1);
    assert_int_equal(th_ring_place((struct th_ring_points){ring, 4}, -1, 9), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(take__polygons_stay_as_they_are),
        cmocka_unit_test(take__heights_and_measures_go),
        cmocka_unit_test(take__closed_lines_become_polygons),
        cmocka_unit_test(take__lines_that_are_not_closed_stay_lines),
        cmocka_unit_test(take__a_line_inside_another_is_its_hole),
        cmocka_unit_test(take__a_collection_gives_its_polygons_and_closed_lines),
        cmocka_unit_test(take__a_line_that_repeats_a_ring_is_no_second_parcel),
        cmocka_unit_test(take__arcs_become_chords_of_the_stated_step),
        cmocka_unit_test(take__collections_deeper_than_the_limit_are_lost),
        cmocka_unit_test(nest__an_island_in_a_hole_is_a_shell_again),
        cmocka_unit_test(nest__the_same_ring_twice_stands_side_by_side),
        cmocka_unit_test(crosses_itself__knows_a_bow_tie_from_a_square),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
