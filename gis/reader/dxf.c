// Drawings: closed lines are parcels, texts inside them are their labels.
#include <cpl_conv.h>
#include <cpl_vsi.h>
#include <ctype.h>
#include <gdal.h>
#include <ogr_api.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/text.h"
#include "gis/capture_internal.h"
#include "gis/reader.h"
#include "gis/reader/drawing_internal.h"
#include "gis/reader/formats_internal.h"
#include "gis/reader/points_internal.h"
#include "gis/reader/shape_internal.h"
#include "gis/reader/stored_internal.h"

enum { LAYERS_SHOWN_SIZE = 300, TEXT_SIZE_MAX = 1024 * 1024, HEADER_SIZE = 65536 };
enum { ESCAPE_SIZE = 7 };
static const char hex_digits[] = "0123456789ABCDEF";
enum { FIELD_LAYER, FIELD_LABEL, FIELD_HANDLE, N_FIELDS };

struct dxf {
    const struct th_format_request *request;
    struct th_stored *stored;
    struct th_drawing drawing;
    bool escaped; // a text had signs beyond one byte: it was not in the bytes of the file
    bool utf8;    // every text is UTF-8
    int64_t n_ignored;
};

// "\U+6BDB" is a sign that the code page of the drawing does not have. Its code, 0 when there is
// none.
static unsigned escape_read(const char *text)
{
    unsigned code = 0;
    if (strncmp(text, "\\U+", 3) != 0) {
        return 0;
    }
    for (int i = 3; i < 7; i++) {
        const char *digit = text[i] == '\0' ? NULL : strchr(hex_digits, toupper(text[i]));
        if (digit == NULL) {
            return 0;
        }
        code = code * 16 + (unsigned)(digit - hex_digits);
    }
    return code >= 0xD800 && code < 0xE000 ? 0 : code;
}

static size_t utf8_store(unsigned code, char *out)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    out[0] = (char)(0xE0 | code >> 12);
    out[1] = (char)(0x80 | (code >> 6 & 0x3F));
    out[2] = (char)(0x80 | (code & 0x3F));
    return 3;
}

static bool is_escaped(const char *text)
{
    for (const char *p = strstr(text, "\\U+"); p != NULL; p = strstr(p + 1, "\\U+")) {
        if (escape_read(p) != 0) {
            return true;
        }
    }
    return false;
}

// GDAL was told that a byte is a sign (ISO 8859-1): back to the bytes. A text with escapes, or
// where GDAL has made signs of them, is UTF-8 that was not in the file.
static char *bytes_of(struct dxf *dxf, const char *text)
{
    bool escaped = is_escaped(text);
    for (const char *p = text; *p != '\0' && !escaped; p++) {
        escaped = (unsigned char)*p >= 0xC4; // leads a sign above U+00FF
    }
    char *bytes = malloc(strlen(text) + 1);
    size_t n = 0;
    for (const char *p = text; bytes != NULL && *p != '\0'; p++) {
        unsigned char c = (unsigned char)*p;
        unsigned code = escape_read(p);
        if (code != 0) {
            n += utf8_store(code, bytes + n);
            p += ESCAPE_SIZE - 1;
        } else if (!escaped && (c == 0xC2 || c == 0xC3)) {
            bytes[n++] = (char)((c == 0xC3 ? 0xC0 : 0x80) | ((unsigned char)p[1] & 0x3F));
            p++;
        } else {
            bytes[n] = *p;
            if (*p == '\n' || *p == '\r') {
                bytes[n] = ' ';
            }
            n++;
        }
    }
    if (bytes != NULL) {
        bytes[n] = '\0';
        dxf->escaped = dxf->escaped || escaped;
        dxf->utf8 = dxf->utf8 && (escaped || th_text_is_utf8(bytes, n));
    }
    return bytes;
}

static const char *field_of(OGRFeatureH feature, const char *name)
{
    int index = OGR_F_GetFieldIndex(feature, name);
    return index >= 0 && OGR_F_IsFieldSetAndNotNull(feature, index)
               ? OGR_F_GetFieldAsString(feature, index)
               : "";
}

static bool is_point(OGRGeometryH geometry)
{
    return OGR_GT_Flatten(OGR_G_GetGeometryType(geometry)) == wkbPoint;
}

static bool is_annotation(OGRFeatureH feature)
{
    const char *classes = field_of(feature, "SubClasses");
    return strstr(classes, "Dimension") != NULL || strstr(classes, "Leader") != NULL ||
           strstr(classes, "AcDbBlockReference") != NULL ||
           strcmp(field_of(feature, "PaperSpace"), "1") == 0 ||
           *field_of(feature, "BlockName") != '\0';
}

static bool is_curve(OGRFeatureH feature)
{
    const char *classes = field_of(feature, "SubClasses");
    return strstr(classes, "AcDbCircle") != NULL || strstr(classes, "AcDbEllipse") != NULL ||
           strstr(classes, "AcDbSpline") != NULL;
}

static enum th_status label_add(struct dxf *dxf, OGRFeatureH feature, OGRGeometryH geometry,
                                struct th_error *err)
{
    char *text = bytes_of(dxf, field_of(feature, "Text"));
    if (text != NULL) {
        th_text_trim(text);
    }
    return th_drawing_label(&dxf->drawing, OGR_G_GetX(geometry, 0), OGR_G_GetY(geometry, 0), text)
               ? TH_OK
               : th_error_no_memory(err);
}

// Polygons come from hatches and solids; parcels are drawn as closed lines. Open lines are kept
// until it is known whether there are parcels beside them.
static enum th_status shape_add(struct dxf *dxf, OGRFeatureH feature, struct th_error *err)
{
    OGRGeometryH geometry = OGR_F_StealGeometry(feature);
    OGRGeometryH out = NULL;
    unsigned shape = is_curve(feature) ? TH_SHAPE_LINEARISED : 0;
    unsigned done = 0;
    OGRwkbGeometryType type = OGR_GT_Flatten(OGR_G_GetGeometryType(geometry));
    bool filled = type == wkbPolygon || type == wkbMultiPolygon;
    enum th_status status = th_shape_take(geometry, dxf->request->curve_step_deg, &out, &done, err);
    if (status != TH_OK || out != geometry) {
        OGR_G_DestroyGeometry(geometry);
    }
    if (status == TH_UNREADABLE) {
        dxf->n_ignored++;
        return TH_OK;
    }
    if (status != TH_OK) {
        return status;
    }
    char *layer = bytes_of(dxf, field_of(feature, "Layer"));
    const char *handle = field_of(feature, "EntityHandle");
    const char *texts[N_FIELDS] = {
        [FIELD_LAYER] = layer, [FIELD_HANDLE] = *handle == '\0' ? NULL : handle};
    bool added = layer != NULL;
    if (added) {
        // Height above sea is the habit of drawings, and no news.
        added = th_stored_add(dxf->stored, out, shape | done, texts, OGR_F_GetFID(feature));
        added = added && th_drawing_shape(&dxf->drawing, out, filled, layer);
    } else {
        OGR_G_DestroyGeometry(out);
    }
    free(layer);
    return added ? TH_OK : th_error_no_memory(err);
}

static enum th_status entity_add(struct dxf *dxf, OGRFeatureH feature, struct th_error *err)
{
    OGRGeometryH geometry = OGR_F_GetGeometryRef(feature);
    if (geometry == NULL || OGR_G_IsEmpty(geometry) || is_annotation(feature)) {
        dxf->n_ignored++;
        return TH_OK;
    }
    if (!is_point(geometry)) {
        return shape_add(dxf, feature, err);
    }
    dxf->n_ignored++;
    return *field_of(feature, "Text") == '\0' ? TH_OK : label_add(dxf, feature, geometry, err);
}

static enum th_status entities_read(struct dxf *dxf, OGRLayerH entities, struct th_error *err)
{
    enum th_status status = TH_OK;
    OGR_L_ResetReading(entities);
    while (status == TH_OK) {
        OGRFeatureH feature = OGR_L_GetNextFeature(entities);
        if (feature == NULL) {
            break;
        }
        status = entity_add(dxf, feature, err);
        OGR_F_Destroy(feature);
    }
    return status;
}

// Into UTF-8, as far as is known at this point.
static const char *shown(const struct dxf *dxf, const char *bytes, struct th_buf *out)
{
    bool utf8 = dxf->utf8 || (dxf->escaped && th_text_is_utf8(bytes, strlen(bytes)));
    th_points_text(bytes, utf8, out);
    return th_buf_text(out);
}

static enum th_status layer_missing(const struct dxf *dxf, struct th_error *err)
{
    struct th_buf names;
    struct th_buf name;
    char text[LAYERS_SHOWN_SIZE];
    th_buf_init(&names, TEXT_SIZE_MAX);
    th_buf_init(&name, TEXT_SIZE_MAX);
    for (size_t i = 0; i < dxf->drawing.n_layers; i++) {
        th_buf_printf(&names, "%s%s", i == 0 ? "" : ", ",
                      shown(dxf, dxf->drawing.layers[i].name, &name));
    }
    th_text_copy(text, sizeof(text), th_buf_text(&names));
    th_buf_clear(&names);
    th_buf_clear(&name);
    return th_error_set(err, TH_UNREADABLE, "layer_missing", "layers", text, "layer",
                        dxf->request->layer, NULL);
}

// The wanted layer, or all that have parcels.
static enum th_status layers_choose(struct dxf *dxf, struct th_error *err)
{
    const char *wanted = dxf->request->layer;
    struct th_buf name;
    bool any = false;
    th_buf_init(&name, TEXT_SIZE_MAX);
    for (size_t i = 0; i < dxf->drawing.n_layers; i++) {
        struct th_drawing_layer *layer = &dxf->drawing.layers[i];
        layer->taken = wanted == NULL || strcmp(wanted, "entities") == 0
                           ? layer->n_areas > 0
                           : strcmp(shown(dxf, layer->name, &name), wanted) == 0;
        any = any || layer->taken;
    }
    th_buf_clear(&name);
    if (!any && wanted == NULL && dxf->drawing.n_layers > 0) {
        // Each row is refused with its reason.
        for (size_t i = 0; i < dxf->drawing.n_layers; i++) {
            dxf->drawing.layers[i].taken = true;
        }
        return TH_OK;
    }
    return any ? TH_OK : layer_missing(dxf, err);
}

// Labels, and what is not counted.
static enum th_status rows_finish(struct dxf *dxf, struct th_error *err)
{
    struct th_drawing *drawing = &dxf->drawing;
    if (!th_drawing_match(drawing)) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < drawing->n_shapes; i++) {
        const struct th_drawing_shape *shape = &drawing->shapes[i];
        if (!drawing->layers[shape->layer].taken || shape->repeats) {
            th_stored_drop(dxf->stored, i);
            dxf->n_ignored++;
        } else if (shape->label != NULL &&
                   !th_stored_set(dxf->stored, i, FIELD_LABEL, shape->label)) {
            return th_error_no_memory(err);
        }
    }
    return TH_OK;
}

// Some texts were escaped and some were bytes: only one of the two can be decided on later.
static enum th_status texts_decode(struct dxf *dxf, struct th_error *err)
{
    struct th_buf text;
    bool done = true;
    th_buf_init(&text, TEXT_SIZE_MAX);
    for (size_t i = 0; i < th_stored_count(dxf->stored) && done; i++) {
        for (size_t field = 0; field < N_FIELDS && done; field++) {
            const char *bytes = th_stored_text(dxf->stored, i, field);
            done = bytes == NULL || th_stored_set(dxf->stored, i, field, shown(dxf, bytes, &text));
        }
    }
    th_buf_clear(&text);
    return done ? TH_OK : th_error_no_memory(err);
}

// The code page that the header names.
static void declared_read(const char *path, char *declared, size_t size)
{
    static const char variable[] = "$DWGCODEPAGE";
    char *head = calloc(HEADER_SIZE + 1, 1);
    VSILFILE *file = head == NULL ? NULL : VSIFOpenL(path, "rb");
    if (file != NULL) {
        (void)VSIFReadL(head, 1, HEADER_SIZE, file);
        (void)VSIFCloseL(file);
        const char *found = strstr(head, variable);
        const char *code = found == NULL ? NULL : found + sizeof(variable) - 1;
        code = code == NULL ? NULL : code + strspn(code, " \r\n\t3");
        size_t n = code == NULL ? 0 : strcspn(code, " \r\n\t");
        if (n > 0 && n < size) {
            memcpy(declared, code, n);
            declared[n] = '\0';
        }
    }
    free(head);
}

static enum th_status facts_make(struct dxf *dxf, struct th_error *err)
{
    static const char *const names[N_FIELDS] = {"Layer", "label", "EntityHandle"};
    struct th_rows_facts *facts = &th_stored_rows(dxf->stored)->facts;
    const struct th_format_request *request = dxf->request;
    facts->driver = th_text_duplicate("DXF");
    facts->member = th_text_duplicate(request->member);
    facts->layer = th_text_duplicate(request->layer == NULL ? request->stem : request->layer);
    facts->geometry_type = th_text_duplicate("Unknown (any)");
    bool done = facts->driver != NULL && facts->layer != NULL && facts->geometry_type != NULL &&
                (request->member == NULL || facts->member != NULL);
    for (size_t i = 0; i < N_FIELDS && done; i++) {
        done = th_format_field_add(facts, names[i], strlen(names[i]));
    }
    return done ? TH_OK : th_error_no_memory(err);
}

static enum th_status dxf_read(struct dxf *dxf, GDALDatasetH dataset, struct th_error *err)
{
    OGRLayerH entities = GDALDatasetGetLayerByName(dataset, "entities");
    struct th_rows_facts *facts = &th_stored_rows(dxf->stored)->facts;
    if (entities == NULL) {
        return th_error_set(err, TH_UNREADABLE, "layer_missing", "layers", "", "layer",
                            dxf->request->layer, NULL);
    }
    enum th_status status = facts_make(dxf, err);
    if (status == TH_OK) {
        status = entities_read(dxf, entities, err);
    }
    if (status == TH_OK) {
        status = layers_choose(dxf, err);
    }
    if (status == TH_OK) {
        status = rows_finish(dxf, err);
    }
    if (status == TH_OK && dxf->escaped) {
        status = texts_decode(dxf, err);
    }
    if (status == TH_OK) {
        facts->raw_text = !dxf->escaped;
        facts->n_ignored = dxf->n_ignored;
        declared_read(dxf->request->path, facts->declared, sizeof(facts->declared));
        th_stored_finish(dxf->stored);
    }
    return status;
}

enum th_status th_format_dxf(const struct th_format_request *request, struct th_rows **ret_rows,
                             struct th_error *err)
{
    static const char *const drivers[] = {"DXF", NULL};
    struct th_capture capture;
    struct dxf dxf = {.request = request, .stored = th_stored_new(), .utf8 = true};
    enum th_status status = TH_OK;
    if (dxf.stored == NULL) {
        return th_error_no_memory(err);
    }
    th_capture_begin(&capture);
    GDALDatasetH dataset =
        GDALOpenEx(request->path, GDAL_OF_READONLY | GDAL_OF_VECTOR, drivers, NULL, NULL);
    if (dataset == NULL) {
        status = th_format_unreadable(request->file, capture.message, err);
    } else {
        status = dxf_read(&dxf, dataset, err);
        // A drawing that is cut off would give a part of its parcels.
        if (status == TH_OK && capture.failed) {
            status = th_format_unreadable(request->file, capture.message, err);
        }
        GDALClose(dataset);
    }
    th_capture_end();
    th_drawing_clear(&dxf.drawing);
    if (status == TH_OK) {
        *ret_rows = th_stored_rows(dxf.stored);
    } else {
        th_rows_free(th_stored_rows(dxf.stored));
    }
    return status;
}
