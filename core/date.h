// Calendar dates (Asia/Shanghai, both ends of a period included) and instants (UTC).
#ifndef TH_CORE_DATE_H
#define TH_CORE_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"

struct th_date {
    int year;  // 1900 … 9999
    int month; // 1 … 12
    int day;   // 1 … 31
};

enum { TH_DATE_TEXT_SIZE = 48, TH_INSTANT_TEXT_SIZE = 48 };

// "2021-06-30", only real days. TH_INVALID ("date_invalid").
enum th_status th_date_parse(const char *text, struct th_date *ret_date,
                             struct th_error *err) TH_MUST_CHECK;
const char *th_date_format(struct th_date date, char buf[TH_DATE_TEXT_SIZE]); // returns buf
int th_date_compare(struct th_date a, struct th_date b);                      // -1, 0, 1
bool th_date_valid(struct th_date date);
struct th_date th_date_before(struct th_date date); // the day before
struct th_date th_date_after(struct th_date date);  // the day after
// So many days later, or earlier; stops at the years 1 and 9999.
struct th_date th_date_add(struct th_date date, int64_t days);

// Seconds since 1970-01-01T00:00:00Z as "2021-06-30T08:00:00Z". Returns buf.
const char *th_instant_format(int64_t utc, char buf[TH_INSTANT_TEXT_SIZE]);
// Only the form above. TH_INVALID ("instant_invalid").
enum th_status th_instant_parse(const char *text, int64_t *ret_utc,
                                struct th_error *err) TH_MUST_CHECK;
// The day it is in Asia/Shanghai (UTC+8, no summer time since 1991).
struct th_date th_instant_date(int64_t utc);

#endif
