// Ornaments: lines that a ruling machine would draw, and leaves of bamboo.
#include <math.h>

#include "papers/certificate_internal.h"

static const double tau = 6.283185307179586;
static const double outer_mm = 9;  // from the edge of the paper
static const double band_mm = 6.5; // between the outer and the inner line

static void colour(cairo_t *cr, struct th_colour of, double alpha)
{
    cairo_set_source_rgba(cr, of.red, of.green, of.blue, alpha);
}

static void box(cairo_t *cr, double inset_mm, double width_mm)
{
    cairo_set_line_width(cr, width_mm);
    cairo_rectangle(cr, inset_mm, inset_mm, TH_PAPER_W_MM - 2 * inset_mm,
                    TH_PAPER_H_MM - 2 * inset_mm);
    cairo_stroke(cr);
}

// A sine from `from_mm` on for a whole number of swings, in quarters of a swing by one curve each.
// Control points: the cubic that lies nearest to a quarter of a sine.
static void wave(cairo_t *cr, double from_mm, double swing_mm, double height_mm, int n_swings)
{
    static const double near = 0.512286623256592 / (6.283185307179586 / 4);
    static const double far = 1.002313685767899 / (6.283185307179586 / 4);
    const double quarter_mm = swing_mm / 4;
    cairo_move_to(cr, from_mm, 0);
    for (int i = 0; i < 4 * n_swings; i++) {
        double at_mm = from_mm + quarter_mm * i;
        double sign = i % 4 < 2 ? height_mm : -height_mm;
        if (i % 2 == 0) { // away from the middle
            cairo_curve_to(cr, at_mm + near * quarter_mm, sign * 0.512286623256592,
                           at_mm + far * quarter_mm, sign, at_mm + quarter_mm, sign);
        } else {
            cairo_curve_to(cr, at_mm + (1 - far) * quarter_mm, sign,
                           at_mm + (1 - near) * quarter_mm, sign * 0.512286623256592,
                           at_mm + quarter_mm, 0);
        }
    }
    cairo_stroke(cr);
}

// Waves that cross each other, between two corner squares: along the x axis after a turn.
static void band(cairo_t *cr, bool upright, double at_mm)
{
    enum { N_WAVES = 5 };
    const double from_mm = outer_mm + band_mm;
    double length_mm = (upright ? TH_PAPER_H_MM : TH_PAPER_W_MM) - 2 * from_mm;
    int n_swings = (int)(length_mm / 9 + 0.5);
    double swing_mm = length_mm / n_swings;
    cairo_save(cr);
    if (upright) {
        cairo_translate(cr, at_mm, 0);
        cairo_rotate(cr, tau / 4);
    } else {
        cairo_translate(cr, 0, at_mm);
    }
    cairo_rectangle(cr, from_mm, -band_mm / 2, length_mm, band_mm);
    cairo_clip(cr);
    for (int i = 0; i < N_WAVES; i++) {
        double shift_mm = swing_mm * i / N_WAVES;
        colour(cr, th_paper_green, 0.55);
        wave(cr, from_mm - shift_mm, swing_mm, band_mm * 0.40, n_swings + 1);
        colour(cr, th_paper_gold, 0.75);
        wave(cr, from_mm - shift_mm / 2, swing_mm / 2, band_mm * 0.22, 2 * n_swings + 1);
    }
    cairo_restore(cr);
}

// Petals about a point: a curve that a wheel within a wheel would draw.
static void rosette(cairo_t *cr, double x_mm, double y_mm, double radius_mm, int n_petals,
                    double depth)
{
    int n = 20 * n_petals;
    for (int i = 0; i <= n; i++) {
        double turn = tau * i / n;
        double r_mm = radius_mm * (1 - depth + depth * cos(n_petals * turn));
        cairo_line_to(cr, x_mm + r_mm * cos(turn), y_mm + r_mm * sin(turn));
    }
    cairo_close_path(cr);
    cairo_stroke(cr);
}

static void corner(cairo_t *cr, double x_mm, double y_mm)
{
    double half = band_mm / 2;
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_rectangle(cr, x_mm - half, y_mm - half, band_mm, band_mm);
    cairo_fill(cr);
    colour(cr, th_paper_green, 1);
    cairo_set_line_width(cr, 0.3);
    cairo_rectangle(cr, x_mm - half, y_mm - half, band_mm, band_mm);
    cairo_stroke(cr);
    cairo_set_line_width(cr, 0.12);
    for (int i = 1; i <= 4; i++) {
        colour(cr, i % 2 == 0 ? th_paper_gold : th_paper_green, 0.9);
        rosette(cr, x_mm, y_mm, half * 0.9 * i / 4, 8, 0.12);
    }
}

void th_certificate_frame_draw(struct th_paper *paper)
{
    cairo_t *cr = th_paper_pen(paper)->cr;
    double middle = outer_mm + band_mm / 2;
    cairo_save(cr);
    cairo_set_line_width(cr, 0.1);
    for (int i = 0; i < 26; i++) { // a watermark behind the text
        colour(cr, i % 2 == 0 ? th_paper_green : th_paper_gold, 0.13);
        rosette(cr, TH_PAPER_W_MM / 2, 140, 14 + 2.2 * i, 12 + i % 3 * 6, 0.05 + 0.004 * i);
    }
    cairo_set_line_width(cr, 0.09);
    band(cr, false, middle);
    band(cr, false, TH_PAPER_H_MM - middle);
    band(cr, true, middle);
    band(cr, true, TH_PAPER_W_MM - middle);
    colour(cr, th_paper_green, 1);
    box(cr, outer_mm, 0.9);
    box(cr, outer_mm + band_mm, 0.3);
    colour(cr, th_paper_gold, 1);
    box(cr, outer_mm + band_mm + 1.4, 0.3);
    for (int i = 0; i < 4; i++) {
        corner(cr, i % 2 == 0 ? middle : TH_PAPER_W_MM - middle,
               i < 2 ? middle : TH_PAPER_H_MM - middle);
    }
    cairo_restore(cr);
}

// A leaf from the origin upward, one unit long.
static void leaf(cairo_t *cr, struct th_colour of)
{
    cairo_move_to(cr, 0, 0);
    cairo_curve_to(cr, 0.24, -0.20, 0.26, -0.55, 0, -1);
    cairo_curve_to(cr, -0.26, -0.55, -0.24, -0.20, 0, 0);
    colour(cr, of, 1);
    cairo_fill(cr);
    cairo_move_to(cr, 0, -0.06);
    cairo_line_to(cr, 0, -0.80);
    cairo_set_source_rgba(cr, 1, 1, 1, 0.75);
    cairo_set_line_width(cr, 0.025);
    cairo_stroke(cr);
}

void th_certificate_emblem_draw(struct th_paper *paper, double x_mm, double y_mm, double radius_mm)
{
    static const struct {
        double turn; // clockwise from upright
        double length;
        struct th_colour of;
    } leaves[] = {{-0.16, 0.70, {0.33, 0.56, 0.36}},
                  {0.16, 0.70, {0.33, 0.56, 0.36}},
                  {-0.085, 0.98, {0.16, 0.44, 0.30}},
                  {0.085, 0.98, {0.16, 0.44, 0.30}},
                  {0, 1.16, {0.07, 0.33, 0.25}}};
    cairo_t *cr = th_paper_pen(paper)->cr;
    cairo_save(cr);
    cairo_translate(cr, x_mm, y_mm);
    colour(cr, th_paper_gold, 1);
    cairo_set_line_width(cr, 0.5);
    cairo_new_path(cr);
    cairo_arc(cr, 0, 0, radius_mm, 0, tau);
    cairo_stroke(cr);
    cairo_set_line_width(cr, 0.15);
    cairo_arc(cr, 0, 0, radius_mm * 0.92, 0, tau);
    cairo_stroke(cr);
    cairo_translate(cr, 0, radius_mm * 0.52);
    for (size_t i = 0; i < sizeof(leaves) / sizeof(*leaves); i++) {
        cairo_save(cr);
        cairo_rotate(cr, leaves[i].turn * tau);
        cairo_scale(cr, radius_mm * leaves[i].length, radius_mm * leaves[i].length);
        leaf(cr, leaves[i].of);
        cairo_restore(cr);
    }
    cairo_restore(cr);
}
