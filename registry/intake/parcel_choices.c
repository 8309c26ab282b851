// Rows that the caller singles out: left out, or let in by an officer in spite of an overlap.
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/intake/parcel_internal.h"

static int compare_numbers(const void *a, const void *b)
{
    const int64_t *left = a;
    const int64_t *right = b;
    return (*left > *right) - (*left < *right);
}

// The numbers of "3,5，7" into room for one a byte; false when something else stands there.
static bool list_read(const char *text, int64_t *items, size_t *n)
{
    static const char wide_comma[] = "，";
    for (;;) {
        char piece[24];
        const char *wide = strstr(text, wide_comma);
        size_t size = strcspn(text, ",");
        bool is_wide = wide != NULL && (size_t)(wide - text) < size;
        size = is_wide ? (size_t)(wide - text) : size;
        if (size >= sizeof(piece)) {
            return false;
        }
        memcpy(piece, text, size);
        piece[size] = '\0';
        if (!th_text_parse_int(piece, 1, INT64_MAX, &items[*n])) {
            return false;
        }
        (*n)++;
        if (text[size] == '\0') {
            return true;
        }
        text += size + (is_wide ? sizeof(wide_comma) - 1 : 1);
    }
}

enum th_status th_row_numbers_read(const char *const *texts, size_t n, const char *option,
                                   struct th_row_numbers *ret_numbers, struct th_error *err)
{
    size_t room = 1;
    for (size_t i = 0; i < n; i++) {
        room += strlen(texts[i]) + 1;
    }
    struct th_row_numbers numbers = {.items = calloc(room, sizeof(*numbers.items))};
    if (numbers.items == NULL) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        if (list_read(texts[i], numbers.items, &numbers.n)) {
            continue;
        }
        free(numbers.items);
        return th_error_set(err, TH_USAGE, "row_option", "option", option, "value", texts[i], NULL);
    }
    qsort(numbers.items, numbers.n, sizeof(*numbers.items), compare_numbers);
    size_t n_once = 0;
    for (size_t i = 0; i < numbers.n; i++) {
        if (n_once == 0 || numbers.items[i] != numbers.items[n_once - 1]) {
            numbers.items[n_once++] = numbers.items[i];
        }
    }
    numbers.n = n_once;
    *ret_numbers = numbers;
    return TH_OK;
}

bool th_row_numbers_have(const struct th_row_numbers *numbers, int64_t row)
{
    return numbers->n > 0 &&
           bsearch(&row, numbers->items, numbers->n, sizeof(row), compare_numbers) != NULL;
}

static bool is_missing(const char *text)
{
    return text == NULL || text[0] == '\0';
}

enum th_status th_import_choices(const struct th_parcel_import_options *options,
                                 struct th_import_run *run, struct th_error *err)
{
    if (options->n_waive_rows > 0 &&
        (is_missing(options->waive_reason) || is_missing(options->waive_document))) {
        return th_error_set(err, TH_USAGE, "waive_incomplete", NULL);
    }
    enum th_status status = th_import_repair_rule(options, &run->repair_rule, err);
    if (status == TH_OK) {
        status = th_row_numbers_read(options->drop_rows, options->n_drop_rows, "drop",
                                     &run->dropped, err);
    }
    if (status == TH_OK) {
        status = th_row_numbers_read(options->waive_rows, options->n_waive_rows, "waive",
                                     &run->waived, err);
    }
    return status;
}

static enum th_status row_known(const struct th_import_run *run, int64_t number, const char *option,
                                struct th_error *err)
{
    if (th_import_row(run, number) != NULL) {
        return TH_OK;
    }
    enum th_status status = th_error_set(err, TH_INVALID, "row_unknown", "option", option, NULL);
    th_error_add_int(err, "row", number);
    return status;
}

// A repair that was accepted for a row whose shape is sound: the clerk may have meant another row.
static void repair_needed(struct th_import_run *run, int64_t number)
{
    const struct th_staged_row *row = th_import_row(run, number);
    struct th_error what;
    if (row->ground == NULL || row->repaired || th_row_numbers_have(&run->dropped, number)) {
        return;
    }
    (void)th_error_set(&what, TH_DATA_PROBLEM, "repair_not_needed", NULL);
    th_problems_add(&run->checked, row->row, row->feature, TH_PROBLEM_WARNING, NULL, &what);
}

enum th_status th_import_choices_check(struct th_import_run *run, struct th_error *err)
{
    enum th_status status = TH_OK;
    for (size_t i = 0; status == TH_OK && i < run->dropped.n; i++) {
        status = row_known(run, run->dropped.items[i], "--drop", err);
    }
    for (size_t i = 0; status == TH_OK && i < run->waived.n; i++) {
        status = row_known(run, run->waived.items[i], "--waive", err);
    }
    for (size_t i = 0; status == TH_OK && i < run->repair_rule.n_choices; i++) {
        status = row_known(run, run->repair_rule.choices[i].row, "--accept-repair", err);
    }
    for (size_t i = 0; status == TH_OK && i < run->repair_rule.n_choices; i++) {
        repair_needed(run, run->repair_rule.choices[i].row);
    }
    return status;
}

void th_import_choices_clear(struct th_import_run *run)
{
    free(run->repair_rule.choices);
    free(run->dropped.items);
    free(run->waived.items);
}
