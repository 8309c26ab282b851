#include "core/quantity.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "core/text.h"

enum { M2_CENT_M2_300 = 3, KG_PER_T = 1000, AMOUNT_SIZE = 96 };

struct th_carbon th_carbon_from_kg(int64_t kg)
{
    return (struct th_carbon){kg};
}

int64_t th_carbon_kg(struct th_carbon carbon)
{
    return carbon.raw_kg;
}

struct th_units th_units_from_t(int64_t tonnes)
{
    return (struct th_units){tonnes};
}

int64_t th_units_t(struct th_units units)
{
    return units.raw_t;
}

struct th_money th_money_from_fen(int64_t fen)
{
    return (struct th_money){fen};
}

int64_t th_money_fen(struct th_money money)
{
    return money.raw_fen;
}

struct th_area th_area_from_m2_300(int64_t m2_300)
{
    return (struct th_area){m2_300};
}

int64_t th_area_m2_300(struct th_area area)
{
    return area.raw_m2_300;
}

static enum th_status overflow(struct th_error *err)
{
    return th_error_set(err, TH_OVERFLOW, "overflow", NULL);
}

static int64_t floor_div(int64_t value, int64_t divisor)
{
    int64_t quotient = value / divisor;
    return value % divisor < 0 ? quotient - 1 : quotient;
}

enum th_status th_area_from_m2(double m2, struct th_area *ret_area, struct th_error *err)
{
    if (!(m2 >= 0.0 && m2 <= 1e14)) {
        return overflow(err);
    }
    // A product m2 * 100.0 would itself be rounded and could make or hide a tie. So the double is
    // taken apart, m2 = mantissa × 2^-shift, and the hundredths are counted in integers.
    int exponent = 0;
    uint64_t mantissa = (uint64_t)ldexp(frexp(m2, &exponent), 53);
    int shift = 53 - exponent; // at least 6, for m2 <= 1e14 < 2^47
    uint64_t product = mantissa * 100;
    uint64_t cents = 0;
    if (shift < 62) { // else below a quarter of a hundredth: product < 2^60
        uint64_t half = (uint64_t)1 << (shift - 1);
        uint64_t rest = product & (half * 2 - 1);
        cents = product >> shift;
        if (rest > half || (rest == half && (cents & 1) == 1)) {
            cents++;
        }
    }
    ret_area->raw_m2_300 = (int64_t)cents * M2_CENT_M2_300;
    return TH_OK;
}

double th_area_m2(struct th_area area)
{
    return (double)area.raw_m2_300 / 300.0;
}

int64_t th_area_m2_cent(struct th_area area)
{
    int64_t cents = floor_div(area.raw_m2_300, M2_CENT_M2_300);
    return area.raw_m2_300 - cents * M2_CENT_M2_300 == 2 ? cents + 1 : cents;
}

int64_t th_area_mu_cent(struct th_area area)
{
    int64_t cents = floor_div(area.raw_m2_300, TH_AREA_M2_300_PER_MU_CENT);
    int64_t rest = area.raw_m2_300 - cents * TH_AREA_M2_300_PER_MU_CENT;
    return rest * 2 >= TH_AREA_M2_300_PER_MU_CENT ? cents + 1 : cents;
}

static int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

// The same four functions for each kind, so that no kind is forgotten and none is mixed.
#define QUANTITY_ARITHMETIC(kind, member)                                                          \
    enum th_status th_##kind##_add(struct th_##kind a, struct th_##kind b,                         \
                                   struct th_##kind *ret_sum, struct th_error *err)                \
    {                                                                                              \
        int64_t sum = 0;                                                                           \
        if (__builtin_add_overflow(a.member, b.member, &sum))                                      \
            return overflow(err);                                                                  \
        ret_sum->member = sum;                                                                     \
        return TH_OK;                                                                              \
    }                                                                                              \
    enum th_status th_##kind##_sub(struct th_##kind a, struct th_##kind b,                         \
                                   struct th_##kind *ret_difference, struct th_error *err)         \
    {                                                                                              \
        int64_t difference = 0;                                                                    \
        if (__builtin_sub_overflow(a.member, b.member, &difference))                               \
            return overflow(err);                                                                  \
        ret_difference->member = difference;                                                       \
        return TH_OK;                                                                              \
    }                                                                                              \
    int th_##kind##_compare(struct th_##kind a, struct th_##kind b)                                \
    {                                                                                              \
        return compare(a.member, b.member);                                                        \
    }

QUANTITY_ARITHMETIC(carbon, raw_kg)
QUANTITY_ARITHMETIC(units, raw_t)
QUANTITY_ARITHMETIC(money, raw_fen)
QUANTITY_ARITHMETIC(area, raw_m2_300)

struct th_money th_money_negate(struct th_money money)
{
    assert(money.raw_fen > INT64_MIN);
    return (struct th_money){-money.raw_fen};
}

struct th_units th_carbon_whole_t(struct th_carbon carbon)
{
    return (struct th_units){floor_div(carbon.raw_kg, KG_PER_T)};
}

enum th_status th_units_carbon(struct th_units units, struct th_carbon *ret_carbon,
                               struct th_error *err)
{
    int64_t kg = 0;
    if (__builtin_mul_overflow(units.raw_t, KG_PER_T, &kg)) {
        return overflow(err);
    }
    ret_carbon->raw_kg = kg;
    return TH_OK;
}

enum th_status th_money_times_units(struct th_money price_per_t, struct th_units units,
                                    struct th_money *ret_amount, struct th_error *err)
{
    int64_t fen = 0;
    if (__builtin_mul_overflow(price_per_t.raw_fen, units.raw_t, &fen)) {
        return overflow(err);
    }
    ret_amount->raw_fen = fen;
    return TH_OK;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool push_digit(int64_t *value, char digit)
{
    return !__builtin_mul_overflow(*value, 10, value) &&
           !__builtin_add_overflow(*value, digit - '0', value);
}

// The digits before the point. With commas: one to three digits, then groups of exactly three.
static const char *read_whole(const char *text, int64_t *ret_value)
{
    int in_group = 0;
    bool grouped = false;
    *ret_value = 0;
    for (;; text++) {
        if (is_digit(*text)) {
            if ((grouped && in_group == 3) || !push_digit(ret_value, *text)) {
                return NULL;
            }
            if (in_group < 4) { // more than three: no comma may follow
                in_group++;
            }
        } else if (*text == ',') {
            if (in_group == 0 || in_group > 3 || (grouped && in_group != 3)) {
                return NULL;
            }
            grouped = true;
            in_group = 0;
        } else {
            return in_group == 0 || (grouped && in_group != 3) ? NULL : text;
        }
    }
}

static bool read_hundredths(const char *text, int64_t *ret_value)
{
    int64_t value = 0;
    int decimals = 0;
    text = read_whole(text, &value);
    if (text == NULL) {
        return false;
    }
    if (*text == '.') {
        for (text++; decimals < 2 && is_digit(*text); text++, decimals++) {
            if (!push_digit(&value, *text)) {
                return false;
            }
        }
        if (decimals == 0) {
            return false;
        }
    }
    for (; decimals < 2; decimals++) {
        if (!push_digit(&value, '0')) {
            return false;
        }
    }
    if (*text != '\0') {
        return false;
    }
    *ret_value = value;
    return true;
}

// What people write around a figure. Each list ends with NULL.
static const char *const MONEY_BEFORE[] = {"人民币", "￥", "¥", "CNY", "RMB", NULL};
static const char *const MONEY_BEHIND[] = {"元", "CNY", "RMB", NULL};
static const char *const UNITS_BEHIND[] = {"吨", "t", NULL};
static const char *const AREA_BEHIND[] = {"市亩", "亩", "mu", NULL};
static const char *const NOTHING[] = {NULL};

// An amount as people write it, in hundredths: one writing of `before` and one of `behind` may
// stand around the figure, and anything may be of full width.
static bool read_amount(const char *text, const char *const *before, const char *const *behind,
                        int64_t *ret_value)
{
    char narrow[AMOUNT_SIZE];
    char *figure = narrow;
    if (text == NULL || !th_text_narrow(text, narrow, sizeof(narrow))) {
        return false;
    }
    th_text_trim(narrow);
    for (; *before != NULL && figure == narrow; before++) {
        figure += th_text_starts_with(narrow, *before) ? strlen(*before) : 0;
    }
    size_t size = strlen(figure);
    for (bool cut = false; *behind != NULL && !cut; behind++) {
        cut = th_text_ends_with(figure, *behind);
        figure[size - (cut ? strlen(*behind) : 0)] = '\0';
    }
    th_text_trim(figure);
    return read_hundredths(figure, ret_value);
}

static enum th_status amount_invalid(const char *text, struct th_error *err)
{
    return th_error_set(err, TH_INVALID, "amount_invalid", "text", text, NULL);
}

enum th_status th_money_parse(const char *text, struct th_money *ret_money, struct th_error *err)
{
    return read_amount(text, MONEY_BEFORE, MONEY_BEHIND, &ret_money->raw_fen)
               ? TH_OK
               : amount_invalid(text, err);
}

enum th_status th_cent_parse(const char *text, int64_t *ret_hundredths, struct th_error *err)
{
    return read_amount(text, NOTHING, NOTHING, ret_hundredths) ? TH_OK : amount_invalid(text, err);
}

enum th_status th_units_parse(const char *text, struct th_units *ret_units, struct th_error *err)
{
    int64_t hundredths = 0;
    bool whole = text != NULL && strchr(text, '.') == NULL && strstr(text, "．") == NULL;
    if (!whole || !read_amount(text, NOTHING, UNITS_BEHIND, &hundredths)) {
        return amount_invalid(text, err);
    }
    ret_units->raw_t = hundredths / 100;
    return TH_OK;
}

enum th_status th_area_parse_mu(const char *text, struct th_area *ret_area, struct th_error *err)
{
    int64_t mu_cent = 0;
    int64_t m2_300 = 0;
    if (!read_amount(text, NOTHING, AREA_BEHIND, &mu_cent) ||
        __builtin_mul_overflow(mu_cent, TH_AREA_M2_300_PER_MU_CENT, &m2_300)) {
        return amount_invalid(text, err);
    }
    ret_area->raw_m2_300 = m2_300;
    return TH_OK;
}

static uint64_t magnitude(int64_t value)
{
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

// Writes from the end of buf toward its start, then moves the text to the front.
static const char *format_grouped(uint64_t value, int decimals, bool negative,
                                  char buf[TH_QUANTITY_TEXT_SIZE])
{
    char text[TH_QUANTITY_TEXT_SIZE];
    int at = TH_QUANTITY_TEXT_SIZE;
    text[--at] = '\0';
    for (int i = 0; i < decimals; i++, value /= 10) {
        text[--at] = (char)('0' + value % 10);
    }
    if (decimals > 0) {
        text[--at] = '.';
    }
    int n_digits = 0;
    do {
        if (n_digits > 0 && n_digits % 3 == 0) {
            text[--at] = ',';
        }
        text[--at] = (char)('0' + value % 10);
        value /= 10;
        n_digits++;
    } while (value > 0);
    if (negative) {
        text[--at] = '-';
    }
    for (int i = 0; at + i < TH_QUANTITY_TEXT_SIZE; i++) {
        buf[i] = text[at + i];
    }
    return buf;
}

const char *th_cent_format(int64_t hundredths, char buf[TH_QUANTITY_TEXT_SIZE])
{
    return format_grouped(magnitude(hundredths), 2, hundredths < 0, buf);
}

const char *th_money_format(struct th_money money, char buf[TH_QUANTITY_TEXT_SIZE])
{
    return th_cent_format(money.raw_fen, buf);
}

const char *th_int_format(int64_t value, char buf[TH_QUANTITY_TEXT_SIZE])
{
    return format_grouped(magnitude(value), 0, value < 0, buf);
}
