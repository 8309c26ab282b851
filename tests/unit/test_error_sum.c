// Errors of surveys, summed by group and stream.
#include "methodology/error_sum.h"

#include <math.h>
#include <stdlib.h>

#include "tests/support/support.h"

enum { STOCK, AREA, N_INPUTS };
enum { GROWN, N_SLOTS };
static const double slots[N_SLOTS] = {0};

// kg = area · stock · a factor that is drawn
static struct th_calc *stocks(void)
{
    struct th_error err;
    struct th_calc *calc = th_calc_new();
    assert_non_null(calc);
    struct th_node stock =
        th_calc_mul(calc, th_calc_input(calc, AREA, "ha"), th_calc_input(calc, STOCK, "1"));
    struct th_node kg = th_calc_mul(calc, stock, th_calc_parameter(calc, GROWN, "kg CO2e/ha/yr"));
    th_calc_count(calc, th_calc_line(calc, kg, "term.gross", "kg CO2e/yr", "s"), TH_SIDE_GROSS,
                  TH_GAS_CO2);
    assert_ok(th_calc_finish(calc, &err), &err);
    return calc;
}

struct fixture {
    struct th_calc *calc;
    struct th_separate *separate;
    struct th_error_sum *sum;
};

static void fixture_make(struct fixture *fixture)
{
    static const bool uncertain[N_SLOTS] = {true};
    struct th_error err;
    *fixture = (struct fixture){.calc = stocks()};
    assert_ok(th_separate_new(fixture->calc, uncertain, &fixture->separate, &err), &err);
    assert_int_equal(th_separate_n_parts(fixture->separate), 1);
    assert_ok(th_error_sum_new(fixture->separate, &fixture->sum, &err), &err);
}

static void fixture_clear(struct fixture *fixture)
{
    th_error_sum_free(fixture->sum);
    th_separate_free(fixture->separate);
    th_calc_free(fixture->calc);
}

// One parcel: `error` more of the stock of 7.
static enum th_status add(struct fixture *fixture, double area_ha, double error, uint32_t group,
                          uint64_t stream, struct th_error *err)
{
    const double stock = 7;
    const double more = stock + error;
    const double *plain[N_INPUTS] = {&stock, &area_ha};
    const double *with[N_INPUTS] = {&more, &area_ha};
    const struct th_calc_batch batches[] = {{.n = 1, .inputs = plain}, {.n = 1, .inputs = with}};
    return th_error_sum_add(fixture->sum, slots, &batches[0], &batches[1], &group, &stream, err);
}

static void assert_term(const struct th_error_sum *sum, size_t term, uint64_t stream, double want)
{
    uint64_t have = 0;
    double value = 0;
    th_error_sum_read(sum, term, &have, &value);
    assert_true(have == stream);
    assert_close(value, want, 1e-12);
}

static void error_sum__is_by_group_and_stream(void **state)
{
    (void)state;
    struct fixture fixture;
    struct th_error err;
    size_t first = 99;
    fixture_make(&fixture);
    assert_int_equal(th_error_sum_terms(fixture.sum, 0, &first), 0);
    assert_ok(add(&fixture, 2, 0.5, 1, 900, &err), &err);
    assert_ok(add(&fixture, 4, 0.25, 2, 900, &err), &err);
    assert_ok(add(&fixture, 8, -1, 1, 3, &err), &err);
    assert_ok(add(&fixture, 1, 0.5, 1, 900, &err), &err);
    th_error_sum_order(fixture.sum);
    assert_int_equal(th_error_sum_terms(fixture.sum, 0, &first), 0);
    assert_int_equal(th_error_sum_terms(fixture.sum, 1, &first), 2);
    assert_term(fixture.sum, first, 3, -8);
    assert_term(fixture.sum, first + 1, 900, 1.5);
    assert_int_equal(th_error_sum_terms(fixture.sum, 2, &first), 1);
    assert_term(fixture.sum, first, 900, 1);
    assert_int_equal(th_error_sum_terms(fixture.sum, 3, &first), 0);
    // What is added after reading goes to the same places.
    assert_ok(add(&fixture, 1, 1, 2, 900, &err), &err);
    assert_ok(add(&fixture, 1, 1, 2, 1, &err), &err);
    th_error_sum_order(fixture.sum);
    assert_int_equal(th_error_sum_terms(fixture.sum, 2, &first), 2);
    assert_term(fixture.sum, first, 1, 1);
    assert_term(fixture.sum, first + 1, 900, 2);
    fixture_clear(&fixture);
}

// Village 3 lies in county 1, villages 4 and 5 in county 2, both in the whole.
static void error_sum__of_a_county_is_what_its_villages_have(void **state)
{
    (void)state;
    static const uint32_t within[] = {0, 0, 0, 1, 2, 2};
    struct fixture fixture;
    struct th_error err;
    size_t first = 0;
    fixture_make(&fixture);
    assert_ok(add(&fixture, 1, 1, 3, 10, &err), &err);
    assert_ok(add(&fixture, 2, 1, 4, 10, &err), &err);
    assert_ok(add(&fixture, 4, 1, 5, 20, &err), &err);
    assert_ok(add(&fixture, 8, 1, 5, 10, &err), &err);
    assert_ok(th_error_sum_lift(fixture.sum, within, &err), &err);
    th_error_sum_order(fixture.sum);
    assert_int_equal(th_error_sum_terms(fixture.sum, 0, &first), 2);
    assert_term(fixture.sum, first, 10, 11);
    assert_term(fixture.sum, first + 1, 20, 4);
    assert_int_equal(th_error_sum_terms(fixture.sum, 1, &first), 1);
    assert_term(fixture.sum, first, 10, 1);
    assert_int_equal(th_error_sum_terms(fixture.sum, 2, &first), 2);
    assert_term(fixture.sum, first, 10, 10);
    assert_term(fixture.sum, first + 1, 20, 4);
    fixture_clear(&fixture);
}

// Thousands of strata, from the front and from behind: the same sums in the same order, to the
// byte. A ten-thousandth is no binary fraction, so that doubles would differ by the order.
static void error_sum__does_not_depend_on_the_order(void **state)
{
    (void)state;
    enum { N = 6000, N_STREAMS = 1500 };
    struct fixture forward;
    struct fixture back;
    struct th_error err;
    size_t first = 0;
    size_t first_back = 0;
    fixture_make(&forward);
    fixture_make(&back);
    for (size_t i = 0; i < N; i++) {
        size_t k = N - 1 - i;
        assert_ok(add(&forward, (double)(i + 1) / 1e4, 0.1, 0, i % N_STREAMS * 0x123456789, &err),
                  &err);
        assert_ok(add(&back, (double)(k + 1) / 1e4, 0.1, 0, k % N_STREAMS * 0x123456789, &err),
                  &err);
    }
    th_error_sum_order(forward.sum);
    th_error_sum_order(back.sum);
    assert_int_equal(th_error_sum_terms(forward.sum, 0, &first), N_STREAMS);
    assert_int_equal(th_error_sum_terms(back.sum, 0, &first_back), N_STREAMS);
    for (size_t i = 0; i < N_STREAMS; i++) {
        uint64_t streams[2];
        double sums[2];
        th_error_sum_read(forward.sum, first + i, &streams[0], &sums[0]);
        th_error_sum_read(back.sum, first_back + i, &streams[1], &sums[1]);
        assert_true(streams[0] == i * 0x123456789 && streams[1] == streams[0]);
        assert_memory_equal(&sums[0], &sums[1], sizeof(sums[0]));
        // i, i + 1500, i + 3000, i + 4500 and one each, a hundred-thousandth of it.
        assert_close(sums[0], (4 * (double)i + 9004) / 1e5, 1e-12);
    }
    fixture_clear(&forward);
    fixture_clear(&back);
}

static void error_sum__of_what_has_no_value_is_refused(void **state)
{
    (void)state;
    struct fixture fixture;
    struct th_error err;
    fixture_make(&fixture);
    assert_status(add(&fixture, NAN, 1, 0, 1, &err), TH_DATA_PROBLEM, &err);
    assert_string_equal(err.key, "activity_undefined");
    assert_string_equal(th_error_arg_get(&err, "row"), "0");
    fixture_clear(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(error_sum__is_by_group_and_stream),
        cmocka_unit_test(error_sum__of_a_county_is_what_its_villages_have),
        cmocka_unit_test(error_sum__does_not_depend_on_the_order),
        cmocka_unit_test(error_sum__of_what_has_no_value_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
