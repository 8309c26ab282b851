// The whole catalogue, for the test that compares the languages.
#ifndef TH_CORE_MESSAGES_INTERNAL_H
#define TH_CORE_MESSAGES_INTERNAL_H

#include "core/embed.h"
#include "core/json.h"
#include "core/messages.h"

// One flat object from key to text. Borrowed.
const struct th_json *th_messages_catalogue(const struct th_messages *messages, enum th_lang lang);

// th_messages_new over a table of one's own: names "zh/….json" and "en/….json".
enum th_status th_messages_from(const struct th_embedded_file *files, size_t n,
                                struct th_messages **ret_messages,
                                struct th_error *err) TH_MUST_CHECK;

#endif
