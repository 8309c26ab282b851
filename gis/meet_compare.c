// Edges against edges: second step of the exact test (gis/meet.c).
#include "gis/meet_work_internal.h"

#include <stdlib.h>

enum {
    PLAIN_PRODUCT_MAX = 4096, // pairs of edges that are compared without blocks
    WORK_MAX = 400000000,     // comparisons of boxes: seconds
    CONTACTS_MAX = 1100000    // on either side, 64 bytes each
};

static inline int turn(struct th_spot a, struct th_spot b, struct th_spot c)
{
    return th_meet_turn(a.x, a.y, b.x, b.y, c.x, c.y);
}

static enum th_work_outcome contact_add(struct th_work_side *side, struct th_work_contact contact)
{
    struct th_work_room *room = side->room;
    if (side->n_contacts == CONTACTS_MAX) {
        return TH_WORK_TOO_MUCH;
    }
    if (side->n_contacts == room->contacts_capacity) {
        size_t capacity = room->contacts_capacity == 0 ? 64 : 2 * room->contacts_capacity;
        struct th_work_contact *grown = realloc(room->contacts, capacity * sizeof(*grown));
        if (grown == NULL) {
            return TH_WORK_NO_MEMORY;
        }
        room->contacts = grown;
        room->contacts_capacity = capacity;
    }
    room->contacts[side->n_contacts++] = contact;
    return TH_WORK_GOES_ON;
}

// Share of the way from p to q at which `spot`, a point of that edge, lies. Different points have
// different shares, and both ends exactly 0 and 1.
static double share_of(struct th_spot p, struct th_spot q, struct th_spot spot)
{
    int64_t dx = q.x - p.x;
    int64_t dy = q.y - p.y;
    return llabs(dx) > llabs(dy) ? (double)(spot.x - p.x) / (double)dx
                                 : (double)(spot.y - p.y) / (double)dy;
}

static enum th_work_outcome touch_add(struct th_work_side *side, uint32_t k, struct th_spot spot)
{
    uint32_t i = side->room->starts[k];
    struct th_spot p = th_work_point(side, i);
    struct th_spot q = th_work_point(side, i + 1);
    if (th_spot_equal(spot, p)) {
        side->room->flags[k] |= TH_WORK_TOUCH_START;
        return TH_WORK_GOES_ON;
    }
    if (th_spot_equal(spot, q)) {
        side->room->flags[k] |= TH_WORK_TOUCH_END;
        return TH_WORK_GOES_ON;
    }
    double share = share_of(p, q, spot);
    return contact_add(
        side, (struct th_work_contact){k, TH_CONTACT_POINT, false, share, share, spot, spot});
}

static enum th_work_outcome touch_both(struct th_work *work, uint32_t ka, uint32_t kb,
                                       struct th_spot spot)
{
    enum th_work_outcome outcome = touch_add(&work->sides[0], ka, spot);
    return outcome == TH_WORK_GOES_ON ? touch_add(&work->sides[1], kb, spot) : outcome;
}

static enum th_work_outcome piece_add(struct th_work_side *side, uint32_t k, struct th_spot from,
                                      struct th_spot to, bool same)
{
    uint32_t i = side->room->starts[k];
    struct th_spot p = th_work_point(side, i);
    struct th_spot q = th_work_point(side, i + 1);
    side->shared_same |= same;
    side->shared_opposite |= !same;
    return contact_add(side,
                       (struct th_work_contact){k, TH_CONTACT_PIECE, same, share_of(p, q, from),
                                                share_of(p, q, to), from, to});
}

// Two edges on one line.
static enum th_work_outcome edges_collinear(struct th_work *work, uint32_t ka, uint32_t kb)
{
    struct th_work_side *a = &work->sides[0];
    struct th_work_side *b = &work->sides[1];
    struct th_spot p = th_work_point(a, a->room->starts[ka]);
    struct th_spot q = th_work_point(a, a->room->starts[ka] + 1);
    struct th_spot r = th_work_point(b, b->room->starts[kb]);
    struct th_spot s = th_work_point(b, b->room->starts[kb] + 1);
    bool same = share_of(p, q, s) > share_of(p, q, r);
    if (!same) {
        struct th_spot swap = r;
        r = s;
        s = swap;
    }
    struct th_spot from = share_of(p, q, r) > 0 ? r : p;
    struct th_spot to = share_of(p, q, s) < 1 ? s : q;
    if (th_spot_equal(from, to)) {
        return touch_both(work, ka, kb, from);
    }
    if (share_of(p, q, from) > share_of(p, q, to)) {
        return TH_WORK_GOES_ON;
    }
    enum th_work_outcome outcome = piece_add(a, ka, from, to, same);
    if (outcome == TH_WORK_GOES_ON) {
        outcome = same ? piece_add(b, kb, from, to, true) : piece_add(b, kb, to, from, false);
    }
    return outcome;
}

// A proper crossing of the edge from p to q with that from r to s.
static enum th_work_outcome crossing_add(struct th_work_side *side, uint32_t k, struct th_spot p,
                                         struct th_spot q, struct th_spot r, struct th_spot s)
{
    // How far p and q lie from the other line, exact until they become doubles.
    th_wide at_p = (th_wide)(s.x - r.x) * (p.y - r.y) - (th_wide)(s.y - r.y) * (p.x - r.x);
    th_wide at_q = (th_wide)(s.x - r.x) * (q.y - r.y) - (th_wide)(s.y - r.y) * (q.x - r.x);
    double share = (double)at_p / (double)(at_p - at_q);
    return contact_add(
        side, (struct th_work_contact){.k = k,
                                       .kind = at_q > 0 ? TH_CONTACT_ENTER : TH_CONTACT_LEAVE,
                                       .from = share,
                                       .to = share});
}

static enum th_work_outcome edges_compare(struct th_work *work, uint32_t ka, uint32_t kb)
{
    struct th_work_side *a = &work->sides[0];
    struct th_work_side *b = &work->sides[1];
    struct th_spot p = th_work_point(a, a->room->starts[ka]);
    struct th_spot q = th_work_point(a, a->room->starts[ka] + 1);
    struct th_spot r = th_work_point(b, b->room->starts[kb]);
    struct th_spot s = th_work_point(b, b->room->starts[kb] + 1);
    work->n_pairs++;
    int turn_r = turn(p, q, r);
    int turn_s = turn(p, q, s);
    if (turn_r * turn_s > 0) {
        return TH_WORK_GOES_ON;
    }
    if (turn_r == 0 && turn_s == 0) {
        return edges_collinear(work, ka, kb);
    }
    int turn_p = turn(r, s, p);
    int turn_q = turn(r, s, q);
    if (turn_p * turn_q > 0) {
        return TH_WORK_GOES_ON;
    }
    // They have one point in common, and unless they cross it is an end of one of them.
    if (turn_r == 0) {
        return touch_both(work, ka, kb, r);
    }
    if (turn_s == 0) {
        return touch_both(work, ka, kb, s);
    }
    if (turn_p == 0) {
        return touch_both(work, ka, kb, p);
    }
    if (turn_q == 0) {
        return touch_both(work, ka, kb, q);
    }
    work->crosses = true;
    work->n_crossings++;
    enum th_work_outcome outcome = crossing_add(a, ka, p, q, r, s);
    return outcome == TH_WORK_GOES_ON ? crossing_add(b, kb, r, s, p, q) : outcome;
}

static enum th_work_outcome rest_compare_plain(struct th_work *work)
{
    const struct th_work_side *a = &work->sides[0];
    const struct th_work_side *b = &work->sides[1];
    for (uint32_t i = 0; i < a->n_rest; i++) {
        const struct th_work_rest *edge = &a->room->rest[i];
        for (uint32_t j = 0; j < b->n_rest; j++) {
            if (th_meet_boxes_meet(&edge->box, &b->room->rest[j].box)) {
                enum th_work_outcome outcome = edges_compare(work, edge->k, b->room->rest[j].k);
                if (outcome != TH_WORK_GOES_ON) {
                    return outcome;
                }
            }
        }
    }
    return TH_WORK_GOES_ON;
}

static uint32_t blocks_fill(struct th_work_side *side)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < side->n_rest; i++) {
        if (i % TH_WORK_BLOCK_EDGES == 0) {
            side->room->blocks[n++] = side->room->rest[i].box;
        }
        th_meet_box_add(&side->room->blocks[n - 1], &side->room->rest[i].box);
    }
    return n;
}

static enum th_work_outcome blocks_compare(struct th_work *work, uint32_t block_a, uint32_t block_b)
{
    const struct th_work_side *a = &work->sides[0];
    const struct th_work_side *b = &work->sides[1];
    uint32_t end_a = (block_a + 1) * TH_WORK_BLOCK_EDGES < a->n_rest
                         ? (block_a + 1) * TH_WORK_BLOCK_EDGES
                         : a->n_rest;
    uint32_t end_b = (block_b + 1) * TH_WORK_BLOCK_EDGES < b->n_rest
                         ? (block_b + 1) * TH_WORK_BLOCK_EDGES
                         : b->n_rest;
    for (uint32_t i = block_a * TH_WORK_BLOCK_EDGES; i < end_a; i++) {
        const struct th_work_rest *edge = &a->room->rest[i];
        if (!th_meet_boxes_meet(&edge->box, &b->room->blocks[block_b])) {
            continue;
        }
        work->n_compared += TH_WORK_BLOCK_EDGES;
        for (uint32_t j = block_b * TH_WORK_BLOCK_EDGES; j < end_b; j++) {
            if (th_meet_boxes_meet(&edge->box, &b->room->rest[j].box)) {
                enum th_work_outcome outcome = edges_compare(work, edge->k, b->room->rest[j].k);
                if (outcome != TH_WORK_GOES_ON) {
                    return outcome;
                }
            }
        }
    }
    return TH_WORK_GOES_ON;
}

// Successive edges lie close to each other, so their boxes are small: 100,000 edges by as many are
// 40 million pairs of blocks, of which few meet.
enum th_work_outcome th_work_compare(struct th_work *work)
{
    struct th_work_side *a = &work->sides[0];
    struct th_work_side *b = &work->sides[1];
    if ((uint64_t)a->n_rest * b->n_rest <= PLAIN_PRODUCT_MAX) {
        return rest_compare_plain(work);
    }
    uint32_t n_a = blocks_fill(a);
    uint32_t n_b = blocks_fill(b);
    for (uint32_t i = 0; i < n_a; i++) {
        for (uint32_t j = 0; j < n_b; j++) {
            if (!th_meet_boxes_meet(&a->room->blocks[i], &b->room->blocks[j])) {
                continue;
            }
            enum th_work_outcome outcome = blocks_compare(work, i, j);
            if (outcome != TH_WORK_GOES_ON) {
                return outcome;
            }
        }
        work->n_compared += n_b;
        if (work->n_compared > WORK_MAX) {
            return TH_WORK_TOO_MUCH;
        }
    }
    return TH_WORK_GOES_ON;
}
