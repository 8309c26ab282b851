// Text on paper, for everything that is drawn: fonts, lines, paragraphs, words of the catalogue,
// and the PDF that it goes into. Millimetres, y downward.
#ifndef TH_PAPERS_PEN_INTERNAL_H
#define TH_PAPERS_PEN_INTERNAL_H

#include <stdbool.h>

#include <pango/pangocairo.h>

#include "core/attributes.h"
#include "core/buf.h"
#include "core/error.h"
#include "core/messages.h"

#define TH_PEN_PT_PER_MM (72.0 / 25.4)

struct th_pen {
    cairo_t *cr;         // unit: mm; the caller's
    PangoContext *pango; // of our own font map
    const char *family;  // the Chinese font found
    const char *serif;   // one with serifs, or the same
};

enum th_pen_align { TH_PEN_LEFT, TH_PEN_CENTRE, TH_PEN_RIGHT };

struct th_pen_style {
    double size_pt;
    bool bold;
    bool serif;
    double spacing_pt; // between letters
};

struct th_pen_text { // one line
    const char *text;
    double x_mm;     // left, middle or right end by `align`
    double y_mm;     // middle of the capital letters
    double max_w_mm; // longer text is cut with an ellipsis; 0: as long as it is
    struct th_pen_style style;
    enum th_pen_align align;
    double angle; // radians, clockwise
    bool halo;    // white rim
};

struct th_pen_block { // wrapped at w_mm from the top left corner downward
    const char *text;
    double x_mm;
    double y_mm;
    double w_mm;
    struct th_pen_style style;
    enum th_pen_align align;
    double leading; // of the font's own line; 0: 0.9
};

// Makes a font map and context of our own. TH_IO ("font_missing").
enum th_status th_pen_open(struct th_pen *pen, struct th_error *err) TH_MUST_CHECK;
void th_pen_close(struct th_pen *pen); // the fonts; `cr` is not touched
void th_pen_draw(struct th_pen *pen, const struct th_pen_text *text);
// Returns the height in mm; draws or only measures.
double th_pen_paragraph(struct th_pen *pen, const struct th_pen_block *block, bool draw);
double th_pen_width(struct th_pen *pen, const char *text, struct th_pen_style style); // mm

// Text of a message key; pairs of name and value closed by NULL. Owned by the caller
// (th_buf_clear).
struct th_buf th_pen_words(const struct th_messages *messages, enum th_lang lang, const char *key,
                           ...) TH_SENTINEL;

// pdf.c
struct th_pdf_about { // NULL or "": not said
    const char *title;
    const char *subject;
    const char *author;
    const char *creator;
    const char *date; // ISO, of the data: never that of the printing
};
// Pages of a PDF that grows in `out`. The same drawing gives the same bytes.
cairo_surface_t *th_pdf_surface_new(struct th_buf *out, double w_mm, double h_mm,
                                    const struct th_pdf_about *about);
// For cairo's streams: appends to a struct th_buf.
cairo_status_t th_pdf_write(void *closure, const unsigned char *data, unsigned int size);

#endif
