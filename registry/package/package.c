// A package is put together and handed to the verifier.
#include "registry/package/package.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/estimate/methodology.h"
#include "registry/package/package_internal.h"
#include "registry/reference.h"

static struct th_json *texts_json(const char *const *texts, size_t n)
{
    struct th_json *list = th_json_array();
    for (size_t i = 0; i < n; i++) {
        th_json_append_text(list, texts[i]);
    }
    return list;
}

static struct th_json *create_input(const struct th_package_create_options *options)
{
    struct th_json *input = th_json_object();
    th_json_set_text(input, "name", options->name);
    th_json_set_text(input, "holder", options->holder);
    th_json_set_text(input, "methodology", options->methodology);
    th_json_set_text(input, "from", options->from);
    th_json_set_text(input, "to", options->to);
    th_json_set(input, "villages", texts_json(options->villages, options->n_villages));
    th_json_set(input, "parcels", texts_json(options->parcels, options->n_parcels));
    th_json_set(input, "inputs", texts_json(options->inputs, options->n_inputs));
    return input;
}

static enum th_status check_given(const struct th_package_create_options *options,
                                  struct th_error *err)
{
    const struct {
        const char *value;
        const char *name;
    } NEEDED[] = {{options->name, "--name"},
                  {options->holder, "--holder"},
                  {options->methodology, "--methodology"},
                  {options->from, "--from"},
                  {options->to, "--to"}};
    for (size_t i = 0; i < sizeof(NEEDED) / sizeof(NEEDED[0]); i++) {
        if (!NEEDED[i].value || NEEDED[i].value[0] == '\0') {
            return th_error_set(err, TH_USAGE, "package_needs", "what", NEEDED[i].name, NULL);
        }
    }
    if (strlen(options->name) >= TH_NAME_SIZE) {
        return th_error_set(err, TH_INVALID, "package_name_long", NULL);
    }
    if (options->n_villages > 0 && options->n_parcels > 0) {
        return th_error_set(err, TH_USAGE, "scope_twice", NULL);
    }
    if (options->n_villages == 0 && options->n_parcels == 0) {
        return th_error_set(err, TH_USAGE, "package_needs", "what", "--village / --parcel", NULL);
    }
    return TH_OK;
}

static enum th_status check_period(const struct th_package_create_options *options,
                                   struct th_package_record *record, struct th_error *err)
{
    enum th_status status = th_date_parse(options->from, &record->from, err);
    if (status == TH_OK) {
        status = th_date_parse(options->to, &record->to, err);
    }
    if (status != TH_OK) {
        return status;
    }
    bool whole = record->from.month == 1 && record->from.day == 1 && record->to.month == 12 &&
                 record->to.day == 31;
    if (!whole || record->to.year < record->from.year || record->from.year < TH_YEAR_MIN ||
        record->to.year > TH_YEAR_MAX || record->to.year - record->from.year >= TH_YEARS_MAX) {
        return th_error_set(err, TH_INVALID, "period_not_whole_years", "from", options->from, "to",
                            options->to, NULL);
    }
    return TH_OK;
}

// Ground is held by those who live on it or own it; whoever buys, checks or insures may not.
static enum th_status find_holder(struct th_store *store, const char *reference,
                                  struct th_party *ret_holder, struct th_error *err)
{
    static const char *const KINDS[] = {"village",   "township", "subdistrict", "cooperative",
                                        "household", "person",   "government"};
    enum th_status status = th_party_resolve(store, reference, ret_holder, err);
    if (status != TH_OK) {
        return status;
    }
    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
        if (strcmp(ret_holder->kind, KINDS[i]) == 0) {
            return TH_OK;
        }
    }
    char kind[64];
    (void)snprintf(kind, sizeof(kind), "@package_holder.%s", ret_holder->kind);
    return th_error_set(err, TH_INVALID, "holder_kind", "party", ret_holder->name, "kind", kind,
                        NULL);
}

static int compare_sources(const void *a, const void *b)
{
    const struct th_estimate_source *x = a;
    const struct th_estimate_source *y = b;
    return x->parcel_id < y->parcel_id ? -1 : x->parcel_id > y->parcel_id;
}

// By id, each parcel once, however often it was named.
static void sort_sources(struct th_estimate_sources *sources)
{
    if (sources->n == 0) {
        return;
    }
    qsort(sources->items, sources->n, sizeof(*sources->items), compare_sources);
    size_t kept = 1;
    for (size_t i = 1; i < sources->n; i++) {
        if (sources->items[i].parcel_id != sources->items[kept - 1].parcel_id) {
            sources->items[kept++] = sources->items[i];
        }
    }
    sources->n = kept;
}

// Whole villages bring the parcels of the methodology's kinds that were there in the period; an
// orchard beside the bamboo is nobody's mistake, while a parcel that was named must fit.
static void drop_others(struct th_package_open *package)
{
    const struct th_json *applicability =
        th_json_get(th_methodology_json(package->methodology), "applicability");
    const struct th_json *kinds = th_json_get(applicability, "kinds");
    size_t kept = 0;
    for (size_t i = 0; i < package->sources.n; i++) {
        bool fits = false;
        const struct th_estimate_source *source = &package->sources.items[i];
        for (size_t k = 0; k < th_json_size(kinds); k++) {
            fits = fits || strcmp(th_json_text(th_json_at(kinds, k)), source->kind) == 0;
        }
        if (fits && source->first_year <= package->record.to.year &&
            source->last_year >= package->record.from.year) {
            package->sources.items[kept++] = package->sources.items[i];
        }
    }
    package->sources.n = kept;
}

static enum th_status choose_parcels(struct th_store *store,
                                     const struct th_package_create_options *options,
                                     struct th_package_open *package, struct th_error *err)
{
    enum th_status status = TH_OK;
    for (size_t i = 0; i < options->n_villages && status == TH_OK; i++) {
        struct th_village village;
        status = th_village_resolve(store, options->villages[i], &village, err);
        if (status == TH_OK) {
            struct th_parcel_filter filter = {.village = village.code};
            status = th_estimate_sources_load(store, &filter, &package->sources, err);
        }
    }
    for (size_t i = 0; i < options->n_parcels && status == TH_OK; i++) {
        int64_t id = 0;
        size_t before = package->sources.n;
        struct th_parcel_filter filter = {0};
        if (th_text_parse_int(options->parcels[i], 1, INT64_MAX, &id)) {
            filter.parcel_id = id;
            status = th_estimate_sources_load(store, &filter, &package->sources, err);
        }
        if (status == TH_OK && package->sources.n == before) {
            status = th_error_set(err, TH_NOT_FOUND, "parcel_not_found", "parcel",
                                  options->parcels[i], NULL);
        }
    }
    sort_sources(&package->sources);
    th_package_take_grounds(package);
    if (status == TH_OK && options->n_villages > 0) {
        drop_others(package);
    }
    return status;
}

// A holder that belongs to a place holds ground of that place.
static enum th_status check_holder_place(const struct th_party *holder,
                                         const struct th_package_open *package,
                                         struct th_error *err)
{
    size_t n_division = strlen(holder->division);
    for (size_t i = 0; i < package->sources.n; i++) {
        const char *village = package->sources.items[i].village;
        bool same = (holder->village[0] == '\0' || strcmp(holder->village, village) == 0) &&
                    strncmp(holder->division, village, n_division) == 0;
        if (!same) {
            (void)th_error_set(err, TH_INVALID, "holder_elsewhere", "party", holder->name,
                               "village", village, NULL);
            th_error_add_int(err, "parcel", package->sources.items[i].parcel_id);
            return TH_INVALID;
        }
    }
    return TH_OK;
}

static enum th_status gather(struct th_work *work, const struct th_package_create_options *options,
                             struct th_package_open *package, struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    struct th_package_record *record = &package->record;
    struct th_estimate_inputs inputs;
    struct th_party holder;
    enum th_status status = check_given(options, err);
    status = status == TH_OK ? check_period(options, record, err) : status;
    status = status == TH_OK ? find_holder(store, options->holder, &holder, err) : status;
    status = status == TH_OK
                 ? th_methodology_open(store, options->methodology, &package->methodology, err)
                 : status;
    if (status == TH_OK && th_methodology_monitoring_only(package->methodology)) {
        status = th_error_set(err, TH_INVALID, "monitoring_only", "methodology",
                              options->methodology, NULL);
    }
    status = status == TH_OK
                 ? th_estimate_inputs_parse(options->inputs, options->n_inputs, &inputs, err)
                 : status;
    status = status == TH_OK ? choose_parcels(store, options, package, err) : status;
    status = status == TH_OK ? th_package_check_villages(work, package, err) : status;
    status = status == TH_OK ? check_holder_place(&holder, package, err) : status;
    if (status != TH_OK) {
        return status;
    }
    record->holder_id = holder.party_id;
    th_text_copy(record->name, sizeof(record->name), options->name);
    th_text_copy(record->methodology, sizeof(record->methodology),
                 th_methodology_id(package->methodology));
    th_text_copy(record->version, sizeof(record->version),
                 th_methodology_version(package->methodology));
    th_text_copy(record->inputs, sizeof(record->inputs), inputs.json);
    th_text_copy(record->state, sizeof(record->state), "draft");
    th_text_copy(record->created_by, sizeof(record->created_by), th_work_actor(work)->login);
    record->seq = th_work_seq(work);
    return th_package_check_parcels(work, package, err);
}

// Inputs of a methodology that computes nothing are refused like any other unknown input.
static enum th_status check_no_inputs(const struct th_package_open *package, struct th_error *err)
{
    struct th_estimate_inputs inputs;
    struct th_estimate_rules *rules = NULL;
    enum th_status status = th_estimate_inputs_read(package->record.inputs, &inputs, err);
    if (status == TH_OK) {
        status = th_estimate_rules_new(package->methodology, inputs.items, inputs.n, &rules, err);
    }
    th_estimate_rules_free(rules);
    return status;
}

static enum th_status store_package(struct th_store *store, struct th_package_open *package,
                                    struct th_estimate_result *result, struct th_error *err)
{
    struct th_package_record *record = &package->record;
    enum th_status status = th_package_insert(store, record, &record->package_id, err);
    for (size_t i = 0; i < package->sources.n && status == TH_OK; i++) {
        status =
            th_package_parcel_insert(store, record->package_id, package->sources.items[i].parcel_id,
                                     package->sources.items[i].version, err);
    }
    if (status != TH_OK) {
        return status;
    }
    if (th_methodology_statement_based(package->methodology)) {
        status = check_no_inputs(package, err);
    } else {
        status = th_package_estimate(store, package, record->seq, result, err);
        status = status == TH_OK ? th_package_update(store, record, err) : status;
    }
    return status == TH_OK ? th_package_openings_make(store, package, record->seq, err) : status;
}

static struct th_json *run_body(const struct th_package_record *record,
                                const struct th_estimate_result *result)
{
    if (th_package_by_statement(record)) {
        return th_json_null();
    }
    struct th_json *run = th_json_object();
    th_estimate_set_run(run, &result->record);
    return run;
}

static struct th_json *create_body(const struct th_package_open *package,
                                   const struct th_estimate_result *result)
{
    const struct th_package_record *record = &package->record;
    char text[TH_DATE_TEXT_SIZE];
    char hex[TH_HASH_HEX_SIZE];
    struct th_json *inputs = NULL;
    struct th_json *body = th_json_object();
    th_json_set_int(body, "package_id", record->package_id);
    th_json_set_text(body, "name", record->name);
    th_json_set_int(body, "holder_id", record->holder_id);
    th_json_set_text(body, "methodology", record->methodology);
    th_json_set_text(body, "version", record->version);
    th_json_set_text(body, "methodology_sha256",
                     th_hash_hex(th_methodology_sha256(package->methodology), hex));
    if (th_json_parse(record->inputs, strlen(record->inputs), &inputs, NULL) == TH_OK) {
        th_json_set(body, "inputs", inputs);
    }
    th_json_set_text(body, "from", th_date_format(record->from, text));
    th_json_set_text(body, "to", th_date_format(record->to, text));
    th_json_set_text(body, "state", record->state);
    th_json_set_text(body, "created_by", record->created_by);
    th_json_set(body, "parcels", th_package_parcels_json(package));
    th_json_set(body, "run", run_body(record, result));
    return body;
}

static enum th_status set_amounts(struct th_store *store, struct th_json *reply,
                                  const struct th_package_open *package,
                                  const struct th_estimate_result *result, struct th_error *err)
{
    char hex[TH_HASH_HEX_SIZE];
    struct th_carbon opening;
    enum th_status status =
        th_package_opening_sum(store, package->record.package_id, &opening, err);
    if (status == TH_OK) {
        status = th_package_years_floor(result->years, result->n_years, opening, err);
    }
    if (status != TH_OK) {
        return status;
    }
    th_json_set_int(reply, "opening_kg", -th_carbon_kg(opening));
    bool stated = th_package_by_statement(&package->record);
    th_json_set_int(reply, "net_kg", stated ? 0 : th_carbon_kg(result->record.terms.net));
    if (stated) {
        th_json_set(reply, "run_id", th_json_null());
        th_json_set(reply, "sheet_sha256", th_json_null());
    } else {
        th_json_set_int(reply, "run_id", result->record.run_id);
        th_json_set_text(reply, "sheet_sha256", th_hash_hex(&result->record.sheet_sha256, hex));
    }
    th_json_set(reply, "years", th_estimate_years_json(result->years, result->n_years));
    return th_package_set_areas(package, reply, err);
}

enum th_status th_package_create(struct th_registry *registry, const struct th_request *request,
                                 const struct th_package_create_options *options,
                                 struct th_json **ret_reply, struct th_error *err)
{
    struct th_work *work = NULL;
    struct th_package_open package = {.n_changed = 0};
    struct th_estimate_result result = {.n_years = 0};
    struct th_json *body = NULL;
    struct th_json *reply = NULL;
    char subject[TH_SUBJECT_SIZE] = "";
    struct th_json *input = create_input(options);
    enum th_status status = th_work_begin(registry, request, TH_MAY_REGISTER, "package.create",
                                          input, &work, ret_reply, err);
    th_json_free(input);
    if (status != TH_OK || !work) {
        return status;
    }
    status = gather(work, options, &package, err);
    if (status == TH_OK) {
        status = store_package(th_work_store(work), &package, &result, err);
    }
    if (status == TH_OK) {
        (void)th_package_subject(package.record.package_id, subject);
        body = create_body(&package, &result);
        reply = th_json_object();
        th_json_set_int(reply, "package_id", package.record.package_id);
        th_json_set_text(reply, "state", package.record.state);
        th_json_set_text(reply, "name", package.record.name);
        status = set_amounts(th_work_store(work), reply, &package, &result, err);
        struct th_json *warnings = th_estimate_warnings_json(result.warnings, result.n_warnings,
                                                             options->messages, options->lang);
        if (status == TH_OK) {
            status = th_package_restated_warn(th_work_store(work), &package.record,
                                              options->messages, options->lang, warnings, err);
        }
        if (status == TH_OK) {
            status = th_package_tenure_warn(th_work_store(work), &package, options->messages,
                                            options->lang, warnings, err);
        }
        th_json_set(reply, "warnings", warnings);
    }
    th_estimate_result_clear(&result);
    th_package_close(&package);
    return th_work_end(work, status, subject, body, reply, ret_reply, err);
}

// The package goes on with the parcels as they are now.
static enum th_status refresh(struct th_store *store, struct th_package_open *package, int64_t seq,
                              struct th_estimate_result *result, struct th_error *err)
{
    enum th_status status = TH_OK;
    for (size_t i = 0; i < package->sources.n && status == TH_OK; i++) {
        status = th_package_parcel_update(store, package->record.package_id,
                                          package->sources.items[i].parcel_id,
                                          package->sources.items[i].version, err);
    }
    if (status == TH_OK && !th_package_by_statement(&package->record)) {
        status = th_package_estimate(store, package, seq, result, err);
    }
    return status;
}

static enum th_status submit(struct th_work *work, struct th_package_open *package,
                             struct th_estimate_result *result, struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    struct th_package_record *record = &package->record;
    enum th_status status = th_package_check_state(record, "draft", "returned", err);
    status = status == TH_OK ? th_package_check_villages(work, package, err) : status;
    status = status == TH_OK ? th_package_check_parcels(work, package, err) : status;
    if (status == TH_OK && package->n_changed > 0) {
        status = refresh(store, package, th_work_seq(work), result, err);
    }
    status = status == TH_OK ? th_package_check_waivers(store, record, err) : status;
    if (status == TH_OK) {
        status = th_package_openings_make(store, package, th_work_seq(work), err);
    }
    if (status != TH_OK) {
        return status;
    }
    // What an earlier verifier said about an earlier state is in the journal.
    th_text_copy(record->state, sizeof(record->state), "submitted");
    th_text_copy(record->submitted_by, sizeof(record->submitted_by), th_work_actor(work)->login);
    record->verified_by[0] = '\0';
    record->verified = th_units_from_t(0);
    record->statement_id = 0;
    record->stated_by = 0;
    record->seq = th_work_seq(work);
    return th_package_update(store, record, err);
}

enum th_status th_package_submit(struct th_registry *registry, const struct th_request *request,
                                 const char *package_reference, struct th_json **ret_reply,
                                 struct th_error *err)
{
    struct th_work *work = NULL;
    struct th_package_open package = {.n_changed = 0};
    struct th_estimate_result result = {.n_years = 0};
    struct th_json *body = NULL;
    struct th_json *reply = NULL;
    struct th_carbon net;
    struct th_carbon opening;
    struct th_json *openings = NULL;
    char subject[TH_SUBJECT_SIZE] = "";
    struct th_json *input = th_json_object();
    th_json_set_text(input, "package", package_reference);
    enum th_status status = th_work_begin(registry, request, TH_MAY_REGISTER, "package.submit",
                                          input, &work, ret_reply, err);
    th_json_free(input);
    if (status != TH_OK || !work) {
        return status;
    }
    status = th_package_open(th_work_store(work), package_reference, &package, err);
    status = status == TH_OK ? submit(work, &package, &result, err) : status;
    status =
        status == TH_OK ? th_package_net(th_work_store(work), &package.record, &net, err) : status;
    if (status == TH_OK) {
        status =
            th_package_opening_sum(th_work_store(work), package.record.package_id, &opening, err);
    }
    if (status == TH_OK) {
        status = th_package_openings_json(th_work_store(work), package.record.package_id, &openings,
                                          err);
    }
    if (status == TH_OK) {
        const struct th_package_record *record = &package.record;
        (void)th_package_subject(record->package_id, subject);
        body = th_json_object();
        th_json_set_int(body, "package_id", record->package_id);
        th_json_set_text(body, "state", record->state);
        th_json_set_text(body, "submitted_by", record->submitted_by);
        th_json_set_int(body, "run_id", record->run_id);
        th_json_set_int(body, "net_kg", th_carbon_kg(net));
        th_json_set(body, "opening", openings);
        th_json_set(body, "parcels", th_package_parcels_json(&package));
        th_json_set(body, "run", result.n_years > 0 ? run_body(record, &result) : th_json_null());
        reply = th_json_object();
        th_json_set_int(reply, "package_id", record->package_id);
        th_json_set_text(reply, "state", record->state);
        th_json_set_int(reply, "net_kg", th_carbon_kg(net));
        th_json_set_int(reply, "opening_kg", -th_carbon_kg(opening));
        th_json_set(reply, "run_id",
                    record->run_id != 0 ? th_json_int(record->run_id) : th_json_null());
        th_json_set_bool(reply, "re_estimated", result.n_years > 0);
    }
    th_estimate_result_clear(&result);
    th_package_close(&package);
    return th_work_end(work, status, subject, body, reply, ret_reply, err);
}
