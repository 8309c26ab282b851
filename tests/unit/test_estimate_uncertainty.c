// Uncertainty of whole estimates: against the analytic answer, and against the order of things.
#include <math.h>
#include <stdlib.h>

#include "methodology/estimate_uncertainty.h"
#include "methodology/shipped.h"
#include "tests/support/support.h"

static struct th_methodology *shipped(const char *name)
{
    struct th_error err;
    struct th_methodology *methodology = NULL;
    for (size_t i = 0; i < th_methodology_shipped_count(); i++) {
        if (strcmp(th_methodology_shipped_name(i), name) == 0) {
            size_t size = 0;
            const char *text = th_methodology_shipped_text(i, &size);
            assert_ok(th_methodology_parse(text, size, &methodology, &err), &err);
        }
    }
    assert_non_null(methodology);
    return methodology;
}

enum { N_PARCELS = 1500, FROM = 2020, TO = 2022 };

// Parcels of 50 mu and more; `reversed` lists them from the last to the first.
static void make_parcels(struct th_estimate_parcel *parcels, size_t n, bool reversed)
{
    for (size_t i = 0; i < n; i++) {
        size_t k = reversed ? n - 1 - i : i;
        int64_t mu_cent = 5000 + (int64_t)(k * k % 7919);
        parcels[i] = (struct th_estimate_parcel){
            .parcel_id = (int64_t)k + 1,
            .measured = th_area_from_m2_300(mu_cent * TH_AREA_M2_300_PER_MU_CENT)};
    }
}

static struct th_estimate_uncertainty uncertainty_of(const struct th_methodology *methodology,
                                                     const struct th_estimate_parcel *parcels,
                                                     size_t n, unsigned n_threads)
{
    struct th_error err;
    struct th_estimate_rules *rules = NULL;
    struct th_estimate_spread *spread = NULL;
    struct th_estimate_uncertainty uncertainty;
    assert_ok(th_estimate_rules_new(methodology, NULL, 0, &rules, &err), &err);
    assert_ok(th_estimate_spread_new(rules, FROM, TO, &spread, &err), &err);
    assert_true(th_estimate_spread_is_stated(spread));
    for (int year = FROM; year <= TO; year++) {
        assert_ok(th_estimate_spread_add(spread, year, parcels, n, &err), &err);
    }
    assert_ok(th_estimate_spread_finish(spread, n_threads, &uncertainty, &err), &err);
    th_estimate_spread_free(spread);
    th_estimate_rules_free(rules);
    return uncertainty;
}

static double relative(const struct th_estimate_uncertainty *uncertainty)
{
    return uncertainty->net.half_width / fabs(uncertainty->net.mean);
}

// 2.1 t C/ha/yr ± 75 % (95 %, normal). The half-width of 10,000 draws has a standard error of
// √(0.025 · 0.975 / 10,000 / 2) / 0.0584 = 1.9 % of a standard deviation, 0.97 % of itself.
static void uncertainty__of_one_factor_is_the_analytic_one(void **state)
{
    (void)state;
    static struct th_estimate_parcel parcels[N_PARCELS];
    struct th_methodology *methodology = shipped("orchard-account/1.json");
    make_parcels(parcels, N_PARCELS, false);
    const struct th_estimate_uncertainty all = uncertainty_of(methodology, parcels, N_PARCELS, 1);
    assert_close(relative(&all), 0.75, 4 * 0.0097 * 0.75);
    // The same factor on one parcel alone: no less uncertain, no more.
    const struct th_estimate_uncertainty one = uncertainty_of(methodology, parcels, 1, 1);
    assert_close(relative(&one), relative(&all), 1e-9);
    th_methodology_free(methodology);
}

static void uncertainty__does_not_depend_on_threads_or_order(void **state)
{
    (void)state;
    static struct th_estimate_parcel parcels[N_PARCELS];
    static struct th_estimate_parcel reversed[N_PARCELS];
    struct th_methodology *methodology = shipped("orchard-account/1.json");
    make_parcels(parcels, N_PARCELS, false);
    make_parcels(reversed, N_PARCELS, true);
    const struct th_estimate_uncertainty first = uncertainty_of(methodology, parcels, N_PARCELS, 1);
    const struct th_estimate_uncertainty second =
        uncertainty_of(methodology, reversed, N_PARCELS, 2);
    assert_memory_equal(&first.net, &second.net, sizeof(first.net));
    assert_int_equal(th_ratio_compare(first.shares.net, second.shares.net), 0);
    th_methodology_free(methodology);
}

static void uncertainty__is_not_stated_without_an_interval(void **state)
{
    (void)state;
    struct th_error err;
    struct th_estimate_rules *rules = NULL;
    struct th_estimate_spread *spread = NULL;
    struct th_methodology *methodology = shipped("reported-factor/1.json");
    assert_ok(th_estimate_rules_new(methodology, NULL, 0, &rules, &err), &err);
    assert_ok(th_estimate_spread_new(rules, FROM, TO, &spread, &err), &err);
    assert_false(th_estimate_spread_is_stated(spread));
    th_estimate_spread_free(spread);
    th_estimate_rules_free(rules);
    th_methodology_free(methodology);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uncertainty__of_one_factor_is_the_analytic_one),
        cmocka_unit_test(uncertainty__does_not_depend_on_threads_or_order),
        cmocka_unit_test(uncertainty__is_not_stated_without_an_interval),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
