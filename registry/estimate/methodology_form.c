#include "registry/estimate/methodology_form.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/buf.h"
#include "core/text.h"
#include "registry/estimate/estimate_internal.h"
#include "registry/estimate/methodology.h"
#include "registry/reference.h"
#include "registry/reply.h"
#include "registry/table/sheet.h"
#include "store/ground/parcel_store.h"

// Columns that say which parcel a row is: their titles are known again when the table comes back.
static const char *const PLACE[] = {"parcels.column.village_name", "parcels.column.number",
                                    "parcels.column.parcel_id", "parcels.column.area_mu"};
enum { N_PLACE = sizeof(PLACE) / sizeof(PLACE[0]), COLUMNS_MAX = N_PLACE + TH_CALC_INPUTS_MAX };

struct filling {
    const struct th_methodology_form_options *options;
    const struct th_methodology *methodology;
    const struct th_input *inputs[TH_CALC_INPUTS_MAX]; // that the form asks for
    size_t n_inputs;
    const char **cells; // grown by rows; texts live in the arena
    size_t n_cells, capacity, n_rows;
    struct th_arena texts;
    enum th_status status;
    struct th_error err;
};

static const char *word(const struct filling *f, const struct th_text *text)
{
    return f->options->lang == TH_LANG_ZH ? text->zh : text->en;
}

static void inputs_find(struct filling *f)
{
    for (size_t i = 0; i < th_methodology_n_inputs(f->methodology); i++) {
        const struct th_input *input = th_methodology_input(f->methodology, i);
        if (input->scope == TH_INPUT_OF_PARCEL && input->type != TH_INPUT_YEARS_SINCE) {
            f->inputs[f->n_inputs++] = input;
        }
    }
}

// What is on record of an input, in the words in which the form offers it.
static const char *recorded(const struct filling *f, const struct th_json *attributes,
                            const struct th_input *input)
{
    const char *text = th_input_stated(input, attributes);
    size_t index = 0;
    if (text != NULL && th_input_choice_find(input, text, &index)) {
        return word(f, &input->choices[index].title);
    }
    return text;
}

static void cell_add(struct filling *f, const char *text)
{
    if (f->n_cells == f->capacity) {
        size_t capacity = 2 * f->capacity + 256;
        const char **grown = realloc(f->cells, capacity * sizeof(*grown));
        if (grown == NULL) {
            f->status = th_error_no_memory(&f->err);
            return;
        }
        f->cells = grown;
        f->capacity = capacity;
    }
    const char *kept = th_arena_text(&f->texts, text == NULL ? "" : text);
    if (kept == NULL) {
        f->status = th_error_no_memory(&f->err);
    } else {
        f->cells[f->n_cells++] = kept;
    }
}

static bool row_add(void *context, const struct th_parcel_record *record, const char *attributes)
{
    struct filling *f = context;
    struct th_json *parsed = NULL;
    char id[32];
    char mu[32];
    const char *land_class = record->land_class[0] != '\0' ? record->land_class : NULL;
    if (th_methodology_applies(f->methodology, record->kind, land_class, record->measured, NULL) !=
        TH_OK) {
        return true;
    }
    f->status = th_json_parse(attributes, strlen(attributes), &parsed, &f->err);
    if (f->status != TH_OK) {
        return false;
    }
    (void)snprintf(id, sizeof(id), "%" PRId64, record->parcel_id);
    int64_t cents = th_area_mu_cent(record->measured);
    (void)snprintf(mu, sizeof(mu), "%" PRId64 ".%02" PRId64, cents / 100, cents % 100);
    cell_add(f, record->village_name);
    cell_add(f, record->number);
    cell_add(f, id);
    cell_add(f, mu);
    for (size_t i = 0; i < f->n_inputs; i++) {
        cell_add(f, recorded(f, parsed, f->inputs[i]));
    }
    th_json_free(parsed);
    f->n_rows++;
    return f->status == TH_OK;
}

static void say(const struct filling *f, const char *key, const struct th_error *what,
                struct th_buf *out)
{
    th_messages_format(f->options->messages, f->options->lang, key, what->args, what->n_args, out);
}

// Unit and range or the choices; whether it must be filled in, or what holds without.
static const char *meaning(struct filling *f, const struct th_input *input)
{
    struct th_error what = {.status = TH_OK};
    struct th_buf text;
    char low[TH_RATIO_TEXT_SIZE];
    char high[TH_RATIO_TEXT_SIZE];
    char standard[TH_RATIO_TEXT_SIZE];
    th_buf_init(&text, 4096);
    if (strcmp(input->unit, "1") == 0) { // which the sentence is about
        th_buf_append_str(&text, input->unit);
    } else {
        th_messages_unit(f->options->messages, f->options->lang, input->unit, &text);
    }
    th_error_add(&what, "unit", th_buf_text(&text));
    th_buf_clear(&text);
    if (input->has_range) {
        th_error_add(&what, "low", th_ratio_format(input->low, low));
        th_error_add(&what, "high", th_ratio_format(input->high, high));
    }
    if (input->has_default && input->type == TH_INPUT_CHOICE) {
        const struct th_text *title = &input->choices[input->standard.numerator].title;
        th_error_add(&what, "standard", word(f, title));
    } else if (input->has_default) {
        th_error_add(&what, "standard", th_ratio_format(input->standard, standard));
    }
    th_buf_init(&text, 4096);
    if (input->type == TH_INPUT_CHOICE) {
        say(f, "form.choice", &what, &text);
    } else {
        say(f, input->has_range ? "form.number_between" : "form.number", &what, &text);
    }
    say(f, input->has_default ? "form.default" : "form.required", &what, &text);
    const char *kept = th_arena_text(&f->texts, th_buf_text(&text));
    th_buf_clear(&text);
    return kept;
}

// The choices' titles; an empty list where anything may stand.
static struct th_sheet_choices choices_of(struct filling *f, const struct th_input *input)
{
    struct th_sheet_choices choices = {.n = input->n_choices};
    const char **texts = th_arena_take(&f->texts, (choices.n + 1) * sizeof(*texts));
    for (size_t i = 0; texts != NULL && i < choices.n; i++) {
        texts[i] = word(f, &input->choices[i].title);
    }
    if (texts == NULL) {
        choices.n = 0;
    }
    choices.texts = texts;
    return choices;
}

static enum th_status write_form(struct filling *f, struct th_json **ret_reply,
                                 struct th_error *err)
{
    const struct th_methodology_form_options *o = f->options;
    const char *headings[COLUMNS_MAX];
    const char *meanings[COLUMNS_MAX];
    struct th_sheet_choices choices[COLUMNS_MAX];
    size_t n = N_PLACE + f->n_inputs;
    for (size_t i = 0; i < n; i++) {
        const struct th_input *input = i < N_PLACE ? NULL : f->inputs[i - N_PLACE];
        headings[i] = input == NULL ? th_messages_text(o->messages, o->lang, PLACE[i])
                                    : word(f, &input->title);
        meanings[i] = input == NULL ? th_messages_text(o->messages, o->lang, "form.place")
                                    : meaning(f, input);
        choices[i] = input == NULL ? (struct th_sheet_choices){.n = 0} : choices_of(f, input);
        if (meanings[i] == NULL) {
            return th_error_no_memory(err);
        }
    }
    const struct th_sheet_form form = {
        .title = th_messages_text(o->messages, o->lang, "form.sheet"),
        .notes = th_messages_text(o->messages, o->lang, "form.notes"),
        .headings = headings,
        .meanings = meanings,
        .choices = choices,
        .choices_title = th_messages_text(o->messages, o->lang, "form.choices"),
        .n_columns = n,
        .cells = f->cells,
        .n_rows = f->n_rows};
    enum th_status status = th_sheet_template(o->path, &form, ret_reply, err);
    if (status == TH_OK) {
        th_json_set_int(*ret_reply, "n", (int64_t)form.n_rows);
        th_json_set_text(*ret_reply, "methodology", th_methodology_id(f->methodology));
        th_json_set_text(*ret_reply, "version", th_methodology_version(f->methodology));
    }
    return status;
}

static enum th_status collect_rows(struct filling *f, struct th_store *store, struct th_error *err)
{
    struct th_village village;
    struct th_parcel_filter filter = {.state = "registered"};
    enum th_status status = TH_OK;
    if (f->options->village != NULL) {
        status = th_village_resolve(store, f->options->village, &village, err);
        filter.village = village.code;
    }
    if (status == TH_OK) {
        status = th_parcel_each(store, &filter, row_add, f, err);
    }
    if (status == TH_OK && f->status != TH_OK) {
        status = f->status;
        if (err != NULL) {
            *err = f->err;
        }
    }
    if (status == TH_OK && f->n_rows == 0) {
        status = th_error_set(err, TH_NOT_FOUND, "form_no_parcels", "methodology",
                              th_methodology_id(f->methodology), NULL);
    }
    return status;
}

enum th_status th_methodology_form(struct th_registry *registry,
                                   const struct th_methodology_form_options *options,
                                   struct th_json **ret_reply, struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    struct th_methodology *methodology = NULL;
    struct filling f = {.options = options, .status = TH_OK};
    enum th_status status = th_methodology_open(store, options->methodology, &methodology, err);
    if (status == TH_OK) {
        f.methodology = methodology;
        inputs_find(&f);
        if (f.n_inputs == 0) {
            status = th_error_set(err, TH_INVALID, "form_nothing_asked", "methodology",
                                  th_methodology_id(methodology), NULL);
        }
    }
    if (status == TH_OK) {
        status = collect_rows(&f, store, err);
    }
    if (status == TH_OK) {
        status = write_form(&f, ret_reply, err);
    }
    free(f.cells);
    th_arena_clear(&f.texts);
    th_methodology_free(methodology);
    return status;
}
