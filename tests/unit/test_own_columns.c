#include "registry/table/own_columns.h"

#include <stdio.h>

#include "core/text.h"
#include "registry/export/export_internal.h"
#include "tests/support/support.h"

static const char *const KEYS[] = {
    "备注",       "state", "STATE",        "面积(亩)", "1号",     "=q",
    "_x0041_",    "a b",   " a",           "a ",       "　a",     "a　",
    "备注\n换行", "fid",   "attributes.x", "SX01_备",  "a-b.c_d", "林种（亚）",
};
enum { N_KEYS = sizeof(KEYS) / sizeof(KEYS[0]) };

static void name__is_undone_whatever_the_key(void **state)
{
    (void)state;
    struct th_buf name;
    th_buf_init(&name, 1024);
    for (size_t i = 0; i < N_KEYS; i++) {
        for (unsigned n = 1; n < 3; n++) {
            for (int xml = 0; xml < 2; xml++) {
                char room[TH_OWN_NAME_SIZE] = "";
                const char *key = NULL;
                th_own_attribute_name(KEYS[i], false, n, xml == 1, &name);
                assert_int_equal(th_own_column(th_buf_text(&name), NULL, room, &key),
                                 TH_OWN_ATTRIBUTE);
                assert_string_equal(key, KEYS[i]);
            }
        }
    }
    th_buf_clear(&name);
}

// Expected values are written out by the rule of the header.
static void name__of_an_element_has_no_sign_that_xml_refuses(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"面积(亩)", "面积_x0028_亩_x0029_"},   {"1号", "_x0031_号"},
        {"a b-c", "a_x0020_b_x002D_c"},         {"备注", "备注"},
        {"林种（亚）", "林种_xFF08_亚_xFF09_"}, {"_x0041_", "_x005F_x0041_"}};
    struct th_buf name;
    th_buf_init(&name, 1024);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        th_own_attribute_name(cases[i][0], true, 0, true, &name);
        assert_string_equal(th_buf_text(&name), cases[i][1]);
    }
    th_buf_clear(&name);
}

// A heading loses blanks at its ends.
static void name__keeps_the_blanks_at_its_ends(void **state)
{
    (void)state;
    static const char *const CASES[][2] = {
        {" a", "_x0020_a"}, {"a ", "a_x0020_"}, {"　a", "_x3000_a"}, {"a b", "a b"}, {"a", "a"}};
    struct th_buf name;
    th_buf_init(&name, 1024);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        th_own_attribute_name(CASES[i][0], true, 0, false, &name);
        assert_string_equal(th_buf_text(&name), CASES[i][1]);
    }
    th_buf_clear(&name);
}

static void short_name__is_known_and_has_ten_bytes(void **state)
{
    (void)state;
    struct th_buf name;
    th_buf_init(&name, 1024);
    for (size_t i = 0; i < N_KEYS; i++) {
        char room[TH_OWN_NAME_SIZE];
        const char *key = NULL;
        th_own_attribute_short(KEYS[i], 7, &name);
        assert_true(name.size <= 10);
        assert_true(th_text_is_utf8(name.data, name.size));
        assert_int_equal(th_own_column(th_buf_text(&name), NULL, room, &key), TH_OWN_SHORTENED);
    }
    th_own_attribute_short("抚育措施", 12, &name);
    assert_string_equal(th_buf_text(&name), "SX12_抚");
    th_buf_clear(&name);
}

static void reserved__are_the_names_of_own_columns_in_any_case(void **state)
{
    (void)state;
    static const char *const RESERVED[] = {"state",  "STATE",   "Area_M2",      "mian_ji", "fid",
                                           "folder", "SX01_备", "attributes.x", "GEOM",    "wkt"};
    static const char *const FREE[] = {"备注",        "species", "attributes",
                                       "attributesx", "SX1_备",  "SX"};
    for (size_t i = 0; i < sizeof(RESERVED) / sizeof(RESERVED[0]); i++) {
        assert_true(th_own_reserved(RESERVED[i], NULL));
    }
    for (size_t i = 0; i < sizeof(FREE) / sizeof(FREE[0]); i++) {
        assert_false(th_own_reserved(FREE[i], NULL));
    }
}

// Else two columns of one table would be the same particular.
static void title__of_a_column_is_what_its_name_is(void **state)
{
    (void)state;
    struct th_messages *messages = NULL;
    struct th_error err = {0};
    assert_ok(th_messages_new(&messages, &err), &err);
    for (int i = 0; i < 2 * TH_EXPORT_COLUMNS; i++) {
        const char *name = th_export_columns[i / 2].name;
        char key[96];
        char room[2][TH_OWN_NAME_SIZE];
        const char *known[2] = {"", ""};
        snprintf(key, sizeof(key), "parcels.column.%s", name);
        const char *title = th_messages_find(messages, i % 2 == 0 ? TH_LANG_ZH : TH_LANG_EN, key);
        if (title == NULL) {
            continue;
        }
        assert_int_equal(th_own_column(title, messages, room[0], &known[0]),
                         th_own_column(name, messages, room[1], &known[1]));
        assert_string_equal(known[0], known[1]);
    }
    th_messages_free(messages);
}

static void ground__in_text_is_no_attribute(void **state)
{
    (void)state;
    static const char *const TITLES[] = {"图形 WKT", "ground as WKT"};
    struct th_messages *messages = NULL;
    struct th_error err = {0};
    assert_ok(th_messages_new(&messages, &err), &err);
    for (size_t i = 0; i < 2; i++) {
        char room[TH_OWN_NAME_SIZE];
        const char *known = NULL;
        assert_int_equal(th_own_column(TITLES[i], messages, room, &known), TH_OWN_REPEATED);
    }
    th_messages_free(messages);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(name__is_undone_whatever_the_key),
        cmocka_unit_test(name__of_an_element_has_no_sign_that_xml_refuses),
        cmocka_unit_test(name__keeps_the_blanks_at_its_ends),
        cmocka_unit_test(short_name__is_known_and_has_ten_bytes),
        cmocka_unit_test(title__of_a_column_is_what_its_name_is),
        cmocka_unit_test(ground__in_text_is_no_attribute),
        cmocka_unit_test(reserved__are_the_names_of_own_columns_in_any_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
