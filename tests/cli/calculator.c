#include "tests/cli/calculator.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "tests/support/support.h"

enum { VALUES_MAX = 256 };

struct reading {
    const char *at, *whole;
    struct th_calculation *result;
};

static long double read_sum(struct reading *r);

static bool take(struct reading *r, const char *text)
{
    const char *at = r->at + strspn(r->at, " ");
    bool there = strncmp(at, text, strlen(text)) == 0;
    if (there) {
        r->at = at + strlen(text);
    }
    return there;
}

static void want(struct reading *r, const char *text)
{
    if (!take(r, text)) {
        fail_msg("%s: '%s' expected at '%s'", r->whole, text, r->at);
    }
}

static bool take_minus(struct reading *r)
{
    return take(r, "-") || take(r, "−");
}

static size_t read_list(struct reading *r, long double values[VALUES_MAX])
{
    size_t n = 0;
    do {
        assert_true(n < VALUES_MAX);
        values[n++] = read_sum(r);
    } while (take(r, ","));
    want(r, ")");
    return n;
}

static long double deviation(const long double *values, size_t n)
{
    long double mean = 0;
    long double squares = 0;
    for (size_t i = 0; i < n; i++) {
        mean += values[i] / (long double)n;
    }
    for (size_t i = 0; i < n; i++) {
        squares += (values[i] - mean) * (values[i] - mean);
    }
    assert_true(n > 1);
    return sqrtl(squares / (long double)(n - 1));
}

static long double read_number(struct reading *r)
{
    struct th_calculation *result = r->result;
    r->at += strspn(r->at, " ");
    size_t size = strspn(r->at, "0123456789.");
    if (size == 0 || size >= TH_CALCULATOR_NUMBER_SIZE) {
        fail_msg("%s: no number at '%s'", r->whole, r->at);
    }
    assert_true(result->n < TH_CALCULATOR_NUMBERS_MAX);
    char *text = result->numbers[result->n++];
    memcpy(text, r->at, size);
    text[size] = '\0';
    r->at += size;
    return strtold(text, NULL);
}

static long double read_atom(struct reading *r)
{
    long double values[VALUES_MAX];
    size_t n = 0;
    if (take(r, "(")) {
        ; // a list of one
    } else if (take(r, "√")) {
        return sqrtl(read_atom(r));
    } else if (take(r, "STDEV(")) {
        n = read_list(r, values);
        return deviation(values, n);
    } else if (take(r, "exp(")) {
        return read_list(r, values) == 1 ? expl(values[0]) : NAN;
    } else if (take(r, "ln(")) {
        return read_list(r, values) == 1 ? logl(values[0]) : NAN;
    } else if (take(r, "log10(")) {
        return read_list(r, values) == 1 ? log10l(values[0]) : NAN;
    } else if (take(r, "min(")) {
        return read_list(r, values) == 2 ? fminl(values[0], values[1]) : NAN;
    } else if (take(r, "max(")) {
        return read_list(r, values) == 2 ? fmaxl(values[0], values[1]) : NAN;
    } else {
        return read_number(r);
    }
    long double value = read_sum(r);
    if (take(r, "≤")) {
        long double middle = read_sum(r);
        want(r, "<");
        value = value <= middle && middle < read_sum(r) ? 1 : 0;
    }
    want(r, ")");
    return value;
}

static long double read_power(struct reading *r)
{
    if (take_minus(r)) { // −2 ^ 2 is −4, as on paper
        return -read_power(r);
    }
    long double base = read_atom(r);
    return take(r, "^") ? powl(base, read_power(r)) : base;
}

static long double read_product(struct reading *r)
{
    long double value = read_power(r);
    for (;;) {
        if (take(r, "×")) {
            value *= read_power(r);
        } else if (take(r, "÷")) {
            value /= read_power(r);
        } else {
            return value;
        }
    }
}

static long double read_sum(struct reading *r)
{
    long double value = read_product(r);
    for (;;) {
        if (take(r, "+")) {
            value += read_product(r);
        } else if (take_minus(r)) {
            value -= read_product(r);
        } else {
            return value;
        }
    }
}

void th_calculate(const char *expression, struct th_calculation *result)
{
    struct reading r = {.at = expression, .whole = expression, .result = result};
    result->n = 0;
    result->value = read_sum(&r);
    r.at += strspn(r.at, " ");
    if (*r.at != '\0') {
        fail_msg("%s: nothing is known of '%s'", expression, r.at);
    }
    if (!isfinite(result->value)) {
        fail_msg("%s: no number", expression);
    }
}
