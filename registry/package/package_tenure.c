// Does the holder have the land, and the carbon in it, for the whole period?
#include <inttypes.h>
#include <stdio.h>

#include "registry/package/package_internal.h"
#include "registry/tenure/tenure_internal.h"

static enum th_status refuse(const char *key, int64_t parcel_id, struct th_date on,
                             struct th_ratio sum, struct th_error *err)
{
    char text[TH_DATE_TEXT_SIZE];
    char ratio[TH_RATIO_TEXT_SIZE];
    (void)th_error_set(err, TH_CONFLICT, key, "on", th_date_format(on, text), "share",
                       th_ratio_format_percent(sum, ratio), NULL);
    th_error_add_int(err, "parcel", parcel_id);
    return TH_CONFLICT;
}

static enum th_status check_parcel(struct th_store *store, const struct th_package_record *record,
                                   int64_t parcel_id, struct th_error *err)
{
    struct th_tenure_cover cover = {0};
    bool found = false;
    struct th_date on;
    struct th_ratio sum;
    const struct th_date open_end = {0};
    enum th_status status = th_tenure_cover_load(store, parcel_id, open_end, open_end, &cover, err);
    if (status == TH_OK && cover.n > 0) {
        status = th_tenure_cover_find(&cover, record->from, record->to, false, -1, &found, &on,
                                      &sum, err);
    }
    if (status == TH_OK && found) {
        status = refuse("tenure_not_covering", parcel_id, on, sum, err);
    }
    if (status == TH_OK && cover.n > 0) {
        status = th_tenure_cover_find(&cover, record->from, record->to, true, -1, &found, &on, &sum,
                                      err);
    }
    if (status == TH_OK && found) {
        status = refuse("carbon_right_missing", parcel_id, on, sum, err);
    }
    th_tenure_cover_clear(&cover);
    return status;
}

// Parcels named in a warning, each with a day where there is one, and how many they are.
struct named {
    char parcels[TH_ERROR_VALUE_SIZE];
    size_t used;
    int64_t n;
    struct th_date first; // earliest of the days
};

static void name_parcel(struct named *named, int64_t parcel_id, struct th_date day)
{
    enum { SHOWN = 10, ROOM = 48 };
    char text[TH_DATE_TEXT_SIZE] = "";
    bool dated = day.year != 0;
    if (dated && (named->first.year == 0 || th_date_compare(day, named->first) < 0)) {
        named->first = day;
    }
    char *end = named->parcels + named->used;
    if (named->n++ >= SHOWN || named->used + ROOM >= sizeof(named->parcels)) {
        (void)snprintf(end, sizeof(named->parcels) - named->used, " …");
        return;
    }
    int written = snprintf(end, sizeof(named->parcels) - named->used, "%s%" PRId64 "%s%s%s",
                           named->used > 0 ? ", " : "", parcel_id, dated ? " (" : "",
                           dated ? th_date_format(day, text) : "", dated ? ")" : "");
    named->used += written > 0 ? (size_t)written : 0;
}

static enum th_status name_set(const struct named *named, enum th_status status, const char *key,
                               struct th_error *err)
{
    char first[TH_DATE_TEXT_SIZE];
    (void)th_error_set(err, status, key, "parcels", named->parcels, NULL);
    th_error_add_int(err, "n", named->n);
    if (named->first.year != 0) {
        th_error_add(err, "first", th_date_format(named->first, first));
    }
    return status;
}

static bool any_share(void *context, const struct th_tenure_share *share)
{
    (void)share;
    *(bool *)context = true;
    return false;
}

// The parcels for which no contract is on record.
static enum th_status missing_name(struct th_store *store, const struct th_package_open *package,
                                   struct named *named, struct th_error *err)
{
    const struct th_date open_end = {0};
    enum th_status status = TH_OK;
    for (size_t i = 0; i < package->sources.n && status == TH_OK; i++) {
        bool any = false;
        int64_t parcel_id = package->sources.items[i].parcel_id;
        status =
            th_tenure_share_each(store, parcel_id, 0, open_end, open_end, any_share, &any, err);
        if (status == TH_OK && !any) {
            name_parcel(named, parcel_id, open_end);
        }
    }
    return status;
}

enum th_status th_package_check_tenure(struct th_store *store,
                                       const struct th_package_open *package,
                                       const struct th_rules *rules, struct th_error *err)
{
    struct named missing = {.n = 0};
    char since[TH_DATE_TEXT_SIZE];
    enum th_status status =
        rules->carbon_right_required ? missing_name(store, package, &missing, err) : TH_OK;
    if (status == TH_OK && missing.n > 0) {
        status = name_set(&missing, TH_CONFLICT, "tenure_required", err);
        th_error_add(err, "since", th_date_format(rules->carbon_right_since, since));
    }
    for (size_t i = 0; i < package->sources.n && status == TH_OK; i++) {
        status = check_parcel(store, &package->record, package->sources.items[i].parcel_id, err);
    }
    return status;
}

struct expiring {
    struct th_store *store;
    const struct th_package_record *record;
    struct named contracts, certificates;
    enum th_status status;
    struct th_error err;
};

// Whoever goes on after the contract, and whether the certificate is renewed, is not known here: so
// it is told, and no reason to refuse.
static bool expiring_visit(void *context, const struct th_tenure_share *share)
{
    struct expiring *e = context;
    struct th_tenure tenure;
    if (th_date_compare(share->to, e->record->to) < 0) {
        name_parcel(&e->contracts, share->parcel_id, share->to);
    }
    e->status = th_tenure_load(e->store, share->tenure_id, &tenure, &e->err);
    if (e->status != TH_OK) {
        return false;
    }
    struct th_date expires = tenure.certificate_expires;
    if (expires.year != 0 && th_date_compare(expires, e->record->to) < 0 &&
        th_date_compare(expires, share->to) < 0) {
        name_parcel(&e->certificates, share->parcel_id, expires);
    }
    return true;
}

// Contracts that hold in the period and end in it, and certificates that expire before both their
// contract and the period end.
static enum th_status expiring_name(struct expiring *e, const struct th_package_open *package,
                                    struct th_error *err)
{
    const struct th_package_record *record = &package->record;
    enum th_status status = TH_OK;
    for (size_t i = 0; i < package->sources.n && status == TH_OK; i++) {
        status = th_tenure_share_each(e->store, package->sources.items[i].parcel_id, 0,
                                      record->from, record->to, expiring_visit, e, err);
        if (status == TH_OK && e->status != TH_OK) {
            if (err != NULL) {
                *err = e->err;
            }
            status = e->status;
        }
    }
    return status;
}

static void warn(const struct named *named, const char *key, const struct th_messages *messages,
                 enum th_lang lang, struct th_json *warnings)
{
    struct th_estimate_warning warning = {.needs_waiver = false};
    if (named->n == 0) {
        return;
    }
    (void)name_set(named, TH_DATA_PROBLEM, key, &warning.message);
    struct th_json *one = th_estimate_warnings_json(&warning, 1, messages, lang);
    th_json_append(warnings, th_json_copy(th_json_at(one, 0)));
    th_json_free(one);
}

enum th_status th_package_tenure_warn(struct th_store *store, const struct th_package_open *package,
                                      const struct th_messages *messages, enum th_lang lang,
                                      struct th_json *warnings, struct th_error *err)
{
    struct named missing = {.n = 0};
    struct expiring e = {.store = store, .record = &package->record, .status = TH_OK};
    enum th_status status = missing_name(store, package, &missing, err);
    if (status == TH_OK) {
        status = expiring_name(&e, package, err);
    }
    if (status != TH_OK) {
        return status;
    }
    warn(&missing, "tenure_missing", messages, lang, warnings);
    warn(&e.contracts, "tenure_expires", messages, lang, warnings);
    warn(&e.certificates, "certificate_expires", messages, lang, warnings);
    return TH_OK;
}
