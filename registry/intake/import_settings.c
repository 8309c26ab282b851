#include "registry/intake/import_settings.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "store/ground/profile_store.h"

#define OPTION(name) offsetof(struct th_parcel_import_options, name)

static const struct {
    const char *key;
    size_t offset;
} TEXTS[] = {
    {"layer", OPTION(layer)},
    {"crs", OPTION(crs)},
    {"datum", OPTION(datum)},
    {"axes", OPTION(axes)},
    {"offset", OPTION(offset)},
    {"encoding", OPTION(encoding)},
    {"area_unit", OPTION(area_unit)},
    {"kind", OPTION(kind)},
    {"village", OPTION(village)},
    {"on", OPTION(on)},
    {"repair", OPTION(repair)},
    {"waive_reason", OPTION(waive_reason)},
    {"waive_document", OPTION(waive_document)},
};

static const struct {
    const char *key;
    size_t items_offset, count_offset;
} LISTS[] = {
    {"maps", OPTION(maps), OPTION(n_maps)},
    {"repair_rows", OPTION(repair_rows), OPTION(n_repair_rows)},
    {"drop_rows", OPTION(drop_rows), OPTION(n_drop_rows)},
    {"waive_rows", OPTION(waive_rows), OPTION(n_waive_rows)},
    {"mends", OPTION(mends), OPTION(n_mends)},
};

static const struct {
    const char *key;
    size_t offset;
} FLAGS[] = {
    {"abort", OPTION(on_problem_abort)},
    {"update", OPTION(update)},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const void *member(const struct th_parcel_import_options *options, size_t offset)
{
    return (const char *)options + offset;
}

static void *member_to_set(struct th_parcel_import_options *options, size_t offset)
{
    return (char *)options + offset;
}

struct th_json *th_import_settings_json(const struct th_parcel_import_options *options)
{
    struct th_json *settings = th_json_object();
    for (size_t i = 0; i < COUNT(TEXTS); i++) {
        const char *const *text = member(options, TEXTS[i].offset);
        if (*text != NULL) {
            th_json_set_text(settings, TEXTS[i].key, *text);
        }
    }
    for (size_t i = 0; i < COUNT(LISTS); i++) {
        const char *const *const *items = member(options, LISTS[i].items_offset);
        const size_t *count = member(options, LISTS[i].count_offset);
        if (*count == 0) {
            continue;
        }
        struct th_json *list = th_json_array();
        for (size_t k = 0; k < *count; k++) {
            th_json_append_text(list, (*items)[k]);
        }
        th_json_set(settings, LISTS[i].key, list);
    }
    for (size_t i = 0; i < COUNT(FLAGS); i++) {
        const bool *flag = member(options, FLAGS[i].offset);
        if (*flag) {
            th_json_set_bool(settings, FLAGS[i].key, true);
        }
    }
    return settings;
}

static enum th_status broken(const char *key, struct th_error *err)
{
    return th_error_set(err, TH_INVALID, "settings_broken", "key", key, NULL);
}

static bool have(const char *const *items, size_t n, const char *item)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(items[i], item) == 0) {
            return true;
        }
    }
    return false;
}

static enum th_status list_fill(const struct th_json *list, const char *key, bool join,
                                struct th_arena *arena, const char *const **items, size_t *count,
                                struct th_error *err)
{
    size_t n = th_json_size(list);
    if (n == 0 || (*count > 0 && !join)) {
        return TH_OK;
    }
    const char **joined = th_arena_take(arena, (n + *count) * sizeof(*joined));
    if (joined == NULL) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        if (th_json_type(th_json_at(list, i)) != TH_JSON_STRING) {
            return broken(key, err);
        }
        joined[i] = th_json_text(th_json_at(list, i));
    }
    size_t n_kept = n;
    for (size_t i = 0; i < *count; i++) {
        if (!have(joined, n_kept, (*items)[i])) {
            joined[n++] = (*items)[i];
        }
    }
    *items = joined;
    *count = n;
    return TH_OK;
}

static enum th_status key_fill(const char *key, const struct th_json *value, bool join,
                               struct th_arena *arena, struct th_parcel_import_options *options,
                               struct th_error *err)
{
    for (size_t i = 0; i < COUNT(TEXTS); i++) {
        if (strcmp(key, TEXTS[i].key) != 0) {
            continue;
        }
        const char **text = member_to_set(options, TEXTS[i].offset);
        if (th_json_type(value) != TH_JSON_STRING) {
            return broken(key, err);
        }
        *text = *text == NULL ? th_json_text(value) : *text;
        return TH_OK;
    }
    for (size_t i = 0; i < COUNT(LISTS); i++) {
        if (strcmp(key, LISTS[i].key) != 0) {
            continue;
        }
        if (th_json_type(value) != TH_JSON_ARRAY) {
            return broken(key, err);
        }
        return list_fill(value, key, join, arena, member_to_set(options, LISTS[i].items_offset),
                         member_to_set(options, LISTS[i].count_offset), err);
    }
    for (size_t i = 0; i < COUNT(FLAGS); i++) {
        if (strcmp(key, FLAGS[i].key) != 0) {
            continue;
        }
        bool *flag = member_to_set(options, FLAGS[i].offset);
        if (th_json_type(value) != TH_JSON_BOOL) {
            return broken(key, err);
        }
        *flag = *flag || th_json_bool_value(value);
        return TH_OK;
    }
    return broken(key, err);
}

static enum th_status fill(const struct th_json *settings, bool join, struct th_arena *arena,
                           struct th_parcel_import_options *options, struct th_error *err)
{
    enum th_status status = TH_OK;
    struct th_parcel_import_options filled = *options;
    if (th_json_type(settings) != TH_JSON_OBJECT) {
        return broken("", err);
    }
    for (void *it = th_json_iter(settings); status == TH_OK && it != NULL;
         it = th_json_iter_next(settings, it)) {
        status = key_fill(th_json_iter_key(it), th_json_iter_value(it), join, arena, &filled, err);
    }
    if (status == TH_OK) {
        *options = filled;
    }
    return status;
}

enum th_status th_import_settings_fill(const char *text, bool join, struct th_kept_settings *kept,
                                       struct th_parcel_import_options *options,
                                       struct th_error *err)
{
    if (th_json_parse(text, strlen(text), &kept->json, NULL) != TH_OK) {
        return broken("", err);
    }
    return fill(kept->json, join, &kept->arena, options, err);
}

enum th_status th_import_settings_of_profile(struct th_store *store, struct th_kept_settings *kept,
                                             struct th_parcel_import_options *options,
                                             struct th_error *err)
{
    char *text = NULL;
    if (options->profile == NULL) {
        return TH_OK;
    }
    enum th_status status = th_profile_load(store, options->profile, &text, err);
    if (status == TH_OK) {
        status = th_import_settings_fill(text, false, kept, options, err);
    }
    free(text);
    if (status == TH_OK) {
        options->profile = NULL;
    }
    return status;
}

void th_kept_settings_clear(struct th_kept_settings *kept)
{
    th_json_free(kept->json);
    th_arena_clear(&kept->arena);
    kept->json = NULL;
}

enum th_status th_import_seen_digest(const struct th_json *source, struct th_hash *ret_sha256,
                                     struct th_error *err)
{
    const char *own = th_json_get_text(source, "sha256", "");
    const char *document = th_json_get_text(source, "waive_document_sha256", NULL);
    const struct th_json *mends = th_json_get(source, "mends_sha256");
    size_t n = mends == NULL ? 0 : th_json_size(mends);
    if (n == 0 && document == NULL) {
        return th_hash_parse(own, ret_sha256, err);
    }
    struct th_hasher *hasher = th_hasher_new(TH_HASH_SHA256);
    if (hasher == NULL) {
        return th_error_no_memory(err);
    }
    th_hasher_update(hasher, own, strlen(own) + 1);
    for (size_t i = 0; i < n; i++) {
        const char *hex = th_json_text(th_json_at(mends, i));
        th_hasher_update(hasher, hex, strlen(hex) + 1);
    }
    if (document != NULL) {
        th_hasher_update(hasher, "document", sizeof("document"));
        th_hasher_update(hasher, document, strlen(document));
    }
    *ret_sha256 = th_hasher_final(hasher);
    th_hasher_free(hasher);
    return TH_OK;
}
