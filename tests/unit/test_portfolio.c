// Monte Carlo of groups against what can be computed without drawing.
#include "methodology/portfolio.h"

#include <math.h>
#include <stdlib.h>

#include "methodology/activity_sum.h"
#include "methodology/portfolio_internal.h"
#include "methodology/quantile.h"
#include "tests/support/support.h"

enum { AREA, N_INPUTS };
enum { RATE, ROOTS, CARBON, BASE, N_SLOTS };
enum { N_DRAWS = 40000, N_PARCELS = 3000, N_GROUPS = 3 };

static const bool uncertain[N_SLOTS] = {true, true, true, true};
static const double slots[N_SLOTS] = {0};

// gross = area · rate · roots · carbon, baseline = area · base
static struct th_calc *stand(bool divided)
{
    struct th_error err;
    struct th_calc *calc = th_calc_new();
    assert_non_null(calc);
    struct th_node area = th_calc_input(calc, AREA, "ha");
    struct th_node rate = th_calc_parameter(calc, RATE, "kg CO2e/ha/yr");
    struct th_node roots = th_calc_parameter(calc, ROOTS, "1");
    struct th_node carbon = th_calc_parameter(calc, CARBON, "1");
    struct th_node gross = th_calc_mul(calc, th_calc_mul(calc, area, rate), roots);
    gross = divided ? th_calc_div(calc, gross, carbon) : th_calc_mul(calc, gross, carbon);
    th_calc_count(calc, th_calc_line(calc, gross, "term.gross", "kg CO2e/yr", "s"), TH_SIDE_GROSS,
                  TH_GAS_CO2);
    struct th_node base = th_calc_mul(calc, area, th_calc_parameter(calc, BASE, "kg CO2e/ha/yr"));
    th_calc_count(calc, th_calc_line(calc, base, "term.baseline", "kg CO2e/yr", "s"),
                  TH_SIDE_BASELINE, TH_GAS_CO2);
    assert_ok(th_calc_finish(calc, &err), &err);
    return calc;
}

struct fixture {
    struct th_calc *calc;
    struct th_separate *separate;
    struct th_portfolio_factor factors[N_SLOTS];
    struct th_portfolio_options options;
};

static struct th_distribution fit(enum th_interval_shape shape, double value, double low,
                                  double high)
{
    struct th_distribution distribution;
    struct th_error err;
    assert_ok(th_distribution_fit(shape, value, low, high, &distribution, &err), &err);
    return distribution;
}

static void fixture_make(struct fixture *fixture, bool divided)
{
    struct th_error err;
    *fixture = (struct fixture){.calc = stand(divided)};
    assert_ok(th_separate_new(fixture->calc, uncertain, &fixture->separate, &err), &err);
    assert_int_equal(th_separate_n_parts(fixture->separate), 2);
    const struct th_distribution distributions[N_SLOTS] = {
        [RATE] = fit(TH_SHAPE_LOGNORMAL, 5850, 4000, 8000),
        [ROOTS] = fit(TH_SHAPE_LOGNORMAL, 1.37, 1.30, 1.44),
        [CARBON] = fit(TH_SHAPE_LOGNORMAL, 0.47, 0.44, 0.52),
        [BASE] = fit(TH_SHAPE_NORMAL, 1000, 800, 1200),
    };
    for (size_t i = 0; i < N_SLOTS; i++) {
        fixture->factors[i] = (struct th_portfolio_factor){
            i, distributions[i], th_random_stream("document", 8, "factor", i)};
    }
    fixture->options = (struct th_portfolio_options){.slots = slots,
                                                     .n_slots = N_SLOTS,
                                                     .factors = fixture->factors,
                                                     .n_factors = N_SLOTS,
                                                     .seed = 2022,
                                                     .n_draws = N_DRAWS,
                                                     .confidence = 0.90,
                                                     .n_threads = 1};
}

static void fixture_clear(struct fixture *fixture)
{
    th_separate_free(fixture->separate);
    th_calc_free(fixture->calc);
}

static void run(const struct fixture *fixture, const struct th_portfolio_term *terms,
                size_t n_terms, size_t n_groups, struct th_portfolio_result *results)
{
    struct th_portfolio *portfolio = NULL;
    struct th_error err;
    assert_ok(th_portfolio_new(fixture->separate, &fixture->options, &portfolio, &err), &err);
    assert_ok(th_portfolio_run(portfolio, terms, n_terms, n_groups, results, &err), &err);
    th_portfolio_free(portfolio);
}

// The standard error of a sample quantile at p is √(p (1 − p) / n) / density.
static double quantile_error(double p, double density)
{
    return sqrt(p * (1 - p) / N_DRAWS) / density;
}

// A product of lognormals is lognormal: means multiply, variances of logarithms add.
static void portfolio__agrees_with_a_product_of_lognormals(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_make(&fixture, false);
    const double hectares[] = {143, 143};
    const struct th_portfolio_term term = {.group = 0, .activity = hectares};
    struct th_portfolio_result result;
    run(&fixture, &term, 1, 1, &result);
    double middle = log(143);
    double variance = 0;
    for (int i = RATE; i <= CARBON; i++) {
        middle += fixture.factors[i].distribution.place;
        variance += pow(fixture.factors[i].distribution.scale, 2);
    }
    double mean = exp(middle + variance / 2);
    double deviation = mean * sqrt(exp(variance) - 1);
    const struct th_spread *gross = &result.columns[TH_SIDE_GROSS];
    assert_close(gross->mean, mean, 4 * deviation / sqrt(N_DRAWS));
    // The fourth moment of a lognormal makes its variance less certain than a normal's.
    double w = exp(variance);
    double kurtosis = pow(w, 4) + 2 * pow(w, 3) + 3 * w * w - 3;
    assert_close(gross->deviation, deviation, 4 * deviation * sqrt((kurtosis - 1) / 4 / N_DRAWS));
    double z = 1.6448536269514727;
    double low = exp(middle - z * sqrt(variance));
    double high = exp(middle + z * sqrt(variance));
    double height = exp(-z * z / 2) / sqrt(2 * acos(-1)) / sqrt(variance);
    assert_close(gross->low, low, 4 * quantile_error(0.05, height / low));
    assert_close(gross->high, high, 4 * quantile_error(0.95, height / high));
    assert_true(gross->half_width == (gross->high - gross->low) / 2);
    fixture_clear(&fixture);
}

// A sum of independent sides: means and variances add. The sides that are not there are zero.
static void portfolio__agrees_with_a_sum(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_make(&fixture, false);
    const double activity[] = {100, 400};
    const struct th_portfolio_term term = {.group = 0, .activity = activity};
    struct th_portfolio_result result;
    run(&fixture, &term, 1, 1, &result);
    double mean = 100;
    double squares = 1;
    for (int i = RATE; i <= CARBON; i++) {
        const struct th_distribution *d = &fixture.factors[i].distribution;
        mean *= d->mean;
        squares *= 1 + pow(d->deviation / d->mean, 2);
    }
    double gross_deviation = mean * sqrt(squares - 1);
    double base_deviation = 400 * 200 / 1.959963984540054;
    double deviation = sqrt(pow(gross_deviation, 2) + pow(base_deviation, 2));
    const struct th_spread *net = &result.columns[TH_PORTFOLIO_NET];
    assert_close(net->mean, mean - 400000, 4 * deviation / sqrt(N_DRAWS));
    assert_close(net->deviation, deviation, 4 * deviation / sqrt(N_DRAWS));
    const struct th_spread *base = &result.columns[TH_SIDE_BASELINE];
    assert_close(base->mean, 400000, 4 * base_deviation / sqrt(N_DRAWS));
    assert_close(base->half_width, 1.6448536269514727 * base_deviation,
                 4 * quantile_error(0.05, 0.1031 / base_deviation));
    assert_true(result.columns[TH_SIDE_LEAKAGE].mean == 0);
    assert_true(result.columns[TH_SIDE_LEAKAGE].half_width == 0);
    assert_close(net->mean, result.columns[TH_SIDE_GROSS].mean - base->mean, 1e-6);
    fixture_clear(&fixture);
}

static uint64_t chance = 5;

static double next_share(void)
{
    chance = chance * 6364136223846793005u + 1442695040888963407u;
    return (double)(chance >> 11) * 0x1p-53;
}

struct parcels {
    double area_ha[N_PARCELS];
    uint32_t groups[N_PARCELS];
};

static void parcels_make(struct parcels *parcels)
{
    for (size_t i = 0; i < N_PARCELS; i++) {
        parcels->area_ha[i] = next_share() * 20;
        parcels->groups[i] = (uint32_t)(next_share() * N_GROUPS);
    }
}

static void parcels_shuffle(struct parcels *parcels)
{
    for (size_t i = N_PARCELS - 1; i > 0; i--) {
        size_t k = (size_t)(next_share() * (double)(i + 1));
        double area_ha = parcels->area_ha[i];
        uint32_t group = parcels->groups[i];
        parcels->area_ha[i] = parcels->area_ha[k];
        parcels->groups[i] = parcels->groups[k];
        parcels->area_ha[k] = area_ha;
        parcels->groups[k] = group;
    }
}

static void sum_up(const struct th_separate *separate, const struct parcels *parcels,
                   size_t batch_rows, double sums[N_GROUPS][2])
{
    struct th_activity_sum *activity = NULL;
    struct th_error err;
    assert_ok(th_activity_sum_new(separate, N_GROUPS, &activity, &err), &err);
    for (size_t first = 0; first < N_PARCELS; first += batch_rows) {
        const double *inputs[N_INPUTS] = {parcels->area_ha + first};
        struct th_calc_batch batch = {
            .n = N_PARCELS - first < batch_rows ? N_PARCELS - first : batch_rows, .inputs = inputs};
        assert_ok(th_activity_sum_add(activity, slots, &batch, parcels->groups + first, &err),
                  &err);
    }
    for (size_t group = 0; group < N_GROUPS; group++) {
        th_activity_sum_read(activity, group, sums[group]);
    }
    th_activity_sum_free(activity);
}

// Every draw is what the calc itself gives with the numbers drawn, summed over the parcels.
static void portfolio__draws_are_those_of_the_calc(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_make(&fixture, false);
    struct parcels parcels;
    parcels_make(&parcels);
    double sums[N_GROUPS][2];
    sum_up(fixture.separate, &parcels, 1000, sums);
    struct th_portfolio_term terms[N_GROUPS];
    for (size_t group = 0; group < N_GROUPS; group++) {
        terms[group] = (struct th_portfolio_term){.group = group, .activity = sums[group]};
    }
    struct th_portfolio *portfolio = NULL;
    struct th_error err;
    fixture.options.n_draws = 2000;
    assert_ok(th_portfolio_new(fixture.separate, &fixture.options, &portfolio, &err), &err);
    double draws[TH_PORTFOLIO_COLUMNS][2000];
    double *const columns[] = {draws[0], draws[1], draws[2], draws[3], draws[4]};
    assert_ok(th_portfolio_draws(portfolio, terms, N_GROUPS, 1, columns, &err), &err);
    for (size_t draw = 7; draw < 2000; draw += 381) {
        double drawn[N_SLOTS];
        for (size_t i = 0; i < N_SLOTS; i++) {
            double block[TH_RANDOM_BLOCK];
            th_distribution_draw(&fixture.factors[i].distribution,
                                 (struct th_random){2022, fixture.factors[i].stream},
                                 draw / TH_RANDOM_BLOCK, block);
            drawn[i] = block[draw % TH_RANDOM_BLOCK];
        }
        double gross[N_PARCELS], base[N_PARCELS];
        double *kg[TH_N_SIDES][TH_N_GASES] = {
            [TH_SIDE_GROSS] = {[TH_GAS_CO2] = gross}, [TH_SIDE_BASELINE] = {[TH_GAS_CO2] = base}};
        const double *inputs[N_INPUTS] = {parcels.area_ha};
        struct th_calc_batch batch = {.n = N_PARCELS, .inputs = inputs};
        assert_ok(th_calc_run(fixture.calc, drawn, &batch, kg, &err), &err);
        double want[2] = {0};
        for (size_t i = 0; i < N_PARCELS; i++) {
            want[0] += parcels.groups[i] == 1 ? gross[i] : 0;
            want[1] += parcels.groups[i] == 1 ? base[i] : 0;
        }
        assert_close(draws[TH_SIDE_GROSS][draw], want[0], 1e-3); // of 10^7, lines rounded to 1e-6
        assert_close(draws[TH_SIDE_BASELINE][draw], want[1], 1e-3);
        assert_close(draws[TH_PORTFOLIO_NET][draw], want[0] - want[1], 2e-3);
    }
    th_portfolio_free(portfolio);
    fixture_clear(&fixture);
}

static void portfolio__has_the_same_bytes_on_any_threads_and_order(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_make(&fixture, false);
    fixture.options.n_draws = 10000;
    struct parcels parcels;
    parcels_make(&parcels);
    struct th_portfolio_result results[4][N_GROUPS];
    static const size_t batches[] = {N_PARCELS, 7, 128, 999};
    for (size_t i = 0; i < 4; i++) {
        double sums[N_GROUPS][2];
        sum_up(fixture.separate, &parcels, batches[i], sums);
        const double error[] = {30, 0};
        // Groups come in another order each time.
        struct th_portfolio_term terms[N_GROUPS + 1];
        for (size_t group = 0; group < N_GROUPS; group++) {
            size_t place = (group + i) % N_GROUPS;
            terms[place] = (struct th_portfolio_term){.group = group, .activity = sums[group]};
        }
        terms[N_GROUPS] = (struct th_portfolio_term){1, error, true, 99};
        fixture.options.n_threads = (unsigned)i + 1;
        memset(results[i], 0, sizeof(results[i]));
        run(&fixture, terms, N_GROUPS + 1, N_GROUPS, results[i]);
        assert_memory_equal(results[i], results[0], sizeof(results[0]));
        parcels_shuffle(&parcels);
    }
    // Another seed is another result.
    double sums[N_GROUPS][2];
    sum_up(fixture.separate, &parcels, 50, sums);
    const struct th_portfolio_term term = {.group = 0, .activity = sums[0]};
    fixture.options.seed++;
    run(&fixture, &term, 1, 1, results[1]);
    assert_true(results[1][0].columns[0].mean != results[0][0].columns[0].mean);
    fixture_clear(&fixture);
}

static void portfolio__has_the_same_bytes_on_every_path(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_make(&fixture, false);
    fixture.factors[ROOTS].distribution = fit(TH_SHAPE_TRIANGULAR, 1.37, 1.30, 1.5);
    fixture.factors[CARBON].distribution = fit(TH_SHAPE_TRUNCATED_NORMAL, 0.47, -0.1, 0.52);
    fixture.factors[BASE].distribution = fit(TH_SHAPE_UNIFORM, 900, 800, 1200);
    const double activity[] = {3.3, 5.7};
    const double error[] = {0.7, 0.1};
    const struct th_portfolio_term terms[] = {{.activity = activity}, {0, error, true, 4}};
    struct th_portfolio_result results[TH_N_VECTORS];
    memset(results, 0, sizeof(results));
    for (int vector = TH_VECTOR_PLAIN; vector < TH_N_VECTORS; vector++) {
        struct th_portfolio *portfolio = NULL;
        struct th_error err;
        if (th_vector_has((enum th_vector)vector)) {
            assert_ok(th_portfolio_new_on((enum th_vector)vector, fixture.separate,
                                          &fixture.options, &portfolio, &err),
                      &err);
            assert_ok(th_portfolio_run(portfolio, terms, 2, 1, &results[vector], &err), &err);
            th_portfolio_free(portfolio);
            assert_memory_equal(&results[vector], &results[TH_VECTOR_PLAIN], sizeof(results[0]));
        }
    }
    fixture_clear(&fixture);
}

static void portfolio__a_longer_run_begins_with_the_shorter(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_make(&fixture, false);
    const double activity[] = {3, 5};
    const double error[] = {1, 0};
    const struct th_portfolio_term terms[] = {{.activity = activity}, {0, error, true, 4}};
    static double draws[2][TH_PORTFOLIO_COLUMNS][5000];
    static const size_t n_draws[] = {5000, 1500};
    for (size_t i = 0; i < 2; i++) {
        struct th_portfolio *portfolio = NULL;
        struct th_error err;
        fixture.options.n_draws = n_draws[i];
        double *const columns[] = {draws[i][0], draws[i][1], draws[i][2], draws[i][3], draws[i][4]};
        assert_ok(th_portfolio_new(fixture.separate, &fixture.options, &portfolio, &err), &err);
        assert_ok(th_portfolio_draws(portfolio, terms, 2, 0, columns, &err), &err);
        th_portfolio_free(portfolio);
    }
    for (size_t i = 0; i < TH_PORTFOLIO_COLUMNS; i++) {
        assert_memory_equal(draws[1][i], draws[0][i], 1500 * sizeof(double));
    }
    fixture_clear(&fixture);
}

static double relative(const struct th_portfolio_result *result, int column)
{
    return th_uncertain_relative(th_spread_uncertain(&result->columns[column]));
}

// A thousand parcels with one default factor are as uncertain as one.
static void portfolio__a_default_factor_does_not_average_out(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_make(&fixture, false);
    struct parcels parcels;
    parcels_make(&parcels);
    double sums[N_GROUPS][2];
    sum_up(fixture.separate, &parcels, N_PARCELS, sums);
    const double one[] = {parcels.area_ha[0], parcels.area_ha[0]};
    const struct th_portfolio_term terms[] = {{.group = 0, .activity = one},
                                              {.group = 1, .activity = sums[0]},
                                              {.group = 2, .activity = sums[0]},
                                              {.group = 2, .activity = sums[1]}};
    struct th_portfolio_result results[3];
    run(&fixture, terms, 4, 3, results);
    for (size_t i = 1; i < 3; i++) {
        for (int column = 0; column < TH_PORTFOLIO_COLUMNS; column++) {
            assert_close(relative(&results[i], column), relative(&results[0], column), 1e-9);
        }
    }
    assert_true(relative(&results[0], TH_SIDE_GROSS) > 0.2);
    fixture_clear(&fixture);
}

// The error of n equal strata with plots of their own falls as 1/√n.
static void portfolio__independent_plots_average_out(void **state)
{
    (void)state;
    enum { N_STRATA = 64 };
    struct fixture fixture;
    fixture_make(&fixture, false);
    for (size_t i = 0; i < N_SLOTS; i++) { // known factors, so that only the plots are drawn
        fixture.factors[i].distribution = fit(TH_SHAPE_NORMAL, 1, 1, 1);
    }
    const double activity[] = {10, 0};
    const double error[] = {10 * 0.15, 0}; // relative standard error of each stratum: 15 %
    static const size_t n_strata[] = {1, 4, 16, N_STRATA};
    for (size_t k = 0; k < 4; k++) {
        struct th_portfolio_term terms[2 * N_STRATA];
        for (size_t i = 0; i < n_strata[k]; i++) {
            terms[2 * i] = (struct th_portfolio_term){.activity = activity};
            terms[2 * i + 1] = (struct th_portfolio_term){0, error, true, 1000 + i};
        }
        struct th_portfolio_result result;
        run(&fixture, terms, 2 * n_strata[k], 1, &result);
        double want = 0.15 / sqrt((double)n_strata[k]);
        const struct th_spread *gross = &result.columns[TH_SIDE_GROSS];
        assert_close(gross->mean, 10 * (double)n_strata[k],
                     4 * want * 10 * (double)n_strata[k] / sqrt(N_DRAWS));
        assert_close(gross->deviation / gross->mean, want, 4 * want / sqrt(2.0 * N_DRAWS));
        assert_close(relative(&result, TH_SIDE_GROSS), 1.6448536269514727 * want, 0.02 * want);
    }
    fixture_clear(&fixture);
}

enum { STOCK_AREA, STOCK_START, STOCK_END, N_STOCK_INPUTS };

// kg = area · (end − start) / 5 yr · factor
static struct th_calc *stock_difference(void)
{
    struct th_error err;
    struct th_calc *calc = th_calc_new();
    assert_non_null(calc);
    struct th_node change = th_calc_sub(calc, th_calc_input(calc, STOCK_END, "kg CO2e/ha"),
                                        th_calc_input(calc, STOCK_START, "kg CO2e/ha"));
    struct th_node years = th_calc_number(calc, (struct th_ratio){5, 1}, "yr", NULL);
    struct th_node mass = th_calc_mul(calc, th_calc_input(calc, STOCK_AREA, "ha"), change);
    struct th_node yearly = th_calc_div(calc, mass, years);
    struct th_node kg = th_calc_mul(calc, yearly, th_calc_parameter(calc, 0, "1"));
    th_calc_count(calc, th_calc_line(calc, kg, "term.gross", "kg CO2e/yr", "s"), TH_SIDE_GROSS,
                  TH_GAS_CO2);
    assert_ok(th_calc_finish(calc, &err), &err);
    return calc;
}

// The activity of three parcels with these numbers of the plots.
static double activity_with(const struct th_separate *separate, double start, double end)
{
    static const double area_ha[] = {12, 30, 101};
    static const uint32_t groups[3] = {0};
    const double starts[] = {start, start, start};
    const double ends[] = {end, end, end};
    const double *inputs[N_STOCK_INPUTS] = {area_ha, starts, ends};
    const struct th_calc_batch batch = {.n = 3, .inputs = inputs};
    struct th_activity_sum *activity = NULL;
    struct th_error err;
    double sum = 0;
    assert_ok(th_activity_sum_new(separate, 1, &activity, &err), &err);
    assert_ok(th_activity_sum_add(activity, slots, &batch, groups, &err), &err);
    th_activity_sum_read(activity, 0, &sum);
    th_activity_sum_free(activity);
    return sum;
}

// AR-TOOL14 Eq 2 of two independent surveys, also where both found the same stock.
static void portfolio__plots_give_the_error_of_a_stock_difference(void **state)
{
    (void)state;
    static const double ends[] = {52000, 40000};
    struct th_error err;
    struct th_calc *calc = stock_difference();
    struct th_separate *separate = NULL;
    assert_ok(th_separate_new(calc, uncertain, &separate, &err), &err);
    assert_int_equal(th_separate_n_parts(separate), 1);
    for (size_t i = 0; i < 2; i++) {
        const double start = 40000, start_error = 1500, end_error = 2000;
        double none = activity_with(separate, 0, 0);
        double change = activity_with(separate, start, ends[i]);
        double from_start = activity_with(separate, start_error, 0) - none;
        double from_end = activity_with(separate, 0, end_error) - none;
        const struct th_portfolio_term terms[] = {
            {.activity = &change}, {0, &from_start, true, 31}, {0, &from_end, true, 32}};
        const struct th_portfolio_factor factor = {0, fit(TH_SHAPE_NORMAL, 1, 1, 1), 5};
        const struct fixture fixture = {.separate = separate,
                                        .options = {.slots = slots,
                                                    .n_slots = N_SLOTS,
                                                    .factors = &factor,
                                                    .n_factors = 1,
                                                    .seed = 8,
                                                    .n_draws = N_DRAWS,
                                                    .confidence = 0.90,
                                                    .n_threads = 1}};
        struct th_portfolio_result result;
        run(&fixture, terms, 3, 1, &result);
        const double yearly = 143.0 / 5; // ha/yr
        struct th_uncertain want = th_stock_difference(
            (struct th_uncertain){start * yearly, 1.6448536269514727 * start_error * yearly},
            (struct th_uncertain){ends[i] * yearly, 1.6448536269514727 * end_error * yearly});
        double deviation = 2500 * yearly;
        const struct th_spread *gross = &result.columns[TH_SIDE_GROSS];
        assert_close(gross->mean, want.value, 4 * deviation / sqrt(N_DRAWS));
        assert_close(gross->deviation, deviation, 4 * deviation / sqrt(2.0 * N_DRAWS));
        assert_close(gross->half_width, want.half_width,
                     4 * quantile_error(0.05, 0.1031 / deviation));
    }
    th_separate_free(separate);
    th_calc_free(calc);
}

// Two villages in one stratum share its plots: their errors add as they are. Each draw of a county
// is the sum of its villages' draws.
static void portfolio__groups_add_up_draw_by_draw(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_make(&fixture, false);
    const double first[] = {10, 4}, second[] = {30, 0.5};
    const double first_error[] = {1, 0}, second_error[] = {3, 0};
    const struct th_portfolio_term terms[] = {
        {.group = 0, .activity = first},  {0, first_error, true, 7},
        {.group = 1, .activity = second}, {1, second_error, true, 7},
        {.group = 2, .activity = first},  {.group = 2, .activity = second},
        {2, first_error, true, 7},        {2, second_error, true, 7}};
    static double draws[3][TH_PORTFOLIO_COLUMNS][N_DRAWS];
    struct th_portfolio *portfolio = NULL;
    struct th_error err;
    assert_ok(th_portfolio_new(fixture.separate, &fixture.options, &portfolio, &err), &err);
    for (size_t group = 0; group < 3; group++) {
        double *const columns[] = {draws[group][0], draws[group][1], draws[group][2],
                                   draws[group][3], draws[group][4]};
        assert_ok(th_portfolio_draws(portfolio, terms, 8, group, columns, &err), &err);
    }
    for (size_t i = 0; i < N_DRAWS; i++) {
        double want = draws[0][TH_PORTFOLIO_NET][i] + draws[1][TH_PORTFOLIO_NET][i];
        assert_close(draws[2][TH_PORTFOLIO_NET][i], want, 1e-12 * fabs(want) + 1e-9);
        // The same stratum at a third of the size: the same relative error.
        assert_close(draws[0][TH_SIDE_GROSS][i] * 3, draws[1][TH_SIDE_GROSS][i],
                     1e-11 * draws[1][TH_SIDE_GROSS][i]);
    }
    th_portfolio_free(portfolio);
    fixture_clear(&fixture);
}

static void portfolio__refuses_what_has_no_value(void **state)
{
    (void)state;
    struct fixture fixture;
    struct th_portfolio *portfolio = NULL;
    struct th_error err;
    fixture_make(&fixture, true);
    fixture.factors[CARBON].distribution = fit(TH_SHAPE_NORMAL, 0, 0, 0); // a divisor
    for (unsigned n_threads = 1; n_threads <= 2; n_threads++) {
        fixture.options.n_threads = n_threads;
        assert_status(th_portfolio_new(fixture.separate, &fixture.options, &portfolio, &err),
                      TH_DATA_PROBLEM, &err);
        assert_string_equal(err.key, "draws_undefined");
        assert_null(portfolio);
    }
    fixture_clear(&fixture);
    fixture_make(&fixture, false);
    const double huge[] = {1e305, 1e305};
    const struct th_portfolio_term term = {.activity = huge};
    struct th_portfolio_result untouched = {{{.mean = 77}}};
    assert_ok(th_portfolio_new(fixture.separate, &fixture.options, &portfolio, &err), &err);
    assert_status(th_portfolio_run(portfolio, &term, 1, 1, &untouched, &err), TH_OVERFLOW, &err);
    assert_true(untouched.columns[0].mean == 77);
    th_portfolio_free(portfolio);
    fixture_clear(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(portfolio__agrees_with_a_product_of_lognormals),
        cmocka_unit_test(portfolio__agrees_with_a_sum),
        cmocka_unit_test(portfolio__draws_are_those_of_the_calc),
        cmocka_unit_test(portfolio__has_the_same_bytes_on_any_threads_and_order),
        cmocka_unit_test(portfolio__has_the_same_bytes_on_every_path),
        cmocka_unit_test(portfolio__a_longer_run_begins_with_the_shorter),
        cmocka_unit_test(portfolio__a_default_factor_does_not_average_out),
        cmocka_unit_test(portfolio__independent_plots_average_out),
        cmocka_unit_test(portfolio__plots_give_the_error_of_a_stock_difference),
        cmocka_unit_test(portfolio__groups_add_up_draw_by_draw),
        cmocka_unit_test(portfolio__refuses_what_has_no_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
