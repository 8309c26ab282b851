// What the next journal entry says of rows, kept in the open transaction until it is made.
#include <stdlib.h>

#include "store/journal/entry_internal.h"

struct entry {
    struct th_json *posts; // array
    struct th_entry_sets *sets;
};

static void entry_free(void *data)
{
    struct entry *entry = data;
    th_json_free(entry->posts);
    th_entry_sets_free(entry->sets);
    free(entry);
}

// NULL when out of memory.
static struct entry *entry_of(struct th_store *store)
{
    void **slot = th_db_slot(store, TH_DB_SLOT_ENTRY, entry_free);
    struct entry *entry = *slot;
    if (!entry && (entry = calloc(1, sizeof(*entry))) != NULL) {
        entry->posts = th_json_array();
        entry->sets = th_entry_sets_new();
        *slot = entry;
    }
    return entry && entry->posts && entry->sets ? entry : NULL;
}

struct th_entry_sets *th_entry_sets_of(struct th_store *store)
{
    struct entry *entry = entry_of(store);
    return entry ? entry->sets : NULL;
}

enum th_status th_entry_post(struct th_store *store, struct th_json *post, struct th_error *err)
{
    struct entry *entry = entry_of(store);
    if (!entry || !post) {
        th_json_free(post);
        return th_error_no_memory(err);
    }
    th_json_append(entry->posts, post); // a loss shows when the body is written
    return TH_OK;
}

enum th_status th_entry_complete(struct th_store *store, struct th_json *body, struct th_error *err)
{
    struct entry *entry = entry_of(store);
    if (!entry) {
        return th_error_no_memory(err);
    }
    if (th_json_size(entry->posts) > 0) {
        th_json_set(body, "posts", entry->posts);
        entry->posts = th_json_array();
    }
    return th_entry_sets_take(store, entry->sets, body, err);
}
