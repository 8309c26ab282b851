// A rate or a share as it is written: "70", "0.39", "70/87".
#ifndef TH_AUDIT_FRACTION_H
#define TH_AUDIT_FRACTION_H

#include "audit/scan.h"

struct th_fraction {
    int64_t numerator;
    int64_t denominator;
};
// false for anything else.
bool th_fraction_read(struct th_text text, struct th_fraction *ret_fraction);

#endif
