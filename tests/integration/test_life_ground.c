// Boundaries that are adjusted, and parcels that are divided or joined, beside what layers say:
// answered as an import of the same ground is.
// A cell of 0.001° at 119.6 E 30.5 N measures 10,642.475 m² along geodesics.
#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"
#include "registry/life/parcel_life.h"
#include "registry/package/package.h"
#include "registry/setup.h"
#include "store/ground/overlap_store.h"
#include "store/ground/parcel_store.h"
#include "tests/integration/drawn_fixture.h"

enum { DRAWING_SIZE = 256 };
static const double CELL_M2 = 10642.475;

// Parcel 1 in the cell from 119.6 E.
static void one_parcel(struct fixture *f)
{
    struct drawn rows = {.size = 0};
    drawn_row(&rows, 1, 119.6, 30.5, 0.001);
    struct th_json *reply = drawn_import(f, &rows);
    assert_int_equal(drawn_accepted(reply), 1);
    th_json_free(reply);
}

static void scheme(struct fixture *f, double west, double width)
{
    struct drawn shapes = {.size = 0};
    drawn_box(&shapes, west, 30.499, width, 0.003, "\"name\":\"一期\"");
    drawn_scheme(f, &shapes, NULL, NULL);
}

static struct th_json *adjust(struct fixture *f, const char *login, double west, double east,
                              const char *document, enum th_status want, struct th_error *err)
{
    char drawing[DRAWING_SIZE];
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    const struct th_request request = {.login = login};
    (void)snprintf(drawing, sizeof(drawing),
                   "POLYGON ((%.6f 30.5, %.6f 30.5, %.6f 30.501, %.6f 30.501, %.6f 30.5))", west,
                   east, east, west, west);
    fixture_file(f, path, "shape.wkt", drawing);
    const struct th_parcel_adjust_options options = {.parcel_id = 1,
                                                     .drawing = path,
                                                     .reason = "复测",
                                                     .waive = document != NULL,
                                                     .document = document,
                                                     .messages = f->messages};
    assert_status(th_parcel_adjust(f->registry, &request, &options, &reply, err), want, err);
    return reply;
}

// The same shape as an update of the same parcel.
static struct th_json *update(struct fixture *f, double west, double east)
{
    struct drawn rows = {.size = 0};
    struct th_parcel_import_options options = fixture_options(f, NULL);
    options.update = true;
    drawn_row(&rows, 1, west, 30.5, east - west);
    return drawn_import_with(f, &rows, options);
}

static void adjust__ground_of_another_scheme_is_refused_as_by_an_import(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    one_parcel(f);
    scheme(f, 119.601, 0.01);
    assert_null(adjust(f, "admin", 119.6, 119.6015, NULL, TH_CONFLICT, &err));
    assert_string_equal(err.key, "overlap_other_scheme");
    assert_string_equal(th_error_arg_get(&err, "layer"), "竹林项目");
    // A third of the new shape.
    assert_string_equal(th_error_arg_get(&err, "percent"), "33.33");
    assert_int_equal(drawn_record(f, 1).version, 1);
    struct th_json *reply = update(f, 119.6, 119.6015);
    assert_int_equal(drawn_accepted(reply), 0);
    assert_int_equal(fixture_problems(reply, 1, "overlap_other_scheme", "error"), 1);
    assert_int_equal(fixture_problems(reply, 1, NULL, "error"), 1); // not its own old ground too
    th_json_free(reply);
}

static int count_waiver(struct fixture *f, int64_t parcel_id, int64_t shape_id);

static void adjust__an_officer_may_waive_another_scheme(void **state)
{
    struct fixture *f = *state;
    char document[TH_TEST_PATH_SIZE];
    struct th_error err;
    one_parcel(f);
    scheme(f, 119.601, 0.01);
    fixture_file(f, document, "waiver.txt", "批复");
    assert_null(adjust(f, "admin", 119.6, 119.6015, document, TH_NOT_PERMITTED, &err));
    struct th_json *reply = adjust(f, "officer", 119.6, 119.6015, document, TH_OK, &err);
    assert_int_equal(fixture_problems(reply, 1, "overlap_other_scheme", "warning"), 1);
    th_json_free(reply);
    struct th_parcel_record record = drawn_record(f, 1);
    assert_int_equal(record.version, 2);
    assert_close(th_area_m2(record.measured), 1.5 * CELL_M2, 0.05);
    assert_close(th_area_m2(record.sliver), 0.5 * CELL_M2, 0.05);
    assert_int_equal(count_waiver(f, 1, 1), 1);
}

static void adjust__out_of_the_county_is_refused_as_by_an_import(void **state)
{
    struct fixture *f = *state;
    struct drawn county = {.size = 0};
    struct th_error err;
    one_parcel(f);
    drawn_box(&county, 119.5, 30.4, 0.101, 0.2, "\"code\":\"330523\",\"name\":\"安吉县\"");
    drawn_layer_add(
        f, &county,
        (struct th_layer_add_options){
            .role = "county", .name = "县界", .code_field = "code", .name_field = "name"});
    // From 119.6 to 119.603 two thirds lie outside.
    assert_null(adjust(f, "admin", 119.6, 119.603, NULL, TH_CONFLICT, &err));
    assert_string_equal(err.key, "outside_county");
    assert_string_equal(th_error_arg_get(&err, "percent"), "66.67");
    struct th_json *reply = update(f, 119.6, 119.603);
    assert_int_equal(fixture_problems(reply, 1, "outside_county", "error"), 1);
    th_json_free(reply);
    // A fifth is remarked on by both.
    reply = adjust(f, "admin", 119.6, 119.60125, NULL, TH_OK, &err);
    assert_int_equal(fixture_problems(reply, 1, "outside_county", "warning"), 1);
    th_json_free(reply);
    assert_int_equal(drawn_record(f, 1).version, 2);
}

static void adjust__a_waiver_needs_its_document(void **state)
{
    struct fixture *f = *state;
    struct th_json *reply = NULL;
    struct th_error err;
    const struct th_parcel_adjust_options options = {
        .parcel_id = 1, .drawing = "none.wkt", .reason = "r", .waive = true};
    assert_status(th_parcel_adjust(f->registry, &f->request, &options, &reply, &err), TH_USAGE,
                  &err);
    assert_string_equal(err.key, "waive_incomplete");
    assert_null(reply);
}

struct counting {
    int64_t parcel_id, shape_id;
    int n;
};

static bool count_one(void *context, const struct th_overlap_waiver *waiver)
{
    struct counting *c = context;
    c->n += waiver->parcel_id == c->parcel_id && waiver->other_shape_id == c->shape_id;
    return true;
}

static int count_waiver(struct fixture *f, int64_t parcel_id, int64_t shape_id)
{
    struct counting c = {.parcel_id = parcel_id, .shape_id = shape_id};
    struct th_error err;
    assert_ok(
        th_overlap_waiver_each(th_registry_store(f->registry), parcel_id, count_one, &c, &err),
        &err);
    return c.n;
}

static struct th_json *split(struct fixture *f, int64_t parcel_id, double at)
{
    char drawing[DRAWING_SIZE];
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_error err;
    (void)snprintf(drawing, sizeof(drawing), "LINESTRING (%.6f 30.4, %.6f 30.6)", at, at);
    fixture_file(f, path, "cut.wkt", drawing);
    const struct th_parcel_split_options options = {
        .parcel_id = parcel_id, .drawing = path, .reason = "分户", .messages = f->messages};
    assert_ok(th_parcel_split(f->registry, &f->request, &options, &reply, &err), &err);
    return reply;
}

static enum th_status package(struct fixture *f, const char *parcel, struct th_error *err)
{
    struct th_json *reply = NULL;
    const struct th_package_create_options options = {.name = parcel,
                                                      .holder = "测试合作社",
                                                      .methodology = "reported-factor",
                                                      .from = "2025-01-01",
                                                      .to = "2025-12-31",
                                                      .parcels = &parcel,
                                                      .n_parcels = 1};
    enum th_status status = th_package_create(f->registry, &f->request, &options, &reply, err);
    th_json_free(reply);
    return status;
}

static void split__what_another_scheme_took_meanwhile_is_told_and_can_be_cut_off(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    one_parcel(f);
    scheme(f, 119.6006, 0.01);
    assert_status(package(f, "1", &err), TH_CONFLICT, &err);
    struct th_json *reply = split(f, 1, 119.6006); // parcels 2 and 3
    assert_int_equal(fixture_problems(reply, 1, NULL, NULL), 0);
    assert_int_equal(fixture_problems(reply, 2, "overlap_other_scheme", "warning"), 1);
    th_json_free(reply);
    assert_ok(package(f, "2", &err), &err);
    assert_status(package(f, "3", &err), TH_CONFLICT, &err);
    assert_string_equal(err.key, "ground_other_scheme");
    // Joined again, the whole lies under it as before.
    const int64_t ids[2] = {2, 3};
    const struct th_parcel_merge_options merge = {
        .parcel_ids = ids, .n_parcels = 2, .number = "合", .reason = "r", .messages = f->messages};
    assert_ok(th_parcel_merge(f->registry, &f->request, &merge, &reply, &err), &err);
    assert_int_equal(fixture_problems(reply, 1, "overlap_other_scheme", "warning"), 1);
    th_json_free(reply);
}

static void split_and_merge__keep_what_an_officer_waived(void **state)
{
    struct fixture *f = *state;
    char document[TH_TEST_PATH_SIZE];
    struct th_error err;
    one_parcel(f);
    scheme(f, 119.601, 0.01);
    fixture_file(f, document, "waiver.txt", "批复");
    th_json_free(adjust(f, "officer", 119.6, 119.6015, document, TH_OK, &err));
    th_json_free(split(f, 1, 119.6005)); // 2 in the west, 3 with all that was waived
    assert_int_equal(count_waiver(f, 2, 1), 0);
    assert_int_equal(count_waiver(f, 3, 1), 1);
    assert_close(th_area_m2(drawn_record(f, 2).sliver), 0, 0.01);
    assert_close(th_area_m2(drawn_record(f, 3).sliver), 0.5 * CELL_M2, 0.05);
    const int64_t ids[2] = {2, 3};
    const struct th_parcel_merge_options merge = {
        .parcel_ids = ids, .n_parcels = 2, .number = "合", .reason = "r"};
    struct th_json *reply = NULL;
    assert_ok(th_parcel_merge(f->registry, &f->request, &merge, &reply, &err), &err);
    th_json_free(reply);
    assert_int_equal(count_waiver(f, 4, 1), 1);
    assert_close(th_area_m2(drawn_record(f, 4).sliver), 0.5 * CELL_M2, 0.05);
    assert_ok(package(f, "4", &err), &err);
}

#define GROUND_TEST(name) cmocka_unit_test_setup_teardown(name, drawn_set_up, drawn_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        GROUND_TEST(adjust__ground_of_another_scheme_is_refused_as_by_an_import),
        GROUND_TEST(adjust__an_officer_may_waive_another_scheme),
        GROUND_TEST(adjust__out_of_the_county_is_refused_as_by_an_import),
        GROUND_TEST(adjust__a_waiver_needs_its_document),
        GROUND_TEST(split__what_another_scheme_took_meanwhile_is_told_and_can_be_cut_off),
        GROUND_TEST(split_and_merge__keep_what_an_officer_waived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
