// Reading small CSV files. The text is cut in place: cells point into it.
#include "core/csv_table.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/file.h"
#include "core/text.h"

enum { SIZE_MAX_BYTES = 16 * 1024 * 1024 };

struct th_csv_table {
    char *text;
    char **cells;
    size_t n_cells;
    size_t *row_ends; // index behind the last cell of row i
    size_t *lines;    // on which row i begins
    size_t n_rows;
};

static char guess_separator(const char *text)
{
    static const char CANDIDATES[] = ",;\t";
    char best = ',';
    size_t most = 0;
    for (const char *c = CANDIDATES; *c != '\0'; c++) {
        size_t n = 0;
        bool quoted = false;
        for (const char *p = text; *p != '\0' && (quoted || (*p != '\n' && *p != '\r')); p++) {
            quoted = quoted != (*p == '"');
            n += !quoted && *p == *c;
        }
        if (n > most) {
            most = n;
            best = *c;
        }
    }
    return best;
}

// The sign that closes a quoted cell; `in` itself when it is not quoted or never closes.
static const char *quoted_end(const char *in)
{
    if (*in != '"') {
        return in;
    }
    const char *p = in + 1;
    while (*p != '\0' && (*p != '"' || p[1] == '"')) {
        p += *p == '"' ? 2 : 1;
    }
    return *p == '"' ? p : in;
}

// Moves one cell to `out` without its quotes; returns the sign behind it, or NULL when a quote
// never closes.
static char *cut_cell(char *in, char separator, char **ret_cell)
{
    char *out = in;
    *ret_cell = in;
    bool quoted = *in == '"';
    if (quoted) {
        in++;
    }
    for (; *in != '\0'; in++) {
        if (quoted && *in == '"' && in[1] == '"') {
            in++;
        } else if (quoted && *in == '"') {
            quoted = false;
            continue;
        } else if (!quoted && (*in == separator || *in == '\n' || *in == '\r')) {
            break;
        }
        *out++ = *in;
    }
    if (quoted) {
        return NULL;
    }
    if (out != in) {
        *out = '\0';
    }
    return in;
}

// Cells and rows can be no more than separators and line ends plus one.
static enum th_status make_room(struct th_csv_table *table, char separator, struct th_error *err)
{
    size_t n_cells = 2;
    size_t n_rows = 2;
    for (const char *p = table->text; *p != '\0'; p++) {
        n_cells += *p == separator || *p == '\n' || *p == '\r';
        n_rows += *p == '\n' || *p == '\r';
    }
    table->cells = calloc(n_cells, sizeof(*table->cells));
    table->row_ends = calloc(n_rows, sizeof(*table->row_ends));
    table->lines = calloc(n_rows, sizeof(*table->lines));
    return table->cells != NULL && table->row_ends != NULL && table->lines != NULL
               ? TH_OK
               : th_error_no_memory(err);
}

static void end_row(struct th_csv_table *table, size_t line)
{
    size_t begin = table->n_rows > 0 ? table->row_ends[table->n_rows - 1] : 0;
    bool blank = true;
    for (size_t i = begin; i < table->n_cells; i++) {
        th_text_trim(table->cells[i]);
        blank = blank && table->cells[i][0] == '\0';
    }
    if (blank) {
        table->n_cells = begin;
    } else {
        table->lines[table->n_rows] = line;
        table->row_ends[table->n_rows++] = table->n_cells;
    }
}

static size_t count_line_ends(const char *from, const char *to)
{
    size_t n = 0;
    for (const char *p = from; p < to; p++) {
        n += *p == '\n' || (*p == '\r' && p[1] != '\n');
    }
    return n;
}

static enum th_status cut(struct th_csv_table *table, char *text, char separator,
                          struct th_error *err)
{
    size_t line = 1;     // of the sign at p
    size_t row_line = 1; // on which the row began
    bool behind_separator = false;
    char *p = text;
    while (*p != '\0' || behind_separator) {
        size_t cell_lines = count_line_ends(p, quoted_end(p));
        char *behind = cut_cell(p, separator, &table->cells[table->n_cells]);
        if (behind == NULL) {
            enum th_status status = th_error_set(err, TH_UNREADABLE, "csv_quote", NULL);
            th_error_add_int(err, "row", (long long)line);
            return status;
        }
        table->n_cells++;
        line += cell_lines;
        char sign = *behind;
        *behind = '\0';
        p = sign != '\0' ? behind + 1 : behind;
        behind_separator = sign == separator;
        if (behind_separator) {
            continue;
        }
        if (sign == '\r' && *p == '\n') {
            p++;
        }
        end_row(table, row_line);
        row_line = ++line;
    }
    return TH_OK;
}

enum th_status th_csv_table_parse(char *text, size_t size, struct th_csv_table **ret_table,
                                  struct th_error *err)
{
    struct th_csv_table *table = calloc(1, sizeof(*table));
    if (table == NULL) {
        return th_error_no_memory(err);
    }
    enum th_status status =
        strlen(text) == size ? TH_OK : th_error_set(err, TH_UNREADABLE, "csv_encoding", NULL);
    char *begin = th_text_starts_with(text, "\xEF\xBB\xBF") ? text + 3 : text;
    char separator = guess_separator(begin);
    table->text = text;
    if (status == TH_OK) {
        status = make_room(table, separator, err);
    }
    if (status == TH_OK) {
        status = cut(table, begin, separator, err);
    }
    if (status == TH_OK) {
        *ret_table = table;
        return TH_OK;
    }
    table->text = NULL; // the caller's
    th_csv_table_free(table);
    return status;
}

enum th_status th_csv_table_read(const char *path, struct th_csv_table **ret_table,
                                 struct th_error *err)
{
    char *text = NULL;
    size_t size = 0;
    enum th_status status = th_file_read(path, SIZE_MAX_BYTES, &text, &size, err);
    if (status == TH_OK && (!th_text_is_utf8(text, size) || strlen(text) != size)) {
        status = th_error_set(err, TH_UNREADABLE, "csv_encoding", "path", path, NULL);
    }
    if (status == TH_OK) {
        status = th_csv_table_parse(text, size, ret_table, err);
    }
    if (status != TH_OK) {
        free(text);
    }
    return status;
}

void th_csv_table_free(struct th_csv_table *table)
{
    if (table == NULL) {
        return;
    }
    free(table->text);
    free(table->cells);
    free(table->row_ends);
    free(table->lines);
    free(table);
}

size_t th_csv_table_rows(const struct th_csv_table *table)
{
    return table->n_rows;
}

size_t th_csv_table_line(const struct th_csv_table *table, size_t row)
{
    return row < table->n_rows ? table->lines[row] : 0;
}

const char *th_csv_table_cell(const struct th_csv_table *table, size_t row, size_t column)
{
    if (row >= table->n_rows) {
        return "";
    }
    size_t begin = row > 0 ? table->row_ends[row - 1] : 0;
    size_t n = table->row_ends[row] - begin;
    return column < n ? table->cells[begin + column] : "";
}

bool th_csv_table_column(const struct th_csv_table *table, const char *const *names, size_t n_names,
                         size_t *ret_column)
{
    size_t n = table->n_rows > 0 ? table->row_ends[0] : 0;
    for (size_t column = 0; column < n; column++) {
        for (size_t i = 0; i < n_names; i++) {
            if (strcasecmp(table->cells[column], names[i]) == 0) {
                *ret_column = column;
                return true;
            }
        }
    }
    return false;
}
