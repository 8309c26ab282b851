// Second persons: an officer accepts a warning, a verifier approves or sends back.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/package/package_internal.h"
#include "registry/reference.h"

static bool is_empty(const char *text)
{
    return !text || text[0] == '\0';
}

// The warning must be one that the package's run gave and that wants a waiver.
static enum th_status check_rule(struct th_store *store, const struct th_package_record *record,
                                 const char *rule, struct th_error *err)
{
    struct th_estimate_run_record run;
    struct th_json *warnings = NULL;
    char *text = NULL;
    bool there = false;
    bool has = false;
    enum th_status status = TH_OK;
    if (!th_package_by_statement(record)) {
        status = th_estimate_run_load(store, record->run_id, &run, &text, err);
        status = status == TH_OK ? th_json_parse(text, strlen(text), &warnings, err) : status;
    }
    for (size_t i = 0; i < th_json_size(warnings); i++) {
        const struct th_json *warning = th_json_at(warnings, i);
        there = there || (th_json_get_bool(warning, "needs_waiver", false) &&
                          th_text_equals(th_json_get_text(warning, "code", ""), rule));
    }
    if (status == TH_OK && !there) {
        status = th_package_restated_is(store, record, rule, &there, err);
    }
    if (status == TH_OK && !there) {
        status = th_error_set(err, TH_NOT_FOUND, "warning_absent", "rule", rule, NULL);
        th_error_add_int(err, "package", record->package_id);
    }
    status = status == TH_OK ? th_waiver_has(store, record->package_id, rule, &has, err) : status;
    if (status == TH_OK && has) {
        status = th_error_set(err, TH_CONFLICT, "waiver_exists", "rule", rule, NULL);
        th_error_add_int(err, "package", record->package_id);
    }
    th_json_free(warnings);
    free(text);
    return status;
}

static enum th_status waive(struct th_work *work, const struct th_package_record *record,
                            struct th_waiver *waiver, const char *document_path,
                            struct th_hash *ret_sha256, struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    enum th_status status = th_package_check_state(record, "draft", "returned", err);
    // Whoever put the package together does not excuse it.
    status = status == TH_OK ? th_work_check_other(work, record->created_by, err) : status;
    status = status == TH_OK ? check_rule(store, record, waiver->rule, err) : status;
    if (status == TH_OK) {
        status = th_document_record(work, document_path, &waiver->document_id, ret_sha256, err);
    }
    waiver->package_id = record->package_id;
    waiver->login = th_work_actor(work)->login;
    waiver->seq = th_work_seq(work);
    return status == TH_OK ? th_waiver_insert(store, waiver, &waiver->waiver_id, err) : status;
}

enum th_status th_package_waive(struct th_registry *registry, const struct th_request *request,
                                const char *package, const char *rule, const char *reason,
                                const char *document_path, struct th_json **ret_reply,
                                struct th_error *err)
{
    struct th_work *work = NULL;
    struct th_package_record record;
    struct th_waiver waiver = {.rule = rule ? rule : "", .reason = reason};
    struct th_json *body = NULL;
    struct th_json *reply = NULL;
    struct th_hash sha256;
    char subject[TH_SUBJECT_SIZE] = "";
    if (is_empty(reason)) {
        return th_error_set(err, TH_USAGE, "reason_needed", NULL);
    }
    if (is_empty(document_path)) {
        return th_error_set(err, TH_USAGE, "document_needed", NULL);
    }
    struct th_json *input = th_json_object();
    th_json_set_text(input, "package", package);
    th_json_set_text(input, "rule", rule);
    th_json_set_text(input, "reason", reason);
    th_json_set_text(input, "document", document_path);
    const struct th_work_documents documents = {&document_path, 1};
    enum th_status status = th_work_begin_reading(registry, request, TH_MAY_WAIVE, "package.waive",
                                                  input, &documents, &work, ret_reply, err);
    th_json_free(input);
    if (status != TH_OK || !work) {
        return status;
    }
    status = th_package_resolve(th_work_store(work), package, &record, err);
    status = status == TH_OK ? waive(work, &record, &waiver, document_path, &sha256, err) : status;
    if (status == TH_OK) {
        char hex[TH_HASH_HEX_SIZE];
        (void)th_package_subject(record.package_id, subject);
        body = th_json_object();
        th_json_set_int(body, "package_id", record.package_id);
        th_json_set_int(body, "waiver_id", waiver.waiver_id);
        th_json_set_text(body, "rule", waiver.rule);
        th_json_set_text(body, "reason", waiver.reason);
        th_json_set_int(body, "document_id", waiver.document_id);
        th_json_set_text(body, "document_sha256", th_hash_hex(&sha256, hex));
        th_json_set_text(body, "login", waiver.login);
        reply = th_json_object();
        th_json_set_int(reply, "package_id", record.package_id);
        th_json_set_int(reply, "waiver_id", waiver.waiver_id);
        th_json_set_text(reply, "rule", waiver.rule);
        th_json_set(
            reply, "document",
            th_package_document_json(th_work_store(work), waiver.document_id, &status, err));
    }
    return th_work_end(work, status, subject, body, reply, ret_reply, err);
}

static enum th_status check_decision(const struct th_package_verify_options *options,
                                     struct th_error *err)
{
    if (th_text_equals(options->decision, "return")) {
        // Why a package goes back stands in words, in a document, or in both.
        return is_empty(options->reason) && is_empty(options->statement)
                   ? th_error_set(err, TH_USAGE, "reason_needed", NULL)
                   : TH_OK;
    }
    if (!th_text_equals(options->decision, "approve")) {
        return th_error_set(err, TH_USAGE, "decision_unknown", "decision", options->decision, NULL);
    }
    return is_empty(options->statement) ? th_error_set(err, TH_USAGE, "statement_needed", NULL)
                                        : TH_OK;
}

// The verifier is neither of those who brought the package, nor does the holder's money ride on it.
static enum th_status check_independence(const struct th_work *work,
                                         const struct th_package_record *record,
                                         struct th_error *err)
{
    enum th_status status = th_work_check_other(work, record->created_by, err);
    status = status == TH_OK ? th_work_check_other(work, record->submitted_by, err) : status;
    if (status == TH_OK && th_work_actor(work)->party_id == record->holder_id) {
        status = th_error_set(err, TH_NOT_PERMITTED, "verifier_is_holder", NULL);
        th_error_add_int(err, "package", record->package_id);
    }
    return status;
}

static enum th_status find_stating_party(struct th_work *work, const char *reference,
                                         struct th_package_record *record, struct th_error *err)
{
    struct th_party party = {.party_id = th_work_actor(work)->party_id};
    enum th_status status = TH_OK;
    if (!is_empty(reference)) {
        status = th_party_resolve(th_work_store(work), reference, &party, err);
    } else if (party.party_id == 0 && th_package_by_statement(record)) {
        // Computed tonnes need nobody to state them; stated ones need a name.
        status = th_error_set(err, TH_USAGE, "stated_by_needed", NULL);
    }
    if (status == TH_OK && party.party_id == record->holder_id) {
        status = th_error_set(err, TH_NOT_PERMITTED, "verifier_is_holder", NULL);
        th_error_add_int(err, "package", record->package_id);
    }
    if (status == TH_OK) {
        record->stated_by = party.party_id;
    }
    return status;
}

// No land stores 100 t CO2e a hectare and year; the largest claim that is known for a wetland of
// the region is about 29. Rule "statement-ceiling-1", an expert's choice.
static enum th_status check_plausible(const struct th_package_open *package, int64_t tonnes,
                                      struct th_error *err)
{
    const int64_t ceiling_t_ha_year = 100;
    const int64_t m2_300_ha = 3000000;
    struct th_area area;
    const struct th_package_record *record = &package->record;
    int64_t n_years = record->to.year - record->from.year + 1;
    enum th_status status = th_package_area(package, &area, err);
    if (status != TH_OK) {
        return status;
    }
    int64_t hectares = th_area_m2_300(area) / m2_300_ha;
    if (tonnes / ceiling_t_ha_year / n_years <= hectares) {
        return TH_OK;
    }
    (void)th_error_set(err, TH_INVALID, "statement_implausible", NULL);
    th_error_add_int(err, "tonnes", tonnes);
    th_error_add_int(err, "hectares", hectares);
    th_error_add_int(err, "years", n_years);
    th_error_add_int(err, "ceiling", ceiling_t_ha_year);
    return TH_INVALID;
}

static enum th_status read_tonnes(struct th_store *store,
                                  const struct th_package_verify_options *options,
                                  struct th_package_open *package, struct th_error *err)
{
    struct th_package_record *record = &package->record;
    // A billion tonnes is more than the country absorbs in a year.
    const int64_t limit_t = 1000 * 1000 * 1000;
    struct th_units stated;
    struct th_carbon net;
    bool by_statement = th_package_by_statement(record);
    if (is_empty(options->tonnes)) {
        return by_statement ? th_error_set(err, TH_USAGE, "tonnes_needed", NULL) : TH_OK;
    }
    if (th_units_parse(options->tonnes, &stated, NULL) != TH_OK || th_units_t(stated) < 1 ||
        th_units_t(stated) > limit_t) {
        return th_error_set(err, TH_INVALID, "tonnes_invalid", "tonnes", options->tonnes, NULL);
    }
    int64_t tonnes = th_units_t(stated);
    enum th_status status = by_statement ? check_plausible(package, tonnes, err) : TH_OK;
    if (!by_statement) {
        status = th_package_net(store, record, &net, err);
        int64_t most_t = status == TH_OK ? th_units_t(th_carbon_whole_t(net)) : 0;
        if (status == TH_OK && tonnes > most_t) {
            status = th_error_set(err, TH_INVALID, "tonnes_above_estimate", "tonnes",
                                  options->tonnes, NULL);
            th_error_add_int(err, "most", most_t);
        }
    }
    if (status == TH_OK) {
        record->verified = stated;
    }
    return status;
}

// What has not grown yet cannot be verified: units are issued for years that are over.
static enum th_status check_ended(const struct th_work *work,
                                  const struct th_package_record *record, struct th_error *err)
{
    char to[TH_DATE_TEXT_SIZE];
    if (th_date_compare(record->to, th_work_today(work)) < 0) {
        return TH_OK;
    }
    (void)th_error_set(err, TH_CONFLICT, "period_not_ended", "to", th_date_format(record->to, to),
                       NULL);
    th_error_add_int(err, "package", record->package_id);
    return TH_CONFLICT;
}

static enum th_status approve(struct th_work *work, const struct th_package_verify_options *options,
                              struct th_package_open *package, struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    struct th_package_record *record = &package->record;
    enum th_status status = check_ended(work, record, err);
    status = status == TH_OK ? th_package_check_current(package, err) : status;
    status = status == TH_OK ? th_package_check_parcels(work, package, err) : status;
    status = status == TH_OK ? th_package_check_openings(store, package, err) : status;
    status = status == TH_OK ? th_package_check_waivers(store, record, err) : status;
    status = status == TH_OK ? find_stating_party(work, options->stated_by, record, err) : status;
    status = status == TH_OK ? read_tonnes(store, options, package, err) : status;
    th_text_copy(record->state, sizeof(record->state), "verified");
    return status;
}

static enum th_status verify(struct th_work *work, const struct th_package_verify_options *options,
                             struct th_package_open *package, struct th_error *err)
{
    struct th_package_record *record = &package->record;
    enum th_status status = th_package_check_state(record, "submitted", NULL, err);
    status = status == TH_OK ? check_independence(work, record, err) : status;
    if (status == TH_OK && strcmp(options->decision, "approve") == 0) {
        status = approve(work, options, package, err);
    } else if (status == TH_OK) {
        th_text_copy(record->state, sizeof(record->state), "returned");
    }
    if (status == TH_OK && !is_empty(options->statement)) {
        status = th_document_record(work, options->statement, &record->statement_id, NULL, err);
    }
    if (status != TH_OK) {
        return status;
    }
    th_text_copy(record->verified_by, sizeof(record->verified_by), th_work_actor(work)->login);
    record->seq = th_work_seq(work);
    return th_package_update(th_work_store(work), record, err);
}

// The same facts for the journal and for the reply.
static enum th_status set_verification(struct th_store *store,
                                       const struct th_package_verify_options *options,
                                       const struct th_package_record *record,
                                       struct th_json *object, struct th_error *err)
{
    struct th_carbon net;
    int64_t estimated_kg = 0;
    enum th_status status = th_package_net(store, record, &net, err);
    if (status == TH_OK && !th_package_by_statement(record)) {
        struct th_estimate_run_record run;
        status = th_estimate_run_load(store, record->run_id, &run, NULL, err);
        estimated_kg = status == TH_OK ? th_carbon_kg(run.terms.net) : 0;
    }
    if (status != TH_OK) {
        return status;
    }
    bool by_statement = th_package_by_statement(record);
    int64_t verified_t = th_units_t(record->verified);
    th_json_set_int(object, "package_id", record->package_id);
    th_json_set_text(object, "state", record->state);
    th_json_set_int(object, "net_kg", th_carbon_kg(net));
    th_json_set(object, "verified_t", verified_t > 0 ? th_json_int(verified_t) : th_json_null());
    th_json_set_int(object, "deduction_kg", by_statement ? 0 : estimated_kg - th_carbon_kg(net));
    th_json_set_bool(object, "statement_based", by_statement);
    th_json_set(object, "stated_by",
                record->stated_by != 0 ? th_json_int(record->stated_by) : th_json_null());
    th_json_set_text(object, "verified_by", record->verified_by);
    th_json_set_text(object, "reason", is_empty(options->reason) ? NULL : options->reason);
    th_json_set(object, "document",
                th_package_document_json(store, record->statement_id, &status, err));
    return status;
}

static struct th_json *verify_input(const struct th_package_verify_options *options)
{
    struct th_json *input = th_json_object();
    th_json_set_text(input, "package", options->package);
    th_json_set_text(input, "decision", options->decision);
    th_json_set_text(input, "tonnes", options->tonnes);
    th_json_set_text(input, "statement", options->statement);
    th_json_set_text(input, "stated_by", options->stated_by);
    th_json_set_text(input, "reason", options->reason);
    return input;
}

enum th_status th_package_verify(struct th_registry *registry, const struct th_request *request,
                                 const struct th_package_verify_options *options,
                                 struct th_json **ret_reply, struct th_error *err)
{
    struct th_work *work = NULL;
    struct th_package_open package = {.n_changed = 0};
    struct th_json *body = NULL;
    struct th_json *reply = NULL;
    char subject[TH_SUBJECT_SIZE] = "";
    enum th_status status = check_decision(options, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *input = verify_input(options);
    const struct th_work_documents documents = {&options->statement, 1};
    status = th_work_begin_reading(registry, request, TH_MAY_VERIFY, "package.verify", input,
                                   &documents, &work, ret_reply, err);
    th_json_free(input);
    if (status != TH_OK || !work) {
        return status;
    }
    status = th_package_open(th_work_store(work), options->package, &package, err);
    status = status == TH_OK ? verify(work, options, &package, err) : status;
    if (status == TH_OK) {
        (void)th_package_subject(package.record.package_id, subject);
        body = th_json_object();
        th_json_set_text(body, "decision", options->decision);
        status = set_verification(th_work_store(work), options, &package.record, body, err);
        reply = status == TH_OK ? th_json_copy(body) : NULL;
    }
    th_package_close(&package);
    return th_work_end(work, status, subject, body, reply, ret_reply, err);
}
