// Yearly data listed and shown, and the table in which it is brought in.
#include "registry/records/activity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/records/activity_internal.h"
#include "registry/reference.h"
#include "registry/reply.h"
#include "store/estimate/activity_store.h"
#include "store/ground/parcel_store.h"

struct listing {
    struct th_store *store;
    const struct th_sheet_keys *keys; // of show
    const struct th_messages *messages;
    enum th_lang lang;
    struct th_json *records;
    struct th_json *lines; // of show; NULL: none
    enum th_status status;
    struct th_error err;
};

static enum th_status set_parsed(struct th_json *json, const char *key, const char *text,
                                 struct th_error *err)
{
    struct th_json *value = NULL;
    enum th_status status = th_json_parse(text, strlen(text), &value, err);
    if (status == TH_OK) {
        th_json_set(json, key, value);
    }
    return status;
}

static void set_place(struct th_json *json, const struct th_parcel_record *parcel)
{
    th_json_set_int(json, "parcel_id", parcel->parcel_id);
    th_json_set_text(json, "number", parcel->number[0] != '\0' ? parcel->number : NULL);
    th_json_set_text(json, "village", parcel->village);
    th_json_set_text(json, "village_name", parcel->village_name);
}

static bool list_one(void *context, const struct th_activity *activity)
{
    struct listing *l = context;
    struct th_parcel_record parcel;
    struct th_json *json = th_json_object();
    l->status = th_parcel_load(l->store, activity->parcel_id, 0, &parcel, &l->err);
    if (l->status == TH_OK) {
        l->status = set_parsed(json, "quantities", activity->quantities, &l->err);
    }
    if (l->status != TH_OK) {
        th_json_free(json);
        return false;
    }
    set_place(json, &parcel);
    th_json_set_int(json, "year", activity->year);
    th_json_set_int(json, "version", activity->version);
    th_json_set_text(json, "source", activity->source);
    th_json_set_int(json, "source_row", activity->source_row);
    th_json_set_int(json, "seq", activity->seq);
    th_json_append(l->records, json);
    return true;
}

static enum th_status finish(struct listing *l, enum th_status status, struct th_error *err)
{
    if (status == TH_OK && l->status != TH_OK && err != NULL) {
        *err = l->err;
    }
    return status == TH_OK ? l->status : status;
}

enum th_status th_activity_list(struct th_registry *registry,
                                const struct th_activity_list_options *options,
                                struct th_json **ret_reply, struct th_error *err)
{
    struct listing l = {
        .store = th_registry_store(registry), .records = th_json_array(), .status = TH_OK};
    struct th_activity_question question = {.parcel_id = options->parcel_id};
    struct th_village village;
    enum th_status status =
        th_record_where(l.store, options->year, options->village, &question.year, &village, err);
    question.village = status == TH_OK && options->village ? village.code : NULL;
    if (status == TH_OK) {
        status = finish(&l, th_activity_each(l.store, &question, list_one, &l, err), err);
    }
    struct th_json *reply = th_json_object();
    th_json_set_int(reply, "n", (int64_t)th_json_size(l.records));
    th_json_set(reply, "records", l.records);
    return th_reply_finish(status, reply, ret_reply, err);
}

// Two decimals of a fraction that has no end; null where the value is read as it stands.
static void about_set(struct th_json *line, const struct th_sheet_key *key, const char *value)
{
    struct th_ratio ratio;
    struct th_error ignored;
    int64_t cents = 0;
    if (key != NULL && key->per != TH_SHEET_WORDS && strchr(value, '/') != NULL &&
        th_ratio_parse(value, &ratio, &ignored) == TH_OK &&
        th_ratio_apply_nearest(ratio, 100, &cents, &ignored) == TH_OK) {
        th_json_set_cent(line, "about", cents);
    } else {
        th_json_set(line, "about", th_json_null());
    }
}

// "尿素 20 × 0.46 + …": what was reckoned, as one would on paper.
static void products_write(const struct listing *l, const struct th_json *products,
                           struct th_buf *out)
{
    for (void *it = th_json_iter(products); it != NULL; it = th_json_iter_next(products, it)) {
        char name[TH_FIELD_KEY_SIZE + 16];
        const char *key = th_json_iter_key(it);
        const struct th_json *product = th_json_iter_value(it);
        (void)snprintf(name, sizeof(name), "activity.name.%s", key);
        th_buf_printf(out, "%s%s %s × %s", out->size > 0 ? " + " : "",
                      l->messages == NULL ? key : th_messages_text(l->messages, l->lang, name),
                      th_json_get_text(product, "amount", ""),
                      th_json_get_text(product, "n_content", ""));
    }
}

// One quantity of one version in a line: what is kept, and what the table said.
static void show_line(struct listing *l, const struct th_json *record, const char *key,
                      const char *value, const struct th_json *origin)
{
    char name[TH_FIELD_KEY_SIZE + 16];
    const struct th_sheet_key *known = th_sheet_key_find(l->keys, key);
    struct th_json *line = th_json_object();
    (void)snprintf(name, sizeof(name), "activity.name.%s", key);
    th_json_set_int(line, "year", th_json_get_int(record, "year", 0));
    th_json_set_int(line, "version", th_json_get_int(record, "version", 0));
    th_json_set_text(line, "quantity", key);
    th_json_set_text(line, "name",
                     l->messages == NULL ? key : th_messages_text(l->messages, l->lang, name));
    th_json_set_text(line, "value", value);
    about_set(line, known, value);
    th_json_set_text(line, "unit", known == NULL ? "" : th_activity_unit(known));
    th_json_set_text(line, "heading", th_json_get_text(origin, "heading", NULL));
    const struct th_json *products = th_json_get(origin, "products");
    struct th_buf reckoned;
    th_buf_init(&reckoned, 4096);
    products_write(l, products, &reckoned);
    const char *source = th_json_get_text(record, "source", NULL);
    if (products != NULL) {
        source = l->messages == NULL
                     ? th_json_get_text(origin, "source", "")
                     : th_messages_text(l->messages, l->lang, "activity.source.n_content");
    }
    th_json_set_text(line, "text",
                     products != NULL ? th_buf_text(&reckoned)
                                      : th_json_get_text(origin, "text", NULL));
    th_json_set_text(line, "source", source);
    th_json_append(l->lines, line);
    th_buf_clear(&reckoned);
}

static bool show_one(void *context, const struct th_activity *activity)
{
    struct listing *l = context;
    struct th_json *json = th_json_object();
    l->status = set_parsed(json, "quantities", activity->quantities, &l->err);
    if (l->status == TH_OK) {
        l->status = set_parsed(json, "origins", activity->origins, &l->err);
    }
    if (l->status != TH_OK) {
        th_json_free(json);
        return false;
    }
    th_json_set_int(json, "year", activity->year);
    th_json_set_int(json, "version", activity->version);
    th_json_set_text(json, "source", activity->source);
    th_json_set_int(json, "source_row", activity->source_row);
    th_json_set_int(json, "seq", activity->seq);
    const struct th_json *quantities = th_json_get(json, "quantities");
    const struct th_json *origins = th_json_get(json, "origins");
    for (void *it = th_json_iter(quantities); it != NULL; it = th_json_iter_next(quantities, it)) {
        const char *key = th_json_iter_key(it);
        show_line(l, json, key, th_json_text(th_json_iter_value(it)), th_json_get(origins, key));
    }
    th_json_append(l->records, json);
    return true;
}

enum th_status th_activity_show(struct th_registry *registry, int64_t parcel_id,
                                const struct th_messages *messages, enum th_lang lang,
                                struct th_json **ret_reply, struct th_error *err)
{
    struct th_sheet_keys *keys = calloc(1, sizeof(*keys));
    struct listing l = {.store = th_registry_store(registry),
                        .keys = keys,
                        .messages = messages,
                        .lang = lang,
                        .records = th_json_array(),
                        .lines = th_json_array(),
                        .status = TH_OK};
    const struct th_activity_question question = {.parcel_id = parcel_id, .all_versions = true};
    struct th_parcel_record parcel;
    struct th_json *reply = th_json_object();
    enum th_status status = keys == NULL ? th_error_no_memory(err) : TH_OK;
    if (status == TH_OK) {
        status = th_sheet_keys_read("activity.json", keys, err);
    }
    if (status == TH_OK) {
        status = th_parcel_load(l.store, parcel_id, 0, &parcel, err);
    }
    if (status == TH_OK) {
        set_place(reply, &parcel);
        th_json_set_text(reply, "state", parcel.state);
        status = finish(&l, th_activity_each(l.store, &question, show_one, &l, err), err);
    }
    th_json_set(reply, "lines", l.lines);
    th_json_set(reply, "records", l.records);
    free(keys);
    return th_reply_finish(status, reply, ret_reply, err);
}

enum th_status th_activity_template(const char *path, const struct th_messages *messages,
                                    enum th_lang lang, struct th_json **ret_reply,
                                    struct th_error *err)
{
    return th_sheet_keys_template(path, "activity.json", "activity",
                                  lang == TH_LANG_ZH ? "年度数据" : "yearly data", messages, lang,
                                  ret_reply, err);
}
