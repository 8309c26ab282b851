#include <math.h>
#include <stdlib.h>

#include "papers/papers_internal.h"

// Where the numbers stand. A number belongs at the point that lies deepest inside its parcel, in a
// measure that counts the number's own width and height alike; there the largest of a few type
// sizes that fits is used. What is too small gets a leader to free ground nearby, or, on crowded
// sheets, no number at all.

static const double sizes_pt[] = {9.0, 7.5, 6.0, 5.0};
enum { N_SIZES = sizeof(sizes_pt) / sizeof(*sizes_pt), CELLS_MAX = 512, LEADERS_MAX = 60 };

static const double leader_size_pt = 6.0;
static const double pt_mm = 25.4 / 72.0;
static const double letter_em = 0.95; // height of a line of text as a box

struct cell {
    double x;
    double y;
    double half;
    double depth;    // signed distance of the middle to the outline, positive inside
    double promised; // no point of the cell lies deeper
};

struct placed {
    struct th_map_rect box;
    bool used;
};

static double segment_distance2(double x, double y, double ax, double ay, double bx, double by)
{
    double dx = bx - ax;
    double dy = by - ay;
    double length2 = dx * dx + dy * dy;
    double t = length2 > 0 ? ((x - ax) * dx + (y - ay) * dy) / length2 : 0;
    t = fmax(0, fmin(1, t));
    double ex = ax + t * dx - x;
    double ey = ay + t * dy - y;
    return ex * ex + ey * ey;
}

// Signed distance to the outline after x has been multiplied by `squeeze`.
static double depth_of(const struct th_map_shape *shape, double squeeze, double x, double y)
{
    bool inside = false;
    double nearest2 = HUGE_VAL;
    size_t first = 0;
    for (size_t r = 0; r < shape->n_rings; r++) {
        size_t end = shape->ring_ends[r];
        for (size_t v = first; v < end; v++) {
            size_t w = v + 1 < end ? v + 1 : first;
            double ax = shape->xy[2 * v] * squeeze;
            double ay = shape->xy[2 * v + 1];
            double bx = shape->xy[2 * w] * squeeze;
            double by = shape->xy[2 * w + 1];
            if ((ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax) {
                inside = !inside;
            }
            nearest2 = fmin(nearest2, segment_distance2(x, y, ax, ay, bx, by));
        }
        first = end;
    }
    return inside ? sqrt(nearest2) : -sqrt(nearest2);
}

static struct cell cell_at(const struct th_map_shape *shape, double squeeze, double x, double y,
                           double half)
{
    struct cell cell = {x, y, half, depth_of(shape, squeeze, x, y), 0};
    cell.promised = cell.depth + half * sqrt(2.0);
    return cell;
}

static size_t cells_cover(const struct th_map_shape *shape, double squeeze, struct cell *cells)
{
    double w = shape->box.w_mm * squeeze;
    double h = shape->box.h_mm;
    double side = fmax(fmin(w, h), fmax(w, h) / 16);
    size_t n = 0;
    for (double x = 0; x < w; x += side) {
        for (double y = 0; y < h; y += side) {
            cells[n++] = cell_at(shape, squeeze, shape->box.x_mm * squeeze + x + side / 2,
                                 shape->box.y_mm + y + side / 2, side / 2);
        }
    }
    return n;
}

// The deepest point, by splitting the cell that promises most until nothing promises 0.1 mm more.
static struct cell deepest(const struct th_map_shape *shape, double squeeze)
{
    struct cell cells[CELLS_MAX];
    struct cell best = cell_at(shape, squeeze, (shape->box.x_mm + shape->box.w_mm / 2) * squeeze,
                               shape->box.y_mm + shape->box.h_mm / 2, 0);
    size_t n = cells_cover(shape, squeeze, cells);
    for (size_t i = 0; i < n; i++) {
        if (cells[i].depth > best.depth) {
            best = cells[i];
        }
    }
    while (n > 0 && n + 3 <= CELLS_MAX) {
        size_t top = 0;
        for (size_t i = 1; i < n; i++) {
            if (cells[i].promised > cells[top].promised) {
                top = i;
            }
        }
        struct cell cell = cells[top];
        if (cell.promised <= best.depth + 0.1) {
            break;
        }
        cells[top] = cells[--n];
        for (int q = 0; q < 4; q++) {
            double half = cell.half / 2;
            struct cell quarter = cell_at(shape, squeeze, cell.x + ((q & 1) != 0 ? half : -half),
                                          cell.y + ((q & 2) != 0 ? half : -half), half);
            if (quarter.depth > best.depth) {
                best = quarter;
            }
            cells[n++] = quarter;
        }
    }
    best.x /= squeeze;
    return best;
}

// Middle of gravity of the largest ring, or the given point when that ring has no area.
static void gravity(const struct th_map_shape *shape, double *x, double *y)
{
    double largest = 0;
    size_t first = 0;
    for (size_t r = 0; r < shape->n_rings; r++) {
        size_t end = shape->ring_ends[r];
        double twice = 0;
        double sum_x = 0;
        double sum_y = 0;
        for (size_t v = first; v < end; v++) {
            size_t w = v + 1 < end ? v + 1 : first;
            double ax = shape->xy[2 * v] - shape->box.x_mm;
            double ay = shape->xy[2 * v + 1] - shape->box.y_mm;
            double bx = shape->xy[2 * w] - shape->box.x_mm;
            double by = shape->xy[2 * w + 1] - shape->box.y_mm;
            double cross = ax * by - bx * ay;
            twice += cross;
            sum_x += (ax + bx) * cross;
            sum_y += (ay + by) * cross;
        }
        if (fabs(twice) > largest && fabs(twice) > 1e-6) {
            largest = fabs(twice);
            *x = shape->box.x_mm + sum_x / (3 * twice);
            *y = shape->box.y_mm + sum_y / (3 * twice);
        }
        first = end;
    }
}

static bool boxes_meet(struct th_map_rect a, struct th_map_rect b)
{
    return a.x_mm < b.x_mm + b.w_mm && b.x_mm < a.x_mm + a.w_mm && a.y_mm < b.y_mm + b.h_mm &&
           b.y_mm < a.y_mm + a.h_mm;
}

static bool segment_meets(struct th_map_rect box, double ax, double ay, double bx, double by)
{
    double low = 0;
    double high = 1;
    double step[4] = {ax - bx, bx - ax, ay - by, by - ay};
    double room[4] = {ax - box.x_mm, box.x_mm + box.w_mm - ax, ay - box.y_mm,
                      box.y_mm + box.h_mm - ay};
    for (int side = 0; side < 4; side++) {
        if (step[side] == 0) {
            if (room[side] < 0) {
                return false;
            }
            continue;
        }
        double t = room[side] / step[side];
        if (step[side] < 0) {
            low = fmax(low, t);
        } else {
            high = fmin(high, t);
        }
    }
    return low <= high;
}

static bool shape_meets(const struct th_map_shape *shape, struct th_map_rect box)
{
    if (!boxes_meet(shape->box, box)) {
        return false;
    }
    size_t first = 0;
    for (size_t r = 0; r < shape->n_rings; r++) {
        size_t end = shape->ring_ends[r];
        for (size_t v = first; v < end; v++) {
            size_t w = v + 1 < end ? v + 1 : first;
            if (segment_meets(box, shape->xy[2 * v], shape->xy[2 * v + 1], shape->xy[2 * w],
                              shape->xy[2 * w + 1])) {
                return true;
            }
        }
        first = end;
    }
    return depth_of(shape, 1.0, box.x_mm + box.w_mm / 2, box.y_mm + box.h_mm / 2) > 0;
}

static bool place_is_free(const struct th_map_draw *draw, const struct th_map_shape *shapes,
                          const struct placed *placed, struct th_map_rect box)
{
    const struct th_map_rect *neat = &draw->layout.neat;
    if (box.x_mm < neat->x_mm + 1 || box.y_mm < neat->y_mm + 1 ||
        box.x_mm + box.w_mm > neat->x_mm + neat->w_mm - 1 ||
        box.y_mm + box.h_mm > neat->y_mm + neat->h_mm - 1) {
        return false;
    }
    for (size_t p = 0; p < draw->sheet->n_parcels; p++) {
        if ((placed[p].used && boxes_meet(placed[p].box, box)) || shape_meets(&shapes[p], box)) {
            return false;
        }
    }
    return true;
}

static void number_draw(struct th_map_draw *draw, const char *text, double x_mm, double y_mm,
                        double size_pt)
{
    cairo_set_source_rgb(draw->pen.cr, 0.05, 0.05, 0.05);
    th_pen_draw(&draw->pen, &(struct th_pen_text){.text = text,
                                                  .x_mm = x_mm,
                                                  .y_mm = y_mm,
                                                  .style.size_pt = size_pt,
                                                  .style.bold = true,
                                                  .align = TH_PEN_CENTRE,
                                                  .halo = true});
}

// Tries the number inside its parcel; *ret_point is the deepest point either way.
static bool inside_draw(struct th_map_draw *draw, size_t p, const struct th_map_shape *shape,
                        struct placed *placed, struct cell *ret_point)
{
    const char *text = draw->sheet->parcels[p].label;
    double w_per_pt = fmax(
        th_pen_width(&draw->pen, text, (struct th_pen_style){.size_pt = 10.0, .bold = true}) / 10.0,
        0.1);
    double h_per_pt = letter_em * pt_mm;
    double squeeze = h_per_pt / w_per_pt;
    struct cell point = deepest(shape, squeeze);
    struct cell middle = point;
    gravity(shape, &middle.x, &middle.y);
    middle.depth = depth_of(shape, squeeze, middle.x * squeeze, middle.y);
    // Where there is room to spare, the middle looks better than the deepest point.
    if (middle.depth >= 0.5 * h_per_pt * sizes_pt[0] * 1.5) {
        point = middle;
    }
    *ret_point = point;
    for (size_t s = 0; s < N_SIZES; s++) {
        double h_mm = h_per_pt * sizes_pt[s];
        double w_mm = w_per_pt * sizes_pt[s];
        // A circle a little wider than the box: its corners may touch the outline, no more.
        if (point.depth < 0.5 * h_mm * 1.2) {
            continue;
        }
        number_draw(draw, text, point.x, point.y, sizes_pt[s]);
        placed->box = (struct th_map_rect){point.x - w_mm / 2, point.y - h_mm / 2, w_mm, h_mm};
        placed->used = true;
        return true;
    }
    return false;
}

static bool leader_draw(struct th_map_draw *draw, size_t p, const struct th_map_shape *shapes,
                        struct placed *placed, const struct cell *point)
{
    const char *text = draw->sheet->parcels[p].label;
    if (isinf(point->depth)) { // a parcel without any vertex has no place
        return false;
    }
    double w_mm = th_pen_width(&draw->pen, text,
                               (struct th_pen_style){.size_pt = leader_size_pt, .bold = true});
    double h_mm = letter_em * pt_mm * leader_size_pt;
    for (int turn = 0; turn < 8 * 4; turn++) {
        double reach_mm = 4.0 + 3.0 * (turn / 8);
        double angle = -0.78539816339744831 * (1 + turn % 8);
        double side = cos(angle) > 0.1 ? 0.5 : cos(angle) < -0.1 ? -0.5 : 0.0;
        double end_x = point->x + reach_mm * cos(angle);
        double end_y = point->y + reach_mm * sin(angle);
        double x = end_x + side * (w_mm + 1.0);
        double y = end_y + (side == 0.0 ? copysign(h_mm * 0.75, sin(angle)) : 0.0);
        struct th_map_rect box = {x - w_mm / 2 - 0.4, y - h_mm / 2 - 0.3, w_mm + 0.8, h_mm + 0.6};
        if (!place_is_free(draw, shapes, placed, box)) {
            continue;
        }
        cairo_set_source_rgb(draw->pen.cr, 0.1, 0.1, 0.1);
        cairo_set_line_width(draw->pen.cr, 0.15);
        cairo_move_to(draw->pen.cr, point->x, point->y);
        cairo_line_to(draw->pen.cr, end_x, end_y);
        cairo_stroke(draw->pen.cr);
        cairo_arc(draw->pen.cr, point->x, point->y, 0.35, 0, 6.283185307179586);
        cairo_fill(draw->pen.cr);
        number_draw(draw, text, x, y, leader_size_pt);
        placed[p].box = box;
        placed[p].used = true;
        return true;
    }
    return false;
}

enum th_status th_map_labels_draw(struct th_map_draw *draw, const struct th_map_shape *shapes,
                                  struct th_error *err)
{
    size_t n = draw->sheet->n_parcels;
    size_t n_small = 0;
    enum th_status status = TH_OK;
    struct placed *placed = calloc(n, sizeof(*placed));
    struct cell *points = calloc(n, sizeof(*points));
    if (placed == NULL || points == NULL) {
        status = th_error_no_memory(err);
        goto done;
    }
    for (size_t p = 0; p < n; p++) {
        if (!inside_draw(draw, p, &shapes[p], &placed[p], &points[p])) {
            n_small++;
        }
    }
    // Leaders everywhere would hide a crowded map; the table has the numbers.
    draw->n_unlabelled = n_small;
    for (size_t p = 0; n_small <= LEADERS_MAX && p < n; p++) {
        if (!placed[p].used && leader_draw(draw, p, shapes, placed, &points[p])) {
            draw->n_unlabelled--;
        }
    }
done:
    free(points);
    free(placed);
    return status;
}
