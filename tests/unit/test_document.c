// Methodology documents: what is shipped, what is refused, and that nothing broken crashes.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"
#include "core/messages.h"
#include "core/text.h"
#include "methodology/document.h"
#include "methodology/gwp.h"
#include "methodology/shipped.h"
#include "tests/support/support.h"
#include "tests/unit/mutants.h"
#include "tests/unit/schema_check.h"
#include "tests/unit/shipped_document.h"

static struct th_methodology *read_methodology(const char *name)
{
    struct th_error err;
    char path[TH_TEST_PATH_SIZE];
    char *text = NULL;
    size_t size = 0;
    struct th_methodology *methodology = NULL;
    assert_ok(th_file_read(th_test_source_path(path, name), 1 << 20, &text, &size, &err), &err);
    assert_ok(th_methodology_parse(text, size, &methodology, &err), &err);
    free(text);
    return methodology;
}

static void assert_ratio(struct th_ratio ratio, int64_t numerator, int64_t denominator)
{
    assert_int_equal(ratio.numerator, numerator);
    assert_int_equal(ratio.denominator, denominator);
}

static struct th_area area_mu(const char *mu)
{
    struct th_error err;
    struct th_area area = {0};
    assert_ok(th_area_parse_mu(mu, &area, &err), &err);
    return area;
}

static void shipped__every_document_parses_and_is_named_by_its_id(void **state)
{
    (void)state;
    assert_true(th_methodology_shipped_count() >= 3);
    for (size_t i = 0; i < th_methodology_shipped_count(); i++) {
        char name[80];
        struct th_methodology *methodology = shipped_document(th_methodology_shipped_name(i));
        (void)snprintf(name, sizeof(name), "%s/%s.json", th_methodology_id(methodology),
                       th_methodology_version(methodology));
        assert_string_equal(name, th_methodology_shipped_name(i));
        th_methodology_free(methodology);
    }
}

static void shipped__every_document_agrees_with_the_file(void **state)
{
    (void)state;
    for (size_t i = 0; i < th_methodology_shipped_count(); i++) {
        char name[160];
        char path[TH_TEST_PATH_SIZE];
        struct th_hash of_file;
        struct th_error err;
        struct th_methodology *methodology = shipped_document(th_methodology_shipped_name(i));
        (void)snprintf(name, sizeof(name), "data/methodologies/%s", th_methodology_shipped_name(i));
        assert_ok(th_hash_file(TH_HASH_SHA256, th_test_source_path(path, name), &of_file, &err),
                  &err);
        assert_memory_equal(th_methodology_sha256(methodology)->bytes, of_file.bytes, TH_HASH_SIZE);
        th_methodology_free(methodology);
    }
}

// Values of the reports and papers named in the document's own sources.
static void reported_factor__carries_the_numbers_of_its_sources(void **state)
{
    (void)state;
    struct th_methodology *methodology = shipped_document("reported-factor/1.json");
    assert_false(th_methodology_monitoring_only(methodology));
    assert_false(th_methodology_statement_based(methodology));
    assert_ratio(th_methodology_buffer_ratio(methodology), 0, 1);
    assert_int_equal(th_methodology_n_parameters(methodology), 1);
    const struct th_parameter *factor = th_methodology_parameter_find(methodology, "factor");
    assert_ptr_equal(factor, th_methodology_parameter(methodology, 0));
    assert_null(th_methodology_parameter_find(methodology, "facto"));
    assert_int_equal(factor->n_rows, 1);
    assert_ratio(factor->rows[0].value, 39, 100);
    assert_ratio(factor->reference, 18, 125); // 2.16 / 15
    assert_ratio(factor->waiver_ratio, 5, 1);
    assert_true(factor->has_range);
    assert_true(factor->range_low.numerator > 0);
    assert_ratio(factor->range_high, 33, 20);
    // 6.74 t C/ha/yr × 44/12 / 15, of which the limit is the next hundredth.
    assert_close(th_ratio_double(factor->range_high), 6.74 * 44 / 12 / 15, 0.01);
    assert_true(th_ratio_double(factor->range_high) >= 6.74 * 44 / 12 / 15);
    assert_int_equal(factor->rows[0].evidence, TH_EVIDENCE_REPORTED);
    assert_true(factor->can_be_set);
    assert_false(factor->rows[0].has_interval);
    th_methodology_free(methodology);
}

static void orchard_account__factor_is_the_default_in_tonnes_per_mu(void **state)
{
    (void)state;
    struct th_methodology *methodology = shipped_document("orchard-account/1.json");
    const struct th_parameter *factor = th_methodology_parameter_find(methodology, "factor");
    const struct th_parameter_row *row = &factor->rows[0];
    assert_true(th_methodology_monitoring_only(methodology));
    assert_ratio(row->value, 77, 150);
    assert_close(th_ratio_double(row->value), 2.1 * 44 / 12 / 15, 1e-15);
    assert_true(row->has_interval);
    assert_int_equal(row->shape, TH_SHAPE_NORMAL);
    assert_close(th_ratio_double(row->interval_low), 0.25 * 2.1 * 44 / 12 / 15, 1e-15);
    assert_close(th_ratio_double(row->interval_high), 1.75 * 2.1 * 44 / 12 / 15, 1e-15);
    assert_int_equal(row->evidence, TH_EVIDENCE_UNVERIFIED);
    assert_false(factor->can_be_set);
    th_methodology_free(methodology);
}

static void statement__computes_nothing_and_marks_its_units(void **state)
{
    (void)state;
    struct th_methodology *methodology = shipped_document("statement/1.json");
    assert_true(th_methodology_statement_based(methodology));
    assert_false(th_methodology_monitoring_only(methodology));
    assert_int_equal(th_methodology_n_parameters(methodology), 0);
    assert_int_equal(th_methodology_n_terms(methodology), 0);
    assert_null(th_methodology_calc(methodology));
    th_methodology_free(methodology);
}

// The document that the tests of faults begin with: each part read as it is written there.
static void sound__every_part_is_read(void **state)
{
    (void)state;
    struct th_methodology *methodology = read_methodology("tests/data/methodology/sound.json");
    assert_string_equal(th_methodology_title(methodology, true), "茶园");
    assert_int_equal(th_methodology_rule(methodology), TH_RULE_AR_TOOL14);
    assert_ratio(th_methodology_confidence(methodology), 9, 10);
    assert_int_equal(th_methodology_n_inputs(methodology), 6);
    const struct th_input *age = th_methodology_input(methodology, 1);
    assert_int_equal(age->type, TH_INPUT_YEARS_SINCE);
    assert_string_equal(th_methodology_input(methodology, age->since)->name, "planted");
    const struct th_input *soil = th_methodology_input(methodology, 2);
    assert_int_equal(soil->n_choices, 2);
    assert_string_equal(soil->choices[1].name, "sandy");
    assert_true(soil->has_default);
    assert_ratio(soil->standard, 0, 1); // lac
    const struct th_input *cleared = th_methodology_input(methodology, 4);
    assert_int_equal(cleared->scope, TH_INPUT_OF_YEAR);
    assert_ratio(cleared->high, 100, 1);
    const struct th_parameter *growth = th_methodology_parameter_find(methodology, "growth");
    assert_true(growth->has_key);
    assert_int_equal(growth->key, 1);
    assert_int_equal(growth->n_rows, 3);
    assert_close(growth->rows[1].from, 5, 0);
    assert_int_equal(growth->rows[2].slot, growth->rows[0].slot + 2);
    const struct th_parameter *ef1 = th_methodology_parameter_find(methodology, "ef1");
    assert_int_equal(ef1->rows[0].slot, ef1->rows[1].slot); // by years
    assert_int_equal(ef1->rows[0].to_year, 2019);
    assert_int_equal(ef1->rows[1].from_year, 2020);
    assert_int_equal(ef1->rows[1].shape, TH_SHAPE_TRUNCATED_NORMAL);
    // 3 of growth, 2 soils, 11 single numbers, and two potentials
    assert_int_equal(th_methodology_n_slots(methodology), 3 + 2 + 11 + 2);
    assert_int_equal(th_methodology_n_terms(methodology), 4);
    const struct th_term *nitrogen = th_methodology_term(methodology, 3);
    assert_string_equal(nitrogen->family->name, "nitrogen");
    assert_int_equal(nitrogen->gas, TH_GAS_N2O);
    assert_int_equal(nitrogen->side, TH_SIDE_PROJECT_EMISSIONS);
    assert_int_equal(th_methodology_n_plausible(methodology), 2);
    assert_int_equal(th_methodology_plausible(methodology, 0)->action, TH_PLAUSIBLE_REFUSE);
    assert_non_null(th_methodology_calc(methodology));
    th_methodology_free(methodology);
}

static void condition__limits_and_choices_decide(void **state)
{
    (void)state;
    struct th_methodology *methodology = read_methodology("tests/data/methodology/sound.json");
    assert_int_equal(th_methodology_n_conditions(methodology), 2);
    const struct th_condition *cover = th_methodology_condition(methodology, 0);
    struct th_condition soil = *th_methodology_condition(methodology, 1);
    double inputs[6] = {0};
    inputs[3] = 20;
    assert_true(th_condition_holds(cover, inputs));
    inputs[3] = 19.999;
    assert_false(th_condition_holds(cover, inputs));
    inputs[3] = (double)NAN;
    assert_false(th_condition_holds(cover, inputs));
    inputs[2] = 1;
    assert_true(th_condition_holds(&soil, inputs));
    inputs[2] = 2; // not listed
    assert_false(th_condition_holds(&soil, inputs));
    soil.test = TH_TEST_NONE_OF;
    assert_true(th_condition_holds(&soil, inputs));
    inputs[2] = -1; // no choice
    assert_false(th_condition_holds(&soil, inputs));
    th_methodology_free(methodology);
}

// IPCC AR4 WG1 Table 2.14, AR5 WG1 Table 8.A.1, AR6 WG1 Table 7.15.
static void gwp__sets_hold_the_numbers_of_the_reports(void **state)
{
    (void)state;
    static const struct {
        const char *id, *methane, *nitrous_oxide;
    } cases[] = {{"ar4-100", "25", "298"}, {"ar5-100", "28", "265"}, {"ar6-100", "27", "273"}};
    assert_int_equal(th_gwp_number_of(), 3);
    for (size_t i = 0; i < 3; i++) {
        char id[32];
        size_t size = 0;
        struct th_error err;
        struct th_json *set = NULL;
        assert_string_equal(th_gwp_id(i, id, sizeof(id)), cases[i].id);
        const char *text = th_gwp_text(i, &size);
        assert_ok(th_json_parse(text, size, &set, &err), &err);
        assert_string_equal(th_json_get_text(set, "id", ""), cases[i].id);
        const struct th_json *gases = th_json_get(set, "gases");
        assert_string_equal(th_json_get_text(th_json_get(gases, "CH4"), "value", ""),
                            cases[i].methane);
        assert_string_equal(th_json_get_text(th_json_get(gases, "N2O"), "value", ""),
                            cases[i].nitrous_oxide);
        th_json_free(set);
    }
}

static void applies__kind_class_and_area_decide(void **state)
{
    (void)state;
    static const struct {
        const char *name, *document, *kind, *land_class, *mu, *reason, *limit, *found;
    } cases[] = {
        {"bamboo", "reported-factor/1.json", "bamboo", "0302", "1", NULL, NULL, NULL},
        {"class unknown", "reported-factor/1.json", "bamboo", NULL, "1", NULL, NULL, NULL},
        {"tea", "reported-factor/1.json", "tea", NULL, "1", "@applicability.kind",
         "@applicability.kind.bamboo", "@applicability.kind.tea"},
        {"no kind", "reported-factor/1.json", NULL, NULL, "1", "@applicability.kind",
         "@applicability.kind.bamboo", ""},
        {"arbor", "reported-factor/1.json", "bamboo", "0301", "1", "@applicability.land_class",
         "@land_class.0302", "@land_class.0301"},
        {"wetland", "statement/1.json", "wetland", "1108", "1", NULL, NULL, NULL},
        {"below 50 mu", "orchard-account/1.json", "orchard", "0201", "49.99",
         "@applicability.min_area_mu", "50", "49.99"},
        {"50 mu", "orchard-account/1.json", "orchard", "0201", "50.00", NULL, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_error err = {0};
        struct th_methodology *methodology = shipped_document(cases[i].document);
        enum th_status status = th_methodology_applies(
            methodology, cases[i].kind, cases[i].land_class, area_mu(cases[i].mu), &err);
        print_message("%s\n", cases[i].name);
        assert_int_equal(status, cases[i].reason ? TH_DATA_PROBLEM : TH_OK);
        if (cases[i].reason) {
            assert_string_equal(err.key, "not_applicable");
            assert_string_equal(th_error_arg_get(&err, "reason"), cases[i].reason);
            assert_string_equal(th_error_arg_get(&err, "limit"), cases[i].limit);
            assert_string_equal(th_error_arg_get(&err, "found"), cases[i].found);
        }
        th_methodology_free(methodology);
    }
}

// One unit of area (1/300 m²) below 50 mu is refused, and told exactly.
static void applies__smallest_shortfall_is_refused_with_exact_area(void **state)
{
    (void)state;
    struct th_error err = {0};
    struct th_methodology *methodology = shipped_document("orchard-account/1.json");
    struct th_area area = th_area_from_m2_300(50 * 200000 - 1);
    assert_int_equal(th_methodology_applies(methodology, "orchard", NULL, area, &err),
                     TH_DATA_PROBLEM);
    assert_string_equal(th_error_arg_get(&err, "found"), "49.999995");
    th_methodology_free(methodology);
}

// A fault of form, which a schema can state; others need the whole document.
static bool is_of_form(const char *reason, const char *where)
{
    static const char *const reasons[] = {
        "key_missing",     "key_unknown",  "want_object",    "want_list",     "want_text",
        "want_bool",       "want_year",    "text_empty",     "text_too_long", "list_empty",
        "list_too_long",   "id_form",      "version_form",   "name_form",     "choice_form",
        "land_class_form", "kind_unknown", "family_unknown", "side_unknown",  "gas_unknown",
        "pool_unknown",    "gwp_unknown",  "type_unknown",   "scope_unknown", "shape_unknown",
        "rule_unknown",    "test_unknown", "action_unknown", "number_form",   "expect_empty",
        "evidence_unknown"};
    // A key of a table and a value of an example are any text to a schema, and a statement may
    // leave out what others need.
    bool is_number = strcmp(reason, "@methodology.number_form") == 0;
    bool is_value = strstr(where, "/when") ||
                    (th_text_starts_with(where, "/examples/") && strstr(where, "/inputs/"));
    bool is_list = strcmp(where, "/terms") == 0 || strcmp(where, "/examples") == 0;
    if ((is_number && is_value) || (is_list && strstr(reason, "list_empty"))) {
        return false;
    }
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (strcmp(reason + strlen("@methodology."), reasons[i]) == 0) {
            return true;
        }
    }
    return false;
}

static enum th_status parse(const char *text, size_t size, struct th_error *err)
{
    struct th_methodology *methodology = NULL;
    enum th_status status = th_methodology_parse(text, size, &methodology, err);
    th_methodology_free(methodology);
    return status;
}

static void parse__mutants_are_judged_as_the_schema_judges_them(void **state)
{
    (void)state;
    static const char *const names[] = {"tests/data/methodology/sound.json",
                                        "data/methodologies/reported-factor/1.json",
                                        "data/methodologies/statement/1.json"};
    const struct th_mutant_rules rules = {.schema = "data/methodologies/schema.json",
                                          .parse = parse,
                                          .key = "methodology_invalid",
                                          .is_of_form = is_of_form};
    int n_mutants = 0;
    int n_taken = 0;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        th_mutants_check(&rules, names[i], &n_mutants, &n_taken);
    }
    print_message("%d mutants, %d still valid\n", n_mutants, n_taken);
    assert_true(n_mutants > (int)th_test_rounds(5000));
    assert_true(n_taken > 0 && n_taken < n_mutants / 2);
}

static void schema__takes_every_shipped_document(void **state)
{
    (void)state;
    struct th_json *schema = th_mutant_source("data/methodologies/schema.json");
    for (size_t i = 0; i < th_methodology_shipped_count(); i++) {
        char name[160];
        (void)snprintf(name, sizeof(name), "data/methodologies/%s", th_methodology_shipped_name(i));
        struct th_json *document = th_mutant_source(name);
        assert_true(th_schema_accepts(schema, document));
        th_json_free(document);
    }
    th_json_free(schema);
}

static char *read_text(const char *name)
{
    struct th_error err;
    char path[TH_TEST_PATH_SIZE];
    char *text = NULL;
    size_t size = 0;
    assert_ok(th_file_read(th_test_source_path(path, name), 1 << 20, &text, &size, &err), &err);
    return text;
}

static void parse__cut_and_flipped_bytes_never_crash(void **state)
{
    (void)state;
    size_t n_refused = 0;
    size_t n_flipped = 0;
    size_t step = 100 / th_test_rounds(100);
    char *text = read_text("data/methodologies/orchard-account/1.json");
    size_t size = strlen(text);
    char *broken = malloc(size + 1);
    assert_non_null(broken);
    for (size_t cut = 0; cut < size - 1; cut += 3 * step) { // the last byte is a line feed
        struct th_methodology *methodology = NULL;
        enum th_status status = th_methodology_parse(text, cut, &methodology, NULL);
        assert_int_equal(status, TH_INVALID);
        assert_null(methodology);
    }
    for (size_t at = 0; at < size; at += step) {
        struct th_methodology *methodology = NULL;
        memcpy(broken, text, size + 1);
        broken[at] = (char)(broken[at] ^ (1 << (at % 8)));
        if (th_methodology_parse(broken, size, &methodology, NULL) != TH_OK) {
            n_refused++;
        }
        n_flipped++;
        th_methodology_free(methodology);
    }
    assert_true(n_refused > n_flipped / 4);
    free(broken);
    free(text);
}

static void parse__document_over_one_mebibyte_is_refused(void **state)
{
    (void)state;
    struct th_error err = {0};
    struct th_methodology *methodology = NULL;
    size_t size = 1024 * 1024 + 1;
    char *text = malloc(size);
    assert_non_null(text);
    memset(text, ' ', size);
    assert_int_equal(th_methodology_parse(text, size, &methodology, &err), TH_INVALID);
    assert_string_equal(th_error_arg_get(&err, "reason"), "@methodology.too_large");
    free(text);
}

// The manual shows the example as it is, and the families as they are.
static void manual__example_is_sound_and_families_are_listed(void **state)
{
    (void)state;
    static const char *const manuals[] = {"docs/methodologies.md", "docs/methodologies.zh-CN.md"};
    char *example = read_text("docs/examples/methodology.json");
    th_methodology_free(read_methodology("docs/examples/methodology.json"));
    for (size_t i = 0; i < 2; i++) {
        char *manual = read_text(manuals[i]);
        assert_non_null(strstr(manual, example));
        for (size_t k = 0; k < th_family_number_of(); k++) {
            const struct th_family *family = th_family_at(k);
            char text[300];
            (void)snprintf(text, sizeof(text), "| `%s` | ", family->name);
            const char *line = strstr(manual, text);
            assert_non_null(line);
            for (size_t role = 0; role < family->n_roles; role++) {
                char low[TH_RATIO_TEXT_SIZE];
                char high[TH_RATIO_TEXT_SIZE];
                const struct th_role *wanted = &family->roles[role];
                (void)snprintf(text, sizeof(text), "`%s`%s %s, %s … %s", wanted->name,
                               wanted->optional ? "*" : "", wanted->unit,
                               th_ratio_format(wanted->low, low),
                               th_ratio_format(wanted->high, high));
                const char *told = strstr(line, text);
                if (!told || told > strchr(line, '\n')) {
                    fail_msg("%s lacks of %s: %s", manuals[i], family->name, text);
                }
            }
        }
        free(manual);
    }
    free(example);
}

static void evidence__every_name_has_its_words(void **state)
{
    (void)state;
    struct th_error err;
    struct th_messages *messages = NULL;
    assert_ok(th_messages_new(&messages, &err), &err);
    for (int i = TH_EVIDENCE_VERIFIED; i <= TH_EVIDENCE_STATED; i++) {
        char key[64];
        (void)snprintf(key, sizeof(key), "evidence.%s", th_evidence_name((enum th_evidence)i));
        assert_non_null(th_messages_find(messages, TH_LANG_ZH, key));
        assert_non_null(th_messages_find(messages, TH_LANG_EN, key));
    }
    th_messages_free(messages);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shipped__every_document_parses_and_is_named_by_its_id),
        cmocka_unit_test(shipped__every_document_agrees_with_the_file),
        cmocka_unit_test(reported_factor__carries_the_numbers_of_its_sources),
        cmocka_unit_test(orchard_account__factor_is_the_default_in_tonnes_per_mu),
        cmocka_unit_test(statement__computes_nothing_and_marks_its_units),
        cmocka_unit_test(sound__every_part_is_read),
        cmocka_unit_test(condition__limits_and_choices_decide),
        cmocka_unit_test(gwp__sets_hold_the_numbers_of_the_reports),
        cmocka_unit_test(applies__kind_class_and_area_decide),
        cmocka_unit_test(applies__smallest_shortfall_is_refused_with_exact_area),
        cmocka_unit_test(parse__mutants_are_judged_as_the_schema_judges_them),
        cmocka_unit_test(schema__takes_every_shipped_document),
        cmocka_unit_test(parse__cut_and_flipped_bytes_never_crash),
        cmocka_unit_test(parse__document_over_one_mebibyte_is_refused),
        cmocka_unit_test(manual__example_is_sound_and_families_are_listed),
        cmocka_unit_test(evidence__every_name_has_its_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
