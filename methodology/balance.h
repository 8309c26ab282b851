// What an account of both sides earns: a colour by how much is fixed of what is emitted, and
// fertiliser by the net tonnes. Pure and exact: whole kilograms in, fractions carried.
#ifndef TH_METHODOLOGY_BALANCE_H
#define TH_METHODOLOGY_BALANCE_H

#include <stdbool.h>

#include "core/quantity.h"
#include "core/ratio.h"

enum th_colour { // append-only
    TH_COLOUR_DARK_GREEN,
    TH_COLOUR_LIGHT_GREEN,
    TH_COLOUR_YELLOW,
    TH_COLOUR_RED, // everything below
    TH_N_COLOURS
};
const char *th_colour_name(enum th_colour colour); // "dark_green"

// From which fixation : emission on a colour is given, in descending order, each itself included.
struct th_colour_limits {
    struct th_ratio from[TH_COLOUR_RED];
};
// Whoever emits nothing and loses nothing is dark green. `emitted` is not negative.
enum th_colour th_colour_of(struct th_carbon fixed, struct th_carbon emitted,
                            const struct th_colour_limits *limits);

// "A tonne of carbon" that is fixed net earns `t_per_t` tonnes of fertiliser.
struct th_fertiliser_term {
    bool by_carbon; // a tonne of C, 44/12 t CO2, and not of CO2
    struct th_ratio t_per_t;
};
// What a balance earns, in kg of fertiliser, exact; nothing where it is not above zero, and a
// negative one owes nothing. *rest_kg (0 … 1000, from earlier years) is added; what then are whole
// tonnes is handed out, and the rest stays in *rest_kg. TH_OVERFLOW leaves all as it was.
enum th_status th_fertiliser_earn(struct th_carbon balance, const struct th_fertiliser_term *term,
                                  struct th_ratio *rest_kg, struct th_ratio *ret_earned_kg,
                                  int64_t *ret_whole_t, struct th_error *err) TH_MUST_CHECK;
// Whole kilograms of it, toward zero: what is shown of an exact amount of zero or more.
int64_t th_fertiliser_kg(struct th_ratio kg);

#endif
