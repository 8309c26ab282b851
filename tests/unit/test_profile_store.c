#include "store/ground/profile_store.h"

#include <stdlib.h>

#include "tests/unit/parcel_rows.h"

static int make(void **state)
{
    *state = rows_world_begin(0);
    return 0;
}

static void profile_save__the_name_keeps_its_last_options(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    char *options = NULL;
    assert_ok(th_profile_save(world->store, "林业站", "{\"a\":1}", 1, &err), &err);
    assert_ok(th_profile_save(world->store, "林业站", "{\"a\":2}", 2, &err), &err);
    assert_ok(th_profile_load(world->store, "林业站", &options, &err), &err);
    assert_string_equal(options, "{\"a\":2}");
    free(options);
    assert_status(th_profile_save(world->store, "林业站", "{", 2, &err), TH_CONFLICT, &err);
    assert_status(th_profile_save(world->store, "", "{}", 2, &err), TH_CONFLICT, &err);
    assert_string_equal(err.key, "store_constraint");
    rows_commit(world->store);
    th_test_assert_sound_rows(world->registry);
}

static void profile_load__an_unknown_name_is_not_found(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    char *options = NULL;
    assert_status(th_profile_load(world->store, "none", &options, &err), TH_NOT_FOUND, &err);
    assert_string_equal(err.key, "profile_not_found");
    assert_string_equal(th_error_arg_get(&err, "profile"), "none");
    assert_null(options);
    assert_status(th_profile_remove(world->store, "none", &err), TH_NOT_FOUND, &err);
    assert_string_equal(err.key, "profile_not_found");
}

static bool note_name(void *context, const char *name, const char *options, int64_t seq)
{
    char *names = context;
    assert_string_equal(options, "{}");
    assert_int_equal(seq, 1);
    names[strlen(names)] = name[0]; // the buffer was zeroed
    return name[0] != 'b';
}

static void profile_each__goes_by_name_until_stopped(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    char names[8] = "";
    assert_ok(th_profile_save(world->store, "c", "{}", 1, &err), &err);
    assert_ok(th_profile_save(world->store, "b", "{}", 1, &err), &err);
    assert_ok(th_profile_save(world->store, "a", "{}", 1, &err), &err);
    assert_ok(th_profile_each(world->store, note_name, names, &err), &err);
    assert_string_equal(names, "ab");
    assert_ok(th_profile_remove(world->store, "b", &err), &err);
    memset(names, 0, sizeof(names));
    assert_ok(th_profile_each(world->store, note_name, names, &err), &err);
    assert_string_equal(names, "ac");
}

#define PROFILE_TEST(name) cmocka_unit_test_setup_teardown(name, make, rows_take_away)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PROFILE_TEST(profile_save__the_name_keeps_its_last_options),
        PROFILE_TEST(profile_load__an_unknown_name_is_not_found),
        PROFILE_TEST(profile_each__goes_by_name_until_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
