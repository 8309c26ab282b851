#include "trading/books/cadtrust.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/file.h"
#include "core/text.h"
#include "registry/reply.h"
#include "store/ledger/issuance_store.h"
#include "store/ledger/unit_find_store.h"
#include "store/registry_store.h"
#include "store/revenue/cadtrust_store.h"
#include "trading/books/cadtrust_internal.h"
#include "trading/trading_internal.h"

enum { KEY_SIZE = 160, TEXT_SIZE = 512, REGION_MAX = 250, DESCRIPTION_LIMIT = 4096 };

struct project { // all texts owned
    struct th_cadtrust_package package;
    char *texts[8];
    size_t n_texts;
    const char *body; // borrowed; listed name of its verifier; NULL: none
    const struct th_json *meaning;
};

struct exporting {
    struct th_registry *registry;
    struct th_store *store;
    const struct th_cadtrust_options *options;
    struct th_registry_record record;
    struct th_cadtrust_dictionary dictionary;
    struct th_cadtrust_sheet sheet;
    struct project *projects;
    size_t n_projects, capacity;
    const struct project *project; // whose rows are written
    struct th_json *left_out;
    enum th_status status;
    struct th_error err;
};

static const char *keep(struct project *project, const char *text)
{
    char *copy = th_text_duplicate(text);
    project->texts[project->n_texts++] = copy;
    return copy;
}

// The name in CAD Trust's list that the caller gave for a party, or that the party bears itself.
static const char *listed_body(const struct exporting *e, const char *verifier)
{
    size_t size = strlen(verifier);
    for (size_t i = 0; i < e->options->n_bodies; i++) {
        const char *body = e->options->bodies[i];
        if (strncmp(body, verifier, size) == 0 && body[size] == '=') {
            return body + size + 1;
        }
    }
    return th_cadtrust_listed(&e->dictionary, "verification_body", verifier) ? verifier : NULL;
}

static bool take_package(void *context, const struct th_cadtrust_package *package)
{
    struct exporting *e = context;
    if (e->n_projects == e->capacity) {
        size_t capacity = e->capacity == 0 ? 32 : e->capacity * 2;
        struct project *projects = realloc(e->projects, capacity * sizeof(*projects));
        if (projects == NULL) {
            e->status = th_error_no_memory(&e->err);
            return false;
        }
        e->projects = projects;
        e->capacity = capacity;
    }
    struct project *project = &e->projects[e->n_projects++];
    *project = (struct project){.package = *package};
    struct th_cadtrust_package *p = &project->package;
    p->name = keep(project, p->name);
    p->state = keep(project, p->state);
    p->methodology = keep(project, p->methodology);
    p->version = keep(project, p->version);
    p->document = keep(project, p->document);
    p->holder = keep(project, p->holder);
    p->verifier = keep(project, p->verifier);
    p->places = keep(project, p->places);
    if (p->name == NULL || p->state == NULL || p->methodology == NULL || p->version == NULL ||
        p->document == NULL || p->holder == NULL) {
        e->status = th_error_no_memory(&e->err);
        return false;
    }
    project->meaning = th_cadtrust_methodology(&e->dictionary, p->methodology);
    project->body = p->verifier != NULL ? listed_body(e, p->verifier) : NULL;
    if (p->verifier != NULL && project->body == NULL) {
        struct th_json *item = th_json_object();
        th_json_set_int(item, "package_id", p->package_id);
        th_json_set_text(item, "package", p->name);
        th_json_set_text(item, "verifier", p->verifier);
        th_json_set_text(item, "reason", "verifier_unlisted");
        th_json_append(e->left_out, item);
    }
    return true;
}

static void set_uuid(const struct exporting *e, struct th_json *row, const char *column,
                     const char *table, const char *key)
{
    char uuid[TH_CADTRUST_UUID_SIZE];
    th_json_set_text(row, column, th_cadtrust_uuid(e->record.registry_id, table, key, uuid));
}

// Key `key` of the package at hand, such as its project, its location.
static void set_package_uuid(const struct exporting *e, struct th_json *row, const char *column,
                             const char *table)
{
    char key[KEY_SIZE];
    (void)snprintf(key, sizeof(key), "%lld", (long long)e->project->package.package_id);
    set_uuid(e, row, column, table, key);
}

static void set_methodology_uuid(const struct exporting *e, struct th_json *row)
{
    char key[KEY_SIZE];
    (void)snprintf(key, sizeof(key), "%s@%s", e->project->package.methodology,
                   e->project->package.version);
    set_uuid(e, row, "cad_trust_methodology_id", "methodology", key);
}

static void set_date(struct th_json *row, const char *column, struct th_date date)
{
    char text[TH_DATE_TEXT_SIZE];
    th_json_set_text(row, column, th_date_format(date, text));
}

static void set_words(const struct exporting *e, struct th_json *row, const char *column,
                      const char *key, int64_t trade_id)
{
    struct th_buf words;
    struct th_error_arg arg = {.name = "trade"};
    (void)snprintf(arg.value, sizeof(arg.value), "%lld", (long long)trade_id);
    th_buf_init(&words, DESCRIPTION_LIMIT);
    if (e->options->messages != NULL) {
        th_messages_format(e->options->messages, TH_LANG_EN, key, &arg, 1, &words);
    } else {
        th_buf_append_str(&words, key);
    }
    th_json_set_text(row, column, th_buf_text(&words));
    th_buf_clear(&words);
}

static const char *meaning(const struct exporting *e, const char *key)
{
    return th_json_get_text(e->project->meaning, key, "");
}

static const char *project_number(const struct exporting *e, char buf[KEY_SIZE])
{
    (void)snprintf(buf, KEY_SIZE, "CN-%s-%06lld", e->record.admin_code,
                   (long long)e->project->package.package_id);
    return buf;
}

static enum th_status add(struct exporting *e, struct th_json *row)
{
    return th_cadtrust_sheet_add(&e->sheet, row, &e->err);
}

// A methodology is written with the first project that uses it.
static enum th_status write_methodology(struct exporting *e)
{
    const struct th_cadtrust_package *p = &e->project->package;
    for (const struct project *q = e->projects; q < e->project; q++) {
        if (strcmp(q->package.methodology, p->methodology) == 0 &&
            strcmp(q->package.version, p->version) == 0) {
            return TH_OK;
        }
    }
    struct th_json *document = NULL;
    enum th_status status = th_json_parse(p->document, strlen(p->document), &document, &e->err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *row = th_json_object();
    set_methodology_uuid(e, row);
    th_json_set_text(row, "methodology_code", p->methodology);
    th_json_set_text(row, "methodology_name",
                     th_json_get_text(th_json_get(document, "title"), "en", p->methodology));
    th_json_set_text(row, "methodology_type", meaning(e, "type"));
    th_json_set_text(row, "methodology_version", p->version);
    th_json_free(document);
    return add(e, row);
}

static const char *project_status(const char *state)
{
    static const struct {
        const char *state, *status;
    } STATES[] = {{"submitted", "Listed"},
                  {"verified", "Verified"},
                  {"issued", "Certified"},
                  {"withdrawn", "Withdrawn"}};
    for (size_t i = 0; i < sizeof(STATES) / sizeof(STATES[0]); i++) {
        if (strcmp(state, STATES[i].state) == 0) {
            return STATES[i].status;
        }
    }
    return "";
}

static void set_list(struct th_json *row, const char *column, const char *value)
{
    struct th_json *list = th_json_array();
    th_json_append_text(list, value);
    th_json_set(row, column, list);
}

static enum th_status write_project(struct exporting *e)
{
    char number[KEY_SIZE];
    char link[TEXT_SIZE];
    const struct th_cadtrust_package *p = &e->project->package;
    if (e->options->link_base != NULL) {
        const char *base = e->options->link_base;
        (void)snprintf(link, sizeof(link), "%s%spackages/%lld", base,
                       th_text_ends_with(base, "/") ? "" : "/", (long long)p->package_id);
    } else {
        (void)snprintf(link, sizeof(link), "urn:tanhui:%s:package:%lld", e->record.registry_id,
                       (long long)p->package_id);
    }
    struct th_json *row = th_json_object();
    set_package_uuid(e, row, "cad_trust_project_id", "project");
    th_json_set_text(row, "project_registry_name", e->record.name);
    th_json_set_text(row, "project_id", project_number(e, number));
    th_json_set_text(row, "project_name", p->name);
    th_json_set_text(row, "project_link", link);
    set_words(e, row, "project_description", "cadtrust.description", 0);
    set_list(row, "project_sector", meaning(e, "sector"));
    set_list(row, "project_type", meaning(e, "project_type"));
    th_json_set_text(row, "project_subtype", meaning(e, "subtype"));
    th_json_set_text(row, "project_status", project_status(p->state));
    set_date(row, "project_status_date", th_instant_date(p->changed_utc));
    th_json_set_text(row, "project_unit_metric", "tCO2e");
    return add(e, row);
}

static enum th_status write_stakeholder(struct exporting *e)
{
    struct th_json *row = th_json_object();
    set_package_uuid(e, row, "cad_trust_stakeholder_id", "stakeholder");
    th_json_set_text(row, "stakeholder_name", e->project->package.holder);
    th_json_set_text(row, "stakeholder_type", "Owner");
    set_package_uuid(e, row, "cad_trust_project_id", "project");
    return add(e, row);
}

static enum th_status write_project_methodology(struct exporting *e)
{
    struct th_json *row = th_json_object();
    set_package_uuid(e, row, "cad_trust_project_methodology_id", "project_methodology");
    set_package_uuid(e, row, "cad_trust_project_id", "project");
    set_methodology_uuid(e, row);
    set_date(row, "project_methodology_date", e->project->package.from);
    return add(e, row);
}

static enum th_status write_verification(struct exporting *e)
{
    char number[KEY_SIZE];
    char id[KEY_SIZE + 2];
    if (e->project->body == NULL) {
        return TH_OK;
    }
    (void)snprintf(id, sizeof(id), "%s-V", project_number(e, number));
    struct th_json *row = th_json_object();
    set_package_uuid(e, row, "cad_trust_verification_id", "verification");
    th_json_set_text(row, "verification_id", id);
    set_date(row, "verification_start_date", e->project->package.from);
    set_date(row, "verification_end_date", e->project->package.to);
    th_json_set_text(row, "verification_body", e->project->body);
    set_package_uuid(e, row, "cad_trust_project_id", "project");
    return add(e, row);
}

// One place for each package: its villages, and the middle of its parcels as latitude, longitude.
static enum th_status write_location(struct exporting *e)
{
    char region[REGION_MAX];
    char middle[KEY_SIZE];
    const struct th_cadtrust_package *p = &e->project->package;
    struct th_json *row = th_json_object();
    set_package_uuid(e, row, "cad_trust_location_id", "location");
    th_json_set_text(row, "location_country", "China");
    th_text_copy(region, sizeof(region), p->places != NULL ? p->places : "");
    th_json_set_text(row, "location_region", region);
    if (p->has_box) {
        (void)snprintf(middle, sizeof(middle), "%.6f, %.6f", (p->south_deg + p->north_deg) / 2,
                       (p->west_deg + p->east_deg) / 2);
        th_json_set_text(row, "location_gis", middle);
    }
    set_package_uuid(e, row, "cad_trust_project_id", "project");
    return add(e, row);
}

static bool add_year(void *context, int year, struct th_carbon net)
{
    struct exporting *e = context;
    char key[KEY_SIZE];
    const struct th_cadtrust_package *p = &e->project->package;
    (void)snprintf(key, sizeof(key), "%lld:%d", (long long)p->package_id, year);
    struct th_json *row = th_json_object();
    set_uuid(e, row, "cad_trust_estimation_id", "estimation", key);
    set_date(row, "estimation_start_date", (struct th_date){year, 1, 1});
    set_date(row, "estimation_end_date", (struct th_date){year, 12, 31});
    th_json_set_real(row, "estimation_unit_count", (double)th_carbon_kg(net) / 1000);
    (void)snprintf(key, sizeof(key), "run:%lld", (long long)p->run_id);
    th_json_set_text(row, "estimation_reference_no", key);
    set_package_uuid(e, row, "cad_trust_project_id", "project");
    e->status = add(e, row);
    return e->status == TH_OK;
}

static enum th_status write_estimation(struct exporting *e)
{
    int64_t run_id = e->project->package.run_id;
    enum th_status status =
        run_id != 0 ? th_cadtrust_year_each(e->store, run_id, add_year, e, &e->err) : TH_OK;
    return status == TH_OK ? e->status : status;
}

static bool add_issuance(void *context, const struct th_issuance_record *record)
{
    struct exporting *e = context;
    int64_t at_utc = 0;
    if (th_units_t(record->issued) == 0) {
        return true;
    }
    e->status = th_cadtrust_instant(e->store, record->seq, &at_utc, &e->err);
    if (e->status == TH_OK) {
        struct th_json *row = th_json_object();
        set_uuid(e, row, "cad_trust_issuance_id", "issuance", record->prefix);
        th_json_set_text(row, "issuance_id", record->prefix);
        set_date(row, "issuance_date", th_instant_date(at_utc));
        set_package_uuid(e, row, "cad_trust_verification_id", "verification");
        set_package_uuid(e, row, "cad_trust_project_methodology_id", "project_methodology");
        set_package_uuid(e, row, "cad_trust_location_id", "location");
        e->status = add(e, row);
    }
    return e->status == TH_OK;
}

static enum th_status write_issuance(struct exporting *e)
{
    enum th_status status =
        e->project->body == NULL
            ? TH_OK
            : th_issuance_each(e->store, e->project->package.package_id, add_issuance, e, &e->err);
    return status == TH_OK ? e->status : status;
}

// Locked units are held: nothing has left its owner yet.
static const char *unit_status(const char *state)
{
    static const struct {
        const char *state, *status;
    } STATES[] = {{"held", "Held"},
                  {"locked", "Held"},
                  {"buffer", "Buffer"},
                  {"retired", "Retired"},
                  {"cancelled", "Cancelled"}};
    for (size_t i = 0; i < sizeof(STATES) / sizeof(STATES[0]); i++) {
        if (strcmp(state, STATES[i].state) == 0) {
            return STATES[i].status;
        }
    }
    return "";
}

static void set_retirement(const struct exporting *e, struct th_json *row,
                           const struct th_unit_leaf *leaf)
{
    char key[KEY_SIZE];
    struct th_buf detail;
    (void)snprintf(key, sizeof(key), "cadtrust.retirement.%s",
                   leaf->purpose != NULL ? leaf->purpose : "");
    const char *words = e->options->messages != NULL
                            ? th_messages_text(e->options->messages, TH_LANG_EN, key)
                            : key;
    th_buf_init(&detail, DESCRIPTION_LIMIT);
    th_buf_append_str(&detail, words);
    if (leaf->note != NULL && leaf->note[0] != '\0') {
        th_buf_printf(&detail, ": %s", leaf->note);
    }
    th_json_set_text(row, "unit_retirement_detail", th_buf_text(&detail));
    th_buf_clear(&detail);
    th_json_set_text(row, "unit_retirement_beneficiary", leaf->beneficiary);
    th_json_set_text(row, "unit_retirement_beneficiary_id", leaf->beneficiary_uscc);
}

// Of a cancellation with the reason that stands in the books.
static void set_reason(const struct exporting *e, struct th_json *row, const char *key,
                       const struct th_unit_leaf *leaf)
{
    struct th_buf reason;
    bool cancelled = strcmp(leaf->event, "cancel") == 0;
    set_words(e, row, "unit_status_reason", key, leaf->trade_id);
    if (!cancelled || leaf->note == NULL || leaf->note[0] == '\0') {
        return;
    }
    th_buf_init(&reason, DESCRIPTION_LIMIT);
    th_buf_printf(&reason, "%s: %s", th_json_get_text(row, "unit_status_reason", ""), leaf->note);
    th_json_set_text(row, "unit_status_reason", th_buf_text(&reason));
    th_buf_clear(&reason);
}

static bool add_unit(void *context, const struct th_unit_leaf *leaf)
{
    struct exporting *e = context;
    char serial[TH_SERIAL_SIZE];
    char number[KEY_SIZE];
    char key[KEY_SIZE];
    bool locked = strcmp(leaf->state, "locked") == 0;
    bool retired = strcmp(leaf->state, "retired") == 0;
    struct th_json *row = th_json_object();
    th_serial_format(leaf->prefix, leaf->first, leaf->last, serial);
    set_uuid(e, row, "cad_trust_unit_id", "unit", serial);
    th_json_set_text(row, "unit_serial_id", serial);
    (void)snprintf(number, sizeof(number), "%lld", (long long)leaf->first);
    th_json_set_text(row, "unit_start_block", number);
    (void)snprintf(number, sizeof(number), "%lld", (long long)leaf->last);
    th_json_set_text(row, "unit_end_block", number);
    th_json_set_int(row, "unit_count", leaf->last - leaf->first + 1);
    th_json_set_text(row, "unit_type",
                     leaf->statement_based ? "Not Determined" : meaning(e, "type"));
    th_json_set_int(row, "unit_vintage_year", leaf->vintage);
    th_json_set_text(row, "unit_status", unit_status(leaf->state));
    (void)snprintf(key, sizeof(key), "cadtrust.%s", locked ? "locked" : leaf->event);
    set_reason(e, row, key, leaf);
    set_date(row, "unit_status_date", th_instant_date(leaf->at_utc));
    if (retired) {
        set_retirement(e, row, leaf);
    }
    th_json_set_text(row, "unit_metric", "tCO2e");
    th_json_set_text(row, "unit_current_owner", leaf->owner);
    set_uuid(e, row, "cad_trust_issuance_id", "issuance", leaf->prefix);
    e->status = add(e, row);
    return e->status == TH_OK;
}

static enum th_status write_units(struct exporting *e)
{
    const struct th_unit_filter filter = {.package_id = e->project->package.package_id};
    enum th_status status = e->project->body == NULL
                                ? TH_OK
                                : th_unit_leaf_each(e->store, &filter, add_unit, e, &e->err);
    return status == TH_OK ? e->status : status;
}

// Tables without a writer stand empty: nothing in the registry is one of their records.
static const struct {
    const char *table;
    enum th_status (*write)(struct exporting *e); // of the project at hand
} WRITERS[] = {{"methodology", write_methodology},
               {"project", write_project},
               {"stakeholder", write_stakeholder},
               {"project_methodology", write_project_methodology},
               {"verification", write_verification},
               {"location", write_location},
               {"estimation", write_estimation},
               {"issuance", write_issuance},
               {"unit", write_units}};

static enum th_status write_table(struct exporting *e, size_t table, struct th_json *tables)
{
    enum th_status status = TH_OK;
    th_cadtrust_sheet_begin(&e->sheet, table);
    const char *name = th_json_get_text(e->sheet.table, "table", "");
    for (size_t i = 0; i < sizeof(WRITERS) / sizeof(WRITERS[0]); i++) {
        for (size_t k = 0;
             k < e->n_projects && status == TH_OK && strcmp(name, WRITERS[i].table) == 0; k++) {
            e->project = &e->projects[k];
            status = WRITERS[i].write(e);
        }
    }
    struct th_json *item = th_json_object();
    th_json_set_text(item, "table", name);
    th_json_set_text(item, "sheet", th_json_get_text(e->sheet.table, "sheet", ""));
    th_json_set_int(item, "n", e->sheet.n);
    th_json_append(tables, item);
    return status;
}

// With the names that it may have been meant to be.
static enum th_status refuse_body(const struct exporting *e, const char *body, struct th_error *err)
{
    char near[TH_ERROR_VALUE_SIZE];
    th_cadtrust_near(&e->dictionary, "verification_body", body, near, sizeof(near));
    return th_error_set(err, TH_INVALID,
                        near[0] != '\0' ? "cadtrust_body_near" : "cadtrust_body_unlisted", "body",
                        body, "near", near, "version",
                        th_json_get_text(e->dictionary.document, "version", ""), NULL);
}

static enum th_status check_options(const struct exporting *e, struct th_error *err)
{
    const char *link = e->options->link_base;
    for (size_t i = 0; i < e->options->n_bodies; i++) {
        const char *body = e->options->bodies[i];
        const char *equals = strchr(body, '=');
        if (equals == NULL || equals == body) {
            return th_error_set(err, TH_INVALID, "cadtrust_body_form", "body", body, NULL);
        }
        if (!th_cadtrust_listed(&e->dictionary, "verification_body", equals + 1)) {
            return refuse_body(e, equals + 1, err);
        }
    }
    if (link != NULL &&
        ((!th_text_starts_with(link, "https://") && !th_text_starts_with(link, "http://")) ||
         strlen(link) > TEXT_SIZE / 2 || strpbrk(link, " \t\"<>\\") != NULL)) {
        return th_error_set(err, TH_INVALID, "cadtrust_link", "link", link, NULL);
    }
    return th_file_check_new(e->options->path, err);
}

static enum th_status write_book(struct exporting *e, struct th_json *tables)
{
    size_t n = th_json_size(th_json_get(e->dictionary.document, "tables"));
    const struct th_workbook_options how = {
        .title = "CAD Trust", .program = th_registry_surroundings(e->registry)->program};
    enum th_status status = th_workbook_open(e->options->path, &how, &e->sheet.workbook, &e->err);
    e->sheet.dictionary = &e->dictionary;
    for (size_t i = 0; i < n && status == TH_OK; i++) {
        status = write_table(e, i, tables);
    }
    if (status == TH_OK) {
        status = th_workbook_close(e->sheet.workbook, &e->err);
    } else {
        th_workbook_abort(e->sheet.workbook);
    }
    e->sheet.workbook = NULL;
    return status;
}

static enum th_status read_and_write(struct exporting *e, struct th_json *tables)
{
    enum th_status status = th_store_begin_read(e->store, &e->err);
    if (status != TH_OK) {
        return status;
    }
    status = th_registry_record_load(e->store, &e->record, &e->err);
    if (status == TH_OK) {
        status = th_cadtrust_package_each(e->store, take_package, e, &e->err);
    }
    if (status == TH_OK) {
        status = e->status;
    }
    if (status == TH_OK) {
        status = write_book(e, tables);
    }
    th_store_end_read(e->store);
    return status;
}

static enum th_status make_reply(struct exporting *e, struct th_json *tables,
                                 struct th_json **ret_reply, struct th_error *err)
{
    int64_t n = 0;
    struct th_hash hash = {0};
    char hex[TH_HASH_HEX_SIZE];
    struct th_json *reply = th_json_object();
    for (size_t i = 0; i < th_json_size(tables); i++) {
        n += th_json_get_int(th_json_at(tables, i), "n", 0);
    }
    enum th_status status = th_hash_file(TH_HASH_SHA256, e->options->path, &hash, err);
    th_json_set_text(reply, "file", e->options->path);
    th_json_set_int(reply, "n", n);
    th_json_set_text(reply, "sha256", th_hash_hex(&hash, hex));
    th_json_set_text(reply, "format", "cadtrust");
    th_json_set_text(reply, "version", th_json_get_text(e->dictionary.document, "version", ""));
    th_json_set(reply, "tables", tables);
    th_json_set_bool(reply, "ok", th_json_size(e->left_out) == 0);
    th_json_set(reply, "left_out", e->left_out);
    e->left_out = NULL;
    return th_reply_finish(status, reply, ret_reply, err);
}

static void clear(struct exporting *e)
{
    for (size_t i = 0; i < e->n_projects; i++) {
        for (size_t k = 0; k < e->projects[i].n_texts; k++) {
            free(e->projects[i].texts[k]);
        }
    }
    free(e->projects);
    th_cadtrust_dictionary_clear(&e->dictionary);
    th_json_free(e->left_out);
}

enum th_status th_cadtrust_export(struct th_registry *registry,
                                  const struct th_cadtrust_options *options,
                                  struct th_json **ret_reply, struct th_error *err)
{
    struct exporting e = {.registry = registry,
                          .store = th_registry_store(registry),
                          .options = options,
                          .left_out = th_json_array()};
    struct th_json *tables = th_json_array();
    enum th_status status = th_cadtrust_dictionary_load(&e.dictionary, err);
    if (status == TH_OK) {
        status = check_options(&e, err);
    }
    if (status == TH_OK) {
        status = read_and_write(&e, tables);
        if (status != TH_OK && err != NULL) {
            *err = e.err;
        }
    }
    if (status == TH_OK) {
        status = make_reply(&e, tables, ret_reply, err);
        tables = NULL;
    }
    th_json_free(tables);
    clear(&e);
    return status;
}
