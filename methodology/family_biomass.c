// Carbon of living biomass: growth by age, removal, stocks of two surveys, a stock that comes once.
// IPCC 2006 Guidelines, Vol. 4, Ch. 2 (unchanged in the 2019 Refinement).
#include "methodology/family_internal.h"

static const char equation_2_9[] = "IPCC 2006, Vol. 4, Ch. 2, Eq. 2.7, 2.9";
static const char equation_2_14[] = "IPCC 2006, Vol. 4, Ch. 2, Eq. 2.7, 2.14";
static const char root_function[] = "CDM AR-TOOL14 v4.2";
static const char long_term_average[] = "Gold Standard 403 v2.1, Eq. 4";
static const char equation_2_8[] = "IPCC 2006, Vol. 4, Ch. 2, Eq. 2.5, 2.8";

// Gain: area × carbon growth of the stand's age; the table ends with the row of the mature stand.
enum { GROWTH };

static void build_growth(struct th_calc *calc, const struct th_family_use *use)
{
    struct th_node carbon = th_calc_line(calc, th_calc_mul(calc, use->area_ha, use->roles[GROWTH]),
                                         "term.growth_carbon", "kg C/yr", equation_2_9);
    th_family_add_mass(calc, use, th_family_co2_of_carbon(calc, carbon), "term.growth",
                       equation_2_9);
}

const struct th_family th_family_growth = {
    .name = "growth",
    .source = equation_2_9,
    // 30 t C/ha/yr is above the net production of any vegetation.
    .roles = {{.name = "growth", .unit = "t C/ha/yr", .low = {0, 1}, .high = {30, 1}}},
    .n_roles = 1,
    .gases = TH_GASES_CO2,
    .sides = TH_SIDES_REMOVAL,
    .build = build_growth,
};

// Loss: the area that was cleared or replanted in the year × the stock that stood there.
enum { CLEARED, STOCK };

static void build_removal(struct th_calc *calc, const struct th_family_use *use)
{
    struct th_node carbon =
        th_calc_line(calc, th_calc_mul(calc, use->roles[CLEARED], use->roles[STOCK]),
                     "term.removal_carbon", "kg C/yr", equation_2_14);
    th_family_add_mass(calc, use, th_family_co2_of_carbon(calc, carbon), "term.removal",
                       equation_2_14);
}

const struct th_family th_family_removal = {
    .name = "removal",
    .source = equation_2_14,
    .roles = {{.name = "cleared", .unit = "mu/yr", .low = {0, 1}, .high = {1000000, 1}},
              {.name = "stock", .unit = "t C/ha", .low = {0, 1}, .high = {500, 1}}},
    .n_roles = 2,
    .gases = TH_GASES_CO2,
    .sides = TH_SIDES_EMISSION,
    .build = build_removal,
};

// From a yearly change of biomass, roots included, to the CO2 of the parcel.
static void count_change(struct th_calc *calc, const struct th_family_use *use,
                         struct th_node change, struct th_node carbon_fraction)
{
    struct th_node per_ha = th_calc_line(calc, th_calc_mul(calc, change, carbon_fraction),
                                         "term.carbon_change", "kg C/ha/yr", equation_2_8);
    struct th_node carbon = th_calc_mul(calc, use->area_ha, per_ha);
    th_family_add_mass(calc, use, th_family_co2_of_carbon(calc, carbon), "term.stock_difference",
                       equation_2_8);
}

// Without a ratio what stands above ground is all that counts.
static struct th_node with_roots(struct th_calc *calc, struct th_node change,
                                 struct th_node root_ratio)
{
    if (root_ratio.index < 0) {
        return change;
    }
    struct th_node one = th_calc_number(calc, (struct th_ratio){1, 1}, "1", NULL);
    return th_calc_mul(calc, change, th_calc_add(calc, one, root_ratio));
}

// (C₂ − C₁) / (t₂ − t₁), above ground, then with roots.
static struct th_node yearly_change(struct th_calc *calc, struct th_node start, struct th_node end,
                                    struct th_node years)
{
    return th_calc_div(calc, th_calc_sub(calc, end, start), years);
}

// Where stands are clear-cut in turn, what stands above their long-term average counts as nothing,
// at the start as at the end, so that no peak is credited and none is lost. `capped` is the share
// of the parcels that this is said of, 1 where nobody says.
static struct th_node counted_stock(struct th_calc *calc, struct th_node stock, struct th_node cap,
                                    struct th_node capped, const char *unit, const char *term)
{
    if (cap.index < 0) {
        return stock;
    }
    struct th_node none = th_calc_number(calc, (struct th_ratio){0, 1}, unit, NULL);
    struct th_node above = th_calc_max(calc, th_calc_sub(calc, stock, cap), none);
    if (capped.index >= 0) {
        above = th_calc_mul(calc, capped, above);
    }
    return th_calc_line(calc, th_calc_sub(calc, stock, above), term, unit, long_term_average);
}

struct stocks {
    struct th_node start, end;
};

static struct stocks counted_stocks(struct th_calc *calc, struct stocks stocks, struct th_node cap,
                                    struct th_node capped, const char *unit)
{
    return (struct stocks){
        counted_stock(calc, stocks.start, cap, capped, unit, "term.stock_start_counted"),
        counted_stock(calc, stocks.end, cap, capped, unit, "term.stock_end_counted")};
}

// A gain is given the roots of `root_ratio` and a loss those of `root_ratio_loss`, so that a
// document can be cautious in both directions.
enum { B_START, B_END, B_YEARS, B_ROOTS, B_ROOTS_LOSS, B_CARBON, B_CAP, B_CAPPED };

static struct th_node with_cautious_roots(struct th_calc *calc, struct th_node change,
                                          const struct th_node *roles)
{
    struct th_node none = th_calc_number(calc, (struct th_ratio){0, 1}, "t d.m./ha/yr", NULL);
    struct th_node gain = th_calc_max(calc, change, none);
    struct th_node loss = th_calc_min(calc, change, none);
    return th_calc_add(calc, with_roots(calc, gain, roles[B_ROOTS]),
                       with_roots(calc, loss, roles[B_ROOTS_LOSS]));
}

static void build_biomass_difference(struct th_calc *calc, const struct th_family_use *use)
{
    const struct th_node *roles = use->roles;
    struct stocks stocks = counted_stocks(calc, (struct stocks){roles[B_START], roles[B_END]},
                                          roles[B_CAP], roles[B_CAPPED], "t d.m./ha");
    struct th_node change =
        th_calc_line(calc, yearly_change(calc, stocks.start, stocks.end, roles[B_YEARS]),
                     "term.biomass_change", "t d.m./ha/yr", equation_2_8);
    struct th_node whole = roles[B_ROOTS_LOSS].index >= 0
                               ? with_cautious_roots(calc, change, roles)
                               : with_roots(calc, change, roles[B_ROOTS]);
    whole =
        th_calc_line(calc, whole, "term.biomass_change_with_roots", "t d.m./ha/yr", equation_2_8);
    count_change(calc, use, whole, roles[B_CARBON]);
}

const struct th_family th_family_biomass_difference = {
    .name = "biomass-difference",
    .source = equation_2_8,
    // Old temperate rain forest reaches about 1,500 t d.m./ha above ground.
    .roles =
        {{.name = "start", .unit = "t d.m./ha", .low = {0, 1}, .high = {1500, 1}},
         {.name = "end", .unit = "t d.m./ha", .low = {0, 1}, .high = {1500, 1}},
         {.name = "years", .unit = "yr", .low = {1, 1}, .high = {50, 1}},
         {.name = "root_ratio", .unit = "1", .low = {0, 1}, .high = {5, 1}, .optional = true},
         {.name = "root_ratio_loss", .unit = "1", .low = {0, 1}, .high = {5, 1}, .optional = true},
         {.name = "carbon_fraction", .unit = "t C/t d.m.", .low = {3, 10}, .high = {6, 10}},
         {.name = "cap", .unit = "t d.m./ha", .low = {0, 1}, .high = {1500, 1}, .optional = true},
         {.name = "capped", .unit = "1", .low = {0, 1}, .high = {1, 1}, .optional = true}},
    .n_roles = 8,
    .gases = TH_GASES_CO2,
    .sides = TH_SIDES_REMOVAL,
    .build = build_biomass_difference,
};

// Trees: the roots of each stock by the function of AR-TOOL14, B_root = exp(-1.085 + 0.9256 ln b)
// with b in t d.m./ha above ground; 0 where nothing stands.
enum { T_START, T_END, T_YEARS, T_CARBON, T_CAP, T_CAPPED };

static struct th_node tree_roots(struct th_calc *calc, struct th_node above, const char *term)
{
    struct th_node constant =
        th_calc_number(calc, (struct th_ratio){-1085, 1000}, "1", root_function);
    struct th_node slope = th_calc_number(calc, (struct th_ratio){9256, 10000}, "1", root_function);
    struct th_node ln = th_calc_ln(calc, th_calc_count_of(calc, above, "t d.m./ha"));
    struct th_node roots =
        th_calc_exp(calc, th_calc_add(calc, constant, th_calc_mul(calc, slope, ln)));
    return th_calc_line(calc, th_calc_as(calc, roots, "t d.m./ha"), term, "t d.m./ha",
                        "term.source_tree_roots");
}

static void build_tree_difference(struct th_calc *calc, const struct th_family_use *use)
{
    const struct th_node *roles = use->roles;
    struct stocks stocks = counted_stocks(calc, (struct stocks){roles[T_START], roles[T_END]},
                                          roles[T_CAP], roles[T_CAPPED], "t d.m./ha");
    struct th_node start =
        th_calc_add(calc, stocks.start, tree_roots(calc, stocks.start, "term.tree_roots_start"));
    struct th_node end =
        th_calc_add(calc, stocks.end, tree_roots(calc, stocks.end, "term.tree_roots_end"));
    struct th_node change =
        th_calc_line(calc, yearly_change(calc, start, end, roles[T_YEARS]),
                     "term.biomass_change_with_roots", "t d.m./ha/yr", equation_2_8);
    count_change(calc, use, change, roles[T_CARBON]);
}

const struct th_family th_family_tree_difference = {
    .name = "tree-difference",
    .source = "IPCC 2006, Vol. 4, Ch. 2, Eq. 2.5, 2.8; CDM AR-TOOL14 v4.2",
    .roles =
        {{.name = "start", .unit = "t d.m./ha", .low = {0, 1}, .high = {1500, 1}},
         {.name = "end", .unit = "t d.m./ha", .low = {0, 1}, .high = {1500, 1}},
         {.name = "years", .unit = "yr", .low = {1, 1}, .high = {50, 1}},
         {.name = "carbon_fraction", .unit = "t C/t d.m.", .low = {3, 10}, .high = {6, 10}},
         {.name = "cap", .unit = "t d.m./ha", .low = {0, 1}, .high = {1500, 1}, .optional = true},
         {.name = "capped", .unit = "1", .low = {0, 1}, .high = {1, 1}, .optional = true}},
    .n_roles = 6,
    .gases = TH_GASES_CO2,
    .sides = TH_SIDES_REMOVAL,
    .build = build_tree_difference,
};

// By volume: B = slope · V + intercept, whose intercept falls out of a difference. A slope that
// already gives the whole tree has no root ratio beside it.
enum { V_START, V_END, V_YEARS, V_SLOPE, V_ROOTS, V_CARBON, V_CAP, V_CAPPED };

static void build_volume_difference(struct th_calc *calc, const struct th_family_use *use)
{
    const struct th_node *roles = use->roles;
    struct stocks stocks = counted_stocks(calc, (struct stocks){roles[V_START], roles[V_END]},
                                          roles[V_CAP], roles[V_CAPPED], "m3/ha");
    struct th_node volume = yearly_change(calc, stocks.start, stocks.end, roles[V_YEARS]);
    struct th_node change = th_calc_line(calc, th_calc_mul(calc, volume, roles[V_SLOPE]),
                                         "term.biomass_change", "t d.m./ha/yr", equation_2_8);
    change = th_calc_line(calc, with_roots(calc, change, roles[V_ROOTS]),
                          "term.biomass_change_with_roots", "t d.m./ha/yr", equation_2_8);
    count_change(calc, use, change, roles[V_CARBON]);
}

const struct th_family th_family_volume_difference = {
    .name = "volume-difference",
    .source = equation_2_8,
    .roles = {{.name = "start", .unit = "m3/ha", .low = {0, 1}, .high = {3000, 1}},
              {.name = "end", .unit = "m3/ha", .low = {0, 1}, .high = {3000, 1}},
              {.name = "years", .unit = "yr", .low = {1, 1}, .high = {50, 1}},
              {.name = "slope", .unit = "t d.m./m3", .low = {1, 10}, .high = {5, 1}},
              {.name = "root_ratio", .unit = "1", .low = {0, 1}, .high = {5, 1}, .optional = true},
              {.name = "carbon_fraction", .unit = "t C/t d.m.", .low = {3, 10}, .high = {6, 10}},
              {.name = "cap", .unit = "m3/ha", .low = {0, 1}, .high = {3000, 1}, .optional = true},
              {.name = "capped", .unit = "1", .low = {0, 1}, .high = {1, 1}, .optional = true}},
    .n_roles = 8,
    .gases = TH_GASES_CO2,
    .sides = TH_SIDES_REMOVAL,
    .build = build_volume_difference,
};

// A layer that reaches its stock in the first year and never counts again (VM0033 v2.1, herbs).
enum { ONCE_STOCK, ONCE_ELAPSED };

static void build_stock_once(struct th_calc *calc, const struct th_family_use *use)
{
    struct th_node first = th_calc_number(calc, (struct th_ratio){1, 1}, "yr", NULL);
    struct th_node second = th_calc_number(calc, (struct th_ratio){2, 1}, "yr", NULL);
    struct th_node is_first =
        th_calc_line(calc, th_calc_within(calc, use->roles[ONCE_ELAPSED], first, second),
                     "term.stock_once_first", "1", "VM0033 v2.1");
    struct th_node stock = th_calc_mul(calc, use->area_ha, use->roles[ONCE_STOCK]);
    struct th_node carbon = th_calc_div(calc, th_calc_mul(calc, stock, is_first), first);
    carbon = th_calc_line(calc, carbon, "term.stock_once_carbon", "kg C/yr", "VM0033 v2.1");
    th_family_add_mass(calc, use, th_family_co2_of_carbon(calc, carbon), "term.stock_once",
                       "VM0033 v2.1");
}

const struct th_family th_family_stock_once = {
    .name = "stock-once",
    .source = "VM0033 v2.1",
    .roles = {{.name = "stock", .unit = "t C/ha", .low = {0, 1}, .high = {20, 1}},
              {.name = "elapsed", .unit = "yr", .low = {-200, 1}, .high = {200, 1}}},
    .n_roles = 2,
    .gases = TH_GASES_CO2,
    .sides = TH_SIDES_REMOVAL,
    .build = build_stock_once,
};
