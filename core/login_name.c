#include "core/login_name.h"

#include <ctype.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/text_internal.h"

enum kind { LATIN, HAN, DIGIT, SIGN, OTHER };

// The blocks of unified ideographs. Those of compatibility, and radicals, look like others.
static bool is_han(uint32_t c)
{
    static const struct {
        uint32_t first, last;
    } BLOCKS[] = {{0x3400, 0x4dbf}, {0x4e00, 0x9fff}, {0x20000, 0x2ebef}, {0x30000, 0x323af}};
    for (size_t i = 0; i < sizeof(BLOCKS) / sizeof(BLOCKS[0]); i++) {
        if (c >= BLOCKS[i].first && c <= BLOCKS[i].last) {
            return true;
        }
    }
    return false;
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
    bool seen[OTHER + 1] = {false};
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
