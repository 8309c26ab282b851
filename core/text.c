#include "core/text.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/text_internal.h"

size_t th_text_decode(const char *text, size_t size, uint32_t *ret_code_point)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (size == 0) {
        return 0;
    }
    unsigned char lead = (unsigned char)text[0];
    if (lead < 0x80) {
        *ret_code_point = lead;
        return 1;
    }
    size_t length = 0;
    uint32_t value = 0;
    if ((lead & 0xe0) == 0xc0) {
        length = 2;
        value = lead & 0x1fu;
    } else if ((lead & 0xf0) == 0xe0) {
        length = 3;
        value = lead & 0x0fu;
    } else if ((lead & 0xf8) == 0xf0) {
        length = 4;
        value = lead & 0x07u;
    } else {
        return 0;
    }
    if (length > size) {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if ((byte & 0xc0) != 0x80) {
            return 0;
        }
        value = value << 6 | (byte & 0x3fu);
    }
    if (value < smallest[length] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) {
        return 0;
    }
    *ret_code_point = value;
    return length;
}

// Bytes below 0x80 at the start of `text`, counted by eights as far as they go.
static size_t ascii_length(const char *text, size_t size)
{
    size_t n = 0;
    uint64_t eight = 0;
    for (; size - n >= sizeof(eight); n += sizeof(eight)) {
        memcpy(&eight, text + n, sizeof(eight));
        if ((eight & 0x8080808080808080U) != 0) {
            break;
        }
    }
    while (n < size && ((unsigned char)text[n] & 0x80U) == 0) {
        n++;
    }
    return n;
}

bool th_text_is_utf8(const char *text, size_t size)
{
    if (text == NULL) {
        return false;
    }
    size_t at = ascii_length(text, size);
    while (at < size) {
        uint32_t code_point = 0;
        size_t length = th_text_decode(text + at, size - at, &code_point);
        if (length == 0) {
            return false;
        }
        at += length;
        at += ascii_length(text + at, size - at);
    }
    return true;
}

struct range {
    uint32_t first;
    uint32_t last;
};

static bool in_ranges(uint32_t code_point, const struct range *ranges, size_t n)
{
    for (size_t i = 0; i < n && code_point >= ranges[i].first; i++) {
        if (code_point <= ranges[i].last) {
            return true;
        }
    }
    return false;
}

// Blocks of Unicode Standard Annex 11 (W and F) and of combining or invisible characters, as far
// as a terminal's table meets them; the C library's wcwidth depends on the locale.
static size_t code_point_width(uint32_t code_point)
{
    static const struct range zero[] = {
        {0x0000, 0x001f}, {0x007f, 0x009f},  {0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd},
        {0x0610, 0x061a}, {0x064b, 0x065f},  {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x200b, 0x200f},
        {0x20d0, 0x20ff}, {0x302a, 0x302d},  {0x3099, 0x309a}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f},
        {0xfeff, 0xfeff}, {0xe0100, 0xe01ef}};
    static const struct range wide[] = {{0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0x4dbf},
                                        {0x4e00, 0xa4cf},   {0xa960, 0xa97f},   {0xac00, 0xd7a3},
                                        {0xf900, 0xfaff},   {0xfe10, 0xfe19},   {0xfe30, 0xfe6f},
                                        {0xff00, 0xff60},   {0xffe0, 0xffe6},   {0x1f300, 0x1f64f},
                                        {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};
    if (in_ranges(code_point, zero, sizeof(zero) / sizeof(zero[0]))) {
        return 0;
    }
    return in_ranges(code_point, wide, sizeof(wide) / sizeof(wide[0])) ? 2 : 1;
}

size_t th_text_width(const char *utf8)
{
    size_t width = 0;
    size_t left = utf8 != NULL ? strlen(utf8) : 0;
    while (left > 0) {
        uint32_t code_point = 0;
        size_t length = th_text_decode(utf8, left, &code_point);
        if (length == 0) { // a stray byte shows as one replacement character
            length = 1;
            width++;
        } else {
            width += code_point_width(code_point);
        }
        utf8 += length;
        left -= length;
    }
    return width;
}

void th_text_copy(char *target, size_t size, const char *source)
{
    if (size == 0) {
        return;
    }
    if (source == NULL) {
        source = "";
    }
    size_t length = strnlen(source, size);
    if (length == size) {
        length = size - 1;
        while (length > 0 && ((unsigned char)source[length] & 0xc0) == 0x80) {
            length--;
        }
    }
    memcpy(target, source, length);
    target[length] = '\0';
}

char *th_text_duplicate(const char *text)
{
    if (text == NULL) {
        return NULL;
    }
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);
    if (copy != NULL) {
        memcpy(copy, text, size);
    }
    return copy;
}

bool th_text_parse_int(const char *text, int64_t minimum, int64_t maximum, int64_t *ret_value)
{
    if (text == NULL) {
        return false;
    }
    bool negative = *text == '-';
    if (negative) {
        text++;
    }
    if (*text == '\0') {
        return false;
    }
    // Gathered as a negative number: that side of the range is the longer one.
    int64_t value = 0;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9') {
            return false;
        }
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, *text - '0', &value)) {
            return false;
        }
    }
    if (!negative && __builtin_sub_overflow(0, value, &value)) {
        return false;
    }
    if (value < minimum || value > maximum) {
        return false;
    }
    *ret_value = value;
    return true;
}

static const char *skip_digits(const char *text)
{
    while (*text >= '0' && *text <= '9') {
        text++;
    }
    return text;
}

// [-]digits[.digits][e[±]digits]
static bool is_decimal(const char *text)
{
    if (*text == '-') {
        text++;
    }
    const char *end = skip_digits(text);
    if (end == text) {
        return false;
    }
    if (*end == '.') {
        text = end + 1;
        end = skip_digits(text);
        if (end == text) {
            return false;
        }
    }
    if (*end == 'e' || *end == 'E') {
        text = end + 1;
        if (*text == '-' || *text == '+') {
            text++;
        }
        end = skip_digits(text);
        if (end == text) {
            return false;
        }
    }
    return *end == '\0';
}

bool th_text_parse_double(const char *text, double *ret_value)
{
    if (text == NULL || !is_decimal(text)) {
        return false;
    }
    locale_t plain = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
    if (plain == (locale_t)0) {
        return false;
    }
    locale_t before = uselocale(plain);
    double value = strtod(text, NULL);
    uselocale(before);
    freelocale(plain);
    if (!isfinite(value)) {
        return false;
    }
    *ret_value = value;
    return true;
}

// Bytes of white space at the start of `text`, 0 when it starts with something else.
static size_t space_length(const char *text, size_t size)
{
    if (size == 0) {
        return 0;
    }
    if (*text == ' ' || (*text >= '\t' && *text <= '\r')) {
        return 1;
    }
    return size >= 3 && memcmp(text, "\xe3\x80\x80", 3) == 0 ? 3 : 0;
}

// Bytes of the character at `text` when XML cannot hold it, else 0.
static size_t unfit_length(const char *text)
{
    unsigned char c = (unsigned char)text[0];
    if (c < 0x20) {
        return c == '\0' || c == '\t' || c == '\n' || c == '\r' ? 0 : 1;
    }
    bool last = strncmp(text, "\xef\xbf\xbe", 3) == 0 || strncmp(text, "\xef\xbf\xbf", 3) == 0;
    return last ? 3 : 0;
}

size_t th_text_unfit_for_xml(const char *utf8)
{
    size_t n = 0;
    for (; *utf8 != '\0'; utf8++) {
        n += unfit_length(utf8) > 0 ? 1 : 0;
    }
    return n;
}

char *th_text_fit_for_xml(const char *utf8)
{
    static const char REPLACEMENT[] = "\xef\xbf\xbd";
    size_t room = strlen(utf8) + 2 * th_text_unfit_for_xml(utf8) + 1;
    char *fit = malloc(room);
    size_t used = 0;
    while (fit != NULL && *utf8 != '\0') {
        size_t unfit = unfit_length(utf8);
        size_t size = unfit > 0 ? strlen(REPLACEMENT) : 1;
        memcpy(fit + used, unfit > 0 ? REPLACEMENT : utf8, size);
        used += size;
        utf8 += unfit > 0 ? unfit : 1;
    }
    if (fit != NULL) {
        fit[used] = '\0';
    }
    return fit;
}

void th_text_trim(char *text)
{
    if (text == NULL) {
        return;
    }
    size_t size = strlen(text);
    size_t start = 0;
    for (size_t n; (n = space_length(text + start, size - start)) > 0;) {
        start += n;
    }
    while (size > start) {
        if (space_length(text + size - 1, 1) == 1) {
            size -= 1;
        } else if (size - start >= 3 && space_length(text + size - 3, 3) == 3) {
            size -= 3;
        } else {
            break;
        }
    }
    memmove(text, text + start, size - start);
    text[size - start] = '\0';
}

bool th_text_narrow(const char *text, char *narrowed, size_t size)
{
    size_t n = 0;
    while (*text != '\0' && n + 1 < size) {
        const unsigned char *c = (const unsigned char *)text;
        bool wide = c[0] == 0xEF && (c[1] == 0xBC || c[1] == 0xBD) && (c[2] & 0xC0U) == 0x80U;
        unsigned code = wide ? (c[1] == 0xBC ? 0U : 0x40U) + (c[2] & 0x3FU) : 0;
        wide = code >= 1 && code <= '~' - ' ';
        narrowed[n] = *text;
        if (wide) {
            narrowed[n] = (char)(' ' + (char)code);
        }
        n++;
        text += wide ? 3 : 1;
    }
    narrowed[n] = '\0';
    return *text == '\0';
}

bool th_text_starts_with(const char *text, const char *prefix)
{
    return text != NULL && prefix != NULL && strncmp(text, prefix, strlen(prefix)) == 0;
}

bool th_text_ends_with(const char *text, const char *suffix)
{
    size_t size = strlen(text);
    size_t suffix_size = strlen(suffix);
    return size >= suffix_size && strcasecmp(text + size - suffix_size, suffix) == 0;
}

bool th_text_equals(const char *a, const char *b)
{
    if (a == NULL || b == NULL) {
        return a == b;
    }
    return strcmp(a, b) == 0;
}

bool th_text_has_hidden(const char *utf8)
{
    for (const unsigned char *p = (const unsigned char *)utf8; *p != '\0'; p++) {
        if (*p < 0x20 || *p == 0x7f) {
            return true;
        }
        // U+0080–9F, U+200B–200F, U+2028–202E, U+2060–206F, U+FEFF
        if (p[0] == 0xc2 && p[1] < 0xa0) {
            return true;
        }
        if (p[0] == 0xe2 && p[1] == 0x80 &&
            ((p[2] >= 0x8b && p[2] <= 0x8f) || (p[2] >= 0xa8 && p[2] <= 0xae))) {
            return true;
        }
        if (p[0] == 0xe2 && p[1] == 0x81 && p[2] >= 0xa0 && p[2] <= 0xaf) {
            return true;
        }
        if (p[0] == 0xef && p[1] == 0xbb && p[2] == 0xbf) {
            return true;
        }
    }
    return false;
}

void th_text_mend(char *text)
{
    uint32_t code_point = 0;
    size_t size = strlen(text);
    for (size_t i = 0; i < size;) {
        size_t n = th_text_decode(text + i, size - i, &code_point);
        if (n == 0) {
            text[i] = '?';
        }
        i += n > 0 ? n : 1;
    }
}
