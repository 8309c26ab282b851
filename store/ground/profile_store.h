// What a clerk told about files of one kind, kept under a name to be used again.
#ifndef TH_STORE_PROFILE_STORE_H
#define TH_STORE_PROFILE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"
#include "store/store.h"

// Keeps the options (canonical JSON object) under `name`, in the place of what stood there.
// TH_CONFLICT ("store_constraint") for an empty name or text that is no JSON.
enum th_status th_profile_save(struct th_store *store, const char *name, const char *options,
                               int64_t seq, struct th_error *err) TH_MUST_CHECK;
// *ret_options is the caller's (free()). TH_NOT_FOUND ("profile_not_found").
enum th_status th_profile_load(struct th_store *store, const char *name, char **ret_options,
                               struct th_error *err) TH_MUST_CHECK;
// In order of name; the visitor returns false to stop.
enum th_status th_profile_each(struct th_store *store,
                               bool (*visit)(void *context, const char *name, const char *options,
                                             int64_t seq),
                               void *context, struct th_error *err) TH_MUST_CHECK;
// TH_NOT_FOUND ("profile_not_found").
enum th_status th_profile_remove(struct th_store *store, const char *name,
                                 struct th_error *err) TH_MUST_CHECK;

#endif
