#include "gis/meet_internal.h"

#include <stdio.h>
#include <stdlib.h>

#include "gis/overlap_measure_internal.h"
#include "tests/support/support.h"
#include "tests/unit/fabric_world.h"
#include "tests/unit/shapes.h"

// The definition, taken literally, in whole numbers and without any haste: a second opinion where
// GEOS, which rounds intersections to doubles, says something else.
__extension__ typedef __int128 wide;

struct spot {
    int64_t x, y; // twice 1e-8°, so that middles are whole
};

static struct spot spot_of(const struct th_ground *ground, uint32_t i)
{
    return (struct spot){2 * (ground->origin_x - world_origin_x + ground->points[i].x),
                         2 * (ground->origin_y - world_origin_y + ground->points[i].y)};
}

static int turn(struct spot a, struct spot b, struct spot c)
{
    wide sum = (wide)(b.x - a.x) * (c.y - a.y) - (wide)(b.y - a.y) * (c.x - a.x);
    return (sum > 0) - (sum < 0);
}

static bool on_edge(struct spot p, struct spot q, struct spot s)
{
    wide ahead = (wide)(s.x - p.x) * (q.x - p.x) + (wide)(s.y - p.y) * (q.y - p.y);
    wide back = (wide)(s.x - q.x) * (p.x - q.x) + (wide)(s.y - q.y) * (p.y - q.y);
    return turn(p, q, s) == 0 && ahead >= 0 && back >= 0;
}

// Calls visit for every edge of a ground until it says true.
struct edge_visit {
    bool (*visit)(struct spot p, struct spot q, void *context);
    void *context;
};

static bool edges_any(const struct th_ground *ground, struct edge_visit visit)
{
    uint32_t i = 0;
    for (uint32_t ring = 0; ring < ground->n_rings; ring++) {
        for (; i + 1 < ground->ring_ends[ring]; i++) {
            if (visit.visit(spot_of(ground, i), spot_of(ground, i + 1), visit.context)) {
                return true;
            }
        }
        i = ground->ring_ends[ring];
    }
    return false;
}

struct piece {
    struct spot p, q, middle;
    bool odd;       // the middle's ray has crossed so many edges
    bool same, met; // an edge runs along the piece, in the same direction
};

static bool piece_against(struct spot r, struct spot s, void *context)
{
    struct piece *piece = context;
    struct spot m = piece->middle;
    if (on_edge(r, s, m)) {
        wide along = (wide)(s.x - r.x) * (piece->q.x - piece->p.x) +
                     (wide)(s.y - r.y) * (piece->q.y - piece->p.y);
        piece->met = true;
        piece->same = along > 0;
        return true;
    }
    if ((r.y > m.y) != (s.y > m.y) && (s.y > r.y ? turn(r, s, m) > 0 : turn(r, s, m) < 0)) {
        piece->odd = !piece->odd;
    }
    return false;
}

// An edge of one shape against another shape.
struct edge_test {
    const struct th_ground *other;
    struct spot p, q;
    struct spot cuts[4000];
    size_t n;
    bool meets;
};

static bool edge_cut(struct spot r, struct spot s, void *context)
{
    struct edge_test *test = context;
    if (turn(test->p, test->q, r) * turn(test->p, test->q, s) < 0 &&
        turn(r, s, test->p) * turn(r, s, test->q) < 0) {
        test->meets = true;
        return true;
    }
    if (on_edge(test->p, test->q, r)) {
        assert_true(test->n + 1 < sizeof(test->cuts) / sizeof(test->cuts[0]));
        test->cuts[test->n++] = r;
    }
    return false;
}

static int spot_compare(const void *left, const void *right)
{
    const struct spot *a = left;
    const struct spot *b = right;
    int by_x = (a->x > b->x) - (a->x < b->x);
    return by_x != 0 ? by_x : (a->y > b->y) - (a->y < b->y);
}

static bool edge_meets(struct spot p, struct spot q, void *context)
{
    struct edge_test test = {.other = context, .p = p, .q = q, .cuts = {p, q}, .n = 2};
    if (edges_any(test.other, (struct edge_visit){edge_cut, &test})) {
        return true;
    }
    qsort(test.cuts, test.n, sizeof(test.cuts[0]), spot_compare);
    for (size_t c = 0; c + 1 < test.n; c++) {
        struct spot u = test.cuts[c];
        struct spot v = test.cuts[c + 1];
        struct piece piece = {.p = p, .q = q, .middle = {(u.x + v.x) / 2, (u.y + v.y) / 2}};
        if (u.x == v.x && u.y == v.y) {
            continue;
        }
        edges_any(test.other, (struct edge_visit){piece_against, &piece});
        if (piece.met ? piece.same : piece.odd) {
            return true;
        }
    }
    return false;
}

static bool meet_by_definition(const struct th_ground *a, const struct th_ground *b)
{
    union { // drops const for the context only
        const struct th_ground *from;
        void *to;
    } to_b = {b}, to_a = {a};
    return edges_any(a, (struct edge_visit){edge_meets, to_b.to}) ||
           edges_any(b, (struct edge_visit){edge_meets, to_a.to});
}

struct tally {
    size_t n, apart, partly, within, equal, geos_differs, unmeasured;
};

// The size that was added up along the boundaries against that of GEOS's intersection.
static void size_check(const struct world *world, size_t p, size_t q,
                       const struct th_meet_result *result)
{
    struct th_geos geos = {.context = world->geos};
    const struct th_overlap_frame frame = {(double)world_origin_x, (double)world_origin_y,
                                           TH_GROUND_PER_DEGREE};
    struct th_ruler_size want;
    GEOSGeometry *common = GEOSIntersection_r(world->geos, world->shapes[p], world->shapes[q]);
    assert_non_null(common);
    assert_true(th_overlap_polygons_measure(&geos, common, &frame, &want));
    GEOSGeom_destroy_r(world->geos, common);
    // Overlay rounds its vertices in the ninth digit behind a millimetre; so thin a strip may
    // vanish.
    double rounding_m2 = 1e-9 * result->size.perimeter_m;
    assert_close(result->size.area_m2, want.area_m2, 1e-9 * want.area_m2 + rounding_m2);
    if (want.area_m2 > 1e-4) {
        assert_close(result->size.perimeter_m, want.perimeter_m, 1e-6 * want.perimeter_m + 1e-6);
    }
}

static void pair_check(const struct world *world, size_t p, size_t q,
                       struct th_meet_index *const *indices, struct th_meet_room *room,
                       uint64_t seed, struct tally *tally)
{
    struct th_error err = {0};
    struct th_meet_side a = {.ground = world->grounds[p], .index = indices[p]};
    struct th_meet_side b = {.ground = world->grounds[q], .index = indices[q]};
    struct th_meet_result result = {.meet = TH_MEET_UNKNOWN};
    assert_ok(th_meet_test(&a, &b, room, &result, &err), &err);
    enum th_meet meet = result.meet;
    char *matrix = GEOSRelate_r(world->geos, world->shapes[p], world->shapes[q]);
    bool meets = matrix[0] == '2';
    bool within = meets && matrix[2] == 'F' && matrix[5] == 'F';
    bool around = meets && matrix[6] == 'F' && matrix[7] == 'F';
    enum th_meet want = !meets             ? TH_MEET_APART
                        : within && around ? TH_MEET_EQUAL
                        : within           ? TH_MEET_WITHIN
                        : around           ? TH_MEET_AROUND
                                           : TH_MEET_PARTLY;
    if (meet != want) {
        tally->geos_differs++;
        bool truth = meet_by_definition(a.ground, b.ground);
        if (truth != (meet != TH_MEET_APART) || truth == meets) {
            char *wkt_a = GEOSGeomToWKT_r(world->geos, world->shapes[p]);
            char *wkt_b = GEOSGeomToWKT_r(world->geos, world->shapes[q]);
            fail_msg(
                "seed %llu, parcels %zu and %zu: %d, GEOS says %d (%s), by definition %d\n%s\n%s",
                (unsigned long long)seed, p, q, meet, want, matrix, truth, wkt_a, wkt_b);
        }
    }
    GEOSFree_r(world->geos, matrix);
    if (meet == TH_MEET_PARTLY && result.measured) {
        size_check(world, p, q, &result);
    }
    tally->unmeasured += meet == TH_MEET_PARTLY && !result.measured;
    tally->n++;
    tally->apart += meet == TH_MEET_APART;
    tally->partly += meet == TH_MEET_PARTLY;
    tally->within += meet == TH_MEET_WITHIN || meet == TH_MEET_AROUND;
    tally->equal += meet == TH_MEET_EQUAL;
}

static void world_check(const struct world *world, struct th_meet_room *room, uint64_t seed,
                        struct tally *tally)
{
    struct th_meet_index *indices[WORLD_PARCELS_MAX] = {NULL};
    struct th_error err = {0};
    for (size_t p = 0; p < world->n; p += 2) { // with and without must be the same
        assert_ok(th_meet_index_new(world->grounds[p], &indices[p], &err), &err);
    }
    for (size_t p = 0; p < world->n; p++) {
        for (size_t q = p + 1; q < world->n; q++) {
            if (th_ground_boxes_overlap(world->grounds[p], world->grounds[q])) {
                bool turned = (p + q) % 3 == 0;
                pair_check(world, turned ? q : p, turned ? p : q, indices, room, seed, tally);
            }
        }
    }
    for (size_t p = 0; p < world->n; p++) {
        th_meet_index_free(indices[p]);
    }
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

static void worlds_check(bool lattice, size_t quick)
{
    struct th_error err = {0};
    struct tally tally = {0};
    struct th_meet_room *room = NULL;
    static struct world world;
    size_t n = n_fabrics(quick);
    size_t n_parcels = 0;
    GEOSContextHandle_t geos = GEOS_init_r();
    GEOSContext_setNoticeMessageHandler_r(geos, silent, NULL);
    assert_ok(th_meet_room_new(&room, &err), &err);
    for (uint64_t seed = 1; seed <= n; seed++) {
        if (lattice) {
            world_draw_lattice(seed, 30, geos, &world);
        } else {
            world_draw(seed, geos, &world);
        }
        world_check(&world, room, seed, &tally);
        n_parcels += world.n;
        world_clear(&world);
    }
    print_message("  %zu fabrics, %zu parcels, %zu pairs: %zu apart, %zu partly, %zu within, %zu "
                  "equal; %zu where GEOS rounds, %zu left unmeasured\n",
                  n, n_parcels, tally.n, tally.apart, tally.partly, tally.within, tally.equal,
                  tally.geos_differs, tally.unmeasured);
    assert_true(tally.apart > tally.n / 20 && tally.partly > tally.n / 100 && tally.within > 0 &&
                (tally.equal > 0 || n < 20));
    th_meet_room_free(room);
    GEOS_finish_r(geos);
}

static void test__random_fabrics_agree_with_geos(void **state)
{
    (void)state;
    worlds_check(false, 20);
}

static void test__polygons_on_a_lattice_agree_with_geos(void **state)
{
    (void)state;
    worlds_check(true, 60);
}

enum { COAST = 20000 };

// Land south of a crooked coast of 20,000 vertices from west to east, or north of it (seen from the
// north the coast may have further vertices, or lie some units further south).
static struct th_ground *coast_land(bool north, int64_t extra, int64_t over)
{
    struct th_error err = {0};
    struct th_geometry shape = {0};
    struct th_ground *ground = NULL;
    uint64_t seed = 5;
    size_t n = 0;
    size_t ring_end;
    size_t polygon_end = 1;
    struct th_xy *points = malloc((2 * COAST + 3) * sizeof(*points));
    assert_non_null(points);
    for (int64_t i = 0; i < COAST; i++) {
        int64_t x = world_origin_x + 120 * i;
        int64_t y = world_origin_y + 2 * (int64_t)world_below(&seed, 40000) - over;
        if (i > 0 && extra != 0 && i % extra == 0) {
            points[n] = points[n - 1]; // the middle of the edge
            points[n].x += 60 / TH_GROUND_PER_DEGREE;
            points[n].y = (points[n].y + (double)y / TH_GROUND_PER_DEGREE) / 2;
            n++;
        }
        points[n++] =
            (struct th_xy){(double)x / TH_GROUND_PER_DEGREE, (double)y / TH_GROUND_PER_DEGREE};
    }
    double far = (double)(world_origin_y + (north ? 3000000 : -3000000)) / TH_GROUND_PER_DEGREE;
    points[n++] = (struct th_xy){points[COAST - 1].x, far};
    points[n - 1].x = (double)(world_origin_x + 120 * (COAST - 1)) / TH_GROUND_PER_DEGREE;
    points[n++] = (struct th_xy){points[0].x, far};
    points[n++] = points[0];
    ring_end = n;
    struct th_geometry borrowed = {points, n, &ring_end, 1, &polygon_end, 1};
    assert_ok(th_geometry_copy(&borrowed, &shape, &err), &err);
    assert_ok(th_geometry_normalise(&shape, &err), &err);
    assert_ok(th_ground_new(&shape, &ground, &err), &err);
    th_geometry_clear(&shape);
    free(points);
    return ground;
}

static const struct {
    int64_t extra, over;
    enum th_meet meet;
} coasts[] = {
    {0, 0, TH_MEET_APART},  {1, 0, TH_MEET_APART},  {7, 0, TH_MEET_APART},
    {7, -2, TH_MEET_APART}, {0, 2, TH_MEET_PARTLY}, {7, 100, TH_MEET_PARTLY},
};

static void test__two_shapes_of_20000_vertices_along_one_coast(void **state)
{
    struct th_error err = {0};
    struct th_meet_room *room = NULL;
    struct th_ground *south = coast_land(false, 0, 0);
    (void)state;
    assert_ok(th_meet_room_new(&room, &err), &err);
    for (size_t c = 0; c < sizeof(coasts) / sizeof(coasts[0]); c++) {
        struct th_ground *north = coast_land(true, coasts[c].extra, coasts[c].over);
        struct th_meet_index *index = NULL;
        assert_ok(th_meet_index_new(north, &index, &err), &err);
        for (int indexed = 0; indexed < 2; indexed++) {
            struct th_meet_side a = {.ground = south};
            struct th_meet_side b = {.ground = north, .index = indexed ? index : NULL};
            struct th_meet_result result = {.meet = TH_MEET_UNKNOWN};
            assert_ok(th_meet_test(&a, &b, room, &result, &err), &err);
            assert_int_equal(result.meet, coasts[c].meet);
            if (result.meet == TH_MEET_PARTLY) {
                // A strip as long as the coast, `over` wide, of squares of 1e-8°.
                double want_m2 = (double)coasts[c].over * 120 * (COAST - 1) * 10642.4750 / 1e10;
                assert_true(result.measured);
                assert_close(result.size.area_m2, want_m2, 1e-3 * want_m2);
            }
        }
        th_meet_index_free(index);
        th_ground_free(north);
    }
    th_meet_room_free(room);
    th_ground_free(south);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test__random_fabrics_agree_with_geos),
        cmocka_unit_test(test__polygons_on_a_lattice_agree_with_geos),
        cmocka_unit_test(test__two_shapes_of_20000_vertices_along_one_coast),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
