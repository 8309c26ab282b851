// Lists of parcels that may use a methodology, with all that keeps the others from it.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/file.h"
#include "registry/estimate/eligibility.h"
#include "registry/estimate/estimate.h"
#include "registry/estimate/methodology.h"
#include "registry/records/activity.h"
#include "registry/setup.h"
#include "tests/integration/drawn_fixture.h"

static const struct th_request by_officer = {.login = "officer"};

static void add_example(struct fixture *f)
{
    struct th_error err;
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    assert_ok(th_methodology_add(f->registry, &by_officer,
                                 th_test_source_path(path, "docs/examples/methodology.json"),
                                 &reply, &err),
              &err);
    th_json_free(reply);
}

static struct th_json *check(struct fixture *f, const struct th_eligibility_options *options)
{
    struct th_error err;
    struct th_json *reply = NULL;
    struct th_eligibility_options told = *options;
    told.messages = f->messages;
    told.lang = TH_LANG_ZH;
    assert_ok(th_methodology_check(f->registry, &told, &reply, &err), &err);
    return reply;
}

static const struct th_json *parcel_of(const struct th_json *reply, const char *number)
{
    const struct th_json *parcels = th_json_get(reply, "parcels");
    for (size_t i = 0; i < th_json_size(parcels); i++) {
        const struct th_json *parcel = th_json_at(parcels, i);
        if (strcmp(th_json_get_text(parcel, "number", ""), number) == 0) {
            return parcel;
        }
    }
    fail_msg("no parcel %s", number);
    return NULL;
}

static int64_t count(const struct th_json *reply, const char *reason)
{
    const struct th_json *reasons = th_json_get(reply, "reasons");
    int64_t n = 0;
    for (size_t i = 0; i < th_json_size(reasons); i++) {
        const struct th_json *item = th_json_at(reasons, i);
        n += strcmp(th_json_get_text(item, "reason", ""), reason) == 0
                 ? th_json_get_int(item, "n", 0)
                 : 0;
    }
    return n;
}

// The counties of Quzhou, with made villages and made shares of the 172 parcels that passed.
static const struct {
    const char *county, *name, *village;
    int n_pass, n_young, n_unplanted;
} QUZHOU[] = {
    {"330802", "柯城区", "330802990001", 40, 1, 0}, {"330803", "衢江区", "330803990001", 35, 0, 2},
    {"330822", "常山县", "330822990001", 30, 1, 1}, {"330824", "开化县", "330824990001", 28, 0, 0},
    {"330825", "龙游县", "330825990001", 22, 2, 0}, {"330881", "江山市", "330881990001", 17, 0, 1}};
enum { N_QUZHOU = sizeof(QUZHOU) / sizeof(QUZHOU[0]) };

// A city's registry in the place of the county's.
static void open_quzhou(struct fixture *f)
{
    struct th_error err;
    struct th_json *reply = NULL;
    const struct th_surroundings surroundings = fixture_surroundings();
    const struct th_registry_create_options options = {.name = "衢州", .admin_code = "330800"};
    th_registry_close(f->registry);
    (void)th_test_path(f->path, f->folder, "quzhou.tanhui");
    assert_ok(th_registry_create(f->path, &options, &surroundings, &reply, &err), &err);
    th_json_free(reply);
    f->registry = fixture_registry_open(f->path);
    fixture_user(f, "officer", "officer", NULL);
}

static void quzhou_parcels(struct fixture *f)
{
    static struct drawn file;
    struct th_error err;
    file.size = 0;
    for (size_t c = 0; c < N_QUZHOU; c++) {
        struct th_json *reply = NULL;
        assert_ok(th_village_add(f->registry, &f->request, QUZHOU[c].village, QUZHOU[c].name,
                                 "样例乡", &reply, &err),
                  &err);
        th_json_free(reply);
        int n = QUZHOU[c].n_pass + QUZHOU[c].n_young + QUZHOU[c].n_unplanted;
        for (int i = 0; i < n; i++) {
            char planted[48] = "";
            char properties[160];
            int year = i < QUZHOU[c].n_pass ? 2005 : 2024; // planted after the year asked for
            if (i < QUZHOU[c].n_pass + QUZHOU[c].n_young) {
                (void)snprintf(planted, sizeof(planted), ",\"planted\":\"%d\"", year);
            }
            (void)snprintf(properties, sizeof(properties), "\"village\":\"%s\",\"地块号\":\"%d\"%s",
                           QUZHOU[c].village, i + 1, planted);
            drawn_box(&file, 118.0 + 0.002 * i, 28.5 + 0.1 * (double)c, 0.001, 0.00095, properties);
        }
    }
    struct th_parcel_import_options options = fixture_options(f, NULL);
    options.kind = "orchard";
    options.village = NULL;
    struct th_json *reply = drawn_import_with(f, &file, options);
    assert_int_equal(drawn_accepted(reply), 172 + 8);
    th_json_free(reply);
}

// 172 parcels passed in six counties, as reported; each county and village adds up.
static void check__counts_172_parcels_in_six_counties(void **state)
{
    struct fixture *f = *state;
    open_quzhou(f);
    add_example(f);
    quzhou_parcels(f);
    struct th_json *reply =
        check(f, &(struct th_eligibility_options){.methodology = "county-orchard", .year = "2023"});
    assert_int_equal(th_json_get_int(reply, "n_parcels", 0), 180);
    assert_int_equal(th_json_get_int(reply, "n_eligible", 0), 172);
    assert_int_equal(th_json_get_int(reply, "n_not_eligible", 0), 8);
    assert_int_equal(th_json_get_int(reply, "n_other_kind", -1), 0);
    const struct th_json *counties = th_json_get(reply, "counties");
    const struct th_json *villages = th_json_get(reply, "villages");
    assert_int_equal(th_json_size(counties), N_QUZHOU);
    assert_int_equal(th_json_size(villages), N_QUZHOU);
    for (size_t c = 0; c < N_QUZHOU; c++) {
        const struct th_json *county = th_json_at(counties, c);
        const struct th_json *village = th_json_at(villages, c);
        assert_string_equal(th_json_get_text(county, "county", ""), QUZHOU[c].county);
        assert_string_equal(th_json_get_text(county, "county_name", ""), QUZHOU[c].name);
        assert_string_equal(th_json_get_text(village, "village", ""), QUZHOU[c].village);
        assert_int_equal(th_json_get_int(county, "n_eligible", 0), QUZHOU[c].n_pass);
        assert_int_equal(th_json_get_int(village, "n_eligible", 0), QUZHOU[c].n_pass);
        assert_int_equal(th_json_get_int(county, "n_not_eligible", -1),
                         QUZHOU[c].n_young + QUZHOU[c].n_unplanted);
    }
    assert_int_equal(count(reply, "input_below"), 4);
    assert_int_equal(count(reply, "input_missing"), 4);
    assert_int_equal(th_json_size(th_json_get(reply, "parcels")), 180);
    assert_int_equal(th_json_get_int(reply, "n_listed", 0), 180);
    th_json_free(reply);
    // Of one village the same.
    reply = check(f, &(struct th_eligibility_options){
                         .methodology = "county-orchard", .year = "2023", .village = "龙游县"});
    assert_int_equal(th_json_get_int(reply, "n_eligible", 0), 22);
    assert_int_equal(th_json_size(th_json_get(reply, "counties")), 1);
    th_json_free(reply);
}

// 49.99 mu, without a class that fits and without what the methodology asks: nothing is left out.
static void check__tells_all_reasons_of_a_parcel(void **state)
{
    static struct drawn file;
    struct fixture *f = *state;
    struct th_parcel_import_options options = fixture_options(f, NULL);
    file.size = 0;
    drawn_box(&file, 119.660, 30.42, 0.0001, 0.0001,
              "\"地块号\":\"小\",\"non_forest_years\":\"2\",\"shrub_removed\":\"0.5\","
              "\"forest_use\":\"economic\",\"harvest\":\"none\",\"ground\":\"泥炭\"");
    options.kind = "forest";
    th_json_free(drawn_import_with(f, &file, options));
    struct th_json *reply =
        check(f, &(struct th_eligibility_options){
                     .methodology = "tree-afforestation", .from_year = "2021", .to_year = "2023"});
    const struct th_json *parcel = parcel_of(reply, "小");
    assert_string_equal(th_json_get_text(parcel, "eligibility", ""), "not_eligible");
    static const char *const want[] = {
        "min_area_mu",   // about 0.16 mu of 0.6
        "survey_none",   // once, not for each of the three numbers that plots give
        "input_choice",  // peat
        "input_missing", // `displaced`
        "condition",     // economic forest, two years without forest, half of the shrubs
        "condition",     "condition"};
    const struct th_json *reasons = th_json_get(parcel, "reasons");
    assert_int_equal(th_json_size(reasons), sizeof(want) / sizeof(want[0]));
    for (size_t i = 0; i < th_json_size(reasons); i++) {
        const struct th_json *reason = th_json_at(reasons, i);
        assert_string_equal(th_json_get_text(reason, "reason", ""), want[i]);
        assert_non_null(th_json_get_text(reason, "message", NULL));
        assert_int_equal(strncmp(th_json_get_text(reason, "advice", "elig"), "elig", 4) == 0, 0);
        assert_null(strchr(th_json_get_text(reason, "message", ""), '{'));
    }
    // Choices are told by their titles, what was found as it was written or by its title.
    assert_string_equal(th_json_get_text(th_json_at(reasons, 2), "limit", ""),
                        "旱地矿质土、湿地、有机土（泥炭等）");
    assert_string_equal(th_json_get_text(th_json_at(reasons, 2), "found", ""), "泥炭");
    assert_string_equal(th_json_get_text(th_json_at(reasons, 4), "limit", ""),
                        "防护林、特用林、用材林、薪炭林");
    assert_string_equal(th_json_get_text(th_json_at(reasons, 4), "found", ""), "经济林");
    // What is asked of every year is told once, with the years.
    assert_int_equal(th_json_get_int(th_json_at(reasons, 1), "from_year", 0), 2021);
    assert_int_equal(th_json_get_int(th_json_at(reasons, 1), "to_year", 0), 2023);
    assert_non_null(strstr(th_json_get_text(th_json_at(reasons, 1), "message", ""), "2021–2023"));
    assert_int_equal(count(reply, "condition"), 3);
    th_json_free(reply);
    // An estimate would have told the first of them alone.
    struct th_error err;
    const struct th_estimate_options run = {
        .methodology = "tree-afforestation", .year = "2021", .parcel = "1"};
    assert_status(th_estimate_run(f->registry, &f->request, &run, &reply, &err), TH_INVALID, &err);
    assert_string_equal(th_error_arg_get(&err, "reason"), "@applicability.min_area_mu");
}

static void check__leaves_parcels_of_other_kinds_out_unless_named(void **state)
{
    static struct drawn file;
    struct fixture *f = *state;
    add_example(f);
    file.size = 0;
    drawn_box(&file, 119.660, 30.42, 0.001, 0.00095, "\"地块号\":\"竹\"");
    struct th_json *reply = drawn_import(f, &file);
    char id[24];
    (void)snprintf(id, sizeof(id), "%d", (int)drawn_parcel(reply, 0));
    th_json_free(reply);
    struct th_eligibility_options options = {.methodology = "county-orchard", .year = "2023"};
    reply = check(f, &options);
    assert_int_equal(th_json_get_int(reply, "n_parcels", -1), 0);
    assert_int_equal(th_json_get_int(reply, "n_other_kind", 0), 1);
    assert_int_equal(th_json_size(th_json_get(reply, "parcels")), 0);
    th_json_free(reply);
    options.parcel = id;
    reply = check(f, &options);
    const struct th_json *reasons = th_json_get(parcel_of(reply, "竹"), "reasons");
    assert_int_equal(th_json_size(reasons), 1); // what an orchard would have to say is not asked
    const char *message = th_json_get_text(th_json_at(reasons, 0), "message", "");
    assert_non_null(strstr(message, "果园"));
    assert_non_null(strstr(message, "竹林"));
    th_json_free(reply);
}

static void check__tells_of_a_package_of_the_same_years(void **state)
{
    static struct drawn file;
    struct fixture *f = *state;
    struct th_error err;
    file.size = 0;
    drawn_box(&file, 119.660, 30.42, 0.001, 0.00095, "\"地块号\":\"竹\"");
    struct th_json *reply = drawn_import(f, &file);
    const int64_t id = drawn_parcel(reply, 0);
    th_json_free(reply);
    drawn_package(f, &id, 1, 2022, TH_OK, &err);
    struct th_eligibility_options options = {
        .methodology = "reported-factor", .from_year = "2022", .to_year = "2023"};
    reply = check(f, &options);
    assert_int_equal(th_json_get_int(reply, "n_eligible", -1), 0);
    assert_int_equal(count(reply, "packaged"), 1);
    th_json_free(reply);
    options.from_year = "2023";
    reply = check(f, &options);
    assert_int_equal(th_json_get_int(reply, "n_eligible", -1), 1);
    th_json_free(reply);
}

static void check__writes_a_list_to_hand_back(void **state)
{
    static struct drawn file;
    struct fixture *f = *state;
    struct th_error err;
    char path[TH_TEST_PATH_SIZE];
    char *text = NULL;
    size_t size = 0;
    add_example(f);
    file.size = 0;
    drawn_box(&file, 119.660, 30.42, 0.001, 0.00095, "\"地块号\":\"=1\",\"planted\":\"2005\"");
    drawn_box(&file, 119.662, 30.42, 0.001, 0.00095, "\"地块号\":\"2\"");
    drawn_box(&file, 119.664, 30.42, 0.001, 0.00095, "\"planted\":\"2005\""); // without a number
    struct th_parcel_import_options orchard = fixture_options(f, NULL);
    orchard.kind = "orchard";
    th_json_free(drawn_import_with(f, &file, orchard));
    struct th_eligibility_options options = {.methodology = "county-orchard",
                                             .year = "2023",
                                             .out = th_test_path(path, f->folder, "list.csv")};
    struct th_json *reply = check(f, &options);
    assert_string_equal(th_json_get_text(reply, "file", ""), path);
    // Whether they have a number or not, in order of their ids.
    const struct th_json *parcels = th_json_get(reply, "parcels");
    assert_int_equal(th_json_size(parcels), 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(th_json_get_int(th_json_at(parcels, i), "parcel_id", 0), i + 1);
    }
    th_json_free(reply);
    assert_ok(th_file_read(path, 1 << 20, &text, &size, &err), &err);
    assert_non_null(strstr(text, "村代码,村,地块号,登记编号,面积(亩),结论,理由,怎么办\r\n"));
    assert_non_null(strstr(text, "330523001201,测试一村,'=1,"));
    assert_non_null(strstr(text, ",✓ 符合,,\r\n"));
    assert_non_null(strstr(text, ",✗ 不符合,缺少“种植年份”（2023 年）,补上“种植年份”"));
    free(text);
    // Nothing is written over, and nothing else is written than a table.
    struct th_json *none = NULL;
    assert_status(th_methodology_check(f->registry, &options, &none, &err), TH_CONFLICT, &err);
    options.out = th_test_path(path, f->folder, "list.docx");
    assert_status(th_methodology_check(f->registry, &options, &none, &err), TH_USAGE, &err);
    assert_string_equal(err.key, "roll_format");
    assert_null(none);
    assert_false(th_file_exists(path));
    options.out = th_test_path(path, f->folder, "list.xlsx");
    reply = check(f, &options);
    th_json_free(reply);
    assert_ok(th_file_read(path, 1 << 20, &text, &size, &err), &err);
    assert_memory_equal(text, "PK", 2);
    free(text);
}

static void check__refuses_what_it_cannot_look_at(void **state)
{
    struct fixture *f = *state;
    static const struct {
        struct th_eligibility_options options;
        enum th_status status;
        const char *key;
    } cases[] = {
        {{.methodology = "reported-factor"}, TH_USAGE, "period_needed"},
        {{.methodology = "reported-factor", .year = "2021", .from_year = "2021"},
         TH_USAGE,
         "period_needed"},
        {{.methodology = "reported-factor", .from_year = "2022", .to_year = "2021"},
         TH_INVALID,
         "period_reversed"},
        {{.methodology = "reported-factor", .year = "21"}, TH_INVALID, "year_invalid"},
        {{.methodology = "none", .year = "2021"}, TH_NOT_FOUND, "methodology_not_found"},
        {{.methodology = "reported-factor", .year = "2021", .village = "没有"},
         TH_NOT_FOUND,
         "village_not_found"},
        {{.methodology = "reported-factor", .year = "2021", .parcel = "99"},
         TH_NOT_FOUND,
         "parcel_not_found"},
        {{.methodology = "reported-factor", .year = "2021", .village = "v", .parcel = "1"},
         TH_USAGE,
         "scope_twice"},
        {{.methodology = "reported-factor", .year = "2021"}, TH_NOT_FOUND, "no_parcels"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_error err;
        struct th_json *reply = NULL;
        assert_status(th_methodology_check(f->registry, &cases[i].options, &reply, &err),
                      cases[i].status, &err);
        assert_string_equal(err.key, cases[i].key);
        assert_null(reply);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(check__counts_172_parcels_in_six_counties, drawn_set_up,
                                        drawn_tear_down),
        cmocka_unit_test_setup_teardown(check__tells_all_reasons_of_a_parcel, drawn_set_up,
                                        drawn_tear_down),
        cmocka_unit_test_setup_teardown(check__leaves_parcels_of_other_kinds_out_unless_named,
                                        drawn_set_up, drawn_tear_down),
        cmocka_unit_test_setup_teardown(check__tells_of_a_package_of_the_same_years, drawn_set_up,
                                        drawn_tear_down),
        cmocka_unit_test_setup_teardown(check__writes_a_list_to_hand_back, drawn_set_up,
                                        drawn_tear_down),
        cmocka_unit_test_setup_teardown(check__refuses_what_it_cannot_look_at, drawn_set_up,
                                        drawn_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
