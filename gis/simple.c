// Proof by boxes of short chains. A ring is cut into chains of a few edges. Chains whose boxes are
// apart do not meet. A chain and its successor do not meet but in their common vertex when all
// their edges go forward along one direction, which is so for most of a boundary that people walk.
// What is left is tested edge by edge.
#include "gis/simple_internal.h"

#include <stdlib.h>
#include <string.h>

enum {
    CHAIN_EDGES = 8,
    RINGS_MAX = 16,          // more are the sweep's
    CHAINS_MAX = 2048,       // their pairs are looked at one by one
    EDGE_PAIRS_PER_EDGE = 64 // that are tested before the sweep is the better way
};

struct chain {
    int32_t west, south, east, north;
    uint32_t first, end; // edges; edge i leads from point i to point i + 1
    uint32_t ring;
};

struct search {
    const struct th_ground *ground;
    struct chain *chains;
    size_t n_chains;
    size_t n_pairs_left; // of edges
    struct th_simple_finding *finding;
};

struct th_simple_room *th_simple_room_new(void)
{
    return calloc(1, sizeof(struct th_simple_room));
}

void th_simple_room_free(struct th_simple_room *room)
{
    if (room != NULL) {
        free(room->chains);
        free(room->sweep);
        free(room);
    }
}

bool th_simple_room_make(void **block, size_t *block_size, size_t size)
{
    if (*block != NULL && size <= *block_size) {
        return true;
    }
    size += size / 2;
    void *fresh = malloc(size);
    if (fresh == NULL) {
        return false;
    }
    free(*block);
    *block = fresh;
    *block_size = size;
    return true;
}

enum th_simple_meeting th_simple_meet(struct th_ground_xy a, struct th_ground_xy b,
                                      struct th_ground_xy c, struct th_ground_xy d)
{
    int c_side = th_simple_side(a, b, c);
    int d_side = th_simple_side(a, b, d);
    if (c_side * d_side > 0) {
        return TH_SIMPLE_APART;
    }
    int a_side = th_simple_side(c, d, a);
    int b_side = th_simple_side(c, d, b);
    if (a_side * b_side > 0) {
        return TH_SIMPLE_APART;
    }
    return c_side * d_side < 0 && a_side * b_side < 0 ? TH_SIMPLE_CROSS : TH_SIMPLE_TOUCH;
}

bool th_simple_is_spike(struct th_ground_xy a, struct th_ground_xy b, struct th_ground_xy c)
{
    if (th_simple_side(a, b, c) != 0) {
        return false;
    }
    int64_t forward =
        ((int64_t)b.x - a.x) * ((int64_t)c.x - b.x) + ((int64_t)b.y - a.y) * ((int64_t)c.y - b.y);
    return forward <= 0;
}

static bool touches(struct th_ground_xy point, struct th_ground_xy a, struct th_ground_xy b)
{
    return th_simple_side(a, b, point) == 0 && (point.x >= a.x || point.x >= b.x) &&
           (point.x <= a.x || point.x <= b.x) && (point.y >= a.y || point.y >= b.y) &&
           (point.y <= a.y || point.y <= b.y);
}

struct th_ground_xy th_simple_touch_place(struct th_ground_xy a, struct th_ground_xy b,
                                          struct th_ground_xy c, struct th_ground_xy d)
{
    if (touches(a, c, d)) {
        return a;
    }
    if (touches(b, c, d)) {
        return b;
    }
    return touches(d, a, b) ? d : c;
}

static struct th_xy place_of(const struct th_ground *ground, double x, double y)
{
    return (struct th_xy){((double)ground->origin_x + x) / TH_GROUND_PER_DEGREE,
                          ((double)ground->origin_y + y) / TH_GROUND_PER_DEGREE};
}

void th_simple_found(const struct th_ground *ground, enum th_simple_verdict verdict,
                     struct th_ground_xy place, struct th_simple_finding *finding)
{
    finding->verdict = verdict;
    finding->place = place_of(ground, place.x, place.y);
}

void th_simple_found_crossing(const struct th_ground *ground, struct th_ground_xy a,
                              struct th_ground_xy b, struct th_ground_xy c, struct th_ground_xy d,
                              struct th_simple_finding *finding)
{
    double abx = (double)b.x - a.x;
    double aby = (double)b.y - a.y;
    double c_cross = abx * ((double)c.y - a.y) - aby * ((double)c.x - a.x);
    double d_cross = abx * ((double)d.y - a.y) - aby * ((double)d.x - a.x);
    double part = c_cross / (c_cross - d_cross); // of the way from c to d; the signs differ
    finding->verdict = TH_SIMPLE_CROSSING;
    finding->place =
        place_of(ground, c.x + part * ((double)d.x - c.x), c.y + part * ((double)d.y - c.y));
}

static void chain_box(struct chain *chain, const struct th_ground_xy *points)
{
    struct th_ground_xy low = points[chain->first];
    struct th_ground_xy high = low;
    for (uint32_t i = chain->first + 1; i <= chain->end; i++) {
        struct th_ground_xy point = points[i];
        low.x = point.x < low.x ? point.x : low.x;
        low.y = point.y < low.y ? point.y : low.y;
        high.x = point.x > high.x ? point.x : high.x;
        high.y = point.y > high.y ? point.y : high.y;
    }
    chain->west = low.x;
    chain->south = low.y;
    chain->east = high.x;
    chain->north = high.y;
}

static bool boxes_apart(const struct chain *a, const struct chain *b)
{
    return (a->east < b->west) | (b->east < a->west) | (a->north < b->south) |
           (b->north < a->south);
}

bool th_simple_adjacent(const struct th_ground *ground, uint32_t ring, uint32_t i, uint32_t j)
{
    uint32_t first = ring == 0 ? 0 : ground->ring_ends[ring - 1];
    uint32_t last = ground->ring_ends[ring] - 2;
    return j == i + 1 || (i == first && j == last);
}

// One pair of edges of any two rings, i < j. false ends the search.
static bool edges_test(struct search *search, uint32_t i, uint32_t j, bool same_ring, uint32_t ring)
{
    const struct th_ground *ground = search->ground;
    const struct th_ground_xy *points = ground->points;
    struct th_ground_xy a = points[i];
    struct th_ground_xy b = points[i + 1];
    struct th_ground_xy c = points[j];
    struct th_ground_xy d = points[j + 1];
    if (same_ring && th_simple_adjacent(ground, ring, i, j)) {
        bool spike = j == i + 1 ? th_simple_is_spike(a, b, d) : th_simple_is_spike(c, d, b);
        // Two edges of a triangle are neighbours on one side only.
        if (spike) {
            th_simple_found(ground, TH_SIMPLE_CONTACT, j == i + 1 ? b : a, search->finding);
            search->finding->one_ring = true;
        }
        return !spike;
    }
    enum th_simple_meeting meeting = th_simple_meet(a, b, c, d);
    if (meeting == TH_SIMPLE_APART) {
        return true;
    }
    if (meeting == TH_SIMPLE_CROSS) {
        th_simple_found_crossing(ground, a, b, c, d, search->finding);
    } else {
        th_simple_found(ground, TH_SIMPLE_CONTACT, th_simple_touch_place(a, b, c, d),
                        search->finding);
    }
    search->finding->one_ring = same_ring;
    return false;
}

// The edges from `first` to `end` (exclusive) behind edge `i` against it; those of one ring.
static bool edge_test(struct search *search, uint32_t i, uint32_t first, uint32_t end,
                      bool same_ring, uint32_t ring)
{
    const struct th_ground_xy *points = search->ground->points;
    struct th_ground_xy a = points[i];
    struct th_ground_xy b = points[i + 1];
    int32_t west = a.x < b.x ? a.x : b.x;
    int32_t east = a.x < b.x ? b.x : a.x;
    int32_t south = a.y < b.y ? a.y : b.y;
    int32_t north = a.y < b.y ? b.y : a.y;
    for (uint32_t j = first; j < end; j++) {
        struct th_ground_xy c = points[j];
        struct th_ground_xy d = points[j + 1];
        bool apart = ((c.x < west) & (d.x < west)) | ((c.x > east) & (d.x > east)) |
                     ((c.y < south) & (d.y < south)) | ((c.y > north) & (d.y > north));
        if (!apart && !edges_test(search, i, j, same_ring, ring)) {
            return false;
        }
    }
    return true;
}

// All edges of two chains, of which b comes later in the order of points.
static bool chains_test(struct search *search, const struct chain *a, const struct chain *b)
{
    const struct th_ground_xy *points = search->ground->points;
    bool same_ring = a->ring == b->ring;
    size_t n_pairs = (size_t)(a->end - a->first) * (b->end - b->first);
    if (n_pairs > search->n_pairs_left) {
        search->n_pairs_left = 0;
        return false;
    }
    search->n_pairs_left -= n_pairs;
    for (uint32_t i = a->first; i < a->end; i++) {
        struct th_ground_xy p = points[i];
        struct th_ground_xy q = points[i + 1];
        bool apart = ((p.x < b->west) & (q.x < b->west)) | ((p.x > b->east) & (q.x > b->east)) |
                     ((p.y < b->south) & (q.y < b->south)) | ((p.y > b->north) & (q.y > b->north));
        if (!apart && !edge_test(search, i, b->first, b->end, same_ring, a->ring)) {
            return false;
        }
    }
    return true;
}

static bool chain_test(struct search *search, const struct chain *chain)
{
    for (uint32_t i = chain->first; i + 1 < chain->end; i++) {
        if (!edge_test(search, i, i + 1, chain->end, true, chain->ring)) {
            return false;
        }
    }
    return true;
}

// Do all edges of a chain have a part along (x, y)?
static bool goes_forward(const struct th_ground_xy *points, const struct chain *chain, int64_t x,
                         int64_t y)
{
    bool forward = true;
    for (uint32_t i = chain->first; i < chain->end; i++) {
        int64_t dx = (int64_t)points[i + 1].x - points[i].x;
        int64_t dy = (int64_t)points[i + 1].y - points[i].y;
        forward &= dx * x + dy * y > 0;
    }
    return forward;
}

// A chain and the next one along the ring, and within themselves.
static bool window_is_forward(const struct search *search, const struct chain *a,
                              const struct chain *b)
{
    const struct th_ground_xy *points = search->ground->points;
    int64_t x = (int64_t)points[b->end].x - points[a->first].x;
    int64_t y = (int64_t)points[b->end].y - points[a->first].y;
    return goes_forward(points, a, x, y) && goes_forward(points, b, x, y);
}

// Chains of one ring, `n` of them, against themselves and their neighbours along the ring.
static bool ring_neighbours_test(struct search *search, struct chain *chains, size_t n)
{
    bool last_proven = n > 2 && window_is_forward(search, &chains[n - 1], &chains[0]);
    bool before_proven = last_proven;
    for (size_t k = 0; k < n; k++) {
        bool is_last = k + 1 == n;
        const struct chain *next = is_last ? &chains[0] : &chains[k + 1];
        bool proven = is_last ? last_proven : n > 2 && window_is_forward(search, &chains[k], next);
        if (!proven && !before_proven && !chain_test(search, &chains[k])) {
            return false;
        }
        // Two chains are neighbours at both of their ends, but one pair.
        bool has_next = n > 2 || (n == 2 && k == 0);
        if (!proven && has_next &&
            !(is_last ? chains_test(search, next, &chains[k])
                      : chains_test(search, &chains[k], next))) {
            return false;
        }
        before_proven = proven;
    }
    return true;
}

static size_t chains_make(const struct th_ground *ground, struct chain *chains)
{
    size_t n = 0;
    uint32_t start = 0;
    for (uint32_t ring = 0; ring < ground->n_rings; ring++) {
        uint32_t end = ground->ring_ends[ring] - 1; // the number of edges is one less
        for (uint32_t first = start; first < end; first += CHAIN_EDGES) {
            chains[n] = (struct chain){.first = first, .ring = ring};
            chains[n].end = first + CHAIN_EDGES < end ? first + CHAIN_EDGES : end;
            chain_box(&chains[n], ground->points);
            n++;
        }
        start = end + 1;
    }
    return n;
}

// Pairs of chains that are not neighbours along a ring.
static bool far_test(struct search *search)
{
    size_t ring_first = 0;
    for (size_t i = 0; i < search->n_chains; i++) {
        const struct chain *a = &search->chains[i];
        if (a->ring != search->chains[ring_first].ring) {
            ring_first = i;
        }
        for (size_t j = i + 1; j < search->n_chains; j++) {
            const struct chain *b = &search->chains[j];
            if (boxes_apart(a, b)) {
                continue;
            }
            bool ring_ends = j + 1 == search->n_chains || search->chains[j + 1].ring != b->ring;
            bool neighbours = a->ring == b->ring && (j == i + 1 || (i == ring_first && ring_ends));
            if (!neighbours && !chains_test(search, a, b)) {
                return false;
            }
        }
    }
    return true;
}

static bool contacts_test(struct search *search)
{
    size_t first = 0;
    for (size_t i = 1; i <= search->n_chains; i++) {
        if (i == search->n_chains || search->chains[i].ring != search->chains[first].ring) {
            if (!ring_neighbours_test(search, search->chains + first, i - first)) {
                return false;
            }
            first = i;
        }
    }
    return far_test(search);
}

bool th_simple_ring_holds(const struct th_ground *ground, uint32_t ring, struct th_ground_xy point)
{
    bool inside = false;
    for (uint32_t i = ring == 0 ? 0 : ground->ring_ends[ring - 1]; i + 1 < ground->ring_ends[ring];
         i++) {
        struct th_ground_xy a = ground->points[i];
        struct th_ground_xy b = ground->points[i + 1];
        if ((a.y > point.y) != (b.y > point.y)) {
            int64_t cross = ((int64_t)b.x - a.x) * ((int64_t)point.y - a.y) -
                            ((int64_t)b.y - a.y) * ((int64_t)point.x - a.x);
            inside ^= (cross > 0) == (b.y > a.y);
        }
    }
    return inside;
}

static struct th_ground_xy ring_start(const struct th_ground *ground, uint32_t ring)
{
    return ground->points[ring == 0 ? 0 : ground->ring_ends[ring - 1]];
}

// A ring lies inside polygon p: in its shell and in none of its holes.
static bool polygon_holds(const struct th_ground *ground, uint32_t p, struct th_ground_xy point)
{
    uint32_t ring = p == 0 ? 0 : ground->polygon_ends[p - 1];
    bool inside = th_simple_ring_holds(ground, ring, point);
    for (ring++; inside && ring < ground->polygon_ends[p]; ring++) {
        inside = !th_simple_ring_holds(ground, ring, point);
    }
    return inside;
}

// Rings without contacts: does each lie where it says?
static void nesting_test(const struct th_ground *ground, struct th_simple_finding *finding)
{
    for (uint32_t p = 0; p < ground->n_polygons; p++) {
        uint32_t shell = p == 0 ? 0 : ground->polygon_ends[p - 1];
        for (uint32_t hole = shell + 1; hole < ground->polygon_ends[p]; hole++) {
            struct th_ground_xy place = ring_start(ground, hole);
            if (!th_simple_ring_holds(ground, shell, place)) {
                th_simple_found(ground, TH_SIMPLE_HOLE_OUTSIDE, place, finding);
                return;
            }
            for (uint32_t other = shell + 1; other < ground->polygon_ends[p]; other++) {
                if (other != hole && th_simple_ring_holds(ground, other, place)) {
                    th_simple_found(ground, TH_SIMPLE_HOLE_NESTED, place, finding);
                    return;
                }
            }
        }
        for (uint32_t other = 0; other < ground->n_polygons; other++) {
            struct th_ground_xy place = ring_start(ground, shell);
            if (other != p && polygon_holds(ground, other, place)) {
                th_simple_found(ground, TH_SIMPLE_SHELL_NESTED, place, finding);
                return;
            }
        }
    }
}

enum th_status th_simple_by_chains(struct th_simple_room *room, const struct th_ground *ground,
                                   struct th_simple_finding *ret_finding, bool *ret_done,
                                   struct th_error *err)
{
    struct th_simple_finding finding = {.verdict = TH_SIMPLE_VALID};
    size_t n_max = ground->n_points / CHAIN_EDGES + ground->n_rings;
    if (n_max > CHAINS_MAX || ground->n_rings > RINGS_MAX) {
        *ret_done = false;
        return TH_OK;
    }
    if (!th_simple_room_make(&room->chains, &room->chains_size, n_max * sizeof(struct chain))) {
        return th_error_no_memory(err);
    }
    struct search search = {.ground = ground,
                            .chains = room->chains,
                            .n_pairs_left = (size_t)ground->n_points * EDGE_PAIRS_PER_EDGE,
                            .finding = &finding};
    search.n_chains = chains_make(ground, search.chains);
    bool none = contacts_test(&search);
    if (none && ground->n_rings > 1) {
        nesting_test(ground, &finding);
    }
    *ret_done = none || finding.verdict != TH_SIMPLE_VALID;
    if (*ret_done) {
        *ret_finding = finding;
    }
    return TH_OK;
}

enum th_status th_simple_test(struct th_simple_room *room, const struct th_ground *ground,
                              const struct th_simple_limits *limits,
                              struct th_simple_finding *ret_finding, bool *ret_tangled,
                              struct th_error *err)
{
    struct th_simple_finding finding;
    bool done = false;
    bool tangled = false;
    enum th_status status = th_simple_by_chains(room, ground, &finding, &done, err);
    if (status == TH_OK && !done) {
        status = th_simple_by_sweep(room, ground, &finding, err);
    }
    if (status == TH_OK && finding.verdict == TH_SIMPLE_CONTACT && !finding.one_ring) {
        struct th_simple_finding all;
        status = th_simple_by_touches(room, ground, limits, &all, &tangled, err);
        if (status == TH_OK && !tangled) {
            finding = all;
        }
    }
    if (status == TH_OK) {
        *ret_finding = finding;
        *ret_tangled = tangled;
    }
    return status;
}
