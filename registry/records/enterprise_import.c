#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/records/enterprise_internal.h"
#include "registry/reference.h"

struct run {
    struct th_record_import import;
    struct th_enterprise_words *words;
    struct th_enterprise_year *rows; // party_id 0: the row says nothing that can be kept
    struct th_json *records;         // what was stored
    int64_t document_id;
};

static enum th_status judge_column(void *run, size_t column, struct th_error *err)
{
    const struct run *m = run;
    const struct th_sheet_key *key = m->import.headings[column].key;
    const struct th_quantity_heading *read = &m->import.headings[column].read;
    const char *heading = m->import.sheet.headings[column];
    if (key->dimension != TH_QUANTITY_MASS) {
        return TH_OK;
    }
    if (!read->understood) {
        return th_sheet_heading_error("sheet_heading_unit", heading, key, err);
    }
    if (read->dimension != TH_QUANTITY_MASS || read->element ||
        read->ground == TH_QUANTITY_PER_MU) {
        return th_sheet_heading_error("sheet_heading_dimension", heading, key, err);
    }
    return TH_OK;
}

static enum th_status check_columns(const void *run, struct th_error *err)
{
    static const char *const NEEDED[] = {"emissions", "level", "grade", "denominator",
                                         "efficiency"};
    const struct run *m = run;
    const char *missing = NULL;
    if (th_record_column(&m->import, "enterprise") == SIZE_MAX &&
        th_record_column(&m->import, "uscc") == SIZE_MAX) {
        missing = "uscc";
    }
    for (size_t i = 0; i < sizeof(NEEDED) / sizeof(NEEDED[0]) && !missing; i++) {
        missing = th_record_column(&m->import, NEEDED[i]) == SIZE_MAX ? NEEDED[i] : NULL;
    }
    return missing ? th_error_set(err, TH_INVALID, "sheet_columns", "missing",
                                  th_sheet_key_find(&m->import.keys, missing)->zh, NULL)
                   : TH_OK;
}

static void tell(struct run *m, size_t row, const char *code, const struct th_error *what)
{
    const char *name = th_record_cell(&m->import, row, "enterprise");
    th_sheet_tell(&m->import.told, &m->import.sheet, row,
                  name[0] != '\0' ? name : th_record_cell(&m->import, row, "uscc"), code, "error",
                  what);
}

static void tell_value(struct run *m, size_t row, const char *key)
{
    struct th_error what;
    size_t column = th_record_column(&m->import, key);
    const char *cell = th_record_cell(&m->import, row, key);
    (void)th_error_set(&what, TH_DATA_PROBLEM, "enterprise_value", "field",
                       column != SIZE_MAX ? m->import.sheet.headings[column] : key, "value", cell,
                       NULL);
    tell(m, row, cell[0] != '\0' ? "attribute_range" : "attribute_missing", &what);
}

static bool take_year(struct run *m, size_t row, int *ret_year)
{
    struct th_error what;
    int today = th_work_today(m->import.work).year;
    const char *cell = th_record_cell(&m->import, row, "year");
    int year = m->import.option_year;
    if (cell[0] != '\0' && !th_sheet_year(cell, &year)) {
        tell_value(m, row, "year");
        return false;
    }
    if (year == 0) {
        tell_value(m, row, "year");
        return false;
    }
    if (m->import.option_year != 0 && year != m->import.option_year) {
        (void)th_error_set(&what, TH_DATA_PROBLEM, "activity_year_differs", "option",
                           m->import.options->year, NULL);
        th_error_add_int(&what, "year", year);
        tell(m, row, "attribute_range", &what);
        return false;
    }
    if (year > today) {
        (void)th_error_set(&what, TH_DATA_PROBLEM, "activity_year_future", NULL);
        th_error_add_int(&what, "year", year);
        tell(m, row, "attribute_range", &what);
        return false;
    }
    *ret_year = year;
    return true;
}

// By credit code, which goes before the name; a name that is another's beside it is an error.
static enum th_status take_party(struct run *m, size_t row, int64_t *ret_party_id,
                                 struct th_error *err)
{
    struct th_error what;
    struct th_party party = {0};
    const char *uscc = th_record_cell(&m->import, row, "uscc");
    const char *name = th_record_cell(&m->import, row, "enterprise");
    const char *reference = uscc[0] != '\0' ? uscc : name;
    enum th_status status =
        th_party_resolve(th_work_store(m->import.work), reference, &party, &what);
    if (status == TH_OK && strcmp(party.kind, "enterprise") != 0) {
        status = th_error_set(&what, TH_INVALID, "enterprise_kind", "party", party.name, NULL);
    }
    if (status == TH_OK && uscc[0] != '\0' && name[0] != '\0' && strcmp(name, party.name) != 0) {
        status = th_error_set(&what, TH_INVALID, "enterprise_name", "uscc", uscc, "name", name,
                              "party", party.name, NULL);
    }
    bool problem = status == TH_INVALID || status == TH_NOT_FOUND || status == TH_CONFLICT ||
                   status == TH_USAGE;
    if (problem) {
        tell(m, row, reference[0] != '\0' ? NULL : "attribute_missing", &what);
        return TH_OK;
    }
    if (status != TH_OK) {
        if (err) {
            *err = what;
        }
        return status;
    }
    *ret_party_id = party.party_id;
    return TH_OK;
}

static bool take_values(struct run *m, size_t row, struct th_enterprise_year *record)
{
    char grade[TH_ENTERPRISE_WORD_SIZE] = "";
    const struct th_sheet_heading *heading =
        &m->import.headings[th_record_column(&m->import, "emissions")];
    const struct {
        const char *key;
        bool fits;
    } checks[] = {
        {"emissions", th_enterprise_kg(th_record_cell(&m->import, row, "emissions"),
                                       heading->read.factor, &record->emissions)},
        {"level", th_enterprise_word(m->words, "level", th_record_cell(&m->import, row, "level"),
                                     record->level)},
        {"grade",
         th_enterprise_word(m->words, "grade", th_record_cell(&m->import, row, "grade"), grade)},
        {"denominator",
         th_enterprise_word(m->words, "denominator", th_record_cell(&m->import, row, "denominator"),
                            record->denominator)},
        {"efficiency", th_enterprise_efficiency(th_record_cell(&m->import, row, "efficiency"),
                                                record->efficiency)}};
    bool fits = true;
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
        if (!checks[i].fits) {
            tell_value(m, row, checks[i].key);
            fits = false;
        }
    }
    record->grade = grade[0] - '0';
    return fits;
}

static enum th_status read_row(struct run *m, size_t row, struct th_error *err)
{
    struct th_enterprise_year record = {.source_row = m->import.sheet.lines[row].line};
    if (th_sheet_tell_lost(&m->import.told, &m->import.sheet, row)) {
        return TH_OK;
    }
    bool fits = take_year(m, row, &record.year);
    fits = take_values(m, row, &record) && fits;
    enum th_status status = take_party(m, row, &record.party_id, err);
    if (status == TH_OK && fits) {
        m->rows[row] = record;
    }
    return status;
}

static int compare_rows(const void *a, const void *b)
{
    const struct th_enterprise_year *x = *(const struct th_enterprise_year *const *)a;
    const struct th_enterprise_year *y = *(const struct th_enterprise_year *const *)b;
    int order = (x->party_id > y->party_id) - (x->party_id < y->party_id);
    order = order != 0 ? order : (x->year > y->year) - (x->year < y->year);
    return order != 0 ? order : (x > y) - (x < y);
}

static void tell_twice(struct run *m, const struct th_enterprise_year *row,
                       const struct th_enterprise_year *other)
{
    struct th_error what;
    (void)th_error_set(&what, TH_DATA_PROBLEM, "enterprise_twice", NULL);
    th_error_add_int(&what, "year", row->year);
    th_error_add_int(&what, "other", other->source_row);
    tell(m, (size_t)(row - m->rows), "duplicate", &what);
}

// Of several rows of one enterprise and year nobody knows which holds.
static enum th_status refuse_repeated(struct run *m, struct th_error *err)
{
    size_t n = 0;
    struct th_enterprise_year **order = calloc(m->import.sheet.n + 1, sizeof(*order));
    if (!order) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < m->import.sheet.n; i++) {
        if (m->rows[i].party_id != 0) {
            order[n++] = &m->rows[i];
        }
    }
    qsort(order, n, sizeof(*order), compare_rows);
    for (size_t i = 0; i < n;) {
        size_t end = i + 1;
        while (end < n && order[end]->party_id == order[i]->party_id &&
               order[end]->year == order[i]->year) {
            end++;
        }
        for (size_t k = i; end > i + 1 && k < end; k++) {
            tell_twice(m, order[k], order[k == i ? i + 1 : i]);
        }
        for (size_t k = i; end > i + 1 && k < end; k++) {
            order[k]->party_id = 0;
        }
        i = end;
    }
    free(order);
    return TH_OK;
}

static enum th_status store_row(struct run *m, size_t row, struct th_error *err)
{
    bool stored = false;
    struct th_enterprise_year *record = &m->rows[row];
    record->document_id = m->document_id;
    enum th_status status = th_enterprise_store(m->import.work, record, NULL, &stored, err);
    if (status != TH_OK) {
        return status;
    }
    if (!stored) {
        m->import.n_unchanged++;
        return TH_OK;
    }
    m->import.n_accepted++;
    m->import.n_stored++;
    m->import.n_changed += record->version > 1 ? 1 : 0;
    struct th_json *item = th_json_object();
    th_json_set_int(item, "party", record->party_id);
    th_json_set_int(item, "year", record->year);
    th_json_set_int(item, "version", record->version);
    th_json_set_int(item, "emissions_kg", th_carbon_kg(record->emissions));
    th_json_set_text(item, "level", record->level);
    th_json_set_int(item, "grade", record->grade);
    th_json_set_text(item, "denominator", record->denominator);
    th_json_set_text(item, "efficiency", record->efficiency);
    th_json_append(m->records, item);
    return TH_OK;
}

static enum th_status take_rows(void *run, struct th_error *err)
{
    struct run *m = run;
    size_t n = m->import.sheet.n;
    struct th_hash sha256;
    const char *source = m->import.options->source;
    m->rows = calloc(n + 1, sizeof(*m->rows));
    enum th_status status = m->rows ? TH_OK : th_error_no_memory(err);
    if (status == TH_OK) {
        status = th_document_record(m->import.work, source, &m->document_id, &sha256, err);
    }
    if (status == TH_OK && memcmp(&sha256, &m->import.sha256, sizeof(sha256)) != 0) {
        status = th_error_set(err, TH_CONFLICT, "source_changed", "path", source, NULL);
    }
    for (size_t i = 0; i < n && status == TH_OK; i++) {
        status = read_row(m, i, err);
    }
    if (status == TH_OK) {
        status = refuse_repeated(m, err);
    }
    for (size_t i = 0; i < n && status == TH_OK; i++) {
        if (m->rows[i].party_id != 0) {
            status = store_row(m, i, err);
        }
    }
    return status;
}

static void complete(const void *run, struct th_json *json)
{
    const struct run *m = run;
    th_json_remove(json, "parcel_ids");
    th_json_set(json, "records", th_json_copy(m->records));
}

static const struct th_record_kind kind = {.name = "enterprise",
                                           .command = "enterprise.import",
                                           .fields = "enterprises.json",
                                           .permission = TH_MAY_ENTERPRISE,
                                           .keeps_source = true,
                                           .headings = TH_FIELDS_OF_ENTERPRISES,
                                           .judge_column = judge_column,
                                           .check_columns = check_columns,
                                           .take_rows = take_rows,
                                           .complete = complete};

enum th_status th_enterprise_import(struct th_registry *registry, const struct th_request *request,
                                    const struct th_record_options *options,
                                    struct th_json **ret_reply, struct th_error *err)
{
    struct run *m = calloc(1, sizeof(*m));
    if (!m) {
        return th_error_no_memory(err);
    }
    m->records = th_json_array();
    enum th_status status = th_enterprise_words_new(&m->words, err);
    if (status == TH_OK) {
        status = th_record_import(&kind, m, &m->import, registry, request, options, ret_reply, err);
    }
    th_enterprise_words_free(m->words);
    th_json_free(m->records);
    free(m->rows);
    free(m);
    return status;
}

enum th_status th_enterprise_template(const char *path, const struct th_messages *messages,
                                      enum th_lang lang, struct th_json **ret_reply,
                                      struct th_error *err)
{
    return th_sheet_keys_template(path, "enterprises.json", "enterprise",
                                  lang == TH_LANG_ZH ? "企业碳账户" : "enterprises", messages, lang,
                                  ret_reply, err);
}
