#include "registry/estimate/methodology.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "core/text.h"
#include "methodology/shipped.h"
#include "methodology/stem.h"
#include "registry/estimate/methodology_internal.h"
#include "registry/reply.h"
#include "store/estimate/methodology_store.h"

enum th_status th_methodology_load_one(struct th_store *store, const char *text, size_t size,
                                       int64_t seq, struct th_json *list, struct th_error *err)
{
    struct th_methodology *methodology = NULL;
    enum th_status status = th_methodology_parse(text, size, &methodology, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_methodology_row row = {.id = th_methodology_id(methodology),
                                     .version = th_methodology_version(methodology),
                                     .sha256 = *th_methodology_sha256(methodology),
                                     .document = text,
                                     .seq = seq};
    bool found = false;
    struct th_hash there;
    status = th_methodology_digest(store, row.id, row.version, &found, &there, err);
    if (status != TH_OK) {
        goto done;
    }
    if (found) {
        // A version never changes its text: numbers in the books were computed from it.
        if (memcmp(there.bytes, row.sha256.bytes, sizeof(there.bytes)) != 0) {
            status = th_error_set(err, TH_CONFLICT, "methodology_changed", "methodology", row.id,
                                  "version", row.version, NULL);
        }
        goto done;
    }
    status = th_methodology_insert(store, &row, err);
    if (status == TH_OK && list) {
        char hex[TH_HASH_HEX_SIZE];
        struct th_json *item = th_json_object();
        th_json_set_text(item, "id", row.id);
        th_json_set_text(item, "version", row.version);
        th_json_set_text(item, "sha256", th_hash_hex(&row.sha256, hex));
        th_json_append(list, item);
    }
done:
    th_methodology_free(methodology);
    return status;
}

enum th_status th_methodologies_load(struct th_store *store, int64_t seq, struct th_json *list,
                                     struct th_error *err)
{
    enum th_status status = TH_OK;
    for (size_t i = 0; i < th_methodology_shipped_count() && status == TH_OK; i++) {
        size_t size = 0;
        const char *text = th_methodology_shipped_text(i, &size);
        status = th_methodology_load_one(store, text, size, seq, list, err);
    }
    return status;
}

enum th_status th_methodology_open(struct th_store *store, const char *reference,
                                   struct th_methodology **ret_methodology, struct th_error *err)
{
    char id[TH_METHODOLOGY_ID_SIZE];
    const char *at = strchr(reference, '@');
    size_t size = at ? (size_t)(at - reference) : strlen(reference);
    if (size == 0 || size >= sizeof(id)) {
        return th_error_set(err, TH_NOT_FOUND, "methodology_not_found", "methodology", reference,
                            NULL);
    }
    memcpy(id, reference, size);
    id[size] = '\0';
    char *text = NULL;
    enum th_status status = th_methodology_text(store, id, at ? at + 1 : NULL, &text, err);
    if (status == TH_NOT_FOUND) {
        // Named as it was typed, version and all.
        return th_error_set(err, TH_NOT_FOUND, "methodology_not_found", "methodology", reference,
                            NULL);
    }
    if (status == TH_OK) {
        status = th_methodology_parse(text, strlen(text), ret_methodology, err);
    }
    free(text);
    return status;
}

static struct th_json *texts_json(struct th_text texts)
{
    struct th_json *json = th_json_object();
    th_json_set_text(json, "zh", texts.zh);
    th_json_set_text(json, "en", texts.en);
    return json;
}

// Each family once, in the order of the terms.
static struct th_json *families_json(const struct th_methodology *methodology)
{
    struct th_json *families = th_json_array();
    for (size_t i = 0; i < th_methodology_n_terms(methodology); i++) {
        const struct th_family *family = th_methodology_term(methodology, i)->family;
        bool is_new = true;
        for (size_t k = 0; k < i; k++) {
            is_new = is_new && th_methodology_term(methodology, k)->family != family;
        }
        if (is_new) {
            th_json_append_text(families, family->name);
        }
    }
    if (th_methodology_statement_based(methodology)) {
        th_json_append_text(families, "statement");
    }
    return families;
}

static void set_head(const struct th_methodology *methodology, struct th_json *object)
{
    char hex[TH_HASH_HEX_SIZE];
    char ratio[TH_RATIO_TEXT_SIZE];
    th_json_set_text(object, "id", th_methodology_id(methodology));
    th_json_set_text(object, "version", th_methodology_version(methodology));
    const struct th_text title = {th_methodology_title(methodology, true),
                                  th_methodology_title(methodology, false)};
    th_json_set(object, "title", texts_json(title));
    th_json_set(object, "families", families_json(methodology));
    th_json_set_bool(object, "monitoring_only", th_methodology_monitoring_only(methodology));
    th_json_set_bool(object, "statement_based", th_methodology_statement_based(methodology));
    const struct th_json *applicability =
        th_json_get(th_methodology_json(methodology), "applicability");
    th_json_set(object, "kinds", th_json_copy(th_json_get(applicability, "kinds")));
    th_json_set_text(object, "buffer_ratio",
                     th_ratio_format(th_methodology_buffer_ratio(methodology), ratio));
    th_json_set_text(object, "sha256", th_hash_hex(th_methodology_sha256(methodology), hex));
}

struct list_context {
    struct th_json *list;
    enum th_status status;
    struct th_error *err;
};

static bool list_one(void *context, const struct th_methodology_row *row)
{
    struct list_context *list = context;
    struct th_methodology *methodology = NULL;
    list->status =
        th_methodology_parse(row->document, strlen(row->document), &methodology, list->err);
    if (list->status != TH_OK) {
        return false;
    }
    struct th_json *item = th_json_object();
    set_head(methodology, item);
    th_json_append(list->list, item);
    th_methodology_free(methodology);
    return true;
}

enum th_status th_methodology_list(struct th_registry *registry, struct th_json **ret_reply,
                                   struct th_error *err)
{
    struct list_context context = {.list = th_json_array(), .status = TH_OK, .err = err};
    enum th_status status =
        th_methodology_each(th_registry_store(registry), list_one, &context, err);
    status = status == TH_OK ? context.status : status;
    return th_reply_finish_list(status, "methodologies", context.list, ret_reply, err);
}

static struct th_json *interval_json(bool has, struct th_ratio low, struct th_ratio high)
{
    if (!has) {
        return th_json_null();
    }
    char text[TH_RATIO_TEXT_SIZE];
    struct th_json *interval = th_json_object();
    th_json_set_text(interval, "low", th_ratio_format(low, text));
    th_json_set_text(interval, "high", th_ratio_format(high, text));
    return interval;
}

static void set_row(struct th_json *object, const struct th_parameter_row *row)
{
    char text[TH_RATIO_TEXT_SIZE];
    th_json_set_text(object, "value", th_ratio_format(row->value, text));
    th_json_set(object, "interval",
                interval_json(row->has_interval, row->interval_low, row->interval_high));
    th_json_set_text(object, "source", row->source);
    th_json_set_text(object, "evidence", th_evidence_name(row->evidence));
}

// The document's own rows, whose `when` reads better than a threshold.
static struct th_json *rows_json(const struct th_methodology *methodology, size_t parameter)
{
    const struct th_json *document = th_methodology_json(methodology);
    const struct th_json *of_document = th_json_at(th_json_get(document, "parameters"), parameter);
    return th_json_copy(th_json_get(of_document, "rows"));
}

static void set_reference(struct th_json *object, const struct th_parameter *parameter)
{
    char text[TH_RATIO_TEXT_SIZE];
    struct th_json *reference = th_json_object();
    th_json_set_text(reference, "value", th_ratio_format(parameter->reference, text));
    th_json_set_text(reference, "source", parameter->reference_source);
    th_json_set_text(reference, "waiver_ratio", th_ratio_format(parameter->waiver_ratio, text));
    th_json_set(object, "reference", reference);
}

// The first row stands for a table where one number is wanted; all of them are in `rows`.
static struct th_json *parameter_json(const struct th_methodology *methodology, size_t index)
{
    const struct th_parameter *parameter = th_methodology_parameter(methodology, index);
    struct th_json *object = th_json_object();
    th_json_set_text(object, "name", parameter->name);
    th_json_set(object, "title", texts_json(parameter->title));
    th_json_set_text(object, "unit", parameter->unit);
    set_row(object, &parameter->rows[0]);
    th_json_set_text(object, "key",
                     parameter->has_key ? th_methodology_input(methodology, parameter->key)->name
                                        : NULL);
    th_json_set(object, "rows", rows_json(methodology, index));
    th_json_set(object, "range",
                interval_json(parameter->has_range, parameter->range_low, parameter->range_high));
    th_json_set_bool(object, "can_be_set", parameter->can_be_set);
    if (parameter->has_reference) {
        set_reference(object, parameter);
    } else {
        th_json_set(object, "reference", th_json_null());
    }
    return object;
}

// Every row of every parameter, one below the other: what a person reads.
static struct th_json *all_rows_json(const struct th_methodology *methodology)
{
    struct th_json *list = th_json_array();
    for (size_t i = 0; i < th_methodology_n_parameters(methodology); i++) {
        const struct th_parameter *parameter = th_methodology_parameter(methodology, i);
        struct th_json *rows = rows_json(methodology, i);
        for (size_t k = 0; k < parameter->n_rows; k++) {
            struct th_json *item = th_json_object();
            const struct th_json *row = th_json_at(rows, k);
            th_json_set_text(item, "name", parameter->name);
            th_json_set(item, "title", texts_json(parameter->title));
            th_json_set_text(item, "when", th_json_get_text(row, "when", NULL));
            th_json_set_text(item, "unit", parameter->unit);
            set_row(item, &parameter->rows[k]);
            if (k == 0 && parameter->has_reference) {
                set_reference(item, parameter);
            }
            th_json_append(list, item);
        }
        th_json_free(rows);
    }
    return list;
}

static struct th_json *settable_json(const struct th_parameter *parameter)
{
    char text[TH_RATIO_TEXT_SIZE];
    struct th_json *input = th_json_object();
    th_json_set_text(input, "name", parameter->name);
    th_json_set(input, "title", texts_json(parameter->title));
    th_json_set_text(input, "scope", "run");
    th_json_set_text(input, "unit", parameter->unit);
    th_json_set_text(input, "value", th_ratio_format(parameter->rows[0].value, text));
    th_json_set(input, "range",
                interval_json(parameter->has_range, parameter->range_low, parameter->range_high));
    th_json_set_bool(input, "required", false);
    return input;
}

static struct th_json *input_json(const struct th_input *input)
{
    static const char *const scopes[] = {[TH_INPUT_OF_PARCEL] = "parcel",
                                         [TH_INPUT_OF_YEAR] = "year",
                                         [TH_INPUT_OF_PLOTS] = "plots"};
    char text[TH_RATIO_TEXT_SIZE];
    struct th_json *json = th_json_object();
    struct th_json *choices = th_json_array();
    bool is_choice = input->type == TH_INPUT_CHOICE;
    th_json_set_text(json, "name", input->name);
    th_json_set(json, "title", texts_json(input->title));
    th_json_set_text(json, "scope", scopes[input->scope]);
    th_json_set_text(json, "unit", input->unit);
    for (size_t i = 0; i < input->n_choices; i++) {
        struct th_json *choice = th_json_object();
        th_json_set_text(choice, "name", input->choices[i].name);
        th_json_set(choice, "title", texts_json(input->choices[i].title));
        th_json_append(choices, choice);
    }
    th_json_set(json, "choices", choices);
    if (!input->has_default) {
        th_json_set(json, "value", th_json_null());
    } else if (is_choice) {
        th_json_set_text(json, "value", input->choices[input->standard.numerator].name);
    } else {
        th_json_set_text(json, "value", th_ratio_format(input->standard, text));
    }
    th_json_set(json, "range", interval_json(input->has_range, input->low, input->high));
    th_json_set_bool(json, "required", !input->has_default);
    return json;
}

// The titles of the choices, in one language.
static struct th_json *choices_json(const struct th_condition *condition,
                                    const struct th_input *input, const char *before, bool chinese)
{
    struct th_buf text;
    th_buf_init(&text, 16 * 1024);
    th_buf_append_str(&text, before);
    for (size_t i = 0, n = 0; i < input->n_choices; i++) {
        if ((condition->choices >> i & 1) != 0) {
            const struct th_text *title = &input->choices[i].title;
            th_buf_printf(&text, n++ > 0 ? " | %s" : "%s", chinese ? title->zh : title->en);
        }
    }
    struct th_json *json = th_json_string(th_buf_text(&text));
    th_buf_clear(&text);
    return json;
}

// What a condition wants, in signs and the titles of choices: "≥ 0.2", "= mineral | …".
static struct th_json *wanted_json(const struct th_condition *condition,
                                   const struct th_input *input)
{
    static const char *const signs[] = {[TH_TEST_AT_LEAST] = "≥ ",
                                        [TH_TEST_AT_MOST] = "≤ ",
                                        [TH_TEST_ONE_OF] = "= ",
                                        [TH_TEST_NONE_OF] = "≠ ",
                                        [TH_TEST_MULTIPLE_OF] = "n × "};
    const char *sign = signs[condition->test];
    if (condition->test == TH_TEST_ONE_OF || condition->test == TH_TEST_NONE_OF) {
        struct th_json *texts = th_json_object();
        th_json_set(texts, "zh", choices_json(condition, input, sign, true));
        th_json_set(texts, "en", choices_json(condition, input, sign, false));
        return texts;
    }
    char limit[TH_RATIO_TEXT_SIZE];
    struct th_buf text;
    th_buf_init(&text, 256);
    th_buf_printf(&text, "%s%s", sign, th_ratio_format(condition->limit, limit));
    if (strcmp(input->unit, "1") != 0) {
        th_buf_printf(&text, " %s", input->unit);
    }
    struct th_json *json = th_json_string(th_buf_text(&text));
    th_buf_clear(&text);
    return json;
}

static struct th_json *conditions_json(const struct th_methodology *methodology)
{
    struct th_json *list = th_json_array();
    for (size_t i = 0; i < th_methodology_n_conditions(methodology); i++) {
        const struct th_condition *condition = th_methodology_condition(methodology, i);
        const struct th_input *input = th_methodology_input(methodology, condition->input);
        struct th_json *item = th_json_object();
        th_json_set_text(item, "input", input->name);
        th_json_set(item, "title", texts_json(input->title));
        th_json_set(item, "wanted", wanted_json(condition, input));
        th_json_set(item, "reason", texts_json(condition->reason));
        th_json_set_text(item, "evidence", th_evidence_name(condition->evidence));
        th_json_set_text(item, "source", condition->source);
        th_json_append(list, item);
    }
    return list;
}

// By which equations a survey of plots weighs which stems; none of a growing stock.
static struct th_json *equations_json(const struct th_methodology *methodology)
{
    struct th_json *list = th_json_array();
    const struct th_plots *plots = th_methodology_plots(methodology);
    for (size_t i = 0; plots && i < plots->n_equations; i++) {
        const struct th_plots_equation *equation = &plots->equations[i];
        struct th_json *item = th_json_object();
        struct th_json *species = th_json_array();
        for (size_t k = 0; k < equation->n_species; k++) {
            const char *name = equation->species[k];
            th_json_append_text(species, name[0] != '\0' ? name : "-");
        }
        th_json_set(item, "species", species);
        th_json_set_text(item, "equation", equation->reference);
        th_json_set(item, "title", texts_json(*th_stem_title(equation->stem)));
        th_json_set_text(item, "evidence", th_evidence_name(th_stem_evidence(equation->stem)));
        th_json_set_text(item, "source", th_stem_source(equation->stem));
        th_json_append(list, item);
    }
    return list;
}

// Land classes, and the smallest area as it holds now.
static void set_site(struct th_json *reply, const struct th_json *applicability)
{
    const struct th_json *areas = th_json_get(applicability, "min_area");
    size_t n = th_json_size(areas);
    th_json_set(reply, "land_classes", th_json_copy(th_json_get(applicability, "land_classes")));
    th_json_set(reply, "min_area", n > 0 ? th_json_copy(th_json_at(areas, n - 1)) : th_json_null());
}

// What a user may or must give: values in place of parameters, what parcels and years bring, and
// the tonnes of a statement.
static struct th_json *inputs_json(const struct th_methodology *methodology)
{
    struct th_json *inputs = th_json_array();
    for (size_t i = 0; i < th_methodology_n_parameters(methodology); i++) {
        const struct th_parameter *parameter = th_methodology_parameter(methodology, i);
        if (parameter->can_be_set) {
            th_json_append(inputs, settable_json(parameter));
        }
    }
    for (size_t i = 0; i < th_methodology_n_inputs(methodology); i++) {
        const struct th_input *input = th_methodology_input(methodology, i);
        if (input->type != TH_INPUT_YEARS_SINCE) {
            th_json_append(inputs, input_json(input));
        }
    }
    if (th_methodology_statement_based(methodology)) {
        struct th_json *input = th_json_object();
        th_json_set_text(input, "name", "tonnes");
        th_json_set_text(input, "scope", "package");
        th_json_set_text(input, "unit", "t CO2e");
        th_json_set(input, "value", th_json_null());
        th_json_set(input, "range", th_json_null());
        th_json_set_bool(input, "required", true);
        th_json_append(inputs, input);
    }
    return inputs;
}

enum th_status th_methodology_show(struct th_registry *registry, const char *reference,
                                   struct th_json **ret_reply, struct th_error *err)
{
    struct th_methodology *methodology = NULL;
    enum th_status status =
        th_methodology_open(th_registry_store(registry), reference, &methodology, err);
    if (status != TH_OK) {
        return status;
    }
    const struct th_json *document = th_methodology_json(methodology);
    struct th_json *reply = th_json_object();
    set_head(methodology, reply);
    th_json_set(reply, "summary", th_json_copy(th_json_get(document, "summary")));
    th_json_set(reply, "applicability", th_json_copy(th_json_get(document, "applicability")));
    set_site(reply, th_json_get(document, "applicability"));
    th_json_set(reply, "conditions", conditions_json(methodology));
    th_json_set(reply, "equations", equations_json(methodology));
    th_json_set(reply, "buffer", th_json_copy(th_json_get(document, "buffer")));
    th_json_set(reply, "uncertainty", th_json_copy(th_json_get(document, "uncertainty")));
    th_json_set(reply, "inputs", inputs_json(methodology));
    struct th_json *parameters = th_json_array();
    for (size_t i = 0; i < th_methodology_n_parameters(methodology); i++) {
        th_json_append(parameters, parameter_json(methodology, i));
    }
    th_json_set(reply, "parameters", parameters);
    th_json_set(reply, "rows", all_rows_json(methodology));
    status = th_reply_finish(TH_OK, reply, ret_reply, err);
    th_methodology_free(methodology);
    return status;
}
