#include "tests/unit/worked.h"

#include <math.h>
#include <stdbool.h>

#include "methodology/family.h"
#include "tests/support/support.h"

static size_t lowest_bit(unsigned bits)
{
    size_t bit = 0;
    while ((bits >> bit & 1) == 0) {
        bit++;
    }
    return bit;
}

struct worked worked_computed(struct th_calc *calc, const double *inputs, size_t n_inputs)
{
    struct th_error err;
    const double *columns[TH_CALC_INPUTS_MAX];
    struct th_calc_batch batch = {.n = 1, .inputs = columns};
    struct worked example = {.calc = calc};
    for (size_t i = 0; i < n_inputs; i++) {
        columns[i] = &inputs[i];
    }
    assert_ok(th_calc_finish(calc, &err), &err);
    assert_ok(th_calc_sheet_new(calc, NULL, &batch, 0, &example.sheet, &err), &err);
    return example;
}

// `roles` in the order and unit of the family; NAN is an optional role that is not played.
struct worked worked_family(const char *name, double area_ha, const double *roles, double gwp)
{
    static const char *const gwp_units[TH_N_GASES] = {"kg CO2e/kg CO2", "kg CO2e/kg CH4",
                                                      "kg CO2e/kg N2O"};
    const struct th_family *family = th_family_find(name);
    double inputs[2 + TH_FAMILY_ROLES_MAX] = {area_ha * 15, gwp};
    assert_non_null(family);
    struct th_calc *calc = th_calc_new();
    assert_non_null(calc);
    struct th_family_use use = {.side = (enum th_side)lowest_bit(family->sides),
                                .gas = (enum th_gas)lowest_bit(family->gases)};
    use.area_mu = th_calc_input(calc, 0, "mu");
    use.area_ha = th_calc_line(calc, use.area_mu, "term.area_used", "ha", NULL);
    use.gwp = th_calc_input(calc, 1, gwp_units[use.gas]);
    for (size_t i = 0; i < family->n_roles; i++) {
        assert_true(family->roles[i].optional || !isnan(roles[i]));
        use.roles[i] = isnan(roles[i]) ? (struct th_node){-1}
                                       : th_calc_input(calc, 2 + i, family->roles[i].unit);
        inputs[2 + i] = roles[i];
    }
    family->build(calc, &use);
    return worked_computed(calc, inputs, 2 + family->n_roles);
}

double worked_value(const struct worked *example, const char *term)
{
    for (size_t line = 0; line < th_calc_n_lines(example->calc); line++) {
        if (strcmp(th_calc_line_at(example->calc, line).term, term) == 0) {
            return th_calc_sheet_value(example->sheet, line);
        }
    }
    fail_msg("no line %s", term);
    return NAN;
}

void worked_clear(struct worked *example)
{
    th_calc_sheet_free(example->sheet);
    th_calc_free(example->calc);
}

double worked_family_value(const char *name, double area_ha, const double *roles, double gwp,
                           const char *term)
{
    struct worked example = worked_family(name, area_ha, roles, gwp);
    double found = worked_value(&example, term);
    worked_clear(&example);
    return found;
}
