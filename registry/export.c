#include "registry/export.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/csv.h"
#include "core/file.h"
#include "core/text.h"
#include "gis/writer.h"
#include "registry/parcel_internal.h"
#include "registry/reply.h"

enum { CSV_LIMIT = 1024 * 1024 * 1024, CELL_LIMIT = 128 * 1024 * 1024 };

static const struct th_writer_field FIELDS[] = {
    {"parcel_id", TH_WRITER_INT},   {"version", TH_WRITER_INT},
    {"number", TH_WRITER_TEXT},     {"kind", TH_WRITER_TEXT},
    {"village", TH_WRITER_TEXT},    {"village_name", TH_WRITER_TEXT},
    {"land_class", TH_WRITER_TEXT}, {"area_m2", TH_WRITER_REAL},
    {"area_mu", TH_WRITER_REAL},    {"declared_mu", TH_WRITER_REAL},
    {"sliver_m2", TH_WRITER_REAL},  {"state", TH_WRITER_TEXT},
    {"source", TH_WRITER_TEXT},     {"source_layer", TH_WRITER_TEXT},
    {"source_row", TH_WRITER_INT},
};
enum { N_FIELDS = sizeof FIELDS / sizeof FIELDS[0] };

struct exporting {
    struct th_store *store;
    const struct th_export_options *options;
    struct th_writer *writer; // of geographic formats
    struct th_buf csv;        // otherwise
    struct th_buf cell;
    struct th_import_record source; // of the last parcel; parcels of one import come together
    int64_t n;
    enum th_status status;
    struct th_error err;
};

static enum th_status load_source(struct exporting *e, int64_t import_id)
{
    if (e->source.import_id == import_id)
        return TH_OK;
    return th_import_load(e->store, import_id, &e->source, &e->err);
}

static const char *or_null(const char *text)
{
    return text[0] == '\0' ? NULL : text;
}

static double cent(int64_t hundredths)
{
    return (double)hundredths / 100;
}

static enum th_status add_row(struct exporting *e, const struct th_parcel_record *record,
                              const struct th_geometry *geometry)
{
    struct th_writer_value values[N_FIELDS] = {
        {.integer = record->parcel_id},
        {.integer = record->version},
        {.text = or_null(record->number)},
        {.text = record->kind},
        {.text = record->village},
        {.text = record->village_name},
        {.text = or_null(record->land_class)},
        {.real = cent(th_area_m2_cent(record->measured))},
        {.real = cent(th_area_mu_cent(record->measured))},
        {.real = record->has_declared ? cent(th_area_mu_cent(record->declared)) : NAN},
        {.real = cent(th_area_m2_cent(record->sliver))},
        {.text = record->state},
        {.text = e->source.source},
        {.text = e->source.layer},
        {.integer = record->source_row},
    };
    return th_writer_add(e->writer, record->parcel_id, geometry, values, &e->err);
}

static void cell_int(struct exporting *e, int64_t value)
{
    th_buf_clear(&e->cell);
    th_buf_printf(&e->cell, "%lld", (long long)value);
    th_csv_cell(&e->csv, th_buf_text(&e->cell), false);
}

static void cell_cent(struct exporting *e, int64_t hundredths)
{
    th_buf_clear(&e->cell);
    th_buf_printf(&e->cell, "%lld.%02lld", (long long)(hundredths / 100),
                  (long long)(hundredths % 100));
    th_csv_cell(&e->csv, th_buf_text(&e->cell), false);
}

static void wkt(const struct th_geometry *geometry, struct th_buf *out)
{
    size_t ring = 0;
    size_t point = 0;
    th_buf_append_str(out, "MULTIPOLYGON (");
    for (size_t p = 0; p < geometry->n_polygons; p++) {
        th_buf_append_str(out, p == 0 ? "(" : ", (");
        for (size_t first = ring; ring < geometry->polygon_ends[p]; ring++) {
            th_buf_append_str(out, ring == first ? "(" : ", (");
            for (size_t start = point; point < geometry->ring_ends[ring]; point++) {
                th_buf_printf(out, "%s%.8f %.8f", point == start ? "" : ", ",
                              geometry->points[point].x, geometry->points[point].y);
            }
            th_buf_append_char(out, ')');
        }
        th_buf_append_char(out, ')');
    }
    th_buf_append_char(out, ')');
}

static enum th_status add_line(struct exporting *e, const struct th_parcel_record *record,
                               const struct th_geometry *geometry)
{
    cell_int(e, record->parcel_id);
    cell_int(e, record->version);
    th_csv_cell(&e->csv, record->number, false);
    th_csv_cell(&e->csv, record->kind, false);
    th_csv_cell(&e->csv, record->village, false);
    th_csv_cell(&e->csv, record->village_name, false);
    th_csv_cell(&e->csv, record->land_class, false);
    cell_cent(e, th_area_m2_cent(record->measured));
    cell_cent(e, th_area_mu_cent(record->measured));
    if (record->has_declared)
        cell_cent(e, th_area_mu_cent(record->declared));
    else
        th_csv_cell(&e->csv, "", false);
    cell_cent(e, th_area_m2_cent(record->sliver));
    th_csv_cell(&e->csv, record->state, false);
    th_csv_cell(&e->csv, e->source.source, false);
    th_csv_cell(&e->csv, e->source.layer, false);
    th_buf_clear(&e->cell);
    th_buf_printf(&e->cell, "%lld", (long long)record->source_row);
    th_csv_cell(&e->csv, th_buf_text(&e->cell), !e->options->with_wkt);
    if (e->options->with_wkt) {
        th_buf_clear(&e->cell);
        wkt(geometry, &e->cell);
        th_csv_cell(&e->csv, th_buf_text(&e->cell), true);
    }
    enum th_status status = th_buf_check(&e->cell, &e->err);
    return status == TH_OK ? th_buf_check(&e->csv, &e->err) : status;
}

static bool export_one(void *context, const struct th_parcel_record *record, const char *attributes,
                       const void *wkb, size_t wkb_size)
{
    struct exporting *e = context;
    struct th_geometry geometry = {0};
    (void)attributes;
    e->status = load_source(e, record->import_id);
    if (e->status == TH_OK)
        e->status = th_geometry_from_wkb(wkb, wkb_size, &geometry, &e->err);
    if (e->status == TH_OK) {
        e->status =
            e->writer != NULL ? add_row(e, record, &geometry) : add_line(e, record, &geometry);
    }
    th_geometry_clear(&geometry);
    e->n++;
    if (e->status == TH_OK && e->n % 1000 == 0 &&
        !th_progress_report(e->options->progress, "export", e->n, -1))
        e->status = th_error_set(&e->err, TH_INTERRUPTED, "interrupted", NULL);
    return e->status == TH_OK;
}

static void heading(struct exporting *e, const char *name, bool last)
{
    char key[64] = "parcels.column.";
    size_t used = strlen(key);
    th_text_copy(key + used, sizeof key - used, name);
    const struct th_messages *messages = e->options->messages;
    const char *text = messages == NULL ? name : th_messages_text(messages, e->options->lang, key);
    th_csv_cell(&e->csv, text, last);
}

static void begin_csv(struct exporting *e)
{
    th_csv_begin(&e->csv, true);
    for (size_t i = 0; i < N_FIELDS; i++)
        heading(e, FIELDS[i].name, i + 1 == N_FIELDS && !e->options->with_wkt);
    if (e->options->with_wkt)
        heading(e, "wkt", true);
}

static enum th_status open_target(struct exporting *e, struct th_error *err)
{
    const char *format = e->options->format;
    enum th_status status = th_file_check_target(e->options->path, err);
    if (status != TH_OK)
        return status;
    if (th_file_exists(e->options->path))
        return th_error_set(err, TH_CONFLICT, "file_exists", "path", e->options->path, NULL);
    if (strcmp(format, "csv") == 0) {
        begin_csv(e);
        return TH_OK;
    }
    enum th_writer_format kind = TH_WRITER_GPKG;
    if (strcmp(format, "geojson") == 0)
        kind = TH_WRITER_GEOJSON;
    else if (strcmp(format, "gpkg") != 0)
        return th_error_set(err, TH_INVALID, "export_format", "format", format, NULL);
    return th_writer_open(e->options->path, kind, "parcels", FIELDS, N_FIELDS, &e->writer, err);
}

static enum th_status close_target(struct exporting *e, struct th_error *err)
{
    if (e->writer != NULL) {
        struct th_writer *writer = e->writer;
        e->writer = NULL;
        return th_writer_close(writer, err);
    }
    return th_file_write(e->options->path, e->csv.data, e->csv.size, err);
}

enum th_status th_export(struct th_registry *registry, const struct th_export_options *options,
                         struct th_json **ret_reply, struct th_error *err)
{
    struct exporting e = {.store = th_registry_store(registry), .options = options};
    struct th_parcel_choice choice;
    struct th_hash sha256;
    char hex[TH_HASH_HEX_SIZE];
    th_buf_init(&e.csv, CSV_LIMIT);
    th_buf_init(&e.cell, CELL_LIMIT);
    enum th_status status = th_store_begin_read(e.store, err);
    if (status != TH_OK)
        return status;
    status =
        th_parcel_choose(e.store, options->village, options->kind, options->package, &choice, err);
    if (status == TH_OK)
        status = open_target(&e, err);
    if (status == TH_OK)
        status = th_parcel_geometry_each(e.store, &choice.filter, export_one, &e, err);
    th_store_end_read(e.store);
    if (status == TH_OK && e.status != TH_OK) {
        status = e.status;
        if (err != NULL)
            *err = e.err;
    }
    if (status == TH_OK)
        status = close_target(&e, err);
    if (status == TH_OK)
        status = th_hash_file(TH_HASH_SHA256, options->path, &sha256, err);
    if (status == TH_OK) {
        struct th_json *reply = th_json_object();
        th_json_set_text(reply, "file", options->path);
        th_json_set_int(reply, "n", e.n);
        th_json_set_text(reply, "sha256", th_hash_hex(&sha256, hex));
        th_json_set_text(reply, "format", options->format);
        status = th_reply_finish(TH_OK, reply, ret_reply, err);
    }
    th_writer_abort(e.writer);
    th_buf_clear(&e.csv);
    th_buf_clear(&e.cell);
    return status;
}
