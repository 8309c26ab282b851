// What each row of a table of yearly data says.
#include <string.h>

#include "core/text.h"
#include "registry/records/activity_internal.h"
#include "store/ground/parcel_store.h"

void th_activity_problem(struct th_activity_run *m, size_t row, const char *code, bool error,
                         const struct th_error *what)
{
    const char *number = th_record_cell(&m->import, row, "number");
    m->rows[row].bad = m->rows[row].bad || error;
    th_sheet_tell(&m->import.told, &m->import.sheet, row, number[0] != '\0' ? number : NULL, code,
                  error ? "error" : "warning", what);
}

enum { YEAR_MIN = 1950, M2_300_PER_MU = 200000 };

static void tell_value(struct th_activity_run *m, size_t row, size_t column, const char *key,
                       bool error)
{
    struct th_error what;
    (void)th_error_set(&what, TH_DATA_PROBLEM, key, "column", m->import.sheet.headings[column],
                       "value", th_sheet_cell(&m->import.sheet, row, column), NULL);
    th_activity_problem(m, row, "attribute_range", error, &what);
}

static void tell_year(struct th_activity_run *m, size_t row, const char *code, const char *key,
                      bool error, int year)
{
    struct th_error what;
    (void)th_error_set(&what, TH_DATA_PROBLEM, key, NULL);
    th_error_add_int(&what, "year", year);
    th_error_add_int(&what, "option", m->import.option_year);
    th_activity_problem(m, row, code, error, &what);
}

static bool take_year(struct th_activity_run *m, size_t row, int *ret_year)
{
    const char *cell = th_record_cell(&m->import, row, "year");
    int today = th_work_today(m->import.work).year;
    int year = m->import.option_year;
    if (cell[0] == '\0' && year == 0) {
        tell_year(m, row, "attribute_missing", "activity_year_missing", true, 0);
        return false;
    }
    if (cell[0] != '\0' && (!th_sheet_year(cell, &year) || year < YEAR_MIN)) {
        tell_value(m, row, th_record_column(&m->import, "year"), "activity_year_value", true);
        return false;
    }
    if (m->import.option_year != 0 && year != m->import.option_year) {
        tell_year(m, row, "attribute_range", "activity_year_differs", true, year);
        return false;
    }
    if (year > today) {
        tell_year(m, row, "attribute_range", "activity_year_future", true, year);
        return false;
    }
    if (year == today) {
        tell_year(m, row, "year_running", "activity_year_running", false, year);
    }
    *ret_year = year;
    return true;
}

// The version that was in force when the year ended; the first one for years before that.
struct version_search {
    int year;
    bool found;
    struct th_parcel_record record;
};

static bool meet_version(void *context, const struct th_parcel_record *record,
                         const char *attributes)
{
    struct version_search *s = context;
    (void)attributes;
    if (s->found && record->from.year > s->year) {
        return false;
    }
    s->found = true;
    s->record = *record;
    return true;
}

struct ground {      // 1/300 m²
    int64_t used;    // as estimates take it: the smaller of measured and contracted
    int64_t largest; // the larger: for bounds
};

static enum th_status ground_find(struct th_activity_run *m, const struct th_parcel_record *parcel,
                                  int year, struct ground *ret_ground, struct th_error *err)
{
    struct version_search s = {.year = year, .record = *parcel};
    enum th_status status = parcel->from.year <= year
                                ? TH_OK
                                : th_parcel_version_each(th_work_store(m->import.work),
                                                         parcel->parcel_id, meet_version, &s, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_area measured;
    status = th_area_sub(s.record.measured, s.record.sliver, &measured, err);
    if (status != TH_OK) {
        return status;
    }
    int64_t by_map = th_area_m2_300(measured);
    int64_t by_contract = s.record.has_declared ? th_area_m2_300(s.record.declared) : by_map;
    *ret_ground = (struct ground){.used = by_contract < by_map ? by_contract : by_map,
                                  .largest = by_contract > by_map ? by_contract : by_map};
    return TH_OK;
}

static bool scaled(struct th_ratio value, int64_t numerator, int64_t denominator,
                   struct th_ratio *ret_value)
{
    struct th_error ignored;
    struct th_ratio by;
    return th_ratio_make(numerator, denominator, &by, &ignored) == TH_OK &&
           th_ratio_mul(value, by, ret_value, &ignored) == TH_OK;
}

// Is the value, as it is kept, over the bound for this ground?
static bool is_over(const struct th_sheet_key *key, struct th_ratio value, struct th_ratio bound,
                    const struct ground *ground)
{
    struct th_ratio limit = bound;
    if (key->per == TH_SHEET_PER_PARCEL && !scaled(bound, ground->largest, M2_300_PER_MU, &limit)) {
        return false;
    }
    return th_ratio_compare(value, limit) > 0;
}

static void take_quantity(struct th_activity_run *m, size_t row, size_t index,
                          const struct ground *ground, struct th_activity_said *said)
{
    struct th_error ignored;
    struct th_ratio value;
    char text[TH_RATIO_TEXT_SIZE];
    const struct th_sheet_key *key = &m->import.keys.items[index];
    const struct th_activity_unit *unit = &m->units[index];
    size_t column = m->import.of[index];
    const char *cell = th_sheet_cell(&m->import.sheet, row, column);
    if (cell[0] == '\0') {
        th_json_set(said->given, key->key, th_json_null());
        return;
    }
    bool by_mu = key->per == TH_SHEET_PER_MU;
    bool converted = key->per != TH_SHEET_TIMES && unit->per_mu != by_mu;
    bool read = th_sheet_decimal(cell, &value) &&
                th_ratio_mul(value, unit->factor, &value, &ignored) == TH_OK &&
                (!key->whole || converted || unit->per_mu || value.denominator == 1);
    if (read && converted) {
        read = by_mu ? scaled(value, M2_300_PER_MU, ground->used, &value)
                     : scaled(value, ground->used, M2_300_PER_MU, &value);
    }
    if (!read) {
        tell_value(m, row, column, key->whole ? "activity_value_whole" : "activity_value", true);
        return;
    }
    if (is_over(key, value, key->max, ground)) {
        tell_value(m, row, column, "activity_over", true);
        return;
    }
    if (key->has_usual && is_over(key, value, key->usual, ground)) {
        tell_value(m, row, column, "activity_unusual", false);
    }
    struct th_json *origin = th_json_object();
    th_json_set_text(origin, "heading", m->import.sheet.headings[column]);
    th_json_set_text(origin, "text", cell);
    if (converted) {
        th_json_set_int(origin, "area_m2_300", ground->used);
    }
    th_json_set(said->origins, key->key, origin);
    th_json_set_text(said->given, key->key, th_ratio_format(value, text));
}

static void take_note(struct th_activity_run *m, size_t row, struct th_activity_said *said)
{
    size_t column = th_record_column(&m->import, "note");
    const char *cell = th_sheet_cell(&m->import.sheet, row, column);
    if (column == SIZE_MAX) {
        return;
    }
    if (strlen(cell) > TH_ACTIVITY_NOTE_MAX || !th_text_is_utf8(cell, strlen(cell)) ||
        th_text_has_hidden(cell)) {
        tell_value(m, row, column, "activity_note", true);
    } else if (cell[0] == '\0') {
        th_json_set(said->given, "note", th_json_null());
    } else {
        th_json_set_text(said->given, "note", cell);
    }
}

static bool says_something(const struct th_json *given)
{
    for (void *it = th_json_iter(given); it != NULL; it = th_json_iter_next(given, it)) {
        if (th_json_type(th_json_iter_value(it)) != TH_JSON_NULL) {
            return true;
        }
    }
    return false;
}

enum th_status th_activity_row_read(struct th_activity_run *m, size_t row,
                                    struct th_activity_said *ret_said, struct th_error *err)
{
    struct th_error what;
    struct ground ground;
    struct th_parcel_record parcel;
    const struct th_activity_row *r = &m->rows[row];
    ret_said->given = th_json_object();
    ret_said->origins = th_json_object();
    enum th_status status =
        th_parcel_load(th_work_store(m->import.work), r->parcel_id, 0, &parcel, err);
    if (status == TH_OK) {
        status = ground_find(m, &parcel, r->year, &ground, err);
    }
    if (status != TH_OK) {
        return status;
    }
    for (size_t i = 0; i < m->import.keys.n; i++) {
        if (m->import.keys.items[i].per != TH_SHEET_WORDS && m->import.of[i] != SIZE_MAX) {
            take_quantity(m, row, i, &ground, ret_said);
        }
    }
    take_note(m, row, ret_said);
    if (!r->bad && !says_something(ret_said->given)) {
        (void)th_error_set(&what, TH_DATA_PROBLEM, "activity_row_empty", NULL);
        th_activity_problem(m, row, "attribute_missing", true, &what);
    }
    return TH_OK;
}

enum th_status th_activity_row_take(struct th_activity_run *m, size_t row, struct th_error *err)
{
    struct th_sheet_fault fault;
    struct th_parcel_record parcel;
    struct th_activity_row *r = &m->rows[row];
    bool found = false;
    if (th_sheet_tell_lost(&m->import.told, &m->import.sheet, row)) {
        r->bad = true;
        return TH_OK;
    }
    bool dated = take_year(m, row, &r->year);
    enum th_status status =
        th_sheet_parcel(m->import.places, th_record_cell(&m->import, row, "village"),
                        th_record_cell(&m->import, row, "number"),
                        th_record_cell(&m->import, row, "parcel_id"), &found, &parcel, &fault, err);
    if (status == TH_OK && found && dated) {
        const struct th_date from = {r->year, 1, 1};
        const struct th_date to = {r->year, 12, 31};
        status = th_sheet_parcel_was(m->import.places, &parcel, from, to, &found, &fault, err);
    }
    if (status != TH_OK) {
        return status;
    }
    if (found) {
        r->parcel_id = parcel.parcel_id;
    } else {
        th_activity_problem(m, row, fault.code, true, &fault.what);
    }
    return TH_OK;
}

enum th_status th_activity_nitrogen(const struct th_sheet_keys *keys, struct th_json *quantities,
                                    struct th_json *origins, bool *ret_less, struct th_error *err)
{
    struct th_ratio sum = {0, 1};
    struct th_ratio said;
    char text[TH_RATIO_TEXT_SIZE];
    bool any = false;
    enum th_status status = TH_OK;
    struct th_json *products = th_json_object();
    for (size_t i = 0; status == TH_OK && i < keys->n; i++) {
        struct th_ratio amount;
        const struct th_sheet_key *key = &keys->items[i];
        const char *kg = th_json_get_text(quantities, key->key, NULL);
        if (!key->has_n || kg == NULL) {
            continue;
        }
        any = true;
        status = th_ratio_parse(kg, &amount, err);
        if (status == TH_OK) {
            status = th_ratio_mul(amount, key->n_content, &amount, err);
        }
        if (status == TH_OK) {
            status = th_ratio_add(sum, amount, &sum, err);
        }
        struct th_json *product = th_json_object();
        th_json_set_text(product, "amount", kg);
        th_json_set_text(product, "n_content", th_ratio_format(key->n_content, text));
        th_json_set(products, key->key, product);
    }
    const char *stated = th_json_get_text(quantities, "n_synthetic", NULL);
    if (status == TH_OK && stated != NULL) {
        status = th_ratio_parse(stated, &said, err);
    }
    *ret_less = status == TH_OK && any && stated != NULL && th_ratio_compare(said, sum) < 0;
    if (status == TH_OK && any && stated == NULL) {
        struct th_json *origin = th_json_object();
        th_json_set(origin, "products", products);
        products = NULL;
        th_json_set_text(origin, "source", keys->n_source);
        th_json_set(origins, "n_synthetic", origin);
        th_json_set_text(quantities, "n_synthetic", th_ratio_format(sum, text));
    }
    th_json_free(products);
    return status;
}
