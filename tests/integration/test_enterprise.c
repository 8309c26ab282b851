// Accounts of enterprises: kept as a document says, versioned, and held against what was retired.
#include "registry/records/enterprise.h"

#include <stdio.h>

#include "core/file.h"
#include "tests/integration/market.h"
#include "trading/account/account_show.h"

static struct th_enterprise_input input_of(const struct market *market, const char *emissions_t)
{
    return (struct th_enterprise_input){.party = "制药厂",
                                        .year = "2024",
                                        .emissions_t = emissions_t,
                                        .level = "low",
                                        .grade = "2",
                                        .denominator = "value_added",
                                        .efficiency = "0.420",
                                        .document = market->document};
}

static struct th_json *record_as(struct market *market, const char *login,
                                 const struct th_enterprise_input *input, enum th_status want,
                                 const char *key)
{
    const struct th_request request = {.login = login};
    struct th_json *reply = NULL;
    enum th_status status =
        th_enterprise_record(market->world.registry, &request, input, &reply, &market->err);
    assert_status(status, want, &market->err);
    if (key != NULL) {
        market_refused(market, key);
        assert_null(reply);
    }
    return reply;
}

static void recorded(struct market *market, const char *emissions_t)
{
    const struct th_enterprise_input input = input_of(market, emissions_t);
    th_json_free(record_as(market, "bank", &input, TH_OK, NULL));
}

static int64_t count(const struct market *market, const char *sql)
{
    return th_test_sql_int(market->world.store, sql);
}

static struct th_json *shown(struct market *market, const char *party)
{
    struct th_json *reply = NULL;
    assert_ok(
        th_account_show(market->world.registry, party, NULL, TH_LANG_ZH, &reply, &market->err),
        &market->err);
    return reply;
}

static const struct th_json *year_of(const struct th_json *reply, size_t index)
{
    return th_json_at(th_json_get(reply, "years"), index);
}

static void record__is_kept_as_the_document_says(void **state)
{
    struct market *market = *state;
    struct th_enterprise_input input = input_of(market, "1,234.567");
    input.year = "2020";
    struct th_json *reply = record_as(market, "officer", &input, TH_OK, NULL);
    assert_int_equal(th_json_get_int(reply, "emissions_kg", -1), 1234567);
    assert_int_equal(th_json_get_int(reply, "version", -1), 1);
    assert_string_equal(th_json_get_text(reply, "efficiency", ""), "0.42");
    assert_string_equal(th_json_get_text(reply, "uscc", ""), "91330523MA0000002H");
    assert_false(th_json_get_bool(reply, "unchanged", true));
    th_json_free(reply);
    // What stands in the journal is all of it, and the digest of the paper: SHA-256 of "合同".
    assert_int_equal(
        count(market, "SELECT count(*) FROM journal WHERE kind = 'enterprise.record' AND "
                      "body ->> 'emissions_kg' = 1234567 AND body ->> 'grade' = 2 AND body ->> "
                      "'level' = 'low' AND body ->> 'denominator' = 'value_added' AND body ->> "
                      "'document_sha256' = (SELECT lower(hex(sha256)) FROM document d JOIN "
                      "enterprise_year y USING (document_id))"),
        1);
    th_test_assert_sound(market->world.registry);
}

static void record__the_same_again_writes_nothing_and_another_is_a_new_version(void **state)
{
    struct market *market = *state;
    recorded(market, "450");
    struct th_enterprise_input input = input_of(market, "450.000");
    int64_t entries = count(market, "SELECT count(*) FROM journal");
    struct th_json *reply = record_as(market, "officer", &input, TH_OK, NULL);
    assert_true(th_json_get_bool(reply, "unchanged", false));
    assert_int_equal(th_json_get_int(reply, "version", -1), 1);
    th_json_free(reply);
    assert_int_equal(count(market, "SELECT count(*) FROM journal"), entries);
    input.grade = "3";
    reply = record_as(market, "officer", &input, TH_OK, NULL);
    assert_int_equal(th_json_get_int(reply, "version", -1), 2);
    th_json_free(reply);
    assert_int_equal(count(market, "SELECT group_concat(grade, '') FROM enterprise_year"), 23);
    // Another paper that says the same is on record as well.
    char path[TH_TEST_PATH_SIZE];
    th_test_path(path, market->world.folder, "复核.txt");
    assert_ok(th_file_write(path, "复核", 6, &market->err), &market->err);
    input.document = path;
    reply = record_as(market, "officer", &input, TH_OK, NULL);
    assert_int_equal(th_json_get_int(reply, "version", -1), 3);
    th_json_free(reply);
    reply = shown(market, "制药厂");
    assert_int_equal(th_json_size(th_json_get(reply, "years")), 1);
    assert_int_equal(th_json_get_int(year_of(reply, 0), "grade", -1), 3);
    th_json_free(reply);
}

static void record__refusals(void **state)
{
    struct market *market = *state;
    const struct th_enterprise_input good = input_of(market, "450");
    static const struct {
        size_t field; // of the input, in its order
        const char *value, *key;
        enum th_status status;
    } CASES[] = {{0, "两山银行", "enterprise_kind", TH_INVALID},
                 {0, "没有", "party_not_found", TH_NOT_FOUND},
                 {1, "2025", "activity_year_future", TH_INVALID},
                 {1, "今年", "year_invalid", TH_INVALID},
                 {2, "450.0001", "enterprise_value", TH_INVALID},
                 {2, "-1", "enterprise_value", TH_INVALID},
                 {2, "1000000001", "enterprise_value", TH_INVALID},
                 {3, "green", "enterprise_value", TH_INVALID},
                 {4, "0", "enterprise_value", TH_INVALID},
                 {4, "6", "enterprise_value", TH_INVALID},
                 {5, "sales", "enterprise_value", TH_INVALID},
                 {6, "1/3", "enterprise_value", TH_INVALID},
                 {6, "", "enterprise_value", TH_INVALID},
                 {7, "/does/not/exist.pdf", "file_not_found", TH_NOT_FOUND}};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_enterprise_input bad = good;
        const char **fields[] = {&bad.party, &bad.year,        &bad.emissions_t, &bad.level,
                                 &bad.grade, &bad.denominator, &bad.efficiency,  &bad.document};
        *fields[CASES[i].field] = CASES[i].value;
        (void)record_as(market, "officer", &bad, CASES[i].status, CASES[i].key);
    }
    (void)record_as(market, "clerk", &good, TH_NOT_PERMITTED, "role_not_allowed");
    (void)record_as(market, "verifier", &good, TH_NOT_PERMITTED, "role_not_allowed");
    assert_int_equal(count(market, "SELECT count(*) FROM enterprise_year"), 0);
}

static struct th_json *import_as(struct market *market, const char *login, const char *year,
                                 const char *rows, enum th_status want, const char *key)
{
    char path[TH_TEST_PATH_SIZE];
    const struct th_request request = {.login = login};
    struct th_json *reply = NULL;
    th_test_path(path, market->world.folder, "enterprises.csv");
    assert_ok(th_file_write(path, rows, strlen(rows), &market->err), &market->err);
    const struct th_record_options options = {.source = path, .year = year};
    assert_status(
        th_enterprise_import(market->world.registry, &request, &options, &reply, &market->err),
        want, &market->err);
    if (key != NULL) {
        market_refused(market, key);
        assert_null(reply);
    }
    return reply;
}

static void assert_counts(struct th_json *reply, int64_t accepted, int64_t changed,
                          int64_t rejected, int64_t unchanged)
{
    assert_int_equal(th_json_get_int(reply, "accepted", -1), accepted);
    assert_int_equal(th_json_get_int(reply, "changed", -1), changed);
    assert_int_equal(th_json_get_int(reply, "rejected", -1), rejected);
    assert_int_equal(th_json_get_int(reply, "unchanged", -1), unchanged);
    assert_int_equal(th_json_get_int(reply, "read", -1), accepted + rejected + unchanged);
    assert_int_equal(th_json_size(th_json_get(reply, "records")), accepted);
    th_json_free(reply);
}

#define HEADINGS "企业名称,统一社会信用代码,年份,碳排放量(吨),碳效水平,碳效等级,口径,碳效值\n"

static void import__takes_rows_and_a_second_time_none(void **state)
{
    struct market *market = *state;
    static const char ROWS[] =
        HEADINGS "制药厂,,2023,450,低,2级,增加值,0.42\n"
                 ",91330523MA0000003L,2023,\"1,200.5\",高碳,五级,单位产值,3\n"
                 "印染厂,91330523MA0000004P,2022,0,middle,3,output_value,0\n";
    assert_counts(import_as(market, "bank", NULL, ROWS, TH_OK, NULL), 3, 0, 0, 0);
    assert_int_equal(count(market, "SELECT sum(emissions_kg) FROM enterprise_year"),
                     450000 + 1200500);
    assert_int_equal(count(market, "SELECT count(*) FROM enterprise_year WHERE party_id = 7 AND "
                                   "level = 'high' AND grade = 5 AND denominator = 'output_value' "
                                   "AND source_row = 3"),
                     1);
    int64_t entries = count(market, "SELECT count(*) FROM journal");
    assert_counts(import_as(market, "bank", NULL, ROWS, TH_OK, NULL), 0, 0, 0, 3);
    assert_int_equal(count(market, "SELECT count(*) FROM journal"), entries);
    assert_counts(import_as(market, "officer", "2023",
                            "uscc,排放量(万吨CO2),level,grade,denominator,efficiency\n"
                            "91330523MA0000002H,0.045,low,1,value_added,0.42\n",
                            TH_OK, NULL),
                  1, 1, 0, 0);
    th_test_assert_sound(market->world.registry);
}

static void expect_problems(struct th_json *reply, const char *const *codes, size_t n)
{
    const struct th_json *problems = th_json_get(reply, "problems");
    assert_int_equal(th_json_size(problems), n);
    for (size_t i = 0; i < n; i++) {
        assert_string_equal(th_json_get_text(th_json_at(problems, i), "code", ""), codes[i]);
    }
    th_json_free(reply);
}

static void import__tells_row_by_row_what_it_cannot_take(void **state)
{
    struct market *market = *state;
    static const char *const CODES[] = {"attribute_range", "attribute_range",   "party_not_found",
                                        "enterprise_kind", "enterprise_name",   "duplicate",
                                        "duplicate",       "attribute_missing", "attribute_range"};
    struct th_json *reply =
        import_as(market, "officer", NULL,
                  HEADINGS "制药厂,,2023,450.0001,低,2,增加值,0.42\n"
                           "制药厂,,2022,450,绿,2,增加值,0.42\n"
                           "没有厂,,2022,450,低,2,增加值,0.42\n"
                           "两山银行,,2022,450,低,2,增加值,0.42\n"
                           "造纸厂,91330523MA0000002H,2022,450,低,2,增加值,0.42\n"
                           "印染厂,,2022,450,低,2,增加值,0.42\n"
                           "印染厂,91330523MA0000004P,2022,450,低,2,增加值,0.42\n"
                           "制药厂,,2021,,低,2,增加值,0.42\n"
                           "制药厂,,2030,450,低,2,增加值,0.42\n"
                           "造纸厂,,2022,450,低,2,增加值,0.42\n",
                  TH_OK, NULL);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    expect_problems(reply, CODES, sizeof(CODES) / sizeof(CODES[0]));
    assert_int_equal(count(market, "SELECT count(*) FROM enterprise_year"), 1);
}

static void import__a_table_that_leaves_open_what_is_meant_is_refused(void **state)
{
    struct market *market = *state;
    (void)import_as(market, "officer", NULL, "企业名称,年份,碳排放量(吨)\n甲,2022,1\n", TH_INVALID,
                    "sheet_columns");
    (void)import_as(
        market, "officer", NULL,
        "企业名称,年份,碳排放量,碳效水平,碳效等级,口径,碳效值\n制药厂,2022,1,低,1,产值,1\n",
        TH_INVALID, "sheet_heading_unit");
    (void)import_as(market, "officer", NULL,
                    "企业名称,年份,碳排放量(升),碳效水平,碳效等级,口径,碳效值\n"
                    "制药厂,2022,1,低,1,产值,1\n",
                    TH_INVALID, "sheet_heading_dimension");
    (void)import_as(market, "clerk", NULL, HEADINGS "制药厂,,2023,450,低,2,增加值,0.42\n",
                    TH_NOT_PERMITTED, "role_not_allowed");
    assert_int_equal(count(market, "SELECT count(*) FROM enterprise_year"), 0);
}

// The day of the test is 2024-03-10 in Shanghai. Serials of 2021 go first.
static void retired(struct market *market, const char *tonnes)
{
    market_sold(market, "制药厂", tonnes, "70");
    int64_t id = market_id(market_retire(market, "制药厂", tonnes, "制药厂", TH_OK));
    th_json_free(market_approve(market, id, TH_OK));
}

static void expect_rate(struct market *market, const char *ratio, const char *percent,
                        const char *measured)
{
    struct th_json *reply = shown(market, "91330523MA0000002H");
    assert_string_equal(th_json_get_text(year_of(reply, 0), "neutral_ratio", ""), ratio);
    assert_string_equal(th_json_get_text(year_of(reply, 0), "neutral_percent", ""), percent);
    assert_string_equal(th_json_get_text(year_of(reply, 0), "measured_percent", ""), measured);
    th_json_free(reply);
}

static void rate__is_exact_rounded_down_and_may_exceed_the_whole(void **state)
{
    struct market *market = *state;
    market_anji(market);
    market_bought(market, "1 2", "43.44");
    retired(market, "200");
    recorded(market, "300");
    expect_rate(market, "2/3", "66.66", "66.66");
    recorded(market, "299.999");
    expect_rate(market, "200000/299999", "66.66", "66.66");
    recorded(market, "100");
    expect_rate(market, "2", "200.00", "200.00");
    recorded(market, "100000000");
    expect_rate(market, "0.000002", "0.00", "0.00");
}

static void rate__units_by_statement_are_told_apart(void **state)
{
    struct market *market = *state;
    market_anji(market);
    market_sql(market, "DROP TRIGGER issuance_no_update; UPDATE issuance SET statement_based = 1 "
                       "WHERE package_id = 2");
    market_bought(market, "1 2", "43.44");
    retired(market, "728");
    recorded(market, "1456");
    // 728 of 7,282 t by largest remainder: 251 of the first package, 477 of the second.
    expect_rate(market, "0.5", "50.00", "17.23"); // 251 / 1456 = 17.239 %
    struct th_json *reply = shown(market, "制药厂");
    assert_int_equal(th_json_get_int(year_of(reply, 0), "by_statement_t", -1), 477);
    assert_string_equal(th_json_get_text(reply, "mark", ""), "enterprise.mark");
    th_json_free(reply);
}

static void rate__without_emissions_there_is_none(void **state)
{
    struct market *market = *state;
    market_anji(market);
    market_bought(market, "1 2", "43.44");
    retired(market, "10");
    struct th_json *reply = shown(market, "制药厂");
    assert_int_equal(th_json_get_int(year_of(reply, 0), "year", -1), 2024);
    assert_int_equal(th_json_get_int(year_of(reply, 0), "retired_t", -1), 10);
    assert_int_equal(th_json_type(th_json_get(year_of(reply, 0), "emissions_kg")), TH_JSON_NULL);
    assert_int_equal(th_json_type(th_json_get(year_of(reply, 0), "neutral_ratio")), TH_JSON_NULL);
    th_json_free(reply);
    struct th_enterprise_input input = input_of(market, "0");
    th_json_free(record_as(market, "bank", &input, TH_OK, NULL));
    input.year = "2022";
    th_json_free(record_as(market, "bank", &input, TH_OK, NULL));
    reply = shown(market, "制药厂");
    assert_int_equal(th_json_size(th_json_get(reply, "years")), 2);
    assert_int_equal(th_json_get_int(year_of(reply, 0), "retired_t", -1), 0); // 2022
    assert_int_equal(th_json_get_int(year_of(reply, 1), "emissions_kg", -1), 0);
    assert_int_equal(th_json_type(th_json_get(year_of(reply, 1), "neutral_percent")), TH_JSON_NULL);
    th_json_free(reply);
}

static void list__has_each_enterprise_of_the_year(void **state)
{
    struct market *market = *state;
    struct th_json *reply = NULL;
    struct th_enterprise_input input = input_of(market, "450");
    th_json_free(record_as(market, "bank", &input, TH_OK, NULL));
    input.party = "造纸厂";
    input.year = "2023";
    th_json_free(record_as(market, "bank", &input, TH_OK, NULL));
    assert_ok(
        th_enterprise_list(market->world.registry, "2023", NULL, TH_LANG_ZH, &reply, &market->err),
        &market->err);
    assert_int_equal(th_json_get_int(reply, "n", -1), 1);
    assert_string_equal(th_json_get_text(year_of(reply, 0), "name", ""), "造纸厂");
    th_json_free(reply);
    assert_ok(
        th_enterprise_list(market->world.registry, NULL, NULL, TH_LANG_ZH, &reply, &market->err),
        &market->err);
    assert_int_equal(th_json_get_int(reply, "n", -1), 2);
    th_json_free(reply);
    reply = NULL;
    assert_status(
        th_enterprise_list(market->world.registry, "x", NULL, TH_LANG_ZH, &reply, &market->err),
        TH_INVALID, &market->err);
    assert_null(reply);
}

// Two villages, 2,509 t of the first alone; the second package stands on both grounds, a third of
// its kilograms in the first.
static void account__tells_villages_holders_and_verifiers_their_packages(void **state)
{
    struct market *market = *state;
    const int64_t tonnes_t[] = {300};
    market_package(market, "甲", MARKET_MAJIANONG, MARKET_VILLAGE_1, NULL, tonnes_t, 1, 0);
    market_package(market, "乙", MARKET_SUBDISTRICT, MARKET_VILLAGE_1, MARKET_VILLAGE_2, tonnes_t,
                   1, 30);
    market_sql(market, "UPDATE package SET stated_by = 9 WHERE package_id = 2");
    struct th_json *reply = shown(market, "马家弄村");
    const struct th_json *packages = th_json_get(reply, "packages");
    assert_int_equal(th_json_size(packages), 1); // as its holder: no parcels are packaged here
    th_json_free(reply);
    market_sql(market, "PRAGMA foreign_keys = OFF; INSERT INTO package_parcel VALUES "
                       "(1, 1, 1), (2, 2, 1), (2, 3, 1)");
    reply = shown(market, "马家弄村");
    packages = th_json_get(reply, "packages");
    assert_int_equal(th_json_size(packages), 2);
    assert_int_equal(th_json_get_int(th_json_at(packages, 0), "contributed_kg", -1), 300000);
    assert_int_equal(th_json_get_int(th_json_at(packages, 1), "contributed_kg", -1), 100000);
    assert_int_equal(th_json_get_int(th_json_at(packages, 1), "buffer_t", -1), 30);
    th_json_free(reply);
    reply = shown(market, "下渚湖街道");
    packages = th_json_get(reply, "packages");
    assert_int_equal(th_json_size(packages), 1);
    assert_int_equal(th_json_get_int(th_json_at(packages, 0), "contributed_kg", -1), 300000);
    assert_int_equal(th_json_get_int(reply, "held_t", -1), 270);
    th_json_free(reply);
    reply = shown(market, "核证机构");
    packages = th_json_get(reply, "packages");
    assert_int_equal(th_json_size(packages), 1);
    assert_string_equal(th_json_get_text(th_json_at(packages, 0), "name", ""), "乙");
    th_json_free(reply);
    reply = NULL;
    assert_status(
        th_account_show(market->world.registry, "没有", NULL, TH_LANG_ZH, &reply, &market->err),
        TH_NOT_FOUND, &market->err);
    assert_null(reply);
}

int main(void)
{
    // Making a world takes longer than most tests: those that leave each other alone share one.
    const struct CMUnitTest refused[] = {
        cmocka_unit_test(record__refusals),
        cmocka_unit_test(import__a_table_that_leaves_open_what_is_meant_is_refused),
    };
    const struct CMUnitTest kept[] = {
        cmocka_unit_test(record__the_same_again_writes_nothing_and_another_is_a_new_version),
        cmocka_unit_test(record__is_kept_as_the_document_says),
    };
    const struct CMUnitTest told[] = {
        cmocka_unit_test(list__has_each_enterprise_of_the_year),
        cmocka_unit_test(account__tells_villages_holders_and_verifiers_their_packages),
    };
    const struct CMUnitTest alone[] = {
        cmocka_unit_test_setup_teardown(import__takes_rows_and_a_second_time_none, market_setup,
                                        market_teardown),
        cmocka_unit_test_setup_teardown(import__tells_row_by_row_what_it_cannot_take, market_setup,
                                        market_teardown),
        cmocka_unit_test_setup_teardown(rate__is_exact_rounded_down_and_may_exceed_the_whole,
                                        market_setup, market_teardown),
        cmocka_unit_test_setup_teardown(rate__units_by_statement_are_told_apart, market_setup,
                                        market_teardown),
        cmocka_unit_test_setup_teardown(rate__without_emissions_there_is_none, market_setup,
                                        market_teardown),
    };
    return cmocka_run_group_tests(refused, market_setup, market_teardown) +
           cmocka_run_group_tests(kept, market_setup, market_teardown) +
           cmocka_run_group_tests(told, market_setup, market_teardown) +
           cmocka_run_group_tests(alone, NULL, NULL);
}
