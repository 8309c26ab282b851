// What GEOS may be given to divide or to join: nothing can stop it once it is at work, and its time
// grows with the square of what crosses. So the crossings are counted first.
#include <math.h>
#include <stdlib.h>

#include "gis/edit_internal.h"
#include "gis/fabric_internal.h"

enum { CHAIN_EDGES = 32, EDGE_PAIRS_MAX = 10 * 1000 * 1000 };

static struct th_box edge_box(const struct th_xy *edge)
{
    return (struct th_box){fmin(edge[0].x, edge[1].x), fmin(edge[0].y, edge[1].y),
                           fmax(edge[0].x, edge[1].x), fmax(edge[0].y, edge[1].y)};
}

enum th_status th_edit_chains_make(const struct th_geometry *lines,
                                   struct th_edit_chains *ret_chains, struct th_error *err)
{
    struct th_edit_chains chains = {0};
    size_t most = lines->n_points / CHAIN_EDGES + lines->n_rings + 1;
    chains.items = malloc(most * sizeof(*chains.items));
    if (chains.items == NULL) {
        return th_error_no_memory(err);
    }
    for (size_t r = 0, start = 0; r < lines->n_rings; start = lines->ring_ends[r++]) {
        for (size_t k = start; k + 1 < lines->ring_ends[r]; k += CHAIN_EDGES) {
            size_t left = lines->ring_ends[r] - 1 - k;
            struct th_edit_chain chain = {.first = k,
                                          .end = k + (left < CHAIN_EDGES ? left : CHAIN_EDGES),
                                          .box = edge_box(&lines->points[k])};
            for (size_t i = k + 2; i <= chain.end; i++) {
                struct th_xy at = lines->points[i];
                chain.box =
                    (struct th_box){fmin(chain.box.west, at.x), fmin(chain.box.south, at.y),
                                    fmax(chain.box.east, at.x), fmax(chain.box.north, at.y)};
            }
            chains.items[chains.n++] = chain;
        }
    }
    *ret_chains = chains;
    return TH_OK;
}

static int side(struct th_xy a, struct th_xy b, struct th_xy p)
{
    double turn = (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x);
    return (turn > 0) - (turn < 0);
}

// Through each other: neither only touches the other.
static bool crosses(const struct th_xy *one, const struct th_xy *other)
{
    return side(one[0], one[1], other[0]) * side(one[0], one[1], other[1]) < 0 &&
           side(other[0], other[1], one[0]) * side(other[0], other[1], one[1]) < 0;
}

struct counting {
    const struct th_geometry *one, *other;
    uint64_t n_pairs, n_crossings;
};

static bool too_many(const struct counting *c)
{
    return c->n_pairs > EDGE_PAIRS_MAX || c->n_crossings > TH_FABRIC_CROSSINGS_MAX;
}

static void chains_count(struct counting *c, const struct th_edit_chain *a,
                         const struct th_edit_chain *b)
{
    for (size_t i = a->first; i < a->end && !too_many(c); i++) {
        const struct th_xy *edge = &c->one->points[i];
        struct th_box box = edge_box(edge);
        if (!th_box_intersects(box, b->box)) {
            continue;
        }
        for (size_t k = b->first; k < b->end; k++) {
            const struct th_xy *other = &c->other->points[k];
            if (!th_box_intersects(box, edge_box(other))) {
                continue;
            }
            c->n_pairs++;
            c->n_crossings += crosses(edge, other) ? 1 : 0;
        }
    }
}

static void count(struct counting *c, const struct th_edit_chains *one,
                  const struct th_edit_chains *other)
{
    for (size_t i = 0; i < one->n && !too_many(c); i++) {
        for (size_t k = one == other ? i : 0; k < other->n; k++) {
            if (th_box_intersects(one->items[i].box, other->items[k].box)) {
                chains_count(c, &one->items[i], &other->items[k]);
            }
        }
    }
}

// Whether a boundary alone is work, without a single crossing: many long, slanting edges.
static enum th_status check_whole(const struct th_geometry *whole, struct th_error *err)
{
    const struct th_meet_result nothing = {.meet = TH_MEET_APART};
    struct th_fabric_probe *probe = NULL;
    struct th_ground *ground = NULL;
    enum th_status status = th_ground_new(whole, &ground, err);
    if (status == TH_OK) {
        status = th_fabric_probe_new(&probe, err);
    }
    if (status == TH_OK) {
        status = th_fabric_overlay_allow(probe, &nothing, ground, NULL, err);
    }
    th_fabric_probe_free(probe);
    th_ground_free(ground);
    return status;
}

enum th_status th_edit_check_cut(const struct th_geometry *whole,
                                 const struct th_edit_chains *boundary,
                                 const struct th_geometry *lines, struct th_error *err)
{
    struct th_edit_chains drawn = {0};
    struct counting with_boundary = {.one = lines, .other = whole};
    struct counting with_itself = {.one = lines, .other = lines};
    enum th_status status = th_edit_chains_make(lines, &drawn, err);
    if (status != TH_OK) {
        return status;
    }
    count(&with_boundary, &drawn, boundary);
    count(&with_itself, &drawn, &drawn);
    free(drawn.items);
    if (too_many(&with_boundary) || too_many(&with_itself)) {
        status = th_error_set(err, TH_LIMIT, "edit_tangled", NULL);
        th_error_add_int(err, "limit", TH_FABRIC_CROSSINGS_MAX);
        return status;
    }
    return check_whole(whole, err);
}

bool th_edit_boxes_near(struct th_box a, struct th_box b)
{
    const double near_deg = 1e-6;
    return a.west - near_deg <= b.east && b.west - near_deg <= a.east &&
           a.south - near_deg <= b.north && b.south - near_deg <= a.north;
}

// To lay one boundary on another GEOS looks at every vertex of both (measured: 20,000 each take
// 3 s).
static enum th_status check_sizes(const struct th_geometry *parcels, size_t n, struct th_error *err)
{
    const double pairs_max = 1e9;
    double pairs = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < i; k++) {
            if (th_edit_boxes_near(th_geometry_box(&parcels[i]), th_geometry_box(&parcels[k]))) {
                pairs += (double)parcels[i].n_points * (double)parcels[k].n_points;
            }
        }
    }
    return pairs <= pairs_max ? TH_OK : th_error_set(err, TH_LIMIT, "merge_large", NULL);
}

// Every two parcels whose boxes come close, one after the other; sums of all in *work.
static enum th_status meet_each(struct th_ground *const *grounds, size_t n,
                                struct th_fabric_probe *probe, struct th_meet_result *work,
                                struct th_error *err)
{
    enum th_status status = TH_OK;
    for (size_t i = 0; status == TH_OK && i < n; i++) {
        for (size_t k = 0; status == TH_OK && k < i; k++) {
            const struct th_meet_side one = {.ground = grounds[i]};
            const struct th_meet_side other = {.ground = grounds[k]};
            struct th_meet_result result;
            if (!th_ground_boxes_overlap(grounds[i], grounds[k])) {
                continue;
            }
            status = th_meet_test(&one, &other, probe->room, &result, err);
            if (status != TH_OK) {
                break;
            }
            work->n_crossings += result.n_crossings;
            work->n_pairs += result.n_pairs;
            work->meet = result.meet == TH_MEET_UNKNOWN ? result.meet : work->meet;
        }
    }
    return status;
}

enum th_status th_edit_check_join(const struct th_geometry *parcels, size_t n, struct th_error *err)
{
    struct th_meet_result work = {.meet = TH_MEET_APART};
    struct th_fabric_probe *probe = NULL;
    enum th_status status = check_sizes(parcels, n, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_ground **grounds = calloc(n + 1, sizeof(struct th_ground *));
    status = grounds == NULL ? th_error_no_memory(err) : th_fabric_probe_new(&probe, err);
    for (size_t i = 0; status == TH_OK && i < n; i++) {
        status = th_ground_new(&parcels[i], &grounds[i], err);
    }
    if (status == TH_OK) {
        status = meet_each(grounds, n, probe, &work, err);
    }
    for (size_t i = 0; status == TH_OK && i < n; i++) {
        status = th_fabric_overlay_allow(probe, &work, grounds[i], NULL, err);
    }
    for (size_t i = 0; grounds != NULL && i < n; i++) {
        th_ground_free(grounds[i]);
    }
    free(grounds);
    th_fabric_probe_free(probe);
    return status;
}
