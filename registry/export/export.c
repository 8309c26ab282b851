#include "registry/export/export.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/file.h"
#include "core/text.h"
#include "registry/export/export_internal.h"
#include "registry/parcels.h"
#include "registry/reply.h"
#include "store/registry_store.h"

enum { CSV_LIMIT = 1024 * 1024 * 1024, DICTIONARY_LIMIT = 1024 * 1024, PROGRESS_ROWS = 1000 };

struct exporting {
    struct th_registry *registry;
    struct th_store *store;
    const struct th_export_options *options;
    struct th_export_layout layout;
    struct th_writer_value *values; // of one row of a geographic format; owned
    struct th_writer *writer;       // of geographic formats
    struct th_workbook *workbook;   // of XLSX
    struct th_buf csv;              // otherwise
    struct th_export_row row;
    char collection[64];
    struct th_village village;          // of the last parcel
    struct th_import_source ground;     // of the last parcel; parcels of one import come together
    struct th_import_source attributes; // of the last parcel
    int64_t n;
    size_t n_replaced; // characters that the format cannot hold
    struct th_json *files;
    enum th_status status;
    struct th_error err;
};

// Of a parcel that never changed both are its own import.
static enum th_status load_sources(struct exporting *e, const struct th_parcel_record *record)
{
    enum th_status status = TH_OK;
    if (record->version > 1) {
        status =
            th_import_of_ground(e->store, record->parcel_id, record->version, &e->ground, &e->err);
        return status == TH_OK ? th_import_of_attributes(e->store, record->parcel_id,
                                                         record->version, &e->attributes, &e->err)
                               : status;
    }
    if (record->import_id == 0) { // drawn by a command
        e->ground.import = (struct th_import_record){0};
    } else if (e->ground.import.import_id != record->import_id) {
        status = th_import_load(e->store, record->import_id, &e->ground.import, &e->err);
    }
    e->ground.row = record->source_row;
    e->attributes = e->ground;
    return status;
}

static enum th_status load_place(struct exporting *e, const struct th_parcel_record *record)
{
    enum th_status status = load_sources(e, record);
    if (status == TH_OK && strcmp(e->village.code, record->village) != 0) {
        status = th_village_load(e->store, record->village, &e->village, &e->err);
    }
    return status;
}

static enum th_status add_row(struct exporting *e, const struct th_parcel_record *record,
                              const struct th_geometry *geometry)
{
    const struct th_export_layout *layout = &e->layout;
    size_t n = layout->n_columns;
    for (size_t i = 0; i < n; i++) {
        const struct th_export_value *from = &e->row.values[layout->columns[i]];
        e->values[i].text = from->text;
        e->values[i].integer = from->number;
        e->values[i].real = from->none ? NAN : (double)from->number / 100;
    }
    for (size_t i = 0; i < layout->n_attributes; i++) {
        if (layout->attributes[i].name != NULL) {
            e->values[n++].text = th_export_attribute_text(&e->row, &layout->attributes[i]);
        }
    }
    return th_writer_add(e->writer, record->parcel_id, geometry, e->values, &e->err);
}

static enum th_status write_row(struct exporting *e, const struct th_parcel_record *record,
                                const struct th_geometry *geometry)
{
    if (e->writer != NULL) {
        return add_row(e, record, geometry);
    }
    if (e->workbook != NULL) {
        return th_export_sheet_row(e->options, &e->row, geometry, &e->layout, e->workbook, &e->err);
    }
    th_export_csv_row(e->options, &e->row, geometry, &e->layout, &e->csv);
    return th_buf_check(&e->csv, &e->err);
}

static bool export_one(void *context, const struct th_parcel_record *record, const char *attributes,
                       const void *wkb, size_t wkb_size)
{
    struct exporting *e = context;
    struct th_geometry geometry = {0};
    const struct th_export_place place = {.collection = e->collection,
                                          .township = e->village.township,
                                          .ground = &e->ground,
                                          .content = &e->attributes,
                                          .attributes = attributes};
    e->status = load_place(e, record);
    if (e->status == TH_OK) {
        e->status = th_geometry_from_wkb(wkb, wkb_size, &geometry, &e->err);
    }
    if (e->status == TH_OK) {
        e->status = th_export_row_fill(&e->row, e->options, record, &place, &e->err);
    }
    if (e->status == TH_OK) {
        e->status = write_row(e, record, &geometry);
    }
    th_geometry_clear(&geometry);
    e->n++;
    if (e->status == TH_OK && e->n % PROGRESS_ROWS == 0 &&
        !th_progress_report(e->options->progress, "export", e->n, -1)) {
        e->status = th_error_set(&e->err, TH_INTERRUPTED, "interrupted", NULL);
    }
    return e->status == TH_OK;
}

static enum th_status attach_dictionary(struct exporting *e, struct th_error *err)
{
    struct th_buf text;
    th_buf_init(&text, DICTIONARY_LIMIT);
    th_export_dictionary(e->options, &e->layout, &text);
    enum th_status status = th_buf_check(&text, err);
    if (status == TH_OK) {
        status = th_writer_attach(e->writer, "_字段说明.csv", text.data, text.size, err);
    }
    th_buf_clear(&text);
    return status;
}

// Names that fiboa has for two of the columns.
static const char *field_name(enum th_writer_format format, enum th_export_column column)
{
    if (format == TH_WRITER_SHP) {
        return th_export_columns[column].short_name;
    }
    if (format == TH_WRITER_FIBOA && column == TH_EXPORT_AREA_M2) {
        return "metrics:area";
    }
    if (format == TH_WRITER_FIBOA && column == TH_EXPORT_PERIMETER_M) {
        return "metrics:perimeter";
    }
    return th_export_columns[column].name;
}

// As many as the layout has columns, less those that the format has no room for.
static size_t fields_fill(const struct th_export_layout *layout, enum th_writer_format format,
                          struct th_writer_field *fields)
{
    static const enum th_writer_type TYPES[] = {[TH_EXPORT_TEXT] = TH_WRITER_TEXT,
                                                [TH_EXPORT_INT] = TH_WRITER_INT,
                                                [TH_EXPORT_CENT] = TH_WRITER_REAL};
    size_t n = 0;
    for (; n < layout->n_columns; n++) {
        const struct th_export_column_spec *spec = &th_export_columns[layout->columns[n]];
        fields[n] =
            (struct th_writer_field){field_name(format, layout->columns[n]), TYPES[spec->type],
                                     spec->width, spec->type == TH_EXPORT_CENT ? 2 : 0};
    }
    for (size_t i = 0; i < layout->n_attributes; i++) {
        const struct th_export_attribute *from = &layout->attributes[i];
        if (from->name != NULL) {
            fields[n++] = (struct th_writer_field){from->name, TH_WRITER_TEXT, (int)from->width, 0};
        }
    }
    return n;
}

static enum th_status open_writer(struct exporting *e, enum th_writer_format format,
                                  struct th_error *err)
{
    size_t room = e->layout.n_columns + e->layout.n_attributes + 1;
    struct th_writer_field *fields = calloc(room, sizeof(*fields));
    e->values = calloc(room, sizeof(*e->values));
    if (fields == NULL || e->values == NULL) {
        free(fields);
        return th_error_no_memory(err);
    }
    const struct th_writer_options how = {
        .format = format,
        .layer = "parcels",
        .crs = e->options->crs,
        .note = e->options->messages == NULL
                    ? NULL
                    : th_messages_text(e->options->messages, e->options->lang, "export.note"),
        .collection = e->collection,
        .fields = fields,
        .n_fields = fields_fill(&e->layout, format, fields)};
    enum th_status status = th_writer_open(e->options->path, &how, &e->writer, err);
    free(fields);
    if (status == TH_OK && format == TH_WRITER_SHP) {
        status = attach_dictionary(e, err);
    }
    return status;
}

static enum th_status open_workbook(struct exporting *e, struct th_error *err)
{
    const char *program = th_registry_surroundings(e->registry)->program;
    const struct th_workbook_options how = {.title = "parcels", .program = program};
    enum th_status status = th_workbook_open(e->options->path, &how, &e->workbook, err);
    if (status == TH_OK) {
        status = th_export_sheet_begin(e->options, &e->layout, e->workbook, err);
    }
    return status;
}

static enum th_status open_target(struct exporting *e, const struct th_parcel_filter *filter,
                                  struct th_error *err)
{
    const char *format = e->options->format;
    enum th_writer_format kind = TH_WRITER_FORMATS;
    bool csv = strcmp(format, "csv") == 0;
    bool table = csv || strcmp(format, "xlsx") == 0;
    enum th_status status = th_file_check_new(e->options->path, err);
    if (status == TH_OK && table && e->options->crs != NULL) {
        status = th_error_set(err, TH_INVALID, "export_crs", "crs", e->options->crs, NULL);
    }
    if (status == TH_OK && !table && !th_writer_format_find(format, &kind)) {
        status = th_error_set(err, TH_INVALID, "export_format", "format", format, NULL);
    }
    if (status == TH_OK) {
        status = th_export_layout_make(e->store, filter, e->options, &e->layout, err);
    }
    if (status != TH_OK) {
        return status;
    }
    if (csv) {
        th_export_csv_begin(e->options, &e->layout, &e->csv);
        return TH_OK;
    }
    return table ? open_workbook(e, err) : open_writer(e, kind, err);
}

static void heard_of(void *context, const char *path)
{
    struct exporting *e = context;
    th_json_append_text(e->files, path);
}

static enum th_status close_target(struct exporting *e, struct th_error *err)
{
    struct th_writer *writer = e->writer;
    struct th_workbook *workbook = e->workbook;
    e->writer = NULL;
    e->workbook = NULL;
    if (writer != NULL) {
        e->n_replaced = th_writer_replaced(writer);
    }
    if (writer != NULL) {
        return th_writer_close(writer, heard_of, e, err);
    }
    enum th_status status;
    if (workbook != NULL) {
        th_export_sheet_end(e->options, &e->layout, workbook);
        e->n_replaced = th_workbook_replaced(workbook);
        status = th_workbook_close(workbook, err);
    } else {
        status = th_file_write_new(e->options->path, e->csv.data, e->csv.size, err);
    }
    heard_of(e, e->options->path);
    return status;
}

// Everything that is read, in one view of the registry.
static enum th_status export_rows(struct exporting *e, struct th_error *err)
{
    const struct th_export_options *options = e->options;
    struct th_parcel_choice choice;
    struct th_registry_record frame;
    enum th_status status = th_store_begin_read(e->store, err);
    if (status != TH_OK) {
        return status;
    }
    status =
        th_parcel_choose(e->store, options->village, options->kind, options->package, &choice, err);
    if (status == TH_OK) {
        status = th_parcel_choose_state(
            options->state, options->package == NULL && options->on == NULL, &choice, err);
    }
    if (status == TH_OK && options->on != NULL && options->package != NULL) {
        status = th_error_set(err, TH_USAGE, "export_on_package", NULL);
    }
    if (status == TH_OK && options->on != NULL) {
        status = th_date_parse(options->on, &choice.filter.on, err);
    }
    if (status == TH_OK) {
        status = th_registry_record_load(e->store, &frame, err);
    }
    if (status == TH_OK) {
        (void)snprintf(e->collection, sizeof(e->collection), "tanhui-%s", frame.registry_id);
        status = open_target(e, &choice.filter, err);
    }
    if (status == TH_OK) {
        status = th_parcel_geometry_each(e->store, &choice.filter, export_one, e, err);
    }
    th_store_end_read(e->store);
    if (status == TH_OK && e->status != TH_OK) {
        status = e->status;
        if (err != NULL) {
            *err = e->err;
        }
    }
    return status;
}

enum th_status th_export(struct th_registry *registry, const struct th_export_options *options,
                         struct th_json **ret_reply, struct th_error *err)
{
    struct exporting e = {.registry = registry,
                          .store = th_registry_store(registry),
                          .options = options,
                          .files = th_json_array(),
                          .status = TH_OK};
    struct th_hash sha256;
    char hex[TH_HASH_HEX_SIZE];
    th_buf_init(&e.csv, CSV_LIMIT);
    th_export_row_init(&e.row);
    enum th_status status = export_rows(&e, err);
    if (status == TH_OK) {
        status = close_target(&e, err);
    }
    if (status == TH_OK) {
        status = th_hash_file(TH_HASH_SHA256, options->path, &sha256, err);
    }
    if (status == TH_OK) {
        struct th_json *reply = th_json_object();
        th_json_set_text(reply, "file", options->path);
        th_json_set_int(reply, "n", e.n);
        th_json_set_text(reply, "sha256", th_hash_hex(&sha256, hex));
        th_json_set_text(reply, "format", options->format);
        if (e.n_replaced > 0) {
            th_json_set_int(reply, "replaced", (int64_t)e.n_replaced);
        }
        th_json_set(reply, "files", e.files);
        e.files = NULL;
        status = th_reply_finish(TH_OK, reply, ret_reply, err);
    }
    th_json_free(e.files);
    th_writer_abort(e.writer);
    th_workbook_abort(e.workbook);
    th_export_row_clear(&e.row);
    th_export_layout_clear(&e.layout);
    free(e.values);
    th_buf_clear(&e.csv);
    return status;
}
