// Which land class a code means. GB/T 21010-2017 and the newer classification share their four
// digits and not their meaning: 0303 is mangrove in one and shrub in the other. The registry keeps
// the class of GB/T 21010-2017; a code of the newer one (data/codes/land_classes_2023.json,
// embedded) is brought to it by what it means, and the source's own code is kept beside it.
#ifndef TH_REGISTRY_LAND_CODE_H
#define TH_REGISTRY_LAND_CODE_H

#include "registry/land_class.h"

enum { TH_LAND_SCHEME_SIZE = 32 };

struct th_land_codes; // codes of the newer classification; opaque, immutable

// TH_INTERNAL ("land_classes_broken") when the embedded file is not what it should be.
enum th_status th_land_codes_new(struct th_land_codes **ret_codes,
                                 struct th_error *err) TH_MUST_CHECK;
void th_land_codes_free(struct th_land_codes *codes);

enum { TH_LAND_NAME_SIZE = 64 };

enum th_land_code_verdict {
    TH_LAND_CODE_FOUND,
    TH_LAND_CODE_NAME_DIFFERS, // found by the code; the name beside it says something else
    TH_LAND_CODE_AMBIGUOUS,    // two classifications, two meanings, and no name to tell them apart
    TH_LAND_CODE_UNKNOWN
};

struct th_land_code_finding {
    enum th_land_code_verdict verdict;
    const struct th_land_class *found; // borrowed from `classes`; NULL unless found
    // The two meanings of an ambiguous code; the second need not be a class of the registry.
    const struct th_land_class *first; // borrowed from `classes`; NULL unless ambiguous
    char other_zh[TH_LAND_NAME_SIZE], other_en[TH_LAND_NAME_SIZE];
    char scheme[TH_LAND_SCHEME_SIZE]; // that the source's code is of; "" when it gave a name
};

// `text` is the code or a name; `name` what stands beside it ("" without): it decides between the
// classifications. A final K ("0301K", adjustable to arable) is left out.
void th_land_code_find(const struct th_land_codes *codes, const struct th_land_classes *classes,
                       const char *text, const char *name,
                       struct th_land_code_finding *ret_finding);

#endif
