// The calculation sheet: text that depends on the parcels, the methodology and the inputs alone, so
// that the same estimate has the same digest whenever and wherever it is made.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/file.h"
#include "core/text.h"
#include "registry/estimate/estimate.h"
#include "registry/estimate/estimate_internal.h"
#include "registry/estimate/methodology.h"

enum {
    SHEET_LIMIT = 2000 * 1000 * 1000 // bytes of a sheet that is written out
};

static void set_ratio(struct th_json *object, const char *key, struct th_ratio ratio)
{
    char text[TH_RATIO_TEXT_SIZE];
    th_json_set_text(object, key, th_ratio_format(ratio, text));
}

static const char *shape_name(enum th_interval_shape shape)
{
    switch (shape) {
    case TH_SHAPE_NORMAL:
        return "normal";
    case TH_SHAPE_LOGNORMAL:
        return "lognormal";
    case TH_SHAPE_TRIANGULAR:
        return "triangular";
    case TH_SHAPE_UNIFORM:
        return "uniform";
    case TH_SHAPE_TRUNCATED_NORMAL:
        break;
    }
    return "truncated-normal";
}

static void set_year(struct th_json *object, const char *key, int year)
{
    if (year == 0) {
        th_json_set(object, key, th_json_null());
    } else {
        th_json_set_int(object, key, year);
    }
}

static struct th_json *row_json(const struct th_parameter *parameter,
                                const struct th_parameter_row *row)
{
    struct th_json *json = th_json_object();
    set_ratio(json, "value", row->value);
    th_json_set_text(json, "source", row->source);
    th_json_set_text(json, "evidence", th_evidence_name(row->evidence));
    if (parameter->has_key) {
        th_json_set_real(json, "from", row->from);
    }
    if (row->has_interval) {
        set_ratio(json, "interval_low", row->interval_low);
        set_ratio(json, "interval_high", row->interval_high);
        th_json_set_text(json, "shape", shape_name(row->shape));
    }
    set_year(json, "from_year", row->from_year);
    set_year(json, "to_year", row->to_year);
    return json;
}

// A parameter as it entered the arithmetic: its own rows, or the one that was put in their place.
static struct th_json *parameter_json(const struct th_methodology *methodology,
                                      const struct th_parameter *parameter,
                                      const struct th_json *inputs)
{
    const char *input = th_json_get_text(inputs, parameter->name, NULL);
    struct th_json *json = th_json_object();
    struct th_json *rows = th_json_array();
    th_json_set_text(json, "name", parameter->name);
    th_json_set_text(json, "unit", parameter->unit);
    if (parameter->has_key) {
        th_json_set_text(json, "key", th_methodology_input(methodology, parameter->key)->name);
    }
    if (input != NULL) {
        struct th_json *row = th_json_object();
        th_json_set_text(row, "value", input);
        th_json_set_text(row, "source", "input");
        th_json_set_text(row, "evidence", "stated");
        th_json_append(rows, row);
    }
    for (size_t i = 0; input == NULL && i < parameter->n_rows; i++) {
        th_json_append(rows, row_json(parameter, &parameter->rows[i]));
    }
    th_json_set(json, "rows", rows);
    return json;
}

// Which equations weigh the stems.
static struct th_json *plots_json(const struct th_plots *plots)
{
    char hex[TH_HASH_HEX_SIZE];
    struct th_json *json = th_json_object();
    struct th_json *equations = th_json_array();
    for (size_t i = 0; i < plots->n_equations; i++) {
        const struct th_plots_equation *equation = &plots->equations[i];
        struct th_json *item = th_json_object();
        struct th_json *species = th_json_array();
        for (size_t k = 0; k < equation->n_species; k++) {
            th_json_append_text(species, equation->species[k]);
        }
        th_json_set(item, "species", species);
        th_json_set_text(item, "equation", equation->reference);
        th_json_set_text(item, "sha256", th_hash_hex(th_stem_sha256(equation->stem), hex));
        th_json_set_text(item, "source", th_stem_source(equation->stem));
        th_json_set_text(item, "evidence", th_evidence_name(th_stem_evidence(equation->stem)));
        th_json_append(equations, item);
    }
    th_json_set_text(json, "quantity", th_plots_quantity_name(plots->quantity));
    th_json_set(json, "equations", equations);
    return json;
}

// Names of all that nobody has checked against its source, in front of everything else that a
// verifier reads: parameters that keep their own value, defaults, equations of stems.
static struct th_json *unverified_json(const struct th_methodology *methodology,
                                       const struct th_json *inputs)
{
    struct th_json *names = th_json_array();
    const struct th_plots *plots = th_methodology_plots(methodology);
    for (size_t i = 0; i < th_methodology_n_parameters(methodology); i++) {
        const struct th_parameter *parameter = th_methodology_parameter(methodology, i);
        bool is_unverified = false;
        for (size_t k = 0; k < parameter->n_rows; k++) {
            is_unverified = is_unverified || parameter->rows[k].evidence == TH_EVIDENCE_UNVERIFIED;
        }
        if (is_unverified && !th_json_get(inputs, parameter->name)) {
            th_json_append_text(names, parameter->name);
        }
    }
    for (size_t i = 0; i < th_methodology_n_inputs(methodology); i++) {
        const struct th_input *input = th_methodology_input(methodology, i);
        if (input->has_default && input->standard_evidence == TH_EVIDENCE_UNVERIFIED) {
            th_json_append_text(names, input->name);
        }
    }
    for (size_t i = 0; plots && i < plots->n_equations; i++) {
        if (th_stem_evidence(plots->equations[i].stem) == TH_EVIDENCE_UNVERIFIED) {
            th_json_append_text(names, plots->equations[i].reference);
        }
    }
    return names;
}

// How lines become whole kilograms; the lines themselves are those of the document's terms.
static void set_formulas(struct th_json *head)
{
    static const char *const formulas_of_all[] = {
        "mu = m2_300 / 200000; m2 = m2_300 / 300; ha = mu / 15",
        "area_used = min(measured, contracted)",
        "line = round(expression, 6 decimals, half away from zero)",
        "gross_kg = floor(sum of lines); baseline_kg, leakage_kg, each gas = ceil(sum of lines)",
        "gross_share = rule(sum of gross, gross_halfwidth_kg) / sum of gross; baseline_share so",
        "or net_share = rule(sum of credit, halfwidth_kg) / sum of credit, as the document says",
        "these sums stand before lines are rounded; a share has 6 decimals, rounded up",
        "credit_kg = gross_kg - baseline_kg - co2_kg - ch4_kg - n2o_kg - leakage_kg",
        "of_sides_kg = ceil(max(gross_kg, 0) * gross_share) + ceil(|baseline_kg| * baseline_share)",
        "deduction_kg = of_sides_kg + ceil(max(credit_kg, 0) * net_share)",
        "net_kg = credit_kg - deduction_kg"};
    struct th_json *formulas = th_json_array();
    for (size_t i = 0; i < sizeof(formulas_of_all) / sizeof(formulas_of_all[0]); i++) {
        th_json_append_text(formulas, formulas_of_all[i]);
    }
    th_json_set(head, "formulas", formulas);
}

enum th_status th_estimate_sheet_head(const struct th_estimate_run_record *record,
                                      const struct th_methodology *methodology, struct th_buf *out,
                                      struct th_error *err)
{
    char hex[TH_HASH_HEX_SIZE];
    char *text = NULL;
    struct th_json *inputs = NULL;
    enum th_status status = th_json_parse(record->inputs, strlen(record->inputs), &inputs, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *head = th_json_object();
    struct th_json *parameters = th_json_array();
    for (size_t i = 0; i < th_methodology_n_parameters(methodology); i++) {
        th_json_append(
            parameters,
            parameter_json(methodology, th_methodology_parameter(methodology, i), inputs));
    }
    th_json_set_text(head, "sheet", "tanhui-sheet-2");
    th_json_set_text(head, "gross_share", record->gross_share);
    th_json_set_text(head, "baseline_share", record->baseline_share);
    th_json_set_text(head, "net_share", record->net_share);
    th_json_set_text(head, "methodology", record->methodology);
    th_json_set_text(head, "version", record->version);
    th_json_set_text(head, "sha256", th_hash_hex(th_methodology_sha256(methodology), hex));
    th_json_set(head, "unverified", unverified_json(methodology, inputs));
    th_json_set(head, "inputs", inputs);
    th_json_set(head, "parameters", parameters);
    if (th_methodology_plots(methodology) != NULL) {
        th_json_set(head, "plots", plots_json(th_methodology_plots(methodology)));
    }
    set_formulas(head);
    th_json_set_text(head, "area_rule", record->area_rule);
    th_json_set_int(head, "from_year", record->from_year);
    th_json_set_int(head, "to_year", record->to_year);
    status = th_json_dump(head, TH_JSON_CANONICAL, &text, err);
    if (status == TH_OK) {
        th_buf_append_str(out, text);
        th_buf_append_char(out, '\n');
    }
    free(text);
    th_json_free(head);
    return status;
}

// A text as canonical JSON has it. Nearly every number of a parcel stands there as it is.
static void put_text(const char *text, struct th_buf *out)
{
    bool is_plain = true;
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
        is_plain = is_plain && *c >= 0x20 && *c != '"' && *c != '\\';
    }
    if (is_plain) {
        th_buf_append_char(out, '"');
        th_buf_append_str(out, text);
        th_buf_append_char(out, '"');
        return;
    }
    char *dump = NULL;
    struct th_json *value = th_json_string(text);
    if (th_json_dump(value, TH_JSON_CANONICAL, &dump, NULL) == TH_OK) {
        th_buf_append_str(out, dump);
    } else {
        out->failed = true;
    }
    free(dump);
    th_json_free(value);
}

static void put_int(const char *key, int64_t value, struct th_buf *out)
{
    char digits[24];
    char *at = digits + sizeof(digits);
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0) {
        *--at = '-';
    }
    th_buf_append_str(out, key);
    th_buf_append(out, at, (size_t)(digits + sizeof(digits) - at));
}

static void put_kg(const char *key, struct th_carbon mass, struct th_buf *out)
{
    put_int(key, th_carbon_kg(mass), out);
}

// Written by hand, keys in canonical order: a registry has millions of these lines.
void th_estimate_sheet_row(const struct th_estimate_row *row, struct th_buf *out)
{
    char geometry[TH_HASH_HEX_SIZE];
    const struct th_estimate_terms *terms = &row->terms;
    put_int("{\"area_used_m2_300\":", th_area_m2_300(row->area_used), out);
    put_kg(",\"baseline_kg\":", terms->baseline, out);
    put_kg(",\"ch4_kg\":", terms->ch4, out);
    put_kg(",\"co2_kg\":", terms->co2, out);
    if (row->has_contracted) {
        put_int(",\"contracted_m2_300\":", th_area_m2_300(row->contracted), out);
    } else {
        th_buf_append_str(out, ",\"contracted_m2_300\":null");
    }
    put_kg(",\"deduction_kg\":", terms->deduction, out);
    th_buf_append_str(out, ",\"geometry_hash\":\"");
    th_buf_append_str(out, th_hash_hex(&row->geometry_hash, geometry));
    put_kg("\",\"gross_kg\":", terms->gross, out);
    put_kg(",\"leakage_kg\":", terms->leakage, out);
    put_int(",\"measured_m2_300\":", th_area_m2_300(row->measured), out);
    put_kg(",\"n2o_kg\":", terms->n2o, out);
    put_kg(",\"net_kg\":", terms->net, out);
    th_buf_append_str(out, ",\"number\":");
    if (row->number[0] != '\0') {
        put_text(row->number, out);
    } else {
        th_buf_append_str(out, "null");
    }
    th_buf_append_str(out, ",\"used\":");
    th_buf_append_str(out, row->used);
    th_buf_append_str(out, ",\"village\":");
    put_text(row->village, out);
    put_int(",\"year\":", row->year, out);
    th_buf_append_str(out, "}\n");
}

void th_estimate_sheet_group(const struct th_estimate_group_record *group, struct th_buf *out)
{
    th_buf_append_str(out, "{\"code\":");
    put_text(group->code, out);
    put_kg(",\"deduction_kg\":", group->deduction, out);
    put_kg(",\"gross_kg\":", group->gross, out);
    if (group->has_uncertainty) {
        put_kg(",\"halfwidth_kg\":", group->halfwidth, out);
    } else {
        th_buf_append_str(out, ",\"halfwidth_kg\":null");
    }
    put_int(",\"n_parcels\":", group->n_parcels, out);
    put_kg(",\"net_kg\":", group->net, out);
    th_buf_append_str(out, "}\n");
}

void th_estimate_sheet_survey(const struct th_estimate_survey_record *survey, struct th_buf *out)
{
    th_buf_printf(out, "{\"body\":%s,\"survey\":\"%s\"}\n", survey->body, survey->digest);
}

void th_estimate_sheet_total(const struct th_estimate_run_record *record, struct th_buf *out)
{
    const struct th_estimate_terms *terms = &record->terms;
    if (record->by_sides) {
        put_kg("{\"baseline_halfwidth_kg\":", record->baseline_halfwidth, out);
    } else {
        th_buf_append_str(out, "{\"baseline_halfwidth_kg\":null");
    }
    th_buf_printf(out, ",\"baseline_kg\":%" PRId64 ",\"ch4_kg\":%" PRId64 ",\"co2_kg\":%" PRId64,
                  th_carbon_kg(terms->baseline), th_carbon_kg(terms->ch4),
                  th_carbon_kg(terms->co2));
    if (record->has_uncertainty) {
        th_buf_printf(out, ",\"confidence\":\"%s\"", record->confidence);
    } else {
        th_buf_append_str(out, ",\"confidence\":null");
    }
    put_kg(",\"deduction_kg\":", terms->deduction, out);
    if (record->by_sides) {
        put_kg(",\"gross_halfwidth_kg\":", record->gross_halfwidth, out);
    } else {
        th_buf_append_str(out, ",\"gross_halfwidth_kg\":null");
    }
    put_kg(",\"gross_kg\":", terms->gross, out);
    if (record->has_uncertainty) {
        th_buf_printf(out, ",\"halfwidth_kg\":%" PRId64, th_carbon_kg(record->halfwidth));
    } else {
        th_buf_append_str(out, ",\"halfwidth_kg\":null");
    }
    th_buf_printf(out,
                  ",\"leakage_kg\":%" PRId64 ",\"n2o_kg\":%" PRId64 ",\"n_parcels\":%" PRId64
                  ",\"net_kg\":%" PRId64,
                  th_carbon_kg(terms->leakage), th_carbon_kg(terms->n2o), record->n_parcels,
                  th_carbon_kg(terms->net));
    if (record->has_uncertainty) {
        th_buf_printf(out, ",\"propagated_kg\":%" PRId64, th_carbon_kg(record->propagated));
    } else {
        th_buf_append_str(out, ",\"propagated_kg\":null");
    }
    th_buf_append_str(out, ",\"total\":true}\n");
}

struct sheet_writer {
    struct th_buf *out;
    int64_t n_lines;
};

static bool write_row(void *context, const struct th_estimate_row *row)
{
    struct sheet_writer *writer = context;
    th_estimate_sheet_row(row, writer->out);
    writer->n_lines++;
    return !writer->out->failed;
}

static bool write_group(void *context, const struct th_estimate_group_record *group)
{
    struct sheet_writer *writer = context;
    th_estimate_sheet_group(group, writer->out);
    writer->n_lines++;
    return !writer->out->failed;
}

static bool write_survey(void *context, const struct th_estimate_survey_record *survey)
{
    struct sheet_writer *writer = context;
    th_estimate_sheet_survey(survey, writer->out);
    writer->n_lines++;
    return !writer->out->failed;
}

static enum th_status sheet_text(struct th_store *store, int64_t run_id,
                                 struct th_estimate_run_record *ret_record, struct th_buf *out,
                                 int64_t *ret_n_lines, struct th_error *err)
{
    struct sheet_writer writer = {.out = out};
    char reference[TH_METHODOLOGY_ID_SIZE + TH_METHODOLOGY_VERSION_SIZE + 2];
    struct th_methodology *methodology = NULL;
    enum th_status status = th_estimate_run_load(store, run_id, ret_record, NULL, err);
    if (status == TH_OK) {
        snprintf(reference, sizeof(reference), "%s@%s", ret_record->methodology,
                 ret_record->version);
        status = th_methodology_open(store, reference, &methodology, err);
    }
    if (status == TH_OK) {
        status = th_estimate_sheet_head(ret_record, methodology, out, err);
    }
    th_methodology_free(methodology);
    if (status == TH_OK) {
        status = th_estimate_row_each_named(store, run_id, write_row, &writer, err);
    }
    if (status == TH_OK) {
        status = th_estimate_group_each(store, run_id, write_group, &writer, err);
    }
    if (status == TH_OK) {
        status = th_estimate_survey_each(store, run_id, write_survey, &writer, err);
    }
    if (status == TH_OK) {
        th_estimate_sheet_total(ret_record, out);
        status = th_buf_check(out, err);
    }
    *ret_n_lines = writer.n_lines + 2;
    return status;
}

// Does a stored run still give the digest that it had? TH_NOT_FOUND when there is no such run.
static enum th_status check_run(struct th_store *store, int64_t run_id, struct th_error *err)
{
    struct th_estimate_run_record record;
    struct th_buf text;
    int64_t n_lines = 0;
    th_buf_init(&text, SHEET_LIMIT);
    enum th_status status = sheet_text(store, run_id, &record, &text, &n_lines, err);
    if (status == TH_OK) {
        struct th_hash sha256 = th_hash_bytes(TH_HASH_SHA256, text.data, text.size);
        if (memcmp(sha256.bytes, record.sheet_sha256.bytes, sizeof(sha256.bytes)) != 0) {
            status = th_error_set(err, TH_CORRUPT, "sheet_differs", NULL);
            th_error_add_int(err, "run", run_id);
        }
    }
    th_buf_clear(&text);
    return status;
}

enum th_status th_estimate_check_all(struct th_store *store, const struct th_check_sink *sink,
                                     struct th_error *err)
{
    struct th_error problem = {0};
    int64_t n_runs = 0;
    enum th_status status = TH_OK;
    while ((status = check_run(store, n_runs + 1, &problem)) == TH_OK) {
        n_runs++;
    }
    bool ended = status == TH_NOT_FOUND && strcmp(problem.key, "run_not_found") == 0;
    // What stands there was changed until it makes no sense: that is a finding, no failure.
    bool wrong = !ended && (status == TH_CORRUPT || status == TH_INVALID ||
                            status == TH_UNREADABLE || status == TH_NOT_FOUND);
    if (!wrong && !ended) {
        if (err != NULL) {
            *err = problem;
        }
        return status;
    }
    sink->report(sink->context, "sheets", n_runs, wrong ? &problem : NULL);
    return TH_OK;
}

enum th_status th_estimate_sheet(struct th_registry *registry, const char *run, const char *path,
                                 struct th_json **ret_reply, struct th_error *err)
{
    int64_t run_id = 0;
    if (!run || !th_text_parse_int(run, 1, INT64_MAX, &run_id)) {
        return th_error_set(err, TH_NOT_FOUND, "run_not_found", "run", run, NULL);
    }
    struct th_store *store = th_registry_store(registry);
    struct th_estimate_run_record record;
    struct th_buf text;
    int64_t n_lines = 0;
    th_buf_init(&text, SHEET_LIMIT);
    enum th_status status = th_file_check_new(path, err);
    if (status == TH_OK) {
        status = th_store_begin_read(store, err);
    }
    if (status != TH_OK) {
        return status;
    }
    status = sheet_text(store, run_id, &record, &text, &n_lines, err);
    th_store_end_read(store);
    if (status == TH_OK) {
        struct th_hash sha256 = th_hash_bytes(TH_HASH_SHA256, text.data, text.size);
        if (memcmp(sha256.bytes, record.sheet_sha256.bytes, sizeof(sha256.bytes)) != 0) {
            status = th_error_set(err, TH_CORRUPT, "sheet_differs", "run", run, NULL);
        }
    }
    if (status == TH_OK) {
        status = th_file_write_new(path, text.data, text.size, err);
    }
    if (status == TH_OK) {
        char hex[TH_HASH_HEX_SIZE];
        struct th_json *reply = th_json_object();
        th_json_set_int(reply, "run_id", run_id);
        th_json_set_text(reply, "file", path);
        th_json_set_text(reply, "sha256", th_hash_hex(&record.sheet_sha256, hex));
        th_json_set_int(reply, "n_lines", n_lines);
        *ret_reply = reply;
    }
    th_buf_clear(&text);
    return status;
}
