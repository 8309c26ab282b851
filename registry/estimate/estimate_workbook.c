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

// The unit, and "unverified", in the words of the language.
static void write_word(struct th_workbook *workbook, const struct th_json *line, const char *member,
                       const struct th_messages *messages, enum th_lang lang)
{
    const char *text = th_json_get_text(line, member, "");
    struct th_buf words;
    th_buf_init(&words, 1024);
    if (messages && strcmp(member, "unit") == 0) {
        th_messages_unit(messages, lang, text, &words);
    } else if (messages) {
        char key[64];
        (void)snprintf(key, sizeof(key), "%s.%s", member, text);
        const char *word = th_messages_find(messages, lang, key);
        th_buf_append_str(&words, word ? word : text);
    }
    th_workbook_text(workbook, messages ? th_buf_text(&words) : text);
    th_buf_clear(&words);
}

static void write_fact(struct th_workbook *workbook, enum th_workbook_row kind, const char *title,
                       const char *text)
{
    th_workbook_row(workbook, kind);
    th_workbook_text(workbook, title);
    th_workbook_text(workbook, text);
}

// Whose arithmetic it is, and what must be said about it. It has a sheet of its own: formulas name
// the rows of the first one.
static void write_about(struct th_workbook *workbook, const struct th_json *reply,
                        const struct th_messages *messages, enum th_lang lang)
{
    static const char *const members[] = {
        "parcel_id", "number",      "village",           "village_name",        "version",
        "year",      "methodology", "methodology_title", "methodology_version", "conversions",
        "rounding"};
    const struct th_workbook_column columns[] = {
        {phrase(messages, lang, "field.term"), 24, true},
        {phrase(messages, lang, "estimate.about_text"), 80, true}};
    th_workbook_sheet(workbook, phrase(messages, lang, "estimate.about"), columns, 2);
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        char key[64];
        char number[32];
        const struct th_json *value = th_json_get(reply, members[i]);
        if (!value) {
            continue;
        }
        const char *text = th_json_text(value);
        (void)snprintf(key, sizeof(key), "field.%s", members[i]);
        if (th_json_type(value) == TH_JSON_INT) {
            (void)snprintf(number, sizeof(number), "%lld",
                           (long long)th_json_get_int(reply, members[i], 0));
            text = number;
        }
        write_fact(workbook, TH_WORKBOOK_PLAIN, phrase(messages, lang, key), text);
    }
    const struct th_json *warnings = th_json_get(reply, "warnings");
    for (size_t i = 0; i < th_json_size(warnings); i++) {
        write_fact(workbook, TH_WORKBOOK_WARNING, phrase(messages, lang, "field.message"),
                   th_json_get_text(th_json_at(warnings, i), "message", ""));
    }
}

enum th_status th_estimate_workbook_write(const char *path, const struct th_json *reply,
                                          const struct th_messages *messages, enum th_lang lang,
                                          struct th_error *err)
{
    static const char *const members[] = {"term", "expression", NULL, NULL, NULL, "source"};
    const struct th_json *lines = th_json_get(reply, "lines");
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
            } else if (k == 2) {
                write_value(workbook, line);
            } else {
                write_word(workbook, line, k == 3 ? "unit" : "evidence", messages, lang);
            }
        }
    }
    write_about(workbook, reply, messages, lang);
    return th_workbook_close(workbook, err);
}
