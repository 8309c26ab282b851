// Proof by a sweep (M. I. Shamos, D. Hoey, "Geometric intersection problems", FOCS 1976, 208–215).
// A line goes over the plane from west to east, and at equal x from south to north. The edges that
// it meets are kept in their order from below; wherever two become neighbours in it they are tested
// against each other, which finds a contact if there is one. At its first vertex each ring sees
// which ring it lies in. Every step is exact, so that the order is right up to the first contact.
#include "gis/simple_internal.h"

#include <stdlib.h>

#define NONE UINT32_MAX

// An edge is named by the vertex at which it begins along its ring, and so is its seat in the tree.
struct vertex {
    struct th_ground_xy at;
    uint32_t before, after; // along the ring
    uint32_t ring;
};

struct event {
    uint64_t key; // x, then y
    uint32_t vertex;
};

// The edges that the line meets: a tree by order from below (a treap), threaded both ways.
struct seat {
    uint32_t left, right, parent;
    uint32_t below, above;
    uint32_t edge;
};

struct nest {
    uint32_t polygon, parent; // ring directly around it, NONE
    bool is_shell, seen;
};

struct sweep {
    const struct th_ground *ground;
    struct vertex *vertices;
    struct event *events;
    struct seat *seats;
    uint32_t *seat_of;  // edge
    struct nest *nests; // ring
    uint32_t n;         // vertices
    uint32_t root;
    struct th_simple_finding *finding;
};

static bool comes_before(struct th_ground_xy a, struct th_ground_xy b)
{
    return a.x != b.x ? a.x < b.x : a.y < b.y;
}

static struct th_ground_xy from(const struct sweep *sweep, uint32_t edge)
{
    return sweep->vertices[edge].at;
}

static struct th_ground_xy to(const struct sweep *sweep, uint32_t edge)
{
    return sweep->vertices[sweep->vertices[edge].after].at;
}

static bool goes_east(const struct sweep *sweep, uint32_t edge)
{
    return comes_before(from(sweep, edge), to(sweep, edge));
}

// Mixed bits of a seat's number: as good as random for keeping the tree flat.
static uint32_t rank(uint32_t seat)
{
    uint64_t bits = (seat + UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xbf58476d1ce4e5b9);
    bits = (bits ^ (bits >> 29)) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)(bits >> 32);
}

static void child_replace(struct sweep *sweep, uint32_t parent, uint32_t child, uint32_t next)
{
    struct seat *seats = sweep->seats;
    if (parent == NONE) {
        sweep->root = next;
    } else if (seats[parent].left == child) {
        seats[parent].left = next;
    } else {
        seats[parent].right = next;
    }
    if (next != NONE) {
        seats[next].parent = parent;
    }
}

// Lifts a seat over its parent.
static void lift(struct sweep *sweep, uint32_t seat)
{
    struct seat *seats = sweep->seats;
    uint32_t parent = seats[seat].parent;
    child_replace(sweep, seats[parent].parent, parent, seat);
    if (seats[parent].left == seat) {
        seats[parent].left = seats[seat].right;
        if (seats[seat].right != NONE) {
            seats[seats[seat].right].parent = parent;
        }
        seats[seat].right = parent;
    } else {
        seats[parent].right = seats[seat].left;
        if (seats[seat].left != NONE) {
            seats[seats[seat].left].parent = parent;
        }
        seats[seat].left = parent;
    }
    seats[parent].parent = seat;
}

// Seats an edge directly above the seat `below` (NONE: lowest of all) and below `above`.
static void seat_take(struct sweep *sweep, uint32_t edge, uint32_t below, uint32_t above)
{
    struct seat *seats = sweep->seats;
    uint32_t seat = edge;
    seats[seat] = (struct seat){NONE, NONE, NONE, below, above, edge};
    sweep->seat_of[edge] = seat;
    // Of two neighbours in the order one has no child on the side of the other.
    if (below != NONE && seats[below].right == NONE) {
        seats[below].right = seat;
        seats[seat].parent = below;
    } else if (above != NONE) {
        seats[above].left = seat;
        seats[seat].parent = above;
    } else {
        sweep->root = seat;
    }
    if (below != NONE) {
        seats[below].above = seat;
    }
    if (above != NONE) {
        seats[above].below = seat;
    }
    while (seats[seat].parent != NONE && rank(seat) > rank(seats[seat].parent)) {
        lift(sweep, seat);
    }
}

static void seat_leave(struct sweep *sweep, uint32_t seat)
{
    struct seat *seats = sweep->seats;
    while (seats[seat].left != NONE || seats[seat].right != NONE) {
        uint32_t left = seats[seat].left;
        uint32_t right = seats[seat].right;
        lift(sweep, right == NONE || (left != NONE && rank(left) > rank(right)) ? left : right);
    }
    child_replace(sweep, seats[seat].parent, seat, NONE);
    if (seats[seat].below != NONE) {
        seats[seats[seat].below].above = seats[seat].above;
    }
    if (seats[seat].above != NONE) {
        seats[seats[seat].above].below = seats[seat].below;
    }
}

static bool contact_at(struct sweep *sweep, uint32_t vertex, uint32_t other_ring)
{
    th_simple_found(sweep->ground, TH_SIMPLE_CONTACT, from(sweep, vertex), sweep->finding);
    sweep->finding->one_ring = sweep->vertices[vertex].ring == other_ring;
    return false;
}

// Neighbours in the order; false when they meet. NONE meets nothing.
static bool pair_test(struct sweep *sweep, uint32_t a_seat, uint32_t b_seat)
{
    if (a_seat == NONE || b_seat == NONE) {
        return true;
    }
    uint32_t a = sweep->seats[a_seat].edge;
    uint32_t b = sweep->seats[b_seat].edge;
    if (sweep->vertices[a].after == b || sweep->vertices[b].after == a) {
        return true; // their common vertex was looked at for itself
    }
    enum th_simple_meeting meeting =
        th_simple_meet(from(sweep, a), to(sweep, a), from(sweep, b), to(sweep, b));
    if (meeting == TH_SIMPLE_APART) {
        return true;
    }
    if (meeting == TH_SIMPLE_TOUCH) {
        th_simple_found(
            sweep->ground, TH_SIMPLE_CONTACT,
            th_simple_touch_place(from(sweep, a), to(sweep, a), from(sweep, b), to(sweep, b)),
            sweep->finding);
    } else {
        th_simple_found_crossing(sweep->ground, from(sweep, a), to(sweep, a), from(sweep, b),
                                 to(sweep, b), sweep->finding);
    }
    sweep->finding->one_ring = sweep->vertices[a].ring == sweep->vertices[b].ring;
    return false;
}

// Which ring lies directly around a ring whose first vertex has the seat `below` under it.
static void nest_note(struct sweep *sweep, uint32_t ring, uint32_t below)
{
    struct nest *nest = &sweep->nests[ring];
    if (nest->seen) {
        return;
    }
    nest->seen = true;
    nest->parent = NONE;
    if (below == NONE) {
        return;
    }
    uint32_t edge = sweep->seats[below].edge;
    uint32_t under = sweep->vertices[edge].ring;
    // Shells go counter-clockwise and have their inside on the left, holes the other way round.
    bool inside_above = goes_east(sweep, edge) == sweep->nests[under].is_shell;
    nest->parent = inside_above ? under : sweep->nests[under].parent;
}

// Both edges of the vertex begin here.
static bool vertex_opens(struct sweep *sweep, uint32_t vertex)
{
    struct vertex *here = &sweep->vertices[vertex];
    uint32_t below = NONE;
    uint32_t above = NONE;
    for (uint32_t seat = sweep->root; seat != NONE;) {
        uint32_t edge = sweep->seats[seat].edge;
        int side = th_simple_side(from(sweep, edge), to(sweep, edge), here->at);
        if (side == 0) {
            return contact_at(sweep, vertex, sweep->vertices[edge].ring);
        }
        if ((side > 0) == goes_east(sweep, edge)) {
            below = seat;
            seat = sweep->seats[seat].right;
        } else {
            above = seat;
            seat = sweep->seats[seat].left;
        }
    }
    nest_note(sweep, here->ring, below);
    int turn =
        th_simple_side(here->at, sweep->vertices[here->before].at, sweep->vertices[here->after].at);
    if (turn == 0) {
        return contact_at(sweep, vertex, here->ring);
    }
    uint32_t lower = turn > 0 ? here->before : vertex; // the edge to `before` bears its name
    uint32_t upper = turn > 0 ? vertex : here->before;
    seat_take(sweep, lower, below, above);
    seat_take(sweep, upper, sweep->seat_of[lower], above);
    return pair_test(sweep, below, sweep->seat_of[lower]) &&
           pair_test(sweep, sweep->seat_of[upper], above);
}

// Both edges of the vertex end here.
static bool vertex_closes(struct sweep *sweep, uint32_t vertex)
{
    uint32_t a = sweep->seat_of[sweep->vertices[vertex].before];
    uint32_t b = sweep->seat_of[vertex];
    uint32_t lower = sweep->seats[a].above == b ? a : b;
    uint32_t upper = lower == a ? b : a;
    if (sweep->seats[lower].above != upper) {
        return contact_at(sweep, vertex, NONE); // of whatever passes between them
    }
    uint32_t below = sweep->seats[lower].below;
    uint32_t above = sweep->seats[upper].above;
    seat_leave(sweep, lower);
    seat_leave(sweep, upper);
    return pair_test(sweep, below, above);
}

// One edge ends and the other takes its seat.
static bool vertex_passes(struct sweep *sweep, uint32_t old_edge, uint32_t new_edge)
{
    uint32_t seat = sweep->seat_of[old_edge];
    sweep->seats[seat].edge = new_edge;
    sweep->seat_of[new_edge] = seat;
    return pair_test(sweep, sweep->seats[seat].below, seat) &&
           pair_test(sweep, seat, sweep->seats[seat].above);
}

static int event_compare(const void *left, const void *right)
{
    const struct event *a = left;
    const struct event *b = right;
    return (a->key > b->key) - (a->key < b->key);
}

static void vertices_make(struct sweep *sweep)
{
    const struct th_ground *ground = sweep->ground;
    uint32_t start = 0;
    uint32_t ring = 0;
    sweep->n = 0;
    for (uint32_t p = 0; p < ground->n_polygons; p++) {
        for (uint32_t shell = ring; ring < ground->polygon_ends[p]; ring++) {
            uint32_t n = ground->ring_ends[ring] - start - 1;
            sweep->nests[ring] = (struct nest){.polygon = p, .is_shell = ring == shell};
            for (uint32_t i = 0; i < n; i++) {
                uint32_t vertex = sweep->n + i;
                struct th_ground_xy at = ground->points[start + i];
                sweep->vertices[vertex] = (struct vertex){
                    .at = at,
                    .before = sweep->n + (i == 0 ? n - 1 : i - 1),
                    .after = sweep->n + (i + 1 == n ? 0 : i + 1),
                    .ring = ring,
                };
                sweep->events[vertex] = (struct event){
                    .key = (uint64_t)(uint32_t)at.x << 32 | (uint32_t)at.y, .vertex = vertex};
            }
            sweep->n += n;
            start = ground->ring_ends[ring];
        }
    }
}

// What needs no sweep: spikes, and vertices in one place.
static bool vertices_test(struct sweep *sweep)
{
    for (uint32_t i = 0; i < sweep->n; i++) {
        const struct vertex *vertex = &sweep->vertices[i];
        if (th_simple_is_spike(sweep->vertices[vertex->before].at, vertex->at,
                               sweep->vertices[vertex->after].at)) {
            return contact_at(sweep, i, vertex->ring);
        }
    }
    qsort(sweep->events, sweep->n, sizeof(*sweep->events), event_compare);
    for (uint32_t i = 1; i < sweep->n; i++) {
        const struct event *event = &sweep->events[i];
        if (event->key == event[-1].key) {
            return contact_at(sweep, event->vertex, sweep->vertices[event[-1].vertex].ring);
        }
    }
    return true;
}

static bool contacts_test(struct sweep *sweep)
{
    sweep->root = NONE;
    for (uint32_t i = 0; i < sweep->n; i++) {
        uint32_t vertex = sweep->events[i].vertex;
        const struct vertex *here = &sweep->vertices[vertex];
        bool comes = comes_before(sweep->vertices[here->before].at, here->at);
        bool leaves = comes_before(here->at, sweep->vertices[here->after].at);
        bool none;
        if (comes == leaves) {
            none = comes ? vertex_passes(sweep, here->before, vertex)
                         : vertex_passes(sweep, vertex, here->before);
        } else {
            none = comes ? vertex_closes(sweep, vertex) : vertex_opens(sweep, vertex);
        }
        if (!none) {
            return false;
        }
    }
    return true;
}

static void nesting_test(struct sweep *sweep)
{
    const struct th_ground *ground = sweep->ground;
    for (uint32_t ring = 0; ring < ground->n_rings; ring++) {
        const struct nest *nest = &sweep->nests[ring];
        const struct nest *around = nest->parent == NONE ? NULL : &sweep->nests[nest->parent];
        struct th_ground_xy place = ground->points[ring == 0 ? 0 : ground->ring_ends[ring - 1]];
        if (nest->is_shell && around != NULL && around->is_shell) {
            th_simple_found(ground, TH_SIMPLE_SHELL_NESTED, place, sweep->finding);
            return;
        }
        if (!nest->is_shell &&
            (around == NULL || !around->is_shell || around->polygon != nest->polygon)) {
            bool in_sister =
                around != NULL && !around->is_shell && around->polygon == nest->polygon;
            th_simple_found(ground, in_sister ? TH_SIMPLE_HOLE_NESTED : TH_SIMPLE_HOLE_OUTSIDE,
                            place, sweep->finding);
            return;
        }
    }
}

enum th_status th_simple_by_sweep(struct th_simple_room *room, const struct th_ground *ground,
                                  struct th_simple_finding *ret_finding, struct th_error *err)
{
    struct th_simple_finding finding = {.verdict = TH_SIMPLE_VALID};
    size_t n = ground->n_points;
    size_t size = n * (sizeof(struct event) + sizeof(struct vertex) + sizeof(struct seat) +
                       sizeof(uint32_t)) +
                  ground->n_rings * sizeof(struct nest);
    if (!th_simple_room_make(&room->sweep, &room->sweep_size, size)) {
        return th_error_no_memory(err);
    }
    // From the strictest alignment to the least.
    struct sweep sweep = {.ground = ground, .events = room->sweep, .finding = &finding};
    sweep.vertices = (struct vertex *)(sweep.events + n);
    sweep.seats = (struct seat *)(sweep.vertices + n);
    sweep.nests = (struct nest *)(sweep.seats + n);
    sweep.seat_of = (uint32_t *)(sweep.nests + ground->n_rings);
    vertices_make(&sweep);
    if (vertices_test(&sweep) && contacts_test(&sweep)) {
        nesting_test(&sweep);
    }
    *ret_finding = finding;
    return TH_OK;
}
