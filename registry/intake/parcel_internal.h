// One import in progress, shared by the parcel_*.c files of registry/.
//
// A row goes through two stages: reading (attributes taken, shape brought to EPSG:4490, valid and
// measured: parcel_survey.c) and resolving (identity: parcel_resolve.c; whose ground it is:
// parcel_compare.c, parcel_decide.c). The first does not depend on parcels that are registered;
// resolving is repeated when others stored meanwhile.
#ifndef TH_REGISTRY_PARCEL_INTERNAL_H
#define TH_REGISTRY_PARCEL_INTERNAL_H

#include "core/hash.h"
#include "core/quantity.h"
#include "gis/fabric.h"
#include "gis/ground.h"
#include "gis/guess.h"
#include "gis/reader.h"
#include "gis/repair.h"
#include "gis/surveyor.h"
#include "registry/area_unit.h"
#include "registry/intake/fetch.h"
#include "registry/intake/land_code.h"
#include "registry/intake/parcel.h"
#include "registry/land_class.h"
#include "registry/layer/layers.h"
#include "registry/package/package.h"
#include "registry/parcels.h"
#include "registry/rules.h"
#include "registry/table/field_names.h"
#include "registry/village_list.h"
#include "registry/work.h"
#include "store/ground/import_store.h"
#include "store/ground/parcel_row.h"
#include "store/ground/parcel_store.h"
#include "store/people/party_store.h"
#include "store/registry_store.h"

enum th_problem_severity { TH_PROBLEM_WARNING, TH_PROBLEM_ERROR };

struct th_problem {
    int64_t row;
    int64_t feature;
    enum th_problem_severity severity;
    char code[32];
    char key[TH_ERROR_KEY_SIZE]; // of the message
    char *arguments;             // JSON object; owned
    bool has_place;              // else the middle of the row's shape is the place
    struct th_xy place;          // degrees
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
// One more argument for the words of a problem.
enum th_status th_problem_argue(struct th_problem *problem, const char *name, const char *value,
                                struct th_error *err) TH_MUST_CHECK;
// Says of a problem, by its position, where to look; nothing for one that found no memory.
void th_problems_place(struct th_problems *problems, size_t position, struct th_xy place);
// By row, errors before warnings, then by code.
void th_problems_sort(struct th_problems *problems);
// Drops all but the first `n`.
void th_problems_truncate(struct th_problems *problems, size_t n);

enum th_row_fate {
    TH_ROW_PENDING,  // nothing against it so far
    TH_ROW_REJECTED, // by reading or checking
    TH_ROW_REFUSED,  // by resolving
    TH_ROW_UNCHANGED,
    TH_ROW_ACCEPTED
};

enum { TH_ROW_NO_INDEX = -1, TH_IMPORT_CONVERSIONS = 5, TH_IMPORT_CRS_CODE_SIZE = 32 };
// What the lists say of names that they do not know.
_Static_assert((int)TH_ROW_NO_INDEX == (int)TH_VILLAGE_NONE &&
                   (int)TH_ROW_NO_INDEX == (int)TH_PARCEL_KIND_NONE,
               "one value for no index");

struct th_staged_row {
    int64_t row;
    int64_t feature;
    struct th_ground *ground; // owned; NULL when the row has none that could be stored
    char *attributes;         // owned, canonical JSON object
    char *number;             // owned, NULL without
    int64_t told_id;          // of the parcel, as the source says; 0 without
    int village;              // index into villages
    int kind;                 // index into th_parcel_kinds
    int land_class;           // index into land classes, or TH_ROW_NO_INDEX
    enum th_row_fate fate;
    bool has_declared;
    bool placed;                   // `middle` is known
    bool repaired;                 // see th_import_repair_find
    bool compared;                 // decided by th_import_decide
    bool ground_kept;              // of a known parcel whose ground stays: nobody is asked about it
    bool village_open;             // nobody named it: its boundary may (th_import_villages_settle)
    bool kind_open;                // nobody named it: its parcel does (th_import_shapeless_fill)
    struct th_area_amount written; // the declared area in the source, whatever its unit
    struct th_area declared;
    struct th_area measured;
    int64_t perimeter_mm;
    struct th_xy middle; // of the shape's box, degrees
    struct th_hash geometry_hash;
    // Found by resolving.
    int64_t parcel_id; // 0: new
    int64_t version;   // that it will have
    struct th_area sliver;
    char *first_key; // of a parcel that gets another version: its source key; owned
};

// What the caller accepted of repairs before anything was read.
struct th_repair_choice {
    int64_t row;
    enum th_repair_method method;
};
struct th_repair_rule {
    bool accept_agreeing;             // where both methods agree
    struct th_repair_choice *choices; // in order of rows; owned
    size_t n_choices;
};

// A shape that was repaired, and what it was before.
struct th_staged_repair {
    int64_t row;
    enum th_repair_method method;
    unsigned char *wkb; // as in the source; owned
    size_t wkb_size;
    double source_area_m2, linework_area_m2, structure_area_m2;
    char reason[64]; // message key
    char engine[32];
};

struct th_proposals; // parcel_propose.c

#define TH_ROW_NO_PROBLEM SIZE_MAX

enum th_finding_fate { TH_FINDING_REFUSED, TH_FINDING_TAKEN_OFF, TH_FINDING_WAIVED };

enum th_claimant { TH_CLAIMANT_PARCEL, TH_CLAIMANT_LAYER, TH_CLAIMANT_ROW };

// Whose the ground of a row is as well.
struct th_claim {
    enum th_claimant claimant;
    const struct th_layers_shape *shape; // of a layer; borrowed
    // other_id is the parcel, the shape or the position of the row. `share` is that of the smaller
    // side, of a layer's that of the row.
    struct th_overlap_finding finding;
    int64_t version;   // of a parcel
    const char *ended; // words for a parcel's version that holds no more; NULL: it does
};

struct th_claims {
    struct th_claim *items; // worst class first
    size_t n;
    size_t capacity;
    bool more; // the row was not compared with all: it must not be let in
};

// Ground that a row shares with another row, a registered parcel or a layer.
struct th_staged_finding {
    int64_t row;
    enum th_claimant claimant;
    int64_t other;   // row number, parcel_id or shape_id
    int64_t version; // of a parcel
    struct th_overlap_finding finding;
    enum th_finding_fate fate;
    size_t problem; // position of what tells of it, or TH_ROW_NO_PROBLEM
    // Borrowed until it is drawn: of the row, and of the other side unless that is a parcel.
    const struct th_ground *ground, *other_ground;
    unsigned char *wkb; // the common ground; owned, NULL where nothing was drawn
    size_t wkb_size;
};

struct th_row_numbers { // in order, each once
    int64_t *items;
    size_t n;
};
// From texts such as "3" and "5,7"; the items are the caller's (free()). TH_USAGE ("row_option"
// with "option" and "value").
enum th_status th_row_numbers_read(const char *const *texts, size_t n, const char *option,
                                   struct th_row_numbers *ret_numbers,
                                   struct th_error *err) TH_MUST_CHECK;
bool th_row_numbers_have(const struct th_row_numbers *numbers, int64_t row);

// What was found out about a source, what was chosen, and how to choose otherwise.
struct th_detection {
    // "source", "encoding", "crs", "offset", "axes", "ignored", "geometry", "fields", "area_unit"
    char what[16];
    char choice[96];                   // "" when nothing could be chosen
    char option[TH_GUESS_OPTION_SIZE]; // of the command line
    struct th_reasons evidence;
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
    TH_FIELD_DROPPED // says how the source is drawn, or what the registry keeps itself
};

struct th_field {
    enum th_field_role role;
    bool mapped;      // the caller said so; otherwise known by its name
    bool repeats;     // an earlier column is kept under the same name
    char name[128];   // key in the attributes
    char column[128]; // as the source calls it
    // What is known of the name (registry/table/field_names.h); key "" when it says nothing, or
    // when the caller mapped it.
    struct th_field_meaning meaning;
};

struct th_field_map { // zero before use
    struct th_field *fields;
    size_t n;
    int by_role[TH_FIELD_N_ROLES]; // index of the field, or TH_ROW_NO_INDEX
    // Attributes that help to understand others; index or TH_ROW_NO_INDEX.
    int county, township, land_class_name;
    int parcel_id;                    // the registry's own ids; index or TH_ROW_NO_INDEX
    struct th_land_codes *land_codes; // owned
    struct th_field_names *names;     // owned
    bool own_export;                  // the source is an export of this program
    bool own_csv;                     // and as CSV
    int64_t n_shortened;              // its columns whose attribute cannot be told
};

// What mended files changed in the source: rows, of which cells, of which shapes.
struct th_mended_counts {
    int64_t rows, cells, shapes;
};

struct th_import_run {
    struct th_store *store;
    const struct th_parcel_import_options *options;
    const struct th_progress *progress;
    const struct th_rules *rules; // by which it judges: its own `limits`
    struct th_rules limits;
    struct th_registry_record frame;
    struct th_land_classes classes;
    struct th_village_list villages;
    const char *path;               // where the source lies; borrowed, NULL for a drawing
    struct th_date today;           // in Asia/Shanghai
    struct th_date day;             // from which the rows hold: as the caller said, else today
    struct th_field_map map;        // what its fields mean
    struct th_import_record source; // counts are set when publishing
    struct th_hash *mends_sha256;   // of each file of mended rows; owned, NULL until they are read
    struct th_mended_counts mended;
    struct th_hash document_sha256; // that lets overlaps in, when rows are waived
    char *source_crs;               // declared by the source; owned, NULL without
    size_t crs_column; // 1, 2, 3 … of an own table, which says it row by row; 0 without
    char member[TH_IMPORT_TEXT_SIZE]; // path of the source inside an archive; "" otherwise
    char engine[64];                  // that read it; "" when nothing was read
    struct th_fetched_origin origin;  // n_pages 0 when it did not come over the net
    int64_t n_converted[TH_IMPORT_CONVERSIONS]; // rows by what was done to their shapes
    struct th_box extent;                       // of the source, in its own units
    struct th_surveyor_options how;             // its shapes are surveyed
    struct th_crs_datum datum;                  // given by the caller
    struct th_detection *detections;
    size_t n_detections;
    struct th_error shapeless; // why the source has no shapes; key "" when it has
    struct th_error unplaced;  // why they cannot be; key "" when they can
    char unplaced_code[TH_ERROR_KEY_SIZE];
    struct th_repair_rule repair_rule;
    struct th_staged_repair *repairs; // in order of rows
    size_t n_repairs;
    size_t repairs_capacity;
    struct th_proposals *proposals;     // repairs of rejected rows; owned, NULL without
    struct th_staged_finding *findings; // in order of rows
    size_t n_findings;
    size_t findings_capacity;
    struct th_row_numbers dropped;      // rows that the caller leaves out
    struct th_row_numbers waived;       // rows whose overlaps an officer lets in
    char default_village[TH_CODE_SIZE]; // of rows that name none; "" without
    char own_village[TH_CODE_SIZE];     // of the clerk, who registers there alone; "" without
    int default_kind;                   // TH_ROW_NO_INDEX without
    struct th_staged_row *rows;
    size_t n_rows;
    size_t rows_capacity;
    struct th_problems checked;  // of reading
    struct th_problems resolved; // of resolving
    int64_t seen_seq;            // newest journal entry when resolving
    int64_t n_accepted, n_rejected, n_unchanged;
    bool aborted;
    char *listed; // the problem list, which has no name yet; owned, NULL without
};

// From the options and the names of the fields. Ids of parcels are asked for in exports of this
// program and in tables of attributes alone; elsewhere a column of that name is the source's own.
enum th_status th_field_map_make(const struct th_parcel_import_options *options,
                                 const struct th_reader *reader, bool shapeless,
                                 struct th_field_map *ret_map, struct th_error *err) TH_MUST_CHECK;
void th_field_map_clear(struct th_field_map *map);
// May it stand in "key=FIELD"?
bool th_field_key_mappable(const struct th_field_map *map, const char *key);
bool th_field_key_used(const char *key); // is more than an attribute, or helps to read one
// Sets the declared area from what was written, a number without a unit of its own being in `unit`.
// false when it is out of any range.
bool th_field_declare(struct th_staged_row *row, enum th_area_unit unit);
// What a row says in a column, without what guards it from spreadsheets; NULL: nothing.
const char *th_field_text(const struct th_field_map *map, const struct th_reader_row *source,
                          size_t index);
// The number that a row's fields give, with its prefix; false when they give none that fits.
bool th_field_number(const struct th_field_map *map, const struct th_reader_row *source,
                     char number[TH_PARCEL_NUMBER_SIZE]);
// Takes number, village, kind, land class, declared area and the other attributes from one row.
enum th_status th_fields_take(struct th_import_run *run, const struct th_field_map *map,
                              const struct th_reader_row *source, struct th_staged_row *row,
                              struct th_error *err) TH_MUST_CHECK;

// What the registry knows beforehand: its bounds, villages, land classes, and what the options name
// of them.
enum th_status th_import_frame_load(struct th_import_run *run, struct th_error *err) TH_MUST_CHECK;
// May this login register parcels, and for which village? Asked before the long work, in a short
// transaction that writes nothing. Settles by which rules the import judges, those of today, and
// from which day the rows hold. Errors of th_work_begin and th_act_day.
enum th_status th_import_ask_permission(struct th_registry *registry,
                                        const struct th_request *request, struct th_import_run *run,
                                        struct th_error *err) TH_MUST_CHECK;
void th_import_run_clear(struct th_import_run *run); // frees what it holds

// Decides how the shapes of a source are to be read: reference system, axes, what its attributes
// are encoded in; fills how, unplaced, source.
enum th_status th_import_plan(struct th_import_run *run, const struct th_reader_info *info,
                              const struct th_reader_batch *first,
                              struct th_error *err) TH_MUST_CHECK;
// A table of our own says its reference system in a column; asked where nothing else is said and
// there are shapes.
enum th_status th_import_own_crs(struct th_import_run *run, const struct th_reader *reader,
                                 const struct th_reader_batch *first,
                                 struct th_error *err) TH_MUST_CHECK;
// The code that stands before the words in such a column; false when there is none.
bool th_import_crs_code(const char *text, char code[TH_IMPORT_CRS_CODE_SIZE]);
// Where a file without a reference system may lie: in the boundaries that are loaded, where parcels
// are registered, in the province of the division code. Sets the place of `input`, or leaves it.
enum th_status th_import_place(const struct th_import_run *run, struct th_guess_input *input,
                               struct th_error *err) TH_MUST_CHECK;
// One more finding; NULL when out of memory, which the run remembers.
struct th_detection *th_import_detect(struct th_import_run *run, const char *what);
// Forgets what was found of this, so that it may be looked at again.
void th_import_undetect(struct th_import_run *run, const char *what);
// Archive and net; which column is which axis; objects that are no rows.
void th_import_detect_origin(struct th_import_run *run);
void th_import_detect_axes(struct th_import_run *run, const struct th_reader_info *info);
void th_import_detect_ignored(struct th_import_run *run, const struct th_reader_info *info);
// After the rows were read: what became of their shapes, and what their columns were taken as.
void th_import_detect_rows(struct th_import_run *run, const struct th_reader_info *info);
// Counts what was done to make polygons of a row's shape, and warns of what may have changed it.
void th_import_note_shape(struct th_import_run *run, const struct th_reader_row *source);
// In the caller's words, or as keys with arguments for the record.
struct th_json *th_import_detections_json(const struct th_import_run *run, bool in_words);
// Compares declared with measured areas.
enum th_status th_import_declared(struct th_import_run *run, struct th_error *err) TH_MUST_CHECK;

// Reads all rows, takes their attributes and surveys their shapes as `how` says; fills rows.
// `first` are the rows that were read before; taken over.
enum th_status th_import_read(struct th_import_run *run, struct th_reader *reader,
                              struct th_reader_batch *first, struct th_error *err) TH_MUST_CHECK;
// Surveys one row whose attributes were taken, in the calling thread.
enum th_status th_import_survey_row(struct th_import_run *run, struct th_surveyor *surveyor,
                                    const struct th_reader_row *source, struct th_staged_row *row,
                                    struct th_error *err) TH_MUST_CHECK;
// Puts the row out with a problem of reading. `code` NULL takes the problem's key.
void th_import_reject(struct th_import_run *run, struct th_staged_row *row, const char *code,
                      const struct th_error *problem);

// Rows that were mended in files of their own, to be laid over those of the source. TH_INVALID
// ("mend_key", "mend_crs", "mend_unreadable", "mend_unknown" for what is no row number,
// "mend_column" with "column" for one that the source does not have, "mend_nothing"), TH_LIMIT
// ("mend_too_many") and errors of th_reader_open.
struct th_mends;
enum th_status th_mends_open(const struct th_import_run *run, const struct th_reader *source,
                             struct th_mends **ret_mends, struct th_error *err) TH_MUST_CHECK;
void th_mends_free(struct th_mends *mends);
// The row as it stands mended, borrowed until the next call except for its shape, which lives as
// long as `mends`; `source` itself when nobody mended it. `number` is the parcel's, NULL without.
// A lost row is found again when a shape is given for it.
const struct th_reader_row *th_mends_lay(struct th_mends *mends, const struct th_reader_row *source,
                                         const char *number);
// Digests of the files, in the order in which they were given.
// Of all rows laid so far.
struct th_mended_counts th_mends_count(const struct th_mends *mends);
void th_mends_digests(const struct th_mends *mends, struct th_hash *ret_digests);
// After the last row: was every mended row laid over exactly one? TH_INVALID ("mend_unknown",
// "mend_ambiguous", with "path" and "key"; "mend_twice", with "path" and "row", when a file mends a
// row more than once).
enum th_status th_mends_check(const struct th_mends *mends, struct th_error *err) TH_MUST_CHECK;

// What the options say about single rows. TH_USAGE ("repair_option", "row_option",
// "waive_incomplete").
enum th_status th_import_choices(const struct th_parcel_import_options *options,
                                 struct th_import_run *run, struct th_error *err) TH_MUST_CHECK;
// The row of this number, NULL when there is none; rows stand in the order of their numbers.
struct th_staged_row *th_import_row(const struct th_import_run *run, int64_t number);
// Once the rows are read: is each row there that was singled out? TH_INVALID ("row_unknown").
enum th_status th_import_choices_check(struct th_import_run *run,
                                       struct th_error *err) TH_MUST_CHECK;
void th_import_choices_clear(struct th_import_run *run);
// From the options; free choices. TH_USAGE ("repair_option").
enum th_status th_import_repair_rule(const struct th_parcel_import_options *options,
                                     struct th_repair_rule *ret_rule,
                                     struct th_error *err) TH_MUST_CHECK;
// Did the caller accept a repair of this row, and by which method? Pure; any thread.
bool th_import_repair_accepted(const struct th_repair_rule *rule, int64_t row,
                               const struct th_repair *repair, enum th_repair_method *ret_method);
// Adds the proposals to a "geometry_invalid" problem.
void th_import_repair_describe(const struct th_repair *repair, struct th_error *problem);
// The same for a problem that stands already.
enum th_status th_import_repair_reword(struct th_problem *problem, const struct th_repair *repair,
                                       struct th_error *err) TH_MUST_CHECK;
// The caller said beforehand what to do if this row is not valid.
bool th_import_repair_asked(const struct th_repair_rule *rule, int64_t row);
// Keeps the original of a row that was repaired and says so.
enum th_status th_import_repair_keep(struct th_import_run *run, struct th_staged_row *row,
                                     const struct th_reader_row *source,
                                     const struct th_error *problem, const struct th_repair *repair,
                                     enum th_repair_method method,
                                     struct th_error *err) TH_MUST_CHECK;
const struct th_staged_repair *th_import_repair_find(const struct th_import_run *run,
                                                     const struct th_staged_row *row);

// Gives a row whose parcel is registered what the parcel has and the source has no column for:
// attributes, declared area and land class.
enum th_status th_import_keep(const struct th_import_run *run, struct th_staged_row *row,
                              const struct th_parcel_known *known,
                              struct th_error *err) TH_MUST_CHECK;

// Opens the source. A table without shapes is opened as one of attributes alone, which
// th_import_shapeless_check must agree to. Errors of th_reader_open.
enum th_status th_import_source_open(struct th_import_run *run, struct th_reader_options *how,
                                     struct th_reader **ret_reader,
                                     struct th_error *err) TH_MUST_CHECK;
bool th_import_is_shapeless(const struct th_import_run *run);
// Once it is known what the columns mean: TH_UNREADABLE (why there are no shapes) where no column
// has the number, TH_INVALID ("attributes_alone" with "file") without options->update.
enum th_status th_import_shapeless_check(const struct th_import_run *run,
                                         struct th_error *err) TH_MUST_CHECK;
// Gives the rows of such a table the ground of their parcels as they are registered now, and the
// kind where they name none. Those that name no parcel are refused when `refusing` is set.
enum th_status th_import_shapeless_fill(struct th_import_run *run, bool refusing,
                                        struct th_error *err) TH_MUST_CHECK;

// Is the row's number one that a parcel of its village, the one whose id it tells if it tells one,
// bore until it was put right?
// *ret_what then says which (parcel_old_number.c).
enum th_status th_import_old_number(struct th_import_run *run, const struct th_staged_row *row,
                                    bool *ret_found, struct th_error *ret_what,
                                    struct th_error *err) TH_MUST_CHECK;
// Tells of the rows that would be new parcels under such a number, and refuses those that are the
// parcel itself; `numbered` in order of village, number and row.
enum th_status th_import_old_numbers(struct th_import_run *run, struct th_staged_row **numbered,
                                     size_t n, struct th_error *err) TH_MUST_CHECK;

// Decides every row that passed against the registry as it is now; may be repeated.
enum th_status th_import_resolve(struct th_import_run *run, struct th_error *err) TH_MUST_CHECK;
// Whose ground the pending rows are: accepts or refuses each.
enum th_status th_import_compare(struct th_import_run *run, struct th_error *err) TH_MUST_CHECK;
// One row against all that claims its ground.
enum th_status th_import_decide(struct th_import_run *run, struct th_staged_row *row,
                                const struct th_claims *claims, struct th_error *err) TH_MUST_CHECK;
// Remarks on ground that a retired parcel held, where a package still counts it.
enum th_status th_import_decide_retired(struct th_import_run *run, const struct th_staged_row *row,
                                        const struct th_overlap_finding *finding,
                                        struct th_error *err) TH_MUST_CHECK;
void th_import_findings_clear(struct th_import_run *run);
// Gives every finding its polygon, and its problem the place. All rows are decided, and what
// claims their ground is still there.
enum th_status th_import_findings_draw(struct th_import_run *run,
                                       struct th_error *err) TH_MUST_CHECK;
// Words of the record: "duplicate", "overlap", "sliver"; "refused", "taken_off", "waived"; "row",
// "parcel", "layer".
const char *th_import_finding_class(const struct th_staged_finding *finding);
const char *th_import_finding_fate(const struct th_staged_finding *finding);
const char *th_import_finding_other(const struct th_staged_finding *finding);
// Writes the common ground of all findings as a layer of its own. The check is made before the
// work: TH_USAGE ("overlaps_format") and errors of th_file_check_new.
enum th_status th_import_overlaps_check(const char *path, struct th_error *err) TH_MUST_CHECK;
enum th_status th_import_overlaps_write(const struct th_import_run *run, const char *path,
                                        struct th_error *err) TH_MUST_CHECK;
// Smallest box around the ground of the rows that `takes` chooses; false when there is none.
bool th_import_box(const struct th_import_run *run, bool (*takes)(const struct th_staged_row *row),
                   struct th_box *ret_box);
// Rows whose village nobody named take the one whose boundary holds more than half of them; the
// others are refused.
enum th_status th_import_villages_settle(struct th_import_run *run,
                                         struct th_error *err) TH_MUST_CHECK;
// Does each pending row lie in its township, or else in its county? Refuses those that mostly do
// not.
enum th_status th_import_bounds_check(struct th_import_run *run,
                                      struct th_error *err) TH_MUST_CHECK;
// Reminds of pending rows that mostly lie outside the boundary of their own village or inside
// another's, and of such as lie beside the registry's province.
enum th_status th_import_places_remind(struct th_import_run *run,
                                       struct th_error *err) TH_MUST_CHECK;
// Are the rows where a phone's map would show them? Compares with boundaries, neighbours and
// parcels of the same shape, unless the caller said what they are.
enum th_status th_import_shift_check(struct th_import_run *run, struct th_error *err) TH_MUST_CHECK;
// A shift that was claimed: rows that are registered parcels as they stand in the file are refused.
enum th_status th_import_shift_claim_check(struct th_import_run *run,
                                           struct th_error *err) TH_MUST_CHECK;

// What a row says, in the shape of a stored version (without import_id).
void th_import_row_record(const struct th_import_run *run, const struct th_staged_row *row,
                          struct th_parcel_record *ret_record);
// "sha256:layer:row"
void th_import_source_key(const struct th_import_run *run, const struct th_staged_row *row,
                          char key[TH_PARCEL_KEY_SIZE]);

// Stores the import itself before the parcels; and after them its problems and findings, and what
// refers to parcels: originals of repaired shapes, waivers.
enum th_status th_import_record_begin(struct th_import_run *run, int64_t *ret_import_id,
                                      struct th_error *err) TH_MUST_CHECK;
enum th_status th_import_record_end(struct th_import_run *run, int64_t import_id,
                                    struct th_work *work, struct th_error *err) TH_MUST_CHECK;

// Later proposals of repairs for rows that th_import_reject put out with "geometry_invalid", in
// order of rows. `shape` in degrees is taken over and zeroed.
enum th_status th_proposals_add(struct th_import_run *run, int64_t row, struct th_geometry *shape,
                                struct th_error *err) TH_MUST_CHECK;
// Has other threads make them meanwhile; no effect when they are at it.
enum th_status th_proposals_begin(const struct th_import_run *run, unsigned n_hands,
                                  struct th_error *err) TH_MUST_CHECK;
// Waits for them and puts them into the problems; th_import_problems_each sees to it.
enum th_status th_proposals_await(const struct th_import_run *run,
                                  struct th_error *err) TH_MUST_CHECK;
void th_proposals_free(struct th_proposals *proposals);

// Stores the accepted rows inside the transaction of `work`, in their order, and adds the digest of
// each to `rows_hash`; new parcels get their numbers. From TH_IMPORT_BULK_MIN rows on in bulk,
// which costs some milliseconds once. TH_INVALID ("date_in_future").
enum { TH_IMPORT_BULK_MIN = 300 };
enum th_status th_import_write_rows(struct th_import_run *run, int64_t import_id,
                                    const struct th_work *work, struct th_hasher *rows_hash,
                                    struct th_error *err) TH_MUST_CHECK;

// Everything the caller asked for: what a repeated request is recognised by.
struct th_json *th_import_input_json(const struct th_import_run *run);
struct th_json *th_import_source_json(const struct th_import_run *run);
// The answer; import_id 0 when nothing was stored.
enum th_status th_import_reply(const struct th_import_run *run, int64_t import_id,
                               struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;
// Resolves the rows and stores those that are accepted, or nothing; *ret_reply is the answer.
enum th_status th_import_settle(struct th_registry *registry, const struct th_request *request,
                                struct th_import_run *run, struct th_json **ret_reply,
                                struct th_error *err) TH_MUST_CHECK;
// Writes "problems" into the reply, in order of rows.
enum th_status th_import_problems_reply(const struct th_import_run *run, struct th_json *reply,
                                        struct th_error *err) TH_MUST_CHECK;
// A problem in the words of the caller's language. The buffers are the caller's, cleared first.
enum th_status th_import_problem_words(const struct th_import_run *run,
                                       const struct th_problem *problem, struct th_buf *message,
                                       struct th_buf *hint, struct th_error *err) TH_MUST_CHECK;
const char *th_problem_severity_name(enum th_problem_severity severity); // "error", "warning"
// The row that a problem speaks of; NULL when it is none of the source's.
const struct th_staged_row *th_import_problem_row(const struct th_import_run *run,
                                                  const struct th_problem *problem);
// Where to look for it, in degrees to six decimals; false while nobody knows where the row lies.
bool th_import_problem_place(const struct th_problem *problem, const struct th_staged_row *row,
                             struct th_xy *ret_place);
// Is this the title of a column of the list, in either language? With `column`, of that one, which
// may go by its plain name too.
bool th_import_list_titles(const struct th_messages *messages, const char *column,
                           const char *title);
// The list for people, CSV or XLSX by the name of the file: one line a row that has a problem, with
// the row as it stands in the source, which is read once more for that. Written, if it is asked
// for, whenever rows were compared, and given its name when the import is decided.
enum th_status th_import_list_write(struct th_import_run *run, struct th_error *err) TH_MUST_CHECK;
enum th_status th_import_list_publish(struct th_import_run *run,
                                      struct th_error *err) TH_MUST_CHECK;
void th_import_list_clear(struct th_import_run *run);
// Asked before the work: TH_USAGE ("outputs_same") and errors of th_file_check_new.
enum th_status th_import_list_check(const struct th_parcel_import_options *options,
                                    struct th_error *err) TH_MUST_CHECK;
// Visits the problems of both lists in order of rows.
enum th_status th_import_problems_each(const struct th_import_run *run,
                                       enum th_status (*visit)(void *context,
                                                               const struct th_problem *problem,
                                                               struct th_error *err),
                                       void *context, struct th_error *err) TH_MUST_CHECK;

// Tells the progress now and then; TH_INTERRUPTED ("interrupted") when asked to stop.
enum th_status th_import_report(const struct th_import_run *run, const char *stage, int64_t done,
                                int64_t total, struct th_error *err) TH_MUST_CHECK;

#endif
