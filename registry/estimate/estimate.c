#include "registry/estimate/estimate.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/estimate/estimate_internal.h"
#include "registry/estimate/methodology.h"
#include "registry/reference.h"
#include "registry/reply.h"

// What a request turns into before anything is computed.
struct plan {
    int from_year, to_year;
    bool whole_registry;
    struct th_parcel_filter filter;
    struct th_village village;
    struct th_package_record package;  // package_id 0: none
    struct th_estimate_run_record run; // that an explanation is to follow; run_id 0: none
    char scope[TH_SCOPE_SIZE];
    struct th_estimate_inputs inputs;
    struct th_estimate_sources sources;
    struct th_methodology *methodology;
    struct th_estimate_rules *rules;
    struct th_estimate_table *table; // what the parcels that apply bring along
};

static void plan_clear(struct plan *plan)
{
    th_estimate_table_free(plan->table);
    th_estimate_sources_clear(&plan->sources);
    th_estimate_rules_free(plan->rules);
    th_methodology_free(plan->methodology);
}

static struct th_json *texts_json(const char *const *texts, size_t n)
{
    struct th_json *list = th_json_array();
    for (size_t i = 0; i < n; i++) {
        th_json_append_text(list, texts[i]);
    }
    return list;
}

static struct th_json *input_json(const struct th_estimate_options *options)
{
    struct th_json *input = th_json_object();
    th_json_set_text(input, "methodology", options->methodology);
    th_json_set_text(input, "year", options->year);
    th_json_set_text(input, "from", options->from_year);
    th_json_set_text(input, "to", options->to_year);
    th_json_set_text(input, "village", options->village);
    th_json_set_text(input, "package", options->package);
    th_json_set_text(input, "parcel", options->parcel);
    th_json_set(input, "inputs", texts_json(options->inputs, options->n_inputs));
    return input;
}

static enum th_status plan_years(const struct th_estimate_options *options, struct plan *plan,
                                 struct th_error *err)
{
    if (plan->package.package_id != 0 && !options->year && !options->from_year &&
        !options->to_year) { // a package brings its period along
        plan->from_year = plan->package.from.year;
        plan->to_year = plan->package.to.year;
        return TH_OK;
    }
    return th_estimate_period_parse(options->year, options->from_year, options->to_year,
                                    &plan->from_year, &plan->to_year, err);
}

static void write_scope(struct plan *plan, const char *key, const char *text, int64_t id)
{
    struct th_json *scope = th_json_object();
    char *dump = NULL;
    if (text) {
        th_json_set_text(scope, key, text);
    } else if (key) {
        th_json_set_int(scope, key, id);
    }
    if (th_json_dump(scope, TH_JSON_CANONICAL, &dump, NULL) == TH_OK) {
        th_text_copy(plan->scope, sizeof(plan->scope), dump);
    }
    free(dump);
    th_json_free(scope);
}

static enum th_status plan_scope(struct th_store *store, const struct th_estimate_options *options,
                                 struct plan *plan, struct th_error *err)
{
    enum th_status status = TH_OK;
    int n_scopes =
        (options->village != NULL) + (options->package != NULL) + (options->parcel != NULL);
    if (n_scopes > 1) {
        return th_error_set(err, TH_USAGE, "scope_twice", NULL);
    }
    if (options->village) {
        status = th_village_resolve(store, options->village, &plan->village, err);
        plan->filter = (struct th_parcel_filter){.village = plan->village.code};
        write_scope(plan, "village", plan->village.code, 0);
    } else if (options->package) {
        status = th_package_resolve(store, options->package, &plan->package, err);
        plan->filter = (struct th_parcel_filter){.package_id = plan->package.package_id};
        write_scope(plan, "package", NULL, plan->package.package_id);
    } else if (options->parcel) {
        struct th_parcel_record record;
        int64_t id = 0;
        status = th_text_parse_int(options->parcel, 1, INT64_MAX, &id)
                     ? th_parcel_load(store, id, 0, &record, err)
                     : th_error_set(err, TH_NOT_FOUND, "parcel_not_found", "parcel",
                                    options->parcel, NULL);
        plan->filter = (struct th_parcel_filter){.parcel_id = id};
        write_scope(plan, "parcel", NULL, id);
    } else {
        plan->whole_registry = true;
        plan->filter = (struct th_parcel_filter){0};
        write_scope(plan, NULL, NULL, 0);
    }
    return status;
}

// Of a village or the registry, whatever counts in one of the years at least; a parcel that was
// named is told why it does not.
static void drop_absent(struct plan *plan)
{
    size_t kept = 0;
    if (plan->filter.parcel_id > 0 || plan->filter.package_id > 0) {
        return;
    }
    for (size_t i = 0; i < plan->sources.n; i++) {
        const struct th_estimate_source *source = &plan->sources.items[i];
        if (source->first_year <= plan->to_year && source->last_year >= plan->from_year) {
            plan->sources.items[kept++] = *source;
        }
    }
    plan->sources.n = kept;
}

// The methodology that the parcels' kind has by itself, where they are all of one kind.
static enum th_status default_methodology(const struct th_estimate_sources *sources,
                                          const char **ret_reference, struct th_error *err)
{
    static const struct {
        const char *kind;
        const char *methodology;
    } DEFAULTS[] = {
        {"bamboo", "reported-factor"}, {"orchard", "orchard-account"}, {"wetland", "statement"}};
    for (size_t i = 1; i < sources->n; i++) {
        if (strcmp(sources->items[i].kind, sources->items[0].kind) != 0) {
            return th_error_set(err, TH_INVALID, "methodology_needed", NULL);
        }
    }
    for (size_t i = 0; i < sizeof(DEFAULTS) / sizeof(DEFAULTS[0]); i++) {
        if (strcmp(sources->items[0].kind, DEFAULTS[i].kind) == 0) {
            *ret_reference = DEFAULTS[i].methodology;
            return TH_OK;
        }
    }
    char kind[64];
    (void)snprintf(kind, sizeof(kind), "@applicability.kind.%s", sources->items[0].kind);
    return th_error_set(err, TH_NOT_FOUND, "no_default_methodology", "kind", kind, NULL);
}

// Methodology and inputs that a package or a run brings along. Says whether there is one.
static bool brought_along(const struct plan *plan,
                          char reference[TH_METHODOLOGY_ID_SIZE + TH_METHODOLOGY_VERSION_SIZE + 1],
                          const char **ret_inputs)
{
    bool of_run = plan->run.run_id != 0;
    if (!of_run && plan->package.package_id == 0) {
        return false;
    }
    (void)snprintf(reference, TH_METHODOLOGY_ID_SIZE + TH_METHODOLOGY_VERSION_SIZE + 1, "%s@%s",
                   of_run ? plan->run.methodology : plan->package.methodology,
                   of_run ? plan->run.version : plan->package.version);
    *ret_inputs = of_run ? plan->run.inputs : plan->package.inputs;
    return true;
}

static enum th_status plan_rules(struct th_store *store, const struct th_estimate_options *options,
                                 struct plan *plan, struct th_error *err)
{
    char brought[TH_METHODOLOGY_ID_SIZE + TH_METHODOLOGY_VERSION_SIZE + 1];
    const char *reference = options->methodology;
    const char *inputs = NULL;
    bool brings = !reference && brought_along(plan, brought, &inputs);
    enum th_status status = TH_OK;
    if (brings) {
        reference = brought;
    } else if (!reference) {
        status = default_methodology(&plan->sources, &reference, err);
    }
    if (status == TH_OK) {
        status = th_methodology_open(store, reference, &plan->methodology, err);
    }
    if (status == TH_OK) {
        status =
            brings && options->n_inputs == 0
                ? th_estimate_inputs_read(inputs, &plan->inputs, err)
                : th_estimate_inputs_parse(options->inputs, options->n_inputs, &plan->inputs, err);
    }
    if (status == TH_OK) {
        status = th_estimate_rules_new(plan->methodology, plan->inputs.items, plan->inputs.n,
                                       &plan->rules, err);
    }
    return status;
}

static enum th_status make_plan(struct th_store *store, const struct th_estimate_options *options,
                                struct plan *plan, struct th_error *err)
{
    enum th_status status = plan_scope(store, options, plan, err);
    if (status == TH_OK) {
        status = plan_years(options, plan, err);
    }
    if (status == TH_OK) {
        status = th_estimate_sources_load(store, &plan->filter, &plan->sources, err);
        drop_absent(plan);
    }
    if (status == TH_OK && plan->sources.n == 0) {
        status = th_error_set(err, TH_NOT_FOUND, "no_parcels", NULL);
    }
    return status == TH_OK ? plan_rules(store, options, plan, err) : status;
}

// Does the parcel at `index` apply? Then what it brings along is in the table.
static enum th_status take_parcel(struct plan *plan, size_t index, struct th_error *err)
{
    const struct th_estimate_source *source = &plan->sources.items[index];
    enum th_status status =
        th_estimate_source_site(plan->methodology, source, plan->from_year, plan->to_year, err);
    return status == TH_OK
               ? th_estimate_table_add(plan->table, source, plan->sources.n - index, err)
               : status;
}

// Keeps the parcels that apply, in their order; the others go to `skipped`. Over the whole registry
// parcels of other kinds are no news.
static enum th_status keep_applicable(struct th_store *store,
                                      const struct th_estimate_options *options, struct plan *plan,
                                      struct th_json *skipped, struct th_error *err)
{
    size_t kept = 0;
    bool all_of_surveys = true;
    struct th_error first = {.status = TH_OK};
    struct th_error problem;
    enum th_status made =
        th_estimate_table_new(store, plan->methodology, plan->from_year, plan->to_year,
                              TH_ESTIMATE_MEMORY_MAX, &plan->table, err);
    if (made != TH_OK) {
        return made;
    }
    for (size_t i = 0; i < plan->sources.n; i++) {
        const struct th_estimate_source *source = &plan->sources.items[i];
        enum th_status status = take_parcel(plan, i, &problem);
        if (status == TH_OK) {
            plan->sources.items[kept++] = *source;
            continue;
        }
        if (status != TH_INVALID) {
            if (err) {
                *err = problem;
            }
            return status;
        }
        first = first.status == TH_OK ? problem : first;
        const char *reason = th_error_arg_get(&problem, "reason");
        all_of_surveys =
            all_of_surveys && th_text_starts_with(reason ? reason : "", "@applicability.survey_");
        if (!plan->whole_registry || !th_text_equals(reason, "@applicability.kind")) {
            th_json_append(skipped, th_estimate_skipped_json(source->parcel_id, &problem,
                                                             options->messages, options->lang));
        }
    }
    bool single = plan->sources.n == 1;
    plan->sources.n = kept;
    if (kept > 0) {
        return TH_OK;
    }
    // The one parcel's own reason says more than "none", and so does what plots are lacking in.
    if ((single || all_of_surveys) && err) {
        *err = first;
        return first.status;
    }
    return th_error_set(err, TH_NOT_FOUND, "no_parcels", NULL);
}

static enum th_status run_reply(struct th_store *store, const struct th_estimate_options *options,
                                const struct th_estimate_result *result, struct th_json *skipped,
                                struct th_json **ret_reply, struct th_error *err)
{
    struct th_json *reply = NULL;
    enum th_status status = th_estimate_run_json(store, result, options->lang, &reply, err);
    if (status == TH_OK) {
        th_json_set(reply, "warnings",
                    th_estimate_warnings_json(result->warnings, result->n_warnings,
                                              options->messages, options->lang));
        th_json_set(reply, "skipped", th_json_copy(skipped));
        *ret_reply = reply;
    }
    return status;
}

enum th_status th_estimate_run(struct th_registry *registry, const struct th_request *request,
                               const struct th_estimate_options *options,
                               struct th_json **ret_reply, struct th_error *err)
{
    struct th_work *work = NULL;
    struct plan plan = {.from_year = 0};
    struct th_estimate_result result = {.n_years = 0};
    struct th_json *body = NULL;
    struct th_json *reply = NULL;
    char subject[48] = "";
    struct th_json *input = input_json(options);
    enum th_status status = th_work_begin(registry, request, TH_MAY_ESTIMATE, "estimate.run", input,
                                          &work, ret_reply, err);
    th_json_free(input);
    if (status != TH_OK || !work) {
        return status;
    }
    struct th_json *skipped = th_json_array();
    struct th_store *store = th_work_store(work);
    status = make_plan(store, options, &plan, err);
    if (status == TH_OK) {
        status = keep_applicable(store, options, &plan, skipped, err);
    }
    if (status == TH_OK) {
        struct th_estimate_job job = {.methodology = plan.methodology,
                                      .rules = plan.rules,
                                      .inputs = plan.inputs.json,
                                      .scope = plan.scope,
                                      .sources = plan.sources.items,
                                      .n_sources = plan.sources.n,
                                      .table = plan.table,
                                      .from_year = plan.from_year,
                                      .to_year = plan.to_year,
                                      .seq = th_work_seq(work)};
        status = th_estimate_perform(store, &job, &result, err);
    }
    if (status == TH_OK) {
        (void)snprintf(subject, sizeof(subject), "run:%" PRId64, result.record.run_id);
        body = th_json_object();
        th_estimate_set_run(body, &result.record);
        status = run_reply(store, options, &result, skipped, &reply, err);
    }
    th_json_free(skipped);
    th_estimate_result_clear(&result);
    plan_clear(&plan);
    return th_work_end(work, status, subject, body, reply, ret_reply, err);
}

static enum th_status explain_warnings(const struct plan *plan,
                                       const struct th_estimate_options *options,
                                       const bool *is_default, struct th_json *reply,
                                       struct th_error *err)
{
    struct th_estimate_warning warnings[TH_ESTIMATE_WARNINGS_MAX];
    size_t n = th_estimate_warnings(plan->rules, warnings);
    enum th_status status = th_estimate_plots_warn(plan->sources.plots, warnings, &n, err);
    th_estimate_warn_unrecorded(th_estimate_is_unrecorded(plan->methodology, is_default) ? 1 : 0,
                                warnings, &n);
    if (status == TH_OK) {
        th_json_set(reply, "warnings",
                    th_estimate_warnings_json(warnings, n, options->messages, options->lang));
    }
    return status;
}

struct row_search {
    int64_t parcel_id;
    int year;
    bool found;
    struct th_carbon gross, net;
};

static bool search_row(void *context, const struct th_estimate_row *row)
{
    struct row_search *search = context;
    if (row->parcel_id == search->parcel_id && row->year == search->year) {
        search->found = true;
        search->gross = row->terms.gross;
        search->net = row->terms.net;
    }
    return !search->found && row->parcel_id <= search->parcel_id;
}

// A run brings its methodology, its inputs and what it takes off along.
static enum th_status plan_run(struct th_store *store, const struct th_estimate_options *options,
                               struct plan *plan, struct th_error *err)
{
    int64_t run_id = 0;
    if (!options->run) {
        return TH_OK;
    }
    if (options->methodology || options->n_inputs > 0) {
        return th_error_set(err, TH_USAGE, "explain_run_alone", NULL);
    }
    return th_text_parse_int(options->run, 1, INT64_MAX, &run_id)
               ? th_estimate_run_load(store, run_id, &plan->run, NULL, err)
               : th_error_set(err, TH_NOT_FOUND, "run_not_found", "run", options->run, NULL);
}

static enum th_status run_shares(const struct plan *plan, struct th_estimate_shares *ret_shares,
                                 struct th_error *err)
{
    enum th_status status = th_ratio_parse(plan->run.gross_share, &ret_shares->gross, err);
    if (status == TH_OK) {
        status = th_ratio_parse(plan->run.baseline_share, &ret_shares->baseline, err);
    }
    return status == TH_OK ? th_ratio_parse(plan->run.net_share, &ret_shares->net, err) : status;
}

static bool has_kg(const struct th_json *lines, const char *term, struct th_carbon mass)
{
    for (size_t i = 0; i < th_json_size(lines); i++) {
        int64_t kg = 0;
        const struct th_json *line = th_json_at(lines, i);
        if (th_text_equals(th_json_get_text(line, "term", ""), term)) {
            return th_text_parse_int(th_json_get_text(line, "value", ""), INT64_MIN, INT64_MAX,
                                     &kg) &&
                   kg == th_carbon_kg(mass);
        }
    }
    return false;
}

// What a stored run has for the parcel and year must be what its lines come to: records, plots or
// attributes may have changed since.
static enum th_status check_run(struct th_store *store, const struct plan *plan, int64_t parcel_id,
                                const struct th_json *lines, struct th_error *err)
{
    struct row_search search = {.parcel_id = parcel_id, .year = plan->from_year};
    enum th_status status = th_estimate_row_each(store, plan->run.run_id, search_row, &search, err);
    if (status == TH_OK && !search.found) {
        status = th_error_set(err, TH_NOT_FOUND, "explain_run_without", NULL);
    } else if (status == TH_OK && (!has_kg(lines, "term.gross", search.gross) ||
                                   !has_kg(lines, "term.net", search.net))) {
        status = th_error_set(err, TH_CONFLICT, "explain_run_differs", NULL);
        th_error_add_int(err, "net_kg", th_carbon_kg(search.net));
    }
    if (status == TH_NOT_FOUND || status == TH_CONFLICT) {
        th_error_add_int(err, "run", plan->run.run_id);
        th_error_add_int(err, "parcel", parcel_id);
        th_error_add_int(err, "year", plan->from_year);
    }
    return status;
}

// The lines of the plan's parcel; `is_default` by input.
static enum th_status explain_lines(struct th_store *store,
                                    const struct th_estimate_options *options,
                                    const struct plan *plan,
                                    const struct th_estimate_source *source, bool *is_default,
                                    struct th_json **ret_lines, struct th_error *err)
{
    double values[TH_CALC_INPUTS_MAX];
    struct th_estimate_shares shares;
    struct th_json *lines = NULL;
    const struct th_survey_interval *surveys = NULL;
    bool of_run = plan->run.run_id != 0;
    enum th_status status = th_estimate_source_values(store, plan->methodology, source,
                                                      plan->from_year, values, is_default, err);
    if (status == TH_OK) {
        status =
            th_estimate_source_surveys(plan->methodology, source, plan->from_year, &surveys, err);
    }
    if (status == TH_OK && of_run) {
        status = run_shares(plan, &shares, err);
    }
    struct th_estimate_parcel parcel = {.parcel_id = source->parcel_id,
                                        .measured = source->measured,
                                        .has_contracted = source->has_contracted,
                                        .contracted = source->contracted,
                                        .inputs = values,
                                        .is_default = is_default,
                                        .surveys = surveys};
    if (status == TH_OK) {
        status = th_estimate_explain(plan->rules, &parcel, plan->from_year, of_run ? &shares : NULL,
                                     options->lang == TH_LANG_ZH, &lines, err);
    }
    if (status == TH_OK && of_run) {
        status = check_run(store, plan, source->parcel_id, lines, err);
    }
    if (status != TH_OK) {
        th_json_free(lines);
        return status;
    }
    *ret_lines = lines;
    return TH_OK;
}

static enum th_status explain(struct th_store *store, const struct th_estimate_options *options,
                              struct plan *plan, struct th_json **ret_reply, struct th_error *err)
{
    bool is_default[TH_CALC_INPUTS_MAX];
    struct th_json *lines = NULL;
    struct th_json *reply = NULL;
    enum th_status status = plan_run(store, options, plan, err);
    if (status == TH_OK) {
        status = make_plan(store, options, plan, err);
    }
    if (status == TH_OK) {
        status = th_estimate_source_applies(store, plan->methodology, &plan->sources.items[0],
                                            plan->from_year, plan->from_year, err);
    }
    if (status != TH_OK) {
        return status;
    }
    struct th_estimate_source then;
    bool counts = th_estimate_source_in(&plan->sources.items[0], plan->from_year, &then);
    assert(counts);
    status = explain_lines(store, options, plan, &then, is_default, &lines, err);
    if (status == TH_OK) {
        status = th_estimate_told_json(store, plan->methodology, &then, plan->from_year, lines,
                                       options->messages, options->lang, &reply, err);
    }
    th_json_free(lines);
    if (status == TH_OK && plan->run.run_id != 0) {
        th_json_set_int(reply, "run_id", plan->run.run_id);
    }
    if (status == TH_OK) {
        status = explain_warnings(plan, options, is_default, reply, err);
    }
    if (status == TH_OK && options->out) {
        th_json_set_text(reply, "file", options->out);
        status =
            th_estimate_workbook_write(options->out, reply, options->messages, options->lang, err);
    }
    if (status != TH_OK) {
        th_json_free(reply);
        return status;
    }
    *ret_reply = reply;
    return TH_OK;
}

enum th_status th_estimate_explain_parcel(struct th_registry *registry,
                                          const struct th_estimate_options *options,
                                          struct th_json **ret_reply, struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    struct plan plan = {.from_year = 0};
    struct th_json *reply = NULL;
    if (!options->parcel || !options->year) {
        return th_error_set(err, TH_USAGE, "explain_needs", NULL);
    }
    if (options->out && !th_text_ends_with(options->out, ".xlsx")) {
        return th_error_set(err, TH_USAGE, "explain_format", "path", options->out, NULL);
    }
    enum th_status status = th_store_begin_read(store, err);
    if (status != TH_OK) {
        return status;
    }
    status = explain(store, options, &plan, &reply, err);
    th_store_end_read(store);
    plan_clear(&plan);
    return th_reply_finish(status, reply, ret_reply, err);
}
