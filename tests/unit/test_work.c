// The frame around every change: who may, what is undone, what is remembered.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/text.h"
#include "registry/clock.h"
#include "registry/reference.h"
#include "registry/setup.h"
#include "registry/work.h"
#include "store/people/party_store.h"
#include "tests/unit/registry_world.h"

static int make(void **state)
{
    struct th_test_world *world = calloc(1, sizeof(*world));
    assert_non_null(world);
    th_test_world_make_registry(world);
    th_test_world_add_users(world);
    *state = world;
    return 0;
}

static int take_away(void **state)
{
    th_test_world_remove(*state);
    free(*state);
    return 0;
}

static const char *const LOGINS[] = {"clerk", "verifier", "officer", "bank", "admin"};
enum { N_ROLES = sizeof(LOGINS) / sizeof(LOGINS[0]) };

static void work_begin__each_role_may_what_the_table_says(void **state)
{
    static const struct {
        enum th_permission permission;
        const char *label;
        bool may[N_ROLES]; // clerk, verifier, officer, bank, admin
    } TABLE[] = {
        {TH_MAY_SET_UP, "set up", {true, false, true, true, true}},
        {TH_MAY_USERS, "users", {false, false, false, false, true}},
        {TH_MAY_REGISTER, "register", {true, false, true, false, true}},
        {TH_MAY_ESTIMATE, "estimate", {true, true, true, true, true}},
        {TH_MAY_VERIFY, "verify", {false, true, false, false, false}},
        {TH_MAY_ISSUE, "issue", {false, false, true, false, false}},
        {TH_MAY_LAYERS, "layers", {false, false, true, false, true}},
        {TH_MAY_WAIVE, "waive", {false, false, true, false, false}},
        {TH_MAY_TERMS, "terms", {false, false, true, false, false}},
        {TH_MAY_PROPOSE, "propose", {false, false, true, true, false}},
        {TH_MAY_APPROVE, "approve", {false, false, true, true, false}},
        {TH_MAY_RECEIPT, "receipt", {false, false, true, true, false}},
        {TH_MAY_DISTRIBUTE, "distribute", {false, false, false, true, false}},
    };
    struct th_test_world *world = *state;
    assert_int_equal(sizeof(TABLE) / sizeof(TABLE[0]), TH_MAY_DISTRIBUTE + 1);
    for (size_t p = 0; p < sizeof(TABLE) / sizeof(TABLE[0]); p++) {
        for (size_t r = 0; r < N_ROLES; r++) {
            struct th_error err = {0};
            struct th_work *work = NULL;
            struct th_json *reply = NULL;
            struct th_request request = {.login = LOGINS[r]};
            enum th_status status = th_work_begin(world->registry, &request, TABLE[p].permission,
                                                  "test", NULL, &work, &reply, &err);
            if (status != (TABLE[p].may[r] ? TH_OK : TH_NOT_PERMITTED)) {
                fail_msg("%s by %s: %s", TABLE[p].label, LOGINS[r], th_status_key(status));
            }
            if (status == TH_OK) {
                assert_string_equal(th_work_actor(work)->role, LOGINS[r]);
                status = th_work_end(work, TH_CONFLICT, "test", NULL, NULL, &reply, &err);
                assert_int_equal(status, TH_CONFLICT);
            } else {
                assert_string_equal(err.key, "role_not_allowed");
                assert_null(work);
            }
        }
    }
}

static void work_begin__strangers_are_refused(void **state)
{
    static const struct {
        const char *login, *key;
    } CASES[] = {{NULL, "login_missing"},
                 {"", "login_missing"},
                 {"nobody", "login_unknown"},
                 {"ADMIN", "login_unknown"},
                 {"admin ", "login_unknown"}};
    struct th_test_world *world = *state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_error err = {0};
        struct th_work *work = NULL;
        struct th_json *reply = NULL;
        struct th_request request = {.login = CASES[i].login};
        assert_status(th_work_begin(world->registry, &request, TH_MAY_ESTIMATE, "test", NULL, &work,
                                    &reply, &err),
                      TH_NOT_PERMITTED, &err);
        assert_string_equal(err.key, CASES[i].key);
        assert_null(work);
        assert_null(reply);
    }
    // A refusal leaves no transaction behind.
    th_test_village_add(world, "admin", "330523205201");
}

// Adds a party under a key; the reply's party_id, and whether it was given a second time.
static enum th_status add(struct th_test_world *world, const char *login, const char *key,
                          const char *name, bool dry_run, int64_t *ret_id, bool *ret_replayed,
                          struct th_error *err)
{
    struct th_json *reply = NULL;
    struct th_request request = {.login = login, .idempotency_key = key, .dry_run = dry_run};
    struct th_party_add_options options = {.kind = "household", .name = name};
    enum th_status status = th_party_add(world->registry, &request, &options, &reply, err);
    if (status == TH_OK) {
        *ret_id = th_json_get_int(reply, "party_id", 0);
        *ret_replayed = th_json_get_bool(reply, "replayed", false);
        assert_int_equal(th_json_get_bool(reply, "dry_run", false), dry_run);
    }
    th_json_free(reply);
    return status;
}

static void idempotency__the_same_request_is_done_once(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    int64_t first = 0;
    int64_t second = 0;
    bool replayed = true;
    assert_ok(add(world, "bank", "k1", "甲户", false, &first, &replayed, &err), &err);
    assert_false(replayed);
    struct th_hash before = th_test_content(world->store);
    assert_ok(add(world, "bank", "k1", "甲户", false, &second, &replayed, &err), &err);
    assert_true(replayed);
    assert_int_equal(first, second);
    struct th_hash after = th_test_content(world->store);
    assert_memory_equal(&before, &after, sizeof(before));
}

static void idempotency__a_key_stands_for_one_request_of_one_login(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    int64_t id = 0;
    bool replayed = false;
    assert_ok(add(world, "bank", "k1", "甲户", false, &id, &replayed, &err), &err);
    struct th_hash before = th_test_content(world->store);
    assert_status(add(world, "bank", "k1", "乙户", false, &id, &replayed, &err), TH_CONFLICT, &err);
    assert_string_equal(err.key, "idempotency_other_input");
    // Another command under the same key is another request, too.
    struct th_json *reply = NULL;
    struct th_request request = {.login = "bank", .idempotency_key = "k1"};
    assert_status(
        th_village_add(world->registry, &request, "330523205201", "甲户", "山川乡", &reply, &err),
        TH_CONFLICT, &err);
    assert_string_equal(err.key, "idempotency_other_input");
    assert_null(reply);
    struct th_hash after = th_test_content(world->store);
    assert_memory_equal(&before, &after, sizeof(before));
    assert_ok(add(world, "officer", "k1", "乙户", false, &id, &replayed, &err), &err);
    assert_false(replayed);
}

static void idempotency__a_refused_request_may_be_repeated(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    int64_t id = 0;
    bool replayed = true;
    assert_status(add(world, "verifier", "k1", "甲户", false, &id, &replayed, &err),
                  TH_NOT_PERMITTED, &err);
    assert_status(add(world, "bank", "k1", "", false, &id, &replayed, &err), TH_INVALID, &err);
    assert_ok(add(world, "bank", "k1", "甲户", true, &id, &replayed, &err), &err);
    assert_ok(add(world, "bank", "k1", "甲户", false, &id, &replayed, &err), &err);
    assert_false(replayed);
}

static void dry_run__does_everything_and_changes_nothing(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    int64_t dry = 0;
    int64_t real = 0;
    bool replayed = false;
    struct th_hash before = th_test_content(world->store);
    assert_ok(add(world, "bank", "k1", "甲户", true, &dry, &replayed, &err), &err);
    struct th_hash after = th_test_content(world->store);
    assert_memory_equal(&before, &after, sizeof(before));
    assert_ok(add(world, "bank", "k1", "甲户", false, &real, &replayed, &err), &err);
    assert_int_equal(dry, real);
    after = th_test_content(world->store);
    assert_memory_not_equal(&before, &after, sizeof(before));
    // What would be refused is refused in a dry run as well.
    assert_status(add(world, "bank", NULL, "甲户", true, &dry, &replayed, &err), TH_CONFLICT, &err);
}

static void work_end__a_failure_undoes_what_was_written(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_work *work = NULL;
    struct th_json *reply = NULL;
    struct th_request request = {.login = "officer"};
    struct th_village village = {.code = "330523205201", .name = "马家弄村", .township = "山川乡"};
    struct th_hash before = th_test_content(world->store);
    assert_ok(
        th_work_begin(world->registry, &request, TH_MAY_SET_UP, "test", NULL, &work, &reply, &err),
        &err);
    assert_ok(th_village_insert(th_work_store(work), &village, th_work_seq(work), &err), &err);
    assert_int_equal(
        th_work_end(work, TH_LIMIT, "test", th_json_object(), th_json_object(), &reply, &err),
        TH_LIMIT);
    assert_null(reply);
    // A reply that cannot be made is a failure, too.
    work = NULL;
    assert_ok(
        th_work_begin(world->registry, &request, TH_MAY_SET_UP, "test", NULL, &work, &reply, &err),
        &err);
    assert_ok(th_village_insert(th_work_store(work), &village, th_work_seq(work), &err), &err);
    struct th_json *broken = th_json_object();
    th_json_set_text(broken, "text", "\xff");
    assert_status(th_work_end(work, TH_OK, "test", th_json_object(), broken, &reply, &err),
                  TH_INTERNAL, &err);
    assert_null(reply);
    // And a body.
    work = NULL;
    assert_ok(
        th_work_begin(world->registry, &request, TH_MAY_SET_UP, "test", NULL, &work, &reply, &err),
        &err);
    broken = th_json_object();
    th_json_set_text(broken, "text", "\xff");
    assert_status(th_work_end(work, TH_OK, "test", broken, th_json_object(), &reply, &err),
                  TH_INTERNAL, &err);
    struct th_hash after = th_test_content(world->store);
    assert_memory_equal(&before, &after, sizeof(before));
}

static void work_end__writes_who_did_what_and_when(void **state)
{
    struct th_test_world *world = *state;
    world->now_utc = 1720000000;
    th_test_village_add(world, "officer", "330523205201");
    assert_int_equal(
        th_test_sql_int(world->store,
                        "SELECT count(*) FROM journal j JOIN village v ON v.seq = j.seq WHERE"
                        " j.login = 'officer' AND j.system_user = 'tester' AND j.kind ="
                        " 'village.add' AND j.subject = 'village:330523205201' AND j.at_utc ="
                        " 1720000000 AND j.body = '{\"posts\":[{\"code\":\"330523205201\","
                        "\"name\":\"330523205201\",\"post\":\"village\",\"township\":\"山川乡\"}],"
                        "\"villages\":[{\"code\":\"330523205201\","
                        "\"name\":\"330523205201\",\"township\":\"山川乡\"}]}'"),
        1);
}

static void work__clerks_keep_to_their_village_and_nobody_checks_himself(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_json *reply = NULL;
    struct th_request admin = {.login = "admin"};
    th_test_village_add(world, "admin", "330523205201");
    th_test_village_add(world, "admin", "330523205202");
    assert_ok(
        th_user_add(world->registry, &admin, "own", "clerk", "330523205201", NULL, &reply, &err),
        &err);
    th_json_free(reply);
    reply = NULL;
    assert_ok(
        th_user_add(world->registry, &admin, "boss", "officer", "330523205201", NULL, &reply, &err),
        &err);
    th_json_free(reply);
    static const struct {
        const char *login, *village;
        bool may;
    } CASES[] = {{"own", "330523205201", true},
                 {"own", "330523205202", false},
                 {"clerk", "330523205202", true}, // a clerk of the county
                 {"boss", "330523205202", true}};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_work *work = NULL;
        struct th_request request = {.login = CASES[i].login};
        reply = NULL;
        assert_ok(th_work_begin(world->registry, &request, TH_MAY_REGISTER, "test", NULL, &work,
                                &reply, &err),
                  &err);
        assert_status(th_work_check_village(work, CASES[i].village, &err),
                      CASES[i].may ? TH_OK : TH_NOT_PERMITTED, &err);
        if (!CASES[i].may) {
            assert_string_equal(err.key, "village_not_yours");
        }
        assert_status(th_work_check_other(work, CASES[i].login, &err), TH_NOT_PERMITTED, &err);
        assert_string_equal(err.key, "second_person");
        assert_ok(th_work_check_other(work, "somebody", &err), &err);
        assert_ok(th_work_check_other(work, NULL, &err), &err);
        assert_int_equal(th_work_end(work, TH_LIMIT, "test", NULL, NULL, &reply, &err), TH_LIMIT);
    }
}

// SHA-256 of "one", by sha256sum.
static const char ONE_SHA256[] = "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed";

static void document_write(const char *path, const char *text, const struct timespec *changed)
{
    const struct timespec times[2] = {*changed, *changed};
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static struct th_work *reading_begin(struct th_test_world *world, const char *login,
                                     const char *key, const char *const paths[2],
                                     enum th_status want, struct th_error *err)
{
    struct th_work *work = NULL;
    struct th_json *reply = NULL;
    const struct th_request request = {.login = login, .idempotency_key = key};
    const struct th_work_documents documents = {paths, 2};
    assert_status(th_work_begin_reading(world->registry, &request, TH_MAY_WAIVE, "test", NULL,
                                        &documents, &work, &reply, err),
                  want, err);
    assert_int_equal(want == TH_OK && work == NULL, th_json_get_bool(reply, "replayed", false));
    th_json_free(reply);
    return work;
}

static void work_begin_reading__documents_are_hashed_before_and_only_looked_at_inside(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_hash sha256;
    const struct timespec then = {1700000000, 500};
    const struct timespec later = {1700000000, 600};
    char path[TH_TEST_PATH_SIZE];
    char missing[TH_TEST_PATH_SIZE];
    char hex[TH_HASH_HEX_SIZE];
    const char *const paths[2] = {path, missing};
    int64_t id = 0;
    (void)th_test_path(path, world->folder, "decision.txt");
    (void)th_test_path(missing, world->folder, "missing.txt");
    document_write(path, "one", &then);
    struct th_work *work = reading_begin(world, "officer", NULL, paths, TH_OK, &err);
    // Were it read again now, the digest would be another one.
    document_write(path, "two", &then);
    assert_ok(th_document_record(work, path, &id, &sha256, &err), &err);
    assert_string_equal(th_hash_hex(&sha256, hex), ONE_SHA256);
    assert_status(th_document_record(work, missing, &id, &sha256, &err), TH_NOT_FOUND, &err);
    assert_string_equal(err.key, "file_not_found");
    assert_string_equal(th_error_arg_get(&err, "path"), missing);
    assert_status(th_document_record(work, NULL, &id, &sha256, &err), TH_NOT_FOUND, &err);
    document_write(path, "two", &later);
    assert_status(th_document_record(work, path, &id, &sha256, &err), TH_CONFLICT, &err);
    assert_string_equal(err.key, "source_changed");
    assert_int_equal(remove(path), 0);
    assert_status(th_document_record(work, path, &id, &sha256, &err), TH_NOT_FOUND, &err);
    th_work_cancel(work);
}

static void work_begin_reading__asks_for_permission_and_key_first(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_json *reply = NULL;
    const char *const missing[2] = {"/nowhere/decision.txt", ""};
    assert_null(reading_begin(world, "clerk", NULL, missing, TH_NOT_PERMITTED, &err));
    assert_string_equal(err.key, "role_not_allowed");
    assert_string_equal(th_error_arg_get(&err, "role"), "@value.role.clerk");
    struct th_work *work = reading_begin(world, "officer", "key", missing, TH_OK, &err);
    assert_non_null(work);
    assert_ok(th_work_end(work, TH_OK, "test", th_json_object(), th_json_object(), &reply, &err),
              &err);
    th_json_free(reply);
    assert_null(reading_begin(world, "officer", "key", missing, TH_OK, &err));
}

static void work_begin_reading__other_content_under_a_key_is_another_request(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_json *reply = NULL;
    const struct timespec then = {1700000000, 500};
    char path[TH_TEST_PATH_SIZE];
    const char *const paths[2] = {path, ""};
    (void)th_test_path(path, world->folder, "decision.txt");
    document_write(path, "one", &then);
    struct th_work *work = reading_begin(world, "officer", "key", paths, TH_OK, &err);
    assert_ok(th_work_end(work, TH_OK, "test", th_json_object(), th_json_object(), &reply, &err),
              &err);
    th_json_free(reply);
    assert_null(reading_begin(world, "officer", "key", paths, TH_OK, &err));
    document_write(path, "two", &then);
    assert_null(reading_begin(world, "officer", "key", paths, TH_CONFLICT, &err));
    assert_string_equal(err.key, "idempotency_other_input");
    assert_int_equal(remove(path), 0);
    assert_null(reading_begin(world, "officer", "key", paths, TH_NOT_FOUND, &err));
    assert_string_equal(err.key, "file_not_found");
}

static enum th_status add_household(struct th_test_world *world, const char *name,
                                    struct th_error *err)
{
    int64_t id = 0;
    bool replayed = false;
    return add(world, "bank", NULL, name, false, &id, &replayed, err);
}

// A clock that is set back gains nothing: the day is that of the last entry.
static void clock__the_day_never_goes_back(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    char day[TH_DATE_TEXT_SIZE];
    world->now_utc += 90 * 86400;
    assert_ok(add_household(world, "甲户", &err), &err);
    world->now_utc -= 80 * 86400;
    assert_string_equal(th_date_format(th_registry_today(world->registry), day), "2024-06-08");
}

static enum th_status confirm_day(struct th_test_world *world, const char *login, const char *day,
                                  struct th_error *err)
{
    struct th_json *reply = NULL;
    const struct th_request request = {.login = login};
    enum th_status status = th_registry_clock(world->registry, &request, day, &reply, err);
    th_json_free(reply);
    return status;
}

// 2024-03-10 in Shanghai, and 366 days of which one is 29 February no more: 2025-03-11.
static void clock__a_leap_is_written_down_when_an_admin_says_the_day(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    world->now_utc += INT64_C(366) * 86400;
    assert_ok(add_household(world, "甲户", &err), &err);
    world->now_utc += INT64_C(366) * 86400 + 1;
    struct th_hash before = th_test_content(world->store);
    assert_status(add_household(world, "乙户", &err), TH_CONFLICT, &err);
    assert_string_equal(err.key, "clock_ahead");
    assert_string_equal(th_error_arg_get(&err, "last"), "2025-03-11");
    assert_string_equal(th_error_arg_get(&err, "now"), "2026-03-12");
    assert_status(confirm_day(world, "admin", "2026-03-11", &err), TH_CONFLICT, &err);
    assert_string_equal(err.key, "clock_other_day");
    assert_status(confirm_day(world, "officer", "2026-03-12", &err), TH_NOT_PERMITTED, &err);
    struct th_hash after = th_test_content(world->store);
    assert_memory_equal(&before, &after, sizeof(before));
    assert_ok(confirm_day(world, "admin", "2026-03-12", &err), &err);
    assert_ok(add_household(world, "乙户", &err), &err);
}

// Somebody who writes, through a connection of his own, while another change is being judged.
struct busybody {
    struct th_test_world *world;
    struct th_registry *other;
    int n_judged;
    int n_writes; // that he makes at most, one each time
    const char *key;
};

static void busybody_make(struct busybody *b, struct th_test_world *world)
{
    struct th_error err;
    *b = (struct busybody){.world = world};
    assert_ok(th_registry_open(world->path, TH_STORE_WRITE, &world->surroundings, &b->other, &err),
              &err);
}

// One change under the key, if there is one.
static void busybody_write(struct busybody *b)
{
    struct th_work *work = NULL;
    struct th_json *reply = NULL;
    struct th_error err;
    const struct th_request request = {.login = "officer", .idempotency_key = b->key};
    assert_ok(th_work_begin(b->other, &request, TH_MAY_WAIVE, "test", NULL, &work, &reply, &err),
              &err);
    struct th_json *answer = th_json_object();
    th_json_set_text(answer, "by", "the other");
    assert_ok(th_work_end(work, TH_OK, "test", th_json_object(), answer, &reply, &err), &err);
    th_json_free(reply);
}

static enum th_status judge_once(void *context, struct th_error *err)
{
    struct busybody *b = context;
    (void)err;
    if (b->n_judged++ < b->n_writes) {
        busybody_write(b);
    }
    return TH_OK;
}

static void settle__what_others_write_meanwhile_has_it_judged_again(void **state)
{
    struct th_test_world *world = *state;
    struct busybody b;
    const struct th_request request = {.login = "officer"};
    const struct th_work_documents none = {.n = 0};
    busybody_make(&b, world);
    // The fourth time nobody else can write.
    static const struct {
        int n_writes, n_judged;
    } CASES[] = {{0, 1}, {1, 2}, {2, 3}, {3, 4}};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_work *work = NULL;
        struct th_json *reply = NULL;
        struct th_error err;
        b.n_judged = 0;
        b.n_writes = CASES[i].n_writes;
        assert_ok(th_work_begin_looking(world->registry, &request, TH_MAY_WAIVE, "test", NULL,
                                        &none, &work, &reply, &err),
                  &err);
        assert_ok(th_work_settle(&work, judge_once, &b, &reply, &err), &err);
        assert_int_equal(b.n_judged, CASES[i].n_judged);
        assert_non_null(work);
        assert_ok(
            th_work_end(work, TH_OK, "test", th_json_object(), th_json_object(), &reply, &err),
            &err);
        th_json_free(reply);
    }
    th_registry_close(b.other);
    th_test_assert_sound(world->registry);
}

static void settle__a_request_that_another_finished_meanwhile_is_not_done_twice(void **state)
{
    struct th_test_world *world = *state;
    struct busybody b;
    struct th_work *work = NULL;
    struct th_json *reply = NULL;
    struct th_error err;
    const struct th_request request = {.login = "officer", .idempotency_key = "key"};
    const struct th_work_documents none = {.n = 0};
    busybody_make(&b, world);
    b.n_writes = 1;
    b.key = "key";
    assert_ok(th_work_begin_looking(world->registry, &request, TH_MAY_WAIVE, "test", NULL, &none,
                                    &work, &reply, &err),
              &err);
    assert_ok(th_work_settle(&work, judge_once, &b, &reply, &err), &err);
    assert_null(work);
    assert_string_equal(th_json_get_text(reply, "by", ""), "the other");
    assert_true(th_json_get_bool(reply, "replayed", false));
    th_json_free(reply);
    th_registry_close(b.other);
}

static enum th_status judge_refuses(void *context, struct th_error *err)
{
    (void)context;
    return th_error_set(err, TH_CONFLICT, "name_empty", NULL);
}

static void settle__a_refusal_leaves_no_transaction_behind(void **state)
{
    struct th_test_world *world = *state;
    struct th_work *work = NULL;
    struct th_json *reply = NULL;
    struct th_error err;
    const struct th_request request = {.login = "officer"};
    const struct th_work_documents none = {.n = 0};
    assert_ok(th_work_begin_looking(world->registry, &request, TH_MAY_WAIVE, "test", NULL, &none,
                                    &work, &reply, &err),
              &err);
    assert_status(th_work_settle(&work, judge_refuses, NULL, &reply, &err), TH_CONFLICT, &err);
    assert_int_equal(th_work_end(work, TH_CONFLICT, "test", NULL, NULL, &reply, &err), TH_CONFLICT);
    th_test_village_add(world, "admin", "330523205201");
}

#define WITH_USERS(test) cmocka_unit_test_setup_teardown(test, make, take_away)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_USERS(work_begin__each_role_may_what_the_table_says),
        WITH_USERS(work_begin__strangers_are_refused),
        WITH_USERS(work_begin_reading__documents_are_hashed_before_and_only_looked_at_inside),
        WITH_USERS(work_begin_reading__asks_for_permission_and_key_first),
        WITH_USERS(settle__what_others_write_meanwhile_has_it_judged_again),
        WITH_USERS(settle__a_request_that_another_finished_meanwhile_is_not_done_twice),
        WITH_USERS(settle__a_refusal_leaves_no_transaction_behind),
        WITH_USERS(work_begin_reading__other_content_under_a_key_is_another_request),
        WITH_USERS(clock__the_day_never_goes_back),
        WITH_USERS(clock__a_leap_is_written_down_when_an_admin_says_the_day),
        WITH_USERS(idempotency__the_same_request_is_done_once),
        WITH_USERS(idempotency__a_key_stands_for_one_request_of_one_login),
        WITH_USERS(idempotency__a_refused_request_may_be_repeated),
        WITH_USERS(dry_run__does_everything_and_changes_nothing),
        WITH_USERS(work_end__a_failure_undoes_what_was_written),
        WITH_USERS(work_end__writes_who_did_what_and_when),
        WITH_USERS(work__clerks_keep_to_their_village_and_nobody_checks_himself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
