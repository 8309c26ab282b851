// What the headings of a table of yearly data mean, as data/fields/activity.json says.
#include <string.h>

#include "registry/records/activity_internal.h"

const char *th_activity_unit(const struct th_sheet_key *key)
{
    if (key->per == TH_SHEET_WORDS) {
        return "";
    }
    switch (key->dimension) {
    case TH_QUANTITY_MASS:
        return key->per == TH_SHEET_PER_MU ? "kg/mu" : "kg";
    case TH_QUANTITY_VOLUME:
        return "L";
    case TH_QUANTITY_AREA:
        return "mu";
    case TH_QUANTITY_COUNT:
    case TH_QUANTITY_LENGTH:
    case TH_QUANTITY_NONE:
        break;
    }
    return "1";
}

// A heading of a quantity must say the unit, and the ground where that is open. Counts need no
// unit, and the stable key alone, without any, means the unit in which it is kept.
enum th_status th_activity_column_judge(void *run, size_t column, struct th_error *err)
{
    struct th_activity_run *m = run;
    const struct th_sheet_key *key = m->import.headings[column].key;
    const struct th_quantity_heading *read = &m->import.headings[column].read;
    const char *heading = m->import.sheet.headings[column];
    struct th_activity_unit *unit = &m->units[key - m->import.keys.items];
    bool none = read->unit[0] == '\0';
    unit->factor = (struct th_ratio){1, 1};
    unit->per_mu = key->per == TH_SHEET_PER_MU;
    if (key->per == TH_SHEET_WORDS ||
        (none && (key->dimension == TH_QUANTITY_COUNT || strcmp(heading, key->key) == 0))) {
        return TH_OK;
    }
    if (none || !read->understood) {
        return th_sheet_heading_error("sheet_heading_unit", heading, key, err);
    }
    if (read->dimension != key->dimension) {
        return th_sheet_heading_error("sheet_heading_dimension", heading, key, err);
    }
    bool product =
        key->has_n || strcmp(key->key, "limestone") == 0 || strcmp(key->key, "dolomite") == 0;
    if (read->element && product) {
        return th_sheet_heading_error("sheet_heading_element", heading, key, err);
    }
    bool open = read->ground == TH_QUANTITY_CONFUSED ||
                (read->ground == TH_QUANTITY_UNSAID && key->per == TH_SHEET_PER_MU) ||
                (read->ground == TH_QUANTITY_PER_MU && key->per == TH_SHEET_TIMES);
    if (open) {
        return th_sheet_heading_error("sheet_heading_ground", heading, key, err);
    }
    unit->factor = read->factor;
    unit->per_mu = read->ground == TH_QUANTITY_PER_MU;
    return TH_OK;
}

enum th_status th_activity_columns_check(const void *run, struct th_error *err)
{
    const struct th_activity_run *m = run;
    const struct th_sheet_keys *keys = &m->import.keys;
    bool place = false;
    bool quantity = false;
    for (size_t i = 0; i < keys->n; i++) {
        bool there = m->import.of[i] != SIZE_MAX;
        const char *key = keys->items[i].key;
        place = place || (there && (strcmp(key, "number") == 0 || strcmp(key, "parcel_id") == 0));
        quantity = quantity || (there && keys->items[i].per != TH_SHEET_WORDS);
    }
    if (!place) {
        return th_error_set(err, TH_INVALID, "sheet_columns", "missing",
                            th_sheet_key_find(keys, "number")->zh, NULL);
    }
    return quantity ? TH_OK : th_error_set(err, TH_INVALID, "activity_no_quantity", NULL);
}
