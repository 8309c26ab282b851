// The signing key beside a registry, signed heads, and exports of a part of the journal.
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/cli/auditor.h"

static void later(struct th_cli_world *world, const char *now)
{
    world->environment[0] = now;
    world->n_environment = 1;
}

static void audit_export__a_part_begins_where_it_is_asked_to(void **state)
{
    struct th_cli_world world;
    (void)state;
    th_cli_world_make(&world);
    th_cli_do(&world, "init {dir}/r.tanhui --name N --admin-code 33");
    for (int i = 0; i < 4; i++) { // entries 3 to 6
        th_cli_do(&world, "party add --kind person --name P%d", i);
    }
    struct th_json *reply =
        th_cli_json(&world, 0, "audit export --out {dir}/j.jsonl --from 3 --to 5");
    assert_int_equal(th_cli_int_at(reply, "n_entries"), 3);
    assert_int_equal(th_cli_int_at(reply, "first_seq"), 3);
    assert_int_equal(th_cli_int_at(reply, "last_seq"), 5);
    th_json_free(reply);
    th_json_free(th_auditor_json(&world, 1, "j.jsonl"));
    reply = th_auditor_json(&world, 0, "--part j.jsonl");
    assert_true(th_json_get_bool(reply, "partial", false));
    th_json_free(reply);
    th_json_free(th_cli_problem(&world, 5, "audit export --out {dir}/j.jsonl"));
    th_json_free(th_cli_problem(&world, 2, "audit export --out {dir}/k.jsonl --from x"));
    reply = th_cli_problem(&world, 2, "audit export --out {dir}/k.jsonl --from 1000");
    assert_string_equal(th_cli_text_at(reply, "code"), "export_range");
    th_json_free(reply);
    th_cli_world_remove(&world);
}

static void key__lies_beside_the_registry_for_its_owner_alone(void **state)
{
    struct th_cli_world world;
    struct stat info;
    char path[TH_TEST_PATH_SIZE];
    (void)state;
    th_cli_world_make(&world);
    struct th_json *reply = th_cli_json(&world, 0, "init {dir}/r.tanhui --name N --admin-code 33");
    assert_int_equal(stat(th_test_path(path, world.folder, "r.tanhui.key"), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    char *text = th_cli_read(&world, "r.tanhui.key");
    assert_int_equal(strlen(text), 78);
    assert_int_equal(strncmp(text, "tanhui-key-1 ", 13), 0);
    th_json_free(reply);
    // A second registry of that name does not touch it, nor does the first one's removal.
    th_json_free(th_cli_problem(&world, 5, "init {dir}/r.tanhui --name N --admin-code 33"));
    assert_int_equal(unlink(th_test_path(path, world.folder, "r.tanhui")), 0);
    reply = th_cli_problem(&world, 5, "init {dir}/r.tanhui --name N --admin-code 33");
    assert_string_equal(th_cli_text_at(reply, "code"), "key_exists");
    th_json_free(reply);
    char *again = th_cli_read(&world, "r.tanhui.key");
    assert_string_equal(again, text);
    free(again);
    free(text);
    assert_int_not_equal(stat(path, &info), 0); // no registry was made
    th_cli_world_remove(&world);
}

static void key__work_goes_on_without_it_and_the_check_says_so(void **state)
{
    struct th_cli_world world;
    char path[TH_TEST_PATH_SIZE];
    char away[TH_TEST_PATH_SIZE];
    (void)state;
    th_cli_world_make(&world);
    th_cli_do(&world, "init {dir}/r.tanhui --name N --admin-code 33");
    (void)th_test_path(path, world.folder, "r.tanhui.key");
    (void)th_test_path(away, world.folder, "away.key");
    assert_int_equal(rename(path, away), 0);
    later(&world, "TANHUI_NOW=2023-07-01T08:00:00Z");
    th_cli_do(&world, "party add --kind person --name A");
    struct th_json *reply = th_cli_json(&world, 0, "audit heads");
    assert_int_equal(th_cli_int_at(reply, "n_heads"), 0);
    th_json_free(reply);
    reply = th_cli_json(&world, 0, "audit head");
    assert_string_equal(th_cli_text_at(reply, "key"), "missing");
    th_json_free(reply);
    reply = th_cli_problem(&world, 3, "audit head --sign");
    assert_string_equal(th_cli_text_at(reply, "code"), "key_missing");
    th_json_free(reply);
    reply = th_cli_json(&world, 0, "registry check");
    bool told = false;
    const struct th_json *checks = th_json_get(reply, "checks");
    for (size_t i = 0; i < th_json_size(checks); i++) {
        const struct th_json *check = th_json_at(checks, i);
        if (strcmp(th_json_get_text(check, "name", ""), "heads") == 0) {
            told = strlen(th_json_get_text(check, "detail", "")) > 0 &&
                   th_json_get_bool(check, "ok", false);
        }
    }
    assert_true(told);
    th_json_free(reply);
    // Back again: the present head is signed, and the day that ended meanwhile; each other day's
    // when it has passed.
    assert_int_equal(rename(away, path), 0);
    reply = th_cli_json(&world, 0, "audit head --sign");
    assert_string_equal(th_cli_text_at(reply, "key"), "ready");
    assert_int_equal(strlen(th_cli_text_at(reply, "signature")), 128);
    th_json_free(reply);
    th_cli_do(&world, "party add --kind person --name B");
    later(&world, "TANHUI_NOW=2023-07-01T16:00:00Z"); // midnight in Shanghai
    th_cli_do(&world, "party add --kind person --name C");
    reply = th_cli_json(&world, 0, "audit heads");
    assert_int_equal(th_cli_int_at(reply, "n_heads"), 3);
    assert_int_equal(th_cli_int_at(reply, "heads.0.seq"), 2);
    assert_int_equal(th_cli_int_at(reply, "heads.1.seq"), 3);
    assert_string_equal(th_cli_text_at(reply, "heads.2.day"), "2023-07-01");
    assert_int_equal(th_cli_int_at(reply, "heads.2.seq"), 4);
    th_json_free(reply);
    th_cli_world_remove(&world);
}

static void key__a_new_one_is_vouched_for_where_the_old_one_is_there(void **state)
{
    struct th_cli_world world;
    char path[TH_TEST_PATH_SIZE];
    (void)state;
    th_cli_world_make(&world);
    th_cli_do(&world, "init {dir}/r.tanhui --name N --admin-code 33");
    th_cli_do(&world, "user add officer --role officer");
    th_json_free(th_cli_problem(&world, 4, "--as officer registry key new"));
    struct th_json *reply = th_cli_json(&world, 0, "--dry-run registry key new");
    th_json_free(reply);
    struct th_json *first = th_cli_json(&world, 0, "registry key new");
    assert_true(th_json_get_bool(first, "vouched", false));
    th_cli_do(&world, "audit head --sign");
    // The first key may go: the second one signs.
    assert_int_equal(unlink(th_test_path(path, world.folder, "r.tanhui.key")), 0);
    later(&world, "TANHUI_NOW=2023-07-02T08:00:00Z");
    th_cli_do(&world, "party add --kind person --name A");
    later(&world, "TANHUI_NOW=2023-07-03T08:00:00Z");
    th_cli_do(&world, "party add --kind person --name B");
    // Lost: the third one has nobody's word.
    assert_int_equal(unlink(th_cli_text_at(first, "key_file")), 0);
    struct th_json *second = th_cli_json(&world, 0, "registry key new");
    assert_false(th_json_get_bool(second, "vouched", true));
    assert_string_equal(th_cli_text_at(second, "previous_key"),
                        th_cli_text_at(first, "public_key"));
    th_cli_do(&world, "audit export --out {dir}/j.jsonl");
    reply = th_auditor_json(&world, 0, "j.jsonl");
    assert_int_equal(th_cli_int_at(reply, "n_keys"), 3);
    assert_int_equal(th_cli_int_at(reply, "n_keys_unvouched"), 1);
    assert_int_equal(th_cli_int_at(reply, "n_heads_verified"), 3); // the export signs its end
    th_json_free(reply);
    char line[256];
    (void)snprintf(line, sizeof(line), "--key %s j.jsonl", th_cli_text_at(first, "public_key"));
    th_json_free(th_auditor_json(&world, 1, line));
    (void)snprintf(line, sizeof(line), "--key %s j.jsonl", th_cli_text_at(second, "public_key"));
    th_json_free(th_auditor_json(&world, 0, line));
    th_json_free(first);
    th_json_free(second);
    th_cli_world_remove(&world);
}

static void copy(const struct th_cli_world *world, const char *from, const char *to)
{
    char command[2048];
    (void)snprintf(command, sizeof(command), "cp '%s/%s' '%s/%s'", world->folder, from,
                   world->folder, to);
    assert_int_equal(system(command), 0);
}

// The key a week later; a backup of the first day is put in the registry's place.
static void key__an_older_copy_of_the_registry_is_noticed_and_not_signed(void **state)
{
    struct th_cli_world world;
    char path[TH_TEST_PATH_SIZE];
    (void)state;
    th_cli_world_make(&world);
    later(&world, "TANHUI_NOW=2023-07-01T08:00:00Z");
    struct th_json *born = th_cli_json(&world, 0, "init {dir}/r.tanhui --name N --admin-code 33");
    th_cli_do(&world, "registry backup {dir}/old.tanhui");
    th_cli_do(&world, "party add --kind person --name A");
    later(&world, "TANHUI_NOW=2023-07-08T08:00:00Z");
    th_cli_do(&world, "party add --kind person --name B");
    assert_int_equal(unlink(th_test_path(path, world.folder, "r.tanhui")), 0);
    copy(&world, "old.tanhui", "r.tanhui");
    later(&world, "TANHUI_NOW=2023-07-09T08:00:00Z");
    struct th_json *reply = th_cli_json(&world, 1, "audit verify");
    assert_string_equal(th_cli_text_at(reply, "broken.reason"), "rewritten");
    assert_int_equal(th_cli_int_at(reply, "broken.seq"), 3);
    th_json_free(reply);
    reply = th_cli_problem(&world, 5, "audit head --sign");
    assert_string_equal(th_cli_text_at(reply, "code"), "key_rewritten");
    th_json_free(reply);
    reply = th_cli_json(&world, 0, "audit export --out {dir}/a.jsonl");
    assert_false(th_json_get_bool(reply, "signed", true));
    assert_string_equal(th_cli_text_at(reply, "key"), "rewritten");
    th_json_free(reply);
    th_json_free(th_cli_problem(&world, 2, "registry restored"));
    th_cli_do(&world, "registry restored --reason disk");
    reply = th_cli_json(&world, 0, "audit export --out {dir}/b.jsonl");
    assert_true(th_json_get_bool(reply, "signed", false));
    th_json_free(reply);
    char line[256];
    (void)snprintf(line, sizeof(line), "--key %s b.jsonl", th_cli_text_at(born, "public_key"));
    reply = th_auditor_json(&world, 0, line);
    assert_int_equal(th_cli_int_at(reply, "n_restored"), 1);
    assert_int_equal(th_cli_int_at(reply, "signed_seq"), th_cli_int_at(reply, "last_seq"));
    th_json_free(reply);
    (void)snprintf(line, sizeof(line), "--key %s a.jsonl", th_cli_text_at(born, "public_key"));
    th_json_free(th_auditor_json(&world, 1, line)); // nothing was signed
    th_json_free(born);
    th_cli_world_remove(&world);
}

static void audit_export__a_file_cut_back_says_how_far_it_is_signed(void **state)
{
    struct th_cli_world world;
    char command[1024];
    (void)state;
    th_cli_world_make(&world);
    later(&world, "TANHUI_NOW=2023-07-01T08:00:00Z");
    struct th_json *born = th_cli_json(&world, 0, "init {dir}/r.tanhui --name N --admin-code 33");
    for (int i = 0; i < 3; i++) {
        th_cli_do(&world, "party add --kind person --name P%d", i);
    }
    th_cli_do(&world, "audit export --out {dir}/j.jsonl");
    // Entries 1 to 4, and an end of one's own.
    (void)snprintf(command, sizeof(command),
                   "cd '%s' && head -5 j.jsonl >cut.jsonl && hash=$(tail -1 cut.jsonl | sed "
                   "'s/.*\"hash\":\"\\([0-9a-f]*\\)\"}}$/\\1/') && printf "
                   "'{\"end\":{\"seq\":4,\"hash\":\"%%s\",\"n_heads\":0}}\n' \"$hash\" >>cut.jsonl",
                   world.folder);
    assert_int_equal(system(command), 0);
    th_json_free(th_auditor_json(&world, 0, "cut.jsonl")); // it fits in itself
    char line[256];
    (void)snprintf(line, sizeof(line), "--key %s j.jsonl", th_cli_text_at(born, "public_key"));
    th_json_free(th_auditor_json(&world, 0, line));
    (void)snprintf(line, sizeof(line), "--key %s cut.jsonl", th_cli_text_at(born, "public_key"));
    struct th_json *reply = th_auditor_json(&world, 1, line);
    assert_string_equal(th_cli_text_at(reply, "faults.0.code"), "key_unsigned");
    assert_int_equal(th_cli_int_at(reply, "signed_seq"), 0);
    th_json_free(reply);
    th_json_free(born);
    th_cli_world_remove(&world);
}

static void audit_program__says_what_is_wrong_with_how_it_was_called(void **state)
{
    static const struct {
        const char *arguments;
        int code;
    } CASES[] = {{"", 2},
                 {"a b", 2},
                 {"--head 12 j.jsonl", 2},
                 {"--limit 1001 j.jsonl", 2},
                 {"--lang fr j.jsonl", 2},
                 {"--colour j.jsonl", 2},
                 {"nowhere.jsonl", 6},
                 {".", 6},
                 {"other.txt", 6},
                 {"empty.txt", 6},
                 {"--help", 0},
                 {"--version", 0}};
    struct th_cli_world world;
    (void)state;
    th_cli_world_make(&world);
    th_cli_write(&world, "other.txt", "{\"a\":1}\n", 8);
    th_cli_write(&world, "empty.txt", "", 0);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        th_auditor_exits(&world, CASES[i].code, CASES[i].arguments);
    }
    th_cli_world_remove(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(audit_export__a_part_begins_where_it_is_asked_to),
        cmocka_unit_test(key__lies_beside_the_registry_for_its_owner_alone),
        cmocka_unit_test(key__work_goes_on_without_it_and_the_check_says_so),
        cmocka_unit_test(key__a_new_one_is_vouched_for_where_the_old_one_is_there),
        cmocka_unit_test(key__an_older_copy_of_the_registry_is_noticed_and_not_signed),
        cmocka_unit_test(audit_export__a_file_cut_back_says_how_far_it_is_signed),
        cmocka_unit_test(audit_program__says_what_is_wrong_with_how_it_was_called),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
