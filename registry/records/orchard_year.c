// The account of one orchard: may it have one, what a year fixed and emitted, and what its years
// earn one after the other.
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "registry/records/orchard_internal.h"
#include "store/estimate/activity_store.h"

const char *th_orchard_state_name(enum th_orchard_state state)
{
    static const char *const names[] = {"earned",    "nothing", "not_stated",
                                        "undecided", "refused", "running"};
    return names[state];
}

// --- May it have an account? -------------------------------------------------------------------

struct reasons {
    void (*tell)(void *context, int64_t parcel_id, const struct th_error *reason);
    void *context;
    int64_t parcel_id;
};

// The area is asked of the whole.
static void take_reason(void *context, const struct th_error *reason, int year)
{
    const struct reasons *reasons = context;
    (void)year;
    if (!th_text_equals(th_error_arg_get(reason, "reason"), "@applicability.min_area_mu")) {
        reasons->tell(reasons->context, reasons->parcel_id, reason);
    }
}

enum th_status th_orchard_area(const struct th_orchard *orchard, int year, struct th_area *ret_area,
                               struct th_error *err)
{
    struct th_area area = th_area_from_m2_300(0);
    enum th_status status = TH_OK;
    for (size_t i = 0; i < orchard->n && status == TH_OK; i++) {
        struct th_estimate_source then;
        if (th_estimate_source_in(orchard->parcels[i], year, &then)) {
            status = th_area_add(area, then.measured, &area, err);
        }
    }
    if (status == TH_OK) {
        *ret_area = area;
    }
    return status;
}

enum th_status
th_orchard_reasons(const struct th_orchard_books *books, const struct th_orchard *orchard, int year,
                   void (*tell)(void *context, int64_t parcel_id, const struct th_error *reason),
                   void *context, struct th_error *err)
{
    struct th_error small;
    struct th_area area;
    struct reasons reasons = {tell, context, 0};
    const struct th_estimate_reasons sink = {take_reason, &reasons};
    enum th_status status = th_orchard_area(orchard, year, &area, err);
    for (size_t i = 0; i < orchard->n && status == TH_OK; i++) {
        reasons.parcel_id = orchard->parcels[i]->parcel_id;
        status = th_estimate_source_reasons(books->store, books->methodology, orchard->parcels[i],
                                            year, year, &sink, err);
    }
    if (status == TH_OK && th_methodology_site_fits(books->methodology, TH_SITE_AREA, NULL, NULL,
                                                    area, &small) == TH_DATA_PROBLEM) {
        small.status = TH_INVALID;
        tell(context, 0, &small);
    }
    return status;
}

// --- Both sides --------------------------------------------------------------------------------

enum th_status th_orchard_emitted(const struct th_orchard_sides *sides, struct th_carbon *ret_sum,
                                  struct th_error *err)
{
    struct th_carbon sum = th_carbon_from_kg(0);
    enum th_status status = TH_OK;
    for (size_t gas = 0; gas < TH_N_GASES && status == TH_OK; gas++) {
        status = th_carbon_add(sum, sides->emitted[gas], &sum, err);
    }
    if (status == TH_OK) {
        *ret_sum = sum;
    }
    return status;
}

static enum th_status add(struct th_carbon *sum, struct th_carbon more, struct th_error *err)
{
    return th_carbon_add(*sum, more, sum, err);
}

static enum th_status add_line(struct th_orchard_sides *sides, const struct th_estimate_line *line,
                               struct th_error *err)
{
    enum th_status status = add(&sides->fixed, line->gross, err);
    for (size_t gas = 0; gas < TH_N_GASES && status == TH_OK; gas++) {
        status = add(&sides->emitted[gas], line->emissions[gas], err);
    }
    if (status == TH_OK) {
        status = add(&sides->other, line->baseline, err);
    }
    if (status == TH_OK) {
        status = add(&sides->other, line->leakage, err);
    }
    if (status == TH_OK) {
        status = add(&sides->balance, line->net, err);
    }
    return status == TH_OK ? th_area_add(sides->used, line->area_used, &sides->used, err) : status;
}

static void note_not_stated(const struct th_methodology *methodology, const bool *is_default,
                            struct th_orchard_sides *sides)
{
    for (size_t i = 0; i < th_methodology_n_inputs(methodology); i++) {
        if (th_methodology_input(methodology, i)->scope == TH_INPUT_OF_YEAR && is_default[i] &&
            !sides->not_stated[i]) {
            sides->not_stated[i] = true;
            sides->n_not_stated++;
        }
    }
}

// As an estimate: what cannot be is refused, what is odd asks for a second look.
static enum th_status hold_against_bounds(const struct th_methodology *methodology,
                                          const struct th_estimate_line *line,
                                          struct th_orchard_sides *sides, struct th_error *err)
{
    const struct th_plausible *bounds =
        th_estimate_implausible(methodology, line->area_used, line->net);
    if (!bounds) {
        return TH_OK;
    }
    char value[48];
    char low[TH_RATIO_TEXT_SIZE];
    char high[TH_RATIO_TEXT_SIZE];
    struct th_error said;
    double ha = th_area_m2(line->area_used) / 10000;
    bool refuses = bounds->action == TH_PLAUSIBLE_REFUSE;
    (void)snprintf(value, sizeof(value), "%.2f", (double)th_carbon_kg(line->net) / 1000 / ha);
    (void)th_error_set(&said, TH_INVALID, "orchard_implausible", "value", value, "low",
                       th_ratio_format(bounds->low, low), "high",
                       th_ratio_format(bounds->high, high), "source", bounds->source, NULL);
    th_error_add_int(&said, "parcel", line->parcel_id);
    th_error_add_int(&said, "year", line->year);
    if (!refuses) {
        sides->asks = true;
        sides->asked = said;
        return TH_OK;
    }
    if (err) {
        *err = said;
    }
    return TH_INVALID;
}

static enum th_status add_parcel(const struct th_orchard_books *books,
                                 const struct th_estimate_source *of_any_year, int year,
                                 struct th_orchard_sides *sides, struct th_error *err)
{
    struct th_estimate_source then;
    const struct th_estimate_source *source = &then;
    double values[TH_CALC_INPUTS_MAX];
    bool is_default[TH_CALC_INPUTS_MAX] = {false};
    double terms_kg[TH_ORCHARD_TERMS_MAX];
    struct th_estimate_line line;
    size_t n_terms = th_methodology_n_terms(books->methodology);
    bool counts = th_estimate_source_in(of_any_year, year, &then);
    assert(counts); // else there was a reason
    (void)counts;
    enum th_status status = th_estimate_source_values(books->store, books->methodology, source,
                                                      year, values, is_default, err);
    const struct th_estimate_parcel parcel = {.parcel_id = source->parcel_id,
                                              .measured = source->measured,
                                              .has_contracted = source->has_contracted,
                                              .contracted = source->contracted,
                                              .inputs = values,
                                              .is_default = is_default};
    if (status == TH_OK) {
        status = th_estimate_year(books->rules, year, &parcel, 1, &line, err);
    }
    if (status == TH_OK && n_terms <= TH_ORCHARD_TERMS_MAX) {
        status = th_estimate_terms_kg(books->rules, &parcel, year, terms_kg, err);
    }
    if (status == TH_OK) {
        status = hold_against_bounds(books->methodology, &line, sides, err);
    }
    if (status != TH_OK) {
        return status;
    }
    for (size_t i = 0; i < n_terms && n_terms <= TH_ORCHARD_TERMS_MAX; i++) {
        sides->terms_kg[i] = th_calc_round(sides->terms_kg[i] + terms_kg[i]);
    }
    note_not_stated(books->methodology, is_default, sides);
    return add_line(sides, &line, err);
}

enum th_status th_orchard_sides_of(const struct th_orchard_books *books,
                                   const struct th_orchard *orchard, int year,
                                   struct th_orchard_sides *ret_sides, struct th_error *err)
{
    struct th_orchard_sides sides = {.n_not_stated = 0};
    enum th_status status = TH_OK;
    for (size_t i = 0; i < orchard->n && status == TH_OK; i++) {
        status = add_parcel(books, orchard->parcels[i], year, &sides, err);
    }
    if (status == TH_OK) {
        *ret_sides = sides;
    }
    return status;
}

// --- Year after year ---------------------------------------------------------------------------

static bool see_year(void *context, const struct th_activity *activity)
{
    int *first = context;
    *first = activity->year < *first ? activity->year : *first;
    return false; // in order of years
}

static enum th_status first_year(const struct th_orchard_books *books,
                                 const struct th_orchard *orchard, int year, int *ret_first,
                                 struct th_error *err)
{
    int first = year;
    enum th_status status = TH_OK;
    for (size_t i = 0; i < orchard->n && status == TH_OK; i++) {
        const struct th_activity_question question = {.parcel_id = orchard->parcels[i]->parcel_id};
        status = th_activity_each(books->store, &question, see_year, &first, err);
    }
    if (status == TH_OK) {
        *ret_first = year - first >= TH_ORCHARD_YEARS_MAX ? year - TH_ORCHARD_YEARS_MAX + 1 : first;
    }
    return status;
}

static void count_reason(void *context, int64_t parcel_id, const struct th_error *reason)
{
    size_t *n = context;
    (void)parcel_id;
    (void)reason;
    (*n)++;
}

// The sides of an earlier year; `*ret_has` false where it has none.
static enum th_status earlier_sides(const struct th_orchard_books *books,
                                    const struct th_orchard *orchard, int year, bool *ret_has,
                                    struct th_orchard_sides *ret_sides, struct th_error *err)
{
    size_t n = 0;
    struct th_error problem;
    enum th_status status = th_orchard_reasons(books, orchard, year, count_reason, &n, err);
    *ret_has = false;
    if (status != TH_OK || n > 0) {
        return status;
    }
    status = th_orchard_sides_of(books, orchard, year, ret_sides, &problem);
    *ret_has = status == TH_OK;
    if (status != TH_OK && status != TH_INVALID && err) {
        *err = problem;
    }
    return status == TH_INVALID ? TH_OK : status;
}

static enum th_status earn(const struct th_orchard_books *books,
                           const struct th_orchard_sides *sides, struct th_ratio *rest_kg,
                           struct th_orchard_year *year, struct th_error *err)
{
    const struct th_orchard_decision by =
        th_orchard_decision(books->decisions, TH_ORCHARD_FERTILISER_BY, year->year);
    const struct th_fertiliser_term term = {
        .by_carbon = by.by == TH_FERTILISER_CARBON,
        .t_per_t =
            th_orchard_decision(books->decisions, TH_ORCHARD_FERTILISER_T, year->year).value};
    year->balance = sides->balance;
    if (year->year >= books->today.year) {
        year->state = TH_ORCHARD_RUNNING;
    } else if (sides->n_not_stated > 0) {
        year->state = TH_ORCHARD_NOT_STATED;
    } else if (th_carbon_kg(sides->balance) <= 0) {
        year->state = TH_ORCHARD_NOTHING;
    } else if (by.by == TH_FERTILISER_UNDECIDED) {
        year->state = TH_ORCHARD_UNDECIDED;
    } else {
        year->state = TH_ORCHARD_EARNED;
        return th_fertiliser_earn(sides->balance, &term, rest_kg, &year->earned_kg,
                                  &year->fertiliser_t, err);
    }
    return TH_OK;
}

enum th_status th_orchard_years_of(const struct th_orchard_books *books,
                                   const struct th_orchard *orchard, int year,
                                   const struct th_orchard_sides *sides,
                                   struct th_orchard_year *ret_years, size_t *ret_n,
                                   struct th_error *err)
{
    int first = year;
    size_t n = 0;
    struct th_ratio rest_kg = {0, 1};
    enum th_status status = first_year(books, orchard, year, &first, err);
    for (int y = first; y <= year && status == TH_OK; y++) {
        struct th_orchard_sides earlier;
        bool has = y == year;
        struct th_orchard_year *of = &ret_years[n++];
        *of = (struct th_orchard_year){
            .year = y, .state = TH_ORCHARD_REFUSED, .earned_kg = {0, 1}, .carried_in_kg = rest_kg};
        if (!has) {
            status = earlier_sides(books, orchard, y, &has, &earlier, err);
        }
        if (status == TH_OK && has) {
            status = earn(books, y == year ? sides : &earlier, &rest_kg, of, err);
        }
        of->carried_kg = rest_kg;
    }
    if (status == TH_OK) {
        *ret_n = n;
    }
    return status;
}
