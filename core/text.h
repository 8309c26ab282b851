// Text: UTF-8, widths for tables, plain parsing of numbers.
#ifndef TH_CORE_TEXT_H
#define TH_CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/attributes.h"

bool th_text_is_utf8(const char *text, size_t size);

// Cells a terminal needs: wide East Asian characters count 2, combining marks 0.
size_t th_text_width(const char *utf8);

// Copies at most size-1 bytes, cut at a character, always closed by NUL.
void th_text_copy(char *target, size_t size, const char *source);

// NULL when out of memory or text is NULL.
char *th_text_duplicate(const char *text);

// Whole text is a decimal integer in range. false otherwise, *ret_value untouched.
bool th_text_parse_int(const char *text, int64_t minimum, int64_t maximum, int64_t *ret_value);
// Whole text is a finite decimal number ('.' whatever the locale).
bool th_text_parse_double(const char *text, double *ret_value);

// Replaces bytes that are no UTF-8 by '?', in place: names from files whose encoding lies.
void th_text_mend(char *text);

// Has the text signs that nobody sees: control characters, zero-width and direction marks, a byte
// order mark? Two names that look the same must be the same.
bool th_text_has_hidden(const char *utf8);

// XML 1.0 has no way to write some characters: control characters but tab, LF and CR, and U+FFFE
// and U+FFFF. How many of them the text has, and a copy with U+FFFD in the place of each (free();
// NULL when out of memory).
size_t th_text_unfit_for_xml(const char *utf8);
char *th_text_fit_for_xml(const char *utf8);

// Removes ASCII white space and U+3000 at both ends, in place.
void th_text_trim(char *text);

// Digits, letters and signs of full width (U+FF01 … U+FF5E), as Chinese keyboards write them,
// become plain ones. false when the result does not fit into `size`; what fits is written all the
// same.
bool th_text_narrow(const char *text, char *narrowed, size_t size);

bool th_text_starts_with(const char *text, const char *prefix);
bool th_text_ends_with(const char *text, const char *suffix); // ASCII letters of either case
bool th_text_equals(const char *a, const char *b);            // NULL equals NULL only

#endif
