// From area to kilograms: rounding, ranges, warnings, and the sheet that explains them.
#include <stdio.h>
#include <stdlib.h>

#include "core/messages.h"
#include "methodology/estimate.h"
#include "methodology/estimate_internal.h"
#include "methodology/shipped.h"
#include "tests/support/support.h"
#include "tests/unit/shipped_document.h"

struct fixture {
    struct th_methodology *methodology;
    struct th_estimate_rules *rules;
};

// `factor` NULL keeps the document's value.
static struct fixture make(const char *document, const char *factor)
{
    struct th_error err;
    struct fixture fixture = {.methodology = shipped_document(document)};
    struct th_estimate_input input = {.name = "factor"};
    if (factor) {
        assert_ok(th_ratio_parse(factor, &input.value, &err), &err);
    }
    assert_ok(
        th_estimate_rules_new(fixture.methodology, &input, factor ? 1 : 0, &fixture.rules, &err),
        &err);
    return fixture;
}

static void clear(struct fixture *fixture)
{
    th_estimate_rules_free(fixture->rules);
    th_methodology_free(fixture->methodology);
}

static struct th_area area_mu(const char *mu)
{
    struct th_error err;
    struct th_area area = {0};
    assert_ok(th_area_parse_mu(mu, &area, &err), &err);
    return area;
}

static int64_t parcel_kg(const struct th_estimate_rules *rules, struct th_area area)
{
    struct th_error err;
    struct th_estimate_line line;
    struct th_estimate_parcel parcel = {.parcel_id = 7, .measured = area};
    assert_ok(th_estimate_year(rules, 2021, &parcel, 1, &line, &err), &err);
    assert_int_equal(line.parcel_id, 7);
    assert_int_equal(line.year, 2021);
    assert_int_equal(th_area_compare(line.area_used, area), 0);
    assert_int_equal(th_carbon_kg(line.net), th_carbon_kg(line.gross));
    assert_int_equal(th_carbon_kg(line.baseline), 0);
    for (size_t gas = 0; gas < TH_N_GASES; gas++) {
        assert_int_equal(th_carbon_kg(line.emissions[gas]), 0);
    }
    assert_int_equal(th_carbon_kg(line.leakage), 0);
    assert_int_equal(th_carbon_kg(line.deduction), 0);
    return th_carbon_kg(line.gross);
}

// kg worked out by hand: mu × factor × 1000, cut to whole kilograms.
static void estimate_year__area_times_factor_is_exact_and_rounds_down(void **state)
{
    (void)state;
    static const struct {
        const char *document, *factor, *mu;
        int64_t kg;
    } cases[] = {
        {"reported-factor/1.json", NULL, "2145.00", 836550},
        {"reported-factor/1.json", NULL, "4080.00", 1591200},
        {"reported-factor/1.json", NULL, "0.01", 3}, // 3.9
        {"reported-factor/1.json", NULL, "0.00", 0},
        {"reported-factor/1.json", "70/87", "20", 16091}, // 16,091.954…
        {"reported-factor/1.json", "70/87", "870000", 700000000},
        {"reported-factor/1.json", "70/87", "869999.99", 699999991}, // 8.045… less
        {"reported-factor/1.json", "1/3", "3", 1000},  // a float would give 999.99… or 1000
        {"orchard-account/1.json", NULL, "50", 25666}, // 25,666.66…
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture fixture = make(cases[i].document, cases[i].factor);
        print_message("%s mu\n", cases[i].mu);
        assert_int_equal(parcel_kg(fixture.rules, area_mu(cases[i].mu)), cases[i].kg);
        clear(&fixture);
    }
}

static void area_used__is_the_smaller_of_measured_and_contracted(void **state)
{
    (void)state;
    struct th_estimate_parcel parcel = {.measured = area_mu("100"), .contracted = area_mu("50")};
    assert_int_equal(th_area_mu_cent(th_estimate_area_used(&parcel)), 10000);
    parcel.has_contracted = true;
    assert_int_equal(th_area_mu_cent(th_estimate_area_used(&parcel)), 5000);
    parcel.contracted = area_mu("100.01");
    assert_int_equal(th_area_mu_cent(th_estimate_area_used(&parcel)), 10000);
}

static void estimate_year__too_large_is_an_overflow(void **state)
{
    (void)state;
    struct th_error err = {0};
    struct fixture fixture = make("reported-factor/1.json", "1.65");
    struct th_estimate_line line;
    struct th_carbon gross;
    struct th_json *lines = NULL;
    // 4.6e13 mu, more than the surface of the earth.
    struct th_estimate_parcel parcel = {.measured = th_area_from_m2_300(INT64_MAX)};
    assert_status(th_estimate_year(fixture.rules, 2021, &parcel, 1, &line, &err), TH_OVERFLOW,
                  &err);
    assert_string_equal(err.key, "estimate_overflow");
    assert_status(th_estimate_explain(fixture.rules, &parcel, 2021, NULL, true, &lines, &err),
                  TH_OVERFLOW, &err);
    assert_null(lines);
    // The projection runs in 128 bits: 9,223,372,036,854,775,807 × 165 / 20,000 kg.
    assert_ok(th_estimate_project(fixture.rules, parcel.measured, &gross, &err), &err);
    assert_int_equal(th_carbon_kg(gross), INT64_C(76092819304051900));
    clear(&fixture);
}

// 63.76 of 1,000 (ART-TREES, half-width 20 %); what is negative is not credited and stays.
static void deduct__takes_a_share_toward_the_cautious_side(void **state)
{
    (void)state;
    static const struct {
        int64_t gross, baseline, deduction, net;
    } cases[] = {{1000, 0, 64, 936}, {-1000, 0, 0, -1000}, {0, 0, 0, 0}, {1000, 500, 64 + 50, 386}};
    const struct th_estimate_shares shares = {
        .gross = {63759, 1000000}, .baseline = {1, 10}, .net = {0, 1}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_error err;
        struct th_estimate_line line = {.gross = th_carbon_from_kg(cases[i].gross),
                                        .baseline = th_carbon_from_kg(cases[i].baseline)};
        assert_ok(th_estimate_deduct(&line, &shares, &err), &err);
        assert_int_equal(th_carbon_kg(line.deduction), cases[i].deduction);
        assert_int_equal(th_carbon_kg(line.net), cases[i].net);
    }
}

static void rules__factor_outside_its_range_is_refused(void **state)
{
    (void)state;
    // The last three are published claims per mu and year that cannot be true.
    static const char *const refused[] = {"0", "-0.39", "1.6501", "24.5", "10", "25", "0.0000009"};
    static const char *const taken[] = {"0.000001", "0.39", "1.65", "70/87"};
    struct th_methodology *methodology = shipped_document("reported-factor/1.json");
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct th_error err = {0};
        struct th_estimate_rules *rules = NULL;
        struct th_estimate_input input = {.name = "factor"};
        assert_ok(th_ratio_parse(refused[i], &input.value, &err), &err);
        assert_int_equal(th_estimate_rules_new(methodology, &input, 1, &rules, &err), TH_INVALID);
        assert_null(rules);
        assert_string_equal(err.key, "factor_out_of_range");
        assert_string_equal(th_error_arg_get(&err, "low"), "0.000001");
        assert_string_equal(th_error_arg_get(&err, "high"), "1.65");
        assert_string_equal(th_error_arg_get(&err, "unit"), "t CO2e/mu/yr");
    }
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
        struct fixture fixture = make("reported-factor/1.json", taken[i]);
        clear(&fixture);
    }
    th_methodology_free(methodology);
}

static void rules__unknown_fixed_and_repeated_inputs_are_refused(void **state)
{
    (void)state;
    struct th_estimate_input inputs[] = {{"factor", {1, 2}}, {"factor", {1, 2}}, {"factr", {1, 2}}};
    static const struct {
        const char *document;
        size_t first, n;
        const char *key;
    } cases[] = {{"reported-factor/1.json", 2, 1, "input_unknown"},
                 {"reported-factor/1.json", 0, 2, "input_repeated"},
                 {"orchard-account/1.json", 0, 1, "input_fixed"},
                 {"statement/1.json", 0, 1, "input_unknown"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_error err = {0};
        struct th_estimate_rules *rules = NULL;
        struct th_methodology *methodology = shipped_document(cases[i].document);
        assert_int_equal(
            th_estimate_rules_new(methodology, &inputs[cases[i].first], cases[i].n, &rules, &err),
            TH_INVALID);
        assert_null(rules);
        assert_string_equal(err.key, cases[i].key);
        assert_string_equal(th_error_arg_get(&err, "names"), inputs[cases[i].first].name);
        th_methodology_free(methodology);
    }
    struct th_error err = {0};
    struct th_estimate_rules *rules = NULL;
    struct th_estimate_input broken = {.name = "factor", .value = {1, 0}};
    struct th_methodology *methodology = shipped_document("reported-factor/1.json");
    assert_int_equal(th_estimate_rules_new(methodology, &broken, 1, &rules, &err), TH_INVALID);
    assert_null(rules);
    th_methodology_free(methodology);
}

// 0.39 / 0.144 = 2.708…, (70/87) / 0.144 = 5.587…, 0.72 / 0.144 = 5 exactly.
static void warnings__factor_is_set_beside_the_measured_stock_change(void **state)
{
    (void)state;
    static const struct {
        const char *document, *factor;
        size_t n;
        bool needs_waiver;
        const char *key, *times;
    } cases[] = {
        {"reported-factor/1.json", NULL, 1, false, "factor_above_reference", "2.71"},
        {"reported-factor/1.json", "70/87", 1, true, "factor_far_above_reference", "5.59"},
        {"reported-factor/1.json", "0.72", 1, true, "factor_far_above_reference", "5.00"},
        {"reported-factor/1.json", "0.719", 1, false, "factor_above_reference", "4.99"},
        {"reported-factor/1.json", "18/125", 0, false, NULL, NULL},
        {"reported-factor/1.json", "0.1", 0, false, NULL, NULL},
        {"orchard-account/1.json", NULL, 1, false, "parameter_unverified", NULL},
        {"statement/1.json", NULL, 0, false, NULL, NULL},
    };
    struct th_error err;
    struct th_messages *messages = NULL;
    assert_ok(th_messages_new(&messages, &err), &err);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char key[96];
        struct th_estimate_warning warnings[TH_ESTIMATE_WARNINGS_MAX];
        struct fixture fixture = make(cases[i].document, cases[i].factor);
        print_message("%s %s\n", cases[i].document, cases[i].factor ? cases[i].factor : "-");
        assert_int_equal(th_estimate_warnings(fixture.rules, warnings), cases[i].n);
        if (cases[i].n > 0) {
            assert_int_equal(warnings[0].needs_waiver, cases[i].needs_waiver);
            assert_string_equal(warnings[0].message.key, cases[i].key);
            (void)snprintf(key, sizeof(key), "warning.%s", cases[i].key);
            for (int lang = TH_LANG_ZH; lang <= TH_LANG_EN; lang++) {
                struct th_buf text;
                struct th_error said = warnings[0].message;
                th_buf_init(&text, 4096);
                th_error_add(&said, "source", warnings[0].source);
                th_messages_format(messages, (enum th_lang)lang, key, said.args, said.n_args,
                                   &text);
                // Every placeholder has its argument, and every argument its words.
                assert_null(strchr(th_buf_text(&text), '{'));
                assert_null(strstr(th_buf_text(&text), "term."));
                assert_string_not_equal(th_buf_text(&text), key);
                th_buf_clear(&text);
            }
        }
        if (cases[i].times) {
            assert_string_equal(th_error_arg_get(&warnings[0].message, "times"), cases[i].times);
            assert_string_equal(th_error_arg_get(&warnings[0].message, "reference"), "0.144");
        }
        clear(&fixture);
    }
    th_messages_free(messages);
}

// Of an orchard the soil and the ground are taken as usual in Zhejiang, which nobody checked; the
// years of planting and conversion are a choice, and no default is unverified without being told.
static void warnings__tell_defaults_that_nobody_checked(void **state)
{
    (void)state;
    static const char *const WANT[][2] = {{"土壤类型", "低活性黏土（红壤、黄壤）"},
                                          {"立地", "旱地矿质土"}};
    struct th_error err;
    struct th_estimate_warning warnings[TH_ESTIMATE_WARNINGS_MAX];
    struct th_estimate_rules *rules = NULL;
    struct th_methodology *methodology = shipped_document("orchard-account/2.json");
    assert_ok(th_estimate_rules_new(methodology, NULL, 0, &rules, &err), &err);
    size_t n = th_estimate_warnings(rules, warnings);
    size_t n_defaults = 0;
    for (size_t i = 0; i < n; i++) {
        const struct th_error *message = &warnings[i].message;
        if (strcmp(message->key, "default_unverified") == 0) {
            assert_true(n_defaults < 2);
            assert_string_equal(th_error_arg_get(message, "input.zh"), WANT[n_defaults][0]);
            assert_string_equal(th_error_arg_get(message, "value.zh"), WANT[n_defaults][1]);
            assert_non_null(warnings[i].source);
            assert_false(warnings[i].needs_waiver);
            n_defaults++;
        }
    }
    assert_int_equal(n_defaults, 2);
    th_estimate_rules_free(rules);
    th_methodology_free(methodology);
}

static void project__kilograms_toward_minus_infinity(void **state)
{
    (void)state;
    struct th_error err;
    struct th_carbon gross;
    struct fixture fixture = make("reported-factor/1.json", "70/87");
    assert_ok(th_estimate_project(fixture.rules, area_mu("870000"), &gross, &err), &err);
    assert_int_equal(th_carbon_kg(gross), 700000000);
    assert_ok(th_estimate_project(fixture.rules, area_mu("869999.99"), &gross, &err), &err);
    assert_int_equal(th_carbon_kg(gross), 699999991);
    clear(&fixture);
}

// Bounds of moso-management: beyond ±22/3 t a hectare a second look, beyond −352 and 24.714 a
// refusal.
static void implausible__is_what_breaks_the_stated_bounds(void **state)
{
    (void)state;
    enum answer { NONE, ASK, REFUSE };
    static const struct {
        int64_t kg;
        const char *mu;
        enum answer answer;
    } cases[] = {
        {7333, "15", NONE},       {7334, "15", ASK},       {24714, "15", ASK},
        {24715, "15", REFUSE},    {-7333, "15", NONE},     {-7334, "15", ASK},
        {-352000, "15", ASK},     {-352001, "15", REFUSE}, {0, "15", NONE},
        {9000000, "900", REFUSE}, // 60 ha that "absorb 9,000 t a year"
        {24500, "1", REFUSE},     // "24.5 t per mu and year"
        {5, "0.00", NONE},
    };
    struct th_methodology *methodology = shipped_document("moso-management/1.json");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct th_plausible *bounds = th_estimate_implausible(
            methodology, area_mu(cases[i].mu), th_carbon_from_kg(cases[i].kg));
        enum answer answer = !bounds ? NONE : bounds->action == TH_PLAUSIBLE_ASK ? ASK : REFUSE;
        print_message("%lld kg of %s mu\n", (long long)cases[i].kg, cases[i].mu);
        assert_int_equal(answer, cases[i].answer);
    }
    th_methodology_free(methodology);
}

static void statement__computes_no_tonnes(void **state)
{
    (void)state;
    struct th_error err = {0};
    struct th_carbon mass = th_carbon_from_kg(3);
    struct th_json *lines = NULL;
    struct th_estimate_line line = {.parcel_id = -5};
    struct th_estimate_parcel parcel = {.measured = area_mu("10")};
    struct fixture fixture = make("statement/1.json", NULL);
    assert_int_equal(th_estimate_year(fixture.rules, 2021, &parcel, 1, &line, &err), TH_INVALID);
    assert_string_equal(err.key, "estimate_by_statement");
    assert_int_equal(line.parcel_id, -5);
    assert_int_equal(th_estimate_project(fixture.rules, area_mu("10"), &mass, &err), TH_INVALID);
    assert_int_equal(th_carbon_kg(mass), 3);
    assert_int_equal(th_estimate_explain(fixture.rules, &parcel, 2021, NULL, true, &lines, &err),
                     TH_INVALID);
    assert_null(lines);
    clear(&fixture);
}

struct sheet_line {
    const char *term, *expression, *value, *unit, *evidence;
};

static void assert_sheet(const struct th_json *lines, size_t from, const struct sheet_line *want,
                         size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct th_json *line = th_json_at(lines, from + i);
        print_message("line %zu\n", from + i);
        if (want[i].term) { // NULL: the document's own title of the term
            assert_string_equal(th_json_get_text(line, "term", "-"), want[i].term);
        }
        assert_string_equal(th_json_get_text(line, "expression", ""),
                            want[i].expression ? want[i].expression : "");
        assert_string_equal(th_json_get_text(line, "value", "-"), want[i].value);
        assert_string_equal(th_json_get_text(line, "unit", "-"), want[i].unit);
        assert_string_equal(th_json_get_text(line, "evidence", ""),
                            want[i].evidence ? want[i].evidence : "");
        assert_non_null(th_json_get_text(line, "source", NULL));
    }
}

enum { N_TOTALS = 8 };

// The end of every sheet of area × factor.
static void assert_totals(const struct th_json *lines, size_t from, const char *gross,
                          const char *exact)
{
    char net[128];
    (void)snprintf(net, sizeof(net), "%s - 0 - (0 + 0 + 0) - 0 - 0", gross);
    const struct sheet_line want[N_TOTALS] = {
        {"term.gross", exact, gross, "kg CO2e", NULL},
        {"term.baseline", NULL, "0", "kg CO2e", NULL},
        {"term.emissions_co2", NULL, "0", "kg CO2e", NULL},
        {"term.emissions_ch4", NULL, "0", "kg CO2e", NULL},
        {"term.emissions_n2o", NULL, "0", "kg CO2e", NULL},
        {"term.leakage", NULL, "0", "kg CO2e", NULL},
        {"term.deduction", NULL, "0", "kg CO2e", NULL},
        {"term.net", net, gross, "kg CO2e", NULL},
    };
    assert_sheet(lines, from, want, N_TOTALS);
    assert_int_equal(th_json_size(lines), from + N_TOTALS);
}

static void explain__a_calculator_reaches_the_same_kilogram(void **state)
{
    (void)state;
    // 2,145 mu are 143 ha; measured 2,150.25 mu are 1,433,500 m².
    static const struct sheet_line want[] = {
        {"term.area_measured", NULL, "1433500.00", "m2", NULL},
        {"term.area_measured", "1433500.00 × 3 ÷ 2000", "2150.25", "mu", NULL},
        {"term.area_contracted", NULL, "2145", "mu", NULL},
        {"term.area_used", "min(2150.25, 2145)", "2145", "mu", NULL},
        {"term.area_used", "2145 ÷ 15", "143", "ha", NULL},
        {"Sink per mu and year", NULL, "0.39", "t CO2e/mu/yr", "reported"},
        {NULL, "2145 × 0.39 × 1000", "836550", "kg CO2e/yr", NULL},
    };
    enum { N = sizeof(want) / sizeof(want[0]) };
    struct th_error err;
    struct th_json *lines = NULL;
    struct fixture fixture = make("reported-factor/1.json", NULL);
    struct th_estimate_parcel parcel = {
        .measured = area_mu("2150.25"), .has_contracted = true, .contracted = area_mu("2145")};
    assert_ok(th_estimate_explain(fixture.rules, &parcel, 2021, NULL, false, &lines, &err), &err);
    assert_sheet(lines, 0, want, N);
    assert_totals(lines, N, "836550", "836550");
    th_json_free(lines);
    clear(&fixture);
}

static void explain__a_fraction_shows_what_is_cut_off(void **state)
{
    (void)state;
    // 20 mu are 13,333.33… m²; 13,333.34 m² are 20.00001 mu, × 70 / 87 × 1000 = 16,091.9620689…
    static const struct sheet_line want[] = {
        {"term.area_measured", NULL, "13333.34", "m2", NULL},
        {"term.area_measured", "13333.34 × 3 ÷ 2000", "20.00001", "mu", NULL},
        {"term.area_used", "20.00001", "20.00001", "mu", NULL},
        {"term.area_used", "20.00001 ÷ 15", "1.333334", "ha", NULL},
        {"每亩每年碳汇量", NULL, "70/87", "t CO2e/mu/yr", "stated"},
        {NULL, "20.00001 × 70 ÷ 87 × 1000", "16091.962069", "kg CO2e/yr", NULL},
    };
    enum { N = sizeof(want) / sizeof(want[0]) };
    struct th_error err;
    struct th_json *lines = NULL;
    struct fixture fixture = make("reported-factor/1.json", "70/87");
    struct th_estimate_parcel parcel = {0};
    assert_ok(th_area_from_m2(13333.34, &parcel.measured, &err), &err);
    assert_ok(th_estimate_explain(fixture.rules, &parcel, 2021, NULL, true, &lines, &err), &err);
    assert_sheet(lines, 0, want, N);
    assert_totals(lines, N, "16091", "16091.962069");
    assert_string_equal(th_json_get_text(th_json_at(lines, 4), "source", ""), "term.source_input");
    th_json_free(lines);
    clear(&fixture);
}

// The rule of moso-management needs a whole run; that of reported-factor takes nothing off.
static void explain__tells_where_a_deduction_comes_from(void **state)
{
    (void)state;
    static const struct {
        const char *document, *source;
    } cases[] = {{"moso-management/1.json", "term.deduction_of_run"},
                 {"reported-factor/1.json", "term.source_not_counted"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_error err;
        struct th_json *lines = NULL;
        double inputs[TH_CALC_INPUTS_MAX];
        for (size_t k = 0; k < TH_CALC_INPUTS_MAX; k++) {
            inputs[k] = 2;
        }
        struct fixture fixture = make(cases[i].document, NULL);
        struct th_estimate_parcel parcel = {.measured = area_mu("15"), .inputs = inputs};
        assert_ok(th_estimate_explain(fixture.rules, &parcel, 2021, NULL, true, &lines, &err),
                  &err);
        const struct th_json *line = th_json_at(lines, th_json_size(lines) - 2);
        assert_string_equal(th_json_get_text(line, "term", ""), "term.deduction");
        assert_string_equal(th_json_get_text(line, "source", ""), cases[i].source);
        th_json_free(lines);
        clear(&fixture);
    }
}

static void explain__every_key_has_its_words(void **state)
{
    (void)state;
    static const char *const members[] = {"term", "source"};
    struct th_error err;
    struct th_json *lines = NULL;
    struct th_messages *messages = NULL;
    struct fixture fixture = make("reported-factor/1.json", "0.5");
    struct th_estimate_parcel parcel = {
        .measured = area_mu("2"), .has_contracted = true, .contracted = area_mu("1")};
    assert_ok(th_messages_new(&messages, &err), &err);
    for (int i = 0; i < 2; i++) {
        parcel.has_contracted = i == 0;
        assert_ok(th_estimate_explain(fixture.rules, &parcel, 2021, NULL, true, &lines, &err),
                  &err);
        for (size_t k = 0; k < 2 * th_json_size(lines); k++) {
            const char *text = th_json_get_text(th_json_at(lines, k / 2), members[k % 2], "");
            if (strncmp(text, "term.", 5) == 0) {
                assert_non_null(th_messages_find(messages, TH_LANG_ZH, text));
                assert_non_null(th_messages_find(messages, TH_LANG_EN, text));
            }
        }
        th_json_free(lines);
    }
    th_messages_free(messages);
    clear(&fixture);
}

// Where there is no room for all, nothing is lost: the last one says how many more there are, and
// what wants an officer's waiver keeps wanting it.
static void warnings__that_do_not_fit_are_counted(void **state)
{
    struct th_estimate_warning all[TH_ESTIMATE_WARNINGS_MAX];
    struct th_estimate_warning few[TH_ESTIMATE_WARNINGS_MAX];
    size_t n_tried = 0;
    (void)state;
    for (size_t i = 0; i < th_methodology_shipped_count(); i++) {
        struct fixture fixture = make(th_methodology_shipped_name(i), NULL);
        size_t n = th_estimate_warnings(fixture.rules, all);
        for (size_t limit = 1; limit < n; limit++) {
            char more[32];
            assert_int_equal(th_estimate_warnings_within(fixture.rules, limit, few), limit);
            (void)snprintf(more, sizeof(more), "%zu", n - limit + 1);
            assert_string_equal(few[limit - 1].message.key, "numbers_more");
            assert_string_equal(th_error_arg_get(&few[limit - 1].message, "n"), more);
            for (size_t k = 0; k + 1 < limit; k++) {
                assert_string_equal(few[k].message.key, all[k].message.key);
            }
            n_tried++;
        }
        clear(&fixture);
    }
    assert_true(n_tried > 0);
    // 0.72 is five times what was measured: the only warning of the document, and a waiver.
    struct fixture fixture = make("reported-factor/1.json", "0.72");
    assert_int_equal(th_estimate_warnings_within(fixture.rules, 1, few), 1);
    assert_true(few[0].needs_waiver);
    clear(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(estimate_year__area_times_factor_is_exact_and_rounds_down),
        cmocka_unit_test(area_used__is_the_smaller_of_measured_and_contracted),
        cmocka_unit_test(estimate_year__too_large_is_an_overflow),
        cmocka_unit_test(deduct__takes_a_share_toward_the_cautious_side),
        cmocka_unit_test(rules__factor_outside_its_range_is_refused),
        cmocka_unit_test(rules__unknown_fixed_and_repeated_inputs_are_refused),
        cmocka_unit_test(warnings__factor_is_set_beside_the_measured_stock_change),
        cmocka_unit_test(warnings__tell_defaults_that_nobody_checked),
        cmocka_unit_test(project__kilograms_toward_minus_infinity),
        cmocka_unit_test(implausible__is_what_breaks_the_stated_bounds),
        cmocka_unit_test(statement__computes_no_tonnes),
        cmocka_unit_test(explain__a_calculator_reaches_the_same_kilogram),
        cmocka_unit_test(explain__a_fraction_shows_what_is_cut_off),
        cmocka_unit_test(explain__tells_where_a_deduction_comes_from),
        cmocka_unit_test(explain__every_key_has_its_words),
        cmocka_unit_test(warnings__that_do_not_fit_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
