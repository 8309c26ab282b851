#include "methodology/estimate.h"

#include <stdlib.h>

#include "core/text.h"
#include "methodology/document_internal.h"
#include "methodology/estimate_internal.h"
#include "methodology/wide_internal.h"

// kg per mu and year are a thousand times the tonnes, and a mu is 200,000 units of area.
enum { KG_PER_T = 1000, UNITS_PER_KG_MU = TH_WIDE_MU / KG_PER_T };

static enum th_status out_of_range(const struct th_parameter *parameter, struct th_ratio value,
                                   struct th_error *err)
{
    char have[TH_RATIO_TEXT_SIZE];
    char low[TH_RATIO_TEXT_SIZE];
    char high[TH_RATIO_TEXT_SIZE];
    return th_error_set(
        err, TH_INVALID, "factor_out_of_range", "name", parameter->name, "value",
        th_ratio_format(value, have), "low", th_ratio_format(parameter->range_low, low), "high",
        th_ratio_format(parameter->range_high, high), "unit", parameter->unit, NULL);
}

static enum th_status apply_input(struct th_estimate_rules *rules,
                                  const struct th_estimate_input *input, struct th_error *err)
{
    struct th_ratio value;
    size_t i = 0;
    while (i < rules->n_parameters && !th_text_equals(rules->parameters[i].name, input->name)) {
        i++;
    }
    if (i == rules->n_parameters) {
        return th_error_set(err, TH_INVALID, "input_unknown", "names", input->name, "methodology",
                            th_methodology_id(rules->methodology), NULL);
    }
    if (!rules->parameters[i].can_be_set) {
        return th_error_set(err, TH_INVALID, "input_fixed", "names", input->name, "methodology",
                            th_methodology_id(rules->methodology), NULL);
    }
    if (rules->given[i]) {
        return th_error_set(err, TH_INVALID, "input_repeated", "names", input->name, NULL);
    }
    enum th_status status =
        th_ratio_make(input->value.numerator, input->value.denominator, &value, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_parameter *parameter = &rules->parameters[i];
    if (parameter->has_range && (th_ratio_compare(value, parameter->range_low) < 0 ||
                                 th_ratio_compare(value, parameter->range_high) > 0)) {
        return out_of_range(parameter, value, err);
    }
    rules->given[i] = true;
    // The document's own value, given once more, keeps its source and interval.
    if (th_ratio_compare(value, parameter->value) != 0) {
        rules->replaced[i] = true;
        parameter->value = value;
        parameter->has_interval = false;
        parameter->source = "term.source_input";
        parameter->evidence = TH_EVIDENCE_STATED;
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
    rules->n_parameters = methodology->n_parameters;
    for (size_t i = 0; i < rules->n_parameters; i++) {
        rules->parameters[i] = methodology->parameters[i];
    }
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

enum th_status th_estimate_factor(const struct th_estimate_rules *rules,
                                  const struct th_parameter **ret_factor, struct th_error *err)
{
    if (th_methodology_family(rules->methodology) != TH_FAMILY_AREA_FACTOR) {
        (void)th_error_set(err, TH_INVALID, "estimate_by_statement", "methodology",
                           th_methodology_id(rules->methodology), NULL);
        return TH_INVALID;
    }
    *ret_factor = &rules->parameters[0]; // the parser lets no other through
    return TH_OK;
}

// A message of the catalogue's "warning." part, with the parameter and its value.
static struct th_error *begin_warning(struct th_estimate_warning *warning, const char *key,
                                      const struct th_parameter *parameter)
{
    char name[TH_ERROR_KEY_SIZE];
    char value[TH_RATIO_TEXT_SIZE];
    *warning = (struct th_estimate_warning){.message.status = TH_DATA_PROBLEM};
    th_text_copy(warning->message.key, sizeof(warning->message.key), key);
    th_error_add(&warning->message, "parameter",
                 th_estimate_term(parameter->name, true, name, sizeof(name)));
    th_error_add(&warning->message, "value", th_ratio_format(parameter->value, value));
    th_error_add(&warning->message, "unit", parameter->unit);
    return &warning->message;
}

static void warn_unverified(const struct th_parameter *parameter,
                            struct th_estimate_warning *ret_warning)
{
    th_error_add(begin_warning(ret_warning, "parameter_unverified", parameter), "source",
                 parameter->source);
}

// value / reference, as "2.71": hundredths, half up.
static const char *times_text(const struct th_parameter *parameter, char buf[TH_WIDE_TEXT_SIZE])
{
    th_wide dividend = (th_wide)parameter->value.numerator * parameter->reference.denominator * 200;
    th_wide divisor = (th_wide)parameter->value.denominator * parameter->reference.numerator;
    th_wide hundredths = th_wide_floor(dividend + divisor, 2 * divisor);
    return th_wide_decimal(th_wide_fits(hundredths) ? (int64_t)hundredths : INT64_MAX, 2, false,
                           buf);
}

static bool warn_reference(const struct th_parameter *parameter,
                           struct th_estimate_warning *ret_warning)
{
    char reference[TH_RATIO_TEXT_SIZE];
    char waiver[TH_RATIO_TEXT_SIZE];
    char times[TH_WIDE_TEXT_SIZE];
    struct th_ratio limit;
    if (!parameter->has_reference ||
        th_ratio_compare(parameter->value, parameter->reference) <= 0) {
        return false;
    }
    // Both are small (document_parse.c), so the product fits; if it ever did not, ask the officer.
    bool needs_waiver =
        th_ratio_mul(parameter->waiver_ratio, parameter->reference, &limit, NULL) != TH_OK ||
        th_ratio_compare(parameter->value, limit) >= 0;
    const char *key = needs_waiver ? "factor_far_above_reference" : "factor_above_reference";
    struct th_error *message = begin_warning(ret_warning, key, parameter);
    ret_warning->needs_waiver = needs_waiver;
    th_error_add(message, "times", times_text(parameter, times));
    th_error_add(message, "reference", th_ratio_format(parameter->reference, reference));
    th_error_add(message, "waiver_ratio", th_ratio_format(parameter->waiver_ratio, waiver));
    th_error_add(message, "source", parameter->reference_source);
    return true;
}

size_t th_estimate_warnings(const struct th_estimate_rules *rules,
                            struct th_estimate_warning *ret_warnings)
{
    size_t n = 0;
    for (size_t i = 0; i < rules->n_parameters; i++) {
        const struct th_parameter *parameter = &rules->parameters[i];
        if (parameter->evidence == TH_EVIDENCE_UNVERIFIED && n < TH_ESTIMATE_WARNINGS_MAX) {
            warn_unverified(parameter, &ret_warnings[n++]);
        }
        if (n < TH_ESTIMATE_WARNINGS_MAX && warn_reference(parameter, &ret_warnings[n])) {
            n++;
        }
    }
    return n;
}

struct th_area th_estimate_area_used(const struct th_estimate_parcel *parcel)
{
    bool smaller =
        parcel->has_contracted && th_area_compare(parcel->contracted, parcel->measured) < 0;
    return smaller ? parcel->contracted : parcel->measured;
}

// floor(area × factor × per_t), where per_t is 1000 for kg: area in mu is units / 200,000.
static enum th_status area_times_factor(struct th_area area, struct th_ratio factor, int per_t,
                                        int64_t *ret_amount, struct th_error *err)
{
    // Below 2^63 × 2^63 and 2^63 × 2^18: neither product can leave 128 bits.
    th_wide dividend = (th_wide)th_area_m2_300(area) * factor.numerator;
    th_wide divisor = (th_wide)factor.denominator * (TH_WIDE_MU / per_t);
    th_wide amount = th_wide_floor(dividend, divisor);
    if (!th_wide_fits(amount)) {
        return th_error_set(err, TH_OVERFLOW, "estimate_overflow", NULL);
    }
    *ret_amount = (int64_t)amount;
    return TH_OK;
}

enum th_status th_estimate_parcel_year(const struct th_estimate_rules *rules,
                                       const struct th_estimate_parcel *parcel, int year,
                                       struct th_estimate_line *ret_line, struct th_error *err)
{
    const struct th_parameter *factor = NULL;
    int64_t gross_kg = 0;
    struct th_area area = th_estimate_area_used(parcel);
    enum th_status status = th_estimate_factor(rules, &factor, err);
    if (status == TH_OK) {
        status = area_times_factor(area, factor->value, KG_PER_T, &gross_kg, err);
    }
    if (status != TH_OK) {
        return status;
    }
    // This family counts no other terms: a document that does brings its own parameters.
    const struct th_carbon none = th_carbon_from_kg(0);
    *ret_line = (struct th_estimate_line){.parcel_id = parcel->parcel_id,
                                          .year = year,
                                          .area_used = area,
                                          .gross = th_carbon_from_kg(gross_kg),
                                          .baseline = none,
                                          .project_emissions = none,
                                          .leakage = none,
                                          .deduction = none,
                                          .net = th_carbon_from_kg(gross_kg)};
    return TH_OK;
}

// With value v = vn/vd and a limit l = ln/ld the relative distance |v − l| / |v| is
// |vn·ld − ln·vd| / (ld·|vn|), in which vd has cancelled. The parts of a document's numbers are at
// most 1e9 (document_parse.c), so that gross × distance stays below 2^63 × 2^61.
bool th_estimate_uncertainty(const struct th_estimate_rules *rules, struct th_carbon gross,
                             struct th_carbon *ret_halfwidth, struct th_ratio *ret_confidence)
{
    const struct th_parameter *factor = NULL;
    if (th_estimate_factor(rules, &factor, NULL) != TH_OK || !factor->has_interval ||
        factor->value.numerator == 0) {
        return false;
    }
    struct th_ratio v = factor->value;
    struct th_ratio low = factor->interval_low;
    struct th_ratio high = factor->interval_high;
    th_wide below = (th_wide)v.numerator * low.denominator - (th_wide)low.numerator * v.denominator;
    th_wide above =
        (th_wide)high.numerator * v.denominator - (th_wide)v.numerator * high.denominator;
    // The interval holds the value (checked when the document was read), so neither is negative.
    bool take_low = below * high.denominator > above * low.denominator;
    th_wide dividend = take_low ? below : above;
    th_wide divisor = take_low ? low.denominator : high.denominator;
    divisor *= v.numerator < 0 ? -v.numerator : v.numerator;
    th_wide mass = th_carbon_kg(gross);
    dividend *= mass < 0 ? -mass : mass;
    th_wide halfwidth = -th_wide_floor(-dividend, divisor);
    *ret_halfwidth = th_carbon_from_kg(th_wide_fits(halfwidth) ? (int64_t)halfwidth : INT64_MAX);
    *ret_confidence = (struct th_ratio){19, 20}; // 95 %
    return true;
}

enum th_status th_estimate_project(const struct th_estimate_rules *rules, struct th_area area,
                                   struct th_carbon *ret_gross, struct th_error *err)
{
    const struct th_parameter *factor = NULL;
    int64_t tonnes = 0;
    struct th_carbon gross;
    enum th_status status = th_estimate_factor(rules, &factor, err);
    if (status == TH_OK) {
        status = area_times_factor(area, factor->value, 1, &tonnes, err);
    }
    if (status != TH_OK) {
        return status;
    }
    if (!th_wide_fits((th_wide)tonnes * KG_PER_T)) {
        return th_error_set(err, TH_OVERFLOW, "estimate_overflow", NULL);
    }
    gross = th_carbon_from_kg(tonnes * KG_PER_T);
    *ret_gross = gross;
    return TH_OK;
}
