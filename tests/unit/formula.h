// A small spreadsheet of the tests' own: what a formula that the program writes gives elsewhere.
#ifndef TH_TESTS_FORMULA_H
#define TH_TESTS_FORMULA_H

#include <stddef.h>

struct th_formula_cells { // one column; NAN where nothing stands
    char column;
    const double *values; // by row
    size_t n;
};

// Knows + - * / ^, brackets, ROUND, MIN, MAX, IF(AND(…),…,…), INT, EXP, LN, LOG10, SQRT, PI,
// SUM(C2:C9), STDEV(…), and the cells of one column (NULL: none). As in a spreadsheet a minus
// binds more tightly than ^. The test fails where it cannot read on.
double th_formula_value(const char *formula, const struct th_formula_cells *cells);

#endif
