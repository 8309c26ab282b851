// A reply drawn for people: fields as "label: value", arrays as tables. How a value is shown
// follows from the unit that ends its key.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/table.h"
#include "core/buf.h"
#include "core/quantity.h"
#include "core/ratio.h"
#include "core/text.h"

enum {
    COLUMNS_MAX = TH_TABLE_COLUMNS_MAX,
    KEY_SIZE = 64,
    CELL_LIMIT = 4096,
    LIST_SHOWN = 12,
    ROWS_SHOWN = 200
};

struct column {
    char key[KEY_SIZE];
    char title[KEY_SIZE]; // the key of its words, also of its values, if it has some of its own:
                          // "number=contract_number"; else the key itself
    bool optional;        // "note?": a field is left out where it is null or an empty list
    char asked[KEY_SIZE]; // "tax_fen?amount_fen": and where that number is 0; "": always shown
};

static bool ends_with(const char *text, const char *suffix)
{
    size_t n = strlen(text);
    size_t m = strlen(suffix);
    return n >= m && strcmp(text + n - m, suffix) == 0;
}

static const char *last_part(const char *key)
{
    const char *dot = strrchr(key, '.');
    return dot != NULL ? dot + 1 : key;
}

static const char *label(const struct th_cli *cli, const char *key)
{
    char name[KEY_SIZE + 16];
    snprintf(name, sizeof(name), "field.%s", key);
    const char *text = th_messages_find(cli->messages, cli->lang, name);
    if (text != NULL) {
        return text;
    }
    snprintf(name, sizeof(name), "field.%s", last_part(key));
    text = th_messages_find(cli->messages, cli->lang, name);
    return text != NULL ? text : key;
}

// "a.b" below an object; NULL when there is no such value.
static const struct th_json *walk(const struct th_json *value, const char *path)
{
    char key[KEY_SIZE];
    while (value != NULL && *path != '\0') {
        size_t size = strcspn(path, ".");
        if (size >= sizeof(key)) {
            return NULL;
        }
        memcpy(key, path, size);
        key[size] = '\0';
        value = th_json_get(value, key);
        path += size + (path[size] == '.');
    }
    return value;
}

// Bytes of the character at `text` when it would steer a terminal, else 0: C0 and DEL; C1; the line
// and paragraph separators and the marks of direction (U+2028–U+202E, U+2066–U+2069).
static size_t steering_size(const unsigned char *text)
{
    if (text[0] < 0x20 || text[0] == 0x7f) {
        return 1;
    }
    if (text[0] == 0xc2 && text[1] >= 0x80 && text[1] <= 0x9f) {
        return 2;
    }
    if (text[0] == 0xe2 && text[1] == 0x80 && text[2] >= 0xa8 && text[2] <= 0xae) {
        return 3;
    }
    if (text[0] == 0xe2 && text[1] == 0x81 && text[2] >= 0xa6 && text[2] <= 0xa9) {
        return 3;
    }
    return 0;
}

void th_cli_put_clean(struct th_buf *out, const char *text)
{
    while (*text != '\0') {
        size_t size = steering_size((const unsigned char *)text);
        th_buf_append(out, size > 0 ? " " : text, 1);
        text += size > 0 ? size : 1;
    }
}

// Parts of a whole, which people say in percent.
static bool is_share(const char *key)
{
    return strcmp(last_part(key), "share") == 0 || strcmp(last_part(key), "dividend") == 0;
}

static void show_unit(const struct th_cli *cli, const char *unit, struct th_buf *out)
{
    struct th_buf words;
    th_buf_init(&words, 1024);
    th_messages_unit(cli->messages, cli->lang, unit, &words);
    th_cli_put_clean(out, th_buf_text(&words));
    th_buf_clear(&words);
}

// The words of a value under a key or a title of its own: a state "approved" of a run is not that
// of a deal. NULL when there are none.
static const char *value_words(const struct th_cli *cli, const char *key, const char *text)
{
    char name[160];
    snprintf(name, sizeof(name), "value.%s.%s", last_part(key), text);
    return th_messages_find(cli->messages, cli->lang, name);
}

static void show_string(const struct th_cli *cli, const char *key, const char *text,
                        struct th_buf *out)
{
    char name[160];
    char percent[TH_RATIO_TEXT_SIZE];
    struct th_ratio ratio;
    if (text[0] == '\0') {
        th_buf_append_str(out, "–");
        return;
    }
    if (is_share(key) && th_ratio_parse(text, &ratio, NULL) == TH_OK) {
        th_buf_append_str(out, th_ratio_format_percent(ratio, percent));
        return;
    }
    const char *translated = value_words(cli, key, text);
    if (translated == NULL) {
        snprintf(name, sizeof(name), "%s.%s", last_part(key), text);
        translated = th_messages_find(cli->messages, cli->lang, name);
    }
    // Entries of the journal are kinds of events.
    if (translated == NULL && strcmp(last_part(key), "kind") == 0) {
        snprintf(name, sizeof(name), "value.event.%s", text);
        translated = th_messages_find(cli->messages, cli->lang, name);
    }
    // What a booking was for is kept as the key of its words, "money.receipt".
    if (translated == NULL && strcmp(last_part(key), "memo") == 0) {
        translated = th_messages_find(cli->messages, cli->lang, text);
    }
    if (translated == NULL && strcmp(last_part(key), "unit") == 0) {
        show_unit(cli, text, out);
        return;
    }
    if (translated != NULL) {
        th_buf_append_str(out, translated);
        return;
    }
    th_cli_put_clean(out, text);
}

static bool is_measure(const char *key)
{
    return ends_with(key, "_m") || ends_with(key, "_mu") || ends_with(key, "_m2") ||
           ends_with(key, "_ha");
}

static void show_int(const char *key, int64_t value, struct th_buf *out)
{
    char text[TH_QUANTITY_TEXT_SIZE];
    if (ends_with(key, "_fen")) {
        th_buf_append_str(out, th_cent_format(value, text));
    } else if (is_measure(key) && value > -100000000000000 && value < 100000000000000) {
        th_buf_append_str(out, th_cent_format(value * 100, text));
    } else if (ends_with(key, "_kg") || ends_with(key, "_t") || strcmp(last_part(key), "kg") == 0 ||
               strcmp(last_part(key), "tonnes") == 0) {
        th_buf_append_str(out, th_int_format(value, text));
    } else {
        th_buf_printf(out, "%lld", (long long)value);
    }
}

static void show_real(const char *key, double value, struct th_buf *out)
{
    char text[TH_QUANTITY_TEXT_SIZE];
    if (is_measure(key) && value > -1e15 && value < 1e15) {
        th_buf_append_str(out,
                          th_cent_format((int64_t)(value * 100 + (value < 0 ? -0.5 : 0.5)), text));
    } else {
        th_buf_printf(out, "%.10g", value);
    }
}

static void show(const struct th_cli *cli, const char *key, const struct th_json *value,
                 struct th_buf *out);

// Whole sentences need no comma between them.
static const char *separator_after(const struct th_buf *shown)
{
    const char *text = th_buf_text(shown);
    if (ends_with(text, "。")) {
        return "";
    }
    return ends_with(text, ".") ? " " : ", ";
}

static void show_list(const struct th_cli *cli, const char *key, const struct th_json *value,
                      struct th_buf *out)
{
    size_t n = th_json_size(value);
    if (n == 0) {
        th_buf_append_str(out, "–");
    }
    for (size_t i = 0; i < n && i < LIST_SHOWN; i++) {
        if (i > 0) {
            th_buf_append_str(out, separator_after(out));
        }
        show(cli, key, th_json_at(value, i), out);
    }
    if (n > LIST_SHOWN) {
        th_buf_printf(out, " … (%zu)", n);
    }
}

// What came with the source goes by its standard name, where it has one, or by its own, which must
// not read like a particular of the registry.
static const char *attribute_label(const struct th_cli *cli, const char *key)
{
    static const char *const PARTICULARS[] = {"area_m2", "declared_mu", "kind",   "land_class",
                                              "number",  "sliver_m2",   "village"};
    char name[160];
    for (size_t i = 0; i < sizeof(PARTICULARS) / sizeof(PARTICULARS[0]); i++) {
        if (strcmp(PARTICULARS[i], key) == 0) {
            return key;
        }
    }
    snprintf(name, sizeof(name), "value.field.%s", key);
    const char *text = th_messages_find(cli->messages, cli->lang, name);
    return text != NULL ? text : key;
}

// Why something would be refused, in the words of the refusal and its hint.
static void show_refusal(const struct th_cli *cli, const struct th_json *value, struct th_buf *out)
{
    static const char *const PARTS[] = {"error", "hint"};
    struct th_buf words;
    th_buf_init(&words, CELL_LIMIT);
    for (size_t i = 0; i < sizeof(PARTS) / sizeof(PARTS[0]); i++) {
        char key[TH_ERROR_KEY_SIZE + 16];
        snprintf(key, sizeof(key), "%s.%s", PARTS[i], th_json_get_text(value, "code", ""));
        if (th_messages_find(cli->messages, cli->lang, key)) {
            th_buf_append_str(&words, i > 0 ? separator_after(&words) : "");
            th_messages_format_texts(cli->messages, cli->lang, key, th_json_get(value, "arguments"),
                                     &words);
        }
    }
    th_cli_put_clean(out, th_buf_text(&words));
    th_buf_clear(&words);
}

static void show_object(const struct th_cli *cli, const char *key, const struct th_json *value,
                        struct th_buf *out)
{
    // A text in both languages is shown in one.
    const struct th_json *own = th_json_get(value, cli->lang == TH_LANG_ZH ? "zh" : "en");
    bool attributes = strcmp(last_part(key), "attributes") == 0;
    if (strcmp(key, "refusal") == 0) {
        show_refusal(cli, value, out);
        return;
    }
    if (!attributes && th_json_size(value) == 2 && th_json_type(own) == TH_JSON_STRING) {
        th_cli_put_clean(out, th_json_text(own));
        return;
    }
    if (th_json_size(value) == 0) {
        th_buf_append_str(out, "–");
    }
    bool first = true;
    for (void *it = th_json_iter(value); it != NULL; it = th_json_iter_next(value, it)) {
        if (!first) {
            th_buf_append_str(out, cli->lang == TH_LANG_ZH ? "；" : "; ");
        }
        first = false;
        const char *member = th_json_iter_key(it);
        th_cli_put_clean(out, attributes ? attribute_label(cli, member) : label(cli, member));
        th_buf_append_char(out, ' ');
        // Their texts are nobody's words but the source's.
        show(cli, attributes ? "" : member, th_json_iter_value(it), out);
    }
}

static void show(const struct th_cli *cli, const char *key, const struct th_json *value,
                 struct th_buf *out)
{
    switch (th_json_type(value)) {
    case TH_JSON_NULL:
        th_buf_append_str(out, "–");
        break;
    case TH_JSON_BOOL:
        th_buf_append_str(
            out, th_messages_text(cli->messages, cli->lang,
                                  th_json_bool_value(value) ? "value.true" : "value.false"));
        break;
    case TH_JSON_INT:
        show_int(key, th_json_int_value(value), out);
        break;
    case TH_JSON_REAL:
        show_real(key, th_json_real_value(value), out);
        break;
    case TH_JSON_STRING:
        show_string(cli, key, th_json_text(value), out);
        break;
    case TH_JSON_ARRAY:
        show_list(cli, key, value, out);
        break;
    case TH_JSON_OBJECT:
        show_object(cli, key, value, out);
        break;
    }
}

static void show_column(const struct th_cli *cli, const struct column *column,
                        const struct th_json *value, struct th_buf *out)
{
    const char *words = th_json_type(value) == TH_JSON_STRING
                            ? value_words(cli, column->title, th_json_text(value))
                            : NULL;
    if (words != NULL) {
        th_buf_append_str(out, words);
    } else {
        show(cli, column->key, value, out);
    }
}

// What a field says; NULL where it is not shown.
static const struct th_json *field_value(const struct th_json *reply, const struct column *column)
{
    const struct th_json *value = walk(reply, column->key);
    const struct th_json *asked = column->asked[0] != '\0' ? walk(reply, column->asked) : NULL;
    bool nothing =
        value != NULL && (th_json_type(value) == TH_JSON_NULL ||
                          (th_json_type(value) == TH_JSON_ARRAY && th_json_size(value) == 0));
    nothing = nothing || (asked != NULL && th_json_int_value(asked) == 0);
    return nothing && column->optional ? NULL : value;
}

static void pad(struct th_buf *out, size_t n)
{
    while (n-- > 0) {
        th_buf_append_char(out, ' ');
    }
}

// One section without a table: "label: value", labels of one width.
static void draw_fields(const struct th_cli *cli, const struct th_json *reply,
                        const struct column *columns, size_t n, struct th_buf *out)
{
    size_t width = 0;
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        size_t w = th_text_width(label(cli, columns[i].title));
        if (field_value(reply, &columns[i]) != NULL) {
            width = w > width ? w : width;
            any = true;
        }
    }
    // An empty line parts them from what stands above.
    if (any && out->size > 0) {
        th_buf_append_char(out, '\n');
    }
    for (size_t i = 0; i < n; i++) {
        const struct th_json *value = field_value(reply, &columns[i]);
        if (value == NULL) {
            continue;
        }
        const char *name = label(cli, columns[i].title);
        th_buf_append_str(out, name);
        pad(out, width - th_text_width(name) + 2);
        show_column(cli, &columns[i], value, out);
        th_buf_append_char(out, '\n');
    }
}

static char *cell_text(const struct th_cli *cli, const struct th_json *row,
                       const struct column *column)
{
    struct th_buf text;
    th_buf_init(&text, CELL_LIMIT);
    show_column(cli, column, walk(row, column->key), &text);
    char *taken = th_buf_take(&text);
    return taken;
}

// Texts of one row; cells are the caller's (free()).
static void fill_row(const struct th_cli *cli, const struct th_json *row,
                     const struct column *columns, struct th_table *table, size_t index)
{
    for (size_t c = 0; c < table->n_columns; c++) {
        enum th_json_type type = th_json_type(walk(row, columns[c].key));
        table->cells[index * table->n_columns + c] = cell_text(cli, row, &columns[c]);
        if (type != TH_JSON_INT && type != TH_JSON_REAL && type != TH_JSON_NULL) {
            table->columns[c].right = false;
        }
    }
}

// Titles of lists of parcels are those of exported tables, so that an import knows them.
static const char *title(const struct th_cli *cli, const char *array, const char *key)
{
    char name[2 * KEY_SIZE + 16];
    snprintf(name, sizeof(name), "field.%s.%s", array, key);
    const char *text = th_messages_find(cli->messages, cli->lang, name);
    return text != NULL ? text : label(cli, key);
}

// A table that stands below something else says what it is.
static void draw_caption(const struct th_cli *cli, const char *array, struct th_buf *out)
{
    char name[KEY_SIZE + 16];
    if (out->size == 0) {
        return;
    }
    snprintf(name, sizeof(name), "table.%s", array);
    const char *caption = th_messages_find(cli->messages, cli->lang, name);
    th_buf_append_char(out, '\n');
    if (caption != NULL) {
        th_buf_append_str(out, caption);
        th_buf_append_char(out, '\n');
    }
}

// How many rows there are, and how all of them are had.
static void draw_rest(const struct th_cli *cli, size_t n, struct th_buf *out)
{
    bool to_file = strstr(cli->command->options, "out=FILE") != NULL;
    struct th_error words = {.status = TH_OK};
    th_error_add_int(&words, "shown", ROWS_SHOWN);
    th_error_add_int(&words, "n", (long long)n);
    th_messages_format(cli->messages, cli->lang, to_file ? "cli.rest_to_file" : "cli.rest",
                       words.args, words.n_args, out);
    th_buf_append_char(out, '\n');
}

static void draw_table(const struct th_cli *cli, const char *array, const struct th_json *rows,
                       const struct column *columns, size_t n_columns, struct th_buf *out)
{
    size_t n = th_json_size(rows);
    struct th_table table = {.n_columns = n_columns,
                             .n_rows = n > ROWS_SHOWN ? ROWS_SHOWN : n,
                             .separator = cli->lang == TH_LANG_ZH ? "、" : ", "};
    table.cells = calloc(table.n_rows * n_columns + 1, sizeof(*table.cells));
    if (n == 0 || table.cells == NULL) {
        free(table.cells);
        return;
    }
    for (size_t c = 0; c < n_columns; c++) {
        table.columns[c].title = title(cli, array, columns[c].title);
        table.columns[c].right = true;
        table.columns[c].runs_on = strcmp(columns[c].key, "command") == 0;
    }
    for (size_t r = 0; r < table.n_rows; r++) {
        fill_row(cli, th_json_at(rows, r), columns, &table, r);
    }
    // Many rows with one problem read as "1–16", or "1、3、5".
    if (strcmp(columns[0].key, "row") == 0) {
        th_table_merge(&table, strcmp(columns[1].key, "number") == 0 ? 2 : 1);
    }
    draw_caption(cli, array, out);
    bool known = true;
    size_t width = th_table_width(&known);
    table.one_line = !known;
    th_table_draw(&table, width, out);
    if (n > ROWS_SHOWN) {
        draw_rest(cli, n, out);
    }
    for (size_t i = 0; i < table.n_rows * n_columns; i++) {
        free(table.cells[i]);
    }
    free(table.cells);
}

// A row of an inner array, with what the object that it belongs to says and it does not.
static struct th_json *inner_row(const struct th_json *outer, const struct th_json *inner)
{
    struct th_json *row = th_json_copy(inner);
    for (void *it = th_json_iter(outer); it != NULL; it = th_json_iter_next(outer, it)) {
        const char *key = th_json_iter_key(it);
        enum th_json_type type = th_json_type(th_json_iter_value(it));
        bool plain = type != TH_JSON_ARRAY && type != TH_JSON_OBJECT;
        if (plain && th_json_get(inner, key) == NULL) {
            th_json_set(row, key, th_json_copy(th_json_iter_value(it)));
        }
    }
    return row;
}

// Ends the first part of a path; where the next one begins, NULL when there is none.
static char *cut(char *path)
{
    char *slash = strchr(path, '/');
    if (slash == NULL) {
        return NULL;
    }
    *slash = '\0';
    return slash + 1;
}

// The array of a section: one of the reply's, or "parties/payments", what the objects of one array
// have of another, one after the other; "parties/purchases/receipts" goes one further.
static void draw_array(const struct th_cli *cli, const struct th_json *reply, char *path,
                       const struct column *columns, size_t n_columns, struct th_buf *out)
{
    const char *name = path;
    char *slash = cut(path);
    struct th_json *rows = th_json_copy(walk(reply, name));
    while (slash != NULL) {
        struct th_json *inner = th_json_array();
        name = slash;
        slash = cut(slash);
        for (size_t i = 0; i < th_json_size(rows); i++) {
            const struct th_json *items = walk(th_json_at(rows, i), name);
            for (size_t k = 0; k < th_json_size(items); k++) {
                th_json_append(inner, inner_row(th_json_at(rows, i), th_json_at(items, k)));
            }
        }
        th_json_free(rows);
        rows = inner;
    }
    draw_table(cli, name, rows, columns, n_columns, out);
    th_json_free(rows);
}

// `size` is smaller than KEY_SIZE.
static struct column column_read(const char *text, size_t size)
{
    const char *mark = memchr(text, '?', size);
    struct column column = {.optional = mark != NULL};
    if (mark != NULL) {
        memcpy(column.asked, mark + 1, size - (size_t)(mark + 1 - text));
        size = (size_t)(mark - text);
    }
    const char *equals = memchr(text, '=', size);
    size_t key_size = equals == NULL ? size : (size_t)(equals - text);
    const char *title = equals == NULL ? text : equals + 1;
    memcpy(column.key, text, key_size);
    memcpy(column.title, title, size - (size_t)(title - text));
    return column;
}

// Splits "a b c" into columns; returns how many.
static size_t split(const char *text, size_t size, struct column *columns)
{
    size_t n = 0;
    size_t i = 0;
    while (i < size) {
        while (i < size && text[i] == ' ') {
            i++;
        }
        size_t begin = i;
        while (i < size && text[i] != ' ') {
            i++;
        }
        if (i > begin) {
            assert(n < COLUMNS_MAX && i - begin < KEY_SIZE);
            columns[n] = column_read(text + begin, i - begin);
            n++;
        }
    }
    return n;
}

void th_cli_view(const struct th_cli *cli, const struct th_json *reply, struct th_buf *out)
{
    const char *section = cli->command->view;
    for (;;) {
        struct column columns[COLUMNS_MAX];
        size_t size = strcspn(section, "|");
        const char *colon = memchr(section, ':', size);
        if (colon == NULL) {
            draw_fields(cli, reply, columns, split(section, size, columns), out);
        } else {
            struct column array[COLUMNS_MAX];
            size_t n = split(colon + 1, size - (size_t)(colon + 1 - section), columns);
            if (split(section, (size_t)(colon - section), array) == 1) {
                draw_array(cli, reply, array[0].key, columns, n, out);
            }
        }
        if (section[size] == '\0') {
            return;
        }
        section += size + 1;
    }
}
