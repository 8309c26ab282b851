// No ground counts twice within one package. Whichever of two parcels came later gave up what they
// have in common; boundaries change, and parcels are divided and joined, so that nobody can say any
// more which of them it was. But in a group of parcels that lie over each other all common ground,
// pair by pair, must be off their areas: of each no more than it shares with the others of the
// group, and nothing that was taken off it for others.
#include <math.h>
#include <stdlib.h>

#include "core/crew.h"
#include "registry/package/package_held.h"

// Boundaries are geodesics between their vertices, so that pieces of a parcel that was divided and
// joined do not measure what it did: by a few millionths, a hundred metres of boundary on end.
static const double NOISE_SHARE = 1e-5;

struct group { // of parcels by their first one's position
    double common_m2, taken_m2;
    double noise_m2; // of measuring them
    size_t n_pairs;
    const struct th_fabric_pair *largest;
};

struct weighing {
    struct th_store *store;
    const struct th_package_open *package;
    const struct th_held *held;
    uint32_t *first;      // of a parcel's group, or on the way there
    struct group *groups; // by position of their first parcel
    double *shared_m2;    // of each parcel with the others of its group, pair by pair
};

static uint32_t first_of(struct weighing *w, uint32_t position)
{
    while (w->first[position] != position) {
        w->first[position] = w->first[w->first[position]];
        position = w->first[position];
    }
    return position;
}

static void join(struct weighing *w, uint32_t a, uint32_t b)
{
    uint32_t one = first_of(w, a);
    uint32_t other = first_of(w, b);
    w->first[one > other ? one : other] = one < other ? one : other;
}

static enum th_status taken_add(struct weighing *w, uint32_t position, struct th_error *err)
{
    const struct th_estimate_source *source = &w->package->sources.items[position];
    struct group *group = &w->groups[first_of(w, position)];
    struct th_parcel_record record;
    if (group->n_pairs == 0) {
        return TH_OK;
    }
    enum th_status status =
        th_parcel_load(w->store, source->parcel_id, source->version, &record, err);
    if (status == TH_OK) {
        double free_m2 = fmax(th_area_m2(record.sliver) - w->held->spent_m2[position], 0);
        group->taken_m2 += fmin(free_m2, w->shared_m2[position]);
        group->noise_m2 += NOISE_SHARE * th_area_m2(record.measured);
    }
    return status;
}

static enum th_status refuse(const struct weighing *w, const struct group *group,
                             struct th_error *err)
{
    const struct th_estimate_source *sources = w->package->sources.items;
    char mu[TH_QUANTITY_TEXT_SIZE];
    char m2[TH_QUANTITY_TEXT_SIZE];
    char taken_text[TH_QUANTITY_TEXT_SIZE];
    struct th_area common = th_area_from_m2_300(0);
    struct th_area taken = th_area_from_m2_300(0);
    enum th_status status = th_area_from_m2(group->common_m2, &common, err);
    if (status == TH_OK) {
        status = th_area_from_m2(group->taken_m2, &taken, err);
    }
    if (status != TH_OK) {
        return status;
    }
    status = th_error_set(err, TH_CONFLICT, "ground_twice_in_package", "area_mu",
                          th_cent_format(th_area_mu_cent(common), mu), "area_m2",
                          th_cent_format(th_area_m2_cent(common), m2), "taken_m2",
                          th_cent_format(th_area_m2_cent(taken), taken_text), NULL);
    th_error_add_int(err, "parcel", sources[group->largest->b].parcel_id);
    th_error_add_int(err, "other", sources[group->largest->a].parcel_id);
    return status;
}

static enum th_status weigh(struct weighing *w, const struct th_fabric_pairs *pairs,
                            struct th_error *err)
{
    uint32_t n = (uint32_t)w->package->sources.n;
    enum th_status status = TH_OK;
    for (uint32_t i = 0; i < n; i++) {
        w->first[i] = i;
    }
    for (size_t i = 0; i < pairs->n; i++) {
        join(w, pairs->items[i].a, pairs->items[i].b);
    }
    for (size_t i = 0; i < pairs->n; i++) {
        const struct th_fabric_pair *pair = &pairs->items[i];
        struct group *group = &w->groups[first_of(w, pair->a)];
        group->common_m2 += pair->finding.area_m2;
        group->noise_m2 += TH_OVERLAP_NOISE_M2;
        w->shared_m2[pair->a] += pair->finding.area_m2;
        w->shared_m2[pair->b] += pair->finding.area_m2;
        if (group->n_pairs++ == 0 || pair->finding.area_m2 > group->largest->finding.area_m2) {
            group->largest = pair;
        }
    }
    for (uint32_t i = 0; status == TH_OK && i < n; i++) {
        status = taken_add(w, i, err);
    }
    for (uint32_t i = 0; status == TH_OK && i < n; i++) {
        const struct group *group = &w->groups[i];
        if (group->common_m2 > group->taken_m2 + group->noise_m2) {
            status = refuse(w, group, err);
        }
    }
    return status;
}

enum th_status th_package_check_within(struct th_store *store,
                                       const struct th_package_open *package,
                                       const struct th_fabric *fabric, const struct th_held *held,
                                       struct th_error *err)
{
    struct weighing w = {.store = store, .package = package, .held = held};
    struct th_fabric_pairs pairs = {.n = 0};
    enum th_status status = th_fabric_join(fabric, th_crew_cores(), NULL, &pairs, err);
    bool more = pairs.cut;
    for (size_t i = 0; i < pairs.n; i++) {
        more = more || pairs.items[i].more;
    }
    if (status == TH_OK && more) {
        status = th_error_set(err, TH_LIMIT, "fabric_too_dense", NULL);
    }
    if (status == TH_OK && pairs.n > 0) {
        w.first = calloc(package->sources.n, sizeof(*w.first));
        w.groups = calloc(package->sources.n, sizeof(*w.groups));
        w.shared_m2 = calloc(package->sources.n, sizeof(*w.shared_m2));
        status = w.first == NULL || w.groups == NULL || w.shared_m2 == NULL
                     ? th_error_no_memory(err)
                     : weigh(&w, &pairs, err);
    }
    free(w.shared_m2);
    free(w.first);
    free(w.groups);
    free(pairs.items);
    return status;
}
