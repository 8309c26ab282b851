// Land classes in the file, by scheme and edition.
#ifndef TH_STORE_LAND_CLASS_STORE_H
#define TH_STORE_LAND_CLASS_STORE_H

#include <stdbool.h>

#include "core/attributes.h"
#include "core/error.h"
#include "store/store.h"

struct th_land_class {
    char scheme[32]; // "GB/T 21010-2017"
    char code[16];   // "0302"
    char name_zh[64];
    char name_en[64];
    char kinds[64]; // kinds that agree, separated by spaces; "" when none does
};

// Stores a class, or its new names and kinds when scheme and code are known already.
enum th_status th_land_class_put(struct th_store *store, const struct th_land_class *land_class,
                                 struct th_error *err) TH_MUST_CHECK;
// In order of scheme and code; the visitor returns false to stop.
enum th_status th_land_class_each(struct th_store *store,
                                  bool (*visit)(void *context,
                                                const struct th_land_class *land_class),
                                  void *context, struct th_error *err) TH_MUST_CHECK;

#endif
