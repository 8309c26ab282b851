// One import in progress, shared by the parcel_*.c files of registry/.
//
// A row goes through three stages: reading (attributes, shape as in the source), checking (shape in
// EPSG:4490, valid, measured) and resolving (identity and overlap against the registry). The first
// two do not depend on parcels that are registered; resolving is repeated when others stored
// meanwhile.
#ifndef TH_REGISTRY_PARCEL_INTERNAL_H
#define TH_REGISTRY_PARCEL_INTERNAL_H

#include "core/hash.h"
#include "core/quantity.h"
#include "gis/crs.h"
#include "gis/geometry.h"
#include "gis/overlap.h"
#include "gis/reader.h"
#include "registry/area_unit.h"
#include "registry/field_names.h"
#include "registry/land_class.h"
#include "registry/land_code.h"
#include "registry/package.h"
#include "registry/parcel.h"
#include "store/import_store.h"
#include "store/parcel_row.h"
#include "store/parcel_store.h"
#include "store/party_store.h"
#include "store/registry_store.h"

// A rule with a name and a date, so that a finding can say by which one it was made.
struct th_share_rule {
    const char *id;
    const char *since; // ISO date
    double share;
};
// Declared and measured area that differ by more than this share of the measured one are remarked
// on.
extern const struct th_share_rule th_rule_area_mismatch;

enum th_problem_severity { TH_PROBLEM_WARNING, TH_PROBLEM_ERROR };

struct th_problem {
    int64_t row;
    int64_t feature;
    enum th_problem_severity severity;
    char code[32];
    char key[TH_ERROR_KEY_SIZE]; // of the message
    char *arguments;             // JSON object; owned
};

struct th_problems { // zero before use
    struct th_problem *items;
    size_t n;
    size_t capacity;
    bool no_memory; // sticks
};

void th_problems_clear(struct th_problems *problems);
// `problem` is the message with its arguments; `code` NULL takes its key as the code.
void th_problems_add(struct th_problems *problems, int64_t row, int64_t feature,
                     enum th_problem_severity severity, const char *code,
                     const struct th_error *problem);

enum th_row_fate {
    TH_ROW_PENDING,  // nothing against it so far
    TH_ROW_REJECTED, // by reading or checking
    TH_ROW_REFUSED,  // by resolving
    TH_ROW_UNCHANGED,
    TH_ROW_ACCEPTED
};

enum { TH_ROW_NO_INDEX = -1 };

struct th_staged_row {
    int64_t row;
    int64_t feature;
    unsigned char *wkb; // owned; as in the source until checked
    size_t wkb_size;
    char *attributes; // owned, canonical JSON object
    char *number;     // owned, NULL without
    int village;      // index into villages
    int kind;         // index into th_parcel_kinds
    int land_class;   // index into land classes, or TH_ROW_NO_INDEX
    enum th_row_fate fate;
    bool has_declared;
    double declared_written; // the number in the source, whatever its unit
    struct th_area declared;
    struct th_area measured;
    int64_t perimeter_mm;
    struct th_box box; // in units of the source until placed
    bool placed;       // box is longitude and latitude on EPSG:4490
    struct th_hash geometry_hash;
    // Found by resolving.
    int64_t parcel_id; // 0: new
    int64_t version;   // that it will have
    struct th_area sliver;
};

enum th_field_role {
    TH_FIELD_NUMBER,
    TH_FIELD_NUMBER_PREFIX, // compartment: sub-compartment numbers are unique within it only
    TH_FIELD_NUMBER_SUFFIX, // fine compartment within the sub-compartment
    TH_FIELD_VILLAGE,
    TH_FIELD_KIND,
    TH_FIELD_LAND_CLASS,
    TH_FIELD_DECLARED,
    TH_FIELD_N_ROLES,
    TH_FIELD_ATTRIBUTE = TH_FIELD_N_ROLES, // kept in the attributes
    TH_FIELD_DROPPED                       // says how the source is drawn, not what it is
};

struct th_field {
    enum th_field_role role;
    bool mapped;      // the caller said so; otherwise known by its name
    char name[128];   // key in the attributes
    char column[128]; // as the source calls it
    // What is known of the name (registry/field_names.h); key "" when it says nothing, or when the
    // caller mapped it.
    struct th_field_meaning meaning;
};

struct th_field_map { // zero before use
    struct th_field *fields;
    size_t n;
    int by_role[TH_FIELD_N_ROLES]; // index of the field, or TH_ROW_NO_INDEX
    // Attributes that help to understand others; index or TH_ROW_NO_INDEX.
    int county, township, land_class_name;
    struct th_land_codes *land_codes; // owned
};

struct th_village_list { // in order of code
    struct th_village *items;
    size_t n;
    const struct th_village **by_name; // in order of name
};

struct th_import_run {
    struct th_store *store;
    const struct th_parcel_import_options *options;
    const struct th_progress *progress;
    struct th_registry_record frame;
    struct th_land_classes classes;
    struct th_village_list villages;
    struct th_import_record source;     // counts are set when publishing
    char *source_crs;                   // declared by the source; owned, NULL without
    char default_village[TH_CODE_SIZE]; // "" without
    int default_kind;                   // TH_ROW_NO_INDEX without
    struct th_staged_row *rows;
    size_t n_rows;
    size_t rows_capacity;
    int64_t n_expected;
    struct th_problems checked;  // of reading and checking
    struct th_problems resolved; // of resolving
    int64_t seen_version_id;     // newest version when resolving
    int64_t n_accepted, n_rejected, n_unchanged;
    bool aborted;
};

extern const char *const th_parcel_kinds[]; // closed by NULL

// Kind by its name in English or Chinese; TH_ROW_NO_INDEX when unknown.
int th_parcel_kind_find(const char *name);

// From the options and the names of the fields.
enum th_status th_field_map_make(const struct th_parcel_import_options *options,
                                 const struct th_reader *reader, struct th_field_map *ret_map,
                                 struct th_error *err) TH_MUST_CHECK;
void th_field_map_clear(struct th_field_map *map);
// Sets the declared area from the number that was written. false when it is out of any range.
bool th_field_declare(struct th_staged_row *row, enum th_area_unit unit);
// Takes number, village, kind, land class, declared area and the other attributes from one row.
enum th_status th_fields_take(struct th_import_run *run, const struct th_field_map *map,
                              const struct th_reader_row *source, struct th_staged_row *row,
                              struct th_error *err) TH_MUST_CHECK;

enum th_status th_village_list_read(struct th_store *store, struct th_village_list *ret_list,
                                    struct th_error *err) TH_MUST_CHECK;
void th_village_list_clear(struct th_village_list *list);
// By code, or by a name that one village alone bears; TH_ROW_NO_INDEX otherwise.
int th_village_list_find(const struct th_village_list *list, const char *code_or_name);
// Several villages bear exactly this name.
bool th_village_list_ambiguous(const struct th_village_list *list, const char *name);
// Names that contain `name` or are contained in it, at most three, joined for reading; "" when none
// does.
void th_village_list_similar(const struct th_village_list *list, const char *name, char *text,
                             size_t size);

// Opens the source, reads all rows; fills source, source_crs, rows.
enum th_status th_import_read(struct th_import_run *run, struct th_reader *reader,
                              struct th_error *err) TH_MUST_CHECK;
// Transforms, normalises, tests and measures every row that was read.
enum th_status th_import_check(struct th_import_run *run, struct th_error *err) TH_MUST_CHECK;
// Decides every row that passed against the registry as it is now; may be repeated.
enum th_status th_import_resolve(struct th_import_run *run, struct th_error *err) TH_MUST_CHECK;

// What a row says, in the shape of a stored version (without import_id).
void th_import_row_record(const struct th_import_run *run, const struct th_staged_row *row,
                          struct th_parcel_record *ret_record);
// "sha256:layer:row"
void th_import_source_key(const struct th_import_run *run, const struct th_staged_row *row,
                          char key[TH_PARCEL_KEY_SIZE]);

// Limits and rules in force, canonical JSON (free()).
enum th_status th_import_limits(char **ret_text, struct th_error *err) TH_MUST_CHECK;
// Writes "problems" into the reply, in order of rows.
enum th_status th_import_problems_reply(const struct th_import_run *run, struct th_json *reply,
                                        struct th_error *err) TH_MUST_CHECK;
enum th_status th_import_problems_csv(const struct th_import_run *run, const char *path,
                                      struct th_error *err) TH_MUST_CHECK;
// Visits the problems of both lists in order of rows.
enum th_status th_import_problems_each(const struct th_import_run *run,
                                       enum th_status (*visit)(void *context,
                                                               const struct th_problem *problem,
                                                               struct th_error *err),
                                       void *context, struct th_error *err) TH_MUST_CHECK;

// What a person typed to choose parcels, made into a filter of the store.
struct th_parcel_choice {
    struct th_parcel_filter filter;   // points into this struct
    struct th_village village;        // code "" when none was chosen
    struct th_package_record package; // package_id 0 when none was chosen
};
// TH_NOT_FOUND ("village_not_found", "package_not_found"), TH_INVALID ("kind_invalid").
enum th_status th_parcel_choose(struct th_store *store, const char *village, const char *kind,
                                const char *package, struct th_parcel_choice *ret_choice,
                                struct th_error *err) TH_MUST_CHECK;

// Tells the progress now and then; TH_INTERRUPTED ("interrupted") when asked to stop.
enum th_status th_import_report(const struct th_import_run *run, const char *stage, int64_t done,
                                int64_t total, struct th_error *err) TH_MUST_CHECK;

#endif
