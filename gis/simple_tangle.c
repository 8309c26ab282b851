// How much work a shape is for GEOS, which looks at every pair of pieces whose boxes meet.
#include "gis/simple_internal.h"

#include <stdlib.h>

enum { STEPS_MAX = 100 * 1000 * 1000 }; // of the search for them, a tenth of a second

static int piece_compare(const void *left, const void *right)
{
    const struct th_simple_piece *a = left;
    const struct th_simple_piece *b = right;
    return (a->west > b->west) - (a->west < b->west);
}

size_t th_simple_pieces(const struct th_ground *ground, struct th_simple_piece *pieces)
{
    size_t n = 0;
    uint32_t start = 0;
    for (uint32_t ring = 0; ring < ground->n_rings; ring++) {
        for (uint32_t i = start; i + 1 < ground->ring_ends[ring]; i++) {
            struct th_ground_xy a = ground->points[i];
            struct th_ground_xy b = ground->points[i + 1];
            pieces[n++] = (struct th_simple_piece){.west = a.x < b.x ? a.x : b.x,
                                                   .east = a.x < b.x ? b.x : a.x,
                                                   .south = a.y < b.y ? a.y : b.y,
                                                   .north = a.y < b.y ? b.y : a.y,
                                                   .edge = i,
                                                   .ring = ring};
        }
        start = ground->ring_ends[ring];
    }
    qsort(pieces, n, sizeof(*pieces), piece_compare);
    return n;
}

static bool equal(struct th_ground_xy a, struct th_ground_xy b)
{
    return a.x == b.x && a.y == b.y;
}

// Ends that are in one place are no meeting: neighbours along a ring have one.
static bool edges_meet(const struct th_ground *ground, uint32_t i, uint32_t j)
{
    const struct th_ground_xy *a = ground->points + i;
    const struct th_ground_xy *b = ground->points + j;
    return !equal(a[0], b[0]) && !equal(a[0], b[1]) && !equal(a[1], b[0]) && !equal(a[1], b[1]) &&
           th_simple_meet(a[0], a[1], b[0], b[1]) != TH_SIMPLE_APART;
}

enum th_status th_simple_is_tangled(struct th_simple_room *room, const struct th_ground *ground,
                                    const struct th_simple_limits *limits, bool *ret_tangled,
                                    struct th_error *err)
{
    size_t n_pairs = 0;
    size_t n_meetings = 0;
    size_t n_steps = 0;
    bool tangled = false;
    if (!th_simple_room_make(&room->chains, &room->chains_size,
                             ground->n_points * sizeof(struct th_simple_piece))) {
        return th_error_no_memory(err);
    }
    struct th_simple_piece *pieces = room->chains;
    size_t n = th_simple_pieces(ground, pieces);
    for (size_t i = 0; i < n && !tangled; i++) {
        size_t j = i + 1;
        for (; j < n && pieces[j].west <= pieces[i].east && !tangled; j++) {
            if (pieces[j].south > pieces[i].north || pieces[i].south > pieces[j].north) {
                continue;
            }
            n_pairs++;
            if (limits->meetings > 0) {
                n_meetings += edges_meet(ground, pieces[i].edge, pieces[j].edge);
                tangled = n_meetings > limits->meetings;
            }
        }
        n_steps += j - i;
        tangled = tangled || n_pairs > limits->pairs || n_steps > STEPS_MAX;
    }
    *ret_tangled = tangled;
    return TH_OK;
}
