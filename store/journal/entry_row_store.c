// Rows of small tables as posts: noted as the database wrote them, applied as they were noted. A
// post has the columns as keys, without those that are NULL and without seq, which is the entry's;
// bytes are hexadecimal, real numbers texts.
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "store/journal/entry_internal.h"
#include "store/journal/posting_internal.h"

static const char *const TABLES[] = {
    "beneficiary_review",
    "county_rule",
    "document",
    "enterprise_year",
    "import_draft",
    "import_profile",
    "issuance",
    "outbox_target",
    "overlap_waiver",
    "package",
    "parcel_lineage",
    "parcel_renumbering",
    "party",
    "registry",
    "tenure_document",
    "tenure_end",
    "user_account",
    "user_end",
    "user_limit",
    "village",
    "waiver",
};

static bool is_table(const char *name)
{
    for (size_t i = 0; i < sizeof(TABLES) / sizeof(TABLES[0]); i++) {
        if (strcmp(TABLES[i], name) == 0) {
            return true;
        }
    }
    return false;
}

bool th_entry_table_known(const char *kind)
{
    return is_table(kind) || strcmp(kind, TH_ENTRY_GONE) == 0;
}

// --- Noting --------------------------------------------------------------------------------------

static void set_hex(struct th_json *post, const char *key, const unsigned char *data, size_t size)
{
    enum { BYTES_MAX = 64 };
    char hex[2 * BYTES_MAX + 1] = "";
    for (size_t i = 0; i < size && i < BYTES_MAX; i++) {
        (void)snprintf(hex + 2 * i, 3, "%02x", data[i]);
    }
    th_json_set_text(post, key, hex);
}

static void set_column(struct th_json *post, struct th_stmt *q, int column)
{
    const char *name = th_column_name(q, column);
    char text[32];
    size_t size = 0;
    const void *data = NULL;
    switch (th_column_type(q, column)) {
    case TH_DB_INT:
        th_json_set_int(post, name, th_column_int(q, column));
        break;
    case TH_DB_REAL:
        (void)snprintf(text, sizeof(text), "%.17g", th_column_real(q, column));
        th_json_set_text(post, name, text);
        break;
    case TH_DB_TEXT:
        th_json_set_text(post, name, th_column_text(q, column));
        break;
    case TH_DB_BLOB:
        data = th_column_blob(q, column, &size);
        set_hex(post, name, data, size);
        break;
    case TH_DB_NULL:
        break;
    }
}

static enum th_status note_row(struct th_store *store, struct th_stmt *q, const char *kind,
                               const char *table, struct th_error *err)
{
    struct th_json *post = th_json_object();
    th_json_set_text(post, "post", kind);
    if (table) {
        th_json_set_text(post, "table", table);
    }
    for (int i = 0; i < th_stmt_n_columns(q); i++) {
        if (strcmp(th_column_name(q, i), "seq") != 0) {
            set_column(post, q, i);
        }
    }
    enum th_status status = th_json_check(post, err);
    if (status != TH_OK) {
        th_json_free(post);
        return status;
    }
    return th_entry_post(store, post, err);
}

static enum th_status run(struct th_stmt *stmt, const char *kind, const char *table,
                          struct th_error *err)
{
    struct th_store *store = stmt ? th_stmt_store(stmt) : NULL;
    bool noted = store && th_db_in_transaction(store);
    enum th_status status = TH_OK;
    while (th_stmt_next(stmt, &status, err)) {
        if (noted) {
            status = note_row(store, stmt, kind, table, err);
        }
    }
    th_stmt_done(stmt);
    return status;
}

enum th_status th_entry_run(struct th_stmt *stmt, const char *table, struct th_error *err)
{
    assert(is_table(table));
    return run(stmt, table, NULL, err);
}

enum th_status th_entry_run_gone(struct th_stmt *stmt, const char *table, struct th_error *err)
{
    assert(is_table(table));
    return run(stmt, TH_ENTRY_GONE, table, err);
}

enum th_status th_entry_insert(struct th_stmt *stmt, const char *table, int64_t *ret_id,
                               struct th_error *err)
{
    struct th_store *store = stmt ? th_stmt_store(stmt) : NULL;
    enum th_status status = th_entry_run(stmt, table, err);
    if (status == TH_OK) {
        *ret_id = th_db_last_id(store);
    }
    return status;
}

// --- Applying ------------------------------------------------------------------------------------

enum { COLUMNS_MAX = 32, NAME_SIZE = 48 };

struct column {
    char name[NAME_SIZE];
    bool is_blob;
    bool is_key;
};

struct layout {
    struct column columns[COLUMNS_MAX];
    int n;
};

static enum th_status read_layout(struct th_store *store, const char *table, struct layout *layout,
                                  struct th_error *err)
{
    static const char SQL[] = "SELECT name, type = 'BLOB', pk > 0 FROM pragma_table_info(?1)";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, table);
    enum th_status status = TH_OK;
    layout->n = 0;
    while (layout->n < COLUMNS_MAX && th_stmt_next(q, &status, err)) {
        struct column *column = &layout->columns[layout->n++];
        th_column_copy(q, 0, column->name, sizeof(column->name));
        column->is_blob = th_column_int(q, 1) != 0;
        column->is_key = th_column_int(q, 2) != 0;
    }
    th_stmt_done(q);
    return status;
}

static void list_columns(struct th_buf *sql, const struct layout *layout, bool keys_alone)
{
    bool first = true;
    for (int i = 0; i < layout->n; i++) {
        if (!keys_alone || layout->columns[i].is_key) {
            th_buf_printf(sql, "%s\"%s\"", first ? "" : ", ", layout->columns[i].name);
            first = false;
        }
    }
}

// A row that is there already becomes what the post says.
static void write_insert(struct th_buf *sql, const char *table, const struct layout *layout)
{
    th_buf_printf(sql, "INSERT INTO \"%s\" (", table);
    list_columns(sql, layout, false);
    th_buf_printf(sql, ") VALUES (");
    for (int i = 1; i <= layout->n; i++) {
        th_buf_printf(sql, "%s?%d", i > 1 ? ", " : "", i);
    }
    th_buf_printf(sql, ") ON CONFLICT (");
    list_columns(sql, layout, true);
    th_buf_printf(sql, ") DO UPDATE SET ");
    for (int i = 0; i < layout->n; i++) {
        const char *name = layout->columns[i].name;
        th_buf_printf(sql, "%s\"%s\" = excluded.\"%s\"", i > 0 ? ", " : "", name, name);
    }
}

static void write_delete(struct th_buf *sql, const char *table, const struct layout *layout)
{
    bool first = true;
    th_buf_printf(sql, "DELETE FROM \"%s\" WHERE ", table);
    for (int i = 0; i < layout->n; i++) {
        if (layout->columns[i].is_key) {
            th_buf_printf(sql, "%s\"%s\" = ?%d", first ? "" : " AND ", layout->columns[i].name,
                          i + 1);
            first = false;
        }
    }
}

static bool bind_hex(struct th_stmt *q, int index, const char *hex)
{
    enum { BYTES_MAX = 64 };
    unsigned char data[BYTES_MAX];
    size_t size = strlen(hex) / 2;
    if (strlen(hex) % 2 != 0 || size > sizeof(data) ||
        strspn(hex, "0123456789abcdef") != strlen(hex)) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        const char digits[3] = {hex[2 * i], hex[2 * i + 1], '\0'};
        data[i] = (unsigned char)strtoul(digits, NULL, 16);
    }
    th_bind_blob(q, index, data, size);
    return true;
}

// False for a value that no column has.
static bool bind_value(struct th_stmt *q, int index, const struct column *column,
                       const struct th_json *value)
{
    if (!value) {
        th_bind_null(q, index);
        return true;
    }
    if (th_json_type(value) == TH_JSON_INT && !column->is_blob) {
        th_bind_int(q, index, th_json_int_value(value));
        return true;
    }
    if (th_json_type(value) != TH_JSON_STRING) {
        return false;
    }
    if (column->is_blob) {
        return bind_hex(q, index, th_json_text(value));
    }
    th_bind_text_borrowed(q, index, th_json_text(value));
    return true;
}

static enum th_status bind_row(struct th_stmt *q, const struct layout *layout, int64_t seq,
                               bool gone, const struct th_json *post, struct th_error *err)
{
    size_t n_known = gone ? 2 : 1; // "post" and "table"
    bool readable = true;
    for (int i = 0; i < layout->n && readable; i++) {
        const struct column *column = &layout->columns[i];
        const struct th_json *value = th_json_get(post, column->name);
        n_known += value != NULL;
        if (gone && !column->is_key) {
            continue;
        }
        if (strcmp(column->name, "seq") == 0) {
            th_bind_int(q, i + 1, seq);
        } else {
            readable = bind_value(q, i + 1, column, value);
        }
    }
    return readable && n_known == th_json_size(post)
               ? TH_OK
               : th_post_unreadable(th_json_get_text(post, "post", ""), err);
}

enum th_status th_entry_row_apply(struct th_store *store, int64_t seq, const struct th_json *post,
                                  struct th_error *err)
{
    enum { SQL_LIMIT = 16384 };
    const char *kind = th_json_get_text(post, "post", "");
    bool gone = strcmp(kind, TH_ENTRY_GONE) == 0;
    const char *table = gone ? th_json_get_text(post, "table", "") : kind;
    struct layout layout;
    struct th_buf sql;
    if (!is_table(table)) {
        return th_post_unreadable(kind, err);
    }
    enum th_status status = read_layout(store, table, &layout, err);
    if (status != TH_OK) {
        return status;
    }
    th_buf_init(&sql, SQL_LIMIT);
    if (gone) {
        write_delete(&sql, table, &layout);
    } else {
        write_insert(&sql, table, &layout);
    }
    status = th_buf_check(&sql, err);
    if (status == TH_OK) {
        struct th_stmt *q = th_db_query_made(store, th_buf_text(&sql));
        status = bind_row(q, &layout, seq, gone, post, err);
        if (status == TH_OK) {
            status = th_stmt_run(q, err);
        } else {
            th_stmt_done(q);
        }
    }
    th_buf_clear(&sql);
    return status;
}
