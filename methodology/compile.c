// From a document to its arithmetic: a node for each parameter and input that a term uses, then the
// equations of the terms in the order of the document.
#include <assert.h>

#include "methodology/document_internal.h"

struct compiler {
    const struct th_methodology *methodology;
    struct th_calc *calc;
    struct th_node area_mu, area_ha, year;
    struct th_node inputs[TH_METHODOLOGY_INPUTS_MAX]; // index 0: not made yet
};

// Years since 2010 in 2021 are a line of their own: 2021 - 2010 + 1 = 12.
static struct th_node years_since(struct compiler *compiler, size_t index, struct th_node first)
{
    struct th_node one = th_calc_number(compiler->calc, (struct th_ratio){1, 1}, "yr", NULL);
    struct th_node years =
        th_calc_add(compiler->calc, th_calc_sub(compiler->calc, compiler->year, first), one);
    return th_calc_line_of_input(compiler->calc, years, index, "yr", "term.source_years_since");
}

static struct th_node input_node(struct compiler *compiler, size_t index)
{
    const struct th_input *input = &compiler->methodology->inputs[index];
    struct th_node *made = &compiler->inputs[index];
    if (made->index != 0) { // 0 is the area
        return *made;
    }
    if (input->type == TH_INPUT_YEARS_SINCE) {
        const struct th_input *first = &compiler->methodology->inputs[input->since];
        assert(first->type == TH_INPUT_YEAR);
        *made = years_since(
            compiler, index,
            th_calc_input(compiler->calc, TH_COLUMN_INPUTS + input->since, first->unit));
    } else {
        *made = th_calc_input(compiler->calc, TH_COLUMN_INPUTS + index, input->unit);
    }
    return *made;
}

static struct th_node parameter_node(struct compiler *compiler, size_t index)
{
    const struct th_parameter *parameter = &compiler->methodology->parameters[index];
    if (!parameter->has_key) {
        return th_calc_parameter(compiler->calc, parameter->rows[0].slot, parameter->unit);
    }
    // Rows of one key that follow each other by years share a slot.
    double from[TH_METHODOLOGY_ROWS_MAX];
    size_t first = parameter->rows[0].slot;
    size_t n = 0;
    for (size_t i = 0; i < parameter->n_rows; i++) {
        if (parameter->rows[i].slot == first + n) {
            from[n++] = parameter->rows[i].from;
        }
    }
    return th_calc_choose(compiler->calc, input_node(compiler, parameter->key), from, n, first,
                          parameter->unit);
}

static struct th_node role_node(struct compiler *compiler, const struct th_term *term, size_t role)
{
    switch (term->roles[role].player) {
    case TH_PLAYER_PARAMETER:
        return parameter_node(compiler, term->roles[role].index);
    case TH_PLAYER_INPUT:
        return input_node(compiler, term->roles[role].index);
    case TH_PLAYER_NONE:
        break;
    }
    assert(term->family->roles[role].optional);
    return (struct th_node){-1};
}

static struct th_node gwp_node(const struct compiler *compiler, enum th_gas gas)
{
    static const char *const units[TH_N_GASES] = {[TH_GAS_CO2] = "kg CO2e/kg CO2",
                                                  [TH_GAS_CH4] = "kg CO2e/kg CH4",
                                                  [TH_GAS_N2O] = "kg CO2e/kg N2O"};
    if (gas == TH_GAS_CO2) { // the gas that the others are compared with
        return th_calc_number(compiler->calc, (struct th_ratio){1, 1}, units[gas],
                              "term.source_gwp_co2");
    }
    return th_calc_parameter(compiler->calc, compiler->methodology->gwp[gas].slot, units[gas]);
}

static void compile_term(struct compiler *compiler, size_t index)
{
    const struct th_term *term = &compiler->methodology->terms[index];
    struct th_family_use use = {.area_mu = compiler->area_mu,
                                .area_ha = compiler->area_ha,
                                .year = compiler->year,
                                .side = term->side,
                                .gas = term->gas};
    th_calc_section(compiler->calc, index + 1);
    for (size_t role = 0; role < term->family->n_roles; role++) {
        use.roles[role] = role_node(compiler, term, role);
    }
    use.gwp = gwp_node(compiler, term->gas);
    term->family->build(compiler->calc, &use);
}

enum th_status th_methodology_compile(struct th_methodology *methodology, struct th_error *err)
{
    struct compiler compiler = {.methodology = methodology, .calc = th_calc_new()};
    if (!compiler.calc) {
        return th_error_no_memory(err);
    }
    compiler.area_mu = th_calc_input(compiler.calc, TH_COLUMN_AREA_MU, "mu");
    compiler.year = th_calc_input(compiler.calc, TH_COLUMN_YEAR, "yr");
    compiler.area_ha =
        th_calc_line(compiler.calc, compiler.area_mu, "term.area_used", "ha", "term.source_mu");
    for (size_t i = 0; i < methodology->n_terms; i++) {
        compile_term(&compiler, i);
    }
    enum th_status status = th_calc_finish(compiler.calc, err);
    if (status != TH_OK) {
        th_calc_free(compiler.calc);
        return status;
    }
    methodology->calc = compiler.calc;
    return TH_OK;
}
