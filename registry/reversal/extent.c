#include "registry/reversal/extent.h"

#include <stdlib.h>
#include <string.h>

#include "core/ratio.h"
#include "gis/area.h"
#include "store/estimate/package_store.h"

// Less ground than this beyond what earlier reversals took is how drawings were rounded.
#define FRESH_MIN_M2 1.0

// One parcel on its way into the extent.
struct finding {
    struct th_store *store;
    const struct th_extent_question *question;
    struct th_fabric *fabric; // of the drawing
    struct th_fabric_probe *probe;
    struct th_reversal_extent extent;
    struct th_package_record package; // of the stand before
    struct th_ground *piece;          // of the parcel at hand
    struct th_area area;              // of the piece
    struct th_area whole;             // of the parcel
    int64_t parcel_id;
    enum th_status status; // of a visit
    struct th_error err;
};

enum th_status th_extent_count(struct th_area area, const struct th_extent_past *past, size_t n,
                               int64_t loss_cent, struct th_area *ret_counted, struct th_error *err)
{
    int64_t fresh = th_area_m2_300(area);
    int64_t standing = 0;
    enum th_status status = TH_OK;
    for (size_t i = 0; i < n && status == TH_OK; i++) {
        const struct th_ratio left = {TH_REVERSAL_LOSS_WHOLE - past[i].loss_cent,
                                      TH_REVERSAL_LOSS_WHOLE};
        int64_t part = 0;
        status = th_ratio_apply_ceil(left, th_area_m2_300(past[i].area), &part, err);
        standing += part;
        fresh -= th_area_m2_300(past[i].area);
    }
    int64_t counted = 0;
    const struct th_ratio loss = {loss_cent, TH_REVERSAL_LOSS_WHOLE};
    if (status == TH_OK) {
        status = th_ratio_apply_ceil(loss, (fresh > 0 ? fresh : 0) + standing, &counted, err);
    }
    if (status == TH_OK) {
        *ret_counted = th_area_from_m2_300(counted);
    }
    return status;
}

enum th_status th_extent_lost(struct th_carbon mass, struct th_carbon before,
                              struct th_area counted, struct th_area whole,
                              struct th_carbon *ret_lost, struct th_error *err)
{
    const struct th_ratio share = {th_area_m2_300(counted), th_area_m2_300(whole)};
    int64_t lost_kg = 0;
    int64_t left_kg = th_carbon_kg(mass) - th_carbon_kg(before);
    enum th_status status = th_ratio_apply_ceil(share, th_carbon_kg(mass), &lost_kg, err);
    if (status == TH_OK) {
        *ret_lost = th_carbon_from_kg(lost_kg < left_kg ? lost_kg : left_kg);
    }
    return status;
}

// Earlier reversals of the parcel's part of an issuance, the worst first.
struct earlier {
    struct th_fabric_parcel *parcels;
    struct th_ground **grounds; // owned
    int64_t *losses_cent;
    size_t n, capacity;
    int64_t lost_kg;
    enum th_status status;
    struct th_error *err;
};

static void earlier_clear(struct earlier *earlier)
{
    for (size_t i = 0; i < earlier->n; i++) {
        th_ground_free(earlier->grounds[i]);
    }
    free(earlier->grounds);
    free(earlier->parcels);
    free(earlier->losses_cent);
}

static bool make_room(struct earlier *earlier)
{
    if (earlier->n < earlier->capacity) {
        return true;
    }
    size_t capacity = earlier->capacity == 0 ? 4 : 2 * earlier->capacity;
    void *grounds = realloc(earlier->grounds, capacity * sizeof(struct th_ground *));
    earlier->grounds = grounds ? grounds : earlier->grounds;
    void *parcels = realloc(earlier->parcels, capacity * sizeof(*earlier->parcels));
    earlier->parcels = parcels ? parcels : earlier->parcels;
    void *losses = realloc(earlier->losses_cent, capacity * sizeof(*earlier->losses_cent));
    earlier->losses_cent = losses ? losses : earlier->losses_cent;
    if (!grounds || !parcels || !losses) {
        return false;
    }
    earlier->capacity = capacity;
    return true;
}

static bool take_earlier(void *context, const struct th_reversal_earlier *row)
{
    struct earlier *earlier = context;
    struct th_area area;
    int64_t perimeter_mm = 0;
    if (!make_room(earlier)) {
        earlier->status = th_error_no_memory(earlier->err);
        return false;
    }
    size_t i = earlier->n;
    earlier->status =
        th_ground_from_wkb(row->wkb, row->wkb_size, &earlier->grounds[i], earlier->err);
    if (earlier->status != TH_OK) {
        return false;
    }
    th_area_measure(earlier->grounds[i], &area, &perimeter_mm);
    earlier->parcels[i] = (struct th_fabric_parcel){
        .ground = earlier->grounds[i], .area_m2 = th_area_m2(area), .id = (int64_t)i};
    earlier->losses_cent[i] = row->loss_cent;
    earlier->lost_kg += th_carbon_kg(row->lost);
    earlier->n++;
    return true;
}

// What the first n of them cover of the piece.
static enum th_status covered(struct finding *f, const struct earlier *earlier, size_t n,
                              struct th_area *ret_area, struct th_error *err)
{
    struct th_fabric *fabric = NULL;
    double covered_m2 = 0;
    enum th_status status = th_fabric_new(earlier->parcels, n, NULL, &fabric, err);
    if (status == TH_OK) {
        status =
            th_fabric_covered(fabric, f->probe, f->piece, th_area_m2(f->area), &covered_m2, err);
    }
    th_fabric_free(fabric);
    return status == TH_OK ? th_area_from_m2(covered_m2, ret_area, err) : status;
}

// Where several lie over each other, the worst of them counts.
static enum th_status count_ground(struct finding *f, const struct earlier *earlier,
                                   struct th_area *ret_counted, struct th_error *err)
{
    struct th_extent_past *past = calloc(earlier->n + 1, sizeof(*past));
    int64_t before = 0;
    if (!past) {
        return th_error_no_memory(err);
    }
    enum th_status status = TH_OK;
    for (size_t i = 0; i < earlier->n && status == TH_OK; i++) {
        struct th_area together = f->area;
        status = covered(f, earlier, i + 1, &together, err);
        int64_t more = th_area_m2_300(together) - before;
        past[i] = (struct th_extent_past){.area = th_area_from_m2_300(more > 0 ? more : 0),
                                          .loss_cent = earlier->losses_cent[i]};
        before += more > 0 ? more : 0;
    }
    struct th_area area = f->area;
    if (before > 0 && th_area_m2(area) - th_area_m2(th_area_from_m2_300(before)) < FRESH_MIN_M2) {
        area = th_area_from_m2_300(before);
    }
    if (status == TH_OK) {
        status = th_extent_count(area, past, earlier->n, f->question->loss_cent, ret_counted, err);
    }
    free(past);
    return status;
}

static enum th_status add_loss(struct finding *f, int64_t issuance_id, struct th_carbon mass,
                               struct th_error *err)
{
    struct th_reversal_loss loss = {
        .parcel = f->extent.n_parcels, .issuance_id = issuance_id, .mass = mass};
    struct earlier earlier = {.status = TH_OK, .err = err};
    enum th_status status =
        th_reversal_earlier_each(f->store, issuance_id, f->parcel_id, take_earlier, &earlier, err);
    if (status == TH_OK) {
        status = earlier.status;
    }
    if (status == TH_OK) {
        loss.before = th_carbon_from_kg(earlier.lost_kg);
        status = count_ground(f, &earlier, &loss.counted, err);
    }
    earlier_clear(&earlier);
    if (status == TH_OK) {
        status = th_extent_lost(mass, loss.before, loss.counted, f->whole, &loss.lost, err);
    }
    return status == TH_OK && th_carbon_kg(loss.lost) > 0
               ? th_reversal_extent_add_loss(&f->extent, &loss, err)
               : status;
}

static bool visit_mass(void *context, int64_t issuance_id, struct th_carbon mass)
{
    struct finding *f = context;
    f->status = add_loss(f, issuance_id, mass, &f->err);
    return f->status == TH_OK;
}

// The ground of the event on the parcel; *ret_wkb is NULL where there is none.
static enum th_status cut_piece(struct finding *f, const struct th_ground *ground,
                                unsigned char **ret_wkb, size_t *ret_size, struct th_error *err)
{
    struct th_geometry shape = {0};
    int64_t perimeter_mm = 0;
    enum th_status status = th_fabric_cover(f->fabric, f->probe, ground, &shape, err);
    if (status != TH_OK || shape.n_points == 0) {
        th_geometry_clear(&shape);
        return status;
    }
    status = th_ground_new(&shape, &f->piece, err);
    th_geometry_clear(&shape);
    if (status != TH_OK) {
        return status;
    }
    th_area_measure(f->piece, &f->area, &perimeter_mm);
    th_area_measure(ground, &f->whole, &perimeter_mm);
    // Measured apart, a piece may come out a hair larger than all of it.
    f->area = th_area_compare(f->area, f->whole) > 0 ? f->whole : f->area;
    if (th_area_m2(f->area) < TH_OVERLAP_NOISE_M2) {
        return TH_OK;
    }
    *ret_size = th_ground_wkb_size(f->piece);
    *ret_wkb = malloc(*ret_size);
    if (!*ret_wkb) {
        return th_error_no_memory(err);
    }
    th_ground_wkb(f->piece, *ret_wkb);
    return TH_OK;
}

static enum th_status take_parcel(struct finding *f, const struct th_package_stand *stand,
                                  const struct th_ground *ground, struct th_error *err)
{
    struct th_reversal_parcel parcel = {
        .package_id = stand->package_id, .parcel_id = stand->parcel_id, .version = stand->version};
    size_t n_losses = f->extent.n_losses;
    enum th_status status = cut_piece(f, ground, &parcel.wkb, &parcel.wkb_size, err);
    if (status != TH_OK || !parcel.wkb) {
        return status;
    }
    parcel.whole = f->whole;
    parcel.area = f->area;
    parcel.ground = th_hash_bytes(TH_HASH_BLAKE2B, parcel.wkb, parcel.wkb_size);
    f->parcel_id = stand->parcel_id;
    status = th_reversal_mass_each(f->store, stand->package_id, stand->parcel_id, f->question->year,
                                   visit_mass, f, err);
    if (status == TH_OK && f->status != TH_OK) {
        if (err) {
            *err = f->err;
        }
        status = f->status;
    }
    if (status == TH_OK && f->extent.n_losses > n_losses) {
        status = th_reversal_extent_add_parcel(&f->extent, &parcel, err);
        parcel.wkb = status == TH_OK ? NULL : parcel.wkb;
    }
    free(parcel.wkb);
    return status;
}

static enum th_status judge_stand(struct finding *f, const struct th_package_stand *stand,
                                  struct th_error *err)
{
    struct th_ground *ground = NULL;
    enum th_status status = TH_OK;
    if (f->package.package_id != stand->package_id) {
        status = th_package_load(f->store, stand->package_id, &f->package, err);
    }
    if (status != TH_OK || strcmp(f->package.state, "issued") != 0) {
        return status;
    }
    status = th_ground_from_wkb(stand->wkb, stand->wkb_size, &ground, err);
    if (status == TH_OK) {
        status = take_parcel(f, stand, ground, err);
    }
    th_ground_free(f->piece);
    f->piece = NULL;
    th_ground_free(ground);
    return status;
}

static bool visit_stand(void *context, const struct th_package_stand *stand)
{
    struct finding *f = context;
    struct th_error err = {0};
    f->status = judge_stand(f, stand, &err);
    f->err = err;
    return f->status == TH_OK;
}

enum th_status th_extent_find(struct th_store *store, const struct th_extent_question *question,
                              struct th_reversal_extent *ret_extent, struct th_error *err)
{
    struct finding f = {.store = store, .question = question, .status = TH_OK};
    const struct th_box *box = &question->drawn->box;
    const struct th_package_ground where = {.from = {1, 1, 1},
                                            .to = {question->year, 12, 31},
                                            .west_deg = box->west,
                                            .south_deg = box->south,
                                            .east_deg = box->east,
                                            .north_deg = box->north};
    enum th_status status =
        th_fabric_new(question->drawn->parcels, question->drawn->n, NULL, &f.fabric, err);
    if (status == TH_OK) {
        status = th_fabric_probe_new(&f.probe, err);
    }
    if (status == TH_OK) {
        status = th_package_ground_each(store, &where, visit_stand, &f, err);
    }
    if (status == TH_OK && f.status != TH_OK) {
        if (err) {
            *err = f.err;
        }
        status = f.status;
    }
    th_fabric_probe_free(f.probe);
    th_fabric_free(f.fabric);
    if (status == TH_OK) {
        *ret_extent = f.extent;
    } else {
        th_reversal_extent_clear(&f.extent);
    }
    return status;
}
