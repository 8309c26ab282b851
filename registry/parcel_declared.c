// The area that the source declares against the one that was measured: first in which unit it is
// written, by the heading or by the rows themselves, then how far each row is off.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/parcel_internal.h"

// `likely` is the unit that the rows speak for where nobody said one.
static void compare_declared(struct th_import_run *run, const struct th_staged_row *row,
                             enum th_area_unit likely)
{
    double declared = th_area_m2(row->declared);
    double measured = th_area_m2(row->measured);
    double difference = fabs(declared - measured) / measured;
    double share = run->rules->area_mismatch_share;
    if (difference <= share)
        return;
    char buf[TH_QUANTITY_TEXT_SIZE];
    struct th_error what;
    double in_likely = row->declared_written * th_area_unit_m2(likely);
    bool unit_off = likely != TH_AREA_UNIT_MU && fabs(in_likely - measured) <= share * measured;
    (void)th_error_set(&what, TH_DATA_PROBLEM, unit_off ? "area_mismatch_unit" : "area_mismatch",
                       "declared_mu", th_cent_format(th_area_mu_cent(row->declared), buf), NULL);
    th_error_add(&what, "measured_mu", th_cent_format(th_area_mu_cent(row->measured), buf));
    th_error_add_int(&what, "percent",
                     difference > 1e6 ? 100000000 : (long long)llround(difference * 100));
    th_error_add_int(&what, "limit_percent", llround(share * 100));
    if (unit_off) {
        th_error_add(&what, "unit", th_area_unit_message(likely));
        th_error_add(&what, "option", th_area_unit_name(likely));
    }
    th_problems_add(&run->checked, row->row, row->feature, TH_PROBLEM_WARNING, "area_mismatch",
                    &what);
}

static enum th_status find_unit(const struct th_import_run *run,
                                struct th_area_unit_finding *ret_finding, struct th_error *err)
{
    int index = run->map.by_role[TH_FIELD_DECLARED];
    const struct th_field *field = &run->map.fields[index];
    struct th_area_pair *pairs = calloc(run->n_rows + 1, sizeof *pairs);
    if (pairs == NULL)
        return th_error_no_memory(err);
    struct th_area_unit_input input = {.pairs = pairs,
                                       .heading = field->column,
                                       .known = field->meaning.has_unit,
                                       .known_unit = field->meaning.unit};
    for (size_t i = 0; i < run->n_rows; i++) {
        const struct th_staged_row *row = &run->rows[i];
        if (row->has_declared && row->ground != NULL)
            pairs[input.n_pairs++] =
                (struct th_area_pair){row->declared_written, th_area_m2(row->measured)};
    }
    enum th_status status = th_area_unit_find(&input, ret_finding, err);
    free(pairs);
    return status;
}

// *ret_unit is what the numbers are taken in; *ret_likely what they look like.
static enum th_status settle_unit(struct th_import_run *run, enum th_area_unit *ret_unit,
                                  enum th_area_unit *ret_likely, struct th_error *err)
{
    struct th_area_unit_finding *found = calloc(1, sizeof *found);
    if (found == NULL)
        return th_error_no_memory(err);
    enum th_status status = find_unit(run, found, err);
    struct th_detection *detection = NULL;
    if (status == TH_OK && found->verdict != TH_AREA_UNIT_UNTOLD)
        detection = th_import_detect(run, "area_unit");
    if (detection != NULL) {
        detection->evidence = found->evidence;
        th_text_copy(detection->option, sizeof detection->option, "--area-unit mu|ha|m2|are");
        th_text_copy(detection->choice, sizeof detection->choice,
                     found->verdict == TH_AREA_UNIT_DECIDED ? th_area_unit_name(found->unit)
                                                            : "mu");
    }
    // As long as nobody says otherwise, what is not certain is mu, and each row that is off says
    // so.
    *ret_likely = found->unit;
    *ret_unit = found->verdict == TH_AREA_UNIT_DECIDED ? found->unit : TH_AREA_UNIT_MU;
    free(found);
    return status;
}

enum th_status th_import_declared(struct th_import_run *run, struct th_error *err)
{
    enum th_area_unit unit = TH_AREA_UNIT_MU;
    enum th_area_unit likely = TH_AREA_UNIT_MU;
    enum th_status status = TH_OK;
    const char *given = run->options->area_unit;
    if (given != NULL && !th_area_unit_parse(given, &unit))
        return th_error_set(err, TH_USAGE, "usage_value", "option", "area-unit", "value", given,
                            "allowed", "mu, ha, m2, are", NULL);
    if (given == NULL && run->map.n > 0 && run->map.by_role[TH_FIELD_DECLARED] != TH_ROW_NO_INDEX)
        status = settle_unit(run, &unit, &likely, err);
    for (size_t i = 0; status == TH_OK && i < run->n_rows; i++) {
        struct th_staged_row *row = &run->rows[i];
        if (!row->has_declared || row->ground == NULL)
            continue;
        if (th_field_declare(row, unit)) {
            compare_declared(run, row, likely);
            continue;
        }
        struct th_error what;
        char written[32];
        snprintf(written, sizeof written, "%.10g", row->declared_written);
        (void)th_error_set(&what, TH_DATA_PROBLEM, "declared_area_range", "field", "declared_area",
                           "value", written, NULL);
        th_import_reject(run, row, "attribute_range", &what);
    }
    th_problems_sort(&run->checked);
    if (status == TH_OK && run->checked.no_memory)
        status = th_error_no_memory(err);
    return status;
}
