#include "registry/table/field_names.h"

#include <stdlib.h>
#include <string.h>

#include "core/embed.h"
#include "core/json.h"
#include "core/text.h"

extern const struct th_embedded_file th_embed_fields[];
extern const size_t th_embed_fields_count;

enum {
    FOLDED_SIZE = 192,
    CUT_BYTES = 10,   // of a name in a dBase header
    CUT_MIN_UTF8 = 8, // what is left of them when a hanzi of three bytes is cut
    CUT_MIN_GBK = 9   // and one of two
};

// One name of a key.
struct name {
    char folded[FOLDED_SIZE];
    char scheme[TH_FIELD_SCHEME_SIZE];
    bool has_unit;
    enum th_area_unit unit;
};

struct key {
    char key[TH_FIELD_KEY_SIZE];
    struct name *names;
    size_t n_names;
};

struct th_field_names {
    struct key *keys;
    size_t n_keys;
};

// A column while it is looked for.
struct column {
    char folded[FOLDED_SIZE];
    char base[FOLDED_SIZE]; // without a unit
    bool maybe_cut;
    bool has_unit; // in the heading
    enum th_area_unit unit;
};

// What one writer sets and the next leaves out, and half characters where a name was cut.
static const char *const IGNORED[] = {"_", "-", " ", "\t", "\xE3\x80\x80", "\xEF\xBF\xBD", NULL};

static void fold(const char *text, char folded[FOLDED_SIZE])
{
    size_t n = 0;
    while (*text != '\0' && n + 1 < FOLDED_SIZE) {
        size_t ignored = 0;
        for (int i = 0; ignored == 0 && IGNORED[i] != NULL; i++) {
            ignored = th_text_starts_with(text, IGNORED[i]) ? strlen(IGNORED[i]) : 0;
        }
        if (ignored > 0) {
            text += ignored;
        } else if (th_text_starts_with(text, "（") || th_text_starts_with(text, "）")) {
            folded[n++] = th_text_starts_with(text, "（") ? '(' : ')';
            text += strlen("（");
        } else {
            folded[n++] = (char)(*text >= 'A' && *text <= 'Z' ? *text - 'A' + 'a' : *text);
            text++;
        }
    }
    folded[n] = '\0';
}

static size_t gbk_size(const char *utf8)
{
    size_t size = 0;
    for (; *utf8 != '\0'; utf8++) {
        unsigned char c = (unsigned char)*utf8;
        size += c < 0x80 ? 1 : (c >= 0xC0 ? 2 : 0);
    }
    return size;
}

// A half character at the end has become '?' (th_text_mend) or U+FFFD.
static void broken_end_drop(char *name)
{
    size_t size = strlen(name);
    while (size > 0) {
        if (name[size - 1] == '?') {
            size -= 1;
        } else if (size >= 3 && memcmp(name + size - 3, "\xEF\xBF\xBD", 3) == 0) {
            size -= 3;
        } else {
            break;
        }
    }
    name[size] = '\0';
}

static void column_read(const char *name, struct column *column)
{
    char text[TH_AREA_UNIT_HEADING_MAX];
    char base[TH_AREA_UNIT_HEADING_MAX];
    enum th_area_unit unit = TH_AREA_UNIT_MU;
    *column = (struct column){.has_unit = th_area_unit_of_heading(name, base, &unit)};
    column->unit = unit;
    fold(base, column->base);
    th_text_copy(text, sizeof(text), name);
    th_text_trim(text);
    broken_end_drop(text);
    fold(text, column->folded);
    size_t utf8 = strlen(text);
    size_t gbk = gbk_size(text);
    column->maybe_cut =
        (utf8 >= CUT_MIN_UTF8 && utf8 <= CUT_BYTES) || (gbk >= CUT_MIN_GBK && gbk <= CUT_BYTES);
}

static enum th_status broken(struct th_error *err)
{
    return th_error_set(err, TH_INTERNAL, "field_names_broken", NULL);
}

static bool name_read(const struct th_json *item, struct name *name)
{
    const char *text = th_json_get_text(item, "name", th_json_text(item));
    const char *unit = th_json_get_text(item, "unit", NULL);
    fold(text, name->folded);
    th_text_copy(name->scheme, sizeof(name->scheme), th_json_get_text(item, "scheme", ""));
    name->has_unit = unit != NULL;
    return name->folded[0] != '\0' && (unit == NULL || th_area_unit_parse(unit, &name->unit));
}

static enum th_status key_read(const struct th_json *item, struct key *key, struct th_error *err)
{
    const struct th_json *names = th_json_get(item, "names");
    size_t n = th_json_size(names);
    th_text_copy(key->key, sizeof(key->key), th_json_get_text(item, "key", ""));
    if (key->key[0] == '\0' || n == 0) {
        return broken(err);
    }
    key->names = calloc(n, sizeof(*key->names));
    if (key->names == NULL) {
        return th_error_no_memory(err);
    }
    for (; key->n_names < n; key->n_names++) {
        if (!name_read(th_json_at(names, key->n_names), &key->names[key->n_names])) {
            return broken(err);
        }
    }
    return TH_OK;
}

static enum th_status document_read(const struct th_json *document, struct th_field_names *names,
                                    struct th_error *err)
{
    const struct th_json *fields = th_json_get(document, "fields");
    size_t n = th_json_size(fields);
    enum th_status status = n == 0 ? broken(err) : TH_OK;
    names->keys = calloc(n + 1, sizeof(*names->keys));
    if (names->keys == NULL) {
        return th_error_no_memory(err);
    }
    while (status == TH_OK && names->n_keys < n) {
        struct key *key = &names->keys[names->n_keys++];
        status = key_read(th_json_at(fields, names->n_keys - 1), key, err);
    }
    return status;
}

enum th_status th_field_names_new(enum th_field_table table, struct th_field_names **ret_names,
                                  struct th_error *err)
{
    static const char *const FILES[] = {[TH_FIELDS_OF_PARCELS] = "parcels.json",
                                        [TH_FIELDS_OF_VILLAGES] = "villages.json",
                                        [TH_FIELDS_OF_ACTIVITY] = "activity.json",
                                        [TH_FIELDS_OF_PLOTS] = "plots.json",
                                        [TH_FIELDS_OF_ENTERPRISES] = "enterprises.json"};
    struct th_json *document = NULL;
    struct th_field_names *names = calloc(1, sizeof(*names));
    if (names == NULL) {
        return th_error_no_memory(err);
    }
    enum th_status status = broken(err);
    for (size_t i = 0; i < th_embed_fields_count; i++) {
        const struct th_embedded_file *file = &th_embed_fields[i];
        if (strcmp(file->name, FILES[table]) != 0) {
            continue;
        }
        status = th_json_parse((const char *)file->data, file->size, &document, err);
        if (status == TH_OK) {
            status = document_read(document, names, err);
        }
        th_json_free(document);
        break;
    }
    if (status == TH_OK) {
        *ret_names = names;
    } else {
        th_field_names_free(names);
    }
    return status;
}

void th_field_names_free(struct th_field_names *names)
{
    if (names == NULL) {
        return;
    }
    for (size_t i = 0; i < names->n_keys; i++) {
        free(names->keys[i].names);
    }
    free(names->keys);
    free(names);
}

bool th_field_names_has(const struct th_field_names *names, const char *key)
{
    for (size_t i = 0; i < names->n_keys; i++) {
        if (strcmp(names->keys[i].key, key) == 0) {
            return true;
        }
    }
    return false;
}

// Only areas have units; "LIN_MU" is not a unit of anything.
static bool takes_unit(const struct key *key)
{
    return strcmp(key->key, "declared_area") == 0;
}

static bool is_name(const struct key *key, const struct name *name, const struct column *column)
{
    return strcmp(name->folded, column->folded) == 0 ||
           (takes_unit(key) && column->has_unit && strcmp(name->folded, column->base) == 0);
}

static bool begins_like(const struct name *name, const struct column *column)
{
    size_t size = strlen(column->folded);
    return strlen(name->folded) > size && memcmp(name->folded, column->folded, size) == 0;
}

// The only key with longer names that begin like this, or NULL. A name that is known as it stands
// is not cut.
static const struct key *key_of_cut(const struct th_field_names *names, const struct column *column)
{
    const struct key *found = NULL;
    for (size_t k = 0; column->maybe_cut && k < names->n_keys; k++) {
        for (size_t i = 0; i < names->keys[k].n_names; i++) {
            if (is_name(&names->keys[k], &names->keys[k].names[i], column)) {
                return NULL;
            }
            if (!begins_like(&names->keys[k].names[i], column) || found == &names->keys[k]) {
                continue;
            }
            if (found != NULL) {
                return NULL;
            }
            found = &names->keys[k];
        }
    }
    return found;
}

static void meaning_set(const struct key *key, const struct name *name, const struct column *column,
                        bool cut, struct th_field_meaning *meaning)
{
    *meaning = (struct th_field_meaning){.cut = cut};
    memcpy(meaning->key, key->key, sizeof(meaning->key));
    memcpy(meaning->scheme, name->scheme, sizeof(meaning->scheme));
    meaning->unit_in_heading = takes_unit(key) && column->has_unit;
    meaning->has_unit = meaning->unit_in_heading || name->has_unit;
    meaning->unit = meaning->unit_in_heading ? column->unit : name->unit;
}

// The column that bears the key's best name; whole names before cut ones.
static void key_assign(const struct th_field_names *names, const struct key *key,
                       const struct column *columns, const bool *taken, size_t n,
                       struct th_field_meaning *meanings)
{
    for (size_t i = 0; i < key->n_names; i++) {
        for (size_t c = 0; c < n; c++) {
            if (taken[c] || meanings[c].key[0] != '\0' ||
                !is_name(key, &key->names[i], &columns[c])) {
                continue;
            }
            meaning_set(key, &key->names[i], &columns[c], false, &meanings[c]);
            return;
        }
    }
    for (size_t c = 0; c < n; c++) {
        if (taken[c] || meanings[c].key[0] != '\0' || key_of_cut(names, &columns[c]) != key) {
            continue;
        }
        for (size_t i = 0; i < key->n_names; i++) {
            if (begins_like(&key->names[i], &columns[c])) {
                meaning_set(key, &key->names[i], &columns[c], true, &meanings[c]);
                return;
            }
        }
    }
}

// The key that a column without a meaning would have had alone.
static void alike_note(const struct th_field_names *names, const struct column *column,
                       const struct th_field_meaning *meanings, size_t n,
                       struct th_field_meaning *meaning)
{
    const struct key *alike = key_of_cut(names, column);
    for (size_t k = 0; k < names->n_keys && alike == NULL; k++) {
        for (size_t i = 0; i < names->keys[k].n_names && alike == NULL; i++) {
            if (is_name(&names->keys[k], &names->keys[k].names[i], column)) {
                alike = &names->keys[k];
            }
        }
    }
    for (size_t c = 0; c < n && alike != NULL; c++) {
        if (strcmp(meanings[c].key, alike->key) == 0) {
            memcpy(meaning->passed_over, alike->key, sizeof(meaning->passed_over));
        }
    }
}

enum th_status th_field_names_assign(const struct th_field_names *names, const char *const *columns,
                                     const bool *taken, size_t n,
                                     bool (*key_taken)(void *context, const char *key),
                                     void *context, struct th_field_meaning *ret_meanings,
                                     struct th_error *err)
{
    struct column *read = calloc(n + 1, sizeof(*read));
    if (read == NULL) {
        return th_error_no_memory(err);
    }
    for (size_t c = 0; c < n; c++) {
        column_read(columns[c], &read[c]);
        ret_meanings[c] = (struct th_field_meaning){0};
    }
    for (size_t k = 0; k < names->n_keys; k++) {
        if (key_taken == NULL || !key_taken(context, names->keys[k].key)) {
            key_assign(names, &names->keys[k], read, taken, n, ret_meanings);
        }
    }
    for (size_t c = 0; c < n; c++) {
        if (!taken[c] && ret_meanings[c].key[0] == '\0') {
            alike_note(names, &read[c], ret_meanings, n, &ret_meanings[c]);
        }
    }
    free(read);
    return TH_OK;
}

bool th_field_names_unit(const struct th_field_names *names, const char *column, const char *key,
                         enum th_area_unit *ret_unit)
{
    struct column read;
    column_read(column, &read);
    for (size_t k = 0; k < names->n_keys; k++) {
        const struct key *known = &names->keys[k];
        if (strcmp(known->key, key) != 0 || !takes_unit(known)) {
            continue;
        }
        if (read.has_unit) {
            *ret_unit = read.unit;
            return true;
        }
        for (size_t i = 0; i < known->n_names; i++) {
            if (!known->names[i].has_unit || !is_name(known, &known->names[i], &read)) {
                continue;
            }
            *ret_unit = known->names[i].unit;
            return true;
        }
    }
    return false;
}
