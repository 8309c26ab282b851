#include "gis/fabric.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "gis/area.h"
#include "tests/support/support.h"
#include "tests/unit/fabric_world.h"
#include "tests/unit/shapes.h"

static double area_of(const struct th_geometry *shape)
{
    double area_m2;
    double perimeter_m;
    th_area_geodesic(&th_ellipsoid_cgcs2000, shape, &area_m2, &perimeter_m);
    return area_m2;
}

static struct th_fabric_parcel parcel_of(const struct th_geometry *shape, int64_t id)
{
    struct th_error err = {0};
    struct th_geometry copy;
    struct th_ground *ground = NULL;
    assert_ok(th_geometry_copy(shape, &copy, &err), &err);
    assert_ok(th_geometry_normalise(&copy, &err), &err);
    assert_ok(th_ground_new(&copy, &ground, &err), &err);
    th_geometry_clear(&copy);
    return (struct th_fabric_parcel){ground, area_of(shape), id};
}

static struct th_fabric_parcel parcel_box(double west, double south, double east, double north,
                                          int64_t id)
{
    struct th_geometry box = th_test_box(west, south, east, north);
    struct th_fabric_parcel parcel = parcel_of(&box, id);
    th_geometry_clear(&box);
    return parcel;
}

static void parcel_free(const struct th_fabric_parcel *parcel)
{
    union { // the fabric borrows it as const
        const struct th_ground *from;
        struct th_ground *to;
    } ground = {parcel->ground};
    th_ground_free(ground.to);
}

static struct th_fabric *fabric_of(const struct th_fabric_parcel *parcels, size_t n)
{
    struct th_error err = {0};
    struct th_fabric *fabric = NULL;
    assert_ok(th_fabric_new(parcels, n, NULL, &fabric, &err), &err);
    return fabric;
}

static struct th_fabric_pairs join(const struct th_fabric *fabric, unsigned n_threads)
{
    struct th_error err = {0};
    struct th_fabric_pairs pairs;
    assert_ok(th_fabric_join(fabric, n_threads, NULL, &pairs, &err), &err);
    return pairs;
}

static int probe_make(void **state)
{
    struct th_error err = {0};
    struct th_fabric_probe *probe = NULL;
    assert_ok(th_fabric_probe_new(&probe, &err), &err);
    *state = probe;
    return 0;
}

static int probe_drop(void **state)
{
    th_fabric_probe_free(*state);
    return 0;
}

static size_t ask(const struct th_fabric *fabric, struct th_fabric_probe *probe,
                  const struct th_fabric_parcel *parcel, struct th_overlap_finding **ret_findings)
{
    struct th_error err = {0};
    size_t n = 99;
    bool more = true;
    assert_ok(th_fabric_test(fabric, probe, parcel->ground, parcel->area_m2, ret_findings, &n,
                             &more, &err),
              &err);
    assert_true((n == 0) == (*ret_findings == NULL));
    assert_false(more);
    return n;
}

// Against the square of 0.001 degrees (95.9 m by 110.9 m, 10,642.4750 m²) at 119.6 E 30.5 N.
static const struct {
    const char *wkt;
    enum th_overlap_class kind;
    double share; // of the smaller, by drawing; on a piece of 100 m the ground is flat enough
    double iou;
} drawn[] = {
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
    // The same strip of a neighbour of which it is a twelfth, and of one of which it is a seventh.
    {"POLYGON ((119.600995 30.5,119.601055 30.5,119.601055 30.501,119.600995 30.501,119.600995 "
     "30.5))",
     TH_OVERLAP_SLIVER, 1.0 / 12, 0.005 / 1.055},
    {"POLYGON ((119.600995 30.5,119.60103 30.5,119.60103 30.501,119.600995 30.501,119.600995 "
     "30.5))",
     TH_OVERLAP_AREA, 1.0 / 7, 0.005 / 1.03},
    // 1.9 m by 3.3 m is wide but under 10 m².
    {"POLYGON ((119.60098 30.49,119.61 30.49,119.61 30.50003,119.60098 30.50003,119.60098 30.49))",
     TH_OVERLAP_SLIVER, 0.0006, -1},
};

static void test__classes_of_drawn_pairs(void **state)
{
    struct th_fabric_parcel cell = parcel_box(119.6, 30.5, 119.601, 30.501, 42);
    struct th_fabric *fabric = fabric_of(&cell, 1);
    for (size_t i = 0; i < sizeof(drawn) / sizeof(drawn[0]); i++) {
        struct th_overlap_finding *findings;
        struct th_geometry shape = th_test_shape(drawn[i].wkt);
        struct th_fabric_parcel parcel = parcel_of(&shape, 0);
        print_message("  %.70s\n", drawn[i].wkt);
        size_t n = ask(fabric, *state, &parcel, &findings);
        assert_int_equal(n, drawn[i].kind == TH_OVERLAP_NONE ? 0 : 1);
        if (n == 1) {
            assert_int_equal(findings[0].kind, drawn[i].kind);
            assert_int_equal(findings[0].other_id, 42);
            assert_close(findings[0].share, drawn[i].share, 1e-4);
            double smaller_m2 = fmin(parcel.area_m2, 10642.4750);
            assert_close(findings[0].area_m2, drawn[i].share * smaller_m2, 1e-4 * 10642);
            if (drawn[i].iou >= 0) {
                assert_close(findings[0].iou, drawn[i].iou, 1e-4);
            }
        }
        free(findings);
        parcel_free(&parcel);
        th_geometry_clear(&shape);
    }
    th_fabric_free(fabric);
    parcel_free(&cell);
}

static void test__area_and_width_are_those_on_the_ellipsoid(void **state)
{
    struct th_overlap_finding *findings;
    struct th_fabric_parcel cell = parcel_box(119.6, 30.5, 119.601, 30.501, 1);
    struct th_fabric_parcel wide = parcel_box(119.59, 30.5, 119.6005, 30.6, 2);
    struct th_fabric *fabric = fabric_of(&cell, 1);
    assert_int_equal(ask(fabric, *state, &cell, &findings), 1);
    // 2 · 10,642.4750 m² by 2 · (95.98 m + 110.87 m).
    assert_close(findings[0].width_m, 51.45, 0.05);
    assert_close(findings[0].area_m2, 10642.4750, 1e-4);
    free(findings);
    // The western half, cut out by overlay.
    struct th_geometry half = th_test_box(119.6, 30.5, 119.6005, 30.501);
    assert_int_equal(ask(fabric, *state, &wide, &findings), 1);
    assert_close(findings[0].area_m2, area_of(&half), 1e-6);
    free(findings);
    th_geometry_clear(&half);
    th_fabric_free(fabric);
    parcel_free(&cell);
    parcel_free(&wide);
}

static void test__worst_first_then_by_id(void **state)
{
    const int64_t ids[] = {-3, 7, 8, 9};
    const enum th_overlap_class kinds[] = {TH_OVERLAP_DUPLICATE, TH_OVERLAP_AREA, TH_OVERLAP_AREA,
                                           TH_OVERLAP_SLIVER};
    struct th_overlap_finding *findings;
    struct th_fabric_parcel whole = parcel_box(119.6, 30.5, 119.601, 30.501, 0);
    struct th_fabric_parcel parcels[] = {
        parcel_box(119.600997, 30.5, 119.602, 30.501, 9),
        parcel_box(119.6, 30.5, 119.6005, 30.501, 8),
        {NULL, 5, 55},
        parcel_box(119.6, 30.5, 119.6005, 30.501, 7),
        parcel_box(119.6, 30.5, 119.601, 30.501, -3),
    };
    struct th_fabric *fabric = fabric_of(parcels, 5);
    assert_int_equal(ask(fabric, *state, &whole, &findings), 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(findings[i].other_id, ids[i]);
        assert_int_equal(findings[i].kind, kinds[i]);
    }
    free(findings);
    th_fabric_free(fabric);
    parcel_free(&whole);
    for (size_t i = 0; i < 5; i++) {
        parcel_free(&parcels[i]);
    }
}

static void new__limits_are_taken_over(void **state)
{
    struct th_error err = {0};
    struct th_overlap_finding *findings;
    struct th_overlap_limits limits = th_overlap_limits_default;
    struct th_fabric_parcel cell = parcel_box(119.6, 30.5, 119.601, 30.501, 1);
    struct th_fabric_parcel half = parcel_box(119.6005, 30.5, 119.6015, 30.501, 2);
    struct th_fabric *fabric = NULL;
    limits.overlap_share = 0.6;
    assert_ok(th_fabric_new(&cell, 1, &limits, &fabric, &err), &err);
    assert_int_equal(ask(fabric, *state, &half, &findings), 1);
    assert_int_equal(findings[0].kind, TH_OVERLAP_SLIVER);
    free(findings);
    th_fabric_free(fabric);
    th_fabric_free(NULL);
    parcel_free(&cell);
    parcel_free(&half);
}

static void new__no_parcels_and_no_ground_are_a_fabric(void **state)
{
    const struct th_fabric_parcel nothing[] = {{NULL, 0, 1}, {NULL, 0, 2}};
    struct th_fabric_parcel cell = parcel_box(119.6, 30.5, 119.601, 30.501, 3);
    struct th_overlap_finding *findings;
    for (size_t n = 0; n <= 2; n++) {
        struct th_fabric *fabric = fabric_of(nothing, n);
        struct th_fabric_pairs pairs = join(fabric, 2);
        struct th_error err = {0};
        double covered_m2 = -1;
        assert_int_equal(pairs.n, 0);
        assert_false(pairs.cut);
        free(pairs.items);
        assert_int_equal(ask(fabric, *state, &cell, &findings), 0);
        assert_ok(th_fabric_covered(fabric, *state, cell.ground, 100, &covered_m2, &err), &err);
        assert_close(covered_m2, 0, 0);
        th_fabric_free(fabric);
    }
    struct th_fabric *fabric = fabric_of(&cell, 1);
    struct th_fabric_pairs pairs = join(fabric, 2);
    assert_int_equal(pairs.n, 0);
    free(pairs.items);
    th_fabric_free(fabric);
    parcel_free(&cell);
}

static size_t n_fabrics(size_t quick)
{
    const char *wanted = getenv("TH_FABRICS");
    return wanted == NULL ? th_test_rounds(quick) : (size_t)strtoul(wanted, NULL, 10);
}

static void silent(const char *message, void *data)
{
    (void)message;
    (void)data;
}

// Area of the common ground of two shapes in (1e-8°)², by GEOS.
static double overlay_area(const struct world *world, size_t p, size_t q)
{
    double area = 0;
    GEOSGeometry *common = GEOSIntersection_r(world->geos, world->shapes[p], world->shapes[q]);
    assert_non_null(common);
    GEOSArea_r(world->geos, common, &area);
    GEOSGeom_destroy_r(world->geos, common);
    return area;
}

// Every pair that GEOS finds and no other, with the same area.
static size_t pairs_check(const struct world *world, const struct th_fabric_pairs *pairs)
{
    // m² of a square of 1e-8° at the fabric's south (area.c's known answer), and how much less it
    // is where a fabric ends in the north, at most 0.2 degrees away.
    const double unit_m2 = 10642.4750 / 1e10;
    const double shrink = 5e-3;
    size_t at = 0;
    size_t n = 0;
    for (size_t b = 0; b < world->n; b++) {
        bool found[WORLD_PARCELS_MAX] = {false};
        for (; at < pairs->n && pairs->items[at].b == b; at++) {
            const struct th_fabric_pair *pair = &pairs->items[at];
            double want_m2 = overlay_area(world, pair->a, b) * unit_m2;
            assert_true(pair->a < b);
            assert_int_equal(pair->finding.other_id, 1000 + pair->a);
            // A parcel within another counts with its geodesic area, which is rounded to this.
            double rounded_m2 = pair->finding.share == 1 ? 1e-3 : 1e-6;
            assert_close(pair->finding.area_m2, want_m2, shrink * want_m2 + rounded_m2);
            found[pair->a] = true;
            n++;
        }
        for (size_t a = 0; a < b; a++) {
            if (!found[a] && th_ground_boxes_overlap(world->grounds[a], world->grounds[b])) {
                double left_out_m2 = overlay_area(world, a, b) * unit_m2;
                if (left_out_m2 > TH_OVERLAP_NOISE_M2 * (1 + shrink)) {
                    fail_msg("parcels %zu and %zu share %g m2", a, b, left_out_m2);
                }
            }
        }
    }
    assert_int_equal(n, pairs->n);
    return n;
}

static bool pair_equal(const struct th_fabric_pair *p, const struct th_fabric_pair *q)
{
    const struct th_overlap_finding *f = &p->finding;
    const struct th_overlap_finding *g = &q->finding;
    return p->a == q->a && p->b == q->b && f->other_id == g->other_id && f->kind == g->kind &&
           f->area_m2 == g->area_m2 && f->width_m == g->width_m && f->share == g->share &&
           f->iou == g->iou;
}

static void join__random_fabrics_agree_with_overlay_whatever_the_threads(void **state)
{
    (void)state;
    static struct world world;
    static struct th_fabric_parcel parcels[WORLD_PARCELS_MAX];
    size_t n = n_fabrics(6);
    size_t n_pairs = 0;
    GEOSContextHandle_t geos = GEOS_init_r();
    GEOSContext_setNoticeMessageHandler_r(geos, silent, NULL);
    for (uint64_t seed = 1; seed <= n; seed++) {
        world_draw(seed, geos, &world);
        for (size_t p = 0; p < world.n; p++) {
            struct th_error err = {0};
            struct th_geometry shape;
            assert_ok(th_ground_geometry(world.grounds[p], &shape, &err), &err);
            parcels[p] =
                (struct th_fabric_parcel){world.grounds[p], area_of(&shape), 1000 + (int64_t)p};
            th_geometry_clear(&shape);
        }
        struct th_fabric *fabric = fabric_of(parcels, world.n);
        struct th_fabric_pairs pairs = join(fabric, 1 + seed % 2);
        n_pairs += pairs_check(&world, &pairs);
        struct th_fabric_pairs again = join(fabric, 3);
        assert_int_equal(again.n, pairs.n);
        for (size_t i = 0; i < pairs.n; i++) {
            assert_true(pair_equal(&again.items[i], &pairs.items[i]));
            assert_false(pairs.items[i].more);
        }
        free(pairs.items);
        free(again.items);
        th_fabric_free(fabric);
        world_clear(&world);
    }
    print_message("  %zu fabrics, %zu pairs\n", n, n_pairs);
    assert_true(n_pairs > 2 * n);
    GEOS_finish_r(geos);
}

static void join__copies_are_listed_up_to_the_limit_and_marked(void **state)
{
    (void)state;
    enum { N = 200 };
    struct th_fabric_parcel parcels[N];
    for (size_t i = 0; i < N; i++) {
        parcels[i] = parcel_box(119.6, 30.5, 119.601, 30.501, (int64_t)i);
    }
    struct th_fabric *fabric = fabric_of(parcels, N);
    struct th_fabric_pairs pairs = join(fabric, 2);
    size_t at = 0;
    for (uint32_t b = 0; b < N; b++) {
        size_t n = b < TH_FABRIC_OVERLAPS_MAX ? b : TH_FABRIC_OVERLAPS_MAX;
        for (size_t i = 0; i < n; i++, at++) {
            assert_int_equal(pairs.items[at].b, b);
            assert_int_equal(pairs.items[at].a, i);
            assert_int_equal(pairs.items[at].finding.kind, TH_OVERLAP_DUPLICATE);
            assert_int_equal(pairs.items[at].more, b > TH_FABRIC_OVERLAPS_MAX);
        }
    }
    assert_int_equal(at, pairs.n);
    assert_false(pairs.cut);
    free(pairs.items);
    th_fabric_free(fabric);
    for (size_t i = 0; i < N; i++) {
        parcel_free(&parcels[i]);
    }
}

// A county of 40 by 40 cells in one shape of 20,001 vertices around it, before and behind them.
static void join__one_large_parcel_over_many_small_ones(void **state)
{
    enum { SIDE = 40, N = SIDE * SIDE + 2, EDGE = 5000 };
    (void)state;
    static struct th_fabric_parcel parcels[N];
    static struct th_xy points[4 * EDGE + 1];
    size_t ring_end = 4 * EDGE + 1;
    size_t polygon_end = 1;
    struct th_geometry county = {points, ring_end, &ring_end, 1, &polygon_end, 1};
    for (size_t i = 0; i < EDGE; i++) {
        double t = (double)i / EDGE;
        // Wavy, half a cell beyond the cells.
        double wave = 0.0002 * sin(40 * t);
        points[i] = (struct th_xy){119.5995 + 0.041 * t, 30.4995 + wave};
        points[EDGE + i] = (struct th_xy){119.6405 + wave, 30.4995 + 0.041 * t};
        points[2 * EDGE + i] = (struct th_xy){119.6405 - 0.041 * t, 30.5405 + wave};
        points[3 * EDGE + i] = (struct th_xy){119.5995 + wave, 30.5405 - 0.041 * t};
    }
    points[4 * EDGE] = points[0];
    parcels[0] = parcel_of(&county, 100);
    parcels[N - 1] = parcel_of(&county, 101);
    for (size_t i = 0; i < SIDE; i++) {
        for (size_t j = 0; j < SIDE; j++) {
            double x = 119.6 + 0.001 * (double)i;
            double y = 30.5 + 0.001 * (double)j;
            parcels[1 + i * SIDE + j] = parcel_box(x, y, x + 0.001, y + 0.001, 0);
        }
    }
    struct th_fabric *fabric = fabric_of(parcels, N);
    struct th_fabric_pairs pairs = join(fabric, 2);
    assert_int_equal(pairs.n, SIDE * SIDE + TH_FABRIC_OVERLAPS_MAX);
    for (uint32_t i = 0; i < SIDE * SIDE; i++) {
        assert_int_equal(pairs.items[i].a, 0);
        assert_int_equal(pairs.items[i].b, i + 1);
        assert_int_equal(pairs.items[i].finding.kind, TH_OVERLAP_AREA);
        assert_close(pairs.items[i].finding.area_m2, parcels[i + 1].area_m2, 1e-9);
    }
    assert_true(pairs.items[pairs.n - 1].more);
    free(pairs.items);
    th_fabric_free(fabric);
    for (size_t i = 0; i < N; i++) {
        parcel_free(&parcels[i]);
    }
}

static void join__parcels_far_apart_and_of_every_size(void **state)
{
    // Nested around one place from 2 m to 20 degrees, and single ones at the ends of the world.
    struct th_fabric_parcel parcels[32];
    uint32_t n = 0;
    (void)state;
    for (double size = 2e-5; size < 20; size *= 3) {
        parcels[n++] = parcel_box(100 - size / 3, 20 - size / 5, 100 + size / 2, 20 + size / 2, 0);
    }
    uint32_t n_nested = n;
    assert_true(n_nested > 10);
    parcels[n++] = parcel_box(-180, -90, -179.999, -89.999, 0);
    parcels[n++] = parcel_box(179.999, 89.999, 180, 90, 0);
    struct th_fabric *fabric = fabric_of(parcels, n);
    struct th_fabric_pairs pairs = join(fabric, 1);
    assert_int_equal(pairs.n, n_nested * (n_nested - 1) / 2);
    free(pairs.items);
    th_fabric_free(fabric);
    for (uint32_t i = 0; i < n; i++) {
        parcel_free(&parcels[i]);
    }
}

static void join__long_thin_neighbours_only_touch(void **state)
{
    // Slanted strips of 10 km by 2 m: every box lies over every other.
    enum { N = 60 };
    struct th_fabric_parcel parcels[N];
    (void)state;
    for (int i = 0; i < N; i++) {
        char wkt[300];
        snprintf(wkt, sizeof(wkt),
                 "POLYGON ((%.8f 30.5,%.8f 30.5,%.8f 30.57,%.8f 30.57,%.8f 30.5))",
                 119.6 + 2e-5 * i, 119.6 + 2e-5 * (i + 1), 119.67 + 2e-5 * (i + 1),
                 119.67 + 2e-5 * i, 119.6 + 2e-5 * i);
        struct th_geometry strip = th_test_shape(wkt);
        parcels[i] = parcel_of(&strip, i);
        th_geometry_clear(&strip);
    }
    struct th_fabric *fabric = fabric_of(parcels, N);
    struct th_fabric_pairs pairs = join(fabric, 2);
    assert_int_equal(pairs.n, 0);
    free(pairs.items);
    th_fabric_free(fabric);
    for (int i = 0; i < N; i++) {
        parcel_free(&parcels[i]);
    }
}

struct reports {
    int n;
    int stop_at;
    int64_t last, total;
};

static bool report(void *context, const char *stage, int64_t done, int64_t total)
{
    struct reports *reports = context;
    assert_string_equal(stage, "compare");
    assert_true(done > reports->last && done <= total);
    reports->last = done;
    reports->total = total;
    return ++reports->n != reports->stop_at;
}

static void join__progress_is_told_and_may_stop_it(void **state)
{
    enum { N = 3000 };
    (void)state;
    static struct th_fabric_parcel parcels[N];
    for (size_t i = 0; i < N; i++) {
        double x = 110 + 0.002 * (double)i;
        parcels[i] = parcel_box(x, 30.5, x + 0.001, 30.501, 0);
    }
    struct th_fabric *fabric = fabric_of(parcels, N);
    struct th_error err = {0};
    struct reports reports = {0};
    struct th_progress progress = {report, &reports};
    struct th_fabric_pairs pairs = {0};
    assert_ok(th_fabric_join(fabric, 2, &progress, &pairs, &err), &err);
    assert_true(reports.n > 2 && reports.last == N && reports.total == N);
    free(pairs.items);
    reports = (struct reports){.stop_at = 2};
    struct th_fabric_pair untouched;
    pairs = (struct th_fabric_pairs){&untouched, 77, true};
    assert_status(th_fabric_join(fabric, 2, &progress, &pairs, &err), TH_INTERRUPTED, &err);
    assert_true(pairs.items == &untouched && pairs.n == 77 && pairs.cut);
    th_fabric_free(fabric);
    for (size_t i = 0; i < N; i++) {
        parcel_free(&parcels[i]);
    }
}

// The second boundary touches itself on its diagonal, which no survey lets through.
static void join__ground_that_is_not_valid_is_told_and_no_overlap(void **state)
{
    (void)state;
    struct th_geometry shapes[] = {
        th_test_shape("POLYGON ((119.6 30.5,119.60012 30.50004,119.60012 30.50012,119.6 30.5))"),
        th_test_shape("POLYGON ((119.6 30.5,119.60012 30.50004,119.60004 30.50004,"
                      "119.60012 30.50012,119.6 30.5))")};
    struct th_fabric_parcel parcels[] = {parcel_of(&shapes[0], 71), parcel_of(&shapes[1], 72)};
    struct th_error err = {0};
    struct th_fabric *fabric = fabric_of(parcels, 2);
    struct th_fabric_pairs pairs = {.n = 77};
    assert_status(th_fabric_join(fabric, 1, NULL, &pairs, &err), TH_INTERNAL, &err);
    assert_string_equal(err.key, "fabric_unsound");
    assert_string_equal(th_error_arg_get(&err, "id"), "71");
    assert_int_equal(pairs.n, 77);
    // Kept, it is one finding among others.
    th_fabric_keep_unsound(fabric);
    assert_ok(th_fabric_join(fabric, 1, NULL, &pairs, &err), &err);
    assert_int_equal(pairs.n, 1);
    assert_int_equal(pairs.items[0].finding.kind, TH_OVERLAP_UNSOUND);
    assert_int_equal(pairs.items[0].finding.other_id, 71);
    free(pairs.items);
    th_fabric_free(fabric);
    for (size_t i = 0; i < 2; i++) {
        parcel_free(&parcels[i]);
        th_geometry_clear(&shapes[i]);
    }
}

static void common__is_the_shape_of_the_overlap(void **state)
{
    struct th_error err = {0};
    struct th_geometry common;
    struct th_fabric_parcel cell = parcel_box(119.6, 30.5, 119.601, 30.501, 0);
    struct th_fabric_parcel half = parcel_box(119.6005, 30.5, 119.6015, 30.501, 0);
    struct th_fabric_parcel beside = parcel_box(119.601, 30.5, 119.602, 30.501, 0);
    assert_ok(th_fabric_common(*state, cell.ground, half.ground, &common, &err), &err);
    struct th_geometry want = th_test_box(119.6005, 30.5, 119.601, 30.501);
    assert_ok(th_geometry_normalise(&want, &err), &err);
    assert_int_equal(common.n_points, 5);
    assert_memory_equal(common.points, want.points, 5 * sizeof(*want.points));
    assert_int_equal(common.n_rings, 1);
    assert_int_equal(common.n_polygons, 1);
    th_geometry_clear(&common);
    assert_ok(th_fabric_common(*state, cell.ground, beside.ground, &common, &err), &err);
    assert_int_equal(common.n_points + common.n_rings + common.n_polygons, 0);
    th_geometry_clear(&common);
    th_geometry_clear(&want);
    parcel_free(&cell);
    parcel_free(&half);
    parcel_free(&beside);
}

// A comb of n teeth, 4 cells wide and 4 apart, 8n long: two of them, one turned over, cross 4n²
// times and have n² squares of 16 cells in common.
static struct th_fabric_parcel parcel_comb(int n, bool turned, int64_t id)
{
    size_t n_points = 4 * (size_t)n + 5;
    struct th_xy *points = calloc(n_points, sizeof(*points));
    size_t ring_end = n_points;
    size_t polygon_end = 1;
    struct th_geometry comb = {points, n_points, &ring_end, 1, &polygon_end, 1};
    size_t at = 0;
    points[at++] = (struct th_xy){0, -20};
    points[at++] = (struct th_xy){8 * n, -20};
    points[at++] = (struct th_xy){8 * n, -10};
    for (int i = n - 1; i >= 0; i--) {
        points[at++] = (struct th_xy){8 * i + 5, -10};
        points[at++] = (struct th_xy){8 * i + 5, 8 * n};
        points[at++] = (struct th_xy){8 * i + 1, 8 * n};
        points[at++] = (struct th_xy){8 * i + 1, -10};
    }
    points[at++] = (struct th_xy){0, -10};
    points[at++] = points[0];
    assert_int_equal(at, n_points);
    for (size_t i = 0; i < n_points; i++) {
        struct th_xy p = points[i];
        points[i] = (struct th_xy){119.65 + (turned ? p.y : p.x) * 1e-8,
                                   30.41 + (turned ? p.x : p.y) * 1e-8};
    }
    struct th_fabric_parcel parcel = parcel_of(&comb, id);
    free(points);
    return parcel;
}

static void common__of_combs_is_measured_and_not_drawn(void **state)
{
    enum { TEETH = 75 }; // 22,500 crossings
    struct th_error err = {0};
    struct th_geometry common;
    struct th_fabric_parcel combs[2] = {parcel_comb(TEETH, false, 1), parcel_comb(TEETH, true, 2)};
    struct th_fabric *fabric = fabric_of(combs, 1);
    struct th_overlap_finding *findings;
    assert_int_equal(ask(fabric, *state, &combs[1], &findings), 1);
    struct th_geometry cells = th_test_box(119.65, 30.41, 119.65001, 30.41001);
    assert_close(findings[0].area_m2, area_of(&cells) * 16 * TEETH * TEETH / (1000.0 * 1000), 1e-4);
    assert_status(th_fabric_common(*state, combs[0].ground, combs[1].ground, &common, &err),
                  TH_LIMIT, &err);
    assert_string_equal(err.key, "fabric_tangled");
    th_geometry_clear(&cells);
    free(findings);
    th_fabric_free(fabric);
    parcel_free(&combs[0]);
    parcel_free(&combs[1]);
}

static void test__what_meets_in_too_many_places_is_refused_in_words(void **state)
{
    enum { TEETH = 550 }; // 1,210,000 crossings
    struct th_error err = {0};
    struct th_fabric_parcel combs[2] = {parcel_comb(TEETH, false, 71), parcel_comb(TEETH, true, 2)};
    struct th_fabric *fabric = fabric_of(combs, 1);
    struct th_overlap_finding *findings = NULL;
    size_t n = 99;
    bool more = false;
    double covered_m2 = -1;
    assert_status(th_fabric_test(fabric, *state, combs[1].ground, combs[1].area_m2, &findings, &n,
                                 &more, &err),
                  TH_LIMIT, &err);
    assert_string_equal(err.key, "fabric_tangled");
    assert_null(findings);
    assert_int_equal(n, 99);
    assert_status(
        th_fabric_covered(fabric, *state, combs[1].ground, combs[1].area_m2, &covered_m2, &err),
        TH_LIMIT, &err);
    assert_true(covered_m2 == -1);
    th_fabric_keep_unsound(fabric);
    assert_int_equal(ask(fabric, *state, &combs[1], &findings), 1);
    assert_int_equal(findings[0].kind, TH_OVERLAP_UNSOUND);
    assert_int_equal(findings[0].other_id, 71);
    free(findings);
    th_fabric_free(fabric);
    parcel_free(&combs[0]);
    parcel_free(&combs[1]);
}

// A valid shape may hold GEOS up by itself: of long slanting teeth every two have boxes that meet.
static void common__of_slanting_teeth_is_not_drawn(void **state)
{
    enum { TEETH = 6000, LENGTH = 1000000 };
    struct th_error err = {0};
    struct th_geometry common;
    size_t ring_end = 0;
    size_t polygon_end = 1;
    struct th_xy *points = calloc(2 * TEETH + 3, sizeof(*points));
    for (int i = 0; i < TEETH; i++) {
        points[ring_end++] = (struct th_xy){119.65 + 8e-8 * i, 30.41};
        points[ring_end++] =
            (struct th_xy){119.65 + 8e-8 * i + LENGTH * 1e-8, 30.41 + LENGTH * 1e-8};
    }
    points[ring_end++] = (struct th_xy){119.65 + 8e-8 * TEETH, 30.41};
    points[ring_end++] = (struct th_xy){119.65, 30.40};
    points[ring_end++] = points[0];
    struct th_geometry shape = {points, ring_end, &ring_end, 1, &polygon_end, 1};
    struct th_fabric_parcel rake = parcel_of(&shape, 1);
    struct th_fabric_parcel cell = parcel_box(119.64, 30.405, 119.6501, 30.4101, 2);
    assert_status(th_fabric_common(*state, rake.ground, cell.ground, &common, &err), TH_LIMIT,
                  &err);
    assert_string_equal(err.key, "fabric_tangled");
    free(points);
    parcel_free(&rake);
    parcel_free(&cell);
}

// The shape itself, measured by PROJ.
static void assert_cover(const struct th_fabric *fabric, void *probe,
                         const struct th_fabric_parcel *cell, double want)
{
    struct th_error err = {0};
    struct th_geometry shape;
    double area_m2 = 0;
    double perimeter_m = 0;
    assert_ok(th_fabric_cover(fabric, probe, cell->ground, &shape, &err), &err);
    if (shape.n_points > 0) {
        th_area_geodesic(&th_ellipsoid_cgcs2000, &shape, &area_m2, &perimeter_m);
    }
    assert_close(area_m2 / cell->area_m2, want, 1e-5);
    th_geometry_clear(&shape);
}

static void covered__counts_ground_once(void **state)
{
    struct th_error err = {0};
    struct th_fabric_parcel cell = parcel_box(119.6, 30.5, 119.601, 30.501, 0);
    const double whole_m2 = cell.area_m2;
    // West half; a quarter of which the half lies over three fifths; a piece in the middle of the
    // half; the west again; and one that only touches.
    struct th_fabric_parcel covers[] = {
        parcel_box(119.5, 30.4, 119.6005, 30.6, 0),
        parcel_box(119.6002, 30.49, 119.6007, 30.51, 0),
        parcel_box(119.6001, 30.5001, 119.6002, 30.5002, 0),
        parcel_box(119.5, 30.4, 119.6005, 30.6, 0),
        parcel_box(119.601, 30.5, 119.7, 30.6, 0),
        parcel_box(119.5, 30.3, 119.9, 30.6, 0),
    };
    const struct {
        size_t first, n;
        double want;
    } cases[] = {{0, 0, 0},   {0, 1, 0.5}, {0, 3, 0.7}, {1, 1, 0.5}, {2, 1, 0.01},
                 {2, 2, 0.5}, {0, 5, 0.7}, {4, 1, 0},   {0, 6, 1}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_fabric *fabric = fabric_of(covers + cases[i].first, cases[i].n);
        double covered_m2 = -1;
        assert_ok(th_fabric_covered(fabric, *state, cell.ground, whole_m2, &covered_m2, &err),
                  &err);
        assert_close(covered_m2 / whole_m2, cases[i].want, 1e-5);
        assert_true(covered_m2 <= whole_m2);
        assert_cover(fabric, *state, &cell, cases[i].want);
        th_fabric_free(fabric);
    }
    parcel_free(&cell);
    for (size_t i = 0; i < sizeof(covers) / sizeof(covers[0]); i++) {
        parcel_free(&covers[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test__classes_of_drawn_pairs, probe_make, probe_drop),
        cmocka_unit_test_setup_teardown(test__area_and_width_are_those_on_the_ellipsoid, probe_make,
                                        probe_drop),
        cmocka_unit_test_setup_teardown(test__worst_first_then_by_id, probe_make, probe_drop),
        cmocka_unit_test_setup_teardown(new__limits_are_taken_over, probe_make, probe_drop),
        cmocka_unit_test_setup_teardown(new__no_parcels_and_no_ground_are_a_fabric, probe_make,
                                        probe_drop),
        cmocka_unit_test(join__random_fabrics_agree_with_overlay_whatever_the_threads),
        cmocka_unit_test(join__copies_are_listed_up_to_the_limit_and_marked),
        cmocka_unit_test(join__one_large_parcel_over_many_small_ones),
        cmocka_unit_test(join__parcels_far_apart_and_of_every_size),
        cmocka_unit_test(join__long_thin_neighbours_only_touch),
        cmocka_unit_test(join__progress_is_told_and_may_stop_it),
        cmocka_unit_test(join__ground_that_is_not_valid_is_told_and_no_overlap),
        cmocka_unit_test_setup_teardown(common__is_the_shape_of_the_overlap, probe_make,
                                        probe_drop),
        cmocka_unit_test_setup_teardown(common__of_combs_is_measured_and_not_drawn, probe_make,
                                        probe_drop),
        cmocka_unit_test_setup_teardown(test__what_meets_in_too_many_places_is_refused_in_words,
                                        probe_make, probe_drop),
        cmocka_unit_test_setup_teardown(common__of_slanting_teeth_is_not_drawn, probe_make,
                                        probe_drop),
        cmocka_unit_test_setup_teardown(covered__counts_ground_once, probe_make, probe_drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
