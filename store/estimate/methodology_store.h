// Methodology documents in the file, as they were loaded; insert only.
#ifndef TH_STORE_METHODOLOGY_STORE_H
#define TH_STORE_METHODOLOGY_STORE_H

#include <stdbool.h>

#include "core/hash.h"
#include "store/store.h"

enum { TH_METHODOLOGY_ID_SIZE = 64, TH_METHODOLOGY_VERSION_SIZE = 32 };

struct th_methodology_row { // texts are borrowed
    const char *id;
    const char *version;
    struct th_hash sha256; // of the document
    const char *document;  // JSON text
    int64_t seq;
};

enum th_status th_methodology_insert(struct th_store *store, const struct th_methodology_row *row,
                                     struct th_error *err) TH_MUST_CHECK;
// Text of a document, owned by the caller (free()); version NULL: the newest, that is the one
// loaded last. TH_NOT_FOUND ("methodology_not_found" with "methodology").
enum th_status th_methodology_text(struct th_store *store, const char *id, const char *version,
                                   char **ret_text, struct th_error *err) TH_MUST_CHECK;
// Digest of a version's document; *ret_found false when there is none.
enum th_status th_methodology_digest(struct th_store *store, const char *id, const char *version,
                                     bool *ret_found, struct th_hash *ret_sha256,
                                     struct th_error *err) TH_MUST_CHECK;
// By id and order of loading; the visitor returns false to stop.
enum th_status th_methodology_each(struct th_store *store,
                                   bool (*visit)(void *context,
                                                 const struct th_methodology_row *row),
                                   void *context, struct th_error *err) TH_MUST_CHECK;

#endif
