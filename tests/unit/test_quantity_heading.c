#include "registry/table/quantity_heading.h"

#include <stdio.h>

#include "tests/support/support.h"

struct heading {
    const char *text, *base, *unit;
    bool understood;
    enum th_quantity_dimension dimension;
    int64_t numerator, denominator;
    enum th_quantity_ground ground;
};

#define MASS TH_QUANTITY_MASS
#define VOLUME TH_QUANTITY_VOLUME
#define AREA TH_QUANTITY_AREA
#define COUNT TH_QUANTITY_COUNT
#define LENGTH TH_QUANTITY_LENGTH
#define NONE TH_QUANTITY_NONE
#define MU TH_QUANTITY_PER_MU
#define PARCEL TH_QUANTITY_PER_PARCEL
#define UNSAID TH_QUANTITY_UNSAID
#define CONFUSED TH_QUANTITY_CONFUSED

// 1 斤 is 1/2 kg, 1 ha is 15 mu, 1 mu is 2000/3 m².
static const struct heading HEADINGS[] = {
    {"尿素(公斤/亩)", "尿素", "公斤/亩", true, MASS, 1, 1, MU},
    {"尿素（公斤／亩）", "尿素", "公斤／亩", true, MASS, 1, 1, MU},
    {" 尿素 ( 斤 / 亩 ) ", "尿素", " 斤 / 亩 ", true, MASS, 1, 2, MU},
    {"尿素 公斤/亩", "尿素", " 公斤/亩", true, MASS, 1, 1, MU},
    {"尿素公斤/亩", "尿素", "公斤/亩", true, MASS, 1, 1, MU},
    {"尿素(每亩公斤)", "尿素", "每亩公斤", true, MASS, 1, 1, MU},
    {"尿素(kg/ha)", "尿素", "kg/ha", true, MASS, 1, 15, MU},
    {"尿素[吨/公顷·年]", "尿素", "吨/公顷·年", true, MASS, 1000, 15, MU},
    {"urea_kg_mu", "urea", "_kg_mu", true, MASS, 1, 1, MU},
    {"n_synthetic (kg/mu)", "n_synthetic", "kg/mu", true, MASS, 1, 1, MU},
    {"urea (kg)", "urea", "kg", true, MASS, 1, 1, UNSAID},
    {"石灰(吨/地块)", "石灰", "吨/地块", true, MASS, 1000, 1, PARCEL},
    {"石灰(公斤，合计)", "石灰", "公斤，合计", true, MASS, 1, 1, PARCEL},
    {"石灰(总公斤/亩)", "石灰", "总公斤/亩", true, MASS, 1, 1, CONFUSED},
    {"柴油(升)", "柴油", "升", true, VOLUME, 1, 1, UNSAID},
    {"柴油 升", "柴油", " 升", true, VOLUME, 1, 1, UNSAID},
    {"diesel", "diesel", "", false, NONE, 1, 1, UNSAID},
    {"petrol", "petrol", "", false, NONE, 1, 1, UNSAID},
    {"有机肥氮 公斤/亩", "有机肥氮", " 公斤/亩", true, MASS, 1, 1, MU},
    {"有机肥氮公斤/亩", "有机肥氮", "公斤/亩", true, MASS, 1, 1, MU},
    {"更新面积(亩)", "更新面积", "亩", true, AREA, 1, 1, UNSAID},
    {"样地面积(平方米)", "样地面积", "平方米", true, AREA, 3, 2000, UNSAID},
    {"更新面积（公顷）", "更新面积", "公顷", true, AREA, 15, 1, UNSAID},
    {"采伐(万株)", "采伐", "万株", true, COUNT, 10000, 1, UNSAID},
    {"打药次数", "打药次数", "", false, NONE, 1, 1, UNSAID},
    {"胸径(cm)", "胸径", "cm", true, LENGTH, 1, 1, UNSAID},
    {"胸径_mm", "胸径", "_mm", true, LENGTH, 1, 10, UNSAID},
    {"树高(m)", "树高", "m", true, LENGTH, 100, 1, UNSAID},
    {"尿素(袋)", "尿素", "袋", false, NONE, 1, 1, UNSAID},
    {"尿素(公斤斤)", "尿素", "公斤斤", false, NONE, 1, 1, UNSAID},
    {"尿素()", "尿素", "", false, NONE, 1, 1, UNSAID},
    {"(公斤/亩)", "(公斤/亩)", "", false, NONE, 1, 1, UNSAID},
    {"地块", "地块", "", false, NONE, 1, 1, UNSAID},
    {"", "", "", false, NONE, 1, 1, UNSAID},
};

static void heading__gives_name_unit_and_ground(void **state)
{
    struct th_quantity_words *words = NULL;
    struct th_error err;
    (void)state;
    assert_ok(th_quantity_words_new(&words, &err), &err);
    for (size_t i = 0; i < sizeof(HEADINGS) / sizeof(HEADINGS[0]); i++) {
        const struct heading *want = &HEADINGS[i];
        struct th_quantity_heading read;
        th_quantity_heading_read(words, want->text, &read);
        bool same = strcmp(read.base, want->base) == 0 && strcmp(read.unit, want->unit) == 0 &&
                    read.understood == want->understood && read.dimension == want->dimension &&
                    read.factor.numerator * want->denominator ==
                        want->numerator * read.factor.denominator &&
                    read.ground == want->ground;
        if (!same) {
            fail_msg("\"%s\": base \"%s\", unit \"%s\", understood %d, dimension %d, %lld/%lld, "
                     "ground %d",
                     want->text, read.base, read.unit, read.understood, (int)read.dimension,
                     (long long)read.factor.numerator, (long long)read.factor.denominator,
                     (int)read.ground);
        }
    }
    th_quantity_words_free(words);
}

static void heading__tells_a_nutrient_from_a_product(void **state)
{
    struct th_quantity_words *words = NULL;
    struct th_quantity_heading read;
    struct th_error err;
    (void)state;
    assert_ok(th_quantity_words_new(&words, &err), &err);
    th_quantity_heading_read(words, "尿素(公斤纯氮/亩)", &read);
    assert_true(read.understood && read.element);
    th_quantity_heading_read(words, "urea (kg N/mu)", &read);
    assert_true(read.understood && read.element);
    th_quantity_heading_read(words, "尿素(公斤/亩)", &read);
    assert_true(read.understood && !read.element);
    th_quantity_words_free(words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heading__gives_name_unit_and_ground),
        cmocka_unit_test(heading__tells_a_nutrient_from_a_product),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
