// The arithmetic of one parcel and year as a workbook: what is computed stands there as a live
// formula, so that whoever changes a number sees what follows from it.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/ratio.h"
#include "core/text.h"
#include "papers/workbook.h"
#include "registry/estimate/estimate_internal.h"

static const char *phrase(const struct th_messages *messages, enum th_lang lang, const char *key)
{
    return messages ? th_messages_text(messages, lang, key) : key;
}

// A number where it is one, with the formula that it comes from.
static void write_value(struct th_workbook *workbook, const struct th_json *line)
{
    const char *text = th_json_get_text(line, "value", "");
    const char *formula = th_json_get_text(line, "formula", NULL);
    struct th_ratio ratio;
    double value = 0;
    bool is_number = th_text_parse_double(text, &value);
    if (!is_number && th_ratio_parse(text, &ratio, NULL) == TH_OK) {
        value = th_ratio_double(ratio);
        is_number = true;
    }
    if (is_number && formula) {
        th_workbook_formula(workbook, formula, value);
    } else if (is_number) {
        th_workbook_real(workbook, value);
    } else {
        th_workbook_text(workbook, text);
    }
}

enum th_status th_estimate_workbook_write(const char *path, const struct th_json *lines,
                                          const struct th_messages *messages, enum th_lang lang,
                                          struct th_error *err)
{
    static const char *const members[] = {"term", "expression", NULL, "unit", "evidence", "source"};
    const struct th_workbook_column columns[] = {
        {phrase(messages, lang, "field.term"), 28, true},
        {phrase(messages, lang, "field.expression"), 40, true},
        {phrase(messages, lang, "field.value"), 16, false},
        {phrase(messages, lang, "field.unit"), 16, false},
        {phrase(messages, lang, "field.evidence"), 12, false},
        {phrase(messages, lang, "field.source"), 60, true}};
    enum { N_COLUMNS = sizeof(columns) / sizeof(columns[0]) };
    const struct th_workbook_options options = {.title = "estimate"};
    struct th_workbook *workbook = NULL;
    enum th_status status = th_workbook_open(path, &options, &workbook, err);
    if (status != TH_OK) {
        return status;
    }
    th_workbook_sheet(workbook, phrase(messages, lang, "estimate.sheet"), columns, N_COLUMNS);
    for (size_t i = 0; i < th_json_size(lines); i++) {
        const struct th_json *line = th_json_at(lines, i);
        th_workbook_row(workbook,
                        i + 1 == th_json_size(lines) ? TH_WORKBOOK_TOTAL : TH_WORKBOOK_PLAIN);
        for (size_t k = 0; k < N_COLUMNS; k++) {
            if (members[k]) {
                th_workbook_text(workbook, th_json_get_text(line, members[k], NULL));
            } else {
                write_value(workbook, line);
            }
        }
    }
    return th_workbook_close(workbook, err);
}
