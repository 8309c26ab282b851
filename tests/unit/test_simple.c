#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "gis/simple_internal.h"
#include "gis/validity.h"
#include "tests/support/support.h"
#include "tests/unit/shapes.h"

enum { POINTS_MAX = 100000, RINGS_MAX = 30000, HOSTILE_POINTS = 90000 };

// A shape that grows, in whole cells from an origin.
struct drawing {
    struct th_geometry shape;
    double west, south;
};

static void drawing_make(struct drawing *drawing, double west, double south)
{
    struct th_geometry *shape = &drawing->shape;
    drawing->west = west;
    drawing->south = south;
    *shape = (struct th_geometry){0};
    shape->points = calloc(POINTS_MAX + 1, sizeof(*shape->points));
    shape->ring_ends = calloc(RINGS_MAX, sizeof(*shape->ring_ends));
    shape->polygon_ends = calloc(RINGS_MAX, sizeof(*shape->polygon_ends));
    assert_true(shape->points != NULL && shape->ring_ends != NULL && shape->polygon_ends != NULL);
}

static void point(struct drawing *drawing, double x, double y)
{
    struct th_geometry *shape = &drawing->shape;
    assert_true(shape->n_points < POINTS_MAX);
    shape->points[shape->n_points].x = drawing->west + floor(x) / 1e8;
    shape->points[shape->n_points++].y = drawing->south + floor(y) / 1e8;
}

static void ring_close(struct drawing *drawing)
{
    struct th_geometry *shape = &drawing->shape;
    size_t start = shape->n_rings == 0 ? 0 : shape->ring_ends[shape->n_rings - 1];
    shape->points[shape->n_points++] = shape->points[start];
    shape->ring_ends[shape->n_rings++] = shape->n_points;
}

static void polygon_close(struct drawing *drawing)
{
    drawing->shape.polygon_ends[drawing->shape.n_polygons++] = drawing->shape.n_rings;
}

static uint64_t random_state = 1;

static uint64_t random_bits(void) // SplitMix64
{
    uint64_t bits = random_state += UINT64_C(0x9e3779b97f4a7c15);
    bits = (bits ^ (bits >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    bits = (bits ^ (bits >> 27)) * UINT64_C(0x94d049bb133111eb);
    return bits ^ (bits >> 31);
}

static double random_between(double low, double high)
{
    return low + (high - low) * ((double)(random_bits() >> 11) * 0x1p-53);
}

static size_t random_below(size_t n)
{
    return (size_t)(random_bits() % n);
}

// A parcel as people draw them: around a middle, the boundary in steps that wobble.
static void blob(struct drawing *drawing, double x, double y, double radius, size_t n,
                 double wobble)
{
    double phase = random_between(0, 6);
    for (size_t i = 0; i < n; i++) {
        double angle = 2 * 3.14159265358979 * (double)i / (double)n;
        double r = radius * (1 + 0.3 * sin(2 * angle + phase) + 0.15 * sin(5 * angle) +
                             wobble * random_between(-1, 1));
        point(drawing, x + r * cos(angle), y + r * sin(angle));
    }
    ring_close(drawing);
}

static void draw_parcel(struct drawing *drawing)
{
    blob(drawing, 5e5, 5e5, 2e5, 20 + random_below(180), 0.01);
    polygon_close(drawing);
}

static void draw_star(struct drawing *drawing)
{
    blob(drawing, 5e5, 5e5, 2e5, 3 + random_below(60), random_between(0, 1.2));
    polygon_close(drawing);
}

// Vertices on few places: touching vertices, overlapping and collinear edges, spikes.
static void draw_coarse(struct drawing *drawing)
{
    size_t n = 3 + random_below(8);
    double side = (double)(2 + random_below(5));
    for (size_t i = 0; i < n; i++) {
        point(drawing, floor(random_between(0, side)), floor(random_between(0, side)));
    }
    ring_close(drawing);
    polygon_close(drawing);
}

static void draw_comb(struct drawing *drawing)
{
    size_t n = 2 + random_below(40);
    double slip = random_below(3) == 0 ? random_between(0, 60) : 0;
    point(drawing, 0, 0);
    point(drawing, 10 * (double)n, 0);
    for (size_t i = n; i > 0; i--) {
        double x = 10 * (double)i;
        point(drawing, x - 2, 5);
        point(drawing, x - 5 - random_between(0, slip), 1000 + random_between(0, 100));
        point(drawing, x - 8, 5);
    }
    ring_close(drawing);
    polygon_close(drawing);
}

static void draw_bow_tie(struct drawing *drawing)
{
    size_t n = 20 + random_below(100);
    blob(drawing, 5e5, 5e5, 2e5, n, 0.005);
    size_t i = random_below(n - 5) + 1;
    struct th_xy *points = drawing->shape.points;
    struct th_xy swap = points[i];
    points[i] = points[i + 1];
    points[i + 1] = swap;
    polygon_close(drawing);
}

static void draw_spike(struct drawing *drawing)
{
    size_t n = 20 + random_below(100);
    blob(drawing, 5e5, 5e5, 2e5, n, 0.005);
    struct th_xy *points = drawing->shape.points;
    size_t i = 1 + random_below(n - 3);
    if (random_below(2) == 0) {
        points[i + 1] = points[i - 1]; // there and back
    } else {
        points[i].x = (points[i - 1].x + points[i + 1].x) / 2; // straight on, or nearly so
        points[i].y = (points[i - 1].y + points[i + 1].y) / 2;
    }
    polygon_close(drawing);
}

// Holes that lie inside, touch or leave the shell, or meet each other.
static void draw_holes(struct drawing *drawing)
{
    size_t n = 1 + random_below(5);
    double spread = random_between(0, 2.6e5);
    blob(drawing, 5e5, 5e5, 3e5, 20 + random_below(60), 0.01);
    for (size_t i = 0; i < n; i++) {
        blob(drawing, 5e5 + random_between(-spread, spread), 5e5 + random_between(-spread, spread),
             random_between(1e3, 6e4), 3 + random_below(20), 0.01);
    }
    if (random_below(4) == 0) { // a vertex of a hole on one of the shell
        size_t last = drawing->shape.n_points - 2;
        drawing->shape.points[last] = drawing->shape.points[random_below(20)];
    }
    polygon_close(drawing);
}

static void draw_parts(struct drawing *drawing)
{
    size_t n = 2 + random_below(5);
    for (size_t i = 0; i < n; i++) {
        double x = random_between(3e5, 3e6);
        double y = random_between(3e5, 3e6);
        double radius = random_between(1e4, 3e5);
        blob(drawing, x, y, radius, 4 + random_below(30), 0.01);
        if (random_below(2) == 0) {
            blob(drawing, x, y, radius * random_between(0.2, 0.7), 4 + random_below(10), 0.01);
        }
        polygon_close(drawing);
    }
}

// Boxes on a small board: shared corners and edges, holes equal to parts inside them.
static void draw_boxes(struct drawing *drawing)
{
    size_t n = 1 + random_below(4);
    for (size_t p = 0; p < n; p++) {
        size_t n_rings = 1 + random_below(3);
        for (size_t r = 0; r < n_rings; r++) {
            double x = floor(random_between(0, 6));
            double y = floor(random_between(0, 6));
            double w = 1 + floor(random_between(0, r == 0 ? 8 : 3));
            double h = 1 + floor(random_between(0, r == 0 ? 8 : 3));
            point(drawing, x, y);
            point(drawing, x + w, y);
            point(drawing, x + w, y + h);
            point(drawing, x, y + h);
            ring_close(drawing);
        }
        polygon_close(drawing);
    }
}

// Triangles in a square, and beside it, with corners on few places: rings that touch in points, and
// sometimes cut the interior into pieces.
static void draw_touching(struct drawing *drawing)
{
    size_t n = 1 + random_below(5);
    double angles = floor(random_between(0, 3));
    point(drawing, 0, 0);
    point(drawing, 6, 0);
    point(drawing, 6, 6);
    point(drawing, 0, 6);
    ring_close(drawing);
    for (size_t i = 0; i < n; i++) {
        double x = floor(random_between(0, 7 - angles));
        double y = floor(random_between(0, 7 - angles));
        for (int k = 0; k < 3; k++) {
            point(drawing, x + floor(random_between(0, 2 + angles)),
                  y + floor(random_between(0, 2 + angles)));
        }
        ring_close(drawing);
        if (random_below(4) == 0) {
            polygon_close(drawing);
            blob(drawing, x + 2, y + 2, 2, 4, 0);
        }
    }
    polygon_close(drawing);
}

// Very long edges with vertices next to them: where doubles and whole numbers could part.
static void draw_needle(struct drawing *drawing)
{
    double length = random_between(1e8, 2e9);
    double height = random_between(1, 1e6);
    double part = random_between(0.01, 0.99);
    point(drawing, 0, 0);
    point(drawing, length, height);
    point(drawing, length * part, height * part + random_between(-2, 4));
    point(drawing, 0, 1000);
    ring_close(drawing);
    polygon_close(drawing);
}

static const struct {
    const char *name;
    void (*draw)(struct drawing *drawing);
    size_t n;
    double proven_min; // share of the valid ones
} kinds[] = {
    {"parcel", draw_parcel, 10000, 1},   {"star", draw_star, 20000, 1},
    {"coarse", draw_coarse, 30000, 1},   {"comb", draw_comb, 10000, 1},
    {"bow-tie", draw_bow_tie, 10000, 1}, {"spike", draw_spike, 10000, 1},
    {"holes", draw_holes, 10000, 0.85},  {"parts", draw_parts, 10000, 1},
    {"boxes", draw_boxes, 20000, 0},     {"touching", draw_touching, 60000, 0},
    {"needle", draw_needle, 10000, 1},
};

struct tally {
    int n_tested, n_valid, n_proven, n_refuted;
    int n_by_verdict[TH_SIMPLE_DISCONNECTED + 1]; // when every contact is looked at
};

// GEOS's word on the shape in whole cells, which doubles hold exactly: its signs are then right.
static bool geos_says_valid(struct th_validity *validity, const struct th_ground *ground)
{
    struct th_error err = {0};
    struct th_geometry cells = {0};
    assert_ok(th_ground_geometry(ground, &cells, &err), &err);
    for (size_t i = 0; i < cells.n_points; i++) {
        cells.points[i] = (struct th_xy){ground->points[i].x, ground->points[i].y};
    }
    bool valid = th_validity_check(validity, &cells, &err) == TH_OK;
    th_geometry_clear(&cells);
    return valid;
}

// GEOS's word against all ways of ours.
static void compare(struct th_validity *validity, struct th_simple_room *room,
                    struct th_geometry *shape, struct tally *tally)
{
    struct th_error err = {0};
    struct th_ground *ground = NULL;
    static const struct th_simple_limits limits = {.pairs = 1000 * 1000};
    struct th_simple_finding finding[3];
    bool done = false;
    bool tangled = false;
    if (th_geometry_normalise(shape, &err) != TH_OK) {
        return; // all on one line of the grid
    }
    assert_ok(th_ground_new(shape, &ground, &err), &err);
    bool valid = geos_says_valid(validity, ground);
    bool same = (th_validity_check_ground(validity, ground, &err) == TH_OK) == valid;
    assert_ok(th_simple_by_chains(room, ground, &finding[0], &done, &err), &err);
    assert_ok(th_simple_by_sweep(room, ground, &finding[1], &err), &err);
    assert_ok(th_simple_by_touches(room, ground, &limits, &finding[2], &tangled, &err), &err);
    assert_false(tangled);
    if (!done) {
        finding[0] = finding[1];
    }
    tally->n_tested++;
    tally->n_by_verdict[finding[2].verdict]++;
    tally->n_valid += valid;
    tally->n_proven += valid && finding[0].verdict == TH_SIMPLE_VALID;
    for (int way = 0; way < 3; way++) {
        enum th_simple_verdict verdict = finding[way].verdict;
        // Only a contact of two rings leaves the answer open, and only where not all are looked at.
        bool open = verdict == TH_SIMPLE_CONTACT && !finding[way].one_ring && way < 2;
        same = same && (open || (verdict == TH_SIMPLE_VALID) == valid);
    }
    tally->n_refuted += !valid && finding[0].verdict != TH_SIMPLE_CONTACT;
    same =
        same && (finding[0].verdict == TH_SIMPLE_VALID) == (finding[1].verdict == TH_SIMPLE_VALID);
    if (!same) {
        for (size_t i = 0; i < shape->n_points; i++) {
            print_message("%.8f %.8f\n", shape->points[i].x, shape->points[i].y);
        }
        fail_msg("GEOS %d, chains %d, sweep %d, touches %d", valid, finding[0].verdict,
                 finding[1].verdict, finding[2].verdict);
    }
    th_ground_free(ground);
}

static void simple__agrees_with_geos_on_random_shapes(void **state)
{
    (void)state;
    struct th_error err = {0};
    struct th_validity *validity = NULL;
    struct th_simple_room *room = th_simple_room_new();
    assert_non_null(room);
    assert_ok(th_validity_new(&validity, &err), &err);
    random_state = 20240607;
    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        struct tally tally = {0};
        struct drawing drawing;
        drawing_make(&drawing, 119.5, 30.5);
        // Every verdict must come up among those that touch, and one is rare.
        const bool whole = kinds[k].draw == draw_touching;
        const size_t n_rounds = whole ? kinds[k].n : th_test_rounds(kinds[k].n);
        for (size_t i = 0; i < n_rounds; i++) {
            drawing.shape.n_points = 0;
            drawing.shape.n_rings = 0;
            drawing.shape.n_polygons = 0;
            kinds[k].draw(&drawing);
            compare(validity, room, &drawing.shape, &tally);
        }
        th_geometry_clear(&drawing.shape);
        print_message("  %-8s %5d tested, %5d valid, %5d proven, %5d refuted\n", kinds[k].name,
                      tally.n_tested, tally.n_valid, tally.n_proven, tally.n_refuted);
        assert_true(tally.n_proven >= kinds[k].proven_min * tally.n_valid);
        for (size_t i = 0; whole && i <= TH_SIMPLE_DISCONNECTED; i++) {
            print_message("    verdict %zu: %d\n", i, tally.n_by_verdict[i]);
            assert_true(tally.n_by_verdict[i] > 0);
        }
    }
    th_validity_free(validity);
    th_simple_room_free(room);
}

// Rings that touch themselves along a diagonal, each vertex on the grid: in degrees the vertex lies
// a rounding beside the edge, on either side. In steps; x and y of each vertex, `n` of them.
static const struct {
    int n;
    int xy[12];
} diagonals[] = {
    {4, {12, 4, 4, 4, 12, 12, 0, 0}},            // a vertex on the longest edge
    {5, {0, 0, 9, 3, 9, 9, 3, 1, 0, 9}},         // on one that climbs by thirds
    {6, {0, 0, 14, 7, 14, 9, 4, 2, 2, 9, 0, 9}}, // halves, from above
};

static void check_ground__a_touch_on_the_grid_is_seen_at_every_place(void **state)
{
    (void)state;
    static const double origins[][2] = {{119.6, 30.5}, {103.12345678, 23.87654321}, {-71.3, 4.7}};
    static const double steps[] = {1, 7, 1000, 99991, 1e8};
    struct th_validity *validity = NULL;
    struct th_error err = {0};
    assert_ok(th_validity_new(&validity, &err), &err);
    for (size_t k = 0; k < sizeof(diagonals) / sizeof(diagonals[0]) * 3 * 5; k++) {
        size_t d = k / 15;
        double step = steps[k % 5];
        struct th_ground *ground = NULL;
        struct drawing drawing;
        drawing_make(&drawing, origins[k / 5 % 3][0], origins[k / 5 % 3][1]);
        for (int i = 0; i < diagonals[d].n; i++) {
            point(&drawing, diagonals[d].xy[2 * i] * step, diagonals[d].xy[2 * i + 1] * step);
        }
        ring_close(&drawing);
        polygon_close(&drawing);
        assert_ok(th_geometry_normalise(&drawing.shape, &err), &err);
        assert_ok(th_ground_new(&drawing.shape, &ground, &err), &err);
        print_message("  %zu, steps of %.0f\n", d, step);
        assert_status(th_validity_check_ground(validity, ground, &err), TH_DATA_PROBLEM, &err);
        assert_string_equal(th_error_arg_get(&err, "reason"), "@validity.ring_self_intersection");
        th_ground_free(ground);
        th_geometry_clear(&drawing.shape);
    }
    th_validity_free(validity);
}

// By drawing; places in degrees.
static const struct {
    const char *wkt;
    enum th_simple_verdict verdict;
    bool one_ring;
    double lon, lat;
} findings[] = {
    {"POLYGON ((0 0,4 0,4 4,0 4,0 0))", TH_SIMPLE_VALID, false, 0, 0},
    {"POLYGON ((0 0,4 4,4 0,0 4,0 0))", TH_SIMPLE_CROSSING, true, 2, 2},
    {"POLYGON ((0 0,3 1,3 0,0 4,0 0))", TH_SIMPLE_CROSSING, true, 2.4, 0.8},
    {"POLYGON ((0 0,4 0,2 2,4 4,0 4,2 2,0 0))", TH_SIMPLE_CONTACT, true, 2, 2},
    {"POLYGON ((0 0,4 0,4 4,2 0,0 4,0 0))", TH_SIMPLE_CONTACT, true, 0, 0},
    {"POLYGON ((0 0,4 0,4 4,0 4,0 0),(0 0,1 2,2 2,0 0))", TH_SIMPLE_CONTACT, false, 0, 0},
    {"POLYGON ((0 0,4 0,4 4,0 4,0 0),(3 1,3 2,5 2,3 1))", TH_SIMPLE_CROSSING, false, 4, 0},
    {"POLYGON ((0 0,4 0,4 4,0 4,0 0),(6 6,6 7,7 7,6 6))", TH_SIMPLE_HOLE_OUTSIDE, false, 6, 6},
    {"POLYGON ((0 0,9 0,9 9,0 9,0 0),(1 1,1 8,8 8,8 1,1 1),(2 2,2 3,3 3,2 2))",
     TH_SIMPLE_HOLE_NESTED, false, 2, 2},
    {"MULTIPOLYGON (((0 0,9 0,9 9,0 9,0 0)),((1 1,2 1,2 2,1 1)))", TH_SIMPLE_SHELL_NESTED, false, 1,
     1},
    // An island in a hole, and a part beside it.
    {"MULTIPOLYGON (((0 0,9 0,9 9,0 9,0 0),(1 1,1 8,8 8,8 1,1 1)),((2 2,3 2,3 3,2 2)))",
     TH_SIMPLE_VALID, false, 0, 0},
};

static void simple__finds_what_was_drawn(void **state)
{
    (void)state;
    struct th_simple_room *room = th_simple_room_new();
    assert_non_null(room);
    for (size_t i = 0; i < sizeof(findings) / sizeof(findings[0]); i++) {
        struct th_error err = {0};
        struct th_ground *ground = NULL;
        struct th_geometry shape = th_test_shape(findings[i].wkt);
        print_message("  %s\n", findings[i].wkt);
        assert_ok(th_geometry_normalise(&shape, &err), &err);
        assert_ok(th_ground_new(&shape, &ground, &err), &err);
        for (int way = 0; way < 2; way++) {
            struct th_simple_finding found;
            bool done = true;
            assert_ok(way == 0 ? th_simple_by_chains(room, ground, &found, &done, &err)
                               : th_simple_by_sweep(room, ground, &found, &err),
                      &err);
            assert_true(done);
            assert_int_equal(found.verdict, findings[i].verdict);
            if (found.verdict == TH_SIMPLE_CROSSING || found.verdict == TH_SIMPLE_CONTACT) {
                assert_int_equal(found.one_ring, findings[i].one_ring);
            }
            // Of two crossings, and at a contact, which place is named is not settled.
            if (findings[i].lat > 0) {
                assert_close(found.place.x, findings[i].lon, 1e-8);
                assert_close(found.place.y, findings[i].lat, 1e-8);
            }
        }
        th_ground_free(ground);
        th_geometry_clear(&shape);
    }
    th_simple_room_free(room);
}

// Shapes made to be slow. Radii in cells; 2^31 cells are the widest ground.
static void hostile_star(struct drawing *drawing, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double angle = 2 * 3.14159265358979 * (double)i / (double)n;
        double r = i % 2 == 0 ? 1e9 : 1e8;
        point(drawing, 1e9 + r * cos(angle), 1e9 + r * sin(angle));
    }
    ring_close(drawing);
}

static void hostile_comb(struct drawing *drawing, size_t n)
{
    for (size_t i = 0; i < n; i++) { // slanting teeth, whose boxes all overlap
        double x = 1000 * (double)i;
        point(drawing, i % 2 == 0 ? x : x + 1e9, i % 2 == 0 ? 0 : 1e9 + (double)(i % 7));
    }
    point(drawing, 1000 * (double)n + 1e9, -1000);
    point(drawing, 0, -1000);
    ring_close(drawing);
}

static void hostile_spiral(struct drawing *drawing, size_t n)
{
    for (size_t side = 0; side < 2; side++) {
        for (size_t i = 0; i < n / 2; i++) {
            double part = (double)(side == 0 ? i : n / 2 - 1 - i);
            double r = 1e6 + 4e4 * part / 4 + (side == 0 ? 0 : 2e4);
            double turn = 3.14159265358979 / 2 * part;
            point(drawing, 1e9 + r * cos(turn), 1e9 + r * sin(turn));
        }
    }
    ring_close(drawing);
}

static void hostile_noise(struct drawing *drawing, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        point(drawing, random_between(0, 2e9), random_between(0, 2e9));
    }
    ring_close(drawing);
}

static void hostile_star_crossed(struct drawing *drawing, size_t n)
{
    hostile_star(drawing, n);
    struct th_xy *points = drawing->shape.points;
    struct th_xy swap = points[n - 3];
    points[n - 3] = points[n - 5];
    points[n - 5] = swap;
}

static void hostile_star_pinched(struct drawing *drawing, size_t n)
{
    hostile_star(drawing, n);
    drawing->shape.points[n / 2 + 1] = drawing->shape.points[1];
}

// A hole that touches the star at one of its inner corners.
static void hostile_star_touched(struct drawing *drawing, size_t n)
{
    hostile_star(drawing, n);
    struct th_xy corner = drawing->shape.points[1];
    point(drawing, 1e9, 1e9 - 1e6);
    point(drawing, 1e9, 1e9 + 1e6);
    drawing->shape.points[drawing->shape.n_points++] = corner;
    ring_close(drawing);
}

static void hostile_holes(struct drawing *drawing, size_t n)
{
    point(drawing, 0, 0);
    point(drawing, 2e9, 0);
    point(drawing, 2e9, 2e9);
    point(drawing, 0, 2e9);
    ring_close(drawing);
    for (size_t i = 0; i < n / 4 && i + 2 < RINGS_MAX; i++) {
        double x = 1e5 + 4e5 * (double)(i % 4000);
        double y = 1e5 + 4e5 * (double)(i / 4000);
        point(drawing, x, y);
        point(drawing, x + 3e5, y);
        point(drawing, x, y + 3e5);
        ring_close(drawing);
    }
}

static const struct {
    const char *name;
    void (*draw)(struct drawing *drawing, size_t n);
    const char *reason; // NULL: valid
} hostiles[] = {
    {"star", hostile_star, NULL},
    {"comb", hostile_comb, NULL},
    {"spiral", hostile_spiral, NULL},
    {"holes", hostile_holes, NULL},
    {"noise", hostile_noise, "@validity.self_intersection"},
    {"star, crossed", hostile_star_crossed, "@validity.self_intersection"},
    {"star, pinched", hostile_star_pinched, "@validity.ring_self_intersection"},
    {"star, touched", hostile_star_touched, "@validity.tangled"},
};

static void check_ground__shapes_made_to_be_slow_are_not(void **state)
{
    (void)state;
    struct th_error err = {0};
    struct th_validity *validity = NULL;
    assert_ok(th_validity_new(&validity, &err), &err);
    for (size_t k = 0; k < sizeof(hostiles) / sizeof(hostiles[0]); k++) {
        struct th_ground *ground = NULL;
        struct drawing drawing;
        drawing_make(&drawing, 100, 20);
        hostiles[k].draw(&drawing, HOSTILE_POINTS);
        polygon_close(&drawing);
        assert_ok(th_geometry_normalise(&drawing.shape, &err), &err);
        assert_ok(th_ground_new(&drawing.shape, &ground, &err), &err);
        clock_t start = clock();
        enum th_status status = th_validity_check_ground(validity, ground, &err);
        double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
        print_message("  %-16s %u points: %.3f s\n", hostiles[k].name, ground->n_points, seconds);
        assert_true(seconds < 5); // below 0.1 s but for sanitizers
        if (hostiles[k].reason == NULL) {
            assert_ok(status, &err);
        } else {
            assert_status(status, TH_DATA_PROBLEM, &err);
            assert_string_equal(th_error_arg_get(&err, "reason"), hostiles[k].reason);
        }
        th_ground_free(ground);
        th_geometry_clear(&drawing.shape);
    }
    th_validity_free(validity);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(simple__agrees_with_geos_on_random_shapes),
        cmocka_unit_test(check_ground__a_touch_on_the_grid_is_seen_at_every_place),
        cmocka_unit_test(simple__finds_what_was_drawn),
        cmocka_unit_test(check_ground__shapes_made_to_be_slow_are_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
