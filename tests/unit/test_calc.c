// The lines of a methodology: values, units, rounding, expressions. Published examples first.
#include <math.h>
#include <stdlib.h>

#include "methodology/calc.h"
#include "methodology/decimal_internal.h"
#include "tests/support/support.h"

static const struct th_ratio c_to_co2 = {44, 12};

static struct th_calc *make(void)
{
    struct th_calc *calc = th_calc_new();
    assert_non_null(calc);
    return calc;
}

static void finish(struct th_calc *calc)
{
    struct th_error err;
    assert_ok(th_calc_finish(calc, &err), &err);
}

// Every column holds one value.
static struct th_calc_sheet *sheet_of(const struct th_calc *calc, const double *slots,
                                      const double *inputs, size_t n_inputs)
{
    struct th_error err;
    const double *columns[TH_CALC_INPUTS_MAX];
    struct th_calc_batch batch = {.n = 1, .inputs = columns};
    struct th_calc_sheet *sheet = NULL;
    for (size_t i = 0; i < n_inputs; i++) {
        columns[i] = &inputs[i];
    }
    assert_ok(th_calc_sheet_new(calc, slots, &batch, 0, &sheet, &err), &err);
    return sheet;
}

// mu × t/mu → kg: 2,145 mu × 0.39 t are 836,550 kg a year, and not a hair less.
static struct th_calc *area_factor(void)
{
    struct th_calc *calc = make();
    struct th_node area = th_calc_input(calc, 0, "mu");
    struct th_node factor = th_calc_parameter(calc, 0, "t CO2e/mu/yr");
    struct th_node gross = th_calc_line(calc, th_calc_mul(calc, area, factor), "term.gross",
                                        "kg CO2e/yr", "term.rule_down");
    th_calc_count(calc, gross, TH_SIDE_GROSS, TH_GAS_CO2);
    finish(calc);
    return calc;
}

static void calc__area_times_factor_gives_the_decimal_kilogram(void **state)
{
    (void)state;
    static const struct {
        double mu, factor, kg;
    } cases[] = {
        {2145, 0.39, 836550}, {4080, 0.39, 1591200}, {5425, 0.39, 2115750},
        {0.01, 0.39, 3.9},    {1e6, 1.65, 1.65e9},   {20, 70.0 / 87, 16091.954023},
    };
    struct th_calc *calc = area_factor();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_calc_sheet *sheet = sheet_of(calc, &cases[i].factor, &cases[i].mu, 1);
        assert_true(th_calc_sheet_value(sheet, 0) == cases[i].kg);
        th_calc_sheet_free(sheet);
    }
    th_calc_free(calc);
}

// IPCC 2019 values along the chain of direct, volatilised and leached N2O: 0.01374 kg N2O-N a kg N,
// 5.894 kg CO2e at a GWP of 273 (ipcc-carbon-gains, worked example).
static void calc__nitrous_oxide_chain_gives_the_published_factor(void **state)
{
    (void)state;
    static const double slots[] = {0.010, 0.11, 0.010, 0.24, 0.011, 273};
    static const double inputs[] = {1};
    static const struct th_ratio n2o_n_to_n2o = {44, 28};
    struct th_calc *calc = make();
    struct th_node n = th_calc_input(calc, 0, "kg N/yr");
    struct th_node direct = th_calc_parameter(calc, 0, "kg N2O-N/kg N");
    struct th_node volatilised = th_calc_mul(calc, th_calc_parameter(calc, 1, "1"),
                                             th_calc_parameter(calc, 2, "kg N2O-N/kg N"));
    struct th_node leached = th_calc_mul(calc, th_calc_parameter(calc, 3, "1"),
                                         th_calc_parameter(calc, 4, "kg N2O-N/kg N"));
    struct th_node per_n =
        th_calc_line(calc, th_calc_add(calc, th_calc_add(calc, direct, volatilised), leached),
                     "term.n2o_n", "kg N2O-N/kg N", "IPCC 2019 Vol 4 Ch 11");
    struct th_node n2o =
        th_calc_mul(calc, per_n, th_calc_number(calc, n2o_n_to_n2o, "kg N2O/kg N2O-N", "IPCC"));
    struct th_node co2e = th_calc_mul(calc, n2o, th_calc_parameter(calc, 5, "kg CO2e/kg N2O"));
    struct th_node line =
        th_calc_line(calc, th_calc_mul(calc, n, co2e), "term.n2o", "kg CO2e/yr", "IPCC");
    th_calc_count(calc, line, TH_SIDE_PROJECT_EMISSIONS, TH_GAS_N2O);
    finish(calc);
    struct th_calc_sheet *sheet = sheet_of(calc, slots, inputs, 1);
    assert_close(th_calc_sheet_value(sheet, 0), 0.01374, 1e-12);
    assert_close(th_calc_sheet_value(sheet, 1), 5.894, 0.0005);
    th_calc_sheet_free(sheet);
    th_calc_free(calc);
}

// Wetlands Supplement, Tables 5.2 and 5.3: 135 × (0.80 − 0.71) × 44/12 ÷ 20 = 2.2275 t CO2/ha/yr
// in years 1 to 20, 135 × (1.00 − 0.80) … = 4.95 in years 21 to 40; none after.
static void calc__a_table_gives_the_row_of_its_key(void **state)
{
    (void)state;
    static const double slots[] = {135, 0.80 - 0.71, 1.00 - 0.80, 0};
    static const double from[] = {1, 21, 41};
    static const struct {
        double year, kg;
    } cases[] = {{1, 2227.5}, {20, 2227.5}, {21, 4950}, {40, 4950}, {41, 0}, {90, 0}};
    struct th_calc *calc = make();
    struct th_node key = th_calc_input(calc, 0, "yr");
    struct th_node change = th_calc_choose(calc, key, from, 3, 1, "1");
    struct th_node stock = th_calc_mul(calc, th_calc_parameter(calc, 0, "t C/ha"), change);
    struct th_node yearly =
        th_calc_div(calc, stock, th_calc_number(calc, (struct th_ratio){20, 1}, "yr", "Eq 2.25"));
    struct th_node co2 = th_calc_mul(
        calc, yearly, th_calc_number(calc, c_to_co2, "kg CO2e/kg C", "molecular weights"));
    struct th_node line = th_calc_line(calc, th_calc_mul(calc, th_calc_input(calc, 1, "ha"), co2),
                                       "term.soil", "kg CO2e/yr", "Eq 2.25");
    th_calc_count(calc, line, TH_SIDE_GROSS, TH_GAS_CO2);
    finish(calc);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        double inputs[] = {cases[i].year, 1};
        struct th_calc_sheet *sheet = sheet_of(calc, slots, inputs, 2);
        assert_close(th_calc_sheet_value(sheet, 0), cases[i].kg, 1e-6);
        th_calc_sheet_free(sheet);
    }
    th_calc_free(calc);
}

// A plant that stands since "year 0" has no row: told, not guessed.
static void calc_run__tells_the_row_and_line_without_a_value(void **state)
{
    (void)state;
    static const double from[] = {1, 5};
    static const double slots[] = {4.5, 0.95};
    struct th_calc *calc = make();
    struct th_node growth =
        th_calc_choose(calc, th_calc_input(calc, 0, "yr"), from, 2, 0, "kg CO2e/yr");
    th_calc_count(calc, th_calc_line(calc, growth, "term.growth", "kg CO2e/yr", "source"),
                  TH_SIDE_GROSS, TH_GAS_CO2);
    finish(calc);
    double ages[300];
    double kg[300];
    const double *columns[] = {ages};
    struct th_calc_batch batch = {.n = 300, .inputs = columns};
    double *out[TH_N_SIDES][TH_N_GASES] = {[TH_SIDE_GROSS] = {[TH_GAS_CO2] = kg}};
    struct th_error err;
    for (size_t i = 0; i < 300; i++) {
        ages[i] = 1 + (double)(i % 9);
    }
    assert_ok(th_calc_run(calc, slots, &batch, out, &err), &err);
    assert_true(kg[0] == 4.5 && kg[3] == 4.5 && kg[4] == 0.95 && kg[299] == 4.5);
    ages[277] = 0;
    assert_status(th_calc_run(calc, slots, &batch, out, &err), TH_DATA_PROBLEM, &err);
    assert_string_equal(err.key, "calc_undefined");
    assert_string_equal(th_error_arg_get(&err, "row"), "277");
    assert_string_equal(th_error_arg_get(&err, "term"), "@term.growth");
    th_calc_free(calc);
}

static void calc_run__gives_each_row_what_its_sheet_gives(void **state)
{
    (void)state;
    struct th_calc *calc = area_factor();
    double areas[1000];
    double kg[1000];
    const double slot = 0.39;
    const double *columns[] = {areas};
    struct th_calc_batch batch = {.n = 1000, .inputs = columns};
    double *out[TH_N_SIDES][TH_N_GASES] = {[TH_SIDE_GROSS] = {[TH_GAS_CO2] = kg}};
    struct th_error err;
    for (size_t i = 0; i < 1000; i++) {
        areas[i] = (double)(i * i) / 100;
    }
    assert_ok(th_calc_run(calc, &slot, &batch, out, &err), &err);
    for (size_t i = 0; i < 1000; i++) {
        struct th_calc_sheet *sheet = sheet_of(calc, &slot, &areas[i], 1);
        assert_true(kg[i] == th_calc_sheet_value(sheet, 0));
        // Hundredths of a mu times 0.39 t are whole multiples of 3.9 kg.
        assert_true(kg[i] == (double)(39 * i * i) / 10);
        th_calc_sheet_free(sheet);
    }
    th_calc_free(calc);
}

static void calc_finish__names_a_wrong_unit(void **state)
{
    (void)state;
    static const struct {
        const char *factor, *line, *have, *want;
    } cases[] = {
        {"t C/ha/yr", "kg CO2e/yr", "kg C/yr", "kg CO2e/yr"},
        {"t CO2/ha/yr", "kg CO2e/yr", "kg CO2/yr", "kg CO2e/yr"},
        {"t CO2e/yr", "kg CO2e/yr", "m^2·kg CO2e/yr", "kg CO2e/yr"},
        {"t CO2e/ha", "kg CO2e/yr", "kg CO2e", "kg CO2e/yr"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_error err;
        struct th_calc *calc = make();
        struct th_node product = th_calc_mul(calc, th_calc_input(calc, 0, "ha"),
                                             th_calc_parameter(calc, 0, cases[i].factor));
        struct th_node line = th_calc_line(calc, product, "term.gross", cases[i].line, "source");
        th_calc_count(calc, line, TH_SIDE_GROSS, TH_GAS_CO2);
        assert_status(th_calc_finish(calc, &err), TH_INVALID, &err);
        assert_string_equal(err.key, "unit_mismatch");
        assert_string_equal(th_error_arg_get(&err, "where"), "term.gross");
        assert_string_equal(th_error_arg_get(&err, "have"), cases[i].have);
        assert_string_equal(th_error_arg_get(&err, "want"), cases[i].want);
        th_calc_free(calc);
    }
}

static void calc_finish__lets_only_kilograms_of_co2e_count(void **state)
{
    (void)state;
    struct th_error err;
    struct th_calc *calc = make();
    struct th_node tonnes = th_calc_line(calc, th_calc_parameter(calc, 0, "t CO2e/yr"),
                                         "term.gross", "t CO2e/yr", "source");
    th_calc_count(calc, tonnes, TH_SIDE_GROSS, TH_GAS_CO2);
    assert_status(th_calc_finish(calc, &err), TH_INVALID, &err);
    assert_string_equal(err.key, "unit_mismatch");
    th_calc_free(calc);
}

static void calc__sums_bring_both_sides_to_one_scale(void **state)
{
    (void)state;
    static const double slots[] = {1, 500};
    struct th_calc *calc = make();
    struct th_node sum = th_calc_add(calc, th_calc_parameter(calc, 0, "t CO2e/yr"),
                                     th_calc_parameter(calc, 1, "kg CO2e/yr"));
    (void)th_calc_line(calc, sum, "term.gross", "kg CO2e/yr", "source");
    finish(calc);
    struct th_calc_sheet *sheet = sheet_of(calc, slots, NULL, 0);
    assert_true(th_calc_sheet_value(sheet, 0) == 1500.0);
    th_calc_sheet_free(sheet);
    th_calc_free(calc);
}

static void calc_finish__tells_the_first_fault_and_no_other(void **state)
{
    (void)state;
    struct th_error err;
    struct th_calc *calc = make();
    struct th_node a = th_calc_parameter(calc, 0, "furlong");
    struct th_node b = th_calc_exp(calc, th_calc_div(calc, a, th_calc_input(calc, 0, "ha")));
    struct th_node within = th_calc_within(calc, a, b, b);
    th_calc_count(calc, th_calc_line(calc, within, "term.x", "kg", "s"), TH_SIDE_GROSS, TH_GAS_CO2);
    assert_status(th_calc_finish(calc, &err), TH_INVALID, &err);
    assert_string_equal(err.key, "unit_unknown");
    assert_string_equal(th_error_arg_get(&err, "unit"), "furlong");
    th_calc_free(calc);
}

static void calc_finish__limits_the_number_of_nodes(void **state)
{
    (void)state;
    struct th_error err;
    struct th_calc *calc = make();
    struct th_node sum = th_calc_input(calc, 0, "ha");
    for (size_t i = 0; i < TH_CALC_NODES_MAX + 5; i++) {
        sum = th_calc_add(calc, sum, sum);
    }
    assert_status(th_calc_finish(calc, &err), TH_LIMIT, &err);
    assert_string_equal(err.key, "calc_too_long");
    th_calc_free(calc);
}

static void calc_round__is_half_away_from_zero_in_decimals(void **state)
{
    (void)state;
    static const struct {
        double value, want;
    } cases[] = {
        {0.0000005, 0.000001},
        {-0.0000005, -0.000001},
        {0.00000049999, 0},
        {1.0000005, 1.000001},
        {2.0000015, 2.000002},
        {836549.9999999999, 836550},
        {123.4567894999, 123.456789},
        {123.4567895, 123.45679},
        {-2.5, -2.5},
        {1e12, 1e12},
        {0, 0},
        {1e300, 1e300},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_true(th_calc_round(cases[i].value) == cases[i].want);
    }
    assert_true(isnan(th_calc_round(NAN)) && th_calc_round(INFINITY) == INFINITY);
    // Every whole multiple of half a millionth up to 20,000: the decimal text says which way.
    uint64_t number = 12345;
    for (size_t i = 0; i < th_test_rounds(200000); i++) {
        number = number * 6364136223846793005u + 1442695040888963407u;
        int64_t halves = (int64_t)(number >> 29); // up to 2^35
        double want = (double)((halves + 1) / 2) / 1e6;
        assert_true(th_calc_round((double)halves / 2e6) == want);
    }
}

// Whatever the width, a column has what its values have one by one.
static void calc_round__of_columns_is_the_same_on_every_path(void **state)
{
    enum { N = 1003 };
    static double values[N];
    static double have[N];
    (void)state;
    static const double special[] = {
        0.0,   -0.0,   0.0000005, -0.0000005, 0.9999995,         -0.9999995,   -2.5,
        1e300, -1e300, INFINITY,  NAN,        836549.9999999999, 0x1p51 / 1e6, 4503599627.4999995};
    enum { N_SPECIAL = sizeof(special) / sizeof(special[0]) };
    uint64_t number = 99;
    for (size_t i = 0; i < N; i++) {
        number = number * 6364136223846793005u + 1442695040888963407u;
        values[i] = i < N_SPECIAL ? special[i] : ((double)(number >> 20) - 0x1p43) / 2e6;
    }
    for (int path = TH_VECTOR_PLAIN; path < TH_N_VECTORS; path++) {
        enum th_vector vector = (enum th_vector)path;
        if (!th_vector_has(vector)) {
            continue;
        }
        th_round_column_on(vector, values, have, N);
        for (size_t i = 0; i < N; i++) {
            double want = th_calc_round(values[i]);
            assert_memory_equal(&have[i], &want, sizeof(want));
        }
        th_floor_column_on(vector, values, have, N);
        for (size_t i = 0; i < N; i++) {
            double want = floor(th_calc_round(values[i]));
            assert_true(have[i] == want || (isnan(have[i]) && isnan(want)));
        }
        memcpy(have, values, sizeof(have));
        th_ceil_column_on(vector, have, have, N); // in its own place
        for (size_t i = 0; i < N; i++) {
            double want = ceil(th_calc_round(values[i]));
            assert_true(have[i] == want || (isnan(have[i]) && isnan(want)));
        }
    }
}

static void write_line(void *context, size_t line, struct th_buf *out)
{
    (void)context;
    th_buf_printf(out, "L%zu", line);
}

static void write_slot(void *context, size_t slot, struct th_buf *out)
{
    const double *slots = context;
    th_buf_printf(out, "%g", slots[slot]);
}

static void write_input(void *context, size_t input, struct th_buf *out)
{
    (void)context;
    th_buf_printf(out, "I%zu", input);
}

static void calc_write__puts_brackets_where_they_are_needed(void **state)
{
    (void)state;
    static const double slots[] = {2, -3, 5, 7};
    static const double inputs[] = {6, 1};
    static const double from[] = {0, 5};
    static const struct th_ratio quarter = {1, 4};
    struct th_calc *calc = make();
    struct th_node a = th_calc_parameter(calc, 0, "1");
    struct th_node b = th_calc_parameter(calc, 1, "1");
    struct th_node c = th_calc_parameter(calc, 2, "1");
    struct th_node x = th_calc_input(calc, 0, "1");
    struct th_node sum = th_calc_add(calc, a, c);
    struct th_node ratio = th_calc_number(calc, c_to_co2, "1", "s");
    struct th_node chosen = th_calc_choose(calc, x, from, 2, 2, "1");
    const struct {
        struct th_node node;
        const char *people, *workbook;
        double value;
    } cases[] = {
        {th_calc_mul(calc, sum, x), "(2 + 5) × I0", "(2+5)*I0", 42},
        {th_calc_sub(calc, a, sum), "2 - (2 + 5)", "2-(2+5)", -5},
        {th_calc_sub(calc, a, b), "2 - (-3)", "2-(-3)", 5},
        {th_calc_div(calc, x, th_calc_mul(calc, a, c)), "I0 ÷ (2 × 5)", "I0/(2*5)", 0.6},
        {th_calc_mul(calc, x, ratio), "I0 × 44 ÷ 12", "I0*44/12", 22},
        {th_calc_div(calc, x, ratio), "I0 ÷ (44 ÷ 12)", "I0/(44/12)", 18 / 11.0},
        {th_calc_mul(calc, x, th_calc_number(calc, quarter, "1", "s")), "I0 ÷ 4", "I0/4", 1.5},
        {th_calc_min(calc, sum, x), "min(2 + 5, I0)", "MIN(2+5,I0)", 6},
        {th_calc_max(calc, sum, b), "max(2 + 5, -3)", "MAX(2+5,-3)", 7},
        {th_calc_exp(calc, th_calc_ln(calc, x)), "exp(ln(I0))", "EXP(LN(I0))", 6},
        {th_calc_log10(calc, th_calc_mul(calc, c, a)), "log10(5 × 2)", "LOG10(5*2)", 1},
        {th_calc_pow(calc, sum, a), "(2 + 5) ^ 2", "(2+5)^2", 49},
        {th_calc_mul(calc, chosen, x), "7 × I0", "7*I0", 42},
        {th_calc_within(calc, x, a, c), "(2 ≤ I0 < 5)", "IF(AND(2<=I0,I0<5),1,0)", 0},
    };
    enum { N = sizeof(cases) / sizeof(cases[0]) };
    for (size_t i = 0; i < N; i++) {
        (void)th_calc_line(calc, cases[i].node, "term.gross", "1", "s");
    }
    finish(calc);
    struct th_calc_sheet *sheet = sheet_of(calc, slots, inputs, 2);
    struct th_calc_leaves leaves = {(void *)(uintptr_t)slots, write_line, write_slot, write_input};
    for (size_t i = 0; i < N; i++) {
        struct th_buf text;
        th_buf_init(&text, 1024);
        th_calc_sheet_write(sheet, i, TH_CALC_PEOPLE, &leaves, &text);
        assert_string_equal(th_buf_text(&text), cases[i].people);
        text.size = 0;
        th_calc_sheet_write(sheet, i, TH_CALC_WORKBOOK, &leaves, &text);
        assert_string_equal(th_buf_text(&text), cases[i].workbook);
        assert_close(th_calc_sheet_value(sheet, i), cases[i].value, 5e-7);
        th_buf_clear(&text);
    }
    th_calc_sheet_free(sheet);
    th_calc_free(calc);
}

// GS/T14 root function R = exp(−1.085 + 0.9256 ln b) / b: 0.2399 at 100 t d.m./ha (AR-TOOL14).
static void calc__empirical_equations_take_the_number_of_a_unit(void **state)
{
    (void)state;
    static const struct {
        double b, ratio;
    } cases[] = {{20, 0.2704}, {50, 0.2526}, {100, 0.2399}, {200, 0.2278}};
    struct th_calc *calc = make();
    struct th_node b = th_calc_input(calc, 0, "t d.m./ha");
    struct th_node plain = th_calc_count_of(calc, b, "t d.m./ha");
    struct th_node slope =
        th_calc_mul(calc, th_calc_number(calc, (struct th_ratio){9256, 10000}, "1", "AR-TOOL14"),
                    th_calc_ln(calc, plain));
    struct th_node power = th_calc_add(
        calc, th_calc_number(calc, (struct th_ratio){-1085, 1000}, "1", "AR-TOOL14"), slope);
    struct th_node roots = th_calc_as(calc, th_calc_exp(calc, power), "t d.m./ha");
    (void)th_calc_line(calc, th_calc_div(calc, roots, b), "term.roots", "1", "AR-TOOL14");
    finish(calc);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_calc_sheet *sheet = sheet_of(calc, NULL, &cases[i].b, 1);
        assert_close(th_calc_sheet_value(sheet, 0), cases[i].ratio, 5e-5);
        th_calc_sheet_free(sheet);
    }
    th_calc_free(calc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calc__area_times_factor_gives_the_decimal_kilogram),
        cmocka_unit_test(calc__nitrous_oxide_chain_gives_the_published_factor),
        cmocka_unit_test(calc__a_table_gives_the_row_of_its_key),
        cmocka_unit_test(calc_run__tells_the_row_and_line_without_a_value),
        cmocka_unit_test(calc_run__gives_each_row_what_its_sheet_gives),
        cmocka_unit_test(calc_finish__names_a_wrong_unit),
        cmocka_unit_test(calc_finish__lets_only_kilograms_of_co2e_count),
        cmocka_unit_test(calc__sums_bring_both_sides_to_one_scale),
        cmocka_unit_test(calc_finish__tells_the_first_fault_and_no_other),
        cmocka_unit_test(calc_finish__limits_the_number_of_nodes),
        cmocka_unit_test(calc_round__is_half_away_from_zero_in_decimals),
        cmocka_unit_test(calc_round__of_columns_is_the_same_on_every_path),
        cmocka_unit_test(calc_write__puts_brackets_where_they_are_needed),
        cmocka_unit_test(calc__empirical_equations_take_the_number_of_a_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
