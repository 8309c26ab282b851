// Scores of non-permanence, against the published example and the table's own shape.
#include "methodology/permanence.h"
#include "tests/support/support.h"

static void assert_ratio(struct th_ratio ratio, int64_t numerator, int64_t denominator)
{
    assert_int_equal(ratio.numerator, numerator);
    assert_int_equal(ratio.denominator, denominator);
}

// The tool's v4.2 example as worked in ecobliss-docs, NPRT.md: fire 5, pests 3 and weather 2
// points, each halved, are 5; nothing internal; 12.5 external: 17.5 % go into the buffer.
static void buffer__gives_the_published_example(void **state)
{
    (void)state;
    static const struct th_permanence_risk risks[] = {
        {TH_LOSS_MINOR, TH_WITHIN_10_YEARS, TH_MITIGATION_HALF},
        {TH_LOSS_MINOR, TH_WITHIN_50_YEARS, TH_MITIGATION_HALF},
        {TH_LOSS_MINOR, TH_WITHIN_100_YEARS, TH_MITIGATION_HALF},
    };
    struct th_error err;
    struct th_ratio natural;
    struct th_ratio share;
    assert_ok(th_permanence_natural(risks, 3, &natural, &err), &err);
    assert_ratio(natural, 5, 1);
    assert_ok(th_permanence_buffer(natural, (struct th_ratio){0, 1}, (struct th_ratio){25, 2},
                                   &share, &err),
              &err);
    assert_ratio(share, 7, 40); // 17.5 %
}

// The table as two sources have it, row by row.
static void natural__is_the_table_times_what_mitigation_leaves(void **state)
{
    (void)state;
    static const int table[TH_N_LOSSES][TH_N_INTERVALS] = {
        {-1, 30, 20, 5, 4}, {30, 20, 5, 4, 3}, {20, 5, 4, 3, 2}, {5, 4, 3, 2, 1}, {4, 3, 2, 1, 1}};
    for (int loss = 0; loss < TH_N_LOSSES; loss++) {
        for (int interval = 0; interval < TH_N_INTERVALS; interval++) {
            for (int i = 0; i < TH_N_MITIGATIONS; i++) {
                struct th_error err = {0};
                struct th_ratio score = {77, 1};
                const struct th_permanence_risk risk = {(enum th_permanence_loss)loss,
                                                        (enum th_permanence_interval)interval,
                                                        (enum th_permanence_mitigation)i};
                enum th_status status = th_permanence_natural(&risk, 1, &score, &err);
                int want = table[loss][interval];
                assert_status(status, want < 0 ? TH_DATA_PROBLEM : TH_OK, &err);
                if (want < 0) {
                    assert_string_equal(err.key, "permanence_failed");
                    assert_ratio(score, 77, 1);
                } else {
                    assert_true(th_ratio_compare(score, (struct th_ratio){want, 1 << i}) == 0);
                }
            }
        }
    }
}

static void natural__names_the_risk_that_fails(void **state)
{
    (void)state;
    static const struct th_permanence_risk risks[] = {
        {TH_LOSS_MINOR, TH_RARER, TH_MITIGATION_NONE},
        {TH_LOSS_CATASTROPHIC, TH_WITHIN_10_YEARS, TH_MITIGATION_BOTH}};
    struct th_error err = {0};
    struct th_ratio score = {77, 1};
    assert_status(th_permanence_natural(risks, 2, &score, &err), TH_DATA_PROBLEM, &err);
    assert_string_equal(th_error_arg_get(&err, "risk"), "2");
    assert_ok(th_permanence_natural(risks, 0, &score, &err), &err);
    assert_ratio(score, 0, 1);
}

static void buffer__is_at_least_ten_and_fails_above_sixty(void **state)
{
    (void)state;
    static const struct {
        struct th_ratio natural, internal, external;
        int64_t numerator, denominator;
        const char *key;
    } cases[] = {
        {{0, 1}, {0, 1}, {0, 1}, 1, 10, NULL},
        {{999, 100}, {0, 1}, {0, 1}, 1, 10, NULL},
        {{10, 1}, {0, 1}, {0, 1}, 1, 10, NULL},
        {{5, 1}, {13, 2}, {0, 1}, 23, 200, NULL},
        {{20, 1}, {20, 1}, {20, 1}, 3, 5, NULL},
        {{20, 1}, {20, 1}, {2001, 100}, 0, 0, "permanence_too_high"},
        {{20, 1}, {-1, 1}, {0, 1}, 0, 0, "permanence_score"},
        {{20, 1}, {0, 1}, {-1, 2}, 0, 0, "permanence_score"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_error err = {0};
        struct th_ratio share = {77, 1};
        enum th_status status = th_permanence_buffer(cases[i].natural, cases[i].internal,
                                                     cases[i].external, &share, &err);
        if (cases[i].key) {
            assert_true(status == TH_DATA_PROBLEM || status == TH_INVALID);
            assert_string_equal(err.key, cases[i].key);
            assert_ratio(share, 77, 1);
        } else {
            assert_ok(status, &err);
            assert_ratio(share, cases[i].numerator, cases[i].denominator);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buffer__gives_the_published_example),
        cmocka_unit_test(natural__is_the_table_times_what_mitigation_leaves),
        cmocka_unit_test(natural__names_the_risk_that_fails),
        cmocka_unit_test(buffer__is_at_least_ten_and_fails_above_sixty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
