// Which encoding the texts of a table are in, decided on all of them. For gis/reader/ alone.
#ifndef TH_GIS_READER_ENCODING_INTERNAL_H
#define TH_GIS_READER_ENCODING_INTERNAL_H

#include "gis/reader.h"
#include "gis/reader/recode_internal.h"
#include "gis/reader/rows_internal.h"

// Told about each row that a survey looks at; false ends it with TH_INTERRUPTED.
struct th_survey_pulse {
    enum th_status (*beat)(void *context, int64_t n_rows, struct th_error *err);
    void *context;
};

struct th_survey {
    struct th_reader_encoding encoding;
    int64_t n_rows; // -1 when no pass over the rows was needed
};

// `wanted` is the caller's choice or NULL. Where the source is not UTF-8 by definition every text
// is looked at. TH_USAGE ("encoding_unknown").
enum th_status th_encoding_survey(struct th_rows *rows, const char *wanted,
                                  const struct th_survey_pulse *pulse, struct th_survey *ret_survey,
                                  struct th_error *err) TH_MUST_CHECK;

#endif
