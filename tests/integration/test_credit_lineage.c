// What was issued of a parcel, and what it owes, goes on with those that come of it. A mu changes
// by 50 kg in 2019, -80 in 2020, 20 in 2021, 40 in 2022 and 50 in 2023.
#include <stdio.h>
#include <stdlib.h>

#include "registry/estimate/methodology.h"
#include "registry/life/parcel_life.h"
#include "registry/package/package.h"
#include "registry/setup.h"
#include "tests/integration/drawn_fixture.h"

struct world {
    struct fixture *f;
    char document[TH_TEST_PATH_SIZE];
    struct th_error err;
};

static void people_add(struct world *w)
{
    struct fixture *f = w->f;
    struct th_json *reply = NULL;
    char path[TH_TEST_PATH_SIZE];
    const struct th_party_add_options party = {
        .kind = "verifier", .name = "核证机构", .uscc = "91330000MA0000001A"};
    const struct th_request officer = {.login = "officer"};
    assert_ok(th_party_add(f->registry, &f->request, &party, &reply, &w->err), &w->err);
    th_json_free(reply);
    assert_ok(th_user_add(f->registry, &f->request, "verifier", "verifier", NULL, "核证机构",
                          &reply, &w->err),
              &w->err);
    th_json_free(reply);
    (void)th_test_source_path(path, "tests/data/credit/rise-and-fall.json");
    assert_ok(th_methodology_add(f->registry, &officer, path, &reply, &w->err), &w->err);
    th_json_free(reply);
    fixture_file(f, w->document, "statement.txt", "verified");
}

static struct world begin(struct fixture *f)
{
    struct world w = {.f = f};
    struct drawn rows = {.size = 0};
    struct th_parcel_import_options options = fixture_options(f, NULL);
    people_add(&w);
    drawn_row(&rows, 1, 119.6, 30.5, 0.001);
    options.on = "2018-01-01";
    th_json_free(drawn_import_with(f, &rows, options));
    return w;
}

static struct th_json *create(struct world *w, const char *name, const char *parcel,
                              const char *from, const char *to, enum th_status want)
{
    struct th_json *reply = NULL;
    const struct th_package_create_options options = {.name = name,
                                                      .holder = "测试合作社",
                                                      .methodology = "rise-and-fall",
                                                      .from = from,
                                                      .to = to,
                                                      .parcels = &parcel,
                                                      .n_parcels = 1};
    assert_status(th_package_create(w->f->registry, &w->f->request, &options, &reply, &w->err),
                  want, &w->err);
    return reply;
}

static struct th_json *issue(struct world *w, const char *name)
{
    struct th_registry *registry = w->f->registry;
    const struct th_request verifier = {.login = "verifier"};
    const struct th_request officer = {.login = "officer"};
    const struct th_package_verify_options options = {
        .package = name, .decision = "approve", .statement = w->document};
    struct th_json *reply = NULL;
    assert_ok(th_package_submit(registry, &w->f->request, name, &reply, &w->err), &w->err);
    th_json_free(reply);
    assert_ok(th_package_verify(registry, &verifier, &options, &reply, &w->err), &w->err);
    th_json_free(reply);
    assert_ok(th_package_issue(registry, &officer, name, &reply, &w->err), &w->err);
    return reply;
}

static void split(struct world *w, const char *on)
{
    char line[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    fixture_file(w->f, line, "line.wkt", "LINESTRING (119.6003 30.4, 119.6003 30.6)");
    const struct th_parcel_split_options options = {
        .parcel_id = 1, .drawing = line, .reason = "分户", .on = on, .messages = w->f->messages};
    assert_ok(th_parcel_split(w->f->registry, &w->f->request, &options, &reply, &w->err), &w->err);
    th_json_free(reply);
}

// Three tenths and seven tenths of the debt, each rounded up: not a kilogram is forgotten.
static void debt__is_handed_on_by_area(void **state)
{
    struct world w = begin(*state);
    th_json_free(create(&w, "whole", "1", "2020-01-01", "2020-12-31", TH_OK));
    struct th_json *reply = issue(&w, "whole");
    int64_t debt_kg = th_json_get_int(reply, "debt_kg", 0);
    assert_int_equal(debt_kg, th_json_get_int(reply, "net_kg", 0));
    assert_true(debt_kg < -1200); // 15.96 mu
    th_json_free(reply);
    split(&w, "2021-01-01");
    int64_t sum_kg = 0;
    for (int64_t id = 2; id <= 3; id++) {
        char parcel[24];
        (void)snprintf(parcel, sizeof(parcel), "%lld", (long long)id);
        reply = create(&w, parcel, parcel, "2021-01-01", "2023-12-31", TH_OK);
        int64_t opening_kg = th_json_get_int(reply, "opening_kg", 0);
        double share =
            th_area_m2(drawn_record(w.f, id).measured) /
            (th_area_m2(drawn_record(w.f, 2).measured) + th_area_m2(drawn_record(w.f, 3).measured));
        assert_close((double)opening_kg, share * (double)debt_kg - 0.5, 0.51);
        sum_kg += opening_kg;
        th_json_free(reply);
    }
    assert_true(sum_kg <= debt_kg && sum_kg >= debt_kg - 1);
}

// The whole has years of its own that nobody packaged: it is still the one to package them.
static void gap__of_the_whole_is_packaged_by_the_whole(void **state)
{
    struct world w = begin(*state);
    th_json_free(create(&w, "whole", "1", "2019-01-01", "2019-12-31", TH_OK));
    th_json_free(issue(&w, "whole"));
    split(&w, "2021-05-01");
    assert_null(create(&w, "part", "2", "2021-01-01", "2022-12-31", TH_CONFLICT));
    assert_string_equal(w.err.key, "package_gap_of_parent");
    assert_string_equal(th_error_arg_get(&w.err, "parent"), "1");
    assert_string_equal(th_error_arg_get(&w.err, "from"), "2020");
    assert_string_equal(th_error_arg_get(&w.err, "to"), "2020");
    assert_null(create(&w, "late", "1", "2020-01-01", "2021-12-31", TH_CONFLICT));
    assert_string_equal(w.err.key, "package_parcel_ends");
    th_json_free(create(&w, "between", "1", "2020-01-01", "2020-12-31", TH_OK));
    th_json_free(issue(&w, "between"));
    struct th_json *reply = create(&w, "part", "2", "2021-01-01", "2022-12-31", TH_OK);
    assert_true(th_json_get_int(reply, "opening_kg", 0) < 0);
    th_json_free(reply);
}

// Years of the parts are issued: those of the whole cannot be any more.
static void order__holds_for_those_that_came_of_a_parcel(void **state)
{
    struct world w = begin(*state);
    split(&w, "2021-05-01");
    th_json_free(create(&w, "part", "2", "2021-01-01", "2022-12-31", TH_OK));
    th_json_free(issue(&w, "part"));
    assert_null(create(&w, "whole", "1", "2020-01-01", "2020-12-31", TH_CONFLICT));
    assert_string_equal(w.err.key, "package_overtaken");
    assert_string_equal(th_error_arg_get(&w.err, "parcel"), "1");
}

#define LINEAGE_TEST(name) cmocka_unit_test_setup_teardown(name, drawn_set_up, drawn_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LINEAGE_TEST(debt__is_handed_on_by_area),
        LINEAGE_TEST(gap__of_the_whole_is_packaged_by_the_whole),
        LINEAGE_TEST(order__holds_for_those_that_came_of_a_parcel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
