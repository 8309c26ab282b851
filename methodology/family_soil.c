// Soils: carbon of mineral soils after a change of use, nitrogen, lime, urea; and the fuel of the
// machines. IPCC 2006 Guidelines, Vol. 4, Ch. 2 and 11; 2019 Refinement where a document says so.
#include "methodology/family_internal.h"

static const char equation_2_25[] = "IPCC 2006, Vol. 4, Ch. 2, Eq. 2.25";
static const char equation_11_1[] = "IPCC 2006, Vol. 4, Ch. 11, Eq. 11.1, 11.9, 11.10";
static const char equation_11_8[] = "IPCC 2006, Vol. 4, Ch. 11, Eq. 11.1, 11.8, 11.10";
static const char equation_11_12[] = "IPCC 2006, Vol. 4, Ch. 11, Eq. 11.12";
static const char equation_11_13[] = "IPCC 2006, Vol. 4, Ch. 11, Eq. 11.13";
static const char equation_fuel[] = "IPCC 2006, Vol. 2, Ch. 3, Eq. 3.3.1";

// SOC_ref · (F_after − F_before) / D. With `elapsed` the change runs in the first D years after the
// change of use and is 0 before and later; without it the tables of F say by themselves when it
// runs and when it has ended (rewetted soils: two stages of 20 years, 2013 Wetlands Supplement, Ch.
// 5). `share` is the part of the area that the change belongs to.
enum { REFERENCE, BEFORE, AFTER, PERIOD, ELAPSED, SHARE };

static struct th_node while_it_runs(struct th_calc *calc, struct th_node elapsed,
                                    struct th_node period, struct th_node yearly)
{
    struct th_node one = th_calc_number(calc, (struct th_ratio){1, 1}, "yr", NULL);
    struct th_node end = th_calc_add(calc, period, one);
    struct th_node runs = th_calc_line(calc, th_calc_within(calc, elapsed, one, end),
                                       "term.soil_runs", "1", equation_2_25);
    return th_calc_mul(calc, yearly, runs);
}

static void build_soil_carbon(struct th_calc *calc, const struct th_family_use *use)
{
    const struct th_node *roles = use->roles;
    struct th_node before = th_calc_line(calc, th_calc_mul(calc, roles[REFERENCE], roles[BEFORE]),
                                         "term.soil_before", "t C/ha", equation_2_25);
    struct th_node after = th_calc_line(calc, th_calc_mul(calc, roles[REFERENCE], roles[AFTER]),
                                        "term.soil_after", "t C/ha", equation_2_25);
    struct th_node yearly = th_calc_div(calc, th_calc_sub(calc, after, before), roles[PERIOD]);
    if (roles[ELAPSED].index >= 0) {
        yearly = while_it_runs(calc, roles[ELAPSED], roles[PERIOD], yearly);
    }
    if (roles[SHARE].index >= 0) {
        yearly = th_calc_mul(calc, yearly, roles[SHARE]);
    }
    struct th_node change =
        th_calc_line(calc, yearly, "term.soil_change", "kg C/ha/yr", equation_2_25);
    struct th_node carbon = th_calc_mul(calc, use->area_ha, change);
    th_family_add_mass(calc, use, th_family_co2_of_carbon(calc, carbon), "term.soil",
                       equation_2_25);
}

const struct th_family th_family_soil_carbon = {
    .name = "soil-carbon",
    .source = equation_2_25,
    .roles =
        {{.name = "reference", .unit = "t C/ha", .low = {5, 1}, .high = {400, 1}},
         {.name = "before", .unit = "1", .low = {1, 10}, .high = {3, 1}},
         {.name = "after", .unit = "1", .low = {1, 10}, .high = {3, 1}},
         {.name = "period", .unit = "yr", .low = {1, 1}, .high = {100, 1}},
         {.name = "elapsed", .unit = "yr", .low = {-200, 1}, .high = {200, 1}, .optional = true},
         {.name = "share", .unit = "1", .low = {0, 1}, .high = {1, 1}, .optional = true}},
    .n_roles = 6,
    .gases = TH_GASES_CO2,
    .sides = TH_SIDES_REMOVAL,
    .build = build_soil_carbon,
};

static void count_n2o(struct th_calc *calc, const struct th_family_use *use,
                      struct th_node nitrogen, const char *source)
{
    struct th_node weight = th_calc_number(calc, (struct th_ratio){44, 28}, "kg N2O/kg N2O-N",
                                           "term.source_n2o_n_to_n2o");
    struct th_node mass = th_calc_line(calc, th_calc_mul(calc, nitrogen, weight), "term.n2o_mass",
                                       "kg N2O/yr", source);
    th_family_add_mass(calc, use, th_calc_mul(calc, mass, use->gwp), "term.n2o", source);
}

// N2O-N of nitrogen applied: direct, by volatilisation and deposition, by leaching. Nitrogen fixed
// by the plants themselves is no source of its own.
enum {
    SYNTHETIC,
    ORGANIC,
    EF1_SYNTHETIC,
    EF1_ORGANIC,
    GAS_SYNTHETIC,
    GAS_ORGANIC,
    EF4,
    LEACH,
    EF5
};

static void build_nitrogen(struct th_calc *calc, const struct th_family_use *use)
{
    const struct th_node *roles = use->roles;
    struct th_node synthetic = th_calc_line(calc, th_calc_mul(calc, use->area_mu, roles[SYNTHETIC]),
                                            "term.n_synthetic", "kg N/yr", equation_11_1);
    struct th_node organic = th_calc_line(calc, th_calc_mul(calc, use->area_mu, roles[ORGANIC]),
                                          "term.n_organic", "kg N/yr", equation_11_1);
    struct th_node direct = th_calc_add(calc, th_calc_mul(calc, synthetic, roles[EF1_SYNTHETIC]),
                                        th_calc_mul(calc, organic, roles[EF1_ORGANIC]));
    struct th_node volatilised =
        th_calc_mul(calc,
                    th_calc_add(calc, th_calc_mul(calc, synthetic, roles[GAS_SYNTHETIC]),
                                th_calc_mul(calc, organic, roles[GAS_ORGANIC])),
                    roles[EF4]);
    struct th_node leached = th_calc_mul(
        calc, th_calc_mul(calc, th_calc_add(calc, synthetic, organic), roles[LEACH]), roles[EF5]);
    direct = th_calc_line(calc, direct, "term.n2o_direct", "kg N2O-N/yr", equation_11_1);
    volatilised =
        th_calc_line(calc, volatilised, "term.n2o_volatilised", "kg N2O-N/yr", equation_11_1);
    leached = th_calc_line(calc, leached, "term.n2o_leached", "kg N2O-N/yr", equation_11_1);
    count_n2o(calc, use, th_calc_add(calc, th_calc_add(calc, direct, volatilised), leached),
              equation_11_1);
}

// 200 kg N/mu/yr is 3 t a hectare, several times the heaviest dressing of tea gardens.
const struct th_family th_family_nitrogen = {
    .name = "nitrogen",
    .source = equation_11_1,
    .roles = {{.name = "synthetic", .unit = "kg N/mu/yr", .low = {0, 1}, .high = {200, 1}},
              {.name = "organic", .unit = "kg N/mu/yr", .low = {0, 1}, .high = {200, 1}},
              {.name = "ef1_synthetic", .unit = "kg N2O-N/kg N", .low = {0, 1}, .high = {1, 10}},
              {.name = "ef1_organic", .unit = "kg N2O-N/kg N", .low = {0, 1}, .high = {1, 10}},
              {.name = "gas_synthetic", .unit = "1", .low = {0, 1}, .high = {1, 1}},
              {.name = "gas_organic", .unit = "1", .low = {0, 1}, .high = {1, 1}},
              {.name = "ef4", .unit = "kg N2O-N/kg N", .low = {0, 1}, .high = {1, 10}},
              {.name = "leach", .unit = "1", .low = {0, 1}, .high = {1, 1}},
              {.name = "ef5", .unit = "kg N2O-N/kg N", .low = {0, 1}, .high = {1, 10}}},
    .n_roles = 9,
    .gases = TH_GASES_N2O,
    .sides = TH_SIDES_EMISSION,
    .build = build_nitrogen,
};

// Nitrogen that a soil sets free with the carbon it loses, in the years of the loss. `nitrogen` is
// 0 where the change is a gain: a gain is no credit here.
enum {
    LOSS_REFERENCE,
    LOSS_BEFORE,
    LOSS_AFTER,
    LOSS_PERIOD,
    LOSS_ELAPSED,
    LOSS_NITROGEN,
    LOSS_EF1,
    LOSS_LEACH,
    LOSS_EF5
};

static void build_soil_nitrogen(struct th_calc *calc, const struct th_family_use *use)
{
    const struct th_node *roles = use->roles;
    struct th_node fall = th_calc_sub(calc, roles[LOSS_BEFORE], roles[LOSS_AFTER]);
    struct th_node yearly =
        th_calc_div(calc, th_calc_mul(calc, roles[LOSS_REFERENCE], fall), roles[LOSS_PERIOD]);
    struct th_node loss =
        th_calc_line(calc, while_it_runs(calc, roles[LOSS_ELAPSED], roles[LOSS_PERIOD], yearly),
                     "term.soil_loss", "kg C/ha/yr", equation_11_8);
    struct th_node nitrogen = th_calc_line(
        calc, th_calc_mul(calc, th_calc_mul(calc, use->area_ha, loss), roles[LOSS_NITROGEN]),
        "term.n_mineralised", "kg N/yr", equation_11_8);
    struct th_node direct = th_calc_line(calc, th_calc_mul(calc, nitrogen, roles[LOSS_EF1]),
                                         "term.n2o_direct", "kg N2O-N/yr", equation_11_8);
    struct th_node leached = th_calc_line(
        calc, th_calc_mul(calc, th_calc_mul(calc, nitrogen, roles[LOSS_LEACH]), roles[LOSS_EF5]),
        "term.n2o_leached", "kg N2O-N/yr", equation_11_8);
    count_n2o(calc, use, th_calc_add(calc, direct, leached), equation_11_8);
}

const struct th_family th_family_soil_nitrogen = {
    .name = "soil-nitrogen",
    .source = equation_11_8,
    // Soils hold 5 kg of carbon or more for one of nitrogen.
    .roles = {{.name = "reference", .unit = "t C/ha", .low = {5, 1}, .high = {400, 1}},
              {.name = "before", .unit = "1", .low = {1, 10}, .high = {3, 1}},
              {.name = "after", .unit = "1", .low = {1, 10}, .high = {3, 1}},
              {.name = "period", .unit = "yr", .low = {1, 1}, .high = {100, 1}},
              {.name = "elapsed", .unit = "yr", .low = {-200, 1}, .high = {200, 1}},
              {.name = "nitrogen", .unit = "t N/t C", .low = {0, 1}, .high = {1, 5}},
              {.name = "ef1", .unit = "kg N2O-N/kg N", .low = {0, 1}, .high = {1, 10}},
              {.name = "leach", .unit = "1", .low = {0, 1}, .high = {1, 1}},
              {.name = "ef5", .unit = "kg N2O-N/kg N", .low = {0, 1}, .high = {1, 10}}},
    .n_roles = 9,
    .gases = TH_GASES_N2O,
    .sides = TH_SIDES_EMISSION,
    .build = build_soil_nitrogen,
};

// Carbonates and urea release all of their carbon: tonnes of carbon per tonne of product.
enum { LIMESTONE, DOLOMITE, LIMESTONE_CARBON, DOLOMITE_CARBON };

static void build_lime(struct th_calc *calc, const struct th_family_use *use)
{
    const struct th_node *roles = use->roles;
    struct th_node limestone = th_calc_mul(calc, roles[LIMESTONE], roles[LIMESTONE_CARBON]);
    struct th_node dolomite = th_calc_mul(calc, roles[DOLOMITE], roles[DOLOMITE_CARBON]);
    struct th_node carbon =
        th_calc_line(calc, th_calc_mul(calc, use->area_mu, th_calc_add(calc, limestone, dolomite)),
                     "term.lime_carbon", "kg C/yr", equation_11_12);
    th_family_add_mass(calc, use, th_family_co2_of_carbon(calc, carbon), "term.lime",
                       equation_11_12);
}

const struct th_family th_family_lime = {
    .name = "lime",
    .source = equation_11_12,
    .roles =
        {{.name = "limestone", .unit = "kg limestone/mu/yr", .low = {0, 1}, .high = {2000, 1}},
         {.name = "dolomite", .unit = "kg dolomite/mu/yr", .low = {0, 1}, .high = {2000, 1}},
         {.name = "limestone_carbon", .unit = "t C/t limestone", .low = {0, 1}, .high = {13, 100}},
         {.name = "dolomite_carbon", .unit = "t C/t dolomite", .low = {0, 1}, .high = {14, 100}}},
    .n_roles = 4,
    .gases = TH_GASES_CO2,
    .sides = TH_SIDES_EMISSION,
    .build = build_lime,
};

enum { UREA, UREA_CARBON };

static void build_urea(struct th_calc *calc, const struct th_family_use *use)
{
    struct th_node per_mu = th_calc_mul(calc, use->roles[UREA], use->roles[UREA_CARBON]);
    struct th_node carbon = th_calc_line(calc, th_calc_mul(calc, use->area_mu, per_mu),
                                         "term.urea_carbon", "kg C/yr", equation_11_13);
    th_family_add_mass(calc, use, th_family_co2_of_carbon(calc, carbon), "term.urea",
                       equation_11_13);
}

const struct th_family th_family_urea = {
    .name = "urea",
    .source = equation_11_13,
    .roles = {{.name = "urea", .unit = "kg urea/mu/yr", .low = {0, 1}, .high = {400, 1}},
              // 12/60 is all the carbon that urea has.
              {.name = "urea_carbon", .unit = "t C/t urea", .low = {0, 1}, .high = {1, 5}}},
    .n_roles = 2,
    .gases = TH_GASES_CO2,
    .sides = TH_SIDES_EMISSION,
    .build = build_urea,
};

enum { FUEL, FUEL_FACTOR };

static void build_fuel(struct th_calc *calc, const struct th_family_use *use)
{
    struct th_node mass = th_calc_mul(calc, use->roles[FUEL], use->roles[FUEL_FACTOR]);
    th_family_add_mass(calc, use, th_calc_mul(calc, mass, use->gwp), "term.fuel", equation_fuel);
}

const struct th_family th_family_fuel = {
    .name = "fuel",
    .source = equation_fuel,
    .roles = {{.name = "fuel", .unit = "L/yr", .low = {0, 1}, .high = {1000000, 1}},
              {.name = "factor", .unit = "kg CO2/L", .low = {1, 1}, .high = {4, 1}}},
    .n_roles = 2,
    .gases = TH_GASES_CO2,
    .sides = TH_SIDES_EMISSION,
    .build = build_fuel,
};
