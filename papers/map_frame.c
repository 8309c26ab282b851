#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "papers/papers_internal.h"

enum { SMALL_TEXT_SIZE = 48 };

static const double tau = 6.283185307179586;

static void ink(struct th_map_draw *draw, double grey)
{
    cairo_set_source_rgb(draw->pen.cr, grey, grey, grey);
}

static void line(struct th_map_draw *draw, double ax, double ay, double bx, double by)
{
    cairo_move_to(draw->pen.cr, ax, ay);
    cairo_line_to(draw->pen.cr, bx, by);
}

// 119°24′44″E, from rounded whole seconds, so that no locale or float format matters.
static const char *degrees_text(double degrees, char plus, char minus, char buf[SMALL_TEXT_SIZE])
{
    long long seconds = llround(fabs(degrees) * 3600.0);
    (void)snprintf(buf, SMALL_TEXT_SIZE, "%lld°%02lld′%02lld″%c", seconds / 3600, seconds / 60 % 60,
                   seconds % 60, degrees < 0 ? minus : plus);
    return buf;
}

void th_map_title_draw(struct th_map_draw *draw)
{
    const struct th_map_sheet *sheet = draw->sheet;
    const struct th_map_rect *outer = &draw->layout.outer;
    double middle = draw->layout.page.w_mm / 2;
    double size_pt = 18.0;
    while (size_pt > 11.0 &&
           th_pen_width(&draw->pen, sheet->title,
                        (struct th_pen_style){.size_pt = size_pt, .bold = true}) > outer->w_mm) {
        size_pt -= 0.5;
    }
    ink(draw, 0);
    th_pen_draw(&draw->pen, &(struct th_pen_text){.text = sheet->title,
                                                  .x_mm = middle,
                                                  .y_mm = 13.5,
                                                  .max_w_mm = draw->layout.page.w_mm - 20,
                                                  .style.size_pt = size_pt,
                                                  .style.bold = true,
                                                  .align = TH_PEN_CENTRE});
    th_pen_draw(&draw->pen, &(struct th_pen_text){.text = sheet->subtitle,
                                                  .x_mm = middle,
                                                  .y_mm = 20.5,
                                                  .max_w_mm = draw->layout.page.w_mm - 20,
                                                  .style.size_pt = 10.0,
                                                  .align = TH_PEN_CENTRE});
    char west[SMALL_TEXT_SIZE];
    char east[SMALL_TEXT_SIZE];
    char south[SMALL_TEXT_SIZE];
    char north[SMALL_TEXT_SIZE];
    struct th_buf note = th_pen_words(draw->messages, draw->lang, "map.extent", "west",
                                      degrees_text(sheet->west_deg, 'E', 'W', west), "east",
                                      degrees_text(sheet->east_deg, 'E', 'W', east), "south",
                                      degrees_text(sheet->south_deg, 'N', 'S', south), "north",
                                      degrees_text(sheet->north_deg, 'N', 'S', north), NULL);
    ink(draw, 0.25);
    th_pen_draw(&draw->pen, &(struct th_pen_text){.text = th_buf_text(&note),
                                                  .x_mm = middle,
                                                  .y_mm = 25.4,
                                                  .max_w_mm = draw->layout.page.w_mm - 20,
                                                  .style.size_pt = 7.0,
                                                  .align = TH_PEN_CENTRE});
    th_buf_clear(&note);
}

// First grid value at or above `from_m`.
static int64_t grid_first(double from_m, int64_t step_m)
{
    return (int64_t)ceil(from_m / (double)step_m) * step_m;
}

struct grid {
    int64_t first_x_m;
    int64_t first_y_m;
    double east_m; // right edge of the neat line
    double north_m;
};

static struct grid grid_of(const struct th_map_layout *layout)
{
    double half_w_m = layout->neat.w_mm * (double)layout->scale / 2000.0;
    double half_h_m = layout->neat.h_mm * (double)layout->scale / 2000.0;
    return (struct grid){grid_first(layout->centre_x_m - half_w_m, layout->grid_step_m),
                         grid_first(layout->centre_y_m - half_h_m, layout->grid_step_m),
                         layout->centre_x_m + half_w_m, layout->centre_y_m + half_h_m};
}

void th_map_grid_draw(struct th_map_draw *draw)
{
    const struct th_map_layout *layout = &draw->layout;
    const struct th_map_rect *neat = &layout->neat;
    struct grid grid = grid_of(layout);
    cairo_set_source_rgb(draw->pen.cr, 0.72, 0.78, 0.84);
    cairo_set_line_width(draw->pen.cr, 0.1);
    for (int64_t x = grid.first_x_m; (double)x <= grid.east_m; x += layout->grid_step_m) {
        double x_mm = th_map_x_mm(layout, (double)x);
        line(draw, x_mm, neat->y_mm, x_mm, neat->y_mm + neat->h_mm);
    }
    for (int64_t y = grid.first_y_m; (double)y <= grid.north_m; y += layout->grid_step_m) {
        double y_mm = th_map_y_mm(layout, (double)y);
        line(draw, neat->x_mm, y_mm, neat->x_mm + neat->w_mm, y_mm);
    }
    cairo_stroke(draw->pen.cr);
}

// One coordinate at both ends of its line, in the gutter; left and right read upward. Near a corner
// only the tick is drawn.
static void coordinate_draw(struct th_map_draw *draw, int64_t value_m, bool easting)
{
    const struct th_map_rect *neat = &draw->layout.neat;
    const struct th_map_rect *outer = &draw->layout.outer;
    double at_mm = easting ? th_map_x_mm(&draw->layout, (double)value_m)
                           : th_map_y_mm(&draw->layout, (double)value_m);
    double low = easting ? neat->x_mm : neat->y_mm;
    double high = low + (easting ? neat->w_mm : neat->h_mm);
    double ends[2] = {easting ? neat->y_mm : neat->x_mm,
                      easting ? neat->y_mm + neat->h_mm : neat->x_mm + neat->w_mm};
    double rims[2] = {easting ? outer->y_mm : outer->x_mm,
                      easting ? outer->y_mm + outer->h_mm : outer->x_mm + outer->w_mm};
    char text[SMALL_TEXT_SIZE];
    (void)snprintf(text, sizeof(text), "%" PRId64, value_m);
    ink(draw, 0);
    for (int end = 0; end < 2; end++) {
        double tick = ends[end] + (end == 0 ? -1.2 : 1.2);
        cairo_set_line_width(draw->pen.cr, 0.2);
        if (easting) {
            line(draw, at_mm, ends[end], at_mm, tick);
        } else {
            line(draw, ends[end], at_mm, tick, at_mm);
        }
        cairo_stroke(draw->pen.cr);
        if (at_mm - low < 7 || high - at_mm < 7) {
            continue;
        }
        double away = (tick + rims[end]) / 2;
        th_pen_draw(&draw->pen, &(struct th_pen_text){.text = text,
                                                      .x_mm = easting ? at_mm : away,
                                                      .y_mm = easting ? away : at_mm,
                                                      .style.size_pt = 6.5,
                                                      .align = TH_PEN_CENTRE,
                                                      .angle = easting ? 0 : -tau / 4});
    }
}

void th_map_frame_draw(struct th_map_draw *draw)
{
    cairo_t *cr = draw->pen.cr;
    const struct th_map_layout *layout = &draw->layout;
    struct grid grid = grid_of(layout);
    cairo_set_source_rgb(cr, 0.25, 0.33, 0.42);
    cairo_set_line_width(cr, 0.12);
    for (int64_t x = grid.first_x_m; (double)x <= grid.east_m; x += layout->grid_step_m) {
        for (int64_t y = grid.first_y_m; (double)y <= grid.north_m; y += layout->grid_step_m) {
            double x_mm = th_map_x_mm(layout, (double)x);
            double y_mm = th_map_y_mm(layout, (double)y);
            line(draw, x_mm - 1.5, y_mm, x_mm + 1.5, y_mm);
            line(draw, x_mm, y_mm - 1.5, x_mm, y_mm + 1.5);
        }
    }
    cairo_stroke(cr);
    for (int64_t x = grid.first_x_m; (double)x <= grid.east_m; x += layout->grid_step_m) {
        coordinate_draw(draw, x, true);
    }
    for (int64_t y = grid.first_y_m; (double)y <= grid.north_m; y += layout->grid_step_m) {
        coordinate_draw(draw, y, false);
    }
    ink(draw, 0);
    cairo_set_line_width(cr, 0.2);
    cairo_rectangle(cr, layout->neat.x_mm, layout->neat.y_mm, layout->neat.w_mm, layout->neat.h_mm);
    cairo_stroke(cr);
    cairo_set_line_width(cr, 0.6);
    cairo_rectangle(cr, layout->outer.x_mm, layout->outer.y_mm, layout->outer.w_mm,
                    layout->outer.h_mm);
    cairo_stroke(cr);
}

// The arrow's middle axis is x_mm; its letter stands above it, both within h_mm.
void th_map_north_draw(struct th_map_draw *draw, double x_mm, double y_mm, double h_mm)
{
    cairo_t *cr = draw->pen.cr;
    double tip = y_mm + 4.5;
    double foot = y_mm + h_mm;
    double notch = foot - (foot - tip) * 0.25;
    double half = (foot - tip) * 0.30;
    ink(draw, 0);
    th_pen_draw(&draw->pen, &(struct th_pen_text){
                                .text = th_messages_text(draw->messages, draw->lang, "map.north"),
                                .x_mm = x_mm,
                                .y_mm = y_mm + 2,
                                .style.size_pt = 9.0,
                                .style.bold = true,
                                .align = TH_PEN_CENTRE});
    cairo_set_line_width(cr, 0.2);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_MITER);
    cairo_move_to(cr, x_mm, tip);
    cairo_line_to(cr, x_mm - half, foot);
    cairo_line_to(cr, x_mm, notch);
    cairo_close_path(cr);
    cairo_fill_preserve(cr);
    cairo_stroke(cr);
    cairo_move_to(cr, x_mm, tip);
    cairo_line_to(cr, x_mm + half, foot);
    cairo_line_to(cr, x_mm, notch);
    cairo_close_path(cr);
    cairo_stroke(cr);
}

// "2.5" for 250 hundredths of a unit of 100, without trailing zeros.
static const char *distance_text(int64_t distance_cm, int64_t unit_cm, char buf[SMALL_TEXT_SIZE])
{
    int64_t thousandths = distance_cm % unit_cm * 1000 / unit_cm;
    int n = snprintf(buf, SMALL_TEXT_SIZE, "%" PRId64 ".%03" PRId64, distance_cm / unit_cm,
                     thousandths);
    while (n > 1 && buf[n - 1] == '0') {
        buf[--n] = '\0';
    }
    if (n > 1 && buf[n - 1] == '.') {
        buf[--n] = '\0';
    }
    return buf;
}

void th_map_bar_draw(struct th_map_draw *draw, double x_mm, double y_mm, double max_mm)
{
    cairo_t *cr = draw->pen.cr;
    struct th_map_bar bar = th_map_bar_for(draw->layout.scale, max_mm);
    double step_mm = bar.length_mm / bar.n_divisions;
    bool km = bar.division_cm * bar.n_divisions >= INT64_C(200000);
    int64_t unit_cm = km ? 100000 : 100;
    ink(draw, 0);
    char text[SMALL_TEXT_SIZE] = "";
    for (int d = 0; d <= bar.n_divisions; d++) {
        th_pen_draw(&draw->pen,
                    &(struct th_pen_text){.text = distance_text(bar.division_cm * d, unit_cm, text),
                                          .x_mm = x_mm + d * step_mm,
                                          .y_mm = y_mm,
                                          .style.size_pt = 6.0,
                                          .align = TH_PEN_CENTRE});
    }
    // The unit follows the last number.
    double half_mm =
        th_pen_width(&draw->pen, text, (struct th_pen_style){.size_pt = 6.0, .bold = false}) / 2;
    th_pen_draw(&draw->pen, &(struct th_pen_text){.text = km ? "km" : "m",
                                                  .x_mm = x_mm + bar.length_mm + half_mm + 0.7,
                                                  .y_mm = y_mm,
                                                  .style.size_pt = 6.0});
    for (int d = 0; d < bar.n_divisions; d++) {
        double row = y_mm + (d % 2 == 0 ? 1.7 : 2.6);
        cairo_rectangle(cr, x_mm + d * step_mm, row, step_mm, 0.9);
    }
    cairo_fill(cr);
    cairo_set_line_width(cr, 0.15);
    cairo_rectangle(cr, x_mm, y_mm + 1.7, bar.length_mm, 1.8);
    for (int d = 1; d < bar.n_divisions; d++) {
        line(draw, x_mm + d * step_mm, y_mm + 1.7, x_mm + d * step_mm, y_mm + 3.5);
    }
    cairo_stroke(cr);
}

void th_map_footer_draw(struct th_map_draw *draw)
{
    const struct th_map_sheet *sheet = draw->sheet;
    const struct th_map_rect *outer = &draw->layout.outer;
    double y_mm = draw->layout.page.h_mm - 14.0;
    double right = outer->x_mm + outer->w_mm;
    if (draw->layout.landscape) {
        right = draw->layout.info.x_mm + draw->layout.info.w_mm;
    }
    double half = (right - outer->x_mm) / 2 - 2;
    struct th_buf texts[4] = {
        th_pen_words(draw->messages, draw->lang, "map.registry", "registry", sheet->registry, NULL),
        th_pen_words(draw->messages, draw->lang, "map.hash", "hash", sheet->data_hash, NULL),
        th_pen_words(draw->messages, draw->lang, "map.date_program", "date", sheet->date, "program",
                     sheet->program, NULL),
        th_pen_words(draw->messages, draw->lang, "map.signatures", NULL),
    };
    ink(draw, 0.2);
    for (int i = 0; i < 4; i++) {
        bool left = i < 2;
        th_pen_draw(&draw->pen, &(struct th_pen_text){.text = th_buf_text(&texts[i]),
                                                      .x_mm = left ? outer->x_mm : right,
                                                      .y_mm = y_mm + 4.0 * (i % 2),
                                                      .max_w_mm = half + (left ? 8 : -12),
                                                      .style.size_pt = i == 1 ? 5.5 : 7.0,
                                                      .align = left ? TH_PEN_LEFT : TH_PEN_RIGHT});
        th_buf_clear(&texts[i]);
    }
}
