// One parcel drawn by hand: judged like a row of a file.
#include "tests/integration/intake_fixture.h"

static const char GEOJSON_1[] =
    "{\"type\":\"Polygon\",\"coordinates\":[[[119.601,30.5],[119.602,30.5],[119.602,30.501],"
    "[119.601,30.501],[119.601,30.5]]]}";

static struct th_parcel_add_options drawing(const struct fixture *f, const char *number,
                                            const char *shape)
{
    return (struct th_parcel_add_options){.shape = shape,
                                          .number = number,
                                          .village = FIXTURE_VILLAGE,
                                          .kind = "bamboo",
                                          .messages = f->messages,
                                          .lang = TH_LANG_ZH};
}

static struct th_json *add(struct fixture *f, const struct th_parcel_add_options *options)
{
    struct th_json *reply = NULL;
    struct th_error err;
    assert_ok(th_parcel_add(f->registry, &f->request, options, &reply, &err), &err);
    assert_int_equal(th_json_get_int(reply, "read", -1), 1);
    return reply;
}

static void add__wkt_and_geojson_become_parcels(void **state)
{
    struct fixture *f = *state;
    struct th_parcel_add_options options = drawing(f, "A-1", INTAKE_CELL_0);
    options.declared_mu = "15.96";
    options.household = "张三";
    options.kind = "竹林";
    options.on = "2024-05-01";
    struct th_json *reply = add(f, &options);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    assert_int_equal(th_json_size(th_json_get(reply, "problems")), 0);
    assert_close(th_json_get_real(reply, "area_m2", 0), INTAKE_CELL_M2, 0.0051);
    th_json_free(reply);
    struct th_json *parcel = intake_parcel(f, "A-1");
    assert_string_equal(th_json_get_text(parcel, "kind", ""), "bamboo");
    assert_string_equal(th_json_get_text(parcel, "from", ""), "2024-05-01");
    assert_close(th_json_get_real(parcel, "declared_mu", 0), 15.96, 1e-9);
    assert_string_equal(th_json_get_text(th_json_get(parcel, "attributes"), "household", ""),
                        "张三");
    th_json_free(parcel);
    options = drawing(f, "A-2", GEOJSON_1);
    reply = add(f, &options);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    th_json_free(reply);
    assert_int_equal(intake_parcels(f), 2);
    fixture_assert_books(f);
}

static void add__again_changes_nothing_and_other_ground_over_it_is_refused(void **state)
{
    struct fixture *f = *state;
    struct th_parcel_add_options options = drawing(f, "A-1", INTAKE_CELL_0);
    th_json_free(add(f, &options));
    struct th_json *reply = add(f, &options);
    assert_int_equal(th_json_get_int(reply, "unchanged", -1), 1);
    th_json_free(reply);
    options = drawing(f, "B-1", INTAKE_CELL_0);
    reply = add(f, &options);
    assert_int_equal(fixture_problems(reply, 1, "duplicate", "error"), 1);
    th_json_free(reply);
    options = drawing(f, "B-1", INTAKE_CELL_BETWEEN);
    reply = add(f, &options);
    assert_int_equal(fixture_problems(reply, 1, "overlap_registered", "error"), 1);
    th_json_free(reply);
    assert_int_equal(intake_parcels(f), 1);
}

static void add__a_repeated_request_is_told_from_another_one(void **state)
{
    struct fixture *f = *state;
    struct th_request request = {.login = "admin", .idempotency_key = "k"};
    struct th_parcel_add_options options = drawing(f, "A-1", INTAKE_CELL_0);
    struct th_json *reply = NULL;
    struct th_error err;
    assert_ok(th_parcel_add(f->registry, &request, &options, &reply, &err), &err);
    th_json_free(reply);
    reply = NULL;
    options.number = "A-2"; // the same shape
    assert_status(th_parcel_add(f->registry, &request, &options, &reply, &err), TH_OK, &err);
    // The ground is taken: nothing would be written, so there is nothing to be told apart.
    assert_int_equal(fixture_problems(reply, 1, "duplicate", "error"), 1);
    th_json_free(reply);
    reply = NULL;
    options = drawing(f, "A-2", GEOJSON_1);
    assert_status(th_parcel_add(f->registry, &request, &options, &reply, &err), TH_CONFLICT, &err);
    assert_string_equal(err.key, "idempotency_other_input");
    assert_null(reply);
}

struct refusal {
    const char *label;
    const char *shape, *number, *kind, *village, *declared, *land_class, *on;
    enum th_status status; // TH_OK: a problem of the row
    const char *key;       // of the error, or code of the problem
};

static const struct refusal REFUSALS[] = {
    {"no number", INTAKE_CELL_0, "", "bamboo", NULL, NULL, NULL, NULL, TH_INVALID,
     "number_missing"},
    {"unknown kind", INTAKE_CELL_0, "1", "stone", NULL, NULL, NULL, NULL, TH_INVALID,
     "kind_invalid"},
    {"a line", "LINESTRING(119.6 30.5,119.601 30.5)", "1", "bamboo", NULL, NULL, NULL, NULL,
     TH_DATA_PROBLEM, "edit_type"},
    {"no shape at all", "hello", "1", "bamboo", NULL, NULL, NULL, NULL, TH_UNREADABLE,
     "edit_unreadable"},
    {"nothing", "", "1", "bamboo", NULL, NULL, NULL, NULL, TH_UNREADABLE, "edit_unreadable"},
    {"broken GeoJSON", "{\"type\":\"Polygon\"", "1", "bamboo", NULL, NULL, NULL, NULL,
     TH_UNREADABLE, "edit_unreadable"},
    {"tomorrow", INTAKE_CELL_0, "1", "bamboo", NULL, NULL, NULL, "2025-06-16", TH_INVALID,
     "date_in_future"},
    {"no day", INTAKE_CELL_0, "1", "bamboo", NULL, NULL, NULL, "2025-02-30", TH_INVALID,
     "date_invalid"},
    {"a bow-tie", INTAKE_BOW_TIE, "1", "bamboo", NULL, NULL, NULL, NULL, TH_OK, "geometry_invalid"},
    {"unknown village", INTAKE_CELL_0, "1", "bamboo", "无此村", NULL, NULL, NULL, TH_OK,
     "village_unknown"},
    {"area that is none", INTAKE_CELL_0, "1", "bamboo", NULL, "many", NULL, NULL, TH_OK,
     "attribute_range"},
    {"unknown land class", INTAKE_CELL_0, "1", "bamboo", NULL, NULL, "9999", NULL, TH_OK,
     "attribute_range"},
    {"metres in place of degrees",
     "POLYGON((500000 3370000,500100 3370000,500100 3370100,500000 3370000))", "1", "bamboo", NULL,
     NULL, NULL, NULL, TH_OK, "out_of_bounds"},
};

static void add__is_refused_like_a_row_of_a_file(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof(REFUSALS) / sizeof(REFUSALS[0]); i++) {
        const struct refusal *r = &REFUSALS[i];
        struct th_parcel_add_options options = drawing(f, r->number, r->shape);
        struct th_json *reply = NULL;
        struct th_error err = {0};
        options.kind = r->kind;
        options.village = r->village == NULL ? FIXTURE_VILLAGE : r->village;
        options.declared_mu = r->declared;
        options.land_class = r->land_class;
        options.on = r->on;
        enum th_status status = th_parcel_add(f->registry, &f->request, &options, &reply, &err);
        if (status != r->status || (status != TH_OK && strcmp(err.key, r->key) != 0)) {
            fail_msg("%s: status %d, %s", r->label, (int)status, err.key);
        }
        if (status == TH_OK && fixture_problems(reply, 1, r->key, "error") != 1) {
            fail_msg("%s: no problem %s", r->label, r->key);
        }
        th_json_free(reply);
    }
    assert_int_equal(intake_parcels(f), 0);
}

static void add__a_clerk_adds_in_the_own_village_alone(void **state)
{
    struct fixture *f = *state;
    struct th_request clerk = {.login = "clerk"};
    struct th_request buyer = {.login = "buyer"};
    struct th_parcel_add_options options = drawing(f, "A-1", INTAKE_CELL_0);
    struct th_json *reply = NULL;
    struct th_error err;
    fixture_user(f, "clerk", "clerk", FIXTURE_OTHER_VILLAGE);
    fixture_user(f, "buyer", "verifier", NULL);
    assert_status(th_parcel_add(f->registry, &clerk, &options, &reply, &err), TH_NOT_PERMITTED,
                  &err);
    assert_string_equal(err.key, "village_not_yours");
    assert_status(th_parcel_add(f->registry, &buyer, &options, &reply, &err), TH_NOT_PERMITTED,
                  &err);
    assert_null(reply);
    options.village = NULL;
    assert_ok(th_parcel_add(f->registry, &clerk, &options, &reply, &err), &err);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    th_json_free(reply);
    struct th_json *parcel = intake_parcel(f, "A-1");
    assert_string_equal(th_json_get_text(parcel, "village", ""), FIXTURE_OTHER_VILLAGE);
    th_json_free(parcel);
}

#define ADD_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ADD_TEST(add__wkt_and_geojson_become_parcels),
        ADD_TEST(add__again_changes_nothing_and_other_ground_over_it_is_refused),
        ADD_TEST(add__a_repeated_request_is_told_from_another_one),
        ADD_TEST(add__is_refused_like_a_row_of_a_file),
        ADD_TEST(add__a_clerk_adds_in_the_own_village_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
