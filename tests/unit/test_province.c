#include "registry/intake/province.h"

#include "tests/support/support.h"

// Seats of government and towns near the ends of their provinces, by any atlas.
static void box__holds_the_towns_of_its_province(void **state)
{
    (void)state;
    static const struct {
        const char *code;
        double lon, lat;
    } TOWNS[] = {
        {"110000", 116.41, 39.90}, {"120000", 117.20, 39.13}, {"130100", 114.51, 38.04},
        {"130900", 116.84, 38.30}, {"140100", 112.55, 37.87}, {"150100", 111.75, 40.84},
        {"150700", 119.77, 49.21}, {"152900", 105.73, 38.85}, {"210100", 123.43, 41.80},
        {"210200", 121.61, 38.91}, {"220100", 125.32, 43.82}, {"222400", 129.51, 42.89},
        {"230100", 126.53, 45.80}, {"232700", 124.71, 52.34}, {"310000", 121.47, 31.23},
        {"320100", 118.80, 32.06}, {"320300", 117.18, 34.26}, {"330523", 119.68, 30.63},
        {"330300", 120.70, 28.00}, {"330800", 118.87, 28.94}, {"330900", 122.20, 29.99},
        {"340100", 117.23, 31.82}, {"350100", 119.30, 26.07}, {"360100", 115.86, 28.68},
        {"370100", 117.12, 36.65}, {"371000", 122.12, 37.51}, {"410100", 113.63, 34.75},
        {"420100", 114.31, 30.59}, {"430100", 112.94, 28.23}, {"440100", 113.26, 23.13},
        {"440800", 110.36, 21.27}, {"450100", 108.37, 22.82}, {"460100", 110.20, 20.04},
        {"460200", 109.51, 18.25}, {"500000", 106.55, 29.56}, {"510100", 104.07, 30.57},
        {"520100", 106.63, 26.65}, {"530100", 102.83, 24.88}, {"540100", 91.17, 29.65},
        {"610100", 108.94, 34.34}, {"620100", 103.83, 36.06}, {"620900", 98.49, 39.73},
        {"630100", 101.78, 36.62}, {"640100", 106.23, 38.49}, {"650100", 87.62, 43.83},
        {"653100", 75.99, 39.47},  {"710000", 121.56, 25.04}, {"810000", 114.17, 22.32},
        {"820000", 113.54, 22.20},
    };
    for (size_t i = 0; i < sizeof(TOWNS) / sizeof(TOWNS[0]); i++) {
        struct th_box box;
        print_message("  %s\n", TOWNS[i].code);
        assert_true(th_province_box(TOWNS[i].code, &box));
        assert_true(TOWNS[i].lon > box.west && TOWNS[i].lon < box.east);
        assert_true(TOWNS[i].lat > box.south && TOWNS[i].lat < box.north);
    }
}

static void box__there_is_none_without_a_province(void **state)
{
    (void)state;
    static const char *const none[] = {"", "3", "00", "99", "x"};
    struct th_box box = {1, 2, 3, 4};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        assert_false(th_province_box(none[i], &box));
    }
    assert_close(box.west, 1, 0);
    assert_true(th_province_box("33", &box));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(box__holds_the_towns_of_its_province),
        cmocka_unit_test(box__there_is_none_without_a_province),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
