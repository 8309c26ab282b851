// Laying out tables.
#include "cli/table.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/text.h"

enum { GAP = 2, WRAP_MIN = 16, RIGID_MAX = 48, LINE_DEFAULT = 120, LINE_MIN = 60 };
enum { ROWS_TEXT_LIMIT = 1024, ROWS_PARTS_MAX = 6 };

size_t th_table_width(void)
{
    struct winsize size;
    int64_t columns = 0;
    const char *text = getenv("COLUMNS");
    if (text != NULL && th_text_parse_int(text, LINE_MIN, 10000, &columns)) {
        return (size_t)columns;
    }
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= LINE_MIN) {
        return size.ws_col;
    }
    return LINE_DEFAULT;
}

static const char *cell(const struct th_table *table, size_t row, size_t column)
{
    const char *text = table->cells[row * table->n_columns + column];
    return text != NULL ? text : "";
}

static bool same_behind(const struct th_table *table, size_t n_ignored, size_t a, size_t b)
{
    for (size_t c = n_ignored; c < table->n_columns; c++) {
        if (strcmp(cell(table, a, c), cell(table, b, c)) != 0) {
            return false;
        }
    }
    return true;
}

// Is `next` the whole number after `text`, or the same once more?
static bool follows(const char *text, const char *next)
{
    int64_t a = 0;
    int64_t b = 0;
    return strcmp(text, next) == 0 || (th_text_parse_int(text, 0, INT64_MAX - 1, &a) &&
                                       th_text_parse_int(next, 0, INT64_MAX, &b) && b == a + 1);
}

static bool is_nothing(const char *text)
{
    return text[0] == '\0' || strcmp(text, "–") == 0;
}

// What column `column` says of a group whose first column has row numbers: runs of rows as ranges,
// "1、3–5、9", and the names of those rows likewise. Past the room of a cell it is cut: "1、3、5 …
// 99".
static char *runs_text(const struct th_table *table, size_t column, size_t first, size_t end)
{
    struct th_buf text;
    th_buf_init(&text, ROWS_TEXT_LIMIT);
    size_t n_parts = 0;
    for (size_t r = first; r < end;) {
        size_t last = r;
        while (last + 1 < end && follows(cell(table, last, 0), cell(table, last + 1, 0))) {
            last++;
        }
        bool alone = strcmp(cell(table, r, column), cell(table, last, column)) == 0;
        bool cut = n_parts + 1 >= ROWS_PARTS_MAX && last + 1 < end;
        if (cut) {
            last = end - 1;
        }
        if (n_parts > 0) {
            th_buf_append_str(&text, cut ? " … " : table->separator);
        }
        if (!alone && !cut) {
            th_buf_printf(&text, "%.24s–", cell(table, r, column));
        }
        th_buf_printf(&text, "%.24s", cell(table, last, column));
        n_parts++;
        r = last + 1;
    }
    return th_buf_take(&text);
}

// The names of a group: one where all rows have it, nothing told where a row has none. NULL: the
// first one's stays as it is.
static char *names_text(const struct th_table *table, size_t column, size_t first, size_t end)
{
    bool one = true;
    bool all = true;
    for (size_t r = first; r < end; r++) {
        one = one && strcmp(cell(table, first, column), cell(table, r, column)) == 0;
        all = all && !is_nothing(cell(table, r, column));
    }
    if (one) {
        return NULL;
    }
    return all ? runs_text(table, column, first, end) : th_text_duplicate("–");
}

// Frees the rows behind the first of a group, which then stands for all of them.
static void join(struct th_table *table, size_t n_ignored, size_t first, size_t end)
{
    // The row numbers last: the names go by them.
    for (size_t c = n_ignored; c-- > 0 && end > first + 1;) {
        char *all = c == 0 ? runs_text(table, 0, first, end) : names_text(table, c, first, end);
        if (all == NULL) {
            continue;
        }
        free(table->cells[first * table->n_columns + c]);
        table->cells[first * table->n_columns + c] = all;
    }
    for (size_t i = (first + 1) * table->n_columns; i < end * table->n_columns; i++) {
        free(table->cells[i]);
    }
}

void th_table_merge(struct th_table *table, size_t n_ignored)
{
    size_t kept = 0;
    for (size_t r = 0; r < table->n_rows;) {
        size_t end = r + 1;
        while (end < table->n_rows && same_behind(table, n_ignored, r, end)) {
            end++;
        }
        join(table, n_ignored, r, end);
        memmove(table->cells + kept * table->n_columns, table->cells + r * table->n_columns,
                table->n_columns * sizeof(*table->cells));
        kept++;
        r = end;
    }
    table->n_rows = kept;
}

static bool is_code(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text <= ' ' || (unsigned char)*text >= 0x7f) {
            return strcmp(text, "–") == 0;
        }
    }
    return true;
}

static void set_natural_widths(struct th_table *table)
{
    for (size_t c = 0; c < table->n_columns; c++) {
        table->columns[c].width = th_text_width(table->columns[c].title);
        table->columns[c].rigid = true;
        bool runs_on = table->columns[c].runs_on;
        for (size_t r = 0; r < table->n_rows; r++) {
            size_t width = th_text_width(cell(table, r, c));
            if (width > table->columns[c].width) {
                table->columns[c].width = width;
            }
            if (!runs_on && (width > RIGID_MAX || !is_code(cell(table, r, c)))) {
                table->columns[c].rigid = false;
            }
        }
    }
}

// Takes room from the widest text column until the line fits.
static void shrink(struct th_table *table, size_t line_width)
{
    size_t total = 0;
    for (size_t c = 0; c < table->n_columns; c++) {
        total += table->columns[c].runs_on ? 0 : table->columns[c].width + GAP;
    }
    while (total > line_width + GAP) {
        struct th_table_column *widest = NULL;
        for (size_t c = 0; c < table->n_columns; c++) {
            struct th_table_column *column = &table->columns[c];
            if (!column->right && !column->rigid && column->width > WRAP_MIN &&
                (widest == NULL || column->width > widest->width)) {
                widest = column;
            }
        }
        if (widest == NULL) {
            return;
        }
        widest->width--;
        total--;
    }
}

static size_t character_size(const char *text)
{
    size_t n = 1;
    while (((unsigned char)text[n] & 0xc0) == 0x80) {
        n++;
    }
    return n;
}

// Bytes of `text` that fit into `width` cells; breaks behind a space where one is near.
static size_t fitting(const char *text, size_t width)
{
    char sign[8];
    size_t used = 0;
    size_t cells = 0;
    size_t space = 0;
    while (text[used] != '\0') {
        size_t n = character_size(text + used);
        if (n >= sizeof(sign)) {
            return used + n;
        }
        memcpy(sign, text + used, n);
        sign[n] = '\0';
        size_t w = th_text_width(sign);
        if (cells + w > width) {
            break;
        }
        cells += w;
        used += n;
        if (sign[0] == ' ') {
            space = used;
        }
    }
    if (text[used] == '\0' || used == 0) {
        return used == 0 ? character_size(text) : used;
    }
    return space * 2 > used ? space : used;
}

static void pad(struct th_buf *out, size_t n)
{
    while (n-- > 0) {
        th_buf_append_char(out, ' ');
    }
}

static void draw_part(const struct th_table_column *column, const char *text, size_t size,
                      bool last, struct th_buf *out)
{
    enum { PART_LIMIT = 1024 };
    char part[PART_LIMIT];
    if (size >= sizeof(part)) {
        size = sizeof(part) - 1;
    }
    while (size > 0 && text[size - 1] == ' ') {
        size--;
    }
    memcpy(part, text, size);
    part[size] = '\0';
    size_t width = th_text_width(part);
    size_t space = column->width > width ? column->width - width : 0;
    if (column->right) {
        pad(out, space);
    }
    th_buf_append_str(out, part);
    if (!last) {
        pad(out, (column->right ? 0 : space) + GAP);
    }
}

// One row may need several lines.
static void draw_row(const struct th_table *table, const char *const *texts, struct th_buf *out)
{
    const char *rest[TH_TABLE_COLUMNS_MAX];
    bool more = true;
    memcpy(rest, texts, table->n_columns * sizeof(*rest));
    while (more) {
        more = false;
        for (size_t c = 0; c < table->n_columns; c++) {
            size_t size = rest[c][0] != '\0' ? fitting(rest[c], table->columns[c].width) : 0;
            draw_part(&table->columns[c], rest[c], size, c + 1 == table->n_columns, out);
            rest[c] += size;
            more = more || rest[c][0] != '\0';
        }
        while (out->size > 0 && out->data[out->size - 1] == ' ') {
            out->data[--out->size] = '\0';
        }
        th_buf_append_char(out, '\n');
    }
}

void th_table_draw(struct th_table *table, size_t line_width, struct th_buf *out)
{
    const char *texts[TH_TABLE_COLUMNS_MAX];
    set_natural_widths(table);
    shrink(table, line_width);
    for (size_t c = 0; c < table->n_columns; c++) {
        texts[c] = table->columns[c].title;
    }
    draw_row(table, texts, out);
    for (size_t c = 0; c < table->n_columns; c++) {
        for (size_t i = 0; i < table->columns[c].width; i++) {
            th_buf_append_str(out, "─");
        }
        th_buf_append_str(out, c + 1 == table->n_columns ? "\n" : "  ");
    }
    for (size_t r = 0; r < table->n_rows; r++) {
        for (size_t c = 0; c < table->n_columns; c++) {
            texts[c] = cell(table, r, c);
        }
        draw_row(table, texts, out);
    }
}
