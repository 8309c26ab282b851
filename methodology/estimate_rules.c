// A methodology's numbers as a run uses them, and what must be said about them.
#include <stdlib.h>

#include "core/text.h"
#include "methodology/estimate_internal.h"
#include "methodology/stem.h"
#include "methodology/wide_internal.h"

// Behind a number in a sentence; a share has no unit that anybody would write.
static const char *written_unit(const struct th_parameter *parameter)
{
    return th_text_equals(parameter->unit, "1") ? "" : parameter->unit;
}

static enum th_status out_of_range(const struct th_parameter *parameter, struct th_ratio value,
                                   struct th_error *err)
{
    char have[TH_RATIO_TEXT_SIZE];
    char low[TH_RATIO_TEXT_SIZE];
    char high[TH_RATIO_TEXT_SIZE];
    (void)th_error_set(
        err, TH_INVALID, "factor_out_of_range", "name", parameter->name, "value",
        th_ratio_format(value, have), "low", th_ratio_format(parameter->range_low, low), "high",
        th_ratio_format(parameter->range_high, high), "unit", written_unit(parameter), NULL);
    th_error_add_texts(err, "title", parameter->title.zh, parameter->title.en);
    return TH_INVALID;
}

static enum th_status find_input(const struct th_estimate_rules *rules, const char *name,
                                 size_t *ret_index, struct th_error *err)
{
    const struct th_methodology *methodology = rules->methodology;
    size_t i = 0;
    while (i < methodology->n_parameters &&
           !th_text_equals(methodology->parameters[i].name, name)) {
        i++;
    }
    const char *key = NULL;
    if (i == methodology->n_parameters) {
        key = "input_unknown";
    } else if (!methodology->parameters[i].can_be_set) {
        key = "input_fixed";
    } else if (rules->given[i]) {
        return th_error_set(err, TH_INVALID, "input_repeated", "names", name, NULL);
    }
    if (key) {
        return th_error_set(err, TH_INVALID, key, "names", name, "methodology", methodology->id,
                            NULL);
    }
    *ret_index = i;
    return TH_OK;
}

static enum th_status apply_input(struct th_estimate_rules *rules,
                                  const struct th_estimate_input *input, struct th_error *err)
{
    struct th_ratio value;
    size_t index = 0;
    enum th_status status = find_input(rules, input->name, &index, err);
    if (status == TH_OK) {
        status = th_ratio_make(input->value.numerator, input->value.denominator, &value, err);
    }
    if (status != TH_OK) {
        return status;
    }
    const struct th_parameter *parameter = &rules->methodology->parameters[index];
    if (parameter->has_range && (th_ratio_compare(value, parameter->range_low) < 0 ||
                                 th_ratio_compare(value, parameter->range_high) > 0)) {
        return out_of_range(parameter, value, err);
    }
    rules->given[index] = true;
    // The document's own value, given once more, keeps its source and interval.
    if (th_ratio_compare(value, parameter->rows[0].value) != 0) {
        rules->replaced[index] = true;
        rules->replacements[index] = (struct th_parameter_row){.value = value,
                                                               .source = "term.source_input",
                                                               .evidence = TH_EVIDENCE_STATED,
                                                               .slot = parameter->rows[0].slot};
    }
    return TH_OK;
}

enum th_status th_estimate_rules_new(const struct th_methodology *methodology,
                                     const struct th_estimate_input *inputs, size_t n_inputs,
                                     struct th_estimate_rules **ret_rules, struct th_error *err)
{
    struct th_estimate_rules *rules = calloc(1, sizeof(*rules));
    if (!rules) {
        return th_error_no_memory(err);
    }
    rules->methodology = methodology;
    enum th_status status = TH_OK;
    for (size_t i = 0; status == TH_OK && i < n_inputs; i++) {
        status = apply_input(rules, &inputs[i], err);
    }
    if (status != TH_OK) {
        th_estimate_rules_free(rules);
        return status;
    }
    *ret_rules = rules;
    return TH_OK;
}

void th_estimate_rules_free(struct th_estimate_rules *rules)
{
    free(rules);
}

const struct th_parameter_row *th_estimate_rows(const struct th_estimate_rules *rules,
                                                size_t parameter, size_t *ret_n)
{
    if (rules->replaced[parameter]) {
        *ret_n = 1;
        return &rules->replacements[parameter];
    }
    *ret_n = rules->methodology->parameters[parameter].n_rows;
    return rules->methodology->parameters[parameter].rows;
}

const struct th_parameter_row *th_estimate_value(const struct th_estimate_rules *rules,
                                                 const char *name)
{
    for (size_t i = 0; i < rules->methodology->n_parameters; i++) {
        const struct th_parameter *parameter = &rules->methodology->parameters[i];
        if (th_text_equals(parameter->name, name) && !parameter->has_key) {
            size_t n = 0;
            return th_estimate_rows(rules, i, &n);
        }
    }
    return NULL;
}

bool th_parameter_row_holds(const struct th_parameter_row *row, int year)
{
    return (row->from_year == 0 || row->from_year <= year) &&
           (row->to_year == 0 || year <= row->to_year);
}

// Every slot of a parameter must have a row that holds.
static bool fill_slots(const struct th_estimate_rules *rules, size_t parameter, int year,
                       double *slots)
{
    size_t n = 0;
    const struct th_parameter_row *rows = th_estimate_rows(rules, parameter, &n);
    size_t filled = 0;
    size_t n_slots = rows[n - 1].slot - rows[0].slot + 1;
    for (size_t i = 0; i < n; i++) {
        if (th_parameter_row_holds(&rows[i], year)) {
            slots[rows[i].slot] = th_ratio_double(rows[i].value);
            filled++;
        }
    }
    return filled == n_slots;
}

enum th_status th_estimate_slots(const struct th_estimate_rules *rules, int year, double *ret_slots,
                                 struct th_error *err)
{
    const struct th_methodology *methodology = rules->methodology;
    if (methodology->statement_based) {
        return th_error_set(err, TH_INVALID, "estimate_by_statement", "methodology",
                            methodology->id, NULL);
    }
    for (size_t i = 0; i < methodology->n_parameters; i++) {
        if (!fill_slots(rules, i, year, ret_slots)) {
            (void)th_error_set(err, TH_INVALID, "parameter_year", "parameter",
                               methodology->parameters[i].name, "methodology", methodology->id,
                               NULL);
            th_error_add_int(err, "year", year);
            return TH_INVALID;
        }
    }
    for (size_t gas = 0; gas < TH_N_GASES; gas++) {
        if (methodology->has_gwp && gas != TH_GAS_CO2) {
            ret_slots[methodology->gwp[gas].slot] = th_ratio_double(methodology->gwp[gas].value);
        }
    }
    return TH_OK;
}

// A message of the catalogue's "warning." part, with the parameter and its value.
static struct th_error *begin_warning(struct th_estimate_warning *warning, const char *key,
                                      const struct th_parameter *parameter,
                                      const struct th_parameter_row *row)
{
    char value[TH_RATIO_TEXT_SIZE];
    *warning = (struct th_estimate_warning){.message.status = TH_DATA_PROBLEM};
    th_text_copy(warning->message.key, sizeof(warning->message.key), key);
    th_error_add_texts(&warning->message, "parameter", parameter->title.zh, parameter->title.en);
    th_error_add(&warning->message, "value", th_ratio_format(row->value, value));
    th_error_add(&warning->message, "unit", written_unit(parameter));
    return &warning->message;
}

// value / reference, as "2.71": hundredths, half up.
static const char *times_text(const struct th_parameter *parameter, struct th_ratio value,
                              char buf[TH_WIDE_TEXT_SIZE])
{
    th_wide dividend = (th_wide)value.numerator * parameter->reference.denominator * 200;
    th_wide divisor = (th_wide)value.denominator * parameter->reference.numerator;
    th_wide hundredths = th_wide_floor(dividend + divisor, 2 * divisor);
    return th_wide_decimal(th_wide_fits(hundredths) ? (int64_t)hundredths : INT64_MAX, 2, false,
                           buf);
}

static bool warn_reference(const struct th_parameter *parameter, const struct th_parameter_row *row,
                           struct th_estimate_warning *ret_warning)
{
    char reference[TH_RATIO_TEXT_SIZE];
    char waiver[TH_RATIO_TEXT_SIZE];
    char times[TH_WIDE_TEXT_SIZE];
    struct th_ratio limit;
    if (!parameter->has_reference || th_ratio_compare(row->value, parameter->reference) <= 0) {
        return false;
    }
    // Both are small (the document's reader sees to it), so the product fits; if it ever did not,
    // ask the officer.
    bool needs_waiver =
        th_ratio_mul(parameter->waiver_ratio, parameter->reference, &limit, NULL) != TH_OK ||
        th_ratio_compare(row->value, limit) >= 0;
    const char *key = needs_waiver ? "factor_far_above_reference" : "factor_above_reference";
    struct th_error *message = begin_warning(ret_warning, key, parameter, row);
    ret_warning->needs_waiver = needs_waiver;
    th_error_add(message, "times", times_text(parameter, row->value, times));
    th_error_add(message, "reference", th_ratio_format(parameter->reference, reference));
    th_error_add(message, "waiver_ratio", th_ratio_format(parameter->waiver_ratio, waiver));
    ret_warning->source = parameter->reference_source;
    return true;
}

// A value that whoever ran the estimate put in place of the document's own, with no measured value
// that it could be held against: an officer sees what it rests on.
static bool warn_replaced(const struct th_parameter *parameter, const struct th_parameter_row *row,
                          struct th_estimate_warning *ret_warning)
{
    char own[TH_RATIO_TEXT_SIZE];
    if (parameter->has_reference) {
        return false;
    }
    struct th_error *message = begin_warning(ret_warning, "parameter_replaced", parameter, row);
    ret_warning->needs_waiver = true;
    th_error_add(message, "own", th_ratio_format(parameter->rows[0].value, own));
    th_error_add(message, "name", parameter->name);
    return true;
}

// One warning for a parameter, however many rows of its table are unverified.
static const struct th_parameter_row *unverified_row(const struct th_parameter_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (rows[i].evidence == TH_EVIDENCE_UNVERIFIED) {
            return &rows[i];
        }
    }
    return NULL;
}

struct telling {
    struct th_estimate_warning *warnings;
    size_t limit, n, n_untold;
    bool untold_waiver;
};

// The last place is kept for how many more there are, until it is known that there are none.
static void tell(struct telling *telling, const struct th_estimate_warning *warning)
{
    if (telling->n < telling->limit) {
        telling->warnings[telling->n++] = *warning;
        return;
    }
    struct th_estimate_warning *last = &telling->warnings[telling->limit - 1];
    if (telling->n_untold == 0) {
        telling->n_untold = 1;
        telling->untold_waiver = last->needs_waiver;
    }
    telling->n_untold++;
    telling->untold_waiver = telling->untold_waiver || warning->needs_waiver;
    *last = (struct th_estimate_warning){.needs_waiver = telling->untold_waiver,
                                         .message.status = TH_DATA_PROBLEM};
    th_text_copy(last->message.key, sizeof(last->message.key), "numbers_more");
    th_error_add_int(&last->message, "n", (long long)telling->n_untold);
}

static void tell_references(const struct th_estimate_rules *rules, bool waivers,
                            struct telling *telling)
{
    for (size_t i = 0; i < rules->methodology->n_parameters; i++) {
        const struct th_parameter *parameter = &rules->methodology->parameters[i];
        struct th_estimate_warning warning;
        size_t n_rows = 0;
        const struct th_parameter_row *rows = th_estimate_rows(rules, i, &n_rows);
        if (warn_reference(parameter, &rows[0], &warning) && warning.needs_waiver == waivers) {
            tell(telling, &warning);
        }
    }
}

static void tell_replaced(const struct th_estimate_rules *rules, struct telling *telling)
{
    for (size_t i = 0; i < rules->methodology->n_parameters; i++) {
        const struct th_parameter *parameter = &rules->methodology->parameters[i];
        struct th_estimate_warning warning;
        size_t n_rows = 0;
        const struct th_parameter_row *rows = th_estimate_rows(rules, i, &n_rows);
        if (rules->replaced[i] && warn_replaced(parameter, rows, &warning)) {
            tell(telling, &warning);
        }
    }
}

static void tell_unverified(const struct th_estimate_rules *rules, struct telling *telling)
{
    for (size_t i = 0; i < rules->methodology->n_parameters; i++) {
        const struct th_parameter *parameter = &rules->methodology->parameters[i];
        size_t n_rows = 0;
        const struct th_parameter_row *rows = th_estimate_rows(rules, i, &n_rows);
        const struct th_parameter_row *unverified = unverified_row(rows, n_rows);
        if (unverified) {
            struct th_estimate_warning warning;
            (void)begin_warning(&warning, "parameter_unverified", parameter, unverified);
            warning.source = unverified->source;
            tell(telling, &warning);
        }
    }
}

// What is taken of parcels that do not say it. Whether any is silent is not known here; that such a
// default is at work can be.
static void tell_defaults(const struct th_methodology *methodology, struct telling *telling)
{
    for (size_t i = 0; i < methodology->n_inputs; i++) {
        const struct th_input *input = &methodology->inputs[i];
        if (!input->has_default || input->standard_evidence != TH_EVIDENCE_UNVERIFIED) {
            continue;
        }
        char number[TH_RATIO_TEXT_SIZE];
        struct th_text value = {th_ratio_format(input->standard, number), number};
        if (input->type == TH_INPUT_CHOICE) {
            value = input->choices[input->standard.numerator].title;
        }
        struct th_estimate_warning warning = {.message.status = TH_DATA_PROBLEM,
                                              .source = input->standard_source};
        struct th_error *message = &warning.message;
        th_text_copy(message->key, sizeof(message->key), "default_unverified");
        th_error_add_texts(message, "input", input->title.zh, input->title.en);
        th_error_add_texts(message, "value", value.zh, value.en);
        tell(telling, &warning);
    }
}

// Equations by which a survey of plots is weighed count like parameters.
static void tell_equations(const struct th_methodology *methodology, struct telling *telling)
{
    const struct th_plots *plots = th_methodology_plots(methodology);
    for (size_t i = 0; plots && i < plots->n_equations; i++) {
        const struct th_stem *stem = plots->equations[i].stem;
        if (th_stem_evidence(stem) == TH_EVIDENCE_UNVERIFIED) {
            struct th_estimate_warning warning = {.message.status = TH_DATA_PROBLEM,
                                                  .source = th_stem_source(stem)};
            struct th_error *message = &warning.message;
            th_text_copy(message->key, sizeof(message->key), "equation_unverified");
            th_error_add(message, "equation", plots->equations[i].reference);
            th_error_add_texts(message, "title", th_stem_title(stem)->zh, th_stem_title(stem)->en);
            tell(telling, &warning);
        }
    }
}

size_t th_estimate_warnings_within(const struct th_estimate_rules *rules, size_t limit,
                                   struct th_estimate_warning *ret_warnings)
{
    struct telling telling = {.warnings = ret_warnings, .limit = limit};
    tell_references(rules, true, &telling);
    tell_replaced(rules, &telling);
    tell_references(rules, false, &telling);
    tell_unverified(rules, &telling);
    tell_defaults(rules->methodology, &telling);
    tell_equations(rules->methodology, &telling);
    return telling.n;
}

size_t th_estimate_warnings(const struct th_estimate_rules *rules,
                            struct th_estimate_warning *ret_warnings)
{
    return th_estimate_warnings_within(rules, TH_ESTIMATE_WARNINGS_OF_DOCUMENT, ret_warnings);
}
