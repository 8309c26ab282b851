// What each row of a table of contracts says.
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "registry/reference.h"
#include "registry/tenure/tenure_import_internal.h"
#include "store/ground/parcel_store.h"

void th_tenure_problem(struct th_tenure_run *m, size_t row, const char *severity,
                       const struct th_error *what)
{
    if (strcmp(severity, "error") == 0) {
        m->rows[row].fate = TH_TENURE_ROW_BAD;
    }
    th_sheet_tell(&m->told, &m->table.sheet, row, th_tenure_cell(&m->table, row, TH_TENURE_NUMBER),
                  NULL, severity, what);
}

static void bad_value(struct th_tenure_run *m, size_t row, enum th_tenure_column column)
{
    struct th_error what;
    (void)th_error_set(&what, TH_DATA_PROBLEM, "tenure_value", "column",
                       th_tenure_columns[column].title, "value",
                       th_tenure_cell(&m->table, row, column), NULL);
    th_tenure_problem(m, row, "error", &what);
}

static bool take_date(struct th_tenure_run *m, size_t row, enum th_tenure_column column,
                      struct th_date *ret_date)
{
    const char *text = th_tenure_cell(&m->table, row, column);
    if (text[0] == '\0' && !th_tenure_columns[column].needed) {
        return true;
    }
    if (th_sheet_date(text, ret_date)) {
        return true;
    }
    bad_value(m, row, column);
    return false;
}

static bool take_ratio(struct th_tenure_run *m, size_t row, enum th_tenure_column column,
                       struct th_ratio *ret_ratio)
{
    char text[64];
    struct th_error ignored;
    const struct th_ratio percent = {1, 100};
    const char *cell = th_tenure_cell(&m->table, row, column);
    size_t size = strlen(cell);
    th_text_copy(text, sizeof(text), cell);
    bool in_percent = size > 0 && size < sizeof(text) && text[size - 1] == '%';
    if (in_percent) {
        text[size - 1] = '\0';
    }
    if (size < sizeof(text) && th_ratio_parse(text, ret_ratio, &ignored) == TH_OK &&
        (!in_percent || th_ratio_mul(*ret_ratio, percent, ret_ratio, &ignored) == TH_OK) &&
        ret_ratio->numerator >= 0 && ret_ratio->numerator <= ret_ratio->denominator) {
        return true;
    }
    bad_value(m, row, column);
    return false;
}

static bool take_yes_no(struct th_tenure_run *m, size_t row, bool *ret_yes)
{
    static const char *const YES[] = {"是", "有", "含", "yes", "Yes", "YES", "true", "1"};
    static const char *const NO[] = {"否", "无", "不含", "no", "No", "NO", "false", "0"};
    const char *text = th_tenure_cell(&m->table, row, TH_TENURE_CARBON);
    for (size_t i = 0; i < sizeof(YES) / sizeof(YES[0]); i++) {
        if (strcmp(text, YES[i]) == 0 || strcmp(text, NO[i]) == 0) {
            *ret_yes = strcmp(text, YES[i]) == 0;
            return true;
        }
    }
    bad_value(m, row, TH_TENURE_CARBON);
    return false;
}

static bool take_text(struct th_tenure_run *m, size_t row, enum th_tenure_column column,
                      char *target, size_t size)
{
    const char *text = th_tenure_cell(&m->table, row, column);
    bool fits = strlen(text) < size && th_text_is_utf8(text, strlen(text)) &&
                (text[0] != '\0' || !th_tenure_columns[column].needed);
    if (fits) {
        th_text_copy(target, size, text);
    } else {
        bad_value(m, row, column);
    }
    return fits;
}

static bool take_money(struct th_tenure_run *m, size_t row, enum th_tenure_column column,
                       bool *ret_has, struct th_money *ret_money)
{
    struct th_error ignored;
    const char *text = th_tenure_cell(&m->table, row, column);
    *ret_has = text[0] != '\0';
    if (!*ret_has || th_money_parse(text, ret_money, &ignored) == TH_OK) {
        return true;
    }
    bad_value(m, row, column);
    return false;
}

// Either a rent, or a guaranteed minimum with a dividend, or nothing.
static bool take_payment(struct th_tenure_run *m, size_t row, struct th_tenure *facts)
{
    bool done = take_money(m, row, TH_TENURE_RENT, &facts->has_rent, &facts->rent) &&
                take_money(m, row, TH_TENURE_GUARANTEE, &facts->has_guarantee, &facts->guarantee);
    bool dividend = th_tenure_cell(&m->table, row, TH_TENURE_DIVIDEND)[0] != '\0';
    if (!done) {
        return false;
    }
    if (facts->has_rent && (facts->has_guarantee || dividend)) {
        struct th_error what;
        (void)th_error_set(&what, TH_DATA_PROBLEM, "tenure_payment", NULL);
        th_tenure_problem(m, row, "error", &what);
        return false;
    }
    if (facts->has_guarantee && !dividend) {
        facts->dividend = (struct th_ratio){0, 1};
    }
    if (dividend && !facts->has_guarantee) {
        facts->has_guarantee = true; // of nothing
        facts->guarantee = th_money_from_fen(0);
    }
    return !dividend || take_ratio(m, row, TH_TENURE_DIVIDEND, &facts->dividend);
}

static bool take_facts(struct th_tenure_run *m, size_t row, struct th_tenure *facts)
{
    struct th_error what;
    const char *area = th_tenure_cell(&m->table, row, TH_TENURE_AREA);
    bool done =
        take_text(m, row, TH_TENURE_NUMBER, facts->number, sizeof(facts->number)) &&
        take_text(m, row, TH_TENURE_HOUSEHOLD, facts->household, sizeof(facts->household)) &&
        take_text(m, row, TH_TENURE_CERTIFICATE, facts->certificate, sizeof(facts->certificate)) &&
        take_date(m, row, TH_TENURE_EXPIRES, &facts->certificate_expires) &&
        take_date(m, row, TH_TENURE_FROM, &facts->from) &&
        take_date(m, row, TH_TENURE_TO, &facts->to) && take_payment(m, row, facts) &&
        take_yes_no(m, row, &facts->carbon_right);
    if (!done) {
        return false;
    }
    facts->has_declared = area[0] != '\0';
    if (facts->has_declared && (th_area_parse_mu(area, &facts->declared, &what) != TH_OK ||
                                th_area_m2_300(facts->declared) <= 0)) {
        bad_value(m, row, TH_TENURE_AREA);
        return false;
    }
    bool ordered = th_date_compare(facts->from, facts->to) <= 0;
    if (!ordered || (facts->certificate[0] == '\0' && facts->certificate_expires.year != 0)) {
        bad_value(m, row, ordered ? TH_TENURE_CERTIFICATE : TH_TENURE_TO);
        return false;
    }
    return true;
}

// Party and parcel; what is not found is the row's problem, what goes wrong is returned.
static enum th_status take_places(struct th_tenure_run *m, size_t row, struct th_tenure *facts,
                                  bool *ret_done, struct th_error *err)
{
    struct th_store *store = th_work_store(m->work);
    struct th_party holder;
    struct th_village village;
    struct th_parcel_record parcel;
    struct th_hash content;
    struct th_error what;
    bool found = false;
    const char *party = th_tenure_cell(&m->table, row, TH_TENURE_HOLDER);
    const char *place = th_tenure_cell(&m->table, row, TH_TENURE_VILLAGE);
    const char *number = th_tenure_cell(&m->table, row, TH_TENURE_PARCEL);
    *ret_done = false;
    if (place[0] == '\0') {
        place = m->options->village != NULL ? m->options->village : th_work_actor(m->work)->village;
    }
    enum th_status status =
        th_party_resolve(store, party[0] != '\0' ? party : m->options->holder, &holder, &what);
    if (status == TH_OK) {
        status = place == NULL ? th_error_set(&what, TH_NOT_FOUND, "village_missing", NULL)
                               : th_village_resolve(store, place, &village, &what);
    }
    if (status == TH_NOT_FOUND || status == TH_CONFLICT || status == TH_USAGE) {
        th_tenure_problem(m, row, "error", &what);
        return TH_OK;
    }
    if (status == TH_OK) {
        status =
            th_parcel_find(store, village.code, number, NULL, &found, &parcel, &content, &what);
    }
    if (status != TH_OK) {
        if (err != NULL) {
            *err = what;
        }
        return status;
    }
    if (number[0] == '\0' || !found || parcel.retired_on.year != 0) {
        (void)th_error_set(&what, TH_DATA_PROBLEM, "tenure_parcel", "village", village.name,
                           "number", number, NULL);
        th_tenure_problem(m, row, "error", &what);
        return TH_OK;
    }
    facts->holder_id = holder.party_id;
    m->rows[row].parcel_id = parcel.parcel_id;
    *ret_done = true;
    return th_work_check_village(m->work, village.code, err);
}

bool th_tenure_same_facts(const struct th_tenure *a, const struct th_tenure *b)
{
    return strcmp(a->household, b->household) == 0 && strcmp(a->certificate, b->certificate) == 0 &&
           th_date_compare(a->certificate_expires, b->certificate_expires) == 0 &&
           th_date_compare(a->from, b->from) == 0 && th_date_compare(a->to, b->to) == 0 &&
           a->has_declared == b->has_declared &&
           (!a->has_declared || th_area_compare(a->declared, b->declared) == 0) &&
           a->has_rent == b->has_rent &&
           (!a->has_rent || th_money_compare(a->rent, b->rent) == 0) &&
           a->has_guarantee == b->has_guarantee &&
           (!a->has_guarantee || (th_money_compare(a->guarantee, b->guarantee) == 0 &&
                                  th_ratio_compare(a->dividend, b->dividend) == 0)) &&
           a->carbon_right == b->carbon_right;
}

static bool same_name(const struct th_tenure_run *m, size_t a, size_t b)
{
    return strcmp(th_tenure_cell(&m->table, a, TH_TENURE_NUMBER),
                  th_tenure_cell(&m->table, b, TH_TENURE_NUMBER)) == 0 &&
           strcmp(th_tenure_cell(&m->table, a, TH_TENURE_HOLDER),
                  th_tenure_cell(&m->table, b, TH_TENURE_HOLDER)) == 0;
}

// The contract that the row belongs to, made when it is the first: also for rows that turn out to
// be bad, so that they keep the others out.
static struct th_tenure_contract *contract_of(struct th_tenure_run *m, size_t row)
{
    uint64_t hash = 14695981039346656037u;
    for (const char *at = th_tenure_cell(&m->table, row, TH_TENURE_NUMBER); *at != '\0'; at++) {
        hash = (hash ^ (unsigned char)*at) * 1099511628211u;
    }
    size_t slot = (size_t)hash % m->n_slots;
    while (m->slots[slot] != 0 && !same_name(m, m->contracts[m->slots[slot] - 1].first_row, row)) {
        slot = (slot + 1) % m->n_slots;
    }
    if (m->slots[slot] == 0) {
        struct th_tenure_contract *contract = &m->contracts[m->n_contracts];
        *contract = (struct th_tenure_contract){.first_row = row};
        m->slots[slot] = ++m->n_contracts;
    }
    m->rows[row].contract = (int64_t)m->slots[slot] - 1;
    return &m->contracts[m->slots[slot] - 1];
}

static void take_document(struct th_tenure_run *m, size_t row, struct th_tenure_contract *contract)
{
    struct th_error what;
    const char *document = th_tenure_cell(&m->table, row, TH_TENURE_DOCUMENT);
    if (document[0] == '\0') {
        return;
    }
    if (contract->document == NULL) {
        contract->document = document;
    } else if (strcmp(contract->document, document) != 0) {
        (void)th_error_set(&what, TH_DATA_PROBLEM, "tenure_rows_differ", NULL);
        th_tenure_problem(m, row, "error", &what);
    }
}

enum th_status th_tenure_row_take(struct th_tenure_run *m, size_t row, struct th_error *err)
{
    struct th_tenure facts = {0};
    struct th_error what;
    bool done = false;
    m->rows[row].line = m->table.sheet.lines[row].line;
    m->rows[row].share = (struct th_ratio){1, 1};
    struct th_tenure_contract *contract = contract_of(m, row);
    if (th_sheet_tell_lost(&m->told, &m->table.sheet, row)) {
        m->rows[row].fate = TH_TENURE_ROW_BAD;
        return TH_OK;
    }
    take_document(m, row, contract);
    bool read = take_facts(m, row, &facts);
    if (read && th_tenure_cell(&m->table, row, TH_TENURE_SHARE)[0] != '\0') {
        read = take_ratio(m, row, TH_TENURE_SHARE, &m->rows[row].share);
        if (read && m->rows[row].share.numerator == 0) {
            bad_value(m, row, TH_TENURE_SHARE);
            read = false;
        }
    }
    if (!read) {
        return TH_OK;
    }
    enum th_status status = take_places(m, row, &facts, &done, err);
    if (status != TH_OK || !done) {
        return status;
    }
    if (!contract->has_facts) {
        contract->facts = facts;
        contract->has_facts = true;
    } else if (!th_tenure_same_facts(&contract->facts, &facts)) {
        (void)th_error_set(&what, TH_DATA_PROBLEM, "tenure_rows_differ", NULL);
        th_tenure_problem(m, row, "error", &what);
    }
    return TH_OK;
}
