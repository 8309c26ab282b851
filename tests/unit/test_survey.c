// From stems to a stock and its error. Dry matter and sums were worked out with CPython's decimal
// arithmetic (40 digits, every line rounded to six decimals); Student's t of two degrees at 90 % is
// 0.9 / sqrt(2 · 0.95 · 0.05) = 2.919986, the normal value 1.644854.
#include "methodology/survey.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/ratio.h"
#include "methodology/shipped.h"
#include "tests/support/support.h"
#include "tests/unit/formula.h"
#include "tests/unit/shipped_document.h"

#define VILLAGE "330523990201"

static struct th_survey_class culms(const char *dbh, int64_t du, int64_t n, int64_t row)
{
    return (struct th_survey_class){
        .species = "毛竹", .dbh_cm = dbh, .age = du, .n = n, .row = row};
}

static struct th_survey_plot plot(const char *number, const char *day, const char *area,
                                  struct th_survey_class *stems, size_t n)
{
    return (struct th_survey_plot){.village = VILLAGE,
                                   .number = number,
                                   .surveyed = day,
                                   .area_m2 = area,
                                   .source = "p.csv",
                                   .classes = stems,
                                   .n_classes = n};
}

// Three plots, of which one has no stems, in two surveys.
struct world {
    struct th_methodology *methodology;
    const struct th_plots *plots;
    struct th_survey_class stems[2][3];
    struct th_survey_plot of[2][3];
    struct th_survey surveys[2];
};

static int make(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    assert_non_null(world);
    world->methodology = shipped_document("moso-management/1.json");
    world->plots = th_methodology_plots(world->methodology);
    for (int s = 0; s < 2; s++) {
        const char *day = s == 0 ? "2021-08-12" : "2023-08-20";
        world->stems[s][0] = culms("10", 2, 10 + 2 * s, 2);
        world->stems[s][1] = culms("12", 3, 4, 3);
        world->stems[s][2] = culms("9", 1, 5 + 4 * s, 4);
        world->of[s][0] = plot("A", day, "400", &world->stems[s][0], 2);
        world->of[s][1] = plot("B", day, "600", &world->stems[s][2], 1);
        world->of[s][2] = plot("C", day, "400", NULL, 0);
        world->surveys[s] =
            (struct th_survey){.year = 2021 + 2 * s, .plots = world->of[s], .n_plots = 3};
    }
    *state = world;
    return 0;
}

static int clear(void **state)
{
    struct world *world = *state;
    th_methodology_free(world->methodology);
    free(world);
    return 0;
}

static void compute(struct world *world, int survey)
{
    struct th_error err;
    assert_ok(th_survey_compute(world->plots, 0.9, &world->surveys[survey], &err), &err);
}

static struct th_survey_interval interval(struct world *world)
{
    struct th_error err;
    struct th_survey_interval made;
    compute(world, 0);
    compute(world, 1);
    assert_ok(th_survey_interval_make(world->plots, 0.9, &world->surveys[0], &world->surveys[1],
                                      &made, &err),
              &err);
    return made;
}

static void compute__stems_become_tonnes_a_hectare_line_by_line(void **state)
{
    struct world *world = *state;
    compute(world, 0);
    assert_close(world->stems[0][0].each, 13.819104, 1e-9);
    assert_close(world->stems[0][1].each, 20.855651, 1e-9);
    assert_close(world->stems[0][2].each, 10.7249, 1e-9);
    assert_close(world->of[0][0].total, 221.613644, 1e-9);
    assert_close(world->of[0][0].stock, 5.540341, 1e-9);
    assert_close(world->of[0][1].stock, 0.893742, 1e-9);
    assert_close(world->surveys[0].standard_error, 3.048619710663, 1e-9);
    compute(world, 1);
    assert_close(world->surveys[1].mean, 2.613344, 1e-9);
    assert_close(world->surveys[1].standard_error, 3.315474253973, 1e-9);
    assert_int_equal(world->surveys[0].n_outside, 0);
    // The source of the culm's equation gives no upper end.
    assert_int_equal(world->surveys[0].n_unknown, 19);
}

// The plot without stems counts: 6.434083 / 3, not / 2.
static void compute__an_empty_plot_counts_as_nought(void **state)
{
    struct world *world = *state;
    compute(world, 0);
    assert_close(world->of[0][2].stock, 0, 0);
    assert_close(world->surveys[0].mean, 2.144694, 1e-9);
}

// VM0010's workflow as published (VM0010 workflow): 3.30 + 4.80 + 4.08 m3 on 0.1 ha are 121.8
// m3/ha; over both plots, of which the second is empty, 60.9, where the source averages the one
// plot alone.
static void compute__volumes_of_stems_become_a_growing_stock(void **state)
{
    (void)state;
    struct th_error err;
    struct th_methodology *methodology = shipped_document("forest-volume/1.json");
    const struct th_plots *plots = th_methodology_plots(methodology);
    struct th_survey_class trees[] = {{.species = "x", .volume_m3 = "3.30", .n = 1, .row = 2},
                                      {.species = "y", .volume_m3 = "4.80", .n = 1, .row = 3},
                                      {.species = "x", .volume_m3 = "4.08", .n = 1, .row = 4}};
    struct th_survey_plot both[] = {plot("1", "2021", "1000", trees, 3),
                                    plot("2", "2021", "1000", NULL, 0)};
    struct th_survey survey = {.year = 2021, .plots = both, .n_plots = 2};
    assert_ok(th_survey_compute(plots, 0.9, &survey, &err), &err);
    assert_close(both[0].total, 12.18, 1e-9);
    assert_close(both[0].stock, 121.8, 1e-9);
    assert_close(survey.mean, 60.9, 1e-9);
    trees[1].volume_m3 = NULL;
    assert_status(th_survey_compute(plots, 0.9, &survey, &err), TH_INVALID, &err);
    assert_string_equal(err.key, "survey_volume");
    assert_string_equal(th_error_arg_get(&err, "row"), "3");
    th_methodology_free(methodology);
}

static void compute__one_plot_alone_errs_by_all_of_its_stock(void **state)
{
    struct world *world = *state;
    world->surveys[0].n_plots = 1;
    compute(world, 0);
    assert_close(world->surveys[0].standard_error, 5.540341, 1e-9);
    assert_close(world->surveys[0].deviation, 0, 0);
}

static void compute__a_stem_that_cannot_be_weighed_is_named(void **state)
{
    static const struct {
        const char *species, *dbh;
        int64_t age;
        const char *key, *found;
    } CASES[] = {
        {"雷竹", "8", 2, "survey_species", "雷竹"},
        {"毛竹", "8", 0, "survey_measure", "-"},
        {"毛竹", "4.9", 2, "survey_refused", "4.9"},
    };
    struct world *world = *state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_error err;
        struct th_survey_class *stems = &world->stems[0][1];
        stems->species = CASES[i].species;
        stems->dbh_cm = CASES[i].dbh;
        stems->age = CASES[i].age;
        assert_status(th_survey_compute(world->plots, 0.9, &world->surveys[0], &err), TH_INVALID,
                      &err);
        assert_string_equal(err.key, CASES[i].key);
        assert_string_equal(th_error_arg_get(&err, "plot"), "A");
        assert_string_equal(th_error_arg_get(&err, "surveyed"), "2021-08-12");
        assert_string_equal(th_error_arg_get(&err, "row"), "3");
        assert_string_equal(th_error_arg_get(&err, "species"), CASES[i].species);
        assert_string_equal(th_error_arg_get(&err, "found"), CASES[i].found);
    }
}

static void compute__species_are_known_in_any_letters_and_unnamed(void **state)
{
    static const char *const NAMES[] = {"", "moso", "MOSO", "phyllostachys Edulis"};
    struct world *world = *state;
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        world->stems[0][1].species = NAMES[i];
        compute(world, 0);
        assert_close(world->of[0][0].total, 221.613644, 1e-9);
    }
}

static void compute__stems_outside_of_a_range_are_counted(void **state)
{
    (void)state;
    struct th_error err;
    struct th_methodology *methodology = shipped_document("tree-afforestation/1.json");
    // Chinese fir was measured from 5.7 to 16.2 cm.
    struct th_survey_class trees[] = {{.species = "杉木", .dbh_cm = "10", .n = 3, .row = 2},
                                      {.species = "杉木", .dbh_cm = "20", .n = 7, .row = 3}};
    struct th_survey_plot plots[] = {plot("1", "2021", "600", trees, 2)};
    struct th_survey survey = {.year = 2021, .plots = plots, .n_plots = 1};
    assert_ok(th_survey_compute(th_methodology_plots(methodology), 0.9, &survey, &err), &err);
    assert_int_equal(survey.n_outside, 7);
    assert_int_equal(survey.n_unknown, 0);
    // Facts D9: Chinese fir of 10 cm, 21.052 kg.
    assert_close(trees[0].each, 21.052, 0.001);
    th_methodology_free(methodology);
}

static void interval__plots_measured_again_err_by_their_differences(void **state)
{
    struct world *world = *state;
    struct th_survey_interval made = interval(world);
    assert_int_equal(made.years, 2);
    assert_true(made.is_paired);
    assert_int_equal(made.n_lost, 0);
    assert_int_equal(made.n_errors, 1);
    assert_int_equal(made.errors[0].input, world->plots->end);
    assert_close(made.errors[0].standard_error, 0.416161407546, 1e-9);
}

static void interval__other_plots_err_independently(void **state)
{
    struct world *world = *state;
    world->of[1][2].number = "D";
    struct th_survey_interval made = interval(world);
    assert_false(made.is_paired);
    assert_int_equal(made.n_lost, 1);
    assert_int_equal(made.n_errors, 2);
    assert_int_equal(made.errors[0].input, world->plots->start);
    assert_close(made.errors[0].standard_error, 3.048619710663, 1e-9);
    assert_int_equal(made.errors[1].input, world->plots->end);
    assert_close(made.errors[1].standard_error, 3.315474253973, 1e-9);
    assert_true(made.errors[0].stream != made.errors[1].stream);
}

// The end of one interval is the start of the next: one survey, one error.
static void interval__a_survey_is_one_stream_in_both_of_its_intervals(void **state)
{
    struct world *world = *state;
    struct th_error err;
    struct th_survey_interval next;
    world->of[0][2].number = "D";
    struct th_survey_interval made = interval(world);
    struct th_survey_plot later[3];
    memcpy(later, world->of[0], sizeof(later));
    struct th_survey third = {.year = 2025, .plots = later, .n_plots = 3};
    assert_ok(th_survey_compute(world->plots, 0.9, &third, &err), &err);
    assert_ok(th_survey_interval_make(world->plots, 0.9, &world->surveys[1], &third, &next, &err),
              &err);
    assert_int_equal(made.n_errors, 2);
    assert_int_equal(next.n_errors, 2);
    assert_true(made.errors[1].stream == next.errors[0].stream);
    assert_true(made.errors[0].stream != next.errors[1].stream); // D in 2021 and in 2025
}

// What does not err has no stream: all plots without stems in both surveys.
static void interval__nothing_found_twice_has_no_error(void **state)
{
    struct world *world = *state;
    for (int s = 0; s < 2; s++) {
        world->of[s][0].n_classes = world->of[s][1].n_classes = 0;
    }
    struct th_survey_interval made = interval(world);
    assert_int_equal(made.n_errors, 0);
}

static void season__days_of_the_year_decide(void **state)
{
    static const struct {
        const char *first, *last;
        bool answers;
        size_t choice; // of moso-management: 0 same, 1 other
    } CASES[] = {
        {"2021-08-12", "2023-08-20", true, 0}, {"2021-08-01", "2023-09-15", true, 0},
        {"2021-08-01", "2023-09-16", true, 1}, {"2021-12-20", "2023-01-31", true, 0},
        {"2021-12-20", "2023-02-28", true, 1}, {"2021", "2023-08-20", false, 0},
        {"2021-08-12", "2023", false, 0},
    };
    struct world *world = *state;
    struct th_survey_interval made = interval(world);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        size_t choice = 9;
        for (int p = 0; p < 3; p++) {
            world->of[0][p].surveyed = CASES[i].first;
            world->of[1][p].surveyed = CASES[i].last;
        }
        assert_int_equal(th_survey_season(world->plots, &made, &choice), CASES[i].answers);
        assert_int_equal(choice, CASES[i].answers ? CASES[i].choice : 9);
    }
}

// bamboo-afforestation has a cycle of two years: 0 even-same-season, 1 no-cycle, 2 other.
static void season__odd_years_are_never_the_same(void **state)
{
    struct world *world = *state;
    size_t choice = 9;
    struct th_methodology *methodology = shipped_document("bamboo-afforestation/1.json");
    struct th_survey_interval made = interval(world);
    assert_true(th_survey_season(th_methodology_plots(methodology), &made, &choice));
    assert_int_equal(choice, 0);
    made.years = 3;
    world->of[0][0].surveyed = "2021";
    assert_true(th_survey_season(th_methodology_plots(methodology), &made, &choice));
    assert_int_equal(choice, 2);
    th_methodology_free(methodology);
}

enum { ROWS_MAX = 200 };

static double number(const char *text)
{
    struct th_ratio ratio;
    return th_ratio_parse(text, &ratio, NULL) == TH_OK ? th_ratio_double(ratio) : NAN;
}

static const struct th_json *line_of(const struct th_json *lines, const char *term, size_t *ret_at)
{
    for (size_t i = 0; i < th_json_size(lines); i++) {
        const char *have = th_json_get_text(th_json_at(lines, i), "term", "");
        if (strcmp(have, term) == 0) {
            *ret_at = i;
            return th_json_at(lines, i);
        }
    }
    fail_msg("no line %s", term);
    return NULL;
}

// Every formula gives the value beside it, the first survey stands before the second, and 1 ha
// comes to (2.613344 − 2.144694) ÷ 2 × 1.33 × 0.47 × 44/12 t.
static void explain__leads_from_the_stems_to_the_kilograms(void **state)
{
    struct world *world = *state;
    struct th_error err;
    static double values[ROWS_MAX];
    const struct th_formula_cells cells = {.column = 'C', .values = values, .n = ROWS_MAX};
    double inputs[TH_CALC_INPUTS_MAX] = {0};
    struct th_estimate_rules *rules = NULL;
    struct th_json *lines = NULL;
    struct th_survey_interval made = interval(world);
    size_t n_formulas = 0;
    size_t at[3] = {0};
    inputs[world->plots->start] = made.start->mean;
    inputs[world->plots->end] = made.end->mean;
    inputs[world->plots->years] = made.years;
    struct th_estimate_parcel parcel = {.parcel_id = 1, .inputs = inputs, .surveys = &made};
    assert_ok(th_area_parse_mu("15", &parcel.measured, &err), &err);
    assert_ok(th_estimate_rules_new(world->methodology, NULL, 0, &rules, &err), &err);
    assert_ok(th_estimate_explain(rules, &parcel, 2022, NULL, true, &lines, &err), &err);
    for (size_t i = 0; i < th_json_size(lines); i++) {
        const struct th_json *line = th_json_at(lines, i);
        const char *formula = th_json_get_text(line, "formula", NULL);
        assert_true(i + 2 < ROWS_MAX);
        values[i + 2] = number(th_json_get_text(line, "value", ""));
        if (formula) {
            assert_close(th_formula_value(formula, &cells), values[i + 2], 2e-6);
            n_formulas++;
        }
    }
    assert_true(n_formulas > 25);
    const struct th_json *stem = line_of(lines, "term.survey_stem_age", &at[0]);
    assert_string_equal(th_json_get_text(stem, "value", ""), "13.819104");
    assert_string_equal(th_json_get_text(stem, "evidence", ""), "unverified");
    assert_string_equal(th_json_get_text(th_json_get(stem, "arguments"), "dbh", ""), "10");
    const struct th_json *start = line_of(lines, "期初地上生物量（每公顷干重）", &at[1]);
    const struct th_json *end = line_of(lines, "期末地上生物量（每公顷干重）", &at[2]);
    assert_true(at[0] < at[1] && at[1] < at[2]);
    assert_string_equal(th_json_get_text(start, "expression", ""), "(5.540341 + 0.893742 + 0) ÷ 3");
    assert_string_equal(th_json_get_text(end, "value", ""), "2.613344");
    const struct th_json *error = line_of(lines, "term.survey_error_paired", &at[0]);
    assert_string_equal(th_json_get_text(error, "value", ""), "0.416161");
    (void)line_of(lines, "term.survey_plot_empty", &at[0]);
    const struct th_json *gross = line_of(lines, "term.gross", &at[0]);
    assert_string_equal(th_json_get_text(gross, "value", ""), "537");
    th_json_free(lines);
    th_estimate_rules_free(rules);
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, make, clear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_WORLD(compute__stems_become_tonnes_a_hectare_line_by_line),
        WITH_WORLD(compute__an_empty_plot_counts_as_nought),
        cmocka_unit_test(compute__volumes_of_stems_become_a_growing_stock),
        WITH_WORLD(compute__one_plot_alone_errs_by_all_of_its_stock),
        WITH_WORLD(compute__a_stem_that_cannot_be_weighed_is_named),
        WITH_WORLD(compute__species_are_known_in_any_letters_and_unnamed),
        cmocka_unit_test(compute__stems_outside_of_a_range_are_counted),
        WITH_WORLD(interval__plots_measured_again_err_by_their_differences),
        WITH_WORLD(interval__other_plots_err_independently),
        WITH_WORLD(interval__a_survey_is_one_stream_in_both_of_its_intervals),
        WITH_WORLD(interval__nothing_found_twice_has_no_error),
        WITH_WORLD(season__days_of_the_year_decide),
        WITH_WORLD(season__odd_years_are_never_the_same),
        WITH_WORLD(explain__leads_from_the_stems_to_the_kilograms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
