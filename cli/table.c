// Laying out tables.
#include "cli/table.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/text.h"

enum { GAP = 2, WRAP_MIN = 12, RIGID_MAX = 48, LINE_DEFAULT = 120, LINE_MIN = 60 };
enum { HEADING_MIN = 8, INDENT_MAX = 12 };
enum { ROWS_TEXT_LIMIT = 1024, ROWS_PARTS_MAX = 6 };

size_t th_table_width(bool *ret_known)
{
    struct winsize size;
    int64_t columns = 0;
    const char *text = getenv("COLUMNS");
    *ret_known = true;
    if (text != NULL && th_text_parse_int(text, LINE_MIN, 10000, &columns)) {
        return (size_t)columns;
    }
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= LINE_MIN) {
        return size.ws_col;
    }
    *ret_known = false;
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

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t character_size(const char *text)
{
    size_t n = 1;
    while (((unsigned char)text[n] & 0xc0) == 0x80) {
        n++;
    }
    return n;
}

// Cells of the character at `text`; *ret_size tells its bytes.
static size_t character_width(const char *text, size_t *ret_size)
{
    char sign[8];
    *ret_size = character_size(text);
    th_text_copy(sign, smaller(sizeof(sign), *ret_size + 1), text);
    return th_text_width(sign);
}

static bool opens_bracket(const char *text)
{
    return th_text_starts_with(text, "（");
}

static bool closes_bracket(const char *text)
{
    return th_text_starts_with(text, "）");
}

// Cells without which a heading does not read: a word and what stands in brackets stay in one
// piece, other wide characters break anywhere.
static size_t heading_least(const char *title)
{
    size_t least = smaller(th_text_width(title), HEADING_MIN);
    size_t piece = 0;
    size_t size = 0;
    bool inside = false;
    for (; *title != '\0'; title += size) {
        size_t width = character_width(title, &size);
        bool apart = *title == ' ' || (width > 1 && !inside);
        inside = (inside || opens_bracket(title)) && !closes_bracket(title);
        piece = opens_bracket(title) ? width : apart ? 0 : piece + width;
        least = larger(least, piece);
    }
    return least;
}

static void set_natural_widths(struct th_table *table)
{
    for (size_t c = 0; c < table->n_columns; c++) {
        struct th_table_column *column = &table->columns[c];
        size_t cells = 0;
        bool rigid = true;
        for (size_t r = 0; r < table->n_rows; r++) {
            size_t width = th_text_width(cell(table, r, c));
            cells = larger(cells, width);
            rigid = rigid && width <= RIGID_MAX && is_code(cell(table, r, c));
        }
        rigid = rigid || column->right || column->runs_on;
        column->natural = larger(cells, th_text_width(column->title));
        column->width = column->natural;
        column->with_cells = larger(cells, heading_least(column->title));
        column->least =
            rigid ? column->with_cells
                  : smaller(column->with_cells, larger(WRAP_MIN, heading_least(column->title)));
    }
}

// Without what runs on beyond the line.
static size_t total_width(const struct th_table *table)
{
    size_t total = 0;
    for (size_t c = 0; c < table->n_columns; c++) {
        bool beyond = table->one_line && table->columns[c].runs_on;
        total += beyond ? 0 : table->columns[c].width + (c > 0 ? GAP : 0);
    }
    return total;
}

// Takes room from the widest columns until the line fits: from headings alone, which costs one line
// of the table, or from texts too, which costs one of each row.
static void shrink(struct th_table *table, size_t line_width, bool texts)
{
    for (size_t total = total_width(table); total > line_width; total--) {
        struct th_table_column *widest = NULL;
        for (size_t c = 0; c < table->n_columns; c++) {
            struct th_table_column *column = &table->columns[c];
            if (column->width > (texts ? column->least : column->with_cells) &&
                (!widest || column->width > widest->width)) {
                widest = column;
            }
        }
        if (!widest) {
            return;
        }
        widest->width--;
    }
}

// What room a line has left goes back to the columns that lack least.
static void widen(struct th_table_column *columns, size_t n, size_t room)
{
    struct th_table_column *next = NULL;
    do {
        next = NULL;
        for (size_t c = 0; c < n; c++) {
            size_t lacks = columns[c].natural - columns[c].width;
            if (lacks > 0 && (!next || lacks < next->natural - next->width)) {
                next = &columns[c];
            }
        }
        size_t more = next ? smaller(next->natural - next->width, room) : 0;
        room -= more;
        if (next) {
            next->width += more;
        }
    } while (next && room > 0);
}

// Columns that do not fit beside the others go to further lines of the row, which begin below the
// second column. There is room for texts then, if they are no longer than a line.
static void fold(struct th_table *table, size_t line_width)
{
    size_t begin = 0;
    size_t most = line_width > INDENT_MAX ? line_width - INDENT_MAX : line_width;
    bool folds = !table->one_line && total_width(table) > line_width;
    for (size_t c = 0; c < table->n_columns && folds; c++) {
        struct th_table_column *column = &table->columns[c];
        column->width = larger(column->least, smaller(column->with_cells, most));
    }
    table->n_lines = 0;
    table->indent = smaller(table->columns[0].width + GAP, INDENT_MAX);
    while (begin < table->n_columns) {
        size_t used = table->n_lines > 0 ? table->indent : 0;
        size_t end = begin;
        do {
            used += table->columns[end].width + (end > begin ? GAP : 0);
            table->columns[end++].line = table->n_lines;
        } while (end < table->n_columns &&
                 (!folds || used + GAP + table->columns[end].width <= line_width));
        if (folds && used < line_width) {
            widen(table->columns + begin, end - begin, line_width - used);
        }
        begin = end;
        table->n_lines++;
    }
}

// Bytes of `text` that fit into `width` cells. It breaks behind a space or before a bracket where
// one is near, and no word that fits into a line.
static size_t fitting(const char *text, size_t width)
{
    size_t used = 0;
    size_t cells = 0;
    size_t near = 0;
    size_t word = 0; // where the last one begins; what stands in brackets is one
    bool inside = false;
    while (text[used] != '\0') {
        size_t size = 0;
        size_t w = character_width(text + used, &size);
        bool apart = (w > 1 && !inside) || text[used] == ' ';
        near = opens_bracket(text + used) ? used : near;
        word = apart ? used : word;
        inside = (inside || opens_bracket(text + used)) && !closes_bracket(text + used);
        if (cells + w > width) {
            break;
        }
        cells += w;
        used += size;
        near = text[used - 1] == ' ' ? used : near;
        word = apart && !inside ? used : word;
    }
    if (text[used] == '\0') {
        return used;
    }
    if (used == 0) {
        return character_size(text);
    }
    return near * 2 > used ? near : word > 0 ? word : used;
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

// Columns of one line of a row; texts that are longer than the columns need more of them.
static void draw_line(const struct th_table *table, size_t begin, size_t end,
                      const char *const *texts, struct th_buf *out)
{
    const char *rest[TH_TABLE_COLUMNS_MAX];
    bool more = true;
    memcpy(rest, texts, table->n_columns * sizeof(*rest));
    while (more) {
        more = false;
        pad(out, begin > 0 ? table->indent : 0);
        for (size_t c = begin; c < end; c++) {
            size_t size = rest[c][0] != '\0' ? fitting(rest[c], table->columns[c].width) : 0;
            draw_part(&table->columns[c], rest[c], size, c + 1 == end, out);
            rest[c] += size;
            rest[c] += strspn(rest[c], " ");
            more = more || rest[c][0] != '\0';
        }
        while (out->size > 0 && out->data[out->size - 1] == ' ') {
            out->data[--out->size] = '\0';
        }
        th_buf_append_char(out, '\n');
    }
}

static size_t line_end(const struct th_table *table, size_t begin)
{
    size_t end = begin;
    while (end < table->n_columns && table->columns[end].line == table->columns[begin].line) {
        end++;
    }
    return end;
}

static void draw_row(const struct th_table *table, const char *const *texts, struct th_buf *out)
{
    for (size_t begin = 0; begin < table->n_columns; begin = line_end(table, begin)) {
        draw_line(table, begin, line_end(table, begin), texts, out);
    }
}

static void draw_rule(const struct th_table *table, size_t line_width, struct th_buf *out)
{
    for (size_t c = 0; c < table->n_columns && table->n_lines == 1; c++) {
        for (size_t i = 0; i < table->columns[c].width; i++) {
            th_buf_append_str(out, "─");
        }
        th_buf_append_str(out, c + 1 == table->n_columns ? "" : "  ");
    }
    for (size_t i = 0; i < line_width && table->n_lines > 1; i++) {
        th_buf_append_str(out, "─");
    }
    th_buf_append_char(out, '\n');
}

void th_table_draw(struct th_table *table, size_t line_width, struct th_buf *out)
{
    const char *texts[TH_TABLE_COLUMNS_MAX];
    set_natural_widths(table);
    shrink(table, line_width, false);
    shrink(table, line_width, true);
    fold(table, line_width);
    for (size_t c = 0; c < table->n_columns; c++) {
        texts[c] = table->columns[c].title;
    }
    draw_row(table, texts, out);
    draw_rule(table, line_width, out);
    for (size_t r = 0; r < table->n_rows; r++) {
        for (size_t c = 0; c < table->n_columns; c++) {
            texts[c] = cell(table, r, c);
        }
        draw_row(table, texts, out);
    }
}
