#include "gis/writer.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/file.h"
#include "core/json.h"
#include "core/text.h"
#include "gis/companion_internal.h"
#include "gis/crs.h"
#include "gis/writer_internal.h"
#include "gis/writer_module_internal.h"

enum { TEXT_CUT_SIZE = 256, OPTIONS_MAX = 8 };

static const struct {
    const char *name;
    const char *driver;
    const char *extension;
    const char *crs; // RFC 7946 and KML know WGS 84 alone; EPSG:4326 = EPSG:4490 is the identity
                     // the registry works with
    bool several;
    bool any_crs;
    bool keeps_id;
    bool xml;
} FORMATS[TH_WRITER_FORMATS] = {
    [TH_WRITER_GPKG] = {"gpkg", "GPKG", "gpkg", "EPSG:4490", false, true, true, false},
    [TH_WRITER_SHP] = {"shp", "ESRI Shapefile", "shp", "EPSG:4490", true, true, false, false},
    [TH_WRITER_FGB] = {"fgb", "FlatGeobuf", "fgb", "EPSG:4490", false, false, false, false},
    [TH_WRITER_GML] = {"gml", "GML", "gml", "EPSG:4490", true, false, false, true},
    [TH_WRITER_KML] = {"kml", "LIBKML", "kml", "EPSG:4326", false, false, false, true},
    [TH_WRITER_GEOJSON] = {"geojson", "GeoJSON", "geojson", "EPSG:4326", false, false, true, false},
    [TH_WRITER_FIBOA] = {"fiboa", "GeoJSON", "geojson", "EPSG:4326", false, false, true, false},
};

struct th_writer {
    struct th_writer_folder folder;
    enum th_writer_format format;
    const struct th_writer_module *module;
    struct th_writer_dataset *dataset;
    struct th_crs_transform *transform; // to the caller's system, NULL without
    struct th_writer_field *fields;     // names are not kept
    size_t n_fields;
    struct th_writer_value *values; // of one row, as they are written
    size_t n_replaced;
};

static enum th_status failed(const char *detail, struct th_error *err)
{
    return th_error_set(err, TH_IO, "export_failed", "detail", detail, NULL);
}

bool th_writer_format_find(const char *name, enum th_writer_format *ret_format)
{
    for (int i = 0; i < TH_WRITER_FORMATS; i++) {
        if (strcmp(FORMATS[i].name, name) == 0) {
            *ret_format = (enum th_writer_format)i;
            return true;
        }
    }
    return false;
}

// Kept loaded: GDAL does not take being unloaded.
static enum th_status module_load(const struct th_writer_module **ret_module, struct th_error *err)
{
    char *path = th_companion_find("TANHUI_WRITER", TH_WRITER_MODULE_NAME);
    void *library = path == NULL ? NULL : dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    const struct th_writer_module *module =
        library == NULL ? NULL : dlsym(library, TH_WRITER_MODULE_SYMBOL);
    free(path);
    if (library != NULL) {
        (void)dlclose(library);
    }
    if (module == NULL) {
        return th_error_set(err, TH_INTERNAL, "writer_missing", NULL);
    }
    *ret_module = module;
    return TH_OK;
}

void th_writer_abort(struct th_writer *writer)
{
    char message[TH_WRITER_MESSAGE_SIZE];
    if (writer == NULL) {
        return;
    }
    if (writer->dataset != NULL) {
        (void)writer->module->close(writer->dataset, false, message);
    }
    th_writer_folder_remove(&writer->folder);
    th_crs_transform_free(writer->transform);
    free(writer->values);
    free(writer->fields);
    free(writer);
}

// Members of the collection that GDAL does not write by itself: it takes them from what it believes
// to be the document that the rows came from. "NATIVE_DATA=…"; NULL when out of memory.
static char *native_data(const struct th_writer_options *from)
{
    static const char *const SCHEMAS[] = {"https://vecorel.org/specification/v0.1.0/schema.yaml",
                                          "https://fiboa.org/specification/v0.3.0/schema.yaml"};
    char *text = NULL;
    char *option = NULL;
    struct th_json *root = th_json_object();
    th_json_set_text(root, "type", "FeatureCollection");
    if (from->note != NULL) {
        th_json_set_text(root, "description", from->note);
    }
    if (from->format == TH_WRITER_FIBOA) {
        struct th_json *list = th_json_array();
        struct th_json *schemas = th_json_object();
        for (size_t i = 0; i < sizeof(SCHEMAS) / sizeof(SCHEMAS[0]); i++) {
            th_json_append_text(list, SCHEMAS[i]);
        }
        th_json_set(schemas, from->collection, list);
        th_json_set(root, "schemas", schemas);
    }
    if (th_json_dump(root, TH_JSON_COMPACT, &text, NULL) == TH_OK) {
        struct th_buf joined;
        th_buf_init(&joined, strlen(text) + 32);
        th_buf_printf(&joined, "NATIVE_DATA=%s", text);
        option = joined.failed ? NULL : th_text_duplicate(th_buf_text(&joined));
        th_buf_clear(&joined);
        free(text);
    }
    th_json_free(root);
    return option;
}

// `native` is kept where the format wants it.
static void layer_options(const struct th_writer_options *from, const char *native,
                          const char *options[OPTIONS_MAX])
{
    size_t n = 0;
    switch (from->format) {
    case TH_WRITER_GPKG:
        options[n++] = "GEOMETRY_NAME=geom";
        options[n++] = "FID=fid";
        break;
    case TH_WRITER_SHP:
        options[n++] = "ENCODING=UTF-8";
        break;
    case TH_WRITER_FIBOA:
        options[n++] = "ID_TYPE=String";
        options[n++] = "WRITE_BBOX=YES";
        // fall through
    case TH_WRITER_GEOJSON:
        options[n++] = "RFC7946=YES";
        // Two more than the grid has: at 8 the driver takes 119.60000001 for noise and writes
        // 119.6.
        options[n++] = "COORDINATE_PRECISION=10";
        options[n++] = "NATIVE_MEDIA_TYPE=application/vnd.geo+json";
        options[n++] = native;
        break;
    case TH_WRITER_FGB:
    case TH_WRITER_GML:
    case TH_WRITER_KML:
    case TH_WRITER_FORMATS:
        break;
    }
    options[n] = NULL;
}

static enum th_status dataset_create(struct th_writer *writer,
                                     const struct th_writer_options *options, struct th_error *err)
{
    static const char *const gml[] = {"FORMAT=GML3.2", NULL};
    static const char *const none[] = {NULL};
    const char *layer_creation[OPTIONS_MAX];
    char message[TH_WRITER_MESSAGE_SIZE];
    char *native = native_data(options);
    if (native == NULL) {
        return th_error_no_memory(err);
    }
    layer_options(options, native, layer_creation);
    const struct th_writer_plan plan = {.path = writer->folder.main,
                                        .driver = FORMATS[options->format].driver,
                                        .layer = options->layer,
                                        .crs = options->crs != NULL ? options->crs
                                                                    : FORMATS[options->format].crs,
                                        .creation = options->format == TH_WRITER_GML ? gml : none,
                                        .layer_creation = layer_creation,
                                        .fields = writer->fields,
                                        .n_fields = writer->n_fields,
                                        .has_widths = options->format == TH_WRITER_SHP,
                                        .keeps_id = FORMATS[options->format].keeps_id};
    writer->dataset = writer->module->open(&plan, message);
    free(native);
    return writer->dataset != NULL ? TH_OK : failed(message, err);
}

static enum th_status transform_make(struct th_writer *writer,
                                     const struct th_writer_options *options, struct th_error *err)
{
    if (options->crs == NULL) {
        return TH_OK;
    }
    enum th_status status = TH_DATA_PROBLEM;
    if (FORMATS[options->format].any_crs) {
        status = th_crs_transform_new_inverse(options->crs, &writer->transform, err);
    }
    if (status == TH_DATA_PROBLEM) {
        status = th_error_set(err, TH_INVALID, "export_crs", "crs", options->crs, NULL);
    }
    return status;
}

enum th_status th_writer_open(const char *path, const struct th_writer_options *options,
                              struct th_writer **ret_writer, struct th_error *err)
{
    enum th_status status = th_file_check_new(path, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_writer *writer = calloc(1, sizeof(*writer));
    if (writer == NULL) {
        return th_error_no_memory(err);
    }
    writer->format = options->format;
    writer->fields = malloc((options->n_fields + 1) * sizeof(*writer->fields));
    writer->values = calloc(options->n_fields + 1, sizeof(*writer->values));
    if (writer->fields == NULL || writer->values == NULL) {
        status = th_error_no_memory(err);
        goto done;
    }
    if (options->n_fields > 0) {
        memcpy(writer->fields, options->fields, options->n_fields * sizeof(*options->fields));
    }
    writer->n_fields = options->n_fields;
    status = transform_make(writer, options, err);
    if (status == TH_OK) {
        status = module_load(&writer->module, err);
    }
    if (status == TH_OK) {
        status = th_writer_folder_make(&writer->folder, path, FORMATS[options->format].extension,
                                       FORMATS[options->format].several, err);
    }
    if (status == TH_OK) {
        status = dataset_create(writer, options, err);
    }
done:
    if (status != TH_OK) {
        th_writer_abort(writer);
        return status;
    }
    for (size_t i = 0; i < writer->n_fields; i++) {
        writer->fields[i].name = NULL; // was borrowed for this call
    }
    *ret_writer = writer;
    return TH_OK;
}

enum th_status th_writer_attach(struct th_writer *writer, const char *suffix, const void *data,
                                size_t size, struct th_error *err)
{
    char *path = th_writer_folder_name(&writer->folder, suffix);
    if (path == NULL) {
        return th_error_no_memory(err);
    }
    enum th_status status = th_file_write(path, data, size, err);
    free(path);
    return status;
}

// A Shapefile cuts texts at its fields' width, in the middle of a character if need be; the writers
// of XML drop what it cannot hold without a word. The caller frees it; NULL when out of memory.
static char *text_fit(struct th_writer *writer, size_t index, const char *text)
{
    size_t n_unfit = FORMATS[writer->format].xml ? th_text_unfit_for_xml(text) : 0;
    char *fit = n_unfit > 0 ? th_text_fit_for_xml(text) : th_text_duplicate(text);
    writer->n_replaced += n_unfit;
    size_t width = (size_t)writer->fields[index].width;
    if (fit != NULL && writer->format == TH_WRITER_SHP && width > 0 && width < TEXT_CUT_SIZE) {
        char cut[TEXT_CUT_SIZE];
        th_text_copy(cut, width + 1, fit);
        memcpy(fit, cut, strlen(cut) + 1);
    }
    return fit;
}

size_t th_writer_replaced(const struct th_writer *writer)
{
    return writer->n_replaced;
}

static bool is_text(const struct th_writer *writer, size_t index)
{
    return writer->fields[index].type == TH_WRITER_TEXT;
}

static bool values_fit(struct th_writer *writer, const struct th_writer_value *values)
{
    bool done = true;
    for (size_t i = 0; i < writer->n_fields; i++) {
        writer->values[i] = values[i];
        if (is_text(writer, i) && values[i].text != NULL) {
            writer->values[i].text = text_fit(writer, i, values[i].text);
            done = done && writer->values[i].text != NULL;
        }
    }
    return done;
}

static void values_clear(struct th_writer *writer)
{
    for (size_t i = 0; i < writer->n_fields; i++) {
        if (is_text(writer, i)) {
            free((char *)(uintptr_t)writer->values[i].text);
        }
    }
}

// WKB in the system that the file has.
static enum th_status wkb_make(const struct th_writer *writer, const struct th_geometry *geometry,
                               unsigned char **ret_wkb, size_t *ret_size, struct th_error *err)
{
    if (writer->transform == NULL) {
        return th_geometry_to_wkb(geometry, ret_wkb, ret_size, err);
    }
    struct th_geometry moved = {0};
    enum th_status status = th_geometry_copy(geometry, &moved, err);
    if (status == TH_OK) {
        status = th_crs_transform_apply(writer->transform, &moved, err);
    }
    if (status == TH_OK) {
        status = th_geometry_to_wkb(&moved, ret_wkb, ret_size, err);
    }
    th_geometry_clear(&moved);
    return status;
}

enum th_status th_writer_add(struct th_writer *writer, int64_t id,
                             const struct th_geometry *geometry,
                             const struct th_writer_value *values, struct th_error *err)
{
    char message[TH_WRITER_MESSAGE_SIZE];
    unsigned char *wkb = NULL;
    size_t size = 0;
    enum th_status status = wkb_make(writer, geometry, &wkb, &size, err);
    if (status != TH_OK) {
        return status;
    }
    if (!values_fit(writer, values)) {
        status = th_error_no_memory(err);
    } else if (!writer->module->add(writer->dataset, id, wkb, size, writer->values, message)) {
        status = failed(message, err);
    }
    values_clear(writer);
    free(wkb);
    return status;
}

enum th_status th_writer_close(struct th_writer *writer,
                               void (*published)(void *context, const char *path), void *context,
                               struct th_error *err)
{
    char message[TH_WRITER_MESSAGE_SIZE];
    bool done = writer->module->close(writer->dataset, true, message);
    writer->dataset = NULL;
    enum th_status status = done
                                ? th_writer_folder_publish(&writer->folder, published, context, err)
                                : failed(message, err);
    th_writer_abort(writer);
    return status;
}
