// Documents in files (methodologies, limits of good practice), with every fault that can be told at
// once.
#ifndef TH_REGISTRY_LINT_H
#define TH_REGISTRY_LINT_H

#include "core/json.h"
#include "core/messages.h"

// `lint` reports each fault and returns how many there are (th_methodology_lint, th_practice_lint).
// Reply: file, ok, n_faults, faults[{where (JSON pointer), reason, message (without `messages`
// none)}]. Errors of th_file_read.
enum th_status th_lint_file(
    const char *path,
    size_t (*lint)(const char *text, size_t size,
                   void (*report)(void *context, const struct th_error *fault), void *context),
    const struct th_messages *messages, enum th_lang lang, struct th_json **ret_reply,
    struct th_error *err) TH_MUST_CHECK;

#endif
