#include "registry/table/field_names.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"
#include "core/json.h"
#include "core/messages.h"
#include "methodology/document.h"
#include "methodology/shipped.h"
#include "tests/support/support.h"

enum { COLUMNS_MAX = 8 };

static struct th_field_names *names;

static int set_up(void **state)
{
    (void)state;
    struct th_error err = {0};
    return th_field_names_new(TH_FIELDS_OF_PARCELS, &names, &err) == TH_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    th_field_names_free(names);
    return 0;
}

static void assign(const char *const *columns, size_t n, struct th_field_meaning *meanings)
{
    static const bool none[COLUMNS_MAX] = {false};
    struct th_error err = {0};
    assert_ok(th_field_names_assign(names, columns, none, n, NULL, NULL, meanings, &err), &err);
}

// What forestry stations and land surveys write, and what it means.
static void names__of_the_field_are_known(void **state)
{
    (void)state;
    static const struct {
        const char *column, *key, *scheme;
    } CASES[] = {
        {"XIAO_BAN", "number", "forestry"},
        {"xiao_ban", "number", "forestry"},
        {"小班号", "number", "forestry"},
        {"图斑号", "number", ""},
        {"TBBH", "number", "land_survey"},
        {"BSM", "number", "land_survey"},
        {"宗地号", "number", ""},
        {"地块号", "number", ""},
        {"LIN_BAN", "compartment", "forestry"},
        {"林班", "compartment", "forestry"},
        {"细班", "fine_compartment", "forestry"},
        {"CUN", "village", "forestry"},
        {"行政村", "village", ""},
        {"QSDWDM", "village", "land_survey"},
        {"ZLDWDM", "village", "land_survey"},
        {"DLBM", "land_class", "land_survey"},
        {"DLMC", "land_class_name", "land_survey"},
        {"DI_LEI", "land_class", "forestry"},
        {"MIAN_JI", "declared_area", "forestry"},
        {"TBMJ", "declared_area", "land_survey"},
        {"面积", "declared_area", ""},
        {"合同面积", "declared_area", ""},
        {"树种", "species", ""},
        {"YOU_SHI_SZ", "species", "forestry"},
        {"权属", "land_right", ""},
        {"LD_QS", "land_right", "forestry"},
        {"QI_YUAN", "origin", "forestry"},
        {"PINGJUN_NL", "mean_age", "forestry"},
        {"YU_BI_DU", "canopy", "forestry"},
        {"XIAN", "county", "forestry"},
        {"XIANG", "township", "forestry"},
        {"乡镇", "township", ""},
        {"县（市、区）", "county", ""},
        {"县(市、区)", "county", ""},
        {" 小 班 号 ", "number", "forestry"},
        {"备注", "", ""},
        {"", "", ""},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_field_meaning meaning;
        print_message("  %s\n", CASES[i].column);
        assign(&CASES[i].column, 1, &meaning);
        assert_string_equal(meaning.key, CASES[i].key);
        assert_string_equal(meaning.scheme, CASES[i].scheme);
        assert_false(meaning.cut);
    }
}

static void names__of_other_databases_are_known(void **state)
{
    (void)state;
    static const struct {
        const char *column, *key, *scheme;
    } CASES[] = {
        // Exports of this program.
        {"LEI_XING", "kind", ""},
        {"CUN_DM", "village", ""},
        {"HT_MIAN_JI", "declared_area", ""},
        // Public-welfare forest, change surveys, forest assets, contracted land, real estate.
        {"LQ_QLR", "household", "forestry"},
        {"LMQS", "forest_right", "forestry"},
        {"LMSYQ", "forest_right", "forestry"},
        {"LM_S_YOU_Q", "forest_right", "forestry"},
        {"LD_S_YOU_Q", "land_right", "forestry"},
        {"PJ_NL", "mean_age", "forestry"},
        {"XBMJ", "declared_area", "forestry"},
        {"GTDCDLBM", "land_class", "land_survey"},
        {"CBFMC", "household", ""},
        {"CBHTBM", "contract", ""},
        {"BDCQZH", "certificate", ""},
        {"优势树种（组）", "species", ""},
        {"小班编号", "number", "forestry"},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_field_meaning meaning;
        print_message("  %s\n", CASES[i].column);
        assign(&CASES[i].column, 1, &meaning);
        assert_string_equal(meaning.key, CASES[i].key);
        assert_string_equal(meaning.scheme, CASES[i].scheme);
    }
}

static void units__come_from_heading_or_standard(void **state)
{
    (void)state;
    static const struct {
        const char *column;
        bool has_unit, in_heading;
        enum th_area_unit unit;
    } CASES[] = {
        {"面积(公顷)", true, true, TH_AREA_UNIT_HA},  {"面积（亩）", true, true, TH_AREA_UNIT_MU},
        {"图斑面积_m2", true, true, TH_AREA_UNIT_M2}, {"TBMJ", true, false, TH_AREA_UNIT_M2},
        {"TBMJ(亩)", true, true, TH_AREA_UNIT_MU},    {"MIAN_JI", false, false, TH_AREA_UNIT_MU},
        {"HT_MIAN_JI", true, false, TH_AREA_UNIT_MU}, {"XBMJ", false, false, TH_AREA_UNIT_MU},
        {"HTMJ", true, false, TH_AREA_UNIT_M2},       {"SCMJM", true, false, TH_AREA_UNIT_MU},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_field_meaning meaning;
        assign(&CASES[i].column, 1, &meaning);
        assert_string_equal(meaning.key, "declared_area");
        assert_int_equal(meaning.has_unit, CASES[i].has_unit);
        assert_int_equal(meaning.unit_in_heading, CASES[i].in_heading);
        if (meaning.has_unit) {
            assert_int_equal(meaning.unit, CASES[i].unit);
        }
    }
    // A unit behind anything else is not one.
    const char *other = "小班号_亩";
    struct th_field_meaning meaning;
    assign(&other, 1, &meaning);
    assert_string_equal(meaning.key, "");
}

// Mapping by hand says what a column is, not in what unit it is written.
static void units__are_known_of_a_column_that_was_mapped_by_hand(void **state)
{
    (void)state;
    static const struct {
        const char *column, *key;
        bool known;
        enum th_area_unit unit;
    } CASES[] = {
        {"TBMJ", "declared_area", true, TH_AREA_UNIT_M2},
        {"tbmj", "declared_area", true, TH_AREA_UNIT_M2},
        {"HT_MIAN_JI", "declared_area", true, TH_AREA_UNIT_MU},
        {"随便(公顷)", "declared_area", true, TH_AREA_UNIT_HA},
        {"TBMJ(亩)", "declared_area", true, TH_AREA_UNIT_MU},
        {"MIAN_JI", "declared_area", false, TH_AREA_UNIT_ARE},
        {"随便", "declared_area", false, TH_AREA_UNIT_ARE},
        {"小班_亩", "number", false, TH_AREA_UNIT_ARE},
        {"TBMJ", "no_such_key", false, TH_AREA_UNIT_ARE},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        enum th_area_unit unit = TH_AREA_UNIT_ARE;
        print_message("  %s\n", CASES[i].column);
        assert_int_equal(th_field_names_unit(names, CASES[i].column, CASES[i].key, &unit),
                         CASES[i].known);
        assert_int_equal(unit, CASES[i].unit);
    }
}

// Ten bytes: "declared_area" in ASCII, three hanzi and a broken one in UTF-8, five in GBK.
static void cut_names__stand_for_the_only_thing_they_can_mean(void **state)
{
    (void)state;
    static const struct {
        const char *column, *key;
    } CASES[] = {
        {"declared_a", "declared_area"},
        {"compartmen", "compartment"},
        {"权属单", ""}, // code or name, of owner: two things
        {"权属单?", ""},
        {"坐落单?", ""},
        {"林权证?", "certificate"}, // 林权证号 is 12 bytes
        {"林权证\xEF\xBF\xBD", "certificate"},
        {"优势树", "species"},
        {"优势树??", "species"},
        {"流转合同编", "contract"}, // five hanzi, ten bytes of GBK
        {"合同", ""},               // too short to have been cut
        {"承包方", "household"},    // stands as it is
        {"land_clas", ""},          // class or its name
        {"行政村名称", "village"},
        {"行政村", "village"},
        {"flatland00", ""},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_field_meaning meaning;
        print_message("  %s\n", CASES[i].column);
        assign(&CASES[i].column, 1, &meaning);
        assert_string_equal(meaning.key, CASES[i].key);
    }
    const char *whole[] = {"优势树", "优势树种"};
    struct th_field_meaning meanings[2];
    assign(whole, 2, meanings);
    assert_string_equal(meanings[0].key, "");
    assert_string_equal(meanings[1].key, "species");
}

static void best_name__takes_the_key(void **state)
{
    (void)state;
    static const char *const columns[] = {"BSM",    "TBBH", "MIAN_JI", "合同面积",
                                          "QSDWDM", "CUN",  "小班",    "DLBM"};
    static const char *const want[] = {"survey_id",  "survey_number", "",       "declared_area",
                                       "owner_code", "village",       "number", "land_class"};
    struct th_field_meaning meanings[COLUMNS_MAX];
    assign(columns, COLUMNS_MAX, meanings);
    for (size_t i = 0; i < COLUMNS_MAX; i++) {
        assert_string_equal(meanings[i].key, want[i]);
    }
}

// A second column of the same meaning stays without one, and says what it was passed over for; not
// where it means something else besides, nor where nobody bears the key.
static void alike__columns_say_what_they_were_passed_over_for(void **state)
{
    (void)state;
    static const struct {
        const char *columns[3];
        const char *keys[3], *passed_over[3];
    } CASES[] = {
        {{"TBMJ", "面积", "备注"}, {"", "declared_area", ""}, {"declared_area", "", ""}},
        {{"面积(公顷)", "面积（亩）", "MIAN_JI"},
         {"declared_area", "", ""},
         {"", "declared_area", "declared_area"}},
        {{"树种", "优势树种", "优势树"}, {"", "species", ""}, {"species", "", "species"}},
        {{"小班号", "BSM", "TBBH"}, {"number", "survey_id", "survey_number"}, {"", "", ""}},
        {{"小班号", "图斑号", "number"}, {"", "", "number"}, {"number", "number", ""}},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_field_meaning meanings[3];
        print_message("  %s %s %s\n", CASES[i].columns[0], CASES[i].columns[1],
                      CASES[i].columns[2]);
        assign(CASES[i].columns, 3, meanings);
        for (size_t c = 0; c < 3; c++) {
            assert_string_equal(meanings[c].key, CASES[i].keys[c]);
            assert_string_equal(meanings[c].passed_over, CASES[i].passed_over[c]);
        }
    }
}

static bool is_code(const char *name)
{
    for (const char *at = name; *at != '\0'; at++) {
        if ((unsigned char)*at >= 0x80) {
            return false;
        }
    }
    return true;
}

static const struct th_json *source_find(const struct th_json *sources, const char *id)
{
    for (size_t i = 0; i < th_json_size(sources); i++) {
        if (strcmp(th_json_get_text(th_json_at(sources, i), "id", ""), id) == 0) {
            return th_json_at(sources, i);
        }
    }
    return NULL;
}

// Whoever reads the list can tell what was looked up and what was not.
static void names__say_where_they_come_from(void **state)
{
    (void)state;
    char path[TH_TEST_PATH_SIZE];
    char *text = NULL;
    size_t size = 0;
    struct th_json *document = NULL;
    struct th_error err = {0};
    assert_ok(th_file_read(th_test_source_path(path, "data/fields/parcels.json"), 1 << 20, &text,
                           &size, &err),
              &err);
    assert_ok(th_json_parse(text, size, &document, &err), &err);
    const struct th_json *sources = th_json_get(document, "sources");
    const struct th_json *fields = th_json_get(document, "fields");
    size_t n_codes = 0;
    for (size_t i = 0; i < th_json_size(fields); i++) {
        const struct th_json *key_names = th_json_get(th_json_at(fields, i), "names");
        const char *key = th_json_get_text(th_json_at(fields, i), "key", "");
        for (size_t k = 0; k < th_json_size(key_names); k++) {
            const struct th_json *item = th_json_at(key_names, k);
            const char *name = th_json_get_text(item, "name", th_json_text(item));
            if (!is_code(name) || strcmp(name, key) == 0) {
                continue;
            }
            n_codes++;
            if (source_find(sources, th_json_get_text(item, "from", "")) == NULL) {
                fail_msg("%s does not say where it comes from", name);
            }
        }
    }
    assert_true(n_codes > 50);
    for (size_t i = 0; i < th_json_size(sources); i++) {
        assert_int_equal(th_json_type(th_json_get(th_json_at(sources, i), "confirmed")),
                         TH_JSON_BOOL);
        assert_true(th_json_get_text(th_json_at(sources, i), "what", "")[0] != '\0');
    }
    th_json_free(document);
    free(text);
}

// What exports head the columns of attributes with, an import knows. Numbers of other surveys and
// codes of owners keep their keys: standing alone they would be taken for the number or the
// village.
static void names__of_titles_mean_what_they_stand_for(void **state)
{
    (void)state;
    static const char *const KEYS[] = {
        "compartment",   "fine_compartment", "household",     "contract",
        "planted",       "certificate",      "species",       "land_right",
        "forest_right",  "origin",           "forest_use",    "forest_class",
        "mean_age",      "mean_dbh",         "age_group",     "canopy",
        "protection",    "landform",         "stratum",       "canopy_cover",
        "tree_cover",    "non_forest_years", "shrub_removed", "ground",
        "displaced",     "forest_type",      "age_first",     "harvest",
        "wetland_state", "rewetted_in",      "salinity",      "soil",
        "survey_season", "survey_timing",    "practice",      "converted",
        "use_before",    "carbon_class"};
    struct th_messages *messages = NULL;
    struct th_error err = {0};
    assert_ok(th_messages_new(&messages, &err), &err);
    for (size_t i = 0; i < 2 * sizeof(KEYS) / sizeof(KEYS[0]); i++) {
        char name[64];
        struct th_field_meaning meaning;
        snprintf(name, sizeof(name), "value.field.%s", KEYS[i / 2]);
        const char *title = th_messages_find(messages, i % 2 == 0 ? TH_LANG_ZH : TH_LANG_EN, name);
        assert_non_null(title);
        assign(&title, 1, &meaning);
        assert_string_equal(meaning.key, KEYS[i / 2]);
    }
    th_messages_free(messages);
}

// Whoever heads a column with the title or the name of what a shipped methodology asks of a parcel
// is understood.
static void names__of_what_methodologies_ask_are_known(void **state)
{
    (void)state;
    size_t n_asked = 0;
    for (size_t i = 0; i < th_methodology_shipped_count(); i++) {
        struct th_methodology *methodology = NULL;
        struct th_error err = {0};
        size_t size = 0;
        const char *text = th_methodology_shipped_text(i, &size);
        assert_ok(th_methodology_parse(text, size, &methodology, &err), &err);
        for (size_t k = 0; k < th_methodology_n_inputs(methodology); k++) {
            const struct th_input *input = th_methodology_input(methodology, k);
            const char *const said[] = {input->name, input->title.zh, input->title.en};
            for (size_t s = 0; input->scope == TH_INPUT_OF_PARCEL && s < 3; s++) {
                struct th_field_meaning meaning;
                if (input->type == TH_INPUT_YEARS_SINCE) {
                    continue;
                }
                assign(&said[s], 1, &meaning);
                assert_string_equal(meaning.key, input->name);
                assert_true(th_field_names_has(names, input->name));
                n_asked++;
            }
        }
        th_methodology_free(methodology);
    }
    assert_true(n_asked > 0);
    assert_false(th_field_names_has(names, "no_such_key"));
}

static bool village_taken(void *context, const char *key)
{
    ++*(int *)context;
    return strcmp(key, "village") == 0;
}

static void taken__columns_and_keys_are_left_alone(void **state)
{
    (void)state;
    static const char *const columns[] = {"小班号", "TBBH", "CUN"};
    static const bool taken[] = {true, false, false};
    struct th_error err = {0};
    struct th_field_meaning meanings[3];
    int n_asked = 0;
    assert_ok(
        th_field_names_assign(names, columns, taken, 3, village_taken, &n_asked, meanings, &err),
        &err);
    assert_string_equal(meanings[0].key, "");
    assert_string_equal(meanings[1].key, "number");
    assert_string_equal(meanings[2].key, "");
    assert_string_equal(meanings[0].passed_over, ""); // taken, so nobody passed it over
    assert_string_equal(meanings[2].passed_over, "");
    assert_true(n_asked > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names__of_the_field_are_known),
        cmocka_unit_test(names__of_other_databases_are_known),
        cmocka_unit_test(units__come_from_heading_or_standard),
        cmocka_unit_test(units__are_known_of_a_column_that_was_mapped_by_hand),
        cmocka_unit_test(cut_names__stand_for_the_only_thing_they_can_mean),
        cmocka_unit_test(best_name__takes_the_key),
        cmocka_unit_test(alike__columns_say_what_they_were_passed_over_for),
        cmocka_unit_test(names__say_where_they_come_from),
        cmocka_unit_test(names__of_titles_mean_what_they_stand_for),
        cmocka_unit_test(names__of_what_methodologies_ask_are_known),
        cmocka_unit_test(taken__columns_and_keys_are_left_alone),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
