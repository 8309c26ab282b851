// Equation families: the published equations that a methodology document may use. A family is a
// pure function that appends lines to a calc; the document says which of its parameters and inputs
// plays which role.
#ifndef TH_METHODOLOGY_FAMILY_H
#define TH_METHODOLOGY_FAMILY_H

#include "methodology/calc.h"

enum { TH_FAMILY_ROLES_MAX = 12 };

// What a role wants. `unit` is the one in which the document must state the number.
struct th_role {
    const char *name;
    const char *unit;
    struct th_ratio low, high; // physical bounds, both allowed; outside them a number is a mistake
    bool optional;
};

// Ready nodes of one use, by role; index < 0 where an optional role is not played.
struct th_family_use {
    struct th_node area_mu, area_ha; // used area of the parcel
    struct th_node year;             // calendar year, yr
    struct th_node roles[TH_FAMILY_ROLES_MAX];
    struct th_node gwp; // kg CO2e/kg of the use's gas; the gas is CO2: 1 kg CO2e/kg CO2
    enum th_side side;
    enum th_gas gas;
};

struct th_family {
    const char *name;   // "growth"
    const char *source; // of the equations
    struct th_role roles[TH_FAMILY_ROLES_MAX];
    size_t n_roles;
    unsigned gases; // bit 1 << gas: which gases it may give
    unsigned sides; // bit 1 << side: what it may be counted to
    void (*build)(struct th_calc *calc, const struct th_family_use *use);
};

const struct th_family *th_family_find(const char *name); // NULL: no such family
size_t th_family_number_of(void);
const struct th_family *th_family_at(size_t index);

#endif
