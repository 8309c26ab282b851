#include "core/date.h"

#include <stdio.h>

#include "tests/support/support.h"

static void date_parse__only_real_days_in_the_one_form(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",           "2021",       "2021-6-30",   "2021-06-31",  "2021-02-29",
        "1900-02-29", "2021-13-01", "2021-00-01",  "2021-01-00",  "2021/06/30",
        "1899-12-31", "20210630",   "2021-06-30 ", " 2021-06-30", "2021-06-30T",
        "+021-06-30", "2021-06-3x", "2021-06-"};
    struct th_error err;
    struct th_date date = {2000, 1, 2};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_status(th_date_parse(cases[i], &date, &err), TH_INVALID, &err);
        assert_string_equal(err.key, "date_invalid");
        assert_string_equal(th_error_arg_get(&err, "text"), cases[i]);
    }
    assert_status(th_date_parse(NULL, &date, NULL), TH_INVALID, NULL);
    assert_int_equal(date.year, 2000);
    assert_int_equal(date.day, 2);
    assert_ok(th_date_parse("2000-02-29", &date, &err), &err);
    assert_int_equal(date.month, 2);
    assert_int_equal(date.day, 29);
}

static void date_compare__orders_by_year_month_day(void **state)
{
    (void)state;
    struct th_date a = {2021, 6, 30};
    assert_int_equal(th_date_compare(a, a), 0);
    assert_int_equal(th_date_compare(a, (struct th_date){2021, 7, 1}), -1);
    assert_int_equal(th_date_compare(a, (struct th_date){2022, 1, 1}), -1);
    assert_int_equal(th_date_compare(a, (struct th_date){2021, 6, 29}), 1);
    assert_int_equal(th_date_compare(a, (struct th_date){2020, 12, 31}), 1);
    assert_int_equal(th_date_compare(a, (struct th_date){2021, 5, 31}), 1);
}

// Every day from 1900 to 2100, counted one by one with the lengths of the months written out; the
// count starts at 1900-01-01, which is 25,567 days before 1970 (70 years, 17 leap days).
static void date__agrees_with_a_walk_over_two_centuries(void **state)
{
    (void)state;
    int64_t day_number = -25567;
    for (int year = 1900; year <= 2100; year++) {
        int february = year % 4 == 0 && year != 1900 && year != 2100 ? 29 : 28;
        const int lengths[] = {31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
        for (int month = 1; month <= 12; month++) {
            for (int day = 1; day <= 32; day++) {
                struct th_date date = {year, month, day};
                assert_int_equal(th_date_valid(date), day <= lengths[month - 1]);
                if (day > lengths[month - 1]) {
                    break;
                }
                char want[64];
                char text[TH_INSTANT_TEXT_SIZE];
                char date_text[TH_DATE_TEXT_SIZE];
                snprintf(want, sizeof(want), "%d-%02d-%02dT00:00:00Z", year, month, day);
                int64_t utc = 1;
                assert_ok(th_instant_parse(want, &utc, NULL), NULL);
                assert_int_equal(utc, day_number * 86400);
                assert_string_equal(th_instant_format(utc, text), want);
                want[10] = '\0';
                assert_string_equal(th_date_format(date, date_text), want);
                struct th_date parsed;
                assert_ok(th_date_parse(want, &parsed, NULL), NULL);
                assert_int_equal(th_date_compare(parsed, date), 0);
                // 00:00 in Shanghai is 16:00 UTC on the day before.
                assert_int_equal(th_date_compare(th_instant_date(utc - 8 * 3600), date), 0);
                assert_int_equal(th_date_compare(th_instant_date(utc + 16 * 3600 - 1), date), 0);
                day_number++;
            }
        }
    }
    assert_int_equal(day_number, 47847); // 2101-01-01: 131 years with 32 leap days after 1970
}

static void date_valid__outside_its_ranges_is_false(void **state)
{
    (void)state;
    assert_false(th_date_valid((struct th_date){1899, 12, 31}));
    assert_false(th_date_valid((struct th_date){10000, 1, 1}));
    assert_true(th_date_valid((struct th_date){9999, 12, 31}));
    assert_false(th_date_valid((struct th_date){2021, 0, 1}));
    assert_false(th_date_valid((struct th_date){2021, 13, 1}));
    assert_false(th_date_valid((struct th_date){2021, 1, 0}));
}

static void instant__known_moments(void **state)
{
    (void)state;
    static const struct {
        int64_t utc;
        const char *text;
    } cases[] = {{0, "1970-01-01T00:00:00Z"},           {-1, "1969-12-31T23:59:59Z"},
                 {1000000000, "2001-09-09T01:46:40Z"},  {1234567890, "2009-02-13T23:31:30Z"},
                 {2147483647, "2038-01-19T03:14:07Z"},  {1625040000, "2021-06-30T08:00:00Z"},
                 {253402300799, "9999-12-31T23:59:59Z"}};
    char buf[TH_INSTANT_TEXT_SIZE];
    int64_t utc = 0;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_string_equal(th_instant_format(cases[i].utc, buf), cases[i].text);
        assert_ok(th_instant_parse(cases[i].text, &utc, NULL), NULL);
        assert_int_equal(utc, cases[i].utc);
    }
}

static void instant_parse__any_other_form_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {"",
                                        "2021-06-30",
                                        "2021-06-30T08:00:00",
                                        "2021-06-30T08:00:00+08:00",
                                        "2021-06-30 08:00:00Z",
                                        "2021-06-30T24:00:00Z",
                                        "2021-06-30T08:60:00Z",
                                        "2021-06-30T08:00:60Z",
                                        "2021-06-31T08:00:00Z",
                                        "2021-06-30T08:00Z",
                                        "2021-06-30T08:00:00Z ",
                                        "2021-06-30T08:00:00.5Z"};
    struct th_error err;
    int64_t utc = 5;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_status(th_instant_parse(cases[i], &utc, &err), TH_INVALID, &err);
        assert_string_equal(err.key, "instant_invalid");
    }
    assert_status(th_instant_parse(NULL, &utc, &err), TH_INVALID, &err);
    assert_int_equal(utc, 5);
}

static void instant__beyond_four_digits_stops_at_the_ends(void **state)
{
    (void)state;
    assert_int_equal(th_instant_date(INT64_MAX).year, 9999);
    assert_int_equal(th_instant_date(INT64_MIN).year, 1);
}

static void before__months_and_leap_years_are_known(void **state)
{
    static const struct {
        struct th_date day, before;
    } cases[] = {{{2024, 3, 1}, {2024, 2, 29}},   {{2023, 3, 1}, {2023, 2, 28}},
                 {{2000, 3, 1}, {2000, 2, 29}},   {{2100, 3, 1}, {2100, 2, 28}},
                 {{2024, 1, 1}, {2023, 12, 31}},  {{2024, 5, 1}, {2024, 4, 30}},
                 {{2024, 12, 1}, {2024, 11, 30}}, {{2024, 6, 15}, {2024, 6, 14}}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(th_date_compare(th_date_before(cases[i].day), cases[i].before), 0);
        assert_int_equal(th_date_compare(th_date_after(cases[i].before), cases[i].day), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(before__months_and_leap_years_are_known),
        cmocka_unit_test(date_parse__only_real_days_in_the_one_form),
        cmocka_unit_test(date_compare__orders_by_year_month_day),
        cmocka_unit_test(date__agrees_with_a_walk_over_two_centuries),
        cmocka_unit_test(date_valid__outside_its_ranges_is_false),
        cmocka_unit_test(instant__known_moments),
        cmocka_unit_test(instant_parse__any_other_form_is_refused),
        cmocka_unit_test(instant__beyond_four_digits_stops_at_the_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
