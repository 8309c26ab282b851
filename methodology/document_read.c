// Reading a methodology document: places, faults, objects, lists and texts.
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "methodology/document_reader_internal.h"

enum {
    DOCUMENT_SIZE_MAX = 1024 * 1024,
    TEXT_SIZE_MAX = 2000,
    ID_SIZE_MAX = 48,
    VERSION_SIZE_MAX = 4,
    NAME_SIZE_MAX = 32,
    YEAR_MIN = 1900,
    YEAR_MAX = 2200
};

// Appends "/key" with ~ and / escaped (RFC 6901); a pointer too long is cut, which can only happen
// on a key that is about to be refused.
struct th_place th_place_below(const struct th_place *parent, const char *key)
{
    struct th_place place = {.value = th_json_get(parent->value, key)};
    size_t used = strlen(parent->pointer);
    memcpy(place.pointer, parent->pointer, used + 1);
    if (used + 1 < sizeof(place.pointer)) {
        place.pointer[used++] = '/';
    }
    for (const char *c = key; *c && used + 2 < sizeof(place.pointer); c++) {
        if (*c == '~' || *c == '/') {
            place.pointer[used++] = '~';
            place.pointer[used++] = *c == '~' ? '0' : '1';
        } else {
            place.pointer[used++] = *c;
        }
    }
    place.pointer[used] = '\0';
    return place;
}

struct th_place th_place_at(const struct th_place *parent, size_t index)
{
    char key[24];
    (void)snprintf(key, sizeof(key), "%zu", index);
    struct th_place place = th_place_below(parent, key);
    place.value = th_json_at(parent->value, index);
    return place;
}

struct th_place th_reader_place(const struct th_reader *reader, const char *list, size_t index,
                                const char *key)
{
    struct th_place whole = th_place_below(&reader->root, list);
    struct th_place element = th_place_at(&whole, index);
    return key ? th_place_below(&element, key) : element;
}

bool th_place_is_null(const struct th_place *place)
{
    return th_json_type(place->value) == TH_JSON_NULL;
}

// A document may hold anything, also what steers a terminal, and a long pointer may be cut inside a
// character.
static void mend(struct th_error *fault)
{
    for (int i = 0; i < fault->n_args; i++) {
        th_text_mend(fault->args[i].value);
        for (char *c = fault->args[i].value; *c; c++) {
            if ((unsigned char)*c < 0x20 || *c == 0x7f) {
                *c = '?';
            }
        }
    }
}

bool th_reader_fault(struct th_reader *reader, const struct th_place *place, const char *reason,
                     ...)
{
    char key[TH_ERROR_KEY_SIZE];
    struct th_error fault;
    (void)snprintf(key, sizeof(key), "@methodology.%s", reason);
    (void)th_error_set(&fault, TH_INVALID,
                       reader->fault_key ? reader->fault_key : "methodology_invalid", "where",
                       place->pointer[0] ? place->pointer : "/", "reason", key, NULL);
    va_list more;
    va_start(more, reason);
    for (const char *name = va_arg(more, const char *); name; name = va_arg(more, const char *)) {
        th_error_add(&fault, name, va_arg(more, const char *));
    }
    va_end(more);
    mend(&fault);
    if (reader->n_faults++ < TH_READER_FAULTS_MAX) {
        reader->report(reader->context, &fault);
    }
    return false;
}

void th_reader_keep_first(void *context, const struct th_error *fault)
{
    struct th_first_fault *first = context;
    if (!first->is_kept && first->err) {
        *first->err = *fault;
    }
    first->is_kept = true;
}

bool th_reader_no_memory(struct th_reader *reader)
{
    reader->no_memory = true;
    return false;
}

static bool is_missing(const struct th_place *place)
{
    return place->value == NULL;
}

// What editors and other encodings make of a text has a name of its own.
static const char *text_reason(const char *text, size_t size, const struct th_error *err)
{
    static const char mark[] = "\xEF\xBB\xBF";
    const char *reason = th_error_arg_get(err, "reason");
    if (size >= strlen(mark) && memcmp(text, mark, strlen(mark)) == 0) {
        return "json_mark";
    }
    if (th_text_equals(reason, "@json_reason.utf8")) {
        return "json_encoding";
    }
    return th_text_equals(reason, "@json_reason.duplicate_key") ? "json_twice" : "not_json";
}

bool th_reader_json(struct th_reader *reader, const char *text, size_t size,
                    struct th_json **ret_json)
{
    struct th_error err = {0};
    if (size > DOCUMENT_SIZE_MAX) {
        return th_reader_fault(reader, &reader->root, "too_large", NULL);
    }
    enum th_status status = th_json_parse(text, size, ret_json, &err);
    if (status == TH_NO_MEMORY) {
        return th_reader_no_memory(reader);
    }
    if (status != TH_OK) {
        const char *line = th_error_arg_get(&err, "line");
        const char *column = th_error_arg_get(&err, "column");
        return th_reader_fault(reader, &reader->root, text_reason(text, size, &err), "line",
                               line ? line : "", "column", column ? column : "", NULL);
    }
    reader->root.value = *ret_json;
    return true;
}

// The type, as the name that a message gives it.
static bool has_type(struct th_reader *reader, const struct th_place *place, enum th_json_type type,
                     const char *reason)
{
    if (is_missing(place)) {
        return false;
    }
    return th_json_type(place->value) == type || th_reader_fault(reader, place, reason, NULL);
}

static bool is_of_keys(const char *const *keys, const char *key)
{
    for (size_t i = 0; keys && keys[i]; i++) {
        if (th_text_equals(keys[i], key)) {
            return true;
        }
    }
    return false;
}

bool th_reader_object_with(struct th_reader *reader, const struct th_place *place,
                           const char *const *keys, const char *const *optional)
{
    if (!has_type(reader, place, TH_JSON_OBJECT, "want_object")) {
        return false;
    }
    for (size_t i = 0; keys[i]; i++) {
        if (!th_json_get(place->value, keys[i])) {
            struct th_place missing = th_place_below(place, keys[i]);
            (void)th_reader_fault(reader, &missing, "key_missing", NULL);
        }
    }
    for (void *it = th_json_iter(place->value); it; it = th_json_iter_next(place->value, it)) {
        const char *key = th_json_iter_key(it);
        if (!is_of_keys(keys, key) && !is_of_keys(optional, key)) {
            struct th_place unknown = th_place_below(place, key);
            (void)th_reader_fault(reader, &unknown, "key_unknown", NULL);
        }
    }
    return true;
}

bool th_reader_object(struct th_reader *reader, const struct th_place *place,
                      const char *const *keys)
{
    return th_reader_object_with(reader, place, keys, NULL);
}

bool th_reader_list(struct th_reader *reader, const struct th_place *place, size_t minimum,
                    size_t maximum)
{
    if (!has_type(reader, place, TH_JSON_ARRAY, "want_list")) {
        return false;
    }
    if (th_json_size(place->value) < minimum) {
        return th_reader_fault(reader, place, "list_empty", NULL);
    }
    if (th_json_size(place->value) > maximum) {
        char most[24];
        (void)snprintf(most, sizeof(most), "%zu", maximum);
        return th_reader_fault(reader, place, "list_too_long", "most", most, NULL);
    }
    return true;
}

// A text for people or machines: something, not too much, nothing that steers a terminal.
static bool check_text(struct th_reader *reader, const struct th_place *place)
{
    if (!has_type(reader, place, TH_JSON_STRING, "want_text")) {
        return false;
    }
    const char *text = th_json_text(place->value);
    if (text[0] == '\0') {
        return th_reader_fault(reader, place, "text_empty", NULL);
    }
    if (strlen(text) > TEXT_SIZE_MAX) {
        return th_reader_fault(reader, place, "text_too_long", NULL);
    }
    for (const char *c = text; *c; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7f) {
            return th_reader_fault(reader, place, "text_control", NULL);
        }
    }
    if (th_text_has_hidden(text)) {
        return th_reader_fault(reader, place, "text_hidden", NULL);
    }
    return true;
}

bool th_reader_text(struct th_reader *reader, const struct th_place *parent, const char *key,
                    const char **ret_text)
{
    struct th_place place = th_place_below(parent, key);
    if (!check_text(reader, &place)) {
        return false;
    }
    *ret_text = th_json_text(place.value);
    return true;
}

bool th_reader_texts(struct th_reader *reader, const struct th_place *parent, const char *key,
                     struct th_text *ret_text)
{
    static const char *const keys[] = {"zh", "en", NULL};
    struct th_place place = th_place_below(parent, key);
    if (!th_reader_object(reader, &place, keys)) {
        return false;
    }
    bool zh = th_reader_text(reader, &place, "zh", &ret_text->zh);
    bool en = th_reader_text(reader, &place, "en", &ret_text->en);
    return zh && en;
}

bool th_reader_bool(struct th_reader *reader, const struct th_place *parent, const char *key,
                    bool *ret_value)
{
    struct th_place place = th_place_below(parent, key);
    if (!has_type(reader, &place, TH_JSON_BOOL, "want_bool")) {
        return false;
    }
    *ret_value = th_json_bool_value(place.value);
    return true;
}

const char *th_reader_list_words(const char *const *words, char buf[TH_ERROR_VALUE_SIZE])
{
    size_t used = 0;
    buf[0] = '\0';
    for (size_t i = 0; words[i] && used < TH_ERROR_VALUE_SIZE; i++) {
        int n =
            snprintf(buf + used, TH_ERROR_VALUE_SIZE - used, "%s%s", i > 0 ? ", " : "", words[i]);
        used += n > 0 ? (size_t)n : 0;
    }
    return buf;
}

bool th_reader_word(struct th_reader *reader, const struct th_place *parent, const char *key,
                    const char *const *words, const char *reason, size_t *ret_index)
{
    char want[TH_ERROR_VALUE_SIZE];
    const char *text = NULL;
    if (!th_reader_text(reader, parent, key, &text)) {
        return false;
    }
    for (size_t i = 0; words[i]; i++) {
        if (th_text_equals(words[i], text)) {
            *ret_index = i;
            return true;
        }
    }
    struct th_place place = th_place_below(parent, key);
    return th_reader_fault(reader, &place, reason, "have", text, "want",
                           th_reader_list_words(words, want), NULL);
}

bool th_reader_words(struct th_reader *reader, const struct th_place *list,
                     bool (*accepts)(const char *), const char *reason)
{
    if (!th_reader_list(reader, list, 1, TH_READER_LIST_MAX)) {
        return false;
    }
    bool all = true;
    for (size_t i = 0; i < th_json_size(list->value); i++) {
        struct th_place place = th_place_at(list, i);
        if (!has_type(reader, &place, TH_JSON_STRING, "want_text")) {
            all = false;
            continue;
        }
        const char *word = th_json_text(place.value);
        if (!accepts(word)) {
            all = th_reader_fault(reader, &place, reason, "have", word, NULL);
        }
        for (size_t k = 0; k < i; k++) {
            if (th_text_equals(th_json_text(th_json_at(list->value, k)), word)) {
                all = th_reader_fault(reader, &place, "repeated", NULL);
                break;
            }
        }
    }
    return all;
}

static bool is_of(const char *text, const char *first, const char *signs)
{
    return strlen(text) <= NAME_SIZE_MAX && strspn(text, first) > 0 &&
           strspn(text, signs) == strlen(text);
}

bool th_reader_name(struct th_reader *reader, const struct th_place *parent, const char **ret_name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    struct th_place place = th_place_below(parent, "name");
    const char *name = NULL;
    if (!th_reader_text(reader, parent, "name", &name)) {
        return false;
    }
    if (!is_of(name, letters, "abcdefghijklmnopqrstuvwxyz0123456789_")) {
        return th_reader_fault(reader, &place, "name_form", "have", name, NULL);
    }
    *ret_name = name;
    return true;
}

static bool is_id(const char *text)
{
    return strlen(text) <= ID_SIZE_MAX && islower((unsigned char)text[0]) &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(text);
}

static bool is_version(const char *text)
{
    return strlen(text) <= VERSION_SIZE_MAX && text[0] != '0' &&
           strspn(text, "0123456789") == strlen(text);
}

bool th_reader_id(struct th_reader *reader, const char **ret_id, const char **ret_version)
{
    struct th_place id = th_place_below(&reader->root, "id");
    struct th_place version = th_place_below(&reader->root, "version");
    bool sound = th_reader_text(reader, &reader->root, "id", ret_id) &&
                 (is_id(*ret_id) || th_reader_fault(reader, &id, "id_form", NULL));
    return th_reader_text(reader, &reader->root, "version", ret_version) &&
           (is_version(*ret_version) || th_reader_fault(reader, &version, "version_form", NULL)) &&
           sound;
}

bool th_reader_choice_name(struct th_reader *reader, const struct th_place *parent,
                           const char **ret_name)
{
    static const char first[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    struct th_place place = th_place_below(parent, "name");
    const char *name = NULL;
    if (!th_reader_text(reader, parent, "name", &name)) {
        return false;
    }
    if (!is_of(name, first, "abcdefghijklmnopqrstuvwxyz0123456789_-")) {
        return th_reader_fault(reader, &place, "choice_form", "have", name, NULL);
    }
    *ret_name = name;
    return true;
}

bool th_reader_year(struct th_reader *reader, const struct th_place *place, int *ret_year)
{
    if (!has_type(reader, place, TH_JSON_INT, "want_year")) {
        return false;
    }
    int64_t year = th_json_int_value(place->value);
    if (year < YEAR_MIN || year > YEAR_MAX) {
        return th_reader_fault(reader, place, "want_year", NULL);
    }
    *ret_year = (int)year;
    return true;
}

size_t th_reader_find_input(const struct th_reader *reader, const char *name)
{
    for (size_t i = 0; i < reader->methodology->n_inputs; i++) {
        if (reader->methodology->inputs[i].name &&
            th_text_equals(reader->methodology->inputs[i].name, name)) {
            return i;
        }
    }
    return SIZE_MAX;
}

size_t th_reader_find_parameter(const struct th_reader *reader, const char *name)
{
    for (size_t i = 0; i < reader->methodology->n_parameters; i++) {
        if (reader->methodology->parameters[i].name &&
            th_text_equals(reader->methodology->parameters[i].name, name)) {
            return i;
        }
    }
    return SIZE_MAX;
}
