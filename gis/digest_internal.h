// The digest of a source, made in a thread of its own while the reader works. For gis/ alone.
#ifndef TH_GIS_DIGEST_INTERNAL_H
#define TH_GIS_DIGEST_INTERNAL_H

#include "core/attributes.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/progress.h"

struct th_digest; // opaque

#define TH_DIGEST_SIZE_MAX ((uint64_t)4 << 30) // of all files together

// `path` is absolute. As th_source_files_list; TH_INTERNAL when there is no thread to be had.
enum th_status th_digest_start(const char *path, struct th_digest **ret_digest,
                               struct th_error *err) TH_MUST_CHECK;
// Waits for the end; may be called again. TH_CONFLICT ("source_changed") when a file of the source
// (gis/source_files_internal.h) is another one now than at the start, or was written since,
// TH_LIMIT ("file_too_large"), TH_INTERRUPTED, TH_NOT_FOUND, TH_IO.
enum th_status th_digest_wait(struct th_digest *digest, const struct th_progress *progress,
                              struct th_hash *ret_hash, struct th_error *err) TH_MUST_CHECK;
void th_digest_free(struct th_digest *digest); // stops it; accepts NULL

#endif
