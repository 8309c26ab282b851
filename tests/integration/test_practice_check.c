// Gardens held against limits of good practice, from what was registered and reported.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/file.h"
#include "methodology/practice.h"
#include "registry/records/activity.h"
#include "registry/records/practice.h"
#include "tests/integration/drawn_fixture.h"

// Three gardens: one that keeps all, one that breaks four limits, one of which little is known; and
// bamboo beside them.
static void gardens(struct fixture *f)
{
    static struct drawn file;
    struct th_error err;
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_parcel_import_options tea = fixture_options(f, NULL);
    const struct th_record_options records = {.source = path, .year = "2021"};
    file.size = 0;
    drawn_box(&file, 119.660, 30.42, 0.001, 0.00095,
              "\"地块号\":\"1\",\"生态用地比例\":\"12 %\",\"边界树木\":\"50\"");
    drawn_box(&file, 119.662, 30.42, 0.001, 0.00095,
              "\"地块号\":\"2\",\"生态用地比例\":\"9.5\",\"边界树木\":\"80\"");
    drawn_box(&file, 119.664, 30.42, 0.001, 0.00095, "\"地块号\":\"3\"");
    tea.kind = "tea";
    reply = drawn_import_with(f, &file, tea);
    assert_int_equal(drawn_accepted(reply), 3);
    th_json_free(reply);
    file.size = 0;
    drawn_box(&file, 119.668, 30.42, 0.001, 0.00095, "\"地块号\":\"竹\"");
    th_json_free(drawn_import(f, &file));
    // 20 kg of urea are 9.2 kg of N: 17.2 with the organic nitrogen, of which it is 46.5 %.
    fixture_file(f, path, "records.csv",
                 "村,地块号,化肥纯氮（公斤/亩）,有机肥氮（公斤/亩）,五氧化二磷（公斤/亩）,"
                 "氧化钾（公斤/亩）,打药次数,尿素（公斤/亩）\n"
                 "测试一村,1,10.5,4.5,3,3,2,\n测试一村,2,,8,3.5,1,3,20\n测试一村,3,,,,,0,\n");
    assert_ok(th_activity_import(f->registry, &f->request, &records, &reply, &err), &err);
    assert_int_equal(th_json_get_int(reply, "accepted", 0), 3);
    th_json_free(reply);
}

static struct th_json *check(struct fixture *f, struct th_practice_check_options options)
{
    struct th_error err;
    struct th_json *reply = NULL;
    options.messages = f->messages;
    options.lang = TH_LANG_ZH;
    assert_ok(th_practice_check(f->registry, &options, &reply, &err), &err);
    return reply;
}

static const struct th_json *line_of(const struct th_json *reply, const char *number,
                                     const char *limit)
{
    const struct th_json *lines = th_json_get(reply, "lines");
    for (size_t i = 0; i < th_json_size(lines); i++) {
        const struct th_json *line = th_json_at(lines, i);
        if (strcmp(th_json_get_text(line, "number", ""), number) == 0 &&
            strcmp(th_json_get_text(line, "limit", ""), limit) == 0) {
            return line;
        }
    }
    fail_msg("no line %s of %s", limit, number);
    return NULL;
}

static void check__tells_pass_fail_and_not_stated(void **state)
{
    static const struct {
        const char *number, *limit, *check, *value;
    } want[] = {{"1", "ecological_land", "pass", "12"},
                {"1", "border_trees", "pass", "50"},
                {"1", "nitrogen", "pass", "15"},
                {"1", "organic_nitrogen", "pass", "30"},
                {"1", "phosphate", "pass", "3"},
                {"1", "potash", "pass", "3"},
                {"1", "sprays", "pass", "2"},
                {"2", "ecological_land", "fail", "9.5"},
                {"2", "border_trees", "pass", "80"},
                {"2", "nitrogen", "fail", "17.2"},
                {"2", "organic_nitrogen", "pass", "46.51"}, // 8 / 17.2
                {"2", "phosphate", "fail", "3.5"},
                {"2", "potash", "pass", "1"},
                {"2", "sprays", "fail", "3"},
                {"3", "ecological_land", "not_stated", NULL},
                {"3", "border_trees", "not_stated", NULL},
                {"3", "nitrogen", "not_stated", NULL},
                {"3", "organic_nitrogen", "not_stated", NULL},
                {"3", "phosphate", "not_stated", NULL},
                {"3", "potash", "not_stated", NULL},
                {"3", "sprays", "pass", "0"}};
    struct fixture *f = *state;
    gardens(f);
    struct th_json *reply = check(f, (struct th_practice_check_options){.year = "2021"});
    assert_string_equal(th_json_get_text(reply, "practice", ""), "longguan-tea");
    assert_false(th_json_get_bool(reply, "ok", true));
    assert_false(th_json_get_bool(reply, "running", true));
    assert_int_equal(th_json_get_int(reply, "n_gardens", 0), 3);
    assert_int_equal(th_json_get_int(reply, "n_pass", 0), 1);
    assert_int_equal(th_json_get_int(reply, "n_fail", 0), 1);
    assert_int_equal(th_json_get_int(reply, "n_not_stated", 0), 1);
    assert_int_equal(th_json_get_int(reply, "n_other_kind", 0), 1);
    assert_int_equal(th_json_size(th_json_get(reply, "lines")), sizeof(want) / sizeof(want[0]));
    for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
        const struct th_json *line = line_of(reply, want[i].number, want[i].limit);
        const char *value = th_json_get_text(line, "value", NULL);
        assert_string_equal(th_json_get_text(line, "check", ""), want[i].check);
        if (want[i].value) {
            assert_string_equal(value, want[i].value);
        } else {
            assert_null(value);
            assert_true(th_json_size(th_json_get(line, "missing")) > 0);
            assert_string_not_equal(th_json_get_text(line, "note", ""), "");
        }
        bool fails = strcmp(want[i].check, "fail") == 0;
        assert_int_equal(th_json_get_text(line, "advice", "")[0] != '\0', fails);
    }
    const struct th_json *sprays = th_json_at(th_json_get(reply, "limits"), 6);
    assert_int_equal(th_json_get_int(sprays, "n_pass", 0), 2);
    assert_int_equal(th_json_get_int(sprays, "n_fail", 0), 1);
    th_json_free(reply);
}

static void check__of_another_year_finds_no_records(void **state)
{
    struct fixture *f = *state;
    gardens(f);
    struct th_json *reply =
        check(f, (struct th_practice_check_options){.year = "2022", .parcel = "1"});
    assert_int_equal(th_json_get_int(reply, "n_gardens", 0), 1);
    assert_int_equal(th_json_get_int(reply, "n_not_stated", 0), 1);
    assert_string_equal(th_json_get_text(line_of(reply, "1", "ecological_land"), "check", ""),
                        "pass");
    const struct th_json *nitrogen = line_of(reply, "1", "nitrogen");
    assert_string_equal(th_json_get_text(nitrogen, "check", ""), "not_stated");
    assert_non_null(strstr(th_json_get_text(nitrogen, "note", ""), "2022"));
    assert_non_null(strstr(th_json_get_text(nitrogen, "note", ""), "化肥纯氮"));
    th_json_free(reply);
}

// A county that allows 20 kg of nitrogen and asks nothing else.
static void check__takes_a_document_of_ones_own(void **state)
{
    static const char own[] =
        "{\"id\":\"county-tea\",\"version\":\"3\",\"title\":{\"zh\":\"本县茶园\",\"en\":\"tea\"},"
        "\"summary\":{\"zh\":\"本县\",\"en\":\"county\"},\"kinds\":[\"tea\"],\"limits\":[{"
        "\"name\":\"nitrogen\",\"title\":{\"zh\":\"氮\",\"en\":\"N\"},\"scope\":\"year\","
        "\"of\":[\"n_synthetic\",\"n_organic\"],\"per\":[],\"unit\":\"kg N/mu/yr\","
        "\"test\":\"at-most\",\"value\":\"20\",\"from\":\"2021-01-01\",\"to\":null,"
        "\"source\":\"县发〔2021〕1 号\",\"evidence\":\"stated\","
        "\"advice\":{\"zh\":\"少用\",\"en\":\"less\"}}]}";
    struct fixture *f = *state;
    struct th_error err;
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    gardens(f);
    fixture_file(f, path, "own.json", own);
    reply = check(f, (struct th_practice_check_options){
                         .year = "2021", .file = path, .village = FIXTURE_VILLAGE});
    assert_string_equal(th_json_get_text(reply, "practice", ""), "county-tea");
    assert_string_equal(th_json_get_text(reply, "practice_version", ""), "3");
    assert_int_equal(th_json_get_int(reply, "n_pass", 0), 2);
    assert_int_equal(th_json_get_int(reply, "n_fail", -1), 0);
    th_json_free(reply);
    // Before its first day it asks for nothing.
    reply = check(f, (struct th_practice_check_options){.year = "2020", .file = path});
    assert_int_equal(th_json_size(th_json_get(reply, "lines")), 0);
    th_json_free(reply);
    assert_ok(th_practice_lint_file(path, f->messages, TH_LANG_ZH, &reply, &err), &err);
    assert_true(th_json_get_bool(reply, "ok", false));
    th_json_free(reply);
    fixture_file(f, path, "bad.json", "{}");
    const struct th_practice_check_options bad = {.year = "2021", .file = path};
    assert_status(th_practice_check(f->registry, &bad, &reply, &err), TH_INVALID, &err);
    assert_string_equal(err.key, "practice_invalid");
    assert_ok(th_practice_lint_file(path, f->messages, TH_LANG_ZH, &reply, &err), &err);
    assert_false(th_json_get_bool(reply, "ok", true));
    assert_int_equal(th_json_get_int(reply, "n_faults", 0), 6);
    th_json_free(reply);
}

// It is June 2025: a third spray may follow.
static void check__says_that_a_year_is_not_over(void **state)
{
    struct fixture *f = *state;
    gardens(f);
    struct th_json *reply = check(f, (struct th_practice_check_options){.year = "2025"});
    assert_true(th_json_get_bool(reply, "running", false));
    th_json_free(reply);
    reply = check(f, (struct th_practice_check_options){.year = "2024"});
    assert_false(th_json_get_bool(reply, "running", true));
    th_json_free(reply);
}

static void check__writes_what_each_garden_must_do(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    char path[TH_TEST_PATH_SIZE];
    char *text = NULL;
    size_t size = 0;
    gardens(f);
    th_json_free(check(f, (struct th_practice_check_options){
                              .year = "2021", .out = th_test_path(path, f->folder, "l.csv")}));
    assert_ok(th_file_read(path, 1 << 20, &text, &size, &err), &err);
    size_t lines = 0;
    for (const char *at = text; (at = strstr(at, "\r\n")) != NULL; at++) {
        lines++;
    }
    assert_int_equal(lines, 1 + 3 * 7);
    assert_non_null(strstr(text, "测试一村,2,2,纯氮用量（化肥加有机肥）,17.2,≤ 15,kg N/mu/yr,✗ "
                                 "没有达到,,减少氮肥，先减化肥,"));
    free(text);
    th_json_free(check(f, (struct th_practice_check_options){
                              .year = "2021", .out = th_test_path(path, f->folder, "l.xlsx")}));
    assert_true(th_file_exists(path));
}

static void check__refuses_what_it_cannot_judge(void **state)
{
    static const struct {
        struct th_practice_check_options options;
        enum th_status status;
        const char *key;
    } cases[] = {
        {{.year = NULL}, TH_USAGE, "year_needed"},
        {{.year = "year"}, TH_INVALID, "year_invalid"},
        {{.year = "2021", .practice = "none"}, TH_NOT_FOUND, "practice_not_found"},
        {{.year = "2021", .practice = "longguan-tea@9"}, TH_NOT_FOUND, "practice_not_found"},
        {{.year = "2021", .practice = "longguan"}, TH_NOT_FOUND, "practice_not_found"},
        {{.year = "2021", .practice = "longguan-tea", .file = "f"}, TH_USAGE, "practice_twice"},
        {{.year = "2021", .file = "none.json"}, TH_NOT_FOUND, "file_not_found"},
        {{.year = "2021", .village = "v", .parcel = "1"}, TH_USAGE, "scope_twice"},
        {{.year = "2021", .village = "没有"}, TH_NOT_FOUND, "village_not_found"},
        {{.year = "2021", .parcel = "77"}, TH_NOT_FOUND, "parcel_not_found"},
        {{.year = "2021", .parcel = "4"}, TH_INVALID, "practice_other_kind"},
        {{.year = "2021", .village = FIXTURE_OTHER_VILLAGE}, TH_NOT_FOUND, "no_gardens"},
    };
    struct fixture *f = *state;
    gardens(f);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_error err;
        struct th_json *reply = NULL;
        assert_status(th_practice_check(f->registry, &cases[i].options, &reply, &err),
                      cases[i].status, &err);
        assert_string_equal(err.key, cases[i].key);
        assert_null(reply);
    }
}

// Every quantity that a table of yearly data can bring may be limited, in the unit in which it is
// kept.
static void quantities__are_those_of_yearly_data(void **state)
{
    struct th_error err;
    char path[TH_TEST_PATH_SIZE];
    char *text = NULL;
    size_t size = 0;
    struct th_json *fields = NULL;
    size_t n = 0;
    (void)state;
    assert_ok(th_file_read(th_test_source_path(path, "data/fields/activity.json"), 1 << 20, &text,
                           &size, &err),
              &err);
    assert_ok(th_json_parse(text, size, &fields, &err), &err);
    free(text);
    const struct th_json *list = th_json_get(fields, "fields");
    for (size_t i = 0; i < th_json_size(list); i++) {
        const struct th_json *field = th_json_at(list, i);
        if (th_json_get_text(field, "dimension", NULL)) {
            bool found = false;
            n++;
            for (size_t k = 0; th_practice_quantities[k].name; k++) {
                found = found || strcmp(th_practice_quantities[k].name,
                                        th_json_get_text(field, "key", "")) == 0;
            }
            assert_true(found);
        }
    }
    size_t known = 0;
    while (th_practice_quantities[known].name) {
        known++;
    }
    assert_int_equal(known, n);
    th_json_free(fields);
}

static void documents__are_listed_and_shown(void **state)
{
    struct th_error err;
    struct th_json *reply = NULL;
    (void)state;
    assert_ok(th_practice_list(&reply, &err), &err);
    const struct th_json *first = th_json_at(th_json_get(reply, "practices"), 0);
    assert_string_equal(th_json_get_text(first, "id", ""), "longguan-tea");
    assert_int_equal(th_json_get_int(first, "n_limits", 0), 7);
    th_json_free(reply);
    assert_ok(th_practice_show("longguan-tea@1", &reply, &err), &err);
    const struct th_json *limits = th_json_get(reply, "limits");
    assert_int_equal(th_json_size(limits), 7);
    assert_string_equal(th_json_get_text(th_json_at(limits, 0), "wanted", ""), "≥ 10");
    assert_string_equal(th_json_get_text(th_json_at(limits, 2), "wanted", ""), "≤ 15");
    th_json_free(reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(check__tells_pass_fail_and_not_stated, drawn_set_up,
                                        drawn_tear_down),
        cmocka_unit_test_setup_teardown(check__of_another_year_finds_no_records, drawn_set_up,
                                        drawn_tear_down),
        cmocka_unit_test_setup_teardown(check__takes_a_document_of_ones_own, drawn_set_up,
                                        drawn_tear_down),
        cmocka_unit_test_setup_teardown(check__says_that_a_year_is_not_over, drawn_set_up,
                                        drawn_tear_down),
        cmocka_unit_test_setup_teardown(check__writes_what_each_garden_must_do, drawn_set_up,
                                        drawn_tear_down),
        cmocka_unit_test_setup_teardown(check__refuses_what_it_cannot_judge, drawn_set_up,
                                        drawn_tear_down),
        cmocka_unit_test(quantities__are_those_of_yearly_data),
        cmocka_unit_test(documents__are_listed_and_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
