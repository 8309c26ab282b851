// The way of a table of records (yearly data, plots) into the registry: read, understood, placed,
// journaled, answered. What its columns and rows say is the business of each kind of record.
#ifndef TH_REGISTRY_RECORD_IMPORT_INTERNAL_H
#define TH_REGISTRY_RECORD_IMPORT_INTERNAL_H

#include "registry/records/record.h"
#include "registry/table/sheet_keys.h"
#include "registry/table/sheet_place.h"
#include "registry/work.h"

struct th_record_import {
    const struct th_record_options *options;
    int option_year; // 0: none
    struct th_hash sha256;
    struct th_sheet sheet;
    struct th_sheet_told told;
    struct th_sheet_keys keys;
    struct th_sheet_heading *headings; // as the columns
    size_t of[TH_SHEET_KEYS_MAX];      // column of each key; SIZE_MAX: none
    struct th_work *work;
    struct th_sheet_places *places;
    int64_t n_accepted, n_unchanged; // rows
    int64_t n_stored, n_changed;     // records; of these, new versions
    struct th_json *parcel_ids;      // of what was stored
    struct th_json *ignored;         // headings that mean nothing
    struct th_hasher *stored;        // digests of what was stored
};

struct th_record_kind {
    const char *name;    // "activity": subject of the journal's entry
    const char *command; // "activity.import"
    const char *fields;  // "activity.json"
    enum th_permission permission;
    bool keeps_source; // the table is a document that rows refer to (th_document_record)
    enum th_field_table headings;
    // A column whose key is known: may its heading be understood so?
    enum th_status (*judge_column)(void *run, size_t column, struct th_error *err);
    // Are the columns there that it takes?
    enum th_status (*check_columns)(const void *run, struct th_error *err);
    // Takes row after row and stores what they say; what is wrong with them is told.
    enum th_status (*take_rows)(void *run, struct th_error *err);
    // What it says beyond others, in the reply and in the journal's entry; NULL: nothing.
    void (*complete)(const void *run, struct th_json *json);
};

// `import` is zeroed, and part of `run`, which the functions of the kind get; nothing of it is left
// behind. Reply: read = accepted + rejected + unchanged (rows), changed, repaired (0), problems[],
// parcel_ids[], ignored[], seconds (0), and what the kind completes. TH_INVALID ("year_invalid",
// "activity_year_future" for the option, "sheet_heading_twice"), errors of th_sheet_read,
// th_sheet_headings_read, th_sheet_places_new, th_work_begin and of the kind.
enum th_status th_record_import(const struct th_record_kind *kind, void *run,
                                struct th_record_import *import, struct th_registry *registry,
                                const struct th_request *request,
                                const struct th_record_options *options, struct th_json **ret_reply,
                                struct th_error *err) TH_MUST_CHECK;

size_t th_record_column(const struct th_record_import *import, const char *key); // SIZE_MAX: none
const char *th_record_cell(const struct th_record_import *import, size_t row, const char *key);

// A year (0: any) and a village (NULL: any) that a list is asked for. TH_INVALID ("year_invalid"),
// errors of th_village_resolve; the village is resolved only when it is given.
enum th_status th_record_where(struct th_store *store, const char *year, const char *village,
                               int *ret_year, struct th_village *ret_village,
                               struct th_error *err) TH_MUST_CHECK;

#endif
