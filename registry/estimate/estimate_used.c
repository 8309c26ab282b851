// What a line was computed from, as text: a canonical JSON object of exact texts. A run has
// millions of them, so that what is the same in all is written down once.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/estimate/estimate_internal.h"

struct piece {
    size_t input;
    size_t n_texts;
    const char **texts; // `"name":"choice"` of each choice; of a number `"name":"` alone
    bool is_written;
    double value; // the number that was written last, and its text
    char number[40];
};

struct th_estimate_used {
    size_t n;
    struct piece pieces[TH_CALC_INPUTS_MAX]; // in order of name
    struct th_arena texts;
};

// `"name":"value"`, escaped as canonical JSON has it; NULL: no memory.
static const char *member(struct th_arena *texts, const char *name, const char *value)
{
    char *dump = NULL;
    const char *text = NULL;
    struct th_json *object = th_json_object();
    th_json_set_text(object, name, value);
    if (th_json_dump(object, TH_JSON_CANONICAL, &dump, NULL) == TH_OK) {
        dump[strlen(dump) - 1] = '\0';
        text = th_arena_text(texts, dump + 1);
    }
    free(dump);
    th_json_free(object);
    return text;
}

static bool piece_make(const struct th_input *input, size_t index, struct th_arena *texts,
                       struct piece *piece)
{
    bool is_choice = input->type == TH_INPUT_CHOICE;
    size_t n = is_choice ? input->n_choices : 1;
    *piece = (struct piece){.input = index, .n_texts = n};
    piece->texts = th_arena_take(texts, n * sizeof(*piece->texts));
    for (size_t i = 0; i < n && piece->texts; i++) {
        const char *text = member(texts, input->name, is_choice ? input->choices[i].name : "");
        if (!text) {
            return false;
        }
        piece->texts[i] = text;
    }
    if (piece->texts && !is_choice) { // without the quote that ends the empty text
        char *cut = th_arena_text(texts, piece->texts[0]);
        if (!cut) {
            return false;
        }
        cut[strlen(cut) - 1] = '\0';
        piece->texts[0] = cut;
        piece->n_texts = 0;
    }
    return piece->texts != NULL;
}

static int compare_pieces(const void *a, const void *b)
{
    const struct piece *x = a;
    const struct piece *y = b;
    return strcmp(x->texts[0], y->texts[0]);
}

enum th_status th_estimate_used_new(const struct th_methodology *methodology,
                                    struct th_estimate_used **ret_used, struct th_error *err)
{
    struct th_estimate_used *used = calloc(1, sizeof(*used));
    bool made = used != NULL;
    for (size_t i = 0; i < th_methodology_n_inputs(methodology) && made; i++) {
        const struct th_input *input = th_methodology_input(methodology, i);
        if (input->type != TH_INPUT_YEARS_SINCE) { // which follows from another one
            made = piece_make(input, i, &used->texts, &used->pieces[used->n]);
            used->n++;
        }
    }
    if (!made) {
        th_estimate_used_free(used);
        return th_error_no_memory(err);
    }
    qsort(used->pieces, used->n, sizeof(used->pieces[0]), compare_pieces);
    *ret_used = used;
    return TH_OK;
}

void th_estimate_used_free(struct th_estimate_used *used)
{
    if (used) {
        th_arena_clear(&used->texts);
        free(used);
    }
}

// The same number often stands in one parcel after the other.
static void write_number(struct piece *piece, double value)
{
    value += 0.0; // −0 is 0
    if (piece->is_written && piece->value == value) {
        return;
    }
    piece->is_written = true;
    piece->value = value;
    (void)snprintf(piece->number, sizeof(piece->number), "%.15g", value);
}

void th_estimate_used_write(struct th_estimate_used *used, const double *inputs, struct th_buf *out)
{
    th_buf_append_char(out, '{');
    for (size_t i = 0; i < used->n; i++) {
        struct piece *piece = &used->pieces[i];
        double value = inputs[piece->input];
        if (i > 0) {
            th_buf_append_char(out, ',');
        }
        if (piece->n_texts > 0) {
            th_buf_append_str(out, piece->texts[(size_t)value]);
            continue;
        }
        write_number(piece, value);
        th_buf_append_str(out, piece->texts[0]);
        th_buf_append_str(out, piece->number);
        th_buf_append_char(out, '"');
    }
    th_buf_append_char(out, '}');
}
