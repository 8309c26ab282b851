#include "papers/qr_internal.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <qrencode.h>

enum { QUIET = 4 };

// Squares beside each other are one rectangle: no hairlines between them, and a smaller file.
static void draw_squares(cairo_t *cr, const QRcode *code, double x_mm, double y_mm, double side_mm)
{
    for (int row = 0; row < code->width; row++) {
        const unsigned char *squares = code->data + (size_t)row * (size_t)code->width;
        for (int from = 0; from < code->width;) {
            int to = from;
            while (to < code->width && (squares[to] & 1) != 0) {
                to++;
            }
            if (to > from) {
                cairo_rectangle(cr, x_mm + (QUIET + from) * side_mm, y_mm + (QUIET + row) * side_mm,
                                (to - from) * side_mm, side_mm);
            }
            from = to + 1;
        }
    }
    cairo_fill(cr);
}

enum th_status th_qr_draw(cairo_t *cr, const char *text, double x_mm, double y_mm, double size_mm,
                          struct th_error *err)
{
    if (strlen(text) > TH_QR_TEXT_MAX) {
        (void)th_error_set(err, TH_LIMIT, "qr_too_long", NULL);
        th_error_add_int(err, "limit", TH_QR_TEXT_MAX);
        return TH_LIMIT;
    }
    QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
    if (code == NULL) {
        return th_error_no_memory(err); // the text is of a length that fits
    }
    double side_mm = size_mm / (code->width + 2 * QUIET);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_rectangle(cr, x_mm, y_mm, size_mm, size_mm);
    cairo_fill(cr);
    cairo_set_source_rgb(cr, 0, 0, 0);
    draw_squares(cr, code, x_mm, y_mm, side_mm);
    QRcode_free(code);
    return TH_OK;
}
