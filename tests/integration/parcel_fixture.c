#include "tests/integration/parcel_fixture.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"
#include "core/hash.h"
#include "registry/audit.h"
#include "registry/setup.h"

static int64_t still_now(void *context)
{
    (void)context;
    return 1750000000; // 2025-06-15
}

static void counted_bytes(void *context, void *data, size_t size)
{
    (void)context;
    th_random_bytes(data, size);
}

struct th_surroundings fixture_surroundings(void)
{
    return (struct th_surroundings){.now_utc = still_now,
                                    .random = counted_bytes,
                                    .system_user = "tester",
                                    .program = "tanhui test"};
}

struct th_registry *fixture_registry_open(const char *path)
{
    struct th_surroundings surroundings = fixture_surroundings();
    struct th_registry *registry = NULL;
    struct th_error err;
    assert_ok(th_registry_open(path, TH_STORE_WRITE, &surroundings, &registry, &err), &err);
    return registry;
}

static void village_add(struct th_registry *registry, const char *code, const char *name)
{
    const struct th_request request = {.login = "admin"};
    struct th_json *reply = NULL;
    struct th_error err;
    assert_ok(th_village_add(registry, &request, code, name, "测试乡", &reply, &err), &err);
    th_json_free(reply);
}

// The registry of a test begins as a copy of this one: the layout with its spatial metadata is the
// most expensive thing that most of them do.
static void registry_make(const char *path)
{
    static char *bytes = NULL; // made once
    static size_t size = 0;
    const struct th_surroundings surroundings = fixture_surroundings();
    const struct th_registry_create_options options = {.name = "Test registry",
                                                       .admin_code = "330523",
                                                       .has_bounds = true,
                                                       .west_deg = -180,
                                                       .south_deg = -90,
                                                       .east_deg = 180,
                                                       .north_deg = 90};
    enum { SIZE_MAX_BYTES = 64 * 1024 * 1024 };
    struct th_json *reply = NULL;
    struct th_error err;
    if (bytes != NULL) {
        assert_ok(th_file_write(path, bytes, size, &err), &err);
        return;
    }
    assert_ok(th_registry_create(path, &options, &surroundings, &reply, &err), &err);
    th_json_free(reply);
    struct th_registry *registry = fixture_registry_open(path);
    village_add(registry, FIXTURE_VILLAGE, "测试一村");
    village_add(registry, FIXTURE_OTHER_VILLAGE, "测试二村");
    th_registry_close(registry); // whole, without a log beside it
    assert_ok(th_file_read(path, SIZE_MAX_BYTES, &bytes, &size, &err), &err);
}

void fixture_open(struct fixture *fixture)
{
    struct th_error err;
    *fixture = (struct fixture){.request = {.login = "admin"}};
    th_test_folder_make(fixture->folder);
    th_test_path(fixture->path, fixture->folder, "test.tanhui");
    registry_make(fixture->path);
    fixture->registry = fixture_registry_open(fixture->path);
    assert_ok(th_messages_new(&fixture->messages, &err), &err);
}

void fixture_close(struct fixture *fixture)
{
    th_registry_close(fixture->registry);
    th_messages_free(fixture->messages);
    th_test_folder_remove(fixture->folder);
}

int fixture_set_up(void **state)
{
    struct fixture *fixture = malloc(sizeof(*fixture));
    assert_non_null(fixture);
    fixture_open(fixture);
    *state = fixture;
    return 0;
}

int fixture_tear_down(void **state)
{
    fixture_close(*state);
    free(*state);
    return 0;
}

void fixture_assert_books(struct fixture *fixture)
{
    struct th_json *reply = NULL;
    struct th_error err;
    assert_ok(th_registry_check(fixture->registry, NULL, true, fixture->messages, TH_LANG_EN,
                                &reply, &err),
              &err);
    if (!th_json_get_bool(reply, "ok", false)) {
        const struct th_json *checks = th_json_get(reply, "checks");
        for (size_t i = 0; i < th_json_size(checks); i++) {
            if (!th_json_get_bool(th_json_at(checks, i), "ok", false)) {
                print_message("  %s: %s\n", th_json_get_text(th_json_at(checks, i), "name", ""),
                              th_json_get_text(th_json_at(checks, i), "detail", ""));
            }
        }
        fail_msg("the registry is not in order");
    }
    th_json_free(reply);
}

struct th_parcel_import_options fixture_options(const struct fixture *fixture, const char *source)
{
    return (struct th_parcel_import_options){.source = source,
                                             .kind = "bamboo",
                                             .village = FIXTURE_VILLAGE,
                                             .messages = fixture->messages,
                                             .lang = TH_LANG_EN};
}

struct th_json *fixture_import(struct fixture *fixture,
                               const struct th_parcel_import_options *options)
{
    struct th_json *reply = NULL;
    struct th_error err;
    assert_ok(th_parcel_import(fixture->registry, &fixture->request, options, &reply, &err), &err);
    fixture_assert_accounted(reply, 1);
    assert_int_equal(th_json_size(th_json_get(reply, "parcel_ids")),
                     th_json_get_int(reply, "accepted", -1));
    return reply;
}

void fixture_parcels(struct fixture *fixture, const char *features,
                     struct th_parcel_import_options options, int64_t n)
{
    char path[TH_TEST_PATH_SIZE];
    options.source = fixture_geojson(fixture, path, "parcels.geojson", features);
    struct th_json *reply = fixture_import(fixture, &options);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), n);
    th_json_free(reply);
}

void fixture_user(struct fixture *fixture, const char *login, const char *role, const char *village)
{
    struct th_json *reply = NULL;
    struct th_error err;
    assert_ok(
        th_user_add(fixture->registry, &fixture->request, login, role, village, NULL, &reply, &err),
        &err);
    th_json_free(reply);
}

const char *fixture_file(struct fixture *fixture, char path[TH_TEST_PATH_SIZE], const char *name,
                         const char *text)
{
    struct th_error err;
    th_test_path(path, fixture->folder, name);
    assert_ok(th_file_write(path, text, strlen(text), &err), &err);
    return path;
}

const char *fixture_geojson(struct fixture *fixture, char path[TH_TEST_PATH_SIZE], const char *name,
                            const char *features)
{
    struct th_buf text;
    th_buf_init(&text, 16 * 1024 * 1024);
    th_buf_append_str(&text, "{\"type\":\"FeatureCollection\",\"features\":[");
    th_buf_append_str(&text, features);
    th_buf_append_str(&text, "]}");
    fixture_file(fixture, path, name, th_buf_text(&text));
    th_buf_clear(&text);
    return path;
}

int fixture_problems(const struct th_json *reply, int64_t row, const char *code,
                     const char *severity)
{
    const struct th_json *problems = th_json_get(reply, "problems");
    int n = 0;
    for (size_t i = 0; i < th_json_size(problems); i++) {
        const struct th_json *problem = th_json_at(problems, i);
        if (row != 0 && th_json_get_int(problem, "row", -1) != row) {
            continue;
        }
        if (code != NULL && strcmp(th_json_get_text(problem, "code", ""), code) != 0) {
            continue;
        }
        if (severity != NULL && strcmp(th_json_get_text(problem, "severity", ""), severity) != 0) {
            continue;
        }
        n++;
    }
    return n;
}

void fixture_assert_accounted(const struct th_json *reply, int64_t first_row)
{
    int64_t read = th_json_get_int(reply, "read", -1);
    int64_t accepted = th_json_get_int(reply, "accepted", -1);
    int64_t rejected = th_json_get_int(reply, "rejected", -1);
    int64_t unchanged = th_json_get_int(reply, "unchanged", -1);
    assert_true(accepted >= 0 && rejected >= 0 && unchanged >= 0);
    assert_int_equal(read, accepted + rejected + unchanged);
    int64_t faulty = 0;
    for (int64_t row = first_row; row < first_row + read; row++) {
        faulty += fixture_problems(reply, row, NULL, "error") > 0;
    }
    assert_int_equal(faulty, rejected);
}
