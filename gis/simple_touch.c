// Every contact of a ground, and whether it may be. Where nothing crosses, a contact is a vertex of
// one edge on another, so its place is whole; what rings do there is decided by the directions in
// which they come and go. Rings of a polygon may touch in points, as long as they and the points
// together are no circle: that would cut off a piece of its interior.
#include "gis/simple_internal.h"

#include <stdlib.h>

enum {
    STEPS_MAX = 100 * 1000 * 1000,          // of the search for contacts, a tenth of a second
    NESTING_STEPS_MAX = 1000 * 1000 * 1000, // about a second
};

#define NONE UINT32_MAX

struct ring {
    int32_t west, east, south, north;
    uint32_t number, polygon;
    uint32_t root; // of the rings that it hangs together with
    bool is_shell;
};

struct touch { // of two rings of which neither has its edge end there: noted once
    struct th_ground_xy at;
    uint32_t a_edge, b_edge;
    uint32_t a, b; // rings, a < b
    bool a_in_b, b_in_a;
};

struct touches {
    const struct th_ground *ground;
    const struct th_simple_limits *limits;
    struct ring *rings;
    struct ring **by_west;
    struct touch *items;
    size_t n, capacity;
    struct th_simple_finding *finding;
    bool found, tangled, no_memory;
};

static bool equal(struct th_ground_xy a, struct th_ground_xy b)
{
    return a.x == b.x && a.y == b.y;
}

static void rings_make(struct touches *touches)
{
    const struct th_ground *ground = touches->ground;
    uint32_t number = 0;
    uint32_t start = 0;
    for (uint32_t p = 0; p < ground->n_polygons; p++) {
        for (uint32_t shell = number; number < ground->polygon_ends[p]; number++) {
            struct th_ground_xy first = ground->points[start];
            struct ring ring = {.west = first.x,
                                .east = first.x,
                                .south = first.y,
                                .north = first.y,
                                .number = number,
                                .polygon = p,
                                .root = number,
                                .is_shell = number == shell};
            for (uint32_t i = start + 1; i < ground->ring_ends[number]; i++) {
                struct th_ground_xy at = ground->points[i];
                ring.west = at.x < ring.west ? at.x : ring.west;
                ring.east = at.x > ring.east ? at.x : ring.east;
                ring.south = at.y < ring.south ? at.y : ring.south;
                ring.north = at.y > ring.north ? at.y : ring.north;
            }
            touches->rings[number] = ring;
            touches->by_west[number] = &touches->rings[number];
            start = ground->ring_ends[number];
        }
    }
}

static void found(struct touches *touches, enum th_simple_verdict verdict,
                  struct th_ground_xy place, bool one_ring)
{
    th_simple_found(touches->ground, verdict, place, touches->finding);
    touches->finding->one_ring = one_ring;
    touches->found = true;
}

static void touch_note(struct touches *touches, const struct touch *touch)
{
    if (touches->n == touches->capacity) {
        size_t capacity = touches->capacity == 0 ? 64 : 2 * touches->capacity;
        struct touch *grown = realloc(touches->items, capacity * sizeof(*grown));
        if (grown == NULL) {
            touches->no_memory = true;
            return;
        }
        touches->items = grown;
        touches->capacity = capacity;
    }
    touches->items[touches->n++] = *touch;
}

// Edges that touch: do they share more than a point?
static bool share_a_stretch(struct th_ground_xy a, struct th_ground_xy b, struct th_ground_xy c,
                            struct th_ground_xy d)
{
    if (th_simple_side(a, b, c) != 0 || th_simple_side(a, b, d) != 0) {
        return false;
    }
    // On one line both are intervals along either axis, unless it is square to the line.
    bool flat = a.x != b.x;
    int32_t p = flat ? a.x : a.y;
    int32_t q = flat ? b.x : b.y;
    int32_t r = flat ? c.x : c.y;
    int32_t s = flat ? d.x : d.y;
    int32_t low = p < q ? p : q;
    int32_t high = p < q ? q : p;
    int32_t other_low = r < s ? r : s;
    int32_t other_high = r < s ? s : r;
    return (low > other_low ? low : other_low) < (high < other_high ? high : other_high);
}

static void rings_meet(struct touches *touches, const struct th_simple_piece *one,
                       const struct th_simple_piece *other)
{
    const struct th_simple_piece *low = one->ring < other->ring ? one : other;
    const struct th_simple_piece *high = low == one ? other : one;
    const struct th_ground_xy *a = touches->ground->points + low->edge;
    const struct th_ground_xy *b = touches->ground->points + high->edge;
    struct th_ground_xy at = th_simple_touch_place(a[0], a[1], b[0], b[1]);
    if (share_a_stretch(a[0], a[1], b[0], b[1])) {
        found(touches, TH_SIMPLE_CROSSING, at, false);
    } else if (!equal(at, a[1]) && !equal(at, b[1])) { // else the next edge meets it as well
        struct touch touch = {
            .at = at, .a_edge = low->edge, .b_edge = high->edge, .a = low->ring, .b = high->ring};
        touch_note(touches, &touch);
    }
}

// Two edges whose boxes meet.
static void pair_look(struct touches *touches, const struct th_simple_piece *one,
                      const struct th_simple_piece *other)
{
    const struct th_ground *ground = touches->ground;
    const struct th_simple_piece *low = one->edge < other->edge ? one : other;
    const struct th_simple_piece *high = low == one ? other : one;
    const struct th_ground_xy *a = ground->points + low->edge;
    const struct th_ground_xy *b = ground->points + high->edge;
    bool one_ring = low->ring == high->ring;
    if (one_ring && th_simple_adjacent(ground, low->ring, low->edge, high->edge)) {
        bool follows = high->edge == low->edge + 1;
        if (follows ? th_simple_is_spike(a[0], a[1], b[1]) : th_simple_is_spike(b[0], b[1], a[1])) {
            found(touches, TH_SIMPLE_CONTACT, follows ? a[1] : a[0], true);
        }
        return;
    }
    enum th_simple_meeting meeting = th_simple_meet(a[0], a[1], b[0], b[1]);
    if (meeting == TH_SIMPLE_CROSS) {
        th_simple_found_crossing(ground, a[0], a[1], b[0], b[1], touches->finding);
        touches->finding->one_ring = one_ring;
        touches->found = true;
    } else if (meeting == TH_SIMPLE_TOUCH && one_ring) {
        found(touches, TH_SIMPLE_CONTACT, th_simple_touch_place(a[0], a[1], b[0], b[1]), true);
    } else if (meeting == TH_SIMPLE_TOUCH) {
        rings_meet(touches, low, high);
    }
}

// Gathers the touches of different rings; ends early at what may not be.
static void gather(struct touches *touches, const struct th_simple_piece *pieces, size_t n)
{
    size_t n_pairs = 0;
    size_t n_steps = 0;
    for (size_t i = 0; i < n && !touches->tangled; i++) {
        size_t j = i + 1;
        for (; j < n && pieces[j].west <= pieces[i].east; j++) {
            if (pieces[j].south > pieces[i].north || pieces[i].south > pieces[j].north) {
                continue;
            }
            n_pairs++;
            pair_look(touches, &pieces[i], &pieces[j]);
            if (touches->found || touches->no_memory) {
                return;
            }
        }
        n_steps += j - i;
        touches->tangled = n_pairs > touches->limits->pairs || n_steps > STEPS_MAX;
    }
}

// Where a ring comes from and goes to at a place on its edge that is not the edge's end.
struct way {
    struct th_ground_xy before, after;
};

static struct way way_through(const struct touches *touches, uint32_t edge, uint32_t ring,
                              struct th_ground_xy at)
{
    const struct th_ground *ground = touches->ground;
    uint32_t first = ring == 0 ? 0 : ground->ring_ends[ring - 1];
    struct way way = {ground->points[edge], ground->points[edge + 1]};
    if (equal(at, way.before)) {
        way.before = ground->points[edge == first ? ground->ring_ends[ring] - 2 : edge - 1];
    }
    return way;
}

// Is the direction from `at` to `to` on the left of the way? It is none of the way's own.
static bool goes_left(struct th_ground_xy at, struct way way, struct th_ground_xy to)
{
    int turn = th_simple_side(at, way.after, way.before);
    if (turn > 0) {
        return th_simple_side(at, way.after, to) > 0 && th_simple_side(at, to, way.before) > 0;
    }
    if (turn < 0) {
        return !(th_simple_side(at, way.before, to) > 0 && th_simple_side(at, to, way.after) > 0);
    }
    return th_simple_side(at, way.after, to) > 0;
}

// What the rings do at their touches: no crossing, so that each is on one side of the other.
static void sides_see(struct touches *touches)
{
    for (size_t i = 0; i < touches->n && !touches->found; i++) {
        struct touch *touch = &touches->items[i];
        struct way a = way_through(touches, touch->a_edge, touch->a, touch->at);
        struct way b = way_through(touches, touch->b_edge, touch->b, touch->at);
        bool left_of_a = goes_left(touch->at, a, b.after);
        bool left_of_b = goes_left(touch->at, b, a.after);
        if (left_of_a != goes_left(touch->at, a, b.before)) {
            found(touches, TH_SIMPLE_CROSSING, touch->at, false);
        }
        // Shells have their inside on the left, holes on the right.
        touch->a_in_b = left_of_b == touches->rings[touch->b].is_shell;
        touch->b_in_a = left_of_a == touches->rings[touch->a].is_shell;
    }
}

static int touch_compare(const void *left, const void *right)
{
    const struct touch *p = left;
    const struct touch *q = right;
    return p->a != q->a ? (p->a > q->a) - (p->a < q->a) : (p->b > q->b) - (p->b < q->b);
}

// Does `inner` lie in `outer`? They do not cross. *steps grows with the work.
static bool holds(const struct touches *touches, const struct ring *outer, const struct ring *inner,
                  size_t *steps)
{
    const struct th_ground *ground = touches->ground;
    if (inner->west < outer->west || inner->east > outer->east || inner->south < outer->south ||
        inner->north > outer->north) {
        return false;
    }
    bool outer_is_a = outer->number < inner->number;
    struct touch key = {.a = outer_is_a ? outer->number : inner->number,
                        .b = outer_is_a ? inner->number : outer->number};
    const struct touch *touch = touches->n == 0 ? NULL
                                                : bsearch(&key, touches->items, touches->n,
                                                          sizeof(*touches->items), touch_compare);
    if (touch != NULL) {
        return outer_is_a ? touch->b_in_a : touch->a_in_b;
    }
    uint32_t outer_start = outer->number == 0 ? 0 : ground->ring_ends[outer->number - 1];
    uint32_t start = inner->number == 0 ? 0 : ground->ring_ends[inner->number - 1];
    *steps += ground->ring_ends[outer->number] - outer_start;
    return th_simple_ring_holds(ground, outer->number, ground->points[start]);
}

static struct th_ground_xy ring_start(const struct touches *touches, const struct ring *ring)
{
    return touches->ground
        ->points[ring->number == 0 ? 0 : touches->ground->ring_ends[ring->number - 1]];
}

// A shell in the shell of another polygon: is it in one of its holes?
static bool in_a_hole(const struct touches *touches, const struct ring *shell,
                      const struct ring *inner, size_t *steps)
{
    bool inside = false;
    for (uint32_t hole = shell->number + 1;
         !inside && hole < touches->ground->polygon_ends[shell->polygon]; hole++) {
        inside = holds(touches, &touches->rings[hole], inner, steps);
        ++*steps;
    }
    return inside;
}

// Two rings whose boxes meet.
static void nesting_look(struct touches *touches, const struct ring *outer,
                         const struct ring *inner, size_t *steps)
{
    bool sisters = outer->polygon == inner->polygon && !outer->is_shell && !inner->is_shell;
    bool shells = outer->is_shell && inner->is_shell;
    if ((sisters || shells) && holds(touches, outer, inner, steps) &&
        (sisters || !in_a_hole(touches, outer, inner, steps))) {
        found(touches, sisters ? TH_SIMPLE_HOLE_NESTED : TH_SIMPLE_SHELL_NESTED,
              ring_start(touches, inner), false);
    }
}

static int west_compare(const void *left, const void *right)
{
    const struct ring *const *a = left;
    const struct ring *const *b = right;
    return ((*a)->west > (*b)->west) - ((*a)->west < (*b)->west);
}

static void nesting_see(struct touches *touches)
{
    size_t n = touches->ground->n_rings;
    size_t steps = 0;
    const struct ring *shell = NULL;
    for (size_t i = 0; i < n && !touches->found && steps <= NESTING_STEPS_MAX; i++) {
        const struct ring *ring = &touches->rings[i];
        shell = ring->is_shell ? ring : shell;
        if (!ring->is_shell && !holds(touches, shell, ring, &steps)) {
            found(touches, TH_SIMPLE_HOLE_OUTSIDE, ring_start(touches, ring), false);
        }
    }
    qsort(touches->by_west, n, sizeof(*touches->by_west), west_compare);
    for (size_t i = 0; i < n && !touches->found && steps <= NESTING_STEPS_MAX; i++) {
        const struct ring *a = touches->by_west[i];
        for (size_t j = i + 1; j < n && touches->by_west[j]->west <= a->east && !touches->found &&
                               steps <= NESTING_STEPS_MAX;
             j++) {
            const struct ring *b = touches->by_west[j];
            steps++;
            if (b->south <= a->north && a->south <= b->north) {
                nesting_look(touches, a, b, &steps);
                if (!touches->found) {
                    nesting_look(touches, b, a, &steps);
                }
            }
        }
    }
    touches->tangled = touches->tangled || (!touches->found && steps > NESTING_STEPS_MAX);
}

static int place_compare(const void *left, const void *right)
{
    const struct touch *p = left;
    const struct touch *q = right;
    if (p->at.x != q->at.x) {
        return p->at.x < q->at.x ? -1 : 1;
    }
    if (p->at.y != q->at.y) {
        return p->at.y < q->at.y ? -1 : 1;
    }
    return touch_compare(left, right);
}

static uint32_t root_of(struct ring *rings, uint32_t ring)
{
    while (rings[ring].root != ring) {
        rings[ring].root = rings[rings[ring].root].root;
        ring = rings[ring].root;
    }
    return ring;
}

// Rings and places of one polygon are a forest? All rings that meet in a place are noted there in
// pairs; those with the first of them join each to it once.
static void connection_see(struct touches *touches)
{
    size_t n = 0;
    for (size_t i = 0; i < touches->n; i++) { // those of different polygons do not matter
        const struct touch *touch = &touches->items[i];
        if (touches->rings[touch->a].polygon == touches->rings[touch->b].polygon) {
            touches->items[n++] = *touch;
        }
    }
    touches->n = n;
    if (n > 0) {
        qsort(touches->items, n, sizeof(*touches->items), place_compare);
    }
    uint32_t first = NONE; // ring of the polygon at this place
    for (size_t i = 0; i < n && !touches->found; i++) {
        const struct touch *touch = &touches->items[i];
        bool new_place = i == 0 || !equal(touch->at, touch[-1].at) ||
                         touches->rings[touch->a].polygon != touches->rings[first].polygon;
        first = new_place ? touch->a : first;
        if (touch->a != first) {
            continue;
        }
        uint32_t a_root = root_of(touches->rings, touch->a);
        uint32_t b_root = root_of(touches->rings, touch->b);
        if (a_root == b_root) {
            found(touches, TH_SIMPLE_DISCONNECTED, touch->at, false);
        }
        touches->rings[b_root].root = a_root;
    }
}

static void touches_judge(struct touches *touches, const struct th_simple_piece *pieces, size_t n)
{
    gather(touches, pieces, n);
    if (!touches->found && !touches->tangled && !touches->no_memory) {
        sides_see(touches);
    }
    if (!touches->found && !touches->tangled && !touches->no_memory) {
        if (touches->n > 0) {
            qsort(touches->items, touches->n, sizeof(*touches->items), touch_compare);
        }
        nesting_see(touches);
    }
    if (!touches->found && !touches->tangled && !touches->no_memory) {
        connection_see(touches);
    }
}

enum th_status th_simple_by_touches(struct th_simple_room *room, const struct th_ground *ground,
                                    const struct th_simple_limits *limits,
                                    struct th_simple_finding *ret_finding, bool *ret_tangled,
                                    struct th_error *err)
{
    struct th_simple_finding finding = {.verdict = TH_SIMPLE_VALID};
    struct touches touches = {.ground = ground, .limits = limits, .finding = &finding};
    if (!th_simple_room_make(&room->chains, &room->chains_size,
                             ground->n_points * sizeof(struct th_simple_piece)) ||
        !th_simple_room_make(&room->sweep, &room->sweep_size,
                             ground->n_rings * (sizeof(struct ring) + sizeof(struct ring *)))) {
        return th_error_no_memory(err);
    }
    touches.by_west = room->sweep; // from the strictest alignment to the least
    touches.rings = (struct ring *)(touches.by_west + ground->n_rings);
    rings_make(&touches);
    size_t n = th_simple_pieces(ground, room->chains);
    touches_judge(&touches, room->chains, n);
    free(touches.items);
    if (touches.no_memory) {
        return th_error_no_memory(err);
    }
    *ret_tangled = touches.tangled;
    if (!touches.tangled) {
        *ret_finding = finding;
    }
    return TH_OK;
}
