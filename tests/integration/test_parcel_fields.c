// What columns are taken for when nobody maps them.
#include <stdio.h>

#include "core/json.h"
#include "core/text.h"
#include "registry/life/parcel_life.h"
#include "tests/integration/parcel_fixture.h"

enum { TEXT_SIZE = 8192 };

// One parcel of 10,642.4750 m² with these properties; the reply of its import. `map` may be NULL.
static struct th_json *import_mapped(struct fixture *f, const char *properties, const char *village,
                                     const char *kind, const char *map)
{
    char text[TEXT_SIZE];
    char path[TH_TEST_PATH_SIZE];
    int n = snprintf(text, sizeof(text),
                     "{\"type\":\"Feature\",\"properties\":{%s},\"geometry\":{\"type\":\"Polygon\","
                     "\"coordinates\":[[[119.6,30.5],[119.601,30.5],[119.601,30.501],"
                     "[119.6,30.501],[119.6,30.5]]]}}",
                     properties);
    assert_true(n > 0 && n < TEXT_SIZE);
    struct th_parcel_import_options options =
        fixture_options(f, fixture_geojson(f, path, "fields.geojson", text));
    options.village = village;
    options.kind = kind;
    options.maps = &map;
    options.n_maps = map == NULL ? 0 : 1;
    options.lang = TH_LANG_ZH;
    return fixture_import(f, &options);
}

static struct th_json *import(struct fixture *f, const char *properties, const char *village,
                              const char *kind)
{
    return import_mapped(f, properties, village, kind, NULL);
}

static struct th_json *show(struct fixture *f, const struct th_json *reply)
{
    struct th_error err = {0};
    struct th_json *shown = NULL;
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    int64_t id = th_json_int_value(th_json_at(th_json_get(reply, "parcel_ids"), 0));
    assert_ok(th_parcel_show(f->registry, id, &shown, &err), &err);
    return shown;
}

static void kml__drawing_fields_are_no_attributes(void **state)
{
    static const char *const STYLE[] = {"", "<extrude>1</extrude><tessellate>1</tessellate>"};
    struct fixture *f = *state;
    char text[TEXT_SIZE];
    char path[TH_TEST_PATH_SIZE];
    struct th_error err;
    int64_t id = 0;
    for (size_t i = 0; i < 2; i++) {
        // The same places; only how they are drawn changes.
        int n = snprintf(text, sizeof(text),
                         "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
                         "<kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document><Folder>"
                         "<name>f</name><Placemark><name>东山</name><visibility>%zu</visibility>"
                         "<ExtendedData><Data name=\"number\"><value>7</value></Data>"
                         "</ExtendedData><Polygon>%s<outerBoundaryIs><LinearRing><coordinates>"
                         "119.6,30.5 119.601,30.5 119.601,30.501 119.6,30.501 119.6,30.5"
                         "</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
                         "</Folder></Document></kml>",
                         i, STYLE[i]);
        assert_true(n > 0 && n < (int)sizeof(text));
        fixture_file(f, path, i == 0 ? "a.kml" : "b.kml", text);
        struct th_parcel_import_options options = fixture_options(f, path);
        struct th_json *reply = fixture_import(f, &options);
        assert_int_equal(th_json_get_int(reply, i == 0 ? "accepted" : "unchanged", -1), 1);
        if (i == 0) {
            id = th_json_int_value(th_json_at(th_json_get(reply, "parcel_ids"), 0));
        }
        th_json_free(reply);
    }
    struct th_json *shown = NULL;
    assert_ok(th_parcel_show(f->registry, id, &shown, &err), &err);
    const struct th_json *attributes = th_json_get(shown, "attributes");
    assert_string_equal(th_json_get_text(attributes, "Name", ""), "东山");
    assert_string_equal(th_json_get_text(attributes, "folder", ""), "f");
    assert_null(th_json_get(attributes, "tessellate"));
    assert_int_equal(th_json_size(attributes), 2);
    th_json_free(shown);
}

static void inventory__columns_are_known_and_kept_under_standard_names(void **state)
{
    struct fixture *f = *state;
    struct th_json *reply = import(f,
                                   "\"XIAN\":\"330523\",\"XIANG\":\"1\",\"CUN\":\"201\","
                                   "\"LIN_BAN\":\"12\",\"XIAO_BAN\":\"7\",\"细班\":\"3\","
                                   "\"YOU_SHI_SZ\":\"毛竹\",\"QI_YUAN\":\"人工\",\"备注\":\"无\"",
                                   NULL, "bamboo");
    struct th_json *shown = show(f, reply);
    const struct th_json *attributes = th_json_get(shown, "attributes");
    assert_string_equal(th_json_get_text(shown, "village", ""), FIXTURE_VILLAGE);
    assert_string_equal(th_json_get_text(shown, "number", ""), "12-7-3");
    assert_string_equal(th_json_get_text(attributes, "species", ""), "毛竹");
    assert_string_equal(th_json_get_text(attributes, "origin", ""), "人工");
    assert_string_equal(th_json_get_text(attributes, "township", ""), "1");
    assert_string_equal(th_json_get_text(attributes, "备注", ""), "无");
    th_json_free(shown);
    th_json_free(reply);
}

// Not before a number that is called just that.
static void compartment__stands_before_numbers_that_need_it(void **state)
{
    (void)state;
    static const struct {
        const char *properties, *number, *compartment;
    } CASES[] = {
        {"\"林班\":\"3\",\"图斑号\":\"5\"", "3-5", ""},
        {"\"林班\":\"3\",\"number\":\"5\"", "5", "3"},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct fixture f;
        fixture_open(&f);
        struct th_json *reply = import(&f, CASES[i].properties, FIXTURE_VILLAGE, "bamboo");
        struct th_json *shown = show(&f, reply);
        assert_string_equal(th_json_get_text(shown, "number", ""), CASES[i].number);
        assert_string_equal(th_json_get_text(th_json_get(shown, "attributes"), "compartment", ""),
                            CASES[i].compartment);
        th_json_free(shown);
        th_json_free(reply);
        fixture_close(&f);
    }
}

// The village's code within the township, the township's code in full; and the survey's 19 digits.
static void village__is_found_by_the_codes_that_surveys_write(void **state)
{
    (void)state;
    static const char *const PROPERTIES[] = {
        "\"乡镇代码\":\"330523001\",\"CUN\":\"202\"",
        "\"QSDWDM\":\"3305230012020000000\"",
        "\"ZLDWDM\":\"330523001202\"",
        "\"村代码\":\"330523001202\"",
        "\"行政村\":\"测试二村\"",
    };
    for (size_t i = 0; i < sizeof(PROPERTIES) / sizeof(PROPERTIES[0]); i++) {
        struct fixture f;
        fixture_open(&f);
        struct th_json *reply = import(&f, PROPERTIES[i], NULL, "bamboo");
        struct th_json *shown = show(&f, reply);
        assert_string_equal(th_json_get_text(shown, "village", ""), FIXTURE_OTHER_VILLAGE);
        th_json_free(shown);
        th_json_free(reply);
        fixture_close(&f);
    }
}

// 1.0642 ha are 15.963 mu; the standard says that TBMJ is in square metres.
static void declared_area__unit_comes_from_heading_or_standard(void **state)
{
    (void)state;
    static const char *const PROPERTIES[] = {"\"面积(公顷)\":1.0642", "\"TBMJ\":10642.5",
                                             "\"合同面积（亩）\":15.963",
                                             "\"declared_area\":15.963"};
    for (size_t i = 0; i < sizeof(PROPERTIES) / sizeof(PROPERTIES[0]); i++) {
        struct fixture f;
        fixture_open(&f);
        struct th_json *reply = import(&f, PROPERTIES[i], FIXTURE_VILLAGE, "bamboo");
        assert_int_equal(fixture_problems(reply, 0, NULL, NULL), 0);
        struct th_json *shown = show(&f, reply);
        assert_close(th_json_get_real(shown, "declared_mu", 0), 15.96, 0.011);
        th_json_free(shown);
        th_json_free(reply);
        fixture_close(&f);
    }
}

// Is this sentence among the evidence of the finding of this kind and choice?
static bool told(const struct th_json *reply, const char *what, const char *choice,
                 const char *sentence)
{
    const struct th_json *detections = th_json_get(reply, "detections");
    for (size_t i = 0; i < th_json_size(detections); i++) {
        const struct th_json *found = th_json_at(detections, i);
        const struct th_json *evidence = th_json_get(found, "evidence");
        if (strcmp(th_json_get_text(found, "what", ""), what) != 0 ||
            strcmp(th_json_get_text(found, "choice", ""), choice) != 0) {
            continue;
        }
        for (size_t k = 0; k < th_json_size(evidence); k++) {
            if (strcmp(th_json_text(th_json_at(evidence, k)), sentence) == 0) {
                return true;
            }
        }
    }
    return false;
}

// Cells of 10,642.475 m² (15.96 mu, 1.064 ha) side by side, with these areas declared.
static struct th_json *import_cells(struct fixture *f, const char *heading,
                                    const char *const *declared, int n)
{
    char text[TEXT_SIZE];
    char path[TH_TEST_PATH_SIZE];
    int used = snprintf(text, sizeof(text), "地块号,%s,WKT\n", heading);
    for (int i = 0; i < n; i++) {
        used += snprintf(
            text + used, sizeof(text) - (size_t)used,
            "%d,\"%s\",\"POLYGON((119.6%02d 30.5,119.6%02d 30.5,119.6%02d 30.501,119.6%02d "
            "30.501,119.6%02d 30.5))\"\n",
            i + 1, declared[i], 2 * i, 2 * i + 1, 2 * i + 1, 2 * i, 2 * i);
    }
    assert_true(used < TEXT_SIZE);
    struct th_parcel_import_options options =
        fixture_options(f, fixture_file(f, path, "cells.csv", text));
    struct th_request dry = f->request;
    struct th_json *reply = NULL;
    struct th_error err;
    options.crs = "EPSG:4490";
    options.lang = TH_LANG_ZH;
    dry.dry_run = true;
    assert_ok(th_parcel_import(f->registry, &dry, &options, &reply, &err), &err);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), n);
    return reply;
}

static void declared_area__in_another_unit_is_told_row_by_row(void **state)
{
    static const struct {
        const char *heading;
        const char *declared[6];
        int64_t rows[3];     // lines that are told; 0: no more
        const char *says[2]; // of the first
    } CASES[] = {
        // Mu, and a forester's hectares in one row.
        {"面积",
         {"15.9", "16", "15.8", "1.064", "15.7", "15.9"},
         {5},
         {"按公顷算相符", "改写成 15.96"}},
        // Three of each: none may be told that the whole file is in the other unit.
        {"面积",
         {"15.9", "16", "15.8", "1.064", "1.06", "1.07"},
         {5, 6, 7},
         {"按公顷算相符", "改写成 15.96"}},
        // The heading says hectares.
        {"面积(公顷)",
         {"1.06", "1.06", "1.06", "1.06", "1.06", "15.96"},
         {7},
         {"按亩算相符", "改写成 1.064"}},
        // A number that fits no unit is just off.
        {"面积", {"15.9", "16", "15.8", "15.7", "15.7", "30"}, {7}, {"合同面积 30.00 亩", "边界"}},
        // All in hectares: the unit is found, and nobody is told anything.
        {"面积", {"1.06", "1.06", "1.06", "1.06", "1.06", "1.06"}, {0}, {NULL, NULL}},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_json *reply = import_cells(f, CASES[i].heading, CASES[i].declared, 6);
        const struct th_json *problems = th_json_get(reply, "problems");
        size_t n = 0;
        while (n < 3 && CASES[i].rows[n] != 0) {
            n++;
        }
        assert_int_equal(th_json_size(problems), n);
        for (size_t k = 0; k < n; k++) {
            const struct th_json *problem = th_json_at(problems, k);
            assert_int_equal(th_json_get_int(problem, "row", 0), CASES[i].rows[k]);
            assert_string_equal(th_json_get_text(problem, "code", ""), "area_mismatch");
            assert_null(strstr(th_json_get_text(problem, "hint", ""), "--area-unit"));
        }
        if (n > 0) {
            const struct th_json *first = th_json_at(problems, 0);
            assert_non_null(strstr(th_json_get_text(first, "message", ""), CASES[i].says[0]));
            assert_non_null(strstr(th_json_get_text(first, "hint", ""), CASES[i].says[1]));
        }
        th_json_free(reply);
    }
}

// All cells are 1.064 hectares.
static void declared_area__unit_in_the_cell_goes_before_the_columns(void **state)
{
    static const struct {
        const char *heading;
        const char *declared[4];
        int64_t told; // line whose unit is not the column's; 0: none
        const char *says[2];
        const char *choice;
        int n_cells;
    } CASES[] = {
        {"合同面积（亩）",
         {"15.96", "1.064公顷", "１５．９６", "15.96 亩"},
         3,
         {"“合同面积（亩）”列以亩为单位，这一格写明的是 1.064 公顷，已按公顷算。", "改正这一格"},
         "mu",
         2},
        // The other rows say what the column is in.
        {"合同面积", {"1.06", "1.07", "1.064", "10,642㎡"}, 5, {"列以公顷为单位", "改正"}, "ha", 1},
        // Nobody says it but the cells, each for itself.
        {"合同面积", {"15.96亩", "1.064公顷", "10,642.5平方米", "106.4公亩"}, 0, {NULL}, "cell", 4},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_json *reply = import_cells(f, CASES[i].heading, CASES[i].declared, 4);
        const struct th_json *problems = th_json_get(reply, "problems");
        assert_int_equal(th_json_size(problems), CASES[i].told == 0 ? 0 : 1);
        if (CASES[i].told != 0) {
            const struct th_json *problem = th_json_at(problems, 0);
            assert_int_equal(th_json_get_int(problem, "row", 0), CASES[i].told);
            assert_string_equal(th_json_get_text(problem, "code", ""), "area_unit_of_cell");
            assert_string_equal(th_json_get_text(problem, "severity", ""), "warning");
            assert_non_null(strstr(th_json_get_text(problem, "message", ""), CASES[i].says[0]));
            assert_non_null(strstr(th_json_get_text(problem, "hint", ""), CASES[i].says[1]));
        }
        char sentence[256];
        (void)snprintf(sentence, sizeof(sentence),
                       "有 %d 格在数字后面写明了单位（像“90亩”这样），这些格各按所写的单位算。",
                       CASES[i].n_cells);
        assert_true(told(reply, "area_unit", CASES[i].choice, sentence));
        th_json_free(reply);
    }
}

// What is off is compared in the unit of the cell, and the number to write is the column's.
static void declared_area__that_is_off_in_the_unit_of_its_cell_is_told(void **state)
{
    static const char *const DECLARED[] = {"15.96", "15.96公顷", "15.96", "15.96"};
    struct fixture *f = *state;
    struct th_json *reply = import_cells(f, "合同面积（亩）", DECLARED, 4);
    assert_int_equal(fixture_problems(reply, 3, "area_mismatch", "warning"), 1);
    const struct th_json *problems = th_json_get(reply, "problems");
    assert_int_equal(th_json_size(problems), 2);
    const struct th_json *off = th_json_at(problems, 0);
    assert_non_null(strstr(th_json_get_text(off, "message", ""), "合同面积 239.40 亩"));
    assert_non_null(strstr(th_json_get_text(off, "message", ""), "按亩算相符"));
    assert_non_null(strstr(th_json_get_text(off, "hint", ""), "改写成 15.96。"));
    th_json_free(reply);
}

// Two columns that mean the same and say different things: the parcel has 15.96 mu, the other
// column twice as much. The clerk is told which was taken and how to take the other.
static void alike__fields_are_named_and_the_clerk_decides(void **state)
{
    (void)state;
    static const struct {
        const char *properties;
        const char *map; // NULL: none
        const char *key, *sentence;
        double declared_mu;
        const char *number, *attribute, *kept; // what stays under its own name
    } CASES[] = {
        {"\"面积\":31.927,\"TBMJ\":10642.5", NULL, "declared_area",
         "“TBMJ”列的列名意思相同，没有取用；要取用它，请写 --map declared_area=TBMJ。", 31.93, "",
         "TBMJ", "10642.5"},
        {"\"面积\":31.927,\"TBMJ\":10642.5", "declared_area=TBMJ", "declared_area",
         "按要求取用“TBMJ”列。", 15.96, "", "面积", "31.927"},
        {"\"图斑号\":\"5\",\"number\":\"A-1\",\"declared_area\":15.963", NULL, "number",
         "“图斑号”列的列名意思相同，没有取用；要取用它，请写 --map number=图斑号。", 15.96, "A-1",
         "图斑号", "5"},
        {"\"图斑号\":\"5\",\"number\":\"A-1\",\"declared_area\":15.963", "number=图斑号", "number",
         "按要求取用“图斑号”列。", 15.96, "5", "number", "A-1"},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct fixture f;
        fixture_open(&f);
        print_message("  %s\n", CASES[i].sentence);
        struct th_json *reply =
            import_mapped(&f, CASES[i].properties, FIXTURE_VILLAGE, "bamboo", CASES[i].map);
        assert_true(told(reply, "fields", CASES[i].key, CASES[i].sentence));
        struct th_json *shown = show(&f, reply);
        const struct th_json *attributes = th_json_get(shown, "attributes");
        assert_close(th_json_get_real(shown, "declared_mu", 0), CASES[i].declared_mu, 0.006);
        assert_string_equal(th_json_get_text(shown, "number", ""), CASES[i].number);
        assert_string_equal(th_json_get_text(attributes, CASES[i].attribute, ""), CASES[i].kept);
        th_json_free(shown);
        th_json_free(reply);
        fixture_close(&f);
    }
}

// "类别" heads our own lists, and quite another matter in other people's tables.
static void kind__heading_of_our_lists_is_known_and_another_matter_is_kept(void **state)
{
    static const struct {
        const char *properties;
        const char *kind; // of the caller
        const char *want, *attribute;
        int n_remarks;
    } CASES[] = {
        {"\"类别\":\"竹林\"", NULL, "bamboo", NULL, 0},
        {"\"类型\":\"茶园\"", "bamboo", "tea", NULL, 0},
        {"\"类别\":\"公益林\"", "bamboo", "bamboo", "公益林", 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct fixture f;
        fixture_open(&f);
        struct th_json *reply =
            import_mapped(&f, CASES[i].properties, FIXTURE_VILLAGE, CASES[i].kind, NULL);
        assert_int_equal(fixture_problems(reply, 0, "kind_unknown", "warning"), CASES[i].n_remarks);
        struct th_json *shown = show(&f, reply);
        assert_string_equal(th_json_get_text(shown, "kind", ""), CASES[i].want);
        const char *kept = th_json_get_text(th_json_get(shown, "attributes"), "类别", NULL);
        assert_true(th_text_equals(kept, CASES[i].attribute));
        th_json_free(shown);
        th_json_free(reply);
        fixture_close(&f);
    }
}

// A column that holds texts as well is one of texts, and the number is as it was written.
static void value__a_number_among_texts_keeps_its_digits(void **state)
{
    static const char FEATURES[] =
        "{\"type\":\"Feature\",\"properties\":{\"number\":\"1\",\"备注\":63.9},\"geometry\":{"
        "\"type\":"
        "\"Polygon\",\"coordinates\":[[[119.6,30.5],[119.601,30.5],[119.601,30.501],[119.6,30.5]]]}"
        "},"
        "{\"type\":\"Feature\",\"properties\":{\"number\":\"2\",\"备注\":\"约十亩\"},\"geometry\":{"
        "\"type\":\"Polygon\",\"coordinates\":[[[119.7,30.5],[119.701,30.5],[119.701,30.501],"
        "[119.7,30.5]]]}},"
        "{\"type\":\"Feature\",\"properties\":{\"number\":\"3\",\"备注\":\"33052300120100000\"},"
        "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[119.8,30.5],[119.801,30.5],"
        "[119.801,30.501],[119.8,30.5]]]}}";
    static const char *const WANT[] = {"63.9", "约十亩", "33052300120100000"};
    struct fixture *f = *state;
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    struct th_parcel_import_options options =
        fixture_options(f, fixture_geojson(f, path, "mixed.geojson", FEATURES));
    struct th_json *reply = fixture_import(f, &options);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 3);
    for (size_t i = 0; i < 3; i++) {
        struct th_json *shown = NULL;
        int64_t id = th_json_int_value(th_json_at(th_json_get(reply, "parcel_ids"), i));
        assert_ok(th_parcel_show(f->registry, id, &shown, &err), &err);
        assert_string_equal(th_json_get_text(th_json_get(shown, "attributes"), "备注", ""),
                            WANT[i]);
        th_json_free(shown);
    }
    th_json_free(reply);
}

static void number__that_no_column_has_is_told_with_those_that_could(void **state)
{
    struct fixture *f = *state;
    struct th_json *reply = import(f, "\"Name\":\"茶1\",\"备注\":\"坡上\"", FIXTURE_VILLAGE, "tea");
    assert_true(
        told(reply, "fields", "", "没有一列像是地块号，登记后地块号空着。列有：Name, 备注。"));
    th_json_free(reply);
}

static void village__with_one_character_wrong_is_asked_about(void **state)
{
    // A character mistaken, left out, put in; two wrong are another village.
    static const struct {
        const char *value, *key;
    } CASES[] = {{"测式一村", "village_similar"},
                 {"试一村", "village_similar"},
                 {"测试一一村", "village_similar"},
                 {"测试一存", "village_similar"},
                 {"高家塘村", "village_unknown"}};
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        char properties[128];
        snprintf(properties, sizeof(properties), "\"村\":\"%s\"", CASES[i].value);
        struct th_json *reply = import(f, properties, NULL, "tea");
        const struct th_json *problem = th_json_at(th_json_get(reply, "problems"), 0);
        print_message("  %s\n", th_json_get_text(problem, "message", ""));
        assert_int_equal(fixture_problems(reply, 1, "village_unknown", "error"), 1);
        bool asked = strstr(th_json_get_text(problem, "message", ""), "是不是：测试一村") != NULL;
        assert_int_equal(asked, strcmp(CASES[i].key, "village_similar") == 0);
        th_json_free(reply);
    }
}

static void land_class__number_is_told_apart_by_the_name_beside_it(void **state)
{
    (void)state;
    static const struct {
        const char *properties, *kind;
        const char *land_class; // NULL without
        const char *code, *severity;
        const char *source; // attribute, NULL without
    } CASES[] = {
        {"\"DLBM\":\"0303\",\"DLMC\":\"灌木林地\"", "forest", "0305", NULL, NULL, "0303"},
        {"\"DLBM\":\"0303\",\"DLMC\":\"红树林地\"", "forest", "0303", NULL, NULL, NULL},
        {"\"DLBM\":\"0303\"", "forest", NULL, "attribute_range", "warning", "0303"},
        {"\"DLBM\":\"0302\"", "bamboo", "0302", NULL, NULL, NULL},
        {"\"DLMC\":\"竹林地\"", "bamboo", "0302", NULL, NULL, NULL},
        {"\"DLBM\":\"0302\",\"DLMC\":\"果园\"", "bamboo", "0302", "land_class_conflict", "warning",
         NULL},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct fixture f;
        print_message("  %s\n", CASES[i].properties);
        fixture_open(&f);
        struct th_json *reply = import(&f, CASES[i].properties, FIXTURE_VILLAGE, CASES[i].kind);
        if (CASES[i].code == NULL) {
            assert_int_equal(fixture_problems(reply, 0, NULL, NULL), 0);
        } else {
            assert_int_equal(fixture_problems(reply, 1, CASES[i].code, CASES[i].severity), 1);
        }
        struct th_json *shown = show(&f, reply);
        const struct th_json *attributes = th_json_get(shown, "attributes");
        assert_string_equal(th_json_get_text(shown, "land_class", ""),
                            CASES[i].land_class == NULL ? "" : CASES[i].land_class);
        assert_string_equal(th_json_get_text(attributes, "land_class_source", ""),
                            CASES[i].source == NULL ? "" : CASES[i].source);
        th_json_free(shown);
        th_json_free(reply);
        fixture_close(&f);
    }
}

// What a second file says differently, one line each; what it has no column for stays.
static void history__names_what_changed_between_versions(void **state)
{
    struct fixture *f = *state;
    static const char *const SECOND = "{\"type\":\"Feature\",\"properties\":{\"number\":\"7\","
                                      "\"合同面积\":\"15.5\",\"species\":\"雷竹\",\"备注\":\"\","
                                      "\"新列\":\"x\"},\"geometry\":{\"type\":\"Polygon\","
                                      "\"coordinates\":[[[119.6,30.5],[119.601,30.5],"
                                      "[119.601,30.501],[119.6,30.501],[119.6,30.5]]]}}";
    static const struct {
        const char *what, *name, *before, *after;
    } EXPECTED[] = {{"attribute", "species", "毛竹", "雷竹"},
                    {"attribute", "备注", "无", ""},
                    {"attribute", "新列", NULL, "x"}};
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_error err = {0};
    struct th_json *imported = import(f,
                                      "\"number\":\"7\",\"合同面积\":\"15.9\",\"species\":\"毛竹\","
                                      "\"household\":\"张三\",\"备注\":\"无\"",
                                      FIXTURE_VILLAGE, "bamboo");
    int64_t id = th_json_int_value(th_json_at(th_json_get(imported, "parcel_ids"), 0));
    th_json_free(imported);
    struct th_parcel_import_options options =
        fixture_options(f, fixture_geojson(f, path, "second.geojson", SECOND));
    options.update = true;
    th_json_free(fixture_import(f, &options));
    assert_ok(th_parcel_history(f->registry, id, &reply, &err), &err);
    const struct th_json *changes = th_json_get(reply, "changes");
    assert_int_equal(th_json_size(changes), 4);
    const struct th_json *declared = th_json_at(changes, 0);
    assert_string_equal(th_json_get_text(declared, "what", ""), "particular");
    assert_string_equal(th_json_get_text(declared, "field", ""), "declared_mu");
    assert_close(th_json_get_real(declared, "before", 0), 15.9, 1e-9);
    assert_close(th_json_get_real(declared, "after", 0), 15.5, 1e-9);
    for (size_t i = 0; i < sizeof(EXPECTED) / sizeof(EXPECTED[0]); i++) {
        const struct th_json *change = th_json_at(changes, i + 1);
        assert_int_equal(th_json_get_int(change, "version", 0), 2);
        assert_string_equal(th_json_get_text(change, "what", ""), EXPECTED[i].what);
        assert_string_equal(th_json_get_text(change, "field", ""), EXPECTED[i].name);
        assert_true(th_text_equals(th_json_get_text(change, "before", NULL), EXPECTED[i].before));
        assert_true(th_text_equals(th_json_get_text(change, "after", NULL), EXPECTED[i].after));
    }
    th_json_free(reply);
}

// Whatever the order, a value is kept, or the row says that there are two.
static void columns__of_one_name_lose_no_value(void **state)
{
    struct fixture *f = *state;
    static const char CELL[] = "\"POLYGON((119.6%d 30.5,119.6%d1 30.5,119.6%d1 30.501,119.6%d "
                               "30.501,119.6%d 30.5))\"\n";
    static const char *const VALUES[] = {"甲,乙", "甲,甲", ",甲", "甲,"};
    char text[TEXT_SIZE] = "地块号,备注,备注,WKT\n";
    char path[TH_TEST_PATH_SIZE];
    for (int i = 0; i < 4; i++) {
        size_t used = strlen(text);
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%d,%s,", i, VALUES[i]);
        snprintf(text + used, sizeof(text) - used, CELL, i, i, i, i, i);
    }
    struct th_parcel_import_options options =
        fixture_options(f, fixture_file(f, path, "twice.csv", text));
    struct th_json *reply = NULL;
    struct th_error err = {0};
    options.crs = "EPSG:4490";
    options.lang = TH_LANG_ZH;
    assert_ok(th_parcel_import(f->registry, &f->request, &options, &reply, &err), &err);
    assert_int_equal(fixture_problems(reply, 2, "column_twice", "error"), 1);
    assert_int_equal(th_json_get_int(reply, "rejected", -1), 1);
    const struct th_json *ids = th_json_get(reply, "parcel_ids");
    assert_int_equal(th_json_size(ids), 3);
    for (size_t i = 0; i < 3; i++) {
        struct th_json *shown = NULL;
        assert_ok(th_parcel_show(f->registry, th_json_int_value(th_json_at(ids, i)), &shown, &err),
                  &err);
        assert_string_equal(th_json_get_text(th_json_get(shown, "attributes"), "备注", ""), "甲");
        th_json_free(shown);
    }
    th_json_free(reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(kml__drawing_fields_are_no_attributes, fixture_set_up,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(inventory__columns_are_known_and_kept_under_standard_names,
                                        fixture_set_up, fixture_tear_down),
        cmocka_unit_test(compartment__stands_before_numbers_that_need_it),
        cmocka_unit_test(village__is_found_by_the_codes_that_surveys_write),
        cmocka_unit_test(declared_area__unit_comes_from_heading_or_standard),
        cmocka_unit_test_setup_teardown(declared_area__in_another_unit_is_told_row_by_row,
                                        fixture_set_up, fixture_tear_down),
        cmocka_unit_test(kind__heading_of_our_lists_is_known_and_another_matter_is_kept),
        cmocka_unit_test_setup_teardown(declared_area__unit_in_the_cell_goes_before_the_columns,
                                        fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(declared_area__that_is_off_in_the_unit_of_its_cell_is_told,
                                        fixture_set_up, fixture_tear_down),
        cmocka_unit_test(alike__fields_are_named_and_the_clerk_decides),
        cmocka_unit_test_setup_teardown(value__a_number_among_texts_keeps_its_digits,
                                        fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(number__that_no_column_has_is_told_with_those_that_could,
                                        fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(village__with_one_character_wrong_is_asked_about,
                                        fixture_set_up, fixture_tear_down),
        cmocka_unit_test(land_class__number_is_told_apart_by_the_name_beside_it),
        cmocka_unit_test_setup_teardown(history__names_what_changed_between_versions,
                                        fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(columns__of_one_name_lose_no_value, fixture_set_up,
                                        fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
