#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/file.h"
#include "core/messages.h"
#include "papers/map.h"
#include "papers/map_layout_internal.h"

enum { MAX_PARCELS = 400 };

struct fixture {
    char folder[TH_TEST_PATH_SIZE];
    struct th_messages *messages;
    struct th_map_sheet sheet;
    struct th_map_parcel parcels[MAX_PARCELS];
    struct th_map_ring rings[MAX_PARCELS];
    double xy[MAX_PARCELS][8];
    char labels[MAX_PARCELS][16];
};

static void square(struct fixture *fixture, size_t p, double x_m, double y_m, double side_m)
{
    double xy[8] = {x_m, y_m, x_m + side_m, y_m, x_m + side_m, y_m + side_m, x_m, y_m + side_m};
    memcpy(fixture->xy[p], xy, sizeof(xy));
    fixture->rings[p] = (struct th_map_ring){fixture->xy[p], 4};
    (void)snprintf(fixture->labels[p], sizeof(fixture->labels[p]), "MJN-%03zu", p + 1);
    fixture->parcels[p] = (struct th_map_parcel){.parcel_id = (int64_t)p + 1,
                                                 .label = fixture->labels[p],
                                                 .kind = p % 2 == 0 ? "bamboo" : "orchard",
                                                 .village = "马家弄村",
                                                 .counted = th_area_from_m2_300(2468000),
                                                 .measured = th_area_from_m2_300(2468000),
                                                 .rings = &fixture->rings[p],
                                                 .n_rings = 1};
    fixture->sheet.n_parcels = p + 1;
}

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    assert_non_null(fixture);
    struct th_error err;
    th_test_folder_make(fixture->folder);
    assert_ok(th_messages_new(&fixture->messages, &err), &err);
    fixture->sheet = (struct th_map_sheet){.title = "碳汇林地块分布图",
                                           .subtitle = "安吉县 山川乡 马家弄村",
                                           .crs = "CGCS2000 / 3° Gauss-Krüger, CM 120°",
                                           .crs_code = "EPSG:4549",
                                           .date = "2024-12-31",
                                           .program = "tanhui 0.1.0",
                                           .registry = "安吉县碳汇登记簿 330523",
                                           .data_hash = "0123456789abcdef",
                                           .central_meridian_deg = 120,
                                           .west_deg = 119.5,
                                           .south_deg = 30.5125,
                                           .east_deg = 119.5169444444,
                                           .north_deg = 30.53,
                                           .parcels = fixture->parcels};
    for (size_t p = 0; p < 6; p++) {
        square(fixture, p, 452000 + 300.0 * (double)(p % 3), 3377000 + 300.0 * (double)(p / 3),
               250);
    }
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    th_messages_free(fixture->messages);
    th_test_folder_remove(fixture->folder);
    free(fixture);
    return 0;
}

static void print(struct fixture *fixture, enum th_lang lang, enum th_map_format format,
                  const char *name, int64_t *ret_scale, struct th_hash *ret_hash)
{
    char path[TH_TEST_PATH_SIZE];
    struct th_error err;
    assert_ok(th_map_print(&fixture->sheet, fixture->messages, lang, format,
                           th_test_path(path, fixture->folder, name), ret_scale, ret_hash, &err),
              &err);
}

static char *contents(struct fixture *fixture, const char *name, size_t *ret_size)
{
    char path[TH_TEST_PATH_SIZE];
    char *data = NULL;
    struct th_error err;
    assert_ok(th_file_read(th_test_path(path, fixture->folder, name), (size_t)64 << 20, &data,
                           ret_size, &err),
              &err);
    return data;
}

static size_t occurrences(const char *data, size_t size, const char *what)
{
    size_t n = 0;
    size_t length = strlen(what);
    for (size_t i = 0; i + length <= size; i++) {
        n += memcmp(data + i, what, length) == 0;
    }
    return n;
}

static char *pdf_text(struct fixture *fixture, const char *name)
{
    if (system("command -v pdftotext >/dev/null 2>&1") != 0) {
        print_message("skipped: pdftotext (poppler-utils) is not installed\n");
        skip();
    }
    char command[3 * TH_TEST_PATH_SIZE];
    char path[TH_TEST_PATH_SIZE];
    th_test_path(path, fixture->folder, name);
    (void)snprintf(command, sizeof(command), "pdftotext -layout '%s' '%s.txt'", path, path);
    assert_int_equal(system(command), 0);
    char text_name[64];
    size_t size = 0;
    (void)snprintf(text_name, sizeof(text_name), "%s.txt", name);
    return contents(fixture, text_name, &size);
}

static void scale_choose__smallest_round_n_that_holds_the_extent(void **state)
{
    (void)state;
    // Room 168 x 160 mm. 168 mm at 1:10,000 are 1,680 m; 160 mm at 1:2,500 are 400 m.
    static const struct {
        double w_m, h_m;
        int64_t scale;
    } cases[] = {
        {1680, 1600, 10000},    {1680.1, 1600, 20000}, {420, 400, 2500}, {420, 400.1, 5000},
        {336.1, 100, 2500},     {336, 100, 2000},      {10, 10, 100},    {0, 0, 100},
        {40000, 40000, 250000}, {42001, 100, 500000},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        assert_int_equal(th_map_scale_for(cases[i].w_m, cases[i].h_m, 168, 160), cases[i].scale);
    }
}

static void layout_choose__wide_extent_takes_landscape_and_tall_takes_portrait(void **state)
{
    (void)state;
    struct th_map_layout layout;
    struct th_map_extent wide = {0, 0, 1800, 1000};
    assert_int_equal(th_map_layout_choose(&wide, 0, &layout), 0);
    assert_true(layout.landscape);
    assert_close(layout.page.w_mm, 297, 0);
    assert_int_equal(layout.scale, 10000);
    struct th_map_extent tall = {0, 0, 1000, 1500};
    assert_int_equal(th_map_layout_choose(&tall, 0, &layout), 0);
    assert_false(layout.landscape);
    assert_close(layout.page.h_mm, 297, 0);
    assert_int_equal(layout.scale, 10000);
}

static void layout_choose__scale_that_does_not_fit_names_one_that_does(void **state)
{
    (void)state;
    struct th_map_extent extent = {500000, 3000000, 501800, 3001000};
    struct th_map_layout layout = {.scale = -1};
    assert_int_equal(th_map_layout_choose(&extent, 5000, &layout), 10000);
    assert_int_equal(layout.scale, -1);
    assert_int_equal(th_map_layout_choose(&extent, 12345, &layout), 0);
    assert_int_equal(layout.scale, 12345);
}

static void layout__ground_distance_is_drawn_at_true_scale(void **state)
{
    (void)state;
    struct th_map_layout layout;
    struct th_map_extent extent = {452000, 3377000, 453000, 3378000};
    assert_int_equal(th_map_layout_choose(&extent, 0, &layout), 0);
    // 1 km at 1:10,000 is 100 mm; north is up, so y falls.
    assert_int_equal(layout.scale, 10000);
    assert_close(th_map_x_mm(&layout, 453000) - th_map_x_mm(&layout, 452000), 100, 1e-9);
    assert_close(th_map_y_mm(&layout, 3378000) - th_map_y_mm(&layout, 3377000), -100, 1e-9);
}

static void bar__length_on_paper_is_distance_over_scale(void **state)
{
    (void)state;
    static const struct {
        int64_t scale, division_cm;
        int n_divisions;
        double length_mm;
    } cases[] = {
        {10000, 10000, 5, 50},    // 500 m
        {2500, 2500, 4, 40},      // 100 m
        {5000, 5000, 4, 40},      // 200 m
        {2000, 2500, 4, 50},      // 100 m
        {100, 100, 5, 50},        // 5 m
        {250000, 250000, 4, 40},  // 10 km
        {1000000, 1000000, 5, 50} // 50 km
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct th_map_bar bar = th_map_bar_for(cases[i].scale, 56);
        assert_int_equal(bar.division_cm, cases[i].division_cm);
        assert_int_equal(bar.n_divisions, cases[i].n_divisions);
        assert_close(bar.length_mm, cases[i].length_mm, 1e-9);
    }
}

static void grid_step__lines_are_30_to_75_mm_apart(void **state)
{
    (void)state;
    assert_int_equal(th_map_grid_step(10000), 500); // 50 mm
    assert_int_equal(th_map_grid_step(2500), 100);  // 40 mm
    assert_int_equal(th_map_grid_step(100), 5);     // 50 mm
    assert_int_equal(th_map_grid_step(1000000), 50000);
    assert_int_equal(th_map_grid_step(12345), 500); // 40.5 mm
}

static void table_plan__every_parcel_is_a_row_or_counted(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 200; n++) {
        for (size_t blocks = 1; blocks <= 2; blocks++) {
            struct th_map_table_plan plan = th_map_table_plan(n, 13, blocks);
            size_t rows = plan.n_shown + (plan.n_rest > 0) + 1;
            assert_int_equal(plan.n_shown + plan.n_rest, n);
            assert_true(rows <= 13 * blocks);
            assert_true(plan.per_block <= 13 && plan.n_blocks <= blocks);
            assert_true(plan.per_block * plan.n_blocks >= rows);
        }
    }
    assert_int_equal(th_map_table_plan(12, 13, 1).n_rest, 0);
    assert_int_equal(th_map_table_plan(13, 13, 1).n_rest, 2);
}

static void extent_of__value_that_is_not_finite_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct th_map_extent extent;
    assert_true(th_map_extent_of(fixture->parcels, 6, &extent));
    assert_close(extent.west_m, 452000, 0);
    assert_close(extent.east_m, 452850, 0);
    assert_close(extent.south_m, 3377000, 0);
    assert_close(extent.north_m, 3377550, 0);
    fixture->xy[3][2] = (double)NAN;
    assert_false(th_map_extent_of(fixture->parcels, 6, &extent));
}

static void print__pdf_is_one_page_with_embedded_fonts(void **state)
{
    struct fixture *fixture = *state;
    int64_t scale = 0;
    struct th_hash hash;
    print(fixture, TH_LANG_ZH, TH_MAP_PDF, "a.pdf", &scale, &hash);
    // 850 x 550 m: 186 x 140 mm of landscape hold 1:5,000 (170 x 110 mm), not 1:2,500.
    assert_int_equal(scale, 5000);
    size_t size = 0;
    char *data = contents(fixture, "a.pdf", &size);
    assert_memory_equal(data, "%PDF-1.", 7);
    assert_int_equal(
        occurrences(data, size, "/Type /Page") - occurrences(data, size, "/Type /Pages"), 1);
    assert_true(occurrences(data, size, "/FontFile3") >= 1);
    assert_int_equal(occurrences(data, size, "20241231000000"), 1);
    // 297 mm = 841.89 pt, 210 mm = 595.28 pt
    assert_int_equal(occurrences(data, size, "MediaBox [ 0 0 841.88"), 1);
    struct th_hash of_bytes = th_hash_bytes(TH_HASH_SHA256, data, size);
    assert_memory_equal(of_bytes.bytes, hash.bytes, TH_HASH_SIZE);
    free(data);
}

static void print__pdf_holds_its_text(void **state)
{
    struct fixture *fixture = *state;
    print(fixture, TH_LANG_ZH, TH_MAP_PDF, "a.pdf", NULL, NULL);
    char *text = pdf_text(fixture, "a.pdf");
    // Six parcels of 12.34 mu, which are 8,226.666… m²: 74.04 mu and 49,360 m², as lists have it,
    // and not the sum of the rounded rows.
    static const char *const wanted[] = {"碳汇林地块分布图",
                                         "安吉县 山川乡 马家弄村",
                                         "CGCS2000",
                                         "EPSG:4549",
                                         "MJN-001",
                                         "MJN-006",
                                         "1:5,000",
                                         "竹林",
                                         "果园",
                                         "74.04",
                                         "49,360.00",
                                         "合计 6 块",
                                         "3377000",
                                         "452400",
                                         "119°30′00″E",
                                         "30°30′45″N",
                                         "119°31′01″E",
                                         "2024-12-31",
                                         "tanhui 0.1.0",
                                         "0123456789abcdef"};
    for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
        if (strstr(text, wanted[i]) == NULL) {
            fail_msg("the sheet lacks \"%s\"", wanted[i]);
        }
    }
    // Each number once on the map and once in the table.
    assert_int_equal(occurrences(text, strlen(text), "MJN-004"), 2);
    // The legend names the kinds present only.
    assert_null(strstr(text, "湿地"));
    assert_null(strstr(text, "未逐一列出"));
    // Everything counts, hence no second area.
    assert_null(strstr(text, "量得"));
    free(text);
}

// Of six parcels of 8,226.67 m² one had 8,230.00 m²; what was measured stands beside it and in the
// sum, 49,363.33 m², and nowhere else.
static void print__counted_area_is_the_area_and_the_measured_one_beside_it(void **state)
{
    struct fixture *fixture = *state;
    fixture->parcels[2].measured = th_area_from_m2_300(2469000);
    print(fixture, TH_LANG_ZH, TH_MAP_PDF, "a.pdf", NULL, NULL);
    char *text = pdf_text(fixture, "a.pdf");
    size_t size = strlen(text);
    assert_int_equal(occurrences(text, size, "8,226.67"), 6);
    assert_int_equal(occurrences(text, size, "8,230.00"), 1);
    assert_int_equal(occurrences(text, size, "49,360.00"), 1);
    assert_int_equal(occurrences(text, size, "49,363.33"), 1);
    assert_int_equal(occurrences(text, size, "净（亩）"), 1);
    assert_int_equal(occurrences(text, size, "量得（平方米）"), 1);
    free(text);
}

static void print__english_sheet_has_english_words(void **state)
{
    struct fixture *fixture = *state;
    print(fixture, TH_LANG_EN, TH_MAP_PDF, "a.pdf", NULL, NULL);
    char *text = pdf_text(fixture, "a.pdf");
    assert_non_null(strstr(text, "Legend"));
    assert_non_null(strstr(text, "Total of 6"));
    assert_non_null(strstr(text, "grid north; central meridian 120°"));
    assert_null(strstr(text, "map."));
    free(text);
}

static void print__table_says_how_many_it_leaves_out(void **state)
{
    struct fixture *fixture = *state;
    for (size_t p = 0; p < 300; p++) {
        square(fixture, p, 452000 + 60.0 * (double)(p % 20), 3377000 + 60.0 * (double)(p / 20), 50);
    }
    print(fixture, TH_LANG_EN, TH_MAP_PDF, "a.pdf", NULL, NULL);
    char *text = pdf_text(fixture, "a.pdf");
    size_t left_out = 0;
    const char *words = strstr(text, " parcels not listed");
    assert_non_null(words);
    while (words > text && words[-1] >= '0' && words[-1] <= '9') {
        words--;
    }
    left_out = strtoul(words, NULL, 10);
    assert_true(left_out > 0);
    // 300 rows of 12.34 mu and 8,226.67 m², the row of those left out among them.
    assert_int_equal(occurrences(text, strlen(text), "12.34") + left_out, 300);
    char rest[32];
    (void)snprintf(rest, sizeof(rest), "%zu.%02zu", left_out * 1234 / 100, left_out * 1234 % 100);
    const char *digits = strstr(text, "3,702.00");
    assert_non_null(digits);
    assert_non_null(strstr(text, "2,468,000.00"));
    char plain[4096];
    size_t n = 0;
    for (const char *c = strstr(text, " parcels not listed"); *c != '\0' && n + 1 < sizeof(plain);
         c++) {
        if (*c != ',') {
            plain[n++] = *c;
        }
    }
    plain[n] = '\0';
    assert_non_null(strstr(plain, rest));
    free(text);
}

static void print__same_sheet_gives_same_bytes(void **state)
{
    struct fixture *fixture = *state;
    static const enum th_map_format formats[] = {TH_MAP_PDF, TH_MAP_SVG, TH_MAP_PNG};
    static const char *const heads[] = {"%PDF", "<?xml", "\x89PNG"};
    for (size_t f = 0; f < 3; f++) {
        struct th_hash first;
        struct th_hash second;
        static const char *const names[][3] = {
            {"a.pdf", "b.pdf", "c.pdf"}, {"a.svg", "b.svg", "c.svg"}, {"a.png", "b.png", "c.png"}};
        print(fixture, TH_LANG_ZH, formats[f], names[f][0], NULL, &first);
        print(fixture, TH_LANG_ZH, formats[f], names[f][1], NULL, &second);
        size_t size_a = 0;
        size_t size_b = 0;
        char *a = contents(fixture, names[f][0], &size_a);
        char *b = contents(fixture, names[f][1], &size_b);
        assert_int_equal(size_a, size_b);
        assert_memory_equal(a, b, size_a);
        assert_memory_equal(a, heads[f], strlen(heads[f]));
        assert_memory_equal(first.bytes, second.bytes, TH_HASH_SIZE);
        free(a);
        free(b);
        fixture->sheet.title = "另一张图";
        print(fixture, TH_LANG_ZH, formats[f], names[f][2], NULL, &second);
        assert_memory_not_equal(first.bytes, second.bytes, TH_HASH_SIZE);
        fixture->sheet.title = "碳汇林地块分布图";
    }
}

static void print__what_cannot_be_drawn_is_refused_and_leaves_no_file(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *label, *key;
        enum th_status status;
    } cases[] = {
        {"no parcel", "map_empty", TH_INVALID},
        {"too many", "map_too_many", TH_LIMIT},
        {"scale", "map_scale", TH_INVALID},
        {"not finite", "map_geometry", TH_INVALID},
        {"not UTF-8", "map_text", TH_INVALID},
        {"negative area", "map_total", TH_OVERFLOW},
        {"area beyond int64", "map_total", TH_OVERFLOW},
    };
    char path[TH_TEST_PATH_SIZE];
    th_test_path(path, fixture->folder, "a.pdf");
    struct th_map_sheet good = fixture->sheet;
    struct th_map_parcel parcel = fixture->parcels[1];
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        fixture->sheet = good;
        fixture->parcels[1] = parcel;
        fixture->xy[0][0] = i == 3 ? HUGE_VAL : 452000;
        switch (i) {
        case 0:
            fixture->sheet.n_parcels = 0;
            break;
        case 1:
            fixture->sheet.n_parcels = 2001;
            break;
        case 2:
            fixture->sheet.scale = 2500;
            break;
        case 4:
            fixture->parcels[1].village = "\xff\xfe";
            break;
        case 5:
            fixture->parcels[1].counted = th_area_from_m2_300(-1);
            break;
        case 6:
            fixture->parcels[1].measured = th_area_from_m2_300(INT64_MAX);
            break;
        default:
            break;
        }
        struct th_error err;
        int64_t scale = -7;
        enum th_status status = th_map_print(&fixture->sheet, fixture->messages, TH_LANG_ZH,
                                             TH_MAP_PDF, path, &scale, NULL, &err);
        print_message("case %s\n", cases[i].label);
        assert_status(status, cases[i].status, &err);
        assert_string_equal(err.key, cases[i].key);
        assert_int_equal(scale, -7);
        assert_false(th_file_exists(path));
    }
}

static void print__folder_that_is_missing_is_an_io_error(void **state)
{
    struct fixture *fixture = *state;
    char path[TH_TEST_PATH_SIZE];
    struct th_error err;
    assert_status(th_map_print(&fixture->sheet, fixture->messages, TH_LANG_ZH, TH_MAP_PDF,
                               th_test_path(path, fixture->folder, "none/a.pdf"), NULL, NULL, &err),
                  TH_IO, &err);
    assert_string_equal(err.key, "map_failed");
    assert_non_null(th_error_arg_get(&err, "detail"));
}

static void print__an_existing_file_is_not_overwritten(void **state)
{
    struct fixture *fixture = *state;
    char path[TH_TEST_PATH_SIZE];
    size_t size = 0;
    struct th_error err;
    th_test_path(path, fixture->folder, "a.pdf");
    assert_ok(th_file_write(path, "mine", 4, &err), &err);
    assert_status(th_map_print(&fixture->sheet, fixture->messages, TH_LANG_ZH, TH_MAP_PDF, path,
                               NULL, NULL, &err),
                  TH_CONFLICT, &err);
    assert_string_equal(err.key, "file_exists");
    char *kept = contents(fixture, "a.pdf", &size);
    assert_string_equal(kept, "mine");
    free(kept);
}

static void print__every_error_has_its_words_in_both_languages(void **state)
{
    struct fixture *fixture = *state;
    static const char *const keys[] = {
        "error.font_missing", "hint.font_missing",  "error.map_failed",
        "error.map_empty",    "error.map_too_many", "error.map_scale",
        "error.map_geometry", "error.map_text",     "error.map_total"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
        assert_non_null(th_messages_find(fixture->messages, TH_LANG_ZH, keys[i]));
        assert_non_null(th_messages_find(fixture->messages, TH_LANG_EN, keys[i]));
    }
}

// Fontconfig reads its configuration once in a process, so this runs in a child, and before any
// other test has drawn anything.
static void print__without_a_chinese_font_says_so(void **state)
{
    struct fixture *fixture = *state;
    char path[TH_TEST_PATH_SIZE];
    struct th_error err;
    static const char empty[] = "<?xml version=\"1.0\"?><!DOCTYPE fontconfig SYSTEM \"fonts.dtd\">"
                                "<fontconfig></fontconfig>";
    th_test_path(path, fixture->folder, "fonts.conf");
    assert_ok(th_file_write(path, empty, sizeof(empty) - 1, &err), &err);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        setenv("FONTCONFIG_FILE", path, 1);
        enum th_status status =
            th_map_print(&fixture->sheet, fixture->messages, TH_LANG_ZH, TH_MAP_PDF,
                         th_test_path(path, fixture->folder, "a.pdf"), NULL, NULL, &err);
        _exit(status == TH_IO && strcmp(err.key, "font_missing") == 0 && !th_file_exists(path) ? 0
                                                                                               : 1);
    }
    int outcome = -1;
    assert_int_equal(waitpid(child, &outcome, 0), child);
    assert_true(WIFEXITED(outcome));
    assert_int_equal(WEXITSTATUS(outcome), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(print__without_a_chinese_font_says_so), // first: see there
        cmocka_unit_test(scale_choose__smallest_round_n_that_holds_the_extent),
        cmocka_unit_test(layout_choose__wide_extent_takes_landscape_and_tall_takes_portrait),
        cmocka_unit_test(layout_choose__scale_that_does_not_fit_names_one_that_does),
        cmocka_unit_test(layout__ground_distance_is_drawn_at_true_scale),
        cmocka_unit_test(bar__length_on_paper_is_distance_over_scale),
        cmocka_unit_test(grid_step__lines_are_30_to_75_mm_apart),
        cmocka_unit_test(table_plan__every_parcel_is_a_row_or_counted),
        TEST(extent_of__value_that_is_not_finite_is_refused),
        TEST(print__pdf_is_one_page_with_embedded_fonts),
        TEST(print__pdf_holds_its_text),
        TEST(print__counted_area_is_the_area_and_the_measured_one_beside_it),
        TEST(print__english_sheet_has_english_words),
        TEST(print__table_says_how_many_it_leaves_out),
        TEST(print__same_sheet_gives_same_bytes),
        TEST(print__what_cannot_be_drawn_is_refused_and_leaves_no_file),
        TEST(print__folder_that_is_missing_is_an_io_error),
        TEST(print__an_existing_file_is_not_overwritten),
        TEST(print__every_error_has_its_words_in_both_languages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
