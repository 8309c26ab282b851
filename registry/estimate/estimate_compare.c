// Why two stored runs differ: row by row, each difference counted to what caused it.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/estimate/estimate.h"
#include "registry/estimate/estimate_internal.h"
#include "registry/reply.h"

enum cause {        // by what is looked at first
    CAUSE_LEFT_OUT, // in the first run only
    CAUSE_ADDED,    // in the second run only
    CAUSE_AREA,
    CAUSE_INPUT,
    CAUSE_SEVERAL,     // more than one of area, inputs and methodology
    CAUSE_METHODOLOGY, // another document, version, or value put in a parameter's place
    CAUSE_DEDUCTION,   // the same document: only what uncertainty takes off
    N_CAUSES
};

static const char *const cause_names[N_CAUSES] = {
    [CAUSE_LEFT_OUT] = "left_out",  [CAUSE_ADDED] = "added",
    [CAUSE_AREA] = "area",          [CAUSE_INPUT] = "input",
    [CAUSE_SEVERAL] = "several",    [CAUSE_METHODOLOGY] = "methodology",
    [CAUSE_DEDUCTION] = "deduction"};

struct remembered { // of a row of the first run
    int64_t parcel_id;
    int year;
    int64_t version;
    struct th_area area;
    struct th_carbon net;
    struct th_hash used;
    bool met;
};

struct tally {
    int64_t n, more_kg; // rows, and what the second run has more
};

enum { GROUNDS_MAX = 20 };

struct comparing {
    struct remembered *rows; // by parcel, then year
    size_t n, capacity;
    bool same_methodology; // and version
    bool same_document;    // and the same values in the place of parameters
    struct th_json *asked; // of other methodologies: what a row of each run was computed from
    struct tally tallies[N_CAUSES];
    struct th_json *grounds; // the first GROUNDS_MAX rows of another area
    bool no_memory;
};

static bool peek(void *context, const struct th_estimate_row *row)
{
    struct th_json *lists = context;
    struct th_json *used = NULL;
    if (th_json_parse(row->used, strlen(row->used), &used, NULL) == TH_OK) {
        th_json_append(lists, used);
    }
    return false;
}

// What a row was computed from. Of two methodologies only what both ask for can differ: that one
// asks for more is a difference of the methodologies.
static struct th_hash used_hash(const struct comparing *comparing,
                                const struct th_estimate_row *row)
{
    struct th_json *used = NULL;
    size_t size = strlen(row->used);
    if (comparing->same_methodology || th_json_parse(row->used, size, &used, NULL) != TH_OK) {
        return th_hash_bytes(TH_HASH_BLAKE2B, row->used, size);
    }
    struct th_json *common = th_json_object();
    for (void *it = th_json_iter(used); it; it = th_json_iter_next(used, it)) {
        bool everywhere = th_json_size(comparing->asked) > 0;
        for (size_t i = 0; i < th_json_size(comparing->asked); i++) {
            everywhere = everywhere &&
                         th_json_get(th_json_at(comparing->asked, i), th_json_iter_key(it)) != NULL;
        }
        if (everywhere) {
            th_json_set(common, th_json_iter_key(it), th_json_copy(th_json_iter_value(it)));
        }
    }
    char *text = NULL;
    bool written = th_json_dump(common, TH_JSON_CANONICAL, &text, NULL) == TH_OK;
    struct th_hash hash =
        th_hash_bytes(TH_HASH_BLAKE2B, written ? text : row->used, written ? strlen(text) : size);
    free(text);
    th_json_free(common);
    th_json_free(used);
    return hash;
}

static bool remember(void *context, const struct th_estimate_row *row)
{
    struct comparing *comparing = context;
    if (comparing->n == comparing->capacity) {
        size_t capacity = comparing->capacity == 0 ? 256 : 2 * comparing->capacity;
        void *grown = realloc(comparing->rows, capacity * sizeof(*comparing->rows));
        if (!grown) {
            comparing->no_memory = true;
            return false;
        }
        comparing->rows = grown;
        comparing->capacity = capacity;
    }
    comparing->rows[comparing->n++] = (struct remembered){.parcel_id = row->parcel_id,
                                                          .year = row->year,
                                                          .version = row->version,
                                                          .area = row->area_used,
                                                          .net = row->terms.net,
                                                          .used = used_hash(comparing, row)};
    return true;
}

static int compare_rows(const void *a, const void *b)
{
    const struct remembered *left = a;
    const struct remembered *right = b;
    int by_parcel = (left->parcel_id > right->parcel_id) - (left->parcel_id < right->parcel_id);
    return by_parcel != 0 ? by_parcel : left->year - right->year;
}

static void count(struct comparing *comparing, enum cause cause, int64_t more_kg)
{
    comparing->tallies[cause].n++;
    comparing->tallies[cause].more_kg += more_kg;
}

static enum cause cause_of(const struct comparing *comparing, const struct remembered *first,
                           const struct th_estimate_row *row)
{
    struct th_hash used = used_hash(comparing, row);
    bool other_area = th_area_compare(first->area, row->area_used) != 0;
    bool other_input = memcmp(used.bytes, first->used.bytes, sizeof(used.bytes)) != 0;
    int n = (other_area ? 1 : 0) + (other_input ? 1 : 0) + (comparing->same_document ? 0 : 1);
    if (n > 1) {
        return CAUSE_SEVERAL;
    }
    if (n == 0) {
        return CAUSE_DEDUCTION;
    }
    return other_area ? CAUSE_AREA : other_input ? CAUSE_INPUT : CAUSE_METHODOLOGY;
}

// Which version of the parcel's ground each run counted in the year.
static void tell_ground(const struct comparing *comparing, const struct remembered *first,
                        const struct th_estimate_row *row)
{
    if (th_area_compare(first->area, row->area_used) == 0 ||
        th_json_size(comparing->grounds) == GROUNDS_MAX) {
        return;
    }
    struct th_json *item = th_json_object();
    th_json_set_int(item, "parcel_id", row->parcel_id);
    th_json_set_int(item, "year", row->year);
    th_json_set_int(item, "first_version", first->version);
    th_json_set_int(item, "second_version", row->version);
    th_json_set_cent(item, "first_mu", th_area_mu_cent(first->area));
    th_json_set_cent(item, "second_mu", th_area_mu_cent(row->area_used));
    th_json_append(comparing->grounds, item);
}

static bool meet(void *context, const struct th_estimate_row *row)
{
    struct comparing *comparing = context;
    const struct remembered key = {.parcel_id = row->parcel_id, .year = row->year};
    struct remembered *first =
        comparing->n == 0 ? NULL
                          : bsearch(&key, comparing->rows, comparing->n, sizeof(key), compare_rows);
    int64_t net_kg = th_carbon_kg(row->terms.net);
    if (!first) {
        count(comparing, CAUSE_ADDED, net_kg);
        return true;
    }
    first->met = true;
    int64_t more = net_kg - th_carbon_kg(first->net);
    if (more != 0) {
        count(comparing, cause_of(comparing, first, row), more);
        tell_ground(comparing, first, row);
    }
    return true;
}

static enum th_status compare_all(struct th_store *store, int64_t first, int64_t second,
                                  struct comparing *comparing, struct th_error *err)
{
    enum th_status status = TH_OK;
    if (!comparing->same_methodology) {
        status = th_estimate_row_each(store, first, peek, comparing->asked, err);
        status = status == TH_OK ? th_estimate_row_each(store, second, peek, comparing->asked, err)
                                 : status;
    }
    if (status == TH_OK) {
        status = th_estimate_row_each(store, first, remember, comparing, err);
    }
    if (status == TH_OK && comparing->no_memory) {
        status = th_error_no_memory(err);
    }
    if (status == TH_OK) {
        status = th_estimate_row_each(store, second, meet, comparing, err);
    }
    for (size_t i = 0; i < comparing->n && status == TH_OK; i++) {
        if (!comparing->rows[i].met) {
            count(comparing, CAUSE_LEFT_OUT, -th_carbon_kg(comparing->rows[i].net));
        }
    }
    return status;
}

static struct th_json *causes_json(const struct comparing *comparing,
                                   const struct th_messages *messages, enum th_lang lang)
{
    struct th_json *list = th_json_array();
    for (size_t i = 0; i < N_CAUSES; i++) {
        if (comparing->tallies[i].n > 0) {
            char key[64];
            struct th_json *item = th_json_object();
            (void)snprintf(key, sizeof(key), "estimate.cause.%s", cause_names[i]);
            th_json_set_text(item, "cause", cause_names[i]);
            th_json_set_text(item, "message",
                             messages ? th_messages_text(messages, lang, key) : key);
            th_json_set_int(item, "n", comparing->tallies[i].n);
            th_json_set_int(item, "more_kg", comparing->tallies[i].more_kg);
            th_json_append(list, item);
        }
    }
    return list;
}

// What is different before any parcel is looked at.
static struct th_json *settings_json(const struct th_estimate_run_record *first,
                                     const struct th_estimate_run_record *second)
{
    const struct {
        const char *what, *first, *second;
    } texts[] = {{"methodology", first->methodology, second->methodology},
                 {"version", first->version, second->version},
                 {"inputs", first->inputs, second->inputs},
                 {"scope", first->scope, second->scope},
                 {"gross_share", first->gross_share, second->gross_share},
                 {"baseline_share", first->baseline_share, second->baseline_share},
                 {"net_share", first->net_share, second->net_share}};
    struct th_json *list = th_json_array();
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (strcmp(texts[i].first, texts[i].second) != 0) {
            struct th_json *item = th_json_object();
            th_json_set_text(item, "what", texts[i].what);
            th_json_set_text(item, "first", texts[i].first);
            th_json_set_text(item, "second", texts[i].second);
            th_json_append(list, item);
        }
    }
    return list;
}

static enum th_status load_run(struct th_store *store, const char *text,
                               struct th_estimate_run_record *ret_record, struct th_error *err)
{
    int64_t run_id = 0;
    if (!text || !th_text_parse_int(text, 1, INT64_MAX, &run_id)) {
        return th_error_set(err, TH_NOT_FOUND, "run_not_found", "run", text, NULL);
    }
    return th_estimate_run_load(store, run_id, ret_record, NULL, err);
}

enum th_status th_estimate_compare(struct th_registry *registry, const char *first_run,
                                   const char *second_run, const struct th_messages *messages,
                                   enum th_lang lang, struct th_json **ret_reply,
                                   struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    struct th_estimate_run_record first;
    struct th_estimate_run_record second;
    struct comparing comparing = {.n = 0};
    struct th_json *reply = NULL;
    enum th_status status = th_store_begin_read(store, err);
    if (status != TH_OK) {
        return status;
    }
    comparing.grounds = th_json_array();
    comparing.asked = th_json_array();
    status = load_run(store, first_run, &first, err);
    status = status == TH_OK ? load_run(store, second_run, &second, err) : status;
    if (status == TH_OK) {
        comparing.same_methodology = strcmp(first.methodology, second.methodology) == 0 &&
                                     strcmp(first.version, second.version) == 0;
        comparing.same_document =
            comparing.same_methodology && strcmp(first.inputs, second.inputs) == 0;
        status = compare_all(store, first.run_id, second.run_id, &comparing, err);
    }
    th_store_end_read(store);
    if (status == TH_OK) {
        reply = th_json_object();
        th_json_set_int(reply, "first_run", first.run_id);
        th_json_set_int(reply, "second_run", second.run_id);
        th_json_set_int(reply, "first_net_kg", th_carbon_kg(first.terms.net));
        th_json_set_int(reply, "second_net_kg", th_carbon_kg(second.terms.net));
        th_json_set_int(reply, "more_kg",
                        th_carbon_kg(second.terms.net) - th_carbon_kg(first.terms.net));
        th_json_set(reply, "settings", settings_json(&first, &second));
        th_json_set(reply, "causes", causes_json(&comparing, messages, lang));
        th_json_set(reply, "grounds", th_json_copy(comparing.grounds));
    }
    th_json_free(comparing.grounds);
    th_json_free(comparing.asked);
    free(comparing.rows);
    return th_reply_finish(status, reply, ret_reply, err);
}
