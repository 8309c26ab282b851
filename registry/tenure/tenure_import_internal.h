// An import of contracts in steps: what each row says (tenure_rows.c), which contracts are taken
// (tenure_decide.c), their scans (tenure_scan.c), and the whole of it (tenure_import.c).
#ifndef TH_REGISTRY_TENURE_IMPORT_INTERNAL_H
#define TH_REGISTRY_TENURE_IMPORT_INTERNAL_H

#include "registry/tenure/tenure_internal.h"
#include "registry/work.h"

enum { TH_TENURE_PATH_SIZE = 4096 };

enum th_tenure_fate {
    TH_TENURE_ROW_PENDING,
    TH_TENURE_ROW_BAD,
    TH_TENURE_ROW_UNCHANGED,
    TH_TENURE_ROW_ACCEPTED
};

struct th_tenure_row {
    int64_t line;
    int64_t parcel_id;
    struct th_ratio share;
    int64_t contract; // index
    enum th_tenure_fate fate;
};

struct th_tenure_contract {
    size_t first_row;       // names it: number and holder as they are written
    struct th_tenure facts; // of the first row that could be read
    bool has_facts;
    const char *document; // file of the first row that names one; NULL without
};

struct th_tenure_run {
    struct th_registry *registry;
    struct th_work *work;
    const struct th_tenure_import_options *options;
    struct th_tenure_table table;
    struct th_tenure_row *rows;
    struct th_tenure_contract *contracts;
    size_t n_contracts;
    size_t *slots; // index + 1 into contracts by number and holder; 0: free
    size_t n_slots;
    struct th_sheet_told told;
    struct th_json *tenure_ids;
    struct th_json *incomplete;
    struct th_json *scans; // recorded now, for the journal
    int64_t n_accepted, n_unchanged;
    int64_t n_scans_added; // of contracts that were registered before
};

// The rows of one contract, in their order.
struct th_tenure_span {
    const size_t *rows;
    size_t n;
};

// Tells of a row; an error keeps it out.
void th_tenure_problem(struct th_tenure_run *run, size_t row, const char *severity,
                       const struct th_error *what);
// Reads a row into its contract; what is wrong with it becomes its problem.
enum th_status th_tenure_row_take(struct th_tenure_run *run, size_t row,
                                  struct th_error *err) TH_MUST_CHECK;
// Do both say the same, number, holder and scans aside?
bool th_tenure_same_facts(const struct th_tenure *a, const struct th_tenure *b);

// Takes the contracts one after the other, as they stand in the table.
enum th_status th_tenure_decide_all(struct th_tenure_run *run, struct th_error *err) TH_MUST_CHECK;

// The scans that the table names, one after the other; *ret_paths is the caller's
// (th_tenure_scan_paths_free).
enum th_status th_tenure_scan_paths(const struct th_tenure_run *run, char ***ret_paths,
                                    size_t *ret_n, struct th_error *err) TH_MUST_CHECK;
void th_tenure_scan_paths_free(char **paths, size_t n);
// Tells of every row whose scan is not there, or cannot be read.
bool th_tenure_scan_missing(struct th_tenure_run *run, struct th_tenure_span span);
// Records the scan of a contract that is stored, if the table names one.
enum th_status th_tenure_scan_record(struct th_tenure_run *run,
                                     const struct th_tenure_contract *contract, int64_t tenure_id,
                                     struct th_error *err) TH_MUST_CHECK;
// A scan of a contract that was registered before: recorded if the registry does not have it yet.
// Where it has none at all, one that the table names must be there, or its rows are told of and
// *ret_missing is true.
enum th_status th_tenure_scan_add(struct th_tenure_run *run,
                                  const struct th_tenure_contract *contract, int64_t tenure_id,
                                  struct th_tenure_span span, bool *ret_missing,
                                  struct th_error *err) TH_MUST_CHECK;

#endif
