// The methodology documents of a registry: loaded once, listed, shown, opened by reference.
#ifndef TH_REGISTRY_METHODOLOGY_H
#define TH_REGISTRY_METHODOLOGY_H

#include "methodology/document.h"
#include "registry/registry.h"

// Puts the documents that the program brings along into the file, as far as they are missing.
// Inside a write transaction; `seq` is the journal entry of the change. `list` (NULL: none) is an
// array that gets {id, version, sha256} of every document added, for the journal.
// TH_CONFLICT ("methodology_changed") when a version is there with another text.
enum th_status th_methodologies_load(struct th_store *store, int64_t seq, struct th_json *list,
                                     struct th_error *err) TH_MUST_CHECK;

// {"methodologies": [{id, version, title{zh, en}, family, monitoring_only, statement_based,
// kinds[], buffer_ratio, sha256}]}
enum th_status th_methodology_list(struct th_registry *registry, struct th_json **ret_reply,
                                   struct th_error *err) TH_MUST_CHECK;

// `reference`: "id" (newest version) or "id@version". {id, version, sha256, title, summary, family,
// applicability, buffer, inputs[{name, title, unit, value, range}], parameters[]} with every value
// as an exact text beside its unit, interval, source and evidence.
// TH_NOT_FOUND ("methodology_not_found").
enum th_status th_methodology_show(struct th_registry *registry, const char *reference,
                                   struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

// The parsed document behind "id" or "id@version"; the caller frees it.
// TH_NOT_FOUND ("methodology_not_found").
enum th_status th_methodology_open(struct th_store *store, const char *reference,
                                   struct th_methodology **ret_methodology,
                                   struct th_error *err) TH_MUST_CHECK;

#endif
