// The equations of stems that the program brings along, listed, shown and worked out for one stem
// or stand. No registry is needed.
#ifndef TH_REGISTRY_STEM_H
#define TH_REGISTRY_STEM_H

#include "core/attributes.h"
#include "core/error.h"
#include "core/json.h"
#include "core/messages.h"

// {"stems": [{id, version, title{zh, en}, equation (null where it differs by part), measures[],
// parts[], gives, unit, site{zh, en}, evidence, sha256}]}
enum th_status th_stems_list(struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

struct th_stem_show_options {
    const char *reference;     // "moso-culm" or "moso-culm@1"
    const char *part;          // NULL: all
    const char *const *inputs; // "dbh=10"; none: only shown
    size_t n_inputs;
    const struct th_messages *messages;
    enum th_lang lang;
};

// What a list has of it, and n_sampled, source, note, ranges[{measure, letter, unit, low, high,
// outside}], equations[{part, title, equation, n_sampled, r2}], checks[{part, expression, value,
// tolerance, unit, source}]. With inputs also value, expression (the equation with its numbers),
// formula (the same for a workbook) and warnings[{code, message}]. TH_NOT_FOUND ("stem_unknown");
// TH_INVALID
// ("input_syntax", "stem_measure_unknown"); errors of th_stem_value.
enum th_status th_stem_show(const struct th_stem_show_options *options, struct th_json **ret_reply,
                            struct th_error *err) TH_MUST_CHECK;

#endif
