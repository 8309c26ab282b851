// The rows of a layer of GDAL.
#include <cpl_conv.h>
#include <cpl_string.h>
#include <math.h>
#include <ogr_srs_api.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/text.h"
#include "gis/capture_internal.h"
#include "gis/reader/recode_internal.h"
#include "gis/reader/rows_internal.h"

enum { ROW_TEXT_MAX = 16 * 1024 * 1024 };

struct layer {
    struct th_rows rows; // first: the address is the caller's
    GDALDatasetH dataset;
    OGRLayerH layer; // borrowed from the dataset
    OGRFeatureH feature;
    OGRFieldType *types;
    const char **texts;
    size_t *offsets;    // of texts that were made here, SIZE_MAX for others
    struct th_buf made; // these texts, each closed by NUL
    struct th_capture capture;
    char broken[256]; // the message of the last call, when it had no feature; else ""
};

static void layer_free(struct th_rows *rows)
{
    struct layer *layer = (struct layer *)rows;
    struct th_capture capture;
    th_capture_begin(&capture);
    if (layer->feature != NULL) {
        OGR_F_Destroy(layer->feature);
    }
    if (layer->dataset != NULL) {
        GDALClose(layer->dataset);
    }
    th_capture_end();
    free(layer->types);
    free(layer->texts);
    free(layer->offsets);
    th_buf_clear(&layer->made);
    th_rows_facts_clear(&layer->rows.facts);
    free(layer);
}

static enum th_status layer_begin(struct th_rows *rows, enum th_rows_want want,
                                  struct th_error *err)
{
    const char *geometry_only[] = {"OGR_GEOMETRY", NULL};
    struct layer *layer = (struct layer *)rows;
    (void)err;
    th_capture_begin(&layer->capture);
    (void)OGR_L_SetIgnoredFields(layer->layer, want == TH_ROWS_TEXTS ? geometry_only : NULL);
    OGR_L_ResetReading(layer->layer);
    th_capture_end();
    layer->broken[0] = '\0';
    return TH_OK;
}

// Shortest form that reads back as the same number, with a point whatever the locale.
static void real_append(struct th_buf *text, double value)
{
    char digits[64];
    for (int precision = 15; precision <= 17; precision++) {
        CPLsnprintf(digits, sizeof(digits), "%.*g", precision, value);
        if (!(CPLAtof(digits) < value || CPLAtof(digits) > value)) {
            break;
        }
    }
    th_buf_append_str(text, digits);
}

// Where a column of a GeoJSON file has both, GDAL makes texts of the numbers, with 17 digits: what
// was 63.9 in the file is 63.899999999999999.
static bool is_long_number(const struct layer *layer, const char *text)
{
    enum { DIGITS_MIN = 16 };
    char digits[64];
    if (strncmp(layer->rows.facts.driver, "GeoJSON", 7) != 0 || strlen(text) <= DIGITS_MIN ||
        strchr(text, '.') == NULL) {
        return false;
    }
    CPLsnprintf(digits, sizeof(digits), "%.17g", CPLAtof(text));
    return strcmp(digits, text) == 0;
}

// A text is borrowed from the feature; what GDAL makes up in passing is copied.
static void value_take(struct layer *layer, size_t index)
{
    int field = (int)index;
    layer->offsets[index] = SIZE_MAX;
    if (!OGR_F_IsFieldSetAndNotNull(layer->feature, field)) {
        layer->texts[index] = NULL;
        return;
    }
    const char *text =
        layer->types[index] == OFTReal ? "" : OGR_F_GetFieldAsString(layer->feature, field);
    bool number = layer->types[index] == OFTReal || is_long_number(layer, text);
    if (layer->types[index] == OFTString && !number) {
        layer->texts[index] = text;
        return;
    }
    layer->offsets[index] = layer->made.size;
    if (number) {
        real_append(&layer->made, OGR_F_GetFieldAsDouble(layer->feature, field));
    } else {
        th_buf_append_str(&layer->made, text);
    }
    th_buf_append(&layer->made, "", 1); // the NUL
}

static enum th_status values_take(struct layer *layer, struct th_rows_row *row,
                                  struct th_error *err)
{
    layer->made.size = 0;
    for (size_t i = 0; i < layer->rows.facts.n_fields; i++) {
        value_take(layer, i);
    }
    if (layer->made.failed) {
        enum th_status status = th_buf_check(&layer->made, err);
        th_buf_clear(&layer->made);
        row->lost = "> 16 MiB";
        return status == TH_LIMIT ? TH_OK : status;
    }
    for (size_t i = 0; i < layer->rows.facts.n_fields; i++) {
        if (layer->offsets[i] != SIZE_MAX) {
            layer->texts[i] = layer->made.data + layer->offsets[i];
        }
    }
    row->texts = layer->texts;
    return TH_OK;
}

// The source gave an error and no row, and then no row again: it broke off, and what would have
// come is unknown. An end like any other would be a loss that nobody sees.
static enum th_status broke_off(const struct layer *layer, struct th_error *err)
{
    return th_error_set(err, TH_UNREADABLE, "source_unreadable", "detail", layer->broken, NULL);
}

static enum th_status layer_next(struct th_rows *rows, struct th_rows_row *ret_row, bool *ret_more,
                                 struct th_error *err)
{
    struct layer *layer = (struct layer *)rows;
    struct th_rows_row row = {0};
    th_capture_begin(&layer->capture);
    if (layer->feature != NULL) {
        OGR_F_Destroy(layer->feature);
    }
    layer->feature = OGR_L_GetNextFeature(layer->layer);
    bool lost = layer->capture.failed;
    enum th_status status = TH_OK;
    if (layer->feature != NULL && !lost) {
        row.geometry = OGR_F_GetGeometryRef(layer->feature);
        row.feature = OGR_F_GetFID(layer->feature);
        status = values_take(layer, &row, err);
    }
    th_capture_end();
    // The second is what SQLite says when its own allocations fail.
    if (layer->capture.no_memory ||
        (lost && strstr(layer->capture.message, "out of memory") != NULL)) {
        return th_error_no_memory(err);
    }
    if (layer->feature == NULL && layer->broken[0] != '\0') {
        return broke_off(layer, err);
    }
    layer->broken[0] = '\0';
    if (lost) {
        row.lost = layer->capture.message;
        row.feature = layer->feature == NULL ? -1 : OGR_F_GetFID(layer->feature);
    }
    if (lost && layer->feature == NULL) {
        th_text_copy(layer->broken, sizeof(layer->broken), layer->capture.message);
    }
    if (status == TH_OK) {
        *ret_more = layer->feature != NULL || lost;
        *ret_row = row;
    }
    return status;
}

static const struct th_rows_class layer_class = {layer_begin, layer_next, layer_free};

static enum th_status fields_read(struct layer *layer, struct th_error *err)
{
    struct th_rows_facts *facts = &layer->rows.facts;
    OGRFeatureDefnH definition = OGR_L_GetLayerDefn(layer->layer);
    size_t n = (size_t)OGR_FD_GetFieldCount(definition);
    enum th_status status = th_rows_fields_check(n, err);
    if (status != TH_OK) {
        return status;
    }
    facts->fields = calloc(n + 1, sizeof(*facts->fields));
    layer->types = calloc(n + 1, sizeof(*layer->types));
    layer->texts = calloc(n + 1, sizeof(*layer->texts));
    layer->offsets = calloc(n + 1, sizeof(*layer->offsets));
    if (facts->fields == NULL || layer->types == NULL || layer->texts == NULL ||
        layer->offsets == NULL) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        OGRFieldDefnH field = OGR_FD_GetFieldDefn(definition, (int)i);
        OGRFieldType type = OGR_Fld_GetType(field);
        bool text = type == OFTString || type == OFTStringList;
        layer->types[i] = type;
        facts->fields[i].is_text = text;
        facts->fields[i].width = text && facts->raw_text ? (size_t)OGR_Fld_GetWidth(field) : 0;
        facts->fields[i].name = th_text_duplicate(OGR_Fld_GetNameRef(field));
        if (facts->fields[i].name == NULL) {
            return th_error_no_memory(err);
        }
        facts->n_fields = i + 1;
    }
    return TH_OK;
}

static enum th_status crs_read(struct layer *layer, struct th_error *err)
{
    static const char *const options[] = {"FORMAT=WKT2_2019", NULL};
    OGRSpatialReferenceH reference = OGR_L_GetSpatialRef(layer->layer);
    char *wkt = NULL;
    enum th_status status = TH_OK;
    if (reference == NULL) {
        return TH_OK;
    }
    if (OSRExportToWktEx(reference, &wkt, options) != OGRERR_NONE) {
        status = th_error_set(err, TH_UNREADABLE, "source_unreadable", "detail", "CRS", NULL);
    } else if (wkt != NULL && wkt[0] != '\0') {
        layer->rows.facts.crs = th_text_duplicate(wkt);
        status = layer->rows.facts.crs == NULL ? th_error_no_memory(err) : TH_OK;
    }
    CPLFree(wkt);
    return status;
}

// Cheap where the format keeps it; looked for where nothing else says where on earth this is.
static void extent_read(struct layer *layer)
{
    struct th_rows_facts *facts = &layer->rows.facts;
    OGREnvelope box;
    int search = facts->crs == NULL;
    if (OGR_L_GetExtent(layer->layer, &box, search) == OGRERR_NONE && isfinite(box.MinX) &&
        isfinite(box.MinY) && isfinite(box.MaxX) && isfinite(box.MaxY) && box.MinX <= box.MaxX &&
        box.MinY <= box.MaxY) {
        facts->has_extent = true;
        facts->extent = box;
    }
}

// "GB18030", "ANSI 936": anything else in a .cpg file names no encoding and is nobody's business.
static bool is_charset(const char *text)
{
    static const char SIGNS[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_. ";
    return text[strspn(text, SIGNS)] == '\0' && strlen(text) < TH_RECODE_NAME_SIZE;
}

// The .cpg file goes before the language driver, which is written out of habit: 0x57 only means
// "whatever this computer uses".
static void declared_read(struct layer *layer)
{
    GDALMajorObjectH object = (GDALMajorObjectH)layer->layer;
    char *declared = layer->rows.facts.declared;
    const size_t size = sizeof(layer->rows.facts.declared);
    const char *cpg = GDALGetMetadataItem(object, "CPG_VALUE", "SHAPEFILE");
    const char *ldid = GDALGetMetadataItem(object, "LDID_VALUE", "SHAPEFILE");
    const char *ldid_encoding = GDALGetMetadataItem(object, "ENCODING_FROM_LDID", "SHAPEFILE");
    if (cpg != NULL) {
        th_text_copy(declared, size, cpg);
        th_text_mend(declared);
        th_text_trim(declared);
        if (!is_charset(declared)) {
            declared[0] = '\0';
        }
    }
    if (declared[0] == '\0' && ldid_encoding != NULL && (ldid == NULL || strcmp(ldid, "87") != 0)) {
        th_text_copy(declared, size, ldid_encoding);
    }
}

static enum th_status facts_read(struct layer *layer, const struct th_rows_layer *source,
                                 struct th_error *err)
{
    struct th_rows_facts *facts = &layer->rows.facts;
    GDALDriverH driver = GDALGetDatasetDriver(source->dataset);
    facts->raw_text = source->raw_text;
    facts->n_empty = source->n_empty;
    facts->driver = th_text_duplicate(GDALGetDriverShortName(driver));
    facts->layer = th_text_duplicate(source->layer_name);
    facts->member = th_text_duplicate(source->member);
    facts->geometry_type =
        th_text_duplicate(OGRGeometryTypeToName(OGR_L_GetGeomType(source->layer)));
    if (facts->driver == NULL || facts->layer == NULL || facts->geometry_type == NULL ||
        (source->member != NULL && facts->member == NULL)) {
        return th_error_no_memory(err);
    }
    enum th_status status = fields_read(layer, err);
    if (status == TH_OK && source->crs_name != NULL) {
        facts->crs = th_text_duplicate(source->crs_name);
        status = facts->crs == NULL ? th_error_no_memory(err) : TH_OK;
    } else if (status == TH_OK && !source->crs_unknown) {
        status = crs_read(layer, err);
    }
    if (status == TH_OK) {
        extent_read(layer);
        declared_read(layer);
        // The shapefile driver's own number counts deleted rows too; the pass over its texts knows.
        facts->n_features = source->raw_text ? -1 : OGR_L_GetFeatureCount(source->layer, 1);
        facts->n_features = facts->n_features < 0 ? -1 : facts->n_features;
    }
    return status;
}

enum th_status th_rows_of_layer(const struct th_rows_layer *source, struct th_rows **ret_rows,
                                struct th_error *err)
{
    struct layer *layer = calloc(1, sizeof(*layer));
    if (layer == NULL) {
        GDALClose(source->dataset);
        return th_error_no_memory(err);
    }
    layer->rows.class = &layer_class;
    layer->dataset = source->dataset;
    layer->layer = source->layer;
    th_buf_init(&layer->made, ROW_TEXT_MAX);
    th_capture_begin(&layer->capture);
    enum th_status status = facts_read(layer, source, err);
    th_capture_end();
    if (status != TH_OK) {
        layer_free(&layer->rows);
        return status;
    }
    *ret_rows = &layer->rows;
    return TH_OK;
}
