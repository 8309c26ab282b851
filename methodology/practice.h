// Limits of good practice of a garden or orchard: versioned JSON documents
// (data/practices/<id>/<version>.json), checked as a whole when they are loaded, and the judgement
// of one parcel and year by them. Pure: text and values in, structure and findings out. The form is
// described in docs/labels.md and data/practices/schema.json.
//
// What nobody stated is neither kept nor broken: it is not stated.
#ifndef TH_METHODOLOGY_PRACTICE_H
#define TH_METHODOLOGY_PRACTICE_H

#include "core/date.h"
#include "methodology/document.h"

enum { TH_PRACTICE_LIMITS_MAX = 64, TH_PRACTICE_TERMS_MAX = 4 };

enum th_practice_scope {
    TH_PRACTICE_OF_PARCEL, // attributes of the parcel
    TH_PRACTICE_OF_YEAR    // what is on record of one year
};
enum th_practice_test { TH_PRACTICE_AT_LEAST, TH_PRACTICE_AT_MOST };

struct th_practice_limit { // texts are borrowed from the document
    const char *name;
    struct th_text title;
    enum th_practice_scope scope;
    const char *of[TH_PRACTICE_TERMS_MAX]; // summed …
    size_t n_of;
    const char *per[TH_PRACTICE_TERMS_MAX]; // … and, with any, divided by their sum, as percent
    size_t n_per;
    const char *unit; // of the limit and of what is compared with it
    enum th_practice_test test;
    struct th_ratio value;
    struct th_date from, to; // days on which it holds, both included; year 0: open
    const char *source;
    enum th_evidence evidence;
    struct th_text advice; // what to do, to whoever does not keep it
};

struct th_practice; // parsed document, opaque, immutable

// The first fault: TH_INVALID ("practice_invalid" with "where" = JSON pointer and "reason" =
// "@methodology.<x>").
enum th_status th_practice_parse(const char *text, size_t size, struct th_practice **ret_practice,
                                 struct th_error *err) TH_MUST_CHECK;
void th_practice_free(struct th_practice *practice);
// All faults that can be told at once, at most 100; returns how many.
size_t th_practice_lint(const char *text, size_t size,
                        void (*report)(void *context, const struct th_error *fault), void *context);

// All borrowed from the practice.
const char *th_practice_id(const struct th_practice *practice);
const char *th_practice_version(const struct th_practice *practice);
struct th_text th_practice_title(const struct th_practice *practice);
const struct th_hash *th_practice_sha256(const struct th_practice *practice); // of the text
bool th_practice_has_kind(const struct th_practice *practice, const char *kind);
const struct th_json *th_practice_json(const struct th_practice *practice); // the document
size_t th_practice_n_limits(const struct th_practice *practice);
const struct th_practice_limit *th_practice_limit(const struct th_practice *practice, size_t index);
// Does it hold at the end of the year?
bool th_practice_holds(const struct th_practice_limit *limit, int year);

// Documents that the program brings along, sorted by name ("longguan-tea/1.json"). Static.
size_t th_practice_shipped_count(void);
const char *th_practice_shipped_text(size_t index, size_t *ret_size);
const char *th_practice_shipped_name(size_t index);

enum th_practice_result { TH_PRACTICE_PASS, TH_PRACTICE_FAIL, TH_PRACTICE_NOT_STATED };
struct th_practice_finding {
    enum th_practice_result result;
    bool has_value;
    bool is_part;          // of what was stated alone, where it already decides
    struct th_ratio value; // in the unit of the limit
    bool nothing;          // a share of nothing: no nitrogen at all has no organic part to want
    const char *missing[2 * TH_PRACTICE_TERMS_MAX]; // not stated, or no number of zero or more
    size_t n_missing;
};
// `values`: object of exact texts by key ("12.5", "70/87"), or NULL: nothing was stated.
void th_practice_judge(const struct th_practice_limit *limit, const struct th_json *values,
                       struct th_practice_finding *ret_finding);

// The value with as many decimals (two to nine) as it takes to stand on its own side of the limit:
// 29.996 % of a limit of 30 % is not shown as 30.00. Returns buf.
const char *th_practice_value_text(struct th_ratio value, struct th_ratio limit,
                                   char buf[TH_RATIO_TEXT_SIZE]);

// Keys that are on record of a year, with the unit in which each is kept; ends with a NULL name.
struct th_practice_quantity {
    const char *name, *unit;
};
extern const struct th_practice_quantity th_practice_quantities[];

#endif
