// Inside methodology/ only: what the families share.
#ifndef TH_METHODOLOGY_FAMILY_INTERNAL_H
#define TH_METHODOLOGY_FAMILY_INTERNAL_H

#include "methodology/family.h"

// One line per family, defined in family_<name>.c.
extern const struct th_family th_family_area_factor;
extern const struct th_family th_family_growth;
extern const struct th_family th_family_removal;
extern const struct th_family th_family_biomass_difference;
extern const struct th_family th_family_tree_difference;
extern const struct th_family th_family_volume_difference;
extern const struct th_family th_family_stock_once;
extern const struct th_family th_family_soil_carbon;
extern const struct th_family th_family_nitrogen;
extern const struct th_family th_family_soil_nitrogen;
extern const struct th_family th_family_lime;
extern const struct th_family th_family_urea;
extern const struct th_family th_family_fuel;
extern const struct th_family th_family_methane;
extern const struct th_family th_family_nitrous_oxide;

enum {
    TH_GASES_CO2 = 1 << TH_GAS_CO2,
    TH_GASES_CH4 = 1 << TH_GAS_CH4,
    TH_GASES_N2O = 1 << TH_GAS_N2O,
    TH_SIDES_REMOVAL = 1 << TH_SIDE_GROSS | 1 << TH_SIDE_BASELINE,
    TH_SIDES_EMISSION =
        1 << TH_SIDE_BASELINE | 1 << TH_SIDE_PROJECT_EMISSIONS | 1 << TH_SIDE_LEAKAGE
};

// Mass of carbon per year → kg CO2e, by 44/12 and the GWP of CO2, which is 1 by definition.
struct th_node th_family_co2_of_carbon(struct th_calc *calc, struct th_node carbon);
// Names kilograms of CO2e and counts them to the side and gas of the use.
void th_family_add_mass(struct th_calc *calc, const struct th_family_use *use, struct th_node mass,
                        const char *term, const char *source);

#endif
