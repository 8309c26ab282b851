#include "store/ground/layer_store.h"

#include <stdio.h>

#include "tests/unit/parcel_rows.h"

static int64_t insert_layer(struct th_store *store, const char *role, const char *scheme,
                            struct th_date from)
{
    struct th_layer layer = {
        .name = "图层", .source = "l.gpkg", .sha256 = {{7}}, .from = from, .seq = 1};
    struct th_error err = {0};
    int64_t id = 0;
    snprintf(layer.role, sizeof(layer.role), "%s", role);
    snprintf(layer.scheme, sizeof(layer.scheme), "%s", scheme);
    assert_ok(th_layer_insert(store, &layer, &id, &err), &err);
    return id;
}

static int64_t insert_shape(struct th_store *store, int64_t layer_id, int64_t ordinal, double west)
{
    unsigned char wkb[ROWS_WKB_SIZE];
    struct th_error err = {0};
    int64_t id = 0;
    rows_rectangle(wkb, west, 30, west + 0.1, 30.1);
    const struct th_layer_shape shape = {.layer_id = layer_id,
                                         .ordinal = ordinal,
                                         .code = "330523100",
                                         .name = "山川乡",
                                         .wkb = wkb,
                                         .wkb_size = sizeof(wkb)};
    assert_ok(th_layer_shape_insert(store, &shape, &id, &err), &err);
    return id;
}

// Layer 1: townships with shapes 1 (119.0) and 2 (119.2) from 2020 on; layer 2: CCER with shape 3
// (119.0) from 2022 on; layer 3: CCER with shape 4 (119.5) from 2024 on.
static int make(void **state)
{
    struct th_test_world *world = rows_world_begin(0);
    assert_int_equal(insert_layer(world->store, "township", "", (struct th_date){2020, 1, 1}), 1);
    assert_int_equal(
        insert_layer(world->store, "other_scheme", "CCER", (struct th_date){2022, 1, 1}), 2);
    assert_int_equal(
        insert_layer(world->store, "other_scheme", "CCER", (struct th_date){2024, 1, 1}), 3);
    assert_int_equal(insert_shape(world->store, 1, 1, 119.0), 1);
    assert_int_equal(insert_shape(world->store, 1, 2, 119.2), 2);
    assert_int_equal(insert_shape(world->store, 2, 1, 119.0), 3);
    assert_int_equal(insert_shape(world->store, 3, 1, 119.5), 4);
    *state = world;
    return 0;
}

static void layer_load__what_was_stored_comes_back(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_layer layer = {.layer_id = 77};
    assert_status(th_layer_load(world->store, 9, &layer, &err), TH_NOT_FOUND, &err);
    assert_string_equal(err.key, "layer_not_found");
    assert_int_equal(layer.layer_id, 77);
    assert_ok(th_layer_load(world->store, 2, &layer, &err), &err);
    assert_int_equal(layer.layer_id, 2);
    assert_string_equal(layer.role, "other_scheme");
    assert_string_equal(layer.scheme, "CCER");
    assert_string_equal(layer.name, "图层");
    assert_string_equal(layer.source, "l.gpkg");
    assert_int_equal(layer.sha256.bytes[0], 7);
    assert_int_equal(th_date_compare(layer.from, (struct th_date){2022, 1, 1}), 0);
    assert_int_equal(layer.to.year, 0);
    assert_int_equal(layer.n_shapes, 1);
    assert_int_equal(layer.document_id, 0);
    rows_commit(world->store);
    th_test_assert_sound(world->registry);
}

static bool count_layer(void *context, const struct th_layer *layer)
{
    int64_t *ids = context;
    ids[++ids[0]] = layer->layer_id;
    return layer->layer_id != 2;
}

static void layer_each__goes_by_id_and_role_until_stopped(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    int64_t ids[5] = {0};
    assert_ok(th_layer_each(world->store, NULL, count_layer, ids, &err), &err);
    assert_int_equal(ids[0], 2);
    assert_int_equal(ids[1], 1);
    assert_int_equal(ids[2], 2);
    ids[0] = 0;
    assert_ok(th_layer_each(world->store, "township", count_layer, ids, &err), &err);
    assert_int_equal(ids[0], 1);
    assert_int_equal(ids[1], 1);
}

static void layer_insert__a_scheme_belongs_to_other_schemes_alone(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_layer layer = {
        .role = "county", .name = "a", .scheme = "CCER", .from = {2024, 1, 1}, .seq = 1};
    int64_t id = 77;
    assert_status(th_layer_insert(world->store, &layer, &id, &err), TH_CONFLICT, &err);
    snprintf(layer.role, sizeof(layer.role), "other_scheme");
    layer.scheme[0] = '\0';
    assert_status(th_layer_insert(world->store, &layer, &id, &err), TH_CONFLICT, &err);
    assert_string_equal(err.key, "store_constraint");
    assert_int_equal(id, 77);
}

static void layer_shape_insert__unfit_bytes_and_taken_places_are_refused(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    unsigned char wkb[ROWS_WKB_SIZE];
    int64_t id = 77;
    rows_rectangle(wkb, 119, 30, 119.1, 30.1);
    struct th_layer_shape shape = {.layer_id = 1,
                                   .ordinal = 3,
                                   .code = "",
                                   .name = "",
                                   .wkb = wkb,
                                   .wkb_size = sizeof(wkb) - 1};
    assert_status(th_layer_shape_insert(world->store, &shape, &id, &err), TH_INVALID, &err);
    assert_string_equal(err.key, "wkb_unfit");
    shape.wkb_size = sizeof(wkb);
    shape.ordinal = 2;
    assert_status(th_layer_shape_insert(world->store, &shape, &id, &err), TH_CONFLICT, &err);
    assert_int_equal(id, 77);
}

static bool note_shape(void *context, const struct th_layer_shape *shape, const char *layer_name,
                       const char *scheme)
{
    int64_t *ids = context;
    unsigned char wkb[ROWS_WKB_SIZE];
    static const double WEST[] = {0, 119.0, 119.2, 119.0, 119.5};
    double west = WEST[shape->shape_id];
    rows_rectangle(wkb, west, 30, west + 0.1, 30.1);
    assert_int_equal(shape->wkb_size, sizeof(wkb));
    assert_memory_equal(shape->wkb, wkb, sizeof(wkb));
    assert_string_equal(layer_name, "图层");
    assert_string_equal(scheme, shape->shape_id < 3 ? "" : "CCER");
    assert_string_equal(shape->code, "330523100");
    assert_string_equal(shape->name, "山川乡");
    ids[0] = ids[0] * 10 + shape->shape_id; // the ids as digits
    return ids[0] != ids[1];
}

static int64_t shapes(struct th_test_world *world, struct th_layer_question question, int64_t stop)
{
    struct th_error err = {0};
    int64_t ids[2] = {0, stop};
    assert_ok(th_layer_shape_each(world->store, &question, note_shape, ids, &err), &err);
    return ids[0];
}

static void layer_shape_each__answers_by_role_time_and_box(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_layer_question box = {.has_box = true,
                                    .west_deg = 119.05,
                                    .south_deg = 30.05,
                                    .east_deg = 119.06,
                                    .north_deg = 30.06};
    assert_int_equal(shapes(world, (struct th_layer_question){0}, 0), 1234);
    assert_int_equal(shapes(world, (struct th_layer_question){0}, 12), 12);
    assert_int_equal(shapes(world, (struct th_layer_question){.layer_id = 1}, 0), 12);
    assert_int_equal(shapes(world, (struct th_layer_question){.role = "other_scheme"}, 0), 34);
    assert_int_equal(shapes(world, box, 0), 13);
    box.role = "other_scheme";
    assert_int_equal(shapes(world, box, 0), 3);
    box.south_deg = 31;
    box.north_deg = 32;
    assert_int_equal(shapes(world, box, 0), 0);
    struct th_layer_question early = {.to = {2023, 12, 31}};
    assert_int_equal(shapes(world, early, 0), 123);
    assert_ok(th_layer_withdraw(world->store, 1, (struct th_date){2023, 6, 30}, 1, &err), &err);
    struct th_layer_question late = {.from = {2023, 7, 1}};
    assert_int_equal(shapes(world, late, 0), 34);
    late.from = (struct th_date){2023, 6, 30};
    assert_int_equal(shapes(world, late, 0), 1234);
    // A layer that was withdrawn from its first day on never held.
    assert_ok(th_layer_withdraw(world->store, 3, (struct th_date){2023, 12, 31}, 1, &err), &err);
    assert_int_equal(shapes(world, (struct th_layer_question){0}, 0), 123);
}

static void layer_withdraw__happens_once_and_nothing_is_erased(void **state)
{
    static const char *const REFUSED[] = {
        "UPDATE layer SET to_on = NULL WHERE layer_id = 1", "DELETE FROM layer WHERE layer_id = 2",
        "UPDATE layer SET name = 'x' WHERE layer_id = 2",
        "UPDATE layer SET from_on = '2024-01-01' WHERE layer_id = 2"};
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_layer layer;
    struct th_date day = {2025, 6, 30};
    char words[256];
    assert_status(th_layer_withdraw(world->store, 9, day, 1, &err), TH_NOT_FOUND, &err);
    assert_string_equal(err.key, "layer_not_found");
    assert_ok(th_layer_withdraw(world->store, 1, day, 1, &err), &err);
    assert_status(th_layer_withdraw(world->store, 1, day, 1, &err), TH_CONFLICT, &err);
    assert_string_equal(err.key, "layer_withdrawn");
    assert_ok(th_layer_load(world->store, 1, &layer, &err), &err);
    assert_int_equal(th_date_compare(layer.to, day), 0);
    assert_int_equal(layer.n_shapes, 2);
    for (size_t i = 0; i < sizeof(REFUSED) / sizeof(REFUSED[0]); i++) {
        th_test_sql_refused(world->store, REFUSED[i], words);
        if (strstr(words, "layer: ") == NULL) {
            fail_msg("%s: %s", REFUSED[i], words);
        }
    }
}

#define LAYER_TEST(name) cmocka_unit_test_setup_teardown(name, make, rows_take_away)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LAYER_TEST(layer_load__what_was_stored_comes_back),
        LAYER_TEST(layer_each__goes_by_id_and_role_until_stopped),
        LAYER_TEST(layer_insert__a_scheme_belongs_to_other_schemes_alone),
        LAYER_TEST(layer_shape_insert__unfit_bytes_and_taken_places_are_refused),
        LAYER_TEST(layer_shape_each__answers_by_role_time_and_box),
        LAYER_TEST(layer_withdraw__happens_once_and_nothing_is_erased),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
