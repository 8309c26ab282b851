// A set of positive numbers: ids that were met already.
#ifndef TH_CORE_ID_SET_H
#define TH_CORE_ID_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"

struct th_id_set {  // zero before use
    int64_t *slots; // 0: free
    size_t n;
    size_t capacity; // a power of two
};

// *ret_new tells whether `id` (> 0) was not in the set before.
enum th_status th_id_set_add(struct th_id_set *set, int64_t id, bool *ret_new,
                             struct th_error *err) TH_MUST_CHECK;
bool th_id_set_has(const struct th_id_set *set, int64_t id);
void th_id_set_clear(struct th_id_set *set); // frees; the set may be used again

#endif
