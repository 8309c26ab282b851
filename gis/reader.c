// GDAL declares its file facts as stat64.
#define _LARGEFILE64_SOURCE 1

#include "gis/reader.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <gdal.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "core/buf.h"
#include "core/text.h"
#include "gis/capture_internal.h"
#include "gis/reader/recode_internal.h"
#include "gis/reader/source_internal.h"

enum {
    ROW_TEXT_MAX = 64 * 1024 * 1024,
    ROW_WKB_MAX = 256 * 1024 * 1024,
    NAMES_SIZE_MAX = 1024 * 1024,
    LIST_SIZE_MAX = 300 // of layer names shown in a message
};

static const char *const drivers_allowed[] = {
    "GPKG", "ESRI Shapefile", "OpenFileGDB", "GeoJSON", "LIBKML", "KML", NULL};

struct th_reader {
    struct th_source source;
    GDALDatasetH dataset;
    OGRLayerH layer; // borrowed from the dataset
    bool raw_text;   // shapefile: bytes as they stand in the table
    struct th_recode recode;
    struct th_reader_info info;
    char *layer_name;
    char *crs; // of CPL
    char **field_names;
    struct th_reader_row row;
    struct th_buf text;  // values of the row one behind the other, each closed by NUL
    size_t *offsets;     // of the values in it, SIZE_MAX for NULL
    const char **values; // made of both when the row is whole
    unsigned char *wkb;
    size_t wkb_capacity;
    bool failed_before; // the last call lost its row
    bool ended;
};

static enum th_status unreadable(const struct th_source *source, const char *detail,
                                 struct th_error *err)
{
    return th_error_set(err, TH_UNREADABLE, "source_unreadable", "file", source->base_name,
                        "detail", detail, NULL);
}

// A write-ahead log beside a GeoPackage holds rows that reading the file alone would miss.
static bool has_wal(const char *path)
{
    struct stat facts;
    char wal[4096 + 8];
    int size = snprintf(wal, sizeof wal, "%s-wal", path);
    return size > 0 && (size_t)size < sizeof wal && stat(wal, &facts) == 0 && facts.st_size > 0;
}

// A file of the same name with another extension, in small or capital letters.
static bool has_sibling(const char *path, const char *small, const char *capital)
{
    const char *const extensions[] = {small, capital};
    size_t stem_size = strlen(path) - strlen(".shp");
    for (size_t i = 0; i < 2; i++) {
        VSIStatBufL facts;
        char *sibling = CPLStrdup(CPLSPrintf("%.*s%s", (int)stem_size, path, extensions[i]));
        bool there = VSIStatL(sibling, &facts) == 0;
        CPLFree(sibling);
        if (there) {
            return true;
        }
    }
    return false;
}

// GDAL would do without the attributes in silence, and ask for an option of its own without the
// index.
static enum th_status shapefile_complete(const struct th_source *source, struct th_error *err)
{
    const char *path = source->path;
    size_t size = strlen(path);
    const char *missing = NULL;
    if (size < 4 || strcasecmp(path + size - 4, ".shp") != 0) {
        return TH_OK;
    }
    if (!has_sibling(path, ".shx", ".SHX")) {
        missing = ".shx";
    } else if (!has_sibling(path, ".dbf", ".DBF")) {
        missing = ".dbf";
    }
    if (missing == NULL) {
        return TH_OK;
    }
    return th_error_set(err, TH_UNREADABLE, "source_incomplete", "file", source->base_name,
                        "missing", missing, NULL);
}

static enum th_status dataset_open(struct th_reader *reader, struct th_error *err)
{
    struct th_capture capture;
    const char *path = reader->source.path;
    char **options = NULL;
    const unsigned flags = GDAL_OF_READONLY | GDAL_OF_VECTOR;
    th_capture_drivers();
    th_capture_begin(&capture);
    GDALDriverH driver = GDALIdentifyDriverEx(path, flags, drivers_allowed, NULL);
    const char *name = driver == NULL ? NULL : GDALGetDriverShortName(driver);
    enum th_status status = TH_OK;
    if (name != NULL && strcmp(name, "ESRI Shapefile") == 0) {
        status = shapefile_complete(&reader->source, err);
        // GDAL believes any declaration, also a wrong one, without a word; the bytes are judged
        // here.
        options = CSLSetNameValue(options, "ENCODING", "");
        reader->raw_text = true;
    } else if (name != NULL && strcmp(name, "GPKG") == 0 && !has_wal(path)) {
        // Else SQLite would leave files beside the source, or fail in a folder that is read-only.
        options = CSLSetNameValue(options, "IMMUTABLE", "YES");
    }
    if (name != NULL && status == TH_OK) {
        reader->dataset =
            GDALOpenEx(path, flags, drivers_allowed, (const char *const *)options, NULL);
    }
    CSLDestroy(options);
    th_capture_end();
    if (status != TH_OK) {
        return status;
    }
    if (name == NULL) {
        return th_error_set(err, TH_UNREADABLE, "source_format", "file", reader->source.base_name,
                            NULL);
    }
    if (reader->dataset == NULL) {
        return unreadable(&reader->source, capture.message, err);
    }
    reader->info.driver = GDALGetDriverShortName(GDALGetDatasetDriver(reader->dataset));
    return TH_OK;
}

static bool is_areal(OGRwkbGeometryType type)
{
    OGRwkbGeometryType flat = OGR_GT_Flatten(type);
    return flat == wkbPolygon || flat == wkbMultiPolygon || flat == wkbCurvePolygon ||
           flat == wkbMultiSurface;
}

// Looks through the rows where the declared type leaves it open.
static bool layer_has_polygons(OGRLayerH layer)
{
    OGRwkbGeometryType declared = OGR_L_GetGeomType(layer);
    if (is_areal(declared)) {
        return true;
    }
    OGRwkbGeometryType flat = OGR_GT_Flatten(declared);
    if (flat != wkbUnknown && flat != wkbGeometryCollection) {
        return false;
    }
    bool found = false;
    OGR_L_ResetReading(layer);
    while (!found) {
        OGRFeatureH feature = OGR_L_GetNextFeature(layer);
        if (feature == NULL) {
            break;
        }
        OGRGeometryH geometry = OGR_F_GetGeometryRef(feature);
        if (geometry != NULL) {
            OGRwkbGeometryType type = OGR_G_GetGeometryType(geometry);
            found = is_areal(type) || OGR_GT_Flatten(type) == wkbGeometryCollection;
        }
        OGR_F_Destroy(feature);
    }
    OGR_L_ResetReading(layer);
    return found;
}

// A layer that bears the name of its file in an archive is called as people know the file.
static const char *layer_display(const struct th_reader *reader, OGRLayerH layer)
{
    const char *name = OGR_L_GetName(layer);
    const char *gdal_stem = reader->source.gdal_stem;
    return gdal_stem != NULL && strcmp(name, gdal_stem) == 0 ? reader->source.stem : name;
}

static enum th_status layer_error(const struct th_reader *reader, const char *key,
                                  const char *wanted, struct th_error *err)
{
    struct th_buf names;
    char shown[LIST_SIZE_MAX];
    th_buf_init(&names, NAMES_SIZE_MAX);
    int n = GDALDatasetGetLayerCount(reader->dataset);
    for (int i = 0, n_shown = 0; i < n; i++) {
        OGRLayerH layer = GDALDatasetGetLayer(reader->dataset, i);
        if (OGR_GT_Flatten(OGR_L_GetGeomType(layer)) != wkbNone) {
            th_buf_printf(&names, "%s%s", n_shown++ == 0 ? "" : ", ", layer_display(reader, layer));
        }
    }
    th_text_copy(shown, sizeof shown, th_buf_text(&names));
    th_buf_clear(&names);
    return th_error_set(err, TH_UNREADABLE, key, "layers", shown, "layer", wanted, NULL);
}

// The only layer with polygons; a lone layer of another kind is taken too, so that each of its rows
// is refused with its reason.
static enum th_status layer_choose(struct th_reader *reader, const char *wanted,
                                   struct th_error *err)
{
    int n = GDALDatasetGetLayerCount(reader->dataset);
    int n_spatial = 0;
    int n_polygons = 0;
    OGRLayerH spatial = NULL;
    OGRLayerH polygons = NULL;
    for (int i = 0; i < n; i++) {
        OGRLayerH layer = GDALDatasetGetLayer(reader->dataset, i);
        if (wanted != NULL && strcmp(layer_display(reader, layer), wanted) == 0) {
            reader->layer = layer;
            return TH_OK;
        }
        // The name may also have chosen a file of an archive, whatever its layer is called.
        if ((wanted != NULL && !reader->source.chosen) ||
            OGR_GT_Flatten(OGR_L_GetGeomType(layer)) == wkbNone) {
            continue;
        }
        spatial = layer;
        n_spatial++;
        if (layer_has_polygons(layer)) {
            polygons = layer;
            n_polygons++;
        }
    }
    if (n_polygons == 1) {
        reader->layer = polygons;
    } else if (n_polygons == 0 && n_spatial == 1) {
        reader->layer = spatial;
    } else {
        return layer_error(reader, n_polygons > 1 ? "layer_ambiguous" : "layer_missing",
                           wanted == NULL ? "" : wanted, err);
    }
    return TH_OK;
}

static enum th_status encoding_decide(struct th_reader *reader, const char *wanted,
                                      struct th_error *err)
{
    if (wanted != NULL) {
        if (!th_recode_declare(&reader->recode, wanted)) {
            return th_error_set(err, TH_USAGE, "encoding_unknown", "encoding", wanted, NULL);
        }
        return TH_OK;
    }
    if (!reader->raw_text) {
        (void)th_recode_declare(&reader->recode, "UTF-8");
        return TH_OK;
    }
    GDALMajorObjectH layer = (GDALMajorObjectH)reader->layer;
    const char *cpg = GDALGetMetadataItem(layer, "CPG_VALUE", "SHAPEFILE");
    const char *ldid = GDALGetMetadataItem(layer, "LDID_VALUE", "SHAPEFILE");
    const char *ldid_encoding = GDALGetMetadataItem(layer, "ENCODING_FROM_LDID", "SHAPEFILE");
    char name[TH_RECODE_NAME_SIZE];
    th_text_copy(name, sizeof name, cpg == NULL ? "" : cpg);
    th_text_trim(name);
    // Language driver 0x57 means "whatever this computer uses", and is written out of habit.
    if (!th_recode_declare(&reader->recode, name) && !(ldid != NULL && strcmp(ldid, "87") == 0)) {
        (void)th_recode_declare(&reader->recode, ldid_encoding);
    }
    return TH_OK;
}

static enum th_status name_decode(const struct th_recode *recode, const char *name, size_t width,
                                  char **ret_name, struct th_error *err)
{
    struct th_buf text;
    th_buf_init(&text, NAMES_SIZE_MAX);
    (void)th_recode_append(recode, name, width, &text);
    th_buf_append(&text, "", 0);
    enum th_status status = th_buf_check(&text, err);
    char *taken = status == TH_OK ? th_buf_take(&text) : NULL;
    th_buf_clear(&text);
    if (status == TH_OK && taken == NULL) {
        status = th_error_no_memory(err);
    }
    if (status == TH_OK) {
        *ret_name = taken;
    }
    return status;
}

static enum th_status fields_read(struct th_reader *reader, struct th_error *err)
{
    enum { DBF_NAME_SIZE = 10 };
    OGRFeatureDefnH definition = OGR_L_GetLayerDefn(reader->layer);
    size_t n = (size_t)OGR_FD_GetFieldCount(definition);
    reader->field_names = calloc(n + 1, sizeof *reader->field_names);
    reader->offsets = calloc(n + 1, sizeof *reader->offsets);
    reader->values = calloc(n + 1, sizeof *reader->values);
    if (reader->field_names == NULL || reader->offsets == NULL || reader->values == NULL) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        OGRFieldDefnH field = OGR_FD_GetFieldDefn(definition, (int)i);
        enum th_status status =
            name_decode(&reader->recode, OGR_Fld_GetNameRef(field),
                        reader->raw_text ? DBF_NAME_SIZE : 0, &reader->field_names[i], err);
        if (status != TH_OK) {
            return status;
        }
        reader->info.n_fields = i + 1;
    }
    return TH_OK;
}

static enum th_status crs_read(struct th_reader *reader, struct th_error *err)
{
    static const char *const options[] = {"FORMAT=WKT2_2019", NULL};
    OGRSpatialReferenceH reference = OGR_L_GetSpatialRef(reader->layer);
    if (reference == NULL) {
        return TH_OK;
    }
    if (OSRExportToWktEx(reference, &reader->crs, options) != OGRERR_NONE) {
        return unreadable(&reader->source, "CRS", err);
    }
    if (reader->crs != NULL && reader->crs[0] == '\0') {
        CPLFree(reader->crs);
        reader->crs = NULL;
    }
    return TH_OK;
}

// Rows that reading will deliver. The shapefile driver's own number counts deleted ones too.
static int64_t rows_count(struct th_reader *reader)
{
    if (!reader->raw_text) {
        return OGR_L_GetFeatureCount(reader->layer, 1);
    }
    const char *geometry_only[] = {"OGR_GEOMETRY", NULL};
    int64_t n = 0;
    (void)OGR_L_SetIgnoredFields(reader->layer, geometry_only);
    OGR_L_ResetReading(reader->layer);
    for (;; n++) {
        OGRFeatureH feature = OGR_L_GetNextFeature(reader->layer);
        if (feature == NULL) {
            break;
        }
        OGR_F_Destroy(feature);
    }
    (void)OGR_L_SetIgnoredFields(reader->layer, NULL);
    return n;
}

static enum th_status info_read(struct th_reader *reader, const char *encoding,
                                struct th_error *err)
{
    const struct th_recode file_name = {0}; // has nothing to do with the attributes' encoding
    enum th_status status = encoding_decide(reader, encoding, err);
    if (status == TH_OK) {
        status = name_decode(&file_name, layer_display(reader, reader->layer), 0,
                             &reader->layer_name, err);
    }
    if (status == TH_OK) {
        status = fields_read(reader, err);
    }
    if (status == TH_OK) {
        status = crs_read(reader, err);
    }
    if (status != TH_OK) {
        return status;
    }
    reader->info.source_name = reader->source.base_name;
    reader->info.layer = reader->layer_name;
    reader->info.crs = reader->crs;
    reader->info.geometry_type = OGRGeometryTypeToName(OGR_L_GetGeomType(reader->layer));
    reader->info.n_features = rows_count(reader);
    reader->info.sha256 = reader->source.sha256;
    OGR_L_ResetReading(reader->layer);
    return reader->info.n_features < 0 ? unreadable(&reader->source, "", err) : TH_OK;
}

enum th_status th_reader_open(const char *path, const struct th_reader_options *options,
                              struct th_reader **ret_reader, struct th_error *err)
{
    const struct th_reader_options defaults = {0};
    const struct th_reader_options *wanted = options == NULL ? &defaults : options;
    struct th_capture capture;
    struct th_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL) {
        return th_error_no_memory(err);
    }
    th_buf_init(&reader->text, ROW_TEXT_MAX);
    enum th_status status = th_source_find(path, wanted->layer, &reader->source, err);
    if (status == TH_OK) {
        status = dataset_open(reader, err);
    }
    if (status == TH_OK) {
        th_capture_begin(&capture);
        status = layer_choose(reader, wanted->layer, err);
        if (status == TH_OK) {
            status = info_read(reader, wanted->encoding, err);
        }
        th_capture_end();
    }
    if (status != TH_OK) {
        th_reader_close(reader);
        return status;
    }
    *ret_reader = reader;
    return TH_OK;
}

void th_reader_close(struct th_reader *reader)
{
    struct th_capture capture;
    if (reader == NULL) {
        return;
    }
    if (reader->dataset != NULL) {
        th_capture_begin(&capture);
        GDALClose(reader->dataset);
        th_capture_end();
    }
    for (size_t i = 0; i < reader->info.n_fields; i++) {
        free(reader->field_names[i]);
    }
    free(reader->field_names);
    free(reader->layer_name);
    CPLFree(reader->crs);
    free(reader->offsets);
    free(reader->values);
    free(reader->wkb);
    th_buf_clear(&reader->text);
    th_source_clear(&reader->source);
    free(reader);
}

const struct th_reader_info *th_reader_info(const struct th_reader *reader)
{
    return &reader->info;
}

const char *th_reader_field(const struct th_reader *reader, size_t index)
{
    return reader->field_names[index];
}

bool th_reader_field_find(const struct th_reader *reader, const char *name, size_t *ret_index)
{
    for (size_t i = 0; i < reader->info.n_fields; i++) {
        if (strcmp(reader->field_names[i], name) == 0) {
            *ret_index = i;
            return true;
        }
    }
    return false;
}

// Shortest of two forms that reads back as the same number, with a point whatever the locale.
static void real_append(struct th_buf *text, double value)
{
    char digits[64];
    CPLsnprintf(digits, sizeof digits, "%.15g", value);
    if (CPLAtof(digits) < value || CPLAtof(digits) > value) {
        CPLsnprintf(digits, sizeof digits, "%.17g", value);
    }
    th_buf_append_str(text, digits);
}

static void values_append(struct th_reader *reader, OGRFeatureH feature)
{
    reader->row.text_suspect = false;
    for (size_t i = 0; i < reader->info.n_fields; i++) {
        int field = (int)i;
        OGRFieldDefnH definition = OGR_F_GetFieldDefnRef(feature, field);
        if (!OGR_F_IsFieldSetAndNotNull(feature, field)) {
            reader->offsets[i] = SIZE_MAX;
            continue;
        }
        reader->offsets[i] = reader->text.size;
        OGRFieldType type = OGR_Fld_GetType(definition);
        if (type == OFTReal) {
            real_append(&reader->text, OGR_F_GetFieldAsDouble(feature, field));
        } else {
            int width = type == OFTString && reader->raw_text ? OGR_Fld_GetWidth(definition) : 0;
            const char *value = OGR_F_GetFieldAsString(feature, field);
            if (!th_recode_append(&reader->recode, value, (size_t)width, &reader->text)) {
                reader->row.text_suspect = true;
            }
        }
        th_buf_append(&reader->text, "", 1); // the NUL
    }
}

static enum th_status values_read(struct th_reader *reader, OGRFeatureH feature,
                                  struct th_error *err)
{
    th_buf_clear(&reader->text);
    values_append(reader, feature);
    enum th_status status = th_buf_check(&reader->text, err);
    if (status != TH_OK) {
        return status;
    }
    const char *text = th_buf_text(&reader->text);
    for (size_t i = 0; i < reader->info.n_fields; i++) {
        reader->values[i] = reader->offsets[i] == SIZE_MAX ? NULL : text + reader->offsets[i];
    }
    reader->row.values = reader->values;
    return TH_OK;
}

// false when there is not enough memory for the shape.
static bool wkb_read(struct th_reader *reader, OGRFeatureH feature)
{
    OGRGeometryH geometry = OGR_F_GetGeometryRef(feature);
    reader->row.wkb = NULL;
    reader->row.wkb_size = 0;
    if (geometry == NULL) {
        return true;
    }
    size_t size = OGR_G_WkbSizeEx(geometry);
    if (size > ROW_WKB_MAX) {
        return false;
    }
    if (size > reader->wkb_capacity) {
        unsigned char *grown = realloc(reader->wkb, size);
        if (grown == NULL) {
            return false;
        }
        reader->wkb = grown;
        reader->wkb_capacity = size;
    }
    if (OGR_G_ExportToIsoWkb(geometry, wkbNDR, reader->wkb) != OGRERR_NONE) {
        return false;
    }
    reader->row.wkb = reader->wkb;
    reader->row.wkb_size = size;
    return true;
}

static enum th_status row_lost(const struct th_reader *reader, const char *detail,
                               struct th_error *err)
{
    enum th_status status =
        th_error_set(err, TH_UNREADABLE, "row_unreadable", "detail", detail, NULL);
    th_error_add_int(err, "row", reader->row.row);
    return status;
}

enum th_status th_reader_next(struct th_reader *reader, const struct th_reader_row **ret_row,
                              struct th_error *err)
{
    struct th_capture capture;
    if (reader->ended) {
        *ret_row = NULL;
        return TH_OK;
    }
    th_capture_begin(&capture);
    OGRFeatureH feature = OGR_L_GetNextFeature(reader->layer);
    bool lost = capture.failed;
    if (feature != NULL && !lost) {
        lost = !wkb_read(reader, feature);
    }
    th_capture_end();
    if (feature == NULL && (!lost || reader->failed_before)) {
        // A source that fails without a row twice running will not come to an end by itself.
        reader->ended = true;
        *ret_row = NULL;
        return TH_OK;
    }
    reader->row.row++;
    reader->failed_before = feature == NULL;
    enum th_status status;
    if (lost) {
        status = row_lost(reader, capture.message, err);
    } else {
        reader->row.feature = OGR_F_GetFID(feature);
        th_capture_begin(&capture);
        status = values_read(reader, feature, err);
        th_capture_end();
        if (status == TH_LIMIT) {
            status = row_lost(reader, "", err);
        }
    }
    if (feature != NULL) {
        OGR_F_Destroy(feature);
    }
    if (status == TH_OK) {
        *ret_row = &reader->row;
    }
    return status;
}
