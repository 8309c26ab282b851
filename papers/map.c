#include "papers/map.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cairo-svg.h>

#include "core/buf.h"
#include "core/file.h"
#include "core/quantity.h"
#include "core/text.h"
#include "papers/papers_internal.h"

static const size_t file_limit = (size_t)256 << 20;
static const double png_per_mm = 300.0 / 25.4;

static enum th_status failed(const char *detail, struct th_error *err)
{
    return th_error_set(err, TH_IO, "map_failed", "detail", detail, NULL);
}

// Cairo numbers the group of an SVG page by how many surfaces the process has made, the only part
// of its output that is not the drawing's own. All text is drawn as outlines, so the name occurs
// nowhere else.
static void svg_settle(struct th_buf *out)
{
    static const char name[] = "id=\"surface";
    static const size_t length = sizeof(name) - 1;
    size_t kept = 0;
    for (size_t i = 0; i < out->size;) {
        bool found = i + length <= out->size && memcmp(out->data + i, name, length) == 0;
        size_t n = found ? length : 1;
        memmove(out->data + kept, out->data + i, n);
        kept += n;
        i += n;
        while (found && i < out->size && isdigit((unsigned char)out->data[i])) {
            i++;
        }
    }
    out->size = kept;
    if (out->data != NULL) {
        out->data[kept] = '\0';
    }
}

static bool text_ok(const char *text)
{
    return text == NULL || th_text_is_utf8(text, strlen(text));
}

// Pango complains on stderr about text that is not UTF-8; here it is refused instead.
static enum th_status sheet_check(const struct th_map_sheet *sheet, struct th_error *err)
{
    char count[TH_QUANTITY_TEXT_SIZE];
    char limit[TH_QUANTITY_TEXT_SIZE];
    if (sheet->n_parcels == 0) {
        return th_error_set(err, TH_INVALID, "map_empty", NULL);
    }
    if (sheet->n_parcels > TH_MAP_PARCELS_MAX) {
        return th_error_set(err, TH_LIMIT, "map_too_many", "count",
                            th_int_format((int64_t)sheet->n_parcels, count), "limit",
                            th_int_format(TH_MAP_PARCELS_MAX, limit), NULL);
    }
    const char *const texts[] = {sheet->title, sheet->subtitle, sheet->crs,      sheet->crs_code,
                                 sheet->date,  sheet->program,  sheet->registry, sheet->data_hash};
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        if (!text_ok(texts[i])) {
            return th_error_set(err, TH_INVALID, "map_text", NULL);
        }
    }
    for (size_t p = 0; p < sheet->n_parcels; p++) {
        const struct th_map_parcel *parcel = &sheet->parcels[p];
        if (!text_ok(parcel->label) || !text_ok(parcel->kind) || !text_ok(parcel->village)) {
            return th_error_set(err, TH_INVALID, "map_text", NULL);
        }
    }
    return TH_OK;
}

static enum th_status layout_make(const struct th_map_sheet *sheet,
                                  struct th_map_layout *ret_layout, struct th_error *err)
{
    struct th_map_extent extent;
    if (sheet->scale < 0 || !th_map_extent_of(sheet->parcels, sheet->n_parcels, &extent)) {
        return th_error_set(err, TH_INVALID, "map_geometry", NULL);
    }
    int64_t needed = th_map_layout_choose(&extent, sheet->scale, ret_layout);
    if (needed == 0) {
        return TH_OK;
    }
    char wanted_text[TH_QUANTITY_TEXT_SIZE];
    char needed_text[TH_QUANTITY_TEXT_SIZE];
    return th_error_set(err, TH_INVALID, "map_scale", "scale",
                        th_int_format(sheet->scale, wanted_text), "needed",
                        th_int_format(needed, needed_text), NULL);
}

static cairo_surface_t *surface_new(const struct th_map_draw *draw, enum th_map_format format,
                                    struct th_buf *out, double *ret_units_per_mm)
{
    double w_mm = draw->layout.page.w_mm;
    double h_mm = draw->layout.page.h_mm;
    cairo_surface_t *surface = NULL;
    double units_per_mm = TH_PEN_PT_PER_MM;
    switch (format) {
    case TH_MAP_PDF:
        surface = th_pdf_surface_new(out, w_mm, h_mm,
                                     &(struct th_pdf_about){.title = draw->sheet->title,
                                                            .subject = draw->sheet->subtitle,
                                                            .author = draw->sheet->registry,
                                                            .creator = draw->sheet->program,
                                                            .date = draw->sheet->date});
        break;
    case TH_MAP_SVG:
        surface = cairo_svg_surface_create_for_stream(th_pdf_write, out, w_mm * TH_PEN_PT_PER_MM,
                                                      h_mm * TH_PEN_PT_PER_MM);
        break;
    case TH_MAP_PNG:
        units_per_mm = png_per_mm;
        surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)(w_mm * png_per_mm + 0.5),
                                             (int)(h_mm * png_per_mm + 0.5));
        break;
    }
    assert(surface != NULL);
    *ret_units_per_mm = units_per_mm;
    return surface;
}

static enum th_status sheet_draw(struct th_map_draw *draw, struct th_error *err)
{
    struct th_map_shape *shapes = th_map_shapes_new(draw);
    if (shapes == NULL) {
        return th_error_no_memory(err);
    }
    cairo_set_source_rgb(draw->pen.cr, 1, 1, 1);
    cairo_paint(draw->pen.cr);
    th_map_title_draw(draw);
    th_map_grid_draw(draw);
    th_map_parcels_draw(draw, shapes);
    th_map_frame_draw(draw);
    enum th_status status = th_map_labels_draw(draw, shapes, err);
    if (status == TH_OK) {
        th_map_info_draw(draw); // says how many labels were left out, so it follows them
        status = th_map_table_draw(draw, err);
    }
    th_map_footer_draw(draw);
    th_map_shapes_free(shapes, draw->sheet->n_parcels);
    return status;
}

// Draws into `out`. The surface is finished here, so that all bytes are in it.
static enum th_status render(struct th_map_draw *draw, enum th_map_format format,
                             struct th_buf *out, struct th_error *err)
{
    double units_per_mm = 1;
    cairo_surface_t *surface = surface_new(draw, format, out, &units_per_mm);
    cairo_status_t drawn = CAIRO_STATUS_SUCCESS;
    enum th_status status = TH_OK;
    draw->pen.cr = cairo_create(surface);
    cairo_scale(draw->pen.cr, units_per_mm, units_per_mm);
    status = sheet_draw(draw, err);
    if (status != TH_OK) {
        goto done;
    }
    cairo_show_page(draw->pen.cr);
    drawn = cairo_status(draw->pen.cr);
    if (drawn == CAIRO_STATUS_SUCCESS && format == TH_MAP_PNG) {
        drawn = cairo_surface_write_to_png_stream(surface, th_pdf_write, out);
    }
    cairo_surface_finish(surface);
    if (drawn == CAIRO_STATUS_SUCCESS) {
        drawn = cairo_surface_status(surface);
    }
    if (out->failed) {
        status = th_buf_check(out, err);
    } else if (drawn != CAIRO_STATUS_SUCCESS) {
        status = failed(cairo_status_to_string(drawn), err);
    } else if (format == TH_MAP_SVG) {
        svg_settle(out);
    }
done:
    cairo_destroy(draw->pen.cr);
    draw->pen.cr = NULL;
    cairo_surface_destroy(surface);
    return status;
}

enum th_status th_map_print(const struct th_map_sheet *sheet, const struct th_messages *messages,
                            enum th_lang lang, enum th_map_format format, const char *path,
                            int64_t *ret_scale, struct th_hash *ret_sha256, struct th_error *err)
{
    assert(sheet != NULL && messages != NULL && path != NULL);
    struct th_map_draw draw = {.sheet = sheet, .messages = messages, .lang = lang};
    struct th_error write_error;
    struct th_buf out;
    th_buf_init(&out, file_limit);
    enum th_status status = sheet_check(sheet, err);
    for (size_t p = 0; status == TH_OK && p < sheet->n_parcels; p++) {
        draw.any_taken_off |=
            th_area_compare(sheet->parcels[p].measured, sheet->parcels[p].counted) != 0;
    }
    if (status == TH_OK) {
        status = layout_make(sheet, &draw.layout, err);
    }
    if (status == TH_OK) {
        status = th_pen_open(&draw.pen, err);
    }
    if (status == TH_OK) {
        status = render(&draw, format, &out, err);
    }
    if (status != TH_OK) {
        goto done;
    }
    status = th_file_write_new(path, out.data, out.size, &write_error);
    if (status == TH_CONFLICT) {
        if (err != NULL) {
            *err = write_error;
        }
        goto done;
    }
    if (status != TH_OK) {
        const char *detail = th_error_arg_get(&write_error, "detail");
        status = failed(detail == NULL ? path : detail, err);
        goto done;
    }
    if (ret_scale != NULL) {
        *ret_scale = draw.layout.scale;
    }
    if (ret_sha256 != NULL) {
        *ret_sha256 = th_hash_bytes(TH_HASH_SHA256, out.data, out.size);
    }
done:
    th_pen_close(&draw.pen);
    th_buf_clear(&out);
    return status;
}
