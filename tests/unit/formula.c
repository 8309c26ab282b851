#include "tests/unit/formula.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "tests/support/support.h"

struct book {
    const struct th_formula_cells *cells;
    const char *at; // of the formula that is read
};

static double read_sum(struct book *book);

static bool take(struct book *book, const char *text)
{
    size_t size = strlen(text);
    bool there = strncmp(book->at, text, size) == 0;
    book->at += there ? size : 0;
    return there;
}

static void want(struct book *book, const char *text)
{
    if (!take(book, text)) {
        fail_msg("'%s' expected at '%s'", text, book->at);
    }
}

static double round_half_away(double value, double places)
{
    double scale = pow(10, places);
    return copysign(floor(fabs(value) * scale * (1 + 1e-15) + 0.5) / scale, value);
}

static bool read_condition(struct book *book)
{
    double left = read_sum(book);
    bool with_equal = take(book, "<=");
    if (!with_equal) {
        want(book, "<");
    }
    double right = read_sum(book);
    return with_equal ? left <= right : left < right;
}

// IF(AND(a,b),x,y), behind "IF(".
static double read_choice(struct book *book)
{
    want(book, "AND(");
    bool first = read_condition(book);
    want(book, ",");
    bool second = read_condition(book);
    want(book, "),");
    double yes = read_sum(book);
    want(book, ",");
    double no = read_sum(book);
    return first && second ? yes : no;
}

static double read_two(struct book *book, double (*function)(double, double))
{
    double first = read_sum(book);
    want(book, ",");
    return function(first, read_sum(book));
}

// SUM(C2:C9), behind "SUM(".
static double read_range(struct book *book)
{
    const struct th_formula_cells *cells = book->cells;
    char *end = NULL;
    double sum = 0;
    assert_true(cells && book->at[0] == cells->column);
    unsigned long first = strtoul(book->at + 1, &end, 10);
    assert_true(end[0] == ':' && end[1] == cells->column);
    unsigned long last = strtoul(end + 2, &end, 10);
    assert_true(first <= last && last < cells->n);
    for (unsigned long row = first; row <= last; row++) {
        assert_true(!isnan(cells->values[row]));
        sum += cells->values[row];
    }
    book->at = end;
    return sum;
}

// STDEV(C2,C3-C9,…) of a sample, behind "STDEV(".
static double read_deviation(struct book *book)
{
    double values[256];
    double mean = 0;
    double squares = 0;
    size_t n = 0;
    do {
        assert_true(n < sizeof(values) / sizeof(values[0]));
        values[n] = read_sum(book);
        mean += values[n++];
    } while (take(book, ","));
    assert_true(n > 1);
    mean /= (double)n;
    for (size_t i = 0; i < n; i++) {
        squares += (values[i] - mean) * (values[i] - mean);
    }
    return sqrt(squares / (double)(n - 1));
}

// Of nought a spreadsheet knows no logarithm.
static double positive(const struct book *book, double value)
{
    if (!(value > 0)) {
        fail_msg("a logarithm of %g before '%s'", value, book->at);
    }
    return value;
}

static double read_call(struct book *book)
{
    double value = NAN;
    if (take(book, "ROUND(")) {
        value = read_two(book, round_half_away);
    } else if (take(book, "MIN(")) {
        value = read_two(book, fmin);
    } else if (take(book, "MAX(")) {
        value = read_two(book, fmax);
    } else if (take(book, "SUM(")) {
        value = read_range(book);
    } else if (take(book, "IF(")) {
        value = read_choice(book);
    } else if (take(book, "INT(")) {
        value = floor(read_sum(book));
    } else if (take(book, "EXP(")) {
        value = exp(read_sum(book));
    } else if (take(book, "LN(")) {
        value = log(positive(book, read_sum(book)));
    } else if (take(book, "LOG10(")) {
        value = log10(positive(book, read_sum(book)));
    } else if (take(book, "SQRT(")) {
        value = sqrt(read_sum(book));
    } else if (take(book, "STDEV(")) {
        value = read_deviation(book);
    } else if (take(book, "PI(")) {
        value = acos(-1);
    } else {
        want(book, "(");
        value = read_sum(book);
    }
    want(book, ")");
    return value;
}

static double read_atom(struct book *book)
{
    if (take(book, "-")) {
        return -read_atom(book);
    }
    const struct th_formula_cells *cells = book->cells;
    if (cells && book->at[0] == cells->column && isdigit((unsigned char)book->at[1])) {
        char *end = NULL;
        unsigned long row = strtoul(book->at + 1, &end, 10);
        assert_true(row < cells->n && !isnan(cells->values[row]));
        book->at = end;
        return cells->values[row];
    }
    if (isdigit((unsigned char)book->at[0])) {
        char *end = NULL;
        double value = strtod(book->at, &end);
        book->at = end;
        return value;
    }
    return read_call(book);
}

static double read_power(struct book *book)
{
    double base = read_atom(book);
    return take(book, "^") ? pow(base, read_atom(book)) : base;
}

static double read_product(struct book *book)
{
    double value = read_power(book);
    for (;;) {
        if (take(book, "*")) {
            value *= read_power(book);
        } else if (take(book, "/")) {
            value /= read_power(book);
        } else {
            return value;
        }
    }
}

static double read_sum(struct book *book)
{
    double value = read_product(book);
    for (;;) {
        if (take(book, "+")) {
            value += read_product(book);
        } else if (take(book, "-")) {
            value -= read_product(book);
        } else {
            return value;
        }
    }
}

double th_formula_value(const char *formula, const struct th_formula_cells *cells)
{
    struct book book = {.cells = cells, .at = formula};
    double value = read_sum(&book);
    if (*book.at != '\0') {
        fail_msg("%s: nothing is known of '%s'", formula, book.at);
    }
    return value;
}
