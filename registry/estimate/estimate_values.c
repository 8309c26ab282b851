// What a parcel brings to the arithmetic in one year beside its area: the document's inputs, from
// the parcel's attributes, from the year's records, or the document's default.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/estimate/estimate_internal.h"
#include "store/estimate/activity_store.h"

// Whether the first reason ends the reading, or all of them are told.
struct judge {
    const struct th_methodology *methodology;
    const struct th_estimate_reasons *all;    // NULL: the first one becomes the error
    int year;                                 // 0: of no year
    const struct th_survey_interval *surveys; // NULL: none were asked for, or they are refused
    bool surveys_refused;                     // and that has been told
    struct th_error *err;
};

static enum th_status tell(const struct judge *judge, const struct th_error *reason)
{
    if (judge->all) {
        judge->all->tell(judge->all->context, reason, judge->year);
        return TH_OK;
    }
    if (judge->err) {
        *judge->err = *reason;
    }
    return TH_INVALID;
}

// What is wanted and what was found, in both languages; `why` NULL: the reason says all.
struct refusal {
    const char *reason;
    const struct th_input *input;
    struct th_text limit, found;
    const struct th_text *why;
};

static struct th_text same(const char *text)
{
    return (struct th_text){text, text};
}

static void add_texts(struct th_error *error, const char *name, struct th_text text)
{
    if (strcmp(text.zh, text.en) == 0) {
        th_error_add(error, name, text.zh);
    } else {
        th_error_add_texts(error, name, text.zh, text.en);
    }
}

static enum th_status refuse(const struct judge *judge, const struct refusal *refusal)
{
    struct th_error error;
    (void)th_error_set(&error, TH_INVALID, "not_applicable", "methodology",
                       th_methodology_id(judge->methodology), "reason", refusal->reason, NULL);
    add_texts(&error, "limit", refusal->limit);
    add_texts(&error, "found", refusal->found);
    th_error_add_texts(&error, "input", refusal->input->title.zh, refusal->input->title.en);
    if (refusal->why) {
        th_error_add_texts(&error, "why", refusal->why->zh, refusal->why->en);
    }
    return tell(judge, &error);
}

static enum th_status refuse_plain(const struct judge *judge, const char *reason,
                                   const struct th_input *input, const char *limit,
                                   const char *found)
{
    const struct refusal refusal = {
        .reason = reason, .input = input, .limit = same(limit), .found = same(found)};
    return refuse(judge, &refusal);
}

static enum th_status refuse_missing(const struct judge *judge, const struct th_input *input)
{
    return refuse_plain(judge, "@applicability.input_missing", input, "@applicability.to_be_filled",
                        "@applicability.not_filled");
}

bool th_input_choice_find(const struct th_input *input, const char *text, size_t *ret_index)
{
    for (size_t i = 0; i < input->n_choices; i++) {
        const struct th_input_choice *choice = &input->choices[i];
        if (strcmp(choice->name, text) == 0 || strcmp(choice->title.zh, text) == 0 ||
            strcmp(choice->title.en, text) == 0) {
            *ret_index = i;
            return true;
        }
    }
    return false;
}

const char *th_input_stated(const struct th_input *input, const struct th_json *from)
{
    const char *const names[] = {input->name, input->title.zh, input->title.en};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *text = th_json_get_text(from, names[i], NULL);
        if (text && text[0] != '\0') {
            return text;
        }
    }
    return NULL;
}

// Titles of the choices whose bits are set, in both languages.
struct choice_titles {
    struct th_buf zh, en;
};

static void titles_write(const struct th_input *input, uint64_t choices, struct choice_titles *out)
{
    th_buf_init(&out->zh, TH_ERROR_VALUE_SIZE);
    th_buf_init(&out->en, TH_ERROR_VALUE_SIZE);
    for (size_t i = 0; i < input->n_choices; i++) {
        if ((choices >> i & 1) != 0) {
            th_buf_printf(&out->zh, out->zh.size > 0 ? "、%s" : "%s", input->choices[i].title.zh);
            th_buf_printf(&out->en, out->en.size > 0 ? ", %s" : "%s", input->choices[i].title.en);
        }
    }
}

static struct th_text titles_text(const struct choice_titles *titles)
{
    return (struct th_text){th_buf_text(&titles->zh), th_buf_text(&titles->en)};
}

static void titles_clear(struct choice_titles *titles)
{
    th_buf_clear(&titles->zh);
    th_buf_clear(&titles->en);
}

// What is refused and yet read on has no value.
static enum th_status read_choice(const struct judge *judge, const struct th_input *input,
                                  const char *text, double *ret_value)
{
    struct choice_titles titles;
    size_t index = 0;
    if (th_input_choice_find(input, text, &index)) {
        *ret_value = (double)index;
        return TH_OK;
    }
    *ret_value = NAN;
    titles_write(input, UINT64_MAX, &titles);
    const struct refusal refusal = {.reason = "@applicability.input_choice",
                                    .input = input,
                                    .limit = titles_text(&titles),
                                    .found = same(text)};
    enum th_status status = refuse(judge, &refusal);
    titles_clear(&titles);
    return status;
}

static enum th_status read_number(const struct judge *judge, const struct th_input *input,
                                  const char *text, double *ret_value)
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
    *ret_value = NAN;
    return refuse_plain(judge, reads ? "@applicability.input_range" : "@applicability.input_number",
                        input, limit, text);
}

static enum th_status read_input(const struct judge *judge, const struct th_input *input,
                                 const char *text, double *ret_value)
{
    if (text != NULL) {
        return input->type == TH_INPUT_CHOICE ? read_choice(judge, input, text, ret_value)
                                              : read_number(judge, input, text, ret_value);
    }
    if (!input->has_default) {
        *ret_value = NAN;
        return refuse_missing(judge, input);
    }
    *ret_value = th_ratio_double(input->standard);
    return TH_OK;
}

// One of the numbers that surveys of plots give.
static enum th_status read_surveyed(const struct judge *judge, const struct th_input *input,
                                    size_t index, double *ret_value)
{
    const struct th_plots *plots = th_methodology_plots(judge->methodology);
    const struct th_survey_interval *surveys = judge->surveys;
    char limit[2 * TH_RATIO_TEXT_SIZE + 8];
    char found[32];
    char low[TH_RATIO_TEXT_SIZE];
    char high[TH_RATIO_TEXT_SIZE];
    *ret_value = NAN;
    if (!surveys || !plots) {
        return judge->surveys_refused ? TH_OK : refuse_missing(judge, input);
    }
    double value = index == plots->start ? surveys->start->mean
                   : index == plots->end ? surveys->end->mean
                                         : (double)surveys->years;
    if (input->has_range &&
        (value < th_ratio_double(input->low) || value > th_ratio_double(input->high))) {
        (void)snprintf(limit, sizeof(limit), "%s … %s", th_ratio_format(input->low, low),
                       th_ratio_format(input->high, high));
        (void)snprintf(found, sizeof(found), "%.15g", value);
        return refuse_plain(judge, "@applicability.input_range", input, limit, found);
    }
    *ret_value = value;
    return TH_OK;
}

// Does the document want this of the surveys' days, and did they tell it? What a parcel says of a
// species without a cycle goes before.
static bool read_season(const struct judge *judge, size_t index, const char *text,
                        double *ret_value)
{
    const struct th_plots *plots = th_methodology_plots(judge->methodology);
    size_t choice = 0;
    size_t stated = 0;
    if (!plots || !plots->has_season || index != plots->season) {
        return false;
    }
    if (!judge->surveys) { // without surveys they may yet come to answer it
        *ret_value = NAN;
        return judge->surveys_refused && !text;
    }
    const struct th_input *input = th_methodology_input(judge->methodology, index);
    bool exempt = plots->has_exempt && text && th_input_choice_find(input, text, &stated) &&
                  stated == plots->season_exempt;
    if (exempt || !th_survey_season(plots, judge->surveys, &choice)) {
        return false;
    }
    *ret_value = (double)choice;
    return true;
}

// Of a choice the titles, of a number the number.
static enum th_status refuse_condition(const struct judge *judge,
                                       const struct th_condition *condition, double value)
{
    const struct th_input *input = th_methodology_input(judge->methodology, condition->input);
    struct choice_titles titles;
    char limit[TH_RATIO_TEXT_SIZE];
    char found[32];
    bool excludes = condition->test == TH_TEST_NONE_OF;
    titles_write(input, excludes ? ~condition->choices : condition->choices, &titles);
    (void)snprintf(found, sizeof(found), "%g", value);
    bool is_choice = input->type == TH_INPUT_CHOICE;
    const struct refusal refusal = {
        .reason = "@applicability.condition",
        .input = input,
        .limit = is_choice ? titles_text(&titles) : same(th_ratio_format(condition->limit, limit)),
        .found = is_choice ? input->choices[(size_t)value].title : same(found),
        .why = &condition->reason};
    enum th_status status = refuse(judge, &refusal);
    titles_clear(&titles);
    return status;
}

static enum th_status check_conditions(const struct judge *judge, const double *values)
{
    enum th_status status = TH_OK;
    for (size_t i = 0; i < th_methodology_n_conditions(judge->methodology) && status == TH_OK;
         i++) {
        const struct th_condition *condition = th_methodology_condition(judge->methodology, i);
        double value = values[condition->input];
        if (!isnan(value) && !th_condition_holds(condition, values)) {
            status = refuse_condition(judge, condition, value);
        }
    }
    return status;
}

// A table has no row below its first: a garden planted later than the year has no age in it. Of
// tables with one key the first speaks.
static enum th_status check_keys(const struct judge *judge, const double *values)
{
    bool told[TH_CALC_INPUTS_MAX] = {false};
    enum th_status status = TH_OK;
    for (size_t i = 0; i < th_methodology_n_parameters(judge->methodology) && status == TH_OK;
         i++) {
        const struct th_parameter *parameter = th_methodology_parameter(judge->methodology, i);
        if (!parameter->has_key || told[parameter->key]) {
            continue;
        }
        double value = values[parameter->key];
        if (value < parameter->rows[0].from) {
            char limit[32];
            char found[32];
            told[parameter->key] = true;
            (void)snprintf(limit, sizeof(limit), "%g", parameter->rows[0].from);
            (void)snprintf(found, sizeof(found), "%g", value);
            status = refuse_plain(judge, "@applicability.input_below",
                                  th_methodology_input(judge->methodology, parameter->key), limit,
                                  found);
        }
    }
    return status;
}

static enum th_status read_values(const struct judge *judge, const struct th_json *attributes,
                                  const struct th_json *records, double *ret_values,
                                  bool *ret_is_default)
{
    size_t n = th_methodology_n_inputs(judge->methodology);
    enum th_status status = TH_OK;
    for (size_t i = 0; i < n && status == TH_OK; i++) {
        const struct th_input *input = th_methodology_input(judge->methodology, i);
        const struct th_json *from = input->scope == TH_INPUT_OF_PARCEL ? attributes : records;
        const char *text = th_input_stated(input, from);
        ret_is_default[i] = text == NULL;
        if (input->scope == TH_INPUT_OF_PLOTS || read_season(judge, i, text, &ret_values[i])) {
            ret_is_default[i] = false;
            status = input->scope == TH_INPUT_OF_PLOTS
                         ? read_surveyed(judge, input, i, &ret_values[i])
                         : TH_OK;
        } else if (input->type != TH_INPUT_YEARS_SINCE) {
            status = read_input(judge, input, text, &ret_values[i]);
        }
    }
    for (size_t i = 0; i < n && status == TH_OK; i++) {
        const struct th_input *input = th_methodology_input(judge->methodology, i);
        if (input->type == TH_INPUT_YEARS_SINCE) {
            ret_values[i] = judge->year - ret_values[input->since] + 1;
        }
    }
    status = status == TH_OK ? check_conditions(judge, ret_values) : status;
    return status == TH_OK ? check_keys(judge, ret_values) : status;
}

enum th_status th_estimate_values_read(const struct th_methodology *methodology,
                                       const struct th_json *attributes,
                                       const struct th_json *records, int year, double *ret_values,
                                       bool *ret_is_default, struct th_error *err)
{
    const struct judge judge = {.methodology = methodology, .year = year, .err = err};
    return read_values(&judge, attributes, records, ret_values, ret_is_default);
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
static enum th_status read_records(struct th_store *store,
                                   const struct th_estimate_records *records, int64_t parcel_id,
                                   int year, struct th_json **ret_records, struct th_error *err)
{
    char *found = NULL;
    enum th_status status = records ? TH_OK : th_activity_find(store, parcel_id, year, &found, err);
    const char *text = records ? th_estimate_records_find(records, parcel_id, year) : found;
    if (status == TH_OK && text) {
        status = th_json_parse(text, strlen(text), ret_records, err);
    }
    free(found);
    return status;
}

// Surveys that do not speak for a parcel and year are told once, not of each number they would
// give.
static enum th_status find_surveys(struct th_store *store, struct judge *judge,
                                   const struct th_estimate_source *source,
                                   const struct th_json *attributes)
{
    struct th_error problem = {.status = TH_OK};
    judge->surveys = NULL;
    judge->surveys_refused = false;
    if (!th_methodology_plots(judge->methodology)) {
        return TH_OK;
    }
    enum th_status status = th_estimate_plots_find(store, judge->methodology, source, attributes,
                                                   judge->year, &judge->surveys, &problem);
    if (status == TH_INVALID) {
        judge->surveys_refused = true;
        status = tell(judge, &problem);
    } else if (status != TH_OK && judge->err) {
        *judge->err = problem;
    }
    return status;
}

// `records` NULL: the store is asked.
static enum th_status year_values(struct th_store *store, struct judge *judge,
                                  const struct th_estimate_source *source,
                                  const struct th_json *attributes,
                                  const struct th_estimate_records *records, double *ret_values,
                                  bool *ret_is_default)
{
    struct th_json *record = NULL;
    enum th_status status = TH_OK;
    if (has_yearly(judge->methodology)) {
        status = read_records(store, records, source->parcel_id, judge->year, &record, judge->err);
    }
    status = status == TH_OK ? find_surveys(store, judge, source, attributes) : status;
    if (status == TH_OK) {
        status = read_values(judge, attributes, record, ret_values, ret_is_default);
    }
    th_json_free(record);
    return status;
}

static enum th_status source_values(struct th_store *store, struct judge *judge,
                                    const struct th_estimate_source *source, double *ret_values,
                                    bool *ret_is_default)
{
    struct th_json *attributes = NULL;
    if (th_methodology_n_inputs(judge->methodology) == 0) {
        return TH_OK;
    }
    enum th_status status =
        th_json_parse(source->attributes, strlen(source->attributes), &attributes, judge->err);
    if (status == TH_OK) {
        status = year_values(store, judge, source, attributes, NULL, ret_values, ret_is_default);
    }
    th_json_free(attributes);
    return status;
}

enum th_status th_estimate_source_year(struct th_store *store,
                                       const struct th_methodology *methodology,
                                       const struct th_estimate_source *source,
                                       const struct th_json *attributes,
                                       const struct th_estimate_records *records, int year,
                                       struct th_estimate_values *ret_values, struct th_error *err)
{
    struct judge judge = {.methodology = methodology, .year = year, .err = err};
    ret_values->n_errors = 0;
    enum th_status status = year_values(store, &judge, source, attributes, records,
                                        ret_values->inputs, ret_values->is_default);
    if (status == TH_OK && judge.surveys) {
        ret_values->n_errors = judge.surveys->n_errors;
        memcpy(ret_values->errors, judge.surveys->errors, sizeof(judge.surveys->errors));
    }
    return status;
}

enum th_status th_estimate_source_values(struct th_store *store,
                                         const struct th_methodology *methodology,
                                         const struct th_estimate_source *source, int year,
                                         double *ret_values, bool *ret_is_default,
                                         struct th_error *err)
{
    struct judge judge = {.methodology = methodology, .year = year, .err = err};
    return source_values(store, &judge, source, ret_values, ret_is_default);
}

// Here it is a refusal, not an answer with a list of problems.
static enum th_status check_site(const struct judge *judge, const struct th_estimate_source *source)
{
    struct th_error reason;
    const char *land_class = source->land_class[0] != '\0' ? source->land_class : NULL;
    enum th_status status = TH_OK;
    for (enum th_site_test test = 0; test < TH_N_SITE_TESTS && status == TH_OK; test++) {
        status = th_methodology_site_fits(judge->methodology, test, source->kind, land_class,
                                          source->measured, &reason);
        if (status == TH_DATA_PROBLEM) {
            reason.status = TH_INVALID;
            status = tell(judge, &reason);
        }
    }
    return status;
}

// It counts in one of the years at least.
static enum th_status check_there(const struct judge *judge,
                                  const struct th_estimate_source *source, int from_year,
                                  int to_year)
{
    struct th_error reason;
    if (source->last_year >= from_year && source->first_year <= to_year) {
        return TH_OK;
    }
    if (source->last_year < from_year) {
        (void)th_error_set(&reason, TH_INVALID, "estimate_parcel_retired", "reason",
                           "@applicability.retired", NULL);
    } else {
        (void)th_error_set(&reason, TH_INVALID, "estimate_parcel_later", "reason",
                           "@applicability.later", NULL);
        th_error_add_int(&reason, "limit", source->first_year);
    }
    return tell(judge, &reason);
}

// Its grounds are looked at once each, its inputs in every year in which it counts.
static enum th_status source_applies(struct th_store *store, struct judge *judge,
                                     const struct th_estimate_source *source, int from_year,
                                     int to_year)
{
    double values[TH_CALC_INPUTS_MAX];
    bool is_default[TH_CALC_INPUTS_MAX];
    struct th_estimate_source then;
    int64_t version = 0;
    int last_year = to_year > from_year ? to_year : from_year;
    enum th_status status = check_there(judge, source, from_year, last_year);
    for (int year = from_year; year <= last_year && status == TH_OK; year++) {
        if (!th_estimate_source_in(source, year, &then)) {
            continue;
        }
        judge->year = 0;
        status = then.version != version ? check_site(judge, &then) : TH_OK;
        version = then.version;
        judge->year = year;
        if (status == TH_OK && year <= to_year) {
            status = source_values(store, judge, &then, values, is_default);
        }
    }
    return status;
}

enum th_status th_estimate_source_site(const struct th_methodology *methodology,
                                       const struct th_estimate_source *source, int from_year,
                                       int to_year, struct th_error *err)
{
    const struct judge judge = {.methodology = methodology, .err = err};
    struct th_estimate_source scratch;
    int64_t version = 0;
    enum th_status status = check_there(&judge, source, from_year, to_year);
    for (int year = from_year; year <= to_year && status == TH_OK; year++) {
        const struct th_estimate_source *then = th_estimate_source_then(source, year, &scratch);
        if (then && then->version != version) {
            status = check_site(&judge, then);
            version = then->version;
        }
    }
    return status;
}

enum th_status th_estimate_source_applies(struct th_store *store,
                                          const struct th_methodology *methodology,
                                          const struct th_estimate_source *source, int from_year,
                                          int to_year, struct th_error *err)
{
    struct judge judge = {.methodology = methodology, .err = err};
    return source_applies(store, &judge, source, from_year, to_year);
}

enum th_status th_estimate_source_reasons(struct th_store *store,
                                          const struct th_methodology *methodology,
                                          const struct th_estimate_source *source, int from_year,
                                          int to_year, const struct th_estimate_reasons *reasons,
                                          struct th_error *err)
{
    struct judge judge = {.methodology = methodology, .all = reasons, .err = err};
    bool of_kind = th_methodology_site_fits(methodology, TH_SITE_KIND, source->kind, NULL,
                                            source->measured, NULL) == TH_OK;
    // What a tea garden would have to say for a forest's methodology is no news.
    return source_applies(store, &judge, source, from_year, of_kind ? to_year : from_year - 1);
}
