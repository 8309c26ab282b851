// What a clerk says about a source survives being kept, joined and given again.
#include <stdlib.h>

#include "registry/intake/import_settings.h"
#include "tests/support/support.h"

static char *dump(const struct th_parcel_import_options *options)
{
    struct th_json *settings = th_import_settings_json(options);
    char *text = NULL;
    struct th_error err;
    assert_ok(th_json_dump(settings, TH_JSON_CANONICAL, &text, &err), &err);
    th_json_free(settings);
    return text;
}

static void settings__that_were_not_given_are_absent(void **state)
{
    (void)state;
    const struct th_parcel_import_options nothing = {
        .source = "a.shp", .profile = "p", .problems_path = "p.csv", .draft_id = 3};
    char *text = dump(&nothing);
    assert_string_equal(text, "{}"); // neither the path nor where answers go
    free(text);
}

static void settings__of_every_option_come_back(void **state)
{
    (void)state;
    static const char *const TWO[] = {"a", "b"};
    const struct th_parcel_import_options all = {.layer = "l",
                                                 .crs = "EPSG:4528",
                                                 .datum = "shift:1,2,3",
                                                 .axes = "yx",
                                                 .offset = "gcj02",
                                                 .encoding = "GBK",
                                                 .area_unit = "ha",
                                                 .kind = "bamboo",
                                                 .village = "村",
                                                 .on = "2024-01-01",
                                                 .maps = TWO,
                                                 .n_maps = 2,
                                                 .repair = "agree",
                                                 .repair_rows = TWO,
                                                 .n_repair_rows = 1,
                                                 .drop_rows = TWO,
                                                 .n_drop_rows = 2,
                                                 .waive_rows = TWO,
                                                 .n_waive_rows = 1,
                                                 .waive_reason = "r",
                                                 .waive_document = "d",
                                                 .mends = TWO,
                                                 .n_mends = 2,
                                                 .on_problem_abort = true,
                                                 .update = true};
    struct th_parcel_import_options again = {.source = "s"};
    struct th_kept_settings kept = {0};
    struct th_error err;
    char *text = dump(&all);
    assert_ok(th_import_settings_fill(text, false, &kept, &again, &err), &err);
    char *second = dump(&again);
    assert_string_equal(text, second);
    assert_string_equal(
        text, "{\"abort\":true,\"area_unit\":\"ha\",\"axes\":\"yx\",\"crs\":\"EPSG:4528\","
              "\"datum\":\"shift:1,2,3\",\"drop_rows\":[\"a\",\"b\"],\"encoding\":\"GBK\","
              "\"kind\":\"bamboo\",\"layer\":\"l\",\"maps\":[\"a\",\"b\"],"
              "\"mends\":[\"a\",\"b\"],\"offset\":\"gcj02\",\"on\":\"2024-01-01\","
              "\"repair\":\"agree\",\"repair_rows\":[\"a\"],\"update\":true,\"village\":\"村\","
              "\"waive_document\":\"d\",\"waive_reason\":\"r\",\"waive_rows\":[\"a\"]}");
    assert_string_equal(again.source, "s");
    free(text);
    free(second);
    th_kept_settings_clear(&kept);
    th_kept_settings_clear(&kept); // may be cleared twice
}

#define KEPT                                                                                       \
    "{\"crs\":\"EPSG:4528\",\"kind\":\"bamboo\",\"drop_rows\":[\"2\",\"5\"],\"update\":true}"

static void settings__given_texts_go_before_kept_ones_and_lists_join_on_request(void **state)
{
    (void)state;
    static const char *const GIVEN[] = {"5", "9"};
    for (int join = 0; join < 2; join++) {
        struct th_parcel_import_options options = {
            .crs = "EPSG:4490", .drop_rows = GIVEN, .n_drop_rows = 2};
        struct th_kept_settings kept = {0};
        struct th_error err;
        assert_ok(th_import_settings_fill(KEPT, join == 1, &kept, &options, &err), &err);
        assert_string_equal(options.crs, "EPSG:4490");
        assert_string_equal(options.kind, "bamboo");
        assert_true(options.update);
        // Joined: kept ones first, each once.
        assert_int_equal(options.n_drop_rows, join == 1 ? 3 : 2);
        assert_string_equal(options.drop_rows[0], join == 1 ? "2" : "5");
        assert_string_equal(options.drop_rows[1], join == 1 ? "5" : "9");
        th_kept_settings_clear(&kept);
    }
}

static void settings__that_nobody_writes_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *key;
    } CASES[] = {
        {"{\"colour\":\"red\"}", "colour"},
        {"{\"crs\":4528}", "crs"},
        {"{\"drop_rows\":\"2\"}", "drop_rows"},
        {"{\"drop_rows\":[\"2\",3]}", "drop_rows"},
        {"{\"update\":\"yes\"}", "update"},
        {"[]", ""},
        {"{\"crs\":", ""},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_parcel_import_options options = {.kind = "tea"};
        struct th_kept_settings kept = {0};
        struct th_error err;
        assert_status(th_import_settings_fill(CASES[i].text, true, &kept, &options, &err),
                      TH_INVALID, &err);
        assert_string_equal(err.key, "settings_broken");
        assert_string_equal(th_error_arg_get(&err, "key"), CASES[i].key);
        assert_string_equal(options.kind, "tea");
        assert_null(options.crs);
        assert_int_equal(options.n_drop_rows, 0);
        th_kept_settings_clear(&kept);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings__that_were_not_given_are_absent),
        cmocka_unit_test(settings__of_every_option_come_back),
        cmocka_unit_test(settings__given_texts_go_before_kept_ones_and_lists_join_on_request),
        cmocka_unit_test(settings__that_nobody_writes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
