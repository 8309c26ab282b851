// Imports and their problem lists in the file.
#ifndef TH_STORE_IMPORT_STORE_H
#define TH_STORE_IMPORT_STORE_H

#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"
#include "core/hash.h"
#include "store/store.h"

enum { TH_IMPORT_TEXT_SIZE = 512 };

// One run of an import.
struct th_import_record {
    int64_t import_id;                // ignored when storing
    char source[TH_IMPORT_TEXT_SIZE]; // file name
    struct th_hash sha256;
    char layer[TH_IMPORT_TEXT_SIZE];
    char driver[64];
    char encoding[64]; // "declared", or what the clerk said
    char crs_code[64]; // "EPSG:4528" or ""
    char crs_name[TH_IMPORT_TEXT_SIZE];
    char operation[TH_IMPORT_TEXT_SIZE]; // the transformation that was used
    int64_t n_read, n_accepted, n_rejected, n_unchanged;
    int64_t seq; // journal entry
};

struct th_import_problem { // texts are borrowed
    int64_t source_row;
    int64_t feature;
    const char *code;
    const char *severity;  // "error" or "warning"
    const char *arguments; // JSON object
};

// `limits` is JSON.
enum th_status th_import_insert(struct th_store *store, const struct th_import_record *record,
                                const char *limits, int64_t *ret_import_id,
                                struct th_error *err) TH_MUST_CHECK;
// `ordinal` counts 1, 2, 3 … within the import.
enum th_status th_import_problem_insert(struct th_store *store, int64_t import_id, int64_t ordinal,
                                        const struct th_import_problem *problem,
                                        struct th_error *err) TH_MUST_CHECK;
// TH_NOT_FOUND ("import_not_found").
enum th_status th_import_load(struct th_store *store, int64_t import_id,
                              struct th_import_record *ret_record,
                              struct th_error *err) TH_MUST_CHECK;

#endif
