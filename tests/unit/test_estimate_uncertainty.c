// Uncertainty of whole estimates: against the analytic answer, and against the order of things.
#include <math.h>
#include <stdlib.h>

#include "methodology/estimate_uncertainty.h"
#include "methodology/shipped.h"
#include "tests/support/support.h"
#include "tests/unit/shipped_document.h"

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
    assert_ok(th_estimate_spread_new(rules, FROM, TO, NULL, &spread, &err), &err);
    assert_true(th_estimate_spread_is_stated(spread));
    for (int year = FROM; year <= TO; year++) {
        assert_ok(th_estimate_spread_add(spread, year, parcels, NULL, n, &err), &err);
    }
    assert_ok(th_estimate_spread_finish(spread, n_threads, &uncertainty, NULL, &err), &err);
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
    struct th_methodology *methodology = shipped_document("orchard-account/1.json");
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
    struct th_methodology *methodology = shipped_document("orchard-account/1.json");
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
    struct th_methodology *methodology = shipped_document("reported-factor/1.json");
    assert_ok(th_estimate_rules_new(methodology, NULL, 0, &rules, &err), &err);
    assert_ok(th_estimate_spread_new(rules, FROM, TO, NULL, &spread, &err), &err);
    assert_false(th_estimate_spread_is_stated(spread));
    th_estimate_spread_free(spread);
    th_estimate_rules_free(rules);
    th_methodology_free(methodology);
}

// --- Errors of surveys ---------------------------------------------------------------------------

// moso-management: net = area · (end − start) / years · (1 + R) · CF · 44/12, R lognormal with its
// 2.5 % and 97.5 % quantiles at 0.2328 and 0.5072, CF normal 0.47 with 1.96 deviations to 0.507.
enum { STOCK_START, STOCK_END, SURVEY_YEARS, N_MOSO_INPUTS = 10, N_STANDS = 400, SURVEY_SPAN = 4 };
static const double z975 = 1.959963984540054;
static const double grown = 20.0; // t d.m./ha between the surveys

// Relative variances of 1 + R and of CF, from their quantiles.
static double relative_variance_of_factors(void)
{
    double middle = log(0.2328 * 0.5072) / 2;
    double scale = log(0.5072 / 0.2328) / 2 / z975;
    double mean = exp(middle + scale * scale / 2);
    double variance = mean * mean * (exp(scale * scale) - 1);
    double roots = variance / ((1 + mean) * (1 + mean));
    double carbon = 0.037 / z975 / 0.47;
    return (1 + roots) * (1 + carbon * carbon) - 1;
}

struct stands {
    struct th_estimate_parcel parcels[N_STANDS];
    double inputs[N_STANDS][N_MOSO_INPUTS];
    struct th_estimate_error errors[N_STANDS][2];
};

// Stands of one area. Parcel i lies in stratum i % n_strata; each stratum has a survey at the start
// and one at the end, of these standard errors (t d.m./ha).
static void make_stands(struct stands *stands, size_t n_strata, double start_error,
                        double end_error, double growth)
{
    for (size_t i = 0; i < N_STANDS; i++) {
        double *inputs = stands->inputs[i];
        uint64_t stratum = i % n_strata;
        memset(inputs, 0, sizeof(stands->inputs[i]));
        inputs[STOCK_START] = 60;
        inputs[STOCK_END] = 60 + growth;
        inputs[SURVEY_YEARS] = SURVEY_SPAN;
        stands->errors[i][0] = (struct th_estimate_error){
            STOCK_START, start_error, th_random_stream("s", 1, "start", stratum)};
        stands->errors[i][1] = (struct th_estimate_error){STOCK_END, end_error,
                                                          th_random_stream("s", 1, "end", stratum)};
        stands->parcels[i] = (struct th_estimate_parcel){
            .parcel_id = (int64_t)i + 1,
            .measured = th_area_from_m2_300((int64_t)10000 * TH_AREA_M2_300_PER_MU_CENT),
            .inputs = inputs,
            .errors = stands->errors[i],
            .n_errors = 2};
    }
}

static struct th_estimate_uncertainty uncertainty_of_stands(const struct stands *stands, size_t n)
{
    struct th_methodology *methodology = shipped_document("moso-management/1.json");
    const struct th_estimate_uncertainty uncertainty =
        uncertainty_of(methodology, stands->parcels, n, 1);
    th_methodology_free(methodology);
    return uncertainty;
}

static double relative_deviation(const struct th_estimate_uncertainty *uncertainty)
{
    return uncertainty->net.deviation / fabs(uncertainty->net.mean);
}

// A standard deviation of 10,000 draws has a standard error of 1/√20,000 = 0.71 % of itself where
// they are normal; the products here have a slightly wider tail.
static const double deviation_tolerance = 4.5 * 0.0075;

// The change of 20 t has a standard error of √(2² + 1.5²) = 2.5 t, one of 12.5 %, which all parcels
// of the stratum share: 400 parcels are as uncertain as one. Default factors multiply it.
static void uncertainty__of_one_stratum_does_not_shrink_with_parcels(void **state)
{
    (void)state;
    static struct stands stands;
    make_stands(&stands, 1, 2.0, 1.5, grown);
    double want = sqrt((1 + 0.125 * 0.125) * (1 + relative_variance_of_factors()) - 1);
    const struct th_estimate_uncertainty all = uncertainty_of_stands(&stands, N_STANDS);
    const struct th_estimate_uncertainty one = uncertainty_of_stands(&stands, 1);
    assert_close(relative_deviation(&all), want, deviation_tolerance * want);
    assert_close(relative_deviation(&one), relative_deviation(&all), 1e-9);
}

// 100 strata of equal areas, each surveyed by itself: the plots' part falls to a tenth, the default
// factors' stays.
static void uncertainty__of_many_strata_falls_with_their_root(void **state)
{
    (void)state;
    enum { N_STRATA = 100 };
    static struct stands stands;
    make_stands(&stands, N_STRATA, 8.0, 6.0, grown); // 10 t, one of 50 %
    double plots = 0.5 * 0.5 / N_STRATA;
    double want = sqrt((1 + plots) * (1 + relative_variance_of_factors()) - 1);
    const struct th_estimate_uncertainty many = uncertainty_of_stands(&stands, N_STANDS);
    assert_close(relative_deviation(&many), want, deviation_tolerance * want);
    make_stands(&stands, 1, 8.0, 6.0, grown);
    want = sqrt((1 + 0.25) * (1 + relative_variance_of_factors()) - 1);
    const struct th_estimate_uncertainty one = uncertainty_of_stands(&stands, N_STANDS);
    assert_close(relative_deviation(&one), want, deviation_tolerance * want);
}

// A stock that fell counts with the roots of a loss: 0.37 normal, 1.96 deviations to either end
// 0.1372. An error that was computed with the roots of a gain would be 3 % off in the plots' part,
// and the mean with it.
static void uncertainty__of_a_loss_has_the_roots_of_a_loss(void **state)
{
    (void)state;
    static struct stands stands;
    make_stands(&stands, 1, 2.0, 1.5, -grown);
    const struct th_estimate_uncertainty loss = uncertainty_of_stands(&stands, N_STANDS);
    double roots = 0.1372 / z975 / 1.37;
    double carbon = 0.037 / z975 / 0.47;
    double want = sqrt((1 + 0.125 * 0.125) * (1 + roots * roots) * (1 + carbon * carbon) - 1);
    assert_close(relative_deviation(&loss), want, deviation_tolerance * want);
    // 400 stands of 100 mu, three years, −5 t d.m./ha/yr × 1.37 × 0.47 × 44/12.
    double mean = -5 * 1.37 * 0.47 * 44 / 12 * 1000 * N_STANDS * 100 / 15 * 3;
    assert_close(loss.net.mean, mean, 4.5 * want * fabs(mean) / 100);
}

// Where nothing has grown there is still an error, and a relative one makes no sense: 2.5 t of the
// stratum, times the factors.
static void uncertainty__of_nothing_grown_is_not_nothing(void **state)
{
    (void)state;
    static struct stands stands;
    make_stands(&stands, 1, 0.0, 2.5, 0.0);
    const struct th_estimate_uncertainty none = uncertainty_of_stands(&stands, N_STANDS);
    double middle = log(0.2328 * 0.5072) / 2;
    double scale = log(0.5072 / 0.2328) / 2 / z975;
    double roots = 1 + exp(middle + scale * scale / 2);
    double want = 2.5 / SURVEY_SPAN * roots * 0.47 * 44 / 12 * 1000 * N_STANDS * 100 / 15 * 3 *
                  sqrt(1 + relative_variance_of_factors());
    assert_close(none.net.deviation, want, deviation_tolerance * want);
}

// --- What is taken off -------------------------------------------------------------------------

// The orchard account with a factor that leans far to one side, a lognormal from a seventh of its
// value to seven times of it, and the rule of ART-TREES.
static struct th_methodology *wide_lognormal(void)
{
    static const struct {
        const char *from, *to;
    } changes[] = {{"\"low\": \"77/600\"", "\"low\": \"77/1050\""},
                   {"\"high\": \"539/600\"", "\"high\": \"539/150\""},
                   {"\"shape\": \"normal\"", "\"shape\": \"lognormal\""},
                   {"\"rule\": \"none\"", "\"rule\": \"art-trees\""},
                   {"\"confidence\": \"0.95\"", "\"confidence\": \"0.9\""}};
    struct th_error err;
    size_t size = 0;
    size_t at = 0;
    for (size_t i = 0; i < th_methodology_shipped_count(); i++) {
        at = strcmp(th_methodology_shipped_name(i), "orchard-account/1.json") == 0 ? i : at;
    }
    const char *document = th_methodology_shipped_text(at, &size);
    char *text = calloc(size + 64, 1);
    assert_non_null(text);
    memcpy(text, document, size);
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        char *found = strstr(text, changes[i].from);
        assert_non_null(found);
        size_t from = strlen(changes[i].from);
        size_t to = strlen(changes[i].to);
        memmove(found + to, found + from, strlen(found + from) + 1);
        memcpy(found, changes[i].to, to);
    }
    struct th_methodology *methodology = NULL;
    assert_ok(th_methodology_parse(text, strlen(text), &methodology, &err), &err);
    free(text);
    return methodology;
}

static double share(struct th_ratio ratio)
{
    return (double)ratio.numerator / (double)ratio.denominator;
}

// As a verifier does it with the two figures that are shown: 400 stands of 100 mu, three years,
// 5 t d.m./ha/yr × 1.33 × 0.47 × 44/12, and the half-width. AR-TOOL14 takes three quarters of a
// half-width between 20 and 30 % of that. The mean of the draws is another number: their root
// ratios lie 0.02 above the value, 1.5 % of the whole.
static void deduction__is_the_rule_of_the_figures_that_are_shown(void **state)
{
    (void)state;
    static struct stands stands;
    make_stands(&stands, 1, 2.0, 1.5, grown);
    const struct th_estimate_uncertainty all = uncertainty_of_stands(&stands, N_STANDS);
    double gross = 5 * 1.33 * 0.47 * 44 / 12 * 1000 * N_STANDS * 100 / 15 * 3;
    double relative_of_gross = all.gross.half_width / gross;
    assert_true(all.by_sides);
    assert_true(relative_of_gross > 0.2 && relative_of_gross < 0.3);
    assert_true(all.gross.mean > 1.005 * gross);
    assert_close(share(all.shares.gross), 0.75 * relative_of_gross, 1.01e-6);
    assert_true(share(all.shares.gross) >= 0.75 * relative_of_gross - 1e-12);
    assert_close(share(all.shares.baseline), 0.0, 0.0);
    assert_close(share(all.shares.net), 0.0, 0.0);
    // Never more than there is.
    make_stands(&stands, 1, 40.0, 30.0, grown);
    const struct th_estimate_uncertainty vague = uncertainty_of_stands(&stands, N_STANDS);
    assert_true(vague.gross.half_width > gross);
    assert_close(share(vague.shares.gross), 1.0, 0.0);
    // A loss is credited with nothing, and nothing is taken off.
    make_stands(&stands, 1, 2.0, 1.5, -grown);
    const struct th_estimate_uncertainty loss = uncertainty_of_stands(&stands, N_STANDS);
    assert_close(share(loss.shares.gross), 0.0, 0.0);
}

// ART-TREES takes 0.524417 / 1.645006 of the half-width, whose draws have a mean 64 % above the
// value: e^(σ²/2), σ = ln 7 / 1.96. A share of that mean would be three fifths of what is right.
static void deduction__of_a_wide_lognormal_is_not_thinned_by_its_mean(void **state)
{
    (void)state;
    static struct th_estimate_parcel parcels[N_PARCELS];
    struct th_methodology *methodology = wide_lognormal();
    make_parcels(parcels, 1, false);
    const struct th_estimate_uncertainty all = uncertainty_of(methodology, parcels, 1, 1);
    const double net = 50 * 1000 * 3 * 77.0 / 150;
    assert_false(all.by_sides);
    assert_true(all.net.mean > 1.4 * net);
    assert_close(share(all.shares.net), 0.524417 / 1.645006 * all.net.half_width / net, 1.01e-6);
    th_methodology_free(methodology);
}

// --- Groups --------------------------------------------------------------------------------------

// A whole, two counties, four villages (two in each).
enum { N_GROUPS = 7, FIRST_VILLAGE = 3 };
static const uint32_t within[N_GROUPS] = {0, 0, 0, 1, 1, 2, 2};

static void spread_groups(const struct stands *stands, const size_t *order, size_t n,
                          const uint32_t *group_of, unsigned n_threads,
                          struct th_estimate_uncertainty *ret_whole,
                          struct th_spread ret_nets[N_GROUPS])
{
    struct th_error err;
    struct th_estimate_rules *rules = NULL;
    struct th_estimate_spread *spread = NULL;
    struct th_methodology *methodology = shipped_document("moso-management/1.json");
    const struct th_estimate_groups groups = {N_GROUPS, within};
    assert_ok(th_estimate_rules_new(methodology, NULL, 0, &rules, &err), &err);
    assert_ok(th_estimate_spread_new(rules, FROM, TO, &groups, &spread, &err), &err);
    for (int year = TO; year >= FROM; year--) {
        for (size_t i = 0; i < n; i++) {
            size_t k = order[i];
            assert_ok(
                th_estimate_spread_add(spread, year, &stands->parcels[k], &group_of[k], 1, &err),
                &err);
        }
    }
    assert_ok(th_estimate_spread_finish(spread, n_threads, ret_whole, ret_nets, &err), &err);
    th_estimate_spread_free(spread);
    th_estimate_rules_free(rules);
    th_methodology_free(methodology);
}

static void groups__of_the_whole_are_those_that_are_estimated_alone(void **state)
{
    (void)state;
    static struct stands stands;
    uint32_t group_of[N_STANDS];
    size_t forward[N_STANDS];
    size_t shuffled[N_STANDS];
    make_stands(&stands, 10, 2.0, 1.5, grown);
    for (size_t i = 0; i < N_STANDS; i++) {
        group_of[i] = FIRST_VILLAGE + (uint32_t)(i % 7 % 4);
        forward[i] = i;
        shuffled[i] = (i * 7 + 3) % N_STANDS; // 7 and 400 have no divisor in common
    }
    struct th_estimate_uncertainty whole;
    struct th_estimate_uncertainty again;
    struct th_spread nets[N_GROUPS];
    struct th_spread nets_again[N_GROUPS];
    spread_groups(&stands, forward, N_STANDS, group_of, 1, &whole, nets);
    spread_groups(&stands, shuffled, N_STANDS, group_of, 2, &again, nets_again);
    assert_memory_equal(nets, nets_again, sizeof(nets));
    assert_memory_equal(&whole.net, &nets[0], sizeof(whole.net));
    assert_true(whole.propagated == again.propagated);
    // Without groups the whole has the same bytes.
    const struct th_estimate_uncertainty alone = uncertainty_of_stands(&stands, N_STANDS);
    assert_memory_equal(&alone.net, &whole.net, sizeof(whole.net));
    // A village is what it would be by itself, a county what its villages are together.
    struct th_estimate_parcel own[N_STANDS];
    for (uint32_t group = 1; group < N_GROUPS; group++) {
        size_t n = 0;
        for (size_t i = 0; i < N_STANDS; i++) {
            if (group_of[i] == group || within[group_of[i]] == group) {
                own[n++] = stands.parcels[i];
            }
        }
        struct th_methodology *methodology = shipped_document("moso-management/1.json");
        const struct th_estimate_uncertainty want = uncertainty_of(methodology, own, n, 1);
        assert_memory_equal(&nets[group], &want.net, sizeof(want.net));
        th_methodology_free(methodology);
    }
}

// Means add up to a rounding; half-widths do not, but for factors that all share: never more than
// the sum, never less than the largest.
static void groups__add_up_draw_by_draw(void **state)
{
    (void)state;
    static struct stands stands;
    uint32_t group_of[N_STANDS];
    size_t forward[N_STANDS];
    make_stands(&stands, 4, 8.0, 6.0, grown);
    for (size_t i = 0; i < N_STANDS; i++) {
        group_of[i] = FIRST_VILLAGE + (uint32_t)(i % 4); // a stratum is a village
        forward[i] = i;
    }
    struct th_estimate_uncertainty whole;
    struct th_spread nets[N_GROUPS];
    spread_groups(&stands, forward, N_STANDS, group_of, 1, &whole, nets);
    double mean = 0;
    double widths = 0;
    for (size_t group = FIRST_VILLAGE; group < N_GROUPS; group++) {
        mean += nets[group].mean;
        widths += nets[group].half_width;
    }
    assert_close(mean, whole.net.mean, 1e-9 * whole.net.mean);
    // Each village has 50 % of its own, half of that remains of four; the factors stay.
    double factors = relative_variance_of_factors();
    double village = sqrt(1.25 * (1 + factors) - 1);
    double all = sqrt((1 + 0.25 / 4) * (1 + factors) - 1);
    assert_close(whole.net.half_width / widths, all / village, 0.03);
}

// --- Propagation of errors -----------------------------------------------------------------------

// One normal factor: both are ± 75 %, the draws within 0.97 % of it (above).
static void propagation__of_one_normal_factor_is_what_is_drawn(void **state)
{
    (void)state;
    static struct th_estimate_parcel parcels[N_PARCELS];
    struct th_methodology *methodology = shipped_document("orchard-account/1.json");
    make_parcels(parcels, N_PARCELS, false);
    const struct th_estimate_uncertainty all = uncertainty_of(methodology, parcels, N_PARCELS, 1);
    int64_t mu_cent = 0;
    for (size_t i = 0; i < N_PARCELS; i++) {
        mu_cent += 5000 + (int64_t)(i * i % 7919);
    }
    // 2.1 t C/ha/yr × 11/3 / 15 = 0.51333 t CO2 a mu, three years.
    double net = (double)mu_cent / 100 * 2.1 * 11 / 3 / 15 * 1000 * 3;
    assert_close(all.propagated, 0.75 * net, 1e-9 * net);
    assert_close(all.net.half_width, all.propagated, 4 * 0.0097 * all.propagated);
    th_methodology_free(methodology);
}

// To the first order: (U/net)² = (U_plots / change)² + (U_R / (1 + R))² + (U_CF / CF)², each by its
// wider half, at 95 %, brought to the document's 90 %.
static void propagation__adds_factors_and_surveys_as_squares(void **state)
{
    (void)state;
    static struct stands stands;
    make_stands(&stands, 1, 2.0, 1.5, grown);
    const struct th_estimate_uncertainty all = uncertainty_of_stands(&stands, N_STANDS);
    double net = 5 * 1.33 * 0.47 * 44 / 12 * 1000 * N_STANDS * 100 / 15 * 3;
    double plots = z975 * 0.125;
    double roots = (0.5072 - 0.33) / 1.33;
    double carbon = 0.037 / 0.47;
    double relative95 = sqrt(plots * plots + roots * roots + carbon * carbon);
    double want = net * relative95 * 1.6448536269514722 / z975;
    assert_close(all.propagated, want, 1e-6 * want);
}

// Of a wide lognormal the draws give half of low … high, the propagation the wider side of it,
// which is more.
static void propagation__of_a_wide_lognormal_is_not_what_is_drawn(void **state)
{
    (void)state;
    struct th_methodology *methodology = wide_lognormal();
    static struct th_estimate_parcel parcels[N_PARCELS];
    make_parcels(parcels, 1, false);
    const struct th_estimate_uncertainty all = uncertainty_of(methodology, parcels, 1, 1);
    // 50 mu, three years; 77/150 t CO2e a mu. 90 % of the draws lie from 7^−q to 7^q times of it, q
    // the quotient of the normal distribution's quantiles.
    const double unit = 50 * 1000 * 3 * 77.0 / 150;
    double quotient = 1.6448536269514722 / z975;
    double top = pow(7, quotient);
    double drawn = unit * (top - 1 / top) / 2;
    double propagated = unit * (7 - 1) * quotient;
    assert_close(all.propagated, propagated, 1e-9 * propagated);
    // The upper quantile decides: √(0.05 · 0.95 / 10,000) / density, the density of the lognormal
    // there being φ(1.645) / (top · σ).
    double scale = log(7 * 7) / 2 / z975;
    double error = unit * sqrt(0.05 * 0.95 / 10000) * top * scale / 0.10314 / 2;
    assert_close(all.net.half_width, drawn, 4.5 * error);
    assert_true(all.propagated - all.net.half_width > 4.5 * error);
    th_methodology_free(methodology);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uncertainty__of_one_factor_is_the_analytic_one),
        cmocka_unit_test(uncertainty__does_not_depend_on_threads_or_order),
        cmocka_unit_test(uncertainty__is_not_stated_without_an_interval),
        cmocka_unit_test(uncertainty__of_one_stratum_does_not_shrink_with_parcels),
        cmocka_unit_test(uncertainty__of_many_strata_falls_with_their_root),
        cmocka_unit_test(uncertainty__of_a_loss_has_the_roots_of_a_loss),
        cmocka_unit_test(uncertainty__of_nothing_grown_is_not_nothing),
        cmocka_unit_test(deduction__is_the_rule_of_the_figures_that_are_shown),
        cmocka_unit_test(deduction__of_a_wide_lognormal_is_not_thinned_by_its_mean),
        cmocka_unit_test(groups__of_the_whole_are_those_that_are_estimated_alone),
        cmocka_unit_test(groups__add_up_draw_by_draw),
        cmocka_unit_test(propagation__of_one_normal_factor_is_what_is_drawn),
        cmocka_unit_test(propagation__adds_factors_and_surveys_as_squares),
        cmocka_unit_test(propagation__of_a_wide_lognormal_is_not_what_is_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
