// Deliveries from a pool, against hand-made cases and against the rule spelled out one unit at a
// time.
#include "tests/support/support.h"
#include "trading/deal/allotment.h"

static void allot_next__two_thousand_of_both_villages_is_689_and_1311(void **state)
{
    (void)state;
    struct th_error err = {0};
    struct th_allot_member members[] = {{.weight = 2509, .limit = 2509},
                                        {.weight = 4773, .limit = 4773}};
    assert_ok(th_allot_next(members, 2, 2000, &err), &err);
    // 2000 * 2509 / 7282 = 689.09…, 2000 * 4773 / 7282 = 1310.91…
    assert_int_equal(members[0].share, 689);
    assert_int_equal(members[1].share, 1311);
}

static void allot_next__remainder_is_carried_to_the_next_sale(void **state)
{
    (void)state;
    struct th_error err = {0};
    // Three equal members and single tonnes: each waits for the two others.
    struct th_allot_member members[] = {
        {.weight = 5, .limit = 5}, {.weight = 5, .limit = 5}, {.weight = 5, .limit = 5}};
    for (size_t round = 0; round < 15; round++) {
        for (size_t i = 0; i < 3; i++) {
            members[i].limit = members[i].weight - members[i].already;
            members[i].share = -1;
        }
        assert_ok(th_allot_next(members, 3, 1, &err), &err);
        for (size_t i = 0; i < 3; i++) {
            assert_int_equal(members[i].share, i == round % 3 ? 1 : 0);
            members[i].already += members[i].share;
        }
    }
}

static void allot_next__a_member_that_ran_ahead_waits(void **state)
{
    (void)state;
    struct th_error err = {0};
    struct th_allot_member members[] = {{.weight = 50, .already = 10, .limit = 40},
                                        {.weight = 50, .already = 0, .limit = 50}};
    assert_ok(th_allot_next(members, 2, 2, &err), &err);
    assert_int_equal(members[0].share, 0);
    assert_int_equal(members[1].share, 2);
}

static void allot_next__what_one_cannot_give_others_do(void **state)
{
    (void)state;
    struct th_error err = {0};
    struct th_allot_member members[] = {{.weight = 50, .limit = 3}, {.weight = 50, .limit = 50}};
    assert_ok(th_allot_next(members, 2, 20, &err), &err);
    assert_int_equal(members[0].share, 3);
    assert_int_equal(members[1].share, 17);
}

static void allot_next__more_than_the_limits_is_refused_and_shares_stay(void **state)
{
    (void)state;
    struct th_error err = {0};
    struct th_allot_member members[] = {{.weight = 1, .limit = 3, .share = 7},
                                        {.weight = 1, .limit = 4, .share = 8}};
    assert_status(th_allot_next(members, 2, 8, &err), TH_CONFLICT, &err);
    assert_string_equal(err.key, "not_enough_units");
    assert_string_equal(th_error_arg_get(&err, "available"), "7");
    assert_string_equal(th_error_arg_get(&err, "wanted"), "8");
    assert_int_equal(members[0].share, 7);
    assert_int_equal(members[1].share, 8);
}

// The rule one unit at a time, in units of 1 / sum of weights.
static void slow_rule(struct th_allot_member *members, size_t n, int64_t next)
{
    int64_t total = 0;
    int64_t whole = next;
    for (size_t i = 0; i < n; i++) {
        total += members[i].weight;
        whole += members[i].already;
        members[i].share = 0;
    }
    for (; next > 0; next--) {
        size_t best = n;
        int64_t best_deficit = 0;
        for (size_t i = 0; i < n; i++) {
            int64_t given = members[i].already + members[i].share;
            int64_t deficit = whole * members[i].weight - given * total;
            if (members[i].share < members[i].limit && (best == n || deficit > best_deficit)) {
                best = i;
                best_deficit = deficit;
            }
        }
        members[best].share++;
    }
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void allot_next__agrees_with_one_unit_at_a_time(void **state)
{
    (void)state;
    uint32_t seed = 20220520;
    for (int round = 0; round < 20000; round++) {
        struct th_allot_member fast[6];
        struct th_allot_member slow[6];
        size_t n = 1 + next_random(&seed) % 6;
        int64_t available = 0;
        for (size_t i = 0; i < n; i++) {
            fast[i].weight = 1 + next_random(&seed) % 40;
            fast[i].already = next_random(&seed) % 2 == 0 ? 0 : next_random(&seed) % 40;
            fast[i].limit = next_random(&seed) % 40;
            fast[i].share = 0;
            slow[i] = fast[i];
            available += fast[i].limit;
        }
        int64_t next = (int64_t)(next_random(&seed) % (uint32_t)(available + 1));
        struct th_error err = {0};
        assert_ok(th_allot_next(fast, n, next, &err), &err);
        slow_rule(slow, n, next);
        for (size_t i = 0; i < n; i++) {
            if (fast[i].share != slow[i].share) {
                fail_msg("round %d, member %zu: %lld, by the rule %lld", round, i,
                         (long long)fast[i].share, (long long)slow[i].share);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(allot_next__two_thousand_of_both_villages_is_689_and_1311),
        cmocka_unit_test(allot_next__remainder_is_carried_to_the_next_sale),
        cmocka_unit_test(allot_next__a_member_that_ran_ahead_waits),
        cmocka_unit_test(allot_next__what_one_cannot_give_others_do),
        cmocka_unit_test(allot_next__more_than_the_limits_is_refused_and_shares_stay),
        cmocka_unit_test(allot_next__agrees_with_one_unit_at_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
