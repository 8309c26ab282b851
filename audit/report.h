// What the audit found, for people or as one JSON object.
#ifndef TH_AUDIT_REPORT_H
#define TH_AUDIT_REPORT_H

#include <stdio.h>

#include "audit/check.h"

struct th_report_options {
    bool chinese;
    int64_t n_listed; // faults that are told, the rest is counted
    int64_t n_bytes;  // of the file
};

// false without memory.
bool th_report_json(const struct th_check *check, const struct th_report_options *options,
                    FILE *out);
bool th_report_text(const struct th_check *check, const struct th_report_options *options,
                    FILE *out);

// A text that may come from a file: what would steer a terminal becomes a blank.
void th_report_clean(const char *text, FILE *out);
// As the inside of a JSON string.
void th_report_escaped(const char *text, FILE *out);

#endif
