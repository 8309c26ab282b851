#include "registry/area_unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/messages.h"
#include "tests/support/support.h"

enum { ROWS = 40 };

// Areas as contracts round them: one mu is 2000/3 m², one hectare 15 mu, one are 100 m².
static void rows_make(struct th_area_pair rows[ROWS], double m2_per_unit)
{
    for (int i = 0; i < ROWS; i++) {
        double measured_m2 = 800 + 731.0 * i;
        double error = 1 + ((i * 7) % 11 - 5) / 100.0; // within 5 %
        rows[i] = (struct th_area_pair){measured_m2 * error / m2_per_unit, measured_m2};
    }
}

static struct th_area_unit_finding *find(const struct th_area_unit_input *input)
{
    struct th_error err = {0};
    struct th_area_unit_finding *finding = calloc(1, sizeof(*finding));
    assert_non_null(finding);
    assert_ok(th_area_unit_find(input, finding, &err), &err);
    struct th_messages *messages = NULL;
    assert_ok(th_messages_new(&messages, &err), &err);
    for (int i = 0; i < finding->evidence.n; i++) {
        for (int lang = 0; lang < 2; lang++) {
            struct th_buf text;
            const struct th_error *item = &finding->evidence.items[i];
            th_buf_init(&text, 4096);
            assert_non_null(th_messages_find(messages, (enum th_lang)lang, item->key));
            th_messages_format(messages, (enum th_lang)lang, item->key, item->args, item->n_args,
                               &text);
            assert_null(strpbrk(th_buf_text(&text), "{}@"));
            assert_null(strstr(th_buf_text(&text), "e+")); // nobody writes areas so
            th_buf_clear(&text);
        }
    }
    th_messages_free(messages);
    return finding;
}

static void rows__tell_the_unit_by_their_ratio(void **state)
{
    (void)state;
    static const struct {
        double m2;
        enum th_area_unit unit;
    } CASES[] = {{666.666667, TH_AREA_UNIT_MU},
                 {10000, TH_AREA_UNIT_HA},
                 {1, TH_AREA_UNIT_M2},
                 {100, TH_AREA_UNIT_ARE}};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_area_pair rows[ROWS];
        rows_make(rows, CASES[i].m2);
        struct th_area_unit_input input = {.pairs = rows, .n_pairs = ROWS, .heading = "面积"};
        struct th_area_unit_finding *finding = find(&input);
        assert_int_equal(finding->verdict, TH_AREA_UNIT_DECIDED);
        assert_int_equal(finding->unit, CASES[i].unit);
        assert_int_equal(finding->n_agree[CASES[i].unit], ROWS);
        assert_close(finding->median_m2 / CASES[i].m2, 1, 0.05);
        free(finding);
    }
}

static void rows__a_fifth_may_be_wrong_and_not_more(void **state)
{
    (void)state;
    struct th_area_pair rows[ROWS];
    rows_make(rows, 10000);
    struct th_area_unit_input input = {.pairs = rows, .n_pairs = ROWS, .heading = "MIAN_JI"};
    for (int i = 0; i < 8; i++) {
        rows[i].declared *= 2;
    }
    struct th_area_unit_finding *finding = find(&input);
    assert_int_equal(finding->verdict, TH_AREA_UNIT_DECIDED);
    assert_int_equal(finding->n_agree[TH_AREA_UNIT_HA], 32);
    free(finding);
    rows[8].declared *= 2;
    finding = find(&input);
    assert_int_equal(finding->verdict, TH_AREA_UNIT_ASK);
    assert_int_equal(finding->unit, TH_AREA_UNIT_HA);
    free(finding);
}

static void rows__few_decide_only_what_is_usual(void **state)
{
    (void)state;
    struct th_area_pair mu = {3.1, 2000};
    struct th_area_pair ha = {0.2, 2000};
    struct th_area_unit_input input = {.pairs = &mu, .n_pairs = 1, .heading = "面积"};
    struct th_area_unit_finding *finding = find(&input);
    assert_int_equal(finding->verdict, TH_AREA_UNIT_DECIDED);
    assert_int_equal(finding->unit, TH_AREA_UNIT_MU);
    free(finding);
    input.pairs = &ha;
    finding = find(&input);
    assert_int_equal(finding->verdict, TH_AREA_UNIT_ASK);
    assert_int_equal(finding->unit, TH_AREA_UNIT_HA);
    free(finding);
    input.n_pairs = 0;
    finding = find(&input);
    assert_int_equal(finding->verdict, TH_AREA_UNIT_UNTOLD);
    assert_int_equal(finding->unit, TH_AREA_UNIT_MU);
    free(finding);
}

static void rows__useless_ones_are_left_out(void **state)
{
    (void)state;
    struct th_area_pair rows[] = {{0, 100}, {-1, 100}, {1, 0}, {0.0 / 1, -1}};
    struct th_area_unit_input input = {.pairs = rows, .n_pairs = 4, .heading = NULL};
    struct th_area_unit_finding *finding = find(&input);
    assert_int_equal(finding->n, 0);
    assert_int_equal(finding->verdict, TH_AREA_UNIT_UNTOLD);
    free(finding);
}

static void heading__is_believed_until_the_rows_contradict_it(void **state)
{
    (void)state;
    struct th_area_pair rows[ROWS];
    rows_make(rows, 1);
    struct th_area_unit_input input = {.pairs = rows, .n_pairs = ROWS, .heading = "图斑面积(㎡)"};
    struct th_area_unit_finding *finding = find(&input);
    assert_int_equal(finding->verdict, TH_AREA_UNIT_DECIDED);
    assert_int_equal(finding->unit, TH_AREA_UNIT_M2);
    free(finding);
    input.heading = "面积（亩）";
    finding = find(&input);
    assert_int_equal(finding->verdict, TH_AREA_UNIT_ASK);
    assert_int_equal(finding->unit, TH_AREA_UNIT_M2);
    assert_int_equal(finding->evidence.n, 2);
    free(finding);
    // Contracts that have little to do with the ground: no voice at all.
    for (int i = 0; i < ROWS; i++) {
        rows[i].declared = 1 + i % 3;
    }
    finding = find(&input);
    assert_int_equal(finding->verdict, TH_AREA_UNIT_DECIDED);
    assert_int_equal(finding->unit, TH_AREA_UNIT_MU);
    free(finding);
    input = (struct th_area_unit_input){
        .heading = "TBMJ", .known = true, .known_unit = TH_AREA_UNIT_M2};
    finding = find(&input);
    assert_int_equal(finding->verdict, TH_AREA_UNIT_DECIDED);
    assert_int_equal(finding->unit, TH_AREA_UNIT_M2);
    assert_string_equal(finding->evidence.items[0].key, "detect.unit_standard");
    free(finding);
}

static void heading__unit_is_found_in_the_usual_writings(void **state)
{
    (void)state;
    static const struct {
        const char *heading, *base;
        int unit; // -1: none
    } CASES[] = {
        {"面积(亩)", "面积", TH_AREA_UNIT_MU},
        {"面积（公顷）", "面积", TH_AREA_UNIT_HA},
        {"面积_平方米", "面积", TH_AREA_UNIT_M2},
        {"area_m2", "area", TH_AREA_UNIT_M2},
        {"AREA_HA", "AREA", TH_AREA_UNIT_HA},
        {"面积/亩", "面积", TH_AREA_UNIT_MU},
        {" 面积 [hm²] ", "面积", TH_AREA_UNIT_HA},
        {"面积(公亩)", "面积", TH_AREA_UNIT_ARE},
        {"面积：亩", "面积", TH_AREA_UNIT_MU},
        {"面积(亩", "面积", TH_AREA_UNIT_MU},
        {"MIAN_JI", "MIAN_JI", -1},
        {"面积", "面积", -1},
        {"亩", "亩", -1},
        {"(亩)", "(亩)", -1},
        {"面积(约)", "面积(约)", -1},
        {"", "", -1},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        char base[TH_AREA_UNIT_HEADING_MAX];
        enum th_area_unit unit = TH_AREA_UNIT_ARE;
        print_message("  %s\n", CASES[i].heading);
        bool found = th_area_unit_of_heading(CASES[i].heading, base, &unit);
        assert_int_equal(found, CASES[i].unit >= 0);
        assert_string_equal(base, CASES[i].base);
        if (found) {
            assert_int_equal(unit, CASES[i].unit);
        }
    }
}

static void names__read_back(void **state)
{
    (void)state;
    for (int unit = 0; unit < TH_AREA_UNIT_N; unit++) {
        enum th_area_unit found = TH_AREA_UNIT_MU;
        assert_true(th_area_unit_parse(th_area_unit_name((enum th_area_unit)unit), &found));
        assert_int_equal(found, unit);
    }
    enum th_area_unit found = TH_AREA_UNIT_MU;
    assert_false(th_area_unit_parse("acre", &found));
    assert_close(th_area_unit_m2(TH_AREA_UNIT_MU) * 15, th_area_unit_m2(TH_AREA_UNIT_HA), 1e-9);
}

static void amount__is_read_as_people_write_it(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double value;
        int unit; // -1: none named
    } CASES[] = {
        {"90", 90, -1},
        {" 90.5 ", 90.5, -1},
        {"90亩", 90, TH_AREA_UNIT_MU},
        {"90 亩", 90, TH_AREA_UNIT_MU},
        {"90　市亩", 90, TH_AREA_UNIT_MU},
        {"６０", 60, -1},
        {"６０．５ 亩", 60.5, TH_AREA_UNIT_MU},
        {"1,234.5", 1234.5, -1},
        {"１，２３４．５", 1234.5, -1},
        {"12,345,678", 12345678, -1},
        {"6公顷", 6, TH_AREA_UNIT_HA},
        {"6 HA", 6, TH_AREA_UNIT_HA},
        {"60000平方米", 60000, TH_AREA_UNIT_M2},
        {"60,000㎡", 60000, TH_AREA_UNIT_M2},
        {"60000 m²", 60000, TH_AREA_UNIT_M2},
        {"60000ｍ２", 60000, TH_AREA_UNIT_M2},
        {"3公亩", 3, TH_AREA_UNIT_ARE},
        {"0.123", 0.123, -1},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_area_amount amount = {0};
        print_message("  %s\n", CASES[i].text);
        assert_true(th_area_amount_parse(CASES[i].text, &amount));
        assert_close(amount.value, CASES[i].value, 0);
        assert_int_equal(amount.has_unit, CASES[i].unit >= 0);
        if (amount.has_unit) {
            assert_int_equal(amount.unit, CASES[i].unit);
        }
    }
}

static void amount__that_could_be_read_in_two_ways_is_refused(void **state)
{
    (void)state;
    static const char *const CASES[] = {
        "",         " ",          "亩",        "1,23",    "1,2345",  "1234,567", "0,123",
        ",123",     "1,,234",     "1,234,",    "1.234,5", "1 234",   "90-100亩", "90～100",
        "约90亩",   "90亩左右",   "90亩3分",   "1.2万",   "1.2万亩", "九十亩",   "90亩/户",
        "90.亩",    ".5亩",       "1.2.3",     "-5亩",    "+5亩",    "1e3亩",    "90(亩)",
        "90 acres", "60平方公里", "90亩 6 ha", "0x10",    "nan",     "inf",      "1、234",
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_area_amount amount = {.value = 7, .has_unit = true, .unit = TH_AREA_UNIT_ARE};
        print_message("  %s\n", CASES[i]);
        assert_false(th_area_amount_parse(CASES[i], &amount));
        assert_true(amount.value == 7 && amount.has_unit && amount.unit == TH_AREA_UNIT_ARE);
    }
}

static uint64_t next(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static size_t put(char *out, const char *text)
{
    size_t n = 0;
    for (; text[n] != '\0'; n++) {
        out[n] = text[n];
    }
    return n;
}

// Writes `digits` by the rules of the header, or with one comma that does not belong where it is.
static void amount_write(const char *digits, bool grouped, bool wide, size_t misplaced, char *out)
{
    size_t n = strlen(digits);
    for (size_t i = 0; i < n; i++) {
        // Full-width signs lie from U+FF01 on as ASCII from '!': "，" EF BC 8C, "０" EF BC 90.
        if ((grouped && i > 0 && (n - i) % 3 == 0) != (i == misplaced)) {
            out += put(out, wide ? "\xEF\xBC\x8C" : ",");
        }
        out += wide ? put(out, "\xEF\xBC") : 0;
        *out++ = (char)(wide ? digits[i] - '0' + '\x90' : digits[i]);
    }
    *out = '\0';
}

static void amount__written_in_any_usual_way_is_the_number(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int unit;
    } UNITS[] = {{"", -1},
                 {"亩", TH_AREA_UNIT_MU},
                 {"公顷", TH_AREA_UNIT_HA},
                 {"㎡", TH_AREA_UNIT_M2},
                 {"公亩", TH_AREA_UNIT_ARE}};
    static const char *const BLANKS[] = {"", " ", "  ", "　"};
    size_t rounds = th_test_rounds(20000);
    uint64_t seed = 20;
    for (size_t i = 0; i < rounds; i++) {
        char digits[16];
        char written[64];
        char text[128];
        char plain[32];
        long long whole = (long long)(next(&seed) >> (30 + i % 34));
        unsigned cents = (unsigned)(next(&seed) % 100);
        size_t unit = (size_t)(next(&seed) % 5);
        bool wide = next(&seed) % 3 == 0;
        (void)snprintf(digits, sizeof(digits), "%lld", whole);
        bool grouped = strlen(digits) > 3 && next(&seed) % 2 == 0;
        amount_write(digits, grouped, wide, SIZE_MAX, written);
        (void)snprintf(text, sizeof(text), "%s%s%02u%s%s", written, wide ? "．" : ".", cents,
                       BLANKS[next(&seed) % 4], UNITS[unit].text);
        (void)snprintf(plain, sizeof(plain), "%lld.%02u", whole, cents);
        struct th_area_amount amount = {0};
        if (!th_area_amount_parse(text, &amount)) {
            fail_msg("%s", text);
        }
        assert_close(amount.value, strtod(plain, NULL), 0);
        assert_int_equal(amount.has_unit ? (int)amount.unit : -1, UNITS[unit].unit);
        // One comma more or less is no number, but for the only one there may be.
        size_t n = strlen(digits);
        assert_true(n > 0);
        size_t at = n == 0 ? 0 : (size_t)(next(&seed) % n);
        if (at > 0 && n - at == 3 && n < 7) {
            continue;
        }
        amount_write(digits, grouped, wide, at, text);
        if (th_area_amount_parse(text, &amount)) {
            fail_msg("%s", text);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows__tell_the_unit_by_their_ratio),
        cmocka_unit_test(rows__a_fifth_may_be_wrong_and_not_more),
        cmocka_unit_test(rows__few_decide_only_what_is_usual),
        cmocka_unit_test(rows__useless_ones_are_left_out),
        cmocka_unit_test(heading__is_believed_until_the_rows_contradict_it),
        cmocka_unit_test(heading__unit_is_found_in_the_usual_writings),
        cmocka_unit_test(names__read_back),
        cmocka_unit_test(amount__is_read_as_people_write_it),
        cmocka_unit_test(amount__that_could_be_read_in_two_ways_is_refused),
        cmocka_unit_test(amount__written_in_any_usual_way_is_the_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
