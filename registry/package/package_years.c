// The ground of a package in its years (ADR 20): what was drawn anew for a later day alters neither
// the package nor its units, what changes within its years ends it.
#include "registry/package/package_internal.h"

void th_package_take_grounds(struct th_package_open *package)
{
    for (size_t i = 0; i < package->sources.n; i++) {
        struct th_estimate_source then;
        if (th_estimate_source_in(&package->sources.items[i], package->record.from.year, &then)) {
            package->sources.items[i] = then;
        }
    }
}

static enum th_status refuse(const char *key, const struct th_estimate_source *source, int year,
                             struct th_error *err)
{
    (void)th_error_set(err, TH_CONFLICT, key, NULL);
    th_error_add_int(err, "parcel", source->parcel_id);
    th_error_add_int(err, "year", year);
    th_error_add_int(err, "before", year - 1);
    return TH_CONFLICT;
}

static enum th_status check_years(const struct th_package_record *record,
                                  const struct th_estimate_source *source, struct th_error *err)
{
    struct th_estimate_source then;
    if (source->first_year > record->from.year) {
        return refuse("package_parcel_later", source, source->first_year, err);
    }
    for (int year = record->from.year; year <= record->to.year; year++) {
        if (!th_estimate_source_in(source, year, &then)) {
            return refuse("package_parcel_ends", source, year, err);
        }
        if (then.version != source->version) {
            return refuse("package_ground_changes", source, year, err);
        }
    }
    return TH_OK;
}

enum th_status th_package_check_years(const struct th_package_open *package, struct th_error *err)
{
    enum th_status status = TH_OK;
    for (size_t i = 0; i < package->sources.n && status == TH_OK; i++) {
        status = check_years(&package->record, &package->sources.items[i], err);
    }
    return status;
}
