// A check that is one query.
#ifndef TH_STORE_CHECK_INTERNAL_H
#define TH_STORE_CHECK_INTERNAL_H

#include "store/check.h"
#include "store/db_internal.h"

struct th_check_query {
    const char *name;      // "check.<name>" is its title
    const char *sql_count; // how many there are to be checked
    const char *sql_wrong; // the number of the first that is wrong, no row when none is
    const char *key;       // of the problem …
    const char *argument;  // … and of that number in it
};
enum th_status th_check_run(struct th_store *store, const struct th_check_query *query,
                            const struct th_check_sink *sink, struct th_error *err) TH_MUST_CHECK;

#endif
