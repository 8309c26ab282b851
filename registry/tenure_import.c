#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/file.h"
#include "core/text.h"
#include "registry/reference.h"
#include "registry/reply.h"
#include "registry/tenure_internal.h"
#include "registry/work.h"
#include "store/parcel_store.h"

enum { PROBLEMS_SHOWN = 10000, PATH_SIZE = 4096 };

enum fate { FATE_PENDING, FATE_BAD, FATE_UNCHANGED, FATE_ACCEPTED };

struct row {
    int64_t line;
    int64_t parcel_id;
    struct th_ratio share;
    int64_t contract; // index
    enum fate fate;
};

struct contract {
    size_t first_row;       // names it: number and holder as they are written
    struct th_tenure facts; // of the first row that could be read
    bool has_facts;
    const char *document; // file of the first row that names one; NULL without
};

struct importing {
    struct th_registry *registry;
    struct th_work *work;
    const struct th_tenure_import_options *options;
    struct th_tenure_table table;
    struct row *rows;
    struct contract *contracts;
    size_t n_contracts;
    size_t *slots; // index + 1 into contracts by number and holder; 0: free
    size_t n_slots;
    struct th_json *problems;
    int64_t n_problems;
    struct th_json *tenure_ids;
    struct th_json *incomplete;
    int64_t n_accepted, n_unchanged;
};

static void problem(struct importing *m, size_t row, const char *severity,
                    const struct th_error *what)
{
    struct th_buf message;
    struct th_buf hint;
    bool has_hint = false;
    if (strcmp(severity, "error") == 0)
        m->rows[row].fate = FATE_BAD;
    if (m->n_problems++ >= PROBLEMS_SHOWN)
        return;
    th_buf_init(&message, 4096);
    th_buf_init(&hint, 4096);
    if (m->options->messages != NULL) {
        th_messages_error(m->options->messages, m->options->lang, what, &message);
        has_hint = th_messages_hint(m->options->messages, m->options->lang, what, &hint);
    }
    struct th_json *json = th_json_object();
    th_json_set_int(json, "row", m->rows[row].line);
    th_json_set_text(json, "number", th_tenure_cell(&m->table, row, TH_TENURE_NUMBER));
    th_json_set_text(json, "code", what->key);
    th_json_set_text(json, "severity", severity);
    th_json_set_text(json, "message", message.size > 0 ? th_buf_text(&message) : what->key);
    th_json_set_text(json, "hint", has_hint ? th_buf_text(&hint) : NULL);
    th_json_append(m->problems, json);
    th_buf_clear(&message);
    th_buf_clear(&hint);
}

static void bad_value(struct importing *m, size_t row, enum th_tenure_column column)
{
    struct th_error what;
    (void)th_error_set(&what, TH_DATA_PROBLEM, "tenure_value", "column",
                       th_tenure_columns[column].title, "value",
                       th_tenure_cell(&m->table, row, column), NULL);
    problem(m, row, "error", &what);
}

static bool digits_take(const char **at, int n_max, int *ret_value)
{
    int value = 0;
    int n = 0;
    for (; n < n_max && **at >= '0' && **at <= '9'; n++)
        value = 10 * value + (*(*at)++ - '0');
    *ret_value = value;
    return n > 0;
}

static bool text_take(const char **at, const char *text)
{
    if (!th_text_starts_with(*at, text))
        return false;
    *at += strlen(text);
    return true;
}

// "2021-6-1", "2021/06/01", "2021.6.1" and "2021年6月1日" are days as well.
static bool date_read(const char *text, struct th_date *ret_date)
{
    static const char *const MARKS[][3] = {
        {"-", "-", ""}, {"/", "/", ""}, {".", ".", ""}, {"年", "月", "日"}};
    for (size_t i = 0; i < sizeof MARKS / sizeof MARKS[0]; i++) {
        struct th_date date = {0};
        const char *at = text;
        if (digits_take(&at, 4, &date.year) && text_take(&at, MARKS[i][0]) &&
            digits_take(&at, 2, &date.month) && text_take(&at, MARKS[i][1]) &&
            digits_take(&at, 2, &date.day) && text_take(&at, MARKS[i][2]) && *at == '\0' &&
            th_date_valid(date)) {
            *ret_date = date;
            return true;
        }
    }
    return false;
}

static bool take_date(struct importing *m, size_t row, enum th_tenure_column column,
                      struct th_date *ret_date)
{
    const char *text = th_tenure_cell(&m->table, row, column);
    if (text[0] == '\0' && !th_tenure_columns[column].needed)
        return true;
    if (date_read(text, ret_date))
        return true;
    bad_value(m, row, column);
    return false;
}

static bool take_ratio(struct importing *m, size_t row, enum th_tenure_column column,
                       struct th_ratio *ret_ratio)
{
    char text[64];
    struct th_error ignored;
    const struct th_ratio percent = {1, 100};
    const char *cell = th_tenure_cell(&m->table, row, column);
    size_t size = strlen(cell);
    th_text_copy(text, sizeof text, cell);
    bool in_percent = size > 0 && size < sizeof text && text[size - 1] == '%';
    if (in_percent)
        text[size - 1] = '\0';
    if (size < sizeof text && th_ratio_parse(text, ret_ratio, &ignored) == TH_OK &&
        (!in_percent || th_ratio_mul(*ret_ratio, percent, ret_ratio, &ignored) == TH_OK) &&
        ret_ratio->numerator >= 0 && ret_ratio->numerator <= ret_ratio->denominator)
        return true;
    bad_value(m, row, column);
    return false;
}

static bool take_yes_no(struct importing *m, size_t row, bool *ret_yes)
{
    static const char *const YES[] = {"是", "有", "含", "yes", "Yes", "YES", "true", "1"};
    static const char *const NO[] = {"否", "无", "不含", "no", "No", "NO", "false", "0"};
    const char *text = th_tenure_cell(&m->table, row, TH_TENURE_CARBON);
    for (size_t i = 0; i < sizeof YES / sizeof YES[0]; i++) {
        if (strcmp(text, YES[i]) == 0 || strcmp(text, NO[i]) == 0) {
            *ret_yes = strcmp(text, YES[i]) == 0;
            return true;
        }
    }
    bad_value(m, row, TH_TENURE_CARBON);
    return false;
}

static bool take_text(struct importing *m, size_t row, enum th_tenure_column column, char *target,
                      size_t size)
{
    const char *text = th_tenure_cell(&m->table, row, column);
    bool fits = strlen(text) < size && th_text_is_utf8(text, strlen(text)) &&
                (text[0] != '\0' || !th_tenure_columns[column].needed);
    if (fits)
        th_text_copy(target, size, text);
    else
        bad_value(m, row, column);
    return fits;
}

static bool take_money(struct importing *m, size_t row, enum th_tenure_column column, bool *ret_has,
                       struct th_money *ret_money)
{
    struct th_error ignored;
    const char *text = th_tenure_cell(&m->table, row, column);
    *ret_has = text[0] != '\0';
    if (!*ret_has || th_money_parse(text, ret_money, &ignored) == TH_OK)
        return true;
    bad_value(m, row, column);
    return false;
}

// Either a rent, or a guaranteed minimum with a dividend, or nothing.
static bool take_payment(struct importing *m, size_t row, struct th_tenure *facts)
{
    bool done = take_money(m, row, TH_TENURE_RENT, &facts->has_rent, &facts->rent) &&
                take_money(m, row, TH_TENURE_GUARANTEE, &facts->has_guarantee, &facts->guarantee);
    bool dividend = th_tenure_cell(&m->table, row, TH_TENURE_DIVIDEND)[0] != '\0';
    if (!done)
        return false;
    if (facts->has_rent && (facts->has_guarantee || dividend)) {
        struct th_error what;
        (void)th_error_set(&what, TH_DATA_PROBLEM, "tenure_payment", NULL);
        problem(m, row, "error", &what);
        return false;
    }
    if (facts->has_guarantee && !dividend)
        facts->dividend = (struct th_ratio){0, 1};
    if (dividend && !facts->has_guarantee) {
        facts->has_guarantee = true; // of nothing
        facts->guarantee = th_money_from_fen(0);
    }
    return !dividend || take_ratio(m, row, TH_TENURE_DIVIDEND, &facts->dividend);
}

static bool take_facts(struct importing *m, size_t row, struct th_tenure *facts)
{
    struct th_error what;
    const char *area = th_tenure_cell(&m->table, row, TH_TENURE_AREA);
    bool done =
        take_text(m, row, TH_TENURE_NUMBER, facts->number, sizeof facts->number) &&
        take_text(m, row, TH_TENURE_HOUSEHOLD, facts->household, sizeof facts->household) &&
        take_text(m, row, TH_TENURE_CERTIFICATE, facts->certificate, sizeof facts->certificate) &&
        take_date(m, row, TH_TENURE_EXPIRES, &facts->certificate_expires) &&
        take_date(m, row, TH_TENURE_FROM, &facts->from) &&
        take_date(m, row, TH_TENURE_TO, &facts->to) && take_payment(m, row, facts) &&
        take_yes_no(m, row, &facts->carbon_right);
    if (!done)
        return false;
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
static enum th_status take_places(struct importing *m, size_t row, struct th_tenure *facts,
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
    if (place[0] == '\0')
        place = m->options->village != NULL ? m->options->village : th_work_actor(m->work)->village;
    enum th_status status =
        th_party_resolve(store, party[0] != '\0' ? party : m->options->holder, &holder, &what);
    if (status == TH_OK)
        status = place == NULL ? th_error_set(&what, TH_NOT_FOUND, "village_missing", NULL)
                               : th_village_find(store, place, &village, &what);
    if (status == TH_NOT_FOUND || status == TH_CONFLICT || status == TH_USAGE) {
        problem(m, row, "error", &what);
        return TH_OK;
    }
    if (status == TH_OK)
        status =
            th_parcel_find(store, village.code, number, NULL, &found, &parcel, &content, &what);
    if (status != TH_OK) {
        if (err != NULL)
            *err = what;
        return status;
    }
    if (number[0] == '\0' || !found || parcel.retired_on.year != 0) {
        (void)th_error_set(&what, TH_DATA_PROBLEM, "tenure_parcel", "village", village.name,
                           "number", number, NULL);
        problem(m, row, "error", &what);
        return TH_OK;
    }
    facts->holder_id = holder.party_id;
    m->rows[row].parcel_id = parcel.parcel_id;
    *ret_done = true;
    return th_work_check_village(m->work, village.code, err);
}

static bool same_ratio(struct th_ratio a, struct th_ratio b)
{
    return a.numerator == b.numerator && a.denominator == b.denominator;
}

static bool same_facts(const struct th_tenure *a, const struct th_tenure *b)
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
                                  same_ratio(a->dividend, b->dividend))) &&
           a->carbon_right == b->carbon_right;
}

static bool same_name(const struct importing *m, size_t a, size_t b)
{
    return strcmp(th_tenure_cell(&m->table, a, TH_TENURE_NUMBER),
                  th_tenure_cell(&m->table, b, TH_TENURE_NUMBER)) == 0 &&
           strcmp(th_tenure_cell(&m->table, a, TH_TENURE_HOLDER),
                  th_tenure_cell(&m->table, b, TH_TENURE_HOLDER)) == 0;
}

// The contract that the row belongs to, made when it is the first: also for rows that turn out to
// be bad, so that they keep the others out.
static struct contract *contract_of(struct importing *m, size_t row)
{
    uint64_t hash = 14695981039346656037u;
    for (const char *at = th_tenure_cell(&m->table, row, TH_TENURE_NUMBER); *at != '\0'; at++)
        hash = (hash ^ (unsigned char)*at) * 1099511628211u;
    size_t slot = (size_t)hash % m->n_slots;
    while (m->slots[slot] != 0 && !same_name(m, m->contracts[m->slots[slot] - 1].first_row, row))
        slot = (slot + 1) % m->n_slots;
    if (m->slots[slot] == 0) {
        struct contract *contract = &m->contracts[m->n_contracts];
        *contract = (struct contract){.first_row = row};
        m->slots[slot] = ++m->n_contracts;
    }
    m->rows[row].contract = (int64_t)m->slots[slot] - 1;
    return &m->contracts[m->slots[slot] - 1];
}

static void take_document(struct importing *m, size_t row, struct contract *contract)
{
    struct th_error what;
    const char *document = th_tenure_cell(&m->table, row, TH_TENURE_DOCUMENT);
    if (document[0] == '\0')
        return;
    if (contract->document == NULL) {
        contract->document = document;
    } else if (strcmp(contract->document, document) != 0) {
        (void)th_error_set(&what, TH_DATA_PROBLEM, "tenure_rows_differ", NULL);
        problem(m, row, "error", &what);
    }
}

static enum th_status take_row(struct importing *m, size_t row, struct th_error *err)
{
    struct th_tenure facts = {0};
    struct th_error what;
    bool done = false;
    m->rows[row].line = m->table.lines[row];
    m->rows[row].share = (struct th_ratio){1, 1};
    struct contract *contract = contract_of(m, row);
    take_document(m, row, contract);
    bool read = take_facts(m, row, &facts);
    if (read && th_tenure_cell(&m->table, row, TH_TENURE_SHARE)[0] != '\0') {
        read = take_ratio(m, row, TH_TENURE_SHARE, &m->rows[row].share);
        if (read && m->rows[row].share.numerator == 0) {
            bad_value(m, row, TH_TENURE_SHARE);
            read = false;
        }
    }
    if (!read)
        return TH_OK;
    enum th_status status = take_places(m, row, &facts, &done, err);
    if (status != TH_OK || !done)
        return status;
    if (!contract->has_facts) {
        contract->facts = facts;
        contract->has_facts = true;
    } else if (!same_facts(&contract->facts, &facts)) {
        (void)th_error_set(&what, TH_DATA_PROBLEM, "tenure_rows_differ", NULL);
        problem(m, row, "error", &what);
    }
    return TH_OK;
}

// --- Deciding contract by contract --------------------------------------------------------------

struct known {
    const struct th_tenure *wanted;
    int64_t tenure_id; // 0: none
    bool same;
};

static bool meet_known(void *context, const struct th_tenure *tenure)
{
    struct known *k = context;
    if (tenure->ended)
        return true;
    k->tenure_id = tenure->tenure_id;
    k->same = same_facts(tenure, k->wanted);
    return false;
}

struct counting {
    const struct importing *m;
    size_t contract;
    size_t n; // shares that the registry has
    size_t n_same;
};

static bool count_share(void *context, const struct th_tenure_share *share)
{
    struct counting *c = context;
    c->n++;
    for (size_t i = 0; i < c->m->table.n; i++)
        if (c->m->rows[i].contract == (int64_t)c->contract &&
            c->m->rows[i].parcel_id == share->parcel_id &&
            same_ratio(c->m->rows[i].share, share->share))
            c->n_same++;
    return true;
}

// Where the rows of a contract begin and end is found in one pass over rows sorted by contract.
struct span {
    const size_t *rows;
    size_t n;
};

static void refuse(struct importing *m, struct span span, const struct th_error *what)
{
    for (size_t i = 0; i < span.n; i++)
        if (m->rows[span.rows[i]].fate != FATE_BAD)
            problem(m, span.rows[i], "error", what);
}

static enum th_status check_known(struct importing *m, size_t index, struct span span,
                                  bool *ret_known, struct th_error *err)
{
    struct th_store *store = th_work_store(m->work);
    const struct contract *contract = &m->contracts[index];
    struct known known = {.wanted = &contract->facts};
    struct th_tenure_question question = {.holder_id = contract->facts.holder_id,
                                          .number = contract->facts.number};
    enum th_status status = th_tenure_each(store, &question, meet_known, &known, err);
    *ret_known = known.tenure_id != 0;
    if (status != TH_OK || known.tenure_id == 0)
        return status;
    struct counting counting = {.m = m, .contract = index};
    if (known.same)
        status = th_tenure_share_each(store, 0, known.tenure_id, (struct th_date){0},
                                      (struct th_date){0}, count_share, &counting, err);
    if (status != TH_OK)
        return status;
    if (known.same && counting.n == span.n && counting.n_same == span.n) {
        for (size_t i = 0; i < span.n; i++)
            m->rows[span.rows[i]].fate = FATE_UNCHANGED;
        m->n_unchanged += (int64_t)span.n;
        return TH_OK;
    }
    struct th_error what;
    (void)th_error_set(&what, TH_DATA_PROBLEM, "tenure_changed", NULL);
    th_error_add_int(&what, "tenure", known.tenure_id);
    refuse(m, span, &what);
    return TH_OK;
}

// Would the parcel be given more than once?
static enum th_status check_share(struct importing *m, size_t row, const struct th_tenure *facts,
                                  bool *ret_over, struct th_error *err)
{
    struct th_tenure_cover cover = {0};
    bool over = false;
    struct th_date on;
    struct th_ratio sum;
    enum th_status status = th_tenure_cover_load(th_work_store(m->work), m->rows[row].parcel_id,
                                                 facts->from, facts->to, &cover, err);
    struct th_tenure_share *grown =
        status != TH_OK ? NULL : realloc(cover.items, (cover.n + 1) * sizeof *grown);
    if (status == TH_OK && grown == NULL)
        status = th_error_no_memory(err);
    if (status == TH_OK) {
        cover.items = grown;
        cover.items[cover.n++] = (struct th_tenure_share){.share = m->rows[row].share,
                                                          .from = facts->from,
                                                          .to = facts->to,
                                                          .carbon_right = facts->carbon_right};
        status =
            th_tenure_cover_find(&cover, facts->from, facts->to, false, 1, &over, &on, &sum, err);
    }
    if (status == TH_OK && over) {
        struct th_error what;
        char text[TH_DATE_TEXT_SIZE];
        char ratio[TH_RATIO_TEXT_SIZE];
        (void)th_error_set(&what, TH_DATA_PROBLEM, "tenure_share_over", "on",
                           th_date_format(on, text), "share", th_ratio_format(sum, ratio), NULL);
        th_error_add_int(&what, "parcel", m->rows[row].parcel_id);
        problem(m, row, "error", &what);
    }
    *ret_over = over;
    th_tenure_cover_clear(&cover);
    return status;
}

// Beside the table, unless the path says otherwise.
static void document_path(const struct importing *m, const char *document, char path[PATH_SIZE])
{
    const char *source = m->options->source;
    int folder = document[0] == '/' ? 0 : (int)(th_file_base_name(source) - source);
    (void)snprintf(path, PATH_SIZE, "%.*s%s", folder, source, document);
}

// Tells of every row of a contract whose file was not there, or could not be read.
static bool document_missing(struct importing *m, struct span span)
{
    bool missing = false;
    for (size_t i = 0; i < span.n; i++) {
        char path[PATH_SIZE];
        struct th_hash sha256;
        int64_t size = 0;
        struct th_error what;
        const char *document = th_tenure_cell(&m->table, span.rows[i], TH_TENURE_DOCUMENT);
        document_path(m, document, path);
        enum th_status status =
            document[0] == '\0' ? TH_OK : th_work_document(m->work, path, &sha256, &size, &what);
        if (status == TH_OK || status == TH_CONFLICT || status == TH_NO_MEMORY)
            continue; // what changed meanwhile ends the import where it is recorded
        (void)th_error_set(&what, TH_DATA_PROBLEM, "tenure_document_missing", "document", document,
                           "path", path, NULL);
        problem(m, span.rows[i], "error", &what);
        missing = true;
    }
    return missing;
}

static enum th_status store_contract(struct importing *m, struct contract *contract,
                                     struct span span, struct th_error *err)
{
    struct th_store *store = th_work_store(m->work);
    struct th_hash sha256;
    enum th_status status = TH_OK;
    contract->facts.seq = th_work_seq(m->work);
    if (contract->document != NULL) {
        char path[PATH_SIZE];
        document_path(m, contract->document, path);
        status = th_document_record(m->work, path, &contract->facts.document_id, &sha256, err);
    }
    if (status == TH_OK)
        status = th_tenure_insert(store, &contract->facts, &contract->facts.tenure_id, err);
    for (size_t i = 0; status == TH_OK && i < span.n; i++) {
        struct row *row = &m->rows[span.rows[i]];
        status = th_tenure_parcel_insert(store, contract->facts.tenure_id, row->parcel_id,
                                         row->share, err);
        row->fate = FATE_ACCEPTED;
        m->n_accepted++;
    }
    th_json_append_int(m->tenure_ids, contract->facts.tenure_id);
    return status;
}

static bool parcel_twice(const struct importing *m, struct span span)
{
    for (size_t i = 0; i < span.n; i++)
        for (size_t k = 0; k < i; k++)
            if (m->rows[span.rows[i]].parcel_id == m->rows[span.rows[k]].parcel_id)
                return true;
    return false;
}

static enum th_status decide(struct importing *m, size_t index, struct span span,
                             struct th_error *err)
{
    struct th_error what;
    bool bad = false;
    bool known = false;
    for (size_t i = 0; i < span.n; i++)
        bad = bad || m->rows[span.rows[i]].fate == FATE_BAD;
    if (!bad && parcel_twice(m, span)) {
        (void)th_error_set(&what, TH_DATA_PROBLEM, "tenure_parcel_twice", NULL);
        refuse(m, span, &what);
        return TH_OK;
    }
    enum th_status status = bad ? TH_OK : check_known(m, index, span, &known, err);
    if (status == TH_OK && !known)
        bad = document_missing(m, span) || bad;
    for (size_t i = 0; status == TH_OK && !bad && !known && i < span.n; i++) {
        bool over = false;
        status = check_share(m, span.rows[i], &m->contracts[index].facts, &over, err);
        bad = bad || over;
    }
    if (status == TH_OK && bad) {
        (void)th_error_set(&what, TH_DATA_PROBLEM, "tenure_contract_refused", NULL);
        refuse(m, span, &what);
    } else if (status == TH_OK && !known) {
        status = store_contract(m, &m->contracts[index], span, err);
    }
    return status;
}

static enum th_status decide_all(struct importing *m, struct th_error *err)
{
    // Rows by contract: a counting sort keeps their order.
    size_t *starts = calloc(m->n_contracts + 2, sizeof *starts);
    size_t *order = malloc((m->table.n + 1) * sizeof *order);
    enum th_status status = starts == NULL || order == NULL ? th_error_no_memory(err) : TH_OK;
    for (size_t i = 0; status == TH_OK && i < m->table.n; i++)
        starts[m->rows[i].contract + 2]++;
    for (size_t i = 2; status == TH_OK && i < m->n_contracts + 2; i++)
        starts[i] += starts[i - 1];
    for (size_t i = 0; status == TH_OK && i < m->table.n; i++)
        order[starts[m->rows[i].contract + 1]++] = i;
    for (size_t i = 0; status == TH_OK && i < m->n_contracts; i++) {
        const struct span span = {order + starts[i], starts[i + 1] - starts[i]};
        status = decide(m, i, span, err);
    }
    free(starts);
    free(order);
    return status;
}

// --- What is not given whole --------------------------------------------------------------------

static enum th_status report_incomplete(struct importing *m, size_t row, struct th_error *err)
{
    struct th_tenure_cover cover = {0};
    bool found = false;
    struct th_date on;
    struct th_ratio sum;
    enum th_status status =
        th_tenure_cover_load(th_work_store(m->work), m->rows[row].parcel_id, (struct th_date){0},
                             (struct th_date){0}, &cover, err);
    struct th_date from = cover.n > 0 ? cover.items[0].from : (struct th_date){1900, 1, 1};
    struct th_date to = cover.n > 0 ? cover.items[0].to : from;
    for (size_t i = 0; i < cover.n; i++) {
        from = th_date_compare(cover.items[i].from, from) < 0 ? cover.items[i].from : from;
        to = th_date_compare(cover.items[i].to, to) > 0 ? cover.items[i].to : to;
    }
    if (status == TH_OK)
        status = th_tenure_cover_find(&cover, from, to, false, -1, &found, &on, &sum, err);
    if (status == TH_OK && found) {
        struct th_error what;
        char text[TH_DATE_TEXT_SIZE];
        char ratio[TH_RATIO_TEXT_SIZE];
        (void)th_error_set(&what, TH_DATA_PROBLEM, "tenure_incomplete", "on",
                           th_date_format(on, text), "share", th_ratio_format(sum, ratio), NULL);
        th_error_add_int(&what, "parcel", m->rows[row].parcel_id);
        problem(m, row, "warning", &what);
        struct th_json *json = th_json_object();
        th_json_set_int(json, "parcel_id", m->rows[row].parcel_id);
        th_json_set_text(json, "on", text);
        th_json_set_text(json, "share", ratio);
        th_json_append(m->incomplete, json);
    }
    th_tenure_cover_clear(&cover);
    return status;
}

static bool seen_before(const struct importing *m, size_t row)
{
    for (size_t i = 0; i < th_json_size(m->incomplete); i++)
        if (th_json_get_int(th_json_at(m->incomplete, i), "parcel_id", 0) == m->rows[row].parcel_id)
            return true;
    return false;
}

static enum th_status import_rows(struct importing *m, struct th_error *err)
{
    size_t n = m->table.n;
    m->n_slots = 2 * n + 1;
    m->rows = calloc(n + 1, sizeof *m->rows);
    m->contracts = calloc(n + 1, sizeof *m->contracts);
    m->slots = calloc(m->n_slots, sizeof *m->slots);
    if (m->rows == NULL || m->contracts == NULL || m->slots == NULL)
        return th_error_no_memory(err);
    enum th_status status = TH_OK;
    for (size_t i = 0; status == TH_OK && i < n; i++)
        status = take_row(m, i, err);
    if (status == TH_OK)
        status = decide_all(m, err);
    for (size_t i = 0; status == TH_OK && i < n; i++)
        if (m->rows[i].fate == FATE_ACCEPTED && !seen_before(m, i))
            status = report_incomplete(m, i, err);
    return status;
}

static struct th_json *reply_json(struct importing *m)
{
    struct th_json *reply = th_json_object();
    int64_t n = (int64_t)m->table.n;
    th_json_set_int(reply, "read", n);
    th_json_set_int(reply, "accepted", m->n_accepted);
    th_json_set_int(reply, "rejected", n - m->n_accepted - m->n_unchanged);
    th_json_set_int(reply, "unchanged", m->n_unchanged);
    th_json_set(reply, "tenure_ids", th_json_copy(m->tenure_ids));
    th_json_set(reply, "incomplete", th_json_copy(m->incomplete));
    th_json_set(reply, "problems", th_json_copy(m->problems));
    return reply;
}

static void paths_free(char **paths, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(paths[i]);
    free(paths);
}

// Names of all documents in the table, one after the other; rows of a contract name the same.
static enum th_status document_paths(const struct importing *m, char ***ret_paths, size_t *ret_n,
                                     struct th_error *err)
{
    size_t n = 0;
    char **paths = calloc(m->table.n + 1, sizeof *paths);
    if (paths == NULL)
        return th_error_no_memory(err);
    for (size_t i = 0; i < m->table.n; i++) {
        char path[PATH_SIZE];
        const char *document = th_tenure_cell(&m->table, i, TH_TENURE_DOCUMENT);
        document_path(m, document, path);
        if (document[0] == '\0' || (n > 0 && strcmp(paths[n - 1], path) == 0))
            continue;
        paths[n] = th_text_duplicate(path);
        if (paths[n] == NULL) {
            paths_free(paths, n);
            return th_error_no_memory(err);
        }
        n++;
    }
    *ret_paths = paths;
    *ret_n = n;
    return TH_OK;
}

static enum th_status begin(struct importing *m, const struct th_request *request,
                            const struct th_json *input, struct th_json **ret_reply,
                            struct th_error *err)
{
    char **paths = NULL;
    size_t n = 0;
    enum th_status status = document_paths(m, &paths, &n, err);
    if (status != TH_OK)
        return status;
    const struct th_work_documents documents = {(const char *const *)paths, n};
    status = th_work_begin_reading(m->registry, request, TH_MAY_REGISTER, "tenure.import", input,
                                   &documents, &m->work, ret_reply, err);
    paths_free(paths, n);
    return status;
}

static enum th_status run(struct importing *m, const struct th_request *request,
                          struct th_json **ret_reply, struct th_error *err)
{
    struct th_hash sha256;
    char hex[TH_HASH_HEX_SIZE];
    enum th_status status = th_hash_file(TH_HASH_SHA256, m->options->source, &sha256, err);
    if (status != TH_OK)
        return status;
    struct th_json *input = th_json_object();
    th_json_set_text(input, "sha256", th_hash_hex(&sha256, hex));
    th_json_set_text(input, "holder", m->options->holder);
    th_json_set_text(input, "village", m->options->village);
    status = begin(m, request, input, ret_reply, err);
    th_json_free(input);
    if (status != TH_OK || m->work == NULL)
        return status;
    status = import_rows(m, err);
    if (status == TH_OK && m->n_accepted == 0) {
        th_work_cancel(m->work);
        return th_reply_finish(TH_OK, reply_json(m), ret_reply, err);
    }
    struct th_json *body = th_json_object();
    th_json_set_text(body, "source", th_file_base_name(m->options->source));
    th_json_set_text(body, "sha256", hex);
    th_json_set_int(body, "accepted", m->n_accepted);
    th_json_set(body, "tenure_ids", th_json_copy(m->tenure_ids));
    return th_work_end(m->work, status, "tenure", body, reply_json(m), ret_reply, err);
}

enum th_status th_tenure_import(struct th_registry *registry, const struct th_request *request,
                                const struct th_tenure_import_options *options,
                                struct th_json **ret_reply, struct th_error *err)
{
    struct importing m = {.registry = registry,
                          .options = options,
                          .problems = th_json_array(),
                          .tenure_ids = th_json_array(),
                          .incomplete = th_json_array()};
    enum th_status status = th_tenure_table_read(options->source, &m.table, err);
    if (status == TH_OK)
        status = run(&m, request, ret_reply, err);
    th_json_free(m.problems);
    th_json_free(m.tenure_ids);
    th_json_free(m.incomplete);
    th_tenure_table_clear(&m.table);
    free(m.rows);
    free(m.contracts);
    free(m.slots);
    return status;
}
