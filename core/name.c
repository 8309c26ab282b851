#include "core/name.h"

#include <ctype.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/text_internal.h"

enum kind { LATIN, HAN, DIGIT, SIGN, OTHER, KINDS };

struct block {
    uint32_t first, last;
};

static bool is_in(const struct block *blocks, size_t n, uint32_t c)
{
    for (size_t i = 0; i < n; i++) {
        if (c >= blocks[i].first && c <= blocks[i].last) {
            return true;
        }
    }
    return false;
}

// The blocks of unified ideographs.
static bool is_han(uint32_t c)
{
    static const struct block BLOCKS[] = {
        {0x3400, 0x4dbf}, {0x4e00, 0x9fff}, {0x20000, 0x2ebef}, {0x30000, 0x323af}};
    return is_in(BLOCKS, sizeof(BLOCKS) / sizeof(BLOCKS[0]), c);
}

// Those of compatibility, radicals and strokes look like unified ones, mathematical letters like
// those of ASCII.
static bool is_double(uint32_t c)
{
    static const struct block BLOCKS[] = {{0x2e80, 0x2fdf},
                                          {0x31c0, 0x31ef},
                                          {0xf900, 0xfaff},
                                          {0x1d400, 0x1d7ff},
                                          {0x2f800, 0x2fa1f}};
    return is_in(BLOCKS, sizeof(BLOCKS) / sizeof(BLOCKS[0]), c);
}

// Greek and Cyrillic, many of whose letters look like those of ASCII; not small alpha to theta,
// which chemists use.
static bool is_other_alphabet(uint32_t c)
{
    static const struct block BLOCKS[] = {{0x370, 0x3b0}, {0x3b9, 0x52f}};
    return is_in(BLOCKS, sizeof(BLOCKS) / sizeof(BLOCKS[0]), c);
}

static bool is_blank(uint32_t c)
{
    static const struct block BLOCKS[] = {{' ', ' '},       {0xa0, 0xa0},     {0x1680, 0x1680},
                                          {0x2000, 0x200a}, {0x202f, 0x202f}, {0x205f, 0x205f},
                                          {0x2800, 0x2800}, {0x3000, 0x3000}, {0x3164, 0x3164}};
    return is_in(BLOCKS, sizeof(BLOCKS) / sizeof(BLOCKS[0]), c);
}

static enum kind kind_of(uint32_t c)
{
    if (c >= 0x80) {
        return is_han(c) ? HAN : OTHER;
    }
    if (isalpha((int)c)) {
        return LATIN;
    }
    if (isdigit((int)c)) {
        return DIGIT;
    }
    return c != 0 && strchr(".-_@", (int)c) ? SIGN : OTHER;
}

bool th_login_name_fits(const char *name)
{
    bool seen[KINDS] = {false};
    enum kind kind = SIGN;
    size_t size = name ? strlen(name) : 0;
    for (size_t at = 0; at < size;) {
        uint32_t c = 0;
        size_t length = th_text_decode(name + at, size - at, &c);
        kind = length > 0 ? kind_of(c) : OTHER;
        if (kind == OTHER || (kind == SIGN && at == 0)) {
            return false;
        }
        seen[kind] = true;
        at += length;
    }
    return kind != SIGN && !(seen[LATIN] && seen[HAN]);
}

bool th_name_has_doubles(const char *name)
{
    bool own = false;
    bool other = false;
    size_t size = strlen(name);
    size_t length = 1;
    for (size_t at = 0; at < size && length > 0; at += length) {
        uint32_t c = 0;
        length = th_text_decode(name + at, size - at, &c);
        if (is_double(c)) {
            return true;
        }
        own = own || kind_of(c) == LATIN || kind_of(c) == HAN;
        other = other || is_other_alphabet(c);
    }
    return own && other;
}

// The next character that is no blank, as it compares; 0 at the end. *at moves behind it.
static uint32_t next_sign(const char *name, size_t *at)
{
    enum { WIDE_FIRST = 0xff01, WIDE_LAST = 0xff5e, WIDE_OFFSET = WIDE_FIRST - '!' };
    uint32_t c = ' ';
    size_t length = 1;
    while (is_blank(c) && length > 0) {
        c = 0;
        length = th_text_decode(name + *at, strlen(name + *at), &c);
        *at += c != 0 ? length : 0;
    }
    c = c >= WIDE_FIRST && c <= WIDE_LAST ? c - WIDE_OFFSET : c;
    return c < 0x80 ? (uint32_t)tolower((int)c) : c;
}

bool th_name_looks_like(const char *a, const char *b)
{
    size_t in_a = 0;
    size_t in_b = 0;
    uint32_t left = 0;
    uint32_t right = 0;
    do {
        left = next_sign(a, &in_a);
        right = next_sign(b, &in_b);
    } while (left == right && left != 0);
    return left == right;
}
