// Rules that every step of a package asks again: nothing is taken over from the step before.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/estimate/methodology.h"
#include "registry/package/package_internal.h"
#include "registry/parcel_lineage.h"
#include "registry/reference.h"

struct id_list {
    int64_t *ids;
    int64_t *versions;
    size_t n, capacity;
    bool no_memory;
};

static bool collect_id(void *context, int64_t parcel_id, int64_t version)
{
    struct id_list *list = context;
    if (list->n == list->capacity) {
        size_t capacity = list->capacity == 0 ? 64 : 2 * list->capacity;
        int64_t *ids = realloc(list->ids, capacity * sizeof(*ids));
        list->ids = ids ? ids : list->ids;
        int64_t *versions = realloc(list->versions, capacity * sizeof(*versions));
        list->versions = versions ? versions : list->versions;
        list->no_memory = !ids || !versions;
        if (list->no_memory) {
            return false;
        }
        list->capacity = capacity;
    }
    list->ids[list->n] = parcel_id;
    list->versions[list->n++] = version;
    return true;
}

static enum th_status load_sources(struct th_store *store, struct th_package_open *package,
                                   struct th_error *err)
{
    struct id_list list = {.n = 0};
    enum th_status status =
        th_package_parcel_each(store, package->record.package_id, collect_id, &list, err);
    if (status == TH_OK && list.no_memory) {
        status = th_error_no_memory(err);
    }
    for (size_t i = 0; i < list.n && status == TH_OK; i++) {
        struct th_parcel_filter filter = {.parcel_id = list.ids[i]};
        status = th_estimate_sources_load(store, &filter, &package->sources, err);
        if (status == TH_OK && package->sources.n != i + 1) {
            status = th_error_set(err, TH_CORRUPT, "registry_corrupt", NULL);
        }
    }
    th_package_take_grounds(package);
    for (size_t i = 0; i < list.n && status == TH_OK; i++) {
        package->n_changed += package->sources.items[i].version != list.versions[i] ? 1 : 0;
    }
    free(list.ids);
    free(list.versions);
    return status;
}

enum th_status th_package_open(struct th_store *store, const char *reference,
                               struct th_package_open *ret_package, struct th_error *err)
{
    char methodology[TH_METHODOLOGY_ID_SIZE + TH_METHODOLOGY_VERSION_SIZE + 1];
    struct th_package_open package = {.n_changed = 0};
    enum th_status status = th_package_resolve(store, reference, &package.record, err);
    if (status == TH_OK) {
        (void)snprintf(methodology, sizeof(methodology), "%s@%s", package.record.methodology,
                       package.record.version);
        status = th_methodology_open(store, methodology, &package.methodology, err);
    }
    if (status == TH_OK) {
        status = load_sources(store, &package, err);
    }
    if (status == TH_OK) {
        *ret_package = package;
    } else {
        th_package_close(&package);
    }
    return status;
}

void th_package_close(struct th_package_open *package)
{
    th_methodology_free(package->methodology);
    th_estimate_sources_clear(&package->sources);
    package->methodology = NULL;
}

bool th_package_by_statement(const struct th_package_record *record)
{
    return record->run_id == 0;
}

const char *th_package_subject(int64_t package_id, char buf[TH_SUBJECT_SIZE])
{
    (void)snprintf(buf, TH_SUBJECT_SIZE, "package:%" PRId64, package_id);
    return buf;
}

enum th_status th_package_check_villages(const struct th_work *work,
                                         const struct th_package_open *package,
                                         struct th_error *err)
{
    enum th_status status = TH_OK;
    for (size_t i = 0; i < package->sources.n && status == TH_OK; i++) {
        status = th_work_check_village(work, package->sources.items[i].village, err);
    }
    return status;
}

enum th_status th_package_check_state(const struct th_package_record *record, const char *wanted,
                                      const char *other, struct th_error *err)
{
    if (strcmp(record->state, wanted) == 0 || (other && strcmp(record->state, other) == 0)) {
        return TH_OK;
    }
    (void)th_error_set(err, TH_CONFLICT, "package_state", "name", record->name, NULL);
    th_error_add_word(err, "state", "package_state", record->state);
    th_error_add_word(err, "wanted", "package_state", wanted);
    th_error_add_int(err, "package", record->package_id);
    return TH_CONFLICT;
}

// Every parcel that may not use the methodology is named, with the first one's reason.
static enum th_status check_applies(struct th_store *store, const struct th_package_open *package,
                                    struct th_error *err)
{
    struct th_error first = {.status = TH_OK};
    char ids[TH_ERROR_VALUE_SIZE] = "";
    size_t used = 0;
    long long n = 0;
    for (size_t i = 0; i < package->sources.n; i++) {
        struct th_error problem = {.status = TH_OK};
        const struct th_estimate_source *source = &package->sources.items[i];
        enum th_status status = th_estimate_source_applies(store, package->methodology, source,
                                                           package->record.from.year,
                                                           package->record.to.year, &problem);
        if (status == TH_OK) {
            continue;
        }
        first = n++ == 0 ? problem : first;
        if (used + 24 < sizeof(ids)) {
            int written = snprintf(ids + used, sizeof(ids) - used, "%s%" PRId64,
                                   used > 0 ? ", " : "", source->parcel_id);
            used += written > 0 ? (size_t)written : 0;
        }
    }
    if (n == 0) {
        return TH_OK;
    }
    // Everything that the first parcel's reason says, and of how many it is the first.
    th_text_copy(first.key, sizeof(first.key), "parcels_not_applicable");
    th_error_add(&first, "parcels", ids);
    th_error_add_int(&first, "n", n);
    if (err) {
        *err = first;
    }
    return TH_INVALID;
}

static enum th_status check_rival(struct th_store *store, const struct th_package_record *record,
                                  int64_t parcel_id, struct th_error *err)
{
    int64_t rival_id = 0;
    struct th_package_record rival;
    enum th_status status = th_package_rival(store, record->package_id, parcel_id, record->from,
                                             record->to, &rival_id, err);
    if (status != TH_OK || rival_id == 0) {
        return status;
    }
    status = th_package_load(store, rival_id, &rival, err);
    if (status == TH_OK) {
        char from[TH_DATE_TEXT_SIZE];
        char to[TH_DATE_TEXT_SIZE];
        status = th_error_set(err, TH_CONFLICT, "parcel_already_packaged", "name", rival.name,
                              "from", th_date_format(rival.from, from), "to",
                              th_date_format(rival.to, to), NULL);
        th_error_add_int(err, "parcel", parcel_id);
        th_error_add_int(err, "package", rival_id);
    }
    return status;
}

// A parcel that was split or merged stands on the ground of those it came from, and those that came
// of it stand on its own: none of them may be counted for the same time.
static enum th_status check_relatives(struct th_store *store,
                                      const struct th_package_record *record, int64_t parcel_id,
                                      bool ancestors, struct th_error *err)
{
    struct th_relatives relatives = {.n = 0};
    enum th_status status = th_relatives_load(store, parcel_id, ancestors, &relatives, err);
    for (size_t i = 0; i < relatives.n && status == TH_OK; i++) {
        status = check_rival(store, record, relatives.items[i].parcel_id, err);
    }
    th_relatives_clear(&relatives);
    return status;
}

static enum th_status check_rivals(struct th_store *store, const struct th_package_open *package,
                                   struct th_error *err)
{
    const struct th_package_record *record = &package->record;
    enum th_status status = TH_OK;
    for (size_t i = 0; i < package->sources.n && status == TH_OK; i++) {
        int64_t parcel_id = package->sources.items[i].parcel_id;
        status = check_rival(store, record, parcel_id, err);
        if (status == TH_OK) {
            status = check_relatives(store, record, parcel_id, true, err);
        }
        if (status == TH_OK) {
            status = check_relatives(store, record, parcel_id, false, err);
        }
    }
    return status;
}

static enum th_status kinds_mixed(const char *kind, const char *other, struct th_error *err)
{
    char first[64];
    char second[64];
    (void)snprintf(first, sizeof(first), "@applicability.kind.%s", kind);
    (void)snprintf(second, sizeof(second), "@applicability.kind.%s", other);
    return th_error_set(err, TH_INVALID, "kinds_mixed", "kind", first, "other", second, NULL);
}

enum th_status th_package_check_parcels(struct th_work *work, const struct th_package_open *package,
                                        struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    const struct th_estimate_sources *sources = &package->sources;
    struct th_rules rules;
    if (sources->n == 0) {
        return th_error_set(err, TH_NOT_FOUND, "no_parcels", NULL);
    }
    for (size_t i = 1; i < sources->n; i++) {
        if (strcmp(sources->items[i].kind, sources->items[0].kind) != 0) {
            return kinds_mixed(sources->items[0].kind, sources->items[i].kind, err);
        }
    }
    enum th_status status = th_package_check_years(package, err);
    if (status == TH_OK) {
        status = check_applies(store, package, err);
    }
    if (status == TH_OK) {
        status = check_rivals(store, package, err);
    }
    if (status == TH_OK) {
        status = th_rules_load(store, th_work_today(work), &rules, err);
    }
    if (status == TH_OK) {
        status = th_package_check_ground(store, package, &rules, err);
    }
    return status == TH_OK ? th_package_check_tenure(store, package, &rules, err) : status;
}

enum th_status th_package_check_current(const struct th_package_open *package, struct th_error *err)
{
    if (package->n_changed == 0) {
        return TH_OK;
    }
    enum th_status status = th_error_set(err, TH_CONFLICT, "package_stale", NULL);
    th_error_add_int(err, "package", package->record.package_id);
    th_error_add_int(err, "n", (long long)package->n_changed);
    return status;
}

enum th_status th_package_check_waivers(struct th_store *store,
                                        const struct th_package_record *record,
                                        struct th_error *err)
{
    if (th_package_by_statement(record)) {
        return TH_OK;
    }
    struct th_estimate_run_record run;
    struct th_json *warnings = NULL;
    char *text = NULL;
    enum th_status status = th_estimate_run_load(store, record->run_id, &run, &text, err);
    if (status == TH_OK) {
        status = th_json_parse(text, strlen(text), &warnings, err);
    }
    for (size_t i = 0; i < th_json_size(warnings) && status == TH_OK; i++) {
        const struct th_json *warning = th_json_at(warnings, i);
        const char *code = th_json_get_text(warning, "code", "");
        bool has = false;
        if (!th_json_get_bool(warning, "needs_waiver", false)) {
            continue;
        }
        status = th_waiver_has(store, record->package_id, code, &has, err);
        if (status == TH_OK && !has) {
            status = th_error_set(err, TH_CONFLICT, "waiver_needed", "rule", code, NULL);
            th_error_add_int(err, "package", record->package_id);
        }
    }
    th_json_free(warnings);
    free(text);
    return status == TH_OK ? th_package_check_restated(store, record, err) : status;
}

struct th_json *th_package_parcels_json(const struct th_package_open *package)
{
    struct th_json *list = th_json_array();
    for (size_t i = 0; i < package->sources.n; i++) {
        struct th_json *item = th_json_object();
        th_json_set_int(item, "parcel_id", package->sources.items[i].parcel_id);
        th_json_set_int(item, "version", package->sources.items[i].version);
        th_json_append(list, item);
    }
    return list;
}

enum th_status th_package_area(const struct th_package_open *package, struct th_area *ret_area,
                               struct th_error *err)
{
    struct th_area area = th_area_from_m2_300(0);
    enum th_status status = TH_OK;
    for (size_t i = 0; i < package->sources.n && status == TH_OK; i++) {
        status = th_area_add(area, package->sources.items[i].measured, &area, err);
    }
    if (status == TH_OK) {
        *ret_area = area;
    }
    return status;
}

static struct th_area area_used(const struct th_estimate_source *source)
{
    const struct th_estimate_parcel parcel = {.measured = source->measured,
                                              .has_contracted = source->has_contracted,
                                              .contracted = source->contracted};
    return th_estimate_area_used(&parcel);
}

static void set_areas(struct th_json *json, struct th_area net, struct th_area used)
{
    th_json_set_cent(json, "area_m2", th_area_m2_cent(net));
    th_json_set_cent(json, "area_mu", th_area_mu_cent(net));
    th_json_set_cent(json, "counted_m2", th_area_m2_cent(net));
    th_json_set_cent(json, "counted_mu", th_area_mu_cent(net));
    th_json_set_cent(json, "area_used_m2", th_area_m2_cent(used));
    th_json_set_cent(json, "area_used_mu", th_area_mu_cent(used));
}

void th_package_set_area(const struct th_estimate_source *source, struct th_json *item)
{
    set_areas(item, source->measured, area_used(source));
}

enum th_status th_package_set_areas(const struct th_package_open *package, struct th_json *reply,
                                    struct th_error *err)
{
    struct th_area net;
    struct th_area used = th_area_from_m2_300(0);
    enum th_status status = th_package_area(package, &net, err);
    for (size_t i = 0; i < package->sources.n && status == TH_OK; i++) {
        status = th_area_add(used, area_used(&package->sources.items[i]), &used, err);
    }
    if (status == TH_OK) {
        th_json_set_int(reply, "n_parcels", (int64_t)package->sources.n);
        set_areas(reply, net, used);
    }
    return status;
}

struct th_json *th_package_document_json(struct th_store *store, int64_t document_id,
                                         enum th_status *status, struct th_error *err)
{
    struct th_document document;
    char hex[TH_HASH_HEX_SIZE];
    if (*status != TH_OK || document_id == 0) {
        return th_json_null();
    }
    *status = th_document_load(store, document_id, &document, err);
    if (*status != TH_OK) {
        return th_json_null();
    }
    struct th_json *object = th_json_object();
    th_json_set_int(object, "document_id", document_id);
    th_json_set_text(object, "name", document.name);
    th_json_set_text(object, "sha256", th_hash_hex(&document.sha256, hex));
    th_json_set_int(object, "size_bytes", document.size_bytes);
    return object;
}
