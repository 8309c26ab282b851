// Area times a number per area: a reported factor, and the gases that open water and wet soils give
// off. IPCC 2006 Guidelines, Vol. 4, Ch. 2, Equation 2.6.
#include "methodology/family_internal.h"

static const char equation_2_6[] = "IPCC 2006, Vol. 4, Ch. 2, Eq. 2.6";

// `share` is the part of the area that the factor belongs to: states of one wetland that share a
// factor share its uncertainty too.
enum { FACTOR, SHARE };

static void build_area_factor(struct th_calc *calc, const struct th_family_use *use)
{
    struct th_node mass = th_calc_mul(calc, use->area_mu, use->roles[FACTOR]);
    th_family_add_mass(calc, use, mass, "term.area_factor", equation_2_6);
}

const struct th_family th_family_area_factor = {
    .name = "area-factor",
    .source = equation_2_6,
    // A tropical plantation in its best year stays below 60 t CO2 a hectare, 4 t a mu.
    .roles = {{.name = "factor", .unit = "t CO2e/mu/yr", .low = {-4, 1}, .high = {4, 1}}},
    .n_roles = 1,
    .gases = TH_GASES_CO2,
    .sides = TH_SIDES_REMOVAL | TH_SIDES_EMISSION,
    .build = build_area_factor,
};

static void build_gas(struct th_calc *calc, const struct th_family_use *use, const char *mass_term,
                      const char *mass_unit, const char *term)
{
    struct th_node gas = th_calc_mul(calc, use->area_ha, use->roles[FACTOR]);
    if (use->roles[SHARE].index >= 0) {
        gas = th_calc_mul(calc, gas, use->roles[SHARE]);
    }
    gas = th_calc_line(calc, gas, mass_term, mass_unit, equation_2_6);
    th_family_add_mass(calc, use, th_calc_mul(calc, gas, use->gwp), term, equation_2_6);
}

static void build_methane(struct th_calc *calc, const struct th_family_use *use)
{
    build_gas(calc, use, "term.methane_mass", "kg CH4/yr", "term.methane");
}

const struct th_family th_family_methane = {
    .name = "methane",
    .source = equation_2_6,
    // Tropical rewetted mineral soil has 900 (Wetlands Supplement, Table 5.4), the mean of its
    // interval's upper end 1,356.
    .roles = {{.name = "factor", .unit = "kg CH4/ha/yr", .low = {-50, 1}, .high = {1500, 1}},
              {.name = "share", .unit = "1", .low = {0, 1}, .high = {1, 1}, .optional = true}},
    .n_roles = 2,
    .gases = TH_GASES_CH4,
    .sides = TH_SIDES_EMISSION,
    .build = build_methane,
};

static void build_nitrous_oxide(struct th_calc *calc, const struct th_family_use *use)
{
    build_gas(calc, use, "term.n2o_mass", "kg N2O/yr", "term.n2o");
}

const struct th_family th_family_nitrous_oxide = {
    .name = "nitrous-oxide",
    .source = equation_2_6,
    .roles = {{.name = "factor", .unit = "kg N2O/ha/yr", .low = {-5, 1}, .high = {50, 1}},
              {.name = "share", .unit = "1", .low = {0, 1}, .high = {1, 1}, .optional = true}},
    .n_roles = 2,
    .gases = TH_GASES_N2O,
    .sides = TH_SIDES_EMISSION,
    .build = build_nitrous_oxide,
};
