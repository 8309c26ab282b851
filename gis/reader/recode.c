#include "gis/reader/recode_internal.h"

#include <ctype.h>
#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"

enum { CHUNK_SIZE = 512, CHARACTER_SIZE_MAX = 4 };

static bool is_ascii(const char *value, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if ((unsigned char)value[i] >= 0x80) {
            return false;
        }
    }
    return true;
}

// "ANSI 936", "GBK", "936" and "CP936" are one thing; GB18030 contains them all.
static void name_translate(const char *name, char *translated, size_t size)
{
    char folded[TH_RECODE_NAME_SIZE];
    size_t n = 0;
    for (; *name != '\0' && n + 1 < sizeof folded; name++) {
        if (isalnum((unsigned char)*name)) {
            folded[n++] = (char)toupper((unsigned char)*name);
        }
    }
    folded[n] = '\0';
    const char *digits = folded + strcspn(folded, "0123456789");
    if (strcmp(folded, "UTF8") == 0 || strcmp(digits, "65001") == 0) {
        th_text_copy(translated, size, "UTF-8");
    } else if (strcmp(digits, "936") == 0 || strcmp(digits, "54936") == 0 ||
               strcmp(digits, "18030") == 0 || strcmp(digits, "2312") == 0 ||
               strcmp(folded, "GBK") == 0 || strcmp(folded, "EUCCN") == 0) {
        th_text_copy(translated, size, "GB18030");
    } else if (th_text_starts_with(folded, "88591")) {
        snprintf(translated, size, "ISO-8859-%.8s", folded + 4);
    } else if (th_text_starts_with(folded, "ISO8859")) {
        snprintf(translated, size, "ISO-8859-%.8s", folded + 7);
    } else if (*digits != '\0' && (digits == folded || th_text_starts_with(folded, "ANSI"))) {
        snprintf(translated, size, "CP%.8s", digits);
    } else {
        th_text_copy(translated, size, folded);
    }
}

bool th_recode_declare(struct th_recode *recode, const char *name)
{
    char translated[TH_RECODE_NAME_SIZE] = "";
    recode->encoding[0] = '\0';
    if (name == NULL || strlen(name) >= TH_RECODE_NAME_SIZE) {
        return false;
    }
    name_translate(name, translated, sizeof translated);
    if (translated[0] == '\0' || strcmp(translated, "OEM") == 0) {
        return false;
    }
    iconv_t converter = iconv_open("UTF-8", translated);
    if ((intptr_t)converter == -1) {
        return false;
    }
    iconv_close(converter);
    th_text_copy(recode->encoding, sizeof recode->encoding, translated);
    return true;
}

// Strict: false, and nothing appended, when any byte does not fit.
static bool convert(const char *encoding, const char *value, size_t size, struct th_buf *out)
{
    iconv_t converter = iconv_open("UTF-8", encoding);
    if ((intptr_t)converter == -1) {
        return false;
    }
    size_t size_before = out->size;
    char *source;
    memcpy(&source, &value, sizeof source); // iconv's signature lacks the const
    size_t left = size;
    bool done = true;
    while (left > 0 && done) {
        char chunk[CHUNK_SIZE];
        char *target = chunk;
        size_t room = sizeof chunk;
        size_t result = iconv(converter, &source, &left, &target, &room);
        done = result != (size_t)-1 || errno == E2BIG;
        th_buf_append(out, chunk, sizeof chunk - room);
    }
    iconv_close(converter);
    if (!done && !out->failed && out->data != NULL) {
        out->size = size_before;
        out->data[size_before] = '\0';
    }
    return done;
}

static bool try_encoding(const char *encoding, const char *value, size_t size, struct th_buf *out)
{
    if (strcmp(encoding, "UTF-8") == 0) {
        if (!th_text_is_utf8(value, size)) {
            return false;
        }
        th_buf_append(out, value, size);
        return true;
    }
    return convert(encoding, value, size, out);
}

// As above; a character that the end of the field cut off is dropped.
static bool try_cut(const char *encoding, const char *value, size_t size, size_t width,
                    struct th_buf *out)
{
    if (try_encoding(encoding, value, size, out)) {
        return true;
    }
    // Trailing spaces are trimmed before, so a full field may look shorter, but not by a cut
    // character.
    if (width == 0 || size < width) {
        return false;
    }
    for (size_t cut = 1; cut < CHARACTER_SIZE_MAX && cut < size; cut++) {
        if ((unsigned char)value[size - cut] >= 0x80 &&
            try_encoding(encoding, value, size - cut, out)) {
            return true;
        }
    }
    return false;
}

bool th_recode_append(const struct th_recode *recode, const char *value, size_t width,
                      struct th_buf *out)
{
    size_t size = strlen(value);
    if (is_ascii(value, size)) {
        th_buf_append(out, value, size);
        return true;
    }
    bool declared = recode->encoding[0] != '\0';
    bool guess = !declared || strcmp(recode->encoding, "UTF-8") == 0;
    if (declared && try_cut(recode->encoding, value, size, width, out)) {
        return true;
    }
    // Both guesses on the whole value go before either guess on a cut one.
    if (guess &&
        (try_encoding("UTF-8", value, size, out) || try_encoding("GB18030", value, size, out) ||
         try_cut("UTF-8", value, size, width, out) ||
         try_cut("GB18030", value, size, width, out))) {
        return true;
    }
    for (size_t i = 0; i < size; i++) {
        char c = value[i];
        if ((unsigned char)c >= 0x80) {
            c = '?';
        }
        th_buf_append_char(out, c);
    }
    return false;
}
