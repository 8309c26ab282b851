// Kilograms of a package: estimated, limited or stated, as a whole and by year and parcel.
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/package/package_internal.h"

enum th_status th_package_estimate_span(struct th_store *store,
                                        const struct th_package_open *package,
                                        const struct th_package_span *span, int64_t seq,
                                        struct th_estimate_result *ret_result, struct th_error *err)
{
    struct th_estimate_inputs inputs;
    struct th_estimate_rules *rules = NULL;
    enum th_status status = th_estimate_inputs_read(package->record.inputs, &inputs, err);
    if (status == TH_OK) {
        status = th_estimate_rules_new(package->methodology, inputs.items, inputs.n, &rules, err);
    }
    if (status == TH_OK) {
        struct th_estimate_job job = {.methodology = package->methodology,
                                      .rules = rules,
                                      .inputs = inputs.json,
                                      .scope = span->scope,
                                      .sources = span->sources,
                                      .n_sources = span->n_sources,
                                      .from_year = span->from_year,
                                      .to_year = span->to_year,
                                      .seq = seq};
        status = th_estimate_perform(store, &job, ret_result, err);
    }
    th_estimate_rules_free(rules);
    return status;
}

enum th_status th_package_estimate(struct th_store *store, struct th_package_open *package,
                                   int64_t seq, struct th_estimate_result *ret_result,
                                   struct th_error *err)
{
    char scope[TH_SCOPE_SIZE];
    (void)snprintf(scope, sizeof(scope), "{\"package\":%" PRId64 "}", package->record.package_id);
    const struct th_package_span span = {.sources = package->sources.items,
                                         .n_sources = package->sources.n,
                                         .from_year = package->record.from.year,
                                         .to_year = package->record.to.year,
                                         .scope = scope};
    enum th_status status = th_package_estimate_span(store, package, &span, seq, ret_result, err);
    if (status == TH_OK) {
        package->record.run_id = ret_result->record.run_id;
    }
    return status;
}

// A verifier's figure below the estimate limits it; the very floor of the estimate changes nothing.
static bool is_limited(const struct th_package_record *record, struct th_carbon net)
{
    return th_units_t(record->verified) > 0 &&
           th_units_compare(record->verified, th_carbon_whole_t(net)) < 0;
}

enum th_status th_package_net(struct th_store *store, const struct th_package_record *record,
                              struct th_carbon *ret_net, struct th_error *err)
{
    if (th_package_by_statement(record)) {
        return th_units_carbon(record->verified, ret_net, err);
    }
    struct th_estimate_run_record run;
    enum th_status status = th_estimate_run_load(store, record->run_id, &run, NULL, err);
    if (status != TH_OK) {
        return status;
    }
    if (is_limited(record, run.terms.net)) {
        return th_units_carbon(record->verified, ret_net, err);
    }
    *ret_net = run.terms.net;
    return TH_OK;
}

struct entry_list {
    struct th_issuance_entry *items;
    size_t n, capacity;
    struct th_carbon net;
    enum th_status status;
    struct th_error *err;
};

static bool collect_entry(void *context, const struct th_estimate_row *row)
{
    struct entry_list *list = context;
    if (list->n == list->capacity) {
        // As many as the run has, or it is not the run of this package.
        list->status = th_error_set(list->err, TH_CORRUPT, "registry_corrupt", NULL);
        return false;
    }
    list->items[list->n++] = (struct th_issuance_entry){
        .parcel_id = row->parcel_id, .year = row->year, .net = row->terms.net};
    list->status = th_carbon_add(list->net, row->terms.net, &list->net, list->err);
    return list->status == TH_OK;
}

static int compare_entries(const void *a, const void *b)
{
    const struct th_issuance_entry *x = a;
    const struct th_issuance_entry *y = b;
    if (x->year != y->year) {
        return x->year < y->year ? -1 : 1;
    }
    return x->parcel_id < y->parcel_id ? -1 : x->parcel_id > y->parcel_id;
}

// Takes `deduction` off the entries above zero, in proportion to what they have: a share rounded up
// by one kilogram is still no more than its entry, since it had a remainder.
static enum th_status deduct(struct entry_list *list, int64_t deduction_kg)
{
    int64_t *numbers = calloc(2 * list->n, sizeof(*numbers));
    if (!numbers) {
        return th_error_no_memory(list->err);
    }
    int64_t *shares = numbers + list->n;
    for (size_t i = 0; i < list->n; i++) {
        int64_t kg = th_carbon_kg(list->items[i].net);
        numbers[i] = kg > 0 ? kg : 0;
    }
    enum th_status status = th_allocate(deduction_kg, numbers, list->n, shares, list->err);
    for (size_t i = 0; i < list->n && status == TH_OK; i++) {
        status = th_carbon_sub(list->items[i].net, th_carbon_from_kg(shares[i]),
                               &list->items[i].net, list->err);
    }
    free(numbers);
    return status;
}

static enum th_status entries_of_run(struct th_store *store, const struct th_package_open *package,
                                     struct entry_list *list)
{
    enum th_status status =
        th_estimate_row_each(store, package->record.run_id, collect_entry, list, list->err);
    status = status == TH_OK ? list->status : status;
    if (status == TH_OK && list->n != list->capacity) {
        status = th_error_set(list->err, TH_CORRUPT, "registry_corrupt", NULL);
    }
    if (status != TH_OK) {
        return status;
    }
    qsort(list->items, list->n, sizeof(*list->items), compare_entries);
    if (!is_limited(&package->record, list->net)) {
        return TH_OK;
    }
    struct th_carbon limit;
    struct th_carbon deduction;
    status = th_units_carbon(package->record.verified, &limit, list->err);
    if (status == TH_OK) {
        status = th_carbon_sub(list->net, limit, &deduction, list->err);
    }
    return status == TH_OK ? deduct(list, th_carbon_kg(deduction)) : status;
}

static enum th_status spread_statement(const struct th_package_open *package, int64_t total_kg,
                                       int64_t *numbers, struct entry_list *list)
{
    size_t n_parcels = package->sources.n;
    size_t n_years = list->capacity / n_parcels;
    int64_t *areas = numbers;
    int64_t *shares = areas + n_parcels;
    int64_t *ones = shares + n_parcels;
    int64_t *years = ones + n_years;
    for (size_t i = 0; i < n_parcels; i++) {
        areas[i] = th_area_m2_300(package->sources.items[i].measured);
    }
    for (size_t y = 0; y < n_years; y++) {
        ones[y] = 1;
    }
    enum th_status status = th_allocate(total_kg, ones, n_years, years, list->err);
    for (size_t y = 0; y < n_years && status == TH_OK; y++) {
        status = th_allocate(years[y], areas, n_parcels, shares, list->err);
        for (size_t i = 0; i < n_parcels && status == TH_OK; i++) {
            list->items[list->n++] =
                (struct th_issuance_entry){.parcel_id = package->sources.items[i].parcel_id,
                                           .year = package->record.from.year + (int)y,
                                           .net = th_carbon_from_kg(shares[i])};
        }
    }
    return status;
}

static enum th_status entries_of_statement(const struct th_package_open *package,
                                           struct entry_list *list)
{
    struct th_carbon total;
    size_t n_years = list->capacity / package->sources.n;
    int64_t *numbers = calloc(2 * package->sources.n + 2 * n_years, sizeof(*numbers));
    enum th_status status = numbers ? th_units_carbon(package->record.verified, &total, list->err)
                                    : th_error_no_memory(list->err);
    if (status == TH_OK) {
        status = spread_statement(package, th_carbon_kg(total), numbers, list);
    }
    free(numbers);
    return status;
}

enum th_status th_package_entries(struct th_store *store, const struct th_package_open *package,
                                  struct th_issuance_entry **ret_entries, size_t *ret_n,
                                  struct th_error *err)
{
    assert(package->sources.n > 0);
    size_t n_years = (size_t)(package->record.to.year - package->record.from.year) + 1;
    struct entry_list list = {.capacity = n_years * package->sources.n,
                              .status = TH_OK,
                              .net = th_carbon_from_kg(0),
                              .err = err};
    list.items = calloc(list.capacity, sizeof(*list.items));
    enum th_status status = list.items ? TH_OK : th_error_no_memory(err);
    if (status == TH_OK) {
        status = th_package_by_statement(&package->record) ? entries_of_statement(package, &list)
                                                           : entries_of_run(store, package, &list);
    }
    if (status == TH_OK) {
        *ret_entries = list.items;
        *ret_n = list.n;
    } else {
        free(list.items);
    }
    return status;
}
