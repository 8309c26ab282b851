// Signed heads in a registry's file, and that whoever changes them past the program is found.
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/file.h"
#include "registry/audit.h"
#include "registry/head.h"
#include "registry/key.h"
#include "registry/setup.h"
#include "store/journal/head_store.h"
#include "store/journal/journal_store.h"
#include "store/registry_store.h"
#include "tests/unit/registry_world.h"

static const int64_t DAY_S = 86400;

struct keyed {
    struct th_test_world world;
    char key_path[TH_TEST_PATH_SIZE];
};

// Entries 1 (creation) and 2 (key) of one day, 3 of the next: 2 is signed.
static int make(void **state)
{
    struct keyed *keyed = calloc(1, sizeof(*keyed));
    assert_non_null(keyed);
    struct th_test_world *world = &keyed->world;
    struct th_registry_create_options options = {.name = "安吉县", .admin_code = "330523"};
    struct th_error err = {0};
    struct th_json *reply = NULL;
    th_test_world_make(world);
    world->surroundings.key_path = th_test_path(keyed->key_path, world->folder, "r.tanhui.key");
    assert_ok(th_registry_create(world->path, &options, &world->surroundings, &reply, &err), &err);
    th_json_free(reply);
    assert_ok(
        th_registry_open(world->path, TH_STORE_WRITE, &world->surroundings, &world->registry, &err),
        &err);
    world->store = th_registry_store(world->registry);
    world->now_utc += DAY_S;
    th_test_village_add(world, "admin", "330523205201");
    *state = keyed;
    return 0;
}

static int take_away(void **state)
{
    struct keyed *keyed = *state;
    th_test_world_remove(&keyed->world);
    free(keyed);
    return 0;
}

static int64_t verify(struct th_test_world *world, int64_t want_n)
{
    struct th_error err = {0};
    int64_t n = -1;
    int64_t broken = -1;
    assert_ok(th_signed_heads_verify(world->store, &n, &broken, &err), &err);
    assert_int_equal(n, want_n);
    return broken;
}

static void head__the_end_of_a_day_is_signed_by_the_first_change_of_a_later_one(void **state)
{
    struct keyed *keyed = *state;
    struct th_test_world *world = &keyed->world;
    struct th_error err = {0};
    struct th_signed_head head;
    assert_int_equal(verify(world, 1), 0);
    assert_ok(th_signed_head_load(world->store, 2, &head, &err), &err);
    assert_string_equal(head.day, "2024-03-10");         // 16:00 in London is midnight in Shanghai
    th_test_village_add(world, "admin", "330523205202"); // the same day: nothing
    assert_int_equal(verify(world, 1), 0);
    world->now_utc += 3 * DAY_S;
    th_test_village_add(world, "admin", "330523205203");
    assert_int_equal(verify(world, 2), 0);
    assert_ok(th_signed_head_load(world->store, 4, &head, &err), &err);
    assert_status(th_signed_head_load(world->store, 3, &head, &err), TH_NOT_FOUND, &err);
    assert_int_equal(head.seq, 4);
}

static void head__without_a_place_for_a_key_nothing_is_signed(void **state)
{
    struct th_test_world *world = *state;
    assert_int_equal(th_test_sql_int(world->store, "SELECT count(*) FROM journal"), 1);
    world->now_utc += DAY_S;
    th_test_village_add(world, "admin", "330523205201");
    assert_int_equal(th_test_sql_int(world->store, "SELECT count(*) FROM journal_head"), 0);
}

static int make_plain(void **state)
{
    struct th_test_world *world = calloc(1, sizeof(*world));
    assert_non_null(world);
    th_test_world_make_registry(world);
    *state = world;
    return 0;
}

static int take_plain(void **state)
{
    th_test_world_remove(*state);
    free(*state);
    return 0;
}

static void head__a_file_that_is_no_key_or_another_one_signs_nothing(void **state)
{
    struct keyed *keyed = *state;
    struct th_test_world *world = &keyed->world;
    struct th_error err = {0};
    struct th_request request = {.login = "admin"};
    struct th_json *reply = NULL;
    static const char OTHER[] =
        "tanhui-key-1 0000000000000000000000000000000000000000000000000000000000000000\n";
    const struct {
        const char *text; // NULL: no file
        enum th_status status;
        const char *state;
    } CASES[] = {{"nonsense", TH_UNREADABLE, "unreadable"},
                 {OTHER, TH_CONFLICT, "other"},
                 {NULL, TH_NOT_FOUND, "missing"}};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        assert_int_equal(unlink(keyed->key_path), 0);
        if (CASES[i].text) {
            assert_ok(th_file_write(keyed->key_path, CASES[i].text, strlen(CASES[i].text), &err),
                      &err);
        }
        world->now_utc += DAY_S;
        char code[16];
        (void)snprintf(code, sizeof(code), "33052320521%zu", i);
        th_test_village_add(world, "admin", code);
        assert_int_equal(verify(world, 1), 0);
        assert_status(th_audit_head(world->registry, &request, true, &reply, &err), CASES[i].status,
                      &err);
        assert_null(reply);
        assert_ok(th_audit_head(world->registry, &request, false, &reply, &err), &err);
        assert_string_equal(th_json_get_text(reply, "key", ""), CASES[i].state);
        assert_true(th_json_type(th_json_get(reply, "signature")) == TH_JSON_NULL);
        th_json_free(reply);
        reply = NULL;
    }
}

static void head__a_dry_run_signs_nothing(void **state)
{
    struct keyed *keyed = *state;
    struct th_test_world *world = &keyed->world;
    struct th_error err = {0};
    struct th_request request = {.login = "admin", .dry_run = true};
    struct th_json *reply = NULL;
    assert_ok(th_audit_head(world->registry, &request, true, &reply, &err), &err);
    th_json_free(reply);
    assert_int_equal(verify(world, 1), 0);
    size_t n_files = th_test_count_files(world->folder);
    assert_ok(th_registry_key_new(world->registry, &request, &reply, &err), &err);
    th_json_free(reply);
    assert_int_equal(th_test_count_files(world->folder), n_files);
    assert_int_equal(th_test_sql_int(world->store, "SELECT count(*) FROM journal"), 3);
}

// Whoever writes SQL by hand and has taken the guards away.
static void heads_verify__a_head_that_was_changed_is_found(void **state)
{
    static const char *const CHANGES[] = {
        "UPDATE journal_head SET day = '2024-03-09'",
        "UPDATE journal_head SET hash = zeroblob(32)",
        "UPDATE journal_head SET hash = (SELECT hash FROM journal WHERE seq = 3), seq = 3",
        "UPDATE journal_head SET public_key = zeroblob(32)",
        "UPDATE journal_head SET signature = zeroblob(64)",
        "UPDATE journal SET at_utc = at_utc - 86400 WHERE seq = 2",
        "UPDATE journal SET hash = zeroblob(32) WHERE seq = 2",
        "UPDATE journal SET body = '{}' WHERE seq = 2",
        "UPDATE journal SET kind = 'x' WHERE seq = 2",
        "UPDATE registry SET registry_id = 'ffffffffffffffffffffffffffffffff'",
        "DELETE FROM journal WHERE seq = 2",
    };
    struct keyed *keyed = *state;
    struct th_test_world *world = &keyed->world;
    th_test_sql(world->store, "DROP TRIGGER journal_head_no_update; DROP TRIGGER journal_no_update;"
                              "DROP TRIGGER journal_no_delete; PRAGMA foreign_keys = OFF");
    for (size_t i = 0; i < sizeof(CHANGES) / sizeof(CHANGES[0]); i++) {
        th_test_sql(world->store, "SAVEPOINT before");
        th_test_sql(world->store, CHANGES[i]);
        if (verify(world, 1) == 0) {
            fail_msg("%s is not found", CHANGES[i]);
        }
        th_test_sql(world->store, "ROLLBACK TO before; RELEASE before");
        assert_int_equal(verify(world, 1), 0);
    }
    struct th_error err = {0};
    struct th_json *reply = NULL;
    th_test_sql(world->store, CHANGES[4]);
    assert_ok(th_audit_verify(world->registry, NULL, NULL, &reply, &err), &err);
    assert_false(th_json_get_bool(reply, "ok", true));
    assert_string_equal(th_json_get_text(th_json_get(reply, "broken"), "reason", ""), "signature");
    th_json_free(reply);
}

// Somebody who has the file and not the key: the last entry says something else, and everything
// that follows from it fits again.
static void write_anew(struct th_test_world *world, int64_t seq)
{
    char hex[TH_HASH_HEX_SIZE];
    char sql[512];
    struct th_hash hash = th_hash_bytes(TH_HASH_BLAKE2B, "another", 7);
    th_test_sql(world->store, "DROP TRIGGER journal_head_no_delete; DROP TRIGGER "
                              "journal_no_update; DELETE FROM journal_head");
    (void)snprintf(sql, sizeof(sql),
                   "UPDATE journal SET system_user = 'x', hash = x'%s' WHERE seq = %lld",
                   th_hash_hex(&hash, hex), (long long)seq);
    th_test_sql(world->store, sql);
}

static const struct th_json *heads_check(struct th_test_world *world, struct th_json **ret_reply)
{
    struct th_error err = {0};
    struct th_messages *messages = NULL;
    assert_ok(th_messages_new(&messages, &err), &err);
    assert_ok(
        th_registry_check(world->registry, NULL, false, messages, TH_LANG_EN, ret_reply, &err),
        &err);
    th_messages_free(messages);
    const struct th_json *checks = th_json_get(*ret_reply, "checks");
    for (size_t i = 0; i < th_json_size(checks); i++) {
        const struct th_json *check = th_json_at(checks, i);
        if (strcmp(th_json_get_text(check, "name", ""), "heads") == 0) {
            return check;
        }
    }
    fail();
    return NULL;
}

static void assert_key(struct th_test_world *world, const char *want)
{
    struct th_error err = {0};
    struct th_request request = {.login = "admin"};
    struct th_json *reply = NULL;
    assert_ok(th_audit_head(world->registry, &request, false, &reply, &err), &err);
    assert_string_equal(th_json_get_text(reply, "key", ""), want);
    th_json_free(reply);
}

static bool heads_hold(struct th_test_world *world)
{
    struct th_json *reply = NULL;
    bool holds = th_json_get_bool(heads_check(world, &reply), "ok", true);
    th_json_free(reply);
    return holds;
}

static bool heads_remark(struct th_test_world *world, const char *words)
{
    struct th_json *reply = NULL;
    const struct th_json *check = heads_check(world, &reply);
    bool told = strstr(th_json_get_text(check, "detail", ""), words) != NULL;
    th_json_free(reply);
    return told;
}

// It is no fault of the journal.
static void heads_check__a_key_that_others_may_read_is_told(void **state)
{
    struct keyed *keyed = *state;
    struct th_test_world *world = &keyed->world;
    static const mode_t MODES[] = {0640, 0604, 0620};
    assert_false(heads_remark(world, "chmod 600"));
    for (size_t i = 0; i < sizeof(MODES) / sizeof(MODES[0]); i++) {
        assert_int_equal(chmod(keyed->key_path, MODES[i]), 0);
        assert_true(heads_remark(world, "chmod 600"));
        assert_true(heads_hold(world));
    }
    assert_int_equal(chmod(keyed->key_path, 0400), 0);
    assert_false(heads_remark(world, "chmod 600"));
}

static bool verify_holds(struct th_test_world *world)
{
    struct th_error err = {0};
    struct th_json *reply = NULL;
    assert_ok(th_audit_verify(world->registry, NULL, NULL, &reply, &err), &err);
    bool holds = th_json_get_bool(reply, "ok", true);
    th_json_free(reply);
    return holds;
}

// Days that follow, each with its head but the one that is still going.
static void let_days_pass(struct th_test_world *world, int first, int n)
{
    for (int i = first; i < first + n; i++) {
        char code[24];
        (void)snprintf(code, sizeof(code), "3305232060%02d", i);
        world->now_utc += DAY_S;
        th_test_village_add(world, "admin", code);
    }
}

static void head__a_journal_that_was_written_anew_is_not_signed(void **state)
{
    struct keyed *keyed = *state;
    struct th_test_world *world = &keyed->world;
    struct th_error err = {0};
    struct th_request request = {.login = "admin"};
    struct th_json *reply = NULL;
    write_anew(world, 2); // which was signed
    assert_key(world, "rewritten");
    world->now_utc += DAY_S;
    th_test_village_add(world, "admin", "330523205202"); // work goes on
    assert_int_equal(verify(world, 0), 0);
    assert_status(th_audit_head(world->registry, &request, true, &reply, &err), TH_CONFLICT, &err);
    assert_string_equal(err.key, "key_rewritten");
    const struct th_json *check = heads_check(world, &reply);
    assert_false(th_json_get_bool(check, "ok", true));
    assert_true(strlen(th_json_get_text(check, "detail", "")) > 0);
    assert_false(th_json_get_bool(reply, "ok", true));
    th_json_free(reply);
}

static void head__signing_goes_on_when_an_admin_said_what_happened(void **state)
{
    struct keyed *keyed = *state;
    struct th_test_world *world = &keyed->world;
    struct th_error err = {0};
    struct th_request request = {.login = "admin"};
    struct th_request dry = {.login = "admin", .dry_run = true};
    struct th_json *reply = NULL;
    assert_status(th_registry_restored(world->registry, &request, "nothing", &reply, &err),
                  TH_CONFLICT, &err);
    assert_string_equal(err.key, "nothing_restored");
    write_anew(world, 2);
    assert_status(th_registry_restored(world->registry, &request, " ", &reply, &err), TH_USAGE,
                  &err);
    assert_ok(th_registry_restored(world->registry, &dry, "tape", &reply, &err), &err);
    th_json_free(reply);
    assert_key(world, "rewritten");
    assert_ok(th_registry_restored(world->registry, &request, "tape", &reply, &err), &err);
    assert_int_equal(th_json_get_int(reply, "signed_seq", 0), 2);
    assert_int_equal(th_json_get_int(reply, "last_seq", 0), 3);
    assert_int_equal(th_json_get_int(reply, "seq", 0), 4);
    th_json_free(reply);
    assert_key(world, "ready");
    world->now_utc += DAY_S;
    th_test_village_add(world, "admin", "330523205202");
    struct th_signed_head head;
    assert_ok(th_signed_head_load(world->store, 4, &head, &err), &err);
}

static void head__what_was_signed_last_must_be_told_beside_the_key(void **state)
{
    static const char *const TEXTS[] = {NULL, "", "nonsense\n"};
    struct keyed *keyed = *state;
    struct th_test_world *world = &keyed->world;
    struct th_error err = {0};
    struct th_request request = {.login = "admin"};
    struct th_json *reply = NULL;
    char path[TH_TEST_PATH_SIZE];
    char *right = NULL;
    size_t size = 0;
    (void)th_test_path(path, world->folder, "r.tanhui.key.last");
    assert_ok(th_file_read(path, 1000, &right, &size, &err), &err);
    for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++) {
        assert_int_equal(unlink(path), 0);
        if (TEXTS[i]) {
            assert_ok(th_file_write(path, TEXTS[i], strlen(TEXTS[i]), &err), &err);
        }
        assert_key(world, "unrecorded");
        assert_status(th_audit_head(world->registry, &request, true, &reply, &err), TH_CONFLICT,
                      &err);
        assert_false(verify_holds(world));
        assert_false(heads_hold(world));
        assert_ok(th_file_write(path, right, size, &err), &err);
    }
    assert_key(world, "ready");
    assert_true(verify_holds(world));
    assert_true(heads_hold(world));
    free(right);
    // Lost for good.
    assert_int_equal(unlink(path), 0);
    assert_ok(th_registry_restored(world->registry, &request, "lost", &reply, &err), &err);
    assert_true(th_json_type(th_json_get(reply, "signed_seq")) == TH_JSON_NULL);
    th_json_free(reply);
    assert_key(world, "ready");
}

// Whoever can write both files and has no key: the history is another, the heads are gone, and the
// line names the last entry as it is now.
static void head__a_line_that_the_key_did_not_sign_lets_nothing_be_signed(void **state)
{
    struct keyed *keyed = *state;
    struct th_test_world *world = &keyed->world;
    struct th_error err = {0};
    struct th_request request = {.login = "admin"};
    struct th_json *reply = NULL;
    struct th_sign_key other;
    const unsigned char seed[TH_SIGN_SEED_SIZE] = {7};
    char path[TH_TEST_PATH_SIZE];
    char away[TH_TEST_PATH_SIZE];
    struct th_registry_record record;
    char words[256];
    char hex[TH_HASH_HEX_SIZE];
    char signature_hex[TH_SIGNATURE_HEX_SIZE];
    char lines[2][512];
    struct th_hash hash = th_hash_bytes(TH_HASH_BLAKE2B, "another", 7);
    (void)th_test_path(path, world->folder, "r.tanhui.key.last");
    assert_ok(th_registry_record_load(world->store, &record, &err), &err);
    write_anew(world, 3);
    (void)snprintf(words, sizeof(words), "tanhui-signed-1 %s 3 %s", record.registry_id,
                   th_hash_hex(&hash, hex));
    (void)snprintf(lines[0], sizeof(lines[0]), "%s\n", words);
    (void)snprintf(words + strlen(words), sizeof(words) - strlen(words), " 0 0");
    th_sign_key_make(seed, &other);
    struct th_signature signature = th_sign(&other, words);
    (void)snprintf(lines[1], sizeof(lines[1]), "%s %s\n", words,
                   th_signature_hex(&signature, signature_hex));
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        assert_ok(th_file_write(path, lines[i], strlen(lines[i]), &err), &err);
        assert_key(world, "unrecorded");
        let_days_pass(world, (int)i, 1);
        world->now_utc += DAY_S;
        assert_status(th_audit_head(world->registry, &request, true, &reply, &err), TH_CONFLICT,
                      &err);
        assert_string_equal(err.key, "key_unrecorded");
        assert_int_equal(th_test_sql_int(world->store, "SELECT count(*) FROM journal_head"), 0);
        assert_false(heads_hold(world));
        assert_int_equal(rename(keyed->key_path, th_test_path(away, world->folder, "away")), 0);
        assert_false(heads_hold(world));
        assert_int_equal(rename(away, keyed->key_path), 0);
    }
}

static void head__what_was_signed_last_is_for_its_owner_alone(void **state)
{
    struct keyed *keyed = *state;
    char path[TH_TEST_PATH_SIZE];
    struct stat info;
    assert_int_equal(stat(th_test_path(path, keyed->world.folder, "r.tanhui.key.last"), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
}

// Key and line are their owner's; others may check the registry all the same.
static void heads__hold_for_whoever_may_not_read_the_key(void **state)
{
    struct keyed *keyed = *state;
    char path[TH_TEST_PATH_SIZE];
    uid_t me = geteuid();
    (void)th_test_path(path, keyed->world.folder, "r.tanhui.key.last");
    if (me == 0) {
        const uid_t nobody = 65534;
        assert_int_equal(seteuid(nobody), 0);
    } else {
        assert_int_equal(chmod(keyed->key_path, 0) + chmod(path, 0), 0);
    }
    bool hold = heads_hold(&keyed->world);
    bool verified = verify_holds(&keyed->world);
    assert_int_equal(seteuid(me), 0);
    assert_true(hold);
    assert_true(verified);
}

static void heads__that_were_taken_away_are_found_and_not_signed_anew(void **state)
{
    static const struct {
        const char *change;
        bool only_the_last; // which the line names, so that it may be signed again
    } CASES[] = {
        {"DELETE FROM journal_head WHERE seq = (SELECT max(seq) FROM journal_head)", true},
        {"DELETE FROM journal_head WHERE seq = 4", false},
        {"DELETE FROM journal_head WHERE seq = 2", false},
        {"DELETE FROM journal_head WHERE seq >= 4", false},
        {"DELETE FROM journal_head", false},
    };
    struct keyed *keyed = *state;
    struct th_test_world *world = &keyed->world;
    struct th_error err = {0};
    struct th_request request = {.login = "admin"};
    struct th_json *reply = NULL;
    let_days_pass(world, 0, 3);
    assert_int_equal(verify(world, 4), 0);
    assert_true(heads_hold(world));
    assert_true(verify_holds(world));
    th_test_sql(world->store, "DROP TRIGGER journal_head_no_delete; CREATE TEMP TABLE kept AS"
                              " SELECT * FROM journal_head");
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        th_test_sql(world->store, CASES[i].change);
        assert_false(heads_hold(world));
        assert_false(verify_holds(world));
        if (CASES[i].only_the_last) {
            assert_key(world, "ready");
        } else {
            assert_status(th_audit_head(world->registry, &request, true, &reply, &err), TH_CONFLICT,
                          &err);
            assert_string_equal(err.key, "key_rewritten");
        }
        th_test_sql(world->store, "INSERT OR IGNORE INTO journal_head SELECT * FROM kept");
        assert_true(heads_hold(world));
        assert_true(verify_holds(world));
    }
    th_test_sql(world->store, CASES[0].change);
    assert_ok(th_audit_head(world->registry, &request, true, &reply, &err), &err);
    th_json_free(reply);
    assert_int_equal(verify(world, 5), 0);
    assert_true(heads_hold(world));
    // A copy without key and line: the days tell.
    char path[TH_TEST_PATH_SIZE];
    assert_int_equal(unlink(keyed->key_path), 0);
    assert_int_equal(unlink(th_test_path(path, world->folder, "r.tanhui.key.last")), 0);
    assert_true(heads_hold(world));
    th_test_sql(world->store, "DELETE FROM journal_head WHERE seq = 4");
    assert_false(heads_hold(world));
    assert_false(verify_holds(world));
}

// A key that comes back signs the days that ended meanwhile.
static void head__days_without_the_key_are_signed_when_it_is_back(void **state)
{
    enum { DAYS_AWAY = 70 }; // more than are signed at once
    struct keyed *keyed = *state;
    struct th_test_world *world = &keyed->world;
    struct th_error err = {0};
    char away[TH_TEST_PATH_SIZE];
    int64_t n = -1;
    assert_int_equal(rename(keyed->key_path, th_test_path(away, world->folder, "away")), 0);
    for (int i = 0; i < DAYS_AWAY; i++) {
        char code[16];
        (void)snprintf(code, sizeof(code), "3305232%05d", i);
        world->now_utc += DAY_S;
        th_test_village_add(world, "admin", code);
    }
    assert_int_equal(verify(world, 1), 0);
    assert_ok(th_unsigned_days(world->store, &n, &err), &err);
    assert_int_equal(n, DAYS_AWAY); // the last one is still going, entry 3 has a day of its own
    assert_int_equal(rename(away, keyed->key_path), 0);
    world->now_utc += DAY_S;
    th_test_village_add(world, "admin", "330523399999");
    assert_int_equal(verify(world, 1 + DAYS_AWAY + 1), 0);
    assert_ok(th_unsigned_days(world->store, &n, &err), &err);
    assert_int_equal(n, 0);
}

static void head__new_keys_without_the_word_of_the_old_one_are_told(void **state)
{
    struct keyed *keyed = *state;
    struct th_test_world *world = &keyed->world;
    struct th_error err = {0};
    struct th_request request = {.login = "admin"};
    struct th_json *reply = NULL;
    assert_ok(th_registry_key_new(world->registry, &request, &reply, &err), &err);
    assert_true(th_json_get_bool(reply, "vouched", false));
    assert_int_equal(unlink(th_json_get_text(reply, "key_file", "")), 0);
    th_json_free(reply);
    assert_ok(th_audit_verify(world->registry, NULL, NULL, &reply, &err), &err);
    assert_int_equal(th_json_get_int(reply, "n_keys", 0), 2);
    assert_int_equal(th_json_get_int(reply, "n_keys_unvouched", -1), 0);
    th_json_free(reply);
    assert_ok(th_registry_key_new(world->registry, &request, &reply, &err), &err);
    assert_false(th_json_get_bool(reply, "vouched", true));
    th_json_free(reply);
    assert_ok(th_audit_verify(world->registry, NULL, NULL, &reply, &err), &err);
    assert_true(th_json_get_bool(reply, "ok", false));
    assert_int_equal(th_json_get_int(reply, "n_keys_unvouched", -1), 1);
    th_json_free(reply);
    const struct th_json *check = heads_check(world, &reply);
    assert_true(th_json_get_bool(check, "ok", false));
    assert_non_null(strstr(th_json_get_text(check, "detail", ""), "vouch"));
    th_json_free(reply);
    // A word that is not the old key's.
    th_test_sql(world->store, "DROP TRIGGER journal_no_update; UPDATE journal SET body = "
                              "replace(body, '\"vouched\":\"', '\"vouched\":\"00') "
                              "WHERE kind = 'registry.key'");
    struct th_keys_verdict verdict;
    assert_ok(th_keys_verify(world->store, &verdict, &err), &err);
    assert_int_equal(verdict.broken_seq, 4);
}

static void journal_head__is_insert_only(void **state)
{
    struct keyed *keyed = *state;
    char words[256];
    th_test_sql_refused(keyed->world.store, "UPDATE journal_head SET day = '2024-03-09'", words);
    assert_string_equal(words, "journal_head: insert only");
    th_test_sql_refused(keyed->world.store, "DELETE FROM journal_head", words);
    assert_string_equal(words, "journal_head: insert only");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            head__the_end_of_a_day_is_signed_by_the_first_change_of_a_later_one, make, take_away),
        cmocka_unit_test_setup_teardown(head__without_a_place_for_a_key_nothing_is_signed,
                                        make_plain, take_plain),
        cmocka_unit_test_setup_teardown(head__a_file_that_is_no_key_or_another_one_signs_nothing,
                                        make, take_away),
        cmocka_unit_test_setup_teardown(head__a_dry_run_signs_nothing, make, take_away),
        cmocka_unit_test_setup_teardown(heads_verify__a_head_that_was_changed_is_found, make,
                                        take_away),
        cmocka_unit_test_setup_teardown(heads_check__a_key_that_others_may_read_is_told, make,
                                        take_away),
        cmocka_unit_test_setup_teardown(head__a_journal_that_was_written_anew_is_not_signed, make,
                                        take_away),
        cmocka_unit_test_setup_teardown(head__signing_goes_on_when_an_admin_said_what_happened,
                                        make, take_away),
        cmocka_unit_test_setup_teardown(head__what_was_signed_last_must_be_told_beside_the_key,
                                        make, take_away),
        cmocka_unit_test_setup_teardown(
            head__a_line_that_the_key_did_not_sign_lets_nothing_be_signed, make, take_away),
        cmocka_unit_test_setup_teardown(head__what_was_signed_last_is_for_its_owner_alone, make,
                                        take_away),
        cmocka_unit_test_setup_teardown(heads__hold_for_whoever_may_not_read_the_key, make,
                                        take_away),
        cmocka_unit_test_setup_teardown(heads__that_were_taken_away_are_found_and_not_signed_anew,
                                        make, take_away),
        cmocka_unit_test_setup_teardown(head__days_without_the_key_are_signed_when_it_is_back, make,
                                        take_away),
        cmocka_unit_test_setup_teardown(head__new_keys_without_the_word_of_the_old_one_are_told,
                                        make, take_away),
        cmocka_unit_test_setup_teardown(journal_head__is_insert_only, make, take_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
