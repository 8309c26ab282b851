// Names of columns, one a line; a line that begins with '!' is a column that has a meaning already.
// A key has one column at most and a column one meaning; the case of letters, and '_', '-' and
// blanks around a name, change nothing; and a name that is known as it stands is always understood.
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/table/field_names.h"
#include "tests/fuzz/fuzz.h"

enum { COLUMNS_MAX = 64, NAME_SIZE = 300 };

struct columns {
    char names[COLUMNS_MAX][NAME_SIZE];
    bool taken[COLUMNS_MAX];
    size_t n;
};

static const struct th_field_names *known(void)
{
    static struct th_field_names *names;
    if (names == NULL) {
        enum th_status status = th_field_names_new(TH_FIELDS_OF_PARCELS, &names, NULL);
        assert(status == TH_OK);
    }
    return names;
}

static void columns_read(char *text, struct columns *columns)
{
    for (char *line = text; line != NULL && columns->n < COLUMNS_MAX;) {
        char *end = strchr(line, '\n');
        if (end != NULL) {
            *end = '\0';
        }
        columns->taken[columns->n] = line[0] == '!';
        // Names of a reader are UTF-8, with '?' for what is not.
        th_text_mend(line);
        th_text_copy(columns->names[columns->n++], NAME_SIZE, line[0] == '!' ? line + 1 : line);
        line = end == NULL ? NULL : end + 1;
    }
}

static bool village_is_taken(void *context, const char *key)
{
    (void)context;
    return strcmp(key, "village") == 0;
}

static void assign(const struct columns *columns, bool village_taken,
                   struct th_field_meaning *ret_meanings)
{
    const char *names[COLUMNS_MAX];
    for (size_t i = 0; i < columns->n; i++) {
        names[i] = columns->names[i];
    }
    enum th_status status =
        th_field_names_assign(known(), names, columns->taken, columns->n,
                              village_taken ? village_is_taken : NULL, NULL, ret_meanings, NULL);
    assert(status == TH_OK);
}

static void check_once(const struct columns *columns, const struct th_field_meaning *meanings)
{
    for (size_t i = 0; i < columns->n; i++) {
        const struct th_field_meaning *meaning = &meanings[i];
        assert(!columns->taken[i] || meaning->key[0] == '\0');
        assert(!meaning->unit_in_heading || meaning->has_unit);
        assert(!meaning->unit_in_heading || strcmp(meaning->key, "declared_area") == 0);
        assert(meaning->key[0] != '\0' || (!meaning->has_unit && !meaning->cut));
        for (size_t k = 0; k < i && meaning->key[0] != '\0'; k++) {
            assert(strcmp(meanings[k].key, meaning->key) != 0);
        }
    }
}

static void check_same(const struct columns *columns, const struct th_field_meaning *meanings,
                       const struct columns *other)
{
    struct th_field_meaning again[COLUMNS_MAX];
    assign(other, false, again);
    for (size_t i = 0; i < columns->n; i++) {
        assert(strcmp(again[i].key, meanings[i].key) == 0 && again[i].cut == meanings[i].cut);
        assert(again[i].has_unit == meanings[i].has_unit && again[i].unit == meanings[i].unit);
    }
}

static void check_writings(const struct columns *columns, const struct th_field_meaning *meanings)
{
    static struct columns other; // 20 kB
    other = *columns;
    for (size_t i = 0; i < other.n; i++) {
        for (char *c = other.names[i]; *c != '\0'; c++) {
            if (*c >= 'a' && *c <= 'z') {
                *c = (char)(*c - 'a' + 'A');
            }
        }
    }
    check_same(columns, meanings, &other);
    other = *columns;
    for (size_t i = 0; i < other.n; i++) {
        char *name = other.names[i];
        size_t size = strlen(name);
        if (size + 3 > NAME_SIZE - 60) { // what is longer is cut
            return;
        }
        memmove(name + 1, name, size + 1);
        name[0] = ' ';
        th_text_copy(name + size + 1, 4, "\xE3\x80\x80");
    }
    check_same(columns, meanings, &other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct columns columns;
    struct th_field_meaning meanings[COLUMNS_MAX];
    char *text = fuzz_text(data, size);
    columns = (struct columns){.n = 0};
    columns_read(text, &columns);
    free(text);
    assign(&columns, true, meanings);
    check_once(&columns, meanings);
    for (size_t i = 0; i < columns.n; i++) {
        assert(strcmp(meanings[i].key, "village") != 0);
    }
    assign(&columns, false, meanings);
    check_once(&columns, meanings);
    check_writings(&columns, meanings);
    return 0;
}
