// From parcels to units, as the reported cases have it.
#include "registry/intake/parcel.h"
#include "store/journal/journal_store.h"
#include "tests/integration/packages_fixture.h"

static const struct th_json *member_at(const struct th_json *reply, const char *list, size_t index)
{
    return th_json_at(th_json_get(reply, list), index);
}

static struct th_json *show(struct fixture *fixture, const char *package)
{
    struct th_json *reply = NULL;
    assert_ok(th_package_show(fixture->registry, package, NULL, TH_LANG_EN, &reply, &fixture->err),
              &fixture->err);
    return reply;
}

static void majianong_verified(struct fixture *fixture)
{
    struct th_json *reply = fixture_create(fixture, "clerk_a", "reported-factor", "Village A",
                                           "1 2", "2021-01-01", "2023-12-31", NULL, TH_OK);
    assert_string_equal(th_json_get_text(reply, "state", ""), "draft");
    assert_int_equal(th_json_get_int(reply, "net_kg", 0), 2509650);
    th_json_free(reply);
    th_json_free(fixture_submit(fixture, "clerk_a", "1", TH_OK));
    th_json_free(fixture_approve(fixture, "verifier", "Package", NULL, TH_OK));
}

// 836 + 837 + 836 = 2,509 t, 650 kg are never issued.
static void package_issue__one_serial_range_per_vintage_and_the_rest_in_kg(void **state)
{
    static const int64_t ISSUED_T[] = {836, 837, 836};
    static const int64_t CARRIED_KG[] = {550, 100, 650};
    static const char *const PREFIXES[] = {"CN-330523-BAM-2021-000001", "CN-330523-BAM-2022-000001",
                                           "CN-330523-BAM-2023-000001"};
    struct fixture *fixture = *state;
    majianong_verified(fixture);
    struct th_json *reply = fixture_issue(fixture, "officer", "1", TH_OK);
    assert_string_equal(th_json_get_text(reply, "state", ""), "issued");
    assert_int_equal(th_json_get_int(reply, "issued_t", 0), 2509);
    assert_int_equal(th_json_get_int(reply, "buffer_t", -1), 0);
    assert_int_equal(th_json_get_int(reply, "rest_kg", 0), 650);
    assert_false(th_json_get_bool(reply, "statement_based", true));
    const struct th_json *serial = th_json_get(reply, "serial");
    assert_string_equal(th_json_get_text(serial, "prefix", ""), PREFIXES[0]);
    assert_int_equal(th_json_get_int(serial, "first", 0), 1);
    assert_int_equal(th_json_get_int(serial, "last", 0), 836);
    for (size_t i = 0; i < 3; i++) {
        const struct th_json *vintage = member_at(reply, "serials", i);
        assert_string_equal(th_json_get_text(vintage, "prefix", ""), PREFIXES[i]);
        assert_int_equal(th_json_get_int(vintage, "vintage", 0), 2021 + (int)i);
        assert_int_equal(th_json_get_int(vintage, "issued_t", 0), ISSUED_T[i]);
        assert_int_equal(th_json_get_int(vintage, "carried_kg", 0), CARRIED_KG[i]);
    }
    th_json_free(reply);
    reply = show(fixture, "1");
    assert_int_equal(th_json_get_int(reply, "issued_t", 0), 2509);
    assert_int_equal(th_json_size(th_json_get(reply, "parcels")), 2);
    assert_string_equal(th_json_get_text(reply, "issued_by", ""), "officer");
    const struct th_json *document = th_json_get(th_json_get(reply, "verification"), "document");
    // printf 'verified as stated' | sha256sum
    assert_string_equal(th_json_get_text(document, "sha256", ""),
                        "7fe47613110379833d5ffcca051ae9ff651de4bef40a4fc03b65fa064ef6ab9a");
    th_json_free(reply);
}

static void package_issue__a_repeated_key_issues_once(void **state)
{
    struct fixture *fixture = *state;
    struct th_json *first = NULL;
    struct th_json *second = NULL;
    struct th_request request = fixture_as("officer");
    request.idempotency_key = "k1";
    majianong_verified(fixture);
    assert_ok(th_package_issue(fixture->registry, &request, "1", &first, &fixture->err),
              &fixture->err);
    assert_ok(th_package_issue(fixture->registry, &request, "1", &second, &fixture->err),
              &fixture->err);
    assert_int_equal(th_json_get_int(second, "issued_t", 0), 2509);
    assert_true(th_json_get_bool(second, "replayed", false));
    th_json_free(first);
    th_json_free(second);
    (void)fixture_issue(fixture, "officer", "1", TH_CONFLICT);
    fixture_refused(fixture, "package_state");
}

static void package_issue__a_dry_run_issues_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct th_json *reply = NULL;
    struct th_request request = fixture_as("officer");
    request.dry_run = true;
    majianong_verified(fixture);
    assert_ok(th_package_issue(fixture->registry, &request, "1", &reply, &fixture->err),
              &fixture->err);
    assert_int_equal(th_json_get_int(reply, "issued_t", 0), 2509);
    th_json_free(reply);
    reply = show(fixture, "1");
    assert_string_equal(th_json_get_text(reply, "state", ""), "verified");
    assert_int_equal(th_json_size(th_json_get(reply, "serials")), 0);
    th_json_free(reply);
}

// 4,080 mu × 0.39 t = 1,591.2 t: three times 1,591 t and 600 kg.
static void package_issue__the_second_village(void **state)
{
    struct fixture *fixture = *state;
    th_json_free(fixture_create(fixture, "clerk_b", "reported-factor@1", "2", "3", "2021-01-01",
                                "2023-12-31", NULL, TH_OK));
    th_json_free(fixture_submit(fixture, "clerk_b", "1", TH_OK));
    th_json_free(fixture_approve(fixture, "verifier", "1", NULL, TH_OK));
    struct th_json *reply = fixture_issue(fixture, "officer", "1", TH_OK);
    assert_int_equal(th_json_get_int(reply, "issued_t", 0), 4773);
    assert_int_equal(th_json_get_int(reply, "rest_kg", 0), 600);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(th_json_get_int(member_at(reply, "serials", i), "issued_t", 0), 1591);
    }
    th_json_free(reply);
}

// 10,000,000 kg over three years: 3,333,334 + 3,333,333 + 3,333,333, so 3,333 + 3,333 + 3,334 t.
static void package_issue__stated_tonnes_are_spread_and_marked(void **state)
{
    static const int64_t ISSUED_T[] = {3333, 3333, 3334};
    struct fixture *fixture = *state;
    struct th_json *reply = fixture_create(fixture, "clerk_c", "statement", "Subdistrict C", "6 7",
                                           "2021-01-01", "2023-12-31", NULL, TH_OK);
    assert_int_equal(th_json_get_int(reply, "net_kg", -1), 0);
    assert_int_equal(th_json_type(th_json_get(reply, "run_id")), TH_JSON_NULL);
    th_json_free(reply);
    th_json_free(fixture_submit(fixture, "clerk_c", "1", TH_OK));
    (void)fixture_approve(fixture, "verifier", "1", NULL, TH_USAGE);
    fixture_refused(fixture, "tonnes_needed");
    reply = fixture_approve(fixture, "verifier", "1", "10000", TH_OK);
    assert_int_equal(th_json_get_int(reply, "net_kg", 0), 10000000);
    assert_int_equal(th_json_get_int(reply, "stated_by", 0), PARTY_VERIFIER);
    th_json_free(reply);
    reply = fixture_issue(fixture, "officer", "1", TH_OK);
    assert_true(th_json_get_bool(reply, "statement_based", false));
    assert_int_equal(th_json_get_int(reply, "issued_t", 0), 10000);
    assert_int_equal(th_json_get_int(reply, "rest_kg", -1), 0);
    for (size_t i = 0; i < 3; i++) {
        const struct th_json *vintage = member_at(reply, "serials", i);
        assert_int_equal(th_json_get_int(vintage, "issued_t", 0), ISSUED_T[i]);
    }
    assert_string_equal(th_json_get_text(member_at(reply, "serials", 0), "prefix", ""),
                        "CN-330521-WET-2021-000001");
    th_json_free(reply);
    // 8,900 mu are 593.33 ha: 10,000 t are 16.85 t/ha, over three years 5.62 a year.
    reply = show(fixture, "1");
    const struct th_json *verification = th_json_get(reply, "verification");
    assert_close(th_json_get_real(verification, "implied_t_per_ha", 0), 16.85, 1e-9);
    assert_close(th_json_get_real(verification, "implied_t_per_ha_year", 0), 5.62, 1e-9);
    th_json_free(reply);
}

// 2,509,650 kg limited to 2,000 t: 509,650 kg come off, nothing is left over.
static void package_verify__fewer_tonnes_are_a_deduction(void **state)
{
    struct fixture *fixture = *state;
    th_json_free(fixture_create(fixture, "clerk_a", "reported-factor", "1", "1 2", "2021-01-01",
                                "2023-12-31", NULL, TH_OK));
    th_json_free(fixture_submit(fixture, "clerk_a", "1", TH_OK));
    (void)fixture_approve(fixture, "verifier", "1", "2510", TH_INVALID);
    fixture_refused(fixture, "tonnes_above_estimate");
    struct th_json *reply = fixture_approve(fixture, "verifier", "1", "2000", TH_OK);
    assert_int_equal(th_json_get_int(reply, "net_kg", 0), 2000000);
    assert_int_equal(th_json_get_int(reply, "deduction_kg", 0), 509650);
    th_json_free(reply);
    reply = fixture_issue(fixture, "officer", "1", TH_OK);
    assert_int_equal(th_json_get_int(reply, "net_kg", 0), 2000000);
    assert_int_equal(th_json_get_int(reply, "issued_t", 0), 2000);
    assert_int_equal(th_json_get_int(reply, "rest_kg", -1), 0);
    th_json_free(reply);
}

// The floor of the estimate confirms it: the 650 kg stay the rest that they were.
static void package_verify__the_very_floor_takes_nothing_off(void **state)
{
    struct fixture *fixture = *state;
    th_json_free(fixture_create(fixture, "clerk_a", "reported-factor", "1", "1 2", "2021-01-01",
                                "2023-12-31", NULL, TH_OK));
    th_json_free(fixture_submit(fixture, "clerk_a", "1", TH_OK));
    struct th_json *reply = fixture_approve(fixture, "verifier", "1", "2509", TH_OK);
    assert_int_equal(th_json_get_int(reply, "deduction_kg", -1), 0);
    th_json_free(reply);
    reply = fixture_issue(fixture, "officer", "1", TH_OK);
    assert_int_equal(th_json_get_int(reply, "rest_kg", 0), 650);
    th_json_free(reply);
}

// A vintage may have no units and still be on record.
static void package_issue__a_vintage_below_a_tonne_has_no_serials(void **state)
{
    static const char FACTOR[] = "factor=0.000001";
    struct fixture *fixture = *state;
    th_json_free(fixture_create(fixture, "clerk_a", "reported-factor", "1", "1 2", "2021-01-01",
                                "2021-12-31", FACTOR, TH_OK));
    th_json_free(fixture_submit(fixture, "clerk_a", "1", TH_OK));
    th_json_free(fixture_approve(fixture, "verifier", "1", NULL, TH_OK));
    struct th_json *reply = fixture_issue(fixture, "officer", "1", TH_OK);
    // 1,000 g and 1,145 g, each cut to a whole kilogram.
    assert_int_equal(th_json_get_int(reply, "net_kg", 0), 2);
    assert_int_equal(th_json_get_int(reply, "issued_t", -1), 0);
    assert_int_equal(th_json_get_int(reply, "rest_kg", 0), 2);
    assert_int_equal(th_json_type(th_json_get(reply, "serial")), TH_JSON_NULL);
    assert_int_equal(th_json_size(th_json_get(reply, "serials")), 1);
    th_json_free(reply);
}

static bool holds_real(const struct th_json *value)
{
    bool found = th_json_type(value) == TH_JSON_REAL;
    for (size_t i = 0; th_json_type(value) == TH_JSON_ARRAY && i < th_json_size(value); i++) {
        found = found || holds_real(th_json_at(value, i));
    }
    for (void *it = th_json_type(value) == TH_JSON_OBJECT ? th_json_iter(value) : NULL; it;
         it = th_json_iter_next(value, it)) {
        found = found || holds_real(th_json_iter_value(it));
    }
    return found;
}

static bool check_entry(void *context, const struct th_journal_entry *entry)
{
    static const char *const KINDS[] = {"package.create", "package.submit", "package.verify",
                                        "package.issue"};
    size_t *n = context;
    struct th_json *body = NULL;
    assert_true(*n < 4);
    assert_string_equal(entry->kind, KINDS[*n]);
    assert_int_equal(th_json_parse(entry->body, strlen(entry->body), &body, NULL), TH_OK);
    assert_int_equal(th_json_get_int(body, "package_id", 0), 1);
    assert_false(holds_real(body));
    th_json_free(body);
    (*n)++;
    return true;
}

// Four entries tell the story of a package, in whole numbers and texts, and the chain holds.
static void journal__every_step_is_on_record(void **state)
{
    struct fixture *fixture = *state;
    struct th_journal_verdict verdict;
    size_t n = 0;
    majianong_verified(fixture);
    th_json_free(fixture_issue(fixture, "officer", "1", TH_OK));
    struct th_store *store = th_registry_store(fixture->registry);
    assert_ok(th_journal_each(store, "package:1", 1, 100, check_entry, &n, &fixture->err),
              &fixture->err);
    assert_int_equal(n, 4);
    assert_ok(th_journal_verify(store, NULL, &verdict, &fixture->err), &fixture->err);
    assert_true(verdict.ok);
}

// Without years and inputs an estimate of a package takes the package's own.
static void estimate_run__of_a_package_repeats_its_sheet(void **state)
{
    struct fixture *fixture = *state;
    struct th_json *again = NULL;
    struct th_json *made = fixture_create(fixture, "clerk_a", "reported-factor", "1", "1 2",
                                          "2021-01-01", "2023-12-31", "factor=0.5", TH_OK);
    struct th_estimate_options options = {.package = "1"};
    struct th_request request = fixture_as("verifier");
    assert_ok(th_estimate_run(fixture->registry, &request, &options, &again, &fixture->err),
              &fixture->err);
    assert_string_equal(th_json_get_text(made, "sheet_sha256", ""),
                        th_json_get_text(again, "sheet_sha256", "-"));
    th_json_free(made);
    th_json_free(again);
}

static void package_list__tells_state_and_tonnes(void **state)
{
    struct fixture *fixture = *state;
    struct th_json *reply = NULL;
    majianong_verified(fixture);
    th_json_free(fixture_issue(fixture, "officer", "1", TH_OK));
    th_json_free(fixture_create(fixture, "clerk_b", "reported-factor", "2", "3", "2021-01-01",
                                "2021-12-31", NULL, TH_OK));
    assert_ok(th_package_list(fixture->registry, &reply, &fixture->err), &fixture->err);
    assert_int_equal(th_json_size(th_json_get(reply, "packages")), 2);
    const struct th_json *first = member_at(reply, "packages", 0);
    const struct th_json *second = member_at(reply, "packages", 1);
    assert_int_equal(th_json_get_int(first, "issued_t", 0), 2509);
    assert_int_equal(th_json_get_int(first, "n_parcels", 0), 2);
    assert_string_equal(th_json_get_text(second, "state", ""), "draft");
    assert_int_equal(th_json_get_int(second, "net_kg", 0), 1591200);
    th_json_free(reply);
}

static void assert_areas(const struct th_json *json, double net_mu, double used_mu)
{
    assert_close(th_json_get_real(json, "counted_mu", 0), net_mu, 0.001);
    assert_close(th_json_get_real(json, "area_used_mu", 0), used_mu, 0.001);
}

// 4,080 mu without a contract, and 100 mu of which 1 counts to a neighbour and 80 are contracted.
static void area_used__is_the_contracted_one_where_that_is_smaller(void **state)
{
    struct fixture *fixture = *state;
    const struct th_parcel_list_options village = {.village = VILLAGE_B};
    struct th_json *reply = fixture_create(fixture, "clerk_b", "reported-factor@1", "2", "3 8",
                                           "2021-01-01", "2023-12-31", NULL, TH_OK);
    assert_areas(reply, 4179, 4160);
    assert_int_equal(th_json_get_int(reply, "net_kg", 0), 4160 * 390 * 3);
    th_json_free(reply);
    reply = show(fixture, "1");
    assert_areas(reply, 4179, 4160);
    assert_areas(member_at(reply, "parcels", 0), 4080, 4080);
    assert_areas(member_at(reply, "parcels", 1), 99, 80);
    th_json_free(reply);
    reply = NULL;
    assert_ok(th_parcel_list(fixture->registry, &village, &reply, &fixture->err), &fixture->err);
    assert_close(th_json_get_real(reply, "area_mu", 0), 4180, 0.001);
    assert_areas(reply, 4179, 4160);
    assert_areas(member_at(reply, "parcels", 0), 4080, 4080);
    assert_areas(member_at(reply, "parcels", 1), 99, 80);
    th_json_free(reply);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(package_issue__one_serial_range_per_vintage_and_the_rest_in_kg),
        TEST(package_issue__a_repeated_key_issues_once),
        TEST(package_issue__a_dry_run_issues_nothing),
        TEST(package_issue__the_second_village),
        TEST(package_issue__stated_tonnes_are_spread_and_marked),
        TEST(package_verify__fewer_tonnes_are_a_deduction),
        TEST(package_verify__the_very_floor_takes_nothing_off),
        TEST(package_issue__a_vintage_below_a_tonne_has_no_serials),
        TEST(journal__every_step_is_on_record),
        TEST(estimate_run__of_a_package_repeats_its_sheet),
        TEST(package_list__tells_state_and_tonnes),
        TEST(area_used__is_the_contracted_one_where_that_is_smaller),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
