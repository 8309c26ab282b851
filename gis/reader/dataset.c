// GDAL declares its file facts as stat64.
#define _LARGEFILE64_SOURCE 1

#include "gis/reader/dataset_internal.h"

#include <cpl_conv.h>
#include <cpl_http.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <gdal.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "core/buf.h"
#include "core/text.h"
#include "gis/capture_internal.h"
#include "gis/reader/formats_internal.h"
#include "gis/reader/geojson_internal.h"
#include "gis/reader/names_internal.h"
#include "gis/reader/recode_internal.h"
#include "gis/reader/source_internal.h"

enum {
    NAMES_SIZE_MAX = 1024 * 1024,
    LIST_SIZE_MAX = 300 // of layer names shown in a message
};

static const char *const drivers_allowed[] = {
    "GPKG", "ESRI Shapefile", "OpenFileGDB",  "GeoJSON", "GeoJSONSeq", "LIBKML",
    "GML",  "FlatGeobuf",     "MapInfo File", "DXF",     "XLSX",       NULL};

// Set before GDAL looks at anything: no network, no plugins, nothing beside the source, and no
// trust in what a database says of itself.
static const char *const settings[][2] = {
    {"GDAL_DRIVER_PATH", "disable"},
    {"GDAL_PAM_ENABLED", "NO"},
    {"GDAL_NUM_THREADS", "1"},
    {"GDAL_HTTP_MAX_RETRY", "0"},
    {"CPL_CURL_ENABLE_VSIMEM", "NO"},
    {"GML_DOWNLOAD_SCHEMA", "NO"},
    {"OGR_SQLITE_LOAD_EXTENSIONS", "NO"},
    {"OGR_SQLITE_ALLOW_EXTERNAL_ACCESS", "NO"},
    {"OGR_SQLITE_PRAGMA", "trusted_schema=0,temp_store=2"}, // no temporary files
    {"LIBKML_EXTERNAL_STYLE", "NO"},
    {"VSI_CACHE", "NO"},
};

struct dataset {
    struct th_source source;
    char *path; // what GDAL opens; of CPL
    GDALDatasetH dataset;
    OGRLayerH layer; // borrowed from the dataset
    int64_t n_empty; // layers of polygons beside it that have no rows
    bool raw_text;
    bool asked_web; // its reference system is behind a link, which nobody follows
};

// GDAL would follow a link in place of a reference system, and take WGS 84 where that fails.
static CPLHTTPResult *fetch_refuse(const char *url, CSLConstList options, GDALProgressFunc progress,
                                   void *progress_data, CPLHTTPFetchWriteFunc write,
                                   void *write_data, void *user_data)
{
    bool *asked_web = user_data;
    (void)url;
    (void)options;
    (void)progress;
    (void)progress_data;
    (void)write;
    (void)write_data;
    *asked_web = true;
    CPLHTTPResult *result = CPLCalloc(1, sizeof(*result)); // with NULL GDAL would ask by itself
    result->nStatus = 1;
    result->pszErrBuf = CPLStrdup("no network");
    return result;
}

static bool is_allowed(const char *driver)
{
    return CSLFindString((CSLConstList)drivers_allowed, driver) >= 0;
}

void th_dataset_prepare(void)
{
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
        CPLSetConfigOption(settings[i][0], settings[i][1]);
    }
    GDALAllRegister();
    for (int i = GDALGetDriverCount(); i-- > 0;) {
        GDALDriverH driver = GDALGetDriver(i);
        if (!is_allowed(GDALGetDriverShortName(driver))) {
            GDALDeregisterDriver(driver);
        }
    }
    // What PROJ and iconv read once is read while the files can be opened.
    OSRSetPROJEnableNetwork(0);
}

static enum th_status unreadable(const struct th_source *source, const char *detail,
                                 struct th_error *err)
{
    return th_error_set(err, TH_UNREADABLE, "source_unreadable", "file", source->base_name,
                        "detail", detail, NULL);
}

// Size of a file beside the source; 0 when there is none.
static int64_t beside_size(const char *path, const char *suffix)
{
    struct stat facts;
    char beside[4096 + 8];
    int size = snprintf(beside, sizeof(beside), "%s%s", path, suffix);
    bool there = size > 0 && (size_t)size < sizeof(beside) && stat(beside, &facts) == 0;
    return there ? (int64_t)facts.st_size : 0;
}

// What another program has not finished writing lies beside a GeoPackage: rows that reading the
// file alone would miss, or what it takes to undo half of a change. They could be read with the
// help of an index that changes with everybody who looks, so that no digest would say what was
// read.
static enum th_status gpkg_prepare(const struct th_source *source, char ***options,
                                   struct th_error *err)
{
    static const char *const LOGS[] = {"-wal", "-journal"};
    for (size_t i = 0; i < sizeof(LOGS) / sizeof(LOGS[0]); i++) {
        if (beside_size(source->path, LOGS[i]) > 0) {
            return th_error_set(err, TH_UNREADABLE, "source_unfinished", "file", source->base_name,
                                "beside", LOGS[i], NULL);
        }
    }
    // Else SQLite would look for files beside the source, and want to write them.
    *options = CSLSetNameValue(*options, "IMMUTABLE", "YES");
    return TH_OK;
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

static enum th_status dataset_open(struct dataset *opened, struct th_error *err)
{
    struct th_capture capture;
    const char *path = opened->path;
    char **options = NULL;
    const unsigned flags = GDAL_OF_READONLY | GDAL_OF_VECTOR;
    th_capture_begin(&capture);
    GDALDriverH driver = GDALIdentifyDriverEx(path, flags, drivers_allowed, NULL);
    const char *name = driver == NULL ? NULL : GDALGetDriverShortName(driver);
    enum th_status status = TH_OK;
    if (name != NULL && strcmp(name, "ESRI Shapefile") == 0) {
        status = shapefile_complete(&opened->source, err);
        // GDAL believes any declaration, also a wrong one, without a word; the bytes are judged
        // here.
        options = CSLSetNameValue(options, "ENCODING", "");
        opened->raw_text = true;
    } else if (name != NULL && strcmp(name, "GPKG") == 0) {
        status = gpkg_prepare(&opened->source, &options, err);
    } else if (name != NULL) {
        options = th_format_options(name);
        // A MapInfo file without a character set gives bytes; of the others GDAL makes UTF-8.
        opened->raw_text = strcmp(name, "MapInfo File") == 0;
    }
    if (name != NULL && status == TH_OK) {
        (void)CPLHTTPPushFetchCallback(fetch_refuse, &opened->asked_web);
        opened->dataset =
            GDALOpenEx(path, flags, drivers_allowed, (const char *const *)options, NULL);
        (void)CPLHTTPPopFetchCallback();
    }
    CSLDestroy(options);
    th_capture_end();
    if (status != TH_OK) {
        return status;
    }
    if (name == NULL) {
        return th_error_set(err, TH_UNREADABLE, "source_format", "file", opened->source.base_name,
                            NULL);
    }
    if (opened->dataset == NULL) {
        return capture.no_memory ? th_error_no_memory(err)
                                 : unreadable(&opened->source, capture.message, err);
    }
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
static const char *layer_display(const struct dataset *opened, OGRLayerH layer)
{
    const char *name = OGR_L_GetName(layer);
    const char *gdal_stem = opened->source.gdal_stem;
    return gdal_stem != NULL && strcmp(name, gdal_stem) == 0 ? opened->source.stem : name;
}

static enum th_status layer_error(const struct dataset *opened, const char *key, const char *wanted,
                                  struct th_error *err)
{
    struct th_buf names;
    char shown[LIST_SIZE_MAX];
    th_buf_init(&names, NAMES_SIZE_MAX);
    int n = GDALDatasetGetLayerCount(opened->dataset);
    for (int i = 0, n_shown = 0; i < n; i++) {
        OGRLayerH layer = GDALDatasetGetLayer(opened->dataset, i);
        if (OGR_GT_Flatten(OGR_L_GetGeomType(layer)) != wkbNone) {
            th_buf_printf(&names, "%s%s", n_shown++ == 0 ? "" : ", ", layer_display(opened, layer));
        }
    }
    th_text_copy(shown, sizeof(shown), th_buf_text(&names));
    th_buf_clear(&names);
    return th_error_set(err, TH_UNREADABLE, key, "layers", shown, "layer", wanted, NULL);
}

// What gives an error instead of a row may well have rows.
static bool layer_has_rows(OGRLayerH layer)
{
    CPLErrorReset();
    OGR_L_ResetReading(layer);
    OGRFeatureH feature = OGR_L_GetNextFeature(layer);
    bool found = feature != NULL || CPLGetLastErrorType() >= CE_Failure;
    OGR_F_Destroy(feature);
    OGR_L_ResetReading(layer);
    return found;
}

// Of several layers of polygons, the only one that has rows, or NULL.
static OGRLayerH layer_with_rows(struct dataset *opened)
{
    OGRLayerH only = NULL;
    int n_with = 0;
    int n_without = 0;
    for (int i = 0; i < GDALDatasetGetLayerCount(opened->dataset) && n_with < 2; i++) {
        OGRLayerH layer = GDALDatasetGetLayer(opened->dataset, i);
        if (OGR_GT_Flatten(OGR_L_GetGeomType(layer)) == wkbNone || !layer_has_polygons(layer)) {
            continue;
        }
        bool has_rows = layer_has_rows(layer);
        only = has_rows ? layer : only;
        n_with += has_rows;
        n_without += !has_rows;
    }
    opened->n_empty = n_with == 1 ? n_without : 0;
    return n_with == 1 ? only : NULL;
}

// The only layer with polygons; a lone layer of another kind is taken too, so that each of its rows
// is refused with its reason.
static enum th_status layer_choose(struct dataset *opened, const char *wanted, struct th_error *err)
{
    int n = GDALDatasetGetLayerCount(opened->dataset);
    int n_spatial = 0;
    int n_polygons = 0;
    OGRLayerH spatial = NULL;
    OGRLayerH polygons = NULL;
    for (int i = 0; i < n; i++) {
        OGRLayerH layer = GDALDatasetGetLayer(opened->dataset, i);
        if (wanted != NULL && strcmp(layer_display(opened, layer), wanted) == 0) {
            opened->layer = layer;
            return TH_OK;
        }
        // The name may also have chosen a file of an archive, whatever its layer is called.
        if ((wanted != NULL && !opened->source.chosen) ||
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
    if (n_polygons > 1) {
        opened->layer = layer_with_rows(opened);
    }
    if (opened->layer != NULL) {
        return TH_OK;
    }
    if (n_polygons == 1) {
        opened->layer = polygons;
    } else if (n_polygons == 0 && n_spatial == 1) {
        opened->layer = spatial;
    } else {
        return layer_error(opened, n_polygons > 1 ? "layer_ambiguous" : "layer_missing",
                           wanted == NULL ? "" : wanted, err);
    }
    return TH_OK;
}

// The name of a layer has nothing to do with the encoding of its texts.
static enum th_status layer_name(const struct dataset *opened, struct th_buf *name,
                                 struct th_error *err)
{
    const char *shown = layer_display(opened, opened->layer);
    th_buf_append(name, "", 0);
    if (!th_recode_guess(shown, name)) {
        th_recode_append_mended(shown, name);
    }
    return th_buf_check(name, err);
}

// Does GDAL say WGS 84 of a GeoJSON file? Then it may not have understood what the file says.
static bool is_geojson_by_default(const struct dataset *opened)
{
    const char *driver = GDALGetDriverShortName(GDALGetDatasetDriver(opened->dataset));
    OGRSpatialReferenceH reference = OGR_L_GetSpatialRef(opened->layer);
    const char *code = reference == NULL ? NULL : OSRGetAuthorityCode(reference, NULL);
    return th_text_starts_with(driver, "GeoJSON") && code != NULL && strcmp(code, "4326") == 0 &&
           !opened->asked_web;
}

static enum th_status layer_rows(struct dataset *opened, const char *layer,
                                 struct th_rows **ret_rows, struct th_error *err)
{
    struct th_capture capture;
    struct th_buf name;
    th_buf_init(&name, NAMES_SIZE_MAX);
    enum th_status status =
        th_format_path(opened->source.path, opened->source.base_name, &opened->path, err);
    if (status == TH_OK) {
        status = dataset_open(opened, err);
    }
    if (status == TH_OK) {
        th_capture_begin(&capture);
        status = layer_choose(opened, layer, err);
        if (status == TH_OK) {
            status = layer_name(opened, &name, err);
        }
        th_capture_end();
    }
    char *crs_name = NULL;
    if (status == TH_OK && is_geojson_by_default(opened)) {
        status = th_geojson_crs_unknown(opened->path, &crs_name, err);
    }
    if (status == TH_OK) {
        const struct th_rows_layer source = {.dataset = opened->dataset,
                                             .layer = opened->layer,
                                             .layer_name = th_buf_text(&name),
                                             .member = opened->source.member,
                                             .raw_text = opened->raw_text,
                                             .n_empty = opened->n_empty,
                                             .crs_unknown = opened->asked_web,
                                             .crs_name = crs_name};
        struct th_rows *rows = NULL;
        status = th_rows_of_layer(&source, &rows, err);
        if (status == TH_OK && opened->raw_text) {
            status = th_names_beside(opened->source.path, &rows->facts, err);
        }
        if (status == TH_OK) {
            *ret_rows = rows;
        } else {
            th_rows_free(rows);
        }
    } else if (opened->dataset != NULL) {
        GDALClose(opened->dataset);
    }
    free(crs_name);
    th_buf_clear(&name);
    CPLFree(opened->path);
    return status;
}

enum th_status th_dataset_rows(const struct th_dataset_request *request, struct th_rows **ret_rows,
                               struct th_error *err)
{
    struct dataset opened = {0};
    struct th_rows *rows = NULL;
    const char *layer = request->layer;
    th_format_configure(request->curve_step_deg);
    enum th_status status = th_source_find(request->path, layer, &opened.source, err);
    if (status == TH_OK) {
        const struct th_format_request format = {.path = opened.source.path,
                                                 .file = opened.source.base_name,
                                                 .stem = opened.source.stem,
                                                 .member = opened.source.member,
                                                 .documents = opened.source.documents,
                                                 // the name of a file in an archive is used up
                                                 .layer = opened.source.chosen ? NULL : layer,
                                                 .curve_step_deg = request->curve_step_deg,
                                                 .shapeless = request->shapeless};
        status = th_format_open(&format, &rows, err);
    }
    if (status == TH_OK && rows == NULL) {
        status = layer_rows(&opened, layer, &rows, err);
    }
    th_source_clear(&opened.source);
    if (status == TH_OK) {
        *ret_rows = rows;
    }
    return status;
}
