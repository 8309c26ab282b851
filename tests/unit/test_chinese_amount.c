#include "core/chinese_amount.h"

#include "tests/support/support.h"

static const char *capitals(int64_t fen, char text[TH_CHINESE_AMOUNT_SIZE])
{
    struct th_error err;
    assert_ok(th_chinese_amount(th_money_from_fen(fen), text, &err), &err);
    return text;
}

// Reading back, by grammar and not by the writer's rules: signs of one character each.
static const char *const signs[] = {"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖",
                                    "拾", "佰", "仟", "万", "亿", "元", "角", "分", "整"};
enum { TEN = 10, HUNDRED, THOUSAND, WAN, YI, YUAN, JIAO, FEN, WHOLE, N_SIGNS };

static size_t read_signs(const char *text, int *ret_signs, size_t capacity)
{
    size_t n = 0;
    while (*text != '\0') {
        int sign = 0;
        while (sign < N_SIGNS && strncmp(text, signs[sign], 3) != 0) {
            sign++;
        }
        assert_true(sign < N_SIGNS && n < capacity);
        ret_signs[n++] = sign;
        text += 3;
    }
    return n;
}

// The value of what stands before the last `unit` times its weight, and of what stands behind it.
static uint64_t value_of(const int *sign, size_t n)
{
    static const struct {
        int unit;
        uint64_t weight;
    } units[] = {{YI, 100000000}, {WAN, 10000}, {THOUSAND, 1000}, {HUNDRED, 100}, {TEN, 10}};
    for (size_t u = 0; u < sizeof(units) / sizeof(*units); u++) {
        for (size_t i = n; i-- > 0;) {
            if (sign[i] == units[u].unit) {
                return value_of(sign, i) * units[u].weight + value_of(sign + i + 1, n - i - 1);
            }
        }
    }
    while (n > 1 && sign[0] == 0) {
        sign++;
        n--;
    }
    assert_true(n <= 1);
    return n == 0 ? 0 : (uint64_t)sign[0];
}

static uint64_t read_back(const char *text)
{
    int sign[64];
    size_t n = read_signs(text, sign, 64);
    uint64_t fen = 0;
    size_t from = 0;
    for (size_t i = 0; i < n; i++) {
        if (sign[i] == YUAN || sign[i] == JIAO || sign[i] == FEN) {
            uint64_t weight = sign[i] == YUAN ? 100 : sign[i] == JIAO ? 10 : 1;
            fen += value_of(sign + from, i - from) * weight;
            from = i + 1;
        }
    }
    assert_true(from == n || (from + 1 == n && sign[from] == WHOLE));
    // 整 behind 元 alone, and there always.
    assert_true((sign[n - 1] == WHOLE) == (fen % 100 == 0));
    for (size_t i = 0; i + 1 < n; i++) {
        assert_false(sign[i] == 0 && sign[i + 1] == 0);
        // A nought stands before a digit, or is all that there is.
        assert_true(sign[i] != 0 || sign[i + 1] < TEN || n == 3);
    }
    return fen;
}

// The text of the rules has the first seven; the others follow from it.
static void chinese_amount__writes_what_the_rules_show(void **state)
{
    (void)state;
    static const struct {
        int64_t fen;
        const char *text;
    } cases[] = {
        {140950, "壹仟肆佰零玖元伍角"},
        {600714, "陆仟零柒元壹角肆分"},
        {168032, "壹仟陆佰捌拾元零叁角贰分"},
        {10700053, "壹拾万柒仟元零伍角叁分"},
        {1640902, "壹万陆仟肆佰零玖元零贰分"},
        {32504, "叁佰贰拾伍元零肆分"},
        {105000, "壹仟零伍拾元整"},
        {0, "零元整"},
        {1, "壹分"},
        {10, "壹角"},
        {35, "叁角伍分"},
        {100, "壹元整"},
        {101, "壹元零壹分"},
        {1000, "壹拾元整"},
        {1010, "壹拾元零壹角"},
        {11000, "壹佰壹拾元整"},
        {100000, "壹仟元整"},
        {100100, "壹仟零壹元整"},
        {1000000, "壹万元整"},
        {1000001, "壹万元零壹分"},
        {1000050, "壹万元零伍角"},
        {10000500, "壹拾万零伍元整"},
        {10010000, "壹拾万零壹佰元整"},
        {58830000, "伍拾捌万捌仟叁佰元整"},
        {100000000, "壹佰万元整"},
        {100500000, "壹佰万伍仟元整"},
        {10000000000, "壹亿元整"},
        {10000500000, "壹亿零伍仟元整"},
        {10001000000, "壹亿零壹万元整"},
        {10100500000, "壹亿零壹佰万伍仟元整"},
        {15000000000, "壹亿伍仟万元整"},
        {10000000000000, "壹仟亿元整"},
        {100000000000000, "壹万亿元整"},
        {100010000000100, "壹万零壹亿零壹元整"},
        {1000000000000000000, "壹亿亿元整"},
        {INT64_MAX, "玖亿贰仟贰佰叁拾叁万柒仟贰佰零叁亿陆仟捌佰伍拾肆万柒仟柒佰伍拾捌元零柒分"},
    };
    char text[TH_CHINESE_AMOUNT_SIZE];
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        assert_string_equal(capitals(cases[i].fen, text), cases[i].text);
    }
}

static void chinese_amount__every_amount_below_two_thousand_yuan_reads_back(void **state)
{
    (void)state;
    char text[TH_CHINESE_AMOUNT_SIZE];
    int64_t n = (int64_t)th_test_rounds(200000);
    for (int64_t fen = 0; fen < n; fen++) {
        assert_true(read_back(capitals(fen, text)) == (uint64_t)fen);
    }
}

// Amounts of every length, most of whose digits are noughts, where the rules have their say.
static void chinese_amount__any_amount_reads_back(void **state)
{
    (void)state;
    char text[TH_CHINESE_AMOUNT_SIZE];
    uint64_t seed = 20211228;
    size_t n = th_test_rounds(200000);
    for (size_t i = 0; i < n; i++) {
        uint64_t fen = 0;
        for (size_t length = 1 + i % 19; length > 0; length--) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            uint64_t random = seed >> 33;
            fen = fen * 10 + (random % 3 == 0 ? random / 3 % 10 : 0);
        }
        if (fen > INT64_MAX) {
            fen %= INT64_MAX;
        }
        assert_true(read_back(capitals((int64_t)fen, text)) == fen);
    }
    for (int64_t power = 1; power <= INT64_MAX / 10; power *= 10) {
        for (int64_t near = -1; near <= 1; near++) {
            assert_true(read_back(capitals(power + near, text)) == (uint64_t)(power + near));
        }
    }
}

static void chinese_amount__below_nothing_is_refused(void **state)
{
    (void)state;
    char text[TH_CHINESE_AMOUNT_SIZE] = "untouched";
    struct th_error err;
    assert_status(th_chinese_amount(th_money_from_fen(-1), text, &err), TH_INVALID, &err);
    assert_string_equal(err.key, "amount_negative");
    assert_string_equal(th_error_arg_get(&err, "amount"), "-0.01");
    assert_status(th_chinese_amount(th_money_from_fen(INT64_MIN), text, NULL), TH_INVALID, NULL);
    assert_string_equal(text, "untouched");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chinese_amount__writes_what_the_rules_show),
        cmocka_unit_test(chinese_amount__every_amount_below_two_thousand_yuan_reads_back),
        cmocka_unit_test(chinese_amount__any_amount_reads_back),
        cmocka_unit_test(chinese_amount__below_nothing_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
