#include "methodology/balance.h"

#include <assert.h>

#include "methodology/wide_internal.h"

enum { KG_PER_T = 1000 };

const char *th_colour_name(enum th_colour colour)
{
    static const char *const names[TH_N_COLOURS] = {"dark_green", "light_green", "yellow", "red"};
    assert(colour < TH_N_COLOURS);
    return names[colour];
}

// Compared as products, so that no emission at all needs no division.
enum th_colour th_colour_of(struct th_carbon fixed, struct th_carbon emitted,
                            const struct th_colour_limits *limits)
{
    for (enum th_colour colour = TH_COLOUR_DARK_GREEN; colour < TH_COLOUR_RED; colour++) {
        struct th_ratio from = limits->from[colour];
        th_wide have = (th_wide)th_carbon_kg(fixed) * from.denominator;
        if (have >= (th_wide)th_carbon_kg(emitted) * from.numerator) {
            return colour;
        }
    }
    return TH_COLOUR_RED;
}

enum th_status th_fertiliser_earn(struct th_carbon balance, const struct th_fertiliser_term *term,
                                  struct th_ratio *rest_kg, struct th_ratio *ret_earned_kg,
                                  int64_t *ret_whole_t, struct th_error *err)
{
    const struct th_ratio carbon = {12, 44};
    struct th_ratio earned = {0, 1};
    struct th_ratio sum;
    enum th_status status = TH_OK;
    if (th_carbon_kg(balance) > 0) {
        const struct th_ratio kg = {th_carbon_kg(balance), 1};
        status = th_ratio_mul(kg, term->t_per_t, &earned, err);
        if (status == TH_OK && term->by_carbon) {
            status = th_ratio_mul(earned, carbon, &earned, err);
        }
    }
    if (status == TH_OK) {
        status = th_ratio_add(earned, *rest_kg, &sum, err);
    }
    if (status != TH_OK) {
        return status;
    }
    int64_t whole_t = sum.numerator / sum.denominator / KG_PER_T;
    const struct th_ratio handed_out = {-whole_t * KG_PER_T, 1};
    struct th_ratio rest;
    status = th_ratio_add(sum, handed_out, &rest, err);
    if (status == TH_OK) {
        *rest_kg = rest;
        *ret_earned_kg = earned;
        *ret_whole_t = whole_t;
    }
    return status;
}

int64_t th_fertiliser_kg(struct th_ratio kg)
{
    return kg.numerator / kg.denominator;
}
