// Imports and their problem lists in the file.
#ifndef TH_STORE_IMPORT_STORE_H
#define TH_STORE_IMPORT_STORE_H

#include <stdbool.h>
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
    // Read only, from the options: "gcj02" or "bd09" when that shift was taken off, else "".
    char offset[16];
};

// What belongs to an import as JSON texts, borrowed; none is NULL.
struct th_import_evidence {
    const char *limits; // rules and limits in force
    const char
        *detections;     // what was found out about the source, by which evidence, what was chosen
    const char *options; // what the clerk asked for, canonical
};

struct th_import_problem { // texts are borrowed
    int64_t source_row;
    int64_t feature;
    const char *code;
    const char *severity;  // "error" or "warning"
    const char *arguments; // JSON object
};

// TH_CONFLICT ("store_constraint") when a text is no JSON or the counts do not add up.
enum th_status th_import_insert(struct th_store *store, const struct th_import_record *record,
                                const struct th_import_evidence *evidence, int64_t *ret_import_id,
                                struct th_error *err) TH_MUST_CHECK;
// The visitor gets the texts while they are borrowed. TH_NOT_FOUND ("import_not_found").
enum th_status th_import_evidence_load(struct th_store *store, int64_t import_id,
                                       void (*take)(void *context,
                                                    const struct th_import_evidence *evidence),
                                       void *context, struct th_error *err) TH_MUST_CHECK;
// `ordinal` counts 1, 2, 3 … within the import.
enum th_status th_import_problem_insert(struct th_store *store, int64_t import_id, int64_t ordinal,
                                        const struct th_import_problem *problem,
                                        struct th_error *err) TH_MUST_CHECK;
// In order of their ordinals; the visitor returns false to stop.
enum th_status th_import_problem_each(struct th_store *store, int64_t import_id,
                                      bool (*visit)(void *context,
                                                    const struct th_import_problem *problem),
                                      void *context, struct th_error *err) TH_MUST_CHECK;
// Where something of a parcel came from; import.import_id 0: drawn, divided or joined here.
struct th_import_source {
    struct th_import_record import;
    int64_t row, feature; // of its source
};
// What brought the ground which this version has, whatever changed of the parcel since; and what
// brought its particulars and attributes, whatever became of its ground. TH_NOT_FOUND as below.
enum th_status th_import_of_ground(struct th_store *store, int64_t parcel_id, int64_t version,
                                   struct th_import_source *ret_source,
                                   struct th_error *err) TH_MUST_CHECK;
enum th_status th_import_of_attributes(struct th_store *store, int64_t parcel_id, int64_t version,
                                       struct th_import_source *ret_source,
                                       struct th_error *err) TH_MUST_CHECK;
// TH_NOT_FOUND ("import_not_found").
enum th_status th_import_load(struct th_store *store, int64_t import_id,
                              struct th_import_record *ret_record,
                              struct th_error *err) TH_MUST_CHECK;

#endif
