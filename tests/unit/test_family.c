// The equation families as a whole: whatever numbers a document may state, their units work out.
// Published values of single equations stand in test_worked_examples.c.
#include <math.h>

#include "methodology/family.h"
#include "tests/support/support.h"

// Lines of one use with every role that `played` has a bit for.
static struct th_calc *build(const struct th_family *family, enum th_side side, enum th_gas gas,
                             unsigned played)
{
    static const char *const gwp_units[TH_N_GASES] = {"kg CO2e/kg CO2", "kg CO2e/kg CH4",
                                                      "kg CO2e/kg N2O"};
    struct th_calc *calc = th_calc_new();
    assert_non_null(calc);
    struct th_family_use use = {.side = side, .gas = gas};
    use.area_mu = th_calc_input(calc, 0, "mu");
    use.area_ha = th_calc_line(calc, use.area_mu, "term.area_used", "ha", NULL);
    use.gwp = th_calc_input(calc, 1, gwp_units[gas]);
    for (size_t i = 0; i < family->n_roles; i++) {
        use.roles[i] = played >> i & 1 ? th_calc_input(calc, 2 + i, family->roles[i].unit)
                                       : (struct th_node){-1};
    }
    family->build(calc, &use);
    return calc;
}

static void check_lines(const struct th_calc *calc, enum th_side side, enum th_gas gas)
{
    size_t n_counted = 0;
    for (size_t i = 0; i < th_calc_n_lines(calc); i++) {
        struct th_calc_line_info line = th_calc_line_at(calc, i);
        if (line.counted) {
            assert_true(line.side == side && line.gas == gas);
            assert_non_null(line.source);
            n_counted++;
        }
    }
    assert_int_equal(n_counted, 1);
}

static void families__have_sound_units_with_and_without_optional_roles(void **state)
{
    (void)state;
    struct th_error err;
    assert_true(th_family_number_of() > 10);
    for (size_t f = 0; f < th_family_number_of(); f++) {
        const struct th_family *family = th_family_at(f);
        unsigned all = (1U << family->n_roles) - 1;
        unsigned required = 0;
        for (size_t i = 0; i < family->n_roles; i++) {
            required |= family->roles[i].optional ? 0 : 1U << i;
            assert_true(th_ratio_compare(family->roles[i].low, family->roles[i].high) < 0);
        }
        for (unsigned played = 0; played <= all; played++) {
            for (unsigned k = 0; k < TH_N_SIDES * TH_N_GASES; k++) {
                enum th_side side = (enum th_side)(k / TH_N_GASES);
                enum th_gas gas = (enum th_gas)(k % TH_N_GASES);
                if ((played & required) != required || !(family->sides >> side & 1) ||
                    !(family->gases >> gas & 1)) {
                    continue;
                }
                struct th_calc *calc = build(family, side, gas, played);
                assert_ok(th_calc_finish(calc, &err), &err);
                check_lines(calc, side, gas);
                th_calc_free(calc);
            }
        }
    }
    assert_null(th_family_at(th_family_number_of()));
}

static void family_find__knows_each_name_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < th_family_number_of(); i++) {
        assert_ptr_equal(th_family_find(th_family_at(i)->name), th_family_at(i));
    }
    assert_null(th_family_find("magic"));
    assert_null(th_family_find(""));
}

// Kilograms of CO2e of one hectare, with a warming potential of 1; NAN is a role that is not
// played, and so is one behind those given.
#define KG(name, roles) kg(name, roles, sizeof(roles) / sizeof((roles)[0]))
static double kg(const char *name, const double *roles, size_t n_roles)
{
    struct th_error err;
    double inputs[2 + TH_FAMILY_ROLES_MAX] = {15, 1};
    const double *columns[2 + TH_FAMILY_ROLES_MAX];
    double result = 0.0;
    const struct th_family *family = th_family_find(name);
    assert_non_null(family);
    assert_true(n_roles <= family->n_roles);
    bool is_removal = (family->sides >> TH_SIDE_GROSS & 1) != 0;
    enum th_side side = is_removal ? TH_SIDE_GROSS : TH_SIDE_PROJECT_EMISSIONS;
    enum th_gas gas = TH_GAS_CO2;
    while (!(family->gases >> gas & 1)) {
        gas++;
    }
    double *out[TH_N_SIDES][TH_N_GASES] = {0};
    out[side][gas] = &result;
    unsigned played = 0;
    for (size_t i = 0; i < family->n_roles; i++) {
        bool is_played = i < n_roles && !isnan(roles[i]);
        played |= is_played ? 1U << i : 0;
        inputs[2 + i] = is_played ? roles[i] : 0.0;
    }
    for (size_t i = 0; i < 2 + family->n_roles; i++) {
        columns[i] = &inputs[i];
    }
    struct th_calc *calc = build(family, side, gas, played);
    struct th_calc_batch batch = {.n = 1, .inputs = columns};
    assert_ok(th_calc_finish(calc, &err), &err);
    assert_ok(th_calc_run(calc, NULL, &batch, out, &err), &err);
    th_calc_free(calc);
    return result;
}

// One tonne of dry matter a year: 1 × 1.33 × 0.47 × 44/12 up, 1 × 1.37 × 0.47 × 44/12 down.
static void biomass_difference__gives_a_loss_its_own_roots(void **state)
{
    (void)state;
    static const double up[] = {50, 54, 4, 0.33, 0.37, 0.47};
    static const double down[] = {54, 50, 4, 0.33, 0.37, 0.47};
    static const double same[] = {54, 54, 4, 0.33, 0.37, 0.47};
    static const double one_ratio[] = {54, 50, 4, 0.33, NAN, 0.47};
    static const double above_only[] = {50, 54, 4, NAN, NAN, 0.47};
    assert_close(KG("biomass-difference", up), 2292.033333, 1e-5);
    assert_close(KG("biomass-difference", down), -2360.966667, 1e-5);
    assert_close(KG("biomass-difference", same), 0.0, 0.0);
    assert_close(KG("biomass-difference", one_ratio), -2292.033333, 1e-5);
    assert_close(KG("biomass-difference", above_only), 1723.333333, 1e-5);
}

static void soil_carbon__counts_for_a_share_of_the_area(void **state)
{
    (void)state;
    static const double whole[] = {135, 0.71, 0.80, 20, NAN, NAN};
    static const double half[] = {135, 0.71, 0.80, 20, NAN, 0.5};
    static const double none[] = {135, 0.71, 0.80, 20, NAN, 0};
    static const double late[] = {135, 0.71, 0.80, 20, 21, 1};
    assert_close(KG("soil-carbon", whole), 2227.5, 1e-6);
    assert_close(KG("soil-carbon", half), 1113.75, 1e-6);
    assert_close(KG("soil-carbon", none), 0.0, 0.0);
    assert_close(KG("soil-carbon", late), 0.0, 0.0);
}

// VM0033: 3 t C/ha of herbs, 11 t of CO2, in the first year only.
static void stock_once__counts_in_its_first_year(void **state)
{
    (void)state;
    static const struct {
        double year, kg;
    } cases[] = {{0, 0}, {1, 11000}, {2, 0}, {40, 0}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const double roles[] = {3, cases[i].year};
        assert_close(KG("stock-once", roles), cases[i].kg, 1e-6);
    }
}

// 235 kg CH4/ha/yr; the factor counts for half of the hectare.
static void methane__counts_for_a_share_of_the_area(void **state)
{
    (void)state;
    static const double whole[] = {235, NAN};
    static const double half[] = {235, 0.5};
    assert_close(KG("methane", whole), 235.0, 1e-9);
    assert_close(KG("methane", half), 117.5, 1e-9);
}

// 64 × (1.35 − 0.72) ÷ 20 = 2.016 t C/ha/yr; a tenth of it is nitrogen; 201.6 × (0.006 + 0.24 ×
// 0.011) × 44/28 = 2.737152 kg N2O. Eq. 11.8 gives nothing for soil that gains, nor after the
// twenty years.
static void soil_nitrogen__follows_the_carbon_that_is_lost(void **state)
{
    (void)state;
    static const double lost[] = {64, 1.35, 0.72, 20, 20, 0.1, 0.006, 0.24, 0.011};
    static const double over[] = {64, 1.35, 0.72, 20, 21, 0.1, 0.006, 0.24, 0.011};
    static const double gain[] = {64, 0.69, 0.72, 20, 20, 0, 0.006, 0.24, 0.011};
    assert_close(KG("soil-nitrogen", lost), 2.737152, 1e-6);
    assert_close(KG("soil-nitrogen", over), 0.0, 0.0);
    assert_close(KG("soil-nitrogen", gain), 0.0, 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(families__have_sound_units_with_and_without_optional_roles),
        cmocka_unit_test(family_find__knows_each_name_once),
        cmocka_unit_test(biomass_difference__gives_a_loss_its_own_roots),
        cmocka_unit_test(soil_carbon__counts_for_a_share_of_the_area),
        cmocka_unit_test(stock_once__counts_in_its_first_year),
        cmocka_unit_test(methane__counts_for_a_share_of_the_area),
        cmocka_unit_test(soil_nitrogen__follows_the_carbon_that_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
