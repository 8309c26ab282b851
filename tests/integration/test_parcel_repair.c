// Shapes that are not valid, and ground that an officer lets in twice: nothing happens unless a
// person said so, and what they said is kept.
#include "core/text.h"
#include "gis/geometry.h"
#include "registry/intake/parcel_internal.h"
#include "store/ground/overlap_store.h"
#include "store/ground/parcel_life_store.h"
#include "tests/integration/intake_fixture.h"

static struct th_json *import(struct fixture *f, const char *rows, const char *login,
                              const struct th_parcel_import_options *more)
{
    char path[TH_TEST_PATH_SIZE];
    struct th_parcel_import_options options = *more;
    struct th_request request = {.login = login};
    struct th_json *reply = NULL;
    struct th_error err;
    options.source = intake_table(f, path, "t.csv", rows);
    assert_ok(th_parcel_import(f->registry, &request, &options, &reply, &err), &err);
    return reply;
}

#define BOW_TIE_ROW "A-1,张三,\"" INTAKE_BOW_TIE "\"\n"
#define HOLE_ROW "A-1,张三,\"" INTAKE_HOLE_ACROSS "\"\n"

static void repair__is_proposed_with_both_areas(void **state)
{
    struct fixture *f = *state;
    struct th_parcel_import_options options = intake_options(f, NULL);
    struct th_json *reply = import(f, BOW_TIE_ROW, "admin", &options);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 0);
    assert_int_equal(th_json_get_int(reply, "repaired", -1), 0);
    // Half a cell: 5,321.24 m² or 7.98 mu.
    assert_non_null(strstr(intake_problem(reply, 2, "geometry_invalid", "message"), "7.98 亩"));
    assert_non_null(strstr(intake_problem(reply, 2, "geometry_invalid", "hint"), "--repair agree"));
    th_json_free(reply);
    options.repair = "propose";
    reply = import(f, HOLE_ROW, "admin", &options);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 0);
    // A cell is 15.96 mu, 13/16 of it 12.97 mu.
    const char *message = intake_problem(reply, 2, "geometry_invalid", "message");
    assert_non_null(strstr(message, "15.96 亩"));
    assert_non_null(strstr(message, "12.97 亩"));
    th_json_free(reply);
    assert_int_equal(intake_parcels(f), 0);
}

struct original {
    unsigned char wkb[1024];
    size_t size;
    char method[16];
    double linework_m2, structure_m2;
};

static void original_take(void *context, const struct th_parcel_original *original)
{
    struct original *o = context;
    assert_true(original->wkb_size <= sizeof(o->wkb));
    memcpy(o->wkb, original->wkb, original->wkb_size);
    o->size = original->wkb_size;
    th_text_copy(o->method, sizeof(o->method), original->method);
    o->linework_m2 = th_area_m2(original->linework);
    o->structure_m2 = th_area_m2(original->structure);
}

static void original_load(struct fixture *f, int64_t parcel_id, struct original *ret_original)
{
    bool found = false;
    struct th_error err;
    *ret_original = (struct original){0};
    assert_ok(th_parcel_original_load(th_registry_store(f->registry), parcel_id, 1, original_take,
                                      ret_original, &found, &err),
              &err);
    assert_true(found);
}

static void repair__by_rule_where_both_methods_agree_keeps_the_original(void **state)
{
    struct fixture *f = *state;
    // The bow-tie of the table as little-endian WKB: ISO 13249-3, polygon of one ring.
    static const double CORNERS[5][2] = {
        {119.6, 30.5}, {119.601, 30.501}, {119.601, 30.5}, {119.6, 30.501}, {119.6, 30.5}};
    unsigned char want[13 + sizeof(CORNERS)] = {1, 3, 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0};
    memcpy(want + 13, CORNERS, sizeof(CORNERS));
    struct th_parcel_import_options options = intake_options(f, NULL);
    options.repair = "agree";
    struct th_json *reply = import(f, BOW_TIE_ROW, "admin", &options);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    assert_int_equal(th_json_get_int(reply, "repaired", -1), 1);
    assert_close(th_json_get_real(reply, "area_m2", 0), INTAKE_CELL_M2 / 2, 0.05);
    assert_non_null(strstr(intake_problem(reply, 2, "geometry_repaired", "message"), "留存"));
    th_json_free(reply);
    struct th_json *parcel = intake_parcel(f, "A-1");
    assert_string_equal(th_json_get_text(parcel, "origin", ""), "repair");
    struct original original;
    original_load(f, th_json_get_int(parcel, "parcel_id", 0), &original);
    th_json_free(parcel);
    assert_int_equal(original.size, sizeof(want));
    assert_memory_equal(original.wkb, want, sizeof(want));
    assert_close(original.linework_m2, INTAKE_CELL_M2 / 2, 0.05);
    assert_close(original.structure_m2, INTAKE_CELL_M2 / 2, 0.05);
    fixture_assert_books(f);
    // The same row again is the same parcel.
    reply = import(f, BOW_TIE_ROW, "admin", &options);
    assert_int_equal(th_json_get_int(reply, "unchanged", -1), 1);
    assert_int_equal(th_json_get_int(reply, "repaired", -1), 0);
    th_json_free(reply);
}

static void repair__of_one_row_is_what_the_clerk_chose(void **state)
{
    struct fixture *f = *state;
    static const char *const CHOICES[] = {"2=linework", "2=structure"}; // the later one counts
    struct th_parcel_import_options options = intake_options(f, NULL);
    options.repair = "agree";
    struct th_json *reply = import(f, HOLE_ROW, "admin", &options);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 0); // they do not agree
    th_json_free(reply);
    options.repair_rows = CHOICES;
    options.n_repair_rows = 2;
    reply = import(f, HOLE_ROW, "admin", &options);
    assert_int_equal(th_json_get_int(reply, "repaired", -1), 1);
    assert_close(th_json_get_real(reply, "area_m2", 0), 13.0 / 16 * INTAKE_CELL_M2, 0.1);
    th_json_free(reply);
    struct th_json *parcel = intake_parcel(f, "A-1");
    struct original original;
    original_load(f, th_json_get_int(parcel, "parcel_id", 0), &original);
    th_json_free(parcel);
    assert_string_equal(original.method, "structure");
    assert_close(original.linework_m2, INTAKE_CELL_M2, 0.1);
}

// Somebody meant another row: it is told, and the row goes its way.
static void repair__of_a_sound_row_is_told(void **state)
{
    struct fixture *f = *state;
    static const char *const CHOICE = "2=structure";
    struct th_parcel_import_options options = intake_options(f, NULL);
    options.repair_rows = &CHOICE;
    options.n_repair_rows = 1;
    struct th_json *reply = import(f, "A-1,张三,\"" INTAKE_CELL_0 "\"\n", "admin", &options);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    assert_int_equal(th_json_get_int(reply, "repaired", -1), 0);
    assert_int_equal(fixture_problems(reply, 2, "repair_not_needed", "warning"), 1);
    th_json_free(reply);
}

static void repair__ground_that_is_taken_stays_taken(void **state)
{
    struct fixture *f = *state;
    th_json_free(intake_import(f, "first.csv", "A-1,张三,\"" INTAKE_CELL_0 "\"\n"));
    struct th_parcel_import_options options = intake_options(f, NULL);
    options.repair = "agree";
    struct th_json *reply = import(f, "B-1,李四,\"" INTAKE_BOW_TIE "\"\n", "admin", &options);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 0);
    assert_int_equal(th_json_get_int(reply, "repaired", -1), 0);
    assert_int_equal(fixture_problems(reply, 2, "overlap_registered", "error"), 1);
    th_json_free(reply);
}

static void options__that_say_nothing_are_refused(void **state)
{
    struct fixture *f = *state;
    static const char *const BAD_REPAIRS[] = {"2", "x=structure", "2=magic", "0=linework",
                                              "99999999999999999999999999=linework"};
    static const char *const BAD_ROWS[] = {"two", "0", "-1", "1.5", ""};
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_error err;
    intake_table(f, path, "t.csv", BOW_TIE_ROW);
    for (size_t i = 0; i < 5; i++) {
        struct th_parcel_import_options options = intake_options(f, path);
        options.repair_rows = &BAD_REPAIRS[i];
        options.n_repair_rows = 1;
        assert_status(th_parcel_import(f->registry, &f->request, &options, &reply, &err), TH_USAGE,
                      &err);
        assert_string_equal(err.key, "repair_option");
        options = intake_options(f, path);
        options.drop_rows = &BAD_ROWS[i];
        options.n_drop_rows = 1;
        assert_status(th_parcel_import(f->registry, &f->request, &options, &reply, &err), TH_USAGE,
                      &err);
        assert_string_equal(err.key, "row_option");
        assert_string_equal(th_error_arg_get(&err, "option"), "drop");
    }
    struct th_parcel_import_options options = intake_options(f, path);
    options.repair = "always";
    assert_status(th_parcel_import(f->registry, &f->request, &options, &reply, &err), TH_USAGE,
                  &err);
    assert_string_equal(err.key, "repair_option");
    assert_null(reply);
}

#define BETWEEN_ROW "B-1,李四,\"" INTAKE_CELL_BETWEEN "\"\n"

static bool waiver_note(void *context, const struct th_overlap_waiver *waiver)
{
    int *n = context;
    assert_string_equal(waiver->reason, "林权证重叠已协商");
    assert_string_equal(waiver->login, "officer");
    assert_true(waiver->document_id > 0);
    assert_true(waiver->other_parcel_id > 0);
    ++*n;
    return true;
}

static void waiver__lets_an_overlap_in_and_counts_the_common_ground_once(void **state)
{
    struct fixture *f = *state;
    static const char *const ROW = "2";
    char document[TH_TEST_PATH_SIZE];
    int n = 0;
    struct th_error err;
    fixture_user(f, "officer", "officer", NULL);
    fixture_file(f, document, "协议.txt", "两户协议");
    th_json_free(intake_import(f, "first.csv", "A-1,张三,\"" INTAKE_CELL_0 "\"\n"));
    struct th_parcel_import_options options = intake_options(f, NULL);
    options.waive_rows = &ROW;
    options.n_waive_rows = 1;
    options.waive_reason = "林权证重叠已协商";
    options.waive_document = document;
    struct th_json *reply = import(f, BETWEEN_ROW, "officer", &options);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    const char *message = intake_problem(reply, 2, "overlap_registered", "message");
    assert_non_null(strstr(message, "7.98")); // half a cell in mu
    assert_string_equal(intake_problem(reply, 2, "overlap_registered", "severity"), "warning");
    th_json_free(reply);
    struct th_json *parcel = intake_parcel(f, "B-1");
    assert_close(th_json_get_real(parcel, "area_m2", 0), INTAKE_CELL_M2, 0.05);
    assert_close(th_json_get_real(parcel, "sliver_m2", 0), INTAKE_CELL_M2 / 2, 0.05);
    int64_t parcel_id = th_json_get_int(parcel, "parcel_id", 0);
    th_json_free(parcel);
    assert_ok(
        th_overlap_waiver_each(th_registry_store(f->registry), parcel_id, waiver_note, &n, &err),
        &err);
    assert_int_equal(n, 1);
    fixture_assert_books(f);
}

static void waiver__wants_an_officer_a_reason_and_a_document(void **state)
{
    struct fixture *f = *state;
    static const char *const ROW = "2";
    char path[TH_TEST_PATH_SIZE];
    char document[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_error err;
    fixture_user(f, "officer", "officer", NULL);
    fixture_user(f, "clerk", "clerk", FIXTURE_VILLAGE);
    fixture_file(f, document, "d.txt", "x");
    th_json_free(intake_import(f, "first.csv", "A-1,张三,\"" INTAKE_CELL_0 "\"\n"));
    intake_table(f, path, "t.csv", BETWEEN_ROW);
    struct th_parcel_import_options options = intake_options(f, path);
    struct th_request officer = {.login = "officer"};
    struct th_request clerk = {.login = "clerk"};
    options.waive_rows = &ROW;
    options.n_waive_rows = 1;
    options.waive_reason = "x";
    assert_status(th_parcel_import(f->registry, &officer, &options, &reply, &err), TH_USAGE, &err);
    assert_string_equal(err.key, "waive_incomplete");
    options.waive_reason = NULL;
    options.waive_document = document;
    assert_status(th_parcel_import(f->registry, &officer, &options, &reply, &err), TH_USAGE, &err);
    options.waive_reason = "";
    assert_status(th_parcel_import(f->registry, &officer, &options, &reply, &err), TH_USAGE, &err);
    options.waive_reason = "x";
    assert_status(th_parcel_import(f->registry, &clerk, &options, &reply, &err), TH_NOT_PERMITTED,
                  &err);
    assert_string_equal(err.key, "role_not_allowed");
    options.waive_document = "/nothing/here";
    assert_status(th_parcel_import(f->registry, &officer, &options, &reply, &err), TH_NOT_FOUND,
                  &err);
    assert_null(reply);
    assert_int_equal(intake_parcels(f), 1);
}

static void waiver__of_the_same_parcel_twice_there_is_none(void **state)
{
    struct fixture *f = *state;
    static const char *const ROW = "2";
    char document[TH_TEST_PATH_SIZE];
    fixture_user(f, "officer", "officer", NULL);
    fixture_file(f, document, "d.txt", "x");
    th_json_free(intake_import(f, "first.csv", "A-1,张三,\"" INTAKE_CELL_0 "\"\n"));
    struct th_parcel_import_options options = intake_options(f, NULL);
    options.waive_rows = &ROW;
    options.n_waive_rows = 1;
    options.waive_reason = "x";
    options.waive_document = document;
    struct th_json *reply = import(f, "B-1,李四,\"" INTAKE_CELL_0 "\"\n", "officer", &options);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 0);
    assert_int_equal(fixture_problems(reply, 2, "duplicate", "error"), 1);
    th_json_free(reply);
}

#define REPAIR_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        REPAIR_TEST(repair__is_proposed_with_both_areas),
        REPAIR_TEST(repair__by_rule_where_both_methods_agree_keeps_the_original),
        REPAIR_TEST(repair__of_one_row_is_what_the_clerk_chose),
        REPAIR_TEST(repair__of_a_sound_row_is_told),
        REPAIR_TEST(repair__ground_that_is_taken_stays_taken),
        REPAIR_TEST(options__that_say_nothing_are_refused),
        REPAIR_TEST(waiver__lets_an_overlap_in_and_counts_the_common_ground_once),
        REPAIR_TEST(waiver__wants_an_officer_a_reason_and_a_document),
        REPAIR_TEST(waiver__of_the_same_parcel_twice_there_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
