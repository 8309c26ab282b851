// Making a registry.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"
#include "registry/estimate/methodology.h"
#include "registry/land_class.h"
#include "registry/setup.h"
#include "store/registry_store.h"
#include "tests/unit/registry_world.h"

static int make(void **state)
{
    struct th_test_world *world = calloc(1, sizeof(*world));
    assert_non_null(world);
    th_test_world_make(world);
    *state = world;
    return 0;
}

static int make_registry(void **state)
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

static void registry_create__answers_with_what_was_made(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_json *reply = NULL;
    struct th_registry_record record;
    struct th_store *store = NULL;
    struct th_store_options options = {.program = "tanhui test", .now_utc = 1};
    struct th_registry_create_options create = {.name = "安吉县",
                                                .admin_code = "330523",
                                                .crs = "EPSG:4549",
                                                .has_bounds = true,
                                                .west_deg = 119,
                                                .south_deg = 30,
                                                .east_deg = 120.5,
                                                .north_deg = 31};
    assert_ok(th_registry_create(world->path, &create, &world->surroundings, &reply, &err), &err);
    const char *id = th_json_get_text(reply, "registry_id", "");
    assert_int_equal(strlen(id), 32);
    assert_int_equal(strspn(id, "0123456789abcdef"), 32);
    assert_string_equal(th_json_get_text(reply, "path", ""), world->path);
    assert_string_equal(th_json_get_text(reply, "login", ""), "admin");
    assert_int_equal(strlen(th_json_get_text(reply, "activation_code", "")), 23);
    assert_ok(th_store_open(world->path, TH_STORE_READ, &options, &store, &err), &err);
    assert_int_equal(th_json_get_int(reply, "schema_version", 0), th_store_schema_version(store));
    assert_true(th_store_schema_version(store) > 0);
    assert_ok(th_registry_record_load(store, &record, &err), &err);
    assert_string_equal(record.registry_id, id);
    assert_string_equal(record.name, "安吉县");
    assert_string_equal(record.admin_code, "330523");
    assert_string_equal(record.crs, "EPSG:4549");
    assert_true(record.west_deg == 119 && record.south_deg == 30 && record.east_deg == 120.5 &&
                record.north_deg == 31);
    assert_int_equal(record.created_utc, TH_WORLD_NOW_UTC);
    th_store_close(store);
    th_json_free(reply);
    assert_int_equal(th_test_count_files(world->folder), 1);
}

static void registry_create__a_new_registry_has_what_work_needs(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_registry_record record;
    struct th_json *methodologies = NULL;
    struct th_land_classes classes = {0};
    assert_ok(th_registry_record_load(world->store, &record, &err), &err);
    assert_true(record.west_deg == 70 && record.south_deg == 15 && record.east_deg == 140 &&
                record.north_deg == 56);
    assert_string_equal(record.crs, "");
    assert_ok(th_methodology_list(world->registry, &methodologies, &err), &err);
    assert_true(th_json_size(th_json_get(methodologies, "methodologies")) >= 3);
    th_json_free(methodologies);
    assert_ok(th_land_classes_read(world->store, &classes, &err), &err);
    assert_true(classes.n > 10);
    th_land_classes_clear(&classes);
    assert_int_equal(th_test_sql_int(world->store, "SELECT count(*) FROM journal WHERE kind ="
                                                   " 'registry.create' AND seq = 1"),
                     1);
    assert_int_equal(th_test_sql_int(world->store, "SELECT count(*) FROM journal"), 1);
    assert_int_equal(th_test_sql_int(world->store, "SELECT count(*) FROM user_account WHERE login"
                                                   " = 'admin' AND role = 'admin'"),
                     1);
    th_test_assert_sound(world->registry);
}

static char long_name[201]; // filled by the test
static const struct {
    const char *label;
    struct th_registry_create_options options;
    const char *key;
} UNFIT[] = {
    {"no name", {.admin_code = "330523"}, "name_empty"},
    {"empty name", {.name = "", .admin_code = "330523"}, "name_empty"},
    {"blank name", {.name = " \t", .admin_code = "330523"}, "name_empty"},
    {"long name", {.name = long_name, .admin_code = "330523"}, "name_too_long"},
    {"GBK name", {.name = "\xB0\xB2", .admin_code = "330523"}, "name_encoding"},
    {"no code", {.name = "a"}, "admin_code_invalid"},
    {"five digits", {.name = "a", .admin_code = "33052"}, "admin_code_invalid"},
    {"letters", {.name = "a", .admin_code = "33052a"}, "admin_code_invalid"},
    {"nine digits", {.name = "a", .admin_code = "330523205"}, "admin_code_invalid"},
    {"unknown CRS", {.name = "a", .admin_code = "33", .crs = "EPSG:1"}, "crs_invalid"},
    {"no CRS", {.name = "a", .admin_code = "33", .crs = ""}, "crs_invalid"},
    {"west = east",
     {.name = "a",
      .admin_code = "33",
      .has_bounds = true,
      .west_deg = 1,
      .east_deg = 1,
      .south_deg = 1,
      .north_deg = 2},
     "bounds_invalid"},
    {"south above north",
     {.name = "a",
      .admin_code = "33",
      .has_bounds = true,
      .west_deg = 1,
      .east_deg = 2,
      .south_deg = 3,
      .north_deg = 2},
     "bounds_invalid"},
    {"beyond the pole",
     {.name = "a",
      .admin_code = "33",
      .has_bounds = true,
      .west_deg = 1,
      .east_deg = 2,
      .south_deg = 3,
      .north_deg = 90.1},
     "bounds_invalid"},
    {"beyond the antimeridian",
     {.name = "a",
      .admin_code = "33",
      .has_bounds = true,
      .west_deg = 1,
      .east_deg = 181,
      .south_deg = 3,
      .north_deg = 9},
     "bounds_invalid"},
    {"not a number",
     {.name = "a",
      .admin_code = "33",
      .has_bounds = true,
      .west_deg = NAN,
      .east_deg = 2,
      .south_deg = 3,
      .north_deg = 9},
     "bounds_invalid"},
};

static void registry_create__unfit_options_are_refused_and_leave_nothing(void **state)
{
    memset(long_name, 'a', 200);
    struct th_test_world *world = *state;
    for (size_t i = 0; i < sizeof(UNFIT) / sizeof(UNFIT[0]); i++) {
        struct th_error err = {0};
        struct th_json *reply = NULL;
        enum th_status status =
            th_registry_create(world->path, &UNFIT[i].options, &world->surroundings, &reply, &err);
        if (status != TH_INVALID || strcmp(err.key, UNFIT[i].key) != 0 || reply != NULL) {
            fail_msg("%s: %s", UNFIT[i].label, err.key);
        }
        assert_int_equal(th_test_count_files(world->folder), 0);
    }
}

static void registry_create__administrative_codes_of_every_level_are_taken(void **state)
{
    static const char *const CODES[] = {"33", "3305", "330523"};
    struct th_test_world *world = *state;
    for (size_t i = 0; i < sizeof(CODES) / sizeof(CODES[0]); i++) {
        struct th_error err = {0};
        struct th_json *reply = NULL;
        char path[TH_TEST_PATH_SIZE];
        struct th_registry_create_options options = {.name = "a", .admin_code = CODES[i]};
        th_test_path(path, world->folder, CODES[i]);
        assert_ok(th_registry_create(path, &options, &world->surroundings, &reply, &err), &err);
        th_json_free(reply);
    }
}

static void registry_create__an_existing_registry_stays_as_it_is(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_json *reply = NULL;
    struct th_registry_create_options options = {.name = "b", .admin_code = "33"};
    struct th_hash before = th_test_content(world->store);
    assert_status(th_registry_create(world->path, &options, &world->surroundings, &reply, &err),
                  TH_CONFLICT, &err);
    assert_string_equal(err.key, "registry_exists");
    assert_null(reply);
    struct th_hash after = th_test_content(world->store);
    assert_memory_equal(&before, &after, sizeof(before));
}

static void registry_create__no_folder_is_reported(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_json *reply = NULL;
    char path[TH_TEST_PATH_SIZE];
    struct th_registry_create_options options = {.name = "b", .admin_code = "33"};
    th_test_path(path, world->folder, "none/r.tanhui");
    assert_status(th_registry_create(path, &options, &world->surroundings, &reply, &err),
                  TH_NOT_FOUND, &err);
    assert_string_equal(err.key, "file_io");
    assert_null(reply);
}

static void activation__only_the_digest_of_the_code_is_in_the_file(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    char *bytes = NULL;
    size_t size = 0;
    struct th_hash digest =
        th_hash_bytes(TH_HASH_BLAKE2B, world->activation_code, strlen(world->activation_code));
    th_registry_close(world->registry);
    world->registry = NULL;
    assert_int_equal(strlen(world->activation_code), 23);
    assert_ok(th_file_read(world->path, 1 << 28, &bytes, &size, &err), &err);
    bool code_found = false;
    bool digest_found = false;
    for (size_t i = 0; i + 32 <= size; i++) {
        code_found = code_found || memcmp(bytes + i, world->activation_code, 23) == 0 ||
                     memcmp(bytes + i, world->activation_code, 11) == 0; // neither half of it
        digest_found = digest_found || memcmp(bytes + i, digest.bytes, sizeof(digest)) == 0;
    }
    free(bytes);
    assert_false(code_found);
    assert_true(digest_found); // or the search would prove nothing
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, make, take_away)
#define WITH_REGISTRY(test) cmocka_unit_test_setup_teardown(test, make_registry, take_away)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(registry_create__answers_with_what_was_made),
        WITH_REGISTRY(registry_create__a_new_registry_has_what_work_needs),
        WITH_FOLDER(registry_create__unfit_options_are_refused_and_leave_nothing),
        WITH_FOLDER(registry_create__administrative_codes_of_every_level_are_taken),
        WITH_REGISTRY(registry_create__an_existing_registry_stays_as_it_is),
        WITH_FOLDER(registry_create__no_folder_is_reported),
        WITH_REGISTRY(activation__only_the_digest_of_the_code_is_in_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
