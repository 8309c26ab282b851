// Rows that a clerk mended, laid over those of the source: the problem list that was worked through
// in a spreadsheet, or shapes that were drawn again. A mended row is recognised by the row number
// of the problem list, else by the parcel's number; columns of the same name take its values, and
// where it has a shape, that too.
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/text.h"
#include "registry/parcel_internal.h"

enum { MENDS_MAX = 100000 };

struct th_mended {
    int64_t row;                        // of the source; 0: by number
    const char *number;                 // "" when the row number is known
    const struct th_reader_row *source; // of a batch below
    const size_t *columns;
};

// One file of mended rows.
struct mend_file {
    struct th_reader *reader;
    struct th_reader_batch **batches;
    size_t n_batches;
    size_t *columns; // by field of the source: index in this file + 1, 0 when it has none
};

struct th_mends {
    struct mend_file *files;
    size_t n_files;
    struct th_mended *rows; // by row, then by number
    size_t n_rows;
    const char **values; // room for one row of the source
    struct th_reader_row laid;
    struct th_arena texts;
};

static int compare_mended(const void *a, const void *b)
{
    const struct th_mended *left = a;
    const struct th_mended *right = b;
    if (left->row != right->row)
        return left->row < right->row ? -1 : 1;
    return strcmp(left->number, right->number);
}

static void file_close(struct mend_file *file)
{
    for (size_t i = 0; i < file->n_batches; i++)
        th_reader_batch_free(file->batches[i]);
    free(file->batches);
    free(file->columns);
    th_reader_close(file->reader);
}

void th_mends_free(struct th_mends *mends)
{
    if (mends == NULL)
        return;
    for (size_t i = 0; i < mends->n_files; i++)
        file_close(&mends->files[i]);
    free(mends->files);
    free(mends->rows);
    free(mends->values);
    th_arena_clear(&mends->texts);
    free(mends);
}

static enum th_status unfit(const char *path, const char *key, struct th_error *err)
{
    return th_error_set(err, TH_INVALID, key, "path", path, NULL);
}

static enum th_status batch_keep(struct mend_file *file, struct th_reader_batch *batch,
                                 struct th_error *err)
{
    struct th_reader_batch **grown = realloc(file->batches, (file->n_batches + 1) * sizeof(*grown));
    if (grown == NULL) {
        th_reader_batch_free(batch);
        return th_error_no_memory(err);
    }
    file->batches = grown;
    file->batches[file->n_batches++] = batch;
    return TH_OK;
}

// Columns of the source that the mended file has as well.
static enum th_status columns_match(struct mend_file *file, const struct th_reader *source,
                                    struct th_error *err)
{
    size_t n = th_reader_info(source)->n_fields;
    file->columns = calloc(n + 1, sizeof *file->columns);
    if (file->columns == NULL)
        return th_error_no_memory(err);
    for (size_t i = 0; i < n; i++) {
        size_t index = 0;
        if (th_reader_field_find(file->reader, th_reader_field(source, i), &index))
            file->columns[i] = index + 1;
    }
    return TH_OK;
}

// The column of the problem list that names the row of the source, in either language.
static size_t row_column(const struct th_import_run *run, const struct th_reader *reader)
{
    size_t index = 0;
    const enum th_lang langs[] = {TH_LANG_ZH, TH_LANG_EN};
    for (size_t i = 0; i < 2 && run->options->messages != NULL; i++) {
        const char *name =
            th_messages_find(run->options->messages, langs[i], "parcels.problem.row");
        if (name != NULL && th_reader_field_find(reader, name, &index))
            return index + 1;
    }
    return th_reader_field_find(reader, "row", &index) ? index + 1 : 0;
}

static enum th_status row_keep(struct th_mends *mends, struct th_mended row, struct th_error *err)
{
    if (mends->n_rows == MENDS_MAX) {
        enum th_status status = th_error_set(err, TH_LIMIT, "mend_too_many", NULL);
        th_error_add_int(err, "limit", MENDS_MAX);
        return status;
    }
    if (mends->n_rows % 256 == 0) {
        struct th_mended *grown = realloc(mends->rows, (mends->n_rows + 256) * sizeof *grown);
        if (grown == NULL)
            return th_error_no_memory(err);
        mends->rows = grown;
    }
    mends->rows[mends->n_rows++] = row;
    return TH_OK;
}

static enum th_status rows_take(struct th_import_run *run, struct th_mends *mends,
                                struct mend_file *file, const char *path, struct th_error *err)
{
    struct th_field_map map = {0};
    size_t by_row = row_column(run, file->reader);
    struct th_parcel_import_options plain = {.maps = NULL};
    enum th_status status = th_field_map_make(&plain, file->reader, &map, err);
    if (status != TH_OK)
        return status;
    if (by_row == 0 && map.by_role[TH_FIELD_NUMBER] == TH_ROW_NO_INDEX)
        status = unfit(path, "mend_key", err);
    while (status == TH_OK) {
        struct th_reader_batch *batch = NULL;
        status = th_reader_next(file->reader, &batch, err);
        if (status != TH_OK || batch == NULL)
            break;
        status = batch_keep(file, batch, err);
        for (size_t i = 0; status == TH_OK && i < batch->n_rows; i++) {
            const struct th_reader_row *source = &batch->rows[i];
            struct th_mended row = {.number = "", .source = source, .columns = file->columns};
            char number[TH_PARCEL_NUMBER_SIZE];
            if (source->lost)
                continue;
            if (by_row > 0 && source->values[by_row - 1] != NULL)
                (void)th_text_parse_int(source->values[by_row - 1], 1, INT64_MAX, &row.row);
            if (row.row == 0 && th_field_number(&map, source, number))
                row.number = th_arena_text(&mends->texts, number);
            if (row.number == NULL)
                status = th_error_no_memory(err);
            else if (row.row > 0 || row.number[0] != '\0')
                status = row_keep(mends, row, err);
        }
    }
    th_field_map_clear(&map);
    return status;
}

// Shapes of a mended file are taken as coordinates of the source; another declared system would
// put them elsewhere without a word.
static enum th_status crs_agree(const struct th_import_run *run, const struct th_reader *reader,
                                const char *path, struct th_error *err)
{
    const char *declared = th_reader_info(reader)->crs;
    if (declared == NULL || run->source_crs == NULL || strcmp(declared, run->source_crs) == 0)
        return TH_OK;
    return unfit(path, "mend_crs", err);
}

enum th_status th_mends_open(struct th_import_run *run, const struct th_reader *source,
                             struct th_mends **ret_mends, struct th_error *err)
{
    const struct th_parcel_import_options *options = run->options;
    struct th_mends *mends = calloc(1, sizeof *mends);
    if (mends == NULL)
        return th_error_no_memory(err);
    enum th_status status = TH_OK;
    mends->files = calloc(options->n_mends + 1, sizeof *mends->files);
    mends->values = calloc(th_reader_info(source)->n_fields + 1, sizeof *mends->values);
    if (mends->files == NULL || mends->values == NULL)
        status = th_error_no_memory(err);
    for (size_t i = 0; status == TH_OK && i < options->n_mends; i++) {
        struct mend_file *file = &mends->files[mends->n_files++];
        const struct th_reader_options how = {0};
        status = th_reader_open(options->mends[i], &how, &file->reader, err);
        if (status == TH_OK)
            status = crs_agree(run, file->reader, options->mends[i], err);
        if (status == TH_OK)
            status = columns_match(file, source, err);
        if (status == TH_OK)
            status = rows_take(run, mends, file, options->mends[i], err);
    }
    if (status != TH_OK) {
        th_mends_free(mends);
        return status;
    }
    if (mends->n_rows > 1)
        qsort(mends->rows, mends->n_rows, sizeof *mends->rows, compare_mended);
    *ret_mends = mends;
    return TH_OK;
}

const struct th_reader_row *th_mends_lay(struct th_mends *mends, const struct th_reader_row *source,
                                         const char *number, size_t n_fields)
{
    const struct th_mended by_row = {.row = source->row, .number = ""};
    const struct th_mended by_number = {.number = number == NULL ? "" : number};
    const struct th_mended *found =
        bsearch(&by_row, mends->rows, mends->n_rows, sizeof by_row, compare_mended);
    if (found == NULL && by_number.number[0] != '\0')
        found = bsearch(&by_number, mends->rows, mends->n_rows, sizeof by_row, compare_mended);
    if (found == NULL)
        return source;
    for (size_t i = 0; i < n_fields; i++)
        mends->values[i] = found->columns[i] == 0 ? source->values[i]
                                                  : found->source->values[found->columns[i] - 1];
    mends->laid = *source;
    mends->laid.values = mends->values;
    mends->laid.text_suspect = false;
    if (found->source->wkb != NULL) {
        mends->laid.wkb = found->source->wkb;
        mends->laid.wkb_size = found->source->wkb_size;
    }
    return &mends->laid;
}
