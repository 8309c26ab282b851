// Interiors of two valid shapes are disjoint exactly when no edges cross, no piece of one boundary
// lies inside the other shape, and shared pieces run in opposite directions (so that the interiors
// lie on either side). All of that can only happen where both boxes overlap, so only edges that
// meet the common box are looked at. Then, in this order:
//
//   1. Edges that both shapes have, in opposite directions, cancel: for neighbours most of them.
//   2. The rest of one side is compared with the rest of the other. A proper crossing proves common
//      ground. Where a vertex of one lies on an edge of the other, the edge is cut; where edges run
//      along each other, that piece is shared.
//   3. Between cuts and shared pieces the boundary of one shape runs wholly inside or wholly
//      outside the other. A run that leaves the common box is outside; of any other run one point
//      is tried.
//
// A cancelled edge may end on an edge of the rest, where a shape touches itself in a point; that
// edge is not cut there. The answer is right all the same: common ground whose every piece of
// boundary were overlooked for this reason would be bounded by one of the shapes alone, turning at
// points where that shape touches itself, and would be cut off from the rest of a valid polygon.
//
// All decisions are made in whole numbers.
#include "gis/meet_internal.h"

#include <stdlib.h>
#include <string.h>

#include "gis/meet_edges_internal.h"

enum {
    FLAG_SHARED = 1,      // cancelled
    FLAG_TOUCH_START = 2, // the other shape's rest touches the first vertex
    FLAG_TOUCH_END = 4,
    BLOCK_EDGES = 16,
    PLAIN_PRODUCT_MAX = 4096, // pairs of edges that are compared without blocks
    WORK_MAX = 400000000      // comparisons of boxes; beyond, overlay is the better tool
};

struct spot { // offset from the origin of a
    int64_t x, y;
};

// An edge that is left after cancelling, and its box within the common box.
struct rest {
    uint32_t k; // in `starts`
    struct th_meet_box box;
};

// Where the other shape touches edge k: in a point (from equals to) or along a piece.
struct contact {
    uint32_t k;
    bool same; // both interiors lie on the same side
    int64_t order;
    struct spot from, to; // in the direction of the edge
};

struct room_side {
    size_t capacity; // points
    unsigned char *codes, *flags;
    uint32_t *starts;
    struct rest *rest;
    struct th_meet_box *blocks; // around BLOCK_EDGES items of rest each
    struct contact *contacts;
    size_t contacts_capacity;
};

struct th_meet_room {
    struct room_side sides[2];
    uint32_t *table; // of hashed vertices
    size_t table_capacity;
};

// One side while two shapes are compared.
struct side {
    const struct th_meet_side *shape;
    const struct th_ground_xy *points;
    int64_t dx, dy; // origin, seen from that of a
    struct room_side *room;
    uint32_t n_edges; // in room->starts
    uint32_t n_rest;
    uint32_t n_contacts;
    bool shared_opposite, shared_same;
    bool inside, outside; // pieces of the boundary, in relation to the other shape
};

struct test {
    struct side sides[2];
    struct th_meet_box common; // from the origin of a
    struct th_meet_room *room;
    uint64_t work;
};

// What comparing edges found.
enum outcome { GOES_ON, CROSSES, TOO_MUCH, NO_MEMORY };

enum th_status th_meet_room_new(struct th_meet_room **ret_room, struct th_error *err)
{
    struct th_meet_room *room = calloc(1, sizeof *room);
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

static bool room_reserve(struct room_side *room, size_t n)
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
    room->starts = malloc((capacity + 1) * sizeof *room->starts);
    room->rest = malloc(capacity * sizeof *room->rest);
    room->blocks = malloc((capacity / BLOCK_EDGES + 1) * sizeof *room->blocks);
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
    room->table = malloc(n * sizeof *room->table);
    room->table_capacity = room->table == NULL ? 0 : n;
    return room->table != NULL;
}

static inline struct spot point_at(const struct side *side, uint32_t i)
{
    return (struct spot){side->points[i].x + side->dx, side->points[i].y + side->dy};
}

static inline bool equal(struct spot a, struct spot b)
{
    return a.x == b.x && a.y == b.y;
}

static inline int turn(struct spot a, struct spot b, struct spot c)
{
    return th_meet_turn(a.x, a.y, b.x, b.y, c.x, c.y);
}

static size_t spot_hash(struct spot spot)
{
    uint64_t hash = (uint64_t)spot.x * 0x9e3779b97f4a7c15u ^ (uint64_t)spot.y * 0xc2b2ae3d27d4eb4fu;
    return (size_t)(hash >> 32 ^ hash >> 15);
}

// Marks edges of b that are edges of a the other way round, on both sides. a's edges are found by
// their first vertex; along a shared boundary the next one is simply the one before.
static bool edges_cancel(struct test *test)
{
    struct side *a = &test->sides[0];
    struct side *b = &test->sides[1];
    size_t size = 16;
    while (size < 2 * (size_t)a->n_edges) {
        size *= 2;
    }
    if (!table_reserve(test->room, size)) {
        return false;
    }
    uint32_t *table = test->room->table;
    memset(table, 0, size * sizeof *table);
    memset(a->room->flags, 0, a->n_edges);
    memset(b->room->flags, 0, b->n_edges);
    for (uint32_t k = 0; k < a->n_edges; k++) {
        size_t at = spot_hash(point_at(a, a->room->starts[k])) & (size - 1);
        while (table[at] != 0) {
            at = (at + 1) & (size - 1);
        }
        table[at] = k + 1;
    }
    uint32_t last = 0; // edge of a that the last edge of b cancelled, + 1
    for (uint32_t j = 0; j < b->n_edges; j++) {
        struct spot r = point_at(b, b->room->starts[j]);
        struct spot s = point_at(b, b->room->starts[j] + 1);
        uint32_t match = 0;
        if (last > 1 && equal(point_at(a, a->room->starts[last - 2]), s) &&
            equal(point_at(a, a->room->starts[last - 2] + 1), r)) {
            match = last - 1;
        } else {
            size_t at = spot_hash(s) & (size - 1);
            for (; table[at] != 0; at = (at + 1) & (size - 1)) {
                uint32_t i = a->room->starts[table[at] - 1];
                if (equal(point_at(a, i), s) && equal(point_at(a, i + 1), r)) {
                    match = table[at];
                    break;
                }
            }
        }
        if (match != 0) {
            a->room->flags[match - 1] |= FLAG_SHARED;
            b->room->flags[j] |= FLAG_SHARED;
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

static struct th_meet_box edge_box(const struct test *test, const struct side *side, uint32_t i)
{
    const struct th_meet_box *common = &test->common;
    struct spot p = point_at(side, i);
    struct spot q = point_at(side, i + 1);
    return (struct th_meet_box){
        clamp(p.x < q.x ? p.x : q.x, common->west, common->east),
        clamp(p.y < q.y ? p.y : q.y, common->south, common->north),
        clamp(p.x > q.x ? p.x : q.x, common->west, common->east),
        clamp(p.y > q.y ? p.y : q.y, common->south, common->north),
    };
}

static inline bool boxes_meet(const struct th_meet_box *a, const struct th_meet_box *b)
{
    return a->west <= b->east && b->west <= a->east && a->south <= b->north && b->south <= a->north;
}

static inline void box_add(struct th_meet_box *box, const struct th_meet_box *other)
{
    box->west = other->west < box->west ? other->west : box->west;
    box->south = other->south < box->south ? other->south : box->south;
    box->east = other->east > box->east ? other->east : box->east;
    box->north = other->north > box->north ? other->north : box->north;
}

// Lists the edges that are left; returns the box around them.
static struct th_meet_box rest_list(const struct test *test, struct side *side)
{
    struct th_meet_box around = {INT32_MAX, INT32_MAX, INT32_MIN, INT32_MIN};
    uint32_t n = 0;
    for (uint32_t k = 0; k < side->n_edges; k++) {
        if ((side->room->flags[k] & FLAG_SHARED) == 0) {
            struct rest *rest = &side->room->rest[n++];
            rest->k = k;
            rest->box = edge_box(test, side, side->room->starts[k]);
            box_add(&around, &rest->box);
        }
    }
    side->n_rest = n;
    return around;
}

// Keeps the edges of the rest that meet `box`.
static void rest_narrow(struct side *side, const struct th_meet_box *box)
{
    struct rest *rest = side->room->rest;
    uint32_t n = 0;
    for (uint32_t i = 0; i < side->n_rest; i++) {
        if (boxes_meet(&rest[i].box, box)) {
            rest[n++] = rest[i];
        }
    }
    side->n_rest = n;
}

static enum outcome contact_add(struct side *side, uint32_t k, struct spot from, struct spot to,
                                bool same)
{
    struct room_side *room = side->room;
    if (side->n_contacts == room->contacts_capacity) {
        size_t capacity = room->contacts_capacity == 0 ? 64 : 2 * room->contacts_capacity;
        struct contact *grown = realloc(room->contacts, capacity * sizeof *grown);
        if (grown == NULL) {
            return NO_MEMORY;
        }
        room->contacts = grown;
        room->contacts_capacity = capacity;
    }
    room->contacts[side->n_contacts++] =
        (struct contact){.k = k, .same = same, .from = from, .to = to};
    return GOES_ON;
}

static enum outcome touch_add(struct side *side, uint32_t k, struct spot spot)
{
    uint32_t i = side->room->starts[k];
    if (equal(spot, point_at(side, i))) {
        side->room->flags[k] |= FLAG_TOUCH_START;
        return GOES_ON;
    }
    if (equal(spot, point_at(side, i + 1))) {
        side->room->flags[k] |= FLAG_TOUCH_END;
        return GOES_ON;
    }
    return contact_add(side, k, spot, spot, false);
}

static enum outcome touch_both(struct test *test, uint32_t ka, uint32_t kb, struct spot spot)
{
    enum outcome outcome = touch_add(&test->sides[0], ka, spot);
    return outcome == GOES_ON ? touch_add(&test->sides[1], kb, spot) : outcome;
}

// Position along a line in the direction from p to q; differs for different points on it.
static int64_t along(struct spot p, struct spot q, struct spot spot)
{
    int64_t dx = q.x - p.x;
    int64_t dy = q.y - p.y;
    if (dx != 0) {
        return dx > 0 ? spot.x : -spot.x;
    }
    return dy > 0 ? spot.y : -spot.y;
}

// Two edges on one line.
static enum outcome edges_collinear(struct test *test, uint32_t ka, uint32_t kb)
{
    struct side *a = &test->sides[0];
    struct side *b = &test->sides[1];
    struct spot p = point_at(a, a->room->starts[ka]);
    struct spot q = point_at(a, a->room->starts[ka] + 1);
    struct spot r = point_at(b, b->room->starts[kb]);
    struct spot s = point_at(b, b->room->starts[kb] + 1);
    bool same = along(p, q, s) > along(p, q, r);
    if (!same) {
        struct spot swap = r;
        r = s;
        s = swap;
    }
    struct spot from = along(p, q, p) >= along(p, q, r) ? p : r;
    struct spot to = along(p, q, q) <= along(p, q, s) ? q : s;
    if (along(p, q, from) > along(p, q, to)) {
        return GOES_ON;
    }
    if (equal(from, to)) {
        return touch_both(test, ka, kb, from);
    }
    a->shared_same |= same;
    b->shared_same |= same;
    a->shared_opposite |= !same;
    b->shared_opposite |= !same;
    enum outcome outcome = contact_add(a, ka, from, to, same);
    if (outcome == GOES_ON) {
        outcome = same ? contact_add(b, kb, from, to, true) : contact_add(b, kb, to, from, false);
    }
    return outcome;
}

static enum outcome edges_compare(struct test *test, uint32_t ka, uint32_t kb)
{
    struct side *a = &test->sides[0];
    struct side *b = &test->sides[1];
    struct spot p = point_at(a, a->room->starts[ka]);
    struct spot q = point_at(a, a->room->starts[ka] + 1);
    struct spot r = point_at(b, b->room->starts[kb]);
    struct spot s = point_at(b, b->room->starts[kb] + 1);
    int turn_r = turn(p, q, r);
    int turn_s = turn(p, q, s);
    if (turn_r * turn_s > 0) {
        return GOES_ON;
    }
    if (turn_r == 0 && turn_s == 0) {
        return edges_collinear(test, ka, kb);
    }
    int turn_p = turn(r, s, p);
    int turn_q = turn(r, s, q);
    if (turn_p * turn_q > 0) {
        return GOES_ON;
    }
    // They have one point in common, and unless they cross it is an end of one of them.
    if (turn_r == 0) {
        return touch_both(test, ka, kb, r);
    }
    if (turn_s == 0) {
        return touch_both(test, ka, kb, s);
    }
    if (turn_p == 0) {
        return touch_both(test, ka, kb, p);
    }
    return turn_q == 0 ? touch_both(test, ka, kb, q) : CROSSES;
}

static enum outcome rest_compare_plain(struct test *test)
{
    const struct side *a = &test->sides[0];
    const struct side *b = &test->sides[1];
    for (uint32_t i = 0; i < a->n_rest; i++) {
        const struct rest *edge = &a->room->rest[i];
        for (uint32_t j = 0; j < b->n_rest; j++) {
            if (boxes_meet(&edge->box, &b->room->rest[j].box)) {
                enum outcome outcome = edges_compare(test, edge->k, b->room->rest[j].k);
                if (outcome != GOES_ON) {
                    return outcome;
                }
            }
        }
    }
    return GOES_ON;
}

static uint32_t blocks_fill(struct side *side)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < side->n_rest; i++) {
        if (i % BLOCK_EDGES == 0) {
            side->room->blocks[n++] = side->room->rest[i].box;
        }
        box_add(&side->room->blocks[n - 1], &side->room->rest[i].box);
    }
    return n;
}

static enum outcome blocks_compare(struct test *test, uint32_t block_a, uint32_t block_b)
{
    const struct side *a = &test->sides[0];
    const struct side *b = &test->sides[1];
    uint32_t end_a =
        (block_a + 1) * BLOCK_EDGES < a->n_rest ? (block_a + 1) * BLOCK_EDGES : a->n_rest;
    uint32_t end_b =
        (block_b + 1) * BLOCK_EDGES < b->n_rest ? (block_b + 1) * BLOCK_EDGES : b->n_rest;
    for (uint32_t i = block_a * BLOCK_EDGES; i < end_a; i++) {
        const struct rest *edge = &a->room->rest[i];
        if (!boxes_meet(&edge->box, &b->room->blocks[block_b])) {
            continue;
        }
        test->work += BLOCK_EDGES;
        for (uint32_t j = block_b * BLOCK_EDGES; j < end_b; j++) {
            if (boxes_meet(&edge->box, &b->room->rest[j].box)) {
                enum outcome outcome = edges_compare(test, edge->k, b->room->rest[j].k);
                if (outcome != GOES_ON) {
                    return outcome;
                }
            }
        }
    }
    return GOES_ON;
}

// Successive edges lie close to each other, so their boxes are small: 100,000 edges by as many are
// 40 million pairs of blocks, of which few meet.
static enum outcome rest_compare(struct test *test)
{
    struct side *a = &test->sides[0];
    struct side *b = &test->sides[1];
    if ((uint64_t)a->n_rest * b->n_rest <= PLAIN_PRODUCT_MAX) {
        return rest_compare_plain(test);
    }
    uint32_t n_a = blocks_fill(a);
    uint32_t n_b = blocks_fill(b);
    for (uint32_t i = 0; i < n_a; i++) {
        for (uint32_t j = 0; j < n_b; j++) {
            if (!boxes_meet(&a->room->blocks[i], &b->room->blocks[j])) {
                continue;
            }
            enum outcome outcome = blocks_compare(test, i, j);
            if (outcome != GOES_ON) {
                return outcome;
            }
        }
        test->work += n_b;
        if (test->work > WORK_MAX) {
            return TOO_MUCH;
        }
    }
    return GOES_ON;
}

// A stretch of boundary without cut or shared piece, while it is followed.
struct run {
    bool open, outside;
    struct spot sample2; // twice a point of it
};

static void run_end(struct test *test, struct side *side, struct run *run)
{
    if (!run->open) {
        return;
    }
    if (run->outside) {
        side->outside = true;
    } else {
        const struct side *other = side == &test->sides[0] ? &test->sides[1] : &test->sides[0];
        bool inside = th_meet_holds(other->shape, run->sample2.x - 2 * other->dx,
                                    run->sample2.y - 2 * other->dy);
        test->work += other->shape->index == NULL ? other->shape->ground->n_points : 1;
        side->inside |= inside;
        side->outside |= !inside;
    }
    run->open = false;
}

static bool out_of_box(const struct th_meet_box *box, struct spot spot)
{
    return spot.x < box->west || spot.x > box->east || spot.y < box->south || spot.y > box->north;
}

static void run_add(const struct test *test, struct run *run, struct spot from, struct spot to)
{
    if (!run->open) {
        *run = (struct run){.open = true, .sample2 = {from.x + to.x, from.y + to.y}};
    }
    run->outside |= out_of_box(&test->common, from) || out_of_box(&test->common, to);
}

static int contact_compare(const void *left, const void *right)
{
    const struct contact *a = left;
    const struct contact *b = right;
    if (a->k != b->k) {
        return a->k < b->k ? -1 : 1;
    }
    return (a->order > b->order) - (a->order < b->order);
}

static void contacts_sort(struct side *side)
{
    for (uint32_t c = 0; c < side->n_contacts; c++) {
        struct contact *contact = &side->room->contacts[c];
        uint32_t i = side->room->starts[contact->k];
        contact->order = along(point_at(side, i), point_at(side, i + 1), contact->from);
    }
    if (side->n_contacts > 1) {
        qsort(side->room->contacts, side->n_contacts, sizeof *side->room->contacts,
              contact_compare);
    }
}

// Follows edge k, from contact *at on; *at moves behind the contacts of this edge.
static void edge_follow(struct test *test, struct side *side, uint32_t k, struct run *run,
                        uint32_t *at)
{
    uint32_t i = side->room->starts[k];
    struct spot from = point_at(side, i);
    struct spot end = point_at(side, i + 1);
    for (; *at < side->n_contacts && side->room->contacts[*at].k == k; (*at)++) {
        const struct contact *contact = &side->room->contacts[*at];
        if (along(from, end, contact->from) > along(from, end, from)) {
            run_add(test, run, from, contact->from);
        }
        run_end(test, side, run);
        if (along(from, end, contact->to) > along(from, end, from)) {
            from = contact->to;
        }
        if (equal(from, end)) {
            // Contacts that follow are points in which the last piece ends.
            for (; *at < side->n_contacts && side->room->contacts[*at].k == k; (*at)++) {
            }
            return;
        }
    }
    run_add(test, run, from, end);
}

// Finds out where the runs of one side lie.
static void runs_follow(struct test *test, struct side *side)
{
    const struct room_side *room = side->room;
    const struct th_ground *ground = side->shape->ground;
    struct run run = {0};
    uint32_t contact = 0;
    side->outside |= side->n_edges < ground->n_points - ground->n_rings;
    contacts_sort(side);
    for (uint32_t k = 0; k < side->n_edges; k++) {
        if (k > 0 && room->starts[k] != room->starts[k - 1] + 1) {
            run_end(test, side, &run);
        }
        if ((room->flags[k] & FLAG_SHARED) != 0) {
            run_end(test, side, &run);
            continue;
        }
        if ((room->flags[k] & FLAG_TOUCH_START) != 0) {
            run_end(test, side, &run);
        }
        edge_follow(test, side, k, &run, &contact);
        if ((room->flags[k] & FLAG_TOUCH_END) != 0) {
            run_end(test, side, &run);
        }
    }
    run_end(test, side, &run);
}

static enum th_meet conclude(const struct side *a, const struct side *b)
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
           memcmp(a->points, b->points, a->n_points * sizeof *a->points) == 0 &&
           memcmp(a->ring_ends, b->ring_ends, a->n_rings * sizeof *a->ring_ends) == 0 &&
           memcmp(a->polygon_ends, b->polygon_ends, a->n_polygons * sizeof *a->polygon_ends) == 0;
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

enum th_status th_meet_test(const struct th_meet_side *a, const struct th_meet_side *b,
                            struct th_meet_room *room, enum th_meet *ret_meet, struct th_error *err)
{
    struct test test = {.room = room};
    if (!common_box(a->ground, b->ground, &test.common)) {
        *ret_meet = TH_MEET_APART;
        return TH_OK;
    }
    if (same_bytes(a->ground, b->ground)) {
        *ret_meet = TH_MEET_EQUAL;
        return TH_OK;
    }
    for (int s = 0; s < 2; s++) {
        const struct th_meet_side *shape = s == 0 ? a : b;
        struct side *side = &test.sides[s];
        side->shape = shape;
        side->points = shape->ground->points;
        side->room = &room->sides[s];
        side->dx = shape->ground->origin_x - a->ground->origin_x;
        side->dy = shape->ground->origin_y - a->ground->origin_y;
        struct th_meet_box box = {
            (int32_t)(test.common.west - side->dx), (int32_t)(test.common.south - side->dy),
            (int32_t)(test.common.east - side->dx), (int32_t)(test.common.north - side->dy)};
        if (!room_reserve(side->room, shape->ground->n_points)) {
            return th_error_no_memory(err);
        }
        side->n_edges = th_meet_edges_select(shape, &box, side->room->codes, side->room->starts);
    }
    if (!edges_cancel(&test)) {
        return th_error_no_memory(err);
    }
    struct th_meet_box around_a = rest_list(&test, &test.sides[0]);
    struct th_meet_box around_b = rest_list(&test, &test.sides[1]);
    enum outcome outcome = GOES_ON;
    if (boxes_meet(&around_a, &around_b)) {
        rest_narrow(&test.sides[0], &around_b);
        rest_narrow(&test.sides[1], &around_a);
        outcome = rest_compare(&test);
    }
    if (outcome == NO_MEMORY) {
        return th_error_no_memory(err);
    }
    if (outcome == GOES_ON) {
        runs_follow(&test, &test.sides[0]);
        runs_follow(&test, &test.sides[1]);
    }
    *ret_meet = outcome == CROSSES    ? TH_MEET_PARTLY
                : outcome == TOO_MUCH ? TH_MEET_UNKNOWN
                                      : conclude(&test.sides[0], &test.sides[1]);
    return TH_OK;
}
