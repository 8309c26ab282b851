// Worked examples are computed by the families and by the arithmetic they are made of.
#ifndef TH_TESTS_WORKED_H
#define TH_TESTS_WORKED_H

#include <stddef.h>

#include "methodology/calc.h"

struct worked { // one use of a family, or a calc of the test's own, for one parcel
    struct th_calc *calc;
    struct th_calc_sheet *sheet;
};

// Takes the calc; inputs by column.
struct worked worked_computed(struct th_calc *calc, const double *inputs, size_t n_inputs);
// `roles` in the order and unit of the family; NAN is an optional role that is not played.
struct worked worked_family(const char *name, double area_ha, const double *roles, double gwp);
double worked_value(const struct worked *example, const char *term);
void worked_clear(struct worked *example);

// The last three in one.
double worked_family_value(const char *name, double area_ha, const double *roles, double gwp,
                           const char *term);

#endif
