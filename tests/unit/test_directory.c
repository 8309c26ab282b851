// Villages, parties and users through their use cases.
#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"
#include "registry/setup.h"
#include "tests/unit/registry_world.h"

static int make(void **state)
{
    struct th_test_world *world = calloc(1, sizeof(*world));
    assert_non_null(world);
    th_test_world_make_registry(world);
    *state = world;
    return 0;
}

static int take_away(void **state)
{
    th_test_world_remove(*state);
    free(*state);
    return 0;
}

static const struct th_request ADMIN = {.login = "admin"};

static void expect_json(struct th_json *reply, const char *want)
{
    struct th_error err = {0};
    char *text = NULL;
    assert_ok(th_json_dump(reply, TH_JSON_COMPACT, &text, &err), &err);
    assert_string_equal(text, want);
    free(text);
    th_json_free(reply);
}

static void village_add__answers_with_the_village(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_json *reply = NULL;
    assert_ok(
        th_village_add(world->registry, &ADMIN, "330523205201", "马家弄村", "山川乡", &reply, &err),
        &err);
    expect_json(reply, "{\"villages\":[{\"code\":\"330523205201\",\"name\":\"马家弄村\","
                       "\"township\":\"山川乡\"}]}");
    reply = NULL;
    assert_ok(th_village_list(world->registry, &reply, &err), &err);
    expect_json(reply, "{\"villages\":[{\"code\":\"330523205201\",\"name\":\"马家弄村\","
                       "\"township\":\"山川乡\"}]}");
}

static void village_add__unfit_villages_are_refused(void **state)
{
    static char long_name[201];
    memset(long_name, 'a', 200);
    const struct {
        const char *code, *name, *township, *key;
    } CASES[] = {{NULL, "a", "b", "village_code_invalid"},
                 {"33052320520", "a", "b", "village_code_invalid"},
                 {"3305232052011", "a", "b", "village_code_invalid"},
                 {"030523205201", "a", "b", "village_code_invalid"},
                 {"33052320520x", "a", "b", "village_code_invalid"},
                 {"330523205201", NULL, "b", "name_empty"},
                 {"330523205201", "  ", "b", "name_empty"},
                 {"330523205201", long_name, "b", "name_too_long"},
                 {"330523205201", "\xff", "b", "name_encoding"},
                 {"330523205201", "a", "", "township_empty"},
                 {"330523205201", "a", NULL, "township_empty"},
                 {"330523205201", "a", "\xff", "name_encoding"}};
    struct th_test_world *world = *state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_error err = {0};
        struct th_json *reply = NULL;
        assert_status(th_village_add(world->registry, &ADMIN, CASES[i].code, CASES[i].name,
                                     CASES[i].township, &reply, &err),
                      TH_INVALID, &err);
        if (strcmp(err.key, CASES[i].key) != 0) {
            fail_msg("case %zu: %s", i, err.key);
        }
        assert_null(reply);
    }
    struct th_error err = {0};
    struct th_json *reply = NULL;
    th_test_village_add(world, "admin", "330523205201");
    assert_status(th_village_add(world->registry, &ADMIN, "330523205201", "a", "b", &reply, &err),
                  TH_CONFLICT, &err);
    assert_string_equal(err.key, "village_exists");
}

static void write_csv(struct th_test_world *world, char path[TH_TEST_PATH_SIZE], const char *text)
{
    struct th_error err = {0};
    th_test_path(path, world->folder, "villages.csv");
    assert_ok(th_file_write(path, text, strlen(text), &err), &err);
}

static void village_import__takes_all_rows_under_one_entry(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_json *reply = NULL;
    char path[TH_TEST_PATH_SIZE];
    write_csv(world, path,
              "\xEF\xBB\xBF乡镇;名称;备注;代码\r\n山川乡; 马家弄村 ;x;330523205201\r\n\r\n"
              "山川乡;高家堂村;;330523205202\r\n");
    assert_ok(th_village_import(world->registry, &ADMIN, path, &reply, &err), &err);
    assert_int_equal(th_json_size(th_json_get(reply, "villages")), 2);
    th_json_free(reply);
    assert_int_equal(th_test_sql_int(world->store,
                                     "SELECT count(*) FROM village WHERE township ="
                                     " '山川乡' AND name IN ('马家弄村', '高家堂村')"),
                     2);
    assert_int_equal(th_test_sql_int(world->store, "SELECT count(*) FROM journal WHERE kind ="
                                                   " 'village.import' AND subject = 'villages'"),
                     1);
}

static void village_import__what_is_registered_just_so_is_unchanged(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_json *reply = NULL;
    char path[TH_TEST_PATH_SIZE];
    assert_ok(
        th_village_add(world->registry, &ADMIN, "330523205201", "马家弄村", "山川乡", &reply, &err),
        &err);
    th_json_free(reply);
    write_csv(world, path,
              "村代码,村名,乡镇\n330523205201,马家弄村,山川乡\n330523205202,高家堂村,山川乡\n");
    assert_ok(th_village_import(world->registry, &ADMIN, path, &reply, &err), &err);
    assert_int_equal(th_json_get_int(reply, "read", -1), 2);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    assert_int_equal(th_json_get_int(reply, "unchanged", -1), 1);
    assert_string_equal(th_json_get_text(th_json_at(th_json_get(reply, "villages"), 0), "code", ""),
                        "330523205202");
    th_json_free(reply);
    // Once more changes nothing, not even the journal; however the headings are set.
    struct th_hash before = th_test_content(world->store);
    write_csv(world, path,
              "Village_Code,行政村 名称,XIANG\n330523205201,马家弄村,山川乡\n"
              "330523205202,高家堂村,山川乡\n");
    assert_ok(th_village_import(world->registry, &ADMIN, path, &reply, &err), &err);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 0);
    assert_int_equal(th_json_get_int(reply, "unchanged", -1), 2);
    th_json_free(reply);
    struct th_hash after = th_test_content(world->store);
    assert_memory_equal(&before, &after, sizeof(before));
}

static void village_import__one_bad_row_keeps_all_out(void **state)
{
    static const struct {
        const char *text;
        enum th_status status;
        const char *key, *row;
    } CASES[] = {
        {"code,name\n330523205201,a\n", TH_INVALID, "village_columns", NULL},
        {"code,name,township\n", TH_INVALID, "csv_empty", NULL},
        {"code,name,township\n330523205201,a,b\n\n12,c,d\n", TH_INVALID, "village_code_invalid",
         "4"},
        {"code,name,township\n330523205201,a,b\n330523205202,,d\n", TH_INVALID, "name_empty", "3"},
        {"code,name,township\n330523205201,a,b\n330523205201,c,d\n", TH_CONFLICT, "village_differs",
         "3"},
        {"code,name,township\n330523205202,a,b\n\n330523205209,九,乡\n", TH_CONFLICT,
         "village_differs", "4"},
        {"code,name,township\n330523205209,九,乡\n330523205202,a,b\n\n330523205209,十,乡\n",
         TH_CONFLICT, "villages_differ", "2"},
    };
    struct th_test_world *world = *state;
    th_test_village_add(world, "admin", "330523205209");
    struct th_hash before = th_test_content(world->store);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_error err = {0};
        struct th_json *reply = NULL;
        char path[TH_TEST_PATH_SIZE];
        write_csv(world, path, CASES[i].text);
        assert_status(th_village_import(world->registry, &ADMIN, path, &reply, &err),
                      CASES[i].status, &err);
        assert_string_equal(err.key, CASES[i].key);
        if (CASES[i].row != NULL) {
            assert_string_equal(th_error_arg_get(&err, "row"), CASES[i].row);
        }
        if (strcmp(err.key, "villages_differ") == 0) {
            assert_string_equal(th_error_arg_get(&err, "rows"), "2, 5");
        }
        assert_null(reply);
    }
    struct th_hash after = th_test_content(world->store);
    assert_memory_equal(&before, &after, sizeof(before));
}

static void party_add__answers_with_the_party(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_json *reply = NULL;
    // The code is the worked example of GB 32100-2015, annex.
    struct th_party_add_options bank = {
        .kind = "bank", .name = "某银行", .uscc = "91350100M000100Y43"};
    th_test_village_add(world, "admin", "330523205201");
    assert_ok(th_party_add(world->registry, &ADMIN, &bank, &reply, &err), &err);
    expect_json(reply, "{\"party_id\":1,\"kind\":\"bank\",\"name\":\"某银行\",\"uscc\":"
                       "\"91350100M000100Y43\",\"village\":null,\"division\":null}");
    struct th_party_add_options committee = {
        .kind = "village", .name = "村委会", .village = "330523205201", .division = "330523205"};
    reply = NULL;
    assert_ok(th_party_add(world->registry, &ADMIN, &committee, &reply, &err), &err);
    expect_json(reply, "{\"party_id\":2,\"kind\":\"village\",\"name\":\"村委会\",\"uscc\":null,"
                       "\"village\":\"330523205201\",\"division\":\"330523205\"}");
    reply = NULL;
    assert_ok(th_party_list(world->registry, &reply, &err), &err);
    assert_int_equal(th_json_size(th_json_get(reply, "parties")), 2);
    th_json_free(reply);
    assert_int_equal(th_test_sql_int(world->store, "SELECT count(*) FROM journal WHERE kind ="
                                                   " 'party.add' AND subject = 'party:2'"),
                     1);
}

static void party_add__unfit_parties_are_refused(void **state)
{
    static const struct {
        struct th_party_add_options options;
        enum th_status status;
        const char *key;
    } CASES[] = {
        {{.kind = NULL, .name = "a"}, TH_INVALID, "party_kind"},
        {{.kind = "Bank", .name = "a"}, TH_INVALID, "party_kind"},
        {{.kind = "bank", .name = NULL}, TH_INVALID, "name_empty"},
        {{.kind = "bank", .name = "a", .uscc = "91350100M000100Y44"}, TH_INVALID, "uscc_invalid"},
        {{.kind = "bank", .name = "a", .uscc = ""}, TH_INVALID, "uscc_invalid"},
        {{.kind = "bank", .name = "a", .division = "330523"}, TH_INVALID, "division_invalid"},
        {{.kind = "bank", .name = " 12　"}, TH_INVALID, "name_number"},
        {{.kind = "bank", .name = "a", .village = "nowhere"}, TH_NOT_FOUND, "village_not_found"},
    };
    struct th_test_world *world = *state;
    struct th_hash before = th_test_content(world->store);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_error err = {0};
        struct th_json *reply = NULL;
        assert_status(th_party_add(world->registry, &ADMIN, &CASES[i].options, &reply, &err),
                      CASES[i].status, &err);
        assert_string_equal(err.key, CASES[i].key);
        assert_null(reply);
    }
    struct th_hash after = th_test_content(world->store);
    assert_memory_equal(&before, &after, sizeof(before));
}

// Does the file, after everything has been brought into it, hold this text?
static bool file_holds(struct th_test_world *world, const char *text)
{
    struct th_error err = {0};
    char *bytes = NULL;
    size_t size = 0;
    size_t length = strlen(text);
    bool found = false;
    th_test_sql(world->store, "PRAGMA wal_checkpoint(TRUNCATE)");
    assert_ok(th_file_read(world->path, 1 << 28, &bytes, &size, &err), &err);
    assert_true(length > 0 && size > length);
    for (size_t i = 0; i + length <= size && !found; i++) {
        found = memcmp(bytes + i, text, length) == 0;
    }
    free(bytes);
    return found;
}

static void user_add__the_code_is_shown_once_and_kept_nowhere(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_json *reply = NULL;
    struct th_request request = {.login = "admin", .idempotency_key = "a-key-to-find"};
    assert_ok(th_user_add(world->registry, &request, "银行员", "bank", NULL, NULL, &reply, &err),
              &err);
    const char *code = th_json_get_text(reply, "activation_code", "");
    assert_int_equal(strlen(code), 23);
    assert_string_equal(th_json_get_text(reply, "login", ""), "银行员");
    assert_string_equal(th_json_get_text(reply, "role", ""), "bank");
    assert_true(file_holds(world, "a-key-to-find"));
    assert_false(file_holds(world, code));
    char sql[256];
    char hex[TH_HASH_HEX_SIZE];
    struct th_hash digest = th_hash_bytes(TH_HASH_BLAKE2B, code, strlen(code));
    snprintf(sql, sizeof(sql),
             "SELECT count(*) FROM user_account u JOIN journal j ON j.seq = u.seq WHERE u.login ="
             " '银行员' AND lower(hex(activation_hash)) = '%s' AND j.subject = 'user:银行员'",
             th_hash_hex(&digest, hex));
    assert_int_equal(th_test_sql_int(world->store, sql), 1);
    th_json_free(reply);
    // The same request again: the same user, no code.
    reply = NULL;
    assert_ok(th_user_add(world->registry, &request, "银行员", "bank", NULL, NULL, &reply, &err),
              &err);
    assert_true(th_json_get_bool(reply, "replayed", false));
    assert_int_equal(th_json_type(th_json_get(reply, "activation_code")), TH_JSON_NULL);
    assert_string_equal(th_json_get_text(reply, "login", ""), "银行员");
    th_json_free(reply);
    // Another user under the same key is another request.
    reply = NULL;
    assert_status(th_user_add(world->registry, &request, "other", "bank", NULL, NULL, &reply, &err),
                  TH_CONFLICT, &err);
    assert_string_equal(err.key, "idempotency_other_input");
    request = (struct th_request){.login = "admin", .dry_run = true};
    assert_ok(th_user_add(world->registry, &request, "other", "bank", NULL, NULL, &reply, &err),
              &err);
    assert_int_equal(th_json_type(th_json_get(reply, "activation_code")), TH_JSON_NULL);
    th_json_free(reply);
}

static void user_add__every_user_gets_another_code(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    char codes[3][32] = {{0}};
    static const char *const LOGINS[] = {"aa", "bb", "cc"};
    for (size_t i = 0; i < 3; i++) {
        struct th_json *reply = NULL;
        assert_ok(th_user_add(world->registry, &ADMIN, LOGINS[i], "bank", NULL, NULL, &reply, &err),
                  &err);
        snprintf(codes[i], sizeof(codes[i]), "%s", th_json_get_text(reply, "activation_code", ""));
        // Five signs, a dash, four times; without the letters that look like digits.
        assert_int_equal(strspn(codes[i], "0123456789ABCDEFGHJKMNPQRSTVWXYZ-"), 23);
        assert_true(codes[i][5] == '-' && codes[i][11] == '-' && codes[i][17] == '-');
        th_json_free(reply);
    }
    assert_string_not_equal(codes[0], codes[1]);
    assert_string_not_equal(codes[1], codes[2]);
    assert_string_not_equal(codes[0], codes[2]);
}

static void user_add__unfit_users_are_refused(void **state)
{
    static char long_login[65];
    memset(long_login, 'a', 64);
    const struct {
        const char *login, *role, *village, *party;
        enum th_status status;
        const char *key;
    } CASES[] = {
        {NULL, "bank", NULL, NULL, TH_INVALID, "login_invalid"},
        {"", "bank", NULL, NULL, TH_INVALID, "login_invalid"},
        {"a b", "bank", NULL, NULL, TH_INVALID, "login_invalid"},
        {"a'b", "bank", NULL, NULL, TH_INVALID, "login_invalid"},
        {"a\nb", "bank", NULL, NULL, TH_INVALID, "login_invalid"},
        {"\xff\xfe", "bank", NULL, NULL, TH_INVALID, "login_invalid"},
        {long_login, "bank", NULL, NULL, TH_INVALID, "login_invalid"},
        // What reads like another login, or like an option.
        {"-x", "bank", NULL, NULL, TH_INVALID, "login_invalid"},
        {"x-", "bank", NULL, NULL, TH_INVALID, "login_invalid"},
        {"\xef\xbd\x97"
         "ang",
         "bank", NULL, NULL, TH_INVALID, "login_invalid"},                     // full width
        {"w\xd0\xb0ng", "bank", NULL, NULL, TH_INVALID, "login_invalid"},      // Cyrillic
        {"wang\xe2\x80\x8b", "bank", NULL, NULL, TH_INVALID, "login_invalid"}, // zero width
        {"w\xc3\xa4ng", "bank", NULL, NULL, TH_INVALID, "login_invalid"},
        {"wa\xcc\x88ng", "bank", NULL, NULL, TH_INVALID, "login_invalid"},
        {"王\xef\xa4\x80", "bank", NULL, NULL, TH_INVALID, "login_invalid"}, // U+F900, reads 豈
        {"\xe2\xbc\x80", "bank", NULL, NULL, TH_INVALID, "login_invalid"},   // the radical of 一
        {"王wang", "bank", NULL, NULL, TH_INVALID, "login_invalid"},
        {"王。", "bank", NULL, NULL, TH_INVALID, "login_invalid"},
        {"aa", "bank", "\xff", NULL, TH_INVALID, "text_encoding"},
        {"aa", "bank", NULL, "\xff", TH_INVALID, "text_encoding"},
        {"aa", NULL, NULL, NULL, TH_INVALID, "role_invalid"},
        {"aa", "root", NULL, NULL, TH_INVALID, "role_invalid"},
        {"aa", "clerk", "nowhere", NULL, TH_NOT_FOUND, "village_not_found"},
        {"aa", "bank", NULL, "nobody", TH_NOT_FOUND, "party_not_found"},
        {"aa", "bank", NULL, "12", TH_NOT_FOUND, "party_not_found"},
        {"admin", "admin", NULL, NULL, TH_CONFLICT, "user_exists"},
        {"Admin", "admin", NULL, NULL, TH_CONFLICT, "user_exists"},
    };
    struct th_test_world *world = *state;
    struct th_hash before = th_test_content(world->store);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_error err = {0};
        struct th_json *reply = NULL;
        assert_status(th_user_add(world->registry, &ADMIN, CASES[i].login, CASES[i].role,
                                  CASES[i].village, CASES[i].party, &reply, &err),
                      CASES[i].status, &err);
        assert_string_equal(err.key, CASES[i].key);
        assert_null(reply);
    }
    struct th_hash after = th_test_content(world->store);
    assert_memory_equal(&before, &after, sizeof(before));
}

static void user_add__names_in_one_script_are_taken(void **state)
{
    static const char *const LOGINS[] = {"王芳",       "王芳2", "安吉-1", "anji-1",
                                         "li.na@anji", "7",     "𠮷田",   "Li_Na"};
    struct th_test_world *world = *state;
    for (size_t i = 0; i < sizeof(LOGINS) / sizeof(LOGINS[0]); i++) {
        struct th_error err = {0};
        struct th_json *reply = NULL;
        assert_ok(
            th_user_add(world->registry, &ADMIN, LOGINS[i], "clerk", NULL, NULL, &reply, &err),
            &err);
        th_json_free(reply);
    }
}

static void user_list__names_everybody_but_no_secret(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_json *reply = NULL;
    assert_ok(th_user_list(world->registry, &reply, &err), &err);
    expect_json(reply, "{\"users\":[{\"login\":\"admin\",\"role\":\"admin\",\"village\":null,"
                       "\"party_id\":null,\"party_name\":null,\"limit_fen\":null,"
                       "\"limit_t\":null,\"state\":\"active\",\"ended_on\":null}]}");
}

static void add_user(struct th_test_world *world, const char *login, const char *role,
                     const char *party)
{
    struct th_error err = {0};
    struct th_json *reply = NULL;
    assert_ok(th_user_add(world->registry, &ADMIN, login, role, NULL, party, &reply, &err), &err);
    th_json_free(reply);
}

// The warnings of the reply, one behind the other; NULL: refused, with that key.
static void end_user(struct th_test_world *world, const char *by, const char *login,
                     const char *reason, const char *warnings, const char *key)
{
    const struct th_request request = {.login = by};
    struct th_error err = {0};
    struct th_json *reply = NULL;
    char *told = NULL;
    enum th_status status = th_user_end(world->registry, &request, login, reason, &reply, &err);
    if (!warnings) {
        assert_int_not_equal(status, TH_OK);
        assert_string_equal(err.key, key);
        assert_null(reply);
        return;
    }
    assert_ok(status, &err);
    assert_ok(th_json_dump(th_json_get(reply, "warnings"), TH_JSON_COMPACT, &told, &err), &err);
    assert_string_equal(told, warnings);
    free(told);
    th_json_free(reply);
}

static void user_end__the_login_does_nothing_more_and_what_it_did_stands(void **state)
{
    struct th_test_world *world = *state;
    const struct th_request clerk = {.login = "zhang", .idempotency_key = "k"};
    const struct th_request later = {.login = "zhang"};
    struct th_error err = {0};
    struct th_json *reply = NULL;
    add_user(world, "zhang", "clerk", NULL);
    assert_ok(
        th_village_add(world->registry, &clerk, "330523001009", "石岭村", "递铺街道", &reply, &err),
        &err);
    th_json_free(reply);
    end_user(world, "admin", "zhang", "调离", "[\"last_of_role\"]", NULL);
    reply = NULL;
    assert_status(
        th_village_add(world->registry, &later, "330523001008", "后坞村", "递铺街道", &reply, &err),
        TH_NOT_PERMITTED, &err);
    assert_string_equal(err.key, "login_ended");
    char on[16];
    snprintf(on, sizeof(on), "%s", th_error_arg_get(&err, "on"));
    // Nor is he told again what he was told under his key.
    assert_status(
        th_village_add(world->registry, &clerk, "330523001009", "石岭村", "递铺街道", &reply, &err),
        TH_NOT_PERMITTED, &err);
    assert_int_equal(th_test_sql_int(world->store, "SELECT count(*) FROM village"), 1);
    assert_int_equal(th_test_sql_int(world->store,
                                     "SELECT count(*) FROM user_end e JOIN journal j ON j.seq = "
                                     "e.seq WHERE e.login = 'zhang' AND e.reason = '调离' AND "
                                     "j.kind = 'user.end' AND j.subject = 'user:zhang'"),
                     1);
    assert_ok(th_user_list(world->registry, &reply, &err), &err);
    const struct th_json *zhang = th_json_at(th_json_get(reply, "users"), 1);
    assert_string_equal(th_json_get_text(zhang, "state", ""), "ended");
    assert_string_equal(th_json_get_text(zhang, "ended_on", ""), on);
    th_json_free(reply);
}

static void user_end__a_login_ends_once_and_never_comes_back(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_json *reply = NULL;
    add_user(world, "zhang", "clerk", NULL);
    add_user(world, "zhao", "clerk", NULL);
    end_user(world, "zhao", "zhang", "x", NULL, "role_not_allowed");
    end_user(world, "admin", "zhang", " ", NULL, "reason_needed");
    end_user(world, "admin", "nobody", "x", NULL, "user_not_found");
    end_user(world, "admin", "zhang", "x", "[]", NULL);
    end_user(world, "admin", "zhang", "x", NULL, "user_ended");
    assert_status(th_user_add(world->registry, &ADMIN, "zhang", "clerk", NULL, NULL, &reply, &err),
                  TH_CONFLICT, &err);
    assert_string_equal(err.key, "user_exists");
}

static void user_end__an_admin_remains(void **state)
{
    struct th_test_world *world = *state;
    end_user(world, "admin", "admin", "x", NULL, "last_admin");
    add_user(world, "chen", "admin", NULL);
    end_user(world, "admin", "admin", "x", "[]", NULL);
    end_user(world, "admin", "chen", "x", NULL, "login_ended");
    end_user(world, "chen", "chen", "x", NULL, "last_admin");
}

// Whoever bears a bank's name could be paid in its stead, and blanks are not seen on paper.
static void party_add__organisations_have_names_of_their_own(void **state)
{
    static const char *const NAMES[] = {"两山银行", " 两山银行 ", "两山银行　"};
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_json *reply = NULL;
    struct th_party_add_options options = {.kind = "bank", .name = "　两山银行 "};
    assert_ok(th_party_add(world->registry, &ADMIN, &options, &reply, &err), &err);
    assert_string_equal(th_json_get_text(reply, "name", ""), "两山银行");
    th_json_free(reply);
    options.kind = "enterprise";
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        options.name = NAMES[i];
        reply = NULL;
        assert_status(th_party_add(world->registry, &ADMIN, &options, &reply, &err), TH_CONFLICT,
                      &err);
        assert_string_equal(err.key, "party_name_taken");
    }
    options.kind = "household"; // a person may be called anything
    assert_ok(th_party_add(world->registry, &ADMIN, &options, &reply, &err), &err);
    th_json_free(reply);
}

// Who reads it on paper would take one for the other.
static void party_add__names_that_look_alike_are_refused(void **state)
{
    static const struct {
        const char *kind, *name, *key; // NULL: it is taken
    } CASES[] = {
        {"village", "石岭村集体", NULL},
        {"village", "石岭村 集体", "party_name_alike"},
        {"village", "石岭村\xc2\xa0集体", "party_name_alike"},
        {"enterprise", "石岭村　集体", "party_name_alike"},
        {"enterprise", "安吉竹业（集团）AB1公司", NULL},
        {"bank", "安吉竹业(集团)ＡＢ１公司", "party_name_alike"},
        {"bank", "安吉竹业（集团）ab1公司", "party_name_alike"},
        {"bank", "安吉竹业（集团）AB1公司", "party_name_taken"},
        {"bank", "安吉竹业（集团）AB2公司", NULL},
        {"bank", "安吉竹业（集团）AB", NULL},
        {"household", "石岭村 集体", NULL},              // told apart by its village
        {"village", "\xef\xa4\x80村", "name_doubles"},   // U+F900, reads 豈
        {"household", "\xe2\xbc\x80户", "name_doubles"}, // the radical of 一
        {"enterprise",
         "\xd0\x90"
         "BC",
         "name_doubles"},                                 // a Cyrillic А
        {"enterprise", "\xd0\x90\xd0\xbb\xd0\xb0", NULL}, // Cyrillic alone
    };
    struct th_test_world *world = *state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        const struct th_party_add_options options = {.kind = CASES[i].kind, .name = CASES[i].name};
        struct th_error err = {0};
        struct th_json *reply = NULL;
        enum th_status status = th_party_add(world->registry, &ADMIN, &options, &reply, &err);
        assert_string_equal(status == TH_OK ? "" : err.key, CASES[i].key ? CASES[i].key : "");
        th_json_free(reply);
    }
}

static void party__several_of_one_name_are_told_apart_by_id(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_json *reply = NULL;
    static const char *const KINDS[] = {"household", "person"};
    for (size_t i = 0; i < 2; i++) {
        struct th_party_add_options options = {.kind = KINDS[i], .name = "甲"};
        reply = NULL;
        assert_ok(th_party_add(world->registry, &ADMIN, &options, &reply, &err), &err);
        th_json_free(reply);
    }
    reply = NULL;
    assert_status(th_user_add(world->registry, &ADMIN, "aa", "bank", NULL, "甲", &reply, &err),
                  TH_CONFLICT, &err);
    assert_string_equal(err.key, "party_ambiguous");
    assert_string_equal(th_error_arg_get(&err, "ids"), "1 (household), 2 (person)");
    assert_ok(th_user_add(world->registry, &ADMIN, "aa", "bank", NULL, "2", &reply, &err), &err);
    assert_int_equal(th_json_get_int(reply, "party_id", 0), 2);
    th_json_free(reply);
}

#define WITH_REGISTRY(test) cmocka_unit_test_setup_teardown(test, make, take_away)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_REGISTRY(village_add__answers_with_the_village),
        WITH_REGISTRY(village_add__unfit_villages_are_refused),
        WITH_REGISTRY(village_import__takes_all_rows_under_one_entry),
        WITH_REGISTRY(village_import__what_is_registered_just_so_is_unchanged),
        WITH_REGISTRY(village_import__one_bad_row_keeps_all_out),
        WITH_REGISTRY(party_add__answers_with_the_party),
        WITH_REGISTRY(party_add__unfit_parties_are_refused),
        WITH_REGISTRY(party_add__organisations_have_names_of_their_own),
        WITH_REGISTRY(user_add__the_code_is_shown_once_and_kept_nowhere),
        WITH_REGISTRY(user_add__every_user_gets_another_code),
        WITH_REGISTRY(user_add__unfit_users_are_refused),
        WITH_REGISTRY(user_add__names_in_one_script_are_taken),
        WITH_REGISTRY(user_list__names_everybody_but_no_secret),
        WITH_REGISTRY(user_end__the_login_does_nothing_more_and_what_it_did_stands),
        WITH_REGISTRY(user_end__a_login_ends_once_and_never_comes_back),
        WITH_REGISTRY(user_end__an_admin_remains),
        WITH_REGISTRY(party_add__names_that_look_alike_are_refused),
        WITH_REGISTRY(party__several_of_one_name_are_told_apart_by_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
