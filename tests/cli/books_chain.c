#include <stdlib.h>

#include "cli/cli.h"
#include "core/hash.h"
#include "registry/setup.h"
#include "store/store.h"
#include "tests/cli/books.h"

// What follows the people, by the program's own table of commands, but in one process: starting it
// starting it sixty times would take longer than all that is tested.
static const char *const LINES[] = {
    "--as clerk-m parcel import {sample}/majianong.geojson",
    "--as clerk-g parcel import {sample}/gaojiatang.zip --kind bamboo --map number=XIAO_BAN "
    "--map village=CUN --map land_class=DI_LEI --map declared_area=MIAN_JI",
    "--as clerk-x parcel import {sample}/xiazhuhu.kml",
    "--as clerk-m package create --name M --holder " MAJIANONG " --methodology reported-factor "
    "--from 2018-01-01 --to 2020-12-31 --village 330523990201",
    "--as clerk-g package create --name G --holder " GAOJIATANG " --methodology reported-factor "
    "--from 2018-01-01 --to 2020-12-31 --village 330523990202",
    "--as clerk-x package create --name X --holder " WETLAND_OFFICE " --methodology statement "
    "--from 2021-01-01 --to 2021-12-31 --village 330521990001",
    "--as clerk-m package submit M",
    "--as clerk-g package submit G",
    "--as clerk-x package submit X",
    "--as verifier package verify M --decision approve --statement {sample}/statement-anji.txt",
    "--as verifier package verify G --decision approve --statement {sample}/statement-anji.txt",
    "--as verifier package verify X --decision approve --tonnes 10000 --statement "
    "{sample}/statement-xiazhuhu.txt",
    "--as officer package issue M",
    "--as officer package issue G",
    "--as officer package issue X",
    "--as anji-1 trade propose purchase --package M --package G --to " ANJI_BANK
    " --price 43.44 --on 2021-12-28",
    "--as anji-2 trade approve 1 --on 2021-12-28",
    "--as anji-1 receipt confirm 1 --amount 316330.08 --on 2021-12-30",
    "--as anji-1 trade propose resale --from " ANJI_BANK " --to " ANJI_BUYER
    " --tonnes 2000 --price 73.41 --on 2022-06-10",
    "--as anji-2 trade approve 2 --on 2022-06-10",
    "--as anji-1 receipt confirm 2 --amount 146820.00 --on 2022-06-20",
    "--as officer revenue term add --from 2021-01-01 --basis net_of_cost --ratio 70 "
    "--split village=1 --document {sample}/revenue-term.txt",
    "--as deqing-1 trade propose purchase --package X --to " DEQING_BANK
    " --price 58.83 --tax 6 --on 2022-12-28",
    "--as deqing-2 trade approve 3 --on 2022-12-28",
    "--as deqing-1 receipt confirm 3 --amount 288300.00 --on 2023-01-05",
    "--as deqing-1 trade propose resale --from " DEQING_BANK
    " --to 制药厂 --tonnes 4000 --price 60 --tax 6 --on 2023-02-01",
    "--as deqing-2 trade approve 4 --on 2023-02-01",
    "--as anji-1 trade propose retirement --holder " ANJI_BUYER
    " --tonnes 500 --beneficiary " ANJI_BUYER
    " --purpose offset --note '2022 年度, 厂区' --on 2022-07-01",
    "--as anji-2 trade approve 5 --on 2022-07-01",
    "--as deqing-1 trade propose retirement --holder 制药厂 --tonnes 40 --beneficiary 制药厂 "
    "--purpose event --on 2023-03-01",
    "--as deqing-2 trade approve 6 --on 2023-03-01",
    "--as anji-1 trade propose resale --from " ANJI_BANK
    " --to 造纸厂 --tonnes 100 --price 80 --on 2023-05-10",
    "--as deqing-1 trade propose cancellation --holder " DEQING_BANK
    " --tonnes 60 --reason '声明重复, 作废' --on 2023-05-11",
    "--as deqing-2 trade approve 8 --on 2023-05-11",
    "--as anji-1 revenue distribute --through 2022-12-31",
    "--as anji-2 revenue approve 1 --on 2022-12-31",
    "--as anji-1 payment confirm 1 --party 高家堂村集体 --on 2023-01-05",
};

static int64_t fixed_now(void *context)
{
    return *(const int64_t *)context;
}

static void fixed_random(void *context, void *data, size_t size)
{
    (void)context;
    th_random_bytes(data, size);
}

static void do_line(const struct th_cli_world *world, struct th_cli *shell, const char *line)
{
    struct th_error err = {0};
    struct th_json *reply = NULL;
    struct th_cli cli = *shell;
    char *text = NULL;
    char program[] = "tanhui";
    char *words[TH_CLI_WORDS_MAX + 1] = {program};
    size_t n = th_cli_words(world, line, &text, words + 1);
    enum th_status status = th_cli_parse(&cli, (int)n + 1, words, &err);
    if (status == TH_OK) {
        status = cli.command->run(&cli, &reply, &err);
    }
    if (status != TH_OK || th_json_get_int(reply, "rejected", 0) != 0) {
        fail_msg("%s: %s", line, err.key);
    }
    th_json_free(reply);
    th_cli_clear(&cli);
    free(text);
}

void books_chain(const struct th_cli_world *world)
{
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    int64_t now_utc = 0;
    struct th_json *reply = NULL;
    struct th_cli shell = {.progress_mode = TH_CLI_NONE,
                           .lang = TH_LANG_EN,
                           .registry_path = th_test_path(path, world->folder, "r.tanhui"),
                           .request = {.login = "admin"}};
    const struct th_registry_create_options options = {.name = "样例", .admin_code = "330000"};
    assert_ok(th_instant_parse(TH_CLI_NOW, &now_utc, &err), &err);
    shell.surroundings = (struct th_surroundings){.now_utc = fixed_now,
                                                  .random = fixed_random,
                                                  .context = &now_utc,
                                                  .system_user = "tester",
                                                  .program = "tanhui"};
    th_store_prepare_process();
    assert_ok(th_messages_new(&shell.messages, &err), &err);
    assert_ok(th_registry_create(path, &options, &shell.surroundings, &reply, &err), &err);
    th_json_free(reply);
    assert_ok(th_registry_open(path, TH_STORE_WRITE, &shell.surroundings, &shell.registry, &err),
              &err);
    for (size_t i = 0; i < TH_CHAIN_N_PEOPLE; i++) {
        do_line(world, &shell, th_chain_people_lines[i]);
    }
    for (size_t i = 0; i < sizeof(LINES) / sizeof(LINES[0]); i++) {
        do_line(world, &shell, LINES[i]);
    }
    th_registry_close(shell.registry);
    th_messages_free(shell.messages);
}
