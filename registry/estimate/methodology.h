// The methodology documents of a registry: loaded once, listed, shown, opened by reference.
#ifndef TH_REGISTRY_METHODOLOGY_H
#define TH_REGISTRY_METHODOLOGY_H

#include "core/messages.h"
#include "methodology/document.h"
#include "registry/registry.h"

// Puts the documents that the program brings along into the file, as far as they are missing.
// Inside a write transaction; `seq` is the journal entry of the change. `list` (NULL: none) is an
// array that gets {id, version, sha256} of every document added, for the journal.
// TH_CONFLICT ("methodology_changed") when a version is there with another text.
enum th_status th_methodologies_load(struct th_store *store, int64_t seq, struct th_json *list,
                                     struct th_error *err) TH_MUST_CHECK;

// {"methodologies": [{id, version, title{zh, en}, families[], monitoring_only, statement_based,
// kinds[], buffer_ratio, sha256}]}
enum th_status th_methodology_list(struct th_registry *registry, struct th_json **ret_reply,
                                   struct th_error *err) TH_MUST_CHECK;

// `reference`: "id" (newest version) or "id@version". {id, version, sha256, title, summary,
// families[], applicability (of the document), land_classes[], min_area (in force, or null),
// conditions[{input, title, wanted, reason, evidence, source}], equations[{species[] ("-": where a
// table of plots names none), equation, title, evidence, source}] of stems, buffer, inputs[{name,
// title, scope, unit, value, range}], parameters[], rows[] (of all parameters, one below the
// other)} with every value as an exact text beside its unit, interval, source and evidence.
// TH_NOT_FOUND
// ("methodology_not_found").
enum th_status th_methodology_show(struct th_registry *registry, const char *reference,
                                   struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

// A document in a file, every fault of it that can be told at once. {file, ok, n_faults,
// faults[{where (JSON pointer), reason, message}]}. Errors of th_file_read.
enum th_status th_methodology_lint_file(const char *path, const struct th_messages *messages,
                                        enum th_lang lang, struct th_json **ret_reply,
                                        struct th_error *err) TH_MUST_CHECK;

// Adds a county's own document, or a new version of one; officer. {id, version, sha256}. Errors of
// th_methodology_parse; TH_CONFLICT ("methodology_changed": the version is there with another text,
// "methodology_there": with this one, "methodology_shipped": its name belongs to a document that
// comes with the program).
enum th_status th_methodology_add(struct th_registry *registry, const struct th_request *request,
                                  const char *path, struct th_json **ret_reply,
                                  struct th_error *err) TH_MUST_CHECK;

// The parsed document behind "id" or "id@version"; the caller frees it.
// TH_NOT_FOUND ("methodology_not_found").
enum th_status th_methodology_open(struct th_store *store, const char *reference,
                                   struct th_methodology **ret_methodology,
                                   struct th_error *err) TH_MUST_CHECK;

#endif
