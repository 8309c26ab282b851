#include "registry/export/map.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/file.h"
#include "core/text.h"
#include "gis/crs.h"
#include "gis/geometry.h"
#include "papers/map.h"
#include "registry/crs_words.h"
#include "registry/parcels.h"
#include "registry/reply.h"
#include "store/registry_store.h"

enum { PARCELS_MAX = 2000 };

struct drawn { // one parcel; what th_map_parcel borrows stands here
    struct th_geometry geometry;
    struct th_map_ring *rings;
    char label[TH_PARCEL_NUMBER_SIZE];
    char kind[TH_PARCEL_KIND_SIZE];
    char village[TH_NAME_SIZE];
};

struct drawing {
    struct drawn *items;
    struct th_map_parcel *parcels;
    size_t n;
    struct th_box box; // degrees
    struct th_area total, counted;
    struct th_hasher *hasher; // over the digests of the rows
    enum th_status status;
    struct th_error err;
};

static void drawing_clear(struct drawing *d)
{
    for (size_t i = 0; i < d->n; i++) {
        th_geometry_clear(&d->items[i].geometry);
        free(d->items[i].rings);
    }
    free(d->items);
    free(d->parcels);
    th_hasher_free(d->hasher);
}

static enum th_status grow(struct drawing *d)
{
    if (d->n == PARCELS_MAX) {
        enum th_status status = th_error_set(&d->err, TH_LIMIT, "map_limit", NULL);
        th_error_add_int(&d->err, "limit", PARCELS_MAX);
        return status;
    }
    struct drawn *items = realloc(d->items, (d->n + 1) * sizeof(*items));
    if (items == NULL) {
        return th_error_no_memory(&d->err);
    }
    d->items = items;
    struct th_map_parcel *parcels = realloc(d->parcels, (d->n + 1) * sizeof(*parcels));
    if (parcels == NULL) {
        return th_error_no_memory(&d->err);
    }
    d->parcels = parcels;
    d->items[d->n] = (struct drawn){0};
    return TH_OK;
}

static bool collect(void *context, const struct th_parcel_record *record, const char *attributes,
                    const void *wkb, size_t wkb_size)
{
    struct drawing *d = context;
    (void)attributes;
    d->status = grow(d);
    if (d->status != TH_OK) {
        return false;
    }
    struct drawn *item = &d->items[d->n];
    d->status = th_geometry_from_wkb(wkb, wkb_size, &item->geometry, &d->err);
    if (d->status != TH_OK) {
        return false;
    }
    if (record->number[0] != '\0') {
        th_text_copy(item->label, sizeof(item->label), record->number);
    } else {
        (void)snprintf(item->label, sizeof(item->label), "#%lld", (long long)record->parcel_id);
    }
    th_text_copy(item->kind, sizeof(item->kind), record->kind);
    th_text_copy(item->village, sizeof(item->village), record->village_name);
    struct th_area counted = th_parcel_counted(record);
    d->parcels[d->n] = (struct th_map_parcel){
        .parcel_id = record->parcel_id, .counted = counted, .measured = record->measured};
    struct th_box box = th_geometry_box(&item->geometry);
    if (d->n == 0) {
        d->box = box;
    }
    d->box.west = fmin(d->box.west, box.west);
    d->box.south = fmin(d->box.south, box.south);
    d->box.east = fmax(d->box.east, box.east);
    d->box.north = fmax(d->box.north, box.north);
    d->n++;
    th_hasher_update(d->hasher, record->row_hash.bytes, TH_HASH_SIZE);
    d->status = th_area_add(d->total, record->measured, &d->total, &d->err);
    if (d->status == TH_OK) {
        d->status = th_area_add(d->counted, counted, &d->counted, &d->err);
    }
    return d->status == TH_OK;
}

// Central meridian of the Gauss-Krüger zones of CGCS2000 (EPSG 4491–4554); any other system gets
// the middle of the parcels.
static double central_meridian(const char *code, double middle_deg)
{
    int64_t epsg = 0;
    if (!th_text_starts_with(code, "EPSG:") || !th_text_parse_int(code + 5, 1, INT32_MAX, &epsg)) {
        return middle_deg;
    }
    if (epsg >= 4491 && epsg <= 4501) {
        return 75 + 6 * (double)(epsg - 4491);
    }
    if (epsg >= 4502 && epsg <= 4512) {
        return 75 + 6 * (double)(epsg - 4502);
    }
    if (epsg >= 4513 && epsg <= 4533) {
        return 75 + 3 * (double)(epsg - 4513);
    }
    if (epsg >= 4534 && epsg <= 4554) {
        return 75 + 3 * (double)(epsg - 4534);
    }
    return middle_deg;
}

static enum th_status choose_format(const char *path, enum th_map_format *ret_format,
                                    const char **ret_name, struct th_error *err)
{
    static const struct {
        const char *ending;
        enum th_map_format format;
    } FORMATS[] = {{"pdf", TH_MAP_PDF}, {"png", TH_MAP_PNG}, {"svg", TH_MAP_SVG}};
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot != NULL && i < sizeof(FORMATS) / sizeof(FORMATS[0]); i++) {
        if (strcmp(dot + 1, FORMATS[i].ending) == 0) {
            *ret_format = FORMATS[i].format;
            *ret_name = FORMATS[i].ending;
            return TH_OK;
        }
    }
    return th_error_set(err, TH_INVALID, "map_format", "path", path, NULL);
}

static enum th_status project_one(struct th_crs_transform *transform, struct drawn *item,
                                  struct th_map_parcel *parcel, struct th_error *err)
{
    enum th_status status = th_crs_transform_apply(transform, &item->geometry, err);
    if (status != TH_OK) {
        return status;
    }
    item->rings = calloc(item->geometry.n_rings, sizeof(*item->rings));
    if (item->rings == NULL) {
        return th_error_no_memory(err);
    }
    size_t start = 0;
    for (size_t r = 0; r < item->geometry.n_rings; r++) {
        // struct th_xy is two doubles, which is how the sheet wants them.
        item->rings[r].xy = &item->geometry.points[start].x;
        item->rings[r].n = item->geometry.ring_ends[r] - start;
        start = item->geometry.ring_ends[r];
    }
    parcel->label = item->label;
    parcel->kind = item->kind;
    parcel->village = item->village;
    parcel->rings = item->rings;
    parcel->n_rings = item->geometry.n_rings;
    return TH_OK;
}

// A degree of latitude is 111 km, one of longitude over 10 km wherever parcels grow: a system in
// which the parcels are not at least a thousand units wide for each degree is not one of metres.
static bool in_metres(const struct drawing *d)
{
    struct th_box all = th_geometry_box(&d->items[0].geometry);
    for (size_t i = 1; i < d->n; i++) {
        struct th_box box = th_geometry_box(&d->items[i].geometry);
        all.west = fmin(all.west, box.west);
        all.south = fmin(all.south, box.south);
        all.east = fmax(all.east, box.east);
        all.north = fmax(all.north, box.north);
    }
    double width = fmax(all.east - all.west, all.north - all.south);
    double degrees = fmax(d->box.east - d->box.west, d->box.north - d->box.south);
    return width >= 1000 * degrees;
}

static enum th_status project(struct drawing *d, const char *definition,
                              struct th_crs_transform **ret_transform, struct th_error *err)
{
    enum th_status status = th_crs_transform_new_inverse(definition, ret_transform, err);
    for (size_t i = 0; status == TH_OK && i < d->n; i++) {
        status = project_one(*ret_transform, &d->items[i], &d->parcels[i], err);
    }
    if (status == TH_OK && !in_metres(d)) {
        status = th_error_set(err, TH_INVALID, "map_crs", "crs", definition, NULL);
    }
    return status;
}

static void titles(const struct th_map_options *options, const struct th_parcel_choice *choice,
                   const struct th_registry_record *frame, struct th_buf *title,
                   struct th_buf *subtitle)
{
    struct th_error_arg name = {.name = "name"};
    const char *what = th_messages_text(options->messages, options->lang, "parcels.map_all");
    if (choice->package.package_id != 0) {
        what = choice->package.name;
    } else if (choice->village.code[0] != '\0') {
        what = choice->village.name;
    }
    th_text_copy(name.value, sizeof(name.value), what);
    th_messages_format(options->messages, options->lang, "parcels.map_title", &name, 1, title);
    th_buf_append_str(subtitle, frame->name);
    if (choice->village.code[0] != '\0') {
        th_buf_append_str(subtitle, "  ");
        th_buf_append_str(subtitle, choice->village.township);
        th_buf_append_str(subtitle, "  ");
        th_buf_append_str(subtitle, choice->village.name);
    }
}

static struct th_json *bounds_json(struct th_box box)
{
    struct th_json *json = th_json_array();
    th_json_append(json, th_json_real(box.west));
    th_json_append(json, th_json_real(box.south));
    th_json_append(json, th_json_real(box.east));
    th_json_append(json, th_json_real(box.north));
    return json;
}

struct sheet_texts {
    struct th_buf title, subtitle, registry, crs;
    char date[TH_DATE_TEXT_SIZE];
    char hash[TH_HASH_HEX_SIZE];
};

static enum th_status print(struct th_registry *registry, const struct th_map_options *options,
                            const struct th_parcel_choice *choice,
                            const struct th_registry_record *frame, struct drawing *d,
                            struct th_crs_transform *transform, struct th_json **ret_reply,
                            struct th_error *err)
{
    struct sheet_texts texts;
    enum th_map_format format = TH_MAP_PDF;
    const char *format_name = NULL;
    enum th_status status = choose_format(options->path, &format, &format_name, err);
    if (status != TH_OK) {
        return status;
    }
    th_buf_init(&texts.title, 1024);
    th_buf_init(&texts.subtitle, 4096);
    th_buf_init(&texts.registry, 1024);
    th_buf_init(&texts.crs, 1024);
    titles(options, choice, frame, &texts.title, &texts.subtitle);
    th_buf_printf(&texts.registry, "%s (%s)", frame->name, frame->registry_id);
    struct th_hash digest = th_hasher_final(d->hasher);
    const char *code = th_crs_transform_code(transform);
    const char *crs_name = th_crs_transform_name(transform);
    th_crs_words(options->messages, options->lang, crs_name, &texts.crs);
    struct th_map_sheet sheet = {
        .title = th_buf_text(&texts.title),
        .subtitle = th_buf_text(&texts.subtitle),
        .crs = th_buf_text(&texts.crs),
        .crs_code = code,
        .date = th_date_format(th_registry_today(registry), texts.date),
        .program = th_registry_surroundings(registry)->program,
        .registry = th_buf_text(&texts.registry),
        .data_hash = th_hash_hex(&digest, texts.hash),
        .central_meridian_deg = central_meridian(code, (d->box.west + d->box.east) / 2),
        .west_deg = d->box.west,
        .south_deg = d->box.south,
        .east_deg = d->box.east,
        .north_deg = d->box.north,
        .scale = options->scale,
        .parcels = d->parcels,
        .n_parcels = d->n,
    };
    int64_t scale = 0;
    struct th_hash sha256;
    status = th_map_print(&sheet, options->messages, options->lang, format, options->path, &scale,
                          &sha256, err);
    if (status == TH_OK) {
        struct th_json *reply = th_json_object();
        th_json_set_text(reply, "file", options->path);
        th_json_set_text(reply, "sha256", th_hash_hex(&sha256, texts.hash));
        th_json_set_text(reply, "format", format_name);
        th_json_set_int(reply, "scale", scale);
        th_json_set_text(reply, "crs", code);
        th_json_set_text(reply, "crs_name", crs_name);
        th_json_set_int(reply, "n_parcels", (int64_t)d->n);
        th_json_set_cent(reply, "area_m2", th_area_m2_cent(d->total));
        th_json_set_cent(reply, "area_mu", th_area_mu_cent(d->total));
        th_json_set_cent(reply, "counted_m2", th_area_m2_cent(d->counted));
        th_json_set_cent(reply, "counted_mu", th_area_mu_cent(d->counted));
        th_json_set(reply, "bounds", bounds_json(d->box));
        status = th_reply_finish(TH_OK, reply, ret_reply, err);
    }
    th_buf_clear(&texts.title);
    th_buf_clear(&texts.subtitle);
    th_buf_clear(&texts.registry);
    th_buf_clear(&texts.crs);
    return status;
}

// One reading of the registry: what is drawn, and the frame.
static enum th_status gather(struct th_store *store, const struct th_map_options *options,
                             struct th_parcel_choice *choice, struct th_registry_record *frame,
                             struct drawing *d, struct th_error *err)
{
    enum th_status status = th_store_begin_read(store, err);
    if (status != TH_OK) {
        return status;
    }
    status = th_registry_record_load(store, frame, err);
    if (status == TH_OK) {
        status = th_parcel_choose(store, options->village, NULL, options->package, choice, err);
    }
    if (status == TH_OK) {
        choice->filter.state = options->package == NULL ? "registered" : NULL;
        status = th_parcel_geometry_each(store, &choice->filter, collect, d, err);
    }
    th_store_end_read(store);
    if (status == TH_OK && d->status != TH_OK) {
        status = d->status;
        if (err != NULL) {
            *err = d->err;
        }
    }
    if (status == TH_OK && d->n == 0) {
        status = th_error_set(err, TH_NOT_FOUND, "map_empty", NULL);
    }
    return status;
}

enum th_status th_map_use(struct th_registry *registry, const struct th_map_options *options,
                          struct th_json **ret_reply, struct th_error *err)
{
    struct drawing d = {.hasher = th_hasher_new(TH_HASH_BLAKE2B),
                        .total = th_area_from_m2_300(0),
                        .counted = th_area_from_m2_300(0)};
    struct th_crs_transform *transform = NULL;
    struct th_parcel_choice choice = {0};
    struct th_registry_record frame;
    char zone[32];
    enum th_status status = d.hasher == NULL ? th_error_no_memory(err) : TH_OK;
    if (status == TH_OK) {
        status = th_file_check_new(options->path, err);
    }
    if (status == TH_OK) {
        status = gather(th_registry_store(registry), options, &choice, &frame, &d, err);
    }
    if (status == TH_OK) {
        const char *crs = options->crs;
        if (crs == NULL && frame.crs[0] != '\0') {
            crs = frame.crs;
        }
        if (crs == NULL) {
            (void)snprintf(zone, sizeof(zone), "EPSG:%d",
                           th_crs_gauss_kruger_code((d.box.west + d.box.east) / 2));
            crs = zone;
        }
        status = project(&d, crs, &transform, err);
    }
    if (status == TH_OK) {
        status = print(registry, options, &choice, &frame, &d, transform, ret_reply, err);
    }
    th_crs_transform_free(transform);
    drawing_clear(&d);
    return status;
}
