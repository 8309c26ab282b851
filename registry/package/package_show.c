// Packages to look at: one with everything, all in a list.
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/estimate/estimate.h"
#include "registry/package/package_internal.h"
#include "registry/reply.h"
#include "store/ledger/issuance_store.h"

static struct th_json *text_or_null(const char *text)
{
    return text[0] != '\0' ? th_json_string(text) : th_json_null();
}

static void set_party(struct th_store *store, struct th_json *object, const char *key,
                      int64_t party_id, enum th_status *status, struct th_error *err)
{
    struct th_party party;
    if (*status != TH_OK || party_id == 0) {
        th_json_set(object, key, th_json_null());
        return;
    }
    *status = th_party_load(store, party_id, &party, err);
    if (*status == TH_OK) {
        struct th_json *value = th_json_object();
        th_json_set_int(value, "party_id", party_id);
        th_json_set_text(value, "name", party.name);
        th_json_set_text(value, "kind", party.kind);
        th_json_set(object, key, value);
    }
}

static void set_head(const struct th_package_record *record, struct th_json *object)
{
    char text[TH_DATE_TEXT_SIZE];
    struct th_json *inputs = NULL;
    th_json_set_int(object, "package_id", record->package_id);
    th_json_set_text(object, "name", record->name);
    th_json_set_text(object, "state", record->state);
    th_json_set_text(object, "methodology", record->methodology);
    th_json_set_text(object, "version", record->version);
    if (th_json_parse(record->inputs, strlen(record->inputs), &inputs, NULL) == TH_OK) {
        th_json_set(object, "inputs", inputs);
    }
    th_json_set_text(object, "from", th_date_format(record->from, text));
    th_json_set_text(object, "to", th_date_format(record->to, text));
}

static struct th_json *parcels_json(const struct th_package_open *package)
{
    struct th_json *list = th_json_array();
    for (size_t i = 0; i < package->sources.n; i++) {
        const struct th_estimate_source *source = &package->sources.items[i];
        struct th_json *item = th_json_object();
        th_json_set_int(item, "parcel_id", source->parcel_id);
        th_json_set_int(item, "version", source->version);
        th_json_set_text(item, "kind", source->kind);
        th_json_set_text(item, "village", source->village);
        th_package_set_area(source, item);
        th_json_append(list, item);
    }
    return list;
}

// Net by year, cumulative whole tonnes; empty while a statement is awaited.
static enum th_status years_json(struct th_store *store, const struct th_package_open *package,
                                 struct th_json **ret_years, struct th_error *err)
{
    struct th_issuance_entry *entries = NULL;
    size_t n_entries = 0;
    size_t n_years = (size_t)(package->record.to.year - package->record.from.year) + 1;
    struct th_estimate_year *years = NULL;
    struct th_carbon opening;
    enum th_status status = TH_OK;
    if (th_package_by_statement(&package->record) && th_units_t(package->record.verified) == 0) {
        *ret_years = th_json_array();
        return TH_OK;
    }
    years = calloc(n_years, sizeof(*years));
    status = years ? th_package_entries(store, package, &entries, &n_entries, err)
                   : th_error_no_memory(err);
    for (size_t i = 0; i < n_years && status == TH_OK; i++) {
        years[i].year = package->record.from.year + (int)i;
    }
    for (size_t i = 0; i < n_entries && status == TH_OK; i++) {
        struct th_estimate_year *year = &years[entries[i].year - package->record.from.year];
        status = th_carbon_add(year->net, entries[i].net, &year->net, err);
    }
    if (status == TH_OK) {
        status = th_package_opening_sum(store, package->record.package_id, &opening, err);
    }
    status = status == TH_OK ? th_package_years_floor(years, n_years, opening, err) : status;
    if (status == TH_OK) {
        struct th_json *list = th_json_array();
        for (size_t i = 0; i < n_years; i++) {
            struct th_json *item = th_json_object();
            th_json_set_int(item, "year", years[i].year);
            th_json_set_int(item, "net_kg", th_carbon_kg(years[i].net));
            th_json_set_int(item, "whole_t", th_units_t(years[i].whole));
            th_json_set_int(item, "carried_kg", th_carbon_kg(years[i].carried));
            th_json_append(list, item);
        }
        *ret_years = list;
    }
    free(entries);
    free(years);
    return status;
}

struct serials {
    struct th_json *list; // NULL: only the sum is wanted
    int64_t issued_t, buffer_t, rest_kg;
};

static bool add_serial(void *context, const struct th_issuance_record *record)
{
    struct serials *serials = context;
    int64_t issued_t = th_units_t(record->issued);
    serials->issued_t += issued_t;
    serials->buffer_t += th_units_t(record->buffer);
    serials->rest_kg = th_carbon_kg(record->carried_out);
    if (serials->list) {
        struct th_json *item = th_json_object();
        th_json_set_int(item, "issuance_id", record->issuance_id);
        th_json_set_text(item, "prefix", record->prefix);
        th_json_set(item, "first", issued_t > 0 ? th_json_int(1) : th_json_null());
        th_json_set(item, "last", issued_t > 0 ? th_json_int(issued_t) : th_json_null());
        th_json_set_int(item, "vintage", record->vintage);
        th_json_set_int(item, "issued_t", issued_t);
        th_json_set_int(item, "buffer_t", th_units_t(record->buffer));
        th_json_set_int(item, "carried_kg", th_carbon_kg(record->carried_out));
        th_json_append(serials->list, item);
    }
    return true;
}

struct waivers {
    struct th_store *store;
    struct th_json *list;
    enum th_status status;
    struct th_error *err;
};

static bool add_waiver(void *context, const struct th_waiver *waiver)
{
    struct waivers *waivers = context;
    struct th_json *item = th_json_object();
    th_json_set_int(item, "waiver_id", waiver->waiver_id);
    th_json_set_text(item, "rule", waiver->rule);
    th_json_set_text(item, "reason", waiver->reason);
    th_json_set_text(item, "login", waiver->login);
    th_json_set(item, "document",
                th_package_document_json(waivers->store, waiver->document_id, &waivers->status,
                                         waivers->err));
    th_json_append(waivers->list, item);
    return waivers->status == TH_OK;
}

static enum th_status set_run(struct th_store *store, const struct th_package_open *package,
                              const struct th_messages *messages, enum th_lang lang,
                              struct th_json *reply, struct th_error *err)
{
    const struct th_package_record *record = &package->record;
    if (th_package_by_statement(record)) {
        struct th_json *tenure = th_json_array();
        th_json_set(reply, "run", th_json_null());
        enum th_status status = th_package_tenure_warn(store, package, messages, lang, tenure, err);
        th_json_set(reply, "warnings", tenure);
        return status;
    }
    struct th_estimate_run_record run;
    struct th_json *warnings = NULL;
    enum th_status status = th_estimate_run_load(store, record->run_id, &run, NULL, err);
    status = status == TH_OK
                 ? th_estimate_run_warnings(store, record->run_id, messages, lang, &warnings, err)
                 : status;
    if (status == TH_OK) {
        struct th_json *object = th_json_object();
        th_estimate_set_run(object, &run);
        th_json_set(object, "uncertainty", th_estimate_uncertainty_json(&run));
        th_json_set(reply, "run", object);
        status = th_package_restated_warn(store, record, messages, lang, warnings, err);
        status = status == TH_OK
                     ? th_package_tenure_warn(store, package, messages, lang, warnings, err)
                     : status;
        th_json_set(reply, "warnings", warnings);
    }
    return status;
}

// Tonnes per hectare that a statement amounts to, whole period and per year, so that a reader can
// compare; shown, never judged.
static enum th_status set_implied(const struct th_package_record *record, struct th_area area,
                                  struct th_json *object, struct th_error *err)
{
    const int64_t ha_m2_300 = 3000000;
    struct th_ratio per_ha;
    struct th_ratio per_year;
    int64_t period = 0;
    int64_t year = 0;
    int64_t n_years = record->to.year - record->from.year + 1;
    int64_t tonnes = th_units_t(record->verified);
    if (tonnes == 0 || th_area_m2_300(area) <= 0) {
        th_json_set(object, "implied_t_per_ha", th_json_null());
        th_json_set(object, "implied_t_per_ha_year", th_json_null());
        return TH_OK;
    }
    enum th_status status = th_ratio_make(100 * ha_m2_300, th_area_m2_300(area), &per_ha, err);
    if (status == TH_OK) {
        status = th_ratio_mul(per_ha, (struct th_ratio){1, n_years}, &per_year, err);
    }
    status = status == TH_OK ? th_ratio_apply_nearest(per_ha, tonnes, &period, err) : status;
    status = status == TH_OK ? th_ratio_apply_nearest(per_year, tonnes, &year, err) : status;
    if (status == TH_OK) {
        th_json_set_cent(object, "implied_t_per_ha", period);
        th_json_set_cent(object, "implied_t_per_ha_year", year);
    }
    return status;
}

static enum th_status set_verification(struct th_store *store,
                                       const struct th_package_open *package, struct th_area area,
                                       struct th_json *reply, struct th_error *err)
{
    const struct th_package_record *record = &package->record;
    if (record->verified_by[0] == '\0') {
        th_json_set(reply, "verification", th_json_null());
        return TH_OK;
    }
    enum th_status status = TH_OK;
    int64_t verified_t = th_units_t(record->verified);
    struct th_json *object = th_json_object();
    th_json_set_text(object, "verified_by", record->verified_by);
    th_json_set(object, "verified_t", verified_t > 0 ? th_json_int(verified_t) : th_json_null());
    set_party(store, object, "stated_by", record->stated_by, &status, err);
    th_json_set(object, "document",
                th_package_document_json(store, record->statement_id, &status, err));
    if (status == TH_OK && th_package_by_statement(record)) {
        status = set_implied(record, area, object, err);
    }
    th_json_set(reply, "verification", object);
    return status;
}

// What was owed before the package, and what it left behind.
static enum th_status set_debts(struct th_store *store, int64_t package_id, struct th_json *reply,
                                struct th_error *err)
{
    struct th_carbon opening;
    struct th_json *list = NULL;
    enum th_status status = th_package_opening_sum(store, package_id, &opening, err);
    if (status == TH_OK) {
        th_json_set_int(reply, "opening_kg", -th_carbon_kg(opening));
        status = th_package_openings_json(store, package_id, &list, err);
    }
    if (status == TH_OK) {
        th_json_set(reply, "opening", list);
        status = th_package_debts_json(store, package_id, &list, err);
    }
    if (status == TH_OK) {
        th_json_set(reply, "debts", list);
    }
    return status;
}

static enum th_status set_lists(struct th_store *store, const struct th_package_record *record,
                                struct th_json *reply, struct th_error *err)
{
    struct serials serials = {.list = th_json_array()};
    struct waivers waivers = {.store = store, .list = th_json_array(), .status = TH_OK, .err = err};
    enum th_status status = th_waiver_each(store, record->package_id, add_waiver, &waivers, err);
    status = status == TH_OK ? waivers.status : status;
    if (status == TH_OK) {
        status = th_issuance_each(store, record->package_id, add_serial, &serials, err);
    }
    th_json_set(reply, "waivers", waivers.list);
    th_json_set(reply, "serials", serials.list);
    th_json_set_int(reply, "issued_t", serials.issued_t);
    th_json_set_int(reply, "buffer_t", serials.buffer_t);
    th_json_set_int(reply, "rest_kg", serials.rest_kg > 0 ? serials.rest_kg : 0);
    th_json_set_int(reply, "debt_kg", serials.rest_kg < 0 ? serials.rest_kg : 0);
    return status == TH_OK ? set_debts(store, record->package_id, reply, err) : status;
}

static enum th_status show(struct th_store *store, const char *reference,
                           const struct th_messages *messages, enum th_lang lang,
                           struct th_json *reply, struct th_error *err)
{
    struct th_package_open package = {.n_changed = 0};
    struct th_carbon net;
    struct th_area area;
    struct th_json *years = NULL;
    enum th_status status = th_package_open(store, reference, &package, err);
    if (status != TH_OK) {
        return status;
    }
    const struct th_package_record *record = &package.record;
    // Shown are the versions that were packaged, whatever became of the parcels since.
    struct th_parcel_filter filter = {.package_id = record->package_id};
    th_estimate_sources_clear(&package.sources);
    status = th_estimate_sources_load(store, &filter, &package.sources, err);
    set_head(record, reply);
    set_party(store, reply, "holder", record->holder_id, &status, err);
    status = status == TH_OK ? th_package_net(store, record, &net, err) : status;
    status = status == TH_OK ? th_package_area(&package, &area, err) : status;
    status = status == TH_OK ? th_package_set_areas(&package, reply, err) : status;
    status = status == TH_OK ? years_json(store, &package, &years, err) : status;
    if (status == TH_OK) {
        th_json_set_int(reply, "net_kg", th_carbon_kg(net));
        th_json_set_bool(reply, "statement_based",
                         th_methodology_statement_based(package.methodology));
        th_json_set_bool(reply, "stale", package.n_changed > 0);
        th_json_set(reply, "years", years);
        th_json_set(reply, "parcels", parcels_json(&package));
        th_json_set_text(reply, "created_by", record->created_by);
        th_json_set(reply, "submitted_by", text_or_null(record->submitted_by));
        th_json_set(reply, "issued_by", text_or_null(record->issued_by));
        status = set_run(store, &package, messages, lang, reply, err);
    }
    status = status == TH_OK ? set_verification(store, &package, area, reply, err) : status;
    status = status == TH_OK ? set_lists(store, record, reply, err) : status;
    th_package_close(&package);
    return status;
}

enum th_status th_package_show(struct th_registry *registry, const char *package,
                               const struct th_messages *messages, enum th_lang lang,
                               struct th_json **ret_reply, struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    enum th_status status = th_store_begin_read(store, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *reply = th_json_object();
    status = show(store, package, messages, lang, reply, err);
    th_store_end_read(store);
    return th_reply_finish(status, reply, ret_reply, err);
}

struct list {
    struct th_store *store;
    struct th_json *packages;
    enum th_status status;
    struct th_error *err;
};

static bool count_parcel(void *context, int64_t parcel_id, int64_t version)
{
    (void)parcel_id;
    (void)version;
    (*(int64_t *)context)++;
    return true;
}

static bool list_package(void *context, const struct th_package_record *record)
{
    struct list *list = context;
    struct serials serials = {.list = NULL};
    struct th_carbon net;
    int64_t n_parcels = 0;
    struct th_json *item = th_json_object();
    set_head(record, item);
    set_party(list->store, item, "holder", record->holder_id, &list->status, list->err);
    if (list->status == TH_OK) {
        list->status = th_package_net(list->store, record, &net, list->err);
    }
    if (list->status == TH_OK) {
        list->status = th_package_parcel_each(list->store, record->package_id, count_parcel,
                                              &n_parcels, list->err);
    }
    if (list->status == TH_OK) {
        list->status =
            th_issuance_each(list->store, record->package_id, add_serial, &serials, list->err);
    }
    if (list->status == TH_OK) {
        th_json_set_int(item, "n_parcels", n_parcels);
        th_json_set_int(item, "net_kg", th_carbon_kg(net));
        th_json_set_int(item, "issued_t", serials.issued_t);
    }
    th_json_append(list->packages, item);
    return list->status == TH_OK;
}

enum th_status th_package_list(struct th_registry *registry, struct th_json **ret_reply,
                               struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    struct list list = {.store = store, .packages = th_json_array(), .status = TH_OK, .err = err};
    enum th_status status = th_store_begin_read(store, err);
    if (status == TH_OK) {
        status = th_package_each(store, list_package, &list, err);
        th_store_end_read(store);
    }
    status = status == TH_OK ? list.status : status;
    return th_reply_finish_list(status, "packages", list.packages, ret_reply, err);
}
