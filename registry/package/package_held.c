#include "registry/package/package_held.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "gis/area.h"
#include "gis/fabric.h"

struct judging {
    const struct th_held *held;
    struct th_store *store;
    const struct th_rules *rules;
    struct th_fabric_probe *probe;
    const struct th_ground *ground;     // of the parcel in question
    struct th_parcel_record record;     // the same
    const struct th_held_piece *pieces; // on it
    size_t n;
};

enum th_status th_held_add(struct th_held *held, const struct th_held_piece *piece,
                           struct th_error *err)
{
    if (held->n_pieces == held->pieces_capacity) {
        size_t capacity = held->pieces_capacity == 0 ? 32 : 2 * held->pieces_capacity;
        struct th_held_piece *grown = realloc(held->pieces, capacity * sizeof(*grown));
        if (grown == NULL) {
            return th_error_no_memory(err);
        }
        held->pieces = grown;
        held->pieces_capacity = capacity;
    }
    held->pieces[held->n_pieces] = *piece;
    held->pieces[held->n_pieces++].other = held->n_others;
    return TH_OK;
}

enum th_status th_held_keep(struct th_held *held, struct th_held_other *other, struct th_error *err)
{
    if (held->n_pieces == 0 || held->pieces[held->n_pieces - 1].other != held->n_others) {
        return TH_OK;
    }
    if (held->n_others == held->others_capacity) {
        size_t capacity = held->others_capacity == 0 ? 32 : 2 * held->others_capacity;
        struct th_held_other *grown = realloc(held->others, capacity * sizeof(*grown));
        if (grown == NULL) {
            return th_error_no_memory(err);
        }
        held->others = grown;
        held->others_capacity = capacity;
    }
    held->others[held->n_others++] = *other;
    other->ground = NULL;
    return TH_OK;
}

void th_held_clear(struct th_held *held)
{
    for (size_t i = 0; i < held->n_others; i++) {
        th_ground_free(held->others[i].ground);
    }
    free(held->others);
    free(held->pieces);
    free(held->spent_m2);
    *held = (struct th_held){0};
}

// Of the parcel, under all of them or under those that nobody waived; what several of them hold
// counts once. Where the other gave up a part nobody knows which spots are left, so that all that
// is left counts, whoever else holds it.
static enum th_status covered(const struct judging *j, bool waived_too, double *ret_area_m2,
                              struct th_error *err)
{
    struct th_fabric *fabric = NULL;
    struct th_area whole;
    int64_t perimeter_mm = 0;
    double area_m2 = 0;
    double apart_m2 = 0;
    size_t n = 0;
    struct th_fabric_parcel *others = calloc(j->n + 1, sizeof(*others));
    if (others == NULL) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < j->n; i++) {
        const struct th_held_other *other = &j->held->others[j->pieces[i].other];
        if (j->pieces[i].waived && !waived_too) {
            continue;
        }
        if (j->pieces[i].given_m2 > 0) {
            apart_m2 += fmax(j->pieces[i].area_m2 - j->pieces[i].given_m2, 0);
        } else {
            others[n++] = (struct th_fabric_parcel){
                .ground = other->ground, .area_m2 = other->area_m2, .id = (int64_t)i};
        }
    }
    th_area_measure(j->ground, &whole, &perimeter_mm);
    enum th_status status = th_fabric_new(others, n, &j->rules->overlap, &fabric, err);
    if (status == TH_OK) {
        status = th_fabric_covered(fabric, j->probe, j->ground, th_area_m2(whole), &area_m2, err);
    }
    if (status == TH_OK) {
        *ret_area_m2 = area_m2 + apart_m2;
    }
    th_fabric_free(fabric);
    free(others);
    return status;
}

static enum th_status refuse(const struct judging *j, double common_m2, struct th_error *err)
{
    const struct th_held_piece *largest = &j->pieces[0];
    struct th_package_record rival;
    char where[TH_LAYER_SCHEME_SIZE + TH_NAME_SIZE + 2];
    char mu[TH_QUANTITY_TEXT_SIZE];
    char m2[TH_QUANTITY_TEXT_SIZE];
    char taken[TH_QUANTITY_TEXT_SIZE];
    struct th_area common = th_area_from_m2_300(0);
    for (size_t i = 1; i < j->n; i++) {
        largest = j->pieces[i].area_m2 > largest->area_m2 ? &j->pieces[i] : largest;
    }
    const struct th_held_other *other = &j->held->others[largest->other];
    enum th_status status = th_area_from_m2(common_m2, &common, err);
    if (status == TH_OK && other->package_id != 0) {
        status = th_package_load(j->store, other->package_id, &rival, err);
    }
    if (status != TH_OK) {
        return status;
    }
    if (other->package_id != 0) {
        (void)snprintf(where, sizeof(where), "%s", rival.name);
    } else {
        (void)snprintf(where, sizeof(where), "%s %s", other->scheme, other->layer_name);
    }
    status = th_error_set(err, TH_CONFLICT, "ground_not_taken_off", "where", where, "area_mu",
                          th_cent_format(th_area_mu_cent(common), mu), "area_m2",
                          th_cent_format(th_area_m2_cent(common), m2), "taken_m2",
                          th_cent_format(th_area_m2_cent(j->record.sliver), taken), NULL);
    th_error_add_int(err, "parcel", j->record.parcel_id);
    return status;
}

// What was taken off a parcel without a waiver was strips. With one, no more of it was than strips
// may be, so that ground which was waived once does not open the parcel to strips elsewhere.
static enum th_status parcel_judge(const struct judging *j, double *ret_spent_m2,
                                   struct th_error *err)
{
    double allowed_m2 = j->rules->overlap.sliver_total_share * th_area_m2(j->record.measured) +
                        TH_OVERLAP_NOISE_M2 * (double)j->n;
    double taken_m2 = th_area_m2(j->record.sliver);
    double common_m2 = 0;
    size_t n_waived = 0;
    for (size_t i = 0; i < j->n; i++) {
        n_waived += j->pieces[i].waived ? 1 : 0;
    }
    enum th_status status = covered(j, true, &common_m2, err);
    if (status == TH_OK && common_m2 > taken_m2 + allowed_m2) {
        return refuse(j, common_m2, err);
    }
    *ret_spent_m2 = fmin(common_m2, taken_m2);
    if (status != TH_OK || n_waived == 0 || n_waived == j->n) {
        return status;
    }
    status = covered(j, false, &common_m2, err);
    if (status == TH_OK && common_m2 > fmin(taken_m2, allowed_m2) + allowed_m2) {
        return refuse(j, common_m2, err);
    }
    return status;
}

static int compare_pieces(const void *a, const void *b)
{
    const struct th_held_piece *left = a;
    const struct th_held_piece *right = b;
    if (left->position != right->position) {
        return left->position < right->position ? -1 : 1;
    }
    return (left->other > right->other) - (left->other < right->other);
}

enum th_status th_held_judge(struct th_held *held, struct th_store *store,
                             const struct th_package_open *package,
                             struct th_ground *const *grounds, const struct th_rules *rules,
                             struct th_error *err)
{
    struct judging j = {.held = held, .store = store, .rules = rules};
    held->spent_m2 = calloc(package->sources.n + 1, sizeof(*held->spent_m2));
    if (held->spent_m2 == NULL) {
        return th_error_no_memory(err);
    }
    if (held->n_pieces == 0) {
        return TH_OK;
    }
    qsort(held->pieces, held->n_pieces, sizeof(*held->pieces), compare_pieces);
    enum th_status status = th_fabric_probe_new(&j.probe, err);
    for (size_t i = 0; status == TH_OK && i < held->n_pieces; i += j.n) {
        size_t position = held->pieces[i].position;
        const struct th_estimate_source *source = &package->sources.items[position];
        j.pieces = &held->pieces[i];
        j.n = 1;
        while (i + j.n < held->n_pieces && held->pieces[i + j.n].position == position) {
            j.n++;
        }
        j.ground = grounds[position];
        status = th_parcel_load(store, source->parcel_id, source->version, &j.record, err);
        if (status == TH_OK) {
            status = parcel_judge(&j, &held->spent_m2[position], err);
        }
    }
    th_fabric_probe_free(j.probe);
    return status;
}
