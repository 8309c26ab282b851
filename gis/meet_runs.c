// Along the boundaries: third step of the exact test (gis/meet.c).
#include "gis/meet_work_internal.h"

#include <stdlib.h>

// Crossings this close to a cut, in shares of the edge, may be out of order.
static const double doubtful_share = 1e-11;

enum where { SOMEWHERE, INSIDE, OUTSIDE };

// A stretch of boundary without cut or shared piece, while it is followed.
struct run {
    bool open;
    enum where where;       // as far as is known
    struct th_spot sample2; // twice a point of it, unless it starts at a crossing
    struct th_ruler_size size;
};

// A place on an edge, seen from the corner of the common box.
struct place {
    double x, y;
};

static struct place place_at(const struct th_work *work, struct th_spot p, struct th_spot q,
                             double share)
{
    double x = (double)(p.x - work->common.west);
    double y = (double)(p.y - work->common.south);
    return share == 1
               ? (struct place){(double)(q.x - work->common.west),
                                (double)(q.y - work->common.south)}
               : (struct place){x + share * (double)(q.x - p.x), y + share * (double)(q.y - p.y)};
}

static void run_end(struct th_work *work, struct th_work_side *side, struct run *run)
{
    if (!run->open) {
        return;
    }
    if (run->where == SOMEWHERE) {
        const struct th_work_side *other =
            side == &work->sides[0] ? &work->sides[1] : &work->sides[0];
        bool inside = th_meet_holds(other->shape, run->sample2.x - 2 * other->dx,
                                    run->sample2.y - 2 * other->dy);
        run->where = inside ? INSIDE : OUTSIDE;
    }
    if (run->where == INSIDE) {
        side->inside = true;
        work->size.area_m2 += run->size.area_m2;
        work->size.perimeter_m += run->size.perimeter_m;
    } else {
        side->outside = true;
    }
    run->open = false;
}

// What a crossing, or leaving the common box, says about a run.
static void run_place(struct th_work *work, struct run *run, enum where where)
{
    work->doubtful |= run->where != SOMEWHERE && run->where != where;
    run->where = where;
}

static bool out_of_box(const struct th_meet_box *box, struct th_spot spot)
{
    return spot.x < box->west || spot.x > box->east || spot.y < box->south || spot.y > box->north;
}

// An edge while it is followed.
struct edge {
    struct th_spot p, q;
    double at;           // share that is behind
    double crossed_at;   // share of the last crossing
    struct th_spot spot; // there, unless that is a crossing
};

static void run_begin(struct run *run, enum where where)
{
    *run = (struct run){.open = true, .where = where};
}

// Goes on along the edge to a share that is either a vertex of one of the shapes (`spot`) or a
// crossing (NULL).
static void run_add(struct th_work *work, struct run *run, struct edge *edge, double share,
                    const struct th_spot *spot)
{
    if (!run->open) {
        run_begin(run, SOMEWHERE);
        if (spot != NULL) {
            run->sample2 = (struct th_spot){edge->spot.x + spot->x, edge->spot.y + spot->y};
        }
    }
    if ((edge->at == 0 && out_of_box(&work->common, edge->p)) ||
        (share == 1 && out_of_box(&work->common, edge->q))) {
        run_place(work, run, OUTSIDE);
    }
    if (work->ruler != NULL) {
        struct place from = place_at(work, edge->p, edge->q, edge->at);
        struct place to = place_at(work, edge->p, edge->q, share);
        th_ruler_add(work->ruler, from.x, from.y, to.x, to.y, &run->size);
    }
}

static int contact_compare(const void *left, const void *right)
{
    const struct th_work_contact *a = left;
    const struct th_work_contact *b = right;
    if (a->k != b->k) {
        return a->k < b->k ? -1 : 1;
    }
    return (a->from > b->from) - (a->from < b->from);
}

// A crossing on edge `edge` at contact->from.
static void crossing_pass(struct th_work *work, struct th_work_side *side, struct run *run,
                          struct edge *edge, const struct th_work_contact *contact)
{
    bool enters = contact->kind == TH_CONTACT_ENTER;
    work->doubtful |=
        contact->from - edge->at < doubtful_share || contact->from > 1 - doubtful_share;
    edge->crossed_at = contact->from;
    run_add(work, run, edge, contact->from, NULL);
    run_place(work, run, enters ? OUTSIDE : INSIDE);
    run_end(work, side, run);
    run_begin(run, enters ? INSIDE : OUTSIDE);
    edge->at = contact->from;
}

// Follows edge k, from contact *at on; *at moves behind the contacts of this edge.
static void edge_follow(struct th_work *work, struct th_work_side *side, uint32_t k,
                        struct run *run, uint32_t *at)
{
    uint32_t i = side->room->starts[k];
    struct edge edge = {
        .p = th_work_point(side, i), .q = th_work_point(side, i + 1), .crossed_at = -1};
    edge.spot = edge.p;
    for (; *at < side->n_contacts && side->room->contacts[*at].k == k; (*at)++) {
        const struct th_work_contact *contact = &side->room->contacts[*at];
        if (contact->kind == TH_CONTACT_ENTER || contact->kind == TH_CONTACT_LEAVE) {
            crossing_pass(work, side, run, &edge, contact);
            continue;
        }
        work->doubtful |= contact->from - edge.crossed_at < doubtful_share;
        if (contact->from > edge.at) {
            run_add(work, run, &edge, contact->from, &contact->spot_from);
        }
        run_end(work, side, run);
        edge.at = contact->to > edge.at ? contact->to : edge.at;
        edge.spot = contact->spot_to;
        if (contact->same && work->ruler != NULL && side == &work->sides[0]) {
            struct place from = place_at(work, edge.p, edge.q, contact->from);
            struct place to = place_at(work, edge.p, edge.q, contact->to);
            th_ruler_add(work->ruler, from.x, from.y, to.x, to.y, &work->size);
        }
    }
    if (edge.at < 1) {
        run_add(work, run, &edge, 1, &edge.q);
    }
}

// Finds out where the runs of one side lie.
void th_work_follow(struct th_work *work, struct th_work_side *side)
{
    const struct th_work_room *room = side->room;
    const struct th_ground *ground = side->shape->ground;
    struct run run = {0};
    uint32_t contact = 0;
    side->outside |= side->n_edges < ground->n_points - ground->n_rings;
    if (side->n_contacts > 1) {
        qsort(room->contacts, side->n_contacts, sizeof(*room->contacts), contact_compare);
    }
    for (uint32_t k = 0; k < side->n_edges; k++) {
        if (k > 0 && room->starts[k] != room->starts[k - 1] + 1) {
            run_end(work, side, &run);
        }
        if ((room->flags[k] & TH_WORK_SHARED) != 0) {
            run_end(work, side, &run);
            continue;
        }
        if ((room->flags[k] & TH_WORK_TOUCH_START) != 0) {
            run_end(work, side, &run);
        }
        edge_follow(work, side, k, &run, &contact);
        if ((room->flags[k] & TH_WORK_TOUCH_END) != 0) {
            run_end(work, side, &run);
        }
    }
    run_end(work, side, &run);
}
