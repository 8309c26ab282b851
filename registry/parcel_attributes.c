// A table of numbers and attributes alone, in an update: each row takes the ground and the kind of
// the parcel that it names, and then goes the way of any row whose ground stays as it is.
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/parcel_internal.h"

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
    if (status != TH_OK && err != NULL)
        *err = why;
    return status;
}

bool th_import_is_shapeless(const struct th_import_run *run)
{
    return run->shapeless.key[0] != '\0';
}

enum th_status th_import_shapeless_check(const struct th_import_run *run, struct th_error *err)
{
    if (!th_import_is_shapeless(run))
        return TH_OK;
    if (run->map.by_role[TH_FIELD_NUMBER] == TH_ROW_NO_INDEX) {
        if (err != NULL)
            *err = run->shapeless;
        return TH_UNREADABLE;
    }
    if (!run->options->update)
        return th_error_set(err, TH_INVALID, "attributes_alone", "file", run->source.source, NULL);
    return TH_OK;
}

static void refuse(struct th_import_run *run, struct th_staged_row *row, const char *code,
                   const struct th_error *what)
{
    th_problems_add(&run->resolved, row->row, row->feature, TH_PROBLEM_ERROR, code, what);
    row->fate = TH_ROW_REFUSED;
}

static void refuse_unknown(struct th_import_run *run, struct th_staged_row *row)
{
    struct th_error what;
    if (row->number == NULL)
        (void)th_error_set(&what, TH_DATA_PROBLEM, "parcel_unnumbered", NULL);
    else
        (void)th_error_set(&what, TH_DATA_PROBLEM, "parcel_unknown", "number", row->number,
                           "village", run->villages.items[row->village].name, NULL);
    refuse(run, row, "parcel_unknown", &what);
}

// The class was judged by the kind that the row names; where it names none, by the parcel's.
static void class_judge(struct th_import_run *run, struct th_staged_row *row, const char *kind)
{
    char key[48] = "@parcel.kind.";
    size_t used = strlen(key);
    struct th_error what;
    const struct th_land_class *land =
        row->land_class == TH_ROW_NO_INDEX ? NULL : &run->classes.items[row->land_class];
    if (!row->kind_open || land == NULL || th_land_class_agrees(land, kind))
        return;
    th_text_copy(key + used, sizeof key - used, kind);
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
    if (status == TH_OK)
        status = th_ground_from_wkb(wkb, size, &ground, err);
    free(wkb);
    if (status != TH_OK)
        return status;
    struct th_box box = th_ground_box(ground);
    th_ground_free(row->ground);
    row->ground = ground;
    row->measured = record->measured;
    row->perimeter_mm = record->perimeter_mm;
    row->geometry_hash = record->geometry_hash;
    row->placed = true;
    row->middle = (struct th_xy){(box.west + box.east) / 2, (box.south + box.north) / 2};
    if (row->kind_open)
        row->kind = th_parcel_kind_find(record->kind);
    return TH_OK;
}

enum th_status th_import_shapeless_fill(struct th_import_run *run, bool refusing,
                                        struct th_error *err)
{
    enum th_status status = TH_OK;
    if (!th_import_is_shapeless(run))
        return TH_OK;
    for (size_t i = 0; status == TH_OK && i < run->n_rows; i++) {
        struct th_staged_row *row = &run->rows[i];
        struct th_parcel_record record;
        struct th_hash content;
        bool found = false;
        if (row->fate != TH_ROW_PENDING || row->village == TH_ROW_NO_INDEX)
            continue;
        if (row->number != NULL)
            status = th_parcel_find(run->store, run->villages.items[row->village].code, row->number,
                                    "", &found, &record, &content, err);
        if (status == TH_OK && found)
            status = ground_take(run, row, &record, err);
        if (status != TH_OK || !refusing)
            continue;
        if (found)
            class_judge(run, row, record.kind);
        else
            refuse_unknown(run, row);
    }
    return status;
}
