// JSON as text. All styles have one writer, so that the bytes that are hashed have one owner.
#include <stdlib.h>
#include <string.h>

#include "core/json_internal.h"

struct member {
    const char *key;
    const struct th_json *value;
};

struct writer {
    struct th_buf text;
    enum th_json_style style;
    struct member *members; // of all objects that are open, the innermost last
    size_t n_members;
    size_t capacity;
};

// Most pieces are a few bytes for which there is room: they take no call. The NUL comes at the end.
static inline void put(struct th_buf *text, const char *piece, size_t size)
{
    if (size < text->capacity - text->size) {
        memcpy(text->data + text->size, piece, size);
        text->size += size;
    } else {
        th_buf_append(text, piece, size);
    }
}

static inline void put_char(struct th_buf *text, char c)
{
    put(text, &c, 1);
}

// A line of its own for what follows, where people read.
static void start_line(struct writer *writer, int depth)
{
    if (writer->style != TH_JSON_PRETTY) {
        return;
    }
    put_char(&writer->text, '\n');
    for (int i = 0; i < depth; i++) {
        put(&writer->text, "  ", 2);
    }
}

static void write_escape(struct th_buf *text, char c)
{
    static const char NAMED[] = "\"\\\b\f\n\r\t";
    static const char NAMES[] = "\"\\bfnrt";
    static const char HEX[] = "0123456789ABCDEF";
    const char *named = strchr(NAMED, c);
    if (named) {
        const char pair[2] = {'\\', NAMES[named - NAMED]};
        put(text, pair, sizeof(pair));
    } else {
        const char code[6] = {'\\', 'u', '0', '0', HEX[c >> 4], HEX[c & 15]};
        put(text, code, sizeof(code));
    }
}

static bool is_plain(char c)
{
    return (unsigned char)c >= 0x20 && c != '"' && c != '\\';
}

// Are these eight bytes as they stand? What is below 0x20, a quote or a backslash is not.
static bool eight_are_plain(uint64_t eight)
{
    const uint64_t ones = 0x0101010101010101U;
    const uint64_t quotes = eight ^ ('"' * ones);
    const uint64_t slashes = eight ^ ('\\' * ones);
    uint64_t found = (eight - 0x20 * ones) & ~eight;
    found |= (quotes - ones) & ~quotes;
    found |= (slashes - ones) & ~slashes;
    return (found & (0x80 * ones)) == 0;
}

// Copies the start of a string as far as it needs no escape, where there is room for all of it;
// returns how much that was.
static size_t copy_plain(struct th_buf *text, const char *string)
{
    size_t size = strlen(string);
    size_t n = 0;
    uint64_t eight = 0;
    if (size >= text->capacity - text->size) {
        return 0;
    }
    char *out = text->data + text->size;
    for (; size - n >= sizeof(eight); n += sizeof(eight)) {
        memcpy(&eight, string + n, sizeof(eight));
        if (!eight_are_plain(eight)) {
            break;
        }
        memcpy(out + n, &eight, sizeof(eight));
    }
    for (; n < size && is_plain(string[n]); n++) {
        out[n] = string[n];
    }
    text->size += n;
    return n;
}

static void write_string(struct th_buf *text, const char *string)
{
    put_char(text, '"');
    string += copy_plain(text, string);
    while (*string != '\0') {
        size_t n = 0;
        while (is_plain(string[n])) {
            n++;
        }
        put(text, string, n);
        string += n;
        if (*string != '\0') {
            write_escape(text, *string++);
        }
    }
    put_char(text, '"');
}

static void write_int(struct th_buf *text, int64_t value)
{
    char digits[24];
    size_t first = sizeof(digits);
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        digits[--first] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (value < 0) {
        digits[--first] = '-';
    }
    put(text, digits + first, sizeof(digits) - first);
}

static void write_value(struct writer *writer, const struct th_json *value, int depth);

static void write_array(struct writer *writer, const struct th_json *array, int depth)
{
    size_t n = th_json_size(array);
    put_char(&writer->text, '[');
    for (size_t i = 0; i < n; i++) {
        if (i > 0) {
            put_char(&writer->text, ',');
        }
        start_line(writer, depth + 1);
        write_value(writer, th_json_at(array, i), depth + 1);
    }
    if (n > 0) {
        start_line(writer, depth);
    }
    put_char(&writer->text, ']');
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct member *)a)->key, ((const struct member *)b)->key);
}

static bool is_after(const char *a, const char *b)
{
    return *a != *b ? (unsigned char)*a > (unsigned char)*b : strcmp(a, b) > 0;
}

// Few are put in their places one by one, which takes no call for most comparisons.
static void sort(struct member *members, size_t n)
{
    enum { FEW = 24 };
    if (n > FEW) {
        qsort(members, n, sizeof(*members), by_key);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        const struct member member = members[i];
        size_t at = i;
        for (; at > 0 && is_after(members[at - 1].key, member.key); at--) {
            members[at] = members[at - 1];
        }
        members[at] = member;
    }
}

// Puts the members of an object behind those of the objects around it, in the order of the style.
static bool gather(struct writer *writer, const struct th_json *object)
{
    size_t first = writer->n_members;
    size_t need = first + th_json_size(object);
    if (need > writer->capacity) {
        size_t capacity = 2 * need;
        struct member *members = realloc(writer->members, capacity * sizeof(*members));
        if (!members) {
            return false;
        }
        writer->members = members;
        writer->capacity = capacity;
    }
    for (void *it = th_json_iter(object); it; it = th_json_iter_next(object, it)) {
        writer->members[writer->n_members++] =
            (struct member){.key = th_json_iter_key(it), .value = th_json_iter_value(it)};
    }
    if (writer->style == TH_JSON_CANONICAL && need > first) {
        sort(writer->members + first, need - first);
    }
    return true;
}

static void write_object(struct writer *writer, const struct th_json *object, int depth)
{
    size_t first = writer->n_members;
    if (!gather(writer, object)) {
        writer->text.failed = true;
        writer->text.no_memory = true;
        return;
    }
    size_t end = writer->n_members;
    put_char(&writer->text, '{');
    for (size_t i = first; i < end; i++) {
        // By value: an object inside may move the list.
        const struct member member = writer->members[i];
        if (i > first) {
            put_char(&writer->text, ',');
        }
        start_line(writer, depth + 1);
        write_string(&writer->text, member.key);
        put(&writer->text, ": ", writer->style == TH_JSON_PRETTY ? 2 : 1);
        write_value(writer, member.value, depth + 1);
    }
    if (end > first) {
        start_line(writer, depth);
    }
    put_char(&writer->text, '}');
    writer->n_members = first;
}

static void write_value(struct writer *writer, const struct th_json *value, int depth)
{
    switch (th_json_type(value)) {
    case TH_JSON_NULL:
        put(&writer->text, "null", 4);
        break;
    case TH_JSON_BOOL:
        put(&writer->text, th_json_bool_value(value) ? "true" : "false",
            th_json_bool_value(value) ? 4 : 5);
        break;
    case TH_JSON_INT:
        write_int(&writer->text, th_json_int_value(value));
        break;
    case TH_JSON_REAL:
        th_json_write_real(&writer->text, value);
        break;
    case TH_JSON_STRING:
        write_string(&writer->text, th_json_text(value));
        break;
    case TH_JSON_ARRAY:
        write_array(writer, value, depth);
        break;
    case TH_JSON_OBJECT:
        write_object(writer, value, depth);
        break;
    }
}

enum th_status th_json_write(const struct th_json *value, enum th_json_style style, char **ret_text,
                             struct th_error *err)
{
    struct writer writer = {.style = style};
    th_buf_init(&writer.text, SIZE_MAX);
    write_value(&writer, value, 0);
    th_buf_append(&writer.text, "", 0);
    free(writer.members);
    enum th_status status = th_buf_check(&writer.text, err);
    if (status == TH_OK) {
        *ret_text = th_buf_take(&writer.text);
    }
    th_buf_clear(&writer.text);
    return status;
}
