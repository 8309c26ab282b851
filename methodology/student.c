// The incomplete beta function with the second parameter 1/2, as far as Student's t needs it.
#include <assert.h>
#include <math.h>

#include "methodology/maths.h"
#include "methodology/quantile.h"

enum { DEGREES_MAX = 1000000 };

// B(a, b) where 2a and 2b are whole numbers and one of them is 1: from B(½, ½) = π and
// B(1, ½) = 2 by B(a + 1, b) = B(a, b) · a / (a + b).
static double beta_with_half(double a)
{
    double from = fmod(2 * a, 2) == 1 ? 0.5 : 1.0;
    double beta = from == 0.5 ? 0x1.921fb54442d18p+1 : 2.0;
    for (; from < a; from += 1.0) {
        beta *= from / (from + 0.5);
    }
    return beta;
}

// I_x(a, b) = x^a (1 − x)^b / (a B(a, b)) · 1 / (1 + d1 / (1 + d2 / …)), by Lentz's method; quick
// where x < (a + 1) / (a + b + 2). `rest` is 1 − x.
static double incomplete_beta_fraction(double x, double rest, double a, double b, double beta)
{
    enum { STEPS_MAX = 10000 };
    const double least = 1e-300;
    double c = 1.0;
    double d = 1.0 - (a + b) * x / (a + 1.0);
    d = 1.0 / (fabs(d) < least ? least : d);
    double value = d;
    for (int step = 1; step <= STEPS_MAX; step++) {
        double m = (double)step;
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        const double coefficients[] = {even, odd};
        double change = 1.0;
        for (int i = 0; i < 2; i++) {
            d = 1.0 + coefficients[i] * d;
            c = 1.0 + coefficients[i] / c;
            d = 1.0 / (fabs(d) < least ? least : d);
            c = fabs(c) < least ? least : c;
            change = c * d;
            value *= change;
        }
        if (fabs(change - 1.0) < 1e-16) {
            break;
        }
    }
    return th_exp(a * th_ln(x) + b * th_ln(rest)) * value / (a * beta);
}

double th_student_tail(double t, unsigned long degrees)
{
    assert(degrees >= 1 && t >= 0);
    if (degrees > DEGREES_MAX) {
        return 2 * th_normal_cdf(-t);
    }
    double freedom = (double)degrees;
    double a = freedom / 2;
    double square = t * t;
    double x = freedom / (freedom + square);
    double rest = square / (freedom + square);
    double beta = beta_with_half(a);
    if (rest == 0.0) {
        return 1.0;
    }
    if (x == 0.0) {
        return 0.0;
    }
    return x < (a + 1) / (a + 2.5) ? incomplete_beta_fraction(x, rest, a, 0.5, beta)
                                   : 1.0 - incomplete_beta_fraction(rest, x, 0.5, a, beta);
}

// The tail falls with t, so that halving finds it; it ends where no double lies between.
double th_student_half_width(double confidence, unsigned long degrees)
{
    assert(degrees >= 1 && confidence > 0 && confidence < 1);
    if (degrees > DEGREES_MAX) {
        return th_normal_half_width(confidence);
    }
    double tail = 1 - confidence;
    double low = 0;
    double high = 1;
    while (th_student_tail(high, degrees) > tail) {
        low = high;
        high *= 2;
    }
    for (;;) {
        double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high) {
            return high;
        }
        if (th_student_tail(middle, degrees) > tail) {
            low = middle;
        } else {
            high = middle;
        }
    }
}
