// KML and KMZ as one table: the folders of a phone are layers to GDAL and nothing to the clerk.
#include <cpl_conv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <gdal.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/text.h"
#include "gis/capture_internal.h"
#include "gis/reader/formats_internal.h"
#include "gis/reader/shape_internal.h"
#include "gis/reader/stored_internal.h"

enum { LAYERS_SHOWN_SIZE = 300 };

static const char folder_field[] = "folder";

// How LIBKML says "nothing" in the fields that it adds to every layer. They are the drawing's, not
// the parcel's, and come through only where someone has set them.
struct own_field {
    const char *name;
    const char *defaults[3];
};
static const struct own_field own_fields[] = {
    {"description", {NULL}},
    {"timestamp", {NULL}},
    {"begin", {NULL}},
    {"end", {NULL}},
    {"altitudeMode", {"clampToGround", NULL}},
    {"tessellate", {"-1", "0", "1"}}, // a line that follows the ground is the habit of phones
    {"extrude", {"-1", "0", NULL}},
    {"visibility", {"-1", "1", NULL}},
    {"drawOrder", {"0", NULL}},
    {"icon", {NULL}},
    {"snippet", {NULL}},
};

struct kml {
    const struct th_format_request *request;
    struct document {
        GDALDatasetH dataset;
        char *path; // of CPL
    } * documents;
    int n_documents;
    OGRLayerH *layers; // of all documents; borrowed
    struct th_stored *stored;
    bool *taken; // per layer
    bool has_areas;
    int n_layers;
    int64_t n_taken;
    int64_t n_ignored;
    const char **texts; // of the row that is being made
};

static bool is_nothing(const char *name, const char *value)
{
    for (size_t i = 0; i < sizeof(own_fields) / sizeof(own_fields[0]); i++) {
        if (strcmp(own_fields[i].name, name) != 0) {
            continue;
        }
        for (size_t k = 0; k < 3 && own_fields[i].defaults[k] != NULL; k++) {
            if (strcmp(own_fields[i].defaults[k], value) == 0) {
                return true;
            }
        }
        return *value == '\0';
    }
    return false;
}

static bool is_own(const char *name)
{
    for (size_t i = 0; i < sizeof(own_fields) / sizeof(own_fields[0]); i++) {
        if (strcmp(own_fields[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static bool field_find(const struct th_rows_facts *facts, const char *name, size_t *ret_index)
{
    for (size_t i = 0; i < facts->n_fields; i++) {
        if (strcmp(facts->fields[i].name, name) == 0) {
            *ret_index = i;
            return true;
        }
    }
    return false;
}

// What is in a layer: does it have parcels, and which of its fields are in use.
static enum th_status layer_look(struct kml *kml, OGRLayerH layer, bool *ret_areas,
                                 int64_t *ret_rows, struct th_error *err)
{
    struct th_rows_facts *facts = &th_stored_rows(kml->stored)->facts;
    OGRFeatureDefnH definition = OGR_L_GetLayerDefn(layer);
    int n = OGR_FD_GetFieldCount(definition);
    bool *used = calloc((size_t)n + 1, sizeof(*used));
    enum th_status status = used == NULL ? th_error_no_memory(err) : TH_OK;
    bool areas = false;
    int64_t n_rows = 0;
    OGR_L_ResetReading(layer);
    for (OGRFeatureH feature = NULL;
         status == TH_OK && (feature = OGR_L_GetNextFeature(layer)) != NULL; n_rows++) {
        OGRGeometryH geometry = OGR_F_GetGeometryRef(feature);
        areas = areas || (geometry != NULL && th_shape_has_area(geometry));
        for (int i = 0; i < n; i++) {
            const char *name = OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(definition, i));
            used[i] = used[i] || (OGR_F_IsFieldSetAndNotNull(feature, i) &&
                                  !is_nothing(name, OGR_F_GetFieldAsString(feature, i)));
        }
        OGR_F_Destroy(feature);
    }
    bool wanted = kml->request->layer != NULL || areas || kml->n_layers == 1;
    for (int i = 0; i < n && status == TH_OK && wanted; i++) {
        size_t index;
        const char *name = OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(definition, i));
        if ((used[i] || !is_own(name)) && !field_find(facts, name, &index)) {
            status = th_rows_fields_check(facts->n_fields + 1, err);
            if (status == TH_OK && !th_format_field_add(facts, name, strlen(name))) {
                status = th_error_no_memory(err);
            }
        }
    }
    free(used);
    if (status == TH_OK) {
        *ret_areas = areas;
        *ret_rows = n_rows;
    }
    return status;
}

static enum th_status layers_error(const struct kml *kml, struct th_error *err)
{
    struct th_buf names;
    char shown[LAYERS_SHOWN_SIZE];
    th_buf_init(&names, (size_t)1 << 20);
    for (int i = 0; i < kml->n_layers; i++) {
        th_buf_printf(&names, "%s%s", i == 0 ? "" : ", ", OGR_L_GetName(kml->layers[i]));
    }
    th_text_copy(shown, sizeof(shown), th_buf_text(&names));
    th_buf_clear(&names);
    return th_error_set(err, TH_UNREADABLE, "layer_missing", "layers", shown, "layer",
                        kml->request->layer, NULL);
}

// The folders with parcels, or those of the wanted name.
static enum th_status layers_choose(struct kml *kml, struct th_error *err)
{
    const char *wanted = kml->request->layer;
    bool any = false;
    enum th_status status = TH_OK;
    for (int i = 0; i < kml->n_layers && status == TH_OK; i++) {
        bool areas = false;
        int64_t n_rows = 0;
        OGRLayerH layer = kml->layers[i];
        if (wanted != NULL && strcmp(OGR_L_GetName(layer), wanted) != 0) {
            continue;
        }
        status = layer_look(kml, layer, &areas, &n_rows, err);
        kml->taken[i] = status == TH_OK && (areas || wanted != NULL);
        kml->n_ignored += kml->taken[i] ? 0 : n_rows;
        any = any || kml->taken[i];
        kml->has_areas = kml->has_areas || areas;
    }
    if (status == TH_OK && !any && wanted == NULL && kml->n_layers == 1) {
        // Each of its rows is refused with its reason.
        kml->taken[0] = any = true;
        kml->n_ignored = 0;
    }
    return status != TH_OK || any ? status : layers_error(kml, err);
}

static bool is_point(OGRGeometryH geometry)
{
    OGRwkbGeometryType type =
        geometry == NULL ? wkbUnknown : OGR_GT_Flatten(OGR_G_GetGeometryType(geometry));
    return type == wkbPoint || type == wkbMultiPoint;
}

static enum th_status row_add(struct kml *kml, OGRFeatureH feature, const char *folder,
                              struct th_error *err)
{
    const struct th_rows_facts *facts = &th_stored_rows(kml->stored)->facts;
    OGRFeatureDefnH definition = OGR_F_GetDefnRef(feature);
    char **made = NULL;
    for (size_t i = 0; i < facts->n_fields; i++) {
        kml->texts[i] = NULL;
    }
    kml->texts[facts->n_fields - 1] = folder;
    for (int i = 0; i < OGR_FD_GetFieldCount(definition); i++) {
        size_t index;
        const char *name = OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(definition, i));
        if (!OGR_F_IsFieldSetAndNotNull(feature, i) || !field_find(facts, name, &index)) {
            continue;
        }
        const char *value = OGR_F_GetFieldAsString(feature, i);
        if (!is_nothing(name, value)) {
            // Numbers are written into a place that the next number takes.
            made = CSLAddString(made, value);
            kml->texts[index] = made[CSLCount((CSLConstList)made) - 1];
        }
    }
    kml->n_taken++;
    bool done =
        th_stored_add(kml->stored, OGR_F_StealGeometry(feature), 0, kml->texts, kml->n_taken);
    CSLDestroy(made);
    return done ? TH_OK : th_error_no_memory(err);
}

static enum th_status layer_take(struct kml *kml, OGRLayerH layer, struct th_error *err)
{
    enum th_status status = TH_OK;
    bool waypoints = kml->request->layer == NULL && kml->has_areas;
    OGR_L_ResetReading(layer);
    while (status == TH_OK) {
        OGRFeatureH feature = OGR_L_GetNextFeature(layer);
        if (feature == NULL) {
            break;
        }
        // Pins and photos beside the parcels.
        if (waypoints && is_point(OGR_F_GetGeometryRef(feature))) {
            kml->n_ignored++;
        } else {
            status = row_add(kml, feature, OGR_L_GetName(layer), err);
        }
        OGR_F_Destroy(feature);
    }
    return status;
}

static char *crs_text(OGRLayerH layer)
{
    static const char *const options[] = {"FORMAT=WKT2_2019", NULL};
    OGRSpatialReferenceH reference = OGR_L_GetSpatialRef(layer);
    char *wkt = NULL;
    char *copy = NULL;
    if (reference != NULL && OSRExportToWktEx(reference, &wkt, options) == OGRERR_NONE) {
        copy = th_text_duplicate(wkt);
    }
    CPLFree(wkt);
    return copy;
}

static enum th_status facts_make(struct kml *kml, struct th_error *err)
{
    struct th_rows_facts *facts = &th_stored_rows(kml->stored)->facts;
    const struct th_format_request *request = kml->request;
    const char *only = NULL;
    int n_taken = 0;
    for (int i = 0; i < kml->n_layers; i++) {
        if (kml->taken[i]) {
            only = OGR_L_GetName(kml->layers[i]);
            n_taken++;
        }
    }
    facts->driver = th_text_duplicate("LIBKML");
    facts->member = th_text_duplicate(request->member);
    facts->layer = th_text_duplicate(n_taken == 1 ? only : request->stem);
    facts->geometry_type = th_text_duplicate("Unknown (any)");
    facts->crs = crs_text(kml->layers[0]);
    if (facts->driver == NULL || facts->layer == NULL || facts->geometry_type == NULL ||
        facts->crs == NULL || (request->member != NULL && facts->member == NULL) ||
        !th_format_field_add(facts, folder_field, sizeof(folder_field) - 1)) {
        return th_error_no_memory(err);
    }
    kml->texts = calloc(facts->n_fields, sizeof(*kml->texts));
    return kml->texts == NULL ? th_error_no_memory(err) : TH_OK;
}

// Opens a document and adds its layers.
static enum th_status document_open(struct kml *kml, const char *path, struct th_error *err)
{
    static const char *const drivers[] = {"LIBKML", NULL};
    struct th_capture capture;
    struct document *document = &kml->documents[kml->n_documents];
    enum th_status status = th_format_path(path, kml->request->file, &document->path, err);
    if (status != TH_OK) {
        return status;
    }
    kml->n_documents++;
    th_capture_begin(&capture);
    document->dataset =
        GDALOpenEx(document->path, GDAL_OF_READONLY | GDAL_OF_VECTOR, drivers, NULL, NULL);
    th_capture_end();
    if (document->dataset == NULL) {
        return th_format_unreadable(kml->request->file, capture.message, err);
    }
    int n = GDALDatasetGetLayerCount(document->dataset);
    if (n > TH_FORMAT_LAYERS_MAX - kml->n_layers) {
        return th_format_unreadable(kml->request->file, "> 2000 folders", err);
    }
    for (int i = 0; i < n; i++) {
        kml->layers[kml->n_layers++] = GDALDatasetGetLayer(document->dataset, i);
    }
    return TH_OK;
}

static bool has_rows(const struct kml *kml)
{
    bool found = false;
    for (int i = 0; i < kml->n_layers && !found; i++) {
        found = OGR_L_GetFeatureCount(kml->layers[i], 1) > 0;
    }
    return found;
}

// The document, and where it has no row of its own (it links to others of its archive) those.
static enum th_status documents_open(struct kml *kml, struct th_error *err)
{
    char **others = kml->request->documents;
    kml->documents = calloc((size_t)CSLCount((CSLConstList)others) + 1, sizeof(*kml->documents));
    kml->layers = calloc(TH_FORMAT_LAYERS_MAX + 1, sizeof(*kml->layers));
    if (kml->documents == NULL || kml->layers == NULL) {
        return th_error_no_memory(err);
    }
    enum th_status status = document_open(kml, kml->request->path, err);
    if (others == NULL || status != TH_OK || has_rows(kml)) {
        return status;
    }
    for (int i = 0; others[i] != NULL && status == TH_OK; i++) {
        status = document_open(kml, others[i], err);
    }
    return status;
}

static void documents_close(struct kml *kml)
{
    for (int i = 0; i < kml->n_documents; i++) {
        if (kml->documents[i].dataset != NULL) {
            GDALClose(kml->documents[i].dataset);
        }
        if (th_text_starts_with(kml->documents[i].path, "/vsimem/")) {
            (void)VSIUnlink(kml->documents[i].path);
        }
        CPLFree(kml->documents[i].path);
    }
    free(kml->documents);
    free(kml->layers);
}

static enum th_status kml_read(struct kml *kml, struct th_error *err)
{
    kml->taken = calloc((size_t)kml->n_layers + 1, sizeof(*kml->taken));
    kml->stored = th_stored_new();
    if (kml->taken == NULL || kml->stored == NULL) {
        return th_error_no_memory(err);
    }
    enum th_status status = layers_choose(kml, err);
    if (status == TH_OK) {
        status = facts_make(kml, err);
    }
    for (int i = 0; i < kml->n_layers && status == TH_OK; i++) {
        if (kml->taken[i]) {
            status = layer_take(kml, kml->layers[i], err);
        }
    }
    if (status == TH_OK) {
        th_stored_rows(kml->stored)->facts.n_ignored = kml->n_ignored;
        th_stored_finish(kml->stored);
    }
    return status;
}

enum th_status th_format_kml(const struct th_format_request *request, struct th_rows **ret_rows,
                             struct th_error *err)
{
    struct th_capture capture;
    struct kml kml = {.request = request};
    enum th_status status = documents_open(&kml, err);
    th_capture_begin(&capture);
    if (status == TH_OK) {
        status = kml_read(&kml, err);
    }
    documents_close(&kml);
    th_capture_end();
    free(kml.taken);
    free(kml.texts);
    if (status == TH_OK) {
        *ret_rows = th_stored_rows(kml.stored);
    } else if (kml.stored != NULL) {
        th_rows_free(th_stored_rows(kml.stored));
    }
    return status;
}
