#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "papers/papers_internal.h"

// Nearer points than this cannot be told apart in print.
static const double pen_mm = 0.05;

struct style {
    const char *kind;
    const char *key;
    double fill[3];
    double ink[3];
};

// Each kind also has a hatch of its own (hatch_draw), for black-and-white copies and for readers
// who do not see these colours apart.
static const struct style styles[TH_MAP_KIND_COUNT] = {
    {"bamboo", "map.kind.bamboo", {0.84, 0.93, 0.78}, {0.25, 0.49, 0.16}},
    {"orchard", "map.kind.orchard", {0.99, 0.89, 0.73}, {0.70, 0.37, 0.06}},
    {"tea", "map.kind.tea", {0.95, 0.95, 0.71}, {0.47, 0.47, 0.06}},
    {"forest", "map.kind.forest", {0.72, 0.85, 0.76}, {0.12, 0.36, 0.23}},
    {"wetland", "map.kind.wetland", {0.80, 0.90, 0.97}, {0.12, 0.42, 0.65}},
    {"", "map.kind.other", {0.91, 0.91, 0.91}, {0.35, 0.35, 0.35}},
};

enum th_map_kind th_map_kind_of(const char *kind)
{
    for (int k = 0; kind != NULL && k < TH_MAP_OTHER; k++) {
        if (strcmp(kind, styles[k].kind) == 0) {
            return (enum th_map_kind)k;
        }
    }
    return TH_MAP_OTHER;
}

const char *th_map_kind_name(const struct th_map_draw *draw, const char *kind)
{
    return th_messages_text(draw->messages, draw->lang, styles[th_map_kind_of(kind)].key);
}

static size_t ring_thin(const struct th_map_layout *layout, const struct th_map_ring *ring,
                        double *xy)
{
    size_t n = 0;
    for (size_t v = 0; v < ring->n; v++) {
        double x_mm = th_map_x_mm(layout, ring->xy[2 * v]);
        double y_mm = th_map_y_mm(layout, ring->xy[2 * v + 1]);
        if (n > 0 && hypot(x_mm - xy[2 * n - 2], y_mm - xy[2 * n - 1]) < pen_mm) {
            continue;
        }
        xy[2 * n] = x_mm;
        xy[2 * n + 1] = y_mm;
        n++;
    }
    return n;
}

static bool shape_init(const struct th_map_layout *layout, const struct th_map_parcel *parcel,
                       struct th_map_shape *shape)
{
    size_t n_vertices = 0;
    for (size_t r = 0; r < parcel->n_rings; r++) {
        n_vertices += parcel->rings[r].n;
    }
    shape->xy = calloc(n_vertices + 1, 2 * sizeof(*shape->xy));
    shape->ring_ends = calloc(parcel->n_rings + 1, sizeof(*shape->ring_ends));
    if (shape->xy == NULL || shape->ring_ends == NULL) {
        return false;
    }
    shape->n_rings = parcel->n_rings;
    size_t end = 0;
    for (size_t r = 0; r < parcel->n_rings; r++) {
        end += ring_thin(layout, &parcel->rings[r], shape->xy + 2 * end);
        shape->ring_ends[r] = end;
    }
    double left = HUGE_VAL;
    double top = HUGE_VAL;
    double right = -HUGE_VAL;
    double bottom = -HUGE_VAL;
    for (size_t v = 0; v < end; v++) {
        left = fmin(left, shape->xy[2 * v]);
        right = fmax(right, shape->xy[2 * v]);
        top = fmin(top, shape->xy[2 * v + 1]);
        bottom = fmax(bottom, shape->xy[2 * v + 1]);
    }
    if (end > 0) {
        shape->box = (struct th_map_rect){left, top, right - left, bottom - top};
    }
    return true;
}

struct th_map_shape *th_map_shapes_new(const struct th_map_draw *draw)
{
    size_t n = draw->sheet->n_parcels;
    struct th_map_shape *shapes = calloc(n, sizeof(*shapes));
    for (size_t p = 0; shapes != NULL && p < n; p++) {
        if (!shape_init(&draw->layout, &draw->sheet->parcels[p], &shapes[p])) {
            th_map_shapes_free(shapes, n);
            return NULL;
        }
    }
    return shapes;
}

void th_map_shapes_free(struct th_map_shape *shapes, size_t n_shapes)
{
    for (size_t s = 0; shapes != NULL && s < n_shapes; s++) {
        free(shapes[s].xy);
        free(shapes[s].ring_ends);
    }
    free(shapes);
}

static void shape_path(cairo_t *cr, const struct th_map_shape *shape)
{
    cairo_new_path(cr);
    size_t v = 0;
    for (size_t r = 0; r < shape->n_rings; r++) {
        for (bool first = true; v < shape->ring_ends[r]; v++, first = false) {
            if (first) {
                cairo_move_to(cr, shape->xy[2 * v], shape->xy[2 * v + 1]);
            } else {
                cairo_line_to(cr, shape->xy[2 * v], shape->xy[2 * v + 1]);
            }
        }
        cairo_close_path(cr);
    }
}

// Parallel lines at `angle` over the box, `gap_mm` apart. Lines and dashes are counted from the
// paper's corner, not from the box, so that neighbours of one kind carry one continuous hatch.
static void hatch_lines(cairo_t *cr, struct th_map_rect box, double angle, double gap_mm,
                        double dash_mm, double pause_mm)
{
    double along_x = cos(angle);
    double along_y = sin(angle);
    double period_mm = dash_mm + pause_mm;
    double low = HUGE_VAL;
    double high = -HUGE_VAL;
    double start = HUGE_VAL;
    double stop = -HUGE_VAL;
    for (int corner = 0; corner < 4; corner++) {
        double x = box.x_mm + ((corner & 1) != 0 ? box.w_mm : 0);
        double y = box.y_mm + ((corner & 2) != 0 ? box.h_mm : 0);
        low = fmin(low, y * along_x - x * along_y);
        high = fmax(high, y * along_x - x * along_y);
        start = fmin(start, x * along_x + y * along_y);
        stop = fmax(stop, x * along_x + y * along_y);
    }
    if (period_mm > 0) {
        double dashes[2] = {dash_mm, pause_mm};
        cairo_set_dash(cr, dashes, 2, 0);
        start = (floor(start / period_mm) - 1) * period_mm;
    }
    for (double row = ceil(low / gap_mm); row * gap_mm <= high; row++) {
        double off = row * gap_mm;
        // Every second row of dashes is moved by half a period, like bricks.
        double from = start + (fmod(row, 2.0) != 0.0 ? period_mm / 2 : 0);
        cairo_move_to(cr, from * along_x - off * along_y, from * along_y + off * along_x);
        cairo_line_to(cr, stop * along_x - off * along_y, stop * along_y + off * along_x);
    }
    cairo_stroke(cr);
}

static void hatch_draw(cairo_t *cr, enum th_map_kind kind, struct th_map_rect box)
{
    static const double slope = 0.78539816339744831; // 45°
    const double *ink = styles[kind].ink;
    cairo_save(cr);
    cairo_set_source_rgb(cr, ink[0], ink[1], ink[2]);
    cairo_set_line_width(cr, 0.12);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_BUTT);
    switch (kind) {
    case TH_MAP_BAMBOO:
        hatch_lines(cr, box, -slope, 2.2, 0, 0);
        break;
    case TH_MAP_ORCHARD: // dots: dashes without length under a round cap
        cairo_set_line_width(cr, 0.55);
        cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
        hatch_lines(cr, box, 0, 1.6, 0.0001, 2.4);
        break;
    case TH_MAP_TEA:
        hatch_lines(cr, box, 2 * slope, 1.6, 0, 0);
        break;
    case TH_MAP_FOREST:
        hatch_lines(cr, box, slope, 2.4, 0, 0);
        hatch_lines(cr, box, -slope, 2.4, 0, 0);
        break;
    case TH_MAP_WETLAND:
        cairo_set_line_width(cr, 0.18);
        hatch_lines(cr, box, 0, 1.5, 2.4, 1.6);
        break;
    case TH_MAP_OTHER:
    case TH_MAP_KIND_COUNT:
        hatch_lines(cr, box, slope, 2.2, 1.2, 0.8);
        break;
    }
    cairo_restore(cr);
}

// Fills the current path and keeps it.
static void path_fill(cairo_t *cr, enum th_map_kind kind, struct th_map_rect box)
{
    const double *fill = styles[kind].fill;
    cairo_save(cr);
    cairo_set_fill_rule(cr, CAIRO_FILL_RULE_EVEN_ODD);
    cairo_set_source_rgb(cr, fill[0], fill[1], fill[2]);
    cairo_fill_preserve(cr);
    cairo_clip(cr);
    hatch_draw(cr, kind, box);
    cairo_restore(cr);
}

static void outline_ink(cairo_t *cr, enum th_map_kind kind, double width_mm)
{
    const double *ink = styles[kind].ink;
    cairo_set_source_rgb(cr, ink[0] * 0.6, ink[1] * 0.6, ink[2] * 0.6);
    cairo_set_line_width(cr, width_mm);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
}

void th_map_parcels_draw(struct th_map_draw *draw, const struct th_map_shape *shapes)
{
    cairo_t *cr = draw->pen.cr;
    const struct th_map_rect *neat = &draw->layout.neat;
    cairo_save(cr);
    cairo_rectangle(cr, neat->x_mm, neat->y_mm, neat->w_mm, neat->h_mm);
    cairo_clip(cr);
    for (size_t p = 0; p < draw->sheet->n_parcels; p++) {
        shape_path(cr, &shapes[p]);
        path_fill(cr, th_map_kind_of(draw->sheet->parcels[p].kind), shapes[p].box);
    }
    for (size_t p = 0; p < draw->sheet->n_parcels; p++) {
        shape_path(cr, &shapes[p]);
        outline_ink(cr, th_map_kind_of(draw->sheet->parcels[p].kind), 0.3);
        cairo_stroke(cr);
    }
    cairo_restore(cr);
}

void th_map_swatch_draw(struct th_map_draw *draw, enum th_map_kind kind, struct th_map_rect box)
{
    cairo_t *cr = draw->pen.cr;
    cairo_save(cr);
    cairo_new_path(cr);
    cairo_rectangle(cr, box.x_mm, box.y_mm, box.w_mm, box.h_mm);
    path_fill(cr, kind, box);
    cairo_new_path(cr);
    cairo_rectangle(cr, box.x_mm, box.y_mm, box.w_mm, box.h_mm);
    outline_ink(cr, kind, 0.2);
    cairo_stroke(cr);
    cairo_restore(cr);
}
