// A parcel's number put right, and what is told to whoever still uses the old one.
#include <stdio.h>
#include <stdlib.h>

#include "registry/audit.h"
#include "registry/life/parcel_life.h"
#include "registry/package/package.h"
#include "registry/setup.h"
#include "store/ground/parcel_life_store.h"
#include "tests/integration/intake_fixture.h"

// Cells 0 and 1 are the parcels 1 ("A-1") and 2 ("A-2").
static const char TWO[] = "A-1,张三,\"" INTAKE_CELL_0 "\"\nA-2,李四,\"" INTAKE_CELL_1 "\"\n";

static struct th_json *renumber(struct fixture *f, int64_t parcel_id, const char *number,
                                enum th_status want, const char *key)
{
    struct th_json *reply = NULL;
    struct th_error err;
    const struct th_parcel_renumber_options options = {
        .parcel_id = parcel_id, .number = number, .reason = "录入时写错"};
    assert_status(th_parcel_renumber_use(f->registry, &f->request, &options, &reply, &err), want,
                  &err);
    if (key != NULL) {
        assert_string_equal(err.key, key);
    }
    return reply;
}

static int64_t found(struct fixture *f, const char *village, const char *number,
                     enum th_status want, struct th_error *err)
{
    int64_t parcel_id = 77;
    assert_status(th_parcel_of_number(f->registry, village, number, &parcel_id, err), want, err);
    return parcel_id;
}

static void renumber__is_a_version_with_its_reason_and_nothing_else_changes(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    th_json_free(intake_import(f, "two.csv", TWO));
    struct th_json *before = intake_parcel(f, "A-1");
    struct th_json *reply = renumber(f, 1, "B-1", TH_OK, NULL);
    assert_string_equal(th_json_get_text(reply, "old_number", ""), "A-1");
    assert_string_equal(th_json_get_text(reply, "on", ""), "2025-06-15");
    th_json_free(reply);
    struct th_json *after = intake_parcel(f, "B-1");
    static const char *const KEPT[] = {"parcel_id",  "geometry", "area_m2", "counted_m2",
                                       "attributes", "source",   "village", "kind"};
    for (size_t i = 0; i < sizeof(KEPT) / sizeof(KEPT[0]); i++) {
        assert_true(th_json_equal(th_json_get(before, KEPT[i]), th_json_get(after, KEPT[i])));
    }
    assert_int_equal(th_json_get_int(after, "version", 0), 2);
    th_json_free(before);
    th_json_free(after);
    assert_ok(th_parcel_history(f->registry, 1, &reply, &err), &err);
    const struct th_json *versions = th_json_get(reply, "versions");
    assert_int_equal(th_json_size(versions), 2);
    assert_string_equal(th_json_get_text(th_json_at(versions, 0), "number", ""), "A-1");
    assert_null(th_json_get_text(th_json_at(versions, 0), "reason", NULL));
    const struct th_json *second = th_json_at(versions, 1);
    assert_string_equal(th_json_get_text(second, "number", ""), "B-1");
    assert_string_equal(th_json_get_text(second, "origin", ""), "number");
    assert_string_equal(th_json_get_text(second, "reason", ""), "录入时写错");
    assert_string_equal(th_json_get_text(second, "entry", ""), "parcel.renumber");
    const struct th_json *change = th_json_at(th_json_get(reply, "changes"), 0);
    assert_int_equal(th_json_size(th_json_get(reply, "changes")), 1);
    assert_string_equal(th_json_get_text(change, "field", ""), "number");
    assert_string_equal(th_json_get_text(change, "before", ""), "A-1");
    assert_string_equal(th_json_get_text(change, "after", ""), "B-1");
    th_json_free(reply);
    // By its number, whether the old one or the new one.
    assert_int_equal(found(f, NULL, "A-1", TH_OK, &err), 1);
    assert_int_equal(found(f, FIXTURE_VILLAGE, "B-1", TH_OK, &err), 1);
    fixture_assert_books(f);
}

static void renumber__what_may_not_be_leaves_everything_as_it_was(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    struct th_json *reply = NULL;
    th_json_free(intake_import(f, "two.csv", TWO));
    fixture_user(f, "clerk_2", "clerk", FIXTURE_OTHER_VILLAGE);
    assert_null(renumber(f, 1, "A-2", TH_CONFLICT, "number_taken"));
    assert_null(renumber(f, 1, "A-1", TH_CONFLICT, "number_same"));
    assert_null(renumber(f, 1, "", TH_INVALID, "number_invalid"));
    assert_null(renumber(f, 9, "B-1", TH_NOT_FOUND, "parcel_not_found"));
    f->request.login = "clerk_2";
    assert_null(renumber(f, 1, "B-1", TH_NOT_PERMITTED, "village_not_yours"));
    f->request.login = "admin";
    const struct th_parcel_renumber_options silent = {.parcel_id = 1, .number = "B-1"};
    assert_status(th_parcel_renumber_use(f->registry, &f->request, &silent, &reply, &err), TH_USAGE,
                  &err);
    assert_string_equal(err.key, "reason_needed");
    // The numbers of retired parcels stay taken, and theirs is not put right any more.
    const struct th_parcel_retire_options retire = {.parcel_id = 2, .reason = "征收"};
    assert_ok(th_parcel_retire_use(f->registry, &f->request, &retire, &reply, &err), &err);
    th_json_free(reply);
    assert_null(renumber(f, 1, "A-2", TH_CONFLICT, "number_taken"));
    assert_null(renumber(f, 2, "B-2", TH_CONFLICT, "parcel_is_retired"));
    assert_int_equal(found(f, NULL, "B-1", TH_NOT_FOUND, &err), 77);
    assert_string_equal(err.key, "parcel_number_unknown");
    f->request.dry_run = true;
    th_json_free(renumber(f, 1, "B-1", TH_OK, NULL));
    f->request.dry_run = false;
    assert_int_equal(found(f, NULL, "B-1", TH_NOT_FOUND, &err), 77);
    th_json_free(intake_parcel(f, "A-1"));
    fixture_assert_books(f);
}

static void renumber__a_number_that_became_free_may_be_given_again(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    th_json_free(intake_import(f, "two.csv", TWO));
    // Two numbers that were mixed up change places.
    th_json_free(renumber(f, 1, "A-x", TH_OK, NULL));
    th_json_free(renumber(f, 2, "A-1", TH_OK, NULL));
    th_json_free(renumber(f, 1, "A-2", TH_OK, NULL));
    assert_int_equal(found(f, NULL, "A-x", TH_OK, &err), 1);
    assert_int_equal(found(f, NULL, "A-1", TH_CONFLICT, &err), 77);
    assert_string_equal(err.key, "parcel_number_ambiguous");
    assert_string_equal(th_error_arg_get(&err, "ids"), "1, 2");
    fixture_assert_books(f);
}

static void renumber__gives_a_number_to_a_parcel_without_one(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    th_json_free(intake_import(f, "one.csv", ",张三,\"" INTAKE_CELL_0 "\"\n"));
    struct th_json *reply = renumber(f, 1, "A-1", TH_OK, NULL);
    assert_null(th_json_get_text(reply, "old_number", NULL));
    th_json_free(reply);
    assert_ok(th_parcel_history(f->registry, 1, &reply, &err), &err);
    const struct th_json *change = th_json_at(th_json_get(reply, "changes"), 0);
    assert_int_equal(th_json_type(th_json_get(change, "before")), TH_JSON_NULL);
    assert_string_equal(th_json_get_text(change, "after", ""), "A-1");
    th_json_free(reply);
    // It is found by the number from then on.
    reply = intake_import(f, "again.csv", "A-1,张三,\"" INTAKE_CELL_0 "\"\n");
    assert_int_equal(th_json_get_int(reply, "unchanged", -1), 1);
    th_json_free(reply);
    fixture_assert_books(f);
}

static void import__of_an_old_number_says_which_parcel_it_was(void **state)
{
    struct fixture *f = *state;
    th_json_free(intake_import(f, "two.csv", TWO));
    th_json_free(renumber(f, 1, "B-1", TH_OK, NULL));
    // The same file once more, and the same number for other ground.
    struct th_json *reply = intake_import(f, "two.csv", TWO);
    assert_int_equal(th_json_get_int(reply, "unchanged", -1), 1);
    assert_non_null(strstr(intake_problem(reply, 2, "parcel_renumbered", "message"), "B-1"));
    assert_non_null(strstr(intake_problem(reply, 2, "parcel_renumbered", "hint"), "B-1"));
    assert_int_equal(fixture_problems(reply, 2, NULL, "error"), 1);
    th_json_free(reply);
    reply = intake_import(f, "other.csv", "A-1,王五,\"" INTAKE_CELL_2 "\"\n");
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    assert_int_equal(fixture_problems(reply, 2, "parcel_number_was", "warning"), 1);
    th_json_free(reply);
    // From then on the number is the new parcel's.
    reply = intake_import(f, "other.csv", "A-1,王五,\"" INTAKE_CELL_2 "\"\n");
    assert_int_equal(th_json_get_int(reply, "unchanged", -1), 1);
    assert_int_equal(fixture_problems(reply, 0, NULL, NULL), 0);
    th_json_free(reply);
    fixture_assert_books(f);
}

static void update__by_an_old_number_says_which_parcel_it_was(void **state)
{
    static const char *const TABLES[] = {"地块号,权利人\nA-1,赵六\n",
                                         "登记编号,地块号,权利人\n1,A-1,赵六\n"};
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    struct th_error err;
    th_json_free(intake_import(f, "two.csv", TWO));
    th_json_free(renumber(f, 1, "B-1", TH_OK, NULL));
    for (size_t i = 0; i < sizeof(TABLES) / sizeof(TABLES[0]); i++) {
        struct th_json *reply = NULL;
        struct th_parcel_import_options options =
            intake_options(f, fixture_file(f, path, "corrections.csv", TABLES[i]));
        options.crs = NULL;
        options.kind = NULL;
        options.update = true;
        assert_ok(th_parcel_import(f->registry, &f->request, &options, &reply, &err), &err);
        assert_int_equal(th_json_get_int(reply, "rejected", -1), 1);
        assert_non_null(strstr(intake_problem(reply, 2, "parcel_unknown", "hint"), "B-1"));
        th_json_free(reply);
    }
}

#define RENUMBER_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RENUMBER_TEST(renumber__is_a_version_with_its_reason_and_nothing_else_changes),
        RENUMBER_TEST(renumber__what_may_not_be_leaves_everything_as_it_was),
        RENUMBER_TEST(renumber__a_number_that_became_free_may_be_given_again),
        RENUMBER_TEST(renumber__gives_a_number_to_a_parcel_without_one),
        RENUMBER_TEST(import__of_an_old_number_says_which_parcel_it_was),
        RENUMBER_TEST(update__by_an_old_number_says_which_parcel_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
