// What a person is shown of an equation of stems, and what it gives for one stem.
#include <math.h>
#include <stdlib.h>

#include "registry/estimate/stem.h"
#include "tests/support/support.h"
#include "tests/unit/formula.h"

static struct th_messages *messages(void)
{
    struct th_error err;
    struct th_messages *catalogue = NULL;
    assert_ok(th_messages_new(&catalogue, &err), &err);
    return catalogue;
}

static enum th_status show(const char *reference, const char *part, const char *first,
                           const char *second, struct th_json **ret_reply, struct th_error *err)
{
    const char *const inputs[] = {first, second};
    struct th_messages *catalogue = messages();
    const struct th_stem_show_options options = {.reference = reference,
                                                 .part = part,
                                                 .inputs = inputs,
                                                 .n_inputs = (first ? 1U : 0U) + (second ? 1U : 0U),
                                                 .messages = catalogue,
                                                 .lang = TH_LANG_EN};
    enum th_status status = th_stem_show(&options, ret_reply, err);
    th_messages_free(catalogue);
    return status;
}

static const char *text_of(const struct th_json *object, const char *key)
{
    return th_json_get_text(object, key, "(none)");
}

static void list__has_every_equation_once(void **state)
{
    (void)state;
    struct th_error err;
    struct th_json *reply = NULL;
    assert_ok(th_stems_list(&reply, &err), &err);
    const struct th_json *stems = th_json_get(reply, "stems");
    assert_int_equal(th_json_size(stems), 19);
    const struct th_json *citrus = th_json_at(stems, 6);
    assert_string_equal(text_of(citrus, "id"), "citrus");
    assert_string_equal(text_of(citrus, "unit"), "kg d.m./stem");
    assert_string_equal(th_json_text(th_json_at(th_json_get(citrus, "measures"), 0)), "d30");
    for (size_t i = 0; i < th_json_size(stems); i++) {
        const struct th_json *stem = th_json_at(stems, i);
        bool has_parts = th_json_size(th_json_get(stem, "parts")) > 0;
        assert_int_equal(th_json_type(th_json_get(stem, "equation")),
                         has_parts ? TH_JSON_NULL : TH_JSON_STRING);
    }
    th_json_free(reply);
}

// The value of the table that came with the equation (10 cm, 2 du: 13.819 kg).
static void show__works_out_one_culm_for_calculator_and_workbook(void **state)
{
    (void)state;
    struct th_error err;
    struct th_json *reply = NULL;
    assert_ok(show("moso-culm", NULL, "dbh=10", "age_du=2", &reply, &err), &err);
    assert_close(strtod(text_of(reply, "value"), NULL), 13.819, 0.0005);
    assert_close(th_formula_value(text_of(reply, "formula"), NULL), 13.819, 0.0005);
    assert_string_equal(text_of(reply, "expression"),
                        "747.787 × 10 ^ 2.771 × (0.148 × 2 ÷ (0.028 + 2)) ^ 5.555 + 3.772");
    assert_string_equal(text_of(reply, "gives"), "above-ground-biomass");
    assert_string_equal(text_of(reply, "evidence"), "unverified");
    const struct th_json *warnings = th_json_get(reply, "warnings");
    assert_int_equal(th_json_size(warnings), 2);
    assert_string_equal(text_of(th_json_at(warnings, 0), "code"), "stem_range_unknown");
    assert_string_equal(text_of(th_json_at(warnings, 1), "code"), "stem_unverified");
    const struct th_json *range = th_json_at(th_json_get(reply, "ranges"), 0);
    assert_string_equal(text_of(range, "measure"), "dbh");
    assert_string_equal(text_of(range, "letter"), "D");
    assert_string_equal(text_of(range, "low"), "5");
    assert_string_equal(text_of(range, "outside"), "refuse");
    assert_int_equal(th_json_size(th_json_get(reply, "checks")), 8);
    th_json_free(reply);
}

static void show__tells_of_a_stem_outside_of_the_range(void **state)
{
    (void)state;
    struct th_error err;
    struct th_json *reply = NULL;
    assert_ok(show("cunninghamia-lanceolata@1", NULL, "dbh=30", NULL, &reply, &err), &err);
    const struct th_json *warnings = th_json_get(reply, "warnings");
    assert_int_equal(th_json_size(warnings), 1);
    assert_string_equal(text_of(th_json_at(warnings, 0), "code"), "stem_outside_range");
    assert_non_null(strstr(text_of(th_json_at(warnings, 0), "message"), "range"));
    th_json_free(reply);
}

static void show__without_a_stem_works_nothing_out(void **state)
{
    (void)state;
    struct th_error err;
    struct th_json *reply = NULL;
    assert_ok(show("zhejiang-volume", NULL, NULL, NULL, &reply, &err), &err);
    assert_null(th_json_get(reply, "value"));
    assert_int_equal(th_json_size(th_json_get(reply, "equations")), 12);
    th_json_free(reply);
    assert_ok(show("zhejiang-volume", "oak", NULL, NULL, &reply, &err), &err);
    const struct th_json *equations = th_json_get(reply, "equations");
    assert_int_equal(th_json_size(equations), 1);
    assert_string_equal(text_of(th_json_at(equations, 0), "equation"), "1.1453 × V + 8.5473");
    assert_int_equal(th_json_size(th_json_get(reply, "checks")), 1);
    th_json_free(reply);
}

static void show__of_volume_factors_has_the_classes_of_each_part(void **state)
{
    (void)state;
    struct th_error err;
    struct th_json *reply = NULL;
    assert_ok(show("bcef-temperate-pine", "removal", "volume=80", NULL, &reply, &err), &err);
    const struct th_json *equations = th_json_get(reply, "equations");
    assert_int_equal(th_json_size(equations), 1);
    assert_string_equal(text_of(th_json_at(equations, 0), "equation"),
                        "2 (V ≤ 20), 1.11 (V ≤ 40), 0.83 (V ≤ 100), 0.77 (V ≤ 200), 0.77");
    assert_string_equal(text_of(reply, "value"), "0.83");
    assert_string_equal(text_of(reply, "unit"), "t d.m./m3");
    th_json_free(reply);
    assert_ok(show("bcef-temperate-pine", NULL, NULL, NULL, &reply, &err), &err);
    assert_int_equal(th_json_size(th_json_get(reply, "equations")), 3);
    th_json_free(reply);
}

// Every equation that is listed can be shown.
static void show__takes_every_equation(void **state)
{
    (void)state;
    struct th_error err;
    struct th_json *list = NULL;
    assert_ok(th_stems_list(&list, &err), &err);
    const struct th_json *stems = th_json_get(list, "stems");
    for (size_t i = 0; i < th_json_size(stems); i++) {
        struct th_json *reply = NULL;
        const char *id = text_of(th_json_at(stems, i), "id");
        assert_ok(show(id, NULL, NULL, NULL, &reply, &err), &err);
        assert_string_equal(text_of(reply, "id"), id);
        assert_string_not_equal(text_of(reply, "source"), "(none)");
        th_json_free(reply);
    }
    th_json_free(list);
}

static void show__refuses_what_it_cannot_use(void **state)
{
    (void)state;
    static const struct {
        const char *stem, *part, *input;
        enum th_status status;
        const char *key;
    } cases[] = {
        {"palm", NULL, NULL, TH_NOT_FOUND, "stem_unknown"},
        {"zhejiang-volume", "palm", NULL, TH_INVALID, "stem_part_unknown"},
        {"citrus", "oak", NULL, TH_INVALID, "stem_part_unknown"},
        {"zhejiang-volume", NULL, "volume=100", TH_INVALID, "stem_part_unknown"},
        {"citrus", NULL, "d30=120", TH_INVALID, "stem_refused"},
        {"citrus", NULL, "dbh=12", TH_INVALID, "stem_measure_unknown"},
        {"citrus", NULL, "d30=", TH_INVALID, "input_syntax"},
        {"citrus", NULL, "d30=12cm", TH_INVALID, "input_syntax"},
        {"citrus", NULL, "d30", TH_INVALID, "input_syntax"},
        {"moso-culm", NULL, "dbh=10", TH_INVALID, "stem_measure_missing"},
        {"evergreen-broadleaf", NULL, "dbh=3", TH_DATA_PROBLEM, "stem_undefined"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_error err = {0};
        struct th_json *reply = NULL;
        print_message("%s %s\n", cases[i].stem, cases[i].key);
        assert_status(show(cases[i].stem, cases[i].part, cases[i].input, NULL, &reply, &err),
                      cases[i].status, &err);
        assert_string_equal(err.key, cases[i].key);
        assert_null(reply);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(list__has_every_equation_once),
        cmocka_unit_test(show__works_out_one_culm_for_calculator_and_workbook),
        cmocka_unit_test(show__tells_of_a_stem_outside_of_the_range),
        cmocka_unit_test(show__without_a_stem_works_nothing_out),
        cmocka_unit_test(show__of_volume_factors_has_the_classes_of_each_part),
        cmocka_unit_test(show__takes_every_equation),
        cmocka_unit_test(show__refuses_what_it_cannot_use),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
