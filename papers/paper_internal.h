// A document that flows over A4 pages from top to bottom: titles, fields, paragraphs, tables whose
// heading comes again on every page, codes to scan, and a footer that knows how many pages there
// are. It is composed twice: to count the pages, and to draw them. Millimetres, y downward.
#ifndef TH_PAPERS_PAPER_INTERNAL_H
#define TH_PAPERS_PAPER_INTERNAL_H

#include "core/hash.h"
#include "papers/pen_internal.h"
#include "papers/qr_internal.h"

#define TH_PAPER_W_MM 210.0
#define TH_PAPER_H_MM 297.0
#define TH_PAPER_SIDE_MM 22.0 // margins to the left and right
#define TH_PAPER_ROOM_MM (TH_PAPER_W_MM - 2 * TH_PAPER_SIDE_MM)

enum { TH_PAPER_COLUMNS_MAX = 10, TH_PAPER_TEXT_MAX = 4000 };

struct th_colour {
    double red, green, blue;
};
extern const struct th_colour th_paper_ink;
extern const struct th_colour th_paper_grey;
extern const struct th_colour th_paper_green;
extern const struct th_colour th_paper_gold;
extern const struct th_colour th_paper_red;

struct th_paper_column {
    const char *title;
    double share; // of the width; all columns together make the whole
    enum th_pen_align align;
};

struct th_paper; // opaque to what is composed, but for the pen

struct th_paper_options {
    struct th_pdf_about about;
    const struct th_messages *messages;
    enum th_lang lang;
    const char *footer; // to the left of the page number
    // Draws what lies behind the text of each page; NULL: nothing does.
    void (*decorate)(struct th_paper *paper, int page);
};

// Composes and writes to `path`, which gets its name when the file is whole and unless it exists:
// errors of th_file_check_new. TH_INVALID ("paper_format": not a name that ends in .pdf), TH_IO
// ("font_missing", "paper_failed" with "detail"), TH_INVALID
// ("paper_text": not UTF-8), TH_LIMIT ("paper_text_long" with "limit", "paper_row_long": a text or
// row that no page holds).
enum th_status th_paper_print(const struct th_paper_options *options,
                              void (*compose)(void *context, struct th_paper *paper), void *context,
                              const char *path, struct th_hash *ret_sha256,
                              struct th_error *err) TH_MUST_CHECK;

// What follows is called while composing. Failures stick and are told by th_paper_print.
struct th_pen *th_paper_pen(struct th_paper *paper);
void th_paper_colour(struct th_paper *paper, struct th_colour colour);
// Text of a message in the language of the paper. Borrowed.
const char *th_paper_word(const struct th_paper *paper, const char *key);
double th_paper_y_mm(const struct th_paper *paper); // where the next thing stands
void th_paper_move(struct th_paper *paper, double y_mm);
void th_paper_space(struct th_paper *paper, double h_mm);
void th_paper_break(struct th_paper *paper);             // the next page, unless at its top
void th_paper_keep(struct th_paper *paper, double h_mm); // so much together, else the next page

struct th_paper_text { // a paragraph over the whole width
    const char *text;
    struct th_pen_style style;
    enum th_pen_align align;
    struct th_colour colour;
    double after_mm;
};
void th_paper_text(struct th_paper *paper, const struct th_paper_text *text);
void th_paper_title(struct th_paper *paper, const char *title, const char *subtitle);
void th_paper_heading(struct th_paper *paper, const char *text);
// A name and what it says; NULL or "" is left out.
void th_paper_field(struct th_paper *paper, const char *name, const char *value);
// On a coloured ground, for what must not be overlooked.
void th_paper_notice(struct th_paper *paper, const char *text);
void th_paper_table_begin(struct th_paper *paper, const struct th_paper_column *columns, size_t n);
void th_paper_table_row(struct th_paper *paper, const char *const *cells, bool bold);
void th_paper_table_end(struct th_paper *paper);
// Can this text be drawn? What cannot is told in the end.
bool th_paper_check(struct th_paper *paper, const char *text);
// A single line, and a wrapped text, at a place of their own; the caller has set the colour.
void th_paper_line(struct th_paper *paper, const struct th_pen_text *text);
double th_paper_block(struct th_paper *paper, const struct th_pen_block *block, bool draw);
// A code with its quiet zone, in a square of that size; its text sticks when it is too long.
void th_paper_qr(struct th_paper *paper, const char *text, double x_mm, double y_mm,
                 double size_mm);

#endif
