// Student's t against printed tables and an evaluation in thirty digits.
#include "methodology/quantile.h"

#include <math.h>

#include "tests/support/support.h"

static void student__agrees_with_thirty_digits(void **state)
{
    (void)state;
    // The incomplete beta function of mpmath, solved by halving.
    static const struct {
        double confidence;
        unsigned long degrees;
        double want;
    } cases[] = {
        {0.9, 1, 6.313751514675043},   {0.9, 2, 2.919985580353726},
        {0.9, 3, 2.353363434801824},   {0.9, 5, 2.015048373333024},
        {0.9, 10, 1.812461122811676},  {0.9, 30, 1.697260886593958},
        {0.9, 33, 1.692360309030345},  {0.9, 100, 1.66023432608534},
        {0.9, 999, 1.646380345427536}, {0.9, 1000, 1.646378817285465},
        {0.95, 1, 12.7062047361747},   {0.95, 2, 4.302652729749464},
        {0.95, 3, 3.18244630528371},   {0.95, 5, 2.570581835636316},
        {0.95, 10, 2.228138851986275}, {0.95, 30, 2.042272456301238},
        {0.95, 33, 2.034515297449339}, {0.95, 100, 1.983971518523552},
        {0.95, 999, 1.96234146113345}, {0.95, 1000, 1.962339080826408},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        double have = th_student_half_width(cases[i].confidence, cases[i].degrees);
        assert_close(have, cases[i].want, 1e-12 * cases[i].want);
        assert_close(th_student_tail(cases[i].want, cases[i].degrees), 1 - cases[i].confidence,
                     1e-13);
    }
}

static void student__agrees_with_the_printed_tables(void **state)
{
    (void)state;
    // t of the upper 5 % and 2.5 %, three decimals, as textbooks print them; 33 as AR-TOOL14 does.
    static const struct {
        unsigned long degrees;
        double ninety, ninety_five;
    } rows[] = {{1, 6.314, 12.706}, {2, 2.920, 4.303},  {4, 2.132, 2.776},  {6, 1.943, 2.447},
                {7, 1.895, 2.365},  {8, 1.860, 2.306},  {9, 1.833, 2.262},  {15, 1.753, 2.131},
                {20, 1.725, 2.086}, {25, 1.708, 2.060}, {29, 1.699, 2.045}, {33, 1.692, 2.035},
                {40, 1.684, 2.021}, {60, 1.671, 2.000}, {120, 1.658, 1.980}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_close(th_student_half_width(0.90, rows[i].degrees), rows[i].ninety, 0.00051);
        assert_close(th_student_half_width(0.95, rows[i].degrees), rows[i].ninety_five, 0.00051);
    }
}

// With one degree T is Cauchy's, with two the tail is 1 − t / √(t² + 2).
static void student_tail__has_the_closed_forms_of_one_and_two_degrees(void **state)
{
    (void)state;
    static const double points[] = {0, 1e-6, 0.1, 1, 3, 50, 1e6};
    for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
        double t = points[i];
        assert_close(th_student_tail(t, 1), 1 - 2 / acos(-1) * atan(t), 1e-14);
        assert_close(th_student_tail(t, 2), 1 - t / sqrt(t * t + 2), 1e-14);
    }
}

static void student__falls_to_the_normal_with_its_degrees(void **state)
{
    (void)state;
    double before = INFINITY;
    for (unsigned long degrees = 1; degrees <= 1000; degrees++) {
        double t = th_student_half_width(0.90, degrees);
        assert_true(t < before && t > th_normal_half_width(0.90));
        before = t;
    }
    assert_close(th_student_half_width(0.90, 1000000), th_normal_half_width(0.90), 3e-6);
    assert_true(th_student_half_width(0.90, 1000001) == th_normal_half_width(0.90));
    assert_true(th_student_tail(2, 1000001) == 2 * th_normal_cdf(-2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(student__agrees_with_thirty_digits),
        cmocka_unit_test(student__agrees_with_the_printed_tables),
        cmocka_unit_test(student_tail__has_the_closed_forms_of_one_and_two_degrees),
        cmocka_unit_test(student__falls_to_the_normal_with_its_degrees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
