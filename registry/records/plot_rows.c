// What the columns of a table of plots mean, and what each row says.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/records/plot_internal.h"
#include "store/ground/parcel_store.h"

enum { YEAR_MIN = 1950 };

// Lengths and areas need a unit, ages and counts none.
enum th_status th_plot_column_judge(void *run, size_t column, struct th_error *err)
{
    const struct th_plot_run *m = run;
    const struct th_sheet_key *key = m->import.headings[column].key;
    const struct th_quantity_heading *read = &m->import.headings[column].read;
    const char *heading = m->import.sheet.headings[column];
    bool measured = key->dimension == TH_QUANTITY_LENGTH || key->dimension == TH_QUANTITY_AREA ||
                    key->dimension == TH_QUANTITY_VOLUME;
    if (!measured) {
        return TH_OK;
    }
    if (!read->understood) {
        return th_sheet_heading_error("sheet_heading_unit", heading, key, err);
    }
    if (read->dimension != key->dimension || read->ground == TH_QUANTITY_PER_MU) {
        return th_sheet_heading_error("sheet_heading_dimension", heading, key, err);
    }
    return TH_OK;
}

static bool names_one_stem(const char *heading)
{
    static const char *const WORDS[] = {"株", "单木", "stem", "volume_m3"};
    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++) {
        if (strstr(heading, WORDS[i]) != NULL) {
            return true;
        }
    }
    return false;
}

enum th_status th_plot_columns_check(const void *run, struct th_error *err)
{
    const struct th_plot_run *m = run;
    static const char *const NEEDED[] = {"plot", "dbh_cm"};
    bool place = th_record_column(&m->import, "number") != SIZE_MAX ||
                 th_record_column(&m->import, "parcel_id") != SIZE_MAX ||
                 th_record_column(&m->import, "stratum") != SIZE_MAX;
    for (size_t i = 0; i < sizeof(NEEDED) / sizeof(NEEDED[0]); i++) {
        if (th_record_column(&m->import, NEEDED[i]) == SIZE_MAX) {
            return th_error_set(err, TH_INVALID, "sheet_columns", "missing",
                                th_sheet_key_find(&m->import.keys, NEEDED[i])->zh, NULL);
        }
    }
    if (!place) {
        return th_error_set(err, TH_INVALID, "sheet_columns", "missing",
                            th_sheet_key_find(&m->import.keys, "number")->zh, NULL);
    }
    if (th_record_column(&m->import, "surveyed") == SIZE_MAX && m->import.option_year == 0) {
        return th_error_set(err, TH_INVALID, "sheet_columns", "missing",
                            th_sheet_key_find(&m->import.keys, "surveyed")->zh, NULL);
    }
    // Of a line that counts stems, "volume" may be that of one or of all: it must say which.
    size_t volume = th_record_column(&m->import, "volume_m3");
    if (volume != SIZE_MAX && th_record_column(&m->import, "count") != SIZE_MAX &&
        !names_one_stem(m->import.sheet.headings[volume])) {
        return th_sheet_heading_error("plot_volume_column", m->import.sheet.headings[volume],
                                      th_sheet_key_find(&m->import.keys, "volume_m3"), err);
    }
    if (th_record_column(&m->import, "area_m2") == SIZE_MAX) {
        return th_error_set(err, TH_INVALID, "plot_area_column", "example",
                            th_sheet_key_find(&m->import.keys, "area_m2")->zh, NULL);
    }
    return TH_OK;
}

void th_plot_problem(struct th_plot_run *m, size_t row, const char *code, bool error,
                     const struct th_error *what)
{
    const char *plot = th_record_cell(&m->import, row, "plot");
    m->rows[row].bad = m->rows[row].bad || error;
    th_sheet_tell(&m->import.told, &m->import.sheet, row, plot[0] != '\0' ? plot : NULL, code,
                  error ? "error" : "warning", what);
}

static void tell_value(struct th_plot_run *m, size_t row, const char *key, const char *message)
{
    struct th_error what;
    size_t column = th_record_column(&m->import, key);
    const char *value = th_sheet_cell(&m->import.sheet, row, column);
    (void)th_error_set(&what, TH_DATA_PROBLEM, message, "column",
                       column == SIZE_MAX ? th_sheet_key_find(&m->import.keys, key)->zh
                                          : m->import.sheet.headings[column],
                       "value", value, NULL);
    th_plot_problem(m, row, value[0] == '\0' ? "attribute_missing" : "attribute_range", true,
                    &what);
}

static void take_survey(struct th_plot_run *m, size_t row)
{
    struct th_date day;
    struct th_error what;
    struct th_plot_row *r = &m->rows[row];
    const struct th_date today = th_work_today(m->import.work);
    const char *cell = th_record_cell(&m->import, row, "surveyed");
    int year = m->import.option_year;
    bool dated = cell[0] != '\0' && th_sheet_date(cell, &day);
    if (cell[0] == '\0' && year == 0) {
        tell_value(m, row, "surveyed", "plot_cell_missing");
        return;
    }
    if (dated) {
        year = day.year;
    }
    if ((cell[0] != '\0' && !dated && !th_sheet_year(cell, &year)) || year < YEAR_MIN) {
        tell_value(m, row, "surveyed", "plot_survey_value");
        return;
    }
    const char *key = NULL;
    if (m->import.option_year != 0 && year != m->import.option_year) {
        key = "plot_survey_differs";
    } else if (dated ? th_date_compare(day, today) > 0 : year > today.year) {
        key = "plot_survey_future";
    }
    if (key != NULL) {
        (void)th_error_set(&what, TH_DATA_PROBLEM, key, "value", cell, NULL);
        th_error_add_int(&what, "year", m->import.option_year);
        th_plot_problem(m, row, "attribute_range", true, &what);
        return;
    }
    if (dated) {
        (void)th_date_format(day, r->surveyed);
    } else {
        (void)snprintf(r->surveyed, sizeof(r->surveyed), "%04d", year);
    }
}

static bool take_text(struct th_plot_run *m, size_t row, const char *key, const char **ret_text)
{
    const char *text = th_record_cell(&m->import, row, key);
    bool fits = strlen(text) <= TH_PLOT_NUMBER_MAX && th_text_is_utf8(text, strlen(text)) &&
                !th_text_has_hidden(text);
    if (!fits) {
        tell_value(m, row, key, "plot_text");
    }
    *ret_text = fits ? text : "";
    return fits;
}

static void parcel_add(struct th_plot_row *r, int64_t id)
{
    size_t at = r->n_parcels;
    for (size_t i = 0; i < r->n_parcels; i++) {
        if (r->parcels[i] == id) {
            return;
        }
    }
    for (; at > 0 && r->parcels[at - 1] > id; at--) {
        r->parcels[at] = r->parcels[at - 1];
    }
    r->parcels[at] = id;
    r->n_parcels++;
}

static struct th_date survey_day(const char *surveyed, bool last)
{
    struct th_date day = {0, last ? 12 : 1, last ? 31 : 1};
    struct th_error ignored;
    if (strlen(surveyed) == 4) {
        day.year = th_plot_year(surveyed);
    } else if (th_date_parse(surveyed, &day, &ignored) != TH_OK) {
        day.year = 0;
    }
    return day;
}

static enum th_status take_parcel(struct th_plot_run *m, size_t row, const char *number,
                                  const char *id, struct th_error *err)
{
    struct th_sheet_fault fault = {0};
    struct th_parcel_record parcel;
    struct th_plot_row *r = &m->rows[row];
    bool found = false;
    enum th_status status =
        th_sheet_parcel(m->import.places, th_record_cell(&m->import, row, "village"), number, id,
                        &found, &parcel, &fault, err);
    if (status == TH_OK && found && r->surveyed[0] != '\0') {
        status = th_sheet_parcel_was(m->import.places, &parcel, survey_day(r->surveyed, false),
                                     survey_day(r->surveyed, true), &found, &fault, err);
    }
    if (status != TH_OK) {
        return status;
    }
    if (!found) {
        th_plot_problem(m, row, fault.code, true, &fault.what);
        return TH_OK;
    }
    if (r->village == NULL) {
        th_sheet_village(m->import.places, parcel.village, &r->village, &fault);
    }
    if (r->village != NULL && strcmp(r->village->code, parcel.village) != 0) {
        (void)th_error_set(&fault.what, TH_DATA_PROBLEM, "plot_village_differs", "village",
                           r->village->name, "known_village", parcel.village_name, NULL);
        th_plot_problem(m, row, "attribute_range", true, &fault.what);
        return TH_OK;
    }
    r->bamboo = r->bamboo || strcmp(parcel.kind, "bamboo") == 0;
    parcel_add(r, parcel.parcel_id);
    return TH_OK;
}

// One or several, "1、2" or "1;2", of which each is taken.
static enum th_status take_parcels(struct th_plot_run *m, size_t row, const char *key, bool ids,
                                   struct th_error *err)
{
    static const char *const MARKS[] = {"、", "，", ",", "；", ";"};
    char part[TH_PARCEL_NUMBER_SIZE];
    const char *at = th_record_cell(&m->import, row, key);
    enum th_status status = TH_OK;
    while (status == TH_OK && *at != '\0') {
        size_t size = strlen(at);
        size_t mark = 0;
        for (size_t i = 0; i < sizeof(MARKS) / sizeof(MARKS[0]); i++) {
            const char *found = strstr(at, MARKS[i]);
            if (found == NULL || (size_t)(found - at) >= size) {
                continue;
            }
            size = (size_t)(found - at);
            mark = strlen(MARKS[i]);
        }
        if (size >= sizeof(part) || m->rows[row].n_parcels == TH_PLOT_PARCELS_MAX) {
            tell_value(m, row, key, "plot_parcels");
            return TH_OK;
        }
        memcpy(part, at, size);
        part[size] = '\0';
        th_text_trim(part);
        at += size + mark;
        if (part[0] != '\0') {
            status = take_parcel(m, row, ids ? "" : part, ids ? part : "", err);
        }
    }
    return status;
}

static bool names_bamboo(const char *species)
{
    static const char *const WORDS[] = {"竹", "bamboo", "Bamboo", "moso", "Moso", "Phyllostachys"};
    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++) {
        if (strstr(species, WORDS[i]) != NULL) {
            return true;
        }
    }
    return false;
}

// A measure in its own unit; 0 in the result where the cell is empty. False when it is wrong.
static bool take_measure(struct th_plot_run *m, size_t row, const char *name,
                         struct th_ratio *ret_value)
{
    struct th_error ignored;
    struct th_ratio value = {0, 1};
    const struct th_sheet_key *key = th_sheet_key_find(&m->import.keys, name);
    size_t column = th_record_column(&m->import, name);
    const char *cell = th_sheet_cell(&m->import.sheet, row, column);
    *ret_value = value;
    if (cell[0] == '\0') {
        return true;
    }
    struct th_ratio factor = m->import.headings[column].read.factor;
    if (key->dimension == TH_QUANTITY_COUNT) {
        factor = (struct th_ratio){1, 1};
    }
    // Areas of plots are kept in m², heights in metres, volumes in m³; the words give mu,
    // centimetres and litres.
    const struct th_ratio to_m2 = {2000, 3};
    const struct th_ratio to_m = {1, 100};
    const struct th_ratio to_m3 = {1, 1000};
    bool volume = key->dimension == TH_QUANTITY_VOLUME;
    bool area = key->dimension == TH_QUANTITY_AREA;
    bool read =
        th_sheet_decimal(cell, &value) && th_ratio_mul(value, factor, &value, &ignored) == TH_OK &&
        (!area || th_ratio_mul(value, to_m2, &value, &ignored) == TH_OK) &&
        (!volume || th_ratio_mul(value, to_m3, &value, &ignored) == TH_OK) &&
        (strcmp(name, "height_m") != 0 || th_ratio_mul(value, to_m, &value, &ignored) == TH_OK) &&
        (!key->whole || value.denominator == 1);
    if (!read) {
        tell_value(m, row, name, key->whole ? "activity_value_whole" : "activity_value");
        return false;
    }
    struct th_ratio max = m->rows[row].bamboo ? key->bamboo_max : key->max;
    if (th_ratio_compare(value, max) > 0 || th_ratio_compare(value, key->min) < 0) {
        tell_value(m, row, name, m->rows[row].bamboo ? "plot_range_bamboo" : "plot_range");
        return false;
    }
    *ret_value = value;
    return true;
}

static void take_stems(struct th_plot_run *m, size_t row)
{
    struct th_plot_row *r = &m->rows[row];
    struct th_ratio whole;
    // A table without counts has a line for every stem.
    bool counted = th_record_column(&m->import, "count") != SIZE_MAX;
    const char *dbh = th_record_cell(&m->import, row, "dbh_cm");
    if (counted && th_record_cell(&m->import, row, "count")[0] == '\0') {
        tell_value(m, row, "count", "plot_cell_missing");
        return;
    }
    if (counted && take_measure(m, row, "count", &whole)) {
        r->n = whole.numerator;
    }
    if (!counted) {
        r->n = dbh[0] == '\0' ? 0 : 1;
    }
    if (r->n > 0 && dbh[0] == '\0') {
        tell_value(m, row, "dbh_cm", "plot_cell_missing");
    }
    (void)take_measure(m, row, "dbh_cm", &r->dbh_cm);
    (void)take_measure(m, row, "height_m", &r->height_m);
    (void)take_measure(m, row, "volume_m3", &r->volume_m3);
    size_t age = th_record_column(&m->import, "age");
    const char *unit = age == SIZE_MAX ? "" : m->import.headings[age].read.unit;
    bool years = strstr(unit, "年") != NULL || strstr(unit, "year") != NULL;
    if (age != SIZE_MAX && years && r->bamboo &&
        th_record_cell(&m->import, row, "age")[0] != '\0') {
        tell_value(m, row, "age", "plot_age_years");
    } else if (take_measure(m, row, "age", &whole)) {
        r->age = whole.numerator;
    }
}

enum th_status th_plot_row_take(struct th_plot_run *m, size_t row, struct th_error *err)
{
    struct th_sheet_fault fault = {0};
    struct th_plot_row *r = &m->rows[row];
    r->stratum = r->plot = r->species = "";
    if (th_sheet_tell_lost(&m->import.told, &m->import.sheet, row)) {
        r->bad = true;
        return TH_OK;
    }
    bool by_id = th_record_cell(&m->import, row, "parcel_id")[0] != '\0';
    take_survey(m, row);
    (void)take_text(m, row, "stratum", &r->stratum);
    (void)take_text(m, row, "species", &r->species);
    if (take_text(m, row, "plot", &r->plot) && r->plot[0] == '\0') {
        tell_value(m, row, "plot", "plot_cell_missing");
    }
    if (th_record_cell(&m->import, row, "village")[0] != '\0' || !by_id) {
        th_sheet_village(m->import.places, th_record_cell(&m->import, row, "village"), &r->village,
                         &fault);
        if (r->village == NULL) {
            th_plot_problem(m, row, fault.code, true, &fault.what);
        }
    }
    r->bamboo = names_bamboo(r->species);
    enum th_status status = TH_OK;
    if (r->village != NULL || by_id) {
        status = take_parcels(m, row, by_id ? "parcel_id" : "number", by_id, err);
    }
    if (status != TH_OK) {
        return status;
    }
    r->has_area = th_record_cell(&m->import, row, "area_m2")[0] != '\0' &&
                  take_measure(m, row, "area_m2", &r->area_m2);
    take_stems(m, row);
    return TH_OK;
}
