// The books made again from the journal.
#ifndef TH_STORE_REBUILD_STORE_H
#define TH_STORE_REBUILD_STORE_H

#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"
#include "core/progress.h"
#include "store/check.h"
#include "store/store.h"

struct th_rebuild_counts {
    int64_t n_entries; // of the journal
    int64_t n_posting; // of these, with posts
    int64_t n_rows;    // of the books afterwards
    int64_t n_mended;  // triggers, indexes and views put back or, being too many, taken away,
                       // and messages to the bank that wait again
};

// Puts back the layout's triggers, indexes and views, empties the tables of the books and applies
// the posts of the journal to them, in one transaction that also checks what every commit checks.
// Begins and ends that transaction: TH_BUSY. TH_CORRUPT
// ("rebuild_failed" with "seq", "reason") when the journal cannot be applied; nothing changed then.
enum th_status th_rebuild(struct th_store *store, const struct th_progress *progress,
                          struct th_rebuild_counts *ret_counts, struct th_error *err) TH_MUST_CHECK;

// Makes the books again beside the file and compares: "books_rebuilt", with the first table and row
// that differ. Reads only; needs room for the books in the folder for temporary files. Inside
// th_store_begin_read.
enum th_status th_rebuild_check(struct th_store *store, const struct th_progress *progress,
                                const struct th_check_sink *sink,
                                struct th_error *err) TH_MUST_CHECK;

#endif
