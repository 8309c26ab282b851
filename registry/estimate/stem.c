#include "registry/estimate/stem.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "methodology/stem.h"
#include "registry/reply.h"

enum { EQUATION_LIMIT = 16 * 1024, NUMBER_SIZE = 48 };

static void set_texts(struct th_json *object, const char *key, const struct th_text *texts)
{
    struct th_json *json = texts ? th_json_object() : th_json_null();
    if (texts) {
        th_json_set_text(json, "zh", texts->zh);
        th_json_set_text(json, "en", texts->en);
    }
    th_json_set(object, key, json);
}

static void set_equation(struct th_json *object, const char *key, const struct th_stem *stem,
                         const char *part, const double *measures, enum th_calc_style style)
{
    struct th_buf text;
    th_buf_init(&text, EQUATION_LIMIT);
    th_stem_write(stem, part, measures, NULL, style, &text);
    th_json_set_text(object, key, th_buf_text(&text));
    th_buf_clear(&text);
}

// Six decimals at most, without zeros at the end.
static void set_number(struct th_json *object, const char *key, double value)
{
    char text[NUMBER_SIZE];
    (void)snprintf(text, sizeof(text), "%.6f", value);
    char *end = text + strlen(text);
    while (end[-1] == '0') {
        *--end = '\0';
    }
    if (end[-1] == '.') {
        *--end = '\0';
    }
    th_json_set_text(object, key, text);
}

static void set_head(const struct th_stem *stem, struct th_json *object)
{
    char hex[TH_HASH_HEX_SIZE];
    const struct th_json *document = th_stem_json(stem);
    struct th_json *measures = th_json_array();
    struct th_json *parts = th_json_array();
    for (int i = 0; i < TH_STEM_N_MEASURES; i++) {
        if (th_stem_wants(stem, (enum th_stem_measure)i)) {
            th_json_append_text(measures, th_stem_measure_name((enum th_stem_measure)i));
        }
    }
    for (size_t i = 0; i < th_stem_n_parts(stem); i++) {
        th_json_append_text(parts, th_stem_part(stem, i));
    }
    th_json_set_text(object, "id", th_stem_id(stem));
    th_json_set_text(object, "version", th_stem_version(stem));
    set_texts(object, "title", th_stem_title(stem));
    if (th_stem_n_parts(stem) == 0) {
        set_equation(object, "equation", stem, NULL, NULL, TH_CALC_PEOPLE);
    } else {
        th_json_set(object, "equation", th_json_null());
    }
    th_json_set(object, "measures", measures);
    th_json_set(object, "parts", parts);
    th_json_set_text(object, "gives",
                     th_json_get_text(th_json_get(document, "gives"), "quantity", NULL));
    th_json_set_text(object, "unit", th_stem_unit(stem));
    th_json_set(object, "site", th_json_copy(th_json_get(document, "site")));
    th_json_set_text(object, "evidence", th_evidence_name(th_stem_evidence(stem)));
    th_json_set_text(object, "sha256", th_hash_hex(th_stem_sha256(stem), hex));
}

enum th_status th_stems_list(struct th_json **ret_reply, struct th_error *err)
{
    struct th_json *list = th_json_array();
    enum th_status status = TH_OK;
    for (size_t i = 0; i < th_stem_shipped_count() && status == TH_OK; i++) {
        size_t size = 0;
        struct th_stem *stem = NULL;
        const char *text = th_stem_shipped_text(i, &size);
        status = th_stem_parse(text, size, &stem, err);
        if (status == TH_OK) {
            struct th_json *item = th_json_object();
            set_head(stem, item);
            th_json_append(list, item);
        }
        th_stem_free(stem);
    }
    return th_reply_finish_list(status, "stems", list, ret_reply, err);
}

static bool is_chosen(const struct th_stem_show_options *options, const char *part)
{
    return !options->part || th_text_equals(options->part, part);
}

static struct th_json *ranges_json(const struct th_stem *stem)
{
    struct th_json *ranges = th_json_array();
    const struct th_json *inputs = th_json_get(th_stem_json(stem), "inputs");
    for (size_t i = 0; i < th_json_size(inputs); i++) {
        const struct th_json *input = th_json_at(inputs, i);
        struct th_json *item = th_json_object();
        const char *name = th_json_get_text(input, "name", "");
        enum th_stem_measure measure = TH_STEM_DBH;
        while (!th_text_equals(th_stem_measure_name(measure), name)) {
            measure++;
        }
        th_json_set_text(item, "measure", name);
        th_json_set_text(item, "letter", th_stem_measure_letter(measure));
        th_json_set_text(item, "unit", th_stem_measure_unit(measure));
        th_json_set(item, "low", th_json_copy(th_json_get(input, "low")));
        th_json_set(item, "high", th_json_copy(th_json_get(input, "high")));
        th_json_set_text(item, "outside", th_json_get_text(input, "outside", NULL));
        th_json_append(ranges, item);
    }
    return ranges;
}

static const struct th_json *of_part(const struct th_stem *stem, const char *part)
{
    const struct th_json *list = th_json_get(th_stem_json(stem), "coefficients");
    for (size_t i = 0; i < th_json_size(list); i++) {
        const struct th_json *item = th_json_at(list, i);
        if (th_text_equals(th_json_get_text(item, "name", NULL), part)) {
            return item;
        }
    }
    return NULL;
}

// A class of volume has no title of its own, nor a sample.
static struct th_json *copy_or_null(const struct th_json *object, const char *key)
{
    const struct th_json *value = th_json_get(object, key);
    return value ? th_json_copy(value) : th_json_null();
}

// One for each part; empty where the head has the only one.
static struct th_json *equations_json(const struct th_stem *stem,
                                      const struct th_stem_show_options *options)
{
    struct th_json *equations = th_json_array();
    for (size_t i = 0; i < th_stem_n_parts(stem); i++) {
        const char *part = th_stem_part(stem, i);
        const struct th_json *of_document = of_part(stem, part);
        if (!is_chosen(options, part)) {
            continue;
        }
        struct th_json *item = th_json_object();
        th_json_set_text(item, "part", part);
        th_json_set(item, "title", copy_or_null(of_document, "title"));
        set_equation(item, "equation", stem, part, NULL, TH_CALC_PEOPLE);
        th_json_set(item, "n_sampled", copy_or_null(of_document, "n"));
        th_json_set(item, "r2", copy_or_null(of_document, "r2"));
        th_json_append(equations, item);
    }
    return equations;
}

static struct measures {
    double of[TH_STEM_N_MEASURES];
} no_measures(void)
{
    struct measures measures;
    for (size_t i = 0; i < TH_STEM_N_MEASURES; i++) {
        measures.of[i] = (double)NAN;
    }
    return measures;
}

// The document's checks, each as a clerk would redo it.
static struct th_json *checks_json(const struct th_stem *stem,
                                   const struct th_stem_show_options *options)
{
    struct th_json *list = th_json_array();
    const struct th_json *checks = th_json_get(th_stem_json(stem), "checks");
    for (size_t i = 0; i < th_json_size(checks); i++) {
        const struct th_json *check = th_json_at(checks, i);
        const struct th_json *inputs = th_json_get(check, "inputs");
        const char *part = th_json_get_text(check, "part", NULL);
        struct measures measures = no_measures();
        if (!is_chosen(options, part)) {
            continue;
        }
        for (int k = 0; k < TH_STEM_N_MEASURES; k++) {
            struct th_ratio ratio;
            const char *text =
                th_json_get_text(inputs, th_stem_measure_name((enum th_stem_measure)k), NULL);
            if (text && th_ratio_parse(text, &ratio, NULL) == TH_OK) {
                measures.of[k] = th_ratio_double(ratio);
            }
        }
        struct th_json *item = th_json_object();
        th_json_set_text(item, "part", part);
        set_equation(item, "expression", stem, part, measures.of, TH_CALC_PEOPLE);
        th_json_set_text(item, "value", th_json_get_text(check, "value", NULL));
        th_json_set_text(item, "tolerance", th_json_get_text(check, "tolerance", NULL));
        th_json_set_text(item, "unit", th_stem_unit(stem));
        th_json_set_text(item, "source", th_json_get_text(check, "source", NULL));
        th_json_append(list, item);
    }
    return list;
}

// "dbh=10" into its place.
static enum th_status read_input(const struct th_stem *stem, const char *text,
                                 struct measures *measures, struct th_error *err)
{
    const char *equals = strchr(text, '=');
    char names[TH_ERROR_VALUE_SIZE] = "";
    size_t used = 0;
    double value = 0;
    if (!equals || !th_text_parse_double(equals + 1, &value)) {
        return th_error_set(err, TH_INVALID, "input_syntax", "input", text, NULL);
    }
    for (int i = 0; i < TH_STEM_N_MEASURES; i++) {
        const char *name = th_stem_measure_name((enum th_stem_measure)i);
        size_t size = strlen(name);
        if (!th_stem_wants(stem, (enum th_stem_measure)i)) {
            continue;
        }
        if (size == (size_t)(equals - text) && strncmp(name, text, size) == 0) {
            measures->of[i] = value;
            return TH_OK;
        }
        int n = snprintf(names + used, sizeof(names) - used, "%s%s", used > 0 ? ", " : "", name);
        used += n > 0 ? (size_t)n : 0;
    }
    return th_error_set(err, TH_INVALID, "stem_measure_unknown", "stem", th_stem_id(stem), "input",
                        text, "names", names, NULL);
}

static void add_warning(const struct th_stem_show_options *options, struct th_json *warnings,
                        const char *code)
{
    char key[TH_ERROR_KEY_SIZE];
    struct th_json *warning = th_json_object();
    (void)snprintf(key, sizeof(key), "warning.%s", code);
    th_json_set_text(warning, "code", code);
    th_json_set_text(warning, "message", th_messages_text(options->messages, options->lang, key));
    th_json_append(warnings, warning);
}

static enum th_status set_value(const struct th_stem *stem,
                                const struct th_stem_show_options *options, struct th_json *reply,
                                struct th_error *err)
{
    struct measures measures = no_measures();
    double value = 0;
    unsigned flags = 0;
    enum th_status status = TH_OK;
    for (size_t i = 0; i < options->n_inputs && status == TH_OK; i++) {
        status = read_input(stem, options->inputs[i], &measures, err);
    }
    if (status == TH_OK) {
        status = th_stem_value(stem, options->part, measures.of, &value, &flags, err);
    }
    if (status != TH_OK) {
        return status;
    }
    struct th_json *warnings = th_json_array();
    set_number(reply, "value", value);
    set_equation(reply, "expression", stem, options->part, measures.of, TH_CALC_PEOPLE);
    set_equation(reply, "formula", stem, options->part, measures.of, TH_CALC_WORKBOOK);
    if (flags & TH_STEM_OUTSIDE_RANGE) {
        add_warning(options, warnings, "stem_outside_range");
    }
    if (flags & TH_STEM_RANGE_UNKNOWN) {
        add_warning(options, warnings, "stem_range_unknown");
    }
    if (th_stem_evidence(stem) == TH_EVIDENCE_UNVERIFIED) {
        add_warning(options, warnings, "stem_unverified");
    }
    th_json_set(reply, "warnings", warnings);
    return TH_OK;
}

enum th_status th_stem_show(const struct th_stem_show_options *options, struct th_json **ret_reply,
                            struct th_error *err)
{
    struct th_stem *stem = NULL;
    struct th_json *reply = NULL;
    enum th_status status = th_stem_shipped(options->reference, &stem, err);
    if (status == TH_OK && options->part) {
        status = th_stem_part_find(stem, options->part, err);
    }
    if (status != TH_OK) {
        goto done;
    }
    const struct th_json *document = th_stem_json(stem);
    reply = th_json_object();
    set_head(stem, reply);
    th_json_set(reply, "n_sampled", th_json_copy(th_json_get(document, "n")));
    th_json_set_text(reply, "source", th_stem_source(stem));
    set_texts(reply, "note", th_stem_note(stem));
    th_json_set(reply, "ranges", ranges_json(stem));
    th_json_set(reply, "equations", equations_json(stem, options));
    th_json_set(reply, "checks", checks_json(stem, options));
    if (options->n_inputs > 0) {
        status = set_value(stem, options, reply, err);
    }
    if (status == TH_OK) {
        status = th_reply_finish(TH_OK, reply, ret_reply, err);
        reply = NULL;
    }
done:
    th_json_free(reply);
    th_stem_free(stem);
    return status;
}
