#include "gis/reader.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "core/file.h"
#include "core/text.h"
#include "gis/digest_internal.h"
#include "gis/reader_process_internal.h"
#include "gis/wire_internal.h"

enum {
    SILENCE_S = 30,
    PATIENCE_S = 900,
    // Signs of life without a row; the reader gives two a second.
    SIGNS_MAX = 20000
};
static const uint64_t shapes_size_max = (uint64_t)4 << 30;
static const uint64_t texts_size_max = (uint64_t)1 << 30;
// While it opens, a driver may read the whole file without a sign; no disk is slower than this.
static const uint64_t open_speed_per_s = (uint64_t)16 << 20;

struct th_reader {
    char *path;                        // absolute
    struct th_reader_process *process; // NULL when it has ended
    struct th_digest *digest;
    const struct th_progress *progress;
    unsigned silence_s;
    unsigned patience_s;
    int64_t patience_ends_ms; // unless rows come
    unsigned n_signs;         // since the last rows
    uint64_t shapes_left, texts_left;
    struct th_wire_info *info;
    int64_t n_rows;
    int64_t last_row;
    bool ended;
    enum th_status status; // of the reading: an error comes again
    struct th_error problem;
};

// What went wrong is said with the name of the file, and ends the process.
static enum th_status fail(struct th_reader *reader, enum th_status status,
                           const struct th_error *problem, struct th_error *err)
{
    reader->status = status;
    reader->problem = *problem;
    if (th_error_arg_get(problem, "file") == NULL) {
        th_error_add(&reader->problem, "file", th_file_base_name(reader->path));
    }
    th_reader_process_end(reader->process);
    reader->process = NULL;
    if (err != NULL) {
        *err = reader->problem;
    }
    return status;
}

static enum th_status unexpected(struct th_error *err)
{
    return th_error_set(err, TH_UNREADABLE, "reader_protocol", NULL);
}

static int64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void patience_begin(struct th_reader *reader, unsigned more_s)
{
    reader->n_signs = 0;
    reader->patience_ends_ms = now_ms() + ((int64_t)reader->patience_s + more_s) * 1000;
}

static enum th_status progress_take(struct th_reader *reader, const void *payload, size_t size,
                                    struct th_error *err)
{
    struct th_wire_progress progress;
    enum th_status status = th_wire_progress_decode(payload, size, &progress, err);
    if (status == TH_OK && ++reader->n_signs > SIGNS_MAX) {
        return unexpected(err);
    }
    if (status == TH_OK && now_ms() > reader->patience_ends_ms) {
        (void)th_error_set(err, TH_UNREADABLE, "reader_silent", NULL);
        th_error_add_int(err, "seconds", reader->patience_s);
        return TH_UNREADABLE;
    }
    if (status == TH_OK && reader->info == NULL &&
        !th_progress_report(reader->progress, "open", progress.done, progress.total)) {
        status = th_error_set(err, TH_INTERRUPTED, "interrupted", NULL);
    }
    return status;
}

// The process's own last word.
static enum th_status error_take(const void *payload, size_t size, struct th_error *err)
{
    struct th_error said;
    enum th_status status = th_wire_error_decode(payload, size, &said, err);
    if (status == TH_OK) {
        *err = said;
        status = said.status;
    }
    return status;
}

static enum th_status info_wait(struct th_reader *reader, unsigned silence_s, struct th_error *err)
{
    enum th_status status = TH_OK;
    while (status == TH_OK && reader->info == NULL) {
        struct th_wire_header header;
        void *payload = NULL;
        status = th_reader_process_listen(reader->process, silence_s, &header, &payload, err);
        if (status != TH_OK) {
            break;
        }
        switch (header.kind) {
        case TH_WIRE_PROGRESS:
            status = progress_take(reader, payload, header.size, err);
            break;
        case TH_WIRE_INFO:
            status = th_wire_info_decode(payload, header.size, &reader->info, err);
            break;
        case TH_WIRE_ERROR:
            status = error_take(payload, header.size, err);
            break;
        case TH_WIRE_BATCH:
        case TH_WIRE_END:
            status = unexpected(err);
            break;
        }
        free(payload);
    }
    if (status == TH_OK) {
        reader->info->info.source_name = th_file_base_name(reader->path);
        patience_begin(reader, 0);
    }
    return status;
}

// Only an absolute path of something that exists: it cannot be one of GDAL's connection strings.
static enum th_status source_look(const char *path, char **ret_absolute, uint64_t *ret_size,
                                  struct th_error *err)
{
    struct stat facts;
    char *absolute = path == NULL ? NULL : realpath(path, NULL);
    if (absolute == NULL || stat(absolute, &facts) != 0) {
        free(absolute);
        return th_error_set(err, TH_NOT_FOUND, "file_not_found", "path", path, NULL);
    }
    uint64_t size = S_ISREG(facts.st_mode) ? (uint64_t)facts.st_size : 0;
    enum th_status status = TH_OK;
    if (size > TH_DIGEST_SIZE_MAX) {
        status = th_error_set(err, TH_LIMIT, "file_too_large", "path", path, NULL);
        th_error_add_int(err, "limit", (long long)TH_DIGEST_SIZE_MAX);
    } else if (!S_ISREG(facts.st_mode) && !S_ISDIR(facts.st_mode)) {
        // Reading a pipe or a device might never end.
        status = th_error_set(err, TH_UNREADABLE, "source_format", "file",
                              th_file_base_name(absolute), NULL);
    }
    if (status != TH_OK) {
        free(absolute);
        return status;
    }
    *ret_absolute = absolute;
    *ret_size = size;
    return TH_OK;
}

enum th_status th_reader_open(const char *path, const struct th_reader_options *options,
                              struct th_reader **ret_reader, struct th_error *err)
{
    const struct th_reader_options defaults = {0};
    const struct th_reader_options *wanted = options == NULL ? &defaults : options;
    struct th_error problem = {0};
    uint64_t size = 0;
    char *absolute = NULL;
    enum th_status status = source_look(path, &absolute, &size, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_reader *reader = calloc(1, sizeof(*reader));
    if (reader == NULL) {
        free(absolute);
        return th_error_no_memory(err);
    }
    reader->path = absolute;
    reader->progress = wanted->progress;
    reader->patience_s = wanted->limits.patience_s > 0 ? wanted->limits.patience_s : PATIENCE_S;
    reader->shapes_left =
        wanted->limits.shapes_size > 0 ? wanted->limits.shapes_size : shapes_size_max;
    reader->texts_left = wanted->limits.texts_size > 0 ? wanted->limits.texts_size : texts_size_max;
    reader->silence_s = wanted->limits.silence_s > 0 ? wanted->limits.silence_s : SILENCE_S;
    // First of all, so that no change after the first look at the files goes unnoticed.
    status = th_digest_start(absolute, &reader->digest, &problem);
    if (status == TH_OK) {
        status = th_reader_process_start(absolute, wanted, &reader->process, &problem);
    }
    if (status == TH_OK) {
        unsigned grace_s = (unsigned)(size / open_speed_per_s);
        patience_begin(reader, grace_s);
        status = info_wait(reader, reader->silence_s + grace_s, &problem);
    }
    if (status != TH_OK) {
        (void)fail(reader, status, &problem, err);
        th_reader_close(reader);
        return status;
    }
    *ret_reader = reader;
    return TH_OK;
}

void th_reader_close(struct th_reader *reader)
{
    if (reader == NULL) {
        return;
    }
    th_reader_process_end(reader->process);
    th_digest_free(reader->digest);
    free(reader->info);
    free(reader->path);
    free(reader);
}

const struct th_reader_info *th_reader_info(const struct th_reader *reader)
{
    return &reader->info->info;
}

const char *th_reader_field(const struct th_reader *reader, size_t index)
{
    return reader->info->fields[index];
}

bool th_reader_field_find(const struct th_reader *reader, const char *name, size_t *ret_index)
{
    for (size_t i = 0; i < reader->info->info.n_fields; i++) {
        if (strcmp(reader->info->fields[i], name) == 0) {
            *ret_index = i;
            return true;
        }
    }
    return false;
}

enum th_status th_reader_digest(struct th_reader *reader, struct th_hash *ret_hash,
                                struct th_error *err)
{
    return th_digest_wait(reader->digest, reader->progress, ret_hash, err);
}

// The count of rows is the proof that none was lost on the way.
static enum th_status end_take(struct th_reader *reader, const void *payload, size_t size,
                               struct th_error *err)
{
    int64_t n_rows = 0;
    enum th_status status = th_wire_end_decode(payload, size, &n_rows, err);
    if (status == TH_OK && n_rows != reader->n_rows) {
        status = unexpected(err);
    }
    if (status == TH_OK) {
        reader->ended = true;
        th_reader_process_end(reader->process);
        reader->process = NULL;
    }
    return status;
}

// Rows are numbered upwards, and all of them together fit the memory of whoever keeps them.
static enum th_status batch_check(struct th_reader *reader, const struct th_reader_batch *batch,
                                  size_t size, struct th_error *err)
{
    uint64_t shapes_size = 0;
    for (size_t i = 0; i < batch->n_rows; i++) {
        if (batch->rows[i].row <= reader->last_row) {
            return unexpected(err);
        }
        reader->last_row = batch->rows[i].row;
        shapes_size += batch->rows[i].wkb_size;
    }
    uint64_t texts_size = size - shapes_size;
    if (shapes_size > reader->shapes_left || texts_size > reader->texts_left) {
        return th_error_set(err, TH_LIMIT, "source_too_much", NULL);
    }
    reader->shapes_left -= shapes_size;
    reader->texts_left -= texts_size;
    reader->n_rows += (int64_t)batch->n_rows;
    patience_begin(reader, 0);
    return TH_OK;
}

static enum th_status frame_take(struct th_reader *reader, struct th_reader_batch **ret_batch,
                                 struct th_error *err)
{
    struct th_wire_header header;
    struct th_reader_batch *batch = NULL;
    void *payload = NULL;
    enum th_status status =
        th_reader_process_listen(reader->process, reader->silence_s, &header, &payload, err);
    if (status != TH_OK) {
        return status;
    }
    switch (header.kind) {
    case TH_WIRE_PROGRESS:
        status = progress_take(reader, payload, header.size, err);
        break;
    case TH_WIRE_BATCH:
        status = th_wire_batch_decode_take(payload, header.size, reader->info->info.n_fields,
                                           &batch, err);
        if (status != TH_OK) {
            break;
        }
        status = batch_check(reader, batch, header.size, err);
        if (status == TH_OK) {
            *ret_batch = batch;
        } else {
            th_reader_batch_free(batch);
        }
        return status;
    case TH_WIRE_ERROR:
        status = error_take(payload, header.size, err);
        break;
    case TH_WIRE_END:
        status = end_take(reader, payload, header.size, err);
        break;
    case TH_WIRE_INFO:
        status = unexpected(err);
        break;
    }
    free(payload);
    return status;
}

enum th_status th_reader_next(struct th_reader *reader, struct th_reader_batch **ret_batch,
                              struct th_error *err)
{
    struct th_reader_batch *batch = NULL;
    if (reader->status != TH_OK) {
        if (err != NULL) {
            *err = reader->problem;
        }
        return reader->status;
    }
    while (!reader->ended && batch == NULL) {
        struct th_error problem = {0};
        enum th_status status = frame_take(reader, &batch, &problem);
        if (status != TH_OK) {
            return fail(reader, status, &problem, err);
        }
    }
    *ret_batch = batch;
    return TH_OK;
}
