// Values of replies and journal bodies about estimates.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/county.h"
#include "registry/estimate/estimate.h"
#include "registry/estimate/estimate_internal.h"
#include "registry/estimate/methodology.h"
#include "registry/reply.h"
#include "store/people/party_store.h"

void th_estimate_set_terms(struct th_json *object, const struct th_estimate_terms *terms)
{
    th_json_set_int(object, "gross_kg", th_carbon_kg(terms->gross));
    th_json_set_int(object, "baseline_kg", th_carbon_kg(terms->baseline));
    int64_t co2 = th_carbon_kg(terms->co2);
    int64_t ch4 = th_carbon_kg(terms->ch4);
    int64_t n2o = th_carbon_kg(terms->n2o);
    struct th_json *by_gas = th_json_object();
    th_json_set_int(by_gas, "co2_kg", co2);
    th_json_set_int(by_gas, "ch4_kg", ch4);
    th_json_set_int(by_gas, "n2o_kg", n2o);
    th_json_set_int(object, "project_emissions_kg", co2 + ch4 + n2o);
    th_json_set(object, "project_emissions", by_gas);
    th_json_set_int(object, "leakage_kg", th_carbon_kg(terms->leakage));
    th_json_set_int(object, "deduction_kg", th_carbon_kg(terms->deduction));
    th_json_set_int(object, "net_kg", th_carbon_kg(terms->net));
}

static void set_json_text(struct th_json *object, const char *key, const char *text)
{
    struct th_json *value = NULL;
    if (th_json_parse(text, strlen(text), &value, NULL) == TH_OK) {
        th_json_set(object, key, value);
    }
}

void th_estimate_set_run(struct th_json *body, const struct th_estimate_run_record *record)
{
    char hex[TH_HASH_HEX_SIZE];
    th_json_set_int(body, "run_id", record->run_id);
    th_json_set_text(body, "methodology", record->methodology);
    th_json_set_text(body, "version", record->version);
    set_json_text(body, "inputs", record->inputs);
    set_json_text(body, "scope", record->scope);
    th_json_set_text(body, "area_rule", record->area_rule);
    th_json_set_int(body, "from_year", record->from_year);
    th_json_set_int(body, "to_year", record->to_year);
    th_json_set_int(body, "n_parcels", record->n_parcels);
    th_estimate_set_terms(body, &record->terms);
    if (record->has_uncertainty) {
        th_json_set_int(body, "halfwidth_kg", th_carbon_kg(record->halfwidth));
        th_json_set_int(body, "propagated_kg", th_carbon_kg(record->propagated));
        if (record->by_sides) {
            th_json_set_int(body, "gross_halfwidth_kg", th_carbon_kg(record->gross_halfwidth));
            th_json_set_int(body, "baseline_halfwidth_kg",
                            th_carbon_kg(record->baseline_halfwidth));
        }
        th_json_set_text(body, "confidence", record->confidence);
    }
    th_json_set_text(body, "sheet_sha256", th_hash_hex(&record->sheet_sha256, hex));
}

// `confidence` NULL: the sources state no interval. The half-width is that of `net`, which is the
// one before the deduction that follows from it.
static struct th_json *interval_json(struct th_carbon net, struct th_carbon deduction,
                                     struct th_carbon halfwidth, const char *confidence)
{
    struct th_json *uncertainty = th_json_object();
    struct th_ratio ratio;
    if (!confidence || th_ratio_parse(confidence, &ratio, NULL) != TH_OK) {
        th_json_set(uncertainty, "halfwidth_kg", th_json_null());
        th_json_set(uncertainty, "confidence", th_json_null());
        th_json_set(uncertainty, "relative", th_json_null());
        return uncertainty;
    }
    int64_t net_kg = th_carbon_kg(net) + th_carbon_kg(deduction);
    th_json_set_int(uncertainty, "halfwidth_kg", th_carbon_kg(halfwidth));
    th_json_set_real(uncertainty, "confidence", th_ratio_double(ratio));
    if (net_kg == 0) {
        th_json_set(uncertainty, "relative", th_json_null());
    } else {
        // Four decimals are shown; the kilograms beside it are exact.
        double relative = (double)th_carbon_kg(halfwidth) / (double)net_kg;
        relative = relative < 0 ? -relative : relative;
        th_json_set_real(uncertainty, "relative",
                         (double)(int64_t)(relative * 10000.0 + 0.5) / 10000.0);
    }
    return uncertainty;
}

struct th_json *th_estimate_uncertainty_json(const struct th_estimate_run_record *record)
{
    struct th_json *uncertainty =
        interval_json(record->terms.net, record->terms.deduction, record->halfwidth,
                      record->has_uncertainty ? record->confidence : NULL);
    if (record->has_uncertainty) {
        th_json_set_int(uncertainty, "propagated_halfwidth_kg", th_carbon_kg(record->propagated));
    } else {
        th_json_set(uncertainty, "propagated_halfwidth_kg", th_json_null());
    }
    if (record->by_sides) {
        th_json_set_int(uncertainty, "gross_halfwidth_kg", th_carbon_kg(record->gross_halfwidth));
        th_json_set_int(uncertainty, "baseline_halfwidth_kg",
                        th_carbon_kg(record->baseline_halfwidth));
    } else {
        th_json_set(uncertainty, "gross_halfwidth_kg", th_json_null());
        th_json_set(uncertainty, "baseline_halfwidth_kg", th_json_null());
    }
    return uncertainty;
}

enum { COUNTY_DIGITS = 6, KG_PER_T = 1000 };

struct listing {
    struct th_store *store;
    const struct th_estimate_run_record *run;
    enum th_lang lang;
    struct th_counties *counties;
    struct th_json *list;
    enum th_status status;
    struct th_error *err;
};

static enum th_status set_name(struct listing *listing, const char *code, struct th_json *json)
{
    struct th_village village;
    if (strlen(code) <= COUNTY_DIGITS) {
        th_json_set_text(json, "name", th_counties_name(listing->counties, code, listing->lang));
        return TH_OK;
    }
    enum th_status status = th_village_load(listing->store, code, &village, listing->err);
    if (status == TH_OK) {
        th_json_set_text(json, "name", village.name);
    }
    return status;
}

static bool list_group(void *context, const struct th_estimate_group_record *group)
{
    struct listing *listing = context;
    struct th_json *json = th_json_object();
    bool is_county = strlen(group->code) <= COUNTY_DIGITS;
    th_json_set_text(json, "level", is_county ? "county" : "village");
    th_json_set_text(json, "code", group->code);
    listing->status = set_name(listing, group->code, json);
    th_json_set_int(json, "n_parcels", group->n_parcels);
    th_json_set_int(json, "gross_kg", th_carbon_kg(group->gross));
    th_json_set_int(json, "deduction_kg", th_carbon_kg(group->deduction));
    th_json_set_int(json, "net_kg", th_carbon_kg(group->net));
    th_json_set(json, "uncertainty",
                interval_json(group->net, group->deduction, group->halfwidth,
                              group->has_uncertainty ? listing->run->confidence : NULL));
    th_json_append(listing->list, json);
    return listing->status == TH_OK;
}

static enum th_status groups_json(struct th_store *store,
                                  const struct th_estimate_run_record *record, enum th_lang lang,
                                  struct th_json **ret_groups, struct th_error *err)
{
    struct listing listing = {.store = store,
                              .run = record,
                              .lang = lang,
                              .list = th_json_array(),
                              .status = TH_OK,
                              .err = err};
    enum th_status status = th_counties_new(&listing.counties, err);
    if (status == TH_OK) {
        status = th_estimate_group_each(store, record->run_id, list_group, &listing, err);
    }
    status = status == TH_OK ? listing.status : status;
    th_counties_free(listing.counties);
    if (status != TH_OK) {
        th_json_free(listing.list);
        return status;
    }
    *ret_groups = listing.list;
    return TH_OK;
}

struct th_json *th_estimate_years_json(const struct th_estimate_year *years, size_t n)
{
    struct th_json *list = th_json_array();
    for (size_t i = 0; i < n; i++) {
        struct th_json *year = th_json_object();
        th_json_set_int(year, "year", years[i].year);
        th_json_set_int(year, "gross_kg", th_carbon_kg(years[i].gross));
        th_json_set_int(year, "net_kg", th_carbon_kg(years[i].net));
        th_json_set_int(year, "whole_t", th_units_t(years[i].whole));
        th_json_set_int(year, "carried_kg", th_carbon_kg(years[i].carried));
        th_json_append(list, year);
    }
    return list;
}

// What of each year's whole tonnes stays in the buffer when they are issued as they stand, which is
// what an issue rounds: before debts of earlier packages and what a verifier allows.
static enum th_status set_buffer(struct th_store *store, const struct th_estimate_result *result,
                                 struct th_json *reply, struct th_error *err)
{
    char reference[TH_METHODOLOGY_ID_SIZE + TH_METHODOLOGY_VERSION_SIZE + 1];
    char text[TH_RATIO_TEXT_SIZE];
    struct th_methodology *methodology = NULL;
    int64_t sum_t = 0;
    (void)snprintf(reference, sizeof(reference), "%s@%s", result->record.methodology,
                   result->record.version);
    enum th_status status = th_methodology_open(store, reference, &methodology, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_ratio ratio = th_methodology_buffer_ratio(methodology);
    struct th_json *years = th_json_array();
    for (size_t i = 0; i < result->n_years && status == TH_OK; i++) {
        int64_t buffer_t = 0;
        struct th_json *year = th_estimate_years_json(&result->years[i], 1);
        struct th_json *own = th_json_copy(th_json_at(year, 0));
        status = th_ratio_apply_ceil(ratio, th_units_t(result->years[i].whole), &buffer_t, err);
        th_json_set_int(own, "buffer_t", buffer_t);
        th_json_append(years, own);
        th_json_free(year);
        sum_t += buffer_t;
    }
    th_json_set(reply, "years", years);
    th_json_set_text(reply, "buffer_ratio", th_ratio_format(ratio, text));
    th_json_set_int(reply, "buffer_kg", sum_t * KG_PER_T);
    th_methodology_free(methodology);
    return status;
}

enum th_status th_estimate_run_json(struct th_store *store, const struct th_estimate_result *result,
                                    enum th_lang lang, struct th_json **ret_reply,
                                    struct th_error *err)
{
    const struct th_estimate_run_record *record = &result->record;
    struct th_json *groups = NULL;
    enum th_status status = groups_json(store, record, lang, &groups, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *reply = th_json_object();
    th_estimate_set_run(reply, record);
    th_json_set_cent(reply, "area_m2", th_area_m2_cent(result->area));
    th_json_set_cent(reply, "area_mu", th_area_mu_cent(result->area));
    th_json_set(reply, "uncertainty", th_estimate_uncertainty_json(record));
    th_json_set(reply, "groups", groups);
    status = set_buffer(store, result, reply, err);
    if (status != TH_OK) {
        th_json_free(reply);
        return status;
    }
    *ret_reply = reply;
    return TH_OK;
}

struct th_json *th_estimate_warning_arguments(const struct th_estimate_warning *warning)
{
    struct th_json *arguments = th_json_object();
    for (int i = 0; i < warning->message.n_args; i++) {
        th_json_set_text(arguments, warning->message.args[i].name, warning->message.args[i].value);
    }
    if (warning->source) {
        th_json_set_text(arguments, "source", warning->source);
    }
    return arguments;
}

static struct th_json *unit_in_words(const struct th_json *arguments,
                                     const struct th_messages *messages, enum th_lang lang)
{
    struct th_json *worded = th_json_copy(arguments);
    const char *unit = th_json_get_text(arguments, "unit", NULL);
    struct th_buf words;
    th_buf_init(&words, 1024);
    if (unit) {
        th_messages_unit(messages, lang, unit, &words);
        th_json_set_text(worded, "unit", th_buf_text(&words));
    }
    th_buf_clear(&words);
    return worded;
}

static struct th_json *warning_json(const char *code, const struct th_json *arguments,
                                    bool needs_waiver, const struct th_messages *messages,
                                    enum th_lang lang)
{
    char key[TH_ERROR_KEY_SIZE + 16];
    struct th_buf text;
    struct th_json *item = th_json_object();
    th_buf_init(&text, 64 * 1024);
    th_json_set_text(item, "code", code);
    if (messages) {
        (void)snprintf(key, sizeof(key), "warning.%s", code);
        struct th_json *worded = unit_in_words(arguments, messages, lang);
        th_messages_format_texts(messages, lang, key, worded, &text);
        th_json_free(worded);
    }
    th_json_set_text(item, "message", messages ? th_buf_text(&text) : NULL);
    th_json_set_bool(item, "needs_waiver", needs_waiver);
    th_buf_clear(&text);
    return item;
}

struct th_json *th_estimate_warnings_json(const struct th_estimate_warning *warnings, size_t n,
                                          const struct th_messages *messages, enum th_lang lang)
{
    struct th_json *list = th_json_array();
    for (size_t i = 0; i < n; i++) {
        struct th_json *arguments = th_estimate_warning_arguments(&warnings[i]);
        th_json_append(list, warning_json(warnings[i].message.key, arguments,
                                          warnings[i].needs_waiver, messages, lang));
        th_json_free(arguments);
    }
    return list;
}

static struct th_json *stored_warnings_json(const struct th_json *stored,
                                            const struct th_messages *messages, enum th_lang lang)
{
    struct th_json *list = th_json_array();
    for (size_t i = 0; i < th_json_size(stored); i++) {
        const struct th_json *item = th_json_at(stored, i);
        th_json_append(
            list, warning_json(th_json_get_text(item, "code", ""), th_json_get(item, "arguments"),
                               th_json_get_bool(item, "needs_waiver", false), messages, lang));
    }
    return list;
}

enum th_status th_estimate_run_warnings(struct th_store *store, int64_t run_id,
                                        const struct th_messages *messages, enum th_lang lang,
                                        struct th_json **ret_warnings, struct th_error *err)
{
    struct th_estimate_run_record run;
    struct th_json *stored = NULL;
    char *text = NULL;
    enum th_status status = th_estimate_run_load(store, run_id, &run, &text, err);
    status = status == TH_OK ? th_json_parse(text, strlen(text), &stored, err) : status;
    if (status == TH_OK) {
        *ret_warnings = stored_warnings_json(stored, messages, lang);
    }
    th_json_free(stored);
    free(text);
    return status;
}

// Text of "error.<key>" with its arguments, or null without a catalogue.
static struct th_json *error_json(const struct th_messages *messages, enum th_lang lang,
                                  const struct th_error *problem)
{
    if (!messages) {
        return th_json_null();
    }
    struct th_buf text;
    th_buf_init(&text, 16 * 1024);
    th_messages_error(messages, lang, problem, &text);
    struct th_json *value = th_json_string(th_buf_text(&text));
    th_buf_clear(&text);
    return value;
}

struct th_json *th_estimate_skipped_json(int64_t parcel_id, const struct th_error *problem,
                                         const struct th_messages *messages, enum th_lang lang)
{
    const char *reason = th_error_arg_get(problem, "reason");
    const char *dot = reason ? strrchr(reason, '.') : NULL;
    struct th_json *item = th_json_object();
    th_json_set_int(item, "parcel_id", parcel_id);
    th_json_set_text(item, "reason", dot ? dot + 1 : problem->key);
    th_json_set(item, "message", error_json(messages, lang, problem));
    th_reply_set_arg(item, "limit", problem, messages, lang);
    th_reply_set_arg(item, "found", problem, messages, lang);
    return item;
}
