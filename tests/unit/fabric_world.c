#include "tests/unit/fabric_world.h"

#include <math.h>
#include <stdlib.h>

#include "tests/support/support.h"

enum {
    SIDE_MAX = 24,     // cells
    POLYLINE_MAX = 10, // vertices between knots
    STEP = 12,         // vertices lie on multiples, so that halves, thirds and quarters are whole
    RING_MAX = 20000,
    RINGS_MAX = 64
};

const int64_t world_origin_x = 11960000000;
const int64_t world_origin_y = 3050000000;

struct knot {
    int64_t x, y;
};

// From a knot to the next one east (0) or north (1), both ends left out.
struct polyline {
    struct knot points[POLYLINE_MAX];
    size_t n;
};

struct net {
    uint64_t *seed;
    int side;
    int64_t size;       // of a cell
    unsigned t_percent; // of segments that get vertices of their own
    struct knot knots[SIDE_MAX + 1][SIDE_MAX + 1];
    struct polyline lines[SIDE_MAX + 1][SIDE_MAX + 1][2];
    int parcel[SIDE_MAX][SIDE_MAX]; // which merged parcel a cell belongs to
};

struct ring {
    struct knot *points;
    size_t n;
};

uint64_t world_random(uint64_t *seed) // splitmix64
{
    uint64_t z = *seed += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

uint64_t world_below(uint64_t *seed, uint64_t limit)
{
    return world_random(seed) % limit;
}

static bool chance(uint64_t *seed, unsigned percent)
{
    return world_below(seed, 100) < percent;
}

static int64_t jitter(uint64_t *seed, int64_t amplitude)
{
    return (int64_t)world_below(seed, 2 * (uint64_t)amplitude + 1) - amplitude;
}

static int64_t on_step(int64_t value)
{
    return value / STEP * STEP;
}

static void net_draw(struct net *net)
{
    uint64_t *seed = net->seed;
    net->side = 12 + (int)world_below(seed, SIDE_MAX - 11);
    net->size = on_step(STEP * (60 + (int64_t)world_below(seed, 6000)));
    net->t_percent = chance(seed, 50) ? (unsigned)world_below(seed, 40) : 0;
    int64_t knot_jitter = chance(seed, 20) ? 0 : net->size / 5;
    int64_t line_jitter = chance(seed, 20) ? 0 : net->size / (5 + (int64_t)world_below(seed, 40));
    size_t line_points = world_below(seed, POLYLINE_MAX + 1);
    for (int i = 0; i <= net->side; i++) {
        for (int j = 0; j <= net->side; j++) {
            net->knots[i][j].x = on_step(i * net->size + jitter(seed, knot_jitter));
            net->knots[i][j].y = on_step(j * net->size + jitter(seed, knot_jitter));
        }
    }
    for (int i = 0; i <= net->side; i++) {
        for (int j = 0; j <= net->side; j++) {
            for (int d = 0; d < 2; d++) {
                struct polyline *line = &net->lines[i][j][d];
                if (i + (d == 0) > net->side || j + (d == 1) > net->side) {
                    continue;
                }
                struct knot from = net->knots[i][j];
                struct knot to = net->knots[i + (d == 0)][j + (d == 1)];
                line->n = line_points;
                for (size_t k = 0; k < line->n; k++) {
                    int64_t a = (int64_t)k + 1;
                    int64_t b = (int64_t)line->n + 1;
                    line->points[k].x =
                        on_step(from.x + (to.x - from.x) * a / b + jitter(seed, line_jitter));
                    line->points[k].y =
                        on_step(from.y + (to.y - from.y) * a / b + jitter(seed, line_jitter));
                }
            }
        }
    }
}

static void ring_push(struct ring *ring, struct knot point)
{
    assert_true(ring->n < RING_MAX);
    ring->points[ring->n++] = point;
}

// Appends a point; sometimes with vertices of this parcel alone on the way to it.
static void ring_reach(struct net *net, struct ring *ring, struct knot point)
{
    if (ring->n > 0 && chance(net->seed, net->t_percent)) {
        struct knot last = ring->points[ring->n - 1];
        int64_t parts = 2 + (int64_t)world_below(net->seed, 3);
        for (int64_t k = 1; k < parts; k++) {
            ring_push(ring, (struct knot){last.x + (point.x - last.x) / parts * k,
                                          last.y + (point.y - last.y) / parts * k});
        }
    }
    ring_push(ring, point);
}

// Directions: 0 east, 1 north, 2 west, 3 south. Walks from knot (i, j) one cell in direction d,
// the far end included.
static void ring_walk(struct net *net, struct ring *ring, int *i, int *j, int d)
{
    static const int dx[] = {1, 0, -1, 0};
    static const int dy[] = {0, 1, 0, -1};
    int to_i = *i + dx[d];
    int to_j = *j + dy[d];
    const struct polyline *line = &net->lines[d == 2 ? to_i : *i][d == 3 ? to_j : *j][d % 2];
    for (size_t k = 0; k < line->n; k++) {
        ring_reach(net, ring, line->points[d < 2 ? k : line->n - 1 - k]);
    }
    ring_reach(net, ring, net->knots[to_i][to_j]);
    *i = to_i;
    *j = to_j;
}

static bool in_parcel(const struct net *net, int i, int j, int parcel)
{
    return i >= 0 && j >= 0 && i < net->side && j < net->side && net->parcel[i][j] == parcel;
}

// Is the lattice edge from knot (i, j) in direction d boundary, with the parcel on its left?
static bool is_boundary(const struct net *net, int i, int j, int d, int parcel)
{
    static const int left[4][2] = {{0, 0}, {-1, 0}, {-1, -1}, {0, -1}};
    static const int right[4][2] = {{0, -1}, {0, 0}, {-1, 0}, {-1, -1}};
    return in_parcel(net, i + left[d][0], j + left[d][1], parcel) &&
           !in_parcel(net, i + right[d][0], j + right[d][1], parcel);
}

static double ring_area(const struct ring *ring)
{
    double sum = 0;
    for (size_t k = 0; k + 1 < ring->n; k++) {
        sum += (double)ring->points[k].x * (double)ring->points[k + 1].y -
               (double)ring->points[k + 1].x * (double)ring->points[k].y;
    }
    return sum;
}

// Follows the boundary of a parcel; at a pinch it turns right, or left, wherever it can.
static size_t rings_trace(struct net *net, int parcel, bool right_first, struct ring *rings)
{
    bool used[SIDE_MAX + 1][SIDE_MAX + 1][4] = {{{false}}};
    size_t n = 0;
    for (int i = 0; i <= net->side; i++) {
        for (int j = 0; j <= net->side; j++) {
            for (int d = 0; d < 4; d++) {
                if (used[i][j][d] || !is_boundary(net, i, j, d, parcel)) {
                    continue;
                }
                assert_true(n < RINGS_MAX);
                struct ring *ring = &rings[n++];
                int at_i = i;
                int at_j = j;
                int at_d = d;
                ring->n = 0;
                ring_push(ring, net->knots[i][j]);
                while (!used[at_i][at_j][at_d]) {
                    used[at_i][at_j][at_d] = true;
                    ring_walk(net, ring, &at_i, &at_j, at_d);
                    int turn = right_first ? 3 : 1;
                    while (!is_boundary(net, at_i, at_j, (at_d + turn) % 4, parcel)) {
                        turn = (turn + (right_first ? 1 : 3)) % 4;
                    }
                    at_d = (at_d + turn) % 4;
                }
            }
        }
    }
    return n;
}

static GEOSGeometry *geos_ring(GEOSContextHandle_t geos, const struct ring *ring)
{
    GEOSCoordSequence *sequence = GEOSCoordSeq_create_r(geos, (unsigned)ring->n, 2);
    for (size_t k = 0; k < ring->n; k++) {
        GEOSCoordSeq_setXY_r(geos, sequence, (unsigned)k, (double)ring->points[k].x,
                             (double)ring->points[k].y);
    }
    return GEOSGeom_createLinearRing_r(geos, sequence);
}

// One shell with holes, or shells without; NULL otherwise.
static GEOSGeometry *geos_shape(GEOSContextHandle_t geos, const struct ring *rings, size_t n)
{
    GEOSGeometry *shells[RINGS_MAX];
    GEOSGeometry *holes[RINGS_MAX];
    unsigned n_shells = 0;
    unsigned n_holes = 0;
    for (size_t r = 0; r < n; r++) {
        if (ring_area(&rings[r]) > 0) {
            shells[n_shells++] = geos_ring(geos, &rings[r]);
        } else {
            holes[n_holes++] = geos_ring(geos, &rings[r]);
        }
    }
    if (n_shells == 1) {
        return GEOSGeom_createPolygon_r(geos, shells[0], holes, n_holes);
    }
    if (n_shells == 0 || n_holes > 0) {
        for (unsigned k = 0; k < n_shells; k++) {
            GEOSGeom_destroy_r(geos, shells[k]);
        }
        for (unsigned k = 0; k < n_holes; k++) {
            GEOSGeom_destroy_r(geos, holes[k]);
        }
        return NULL;
    }
    for (unsigned k = 0; k < n_shells; k++) {
        shells[k] = GEOSGeom_createPolygon_r(geos, shells[k], NULL, 0);
    }
    return GEOSGeom_createCollection_r(geos, GEOS_MULTIPOLYGON, shells, n_shells);
}

// What the intake makes of it: normal form, compact ground.
static struct th_ground *ground_of(GEOSContextHandle_t geos, const GEOSGeometry *shape)
{
    struct th_error err = {0};
    struct th_geometry geometry;
    struct th_ground *ground = NULL;
    size_t size = 0;
    GEOSWKBWriter *writer = GEOSWKBWriter_create_r(geos);
    unsigned char *wkb = GEOSWKBWriter_write_r(geos, writer, shape, &size);
    assert_ok(th_geometry_from_wkb(wkb, size, &geometry, &err), &err);
    for (size_t i = 0; i < geometry.n_points; i++) {
        geometry.points[i].x =
            (double)(world_origin_x + llround(geometry.points[i].x)) / TH_GROUND_PER_DEGREE;
        geometry.points[i].y =
            (double)(world_origin_y + llround(geometry.points[i].y)) / TH_GROUND_PER_DEGREE;
    }
    assert_ok(th_geometry_normalise(&geometry, &err), &err);
    assert_ok(th_ground_new(&geometry, &ground, &err), &err);
    th_geometry_clear(&geometry);
    GEOSFree_r(geos, wkb);
    GEOSWKBWriter_destroy_r(geos, writer);
    return ground;
}

void world_add(struct world *world, GEOSGeometry *shape)
{
    if (shape == NULL) {
        return;
    }
    int type = GEOSGeomTypeId_r(world->geos, shape);
    double area = 0;
    if (world->n < WORLD_PARCELS_MAX && (type == GEOS_POLYGON || type == GEOS_MULTIPOLYGON) &&
        GEOSisValid_r(world->geos, shape) == 1 && GEOSArea_r(world->geos, shape, &area) == 1 &&
        area > 0) {
        world->grounds[world->n] = ground_of(world->geos, shape);
        world->shapes[world->n++] = shape;
    } else {
        GEOSGeom_destroy_r(world->geos, shape);
    }
}

static void rings_make(struct ring *rings, struct knot *points)
{
    for (size_t r = 0; r < RINGS_MAX; r++) {
        rings[r].points = points + r * RING_MAX;
    }
}

static void parcels_merge(struct net *net)
{
    unsigned percent = (unsigned)world_below(net->seed, 60);
    for (int i = 0; i < net->side; i++) {
        for (int j = 0; j < net->side; j++) {
            net->parcel[i][j] = i * SIDE_MAX + j;
        }
    }
    for (int i = 0; i < net->side; i++) {
        for (int j = 0; j < net->side; j++) {
            if (chance(net->seed, percent)) {
                // To a neighbour's, also one across a corner, so that parts touch in points.
                int to_i = i + (int)world_below(net->seed, 3) - 1;
                int to_j = j + (int)world_below(net->seed, 3) - 1;
                if (to_i >= 0 && to_j >= 0 && to_i < net->side && to_j < net->side) {
                    net->parcel[i][j] = net->parcel[to_i][to_j];
                }
            }
        }
    }
}

struct change {
    double scale, dx, dy;
    uint64_t *seed;
    unsigned nudge_percent; // of vertices
    int64_t nudge;
};

static void point_change(const struct change *change, double *x, double *y)
{
    *x = round(*x * change->scale + change->dx);
    *y = round(*y * change->scale + change->dy);
    if (chance(change->seed, change->nudge_percent)) {
        *x += (double)jitter(change->seed, change->nudge);
        *y += (double)jitter(change->seed, change->nudge);
    }
}

// A changed copy of the shell of a shape, or of its first part's.
static GEOSGeometry *changed_copy(GEOSContextHandle_t geos, const GEOSGeometry *shape,
                                  const struct change *change)
{
    const GEOSGeometry *shell = GEOSGetExteriorRing_r(geos, GEOSGetGeometryN_r(geos, shape, 0));
    GEOSCoordSequence *sequence = GEOSCoordSeq_clone_r(geos, GEOSGeom_getCoordSeq_r(geos, shell));
    unsigned n = 0;
    double first_x = 0;
    double first_y = 0;
    GEOSCoordSeq_getSize_r(geos, sequence, &n);
    for (unsigned k = 0; k < n; k++) {
        double x;
        double y;
        GEOSCoordSeq_getXY_r(geos, sequence, k, &x, &y);
        point_change(change, &x, &y);
        first_x = k == 0 ? x : first_x;
        first_y = k == 0 ? y : first_y;
        GEOSCoordSeq_setXY_r(geos, sequence, k, k + 1 == n ? first_x : x, k + 1 == n ? first_y : y);
    }
    return GEOSGeom_createPolygon_r(geos, GEOSGeom_createLinearRing_r(geos, sequence), NULL, 0);
}

// Sows errors: copies that are shifted a little or much, shrunk into the parcel, or nudged.
static void copies_sow(struct world *world, const struct net *net)
{
    uint64_t *seed = net->seed;
    size_t n = world->n;
    unsigned percent = (unsigned)world_below(seed, 25);
    for (size_t p = 0; p < n; p++) {
        if (!chance(seed, percent)) {
            continue;
        }
        struct change change = {.scale = 1, .seed = seed};
        switch (world_below(seed, 5)) {
        case 0: // far over its neighbours
            change.dx = (double)jitter(seed, net->size);
            change.dy = (double)jitter(seed, net->size);
            break;
        case 1: // along the lattice, so that vertices meet
            change.dx = (double)(STEP * jitter(seed, 4));
            change.dy = (double)(STEP * jitter(seed, 4));
            break;
        case 2: { // inside itself
            double x;
            double y;
            GEOSGeometry *middle = GEOSPointOnSurface_r(world->geos, world->shapes[p]);
            GEOSGeomGetX_r(world->geos, middle, &x);
            GEOSGeomGetY_r(world->geos, middle, &y);
            GEOSGeom_destroy_r(world->geos, middle);
            change.scale = 0.1 + 0.08 * (double)world_below(seed, 10);
            change.dx = x * (1 - change.scale);
            change.dy = y * (1 - change.scale);
            break;
        }
        case 3: // single vertices elsewhere, from a millimetre on
            change.nudge_percent = 10;
            change.nudge = 1 + (int64_t)world_below(seed, 3 * STEP);
            break;
        default: // once more as it is
            break;
        }
        world_add(world, changed_copy(world->geos, world->shapes[p], &change));
    }
}

void world_draw(uint64_t seed, GEOSContextHandle_t geos, struct world *ret_world)
{
    struct ring rings[RINGS_MAX];
    struct net net = {.seed = &seed};
    struct knot *points = malloc(RINGS_MAX * RING_MAX * sizeof(*points));
    assert_non_null(points);
    rings_make(rings, points);
    ret_world->geos = geos;
    ret_world->n = 0;
    net_draw(&net);
    parcels_merge(&net);
    for (int parcel = 0; parcel < SIDE_MAX * SIDE_MAX; parcel++) {
        size_t before = ret_world->n;
        bool right_first = chance(&seed, 50);
        for (int turn = 0; turn < 2 && ret_world->n == before; turn++) {
            size_t n = rings_trace(&net, parcel, (turn == 0) == right_first, rings);
            if (n > 0) {
                world_add(ret_world, geos_shape(geos, rings, n));
            }
        }
    }
    copies_sow(ret_world, &net);
    free(points);
}

void world_draw_lattice(uint64_t seed, size_t n, GEOSContextHandle_t geos, struct world *ret_world)
{
    struct knot points[2][8];
    uint64_t side = 4 + world_below(&seed, 5);
    int64_t size = 1 + (int64_t)world_below(&seed, 100000);
    ret_world->geos = geos;
    ret_world->n = 0;
    for (size_t tries = 0; ret_world->n < n && tries < 60 * n; tries++) {
        struct ring rings[2] = {{points[0], 0}, {points[1], 0}};
        size_t n_rings = 1 + world_below(&seed, 2);
        for (size_t r = 0; r < n_rings; r++) {
            size_t n_points = 3 + world_below(&seed, r == 0 ? 5 : 2);
            for (size_t k = 0; k < n_points; k++) {
                ring_push(&rings[r], (struct knot){size * (int64_t)world_below(&seed, side),
                                                   size * (int64_t)world_below(&seed, side)});
            }
            ring_push(&rings[r], points[r][0]);
        }
        GEOSGeometry *hole = n_rings == 2 ? geos_ring(geos, &rings[1]) : NULL;
        world_add(ret_world, GEOSGeom_createPolygon_r(geos, geos_ring(geos, &rings[0]), &hole,
                                                      (unsigned)n_rings - 1));
    }
}

void world_clear(struct world *world)
{
    for (size_t p = 0; p < world->n; p++) {
        th_ground_free(world->grounds[p]);
        GEOSGeom_destroy_r(world->geos, world->shapes[p]);
    }
    world->n = 0;
}
