// Imports in progress: a source is looked at, what is wrong with it is mended step by step, and
// only then it is confirmed. A draft keeps the path of the source and what was decided about it, in
// the registry file itself, so that it survives whatever happens to the program; the rows are read
// anew each time, and a source that changed meanwhile is remarked on.
#ifndef TH_REGISTRY_DRAFT_H
#define TH_REGISTRY_DRAFT_H

#include "registry/intake/parcel.h"

// Reads the source as th_parcel_import would, stores nothing of it, and opens a draft. Reply: that
// of th_parcel_import with draft_id, state and settings, those of options->profile among them and
// the village of a clerk who has one. Errors of th_parcel_import; TH_LIMIT ("draft_source_long").
enum th_status th_draft_open(struct th_registry *registry, const struct th_request *request,
                             const struct th_parcel_import_options *options,
                             struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;
// Adds what `options` says to what was decided before (lists grow, but for dropped rows that are
// among the keep_rows; texts replace) and looks at the
// source again, at another path when options->source is not NULL. Reply and errors as above, and
// TH_NOT_FOUND ("draft_not_found"), TH_CONFLICT ("draft_closed"), as of all that follow; TH_INVALID
// ("row_not_dropped" with "row").
enum th_status th_draft_set(struct th_registry *registry, const struct th_request *request,
                            int64_t draft_id, const struct th_parcel_import_options *options,
                            struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;
// Looks at the source as things stand, with `options` for this time: the same reply, and
// source_changed. Of a closed draft the reply is what became of it: draft_id, state, settings,
// closed_at, closed_by and, when it was confirmed, import_id, read, accepted, rejected, unchanged,
// dropped, source{name, sha256, layer, crs}; lists of it are refused ("draft_closed",
// "draft_confirmed").
enum th_status th_draft_show(struct th_registry *registry, const struct th_request *request,
                             int64_t draft_id, const struct th_parcel_import_options *options,
                             struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;
// Imports it; the draft is closed in the same transaction as the parcels are stored. Rows that are
// still wrong stay out, as with th_parcel_import; when none is accepted the draft stays open.
// TH_CONFLICT ("draft_source_changed") when the source is not what was last looked at by
// th_draft_open or th_draft_set.
enum th_status th_draft_confirm(struct th_registry *registry, const struct th_request *request,
                                int64_t draft_id, const struct th_parcel_import_options *options,
                                struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;
// Closes it without storing anything. Reply: draft_id, state.
enum th_status th_draft_discard(struct th_registry *registry, const struct th_request *request,
                                int64_t draft_id, struct th_json **ret_reply,
                                struct th_error *err) TH_MUST_CHECK;
// Reply: drafts[{draft_id, source, state, login, import_id, settings}], newest first.
enum th_status th_draft_list(struct th_registry *registry, struct th_json **ret_reply,
                             struct th_error *err) TH_MUST_CHECK;

#endif
