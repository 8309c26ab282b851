#include "registry/records/orchard.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/estimate/methodology.h"
#include "registry/records/orchard_internal.h"
#include "registry/reference.h"
#include "registry/reply.h"
#include "registry/roll.h"

enum { LISTED_MAX = 10000, NOTE_LIMIT = 16 * 1024 };

static const char DEFAULT_METHODOLOGY[] = "orchard-account";

struct member { // a parcel and what may join it to others
    const struct th_estimate_source *source;
    char household[TH_NAME_SIZE]; // "" without
};

struct work {
    const struct th_orchard_options *options;
    struct th_orchard_books books;
    struct th_methodology *methodology;
    struct th_estimate_rules *rules;
    struct th_orchard_decisions *decisions;
    int year;
    struct th_estimate_sources sources;
    struct member *members;
    const struct th_estimate_source **parcels; // in the order of members
    // What is told.
    int64_t n_accounts, n_refused, n_settled, fertiliser_t;
    struct th_carbon fixed, emitted, balance;
    double terms_kg[TH_ORCHARD_TERMS_MAX];
    int64_t n_colours[TH_N_COLOURS];
    struct th_json *accounts, *refused, *last_years;
    struct th_roll *roll;    // NULL without
    struct th_error *reason; // first one of an orchard that is refused
    struct th_json *reasons; // of the orchard in hand
    struct th_json *because;
    struct th_error *err;
};

// --- Orchards ----------------------------------------------------------------------------------

static enum th_status load_named(struct work *work)
{
    const struct th_orchard_options *options = work->options;
    enum th_status status = TH_OK;
    for (size_t i = 0; i < options->n_parcels && status == TH_OK; i++) {
        struct th_parcel_record record;
        int64_t id = 0;
        bool known = false;
        status = th_text_parse_int(options->parcels[i], 1, INT64_MAX, &id)
                     ? th_parcel_load(work->books.store, id, 0, &record, work->err)
                     : th_error_set(work->err, TH_NOT_FOUND, "parcel_not_found", "parcel",
                                    options->parcels[i], NULL);
        for (size_t k = 0; k < work->sources.n; k++) {
            known = known || work->sources.items[k].parcel_id == id;
        }
        const struct th_parcel_filter filter = {.parcel_id = id};
        if (status == TH_OK && !known) {
            status =
                th_estimate_sources_load(work->books.store, &filter, &work->sources, work->err);
        }
    }
    return status;
}

// What was used up before the year, or made after it, is no news in a list.
static void keep_counted(struct work *work)
{
    size_t n = 0;
    for (size_t i = 0; i < work->sources.n; i++) {
        struct th_estimate_source then;
        if (th_estimate_source_in(&work->sources.items[i], work->year, &then)) {
            work->sources.items[n++] = work->sources.items[i];
        }
    }
    work->sources.n = n;
}

static enum th_status load_sources(struct work *work)
{
    struct th_village village;
    struct th_parcel_filter filter = {.kind = "orchard"};
    if (work->options->n_parcels > 0) {
        return load_named(work);
    }
    if (work->options->village) {
        enum th_status status =
            th_village_resolve(work->books.store, work->options->village, &village, work->err);
        if (status != TH_OK) {
            return status;
        }
        filter.village = village.code;
    }
    enum th_status status =
        th_estimate_sources_load(work->books.store, &filter, &work->sources, work->err);
    keep_counted(work);
    return status == TH_OK && work->sources.n == 0
               ? th_error_set(work->err, TH_NOT_FOUND, "no_orchards", NULL)
               : status;
}

static bool by_household(const struct work *work)
{
    return work->options->by && strcmp(work->options->by, "household") == 0;
}

static int compare_members(const void *a, const void *b)
{
    const struct member *left = a;
    const struct member *right = b;
    int order = strcmp(left->source->village, right->source->village);
    order = order != 0 ? order : strcmp(left->household, right->household);
    if (order != 0) {
        return order;
    }
    return (left->source->parcel_id > right->source->parcel_id) -
           (left->source->parcel_id < right->source->parcel_id);
}

static enum th_status make_members(struct work *work)
{
    enum th_status status = TH_OK;
    work->members = calloc(work->sources.n + 1, sizeof(*work->members));
    work->parcels = calloc(work->sources.n + 1, sizeof(*work->parcels));
    if (!work->members || !work->parcels) {
        return th_error_no_memory(work->err);
    }
    for (size_t i = 0; i < work->sources.n && status == TH_OK; i++) {
        struct member *member = &work->members[i];
        struct th_json *attributes = NULL;
        const char *text = work->sources.items[i].attributes;
        member->source = &work->sources.items[i];
        if (by_household(work)) {
            status = th_json_parse(text, strlen(text), &attributes, work->err);
            th_text_copy(member->household, sizeof(member->household),
                         th_json_get_text(attributes, "household", ""));
            th_json_free(attributes);
        }
    }
    if (work->options->n_parcels == 0) {
        qsort(work->members, work->sources.n, sizeof(*work->members), compare_members);
    }
    for (size_t i = 0; i < work->sources.n; i++) {
        work->parcels[i] = work->members[i].source;
    }
    return status;
}

// How many members from `first` on are one orchard.
static size_t group_size(const struct work *work, size_t first)
{
    if (work->options->n_parcels > 0) {
        return work->sources.n;
    }
    const struct member *head = &work->members[first];
    size_t n = 1;
    while (head->household[0] != '\0' && first + n < work->sources.n &&
           strcmp(work->members[first + n].household, head->household) == 0 &&
           strcmp(work->members[first + n].source->village, head->source->village) == 0) {
        n++;
    }
    return n;
}

// --- One account -------------------------------------------------------------------------------

// Household, or the numbers of the parcels.
static enum th_status name_account(struct work *work, struct th_orchard_account *account)
{
    enum th_status status = TH_OK;
    size_t used = 0;
    const struct th_orchard *orchard = account->orchard;
    for (size_t i = 0; i < orchard->n && status == TH_OK; i++) {
        struct th_parcel_record record;
        char id[32];
        status = th_parcel_load(work->books.store, orchard->parcels[i]->parcel_id, 0, &record,
                                work->err);
        if (status != TH_OK) {
            break;
        }
        if (i == 0) {
            th_text_copy(account->village, sizeof(account->village), record.village);
            th_text_copy(account->village_name, sizeof(account->village_name), record.village_name);
        }
        (void)snprintf(id, sizeof(id), "#%" PRId64, record.parcel_id);
        if (!orchard->name && used + sizeof(record.number) + 8 < sizeof(account->name)) {
            int n = snprintf(account->name + used, sizeof(account->name) - used, "%s%s",
                             i > 0 ? "+" : "", record.number[0] ? record.number : id);
            used += n > 0 ? (size_t)n : 0;
        }
    }
    if (status == TH_OK && orchard->name) {
        th_text_copy(account->name, sizeof(account->name), orchard->name);
    }
    return status;
}

static void take_reason(void *context, int64_t parcel_id, const struct th_error *reason)
{
    struct work *work = context;
    if (work->reason->status == TH_OK) {
        *work->reason = *reason;
        work->reason->status = TH_INVALID;
    }
    struct th_json *json =
        th_estimate_skipped_json(parcel_id, reason, work->options->messages, work->options->lang);
    if (parcel_id == 0) {
        th_json_set(json, "parcel_id", th_json_null());
    }
    th_json_append_text(work->because, th_json_get_text(json, "message", ""));
    th_json_append(work->reasons, json);
}

static void list_refused(struct work *work, const struct th_orchard_account *account)
{
    struct th_json *json = th_json_object();
    struct th_json *ids = th_json_array();
    work->n_refused++;
    for (size_t i = 0; i < account->orchard->n; i++) {
        th_json_append_int(ids, account->orchard->parcels[i]->parcel_id);
    }
    th_json_set_text(json, "account", account->name);
    th_json_set(json, "parcel_ids", ids);
    th_json_set_text(json, "village_name", account->village_name);
    th_json_set_cent(json, "area_mu", th_area_mu_cent(account->orchard->area));
    th_json_set(json, "reasons", th_json_copy(work->reasons));
    th_json_set(json, "because", th_json_copy(work->because));
    if (th_json_size(work->refused) < LISTED_MAX) {
        th_json_append(work->refused, json);
    } else {
        th_json_free(json);
    }
}

static const char *phrase(const struct work *work, const char *group, const char *name, char *buf,
                          size_t size)
{
    (void)snprintf(buf, size, "%s.%s", group, name);
    const char *text = work->options->messages
                           ? th_messages_find(work->options->messages, work->options->lang, buf)
                           : NULL;
    return text ? text : name;
}

static void write_row(const struct work *work, const struct th_orchard_account *account)
{
    const struct th_orchard_year *year = &account->years[account->n_years - 1];
    bool settled = year->state == TH_ORCHARD_EARNED || year->state == TH_ORCHARD_NOTHING;
    char key[96];
    struct th_buf note;
    struct th_roll *roll = work->roll;
    th_buf_init(&note, NOTE_LIMIT);
    th_orchard_note(&work->books, account, work->options, &note);
    th_roll_row(roll, settled ? TH_WORKBOOK_PLAIN : TH_WORKBOOK_WARNING);
    th_roll_text(roll, account->village);
    th_roll_text(roll, account->village_name);
    th_roll_text(roll, account->name);
    th_roll_cent(roll, th_area_mu_cent(account->orchard->area));
    th_roll_int(roll, th_carbon_kg(account->sides->fixed));
    th_roll_int(roll, th_carbon_kg(account->emitted));
    th_roll_int(roll, th_carbon_kg(account->sides->balance));
    th_roll_text(roll, account->has_label ? phrase(work, "value.label",
                                                   th_colour_name(account->label), key, sizeof(key))
                                          : NULL);
    th_roll_text(roll,
                 phrase(work, "value.state", th_orchard_state_name(year->state), key, sizeof(key)));
    if (settled) {
        th_roll_int(roll, year->fertiliser_t);
        th_roll_int(roll, th_fertiliser_kg(year->carried_kg));
    } else {
        th_roll_text(roll, NULL);
        th_roll_text(roll, NULL);
    }
    th_roll_text(roll, th_buf_text(&note));
    th_buf_clear(&note);
}

static void write_refused(const struct work *work, const struct th_orchard_account *account)
{
    char key[96];
    struct th_buf because;
    struct th_roll *roll = work->roll;
    th_buf_init(&because, NOTE_LIMIT);
    for (size_t i = 0; i < th_json_size(work->because); i++) {
        th_buf_append_str(&because, i > 0 ? " " : "");
        th_buf_append_str(&because, th_json_text(th_json_at(work->because, i)));
    }
    th_roll_row(roll, TH_WORKBOOK_ERROR);
    th_roll_text(roll, account->village);
    th_roll_text(roll, account->village_name);
    th_roll_text(roll, account->name);
    th_roll_cent(roll, th_area_mu_cent(account->orchard->area));
    for (size_t i = 0; i < 4; i++) { // both sides, balance, colour
        th_roll_text(roll, NULL);
    }
    th_roll_text(roll, phrase(work, "value.state", th_orchard_state_name(TH_ORCHARD_REFUSED), key,
                              sizeof(key)));
    th_roll_text(roll, NULL);
    th_roll_text(roll, NULL);
    th_roll_text(roll, th_buf_text(&because));
    th_buf_clear(&because);
}

static enum th_status count_account(struct work *work, const struct th_orchard_account *account)
{
    const struct th_orchard_year *year = &account->years[account->n_years - 1];
    enum th_status status =
        th_carbon_add(work->fixed, account->sides->fixed, &work->fixed, work->err);
    if (status == TH_OK) {
        status = th_carbon_add(work->emitted, account->emitted, &work->emitted, work->err);
    }
    if (status == TH_OK) {
        status = th_carbon_add(work->balance, account->sides->balance, &work->balance, work->err);
    }
    for (size_t i = 0; i < TH_ORCHARD_TERMS_MAX; i++) {
        work->terms_kg[i] = th_calc_round(work->terms_kg[i] + account->sides->terms_kg[i]);
    }
    if (account->has_label) {
        work->n_colours[account->label]++;
    }
    if (year->state == TH_ORCHARD_EARNED || year->state == TH_ORCHARD_NOTHING) {
        work->n_settled++;
        work->fertiliser_t += year->fertiliser_t;
    }
    work->n_accounts++;
    return status;
}

static enum th_status tell_account(struct work *work, struct th_orchard_account *account,
                                   const struct th_orchard_sides *sides)
{
    struct th_orchard_year years[TH_ORCHARD_YEARS_MAX];
    const struct th_colour_limits limits = th_orchard_limits(work->decisions, work->year);
    account->sides = sides;
    account->years = years;
    enum th_status status = th_orchard_emitted(sides, &account->emitted, work->err);
    if (status == TH_OK) {
        status = th_orchard_years_of(&work->books, account->orchard, work->year, sides, years,
                                     &account->n_years, work->err);
    }
    if (status != TH_OK) {
        return status;
    }
    account->has_label = sides->n_not_stated == 0 && work->year < work->books.today.year;
    account->label = th_colour_of(sides->fixed, account->emitted, &limits);
    status = count_account(work, account);
    if (status == TH_OK && th_json_size(work->accounts) < LISTED_MAX) {
        th_json_append(work->accounts,
                       th_orchard_account_json(&work->books, account, work->options));
    }
    th_json_free(work->last_years);
    work->last_years = th_orchard_years_json(years, account->n_years);
    if (status == TH_OK && work->roll) {
        write_row(work, account);
        status = th_roll_check(work->roll, work->err);
    }
    return status;
}

static enum th_status take_orchard(struct work *work, const struct th_orchard *orchard)
{
    struct th_orchard_account account = {.orchard = orchard};
    struct th_orchard_sides sides;
    struct th_error problem;
    work->reasons = th_json_array();
    work->because = th_json_array();
    enum th_status status = name_account(work, &account);
    if (status == TH_OK) {
        status =
            th_orchard_reasons(&work->books, orchard, work->year, take_reason, work, work->err);
    }
    bool refused = th_json_size(work->reasons) > 0;
    if (status == TH_OK && !refused) {
        status = th_orchard_sides_of(&work->books, orchard, work->year, &sides, &problem);
        refused = status == TH_INVALID;
        if (refused) {
            take_reason(work, orchard->parcels[0]->parcel_id, &problem);
            status = TH_OK;
        } else if (status != TH_OK && work->err) {
            *work->err = problem;
        }
    }
    if (status == TH_OK && refused) {
        list_refused(work, &account);
        if (work->roll) {
            write_refused(work, &account);
            status = th_roll_check(work->roll, work->err);
        }
    } else if (status == TH_OK) {
        status = tell_account(work, &account, &sides);
    }
    th_json_free(work->reasons);
    th_json_free(work->because);
    work->reasons = work->because = NULL;
    return status;
}

static enum th_status take_orchards(struct work *work)
{
    enum th_status status = TH_OK;
    for (size_t first = 0; first < work->sources.n && status == TH_OK;) {
        struct th_orchard orchard = {.parcels = work->parcels + first,
                                     .n = group_size(work, first)};
        orchard.name = work->members[first].household[0] ? work->members[first].household : NULL;
        status = th_orchard_area(&orchard, work->year, &orchard.area, work->err);
        if (status == TH_OK) {
            status = take_orchard(work, &orchard);
        }
        first += orchard.n;
    }
    // The one orchard's own reason says more than a list of one.
    if (status == TH_OK && work->options->n_parcels > 0 && work->n_accounts == 0) {
        if (work->err) {
            *work->err = *work->reason;
        }
        status = work->reason->status;
    }
    return status;
}

// --- Reply -------------------------------------------------------------------------------------

static struct th_json *colours_json(const struct work *work)
{
    struct th_json *list = th_json_array();
    for (enum th_colour colour = 0; colour < TH_N_COLOURS; colour++) {
        struct th_json *json = th_json_object();
        th_json_set_text(json, "label", th_colour_name(colour));
        th_json_set_int(json, "n", work->n_colours[colour]);
        th_json_append(list, json);
    }
    return list;
}

static struct th_json *reply_of(struct work *work)
{
    struct th_estimate_warning warnings[TH_ESTIMATE_WARNINGS_MAX];
    struct th_json *reply = th_json_object();
    th_json_set_text(reply, "methodology", th_methodology_id(work->methodology));
    th_json_set_text(reply, "methodology_version", th_methodology_version(work->methodology));
    th_json_set_int(reply, "year", work->year);
    th_json_set_int(reply, "n_accounts", work->n_accounts);
    th_json_set_int(reply, "n_refused", work->n_refused);
    th_json_set_int(reply, "fixed_kg", th_carbon_kg(work->fixed));
    th_json_set_int(reply, "emitted_kg", th_carbon_kg(work->emitted));
    th_json_set_int(reply, "balance_kg", th_carbon_kg(work->balance));
    th_json_set(reply, "fertiliser_t",
                work->n_settled > 0 ? th_json_int(work->fertiliser_t) : th_json_null());
    th_json_set(reply, "colours", colours_json(work));
    th_json_set(reply, "rules", th_orchard_rules_json(work->decisions, work->year));
    th_json_set(reply, "sources",
                th_orchard_sources_json(work->methodology, work->terms_kg, work->options->lang));
    th_json_set(reply, "accounts", work->accounts);
    th_json_set(reply, "refused", work->refused);
    work->accounts = work->refused = NULL;
    if (work->n_accounts == 1) {
        th_json_set(reply, "years", work->last_years);
        work->last_years = NULL;
    } else {
        th_json_set(reply, "years", th_json_array());
    }
    size_t n = th_estimate_warnings(work->rules, warnings);
    th_json_set(
        reply, "warnings",
        th_estimate_warnings_json(warnings, n, work->options->messages, work->options->lang));
    if (work->options->out) {
        th_json_set_text(reply, "file", work->options->out);
    }
    return reply;
}

static enum th_status open_books(struct work *work, struct th_date today)
{
    const char *reference =
        work->options->methodology ? work->options->methodology : DEFAULT_METHODOLOGY;
    enum th_status status =
        th_methodology_open(work->books.store, reference, &work->methodology, work->err);
    if (status == TH_OK) {
        status = th_estimate_rules_new(work->methodology, NULL, 0, &work->rules, work->err);
    }
    if (status == TH_OK) {
        status = th_orchard_decisions_load(work->books.store, today, &work->decisions, work->err);
    }
    work->books.methodology = work->methodology;
    work->books.rules = work->rules;
    work->books.decisions = work->decisions;
    work->books.today = today;
    return status;
}

static enum th_status open_roll(struct work *work)
{
    static const char *const columns[] = {"village",  "village_name", "account",    "area_mu",
                                          "fixed_kg", "emitted_kg",   "balance_kg", "label",
                                          "state",    "fertiliser_t", "carried_kg", "note+",
                                          NULL};
    char key[96];
    const struct th_orchard_options *options = work->options;
    return options->out
               ? th_roll_open(options->out, phrase(work, "orchard", "sheet", key, sizeof(key)),
                              columns, options->messages, options->lang, &work->roll, work->err)
               : TH_OK;
}

static enum th_status run(struct work *work, struct th_date today, struct th_json **ret_reply)
{
    enum th_status status = open_books(work, today);
    if (status == TH_OK) {
        status = load_sources(work);
    }
    if (status == TH_OK) {
        status = make_members(work);
    }
    if (status == TH_OK) {
        status = open_roll(work);
    }
    if (status == TH_OK) {
        status = take_orchards(work);
    }
    struct th_roll *roll = work->roll;
    work->roll = NULL;
    if (status == TH_OK && roll) {
        status = th_roll_close(roll, work->err);
    } else {
        th_roll_abort(roll);
    }
    if (status == TH_OK) {
        *ret_reply = reply_of(work);
    }
    return status;
}

static void clear(struct work *work)
{
    th_estimate_sources_clear(&work->sources);
    free(work->members);
    free(work->parcels);
    th_json_free(work->accounts);
    th_json_free(work->refused);
    th_json_free(work->last_years);
    th_orchard_decisions_free(work->decisions);
    th_estimate_rules_free(work->rules);
    th_methodology_free(work->methodology);
}

static enum th_status check_options(const struct th_orchard_options *options, int *ret_year,
                                    struct th_error *err)
{
    if (!options->year) {
        return th_error_set(err, TH_USAGE, "year_needed", NULL);
    }
    if (options->n_parcels > 0 && (options->village || options->by)) {
        return th_error_set(err, TH_USAGE, "scope_twice", NULL);
    }
    if (options->by && strcmp(options->by, "parcel") != 0 &&
        strcmp(options->by, "household") != 0) {
        return th_error_set(err, TH_USAGE, "orchard_by", "by", options->by, NULL);
    }
    return th_estimate_year_parse(options->year, ret_year, err);
}

enum th_status th_orchard_account(struct th_registry *registry,
                                  const struct th_orchard_options *options,
                                  struct th_json **ret_reply, struct th_error *err)
{
    struct th_json *reply = NULL;
    struct th_error reason = {.status = TH_OK};
    struct work work = {.options = options,
                        .books = {.store = th_registry_store(registry)},
                        .reason = &reason,
                        .err = err};
    enum th_status status = check_options(options, &work.year, err);
    if (status == TH_OK) {
        status = th_store_begin_read(work.books.store, err);
    }
    if (status != TH_OK) {
        return status;
    }
    work.accounts = th_json_array();
    work.refused = th_json_array();
    status = run(&work, th_registry_today(registry), &reply);
    th_store_end_read(work.books.store);
    clear(&work);
    return th_reply_finish(status, reply, ret_reply, err);
}
