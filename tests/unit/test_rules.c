#include "registry/rules.h"

#include <stdlib.h>

#include "tests/support/support.h"

static void rules__hold_from_their_day_on(void **state)
{
    (void)state;
    assert_string_equal(th_rules_on((struct th_date){2026, 1, 1})->id, "intake-1");
    assert_string_equal(th_rules_on((struct th_date){1990, 1, 1})->id, "intake-1");
    assert_ptr_equal(th_rules_find("intake-1"), th_rules_on((struct th_date){2026, 5, 1}));
    assert_null(th_rules_find("intake-0"));
    assert_null(th_rules_find(""));
}

// What is judged without a choice of rules is judged by the newest.
static void rules__newest_are_the_defaults_of_the_comparison(void **state)
{
    (void)state;
    const struct th_overlap_limits *overlap = &th_rules_on((struct th_date){9999, 12, 31})->overlap;
    assert_memory_equal(overlap, &th_overlap_limits_default, sizeof(*overlap));
}

static void rules__are_kept_with_every_number(void **state)
{
    (void)state;
    struct th_error err = {0};
    char *text = NULL;
    struct th_json *json = th_rules_json(th_rules_find("intake-1"));
    assert_ok(th_json_dump(json, TH_JSON_CANONICAL, &text, &err), &err);
    assert_string_equal(
        text,
        "{\"area_mismatch_share\":\"0.2\",\"area_unit_share\":\"0.2\",\"curve_step_deg\":\"1\","
        "\"id\":\"intake-1\",\"outside_refused_share\":\"0.5\",\"outside_remarked_share\":\"0.01\","
        "\"overlap\":{\"duplicate_iou\":\"0.95\",\"overlap_area_m2\":\"10\","
        "\"overlap_share\":\"0.01\",\"overlap_width_m\":\"1\",\"sliver_share\":\"0.1\","
        "\"sliver_total_share\":\"0.01\"},"
        "\"parcel_largest_mu\":\"10000\",\"parcel_smallest_mu\":\"0.1\","
        "\"since\":\"2026-01-01\"}");
    free(text);
    th_json_free(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules__hold_from_their_day_on),
        cmocka_unit_test(rules__newest_are_the_defaults_of_the_comparison),
        cmocka_unit_test(rules__are_kept_with_every_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
