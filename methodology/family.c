#include "methodology/family.h"

#include <string.h>

#include "methodology/family_internal.h"

static const struct th_family *const families[] = {
    &th_family_area_factor,
    &th_family_growth,
    &th_family_removal,
    &th_family_biomass_difference,
    &th_family_tree_difference,
    &th_family_volume_difference,
    &th_family_stock_once,
    &th_family_soil_carbon,
    &th_family_nitrogen,
    &th_family_soil_nitrogen,
    &th_family_lime,
    &th_family_urea,
    &th_family_fuel,
    &th_family_methane,
    &th_family_nitrous_oxide,
};

enum { N_FAMILIES = sizeof(families) / sizeof(families[0]) };

size_t th_family_number_of(void)
{
    return N_FAMILIES;
}

const struct th_family *th_family_at(size_t index)
{
    return index < N_FAMILIES ? families[index] : NULL;
}

const struct th_family *th_family_find(const char *name)
{
    for (size_t i = 0; i < N_FAMILIES; i++) {
        if (strcmp(families[i]->name, name) == 0) {
            return families[i];
        }
    }
    return NULL;
}

struct th_node th_family_co2_of_carbon(struct th_calc *calc, struct th_node carbon)
{
    // Molecular weights 44 and 12; CO2 is the reference of every GWP.
    struct th_node weight = th_calc_number(calc, (struct th_ratio){44, 12}, "kg CO2e/kg C",
                                           "term.source_carbon_to_co2");
    return th_calc_mul(calc, carbon, weight);
}

void th_family_add_mass(struct th_calc *calc, const struct th_family_use *use, struct th_node mass,
                        const char *term, const char *source)
{
    struct th_node line = th_calc_line(calc, mass, term, "kg CO2e/yr", source);
    th_calc_count(calc, line, use->side, use->gas);
}
