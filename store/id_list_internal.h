// Growing lists of ids: the answer of a query, or what the open transaction touched.
#ifndef TH_STORE_ID_LIST_INTERNAL_H
#define TH_STORE_ID_LIST_INTERNAL_H

#include "store/db_internal.h"

struct th_id_list { // {0} is the empty one
    int64_t *ids;   // free()
    size_t n;
    size_t capacity;
};
enum th_status th_id_list_append(struct th_id_list *list, int64_t id,
                                 struct th_error *err) TH_MUST_CHECK;

// All ids that a bound query of one column gives; the statement is done. *list, empty so far, stays
// so on failure.
enum th_status th_id_list_collect(struct th_stmt *q, struct th_id_list *list,
                                  struct th_error *err) TH_MUST_CHECK;

// Remembers an id, once, until the transaction ends.
enum th_status th_id_note(struct th_store *store, enum th_db_slot slot, int64_t id,
                          struct th_error *err) TH_MUST_CHECK;
// What was remembered, borrowed; empty at first.
struct th_id_list th_id_noted(struct th_store *store, enum th_db_slot slot);

#endif
