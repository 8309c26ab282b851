// Land classes (data/codes/land_classes.json, embedded): loaded into a new registry, and looked up
// when parcels are checked.
#ifndef TH_REGISTRY_LAND_CLASS_H
#define TH_REGISTRY_LAND_CLASS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/attributes.h"
#include "core/error.h"
#include "store/ground/land_class_store.h"
#include "store/store.h"

// Writes every class that the program brings into the registry; inside a write transaction.
// TH_INTERNAL ("land_classes_broken") when the embedded file is not what it should be.
enum th_status th_land_classes_load(struct th_store *store, struct th_error *err) TH_MUST_CHECK;

struct th_land_classes { // a list in memory; zero it before use
    struct th_land_class *items;
    size_t n;
};

// All classes of the registry.
enum th_status th_land_classes_read(struct th_store *store, struct th_land_classes *ret_classes,
                                    struct th_error *err) TH_MUST_CHECK;
void th_land_classes_clear(struct th_land_classes *classes);
// By code, or by Chinese or English name; NULL when unknown. Borrowed.
const struct th_land_class *th_land_classes_find(const struct th_land_classes *classes,
                                                 const char *code_or_name);
// May a parcel of this kind stand on this class?
bool th_land_class_agrees(const struct th_land_class *land_class, const char *kind);

#endif
