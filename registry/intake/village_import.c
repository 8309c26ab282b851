// Villages from a table as people keep it: CSV in any encoding, or XLSX.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/text.h"
#include "gis/reader.h"
#include "registry/directory_internal.h"
#include "registry/reply.h"
#include "registry/setup.h"
#include "registry/table/field_names.h"
#include "registry/work.h"

enum { CODE, NAME, TOWNSHIP, N_COLUMNS, FIELDS_MAX = 1000, ROWS_MAX = 1000000, ROWS_TOLD_MAX = 20 };

static const char *const KEYS[N_COLUMNS] = {
    [CODE] = "code", [NAME] = "name", [TOWNSHIP] = "township"};
static const char *const TOLD[N_COLUMNS] = {
    [CODE] = "村代码 (code)", [NAME] = "村名 (name)", [TOWNSHIP] = "乡镇 (township)"};

struct villages {
    struct th_village *items;
    int64_t *lines; // of the file
    size_t n;
};

static enum th_status columns_missing(const char *path, const size_t columns[N_COLUMNS],
                                      struct th_error *err)
{
    struct th_buf missing;
    th_buf_init(&missing, 4096);
    for (int c = 0; c < N_COLUMNS; c++) {
        if (columns[c] == SIZE_MAX) {
            th_buf_printf(&missing, "%s%s", missing.size > 0 ? ", " : "", TOLD[c]);
        }
    }
    enum th_status status = missing.size == 0
                                ? TH_OK
                                : th_error_set(err, TH_INVALID, "village_columns", "path", path,
                                               "missing", th_buf_text(&missing), NULL);
    th_buf_clear(&missing);
    return status;
}

// What a table has beyond the first thousand columns is not looked at.
static enum th_status columns_find(const struct th_reader *reader, const char *path,
                                   size_t columns[N_COLUMNS], struct th_error *err)
{
    static const bool none[FIELDS_MAX] = {false};
    const char *headings[FIELDS_MAX];
    size_t n = th_reader_info(reader)->n_fields;
    n = n < FIELDS_MAX ? n : FIELDS_MAX;
    for (size_t i = 0; i < n; i++) {
        headings[i] = th_reader_field(reader, i);
    }
    for (int c = 0; c < N_COLUMNS; c++) {
        columns[c] = SIZE_MAX;
    }
    struct th_field_names *names = NULL;
    struct th_field_meaning *meanings = calloc(n + 1, sizeof(*meanings));
    enum th_status status = meanings == NULL
                                ? th_error_no_memory(err)
                                : th_field_names_new(TH_FIELDS_OF_VILLAGES, &names, err);
    if (status == TH_OK) {
        status = th_field_names_assign(names, headings, none, n, NULL, NULL, meanings, err);
    }
    for (size_t i = 0; status == TH_OK && i < n; i++) {
        for (int c = 0; c < N_COLUMNS; c++) {
            if (strcmp(meanings[i].key, KEYS[c]) == 0) {
                columns[c] = i;
            }
        }
    }
    th_field_names_free(names);
    free(meanings);
    return status == TH_OK ? columns_missing(path, columns, err) : status;
}

static enum th_status room_make(struct villages *villages, size_t n_more, struct th_error *err)
{
    if (villages->n + n_more > ROWS_MAX) {
        (void)th_error_set(err, TH_LIMIT, "village_rows", NULL);
        th_error_add_int(err, "limit", ROWS_MAX);
        return TH_LIMIT;
    }
    size_t n = villages->n + n_more + 1;
    struct th_village *items = realloc(villages->items, n * sizeof(*items));
    villages->items = items == NULL ? villages->items : items;
    int64_t *lines = realloc(villages->lines, n * sizeof(*lines));
    villages->lines = lines == NULL ? villages->lines : lines;
    return items == NULL || lines == NULL ? th_error_no_memory(err) : TH_OK;
}

static enum th_status row_take(struct villages *villages, const struct th_reader_row *row,
                               const size_t columns[N_COLUMNS], struct th_error *err)
{
    char texts[N_COLUMNS][512] = {{0}};
    bool blank = !row->lost;
    for (int c = 0; !row->lost && c < N_COLUMNS; c++) {
        const char *value = row->values[columns[c]];
        th_text_copy(texts[c], sizeof(texts[c]), value == NULL ? "" : value);
        th_text_trim(texts[c]);
        blank = blank && texts[c][0] == '\0';
    }
    if (blank) {
        return TH_OK;
    }
    enum th_status status = row->lost || row->text_suspect
                                ? th_error_set(err, TH_UNREADABLE, "village_row", NULL)
                                : th_village_make(texts[CODE], texts[NAME], texts[TOWNSHIP],
                                                  &villages->items[villages->n], err);
    if (status != TH_OK) {
        th_error_add_int(err, "row", row->row);
    } else {
        villages->lines[villages->n++] = row->row;
    }
    return status;
}

static enum th_status rows_read(struct th_reader *reader, const char *path,
                                struct villages *villages, struct th_error *err)
{
    size_t columns[N_COLUMNS];
    enum th_status status = columns_find(reader, path, columns, err);
    if (status == TH_OK && th_reader_info(reader)->encoding.how == TH_ENCODING_UNDECIDED) {
        status = th_error_set(err, TH_UNREADABLE, "village_encoding", "path", path, NULL);
    }
    while (status == TH_OK) {
        struct th_reader_batch *batch = NULL;
        status = th_reader_next(reader, &batch, err);
        if (status != TH_OK || batch == NULL) {
            break;
        }
        status = room_make(villages, batch->n_rows, err);
        for (size_t i = 0; status == TH_OK && i < batch->n_rows; i++) {
            status = row_take(villages, &batch->rows[i], columns, err);
        }
        th_reader_batch_free(batch);
    }
    if (status == TH_OK && villages->n == 0) {
        status = th_error_set(err, TH_INVALID, "csv_empty", "path", path, NULL);
    }
    return status;
}

static enum th_status table_read(const char *path, struct villages *villages, struct th_error *err)
{
    struct th_reader *reader = NULL;
    const struct th_reader_options how = {.shapeless = true};
    enum th_status status = th_reader_open(path, &how, &reader, err);
    if (status == TH_OK) {
        status = rows_read(reader, path, villages, err);
    }
    th_reader_close(reader);
    return status;
}

static bool is_same(const struct th_village *known, const struct th_village *village)
{
    return strcmp(known->name, village->name) == 0 &&
           strcmp(known->township, village->township) == 0;
}

// A village that is registered just so is left alone; one that is registered otherwise is for
// people to decide.
static enum th_status village_put(struct th_work *work, const struct th_village *village,
                                  int64_t line, bool *ret_added, struct th_error *err)
{
    struct th_village known;
    struct th_error what;
    enum th_status status = th_village_load(th_work_store(work), village->code, &known, &what);
    *ret_added = status == TH_NOT_FOUND;
    if (status == TH_NOT_FOUND) {
        return th_village_insert(th_work_store(work), village, th_work_seq(work), err);
    }
    if (status == TH_OK && !is_same(&known, village)) {
        status = th_error_set(err, TH_CONFLICT, "village_differs", "code", village->code, "name",
                              village->name, "township", village->township, "known", known.name,
                              "known_township", known.township, NULL);
        th_error_add_int(err, "row", line);
        return status;
    }
    if (status != TH_OK && err != NULL) {
        *err = what;
    }
    return status;
}

// The first row that differs is told in full; that there are more, by their lines.
static void others_tell(struct th_work *work, const struct villages *villages, size_t first,
                        struct th_error *err)
{
    struct th_buf rows;
    size_t n = 0;
    if (err == NULL || strcmp(err->key, "village_differs") != 0) {
        return;
    }
    th_buf_init(&rows, TH_ERROR_VALUE_SIZE);
    th_buf_printf(&rows, "%lld", (long long)villages->lines[first]);
    for (size_t i = first + 1; i < villages->n; i++) {
        struct th_village known;
        if (th_village_load(th_work_store(work), villages->items[i].code, &known, NULL) != TH_OK ||
            is_same(&known, &villages->items[i])) {
            continue;
        }
        n++;
        if (n < ROWS_TOLD_MAX) {
            th_buf_printf(&rows, ", %lld", (long long)villages->lines[i]);
        } else if (n == ROWS_TOLD_MAX) {
            th_buf_append_str(&rows, " …");
        }
    }
    if (n > 0) {
        th_text_copy(err->key, sizeof(err->key), "villages_differ");
        th_error_add(err, "rows", th_buf_text(&rows));
    }
    th_buf_clear(&rows);
}

static struct th_json *reply_make(const struct th_json *added, size_t n)
{
    struct th_json *reply = th_json_object();
    int64_t n_added = (int64_t)th_json_size(added);
    th_json_set_int(reply, "read", (int64_t)n);
    th_json_set_int(reply, "accepted", n_added);
    th_json_set_int(reply, "unchanged", (int64_t)n - n_added);
    th_json_set(reply, "villages", th_json_copy(added));
    return reply;
}

static enum th_status villages_put(struct th_registry *registry, const struct th_request *request,
                                   const struct villages *villages, struct th_json **ret_reply,
                                   struct th_error *err)
{
    struct th_json *input = th_json_array();
    struct th_work *work = NULL;
    for (size_t i = 0; i < villages->n; i++) {
        th_json_append(input, th_village_json(&villages->items[i]));
    }
    enum th_status status = th_work_begin(registry, request, TH_MAY_SET_UP, "village.import", input,
                                          &work, ret_reply, err);
    th_json_free(input);
    if (status != TH_OK || work == NULL) {
        return status;
    }
    struct th_json *added = th_json_array();
    for (size_t i = 0; status == TH_OK && i < villages->n; i++) {
        bool is_new = false;
        status = village_put(work, &villages->items[i], villages->lines[i], &is_new, err);
        if (status == TH_OK && is_new) {
            th_json_append(added, th_village_json(&villages->items[i]));
        }
        if (status == TH_CONFLICT) {
            others_tell(work, villages, i, err);
        }
    }
    struct th_json *reply = reply_make(added, villages->n);
    if (status == TH_OK && th_json_size(added) == 0) {
        th_work_cancel(work);
        th_json_free(added);
        return th_reply_finish(TH_OK, reply, ret_reply, err);
    }
    struct th_json *body = th_json_object();
    char subject[TH_CODE_SIZE + 16] = "villages";
    if (th_json_size(added) == 1) {
        snprintf(subject, sizeof(subject), "village:%s",
                 th_json_get_text(th_json_at(added, 0), "code", ""));
    }
    th_json_set(body, "villages", added);
    return th_work_end(work, status, subject, body, reply, ret_reply, err);
}

enum th_status th_village_import(struct th_registry *registry, const struct th_request *request,
                                 const char *path, struct th_json **ret_reply, struct th_error *err)
{
    struct villages villages = {0};
    enum th_status status = table_read(path, &villages, err);
    if (status == TH_OK) {
        status = villages_put(registry, request, &villages, ret_reply, err);
    }
    free(villages.items);
    free(villages.lines);
    return status;
}
