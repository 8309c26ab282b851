#include "gis/edit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "gis/area.h"
#include "gis/fabric.h"
#include "tests/support/support.h"
#include "tests/unit/shapes.h"

static int edit_make(void **state)
{
    struct th_error err;
    struct th_edit *edit = NULL;
    assert_ok(th_edit_new(&edit, &err), &err);
    *state = edit;
    return 0;
}

static int edit_drop(void **state)
{
    th_edit_free(*state);
    return 0;
}

static struct th_geometry shape_of(const char *wkt)
{
    struct th_error err;
    struct th_geometry shape = th_test_shape(wkt);
    assert_ok(th_geometry_normalise(&shape, &err), &err);
    return shape;
}

static struct th_edit_drawing drawing_of(struct th_edit *edit, const char *text)
{
    struct th_error err;
    struct th_edit_drawing drawing;
    assert_ok(th_edit_read(edit, text, strlen(text), &drawing, &err), &err);
    return drawing;
}

static double area_of(const struct th_geometry *shape)
{
    double area_m2 = 0;
    double perimeter_m = 0;
    th_area_geodesic(&th_ellipsoid_cgcs2000, shape, &area_m2, &perimeter_m);
    return area_m2;
}

// By the shoelace formula with straight edges in degrees, in square metres of one place: the same
// ground divided differently has the same sum here, whatever geodesics do.
static double flat_area_of(const struct th_geometry *shape, struct th_xy origin)
{
    double doubled = 0;
    for (size_t r = 0, start = 0; r < shape->n_rings; start = shape->ring_ends[r++]) {
        for (size_t i = start; i + 1 < shape->ring_ends[r]; i++) {
            doubled += (shape->points[i].x - origin.x) * (shape->points[i + 1].y - origin.y) -
                       (shape->points[i + 1].x - origin.x) * (shape->points[i].y - origin.y);
        }
    }
    return doubled / 2 * 111320 * 111320 * cos(origin.y * 3.14159265358979 / 180);
}

static bool has_vertex(const struct th_geometry *shape, struct th_xy at)
{
    for (size_t i = 0; i < shape->n_points; i++) {
        if (shape->points[i].x == at.x && shape->points[i].y == at.y) {
            return true;
        }
    }
    return false;
}

static bool has_place(const struct th_geometry *shape, double x, double y)
{
    return has_vertex(shape, (struct th_xy){x, y});
}

// No two of the shapes have ground in common.
static void assert_only_touch(const struct th_geometry *shapes, size_t n)
{
    struct th_error err;
    struct th_fabric *fabric = NULL;
    struct th_fabric_pairs pairs = {0};
    struct th_ground **grounds = calloc(n, sizeof(struct th_ground *));
    struct th_fabric_parcel *parcels = calloc(n, sizeof(*parcels));
    assert_true(grounds != NULL && parcels != NULL);
    for (size_t i = 0; i < n; i++) {
        assert_ok(th_ground_new(&shapes[i], &grounds[i], &err), &err);
        parcels[i] = (struct th_fabric_parcel){grounds[i], area_of(&shapes[i]), (int64_t)i};
    }
    assert_ok(th_fabric_new(parcels, n, NULL, &fabric, &err), &err);
    assert_ok(th_fabric_join(fabric, 1, NULL, &pairs, &err), &err);
    if (pairs.n > 0) {
        fail_msg("shapes %u and %u share %g m2", pairs.items[0].a, pairs.items[0].b,
                 pairs.items[0].finding.area_m2);
    }
    free(pairs.items);
    th_fabric_free(fabric);
    for (size_t i = 0; i < n; i++) {
        th_ground_free(grounds[i]);
    }
    free(parcels);
    free(grounds);
}

static size_t split_ok(struct th_edit *edit, const struct th_geometry *whole, const char *text,
                       struct th_geometry **parts)
{
    struct th_error err;
    size_t n = 0;
    struct th_edit_drawing drawing = drawing_of(edit, text);
    assert_ok(th_edit_split(edit, whole, &drawing, TH_EDIT_TOLERANCE_M, parts, &n, &err), &err);
    th_edit_drawing_clear(&drawing);
    return n;
}

// A cell of 0.001°, 10,642.475 m² by independent calculation, and what lies around it.
static const char SQUARE[] =
    "POLYGON ((119.6 30.5,119.601 30.5,119.601 30.501,119.6 30.501,119.6 30.5))";
static const char EAST_OF_IT[] =
    "POLYGON ((119.601 30.5,119.602 30.5,119.602 30.501,119.601 30.501,119.601 30.5))";

static void split__a_line_gives_two_parts_that_share_the_cut(void **state)
{
    struct th_geometry shapes[3] = {{0}, {0}, shape_of(EAST_OF_IT)};
    struct th_geometry whole = shape_of(SQUARE);
    struct th_geometry *parts = NULL;
    size_t n = split_ok(*state, &whole, "LINESTRING (119.5999 30.5004, 119.6011 30.5007)", &parts);
    assert_int_equal(n, 2);
    size_t n_shared = 0;
    for (size_t i = 0; i + 1 < parts[0].n_points; i++) {
        bool old = has_vertex(&whole, parts[0].points[i]);
        n_shared += has_vertex(&parts[1], parts[0].points[i]) ? 1 : 0;
        assert_true(old || has_vertex(&parts[1], parts[0].points[i]));
    }
    assert_int_equal(n_shared, 2); // the ends of the cut, bit for bit
    assert_close(area_of(&parts[0]) + area_of(&parts[1]), 10642.4750, 2 * TH_EDIT_AREA_ROUNDING_M2);
    shapes[0] = parts[0];
    shapes[1] = parts[1];
    assert_only_touch(shapes, 3);
    th_geometry_clear(&shapes[2]);
    th_geometry_clear(&whole);
    th_edit_parts_free(parts, n);
}

static void split__pieces_come_from_west_to_east(void **state)
{
    struct th_geometry whole = shape_of(SQUARE);
    struct th_geometry *parts = NULL;
    size_t n = split_ok(*state, &whole,
                        "MULTILINESTRING ((119.6007 30.499, 119.6007 30.502),"
                        "(119.6002 30.499, 119.6002 30.502))",
                        &parts);
    assert_int_equal(n, 3);
    // Widths of 0.0002°, 0.0005° and 0.0003°.
    assert_close(area_of(&parts[0]), 0.2 * 10642.4750, 0.02);
    assert_close(area_of(&parts[1]), 0.5 * 10642.4750, 0.02);
    assert_close(area_of(&parts[2]), 0.3 * 10642.4750, 0.02);
    assert_true(has_place(&parts[0], 119.6002, 30.5) && has_place(&parts[1], 119.6002, 30.5));
    th_geometry_clear(&whole);
    th_edit_parts_free(parts, n);
}

static void split__a_polygon_gives_inside_then_outside(void **state)
{
    struct th_geometry whole = shape_of(SQUARE);
    struct th_geometry *parts = NULL;
    // The corner in the south west, drawn 20 cm beside the boundary on two sides.
    size_t n = split_ok(*state, &whole,
                        "POLYGON ((119.600002 30.499998,119.6004 30.5,119.6004 30.5004,"
                        "119.600002 30.5004,119.600002 30.499998))",
                        &parts);
    assert_int_equal(n, 2);
    assert_close(area_of(&parts[0]), 0.16 * 10642.4750, 0.05);
    assert_close(area_of(&parts[0]) + area_of(&parts[1]), 10642.4750, 4 * TH_EDIT_AREA_ROUNDING_M2);
    assert_true(has_place(&parts[0], 119.6, 30.5));
    assert_false(has_place(&parts[1], 119.6, 30.5));
    assert_int_equal(parts[1].n_polygons, 1); // no strip is left along the boundary
    assert_only_touch(parts, 2);
    th_geometry_clear(&whole);
    th_edit_parts_free(parts, n);
}

static void split__a_polygon_in_the_middle_leaves_a_hole(void **state)
{
    struct th_geometry whole = shape_of(SQUARE);
    struct th_geometry *parts = NULL;
    size_t n = split_ok(*state, &whole,
                        "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":"
                        "\"Polygon\",\"coordinates\":[[[119.6004,30.5004],[119.6006,30.5004],"
                        "[119.6006,30.5006],[119.6004,30.5006],[119.6004,30.5004]]]}}",
                        &parts);
    assert_int_equal(n, 2);
    assert_int_equal(parts[0].n_rings, 1);
    assert_int_equal(parts[1].n_rings, 2);
    assert_close(area_of(&parts[0]), 0.04 * 10642.4750, 0.01);
    assert_only_touch(parts, 2);
    th_geometry_clear(&whole);
    th_edit_parts_free(parts, n);
}

static void split__a_line_may_end_a_little_short_of_the_boundary(void **state)
{
    struct th_error err;
    struct th_geometry whole = shape_of(SQUARE);
    struct th_geometry *parts = NULL;
    // 0.000003° of longitude are 0.29 m.
    size_t n =
        split_ok(*state, &whole, "LINESTRING (119.600003 30.5005, 119.600997 30.5005)", &parts);
    assert_int_equal(n, 2);
    assert_close(area_of(&parts[0]), 0.5 * 10642.4750, 0.05);
    th_edit_parts_free(parts, n);
    parts = NULL;
    n = 77;
    struct th_edit_drawing drawing =
        drawing_of(*state, "LINESTRING (119.60003 30.5005, 119.60097 30.5005)");
    assert_status(th_edit_split(*state, &whole, &drawing, TH_EDIT_TOLERANCE_M, &parts, &n, &err),
                  TH_DATA_PROBLEM, &err);
    assert_string_equal(err.key, "split_misses");
    assert_null(parts);
    assert_int_equal(n, 77);
    th_edit_drawing_clear(&drawing);
    th_geometry_clear(&whole);
}

static void split__a_line_from_corner_to_corner_adds_no_vertex(void **state)
{
    struct th_geometry whole = shape_of(SQUARE);
    struct th_geometry *parts = NULL;
    size_t n = split_ok(*state, &whole, "LINESTRING (119.6 30.5, 119.601 30.501)", &parts);
    assert_int_equal(n, 2);
    assert_int_equal(parts[0].n_points, 4);
    assert_int_equal(parts[1].n_points, 4);
    th_geometry_clear(&whole);
    th_edit_parts_free(parts, n);
}

static void split__a_hole_is_cut_through_and_other_parts_stay_with_the_largest(void **state)
{
    struct th_geometry whole = shape_of(
        "MULTIPOLYGON (((119.6 30.5,119.601 30.5,119.601 30.501,119.6 30.501,119.6 30.5),"
        "(119.6004 30.5004,119.6004 30.5006,119.6006 30.5006,119.6006 30.5004,119.6004 30.5004)),"
        "((119.605 30.5,119.606 30.5,119.606 30.501,119.605 30.5)))");
    struct th_geometry *parts = NULL;
    size_t n = split_ok(*state, &whole, "LINESTRING (119.6005 30.499, 119.60052 30.502)", &parts);
    assert_int_equal(n, 2);
    assert_int_equal(parts[0].n_polygons, 2); // the western piece is the larger one
    assert_int_equal(parts[1].n_polygons, 1);
    assert_int_equal(parts[1].n_rings, 1);
    assert_close(area_of(&parts[0]) + area_of(&parts[1]), area_of(&whole),
                 4 * TH_EDIT_AREA_ROUNDING_M2);
    assert_only_touch(parts, 2);
    th_geometry_clear(&whole);
    th_edit_parts_free(parts, n);
}

static void split__what_divides_nothing_is_told(void **state)
{
    static const struct {
        const char *drawing;
        const char *key;
    } cases[] = {
        {"LINESTRING (119.7 30.5, 119.8 30.6)", "split_misses"},
        {"LINESTRING (10 50, 11 51)", "split_misses"},
        {"LINESTRING (119.6 30.5, 119.601 30.5)", "split_misses"}, // along an edge
        {"POLYGON ((119.59 30.49,119.61 30.49,119.61 30.51,119.59 30.51,119.59 30.49))",
         "split_misses"},
        // A corner of 0.000005° by 0.000005°.
        {"LINESTRING (119.600985 30.49999, 119.60101 30.500015)", "split_sliver"},
    };
    struct th_geometry whole = shape_of(SQUARE);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_error err;
        struct th_geometry *parts = NULL;
        size_t n = 77;
        struct th_edit_drawing drawing = drawing_of(*state, cases[i].drawing);
        assert_status(
            th_edit_split(*state, &whole, &drawing, TH_EDIT_TOLERANCE_M, &parts, &n, &err),
            TH_DATA_PROBLEM, &err);
        assert_string_equal(err.key, cases[i].key);
        assert_null(parts);
        assert_int_equal(n, 77);
        th_edit_drawing_clear(&drawing);
    }
    th_geometry_clear(&whole);
}

// A generator of our own, so that a failure can be repeated anywhere.
static double chance(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(*seed >> 11) / 9007199254740992.0;
}

// A star around its middle, and the same as the hole of a box around it.
static void star_make(uint64_t *seed, struct th_geometry *ret_star, struct th_geometry *ret_around)
{
    enum { CORNERS_MAX = 40 };
    char text[4096];
    char box[4600];
    size_t used = 0;
    double size = 0.0002 + 0.02 * chance(seed) * chance(seed); // 20 m to 2 km
    double x = 119.5 + chance(seed);
    double y = 30.2 + chance(seed);
    int n = 4 + (int)(chance(seed) * (CORNERS_MAX - 4));
    char first[64] = "";
    for (int i = 0; i < n; i++) {
        double angle = 6.283185307179586 * (i + 0.8 * chance(seed)) / n;
        double radius = size * (0.4 + 0.6 * chance(seed));
        char corner[64];
        (void)snprintf(corner, sizeof(corner), "%.8f %.8f", x + radius * cos(angle),
                       y + radius * sin(angle));
        if (i == 0) {
            memcpy(first, corner, sizeof(first));
        }
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%s,", corner);
    }
    (void)snprintf(text + used, sizeof(text) - used, "%s", first);
    double r = 1.5 * size;
    (void)snprintf(box, sizeof(box), "POLYGON ((%f %f,%f %f,%f %f,%f %f,%f %f),(%s))", x - r, y - r,
                   x + r, y - r, x + r, y + r, x - r, y + r, x - r, y - r, text);
    *ret_around = shape_of(box);
    char ring[4200];
    (void)snprintf(ring, sizeof(ring), "POLYGON ((%s))", text);
    *ret_star = shape_of(ring);
}

static void split__random_cuts_leave_neither_gap_nor_overlap(void **state)
{
    enum { ROUNDS = 400 };
    uint64_t seed = 20211030;
    size_t n_cut = 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct th_error err;
        struct th_geometry star;
        struct th_geometry around;
        struct th_geometry *parts = NULL;
        size_t n = 0;
        char text[256];
        star_make(&seed, &star, &around);
        struct th_box box = th_geometry_box(&around);
        double y0 = box.south + (box.north - box.south) * (0.2 + 0.6 * chance(&seed));
        double y1 = box.south + (box.north - box.south) * (0.2 + 0.6 * chance(&seed));
        double y2 = box.south + (box.north - box.south) * (0.2 + 0.6 * chance(&seed));
        (void)snprintf(text, sizeof(text), "LINESTRING (%.12f %.12f,%.12f %.12f,%.12f %.12f)",
                       box.west, y0, (box.west + box.east) / 2, y1, box.east, y2);
        struct th_edit_drawing drawing = drawing_of(*state, text);
        enum th_status status =
            th_edit_split(*state, &star, &drawing, TH_EDIT_TOLERANCE_M, &parts, &n, &err);
        if (status == TH_OK) {
            double sum = 0;
            struct th_geometry *all = malloc((n + 1) * sizeof(*all));
            assert_non_null(all);
            for (size_t i = 0; i < n; i++) {
                sum += flat_area_of(&parts[i], star.points[0]);
            }
            // Each piece but the first adds two ends of a cut.
            assert_close(sum, flat_area_of(&star, star.points[0]),
                         (double)(2 * n) * TH_EDIT_AREA_ROUNDING_M2);
            memcpy(all, parts, n * sizeof(*all));
            all[n] = around;
            assert_only_touch(all, n + 1);
            free(all);
            n_cut++;
        } else {
            assert_true(strcmp(err.key, "split_misses") == 0 ||
                        strcmp(err.key, "split_sliver") == 0);
        }
        th_edit_parts_free(parts, n);
        th_edit_drawing_clear(&drawing);
        th_geometry_clear(&star);
        th_geometry_clear(&around);
    }
    assert_true(n_cut > ROUNDS * 8 / 10);
}

// A line that goes up and down `n` times in a square of a hundredth of a degree, or to and fro.
static void zigzag(size_t n, bool upright, struct th_geometry *ret_line)
{
    struct th_geometry line = {.n_points = 2 * n, .n_rings = 1};
    line.points = calloc(2 * n + 1, sizeof(*line.points));
    line.ring_ends = calloc(1, sizeof(*line.ring_ends));
    line.polygon_ends = calloc(1, sizeof(*line.polygon_ends));
    assert_true(line.points != NULL && line.ring_ends != NULL && line.polygon_ends != NULL);
    for (size_t i = 0; i < 2 * n; i++) {
        double step = 0.0001 + 0.0098 * (double)(i / 2) / (double)n;
        double end = (i + 1) / 2 % 2 == 0 ? 0 : 0.01;
        line.points[i] = upright ? (struct th_xy){119.6 + step, 30.5 + end}
                                 : (struct th_xy){119.6 + end, 30.5 + step};
    }
    line.ring_ends[0] = 2 * n;
    *ret_line = line;
}

// A comb whose back is beside that square and whose teeth reach through it.
static void comb(size_t n_teeth, bool upright, struct th_geometry *ret_comb)
{
    struct th_error err;
    double tooth = 0.01 / (double)n_teeth;
    struct th_geometry shape = {.n_points = 4 * n_teeth + 3, .n_rings = 1, .n_polygons = 1};
    shape.points = calloc(shape.n_points, sizeof(*shape.points));
    shape.ring_ends = calloc(1, sizeof(*shape.ring_ends));
    shape.polygon_ends = calloc(1, sizeof(*shape.polygon_ends));
    assert_true(shape.points != NULL && shape.ring_ends != NULL && shape.polygon_ends != NULL);
    size_t n = 0;
    for (size_t i = 0; i < n_teeth; i++) {
        double left = (double)i * tooth;
        const double corners[4][2] = {
            {left, 0}, {left, 0.012}, {left + 0.4 * tooth, 0.012}, {left + 0.4 * tooth, 0}};
        for (size_t k = 0; k < 4; k++) {
            shape.points[n++] = (struct th_xy){corners[k][0], corners[k][1]};
        }
    }
    shape.points[n++] = (struct th_xy){0.01, -0.001};
    shape.points[n++] = (struct th_xy){0, -0.001};
    shape.points[n++] = shape.points[0];
    for (size_t i = 0; i < n; i++) {
        struct th_xy at = shape.points[i];
        shape.points[i] = upright ? (struct th_xy){119.6 + at.x, 30.499 + at.y}
                                  : (struct th_xy){119.599 + at.y, 30.5 + at.x};
    }
    shape.ring_ends[0] = n;
    shape.polygon_ends[0] = 1;
    assert_ok(th_geometry_normalise(&shape, &err), &err);
    *ret_comb = shape;
}

static void split__drawings_that_cross_far_too_often_are_refused(void **state)
{
    struct th_error err;
    struct th_edit_drawing drawing = {.polygonal = false};
    struct th_geometry *parts = NULL;
    size_t n = 0;
    struct th_geometry whole = {0};
    comb(1000, true, &whole);
    zigzag(1000, false, &drawing.lines); // two million crossings
    assert_status(th_edit_split(*state, &whole, &drawing, TH_EDIT_TOLERANCE_M, &parts, &n, &err),
                  TH_LIMIT, &err);
    assert_string_equal(err.key, "edit_tangled");
    th_geometry_clear(&whole);
    // Hatching over a square: it meets the boundary a few hundred times, and itself far more often.
    struct th_geometry down = {0};
    zigzag(200, true, &down);
    th_geometry_clear(&drawing.lines);
    zigzag(200, false, &drawing.lines);
    drawing.lines.points = realloc(drawing.lines.points, 800 * sizeof(*drawing.lines.points));
    assert_non_null(drawing.lines.points);
    memcpy(drawing.lines.points + 400, down.points, 400 * sizeof(*down.points));
    drawing.lines.n_points = drawing.lines.ring_ends[0] = 800;
    th_geometry_clear(&down);
    whole = shape_of("POLYGON((119.6005 30.5005,119.6095 30.5005,119.6095 30.5095,"
                     "119.6005 30.5095,119.6005 30.5005))");
    assert_status(th_edit_split(*state, &whole, &drawing, TH_EDIT_TOLERANCE_M, &parts, &n, &err),
                  TH_LIMIT, &err);
    assert_string_equal(err.key, "edit_tangled");
    assert_null(parts);
    th_geometry_clear(&whole);
    th_geometry_clear(&drawing.lines);
}

static void merge__combs_that_cross_far_too_often_are_refused(void **state)
{
    struct th_error err;
    struct th_geometry whole = {0};
    struct th_geometry combs[2] = {{0}, {0}};
    comb(400, true, &combs[0]);
    comb(400, false, &combs[1]); // more than half a million crossings
    assert_status(th_edit_merge(*state, combs, 2, &whole, &err), TH_LIMIT, &err);
    assert_string_equal(err.key, "fabric_tangled");
    assert_int_equal(whole.n_points, 0);
    th_geometry_clear(&combs[0]);
    th_geometry_clear(&combs[1]);
}

// Combs back to back: nothing crosses, but every tooth of the one would be laid on the other.
static void merge__boundaries_of_very_many_vertices_are_refused(void **state)
{
    struct th_error err;
    struct th_geometry whole = {0};
    struct th_geometry combs[2] = {{0}, {0}};
    comb(10000, true, &combs[0]);
    comb(10000, true, &combs[1]);
    for (size_t i = 0; i < combs[1].n_points; i++) {
        combs[1].points[i].y = 60.996 - combs[1].points[i].y;
    }
    assert_ok(th_geometry_normalise(&combs[1], &err), &err);
    assert_status(th_edit_merge(*state, combs, 2, &whole, &err), TH_LIMIT, &err);
    assert_string_equal(err.key, "merge_large");
    th_geometry_clear(&combs[0]);
    th_geometry_clear(&combs[1]);
    comb(100, true, &combs[0]);
    comb(100, true, &combs[1]);
    for (size_t i = 0; i < combs[1].n_points; i++) {
        combs[1].points[i].y = 60.996 - combs[1].points[i].y;
    }
    assert_ok(th_geometry_normalise(&combs[1], &err), &err);
    assert_ok(th_edit_merge(*state, combs, 2, &whole, &err), &err);
    assert_close(area_of(&whole), area_of(&combs[0]) + area_of(&combs[1]), 0.02);
    th_geometry_clear(&combs[0]);
    th_geometry_clear(&combs[1]);
    th_geometry_clear(&whole);
}

static void merge__what_was_divided_becomes_whole_again(void **state)
{
    enum { ROUNDS = 200 };
    uint64_t seed = 7;
    size_t n_joined = 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct th_error err;
        struct th_geometry star;
        struct th_geometry around;
        struct th_geometry whole = {0};
        struct th_geometry *parts = NULL;
        size_t n = 0;
        char text[256];
        star_make(&seed, &star, &around);
        struct th_box box = th_geometry_box(&around);
        double y = (box.south + box.north) / 2;
        (void)snprintf(text, sizeof(text), "LINESTRING (%.12f %.12f,%.12f %.12f)", box.west,
                       y - 0.2 * (y - box.south) * chance(&seed), box.east, y);
        struct th_edit_drawing drawing = drawing_of(*state, text);
        if (th_edit_split(*state, &star, &drawing, TH_EDIT_TOLERANCE_M, &parts, &n, &err) ==
            TH_OK) {
            assert_ok(th_edit_merge(*state, parts, n, &whole, &err), &err);
            assert_int_equal(whole.n_polygons, 1);
            assert_int_equal(whole.n_rings, 1);
            assert_close(flat_area_of(&whole, star.points[0]), flat_area_of(&star, star.points[0]),
                         (double)(2 * n) * TH_EDIT_AREA_ROUNDING_M2);
            struct th_geometry both[2] = {whole, around};
            assert_only_touch(both, 2);
            n_joined++;
        }
        th_geometry_clear(&whole);
        th_edit_parts_free(parts, n);
        th_edit_drawing_clear(&drawing);
        th_geometry_clear(&star);
        th_geometry_clear(&around);
    }
    assert_true(n_joined > ROUNDS * 8 / 10);
}

static void merge__vertices_of_one_side_alone_leave_no_slit(void **state)
{
    struct th_error err;
    struct th_geometry whole = {0};
    // The eastern one has a vertex on the common edge, a cell beside it.
    struct th_geometry parcels[2] = {
        shape_of(SQUARE),
        shape_of("POLYGON ((119.601 30.5,119.602 30.5,119.602 30.501,119.601 30.501,"
                 "119.60100001 30.50053,119.601 30.5))")};
    assert_ok(th_edit_merge(*state, parcels, 2, &whole, &err), &err);
    assert_int_equal(whole.n_polygons, 1);
    assert_int_equal(whole.n_rings, 1);
    assert_close(area_of(&whole), 2 * 10642.4750, 0.1);
    th_geometry_clear(&whole);
    th_geometry_clear(&parcels[0]);
    th_geometry_clear(&parcels[1]);
}

static void merge__parcels_that_share_no_edge_are_refused(void **state)
{
    static const char *const OTHERS[] = {
        "POLYGON ((119.601 30.501,119.602 30.501,119.602 30.502,119.601 30.501))", // a corner
        "POLYGON ((119.603 30.5,119.604 30.5,119.604 30.501,119.603 30.5))",       // apart
    };
    for (size_t i = 0; i < 2; i++) {
        struct th_error err;
        struct th_geometry whole = {0};
        struct th_geometry parcels[3] = {shape_of(SQUARE), shape_of(EAST_OF_IT), {0}};
        parcels[2] = shape_of(OTHERS[i]);
        struct th_geometry pair[2] = {parcels[0], parcels[2]};
        assert_status(th_edit_merge(*state, pair, 2, &whole, &err), TH_DATA_PROBLEM, &err);
        assert_string_equal(err.key, "merge_apart");
        assert_string_equal(th_error_arg_get(&err, "index"), "2");
        assert_null(whole.points);
        for (size_t k = 0; k < 3; k++) {
            th_geometry_clear(&parcels[k]);
        }
    }
}

static void merge__a_strip_between_parcels_is_told(void **state)
{
    struct th_error err;
    struct th_geometry whole = {0};
    // A slit of 0.000002° by 0.0008°, 0.2 m by 89 m, closed at both ends.
    struct th_geometry parcels[2] = {
        shape_of(SQUARE),
        shape_of("POLYGON ((119.601 30.5,119.602 30.5,119.602 30.501,119.601 30.501,"
                 "119.601 30.5009,119.601002 30.5009,119.601002 30.5001,119.601 30.5001,"
                 "119.601 30.5))")};
    assert_status(th_edit_merge(*state, parcels, 2, &whole, &err), TH_DATA_PROBLEM, &err);
    assert_string_equal(err.key, "merge_gap");
    // 0.002 × 0.8 of a cell of 10,642 m²
    assert_close(strtod(th_error_arg_get(&err, "area"), NULL), 17.03, 0.02);
    th_geometry_clear(&parcels[0]);
    th_geometry_clear(&parcels[1]);
}

static void snap__a_boundary_drawn_beside_becomes_the_neighbours_own(void **state)
{
    struct th_error err;
    struct th_geometry neighbour = shape_of(
        "POLYGON ((119.601 30.5,119.602 30.5,119.602 30.501,119.601 30.501,119.601 30.5004,"
        "119.601 30.5))");
    // 0.000003°, 0.29 m, off; one corner lies beside the middle of the neighbour's edge.
    struct th_geometry drawn = shape_of("POLYGON ((119.6 30.5,119.601003 30.500001,119.600998 "
                                        "30.5007,119.6 30.5007,119.6 30.5))");
    const struct th_edit_neighbour neighbours[] = {{42, &neighbour}};
    struct th_geometry laid = {0};
    struct th_edit_moves moves = {0};
    assert_ok(th_edit_snap(*state, &drawn, neighbours, 1, TH_EDIT_TOLERANCE_M, &laid, &moves, &err),
              &err);
    assert_true(has_place(&laid, 119.601, 30.5));
    assert_true(has_place(&laid, 119.601, 30.5004)); // the neighbour's vertex was taken over
    assert_true(has_place(&laid, 119.601, 30.5007)); // onto the edge
    assert_true(has_place(&laid, 119.6, 30.5));      // far away: untouched
    assert_int_equal(laid.n_points, 6);
    assert_int_equal(moves.n, 2); // the vertex taken over lies on the edge by then
    for (size_t i = 0; i < moves.n; i++) {
        assert_int_equal(moves.items[i].neighbour_id, 42);
        assert_true(moves.items[i].distance_m >= 0.001 && moves.items[i].distance_m <= 0.5);
        assert_false(moves.items[i].inserted);
    }
    struct th_geometry both[2] = {laid, neighbour};
    assert_only_touch(both, 2);
    th_edit_moves_clear(&moves);
    th_geometry_clear(&laid);
    th_geometry_clear(&drawn);
    th_geometry_clear(&neighbour);
}

static void snap__what_is_farther_than_the_tolerance_stays(void **state)
{
    struct th_error err;
    struct th_geometry neighbour = shape_of(EAST_OF_IT);
    struct th_geometry drawn =
        shape_of("POLYGON ((119.6 30.5,119.60099 30.5,119.60099 30.501,119.6 30.5))");
    const struct th_edit_neighbour neighbours[] = {{42, &neighbour}};
    struct th_geometry laid = {0};
    struct th_edit_moves moves = {0};
    assert_ok(th_edit_snap(*state, &drawn, neighbours, 1, TH_EDIT_TOLERANCE_M, &laid, &moves, &err),
              &err);
    assert_int_equal(laid.n_points, drawn.n_points);
    assert_memory_equal(laid.points, drawn.points, drawn.n_points * sizeof(*drawn.points));
    assert_int_equal(moves.n, 0);
    th_geometry_clear(&laid);
    th_geometry_clear(&drawn);
    th_geometry_clear(&neighbour);
}

static void read__what_is_no_drawing_is_told(void **state)
{
    static const struct {
        const char *text;
        enum th_status status;
        const char *key;
    } cases[] = {
        {"", TH_UNREADABLE, "edit_unreadable"},
        {"LINESTRING (119 30", TH_UNREADABLE, "edit_unreadable"},
        {"{\"type\":\"Feature\"", TH_UNREADABLE, "edit_unreadable"},
        {"{\"type\":\"Topology\"}", TH_UNREADABLE, "edit_unreadable"},
        {"POINT (119 30)", TH_DATA_PROBLEM, "edit_type"},
        {"GEOMETRYCOLLECTION (LINESTRING (1 2,3 4),POLYGON ((0 0,1 0,1 1,0 0)))", TH_DATA_PROBLEM,
         "edit_type"},
        {"LINESTRING EMPTY", TH_DATA_PROBLEM, "edit_empty"},
        {"LINESTRING (nan 1, 2 3)", TH_UNREADABLE, "edit_unreadable"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_error err;
        struct th_edit_drawing drawing = {.polygonal = true};
        assert_status(th_edit_read(*state, cases[i].text, strlen(cases[i].text), &drawing, &err),
                      cases[i].status, &err);
        assert_string_equal(err.key, cases[i].key);
        assert_null(drawing.lines.points);
        assert_true(drawing.polygonal);
    }
}

// GEOS would call itself until the stack ends, and the program with it.
static void read__bottomless_nesting_is_told(void **state)
{
    static const char *const levels[] = {"GEOMETRYCOLLECTION(",
                                         "{\"type\":\"GeometryCollection\",\"geometries\":["};
    enum { DEPTH = 200000 };
    for (size_t i = 0; i < 2; i++) {
        struct th_error err;
        struct th_edit_drawing drawing = {.polygonal = true};
        size_t size = strlen(levels[i]);
        char *text = malloc(DEPTH * size);
        assert_non_null(text);
        for (size_t k = 0; k < DEPTH; k++) {
            memcpy(text + k * size, levels[i], size);
        }
        assert_status(th_edit_read(*state, text, DEPTH * size, &drawing, &err), TH_UNREADABLE,
                      &err);
        assert_string_equal(err.key, "edit_unreadable");
        assert_true(drawing.polygonal);
        free(text);
    }
}

static void read__lines_and_polygons_of_both_notations(void **state)
{
    static const struct {
        const char *text;
        bool polygonal;
        size_t n_lines;
        size_t n_points;
    } cases[] = {
        {"\xEF\xBB\xBF LINESTRING Z (1 2 3, 4 5 6)", false, 1, 2},
        {"MULTILINESTRING ((1 2, 3 4), (5 6, 7 8, 9 10))", false, 2, 5},
        {"POLYGON ((0 0,9 0,9 9,0 0),(1 1,2 1,2 2,1 1))", true, 2, 8},
        {"{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{},"
         "\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[1,2],[3,4]]}}]}",
         false, 1, 2},
        {"{\"type\":\"Feature\",\"properties\":{\"name\":\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[["
         "[[[[[[[[[[["
         "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"},"
         "\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[1,2],[3,4]]}}",
         false, 1, 2},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_edit_drawing drawing = drawing_of(*state, cases[i].text);
        assert_int_equal(drawing.polygonal, cases[i].polygonal);
        assert_int_equal(drawing.lines.n_rings, cases[i].n_lines);
        assert_int_equal(drawing.lines.n_points, cases[i].n_points);
        th_edit_drawing_clear(&drawing);
    }
}

#define EDIT_TEST(name) cmocka_unit_test_setup_teardown(name, edit_make, edit_drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EDIT_TEST(split__a_line_gives_two_parts_that_share_the_cut),
        EDIT_TEST(split__pieces_come_from_west_to_east),
        EDIT_TEST(split__a_polygon_gives_inside_then_outside),
        EDIT_TEST(split__a_polygon_in_the_middle_leaves_a_hole),
        EDIT_TEST(split__a_line_may_end_a_little_short_of_the_boundary),
        EDIT_TEST(split__a_line_from_corner_to_corner_adds_no_vertex),
        EDIT_TEST(split__a_hole_is_cut_through_and_other_parts_stay_with_the_largest),
        EDIT_TEST(split__what_divides_nothing_is_told),
        EDIT_TEST(split__random_cuts_leave_neither_gap_nor_overlap),
        EDIT_TEST(split__drawings_that_cross_far_too_often_are_refused),
        EDIT_TEST(merge__combs_that_cross_far_too_often_are_refused),
        EDIT_TEST(merge__boundaries_of_very_many_vertices_are_refused),
        EDIT_TEST(merge__what_was_divided_becomes_whole_again),
        EDIT_TEST(merge__vertices_of_one_side_alone_leave_no_slit),
        EDIT_TEST(merge__parcels_that_share_no_edge_are_refused),
        EDIT_TEST(merge__a_strip_between_parcels_is_told),
        EDIT_TEST(snap__a_boundary_drawn_beside_becomes_the_neighbours_own),
        EDIT_TEST(snap__what_is_farther_than_the_tolerance_stays),
        EDIT_TEST(read__what_is_no_drawing_is_told),
        EDIT_TEST(read__bottomless_nesting_is_told),
        EDIT_TEST(read__lines_and_polygons_of_both_notations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
