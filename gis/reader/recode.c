#include "gis/reader/recode_internal.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"

enum { CHUNK_SIZE = 512, CHARACTER_SIZE_MAX = 4 };

// "ANSI 936", "GBK", "936" and "CP936" are one thing; GB18030 contains them all.
static void name_translate(const char *name, char *translated, size_t size)
{
    char folded[TH_RECODE_NAME_SIZE];
    size_t n = 0;
    for (; *name != '\0' && n + 1 < sizeof(folded); name++) {
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

bool th_recode_open(struct th_recode *recode, const char *name)
{
    char translated[TH_RECODE_NAME_SIZE] = "";
    *recode = (struct th_recode){0};
    if (name == NULL || strlen(name) >= TH_RECODE_NAME_SIZE) {
        return false;
    }
    name_translate(name, translated, sizeof(translated));
    if (translated[0] == '\0' || strcmp(translated, "OEM") == 0) {
        return false;
    }
    th_text_copy(recode->name, sizeof(recode->name), translated);
    if (strcmp(translated, "UTF-8") == 0) {
        recode->open = true;
        return true;
    }
    iconv_t converter = iconv_open("UTF-8", translated);
    if ((intptr_t)converter == -1) {
        recode->name[0] = '\0';
        return false;
    }
    recode->converter = converter;
    recode->open = true;
    return true;
}

void th_recode_close(struct th_recode *recode)
{
    if (recode->open && strcmp(recode->name, "UTF-8") != 0) {
        iconv_close(recode->converter);
    }
    *recode = (struct th_recode){0};
}

static void take_back(struct th_buf *out, size_t size)
{
    if (out != NULL && !out->failed && out->data != NULL) {
        out->size = size;
        out->data[size] = '\0';
    }
}

// Strict: false, and nothing appended, when any byte does not fit.
static bool convert(struct th_recode *recode, const char *value, size_t size, struct th_buf *out)
{
    if (strcmp(recode->name, "UTF-8") == 0) {
        bool fits = th_text_is_utf8(value, size);
        if (fits && out != NULL) {
            th_buf_append(out, value, size);
        }
        return fits;
    }
    size_t size_before = out == NULL ? 0 : out->size;
    char *source;
    memcpy(&source, &value, sizeof(source)); // iconv's signature lacks the const
    size_t left = size;
    bool done = true;
    (void)iconv(recode->converter, NULL, NULL, NULL, NULL);
    while (left > 0 && done) {
        char chunk[CHUNK_SIZE];
        char *target = chunk;
        size_t room = sizeof(chunk);
        size_t result = iconv(recode->converter, &source, &left, &target, &room);
        done = result != (size_t)-1 || errno == E2BIG;
        if (out != NULL) {
            th_buf_append(out, chunk, sizeof(chunk) - room);
        }
    }
    if (!done) {
        take_back(out, size_before);
    }
    return done;
}

enum th_recode_fit th_recode_append(struct th_recode *recode, const char *value, size_t width,
                                    struct th_buf *out)
{
    size_t size = strlen(value);
    if (convert(recode, value, size, out)) {
        return TH_RECODE_WHOLE;
    }
    // Trailing spaces are trimmed before, so a full field may look shorter, but not by a cut
    // character.
    if (width == 0 || size < width) {
        return TH_RECODE_NO;
    }
    for (size_t cut = 1; cut < CHARACTER_SIZE_MAX && cut < size; cut++) {
        if ((unsigned char)value[size - cut] >= 0x80 && convert(recode, value, size - cut, out)) {
            return TH_RECODE_CUT;
        }
    }
    return TH_RECODE_NO;
}

void th_recode_append_readable(struct th_recode *recode, const char *value, struct th_buf *out)
{
    size_t left = strlen(value);
    while (left > 0) {
        size_t size = 1;
        while (size <= CHARACTER_SIZE_MAX && size <= left && !convert(recode, value, size, out)) {
            size++;
        }
        if (size > CHARACTER_SIZE_MAX || size > left) {
            th_buf_append_char(out, '?');
            size = 1;
        }
        value += size;
        left -= size;
    }
}

void th_recode_append_mended(const char *value, struct th_buf *out)
{
    for (; *value != '\0'; value++) {
        char c = *value;
        if ((unsigned char)c >= 0x80) {
            c = '?';
        }
        th_buf_append_char(out, c);
    }
}

bool th_recode_guess(const char *value, struct th_buf *out)
{
    struct th_recode guess = {0};
    size_t size = strlen(value);
    if (th_text_is_utf8(value, size)) {
        th_buf_append(out, value, size);
        return true;
    }
    bool fits = th_recode_open(&guess, "GB18030") && convert(&guess, value, size, out);
    th_recode_close(&guess);
    return fits;
}

bool th_recode_is_ascii(const char *value)
{
    for (; *value != '\0'; value++) {
        if ((unsigned char)*value >= 0x80) {
            return false;
        }
    }
    return true;
}
