// What the headings of a table of yearly data mean, as data/fields/activity.json says.
#include <stdlib.h>
#include <string.h>

#include "registry/records/activity_internal.h"

const char *th_activity_unit(const struct th_sheet_key *key)
{
    if (key->per == TH_SHEET_WORDS)
        return "";
    switch (key->dimension) {
    case TH_DIMENSION_MASS:
        return key->per == TH_SHEET_PER_MU ? "kg/mu" : "kg";
    case TH_DIMENSION_VOLUME:
        return "L";
    case TH_DIMENSION_AREA:
        return "mu";
    case TH_DIMENSION_COUNT:
    case TH_DIMENSION_LENGTH:
    case TH_DIMENSION_NONE:
        break;
    }
    return "1";
}

// A heading of a quantity must say the unit, and the ground where that is open. Counts need no
// unit, and the stable key alone, without any, means the unit in which it is kept.
static enum th_status column_judge(const struct th_sheet_key *key, const char *heading,
                                   const struct th_quantity_heading *read,
                                   struct th_activity_column *column, struct th_error *err)
{
    bool none = read->unit[0] == '\0';
    column->factor = (struct th_ratio){1, 1};
    column->per_mu = key->per == TH_SHEET_PER_MU;
    if (key->per == TH_SHEET_WORDS ||
        (none && (key->dimension == TH_DIMENSION_COUNT || strcmp(heading, key->key) == 0)))
        return TH_OK;
    if (none || !read->understood)
        return th_sheet_heading_error("sheet_heading_unit", heading, key, err);
    if (read->dimension != key->dimension)
        return th_sheet_heading_error("sheet_heading_dimension", heading, key, err);
    bool product =
        key->has_n || strcmp(key->key, "limestone") == 0 || strcmp(key->key, "dolomite") == 0;
    if (read->element && product)
        return th_sheet_heading_error("sheet_heading_element", heading, key, err);
    bool open = read->ground == TH_QUANTITY_CONFUSED ||
                (read->ground == TH_QUANTITY_UNSAID && key->per == TH_SHEET_PER_MU) ||
                (read->ground == TH_QUANTITY_PER_MU && key->per == TH_SHEET_TIMES);
    if (open)
        return th_sheet_heading_error("sheet_heading_ground", heading, key, err);
    column->factor = read->factor;
    column->per_mu = read->ground == TH_QUANTITY_PER_MU;
    return TH_OK;
}

static enum th_status columns_check(const struct th_sheet_keys *keys,
                                    const struct th_activity_columns *columns, struct th_error *err)
{
    bool place = false;
    bool quantity = false;
    for (size_t i = 0; i < keys->n; i++) {
        bool there = columns->of[i].column != SIZE_MAX;
        const char *key = keys->items[i].key;
        place = place || (there && (strcmp(key, "number") == 0 || strcmp(key, "parcel_id") == 0));
        quantity = quantity || (there && keys->items[i].per != TH_SHEET_WORDS);
    }
    if (!place)
        return th_error_set(err, TH_INVALID, "sheet_columns", "missing",
                            th_sheet_key_find(keys, "number")->zh, NULL);
    return quantity ? TH_OK : th_error_set(err, TH_INVALID, "activity_no_quantity", NULL);
}

static enum th_status columns_take(const struct th_sheet_keys *keys, const struct th_sheet *sheet,
                                   const struct th_sheet_heading *headings,
                                   struct th_activity_columns *columns, struct th_error *err)
{
    enum th_status status = TH_OK;
    for (size_t c = 0; status == TH_OK && c < sheet->n_columns; c++) {
        const struct th_sheet_heading *heading = &headings[c];
        if (heading->key != NULL) {
            struct th_activity_column *column = &columns->of[heading->key - keys->items];
            column->column = c;
            status = column_judge(heading->key, sheet->headings[c], &heading->read, column, err);
        } else if (heading->twice != NULL) {
            status = th_sheet_heading_error("sheet_heading_twice", sheet->headings[c],
                                            heading->twice, err);
        } else if (sheet->headings[c][0] != '\0') {
            th_json_append_text(columns->ignored, sheet->headings[c]);
        }
    }
    return status;
}

enum th_status th_activity_columns_find(const struct th_sheet_keys *keys,
                                        const struct th_sheet *sheet,
                                        struct th_activity_columns *ret_columns,
                                        struct th_error *err)
{
    struct th_sheet_heading *headings = NULL;
    struct th_activity_columns columns = {.ignored = th_json_array()};
    for (size_t i = 0; i < keys->n; i++)
        columns.of[i].column = SIZE_MAX;
    enum th_status status =
        th_sheet_headings_read(TH_FIELDS_OF_ACTIVITY, keys, sheet, &headings, err);
    if (status == TH_OK)
        status = columns_take(keys, sheet, headings, &columns, err);
    if (status == TH_OK)
        status = columns_check(keys, &columns, err);
    free(headings);
    if (status == TH_OK)
        *ret_columns = columns;
    else
        th_json_free(columns.ignored);
    return status;
}
