// Why something was concluded: a few sentences, kept as message keys with arguments until a person
// reads them (core/messages.h: th_messages_format with the item's own key).
#ifndef TH_CORE_REASONS_H
#define TH_CORE_REASONS_H

#include "core/error.h"

enum { TH_REASONS_MAX = 6 };

struct th_reasons { // zero before use
    int n;
    struct th_error items[TH_REASONS_MAX]; // status is TH_OK
};

// One more sentence, to be completed with th_error_add on the result. What no longer fits replaces
// the last one.
struct th_error *th_reasons_add(struct th_reasons *evidence, const char *key);

#endif
