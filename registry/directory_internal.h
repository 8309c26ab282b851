#ifndef TH_REGISTRY_DIRECTORY_INTERNAL_H
#define TH_REGISTRY_DIRECTORY_INTERNAL_H

#include "core/json.h"
#include "store/people/party_store.h"

struct th_json *th_village_json(const struct th_village *village);
// TH_INVALID ("village_code_invalid", "township_empty", and what th_name_check says).
enum th_status th_village_make(const char *code, const char *name, const char *township,
                               struct th_village *ret_village, struct th_error *err) TH_MUST_CHECK;

#endif
