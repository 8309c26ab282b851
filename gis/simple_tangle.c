// How much work a shape is for GEOS, which looks at every pair of pieces whose boxes meet.
#include "gis/simple_internal.h"

#include <stdlib.h>

enum {
    PAIRS_MAX = 20 * 1000 * 1000, // about a second of GEOS
    STEPS_MAX = 100 * 1000 * 1000 // of the search for them, a tenth of a second
};

struct piece { // box of an edge
    int32_t west, east, south, north;
};

static int piece_compare(const void *left, const void *right)
{
    const struct piece *a = left;
    const struct piece *b = right;
    return (a->west > b->west) - (a->west < b->west);
}

static size_t pieces_make(const struct th_ground *ground, struct piece *pieces)
{
    size_t n = 0;
    uint32_t start = 0;
    for (uint32_t ring = 0; ring < ground->n_rings; ring++) {
        for (uint32_t i = start; i + 1 < ground->ring_ends[ring]; i++) {
            struct th_ground_xy a = ground->points[i];
            struct th_ground_xy b = ground->points[i + 1];
            pieces[n++] = (struct piece){.west = a.x < b.x ? a.x : b.x,
                                         .east = a.x < b.x ? b.x : a.x,
                                         .south = a.y < b.y ? a.y : b.y,
                                         .north = a.y < b.y ? b.y : a.y};
        }
        start = ground->ring_ends[ring];
    }
    return n;
}

enum th_status th_simple_is_tangled(struct th_simple_room *room, const struct th_ground *ground,
                                    bool *ret_tangled, struct th_error *err)
{
    size_t n_pairs = 0;
    size_t n_steps = 0;
    if (!th_simple_room_make(&room->chains, &room->chains_size,
                             ground->n_points * sizeof(struct piece))) {
        return th_error_no_memory(err);
    }
    struct piece *pieces = room->chains;
    size_t n = pieces_make(ground, pieces);
    qsort(pieces, n, sizeof *pieces, piece_compare);
    for (size_t i = 0; i < n && n_pairs <= PAIRS_MAX && n_steps <= STEPS_MAX; i++) {
        size_t j = i + 1;
        for (; j < n && pieces[j].west <= pieces[i].east; j++) {
            n_pairs += (pieces[j].south <= pieces[i].north) & (pieces[i].south <= pieces[j].north);
        }
        n_steps += j - i;
    }
    *ret_tangled = n_pairs > PAIRS_MAX || n_steps > STEPS_MAX;
    return TH_OK;
}
