// Limits of good practice: the documents that there are, and gardens held against them year by
// year. Nothing is stored; a check is made of what is on record when it is asked for.
#ifndef TH_REGISTRY_PRACTICE_H
#define TH_REGISTRY_PRACTICE_H

#include "core/messages.h"
#include "registry/registry.h"

// Reply: practices[{id, version, title{zh, en}, kinds[], n_limits, sha256}].
enum th_status th_practice_list(struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

// `reference`: "id" (newest version) or "id@version". Reply: id, version, title, summary, kinds[],
// sha256, limits[{name, title, scope, of[], per[], unit, test, value, wanted ("≥ 10"), from, to,
// source, evidence, advice}]. TH_NOT_FOUND ("practice_not_found" with "names").
enum th_status th_practice_show(const char *reference, struct th_json **ret_reply,
                                struct th_error *err) TH_MUST_CHECK;

// A document in a file: file, ok, n_faults, faults[{where, reason, message}]. Errors of
// th_file_read.
enum th_status th_practice_lint_file(const char *path, const struct th_messages *messages,
                                     enum th_lang lang, struct th_json **ret_reply,
                                     struct th_error *err) TH_MUST_CHECK;

struct th_practice_check_options { // texts are borrowed; NULL: not given
    const char *practice;          // "id" or "id@version"; at most one of these two,
    const char *file;              // a document of one's own; none: the one that fits, if one does
    const char *year;
    const char *village; // code or name; at most one of these two,
    const char *parcel;  // id; none: all parcels of its kinds
    const char *out;     // the list as a new file, .xlsx or .csv
    const struct th_messages *messages;
    enum th_lang lang;
};
// Limits are those that hold at the end of the year. A garden passes when it keeps all of them,
// fails when it breaks one, and is not stated else. Reply: practice, practice_version, title{zh,
// en}, sha256, year, running (it is not over, so that more may come), ok (all gardens pass),
// n_gardens, n_pass, n_fail, n_not_stated, n_other_kind, limits[{limit, title, n_pass, n_fail,
// n_not_stated}], gardens[{parcel_id, number, village, village_name, area_mu, check (pass, fail,
// not_stated), n_pass, n_fail, n_not_stated}], lines[{parcel_id, number, village_name, limit, title
// (in the language asked for), value (text, null without), wanted, unit, check, note, advice,
// missing[], source, evidence}] (the first 10,000), n_listed, file. TH_USAGE ("year_needed",
// "scope_twice", "practice_twice", "roll_format"), TH_INVALID ("year_invalid", "practice_needed",
// "practice_other_kind", "practice_invalid"), TH_NOT_FOUND ("practice_not_found",
// "village_not_found", "parcel_not_found", "no_gardens"), errors of th_roll_open.
enum th_status th_practice_check(struct th_registry *registry,
                                 const struct th_practice_check_options *options,
                                 struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

#endif
