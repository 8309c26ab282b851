// From kilograms to units: known vintages, and properties over pseudo-random packages.
#include <stdlib.h>

#include "methodology/issuance.h"
#include "tests/support/support.h"

static const struct th_ratio no_buffer = {0, 1};

static struct th_issuance_entry entry(int year, int64_t parcel_id, int64_t kg)
{
    return (struct th_issuance_entry){parcel_id, year, th_carbon_from_kg(kg)};
}

static struct th_issuance_plan plan(const struct th_issuance_entry *entries, size_t n,
                                    struct th_ratio buffer_ratio)
{
    struct th_error err;
    struct th_issuance_plan result = {0};
    assert_ok(th_issuance_plan(entries, n, NULL, 0, buffer_ratio, &result, &err), &err);
    return result;
}

static void assert_vintage(const struct th_issuance_vintage *vintage, int year, int64_t in_kg,
                           int64_t net_kg, int64_t issued_t, int64_t out_kg)
{
    assert_int_equal(vintage->year, year);
    assert_int_equal(th_carbon_kg(vintage->carried_in), in_kg);
    assert_int_equal(th_carbon_kg(vintage->net), net_kg);
    assert_int_equal(th_units_t(vintage->issued), issued_t);
    assert_int_equal(th_carbon_kg(vintage->carried_out), out_kg);
}

static void assert_segment(const struct th_issuance_vintage *vintage, size_t index,
                           int64_t parcel_id, int year, int64_t first_kg, int64_t mass_kg)
{
    assert_true(index < vintage->n_segments);
    assert_int_equal(vintage->segments[index].parcel_id, parcel_id);
    assert_int_equal(vintage->segments[index].year, year);
    assert_int_equal(th_carbon_kg(vintage->segments[index].first), first_kg);
    assert_int_equal(th_carbon_kg(vintage->segments[index].mass), mass_kg);
}

// 836.55 t a year: floors of 836.55, 1,673.10 and 2,509.65.
static void plan__years_sum_to_the_floor_of_the_whole(void **state)
{
    (void)state;
    struct th_issuance_entry entries[] = {entry(2019, 4, 836550), entry(2020, 4, 836550),
                                          entry(2021, 4, 836550)};
    struct th_issuance_plan result = plan(entries, 3, no_buffer);
    assert_int_equal(result.n_vintages, 3);
    assert_vintage(&result.vintages[0], 2019, 0, 836550, 836, 550);
    assert_vintage(&result.vintages[1], 2020, 550, 836550, 837, 100);
    assert_vintage(&result.vintages[2], 2021, 100, 836550, 836, 650);
    th_issuance_plan_clear(&result);
    assert_null(result.vintages);
}

static void plan__carried_kilograms_keep_parcel_and_year(void **state)
{
    (void)state;
    // 2020: 1,300 kg of 1, then 900 kg of 2; two tonnes leave the last 200 kg, which are of 2.
    // 2021: 500 kg on top are not a tonne; 2022 opens with both rests.
    struct th_issuance_entry entries[] = {entry(2020, 1, 1300), entry(2020, 2, 900),
                                          entry(2021, 1, 500), entry(2022, 2, 400)};
    struct th_issuance_plan result = plan(entries, 4, no_buffer);
    assert_vintage(&result.vintages[0], 2020, 0, 2200, 2, 200);
    assert_vintage(&result.vintages[1], 2021, 200, 500, 0, 700);
    assert_vintage(&result.vintages[2], 2022, 700, 400, 1, 100);
    assert_int_equal(result.vintages[0].n_segments, 2);
    assert_segment(&result.vintages[0], 0, 1, 2020, 0, 1300);
    assert_segment(&result.vintages[0], 1, 2, 2020, 1300, 900);
    assert_int_equal(result.vintages[1].n_segments, 2);
    assert_segment(&result.vintages[1], 0, 2, 2020, 0, 200);
    assert_segment(&result.vintages[1], 1, 1, 2021, 200, 500);
    assert_int_equal(result.vintages[2].n_segments, 3);
    assert_segment(&result.vintages[2], 0, 2, 2020, 0, 200);
    assert_segment(&result.vintages[2], 1, 1, 2021, 200, 500);
    assert_segment(&result.vintages[2], 2, 2, 2022, 700, 400);
    th_issuance_plan_clear(&result);
}

static void plan__positive_parcels_bear_the_negative_ones(void **state)
{
    (void)state;
    // 6,000 + 3,000 − 1,000 = 8,000: 6,000 × 8/9 = 5,333.3, 3,000 × 8/9 = 2,666.7.
    struct th_issuance_entry entries[] = {entry(2020, 1, 6000), entry(2020, 2, -1000),
                                          entry(2020, 3, 3000), entry(2020, 5, 0)};
    struct th_issuance_plan result = plan(entries, 4, no_buffer);
    assert_vintage(&result.vintages[0], 2020, 0, 8000, 8, 0);
    assert_int_equal(result.vintages[0].n_segments, 2);
    assert_segment(&result.vintages[0], 0, 1, 2020, 0, 5333);
    assert_segment(&result.vintages[0], 1, 3, 2020, 5333, 2667);
    th_issuance_plan_clear(&result);
}

static void plan__a_negative_year_is_a_debt_of_the_next(void **state)
{
    (void)state;
    struct th_issuance_entry entries[] = {entry(2020, 1, -1500), entry(2021, 1, 1000),
                                          entry(2022, 1, 3000), entry(2022, 2, 1000)};
    struct th_issuance_plan result = plan(entries, 4, no_buffer);
    assert_vintage(&result.vintages[0], 2020, 0, -1500, 0, -1500);
    assert_vintage(&result.vintages[1], 2021, -1500, 1000, 0, -500);
    assert_vintage(&result.vintages[2], 2022, -500, 4000, 3, 500);
    assert_int_equal(result.vintages[0].n_segments, 0);
    assert_int_equal(result.vintages[1].n_segments, 0);
    assert_segment(&result.vintages[2], 0, 1, 2022, 0, 2625); // 3,500 × 3/4
    assert_segment(&result.vintages[2], 1, 2, 2022, 2625, 875);
    th_issuance_plan_clear(&result);
}

static void plan__a_small_negative_year_eats_into_the_carried_kilograms(void **state)
{
    (void)state;
    struct th_issuance_entry entries[] = {entry(2020, 1, 1650), entry(2021, 1, 100),
                                          entry(2021, 2, -300)};
    struct th_issuance_plan result = plan(entries, 3, no_buffer);
    assert_vintage(&result.vintages[1], 2021, 650, -200, 0, 450);
    assert_int_equal(result.vintages[1].n_segments, 1);
    assert_segment(&result.vintages[1], 0, 1, 2020, 0, 450);
    th_issuance_plan_clear(&result);
}

static void plan__buffer_is_rounded_up(void **state)
{
    (void)state;
    static const struct {
        struct th_ratio ratio;
        int64_t kg, buffer_t;
    } cases[] = {{{1, 10}, 836550, 84},  {{1, 10}, 840000, 84}, {{1, 10}, 999, 0},
                 {{1, 10}, 1000, 1},     {{1, 1}, 7000, 7},     {{0, 1}, 7000, 0},
                 {{1, 1000000}, 7000, 1}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_issuance_entry one = entry(2020, 1, cases[i].kg);
        struct th_issuance_plan result = plan(&one, 1, cases[i].ratio);
        assert_int_equal(th_units_t(result.vintages[0].buffer), cases[i].buffer_t);
        th_issuance_plan_clear(&result);
    }
}

static void plan__without_entries_is_empty(void **state)
{
    (void)state;
    struct th_issuance_plan result = plan(NULL, 0, no_buffer);
    assert_int_equal(result.n_vintages, 0);
    th_issuance_plan_clear(&result);
    th_issuance_plan_clear(NULL);
}

static void plan__disorder_and_bad_ratios_are_refused(void **state)
{
    (void)state;
    struct th_issuance_entry years[] = {entry(2021, 1, 5), entry(2020, 2, 5)};
    struct th_issuance_entry parcels[] = {entry(2020, 2, 5), entry(2020, 1, 5)};
    struct th_issuance_entry twice[] = {entry(2020, 1, 5), entry(2020, 1, 5)};
    struct th_issuance_entry large[] = {entry(2020, 1, INT64_MAX), entry(2020, 2, 1)};
    const struct {
        const struct th_issuance_entry *entries;
        struct th_ratio ratio;
        enum th_status status;
        const char *key;
    } cases[] = {{years, {0, 1}, TH_INVALID, "issuance_order"},
                 {parcels, {0, 1}, TH_INVALID, "issuance_order"},
                 {twice, {0, 1}, TH_INVALID, "issuance_order"},
                 {large, {0, 1}, TH_OVERFLOW, NULL},
                 {large, {-1, 10}, TH_INVALID, "issuance_buffer"},
                 {large, {11, 10}, TH_INVALID, "issuance_buffer"},
                 {large, {1, 0}, TH_INVALID, "issuance_buffer"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_error err = {0};
        struct th_issuance_plan result = {.n_vintages = 99};
        assert_int_equal(
            th_issuance_plan(cases[i].entries, 2, NULL, 0, cases[i].ratio, &result, &err),
            cases[i].status);
        assert_int_equal(result.n_vintages, 99);
        if (cases[i].key) {
            assert_string_equal(err.key, cases[i].key);
        }
    }
}

// xorshift64*, so that a failure can be repeated from its seed.
static uint64_t next(uint64_t *seed)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return *seed * UINT64_C(2685821657736338717);
}

static size_t random_entries(uint64_t *seed, bool with_negatives, struct th_issuance_entry *entries)
{
    static const int64_t sizes[] = {3, 1500, 90000, 4000000};
    size_t n = 0;
    int n_years = 1 + (int)(next(seed) % 6);
    int64_t size = sizes[next(seed) % 4];
    for (int year = 0; year < n_years; year++) {
        int64_t parcel_id = 0;
        for (uint64_t k = 1 + next(seed) % 9; k > 0; k--) {
            parcel_id += 1 + (int64_t)(next(seed) % 3);
            int64_t kg = (int64_t)(next(seed) % (uint64_t)(size + 1));
            if (with_negatives && next(seed) % 3 == 0) {
                kg = -kg;
            }
            entries[n++] = entry(2000 + year, parcel_id, kg);
        }
    }
    return n;
}

// What the line of a vintage holds of one parcel and year.
static int64_t segments_kg(const struct th_issuance_vintage *vintage, int64_t parcel_id, int year)
{
    int64_t kg = 0;
    for (size_t i = 0; i < vintage->n_segments; i++) {
        const struct th_issuance_segment *segment = &vintage->segments[i];
        if (segment->parcel_id == parcel_id && segment->year == year) {
            kg += th_carbon_kg(segment->mass);
        }
    }
    return kg;
}

static void check_line(const struct th_issuance_vintage *vintage)
{
    int64_t total_kg = th_carbon_kg(vintage->carried_in) + th_carbon_kg(vintage->net);
    int64_t at_kg = 0;
    for (size_t i = 0; i < vintage->n_segments; i++) {
        assert_int_equal(th_carbon_kg(vintage->segments[i].first), at_kg);
        assert_true(th_carbon_kg(vintage->segments[i].mass) > 0);
        assert_true(vintage->segments[i].year <= vintage->year);
        at_kg += th_carbon_kg(vintage->segments[i].mass);
    }
    assert_int_equal(at_kg, total_kg > 0 ? total_kg : 0);
    assert_int_equal(th_units_t(vintage->issued), total_kg > 0 ? total_kg / 1000 : 0);
    assert_int_equal(th_carbon_kg(vintage->carried_out),
                     total_kg - 1000 * th_units_t(vintage->issued));
    // 15 %: 20 × buffer is at least 3 × issued, and a unit less would not be.
    int64_t issued_t = th_units_t(vintage->issued);
    int64_t buffer_t = th_units_t(vintage->buffer);
    assert_true(20 * buffer_t >= 3 * issued_t);
    assert_true(buffer_t == 0 || 20 * (buffer_t - 1) < 3 * issued_t);
}

static void check_plan(const struct th_issuance_plan *result,
                       const struct th_issuance_entry *entries, size_t n, bool with_negatives)
{
    int64_t net_kg = 0;
    int64_t issued_t = 0;
    int64_t carried_kg = 0;
    size_t at = 0;
    for (size_t v = 0; v < result->n_vintages; v++) {
        const struct th_issuance_vintage *vintage = &result->vintages[v];
        assert_int_equal(vintage->year, entries[at].year);
        assert_int_equal(th_carbon_kg(vintage->carried_in), carried_kg);
        for (; at < n && entries[at].year == vintage->year; at++) {
            int64_t kg = th_carbon_kg(entries[at].net);
            int64_t on_line_kg = segments_kg(vintage, entries[at].parcel_id, vintage->year);
            net_kg += kg;
            // A parcel never gives more than it has, and without negatives all of it.
            assert_true(on_line_kg <= (kg > 0 ? kg : 0));
            assert_true(with_negatives || on_line_kg == kg);
        }
        check_line(vintage);
        issued_t += th_units_t(vintage->issued);
        carried_kg = th_carbon_kg(vintage->carried_out);
        assert_int_equal(1000 * issued_t + carried_kg, net_kg);
        assert_true(with_negatives || issued_t == net_kg / 1000);
        if (v + 1 < result->n_vintages && carried_kg > 0 && !with_negatives) {
            // The next line opens with the very kilograms that this one left.
            const struct th_issuance_vintage *following = &result->vintages[v + 1];
            for (size_t i = 0; i < vintage->n_segments; i++) {
                const struct th_issuance_segment *segment = &vintage->segments[i];
                int64_t end_kg = th_carbon_kg(segment->first) + th_carbon_kg(segment->mass);
                int64_t rest_kg = end_kg - 1000 * th_units_t(vintage->issued);
                int64_t mass_kg = th_carbon_kg(segment->mass);
                rest_kg = rest_kg < 0 ? 0 : rest_kg > mass_kg ? mass_kg : rest_kg;
                assert_int_equal(segments_kg(following, segment->parcel_id, segment->year),
                                 rest_kg);
            }
        }
    }
    assert_int_equal(at, n);
}

static void plan__properties_hold_for_random_packages(void **state)
{
    (void)state;
    uint64_t seed = UINT64_C(0x9e3779b97f4a7c15);
    int n_debts = 0;
    int n_carried = 0;
    for (int round = 0; round < 4000; round++) {
        struct th_issuance_entry entries[64];
        bool with_negatives = round % 2 == 1;
        size_t n = random_entries(&seed, with_negatives, entries);
        struct th_issuance_plan result = plan(entries, n, (struct th_ratio){3, 20});
        check_plan(&result, entries, n, with_negatives);
        for (size_t v = 0; v < result.n_vintages; v++) {
            n_debts += th_carbon_kg(result.vintages[v].carried_out) < 0 ? 1 : 0;
            n_carried += th_carbon_kg(result.vintages[v].carried_in) > 0 ? 1 : 0;
        }
        th_issuance_plan_clear(&result);
    }
    assert_true(n_debts > 100); // the generator reaches what is tested
    assert_true(n_carried > 1000);
}

static struct th_issuance_debt debt(int64_t parcel_id, int64_t kg)
{
    return (struct th_issuance_debt){parcel_id, th_carbon_from_kg(kg)};
}

static struct th_issuance_plan plan_owing(const struct th_issuance_entry *entries, size_t n,
                                          const struct th_issuance_debt *debts, size_t n_debts)
{
    struct th_error err;
    struct th_issuance_plan result = {0};
    assert_ok(th_issuance_plan(entries, n, debts, n_debts, no_buffer, &result, &err), &err);
    return result;
}

// 30 t owed: 50.3 t bring 20 t, the next year all of its own.
static void plan__what_is_owed_is_paid_before_anything_is_issued(void **state)
{
    (void)state;
    const struct th_issuance_entry entries[] = {entry(2025, 7, 50300), entry(2026, 7, 5000)};
    const struct th_issuance_debt debts[] = {debt(7, 30000)};
    struct th_issuance_plan result = plan_owing(entries, 2, debts, 1);
    assert_vintage(&result.vintages[0], 2025, -30000, 50300, 20, 300);
    assert_vintage(&result.vintages[1], 2026, 300, 5000, 5, 300);
    assert_int_equal(result.n_debts, 0);
    th_issuance_plan_clear(&result);
}

// Credited 100 and 50 t; the second loses 80 while the first gains 10: 70 t are owed, by the
// second.
static void plan__what_is_owed_in_the_end_lies_with_those_that_lost_it(void **state)
{
    (void)state;
    const struct th_issuance_entry entries[] = {entry(2021, 1, 100000), entry(2021, 2, 50000),
                                                entry(2022, 1, 10000), entry(2022, 2, -80000)};
    struct th_issuance_plan result = plan_owing(entries, 4, NULL, 0);
    assert_vintage(&result.vintages[1], 2022, 0, -70000, 0, -70000);
    assert_int_equal(result.n_debts, 1);
    assert_int_equal(result.debts[0].parcel_id, 2);
    assert_int_equal(th_carbon_kg(result.debts[0].owed), 70000);
    th_issuance_plan_clear(&result);
}

// Nothing was ever credited: what fell is owed all the same, so that its return is not a rise.
static void plan__a_package_that_only_fell_owes_its_fall(void **state)
{
    (void)state;
    const struct th_issuance_entry entries[] = {entry(2023, 1, -4000), entry(2023, 2, -1001)};
    const struct th_issuance_debt debts[] = {debt(2, 500)};
    struct th_issuance_plan result = plan_owing(entries, 2, debts, 1);
    assert_vintage(&result.vintages[0], 2023, -500, -5001, 0, -5501);
    assert_int_equal(result.n_debts, 2);
    assert_int_equal(th_carbon_kg(result.debts[0].owed), 4000);
    assert_int_equal(th_carbon_kg(result.debts[1].owed), 1501);
    th_issuance_plan_clear(&result);
}

static void plan__debts_of_others_or_in_disorder_are_refused(void **state)
{
    (void)state;
    const struct th_issuance_entry entries[] = {entry(2021, 1, 10), entry(2021, 4, 10),
                                                entry(2022, 2, 10)};
    const struct th_issuance_debt cases[][2] = {{debt(2, 5), debt(4, 5)},
                                                {debt(1, 5), debt(9, 5)},
                                                {debt(4, 5), debt(1, 5)},
                                                {debt(1, 5), debt(1, 5)},
                                                {debt(1, 5), debt(4, -1)}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_error err;
        struct th_issuance_plan result = {.n_vintages = 99};
        assert_int_equal(th_issuance_plan(entries, 3, cases[i], 2, no_buffer, &result, &err),
                         TH_INVALID);
        assert_string_equal(err.key, "issuance_order");
        assert_int_equal(result.n_vintages, 99);
    }
}

enum { CHAIN_PARCELS = 5 };

struct chain { // packages one after the other; by parcel
    int64_t net_kg[CHAIN_PARCELS], credited_kg[CHAIN_PARCELS], owed_kg[CHAIN_PARCELS];
    int64_t rest_kg; // left over at the end of packages, never issued
    int year;
};

// Some of the parcels over one to three years; they rise and fall, and bring what they owe.
static void chain_package(struct chain *chain, uint64_t *seed, uint64_t members)
{
    struct th_issuance_entry entries[3 * CHAIN_PARCELS];
    struct th_issuance_debt debts[CHAIN_PARCELS];
    size_t n = 0;
    size_t n_debts = 0;
    for (int years = 1 + (int)(next(seed) % 3); years > 0; years--) {
        chain->year++;
        for (int p = 0; p < CHAIN_PARCELS; p++) {
            if (members >> p & 1) {
                int64_t kg = (int64_t)(next(seed) % 60000) - 25000;
                entries[n++] = entry(chain->year, p, kg);
                chain->net_kg[p] += kg;
            }
        }
    }
    for (int p = 0; p < CHAIN_PARCELS; p++) {
        if ((members >> p & 1) && chain->owed_kg[p] > 0) {
            debts[n_debts++] = debt(p, chain->owed_kg[p]);
            chain->owed_kg[p] = 0;
        }
    }
    struct th_issuance_plan result = plan_owing(entries, n, debts, n_debts);
    for (size_t v = 0; v < result.n_vintages; v++) {
        const struct th_issuance_vintage *vintage = &result.vintages[v];
        int64_t issued_kg = 1000 * th_units_t(vintage->issued);
        for (size_t i = 0; i < vintage->n_segments; i++) {
            int64_t from_kg = th_carbon_kg(vintage->segments[i].first);
            int64_t to_kg = from_kg + th_carbon_kg(vintage->segments[i].mass);
            to_kg = to_kg < issued_kg ? to_kg : issued_kg;
            chain->credited_kg[vintage->segments[i].parcel_id] +=
                to_kg > from_kg ? to_kg - from_kg : 0;
        }
    }
    int64_t rest_kg = th_carbon_kg(result.vintages[result.n_vintages - 1].carried_out);
    int64_t owed_kg = 0;
    for (size_t i = 0; i < result.n_debts; i++) {
        chain->owed_kg[result.debts[i].parcel_id] = th_carbon_kg(result.debts[i].owed);
        owed_kg += th_carbon_kg(result.debts[i].owed);
    }
    assert_int_equal(owed_kg, rest_kg < 0 ? -rest_kg : 0);
    chain->rest_kg += rest_kg > 0 ? rest_kg : 0;
    th_issuance_plan_clear(&result);
}

// However parcels come together in packages: what was credited and what was left over is what they
// grew and what they owe, to the kilogram. Of a parcel that is always alone, this holds by itself.
static void plan__over_all_packages_no_more_is_credited_than_grew(void **state)
{
    (void)state;
    uint64_t seed = UINT64_C(0x243f6a8885a308d3);
    int n_paid = 0;
    for (int round = 0; round < 2000; round++) {
        struct chain chain = {.year = 2000};
        bool alone = round % 2 == 0;
        for (int package = 0; package < 12; package++) {
            int64_t owed_before = chain.owed_kg[0];
            chain_package(&chain, &seed, alone ? 1 : 1 + next(&seed) % 31);
            n_paid += owed_before > 0 && chain.owed_kg[0] == 0 ? 1 : 0;
            int64_t net_kg = 0;
            int64_t credited_kg = 0;
            int64_t owed_kg = 0;
            for (int p = 0; p < CHAIN_PARCELS; p++) {
                net_kg += chain.net_kg[p];
                credited_kg += chain.credited_kg[p];
                owed_kg += chain.owed_kg[p];
            }
            assert_int_equal(credited_kg + chain.rest_kg, net_kg + owed_kg);
            assert_int_equal(credited_kg % 1000, 0);
        }
    }
    assert_true(n_paid > 1000); // the generator reaches what is tested
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plan__years_sum_to_the_floor_of_the_whole),
        cmocka_unit_test(plan__carried_kilograms_keep_parcel_and_year),
        cmocka_unit_test(plan__positive_parcels_bear_the_negative_ones),
        cmocka_unit_test(plan__a_negative_year_is_a_debt_of_the_next),
        cmocka_unit_test(plan__a_small_negative_year_eats_into_the_carried_kilograms),
        cmocka_unit_test(plan__buffer_is_rounded_up),
        cmocka_unit_test(plan__without_entries_is_empty),
        cmocka_unit_test(plan__disorder_and_bad_ratios_are_refused),
        cmocka_unit_test(plan__properties_hold_for_random_packages),
        cmocka_unit_test(plan__what_is_owed_is_paid_before_anything_is_issued),
        cmocka_unit_test(plan__what_is_owed_in_the_end_lies_with_those_that_lost_it),
        cmocka_unit_test(plan__a_package_that_only_fell_owes_its_fall),
        cmocka_unit_test(plan__debts_of_others_or_in_disorder_are_refused),
        cmocka_unit_test(plan__over_all_packages_no_more_is_credited_than_grew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
