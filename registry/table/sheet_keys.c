#include "registry/table/sheet_keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/embed.h"
#include "core/text.h"

extern const struct th_embedded_file th_embed_fields[];
extern const size_t th_embed_fields_count;

static enum th_status broken(struct th_error *err)
{
    return th_error_set(err, TH_INTERNAL, "field_names_broken", NULL);
}

static bool ratio_read(const struct th_json *item, const char *name, bool *ret_has,
                       struct th_ratio *ret_ratio)
{
    struct th_error ignored;
    const char *text = th_json_get_text(item, name, NULL);
    *ret_has = text != NULL;
    return text == NULL || th_ratio_parse(text, ret_ratio, &ignored) == TH_OK;
}

static bool key_read(const struct th_json *item, struct th_sheet_key *key)
{
    static const char *const PER[] = {[TH_SHEET_WORDS] = "",
                                      [TH_SHEET_PER_MU] = "mu",
                                      [TH_SHEET_PER_PARCEL] = "parcel",
                                      [TH_SHEET_TIMES] = "times",
                                      [TH_SHEET_PER_ROW] = "row"};
    bool has_max = false;
    bool has_min = false;
    bool known = false;
    const char *per = th_json_get_text(item, "per", "");
    for (int i = TH_SHEET_WORDS; i <= TH_SHEET_PER_ROW; i++) {
        if (strcmp(PER[i], per) != 0) {
            continue;
        }
        key->per = (enum th_sheet_per)i;
        known = true;
    }
    key->dimension = th_quantity_dimension_find(th_json_get_text(item, "dimension", ""));
    key->whole = th_json_get_bool(item, "whole", false);
    th_text_copy(key->key, sizeof(key->key), th_json_get_text(item, "key", ""));
    th_text_copy(key->zh, sizeof(key->zh), th_json_get_text(item, "zh", ""));
    th_text_copy(key->en, sizeof(key->en), th_json_get_text(item, "en", ""));
    th_text_copy(key->example, sizeof(key->example), th_json_get_text(item, "example", ""));
    bool has_bamboo = false;
    bool bamboo = ratio_read(item, "bamboo_max", &has_bamboo, &key->bamboo_max);
    bool quantity = key->per != TH_SHEET_WORDS;
    key->min = (struct th_ratio){0, 1};
    known = known && bamboo;
    return known && ratio_read(item, "min", &has_min, &key->min) &&
           ratio_read(item, "max", &has_max, &key->max) &&
           ratio_read(item, "usual", &key->has_usual, &key->usual) &&
           ratio_read(item, "n_content", &key->has_n, &key->n_content) && key->key[0] != '\0' &&
           key->zh[0] != '\0' && key->en[0] != '\0' && has_max == quantity &&
           (key->dimension != TH_QUANTITY_NONE) == quantity;
}

static enum th_status document_read(const struct th_json *document, struct th_sheet_keys *keys,
                                    struct th_error *err)
{
    const struct th_json *fields = th_json_get(document, "fields");
    th_text_copy(keys->n_source, sizeof(keys->n_source),
                 th_json_get_text(document, "n_content_source", ""));
    bool has_smallest = false;
    keys->plot_smallest_m2 = (struct th_ratio){0, 1};
    if (!ratio_read(document, "plot_smallest_m2", &has_smallest, &keys->plot_smallest_m2)) {
        return broken(err);
    }
    if (th_json_size(fields) == 0 || th_json_size(fields) > TH_SHEET_KEYS_MAX) {
        return broken(err);
    }
    for (; keys->n < th_json_size(fields); keys->n++) {
        struct th_sheet_key *key = &keys->items[keys->n];
        if (!key_read(th_json_at(fields, keys->n), key)) {
            return broken(err);
        }
        if (key->bamboo_max.denominator == 0) {
            key->bamboo_max = key->max;
        }
    }
    return TH_OK;
}

enum th_status th_sheet_keys_read(const char *wanted, struct th_sheet_keys *ret_keys,
                                  struct th_error *err)
{
    struct th_json *document = NULL;
    struct th_sheet_keys keys = {.n = 0};
    enum th_status status = broken(err);
    for (size_t i = 0; i < th_embed_fields_count; i++) {
        const struct th_embedded_file *file = &th_embed_fields[i];
        if (strcmp(file->name, wanted) != 0) {
            continue;
        }
        status = th_json_parse((const char *)file->data, file->size, &document, err);
        if (status == TH_OK) {
            status = document_read(document, &keys, err);
        }
        th_json_free(document);
        break;
    }
    if (status == TH_OK) {
        *ret_keys = keys;
    }
    return status;
}

const struct th_sheet_key *th_sheet_key_find(const struct th_sheet_keys *keys, const char *key)
{
    for (size_t i = 0; i < keys->n; i++) {
        if (strcmp(keys->items[i].key, key) == 0) {
            return &keys->items[i];
        }
    }
    return NULL;
}

enum th_status th_sheet_heading_error(const char *message, const char *heading,
                                      const struct th_sheet_key *meant, struct th_error *err)
{
    return th_error_set(err, TH_INVALID, message, "heading", heading, "example", meant->zh,
                        "example_en", meant->en, NULL);
}

static void headings_judge(const struct th_sheet_keys *keys,
                           const struct th_field_meaning *meanings, size_t n,
                           struct th_sheet_heading *headings)
{
    for (size_t c = 0; c < n; c++) {
        if (meanings[c].key[0] != '\0' && !meanings[c].cut) {
            headings[c].key = th_sheet_key_find(keys, meanings[c].key);
        }
    }
    for (size_t c = 0; c < n; c++) {
        for (size_t k = 0; meanings[c].passed_over[0] != '\0' && k < n; k++) {
            if (headings[k].key != NULL &&
                strcmp(headings[k].key->key, meanings[c].passed_over) == 0) {
                headings[c].twice = headings[k].key;
            }
        }
    }
}

enum th_status th_sheet_headings_read(enum th_field_table table, const struct th_sheet_keys *keys,
                                      const struct th_sheet *sheet,
                                      struct th_sheet_heading **ret_headings, struct th_error *err)
{
    size_t n = sheet->n_columns;
    struct th_field_names *names = NULL;
    struct th_quantity_words *words = NULL;
    struct th_sheet_heading *headings = calloc(n + 1, sizeof(*headings));
    struct th_field_meaning *meanings = calloc(n + 1, sizeof(*meanings));
    const char **bases = calloc(n + 1, sizeof(*bases));
    bool *taken = calloc(n + 1, sizeof(*taken));
    bool room = headings != NULL && meanings != NULL && bases != NULL && taken != NULL;
    enum th_status status = room ? TH_OK : th_error_no_memory(err);
    if (status == TH_OK) {
        status = th_quantity_words_new(&words, err);
    }
    if (status == TH_OK) {
        status = th_field_names_new(table, &names, err);
    }
    for (size_t c = 0; status == TH_OK && c < n; c++) {
        th_quantity_heading_read(words, sheet->headings[c], &headings[c].read);
        bases[c] = headings[c].read.base;
    }
    if (status == TH_OK) {
        status = th_field_names_assign(names, bases, taken, n, NULL, NULL, meanings, err);
    }
    if (status == TH_OK) {
        headings_judge(keys, meanings, n, headings);
        *ret_headings = headings;
        headings = NULL;
    }
    th_field_names_free(names);
    th_quantity_words_free(words);
    free(taken);
    free(bases);
    free(meanings);
    free(headings);
    return status;
}

enum th_status th_sheet_keys_template(const char *path, const char *file, const char *noun,
                                      const char *title, const struct th_messages *messages,
                                      enum th_lang lang, struct th_json **ret_reply,
                                      struct th_error *err)
{
    const char *headings[TH_SHEET_KEYS_MAX];
    const char *meanings[TH_SHEET_KEYS_MAX];
    const char *cells[TH_SHEET_KEYS_MAX];
    struct th_sheet_keys *keys = calloc(1, sizeof(*keys));
    enum th_status status = keys == NULL ? th_error_no_memory(err) : TH_OK;
    if (status == TH_OK) {
        status = th_sheet_keys_read(file, keys, err);
    }
    for (size_t i = 0; status == TH_OK && i < keys->n; i++) {
        char name[TH_FIELD_KEY_SIZE + 32];
        (void)snprintf(name, sizeof(name), "%s.meaning.%s", noun, keys->items[i].key);
        headings[i] = lang == TH_LANG_ZH ? keys->items[i].zh : keys->items[i].en;
        meanings[i] = messages == NULL ? "" : th_messages_text(messages, lang, name);
        cells[i] = keys->items[i].example;
    }
    if (status == TH_OK) {
        const struct th_sheet_form form = {.title = title,
                                           .notes = lang == TH_LANG_ZH ? "说明" : "notes",
                                           .headings = headings,
                                           .meanings = messages == NULL ? NULL : meanings,
                                           .n_columns = keys->n,
                                           .cells = cells,
                                           .n_rows = 1};
        status = th_sheet_template(path, &form, ret_reply, err);
    }
    free(keys);
    return status;
}
