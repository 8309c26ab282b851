// Another boundary for a parcel, or for two that share one.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "gis/area.h"
#include "registry/life/parcel_life_internal.h"
#include "store/ground/parcel_life_store.h"
#include "store/registry_store.h"

struct adjusting {
    struct th_work *work;
    const struct th_parcel_adjust_options *options;
    struct th_life_parcel before[2]; // the parcel, and the one it moves the boundary with
    struct th_life_parcel after[2];
    size_t n;
    struct th_edit *edit;
    struct th_edit_drawing drawing;
    struct th_hash drawing_sha256;
    struct th_edit_moves moves;
    double tolerance_m;
    struct th_date on;
    struct th_life_asked *asked; // whose ground the new shapes are
};

static enum th_status take_shape(struct adjusting *a, size_t i, struct th_geometry *shape,
                                 struct th_error *err)
{
    const struct th_parcel_record *before = &a->before[i].record;
    enum th_status status =
        th_life_derive(&a->before[i], shape, "boundary", a->on, &a->after[i], err);
    if (status != TH_OK) {
        return status;
    }
    // The same parcel; what it was declared with is a contract's and stays.
    a->after[i].record.parcel_id = before->parcel_id;
    a->after[i].record.version = before->version + 1;
    return TH_OK;
}

static enum th_status check_bounds(struct adjusting *a, const struct th_geometry *shape,
                                   struct th_error *err)
{
    struct th_registry_record frame;
    enum th_status status = th_registry_record_load(th_work_store(a->work), &frame, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_box bounds = {frame.west_deg, frame.south_deg, frame.east_deg, frame.north_deg};
    return th_box_contains(bounds, th_geometry_box(shape))
               ? TH_OK
               : th_error_set(err, TH_INVALID, "adjust_bounds", NULL);
}

// Its own boundary is a neighbour's too: what is drawn beside where it was stays there.
static enum th_status adjust_one(struct adjusting *a, struct th_error *err)
{
    struct th_life_around around = {0};
    struct th_geometry shape = {0};
    const struct th_date now = {0};
    int64_t id = a->before[0].record.parcel_id;
    enum th_status status = check_bounds(a, &a->drawing.polygons, err);
    if (status == TH_OK) {
        status = th_life_around_load(th_work_store(a->work), th_geometry_box(&a->drawing.polygons),
                                     now, &id, 1, &around, err);
    }
    if (status == TH_OK) {
        status = th_edit_snap(a->edit, &a->drawing.polygons, around.neighbours, around.n,
                              a->tolerance_m, &shape, &a->moves, err);
    }
    if (status == TH_OK) {
        status = take_shape(a, 0, &shape, err);
    }
    th_geometry_clear(&shape);
    th_life_around_clear(&around);
    return status;
}

static double area_of(const struct th_geometry *geometry)
{
    double area_m2 = 0;
    double perimeter_m = 0;
    th_area_geodesic(&th_ellipsoid_cgcs2000, geometry, &area_m2, &perimeter_m);
    return area_m2;
}

// What was drawn beyond the ground of both is nobody's to give; within the tolerance it is the
// drawing's inexactness.
static enum th_status check_outside(const struct adjusting *a, const struct th_geometry *inside,
                                    struct th_error *err)
{
    double drawn_m2 = 0;
    double perimeter_m = 0;
    char text[TH_QUANTITY_TEXT_SIZE];
    th_area_geodesic(&th_ellipsoid_cgcs2000, &a->drawing.polygons, &drawn_m2, &perimeter_m);
    double outside_m2 = drawn_m2 - area_of(inside);
    if (outside_m2 <= perimeter_m * a->tolerance_m) {
        return TH_OK;
    }
    return th_error_set(err, TH_DATA_PROBLEM, "adjust_outside", "area_m2",
                        th_cent_format((int64_t)(outside_m2 * 100), text), NULL);
}

static enum th_status adjust_both(struct adjusting *a, struct th_error *err)
{
    struct th_geometry both[2] = {a->before[0].geometry, a->before[1].geometry}; // borrowed
    struct th_geometry whole = {0};
    struct th_geometry *parts = NULL;
    size_t n = 0;
    enum th_status status = th_edit_merge(a->edit, both, 2, &whole, err);
    if (status == TH_OK) {
        status = th_edit_split(a->edit, &whole, &a->drawing, a->tolerance_m, &parts, &n, err);
    }
    if (status == TH_OK) {
        status = check_outside(a, &parts[0], err);
    }
    for (size_t i = 0; status == TH_OK && i < 2; i++) {
        status = take_shape(a, i, &parts[i], err);
    }
    th_edit_parts_free(parts, n);
    th_geometry_clear(&whole);
    return status;
}

static bool unchanged(const struct adjusting *a)
{
    for (size_t i = 0; i < a->n; i++) {
        if (memcmp(a->before[i].record.geometry_hash.bytes, a->after[i].record.geometry_hash.bytes,
                   TH_HASH_SIZE) != 0) {
            return false;
        }
    }
    return true;
}

// Before the transaction: how long a file takes to read is not for others to wait.
static enum th_status prepare(struct adjusting *a, struct th_error *err)
{
    const struct th_parcel_adjust_options *options = a->options;
    enum th_status status = th_life_tolerance(options->tolerance_m, &a->tolerance_m, err);
    if (status == TH_OK) {
        status = th_edit_new(&a->edit, err);
    }
    if (status == TH_OK) {
        status = th_life_drawing_read(a->edit, options->drawing, options->crs, &a->drawing,
                                      &a->drawing_sha256, err);
    }
    return status;
}

static void judged_clear(struct adjusting *a)
{
    th_life_asked_free(a->asked);
    a->asked = NULL;
    for (size_t i = 0; i < 2; i++) {
        th_life_parcel_clear(&a->before[i]);
        th_life_parcel_clear(&a->after[i]);
    }
    th_edit_moves_clear(&a->moves);
}

static enum th_status judge(void *context, struct th_error *err)
{
    struct adjusting *a = context;
    judged_clear(a);
    const struct th_parcel_adjust_options *options = a->options;
    enum th_status status = th_act_day(a->work, options->on, &a->on, err);
    if (status == TH_OK) {
        status = th_life_load(a->work, options->parcel_id, a->on.year, &a->before[0], err);
    }
    a->n = options->with_id != 0 ? 2 : 1;
    if (status == TH_OK && options->with_id == options->parcel_id) {
        status = th_error_set(err, TH_USAGE, "adjust_with_itself", NULL);
    }
    if (status == TH_OK && a->n == 2) {
        status = th_life_load(a->work, options->with_id, a->on.year, &a->before[1], err);
    }
    if (status == TH_OK && !a->drawing.polygonal) {
        status =
            th_error_set(err, TH_DATA_PROBLEM, "edit_type", "type", "@shape.type.linestring", NULL);
    }
    if (status == TH_OK) {
        status = a->n == 2 ? adjust_both(a, err) : adjust_one(a, err);
    }
    if (status == TH_OK && unchanged(a)) {
        status = th_error_set(err, TH_DATA_PROBLEM, "adjust_same", NULL);
    }
    const struct th_life_ask ask = {.on = options->on,
                                    .waive = options->waive,
                                    .reason = options->reason,
                                    .document = options->document,
                                    .messages = options->messages,
                                    .lang = options->lang};
    if (status == TH_OK) {
        status = th_life_judge(a->work, &ask, a->after, a->n, &a->asked, err);
    }
    return status;
}

static struct th_json *place(struct th_xy at)
{
    struct th_json *pair = th_json_array();
    th_json_append(pair, th_json_real(at.x));
    th_json_append(pair, th_json_real(at.y));
    return pair;
}

static struct th_json *moves_json(const struct th_edit_moves *moves)
{
    struct th_json *list = th_json_array();
    for (size_t i = 0; i < moves->n; i++) {
        struct th_json *item = th_json_object();
        th_json_set(item, "from", place(moves->items[i].from));
        th_json_set(item, "to", place(moves->items[i].to));
        th_json_set_real(item, "distance_m",
                         (double)(int64_t)(moves->items[i].distance_m * 1000 + 0.5) / 1000);
        th_json_set_int(item, "neighbour_id", moves->items[i].neighbour_id);
        th_json_set_bool(item, "inserted", moves->items[i].inserted);
        th_json_append(list, item);
    }
    return list;
}

static void tell(const struct adjusting *a, struct th_json *reply, struct th_json *body)
{
    struct th_json *parcels = th_json_array();
    struct th_json *facts = th_json_array();
    int64_t before = 0;
    int64_t after = 0;
    char hex[TH_HASH_HEX_SIZE];
    for (size_t i = 0; i < a->n; i++) {
        th_json_append(parcels, th_parcel_record_json(&a->after[i].record));
        th_json_append(facts, th_life_facts(&a->after[i]));
        before += th_area_m2_cent(a->before[i].record.measured);
        after += th_area_m2_cent(a->after[i].record.measured);
    }
    th_life_reply_begin(reply, a->on, a->options->reason);
    th_json_set(reply, "parcels", parcels);
    th_json_set(reply, "retired", th_json_array());
    th_json_set_cent(reply, "area_before_m2", before);
    th_json_set_cent(reply, "area_after_m2", after);
    th_json_set(reply, "moved", moves_json(&a->moves));
    th_life_reply_begin(body, a->on, a->options->reason);
    th_json_set(body, "parcels", facts);
    th_json_set_text(body, "drawing_sha256", th_hash_hex(&a->drawing_sha256, hex));
}

static struct th_json *input_json(const struct th_parcel_adjust_options *options)
{
    struct th_json *input = th_json_object();
    th_json_set_int(input, "parcel", options->parcel_id);
    th_json_set_int(input, "with", options->with_id);
    th_json_set_text(input, "drawing", options->drawing);
    th_json_set_text(input, "crs", options->crs);
    th_json_set_text(input, "tolerance", options->tolerance_m);
    th_json_set_text(input, "reason", options->reason);
    th_json_set_text(input, "on", options->on);
    if (options->waive) {
        th_json_set_bool(input, "waive", true);
        th_json_set_text(input, "document", options->document);
    }
    return input;
}

static void drawing_free(struct adjusting *a)
{
    th_edit_drawing_clear(&a->drawing);
    th_edit_free(a->edit);
}

enum th_status th_parcel_adjust(struct th_registry *registry, const struct th_request *request,
                                const struct th_parcel_adjust_options *options,
                                struct th_json **ret_reply, struct th_error *err)
{
    struct adjusting a = {.options = options};
    char subject[64];
    enum th_status status = th_act_check_reason(options->reason, err);
    if (status == TH_OK && options->waive != (options->document != NULL)) {
        status = th_error_set(err, TH_USAGE, "waive_incomplete", NULL);
    }
    if (status != TH_OK) {
        return status;
    }
    const struct th_life_act act = {options->waive ? TH_MAY_WAIVE : TH_MAY_REGISTER,
                                    "parcel.adjust", input_json(options)};
    const struct th_work_documents documents = {&options->document, 1};
    bool answered = false;
    status = th_life_ask_first(registry, request, &act, ret_reply, &answered, err);
    if (status == TH_OK && !answered) {
        status = prepare(&a, err);
    }
    if (status == TH_OK && !answered) {
        status = th_work_begin_looking(registry, request, act.permission, act.kind, act.input,
                                       &documents, &a.work, ret_reply, err);
    }
    th_json_free(act.input);
    if (status == TH_OK && a.work != NULL) {
        status = th_work_settle(&a.work, judge, &a, ret_reply, err);
    }
    if (a.work == NULL) {
        judged_clear(&a);
        drawing_free(&a);
        return status;
    }
    struct th_json *reply = th_json_object();
    struct th_json *body = th_json_object();
    for (size_t i = 0; status == TH_OK && i < a.n; i++) {
        status = th_life_store(a.work, &a.after[i], err);
    }
    if (status == TH_OK) {
        status = th_life_asked_record(a.asked, a.work, body, err);
    }
    if (status == TH_OK) {
        status = th_life_asked_tell(a.asked, reply, err);
    }
    if (status == TH_OK) {
        tell(&a, reply, body);
    }
    (void)snprintf(subject, sizeof(subject), "parcel:%" PRId64, options->parcel_id);
    judged_clear(&a);
    drawing_free(&a);
    return th_work_end(a.work, status, subject, body, reply, ret_reply, err);
}
