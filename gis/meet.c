// Interiors of two valid shapes are disjoint exactly when no edges cross, no piece of one boundary
// lies inside the other shape, and shared pieces run in opposite directions (so that the interiors
// lie on either side). All of that can only happen where both boxes overlap, so only edges that
// meet the common box are looked at. Then, in this order:
//
//   1. Edges that both shapes have, in opposite directions, cancel: for neighbours most of them.
//   2. The rest of one side is compared with the rest of the other. A proper crossing proves common
//      ground. Where edges cross, and where a vertex of one lies on an edge of the other, the edge
//      is cut; where edges run along each other, that piece is shared.
//   3. Between cuts and shared pieces the boundary of one shape runs wholly inside or wholly
//      outside the other. Next to a crossing its direction tells which; a run that leaves the
//      common box is outside; of any other run one point is tried.
//
// The boundary of the common ground is then known too: the runs of either shape inside the other,
// and what both share in the same direction. Its area and length are sums along it.
//
// A cancelled edge may end on an edge of the rest, where a shape touches itself in a point; that
// edge is not cut there. The answer is right all the same: common ground whose every piece of
// boundary were overlooked for this reason would be bounded by one of the shapes alone, turning at
// points where that shape touches itself, and would be cut off from the rest of a valid polygon.
//
// All decisions are made in whole numbers; only where edges cross is a matter of doubles.
#include "gis/meet_internal.h"

#include <stdlib.h>
#include <string.h>

#include "gis/meet_work_internal.h"

enum th_status th_meet_room_new(struct th_meet_room **ret_room, struct th_error *err)
{
    struct th_meet_room *room = calloc(1, sizeof(*room));
    if (room == NULL) {
        return th_error_no_memory(err);
    }
    *ret_room = room;
    return TH_OK;
}

void th_meet_room_free(struct th_meet_room *room)
{
    if (room == NULL) {
        return;
    }
    for (int s = 0; s < 2; s++) {
        free(room->sides[s].codes);
        free(room->sides[s].flags);
        free(room->sides[s].starts);
        free(room->sides[s].rest);
        free(room->sides[s].blocks);
        free(room->sides[s].contacts);
    }
    free(room->table);
    free(room);
}

static bool room_reserve(struct th_work_room *room, size_t n)
{
    if (n <= room->capacity) {
        return true;
    }
    size_t capacity = n < 256 ? 256 : n + n / 2;
    free(room->codes);
    free(room->flags);
    free(room->starts);
    free(room->rest);
    free(room->blocks);
    room->codes = malloc(capacity);
    room->flags = malloc(capacity);
    room->starts = malloc((capacity + 1) * sizeof(*room->starts));
    room->rest = malloc(capacity * sizeof(*room->rest));
    room->blocks = malloc((capacity / TH_WORK_BLOCK_EDGES + 1) * sizeof(*room->blocks));
    bool made = room->codes != NULL && room->flags != NULL && room->starts != NULL &&
                room->rest != NULL && room->blocks != NULL;
    room->capacity = made ? capacity : 0;
    return made;
}

static bool table_reserve(struct th_meet_room *room, size_t n)
{
    if (n <= room->table_capacity) {
        return true;
    }
    free(room->table);
    room->table = malloc(n * sizeof(*room->table));
    room->table_capacity = room->table == NULL ? 0 : n;
    return room->table != NULL;
}

static size_t spot_hash(struct th_spot spot)
{
    uint64_t hash = (uint64_t)spot.x * 0x9e3779b97f4a7c15u ^ (uint64_t)spot.y * 0xc2b2ae3d27d4eb4fu;
    return (size_t)(hash >> 32 ^ hash >> 15);
}

// Marks edges of b that are edges of a the other way round, on both sides. a's edges are found by
// their first vertex; along a shared boundary the next one is simply the one before.
static bool edges_cancel(struct th_work *work)
{
    struct th_work_side *a = &work->sides[0];
    struct th_work_side *b = &work->sides[1];
    size_t size = 16;
    while (size < 2 * (size_t)a->n_edges) {
        size *= 2;
    }
    if (!table_reserve(work->room, size)) {
        return false;
    }
    uint32_t *table = work->room->table;
    memset(table, 0, size * sizeof(*table));
    memset(a->room->flags, 0, a->n_edges);
    memset(b->room->flags, 0, b->n_edges);
    for (uint32_t k = 0; k < a->n_edges; k++) {
        size_t at = spot_hash(th_work_point(a, a->room->starts[k])) & (size - 1);
        while (table[at] != 0) {
            at = (at + 1) & (size - 1);
        }
        table[at] = k + 1;
    }
    uint32_t last = 0; // edge of a that the last edge of b cancelled, + 1
    for (uint32_t j = 0; j < b->n_edges; j++) {
        struct th_spot r = th_work_point(b, b->room->starts[j]);
        struct th_spot s = th_work_point(b, b->room->starts[j] + 1);
        uint32_t match = 0;
        if (last > 1 && th_spot_equal(th_work_point(a, a->room->starts[last - 2]), s) &&
            th_spot_equal(th_work_point(a, a->room->starts[last - 2] + 1), r)) {
            match = last - 1;
        } else {
            size_t at = spot_hash(s) & (size - 1);
            for (; table[at] != 0; at = (at + 1) & (size - 1)) {
                uint32_t i = a->room->starts[table[at] - 1];
                if (th_spot_equal(th_work_point(a, i), s) &&
                    th_spot_equal(th_work_point(a, i + 1), r)) {
                    match = table[at];
                    break;
                }
            }
        }
        if (match != 0) {
            a->room->flags[match - 1] |= TH_WORK_SHARED;
            b->room->flags[j] |= TH_WORK_SHARED;
            a->shared_opposite = true;
            b->shared_opposite = true;
        }
        last = match;
    }
    return true;
}

static inline int32_t clamp(int64_t value, int32_t low, int32_t high)
{
    return value < low ? low : value > high ? high : (int32_t)value;
}

static struct th_meet_box edge_box(const struct th_work *work, const struct th_work_side *side,
                                   uint32_t i)
{
    const struct th_meet_box *common = &work->common;
    struct th_spot p = th_work_point(side, i);
    struct th_spot q = th_work_point(side, i + 1);
    return (struct th_meet_box){
        clamp(p.x < q.x ? p.x : q.x, common->west, common->east),
        clamp(p.y < q.y ? p.y : q.y, common->south, common->north),
        clamp(p.x > q.x ? p.x : q.x, common->west, common->east),
        clamp(p.y > q.y ? p.y : q.y, common->south, common->north),
    };
}

// Lists the edges that are left; returns the box around them.
static struct th_meet_box rest_list(const struct th_work *work, struct th_work_side *side)
{
    struct th_meet_box around = {INT32_MAX, INT32_MAX, INT32_MIN, INT32_MIN};
    uint32_t n = 0;
    for (uint32_t k = 0; k < side->n_edges; k++) {
        if ((side->room->flags[k] & TH_WORK_SHARED) == 0) {
            struct th_work_rest *rest = &side->room->rest[n++];
            rest->k = k;
            rest->box = edge_box(work, side, side->room->starts[k]);
            th_meet_box_add(&around, &rest->box);
        }
    }
    side->n_rest = n;
    return around;
}

// Keeps the edges of the rest that meet `box`.
static void rest_narrow(struct th_work_side *side, const struct th_meet_box *box)
{
    struct th_work_rest *rest = side->room->rest;
    uint32_t n = 0;
    for (uint32_t i = 0; i < side->n_rest; i++) {
        if (th_meet_boxes_meet(&rest[i].box, box)) {
            rest[n++] = rest[i];
        }
    }
    side->n_rest = n;
}

static enum th_meet conclude(const struct th_work_side *a, const struct th_work_side *b)
{
    if (!a->inside && !b->inside && !a->shared_same) {
        return TH_MEET_APART;
    }
    bool within = !a->outside && !b->inside && !a->shared_opposite;
    bool around = !b->outside && !a->inside && !a->shared_opposite;
    if (within && around) {
        return TH_MEET_EQUAL;
    }
    return within ? TH_MEET_WITHIN : around ? TH_MEET_AROUND : TH_MEET_PARTLY;
}

static bool same_bytes(const struct th_ground *a, const struct th_ground *b)
{
    return a->n_points == b->n_points && a->origin_x == b->origin_x && a->origin_y == b->origin_y &&
           a->n_rings == b->n_rings && a->n_polygons == b->n_polygons &&
           memcmp(a->points, b->points, a->n_points * sizeof(*a->points)) == 0 &&
           memcmp(a->ring_ends, b->ring_ends, a->n_rings * sizeof(*a->ring_ends)) == 0 &&
           memcmp(a->polygon_ends, b->polygon_ends, a->n_polygons * sizeof(*a->polygon_ends)) == 0;
}

// The box that both grounds have in common, in offsets of a; false when they share no more than an
// edge of it.
static bool common_box(const struct th_ground *a, const struct th_ground *b,
                       struct th_meet_box *ret_box)
{
    int64_t dx = b->origin_x - a->origin_x;
    int64_t dy = b->origin_y - a->origin_y;
    if (dx >= a->width || dy >= a->height || dx + b->width <= 0 || dy + b->height <= 0) {
        return false;
    }
    ret_box->west = dx > 0 ? (int32_t)dx : 0;
    ret_box->south = dy > 0 ? (int32_t)dy : 0;
    ret_box->east = dx + b->width < a->width ? (int32_t)(dx + b->width) : a->width;
    ret_box->north = dy + b->height < a->height ? (int32_t)(dy + b->height) : a->height;
    return true;
}

static enum th_status sides_make(struct th_work *work, const struct th_meet_side *a,
                                 const struct th_meet_side *b, struct th_error *err)
{
    for (int s = 0; s < 2; s++) {
        const struct th_meet_side *shape = s == 0 ? a : b;
        struct th_work_side *side = &work->sides[s];
        side->shape = shape;
        side->points = shape->ground->points;
        side->room = &work->room->sides[s];
        side->dx = shape->ground->origin_x - a->ground->origin_x;
        side->dy = shape->ground->origin_y - a->ground->origin_y;
        struct th_meet_box box = {
            (int32_t)(work->common.west - side->dx), (int32_t)(work->common.south - side->dy),
            (int32_t)(work->common.east - side->dx), (int32_t)(work->common.north - side->dy)};
        if (!room_reserve(side->room, shape->ground->n_points)) {
            return th_error_no_memory(err);
        }
        side->n_edges = th_meet_edges_select(shape, &box, side->room->codes, side->room->starts);
    }
    return TH_OK;
}

// Goes along what is known to have crossings once more and adds up what lies inside.
static void th_work_measure(struct th_work *work)
{
    struct th_ruler ruler;
    int64_t origin_y = work->sides[0].shape->ground->origin_y + work->common.south;
    th_ruler_make(origin_y, 0, (double)work->common.north - work->common.south, &ruler);
    work->ruler = &ruler;
    work->size = (struct th_ruler_size){0, 0};
    th_work_follow(work, &work->sides[0]);
    th_work_follow(work, &work->sides[1]);
    work->ruler = NULL;
}

// A thread compares many pairs after one that met in very many places.
static void contacts_give_back(struct th_meet_room *room)
{
    enum { KEPT_MAX = 65536 };
    for (int s = 0; s < 2; s++) {
        if (room->sides[s].contacts_capacity > KEPT_MAX) {
            free(room->sides[s].contacts);
            room->sides[s].contacts = NULL;
            room->sides[s].contacts_capacity = 0;
        }
    }
}

enum th_status th_meet_test(const struct th_meet_side *a, const struct th_meet_side *b,
                            struct th_meet_room *room, struct th_meet_result *ret_result,
                            struct th_error *err)
{
    struct th_work work = {.room = room};
    struct th_meet_result result = {.meet = TH_MEET_APART};
    if (!common_box(a->ground, b->ground, &work.common)) {
        *ret_result = result;
        return TH_OK;
    }
    if (same_bytes(a->ground, b->ground)) {
        result.meet = TH_MEET_EQUAL;
        *ret_result = result;
        return TH_OK;
    }
    enum th_status status = sides_make(&work, a, b, err);
    if (status != TH_OK) {
        return status;
    }
    if (!edges_cancel(&work)) {
        return th_error_no_memory(err);
    }
    struct th_meet_box around_a = rest_list(&work, &work.sides[0]);
    struct th_meet_box around_b = rest_list(&work, &work.sides[1]);
    enum th_work_outcome outcome = TH_WORK_GOES_ON;
    if (th_meet_boxes_meet(&around_a, &around_b)) {
        rest_narrow(&work.sides[0], &around_b);
        rest_narrow(&work.sides[1], &around_a);
        outcome = th_work_compare(&work);
    }
    if (outcome == TH_WORK_NO_MEMORY) {
        return th_error_no_memory(err);
    }
    result.meet = TH_MEET_UNKNOWN;
    if (outcome == TH_WORK_GOES_ON) {
        if (!work.crosses) {
            th_work_follow(&work, &work.sides[0]);
            th_work_follow(&work, &work.sides[1]);
        }
        result.meet = work.crosses ? TH_MEET_PARTLY : conclude(&work.sides[0], &work.sides[1]);
    }
    if (result.meet == TH_MEET_PARTLY) {
        th_work_measure(&work);
        result.size = work.size;
        result.measured = !work.doubtful;
    }
    result.n_crossings = work.n_crossings;
    result.n_pairs = work.n_pairs;
    contacts_give_back(room);
    *ret_result = result;
    return TH_OK;
}
