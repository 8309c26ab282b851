#include "gis/guess.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/messages.h"
#include "gis/crs.h"
#include "tests/support/support.h"

enum { N_BOXES = 40 };

// Around Anji; the county's box by public maps.
static const struct th_box ANJI = {119.23, 30.38, 119.89, 30.88};
static const struct th_box CHINA = {70, 15, 140, 56};

// A grid of parcels of 0.001° in the county.
static struct th_box parcel_deg(int i)
{
    double west = 119.4 + 0.05 * (i % 8);
    double south = 30.45 + 0.06 * (double)(i / 8);
    return (struct th_box){west, south, west + 0.001, south + 0.001};
}

static void project(const char *crs, struct th_box boxes[N_BOXES], bool swap)
{
    struct th_error err = {0};
    struct th_crs_transform *transform = NULL;
    assert_ok(th_crs_transform_new_inverse(crs, &transform, &err), &err);
    for (int i = 0; i < N_BOXES; i++) {
        size_t end = 2;
        struct th_geometry corners = {.n_points = 2, .ring_ends = &end, .n_rings = 1};
        corners.points = calloc(2, sizeof(*corners.points));
        assert_non_null(corners.points);
        struct th_box box = parcel_deg(i);
        corners.points[0] = (struct th_xy){box.west, box.south};
        corners.points[1] = (struct th_xy){box.east, box.north};
        assert_ok(th_crs_transform_apply(transform, &corners, &err), &err);
        struct th_xy a = corners.points[0];
        struct th_xy b = corners.points[1];
        boxes[i] = swap ? (struct th_box){a.y, a.x, b.y, b.x} : (struct th_box){a.x, a.y, b.x, b.y};
        free(corners.points);
    }
    th_crs_transform_free(transform);
}

static struct th_guess *guess_new(const struct th_box *boxes, size_t n, const char *declared,
                                  struct th_box place, bool is_county)
{
    struct th_error err = {0};
    struct th_guess *guess = calloc(1, sizeof(*guess));
    assert_non_null(guess);
    struct th_guess_input input = {boxes, n, declared, place, is_county, NULL};
    assert_ok(th_guess_crs(&input, guess, &err), &err);
    return guess;
}

static bool has_evidence(const struct th_reasons *evidence, const char *key)
{
    for (int i = 0; i < evidence->n; i++) {
        if (strcmp(evidence->items[i].key, key) == 0) {
            return true;
        }
    }
    return false;
}

// Every sentence exists in both languages and leaves no gap open.
static void evidence_check(const struct th_reasons *evidence)
{
    struct th_messages *messages = NULL;
    struct th_error err = {0};
    assert_ok(th_messages_new(&messages, &err), &err);
    for (int i = 0; i < evidence->n; i++) {
        for (int lang = 0; lang < 2; lang++) {
            struct th_buf text;
            th_buf_init(&text, 4096);
            const struct th_error *item = &evidence->items[i];
            assert_non_null(th_messages_find(messages, (enum th_lang)lang, item->key));
            th_messages_format(messages, (enum th_lang)lang, item->key, item->args, item->n_args,
                               &text);
            assert_null(strpbrk(th_buf_text(&text), "{}@"));
            if (lang == TH_LANG_ZH) {
                print_message("  %s\n", th_buf_text(&text));
            }
            th_buf_clear(&text);
        }
    }
    th_messages_free(messages);
}

// What a clerk's file may hold without a declaration, and what is proposed.
static void undeclared__numbers_and_county_give_the_option_to_type(void **state)
{
    (void)state;
    static const struct {
        const char *written_in; // NULL: degrees
        bool swap;
        enum th_guess_shape shape;
        const char *option;
        const char *evidence;
    } CASES[] = {
        {NULL, false, TH_GUESS_DEGREES, "--crs EPSG:4490", "detect.degrees"},
        {NULL, true, TH_GUESS_DEGREES, "--crs EPSG:4490 --axes yx", "detect.degrees_swapped"},
        {"EPSG:4528", false, TH_GUESS_ZONE, "--crs EPSG:4528", "detect.zone_prefix"},
        {"EPSG:4528", true, TH_GUESS_ZONE, "--crs EPSG:4528 --axes yx", "detect.northing_first"},
        {"EPSG:4498", false, TH_GUESS_ZONE, "--crs EPSG:4498", "detect.zone_prefix"},
        {"EPSG:4549", false, TH_GUESS_STRIPPED, "--crs EPSG:4549", "detect.zone_stripped"},
        {"EPSG:4549", true, TH_GUESS_STRIPPED, "--crs EPSG:4549 --axes yx",
         "detect.northing_first"},
        // A zone of 6 degrees and one of 3 on the same meridian give the same numbers.
        {"EPSG:4509", false, TH_GUESS_STRIPPED, "--crs EPSG:4548", "detect.zone_stripped"},
        {"EPSG:3857", false, TH_GUESS_MERCATOR, "--crs EPSG:3857", "detect.mercator"},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_box boxes[N_BOXES];
        char option[TH_GUESS_OPTION_SIZE];
        print_message("%s\n", CASES[i].option);
        for (int k = 0; k < N_BOXES; k++) {
            struct th_box at = parcel_deg(k);
            boxes[k] = CASES[i].swap ? (struct th_box){at.south, at.west, at.north, at.east} : at;
        }
        if (CASES[i].written_in != NULL) {
            project(CASES[i].written_in, boxes, CASES[i].swap);
        }
        struct th_guess *guess = guess_new(boxes, N_BOXES, NULL, ANJI, true);
        assert_int_equal(guess->verdict, TH_GUESS_ASK);
        assert_int_equal(guess->shape, CASES[i].shape);
        assert_true(guess->n_candidates > 0);
        th_guess_option(&guess->candidates[0], option);
        assert_string_equal(option, CASES[i].option);
        assert_true(guess->proved);
        assert_int_equal(guess->candidates[0].n_inside, N_BOXES);
        assert_close(guess->confidence, 1, 0);
        assert_true(has_evidence(&guess->evidence, CASES[i].evidence));
        evidence_check(&guess->evidence);
        free(guess);
    }
}

static void zone_prefix__all_three_datums_are_candidates(void **state)
{
    (void)state;
    struct th_box boxes[N_BOXES];
    project("EPSG:4528", boxes, false);
    struct th_guess *guess = guess_new(boxes, N_BOXES, "", ANJI, true);
    static const int want[] = {4528, 2364, 2416};
    assert_int_equal(guess->n_candidates, 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(guess->candidates[i].epsg, want[i]);
    }
    assert_int_equal(guess->zone.zone, 40);
    assert_int_equal(guess->zone.width_deg, 3);
    assert_true(has_evidence(&guess->evidence, "detect.datum_open"));
    free(guess);
}

static void wide_bounds__propose_but_prove_nothing(void **state)
{
    (void)state;
    struct th_box boxes[N_BOXES];
    project("EPSG:4528", boxes, false);
    struct th_guess *guess = guess_new(boxes, N_BOXES, NULL, CHINA, false);
    assert_int_equal(guess->verdict, TH_GUESS_ASK);
    assert_int_equal(guess->candidates[0].epsg, 4528);
    assert_false(guess->proved);
    free(guess);
    // The province alone leaves two zones of 3 degrees to ask about, the right one among them.
    const struct th_box zhejiang = {118, 27, 123.5, 31.5};
    project("EPSG:4549", boxes, false);
    guess = guess_new(boxes, N_BOXES, NULL, zhejiang, false);
    assert_int_equal(guess->verdict, TH_GUESS_ASK);
    assert_int_equal(guess->n_candidates, 2);
    assert_int_equal(guess->candidates[0].epsg, 4549);
    assert_int_equal(guess->candidates[1].epsg, 4550);
    assert_false(guess->proved);
    // Both are named, and the zone of 6 degrees that has the meridian of 123°; no sentence prefers
    // one of them.
    char option[TH_GUESS_OPTION_SIZE];
    th_guess_options(guess, option);
    assert_string_equal(option, "--crs EPSG:4549|EPSG:4550");
    assert_true(has_evidence(&guess->evidence, "detect.zone_meridians"));
    assert_false(has_evidence(&guess->evidence, "detect.place"));
    assert_string_equal(th_error_arg_get(&guess->evidence.items[1], "list"),
                        "120° EPSG:4549, 123° EPSG:4550 = EPSG:4510");
    evidence_check(&guess->evidence);
    free(guess);
    // Without the zone and without a county every zone of China would do.
    project("EPSG:4549", boxes, false);
    guess = guess_new(boxes, N_BOXES, NULL, CHINA, false);
    assert_int_equal(guess->verdict, TH_GUESS_UNKNOWN);
    assert_int_equal(guess->n_candidates, 0);
    assert_true(has_evidence(&guess->evidence, "detect.zone_open"));
    free(guess);
}

static void elsewhere__a_county_that_does_not_fit_proves_nothing(void **state)
{
    (void)state;
    struct th_box boxes[N_BOXES];
    const struct th_box changshan = {118.3, 28.7, 118.8, 29.1};
    project("EPSG:4528", boxes, false);
    struct th_guess *guess = guess_new(boxes, N_BOXES, NULL, changshan, true);
    assert_int_equal(guess->verdict, TH_GUESS_ASK);
    assert_int_equal(guess->candidates[0].n_inside, 0);
    assert_false(guess->proved);
    assert_close(guess->confidence, 0, 0);
    free(guess);
}

static void one_row_at_the_origin__does_not_spoil_the_rest(void **state)
{
    (void)state;
    struct th_box boxes[N_BOXES];
    project("EPSG:4528", boxes, false);
    boxes[17] = (struct th_box){0, 0, 0, 0};
    struct th_guess *guess = guess_new(boxes, N_BOXES, NULL, ANJI, true);
    assert_int_equal(guess->candidates[0].epsg, 4528);
    assert_close(guess->confidence, 39 / 40.0, 1e-12);
    free(guess);
}

static void strange_numbers__are_unknown(void **state)
{
    (void)state;
    struct th_box boxes[N_BOXES];
    for (int i = 0; i < N_BOXES; i++) {
        boxes[i] = (struct th_box){1000 + i, 2000 + i, 1001 + i, 2001 + i};
    }
    struct th_guess *guess = guess_new(boxes, N_BOXES, NULL, ANJI, true);
    assert_int_equal(guess->verdict, TH_GUESS_UNKNOWN);
    assert_true(has_evidence(&guess->evidence, "detect.numbers_strange"));
    evidence_check(&guess->evidence);
    free(guess);
    project("EPSG:4528", boxes, false);
    for (int i = 0; i < N_BOXES / 2; i++) {
        boxes[i] = parcel_deg(i);
    }
    guess = guess_new(boxes, N_BOXES, NULL, ANJI, true);
    assert_int_equal(guess->verdict, TH_GUESS_UNKNOWN);
    assert_true(has_evidence(&guess->evidence, "detect.mixed"));
    evidence_check(&guess->evidence);
    free(guess);
    guess = guess_new(boxes, 0, NULL, ANJI, true);
    assert_int_equal(guess->verdict, TH_GUESS_UNKNOWN);
    free(guess);
}

// What is declared, what is written, and what comes of it.
static void declared__is_believed_only_where_the_parcels_are(void **state)
{
    (void)state;
    static const struct {
        const char *declared;
        const char *written_in;
        bool swap;
        enum th_guess_verdict verdict;
        const char *option; // NULL without
    } CASES[] = {
        {"EPSG:4490", NULL, false, TH_GUESS_AGREES, NULL},
        {"EPSG:4528", "EPSG:4528", false, TH_GUESS_AGREES, NULL},
        {"EPSG:2364", "EPSG:4528", false, TH_GUESS_AGREES, NULL}, // a closed datum, right zone
        {"EPSG:4326", NULL, true, TH_GUESS_ASK, "--crs EPSG:4326 --axes yx"},
        {"EPSG:4528", "EPSG:4528", true, TH_GUESS_ASK, "--crs EPSG:4528 --axes yx"},
        // GeoJSON means degrees, whatever stands in it.
        {"EPSG:4326", "EPSG:4528", false, TH_GUESS_ASK, "--crs EPSG:4528"},
        {"EPSG:4326", "EPSG:4549", false, TH_GUESS_ASK, "--crs EPSG:4549"},
        {"EPSG:4326", "EPSG:3857", false, TH_GUESS_ASK, "--crs EPSG:3857"},
        {"EPSG:4528", NULL, false, TH_GUESS_ASK, "--crs EPSG:4490"},
        {"EPSG:4549", "EPSG:4528", false, TH_GUESS_ASK, "--crs EPSG:4528"},
        {"EPSG:4528", "EPSG:4549", false, TH_GUESS_ASK, "--crs EPSG:4549"},
        {"EPSG:4527", "EPSG:4528", false, TH_GUESS_ASK, "--crs EPSG:4528"},
        {"EPSG:4548", "EPSG:4549", false, TH_GUESS_ASK, "--crs EPSG:4549"},
        // Rightly declared, and in another county: no guess can help.
        {"EPSG:28992", "EPSG:28992", false, TH_GUESS_UNKNOWN, NULL},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_box boxes[N_BOXES];
        print_message("%s as %s\n", CASES[i].written_in == NULL ? "degrees" : CASES[i].written_in,
                      CASES[i].declared);
        for (int k = 0; k < N_BOXES; k++) {
            struct th_box at = parcel_deg(k);
            boxes[k] = CASES[i].swap ? (struct th_box){at.south, at.west, at.north, at.east} : at;
            if (strcmp(CASES[i].declared, "EPSG:28992") == 0) {
                boxes[k] = (struct th_box){155000, 463000, 155100, 463100};
            }
        }
        if (CASES[i].written_in != NULL && strcmp(CASES[i].written_in, "EPSG:28992") != 0) {
            project(CASES[i].written_in, boxes, CASES[i].swap);
        }
        struct th_guess *guess = guess_new(boxes, N_BOXES, CASES[i].declared, ANJI, true);
        assert_int_equal(guess->verdict, CASES[i].verdict);
        if (CASES[i].option != NULL) {
            char option[TH_GUESS_OPTION_SIZE];
            th_guess_option(&guess->candidates[0], option);
            assert_string_equal(option, CASES[i].option);
            assert_true(guess->proved);
            assert_true(has_evidence(&guess->evidence, "detect.declared_elsewhere"));
        } else {
            assert_int_equal(guess->n_candidates, 0);
        }
        evidence_check(&guess->evidence);
        free(guess);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(undeclared__numbers_and_county_give_the_option_to_type),
        cmocka_unit_test(zone_prefix__all_three_datums_are_candidates),
        cmocka_unit_test(wide_bounds__propose_but_prove_nothing),
        cmocka_unit_test(elsewhere__a_county_that_does_not_fit_proves_nothing),
        cmocka_unit_test(one_row_at_the_origin__does_not_spoil_the_rest),
        cmocka_unit_test(strange_numbers__are_unknown),
        cmocka_unit_test(declared__is_believed_only_where_the_parcels_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
