// Nothing that a clerk can type behind an issued package counts growth once more unseen: surveys
// that are not the ones that the issued years ended with, numbers put in place of a methodology's
// own, and plots of another village, each said, the first two until an officer has waived them.
#include <stdio.h>
#include <stdlib.h>

#include "tests/cli/chain.h"

#define HEAD "村,碳层,样地号,调查日期,样地面积(平方米),树种,胸径(厘米),龄级(度),株数\n"
#define PLOT(year, name, stems) "330523990201,甲," name "," year "-08-12,400,毛竹,10,2," stems "\n"

static const char FIRST[] =
    HEAD PLOT("2017", "甲1", "50") PLOT("2017", "甲2", "54") PLOT("2019", "甲1", "53")
        PLOT("2019", "甲2", "58") PLOT("2021", "甲1", "56") PLOT("2021", "甲2", "61");
// As if 2019 had been poorer than it was when its growth was issued.
static const char LATER[] = HEAD PLOT("2019", "甲1", "41") PLOT("2019", "甲2", "45");

static const char YEAR[] = "村,地块号,化肥纯氮(公斤/亩),有机肥氮(公斤/亩)\n330523990201,M01,0,0\n";

static void take_plots(const struct th_cli_world *world, const char *name, const char *rows)
{
    th_cli_write(world, name, rows, strlen(rows));
    th_cli_do(world, "--as clerk-m plot import {dir}/%s", name);
}

static void make(struct th_cli_world *world)
{
    th_cli_world_make(world);
    th_chain_people(world);
    th_chain_parcels(world);
    th_cli_do(world, "--as clerk-m parcel import {sample}/majianong-strata.csv --update");
    take_plots(world, "first.csv", FIRST);
    th_cli_write(world, "year.csv", YEAR, sizeof(YEAR) - 1);
    for (int year = 2018; year <= 2021; year++) {
        th_cli_do(world, "--as clerk-m activity import {dir}/year.csv --year %d", year);
    }
}

static struct th_json *create(const struct th_cli_world *world, const char *name, const char *from,
                              const char *to, const char *more)
{
    return th_cli_json(world, 0,
                       "--as clerk-m package create --name %s --holder " MAJIANONG
                       " --methodology moso-management --from %s-01-01 --to %s-12-31 --parcel 1 %s",
                       name, from, to, more);
}

static void issue(const struct th_cli_world *world, const char *name)
{
    th_cli_do(world, "--as clerk-m package submit %s", name);
    th_cli_do(world,
              "--as verifier package verify %s --decision approve --statement "
              "{sample}/statement-anji.txt",
              name);
    th_cli_do(world, "--as officer package issue %s", name);
}

static bool warned(const struct th_json *reply, const char *code, bool needs_waiver)
{
    const struct th_json *warnings = th_json_get(reply, "warnings");
    for (size_t i = 0; i < th_json_size(warnings); i++) {
        const struct th_json *warning = th_json_at(warnings, i);
        if (strcmp(th_json_get_text(warning, "code", ""), code) == 0) {
            assert_true(th_json_get_bool(warning, "needs_waiver", !needs_waiver) == needs_waiver);
            th_cli_no_raw_keys(th_json_get_text(warning, "message", "{"), code);
            return true;
        }
    }
    return false;
}

static void refuse_submit(const struct th_cli_world *world, const char *name)
{
    struct th_json *problem = th_cli_problem(world, 5, "--as clerk-m package submit %s", name);
    assert_string_equal(th_json_get_text(problem, "code", ""), "waiver_needed");
    th_json_free(problem);
}

static void surveys__going_on_from_what_was_issued_needs_nobody(void **state)
{
    struct th_cli_world world;
    (void)state;
    make(&world);
    struct th_json *reply = create(&world, "A", "2018", "2019", "");
    assert_false(warned(reply, "survey_restated", true));
    th_json_free(reply);
    issue(&world, "A");
    reply = create(&world, "B", "2020", "2021", "");
    assert_false(warned(reply, "survey_restated", true));
    th_json_free(reply);
    issue(&world, "B");
    th_cli_world_remove(&world);
}

static void surveys__a_poorer_start_behind_issued_growth_wants_an_officer(void **state)
{
    struct th_cli_world world;
    (void)state;
    make(&world);
    th_json_free(create(&world, "A", "2018", "2019", ""));
    issue(&world, "A");
    take_plots(&world, "later.csv", LATER);
    struct th_json *reply = create(&world, "B", "2020", "2021", "");
    assert_true(warned(reply, "survey_restated", true));
    th_json_free(reply);
    reply = th_cli_json(&world, 0, "package show B");
    assert_true(warned(reply, "survey_restated", true));
    th_json_free(reply);
    refuse_submit(&world, "B");
    th_cli_do(&world, "--as officer package waive B --rule survey_restated --reason looked "
                      "--document {sample}/statement-anji.txt");
    issue(&world, "B");
    th_cli_world_remove(&world);
}

// 2020 is left out: its own estimate, which comes first, begins with the poorer stock.
static void surveys__years_left_out_hide_nothing(void **state)
{
    struct th_cli_world world;
    (void)state;
    make(&world);
    th_json_free(create(&world, "A", "2018", "2019", ""));
    issue(&world, "A");
    take_plots(&world, "later.csv", LATER);
    struct th_json *reply = create(&world, "B", "2021", "2021", "");
    assert_true(warned(reply, "survey_restated", true));
    th_json_free(reply);
    th_cli_world_remove(&world);
}

static void numbers__in_place_of_the_methodologys_own_want_an_officer(void **state)
{
    struct th_cli_world world;
    (void)state;
    make(&world);
    struct th_json *reply = create(&world, "A", "2018", "2019", "--input root_ratio=0.649");
    assert_true(warned(reply, "parameter_replaced", true));
    th_json_free(reply);
    refuse_submit(&world, "A");
    th_cli_do(&world, "--as clerk-m package withdraw A --reason again");
    reply = create(&world, "B", "2018", "2019", "--input root_ratio=0.33"); // the document's own
    assert_false(warned(reply, "parameter_replaced", true));
    th_json_free(reply);
    issue(&world, "B");
    th_cli_world_remove(&world);
}

static void plots__of_another_village_are_said(void **state)
{
    struct th_cli_world world;
    char rows[512];
    (void)state;
    make(&world);
    struct th_json *reply = th_cli_json(&world, 0, "parcel list --village 330523990202");
    int64_t parcel = th_cli_int_at(reply, "parcels.0.parcel_id");
    const char *number = th_cli_text_at(reply, "parcels.0.number");
    (void)snprintf(rows, sizeof(rows),
                   "村,地块号,碳层,竹林郁闭度,散生乔木郁闭度,立地,经营方式\n"
                   "330523990202,%s,甲,0.7,0.1,mineral,listed\n",
                   number);
    th_cli_write(&world, "stratum.csv", rows, strlen(rows));
    th_json_free(reply);
    th_cli_do(&world, "--as clerk-g parcel import {dir}/stratum.csv --update");
    reply = th_cli_json(&world, 0,
                        "estimate run --year 2018 --parcel %lld --methodology moso-management",
                        (long long)parcel);
    assert_true(warned(reply, "survey_elsewhere", false));
    th_json_free(reply);
    reply =
        th_cli_json(&world, 0, "estimate run --year 2018 --parcel 1 --methodology moso-management");
    assert_false(warned(reply, "survey_elsewhere", false));
    th_json_free(reply);
    th_cli_world_remove(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(surveys__going_on_from_what_was_issued_needs_nobody),
        cmocka_unit_test(surveys__a_poorer_start_behind_issued_growth_wants_an_officer),
        cmocka_unit_test(surveys__years_left_out_hide_nothing),
        cmocka_unit_test(numbers__in_place_of_the_methodologys_own_want_an_officer),
        cmocka_unit_test(plots__of_another_village_are_said)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
