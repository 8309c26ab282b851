// How a source is to be read: what it declares, what the clerk said instead, and what its numbers
// and letters tell where both are silent. What was concluded, and why, is kept with the import.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "gis/guess.h"
#include "registry/intake/parcel_internal.h"
#include "registry/table/own_columns.h"

enum { SAMPLE_MAX = 2000 }; // shapes of the first batch that are looked at

static enum th_status unknown(const char *option, const char *value, const char *allowed,
                              struct th_error *err)
{
    return th_error_set(err, TH_USAGE, "usage_value", "option", option, "value", value, "allowed",
                        allowed, NULL);
}

static enum th_status options_take(struct th_import_run *run, struct th_error *err)
{
    const struct th_parcel_import_options *options = run->options;
    const char *axes = options->axes;
    const char *offset = options->offset;
    if (axes != NULL && strcmp(axes, "xy") != 0 && strcmp(axes, "yx") != 0) {
        return unknown("axes", axes, "xy, yx", err);
    }
    run->how.swap_axes = axes != NULL && strcmp(axes, "yx") == 0;
    if (offset != NULL && strcmp(offset, "gcj02") == 0) {
        run->how.offset = TH_OFFSET_GCJ02;
    } else if (offset != NULL && strcmp(offset, "bd09") == 0) {
        run->how.offset = TH_OFFSET_BD09;
    } else if (offset != NULL && strcmp(offset, "none") != 0) {
        return unknown("offset", offset, "gcj02, bd09, none", err);
    }
    if (options->crs != NULL && !th_crs_is_known(options->crs)) {
        return th_error_set(err, TH_USAGE, "crs_option", "crs", options->crs, NULL);
    }
    if (options->datum == NULL) {
        return TH_OK;
    }
    enum th_status status = th_crs_datum_parse(options->datum, &run->datum, err);
    run->how.datum = &run->datum;
    return status;
}

bool th_import_crs_code(const char *text, char code[TH_IMPORT_CRS_CODE_SIZE])
{
    size_t size = strcspn(text, " \t(");
    if (strncmp(text, "EPSG:", 5) != 0 || size >= TH_IMPORT_CRS_CODE_SIZE) {
        return false;
    }
    memcpy(code, text, size);
    code[size] = '\0';
    return true;
}

static const char *own_crs_text(const struct th_reader_batch *first, size_t column)
{
    for (size_t i = 0; first != NULL && i < first->n_rows; i++) {
        const char *const *values = first->rows[i].values;
        if (values != NULL && values[column] != NULL && values[column][0] != '\0') {
            return values[column];
        }
    }
    return NULL;
}

enum th_status th_import_own_crs(struct th_import_run *run, const struct th_reader *reader,
                                 const struct th_reader_batch *first, struct th_error *err)
{
    char code[TH_IMPORT_CRS_CODE_SIZE];
    size_t n = th_reader_info(reader)->n_fields;
    size_t column = 0;
    if (run->options->crs != NULL || run->source_crs != NULL || th_import_is_shapeless(run)) {
        return TH_OK;
    }
    const char **columns = calloc(n + 1, sizeof(*columns));
    if (columns == NULL) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        columns[i] = th_reader_field(reader, i);
    }
    bool own = th_own_crs_column(columns, n, run->options->messages, &column);
    const char *text = own ? own_crs_text(first, column) : NULL;
    free(columns);
    if (text == NULL || !th_import_crs_code(text, code) || !th_crs_is_known(code)) {
        return TH_OK;
    }
    run->source_crs = th_text_duplicate(code);
    run->crs_column = column + 1;
    struct th_detection *detection = th_import_detect(run, "crs");
    if (run->source_crs == NULL || detection == NULL) {
        return th_error_no_memory(err);
    }
    th_text_copy(detection->choice, sizeof(detection->choice), code);
    th_text_copy(detection->option, sizeof(detection->option), "--crs EPSG:…");
    struct th_error *said = th_reasons_add(&detection->evidence, "detect.crs_own_export");
    th_error_add(said, "column", th_reader_field(reader, column));
    th_error_add(said, "text", text);
    return TH_OK;
}

// A shift that is taken off on request is a choice like any other: told, kept, and to be undone.
static void offset_tell(struct th_import_run *run)
{
    bool bd09 = run->how.offset == TH_OFFSET_BD09;
    struct th_detection *detection =
        run->how.offset == TH_OFFSET_NONE ? NULL : th_import_detect(run, "offset");
    if (detection == NULL) {
        return;
    }
    th_text_copy(detection->choice, sizeof(detection->choice), bd09 ? "bd09" : "gcj02");
    th_text_copy(detection->option, sizeof(detection->option), "--offset none");
    th_error_add(th_reasons_add(&detection->evidence, "detect.offset_taken"), "map",
                 bd09 ? "@offset.bd09" : "@offset.gcj02");
}

// The boxes of the first shapes, in numbers of the source; the caller frees them.
static size_t boxes_sample(const struct th_reader_batch *batch, struct th_box **ret_boxes)
{
    size_t n = 0;
    size_t wanted = batch == NULL ? 0 : batch->n_rows < SAMPLE_MAX ? batch->n_rows : SAMPLE_MAX;
    struct th_box *boxes = calloc(wanted + 1, sizeof(*boxes));
    for (size_t i = 0; boxes != NULL && i < wanted; i++) {
        const struct th_reader_row *row = &batch->rows[i];
        struct th_geometry shape = {0};
        if (row->wkb == NULL ||
            th_geometry_from_wkb(row->wkb, row->wkb_size, &shape, NULL) != TH_OK) {
            continue;
        }
        boxes[n++] = th_geometry_box(&shape);
        th_geometry_clear(&shape);
    }
    *ret_boxes = boxes;
    return n;
}

// A name of a system that is none: then the numbers are asked as if the file said nothing.
static bool is_name_unknown(const char *crs)
{
    return crs != NULL && strchr(crs, '[') == NULL && !th_crs_is_known(crs);
}

static enum th_status guess(struct th_import_run *run, const struct th_reader_batch *first,
                            struct th_guess *ret_guess, struct th_error *err)
{
    const struct th_registry_record *frame = &run->frame;
    struct th_box *boxes = NULL;
    size_t n = boxes_sample(first, &boxes);
    if (boxes == NULL) {
        return th_error_no_memory(err);
    }
    struct th_guess_input input = {
        .boxes = boxes,
        .n_boxes = n,
        .declared = is_name_unknown(run->how.crs) ? NULL : run->how.crs,
        .place = {frame->west_deg, frame->south_deg, frame->east_deg, frame->north_deg},
        .place_is_county = frame->east_deg - frame->west_deg < 5};
    // What is declared is judged by the registry's bounds alone; what must be asked, by all that is
    // known of the place.
    enum th_status status = input.declared == NULL ? th_import_place(run, &input, err) : TH_OK;
    if (status == TH_OK) {
        status = th_guess_crs(&input, ret_guess, err);
    }
    free(boxes);
    return status;
}

// What the numbers say about the reference system; used as a proposal only.
static enum th_status system_judge(struct th_import_run *run, const struct th_reader_batch *first,
                                   struct th_error *err)
{
    struct th_guess *found = calloc(1, sizeof(*found));
    if (found == NULL) {
        return th_error_no_memory(err);
    }
    enum th_status status = guess(run, first, found, err);
    bool unknown = is_name_unknown(run->source_crs);
    bool speaks = status == TH_OK &&
                  ((found->verdict != TH_GUESS_AGREES && found->evidence.n > 0) || unknown);
    struct th_detection *detection = speaks ? th_import_detect(run, "crs") : NULL;
    if (detection != NULL) {
        if (unknown) {
            th_error_add(th_reasons_add(&detection->evidence, "detect.crs_name_unknown"), "crs",
                         run->source_crs);
        }
        for (int i = 0; i < found->evidence.n; i++) {
            *th_reasons_add(&detection->evidence, "") = found->evidence.items[i];
        }
        th_guess_options(found, detection->option);
        if (run->how.crs != NULL) {
            th_text_copy(detection->choice, sizeof(detection->choice), run->source.crs_code);
        }
    }
    free(found);
    return status;
}

static void describe_transform(struct th_import_run *run, const struct th_crs_transform *transform)
{
    struct th_import_record *source = &run->source;
    th_text_copy(source->crs_code, sizeof(source->crs_code), th_crs_transform_code(transform));
    th_text_copy(source->crs_name, sizeof(source->crs_name), th_crs_transform_name(transform));
    th_text_copy(source->operation, sizeof(source->operation),
                 th_crs_transform_operation(transform));
    th_text_mend(source->crs_name);
    th_text_mend(source->operation);
}

// Every row of a source without a usable system is refused with the first reason and the option
// that would help.
static void describe_unplaced(struct th_import_run *run, const struct th_error *problem)
{
    run->unplaced = *problem;
    th_text_copy(run->unplaced_code, sizeof(run->unplaced_code), problem->key);
    const struct th_detection *detection =
        run->n_detections == 0 ? NULL : &run->detections[run->n_detections - 1];
    if (strcmp(problem->key, "crs_missing") != 0 || detection == NULL ||
        strcmp(detection->what, "crs") != 0 || detection->option[0] == '\0') {
        return;
    }
    th_text_copy(run->unplaced.key, sizeof(run->unplaced.key), "crs_missing_guess");
    th_error_add(&run->unplaced, "option", detection->option);
}

static void encoding_judge(struct th_import_run *run, const struct th_reader_encoding *encoding)
{
    th_text_copy(run->source.encoding, sizeof(run->source.encoding), encoding->name);
    th_text_mend(run->source.encoding);
    if (encoding->how == TH_ENCODING_ASCII || encoding->how == TH_ENCODING_FORMAT) {
        return;
    }
    struct th_detection *detection = th_import_detect(run, "encoding");
    if (detection == NULL) {
        return;
    }
    th_text_copy(detection->choice, sizeof(detection->choice), encoding->name);
    th_text_copy(detection->option, sizeof(detection->option), "--encoding GBK|UTF-8");
    struct th_error *counts = th_reasons_add(&detection->evidence, "detect.encoding_fit");
    th_error_add_int(counts, "part", encoding->n_fit);
    th_error_add_int(counts, "whole", encoding->n_values);
    th_error_add(counts, "encoding", encoding->name);
    if (encoding->declared[0] != '\0') {
        th_error_add(th_reasons_add(&detection->evidence, "detect.encoding_declared"), "declared",
                     encoding->declared);
    }
    if (encoding->n_cut > 0) {
        th_error_add_int(th_reasons_add(&detection->evidence, "detect.encoding_cut"), "n",
                         encoding->n_cut);
    }
    for (size_t i = 0; i < encoding->n_samples; i++) {
        struct th_error *sample = th_reasons_add(&detection->evidence, "detect.encoding_sample");
        th_error_add(sample, "utf8", encoding->samples[i].utf8);
        th_error_add(sample, "gb18030", encoding->samples[i].gb18030);
    }
}

enum th_status th_import_plan(struct th_import_run *run, const struct th_reader_info *info,
                              const struct th_reader_batch *first, struct th_error *err)
{
    struct th_surveyor *surveyor = NULL;
    struct th_error problem = {0};
    run->extent = info->extent;
    run->how = (struct th_surveyor_options){.crs = run->options->crs != NULL ? run->options->crs
                                                                             : run->source_crs,
                                            .extent = info->has_extent ? &run->extent : NULL,
                                            .bounds = {run->frame.west_deg, run->frame.south_deg,
                                                       run->frame.east_deg, run->frame.north_deg}};
    th_import_detect_origin(run);
    encoding_judge(run, &info->encoding);
    enum th_status status = options_take(run, err);
    if (status != TH_OK || th_import_is_shapeless(run)) {
        return status;
    }
    status = th_surveyor_new(&run->how, &surveyor, &problem);
    if (status == TH_OK) {
        describe_transform(run, th_surveyor_transform(surveyor));
    }
    th_surveyor_free(surveyor);
    offset_tell(run);
    th_import_detect_axes(run, info);
    th_import_detect_ignored(run, info);
    if (status != TH_OK && status != TH_DATA_PROBLEM) {
        if (err != NULL) {
            *err = problem;
        }
        return status;
    }
    enum th_status judged = system_judge(run, first, err);
    if (status == TH_DATA_PROBLEM) {
        describe_unplaced(run, &problem);
    }
    return judged;
}
