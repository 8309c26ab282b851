#include "gis/ground.h"

#include <stdlib.h>

#include "tests/support/support.h"
#include "tests/unit/shapes.h"

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

static bool malloc_fails;

void *__wrap_malloc(size_t size)
{
    return malloc_fails ? NULL : __real_malloc(size);
}

static struct th_geometry normal_shape(const char *wkt)
{
    struct th_error err = {0};
    struct th_geometry shape = th_test_shape(wkt);
    assert_ok(th_geometry_normalise(&shape, &err), &err);
    return shape;
}

static struct th_ground *ground_of(const char *wkt)
{
    struct th_error err = {0};
    struct th_ground *ground = NULL;
    struct th_geometry shape = normal_shape(wkt);
    assert_ok(th_ground_new(&shape, &ground, &err), &err);
    th_geometry_clear(&shape);
    return ground;
}

// Both ways back from the ground give the bytes of the shape.
static void same_bytes(const struct th_geometry *shape)
{
    struct th_error err = {0};
    struct th_ground *ground = NULL;
    struct th_ground *again = NULL;
    struct th_geometry back = {0};
    unsigned char *wkb = NULL;
    unsigned char *back_wkb = NULL;
    size_t size = 0;
    size_t back_size = 0;
    assert_ok(th_geometry_to_wkb(shape, &wkb, &size, &err), &err);
    assert_ok(th_ground_new(shape, &ground, &err), &err);
    assert_int_equal(th_ground_wkb_size(ground), size);
    unsigned char *bytes = malloc(size);
    assert_non_null(bytes);
    th_ground_wkb(ground, bytes);
    assert_memory_equal(bytes, wkb, size);
    assert_ok(th_ground_geometry(ground, &back, &err), &err);
    assert_ok(th_geometry_to_wkb(&back, &back_wkb, &back_size, &err), &err);
    assert_int_equal(back_size, size);
    assert_memory_equal(back_wkb, wkb, size);
    assert_ok(th_ground_from_wkb(wkb, size, &again, &err), &err);
    assert_int_equal(th_ground_size(again), th_ground_size(ground));
    assert_int_equal(again->origin_x, ground->origin_x);
    assert_int_equal(again->origin_y, ground->origin_y);
    assert_int_equal(again->width, ground->width);
    assert_int_equal(again->height, ground->height);
    th_ground_wkb(again, bytes);
    assert_memory_equal(bytes, wkb, size);
    th_ground_free(again);
    th_ground_free(ground);
    th_geometry_clear(&back);
    free(bytes);
    free(back_wkb);
    free(wkb);
}

static void ground__gives_back_the_very_bytes(void **state)
{
    (void)state;
    static const char *const shapes[] = {
        "POLYGON ((119.6 30.5,119.601 30.5,119.601 30.501,119.6 30.501,119.6 30.5))",
        "POLYGON ((-179.99999999 -89.99999999,-179 -89,-179.5 -88,-179.99999999 -89.99999999))",
        "POLYGON ((-0.1 -0.1,0.1 0,0 0.1,-0.1 -0.1))",
        "MULTIPOLYGON (((0 0,9 0,9 9,0 9,0 0),(1 1,1 2,2 2,1 1),(5 5,5 6,6 6,5 5)),"
        "((10 0,11 0,11 1,10 0)))",
    };
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        struct th_geometry shape = normal_shape(shapes[i]);
        same_bytes(&shape);
        th_geometry_clear(&shape);
    }
}

static double random_between(double low, double high)
{
    return low + (high - low) * ((double)rand() / (double)RAND_MAX);
}

static void ground__gives_back_the_bytes_of_random_places(void **state)
{
    (void)state;
    srand(1);
    for (int i = 0; i < 20000; i++) {
        struct th_error err = {0};
        double lon = random_between(-180, 160);
        double lat = random_between(-90, 70);
        double size = random_between(1e-6, 20);
        struct th_geometry shape = th_test_box(lon, lat, lon + size, lat + size);
        assert_ok(th_geometry_normalise(&shape, &err), &err);
        same_bytes(&shape);
        th_geometry_clear(&shape);
    }
}

static void ground__counts_from_its_south_west_corner(void **state)
{
    (void)state;
    struct th_ground *ground =
        ground_of("POLYGON ((119.5 30.25,119.50000003 30.25000002,119.5 30.25000004,119.5 30.25))");
    static const struct th_ground_xy want[] = {{0, 0}, {3, 2}, {0, 4}, {0, 0}};
    assert_int_equal(ground->origin_x, 11950000000);
    assert_int_equal(ground->origin_y, 3025000000);
    assert_int_equal(ground->width, 3);
    assert_int_equal(ground->height, 4);
    assert_int_equal(ground->n_points, 4);
    assert_memory_equal(ground->points, want, sizeof(want));
    struct th_box box = th_ground_box(ground);
    assert_close(box.west, 119.5, 0);
    assert_close(box.south, 30.25, 0);
    assert_close(box.east, 119.50000003, 0);
    assert_close(box.north, 30.25000004, 0);
    th_ground_free(ground);
}

static void ground__over_21_47_degrees_is_too_wide(void **state)
{
    (void)state;
    // 2^31 - 1 cells are 21.47483647 degrees.
    static const struct {
        const char *wkt;
        bool fits;
    } cases[] = {{"POLYGON ((0 0,21.47483647 0,1 1,0 0))", true},
                 {"POLYGON ((0 0,21.47483648 0,1 1,0 0))", false},
                 {"POLYGON ((0 0,1 0,0 21.47483647,0 0))", true},
                 {"POLYGON ((0 0,1 0,0 21.47483648,0 0))", false}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_error err = {0};
        struct th_ground *ground = NULL;
        unsigned char *wkb = NULL;
        size_t size = 0;
        enum th_status want = cases[i].fits ? TH_OK : TH_DATA_PROBLEM;
        struct th_geometry shape = normal_shape(cases[i].wkt);
        assert_ok(th_geometry_to_wkb(&shape, &wkb, &size, &err), &err);
        for (int way = 0; way < 2; way++) {
            assert_status(way == 0 ? th_ground_new(&shape, &ground, &err)
                                   : th_ground_from_wkb(wkb, size, &ground, &err),
                          want, &err);
            if (!cases[i].fits) {
                assert_string_equal(err.key, "parcel_too_wide");
                assert_null(ground);
            }
            th_ground_free(ground);
            ground = NULL;
        }
        free(wkb);
        th_geometry_clear(&shape);
    }
}

static void from_wkb__refuses_what_the_store_never_writes(void **state)
{
    (void)state;
    enum { TYPE = 1, N_POLYGONS = 5, POLYGON_TYPE = 10, N_RINGS = 14, N_POINTS = 18, X = 22 };
    static const struct {
        const char *what;
        size_t at;
        unsigned char value;
    } changes[] = {
        {"big-endian", 0, 0},
        {"polygon", TYPE, 3},
        {"no part", N_POLYGONS, 0},
        {"two parts", N_POLYGONS, 2},
        {"a line", POLYGON_TYPE, 2},
        {"no ring", N_RINGS, 0},
        {"two rings", N_RINGS, 2},
        {"three points", N_POINTS, 3},
        {"too many", N_POINTS + 3, 0xff},
        {"off the grid", X, 1},
        {"no place", X + 7, 0x7f},
    };
    struct th_error err = {0};
    struct th_ground *ground = NULL;
    struct th_geometry shape = normal_shape("POLYGON ((0 0,1 0,1 1,0 0))");
    unsigned char *wkb = NULL;
    size_t size = 0;
    assert_ok(th_geometry_to_wkb(&shape, &wkb, &size, &err), &err);
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        unsigned char before = wkb[changes[i].at];
        print_message("  %s\n", changes[i].what);
        wkb[changes[i].at] = changes[i].value;
        assert_status(th_ground_from_wkb(wkb, size, &ground, &err), TH_UNREADABLE, &err);
        assert_string_equal(err.key, "wkb_invalid");
        wkb[changes[i].at] = before;
    }
    for (size_t cut = 0; cut < size; cut++) {
        assert_status(th_ground_from_wkb(wkb, cut, &ground, &err), TH_UNREADABLE, &err);
    }
    // The last vertex like the second one: the ring is open then.
    memcpy(wkb + X + 48, wkb + X + 16, 16);
    assert_status(th_ground_from_wkb(wkb, size, &ground, &err), TH_UNREADABLE, &err);
    assert_status(th_ground_from_wkb(NULL, 0, &ground, &err), TH_UNREADABLE, &err);
    assert_null(ground);
    free(wkb);
    th_geometry_clear(&shape);
}

static void boxes_overlap__edges_alone_do_not_count(void **state)
{
    (void)state;
    static const struct {
        const char *other;
        bool overlap;
    } cases[] = {
        {"POLYGON ((1 0,2 0,2 1,1 0))", false}, {"POLYGON ((0 1,1 1,1 2,0 1))", false},
        {"POLYGON ((1 1,2 1,2 2,1 1))", false}, {"POLYGON ((0.99999999 0,2 0,2 1,1 0))", true},
        {"POLYGON ((3 3,4 3,4 4,3 3))", false}, {"POLYGON ((-9 -9,9 -9,9 9,-9 -9))", true},
    };
    struct th_ground *ground = ground_of("POLYGON ((0 0,1 0,1 1,0 0))");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_ground *other = ground_of(cases[i].other);
        print_message("  %s\n", cases[i].other);
        assert_int_equal(th_ground_boxes_overlap(ground, other), cases[i].overlap);
        assert_int_equal(th_ground_boxes_overlap(other, ground), cases[i].overlap);
        th_ground_free(other);
    }
    th_ground_free(ground);
}

static void ground__lack_of_memory_is_reported(void **state)
{
    (void)state;
    struct th_error err = {0};
    struct th_ground *ground = NULL;
    struct th_geometry geometry = {0};
    unsigned char *wkb = NULL;
    size_t size = 0;
    struct th_geometry shape = normal_shape("POLYGON ((0 0,1 0,1 1,0 0))");
    assert_ok(th_geometry_to_wkb(&shape, &wkb, &size, &err), &err);
    malloc_fails = true;
    enum th_status made = th_ground_new(&shape, &ground, &err);
    enum th_status read = th_ground_from_wkb(wkb, size, &ground, &err);
    malloc_fails = false;
    assert_status(made, TH_NO_MEMORY, &err);
    assert_status(read, TH_NO_MEMORY, &err);
    assert_null(ground);
    assert_ok(th_ground_new(&shape, &ground, &err), &err);
    malloc_fails = true;
    enum th_status turned = th_ground_geometry(ground, &geometry, &err);
    malloc_fails = false;
    assert_status(turned, TH_NO_MEMORY, &err);
    assert_null(geometry.points);
    th_ground_free(ground);
    free(wkb);
    th_geometry_clear(&shape);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ground__gives_back_the_very_bytes),
        cmocka_unit_test(ground__gives_back_the_bytes_of_random_places),
        cmocka_unit_test(ground__counts_from_its_south_west_corner),
        cmocka_unit_test(ground__over_21_47_degrees_is_too_wide),
        cmocka_unit_test(from_wkb__refuses_what_the_store_never_writes),
        cmocka_unit_test(boxes_overlap__edges_alone_do_not_count),
        cmocka_unit_test(ground__lack_of_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
