#include "papers/pen_internal.h"

#include <stdarg.h>
#include <string.h>

#include "core/error.h"

// Families that hold the Chinese of a paper, the best first. They are asked for by name, since a
// font chosen by likeness may be one without a single Chinese character, and pango then ends the
// process when there is no font at all.
static const char *const families[] = {
    "Noto Sans CJK SC", "Source Han Sans SC",  "Source Han Sans CN", "Noto Sans SC",
    "Noto Sans CJK JP", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei",  "Noto Serif CJK SC"};
// For titles and certificates; without one of them they are set like everything else.
static const char *const serifs[] = {"Noto Serif CJK SC", "Source Han Serif SC",
                                     "Source Han Serif CN", "Noto Serif SC"};

static const char *family_find(PangoFontMap *map, const char *const *names, size_t n_names)
{
    PangoFontFamily **found = NULL;
    int n_found = 0;
    const char *best = NULL;
    pango_font_map_list_families(map, &found, &n_found);
    for (size_t f = 0; f < n_names && best == NULL; f++) {
        for (int i = 0; i < n_found && best == NULL; i++) {
            if (strcmp(pango_font_family_get_name(found[i]), names[f]) == 0) {
                best = names[f];
            }
        }
    }
    g_free(found);
    return best;
}

enum th_status th_pen_open(struct th_pen *pen, struct th_error *err)
{
    PangoFontMap *map = pango_cairo_font_map_new();
    pen->family = family_find(map, families, sizeof(families) / sizeof(*families));
    pen->serif = family_find(map, serifs, sizeof(serifs) / sizeof(*serifs));
    if (pen->serif == NULL) {
        pen->serif = pen->family;
    }
    if (pen->family == NULL) {
        g_object_unref(map);
        return th_error_set(err, TH_IO, "font_missing", NULL);
    }
    pen->pango = pango_font_map_create_context(map);
    g_object_unref(map);
    // No hinting and no rounding to pixels: the same glyph stands at the same place in each format.
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(pen->pango, options);
    cairo_font_options_destroy(options);
    pango_cairo_context_set_resolution(pen->pango, 72.0);
    pango_context_set_round_glyph_positions(pen->pango, FALSE);
    pango_context_set_language(pen->pango, pango_language_from_string("zh-cn"));
    pango_context_set_base_dir(pen->pango, PANGO_DIRECTION_LTR);
    return TH_OK;
}

void th_pen_close(struct th_pen *pen)
{
    if (pen->pango != NULL) {
        g_object_unref(pen->pango);
    }
    pen->pango = NULL;
}

static PangoLayout *layout_new(const struct th_pen *pen, const char *text,
                               const struct th_pen_style *style)
{
    PangoLayout *layout = pango_layout_new(pen->pango);
    PangoFontDescription *font = pango_font_description_new();
    pango_font_description_set_family_static(font, style->serif ? pen->serif : pen->family);
    pango_font_description_set_absolute_size(font, style->size_pt * PANGO_SCALE);
    pango_font_description_set_weight(font, style->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    // No ligatures: digests and numbers are read sign by sign, also by those who copy them.
    PangoAttrList *attributes = pango_attr_list_new();
    pango_attr_list_insert(attributes, pango_attr_font_features_new("liga=0, clig=0"));
    if (style->spacing_pt > 0) {
        int spacing = (int)(style->spacing_pt * PANGO_SCALE);
        pango_attr_list_insert(attributes, pango_attr_letter_spacing_new(spacing));
    }
    pango_layout_set_attributes(layout, attributes);
    pango_attr_list_unref(attributes);
    pango_layout_set_text(layout, text == NULL ? "" : text, -1);
    return layout;
}

static double layout_width_pt(PangoLayout *layout)
{
    int width = 0;
    pango_layout_get_size(layout, &width, NULL);
    return (double)width / PANGO_SCALE;
}

void th_pen_draw(struct th_pen *pen, const struct th_pen_text *text)
{
    cairo_t *cr = pen->cr;
    PangoLayout *layout = layout_new(pen, text->text, &text->style);
    pango_layout_set_single_paragraph_mode(layout, TRUE);
    double width_pt = layout_width_pt(layout);
    double max_pt = text->max_w_mm * TH_PEN_PT_PER_MM;
    if (max_pt > 0 && width_pt > max_pt) {
        pango_layout_set_width(layout, (int)(max_pt * PANGO_SCALE));
        pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
        width_pt = layout_width_pt(layout);
    }
    double left_pt = 0;
    if (text->align == TH_PEN_CENTRE) {
        left_pt = -width_pt / 2;
    } else if (text->align == TH_PEN_RIGHT) {
        left_pt = -width_pt;
    }
    // Capitals, digits and Chinese all have their middle about 0.37 em above the base line.
    double top_pt =
        0.37 * text->style.size_pt - (double)pango_layout_get_baseline(layout) / PANGO_SCALE;
    cairo_save(cr);
    cairo_translate(cr, text->x_mm, text->y_mm);
    cairo_rotate(cr, text->angle);
    cairo_scale(cr, 1 / TH_PEN_PT_PER_MM, 1 / TH_PEN_PT_PER_MM);
    if (text->halo) {
        cairo_save(cr);
        cairo_set_source_rgb(cr, 1, 1, 1);
        cairo_set_line_width(cr, 0.28 * text->style.size_pt);
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

double th_pen_paragraph(struct th_pen *pen, const struct th_pen_block *block, bool draw)
{
    PangoLayout *layout = layout_new(pen, block->text, &block->style);
    pango_layout_set_width(layout, (int)(block->w_mm * TH_PEN_PT_PER_MM * PANGO_SCALE));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_line_spacing(layout, block->leading > 0 ? (float)block->leading : 0.9F);
    pango_layout_set_alignment(layout, block->align == TH_PEN_CENTRE  ? PANGO_ALIGN_CENTER
                                       : block->align == TH_PEN_RIGHT ? PANGO_ALIGN_RIGHT
                                                                      : PANGO_ALIGN_LEFT);
    int height = 0;
    pango_layout_get_size(layout, NULL, &height);
    if (draw) {
        cairo_save(pen->cr);
        cairo_translate(pen->cr, block->x_mm, block->y_mm);
        cairo_scale(pen->cr, 1 / TH_PEN_PT_PER_MM, 1 / TH_PEN_PT_PER_MM);
        cairo_move_to(pen->cr, 0, 0);
        pango_cairo_show_layout(pen->cr, layout);
        cairo_restore(pen->cr);
    }
    g_object_unref(layout);
    return (double)height / PANGO_SCALE / TH_PEN_PT_PER_MM;
}

double th_pen_width(struct th_pen *pen, const char *text, struct th_pen_style style)
{
    PangoLayout *layout = layout_new(pen, text, &style);
    pango_layout_set_single_paragraph_mode(layout, TRUE);
    double width_pt = layout_width_pt(layout);
    g_object_unref(layout);
    return width_pt / TH_PEN_PT_PER_MM;
}

struct th_buf th_pen_words(const struct th_messages *messages, enum th_lang lang, const char *key,
                           ...)
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
    th_buf_init(&text, (size_t)64 * 1024);
    th_messages_format(messages, lang, key, carrier.args, carrier.n_args, &text);
    return text;
}
