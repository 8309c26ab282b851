// Rows that a clerk mended, laid over those of the source. Tables are closed by the byte 0x1E: the
// source first, then one or two mended files; lines and commas make rows and cells, the first line
// names the columns, an empty cell is none, and a cell of a column "geom" draws a square. What the
// reader process would say of them goes through the real decoders. Where mended rows are told by
// the number of the row, the outcome is worked out once more, row by row; then the fields of each
// row are taken.
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/json.h"
#include "core/text.h"
#include "gis/reader_process_internal.h"
#include "registry/intake/parcel_internal.h"
#include "tests/fuzz/fuzz.h"

enum { TABLES = 3, ROWS_MAX = 40, COLUMNS_MAX = 12, PATH_SIZE = 64, WKB_SIZE = 93 };

struct table {
    size_t n_columns, n_rows;                     // without the first line
    const char *cells[ROWS_MAX + 1][COLUMNS_MAX]; // NULL: nothing there
    size_t shape;                                 // column, or COLUMNS_MAX
    unsigned char wkb[ROWS_MAX + 1][WKB_SIZE];
};

static struct table tables[TABLES];
static char paths[TABLES][PATH_SIZE];

// The reader process, played from a table. Only one that still runs is asked.
struct th_reader_process {
    const struct table *table;
    int n_said;
};

static void square_write(unsigned char *wkb, unsigned char place)
{
    static const unsigned char head[] = {1, 3, 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0};
    static const double corners[5][2] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}};
    memcpy(wkb, head, sizeof(head));
    for (int i = 0; i < 5; i++) {
        double xy[2] = {119 + corners[i][0] * 1e-3 + place * 1e-2, 30 + corners[i][1] * 1e-3};
        memcpy(wkb + sizeof(head) + 16 * i, xy, sizeof(xy));
    }
}

// Cuts up the text of one table, which outlives it.
static void table_read(char *text, struct table *table)
{
    *table = (struct table){.shape = COLUMNS_MAX};
    th_text_mend(text);
    for (size_t r = 0; r <= ROWS_MAX && text != NULL; r++) {
        char *line = text;
        text = strchr(text, '\n');
        if (text != NULL) {
            *text++ = '\0';
        }
        for (size_t c = 0; c < COLUMNS_MAX && line != NULL; c++) {
            char *cell = line;
            line = strchr(line, ',');
            if (line != NULL) {
                *line++ = '\0';
            }
            if (r == 0) {
                table->n_columns = c + 1;
            }
            if (c < table->n_columns) {
                table->cells[r][c] = *cell == '\0' && r > 0 ? NULL : cell;
            }
            if (r == 0 && strcmp(cell, "geom") == 0) {
                table->shape = c;
            }
        }
        table->n_rows = r;
        if (r > 0 && table->shape < COLUMNS_MAX && table->cells[r][table->shape] != NULL) {
            square_write(table->wkb[r], (unsigned char)*table->cells[r][table->shape]);
        }
    }
}

static bool is_lost(const struct table *table, size_t r)
{
    return table->cells[r][0] != NULL && table->cells[r][0][0] == '\x7f';
}

static void info_put(struct th_wire_frame *frame, const struct table *table)
{
    struct th_wire_info info = {.fields = table->cells[0]};
    info.info = (struct th_reader_info){.member = "",
                                        .driver = table == &tables[2] ? "GPKG" : "CSV",
                                        .layer = "a",
                                        .geometry_type = "Polygon",
                                        .engine = "none",
                                        .n_features = (int64_t)table->n_rows,
                                        .n_fields = table->n_columns};
    th_text_copy(info.info.encoding.name, sizeof(info.info.encoding.name), "UTF-8");
    th_wire_begin(frame, TH_WIRE_INFO);
    th_wire_put_info(frame, &info);
}

static void batch_put(struct th_wire_frame *frame, const struct table *table)
{
    th_wire_begin(frame, TH_WIRE_BATCH);
    for (size_t r = 1; r <= table->n_rows; r++) {
        bool drawn = table->shape < COLUMNS_MAX && table->cells[r][table->shape] != NULL;
        struct th_reader_row row = {.row = (int64_t)r + 1,
                                    .feature = (int64_t)r,
                                    .wkb = drawn ? table->wkb[r] : NULL,
                                    .wkb_size = drawn ? WKB_SIZE : 0,
                                    .values = table->cells[r]};
        if (is_lost(table, r)) {
            row = (struct th_reader_row){
                .row = (int64_t)r + 1, .feature = -1, .lost = true, .detail = "@points.number"};
        }
        (void)th_wire_put_row(frame, &row, table->n_columns);
    }
}

// In place of the process (see tests/fuzz.cmake).
enum th_status __wrap_th_reader_process_start(const char *path,
                                              const struct th_reader_options *options,
                                              struct th_reader_process **ret_process,
                                              struct th_error *err);
enum th_status __wrap_th_reader_process_listen(struct th_reader_process *process,
                                               unsigned silence_s,
                                               struct th_wire_header *ret_header,
                                               void **ret_payload, struct th_error *err);
void __wrap_th_reader_process_end(struct th_reader_process *process);

enum th_status __wrap_th_reader_process_start(const char *path,
                                              const struct th_reader_options *options,
                                              struct th_reader_process **ret_process,
                                              struct th_error *err)
{
    (void)options;
    (void)err;
    for (size_t i = 0; i < TABLES; i++) {
        if (strcmp(path, paths[i]) != 0) {
            continue;
        }
        *ret_process = calloc(1, sizeof(**ret_process));
        assert(*ret_process != NULL);
        (*ret_process)->table = &tables[i];
        return TH_OK;
    }
    assert(false);
}

enum th_status __wrap_th_reader_process_listen(struct th_reader_process *process,
                                               unsigned silence_s,
                                               struct th_wire_header *ret_header,
                                               void **ret_payload, struct th_error *err)
{
    struct th_wire_frame frame = {0};
    (void)silence_s;
    // A batch of no rows is never sent.
    process->n_said += process->n_said == 1 && process->table->n_rows == 0;
    switch (process->n_said++) {
    case 0:
        info_put(&frame, process->table);
        break;
    case 1:
        batch_put(&frame, process->table);
        break;
    default:
        th_wire_begin(&frame, TH_WIRE_END);
        th_wire_put_end(&frame, (int64_t)process->table->n_rows);
        break;
    }
    enum th_status status = th_wire_finish(&frame, NULL);
    assert(status == TH_OK);
    status = th_wire_header_decode(frame.data, ret_header, err);
    assert(status == TH_OK);
    *ret_payload = malloc(ret_header->size + 1);
    assert(*ret_payload != NULL);
    memcpy(*ret_payload, frame.data + TH_WIRE_HEADER_SIZE, ret_header->size);
    th_wire_clear(&frame);
    return TH_OK;
}

void __wrap_th_reader_process_end(struct th_reader_process *process)
{
    free(process);
}

static size_t count(const struct table *table, const char *name, size_t *ret_first,
                    size_t *ret_last)
{
    size_t n = 0;
    for (size_t c = 0; c < table->n_columns; c++) {
        if (strcmp(table->cells[0][c], name) != 0) {
            continue;
        }
        *ret_first = n == 0 ? c : *ret_first;
        *ret_last = c;
        n++;
    }
    return n;
}

// The column that tells the row of the source, given in every line; false when there is none.
static bool key_column(const struct table *file, size_t *ret_column)
{
    size_t first = 0;
    size_t last = 0;
    size_t there = count(&tables[0], "row", &first, &last);
    if (count(file, "row", &first, &last) <= there) {
        return false;
    }
    for (size_t r = 1; r <= file->n_rows; r++) {
        if (file->cells[r][first] == NULL) {
            return false;
        }
    }
    *ret_column = first;
    return true;
}

static int64_t key_of(const struct table *file, size_t r, size_t column)
{
    int64_t key = 0;
    assert(th_text_parse_int(file->cells[r][column], 1, INT64_MAX, &key));
    return key;
}

// What row `r` of the source must read after the files were laid over it.
static void check_row(size_t r, size_t n_files, const struct th_reader_row *laid)
{
    const char *values[COLUMNS_MAX] = {NULL};
    const unsigned char *wkb = NULL;
    bool lost = is_lost(&tables[0], r);
    const struct table *source = &tables[0];
    for (size_t c = 0; c < source->n_columns; c++) {
        values[c] = lost ? NULL : source->cells[r][c];
    }
    if (!lost && source->shape < COLUMNS_MAX && source->cells[r][source->shape] != NULL) {
        wkb = source->wkb[r];
    }
    for (size_t f = 1; f <= n_files; f++) {
        const struct table *file = &tables[f];
        size_t key = 0;
        if (!key_column(file, &key)) {
            return; // by numbers
        }
        for (size_t m = 1; m <= file->n_rows; m++) {
            if (key_of(file, m, key) != (int64_t)r + 1) {
                continue;
            }
            for (size_t c = 0; c < source->n_columns; c++) {
                size_t first = 0;
                size_t last = 0;
                if (count(file, source->cells[0][c], &first, &last) == 0) {
                    continue;
                }
                const char *mended = file->cells[m][last];
                bool defused = mended != NULL && values[c] != NULL && mended[0] == '\'' &&
                               strcmp(mended + 1, values[c]) == 0;
                values[c] = defused ? values[c] : mended;
            }
            if (file->shape < COLUMNS_MAX && file->cells[m][file->shape] != NULL) {
                wkb = file->wkb[m];
                lost = false;
            }
        }
    }
    assert(laid->lost == lost && (laid->wkb != NULL) == (wkb != NULL));
    assert(wkb == NULL || fuzz_same(laid->wkb, laid->wkb_size, wkb, WKB_SIZE));
    for (size_t c = 0; c < source->n_columns && !lost; c++) {
        assert(th_text_equals(laid->values[c], values[c]));
    }
}

// Mended rows that name a row which is not there, or the row of another in the same file, are told,
// and nothing else is.
static void check_told(size_t n_files, enum th_status status)
{
    bool all = true;
    for (size_t f = 1; f <= n_files; f++) {
        size_t key = 0;
        if (!key_column(&tables[f], &key)) {
            return;
        }
        for (size_t m = 1; m <= tables[f].n_rows; m++) {
            int64_t row = key_of(&tables[f], m, key);
            all = all && row >= 2 && row <= (int64_t)tables[0].n_rows + 1;
            for (size_t k = 1; k < m; k++) {
                all = all && key_of(&tables[f], k, key) != row;
            }
        }
    }
    assert((status == TH_OK) == all);
}

// What a row of the registry is made of, taken from the texts of the row as it stands mended.
static void check_fields(struct th_import_run *run, const struct th_reader_row *row)
{
    struct th_staged_row staged = {.row = row->row, .feature = row->feature};
    struct th_json *attributes = NULL;
    int number = run->map.by_role[TH_FIELD_DECLARED];
    if (row->lost) {
        return;
    }
    enum th_status status = th_fields_take(run, &run->map, row, &staged, NULL);
    assert(status == TH_OK && !run->checked.no_memory);
    assert(staged.village >= TH_ROW_NO_INDEX && staged.village < (int)run->villages.n);
    assert(staged.land_class >= TH_ROW_NO_INDEX && staged.land_class < (int)run->classes.n);
    assert(staged.number == NULL ||
           (staged.number[0] != '\0' && strlen(staged.number) < TH_PARCEL_NUMBER_SIZE));
    if (staged.has_declared) {
        assert(number != TH_ROW_NO_INDEX && staged.written.value > 0 &&
               th_area_m2_300(staged.declared) > 0);
    }
    // A row without a good village and kind stays out, and is told.
    if (staged.kind == TH_ROW_NO_INDEX || staged.attributes == NULL) {
        assert(staged.fate == TH_ROW_REJECTED && run->checked.n > 0);
    }
    if (staged.attributes != NULL) {
        status = th_json_parse(staged.attributes, strlen(staged.attributes), &attributes, NULL);
        assert(status == TH_OK && th_json_type(attributes) == TH_JSON_OBJECT);
    }
    th_json_free(attributes);
    free(staged.attributes);
    free(staged.number);
}

static void rows_lay(struct th_import_run *run, struct th_reader *source, struct th_mends *mends,
                     size_t n_files)
{
    struct th_reader_batch *batch = NULL;
    struct th_error err = {0};
    enum th_status status = th_reader_next(source, &batch, NULL);
    size_t n_rows = batch == NULL ? 0 : batch->n_rows;
    assert(status == TH_OK && n_rows == tables[0].n_rows);
    for (size_t i = 0; i < n_rows; i++) {
        char number[TH_PARCEL_NUMBER_SIZE];
        const struct th_reader_row *row = &batch->rows[i];
        bool numbered = !row->lost && th_field_number(&run->map, row, number);
        const struct th_reader_row *laid = th_mends_lay(mends, row, numbered ? number : NULL);
        check_row(i + 1, n_files, laid);
        check_fields(run, laid);
    }
    status = th_mends_check(mends, &err);
    assert(status == TH_OK || (status == TH_INVALID && err.key[0] != '\0'));
    check_told(n_files, status);
    th_reader_batch_free(batch);
}

// Two villages of one name beside another one, and a land class; in order of code and of name.
static void registry_know(struct th_import_run *run)
{
    static struct th_village villages[] = {{.code = "330523001001", .name = "马家弄村"},
                                           {.code = "330523001002", .name = "双一村"},
                                           {.code = "330523002001", .name = "双一村"}};
    static const struct th_village *by_name[] = {&villages[1], &villages[2], &villages[0]};
    static struct th_land_class classes[] = {
        {.code = "0301", .name_zh = "乔木林地", .name_en = "Arbor forest land"}};
    run->villages = (struct th_village_list){villages, 3, by_name};
    run->classes = (struct th_land_classes){classes, 1};
}

static void check(size_t n_files)
{
    static struct th_import_run run; // 100 kB
    const char *mended[] = {paths[1], paths[2]};
    const struct th_parcel_import_options options = {
        .source = paths[0], .mends = mended, .n_mends = n_files};
    struct th_reader *source = NULL;
    struct th_mends *mends = NULL;
    struct th_error err = {0};
    run = (struct th_import_run){.options = &options, .default_kind = TH_ROW_NO_INDEX};
    registry_know(&run);
    enum th_status status = th_reader_open(paths[0], NULL, &source, NULL);
    assert(status == TH_OK);
    status = th_field_map_make(&options, source, false, &run.map, NULL);
    if (status == TH_OK) {
        status = th_mends_open(&run, source, &mends, &err);
        if (status == TH_OK) {
            rows_lay(&run, source, mends, n_files);
        } else {
            assert(mends == NULL && err.status == status && err.key[0] != '\0');
        }
        th_field_map_clear(&run.map);
    }
    th_problems_clear(&run.checked);
    th_mends_free(mends);
    th_reader_close(source);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    char *next = text;
    size_t n = 0;
    while (next != NULL && n < TABLES) {
        char *here = next;
        next = strchr(next, 0x1E);
        if (next != NULL) {
            *next++ = '\0';
        }
        table_read(here, &tables[n]);
        // Something that exists: its digest is taken as well.
        (void)snprintf(paths[n], PATH_SIZE, "/dev/shm/tanhui-fuzz-%ld-%zu", (long)getpid(), n);
        int file = open(paths[n], O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
        assert(file >= 0 && close(file) == 0);
        n++;
    }
    check(n - 1);
    for (size_t i = 0; i < n; i++) {
        (void)unlink(paths[i]);
    }
    free(text);
    return 0;
}
