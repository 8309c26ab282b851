// Text in other encodings than UTF-8, strictly. For gis/reader/ alone.
#ifndef TH_GIS_READER_RECODE_INTERNAL_H
#define TH_GIS_READER_RECODE_INTERNAL_H

#include <iconv.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/buf.h"

enum { TH_RECODE_NAME_SIZE = 32 };

// One encoding, ready for many texts. {0} is closed.
struct th_recode {
    char name[TH_RECODE_NAME_SIZE]; // iconv's, "UTF-8" for texts that are only checked
    bool open;
    iconv_t converter; // not with UTF-8
};

enum th_recode_fit {
    TH_RECODE_NO,
    TH_RECODE_WHOLE,
    TH_RECODE_CUT // the width of the field cut its last character in the middle
};

// Takes GDAL's or a .cpg file's spelling ("CP936", "ANSI 936", "UTF-8"); false when it is not one
// that this system knows.
bool th_recode_open(struct th_recode *recode, const char *name);
void th_recode_close(struct th_recode *recode);

// Appends the value in UTF-8, without the cut character. `width` is the width of the field in
// bytes, 0 when unlimited. Nothing is appended when the value does not fit. `out` may be NULL.
enum th_recode_fit th_recode_append(struct th_recode *recode, const char *value, size_t width,
                                    struct th_buf *out);

// For a person to look at: the characters that can be read, every other byte as '?'.
void th_recode_append_readable(struct th_recode *recode, const char *value, struct th_buf *out);

// Every byte outside ASCII as '?'.
void th_recode_append_mended(const char *value, struct th_buf *out);

// A lone text of which nothing is known: UTF-8, or else strict GB18030. false when it is neither,
// and nothing is appended.
bool th_recode_guess(const char *value, struct th_buf *out);

bool th_recode_is_ascii(const char *value);

#endif
