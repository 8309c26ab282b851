#include "gis/writer.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <gdal.h>
#include <limits.h>
#include <math.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/file.h"
#include "core/json.h"
#include "core/text.h"
#include "gis/capture_internal.h"
#include "gis/crs.h"
#include "gis/writer_internal.h"

enum { TEXT_CUT_SIZE = 256 };

static const struct {
    const char *name;
    const char *driver;
    const char *extension;
    int epsg; // RFC 7946 and KML know WGS 84 alone; EPSG:4326 = EPSG:4490 is the identity the
              // registry works with
    bool several;
    bool any_crs;
    bool keeps_id;
    bool xml;
} FORMATS[TH_WRITER_FORMATS] = {
    [TH_WRITER_GPKG] = {"gpkg", "GPKG", "gpkg", 4490, false, true, true, false},
    [TH_WRITER_SHP] = {"shp", "ESRI Shapefile", "shp", 4490, true, true, false, false},
    [TH_WRITER_FGB] = {"fgb", "FlatGeobuf", "fgb", 4490, false, false, false, false},
    [TH_WRITER_GML] = {"gml", "GML", "gml", 4490, true, false, false, true},
    [TH_WRITER_KML] = {"kml", "LIBKML", "kml", 4326, false, false, false, true},
    [TH_WRITER_GEOJSON] = {"geojson", "GeoJSON", "geojson", 4326, false, false, true, false},
    [TH_WRITER_FIBOA] = {"fiboa", "GeoJSON", "geojson", 4326, false, false, true, false},
};

struct th_writer {
    struct th_writer_folder folder;
    enum th_writer_format format;
    GDALDatasetH dataset;
    OGRLayerH layer;                    // borrowed from the dataset
    struct th_crs_transform *transform; // to the caller's system, NULL without
    struct th_writer_field *fields;     // names are not kept
    size_t n_fields;
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

static void dataset_close(struct th_writer *writer, struct th_capture *capture)
{
    th_capture_begin(capture);
    if (writer->dataset != NULL) {
        GDALClose(writer->dataset);
        writer->dataset = NULL;
    }
    th_capture_end();
}

void th_writer_abort(struct th_writer *writer)
{
    struct th_capture capture;
    if (writer == NULL) {
        return;
    }
    dataset_close(writer, &capture);
    th_writer_folder_remove(&writer->folder);
    th_crs_transform_free(writer->transform);
    free(writer->fields);
    free(writer);
}

// Members of the collection that GDAL does not write by itself: it takes them from what it believes
// to be the document that the rows came from.
static char **native_add(char **options, const struct th_writer_options *from)
{
    static const char *const SCHEMAS[] = {"https://vecorel.org/specification/v0.1.0/schema.yaml",
                                          "https://fiboa.org/specification/v0.3.0/schema.yaml"};
    char *text = NULL;
    struct th_json *root = th_json_object();
    th_json_set_text(root, "type", "FeatureCollection");
    if (from->note != NULL) {
        th_json_set_text(root, "description", from->note);
    }
    if (from->format == TH_WRITER_FIBOA) {
        struct th_json *list = th_json_array();
        struct th_json *schemas = th_json_object();
        for (size_t i = 0; i < sizeof SCHEMAS / sizeof SCHEMAS[0]; i++) {
            th_json_append_text(list, SCHEMAS[i]);
        }
        th_json_set(schemas, from->collection, list);
        th_json_set(root, "schemas", schemas);
    }
    if (th_json_dump(root, TH_JSON_COMPACT, &text, NULL) == TH_OK) {
        options = CSLSetNameValue(options, "NATIVE_DATA", text);
        options = CSLSetNameValue(options, "NATIVE_MEDIA_TYPE", "application/vnd.geo+json");
        free(text);
    }
    th_json_free(root);
    return options;
}

static char **layer_options(const struct th_writer_options *from)
{
    char **options = NULL;
    switch (from->format) {
    case TH_WRITER_GPKG:
        options = CSLSetNameValue(options, "GEOMETRY_NAME", "geom");
        options = CSLSetNameValue(options, "FID", "fid");
        break;
    case TH_WRITER_SHP:
        options = CSLSetNameValue(options, "ENCODING", "UTF-8");
        break;
    case TH_WRITER_FIBOA:
        options = CSLSetNameValue(options, "ID_TYPE", "String");
        options = CSLSetNameValue(options, "WRITE_BBOX", "YES");
        // fall through
    case TH_WRITER_GEOJSON:
        options = CSLSetNameValue(options, "RFC7946", "YES");
        // Two more than the grid has: at 8 the driver takes 119.60000001 for noise and writes
        // 119.6.
        options = CSLSetNameValue(options, "COORDINATE_PRECISION", "10");
        options = native_add(options, from);
        break;
    case TH_WRITER_FGB:
    case TH_WRITER_GML:
    case TH_WRITER_KML:
    case TH_WRITER_FORMATS:
        break;
    }
    return options;
}

static bool layer_create(struct th_writer *writer, const struct th_writer_options *from)
{
    char **options = layer_options(from);
    OGRSpatialReferenceH reference = OSRNewSpatialReference(NULL);
    bool done = from->crs != NULL
                    ? OSRSetFromUserInput(reference, from->crs) == OGRERR_NONE
                    : OSRImportFromEPSG(reference, FORMATS[from->format].epsg) == OGRERR_NONE;
    OSRSetAxisMappingStrategy(reference, OAMS_TRADITIONAL_GIS_ORDER);
    if (done) {
        writer->layer = GDALDatasetCreateLayer(writer->dataset, from->layer, reference,
                                               wkbMultiPolygon, options);
    }
    CSLDestroy(options);
    OSRRelease(reference);
    return writer->layer != NULL;
}

static OGRFieldType field_type(enum th_writer_type type)
{
    switch (type) {
    case TH_WRITER_INT:
        return OFTInteger64;
    case TH_WRITER_REAL:
        return OFTReal;
    case TH_WRITER_TEXT:
        break;
    }
    return OFTString;
}

static bool fields_create(struct th_writer *writer)
{
    for (size_t i = 0; i < writer->n_fields; i++) {
        const struct th_writer_field *from = &writer->fields[i];
        OGRFieldDefnH field = OGR_Fld_Create(from->name, field_type(from->type));
        if (writer->format == TH_WRITER_SHP) {
            OGR_Fld_SetWidth(field, from->width);
            OGR_Fld_SetPrecision(field, from->precision);
        }
        bool done = OGR_L_CreateField(writer->layer, field, 0) == OGRERR_NONE;
        OGR_Fld_Destroy(field);
        if (!done) {
            return false;
        }
    }
    return true;
}

static bool dataset_create(struct th_writer *writer, const struct th_writer_options *options,
                           struct th_capture *capture)
{
    char **creation = NULL;
    th_capture_drivers();
    th_capture_begin(capture);
    if (options->format == TH_WRITER_GML) {
        creation = CSLSetNameValue(creation, "FORMAT", "GML3.2");
    }
    GDALDriverH driver = GDALGetDriverByName(FORMATS[options->format].driver);
    if (driver != NULL) {
        writer->dataset = GDALCreate(driver, writer->folder.main, 0, 0, 0, GDT_Unknown, creation);
    }
    CSLDestroy(creation);
    bool done = writer->dataset != NULL && layer_create(writer, options) && fields_create(writer);
    // One transaction: else every row would wait for the disk.
    if (done && GDALDatasetTestCapability(writer->dataset, ODsCTransactions)) {
        done = GDALDatasetStartTransaction(writer->dataset, 0) == OGRERR_NONE;
    }
    th_capture_end();
    return done && !capture->failed;
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
    struct th_capture capture = {0};
    enum th_status status = th_file_check_new(path, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_writer *writer = calloc(1, sizeof *writer);
    if (writer == NULL) {
        return th_error_no_memory(err);
    }
    writer->format = options->format;
    writer->fields = malloc((options->n_fields + 1) * sizeof *writer->fields);
    if (writer->fields == NULL) {
        status = th_error_no_memory(err);
        goto done;
    }
    if (options->n_fields > 0) {
        memcpy(writer->fields, options->fields, options->n_fields * sizeof *options->fields);
    }
    writer->n_fields = options->n_fields;
    status = transform_make(writer, options, err);
    if (status == TH_OK) {
        status = th_writer_folder_make(&writer->folder, path, FORMATS[options->format].extension,
                                       FORMATS[options->format].several, err);
    }
    if (status == TH_OK && !dataset_create(writer, options, &capture)) {
        status = failed(capture.message, err);
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
// of XML drop what it cannot hold without a word. false when out of memory.
static bool text_set(struct th_writer *writer, OGRFeatureH feature, size_t index, const char *text)
{
    char cut[TEXT_CUT_SIZE];
    char *fit = NULL;
    size_t n_unfit = FORMATS[writer->format].xml ? th_text_unfit_for_xml(text) : 0;
    writer->n_replaced += n_unfit;
    if (n_unfit > 0) {
        fit = th_text_fit_for_xml(text);
        if (fit == NULL) {
            return false;
        }
        text = fit;
    }
    size_t width = (size_t)writer->fields[index].width;
    if (writer->format == TH_WRITER_SHP && width > 0 && width < sizeof cut) {
        th_text_copy(cut, width + 1, text);
        text = cut;
    }
    OGR_F_SetFieldString(feature, (int)index, text);
    free(fit);
    return true;
}

size_t th_writer_replaced(const struct th_writer *writer)
{
    return writer->n_replaced;
}

static bool values_set(struct th_writer *writer, OGRFeatureH feature,
                       const struct th_writer_value *values)
{
    bool done = true;
    for (size_t i = 0; i < writer->n_fields; i++) {
        switch (writer->fields[i].type) {
        case TH_WRITER_INT:
            OGR_F_SetFieldInteger64(feature, (int)i, values[i].integer);
            break;
        case TH_WRITER_REAL:
            if (isnan(values[i].real)) {
                OGR_F_SetFieldNull(feature, (int)i);
            } else {
                OGR_F_SetFieldDouble(feature, (int)i, values[i].real);
            }
            break;
        case TH_WRITER_TEXT:
            if (values[i].text == NULL) {
                OGR_F_SetFieldNull(feature, (int)i);
            } else {
                done = text_set(writer, feature, i, values[i].text) && done;
            }
            break;
        }
    }
    return done;
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
    struct th_capture capture;
    unsigned char *wkb = NULL;
    size_t size = 0;
    OGRGeometryH shape = NULL;
    OGRFeatureH feature = NULL;
    enum th_status status = wkb_make(writer, geometry, &wkb, &size, err);
    if (status != TH_OK) {
        return status;
    }
    th_capture_begin(&capture);
    bool done = size <= INT_MAX && OGR_G_CreateFromWkb(wkb, NULL, &shape, (int)size) == OGRERR_NONE;
    if (done) {
        feature = OGR_F_Create(OGR_L_GetLayerDefn(writer->layer));
        done = values_set(writer, feature, values) &&
               (!FORMATS[writer->format].keeps_id || OGR_F_SetFID(feature, id) == OGRERR_NONE) &&
               OGR_F_SetGeometryDirectly(feature, shape) == OGRERR_NONE &&
               OGR_L_CreateFeature(writer->layer, feature) == OGRERR_NONE;
        OGR_F_Destroy(feature);
    }
    th_capture_end();
    free(wkb);
    return done && !capture.failed ? TH_OK : failed(capture.message, err);
}

enum th_status th_writer_close(struct th_writer *writer,
                               void (*published)(void *context, const char *path), void *context,
                               struct th_error *err)
{
    struct th_capture capture;
    bool done = true;
    th_capture_begin(&capture);
    if (GDALDatasetTestCapability(writer->dataset, ODsCTransactions)) {
        done = GDALDatasetCommitTransaction(writer->dataset) == OGRERR_NONE;
    }
    th_capture_end();
    enum th_status status = TH_OK;
    if (!done || capture.failed) {
        status = failed(capture.message, err);
    }
    if (status == TH_OK) {
        dataset_close(writer, &capture);
        status = capture.failed
                     ? failed(capture.message, err)
                     : th_writer_folder_publish(&writer->folder, published, context, err);
    }
    th_writer_abort(writer);
    return status;
}
