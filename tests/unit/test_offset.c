#include "gis/offset.h"

#include <math.h>

#include "tests/support/map_shift.h"
#include "tests/support/support.h"

enum { ROUND_TRIPS = 1000000, COMPARED = 20000 };

static double random_between(uint64_t *state, double low, double high)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return low + (high - low) * (double)(*state >> 11) / 9007199254740992.0;
}

static struct th_xy random_in_china(uint64_t *state)
{
    double lon = random_between(state, 73.5, 135.1);
    return (struct th_xy){lon, random_between(state, 3.8, 53.6)};
}

// Pairs that libraries of several languages publish as examples of these mappings.
static void gcj02__published_examples(void **state)
{
    (void)state;
    static const struct {
        struct th_xy from, to;
    } PAIRS[] = {
        {{121.5272106, 31.1774276}, {121.531541859215, 31.17530398364597}},
        {{113.912316, 22.543847}, {113.9171764808363, 22.540796131694766}},
        {{116.377817, 39.911954}, {116.38404722455657, 39.91334545536069}},
        {{116.404, 39.915}, {116.41024449916938, 39.91640428150164}},
    };
    for (size_t i = 0; i < sizeof(PAIRS) / sizeof(PAIRS[0]); i++) {
        struct th_xy to = th_offset_to_gcj02(PAIRS[i].from);
        assert_close(to.x, PAIRS[i].to.x, 1e-11);
        assert_close(to.y, PAIRS[i].to.y, 1e-11);
        struct th_xy back = th_offset_from_gcj02(PAIRS[i].to);
        assert_close(back.x, PAIRS[i].from.x, 1e-11);
        assert_close(back.y, PAIRS[i].from.y, 1e-11);
    }
}

static void bd09__published_example(void **state)
{
    (void)state;
    struct th_xy to = th_offset_to_bd09((struct th_xy){116.404, 39.915});
    assert_close(to.x, 116.41036949371029, 1e-11);
    assert_close(to.y, 39.92133699351021, 1e-11);
    struct th_xy back = th_offset_from_bd09((struct th_xy){116.41036949371029, 39.92133699351021});
    assert_close(back.x, 116.404, 1e-11);
    assert_close(back.y, 39.915, 1e-11);
}

static void both__agree_with_the_same_formulas_in_long_double(void **state)
{
    (void)state;
    const size_t n_rounds = th_test_rounds(COMPARED);
    uint64_t seed = 20240601;
    for (size_t i = 0; i < n_rounds; i++) {
        struct th_xy at = random_in_china(&seed);
        const struct th_test_place place = {(long double)at.x, (long double)at.y};
        struct th_test_place want = th_test_gcj02(place);
        struct th_xy gcj02 = th_offset_to_gcj02(at);
        assert_close(gcj02.x, (double)want.lon, 1e-12);
        assert_close(gcj02.y, (double)want.lat, 1e-12);
        want = th_test_bd09(place);
        struct th_xy bd09 = th_offset_to_bd09(at);
        assert_close(bd09.x, (double)want.lon, 1e-12);
        assert_close(bd09.y, (double)want.lat, 1e-12);
    }
}

static double apart(struct th_xy a, struct th_xy b)
{
    return fmax(fabs(a.x - b.x), fabs(a.y - b.y));
}

static void inverses__return_within_a_billionth_of_a_degree(void **state)
{
    (void)state;
    uint64_t seed = 88172645463325252;
    double worst[4] = {0};
    const size_t n_rounds = th_test_rounds(ROUND_TRIPS);
    for (size_t i = 0; i < n_rounds; i++) {
        struct th_xy at = random_in_china(&seed);
        struct th_xy gcj02 = th_offset_to_gcj02(at);
        struct th_xy bd09 = th_offset_to_bd09(gcj02);
        worst[0] = fmax(worst[0], apart(th_offset_from_gcj02(gcj02), at));
        worst[1] = fmax(worst[1], apart(th_offset_from_gcj02(th_offset_from_bd09(bd09)), at));
        // The other way: what is taken off can be put on again.
        worst[2] = fmax(worst[2], apart(th_offset_to_gcj02(th_offset_from_gcj02(at)), at));
        worst[3] = fmax(worst[3], apart(th_offset_to_bd09(th_offset_from_bd09(at)), at));
    }
    for (int i = 0; i < 4; i++) {
        print_message("  worst of %zu: %.3g degrees\n", n_rounds, worst[i]);
        assert_true(worst[i] <= 1e-9);
    }
}

// Where sqrt|x| is steepest and the iteration slowest.
static void inverse__also_settles_on_the_meridian_of_105_degrees(void **state)
{
    (void)state;
    static const double beside[] = {0, 1e-13, -1e-13, 1e-12, 1e-11, -1e-10, 1e-9, 1e-6};
    for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++) {
        struct th_xy at = {105 + beside[i], 31.5};
        assert_true(apart(th_offset_from_gcj02(th_offset_to_gcj02(at)), at) <= 1e-9);
    }
}

static void outside__nothing_is_shifted(void **state)
{
    (void)state;
    static const struct th_xy OUTSIDE[] = {{13.4, 52.5}, {-120, 35},  {72, 30},
                                           {137.9, 40},  {110, 55.9}, {110, 0.5}};
    for (size_t i = 0; i < sizeof(OUTSIDE) / sizeof(OUTSIDE[0]); i++) {
        assert_false(th_offset_applies(OUTSIDE[i]));
        assert_true(apart(th_offset_to_gcj02(OUTSIDE[i]), OUTSIDE[i]) == 0);
        assert_true(apart(th_offset_to_bd09(OUTSIDE[i]), OUTSIDE[i]) == 0);
        assert_true(apart(th_offset_from_gcj02(OUTSIDE[i]), OUTSIDE[i]) == 0);
        assert_true(apart(th_offset_from_bd09(OUTSIDE[i]), OUTSIDE[i]) == 0);
    }
    assert_true(th_offset_applies((struct th_xy){119.68, 30.63}));
}

// On the rim the shifted point may lie outside the box.
static void rim__inside_points_return(void **state)
{
    (void)state;
    uint64_t seed = 7;
    for (int i = 0; i < 10000; i++) {
        double along = random_between(&seed, 0.83, 55.82);
        struct th_xy at[] = {{random_between(&seed, 137.82, 137.8347), along},
                             {random_between(&seed, 72.004, 72.02), along},
                             {72 + along, random_between(&seed, 55.81, 55.8271)},
                             {73 + along, random_between(&seed, 0.8293, 0.84)}};
        for (size_t k = 0; k < 4; k++) {
            assert_true(apart(th_offset_from_gcj02(th_offset_to_gcj02(at[k])), at[k]) <= 1e-9);
            assert_true(apart(th_offset_from_bd09(th_offset_to_bd09(at[k])), at[k]) <= 1e-9);
        }
    }
}

// There the way back may end a last digit outside the box, where nothing would be taken off.
static void rim__points_on_the_very_edge_return(void **state)
{
    (void)state;
    static const double LONS[] = {72.004, 105, 119.68, 137.8347};
    static const double LATS[] = {0.8293, 30.63, 35, 55.8271};
    for (size_t i = 0; i < 4; i++) {
        for (size_t k = 0; k < 4; k++) {
            struct th_xy at = {LONS[i], LATS[k]};
            assert_true(th_offset_applies(at));
            assert_true(apart(th_offset_from_gcj02(th_offset_to_gcj02(at)), at) <= 1e-9);
            assert_true(apart(th_offset_from_bd09(th_offset_to_bd09(at)), at) <= 1e-9);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gcj02__published_examples),
        cmocka_unit_test(bd09__published_example),
        cmocka_unit_test(both__agree_with_the_same_formulas_in_long_double),
        cmocka_unit_test(inverses__return_within_a_billionth_of_a_degree),
        cmocka_unit_test(inverse__also_settles_on_the_meridian_of_105_degrees),
        cmocka_unit_test(outside__nothing_is_shifted),
        cmocka_unit_test(rim__inside_points_return),
        cmocka_unit_test(rim__points_on_the_very_edge_return),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
