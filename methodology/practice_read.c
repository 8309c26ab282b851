// Reading a document of practice limits, with the places and faults of the reader of methodologies.
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "methodology/document_reader_internal.h"
#include "methodology/practice_internal.h"

enum { DOCUMENT_SIZE_MAX = 1024 * 1024, ID_SIZE_MAX = 48, VERSION_SIZE_MAX = 4 };

// As store/estimate/activity_store.h keeps them.
const struct th_practice_quantity th_practice_quantities[] = {{"n_synthetic", "kg N/mu/yr"},
                                                              {"n_organic", "kg N/mu/yr"},
                                                              {"p2o5", "kg P2O5/mu/yr"},
                                                              {"k2o", "kg K2O/mu/yr"},
                                                              {"urea", "kg/mu/yr"},
                                                              {"ammonium_nitrate", "kg/mu/yr"},
                                                              {"ammonium_sulphate", "kg/mu/yr"},
                                                              {"dap", "kg/mu/yr"},
                                                              {"map", "kg/mu/yr"},
                                                              {"limestone", "kg/mu/yr"},
                                                              {"dolomite", "kg/mu/yr"},
                                                              {"diesel", "L/yr"},
                                                              {"petrol", "L/yr"},
                                                              {"cleared", "mu/yr"},
                                                              {"sprays", "1/yr"},
                                                              {"harvested_culms", "stem/yr"},
                                                              {NULL, NULL}};

struct reading {
    struct th_reader *reader;
    struct th_practice *practice;
};

static bool is_kind(const char *text)
{
    static const char *const kinds[] = {"bamboo", "orchard", "tea", "forest", "wetland"};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (th_text_equals(kinds[i], text)) {
            return true;
        }
    }
    return false;
}

static bool is_key(const char *text)
{
    return strlen(text) <= 32 && islower((unsigned char)text[0]) &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(text);
}

// The unit of a year's quantity; NULL: none of that name.
static const char *unit_of(const char *name)
{
    for (size_t i = 0; th_practice_quantities[i].name; i++) {
        if (th_text_equals(th_practice_quantities[i].name, name)) {
            return th_practice_quantities[i].unit;
        }
    }
    return NULL;
}

static bool is_quantity(const char *text)
{
    return unit_of(text) != NULL;
}

static void read_head(struct reading *reading)
{
    struct th_reader *reader = reading->reader;
    struct th_practice *practice = reading->practice;
    struct th_place kinds = th_place_below(&reader->root, "kinds");
    struct th_text summary;
    (void)th_reader_id(reader, &practice->id, &practice->version);
    (void)th_reader_texts(reader, &reader->root, "title", &practice->title);
    (void)th_reader_texts(reader, &reader->root, "summary", &summary);
    (void)th_reader_words(reader, &kinds, is_kind, "kind_unknown");
}

// A list of keys into the limit; false where it cannot be used.
static bool read_keys(struct th_reader *reader, const struct th_place *parent, const char *key,
                      bool may_be_empty, enum th_practice_scope scope, const char **keys,
                      size_t *ret_n)
{
    struct th_place list = th_place_below(parent, key);
    if (!th_reader_list(reader, &list, may_be_empty ? 0 : 1, TH_PRACTICE_TERMS_MAX)) {
        return false;
    }
    size_t n = th_json_size(list.value);
    bool of_year = scope == TH_PRACTICE_OF_YEAR;
    if (n > 0 && !th_reader_words(reader, &list, of_year ? is_quantity : is_key,
                                  of_year ? "practice_quantity" : "practice_key")) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        keys[i] = th_json_text(th_json_at(list.value, i));
    }
    *ret_n = n;
    return true;
}

// Sums are of one unit, which is the limit's; a share is in percent, and of one unit as well.
static void check_units(struct th_reader *reader, const struct th_place *place,
                        const struct th_practice_limit *limit)
{
    struct th_place unit = th_place_below(place, "unit");
    const char *common = NULL;
    bool of_year = limit->scope == TH_PRACTICE_OF_YEAR;
    for (size_t i = 0; of_year && i < limit->n_of + limit->n_per; i++) {
        bool is_of = i < limit->n_of;
        size_t at = is_of ? i : i - limit->n_of;
        const char *own = unit_of(is_of ? limit->of[at] : limit->per[at]);
        common = common ? common : own;
        if (!th_text_equals(common, own)) {
            struct th_place list = th_place_below(place, is_of ? "of" : "per");
            struct th_place key = th_place_at(&list, at);
            (void)th_reader_fault(reader, &key, "unit_other", "have", own, "want", common, NULL);
            return;
        }
    }
    const char *want = limit->n_per > 0 ? "%" : common;
    if (want && !th_text_equals(want, limit->unit)) {
        (void)th_reader_fault(reader, &unit, "unit_other", "have", limit->unit, "want", want, NULL);
    }
}

static bool read_date(struct th_reader *reader, const struct th_place *parent, const char *key,
                      struct th_date *ret_date)
{
    struct th_place place = th_place_below(parent, key);
    const char *text = NULL;
    *ret_date = (struct th_date){0};
    if (place.value == NULL || th_place_is_null(&place)) {
        return place.value != NULL;
    }
    return th_reader_text(reader, parent, key, &text) &&
           (th_date_parse(text, ret_date, NULL) == TH_OK ||
            th_reader_fault(reader, &place, "date_form", NULL));
}

static bool dates_meet(const struct th_practice_limit *a, const struct th_practice_limit *b)
{
    bool a_before = a->to.year != 0 && b->from.year != 0 && th_date_compare(a->to, b->from) < 0;
    bool b_before = b->to.year != 0 && a->from.year != 0 && th_date_compare(b->to, a->from) < 0;
    return !a_before && !b_before;
}

static void check_name(struct reading *reading, const struct th_place *place, size_t index)
{
    const struct th_practice_limit *limit = &reading->practice->limits[index];
    struct th_place name = th_place_below(place, "name");
    for (size_t i = 0; i < index && limit->name; i++) {
        const struct th_practice_limit *other = &reading->practice->limits[i];
        if (other->name && th_text_equals(other->name, limit->name) && dates_meet(other, limit)) {
            (void)th_reader_fault(reading->reader, &name, "practice_name_twice", NULL);
            return;
        }
    }
}

static void check_value(struct th_reader *reader, const struct th_place *place,
                        const struct th_practice_limit *limit)
{
    struct th_place value = th_place_below(place, "value");
    const struct th_ratio whole = {100, 1};
    if (limit->value.numerator < 0) {
        (void)th_reader_fault(reader, &value, "number_negative", NULL);
    } else if (limit->unit && th_text_equals(limit->unit, "%") &&
               th_ratio_compare(limit->value, whole) > 0) {
        (void)th_reader_fault(reader, &value, "practice_percent", NULL);
    }
}

static void read_limit(struct reading *reading, const struct th_place *place, size_t index)
{
    static const char *const keys[] = {"name",   "title",    "scope",  "of",   "per",
                                       "unit",   "test",     "value",  "from", "to",
                                       "source", "evidence", "advice", NULL};
    static const char *const scopes[] = {"parcel", "year", NULL};
    static const char *const tests[] = {"at-least", "at-most", NULL};
    struct th_reader *reader = reading->reader;
    struct th_practice_limit *limit = &reading->practice->limits[index];
    struct th_place value = th_place_below(place, "value");
    struct th_place to = th_place_below(place, "to");
    size_t scope = 0;
    size_t test = 0;
    *limit = (struct th_practice_limit){.value = {0, 1}};
    if (!th_reader_object(reader, place, keys)) {
        return;
    }
    (void)th_reader_name(reader, place, &limit->name);
    (void)th_reader_texts(reader, place, "title", &limit->title);
    (void)th_reader_texts(reader, place, "advice", &limit->advice);
    (void)th_reader_source(reader, place, &limit->source, &limit->evidence);
    (void)th_reader_word(reader, place, "test", tests, "test_unknown", &test);
    limit->test = (enum th_practice_test)test;
    bool has_unit = th_reader_text(reader, place, "unit", &limit->unit);
    bool sound = th_reader_word(reader, place, "scope", scopes, "scope_unknown", &scope);
    limit->scope = (enum th_practice_scope)scope;
    sound = sound && read_keys(reader, place, "of", false, limit->scope, limit->of, &limit->n_of) &&
            read_keys(reader, place, "per", true, limit->scope, limit->per, &limit->n_per);
    if (sound && has_unit) {
        check_units(reader, place, limit);
    }
    if (th_reader_ratio(reader, &value, &limit->value)) {
        check_value(reader, place, limit);
    }
    bool dated = read_date(reader, place, "from", &limit->from);
    if (read_date(reader, place, "to", &limit->to) && dated && limit->from.year != 0 &&
        limit->to.year != 0 && th_date_compare(limit->to, limit->from) < 0) {
        (void)th_reader_fault(reader, &to, "date_order", NULL);
    }
    check_name(reading, place, index);
}

static void read_document(struct reading *reading)
{
    static const char *const keys[] = {"id",    "version", "title", "summary",
                                       "kinds", "limits",  NULL};
    struct th_reader *reader = reading->reader;
    if (!th_reader_object(reader, &reader->root, keys)) {
        return;
    }
    read_head(reading);
    struct th_place list = th_place_below(&reader->root, "limits");
    if (!th_reader_list(reader, &list, 1, TH_PRACTICE_LIMITS_MAX)) {
        return;
    }
    for (size_t i = 0; i < th_json_size(list.value); i++) {
        struct th_place place = th_place_at(&list, i);
        reading->practice->n_limits = i + 1;
        read_limit(reading, &place, i);
    }
}

static enum th_status read_all(const char *text, size_t size,
                               void (*report)(void *context, const struct th_error *fault),
                               void *context, size_t *ret_n_faults,
                               struct th_practice **ret_practice, struct th_error *err)
{
    struct reading reading = {calloc(1, sizeof(struct th_reader)),
                              calloc(1, sizeof(struct th_practice))};
    enum th_status status = reading.reader && reading.practice ? TH_OK : th_error_no_memory(err);
    if (status == TH_OK) {
        reading.reader->fault_key = "practice_invalid";
        reading.reader->report = report;
        reading.reader->context = context;
        if (th_reader_json(reading.reader, text, size, &reading.practice->json)) {
            read_document(&reading);
        }
        status = reading.reader->no_memory ? th_error_no_memory(err) : TH_OK;
    }
    if (status == TH_OK) {
        reading.practice->sha256 = th_hash_bytes(TH_HASH_SHA256, text, size);
        *ret_n_faults = reading.reader->n_faults;
        *ret_practice = reading.practice;
        reading.practice = NULL;
    }
    th_practice_free(reading.practice);
    free(reading.reader);
    return status;
}

enum th_status th_practice_parse(const char *text, size_t size, struct th_practice **ret_practice,
                                 struct th_error *err)
{
    struct th_first_fault first = {.err = err};
    struct th_practice *practice = NULL;
    size_t n_faults = 0;
    enum th_status status =
        read_all(text, size, th_reader_keep_first, &first, &n_faults, &practice, err);
    if (status == TH_OK && n_faults > 0) {
        th_practice_free(practice);
        status = TH_INVALID;
    }
    if (status == TH_OK) {
        *ret_practice = practice;
    }
    return status;
}

size_t th_practice_lint(const char *text, size_t size,
                        void (*report)(void *context, const struct th_error *fault), void *context)
{
    struct th_practice *practice = NULL;
    struct th_error err;
    size_t n_faults = 0;
    if (read_all(text, size, report, context, &n_faults, &practice, &err) != TH_OK) {
        report(context, &err);
        return n_faults + 1;
    }
    th_practice_free(practice);
    return n_faults < TH_READER_FAULTS_MAX ? n_faults : TH_READER_FAULTS_MAX;
}
