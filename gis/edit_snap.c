// Laying one boundary on others.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gis/edit_internal.h"

static const double RADIANS = 3.14159265358979323846 / 180;
static const double TOLD_M = 0.001; // a shorter move is the grid's, not ours to tell

// The nearest place of a neighbour's boundary.
struct nearest {
    struct th_xy place;
    double distance_m;
    int64_t id;
};

struct laying {
    const struct th_edit_neighbour *neighbours;
    struct th_box *boxes; // of the neighbours, grown by the tolerance
    size_t n_neighbours;
    double tolerance_m;
    double wide_deg, high_deg; // more than the tolerance
    struct th_edit_moves moves;
    size_t moves_capacity;
    struct th_xy *points; // what comes out
    size_t n_points;
    size_t points_capacity;
};

static bool points_add(struct laying *l, struct th_xy point)
{
    if (l->n_points == l->points_capacity) {
        size_t capacity = l->points_capacity < 64 ? 128 : 2 * l->points_capacity;
        struct th_xy *grown = realloc(l->points, capacity * sizeof(*grown));
        if (grown == NULL) {
            return false;
        }
        l->points = grown;
        l->points_capacity = capacity;
    }
    l->points[l->n_points++] = point;
    return true;
}

static bool moves_add(struct laying *l, struct th_edit_move move)
{
    if (move.distance_m < TOLD_M) {
        return true;
    }
    if (l->moves.n == l->moves_capacity) {
        size_t capacity = l->moves_capacity < 16 ? 32 : 2 * l->moves_capacity;
        struct th_edit_move *grown = realloc(l->moves.items, capacity * sizeof(*grown));
        if (grown == NULL) {
            return false;
        }
        l->moves.items = grown;
        l->moves_capacity = capacity;
    }
    l->moves.items[l->moves.n++] = move;
    return true;
}

static bool box_holds(const struct th_box *box, struct th_xy p)
{
    return p.x >= box->west && p.x <= box->east && p.y >= box->south && p.y <= box->north;
}

// Might p lie within the tolerance of the edge? Most do not, and are not worth a distance.
static bool is_near(const struct laying *l, struct th_xy a, struct th_xy b, struct th_xy p)
{
    return p.x >= fmin(a.x, b.x) - l->wide_deg && p.x <= fmax(a.x, b.x) + l->wide_deg &&
           p.y >= fmin(a.y, b.y) - l->high_deg && p.y <= fmax(a.y, b.y) + l->high_deg;
}

// Place on the edge that is nearest to p, in a plane where a degree of longitude is as long as the
// cosine says; *ret_t runs from 0 at a to 1 at b.
static struct th_xy foot(struct th_xy a, struct th_xy b, struct th_xy p, double *ret_t)
{
    double k = cos(p.y * RADIANS);
    double dx = (b.x - a.x) * k;
    double dy = b.y - a.y;
    double squared = dx * dx + dy * dy;
    double t = squared > 0 ? ((p.x - a.x) * k * dx + (p.y - a.y) * dy) / squared : 0;
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    *ret_t = t;
    return (struct th_xy){a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)};
}

static void take_nearer(struct nearest *best, struct th_xy place, struct th_xy from, int64_t id)
{
    double distance_m = th_edit_distance_m(place, from);
    if (distance_m < best->distance_m) {
        *best = (struct nearest){place, distance_m, id};
    }
}

// The vertex within the tolerance that is nearest, else the place of an edge.
static bool find_nearest(const struct laying *l, struct th_xy p, struct nearest *ret_nearest)
{
    struct nearest vertex = {p, INFINITY, 0};
    struct nearest edge = {p, INFINITY, 0};
    for (size_t i = 0; i < l->n_neighbours; i++) {
        const struct th_geometry *g = l->neighbours[i].geometry;
        if (!box_holds(&l->boxes[i], p)) {
            continue;
        }
        for (size_t r = 0, start = 0; r < g->n_rings; start = g->ring_ends[r++]) {
            for (size_t k = start; k + 1 < g->ring_ends[r]; k++) {
                double t = 0;
                if (!is_near(l, g->points[k], g->points[k + 1], p)) {
                    continue;
                }
                struct th_xy at = foot(g->points[k], g->points[k + 1], p, &t);
                take_nearer(&vertex, g->points[k], p, l->neighbours[i].id);
                if (th_edit_distance_m(at, p) <= l->tolerance_m) {
                    take_nearer(&edge, th_edit_on_edge(g->points[k], g->points[k + 1], at), p,
                                l->neighbours[i].id);
                }
            }
        }
    }
    *ret_nearest = vertex.distance_m <= l->tolerance_m ? vertex : edge;
    return ret_nearest->distance_m < INFINITY;
}

static bool same(struct th_xy a, struct th_xy b)
{
    return a.x == b.x && a.y == b.y;
}

// A neighbour's vertex beside an edge, on its way into it.
struct stop {
    double t;
    struct th_xy vertex;
    struct th_edit_move move;
};

static int stop_compare(const void *left, const void *right)
{
    const struct stop *a = left;
    const struct stop *b = right;
    if (a->t != b->t) {
        return a->t < b->t ? -1 : 1;
    }
    return (a->vertex.x > b->vertex.x) - (a->vertex.x < b->vertex.x);
}

struct stops {
    struct stop *items;
    size_t n;
    size_t capacity;
};

static bool stops_add(struct stops *stops, struct stop stop)
{
    for (size_t i = 0; i < stops->n; i++) {
        if (same(stops->items[i].vertex, stop.vertex)) {
            return true;
        }
    }
    if (stops->n == stops->capacity) {
        size_t capacity = stops->capacity < 8 ? 16 : 2 * stops->capacity;
        struct stop *grown = realloc(stops->items, capacity * sizeof(*grown));
        if (grown == NULL) {
            return false;
        }
        stops->items = grown;
        stops->capacity = capacity;
    }
    stops->items[stops->n++] = stop;
    return true;
}

// Vertices of the neighbours beside the edge from a to b.
static bool stops_find(const struct laying *l, struct th_xy a, struct th_xy b, struct stops *stops)
{
    struct th_box edge = {fmin(a.x, b.x), fmin(a.y, b.y), fmax(a.x, b.x), fmax(a.y, b.y)};
    for (size_t i = 0; i < l->n_neighbours; i++) {
        const struct th_geometry *g = l->neighbours[i].geometry;
        if (!th_box_intersects(l->boxes[i], edge)) {
            continue;
        }
        for (size_t k = 0; k < g->n_points; k++) {
            double t = 0;
            struct th_xy w = g->points[k];
            if (!is_near(l, a, b, w)) {
                continue;
            }
            struct th_xy at = foot(a, b, w, &t);
            double distance_m = th_edit_distance_m(at, w);
            if (t <= 0 || t >= 1 || distance_m > l->tolerance_m || same(w, a) || same(w, b)) {
                continue;
            }
            struct th_edit_move move = {at, w, distance_m, l->neighbours[i].id, true};
            if (!stops_add(stops, (struct stop){t, w, move})) {
                return false;
            }
        }
    }
    if (stops->n > 1) {
        qsort(stops->items, stops->n, sizeof(stops->items[0]), stop_compare);
    }
    return true;
}

static bool lay_vertex(struct laying *l, struct th_xy from, bool tell, struct th_xy *ret_to)
{
    struct nearest nearest;
    *ret_to = from;
    if (!find_nearest(l, from, &nearest)) {
        return true;
    }
    *ret_to = nearest.place;
    return !tell || moves_add(l, (struct th_edit_move){from, nearest.place, nearest.distance_m,
                                                       nearest.id, false});
}

// One line from points[start] to points[end - 1]; its vertices first, then what lies between.
static bool lay_line(struct laying *l, const struct th_geometry *lines, size_t start, size_t end)
{
    bool closed = same(lines->points[start], lines->points[end - 1]);
    struct th_xy before = {0};
    for (size_t k = start; k < end; k++) {
        struct th_xy to;
        if (!lay_vertex(l, lines->points[k], !closed || k + 1 < end, &to)) {
            return false;
        }
        struct stops stops = {0};
        bool done = k == start || same(before, to) || stops_find(l, before, to, &stops);
        for (size_t i = 0; done && i < stops.n; i++) {
            done = points_add(l, stops.items[i].vertex) && moves_add(l, stops.items[i].move);
        }
        free(stops.items);
        if (!done || !points_add(l, to)) {
            return false;
        }
        before = to;
    }
    return true;
}

static bool boxes_make(struct laying *l)
{
    l->boxes = malloc((l->n_neighbours + 1) * sizeof(*l->boxes));
    if (l->boxes == NULL) {
        return false;
    }
    for (size_t i = 0; i < l->n_neighbours; i++) {
        struct th_box box = th_geometry_box(l->neighbours[i].geometry);
        double margin = 2 * l->tolerance_m / (TH_EDIT_CELL_M * TH_EDIT_CELLS_PER_DEGREE);
        double wide = margin / fmax(0.01, cos(box.south * RADIANS));
        l->boxes[i] = (struct th_box){box.west - wide, box.south - margin, box.east + wide,
                                      box.north + margin};
        l->wide_deg = fmax(l->wide_deg, wide);
        l->high_deg = margin;
    }
    return true;
}

enum th_status th_edit_lay(const struct th_geometry *lines,
                           const struct th_edit_neighbour *neighbours, size_t n_neighbours,
                           double tolerance_m, struct th_geometry *ret_lines,
                           struct th_edit_moves *ret_moves, struct th_error *err)
{
    struct laying l = {
        .neighbours = neighbours, .n_neighbours = n_neighbours, .tolerance_m = tolerance_m};
    struct th_geometry laid = {0};
    enum th_status status = th_geometry_copy(lines, &laid, err);
    bool done = status == TH_OK && boxes_make(&l);
    for (size_t r = 0, start = 0; done && r < lines->n_rings; start = lines->ring_ends[r++]) {
        if (lines->ring_ends[r] > start) {
            done = lay_line(&l, lines, start, lines->ring_ends[r]);
        }
        laid.ring_ends[r] = l.n_points;
    }
    free(l.boxes);
    if (!done) {
        free(l.points);
        th_edit_moves_clear(&l.moves);
        th_geometry_clear(&laid);
        return status == TH_OK ? th_error_no_memory(err) : status;
    }
    free(laid.points);
    laid.points = l.points;
    laid.n_points = l.n_points;
    *ret_lines = laid;
    *ret_moves = l.moves;
    return TH_OK;
}

enum th_status th_edit_snap(struct th_edit *edit, const struct th_geometry *shape,
                            const struct th_edit_neighbour *neighbours, size_t n_neighbours,
                            double tolerance_m, struct th_geometry *ret_shape,
                            struct th_edit_moves *ret_moves, struct th_error *err)
{
    struct th_geometry laid = {0};
    struct th_edit_moves moves = {0};
    enum th_status status =
        th_edit_lay(shape, neighbours, n_neighbours, tolerance_m, &laid, &moves, err);
    if (status == TH_OK) {
        status = th_edit_check(edit, &laid, err);
    }
    if (status != TH_OK) {
        th_geometry_clear(&laid);
        th_edit_moves_clear(&moves);
        return status;
    }
    *ret_shape = laid;
    *ret_moves = moves;
    return TH_OK;
}
