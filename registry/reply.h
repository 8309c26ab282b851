// How a use case hands its reply over.
#ifndef TH_REGISTRY_REPLY_H
#define TH_REGISTRY_REPLY_H

#include "core/attributes.h"
#include "core/error.h"
#include "core/json.h"
#include "core/messages.h"

// With status TH_OK checks that the reply was built whole and hands it over; else frees it. Returns
// the status given, or that of th_json_check. `reply` may be NULL when the status is an error.
enum th_status th_reply_finish(enum th_status status, struct th_json *reply,
                               struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;
// The same for the reply {"<key>": list}; takes the list.
enum th_status th_reply_finish_list(enum th_status status, const char *key, struct th_json *list,
                                    struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

// `name` = that argument of an error (or what the language has under "name.zh"), in words; null
// without one. `messages` NULL: as it stands.
void th_reply_set_arg(struct th_json *json, const char *name, const struct th_error *what,
                      const struct th_messages *messages, enum th_lang lang);

#endif
