// A table of numbers or ids and attributes alone, in an update: each row takes the ground and the
// kind of the parcel that it names, and then goes the way of any row whose ground stays as it is.
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/intake/parcel_internal.h"

enum th_status th_import_source_open(struct th_import_run *run, struct th_reader_options *how,
                                     struct th_reader **ret_reader, struct th_error *err)
{
    struct th_error why;
    enum th_status status = th_reader_open(run->path, how, ret_reader, &why);
    if (status == TH_UNREADABLE && strcmp(why.key, "points_columns") == 0) {
        how->shapeless = true;
        if (th_reader_open(run->path, how, ret_reader, NULL) == TH_OK) {
            run->shapeless = why;
            return TH_OK;
        }
    }
    if (status != TH_OK && err != NULL) {
        *err = why;
    }
    return status;
}

bool th_import_is_shapeless(const struct th_import_run *run)
{
    return run->shapeless.key[0] != '\0';
}

enum th_status th_import_shapeless_check(const struct th_import_run *run, struct th_error *err)
{
    if (!th_import_is_shapeless(run)) {
        return TH_OK;
    }
    if (run->map.by_role[TH_FIELD_NUMBER] == TH_ROW_NO_INDEX &&
        run->map.parcel_id == TH_ROW_NO_INDEX) {
        if (err != NULL) {
            *err = run->shapeless;
        }
        return TH_UNREADABLE;
    }
    if (!run->options->update) {
        return th_error_set(err, TH_INVALID, "attributes_alone", "file", run->source.source, NULL);
    }
    return TH_OK;
}

static void refuse(struct th_import_run *run, struct th_staged_row *row, const char *code,
                   const struct th_error *what)
{
    th_problems_add(&run->resolved, row->row, row->feature, TH_PROBLEM_ERROR, code, what);
    row->fate = TH_ROW_REFUSED;
}

static enum th_status refuse_unknown(struct th_import_run *run, struct th_staged_row *row,
                                     struct th_error *err)
{
    struct th_error what;
    bool old = false;
    enum th_status status = th_import_old_number(run, row, &old, &what, err);
    if (status != TH_OK) {
        return status;
    }
    if (!old && row->number == NULL) {
        (void)th_error_set(&what, TH_DATA_PROBLEM, "parcel_unnumbered", NULL);
    } else if (!old) {
        (void)th_error_set(&what, TH_DATA_PROBLEM, "parcel_unknown", "number", row->number,
                           "village", run->villages.items[row->village].name, NULL);
    }
    refuse(run, row, "parcel_unknown", &what);
    return TH_OK;
}

// The class was judged by the kind that the row names; where it names none, by the parcel's.
static void class_judge(struct th_import_run *run, struct th_staged_row *row, const char *kind)
{
    char key[48] = "@parcel.kind.";
    size_t used = strlen(key);
    struct th_error what;
    const struct th_land_class *land =
        row->land_class == TH_ROW_NO_INDEX ? NULL : &run->classes.items[row->land_class];
    if (!row->kind_open || land == NULL || th_land_class_agrees(land, kind)) {
        return;
    }
    th_text_copy(key + used, sizeof(key) - used, kind);
    (void)th_error_set(&what, TH_DATA_PROBLEM, "land_class_conflict", "code", land->code, "name",
                       run->options->lang == TH_LANG_ZH ? land->name_zh : land->name_en, "kind",
                       key, NULL);
    refuse(run, row, NULL, &what);
}

static enum th_status ground_take(struct th_import_run *run, struct th_staged_row *row,
                                  const struct th_parcel_record *record, struct th_error *err)
{
    unsigned char *wkb = NULL;
    size_t size = 0;
    struct th_ground *ground = NULL;
    enum th_status status =
        th_parcel_geometry_load(run->store, record->parcel_id, record->version, &wkb, &size, err);
    if (status == TH_OK) {
        status = th_ground_from_wkb(wkb, size, &ground, err);
    }
    free(wkb);
    if (status != TH_OK) {
        return status;
    }
    struct th_box box = th_ground_box(ground);
    th_ground_free(row->ground);
    row->ground = ground;
    row->measured = record->measured;
    row->perimeter_mm = record->perimeter_mm;
    row->geometry_hash = record->geometry_hash;
    row->placed = true;
    row->middle = (struct th_xy){(box.west + box.east) / 2, (box.south + box.north) / 2};
    if (row->kind_open) {
        row->kind = th_parcel_kind_find(record->kind);
    }
    return TH_OK;
}

static const char *number_or_none(const char *number)
{
    return number == NULL || number[0] == '\0' ? "@parcels.none" : number;
}

// The parcel that bears the row's id, if the row says nothing else of village and number; what it
// does not say of them it takes over. Otherwise *ret_found is false and `what` tells why.
static enum th_status find_by_id(struct th_import_run *run, struct th_staged_row *row,
                                 bool *ret_found, struct th_parcel_record *record,
                                 struct th_error *what, struct th_error *err)
{
    enum th_status status = th_parcel_load(run->store, row->told_id, 0, record, what);
    if (status == TH_NOT_FOUND) {
        return TH_OK;
    }
    if (status != TH_OK) {
        if (err != NULL) {
            *err = *what;
        }
        return status;
    }
    if (row->village_open) {
        row->village = th_village_list_find(&run->villages, record->village);
        row->village_open = false;
    }
    const struct th_village *village = &run->villages.items[row->village];
    if (strcmp(village->code, record->village) != 0 ||
        (row->number != NULL && strcmp(row->number, record->number) != 0)) {
        bool old = false;
        status = th_import_old_number(run, row, &old, what, err);
        if (status != TH_OK || old) {
            return status;
        }
        (void)th_error_set(what, TH_DATA_PROBLEM, "parcel_id_differs", "known",
                           number_or_none(record->number), "known_village", record->village_name,
                           "number", number_or_none(row->number), "village", village->name, NULL);
        th_error_add_int(what, "parcel", row->told_id);
        return TH_OK;
    }
    if (row->number == NULL && record->number[0] != '\0') {
        row->number = th_text_duplicate(record->number);
        if (row->number == NULL) {
            return th_error_no_memory(err);
        }
    }
    *ret_found = true;
    return TH_OK;
}

enum th_status th_import_shapeless_fill(struct th_import_run *run, bool refusing,
                                        struct th_error *err)
{
    enum th_status status = TH_OK;
    if (!th_import_is_shapeless(run)) {
        return TH_OK;
    }
    for (size_t i = 0; status == TH_OK && i < run->n_rows; i++) {
        struct th_staged_row *row = &run->rows[i];
        struct th_parcel_record record;
        struct th_hash content;
        struct th_error what = {0};
        bool found = false;
        if (row->fate != TH_ROW_PENDING ||
            (row->village == TH_ROW_NO_INDEX && (row->told_id == 0 || !row->village_open))) {
            continue;
        }
        if (row->told_id != 0) {
            status = find_by_id(run, row, &found, &record, &what, err);
        } else if (row->number != NULL) {
            status = th_parcel_find(run->store, run->villages.items[row->village].code, row->number,
                                    "", &found, &record, &content, err);
        }
        if (status == TH_OK && found) {
            status = ground_take(run, row, &record, err);
        }
        if (status != TH_OK || !refusing) {
            continue;
        }
        if (found) {
            class_judge(run, row, record.kind);
        } else if (row->told_id != 0) {
            refuse(run, row, "parcel_unknown", &what);
        } else {
            status = refuse_unknown(run, row, err);
        }
    }
    return status;
}
