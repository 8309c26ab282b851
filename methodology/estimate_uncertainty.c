#include "methodology/estimate_uncertainty.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "methodology/activity_sum.h"
#include "methodology/estimate_internal.h"
#include "methodology/quantile.h"

enum { BLOCK = 512, YEARS_MAX = 128, SHARE_PARTS = 1000000 };

// Years in which the same rows hold: one set of factors.
struct epoch {
    double slots[TH_CALC_SLOTS_MAX];
    const struct th_parameter_row *rows[TH_CALC_SLOTS_MAX]; // the row that fills a slot
    uint64_t streams[TH_CALC_SLOTS_MAX];
    bool is_uncertain[TH_CALC_SLOTS_MAX];
    struct th_separate *separate;
    struct th_activity_sum *activity;
};

struct th_estimate_spread {
    const struct th_estimate_rules *rules;
    int from_year;
    size_t epoch_of[YEARS_MAX];
    struct epoch *epochs[YEARS_MAX];
    size_t n_epochs;
    bool is_stated;
};

static void take_row(const struct th_methodology *methodology, struct epoch *epoch,
                     const char *name, const struct th_parameter_row *row, uint64_t number)
{
    epoch->rows[row->slot] = row;
    epoch->is_uncertain[row->slot] = row->has_interval;
    epoch->streams[row->slot] = th_random_stream(methodology->sha256.bytes,
                                                 sizeof(methodology->sha256.bytes), name, number);
}

static void fill_rows(const struct th_estimate_rules *rules, int year, struct epoch *epoch)
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

static void epoch_free(struct epoch *epoch)
{
    if (epoch) {
        th_activity_sum_free(epoch->activity);
        th_separate_free(epoch->separate);
        free(epoch);
    }
}

static enum th_status epoch_new(const struct th_estimate_rules *rules, int year,
                                struct epoch **ret_epoch, struct th_error *err)
{
    struct epoch *epoch = calloc(1, sizeof(*epoch));
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
        status = th_activity_sum_new(epoch->separate, 1, &epoch->activity, err);
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
    struct epoch *epoch = NULL;
    enum th_status status = epoch_new(spread->rules, year, &epoch, err);
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
                                      int to_year, struct th_estimate_spread **ret_spread,
                                      struct th_error *err)
{
    assert(to_year >= from_year && to_year - from_year < YEARS_MAX);
    struct th_estimate_spread *spread = calloc(1, sizeof(*spread));
    enum th_status status = spread ? TH_OK : th_error_no_memory(err);
    if (status == TH_OK) {
        spread->rules = rules;
        spread->from_year = from_year;
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
        free(spread);
    }
}

bool th_estimate_spread_is_stated(const struct th_estimate_spread *spread)
{
    return spread->is_stated;
}

enum th_status th_estimate_spread_add(struct th_estimate_spread *spread, int year,
                                      const struct th_estimate_parcel *parcels, size_t n,
                                      struct th_error *err)
{
    static const uint32_t groups[BLOCK];
    struct epoch *epoch = spread->epochs[spread->epoch_of[year - spread->from_year]];
    struct th_estimate_columns columns;
    if (!th_estimate_columns_make(spread->rules->methodology, BLOCK, &columns)) {
        return th_error_no_memory(err);
    }
    enum th_status status = TH_OK;
    for (size_t first = 0; first < n && status == TH_OK; first += BLOCK) {
        size_t part = n - first < BLOCK ? n - first : BLOCK;
        struct th_calc_batch batch = {.n = part, .inputs = columns.inputs};
        th_estimate_columns_fill(&columns, year, parcels + first, part);
        status = th_activity_sum_add(epoch->activity, epoch->slots, &batch, groups, err);
    }
    th_estimate_columns_clear(&columns);
    return status;
}

static enum th_status fit_factors(const struct epoch *epoch, struct th_portfolio_factor *factors,
                                  size_t *ret_n, struct th_error *err)
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

// Draws of the sides and the net of one epoch, added to `sums`.
static enum th_status add_draws(const struct th_estimate_spread *spread, const struct epoch *epoch,
                                unsigned n_threads, double *const sums[TH_PORTFOLIO_COLUMNS],
                                double *const own[TH_PORTFOLIO_COLUMNS], struct th_error *err)
{
    struct th_portfolio_factor *factors = calloc(TH_CALC_SLOTS_MAX, sizeof(*factors));
    double activity[TH_SEPARATE_PARTS_MAX];
    struct th_portfolio *portfolio = NULL;
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
        status = th_portfolio_new(epoch->separate, &options, &portfolio, err);
    }
    if (status == TH_OK) {
        th_activity_sum_read(epoch->activity, 0, activity);
        const struct th_portfolio_term term = {.group = 0, .activity = activity};
        status = th_portfolio_draws(portfolio, &term, 1, 0, own, err);
    }
    for (size_t column = 0; column < TH_PORTFOLIO_COLUMNS && status == TH_OK; column++) {
        for (size_t i = 0; i < TH_ESTIMATE_DRAWS; i++) {
            sums[column][i] += own[column][i];
        }
    }
    th_portfolio_free(portfolio);
    free(factors);
    return status;
}

// discount / size, six decimals, rounded up, never above 1.
static enum th_status share_of(enum th_uncertainty_rule rule, double confidence,
                               const struct th_spread *spread, struct th_ratio *ret_share,
                               struct th_error *err)
{
    double discount = 0.0;
    if (spread->mean <= 0.0) { // nothing is credited
        *ret_share = (struct th_ratio){0, 1};
        return TH_OK;
    }
    enum th_status status =
        th_uncertainty_discount(rule, confidence, th_spread_uncertain(spread), &discount, err);
    if (status != TH_OK) {
        return status;
    }
    double share = discount / spread->mean;
    double parts = ceil(share * SHARE_PARTS);
    int64_t whole = parts < SHARE_PARTS ? (int64_t)parts : SHARE_PARTS;
    return th_ratio_make(whole, SHARE_PARTS, ret_share, err);
}

static enum th_status judge(const struct th_methodology *methodology,
                            double *const columns[TH_PORTFOLIO_COLUMNS],
                            struct th_estimate_uncertainty *ret_uncertainty, struct th_error *err)
{
    double confidence = th_ratio_double(methodology->confidence);
    struct th_spread spreads[TH_PORTFOLIO_COLUMNS];
    struct th_estimate_uncertainty result = {.confidence = methodology->confidence,
                                             .shares = {{0, 1}, {0, 1}, {0, 1}}};
    enum th_status status = TH_OK;
    for (size_t i = 0; i < TH_PORTFOLIO_COLUMNS && status == TH_OK; i++) {
        status = th_spread_of(columns[i], TH_ESTIMATE_DRAWS, confidence, &spreads[i], err);
    }
    if (status != TH_OK) {
        return status;
    }
    result.net = spreads[TH_PORTFOLIO_NET];
    if (methodology->rule == TH_RULE_AR_TOOL14) { // project and baseline each by itself
        status = share_of(methodology->rule, confidence, &spreads[TH_SIDE_GROSS],
                          &result.shares.gross, err);
        if (status == TH_OK) {
            status = share_of(methodology->rule, confidence, &spreads[TH_SIDE_BASELINE],
                              &result.shares.baseline, err);
        }
    } else {
        status = share_of(methodology->rule, confidence, &result.net, &result.shares.net, err);
    }
    if (status == TH_OK) {
        *ret_uncertainty = result;
    }
    return status;
}

enum th_status th_estimate_spread_finish(const struct th_estimate_spread *spread,
                                         unsigned n_threads,
                                         struct th_estimate_uncertainty *ret_uncertainty,
                                         struct th_error *err)
{
    assert(spread->is_stated);
    double *sums[TH_PORTFOLIO_COLUMNS];
    double *own[TH_PORTFOLIO_COLUMNS];
    double *memory = calloc(2 * (size_t)TH_PORTFOLIO_COLUMNS * TH_ESTIMATE_DRAWS, sizeof(double));
    if (!memory) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < TH_PORTFOLIO_COLUMNS; i++) {
        sums[i] = memory + 2 * i * TH_ESTIMATE_DRAWS;
        own[i] = sums[i] + TH_ESTIMATE_DRAWS;
    }
    enum th_status status = TH_OK;
    for (size_t i = 0; i < spread->n_epochs && status == TH_OK; i++) {
        status = add_draws(spread, spread->epochs[i], n_threads, sums, own, err);
    }
    if (status == TH_OK) {
        status = judge(spread->rules->methodology, sums, ret_uncertainty, err);
    }
    free(memory);
    return status;
}
