#include "gis/fabric_tree_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    FAN_OUT = 16,
    FAN_BITS = 4,
    CURVE_BITS = 22, // of each axis in a key
    RADIX_BITS = 11,
    RADIX_SIZE = 1 << RADIX_BITS
};

// A leaf while leaves are sorted.
struct leaf {
    uint64_t key;
    uint32_t position; // of the parcel
    uint32_t box;      // of those that were listed
};

// Distance along the Hilbert curve of 2^CURVE_BITS by 2^CURVE_BITS cells.
static uint64_t curve_key(uint32_t x, uint32_t y)
{
    uint64_t key = 0;
    for (uint32_t s = 1u << (CURVE_BITS - 1); s > 0; s >>= 1) {
        uint32_t right = (x & s) != 0;
        uint32_t upper = (y & s) != 0;
        key = key << 2 | ((3 * right) ^ upper);
        if (upper == 0) { // turn the quadrant, so that the curve goes on where it left
            if (right == 1) {
                x = ~x;
                y = ~y;
            }
            uint32_t swap = x;
            x = y;
            y = swap;
        }
    }
    return key;
}

// By key, stable: equal keys stay in the order of positions.
static void leaves_sort(struct leaf *leaves, struct leaf *room, size_t n)
{
    for (int pass = 0; pass < 2 * CURVE_BITS / RADIX_BITS; pass++) {
        size_t starts[RADIX_SIZE] = {0};
        int shift = pass * RADIX_BITS;
        for (size_t i = 0; i < n; i++) {
            starts[leaves[i].key >> shift & (RADIX_SIZE - 1)]++;
        }
        size_t sum = 0;
        for (size_t i = 0; i < RADIX_SIZE; i++) {
            size_t count = starts[i];
            starts[i] = sum;
            sum += count;
        }
        for (size_t i = 0; i < n; i++) {
            room[starts[leaves[i].key >> shift & (RADIX_SIZE - 1)]++] = leaves[i];
        }
        struct leaf *swap = leaves;
        leaves = room;
        room = swap;
    }
}

static_assert(2 * CURVE_BITS % (2 * RADIX_BITS) == 0,
              "an even number of passes ends where it began");

static int32_t unit_clip(int64_t value)
{
    return value < INT32_MIN ? INT32_MIN : value > INT32_MAX ? INT32_MAX : (int32_t)value;
}

struct th_tree_box th_tree_box_of(const struct th_tree *tree, const struct th_ground *ground)
{
    int64_t west = ground->origin_x - tree->base_x;
    int64_t south = ground->origin_y - tree->base_y;
    int64_t up = ((int64_t)1 << tree->shift) - 1;
    return (struct th_tree_box){
        unit_clip(west >> tree->shift),
        unit_clip(south >> tree->shift),
        unit_clip((west + ground->width + up) >> tree->shift),
        unit_clip((south + ground->height + up) >> tree->shift),
    };
}

// Grounds lie anywhere in memory: the one that is needed a little later is asked for early.
static const struct th_ground *ground_at(const struct th_fabric_parcel *parcels, size_t n, size_t i)
{
    enum { AHEAD = 16 };
    __builtin_prefetch(i + AHEAD < n ? parcels[i + AHEAD].ground : NULL);
    return parcels[i].ground;
}

static void frame_set(struct th_tree *tree, const struct th_fabric_parcel *parcels, size_t n)
{
    int64_t west = INT64_MAX;
    int64_t south = INT64_MAX;
    int64_t east = INT64_MIN;
    int64_t north = INT64_MIN;
    for (size_t i = 0; i < n; i++) {
        const struct th_ground *ground = ground_at(parcels, n, i);
        if (ground != NULL) {
            int64_t right = ground->origin_x + ground->width;
            int64_t upper = ground->origin_y + ground->height;
            west = ground->origin_x < west ? ground->origin_x : west;
            south = ground->origin_y < south ? ground->origin_y : south;
            east = right > east ? right : east;
            north = upper > north ? upper : north;
            tree->n++;
        }
    }
    if (tree->n > 0) {
        tree->base_x = west;
        tree->base_y = south;
        while (((east - west) >> tree->shift) >= INT32_MAX ||
               ((north - south) >> tree->shift) >= INT32_MAX) {
            tree->shift++;
        }
    }
}

// Leaves in the order of positions, and their boxes in that order.
static void leaves_list(const struct th_tree *tree, const struct th_fabric_parcel *parcels,
                        size_t n, struct leaf *leaves, struct th_tree_box *boxes)
{
    size_t n_leaves = 0;
    for (size_t i = 0; i < n; i++) {
        const struct th_ground *ground = ground_at(parcels, n, i);
        if (ground != NULL) {
            struct th_tree_box box = th_tree_box_of(tree, ground);
            uint32_t x = (uint32_t)(((int64_t)box.west + box.east) >> (32 - CURVE_BITS));
            uint32_t y = (uint32_t)(((int64_t)box.south + box.north) >> (32 - CURVE_BITS));
            boxes[n_leaves] = box;
            leaves[n_leaves] = (struct leaf){curve_key(x, y), (uint32_t)i, (uint32_t)n_leaves};
            n_leaves++;
        }
    }
}

static void levels_fill(struct th_tree *tree)
{
    for (int level = 0; level + 1 < tree->n_levels; level++) {
        const struct th_tree_box *below = tree->boxes + tree->level_start[level];
        struct th_tree_box *here = tree->boxes + tree->level_start[level + 1];
        uint32_t n = tree->level_start[level + 1] - tree->level_start[level];
        for (uint32_t i = 0; i < n; i++) {
            struct th_tree_box *box = &here[i >> FAN_BITS];
            if ((i & (FAN_OUT - 1)) == 0) {
                *box = below[i];
            }
            box->west = below[i].west < box->west ? below[i].west : box->west;
            box->south = below[i].south < box->south ? below[i].south : box->south;
            box->east = below[i].east > box->east ? below[i].east : box->east;
            box->north = below[i].north > box->north ? below[i].north : box->north;
        }
    }
}

enum th_status th_tree_fill(struct th_tree *tree, const struct th_fabric_parcel *parcels, size_t n,
                            struct th_error *err)
{
    enum th_status status = TH_OK;
    assert(n < UINT32_MAX && tree->n == 0);
    frame_set(tree, parcels, n);
    if (tree->n == 0) {
        return TH_OK;
    }
    size_t n_boxes = 0;
    size_t width = tree->n;
    for (bool last = false; !last; width = (width + FAN_OUT - 1) / FAN_OUT) {
        tree->level_start[tree->n_levels++] = (uint32_t)n_boxes;
        n_boxes += width;
        last = width == 1;
    }
    struct leaf *leaves = malloc(tree->n * sizeof(*leaves));
    struct leaf *room = malloc(tree->n * sizeof(*room));
    struct th_tree_box *listed = malloc(tree->n * sizeof(*listed));
    tree->order = malloc(tree->n * sizeof(*tree->order));
    tree->boxes = malloc(n_boxes * sizeof(*tree->boxes));
    if (leaves == NULL || room == NULL || listed == NULL || tree->order == NULL ||
        tree->boxes == NULL) {
        status = th_error_no_memory(err);
        goto done;
    }
    leaves_list(tree, parcels, n, leaves, listed);
    leaves_sort(leaves, room, tree->n);
    for (uint32_t i = 0; i < tree->n; i++) {
        tree->order[i] = leaves[i].position;
        tree->boxes[i] = listed[leaves[i].box];
    }
    levels_fill(tree);
done:
    free(leaves);
    free(room);
    free(listed);
    return status;
}

void th_tree_clear(struct th_tree *tree)
{
    free(tree->order);
    free(tree->boxes);
    *tree = (struct th_tree){0};
}

void th_tree_search_begin(const struct th_tree *tree, const struct th_tree_box *box,
                          struct th_tree_search *search)
{
    search->tree = tree;
    search->box = *box;
    search->level = tree->n_levels - 1;
    if (tree->n_levels > 0) {
        search->stack[search->level] = 0;
        search->end[search->level] = 1;
    }
}

bool th_tree_search_next(struct th_tree_search *search, uint32_t *ret_leaf)
{
    const struct th_tree *tree = search->tree;
    const struct th_tree_box box = search->box;
    while (search->level < tree->n_levels && search->level >= 0) {
        int level = search->level;
        if (search->stack[level] == search->end[level]) {
            search->level++;
            continue;
        }
        uint32_t i = search->stack[level]++;
        const struct th_tree_box *other = &tree->boxes[tree->level_start[level] + i];
        if (other->west >= box.east || box.west >= other->east || other->south >= box.north ||
            box.south >= other->north) {
            continue;
        }
        if (level == 0) {
            *ret_leaf = i;
            return true;
        }
        uint32_t n_below = tree->level_start[level] - tree->level_start[level - 1];
        search->level = level - 1;
        search->stack[level - 1] = i << FAN_BITS;
        search->end[level - 1] =
            n_below - (i << FAN_BITS) < FAN_OUT ? n_below : (i + 1) << FAN_BITS;
    }
    return false;
}
