#include "methodology/estimate_uncertainty.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "methodology/estimate_spread_internal.h"
#include "methodology/pieces_internal.h"

enum { BLOCK = 512, SHARE_PARTS = 1000000 };

static void take_row(const struct th_methodology *methodology, struct th_spread_epoch *epoch,
                     const char *name, const struct th_parameter_row *row, uint64_t number)
{
    epoch->rows[row->slot] = row;
    epoch->is_uncertain[row->slot] = row->has_interval;
    epoch->streams[row->slot] = th_random_stream(methodology->sha256.bytes,
                                                 sizeof(methodology->sha256.bytes), name, number);
}

static void fill_rows(const struct th_estimate_rules *rules, int year,
                      struct th_spread_epoch *epoch)
{
    static const char *const gases[TH_N_GASES] = {
        [TH_GAS_CH4] = "gwp CH4", [TH_GAS_N2O] = "gwp N2O"};
    const struct th_methodology *methodology = rules->methodology;
    for (size_t i = 0; i < methodology->n_parameters; i++) {
        size_t n = 0;
        const struct th_parameter_row *rows = th_estimate_rows(rules, i, &n);
        for (size_t k = 0; k < n; k++) {
            if (th_parameter_row_holds(&rows[k], year)) {
                take_row(methodology, epoch, methodology->parameters[i].name, &rows[k], k);
            }
        }
    }
    for (size_t gas = 0; gas < TH_N_GASES && methodology->has_gwp; gas++) {
        if (gas != TH_GAS_CO2) {
            take_row(methodology, epoch, gases[gas], &methodology->gwp[gas], 0);
        }
    }
}

static void epoch_free(struct th_spread_epoch *epoch)
{
    if (epoch) {
        th_error_sum_free(epoch->errors);
        th_activity_sum_free(epoch->activity);
        th_separate_free(epoch->separate);
        free(epoch);
    }
}

static enum th_status epoch_new(const struct th_estimate_rules *rules, int year, size_t n_groups,
                                struct th_spread_epoch **ret_epoch, struct th_error *err)
{
    struct th_spread_epoch *epoch = calloc(1, sizeof(*epoch));
    if (!epoch) {
        return th_error_no_memory(err);
    }
    enum th_status status = th_estimate_slots(rules, year, epoch->slots, err);
    if (status == TH_OK) {
        fill_rows(rules, year, epoch);
        status =
            th_separate_new(rules->methodology->calc, epoch->is_uncertain, &epoch->separate, err);
    }
    if (status == TH_OK) {
        status = th_activity_sum_new(epoch->separate, n_groups, &epoch->activity, err);
    }
    if (status == TH_OK) {
        status = th_error_sum_new(epoch->separate, &epoch->errors, err);
    }
    if (status != TH_OK) {
        epoch_free(epoch);
        return status;
    }
    *ret_epoch = epoch;
    return TH_OK;
}

// The epoch of a year: one that is there already with the same rows, or a new one.
static enum th_status place_year(struct th_estimate_spread *spread, int year, struct th_error *err)
{
    struct th_spread_epoch *epoch = NULL;
    enum th_status status = epoch_new(spread->rules, year, spread->n_groups, &epoch, err);
    if (status != TH_OK) {
        return status;
    }
    size_t at = 0;
    while (at < spread->n_epochs &&
           memcmp(spread->epochs[at]->rows, epoch->rows, sizeof(epoch->rows)) != 0) {
        at++;
    }
    if (at < spread->n_epochs) {
        epoch_free(epoch);
    } else {
        spread->epochs[spread->n_epochs++] = epoch;
        for (size_t i = 0; i < TH_CALC_SLOTS_MAX; i++) {
            spread->is_stated = spread->is_stated || epoch->is_uncertain[i];
        }
    }
    spread->epoch_of[year - spread->from_year] = at;
    return TH_OK;
}

enum th_status th_estimate_spread_new(const struct th_estimate_rules *rules, int from_year,
                                      int to_year, const struct th_estimate_groups *groups,
                                      struct th_estimate_spread **ret_spread, struct th_error *err)
{
    assert(to_year >= from_year && to_year - from_year < TH_SPREAD_YEARS_MAX);
    size_t n_groups = groups ? groups->n : 1;
    struct th_estimate_spread *spread = calloc(1, sizeof(*spread));
    enum th_status status = spread ? TH_OK : th_error_no_memory(err);
    if (status == TH_OK) {
        spread->rules = rules;
        spread->from_year = from_year;
        spread->n_groups = n_groups;
        spread->within = calloc(n_groups, sizeof(*spread->within));
        status = spread->within ? TH_OK : th_error_no_memory(err);
    }
    for (size_t group = 1; group < n_groups && status == TH_OK; group++) {
        assert(groups->within[group] < group);
        spread->within[group] = groups->within[group];
    }
    for (int year = from_year; year <= to_year && status == TH_OK; year++) {
        status = place_year(spread, year, err);
    }
    if (status != TH_OK) {
        th_estimate_spread_free(spread);
        return status;
    }
    *ret_spread = spread;
    return TH_OK;
}

void th_estimate_spread_free(struct th_estimate_spread *spread)
{
    if (spread) {
        for (size_t i = 0; i < spread->n_epochs; i++) {
            epoch_free(spread->epochs[i]);
        }
        free(spread->within);
        free(spread);
    }
}

bool th_estimate_spread_is_stated(const struct th_estimate_spread *spread)
{
    return spread->is_stated;
}

// Room for a block of parcels; of those with an error, as they are and with the error.
struct adding {
    struct th_estimate_columns columns, with;
    struct th_estimate_parcel parcels[BLOCK]; // one for each error
    uint32_t groups[BLOCK];
    uint64_t streams[BLOCK];
    size_t n;
};

static enum th_status add_block(const struct th_spread_epoch *epoch, int year,
                                const struct th_estimate_parcel *parcels, const uint32_t *group_of,
                                size_t n, struct adding *adding, struct th_error *err)
{
    static const uint32_t whole[BLOCK];
    const struct th_calc_batch batch = {.n = n, .inputs = adding->columns.inputs};
    th_estimate_columns_fill(&adding->columns, year, parcels, n);
    return th_activity_sum_add(epoch->activity, epoch->slots, &batch, group_of ? group_of : whole,
                               err);
}

// The errors that were gathered.
static enum th_status flush_errors(const struct th_spread_epoch *epoch, int year,
                                   struct adding *adding, struct th_error *err)
{
    const struct th_calc_batch plain = {.n = adding->n, .inputs = adding->columns.inputs};
    const struct th_calc_batch with = {.n = adding->n, .inputs = adding->with.inputs};
    th_estimate_columns_fill(&adding->columns, year, adding->parcels, adding->n);
    th_estimate_columns_fill(&adding->with, year, adding->parcels, adding->n);
    for (size_t i = 0; i < adding->n; i++) {
        const struct th_estimate_error *error = adding->parcels[i].errors;
        adding->with.columns[TH_COLUMN_INPUTS + error->input][i] += error->standard_error;
    }
    adding->n = 0;
    return th_error_sum_add(epoch->errors, epoch->slots, &plain, &with, adding->groups,
                            adding->streams, err);
}

static enum th_status add_errors(const struct th_spread_epoch *epoch, int year,
                                 const struct th_estimate_parcel *parcels, const uint32_t *group_of,
                                 size_t n, struct adding *adding, struct th_error *err)
{
    enum th_status status = TH_OK;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < parcels[i].n_errors && status == TH_OK; k++) {
            size_t at = adding->n++;
            adding->parcels[at] = parcels[i];
            adding->parcels[at].errors = &parcels[i].errors[k];
            adding->groups[at] = group_of ? group_of[i] : 0;
            adding->streams[at] = parcels[i].errors[k].stream;
            if (adding->n == BLOCK) {
                status = flush_errors(epoch, year, adding, err);
            }
        }
    }
    return status == TH_OK && adding->n > 0 ? flush_errors(epoch, year, adding, err) : status;
}

enum th_status th_estimate_spread_add(struct th_estimate_spread *spread, int year,
                                      const struct th_estimate_parcel *parcels,
                                      const uint32_t *group_of, size_t n, struct th_error *err)
{
    assert(!spread->is_finished);
    const struct th_spread_epoch *epoch =
        spread->epochs[spread->epoch_of[year - spread->from_year]];
    struct adding *adding = calloc(1, sizeof(*adding));
    bool made = adding &&
                th_estimate_columns_make(spread->rules->methodology, BLOCK, &adding->columns) &&
                th_estimate_columns_make(spread->rules->methodology, BLOCK, &adding->with);
    enum th_status status = made ? TH_OK : th_error_no_memory(err);
    for (size_t first = 0; first < n && status == TH_OK; first += BLOCK) {
        size_t part = n - first < BLOCK ? n - first : BLOCK;
        status = add_block(epoch, year, parcels + first, group_of ? group_of + first : NULL, part,
                           adding, err);
    }
    for (size_t i = 0; i < n; i++) {
        spread->is_stated = spread->is_stated || parcels[i].n_errors > 0;
    }
    status = status == TH_OK ? add_errors(epoch, year, parcels, group_of, n, adding, err) : status;
    if (adding) {
        th_estimate_columns_clear(&adding->with);
        th_estimate_columns_clear(&adding->columns);
    }
    free(adding);
    return status;
}

static enum th_status fit_factors(const struct th_spread_epoch *epoch,
                                  struct th_portfolio_factor *factors, size_t *ret_n,
                                  struct th_error *err)
{
    size_t n = 0;
    enum th_status status = TH_OK;
    for (size_t slot = 0; slot < TH_CALC_SLOTS_MAX && status == TH_OK; slot++) {
        if (epoch->is_uncertain[slot]) {
            const struct th_parameter_row *row = epoch->rows[slot];
            factors[n] = (struct th_portfolio_factor){.slot = slot, .stream = epoch->streams[slot]};
            status = th_distribution_fit(
                row->shape, th_ratio_double(row->value), th_ratio_double(row->interval_low),
                th_ratio_double(row->interval_high), &factors[n].distribution, err);
            n++;
        }
    }
    *ret_n = n;
    return status;
}

static enum th_status make_portfolio(const struct th_estimate_spread *spread,
                                     const struct th_spread_epoch *epoch, unsigned n_threads,
                                     struct th_portfolio **ret_portfolio, struct th_error *err)
{
    struct th_portfolio_factor *factors = calloc(TH_CALC_SLOTS_MAX, sizeof(*factors));
    const struct th_hash *sha256 = &spread->rules->methodology->sha256;
    struct th_portfolio_options options = {
        .slots = epoch->slots,
        .n_slots = TH_CALC_SLOTS_MAX,
        .factors = factors,
        // The same estimate has the same draws, whoever makes it.
        .seed = th_random_stream(sha256->bytes, sizeof(sha256->bytes), "seed", 0),
        .n_draws = TH_ESTIMATE_DRAWS,
        .confidence = th_ratio_double(th_methodology_confidence(spread->rules->methodology)),
        .n_threads = n_threads};
    enum th_status status =
        factors ? fit_factors(epoch, factors, &options.n_factors, err) : th_error_no_memory(err);
    if (status == TH_OK) {
        status = th_portfolio_new(epoch->separate, &options, ret_portfolio, err);
    }
    free(factors);
    return status;
}

// Draws of a group in one epoch.
static enum th_status draw_epoch(const struct th_spread_epoch *epoch,
                                 const struct th_portfolio *portfolio, uint32_t group,
                                 double *const ret_columns[TH_PORTFOLIO_COLUMNS],
                                 struct th_error *err)
{
    size_t n_parts = th_separate_n_parts(epoch->separate);
    size_t first = 0;
    size_t n_errors = th_error_sum_terms(epoch->errors, group, &first);
    double *activity = calloc((n_errors + 1) * n_parts + 1, sizeof(*activity));
    struct th_portfolio_term *terms = calloc(n_errors + 1, sizeof(*terms));
    enum th_status status = activity && terms ? TH_OK : th_error_no_memory(err);
    if (status == TH_OK) {
        th_activity_sum_read(epoch->activity, group, activity);
        terms[0] = (struct th_portfolio_term){.activity = activity};
        for (size_t i = 1; i <= n_errors; i++) {
            terms[i] =
                (struct th_portfolio_term){.activity = activity + i * n_parts, .is_error = true};
            th_error_sum_read(epoch->errors, first + i - 1, &terms[i].stream,
                              activity + i * n_parts);
        }
        status = th_portfolio_draws(portfolio, terms, n_errors + 1, 0, ret_columns, err);
    }
    free(terms);
    free(activity);
    return status;
}

struct drawing {
    const struct th_estimate_spread *spread;
    struct th_portfolio *portfolios[TH_SPREAD_YEARS_MAX]; // by epoch
    double confidence;
    struct th_portfolio_result whole;
    struct th_spread *nets; // by group
};

enum { COLUMN_NUMBERS = TH_PORTFOLIO_COLUMNS * TH_ESTIMATE_DRAWS };

// Years add up draw by draw.
static enum th_status draw_years(const struct drawing *drawing, uint32_t group,
                                 double *const sums[TH_PORTFOLIO_COLUMNS], double *const *own,
                                 struct th_error *err)
{
    enum th_status status = TH_OK;
    for (size_t i = 0; i < drawing->spread->n_epochs && status == TH_OK; i++) {
        status = draw_epoch(drawing->spread->epochs[i], drawing->portfolios[i], group,
                            i == 0 ? sums : own, err);
        for (size_t k = 0; k < COLUMN_NUMBERS && i > 0 && status == TH_OK; k++) {
            sums[0][k] += own[0][k];
        }
    }
    return status;
}

static enum th_status draw_group(void *context, size_t group, struct th_error *err)
{
    struct drawing *drawing = context;
    double *sums[TH_PORTFOLIO_COLUMNS];
    double *own[TH_PORTFOLIO_COLUMNS];
    double *memory = malloc(2 * (size_t)COLUMN_NUMBERS * sizeof(*memory));
    if (!memory) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < TH_PORTFOLIO_COLUMNS; i++) {
        sums[i] = memory + i * TH_ESTIMATE_DRAWS;
        own[i] = sums[i] + COLUMN_NUMBERS;
    }
    enum th_status status = draw_years(drawing, (uint32_t)group, sums, own, err);
    for (size_t i = 0; i < TH_PORTFOLIO_COLUMNS && group == 0 && status == TH_OK; i++) {
        status = th_spread_of(sums[i], TH_ESTIMATE_DRAWS, drawing->confidence,
                              &drawing->whole.columns[i], err);
    }
    if (status == TH_OK && group > 0) {
        status = th_spread_of(sums[TH_PORTFOLIO_NET], TH_ESTIMATE_DRAWS, drawing->confidence,
                              &drawing->nets[group], err);
    }
    free(memory);
    return status;
}

// discount / size, six decimals, rounded up, never above 1; 0 of what has no size.
static enum th_status share_of(enum th_uncertainty_rule rule, double confidence, double size,
                               const struct th_spread *spread, struct th_ratio *ret_share,
                               struct th_error *err)
{
    double discount = 0.0;
    const struct th_uncertain estimate = {.value = size, .half_width = spread->half_width};
    if (size <= 0.0) {
        *ret_share = (struct th_ratio){0, 1};
        return TH_OK;
    }
    enum th_status status = th_uncertainty_discount(rule, confidence, estimate, &discount, err);
    if (status != TH_OK) {
        return status;
    }
    double parts = ceil(discount / size * SHARE_PARTS);
    int64_t whole = parts < SHARE_PARTS ? (int64_t)parts : SHARE_PARTS;
    return th_ratio_make(whole, SHARE_PARTS, ret_share, err);
}

// `kg`: the estimate at the document's values. A baseline below zero is credited, so that its size
// counts whatever its sign.
static enum th_status judge(const struct th_methodology *methodology,
                            const struct th_portfolio_result *whole,
                            const double kg[TH_PORTFOLIO_COLUMNS],
                            struct th_estimate_uncertainty *ret_uncertainty, struct th_error *err)
{
    double confidence = th_ratio_double(methodology->confidence);
    struct th_estimate_uncertainty result = {.confidence = methodology->confidence,
                                             .net = whole->columns[TH_PORTFOLIO_NET],
                                             .by_sides = methodology->rule == TH_RULE_AR_TOOL14,
                                             .gross = whole->columns[TH_SIDE_GROSS],
                                             .baseline = whole->columns[TH_SIDE_BASELINE],
                                             .shares = {{0, 1}, {0, 1}, {0, 1}}};
    enum th_status status = TH_OK;
    if (result.by_sides) {
        status = share_of(methodology->rule, confidence, kg[TH_SIDE_GROSS], &result.gross,
                          &result.shares.gross, err);
        if (status == TH_OK) {
            status = share_of(methodology->rule, confidence, fabs(kg[TH_SIDE_BASELINE]),
                              &result.baseline, &result.shares.baseline, err);
        }
    } else {
        status = share_of(methodology->rule, confidence, kg[TH_PORTFOLIO_NET], &result.net,
                          &result.shares.net, err);
    }
    if (status == TH_OK) {
        *ret_uncertainty = result;
    }
    return status;
}

// Every group has from now on what lies in it.
static enum th_status lift_groups(struct th_estimate_spread *spread, struct th_error *err)
{
    enum th_status status = TH_OK;
    for (size_t i = 0; i < spread->n_epochs && status == TH_OK; i++) {
        struct th_spread_epoch *epoch = spread->epochs[i];
        for (size_t group = spread->n_groups - 1; group > 0 && status == TH_OK; group--) {
            status = th_activity_sum_merge(epoch->activity, spread->within[group], epoch->activity,
                                           group, err);
        }
        if (status == TH_OK) {
            status = th_error_sum_lift(epoch->errors, spread->within, err);
        }
        th_error_sum_order(epoch->errors);
    }
    spread->is_finished = true;
    return status;
}

enum th_status th_estimate_spread_finish(struct th_estimate_spread *spread, unsigned n_threads,
                                         struct th_estimate_uncertainty *ret_uncertainty,
                                         struct th_spread *ret_nets, struct th_error *err)
{
    assert(spread->is_stated && !spread->is_finished);
    const struct th_methodology *methodology = spread->rules->methodology;
    struct drawing drawing = {.spread = spread,
                              .confidence = th_ratio_double(methodology->confidence)};
    struct th_estimate_uncertainty uncertainty;
    double kg[TH_PORTFOLIO_COLUMNS];
    size_t n_drawn = ret_nets ? spread->n_groups : 1;
    drawing.nets = calloc(n_drawn, sizeof(*drawing.nets));
    enum th_status status = drawing.nets ? lift_groups(spread, err) : th_error_no_memory(err);
    for (size_t i = 0; i < spread->n_epochs && status == TH_OK; i++) {
        status = make_portfolio(spread, spread->epochs[i], n_threads, &drawing.portfolios[i], err);
    }
    if (status == TH_OK) {
        status = th_pieces_run((struct th_pieces){draw_group, &drawing}, n_drawn, n_threads, err);
    }
    status = status == TH_OK ? th_spread_values(spread, kg, err) : status;
    status = status == TH_OK ? judge(methodology, &drawing.whole, kg, &uncertainty, err) : status;
    if (status == TH_OK) {
        status = th_spread_propagate(spread, drawing.confidence, &uncertainty.propagated, err);
    }
    if (status == TH_OK) {
        drawing.nets[0] = uncertainty.net;
        *ret_uncertainty = uncertainty;
    }
    if (status == TH_OK && ret_nets) {
        memcpy(ret_nets, drawing.nets, n_drawn * sizeof(*ret_nets));
    }
    for (size_t i = 0; i < spread->n_epochs; i++) {
        th_portfolio_free(drawing.portfolios[i]);
    }
    free(drawing.nets);
    return status;
}
