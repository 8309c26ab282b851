#include "gis/meet_edges_internal.h"

#include <stdlib.h>

enum { CHAIN_EDGES = 16, GROUP_CHAINS = 16 };

// Successive edges of one ring: from point `first` to point `last`.
struct chain {
    uint32_t first, last;
    struct th_meet_box box;
};

struct th_meet_index {
    struct chain *chains;
    struct th_meet_box *groups; // around GROUP_CHAINS chains each
    uint32_t n_chains, n_groups;
};

static struct chain chain_make(const struct th_ground *ground, uint32_t first, uint32_t last)
{
    struct th_ground_xy start = ground->points[first];
    struct chain chain = {first, last, {start.x, start.y, start.x, start.y}};
    for (uint32_t i = first + 1; i <= last; i++) {
        struct th_ground_xy point = ground->points[i];
        struct th_meet_box box = {point.x, point.y, point.x, point.y};
        th_meet_box_add(&chain.box, &box);
    }
    return chain;
}

enum th_status th_meet_index_new(const struct th_ground *ground, struct th_meet_index **ret_index,
                                 struct th_error *err)
{
    size_t n_most = ground->n_points / CHAIN_EDGES + ground->n_rings;
    struct th_meet_index *index = calloc(1, sizeof(*index));
    if (index == NULL) {
        return th_error_no_memory(err);
    }
    index->chains = malloc(n_most * sizeof(*index->chains));
    index->groups = malloc((n_most / GROUP_CHAINS + 1) * sizeof(*index->groups));
    if (index->chains == NULL || index->groups == NULL) {
        th_meet_index_free(index);
        return th_error_no_memory(err);
    }
    uint32_t point = 0;
    for (uint32_t ring = 0; ring < ground->n_rings; ring++) {
        uint32_t end = ground->ring_ends[ring];
        for (; point + 1 < end; point += CHAIN_EDGES) {
            uint32_t last = end - 1 - point > CHAIN_EDGES ? point + CHAIN_EDGES : end - 1;
            struct chain chain = chain_make(ground, point, last);
            uint32_t group = index->n_chains / GROUP_CHAINS;
            if (group == index->n_groups) {
                index->groups[index->n_groups++] = chain.box;
            }
            th_meet_box_add(&index->groups[group], &chain.box);
            index->chains[index->n_chains++] = chain;
        }
        point = end;
    }
    *ret_index = index;
    return TH_OK;
}

void th_meet_index_free(struct th_meet_index *index)
{
    if (index != NULL) {
        free(index->chains);
        free(index->groups);
        free(index);
    }
}

// On which sides of the box each point lies, one bit a side. An edge misses the box when both of
// its ends lie on a same side.
static void codes_fill(const struct th_ground_xy *points, uint32_t n, const struct th_meet_box *box,
                       unsigned char *restrict codes)
{
    struct th_meet_box b = *box;
    for (uint32_t i = 0; i < n; i++) {
        int x = points[i].x;
        int y = points[i].y;
        codes[i] = (unsigned char)((x < b.west) | (x > b.east) << 1 | (y < b.south) << 2 |
                                   (y > b.north) << 3);
    }
}

// Edges between the points first … last, of which the codes are known.
static uint32_t starts_collect(const unsigned char *codes, uint32_t first, uint32_t last,
                               uint32_t *starts, uint32_t n)
{
    for (uint32_t i = first; i < last; i++) {
        starts[n] = i;
        n += (codes[i] & codes[i + 1]) == 0;
    }
    return n;
}

uint32_t th_meet_edges_select(const struct th_meet_side *side, const struct th_meet_box *box,
                              unsigned char *codes, uint32_t *starts)
{
    const struct th_ground *ground = side->ground;
    const struct th_meet_index *index = side->index;
    uint32_t n = 0;
    if (index == NULL) {
        codes_fill(ground->points, ground->n_points, box, codes);
        uint32_t first = 0;
        for (uint32_t ring = 0; ring < ground->n_rings; ring++) {
            n = starts_collect(codes, first, ground->ring_ends[ring] - 1, starts, n);
            first = ground->ring_ends[ring];
        }
        return n;
    }
    for (uint32_t group = 0; group < index->n_groups; group++) {
        if (!th_meet_boxes_meet(&index->groups[group], box)) {
            continue;
        }
        uint32_t end = (group + 1) * GROUP_CHAINS;
        end = end < index->n_chains ? end : index->n_chains;
        for (uint32_t i = group * GROUP_CHAINS; i < end; i++) {
            const struct chain *chain = &index->chains[i];
            if (th_meet_boxes_meet(&chain->box, box)) {
                codes_fill(ground->points + chain->first, chain->last - chain->first + 1, box,
                           codes + chain->first);
                n = starts_collect(codes, chain->first, chain->last, starts, n);
            }
        }
    }
    return n;
}

// Number of edges between points first … last that a ray from the point to the east crosses.
static uint32_t crossings(const struct th_ground_xy *points, uint32_t first, uint32_t last,
                          int64_t x2, int64_t y2)
{
    uint32_t n = 0;
    bool above = 2 * (int64_t)points[first].y > y2;
    for (uint32_t i = first; i < last; i++) {
        struct th_ground_xy p = points[i];
        struct th_ground_xy q = points[i + 1];
        bool was_above = above;
        above = 2 * (int64_t)q.y > y2;
        if (was_above == above) {
            continue;
        }
        int64_t px = 2 * (int64_t)p.x;
        int64_t qx = 2 * (int64_t)q.x;
        if (px <= x2 && qx <= x2) {
            continue;
        }
        int turn = th_meet_turn(px, 2 * (int64_t)p.y, qx, 2 * (int64_t)q.y, x2, y2);
        n += above ? turn > 0 : turn < 0;
    }
    return n;
}

// The same for a chain, mostly from its box.
static uint32_t chain_crossings(const struct th_ground_xy *points, const struct chain *chain,
                                int64_t x2, int64_t y2)
{
    const struct th_meet_box *box = &chain->box;
    if (2 * (int64_t)box->south > y2 || 2 * (int64_t)box->north < y2 ||
        2 * (int64_t)box->east < x2) {
        return 0;
    }
    if (2 * (int64_t)box->west > x2) {
        // All of it lies to the east: only on which side of the ray it starts and ends counts.
        return (2 * (int64_t)points[chain->first].y > y2) !=
               (2 * (int64_t)points[chain->last].y > y2);
    }
    return crossings(points, chain->first, chain->last, x2, y2);
}

bool th_meet_holds(const struct th_meet_side *side, int64_t x2, int64_t y2)
{
    const struct th_ground *ground = side->ground;
    const struct th_meet_index *index = side->index;
    uint32_t n = 0;
    if (x2 < 0 || y2 < 0 || x2 > 2 * (int64_t)ground->width || y2 > 2 * (int64_t)ground->height) {
        return false;
    }
    if (index == NULL) {
        uint32_t first = 0;
        for (uint32_t ring = 0; ring < ground->n_rings; ring++) {
            n += crossings(ground->points, first, ground->ring_ends[ring] - 1, x2, y2);
            first = ground->ring_ends[ring];
        }
        return n % 2 == 1;
    }
    for (uint32_t group = 0; group < index->n_groups; group++) {
        const struct th_meet_box *box = &index->groups[group];
        if (2 * (int64_t)box->south > y2 || 2 * (int64_t)box->north < y2 ||
            2 * (int64_t)box->east < x2) {
            continue;
        }
        uint32_t end = (group + 1) * GROUP_CHAINS;
        end = end < index->n_chains ? end : index->n_chains;
        for (uint32_t i = group * GROUP_CHAINS; i < end; i++) {
            n += chain_crossings(ground->points, &index->chains[i], x2, y2);
        }
    }
    return n % 2 == 1;
}
