// From a text to an equation, with the reader of methodology documents. data/stems/schema.json
// describes the same form for editors, and a test holds the two against each other; what a schema
// cannot say is checked here only: ranges inside of what a measure can be, classes that ascend,
// checks that come out and notice every number.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "methodology/document_reader_internal.h"
#include "methodology/stem_internal.h"

struct check {
    const char *part;
    double measures[TH_STEM_N_MEASURES];
    double value, tolerance;
};

struct stem_reader {
    struct th_reader reader;
    struct th_stem *stem;
    struct check checks[TH_STEM_CHECKS_MAX];
    size_t n_checks;
};

static bool is_wanted(const struct stem_reader *r, enum th_stem_measure measure)
{
    return th_stem_wants(r->stem, measure);
}

// --- Head --------------------------------------------------------------------------------------

static void read_gives(struct stem_reader *r)
{
    static const char *const keys[] = {"quantity", "unit", NULL};
    static const char *const quantities[] = {"above-ground-biomass", "whole-tree-biomass", NULL};
    struct th_place gives = th_place_below(&r->reader.root, "gives");
    size_t quantity = 0;
    if (!th_reader_object(&r->reader, &gives, keys)) {
        return;
    }
    (void)th_reader_word(&r->reader, &gives, "quantity", quantities, "stem_quantity", &quantity);
    (void)th_reader_unit(&r->reader, &gives, th_stem_unit(r->stem));
    r->stem->includes_roots = quantity == 1;
}

// Texts for people, or null.
static bool read_texts_or_null(struct stem_reader *r, const char *key, struct th_text *ret_text)
{
    struct th_place place = th_place_below(&r->reader.root, key);
    return !th_place_is_null(&place) && th_reader_texts(&r->reader, &r->reader.root, key, ret_text);
}

// How many stems were weighed, or null.
static void read_sample(struct stem_reader *r, const struct th_place *parent)
{
    struct th_place place = th_place_below(parent, "n");
    bool is_count = th_json_type(place.value) == TH_JSON_INT && th_json_int_value(place.value) > 0;
    if (!th_place_is_null(&place) && !is_count) {
        (void)th_reader_fault(&r->reader, &place, "stem_count", NULL);
    }
}

// --- Measures ----------------------------------------------------------------------------------

static bool read_end(struct stem_reader *r, const struct th_place *input,
                     enum th_stem_measure measure, const char *key, bool *ret_has,
                     struct th_ratio *ret_end)
{
    struct th_place place = th_place_below(input, key);
    const struct th_stem_bounds bounds = th_stem_measure_bounds(measure);
    if (th_place_is_null(&place)) {
        return true;
    }
    if (!th_reader_ratio(&r->reader, &place, ret_end)) {
        return false;
    }
    double end = th_ratio_double(*ret_end);
    if (end < bounds.low || end > bounds.high) {
        char role[TH_ERROR_KEY_SIZE];
        char have[TH_RATIO_TEXT_SIZE];
        char low[24];
        char high[24];
        (void)snprintf(role, sizeof(role), "@measure.%s", th_stem_measure_name(measure));
        (void)snprintf(low, sizeof(low), "%.15g", bounds.low);
        (void)snprintf(high, sizeof(high), "%.15g", bounds.high);
        return th_reader_fault(
            &r->reader, &place, "bounds", "have", th_ratio_format(*ret_end, have), "unit",
            th_stem_measure_unit(measure), "role", role, "low", low, "high", high, NULL);
    }
    *ret_has = true;
    return true;
}

// The range of a measure and what becomes of values outside of it.
static void read_range(struct stem_reader *r, const struct th_place *place,
                       enum th_stem_measure measure)
{
    static const char *const words[] = {"flag", "refuse", NULL};
    struct th_stem_range *range = &r->stem->ranges[measure];
    struct th_place outside_place = th_place_below(place, "outside");
    size_t outside = 0;
    (void)th_reader_unit(&r->reader, place, th_stem_measure_unit(measure));
    bool sound = read_end(r, place, measure, "low", &range->has_low, &range->low);
    sound = read_end(r, place, measure, "high", &range->has_high, &range->high) && sound;
    if (range->has_low && range->has_high && th_ratio_compare(range->low, range->high) >= 0) {
        (void)th_reader_fault(&r->reader, place, "range_order", NULL);
    }
    if (!th_reader_word(&r->reader, place, "outside", words, "stem_outside", &outside)) {
        return;
    }
    range->refuses = outside == 1;
    if (sound && range->refuses && !range->has_low && !range->has_high) {
        (void)th_reader_fault(&r->reader, &outside_place, "stem_outside_open", NULL);
    }
}

// Names of the measures that the form wants, closed by NULL; returns how many.
static size_t wanted_names(const struct stem_reader *r, const char **names)
{
    size_t n = 0;
    for (int i = 0; i < TH_STEM_N_MEASURES; i++) {
        if (is_wanted(r, (enum th_stem_measure)i)) {
            names[n++] = th_stem_measure_name((enum th_stem_measure)i);
        }
    }
    names[n] = NULL;
    return n;
}

// As many as are wanted, so that with none twice all of them are there.
static void read_inputs(struct stem_reader *r)
{
    static const char *const keys[] = {"name", "unit", "low", "high", "outside", NULL};
    const char *names[TH_STEM_N_MEASURES + 1];
    char want[TH_ERROR_VALUE_SIZE];
    bool seen[TH_STEM_N_MEASURES] = {false};
    size_t n = wanted_names(r, names);
    struct th_place inputs = th_place_below(&r->reader.root, "inputs");
    if (!th_reader_list(&r->reader, &inputs, 0, TH_STEM_N_MEASURES)) {
        return;
    }
    if (th_json_size(inputs.value) != n) {
        (void)th_reader_fault(&r->reader, &inputs, "stem_inputs", "form",
                              th_stem_forms[r->stem->form].name, "want",
                              n > 0 ? th_reader_list_words(names, want) : "[]", NULL);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        size_t index = 0;
        struct th_place place = th_place_at(&inputs, i);
        if (!th_reader_object(&r->reader, &place, keys) ||
            !th_reader_word(&r->reader, &place, "name", names, "stem_input", &index)) {
            continue;
        }
        enum th_stem_measure measure = TH_STEM_DBH;
        while (!th_text_equals(th_stem_measure_name(measure), names[index])) {
            measure++;
        }
        if (seen[measure]) {
            (void)th_reader_fault(&r->reader, &place, "repeated", NULL);
        }
        seen[measure] = true;
        read_range(r, &place, measure);
    }
}

// --- Coefficients ------------------------------------------------------------------------------

// The letters of the form, from `place` into the set from `first` on.
static bool read_letters(struct stem_reader *r, const struct th_place *place, size_t first,
                         struct th_stem_set *set)
{
    bool sound = true;
    for (const char *letter = th_stem_forms[r->stem->form].letters; *letter; letter++) {
        const char key[] = {*letter, '\0'};
        struct th_place number = th_place_below(place, key);
        sound = th_reader_ratio(&r->reader, &number, &set->coefficients[first++]) && sound;
    }
    return sound;
}

static bool read_lettered(struct stem_reader *r, const struct th_place *place, size_t first,
                          struct th_stem_set *set)
{
    static const char *const all[] = {"a", "b", "c", "d", "e", "f"};
    const char *keys[sizeof(all) / sizeof(all[0]) + 1] = {NULL};
    memcpy(keys, all, strlen(th_stem_forms[r->stem->form].letters) * sizeof(all[0]));
    return th_reader_object(&r->reader, place, keys) && read_letters(r, place, first, set);
}

static void read_type(struct stem_reader *r, const struct th_place *place, struct th_stem_set *set)
{
    static const char *const keys[] = {"name", "title", "a", "b", "n", "r2", NULL};
    struct th_place share = th_place_below(place, "r2");
    struct th_ratio ratio = {0, 1};
    struct th_text title;
    if (!th_reader_object(&r->reader, place, keys)) {
        return;
    }
    if (th_reader_choice_name(&r->reader, place, &set->name)) {
        for (const struct th_stem_set *other = r->stem->sets; other < set; other++) {
            if (other->name && th_text_equals(other->name, set->name)) {
                struct th_place name = th_place_below(place, "name");
                (void)th_reader_fault(&r->reader, &name, "repeated", NULL);
                break;
            }
        }
    }
    (void)th_reader_texts(&r->reader, place, "title", &title);
    (void)read_letters(r, place, 0, set);
    read_sample(r, place);
    if (!th_place_is_null(&share) && th_reader_ratio(&r->reader, &share, &ratio) &&
        (ratio.numerator < 0 || ratio.numerator > ratio.denominator)) {
        (void)th_reader_fault(&r->reader, &share, "stem_share", NULL);
    }
}

static void read_class(struct stem_reader *r, const struct th_place *place, bool is_last,
                       struct th_stem_set *set)
{
    static const char *const keys[] = {"up_to_m3_per_ha", "stock", "increment", "removal", NULL};
    struct th_place end = th_place_below(place, keys[0]);
    if (!th_reader_object(&r->reader, place, keys)) {
        return;
    }
    if (!th_place_is_null(&end) && th_reader_ratio(&r->reader, &end, &set->up_to)) {
        set->has_up_to = true;
        bool ascends = set->up_to.numerator > 0;
        if (set > r->stem->sets && set[-1].has_up_to) {
            ascends = th_ratio_compare(set[-1].up_to, set->up_to) < 0;
        }
        if (is_last || !ascends) {
            (void)th_reader_fault(&r->reader, &end, "stem_classes", NULL);
        }
    } else if (th_place_is_null(&end) && end.value && !is_last) {
        (void)th_reader_fault(&r->reader, &end, "stem_classes", NULL);
    }
    for (size_t i = 0; i < 3; i++) {
        struct th_place factor = th_place_below(place, keys[i + 1]);
        if (th_reader_ratio(&r->reader, &factor, &set->coefficients[i]) &&
            set->coefficients[i].numerator <= 0) {
            (void)th_reader_fault(&r->reader, &factor, "stem_positive", NULL);
        }
    }
}

static void read_list(struct stem_reader *r, const struct th_place *list)
{
    struct th_stem *stem = r->stem;
    bool is_sum = stem->form == TH_STEM_EXP_LN_SUM;
    size_t most = is_sum ? TH_STEM_COEFFICIENTS_MAX / 2 : TH_STEM_SETS_MAX;
    if (!th_reader_list(&r->reader, list, 1, most)) {
        return;
    }
    size_t n = th_json_size(list->value);
    stem->n_sets = is_sum ? 1 : n;
    stem->n_coefficients = is_sum ? 2 * n : strlen(th_stem_forms[stem->form].letters);
    for (size_t i = 0; i < n; i++) {
        struct th_place place = th_place_at(list, i);
        if (is_sum) {
            (void)read_lettered(r, &place, 2 * i, &stem->sets[0]);
        } else if (stem->form == TH_STEM_VOLUME_LINEAR) {
            read_type(r, &place, &stem->sets[i]);
        } else {
            read_class(r, &place, i + 1 == n, &stem->sets[i]);
        }
    }
}

static void read_coefficients(struct stem_reader *r)
{
    struct th_stem *stem = r->stem;
    struct th_place place = th_place_below(&r->reader.root, "coefficients");
    if (stem->form == TH_STEM_EXP_LN_SUM || stem->form == TH_STEM_VOLUME_LINEAR ||
        stem->form == TH_STEM_VOLUME_CLASS) {
        read_list(r, &place);
        return;
    }
    stem->n_sets = 1;
    stem->n_coefficients = strlen(th_stem_forms[stem->form].letters);
    (void)read_lettered(r, &place, 0, &stem->sets[0]);
}

// --- Checks ------------------------------------------------------------------------------------

static bool read_check_inputs(struct stem_reader *r, const struct th_place *check,
                              struct check *ret_check)
{
    const char *keys[TH_STEM_N_MEASURES + 1];
    struct th_place inputs = th_place_below(check, "inputs");
    (void)wanted_names(r, keys);
    for (int i = 0; i < TH_STEM_N_MEASURES; i++) {
        ret_check->measures[i] = (double)NAN;
    }
    bool sound = th_reader_object(&r->reader, &inputs, keys);
    for (int i = 0; i < TH_STEM_N_MEASURES && sound; i++) {
        struct th_place value =
            th_place_below(&inputs, th_stem_measure_name((enum th_stem_measure)i));
        struct th_ratio ratio;
        if (is_wanted(r, (enum th_stem_measure)i)) {
            sound = th_reader_ratio(&r->reader, &value, &ratio);
            ret_check->measures[i] = sound ? th_ratio_double(ratio) : (double)NAN;
        }
    }
    return sound;
}

static bool read_part(struct stem_reader *r, const struct th_place *check, struct check *ret_check)
{
    struct th_place place = th_place_below(check, "part");
    if (th_place_is_null(&place)) {
        return place.value != NULL;
    }
    return th_reader_text(&r->reader, check, "part", &ret_check->part);
}

static void read_check(struct stem_reader *r, const struct th_place *place)
{
    static const char *const keys[] = {"part", "inputs", "value", "tolerance", "source", NULL};
    struct check *check = &r->checks[r->n_checks];
    struct th_place value_place = th_place_below(place, "value");
    struct th_place tolerance_place = th_place_below(place, "tolerance");
    struct th_ratio value = {0, 1};
    struct th_ratio tolerance = {0, 1};
    const char *source = NULL;
    if (!th_reader_object(&r->reader, place, keys)) {
        return;
    }
    bool sound = read_part(r, place, check);
    sound = read_check_inputs(r, place, check) && sound;
    sound = th_reader_ratio(&r->reader, &value_place, &value) && sound;
    sound = th_reader_ratio(&r->reader, &tolerance_place, &tolerance) && sound;
    sound = th_reader_text(&r->reader, place, "source", &source) && sound;
    check->value = th_ratio_double(value);
    check->tolerance = th_ratio_double(tolerance);
    if (sound && (check->tolerance < 0 || check->tolerance > fabs(check->value) / 1000)) {
        (void)th_reader_fault(&r->reader, &tolerance_place, "stem_tolerance", NULL);
    }
    r->n_checks++;
}

static void read_checks(struct stem_reader *r)
{
    struct th_place checks = th_place_below(&r->reader.root, "checks");
    if (!th_reader_list(&r->reader, &checks, 0, TH_STEM_CHECKS_MAX)) {
        return;
    }
    for (size_t i = 0; i < th_json_size(checks.value); i++) {
        struct th_place place = th_place_at(&checks, i);
        read_check(r, &place);
    }
}

static bool comes_out(const struct th_stem *stem, const struct check *check, double *ret_value,
                      struct th_error *err)
{
    unsigned flags = 0;
    return th_stem_value(stem, check->part, check->measures, ret_value, &flags, err) == TH_OK &&
           fabs(*ret_value - check->value) <= check->tolerance + 0.5e-6;
}

static void compute_check(struct stem_reader *r, size_t index)
{
    struct th_error err = {0};
    struct th_place place = th_reader_place(&r->reader, "checks", index, NULL);
    struct th_place value_place = th_place_below(&place, "value");
    double value = (double)NAN;
    char have[32];
    char want[32];
    if (comes_out(r->stem, &r->checks[index], &value, &err)) {
        return;
    }
    if (err.status == TH_NO_MEMORY) {
        (void)th_reader_no_memory(&r->reader);
    } else if (th_text_equals(err.key, "stem_part_unknown")) {
        struct th_place part = th_place_below(&place, "part");
        (void)th_reader_fault(&r->reader, &part, "stem_part", "names",
                              th_error_arg_get(&err, "names"), NULL);
    } else if (err.status != TH_OK) {
        (void)th_reader_fault(&r->reader, &place, "stem_check_without", NULL);
    } else {
        (void)snprintf(have, sizeof(have), "%.6f", value);
        (void)snprintf(want, sizeof(want), "%.15g", r->checks[index].value);
        (void)th_reader_fault(&r->reader, &value_place, "stem_check_differs", "have", have, "want",
                              want, NULL);
    }
}

static bool notices(const struct stem_reader *r)
{
    double value = 0;
    for (size_t i = 0; i < r->n_checks; i++) {
        if (!comes_out(r->stem, &r->checks[i], &value, NULL)) {
            return true;
        }
    }
    return false;
}

static struct th_place coefficient_place(const struct stem_reader *r, size_t set, size_t index)
{
    struct th_place place = th_place_below(&r->reader.root, "coefficients");
    const char *letters = th_stem_forms[r->stem->form].letters;
    size_t n_letters = strlen(letters);
    char key[] = {letters[index % n_letters], '\0'};
    if (r->stem->form == TH_STEM_EXP_LN_SUM) {
        place = th_place_at(&place, index / n_letters);
    } else if (r->stem->form == TH_STEM_VOLUME_LINEAR) {
        place = th_place_at(&place, set);
    }
    return th_place_below(&place, key);
}

// Each number by itself is made a hundredth larger, and a check must notice. Of a constant and of a
// table the value is the number itself.
static void disturb(struct stem_reader *r)
{
    struct th_stem *stem = r->stem;
    if (stem->form == TH_STEM_CONSTANT || stem->form == TH_STEM_VOLUME_CLASS) {
        return;
    }
    for (size_t set = 0; set < stem->n_sets; set++) {
        for (size_t i = 0; i < stem->n_coefficients; i++) {
            struct th_ratio *number = &stem->sets[set].coefficients[i];
            struct th_ratio kept = *number;
            number->numerator = number->numerator == 0 ? 1 : number->numerator * 101;
            number->denominator *= 100;
            bool noticed = notices(r);
            *number = kept;
            if (!noticed) {
                struct th_place place = coefficient_place(r, set, i);
                (void)th_reader_fault(&r->reader, &place, "stem_unchecked", NULL);
            }
        }
    }
}

// --- The document ------------------------------------------------------------------------------

static void compute_checks(struct stem_reader *r)
{
    struct th_error err;
    if (th_stem_compile(r->stem, &err) != TH_OK) {
        (void)th_reader_no_memory(&r->reader);
        return;
    }
    for (size_t i = 0; i < r->n_checks; i++) {
        compute_check(r, i);
    }
    if (r->reader.n_faults == 0 && !r->reader.no_memory) {
        disturb(r);
    }
}

static void read_stem(struct stem_reader *r)
{
    static const char *const keys[] = {"id",           "version", "title",  "gives", "form",
                                       "coefficients", "inputs",  "n",      "site",  "source",
                                       "evidence",     "note",    "checks", NULL};
    const char *forms[TH_STEM_N_FORMS + 1] = {NULL};
    struct th_stem *stem = r->stem;
    struct th_text site;
    size_t form = 0;
    for (size_t i = 0; i < TH_STEM_N_FORMS; i++) {
        forms[i] = th_stem_forms[i].name;
    }
    if (!th_reader_object(&r->reader, &r->reader.root, keys)) {
        return;
    }
    (void)th_reader_id(&r->reader, &stem->id, &stem->version);
    (void)th_reader_texts(&r->reader, &r->reader.root, "title", &stem->title);
    (void)th_reader_source(&r->reader, &r->reader.root, &stem->source, &stem->evidence);
    read_sample(r, &r->reader.root);
    (void)read_texts_or_null(r, "site", &site);
    stem->has_note = read_texts_or_null(r, "note", &stem->note);
    if (!th_reader_word(&r->reader, &r->reader.root, "form", forms, "stem_form", &form)) {
        return;
    }
    stem->form = (enum th_stem_form)form;
    read_gives(r);
    read_inputs(r);
    read_coefficients(r);
    read_checks(r);
    if (r->reader.n_faults == 0 && !r->reader.no_memory) {
        compute_checks(r);
    }
}

enum th_status th_stem_parse(const char *text, size_t size, struct th_stem **ret_stem,
                             struct th_error *err)
{
    struct th_first_fault first = {.err = err};
    struct stem_reader *r = calloc(1, sizeof(*r));
    struct th_stem *stem = calloc(1, sizeof(*stem));
    enum th_status status = r && stem ? TH_OK : th_error_no_memory(err);
    if (status != TH_OK) {
        goto done;
    }
    r->stem = stem;
    r->reader.fault_key = "stem_invalid";
    r->reader.report = th_reader_keep_first;
    r->reader.context = &first;
    if (th_reader_json(&r->reader, text, size, &stem->json)) {
        read_stem(r);
    }
    if (r->reader.no_memory) {
        status = th_error_no_memory(err);
    } else if (r->reader.n_faults > 0) {
        status = TH_INVALID;
    } else {
        stem->sha256 = th_hash_bytes(TH_HASH_SHA256, text, size);
        *ret_stem = stem;
        stem = NULL;
    }
done:
    th_stem_free(stem);
    free(r);
    return status;
}
