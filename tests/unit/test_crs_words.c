#include "registry/crs_words.h"

#include "tests/support/support.h"

// Names as the register of EPSG has them.
static void words__say_zones_in_the_readers_language(void **state)
{
    static const struct {
        const char *name, *zh, *en;
    } CASES[] = {
        {"CGCS2000 / 3-degree Gauss-Kruger CM 120E", "CGCS2000 / 三度带高斯-克吕格 中央经线 120°E",
         "CGCS2000 / 3-degree Gauss-Krüger, central meridian 120°E"},
        {"CGCS2000 / 3-degree Gauss-Kruger zone 40", "CGCS2000 / 三度带高斯-克吕格 第 40 带",
         "CGCS2000 / 3-degree Gauss-Krüger, zone 40"},
        {"CGCS2000 / Gauss-Kruger CM 117E", "CGCS2000 / 六度带高斯-克吕格 中央经线 117°E",
         "CGCS2000 / 6-degree Gauss-Krüger, central meridian 117°E"},
        {"Xian 1980 / Gauss-Kruger zone 20", "1980 西安坐标系 / 六度带高斯-克吕格 第 20 带",
         "Xian 1980 / 6-degree Gauss-Krüger, zone 20"},
        {"Beijing 1954 / 3-degree Gauss-Kruger zone 40",
         "1954 年北京坐标系 / 三度带高斯-克吕格 第 40 带",
         "Beijing 1954 / 3-degree Gauss-Krüger, zone 40"},
        // Others keep their names, and so do such as only begin like one.
        {"WGS 84 / UTM zone 50N", "WGS 84 / UTM zone 50N", "WGS 84 / UTM zone 50N"},
        {"X / Gauss-Kruger CM 117W", "X / Gauss-Kruger CM 117W", "X / Gauss-Kruger CM 117W"},
        {"X / Gauss-Kruger zone ", "X / Gauss-Kruger zone ", "X / Gauss-Kruger zone "},
        {"独立坐标系", "独立坐标系", "独立坐标系"},
    };
    struct th_messages *messages = NULL;
    struct th_error err = {0};
    struct th_buf words;
    (void)state;
    assert_ok(th_messages_new(&messages, &err), &err);
    th_buf_init(&words, 1024);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        th_buf_clear(&words);
        th_crs_words(messages, TH_LANG_ZH, CASES[i].name, &words);
        assert_string_equal(th_buf_text(&words), CASES[i].zh);
        th_buf_clear(&words);
        th_crs_words(messages, TH_LANG_EN, CASES[i].name, &words);
        assert_string_equal(th_buf_text(&words), CASES[i].en);
    }
    th_buf_clear(&words);
    th_messages_free(messages);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words__say_zones_in_the_readers_language),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
