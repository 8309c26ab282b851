// Headings of quantities, "尿素(公斤/亩)" or "urea_kg_mu": what is measured, in which unit, and for
// which ground. The words stand in data/fields/units.json.
#ifndef TH_REGISTRY_QUANTITY_HEADING_H
#define TH_REGISTRY_QUANTITY_HEADING_H

#include <stdbool.h>
#include <stddef.h>

#include "core/attributes.h"
#include "core/error.h"
#include "core/ratio.h"

enum { TH_QUANTITY_HEADING_MAX = 256 };

enum th_quantity_dimension {
    TH_QUANTITY_NONE,
    TH_QUANTITY_MASS,
    TH_QUANTITY_VOLUME,
    TH_QUANTITY_AREA,
    TH_QUANTITY_COUNT,
    TH_QUANTITY_LENGTH
};
// By the name it has in data/fields; TH_QUANTITY_NONE for any other.
enum th_quantity_dimension th_quantity_dimension_find(const char *name);

enum th_quantity_ground {
    TH_QUANTITY_UNSAID,     // nothing is said
    TH_QUANTITY_PER_MU,     // also where a hectare is: the factor has it
    TH_QUANTITY_PER_PARCEL, // said to be a total
    TH_QUANTITY_CONFUSED    // both are said
};

struct th_quantity_heading {
    char base[TH_QUANTITY_HEADING_MAX]; // without the unit
    char unit[TH_QUANTITY_HEADING_MAX]; // as written, "" without
    bool understood;                    // the unit; else the following say nothing
    enum th_quantity_dimension dimension;
    struct th_ratio factor; // into kg, litres, mu, pieces or cm, for a mu or a parcel
    enum th_quantity_ground ground;
    bool element; // a nutrient is weighed, "公斤纯氮/亩"
};

struct th_quantity_words; // opaque, immutable
// TH_INTERNAL ("field_names_broken") when the embedded file is not what it should be.
enum th_status th_quantity_words_new(struct th_quantity_words **ret_words,
                                     struct th_error *err) TH_MUST_CHECK;
void th_quantity_words_free(struct th_quantity_words *words);

// What stands in brackets at the end is the unit, understood or not; without brackets the longest
// end that is one, behind a name. A heading without either is all base.
void th_quantity_heading_read(const struct th_quantity_words *words, const char *heading,
                              struct th_quantity_heading *ret_read);

#endif
