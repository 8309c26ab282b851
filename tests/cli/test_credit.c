// What fell is shown as it is wherever people read it, is issued by nobody, and is paid first.
// 2,145 mu change by 50 kg a mu in 2019, -80 in 2020, 20 in 2021 and 40 in 2022.
#include <stdlib.h>

#include "tests/cli/chain.h"

static void expect_part(const struct th_cli_world *world, const char *line, const char *part)
{
    char *text = th_cli_out(world, 0, "%s", line);
    th_cli_no_raw_keys(text, line);
    if (strstr(text, part) == NULL) {
        fail_msg("%s: there is no %s in\n%s", line, part, text);
    }
    free(text);
}

static void expect_int(const struct th_json *reply, const char *path, int64_t want)
{
    int64_t actual = th_cli_int_at(reply, path);
    if (actual != want) {
        fail_msg("%s is %lld, not %lld", path, (long long)actual, (long long)want);
    }
}

static struct th_json *issue(const struct th_cli_world *world, const char *name, const char *from,
                             const char *to)
{
    th_cli_do(world,
              "--as clerk-m package create --name %s --holder " MAJIANONG
              " --methodology rise-and-fall --from %s-01-01 --to %s-12-31 --village 330523990201",
              name, from, to);
    th_cli_do(world, "--as clerk-m package submit %s", name);
    th_cli_do(world,
              "--as verifier package verify %s --decision approve --statement "
              "{sample}/statement-anji.txt",
              name);
    return th_cli_json(world, 0, "--as officer package issue %s", name);
}

static void expect_shown(const struct th_cli_world *world)
{
    struct th_json *reply = th_cli_json(world, 0,
                                        "estimate run --village 330523990201 --year 2020 "
                                        "--methodology rise-and-fall");
    expect_int(reply, "gross_kg", -171600);
    expect_int(reply, "net_kg", -171600);
    expect_int(reply, "years.0.whole_t", 0);
    th_json_free(reply);
    expect_part(world,
                "estimate run --village 330523990201 --year 2020 --methodology rise-and-fall",
                "-171,600");
    // 204.5 mu of the first parcel, 80 kg each.
    expect_part(world, "estimate explain --parcel 1 --year 2020 --methodology rise-and-fall",
                "-16360");
    th_cli_do(world, "estimate sheet 1 --out {dir}/sheet.jsonl");
    char *sheet = th_cli_read(world, "sheet.jsonl");
    assert_non_null(strstr(sheet, "\"net_kg\":-16360"));
    free(sheet);
}

static void expect_paid(const struct th_cli_world *world)
{
    struct th_json *reply = issue(world, "fell", "2019", "2020");
    expect_int(reply, "net_kg", -64350);
    expect_int(reply, "issued_t", 107);
    expect_int(reply, "debt_kg", -171350);
    expect_int(reply, "rest_kg", 0);
    th_json_free(reply);
    expect_part(world, "package show fell", "-64,350");
    expect_part(world, "package show fell", "-171,350");
    expect_part(world, "package list", "-64,350");
    // 42,900 + 85,800 kg are less than what is owed.
    reply = issue(world, "rose", "2021", "2022");
    expect_int(reply, "opening_kg", -171350);
    expect_int(reply, "net_kg", 128700);
    expect_int(reply, "issued_t", 0);
    expect_int(reply, "debt_kg", -42650);
    th_json_free(reply);
    expect_part(world, "package show rose", "-171,350");
    expect_part(world, "package show rose", "-42,650");
    reply = th_cli_json(world, 0, "registry check --deep");
    assert_true(th_json_get_bool(reply, "ok", false));
    th_json_free(reply);
    reply = th_cli_problem(world, 5,
                           "--as clerk-m package create --name late --holder " MAJIANONG
                           " --methodology rise-and-fall --from 2018-01-01 "
                           "--to 2018-12-31 --village 330523990201");
    th_json_free(reply);
}

static void loss__is_shown_never_issued_and_paid_first(void **state)
{
    static const char *const languages[] = {"TANHUI_LANG=zh", "TANHUI_LANG=en"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct th_cli_world world;
        th_cli_world_make(&world);
        world.environment[world.n_environment++] = languages[i];
        th_chain_people(&world);
        th_chain_parcels(&world);
        th_cli_do(&world,
                  "--as officer methodology add {source}/tests/data/credit/rise-and-fall.json");
        expect_shown(&world);
        expect_paid(&world);
        th_cli_world_remove(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loss__is_shown_never_issued_and_paid_first)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
