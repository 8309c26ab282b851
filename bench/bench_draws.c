// What draws cost:
//   bench_draws draws                       million draws a second, by shape, one thread
//   bench_draws portfolio PARCELS DRAWS     estimate, activity and draws of a portfolio
// Prints one JSON object. Times of one thread are CPU seconds, the least of several rounds, so that
// other work on the machine disturbs little; those of two threads are wall seconds. The portfolio
// is the one of bench/uncertainty.py: removal by growth and roots, less the N2O of nitrogen, from
// seven default factors.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "methodology/activity_sum.h"
#include "methodology/portfolio.h"

enum { AREA, NITROGEN, N_INPUTS };
enum { GROWTH, ROOTS, EF1, GASF, EF4, LEACH, EF5, N_SLOTS };

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void must(enum th_status status, const struct th_error *err)
{
    if (status != TH_OK) {
        (void)fprintf(stderr, "bench_draws: %s\n", err->key);
        exit(EXIT_FAILURE);
    }
}

static void *room(size_t size)
{
    void *memory = malloc(size);
    if (!memory) {
        (void)fprintf(stderr, "bench_draws: no memory\n");
        exit(EXIT_FAILURE);
    }
    memset(memory, 0, size);
    return memory;
}

// --- Draws ---------------------------------------------------------------------------------------

static void bench_shapes(void)
{
    enum { N_BLOCKS = 1024, ROUNDS = 15 }; // a million draws a round
    static const struct {
        const char *name;
        enum th_interval_shape shape;
    } shapes[] = {{"normal", TH_SHAPE_NORMAL},
                  {"lognormal", TH_SHAPE_LOGNORMAL},
                  {"triangular", TH_SHAPE_TRIANGULAR},
                  {"uniform", TH_SHAPE_UNIFORM},
                  {"truncated_normal", TH_SHAPE_TRUNCATED_NORMAL}};
    double *out = room((size_t)N_BLOCKS * TH_RANDOM_BLOCK * sizeof(*out));
    double best = INFINITY;
    for (int round = 0; round < ROUNDS; round++) {
        double start = seconds(CLOCK_PROCESS_CPUTIME_ID);
        for (size_t block = 0; block < N_BLOCKS; block++) {
            th_random_normals((struct th_random){1, 2}, block, out + block * TH_RANDOM_BLOCK);
        }
        best = fmin(best, seconds(CLOCK_PROCESS_CPUTIME_ID) - start);
    }
    (void)printf("{\"standard_normal\": %.1f", N_BLOCKS * TH_RANDOM_BLOCK / best / 1e6);
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        struct th_distribution distribution;
        struct th_error err;
        best = INFINITY;
        must(th_distribution_fit(shapes[i].shape, 193.7, 99.8, 358, &distribution, &err), &err);
        for (int round = 0; round < ROUNDS; round++) {
            double start = seconds(CLOCK_PROCESS_CPUTIME_ID);
            for (size_t block = 0; block < N_BLOCKS; block++) {
                th_distribution_draw(&distribution, (struct th_random){1, i}, block,
                                     out + block * TH_RANDOM_BLOCK);
            }
            best = fmin(best, seconds(CLOCK_PROCESS_CPUTIME_ID) - start);
        }
        (void)printf(", \"%s\": %.1f", shapes[i].name, N_BLOCKS * TH_RANDOM_BLOCK / best / 1e6);
    }
    (void)printf("}\n");
    free(out);
}

// --- Portfolio -----------------------------------------------------------------------------------

// gross = area · growth · (1 + roots) · 44/12
// emissions = N · (EF1 + GASF · EF4 + LEACH · EF5) · 44/28 · 273
static struct th_calc *garden(void)
{
    struct th_error err;
    struct th_calc *calc = th_calc_new();
    if (!calc) {
        must(th_error_no_memory(&err), &err);
    }
    struct th_node area = th_calc_input(calc, AREA, "ha");
    struct th_node one = th_calc_number(calc, (struct th_ratio){1, 1}, "1", NULL);
    struct th_node roots = th_calc_add(calc, one, th_calc_parameter(calc, ROOTS, "1"));
    struct th_node growth = th_calc_mul(
        calc, th_calc_mul(calc, area, th_calc_parameter(calc, GROWTH, "t C/ha/yr")), roots);
    struct th_node carbon = th_calc_line(calc, growth, "term.growth", "kg C/yr", "s");
    struct th_node co2 = th_calc_mul(
        calc, carbon, th_calc_number(calc, (struct th_ratio){44, 12}, "kg CO2e/kg C", "s"));
    th_calc_count(calc, th_calc_line(calc, co2, "term.gross", "kg CO2e/yr", "s"), TH_SIDE_GROSS,
                  TH_GAS_CO2);
    struct th_node air = th_calc_mul(calc, th_calc_parameter(calc, GASF, "1"),
                                     th_calc_parameter(calc, EF4, "kg N2O/kg N"));
    struct th_node water = th_calc_mul(calc, th_calc_parameter(calc, LEACH, "1"),
                                       th_calc_parameter(calc, EF5, "kg N2O/kg N"));
    struct th_node factor = th_calc_add(
        calc, th_calc_add(calc, th_calc_parameter(calc, EF1, "kg N2O/kg N"), air), water);
    struct th_node n2o = th_calc_mul(calc, th_calc_input(calc, NITROGEN, "kg N/yr"), factor);
    struct th_node mass = th_calc_line(calc, n2o, "term.n2o", "kg N2O/yr", "s");
    struct th_node weight =
        th_calc_number(calc, (struct th_ratio){44 * 273, 28}, "kg CO2e/kg N2O", "s");
    th_calc_count(
        calc, th_calc_line(calc, th_calc_mul(calc, mass, weight), "term.n2o", "kg CO2e/yr", "s"),
        TH_SIDE_PROJECT_EMISSIONS, TH_GAS_N2O);
    must(th_calc_finish(calc, &err), &err);
    return calc;
}

static const struct {
    enum th_interval_shape shape;
    double value, low, high;
} defaults[N_SLOTS] = {
    [GROWTH] = {TH_SHAPE_NORMAL, 0.95, 0.85, 1.05},
    [ROOTS] = {TH_SHAPE_NORMAL, 0.37, 0.30, 0.44},
    [EF1] = {TH_SHAPE_LOGNORMAL, 0.010, 0.002, 0.018},
    [GASF] = {TH_SHAPE_LOGNORMAL, 0.11, 0.02, 0.33},
    [EF4] = {TH_SHAPE_LOGNORMAL, 0.010, 0.002, 0.018},
    [LEACH] = {TH_SHAPE_LOGNORMAL, 0.24, 0.01, 0.73},
    [EF5] = {TH_SHAPE_UNIFORM, 0.011, 0.000, 0.020},
};

struct portfolio {
    size_t n, n_draws;
    struct th_calc *calc;
    struct th_separate *separate;
    double *area_ha, *nitrogen_kg, *gross, *emissions;
    uint32_t *groups; // a hundred villages of neighbours
    struct th_portfolio_factor factors[N_SLOTS];
    double slots[N_SLOTS];
};

enum { BATCH = 8192, N_VILLAGES = 100 };

static void portfolio_make(struct portfolio *portfolio, size_t n, size_t n_draws)
{
    static const bool uncertain[N_SLOTS] = {true, true, true, true, true, true, true};
    struct th_error err;
    *portfolio = (struct portfolio){.n = n, .n_draws = n_draws, .calc = garden()};
    must(th_separate_new(portfolio->calc, uncertain, &portfolio->separate, &err), &err);
    portfolio->area_ha = room(n * sizeof(double));
    portfolio->nitrogen_kg = room(n * sizeof(double));
    portfolio->gross = room(n * sizeof(double));
    portfolio->emissions = room(n * sizeof(double));
    portfolio->groups = room(n * sizeof(uint32_t));
    for (size_t i = 0; i < n; i++) {
        portfolio->area_ha[i] = 0.05 + (double)(i * 7919 % 1000) / 500;
        portfolio->nitrogen_kg[i] = portfolio->area_ha[i] * (50 + (double)(i * 104729 % 200));
        portfolio->groups[i] = (uint32_t)(i * N_VILLAGES / n);
    }
    for (size_t i = 0; i < N_SLOTS; i++) {
        portfolio->slots[i] = defaults[i].value;
        portfolio->factors[i].slot = i;
        portfolio->factors[i].stream = th_random_stream("bench", 5, "factor", i);
        must(th_distribution_fit(defaults[i].shape, defaults[i].value, defaults[i].low,
                                 defaults[i].high, &portfolio->factors[i].distribution, &err),
             &err);
    }
}

static double estimate_s(const struct portfolio *portfolio)
{
    double start = seconds(CLOCK_PROCESS_CPUTIME_ID);
    for (size_t first = 0; first < portfolio->n; first += BATCH) {
        const double *inputs[N_INPUTS] = {portfolio->area_ha + first,
                                          portfolio->nitrogen_kg + first};
        struct th_calc_batch batch = {
            .n = portfolio->n - first < BATCH ? portfolio->n - first : BATCH, .inputs = inputs};
        double *kg[TH_N_SIDES][TH_N_GASES] = {
            [TH_SIDE_GROSS] = {[TH_GAS_CO2] = portfolio->gross + first},
            [TH_SIDE_PROJECT_EMISSIONS] = {[TH_GAS_N2O] = portfolio->emissions + first}};
        struct th_error err;
        must(th_calc_run(portfolio->calc, portfolio->slots, &batch, kg, &err), &err);
    }
    return seconds(CLOCK_PROCESS_CPUTIME_ID) - start;
}

struct times {
    double activity_s, draws_s;
};

// Activity by village, draws of every village and of all together.
static struct times uncertainty_s(const struct portfolio *portfolio, unsigned n_threads,
                                  clockid_t clock, struct th_spread *ret_net)
{
    struct th_error err;
    struct th_activity_sum *activity = NULL;
    double start = seconds(clock);
    must(th_activity_sum_new(portfolio->separate, N_VILLAGES + 1, &activity, &err), &err);
    for (size_t first = 0; first < portfolio->n; first += BATCH) {
        const double *inputs[N_INPUTS] = {portfolio->area_ha + first,
                                          portfolio->nitrogen_kg + first};
        struct th_calc_batch batch = {
            .n = portfolio->n - first < BATCH ? portfolio->n - first : BATCH, .inputs = inputs};
        must(th_activity_sum_add(activity, portfolio->slots, &batch, portfolio->groups + first,
                                 &err),
             &err);
    }
    static double sums[N_VILLAGES + 1][TH_SEPARATE_PARTS_MAX];
    static struct th_portfolio_term terms[N_VILLAGES + 1];
    static struct th_portfolio_result results[N_VILLAGES + 1];
    for (size_t village = 0; village < N_VILLAGES; village++) {
        must(th_activity_sum_merge(activity, N_VILLAGES, activity, village, &err), &err);
    }
    for (size_t group = 0; group <= N_VILLAGES; group++) {
        th_activity_sum_read(activity, group, sums[group]);
        terms[group] = (struct th_portfolio_term){.group = group, .activity = sums[group]};
    }
    th_activity_sum_free(activity);
    double middle = seconds(clock);
    const struct th_portfolio_options options = {.slots = portfolio->slots,
                                                 .n_slots = N_SLOTS,
                                                 .factors = portfolio->factors,
                                                 .n_factors = N_SLOTS,
                                                 .seed = 4,
                                                 .n_draws = portfolio->n_draws,
                                                 .confidence = 0.90,
                                                 .n_threads = n_threads};
    struct th_portfolio *draws = NULL;
    must(th_portfolio_new(portfolio->separate, &options, &draws, &err), &err);
    must(th_portfolio_run(draws, terms, N_VILLAGES + 1, N_VILLAGES + 1, results, &err), &err);
    th_portfolio_free(draws);
    *ret_net = results[N_VILLAGES].columns[TH_PORTFOLIO_NET];
    return (struct times){middle - start, seconds(clock) - middle};
}

static void bench_portfolio(size_t n, size_t n_draws)
{
    enum { ROUNDS = 5 };
    struct portfolio portfolio;
    struct th_spread net = {0};
    portfolio_make(&portfolio, n, n_draws);
    double estimate = INFINITY;
    struct times one = {INFINITY, INFINITY};
    struct times two = {INFINITY, INFINITY};
    for (int round = 0; round < ROUNDS; round++) {
        estimate = fmin(estimate, estimate_s(&portfolio));
        struct times times = uncertainty_s(&portfolio, 1, CLOCK_PROCESS_CPUTIME_ID, &net);
        one = times.activity_s + times.draws_s < one.activity_s + one.draws_s ? times : one;
        times = uncertainty_s(&portfolio, 2, CLOCK_MONOTONIC, &net);
        two = times.activity_s + times.draws_s < two.activity_s + two.draws_s ? times : two;
    }
    (void)printf("{\"parcels\": %zu, \"draws\": %zu, \"groups\": %d, \"estimate_s\": %.6f, "
                 "\"activity_s\": %.6f, \"draws_s\": %.6f, \"draws_2_threads_wall_s\": %.6f, "
                 "\"mean\": %.6f, \"deviation\": %.6f, \"half_width_90\": %.6f}\n",
                 n, n_draws, N_VILLAGES + 1, estimate, one.activity_s, one.draws_s, two.draws_s,
                 net.mean, net.deviation, net.half_width);
    free(portfolio.groups);
    free(portfolio.emissions);
    free(portfolio.gross);
    free(portfolio.nitrogen_kg);
    free(portfolio.area_ha);
    th_separate_free(portfolio.separate);
    th_calc_free(portfolio.calc);
}

int main(int n_arguments, char **arguments)
{
    if (n_arguments == 2 && strcmp(arguments[1], "draws") == 0) {
        bench_shapes();
    } else if (n_arguments == 4 && strcmp(arguments[1], "portfolio") == 0) {
        bench_portfolio(strtoull(arguments[2], NULL, 10), strtoull(arguments[3], NULL, 10));
    } else {
        (void)fprintf(stderr, "usage: bench_draws draws | portfolio PARCELS DRAWS\n");
        return 2;
    }
    return 0;
}
