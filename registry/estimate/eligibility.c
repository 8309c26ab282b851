#include "registry/estimate/eligibility.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/county.h"
#include "registry/estimate/estimate_internal.h"
#include "registry/estimate/methodology.h"
#include "registry/reference.h"
#include "registry/reply.h"
#include "registry/roll.h"
#include "store/estimate/package_store.h"
#include "store/people/party_store.h"

enum { LISTED_MAX = 10000, REASONS_MAX = 48, TEXT_LIMIT = 16 * 1024, COUNTY_SIZE = 7 };

struct reason {
    struct th_error what;
    int from_year, to_year; // 0: of whatever year
    int64_t n;              // parcels, where reasons are counted
};

struct count { // of one county or village
    char code[TH_CODE_SIZE];
    char name[TH_NAME_SIZE];
    int64_t n_parcels, n_eligible;
    struct th_area eligible;
};

struct counts {
    struct count *items;
    size_t n, capacity;
};

struct check {
    struct th_store *store;
    const struct th_eligibility_options *options;
    struct th_methodology *methodology;
    struct th_estimate_plots *plots;
    int from_year, to_year;
    bool one_parcel;
    struct reason *reasons; // of the parcel that is being judged, REASONS_MAX of them
    size_t n_reasons;
    struct reason *all; // of all parcels
    size_t n_all, capacity_all;
    struct counts counties, villages;
    int64_t n_other_kind;
    struct th_counties *names;
    struct th_json *parcels;
    struct th_roll *roll; // NULL without
    enum th_status status;
    struct th_error *err;
};

static const char *reason_name(const struct th_error *what)
{
    const char *reason = th_error_arg_get(what, "reason");
    const char *dot = reason ? strrchr(reason, '.') : NULL;
    return dot ? dot + 1 : what->key;
}

static bool same_reason(const struct th_error *a, const struct th_error *b)
{
    static const char *const parts[] = {"reason", "input.zh", "why.zh"};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (!th_text_equals(th_error_arg_get(a, parts[i]), th_error_arg_get(b, parts[i]))) {
            return false;
        }
    }
    return true;
}

// One reason in several years is told once, with its first and last year.
static void take_reason(void *context, const struct th_error *what, int year)
{
    struct check *check = context;
    for (size_t i = 0; i < check->n_reasons; i++) {
        if (same_reason(&check->reasons[i].what, what)) {
            check->reasons[i].to_year = year;
            return;
        }
    }
    if (check->n_reasons < REASONS_MAX) {
        check->reasons[check->n_reasons++] =
            (struct reason){.what = *what, .from_year = year, .to_year = year};
    }
}

static enum th_status take_package(struct check *check, int64_t parcel_id)
{
    struct th_date from = {check->from_year, 1, 1};
    struct th_date to = {check->to_year, 12, 31};
    struct th_error what;
    int64_t package_id = 0;
    enum th_status status =
        th_package_rival(check->store, 0, parcel_id, from, to, &package_id, check->err);
    if (status == TH_OK && package_id != 0) {
        (void)th_error_set(&what, TH_INVALID, "not_applicable", "reason", "@applicability.packaged",
                           NULL);
        th_error_add_int(&what, "package", package_id);
        take_reason(check, &what, 0);
    }
    return status;
}

// --- Counts ------------------------------------------------------------------------------------

static bool count_reasons(struct check *check)
{
    for (size_t i = 0; i < check->n_reasons; i++) {
        size_t k = 0;
        while (k < check->n_all && !same_reason(&check->all[k].what, &check->reasons[i].what)) {
            k++;
        }
        if (k == check->n_all) {
            if (check->n_all == check->capacity_all) {
                size_t capacity = check->capacity_all == 0 ? 16 : 2 * check->capacity_all;
                void *grown = realloc(check->all, capacity * sizeof(*check->all));
                if (!grown) {
                    return false;
                }
                check->all = grown;
                check->capacity_all = capacity;
            }
            check->all[check->n_all++] = (struct reason){.what = check->reasons[i].what};
        }
        check->all[k].n++;
    }
    return true;
}

// Parcels come village by village in order of code, so that it is the last one or a new one.
static struct count *count_of(struct counts *counts, const char *code, size_t digits,
                              const char *name)
{
    if (counts->n > 0 && strncmp(counts->items[counts->n - 1].code, code, digits) == 0) {
        return &counts->items[counts->n - 1];
    }
    if (counts->n == counts->capacity) {
        size_t capacity = counts->capacity == 0 ? 16 : 2 * counts->capacity;
        void *grown = realloc(counts->items, capacity * sizeof(*counts->items));
        if (!grown) {
            return NULL;
        }
        counts->items = grown;
        counts->capacity = capacity;
    }
    struct count *count = &counts->items[counts->n++];
    *count = (struct count){.n_parcels = 0};
    th_text_copy(count->code, digits + 1 < sizeof(count->code) ? digits + 1 : sizeof(count->code),
                 code);
    th_text_copy(count->name, sizeof(count->name), name ? name : "");
    return count;
}

static enum th_status add_count(struct check *check, struct count *count, struct th_area area)
{
    if (!count) {
        return th_error_no_memory(check->err);
    }
    count->n_parcels++;
    if (check->n_reasons > 0) {
        return TH_OK;
    }
    count->n_eligible++;
    return th_area_add(count->eligible, area, &count->eligible, check->err);
}

static enum th_status count_parcel(struct check *check, const struct th_parcel_record *record,
                                   struct th_area area)
{
    const char *county = th_counties_name(check->names, record->village, check->options->lang);
    enum th_status status = add_count(
        check, count_of(&check->counties, record->village, COUNTY_SIZE - 1, county), area);
    if (status == TH_OK) {
        status = add_count(check,
                           count_of(&check->villages, record->village, sizeof(record->village) - 1,
                                    record->village_name),
                           area);
    }
    return status == TH_OK && !count_reasons(check) ? th_error_no_memory(check->err) : status;
}

// --- Words -------------------------------------------------------------------------------------

static void format(const struct check *check, const char *key, const struct th_error *what,
                   struct th_buf *out)
{
    if (check->options->messages) {
        th_messages_format(check->options->messages, check->options->lang, key, what->args,
                           what->n_args, out);
    } else {
        th_buf_append_str(out, reason_name(what));
    }
}

// "面积（亩）小于下限（要求 50，实际 49.99）"; limits where they say something.
static void write_reason(const struct check *check, const struct reason *reason, bool with_limits,
                         struct th_buf *out)
{
    static const char *const limited[] = {"kind",        "land_class",  "min_area_mu",
                                          "input_range", "input_below", "input_number",
                                          "input_choice"};
    struct th_error what = reason->what;
    const char *name = reason_name(&what);
    bool has_limits = false;
    for (size_t i = 0; i < sizeof(limited) / sizeof(limited[0]); i++) {
        has_limits = has_limits || th_text_equals(name, limited[i]);
    }
    if (reason->from_year != 0 && with_limits) {
        th_error_add_int(&what, "from_year", reason->from_year);
        th_error_add_int(&what, "to_year", reason->to_year);
    }
    const char *limit = th_error_arg_in(&what, "limit", true);
    const char *key = !has_limits || !with_limits ? "eligibility.plain"
                      : limit && limit[0]         ? "eligibility.limits"
                                                  : "eligibility.found";
    format(check, key, &what, out);
    if (reason->from_year != 0 && with_limits && check->options->messages) {
        format(check,
               reason->from_year == reason->to_year ? "eligibility.year" : "eligibility.years",
               &what, out);
    }
}

static void set_written(struct th_json *object, const char *key, struct th_buf *text)
{
    th_json_set_text(object, key, th_buf_text(text));
    th_buf_clear(text);
}

static struct th_json *reason_json(const struct check *check, const struct reason *reason)
{
    struct th_buf text;
    char advice[TH_ERROR_KEY_SIZE + 32];
    struct th_json *json = th_json_object();
    th_buf_init(&text, TEXT_LIMIT);
    th_json_set_text(json, "reason", reason_name(&reason->what));
    write_reason(check, reason, true, &text);
    set_written(json, "message", &text);
    (void)snprintf(advice, sizeof(advice), "eligibility.advice.%s", reason_name(&reason->what));
    format(check, advice, &reason->what, &text);
    set_written(json, "advice", &text);
    const struct th_messages *messages = check->options->messages;
    th_reply_set_arg(json, "limit", &reason->what, messages, check->options->lang);
    th_reply_set_arg(json, "found", &reason->what, messages, check->options->lang);
    const int years[] = {reason->from_year, reason->to_year};
    static const char *const keys[] = {"from_year", "to_year"};
    for (size_t i = 0; i < 2; i++) {
        th_json_set(json, keys[i], years[i] ? th_json_int(years[i]) : th_json_null());
    }
    return json;
}

// --- One parcel --------------------------------------------------------------------------------

static void write_row(const struct check *check, const struct th_parcel_record *record,
                      struct th_area area)
{
    struct th_buf because;
    struct th_buf advice;
    bool zh = check->options->lang == TH_LANG_ZH;
    th_buf_init(&because, TEXT_LIMIT);
    th_buf_init(&advice, TEXT_LIMIT);
    for (size_t i = 0; i < check->n_reasons; i++) {
        char key[TH_ERROR_KEY_SIZE + 32];
        const struct reason *reason = &check->reasons[i];
        th_buf_append_str(&because, i == 0 ? "" : zh ? "；" : "; ");
        th_buf_append_str(&advice, i == 0 ? "" : zh ? "；" : "; ");
        write_reason(check, reason, true, &because);
        (void)snprintf(key, sizeof(key), "eligibility.advice.%s", reason_name(&reason->what));
        format(check, key, &reason->what, &advice);
    }
    const char *verdict =
        check->n_reasons == 0 ? "value.eligibility.eligible" : "value.eligibility.not_eligible";
    th_roll_row(check->roll, check->n_reasons == 0 ? TH_WORKBOOK_PLAIN : TH_WORKBOOK_WARNING);
    th_roll_text(check->roll, record->village);
    th_roll_text(check->roll, record->village_name);
    th_roll_text(check->roll, record->number);
    th_roll_int(check->roll, record->parcel_id);
    th_roll_cent(check->roll, th_area_mu_cent(area));
    th_roll_text(check->roll,
                 check->options->messages
                     ? th_messages_text(check->options->messages, check->options->lang, verdict)
                     : verdict);
    th_roll_text(check->roll, th_buf_text(&because));
    th_roll_text(check->roll, th_buf_text(&advice));
    th_buf_clear(&because);
    th_buf_clear(&advice);
}

static void list_parcel(struct check *check, const struct th_parcel_record *record,
                        struct th_area area)
{
    if (th_json_size(check->parcels) >= LISTED_MAX) {
        return;
    }
    struct th_json *item = th_json_object();
    struct th_json *reasons = th_json_array();
    struct th_json *because = th_json_array();
    for (size_t i = 0; i < check->n_reasons; i++) {
        struct th_json *reason = reason_json(check, &check->reasons[i]);
        th_json_append_text(because, th_json_get_text(reason, "message", ""));
        th_json_append(reasons, reason);
    }
    th_json_set_int(item, "parcel_id", record->parcel_id);
    th_json_set_text(item, "number", record->number);
    th_json_set_text(item, "village", record->village);
    th_json_set_text(item, "village_name", record->village_name);
    th_json_set_cent(item, "area_mu", th_area_mu_cent(area));
    th_json_set_text(item, "eligibility", check->n_reasons == 0 ? "eligible" : "not_eligible");
    th_json_set(item, "reasons", reasons);
    th_json_set(item, "because", because);
    th_json_append(check->parcels, item);
}

static bool of_other_kind(const struct check *check, const struct th_estimate_source *source)
{
    return !check->one_parcel &&
           th_methodology_site_fits(check->methodology, TH_SITE_KIND, source->kind, NULL,
                                    source->measured, NULL) != TH_OK;
}

// The area that counts in the last of the years in which the parcel does.
static struct th_area area_of(const struct check *check, const struct th_estimate_source *source)
{
    struct th_estimate_source then;
    for (int year = check->to_year; year >= check->from_year; year--) {
        if (th_estimate_source_in(source, year, &then)) {
            return then.measured;
        }
    }
    return source->measured;
}

static enum th_status judge_source(struct check *check, const struct th_parcel_record *record,
                                   const struct th_estimate_source *source)
{
    const struct th_estimate_reasons reasons = {take_reason, check};
    struct th_area area = area_of(check, source);
    check->n_reasons = 0;
    enum th_status status =
        th_estimate_source_reasons(check->store, check->methodology, source, check->from_year,
                                   check->to_year, &reasons, check->err);
    if (status == TH_OK) {
        status = take_package(check, record->parcel_id);
    }
    if (status == TH_OK) {
        status = count_parcel(check, record, area);
    }
    if (status == TH_OK && check->roll) {
        write_row(check, record, area);
        status = th_roll_check(check->roll, check->err);
    }
    if (status == TH_OK) {
        list_parcel(check, record, area);
    }
    return status;
}

// What was used up before these years, or made after them, is no news in a list.
static bool counts(const struct check *check, const struct th_estimate_source *source)
{
    return check->one_parcel ||
           (source->last_year >= check->from_year && source->first_year <= check->to_year);
}

static enum th_status judge(struct check *check, const struct th_parcel_record *record,
                            const char *attributes)
{
    struct th_estimate_source source;
    enum th_status status = th_estimate_source_of(record, attributes, &source, check->err);
    if (status != TH_OK || !counts(check, &source)) {
        return status;
    }
    source.plots = check->plots;
    if (of_other_kind(check, &source)) {
        check->n_other_kind++;
        return TH_OK;
    }
    struct th_estimate_sources one = {.items = &source, .n = 1, .capacity = 1};
    status = th_estimate_grounds_load(check->store, &one, 0, check->err);
    if (status == TH_OK) {
        status = judge_source(check, record, &source);
    }
    th_arena_clear(&one.texts);
    return status;
}

static bool visit_parcel(void *context, const struct th_parcel_record *record,
                         const char *attributes)
{
    struct check *check = context;
    check->status = judge(check, record, attributes);
    return check->status == TH_OK;
}

// --- All of them -------------------------------------------------------------------------------

static enum th_status each_parcel(struct check *check, const struct th_parcel_filter *filter)
{
    enum th_status status = th_parcel_each(check->store, filter, visit_parcel, check, check->err);
    return status == TH_OK ? check->status : status;
}

struct codes {
    char (*items)[TH_CODE_SIZE];
    size_t n, capacity;
    bool no_memory;
};

static bool add_code(void *context, const struct th_village *village)
{
    struct codes *codes = context;
    if (codes->n == codes->capacity) {
        size_t capacity = codes->capacity == 0 ? 64 : 2 * codes->capacity;
        void *grown = realloc(codes->items, capacity * sizeof(*codes->items));
        codes->no_memory = grown == NULL;
        if (!grown) {
            return false;
        }
        codes->items = grown;
        codes->capacity = capacity;
    }
    th_text_copy(codes->items[codes->n++], TH_CODE_SIZE, village->code);
    return true;
}

// Village by village, as the lists are handed back.
static enum th_status each_village(struct check *check)
{
    struct codes codes = {.n = 0};
    enum th_status status = th_village_each(check->store, add_code, &codes, check->err);
    if (status == TH_OK && codes.no_memory) {
        status = th_error_no_memory(check->err);
    }
    for (size_t i = 0; i < codes.n && status == TH_OK; i++) {
        const struct th_parcel_filter filter = {.village = codes.items[i]};
        status = each_parcel(check, &filter);
    }
    free(codes.items);
    return status;
}

static enum th_status check_scope(struct check *check)
{
    const struct th_eligibility_options *options = check->options;
    struct th_village village;
    struct th_parcel_record record;
    int64_t id = 0;
    if (options->parcel) {
        enum th_status status = th_text_parse_int(options->parcel, 1, INT64_MAX, &id)
                                    ? th_parcel_load(check->store, id, 0, &record, check->err)
                                    : th_error_set(check->err, TH_NOT_FOUND, "parcel_not_found",
                                                   "parcel", options->parcel, NULL);
        const struct th_parcel_filter filter = {.parcel_id = id};
        check->one_parcel = true;
        return status == TH_OK ? each_parcel(check, &filter) : status;
    }
    if (options->village) {
        enum th_status status =
            th_village_choose(check->store, options->village, &village, check->err);
        const struct th_parcel_filter filter = {.village = village.code};
        return status == TH_OK ? each_parcel(check, &filter) : status;
    }
    return each_village(check);
}

// --- Reply -------------------------------------------------------------------------------------

static void set_count(struct th_json *json, const struct count *count)
{
    th_json_set_int(json, "n_parcels", count->n_parcels);
    th_json_set_int(json, "n_eligible", count->n_eligible);
    th_json_set_int(json, "n_not_eligible", count->n_parcels - count->n_eligible);
    th_json_set_cent(json, "eligible_mu", th_area_mu_cent(count->eligible));
}

static struct th_json *counts_json(const struct counts *counts, const char *code, const char *name)
{
    struct th_json *list = th_json_array();
    for (size_t i = 0; i < counts->n; i++) {
        const struct count *count = &counts->items[i];
        struct th_json *json = th_json_object();
        th_json_set_text(json, code, count->code);
        th_json_set_text(json, name, count->name[0] ? count->name : NULL);
        set_count(json, count);
        th_json_append(list, json);
    }
    return list;
}

static int more_parcels(const void *a, const void *b)
{
    const struct reason *left = a;
    const struct reason *right = b;
    if (left->n != right->n) {
        return left->n < right->n ? 1 : -1;
    }
    return strcmp(reason_name(&left->what), reason_name(&right->what));
}

static struct th_json *reasons_json(struct check *check)
{
    struct th_buf text;
    struct th_json *list = th_json_array();
    th_buf_init(&text, TEXT_LIMIT);
    if (check->n_all > 0) {
        qsort(check->all, check->n_all, sizeof(*check->all), more_parcels);
    }
    for (size_t i = 0; i < check->n_all; i++) {
        struct th_json *json = th_json_object();
        th_json_set_text(json, "reason", reason_name(&check->all[i].what));
        write_reason(check, &check->all[i], false, &text);
        set_written(json, "message", &text);
        th_json_set_int(json, "n", check->all[i].n);
        th_json_append(list, json);
    }
    return list;
}

static enum th_status reply_of(struct check *check, struct th_json **ret_reply)
{
    struct count total = {.n_parcels = 0};
    enum th_status status = TH_OK;
    for (size_t i = 0; i < check->counties.n && status == TH_OK; i++) {
        const struct count *county = &check->counties.items[i];
        total.n_parcels += county->n_parcels;
        total.n_eligible += county->n_eligible;
        status = th_area_add(total.eligible, county->eligible, &total.eligible, check->err);
    }
    if (status == TH_OK && total.n_parcels == 0 && check->n_other_kind == 0) {
        status = th_error_set(check->err, TH_NOT_FOUND, "no_parcels", NULL);
    }
    if (status != TH_OK) {
        return status;
    }
    struct th_json *reply = th_json_object();
    th_json_set_text(reply, "methodology", th_methodology_id(check->methodology));
    th_json_set_text(reply, "methodology_version", th_methodology_version(check->methodology));
    th_json_set_int(reply, "from_year", check->from_year);
    th_json_set_int(reply, "to_year", check->to_year);
    set_count(reply, &total);
    th_json_set_int(reply, "n_other_kind", check->n_other_kind);
    th_json_set(reply, "counties", counts_json(&check->counties, "county", "county_name"));
    th_json_set(reply, "villages", counts_json(&check->villages, "village", "village_name"));
    th_json_set(reply, "reasons", reasons_json(check));
    th_json_set_int(reply, "n_listed", (int64_t)th_json_size(check->parcels));
    th_json_set(reply, "parcels", check->parcels);
    check->parcels = NULL;
    if (check->options->out) {
        th_json_set_text(reply, "file", check->options->out);
    }
    *ret_reply = reply;
    return TH_OK;
}

static enum th_status open_roll(struct check *check)
{
    static const char *const columns[] = {"village",   "village_name", "number",
                                          "parcel_id", "area_mu",      "eligibility",
                                          "because+",  "advice+",      NULL};
    const struct th_eligibility_options *options = check->options;
    return options->out
               ? th_roll_open(options->out,
                              options->messages ? th_messages_text(options->messages, options->lang,
                                                                   "eligibility.sheet")
                                                : "eligibility",
                              columns, options->messages, options->lang, &check->roll, check->err)
               : TH_OK;
}

static enum th_status run_check(struct check *check, struct th_json **ret_reply)
{
    enum th_status status = th_methodology_open(check->store, check->options->methodology,
                                                &check->methodology, check->err);
    if (status == TH_OK) {
        status = open_roll(check);
    }
    if (status == TH_OK) {
        status = check_scope(check);
    }
    if (status == TH_OK) {
        status = reply_of(check, ret_reply);
    }
    struct th_roll *roll = check->roll;
    check->roll = NULL;
    if (status == TH_OK && roll) {
        return th_roll_close(roll, check->err);
    }
    th_roll_abort(roll);
    return status;
}

enum th_status th_methodology_check(struct th_registry *registry,
                                    const struct th_eligibility_options *options,
                                    struct th_json **ret_reply, struct th_error *err)
{
    struct th_json *reply = NULL;
    struct check check = {.store = th_registry_store(registry), .options = options, .err = err};
    if (options->village && options->parcel) {
        return th_error_set(err, TH_USAGE, "scope_twice", NULL);
    }
    enum th_status status = th_estimate_period_parse(
        options->year, options->from_year, options->to_year, &check.from_year, &check.to_year, err);
    if (status == TH_OK) {
        status = th_counties_new(&check.names, err);
    }
    if (status == TH_OK) {
        status = th_store_begin_read(check.store, err);
    }
    if (status != TH_OK) {
        th_counties_free(check.names);
        return status;
    }
    check.parcels = th_json_array();
    check.reasons = calloc(REASONS_MAX, sizeof(*check.reasons));
    check.plots = th_estimate_plots_new();
    status = check.reasons && check.plots ? run_check(&check, &reply) : th_error_no_memory(err);
    th_store_end_read(check.store);
    th_json_free(check.parcels);
    th_estimate_plots_free(check.plots);
    free(check.reasons);
    free(check.all);
    free(check.counties.items);
    free(check.villages.items);
    th_counties_free(check.names);
    th_methodology_free(check.methodology);
    return th_reply_finish(status, reply, ret_reply, err);
}
