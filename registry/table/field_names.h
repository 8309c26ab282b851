// What the names of columns mean (data/fields, embedded): Chinese headings, the pinyin of the
// forest inventory, the abbreviations of the land surveys; also where a shapefile has cut them at
// 10 bytes, and with a unit behind them.
#ifndef TH_REGISTRY_FIELD_NAMES_H
#define TH_REGISTRY_FIELD_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "core/attributes.h"
#include "core/error.h"
#include "registry/area_unit.h"

enum { TH_FIELD_KEY_SIZE = 40, TH_FIELD_SCHEME_SIZE = 24 };

struct th_field_names; // opaque, immutable

// The names for one kind of table: data/fields/parcels.json and its neighbours.
// TH_INTERNAL ("field_names_broken") when the embedded file is not what it should be.
enum th_field_table {
    TH_FIELDS_OF_PARCELS,
    TH_FIELDS_OF_VILLAGES,
    TH_FIELDS_OF_ACTIVITY,
    TH_FIELDS_OF_PLOTS,
    TH_FIELDS_OF_ENTERPRISES
};
enum th_status th_field_names_new(enum th_field_table table, struct th_field_names **ret_names,
                                  struct th_error *err) TH_MUST_CHECK;
void th_field_names_free(struct th_field_names *names);

// Is it a key of the list?
bool th_field_names_has(const struct th_field_names *names, const char *key);

struct th_field_meaning {
    char key[TH_FIELD_KEY_SIZE];       // "" when the name says nothing
    char scheme[TH_FIELD_SCHEME_SIZE]; // "forestry", "land_survey" or ""
    bool cut;                          // known by its beginning only
    bool has_unit;                     // its numbers are in `unit` by heading or by standard
    bool unit_in_heading;
    enum th_area_unit unit;
    // Where the name means a key that another column bears by a better name: that key.
    char passed_over[TH_FIELD_KEY_SIZE];
};

// Gives each of `n` columns at most one meaning and each key at most one column, best names first;
// columns for which taken[i] is true are left out, and so are keys for which
// key_taken(context, key) is true (NULL: none). ret_meanings has room for n.
//
// Names are compared without regard to case, white space, '_' and '-', the width of brackets, and a
// unit behind them. A column name of 8 to 10 bytes in UTF-8, or 9 or 10 in GBK, may have been cut:
// it also stands for longer names that begin with it, if all of them mean the same; half a
// character at its end ('?' or U+FFFD) does not count.
enum th_status th_field_names_assign(const struct th_field_names *names, const char *const *columns,
                                     const bool *taken, size_t n,
                                     bool (*key_taken)(void *context, const char *key),
                                     void *context, struct th_field_meaning *ret_meanings,
                                     struct th_error *err) TH_MUST_CHECK;

// The unit of a column that somebody mapped to `key` by hand: its heading or the standard that
// defines its name says so all the same. false: nobody does.
bool th_field_names_unit(const struct th_field_names *names, const char *column, const char *key,
                         enum th_area_unit *ret_unit);

#endif
