// Equations of stems: what they give, refuse and flag, and how they are written down. Values are
// those of the documents' sources, or of the C library's functions, which the program does not use.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/messages.h"
#include "methodology/calc.h"
#include "methodology/stem.h"
#include "tests/support/support.h"
#include "tests/unit/formula.h"

static struct th_stem *shipped(const char *reference)
{
    struct th_error err;
    struct th_stem *stem = NULL;
    assert_ok(th_stem_shipped(reference, &stem, &err), &err);
    return stem;
}

struct measures {
    double of[TH_STEM_N_MEASURES];
};

static struct measures nothing(void)
{
    struct measures measures;
    for (size_t i = 0; i < TH_STEM_N_MEASURES; i++) {
        measures.of[i] = NAN;
    }
    return measures;
}

static struct measures only(enum th_stem_measure measure, double value)
{
    struct measures measures = nothing();
    measures.of[measure] = value;
    return measures;
}

// A tree or stand that every equation takes.
static struct measures anything(double dbh)
{
    struct measures measures = {{[TH_STEM_DBH] = dbh,
                                 [TH_STEM_D30] = dbh,
                                 [TH_STEM_AGE_DU] = 2,
                                 [TH_STEM_HEIGHT] = 9.5,
                                 [TH_STEM_DENSITY] = 0.55,
                                 [TH_STEM_VOLUME] = 85}};
    return measures;
}

static double value_of(const char *reference, const char *part, struct measures measures)
{
    struct th_error err;
    double value = NAN;
    unsigned flags = 0;
    struct th_stem *stem = shipped(reference);
    assert_ok(th_stem_value(stem, part, measures.of, &value, &flags, &err), &err);
    th_stem_free(stem);
    return value;
}

static void shipped__every_equation_is_sound_and_named_by_its_id(void **state)
{
    (void)state;
    assert_int_equal(th_stem_shipped_count(), 19);
    for (size_t i = 0; i < th_stem_shipped_count(); i++) {
        char name[80];
        struct th_error err;
        struct th_stem *stem = NULL;
        size_t size = 0;
        const char *text = th_stem_shipped_text(i, &size);
        print_message("%s\n", th_stem_shipped_name(i));
        assert_ok(th_stem_parse(text, size, &stem, &err), &err);
        (void)snprintf(name, sizeof(name), "%s/%s.json", th_stem_id(stem), th_stem_version(stem));
        assert_string_equal(name, th_stem_shipped_name(i));
        const struct th_hash hash = th_hash_bytes(TH_HASH_SHA256, text, size);
        assert_memory_equal(th_stem_sha256(stem)->bytes, hash.bytes, TH_HASH_SIZE);
        th_stem_free(stem);
    }
}

static void shipped__is_found_by_id_and_version(void **state)
{
    (void)state;
    static const char *const unknown[] = {"moso",        "moso-culm@2", "moso-culm@", "",
                                          "moso-culm/1", "moso-culms",  "@1"};
    struct th_stem *stem = shipped("moso-culm@1");
    assert_string_equal(th_stem_id(stem), "moso-culm");
    assert_string_equal(th_stem_version(stem), "1");
    assert_string_equal(th_stem_title(stem)->zh, "毛竹单秆（按胸径和竹龄）");
    assert_int_equal(th_stem_evidence(stem), TH_EVIDENCE_UNVERIFIED);
    assert_int_equal(th_stem_basis(stem), TH_STEM_PER_STEM);
    assert_string_equal(th_stem_unit(stem), "kg d.m./stem");
    assert_false(th_stem_includes_roots(stem));
    assert_true(th_stem_wants(stem, TH_STEM_DBH));
    assert_true(th_stem_wants(stem, TH_STEM_AGE_DU));
    assert_false(th_stem_wants(stem, TH_STEM_HEIGHT));
    assert_int_equal(th_stem_n_parts(stem), 0);
    assert_non_null(th_stem_note(stem));
    th_stem_free(stem);
    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
        struct th_error err = {0};
        stem = NULL;
        assert_status(th_stem_shipped(unknown[i], &stem, &err), TH_NOT_FOUND, &err);
        assert_string_equal(err.key, "stem_unknown");
        assert_string_equal(th_error_arg_get(&err, "stem"), unknown[i]);
        assert_null(stem);
    }
}

static void value__is_rounded_to_six_decimals(void **state)
{
    (void)state;
    double value = value_of("cunninghamia-lanceolata", NULL, only(TH_STEM_DBH, 10.7));
    assert_true(value == th_calc_round(value));
    assert_close(value, pow(10, -0.9513 + 2.2746 * log10(10.7)), 0.5e-6);
}

static void value__outside_of_its_range_is_flagged_or_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name, *stem;
        enum th_stem_measure measure;
        double value;
        unsigned flags;
        const char *refused; // the range that is told
    } cases[] = {
        {"low end", "cunninghamia-lanceolata", TH_STEM_DBH, 5.7, 0, NULL},
        {"high end", "cunninghamia-lanceolata", TH_STEM_DBH, 16.2, 0, NULL},
        {"below", "cunninghamia-lanceolata", TH_STEM_DBH, 5.6, TH_STEM_OUTSIDE_RANGE, NULL},
        {"above", "cunninghamia-lanceolata", TH_STEM_DBH, 40, TH_STEM_OUTSIDE_RANGE, NULL},
        {"no range", "china-by-density", TH_STEM_DBH, 15, TH_STEM_RANGE_UNKNOWN, NULL},
        {"open end", "moso-culm", TH_STEM_DBH, 12, TH_STEM_RANGE_UNKNOWN, NULL},
        {"thin culm", "moso-culm", TH_STEM_DBH, 4.9, 0, "5 … 300 cm"},
        {"no du", "moso-culm", TH_STEM_AGE_DU, 0, 0, "1 … 20"},
        {"citrus low", "citrus", TH_STEM_D30, 8, 0, NULL},
        {"citrus high", "citrus", TH_STEM_D30, 17, 0, NULL},
        {"thin citrus", "citrus", TH_STEM_D30, 7.99, 0, "8 … 17 cm"},
        {"thick citrus", "citrus", TH_STEM_D30, 17.01, 0, "8 … 17 cm"},
        {"citrus in mm", "citrus", TH_STEM_D30, 1200, 0, "8 … 17 cm"},
        {"fir in mm", "cunninghamia-lanceolata", TH_STEM_DBH, 1200, 0, "0 … 300 cm"},
        {"below nought", "cunninghamia-lanceolata", TH_STEM_DBH, -1, 0, "0 … 300 cm"},
        {"kg/m3", "china-by-density", TH_STEM_DENSITY, 550, 0, "0.05 … 1.5 g/cm3"},
        {"factor", "bcef-temperate-pine", TH_STEM_VOLUME, 4000, 0, NULL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_error err = {0};
        struct measures measures = anything(10);
        unsigned flags = 77;
        double value = 77;
        struct th_stem *stem = shipped(cases[i].stem);
        measures.of[cases[i].measure] = cases[i].value;
        enum th_status status = th_stem_value(stem, NULL, measures.of, &value, &flags, &err);
        print_message("%s\n", cases[i].name);
        assert_status(status, cases[i].refused ? TH_INVALID : TH_OK, &err);
        if (cases[i].refused) {
            assert_string_equal(err.key, "stem_refused");
            assert_string_equal(th_error_arg_get(&err, "range"), cases[i].refused);
            assert_string_equal(th_error_arg_get(&err, "stem"), cases[i].stem);
            assert_true(value == 77 && flags == 77);
        } else {
            assert_int_equal(flags, cases[i].flags);
            assert_true(value > 0);
        }
        th_stem_free(stem);
    }
}

static void value__needs_what_it_measures_and_nothing_else(void **state)
{
    (void)state;
    struct th_error err = {0};
    struct measures measures = only(TH_STEM_DBH, 10);
    double value = 77;
    unsigned flags = 77;
    struct th_stem *stem = shipped("moso-culm");
    assert_status(th_stem_value(stem, NULL, measures.of, &value, &flags, &err), TH_INVALID, &err);
    assert_string_equal(err.key, "stem_measure_missing");
    assert_string_equal(th_error_arg_get(&err, "measure"), "@measure.age_du");
    assert_true(value == 77 && flags == 77);
    th_stem_free(stem);
    assert_close(value_of("moso-mean-culm-zhejiang", NULL, nothing()), 10.44, 0);
}

// -46.974 + 9.4131 D is nought at 4.99 cm.
static void value__not_above_nought_is_none(void **state)
{
    (void)state;
    struct th_error err = {0};
    double value = 77;
    unsigned flags = 77;
    struct measures measures = only(TH_STEM_DBH, 4.9);
    struct th_stem *stem = shipped("evergreen-broadleaf");
    assert_status(th_stem_value(stem, NULL, measures.of, &value, &flags, &err), TH_DATA_PROBLEM,
                  &err);
    assert_string_equal(err.key, "stem_undefined");
    assert_true(value == 77 && flags == 77);
    th_stem_free(stem);
    assert_close(value_of("evergreen-broadleaf", NULL, only(TH_STEM_DBH, 5)), 0.0915, 1e-9);
}

static void value__of_a_stand_is_by_its_type(void **state)
{
    (void)state;
    struct th_error err = {0};
    double value = 77;
    unsigned flags = 77;
    struct measures stand = only(TH_STEM_VOLUME, 40);
    struct th_stem *stem = shipped("zhejiang-volume");
    static const char *const unknown[] = {NULL, "", "fir"};
    assert_int_equal(th_stem_basis(stem), TH_STEM_PER_HECTARE);
    assert_true(th_stem_includes_roots(stem));
    assert_int_equal(th_stem_n_parts(stem), 12);
    assert_string_equal(th_stem_part(stem, 2), "chinese-fir");
    for (size_t i = 0; i < 3; i++) {
        assert_status(th_stem_value(stem, unknown[i], stand.of, &value, &flags, &err), TH_INVALID,
                      &err);
        assert_string_equal(err.key, "stem_part_unknown");
        assert_non_null(strstr(th_error_arg_get(&err, "names"), "masson-pine, other-pine"));
        assert_true(value == 77 && flags == 77);
    }
    th_stem_free(stem);
    assert_close(value_of("zhejiang-volume", "chinese-fir", stand), 40 * 0.4652 + 19.141, 1e-9);
    assert_close(value_of("zhejiang-volume", "hardwood", stand), 40 * 1.1783 + 2.5585, 1e-9);
}

// 2006 Guidelines, Table 4.5, temperate pines: 20, 40, 100 and 200 m3/ha still belong to the class
// that they end.
static void value__of_volume_is_the_factor_of_its_class(void **state)
{
    (void)state;
    static const struct {
        double volume, stock, increment, removal;
    } cases[] = {{0, 1.8, 1.5, 2},       {20, 1.8, 1.5, 2},      {20.01, 1, 0.75, 1.11},
                 {40, 1, 0.75, 1.11},    {100, 0.75, 0.6, 0.83}, {100.5, 0.7, 0.67, 0.77},
                 {200, 0.7, 0.67, 0.77}, {900, 0.7, 0.69, 0.77}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct measures stand = only(TH_STEM_VOLUME, cases[i].volume);
        assert_close(value_of("bcef-temperate-pine", NULL, stand), cases[i].stock, 0);
        assert_close(value_of("bcef-temperate-pine", "stock", stand), cases[i].stock, 0);
        assert_close(value_of("bcef-temperate-pine", "increment", stand), cases[i].increment, 0);
        assert_close(value_of("bcef-temperate-pine", "removal", stand), cases[i].removal, 0);
    }
}

static void assert_written(const char *reference, const char *part, const double *measures,
                           const char *const *names, enum th_calc_style style, const char *want)
{
    struct th_buf out;
    struct th_stem *stem = shipped(reference);
    th_buf_init(&out, 4096);
    th_buf_append_str(&out, "= ");
    th_stem_write(stem, part, measures, names, style, &out);
    assert_string_equal(th_buf_text(&out) + 2, want);
    th_buf_clear(&out);
    th_stem_free(stem);
}

static void write__is_the_equation_of_the_source(void **state)
{
    (void)state;
    static const struct {
        const char *stem, *part, *want;
    } cases[] = {
        {"moso-mean-culm-zhejiang", NULL, "10.44"},
        {"evergreen-broadleaf", NULL, "-46.974 + 9.4131 × D"},
        {"cinnamomum-camphora", NULL, "0.0769 × D ^ 2.4566"},
        {"pinus-massoniana", NULL, "10 ^ (-1.3855 + 2.7751 × log10(D))"},
        {"liquidambar-formosana", NULL,
         "exp(-1.522 + 2.185 × ln(D)) + exp(-6.345 + 3.218 × ln(D)) + exp(-10.08 + 3.842 × "
         "ln(D))"},
        {"china-by-density", NULL, "0.3 × ρ × D ^ (7 ÷ 3)"},
        {"tropical-by-density-and-height", NULL, "0.0673 × (ρ × H × D ^ 2) ^ 0.976"},
        {"citrus", NULL, "-6.64 + 0.279 × π × D ^ 2 ÷ 4 + 0.000514 × (π × D ^ 2 ÷ 4) ^ 2"},
        {"moso-culm", NULL, "747.787 × D ^ 2.771 × (0.148 × G ÷ (0.028 + G)) ^ 5.555 + 3.772"},
        {"zhejiang-volume", "oak", "1.1453 × V + 8.5473"},
        {"bcef-temperate-pine", "removal",
         "2 (V ≤ 20), 1.11 (V ≤ 40), 0.83 (V ≤ 100), 0.77 (V ≤ 200), 0.77"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_written(cases[i].stem, cases[i].part, NULL, NULL, TH_CALC_PEOPLE, cases[i].want);
    }
}

static void write__takes_numbers_and_cells(void **state)
{
    (void)state;
    const struct measures culm = anything(10.5);
    const struct measures unaged = only(TH_STEM_DBH, 10.5);
    static const char *const cells[TH_STEM_N_MEASURES] = {[TH_STEM_DBH] = "B3"};
    assert_written("moso-culm", NULL, culm.of, NULL, TH_CALC_PEOPLE,
                   "747.787 × 10.5 ^ 2.771 × (0.148 × 2 ÷ (0.028 + 2)) ^ 5.555 + 3.772");
    assert_written("moso-culm", NULL, unaged.of, NULL, TH_CALC_PEOPLE,
                   "747.787 × 10.5 ^ 2.771 × (0.148 × G ÷ (0.028 + G)) ^ 5.555 + 3.772");
    assert_written("moso-culm", NULL, culm.of, cells, TH_CALC_WORKBOOK,
                   "747.787*B3^2.771*(0.148*2/(0.028+2))^5.555+3.772");
    assert_written("china-by-density", NULL, culm.of, cells, TH_CALC_WORKBOOK, "0.3*0.55*B3^(7/3)");
    assert_written("citrus", NULL, culm.of, NULL, TH_CALC_WORKBOOK,
                   "-6.64+0.279*PI()*10.5^2/4+0.000514*(PI()*10.5^2/4)^2");
    assert_written("bcef-temperate-pine", "increment", culm.of, NULL, TH_CALC_WORKBOOK, "0.6");
}

// What is written, computed by the C library, is what was computed here without it.
static void write__as_a_formula_gives_the_value(void **state)
{
    (void)state;
    static const double diameters[] = {5, 6.3, 8, 9.05, 12, 15.5, 17, 33};
    size_t n = 0;
    for (size_t i = 0; i < th_stem_shipped_count(); i++) {
        struct th_error err;
        struct th_stem *stem = NULL;
        size_t size = 0;
        const char *text = th_stem_shipped_text(i, &size);
        assert_ok(th_stem_parse(text, size, &stem, &err), &err);
        size_t n_parts = th_stem_n_parts(stem) > 0 ? th_stem_n_parts(stem) : 1;
        for (size_t k = 0; k < n_parts * sizeof(diameters) / sizeof(diameters[0]); k++) {
            const char *part = th_stem_n_parts(stem) > 0 ? th_stem_part(stem, k % n_parts) : NULL;
            const struct measures measures = anything(diameters[k / n_parts]);
            double value = NAN;
            unsigned flags = 0;
            struct th_buf out;
            if (th_stem_value(stem, part, measures.of, &value, &flags, &err) != TH_OK) {
                assert_string_equal(th_stem_id(stem), "citrus");
                continue;
            }
            th_buf_init(&out, 4096);
            th_stem_write(stem, part, measures.of, NULL, TH_CALC_WORKBOOK, &out);
            assert_close(th_formula_value(th_buf_text(&out), NULL), value, 0.6e-6);
            th_buf_clear(&out);
            n++;
        }
        th_stem_free(stem);
    }
    assert_true(n > 200);
}

static void measures__have_their_words(void **state)
{
    (void)state;
    struct th_error err;
    struct th_messages *messages = NULL;
    assert_ok(th_messages_new(&messages, &err), &err);
    for (int i = 0; i < TH_STEM_N_MEASURES; i++) {
        char key[64];
        (void)snprintf(key, sizeof(key), "measure.%s",
                       th_stem_measure_name((enum th_stem_measure)i));
        assert_non_null(th_messages_find(messages, TH_LANG_ZH, key));
        assert_non_null(th_messages_find(messages, TH_LANG_EN, key));
    }
    th_messages_free(messages);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shipped__every_equation_is_sound_and_named_by_its_id),
        cmocka_unit_test(shipped__is_found_by_id_and_version),
        cmocka_unit_test(value__is_rounded_to_six_decimals),
        cmocka_unit_test(value__outside_of_its_range_is_flagged_or_refused),
        cmocka_unit_test(value__needs_what_it_measures_and_nothing_else),
        cmocka_unit_test(value__not_above_nought_is_none),
        cmocka_unit_test(value__of_a_stand_is_by_its_type),
        cmocka_unit_test(value__of_volume_is_the_factor_of_its_class),
        cmocka_unit_test(write__is_the_equation_of_the_source),
        cmocka_unit_test(write__takes_numbers_and_cells),
        cmocka_unit_test(write__as_a_formula_gives_the_value),
        cmocka_unit_test(measures__have_their_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
