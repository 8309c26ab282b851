#include "gis/geometry.h"

#include <math.h>
#include <stdlib.h>

#include "tests/support/support.h"
#include "tests/unit/shapes.h"

static size_t hex_read(const char *hex, unsigned char *bytes, size_t size)
{
    size_t n = 0;
    for (; hex[0] != '\0'; hex += 2) {
        char pair[3] = {hex[0], hex[1], '\0'};
        assert_true(n < size);
        bytes[n++] = (unsigned char)strtoul(pair, NULL, 16);
    }
    return n;
}

static enum th_status read_hex(const char *hex, struct th_geometry *shape, struct th_error *err)
{
    unsigned char bytes[1024];
    size_t n = hex_read(hex, bytes, sizeof(bytes));
    return th_geometry_from_wkb(bytes, n, shape, err);
}

// The triangle (0 0, 4 0, 0 4, 0 0) by hand: 1.0 is 3ff0…, 4.0 is 4010….
#define LE_0 "0000000000000000"
#define LE_4 "0000000000001040"
#define BE_4 "4010000000000000"
#define TRIANGLE LE_0 LE_0 LE_4 LE_0 LE_0 LE_4 LE_0 LE_0

static const struct {
    const char *label;
    const char *hex;
} triangles[] = {
    {"little-endian", "0103000000"
                      "01000000"
                      "04000000" TRIANGLE},
    {"big-endian", "0000000003"
                   "00000001"
                   "00000004" LE_0 LE_0 BE_4 LE_0 LE_0 BE_4 LE_0 LE_0},
    {"open ring", "0103000000"
                  "01000000"
                  "03000000" LE_0 LE_0 LE_4 LE_0 LE_0 LE_4},
    {"ISO Z", "01eb030000"
              "01000000"
              "03000000" LE_0 LE_0 LE_4 LE_4 LE_0 LE_4 LE_0 LE_4 LE_4},
    {"ISO ZM", "01bb0b0000"
               "01000000"
               "03000000" LE_0 LE_0 LE_4 LE_4 LE_4 LE_0 LE_4 LE_4 LE_0 LE_4 LE_4 LE_4},
    {"EWKB with SRID", "0103000020"
                       "8a110000"
                       "01000000"
                       "04000000" TRIANGLE},
    {"EWKB with Z", "0103000080"
                    "01000000"
                    "03000000" LE_0 LE_0 LE_4 LE_4 LE_0 LE_4 LE_0 LE_4 LE_4},
    {"multipolygon", "0106000000"
                     "01000000"
                     "0103000000"
                     "01000000"
                     "04000000" TRIANGLE},
    {"collection", "0107000000"
                   "01000000"
                   "0103000000"
                   "01000000"
                   "04000000" TRIANGLE},
    {"with an empty part", "0106000000"
                           "02000000"
                           "0103000000"
                           "00000000"
                           "0103000000"
                           "01000000"
                           "04000000" TRIANGLE},
};

static void from_wkb__every_form_gives_the_same_triangle(void **state)
{
    (void)state;
    const struct th_xy want[] = {{0, 0}, {4, 0}, {0, 4}, {0, 0}};
    for (size_t i = 0; i < sizeof(triangles) / sizeof(triangles[0]); i++) {
        struct th_error err = {0};
        struct th_geometry shape;
        print_message("  %s\n", triangles[i].label);
        assert_ok(read_hex(triangles[i].hex, &shape, &err), &err);
        assert_int_equal(shape.n_polygons, 1);
        assert_int_equal(shape.n_rings, 1);
        assert_int_equal(shape.n_points, 4);
        assert_memory_equal(shape.points, want, sizeof(want));
        th_geometry_clear(&shape);
    }
}

static const struct {
    const char *hex;
    enum th_status status;
    const char *key;
    const char *type;
} refusals[] = {
    {"", TH_DATA_PROBLEM, "geometry_empty", NULL},
    {"010300000000000000", TH_DATA_PROBLEM, "geometry_empty", NULL},
    {"010600000000000000", TH_DATA_PROBLEM, "geometry_empty", NULL},
    {"010700000000000000", TH_DATA_PROBLEM, "geometry_empty", NULL},
    {"0101000000" LE_0 LE_0, TH_DATA_PROBLEM, "geometry_type", "@shape.type.point"},
    {"010200000000000000", TH_DATA_PROBLEM, "geometry_type", "@shape.type.linestring"},
    {"01ea03000000000000", TH_DATA_PROBLEM, "geometry_type", "@shape.type.linestring"},
    {"010a00000000000000", TH_DATA_PROBLEM, "geometry_type", "@shape.type.curvepolygon"},
    {"010c00000000000000", TH_DATA_PROBLEM, "geometry_type", "@shape.type.multisurface"},
    {"0107000000"
     "01000000"
     "010200000000000000",
     TH_DATA_PROBLEM, "geometry_type", "@shape.type.linestring"},
    {"0103000000"
     "01000000"
     "ffffffff",
     TH_UNREADABLE, "wkb_invalid", NULL},
    {"0103000000"
     "ffffffff",
     TH_UNREADABLE, "wkb_invalid", NULL},
    {"0106000000"
     "ffffffff",
     TH_UNREADABLE, "wkb_invalid", NULL},
    {"0103000000"
     "01000000"
     "04000000" LE_0,
     TH_UNREADABLE, "wkb_invalid", NULL},
    {"0103", TH_UNREADABLE, "wkb_invalid", NULL},
    {"0203000000"
     "00000000",
     TH_UNREADABLE, "wkb_invalid", NULL},
    {"01ff000000"
     "00000000",
     TH_UNREADABLE, "wkb_invalid", NULL},
    {"0103000000"
     "01000000"
     "04000000" TRIANGLE "00",
     TH_UNREADABLE, "wkb_invalid", NULL},
    {"0106000000"
     "01000000"
     "010600000000000000",
     TH_UNREADABLE, "wkb_invalid", NULL},
};

static void from_wkb__anything_else_is_refused_by_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        struct th_error err = {0};
        struct th_geometry shape = {.n_points = 77};
        assert_status(read_hex(refusals[i].hex, &shape, &err), refusals[i].status, &err);
        assert_string_equal(err.key, refusals[i].key);
        if (refusals[i].type != NULL) {
            assert_string_equal(th_error_arg_get(&err, "type"), refusals[i].type);
        }
        assert_int_equal(shape.n_points, 77);
    }
}

static void from_wkb__nesting_without_end_is_refused(void **state)
{
    (void)state;
    enum { DEPTH = 100000 };
    struct th_error err = {0};
    struct th_geometry shape;
    const unsigned char level[] = {1, 7, 0, 0, 0, 1, 0, 0, 0};
    unsigned char *bytes = malloc(DEPTH * sizeof(level));
    assert_non_null(bytes);
    for (size_t i = 0; i < DEPTH; i++) {
        memcpy(bytes + i * sizeof(level), level, sizeof(level));
    }
    assert_status(th_geometry_from_wkb(bytes, DEPTH * sizeof(level), &shape, &err), TH_UNREADABLE,
                  &err);
    free(bytes);
}

static void from_wkb__too_many_vertices_are_refused(void **state)
{
    (void)state;
    struct th_error err = {0};
    struct th_geometry shape;
    uint32_t n = TH_GEOMETRY_VERTICES_MAX + 1;
    size_t size = 13 + 16 * (size_t)n;
    unsigned char *bytes = calloc(1, size);
    assert_non_null(bytes);
    const unsigned char head[] = {1, 3, 0, 0, 0, 1, 0, 0, 0};
    memcpy(bytes, head, sizeof(head));
    for (unsigned i = 0; i < 4; i++) {
        bytes[9 + i] = (unsigned char)(n >> (8 * i));
    }
    assert_status(th_geometry_from_wkb(bytes, size, &shape, &err), TH_DATA_PROBLEM, &err);
    assert_string_equal(err.key, "too_many_vertices");
    free(bytes);
}

static void to_wkb__is_iso_multipolygon_and_reads_back(void **state)
{
    (void)state;
    struct th_error err = {0};
    struct th_geometry shape = th_test_shape(
        "MULTIPOLYGON (((0 0,9 0,9 9,0 9,0 0),(1 1,1 2,2 2,1 1)),((20 0,21 0,21 1,20 0)))");
    struct th_geometry back;
    unsigned char *wkb;
    size_t size;
    assert_ok(th_geometry_to_wkb(&shape, &wkb, &size, &err), &err);
    const unsigned char head[] = {1, 6, 0, 0, 0, 2, 0, 0, 0, 1, 3, 0, 0, 0, 2, 0, 0, 0, 5, 0, 0, 0};
    assert_memory_equal(wkb, head, sizeof(head));
    assert_int_equal(size, 9 + 2 * 9 + 3 * 4 + 13 * 16);
    assert_ok(th_geometry_from_wkb(wkb, size, &back, &err), &err);
    assert_int_equal(back.n_points, shape.n_points);
    assert_memory_equal(back.points, shape.points, shape.n_points * sizeof(*shape.points));
    assert_memory_equal(back.ring_ends, shape.ring_ends, shape.n_rings * sizeof(*shape.ring_ends));
    assert_memory_equal(back.polygon_ends, shape.polygon_ends, 2 * sizeof(*shape.polygon_ends));
    free(wkb);
    th_geometry_clear(&back);
    th_geometry_clear(&shape);
}

static void copy__is_deep(void **state)
{
    (void)state;
    struct th_error err = {0};
    struct th_geometry shape = th_test_box(0, 0, 1, 1);
    struct th_geometry copy;
    assert_ok(th_geometry_copy(&shape, &copy, &err), &err);
    shape.points[1].x = 5;
    assert_close(copy.points[1].x, 1, 0);
    th_geometry_clear(&shape);
    assert_int_equal(copy.ring_ends[0], 5);
    th_geometry_clear(&copy);
    th_geometry_clear(&copy);
    th_geometry_clear(NULL);
}

static void box__holds_every_part(void **state)
{
    (void)state;
    struct th_geometry shape =
        th_test_shape("MULTIPOLYGON (((3 1,4 1,4 2,3 1)),((-1 7,2 7,2 8,-1 7)))");
    struct th_box box = th_geometry_box(&shape);
    assert_close(box.west, -1, 0);
    assert_close(box.south, 1, 0);
    assert_close(box.east, 4, 0);
    assert_close(box.north, 8, 0);
    const struct th_box apart = {4.1, 0, 5, 9};
    const struct th_box touching = {4, 0, 5, 9};
    assert_false(th_box_intersects(box, apart));
    assert_true(th_box_intersects(box, touching));
    assert_true(th_box_contains(box, box));
    assert_false(th_box_contains(box, touching));
    th_geometry_clear(&shape);
}

// Each pair is the same ground and must become the same bytes.
static const char *const same[][2] = {
    {"POLYGON ((0 0,4 0,4 4,0 4,0 0))", "POLYGON ((4 4,4 0,0 0,0 4,4 4))"},
    {"POLYGON ((0 0,4 0,4 4,0 4,0 0))", "POLYGON ((0 0,0 0,4 0,4 0,4 4,0 4,0 0,0 0))"},
    {"POLYGON ((0 0,4 0,4 4,0 4,0 0))", "POLYGON ((-0.0 -0.0,4 0,4 4,-0.000000001 4,-0.0 0))"},
    {"POLYGON ((0 0,9 0,9 9,0 9,0 0),(1 1,1 2,2 2,1 1),(5 5,5 6,6 6,5 5))",
     "POLYGON ((9 9,0 9,0 0,9 0,9 9),(6 6,5 6,5 5,6 6),(2 2,1 1,1 2,2 2))"},
    {"MULTIPOLYGON (((0 0,1 0,1 1,0 0)),((5 0,6 0,6 1,5 0)))",
     "MULTIPOLYGON (((6 1,5 0,6 0,6 1)),((0 0,1 0,1 1,0 0)))"},
    // A hole that is gone on the grid, and a shell that takes its hole along.
    {"POLYGON ((0 0,4 0,4 4,0 4,0 0))",
     "POLYGON ((0 0,4 0,4 4,0 4,0 0),(1 1,1.000000001 1,1 1.000000002,1 1))"},
    {"POLYGON ((0 0,4 0,4 4,0 4,0 0))",
     "MULTIPOLYGON (((0 0,4 0,4 4,0 4,0 0)),((9 9,9.000000001 9,9 9,9 9),(1 1,1 2,2 2,1 1)))"},
    // A ring that meets its smallest vertex twice has two starts to choose from.
    {"POLYGON ((0 0,3 -2,3 -1,0 0,3 1,3 2,0 0))", "POLYGON ((0 0,3 1,3 2,0 0,3 -2,3 -1,0 0))"},
};

static void normalise__same_ground_gives_same_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
        struct th_error err = {0};
        struct th_geometry a = th_test_shape(same[i][0]);
        struct th_geometry b = th_test_shape(same[i][1]);
        unsigned char *a_wkb;
        unsigned char *b_wkb;
        size_t a_size;
        size_t b_size;
        print_message("  %s\n", same[i][1]);
        assert_ok(th_geometry_normalise(&a, &err), &err);
        assert_ok(th_geometry_normalise(&b, &err), &err);
        assert_ok(th_geometry_to_wkb(&a, &a_wkb, &a_size, &err), &err);
        assert_ok(th_geometry_to_wkb(&b, &b_wkb, &b_size, &err), &err);
        assert_int_equal(a_size, b_size);
        assert_memory_equal(a_wkb, b_wkb, a_size);
        free(a_wkb);
        free(b_wkb);
        th_geometry_clear(&a);
        th_geometry_clear(&b);
    }
}

static void normalise__turns_and_starts_rings(void **state)
{
    (void)state;
    struct th_error err = {0};
    struct th_geometry shape =
        th_test_shape("POLYGON ((9 9,9 0,0 0,0 9,9 9),(1 1,2 1,2 2,1 2,1 1))");
    const struct th_xy want[] = {{0, 0}, {9, 0}, {9, 9}, {0, 9}, {0, 0},
                                 {1, 1}, {1, 2}, {2, 2}, {2, 1}, {1, 1}};
    assert_ok(th_geometry_normalise(&shape, &err), &err);
    assert_int_equal(shape.n_points, 10);
    assert_memory_equal(shape.points, want, sizeof(want));
    th_geometry_clear(&shape);
}

static void normalise__rounds_to_the_grid_and_stays_there(void **state)
{
    (void)state;
    struct th_error err = {0};
    struct th_geometry shape = th_test_shape("POLYGON ((119.680000004 30.630000006,"
                                             "119.690000014 30.63,119.69 30.64,119.680000004 "
                                             "30.630000006))");
    assert_ok(th_geometry_normalise(&shape, &err), &err);
    // The doubles nearest to the decimal numbers, as the compiler reads them.
    assert_close(shape.points[0].x, 119.68, 0);
    assert_close(shape.points[0].y, 30.63000001, 0);
    assert_close(shape.points[1].x, 119.69000001, 0);
    struct th_geometry again;
    assert_ok(th_geometry_copy(&shape, &again, &err), &err);
    assert_ok(th_geometry_normalise(&again, &err), &err);
    assert_memory_equal(again.points, shape.points, shape.n_points * sizeof(*shape.points));
    th_geometry_clear(&again);
    th_geometry_clear(&shape);
}

static void normalise__nothing_left_is_an_empty_geometry(void **state)
{
    (void)state;
    const char *const collapsed[] = {
        "POLYGON ((1 1,1.000000001 1,1 1.000000001,1 1))",
        "POLYGON ((1 1,2 2,1 1,2 2,1 1))",
    };
    for (size_t i = 0; i < 2; i++) {
        struct th_error err = {0};
        struct th_geometry shape = th_test_shape(collapsed[i]);
        assert_status(th_geometry_normalise(&shape, &err), TH_DATA_PROBLEM, &err);
        assert_string_equal(err.key, "geometry_empty");
        th_geometry_clear(&shape);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(from_wkb__every_form_gives_the_same_triangle),
        cmocka_unit_test(from_wkb__anything_else_is_refused_by_name),
        cmocka_unit_test(from_wkb__nesting_without_end_is_refused),
        cmocka_unit_test(from_wkb__too_many_vertices_are_refused),
        cmocka_unit_test(to_wkb__is_iso_multipolygon_and_reads_back),
        cmocka_unit_test(copy__is_deep),
        cmocka_unit_test(box__holds_every_part),
        cmocka_unit_test(normalise__same_ground_gives_same_bytes),
        cmocka_unit_test(normalise__turns_and_starts_rings),
        cmocka_unit_test(normalise__rounds_to_the_grid_and_stays_there),
        cmocka_unit_test(normalise__nothing_left_is_an_empty_geometry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
