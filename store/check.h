// How the checks of `registry check` report, whichever module makes them.
#ifndef TH_STORE_CHECK_H
#define TH_STORE_CHECK_H

#include <stdint.h>

#include "core/error.h"

// One call per check ("check.<name>" is its title): `problem` is NULL when the check passed, else
// the first thing that was wrong (status TH_INVARIANT, a message key and arguments).
struct th_check_sink {
    void (*report)(void *context, const char *name, int64_t n_checked,
                   const struct th_error *problem);
    void *context;
};

#endif
