#include "core/reasons.h"

#include <stddef.h>

struct th_error *th_reasons_add(struct th_reasons *evidence, const char *key)
{
    if (evidence->n < TH_REASONS_MAX) {
        evidence->n++;
    }
    struct th_error *item = &evidence->items[evidence->n - 1];
    (void)th_error_set(item, TH_OK, key, NULL);
    return item;
}
