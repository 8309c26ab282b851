// GDAL's part of an export (gis/writer_module_internal.h).
#include <cpl_conv.h>
#include <cpl_string.h>
#include <gdal.h>
#include <limits.h>
#include <math.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>
#include <stdlib.h>

#include "gis/capture_internal.h"
#include "gis/writer_module_internal.h"

struct th_writer_dataset {
    GDALDatasetH dataset;
    OGRLayerH layer; // borrowed from the dataset
    const struct th_writer_field *fields;
    size_t n_fields;
    bool keeps_id;
};

static bool layer_create(struct th_writer_dataset *d, const struct th_writer_plan *plan)
{
    OGRSpatialReferenceH reference = OSRNewSpatialReference(NULL);
    if (OSRSetFromUserInput(reference, plan->crs) == OGRERR_NONE) {
        OSRSetAxisMappingStrategy(reference, OAMS_TRADITIONAL_GIS_ORDER);
        char **options = CSLDuplicate((char **)(uintptr_t)plan->layer_creation);
        d->layer =
            GDALDatasetCreateLayer(d->dataset, plan->layer, reference, wkbMultiPolygon, options);
        CSLDestroy(options);
    }
    OSRRelease(reference);
    return d->layer != NULL;
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

static bool fields_create(struct th_writer_dataset *d, const struct th_writer_plan *plan)
{
    for (size_t i = 0; i < plan->n_fields; i++) {
        const struct th_writer_field *from = &plan->fields[i];
        OGRFieldDefnH field = OGR_Fld_Create(from->name, field_type(from->type));
        if (plan->has_widths) {
            OGR_Fld_SetWidth(field, from->width);
            OGR_Fld_SetPrecision(field, from->precision);
        }
        bool done = OGR_L_CreateField(d->layer, field, 0) == OGRERR_NONE;
        OGR_Fld_Destroy(field);
        if (!done) {
            return false;
        }
    }
    return true;
}

static bool dataset_create(struct th_writer_dataset *d, const struct th_writer_plan *plan)
{
    GDALDriverH driver = GDALGetDriverByName(plan->driver);
    if (driver != NULL) {
        char **options = CSLDuplicate((char **)(uintptr_t)plan->creation);
        d->dataset = GDALCreate(driver, plan->path, 0, 0, 0, GDT_Unknown, options);
        CSLDestroy(options);
    }
    bool done = d->dataset != NULL && layer_create(d, plan) && fields_create(d, plan);
    // One transaction: else every row would wait for the disk.
    if (done && GDALDatasetTestCapability(d->dataset, ODsCTransactions)) {
        done = GDALDatasetStartTransaction(d->dataset, 0) == OGRERR_NONE;
    }
    return done;
}

static void tell(const struct th_capture *capture, char message[TH_WRITER_MESSAGE_SIZE])
{
    CPLStrlcpy(message, capture->message, TH_WRITER_MESSAGE_SIZE);
}

static struct th_writer_dataset *open_dataset(const struct th_writer_plan *plan,
                                              char message[TH_WRITER_MESSAGE_SIZE])
{
    struct th_capture capture;
    struct th_writer_dataset *d = calloc(1, sizeof(*d));
    message[0] = '\0';
    if (d == NULL) {
        return NULL;
    }
    d->fields = plan->fields;
    d->n_fields = plan->n_fields;
    d->keeps_id = plan->keeps_id;
    th_capture_drivers();
    th_capture_begin(&capture);
    bool done = dataset_create(d, plan);
    if (!done || capture.failed) {
        if (d->dataset != NULL) {
            GDALClose(d->dataset);
        }
        free(d);
        d = NULL;
        tell(&capture, message);
    }
    th_capture_end();
    return d;
}

static void values_set(const struct th_writer_dataset *d, OGRFeatureH feature,
                       const struct th_writer_value *values)
{
    for (size_t i = 0; i < d->n_fields; i++) {
        bool empty = false;
        switch (d->fields[i].type) {
        case TH_WRITER_INT:
            OGR_F_SetFieldInteger64(feature, (int)i, values[i].integer);
            break;
        case TH_WRITER_REAL:
            empty = isnan(values[i].real);
            OGR_F_SetFieldDouble(feature, (int)i, values[i].real);
            break;
        case TH_WRITER_TEXT:
            empty = values[i].text == NULL;
            OGR_F_SetFieldString(feature, (int)i, empty ? "" : values[i].text);
            break;
        }
        if (empty) {
            OGR_F_SetFieldNull(feature, (int)i);
        }
    }
}

static bool add_row(struct th_writer_dataset *d, int64_t id, const unsigned char *wkb,
                    size_t wkb_size, const struct th_writer_value *values,
                    char message[TH_WRITER_MESSAGE_SIZE])
{
    struct th_capture capture;
    OGRGeometryH shape = NULL;
    message[0] = '\0';
    th_capture_begin(&capture);
    bool done =
        wkb_size <= INT_MAX && OGR_G_CreateFromWkb(wkb, NULL, &shape, (int)wkb_size) == OGRERR_NONE;
    if (done) {
        OGRFeatureH feature = OGR_F_Create(OGR_L_GetLayerDefn(d->layer));
        values_set(d, feature, values);
        done = (!d->keeps_id || OGR_F_SetFID(feature, id) == OGRERR_NONE) &&
               OGR_F_SetGeometryDirectly(feature, shape) == OGRERR_NONE &&
               OGR_L_CreateFeature(d->layer, feature) == OGRERR_NONE;
        OGR_F_Destroy(feature);
    }
    th_capture_end();
    tell(&capture, message);
    return done && !capture.failed;
}

static bool close_dataset(struct th_writer_dataset *d, bool commit,
                          char message[TH_WRITER_MESSAGE_SIZE])
{
    struct th_capture capture;
    bool done = true;
    th_capture_begin(&capture);
    if (commit && GDALDatasetTestCapability(d->dataset, ODsCTransactions)) {
        done = GDALDatasetCommitTransaction(d->dataset) == OGRERR_NONE;
    }
    GDALClose(d->dataset);
    th_capture_end();
    free(d);
    tell(&capture, message);
    return done && !capture.failed;
}

extern const struct th_writer_module th_writer_gdal;
__attribute__((visibility("default"))) const struct th_writer_module th_writer_gdal = {
    .open = open_dataset, .add = add_row, .close = close_dataset};
