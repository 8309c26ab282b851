#include "audit/scan.h"

#include <stdlib.h>
#include <string.h>

enum { NESTING_MAX = 64 };

void th_tape_clear(struct th_tape *tape)
{
    free(tape->nodes);
    *tape = (struct th_tape){.nodes = NULL};
}

// Room for one more value; UINT32_MAX without memory.
static uint32_t tape_add(struct th_tape *tape)
{
    if (tape->n == tape->capacity) {
        uint32_t capacity = tape->capacity == 0 ? 4096 : tape->capacity * 2;
        struct th_node *nodes =
            capacity > tape->capacity ? realloc(tape->nodes, capacity * sizeof(*nodes)) : NULL;
        if (!nodes) {
            tape->no_memory = true;
            return UINT32_MAX;
        }
        tape->nodes = nodes;
        tape->capacity = capacity;
    }
    return tape->n++;
}

size_t th_node_count(const struct th_node *nodes, size_t index)
{
    size_t n = 0;
    for (size_t i = index + 1; i < nodes[index].next; i = nodes[i].next) {
        n++;
    }
    return n;
}

void th_scan_leave(struct th_scan *scan, const char *literal)
{
    while (scan->at < scan->end && *scan->at == *literal) {
        scan->at++;
        literal++;
    }
}

bool th_scan_int(struct th_scan *scan, int64_t *ret_value)
{
    enum { SAFE_DIGITS = 18 };
    const char *at = scan->at;
    bool negative = *at == '-';
    uint64_t limit = negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
    uint64_t value = 0;
    at += negative;
    const char *first = at;
    for (unsigned digit; (digit = (unsigned)(unsigned char)*at - '0') <= 9; at++) {
        // Numbers of less than 19 digits need no look at the limit.
        if (at - first >= SAFE_DIGITS && value > (limit - digit) / 10) {
            return false;
        }
        value = value * 10 + digit;
    }
    if (at == first || (*first == '0' && (at > first + 1 || negative))) {
        return false;
    }
    scan->at = at;
    *ret_value = (int64_t)(negative ? 0 - value : value);
    return true;
}

// 1 + the value of a digit, 0 for what is none.
static const unsigned char HEX[256] = {
    ['0'] = 1, ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9, ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16};

bool th_scan_hex(struct th_scan *scan, unsigned char *bytes, size_t size)
{
    const unsigned char *at = (const unsigned char *)scan->at;
    for (size_t i = 0; i < size; i++) {
        unsigned high = HEX[at[0]];
        unsigned low = high != 0 ? HEX[at[1]] : 0;
        if (low == 0) {
            scan->at = (const char *)at + (high != 0);
            return false;
        }
        bytes[i] = (unsigned char)((high - 1) * 16 + low - 1);
        at += 2;
    }
    scan->at = (const char *)at;
    return true;
}

// How many of the next eight bytes stand for themselves in a string: not beyond ASCII, no control
// character, neither '"' nor '\'. The four tests set the highest bit of a byte that is one of
// these; a borrow may also set it in bytes behind the first, which do not count.
static unsigned plain_bytes(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t tops = UINT64_C(0x8080808080808080);
    uint64_t quote = word ^ (ones * '"');
    uint64_t slash = word ^ (ones * '\\');
    uint64_t stops = (word | (word - ones * 0x20) | (quote - ones) | (slash - ones)) & tops;
    return stops == 0 ? 8 : (unsigned)__builtin_ctzll(stops) / 8;
}

// Copies bytes that stand for themselves.
static inline void copy_plain(struct th_scan *scan)
{
    unsigned n;
    do {
        uint64_t word;
        memcpy(&word, scan->at, sizeof(word)); // little-endian: the first byte is the lowest
        memcpy(scan->out, &word, sizeof(word));
        n = plain_bytes(word);
        scan->at += n;
        scan->out += n;
    } while (n == 8);
}

// One character beyond ASCII: shortest form, no surrogates, nothing behind U+10FFFF.
static bool copy_utf8(struct th_scan *scan)
{
    const unsigned char *at = (const unsigned char *)scan->at;
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    size_t size = 0;
    if (at[0] >= 0xC2 && at[0] <= 0xDF) {
        size = 2;
    } else if (at[0] >= 0xE0 && at[0] <= 0xEF) {
        size = 3;
        low = at[0] == 0xE0 ? 0xA0 : low;
        high = at[0] == 0xED ? 0x9F : high;
    } else if (at[0] >= 0xF0 && at[0] <= 0xF4) {
        size = 4;
        low = at[0] == 0xF0 ? 0x90 : low;
        high = at[0] == 0xF4 ? 0x8F : high;
    }
    if (size == 0 || at[1] < low || at[1] > high) {
        return false;
    }
    for (size_t i = 2; i < size; i++) {
        if (at[i] < 0x80 || at[i] > 0xBF) {
            return false;
        }
    }
    memcpy(scan->out, at, size);
    scan->out += size;
    scan->at += size;
    return true;
}

// "u00" and two digits of a control character that has no letter of its own; upper case.
static bool control_escape(const char *at, unsigned char *ret_byte)
{
    if (memcmp(at, "u00", 3) != 0 || (at[3] != '0' && at[3] != '1')) {
        return false;
    }
    bool digit = at[4] >= '0' && at[4] <= '9';
    if (!digit && (at[4] < 'A' || at[4] > 'F')) {
        return false;
    }
    int value = (at[3] - '0') * 16 + (digit ? at[4] - '0' : at[4] - 'A' + 10);
    if (value == 0 || value == '\b' || value == '\t' || value == '\n' || value == '\f' ||
        value == '\r') {
        return false;
    }
    *ret_byte = (unsigned char)value;
    return true;
}

// The byte that "\b" and its like stand for; 0 for other letters.
static unsigned char letter_escape(char c)
{
    switch (c) {
    case '"':
    case '\\':
        return (unsigned char)c;
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return 0;
    }
}

bool th_scan_string(struct th_scan *scan, struct th_text *ret_text)
{
    const char *first = scan->out;
    for (;;) {
        copy_plain(scan);
        if (*scan->at == '"') {
            *ret_text = (struct th_text){.at = first, .size = (size_t)(scan->out - first)};
            return true;
        }
        if (*scan->at == '\\') {
            unsigned char byte = letter_escape(scan->at[1]);
            size_t size = 2;
            if (byte == 0) {
                size = 6;
                if (!control_escape(scan->at + 1, &byte)) {
                    return false;
                }
            }
            *scan->out++ = (char)byte;
            scan->at += size;
        } else if ((unsigned char)*scan->at < 0x80 || !copy_utf8(scan)) {
            return false;
        }
    }
}

// Inside a body '"' is written as two bytes, and '\' too.
static inline bool at_quote(const struct th_scan *scan)
{
    return scan->at[0] == '\\' && scan->at[1] == '"';
}

// An escape of the body, "\n" or "\u001F" or "\\", each '\' of it written as two bytes.
static bool copy_escape(struct th_scan *scan)
{
    const char *at = scan->at + 2;
    unsigned char byte = 0;
    size_t size = 1; // behind the backslash, in the body
    if (*at == '\\' || *at == '"') {
        if (*at != '\\' || (at[1] != '"' && at[1] != '\\')) {
            return false;
        }
        at++;
    } else if (letter_escape(*at) == 0) {
        size = 5;
        if (!control_escape(at, &byte)) {
            return false;
        }
    }
    *scan->out++ = '\\';
    memcpy(scan->out, at, size);
    scan->out += size;
    scan->at = at + size;
    return true;
}

struct key {
    struct th_text text;
    bool escaped;
    uint64_t word; // the first eight bytes
};

// From bytes that were not written a moment ago, where that is possible: reading what was just
// stored in other pieces makes the processor wait.
static uint64_t first_word(const char *at, size_t size)
{
    uint64_t word;
    memcpy(&word, at, sizeof(word)); // more stands behind every string
    return size < sizeof(word) ? word & ((UINT64_C(1) << (8 * size)) - 1) : word;
}

// A string of the body with its quotation marks.
static bool body_string(struct th_scan *scan, struct key *ret_key)
{
    bool escaped = false;
    if (!at_quote(scan)) {
        return false;
    }
    scan->at += 2;
    *scan->out++ = '"';
    const char *first = scan->out;
    const char *read = scan->at;
    for (;;) {
        copy_plain(scan);
        if (*scan->at == '\\') {
            if (scan->at[1] == '"') {
                break;
            }
            if (scan->at[1] != '\\' || !copy_escape(scan)) {
                return false;
            }
            escaped = true;
        } else if ((unsigned char)*scan->at < 0x80 || !copy_utf8(scan)) {
            return false;
        }
    }
    ret_key->text = (struct th_text){.at = first, .size = (size_t)(scan->out - first)};
    ret_key->escaped = escaped;
    ret_key->word = first_word(escaped ? first : read, ret_key->text.size);
    scan->at += 2;
    *scan->out++ = '"';
    return true;
}

// The next byte of a text as it is meant; -1 at its end.
static int meant_byte(struct th_text *rest)
{
    unsigned char byte;
    if (rest->size == 0) {
        return -1;
    }
    byte = (unsigned char)*rest->at;
    size_t size = 1;
    if (byte == '\\') {
        byte = letter_escape(rest->at[1]);
        size = byte != 0 ? 2 : 6;
        if (byte == 0) {
            (void)control_escape(rest->at + 1, &byte);
        }
    }
    rest->at += size;
    rest->size -= size;
    return byte;
}

bool th_text_means(struct th_text spelled, const char *meant)
{
    int byte;
    do {
        byte = meant_byte(&spelled);
        if (byte != (*meant != '\0' ? (int)(unsigned char)*meant : -1)) {
            return false;
        }
        meant++;
    } while (byte >= 0);
    return true;
}

// Does `key` stand behind `before` in the order of bytes?
static bool key_follows(const struct key *before, const struct key *key)
{
    struct th_text a = before->text;
    struct th_text b = key->text;
    if (!before->escaped && !key->escaped) {
        if (before->word != key->word) { // nearly always: the first byte that differs is the lowest
            unsigned shift = (unsigned)__builtin_ctzll(before->word ^ key->word) & ~7U;
            return (unsigned char)(before->word >> shift) < (unsigned char)(key->word >> shift);
        }
        size_t size = a.size < b.size ? a.size : b.size;
        int order = size == 0 ? 0 : memcmp(a.at, b.at, size);
        return order < 0 || (order == 0 && a.size < b.size);
    }
    for (;;) {
        int left = meant_byte(&a);
        int right = meant_byte(&b);
        if (left != right || left < 0) {
            return left < right;
        }
    }
}

static bool body_value(struct th_scan *scan, struct th_tape *tape, const struct key *key,
                       int depth);

// '{' has been seen, or '['.
static bool body_members(struct th_scan *scan, struct th_tape *tape, bool object, int depth)
{
    char close = object ? '}' : ']';
    struct key key = {.escaped = false};
    struct key before = {.escaped = false};
    bool first = true;
    if (depth >= NESTING_MAX) {
        return false;
    }
    *scan->out++ = *scan->at++;
    while (*scan->at != close) {
        if (!first) {
            if (*scan->at != ',') {
                return false;
            }
            *scan->out++ = *scan->at++;
        }
        if (object) {
            const char *start = scan->at;
            if (!body_string(scan, &key)) {
                return false;
            }
            if (!first && !key_follows(&before, &key)) {
                scan->at = start;
                return false;
            }
            before = key;
            if (*scan->at != ':') {
                return false;
            }
            *scan->out++ = *scan->at++;
        }
        first = false;
        if (!body_value(scan, tape, &key, depth + 1)) {
            return false;
        }
    }
    *scan->out++ = *scan->at++;
    return true;
}

static bool body_word(struct th_scan *scan, const char *word, size_t size)
{
    if (!th_scan_literal(scan, word, size)) {
        return false;
    }
    memcpy(scan->out, word, size);
    scan->out += size;
    return true;
}

static bool body_int(struct th_scan *scan, int64_t *ret_value)
{
    enum { INT_ROOM = 24 }; // the longest has 20 bytes
    const char *first = scan->at;
    if (!th_scan_int(scan, ret_value)) {
        return false;
    }
    memcpy(scan->out, first, INT_ROOM);
    scan->out += scan->at - first;
    return true;
}

// A value that has no members.
static bool body_scalar(struct th_scan *scan, struct th_node *node)
{
    struct key string;
    switch (*scan->at) {
    case '\\':
        if (!body_string(scan, &string)) {
            return false;
        }
        node->type = TH_NODE_TEXT;
        node->text_at = string.text.at;
        node->text_size = (uint32_t)string.text.size;
        return true;
    case 'n':
        node->type = TH_NODE_NULL;
        return body_word(scan, "null", 4);
    case 't':
        node->type = TH_NODE_BOOL;
        node->number = 1;
        return body_word(scan, "true", 4);
    case 'f':
        node->type = TH_NODE_BOOL;
        node->number = 0;
        return body_word(scan, "false", 5);
    default:
        node->type = TH_NODE_INT;
        return body_int(scan, &node->number);
    }
}

static bool body_value(struct th_scan *scan, struct th_tape *tape, const struct key *key, int depth)
{
    uint32_t index = tape_add(tape);
    if (index == UINT32_MAX) {
        return false;
    }
    struct th_node *node = &tape->nodes[index];
    node->key_at = key->text.at;
    node->key_size = (uint32_t)key->text.size;
    node->key_word = key->word;
    node->next = index + 1;
    if (*scan->at != '{' && *scan->at != '[') {
        return body_scalar(scan, node);
    }
    bool object = *scan->at == '{';
    node->type = object ? TH_NODE_OBJECT : TH_NODE_LIST;
    if (!body_members(scan, tape, object, depth)) {
        return false;
    }
    tape->nodes[index].next = tape->n;
    return true;
}

bool th_scan_body(struct th_scan *scan, struct th_tape *tape, struct th_text *ret_text)
{
    const char *first = scan->out;
    const struct key none = {.text = {.at = first, .size = 0}};
    if (!body_value(scan, tape, &none, 0)) {
        return false;
    }
    *ret_text = (struct th_text){.at = first, .size = (size_t)(scan->out - first)};
    return true;
}
