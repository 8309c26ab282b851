#include "registry/land_class.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"
#include "core/json.h"
#include "core/messages.h"
#include "tests/support/support.h"

static const struct th_land_class FOREST = {"GB/T 21010-2017", "0303", "红树林地", "mangrove",
                                            "forest wetland"};

static void land_class__agrees_with_each_kind_it_lists_and_no_other(void **state)
{
    (void)state;
    assert_true(th_land_class_agrees(&FOREST, "forest"));
    assert_true(th_land_class_agrees(&FOREST, "wetland"));
    assert_false(th_land_class_agrees(&FOREST, "bamboo"));
    assert_false(th_land_class_agrees(&FOREST, "for"));
    assert_false(th_land_class_agrees(&FOREST, "forest wetland"));
    assert_false(th_land_class_agrees(&FOREST, ""));
}

static void land_class__is_found_by_code_and_by_either_name(void **state)
{
    (void)state;
    struct th_land_class items[] = {FOREST};
    struct th_land_classes classes = {items, 1};
    assert_ptr_equal(th_land_classes_find(&classes, "0303"), &items[0]);
    assert_ptr_equal(th_land_classes_find(&classes, "红树林地"), &items[0]);
    assert_ptr_equal(th_land_classes_find(&classes, "mangrove"), &items[0]);
    assert_null(th_land_classes_find(&classes, "303"));
    assert_null(th_land_classes_find(&classes, ""));
}

// Code and name as data/codes has them, so that refusals are told in both.
static void land_class__has_its_words_in_both_languages(void **state)
{
    (void)state;
    static const struct {
        enum th_lang lang;
        const char *name, *before, *after;
    } cases[] = {{TH_LANG_ZH, "name_zh", "（", "）"}, {TH_LANG_EN, "name_en", " (", ")"}};
    struct th_messages *messages = NULL;
    struct th_json *codes = NULL;
    struct th_error err;
    char path[TH_TEST_PATH_SIZE];
    char *text = NULL;
    size_t size = 0;
    (void)th_test_source_path(path, "data/codes/land_classes.json");
    assert_ok(th_file_read(path, 1 << 20, &text, &size, &err), &err);
    assert_ok(th_json_parse(text, size, &codes, &err), &err);
    free(text);
    assert_ok(th_messages_new(&messages, &err), &err);
    const struct th_json *classes = th_json_get(codes, "classes");
    assert_true(th_json_size(classes) > 10);
    for (size_t i = 0; i < th_json_size(classes); i++) {
        const struct th_json *item = th_json_at(classes, i);
        const char *code = th_json_get_text(item, "code", "");
        char key[32];
        (void)snprintf(key, sizeof(key), "land_class.%s", code);
        for (size_t k = 0; k < 2; k++) {
            char want[128];
            (void)snprintf(want, sizeof(want), "%s%s%s%s",
                           th_json_get_text(item, cases[k].name, ""), cases[k].before, code,
                           cases[k].after);
            assert_string_equal(th_messages_text(messages, cases[k].lang, key), want);
        }
    }
    th_messages_free(messages);
    th_json_free(codes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(land_class__agrees_with_each_kind_it_lists_and_no_other),
        cmocka_unit_test(land_class__is_found_by_code_and_by_either_name),
        cmocka_unit_test(land_class__has_its_words_in_both_languages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
