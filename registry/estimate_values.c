// What a parcel brings to the arithmetic in one year beside its area: the document's inputs, from
// the parcel's attributes, from the year's records, or the document's default.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/estimate_internal.h"
#include "store/activity_store.h"

static enum th_status refuse(const struct th_methodology *methodology, const char *reason,
                             const struct th_input *input, const char *limit, const char *found,
                             struct th_error *err)
{
    (void)th_error_set(err, TH_INVALID, "not_applicable", "methodology",
                       th_methodology_id(methodology), "reason", reason, "limit", limit, "found",
                       found, NULL);
    th_error_add_texts(err, "input", input->title.zh, input->title.en);
    return TH_INVALID;
}

static bool find_choice(const struct th_input *input, const char *text, double *ret_value)
{
    for (size_t i = 0; i < input->n_choices; i++) {
        const struct th_input_choice *choice = &input->choices[i];
        if (strcmp(choice->name, text) == 0 || strcmp(choice->title.zh, text) == 0 ||
            strcmp(choice->title.en, text) == 0) {
            *ret_value = (double)i;
            return true;
        }
    }
    return false;
}

static const char *choices_text(const struct th_input *input, struct th_buf *out)
{
    for (size_t i = 0; i < input->n_choices; i++) {
        th_buf_printf(out, i > 0 ? ", %s" : "%s", input->choices[i].name);
    }
    return th_buf_text(out);
}

static enum th_status read_choice(const struct th_methodology *methodology,
                                  const struct th_input *input, const char *text, double *ret_value,
                                  struct th_error *err)
{
    struct th_buf names;
    if (find_choice(input, text, ret_value)) {
        return TH_OK;
    }
    th_buf_init(&names, TH_ERROR_VALUE_SIZE);
    enum th_status status = refuse(methodology, "@applicability.input_choice", input,
                                   choices_text(input, &names), text, err);
    th_buf_clear(&names);
    return status;
}

static enum th_status read_number(const struct th_methodology *methodology,
                                  const struct th_input *input, const char *text, double *ret_value,
                                  struct th_error *err)
{
    struct th_ratio value;
    char limit[2 * TH_RATIO_TEXT_SIZE + 8] = "";
    char low[TH_RATIO_TEXT_SIZE];
    char high[TH_RATIO_TEXT_SIZE];
    bool reads = th_ratio_parse(text, &value, NULL) == TH_OK;
    bool fits = reads && (!input->has_range || (th_ratio_compare(value, input->low) >= 0 &&
                                                th_ratio_compare(value, input->high) <= 0));
    if (fits) {
        *ret_value = th_ratio_double(value);
        return TH_OK;
    }
    if (input->has_range) {
        (void)snprintf(limit, sizeof(limit), "%s … %s", th_ratio_format(input->low, low),
                       th_ratio_format(input->high, high));
    }
    return refuse(methodology, reads ? "@applicability.input_range" : "@applicability.input_number",
                  input, limit, text, err);
}

static enum th_status read_input(const struct th_methodology *methodology,
                                 const struct th_input *input, const char *text, double *ret_value,
                                 struct th_error *err)
{
    if (text != NULL && text[0] != '\0') {
        return input->type == TH_INPUT_CHOICE
                   ? read_choice(methodology, input, text, ret_value, err)
                   : read_number(methodology, input, text, ret_value, err);
    }
    if (!input->has_default) {
        return refuse(methodology, "@applicability.input_missing", input, input->unit, "", err);
    }
    *ret_value = th_ratio_double(input->standard);
    return TH_OK;
}

static enum th_status check_conditions(const struct th_methodology *methodology,
                                       const double *values, struct th_error *err)
{
    for (size_t i = 0; i < th_methodology_n_conditions(methodology); i++) {
        const struct th_condition *condition = th_methodology_condition(methodology, i);
        if (!th_condition_holds(condition, values)) {
            const struct th_input *input = th_methodology_input(methodology, condition->input);
            char limit[TH_RATIO_TEXT_SIZE];
            char found[32];
            (void)snprintf(found, sizeof(found), "%g", values[condition->input]);
            (void)refuse(methodology, "@applicability.condition", input,
                         th_ratio_format(condition->limit, limit), found, err);
            th_error_add_texts(err, "why", condition->reason.zh, condition->reason.en);
            return TH_INVALID;
        }
    }
    return TH_OK;
}

// A table has no row below its first: a garden planted later than the year has no age in it.
static enum th_status check_keys(const struct th_methodology *methodology, const double *values,
                                 struct th_error *err)
{
    for (size_t i = 0; i < th_methodology_n_parameters(methodology); i++) {
        const struct th_parameter *parameter = th_methodology_parameter(methodology, i);
        if (parameter->has_key && !(values[parameter->key] >= parameter->rows[0].from)) {
            char limit[32];
            char found[32];
            (void)snprintf(limit, sizeof(limit), "%g", parameter->rows[0].from);
            (void)snprintf(found, sizeof(found), "%g", values[parameter->key]);
            return refuse(methodology, "@applicability.input_below",
                          th_methodology_input(methodology, parameter->key), limit, found, err);
        }
    }
    return TH_OK;
}

enum th_status th_estimate_values_read(const struct th_methodology *methodology,
                                       const struct th_json *attributes,
                                       const struct th_json *records, int year, double *ret_values,
                                       bool *ret_is_default, struct th_error *err)
{
    size_t n = th_methodology_n_inputs(methodology);
    enum th_status status = TH_OK;
    for (size_t i = 0; i < n && status == TH_OK; i++) {
        const struct th_input *input = th_methodology_input(methodology, i);
        const struct th_json *from = input->scope == TH_INPUT_OF_PARCEL ? attributes : records;
        const char *text = th_json_get_text(from, input->name, NULL);
        ret_is_default[i] = text == NULL || text[0] == '\0';
        if (input->type != TH_INPUT_YEARS_SINCE) {
            status = read_input(methodology, input, text, &ret_values[i], err);
        }
    }
    for (size_t i = 0; i < n && status == TH_OK; i++) {
        const struct th_input *input = th_methodology_input(methodology, i);
        if (input->type == TH_INPUT_YEARS_SINCE) {
            ret_values[i] = year - ret_values[input->since] + 1;
        }
    }
    status = status == TH_OK ? check_conditions(methodology, ret_values, err) : status;
    return status == TH_OK ? check_keys(methodology, ret_values, err) : status;
}

// Keys in canonical order, as the sheet wants them.
void th_estimate_values_write(const struct th_methodology *methodology, const double *values,
                              struct th_buf *out)
{
    struct th_json *object = th_json_object();
    for (size_t i = 0; i < th_methodology_n_inputs(methodology); i++) {
        const struct th_input *input = th_methodology_input(methodology, i);
        char text[48];
        if (input->type == TH_INPUT_CHOICE) {
            th_json_set_text(object, input->name, input->choices[(size_t)values[i]].name);
        } else if (input->type != TH_INPUT_YEARS_SINCE) {
            (void)snprintf(text, sizeof(text), "%.15g", values[i]);
            th_json_set_text(object, input->name, text);
        }
    }
    char *dump = NULL;
    if (th_json_dump(object, TH_JSON_CANONICAL, &dump, NULL) == TH_OK) {
        th_buf_append_str(out, dump);
    } else {
        out->failed = true;
    }
    free(dump);
    th_json_free(object);
}

static bool has_yearly(const struct th_methodology *methodology)
{
    bool yearly = false;
    for (size_t i = 0; i < th_methodology_n_inputs(methodology); i++) {
        yearly = yearly || th_methodology_input(methodology, i)->scope == TH_INPUT_OF_YEAR;
    }
    return yearly;
}

// What is on record of a year; NULL where nothing is.
static enum th_status read_records(struct th_store *store, int64_t parcel_id, int year,
                                   struct th_json **ret_records, struct th_error *err)
{
    char *text = NULL;
    enum th_status status = th_activity_find(store, parcel_id, year, &text, err);
    if (status == TH_OK && text) {
        status = th_json_parse(text, strlen(text), ret_records, err);
    }
    free(text);
    return status;
}

enum th_status th_estimate_source_values(struct th_store *store,
                                         const struct th_methodology *methodology,
                                         const struct th_estimate_source *source, int year,
                                         double *ret_values, bool *ret_is_default,
                                         struct th_error *err)
{
    struct th_json *attributes = NULL;
    struct th_json *records = NULL;
    if (th_methodology_n_inputs(methodology) == 0) {
        return TH_OK;
    }
    enum th_status status =
        th_json_parse(source->attributes, strlen(source->attributes), &attributes, err);
    if (status == TH_OK && has_yearly(methodology)) {
        status = read_records(store, source->parcel_id, year, &records, err);
    }
    if (status == TH_OK) {
        status = th_estimate_values_read(methodology, attributes, records, year, ret_values,
                                         ret_is_default, err);
    }
    th_json_free(attributes);
    th_json_free(records);
    return status;
}

// Here it is a refusal, not an answer with a list of problems.
static enum th_status check_place(const struct th_methodology *methodology,
                                  const struct th_estimate_source *source, struct th_error *err)
{
    if (source->retired) {
        return th_error_set(err, TH_INVALID, "estimate_parcel_retired", "reason",
                            "@applicability.retired", NULL);
    }
    const char *land_class = source->land_class[0] != '\0' ? source->land_class : NULL;
    enum th_status status =
        th_methodology_applies(methodology, source->kind, land_class, source->measured, err);
    if (status == TH_DATA_PROBLEM) {
        status = TH_INVALID;
        if (err) {
            err->status = status;
        }
    }
    return status;
}

enum th_status th_estimate_source_applies(struct th_store *store,
                                          const struct th_methodology *methodology,
                                          const struct th_estimate_source *source, int from_year,
                                          int to_year, struct th_error *err)
{
    double values[TH_CALC_INPUTS_MAX];
    bool is_default[TH_CALC_INPUTS_MAX];
    enum th_status status = check_place(methodology, source, err);
    for (int year = from_year; year <= to_year && status == TH_OK; year++) {
        status =
            th_estimate_source_values(store, methodology, source, year, values, is_default, err);
    }
    return status;
}
