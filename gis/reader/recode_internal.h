// Attribute text of sources that do not say reliably how it is encoded. For gis/ alone.
#ifndef TH_GIS_RECODE_INTERNAL_H
#define TH_GIS_RECODE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "core/buf.h"

enum { TH_RECODE_NAME_SIZE = 32 };

// How the texts of one source are read.
struct th_recode {
    char encoding[TH_RECODE_NAME_SIZE]; // iconv's name, "" when not declared
};

// Takes over a declared encoding in GDAL's or a .cpg file's spelling ("CP936", "ANSI 936",
// "UTF-8"); false when it is not one that this system knows: then it counts as not declared.
bool th_recode_declare(struct th_recode *recode, const char *name);

// Appends the value in UTF-8. The declared encoding is tried first, strictly; without one, or where
// UTF-8 is declared wrongly, valid UTF-8 and then strict GB18030. `width` is the width of the field
// in bytes, 0 when unlimited: a character that the end of the field cuts is dropped. false when
// nothing fits: then every byte outside ASCII is given as '?'.
bool th_recode_append(const struct th_recode *recode, const char *value, size_t width,
                      struct th_buf *out);

#endif
