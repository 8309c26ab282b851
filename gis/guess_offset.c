// Neither test needs the whole file. A sample of its parcels is placed three times, as it is and
// with either shift taken off; the boundary and all neighbours are then gone through once. Chance
// puts some corners on some edge under every hypothesis, so that only their ratio counts.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gis/guess.h"
#include "gis/offset.h"

enum {
    HYPOTHESES = 3,
    PARCELS_MAX = 2000,
    CORNERS_MAX = 40000, // of the sample together
    CELL = 100000,       // 0.001°, about 100 m, in units of the grid
    OUTSIDE_SUSPECT = 5,
    OUTSIDE_PROOF = 20,
    EDGES_SUSPECT = 6,
    EDGES_PROOF = 12,
    TIMES_CHANCE = 4
};

static const double UNITS_PER_M = TH_GROUND_PER_DEGREE / 111000; // north; smaller than any in China
static const double NEAR_M = 0.5;
static const double CURED_SUSPECT = 0.2; // outside the boundary, against those outside as they are
static const double CURED_PROOF = 0.05;

// A corner under one hypothesis, in units of the grid.
struct probe {
    int64_t cell;
    int64_t x, y;
    uint32_t corner;
    uint8_t hypothesis;
    bool near; // some edge lies in the same cell
    bool hit;
};

struct probes {
    struct probe *items; // in order of cell
    size_t n;
    uint32_t *heads; // hash table: position + 1 of the first probe of a cell
    size_t n_heads;  // power of two
};

static int64_t cell_of(int64_t x, int64_t y)
{
    return (x / CELL) * 1000000 + y / CELL; // no more than 180,000 cells from south to north
}

static struct th_xy take_off(enum th_offset offset, struct th_xy at)
{
    if (offset == TH_OFFSET_BD09) {
        at = th_offset_from_bd09(at);
    }
    return offset == TH_OFFSET_NONE ? at : th_offset_from_gcj02(at);
}

static struct th_xy degrees(const struct th_ground *ground, struct th_ground_xy offset)
{
    return (struct th_xy){(double)(ground->origin_x + offset.x) / TH_GROUND_PER_DEGREE,
                          (double)(ground->origin_y + offset.y) / TH_GROUND_PER_DEGREE};
}

static size_t step_for(size_t n, size_t max)
{
    return n <= max ? 1 : (n + max - 1) / max;
}

// Even-odd over all rings; the boundary's parts do not overlap.
static bool inside(const struct th_offset_input *input, struct th_xy at)
{
    int64_t x = llround(at.x * TH_GROUND_PER_DEGREE);
    int64_t y = llround(at.y * TH_GROUND_PER_DEGREE);
    bool odd = false;
    for (size_t i = 0; i < input->n_boundary; i++) {
        const struct th_ground *ground = input->boundary[i];
        if (ground == NULL || x < ground->origin_x || x > ground->origin_x + ground->width ||
            y < ground->origin_y || y > ground->origin_y + ground->height) {
            continue;
        }
        int64_t px = x - ground->origin_x;
        int64_t py = y - ground->origin_y;
        uint32_t begin = 0;
        for (uint32_t r = 0; r < ground->n_rings; begin = ground->ring_ends[r], r++) {
            for (uint32_t k = begin; k + 1 < ground->ring_ends[r]; k++) {
                struct th_ground_xy a = ground->points[k];
                struct th_ground_xy b = ground->points[k + 1];
                if ((a.y > py) == (b.y > py)) {
                    continue;
                }
                // Side of the edge on which the point lies; every product fits 64 bits.
                int64_t side = (int64_t)(b.x - a.x) * (py - a.y) - (px - a.x) * (b.y - a.y);
                odd ^= (b.y > a.y) == (side > 0);
            }
        }
    }
    return odd;
}

static void compare_boundary(const struct th_offset_input *input, struct th_offset_finding *finding)
{
    size_t step = step_for(input->n_parcels, PARCELS_MAX);
    if (input->n_boundary == 0) {
        return;
    }
    for (size_t i = 0; i < input->n_parcels; i += step) {
        const struct th_ground *parcel = input->parcels[i];
        if (parcel == NULL) {
            continue;
        }
        struct th_xy at =
            degrees(parcel, (struct th_ground_xy){parcel->width / 2, parcel->height / 2});
        finding->n_parcels++;
        for (int h = 0; h < HYPOTHESES; h++) {
            finding->counts[h].n_inside += inside(input, take_off((enum th_offset)h, at));
        }
    }
}

static int compare_probes(const void *a, const void *b)
{
    const struct probe *left = a;
    const struct probe *right = b;
    return left->cell < right->cell ? -1 : left->cell > right->cell;
}

static size_t head_slot(const struct probes *probes, int64_t cell)
{
    size_t slot = (size_t)(((uint64_t)cell * 0x9E3779B97F4A7C15u) >> 20) & (probes->n_heads - 1);
    while (probes->heads[slot] != 0 && probes->items[probes->heads[slot] - 1].cell != cell) {
        slot = (slot + 1) & (probes->n_heads - 1);
    }
    return slot;
}

static void probes_clear(struct probes *probes)
{
    free(probes->items);
    free(probes->heads);
}

static void corner_add(struct probes *probes, const struct th_ground *parcel,
                       struct th_ground_xy corner, uint32_t number)
{
    for (int h = 0; h < HYPOTHESES; h++) {
        struct th_xy at = take_off((enum th_offset)h, degrees(parcel, corner));
        struct probe probe = {.x = llround(at.x * TH_GROUND_PER_DEGREE),
                              .y = llround(at.y * TH_GROUND_PER_DEGREE),
                              .corner = number,
                              .hypothesis = (uint8_t)h};
        probe.cell = cell_of(probe.x, probe.y);
        probes->items[probes->n++] = probe;
    }
}

// The corners of a sample, each once: rings are closed.
static enum th_status probes_make(const struct th_offset_input *input, struct probes *probes,
                                  struct th_error *err)
{
    size_t step = step_for(input->n_parcels, PARCELS_MAX);
    size_t n_corners = 0;
    for (size_t i = 0; i < input->n_parcels; i += step) {
        if (input->parcels[i] != NULL) {
            n_corners += input->parcels[i]->n_points - input->parcels[i]->n_rings;
        }
    }
    size_t corner_step = step_for(n_corners, CORNERS_MAX);
    size_t room = HYPOTHESES * (n_corners / corner_step + 1);
    probes->items = calloc(room, sizeof(*probes->items));
    for (probes->n_heads = 64; probes->n_heads < 2 * room;) {
        probes->n_heads *= 2;
    }
    probes->heads = calloc(probes->n_heads, sizeof(*probes->heads));
    if (probes->items == NULL || probes->heads == NULL) {
        return th_error_no_memory(err);
    }
    uint32_t corner = 0;
    for (size_t i = 0; i < input->n_parcels; i += step) {
        const struct th_ground *parcel = input->parcels[i];
        uint32_t begin = 0;
        for (uint32_t r = 0; parcel != NULL && r < parcel->n_rings;
             begin = parcel->ring_ends[r], r++) {
            for (uint32_t k = begin; k + 1 < parcel->ring_ends[r]; k++, corner++) {
                if (corner % corner_step == 0) {
                    corner_add(probes, parcel, parcel->points[k], corner);
                }
            }
        }
    }
    qsort(probes->items, probes->n, sizeof(*probes->items), compare_probes);
    for (size_t i = 0; i < probes->n; i++) {
        size_t slot = head_slot(probes, probes->items[i].cell);
        if (probes->heads[slot] == 0) {
            probes->heads[slot] = (uint32_t)i + 1;
        }
    }
    return TH_OK;
}

// Distance of (x, y) from a stretch, in metres; east is `squeeze` of north.
static bool is_near(const struct probe *probe, int64_t ax, int64_t ay, int64_t bx, int64_t by,
                    double squeeze)
{
    double dx = (double)(bx - ax) * squeeze;
    double dy = (double)(by - ay);
    double px = (double)(probe->x - ax) * squeeze;
    double py = (double)(probe->y - ay);
    double length2 = dx * dx + dy * dy;
    double along = length2 > 0 ? fmin(fmax((px * dx + py * dy) / length2, 0), 1) : 0;
    return hypot(px - along * dx, py - along * dy) <= NEAR_M * UNITS_PER_M;
}

static void stretch_visit(struct probes *probes, int64_t ax, int64_t ay, int64_t bx, int64_t by,
                          double squeeze)
{
    const int64_t rim = (int64_t)(2 * NEAR_M * UNITS_PER_M);
    int64_t west = ((ax < bx ? ax : bx) - rim) / CELL;
    int64_t east = ((ax < bx ? bx : ax) + rim) / CELL;
    int64_t south = ((ay < by ? ay : by) - rim) / CELL;
    int64_t north = ((ay < by ? by : ay) + rim) / CELL;
    for (int64_t cx = west; cx <= east; cx++) {
        for (int64_t cy = south; cy <= north; cy++) {
            int64_t cell = cell_of(cx * CELL, cy * CELL);
            uint32_t head = probes->heads[head_slot(probes, cell)];
            for (size_t i = head; head != 0 && i <= probes->n; i++) {
                struct probe *probe = &probes->items[i - 1];
                if (probe->cell != cell) {
                    break;
                }
                probe->near = true;
                probe->hit = probe->hit || is_near(probe, ax, ay, bx, by, squeeze);
            }
        }
    }
}

// Long edges in pieces, so that none looks into more than a few cells.
static void edge_visit(struct probes *probes, const struct th_ground *ground, struct th_ground_xy a,
                       struct th_ground_xy b, double squeeze)
{
    int64_t dx = (int64_t)b.x - a.x;
    int64_t dy = (int64_t)b.y - a.y;
    int64_t longest = llabs(dx) > llabs(dy) ? llabs(dx) : llabs(dy);
    int64_t pieces = longest / CELL + 1;
    for (int64_t i = 0; i < pieces; i++) {
        int64_t ax = ground->origin_x + a.x + dx * i / pieces;
        int64_t ay = ground->origin_y + a.y + dy * i / pieces;
        stretch_visit(probes, ax, ay, ground->origin_x + a.x + dx * (i + 1) / pieces,
                      ground->origin_y + a.y + dy * (i + 1) / pieces, squeeze);
    }
}

static enum th_status compare_edges(const struct th_offset_input *input,
                                    struct th_offset_finding *finding, struct th_error *err)
{
    struct probes probes = {0};
    if (input->n_neighbours == 0 || input->n_parcels == 0) {
        return TH_OK;
    }
    enum th_status status = probes_make(input, &probes, err);
    for (size_t i = 0; status == TH_OK && i < input->n_neighbours; i++) {
        const struct th_ground *ground = input->neighbours[i];
        if (ground == NULL) {
            continue;
        }
        double lat = (double)(ground->origin_y + ground->height / 2) / TH_GROUND_PER_DEGREE;
        double squeeze = cos(lat * 3.14159265358979323846 / 180);
        uint32_t begin = 0;
        for (uint32_t r = 0; r < ground->n_rings; begin = ground->ring_ends[r], r++) {
            for (uint32_t k = begin; k + 1 < ground->ring_ends[r]; k++) {
                edge_visit(&probes, ground, ground->points[k], ground->points[k + 1], squeeze);
            }
        }
    }
    size_t near[HYPOTHESES] = {0};
    for (size_t i = 0; status == TH_OK && i < probes.n; i++) {
        near[probes.items[i].hypothesis] += probes.items[i].near;
        finding->counts[probes.items[i].hypothesis].n_on_edge += probes.items[i].hit;
    }
    for (int h = 0; h < HYPOTHESES; h++) {
        finding->n_corners = near[h] > finding->n_corners ? near[h] : finding->n_corners;
    }
    probes_clear(&probes);
    return status;
}

static size_t outside_count(const struct th_offset_finding *finding, int hypothesis)
{
    return finding->n_parcels - finding->counts[hypothesis].n_inside;
}

static enum th_offset_verdict judge_boundary(const struct th_offset_finding *finding,
                                             enum th_offset *ret_offset)
{
    size_t as_is = outside_count(finding, TH_OFFSET_NONE);
    int best = TH_OFFSET_GCJ02;
    if (finding->n_parcels == 0) {
        return TH_OFFSET_UNTESTED;
    }
    if (outside_count(finding, TH_OFFSET_BD09) < outside_count(finding, TH_OFFSET_GCJ02)) {
        best = TH_OFFSET_BD09;
    }
    double left = (double)outside_count(finding, best);
    *ret_offset = (enum th_offset)best;
    // Where both shifts cure alike, the boundary does not say which of them it is.
    bool told_apart =
        finding->counts[TH_OFFSET_GCJ02].n_inside != finding->counts[TH_OFFSET_BD09].n_inside;
    if (as_is >= OUTSIDE_PROOF && left <= CURED_PROOF * (double)as_is && told_apart) {
        return TH_OFFSET_PROVED;
    }
    if (as_is >= OUTSIDE_SUSPECT && left <= CURED_SUSPECT * (double)as_is) {
        return TH_OFFSET_SUSPECTED;
    }
    return TH_OFFSET_CLEAR;
}

static enum th_offset_verdict judge_edges(const struct th_offset_finding *finding,
                                          enum th_offset *ret_offset)
{
    const struct th_offset_counts *counts = finding->counts;
    int best = counts[TH_OFFSET_BD09].n_on_edge > counts[TH_OFFSET_GCJ02].n_on_edge
                   ? TH_OFFSET_BD09
                   : TH_OFFSET_GCJ02;
    int other = best == TH_OFFSET_BD09 ? TH_OFFSET_GCJ02 : TH_OFFSET_BD09;
    size_t met = counts[best].n_on_edge;
    if (finding->n_corners == 0) {
        return TH_OFFSET_UNTESTED;
    }
    *ret_offset = (enum th_offset)best;
    if (met < TIMES_CHANCE * counts[TH_OFFSET_NONE].n_on_edge || met < EDGES_SUSPECT) {
        return TH_OFFSET_CLEAR;
    }
    bool proved = met >= EDGES_PROOF && met >= TIMES_CHANCE * counts[other].n_on_edge;
    return proved ? TH_OFFSET_PROVED : TH_OFFSET_SUSPECTED;
}

static void evidence_write(struct th_offset_finding *finding, enum th_offset shown)
{
    const char *name = shown == TH_OFFSET_BD09 ? "@detect.bd09" : "@detect.gcj02";
    if (finding->n_parcels > 0) {
        struct th_error *item = th_reasons_add(&finding->evidence, "detect.offset_boundary");
        th_error_add(item, "offset", name);
        th_error_add_int(item, "as_is", (long long)finding->counts[TH_OFFSET_NONE].n_inside);
        th_error_add_int(item, "shifted", (long long)finding->counts[shown].n_inside);
        th_error_add_int(item, "whole", (long long)finding->n_parcels);
    }
    if (finding->n_corners > 0) {
        struct th_error *item = th_reasons_add(&finding->evidence, "detect.offset_edges");
        th_error_add(item, "offset", name);
        th_error_add_int(item, "as_is", (long long)finding->counts[TH_OFFSET_NONE].n_on_edge);
        th_error_add_int(item, "shifted", (long long)finding->counts[shown].n_on_edge);
        th_error_add_int(item, "whole", (long long)finding->n_corners);
    }
}

// Edges say more than a boundary: where they meet as they are, nothing is shifted.
static void judge(struct th_offset_finding *finding)
{
    enum th_offset by_boundary = TH_OFFSET_NONE;
    enum th_offset by_edges = TH_OFFSET_NONE;
    enum th_offset_verdict boundary = judge_boundary(finding, &by_boundary);
    enum th_offset_verdict edges = judge_edges(finding, &by_edges);
    const struct th_offset_counts *counts = finding->counts;
    bool meet_as_is = counts[TH_OFFSET_NONE].n_on_edge >= EDGES_PROOF && edges == TH_OFFSET_CLEAR &&
                      counts[TH_OFFSET_NONE].n_on_edge >= TIMES_CHANCE * counts[by_edges].n_on_edge;
    if (meet_as_is) {
        boundary = TH_OFFSET_CLEAR;
    }
    finding->verdict = edges > boundary ? edges : boundary;
    enum th_offset shown = edges >= TH_OFFSET_SUSPECTED ? by_edges : by_boundary;
    if (finding->verdict >= TH_OFFSET_SUSPECTED) {
        finding->offset = shown;
    }
    evidence_write(finding, shown == TH_OFFSET_NONE ? TH_OFFSET_GCJ02 : shown);
}

enum th_status th_guess_offset(const struct th_offset_input *input,
                               struct th_offset_finding *ret_finding, struct th_error *err)
{
    struct th_offset_finding *finding = calloc(1, sizeof(*finding));
    if (finding == NULL) {
        return th_error_no_memory(err);
    }
    compare_boundary(input, finding);
    enum th_status status = compare_edges(input, finding, err);
    if (status == TH_OK) {
        judge(finding);
        *ret_finding = *finding;
    }
    free(finding);
    return status;
}
