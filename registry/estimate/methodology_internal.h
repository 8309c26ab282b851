// Inside registry/ only: how a document gets into the file.
#ifndef TH_REGISTRY_METHODOLOGY_INTERNAL_H
#define TH_REGISTRY_METHODOLOGY_INTERNAL_H

#include "core/json.h"
#include "store/store.h"

// Checks and stores one document unless it is there already; `list` (NULL: none) gets {id, version,
// sha256} of what was added. Errors of th_methodology_parse; TH_CONFLICT ("methodology_changed").
enum th_status th_methodology_load_one(struct th_store *store, const char *text, size_t size,
                                       int64_t seq, struct th_json *list,
                                       struct th_error *err) TH_MUST_CHECK;

#endif
