// Everything that is known of how a parcel came to be as it is.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "registry/life/parcel_life_internal.h"
#include "registry/parcel_lineage.h"
#include "registry/reply.h"
#include "registry/table/own_columns.h"
#include "store/ground/import_store.h"
#include "store/ground/parcel_life_store.h"
#include "store/journal/journal_store.h"

enum { EVENTS_MAX = 1000 };

struct telling {
    struct th_store *store;
    int64_t parcel_id;
    struct th_json *versions;
    struct th_json *changes; // from each version to the next
    struct th_parcel_record last;
    struct th_json *last_attributes; // owned, NULL before the first version
    struct th_date retired_on;
    enum th_status status;
    struct th_error err;
};

static void set_date(struct th_json *json, const char *key, struct th_date date)
{
    char text[TH_DATE_TEXT_SIZE];
    th_json_set_text(json, key, date.year == 0 ? NULL : th_date_format(date, text));
}

static bool take_entry(void *context, const struct th_journal_entry *entry)
{
    struct th_json *json = context;
    char text[TH_INSTANT_TEXT_SIZE];
    th_json_set_int(json, "seq", entry->seq);
    th_json_set_text(json, "at", th_instant_format(entry->at_utc, text));
    th_json_set_text(json, "login", entry->login);
    th_json_set_text(json, "entry", entry->kind);
    return false;
}

struct parents {
    struct th_json *list;
    int64_t child_id, child_version;
};

static bool take_parent(void *context, const struct th_parcel_lineage *lineage)
{
    struct parents *p = context;
    if (lineage->child_id != p->child_id || lineage->child_version != p->child_version) {
        return true;
    }
    struct th_json *json = th_json_object();
    th_json_set_int(json, "parcel_id", lineage->parent_id);
    th_json_set_int(json, "version", lineage->parent_version);
    th_json_append(p->list, json);
    return true;
}

static enum th_status add_source(struct telling *t, const struct th_parcel_record *record,
                                 struct th_json *json)
{
    struct th_import_record source;
    if (record->import_id == 0) {
        th_json_set(json, "import_id", th_json_null());
        th_json_set(json, "source", th_json_null());
        th_json_set(json, "row", th_json_null());
        return TH_OK;
    }
    enum th_status status = th_import_load(t->store, record->import_id, &source, &t->err);
    if (status != TH_OK) {
        return status;
    }
    th_json_set_int(json, "import_id", record->import_id);
    th_json_set_text(json, "source", source.source);
    th_json_set_int(json, "row", record->source_row);
    return TH_OK;
}

// Takes over `before` and `after`.
static void tell_change(struct telling *t, int64_t version, const char *what, const char *name,
                        struct th_json *before, struct th_json *after)
{
    struct th_json *json = th_json_object();
    th_json_set_int(json, "version", version);
    th_json_set_text(json, "what", what);
    th_json_set_text(json, "field", name);
    th_json_set(json, "before", before);
    th_json_set(json, "after", after);
    th_json_append(t->changes, json);
}

static bool moved(const struct telling *t, const struct th_parcel_record *record)
{
    return memcmp(t->last.geometry_hash.bytes, record->geometry_hash.bytes, TH_HASH_SIZE) != 0;
}

// What the registry itself knows of a parcel, under the keys of th_parcel_record_json. The ground
// that moved is told by its areas also where these are the same.
static void compare_records(struct telling *t, const struct th_parcel_record *record)
{
    static const struct {
        const char *what, *name;
    } KEYS[] = {{"particular", "number"},      {"particular", "kind"},
                {"particular", "village"},     {"particular", "land_class"},
                {"particular", "declared_mu"}, {"ground", "area_m2"},
                {"ground", "sliver_m2"}};
    struct th_json *before = th_parcel_record_json(&t->last);
    struct th_json *after = th_parcel_record_json(record);
    for (size_t i = 0; i < sizeof(KEYS) / sizeof(KEYS[0]); i++) {
        const struct th_json *old = th_json_get(before, KEYS[i].name);
        const struct th_json *now = th_json_get(after, KEYS[i].name);
        if (!th_json_equal(old, now) ||
            (moved(t, record) && strcmp(KEYS[i].name, "area_m2") == 0)) {
            tell_change(t, record->version, KEYS[i].what, KEYS[i].name, th_json_copy(old),
                        th_json_copy(now));
        }
    }
    th_json_free(before);
    th_json_free(after);
}

// An attribute that is called like a column of the registry goes by the name that exports give it.
// Takes over `before` and `after`.
static void tell_attribute(struct telling *t, int64_t version, const char *key,
                           struct th_json *before, struct th_json *after)
{
    struct th_buf name;
    th_buf_init(&name, TH_PARCEL_ATTRIBUTES_MAX);
    bool reserved = th_own_reserved(key, NULL);
    if (reserved) {
        th_own_attribute_name(key, false, 1, false, &name);
    }
    tell_change(t, version, "attribute", reserved ? th_buf_text(&name) : key, before, after);
    th_buf_clear(&name);
}

// Attributes of either version, those that are gone behind those that are there.
static void compare_attributes(struct telling *t, const struct th_parcel_record *record,
                               const struct th_json *attributes)
{
    for (void *it = th_json_iter(attributes); it != NULL; it = th_json_iter_next(attributes, it)) {
        const char *key = th_json_iter_key(it);
        const struct th_json *before = th_json_get(t->last_attributes, key);
        if (!th_json_equal(before, th_json_iter_value(it))) {
            tell_attribute(t, record->version, key,
                           before == NULL ? th_json_null() : th_json_copy(before),
                           th_json_copy(th_json_iter_value(it)));
        }
    }
    for (void *it = th_json_iter(t->last_attributes); it != NULL;
         it = th_json_iter_next(t->last_attributes, it)) {
        if (th_json_get(attributes, th_json_iter_key(it)) == NULL) {
            tell_attribute(t, record->version, th_json_iter_key(it),
                           th_json_copy(th_json_iter_value(it)), th_json_null());
        }
    }
}

static enum th_status tell_changes(struct telling *t, const struct th_parcel_record *record,
                                   const char *text)
{
    struct th_json *attributes = NULL;
    enum th_status status = th_json_parse(text, strlen(text), &attributes, &t->err);
    if (status != TH_OK) {
        return status;
    }
    if (t->last_attributes != NULL) {
        compare_records(t, record);
        compare_attributes(t, record, attributes);
    }
    th_json_free(t->last_attributes);
    t->last_attributes = attributes;
    t->last = *record;
    return TH_OK;
}

struct number_reason {
    int64_t version;
    char text[TH_PARCEL_REASON_SIZE];
};

static bool take_reason(void *context, const struct th_parcel_renumbering *renumbering)
{
    struct number_reason *reason = context;
    if (renumbering->version == reason->version) {
        th_text_copy(reason->text, sizeof(reason->text), renumbering->reason);
    }
    return renumbering->version < reason->version;
}

// Why a version bears another number than the one before.
static enum th_status add_reason(struct telling *t, const struct th_parcel_record *record,
                                 struct th_json *json)
{
    struct number_reason reason = {.version = record->version};
    enum th_status status = th_parcel_renumbering_each(t->store, record->parcel_id, NULL,
                                                       take_reason, &reason, &t->err);
    th_json_set_text(json, "reason", reason.text[0] == '\0' ? NULL : reason.text);
    return status;
}

static bool tell_version(void *context, const struct th_parcel_record *record,
                         const char *attributes)
{
    struct telling *t = context;
    struct th_json *json = th_parcel_record_json(record);
    struct parents parents = {th_json_array(), record->parcel_id, record->version};
    char hex[TH_HASH_HEX_SIZE];
    int64_t seq = 0;
    // The day on which it ends is known from the one that follows; see close_versions.
    set_date(json, "from", record->from);
    if (t->last_attributes != NULL && record->import_id != 0 && !moved(t, record)) {
        th_json_set_text(json, "origin", "attributes"); // a file corrected what is known
    }
    th_json_set(json, "to", th_json_null());
    th_json_set_text(json, "geometry_hash", th_hash_hex(&record->geometry_hash, hex));
    t->status = add_source(t, record, json);
    if (t->status == TH_OK) {
        t->status = add_reason(t, record, json);
    }
    if (t->status == TH_OK) {
        t->status =
            th_parcel_lineage_each(t->store, record->parcel_id, take_parent, &parents, &t->err);
    }
    if (t->status == TH_OK) {
        t->status =
            th_parcel_version_seq(t->store, record->parcel_id, record->version, &seq, &t->err);
    }
    if (t->status == TH_OK) {
        t->status = th_journal_each(t->store, NULL, seq, 1, take_entry, json, &t->err);
    }
    if (t->status == TH_OK) {
        t->status = tell_changes(t, record, attributes);
    }
    th_json_set(json, "parents", parents.list);
    th_json_append(t->versions, json);
    t->retired_on = record->retired_on;
    return t->status == TH_OK;
}

// A version lasts until the day before the next one, the last until the day before retirement. One
// that was replaced on its own first day never held: `lasted` says so, and both days are that day.
static struct th_json *close_versions(const struct telling *t)
{
    struct th_json *closed = th_json_array();
    size_t n = th_json_size(t->versions);
    for (size_t i = 0; i < n; i++) {
        struct th_json *json = th_json_copy(th_json_at(t->versions, i));
        struct th_date next = t->retired_on;
        const char *from = th_json_get_text(th_json_at(t->versions, i + 1), "from", NULL);
        if (from != NULL && th_date_parse(from, &next, NULL) != TH_OK) {
            next = t->retired_on;
        }
        if (next.year != 0) {
            set_date(json, "to", th_date_before(next));
        }
        // Days that run backwards are no answer to people: it began and was replaced on one day.
        const char *began = th_json_get_text(json, "from", "");
        const char *to = th_json_get_text(json, "to", NULL);
        bool same_day = to != NULL && strcmp(to, began) < 0;
        if (same_day) {
            th_json_set(json, "to", th_json_copy(th_json_get(json, "from")));
        }
        th_json_set_text(json, "lasted", same_day ? "same_day" : NULL);
        th_json_append(closed, json);
    }
    return closed;
}

static enum th_status tell_relatives(struct th_store *store, int64_t parcel_id, bool ancestors,
                                     struct th_json *reply, struct th_error *err)
{
    struct th_relatives relatives = {0};
    struct th_json *list = th_json_array();
    enum th_status status = th_relatives_load(store, parcel_id, ancestors, &relatives, err);
    for (size_t i = 0; status == TH_OK && i < relatives.n; i++) {
        struct th_parcel_record record;
        status = th_parcel_load(store, relatives.items[i].parcel_id, 0, &record, err);
        if (status != TH_OK) {
            break;
        }
        struct th_json *json = th_parcel_record_json(&record);
        th_json_set_int(json, ancestors ? "parent_of" : "child_of", relatives.items[i].next_id);
        th_json_append(list, json);
    }
    th_relatives_clear(&relatives);
    th_json_set(reply, ancestors ? "ancestors" : "descendants", list);
    return status;
}

static bool tell_event(void *context, const struct th_journal_entry *entry)
{
    struct th_json *events = context;
    struct th_json *json = th_json_object();
    (void)take_entry(json, entry);
    th_json_append(events, json);
    return true;
}

static enum th_status tell_all(struct th_store *store, const struct th_parcel_record *record,
                               struct th_json *reply, struct th_error *err)
{
    struct telling t = {.store = store,
                        .parcel_id = record->parcel_id,
                        .versions = th_json_array(),
                        .changes = th_json_array(),
                        .status = TH_OK};
    char reason[TH_PARCEL_REASON_SIZE] = "";
    char subject[64];
    enum th_status status = th_parcel_version_each(store, record->parcel_id, tell_version, &t, err);
    if (status == TH_OK && t.status != TH_OK) {
        status = t.status;
        if (err != NULL) {
            *err = t.err;
        }
    }
    if (status == TH_OK) {
        th_json_set(reply, "versions", close_versions(&t));
    }
    th_json_free(t.versions);
    th_json_free(t.last_attributes);
    th_json_set(reply, "changes", t.changes);
    if (status == TH_OK) {
        status = th_parcel_retired_reason(store, record->parcel_id, reason, err);
    }
    if (status == TH_OK) {
        th_json_set_text(reply, "retired_reason", reason[0] == '\0' ? NULL : reason);
        status = tell_relatives(store, record->parcel_id, true, reply, err);
    }
    if (status == TH_OK) {
        status = tell_relatives(store, record->parcel_id, false, reply, err);
    }
    if (status == TH_OK) {
        struct th_json *events = th_json_array();
        (void)snprintf(subject, sizeof(subject), "parcel:%" PRId64, record->parcel_id);
        status = th_journal_each(store, subject, 1, EVENTS_MAX, tell_event, events, err);
        th_json_set(reply, "events", events);
    }
    return status;
}

enum th_status th_parcel_history(struct th_registry *registry, int64_t parcel_id,
                                 struct th_json **ret_reply, struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    struct th_parcel_record record;
    struct th_json *reply = NULL;
    enum th_status status = th_store_begin_read(store, err);
    if (status != TH_OK) {
        return status;
    }
    status = th_parcel_load(store, parcel_id, 0, &record, err);
    if (status == TH_OK) {
        reply = th_parcel_record_json(&record);
        status = tell_all(store, &record, reply, err);
    }
    th_store_end_read(store);
    return th_reply_finish(status, reply, ret_reply, err);
}
