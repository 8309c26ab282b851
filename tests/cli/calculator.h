// A pocket calculator of the tests' own: what an expression gives as the program prints it.
#ifndef TH_TESTS_CLI_CALCULATOR_H
#define TH_TESTS_CLI_CALCULATOR_H

#include <stddef.h>

enum { TH_CALCULATOR_NUMBERS_MAX = 512, TH_CALCULATOR_NUMBER_SIZE = 32 };

struct th_calculation {
    long double value;
    size_t n; // of the numbers that stand in it, as they are written, without their sign
    char numbers[TH_CALCULATOR_NUMBERS_MAX][TH_CALCULATOR_NUMBER_SIZE];
};

// Knows + - − × ÷ ^ √, brackets, min, max, exp, ln, log10, STDEV(a, b, …) of a sample, and
// a ≤ b < c, which is 1 where it holds and 0 where it does not. The test fails where it cannot read
// on.
void th_calculate(const char *expression, struct th_calculation *result);

#endif
