// What the columns of a table of quantities are called, and what may stand in them, as a file of
// data/fields says.
#ifndef TH_REGISTRY_SHEET_KEYS_H
#define TH_REGISTRY_SHEET_KEYS_H

#include "registry/table/field_names.h"
#include "registry/table/quantity_heading.h"
#include "registry/table/sheet.h"

enum { TH_SHEET_KEYS_MAX = 32, TH_SHEET_TEXT_SIZE = 64, TH_SHEET_SOURCE_SIZE = 128 };

enum th_sheet_per {
    TH_SHEET_WORDS, // no quantity: village, number, note …
    TH_SHEET_PER_MU,
    TH_SHEET_PER_PARCEL,
    TH_SHEET_TIMES,  // how often: on all of the ground
    TH_SHEET_PER_ROW // of what the row is about: a plot, a stem
};

struct th_sheet_key {
    char key[TH_FIELD_KEY_SIZE];
    enum th_sheet_per per;
    enum th_quantity_dimension dimension;
    struct th_ratio min;        // 0 where nothing is said
    struct th_ratio max, usual; // for a mu where it is kept for a mu or the parcel
    struct th_ratio bamboo_max; // in place of max; the same where nothing is said
    bool has_usual;
    bool whole;
    bool has_n;
    struct th_ratio n_content;                           // kg of N in a kg
    char zh[TH_SHEET_TEXT_SIZE], en[TH_SHEET_TEXT_SIZE]; // headings of the example
    char example[TH_SHEET_TEXT_SIZE];
};

struct th_sheet_keys {
    struct th_sheet_key items[TH_SHEET_KEYS_MAX];
    size_t n;
    char n_source[TH_SHEET_SOURCE_SIZE]; // of n_content
    struct th_ratio plot_smallest_m2;    // 0 where nothing is said
};
// `file` of data/fields. TH_INTERNAL ("field_names_broken").
enum th_status th_sheet_keys_read(const char *file, struct th_sheet_keys *ret_keys,
                                  struct th_error *err) TH_MUST_CHECK;
// NULL when there is none of that name.
const struct th_sheet_key *th_sheet_key_find(const struct th_sheet_keys *keys, const char *key);

struct th_sheet_heading {
    const struct th_sheet_key *key;   // NULL: says nothing here
    const struct th_sheet_key *twice; // that another column has already
    struct th_quantity_heading read;
};
// One for every column of the sheet; the caller's (free()). Nothing cuts the headings of these
// tables: the beginning of a name is another name.
enum th_status th_sheet_headings_read(enum th_field_table table, const struct th_sheet_keys *keys,
                                      const struct th_sheet *sheet,
                                      struct th_sheet_heading **ret_headings,
                                      struct th_error *err) TH_MUST_CHECK;
// An error about a heading, with what it should look like.
enum th_status th_sheet_heading_error(const char *message, const char *heading,
                                      const struct th_sheet_key *meant,
                                      struct th_error *err) TH_MUST_CHECK;

// The table to fill in: one row with the examples; `noun` names the messages
// "<noun>.meaning.<key>".
enum th_status th_sheet_keys_template(const char *path, const char *file, const char *noun,
                                      const char *title, const struct th_messages *messages,
                                      enum th_lang lang, struct th_json **ret_reply,
                                      struct th_error *err) TH_MUST_CHECK;

#endif
