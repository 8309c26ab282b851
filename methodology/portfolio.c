#include "methodology/portfolio.h"

#include <assert.h>
#include <stdlib.h>

#include "methodology/distribution_internal.h"
#include "methodology/pieces_internal.h"
#include "methodology/portfolio_internal.h"
#include "methodology/quantile.h"
#include "methodology/random_internal.h"

enum { BLOCK = TH_RANDOM_BLOCK };

struct th_portfolio {
    size_t n_parts;
    enum th_side sides[TH_SEPARATE_PARTS_MAX];
    uint64_t seed;
    size_t n_draws;
    size_t n_blocks; // the last one is drawn as a whole, too
    double confidence;
    unsigned n_threads;
    enum th_vector vector;
    double *factors; // by block, then part: BLOCK draws
};

// --- Factors -------------------------------------------------------------------------------------

struct drawing {
    struct th_portfolio *portfolio;
    const struct th_separate *separate;
    const struct th_portfolio_options *options;
};

static double *factor_block(const struct th_portfolio *portfolio, size_t block, size_t part)
{
    return portfolio->factors + (block * portfolio->n_parts + part) * BLOCK;
}

static bool all_finite(const double *values, size_t n)
{
    double zero = 0.0; // or what is no number
    for (size_t i = 0; i < n; i++) {
        zero += values[i] - values[i];
    }
    return zero == 0.0;
}

static enum th_status draw_block(void *context, size_t block, struct th_error *err)
{
    const struct drawing *drawing = context;
    const struct th_portfolio_options *options = drawing->options;
    const struct th_portfolio *portfolio = drawing->portfolio;
    double *columns[TH_SEPARATE_PARTS_MAX];
    double *draws = malloc((options->n_factors + 1) * BLOCK * sizeof(*draws));
    const double **by_slot = calloc(options->n_slots + 1, sizeof(*by_slot));
    enum th_status status = draws && by_slot ? TH_OK : th_error_no_memory(err);
    for (size_t i = 0; i < options->n_factors && status == TH_OK; i++) {
        const struct th_portfolio_factor *factor = &options->factors[i];
        th_distribution_draw_on(portfolio->vector, &factor->distribution,
                                (struct th_random){options->seed, factor->stream}, block,
                                draws + i * BLOCK);
        by_slot[factor->slot] = draws + i * BLOCK;
    }
    for (size_t part = 0; part < portfolio->n_parts; part++) {
        columns[part] = factor_block(portfolio, block, part);
    }
    if (status == TH_OK) {
        status =
            th_separate_factors(drawing->separate, options->slots, by_slot, BLOCK, columns, err);
    }
    if (status == TH_OK && !all_finite(columns[0], portfolio->n_parts * BLOCK)) {
        status = th_error_set(err, TH_DATA_PROBLEM, "draws_undefined", NULL);
    }
    free(by_slot);
    free(draws);
    return status;
}

enum th_status th_portfolio_new_on(enum th_vector vector, const struct th_separate *separate,
                                   const struct th_portfolio_options *options,
                                   struct th_portfolio **ret_portfolio, struct th_error *err)
{
    assert(options->n_draws >= 2 && options->n_draws <= TH_PORTFOLIO_DRAWS_MAX);
    assert(options->confidence > 0 && options->confidence < 1 && options->n_threads >= 1);
    struct th_portfolio *portfolio = calloc(1, sizeof(*portfolio));
    if (!portfolio) {
        return th_error_no_memory(err);
    }
    portfolio->n_parts = th_separate_n_parts(separate);
    for (size_t part = 0; part < portfolio->n_parts; part++) {
        enum th_gas gas;
        th_separate_part(separate, part, &portfolio->sides[part], &gas);
    }
    for (size_t i = 0; i < options->n_factors; i++) {
        assert(options->factors[i].slot < options->n_slots);
    }
    portfolio->seed = options->seed;
    portfolio->n_draws = options->n_draws;
    portfolio->n_blocks = (options->n_draws + BLOCK - 1) / BLOCK;
    portfolio->confidence = options->confidence;
    portfolio->n_threads = options->n_threads;
    portfolio->vector = vector;
    portfolio->factors =
        malloc((portfolio->n_blocks * portfolio->n_parts + 1) * BLOCK * sizeof(double));
    enum th_status status = portfolio->factors ? TH_OK : th_error_no_memory(err);
    if (status == TH_OK && portfolio->n_parts > 0) {
        struct drawing drawing = {portfolio, separate, options};
        status = th_pieces_run((struct th_pieces){draw_block, &drawing}, portfolio->n_blocks,
                               options->n_threads, err);
    }
    if (status != TH_OK) {
        th_portfolio_free(portfolio);
        return status;
    }
    *ret_portfolio = portfolio;
    return TH_OK;
}

enum th_status th_portfolio_new(const struct th_separate *separate,
                                const struct th_portfolio_options *options,
                                struct th_portfolio **ret_portfolio, struct th_error *err)
{
    return th_portfolio_new_on(th_vector_best(), separate, options, ret_portfolio, err);
}

void th_portfolio_free(struct th_portfolio *portfolio)
{
    if (portfolio) {
        free(portfolio->factors);
        free(portfolio);
    }
}

// --- Groups --------------------------------------------------------------------------------------

TH_VECTOR_KERNEL void add_kernel(double *restrict sum, double d, const double *restrict f)
{
    for (size_t i = 0; i < BLOCK; i++) {
        sum[i] += d * f[i];
    }
}
TH_VECTOR_PATHS(static, add_part, add_kernel, (sum, d, f), double *restrict sum, double d,
                const double *restrict f)

TH_VECTOR_KERNEL void add_error_kernel(double *restrict sum, double d, const double *restrict f,
                                       const double *restrict z)
{
    for (size_t i = 0; i < BLOCK; i++) {
        sum[i] += d * f[i] * z[i];
    }
}
TH_VECTOR_PATHS(static, add_error, add_error_kernel, (sum, d, f, z), double *restrict sum, double d,
                const double *restrict f, const double *restrict z)

// Adds one block of a term to the sides. A part without activity, such as a row of a table that no
// parcel of the group has, costs nothing.
static void add_term(const struct th_portfolio *portfolio, const struct th_portfolio_term *term,
                     size_t block, double sides[TH_N_SIDES][BLOCK])
{
    double z[BLOCK];
    if (term->is_error) {
        th_random_normals_on(portfolio->vector, (struct th_random){portfolio->seed, term->stream},
                             block, z);
    }
    for (size_t part = 0; part < portfolio->n_parts; part++) {
        const double *f = factor_block(portfolio, block, part);
        double *sum = sides[portfolio->sides[part]];
        double d = term->activity[part];
        if (d != 0.0 && term->is_error) {
            add_error(portfolio->vector, sum, d, f, z);
        } else if (d != 0.0) {
            add_part(portfolio->vector, sum, d, f);
        }
    }
}

// `terms` are pointers to those of one group.
static void draw_group(const struct th_portfolio *portfolio,
                       const struct th_portfolio_term *const *terms, size_t n_terms,
                       double *const ret_columns[TH_PORTFOLIO_COLUMNS])
{
    for (size_t block = 0; block < portfolio->n_blocks; block++) {
        double sides[TH_N_SIDES][BLOCK] = {{0}};
        size_t first = block * BLOCK;
        size_t n = portfolio->n_draws - first < BLOCK ? portfolio->n_draws - first : BLOCK;
        for (size_t i = 0; i < n_terms; i++) {
            add_term(portfolio, terms[i], block, sides);
        }
        for (size_t i = 0; i < n; i++) {
            double net = sides[TH_SIDE_GROSS][i];
            ret_columns[TH_SIDE_GROSS][first + i] = net;
            for (int side = TH_SIDE_GROSS + 1; side < TH_N_SIDES; side++) {
                ret_columns[side][first + i] = sides[side][i];
                net -= sides[side][i];
            }
            ret_columns[TH_PORTFOLIO_NET][first + i] = net;
        }
    }
}

enum th_status th_spread_of(const double *draws, size_t n, double confidence,
                            struct th_spread *ret_spread, struct th_error *err)
{
    const double outside = (1 - confidence) / 2;
    const double shares[] = {outside, 1 - outside};
    double quantiles[2];
    size_t n_zeros = 0;
    while (n_zeros < n && draws[n_zeros] == 0.0) {
        n_zeros++;
    }
    if (n_zeros == n) { // a side that the methodology does not have
        *ret_spread = (struct th_spread){0};
        return TH_OK;
    }
    struct th_spread spread;
    th_moments(draws, n, &spread.mean, &spread.deviation);
    if (!all_finite(draws, n) || !all_finite(&spread.deviation, 1)) {
        return th_error_set(err, TH_OVERFLOW, "overflow", NULL);
    }
    enum th_status status = th_quantiles(draws, n, shares, 2, quantiles, err);
    if (status == TH_OK) {
        spread.low = quantiles[0];
        spread.high = quantiles[1];
        spread.half_width = (spread.high - spread.low) / 2;
        *ret_spread = spread;
    }
    return status;
}

struct grouping {
    const struct th_portfolio *portfolio;
    const struct th_portfolio_term **terms; // in the order of their groups
    size_t *ends;                           // of each group's terms
    struct th_portfolio_result *results;
};

static enum th_status columns_make(const struct th_portfolio *portfolio,
                                   double *ret_columns[TH_PORTFOLIO_COLUMNS], struct th_error *err)
{
    double *owned = malloc(TH_PORTFOLIO_COLUMNS * portfolio->n_draws * sizeof(*owned));
    if (!owned) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < TH_PORTFOLIO_COLUMNS; i++) {
        ret_columns[i] = owned + i * portfolio->n_draws;
    }
    return TH_OK;
}

static enum th_status run_group(void *context, size_t group, struct th_error *err)
{
    const struct grouping *grouping = context;
    double *columns[TH_PORTFOLIO_COLUMNS];
    enum th_status status = columns_make(grouping->portfolio, columns, err);
    if (status != TH_OK) {
        return status;
    }
    size_t first = group > 0 ? grouping->ends[group - 1] : 0;
    draw_group(grouping->portfolio, grouping->terms + first, grouping->ends[group] - first,
               columns);
    for (size_t i = 0; i < TH_PORTFOLIO_COLUMNS && status == TH_OK; i++) {
        status =
            th_spread_of(columns[i], grouping->portfolio->n_draws, grouping->portfolio->confidence,
                         &grouping->results[group].columns[i], err);
    }
    free(columns[0]);
    return status;
}

// Counts the terms of each group and lays them side by side, those of a group as they came.
static void group_terms(const struct th_portfolio_term *terms, size_t n_terms, size_t n_groups,
                        struct grouping *grouping)
{
    for (size_t i = 0; i < n_terms; i++) {
        assert(terms[i].group < n_groups);
        grouping->ends[terms[i].group]++;
    }
    for (size_t group = 1; group < n_groups; group++) {
        grouping->ends[group] += grouping->ends[group - 1];
    }
    for (size_t i = n_terms; i-- > 0;) { // now the ends count down to the starts
        grouping->terms[--grouping->ends[terms[i].group]] = &terms[i];
    }
    for (size_t group = 0; group < n_groups; group++) {
        grouping->ends[group] = group + 1 < n_groups ? grouping->ends[group + 1] : n_terms;
    }
}

enum th_status th_portfolio_run(const struct th_portfolio *portfolio,
                                const struct th_portfolio_term *terms, size_t n_terms,
                                size_t n_groups, struct th_portfolio_result *ret_results,
                                struct th_error *err)
{
    struct grouping grouping = {.portfolio = portfolio};
    grouping.terms = calloc(n_terms + 1, sizeof(const struct th_portfolio_term *));
    grouping.ends = calloc(n_groups + 1, sizeof(*grouping.ends));
    grouping.results = calloc(n_groups + 1, sizeof(*grouping.results));
    enum th_status status =
        grouping.terms && grouping.ends && grouping.results ? TH_OK : th_error_no_memory(err);
    if (status == TH_OK) {
        group_terms(terms, n_terms, n_groups, &grouping);
        status = th_pieces_run((struct th_pieces){run_group, &grouping}, n_groups,
                               portfolio->n_threads, err);
    }
    if (status == TH_OK && n_groups > 0) {
        memcpy(ret_results, grouping.results, n_groups * sizeof(*ret_results));
    }
    free(grouping.results);
    free(grouping.ends);
    free(grouping.terms);
    return status;
}

enum th_status th_portfolio_draws(const struct th_portfolio *portfolio,
                                  const struct th_portfolio_term *terms, size_t n_terms,
                                  size_t group, double *const ret_columns[TH_PORTFOLIO_COLUMNS],
                                  struct th_error *err)
{
    const struct th_portfolio_term **chosen = calloc(n_terms + 1, sizeof(*chosen));
    size_t n_chosen = 0;
    if (!chosen) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < n_terms; i++) {
        chosen[n_chosen] = &terms[i];
        n_chosen += terms[i].group == group;
    }
    draw_group(portfolio, chosen, n_chosen, ret_columns);
    free(chosen);
    return TH_OK;
}

struct th_uncertain th_spread_uncertain(const struct th_spread *spread)
{
    return (struct th_uncertain){spread->mean, spread->half_width};
}
