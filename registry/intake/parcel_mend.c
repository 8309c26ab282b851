// Rows that a clerk mended, laid over those of the source: the problem list that was worked through
// in a spreadsheet, or shapes that were drawn again. A mended row is recognised by the row number
// of the problem list, else by the parcel's number; columns of the same name take its values, and
// where it has a shape, that too. Files are laid in the order in which they were given.
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/text.h"
#include "registry/intake/parcel_internal.h"

enum { MENDS_MAX = 100000 };

// One file of mended rows.
struct mend_file {
    const char *path;
    struct th_reader *reader; // while it is read
    struct th_reader_batch **batches;
    size_t n_batches;
    size_t row_column; // index + 1; 0 when it has none
    size_t *columns;   // by field of the source: index in this file + 1, 0 when it has none
    struct th_hash sha256;
    bool complete; // it has every field of the source
    bool has_shapes;
    bool table; // CSV or XLSX
};

struct th_mended {
    int64_t row;                        // of the source; 0: by number
    const char *number;                 // "" when the row number is known
    size_t order;                       // in which it was given
    const struct th_reader_row *source; // of a batch
    const struct mend_file *file;
    int n_laid; // rows of the source that it was laid over
};

struct th_mends {
    struct mend_file *files;
    size_t n_files;
    struct th_mended *rows; // by row, then by number, then as given
    size_t n_rows;
    const char **values; // room for one row of the source
    size_t n_fields;     // of the source
    struct th_reader_row laid;
    const struct th_mended *twice; // laid over a row over which its file laid another before
    int64_t twice_row;
    struct th_mended_counts counts;
    struct th_arena texts;
};

static int compare_keys(const struct th_mended *left, const struct th_mended *right)
{
    if (left->row != right->row) {
        return left->row < right->row ? -1 : 1;
    }
    return strcmp(left->number, right->number);
}

static int compare_mended(const void *a, const void *b)
{
    const struct th_mended *left = a;
    const struct th_mended *right = b;
    int by_key = compare_keys(left, right);
    return by_key != 0 ? by_key : (left->order > right->order) - (left->order < right->order);
}

void th_mends_free(struct th_mends *mends)
{
    if (mends == NULL) {
        return;
    }
    for (size_t i = 0; i < mends->n_files; i++) {
        struct mend_file *file = &mends->files[i];
        for (size_t k = 0; k < file->n_batches; k++) {
            th_reader_batch_free(file->batches[k]);
        }
        free(file->batches);
        free(file->columns);
        th_reader_close(file->reader);
    }
    free(mends->files);
    free(mends->rows);
    free(mends->values);
    th_arena_clear(&mends->texts);
    free(mends);
}

static enum th_status unfit(const struct mend_file *file, const char *key, struct th_error *err)
{
    return th_error_set(err, TH_INVALID, key, "path", file->path, NULL);
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

// Index + 1 of the last field of this name: in a problem list the columns of the source stand
// behind those of the list, which may be called the same. 0 when there is none.
static size_t field_last(const struct th_reader *reader, const char *name, size_t *ret_n)
{
    size_t last = 0;
    *ret_n = 0;
    for (size_t i = 0; i < th_reader_info(reader)->n_fields; i++) {
        if (strcmp(th_reader_field(reader, i), name) != 0) {
            continue;
        }
        last = i + 1;
        ++*ret_n;
    }
    return last;
}

static enum th_status columns_match(struct mend_file *file, const struct th_reader *source,
                                    struct th_error *err)
{
    size_t n = th_reader_info(source)->n_fields;
    size_t n_same = 0;
    file->columns = calloc(n + 1, sizeof(*file->columns));
    if (file->columns == NULL) {
        return th_error_no_memory(err);
    }
    file->complete = true;
    for (size_t i = 0; i < n; i++) {
        file->columns[i] = field_last(file->reader, th_reader_field(source, i), &n_same);
        file->complete = file->complete && file->columns[i] > 0;
    }
    return TH_OK;
}

// The column of the problem list that names the row of the source, in either language. Where the
// source has a column of that name itself, it must be there twice.
static size_t row_column(const struct th_import_run *run, const struct th_reader *reader,
                         const struct th_reader *source)
{
    for (size_t i = 0; i < th_reader_info(reader)->n_fields; i++) {
        const char *name = th_reader_field(reader, i);
        size_t n_here = 0;
        size_t n_there = 0;
        if (!th_import_list_titles(run->options->messages, "row", name)) {
            continue;
        }
        (void)field_last(reader, name, &n_here);
        (void)field_last(source, name, &n_there);
        if (n_here > n_there) {
            return i + 1;
        }
    }
    return 0;
}

// As a list of rows first; a table of corner points that is no problem list is read as shapes.
static enum th_status file_open(const struct th_import_run *run, struct mend_file *file,
                                const struct th_reader *source, struct th_error *err)
{
    const struct th_reader_options as_rows = {.shapeless = true, .progress = run->progress};
    const struct th_reader_options as_shapes = {.progress = run->progress};
    enum th_status status = th_reader_open(file->path, &as_rows, &file->reader, err);
    if (status != TH_OK) {
        return status;
    }
    file->row_column = row_column(run, file->reader, source);
    const char *driver = th_reader_info(file->reader)->driver;
    struct th_reader *shapes = NULL;
    file->table = strcmp(driver, "CSV") == 0 || strcmp(driver, "XLSX") == 0;
    if (file->row_column == 0 && file->table &&
        th_reader_open(file->path, &as_shapes, &shapes, NULL) == TH_OK) {
        th_reader_close(file->reader);
        file->reader = shapes;
    }
    return TH_OK;
}

static enum th_status row_keep(struct th_mends *mends, struct th_mended row, struct th_error *err)
{
    if (mends->n_rows == MENDS_MAX) {
        enum th_status status = th_error_set(err, TH_LIMIT, "mend_too_many", NULL);
        th_error_add_int(err, "limit", MENDS_MAX);
        return status;
    }
    if (mends->n_rows % 256 == 0) {
        struct th_mended *grown = realloc(mends->rows, (mends->n_rows + 256) * sizeof(*grown));
        if (grown == NULL) {
            return th_error_no_memory(err);
        }
        mends->rows = grown;
    }
    row.order = mends->n_rows;
    mends->rows[mends->n_rows++] = row;
    return TH_OK;
}

// The number of a mended row: by the columns that give it in the source, else by the names that
// such columns usually have.
static bool number_of(const struct th_import_run *run, struct th_mends *mends,
                      const struct mend_file *file, const struct th_field_map *usual,
                      const struct th_reader_row *row, char number[TH_PARCEL_NUMBER_SIZE])
{
    int in_source = run->map.by_role[TH_FIELD_NUMBER];
    if (in_source == TH_ROW_NO_INDEX || file->columns[in_source] == 0) {
        return th_field_number(usual, row, number);
    }
    struct th_reader_row as_source = *row;
    for (size_t i = 0; i < mends->n_fields; i++) {
        mends->values[i] = file->columns[i] == 0 ? NULL : row->values[file->columns[i] - 1];
    }
    as_source.values = mends->values;
    return th_field_number(&run->map, &as_source, number);
}

static enum th_status row_take(const struct th_import_run *run, struct th_mends *mends,
                               struct mend_file *file, const struct th_field_map *usual,
                               const struct th_reader_row *source, struct th_error *err)
{
    struct th_mended row = {.number = "", .source = source, .file = file};
    char number[TH_PARCEL_NUMBER_SIZE];
    if (source->lost) {
        enum th_status status = unfit(file, "mend_unreadable", err);
        th_error_add_int(err, "row", source->row);
        th_error_add(err, "detail", source->detail);
        th_error_add(err, "value", source->value);
        return status;
    }
    const char *key = file->row_column == 0 ? NULL : source->values[file->row_column - 1];
    if (key != NULL && !th_text_parse_int(key, 1, INT64_MAX, &row.row)) {
        enum th_status status = unfit(file, "mend_unknown", err);
        th_error_add(err, "key", key);
        return status;
    }
    if (row.row == 0 && number_of(run, mends, file, usual, source, number)) {
        row.number = th_arena_text(&mends->texts, number);
        if (row.number == NULL) {
            return th_error_no_memory(err);
        }
    }
    if (row.row == 0 && row.number[0] == '\0') {
        return TH_OK; // a line that says of no row what it is to be
    }
    file->has_shapes = file->has_shapes || source->wkb != NULL;
    return row_keep(mends, row, err);
}

// Gives the rows from `first` on something in this column? Of the numbers, only where no other
// column tells what row is meant.
static bool column_says(const struct th_mends *mends, size_t first, size_t column, bool number)
{
    for (size_t i = first; i < mends->n_rows; i++) {
        const char *value = mends->rows[i].source->values[column];
        if (value != NULL && value[0] != '\0' && !(number && mends->rows[i].row == 0)) {
            return true;
        }
    }
    return false;
}

// What is written in a column that the source does not have would be lost without a word. Drawing
// programs add columns of their own: beside shapes, only those count that say what a parcel is.
static enum th_status columns_check(const struct th_import_run *run, const struct th_mends *mends,
                                    const struct mend_file *file, const struct th_reader *source,
                                    const struct th_field_map *usual, size_t first,
                                    struct th_error *err)
{
    for (size_t i = 0; i < usual->n; i++) {
        const char *name = th_reader_field(file->reader, i);
        enum th_field_role role = usual->fields[i].role;
        bool number = role == TH_FIELD_NUMBER || role == TH_FIELD_NUMBER_PREFIX ||
                      role == TH_FIELD_NUMBER_SUFFIX;
        size_t in_source = 0;
        if (th_reader_field_find(source, name, &in_source) ||
            th_import_list_titles(run->options->messages, NULL, name) ||
            (!file->table && role >= TH_FIELD_N_ROLES) || !column_says(mends, first, i, number)) {
            continue;
        }
        enum th_status status = unfit(file, "mend_column", err);
        th_error_add(err, "column", name);
        return status;
    }
    return TH_OK;
}

static enum th_status rows_take(const struct th_import_run *run, struct th_mends *mends,
                                struct mend_file *file, const struct th_reader *source,
                                struct th_error *err)
{
    size_t first = mends->n_rows;
    struct th_field_map usual = {0};
    const struct th_parcel_import_options plain = {.maps = NULL};
    int in_source = run->map.by_role[TH_FIELD_NUMBER];
    bool numbered = in_source != TH_ROW_NO_INDEX && file->columns[in_source] > 0;
    enum th_status status = th_field_map_make(&plain, file->reader, false, &usual, err);
    if (status == TH_OK && file->row_column == 0 && !numbered &&
        usual.by_role[TH_FIELD_NUMBER] == TH_ROW_NO_INDEX) {
        status = unfit(file, "mend_key", err);
    }
    while (status == TH_OK) {
        struct th_reader_batch *batch = NULL;
        status = th_reader_next(file->reader, &batch, err);
        if (status != TH_OK || batch == NULL) {
            break;
        }
        status = batch_keep(file, batch, err);
        for (size_t i = 0; status == TH_OK && i < batch->n_rows; i++) {
            status = row_take(run, mends, file, &usual, &batch->rows[i], err);
        }
    }
    if (status == TH_OK && mends->n_rows == first) {
        status = unfit(file, "mend_nothing", err);
    }
    if (status == TH_OK) {
        status = columns_check(run, mends, file, source, &usual, first, err);
    }
    th_field_map_clear(&usual);
    return status;
}

static bool same_system(const struct th_crs_transform *a, const struct th_crs_transform *b)
{
    if (th_crs_transform_is_identity(a) && th_crs_transform_is_identity(b)) {
        return true;
    }
    const char *code = th_crs_transform_code(a);
    if (code[0] != '\0' || th_crs_transform_code(b)[0] != '\0') {
        return strcmp(code, th_crs_transform_code(b)) == 0;
    }
    return strcmp(th_crs_transform_name(a), th_crs_transform_name(b)) == 0;
}

// Shapes of a mended file are taken as coordinates of the source; another declared system would
// put them elsewhere without a word.
static enum th_status crs_agree(const struct th_import_run *run, const struct mend_file *file,
                                struct th_error *err)
{
    const char *declared = th_reader_info(file->reader)->crs;
    struct th_crs_transform *ours = NULL;
    struct th_crs_transform *theirs = NULL;
    if (!file->has_shapes || declared == NULL) {
        return TH_OK;
    }
    bool same = th_crs_transform_new_by_datum(run->how.crs, &run->extent, run->how.datum, &ours,
                                              NULL) == TH_OK &&
                th_crs_transform_new_by_datum(declared, &run->extent, run->how.datum, &theirs,
                                              NULL) == TH_OK &&
                same_system(ours, theirs);
    th_crs_transform_free(ours);
    th_crs_transform_free(theirs);
    return same ? TH_OK : unfit(file, "mend_crs", err);
}

enum th_status th_mends_open(const struct th_import_run *run, const struct th_reader *source,
                             struct th_mends **ret_mends, struct th_error *err)
{
    const struct th_parcel_import_options *options = run->options;
    struct th_mends *mends = calloc(1, sizeof(*mends));
    if (mends == NULL) {
        return th_error_no_memory(err);
    }
    enum th_status status = TH_OK;
    mends->n_fields = th_reader_info(source)->n_fields;
    mends->files = calloc(options->n_mends + 1, sizeof(*mends->files));
    mends->values = calloc(mends->n_fields + 1, sizeof(*mends->values));
    if (mends->files == NULL || mends->values == NULL) {
        status = th_error_no_memory(err);
    }
    for (size_t i = 0; status == TH_OK && i < options->n_mends; i++) {
        struct mend_file *file = &mends->files[mends->n_files++];
        file->path = options->mends[i];
        status = file_open(run, file, source, err);
        if (status == TH_OK) {
            status = columns_match(file, source, err);
        }
        if (status == TH_OK) {
            status = rows_take(run, mends, file, source, err);
        }
        if (status == TH_OK) {
            status = crs_agree(run, file, err);
        }
        if (status == TH_OK) {
            status = th_reader_digest(file->reader, &file->sha256, err);
        }
        th_reader_close(file->reader);
        file->reader = NULL;
    }
    if (status != TH_OK) {
        th_mends_free(mends);
        return status;
    }
    if (mends->n_rows > 1) {
        qsort(mends->rows, mends->n_rows, sizeof(*mends->rows), compare_mended);
    }
    *ret_mends = mends;
    return TH_OK;
}

void th_mends_digests(const struct th_mends *mends, struct th_hash *ret_digests)
{
    for (size_t i = 0; i < mends->n_files; i++) {
        ret_digests[i] = mends->files[i].sha256;
    }
}

// Position of the first mended row with this key, or of the one that would follow it.
static size_t key_find(const struct th_mends *mends, const struct th_mended *key)
{
    size_t low = 0;
    size_t high = mends->n_rows;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_keys(&mends->rows[middle], key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

// The mended row at this position, when it has this key.
static struct th_mended *key_at(const struct th_mends *mends, const struct th_mended *key,
                                size_t at)
{
    bool found = at < mends->n_rows && compare_keys(&mends->rows[at], key) == 0;
    return found ? &mends->rows[at] : NULL;
}

// "003" that a spreadsheet made a number of.
static bool lost_zeros(const char *before, const char *mended)
{
    size_t n_zeros = strspn(before, "0");
    return n_zeros > 0 && mended[0] != '\0' && mended[strspn(mended, "0123456789")] == '\0' &&
           strcmp(before + n_zeros, mended) == 0;
}

// What a spreadsheet or the problem list itself did to a value is no change: the apostrophe that
// defuses what would be run as a formula, zeros in front of a number that are gone.
static const char *value_laid(const char *before, const char *mended)
{
    if (before == NULL || mended == NULL) {
        return mended;
    }
    bool defused = mended[0] == '\'' && strcmp(mended + 1, before) == 0;
    return defused || lost_zeros(before, mended) ? before : mended;
}

static void lay_one(struct th_mends *mends, struct th_mended *mended)
{
    const struct mend_file *file = mended->file;
    struct th_reader_row *laid = &mends->laid;
    for (size_t i = 0; i < mends->n_fields; i++) {
        if (file->columns[i] > 0) {
            mends->values[i] =
                value_laid(mends->values[i], mended->source->values[file->columns[i] - 1]);
        }
    }
    laid->text_suspect = (laid->text_suspect && !file->complete) || mended->source->text_suspect;
    if (mended->source->wkb != NULL) {
        laid->wkb = mended->source->wkb;
        laid->wkb_size = mended->source->wkb_size;
        laid->shape = mended->source->shape;
        laid->lost = false;
    }
    mended->n_laid++;
}

static bool same_value(const char *a, const char *b)
{
    return strcmp(a == NULL ? "" : a, b == NULL ? "" : b) == 0;
}

// What has become of a row that was laid over.
static void count(struct th_mends *mends, const struct th_reader_row *source)
{
    const struct th_reader_row *laid = &mends->laid;
    int64_t n_cells = 0;
    for (size_t i = 0; i < mends->n_fields; i++) {
        n_cells +=
            same_value(source->values == NULL ? NULL : source->values[i], laid->values[i]) ? 0 : 1;
    }
    bool drawn = laid->wkb != NULL && (source->wkb == NULL || source->wkb_size != laid->wkb_size ||
                                       memcmp(source->wkb, laid->wkb, laid->wkb_size) != 0);
    mends->counts.rows += n_cells > 0 || drawn ? 1 : 0;
    mends->counts.cells += n_cells;
    mends->counts.shapes += drawn ? 1 : 0;
}

const struct th_reader_row *th_mends_lay(struct th_mends *mends, const struct th_reader_row *source,
                                         const char *number)
{
    const struct th_mended by_row = {.row = source->row, .number = ""};
    const struct th_mended by_number = {.number = number == NULL ? "" : number};
    size_t at_row = key_find(mends, &by_row);
    size_t at_number = key_find(mends, &by_number);
    struct th_mended *row = key_at(mends, &by_row, at_row);
    struct th_mended *numbered = number == NULL ? NULL : key_at(mends, &by_number, at_number);
    if (row == NULL && numbered == NULL) {
        return source;
    }
    for (size_t i = 0; i < mends->n_fields; i++) {
        mends->values[i] = source->values == NULL ? NULL : source->values[i];
    }
    mends->laid = *source;
    mends->laid.values = mends->values;
    const struct mend_file *before = NULL;
    while (row != NULL || numbered != NULL) {
        struct th_mended *next =
            numbered == NULL || (row != NULL && row->order < numbered->order) ? row : numbered;
        if (next->file == before && mends->twice == NULL) {
            mends->twice = next;
            mends->twice_row = source->row;
        }
        before = next->file;
        lay_one(mends, next);
        if (next == row) {
            row = key_at(mends, &by_row, ++at_row);
        } else {
            numbered = key_at(mends, &by_number, ++at_number);
        }
    }
    count(mends, source);
    return &mends->laid;
}

struct th_mended_counts th_mends_count(const struct th_mends *mends)
{
    return mends->counts;
}

enum th_status th_mends_check(const struct th_mends *mends, struct th_error *err)
{
    if (mends->twice != NULL) {
        enum th_status status = unfit(mends->twice->file, "mend_twice", err);
        th_error_add_int(err, "row", mends->twice_row);
        return status;
    }
    for (size_t i = 0; i < mends->n_rows; i++) {
        const struct th_mended *row = &mends->rows[i];
        if (row->n_laid == 1) {
            continue;
        }
        enum th_status status =
            unfit(row->file, row->n_laid == 0 ? "mend_unknown" : "mend_ambiguous", err);
        if (row->row > 0) {
            th_error_add_int(err, "key", row->row);
        } else {
            th_error_add(err, "key", row->number);
        }
        return status;
    }
    return TH_OK;
}
