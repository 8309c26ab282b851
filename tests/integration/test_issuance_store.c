// What stands behind serials: the line of kilograms of an issuance.
#include "core/buf.h"
#include "registry/setup.h"
#include "store/deal/trade_store.h"
#include "store/ledger/issuance_store.h"
#include "tests/integration/packages_fixture.h"

struct trace {
    struct {
        int64_t parcel_id;
        int year;
        int64_t kg;
    } parts[8];
    size_t n;
    int64_t kg;
};

static bool collect(void *context, int64_t parcel_id, int year, struct th_carbon mass)
{
    struct trace *trace = context;
    assert_true(trace->n < 8);
    trace->parts[trace->n].parcel_id = parcel_id;
    trace->parts[trace->n].year = year;
    trace->parts[trace->n++].kg = th_carbon_kg(mass);
    trace->kg += th_carbon_kg(mass);
    return true;
}

static struct th_store *issued(struct fixture *fixture)
{
    th_json_free(fixture_create(fixture, "clerk_a", "reported-factor", "1", "1 2", "2021-01-01",
                                "2023-12-31", NULL, TH_OK));
    th_json_free(fixture_submit(fixture, "clerk_a", "1", TH_OK));
    th_json_free(fixture_approve(fixture, "verifier", "1", NULL, TH_OK));
    th_json_free(fixture_issue(fixture, "officer", "1", TH_OK));
    return th_registry_store(fixture->registry);
}

static struct trace trace_of(struct fixture *fixture, int64_t issuance_id, int64_t first,
                             int64_t last)
{
    struct trace trace = {.n = 0};
    assert_ok(th_issuance_trace(th_registry_store(fixture->registry), issuance_id, first, last,
                                collect, &trace, &fixture->err),
              &fixture->err);
    return trace;
}

// Parcel 1 brings 390,000 kg a year and parcel 2 446,550. Of 2021's 836,550 kg the last 550, all of
// parcel 2, open the line of 2022: [0, 550) parcel 2 of 2021, [550, 390,550) parcel 1, then
// parcel 2.
static void issuance_trace__serials_have_their_parcels_and_kilograms(void **state)
{
    static const struct {
        int64_t issuance_id, first, last;
        size_t n;
        int64_t parcel_id[3];
        int year[3];
        int64_t kg[3];
    } CASES[] = {{1, 1, 1, 1, {1}, {2021}, {1000}},
                 {1, 390, 391, 2, {1, 2}, {2021, 2021}, {1000, 1000}},
                 {1, 1, 836, 2, {1, 2}, {2021, 2021}, {390000, 446000}},
                 {2, 1, 1, 2, {2, 1}, {2021, 2022}, {550, 450}},
                 {2, 391, 391, 2, {1, 2}, {2022, 2022}, {550, 450}},
                 {2, 1, 837, 3, {2, 1, 2}, {2021, 2022, 2022}, {550, 390000, 446450}},
                 {2, 837, 837, 1, {2}, {2022}, {1000}},
                 {3, 1, 1, 2, {2, 1}, {2022, 2023}, {100, 900}}};
    struct fixture *fixture = *state;
    (void)issued(fixture);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct trace trace = trace_of(fixture, CASES[i].issuance_id, CASES[i].first, CASES[i].last);
        assert_int_equal(trace.n, CASES[i].n);
        for (size_t p = 0; p < trace.n; p++) {
            assert_int_equal(trace.parts[p].parcel_id, CASES[i].parcel_id[p]);
            assert_int_equal(trace.parts[p].year, CASES[i].year[p]);
            assert_int_equal(trace.parts[p].kg, CASES[i].kg[p]);
        }
        assert_int_equal(trace.kg, 1000 * (CASES[i].last - CASES[i].first + 1));
    }
}

// Of 3,333,334 kg in 2021 6,000 / 8,900 are 2,247,191.46 and 2,900 / 8,900 1,086,142.54: the odd
// kilogram goes to the larger remainder.
static void issuance_trace__a_statement_is_spread_by_area(void **state)
{
    struct fixture *fixture = *state;
    th_json_free(fixture_create(fixture, "clerk_c", "statement", "3", "7 6", "2021-01-01",
                                "2023-12-31", NULL, TH_OK));
    th_json_free(fixture_submit(fixture, "clerk_c", "1", TH_OK));
    th_json_free(fixture_approve(fixture, "verifier", "1", "10000", TH_OK));
    th_json_free(fixture_issue(fixture, "officer", "1", TH_OK));
    // 3,333 t of it; the last 334 kg of parcel 7 open 2022.
    struct trace trace = trace_of(fixture, 1, 1, 3333);
    assert_int_equal(trace.n, 2);
    assert_int_equal(trace.parts[0].parcel_id, PARCEL_WETLAND_1);
    assert_int_equal(trace.parts[0].kg, 2247191);
    assert_int_equal(trace.parts[1].parcel_id, PARCEL_WETLAND_2);
    assert_int_equal(trace.parts[1].kg, 1086143 - 334);
}

static void issuance_trace__every_serial_weighs_a_tonne(void **state)
{
    struct fixture *fixture = *state;
    (void)issued(fixture);
    for (int64_t serial = 1; serial <= 837; serial++) {
        assert_int_equal(trace_of(fixture, 2, serial, serial).kg, 1000);
    }
}

static void issuance_trace__serials_beyond_the_issued_are_not_found(void **state)
{
    static const int64_t RANGES[][2] = {{0, 1}, {837, 837}, {1, 837}, {5, 4}, {-1, 2}};
    struct fixture *fixture = *state;
    struct th_store *store = issued(fixture);
    struct trace trace = {.n = 0};
    for (size_t i = 0; i < sizeof(RANGES) / sizeof(RANGES[0]); i++) {
        assert_status(
            th_issuance_trace(store, 1, RANGES[i][0], RANGES[i][1], collect, &trace, &fixture->err),
            TH_NOT_FOUND, &fixture->err);
        fixture_refused(fixture, "serial_not_found");
    }
    assert_int_equal(trace.n, 0);
    assert_status(th_issuance_trace(store, 99, 1, 1, collect, &trace, &fixture->err), TH_NOT_FOUND,
                  &fixture->err);
    fixture_refused(fixture, "issuance_not_found");
}

static bool collect_village(void *context, const char *village_code, struct th_carbon mass)
{
    struct th_buf *out = context;
    th_buf_printf(out, "%s %lld;", village_code, (long long)th_carbon_kg(mass));
    return true;
}

// Parcel 1 of village A brings 390,000 kg a year and parcel 3 of village B 1,591,200. The last 200
// kg of 2021 open 2022, of which the last 400 are left over: of 2 x 1,981 t 780,000 kg are A's and
// 3,962,000 - 780,000 B's.
static void package_villages__kilograms_behind_units_count_once(void **state)
{
    struct fixture *fixture = *state;
    struct th_store *store = th_registry_store(fixture->registry);
    struct th_request admin = fixture_as("admin");
    struct th_json *reply = NULL;
    struct th_buf out;
    th_buf_init(&out, 1024);
    assert_ok(th_party_add(fixture->registry, &admin,
                           &(struct th_party_add_options){.kind = "cooperative", .name = "Coop"},
                           &reply, &fixture->err),
              &fixture->err);
    th_json_free(reply);
    th_json_free(fixture_create(fixture, "officer", "reported-factor", "Coop", "1 3", "2021-01-01",
                                "2022-12-31", NULL, TH_OK));
    th_json_free(fixture_submit(fixture, "officer", "1", TH_OK));
    th_json_free(fixture_approve(fixture, "verifier", "1", NULL, TH_OK));
    th_json_free(fixture_issue(fixture, "officer_2", "1", TH_OK));
    assert_ok(th_package_village_each(store, 1, collect_village, &out, &fixture->err),
              &fixture->err);
    assert_string_equal(th_buf_text(&out), VILLAGE_A " 780000;" VILLAGE_B " 3182000;");
    th_buf_clear(&out);
}

static void issuance_of_serial__prefix_serial_and_range_name_the_same(void **state)
{
    static const char *const SERIALS[] = {"CN-330523-BAM-2022-000001",
                                          "CN-330523-BAM-2022-000001:7",
                                          "CN-330523-BAM-2022-000001:1-837"};
    struct fixture *fixture = *state;
    struct th_store *store = issued(fixture);
    struct th_issuance_record record;
    for (size_t i = 0; i < sizeof(SERIALS) / sizeof(SERIALS[0]); i++) {
        assert_ok(th_issuance_of_serial(store, SERIALS[i], &record, &fixture->err), &fixture->err);
        assert_int_equal(record.issuance_id, 2);
        assert_int_equal(record.vintage, 2022);
        assert_int_equal(th_units_t(record.issued), 837);
        assert_int_equal(th_carbon_kg(record.carried_in), 550);
        assert_int_equal(th_carbon_kg(record.carried_out), 100);
    }
    assert_status(
        th_issuance_of_serial(store, "CN-330523-BAM-2029-000001:1", &record, &fixture->err),
        TH_NOT_FOUND, &fixture->err);
    assert_status(th_issuance_of_serial(store, "", &record, &fixture->err), TH_NOT_FOUND,
                  &fixture->err);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(issuance_trace__serials_have_their_parcels_and_kilograms),
        TEST(issuance_trace__a_statement_is_spread_by_area),
        TEST(issuance_trace__every_serial_weighs_a_tonne),
        TEST(issuance_trace__serials_beyond_the_issued_are_not_found),
        TEST(package_villages__kilograms_behind_units_count_once),
        TEST(issuance_of_serial__prefix_serial_and_range_name_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
