// Activity × factor: the parts add up to what the calc gives, whatever is drawn.
#include <stdlib.h>

#include "methodology/calc.h"
#include "methodology/separate.h"
#include "tests/support/support.h"

enum { AREA, AGE, NITROGEN, N_INPUTS };
enum { GROWTH_1, GROWTH_2, GROWTH_3, ROOTS, EF, LEACH, EF5, GWP, LIMIT, N_SLOTS };

// Growth by age with roots, less the N2O of the nitrogen, in the first LIMIT years.
static struct th_calc *garden(void)
{
    static const double from[] = {1, 5, 16};
    static const struct th_ratio weight = {44, 12};
    struct th_error err;
    struct th_calc *calc = th_calc_new();
    assert_non_null(calc);
    struct th_node area = th_calc_input(calc, AREA, "ha");
    struct th_node age = th_calc_input(calc, AGE, "yr");
    struct th_node one = th_calc_number(calc, (struct th_ratio){1, 1}, "1", NULL);
    struct th_node first = th_calc_number(calc, (struct th_ratio){1, 1}, "yr", NULL);
    struct th_node growth = th_calc_choose(calc, age, from, 3, GROWTH_1, "t C/ha/yr");
    struct th_node with_roots =
        th_calc_mul(calc, growth, th_calc_add(calc, one, th_calc_parameter(calc, ROOTS, "1")));
    struct th_node carbon =
        th_calc_line(calc, th_calc_mul(calc, area, with_roots), "term.growth", "kg C/yr", "s");
    struct th_node runs = th_calc_within(calc, age, first, th_calc_parameter(calc, LIMIT, "yr"));
    struct th_node co2 = th_calc_mul(calc, th_calc_mul(calc, carbon, runs),
                                     th_calc_number(calc, weight, "kg CO2e/kg C", NULL));
    th_calc_count(calc, th_calc_line(calc, co2, "term.gross", "kg CO2e/yr", "s"), TH_SIDE_GROSS,
                  TH_GAS_CO2);
    struct th_node n = th_calc_input(calc, NITROGEN, "kg N/yr");
    struct th_node leached = th_calc_mul(calc, th_calc_parameter(calc, LEACH, "1"),
                                         th_calc_parameter(calc, EF5, "kg N2O/kg N"));
    struct th_node less = th_calc_sub(calc, th_calc_parameter(calc, EF, "kg N2O/kg N"), leached);
    struct th_node mass = th_calc_mul(calc, n, less);
    struct th_node n2o = th_calc_mul(calc, mass, th_calc_parameter(calc, GWP, "kg CO2e/kg N2O"));
    th_calc_count(calc, th_calc_line(calc, n2o, "term.n2o", "kg CO2e/yr", "s"),
                  TH_SIDE_PROJECT_EMISSIONS, TH_GAS_N2O);
    assert_ok(th_calc_finish(calc, &err), &err);
    return calc;
}

static uint64_t seed = 4;

static double next_share(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(seed >> 11) * 0x1p-53;
}

enum { N_PARCELS = 300, N_DRAWS = 7 };

struct columns {
    double *items[TH_SEPARATE_PARTS_MAX];
};

static struct columns columns_make(size_t n_columns, size_t n)
{
    struct columns columns = {{0}};
    for (size_t i = 0; i < n_columns; i++) {
        columns.items[i] = malloc(n * sizeof(double));
        assert_non_null(columns.items[i]);
    }
    return columns;
}

static void columns_free(struct columns *columns, size_t n_columns)
{
    for (size_t i = 0; i < n_columns; i++) {
        free(columns->items[i]);
    }
}

static void separate__parts_add_up_to_the_calc(void **state)
{
    (void)state;
    static const bool uncertain[N_SLOTS] = {[GROWTH_1] = true, [GROWTH_2] = true, [ROOTS] = true,
                                            [EF] = true,       [EF5] = true,      [GWP] = true};
    struct th_error err;
    struct th_calc *calc = garden();
    struct th_separate *separate = NULL;
    assert_ok(th_separate_new(calc, uncertain, &separate, &err), &err);
    size_t n_parts = th_separate_n_parts(separate);
    assert_true(n_parts >= 4);
    double area[N_PARCELS], age[N_PARCELS], nitrogen[N_PARCELS];
    const double *inputs[N_INPUTS] = {area, age, nitrogen};
    struct th_calc_batch batch = {.n = N_PARCELS, .inputs = inputs};
    for (size_t i = 0; i < N_PARCELS; i++) {
        area[i] = next_share() * 30;
        age[i] = 1 + (double)(i % 40);
        nitrogen[i] = next_share() * 900;
    }
    double fixed[N_SLOTS] = {[GROWTH_3] = 0.2, [LEACH] = 0.24, [LIMIT] = 26};
    double draws[N_SLOTS][N_DRAWS];
    const double *drawn[N_SLOTS] = {0};
    for (size_t slot = 0; slot < N_SLOTS; slot++) {
        for (size_t i = 0; i < N_DRAWS; i++) {
            draws[slot][i] = uncertain[slot] ? next_share() * 5 : fixed[slot];
        }
        drawn[slot] = uncertain[slot] ? draws[slot] : NULL;
    }
    struct columns d = columns_make(n_parts, N_PARCELS);
    struct columns f = columns_make(n_parts, N_DRAWS);
    assert_ok(th_separate_activity(separate, fixed, &batch, d.items, &err), &err);
    assert_ok(th_separate_factors(separate, fixed, drawn, N_DRAWS, f.items, &err), &err);
    for (size_t draw = 0; draw < N_DRAWS; draw++) {
        double slots[N_SLOTS];
        double gross[N_PARCELS], n2o[N_PARCELS];
        double *out[TH_N_SIDES][TH_N_GASES] = {[TH_SIDE_GROSS] = {[TH_GAS_CO2] = gross},
                                               [TH_SIDE_PROJECT_EMISSIONS] = {[TH_GAS_N2O] = n2o}};
        for (size_t slot = 0; slot < N_SLOTS; slot++) {
            slots[slot] = draws[slot][draw];
        }
        assert_ok(th_calc_run(calc, slots, &batch, out, &err), &err);
        for (size_t i = 0; i < N_PARCELS; i++) {
            double sums[TH_N_SIDES] = {0};
            for (size_t part = 0; part < n_parts; part++) {
                enum th_side side;
                enum th_gas gas;
                th_separate_part(separate, part, &side, &gas);
                assert_int_equal(gas, side == TH_SIDE_GROSS ? TH_GAS_CO2 : TH_GAS_N2O);
                sums[side] += d.items[part][i] * f.items[part][draw];
            }
            // The calc rounds its lines to a millionth; 44/12 makes four of it.
            assert_close(sums[TH_SIDE_GROSS], gross[i], 1e-5);
            assert_close(sums[TH_SIDE_PROJECT_EMISSIONS], n2o[i], 1e-5);
        }
    }
    columns_free(&d, n_parts);
    columns_free(&f, n_parts);
    th_separate_free(separate);
    th_calc_free(calc);
}

static void separate_new__refuses_an_uncertain_limit(void **state)
{
    (void)state;
    static const bool uncertain[N_SLOTS] = {[LIMIT] = true};
    struct th_error err;
    struct th_calc *calc = garden();
    struct th_separate *separate = NULL;
    assert_status(th_separate_new(calc, uncertain, &separate, &err), TH_INVALID, &err);
    assert_string_equal(err.key, "not_separable");
    assert_string_equal(th_error_arg_get(&err, "term"), "@term.gross");
    assert_null(separate);
    th_calc_free(calc);
}

static void separate__without_uncertain_numbers_the_factors_are_constant(void **state)
{
    (void)state;
    static const bool uncertain[N_SLOTS] = {false};
    static const double slots[N_SLOTS] = {4.5, 0.95, 0.215, 0.2, 0.01, 0.24, 0.011, 273, 100};
    struct th_error err;
    struct th_calc *calc = garden();
    struct th_separate *separate = NULL;
    assert_ok(th_separate_new(calc, uncertain, &separate, &err), &err);
    assert_int_equal(th_separate_n_parts(separate), 2);
    const double row[N_INPUTS] = {1, 3, 100};
    const double *inputs[N_INPUTS] = {&row[0], &row[1], &row[2]};
    struct th_calc_batch batch = {.n = 1, .inputs = inputs};
    const double *none[N_SLOTS] = {0};
    double d[2], f[2];
    double *const d_columns[] = {&d[0], &d[1]};
    double *const f_columns[] = {&f[0], &f[1]};
    assert_ok(th_separate_activity(separate, slots, &batch, d_columns, &err), &err);
    assert_ok(th_separate_factors(separate, slots, none, 1, f_columns, &err), &err);
    assert_true(f[0] == 1.0 && f[1] == 1.0);
    assert_close(d[0], 4500 * 1.2 * 44 / 12, 1e-6);
    assert_close(d[1], 100 * (0.01 - 0.24 * 0.011) * 273, 1e-6);
    th_separate_free(separate);
    th_calc_free(calc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(separate__parts_add_up_to_the_calc),
        cmocka_unit_test(separate_new__refuses_an_uncertain_limit),
        cmocka_unit_test(separate__without_uncertain_numbers_the_factors_are_constant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
