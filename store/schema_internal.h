// The layout of a file against the layout that the migrations make.
#ifndef TH_STORE_SCHEMA_INTERNAL_H
#define TH_STORE_SCHEMA_INTERNAL_H

#include "store/db_internal.h"

struct th_schema_difference {
    bool differs;
    int64_t n;      // things compared
    char type[16];  // "trigger", "table", …
    char name[128]; // of the first that is missing, changed or, being a trigger, too many
};

// Builds the layout anew in memory and compares by name and text. Tables, views and indexes that
// others added are left alone.
enum th_status th_schema_compare(struct th_store *store,
                                 struct th_schema_difference *ret_difference,
                                 struct th_error *err) TH_MUST_CHECK;

// Makes triggers, indexes and views again as the layout has them, and takes triggers away that it
// does not have; *ret_n is how many. In a transaction.
enum th_status th_schema_mend(struct th_store *store, int64_t *ret_n,
                              struct th_error *err) TH_MUST_CHECK;

#endif
