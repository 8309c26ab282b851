#include "papers/paper_internal.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "core/file.h"
#include "core/quantity.h"
#include "core/text.h"

static const size_t file_limit = (size_t)256 << 20;
static const double top_mm = 24;
static const double bottom_mm = 26; // the footer stands below
static const double row_h_max_mm = 200;
static const double cell_air_mm = 1.2;
static const double row_air_mm = 1.3;

const struct th_colour th_paper_ink = {0.10, 0.11, 0.12};
const struct th_colour th_paper_grey = {0.40, 0.42, 0.44};
const struct th_colour th_paper_green = {0.07, 0.33, 0.25};
const struct th_colour th_paper_gold = {0.66, 0.52, 0.22};
const struct th_colour th_paper_red = {0.72, 0.11, 0.11};

struct th_paper {
    const struct th_paper_options *options;
    struct th_pen pen;
    int page;
    int n_pages; // 0 while they are counted
    double y_mm;
    const struct th_paper_column *columns; // of the table that is open
    size_t n_columns;
    bool failed;
    struct th_error error; // the first one
};

struct th_pen *th_paper_pen(struct th_paper *paper)
{
    return &paper->pen;
}

void th_paper_colour(struct th_paper *paper, struct th_colour colour)
{
    cairo_set_source_rgb(paper->pen.cr, colour.red, colour.green, colour.blue);
}

const char *th_paper_word(const struct th_paper *paper, const char *key)
{
    return th_messages_text(paper->options->messages, paper->options->lang, key);
}

double th_paper_y_mm(const struct th_paper *paper)
{
    return paper->y_mm;
}

void th_paper_move(struct th_paper *paper, double y_mm)
{
    paper->y_mm = y_mm;
}

void th_paper_space(struct th_paper *paper, double h_mm)
{
    paper->y_mm += h_mm;
}

// Pango complains on stderr about text that is not UTF-8; here it is refused instead.
bool th_paper_check(struct th_paper *paper, const char *text)
{
    size_t size = text == NULL ? 0 : strlen(text);
    struct th_error error;
    if (size > TH_PAPER_TEXT_MAX) {
        char limit[TH_QUANTITY_TEXT_SIZE];
        (void)th_error_set(&error, TH_LIMIT, "paper_text_long", "limit",
                           th_int_format(TH_PAPER_TEXT_MAX, limit), NULL);
    } else if (size > 0 && !th_text_is_utf8(text, size)) {
        (void)th_error_set(&error, TH_INVALID, "paper_text", NULL);
    } else {
        return true;
    }
    if (!paper->failed) {
        paper->failed = true;
        paper->error = error;
    }
    return false;
}

void th_paper_line(struct th_paper *paper, const struct th_pen_text *text)
{
    if (th_paper_check(paper, text->text) && paper->n_pages > 0) {
        th_pen_draw(&paper->pen, text);
    }
}

double th_paper_block(struct th_paper *paper, const struct th_pen_block *block, bool draw)
{
    return th_paper_check(paper, block->text)
               ? th_pen_paragraph(&paper->pen, block, draw && paper->n_pages > 0)
               : 0;
}

static void rule(struct th_paper *paper, double y_mm, double width_mm)
{
    cairo_t *cr = paper->pen.cr;
    cairo_set_line_width(cr, width_mm);
    cairo_move_to(cr, TH_PAPER_SIDE_MM, y_mm);
    cairo_line_to(cr, TH_PAPER_W_MM - TH_PAPER_SIDE_MM, y_mm);
    cairo_stroke(cr);
}

static void page_begin(struct th_paper *paper)
{
    paper->page++;
    paper->y_mm = top_mm;
    if (paper->options->decorate != NULL) {
        paper->options->decorate(paper, paper->page);
    }
}

static void page_end(struct th_paper *paper)
{
    char page[TH_QUANTITY_TEXT_SIZE];
    char n_pages[TH_QUANTITY_TEXT_SIZE];
    struct th_buf number = th_pen_words(paper->options->messages, paper->options->lang,
                                        "paper.page", "page", th_int_format(paper->page, page),
                                        "pages", th_int_format(paper->n_pages, n_pages), NULL);
    th_paper_colour(paper, th_paper_grey);
    struct th_pen_text line = {.text = paper->options->footer,
                               .x_mm = TH_PAPER_SIDE_MM,
                               .y_mm = TH_PAPER_H_MM - 20,
                               .max_w_mm = TH_PAPER_ROOM_MM - 40,
                               .style = {.size_pt = 7}};
    th_paper_line(paper, &line);
    line.text = th_buf_text(&number);
    line.x_mm = TH_PAPER_W_MM - TH_PAPER_SIDE_MM;
    line.align = TH_PEN_RIGHT;
    th_paper_line(paper, &line);
    th_buf_clear(&number);
    cairo_show_page(paper->pen.cr);
}

void th_paper_break(struct th_paper *paper)
{
    if (paper->y_mm > top_mm) {
        page_end(paper);
        page_begin(paper);
    }
}

void th_paper_keep(struct th_paper *paper, double h_mm)
{
    if (paper->y_mm + h_mm > TH_PAPER_H_MM - bottom_mm) {
        th_paper_break(paper);
    }
}

void th_paper_text(struct th_paper *paper, const struct th_paper_text *text)
{
    struct th_pen_block block = {.text = text->text,
                                 .x_mm = TH_PAPER_SIDE_MM,
                                 .w_mm = TH_PAPER_ROOM_MM,
                                 .style = text->style,
                                 .align = text->align,
                                 .leading = 1.05};
    th_paper_keep(paper, th_paper_block(paper, &block, false));
    th_paper_colour(paper, text->colour);
    block.y_mm = paper->y_mm;
    paper->y_mm += th_paper_block(paper, &block, true) + text->after_mm;
}

void th_paper_title(struct th_paper *paper, const char *title, const char *subtitle)
{
    th_paper_text(paper, &(struct th_paper_text){
                             .text = title,
                             .style = {.size_pt = 20, .bold = true, .serif = true, .spacing_pt = 2},
                             .align = TH_PEN_CENTRE,
                             .colour = th_paper_green,
                             .after_mm = 1});
    if (subtitle != NULL && *subtitle != '\0') {
        th_paper_text(paper, &(struct th_paper_text){.text = subtitle,
                                                     .style = {.size_pt = 9.5},
                                                     .align = TH_PEN_CENTRE,
                                                     .colour = th_paper_grey});
    }
    paper->y_mm += 3;
    th_paper_colour(paper, th_paper_gold);
    rule(paper, paper->y_mm, 0.5);
    rule(paper, paper->y_mm + 0.9, 0.15);
    paper->y_mm += 5;
}

void th_paper_heading(struct th_paper *paper, const char *text)
{
    th_paper_keep(paper, 24); // never alone at the foot of a page
    paper->y_mm += 2;
    th_paper_colour(paper, th_paper_green);
    cairo_rectangle(paper->pen.cr, TH_PAPER_SIDE_MM, paper->y_mm, 1.2, 5);
    cairo_fill(paper->pen.cr);
    th_paper_line(paper, &(struct th_pen_text){.text = text,
                                               .x_mm = TH_PAPER_SIDE_MM + 3,
                                               .y_mm = paper->y_mm + 2.5,
                                               .max_w_mm = TH_PAPER_ROOM_MM - 3,
                                               .style = {.size_pt = 11, .bold = true}});
    paper->y_mm += 8;
}

void th_paper_field(struct th_paper *paper, const char *name, const char *value)
{
    const double name_mm = 42;
    if (value == NULL || *value == '\0') {
        return;
    }
    struct th_pen_block block = {
        .text = name, .x_mm = TH_PAPER_SIDE_MM, .w_mm = name_mm - 2, .style = {.size_pt = 9}};
    double name_h_mm = th_paper_block(paper, &block, false);
    struct th_pen_block said = {.text = value,
                                .x_mm = TH_PAPER_SIDE_MM + name_mm,
                                .w_mm = TH_PAPER_ROOM_MM - name_mm,
                                .style = {.size_pt = 9}};
    double h_mm = fmax(name_h_mm, th_paper_block(paper, &said, false));
    th_paper_keep(paper, h_mm + 1.2);
    block.y_mm = paper->y_mm + 0.25;
    said.y_mm = paper->y_mm;
    th_paper_colour(paper, th_paper_grey);
    (void)th_paper_block(paper, &block, true);
    th_paper_colour(paper, th_paper_ink);
    (void)th_paper_block(paper, &said, true);
    paper->y_mm += h_mm + 1.2;
}

void th_paper_notice(struct th_paper *paper, const char *text)
{
    struct th_pen_block block = {.text = text,
                                 .x_mm = TH_PAPER_SIDE_MM + 4,
                                 .w_mm = TH_PAPER_ROOM_MM - 7,
                                 .style = {.size_pt = 9},
                                 .leading = 1};
    double h_mm = th_paper_block(paper, &block, false) + 3;
    th_paper_keep(paper, h_mm + 2);
    cairo_t *cr = paper->pen.cr;
    cairo_set_source_rgb(cr, 0.996, 0.961, 0.863);
    cairo_rectangle(cr, TH_PAPER_SIDE_MM, paper->y_mm, TH_PAPER_ROOM_MM, h_mm);
    cairo_fill(cr);
    cairo_set_source_rgb(cr, 0.85, 0.60, 0.13);
    cairo_rectangle(cr, TH_PAPER_SIDE_MM, paper->y_mm, 1.2, h_mm);
    cairo_fill(cr);
    th_paper_colour(paper, th_paper_ink);
    block.y_mm = paper->y_mm + 1.5;
    (void)th_paper_block(paper, &block, true);
    paper->y_mm += h_mm + 2;
}

// A number is never broken: it stands on one line, smaller where it must.
static void fit_number(struct th_paper *paper, struct th_pen_block *block)
{
    const double least_pt = 4.5;
    const double digit_em = 0.62; // no sign of a number is wider
    size_t size = strlen(block->text);
    if (strspn(block->text, "0123456789,.+- ") == size &&
        (double)size * digit_em * block->style.size_pt <= block->w_mm * TH_PEN_PT_PER_MM) {
        return;
    }
    while (block->style.size_pt > least_pt && th_paper_check(paper, block->text) &&
           strchr(block->text, '\n') == NULL &&
           th_pen_width(&paper->pen, block->text, block->style) > block->w_mm) {
        block->style.size_pt -= 0.25;
    }
}

// Height of a row, and its cells when `draw`.
static double cells_draw(struct th_paper *paper, const char *const *cells, bool bold, bool draw)
{
    double h_mm = 0;
    double x_mm = TH_PAPER_SIDE_MM;
    for (size_t c = 0; c < paper->n_columns; c++) {
        const struct th_paper_column *column = &paper->columns[c];
        double w_mm = column->share * TH_PAPER_ROOM_MM;
        if (cells[c] != NULL) {
            struct th_pen_block block = {.text = cells[c],
                                         .x_mm = x_mm + cell_air_mm,
                                         .y_mm = paper->y_mm + row_air_mm,
                                         .w_mm = w_mm - 2 * cell_air_mm,
                                         .style = {.size_pt = 8, .bold = bold},
                                         .align = column->align};
            if (column->align == TH_PEN_RIGHT) {
                fit_number(paper, &block);
            }
            h_mm = fmax(h_mm, th_paper_block(paper, &block, draw));
        }
        x_mm += w_mm;
    }
    return h_mm + 2 * row_air_mm;
}

static void table_head(struct th_paper *paper)
{
    const char *titles[TH_PAPER_COLUMNS_MAX];
    for (size_t c = 0; c < paper->n_columns; c++) {
        titles[c] = paper->columns[c].title;
    }
    double h_mm = cells_draw(paper, titles, true, false);
    cairo_set_source_rgb(paper->pen.cr, 0.914, 0.945, 0.925);
    cairo_rectangle(paper->pen.cr, TH_PAPER_SIDE_MM, paper->y_mm, TH_PAPER_ROOM_MM, h_mm);
    cairo_fill(paper->pen.cr);
    th_paper_colour(paper, th_paper_green);
    rule(paper, paper->y_mm, 0.4);
    (void)cells_draw(paper, titles, true, true);
    rule(paper, paper->y_mm + h_mm, 0.2);
    paper->y_mm += h_mm;
}

void th_paper_table_begin(struct th_paper *paper, const struct th_paper_column *columns, size_t n)
{
    assert(n <= TH_PAPER_COLUMNS_MAX && paper->columns == NULL);
    th_paper_keep(paper, 24);
    paper->columns = columns;
    paper->n_columns = n;
    table_head(paper);
}

void th_paper_table_row(struct th_paper *paper, const char *const *cells, bool bold)
{
    double h_mm = cells_draw(paper, cells, bold, false);
    if (h_mm > row_h_max_mm && !paper->failed) { // no page would hold it
        paper->failed = true;
        (void)th_error_set(&paper->error, TH_LIMIT, "paper_row_long", NULL);
    }
    if (paper->y_mm + h_mm > TH_PAPER_H_MM - bottom_mm) {
        th_paper_break(paper);
        table_head(paper);
    }
    th_paper_colour(paper, th_paper_ink);
    if (paper->n_pages > 0) {
        (void)cells_draw(paper, cells, bold, true);
    }
    paper->y_mm += h_mm;
    cairo_set_source_rgb(paper->pen.cr, 0.78, 0.80, 0.79);
    rule(paper, paper->y_mm, 0.1);
}

void th_paper_table_end(struct th_paper *paper)
{
    th_paper_colour(paper, th_paper_green);
    rule(paper, paper->y_mm, 0.4);
    paper->columns = NULL;
    paper->n_columns = 0;
    paper->y_mm += 4;
}

void th_paper_qr(struct th_paper *paper, const char *text, double x_mm, double y_mm, double size_mm)
{
    struct th_error error;
    if (th_qr_draw(paper->pen.cr, text, x_mm, y_mm, size_mm, &error) != TH_OK && !paper->failed) {
        paper->failed = true;
        paper->error = error;
    }
}

static void run(struct th_paper *paper, void (*compose)(void *context, struct th_paper *paper),
                void *context)
{
    paper->page = 0;
    page_begin(paper);
    compose(context, paper);
    assert(paper->columns == NULL);
    page_end(paper);
}

// Everything once for the number of pages, on a surface that keeps nothing, then for good.
static enum th_status render(struct th_paper *paper,
                             void (*compose)(void *context, struct th_paper *paper), void *context,
                             struct th_buf *out, struct th_error *err)
{
    cairo_surface_t *nowhere = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1);
    paper->pen.cr = cairo_create(nowhere);
    run(paper, compose, context);
    cairo_destroy(paper->pen.cr);
    cairo_surface_destroy(nowhere);
    paper->pen.cr = NULL;
    if (paper->failed) {
        if (err != NULL) {
            *err = paper->error;
        }
        return paper->error.status;
    }
    paper->n_pages = paper->page;
    cairo_surface_t *surface =
        th_pdf_surface_new(out, TH_PAPER_W_MM, TH_PAPER_H_MM, &paper->options->about);
    paper->pen.cr = cairo_create(surface);
    cairo_scale(paper->pen.cr, TH_PEN_PT_PER_MM, TH_PEN_PT_PER_MM);
    run(paper, compose, context);
    cairo_status_t drawn = cairo_status(paper->pen.cr);
    cairo_destroy(paper->pen.cr);
    paper->pen.cr = NULL;
    cairo_surface_finish(surface);
    if (drawn == CAIRO_STATUS_SUCCESS) {
        drawn = cairo_surface_status(surface);
    }
    cairo_surface_destroy(surface);
    assert(!paper->failed); // the same composition a second time
    if (out->failed) {
        return th_buf_check(out, err);
    }
    return drawn == CAIRO_STATUS_SUCCESS ? TH_OK
                                         : th_error_set(err, TH_IO, "paper_failed", "detail",
                                                        cairo_status_to_string(drawn), NULL);
}

enum th_status th_paper_print(const struct th_paper_options *options,
                              void (*compose)(void *context, struct th_paper *paper), void *context,
                              const char *path, struct th_hash *ret_sha256, struct th_error *err)
{
    struct th_paper paper = {.options = options};
    struct th_buf out;
    th_buf_init(&out, file_limit);
    enum th_status status = th_text_ends_with(path, ".pdf")
                                ? th_file_check_new(path, err)
                                : th_error_set(err, TH_INVALID, "paper_format", "path", path, NULL);
    const char *const texts[] = {options->about.title, options->about.subject,
                                 options->about.author, options->about.creator};
    for (size_t i = 0; status == TH_OK && i < sizeof(texts) / sizeof(*texts); i++) {
        if (!th_paper_check(&paper, texts[i])) {
            status = th_error_set(err, TH_INVALID, "paper_text", NULL);
        }
    }
    if (status == TH_OK) {
        status = th_pen_open(&paper.pen, err);
    }
    if (status == TH_OK) {
        status = render(&paper, compose, context, &out, err);
    }
    if (status == TH_OK) {
        status = th_file_write_new(path, out.data, out.size, err);
    }
    if (status == TH_OK && ret_sha256 != NULL) {
        *ret_sha256 = th_hash_bytes(TH_HASH_SHA256, out.data, out.size);
    }
    th_pen_close(&paper.pen);
    th_buf_clear(&out);
    return status;
}
