// Help, version, usage errors, completion: the table of commands against the catalogue of texts.
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/table.h"
#include "core/buf.h"
#include "tests/cli/run.h"

static void world_with_language(struct th_cli_world *world, const char *language)
{
    th_cli_world_make(world);
    world->environment[world->n_environment++] = language;
}

static void for_each_command(void (*visit)(const struct th_cli_command *command, void *context),
                             void *context)
{
    size_t n_groups = 0;
    size_t n = 0;
    const struct th_cli_group *groups = th_cli_command_groups(&n_groups);
    for (size_t g = 0; g < n_groups; g++) {
        for (const struct th_cli_command *c = groups[g].commands; c->noun != NULL; c++, n++) {
            visit(c, context);
        }
    }
    assert_true(n > 40);
}

static void expect_part(const char *text, const char *part, const char *what)
{
    if (strstr(text, part) == NULL) {
        fail_msg("%s does not say %s:\n%s", what, part, text);
    }
}

// Every option stands in the help with words behind it, on its line or the next.
static void expect_options(const char *text, const char *options, const char *what)
{
    struct th_cli_spec spec;
    while (th_cli_spec_next(&options, &spec)) {
        char name[64];
        (void)snprintf(name, sizeof(name), "\n  --%s", spec.name);
        const char *found = strstr(text, name);
        if (found == NULL) {
            fail_msg("%s does not show --%s", what, spec.name);
        }
        const char *end = strchr(found + 1, '\n');
        assert_non_null(end);
        if (spec.required) {
            bool en = strstr(text, "Options") != NULL;
            const char *mark = strstr(found, en ? "(required)" : "（必填）");
            assert_non_null(mark);
        }
    }
}

static void check_help(const struct th_cli_command *command, void *context)
{
    const struct th_cli_world *worlds = context;
    char *texts[2];
    char line[128];
    (void)snprintf(line, sizeof(line), "%s %s --help", command->noun, command->verb);
    for (size_t i = 0; i < 2; i++) {
        struct th_cli_result result;
        th_cli_run(&worlds[i], line, &result);
        assert_int_equal(result.code, 0);
        assert_int_equal(result.err_size, 0);
        th_cli_no_raw_keys(result.out, line);
        expect_options(result.out, command->options, line);
        expect_options(result.out, th_cli_global_options, line);
        texts[i] = result.out;
        free(result.err);
    }
    assert_string_not_equal(texts[0], texts[1]);
    free(texts[0]);
    free(texts[1]);
}

static void help__every_command_and_option_has_words_in_both_languages(void **state)
{
    struct th_cli_world worlds[2];
    (void)state;
    world_with_language(&worlds[0], "TANHUI_LANG=zh");
    world_with_language(&worlds[1], "TANHUI_LANG=en");
    for_each_command(check_help, worlds);
    th_cli_world_remove(&worlds[0]);
    th_cli_world_remove(&worlds[1]);
}

static const char *find(const struct th_messages *messages, enum th_lang lang, const char *prefix,
                        const char *key)
{
    char name[128];
    (void)snprintf(name, sizeof(name), "%s%s", prefix, key);
    return th_messages_find(messages, lang, name);
}

// What a view shows under a heading has a heading; and a section is not longer than can be shown.
static void check_view(const struct th_cli_command *command, void *context)
{
    const struct th_messages *messages = context;
    size_t n = 0;
    for (const char *p = command->view; *p != '\0';) {
        char key[64];
        size_t size = strcspn(p, " |");
        bool is_name = size > 0 && p[size - 1] != ':';
        assert_true(size < sizeof(key));
        const char *equals = memchr(p, '=', size); // "number=contract_number": under other words
        size_t skipped = equals == NULL ? 0 : (size_t)(equals + 1 - p);
        memcpy(key, p + skipped, size - skipped);
        key[size - skipped] = '\0';
        key[strcspn(key, "?")] = '\0'; // "note?": left out where there is nothing to show
        const char *dot = strrchr(key, '.');
        for (int lang = 0; lang <= TH_LANG_EN && is_name; lang++) {
            if (find(messages, (enum th_lang)lang, "field.", key) == NULL &&
                find(messages, (enum th_lang)lang, "field.", dot != NULL ? dot + 1 : key) == NULL) {
                fail_msg("%s %s: no words for field %s", command->noun, command->verb, key);
            }
        }
        size_t gap = strspn(p + size, " |");
        n = memchr(p + size, '|', gap) == NULL ? n + 1 : 0;
        assert_true(n < TH_TABLE_COLUMNS_MAX);
        p += size + gap;
    }
}

static void view__every_field_has_a_label_in_both_languages(void **state)
{
    struct th_messages *messages = NULL;
    (void)state;
    assert_int_equal(th_messages_new(&messages, NULL), TH_OK);
    for_each_command(check_view, messages);
    th_messages_free(messages);
}

static void check_listed(const struct th_cli_command *command, void *context)
{
    char name[64];
    (void)snprintf(name, sizeof(name), "\n  %s%s%s", command->noun,
                   command->verb[0] != '\0' ? " " : "", command->verb);
    expect_part(context, name, "the overview");
}

static void help__overview_lists_every_command(void **state)
{
    struct th_cli_world world;
    (void)state;
    th_cli_world_make(&world);
    char *text = th_cli_out(&world, 0, "--help");
    for_each_command(check_listed, text);
    char *same = th_cli_out(&world, 0, "help");
    assert_string_equal(text, same);
    free(same);
    same = th_cli_out(&world, 0, "-h");
    assert_string_equal(text, same);
    free(same);
    same = th_cli_out(&world, 0, "%s", "");
    assert_string_equal(text, same);
    free(same);
    free(text);
    text = th_cli_out(&world, 0, "trade --help");
    expect_part(text, "trade propose resale", "help of a noun");
    assert_null(strstr(text, "parcel import"));
    free(text);
    text = th_cli_out(&world, 0, "help parcel import");
    expect_part(text, "--on-problem reject|abort", "help of a command");
    free(text);
    th_cli_world_remove(&world);
}

#define SEE_HELP "hint: See tanhui --help.\n"
#define SEE_OPTIONS "hint: Add --help to the command to see its options.\n"
#define SEE_USE "hint: Add --help to the command to see how it is used.\n"

static void usage__errors_are_worded_exactly(void **state)
{
    static const struct th_cli_case CASES[] = {
        {"--version", 0, "tanhui 0.1.0\n", ""},
        {"foo", 2, "", "tanhui: There is no command \"foo\".\n" SEE_HELP},
        {"foo --help", 2, "", "tanhui: There is no command \"foo\".\n" SEE_HELP},
        {"foo bar", 2, "", "tanhui: There is no command \"foo\".\n" SEE_HELP},
        {"village", 2, "", "tanhui: After \"village\" must come one of: add, import, list.\n"},
        {"village remove", 2, "",
         "tanhui: There is no \"village remove\"; village knows: add, import, list.\n"},
        {"village list --foo", 2, "", "tanhui: This command has no option --foo.\n" SEE_OPTIONS},
        {"--foo", 2, "", "tanhui: This command has no option --foo.\n" SEE_OPTIONS},
        {"village list extra", 2, "", "tanhui: Not expected here: extra\n"},
        {"village import", 2, "", "tanhui: FILE is missing.\n" SEE_USE},
        {"village add --code 330523990201 --name 某", 2, "",
         "tanhui: --township T is missing.\n" SEE_OPTIONS},
        {"parcel list --village", 2, "", "tanhui: The option --village needs V.\n"},
        {"parcel list --village --json", 2, "", NULL},
        {"parcel list --lang", 2, "", "tanhui: The option --lang needs zh|en.\n"},
        {"parcel list --lang fr", 2, "", "tanhui: --lang cannot be \"fr\"; possible: zh, en.\n"},
        {"parcel list --json=1", 2, "", NULL},
        {"parcel show x --registry {dir}/r.tanhui", 2, "", NULL},
        {"audit log --limit many", 2, "", NULL},
        {"parcel list --lang zh --foo", 2, "",
         "tanhui: 这个命令没有选项 --foo。\nhint: 在命令后面加 --help 查看它的选项。\n"},
        {"village 没有 --lang zh", 2, "",
         "tanhui: 没有“village 没有”；village 可用：add, import, list。\n"},
        {"parcel import --lang=zh", 2, "",
         "tanhui: 缺少 SOURCE。\nhint: 在命令后面加 --help 查看用法。\n"},
    };
    struct th_cli_world world;
    (void)state;
    th_cli_world_make(&world);
    th_cli_do(&world, "init {dir}/r.tanhui --name 样例 --admin-code 330000");
    th_cli_check(&world, CASES, sizeof(CASES) / sizeof(CASES[0]));
    th_cli_world_remove(&world);
}

static void ask_bash(const struct th_cli_world *world, const char *words, const char *want)
{
    char command[TH_TEST_PATH_SIZE + 512];
    char answer[4096] = "";
    (void)snprintf(command, sizeof(command),
                   "bash -c '. \"%s/completion\" && COMP_WORDS=(%s) && "
                   "COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _tanhui; "
                   "echo \"${COMPREPLY[*]}\"' 2>&1",
                   world->folder, words);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t n = fread(answer, 1, sizeof(answer) - 1, pipe);
    answer[n] = '\0';
    assert_int_equal(pclose(pipe), 0);
    answer[strcspn(answer, "\n")] = '\0';
    if (strcmp(answer, want) != 0) {
        fail_msg("after %s bash offers \"%s\", not \"%s\"", words, answer, want);
    }
}

static void completion__is_a_script_that_bash_understands(void **state)
{
    struct th_cli_world world;
    char command[TH_TEST_PATH_SIZE + 64];
    (void)state;
    th_cli_world_make(&world);
    char *script = th_cli_out(&world, 0, "completion");
    th_cli_write(&world, "completion", script, strlen(script));
    free(script);
    (void)snprintf(command, sizeof(command), "bash -n '%s/completion'", world.folder);
    assert_int_equal(system(command), 0);
    ask_bash(&world, "tanhui par", "party parcel");
    ask_bash(&world, "tanhui party \"\"", "add list account");
    ask_bash(&world, "tanhui trade propose re", "resale retirement release");
    ask_bash(&world, "tanhui parcel import --on", "--on-problem --on");
    ask_bash(&world, "tanhui trade propose resale --to", "--to --tonnes");
    ask_bash(&world, "tanhui --la", "--lang");
    ask_bash(&world, "tanhui parcel import bam", ""); // bash offers files
    th_cli_world_remove(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help__every_command_and_option_has_words_in_both_languages),
        cmocka_unit_test(help__overview_lists_every_command),
        cmocka_unit_test(view__every_field_has_a_label_in_both_languages),
        cmocka_unit_test(usage__errors_are_worded_exactly),
        cmocka_unit_test(completion__is_a_script_that_bash_understands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
