// Accounts of orchards, from what was registered and reported to the fertiliser that is earned.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/file.h"
#include "registry/estimate/eligibility.h"
#include "registry/estimate/estimate.h"
#include "registry/life/parcel_life.h"
#include "registry/records/activity.h"
#include "registry/records/orchard.h"
#include "registry/records/orchard_rules.h"
#include "registry/rule.h"
#include "registry/setup.h"
#include "tests/integration/drawn_fixture.h"

static void rule(struct fixture *f, const char *name, const char *value, const char *since)
{
    const struct th_request officer = {.login = "officer"};
    const struct th_rule_set_options options = {
        .name = name, .value = value, .since = since, .reason = "县里定的"};
    struct th_error err;
    struct th_json *reply = NULL;
    assert_ok(th_rule_set(f->registry, &officer, &options, &reply, &err), &err);
    th_json_free(reply);
}

static void records(struct fixture *f, const char *year, const char *rows)
{
    static const char heading[] =
        "村,地块号,化肥纯氮（公斤/亩）,有机肥氮（公斤/亩）,石灰石粉（公斤/亩）,"
        "白云石粉（公斤/亩）,尿素（公斤/亩）,柴油（升）,更新面积（亩）\n";
    struct th_error err;
    char path[TH_TEST_PATH_SIZE];
    char text[1024];
    struct th_json *reply = NULL;
    const struct th_record_options options = {.source = path, .year = year};
    (void)snprintf(text, sizeof(text), "%s%s", heading, rows);
    fixture_file(f, path, "records.csv", text);
    assert_ok(th_activity_import(f->registry, &f->request, &options, &reply, &err), &err);
    assert_int_equal(th_json_get_int(reply, "rejected", -1), 0);
    th_json_free(reply);
}

// About 53.2 mu each, of which 50 were contracted: 10/3 ha count. 1 and 2 were planted in 2012, so
// that 10/3 × 2.1 × 44/12 = 25,666.67 kg are fixed in a year.
static void orchards(struct fixture *f)
{
    static struct drawn file;
    struct th_parcel_import_options options = fixture_options(f, NULL);
    file.size = 0;
    drawn_box(&file, 119.660, 30.42, 0.0035, 0.00095,
              "\"地块号\":\"1\",\"面积（亩）\":\"50\",\"planted\":\"2012\"");
    drawn_box(&file, 119.670, 30.42, 0.0035, 0.00095,
              "\"地块号\":\"2\",\"面积（亩）\":\"50\",\"planted\":\"2012\"");
    drawn_box(&file, 119.680, 30.42, 0.002, 0.00095,
              "\"地块号\":\"3\",\"面积（亩）\":\"30\",\"planted\":\"2012\",\"household\":\"李家\"");
    drawn_box(&file, 119.690, 30.42, 0.0018, 0.00095,
              "\"地块号\":\"4\",\"面积（亩）\":\"25\",\"planted\":\"2012\",\"household\":\"李家\"");
    options.kind = "orchard";
    struct th_json *reply = drawn_import_with(f, &file, options);
    assert_int_equal(drawn_accepted(reply), 4);
    th_json_free(reply);
    // Worked out in the document's own example, and lightly fertilised: 150 + 50 kg of N give 2.7 +
    // 0.378 + 0.528 = 3.606 kg N2O-N, × 44/28 × 273 = 1,546.97 kg.
    records(f, "2021", "测试一村,1,15,5,20,10,8,300,2\n测试一村,2,3,1,0,0,0,0,0\n");
}

static struct th_json *account(struct fixture *f, struct th_orchard_options options)
{
    struct th_error err;
    struct th_json *reply = NULL;
    options.messages = f->messages;
    options.lang = TH_LANG_ZH;
    assert_ok(th_orchard_account(f->registry, &options, &reply, &err), &err);
    return reply;
}

static struct th_json *account_of(struct fixture *f, const char *parcel, const char *year)
{
    return account(f,
                   (struct th_orchard_options){.year = year, .parcels = &parcel, .n_parcels = 1});
}

static const struct th_json *first(const struct th_json *reply)
{
    assert_int_equal(th_json_size(th_json_get(reply, "accounts")), 1);
    return th_json_at(th_json_get(reply, "accounts"), 0);
}

static int64_t number(const struct th_json *json, const char *key)
{
    return th_json_get_int(json, key, -1000000000);
}

static const char *text(const struct th_json *json, const char *key)
{
    return th_json_get_text(json, key, "(none)");
}

// 3.333333 ha, as the sheet rounds, × 2.1 × 44/12 are 25,666.6641 kg: 25,666 fixed. Emitted
// (18.03 kg N2O-N are 28.332857 kg N2O, × 273): N2O 7,734.87; lime 678.33, urea 293.33, diesel 804
// and replanting 30,800 are 32,575.67 of CO2. 25,666 − 7,735 − 32,576 = −14,645; 25,666 / 40,311 =
// 0.637.
static void account__has_both_sides_and_the_balance(void **state)
{
    static const struct {
        const char *term, *amount;
    } want[] = {{"果树生长（固碳）", "25666.6641"}, {"土壤有机碳变化", "0"},
                {"失碳土壤的氧化亚氮", "0"},        {"施肥的氧化亚氮", "7734.869961"},
                {"石灰的二氧化碳", "678.333333"},   {"尿素的二氧化碳", "293.333333"},
                {"柴油的二氧化碳", "804"},          {"果树砍除更新", "30800"}};
    struct fixture *f = *state;
    orchards(f);
    struct th_json *reply = account_of(f, "1", "2021");
    const struct th_json *one = first(reply);
    assert_string_equal(text(reply, "methodology"), "orchard-account");
    assert_int_equal(number(one, "fixed_kg"), 25666);
    assert_int_equal(number(one, "n2o_kg"), 7735);
    assert_int_equal(number(one, "co2_kg"), 32576);
    assert_int_equal(number(one, "emitted_kg"), 40311);
    assert_int_equal(number(one, "balance_kg"), -14645);
    assert_string_equal(text(one, "ratio"), "0.636");
    assert_string_equal(text(one, "label"), "yellow");
    // A negative balance is shown, and earns nothing.
    assert_string_equal(text(one, "state"), "nothing");
    assert_int_equal(number(one, "fertiliser_t"), 0);
    assert_int_equal(number(one, "carried_kg"), 0);
    assert_string_not_equal(text(one, "note"), "");
    const struct th_json *sources = th_json_get(one, "sources");
    assert_int_equal(th_json_size(sources), sizeof(want) / sizeof(want[0]));
    for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
        const struct th_json *source = th_json_at(sources, i);
        assert_string_equal(text(source, "term"), want[i].term);
        assert_string_equal(text(source, "amount"), want[i].amount);
    }
    assert_string_equal(text(th_json_at(sources, 0), "pool"), "above-ground-biomass");
    assert_string_equal(text(th_json_at(sources, 1), "pool"), "soil-organic-carbon");
    assert_string_equal(text(th_json_at(sources, 3), "side"), "emitted");
    assert_string_equal(text(th_json_at(sources, 3), "gas"), "N2O");
    th_json_free(reply);
}

// The kilograms are those of the explanation.
static void account__has_the_numbers_of_the_explanation(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    struct th_json *explained = NULL;
    const struct th_estimate_options options = {.parcel = "1", .year = "2021"};
    char balance[32];
    orchards(f);
    struct th_json *reply = account_of(f, "1", "2021");
    assert_ok(th_estimate_explain_parcel(f->registry, &options, &explained, &err), &err);
    const struct th_json *lines = th_json_get(explained, "lines");
    const struct th_json *net = th_json_at(lines, th_json_size(lines) - 1);
    (void)snprintf(balance, sizeof(balance), "%d", (int)number(first(reply), "balance_kg"));
    assert_string_equal(text(net, "value"), balance);
    th_json_free(explained);
    th_json_free(reply);
}

// 25,666 − 1,547 = 24,119 kg: by CO2 24 t and 119 kg carried, then 24 t and 238; by carbon, × 12/44
// = 6,577 10/11 kg: 6 t and 577 kg carried, then 7 t and 155.
static void fertiliser__waits_for_the_county_and_carries_kilograms(void **state)
{
    static const struct {
        const char *by;
        int64_t t[2], earned_kg, carried_kg[2];
    } want[] = {{"co2", {24, 24}, 24119, {119, 238}}, {"carbon", {6, 7}, 6577, {577, 155}}};
    for (size_t i = 0; i < 2; i++) {
        struct fixture *f = *state;
        if (i > 0) { // a county decides once: a fresh one
            void *fresh = f;
            assert_int_equal(drawn_tear_down(&fresh), 0);
            assert_int_equal(drawn_set_up(state), 0);
            f = *state;
        }
        orchards(f);
        records(f, "2022", "测试一村,2,3,1,0,0,0,0,0\n");
        struct th_json *reply = account_of(f, "2", "2021");
        assert_int_equal(number(first(reply), "balance_kg"), 24119);
        assert_string_equal(text(first(reply), "label"), "dark_green");
        assert_string_equal(text(first(reply), "state"), "undecided");
        assert_int_equal(th_json_type(th_json_get(first(reply), "fertiliser_t")), TH_JSON_NULL);
        assert_int_equal(th_json_type(th_json_get(first(reply), "earned_kg")), TH_JSON_NULL);
        assert_int_equal(th_json_type(th_json_get(reply, "fertiliser_t")), TH_JSON_NULL);
        th_json_free(reply);
        rule(f, "fertiliser_by", want[i].by, NULL);
        for (int year = 0; year < 2; year++) {
            reply = account_of(f, "2", year == 0 ? "2021" : "2022");
            const struct th_json *one = first(reply);
            assert_string_equal(text(one, "state"), "earned");
            assert_int_equal(number(one, "earned_kg"), want[i].earned_kg);
            assert_int_equal(number(one, "carried_in_kg"), year == 0 ? 0 : want[i].carried_kg[0]);
            assert_int_equal(number(one, "fertiliser_t"), want[i].t[year]);
            assert_int_equal(number(one, "carried_kg"), want[i].carried_kg[year]);
            assert_int_equal(number(reply, "fertiliser_t"), want[i].t[year]);
            assert_int_equal(th_json_size(th_json_get(reply, "years")), (size_t)year + 1);
            th_json_free(reply);
        }
    }
}

// Without the diesel nobody knows what was emitted: no colour, no fertiliser. Stated later, the
// year earns after all, and the next one carries on from it.
static void account__of_a_year_that_was_not_stated_gives_nothing(void **state)
{
    struct fixture *f = *state;
    orchards(f);
    rule(f, "fertiliser_by", "co2", NULL);
    records(f, "2022", "测试一村,2,3,1,0,0,0,,0\n");
    records(f, "2023", "测试一村,2,3,1,0,0,0,0,0\n");
    struct th_json *reply = account_of(f, "2", "2022");
    const struct th_json *one = first(reply);
    assert_string_equal(text(one, "state"), "not_stated");
    assert_int_equal(th_json_type(th_json_get(one, "label")), TH_JSON_NULL);
    assert_int_equal(th_json_type(th_json_get(one, "fertiliser_t")), TH_JSON_NULL);
    assert_int_equal(th_json_size(th_json_get(one, "not_stated")), 1);
    assert_string_equal(th_json_text(th_json_at(th_json_get(one, "not_stated"), 0)), "柴油(升)");
    assert_non_null(strstr(text(one, "note"), "柴油"));
    th_json_free(reply);
    reply = account_of(f, "2", "2023");
    assert_int_equal(number(first(reply), "carried_kg"), 2 * 119);
    th_json_free(reply);
    records(f, "2022", "测试一村,2,3,1,0,0,0,0,0\n");
    reply = account_of(f, "2", "2023");
    assert_int_equal(number(first(reply), "carried_kg"), 3 * 119);
    const struct th_json *years = th_json_get(reply, "years");
    assert_int_equal(th_json_size(years), 3);
    assert_int_equal(number(th_json_at(years, 1), "carried_kg"), 238);
    th_json_free(reply);
    // Of a year without any record seven things are not stated.
    reply = account_of(f, "2", "2024");
    assert_int_equal(th_json_size(th_json_get(first(reply), "not_stated")), 7);
    th_json_free(reply);
}

// 49.99 mu are refused, 50.00 accepted; what counts is the measured area.
static void account__begins_at_50_mu(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    struct th_json *reply = NULL;
    char path[TH_TEST_PATH_SIZE];
    const struct th_surroundings surroundings = fixture_surroundings();
    const struct th_registry_create_options made = {.name = "常山", .admin_code = "330822"};
    th_registry_close(f->registry);
    (void)th_test_path(f->path, f->folder, "changshan.tanhui");
    assert_ok(th_registry_create(f->path, &made, &surroundings, &reply, &err), &err);
    th_json_free(reply);
    f->registry = fixture_registry_open(f->path);
    assert_ok(
        th_village_add(f->registry, &f->request, "330822990001", "胡柚基地", "样例", &reply, &err),
        &err);
    th_json_free(reply);
    struct th_parcel_import_options options = fixture_options(f, path);
    th_test_source_path(path, "data/sample/changshan-orchards.geojson");
    options.village = NULL;
    options.kind = NULL;
    reply = fixture_import(f, &options);
    assert_int_equal(drawn_accepted(reply), 3);
    th_json_free(reply);
    reply = account(f, (struct th_orchard_options){.year = "2023"});
    assert_int_equal(number(reply, "n_accounts"), 2);
    assert_int_equal(number(reply, "n_refused"), 1);
    const struct th_json *refused = th_json_at(th_json_get(reply, "refused"), 0);
    assert_string_equal(text(refused, "account"), "C01");
    assert_string_equal(text(th_json_at(th_json_get(refused, "reasons"), 0), "reason"),
                        "min_area_mu");
    assert_string_equal(text(th_json_at(th_json_get(refused, "reasons"), 0), "limit"), "50");
    assert_string_equal(text(th_json_at(th_json_get(reply, "accounts"), 0), "account"), "C02");
    th_json_free(reply);
    // By itself it is an error.
    const char *small = "1";
    const struct th_orchard_options one = {.year = "2023", .parcels = &small, .n_parcels = 1};
    assert_status(th_orchard_account(f->registry, &one, &reply, &err), TH_INVALID, &err);
    assert_string_equal(th_error_arg_get(&err, "reason"), "@applicability.min_area_mu");
    // A small neighbour joins a larger one.
    const char *const both[] = {"1", "2", "1"};
    reply =
        account(f, (struct th_orchard_options){.year = "2023", .parcels = both, .n_parcels = 3});
    assert_string_equal(text(first(reply), "account"), "C01+C02");
    assert_int_equal(th_json_size(th_json_get(first(reply), "parcel_ids")), 2);
    th_json_free(reply);
}

// 30 and 25 mu are 2 and 5/3 ha: 15,400 and 12,833.33 kg are fixed.
static void account__joins_the_parcels_of_a_household(void **state)
{
    struct fixture *f = *state;
    orchards(f);
    struct th_json *reply = account(f, (struct th_orchard_options){.year = "2021"});
    assert_int_equal(number(reply, "n_accounts"), 2);
    assert_int_equal(number(reply, "n_refused"), 2);
    th_json_free(reply);
    reply = account(f, (struct th_orchard_options){
                           .year = "2021", .village = FIXTURE_VILLAGE, .by = "household"});
    assert_int_equal(number(reply, "n_accounts"), 3);
    assert_int_equal(number(reply, "n_refused"), 0);
    const struct th_json *accounts = th_json_get(reply, "accounts");
    const struct th_json *li = NULL;
    int64_t fixed_kg = 0;
    for (size_t i = 0; i < th_json_size(accounts); i++) {
        const struct th_json *item = th_json_at(accounts, i);
        li = strcmp(text(item, "account"), "李家") == 0 ? item : li;
        fixed_kg += number(item, "fixed_kg");
    }
    assert_non_null(li);
    assert_int_equal(number(li, "fixed_kg"), 15400 + 12833);
    assert_int_equal(th_json_size(th_json_get(li, "parcel_ids")), 2);
    assert_int_equal(number(reply, "fixed_kg"), fixed_kg);
    assert_int_equal(number(reply, "balance_kg"),
                     number(reply, "fixed_kg") - number(reply, "emitted_kg"));
    th_json_free(reply);
}

// The limits of the colours are nobody's but ours until the county decides: 25,666 / 1,547 = 16.6.
static void label__follows_the_countys_limits(void **state)
{
    struct fixture *f = *state;
    orchards(f);
    struct th_json *reply = account_of(f, "2", "2021");
    const struct th_json *dark = th_json_at(th_json_get(reply, "rules"), 0);
    assert_string_equal(text(dark, "rule"), "orchard_dark_green");
    assert_string_equal(text(dark, "holds"), "1.5");
    assert_string_equal(text(dark, "evidence"), "expert-choice");
    assert_int_equal(number(th_json_at(th_json_get(reply, "colours"), 0), "n"), 1);
    th_json_free(reply);
    rule(f, "orchard_dark_green", "20", NULL);
    reply = account_of(f, "2", "2021");
    assert_string_equal(text(first(reply), "label"), "light_green");
    dark = th_json_at(th_json_get(reply, "rules"), 0);
    assert_string_equal(text(dark, "evidence"), "stated");
    assert_string_equal(text(dark, "since"), "2025-06-15");
    th_json_free(reply);
}

// Of a year holds what held at its end; the first decision reaches back.
static void decision__does_not_change_what_was_settled(void **state)
{
    static const struct {
        int year;
        enum th_fertiliser_by by;
    } want[] = {{2021, TH_FERTILISER_CO2},
                {2024, TH_FERTILISER_CO2},
                {2025, TH_FERTILISER_CO2},
                {2026, TH_FERTILISER_CARBON},
                {2027, TH_FERTILISER_CARBON}};
    struct fixture *f = *state;
    struct th_error err;
    struct th_orchard_decisions *decisions = NULL;
    struct th_store *store = th_registry_store(f->registry);
    rule(f, "fertiliser_by", "carbon", NULL);
    rule(f, "fertiliser_by", "co2", NULL); // put right on its first day
    rule(f, "fertiliser_by", "carbon", "2026-03-01");
    rule(f, "orchard_yellow", "3", NULL);
    assert_ok(th_orchard_decisions_load(store, (struct th_date){2027, 6, 1}, &decisions, &err),
              &err);
    for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
        assert_int_equal(th_orchard_decision(decisions, TH_ORCHARD_FERTILISER_BY, want[i].year).by,
                         want[i].by);
    }
    // Yellow from 3 on would be above green: the limits stay in order.
    const struct th_colour_limits limits = th_orchard_limits(decisions, 2025);
    for (size_t i = 1; i < TH_COLOUR_RED; i++) {
        assert_true(th_ratio_compare(limits.from[i], limits.from[i - 1]) <= 0);
    }
    th_orchard_decisions_free(decisions);
    // What begins later holds for no year yet.
    assert_ok(th_orchard_decisions_load(store, (struct th_date){2025, 12, 31}, &decisions, &err),
              &err);
    assert_int_equal(th_orchard_decision(decisions, TH_ORCHARD_FERTILISER_BY, 2026).by,
                     TH_FERTILISER_CO2);
    th_orchard_decisions_free(decisions);
    // Imports are judged by no rule of these.
    struct th_rules rules;
    assert_ok(th_rules_load(store, (struct th_date){2027, 6, 1}, &rules, &err), &err);
    assert_int_equal(rules.county_rule_id, 0);
}

static void rule_set__takes_only_what_an_orchard_can_be_judged_by(void **state)
{
    static const char *const wrong[][2] = {{"fertiliser_by", "undecided"}, {"fertiliser_by", "C"},
                                           {"fertiliser_t", "0"},          {"fertiliser_t", "1e9"},
                                           {"orchard_yellow", "-1"},       {"orchard_yellow", ""}};
    struct th_error err;
    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char value[TH_RULE_VALUE_SIZE];
        assert_status(th_rule_value_check(wrong[i][0], wrong[i][1], value, &err), TH_INVALID, &err);
        assert_string_equal(err.key, "rule_value");
    }
    // Who mistypes a name is told all that there are.
    char value[TH_RULE_VALUE_SIZE];
    assert_status(th_rule_value_check("orchard", "1", value, &err), TH_INVALID, &err);
    for (size_t i = 0; i < th_rule_specs_count; i++) {
        assert_non_null(strstr(th_error_arg_get(&err, "names"), th_rule_specs[i].name));
    }
}

static void account__writes_a_list(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    char path[TH_TEST_PATH_SIZE];
    char *list = NULL;
    size_t size = 0;
    orchards(f);
    rule(f, "fertiliser_by", "co2", NULL);
    th_json_free(account(f, (struct th_orchard_options){
                                .year = "2021", .out = th_test_path(path, f->folder, "a.csv")}));
    assert_ok(th_file_read(path, 1 << 20, &list, &size, &err), &err);
    assert_non_null(strstr(list, ",25666,1547,24119,深绿,可换肥,24,119,\r\n"));
    assert_non_null(strstr(list, ",25666,40311,-14645,黄,不换肥,0,0,"));
    assert_non_null(strstr(list, ",,,,,不能建账户,,,"));
    free(list);
    th_json_free(account(f, (struct th_orchard_options){
                                .year = "2021", .out = th_test_path(path, f->folder, "a.xlsx")}));
    assert_true(th_file_exists(path));
}

// The second orchard is divided in 2025. Until 2024 it counts as it was, and its halves from 2025
// on, each of which is too small.
static void account__counts_the_ground_of_its_year(void **state)
{
    static const struct {
        const char *year;
        int64_t n_accounts, n_refused, n_eligible, n_not_eligible;
    } want[] = {{"2021", 2, 2, 2, 2}, {"2024", 2, 2, 2, 2}, {"2025", 1, 4, 1, 4}};
    struct fixture *f = *state;
    struct th_error err;
    struct th_json *reply = NULL;
    orchards(f);
    char path[TH_TEST_PATH_SIZE];
    const struct th_parcel_split_options split = {
        .parcel_id = 2, .drawing = path, .reason = "分户", .messages = f->messages};
    fixture_file(f, path, "cut.wkt", "LINESTRING (119.67175 30.41, 119.67175 30.43)");
    assert_ok(th_parcel_split(f->registry, &f->request, &split, &reply, &err), &err);
    th_json_free(reply);
    for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
        reply = account(f, (struct th_orchard_options){.year = want[i].year});
        assert_int_equal(number(reply, "n_accounts"), want[i].n_accounts);
        assert_int_equal(number(reply, "n_refused"), want[i].n_refused);
        th_json_free(reply);
        const struct th_eligibility_options check = {.methodology = "orchard-account",
                                                     .year = want[i].year};
        assert_ok(th_methodology_check(f->registry, &check, &reply, &err), &err);
        assert_int_equal(number(reply, "n_eligible"), want[i].n_eligible);
        assert_int_equal(number(reply, "n_not_eligible"), want[i].n_not_eligible);
        th_json_free(reply);
    }
    reply = account_of(f, "2", "2021");
    assert_int_equal(number(first(reply), "balance_kg"), 24119);
    th_json_free(reply);
    const char *whole = "2";
    const char *half = "5";
    struct th_orchard_options one = {.year = "2025", .parcels = &whole, .n_parcels = 1};
    assert_status(th_orchard_account(f->registry, &one, &reply, &err), TH_INVALID, &err);
    one.parcels = &half;
    one.year = "2021";
    assert_status(th_orchard_account(f->registry, &one, &reply, &err), TH_INVALID, &err);
}

// Today is the 15th of June 2025: what was stated of 2025 is not of the whole year.
static void account__of_a_running_year_is_not_settled(void **state)
{
    struct fixture *f = *state;
    orchards(f);
    rule(f, "fertiliser_by", "co2", NULL);
    records(f, "2025", "测试一村,2,3,1,0,0,0,0,0\n");
    struct th_json *reply = account_of(f, "2", "2025");
    const struct th_json *one = first(reply);
    assert_string_equal(text(one, "state"), "running");
    assert_int_equal(number(one, "balance_kg"), 24119);
    assert_int_equal(th_json_type(th_json_get(one, "label")), TH_JSON_NULL);
    assert_int_equal(th_json_type(th_json_get(one, "fertiliser_t")), TH_JSON_NULL);
    assert_non_null(strstr(text(one, "note"), "2025"));
    th_json_free(reply);
}

// An orchard that is cleared as a whole: 50 mu lose 10/3 × 63 × 44/12 = 770 t, 231 t/ha, which is
// below −15 and above −300.
static void account__asks_for_a_second_look(void **state)
{
    struct fixture *f = *state;
    orchards(f);
    records(f, "2022", "测试一村,2,3,1,0,0,0,0,50\n");
    struct th_json *reply = account_of(f, "2", "2022");
    assert_non_null(strstr(text(first(reply), "note"), "再核对"));
    assert_non_null(strstr(text(first(reply), "note"), "-15"));
    assert_string_equal(text(first(reply), "label"), "red");
    th_json_free(reply);
}

static void account__refuses_what_is_no_orchard(void **state)
{
    static struct drawn file;
    static const char *const bamboo = "5";
    static const char *const none = "99";
    static const struct {
        struct th_orchard_options options;
        enum th_status status;
        const char *key;
    } cases[] = {
        {{.year = NULL}, TH_USAGE, "year_needed"},
        {{.year = "21"}, TH_INVALID, "year_invalid"},
        {{.year = "2021", .by = "village"}, TH_USAGE, "orchard_by"},
        {{.year = "2021", .parcels = &none, .n_parcels = 1, .village = "v"},
         TH_USAGE,
         "scope_twice"},
        {{.year = "2021", .parcels = &none, .n_parcels = 1}, TH_NOT_FOUND, "parcel_not_found"},
        {{.year = "2021", .parcels = &bamboo, .n_parcels = 1}, TH_INVALID, "not_applicable"},
        {{.year = "2021", .village = "没有"}, TH_NOT_FOUND, "village_not_found"},
        {{.year = "2021", .village = FIXTURE_OTHER_VILLAGE}, TH_NOT_FOUND, "no_orchards"},
        {{.year = "2021", .methodology = "none"}, TH_NOT_FOUND, "methodology_not_found"},
        {{.year = "2021", .out = "a.doc"}, TH_USAGE, "roll_format"},
    };
    struct fixture *f = *state;
    orchards(f);
    file.size = 0;
    drawn_box(&file, 119.700, 30.42, 0.004, 0.00095, "\"地块号\":\"竹\"");
    th_json_free(drawn_import(f, &file));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_error err;
        struct th_json *reply = NULL;
        assert_status(th_orchard_account(f->registry, &cases[i].options, &reply, &err),
                      cases[i].status, &err);
        assert_string_equal(err.key, cases[i].key);
        assert_null(reply);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(account__has_both_sides_and_the_balance, drawn_set_up,
                                        drawn_tear_down),
        cmocka_unit_test_setup_teardown(account__has_the_numbers_of_the_explanation, drawn_set_up,
                                        drawn_tear_down),
        cmocka_unit_test_setup_teardown(fertiliser__waits_for_the_county_and_carries_kilograms,
                                        drawn_set_up, drawn_tear_down),
        cmocka_unit_test_setup_teardown(account__of_a_year_that_was_not_stated_gives_nothing,
                                        drawn_set_up, drawn_tear_down),
        cmocka_unit_test_setup_teardown(account__begins_at_50_mu, drawn_set_up, drawn_tear_down),
        cmocka_unit_test_setup_teardown(account__joins_the_parcels_of_a_household, drawn_set_up,
                                        drawn_tear_down),
        cmocka_unit_test_setup_teardown(label__follows_the_countys_limits, drawn_set_up,
                                        drawn_tear_down),
        cmocka_unit_test_setup_teardown(decision__does_not_change_what_was_settled, drawn_set_up,
                                        drawn_tear_down),
        cmocka_unit_test(rule_set__takes_only_what_an_orchard_can_be_judged_by),
        cmocka_unit_test_setup_teardown(account__writes_a_list, drawn_set_up, drawn_tear_down),
        cmocka_unit_test_setup_teardown(account__counts_the_ground_of_its_year, drawn_set_up,
                                        drawn_tear_down),
        cmocka_unit_test_setup_teardown(account__of_a_running_year_is_not_settled, drawn_set_up,
                                        drawn_tear_down),
        cmocka_unit_test_setup_teardown(account__asks_for_a_second_look, drawn_set_up,
                                        drawn_tear_down),
        cmocka_unit_test_setup_teardown(account__refuses_what_is_no_orchard, drawn_set_up,
                                        drawn_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
