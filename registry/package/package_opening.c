// What a package starts from (ADR 20). Ground that has issued years follows on from them: what it
// owes since, and the years between that nobody packaged, come off before anything is issued, so
// that a stock that fell and rose again is not credited for its return.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/text.h"
#include "registry/package/package_internal.h"
#include "registry/parcel_lineage.h"

static const struct th_carbon nothing = {0};

// Of a parcel's ground up to a package.
struct before {
    bool any;      // something of it was issued
    int last_year; // of that; of several parents the earliest
    struct th_carbon debt;
};

struct kin { // parents or children of one parcel
    int64_t of;
    bool parents;
    struct th_parcel_lineage *items;
    size_t n, capacity;
    bool no_memory;
};

static bool meet_kin(void *context, const struct th_parcel_lineage *lineage)
{
    struct kin *kin = context;
    if ((kin->parents ? lineage->child_id : lineage->parent_id) != kin->of) {
        return true;
    }
    if (kin->n == kin->capacity) {
        size_t capacity = kin->capacity == 0 ? 8 : 2 * kin->capacity;
        void *grown = realloc(kin->items, capacity * sizeof(*kin->items));
        kin->no_memory = !grown;
        if (!grown) {
            return false;
        }
        kin->items = grown;
        kin->capacity = capacity;
    }
    kin->items[kin->n++] = *lineage;
    return true;
}

static enum th_status kin_load(struct th_store *store, int64_t parcel_id, bool parents,
                               struct kin *ret_kin, struct th_error *err)
{
    struct kin kin = {.of = parcel_id, .parents = parents};
    enum th_status status = th_parcel_lineage_each(store, parcel_id, meet_kin, &kin, err);
    if (status == TH_OK && kin.no_memory) {
        status = th_error_no_memory(err);
    }
    if (status != TH_OK) {
        free(kin.items);
        return status;
    }
    *ret_kin = kin;
    return TH_OK;
}

// Of a parent's debt, by area and rounded up, what goes with one of those that came of it.
static enum th_status inherit(struct th_store *store, const struct th_parcel_lineage *line,
                              struct th_carbon debt, struct th_carbon *sum, struct th_error *err)
{
    struct kin children = {.n = 0};
    int64_t own = 0;
    int64_t all = 0;
    int64_t share_kg = 0;
    struct th_ratio share;
    if (th_carbon_compare(debt, nothing) == 0) {
        return TH_OK;
    }
    enum th_status status = kin_load(store, line->parent_id, false, &children, err);
    for (size_t i = 0; i < children.n && status == TH_OK; i++) {
        const struct th_parcel_lineage *child = &children.items[i];
        struct th_parcel_record record;
        status = th_parcel_load(store, child->child_id, child->child_version, &record, err);
        if (status == TH_OK) {
            all += th_area_m2_300(record.measured);
            own += child->child_id == line->child_id ? th_area_m2_300(record.measured) : 0;
        }
    }
    free(children.items);
    status = status == TH_OK ? th_ratio_make(own, all, &share, err) : status;
    if (status == TH_OK) {
        status = th_ratio_apply_ceil(share, th_carbon_kg(debt), &share_kg, err);
    }
    return status == TH_OK ? th_carbon_add(*sum, th_carbon_from_kg(share_kg), sum, err) : status;
}

static enum th_status parent_gap(const struct th_parcel_lineage *line, int last_year, int made_year,
                                 struct th_error *err)
{
    (void)th_error_set(err, TH_CONFLICT, "package_gap_of_parent", NULL);
    th_error_add_int(err, "parcel", line->child_id);
    th_error_add_int(err, "parent", line->parent_id);
    th_error_add_int(err, "from", last_year + 1);
    th_error_add_int(err, "to", made_year - 1);
    return TH_CONFLICT;
}

// What was issued of the parcel itself, else of those it came of.
static enum th_status find_before(struct th_store *store, int64_t parcel_id, int year,
                                  struct before *ret_before, struct th_error *err)
{
    struct th_credit_before own;
    struct kin parents = {.n = 0};
    struct th_parcel_record first;
    struct before before = {.last_year = year, .debt = nothing};
    enum th_status status = th_credit_before(store, parcel_id, year, &own, err);
    if (status == TH_OK && own.package_id != 0) {
        *ret_before = (struct before){.any = true, .last_year = own.last_year, .debt = own.debt};
        return TH_OK;
    }
    status = status == TH_OK ? kin_load(store, parcel_id, true, &parents, err) : status;
    if (status == TH_OK && parents.n > 0) {
        status = th_parcel_load(store, parcel_id, 1, &first, err);
    }
    for (size_t i = 0; i < parents.n && status == TH_OK; i++) {
        struct before of_parent;
        status = find_before(store, parents.items[i].parent_id, year, &of_parent, err);
        if (status != TH_OK || !of_parent.any) {
            continue;
        }
        if (of_parent.last_year < first.from.year - 1) {
            status = parent_gap(&parents.items[i], of_parent.last_year, first.from.year, err);
            continue;
        }
        before.any = true;
        before.last_year =
            of_parent.last_year < before.last_year ? of_parent.last_year : before.last_year;
        status = inherit(store, &parents.items[i], of_parent.debt, &before.debt, err);
    }
    free(parents.items);
    if (status == TH_OK) {
        *ret_before = before;
    }
    return status;
}

// The years of ground are credited in their order: what is issued later stands on what was before.
static enum th_status overtaking(struct th_store *store, const struct th_package_record *record,
                                 int64_t parcel_id, int64_t of_parcel, struct th_error *err)
{
    int64_t other_id = 0;
    enum th_status status = th_credit_overtaking(store, parcel_id, record->to.year, &other_id, err);
    if (status != TH_OK || other_id == 0) {
        return status;
    }
    (void)th_error_set(err, TH_CONFLICT, "package_overtaken", NULL);
    th_error_add_int(err, "parcel", of_parcel);
    th_error_add_int(err, "package", other_id);
    th_error_add_int(err, "to", record->to.year);
    return TH_CONFLICT;
}

static enum th_status check_order(struct th_store *store, const struct th_package_record *record,
                                  int64_t parcel_id, struct th_error *err)
{
    struct th_relatives children = {.n = 0};
    enum th_status status = overtaking(store, record, parcel_id, parcel_id, err);
    status = status == TH_OK ? th_relatives_load(store, parcel_id, false, &children, err) : status;
    for (size_t i = 0; i < children.n && status == TH_OK; i++) {
        status = overtaking(store, record, children.items[i].parcel_id, parcel_id, err);
    }
    th_relatives_clear(&children);
    return status;
}

static enum th_status waiting(struct th_store *store, const struct th_package_record *record,
                              int64_t parcel_id, int64_t of_parcel, struct th_error *err)
{
    int64_t other_id = 0;
    enum th_status status = th_credit_overtaken(store, record->package_id, parcel_id,
                                                record->from.year, &other_id, err);
    if (status != TH_OK || other_id == 0) {
        return status;
    }
    (void)th_error_set(err, TH_CONFLICT, "package_before_waits", NULL);
    th_error_add_int(err, "parcel", of_parcel);
    th_error_add_int(err, "package", other_id);
    return TH_CONFLICT;
}

enum th_status th_package_check_waiting(struct th_store *store,
                                        const struct th_package_open *package, struct th_error *err)
{
    enum th_status status = TH_OK;
    for (size_t i = 0; i < package->sources.n && status == TH_OK; i++) {
        struct th_relatives parents = {.n = 0};
        int64_t parcel_id = package->sources.items[i].parcel_id;
        status = waiting(store, &package->record, parcel_id, parcel_id, err);
        if (status == TH_OK) {
            status = th_relatives_load(store, parcel_id, true, &parents, err);
        }
        for (size_t k = 0; k < parents.n && status == TH_OK; k++) {
            status = waiting(store, &package->record, parents.items[k].parcel_id, parcel_id, err);
        }
        th_relatives_clear(&parents);
    }
    return status;
}

struct opening {
    struct th_estimate_source *source; // borrowed
    struct th_credit_opening record;
};

struct openings {
    struct opening *items; // by parcel
    size_t n;
};

static enum th_status find_openings(struct th_store *store, struct th_package_open *package,
                                    struct openings *openings, struct th_error *err)
{
    enum th_status status = TH_OK;
    openings->items = calloc(package->sources.n + 1, sizeof(*openings->items));
    if (!openings->items) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < package->sources.n && status == TH_OK; i++) {
        struct th_estimate_source *source = &package->sources.items[i];
        struct before before;
        status = check_order(store, &package->record, source->parcel_id, err);
        if (status == TH_OK) {
            status = find_before(store, source->parcel_id, package->record.from.year, &before, err);
        }
        if (status == TH_OK && before.any) {
            openings->items[openings->n++] =
                (struct opening){.source = source,
                                 .record = {.parcel_id = source->parcel_id,
                                            .last_year = before.last_year,
                                            .debt = before.debt,
                                            .opening = before.debt}};
        }
    }
    return status;
}

// Nobody knows what became of the stock between: it may have fallen.
static enum th_status gap_unknown(const struct th_package_open *package,
                                  const struct opening *opening, const char *reason,
                                  struct th_error *err)
{
    (void)th_error_set(err, TH_CONFLICT, "package_gap_unknown", "methodology",
                       th_methodology_id(package->methodology), "reason", reason, NULL);
    th_error_add_int(err, "parcel", opening->record.parcel_id);
    th_error_add_int(err, "from", opening->record.last_year + 1);
    th_error_add_int(err, "to", package->record.from.year - 1);
    return TH_CONFLICT;
}

struct gap_sum {
    struct openings *openings;
    int last_year;
    enum th_status status;
    struct th_error *err;
};

static int compare_openings(const void *a, const void *b)
{
    const struct opening *left = a;
    const struct opening *right = b;
    return (left->record.parcel_id > right->record.parcel_id) -
           (left->record.parcel_id < right->record.parcel_id);
}

static bool add_gap(void *context, const struct th_estimate_row *row)
{
    struct gap_sum *sum = context;
    const struct opening key = {.record.parcel_id = row->parcel_id};
    struct opening *opening = bsearch(&key, sum->openings->items, sum->openings->n,
                                      sizeof(*sum->openings->items), compare_openings);
    if (opening && opening->record.last_year == sum->last_year) {
        sum->status =
            th_carbon_add(opening->record.gap, row->terms.net, &opening->record.gap, sum->err);
    }
    return sum->status == TH_OK;
}

// A stored run over the years between, of all parcels whose issued years end with the same one.
static enum th_status estimate_gap(struct th_store *store, struct th_package_open *package,
                                   struct openings *openings, int last_year, int64_t seq,
                                   struct th_error *err)
{
    char scope[TH_SCOPE_SIZE];
    struct gap_sum sum = {openings, last_year, TH_OK, err};
    struct th_estimate_result result = {.n_years = 0};
    size_t n = 0;
    struct th_estimate_source *sources = calloc(openings->n, sizeof(*sources));
    enum th_status status = sources ? TH_OK : th_error_no_memory(err);
    for (size_t i = 0; i < openings->n && status == TH_OK; i++) {
        struct th_error problem = {.status = TH_OK};
        const struct opening *opening = &openings->items[i];
        if (opening->record.last_year != last_year) {
            continue;
        }
        sources[n++] = *opening->source;
        status = th_estimate_source_applies(store, package->methodology, opening->source,
                                            last_year + 1, package->record.from.year - 1, &problem);
        if (status == TH_INVALID) {
            status = gap_unknown(package, opening, th_error_arg_get(&problem, "reason"), err);
        } else if (status != TH_OK && err) {
            *err = problem;
        }
    }
    (void)snprintf(scope, sizeof(scope), "{\"before_package\":%" PRId64 "}",
                   package->record.package_id);
    if (status == TH_OK) {
        const struct th_package_span span = {.sources = sources,
                                             .n_sources = n,
                                             .from_year = last_year + 1,
                                             .to_year = package->record.from.year - 1,
                                             .scope = scope};
        status = th_package_estimate_span(store, package, &span, seq, &result, err);
    }
    if (status == TH_OK) {
        status = th_estimate_row_each(store, result.record.run_id, add_gap, &sum, err);
        status = status == TH_OK ? sum.status : status;
    }
    for (size_t i = 0; i < openings->n && status == TH_OK; i++) {
        struct th_credit_opening *record = &openings->items[i].record;
        if (record->last_year == last_year) {
            record->has_gap = true;
            record->run_id = result.record.run_id;
            status = th_carbon_sub(record->debt, record->gap, &record->opening, err);
            record->opening =
                th_carbon_compare(record->opening, nothing) > 0 ? record->opening : nothing;
        }
    }
    th_estimate_result_clear(&result);
    free(sources);
    return status;
}

static enum th_status estimate_gaps(struct th_store *store, struct th_package_open *package,
                                    struct openings *openings, int64_t seq, struct th_error *err)
{
    enum th_status status = TH_OK;
    for (size_t i = 0; i < openings->n && status == TH_OK; i++) {
        const struct opening *opening = &openings->items[i];
        if (opening->record.has_gap || opening->record.last_year + 1 >= package->record.from.year) {
            continue;
        }
        status = th_package_by_statement(&package->record)
                     ? gap_unknown(package, opening, "@applicability.stated", err)
                     : estimate_gap(store, package, openings, opening->record.last_year, seq, err);
    }
    return status;
}

enum th_status th_package_openings_make(struct th_store *store, struct th_package_open *package,
                                        int64_t seq, struct th_error *err)
{
    struct openings openings = {.n = 0};
    enum th_status status = find_openings(store, package, &openings, err);
    status = status == TH_OK ? estimate_gaps(store, package, &openings, seq, err) : status;
    if (status == TH_OK) {
        status = th_credit_openings_clear(store, package->record.package_id, err);
    }
    for (size_t i = 0; i < openings.n && status == TH_OK; i++) {
        status = th_credit_opening_insert(store, package->record.package_id,
                                          &openings.items[i].record, err);
    }
    free(openings.items);
    return status;
}

struct comparison {
    const struct openings *now;
    size_t n;
    bool same;
};

static bool compare_opening(void *context, const struct th_credit_opening *stored)
{
    struct comparison *comparison = context;
    const struct openings *now = comparison->now;
    const struct th_credit_opening *record =
        comparison->n < now->n ? &now->items[comparison->n].record : NULL;
    comparison->n++;
    comparison->same = record && record->parcel_id == stored->parcel_id &&
                       record->last_year == stored->last_year &&
                       th_carbon_compare(record->debt, stored->debt) == 0;
    return comparison->same;
}

enum th_status th_package_check_openings(struct th_store *store, struct th_package_open *package,
                                         struct th_error *err)
{
    struct openings openings = {.n = 0};
    struct comparison comparison = {.now = &openings, .same = true};
    enum th_status status = find_openings(store, package, &openings, err);
    if (status == TH_OK) {
        status = th_credit_opening_each(store, package->record.package_id, compare_opening,
                                        &comparison, err);
    }
    if (status == TH_OK && (!comparison.same || comparison.n != openings.n)) {
        status = th_error_set(err, TH_CONFLICT, "package_opening_changed", NULL);
        th_error_add_int(err, "package", package->record.package_id);
    }
    free(openings.items);
    return status;
}

struct owed_list {
    struct th_issuance_debt *items;
    size_t n, capacity;
    struct th_carbon sum;
    enum th_status status;
    struct th_error *err;
};

static bool collect_owed(void *context, const struct th_credit_opening *opening)
{
    struct owed_list *list = context;
    if (list->items && list->n < list->capacity) {
        list->items[list->n] =
            (struct th_issuance_debt){.parcel_id = opening->parcel_id, .owed = opening->opening};
    }
    list->n++;
    list->status = th_carbon_add(list->sum, opening->opening, &list->sum, list->err);
    return list->status == TH_OK;
}

enum th_status th_package_owed(struct th_store *store, const struct th_package_open *package,
                               struct th_issuance_debt **ret_debts, size_t *ret_n,
                               struct th_error *err)
{
    struct owed_list list = {.capacity = package->sources.n,
                             .sum = nothing,
                             .status = TH_OK,
                             .err = err,
                             .items = calloc(package->sources.n + 1, sizeof(*list.items))};
    enum th_status status = list.items ? th_credit_opening_each(store, package->record.package_id,
                                                                collect_owed, &list, err)
                                       : th_error_no_memory(err);
    status = status == TH_OK ? list.status : status;
    if (status == TH_OK && list.n > list.capacity) {
        status = th_error_set(err, TH_CORRUPT, "registry_corrupt", NULL);
    }
    if (status != TH_OK) {
        free(list.items);
        return status;
    }
    *ret_debts = list.items;
    *ret_n = list.n;
    return TH_OK;
}

enum th_status th_package_opening_sum(struct th_store *store, int64_t package_id,
                                      struct th_carbon *ret_sum, struct th_error *err)
{
    struct owed_list list = {.sum = nothing, .status = TH_OK, .err = err};
    enum th_status status = th_credit_opening_each(store, package_id, collect_owed, &list, err);
    status = status == TH_OK ? list.status : status;
    if (status == TH_OK) {
        *ret_sum = list.sum;
    }
    return status;
}

static bool opening_json(void *context, const struct th_credit_opening *opening)
{
    struct th_json *item = th_json_object();
    th_json_set_int(item, "parcel_id", opening->parcel_id);
    th_json_set_int(item, "last_year", opening->last_year);
    th_json_set_int(item, "debt_kg", -th_carbon_kg(opening->debt));
    th_json_set(item, "gap_kg",
                opening->has_gap ? th_json_int(th_carbon_kg(opening->gap)) : th_json_null());
    th_json_set(item, "run_id", opening->has_gap ? th_json_int(opening->run_id) : th_json_null());
    th_json_set_int(item, "opening_kg", -th_carbon_kg(opening->opening));
    th_json_append(context, item);
    return true;
}

enum th_status th_package_openings_json(struct th_store *store, int64_t package_id,
                                        struct th_json **ret_list, struct th_error *err)
{
    struct th_json *list = th_json_array();
    enum th_status status = th_credit_opening_each(store, package_id, opening_json, list, err);
    if (status == TH_OK) {
        *ret_list = list;
    } else {
        th_json_free(list);
    }
    return status;
}

static bool debt_json(void *context, int64_t parcel_id, struct th_carbon debt)
{
    struct th_json *item = th_json_object();
    th_json_set_int(item, "parcel_id", parcel_id);
    th_json_set_int(item, "debt_kg", -th_carbon_kg(debt));
    th_json_append(context, item);
    return true;
}

enum th_status th_package_debts_json(struct th_store *store, int64_t package_id,
                                     struct th_json **ret_list, struct th_error *err)
{
    struct th_json *list = th_json_array();
    enum th_status status = th_credit_debt_each(store, package_id, debt_json, list, err);
    if (status == TH_OK) {
        *ret_list = list;
    } else {
        th_json_free(list);
    }
    return status;
}

enum th_status th_package_years_floor(struct th_estimate_year *years, size_t n,
                                      struct th_carbon opening, struct th_error *err)
{
    struct th_carbon net = n > 0 ? years[0].net : nothing;
    if (n == 0) {
        return TH_OK;
    }
    enum th_status status = th_carbon_sub(net, opening, &years[0].net, err);
    status = status == TH_OK ? th_estimate_years_floor(years, n, err) : status;
    years[0].net = net;
    return status;
}
