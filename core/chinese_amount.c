#include "core/chinese_amount.h"

#include <assert.h>
#include <string.h>

static const char *const DIGITS[] = {"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"};

struct text {
    char *data; // of TH_CHINESE_AMOUNT_SIZE
    size_t size;
};

static void put(struct text *text, const char *sign)
{
    size_t size = strlen(sign);
    assert(text->size + size < TH_CHINESE_AMOUNT_SIZE);
    memcpy(text->data + text->size, sign, size + 1);
    text->size += size;
}

// A group of four digits that is not 0000; noughts before its first digit are the caller's.
static void put_group(struct text *text, int64_t group)
{
    static const char *const UNITS[] = {"仟", "佰", "拾", ""};
    bool begun = false;
    bool gap = false;
    int64_t weight = 1000;
    for (int i = 0; i < 4; i++, weight /= 10) {
        int64_t digit = group / weight % 10;
        if (digit == 0) {
            gap = begun;
            continue;
        }
        if (gap) {
            put(text, DIGITS[0]);
        }
        put(text, DIGITS[digit]);
        put(text, UNITS[i]);
        begun = true;
        gap = false;
    }
}

// A number above 0. What stands before 亿 is a number of its own, so that the largest amounts need
// no further unit.
static void put_number(struct text *text, int64_t number)
{
    const int64_t yi = 100000000;
    const int64_t wan = 10000;
    bool begun = number >= yi;
    if (begun) {
        put_number(text, number / yi);
        put(text, "亿");
    }
    int64_t high = number % yi / wan;
    int64_t low = number % wan;
    if (high > 0) {
        if (begun && high < 1000) {
            put(text, DIGITS[0]);
        }
        put_group(text, high);
        put(text, "万");
        begun = true;
    }
    if (low > 0) {
        // Also where all four digits above it are noughts: 壹亿伍仟 would read as a hundred and
        // fifty million.
        if (begun && (low < 1000 || high == 0)) {
            put(text, DIGITS[0]);
        }
        put_group(text, low);
    }
}

enum th_status th_chinese_amount(struct th_money amount, char ret_text[TH_CHINESE_AMOUNT_SIZE],
                                 struct th_error *err)
{
    int64_t fen = th_money_fen(amount);
    if (fen < 0) {
        char buf[TH_QUANTITY_TEXT_SIZE];
        return th_error_set(err, TH_INVALID, "amount_negative", "amount",
                            th_money_format(amount, buf), NULL);
    }
    int64_t yuan = fen / 100;
    int64_t jiao = fen / 10 % 10;
    fen %= 10;
    struct text text = {.data = ret_text};
    if (yuan > 0) {
        put_number(&text, yuan);
        put(&text, "元");
    } else if (jiao == 0 && fen == 0) {
        put(&text, "零元");
    }
    if (jiao > 0) {
        if (yuan > 0 && yuan % 10 == 0) {
            put(&text, DIGITS[0]);
        }
        put(&text, DIGITS[jiao]);
        put(&text, "角");
    } else if (yuan > 0 && fen > 0) {
        put(&text, DIGITS[0]);
    }
    if (fen > 0) {
        put(&text, DIGITS[fen]);
        put(&text, "分");
    } else if (jiao == 0) {
        put(&text, "整");
    }
    return TH_OK;
}
