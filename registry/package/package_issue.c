// From kilograms to units: one issuance per vintage, with the line of kilograms behind its serials.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/package/package_internal.h"
#include "store/deal/forecast_store.h"
#include "store/deal/trade_store.h"
#include "store/ledger/issuance_store.h"
#include "store/ledger/ledger_store.h"
#include "store/registry_store.h"

// Sums over the vintages, and what reply and journal say about each.
struct issued {
    struct th_units issued, buffer;
    struct th_carbon net, rest;
    struct th_carbon opening; // owed before, below zero
    struct th_json *debts;    // by parcel, in the end
    struct th_json *first;    // serial of the first vintage with units
    struct th_json *serials;
    struct th_json *vintages; // for the journal
};

static const char *kind_code(const char *kind)
{
    static const struct {
        const char *kind;
        const char *code;
    } CODES[] = {{"bamboo", "BAM"},
                 {"orchard", "ORC"},
                 {"tea", "TEA"},
                 {"forest", "FOR"},
                 {"wetland", "WET"}};
    for (size_t i = 0; i < sizeof(CODES) / sizeof(CODES[0]); i++) {
        if (strcmp(CODES[i].kind, kind) == 0) {
            return CODES[i].code;
        }
    }
    return "OTH";
}

// The county of the villages when it is one, else the area of the registry, filled up with zeros.
static enum th_status county_code(struct th_store *store, const struct th_package_open *package,
                                  char code[7], struct th_error *err)
{
    const struct th_estimate_sources *sources = &package->sources;
    bool same = true;
    for (size_t i = 1; i < sources->n && same; i++) {
        same = strncmp(sources->items[0].village, sources->items[i].village, 6) == 0;
    }
    memcpy(code, "000000", 7);
    if (same) {
        memcpy(code, sources->items[0].village, 6);
        return TH_OK;
    }
    struct th_registry_record registry;
    enum th_status status = th_registry_record_load(store, &registry, err);
    if (status == TH_OK) {
        size_t size = strlen(registry.admin_code);
        memcpy(code, registry.admin_code, size < 6 ? size : 6);
    }
    return status;
}

static enum th_status store_segments(struct th_store *store, int64_t issuance_id,
                                     const struct th_issuance_vintage *vintage,
                                     struct th_error *err)
{
    enum th_status status = TH_OK;
    for (size_t i = 0; i < vintage->n_segments && status == TH_OK; i++) {
        const struct th_issuance_segment *segment = &vintage->segments[i];
        status = th_issuance_segment_insert(store, issuance_id, segment->first, segment->mass,
                                            segment->parcel_id, segment->year, err);
    }
    return status;
}

static struct th_json *serial_json(const struct th_issuance_record *record)
{
    struct th_json *serial = th_json_object();
    th_json_set_text(serial, "prefix", record->prefix);
    if (th_units_t(record->issued) > 0) {
        th_json_set_int(serial, "first", 1);
        th_json_set_int(serial, "last", th_units_t(record->issued));
    } else {
        th_json_set(serial, "first", th_json_null());
        th_json_set(serial, "last", th_json_null());
    }
    return serial;
}

static void note_vintage(struct issued *issued, const struct th_issuance_record *record,
                         size_t n_segments)
{
    struct th_json *serial = serial_json(record);
    if (!issued->first && th_units_t(record->issued) > 0) {
        issued->first = th_json_copy(serial);
    }
    th_json_set_int(serial, "issuance_id", record->issuance_id);
    th_json_set_int(serial, "vintage", record->vintage);
    th_json_set_int(serial, "issued_t", th_units_t(record->issued));
    th_json_set_int(serial, "buffer_t", th_units_t(record->buffer));
    th_json_set_int(serial, "carried_kg", th_carbon_kg(record->carried_out));
    th_json_append(issued->serials, th_json_copy(serial));
    th_json_set_int(serial, "net_kg", th_carbon_kg(record->net));
    th_json_set_int(serial, "carried_in_kg", th_carbon_kg(record->carried_in));
    th_json_set_int(serial, "n_segments", (int64_t)n_segments);
    th_json_append(issued->vintages, serial);
}

static enum th_status issue_vintage(struct th_work *work, const struct th_package_open *package,
                                    const struct th_issuance_vintage *vintage, const char *county,
                                    struct issued *issued, struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    struct th_issuance_record record = {.package_id = package->record.package_id,
                                        .vintage = vintage->year,
                                        .net = vintage->net,
                                        .carried_in = vintage->carried_in,
                                        .carried_out = vintage->carried_out,
                                        .issued = vintage->issued,
                                        .buffer = vintage->buffer,
                                        .statement_based =
                                            th_methodology_statement_based(package->methodology),
                                        .seq = th_work_seq(work)};
    (void)snprintf(record.prefix, sizeof(record.prefix), "CN-%s-%s-%d-%06" PRId64, county,
                   kind_code(package->sources.items[0].kind), vintage->year, record.package_id);
    enum th_status status = th_issuance_insert(store, &record, &record.issuance_id, err);
    if (status == TH_OK) {
        status = store_segments(store, record.issuance_id, vintage, err);
    }
    if (status == TH_OK && th_units_t(record.issued) > 0) {
        status = th_ledger_issue(th_work_posting(work), record.issuance_id,
                                 package->record.holder_id, record.issued, record.buffer, err);
    }
    if (status == TH_OK) {
        status = th_units_add(issued->issued, record.issued, &issued->issued, err);
    }
    if (status == TH_OK) {
        status = th_units_add(issued->buffer, record.buffer, &issued->buffer, err);
    }
    if (status == TH_OK) {
        status = th_carbon_add(issued->net, record.net, &issued->net, err);
    }
    if (status == TH_OK) {
        issued->rest = record.carried_out; // of the last vintage, in the end
        note_vintage(issued, &record, vintage->n_segments);
    }
    return status;
}

static enum th_status check_issue(struct th_work *work, struct th_package_open *package,
                                  struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    const struct th_package_record *record = &package->record;
    enum th_status status = th_package_check_state(record, "verified", NULL, err);
    status = status == TH_OK ? th_work_check_other(work, record->created_by, err) : status;
    status = status == TH_OK ? th_work_check_other(work, record->submitted_by, err) : status;
    status = status == TH_OK ? th_work_check_other(work, record->verified_by, err) : status;
    if (status == TH_OK && th_methodology_monitoring_only(package->methodology)) {
        status = th_error_set(err, TH_INVALID, "monitoring_only", "methodology",
                              record->methodology, NULL);
    }
    status = status == TH_OK ? th_package_check_current(package, err) : status;
    status = status == TH_OK ? th_package_check_parcels(work, package, err) : status;
    status = status == TH_OK ? th_package_check_waiting(store, package, err) : status;
    status = status == TH_OK ? th_package_check_openings(store, package, err) : status;
    return status == TH_OK ? th_package_check_waivers(store, record, err) : status;
}

static enum th_status issue(struct th_work *work, struct th_package_open *package,
                            struct issued *issued, struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    struct th_package_record *record = &package->record;
    struct th_issuance_entry *entries = NULL;
    struct th_issuance_debt *owed = NULL;
    struct th_issuance_plan plan = {.n_vintages = 0};
    size_t n_entries = 0;
    size_t n_owed = 0;
    char county[7];
    enum th_status status = check_issue(work, package, err);
    status =
        status == TH_OK ? th_package_entries(store, package, &entries, &n_entries, err) : status;
    status = status == TH_OK ? th_package_owed(store, package, &owed, &n_owed, err) : status;
    if (status == TH_OK) {
        status = th_issuance_plan(entries, n_entries, owed, n_owed,
                                  th_methodology_buffer_ratio(package->methodology), &plan, err);
    }
    status = status == TH_OK ? county_code(store, package, county, err) : status;
    for (size_t i = 0; i < plan.n_vintages && status == TH_OK; i++) {
        status = issue_vintage(work, package, &plan.vintages[i], county, issued, err);
    }
    for (size_t i = 0; i < plan.n_debts && status == TH_OK; i++) {
        status = th_credit_debt_insert(store, record->package_id, plan.debts[i].parcel_id,
                                       plan.debts[i].owed, err);
    }
    if (status == TH_OK && plan.n_vintages > 0) {
        issued->opening = plan.vintages[0].carried_in;
        status = th_package_debts_json(store, record->package_id, &issued->debts, err);
    }
    if (status == TH_OK) {
        th_text_copy(record->state, sizeof(record->state), "issued");
        th_text_copy(record->issued_by, sizeof(record->issued_by), th_work_actor(work)->login);
        record->seq = th_work_seq(work);
        status = th_package_update(store, record, err);
    }
    // What was promised of it comes under its promises before anybody else can take it.
    if (status == TH_OK) {
        status = th_forecast_settle(th_work_posting(work), record->package_id, err);
    }
    th_issuance_plan_clear(&plan);
    free(entries);
    free(owed);
    return status;
}

// What is left in the end is never issued; what is owed in the end is paid by later years.
static void set_end(struct th_json *object, int64_t rest_kg)
{
    th_json_set_int(object, "rest_kg", rest_kg > 0 ? rest_kg : 0);
    th_json_set_int(object, "debt_kg", rest_kg < 0 ? rest_kg : 0);
}

static void set_issued(struct th_json *object, const struct th_package_open *package,
                       const struct issued *issued)
{
    th_json_set_int(object, "package_id", package->record.package_id);
    th_json_set_text(object, "state", package->record.state);
    th_json_set_int(object, "net_kg", th_carbon_kg(issued->net));
    th_json_set_int(object, "issued_t", th_units_t(issued->issued));
    th_json_set_int(object, "buffer_t", th_units_t(issued->buffer));
    th_json_set_int(object, "opening_kg", th_carbon_kg(issued->opening));
    set_end(object, th_carbon_kg(issued->rest));
    th_json_set_bool(object, "statement_based",
                     th_methodology_statement_based(package->methodology));
}

static bool list_village(void *context, const char *village_code, struct th_carbon mass)
{
    struct th_json *item = th_json_object();
    th_json_set_text(item, "village", village_code);
    th_json_set_int(item, "mass_kg", th_carbon_kg(mass));
    th_json_append(context, item);
    return true;
}

// Whose ground it is that the units stand for: who reads the journal alone can tell by it who has a
// share in what they bring.
static enum th_status set_villages(struct th_store *store, int64_t package_id, struct th_json *body,
                                   struct th_error *err)
{
    struct th_json *villages = th_json_array();
    enum th_status status = th_package_village_each(store, package_id, list_village, villages, err);
    th_json_set(body, "villages", villages);
    return status;
}

enum th_status th_package_issue(struct th_registry *registry, const struct th_request *request,
                                const char *package_reference, struct th_json **ret_reply,
                                struct th_error *err)
{
    struct th_work *work = NULL;
    struct th_package_open package = {.n_changed = 0};
    struct th_json *body = NULL;
    struct th_json *reply = NULL;
    char subject[TH_SUBJECT_SIZE] = "";
    struct th_json *input = th_json_object();
    th_json_set_text(input, "package", package_reference);
    enum th_status status = th_work_begin(registry, request, TH_MAY_ISSUE, "package.issue", input,
                                          &work, ret_reply, err);
    th_json_free(input);
    if (status != TH_OK || !work) {
        return status;
    }
    struct issued issued = {.serials = th_json_array(), .vintages = th_json_array()};
    status = th_package_open(th_work_store(work), package_reference, &package, err);
    status = status == TH_OK ? issue(work, &package, &issued, err) : status;
    if (status == TH_OK) {
        (void)th_package_subject(package.record.package_id, subject);
        body = th_json_object();
        set_issued(body, &package, &issued);
        th_json_set_int(body, "holder_id", package.record.holder_id);
        th_json_set_text(body, "issued_by", package.record.issued_by);
        th_json_set(body, "vintages", th_json_copy(issued.vintages));
        th_json_set(body, "debts", th_json_copy(issued.debts));
        status = set_villages(th_work_store(work), package.record.package_id, body, err);
        reply = th_json_object();
        set_issued(reply, &package, &issued);
        th_json_set(reply, "serial", issued.first ? th_json_copy(issued.first) : th_json_null());
        th_json_set(reply, "serials", th_json_copy(issued.serials));
    }
    th_json_free(issued.debts);
    th_json_free(issued.first);
    th_json_free(issued.serials);
    th_json_free(issued.vintages);
    th_package_close(&package);
    return th_work_end(work, status, subject, body, reply, ret_reply, err);
}
