#include "core/quantity.h"

#include <math.h>
#include <stdio.h>

#include "core/text.h"
#include "tests/support/support.h"

// A plain generator with a fixed start, so that a failure can be repeated.
static uint64_t next_random(uint64_t *seed)
{
    *seed += 0x9e3779b97f4a7c15u;
    uint64_t x = *seed;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

static void quantity__goes_in_and_out_unchanged(void **state)
{
    (void)state;
    assert_int_equal(th_carbon_kg(th_carbon_from_kg(-7)), -7);
    assert_int_equal(th_units_t(th_units_from_t(8)), 8);
    assert_int_equal(th_money_fen(th_money_from_fen(-9)), -9);
    assert_int_equal(th_area_m2_300(th_area_from_m2_300(10)), 10);
}

#define CHECK_ARITHMETIC(kind, unit)                                                               \
    do {                                                                                           \
        struct th_error err;                                                                       \
        struct th_##kind result = th_##kind##_from_##unit(77);                                     \
        struct th_##kind big = th_##kind##_from_##unit(INT64_MAX);                                 \
        struct th_##kind small = th_##kind##_from_##unit(INT64_MIN);                               \
        struct th_##kind one = th_##kind##_from_##unit(1);                                         \
        assert_status(th_##kind##_add(big, one, &result, &err), TH_OVERFLOW, &err);                \
        assert_string_equal(err.key, "overflow");                                                  \
        assert_status(th_##kind##_sub(small, one, &result, NULL), TH_OVERFLOW, NULL);              \
        assert_int_equal(th_##kind##_##unit(result), 77);                                          \
        assert_ok(th_##kind##_add(big, small, &result, &err), &err);                               \
        assert_int_equal(th_##kind##_##unit(result), -1);                                          \
        assert_ok(th_##kind##_sub(result, one, &result, &err), &err);                              \
        assert_int_equal(th_##kind##_##unit(result), -2);                                          \
        assert_int_equal(th_##kind##_compare(small, big), -1);                                     \
        assert_int_equal(th_##kind##_compare(big, small), 1);                                      \
        assert_int_equal(th_##kind##_compare(one, one), 0);                                        \
    } while (0)

static void quantity__sums_are_checked_for_each_kind(void **state)
{
    (void)state;
    CHECK_ARITHMETIC(carbon, kg);
    CHECK_ARITHMETIC(units, t);
    CHECK_ARITHMETIC(money, fen);
    CHECK_ARITHMETIC(area, m2_300);
}

static void money_negate__turns_the_sign(void **state)
{
    (void)state;
    assert_int_equal(th_money_fen(th_money_negate(th_money_from_fen(INT64_MAX))), -INT64_MAX);
    assert_int_equal(th_money_fen(th_money_negate(th_money_from_fen(0))), 0);
}

static void carbon_whole_t__goes_toward_minus_infinity(void **state)
{
    (void)state;
    static const struct {
        int64_t kg;
        int64_t tonnes;
    } cases[] = {{0, 0},   {999, 0},    {1000, 1},   {1999, 1},
                 {-1, -1}, {-1000, -1}, {-1001, -2}, {INT64_MAX, 9223372036854775}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(th_units_t(th_carbon_whole_t(th_carbon_from_kg(cases[i].kg))),
                         cases[i].tonnes);
    }
}

static void units_carbon__is_a_thousand_kg_each_or_overflow(void **state)
{
    (void)state;
    struct th_error err;
    struct th_carbon carbon = th_carbon_from_kg(5);
    assert_status(th_units_carbon(th_units_from_t(9223372036854776), &carbon, &err), TH_OVERFLOW,
                  &err);
    assert_int_equal(th_carbon_kg(carbon), 5);
    assert_ok(th_units_carbon(th_units_from_t(2509), &carbon, &err), &err);
    assert_int_equal(th_carbon_kg(carbon), 2509000);
}

static void money_times_units__gives_the_amounts_of_the_published_contracts(void **state)
{
    (void)state;
    // Price × tonnes = amount, as reported for the Anji and Deqing trades and multiplied by hand.
    static const struct {
        int64_t price_fen;
        int64_t tonnes;
        int64_t amount_fen;
    } cases[] = {{4344, 2509, 10899096},
                 {4344, 4773, 20733912},
                 {7341, 2000, 14682000},
                 {5883, 10000, 58830000},
                 {7000, 700000, 4900000000}};
    struct th_error err;
    struct th_money amount = th_money_from_fen(0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_ok(th_money_times_units(th_money_from_fen(cases[i].price_fen),
                                       th_units_from_t(cases[i].tonnes), &amount, &err),
                  &err);
        assert_int_equal(th_money_fen(amount), cases[i].amount_fen);
    }
    assert_status(
        th_money_times_units(th_money_from_fen(INT64_MAX), th_units_from_t(2), &amount, &err),
        TH_OVERFLOW, &err);
    assert_int_equal(th_money_fen(amount), 4900000000);
}

static void area_from_m2__rounds_the_exact_double_half_to_even(void **state)
{
    (void)state;
    // Binary fractions of eighths are exact, so their ties are real; 1.005 is a double just below
    // the decimal (1.00499999999999989…), 2.675 and 1.115 also; 8.345 is above.
    static const struct {
        double m2;
        int64_t cents;
    } cases[] = {{0.0, 0},
                 {0.005, 1}, // the double is 0.005000000000000000104…
                 {0.125, 12},
                 {0.375, 38},
                 {0.625, 62},
                 {0.875, 88},
                 {1.005, 100},
                 {2.675, 267},
                 {1.115, 111},
                 {8.345, 835},
                 {0.004, 0},
                 {1e-300, 0},
                 {4.9e-324, 0},
                 {666.67, 66667},
                 {1430000.0, 143000000},
                 {1e14, 10000000000000000}};
    struct th_error err;
    struct th_area area;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_ok(th_area_from_m2(cases[i].m2, &area, &err), &err);
        assert_int_equal(th_area_m2_300(area), cases[i].cents * 3);
        assert_int_equal(th_area_m2_cent(area), cases[i].cents);
    }
}

static void area_from_m2__result_is_the_nearest_and_even_in_a_tie(void **state)
{
    (void)state;
    uint64_t seed = 20210630;
    int n_ties = 0;
    struct th_area area;
    for (int i = 0; i < 50000; i++) {
        uint64_t bits = next_random(&seed);
        double m2 = i % 3 == 0 ? (double)(bits >> 24) / 8.0
                               : (double)(bits >> 11) / (double)(1u << (8 + i % 20)) / 4096.0;
        assert_ok(th_area_from_m2(m2, &area, NULL), NULL);
        int64_t cents = th_area_m2_300(area) / 3;
        assert_int_equal(cents * 3, th_area_m2_300(area));
        // Exact: the difference has no more bits than m2 itself.
        double difference = fabs(fma(m2, 100.0, -(double)cents));
        assert_true(difference < 0.5 || (difference <= 0.5 && cents % 2 == 0));
        n_ties += difference >= 0.5;
    }
    assert_true(n_ties > 1000);
}

static void area_from_m2__outside_the_range_is_overflow(void **state)
{
    (void)state;
    static const double cases[] = {-0.01, -1e-300, 1.0000001e14, INFINITY, -INFINITY, NAN};
    struct th_error err;
    struct th_area area = th_area_from_m2_300(12);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_status(th_area_from_m2(cases[i], &area, &err), TH_OVERFLOW, &err);
        assert_int_equal(th_area_m2_300(area), 12);
    }
}

static void area__a_mu_is_two_thousand_thirds_of_a_square_metre(void **state)
{
    (void)state;
    struct th_area area;
    struct th_error err;
    assert_ok(th_area_parse_mu("1", &area, &err), &err);
    assert_int_equal(th_area_m2_300(area), 200000);
    assert_close(th_area_m2(area), 666.6666666666666, 1e-12);
    assert_int_equal(th_area_m2_cent(area), 66667);
    assert_int_equal(th_area_mu_cent(area), 100);
    assert_ok(th_area_parse_mu("2145.00", &area, &err), &err);
    assert_int_equal(th_area_m2_300(area), 429000000);
    assert_close(th_area_m2(area), 1430000.0, 1e-9);
}

static void area_mu_cent__rounds_half_up(void **state)
{
    (void)state;
    static const struct {
        int64_t m2_300;
        int64_t mu_cent;
    } cases[] = {{999, 0}, {1000, 1}, {2999, 1}, {3000, 2}, {-999, 0}, {-1000, 0}, {-1001, -1}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(th_area_mu_cent(th_area_from_m2_300(cases[i].m2_300)), cases[i].mu_cent);
    }
    assert_int_equal(th_area_m2_cent(th_area_from_m2_300(4)), 1);
    assert_int_equal(th_area_m2_cent(th_area_from_m2_300(5)), 2);
    assert_int_equal(th_area_m2_cent(th_area_from_m2_300(-1)), 0);
    assert_int_equal(th_area_m2_cent(th_area_from_m2_300(-2)), -1);
}

static void money_parse__reads_digits_commas_and_two_decimals(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t fen;
    } cases[] = {{"0", 0},
                 {"58.83", 5883},
                 {"58.8", 5880},
                 {"1,086,000", 108600000},
                 {"1086000.05", 108600005},
                 {"12,345.6", 1234560},
                 {"999,999", 99999900},
                 {"0.01", 1},
                 {"92233720368547758.07", INT64_MAX}};
    struct th_error err;
    struct th_money money;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_ok(th_money_parse(cases[i].text, &money, &err), &err);
        assert_int_equal(th_money_fen(money), cases[i].fen);
    }
}

static void amount_parse__anything_else_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {"",
                                        "-1",
                                        "+1",
                                        "1.",
                                        ".5",
                                        "1.234",
                                        "1,23",
                                        "1,2345",
                                        ",123",
                                        "1234,567",
                                        "1,,234",
                                        "1,234,",
                                        "1,234,5",
                                        "0x10",
                                        " ",
                                        "1 2",
                                        "1e3",
                                        "1.2.3",
                                        "1.2,3",
                                        "１，２３",
                                        "－１",
                                        "1。5",
                                        "1.2万",
                                        "约43",
                                        "40-43",
                                        "元",
                                        "亩",
                                        "￥",
                                        "￥￥1",
                                        "1元元",
                                        "1元5角",
                                        "$1",
                                        "元1",
                                        "一",
                                        "1,.5",
                                        "92233720368547758.08",
                                        "99999999999999999999",
                                        "92233720368547759"};
    struct th_error err;
    struct th_money money = th_money_from_fen(3);
    struct th_area area = th_area_from_m2_300(4);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_status(th_money_parse(cases[i], &money, &err), TH_INVALID, &err);
        assert_string_equal(err.key, "amount_invalid");
        assert_string_equal(th_error_arg_get(&err, "text"), cases[i]);
        assert_status(th_area_parse_mu(cases[i], &area, &err), TH_INVALID, &err);
    }
    assert_status(th_money_parse(NULL, &money, &err), TH_INVALID, &err);
    assert_int_equal(th_money_fen(money), 3);
    assert_int_equal(th_area_m2_300(area), 4);
}

static void amount_parse__full_width_and_the_unit_of_the_quantity_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t fen;
    } money_cases[] = {{"43.44元", 4344},
                       {"43.44 元", 4344},
                       {" 58.83　", 5883},
                       {"￥43.44", 4344},
                       {"¥ 1,000.00", 100000},
                       {"￥43.44元", 4344},
                       {"人民币588,300元", 58830000},
                       {"CNY 43.44", 4344},
                       {"43.44 RMB", 4344},
                       {"１，０８６，０００．０５", 108600005},
                       {"５８．８３元", 5883}};
    static const char *const of_others[] = {"43吨", "43t", "43亩", "43 mu", "43%"};
    struct th_money money = th_money_from_fen(3);
    struct th_units units;
    struct th_area area;
    int64_t hundredths = 0;
    for (size_t i = 0; i < sizeof(money_cases) / sizeof(money_cases[0]); i++) {
        assert_ok(th_money_parse(money_cases[i].text, &money, NULL), NULL);
        assert_int_equal(th_money_fen(money), money_cases[i].fen);
    }
    assert_status(th_cent_parse("43.44元", &hundredths, NULL), TH_INVALID, NULL);
    for (size_t i = 0; i < sizeof(of_others) / sizeof(of_others[0]); i++) {
        assert_status(th_money_parse(of_others[i], &money, NULL), TH_INVALID, NULL);
    }
    assert_ok(th_area_parse_mu("２，１４５．００亩", &area, NULL), NULL);
    assert_int_equal(th_area_mu_cent(area), 214500);
    assert_status(th_area_parse_mu("1元", &area, NULL), TH_INVALID, NULL);
    assert_ok(th_cent_parse("９９．５", &hundredths, NULL), NULL);
    assert_int_equal(hundredths, 9950);
    assert_ok(th_units_parse("2,509 吨", &units, NULL), NULL);
    assert_int_equal(th_units_t(units), 2509);
}

static void units_parse__whole_tonnes_alone_are_read(void **state)
{
    (void)state;
    static const char *const good[] = {"2509", "2,509", "２５０９", "2509吨", "2509t", " 2509 "};
    static const char *const bad[] = {"",    "1.5",   "1.0",  "１．０",
                                      "-1",  "1,23",  "25万", "2509元",
                                      "1e3", "1吨半", "1 亩", "92233720368547759"};
    struct th_error err;
    struct th_units units = th_units_from_t(3);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_status(th_units_parse(bad[i], &units, &err), TH_INVALID, &err);
        assert_string_equal(err.key, "amount_invalid");
    }
    assert_status(th_units_parse(NULL, &units, &err), TH_INVALID, &err);
    assert_int_equal(th_units_t(units), 3);
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_ok(th_units_parse(good[i], &units, &err), &err);
        assert_int_equal(th_units_t(units), 2509);
    }
}

static void money_parse__three_decimals_are_refused(void **state)
{
    (void)state;
    struct th_money money;
    assert_status(th_money_parse("1.000", &money, NULL), TH_INVALID, NULL);
}

static void money_format__groups_thousands(void **state)
{
    (void)state;
    char buf[TH_QUANTITY_TEXT_SIZE];
    static const struct {
        int64_t fen;
        const char *text;
    } cases[] = {{0, "0.00"},
                 {5, "0.05"},
                 {-5, "-0.05"},
                 {99999, "999.99"},
                 {-123456, "-1,234.56"},
                 {10899096, "108,990.96"},
                 {4900000000, "49,000,000.00"},
                 {INT64_MAX, "92,233,720,368,547,758.07"},
                 {INT64_MIN, "-92,233,720,368,547,758.08"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_string_equal(th_money_format(th_money_from_fen(cases[i].fen), buf), cases[i].text);
        assert_string_equal(th_cent_format(cases[i].fen, buf), cases[i].text);
    }
    assert_string_equal(th_int_format(0, buf), "0");
    assert_string_equal(th_int_format(999, buf), "999");
    assert_string_equal(th_int_format(1234, buf), "1,234");
    assert_string_equal(th_int_format(-700000, buf), "-700,000");
    assert_string_equal(th_int_format(INT64_MIN, buf), "-9,223,372,036,854,775,808");
}

static void money__what_is_printed_is_read_back(void **state)
{
    (void)state;
    uint64_t seed = 7;
    char buf[TH_QUANTITY_TEXT_SIZE];
    struct th_money money;
    for (int i = 0; i < 20000; i++) {
        int64_t fen = (int64_t)(next_random(&seed) >> (1 + i % 63));
        assert_ok(th_money_parse(th_money_format(th_money_from_fen(fen), buf), &money, NULL), NULL);
        assert_int_equal(th_money_fen(money), fen);
        snprintf(buf, sizeof(buf), "%lld.%02lld", (long long)(fen / 100), (long long)(fen % 100));
        assert_ok(th_money_parse(buf, &money, NULL), NULL);
        assert_int_equal(th_money_fen(money), fen);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantity__goes_in_and_out_unchanged),
        cmocka_unit_test(quantity__sums_are_checked_for_each_kind),
        cmocka_unit_test(money_negate__turns_the_sign),
        cmocka_unit_test(carbon_whole_t__goes_toward_minus_infinity),
        cmocka_unit_test(units_carbon__is_a_thousand_kg_each_or_overflow),
        cmocka_unit_test(money_times_units__gives_the_amounts_of_the_published_contracts),
        cmocka_unit_test(area_from_m2__rounds_the_exact_double_half_to_even),
        cmocka_unit_test(area_from_m2__result_is_the_nearest_and_even_in_a_tie),
        cmocka_unit_test(area_from_m2__outside_the_range_is_overflow),
        cmocka_unit_test(area__a_mu_is_two_thousand_thirds_of_a_square_metre),
        cmocka_unit_test(area_mu_cent__rounds_half_up),
        cmocka_unit_test(money_parse__reads_digits_commas_and_two_decimals),
        cmocka_unit_test(amount_parse__anything_else_is_refused),
        cmocka_unit_test(amount_parse__full_width_and_the_unit_of_the_quantity_are_read),
        cmocka_unit_test(units_parse__whole_tonnes_alone_are_read),
        cmocka_unit_test(money_parse__three_decimals_are_refused),
        cmocka_unit_test(money_format__groups_thousands),
        cmocka_unit_test(money__what_is_printed_is_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
