// Looking into replies: paths, shapes, and the whole content of a registry.
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/buf.h"
#include "core/text.h"
#include "tests/cli/run.h"

enum { DUMP_LIMIT = 256 * 1024 * 1024, STEP_SIZE = 64 };

const struct th_json *th_cli_at(const struct th_json *value, const char *path)
{
    char step[STEP_SIZE];
    while (value != NULL && *path != '\0') {
        size_t size = strcspn(path, ".");
        int64_t index = 0;
        assert_true(size < sizeof(step));
        memcpy(step, path, size);
        step[size] = '\0';
        if (th_json_type(value) == TH_JSON_ARRAY && th_text_parse_int(step, 0, 1000000, &index)) {
            value = th_json_at(value, (size_t)index);
        } else {
            value = th_json_get(value, step);
        }
        path += size + (path[size] == '.');
    }
    return value;
}

int64_t th_cli_int_at(const struct th_json *value, const char *path)
{
    const struct th_json *found = th_cli_at(value, path);
    if (found == NULL || th_json_type(found) != TH_JSON_INT) {
        fail_msg("%s is not there, or no whole number", path);
    }
    return th_json_int_value(found);
}

const char *th_cli_text_at(const struct th_json *value, const char *path)
{
    const struct th_json *found = th_cli_at(value, path);
    if (found == NULL || th_json_type(found) != TH_JSON_STRING) {
        fail_msg("%s is not there, or no text", path);
    }
    return th_json_text(found);
}

static bool fits(enum th_json_type type, const char *want)
{
    if (want[0] != '\0' && want[1] == '?' && type == TH_JSON_NULL) {
        return true;
    }
    switch (want[0]) {
    case 'i':
        return type == TH_JSON_INT;
    case 'n':
        return type == TH_JSON_INT || type == TH_JSON_REAL;
    case 's':
        return type == TH_JSON_STRING;
    case 'b':
        return type == TH_JSON_BOOL;
    case 'a':
        return type == TH_JSON_ARRAY;
    case 'o':
        return type == TH_JSON_OBJECT;
    default:
        fail_msg("unknown type %s", want);
        return false;
    }
}

static void check_path(const struct th_json *value, const char *path, const char *want)
{
    char head[STEP_SIZE];
    const char *rows = strstr(path, "[]");
    if (rows == NULL) {
        const struct th_json *found = th_cli_at(value, path);
        if (found == NULL) {
            fail_msg("the reply has no %s", path);
        }
        if (!fits(th_json_type(found), want)) {
            fail_msg("%s is not of type %s", path, want);
        }
        if (want[0] == 's' && th_json_type(found) == TH_JSON_STRING && want[1] != '?') {
            assert_true(th_json_text(found)[0] != '\0');
        }
        return;
    }
    size_t size = (size_t)(rows - path);
    assert_true(size < sizeof(head));
    memcpy(head, path, size);
    head[size] = '\0';
    const struct th_json *array = th_cli_at(value, head);
    if (th_json_type(array) != TH_JSON_ARRAY || th_json_size(array) == 0) {
        fail_msg("%s is not there, no array, or empty", head);
    }
    for (size_t i = 0; i < th_json_size(array); i++) {
        check_path(th_json_at(array, i), rows + 2 + (rows[2] == '.'), want);
    }
}

void th_cli_shape(const struct th_json *value, const char *shape)
{
    size_t n_checked = 0;
    while (*shape != '\0') {
        char path[STEP_SIZE * 2];
        char want[4] = "";
        size_t size = strcspn(shape, " ");
        const char *colon = memchr(shape, ':', size);
        if (size > 0 && colon != NULL) {
            size_t path_size = (size_t)(colon - shape);
            size_t want_size = size - path_size - 1;
            assert_true(path_size < sizeof(path) && want_size < sizeof(want));
            memcpy(path, shape, path_size);
            path[path_size] = '\0';
            memcpy(want, colon + 1, want_size);
            check_path(value, path, want);
            n_checked++;
        }
        shape += size + strspn(shape + size, " ");
    }
    assert_true(n_checked > 0);
}

static void dump_table(sqlite3 *db, const char *name, struct th_buf *out)
{
    char sql[256];
    sqlite3_stmt *statement = NULL;
    (void)snprintf(sql, sizeof(sql), "SELECT * FROM \"%s\"", name);
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK) {
        return; // a virtual table of a module that is not loaded here
    }
    th_buf_printf(out, "== %s\n", name);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        for (int c = 0; c < sqlite3_column_count(statement); c++) {
            const unsigned char *bytes = sqlite3_column_blob(statement, c);
            for (int i = 0; bytes != NULL && i < sqlite3_column_bytes(statement, c); i++) {
                th_buf_printf(out, "%02x", bytes[i]);
            }
            th_buf_append_char(out, '|');
        }
        th_buf_append_char(out, '\n');
    }
    assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
}

char *th_cli_dump(const struct th_cli_world *world)
{
    char path[TH_TEST_PATH_SIZE];
    sqlite3 *db = NULL;
    sqlite3_stmt *names = NULL;
    struct th_buf out;
    th_buf_init(&out, DUMP_LIMIT);
    th_test_path(path, world->folder, "r.tanhui");
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db,
                                        "SELECT name FROM sqlite_schema WHERE type = 'table' "
                                        "AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name",
                                        -1, &names, NULL),
                     SQLITE_OK);
    while (sqlite3_step(names) == SQLITE_ROW) {
        dump_table(db, (const char *)sqlite3_column_text(names, 0), &out);
    }
    assert_int_equal(sqlite3_finalize(names), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    assert_true(out.size > 10000);
    return th_buf_take(&out);
}
