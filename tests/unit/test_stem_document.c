// What a file of an equation may hold: faults with their places, and agreement with its schema.
#include <stdio.h>
#include <stdlib.h>

#include "core/messages.h"
#include "methodology/stem.h"
#include "tests/support/support.h"
#include "tests/unit/mutants.h"
#include "tests/unit/schema_check.h"

static enum th_status parse(const char *text, size_t size, struct th_error *err)
{
    struct th_stem *stem = NULL;
    enum th_status status = th_stem_parse(text, size, &stem, err);
    th_stem_free(stem);
    return status;
}

static bool is_of_form(const char *reason, const char *where)
{
    static const char *const of_the_whole[] = {
        "stem_share",         "stem_classes",   "stem_positive",
        "stem_part",          "stem_tolerance", "stem_check_without",
        "stem_check_differs", "stem_unchecked", "stem_outside_open",
        "range_order",        "bounds",         "repeated",
        "number_size",        "text_control"};
    (void)where;
    for (size_t i = 0; i < sizeof(of_the_whole) / sizeof(of_the_whole[0]); i++) {
        if (strcmp(reason + strlen("@methodology."), of_the_whole[i]) == 0) {
            return false;
        }
    }
    return true;
}

static void parse__mutants_are_judged_as_the_schema_judges_them(void **state)
{
    (void)state;
    const struct th_mutant_rules rules = {.schema = "data/stems/schema.json",
                                          .parse = parse,
                                          .key = "stem_invalid",
                                          .is_of_form = is_of_form};
    // One of each form.
    static const char *const names[] = {"moso-mean-culm-zhejiang",
                                        "evergreen-broadleaf",
                                        "cinnamomum-camphora",
                                        "cunninghamia-lanceolata",
                                        "liquidambar-formosana",
                                        "china-by-density",
                                        "tropical-by-density-and-height",
                                        "citrus",
                                        "moso-culm",
                                        "zhejiang-volume",
                                        "bcef-temperate-pine"};
    int n_mutants = 0;
    int n_taken = 0;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char name[160];
        (void)snprintf(name, sizeof(name), "data/stems/%s/1.json", names[i]);
        th_mutants_check(&rules, name, &n_mutants, &n_taken);
    }
    print_message("%d mutants, %d still valid\n", n_mutants, n_taken);
    assert_true(n_mutants > (int)th_test_rounds(10000));
    assert_true(n_taken > 0 && n_taken < n_mutants / 2);
}

// --- Faults ------------------------------------------------------------------------------------

static struct th_json *member(struct th_json *value, const char *key)
{
    return (struct th_json *)th_json_get(value, key); // of a document that the test owns
}

static struct th_json *element(struct th_json *value, size_t index)
{
    return (struct th_json *)th_json_at(value, index);
}

static void set_text(struct th_json *object, const char *key, const char *text)
{
    th_json_set_text(object, key, text);
}

static struct th_json *input(struct th_json *document, size_t index)
{
    return element(member(document, "inputs"), index);
}

static struct th_json *check(struct th_json *document, size_t index)
{
    return element(member(document, "checks"), index);
}

static struct th_json *coefficient(struct th_json *document, size_t index)
{
    return element(member(document, "coefficients"), index);
}

static void kilograms_as_tonnes(struct th_json *document)
{
    set_text(member(document, "gives"), "unit", "t d.m./stem");
}

static void millimetres(struct th_json *document)
{
    set_text(input(document, 0), "unit", "mm");
}

static void range_in_millimetres(struct th_json *document)
{
    set_text(input(document, 0), "high", "1620");
}

static void range_turned(struct th_json *document)
{
    set_text(input(document, 0), "low", "17");
}

static void refused_without_range(struct th_json *document)
{
    set_text(input(document, 0), "outside", "refuse");
}

static void wrong_coefficient(struct th_json *document)
{
    set_text(member(document, "coefficients"), "b", "2.2764");
}

static void unchecked(struct th_json *document)
{
    th_json_set(document, "checks", th_json_array());
}

static void other_measure(struct th_json *document)
{
    set_text(input(document, 0), "name", "height");
}

static void measure_twice(struct th_json *document)
{
    th_json_set(element(member(document, "inputs"), 1), "name", th_json_string("dbh"));
    set_text(input(document, 1), "unit", "cm");
}

static void measure_missing(struct th_json *document)
{
    th_json_set(document, "inputs", th_json_array());
}

static void check_out_of_range(struct th_json *document)
{
    set_text(member(check(document, 0), "inputs"), "d30", "20");
}

static void check_too_wide(struct th_json *document)
{
    set_text(check(document, 0), "tolerance", "1");
}

static void check_of_no_type(struct th_json *document)
{
    set_text(check(document, 11), "part", "palm");
}

static void type_twice(struct th_json *document)
{
    set_text(coefficient(document, 3), "name", "oak");
}

static void share_above_one(struct th_json *document)
{
    set_text(coefficient(document, 0), "r2", "87");
}

static void type_unchecked(struct th_json *document)
{
    set_text(check(document, 2), "part", "masson-pine");
    set_text(check(document, 2), "value", "70.887");
}

static void classes_disordered(struct th_json *document)
{
    set_text(coefficient(document, 1), "up_to_m3_per_ha", "20");
}

static void class_open_too_soon(struct th_json *document)
{
    th_json_set(coefficient(document, 1), "up_to_m3_per_ha", th_json_null());
}

static void last_class_closed(struct th_json *document)
{
    set_text(coefficient(document, 4), "up_to_m3_per_ha", "500");
}

static void factor_nought(struct th_json *document)
{
    set_text(coefficient(document, 4), "removal", "0");
}

static void no_form(struct th_json *document)
{
    set_text(document, "form", "cubic");
}

static void sample_in_quotes(struct th_json *document)
{
    set_text(document, "n", "10");
}

static void own_key(struct th_json *document)
{
    set_text(document, "se", "0.1");
}

static void parse__each_fault_has_its_place_and_reason(void **state)
{
    (void)state;
    static const struct {
        void (*spoil)(struct th_json *document);
        const char *stem, *where, *reason;
    } cases[] = {
        {kilograms_as_tonnes, "citrus", "/gives/unit", "unit_other"},
        {millimetres, "citrus", "/inputs/0/unit", "unit_other"},
        {range_in_millimetres, "pinus-massoniana", "/inputs/0/high", "bounds"},
        {range_turned, "citrus", "/inputs/0", "range_order"},
        {refused_without_range, "china-by-density", "/inputs/0/outside", "stem_outside_open"},
        {wrong_coefficient, "cunninghamia-lanceolata", "/checks/0/value", "stem_check_differs"},
        {unchecked, "cunninghamia-lanceolata", "/coefficients/a", "stem_unchecked"},
        {unchecked, "liquidambar-formosana", "/coefficients/0/a", "stem_unchecked"},
        {other_measure, "citrus", "/inputs/0/name", "stem_input"},
        {measure_twice, "china-by-density", "/inputs/1", "repeated"},
        {measure_missing, "citrus", "/inputs", "stem_inputs"},
        {check_out_of_range, "citrus", "/checks/0", "stem_check_without"},
        {check_too_wide, "citrus", "/checks/0/tolerance", "stem_tolerance"},
        {check_of_no_type, "zhejiang-volume", "/checks/11/part", "stem_part"},
        {type_twice, "zhejiang-volume", "/coefficients/5/name", "repeated"},
        {share_above_one, "zhejiang-volume", "/coefficients/0/r2", "stem_share"},
        {type_unchecked, "zhejiang-volume", "/coefficients/2/a", "stem_unchecked"},
        {classes_disordered, "bcef-temperate-pine", "/coefficients/1/up_to_m3_per_ha",
         "stem_classes"},
        {class_open_too_soon, "bcef-temperate-pine", "/coefficients/1/up_to_m3_per_ha",
         "stem_classes"},
        {last_class_closed, "bcef-temperate-pine", "/coefficients/4/up_to_m3_per_ha",
         "stem_classes"},
        {factor_nought, "bcef-temperate-pine", "/coefficients/4/removal", "stem_positive"},
        {no_form, "citrus", "/form", "stem_form"},
        {sample_in_quotes, "citrus", "/n", "stem_count"},
        {own_key, "citrus", "/se", "key_unknown"},
    };
    struct th_messages *messages = NULL;
    struct th_error err = {0};
    assert_ok(th_messages_new(&messages, &err), &err);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char name[160];
        char *text = NULL;
        struct th_stem *stem = NULL;
        (void)snprintf(name, sizeof(name), "data/stems/%s/1.json", cases[i].stem);
        struct th_json *document = th_mutant_source(name);
        cases[i].spoil(document);
        assert_ok(th_json_dump(document, TH_JSON_COMPACT, &text, &err), &err);
        print_message("%s: %s\n", cases[i].stem, cases[i].reason);
        assert_status(th_stem_parse(text, strlen(text), &stem, &err), TH_INVALID, &err);
        assert_null(stem);
        assert_string_equal(err.key, "stem_invalid");
        assert_string_equal(th_error_arg_get(&err, "where"), cases[i].where);
        const char *reason = th_error_arg_get(&err, "reason");
        assert_string_equal(reason + strlen("@methodology."), cases[i].reason);
        assert_non_null(th_messages_find(messages, TH_LANG_ZH, reason + 1));
        free(text);
        th_json_free(document);
    }
    th_messages_free(messages);
}

static void schema__takes_every_shipped_equation(void **state)
{
    (void)state;
    struct th_json *schema = th_mutant_source("data/stems/schema.json");
    for (size_t i = 0; i < th_stem_shipped_count(); i++) {
        char name[160];
        (void)snprintf(name, sizeof(name), "data/stems/%s", th_stem_shipped_name(i));
        struct th_json *document = th_mutant_source(name);
        assert_true(th_schema_accepts(schema, document));
        th_json_free(document);
    }
    th_json_free(schema);
}

static void parse__what_is_no_document_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "{", "[]", "null", "{}", "\"moso\""};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct th_error err = {0};
        assert_status(parse(texts[i], strlen(texts[i]), &err), TH_INVALID, &err);
        assert_string_equal(err.key, "stem_invalid");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parse__mutants_are_judged_as_the_schema_judges_them),
        cmocka_unit_test(schema__takes_every_shipped_equation),
        cmocka_unit_test(parse__each_fault_has_its_place_and_reason),
        cmocka_unit_test(parse__what_is_no_document_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
