#include "registry/intake/land_code.h"

#include "tests/support/support.h"

// As the registry holds them.
static struct th_land_class items[] = {
    {"GB/T 21010-2017", "0301", "乔木林地", "arbor forest", "forest"},
    {"GB/T 21010-2017", "0302", "竹林地", "bamboo forest", "bamboo"},
    {"GB/T 21010-2017", "0303", "红树林地", "mangrove", "forest wetland"},
    {"GB/T 21010-2017", "0304", "森林沼泽", "forest swamp", "forest wetland"},
    {"GB/T 21010-2017", "0305", "灌木林地", "shrub land", "forest"},
    {"GB/T 21010-2017", "1108", "沼泽地", "marsh", "wetland"},
};
static const struct th_land_classes classes = {items, sizeof(items) / sizeof(items[0])};

static void code__means_what_its_classification_says(void **state)
{
    (void)state;
    static const struct {
        const char *text, *name;
        enum th_land_code_verdict verdict;
        const char *code, *scheme; // code of GB/T 21010-2017, "" without
    } CASES[] = {
        {"0302", "", TH_LAND_CODE_FOUND, "0302", "GB/T 21010-2017"},
        {"0302", "竹林地", TH_LAND_CODE_FOUND, "0302", "GB/T 21010-2017"},
        {"0302", "竹林", TH_LAND_CODE_FOUND, "0302", "GB/T 21010-2017"},
        {"0301K", "乔木林地", TH_LAND_CODE_FOUND, "0301", "GB/T 21010-2017"},
        // The same four digits.
        {"0303", "", TH_LAND_CODE_AMBIGUOUS, "", ""},
        {"0303", "红树林地", TH_LAND_CODE_FOUND, "0303", "GB/T 21010-2017"},
        {"0303", "灌木林地", TH_LAND_CODE_FOUND, "0305", "YDYH-2023"},
        {"0303", "旱地", TH_LAND_CODE_AMBIGUOUS, "", ""},
        // The other meaning carries no sink.
        {"0304", "", TH_LAND_CODE_AMBIGUOUS, "", ""},
        {"0304", "森林沼泽", TH_LAND_CODE_FOUND, "0304", "GB/T 21010-2017"},
        {"0304", "其他林地", TH_LAND_CODE_UNKNOWN, "", ""},
        {"0402", "人工牧草地", TH_LAND_CODE_UNKNOWN, "", ""},
        // Only one of them has it.
        {"0305", "", TH_LAND_CODE_FOUND, "0305", "GB/T 21010-2017"},
        {"0507", "", TH_LAND_CODE_FOUND, "0303", "YDYH-2023"},
        {"0507", "红树林地", TH_LAND_CODE_FOUND, "0303", "YDYH-2023"},
        {"0504", "", TH_LAND_CODE_FOUND, "1108", "YDYH-2023"},
        {"0302", "果园", TH_LAND_CODE_NAME_DIFFERS, "0302", "GB/T 21010-2017"},
        {"灌木林地", "", TH_LAND_CODE_FOUND, "0305", ""},
        {"其他沼泽地", "", TH_LAND_CODE_FOUND, "1108", ""},
        {"0101", "水田", TH_LAND_CODE_UNKNOWN, "", ""},
        {"", "", TH_LAND_CODE_UNKNOWN, "", ""},
        {"K", "", TH_LAND_CODE_UNKNOWN, "", ""},
    };
    struct th_error err = {0};
    struct th_land_codes *codes = NULL;
    assert_ok(th_land_codes_new(&codes, &err), &err);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_land_code_finding finding;
        print_message("  %s %s\n", CASES[i].text, CASES[i].name);
        th_land_code_find(codes, &classes, CASES[i].text, CASES[i].name, &finding);
        assert_int_equal(finding.verdict, CASES[i].verdict);
        assert_string_equal(finding.found == NULL ? "" : finding.found->code, CASES[i].code);
        assert_string_equal(finding.scheme, CASES[i].scheme);
        if (finding.verdict != TH_LAND_CODE_AMBIGUOUS) {
            continue;
        }
        assert_string_equal(finding.first->code, CASES[i].text);
        bool shrub = strcmp(CASES[i].text, "0303") == 0;
        assert_string_equal(finding.other_zh, shrub ? "灌木林地" : "其他林地");
        assert_string_equal(finding.other_en, shrub ? "shrub land" : "other forest land");
    }
    th_land_codes_free(codes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(code__means_what_its_classification_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
