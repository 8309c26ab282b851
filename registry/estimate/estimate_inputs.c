// What an estimate starts from: inputs in one form, parcels as far as it looks at them.
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/estimate/estimate_internal.h"

static enum th_status add_input(struct th_estimate_inputs *inputs, const char *name, size_t size,
                                const char *value, struct th_error *err)
{
    if (inputs->n == TH_ESTIMATE_INPUTS_MAX) {
        return th_error_set(err, TH_INVALID, "inputs_too_many", NULL);
    }
    char *target = inputs->names[inputs->n];
    memcpy(target, name, size);
    target[size] = '\0';
    for (size_t i = 0; i < inputs->n; i++) {
        if (strcmp(inputs->names[i], target) == 0) {
            return th_error_set(err, TH_INVALID, "input_repeated", "names", target, NULL);
        }
    }
    struct th_ratio ratio;
    enum th_status status = th_ratio_parse(value, &ratio, err);
    if (status == TH_OK) {
        inputs->items[inputs->n].name = target;
        inputs->items[inputs->n].value = ratio;
        inputs->n++;
    }
    return status;
}

// The names of a copied struct must point into the copy.
static void finish_inputs(const struct th_estimate_inputs *inputs,
                          struct th_estimate_inputs *ret_inputs)
{
    *ret_inputs = *inputs;
    for (size_t i = 0; i < ret_inputs->n; i++) {
        ret_inputs->items[i].name = ret_inputs->names[i];
    }
}

static enum th_status write_inputs(struct th_estimate_inputs *inputs, struct th_error *err)
{
    char *text = NULL;
    struct th_json *object = th_json_object();
    for (size_t i = 0; i < inputs->n; i++) {
        char value[TH_RATIO_TEXT_SIZE];
        th_json_set_text(object, inputs->names[i], th_ratio_format(inputs->items[i].value, value));
    }
    enum th_status status = th_json_dump(object, TH_JSON_CANONICAL, &text, err);
    if (status == TH_OK && strlen(text) >= sizeof(inputs->json)) {
        status = th_error_set(err, TH_INVALID, "inputs_too_many", NULL);
    }
    if (status == TH_OK) {
        th_text_copy(inputs->json, sizeof(inputs->json), text);
    }
    free(text);
    th_json_free(object);
    return status;
}

enum th_status th_estimate_inputs_parse(const char *const *texts, size_t n,
                                        struct th_estimate_inputs *ret_inputs, struct th_error *err)
{
    struct th_estimate_inputs inputs = {.n = 0};
    enum th_status status = TH_OK;
    for (size_t i = 0; i < n && status == TH_OK; i++) {
        const char *equals = strchr(texts[i], '=');
        size_t size = equals ? (size_t)(equals - texts[i]) : 0;
        status = size == 0 || size >= sizeof(inputs.names[0])
                     ? th_error_set(err, TH_INVALID, "input_syntax", "input", texts[i], NULL)
                     : add_input(&inputs, texts[i], size, equals + 1, err);
    }
    if (status == TH_OK) {
        status = write_inputs(&inputs, err);
    }
    if (status == TH_OK) {
        finish_inputs(&inputs, ret_inputs);
    }
    return status;
}

enum th_status th_estimate_inputs_read(const char *json, struct th_estimate_inputs *ret_inputs,
                                       struct th_error *err)
{
    struct th_estimate_inputs inputs = {.n = 0};
    struct th_json *object = NULL;
    enum th_status status = th_json_parse(json, strlen(json), &object, err);
    for (void *it = th_json_iter(object); it && status == TH_OK;
         it = th_json_iter_next(object, it)) {
        const char *name = th_json_iter_key(it);
        status =
            strlen(name) >= sizeof(inputs.names[0])
                ? th_error_set(err, TH_CORRUPT, "input_syntax", "input", name, NULL)
                : add_input(&inputs, name, strlen(name), th_json_text(th_json_iter_value(it)), err);
    }
    if (status == TH_OK) {
        status = write_inputs(&inputs, err);
    }
    if (status == TH_OK) {
        finish_inputs(&inputs, ret_inputs);
    }
    th_json_free(object);
    return status;
}

void th_estimate_sources_clear(struct th_estimate_sources *sources)
{
    free(sources->items);
    th_estimate_plots_free(sources->plots);
    th_arena_clear(&sources->texts);
    *sources = (struct th_estimate_sources){0};
}

enum th_status th_estimate_source_of(const struct th_parcel_record *record, const char *attributes,
                                     struct th_estimate_source *ret_source, struct th_error *err)
{
    struct th_area measured;
    enum th_status status = th_area_sub(record->measured, record->sliver, &measured, err);
    if (status != TH_OK) {
        return status;
    }
    *ret_source = (struct th_estimate_source){.parcel_id = record->parcel_id,
                                              .version = record->version,
                                              .number = record->number,
                                              .retired = strcmp(record->state, "retired") == 0,
                                              .measured = measured,
                                              .has_contracted = record->has_declared,
                                              .contracted = record->declared,
                                              .geometry_hash = record->geometry_hash,
                                              .attributes = attributes,
                                              .first_year = INT_MIN,
                                              .last_year = INT_MAX};
    bool is_made = strcmp(record->origin, "split") == 0 || strcmp(record->origin, "merge") == 0;
    ret_source->has_past = is_made || record->version > 1 || record->retired_on.year != 0;
    if (is_made) {
        ret_source->first_year = record->from.year;
    }
    if (record->retired_on.year != 0) {
        ret_source->last_year = record->retired_on.year - 1;
    }
    th_text_copy(ret_source->kind, sizeof(ret_source->kind), record->kind);
    th_text_copy(ret_source->land_class, sizeof(ret_source->land_class), record->land_class);
    th_text_copy(ret_source->village, sizeof(ret_source->village), record->village);
    return TH_OK;
}

struct load_context {
    struct th_estimate_sources *sources;
    bool any_version; // not only those in force
    enum th_status status;
    struct th_error *err;
};

static bool load_source(void *context, const struct th_parcel_record *record,
                        const char *attributes)
{
    struct load_context *load = context;
    struct th_estimate_sources *sources = load->sources;
    if (sources->n == sources->capacity) {
        size_t capacity = sources->capacity == 0 ? 64 : 2 * sources->capacity;
        void *grown = realloc(sources->items, capacity * sizeof(*sources->items));
        if (!grown) {
            load->status = th_error_no_memory(load->err);
            return false;
        }
        sources->items = grown;
        sources->capacity = capacity;
    }
    const char *kept =
        strcmp(attributes, "{}") == 0 ? "{}" : th_arena_text(&sources->texts, attributes);
    const char *number = th_arena_text(&sources->texts, record->number);
    struct th_estimate_source *source = &sources->items[sources->n];
    load->status = kept && number ? th_estimate_source_of(record, kept, source, load->err)
                                  : th_error_no_memory(load->err);
    if (load->status == TH_OK) {
        source->number = number;
        source->has_past = source->has_past || load->any_version;
        sources->n++;
    }
    if (load->status == TH_OK) {
        sources->items[sources->n - 1].plots = sources->plots;
    }
    return load->status == TH_OK;
}

static int compare_ids(const void *a, const void *b)
{
    const struct th_estimate_source *x = a;
    const struct th_estimate_source *y = b;
    return (x->parcel_id > y->parcel_id) - (x->parcel_id < y->parcel_id);
}

// They come out of order where parcels have changed since they were registered.
static void sort_sources(struct th_estimate_source *sources, size_t n)
{
    size_t n_sorted = n > 0 ? 1 : 0;
    while (n_sorted < n && sources[n_sorted - 1].parcel_id < sources[n_sorted].parcel_id) {
        n_sorted++;
    }
    if (n_sorted < n) {
        qsort(sources, n, sizeof(*sources), compare_ids);
    }
}

enum th_status th_estimate_sources_load(struct th_store *store,
                                        const struct th_parcel_filter *filter,
                                        struct th_estimate_sources *sources, struct th_error *err)
{
    struct load_context context = {
        .sources = sources, .any_version = filter->package_id > 0, .status = TH_OK, .err = err};
    size_t first = sources->n;
    if (!sources->plots && !(sources->plots = th_estimate_plots_new())) {
        return th_error_no_memory(err);
    }
    enum th_status status = th_parcel_ground_each(store, filter, load_source, &context, err);
    status = status == TH_OK ? context.status : status;
    if (status == TH_OK && sources->n > first) {
        sort_sources(sources->items + first, sources->n - first);
    }
    return status == TH_OK ? th_estimate_grounds_load(store, sources, first, err) : status;
}

enum th_status th_estimate_year_parse(const char *text, int *ret_year, struct th_error *err)
{
    int64_t year = 0;
    if (!th_text_parse_int(text, TH_YEAR_MIN, TH_YEAR_MAX, &year)) {
        return th_error_set(err, TH_INVALID, "year_invalid", "year", text, NULL);
    }
    *ret_year = (int)year;
    return TH_OK;
}

enum th_status th_estimate_period_parse(const char *year, const char *from, const char *to,
                                        int *ret_from, int *ret_to, struct th_error *err)
{
    int first = 0;
    int last = 0;
    bool one = year && !from && !to;
    bool both = !year && from && to;
    if (!one && !both) {
        return th_error_set(err, TH_USAGE, "period_needed", NULL);
    }
    enum th_status status = th_estimate_year_parse(one ? year : from, &first, err);
    if (status == TH_OK) {
        status = th_estimate_year_parse(one ? year : to, &last, err);
    }
    if (status == TH_OK && (last < first || last - first >= TH_YEARS_MAX)) {
        status = th_error_set(err, TH_INVALID, "period_reversed", "from", from, "to", to, NULL);
    }
    if (status == TH_OK) {
        *ret_from = first;
        *ret_to = last;
    }
    return status;
}
