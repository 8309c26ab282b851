// Inside registry/ only.
#ifndef TH_REGISTRY_REGISTRY_INTERNAL_H
#define TH_REGISTRY_REGISTRY_INTERNAL_H

#include "registry/registry.h"

// A registry over a store that is open already; takes the store over, also on failure.
enum th_status th_registry_adopt(struct th_store *store, const struct th_surroundings *surroundings,
                                 struct th_registry **ret_registry,
                                 struct th_error *err) TH_MUST_CHECK;

#endif
