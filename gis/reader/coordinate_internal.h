// One coordinate as people write it into a table. For gis/reader/ alone.
#ifndef TH_GIS_READER_COORDINATE_INTERNAL_H
#define TH_GIS_READER_COORDINATE_INTERNAL_H

#include <stdbool.h>

// Reads "3390123.456", "119.5°", "30°38′12.5″", "30度38分12.5秒", "119:30:12.5", "N30°38'12\"" and
// "30°38′12.5″ W" (south and west are negative). Digits, signs and punctuation may be full-width;
// commas may group thousands ("3,390,123.45"). false, with *ret_value untouched, for anything else:
// minutes or seconds of 60 and more, an exponent without digits, words.
bool th_coordinate_parse(const char *text, double *ret_value);

// The pairs of "x,y;x,y;…", "x y,x y" and "x,y x,y" one behind the other; a third number of a pair
// is its height and is left out. Calls `pair` for each until it says false. false when a piece is
// not two or three numbers, or `pair` said so.
bool th_coordinate_pairs(const char *text, bool (*pair)(double x, double y, void *context),
                         void *context);

#endif
