// Published worked examples of stems, stands and projects, computed by the equations of stems, the
// families, the survey's and the issuance's own functions. Every expected value is the printed one;
// its tolerance is half of the last printed place unless the case says otherwise.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"
#include "methodology/family.h"
#include "methodology/issuance.h"
#include "methodology/shipped.h"
#include "methodology/stem.h"
#include "methodology/survey.h"
#include "tests/support/support.h"
#include "tests/unit/shipped_document.h"
#include "tests/unit/worked.h"

static const double c_to_co2 = 44.0 / 12;

static double stem_value(const char *reference, const double *measures)
{
    struct th_error err;
    struct th_stem *stem = NULL;
    double value = NAN;
    unsigned flags = 0;
    assert_ok(th_stem_shipped(reference, &stem, &err), &err);
    assert_ok(th_stem_value(stem, NULL, measures, &value, &flags, &err), &err);
    th_stem_free(stem);
    return value;
}

// Carbon of `stock` t d.m./ha, t C/ha: the change from nothing in `years` years.
static double carbon_t(double stock, double carbon_fraction, double years)
{
    const double roles[] = {0, stock, years, NAN, NAN, carbon_fraction, NAN, NAN};
    return worked_family_value("biomass-difference", 1, roles, 1, "term.carbon_change") / 1000;
}

// --- Stands ------------------------------------------------------------------------------------

enum { N_ORGANS = 7, N_STANDS = 3 };

// Cao et al. 2017, Acta Ecol. Sin. 37:2005 (ChinaXiv 201704.00158), Moso at Tianmushan: Tables 1,
// 3, 5 and 8. Stem, leaf, branch, fibril, lateral root, rhizome, stump.
static const struct {
    double culm_kg, stems_per_ha, biomass, carbon, recomputed, yearly;
    double organs[N_ORGANS], fractions[N_ORGANS];
} stands[N_STANDS] = {
    {16.204,
     1250,
     20.254,
     10.490,
     10.488,
     1.748,
     {13.343, 1.481, 2.963, 0.121, 0.317, 0.986, 1.043},
     {0.534, 0.465, 0.527, 0.389, 0.529, 0.481, 0.406}},
    {19.258,
     1300,
     25.036,
     11.802,
     11.804,
     1.967,
     {17.197, 1.522, 3.440, 0.435, 0.594, 0.601, 1.247},
     {0.471, 0.519, 0.468, 0.398, 0.500, 0.451, 0.452}},
    {23.202,
     2400,
     55.685,
     28.226,
     28.215,
     4.704,
     {35.287, 3.915, 7.342, 1.080, 1.649, 3.198, 3.214},
     {0.512, 0.499, 0.527, 0.405, 0.466, 0.506, 0.467}},
};

// The mean culm is printed to a gram, of which a stand has as many halves as culms.
static void moso_stand__is_its_mean_culm_times_its_density(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_STANDS; i++) {
        const double inputs[] = {stands[i].culm_kg, stands[i].stems_per_ha};
        struct th_calc *calc = th_calc_new();
        assert_non_null(calc);
        struct th_node stand = th_calc_mul(calc, th_calc_input(calc, 0, "kg d.m./stem"),
                                           th_calc_input(calc, 1, "stem/ha"));
        (void)th_calc_line(calc, stand, "term.stock", "t d.m./ha", NULL);
        struct worked example = worked_computed(calc, inputs, 2);
        assert_close(worked_value(&example, "term.stock"), stands[i].biomass,
                     0.0005 + 0.0005 * stands[i].stems_per_ha / 1000);
        worked_clear(&example);
    }
}

// All organs in one sheet, as terms of one methodology; kilograms of CO2 of one hectare and year.
static double gross_kg(size_t stand, double years)
{
    const struct th_family *family = th_family_find("biomass-difference");
    double values[4 + 2 * N_ORGANS] = {15, 0, years, 1};
    const double *columns[4 + 2 * N_ORGANS];
    double kg = NAN;
    double *ret_kg[TH_N_SIDES][TH_N_GASES] = {{&kg}};
    struct th_error err;
    struct th_calc *calc = th_calc_new();
    assert_non_null(calc);
    struct th_family_use use = {.side = TH_SIDE_GROSS, .gas = TH_GAS_CO2};
    use.area_mu = th_calc_input(calc, 0, "mu");
    use.area_ha = th_calc_line(calc, use.area_mu, "term.area_used", "ha", NULL);
    use.gwp = th_calc_input(calc, 3, "kg CO2e/kg CO2");
    for (size_t i = 0; i < N_ORGANS; i++) {
        values[4 + i] = stands[stand].organs[i];
        values[4 + N_ORGANS + i] = stands[stand].fractions[i];
        use.roles[0] = th_calc_input(calc, 1, family->roles[0].unit);
        use.roles[1] = th_calc_input(calc, 4 + i, family->roles[1].unit);
        use.roles[2] = th_calc_input(calc, 2, family->roles[2].unit);
        use.roles[3] = use.roles[4] = use.roles[6] = use.roles[7] = (struct th_node){-1};
        use.roles[5] = th_calc_input(calc, 4 + N_ORGANS + i, family->roles[5].unit);
        family->build(calc, &use);
    }
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        columns[i] = &values[i];
    }
    const struct th_calc_batch batch = {.n = 1, .inputs = columns};
    assert_ok(th_calc_finish(calc, &err), &err);
    assert_ok(th_calc_run(calc, NULL, &batch, ret_kg, &err), &err);
    th_calc_free(calc);
    return kg;
}

// Table 8 prints 10.490, 11.802 and 28.226 t C/ha. The organs of Tables 3 and 5 give 10.488, 11.804
// and 28.215: the tables contradict each other in the last places, by less than the third decimal
// of the carbon fractions allows (half of it times the biomass). A sixth of a stock is its yearly
// part, 1.748, 1.967 and 4.704. The heads of Table 5's columns are permuted in print; the order
// above is the one that gives Table 8.
static void moso_stand__holds_the_carbon_of_its_organs(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_STANDS; i++) {
        double allowed = 0.0005 * stands[i].biomass + 0.0005;
        double carbon = gross_kg(i, 1) / 1000 / c_to_co2;
        double yearly = gross_kg(i, 6) / 1000 / c_to_co2;
        assert_close(carbon, stands[i].recomputed, 0.0005);
        assert_close(carbon, stands[i].carbon, allowed);
        assert_true(fabs(carbon - stands[i].carbon) > 0.0005); // the printed sum is another one
        assert_close(yearly, stands[i].yearly, allowed / 6);
    }
}

// VM0010 workflow as in the public project allometric-model-validation @062918e: three trees of
// 3.30, 4.80 and 4.08 m3 on a plot of 0.1 ha are 121.8 m3/ha; BCEF_R 0.7 and CF 0.5 make 42.63
// t C/ha; a density of 0.5 in the place of the BCEF 30.45; residual damage of 0.74 52.983.
//
// The source averages the plots on which the species occurs. Eq 2 taken literally divides by SP = 2
// plots, 60.9 m3/ha. A plot's own stock is never that; a mean of two is only where the second was
// surveyed, and nothing stood on it.
static void plot_of_a_tenth_hectare__holds_121_8_cubic_metres(void **state)
{
    (void)state;
    struct th_error err;
    struct th_methodology *methodology = shipped_document("forest-volume/1.json");
    struct th_survey_class trees[] = {{.species = "", .volume_m3 = "3.30", .n = 1, .row = 2},
                                      {.species = "", .volume_m3 = "4.80", .n = 1, .row = 3},
                                      {.species = "", .volume_m3 = "4.08", .n = 1, .row = 4}};
    struct th_survey_plot plots[] = {{.village = "330523990201",
                                      .number = "1",
                                      .surveyed = "2021",
                                      .area_m2 = "1000",
                                      .source = "p.csv",
                                      .classes = trees,
                                      .n_classes = 3},
                                     {.village = "330523990201",
                                      .number = "2",
                                      .surveyed = "2021",
                                      .area_m2 = "1000",
                                      .source = "p.csv"}};
    struct th_survey survey = {.year = 2021, .plots = plots, .n_plots = 1};
    const struct th_plots *rules = th_methodology_plots(methodology);
    assert_ok(th_survey_compute(rules, 0.9, &survey, &err), &err);
    double volume = survey.mean;
    assert_close(plots[0].total, 12.18, 0.005);
    assert_close(volume, 121.8, 0.05);
    survey.n_plots = 2;
    assert_ok(th_survey_compute(rules, 0.9, &survey, &err), &err);
    assert_close(plots[0].stock, 121.8, 0.05);
    assert_close(survey.mean, 60.9, 0.05);
    th_methodology_free(methodology);

    const double by_factor[] = {0, volume, 1, 0.7, NAN, 0.5, NAN, NAN};
    const double by_density[] = {0, volume, 1, 0.5, NAN, 0.5, NAN, NAN};
    const double with_damage[] = {0, volume, 1, 0.5, 0.74, 0.5, NAN, NAN};
    static const char *const family = "volume-difference";
    static const char *const term = "term.carbon_change";
    assert_close(worked_family_value(family, 1, by_factor, 1, term) / 1000, 42.63, 0.005);
    assert_close(worked_family_value(family, 1, by_density, 1, term) / 1000, 30.45, 0.005);
    assert_close(worked_family_value(family, 1, with_damage, 1, term) / 1000, 52.983, 0.0005);
}

// --- Stems -------------------------------------------------------------------------------------

// Schroth et al. 2002 in IPCC GPG-LULUCF 2003, Annex 4A.2: 12 cm at 30 cm above ground, a basal
// area of 113.10 cm2, 31.489 kg; with a carbon fraction of 0.47 14.800 kg C.
static void citrus_of_12_cm__weighs_31_489_kg(void **state)
{
    (void)state;
    static const double measures[TH_STEM_N_MEASURES] = {[TH_STEM_D30] = 12};
    double kg = stem_value("citrus", measures);
    assert_close(kg, 31.489, 0.0005);
    assert_close(carbon_t(kg, 0.47, 1), 14.800, 0.0005); // kg for t on both sides
}

// allodb @1cfe846 (Chinese fir around Quzhou); Chave et al. 2014, Eq. 4; Zeng 2018.
static void trees__weigh_as_their_equations_say(void **state)
{
    (void)state;
    static const struct {
        const char *stem;
        double measures[TH_STEM_N_MEASURES], kg;
    } cases[] = {
        {"cunninghamia-lanceolata", {[TH_STEM_DBH] = 10}, 21.052},
        {"cunninghamia-lanceolata", {[TH_STEM_DBH] = 15}, 52.946},
        {"tropical-by-density-and-height",
         {[TH_STEM_DBH] = 30, [TH_STEM_DENSITY] = 0.6, [TH_STEM_HEIGHT] = 20},
         581.616},
        {"china-by-density", {[TH_STEM_DBH] = 15, [TH_STEM_DENSITY] = 0.31}, 51.605},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_close(stem_value(cases[i].stem, cases[i].measures), cases[i].kg, 0.0005);
    }
}

// The equation of single culms (not read in its source): its table, and that the mean culm of the
// provincial inventory, 10.44 kg, lies between 8.8 and 9.0 cm, the mean diameter observed.
static void moso_culm__has_the_table_of_its_equation(void **state)
{
    (void)state;
    static const double diameters[] = {8, 9, 10, 12};
    static const double kg[2][4] = {{8.789, 10.725, 13.082, 19.202},
                                    {9.186, 11.275, 13.819, 20.423}};
    for (size_t age = 0; age < 2; age++) {
        for (size_t i = 0; i < 4; i++) {
            const double measures[TH_STEM_N_MEASURES] = {
                [TH_STEM_DBH] = diameters[i], [TH_STEM_AGE_DU] = (double)age + 1};
            assert_close(stem_value("moso-culm", measures), kg[age][i], 0.0005);
        }
    }
    static const double none[TH_STEM_N_MEASURES] = {0};
    static const double thin[TH_STEM_N_MEASURES] = {[TH_STEM_DBH] = 8.8, [TH_STEM_AGE_DU] = 1};
    static const double thick[TH_STEM_N_MEASURES] = {[TH_STEM_DBH] = 9.0, [TH_STEM_AGE_DU] = 1};
    double mean = stem_value("moso-mean-culm-zhejiang", none);
    assert_close(mean, 10.44, 0);
    assert_true(stem_value("moso-culm", thin) < mean && mean < stem_value("moso-culm", thick));
}

// --- Soils and projects ------------------------------------------------------------------------

static struct th_node percent(struct th_calc *calc, int64_t numerator, int64_t denominator)
{
    return th_calc_number(calc, (struct th_ratio){numerator, denominator}, "1", "VM0033 v2.1");
}

// VM0033 v2.1, carbon that the tide brought, of a marsh soil of 5 % carbon with 1.5 % organic
// matter in what is deposited: 11.652 % organic matter, of which 10.306 grew there, which is 4.388
// % carbon; 12.24 % is allochthonous. No shipped methodology counts tidal soils; this is the
// arithmetic that one would be made of.
static void marsh_soil__is_allochthonous_by_12_24_percent(void **state)
{
    (void)state;
    const double inputs[] = {5, 1.5};
    struct th_calc *calc = th_calc_new();
    assert_non_null(calc);
    struct th_node carbon = th_calc_input(calc, 0, "1");
    struct th_node deposited = th_calc_input(calc, 1, "1");
    struct th_node inside =
        th_calc_add(calc, percent(calc, 16, 100), th_calc_mul(calc, percent(calc, 1, 100), carbon));
    struct th_node root = th_calc_pow(calc, inside, percent(calc, 1, 2));
    struct th_node organic =
        th_calc_div(calc, th_calc_sub(calc, root, percent(calc, 4, 10)), percent(calc, 5, 1000));
    organic = th_calc_line(calc, organic, "term.organic", "1", "VM0033 v2.1");
    struct th_node clean =
        th_calc_sub(calc, percent(calc, 1, 1), th_calc_div(calc, deposited, percent(calc, 100, 1)));
    struct th_node grown = th_calc_div(calc, th_calc_sub(calc, organic, deposited), clean);
    grown = th_calc_line(calc, grown, "term.grown", "1", "VM0033 v2.1");
    struct th_node grown_carbon = th_calc_add(
        calc, th_calc_mul(calc, percent(calc, 4, 10), grown),
        th_calc_mul(calc, percent(calc, 25, 10000), th_calc_pow(calc, grown, percent(calc, 2, 1))));
    grown_carbon = th_calc_line(calc, grown_carbon, "term.grown_carbon", "1", "VM0033 v2.1");
    struct th_node share = th_calc_div(calc, th_calc_sub(calc, carbon, grown_carbon), carbon);
    (void)th_calc_line(calc, th_calc_mul(calc, percent(calc, 100, 1), share), "term.alloch", "1",
                       "VM0033 v2.1");
    struct worked example = worked_computed(calc, inputs, 2);
    assert_close(worked_value(&example, "term.organic"), 11.652, 0.0005);
    assert_close(worked_value(&example, "term.grown"), 10.306, 0.0005);
    assert_close(worked_value(&example, "term.grown_carbon"), 4.388, 0.0005);
    assert_close(worked_value(&example, "term.alloch"), 12.24, 0.005);
    worked_clear(&example);
}

enum { PROJECT_YEARS = 40 };

// VM0033, ABC mangrove project in Senegal (public project hashgraph/guardian): 2,861,923 t in 40
// years are 71,548 t a year and, on 7,000 ha, 10.22 t/ha; risk of 12 %. Issued year by year, with
// the rest carried, all of them come out and none more.
static void mangrove_project__issues_71548_tonnes_a_year(void **state)
{
    (void)state;
    const int64_t total_t = 2861923;
    struct th_issuance_entry entries[PROJECT_YEARS];
    int64_t weights[PROJECT_YEARS];
    int64_t shares_kg[PROJECT_YEARS];
    struct th_issuance_plan plan;
    struct th_error err;
    for (size_t i = 0; i < PROJECT_YEARS; i++) {
        weights[i] = 1;
    }
    assert_ok(th_allocate(total_t * 1000, weights, PROJECT_YEARS, shares_kg, &err), &err);
    for (int i = 0; i < PROJECT_YEARS; i++) {
        entries[i] = (struct th_issuance_entry){
            .parcel_id = 1, .year = 2022 + i, .net = th_carbon_from_kg(shares_kg[i])};
    }
    assert_ok(
        th_issuance_plan(entries, PROJECT_YEARS, NULL, 0, (struct th_ratio){12, 100}, &plan, &err),
        &err);
    assert_int_equal(plan.n_vintages, PROJECT_YEARS);
    int64_t issued_t = 0;
    for (size_t i = 0; i < plan.n_vintages; i++) {
        const struct th_issuance_vintage *vintage = &plan.vintages[i];
        assert_in_range(th_units_t(vintage->issued), 71548, 71549); // one more where rests add up
        assert_in_range(th_units_t(vintage->buffer), 8586, 8586);   // 12 % are 8,585.76
        issued_t += th_units_t(vintage->issued);
    }
    assert_int_equal(issued_t, total_t);
    assert_int_equal(th_units_t(plan.vintages[0].issued), 71548);

    const double inputs[] = {(double)th_units_t(plan.vintages[0].issued), 7000};
    struct th_calc *calc = th_calc_new();
    assert_non_null(calc);
    struct th_node yearly =
        th_calc_div(calc, th_calc_input(calc, 0, "t CO2e/yr"), th_calc_input(calc, 1, "ha"));
    (void)th_calc_line(calc, yearly, "term.yearly", "t CO2e/ha/yr", NULL);
    struct worked example = worked_computed(calc, inputs, 2);
    assert_close(worked_value(&example, "term.yearly"), 10.22, 0.005);
    worked_clear(&example);
    th_issuance_plan_clear(&plan);
}

// --- The table of all of them ------------------------------------------------------------------

static char *read_source(const char *name)
{
    char path[TH_TEST_PATH_SIZE];
    struct th_error err;
    char *text = NULL;
    size_t size = 0;
    assert_ok(th_file_read(th_test_source_path(path, name), 1 << 20, &text, &size, &err), &err);
    return text;
}

// The text between the next two backticks; NULL where there are none left. The line is changed.
static char *next_quoted(char **line)
{
    char *start = *line ? strchr(*line, '`') : NULL;
    char *end = start ? strchr(start + 1, '`') : NULL;
    if (!end) {
        return NULL;
    }
    *end = '\0';
    *line = end + 1;
    return start + 1;
}

static void table__names_tests_that_are_there(void **state)
{
    (void)state;
    size_t n = 0;
    char *table = read_source("docs/worked-examples.md");
    char *rest = table;
    for (char *line = strtok_r(table, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        bool is_example = (strncmp(line, "| P", 3) == 0 || strncmp(line, "| D", 3) == 0) &&
                          line[3] >= '1' && line[3] <= '9';
        if (!is_example) {
            continue;
        }
        char *file = next_quoted(&line);
        char *test = next_quoted(&line);
        assert_non_null(test);
        char *source = read_source(file);
        char registered[160];
        (void)snprintf(registered, sizeof(registered), "(%s", test);
        if (!strstr(source, registered)) {
            fail_msg("%s has no test %s", file, test);
        }
        free(source);
        n++;
    }
    free(table);
    assert_int_equal(n, 28);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moso_stand__is_its_mean_culm_times_its_density),
        cmocka_unit_test(moso_stand__holds_the_carbon_of_its_organs),
        cmocka_unit_test(plot_of_a_tenth_hectare__holds_121_8_cubic_metres),
        cmocka_unit_test(citrus_of_12_cm__weighs_31_489_kg),
        cmocka_unit_test(trees__weigh_as_their_equations_say),
        cmocka_unit_test(moso_culm__has_the_table_of_its_equation),
        cmocka_unit_test(marsh_soil__is_allochthonous_by_12_24_percent),
        cmocka_unit_test(mangrove_project__issues_71548_tonnes_a_year),
        cmocka_unit_test(table__names_tests_that_are_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
