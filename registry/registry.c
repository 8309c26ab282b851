// An open registry.
#include "registry/registry.h"

#include <stdlib.h>

#include "registry/registry_internal.h"
#include "store/journal/journal_store.h"

struct th_registry {
    struct th_store *store;
    struct th_surroundings surroundings;
};

enum th_status th_registry_adopt(struct th_store *store, const struct th_surroundings *surroundings,
                                 struct th_registry **ret_registry, struct th_error *err)
{
    struct th_registry *registry = calloc(1, sizeof(*registry));
    if (registry == NULL) {
        th_store_close(store);
        return th_error_no_memory(err);
    }
    registry->store = store;
    registry->surroundings = *surroundings;
    *ret_registry = registry;
    return TH_OK;
}

enum th_status th_registry_open(const char *path, enum th_store_mode mode,
                                const struct th_surroundings *surroundings,
                                struct th_registry **ret_registry, struct th_error *err)
{
    struct th_store_options options = {.program = surroundings->program,
                                       .now_utc = surroundings->now_utc(surroundings->context)};
    struct th_store *store = NULL;
    enum th_status status = th_store_open(path, mode, &options, &store, err);
    return status == TH_OK ? th_registry_adopt(store, surroundings, ret_registry, err) : status;
}

void th_registry_close(struct th_registry *registry)
{
    if (registry == NULL) {
        return;
    }
    th_store_close(registry->store);
    free(registry);
}

struct th_store *th_registry_store(struct th_registry *registry)
{
    return registry->store;
}

int64_t th_registry_now(struct th_registry *registry)
{
    return registry->surroundings.now_utc(registry->surroundings.context);
}

struct th_date th_registry_today(struct th_registry *registry)
{
    struct th_journal_last last = {0};
    int64_t now_utc = th_registry_now(registry);
    // Whoever sets the clock back gains nothing. A journal that cannot be read fails elsewhere.
    bool known = th_journal_last(registry->store, &last, NULL) == TH_OK && last.seq > 0;
    return th_instant_date(known && last.at_utc > now_utc ? last.at_utc : now_utc);
}

const struct th_surroundings *th_registry_surroundings(const struct th_registry *registry)
{
    return &registry->surroundings;
}
