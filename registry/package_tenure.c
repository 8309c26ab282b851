// Does the holder have the land, and the carbon in it, for the whole period?
#include <inttypes.h>
#include <stdio.h>

#include "registry/package_internal.h"
#include "registry/tenure_internal.h"

static enum th_status refuse(const char *key, int64_t parcel_id, struct th_date on,
                             struct th_ratio sum, struct th_error *err)
{
    char text[TH_DATE_TEXT_SIZE];
    char ratio[TH_RATIO_TEXT_SIZE];
    (void)th_error_set(err, TH_CONFLICT, key, "on", th_date_format(on, text), "share",
                       th_ratio_format(sum, ratio), NULL);
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
    if (status == TH_OK && cover.n > 0)
        status = th_tenure_cover_find(&cover, record->from, record->to, false, -1, &found, &on,
                                      &sum, err);
    if (status == TH_OK && found)
        status = refuse("tenure_not_covering", parcel_id, on, sum, err);
    if (status == TH_OK && cover.n > 0)
        status = th_tenure_cover_find(&cover, record->from, record->to, true, -1, &found, &on, &sum,
                                      err);
    if (status == TH_OK && found)
        status = refuse("carbon_right_missing", parcel_id, on, sum, err);
    th_tenure_cover_clear(&cover);
    return status;
}

enum th_status th_package_check_tenure(struct th_store *store,
                                       const struct th_package_open *package, struct th_error *err)
{
    enum th_status status = TH_OK;
    for (size_t i = 0; i < package->sources.n && status == TH_OK; i++)
        status = check_parcel(store, &package->record, package->sources.items[i].parcel_id, err);
    return status;
}

static bool any_share(void *context, const struct th_tenure_share *share)
{
    (void)share;
    *(bool *)context = true;
    return false;
}

enum th_status th_package_tenure_warn(struct th_store *store, const struct th_package_open *package,
                                      const struct th_messages *messages, enum th_lang lang,
                                      struct th_json *warnings, struct th_error *err)
{
    enum { SHOWN = 10 };
    struct th_estimate_warning warning = {.needs_waiver = false};
    char ids[TH_ERROR_VALUE_SIZE] = "";
    size_t used = 0;
    int64_t n = 0;
    enum th_status status = TH_OK;
    for (size_t i = 0; i < package->sources.n && status == TH_OK; i++) {
        bool any = false;
        int64_t parcel_id = package->sources.items[i].parcel_id;
        status = th_tenure_share_each(store, parcel_id, 0, (struct th_date){0}, (struct th_date){0},
                                      any_share, &any, err);
        if (status != TH_OK || any || n++ >= SHOWN || used + 24 >= sizeof ids)
            continue;
        int written =
            snprintf(ids + used, sizeof ids - used, "%s%" PRId64, used > 0 ? ", " : "", parcel_id);
        used += written > 0 ? (size_t)written : 0;
    }
    if (status != TH_OK || n == 0)
        return status;
    (void)th_error_set(&warning.message, TH_DATA_PROBLEM, "tenure_missing", "parcels", ids, NULL);
    th_error_add_int(&warning.message, "n", n);
    struct th_json *one = th_estimate_warnings_json(&warning, 1, messages, lang);
    th_json_append(warnings, th_json_copy(th_json_at(one, 0)));
    th_json_free(one);
    return TH_OK;
}
