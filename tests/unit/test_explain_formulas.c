// The formulas of an explanation, computed by a small spreadsheet of the test's own, give the
// values that stand beside them: for every worked example of every shipped document.
#include <math.h>

#include "core/ratio.h"
#include "methodology/estimate.h"
#include "methodology/shipped.h"
#include "tests/support/support.h"
#include "tests/unit/formula.h"

enum { ROWS_MAX = 400 };

static double number(const char *text)
{
    struct th_ratio ratio;
    return th_ratio_parse(text, &ratio, NULL) == TH_OK ? th_ratio_double(ratio) : NAN;
}

// Returns how many formulas there were.
static size_t check_lines(const struct th_json *lines)
{
    static double values[ROWS_MAX];
    const struct th_formula_cells cells = {.column = 'C', .values = values, .n = ROWS_MAX};
    size_t n = 0;
    assert_true(th_json_size(lines) + 2 < ROWS_MAX);
    for (size_t i = 0; i < ROWS_MAX; i++) {
        values[i] = NAN;
    }
    for (size_t i = 0; i < th_json_size(lines); i++) {
        const struct th_json *line = th_json_at(lines, i);
        double shown = number(th_json_get_text(line, "value", ""));
        const char *formula = th_json_get_text(line, "formula", NULL);
        values[i + 2] = shown;
        if (formula) {
            double value = th_formula_value(formula, &cells);
            if (!(fabs(value - shown) <= 2e-6)) {
                fail_msg("row %zu, %s: %s gives %.9g, not %.9g", i + 2,
                         th_json_get_text(line, "term", ""), formula, value, shown);
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
