// Propagation of errors: IPCC 2006 Guidelines, Vol 1, Ch 3, approach 1. Σ d·f is a straight line in
// each d, and in each number of f nearly so: what a number's half-width makes of the net is its
// slope times the half-width. To the first order this is Eq 3.1 for products and Eq 3.2 for sums,
// in one formula for both.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "methodology/estimate_spread_internal.h"
#include "methodology/quantile.h"

// 95 %, as intervals are stated.
static const double stated_confidence = 0.95;

// What one independent number moves the net by; the same number in other years is another item.
struct effect {
    uint64_t stream;
    size_t order; // in which it was found, so that sums have one order
    double kg;
};

struct effects {
    struct effect *items;
    size_t n, capacity;
};

static enum th_status note_effect(struct effects *effects, uint64_t stream, double kg,
                                  struct th_error *err)
{
    if (effects->n == effects->capacity) {
        size_t capacity = effects->capacity == 0 ? 64 : 2 * effects->capacity;
        struct effect *grown = realloc(effects->items, capacity * sizeof(*grown));
        if (!grown) {
            return th_error_no_memory(err);
        }
        effects->items = grown;
        effects->capacity = capacity;
    }
    effects->items[effects->n] = (struct effect){stream, effects->n, kg};
    effects->n++;
    return TH_OK;
}

// Adds an activity with the factors of column `column`, to its sides and to the net.
static void add_kg(const struct th_separate *separate, const double *activity,
                   double *const *factors, size_t column, double kg[TH_PORTFOLIO_COLUMNS])
{
    for (size_t part = 0; part < th_separate_n_parts(separate); part++) {
        enum th_side side;
        enum th_gas gas;
        th_separate_part(separate, part, &side, &gas);
        double own = activity[part] * factors[part][column];
        kg[side] += own;
        kg[TH_PORTFOLIO_NET] += side == TH_SIDE_GROSS ? own : -own;
    }
}

static double net_of(const struct th_separate *separate, const double *activity,
                     double *const *factors, size_t column)
{
    double kg[TH_PORTFOLIO_COLUMNS] = {0.0};
    add_kg(separate, activity, factors, column, kg);
    return kg[TH_PORTFOLIO_NET];
}

enum { COLUMNS = 2 }; // below and above the document's value

struct factors {
    const struct th_spread_epoch *epoch;
    double slots[TH_CALC_SLOTS_MAX][COLUMNS];
    const double *columns[TH_CALC_SLOTS_MAX];
    double values[TH_SEPARATE_PARTS_MAX][COLUMNS];
    double *parts[TH_SEPARATE_PARTS_MAX];
};

static void factors_init(struct factors *factors, const struct th_spread_epoch *epoch)
{
    factors->epoch = epoch;
    for (size_t slot = 0; slot < TH_CALC_SLOTS_MAX; slot++) {
        factors->slots[slot][0] = factors->slots[slot][1] = epoch->slots[slot];
        factors->columns[slot] = epoch->is_uncertain[slot] ? factors->slots[slot] : NULL;
    }
    for (size_t part = 0; part < TH_SEPARATE_PARTS_MAX; part++) {
        factors->parts[part] = factors->values[part];
    }
}

static enum th_status factors_run(struct factors *factors, struct th_error *err)
{
    return th_separate_factors(factors->epoch->separate, factors->epoch->slots, factors->columns,
                               COLUMNS, factors->parts, err);
}

// The wider half of an interval; the guidelines have it entered where one leans to a side.
static double half_width(const struct th_parameter_row *row)
{
    double value = th_ratio_double(row->value);
    return fmax(value - th_ratio_double(row->interval_low),
                th_ratio_double(row->interval_high) - value);
}

// Slopes by a step of a thousandth of the half-width to either side: exact but for the last digits
// where the net is a straight line or a parabola in the number.
static enum th_status note_factors(struct factors *factors, const double *activity,
                                   struct effects *effects, struct th_error *err)
{
    const struct th_spread_epoch *epoch = factors->epoch;
    enum th_status status = TH_OK;
    for (size_t slot = 0; slot < TH_CALC_SLOTS_MAX && status == TH_OK; slot++) {
        double width = epoch->is_uncertain[slot] ? half_width(epoch->rows[slot]) : 0.0;
        if (!(width > 0.0)) {
            continue;
        }
        double value = factors->slots[slot][0];
        factors->slots[slot][0] = value - width * 0x1p-10;
        factors->slots[slot][1] = value + width * 0x1p-10;
        double step = factors->slots[slot][1] - factors->slots[slot][0];
        status = factors_run(factors, err);
        if (status == TH_OK && step > 0.0) {
            double change = net_of(epoch->separate, activity, factors->parts, 1) -
                            net_of(epoch->separate, activity, factors->parts, 0);
            status = note_effect(effects, epoch->streams[slot], change / step * width, err);
        }
        factors->slots[slot][0] = factors->slots[slot][1] = value;
    }
    return status;
}

static enum th_status note_errors(struct factors *factors, double *activity,
                                  struct effects *effects, struct th_error *err)
{
    const struct th_spread_epoch *epoch = factors->epoch;
    const double widths = th_normal_half_width(stated_confidence);
    size_t first = 0;
    size_t n = th_error_sum_terms(epoch->errors, 0, &first);
    enum th_status status = n > 0 ? factors_run(factors, err) : TH_OK;
    for (size_t i = first; i < first + n && status == TH_OK; i++) {
        uint64_t stream = 0;
        th_error_sum_read(epoch->errors, i, &stream, activity);
        double change = net_of(epoch->separate, activity, factors->parts, 0);
        status = note_effect(effects, stream, change * widths, err);
    }
    return status;
}

static int compare_effects(const void *a, const void *b)
{
    const struct effect *x = a;
    const struct effect *y = b;
    int by_stream = (x->stream > y->stream) - (x->stream < y->stream);
    return by_stream != 0 ? by_stream : (x->order > y->order) - (x->order < y->order);
}

// One number moves all years together; numbers are independent of one another.
static double combine(struct effects *effects)
{
    double squares = 0.0;
    if (effects->n > 0) {
        qsort(effects->items, effects->n, sizeof(*effects->items), compare_effects);
    }
    for (size_t i = 0; i < effects->n;) {
        uint64_t stream = effects->items[i].stream;
        double kg = 0.0;
        for (; i < effects->n && effects->items[i].stream == stream; i++) {
            kg += effects->items[i].kg;
        }
        squares += kg * kg;
    }
    return sqrt(squares);
}

enum th_status th_spread_values(const struct th_estimate_spread *spread,
                                double ret_kg[TH_PORTFOLIO_COLUMNS], struct th_error *err)
{
    double kg[TH_PORTFOLIO_COLUMNS] = {0.0};
    double activity[TH_SEPARATE_PARTS_MAX];
    struct factors *factors = malloc(sizeof(*factors));
    enum th_status status = factors ? TH_OK : th_error_no_memory(err);
    for (size_t i = 0; i < spread->n_epochs && status == TH_OK; i++) {
        factors_init(factors, spread->epochs[i]);
        th_activity_sum_read(spread->epochs[i]->activity, 0, activity);
        status = factors_run(factors, err);
        if (status == TH_OK) {
            add_kg(spread->epochs[i]->separate, activity, factors->parts, 0, kg);
        }
    }
    free(factors);
    if (status == TH_OK) {
        memcpy(ret_kg, kg, sizeof(kg));
    }
    return status;
}

enum th_status th_spread_propagate(const struct th_estimate_spread *spread, double confidence,
                                   double *ret_half_width, struct th_error *err)
{
    double activity[TH_SEPARATE_PARTS_MAX];
    struct effects effects = {.n = 0};
    struct factors *factors = malloc(sizeof(*factors));
    enum th_status status = factors ? TH_OK : th_error_no_memory(err);
    for (size_t i = 0; i < spread->n_epochs && status == TH_OK; i++) {
        factors_init(factors, spread->epochs[i]);
        th_activity_sum_read(spread->epochs[i]->activity, 0, activity);
        status = note_factors(factors, activity, &effects, err);
        if (status == TH_OK) {
            status = note_errors(factors, activity, &effects, err);
        }
    }
    double width = status == TH_OK
                       ? th_half_width_convert(combine(&effects), stated_confidence, confidence)
                       : 0.0;
    if (status == TH_OK && !isfinite(width)) {
        status = th_error_set(err, TH_DATA_PROBLEM, "draws_undefined", NULL);
    }
    free(effects.items);
    free(factors);
    if (status == TH_OK) {
        *ret_half_width = width;
    }
    return status;
}
