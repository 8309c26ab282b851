// Looking before registering, as it is typed: drafts, profiles, repairs, drawn parcels, and what is
// said to options that say nothing.
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "tests/cli/run.h"

#define VILLAGE "330523001201"

static const char TABLE[] =
    "地块号,权利人,WKT\n"
    "A-1,张三,\"POLYGON((119.6 30.5,119.601 30.5,119.601 30.501,119.6 30.501,119.6 30.5))\"\n"
    "A-2,李四,\"POLYGON((119.61 30.5,119.611 30.501,119.611 30.5,119.61 30.501,119.61 30.5))\"\n";

static void begin(struct th_cli_world *world)
{
    th_cli_world_make(world);
    th_cli_do(world, "init {dir}/r.tanhui --name 测试 --admin-code 330523");
    th_cli_do(world, "village add --code " VILLAGE " --name 测试村 --township 测试乡");
    th_cli_write(world, "t.csv", TABLE, sizeof(TABLE) - 1);
}

static void draft__is_opened_mended_and_confirmed(void **state)
{
    struct th_cli_world world;
    (void)state;
    begin(&world);
    char *text = th_cli_out(&world, 1,
                            "--lang zh draft open {dir}/t.csv --crs 4490 --kind bamboo "
                            "--village " VILLAGE " --problems {dir}/p.csv");
    assert_null(strstr(text, "什么都没有写入")); // the draft was
    assert_non_null(strstr(text, "--repair agree"));
    free(text);
    text = th_cli_read(&world, "p.csv");
    assert_non_null(strstr(text, "A-2,李四"));
    free(text);
    struct th_json *reply = th_cli_json(&world, 0, "draft list");
    th_cli_shape(reply, "drafts[].draft_id:i drafts[].source:s drafts[].state:s drafts[].login:s "
                        "drafts[].import_id:i? drafts[].settings:o");
    th_json_free(reply);
    reply = th_cli_json(&world, 0, "draft set 1 --accept-repair 3=structure");
    assert_int_equal(th_cli_int_at(reply, "repaired"), 1);
    th_json_free(reply);
    reply = th_cli_json(&world, 0, "draft show 1");
    assert_false(th_json_get_bool(reply, "source_changed", true));
    th_json_free(reply);
    reply = th_cli_json(&world, 0, "draft confirm 1");
    assert_int_equal(th_cli_int_at(reply, "accepted"), 2);
    assert_string_equal(th_cli_text_at(reply, "state"), "confirmed");
    th_json_free(reply);
    th_json_free(th_cli_problem(&world, 5, "draft confirm 1"));
    text = th_cli_out(&world, 0, "--lang zh draft show 1");
    assert_non_null(strstr(text, "办结人           admin"));
    assert_non_null(strstr(text, "来源文件         t.csv"));
    free(text);
    th_json_free(th_cli_problem(&world, 5, "draft discard 1"));
    th_json_free(th_cli_problem(&world, 3, "draft show 7"));
    th_json_free(th_cli_problem(&world, 2, "draft show seven"));
    th_cli_world_remove(&world);
}

// What was left out on purpose is no fault: it has its number, and the run ends well.
static void drop__rows_left_out_on_purpose_are_no_fault(void **state)
{
    struct th_cli_world world;
    (void)state;
    begin(&world);
    char *text = th_cli_out(&world, 0,
                            "--lang zh draft open {dir}/t.csv --crs 4490 --kind bamboo "
                            "--drop 3 --village " VILLAGE);
    assert_non_null(strstr(text, "其中按要求不登记  1\n"));
    assert_non_null(strstr(text, " 3  A-2     提醒  row_dropped"));
    free(text);
    struct th_json *reply = th_cli_json(&world, 0, "draft confirm 1");
    assert_int_equal(th_cli_int_at(reply, "rejected"), 1);
    assert_int_equal(th_cli_int_at(reply, "dropped"), 1);
    th_json_free(reply);
    reply = th_cli_json(&world, 0, "draft show 1");
    assert_int_equal(th_cli_int_at(reply, "dropped"), 1);
    th_json_free(reply);
    // Nor does it keep the others out.
    reply = th_cli_json(&world, 0,
                        "parcel import {dir}/t.csv --crs 4490 --kind bamboo --drop 3,3 "
                        "--on-problem abort --village " VILLAGE);
    assert_false(th_json_get_bool(reply, "aborted", true));
    assert_int_equal(th_cli_int_at(reply, "dropped"), 1);
    th_json_free(reply);
    th_cli_world_remove(&world);
}

static void tenure__contracts_stand_under_their_own_heading_with_shares_in_percent(void **state)
{
    static const char CONTRACTS[] = "合同编号,农户,合作社,地块号,起始,终止,碳汇收益权,份额\n"
                                    "HT-1,张三,测试社,A-1,2021-01-01,2040-12-31,是,60%\n"
                                    "HT-2,李四,测试社,A-1,2021-01-01,2040-12-31,是,1/3\n"
                                    "HT-3,王五,测试社,A-1,2021-01-01,2040-12-31,是,1/2\n";
    struct th_cli_world world;
    (void)state;
    begin(&world);
    th_cli_do(&world, "party add --kind cooperative --name 测试社");
    th_cli_do(&world, "parcel import {dir}/t.csv --crs 4490 --kind bamboo --drop 3 "
                      "--village " VILLAGE);
    th_cli_write(&world, "c.csv", CONTRACTS, sizeof(CONTRACTS) - 1);
    char *text = th_cli_out(&world, 1, "--lang zh tenure import {dir}/c.csv --village " VILLAGE);
    assert_non_null(strstr(text, "行  合同编号  程度"));
    assert_null(strstr(text, "地块号"));
    assert_non_null(strstr(text, "超过 100 %"));
    free(text);
    text = th_cli_out(&world, 0, "--lang zh tenure list");
    assert_non_null(strstr(text, "  合同编号  农户"));
    assert_null(strstr(text, "地块号"));
    free(text);
    text = th_cli_out(&world, 0, "--lang en tenure show 1");
    assert_non_null(strstr(text, "\ncontract               HT-1\n"));
    assert_non_null(strstr(text, "60 %\n"));
    free(text);
    text = th_cli_out(&world, 0, "--lang zh tenure show 2");
    assert_non_null(strstr(text, "1/3\n"));
    free(text);
    th_cli_world_remove(&world);
}

static void history__finds_a_parcel_by_the_number_it_had(void **state)
{
    struct th_cli_world world;
    (void)state;
    begin(&world);
    th_cli_do(&world, "parcel import {dir}/t.csv --crs 4490 --kind bamboo --drop 3 "
                      "--village " VILLAGE);
    th_cli_do(&world, "parcel renumber 1 --number B-1 --reason 写错");
    char *text = th_cli_out(&world, 0, "--lang zh parcel history --number A-1 --village 测试村");
    assert_non_null(strstr(text, "地块号    B-1\n"));
    assert_non_null(strstr(text, "登记内容  地块号  A-1   B-1"));
    free(text);
    th_json_free(th_cli_problem(&world, 2, "parcel history 1 --number A-1"));
    th_json_free(th_cli_problem(&world, 2, "parcel history"));
    struct th_json *problem =
        th_cli_problem(&world, 3, "parcel history --number A-1 --village 测试");
    assert_string_equal(th_cli_text_at(problem, "code"), "village_similar");
    th_json_free(problem);
    th_cli_world_remove(&world);
}

static void profile__spares_the_options(void **state)
{
    struct th_cli_world world;
    (void)state;
    begin(&world);
    th_cli_do(&world,
              "profile save 林业站 --crs 4490 --kind bamboo --village " VILLAGE " --repair agree");
    // The same once more is no news; something else does not take its place by mistake.
    th_cli_do(&world,
              "profile save 林业站 --crs 4490 --kind bamboo --village " VILLAGE " --repair agree");
    struct th_json *problem = th_cli_problem(&world, 5, "profile save 林业站 --crs 4528");
    assert_string_equal(th_cli_text_at(problem, "code"), "profile_exists");
    assert_non_null(strstr(th_cli_text_at(problem, "hint"), "--replace"));
    th_json_free(problem);
    th_cli_do(&world, "profile save 另一个 --crs 4528");
    th_cli_do(&world, "profile save 另一个 --crs 4549 --replace");
    struct th_json *reply = th_cli_json(&world, 0, "profile list");
    th_cli_shape(reply, "profiles[].name:s profiles[].settings:o");
    assert_string_equal(th_cli_text_at(reply, "profiles.0.settings.crs"), "4549");
    th_json_free(reply);
    th_cli_do(&world, "profile remove 另一个");
    reply = th_cli_json(&world, 0, "profile list");
    assert_string_equal(th_cli_text_at(reply, "profiles.0.settings.repair"), "agree");
    th_json_free(reply);
    reply = th_cli_json(&world, 0, "parcel import {dir}/t.csv --profile 林业站 --kind tea");
    assert_int_equal(th_cli_int_at(reply, "accepted"), 2);
    th_json_free(reply);
    reply = th_cli_json(&world, 0, "parcel show 1");
    assert_string_equal(th_cli_text_at(reply, "kind"), "tea");
    th_json_free(reply);
    th_cli_do(&world, "profile remove 林业站");
    th_json_free(th_cli_problem(&world, 3, "profile remove 林业站"));
    th_json_free(th_cli_problem(&world, 3, "parcel import {dir}/t.csv --profile 林业站"));
    th_cli_world_remove(&world);
}

static void parcel_show__tells_what_was_kept_of_the_source(void **state)
{
    static const char SOURCE[] =
        "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{"
        "\"地块号\":\"B-1\",\"承包人\":\"张三\",\"备注\":\"有水源\","
        "\"area_m2\":\"5\",\"state\":\"registered\"},\"geometry\":{\"type\":"
        "\"Polygon\",\"coordinates\":[[[119.65,30.5],[119.651,30.5],[119.651,30.501],"
        "[119.65,30.501],[119.65,30.5]]]}}]}";
    struct th_cli_world world;
    (void)state;
    begin(&world);
    th_cli_write(&world, "kept.geojson", SOURCE, sizeof(SOURCE) - 1);
    th_cli_do(&world, "parcel import {dir}/kept.geojson --kind bamboo --village " VILLAGE);
    char *shown = th_cli_out(&world, 0, "--lang zh parcel show 1");
    assert_non_null(strstr(shown, "area_m2 5；农户 张三；state registered；备注 有水源"));
    free(shown);
    th_cli_world_remove(&world);
}

static void parcel_add__takes_a_shape_or_a_file(void **state)
{
    static const char SHAPE[] = "\xEF\xBB\xBFPOLYGON((119.601 30.5,119.602 30.5,119.602 30.501,"
                                "119.601 30.501,119.601 30.5))\r\n";
    struct th_cli_world world;
    (void)state;
    begin(&world);
    struct th_json *reply = th_cli_json(
        &world, 0,
        "parcel add --number H-1 --kind bamboo --village " VILLAGE
        " --shape 'POLYGON((119.6 30.5,119.601 30.5,119.601 30.501,119.6 30.501,119.6 30.5))'");
    assert_int_equal(th_cli_int_at(reply, "accepted"), 1);
    th_json_free(reply);
    th_cli_write(&world, "s.wkt", SHAPE, sizeof(SHAPE) - 1); // as Notepad saves it
    reply = th_cli_json(&world, 0,
                        "parcel add --number H-2 --kind 竹林 --village 测试村 --land-class 0302 "
                        "--declared-mu 15.96 --household 张三 --shape @{dir}/s.wkt");
    assert_int_equal(th_cli_int_at(reply, "accepted"), 1);
    th_json_free(reply);
    reply = th_cli_json(
        &world, 1, "parcel add --number H-3 --kind 竹林 --village 测试村 --shape @{dir}/s.wkt");
    assert_string_equal(th_cli_text_at(reply, "problems.0.code"), "duplicate");
    th_json_free(reply);
    th_json_free(
        th_cli_problem(&world, 3, "parcel add --number H-4 --kind tea --shape @{dir}/nothing.wkt"));
    th_json_free(th_cli_problem(&world, 2, "parcel add --number H-4 --kind tea"));
    th_cli_world_remove(&world);
}

static void options__that_say_nothing_are_answered_in_words(void **state)
{
    static const struct {
        const char *option, *code;
    } CASES[] = {
        {"--axes zz", "usage_value"},           {"--offset wgs", "usage_value"},
        {"--area-unit acre", "usage_value"},    {"--datum shift:1,2", NULL},
        {"--crs 99999", "crs_option"},          {"--repair always", "repair_option"},
        {"--accept-repair 2", "repair_option"}, {"--drop two", "row_option"},
        {"--waive 2", "waive_incomplete"},      {"--on 2023-07-01", "date_in_future"},
        {"--on 2023-02-30", "date_invalid"},    {"--map what", NULL},
        {"--on-problem maybe", "usage_value"},
    };
    struct th_cli_world world;
    (void)state;
    begin(&world);
    char *before = th_cli_dump(&world);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        static const char *const COMMANDS[] = {"parcel import", "draft open"};
        for (size_t k = 0; k < 2; k++) {
            bool crs = strncmp(CASES[i].option, "--crs", 5) == 0;
            struct th_json *problem = th_cli_problem(
                &world, 2, "--lang zh %s {dir}/t.csv --kind bamboo --village " VILLAGE " %s %s",
                COMMANDS[k], crs ? "" : "--crs 4490", CASES[i].option);
            const char *code = th_cli_text_at(problem, "code");
            if (CASES[i].code != NULL && strcmp(code, CASES[i].code) != 0) {
                fail_msg("%s %s: %s", COMMANDS[k], CASES[i].option, code);
            }
            th_json_free(problem);
        }
    }
    char *after = th_cli_dump(&world);
    assert_string_equal(before, after);
    free(before);
    free(after);
    th_cli_world_remove(&world);
}

// Tomorrow is refused where there is nothing to date as well: no row of the table has a system, the
// drawing is no area.
static void on__a_day_that_has_not_come_is_refused_by_every_command_that_dates(void **state)
{
    static const char *const LINES[] = {
        "parcel import {dir}/t.csv --kind bamboo --village " VILLAGE,
        "--dry-run parcel import {dir}/t.csv --kind bamboo --village " VILLAGE,
        "draft open {dir}/t.csv --kind bamboo --village " VILLAGE,
        "parcel add --number B-1 --kind bamboo --village " VILLAGE " --shape 'POLYGON((119.6 "
        "30.5,119.601 30.501,119.601 30.5,119.6 30.501,119.6 30.5))'",
        "parcel split 1 --by {dir}/cut.wkt --reason 分户",
        "parcel merge 1 2 --number M-1 --reason 合并",
        "parcel adjust 1 --with 2 --by {dir}/cut.wkt --reason 换地",
        "parcel retire 1 --reason 征收",
        "layer withdraw 1 --reason 重画",
    };
    static const char TWO[] =
        "地块号,WKT\n"
        "1,\"POLYGON((119.6 30.5,119.601 30.5,119.601 30.501,119.6 30.501,119.6 30.5))\"\n"
        "2,\"POLYGON((119.601 30.5,119.602 30.5,119.602 30.501,119.601 30.501,119.601 30.5))\"\n";
    static const char CUT[] = "LINESTRING(119.6005 30.4,119.6005 30.6)";
    struct th_cli_world world;
    (void)state;
    begin(&world);
    th_cli_write(&world, "two.csv", TWO, sizeof(TWO) - 1);
    th_cli_write(&world, "cut.wkt", CUT, sizeof(CUT) - 1);
    th_cli_do(&world, "parcel import {dir}/two.csv --crs 4490 --kind bamboo --village " VILLAGE);
    th_cli_do(&world, "layer add {dir}/two.csv --crs 4490 --role other_scheme --name 一期 "
                      "--scheme CCER");
    char *before = th_cli_dump(&world);
    for (size_t i = 0; i < sizeof(LINES) / sizeof(LINES[0]); i++) {
        print_message("  %s\n", LINES[i]);
        struct th_json *problem = th_cli_problem(&world, 2, "%s --on 2023-07-01", LINES[i]);
        assert_string_equal(th_cli_text_at(problem, "code"), "date_in_future");
        th_json_free(problem);
    }
    char *after = th_cli_dump(&world);
    assert_string_equal(before, after);
    free(before);
    free(after);
    th_cli_world_remove(&world);
}

static const char ONE[] =
    "地块号,权利人,WKT\n"
    "A-1,张三,\"POLYGON((119.6 30.5,119.601 30.5,119.601 30.501,119.6 30.501,119.6 30.5))\"\n";

// A second is enough for the answer, although nobody writes into the pipe; meanwhile the registry
// is anybody's.
static void files__that_are_pipes_or_devices_are_refused_in_words(void **state)
{
    static const char *const LINES[] = {
        "parcel add --number Q --kind bamboo --village " VILLAGE " --shape @{dir}/pipe",
        "parcel add --number Q --kind bamboo --village " VILLAGE " --shape @/dev/zero",
        "parcel split 1 --by {dir}/pipe --reason 分家",
        "parcel split 1 --by /dev/zero --reason 分家",
        "parcel adjust 1 --by {dir}/pipe --reason 复测",
        "village import {dir}/pipe",
        "village import /dev/urandom"};
    struct th_cli_world world;
    char pipe[TH_TEST_PATH_SIZE];
    (void)state;
    begin(&world);
    assert_int_equal(mkfifo(th_test_path(pipe, world.folder, "pipe"), 0600), 0);
    th_cli_write(&world, "one.csv", ONE, sizeof(ONE) - 1);
    th_cli_do(&world, "parcel import {dir}/one.csv --crs 4490 --kind bamboo --village " VILLAGE);
    for (size_t i = 0; i < sizeof(LINES) / sizeof(LINES[0]); i++) {
        print_message("  %s\n", LINES[i]);
        struct th_json *problem = th_cli_problem(&world, 6, "--lang zh %s", LINES[i]);
        const char *detail = th_cli_text_at(problem, "detail");
        assert_true(strstr(detail, "管道") != NULL || strstr(detail, "pipe") != NULL ||
                    strstr(detail, "zero") != NULL || strstr(detail, "urandom") != NULL);
        th_json_free(problem);
    }
    th_cli_world_remove(&world);
}

static void write__beyond_the_size_that_a_file_may_have_fails_in_words(void **state)
{
    struct th_cli_world world;
    struct rlimit before;
    (void)state;
    begin(&world);
    char *dump = th_cli_dump(&world);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    const struct rlimit small = {4096, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    struct th_json *problem = th_cli_problem(
        &world, 70, "parcel import {dir}/t.csv --crs 4490 --kind bamboo --village " VILLAGE);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_non_null(strstr(th_cli_text_at(problem, "detail"), "ulimit -f"));
    th_json_free(problem);
    char *after = th_cli_dump(&world);
    assert_string_equal(dump, after);
    free(dump);
    free(after);
    th_cli_world_remove(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draft__is_opened_mended_and_confirmed),
        cmocka_unit_test(drop__rows_left_out_on_purpose_are_no_fault),
        cmocka_unit_test(tenure__contracts_stand_under_their_own_heading_with_shares_in_percent),
        cmocka_unit_test(history__finds_a_parcel_by_the_number_it_had),
        cmocka_unit_test(profile__spares_the_options),
        cmocka_unit_test(parcel_show__tells_what_was_kept_of_the_source),
        cmocka_unit_test(parcel_add__takes_a_shape_or_a_file),
        cmocka_unit_test(options__that_say_nothing_are_answered_in_words),
        cmocka_unit_test(files__that_are_pipes_or_devices_are_refused_in_words),
        cmocka_unit_test(write__beyond_the_size_that_a_file_may_have_fails_in_words),
        cmocka_unit_test(on__a_day_that_has_not_come_is_refused_by_every_command_that_dates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
