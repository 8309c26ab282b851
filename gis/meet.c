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

#include "gis/meet_edges_internal.h"

enum {
    FLAG_SHARED = 1,      // cancelled
    FLAG_TOUCH_START = 2, // the other shape's rest touches the first vertex
    FLAG_TOUCH_END = 4,
    BLOCK_EDGES = 16,
    PLAIN_PRODUCT_MAX = 4096, // pairs of edges that are compared without blocks
    WORK_MAX = 400000000      // comparisons of boxes; beyond, overlay is the better tool
};

// Crossings this close to a cut, in shares of the edge, may be out of order.
static const double doubtful_share = 1e-11;

struct spot { // offset from the origin of a
    int64_t x, y;
};

// An edge that is left after cancelling, and its box within the common box.
struct rest {
    uint32_t k; // in `starts`
    struct th_meet_box box;
};

enum contact_kind {
    CONTACT_POINT, // a vertex of either shape
    CONTACT_PIECE, // edges run along each other
    CONTACT_ENTER, // a crossing: behind it the edge is inside the other shape
    CONTACT_LEAVE
};

// Where the other shape meets edge k; positions are shares of the edge, 0 to 1.
struct contact {
    uint32_t k;
    enum contact_kind kind;
    bool same; // of a piece: both interiors lie on the same side
    double from, to;
    struct spot spot_from, spot_to; // not of crossings
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
    bool crosses;
    bool doubtful;                // crossings too close to be put in order
    const struct th_ruler *ruler; // NULL: nothing is measured
    struct th_ruler_size size;
};

// What comparing edges found.
enum outcome { GOES_ON, TOO_MUCH, NO_MEMORY };

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

static enum outcome contact_add(struct side *side, struct contact contact)
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
    room->contacts[side->n_contacts++] = contact;
    return GOES_ON;
}

// Share of the way from p to q at which `spot`, a point of that edge, lies. Different points have
// different shares, and both ends exactly 0 and 1.
static double share_of(struct spot p, struct spot q, struct spot spot)
{
    int64_t dx = q.x - p.x;
    int64_t dy = q.y - p.y;
    return llabs(dx) > llabs(dy) ? (double)(spot.x - p.x) / (double)dx
                                 : (double)(spot.y - p.y) / (double)dy;
}

static enum outcome touch_add(struct side *side, uint32_t k, struct spot spot)
{
    uint32_t i = side->room->starts[k];
    struct spot p = point_at(side, i);
    struct spot q = point_at(side, i + 1);
    if (equal(spot, p)) {
        side->room->flags[k] |= FLAG_TOUCH_START;
        return GOES_ON;
    }
    if (equal(spot, q)) {
        side->room->flags[k] |= FLAG_TOUCH_END;
        return GOES_ON;
    }
    double share = share_of(p, q, spot);
    return contact_add(side, (struct contact){k, CONTACT_POINT, false, share, share, spot, spot});
}

static enum outcome touch_both(struct test *test, uint32_t ka, uint32_t kb, struct spot spot)
{
    enum outcome outcome = touch_add(&test->sides[0], ka, spot);
    return outcome == GOES_ON ? touch_add(&test->sides[1], kb, spot) : outcome;
}

static enum outcome piece_add(struct side *side, uint32_t k, struct spot from, struct spot to,
                              bool same)
{
    uint32_t i = side->room->starts[k];
    struct spot p = point_at(side, i);
    struct spot q = point_at(side, i + 1);
    side->shared_same |= same;
    side->shared_opposite |= !same;
    return contact_add(side, (struct contact){k, CONTACT_PIECE, same, share_of(p, q, from),
                                              share_of(p, q, to), from, to});
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
    bool same = share_of(p, q, s) > share_of(p, q, r);
    if (!same) {
        struct spot swap = r;
        r = s;
        s = swap;
    }
    struct spot from = share_of(p, q, r) > 0 ? r : p;
    struct spot to = share_of(p, q, s) < 1 ? s : q;
    if (equal(from, to)) {
        return touch_both(test, ka, kb, from);
    }
    if (share_of(p, q, from) > share_of(p, q, to)) {
        return GOES_ON;
    }
    enum outcome outcome = piece_add(a, ka, from, to, same);
    if (outcome == GOES_ON) {
        outcome = same ? piece_add(b, kb, from, to, true) : piece_add(b, kb, to, from, false);
    }
    return outcome;
}

// A proper crossing of the edge from p to q with that from r to s.
static enum outcome crossing_add(struct side *side, uint32_t k, struct spot p, struct spot q,
                                 struct spot r, struct spot s)
{
    // How far p and q lie from the other line, exact until they become doubles.
    th_wide at_p = (th_wide)(s.x - r.x) * (p.y - r.y) - (th_wide)(s.y - r.y) * (p.x - r.x);
    th_wide at_q = (th_wide)(s.x - r.x) * (q.y - r.y) - (th_wide)(s.y - r.y) * (q.x - r.x);
    double share = (double)at_p / (double)(at_p - at_q);
    return contact_add(side, (struct contact){.k = k,
                                              .kind = at_q > 0 ? CONTACT_ENTER : CONTACT_LEAVE,
                                              .from = share,
                                              .to = share});
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
    if (turn_q == 0) {
        return touch_both(test, ka, kb, q);
    }
    test->crosses = true;
    enum outcome outcome = crossing_add(a, ka, p, q, r, s);
    return outcome == GOES_ON ? crossing_add(b, kb, r, s, p, q) : outcome;
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

enum where { SOMEWHERE, INSIDE, OUTSIDE };

// A stretch of boundary without cut or shared piece, while it is followed.
struct run {
    bool open;
    enum where where;    // as far as is known
    struct spot sample2; // twice a point of it, unless it starts at a crossing
    struct th_ruler_size size;
};

// A place on an edge, seen from the corner of the common box.
struct place {
    double x, y;
};

static struct place place_at(const struct test *test, struct spot p, struct spot q, double share)
{
    double x = (double)(p.x - test->common.west);
    double y = (double)(p.y - test->common.south);
    return share == 1
               ? (struct place){(double)(q.x - test->common.west),
                                (double)(q.y - test->common.south)}
               : (struct place){x + share * (double)(q.x - p.x), y + share * (double)(q.y - p.y)};
}

static void run_end(struct test *test, struct side *side, struct run *run)
{
    if (!run->open) {
        return;
    }
    if (run->where == SOMEWHERE) {
        const struct side *other = side == &test->sides[0] ? &test->sides[1] : &test->sides[0];
        bool inside = th_meet_holds(other->shape, run->sample2.x - 2 * other->dx,
                                    run->sample2.y - 2 * other->dy);
        run->where = inside ? INSIDE : OUTSIDE;
    }
    if (run->where == INSIDE) {
        side->inside = true;
        test->size.area_m2 += run->size.area_m2;
        test->size.perimeter_m += run->size.perimeter_m;
    } else {
        side->outside = true;
    }
    run->open = false;
}

// What a crossing, or leaving the common box, says about a run.
static void run_place(struct test *test, struct run *run, enum where where)
{
    test->doubtful |= run->where != SOMEWHERE && run->where != where;
    run->where = where;
}

static bool out_of_box(const struct th_meet_box *box, struct spot spot)
{
    return spot.x < box->west || spot.x > box->east || spot.y < box->south || spot.y > box->north;
}

// An edge while it is followed.
struct edge {
    struct spot p, q;
    double at;         // share that is behind
    double crossed_at; // share of the last crossing
    struct spot spot;  // there, unless that is a crossing
};

static void run_begin(struct run *run, enum where where)
{
    *run = (struct run){.open = true, .where = where};
}

// Goes on along the edge to a share that is either a vertex of one of the shapes (`spot`) or a
// crossing (NULL).
static void run_add(struct test *test, struct run *run, struct edge *edge, double share,
                    const struct spot *spot)
{
    if (!run->open) {
        run_begin(run, SOMEWHERE);
        if (spot != NULL) {
            run->sample2 = (struct spot){edge->spot.x + spot->x, edge->spot.y + spot->y};
        }
    }
    if ((edge->at == 0 && out_of_box(&test->common, edge->p)) ||
        (share == 1 && out_of_box(&test->common, edge->q))) {
        run_place(test, run, OUTSIDE);
    }
    if (test->ruler != NULL) {
        struct place from = place_at(test, edge->p, edge->q, edge->at);
        struct place to = place_at(test, edge->p, edge->q, share);
        th_ruler_add(test->ruler, from.x, from.y, to.x, to.y, &run->size);
    }
}

static int contact_compare(const void *left, const void *right)
{
    const struct contact *a = left;
    const struct contact *b = right;
    if (a->k != b->k) {
        return a->k < b->k ? -1 : 1;
    }
    return (a->from > b->from) - (a->from < b->from);
}

// A crossing on edge `edge` at contact->from.
static void crossing_pass(struct test *test, struct side *side, struct run *run, struct edge *edge,
                          const struct contact *contact)
{
    bool enters = contact->kind == CONTACT_ENTER;
    test->doubtful |=
        contact->from - edge->at < doubtful_share || contact->from > 1 - doubtful_share;
    edge->crossed_at = contact->from;
    run_add(test, run, edge, contact->from, NULL);
    run_place(test, run, enters ? OUTSIDE : INSIDE);
    run_end(test, side, run);
    run_begin(run, enters ? INSIDE : OUTSIDE);
    edge->at = contact->from;
}

// Follows edge k, from contact *at on; *at moves behind the contacts of this edge.
static void edge_follow(struct test *test, struct side *side, uint32_t k, struct run *run,
                        uint32_t *at)
{
    uint32_t i = side->room->starts[k];
    struct edge edge = {.p = point_at(side, i), .q = point_at(side, i + 1), .crossed_at = -1};
    edge.spot = edge.p;
    for (; *at < side->n_contacts && side->room->contacts[*at].k == k; (*at)++) {
        const struct contact *contact = &side->room->contacts[*at];
        if (contact->kind == CONTACT_ENTER || contact->kind == CONTACT_LEAVE) {
            crossing_pass(test, side, run, &edge, contact);
            continue;
        }
        test->doubtful |= contact->from - edge.crossed_at < doubtful_share;
        if (contact->from > edge.at) {
            run_add(test, run, &edge, contact->from, &contact->spot_from);
        }
        run_end(test, side, run);
        edge.at = contact->to > edge.at ? contact->to : edge.at;
        edge.spot = contact->spot_to;
        if (contact->same && test->ruler != NULL && side == &test->sides[0]) {
            struct place from = place_at(test, edge.p, edge.q, contact->from);
            struct place to = place_at(test, edge.p, edge.q, contact->to);
            th_ruler_add(test->ruler, from.x, from.y, to.x, to.y, &test->size);
        }
    }
    if (edge.at < 1) {
        run_add(test, run, &edge, 1, &edge.q);
    }
}

// Finds out where the runs of one side lie.
static void runs_follow(struct test *test, struct side *side)
{
    const struct room_side *room = side->room;
    const struct th_ground *ground = side->shape->ground;
    struct run run = {0};
    uint32_t contact = 0;
    side->outside |= side->n_edges < ground->n_points - ground->n_rings;
    if (side->n_contacts > 1) {
        qsort(room->contacts, side->n_contacts, sizeof *room->contacts, contact_compare);
    }
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

static enum th_status sides_make(struct test *test, const struct th_meet_side *a,
                                 const struct th_meet_side *b, struct th_error *err)
{
    for (int s = 0; s < 2; s++) {
        const struct th_meet_side *shape = s == 0 ? a : b;
        struct side *side = &test->sides[s];
        side->shape = shape;
        side->points = shape->ground->points;
        side->room = &test->room->sides[s];
        side->dx = shape->ground->origin_x - a->ground->origin_x;
        side->dy = shape->ground->origin_y - a->ground->origin_y;
        struct th_meet_box box = {
            (int32_t)(test->common.west - side->dx), (int32_t)(test->common.south - side->dy),
            (int32_t)(test->common.east - side->dx), (int32_t)(test->common.north - side->dy)};
        if (!room_reserve(side->room, shape->ground->n_points)) {
            return th_error_no_memory(err);
        }
        side->n_edges = th_meet_edges_select(shape, &box, side->room->codes, side->room->starts);
    }
    return TH_OK;
}

// Goes along what is known to have crossings once more and adds up what lies inside.
static void measure(struct test *test)
{
    struct th_ruler ruler;
    int64_t origin_y = test->sides[0].shape->ground->origin_y + test->common.south;
    th_ruler_make(origin_y, 0, (double)test->common.north - test->common.south, &ruler);
    test->ruler = &ruler;
    test->size = (struct th_ruler_size){0, 0};
    runs_follow(test, &test->sides[0]);
    runs_follow(test, &test->sides[1]);
    test->ruler = NULL;
}

enum th_status th_meet_test(const struct th_meet_side *a, const struct th_meet_side *b,
                            struct th_meet_room *room, struct th_meet_result *ret_result,
                            struct th_error *err)
{
    struct test test = {.room = room};
    struct th_meet_result result = {.meet = TH_MEET_APART};
    if (!common_box(a->ground, b->ground, &test.common)) {
        *ret_result = result;
        return TH_OK;
    }
    if (same_bytes(a->ground, b->ground)) {
        result.meet = TH_MEET_EQUAL;
        *ret_result = result;
        return TH_OK;
    }
    enum th_status status = sides_make(&test, a, b, err);
    if (status != TH_OK) {
        return status;
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
    result.meet = TH_MEET_UNKNOWN;
    if (outcome == GOES_ON) {
        if (!test.crosses) {
            runs_follow(&test, &test.sides[0]);
            runs_follow(&test, &test.sides[1]);
        }
        result.meet = test.crosses ? TH_MEET_PARTLY : conclude(&test.sides[0], &test.sides[1]);
    }
    if (result.meet == TH_MEET_PARTLY) {
        measure(&test);
        result.size = test.size;
        result.measured = !test.doubtful;
    }
    *ret_result = result;
    return TH_OK;
}
