// The formulas of an explanation, computed by a small spreadsheet of the test's own, give the
// values that stand beside them: for every worked example of every shipped document.
#include <ctype.h>
#include <math.h>
#include <stdlib.h>

#include "core/ratio.h"
#include "methodology/estimate.h"
#include "methodology/shipped.h"
#include "tests/support/support.h"

enum { ROWS_MAX = 400 };

struct book { // column C
    double values[ROWS_MAX];
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

static double read_call(struct book *book)
{
    double value = NAN;
    if (take(book, "ROUND(")) {
        value = read_two(book, round_half_away);
    } else if (take(book, "MIN(")) {
        value = read_two(book, fmin);
    } else if (take(book, "MAX(")) {
        value = read_two(book, fmax);
    } else if (take(book, "IF(")) {
        value = read_choice(book);
    } else if (take(book, "INT(")) {
        value = floor(read_sum(book));
    } else if (take(book, "EXP(")) {
        value = exp(read_sum(book));
    } else if (take(book, "LN(")) {
        value = log(read_sum(book));
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
    if (book->at[0] == 'C' && isdigit((unsigned char)book->at[1])) {
        char *end = NULL;
        unsigned long row = strtoul(book->at + 1, &end, 10);
        assert_true(row < ROWS_MAX && !isnan(book->values[row]));
        book->at = end;
        return book->values[row];
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

static double number(const char *text)
{
    struct th_ratio ratio;
    return th_ratio_parse(text, &ratio, NULL) == TH_OK ? th_ratio_double(ratio) : NAN;
}

// Returns how many formulas there were.
static size_t check_lines(const struct th_json *lines)
{
    static struct book book;
    size_t n = 0;
    assert_true(th_json_size(lines) + 2 < ROWS_MAX);
    for (size_t i = 0; i < ROWS_MAX; i++) {
        book.values[i] = NAN;
    }
    for (size_t i = 0; i < th_json_size(lines); i++) {
        const struct th_json *line = th_json_at(lines, i);
        double shown = number(th_json_get_text(line, "value", ""));
        const char *formula = th_json_get_text(line, "formula", NULL);
        book.values[i + 2] = shown;
        if (formula) {
            book.at = formula;
            double value = read_sum(&book);
            if (*book.at != '\0' || !(fabs(value - shown) <= 2e-6)) {
                fail_msg("row %zu, %s: %s gives %.9g, not %.9g (rest '%s')", i + 2,
                         th_json_get_text(line, "term", ""), formula, value, shown, book.at);
            }
            n++;
        }
    }
    return n;
}

static double input_value(const struct th_input *input, const char *text)
{
    if (!text) {
        return th_ratio_double(input->standard);
    }
    for (size_t i = 0; i < input->n_choices; i++) {
        if (strcmp(input->choices[i].name, text) == 0) {
            return (double)i;
        }
    }
    return number(text);
}

static size_t check_example(const struct th_methodology *methodology, const struct th_json *example)
{
    struct th_error err;
    double values[TH_CALC_INPUTS_MAX] = {0};
    struct th_estimate_rules *rules = NULL;
    struct th_json *lines = NULL;
    struct th_estimate_parcel parcel = {.parcel_id = 1, .inputs = values};
    int year = (int)th_json_get_int(example, "year", 0);
    for (size_t i = 0; i < th_methodology_n_inputs(methodology); i++) {
        const struct th_input *input = th_methodology_input(methodology, i);
        values[i] =
            input_value(input, th_json_get_text(th_json_get(example, "inputs"), input->name, NULL));
    }
    assert_ok(th_area_parse_mu(th_json_get_text(example, "area_mu", ""), &parcel.measured, &err),
              &err);
    assert_ok(th_estimate_rules_new(methodology, NULL, 0, &rules, &err), &err);
    assert_ok(th_estimate_explain(rules, &parcel, year, NULL, false, &lines, &err), &err);
    size_t n = check_lines(lines);
    th_json_free(lines);
    th_estimate_rules_free(rules);
    return n;
}

static void formulas__give_the_values_beside_them(void **state)
{
    (void)state;
    size_t n_formulas = 0;
    size_t n_examples = 0;
    for (size_t i = 0; i < th_methodology_shipped_count(); i++) {
        struct th_error err;
        size_t size = 0;
        struct th_methodology *methodology = NULL;
        const char *text = th_methodology_shipped_text(i, &size);
        assert_ok(th_methodology_parse(text, size, &methodology, &err), &err);
        const struct th_json *examples = th_json_get(th_methodology_json(methodology), "examples");
        print_message("%s\n", th_methodology_shipped_name(i));
        for (size_t k = 0; k < th_json_size(examples); k++) {
            n_formulas += check_example(methodology, th_json_at(examples, k));
            n_examples++;
        }
        th_methodology_free(methodology);
    }
    print_message("%zu formulas of %zu examples\n", n_formulas, n_examples);
    assert_true(n_examples >= 30 && n_formulas >= 10 * n_examples);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formulas__give_the_values_beside_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
