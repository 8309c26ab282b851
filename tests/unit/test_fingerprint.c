#include "gis/fingerprint.h"

#include <math.h>
#include <stdlib.h>

#include "gis/area.h"
#include "tests/support/map_shift.h"
#include "tests/support/support.h"
#include "tests/unit/shapes.h"

static const double pi = 3.14159265358979323846;

static struct th_xy map_gcj02(struct th_xy p)
{
    struct th_test_place shown =
        th_test_gcj02((struct th_test_place){(long double)p.x, (long double)p.y});
    return (struct th_xy){(double)shown.lon, (double)shown.lat};
}

static struct th_xy map_bd09(struct th_xy p)
{
    struct th_test_place shown =
        th_test_bd09(th_test_gcj02((struct th_test_place){(long double)p.x, (long double)p.y}));
    return (struct th_xy){(double)shown.lon, (double)shown.lat};
}

static struct th_xy map_none(struct th_xy p)
{
    return p;
}

struct print {
    struct th_ground *ground;
    struct th_fingerprint fingerprint;
};

// A shape as it stands on a map, written with so many decimals, moved by some metres.
static struct print print_of(const struct th_geometry *shape, struct th_xy (*shown)(struct th_xy),
                             double decimals, double east_m, double north_m)
{
    struct th_error err = {0};
    struct th_geometry copy;
    struct print print = {0};
    double area_m2;
    double perimeter_m;
    double unit = pow(10, decimals);
    assert_ok(th_geometry_copy(shape, &copy, &err), &err);
    for (size_t i = 0; i < copy.n_points; i++) {
        struct th_xy point = shown(copy.points[i]);
        point.x += east_m / 111195 / cos(point.y * pi / 180);
        point.y += north_m / 111195;
        copy.points[i] = (struct th_xy){round(point.x * unit) / unit, round(point.y * unit) / unit};
    }
    assert_ok(th_geometry_normalise(&copy, &err), &err);
    assert_ok(th_ground_new(&copy, &print.ground, &err), &err);
    th_area_geodesic(&th_ellipsoid_cgcs2000, &copy, &area_m2, &perimeter_m);
    th_fingerprint_make(print.ground, area_m2, perimeter_m, &print.fingerprint);
    th_geometry_clear(&copy);
    return print;
}

static double random_unit(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(*seed >> 11) / 9007199254740992.0;
}

// A star around a place near 119.7 E 30.6 N, of 30 to 200 m.
static struct th_geometry star(uint64_t *seed)
{
    enum { POINTS_MAX = 40 };
    struct th_error err = {0};
    struct th_geometry shape;
    struct th_xy points[POINTS_MAX + 1];
    size_t n = 8 + (size_t)(random_unit(seed) * (POINTS_MAX - 8));
    double x = 119.6 + 0.2 * random_unit(seed);
    double y = 30.5 + 0.2 * random_unit(seed);
    double radius = 3e-4 + 1.5e-3 * random_unit(seed);
    for (size_t i = 0; i < n; i++) {
        double r = radius * (0.5 + 0.5 * random_unit(seed));
        double angle = 2 * pi * (double)i / (double)n;
        points[i] = (struct th_xy){x + r * cos(angle), y + r * sin(angle)};
    }
    points[n] = points[0];
    size_t ring_end = n + 1;
    size_t polygon_end = 1;
    struct th_geometry borrowed = {points, n + 1, &ring_end, 1, &polygon_end, 1};
    assert_ok(th_geometry_copy(&borrowed, &shape, &err), &err);
    return shape;
}

enum { STARS = 200 };

struct world {
    struct th_geometry shapes[STARS];
    struct print prints[STARS]; // as indexed
    struct th_fingerprint_index *index;
};

static void world_make(struct world *world, struct th_xy (*shown)(struct th_xy), double decimals)
{
    struct th_error err = {0};
    uint64_t seed = 11;
    assert_ok(th_fingerprint_index_new(&world->index, &err), &err);
    for (size_t i = 0; i < STARS; i++) {
        world->shapes[i] = star(&seed);
        world->prints[i] = print_of(&world->shapes[i], shown, decimals, 0, 0);
        assert_ok(th_fingerprint_index_add(world->index, (int64_t)i + 100, world->prints[i].ground,
                                           &world->prints[i].fingerprint, &err),
                  &err);
    }
}

static void world_drop(struct world *world)
{
    for (size_t i = 0; i < STARS; i++) {
        th_geometry_clear(&world->shapes[i]);
        th_ground_free(world->prints[i].ground);
    }
    th_fingerprint_index_free(world->index);
}

static bool find(const struct th_fingerprint_index *index, const struct print *print,
                 struct th_fingerprint_match *ret_match)
{
    struct th_error err = {0};
    bool found = true;
    assert_ok(th_fingerprint_index_find(index, print->ground, &print->fingerprint, &found,
                                        ret_match, &err),
              &err);
    return found;
}

static const struct {
    struct th_xy (*indexed)(struct th_xy);
    struct th_xy (*asked)(struct th_xy);
    double decimals;
    enum th_offset offset;
    bool indexed_shifted;
} twins[] = {
    {map_none, map_gcj02, 8, TH_OFFSET_GCJ02, false},
    {map_none, map_gcj02, 6, TH_OFFSET_GCJ02, false},
    {map_none, map_bd09, 8, TH_OFFSET_BD09, false},
    {map_none, map_bd09, 6, TH_OFFSET_BD09, false},
    {map_gcj02, map_none, 7, TH_OFFSET_GCJ02, true},
    {map_bd09, map_none, 6, TH_OFFSET_BD09, true},
};

static void find__twins_of_either_map_are_found_and_named(void **state)
{
    static struct world world;
    (void)state;
    for (size_t t = 0; t < sizeof(twins) / sizeof(twins[0]); t++) {
        world_make(&world, twins[t].indexed, twins[t].decimals);
        for (size_t i = 0; i < STARS; i++) {
            struct th_fingerprint_match match;
            struct print print =
                print_of(&world.shapes[i], twins[t].asked, twins[t].decimals, 0, 0);
            if (!find(world.index, &print, &match)) {
                fail_msg("twin %zu of case %zu", i, t);
            }
            assert_int_equal(match.id, 100 + i);
            assert_int_equal(match.offset, twins[t].offset);
            assert_int_equal(match.indexed_shifted, twins[t].indexed_shifted);
            // A sixth decimal is 0.1 m; half of it may be lost at either end.
            assert_close(match.miss_m, 0, 0.15);
            assert_close(match.residual_m, 0, 0.3);
            assert_int_equal(match.n_alike, 0);
            double shift_m = hypot(match.east_m, match.north_m);
            assert_true(twins[t].offset == TH_OFFSET_GCJ02 ? shift_m > 450 && shift_m < 620
                                                           : shift_m > 450 && shift_m < 1500);
            struct th_fingerprint from = world.prints[i].fingerprint;
            struct th_fingerprint to = print.fingerprint;
            assert_close(match.north_m, (to.lat_deg - from.lat_deg) * 110870, 0.005 * shift_m);
            assert_close(match.east_m, (to.lon_deg - from.lon_deg) * 95800, 0.005 * shift_m);
            th_ground_free(print.ground);
        }
        world_drop(&world);
    }
}

// Strips of 2 km by 60 m in any direction, all over the country: the waves of BD-09, 13 km long,
// stretch some of them by 2 %, and bend the areas of blocks by 1 %.
static void find__long_strips_and_large_blocks_are_found(void **state)
{
    static const double widths_deg[] = {6e-4, 2e-2};
    (void)state;
    uint64_t seed = 23;
    for (int i = 0; i < 2000; i++) {
        struct th_error err = {0};
        struct th_fingerprint_index *index = NULL;
        struct th_fingerprint_match match;
        double x = 98 + 24 * random_unit(&seed);
        double y = 22 + 20 * random_unit(&seed);
        double angle = 2 * pi * random_unit(&seed);
        double wide = widths_deg[i % 2];
        struct th_xy along = {0.02 * cos(angle), 0.02 * sin(angle)};
        struct th_xy across = {-wide * sin(angle), wide * cos(angle)};
        struct th_xy points[5] = {{x, y},
                                  {x + along.x, y + along.y},
                                  {x + along.x + across.x, y + along.y + across.y},
                                  {x + across.x, y + across.y},
                                  {x, y}};
        size_t ring_end = 5;
        size_t polygon_end = 1;
        struct th_geometry strip = {points, 5, &ring_end, 1, &polygon_end, 1};
        struct th_xy (*shown)(struct th_xy) = i % 4 < 2 ? map_bd09 : map_gcj02;
        struct print plain = print_of(&strip, map_none, 8, 0, 0);
        struct print shifted = print_of(&strip, shown, 8, 0, 0);
        assert_ok(th_fingerprint_index_new(&index, &err), &err);
        assert_ok(th_fingerprint_index_add(index, 5, plain.ground, &plain.fingerprint, &err), &err);
        if (!find(index, &shifted, &match)) {
            fail_msg("number %d, at %.4f %.4f", i, x, y);
        }
        assert_int_equal(match.offset, i % 4 < 2 ? TH_OFFSET_BD09 : TH_OFFSET_GCJ02);
        th_fingerprint_index_free(index);
        th_ground_free(plain.ground);
        th_ground_free(shifted.ground);
    }
}

// Moved from where the map shows it, by so much.
static const struct {
    struct th_xy (*shown)(struct th_xy);
    double east_m, north_m;
    bool found;
} moved[] = {
    {map_gcj02, 10, 0, true},     {map_gcj02, -9, 9, true},   {map_gcj02, 17, 0, false},
    {map_gcj02, 0, -30, false},   {map_none, 0, 0, false},    {map_none, 500, 0, false},
    {map_none, -450, 250, false}, {map_gcj02, 470, 0, false}, {map_none, 5, 5, false},
};

static void find__only_where_a_map_would_show_it(void **state)
{
    static struct world world;
    (void)state;
    world_make(&world, map_none, 8);
    for (size_t m = 0; m < sizeof(moved) / sizeof(moved[0]); m++) {
        for (size_t i = 0; i < STARS; i++) {
            struct th_fingerprint_match match = {.id = 77};
            struct print print =
                print_of(&world.shapes[i], moved[m].shown, 8, moved[m].east_m, moved[m].north_m);
            assert_int_equal(find(world.index, &print, &match), moved[m].found);
            assert_int_equal(match.id, moved[m].found ? 100 + (int64_t)i : 77);
            if (moved[m].found) {
                assert_close(match.miss_m, hypot(moved[m].east_m, moved[m].north_m), 0.2);
            }
            th_ground_free(print.ground);
        }
    }
    world_drop(&world);
}

static void find__another_shape_there_is_no_twin(void **state)
{
    static struct world world;
    (void)state;
    world_make(&world, map_none, 8);
    for (size_t i = 0; i < STARS; i++) {
        struct th_fingerprint_match match;
        struct th_geometry *shape = &world.shapes[i];
        // One corner 5 m elsewhere keeps area and perimeter nearly as they are.
        shape->points[3].x += 3.6e-5;
        shape->points[3].y += 3.6e-5;
        struct print print = print_of(shape, map_gcj02, 8, 0, 0);
        assert_false(find(world.index, &print, &match));
        th_ground_free(print.ground);
    }
    world_drop(&world);
}

static void find__nothing_outside_china_and_in_an_empty_index(void **state)
{
    struct th_error err = {0};
    struct th_fingerprint_match match;
    struct th_fingerprint_index *index = NULL;
    struct th_geometry box = th_test_box(16.3, 48.2, 16.31, 48.21);
    struct print print = print_of(&box, map_none, 8, 0, 0);
    (void)state;
    assert_ok(th_fingerprint_index_new(&index, &err), &err);
    assert_false(find(index, &print, &match));
    assert_ok(th_fingerprint_index_add(index, 1, print.ground, &print.fingerprint, &err), &err);
    assert_false(find(index, &print, &match));
    th_fingerprint_index_free(index);
    th_fingerprint_index_free(NULL);
    th_ground_free(print.ground);
    th_geometry_clear(&box);
}

static void find__holes_and_parts_may_change_their_order(void **state)
{
    // Two parts and two holes whose western ends lie on one meridian, so that any bend reorders
    // them.
    const char *wkt = "MULTIPOLYGON (((119.7 30.6,119.704 30.6,119.704 30.604,119.7 30.604,119.7 "
                      "30.6),(119.701 30.6011,119.701 30.6015,119.7013 30.6014,119.701 30.6011),"
                      "(119.701 30.6021,119.701 30.6025,119.7014 30.6024,119.701 30.6021)),"
                      "((119.7 30.605,119.703 30.605,119.7 30.607,119.7 30.605)))";
    struct th_error err = {0};
    struct th_fingerprint_match match;
    struct th_fingerprint_index *index = NULL;
    struct th_geometry shape = th_test_shape(wkt);
    struct print plain = print_of(&shape, map_none, 8, 0, 0);
    struct print shown = print_of(&shape, map_gcj02, 8, 0, 0);
    (void)state;
    assert_ok(th_fingerprint_index_new(&index, &err), &err);
    assert_ok(th_fingerprint_index_add(index, 5, plain.ground, &plain.fingerprint, &err), &err);
    assert_true(find(index, &shown, &match));
    assert_int_equal(match.id, 5);
    th_fingerprint_index_free(index);
    th_ground_free(plain.ground);
    th_ground_free(shown.ground);
    th_geometry_clear(&shape);
}

// 3,600 rice fields of 30 m by 20 m, every one like the other.
static void find__fields_of_one_make_are_not_each_others_twins(void **state)
{
    enum { SIDE = 60 };
    static struct print fields[SIDE * SIDE];
    struct th_error err = {0};
    struct th_fingerprint_match match;
    struct th_fingerprint_index *index = NULL;
    size_t n_found = 0;
    size_t n_right = 0;
    (void)state;
    assert_ok(th_fingerprint_index_new(&index, &err), &err);
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        double x = 119.7 + 31e-5 * (double)(i % SIDE);
        double y = 30.6 + 18e-5 * (double)(i / SIDE);
        struct th_geometry box = th_test_box(x, y, x + 31e-5, y + 18e-5);
        fields[i] = print_of(&box, map_none, 8, 0, 0);
        assert_ok(th_fingerprint_index_add(index, (int64_t)i, fields[i].ground,
                                           &fields[i].fingerprint, &err),
                  &err);
        th_geometry_clear(&box);
    }
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        if (find(index, &fields[i], &match)) {
            assert_true(match.n_alike > 0);
            n_found++;
        }
        // The same fields off a phone map are found for all that.
        struct th_geometry plain;
        assert_ok(th_ground_geometry(fields[i].ground, &plain, &err), &err);
        struct print shown = print_of(&plain, map_gcj02, 6, 0, 0);
        n_right += find(index, &shown, &match) && match.id == (int64_t)i &&
                   match.offset == TH_OFFSET_GCJ02 && !match.indexed_shifted;
        th_ground_free(shown.ground);
        th_geometry_clear(&plain);
    }
    print_message("  %zu of %d by chance, %zu twins\n", n_found, SIDE * SIDE, n_right);
    assert_true(n_found <= SIDE * SIDE / 1000);
    assert_true(n_right >= SIDE * SIDE * 99 / 100);
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        th_ground_free(fields[i].ground);
    }
    th_fingerprint_index_free(index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(find__twins_of_either_map_are_found_and_named),
        cmocka_unit_test(find__long_strips_and_large_blocks_are_found),
        cmocka_unit_test(find__only_where_a_map_would_show_it),
        cmocka_unit_test(find__another_shape_there_is_no_twin),
        cmocka_unit_test(find__nothing_outside_china_and_in_an_empty_index),
        cmocka_unit_test(find__holes_and_parts_may_change_their_order),
        cmocka_unit_test(find__fields_of_one_make_are_not_each_others_twins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
