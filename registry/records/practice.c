#include "registry/records/practice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/estimate/estimate_internal.h"
#include "registry/records/practice_internal.h"
#include "registry/reference.h"
#include "registry/reply.h"
#include "registry/roll.h"
#include "store/estimate/activity_store.h"

enum { LISTED_MAX = 10000, NOTE_LIMIT = 4096 };

struct tally {
    int64_t of[TH_PRACTICE_NOT_STATED + 1];
};

struct check {
    struct th_store *store;
    const struct th_practice_check_options *options;
    struct th_practice *practice;
    int year;
    bool running; // the year is not over
    struct tally gardens;
    struct tally limits[TH_PRACTICE_LIMITS_MAX];
    int64_t n_other_kind;
    struct th_json *list; // gardens
    struct th_json *lines;
    struct th_roll *roll; // NULL without
    enum th_status status;
    struct th_error *err;
};

static const char *const RESULTS[] = {[TH_PRACTICE_PASS] = "pass",
                                      [TH_PRACTICE_FAIL] = "fail",
                                      [TH_PRACTICE_NOT_STATED] = "not_stated"};

static const char *in_language(const struct check *check, struct th_text text)
{
    return check->options->lang == TH_LANG_ZH ? text.zh : text.en;
}

static const char *phrase(const struct check *check, const char *group, const char *name, char *buf,
                          size_t size)
{
    (void)snprintf(buf, size, "%s.%s", group, name);
    const char *text = check->options->messages
                           ? th_messages_find(check->options->messages, check->options->lang, buf)
                           : NULL;
    return text ? text : name;
}

// --- What a garden says ------------------------------------------------------------------------

// "12 %" is a number of percent like "12".
static void put_number(struct th_json *values, const char *key, const char *text)
{
    char number[TH_RATIO_TEXT_SIZE];
    if (!text || strlen(text) >= sizeof(number)) {
        return;
    }
    th_text_copy(number, sizeof(number), text);
    th_text_trim(number);
    static const char *const signs[] = {"%", "％"};
    for (size_t i = 0; i < 2; i++) {
        if (th_text_ends_with(number, signs[i])) {
            number[strlen(number) - strlen(signs[i])] = '\0';
        }
    }
    th_text_trim(number);
    th_json_set_text(values, key, number);
}

// The parcel's attributes that the limits ask for, as numbers.
static struct th_json *parcel_values(const struct th_practice *practice,
                                     const struct th_json *attributes)
{
    struct th_json *values = th_json_object();
    for (size_t i = 0; i < th_practice_n_limits(practice); i++) {
        const struct th_practice_limit *limit = th_practice_limit(practice, i);
        for (size_t k = 0; limit->scope == TH_PRACTICE_OF_PARCEL && k < limit->n_of + limit->n_per;
             k++) {
            const char *key = k < limit->n_of ? limit->of[k] : limit->per[k - limit->n_of];
            put_number(values, key, th_json_get_text(attributes, key, NULL));
        }
    }
    return values;
}

static enum th_status year_values(struct check *check, int64_t parcel_id,
                                  struct th_json **ret_values)
{
    char *text = NULL;
    enum th_status status =
        th_activity_find(check->store, parcel_id, check->year, &text, check->err);
    if (status == TH_OK && text) {
        status = th_json_parse(text, strlen(text), ret_values, check->err);
    }
    free(text);
    return status;
}

// --- What is told ------------------------------------------------------------------------------

// Names of what was not stated, as the tables to fill in head their columns.
static struct th_json *missing_json(const struct check *check,
                                    const struct th_practice_finding *finding)
{
    struct th_json *list = th_json_array();
    for (size_t i = 0; i < finding->n_missing; i++) {
        char key[96];
        const char *name = finding->missing[i];
        const char *text = phrase(check, "practice.key", name, key, sizeof(key));
        th_json_append_text(
            list, text == name ? phrase(check, "value.field", name, key, sizeof(key)) : text);
    }
    return list;
}

static void write_list(const struct check *check, const struct th_json *list, struct th_buf *out)
{
    for (size_t i = 0; i < th_json_size(list); i++) {
        th_buf_append_str(out, i == 0 ? "" : check->options->lang == TH_LANG_ZH ? "、" : ", ");
        th_buf_append_str(out, th_json_text(th_json_at(list, i)));
    }
}

// Why there is no value, or what the value leaves out.
static void write_note(const struct check *check, const struct th_practice_limit *limit,
                       const struct th_practice_finding *finding, const struct th_json *missing,
                       struct th_buf *out)
{
    struct th_error args = {.n_args = 0};
    struct th_buf names;
    const char *key = finding->nothing                      ? "practice.nothing"
                      : finding->n_missing == 0             ? NULL
                      : finding->is_part                    ? "practice.part"
                      : limit->scope == TH_PRACTICE_OF_YEAR ? "practice.missing_year"
                                                            : "practice.missing_parcel";
    if (!key || !check->options->messages) {
        return;
    }
    th_buf_init(&names, TH_ERROR_VALUE_SIZE - 1);
    write_list(check, missing, &names);
    th_error_add(&args, "names", th_buf_text(&names));
    th_error_add_int(&args, "year", check->year);
    th_messages_format(check->options->messages, check->options->lang, key, args.args, args.n_args,
                       out);
    th_buf_clear(&names);
}

struct line {
    const struct th_parcel_record *record;
    const struct th_practice_limit *limit;
    const struct th_practice_finding *finding;
    const char *value; // "" without
    char wanted[TH_PRACTICE_WANTED_SIZE];
    const char *note;
    const char *advice; // "" where nothing is to be done
    struct th_json *missing;
};

static void list_line(struct check *check, const struct line *line)
{
    if (th_json_size(check->lines) >= LISTED_MAX) {
        return;
    }
    struct th_json *json = th_json_object();
    th_json_set_int(json, "parcel_id", line->record->parcel_id);
    th_json_set_text(json, "number", line->record->number);
    th_json_set_text(json, "village_name", line->record->village_name);
    th_json_set_text(json, "limit", line->limit->name);
    th_json_set_text(json, "title", in_language(check, line->limit->title));
    th_json_set_text(json, "value", line->value[0] ? line->value : NULL);
    th_json_set_text(json, "wanted", line->wanted);
    th_json_set_text(json, "unit", line->limit->unit);
    th_json_set_text(json, "check", RESULTS[line->finding->result]);
    th_json_set_text(json, "note", line->note);
    th_json_set_text(json, "advice", line->advice);
    th_json_set(json, "missing", th_json_copy(line->missing));
    th_json_set_text(json, "source", line->limit->source);
    th_json_set_text(json, "evidence", th_evidence_name(line->limit->evidence));
    th_json_append(check->lines, json);
}

static void write_row(const struct check *check, const struct line *line)
{
    static const enum th_workbook_row kinds[] = {[TH_PRACTICE_PASS] = TH_WORKBOOK_PLAIN,
                                                 [TH_PRACTICE_FAIL] = TH_WORKBOOK_ERROR,
                                                 [TH_PRACTICE_NOT_STATED] = TH_WORKBOOK_WARNING};
    char key[96];
    struct th_roll *roll = check->roll;
    th_roll_row(roll, kinds[line->finding->result]);
    th_roll_text(roll, line->record->village);
    th_roll_text(roll, line->record->village_name);
    th_roll_text(roll, line->record->number);
    th_roll_int(roll, line->record->parcel_id);
    th_roll_text(roll, in_language(check, line->limit->title));
    th_roll_text(roll, line->value);
    th_roll_text(roll, line->wanted);
    th_roll_text(roll, line->limit->unit);
    th_roll_text(roll,
                 phrase(check, "value.check", RESULTS[line->finding->result], key, sizeof(key)));
    th_roll_text(roll, line->note);
    th_roll_text(roll, line->advice);
    th_roll_text(roll, line->limit->source);
}

static enum th_status tell_line(struct check *check, const struct th_parcel_record *record,
                                const struct th_practice_limit *limit,
                                const struct th_practice_finding *finding)
{
    char value[TH_RATIO_TEXT_SIZE] = "";
    struct th_buf note;
    struct line line = {.record = record,
                        .limit = limit,
                        .finding = finding,
                        .missing = missing_json(check, finding)};
    th_buf_init(&note, NOTE_LIMIT);
    write_note(check, limit, finding, line.missing, &note);
    (void)th_practice_wanted(limit, line.wanted);
    line.value =
        finding->has_value ? th_practice_value_text(finding->value, limit->value, value) : "";
    line.note = th_buf_text(&note);
    line.advice = finding->result == TH_PRACTICE_FAIL ? in_language(check, limit->advice) : "";
    list_line(check, &line);
    if (check->roll) {
        write_row(check, &line);
    }
    th_json_free(line.missing);
    th_buf_clear(&note);
    return check->roll ? th_roll_check(check->roll, check->err) : TH_OK;
}

// --- One garden --------------------------------------------------------------------------------

static void set_tally(struct th_json *json, const struct tally *tally)
{
    th_json_set_int(json, "n_pass", tally->of[TH_PRACTICE_PASS]);
    th_json_set_int(json, "n_fail", tally->of[TH_PRACTICE_FAIL]);
    th_json_set_int(json, "n_not_stated", tally->of[TH_PRACTICE_NOT_STATED]);
}

static void list_garden(struct check *check, const struct th_parcel_record *record,
                        struct th_area area, const struct tally *tally,
                        enum th_practice_result result)
{
    if (th_json_size(check->list) >= LISTED_MAX) {
        return;
    }
    struct th_json *json = th_json_object();
    th_json_set_int(json, "parcel_id", record->parcel_id);
    th_json_set_text(json, "number", record->number);
    th_json_set_text(json, "village", record->village);
    th_json_set_text(json, "village_name", record->village_name);
    th_json_set_cent(json, "area_mu", th_area_mu_cent(area));
    th_json_set_text(json, "check", RESULTS[result]);
    set_tally(json, tally);
    th_json_append(check->list, json);
}

static enum th_status judge_limits(struct check *check, const struct th_parcel_record *record,
                                   struct th_area area, const struct th_json *of_parcel,
                                   const struct th_json *of_year)
{
    struct tally tally = {{0}};
    enum th_status status = TH_OK;
    for (size_t i = 0; i < th_practice_n_limits(check->practice) && status == TH_OK; i++) {
        const struct th_practice_limit *limit = th_practice_limit(check->practice, i);
        struct th_practice_finding finding;
        if (!th_practice_holds(limit, check->year)) {
            continue;
        }
        th_practice_judge(limit, limit->scope == TH_PRACTICE_OF_YEAR ? of_year : of_parcel,
                          &finding);
        tally.of[finding.result]++;
        check->limits[i].of[finding.result]++;
        status = tell_line(check, record, limit, &finding);
    }
    enum th_practice_result result = tally.of[TH_PRACTICE_FAIL] > 0         ? TH_PRACTICE_FAIL
                                     : tally.of[TH_PRACTICE_NOT_STATED] > 0 ? TH_PRACTICE_NOT_STATED
                                                                            : TH_PRACTICE_PASS;
    check->gardens.of[result]++;
    list_garden(check, record, area, &tally, result);
    return status;
}

static enum th_status judge(struct check *check, const struct th_parcel_record *record,
                            const char *text)
{
    struct th_json *attributes = NULL;
    struct th_json *of_year = NULL;
    struct th_estimate_source source;
    enum th_status status = th_estimate_source_of(record, text, &source, check->err);
    // What was used up before the year, or made after it, is no news in a list.
    bool counts = status == TH_OK && (check->options->parcel || (source.first_year <= check->year &&
                                                                 check->year <= source.last_year));
    if (!counts) {
        return status;
    }
    if (!th_practice_has_kind(check->practice, record->kind)) {
        check->n_other_kind++;
        return TH_OK;
    }
    status = th_json_parse(text, strlen(text), &attributes, check->err);
    if (status == TH_OK) {
        status = year_values(check, record->parcel_id, &of_year);
    }
    struct th_json *of_parcel = parcel_values(check->practice, attributes);
    if (status == TH_OK) {
        status = judge_limits(check, record, source.measured, of_parcel, of_year);
    }
    th_json_free(of_parcel);
    th_json_free(attributes);
    th_json_free(of_year);
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

static enum th_status check_scope(struct check *check)
{
    const struct th_practice_check_options *options = check->options;
    struct th_village village;
    struct th_parcel_record record;
    struct th_parcel_filter filter = {.village = NULL};
    int64_t id = 0;
    enum th_status status = TH_OK;
    if (options->village) {
        status = th_village_choose(check->store, options->village, &village, check->err);
        filter.village = village.code;
    } else if (options->parcel) {
        status = th_text_parse_int(options->parcel, 1, INT64_MAX, &id)
                     ? th_parcel_load(check->store, id, 0, &record, check->err)
                     : th_error_set(check->err, TH_NOT_FOUND, "parcel_not_found", "parcel",
                                    options->parcel, NULL);
        filter = (struct th_parcel_filter){.parcel_id = id};
    }
    if (status == TH_OK) {
        status = th_parcel_each(check->store, &filter, visit_parcel, check, check->err);
    }
    if (status == TH_OK) {
        status = check->status;
    }
    if (status == TH_OK && th_json_size(check->list) == 0) {
        status = th_error_set(check->err, check->n_other_kind > 0 ? TH_INVALID : TH_NOT_FOUND,
                              check->n_other_kind > 0 ? "practice_other_kind" : "no_gardens",
                              "practice", th_practice_id(check->practice), NULL);
    }
    return status;
}

static enum th_status open_practice(struct check *check)
{
    const struct th_practice_check_options *options = check->options;
    if (options->file) {
        return th_practice_open_file(options->file, &check->practice, check->err);
    }
    return options->practice ? th_practice_open(options->practice, &check->practice, check->err)
                             : th_practice_open_only(&check->practice, check->err);
}

static enum th_status open_roll(struct check *check)
{
    static const char *const columns[] = {"village", "village_name", "number", "parcel_id", "limit",
                                          "value",   "wanted",       "unit",   "check",     "note+",
                                          "advice+", "source+",      NULL};
    char key[96];
    const struct th_practice_check_options *options = check->options;
    return options->out
               ? th_roll_open(options->out, phrase(check, "practice", "sheet", key, sizeof(key)),
                              columns, options->messages, options->lang, &check->roll, check->err)
               : TH_OK;
}

static struct th_json *limits_json(const struct check *check)
{
    struct th_json *list = th_json_array();
    for (size_t i = 0; i < th_practice_n_limits(check->practice); i++) {
        const struct th_practice_limit *limit = th_practice_limit(check->practice, i);
        if (th_practice_holds(limit, check->year)) {
            struct th_json *json = th_json_object();
            th_json_set_text(json, "limit", limit->name);
            th_json_set_text(json, "title", in_language(check, limit->title));
            set_tally(json, &check->limits[i]);
            th_json_append(list, json);
        }
    }
    return list;
}

static struct th_json *reply_of(struct check *check)
{
    char hex[TH_HASH_HEX_SIZE];
    const struct tally *all = &check->gardens;
    struct th_json *reply = th_json_object();
    th_json_set_text(reply, "practice", th_practice_id(check->practice));
    th_json_set_text(reply, "practice_version", th_practice_version(check->practice));
    th_json_set(reply, "title",
                th_json_copy(th_json_get(th_practice_json(check->practice), "title")));
    th_json_set_text(reply, "sha256", th_hash_hex(th_practice_sha256(check->practice), hex));
    th_json_set_int(reply, "year", check->year);
    th_json_set_bool(reply, "running", check->running);
    th_json_set_bool(reply, "ok",
                     all->of[TH_PRACTICE_FAIL] == 0 && all->of[TH_PRACTICE_NOT_STATED] == 0);
    th_json_set_int(reply, "n_gardens",
                    all->of[TH_PRACTICE_PASS] + all->of[TH_PRACTICE_FAIL] +
                        all->of[TH_PRACTICE_NOT_STATED]);
    set_tally(reply, all);
    th_json_set_int(reply, "n_other_kind", check->n_other_kind);
    th_json_set(reply, "limits", limits_json(check));
    th_json_set(reply, "gardens", check->list);
    th_json_set_int(reply, "n_listed", (int64_t)th_json_size(check->lines));
    th_json_set(reply, "lines", check->lines);
    check->list = NULL;
    check->lines = NULL;
    if (check->options->out) {
        th_json_set_text(reply, "file", check->options->out);
    }
    return reply;
}

static enum th_status run_check(struct check *check, struct th_json **ret_reply)
{
    enum th_status status = open_practice(check);
    if (status == TH_OK) {
        status = open_roll(check);
    }
    if (status == TH_OK) {
        status = check_scope(check);
    }
    struct th_roll *roll = check->roll;
    check->roll = NULL;
    if (status == TH_OK && roll) {
        status = th_roll_close(roll, check->err);
    } else {
        th_roll_abort(roll);
    }
    if (status == TH_OK) {
        *ret_reply = reply_of(check);
    }
    return status;
}

enum th_status th_practice_check(struct th_registry *registry,
                                 const struct th_practice_check_options *options,
                                 struct th_json **ret_reply, struct th_error *err)
{
    struct th_json *reply = NULL;
    struct check *check = NULL;
    int year = 0;
    if (!options->year) {
        return th_error_set(err, TH_USAGE, "year_needed", NULL);
    }
    if (options->village && options->parcel) {
        return th_error_set(err, TH_USAGE, "scope_twice", NULL);
    }
    if (options->practice && options->file) {
        return th_error_set(err, TH_USAGE, "practice_twice", NULL);
    }
    enum th_status status = th_estimate_year_parse(options->year, &year, err);
    if (status == TH_OK) {
        status = th_store_begin_read(th_registry_store(registry), err);
    }
    if (status != TH_OK) {
        return status;
    }
    check = calloc(1, sizeof(*check));
    if (check) {
        *check = (struct check){.store = th_registry_store(registry),
                                .options = options,
                                .year = year,
                                .running = year >= th_registry_today(registry).year,
                                .list = th_json_array(),
                                .lines = th_json_array(),
                                .err = err};
        status = run_check(check, &reply);
        th_practice_free(check->practice);
        th_json_free(check->list);
        th_json_free(check->lines);
    } else {
        status = th_error_no_memory(err);
    }
    free(check);
    th_store_end_read(th_registry_store(registry));
    return th_reply_finish(status, reply, ret_reply, err);
}
