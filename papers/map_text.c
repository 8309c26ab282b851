#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "papers/papers_internal.h"

// Families that hold the Chinese of a sheet, the best first. They are asked for by name, since a
// font chosen by likeness may be one without a single Chinese character, and pango then ends the
// process when there is no font at all.
static const char *const families[] = {
    "Noto Sans CJK SC", "Source Han Sans SC",  "Source Han Sans CN", "Noto Sans SC",
    "Noto Sans CJK JP", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei",  "Noto Serif CJK SC"};

static const char *family_find(PangoFontMap *map)
{
    PangoFontFamily **found = NULL;
    int n_found = 0;
    const char *best = NULL;
    pango_font_map_list_families(map, &found, &n_found);
    for (size_t f = 0; f < sizeof(families) / sizeof(*families) && best == NULL; f++) {
        for (int i = 0; i < n_found && best == NULL; i++) {
            if (strcmp(pango_font_family_get_name(found[i]), families[f]) == 0) {
                best = families[f];
            }
        }
    }
    g_free(found);
    return best;
}

enum th_status th_map_fonts_open(struct th_map_draw *draw, struct th_error *err)
{
    PangoFontMap *map = pango_cairo_font_map_new();
    draw->family = family_find(map);
    if (draw->family == NULL) {
        g_object_unref(map);
        return th_error_set(err, TH_IO, "font_missing", NULL);
    }
    draw->pango = pango_font_map_create_context(map);
    g_object_unref(map);
    // No hinting and no rounding to pixels: the same glyph stands at the same place in each format.
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(draw->pango, options);
    cairo_font_options_destroy(options);
    pango_cairo_context_set_resolution(draw->pango, 72.0);
    pango_context_set_round_glyph_positions(draw->pango, FALSE);
    pango_context_set_language(draw->pango, pango_language_from_string("zh-cn"));
    pango_context_set_base_dir(draw->pango, PANGO_DIRECTION_LTR);
    return TH_OK;
}

void th_map_fonts_close(struct th_map_draw *draw)
{
    if (draw->pango != NULL) {
        g_object_unref(draw->pango);
    }
    draw->pango = NULL;
}

static PangoLayout *layout_new(const struct th_map_draw *draw, const char *text, double size_pt,
                               bool bold)
{
    PangoLayout *layout = pango_layout_new(draw->pango);
    PangoFontDescription *font = pango_font_description_new();
    pango_font_description_set_family_static(font, draw->family);
    pango_font_description_set_absolute_size(font, size_pt * PANGO_SCALE);
    pango_font_description_set_weight(font, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    pango_layout_set_text(layout, text == NULL ? "" : text, -1);
    return layout;
}

static double layout_width_pt(PangoLayout *layout)
{
    int width = 0;
    pango_layout_get_size(layout, &width, NULL);
    return (double)width / PANGO_SCALE;
}

void th_map_text_draw(struct th_map_draw *draw, const struct th_map_text *text)
{
    cairo_t *cr = draw->cr;
    PangoLayout *layout = layout_new(draw, text->text, text->size_pt, text->bold);
    pango_layout_set_single_paragraph_mode(layout, TRUE);
    double width_pt = layout_width_pt(layout);
    double max_pt = text->max_w_mm * TH_MAP_PT_PER_MM;
    if (max_pt > 0 && width_pt > max_pt) {
        pango_layout_set_width(layout, (int)(max_pt * PANGO_SCALE));
        pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
        width_pt = layout_width_pt(layout);
    }
    double left_pt = 0;
    if (text->align == TH_MAP_CENTRE) {
        left_pt = -width_pt / 2;
    } else if (text->align == TH_MAP_RIGHT) {
        left_pt = -width_pt;
    }
    // Capitals, digits and Chinese all have their middle about 0.37 em above the base line.
    double top_pt = 0.37 * text->size_pt - (double)pango_layout_get_baseline(layout) / PANGO_SCALE;
    cairo_save(cr);
    cairo_translate(cr, text->x_mm, text->y_mm);
    cairo_rotate(cr, text->angle);
    cairo_scale(cr, 1 / TH_MAP_PT_PER_MM, 1 / TH_MAP_PT_PER_MM);
    if (text->halo) {
        cairo_save(cr);
        cairo_set_source_rgb(cr, 1, 1, 1);
        cairo_set_line_width(cr, 0.28 * text->size_pt);
        cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
        cairo_move_to(cr, left_pt, top_pt);
        pango_cairo_layout_path(cr, layout);
        cairo_stroke(cr);
        cairo_restore(cr);
    }
    cairo_move_to(cr, left_pt, top_pt);
    pango_cairo_show_layout(cr, layout);
    cairo_restore(cr);
    g_object_unref(layout);
}

double th_map_text_paragraph(struct th_map_draw *draw, const char *text, double x_mm, double y_mm,
                             double w_mm, double size_pt)
{
    PangoLayout *layout = layout_new(draw, text, size_pt, false);
    pango_layout_set_width(layout, (int)(w_mm * TH_MAP_PT_PER_MM * PANGO_SCALE));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_line_spacing(layout, 0.9F);
    int height = 0;
    pango_layout_get_size(layout, NULL, &height);
    cairo_save(draw->cr);
    cairo_translate(draw->cr, x_mm, y_mm);
    cairo_scale(draw->cr, 1 / TH_MAP_PT_PER_MM, 1 / TH_MAP_PT_PER_MM);
    cairo_move_to(draw->cr, 0, 0);
    pango_cairo_show_layout(draw->cr, layout);
    cairo_restore(draw->cr);
    g_object_unref(layout);
    return (double)height / PANGO_SCALE / TH_MAP_PT_PER_MM;
}

double th_map_text_width(struct th_map_draw *draw, const char *text, double size_pt, bool bold)
{
    PangoLayout *layout = layout_new(draw, text, size_pt, bold);
    pango_layout_set_single_paragraph_mode(layout, TRUE);
    double width_pt = layout_width_pt(layout);
    g_object_unref(layout);
    return width_pt / TH_MAP_PT_PER_MM;
}

struct th_buf th_map_message(const struct th_map_draw *draw, const char *key, ...)
{
    struct th_error carrier = {.status = TH_OK};
    va_list pairs;
    va_start(pairs, key);
    for (const char *name = va_arg(pairs, const char *); name != NULL;
         name = va_arg(pairs, const char *)) {
        th_error_add(&carrier, name, va_arg(pairs, const char *));
    }
    va_end(pairs);
    struct th_buf text;
    th_buf_init(&text, 64 * 1024);
    th_messages_format(draw->messages, draw->lang, key, carrier.args, carrier.n_args, &text);
    return text;
}
