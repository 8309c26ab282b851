#include "trading/account/account_show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/ratio.h"
#include "core/text.h"
#include "registry/reference.h"
#include "registry/reply.h"
#include "store/deal/reversal_store.h"
#include "store/estimate/account_store.h"
#include "store/people/enterprise_store.h"
#include "trading/trading_internal.h"

enum { PERCENT_SIZE = 40, PERCENT_CENT = 10000 };

// What was retired for one enterprise, by year.
struct retired {
    struct th_enterprise_retired *items;
    size_t n, capacity;
    bool no_memory;
};

static bool take_retired(void *context, const struct th_enterprise_retired *item)
{
    struct retired *retired = context;
    if (retired->n == retired->capacity) {
        size_t capacity = retired->capacity == 0 ? 8 : retired->capacity * 2;
        struct th_enterprise_retired *items = realloc(retired->items, capacity * sizeof(*items));
        if (!items) {
            retired->no_memory = true;
            return false;
        }
        retired->items = items;
        retired->capacity = capacity;
    }
    retired->items[retired->n++] = *item;
    return true;
}

static enum th_status load_retired(struct th_store *store, const char *uscc,
                                   struct retired *ret_retired, struct th_error *err)
{
    struct retired retired = {0};
    enum th_status status =
        uscc[0] != '\0' ? th_enterprise_retired_each(store, uscc, take_retired, &retired, err)
                        : TH_OK;
    if (status == TH_OK && retired.no_memory) {
        status = th_error_no_memory(err);
    }
    if (status == TH_OK) {
        *ret_retired = retired;
    } else {
        free(retired.items);
    }
    return status;
}

static struct th_enterprise_retired retired_in(const struct retired *retired, int year)
{
    for (size_t i = 0; i < retired->n; i++) {
        if (retired->items[i].year == year) {
            return retired->items[i];
        }
    }
    return (struct th_enterprise_retired){.year = year};
}

// Tonnes against kilograms: the exact ratio, and per cent with two decimals, rounded down.
static enum th_status set_rate(struct th_json *item, const char *ratio_key, const char *percent_key,
                               struct th_units retired, struct th_carbon emissions,
                               struct th_error *err)
{
    struct th_carbon carbon;
    struct th_ratio ratio;
    int64_t cent = 0;
    char text[TH_RATIO_TEXT_SIZE];
    char percent[PERCENT_SIZE];
    if (th_carbon_kg(emissions) == 0) {
        th_json_set(item, ratio_key, th_json_null());
        th_json_set(item, percent_key, th_json_null());
        return TH_OK;
    }
    enum th_status status = th_units_carbon(retired, &carbon, err);
    if (status == TH_OK) {
        status = th_ratio_make(th_carbon_kg(carbon), th_carbon_kg(emissions), &ratio, err);
    }
    if (status == TH_OK) {
        status = th_ratio_apply_floor(ratio, PERCENT_CENT, &cent, err);
    }
    if (status == TH_OK) {
        (void)snprintf(percent, sizeof(percent), "%lld.%02d", (long long)(cent / 100),
                       (int)(cent % 100));
        th_json_set_text(item, ratio_key, th_ratio_format(ratio, text));
        th_json_set_text(item, percent_key, percent);
    }
    return status;
}

// One year: what was recorded (NULL: nothing) and what was retired.
static enum th_status set_year(struct th_json *item, const struct th_enterprise_year *record,
                               const struct th_enterprise_retired *retired, struct th_error *err)
{
    static const char *const NONE[] = {"version",  "emissions_kg",   "level",
                                       "grade",    "denominator",    "efficiency",
                                       "document", "document_sha256"};
    struct th_carbon emissions = {0};
    struct th_units measured;
    char hex[TH_HASH_HEX_SIZE];
    th_json_set_int(item, "year", retired->year);
    for (size_t i = 0; i < sizeof(NONE) / sizeof(NONE[0]) && !record; i++) {
        th_json_set(item, NONE[i], th_json_null());
    }
    if (record) {
        emissions = record->emissions;
        th_json_set_int(item, "version", record->version);
        th_json_set_int(item, "emissions_kg", th_carbon_kg(emissions));
        th_json_set_text(item, "level", record->level);
        th_json_set_int(item, "grade", record->grade);
        th_json_set_text(item, "denominator", record->denominator);
        th_json_set_text(item, "efficiency", record->efficiency);
        th_json_set_text(item, "document", record->document);
        th_json_set_text(item, "document_sha256", th_hash_hex(&record->document_sha256, hex));
    }
    th_json_set_units(item, "retired_t", retired->units);
    th_json_set_units(item, "by_statement_t", retired->by_statement);
    enum th_status status = th_units_sub(retired->units, retired->by_statement, &measured, err);
    if (status == TH_OK) {
        status = set_rate(item, "neutral_ratio", "neutral_percent", retired->units, emissions, err);
    }
    if (status == TH_OK) {
        status = set_rate(item, "measured_ratio", "measured_percent", measured, emissions, err);
    }
    return status;
}

static void set_mark(struct th_json *reply, const struct th_messages *messages, enum th_lang lang)
{
    th_json_set_text(reply, "mark",
                     messages ? th_messages_text(messages, lang, "enterprise.mark")
                              : "enterprise.mark");
}

struct years {
    struct th_store *store;
    struct th_json *list;
    const struct retired *retired; // of the one enterprise; NULL: looked up for each
    int last_year;                 // of those written, of the one enterprise
    enum th_status status;
    struct th_error *err;
};

static void append_year(struct years *years, const struct th_enterprise_year *record,
                        const struct th_enterprise_retired *retired, const struct th_party *party)
{
    struct th_json *item = th_json_object();
    if (party) {
        th_json_set_int(item, "party", party->party_id);
        th_json_set_text(item, "name", party->name);
        th_json_set_word(item, "uscc", party->uscc);
    }
    years->status = set_year(item, record, retired, years->err);
    th_json_append(years->list, item);
}

// Years in which something was retired without emissions on record, up to `year`, left out.
static void append_bare_years(struct years *years, int year)
{
    for (size_t i = 0; i < years->retired->n && years->status == TH_OK; i++) {
        const struct th_enterprise_retired *item = &years->retired->items[i];
        if (item->year > years->last_year && item->year < year) {
            append_year(years, NULL, item, NULL);
        }
    }
}

static bool add_own_year(void *context, const struct th_enterprise_year *record)
{
    struct years *years = context;
    const struct th_enterprise_retired retired = retired_in(years->retired, record->year);
    append_bare_years(years, record->year);
    if (years->status == TH_OK) {
        append_year(years, record, &retired, NULL);
    }
    years->last_year = record->year;
    return years->status == TH_OK;
}

static bool add_listed_year(void *context, const struct th_enterprise_year *record)
{
    struct years *years = context;
    struct th_party party;
    struct retired retired = {0};
    years->status = th_party_load(years->store, record->party_id, &party, years->err);
    if (years->status == TH_OK) {
        years->status = load_retired(years->store, party.uscc, &retired, years->err);
    }
    if (years->status == TH_OK) {
        const struct th_enterprise_retired item = retired_in(&retired, record->year);
        append_year(years, record, &item, &party);
    }
    free(retired.items);
    return years->status == TH_OK;
}

static enum th_status set_years(struct th_store *store, const struct th_party *party,
                                struct th_json *reply, struct th_error *err)
{
    struct retired retired = {0};
    enum th_status status = load_retired(store, party->uscc, &retired, err);
    if (status != TH_OK) {
        return status;
    }
    struct years years = {.store = store, .list = th_json_array(), .retired = &retired, .err = err};
    const struct th_enterprise_question question = {.party_id = party->party_id};
    status = th_enterprise_year_each(store, &question, add_own_year, &years, err);
    if (status == TH_OK && years.status == TH_OK) {
        append_bare_years(&years, 10000);
    }
    th_json_set(reply, "years", years.list);
    free(retired.items);
    return status == TH_OK ? years.status : status;
}

static bool add_package(void *context, const struct th_account_package *package)
{
    struct th_json *list = context;
    char date[TH_DATE_TEXT_SIZE];
    struct th_json *item = th_json_object();
    th_json_set_int(item, "package_id", package->package_id);
    th_json_set_text(item, "name", package->name);
    th_json_set_text(item, "holder", package->holder);
    th_json_set_text(item, "state", package->state);
    th_json_set_text(item, "methodology", package->methodology);
    th_json_set_text(item, "from", th_date_format(package->from, date));
    th_json_set_text(item, "to", th_date_format(package->to, date));
    th_json_set_units(item, "issued_t", package->issued);
    th_json_set_units(item, "buffer_t", package->buffer);
    th_json_set_int(item, "contributed_kg", th_carbon_kg(package->contributed));
    th_json_append(list, item);
    return true;
}

static enum th_status set_packages(struct th_store *store, const struct th_party *party,
                                   struct th_json *reply, struct th_error *err)
{
    bool village = strcmp(party->kind, "village") == 0 && party->village[0] != '\0';
    enum th_account_role role = strcmp(party->kind, "verifier") == 0 ? TH_ACCOUNT_VERIFIER
                                : village                            ? TH_ACCOUNT_VILLAGE
                                                                     : TH_ACCOUNT_HOLDER;
    struct th_json *list = th_json_array();
    enum th_status status = th_account_package_each(store, role, party->party_id, party->village,
                                                    add_package, list, err);
    th_json_set(reply, "packages", list);
    return status;
}

static enum th_status set_figures(struct th_store *store, const struct th_party *party,
                                  struct th_json *reply, struct th_error *err)
{
    static const struct {
        enum th_block_state state;
        const char *key;
    } STATES[] = {{TH_BLOCK_HELD, "held_t"},
                  {TH_BLOCK_LOCKED, "locked_t"},
                  {TH_BLOCK_BUFFER, "buffer_t"},
                  {TH_BLOCK_RETIRED, "retired_t"},
                  {TH_BLOCK_CANCELLED, "cancelled_t"}};
    struct th_unit_totals units;
    struct th_money_totals money;
    struct th_money sum;
    struct th_units owed;
    enum th_status status = th_ledger_totals(store, party->party_id, 0, &units, err);
    if (status == TH_OK) {
        status = th_reversal_owed(store, party->party_id, &owed, err);
    }
    if (status == TH_OK) {
        status = th_money_totals(store, party->party_id, &money, err);
    }
    if (status == TH_OK) {
        status = th_money_add(money.claim, money.cash, &sum, err);
    }
    if (status != TH_OK) {
        return status;
    }
    for (size_t i = 0; i < sizeof(STATES) / sizeof(STATES[0]); i++) {
        th_json_set_units(reply, STATES[i].key, units.by_state[STATES[i].state]);
    }
    th_json_set_units(reply, "reversal_owed_t", owed);
    th_json_set_money(reply, "claim_fen", money.claim);
    th_json_set_money(reply, "cash_fen", money.cash);
    th_json_set_money(reply, "money_fen", sum);
    return TH_OK;
}

static enum th_status read_account(struct th_store *store, const char *reference,
                                   const struct th_messages *messages, enum th_lang lang,
                                   struct th_json *reply, struct th_error *err)
{
    struct th_party party;
    enum th_status status = th_party_resolve(store, reference, &party, err);
    if (status != TH_OK) {
        return status;
    }
    bool enterprise = strcmp(party.kind, "enterprise") == 0;
    th_json_set_int(reply, "party", party.party_id);
    th_json_set_text(reply, "name", party.name);
    th_json_set_text(reply, "kind", party.kind);
    th_json_set_word(reply, "uscc", party.uscc);
    th_json_set_word(reply, "village", party.village);
    status = set_figures(store, &party, reply, err);
    if (status == TH_OK) {
        status = enterprise ? set_years(store, &party, reply, err)
                            : set_packages(store, &party, reply, err);
    }
    if (enterprise) {
        set_mark(reply, messages, lang);
    }
    return status;
}

enum th_status th_account_show(struct th_registry *registry, const char *party,
                               const struct th_messages *messages, enum th_lang lang,
                               struct th_json **ret_reply, struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    enum th_status status = th_store_begin_read(store, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *reply = th_json_object();
    status = read_account(store, party, messages, lang, reply, err);
    th_store_end_read(store);
    return th_reply_finish(status, reply, ret_reply, err);
}

enum th_status th_enterprise_list(struct th_registry *registry, const char *year,
                                  const struct th_messages *messages, enum th_lang lang,
                                  struct th_json **ret_reply, struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    struct th_enterprise_question question = {0};
    int64_t number = 0;
    if (year && !th_text_parse_int(year, 1900, 9999, &number)) {
        return th_error_set(err, TH_INVALID, "year_invalid", "year", year, NULL);
    }
    question.year = (int)number;
    enum th_status status = th_store_begin_read(store, err);
    if (status != TH_OK) {
        return status;
    }
    struct years years = {.store = store, .list = th_json_array(), .err = err};
    status = th_enterprise_year_each(store, &question, add_listed_year, &years, err);
    th_store_end_read(store);
    struct th_json *reply = th_json_object();
    th_json_set_int(reply, "n", (int64_t)th_json_size(years.list));
    th_json_set(reply, "years", years.list);
    set_mark(reply, messages, lang);
    return th_reply_finish(status == TH_OK ? years.status : status, reply, ret_reply, err);
}
