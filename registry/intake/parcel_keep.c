// What a source has no column for stays as the registry has it: a file with boundaries and numbers
// alone takes no farmer's name away. A column that is there and empty does.
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/intake/parcel_internal.h"

static const char BLANKS[] = " \t\r\n";

static bool has_column(const struct th_import_run *run, const char *attribute)
{
    for (size_t i = 0; i < run->map.n; i++) {
        if (run->map.fields[i].role == TH_FIELD_ATTRIBUTE &&
            strcmp(run->map.fields[i].name, attribute) == 0) {
            return true;
        }
    }
    return false;
}

// The same signs in the same order, whatever blanks stand between and around them.
static bool is_same_but_blank(const char *a, const char *b)
{
    for (;; a++, b++) {
        a += strspn(a, BLANKS);
        b += strspn(b, BLANKS);
        if (*a != *b || *a == '\0') {
            return *a == *b;
        }
    }
}

// Is `told` what an export makes of `stored`? Not every format keeps all blanks and line ends, or
// an empty text at all, and XML has no room for some characters.
static bool is_as_exported(const char *stored, const char *told)
{
    char *fit = th_text_unfit_for_xml(stored) > 0 ? th_text_fit_for_xml(stored) : NULL;
    bool same = is_same_but_blank(stored, told) || (fit != NULL && is_same_but_blank(fit, told));
    free(fit);
    return same;
}

// Adds to `own` what `stored` knows and the source has no column for; false when there is nothing.
static bool fill(const struct th_import_run *run, const struct th_json *stored, struct th_json *own)
{
    bool any = false;
    for (void *it = th_json_iter(stored); it != NULL; it = th_json_iter_next(stored, it)) {
        const char *key = th_json_iter_key(it);
        const char *value = th_json_text(th_json_iter_value(it));
        bool told = th_json_get(own, key) != NULL || has_column(run, key);
        if (told &&
            !(run->map.own_export && is_as_exported(value, th_json_get_text(own, key, "")))) {
            continue;
        }
        th_json_set(own, key, th_json_copy(th_json_iter_value(it)));
        any = true;
    }
    return any;
}

static enum th_status keep_attributes(const struct th_import_run *run, struct th_staged_row *row,
                                      const struct th_parcel_known *known, struct th_error *err)
{
    char *text = NULL;
    struct th_json *stored = NULL;
    struct th_json *own = NULL;
    enum th_status status =
        th_parcel_attributes_load(run->store, known->parcel_id, known->version, &text, err);
    if (status == TH_OK) {
        status = th_json_parse(text, strlen(text), &stored, err);
    }
    if (status == TH_OK) {
        status = th_json_parse(row->attributes, strlen(row->attributes), &own, err);
    }
    free(text);
    text = NULL;
    if (status == TH_OK && fill(run, stored, own)) {
        status = th_json_dump(own, TH_JSON_CANONICAL, &text, err);
    }
    if (status == TH_OK && text != NULL) {
        free(row->attributes);
        row->attributes = text;
    }
    th_json_free(stored);
    th_json_free(own);
    return status;
}

// An area in square metres or hectares is seldom whole in hundredths of a mu, in which it is shown
// and exported: what was written of it so is the area itself.
static bool is_area_as_shown(const struct th_staged_row *row, const struct th_parcel_record *record)
{
    return row->has_declared && record->has_declared &&
           th_area_m2_300(row->declared) ==
               th_area_mu_cent(record->declared) * TH_AREA_M2_300_PER_MU_CENT;
}

// Declared area and land class.
static enum th_status keep_particulars(const struct th_import_run *run, struct th_staged_row *row,
                                       const struct th_parcel_known *known, struct th_error *err)
{
    bool declared = run->map.by_role[TH_FIELD_DECLARED] != TH_ROW_NO_INDEX;
    bool classed = run->map.by_role[TH_FIELD_LAND_CLASS] != TH_ROW_NO_INDEX;
    struct th_parcel_record record;
    enum th_status status =
        th_parcel_load(run->store, known->parcel_id, known->version, &record, err);
    if (status == TH_OK && (!declared || is_area_as_shown(row, &record))) {
        row->has_declared = record.has_declared;
        row->declared = record.declared;
    }
    if (status == TH_OK && !classed) {
        const struct th_land_class *land = th_land_classes_find(&run->classes, record.land_class);
        bool same = land != NULL && strcmp(land->scheme, record.land_scheme) == 0;
        row->land_class = same ? (int)(land - run->classes.items) : TH_ROW_NO_INDEX;
    }
    return status;
}

enum th_status th_import_keep(const struct th_import_run *run, struct th_staged_row *row,
                              const struct th_parcel_known *known, struct th_error *err)
{
    enum th_status status = keep_attributes(run, row, known, err);
    return status == TH_OK ? keep_particulars(run, row, known, err) : status;
}
