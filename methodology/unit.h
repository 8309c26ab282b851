// Units of measure, exact and with the substance named: "t C/ha/yr" is not "t CO2/ha/yr".
//
// Grammar: one unit, and one more after each "/", which divides: "t C/ha/yr", "kg N2O-N/kg N",
// "m3/ha", "1". A mass (t, kg, g) may name a substance after a blank; without one it is a plain
// mass. Money is no unit of this kind.
#ifndef TH_METHODOLOGY_UNIT_H
#define TH_METHODOLOGY_UNIT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"
#include "core/ratio.h"

// What a unit measures; append-only. A mass of carbon and a mass of CO2 are two dimensions.
enum th_dimension {
    TH_DIMENSION_LENGTH, // m; an area is its square, a volume its cube
    TH_DIMENSION_TIME,   // yr
    TH_DIMENSION_ENERGY, // GJ
    TH_DIMENSION_STEMS,  // culms, trees, bushes
    TH_DIMENSION_MASS,   // kg of no named substance
    TH_DIMENSION_C,      // kg C
    TH_DIMENSION_CO2,
    TH_DIMENSION_CO2E,
    TH_DIMENSION_CH4,
    TH_DIMENSION_CH4_C,
    TH_DIMENSION_N2O,
    TH_DIMENSION_N2O_N,
    TH_DIMENSION_N,
    TH_DIMENSION_DRY_MATTER, // kg d.m.
    TH_DIMENSION_LIMESTONE,
    TH_DIMENSION_DOLOMITE,
    TH_DIMENSION_UREA,
    TH_DIMENSION_FUEL,
    TH_N_DIMENSIONS
};

struct th_unit {
    struct th_ratio scale; // of one such unit in base units: 1 mu = 2000/3 m²
    int8_t power[TH_N_DIMENSIONS];
};

enum { TH_UNIT_TEXT_SIZE = 48, TH_UNIT_DESCRIPTION_SIZE = 256 };

// TH_INVALID ("unit_unknown" with "unit" and "part"; "unit_overflow").
enum th_status th_unit_parse(const char *text, struct th_unit *ret_unit,
                             struct th_error *err) TH_MUST_CHECK;

bool th_unit_same_dimension(const struct th_unit *a, const struct th_unit *b);
// How many `to` one `from` is; both must have the same dimension (asserted).
enum th_status th_unit_factor(const struct th_unit *from, const struct th_unit *to,
                              struct th_ratio *ret_factor, struct th_error *err) TH_MUST_CHECK;

// Products and quotients, with their scales. TH_OVERFLOW ("unit_overflow").
enum th_status th_unit_mul(const struct th_unit *a, const struct th_unit *b,
                           struct th_unit *ret_product, struct th_error *err) TH_MUST_CHECK;
enum th_status th_unit_div(const struct th_unit *a, const struct th_unit *b,
                           struct th_unit *ret_quotient, struct th_error *err) TH_MUST_CHECK;

// The dimension alone, in base units, for messages: "kg C/m2/yr". Returns buf.
const char *th_unit_describe(const struct th_unit *unit, char buf[TH_UNIT_DESCRIPTION_SIZE]);

#endif
