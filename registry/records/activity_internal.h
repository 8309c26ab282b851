// An import of yearly data in steps: what the headings mean (activity_columns.c), what each row
// says (activity_rows.c), and the whole of it (activity_import.c).
#ifndef TH_REGISTRY_ACTIVITY_INTERNAL_H
#define TH_REGISTRY_ACTIVITY_INTERNAL_H

#include "registry/records/activity.h"
#include "registry/records/record_internal.h"

enum { TH_ACTIVITY_NOTE_MAX = 500 };

const char *th_activity_unit(const struct th_sheet_key *key); // "kg/mu", "L", "mu", "1"

struct th_activity_row {
    bool bad;
    int64_t parcel_id; // 0: nobody knows
    int year;
};

// What a row says of its parcel and year, while it is looked at.
struct th_activity_said {
    struct th_json *given;   // key -> exact text, or null: an empty cell of a column
    struct th_json *origins; // key -> {heading, text}
};

// How a quantity of a column comes to the unit in which it is kept.
struct th_activity_unit {
    struct th_ratio factor;
    bool per_mu;
};

struct th_activity_run {
    struct th_record_import import;
    struct th_activity_unit units[TH_SHEET_KEYS_MAX]; // as the keys; of those that have a column
    struct th_activity_row *rows;
};

// Of th_record_kind.
enum th_status th_activity_column_judge(void *run, size_t column,
                                        struct th_error *err) TH_MUST_CHECK;
enum th_status th_activity_columns_check(const void *run, struct th_error *err) TH_MUST_CHECK;

void th_activity_problem(struct th_activity_run *run, size_t row, const char *code, bool error,
                         const struct th_error *what);
// Parcel and year of a row; what is wrong with it becomes its problem.
enum th_status th_activity_row_take(struct th_activity_run *run, size_t row,
                                    struct th_error *err) TH_MUST_CHECK;
// What it says of them, likewise; the caller frees both members, also on failure.
enum th_status th_activity_row_read(struct th_activity_run *run, size_t row,
                                    struct th_activity_said *ret_said,
                                    struct th_error *err) TH_MUST_CHECK;
// Nitrogen of the products that are in `quantities`, when these do not say it themselves: added as
// n_synthetic, with its reckoning in `origins`. *ret_less is true, and nothing is added, when they
// say less than the products hold.
enum th_status th_activity_nitrogen(const struct th_sheet_keys *keys, struct th_json *quantities,
                                    struct th_json *origins, bool *ret_less,
                                    struct th_error *err) TH_MUST_CHECK;

#endif
