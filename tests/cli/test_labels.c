// Lists of eligible parcels, practice checks and accounts of orchards as commands: what people see,
// in both languages, exit status and shape of the answers.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cli/run.h"

static const char TEA[] =
    "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{"
    "\"地块号\":\"T1\",\"生态用地比例\":\"12%\",\"边界树木\":\"50\"},\"geometry\":{\"type\":"
    "\"Polygon\",\"coordinates\":[[[118.52,28.95],[118.522,28.95],[118.522,28.952],[118.52,28.952],"
    "[118.52,28.95]]]}},{\"type\":\"Feature\",\"properties\":{\"地块号\":\"T2\","
    "\"生态用地比例\":\"9.9\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[118.53,28.95],"
    "[118.532,28.95],[118.532,28.952],[118.53,28.952],[118.53,28.95]]]}}]}";
static const char TEA_YEAR[] =
    "村,地块号,化肥纯氮(公斤/亩),有机肥氮(公斤/亩),五氧化二磷(公斤/亩),氧化钾(公斤/亩),打药次数\n"
    "胡柚基地,T1,10.5,4.5,3,3,2\n胡柚基地,T2,16,,4,,\n";
static const char ORCHARD_YEAR[] =
    "村,地块号,化肥纯氮(公斤/亩),有机肥氮(公斤/亩),石灰石粉(公斤/亩),白云石粉(公斤/亩),"
    "尿素(公斤/亩),柴油(升),更新面积(亩)\n胡柚基地,C02,3,1,0,0,0,0,0\n";
static const char PLANTED[] = "地块号,定植年份\nC02,2012\nC03,2012\n";

// Three orchards (49.99, 50.00, 83.25 mu) and two tea gardens of Changshan, with records of 2022.
static void world_make(struct th_cli_world *world)
{
    th_cli_world_make(world);
    th_cli_write(world, "tea.geojson", TEA, sizeof(TEA) - 1);
    th_cli_write(world, "tea.csv", TEA_YEAR, sizeof(TEA_YEAR) - 1);
    th_cli_write(world, "orchards.csv", ORCHARD_YEAR, sizeof(ORCHARD_YEAR) - 1);
    th_cli_write(world, "planted.csv", PLANTED, sizeof(PLANTED) - 1);
    th_cli_do(world, "init {dir}/r.tanhui --name 常山 --admin-code 330822");
    th_cli_do(world, "village add --code 330822990001 --name 胡柚基地 --township 样例");
    th_cli_do(world, "user add gao --role officer");
    th_cli_do(world, "parcel import {sample}/changshan-orchards.geojson");
    th_cli_do(world, "parcel import {dir}/planted.csv --village 胡柚基地 --update");
    th_cli_do(world, "parcel import {dir}/tea.geojson --kind tea --village 胡柚基地");
    th_cli_do(world, "activity import {dir}/tea.csv --year 2022");
    th_cli_do(world, "activity import {dir}/orchards.csv --year 2022");
}

static void expect(const char *text, const char *const *parts, const char *what)
{
    for (size_t i = 0; parts[i] != NULL; i++) {
        if (strstr(text, parts[i]) == NULL) {
            fail_msg("%s does not say %s:\n%s", what, parts[i], text);
        }
    }
    th_cli_no_raw_keys(text, what);
}

static void eligible__is_listed_with_reasons_in_both_languages(void **state)
{
    static const char LINE[] = "methodology check orchard-account --year 2022";
    static const char *const ZH[] = {"常山县", "✓ 符合", "✗ 不符合", "要求 50，实际 49.990095",
                                     "133.25", NULL};
    static const char *const EN[] = {"Changshan", "✓ eligible", "✗ not eligible", "49.990095",
                                     NULL};
    struct th_cli_world world;
    (void)state;
    world_make(&world);
    char *text = th_cli_out(&world, 0, "--lang zh %s", LINE);
    expect(text, ZH, LINE);
    free(text);
    text = th_cli_out(&world, 0, "--lang en %s", LINE);
    expect(text, EN, LINE);
    free(text);
    struct th_json *reply = th_cli_json(&world, 0, "%s --out {dir}/list.xlsx", LINE);
    th_cli_shape(reply, "methodology:s methodology_version:s from_year:i to_year:i n_parcels:i "
                        "n_eligible:i n_not_eligible:i n_other_kind:i eligible_mu:n "
                        "counties[].county:s counties[].county_name:s? counties[].n_eligible:i "
                        "villages[].village:s villages[].village_name:s reasons[].reason:s "
                        "reasons[].message:s reasons[].n:i parcels[].parcel_id:i "
                        "parcels[].eligibility:s parcels[].area_mu:n parcels[].reasons:a "
                        "n_listed:i file:s");
    assert_int_equal(th_cli_int_at(reply, "n_eligible"), 2);
    assert_int_equal(th_cli_int_at(reply, "n_other_kind"), 2);
    th_json_free(reply);
    th_json_free(th_cli_problem(&world, 2, "methodology check orchard-account"));
    th_json_free(th_cli_problem(&world, 3, "methodology check none --year 2022"));
    th_json_free(th_cli_problem(&world, 5, "%s --out {dir}/list.xlsx", LINE));
    th_json_free(th_cli_problem(&world, 2, "%s --out {dir}/list.pdf", LINE));
    th_cli_world_remove(&world);
}

static void practice__is_a_check_list_in_both_languages(void **state)
{
    static const char *const ZH[] = {"✓ 达到",       "✗ 没有达到", "? 没有填报", "≤ 15",
                                     "生态用地比例", "减少氮肥",   NULL};
    static const char *const EN[] = {"✓ kept", "✗ broken", "? not stated", "≥ 30", NULL};
    struct th_cli_world world;
    (void)state;
    world_make(&world);
    char *text = th_cli_out(&world, 1, "--lang zh practice check --year 2022");
    expect(text, ZH, "practice check");
    free(text);
    text = th_cli_out(&world, 1, "--lang en practice check --year 2022 --practice longguan-tea@1");
    expect(text, EN, "practice check");
    free(text);
    // The first garden keeps all.
    struct th_json *reply = th_cli_json(&world, 0, "practice check --year 2022 --parcel 4");
    th_cli_shape(reply, "practice:s practice_version:s title:o sha256:s year:i ok:b n_gardens:i "
                        "n_pass:i n_fail:i n_not_stated:i n_other_kind:i limits[].limit:s "
                        "limits[].n_pass:i gardens[].parcel_id:i gardens[].check:s "
                        "gardens[].area_mu:n lines[].parcel_id:i lines[].title:s lines[].value:s? "
                        "lines[].wanted:s lines[].unit:s lines[].check:s lines[].source:s "
                        "lines[].evidence:s lines[].missing:a n_listed:i");
    assert_int_equal(th_cli_int_at(reply, "n_pass"), 1);
    th_json_free(reply);
    text = th_cli_out(&world, 0, "--lang zh practice show longguan-tea");
    th_cli_no_raw_keys(text, "practice show");
    free(text);
    text = th_cli_out(&world, 0, "--lang en practice list");
    th_cli_no_raw_keys(text, "practice list");
    free(text);
    th_cli_do(&world, "practice lint {source}/data/practices/longguan-tea/1.json");
    reply = th_cli_json(&world, 1, "practice lint {dir}/tea.geojson");
    th_cli_shape(reply, "file:s ok:b n_faults:i faults[].where:s faults[].message:s");
    th_json_free(reply);
    th_json_free(th_cli_problem(&world, 3, "practice show none"));
    th_json_free(th_cli_problem(&world, 2, "practice check --year 2022 --parcel 1"));
    th_json_free(th_cli_problem(&world, 2, "practice check"));
    th_cli_world_remove(&world);
}

// C02 has 33,333.40 m², of which 50 mu were contracted: 25,666 − 1,547 = 24,119 kg.
static void orchard__has_an_account_in_both_languages(void **state)
{
    static const char *const ZH[] = {"C02",      "25,666",   "24,119",     "深绿", "等县里定",
                                     "没有填全", "专家选择", "地上生物量", NULL};
    static const char *const EN[] = {"dark green", "earned", "expert choice", "24,119", NULL};
    struct th_cli_world world;
    (void)state;
    world_make(&world);
    char *text = th_cli_out(&world, 0, "--lang zh orchard account --year 2022");
    expect(text, ZH, "orchard account");
    free(text);
    th_cli_do(&world, "--as gao rule set fertiliser_by co2 --reason 县里12号文");
    text = th_cli_out(&world, 0, "--lang en orchard account --year 2022 --parcel 2");
    expect(text, EN, "orchard account");
    free(text);
    struct th_json *reply = th_cli_json(&world, 0, "orchard account --year 2022 --parcel 2");
    th_cli_shape(reply, "methodology:s methodology_version:s year:i n_accounts:i n_refused:i "
                        "fixed_kg:i emitted_kg:i balance_kg:i fertiliser_t:i? colours[].label:s "
                        "colours[].n:i rules[].rule:s rules[].holds:s rules[].since:s? "
                        "sources[].side:s sources[].amount:s accounts[].account:s "
                        "accounts[].area_mu:n accounts[].fixed_kg:i accounts[].emitted_kg:i "
                        "accounts[].balance_kg:i accounts[].label:s? accounts[].state:s "
                        "accounts[].earned_kg:i? accounts[].fertiliser_t:i? "
                        "accounts[].carried_kg:i? accounts[].years[].year:i refused:a "
                        "years[].balance_kg:i warnings:a");
    assert_int_equal(th_cli_int_at(reply, "accounts.0.fertiliser_t"), 24);
    assert_int_equal(th_cli_int_at(reply, "accounts.0.carried_kg"), 119);
    th_json_free(reply);
    // 49.99 mu are no account.
    struct th_json *problem = th_cli_problem(&world, 2, "orchard account --year 2022 --parcel 1");
    assert_string_equal(th_cli_text_at(problem, "code"), "not_applicable");
    th_json_free(problem);
    th_json_free(th_cli_problem(&world, 2, "orchard account"));
    th_json_free(th_cli_problem(&world, 2, "--as gao rule set fertiliser_by both --reason r"));
    th_cli_world_remove(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(eligible__is_listed_with_reasons_in_both_languages),
        cmocka_unit_test(practice__is_a_check_list_in_both_languages),
        cmocka_unit_test(orchard__has_an_account_in_both_languages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
