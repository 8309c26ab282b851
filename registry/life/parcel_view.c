// Parcels as they are registered: the list, and one parcel with everything that is known of it.
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/intake/parcel_internal.h"
#include "registry/life/parcel_life_internal.h"
#include "registry/reference.h"
#include "registry/reply.h"

static const char *or_null(const char *text)
{
    return text[0] == '\0' ? NULL : text;
}

// The keys that the list and the single parcel have in common.
struct th_json *th_parcel_record_json(const struct th_parcel_record *record)
{
    char date[TH_DATE_TEXT_SIZE];
    struct th_json *json = th_json_object();
    th_json_set_int(json, "parcel_id", record->parcel_id);
    th_json_set_int(json, "version", record->version);
    th_json_set_text(json, "number", or_null(record->number));
    th_json_set_text(json, "kind", record->kind);
    th_json_set_text(json, "village", record->village);
    th_json_set_text(json, "village_name", record->village_name);
    th_json_set_text(json, "land_class", or_null(record->land_class));
    th_json_set_cent(json, "area_m2", th_area_m2_cent(record->measured));
    th_json_set_cent(json, "area_mu", th_area_mu_cent(record->measured));
    if (record->has_declared) {
        th_json_set_cent(json, "declared_mu", th_area_mu_cent(record->declared));
    } else {
        th_json_set(json, "declared_mu", th_json_null());
    }
    th_json_set_cent(json, "sliver_m2", th_area_m2_cent(record->sliver));
    th_json_set_cent(json, "counted_m2", th_area_m2_cent(th_parcel_counted(record)));
    th_json_set_cent(json, "counted_mu", th_area_mu_cent(th_parcel_counted(record)));
    th_json_set_cent(json, "area_used_m2", th_area_m2_cent(th_parcel_used(record)));
    th_json_set_cent(json, "area_used_mu", th_area_mu_cent(th_parcel_used(record)));
    th_json_set_text(json, "state", record->state);
    th_json_set_text(json, "from", th_date_format(record->from, date));
    th_json_set_text(json, "origin", record->origin);
    th_json_set_text(json, "retired_on",
                     record->retired_on.year == 0 ? NULL
                                                  : th_date_format(record->retired_on, date));
    return json;
}

struct listing {
    struct th_json *parcels;
    int64_t n;
    int64_t n_retired;
    int64_t rows_mu_cent; // sum of the rounded rows
    bool all_count;       // a package's ground counts whatever became of it since
    struct th_area total, counted, used;
    enum th_status status;
    struct th_error err;
};

static bool list_one(void *context, const struct th_parcel_record *record, const char *attributes)
{
    struct listing *list = context;
    (void)attributes;
    th_json_append(list->parcels, th_parcel_record_json(record));
    list->n++;
    // The ground of a retired parcel is nobody's, or counts under another number.
    bool retired = strcmp(record->state, "retired") == 0;
    list->n_retired += retired ? 1 : 0;
    if (retired && !list->all_count) {
        return true;
    }
    list->rows_mu_cent += th_area_mu_cent(record->measured);
    list->status = th_area_add(list->total, record->measured, &list->total, &list->err);
    if (list->status == TH_OK) {
        list->status =
            th_area_add(list->counted, th_parcel_counted(record), &list->counted, &list->err);
    }
    if (list->status == TH_OK) {
        list->status = th_area_add(list->used, th_parcel_used(record), &list->used, &list->err);
    }
    return list->status == TH_OK;
}

enum th_status th_parcel_list(struct th_registry *registry,
                              const struct th_parcel_list_options *options,
                              struct th_json **ret_reply, struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    struct listing list = {.parcels = th_json_array(),
                           .all_count = options->package != NULL,
                           .total = th_area_from_m2_300(0),
                           .counted = th_area_from_m2_300(0),
                           .used = th_area_from_m2_300(0)};
    struct th_parcel_choice choice;
    struct th_json *reply = th_json_object();
    enum th_status status =
        th_parcel_choose(store, options->village, options->kind, options->package, &choice, err);
    if (status == TH_OK) {
        status = th_parcel_choose_state(options->state, options->package == NULL, &choice, err);
    }
    if (status == TH_OK) {
        status = th_parcel_each(store, &choice.filter, list_one, &list, err);
    }
    if (status == TH_OK && list.status != TH_OK) {
        status = list.status;
        if (err != NULL) {
            *err = list.err;
        }
    }
    th_json_set_int(reply, "n", list.n);
    th_json_set_cent(reply, "area_m2", th_area_m2_cent(list.total));
    th_json_set_cent(reply, "area_mu", th_area_mu_cent(list.total));
    th_json_set_cent(reply, "area_mu_rows", list.rows_mu_cent);
    th_json_set_cent(reply, "counted_m2", th_area_m2_cent(list.counted));
    th_json_set_cent(reply, "counted_mu", th_area_mu_cent(list.counted));
    th_json_set_cent(reply, "area_used_m2", th_area_m2_cent(list.used));
    th_json_set_cent(reply, "area_used_mu", th_area_mu_cent(list.used));
    th_json_set_int(reply, "n_retired", list.n_retired);
    th_json_set(reply, "parcels", list.parcels);
    return th_reply_finish(status, reply, ret_reply, err);
}

static struct th_json *pair(double x, double y)
{
    struct th_json *json = th_json_array();
    th_json_append(json, th_json_real(x));
    th_json_append(json, th_json_real(y));
    return json;
}

// GeoJSON MultiPolygon; coordinates are on the grid of 1e-8° already.
static struct th_json *geojson(const struct th_geometry *geometry)
{
    struct th_json *polygons = th_json_array();
    size_t ring = 0;
    size_t point = 0;
    for (size_t p = 0; p < geometry->n_polygons; p++) {
        struct th_json *polygon = th_json_array();
        for (; ring < geometry->polygon_ends[p]; ring++) {
            struct th_json *line = th_json_array();
            for (; point < geometry->ring_ends[ring]; point++) {
                th_json_append(line, pair(geometry->points[point].x, geometry->points[point].y));
            }
            th_json_append(polygon, line);
        }
        th_json_append(polygons, polygon);
    }
    struct th_json *json = th_json_object();
    th_json_set_text(json, "type", "MultiPolygon");
    th_json_set(json, "coordinates", polygons);
    return json;
}

// Centre of gravity in the plane of longitude and latitude: a place for a label, not a measurement.
// Rings are summed with their orientation, so that holes count negative; relative to the first
// vertex, because small parcels far from zero would lose their digits.
static struct th_xy centroid(const struct th_geometry *geometry)
{
    struct th_xy origin = geometry->points[0];
    double twice_area = 0;
    double x = 0;
    double y = 0;
    size_t start = 0;
    for (size_t r = 0; r < geometry->n_rings; r++) {
        for (size_t i = start; i + 1 < geometry->ring_ends[r]; i++) {
            double ax = geometry->points[i].x - origin.x;
            double ay = geometry->points[i].y - origin.y;
            double bx = geometry->points[i + 1].x - origin.x;
            double by = geometry->points[i + 1].y - origin.y;
            double cross = ax * by - bx * ay;
            twice_area += cross;
            x += (ax + bx) * cross;
            y += (ay + by) * cross;
        }
        start = geometry->ring_ends[r];
    }
    if (twice_area > 0 || twice_area < 0) {
        origin.x += x / (3 * twice_area);
        origin.y += y / (3 * twice_area);
    }
    return origin;
}

static enum th_status add_ground(struct th_store *store, int64_t parcel_id, struct th_json *reply,
                                 struct th_error *err)
{
    unsigned char *wkb = NULL;
    size_t size = 0;
    struct th_geometry geometry = {0};
    enum th_status status = th_parcel_geometry_load(store, parcel_id, 0, &wkb, &size, err);
    if (status == TH_OK) {
        status = th_geometry_from_wkb(wkb, size, &geometry, err);
    }
    if (status == TH_OK) {
        struct th_box box = th_geometry_box(&geometry);
        struct th_xy middle = centroid(&geometry);
        struct th_json *corners = pair(box.west, box.south);
        th_json_append(corners, th_json_real(box.east));
        th_json_append(corners, th_json_real(box.north));
        th_json_set(reply, "box", corners);
        th_json_set(reply, "centroid", pair(middle.x, middle.y));
        th_json_set(reply, "geometry", geojson(&geometry));
    }
    th_geometry_clear(&geometry);
    free(wkb);
    return status;
}

static struct th_json *source_json(const struct th_import_source *source)
{
    char hex[TH_HASH_HEX_SIZE];
    struct th_json *json = th_json_object();
    th_json_set_text(json, "file", source->import.source);
    th_json_set_text(json, "sha256", th_hash_hex(&source->import.sha256, hex));
    th_json_set_text(json, "layer", source->import.layer);
    th_json_set_text(json, "driver", source->import.driver);
    th_json_set_int(json, "row", source->row);
    th_json_set_int(json, "feature", source->feature);
    th_json_set_int(json, "import_id", source->import.import_id);
    return json;
}

// A later file may correct what is known of a parcel and leave its ground: both sources are told.
static enum th_status add_sources(struct th_store *store, const struct th_parcel_record *record,
                                  struct th_json *reply, struct th_error *err)
{
    struct th_import_source ground;
    struct th_import_source attributes;
    enum th_status status =
        th_import_of_ground(store, record->parcel_id, record->version, &ground, err);
    if (status == TH_OK) {
        status =
            th_import_of_attributes(store, record->parcel_id, record->version, &attributes, err);
    }
    if (status != TH_OK) {
        return status;
    }
    if (ground.import.import_id != 0) {
        struct th_json *json = source_json(&ground);
        th_json_set_text(json, "crs", ground.import.crs_code);
        th_json_set_text(json, "crs_name", ground.import.crs_name);
        th_json_set_text(json, "operation", ground.import.operation);
        th_json_set_text(json, "offset", or_null(ground.import.offset));
        th_json_set(reply, "source", json);
    }
    if (attributes.import.import_id != 0) {
        th_json_set(reply, "attributes_source", source_json(&attributes));
    }
    return TH_OK;
}

static bool version_one(void *context, const struct th_parcel_record *record,
                        const char *attributes)
{
    struct th_json *versions = context;
    char hex[TH_HASH_HEX_SIZE];
    (void)attributes;
    struct th_json *json = th_parcel_record_json(record);
    th_json_set_int(json, "import_id", record->import_id);
    th_json_set_int(json, "row", record->source_row);
    th_json_set_text(json, "geometry_hash", th_hash_hex(&record->geometry_hash, hex));
    th_json_set_text(json, "row_hash", th_hash_hex(&record->row_hash, hex));
    th_json_append(versions, json);
    return true;
}

static enum th_status show_parts(struct th_store *store, const struct th_parcel_record *record,
                                 struct th_json *reply, struct th_error *err)
{
    char *attributes = NULL;
    struct th_json *parsed = NULL;
    struct th_json *versions = th_json_array();
    enum th_status status =
        th_parcel_attributes_load(store, record->parcel_id, 0, &attributes, err);
    if (status == TH_OK) {
        status = th_json_parse(attributes, strlen(attributes), &parsed, err);
    }
    free(attributes);
    th_json_set_real(reply, "perimeter_m", (double)record->perimeter_mm / 1000);
    if (status == TH_OK) {
        th_json_set(reply, "attributes", parsed);
    }
    if (status == TH_OK) {
        status = add_sources(store, record, reply, err);
    }
    if (status == TH_OK) {
        status = add_ground(store, record->parcel_id, reply, err);
    }
    if (status == TH_OK) {
        status = th_parcel_version_each(store, record->parcel_id, version_one, versions, err);
    }
    th_json_set(reply, "versions", versions);
    return status == TH_OK ? th_json_check(reply, err) : status;
}

enum th_status th_parcel_show(struct th_registry *registry, int64_t parcel_id,
                              struct th_json **ret_reply, struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    struct th_parcel_record record;
    enum th_status status = th_store_begin_read(store, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *reply = NULL;
    status = th_parcel_load(store, parcel_id, 0, &record, err);
    if (status == TH_OK) {
        reply = th_parcel_record_json(&record);
        status = show_parts(store, &record, reply, err);
    }
    th_store_end_read(store);
    if (status != TH_OK) {
        th_json_free(reply);
        return status;
    }
    *ret_reply = reply;
    return TH_OK;
}
