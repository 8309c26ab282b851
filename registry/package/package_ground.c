// No ground is counted twice in one period, here or under another scheme. Parcels come and go, are
// split, merged and drawn anew, so that it is the ground itself that is compared, as it was when it
// was packaged. What it shares with others pair by pair as strips, or by a waiver, is weighed
// together in the end (package_held.h).
#include <math.h>
#include <stdlib.h>

#include "core/text.h"
#include "gis/area.h"
#include "gis/fabric.h"
#include "registry/layer/layers.h"
#include "registry/package/package_held.h"
#include "registry/parcel_lineage.h"
#include "store/estimate/package_store.h"
#include "store/ground/overlap_store.h"
#include "store/ground/parcel_life_store.h"

struct checking {
    struct th_store *store;
    const struct th_package_open *package;
    const struct th_rules *rules;
    struct th_fabric_parcel *parcels; // its own
    struct th_ground **grounds;
    struct th_fabric *fabric;
    struct th_fabric_probe *probe;
    struct th_held held;
    struct th_box box;
    enum th_status status; // of a visit
    struct th_error err;
};

static enum th_status grounds_load(struct checking *c, struct th_error *err)
{
    const struct th_estimate_sources *sources = &c->package->sources;
    enum th_status status = TH_OK;
    c->box = (struct th_box){INFINITY, INFINITY, -INFINITY, -INFINITY};
    c->parcels = calloc(sources->n + 1, sizeof(*c->parcels));
    c->grounds = calloc(sources->n + 1, sizeof(struct th_ground *));
    if (c->parcels == NULL || c->grounds == NULL) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < sources->n && status == TH_OK; i++) {
        const struct th_estimate_source *source = &sources->items[i];
        unsigned char *wkb = NULL;
        size_t size = 0;
        status =
            th_parcel_geometry_load(c->store, source->parcel_id, source->version, &wkb, &size, err);
        if (status == TH_OK) {
            status = th_ground_from_wkb(wkb, size, &c->grounds[i], err);
        }
        free(wkb);
        if (status == TH_OK) {
            struct th_box box = th_ground_box(c->grounds[i]);
            struct th_area whole; // the source's area is without what was taken off
            int64_t perimeter_mm = 0;
            th_area_measure(c->grounds[i], &whole, &perimeter_mm);
            c->parcels[i] = (struct th_fabric_parcel){
                .ground = c->grounds[i], .area_m2 = th_area_m2(whole), .id = (int64_t)i};
            c->box = (struct th_box){fmin(c->box.west, box.west), fmin(c->box.south, box.south),
                                     fmax(c->box.east, box.east), fmax(c->box.north, box.north)};
        }
    }
    return status;
}

struct waived {
    int64_t other_id; // a parcel; 0: none
    int64_t shape_id; // of a layer; 0: none
    bool found;
    bool own; // it was the parcel itself that gave the ground up, not the other
};

static bool waiver_visit(void *context, const struct th_overlap_waiver *waiver)
{
    struct waived *w = context;
    if (w->shape_id > 0) {
        w->own = waiver->other_shape_id == w->shape_id;
    } else {
        w->own = waiver->other_parcel_id == w->other_id;
        w->found = w->found || waiver->parcel_id == w->other_id;
    }
    w->found = w->found || w->own;
    return !w->own;
}

static int64_t parcel_of(const struct checking *c, const struct th_overlap_finding *finding)
{
    return c->package->sources.items[finding->other_id].parcel_id;
}

static enum th_status conflict(struct checking *c, int64_t package_id, int64_t other_id,
                               const struct th_overlap_finding *finding, struct th_error *err)
{
    struct th_package_record rival;
    char from[TH_DATE_TEXT_SIZE];
    char to[TH_DATE_TEXT_SIZE];
    char mu[TH_QUANTITY_TEXT_SIZE];
    struct th_area area = th_area_from_m2_300(0);
    enum th_status status = th_package_load(c->store, package_id, &rival, err);
    if (status == TH_OK) {
        status = th_area_from_m2(finding->area_m2, &area, err);
    }
    if (status != TH_OK) {
        return status;
    }
    status = th_error_set(err, TH_CONFLICT, "ground_already_packaged", "name", rival.name, "from",
                          th_date_format(rival.from, from), "to", th_date_format(rival.to, to),
                          "area_mu", th_cent_format(th_area_mu_cent(area), mu), NULL);
    th_error_add_int(err, "parcel", parcel_of(c, finding));
    th_error_add_int(err, "other", other_id);
    th_error_add_int(err, "package", package_id);
    return status;
}

// Of the common ground, what the other one took off its area: all of it if its boundary was judged
// when the package's parcel was there already, or its ground part of another one. Parents of a
// parcel may have been judged before the other and some behind; if the other's is the waiver, it
// gave up no more than was taken off it.
static enum th_status given_by_other(struct checking *c, const struct th_package_stand *stand,
                                     const struct th_overlap_finding *finding,
                                     const struct waived *waived, double *ret_given_m2,
                                     struct th_error *err)
{
    const struct th_estimate_source *own = &c->package->sources.items[finding->other_id];
    struct th_ground_age age;
    struct th_ground_age other;
    double sliver_m2 = th_area_m2(stand->sliver);
    *ret_given_m2 = waived->found && !waived->own ? fmin(sliver_m2, finding->area_m2) : 0;
    if (sliver_m2 + TH_OVERLAP_NOISE_M2 < finding->area_m2) {
        return TH_OK;
    }
    enum th_status status = th_ground_age(c->store, own->parcel_id, own->version, &age, err);
    if (status == TH_OK) {
        status = th_ground_age(c->store, stand->parcel_id, stand->version, &other, err);
    }
    if (status == TH_OK && other.first > age.last) {
        *ret_given_m2 = finding->area_m2;
    }
    return status;
}

static enum th_status finding_judge(struct checking *c, const struct th_package_stand *stand,
                                    const struct th_overlap_finding *finding, struct th_error *err)
{
    struct waived w = {.other_id = stand->parcel_id};
    struct th_held_piece piece = {.position = (size_t)finding->other_id,
                                  .area_m2 = finding->area_m2};
    int64_t parcel_id = parcel_of(c, finding);
    if (parcel_id == stand->parcel_id) {
        return TH_OK; // a parcel that is itself packaged there is named by the rivals' check
    }
    enum th_status status = th_overlap_waiver_each(c->store, parcel_id, waiver_visit, &w, err);
    if (status == TH_OK && !w.found && finding->kind >= TH_OVERLAP_AREA) {
        status = conflict(c, stand->package_id, stand->parcel_id, finding, err);
    }
    if (status == TH_OK) {
        status = given_by_other(c, stand, finding, &w, &piece.given_m2, err);
    }
    if (status != TH_OK || piece.given_m2 >= piece.area_m2) {
        return status;
    }
    piece.waived = w.found;
    return th_held_add(&c->held, &piece, err);
}

static enum th_status findings_judge(struct checking *c, const struct th_package_stand *stand,
                                     const struct th_overlap_finding *findings, size_t n,
                                     struct th_error *err)
{
    enum th_status status = TH_OK;
    for (size_t i = 0; i < n && status == TH_OK; i++) {
        status = finding_judge(c, stand, &findings[i], err);
    }
    return status;
}

// One of the package's parcels alone, where there were more overlaps than are listed.
static enum th_status parcel_test(struct checking *c, size_t position,
                                  const struct th_ground *ground, double area_m2,
                                  struct th_overlap_finding **ret_findings, size_t *ret_n,
                                  struct th_error *err)
{
    struct th_fabric *fabric = NULL;
    bool more = false;
    *ret_n = 0;
    if (!th_ground_boxes_overlap(c->grounds[position], ground)) {
        return TH_OK;
    }
    enum th_status status =
        th_fabric_new(&c->parcels[position], 1, &c->rules->overlap, &fabric, err);
    if (status == TH_OK) {
        status = th_fabric_test(fabric, c->probe, ground, area_m2, ret_findings, ret_n, &more, err);
    }
    th_fabric_free(fabric);
    return status;
}

static enum th_status parcels_judge(struct checking *c, const struct th_package_stand *stand,
                                    const struct th_ground *ground, struct th_error *err)
{
    enum th_status status = TH_OK;
    for (size_t i = 0; i < c->package->sources.n && status == TH_OK; i++) {
        struct th_overlap_finding *findings = NULL;
        size_t n = 0;
        status = parcel_test(c, i, ground, th_area_m2(stand->measured), &findings, &n, err);
        if (status == TH_OK) {
            status = findings_judge(c, stand, findings, n, err);
        }
        free(findings);
    }
    return status;
}

static bool ground_visit(void *context, const struct th_package_stand *stand)
{
    struct checking *c = context;
    struct th_held_other other = {.area_m2 = th_area_m2(stand->measured),
                                  .package_id = stand->package_id};
    struct th_overlap_finding *findings = NULL;
    size_t n = 0;
    bool more = false;
    c->status = th_ground_from_wkb(stand->wkb, stand->wkb_size, &other.ground, &c->err);
    if (c->status == TH_OK) {
        c->status = th_fabric_test(c->fabric, c->probe, other.ground, other.area_m2, &findings, &n,
                                   &more, &c->err);
    }
    if (c->status == TH_OK) {
        c->status = more ? parcels_judge(c, stand, other.ground, &c->err)
                         : findings_judge(c, stand, findings, n, &c->err);
    }
    if (c->status == TH_OK) {
        c->status = th_held_keep(&c->held, &other, &c->err);
    }
    free(findings);
    th_ground_free(other.ground);
    return c->status == TH_OK;
}

static enum th_status packages_check(struct checking *c, struct th_error *err)
{
    const struct th_package_record *record = &c->package->record;
    const struct th_package_ground question = {.package_id = record->package_id,
                                               .from = record->from,
                                               .to = record->to,
                                               .west_deg = c->box.west,
                                               .south_deg = c->box.south,
                                               .east_deg = c->box.east,
                                               .north_deg = c->box.north};
    enum th_status status = th_package_ground_each(c->store, &question, ground_visit, c, err);
    if (status == TH_OK && c->status != TH_OK) {
        if (err != NULL) {
            *err = c->err;
        }
        status = c->status;
    }
    return status;
}

static enum th_status scheme_conflict(struct checking *c, const struct th_layers_shape *shape,
                                      const struct th_overlap_finding *finding,
                                      struct th_error *err)
{
    char from[TH_DATE_TEXT_SIZE];
    char to[TH_DATE_TEXT_SIZE] = "@ground.open";
    char mu[TH_QUANTITY_TEXT_SIZE];
    struct th_layer layer;
    struct th_area area = th_area_from_m2_300(0);
    enum th_status status = th_area_from_m2(finding->area_m2, &area, err);
    if (status == TH_OK) {
        status = th_layer_load(c->store, shape->layer_id, &layer, err);
    }
    if (status != TH_OK) {
        return status;
    }
    if (layer.to.year != 0) {
        (void)th_date_format(layer.to, to);
    }
    status = th_error_set(err, TH_CONFLICT, "ground_other_scheme", "scheme", shape->scheme, "layer",
                          shape->layer_name, "from", th_date_format(layer.from, from), "to", to,
                          "area_mu", th_cent_format(th_area_mu_cent(area), mu), NULL);
    th_error_add_int(err, "parcel", parcel_of(c, finding));
    return status;
}

// One shape of another scheme against the package's parcels.
static enum th_status scheme_judge(struct checking *c, const struct th_layers_shape *shape,
                                   const struct th_overlap_finding *findings, size_t n,
                                   struct th_error *err)
{
    enum th_status status = TH_OK;
    for (size_t i = 0; i < n && status == TH_OK; i++) {
        struct waived w = {.shape_id = shape->shape_id};
        status =
            th_overlap_waiver_each(c->store, parcel_of(c, &findings[i]), waiver_visit, &w, err);
        if (status == TH_OK && !w.found && findings[i].kind >= TH_OVERLAP_AREA) {
            status = scheme_conflict(c, shape, &findings[i], err);
        }
        if (status == TH_OK) {
            const struct th_held_piece piece = {.position = (size_t)findings[i].other_id,
                                                .area_m2 = findings[i].area_m2,
                                                .waived = w.found};
            status = th_held_add(&c->held, &piece, err);
        }
    }
    return status;
}

static enum th_status scheme_parcels(struct checking *c, const struct th_layers_shape *shape,
                                     struct th_error *err)
{
    enum th_status status = TH_OK;
    for (size_t i = 0; i < c->package->sources.n && status == TH_OK; i++) {
        struct th_overlap_finding *findings = NULL;
        size_t n = 0;
        status = parcel_test(c, i, shape->ground, shape->area_m2, &findings, &n, err);
        if (status == TH_OK) {
            status = scheme_judge(c, shape, findings, n, err);
        }
        free(findings);
    }
    return status;
}

static enum th_status scheme_check(struct checking *c, struct th_layers_shape *shape,
                                   struct th_error *err)
{
    struct th_overlap_finding *findings = NULL;
    size_t n = 0;
    bool more = false;
    enum th_status status = th_fabric_test(c->fabric, c->probe, shape->ground, shape->area_m2,
                                           &findings, &n, &more, err);
    if (status == TH_OK) {
        status = more ? scheme_parcels(c, shape, err) : scheme_judge(c, shape, findings, n, err);
    }
    free(findings);
    if (status == TH_OK) {
        struct th_held_other other = {.ground = shape->ground, .area_m2 = shape->area_m2};
        th_text_copy(other.scheme, sizeof(other.scheme), shape->scheme);
        th_text_copy(other.layer_name, sizeof(other.layer_name), shape->layer_name);
        status = th_held_keep(&c->held, &other, err);
        shape->ground = other.ground;
    }
    return status;
}

// Land under other schemes at some time of the package's period.
static enum th_status schemes_check(struct checking *c, struct th_error *err)
{
    const struct th_package_record *record = &c->package->record;
    struct th_layers_list schemes = {0};
    enum th_status status =
        th_layers_load(c->store, "other_scheme", &c->box, record->from, record->to, &schemes, err);
    for (size_t i = 0; i < schemes.n && status == TH_OK; i++) {
        status = scheme_check(c, &schemes.items[i], err);
    }
    th_layers_clear(&schemes);
    return status;
}

enum th_status th_package_check_ground(struct th_store *store,
                                       const struct th_package_open *package,
                                       const struct th_rules *rules, struct th_error *err)
{
    struct checking c = {.store = store, .package = package, .rules = rules, .status = TH_OK};
    struct th_fabric *fabric = NULL;
    enum th_status status = grounds_load(&c, err);
    if (status == TH_OK) {
        status = th_fabric_new(c.parcels, package->sources.n, &rules->overlap, &fabric, err);
    }
    c.fabric = fabric;
    if (status == TH_OK) {
        status = th_fabric_probe_new(&c.probe, err);
    }
    if (status == TH_OK) {
        status = packages_check(&c, err);
    }
    if (status == TH_OK) {
        status = schemes_check(&c, err);
    }
    if (status == TH_OK) {
        status = th_held_judge(&c.held, store, package, c.grounds, rules, err);
    }
    if (status == TH_OK) {
        status = th_package_check_within(store, package, c.fabric, &c.held, err);
    }
    th_held_clear(&c.held);
    th_fabric_free(c.fabric);
    th_fabric_probe_free(c.probe);
    for (size_t i = 0; c.grounds != NULL && i < package->sources.n; i++) {
        th_ground_free(c.grounds[i]);
    }
    free(c.grounds);
    free(c.parcels);
    return status;
}
