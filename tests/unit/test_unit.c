// Units: exact scales, substances that do not mix.
#include "methodology/unit.h"
#include "tests/support/support.h"

static struct th_unit parse(const char *text)
{
    struct th_error err;
    struct th_unit unit;
    assert_ok(th_unit_parse(text, &unit, &err), &err);
    return unit;
}

static void unit_parse__reads_every_unit_of_the_field(void **state)
{
    (void)state;
    static const struct {
        const char *text, *base; // in base units
        struct th_ratio scale;
    } cases[] = {
        {"1", "1", {1, 1}},
        {"%", "1", {1, 100}},
        {"ppt", "1", {1, 1000}},
        {"mu", "m^2", {2000, 3}},
        {"ha", "m^2", {10000, 1}},
        {"m3/ha", "m", {1, 10000}},
        {"L", "m^3", {1, 1000}},
        {"cm", "m", {1, 100}},
        {"t C/ha/yr", "kg C/m^2/yr", {1, 10}},
        {"t CO2e/mu/yr", "kg CO2e/m^2/yr", {3, 2}},
        {"kg N2O-N/kg N", "kg N2O-N/kg N", {1, 1}},
        {"kg CH4-C/ha/yr", "kg CH4-C/m^2/yr", {1, 10000}},
        {"kg CO2/GJ", "kg CO2/GJ", {1, 1}},
        {"g d.m./stem", "kg d.m./stem", {1, 1000}},
        {"t C/t limestone", "kg C/kg limestone", {1, 1}},
        {"kg", "kg", {1, 1}},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[TH_UNIT_DESCRIPTION_SIZE];
        struct th_unit unit = parse(cases[i].text);
        print_message("%s\n", cases[i].text);
        assert_string_equal(th_unit_describe(&unit, text), cases[i].base);
        assert_int_equal(unit.scale.numerator, cases[i].scale.numerator);
        assert_int_equal(unit.scale.denominator, cases[i].scale.denominator);
    }
}

static void unit_parse__refuses_what_it_does_not_know(void **state)
{
    (void)state;
    static const char *const texts[] = {"",    "tonne",   "t C/",    "/ha",   "t  C", "kg X",
                                        "hm2", "ha yr",   "t C/ha ", "kgCO2", "kg ",  "t CO2 e",
                                        "1/",  "kg N2O/", "m4",      "KG",    "亩"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct th_error err;
        struct th_unit unit = {.scale = {7, 7}};
        print_message("\"%s\"\n", texts[i]);
        assert_status(th_unit_parse(texts[i], &unit, &err), TH_INVALID, &err);
        assert_string_equal(err.key, "unit_unknown");
        assert_int_equal(unit.scale.numerator, 7);
    }
}

static void unit_parse__refuses_a_scale_that_does_not_fit(void **state)
{
    (void)state;
    struct th_error err;
    struct th_unit unit;
    assert_status(th_unit_parse("g/ha/ha/ha/ha/ha/ha", &unit, &err), TH_OVERFLOW, &err);
    assert_string_equal(err.key, "unit_overflow");
}

static void unit__substances_do_not_mix(void **state)
{
    (void)state;
    static const char *const different[][2] = {
        {"kg C", "kg CO2"},     {"kg CO2", "kg CO2e"},
        {"kg N2O-N", "kg N2O"}, {"kg CH4-C", "kg CH4"},
        {"kg d.m.", "kg C"},    {"kg N", "kg urea"},
        {"kg", "kg C"},         {"ha", "ha/yr"},
        {"m3", "m2"},           {"kg limestone", "kg dolomite"},
        {"stem", "1"},
    };
    for (size_t i = 0; i < sizeof(different) / sizeof(different[0]); i++) {
        struct th_unit a = parse(different[i][0]);
        struct th_unit b = parse(different[i][1]);
        assert_false(th_unit_same_dimension(&a, &b));
    }
    struct th_unit mu = parse("t CO2e/mu/yr");
    struct th_unit ha = parse("kg CO2e/ha/yr");
    assert_true(th_unit_same_dimension(&mu, &ha));
}

// 1 ha = 15 mu exactly, so 1 t/mu is 15,000 kg/ha.
static void unit_factor__converts_scales_exactly(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
        struct th_ratio want;
    } cases[] = {
        {"ha", "mu", {15, 1}},
        {"mu", "ha", {1, 15}},
        {"t CO2e/mu/yr", "kg CO2e/ha/yr", {15000, 1}},
        {"L", "cm3", {1000, 1}},
        {"%", "1", {1, 100}},
        {"t C/ha", "kg C/m2", {1, 10}},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_error err;
        struct th_ratio factor;
        struct th_unit from = parse(cases[i].from);
        struct th_unit to = parse(cases[i].to);
        assert_ok(th_unit_factor(&from, &to, &factor, &err), &err);
        assert_int_equal(factor.numerator, cases[i].want.numerator);
        assert_int_equal(factor.denominator, cases[i].want.denominator);
    }
}

static void unit_product__is_undone_by_the_quotient(void **state)
{
    (void)state;
    struct th_error err;
    struct th_unit area = parse("mu");
    struct th_unit factor = parse("t CO2e/mu/yr");
    struct th_unit want = parse("t CO2e/yr");
    struct th_unit product;
    struct th_unit quotient;
    struct th_ratio scale;
    assert_ok(th_unit_mul(&area, &factor, &product, &err), &err);
    assert_true(th_unit_same_dimension(&product, &want));
    assert_ok(th_unit_factor(&product, &want, &scale, &err), &err);
    assert_int_equal(scale.numerator, 1);
    assert_int_equal(scale.denominator, 1);
    assert_ok(th_unit_div(&product, &area, &quotient, &err), &err);
    assert_memory_equal(&quotient.scale, &factor.scale, sizeof(factor.scale));
    assert_true(th_unit_same_dimension(&quotient, &factor));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unit_parse__reads_every_unit_of_the_field),
        cmocka_unit_test(unit_parse__refuses_what_it_does_not_know),
        cmocka_unit_test(unit_parse__refuses_a_scale_that_does_not_fit),
        cmocka_unit_test(unit__substances_do_not_mix),
        cmocka_unit_test(unit_factor__converts_scales_exactly),
        cmocka_unit_test(unit_product__is_undone_by_the_quotient),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
