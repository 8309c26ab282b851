#include "registry/land_class.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(land_class__agrees_with_each_kind_it_lists_and_no_other),
        cmocka_unit_test(land_class__is_found_by_code_and_by_either_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
