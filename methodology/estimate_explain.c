// The calculation of one parcel and year for a person: each number before it is used, each line
// with the sum that gives it, in the digits that a pocket calculator takes.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "methodology/estimate_internal.h"
#include "methodology/survey_internal.h"
#include "methodology/wide_internal.h"

// The workbook has its heading in row 1 and the value of a line in this column.
enum { FIRST_ROW = 2, EXPRESSION_SIZE = 8 * TH_WIDE_TEXT_SIZE };
static const char value_column[] = "C";

size_t th_explain_next_row(const struct th_json *lines)
{
    return th_json_size(lines) + FIRST_ROW;
}

size_t th_explain_add(struct th_json *lines, struct th_explain_line line)
{
    struct th_json *object = th_json_object();
    th_json_set_text(object, "term", line.term);
    th_json_set_text(object, "expression", line.expression);
    th_json_set_text(object, "value", line.value);
    th_json_set_text(object, "unit", line.unit);
    th_json_set_text(object, "source", line.source);
    th_json_set_text(object, "evidence", line.evidence);
    th_json_set_text(object, "formula", line.formula);
    if (line.arguments) {
        th_json_set(object, "arguments", line.arguments);
    }
    th_json_append(lines, object);
    return th_explain_next_row(lines) - 1;
}

// Returns the row of the area used, in mu.
static size_t explain_areas(struct th_json *lines, const struct th_estimate_parcel *parcel)
{
    char m2[TH_WIDE_TEXT_SIZE];
    char mu[TH_WIDE_TEXT_SIZE];
    char contracted[TH_WIDE_TEXT_SIZE];
    char used[TH_WIDE_TEXT_SIZE];
    char expression[3 * TH_WIDE_TEXT_SIZE];
    (void)th_wide_decimal(th_area_m2_cent(parcel->measured), 2, false, m2);
    (void)th_wide_mu(parcel->measured, mu);
    (void)th_wide_mu(th_estimate_area_used(parcel), used);
    (void)th_explain_add(lines, (struct th_explain_line){.term = "term.area_measured",
                                                         .value = m2,
                                                         .unit = "m2",
                                                         .source = "term.source_geodesic"});
    // Measured areas are whole hundredths of a square metre, so that this sum is exact.
    (void)snprintf(expression, sizeof(expression), "%s × 3 ÷ 2000", m2);
    bool exact = th_area_m2_300(parcel->measured) % 3 == 0;
    (void)th_explain_add(lines, (struct th_explain_line){.term = "term.area_measured",
                                                         .expression = exact ? expression : NULL,
                                                         .value = mu,
                                                         .unit = "mu",
                                                         .source = "term.source_mu",
                                                         .formula = exact ? "C2*3/2000" : NULL});
    if (!parcel->has_contracted) {
        (void)th_explain_add(lines,
                             (struct th_explain_line){.term = "term.area_used",
                                                      .expression = mu,
                                                      .value = used,
                                                      .unit = "mu",
                                                      .source = "term.rule_area_measured_only",
                                                      .formula = "C3"});
        return th_explain_next_row(lines) - 1;
    }
    (void)th_wide_mu(parcel->contracted, contracted);
    (void)th_explain_add(lines, (struct th_explain_line){.term = "term.area_contracted",
                                                         .value = contracted,
                                                         .unit = "mu",
                                                         .source = "term.source_contract"});
    (void)snprintf(expression, sizeof(expression), "min(%s, %s)", mu, contracted);
    (void)th_explain_add(lines, (struct th_explain_line){.term = "term.area_used",
                                                         .expression = expression,
                                                         .value = used,
                                                         .unit = "mu",
                                                         .source = "term.rule_area_min_1",
                                                         .formula = "MIN(C3,C4)"});
    return th_explain_next_row(lines) - 1;
}

// Six decimals at most, without zeros at the end.
const char *th_explain_number(double value, char buf[TH_EXPLAIN_NUMBER_SIZE])
{
    (void)snprintf(buf, TH_EXPLAIN_NUMBER_SIZE, "%.6f", value);
    char *end = buf + strlen(buf);
    while (end[-1] == '0') {
        *--end = '\0';
    }
    if (end[-1] == '.') {
        *--end = '\0';
    }
    return strcmp(buf, "-0") == 0 ? "0" : buf;
}

// What stands for the leaves of expressions, and which of them have been introduced.
struct teller {
    const struct th_estimate_rules *rules;
    const struct th_estimate_parcel *parcel;
    const struct th_calc_sheet *sheet;
    int year;
    bool chinese;
    struct th_json *lines;
    size_t slot_rows[TH_CALC_SLOTS_MAX];   // of the workbook; 0: not introduced yet
    size_t input_rows[TH_CALC_INPUTS_MAX]; // likewise
    size_t line_rows[TH_CALC_LINES_MAX];
    struct th_survey_told survey;
};

static const char *in_language(const struct teller *teller, struct th_text text)
{
    return teller->chinese ? text.zh : text.en;
}

// The parameter whose row fills a slot in this year; NULL: a GWP.
static const struct th_parameter *parameter_of(const struct teller *teller, size_t slot,
                                               const struct th_parameter_row **ret_row)
{
    const struct th_methodology *methodology = teller->rules->methodology;
    for (size_t i = 0; i < methodology->n_parameters; i++) {
        size_t n = 0;
        const struct th_parameter_row *rows = th_estimate_rows(teller->rules, i, &n);
        for (size_t k = 0; k < n; k++) {
            if (rows[k].slot == slot && th_parameter_row_holds(&rows[k], teller->year)) {
                *ret_row = &rows[k];
                return &methodology->parameters[i];
            }
        }
    }
    for (size_t gas = 0; gas < TH_N_GASES; gas++) {
        if (methodology->gwp[gas].slot == slot && gas != TH_GAS_CO2) {
            *ret_row = &methodology->gwp[gas];
        }
    }
    return NULL;
}

static void write_slot(void *context, size_t slot, struct th_buf *out)
{
    struct teller *teller = context;
    char value[TH_RATIO_TEXT_SIZE];
    const struct th_parameter_row *row = NULL;
    const struct th_parameter *parameter = parameter_of(teller, slot, &row);
    (void)th_ratio_format(row->value, value);
    if (strchr(value, '/')) { // 70/87 as a sum of the calculator
        th_buf_printf(out, "%" PRId64 " ÷ %" PRId64, row->value.numerator, row->value.denominator);
    } else {
        th_buf_append_str(out, value);
    }
    if (teller->slot_rows[slot] != 0) {
        return;
    }
    teller->slot_rows[slot] = th_explain_next_row(teller->lines);
    bool is_methane = slot == teller->rules->methodology->gwp[TH_GAS_CH4].slot;
    (void)th_explain_add(
        teller->lines,
        (struct th_explain_line){.term = parameter    ? in_language(teller, parameter->title)
                                         : is_methane ? "term.gwp_ch4"
                                                      : "term.gwp_n2o",
                                 .value = value,
                                 .unit = parameter    ? parameter->unit
                                         : is_methane ? "kg CO2e/kg CH4"
                                                      : "kg CO2e/kg N2O",
                                 .source = row->source,
                                 .evidence = th_evidence_name(row->evidence),
                                 .formula = strchr(value, '/') ? value : NULL});
}

// Returns the row.
static size_t tell_input(struct teller *teller, size_t index)
{
    const struct th_methodology *methodology = teller->rules->methodology;
    const struct th_input *input = &methodology->inputs[index];
    double value = teller->parcel->inputs[index];
    char buf[TH_EXPLAIN_NUMBER_SIZE];
    const char *text = th_explain_number(value, buf);
    if (input->scope == TH_INPUT_OF_PLOTS && teller->parcel->surveys && methodology->has_plots) {
        return th_survey_explain(&teller->survey, &methodology->plots, teller->parcel->surveys,
                                 index, in_language(teller, input->title), teller->lines);
    }
    bool is_choice =
        input->type == TH_INPUT_CHOICE && value >= 0 && (size_t)value < input->n_choices;
    if (is_choice) {
        text = in_language(teller, input->choices[(size_t)value].title);
    }
    static const char *const sources[] = {[TH_INPUT_OF_PARCEL] = "term.source_parcel",
                                          [TH_INPUT_OF_YEAR] = "term.source_activity",
                                          [TH_INPUT_OF_PLOTS] = "term.source_plots"};
    bool is_default = teller->parcel->is_default && teller->parcel->is_default[index];
    const char *evidence = is_default ? th_evidence_name(input->standard_evidence) : NULL;
    return th_explain_add(teller->lines,
                          (struct th_explain_line){.term = in_language(teller, input->title),
                                                   .value = text,
                                                   .unit = is_choice ? NULL : input->unit,
                                                   .source = is_default ? input->standard_source
                                                                        : sources[input->scope],
                                                   .evidence = evidence});
}

// An expression takes the later survey before the earlier one; a person reads them in their order.
static void introduce(struct teller *teller, size_t input)
{
    const struct th_methodology *methodology = teller->rules->methodology;
    size_t start = TH_COLUMN_INPUTS + methodology->plots.start;
    bool follows = methodology->has_plots && input == TH_COLUMN_INPUTS + methodology->plots.end;
    if (follows && teller->input_rows[start] == 0) {
        teller->input_rows[start] = tell_input(teller, methodology->plots.start);
    }
    if (teller->input_rows[input] == 0) {
        teller->input_rows[input] = tell_input(teller, input - TH_COLUMN_INPUTS);
    }
}

static void write_input(void *context, size_t input, struct th_buf *out)
{
    struct teller *teller = context;
    char buf[TH_EXPLAIN_NUMBER_SIZE];
    if (input == TH_COLUMN_AREA_MU) {
        char mu[TH_WIDE_TEXT_SIZE];
        th_buf_append_str(out, th_wide_mu(th_estimate_area_used(teller->parcel), mu));
    } else if (input == TH_COLUMN_YEAR) {
        th_buf_printf(out, "%d", teller->year);
    } else {
        th_buf_append_str(out,
                          th_explain_number(teller->parcel->inputs[input - TH_COLUMN_INPUTS], buf));
        introduce(teller, input);
    }
}

static void write_value(void *context, size_t line, struct th_buf *out)
{
    const struct teller *teller = context;
    char buf[TH_EXPLAIN_NUMBER_SIZE];
    th_buf_append_str(out, th_explain_number(th_calc_sheet_value(teller->sheet, line), buf));
}

static void refer(size_t row, struct th_buf *out)
{
    th_buf_printf(out, "%s%zu", value_column, row);
}

static void refer_slot(void *context, size_t slot, struct th_buf *out)
{
    const struct teller *teller = context;
    refer(teller->slot_rows[slot], out);
}

static void refer_input(void *context, size_t input, struct th_buf *out)
{
    const struct teller *teller = context;
    if (input == TH_COLUMN_YEAR) {
        th_buf_printf(out, "%d", teller->year);
    } else {
        refer(teller->input_rows[input], out);
    }
}

static void refer_line(void *context, size_t line, struct th_buf *out)
{
    const struct teller *teller = context;
    refer(teller->line_rows[line], out);
}

// The weakest evidence among what a sheet uses is told by each number itself, so that computed
// lines carry none.
static void explain_calc(struct teller *teller)
{
    const struct th_methodology *methodology = teller->rules->methodology;
    const struct th_calc_leaves leaves = {teller, write_value, write_slot, write_input};
    const struct th_calc_leaves cells = {teller, refer_line, refer_slot, refer_input};
    for (size_t i = 0; i < th_calc_n_lines(methodology->calc); i++) {
        struct th_calc_line_info info = th_calc_line_at(methodology->calc, i);
        char value[TH_EXPLAIN_NUMBER_SIZE];
        struct th_buf expression;
        struct th_buf formula;
        th_buf_init(&expression, 64 * 1024);
        th_buf_init(&formula, 64 * 1024);
        // The expression introduces what the formula refers to.
        th_calc_sheet_write(teller->sheet, i, TH_CALC_PEOPLE, &leaves, &expression);
        th_buf_append_str(&formula, "ROUND(");
        th_calc_sheet_write(teller->sheet, i, TH_CALC_WORKBOOK, &cells, &formula);
        th_buf_append_str(&formula, ",6)");
        teller->line_rows[i] = th_explain_next_row(teller->lines);
        const char *term = info.counted && info.section > 0
                               ? in_language(teller, methodology->terms[info.section - 1].title)
                               : info.term;
        if (!term) {
            term = in_language(teller, methodology->inputs[info.input].title);
        }
        (void)th_explain_add(teller->lines, (struct th_explain_line){
                                                .term = term,
                                                .expression = th_buf_text(&expression),
                                                .value = th_explain_number(
                                                    th_calc_sheet_value(teller->sheet, i), value),
                                                .unit = info.unit,
                                                .source = info.source,
                                                .formula = th_buf_text(&formula)});
        th_buf_clear(&expression);
        th_buf_clear(&formula);
    }
}

static const char *kg_text(struct th_carbon carbon, char buf[TH_WIDE_TEXT_SIZE])
{
    return th_wide_decimal(th_carbon_kg(carbon), 0, false, buf);
}

// The lines that were counted to a side and gas, added: "12.5 + 3", and as cells.
static void write_counted(const struct teller *teller, enum th_side side, int gas,
                          struct th_buf *out, struct th_buf *cells)
{
    const struct th_calc *calc = teller->rules->methodology->calc;
    for (size_t i = 0; i < th_calc_n_lines(calc); i++) {
        struct th_calc_line_info info = th_calc_line_at(calc, i);
        char buf[TH_EXPLAIN_NUMBER_SIZE];
        if (info.counted && info.side == side && (gas < 0 || (int)info.gas == gas)) {
            const char *text = th_explain_number(th_calc_sheet_value(teller->sheet, i), buf);
            bool brackets = out->size > 0 && text[0] == '-';
            th_buf_append_str(out, out->size > 0 ? " + " : "");
            th_buf_printf(out, brackets ? "(%s)" : "%s", text);
            th_buf_printf(cells, cells->size > 0 ? "+%s%zu" : "%s%zu", value_column,
                          teller->line_rows[i]);
        }
    }
}

// Returns the row.
static size_t explain_side(const struct teller *teller, const char *term, enum th_side side,
                           int gas, struct th_carbon mass)
{
    char value[TH_WIDE_TEXT_SIZE];
    struct th_buf expression;
    struct th_buf cells;
    struct th_buf formula;
    th_buf_init(&expression, 16 * 1024);
    th_buf_init(&cells, 16 * 1024);
    th_buf_init(&formula, 20 * 1024);
    write_counted(teller, side, gas, &expression, &cells);
    bool counted = expression.size > 0;
    // INT goes toward −∞, also below zero.
    th_buf_printf(&formula, side == TH_SIDE_GROSS ? "INT(ROUND(%s,6))" : "-INT(-ROUND(%s,6))",
                  th_buf_text(&cells));
    (void)th_explain_add(teller->lines, (struct th_explain_line){
                                            .term = term,
                                            .expression = counted ? th_buf_text(&expression) : NULL,
                                            .value = kg_text(mass, value),
                                            .unit = "kg CO2e",
                                            .source = !counted ? "term.source_not_counted"
                                                      : side == TH_SIDE_GROSS ? "term.rule_down"
                                                                              : "term.rule_up",
                                            .formula = counted ? th_buf_text(&formula) : NULL});
    th_buf_clear(&expression);
    th_buf_clear(&cells);
    th_buf_clear(&formula);
    return th_explain_next_row(teller->lines) - 1;
}

// What is taken off; in brackets where it is below zero.
static const char *taken_text(struct th_carbon carbon, char buf[TH_WIDE_TEXT_SIZE + 2])
{
    char text[TH_WIDE_TEXT_SIZE];
    (void)kg_text(carbon, text);
    (void)snprintf(buf, TH_WIDE_TEXT_SIZE + 2, text[0] == '-' ? "(%s)" : "%s", text);
    return buf;
}

// gross − baseline − (emissions) − leakage, and − deduction.
static void write_net(const struct th_estimate_line *line, bool deducted,
                      char text[EXPRESSION_SIZE])
{
    char texts[7][TH_WIDE_TEXT_SIZE + 2];
    int size = snprintf(
        text, EXPRESSION_SIZE, "%s - %s - (%s + %s + %s) - %s", kg_text(line->gross, texts[0]),
        taken_text(line->baseline, texts[1]), kg_text(line->emissions[TH_GAS_CO2], texts[2]),
        taken_text(line->emissions[TH_GAS_CH4], texts[3]),
        taken_text(line->emissions[TH_GAS_N2O], texts[4]), taken_text(line->leakage, texts[5]));
    if (deducted) {
        (void)snprintf(text + size, EXPRESSION_SIZE - (size_t)size, " - %s",
                       taken_text(line->deduction, texts[6]));
    }
}

// Gross, baseline, three gases and leakage stand one row below the other; deduction 0: none.
static void write_net_formula(size_t gross, size_t deduction, char text[EXPRESSION_SIZE])
{
    int size = snprintf(text, EXPRESSION_SIZE, "C%zu-C%zu-(C%zu+C%zu+C%zu)-C%zu", gross, gross + 1,
                        gross + 2, gross + 3, gross + 4, gross + 5);
    if (deduction > 0) {
        (void)snprintf(text + size, EXPRESSION_SIZE - (size_t)size, "-C%zu", deduction);
    }
}

// What a share is taken of, in kilograms, and the cell that says so.
struct part {
    const char *share_term, *term;
    struct th_ratio share;
    int64_t kg;
    const char *cell; // "MAX(C60,0)"
};

// The share and what it takes, each on a line of its own, rounded up. Returns the row.
static size_t explain_part(const struct teller *teller, const struct part *part, int64_t taken_kg)
{
    char share[TH_RATIO_TEXT_SIZE];
    char value[24];
    char expression[TH_RATIO_TEXT_SIZE + 32];
    char formula[128];
    (void)th_ratio_format(part->share, share);
    size_t row = th_explain_add(
        teller->lines,
        (struct th_explain_line){
            .term = part->share_term, .value = share, .unit = "1", .source = "term.source_share"});
    (void)snprintf(value, sizeof(value), "%" PRId64, taken_kg);
    (void)snprintf(expression, sizeof(expression), "%" PRId64 " × %s", part->kg, share);
    (void)snprintf(formula, sizeof(formula), "-INT(-ROUND(%s*%s%zu,6))", part->cell, value_column,
                   row);
    return th_explain_add(teller->lines, (struct th_explain_line){.term = part->term,
                                                                  .expression = expression,
                                                                  .value = value,
                                                                  .unit = "kg CO2e",
                                                                  .source = "term.rule_up",
                                                                  .formula = formula});
}

// Of the net before the deduction, which has a line where a share is taken of it. Returns the row.
static size_t explain_net_before(const struct teller *teller, const struct th_estimate_line *line,
                                 size_t gross)
{
    struct th_estimate_line before = *line;
    char value[24];
    before.deduction = th_carbon_from_kg(0);
    char expression[EXPRESSION_SIZE];
    char formula[EXPRESSION_SIZE];
    write_net(&before, false, expression);
    write_net_formula(gross, 0, formula);
    (void)snprintf(value, sizeof(value), "%" PRId64,
                   th_carbon_kg(line->net) + th_carbon_kg(line->deduction));
    return th_explain_add(teller->lines, (struct th_explain_line){.term = "term.net_before",
                                                                  .expression = expression,
                                                                  .value = value,
                                                                  .unit = "kg CO2e",
                                                                  .source = "term.rule_net_before",
                                                                  .formula = formula});
}

// The parts that take something, one below the other; what they come to goes to `out` and `cells`.
static enum th_status explain_parts(const struct teller *teller,
                                    const struct th_estimate_line *line,
                                    const struct th_estimate_shares *shares, size_t gross,
                                    struct th_buf *out, struct th_buf *cells, struct th_error *err)
{
    char of_gross[48];
    char of_baseline[64];
    char of_net[48];
    int64_t gross_kg = th_carbon_kg(line->gross);
    int64_t baseline_kg = th_carbon_kg(line->baseline);
    int64_t net_kg = th_carbon_kg(line->net) + th_carbon_kg(line->deduction);
    (void)snprintf(of_gross, sizeof(of_gross), "MAX(C%zu,0)", gross);
    (void)snprintf(of_baseline, sizeof(of_baseline), "MAX(C%zu,-C%zu)", gross + 1, gross + 1);
    if (shares->net.numerator != 0 && net_kg > 0) {
        (void)snprintf(of_net, sizeof(of_net), "MAX(C%zu,0)",
                       explain_net_before(teller, line, gross));
    }
    const struct part parts[] = {
        {"term.share_gross", "term.deduction_gross", shares->gross, gross_kg > 0 ? gross_kg : 0,
         of_gross},
        {"term.share_baseline", "term.deduction_baseline", shares->baseline,
         baseline_kg < 0 ? -baseline_kg : baseline_kg, of_baseline},
        {"term.share_net", "term.deduction_net", shares->net, net_kg > 0 ? net_kg : 0, of_net}};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        int64_t taken_kg = 0;
        if (parts[i].share.numerator == 0 || parts[i].kg == 0) {
            continue;
        }
        enum th_status status = th_ratio_apply_ceil(parts[i].share, parts[i].kg, &taken_kg, err);
        if (status != TH_OK) {
            return status;
        }
        size_t row = explain_part(teller, &parts[i], taken_kg);
        th_buf_printf(out, out->size > 0 ? " + %" PRId64 : "%" PRId64, taken_kg);
        th_buf_printf(cells, cells->size > 0 ? "+C%zu" : "C%zu", row);
    }
    return TH_OK;
}

// Returns the row by `ret_row`.
static enum th_status explain_deduction(const struct teller *teller,
                                        const struct th_estimate_line *line,
                                        const struct th_estimate_shares *shares, size_t gross,
                                        size_t *ret_row, struct th_error *err)
{
    char value[TH_WIDE_TEXT_SIZE];
    struct th_buf expression;
    struct th_buf formula;
    th_buf_init(&expression, 1024);
    th_buf_init(&formula, 1024);
    enum th_status status =
        shares ? explain_parts(teller, line, shares, gross, &expression, &formula, err) : TH_OK;
    bool deducts = expression.size > 0;
    // What a rule takes off follows from all parcels of a run, not from one.
    bool has_rule = teller->rules->methodology->rule != TH_RULE_NONE;
    const char *none = !has_rule ? "term.source_not_counted"
                       : shares  ? "term.deduction_of_nothing"
                                 : "term.deduction_of_run";
    *ret_row = th_explain_add(
        teller->lines,
        (struct th_explain_line){.term = "term.deduction",
                                 .expression = deducts ? th_buf_text(&expression) : NULL,
                                 .value = kg_text(line->deduction, value),
                                 .unit = "kg CO2e",
                                 .source = deducts ? "term.rule_deduction" : none,
                                 .formula = deducts ? th_buf_text(&formula) : NULL});
    th_buf_clear(&expression);
    th_buf_clear(&formula);
    return status;
}

static enum th_status explain_totals(const struct teller *teller,
                                     const struct th_estimate_line *line,
                                     const struct th_estimate_shares *shares, struct th_error *err)
{
    static const char *const gases[TH_N_GASES] = {[TH_GAS_CO2] = "term.emissions_co2",
                                                  [TH_GAS_CH4] = "term.emissions_ch4",
                                                  [TH_GAS_N2O] = "term.emissions_n2o"};
    char expression[EXPRESSION_SIZE];
    char formula[EXPRESSION_SIZE];
    char value[TH_WIDE_TEXT_SIZE];
    size_t deduction = 0;
    size_t gross = explain_side(teller, "term.gross", TH_SIDE_GROSS, -1, line->gross);
    (void)explain_side(teller, "term.baseline", TH_SIDE_BASELINE, -1, line->baseline);
    for (int gas = 0; gas < TH_N_GASES; gas++) {
        (void)explain_side(teller, gases[gas], TH_SIDE_PROJECT_EMISSIONS, gas,
                           line->emissions[gas]);
    }
    (void)explain_side(teller, "term.leakage", TH_SIDE_LEAKAGE, -1, line->leakage);
    enum th_status status = explain_deduction(teller, line, shares, gross, &deduction, err);
    write_net(line, true, expression);
    write_net_formula(gross, deduction, formula);
    (void)th_explain_add(teller->lines, (struct th_explain_line){.term = "term.net",
                                                                 .expression = expression,
                                                                 .value = kg_text(line->net, value),
                                                                 .unit = "kg CO2e",
                                                                 .source = "term.rule_net",
                                                                 .formula = formula});
    return status;
}

static enum th_status make_sheet(const struct th_estimate_rules *rules,
                                 const struct th_estimate_parcel *parcel, int year,
                                 struct th_calc_sheet **ret_sheet, struct th_error *err)
{
    double slots[TH_CALC_SLOTS_MAX];
    double values[TH_CALC_INPUTS_MAX];
    const double *columns[TH_CALC_INPUTS_MAX];
    const struct th_methodology *methodology = rules->methodology;
    enum th_status status = th_estimate_slots(rules, year, slots, err);
    if (status != TH_OK) {
        return status;
    }
    values[TH_COLUMN_AREA_MU] = th_estimate_area_mu(th_estimate_area_used(parcel));
    values[TH_COLUMN_YEAR] = year;
    for (size_t i = 0; i < methodology->n_inputs; i++) {
        values[TH_COLUMN_INPUTS + i] = parcel->inputs[i];
    }
    for (size_t i = 0; i < TH_COLUMN_INPUTS + methodology->n_inputs; i++) {
        columns[i] = &values[i];
    }
    const struct th_calc_batch batch = {.n = 1, .inputs = columns};
    return th_calc_sheet_new(methodology->calc, slots, &batch, 0, ret_sheet, err);
}

enum th_status th_estimate_terms_kg(const struct th_estimate_rules *rules,
                                    const struct th_estimate_parcel *parcel, int year,
                                    double *ret_kg, struct th_error *err)
{
    const struct th_methodology *methodology = rules->methodology;
    struct th_calc_sheet *sheet = NULL;
    enum th_status status = make_sheet(rules, parcel, year, &sheet, err);
    if (status != TH_OK) {
        return status;
    }
    for (size_t i = 0; i < methodology->n_terms; i++) {
        ret_kg[i] = 0.0;
    }
    for (size_t i = 0; i < th_calc_n_lines(methodology->calc); i++) {
        struct th_calc_line_info info = th_calc_line_at(methodology->calc, i);
        if (info.counted && info.section > 0) {
            double kg = ret_kg[info.section - 1] + th_calc_sheet_value(sheet, i);
            ret_kg[info.section - 1] = th_calc_round(kg);
        }
    }
    th_calc_sheet_free(sheet);
    return TH_OK;
}

enum th_status th_estimate_explain(const struct th_estimate_rules *rules,
                                   const struct th_estimate_parcel *parcel, int year,
                                   const struct th_estimate_shares *shares, bool chinese,
                                   struct th_json **ret_lines, struct th_error *err)
{
    struct th_estimate_line line;
    struct th_calc_sheet *sheet = NULL;
    enum th_status status = th_estimate_year(rules, year, parcel, 1, &line, err);
    if (status == TH_OK && shares) {
        status = th_estimate_deduct(&line, shares, err);
    }
    if (status == TH_OK) {
        status = make_sheet(rules, parcel, year, &sheet, err);
    }
    struct teller *teller = status == TH_OK ? calloc(1, sizeof(*teller)) : NULL;
    if (status == TH_OK && !teller) {
        status = th_error_no_memory(err);
    }
    if (status == TH_OK) {
        *teller = (struct teller){
            .rules = rules,
            .parcel = parcel,
            .sheet = sheet,
            .year = year,
            .chinese = chinese,
            .lines = th_json_array(),
            .survey = {.confidence = th_ratio_double(rules->methodology->confidence)}};
        teller->input_rows[TH_COLUMN_AREA_MU] = explain_areas(teller->lines, parcel);
        explain_calc(teller);
        status = explain_totals(teller, &line, shares, err);
        if (status == TH_OK) {
            status = teller->lines ? th_json_check(teller->lines, err) : th_error_no_memory(err);
        }
        if (status == TH_OK) {
            *ret_lines = teller->lines;
        } else {
            th_json_free(teller->lines);
        }
        free(teller->survey.stems);
        free(teller->survey.plot_rows[0]);
        free(teller->survey.plot_rows[1]);
    }
    free(teller);
    th_calc_sheet_free(sheet);
    return status;
}
