#include "gis/writer.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <gdal.h>
#include <limits.h>
#include <math.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/file.h"
#include "core/text.h"
#include "gis/capture_internal.h"

enum { PATH_SIZE_MAX = 4096 };

// The file grows in a folder of its own beside the target, together with whatever SQLite puts
// beside it, and moves to its name when it is whole.
struct th_writer {
    char *path;      // target
    char *folder;    // temporary
    char *temporary; // file in it
    GDALDatasetH dataset;
    OGRLayerH layer;                // borrowed from the dataset
    struct th_writer_field *fields; // names are not kept
    size_t n_fields;
};

static enum th_status failed(const char *detail, struct th_error *err)
{
    return th_error_set(err, TH_IO, "export_failed", "detail", detail, NULL);
}

static void folder_remove(const char *folder)
{
    DIR *stream = opendir(folder);
    if (stream != NULL) {
        for (struct dirent *entry = readdir(stream); entry != NULL; entry = readdir(stream)) {
            char path[PATH_SIZE_MAX];
            int size = snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
            if (entry->d_name[0] != '.' && size > 0 && (size_t)size < sizeof path) {
                (void)unlink(path);
            }
        }
        closedir(stream);
    }
    (void)rmdir(folder);
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
    if (writer->folder != NULL) {
        folder_remove(writer->folder);
    }
    free(writer->path);
    free(writer->folder);
    free(writer->temporary);
    free(writer->fields);
    free(writer);
}

static enum th_status paths_make(struct th_writer *writer, const char *path,
                                 enum th_writer_format format, struct th_error *err)
{
    char text[PATH_SIZE_MAX];
    const char *base = th_file_base_name(path);
    int size = snprintf(text, sizeof text, "%.*s.tanhui-XXXXXX", (int)(base - path), path);
    if (size < 0 || (size_t)size >= sizeof text - 32) {
        return failed(strerror(ENAMETOOLONG), err);
    }
    writer->path = th_text_duplicate(path);
    if (writer->path == NULL) {
        return th_error_no_memory(err);
    }
    if (mkdtemp(text) == NULL) {
        return failed(strerror(errno), err);
    }
    writer->folder = th_text_duplicate(text);
    if (writer->folder == NULL) {
        (void)rmdir(text);
        return th_error_no_memory(err);
    }
    // The driver wants its own extension, whatever the target is called.
    th_text_copy(text + size, sizeof text - (size_t)size,
                 format == TH_WRITER_GPKG ? "/export.gpkg" : "/export.geojson");
    writer->temporary = th_text_duplicate(text);
    return writer->temporary == NULL ? th_error_no_memory(err) : TH_OK;
}

static bool layer_create(struct th_writer *writer, enum th_writer_format format, const char *layer)
{
    char **options = NULL;
    OGRSpatialReferenceH reference = OSRNewSpatialReference(NULL);
    // RFC 7946 knows WGS 84 alone; EPSG:4326 = EPSG:4490 is the identity the registry works with.
    int code = format == TH_WRITER_GPKG ? 4490 : 4326;
    bool done = OSRImportFromEPSG(reference, code) == OGRERR_NONE;
    OSRSetAxisMappingStrategy(reference, OAMS_TRADITIONAL_GIS_ORDER);
    if (format == TH_WRITER_GPKG) {
        options = CSLSetNameValue(options, "GEOMETRY_NAME", "geom");
        options = CSLSetNameValue(options, "FID", "fid");
    } else {
        options = CSLSetNameValue(options, "RFC7946", "YES");
        // Two more than the grid has: at 8 the driver takes 119.60000001 for noise and writes
        // 119.6.
        options = CSLSetNameValue(options, "COORDINATE_PRECISION", "10");
    }
    if (done) {
        writer->layer =
            GDALDatasetCreateLayer(writer->dataset, layer, reference, wkbMultiPolygon, options);
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
        OGRFieldDefnH field =
            OGR_Fld_Create(writer->fields[i].name, field_type(writer->fields[i].type));
        bool done = OGR_L_CreateField(writer->layer, field, 0) == OGRERR_NONE;
        OGR_Fld_Destroy(field);
        if (!done) {
            return false;
        }
    }
    return true;
}

static bool dataset_create(struct th_writer *writer, enum th_writer_format format,
                           const char *layer, struct th_capture *capture)
{
    th_capture_drivers();
    th_capture_begin(capture);
    GDALDriverH driver = GDALGetDriverByName(format == TH_WRITER_GPKG ? "GPKG" : "GeoJSON");
    if (driver != NULL) {
        writer->dataset = GDALCreate(driver, writer->temporary, 0, 0, 0, GDT_Unknown, NULL);
    }
    bool done =
        writer->dataset != NULL && layer_create(writer, format, layer) && fields_create(writer);
    // One transaction: else every row would wait for the disk.
    if (done && GDALDatasetTestCapability(writer->dataset, ODsCTransactions)) {
        done = GDALDatasetStartTransaction(writer->dataset, 0) == OGRERR_NONE;
    }
    th_capture_end();
    return done && !capture->failed;
}

enum th_status th_writer_open(const char *path, enum th_writer_format format, const char *layer,
                              const struct th_writer_field *fields, size_t n_fields,
                              struct th_writer **ret_writer, struct th_error *err)
{
    struct th_capture capture = {0};
    if (th_file_exists(path)) {
        return th_error_set(err, TH_CONFLICT, "file_exists", "path", path, NULL);
    }
    struct th_writer *writer = calloc(1, sizeof *writer);
    if (writer == NULL) {
        return th_error_no_memory(err);
    }
    enum th_status status;
    writer->fields = malloc((n_fields + 1) * sizeof *writer->fields);
    if (writer->fields == NULL) {
        status = th_error_no_memory(err);
        goto done;
    }
    if (n_fields > 0) {
        memcpy(writer->fields, fields, n_fields * sizeof *fields);
    }
    writer->n_fields = n_fields;
    status = paths_make(writer, path, format, err);
    if (status == TH_OK && !dataset_create(writer, format, layer, &capture)) {
        status = failed(capture.message, err);
    }
done:
    if (status != TH_OK) {
        th_writer_abort(writer);
        return status;
    }
    for (size_t i = 0; i < n_fields; i++) {
        writer->fields[i].name = NULL; // was borrowed for this call
    }
    *ret_writer = writer;
    return TH_OK;
}

static void values_set(const struct th_writer *writer, OGRFeatureH feature,
                       const struct th_writer_value *values)
{
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
                OGR_F_SetFieldString(feature, (int)i, values[i].text);
            }
            break;
        }
    }
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
    enum th_status status = th_geometry_to_wkb(geometry, &wkb, &size, err);
    if (status != TH_OK) {
        return status;
    }
    th_capture_begin(&capture);
    bool done = size <= INT_MAX && OGR_G_CreateFromWkb(wkb, NULL, &shape, (int)size) == OGRERR_NONE;
    if (done) {
        feature = OGR_F_Create(OGR_L_GetLayerDefn(writer->layer));
        values_set(writer, feature, values);
        done = OGR_F_SetFID(feature, id) == OGRERR_NONE &&
               OGR_F_SetGeometryDirectly(feature, shape) == OGRERR_NONE &&
               OGR_L_CreateFeature(writer->layer, feature) == OGRERR_NONE;
        OGR_F_Destroy(feature);
    }
    th_capture_end();
    free(wkb);
    return done && !capture.failed ? TH_OK : failed(capture.message, err);
}

// The data must be on the disk before the name appears.
static bool file_sync(const char *path)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return false;
    }
    bool done = fsync(descriptor) == 0;
    return close(descriptor) == 0 && done;
}

// Gives the file its name unless somebody took it meanwhile.
static enum th_status publish(const struct th_writer *writer, struct th_error *err)
{
    if (!file_sync(writer->temporary)) {
        return failed(strerror(errno), err);
    }
    if (link(writer->temporary, writer->path) == 0) {
        return TH_OK;
    }
    if (errno == EEXIST || th_file_exists(writer->path)) {
        return th_error_set(err, TH_CONFLICT, "file_exists", "path", writer->path, NULL);
    }
    // Some file systems know no hard links.
    return rename(writer->temporary, writer->path) == 0 ? TH_OK : failed(strerror(errno), err);
}

enum th_status th_writer_close(struct th_writer *writer, struct th_error *err)
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
        status = capture.failed ? failed(capture.message, err) : publish(writer, err);
    }
    th_writer_abort(writer);
    return status;
}
