// Layers: boundaries and land under other schemes, loaded whole or not at all.
#include <stdio.h>
#include <stdlib.h>

#include "registry/audit.h"
#include "registry/layer/layer.h"
#include "registry/layer/layers.h"
#include "registry/setup.h"
#include "tests/integration/parcel_fixture.h"

static int set_up(void **state)
{
    (void)fixture_set_up(state);
    fixture_user(*state, "clerk", "clerk", FIXTURE_VILLAGE);
    return 0;
}

// Two cells of 0.001° with names, 10,642.475 m² each and a little less farther north.
static const char VILLAGES[] =
    "{\"type\":\"Feature\",\"properties\":{\"XZQDM\":\"330523001201\",\"XZQMC\":\" 测试一村 \"},"
    "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[119.6,30.5],[119.601,30.5],"
    "[119.601,30.501],[119.6,30.501],[119.6,30.5]]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"XZQDM\":\"330523001202\",\"XZQMC\":\"测试二村\"},"
    "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[119.601,30.5],[119.602,30.5],"
    "[119.602,30.501],[119.601,30.501],[119.601,30.5]]]}}";
static const char BOW_TIE[] =
    "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":"
    "[[[119.6,30.5],[119.601,30.501],[119.601,30.5],[119.6,30.501],[119.6,30.5]]]}}";

static struct th_json *add(struct fixture *f, const struct th_layer_add_options *options)
{
    struct th_json *reply = NULL;
    struct th_error err;
    assert_ok(th_layer_add(f->registry, &f->request, options, &reply, &err), &err);
    return reply;
}

static void add__shapes_come_with_code_and_name_and_are_found_again(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    struct th_error err;
    struct th_layers_list list;
    fixture_geojson(f, path, "villages.geojson", VILLAGES);
    struct th_layer_add_options options = {
        .source = path, .role = "village", .name = "村界 2023", .messages = f->messages};
    struct th_json *reply = add(f, &options);
    assert_int_equal(th_json_get_int(reply, "layer_id", 0), 1);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 2);
    assert_close(th_json_get_real(reply, "area_m2", 0), 2 * 10642.475, 0.02);
    th_json_free(reply);
    struct th_store *store = th_registry_store(f->registry);
    const struct th_box east = {119.6015, 30.5001, 119.6016, 30.5002};
    assert_ok(th_layers_load(store, "village", &east, (struct th_date){2024, 1, 1},
                             (struct th_date){2024, 1, 1}, &list, &err),
              &err);
    assert_int_equal(list.n, 1);
    assert_string_equal(list.items[0].code, "330523001202");
    assert_string_equal(list.items[0].name, "测试二村");
    assert_string_equal(list.items[0].layer_name, "村界 2023");
    assert_close(list.items[0].area_m2, 10642.475, 0.01);
    assert_int_equal(list.items[0].ground->n_points, 5);
    th_layers_clear(&list);
    assert_ok(
        th_layers_load(store, NULL, NULL, (struct th_date){0}, (struct th_date){0}, &list, &err),
        &err);
    assert_int_equal(list.n, 2);
    assert_string_equal(list.items[0].name, "测试一村"); // trimmed
    th_layers_clear(&list);
    assert_ok(th_layers_load(store, "county", NULL, (struct th_date){0}, (struct th_date){0}, &list,
                             &err),
              &err);
    assert_int_equal(list.n, 0);
    th_layers_clear(&list);
}

static void add__a_second_run_adds_nothing(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_error err;
    fixture_geojson(f, path, "villages.geojson", VILLAGES);
    struct th_layer_add_options options = {.source = path, .role = "village", .name = "村界"};
    th_json_free(add(f, &options));
    reply = add(f, &options);
    assert_int_equal(th_json_get_int(reply, "unchanged", -1), 2);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 0);
    assert_int_equal(th_json_get_int(reply, "layer_id", 0), 1);
    th_json_free(reply);
    assert_ok(th_layer_list(f->registry, NULL, &reply, &err), &err);
    assert_int_equal(th_json_get_int(reply, "n", -1), 1);
    th_json_free(reply);
}

static void add__tells_of_boundaries_that_hold_at_the_same_time(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    fixture_geojson(f, path, "villages.geojson", VILLAGES);
    struct th_layer_add_options options = {.source = path,
                                           .role = "village",
                                           .name = "旧",
                                           .to = "2025-12-31",
                                           .messages = f->messages};
    struct th_json *reply = add(f, &options);
    assert_int_equal(th_json_size(th_json_get(reply, "beside")), 0);
    th_json_free(reply);
    options.name = "新";
    options.from = "2025-06-01";
    options.to = NULL;
    reply = add(f, &options);
    const struct th_json *beside = th_json_get(reply, "beside");
    assert_int_equal(th_json_size(beside), 1);
    assert_int_equal(th_json_get_int(th_json_at(beside, 0), "layer_id", 0), 1);
    assert_string_equal(th_json_get_text(th_json_at(beside, 0), "on", ""), "2025-06-01");
    assert_non_null(
        strstr(th_json_get_text(th_json_at(beside, 0), "message", ""), "layer withdraw 1"));
    th_json_free(reply);
    // Neither the one that ended before, nor what has another role, nor land under a scheme.
    options.name = "以后";
    options.from = "2026-01-01";
    reply = add(f, &options);
    beside = th_json_get(reply, "beside");
    assert_int_equal(th_json_size(beside), 1);
    assert_int_equal(th_json_get_int(th_json_at(beside, 0), "layer_id", 0), 2);
    th_json_free(reply);
    options.role = "township";
    reply = add(f, &options);
    assert_int_equal(th_json_size(th_json_get(reply, "beside")), 0);
    th_json_free(reply);
    options.role = "other_scheme";
    options.scheme = "CCER";
    th_json_free(add(f, &options));
    options.name = "再一";
    reply = add(f, &options);
    assert_int_equal(th_json_size(th_json_get(reply, "beside")), 0);
    th_json_free(reply);
}

static void add__one_bad_shape_keeps_the_layer_out(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    char features[2048];
    struct th_error err;
    struct th_json *list = NULL;
    (void)snprintf(features, sizeof(features), "%s,%s", VILLAGES, BOW_TIE);
    fixture_geojson(f, path, "villages.geojson", features);
    struct th_layer_add_options options = {
        .source = path, .role = "village", .name = "村界", .messages = f->messages};
    struct th_json *reply = add(f, &options);
    assert_int_equal(th_json_get_int(reply, "read", -1), 3);
    assert_int_equal(th_json_get_int(reply, "rejected", -1), 3);
    assert_int_equal(th_json_type(th_json_get(reply, "layer_id")), TH_JSON_NULL);
    const struct th_json *problem = th_json_at(th_json_get(reply, "problems"), 0);
    assert_int_equal(th_json_get_int(problem, "row", 0), 3);
    assert_string_equal(th_json_get_text(problem, "code", ""), "geometry_invalid");
    th_json_free(reply);
    assert_ok(th_layer_list(f->registry, NULL, &list, &err), &err);
    assert_int_equal(th_json_get_int(list, "n", -1), 0);
    th_json_free(list);
}

static void add__what_is_asked_wrongly_is_refused(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    fixture_geojson(f, path, "villages.geojson", VILLAGES);
    const struct {
        const char *login;
        struct th_layer_add_options options;
        enum th_status status;
        const char *key;
    } cases[] = {
        {"clerk",
         {.source = path, .role = "village", .name = "n"},
         TH_NOT_PERMITTED,
         "role_not_allowed"},
        {"admin", {.source = path, .role = "road", .name = "n"}, TH_USAGE, "layer_role"},
        {"admin", {.source = path, .role = "other_scheme", .name = "n"}, TH_USAGE, "layer_scheme"},
        {"admin",
         {.source = path, .role = "county", .name = "n", .scheme = "VCS"},
         TH_USAGE,
         "layer_scheme"},
        {"admin", {.source = path, .role = "county", .name = ""}, TH_INVALID, "name_empty"},
        {"admin",
         {.source = path, .role = "county", .name = "n", .from = "2024-01-02", .to = "2024-01-01"},
         TH_INVALID,
         "layer_dates"},
        {"admin",
         {.source = path, .role = "county", .name = "n", .code_field = "nothing"},
         TH_INVALID,
         "layer_field"},
        {"admin",
         {.source = "/nowhere", .role = "county", .name = "n"},
         TH_NOT_FOUND,
         "file_not_found"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_request request = {.login = cases[i].login};
        struct th_json *reply = NULL;
        struct th_error err;
        assert_status(th_layer_add(f->registry, &request, &cases[i].options, &reply, &err),
                      cases[i].status, &err);
        assert_string_equal(err.key, cases[i].key);
        assert_null(reply);
    }
}

static void withdraw__a_layer_holds_until_the_day_before(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_error err;
    struct th_layers_list list;
    struct th_store *store = th_registry_store(f->registry);
    fixture_geojson(f, path, "ccer.geojson", VILLAGES);
    struct th_layer_add_options options = {
        .source = path, .role = "other_scheme", .name = "CCER", .scheme = "CCER"};
    th_json_free(add(f, &options));
    assert_ok(
        th_layer_withdraw_use(f->registry, &f->request, 1, "撤销", "2025-06-01", &reply, &err),
        &err);
    assert_string_equal(th_json_get_text(reply, "to", ""), "2025-05-31");
    th_json_free(reply);
    assert_ok(th_layers_load(store, "other_scheme", NULL, (struct th_date){2025, 5, 31},
                             (struct th_date){2025, 5, 31}, &list, &err),
              &err);
    assert_int_equal(list.n, 2);
    assert_string_equal(list.items[0].scheme, "CCER");
    th_layers_clear(&list);
    assert_ok(th_layers_load(store, "other_scheme", NULL, (struct th_date){2025, 6, 1},
                             (struct th_date){2025, 6, 1}, &list, &err),
              &err);
    assert_int_equal(list.n, 0);
    th_layers_clear(&list);
    assert_status(th_layer_withdraw_use(f->registry, &f->request, 1, "again", NULL, &reply, &err),
                  TH_CONFLICT, &err);
    assert_string_equal(err.key, "layer_withdrawn");
    assert_status(th_layer_withdraw_use(f->registry, &f->request, 9, "none", NULL, &reply, &err),
                  TH_NOT_FOUND, &err);
    assert_ok(th_registry_check(f->registry, NULL, true, f->messages, TH_LANG_EN, &reply, &err),
              &err);
    assert_true(th_json_get_bool(reply, "ok", false));
    th_json_free(reply);
}

#define LAYER_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LAYER_TEST(add__shapes_come_with_code_and_name_and_are_found_again),
        LAYER_TEST(add__a_second_run_adds_nothing),
        LAYER_TEST(add__tells_of_boundaries_that_hold_at_the_same_time),
        LAYER_TEST(add__one_bad_shape_keeps_the_layer_out),
        LAYER_TEST(add__what_is_asked_wrongly_is_refused),
        LAYER_TEST(withdraw__a_layer_holds_until_the_day_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
