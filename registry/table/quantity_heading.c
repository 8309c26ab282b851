#include "registry/table/quantity_heading.h"

#include <stdlib.h>
#include <string.h>

#include "core/embed.h"
#include "core/json.h"
#include "core/text.h"

extern const struct th_embedded_file th_embed_fields[];
extern const size_t th_embed_fields_count;

enum { WORD_SIZE = 40 };

enum word_class { WORD_UNIT, WORD_TOTAL, WORD_YEAR, WORD_ELEMENT, WORD_IGNORED };

struct word {
    char text[WORD_SIZE];
    enum word_class class;
    enum th_quantity_dimension dimension; // of a unit
    struct th_ratio factor;
};

struct th_quantity_words {
    struct word *items;
    size_t n, capacity;
};

enum th_quantity_dimension th_quantity_dimension_find(const char *name)
{
    static const char *const NAMES[] = {[TH_QUANTITY_MASS] = "mass",
                                        [TH_QUANTITY_VOLUME] = "volume",
                                        [TH_QUANTITY_AREA] = "area",
                                        [TH_QUANTITY_COUNT] = "count",
                                        [TH_QUANTITY_LENGTH] = "length"};
    for (int i = TH_QUANTITY_MASS; i <= TH_QUANTITY_LENGTH; i++) {
        if (strcmp(NAMES[i], name) == 0) {
            return (enum th_quantity_dimension)i;
        }
    }
    return TH_QUANTITY_NONE;
}

static enum th_status broken(struct th_error *err)
{
    return th_error_set(err, TH_INTERNAL, "field_names_broken", NULL);
}

static enum th_status words_add(struct th_quantity_words *words, const struct th_json *list,
                                const struct word *like, struct th_error *err)
{
    if (th_json_size(list) == 0) {
        return broken(err);
    }
    for (size_t i = 0; i < th_json_size(list); i++) {
        const char *text = th_json_text(th_json_at(list, i));
        if (words->n == words->capacity) {
            size_t capacity = words->capacity == 0 ? 64 : 2 * words->capacity;
            struct word *grown = realloc(words->items, capacity * sizeof(*grown));
            if (grown == NULL) {
                return th_error_no_memory(err);
            }
            words->items = grown;
            words->capacity = capacity;
        }
        if (text[0] == '\0' || strlen(text) >= WORD_SIZE) {
            return broken(err);
        }
        words->items[words->n] = *like;
        th_text_copy(words->items[words->n++].text, WORD_SIZE, text);
    }
    return TH_OK;
}

static enum th_status document_read(const struct th_json *document, struct th_quantity_words *words,
                                    struct th_error *err)
{
    static const struct {
        const char *key;
        enum word_class class;
    } LISTS[] = {{"total", WORD_TOTAL},
                 {"year", WORD_YEAR},
                 {"elements", WORD_ELEMENT},
                 {"ignored", WORD_IGNORED}};
    const struct th_json *units = th_json_get(document, "units");
    enum th_status status = th_json_size(units) == 0 ? broken(err) : TH_OK;
    for (size_t i = 0; status == TH_OK && i < th_json_size(units); i++) {
        const struct th_json *unit = th_json_at(units, i);
        struct word like = {
            .class = WORD_UNIT,
            .dimension = th_quantity_dimension_find(th_json_get_text(unit, "dimension", ""))};
        status = th_ratio_parse(th_json_get_text(unit, "factor", ""), &like.factor, err);
        if (status == TH_OK && (like.dimension == TH_QUANTITY_NONE || like.factor.numerator <= 0)) {
            status = broken(err);
        }
        if (status == TH_OK) {
            status = words_add(words, th_json_get(unit, "names"), &like, err);
        }
    }
    for (size_t i = 0; status == TH_OK && i < sizeof(LISTS) / sizeof(LISTS[0]); i++) {
        const struct word like = {.class = LISTS[i].class};
        status = words_add(words, th_json_get(document, LISTS[i].key), &like, err);
    }
    return status;
}

enum th_status th_quantity_words_new(struct th_quantity_words **ret_words, struct th_error *err)
{
    struct th_json *document = NULL;
    struct th_quantity_words *words = calloc(1, sizeof(*words));
    if (words == NULL) {
        return th_error_no_memory(err);
    }
    enum th_status status = broken(err);
    for (size_t i = 0; i < th_embed_fields_count; i++) {
        const struct th_embedded_file *file = &th_embed_fields[i];
        if (strcmp(file->name, "units.json") != 0) {
            continue;
        }
        status = th_json_parse((const char *)file->data, file->size, &document, err);
        if (status == TH_OK) {
            status = document_read(document, words, err);
        }
        th_json_free(document);
        break;
    }
    if (status == TH_OK) {
        *ret_words = words;
    } else {
        th_quantity_words_free(words);
    }
    return status;
}

void th_quantity_words_free(struct th_quantity_words *words)
{
    if (words == NULL) {
        return;
    }
    free(words->items);
    free(words);
}

// Lower case, without white space, and brackets and slashes of one width.
static void fold(const char *text, char folded[TH_QUANTITY_HEADING_MAX])
{
    static const char *const WIDE[][2] = {{"（", "("}, {"）", ")"}, {"／", "/"}, {"　", ""}};
    size_t n = 0;
    while (*text != '\0' && n + 1 < TH_QUANTITY_HEADING_MAX) {
        bool wide = false;
        for (size_t i = 0; !wide && i < sizeof(WIDE) / sizeof(WIDE[0]); i++) {
            wide = th_text_starts_with(text, WIDE[i][0]);
            if (wide) {
                if (WIDE[i][1][0] != '\0') {
                    folded[n++] = WIDE[i][1][0];
                }
                text += strlen(WIDE[i][0]);
            }
        }
        if (wide) {
            continue;
        }
        if (*text != ' ' && *text != '\t') {
            folded[n++] = (char)(*text >= 'A' && *text <= 'Z' ? *text - 'A' + 'a' : *text);
        }
        text++;
    }
    folded[n] = '\0';
}

static const struct word *longest_word(const struct th_quantity_words *words, const char *at)
{
    const struct word *found = NULL;
    for (size_t i = 0; i < words->n; i++) {
        if (th_text_starts_with(at, words->items[i].text) &&
            (found == NULL || strlen(words->items[i].text) > strlen(found->text))) {
            found = &words->items[i];
        }
    }
    return found;
}

// Words of a unit while they are read: an area beside another unit is what that unit is meant for.
struct reading {
    const struct word *unit;
    const struct word *area;
    bool total;
    bool element;
};

static bool word_take(struct reading *r, const struct word *word)
{
    if (word->class == WORD_TOTAL) {
        r->total = true;
    }
    if (word->class == WORD_ELEMENT) {
        r->element = true;
    }
    if (word->class != WORD_UNIT) {
        return true;
    }
    const struct word **place = word->dimension == TH_QUANTITY_AREA ? &r->area : &r->unit;
    bool first = *place == NULL;
    *place = word;
    return first;
}

static bool unit_read(const struct th_quantity_words *words, const char *text, bool bracketed,
                      struct th_quantity_heading *read)
{
    struct reading r = {0};
    char folded[TH_QUANTITY_HEADING_MAX];
    fold(text, folded);
    // Without brackets a nutrient belongs to the name before it: "有机肥氮 公斤/亩".
    const struct word *first = longest_word(words, folded);
    if (first != NULL && first->class == WORD_ELEMENT && !bracketed) {
        return false;
    }
    for (const char *at = folded; *at != '\0';) {
        const struct word *word = longest_word(words, at);
        if (word == NULL || !word_take(&r, word)) {
            return false;
        }
        at += strlen(word->text);
    }
    if (r.unit == NULL && r.area == NULL) {
        return false;
    }
    const struct word *unit = r.unit != NULL ? r.unit : r.area;
    bool per_area = r.unit != NULL && r.area != NULL;
    struct th_ratio factor = unit->factor;
    struct th_error ignored;
    if (per_area) {
        const struct th_ratio of_mu = {r.area->factor.denominator, r.area->factor.numerator};
        if (th_ratio_mul(factor, of_mu, &factor, &ignored) != TH_OK) {
            return false;
        }
    }
    read->dimension = unit->dimension;
    read->factor = factor;
    read->element = r.element;
    read->ground = per_area  ? (r.total ? TH_QUANTITY_CONFUSED : TH_QUANTITY_PER_MU)
                   : r.total ? TH_QUANTITY_PER_PARCEL
                             : TH_QUANTITY_UNSAID;
    return true;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static void base_set(struct th_quantity_heading *read, const char *heading, size_t size)
{
    memcpy(read->base, heading, size);
    read->base[size] = '\0';
    th_text_trim(read->base);
    for (size_t n = strlen(read->base); n > 0 && strchr("_-:,", read->base[n - 1]) != NULL;) {
        read->base[--n] = '\0';
    }
    th_text_trim(read->base);
}

// Where the bracket opens that closes at the end; NULL without.
static const char *bracket_find(const char *heading, size_t *ret_open, size_t *ret_close)
{
    static const char *const OPEN[] = {"(", "（", "[", "【"};
    static const char *const CLOSE[] = {")", "）", "]", "】"};
    size_t size = strlen(heading);
    *ret_close = 0;
    for (size_t i = 0; i < sizeof(CLOSE) / sizeof(CLOSE[0]); i++) {
        size_t n = strlen(CLOSE[i]);
        if (size > n && strcmp(heading + size - n, CLOSE[i]) == 0) {
            *ret_close = n;
        }
    }
    for (size_t at = size; *ret_close > 0 && at > 1;) {
        at--;
        for (size_t i = 0; i < sizeof(OPEN) / sizeof(OPEN[0]); i++) {
            if (th_text_starts_with(heading + at, OPEN[i])) {
                *ret_open = strlen(OPEN[i]);
                return heading + at;
            }
        }
    }
    return NULL;
}

void th_quantity_heading_read(const struct th_quantity_words *words, const char *heading,
                              struct th_quantity_heading *ret_read)
{
    char text[TH_QUANTITY_HEADING_MAX];
    size_t open = 0;
    size_t close = 0;
    struct th_quantity_heading read = {.factor = {1, 1}};
    th_text_copy(text, sizeof(text), heading);
    th_text_trim(text);
    size_t size = strlen(text);
    base_set(&read, text, size);
    const char *bracket = bracket_find(text, &open, &close);
    if (bracket != NULL) {
        size_t inside = size - (size_t)(bracket - text) - open - close;
        memcpy(read.unit, bracket + open, inside);
        read.unit[inside] = '\0';
        base_set(&read, text, (size_t)(bracket - text));
        read.understood = unit_read(words, read.unit, true, &read);
        *ret_read = read;
        return;
    }
    for (size_t at = 1; at < size && !read.understood; at++) {
        bool inside_character = ((unsigned char)text[at] & 0xC0) == 0x80;
        if (inside_character || (is_letter(text[at]) && is_letter(text[at - 1])) ||
            !unit_read(words, text + at, false, &read)) {
            continue;
        }
        read.understood = true;
        memcpy(read.unit, text + at, size - at + 1);
        base_set(&read, text, at);
    }
    *ret_read = read;
}
