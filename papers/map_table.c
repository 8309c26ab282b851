#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "core/quantity.h"
#include "papers/papers_internal.h"

enum { N_COLUMNS = 6, N_WORDS = 3, NUMBER_SIZE = 48 };

static const double row_mm = 4.0;
static const double heading_mm = 5.5;
static const double text_pt = 6.5;
static const double least_pt = 5.0;
static const double cell_air_mm = 1.6;
static const double block_gap_mm = 4.0;

static const char *const heads[N_COLUMNS] = {"map.table.number", "map.table.village",
                                             "map.table.kind",   "map.table.mu",
                                             "map.table.m2",     "map.table.measured_m2"};
// Of areas, where what counts and what was measured are told apart.
static const char *const heads_apart[N_COLUMNS] = {
    [3] = "map.table.counted_mu", [4] = "map.table.counted_m2"};

static void ink(struct th_map_draw *draw, double grey)
{
    cairo_set_source_rgb(draw->pen.cr, grey, grey, grey);
}

static const char *word(const struct th_map_draw *draw, const char *key)
{
    return th_messages_text(draw->messages, draw->lang, key);
}

static int n_columns(const struct th_map_draw *draw)
{
    return draw->any_taken_off ? N_COLUMNS : N_COLUMNS - 1;
}

static const char *head(const struct th_map_draw *draw, int column)
{
    bool apart = draw->any_taken_off && heads_apart[column] != NULL;
    return word(draw, apart ? heads_apart[column] : heads[column]);
}

static void heading_draw(struct th_map_draw *draw, const char *key, double x_mm, double y_mm)
{
    ink(draw, 0);
    th_pen_draw(&draw->pen, &(struct th_pen_text){.text = word(draw, key),
                                                  .x_mm = x_mm,
                                                  .y_mm = y_mm,
                                                  .style.size_pt = 8.5,
                                                  .style.bold = true});
}

// Legend of the kinds on the sheet, two beside each other; returns its height.
static double legend_draw(struct th_map_draw *draw, double w_mm)
{
    const struct th_map_rect *info = &draw->layout.info;
    bool present[TH_MAP_KIND_COUNT] = {false};
    for (size_t p = 0; p < draw->sheet->n_parcels; p++) {
        present[th_map_kind_of(draw->sheet->parcels[p].kind)] = true;
    }
    static const char *const names[TH_MAP_KIND_COUNT] = {"bamboo", "orchard", "tea",
                                                         "forest", "wetland", NULL};
    heading_draw(draw, "map.legend", info->x_mm, info->y_mm + 2);
    int n = 0;
    for (int k = 0; k < TH_MAP_KIND_COUNT; k++) {
        if (!present[k]) {
            continue;
        }
        double x_mm = info->x_mm + (n % 2) * (w_mm / 2);
        double y_mm = info->y_mm + 5.5 + (n / 2) * 6.5;
        th_map_swatch_draw(draw, (enum th_map_kind)k, (struct th_map_rect){x_mm, y_mm, 9, 5});
        ink(draw, 0);
        th_pen_draw(&draw->pen, &(struct th_pen_text){.text = th_map_kind_name(draw, names[k]),
                                                      .x_mm = x_mm + 10.2,
                                                      .y_mm = y_mm + 2.5,
                                                      .max_w_mm = w_mm / 2 - 10.7,
                                                      .style.size_pt = 7.0});
        n++;
    }
    return 5.5 + (n + 1) / 2 * 6.5;
}

static double note_draw(struct th_map_draw *draw, struct th_buf text, double y_mm)
{
    const struct th_map_rect *info = &draw->layout.info;
    double used = th_pen_paragraph(&draw->pen,
                                   &(struct th_pen_block){.text = th_buf_text(&text),
                                                          .x_mm = info->x_mm,
                                                          .y_mm = y_mm,
                                                          .w_mm = info->w_mm,
                                                          .style.size_pt = 6.5},
                                   true);
    th_buf_clear(&text);
    return y_mm + used + 0.4;
}

static double notes_draw(struct th_map_draw *draw, double y_mm)
{
    const struct th_map_sheet *sheet = draw->sheet;
    char number[TH_QUANTITY_TEXT_SIZE];
    char degrees[NUMBER_SIZE];
    int64_t hundredths = (int64_t)llround(sheet->central_meridian_deg * 100.0);
    int64_t size = hundredths < 0 ? -hundredths : hundredths;
    if (size % 100 == 0) {
        (void)snprintf(degrees, sizeof(degrees), "%s%" PRId64, hundredths < 0 ? "−" : "",
                       size / 100);
    } else {
        (void)snprintf(degrees, sizeof(degrees), "%s%" PRId64 ".%02" PRId64,
                       hundredths < 0 ? "−" : "", size / 100, size % 100);
    }
    ink(draw, 0.1);
    y_mm = note_draw(draw,
                     th_pen_words(draw->messages, draw->lang, "map.crs", "crs", sheet->crs, "code",
                                  sheet->crs_code, NULL),
                     y_mm);
    y_mm = note_draw(
        draw, th_pen_words(draw->messages, draw->lang, "map.north_note", "degrees", degrees, NULL),
        y_mm);
    y_mm = note_draw(draw,
                     th_pen_words(draw->messages, draw->lang, "map.grid", "step",
                                  th_int_format(draw->layout.grid_step_m, number), NULL),
                     y_mm);
    if (draw->any_taken_off) {
        y_mm =
            note_draw(draw, th_pen_words(draw->messages, draw->lang, "map.taken_off", NULL), y_mm);
    }
    if (draw->n_unlabelled > 0) {
        (void)th_int_format((int64_t)draw->n_unlabelled, number);
        y_mm = note_draw(
            draw, th_pen_words(draw->messages, draw->lang, "map.unlabelled", "count", number, NULL),
            y_mm);
    }
    return y_mm;
}

void th_map_info_draw(struct th_map_draw *draw)
{
    const struct th_map_rect *info = &draw->layout.info;
    double north_w_mm = 14;
    double y_mm = info->y_mm + fmax(legend_draw(draw, info->w_mm - north_w_mm), 18) + 4;
    th_map_north_draw(draw, info->x_mm + info->w_mm - north_w_mm / 2, info->y_mm, 18);
    char number[TH_QUANTITY_TEXT_SIZE];
    struct th_buf scale = th_pen_words(draw->messages, draw->lang, "map.scale", "scale",
                                       th_int_format(draw->layout.scale, number), NULL);
    ink(draw, 0);
    th_pen_draw(&draw->pen, &(struct th_pen_text){.text = th_buf_text(&scale),
                                                  .x_mm = info->x_mm,
                                                  .y_mm = y_mm,
                                                  .style.size_pt = 8.5,
                                                  .style.bold = true});
    th_buf_clear(&scale);
    th_map_bar_draw(draw, info->x_mm + 1.5, y_mm + 5, info->w_mm - 10);
    double bottom_mm = notes_draw(draw, y_mm + 11);
    if (draw->layout.landscape) { // the table stands below; what the notes leave is its own
        struct th_map_rect *table = &draw->layout.table;
        double top_mm = fmin(bottom_mm + 4, table->y_mm + table->h_mm - 40);
        table->h_mm += table->y_mm - top_mm;
        table->y_mm = top_mm;
    }
}

struct row {
    const char *cells[N_COLUMNS];
    bool bold;
};

struct block {
    double x_mm;
    double y_mm;
    double w_mm;
    double text_pt;
    double ends_mm[N_COLUMNS]; // right ends of the columns, from x_mm
};

static void width_grow(struct th_map_draw *draw, double *width_mm, const char *text, bool bold)
{
    *width_mm =
        fmax(*width_mm, th_pen_width(&draw->pen, text,
                                     (struct th_pen_style){.size_pt = text_pt, .bold = bold}) +
                            cell_air_mm);
}

// Every column gets the room its widest text needs. When that is more than there is, the type
// becomes smaller, and after that the words, never the numbers, are cut.
static void columns_set(struct th_map_draw *draw, struct block *block, size_t n_shown,
                        const char *const sums[N_COLUMNS])
{
    const struct th_map_sheet *sheet = draw->sheet;
    int n = n_columns(draw);
    double widths[N_COLUMNS] = {0};
    for (int c = 0; c < n; c++) {
        width_grow(draw, &widths[c], head(draw, c), true);
        if (sums[c] != NULL) {
            width_grow(draw, &widths[c], sums[c], true);
        }
    }
    for (size_t p = 0; p < n_shown; p++) {
        width_grow(draw, &widths[0], sheet->parcels[p].label, false);
        width_grow(draw, &widths[1], sheet->parcels[p].village, false);
        width_grow(draw, &widths[2], th_map_kind_name(draw, sheet->parcels[p].kind), false);
    }
    double wanted = 0;
    double numbers_mm = 0;
    for (int c = 0; c < n; c++) {
        wanted += widths[c];
        numbers_mm += c < N_WORDS ? 0 : widths[c];
    }
    double factor = fmax(fmin(block->w_mm / wanted, 1.0), least_pt / text_pt);
    block->text_pt = text_pt * factor;
    double words_mm = factor * (wanted - numbers_mm);
    double room_mm = fmax(block->w_mm - factor * numbers_mm, 0);
    double slack_mm = fmax(room_mm - words_mm, 0) / n;
    double shrink = fmin(room_mm / words_mm, 1.0);
    double end = 0;
    for (int c = 0; c < n; c++) {
        end += factor * widths[c] * (c < N_WORDS ? shrink : 1.0) + slack_mm;
        block->ends_mm[c] = end;
    }
}

static void row_draw(struct th_map_draw *draw, const struct block *block, double y_mm,
                     const struct row *row)
{
    double from = 0;
    for (int c = 0; c < n_columns(draw); c++) {
        double to = block->ends_mm[c];
        bool right = c >= N_WORDS;
        if (row->cells[c] != NULL) {
            // An empty neighbour lends its room, so that the words of the sums stay whole.
            double room = to - from;
            for (int next = c + 1; !right && next < N_WORDS && row->cells[next] == NULL; next++) {
                room = block->ends_mm[next] - from;
            }
            th_pen_draw(&draw->pen,
                        &(struct th_pen_text){.text = row->cells[c],
                                              .x_mm = block->x_mm + (right ? to - 0.6 : from + 0.6),
                                              .y_mm = y_mm + row_mm / 2,
                                              .max_w_mm = right ? 0 : room - 1.0,
                                              .style.size_pt = block->text_pt,
                                              .style.bold = row->bold,
                                              .align = right ? TH_PEN_RIGHT : TH_PEN_LEFT});
        }
        from = to;
    }
}

static void rule(struct th_map_draw *draw, const struct block *block, double y_mm, double width_mm)
{
    cairo_set_line_width(draw->pen.cr, width_mm);
    cairo_move_to(draw->pen.cr, block->x_mm, y_mm);
    cairo_line_to(draw->pen.cr, block->x_mm + block->w_mm, y_mm);
    cairo_stroke(draw->pen.cr);
}

// Of the areas themselves, not of what the rows show of them: the sum is the one that a list tells.
struct sums {
    struct th_area counted;
    struct th_area measured;
};

static bool add(struct th_area *sum, struct th_area area)
{
    return th_area_m2_300(area) >= 0 && th_area_add(*sum, area, sum, NULL) == TH_OK;
}

static bool sums_add(struct sums *sums, const struct th_map_parcel *parcel)
{
    return add(&sums->counted, parcel->counted) && add(&sums->measured, parcel->measured);
}

// The three areas as they are written.
struct area_texts {
    char mu[TH_QUANTITY_TEXT_SIZE];
    char m2[TH_QUANTITY_TEXT_SIZE];
    char measured[TH_QUANTITY_TEXT_SIZE];
};

static void areas_write(struct area_texts *texts, const struct sums *areas,
                        const char *cells[N_COLUMNS])
{
    cells[N_WORDS] = th_cent_format(th_area_mu_cent(areas->counted), texts->mu);
    cells[N_WORDS + 1] = th_cent_format(th_area_m2_cent(areas->counted), texts->m2);
    cells[N_WORDS + 2] = th_cent_format(th_area_m2_cent(areas->measured), texts->measured);
}

static void sums_draw(struct th_map_draw *draw, const struct block *block, double y_mm,
                      const char *key, size_t count, struct sums sums)
{
    char number[TH_QUANTITY_TEXT_SIZE];
    struct area_texts texts;
    (void)th_int_format((int64_t)count, number);
    struct th_buf words = th_pen_words(draw->messages, draw->lang, key, "count", number, NULL);
    struct row row = {.cells = {th_buf_text(&words)}, .bold = true};
    areas_write(&texts, &sums, row.cells);
    row_draw(draw, block, y_mm, &row);
    th_buf_clear(&words);
}

// What was measured stands only where it is not what counts.
static void parcel_draw(struct th_map_draw *draw, const struct block *block, double y_mm,
                        const struct th_map_parcel *parcel)
{
    struct area_texts texts;
    struct row row = {
        .cells = {parcel->label, parcel->village, th_map_kind_name(draw, parcel->kind)}};
    areas_write(&texts, &(struct sums){parcel->counted, parcel->measured}, row.cells);
    if (th_area_compare(parcel->measured, parcel->counted) == 0) {
        row.cells[N_COLUMNS - 1] = NULL;
    }
    row_draw(draw, block, y_mm, &row);
}

static void head_draw(struct th_map_draw *draw, const struct block *block)
{
    struct row row = {.bold = true};
    for (int c = 0; c < n_columns(draw); c++) {
        row.cells[c] = head(draw, c);
    }
    cairo_set_source_rgb(draw->pen.cr, 0.93, 0.93, 0.93);
    cairo_rectangle(draw->pen.cr, block->x_mm, block->y_mm, block->w_mm, row_mm);
    cairo_fill(draw->pen.cr);
    ink(draw, 0);
    row_draw(draw, block, block->y_mm, &row);
    rule(draw, block, block->y_mm, 0.3);
    rule(draw, block, block->y_mm + row_mm, 0.15);
}

enum th_status th_map_table_draw(struct th_map_draw *draw, struct th_error *err)
{
    const struct th_map_rect *area = &draw->layout.table;
    const struct th_map_sheet *sheet = draw->sheet;
    size_t capacity = (size_t)((area->h_mm - heading_mm - row_mm) / row_mm);
    struct th_map_table_plan plan =
        th_map_table_plan(sheet->n_parcels, capacity, draw->layout.table_blocks_max);
    struct sums total = {0};
    struct sums rest = {0};
    for (size_t p = 0; p < sheet->n_parcels; p++) {
        if (!sums_add(&total, &sheet->parcels[p]) ||
            (p >= plan.n_shown && !sums_add(&rest, &sheet->parcels[p]))) {
            return th_error_set(err, TH_OVERFLOW, "map_total", NULL);
        }
    }
    size_t n_rows = plan.n_shown + (plan.n_rest > 0) + 1;
    double blocks = (double)plan.n_blocks;
    struct block block = {.w_mm = (area->w_mm - block_gap_mm * (blocks - 1)) / blocks};
    struct area_texts texts;
    const char *sums[N_COLUMNS] = {NULL};
    areas_write(&texts, &total, sums);
    columns_set(draw, &block, plan.n_shown, sums);
    heading_draw(draw, "map.table.title", area->x_mm, area->y_mm + 2);
    for (size_t r = 0; r < n_rows; r++) {
        if (r % plan.per_block == 0) {
            double place = (double)(r / plan.per_block);
            block.x_mm = area->x_mm + place * (block.w_mm + block_gap_mm);
            block.y_mm = area->y_mm + heading_mm;
            head_draw(draw, &block);
        }
        double y_mm = block.y_mm + row_mm * (double)(1 + r % plan.per_block);
        if (r < plan.n_shown) {
            parcel_draw(draw, &block, y_mm, &sheet->parcels[r]);
        } else if (r + 1 < n_rows) {
            sums_draw(draw, &block, y_mm, "map.table.rest", plan.n_rest, rest);
        } else {
            sums_draw(draw, &block, y_mm, "map.table.total", sheet->n_parcels, total);
        }
        bool last = r + 1 == n_rows || (r + 1) % plan.per_block == 0;
        cairo_set_source_rgb(draw->pen.cr, 0.6, 0.6, 0.6);
        if (last || r + 2 == n_rows) {
            ink(draw, 0);
        }
        rule(draw, &block, y_mm + row_mm, last ? 0.3 : r + 2 == n_rows ? 0.15 : 0.06);
        ink(draw, 0);
    }
    return TH_OK;
}
