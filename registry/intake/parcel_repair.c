// Shapes that are not valid: what the clerk accepted beforehand, what is proposed, and what is kept
// of the original. Nothing is mended unless a person named the row or the rule.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/intake/parcel_internal.h"

static enum th_status invalid(const char *value, struct th_error *err)
{
    return th_error_set(err, TH_USAGE, "repair_option", "value", value, NULL);
}

static bool method_find(const char *name, enum th_repair_method *ret_method)
{
    for (int i = 0; i < TH_REPAIR_METHODS; i++) {
        if (strcmp(name, th_repair_method_name((enum th_repair_method)i)) == 0) {
            *ret_method = (enum th_repair_method)i;
            return true;
        }
    }
    return false;
}

static int compare_choices(const void *a, const void *b)
{
    const struct th_repair_choice *left = a;
    const struct th_repair_choice *right = b;
    return (left->row > right->row) - (left->row < right->row);
}

// "12=structure"
static enum th_status choice_read(const char *text, struct th_repair_choice *ret_choice,
                                  struct th_error *err)
{
    const char *sign = strchr(text, '=');
    char number[24];
    int64_t row = 0;
    if (sign == NULL || (size_t)(sign - text) >= sizeof(number)) {
        return invalid(text, err);
    }
    memcpy(number, text, (size_t)(sign - text));
    number[sign - text] = '\0';
    if (!th_text_parse_int(number, 1, INT64_MAX, &row) ||
        !method_find(sign + 1, &ret_choice->method)) {
        return invalid(text, err);
    }
    ret_choice->row = row;
    return TH_OK;
}

// What is said later of a row goes before what was said earlier.
static void choice_add(struct th_repair_rule *rule, struct th_repair_choice choice)
{
    for (size_t i = 0; i < rule->n_choices; i++) {
        if (rule->choices[i].row == choice.row) {
            rule->choices[i] = choice;
            return;
        }
    }
    rule->choices[rule->n_choices++] = choice;
}

enum th_status th_import_repair_rule(const struct th_parcel_import_options *options,
                                     struct th_repair_rule *ret_rule, struct th_error *err)
{
    struct th_repair_rule rule = {0};
    if (options->repair != NULL && strcmp(options->repair, "agree") == 0) {
        rule.accept_agreeing = true;
    } else if (options->repair != NULL && strcmp(options->repair, "propose") != 0) {
        return invalid(options->repair, err);
    }
    rule.choices = calloc(options->n_repair_rows + 1, sizeof(*rule.choices));
    if (rule.choices == NULL) {
        return th_error_no_memory(err);
    }
    enum th_status status = TH_OK;
    for (size_t i = 0; status == TH_OK && i < options->n_repair_rows; i++) {
        struct th_repair_choice choice = {0};
        status = choice_read(options->repair_rows[i], &choice, err);
        if (status == TH_OK) {
            choice_add(&rule, choice);
        }
    }
    if (status != TH_OK) {
        free(rule.choices);
        return status;
    }
    qsort(rule.choices, rule.n_choices, sizeof(*rule.choices), compare_choices);
    *ret_rule = rule;
    return TH_OK;
}

static const struct th_repair_choice *choice_find(const struct th_repair_rule *rule, int64_t row)
{
    const struct th_repair_choice key = {.row = row};
    return bsearch(&key, rule->choices, rule->n_choices, sizeof(key), compare_choices);
}

bool th_import_repair_asked(const struct th_repair_rule *rule, int64_t row)
{
    return rule->accept_agreeing || choice_find(rule, row) != NULL;
}

bool th_import_repair_accepted(const struct th_repair_rule *rule, int64_t row,
                               const struct th_repair *repair, enum th_repair_method *ret_method)
{
    const struct th_repair_choice *choice = choice_find(rule, row);
    if (choice != NULL) {
        *ret_method = choice->method;
        return repair->by_method[choice->method].possible;
    }
    *ret_method = TH_REPAIR_STRUCTURE;
    return rule->accept_agreeing && repair->agree;
}

static void add_area(struct th_error *problem, const char *name,
                     const struct th_repair_proposal *proposal)
{
    char buf[TH_QUANTITY_TEXT_SIZE];
    struct th_area area = th_area_from_m2_300(0);
    if (!proposal->possible || th_area_from_m2(proposal->area_m2, &area, NULL) != TH_OK) {
        th_error_add(problem, name, "@parcels.repair.impossible");
    } else {
        th_error_add(problem, name, th_cent_format(th_area_mu_cent(area), buf));
    }
}

void th_import_repair_describe(const struct th_repair *repair, struct th_error *problem)
{
    bool possible = repair->by_method[TH_REPAIR_LINEWORK].possible ||
                    repair->by_method[TH_REPAIR_STRUCTURE].possible;
    if (!possible) {
        return;
    }
    th_text_copy(problem->key, sizeof(problem->key),
                 repair->agree ? "geometry_invalid_agree" : "geometry_invalid_choose");
    add_area(problem, "linework_mu", &repair->by_method[TH_REPAIR_LINEWORK]);
    add_area(problem, "structure_mu", &repair->by_method[TH_REPAIR_STRUCTURE]);
}

enum th_status th_import_repair_keep(struct th_import_run *run, struct th_staged_row *row,
                                     const struct th_reader_row *source,
                                     const struct th_error *problem, const struct th_repair *repair,
                                     enum th_repair_method method, struct th_error *err)
{
    if (run->n_repairs == run->repairs_capacity) {
        size_t capacity = run->repairs_capacity == 0 ? 16 : 2 * run->repairs_capacity;
        struct th_staged_repair *grown = realloc(run->repairs, capacity * sizeof(*grown));
        if (grown == NULL) {
            return th_error_no_memory(err);
        }
        run->repairs = grown;
        run->repairs_capacity = capacity;
    }
    unsigned char *wkb = malloc(source->wkb_size);
    if (wkb == NULL) {
        return th_error_no_memory(err);
    }
    memcpy(wkb, source->wkb, source->wkb_size);
    struct th_staged_repair *kept = &run->repairs[run->n_repairs++];
    *kept = (struct th_staged_repair){
        .row = row->row,
        .method = method,
        .wkb = wkb,
        .wkb_size = source->wkb_size,
        .source_area_m2 = repair->source_area_m2,
        .linework_area_m2 = repair->by_method[TH_REPAIR_LINEWORK].area_m2,
        .structure_area_m2 = repair->by_method[TH_REPAIR_STRUCTURE].area_m2};
    const char *reason = th_error_arg_get(problem, "reason");
    th_text_copy(kept->reason, sizeof(kept->reason), reason == NULL ? "" : reason);
    th_text_copy(kept->engine, sizeof(kept->engine), repair->engine);
    row->repaired = true;
    struct th_error what = *problem;
    th_import_repair_describe(repair, &what);
    th_text_copy(what.key, sizeof(what.key), "geometry_repaired");
    th_error_add(&what, "method",
                 method == TH_REPAIR_LINEWORK ? "@parcels.repair.linework"
                                              : "@parcels.repair.structure");
    th_problems_add(&run->checked, row->row, row->feature, TH_PROBLEM_WARNING, NULL, &what);
    return TH_OK;
}

static int compare_repairs(const void *a, const void *b)
{
    const struct th_staged_repair *left = a;
    const struct th_staged_repair *right = b;
    return (left->row > right->row) - (left->row < right->row);
}

const struct th_staged_repair *th_import_repair_find(const struct th_import_run *run,
                                                     const struct th_staged_row *row)
{
    const struct th_staged_repair key = {.row = row->row};
    if (!row->repaired) {
        return NULL;
    }
    return bsearch(&key, run->repairs, run->n_repairs, sizeof(key), compare_repairs);
}
