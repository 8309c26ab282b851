// The area that the source declares against the one that was measured: first in which unit it is
// written, by the heading or by the rows themselves, then how far each row is off.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/intake/parcel_internal.h"

// What the numbers of declared areas are taken in, where their cells do not say it.
struct units {
    enum th_area_unit taken;
    enum th_area_unit likely; // that the rows speak for where nobody said one
    bool told;                // by the caller, the heading, the standard or the rows
};

// The other unit in which the row's number comes closest to what was measured; false when none
// comes close enough.
static bool unit_of_row(const struct th_staged_row *row, enum th_area_unit taken, double share,
                        enum th_area_unit *ret_unit)
{
    double measured = th_area_m2(row->measured);
    double least = share * measured;
    bool found = false;
    for (int unit = 0; unit < TH_AREA_UNIT_N; unit++) {
        double written = row->written.value * th_area_unit_m2((enum th_area_unit)unit);
        double off = fabs(written - measured);
        if (unit == (int)taken || off > least) {
            continue;
        }
        *ret_unit = (enum th_area_unit)unit;
        least = off;
        found = true;
    }
    return found;
}

static void compare_declared(struct th_import_run *run, const struct th_staged_row *row,
                             struct units units)
{
    double declared = th_area_m2(row->declared);
    double measured = th_area_m2(row->measured);
    double difference = fabs(declared - measured) / measured;
    double share = run->rules->area_mismatch_share;
    if (difference <= share) {
        return;
    }
    char buf[TH_QUANTITY_TEXT_SIZE];
    struct th_error what;
    enum th_area_unit other = units.taken;
    bool own = row->written.has_unit;
    bool unit_off = unit_of_row(row, own ? row->written.unit : units.taken, share, &other);
    // The others are written like this one.
    bool whole = unit_off && !own && other == units.likely;
    const char *key = whole      ? "area_mismatch_unit"
                      : unit_off ? "area_mismatch_row_unit"
                                 : "area_mismatch";
    (void)th_error_set(&what, TH_DATA_PROBLEM, key, "declared_mu",
                       th_cent_format(th_area_mu_cent(row->declared), buf), NULL);
    th_error_add(&what, "measured_mu", th_cent_format(th_area_mu_cent(row->measured), buf));
    th_error_add_int(&what, "percent",
                     difference > 1e6 ? 100000000 : (long long)llround(difference * 100));
    th_error_add_int(&what, "limit_percent", llround(share * 100));
    if (unit_off) {
        char right[32];
        snprintf(right, sizeof(right), "%.6g",
                 row->written.value * th_area_unit_m2(other) / th_area_unit_m2(units.taken));
        th_error_add(&what, "unit", th_area_unit_message(other));
        th_error_add(&what, whole ? "option" : "right", whole ? th_area_unit_name(other) : right);
    }
    th_problems_add(&run->checked, row->row, row->feature, TH_PROBLEM_WARNING, "area_mismatch",
                    &what);
}

static enum th_status find_unit(const struct th_import_run *run,
                                struct th_area_unit_finding *ret_finding, struct th_error *err)
{
    int index = run->map.by_role[TH_FIELD_DECLARED];
    const struct th_field *field = &run->map.fields[index];
    struct th_area_pair *pairs = calloc(run->n_rows + 1, sizeof(*pairs));
    if (pairs == NULL) {
        return th_error_no_memory(err);
    }
    struct th_area_unit_input input = {.pairs = pairs,
                                       .heading = field->column,
                                       .known = field->meaning.has_unit,
                                       .known_unit = field->meaning.unit};
    for (size_t i = 0; i < run->n_rows; i++) {
        const struct th_staged_row *row = &run->rows[i];
        if (row->has_declared && row->ground != NULL && !row->written.has_unit) {
            pairs[input.n_pairs++] =
                (struct th_area_pair){row->written.value, th_area_m2(row->measured)};
        }
    }
    enum th_status status = th_area_unit_find(&input, ret_finding, err);
    free(pairs);
    return status;
}

// Rows that agree with another unit than the one that is taken: somebody mixed them.
static void mixed_tell(const struct th_area_unit_finding *found, enum th_area_unit taken,
                       struct th_detection *detection)
{
    for (int unit = 0; unit < TH_AREA_UNIT_N && found->n_agree[taken] > 0; unit++) {
        if (unit == (int)taken || found->n_agree[unit] == 0) {
            continue;
        }
        struct th_error *said = th_reasons_add(&detection->evidence, "detect.unit_mixed");
        th_error_add_int(said, "n", (long long)found->n_agree[unit]);
        th_error_add(said, "unit", th_area_unit_message((enum th_area_unit)unit));
        th_error_add_int(said, "whole", (long long)found->n);
    }
}

static enum th_status settle_unit(struct th_import_run *run, struct units *ret_units,
                                  struct th_error *err)
{
    struct th_area_unit_finding *found = calloc(1, sizeof(*found));
    if (found == NULL) {
        return th_error_no_memory(err);
    }
    enum th_status status = find_unit(run, found, err);
    struct th_detection *detection = NULL;
    if (status == TH_OK && found->verdict != TH_AREA_UNIT_UNTOLD) {
        detection = th_import_detect(run, "area_unit");
    }
    if (detection != NULL) {
        detection->evidence = found->evidence;
        th_text_copy(detection->option, sizeof(detection->option), "--area-unit mu|ha|m2|are");
        th_text_copy(detection->choice, sizeof(detection->choice),
                     found->verdict == TH_AREA_UNIT_DECIDED ? th_area_unit_name(found->unit)
                                                            : "mu");
    }
    // As long as nobody says otherwise, what is not certain is mu, and each row that is off says
    // so. Where some rows are mu, the others say it of themselves alone.
    bool decided = found->verdict == TH_AREA_UNIT_DECIDED;
    bool mixed = !decided && found->n_agree[TH_AREA_UNIT_MU] > 0;
    ret_units->taken = decided ? found->unit : TH_AREA_UNIT_MU;
    ret_units->likely = mixed ? TH_AREA_UNIT_MU : found->unit;
    ret_units->told = decided;
    if (detection != NULL) {
        mixed_tell(found, ret_units->taken, detection);
    }
    free(found);
    return status;
}

// A unit that a cell names goes before that of its column. It is worth a look where the two differ,
// and one sentence for the file where any does.
static void cells_tell(struct th_import_run *run, struct units units)
{
    // A drawing has no columns.
    const char *column = run->map.n == 0
                             ? "declared-mu"
                             : run->map.fields[run->map.by_role[TH_FIELD_DECLARED]].column;
    long long n_cells = 0;
    for (size_t i = 0; i < run->n_rows; i++) {
        const struct th_staged_row *row = &run->rows[i];
        struct th_error what;
        char written[32];
        if (!row->has_declared || !row->written.has_unit) {
            continue;
        }
        n_cells++;
        if (!units.told || row->written.unit == units.taken) {
            continue;
        }
        snprintf(written, sizeof(written), "%.10g", row->written.value);
        (void)th_error_set(&what, TH_DATA_PROBLEM, "area_unit_of_cell", "field", column, "value",
                           written, "cell", th_area_unit_message(row->written.unit), "unit",
                           th_area_unit_message(units.taken), NULL);
        th_problems_add(&run->checked, row->row, row->feature, TH_PROBLEM_WARNING, NULL, &what);
    }
    struct th_detection *detection = NULL;
    for (size_t i = 0; n_cells > 0 && i < run->n_detections; i++) {
        if (strcmp(run->detections[i].what, "area_unit") == 0) {
            detection = &run->detections[i];
        }
    }
    if (n_cells > 0 && detection == NULL) {
        detection = th_import_detect(run, "area_unit");
        if (detection != NULL) {
            th_text_copy(detection->choice, sizeof(detection->choice), "cell");
        }
    }
    if (detection != NULL) {
        th_error_add_int(th_reasons_add(&detection->evidence, "detect.unit_cells"), "n", n_cells);
    }
}

// The unit in force is known only when the rows have been read: advice about numbers that are none
// names it.
static enum th_status unit_advise(struct th_import_run *run, enum th_area_unit unit,
                                  struct th_error *err)
{
    enum th_status status = TH_OK;
    for (size_t i = 0; status == TH_OK && i < run->checked.n; i++) {
        if (strcmp(run->checked.items[i].key, "declared_area_range") == 0) {
            status =
                th_problem_argue(&run->checked.items[i], "unit", th_area_unit_message(unit), err);
        }
    }
    return status;
}

enum th_status th_import_declared(struct th_import_run *run, struct th_error *err)
{
    struct units units = {TH_AREA_UNIT_MU, TH_AREA_UNIT_MU, run->options->area_unit != NULL};
    enum th_status status = TH_OK;
    const char *given = run->options->area_unit;
    if (given != NULL && !th_area_unit_parse(given, &units.taken)) {
        return th_error_set(err, TH_USAGE, "usage_value", "option", "area-unit", "value", given,
                            "allowed", "mu, ha, m2, are", NULL);
    }
    if (given == NULL && run->map.n > 0 && run->map.by_role[TH_FIELD_DECLARED] != TH_ROW_NO_INDEX) {
        status = settle_unit(run, &units, err);
    } else {
        units.likely = units.taken;
    }
    units.told = units.told || run->path == NULL; // an option for mu
    if (status == TH_OK && (run->map.n == 0 || run->map.by_role[TH_FIELD_DECLARED] >= 0)) {
        cells_tell(run, units);
    }
    for (size_t i = 0; status == TH_OK && i < run->n_rows; i++) {
        struct th_staged_row *row = &run->rows[i];
        if (!row->has_declared || row->ground == NULL) {
            continue;
        }
        if (th_field_declare(row, units.taken)) {
            compare_declared(run, row, units);
            continue;
        }
        struct th_error what;
        char written[32];
        snprintf(written, sizeof(written), "%.10g", row->written.value);
        (void)th_error_set(&what, TH_DATA_PROBLEM, "declared_area_range", "field", "declared_area",
                           "value", written, NULL);
        th_import_reject(run, row, "attribute_range", &what);
    }
    if (status == TH_OK) {
        status = unit_advise(run, units.taken, err);
    }
    th_problems_sort(&run->checked);
    if (status == TH_OK && run->checked.no_memory) {
        status = th_error_no_memory(err);
    }
    return status;
}
