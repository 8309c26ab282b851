// A run over several sales. What is expected comes from 128-bit arithmetic, from trying all ways,
// and from figures worked out by hand.
#include "trading/revenue/run_share.h"

#include <stdlib.h>
#include <string.h>

#include "methodology/random.h"
#include "tests/support/support.h"

__extension__ typedef unsigned __int128 uint128;

enum { SALES_MAX = 8 };

struct run {
    size_t n_sales;
    size_t n_takers;
    struct th_shared_sale sales[SALES_MAX];
};

static void run_clear(struct run *run)
{
    for (size_t s = 0; s < run->n_sales; s++) {
        free((void *)(uintptr_t)run->sales[s].takers);
        free((void *)(uintptr_t)run->sales[s].weights);
        free(run->sales[s].shares_fen);
    }
}

static void run_add(struct run *run, int64_t amount_fen, const uint64_t *weights)
{
    size_t n = run->n_takers;
    size_t *takers = calloc(n, sizeof(*takers));
    uint32_t *limbs = calloc(n * 2, sizeof(*limbs));
    int64_t *shares_fen = calloc(n, sizeof(*shares_fen));
    assert_true(takers && limbs && shares_fen && run->n_sales < SALES_MAX);
    for (size_t i = 0; i < n; i++) {
        takers[i] = i;
        limbs[i * 2] = (uint32_t)weights[i];
        limbs[i * 2 + 1] = (uint32_t)(weights[i] >> 32);
    }
    run->sales[run->n_sales++] =
        (struct th_shared_sale){amount_fen, n, takers, limbs, 2, shares_fen};
}

static uint64_t weight_of(const struct run *run, size_t s, size_t i)
{
    const uint32_t *weights = run->sales[s].weights;
    return (uint64_t)weights[i * 2 + 1] << 32 | weights[i * 2];
}

static uint64_t sum_of_weights(const struct run *run, size_t s)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < run->n_takers; i++) {
        sum += weight_of(run, s, i);
    }
    return sum;
}

static int64_t total_of(const struct run *run, size_t taker)
{
    int64_t sum = 0;
    for (size_t s = 0; s < run->n_sales; s++) {
        sum += run->sales[s].shares_fen[taker];
    }
    return sum;
}

static void share(struct run *run)
{
    struct th_error err;
    assert_ok(th_run_share(run->sales, run->n_sales, run->n_takers, &err), &err);
}

static uint64_t draw(uint32_t *at)
{
    const uint32_t counter[4] = {(*at)++, 0, 0, 0};
    const uint32_t key[2] = {20221231, 7};
    uint32_t words[4];
    th_random_philox(counter, key, words);
    return (uint64_t)words[0] << 32 | words[1];
}

static void run__of_the_anji_resale(void **state)
{
    struct run run = {.n_takers = 2};
    (void)state;
    run_add(&run, 4195800, (const uint64_t[]){2509, 4773});
    share(&run);
    assert_int_equal(total_of(&run, 0), 1445655); // 14,456.55
    assert_int_equal(total_of(&run, 1), 2750145); // 27,501.45
    run_clear(&run);
}

static void run__ties_go_to_the_first(void **state)
{
    struct run run = {.n_takers = 3};
    (void)state;
    run_add(&run, 5, (const uint64_t[]){5, 5, 5});
    share(&run);
    assert_int_equal(total_of(&run, 0), 2);
    assert_int_equal(total_of(&run, 1), 2);
    assert_int_equal(total_of(&run, 2), 1);
    run_clear(&run);
}

// Three sales of one fen over weights 3 : 2 : 2. Sale by sale the first would get all of it; of the
// run it is due 9/7, the others 6/7 each.
static void run__is_rounded_once_and_not_sale_by_sale(void **state)
{
    struct run run = {.n_takers = 3};
    (void)state;
    for (int i = 0; i < 3; i++) {
        run_add(&run, 1, (const uint64_t[]){3, 2, 2});
    }
    share(&run);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(total_of(&run, i), 1);
    }
    run_clear(&run);
}

// Half a fen each for 1 and 2 of the first sale and for 3 and 4 of the second: by the order of ties
// 1 and 2 would get both fen, one of them out of a sale in which they have no part.
static void run__no_fen_leaves_the_takers_of_its_sale(void **state)
{
    struct run run = {.n_takers = 4};
    (void)state;
    run_add(&run, 1, (const uint64_t[]){1, 1, 0, 0});
    run_add(&run, 1, (const uint64_t[]){0, 0, 1, 1});
    share(&run);
    assert_int_equal(run.sales[0].shares_fen[0], 1);
    assert_int_equal(run.sales[1].shares_fen[2], 1);
    assert_int_equal(total_of(&run, 1) + total_of(&run, 3), 0);
    run_clear(&run);
}

// 1 and 2 share the first sale of 1 fen, 1 and 3 the second: 1 is due one whole fen, and 2 and 3
// one half. Rounded sale by sale 1 would get both.
static void run__a_whole_fen_of_two_halves_is_neither_none_nor_two(void **state)
{
    struct run run = {.n_takers = 3};
    (void)state;
    run_add(&run, 1, (const uint64_t[]){1, 1, 0});
    run_add(&run, 1, (const uint64_t[]){1, 0, 1});
    share(&run);
    assert_int_equal(total_of(&run, 0), 1);
    assert_int_equal(total_of(&run, 1), 1);
    assert_int_equal(total_of(&run, 2), 0);
    run_clear(&run);
}

static void run__without_weights_is_refused_and_of_nothing_gives_nothing(void **state)
{
    struct run run = {.n_takers = 2};
    struct th_error err;
    (void)state;
    run_add(&run, 1, (const uint64_t[]){0, 0});
    run.sales[0].shares_fen[0] = 7;
    assert_status(th_run_share(run.sales, 1, 2, &err), TH_INVALID, &err);
    assert_string_equal(err.key, "weights_zero");
    assert_int_equal(run.sales[0].shares_fen[0], 7);
    run.sales[0].amount_fen = 0;
    share(&run);
    assert_int_equal(total_of(&run, 0), 0);
    assert_ok(th_run_share(NULL, 0, 0, &err), &err);
    run_clear(&run);
}

// Sums of weights up to 42 all divide this: exact sums are whole numbers over it.
static const uint64_t COMMON = UINT64_C(219060189739591200); // lcm(1 … 42)

static uint128 exact(const struct run *run, size_t s, size_t i)
{
    uint64_t sum = sum_of_weights(run, s);
    return sum == 0 ? 0
                    : (uint128)(uint64_t)run->sales[s].amount_fen * weight_of(run, s, i) *
                          (COMMON / sum);
}

static bool same_takers(const struct run *run, size_t s, size_t t)
{
    bool same = true;
    for (size_t i = 0; i < run->n_takers; i++) {
        same = same && (weight_of(run, s, i) != 0) == (weight_of(run, t, i) != 0);
    }
    return same;
}

// Every sale sums, no share is below 0 or without a weight, after each sale nobody is behind by a
// fen or ahead by two over the sales with the same takers, and in the end nobody is off by one.
static void check_bounds(const struct run *run)
{
    for (size_t s = 0; s < run->n_sales; s++) {
        int64_t sum_fen = 0;
        for (size_t i = 0; i < run->n_takers; i++) {
            uint128 due = 0;
            int64_t given_fen = 0;
            for (size_t t = 0; t <= s; t++) {
                if (same_takers(run, s, t)) {
                    due += exact(run, t, i);
                    given_fen += run->sales[t].shares_fen[i];
                }
            }
            assert_true(run->sales[s].shares_fen[i] >= 0);
            assert_true(weight_of(run, s, i) > 0 || run->sales[s].shares_fen[i] == 0);
            assert_true((uint128)(uint64_t)given_fen * COMMON < due + 2 * (uint128)COMMON);
            assert_true((uint128)(uint64_t)given_fen >= due / COMMON);
            sum_fen += run->sales[s].shares_fen[i];
        }
        assert_int_equal(sum_fen, run->sales[s].amount_fen);
    }
    for (size_t i = 0; i < run->n_takers; i++) {
        uint128 due = 0;
        uint128 given = (uint128)(uint64_t)total_of(run, i) * COMMON;
        for (size_t s = 0; s < run->n_sales; s++) {
            due += exact(run, s, i);
        }
        assert_true((due > given ? due - given : given - due) < COMMON);
    }
}

struct trial { // to give what sales with the same takers leave, in whole fen
    const struct run *run;
    size_t n_bundles;
    size_t firsts[SALES_MAX]; // a sale of each
    int64_t left[SALES_MAX];
    bool open[SALES_MAX][SALES_MAX]; // bundle, taker
};

// Can everybody from `taker` on get as many fen as he needs, one of a bundle?
static bool can_give(struct trial *trial, const int64_t *needs, size_t taker)
{
    if (taker == trial->run->n_takers) {
        return true;
    }
    for (unsigned choice = 0; choice < 1U << trial->n_bundles; choice++) {
        int64_t n = 0;
        bool possible = true;
        for (size_t b = 0; b < trial->n_bundles; b++) {
            bool chosen = (choice >> b & 1) != 0;
            n += chosen;
            possible = possible && (!chosen || (trial->open[b][taker] && trial->left[b] > 0));
        }
        if (!possible || n != needs[taker]) {
            continue;
        }
        for (size_t b = 0; b < trial->n_bundles; b++) {
            trial->left[b] -= (int64_t)(choice >> b & 1);
        }
        bool found = can_give(trial, needs, taker + 1);
        for (size_t b = 0; b < trial->n_bundles; b++) {
            trial->left[b] += (int64_t)(choice >> b & 1);
        }
        if (found) {
            return true;
        }
    }
    return false;
}

static void set_trial(const struct run *run, struct trial *trial)
{
    *trial = (struct trial){.run = run};
    for (size_t s = 0; s < run->n_sales; s++) {
        size_t b = 0;
        while (b < trial->n_bundles && !same_takers(run, s, trial->firsts[b])) {
            b++;
        }
        if (b == trial->n_bundles) {
            trial->firsts[trial->n_bundles++] = s;
        }
        trial->left[b] += run->sales[s].amount_fen;
    }
    for (size_t b = 0; b < trial->n_bundles; b++) {
        for (size_t i = 0; i < run->n_takers; i++) {
            uint128 due = 0;
            for (size_t s = 0; s < run->n_sales; s++) {
                due += same_takers(run, s, trial->firsts[b]) ? exact(run, s, i) : 0;
            }
            trial->left[b] -= (int64_t)(due / COMMON);
            trial->open[b][i] = due % COMMON != 0;
        }
    }
}

// The fen on top go by largest remainder, ties to the first, to whomever they can go at all.
static void check_order(const struct run *run)
{
    struct trial trial;
    int64_t needs[SALES_MAX] = {0};
    uint128 rests[SALES_MAX];
    bool asked[SALES_MAX] = {false};
    set_trial(run, &trial);
    for (size_t i = 0; i < run->n_takers; i++) {
        uint128 due = 0;
        for (size_t s = 0; s < run->n_sales; s++) {
            due += exact(run, s, i);
        }
        rests[i] = due % COMMON;
        needs[i] = (int64_t)(due / COMMON);
        for (size_t b = 0; b < trial.n_bundles; b++) {
            uint128 part = 0;
            for (size_t s = 0; s < run->n_sales; s++) {
                part += same_takers(run, s, trial.firsts[b]) ? exact(run, s, i) : 0;
            }
            needs[i] -= (int64_t)(part / COMMON);
        }
    }
    for (size_t k = 0; k < run->n_takers; k++) {
        size_t best = SALES_MAX;
        for (size_t i = 0; i < run->n_takers; i++) {
            best = !asked[i] && (best == SALES_MAX || rests[i] > rests[best]) ? i : best;
        }
        asked[best] = true;
        needs[best] += rests[best] != 0;
        bool gets = rests[best] != 0 && can_give(&trial, needs, 0);
        needs[best] -= rests[best] != 0 && !gets;
        uint128 due = 0;
        for (size_t s = 0; s < run->n_sales; s++) {
            due += exact(run, s, best);
        }
        assert_int_equal(total_of(run, best), (int64_t)(due / COMMON) + gets);
    }
}

static void run__random_small_runs_agree_with_trying_all_ways(void **state)
{
    enum { ROUNDS = 4000, TAKERS = 6 };
    uint32_t at = 0;
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct run run = {.n_takers = 1 + draw(&at) % TAKERS};
        size_t n_sales = 1 + draw(&at) % SALES_MAX;
        uint64_t sort = draw(&at) % 3; // all take part; some; some, in kinds of sales
        uint64_t holes[2] = {draw(&at), draw(&at)};
        for (size_t s = 0; s < n_sales; s++) {
            uint64_t weights[TAKERS] = {0};
            uint64_t sum = 0;
            for (size_t i = 0; i < run.n_takers; i++) {
                bool hole =
                    sort == 1 ? draw(&at) % 3 == 0 : sort == 2 && (holes[s % 2] >> i & 1) != 0;
                weights[i] = hole ? 0 : 1 + draw(&at) % 7;
                sum += weights[i];
            }
            run_add(&run, sum == 0 ? 0 : (int64_t)(draw(&at) % (s % 2 == 0 ? 9 : 300)), weights);
        }
        share(&run);
        check_bounds(&run);
        check_order(&run);
        run_clear(&run);
    }
}

// Three sums of weights below 2^30 and amounts below 2^40: products with all of them fit 128 bits.
static void run__of_ten_thousand_nobody_is_off_by_a_fen(void **state)
{
    enum { N = 10000, N_SALES = 3 };
    static const size_t SIZES[] = {1, 2, 3, 10, 99, 1000, N};
    uint64_t *weights = calloc(N, sizeof(*weights));
    uint32_t at = 5000000;
    (void)state;
    assert_non_null(weights);
    for (size_t k = 0; k < sizeof(SIZES) / sizeof(SIZES[0]); k++) {
        struct run run = {.n_takers = SIZES[k]};
        uint64_t sums[N_SALES];
        for (size_t s = 0; s < N_SALES; s++) {
            for (size_t i = 0; i < run.n_takers; i++) {
                bool none = run.n_takers > 3 && draw(&at) % 5 == 0;
                weights[i] = none ? 0 : 1 + draw(&at) % 100000;
            }
            run_add(&run, (int64_t)(draw(&at) >> (24 + draw(&at) % 30)), weights);
            sums[s] = sum_of_weights(&run, s);
        }
        share(&run);
        uint128 common = (uint128)sums[0] * sums[1] * sums[2];
        for (size_t i = 0; i < run.n_takers; i++) {
            uint128 whole = 0;
            uint128 rest = 0;
            for (size_t s = 0; s < N_SALES; s++) {
                uint128 product =
                    (uint128)(uint64_t)run.sales[s].amount_fen * weight_of(&run, s, i);
                whole += product / sums[s];
                rest += product % sums[s] * (common / sums[s]);
                assert_true(run.sales[s].shares_fen[i] >= 0);
            }
            whole += rest / common;
            uint128 got = (uint128)(uint64_t)total_of(&run, i);
            assert_true(got == whole || (rest % common != 0 && got == whole + 1));
        }
        for (size_t s = 0; s < N_SALES; s++) {
            int64_t sum_fen = 0;
            for (size_t i = 0; i < run.n_takers; i++) {
                sum_fen += run.sales[s].shares_fen[i];
            }
            assert_int_equal(sum_fen, run.sales[s].amount_fen);
        }
        run_clear(&run);
    }
    free(weights);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(run__of_the_anji_resale),
        cmocka_unit_test(run__ties_go_to_the_first),
        cmocka_unit_test(run__is_rounded_once_and_not_sale_by_sale),
        cmocka_unit_test(run__no_fen_leaves_the_takers_of_its_sale),
        cmocka_unit_test(run__a_whole_fen_of_two_halves_is_neither_none_nor_two),
        cmocka_unit_test(run__without_weights_is_refused_and_of_nothing_gives_nothing),
        cmocka_unit_test(run__random_small_runs_agree_with_trying_all_ways),
        cmocka_unit_test(run__of_ten_thousand_nobody_is_off_by_a_fen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
