#include "core/ratio.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef __int128 int128;
__extension__ typedef unsigned __int128 uint128;

enum { MAX_PLACES = 9, MAX_PLACES_READ = 36 }; // 10^36 < 2^127

static uint64_t magnitude(int64_t value)
{
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

static uint128 gcd(uint128 a, uint128 b)
{
    while (b != 0) {
        uint128 rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

// Lowest terms of numerator / denominator; false when they do not fit. denominator > 0.
static bool reduce(int128 numerator, int128 denominator, struct th_ratio *ret_ratio)
{
    uint128 size = numerator < 0 ? 0 - (uint128)numerator : (uint128)numerator;
    int128 common = (int128)gcd(size, (uint128)denominator);
    numerator /= common;
    denominator /= common;
    if (numerator > INT64_MAX || numerator < -INT64_MAX || denominator > INT64_MAX) {
        return false;
    }
    *ret_ratio = (struct th_ratio){(int64_t)numerator, (int64_t)denominator};
    return true;
}

enum th_status th_ratio_make(int64_t numerator, int64_t denominator, struct th_ratio *ret_ratio,
                             struct th_error *err)
{
    if (denominator == 0 || denominator == INT64_MIN || numerator == INT64_MIN) {
        char text[TH_RATIO_TEXT_SIZE];
        snprintf(text, sizeof(text), "%lld/%lld", (long long)numerator, (long long)denominator);
        return th_error_set(err, TH_INVALID, "ratio_invalid", "text", text, NULL);
    }
    if (denominator < 0) {
        numerator = -numerator;
        denominator = -denominator;
    }
    (void)reduce(numerator, denominator, ret_ratio); // smaller than what came in: fits
    return TH_OK;
}

// Digits at *text, appended to *value; the number of digits, or -1 when there are too many. Wide,
// because a value such as 2305843009213693951.75 fits as a fraction only after reduction.
static int read_digits(const char **text, int128 *value)
{
    const int128 ceiling = (int128)1 << 120;
    int n = 0;
    for (; **text >= '0' && **text <= '9'; (*text)++, n++) {
        if (*value > ceiling) {
            return -1;
        }
        *value = *value * 10 + (**text - '0');
    }
    return n;
}

static bool read_ratio(const char *text, struct th_ratio *ret_ratio)
{
    int128 numerator = 0;
    int128 denominator = 1;
    bool negative = *text == '-';
    if (negative) {
        text++;
    }
    if (read_digits(&text, &numerator) <= 0) {
        return false;
    }
    if (*text == '.') {
        text++;
        int places = read_digits(&text, &numerator);
        if (places <= 0 || places > MAX_PLACES_READ) {
            return false;
        }
        for (int i = 0; i < places; i++) {
            denominator *= 10;
        }
    } else if (*text == '/') {
        text++;
        denominator = 0;
        if (read_digits(&text, &denominator) <= 0 || denominator == 0) {
            return false;
        }
    }
    return *text == '\0' && reduce(negative ? -numerator : numerator, denominator, ret_ratio);
}

enum th_status th_ratio_parse(const char *text, struct th_ratio *ret_ratio, struct th_error *err)
{
    if (text == NULL || !read_ratio(text, ret_ratio)) {
        return th_error_set(err, TH_INVALID, "ratio_invalid", "text", text, NULL);
    }
    return TH_OK;
}

const char *th_ratio_format(struct th_ratio ratio, char buf[TH_RATIO_TEXT_SIZE])
{
    assert(ratio.denominator > 0);
    const char *sign = ratio.numerator < 0 ? "-" : "";
    uint64_t denominator = (uint64_t)ratio.denominator;
    uint64_t whole = magnitude(ratio.numerator) / denominator;
    uint64_t rest = magnitude(ratio.numerator) % denominator;
    uint128 scaled = rest;
    int places = 0;
    while (places < MAX_PLACES && scaled % denominator != 0) {
        scaled *= 10;
        places++;
    }
    if (scaled % denominator != 0) {
        snprintf(buf, TH_RATIO_TEXT_SIZE, "%lld/%lld", (long long)ratio.numerator,
                 (long long)ratio.denominator);
    } else if (places == 0) {
        snprintf(buf, TH_RATIO_TEXT_SIZE, "%s%llu", sign, (unsigned long long)whole);
    } else {
        snprintf(buf, TH_RATIO_TEXT_SIZE, "%s%llu.%0*llu", sign, (unsigned long long)whole, places,
                 (unsigned long long)(scaled / denominator));
    }
    return buf;
}

const char *th_ratio_format_percent(struct th_ratio ratio, char buf[TH_RATIO_TEXT_SIZE])
{
    struct th_ratio percent;
    const struct th_ratio hundred = {100, 1};
    (void)th_ratio_format(ratio, buf);
    if (strchr(buf, '/') == NULL && th_ratio_mul(ratio, hundred, &percent, NULL) == TH_OK) {
        (void)th_ratio_format(percent, buf);
        size_t size = strlen(buf);
        (void)snprintf(buf + size, TH_RATIO_TEXT_SIZE - size, " %%");
    }
    return buf;
}

int th_ratio_compare(struct th_ratio a, struct th_ratio b)
{
    assert(a.denominator > 0 && b.denominator > 0);
    int128 left = (int128)a.numerator * b.denominator;
    int128 right = (int128)b.numerator * a.denominator;
    return (left > right) - (left < right);
}

double th_ratio_double(struct th_ratio ratio)
{
    assert(ratio.denominator > 0);
    return (double)ratio.numerator / (double)ratio.denominator;
}

static enum th_status overflow(struct th_error *err)
{
    return th_error_set(err, TH_OVERFLOW, "overflow", NULL);
}

enum th_status th_ratio_mul(struct th_ratio a, struct th_ratio b, struct th_ratio *ret_product,
                            struct th_error *err)
{
    assert(a.denominator > 0 && b.denominator > 0);
    if (!reduce((int128)a.numerator * b.numerator, (int128)a.denominator * b.denominator,
                ret_product)) {
        return overflow(err);
    }
    return TH_OK;
}

enum th_status th_ratio_add(struct th_ratio a, struct th_ratio b, struct th_ratio *ret_sum,
                            struct th_error *err)
{
    assert(a.denominator > 0 && b.denominator > 0);
    if (!reduce((int128)a.numerator * b.denominator + (int128)b.numerator * a.denominator,
                (int128)a.denominator * b.denominator, ret_sum)) {
        return overflow(err);
    }
    return TH_OK;
}

static enum th_status narrow(int128 value, int64_t *ret_result, struct th_error *err)
{
    if (value > INT64_MAX || value < INT64_MIN) {
        return overflow(err);
    }
    *ret_result = (int64_t)value;
    return TH_OK;
}

static int128 floor_div(int128 value, int128 divisor)
{
    int128 quotient = value / divisor;
    return value % divisor < 0 ? quotient - 1 : quotient;
}

enum th_status th_ratio_apply_floor(struct th_ratio ratio, int64_t value, int64_t *ret_result,
                                    struct th_error *err)
{
    assert(ratio.denominator > 0);
    return narrow(floor_div((int128)ratio.numerator * value, ratio.denominator), ret_result, err);
}

enum th_status th_ratio_apply_ceil(struct th_ratio ratio, int64_t value, int64_t *ret_result,
                                   struct th_error *err)
{
    assert(ratio.denominator > 0);
    return narrow(-floor_div(-((int128)ratio.numerator * value), ratio.denominator), ret_result,
                  err);
}

enum th_status th_ratio_apply_nearest(struct th_ratio ratio, int64_t value, int64_t *ret_result,
                                      struct th_error *err)
{
    assert(ratio.denominator > 0);
    int128 product = (int128)ratio.numerator * value;
    int128 size = product < 0 ? -product : product;
    int128 quotient = size / ratio.denominator;
    if (size % ratio.denominator * 2 >= ratio.denominator) {
        quotient++;
    }
    return narrow(product < 0 ? -quotient : quotient, ret_result, err);
}

struct share {
    uint128 remainder; // of total × weight / sum of weights
    int64_t amount;
    size_t index;
};

// Largest remainder first, then the order of the weights.
static int share_order(const void *left, const void *right)
{
    const struct share *a = left;
    const struct share *b = right;
    if (a->remainder != b->remainder) {
        return a->remainder > b->remainder ? -1 : 1;
    }
    return (a->index > b->index) - (a->index < b->index);
}

enum th_status th_allocate(int64_t total, const int64_t *weights, size_t n, int64_t *ret_shares,
                           struct th_error *err)
{
    uint128 sum = 0;
    bool negative = total < 0;
    for (size_t i = 0; i < n; i++) {
        negative = negative || weights[i] < 0;
        sum += (uint64_t)weights[i];
    }
    if (negative) {
        return th_error_set(err, TH_INVALID, "weights_negative", NULL);
    }
    if (sum == 0 && total != 0) {
        return th_error_set(err, TH_INVALID, "weights_zero", NULL);
    }
    if (total == 0) {
        for (size_t i = 0; i < n; i++) {
            ret_shares[i] = 0;
        }
        return TH_OK;
    }

    struct share *shares = calloc(n, sizeof(*shares));
    if (shares == NULL) {
        return th_error_no_memory(err);
    }
    int64_t left = total;
    for (size_t i = 0; i < n; i++) {
        uint128 product = (uint128)(uint64_t)total * (uint64_t)weights[i];
        shares[i] = (struct share){product % sum, (int64_t)(product / sum), i};
        left -= shares[i].amount;
    }
    qsort(shares, n, sizeof(*shares), share_order);
    for (size_t i = 0; i < n; i++) {
        ret_shares[shares[i].index] = shares[i].amount + ((int64_t)i < left ? 1 : 0);
    }
    free(shares);
    return TH_OK;
}
