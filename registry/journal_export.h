// The journal as a file that others check, without the registry (docs/audit.md has the format).
#ifndef TH_REGISTRY_JOURNAL_EXPORT_H
#define TH_REGISTRY_JOURNAL_EXPORT_H

#include "registry/registry.h"

struct th_audit_export_options {
    const char *path; // must not exist
    int64_t from;     // first entry; 0: from the beginning
    int64_t to;       // last entry; 0: to the end
    bool sign;        // the registry is open for writing: sign the last entry, if the key is there
    const struct th_progress *progress;
};

// Reply: file, n_entries, n_heads, first_seq, last_seq, head, signed (the last entry is), key
// (as in th_audit_head), bytes. What is stored is written as
// it stands, whether it holds or not. TH_INVALID ("export_range": no entry lies in it), TH_CONFLICT
// ("file_exists"), TH_IO ("file_io"), TH_INTERRUPTED. The file appears when it is complete.
enum th_status th_audit_export(struct th_registry *registry,
                               const struct th_audit_export_options *options,
                               struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

#endif
