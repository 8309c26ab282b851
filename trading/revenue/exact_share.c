// Numbers are read and written limb by limb; a share is found by long division in binary, which is
// short because a share fits 63 bits however long the weights are.
#include "trading/revenue/exact_share.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void th_whole_set(struct th_whole *whole, uint64_t value)
{
    whole->n = 0;
    for (; value != 0; value >>= 32) {
        whole->limbs[whole->n++] = (uint32_t)value;
    }
}

bool th_whole_is_zero(const struct th_whole *whole)
{
    return whole->n == 0;
}

static void copy(struct th_whole *target, const struct th_whole *source)
{
    memcpy(target->limbs, source->limbs, source->n * sizeof(source->limbs[0]));
    target->n = source->n;
}

static bool multiply_small(struct th_whole *whole, uint32_t factor)
{
    uint64_t carry = 0;
    for (size_t i = 0; i < whole->n; i++) {
        carry += (uint64_t)whole->limbs[i] * factor;
        whole->limbs[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry != 0) {
        if (whole->n == TH_WHOLE_LIMBS) {
            return false;
        }
        whole->limbs[whole->n++] = (uint32_t)carry;
    }
    if (factor == 0) {
        whole->n = 0;
    }
    return true;
}

bool th_whole_multiply(struct th_whole *whole, uint64_t factor)
{
    struct th_whole high;
    uint32_t above = (uint32_t)(factor >> 32);
    if (above == 0) {
        return multiply_small(whole, (uint32_t)factor);
    }
    copy(&high, whole);
    if (!multiply_small(&high, above) || high.n == TH_WHOLE_LIMBS) {
        return false;
    }
    if (high.n > 0) {
        memmove(&high.limbs[1], &high.limbs[0], high.n * sizeof(high.limbs[0]));
        high.limbs[0] = 0;
        high.n++;
    }
    return multiply_small(whole, (uint32_t)factor) && th_whole_add(whole, &high);
}

bool th_whole_add(struct th_whole *whole, const struct th_whole *other)
{
    uint64_t carry = 0;
    size_t n = whole->n > other->n ? whole->n : other->n;
    for (size_t i = 0; i < n; i++) {
        carry += i < whole->n ? whole->limbs[i] : 0;
        carry += i < other->n ? other->limbs[i] : 0;
        whole->limbs[i] = (uint32_t)carry;
        carry >>= 32;
    }
    whole->n = n;
    if (carry != 0) {
        if (n == TH_WHOLE_LIMBS) {
            return false;
        }
        whole->limbs[whole->n++] = (uint32_t)carry;
    }
    return true;
}

int th_whole_compare(const struct th_whole *a, const struct th_whole *b)
{
    if (a->n != b->n) {
        return a->n < b->n ? -1 : 1;
    }
    for (size_t i = a->n; i > 0; i--) {
        if (a->limbs[i - 1] != b->limbs[i - 1]) {
            return a->limbs[i - 1] < b->limbs[i - 1] ? -1 : 1;
        }
    }
    return 0;
}

static void trim(struct th_whole *whole)
{
    while (whole->n > 0 && whole->limbs[whole->n - 1] == 0) {
        whole->n--;
    }
}

// a -= b, where a ≥ b.
static void subtract(struct th_whole *a, const struct th_whole *b)
{
    uint64_t borrow = 0;
    for (size_t i = 0; i < a->n; i++) {
        uint64_t taken = (i < b->n ? b->limbs[i] : 0) + borrow;
        borrow = a->limbs[i] < taken;
        a->limbs[i] = (uint32_t)(a->limbs[i] - taken);
    }
    assert(borrow == 0);
    trim(a);
}

uint32_t th_whole_divide(struct th_whole *whole, uint32_t divisor)
{
    uint64_t rest = 0;
    assert(divisor > 0);
    for (size_t i = whole->n; i > 0; i--) {
        rest = rest << 32 | whole->limbs[i - 1];
        whole->limbs[i - 1] = (uint32_t)(rest / divisor);
        rest %= divisor;
    }
    trim(whole);
    return (uint32_t)rest;
}

bool th_whole_common(struct th_whole *whole, uint32_t other)
{
    struct th_whole quotient;
    copy(&quotient, whole);
    uint32_t a = other;
    uint32_t b = th_whole_divide(&quotient, other);
    while (b != 0) {
        uint32_t rest = a % b;
        a = b;
        b = rest;
    }
    return multiply_small(whole, other / a);
}

struct part {             // of the total, for one weight
    struct th_whole rest; // over the sum of weights
    int64_t share;        // rounded down
    size_t index;
};

static int larger_rest_first(const void *a, const void *b)
{
    const struct part *const *left = a;
    const struct part *const *right = b;
    int order = th_whole_compare(&(*right)->rest, &(*left)->rest);
    if (order != 0) {
        return order;
    }
    return (*left)->index < (*right)->index ? -1 : (*left)->index > (*right)->index;
}

enum { SHARE_BITS = 63 };

// sum << 0, 1, …, as many as the total can reach; 0 when they are too long.
static size_t double_up(const struct th_whole *sum, int64_t total, struct th_whole *doubles)
{
    size_t n = 0;
    copy(&doubles[n++], sum);
    while (n < SHARE_BITS && total >> n != 0) {
        copy(&doubles[n], &doubles[n - 1]);
        if (!multiply_small(&doubles[n], 2)) {
            return 0;
        }
        n++;
    }
    return n;
}

// False when a number is too long.
static bool divide_all(int64_t total, const struct th_whole *weights, size_t n,
                       struct th_whole *doubles, struct part *parts)
{
    struct th_whole sum = {.n = 0};
    for (size_t i = 0; i < n; i++) {
        if (!th_whole_add(&sum, &weights[i])) {
            return false;
        }
    }
    size_t n_bits = double_up(&sum, total, doubles);
    for (size_t i = 0; i < n && n_bits > 0; i++) {
        struct part *part = &parts[i];
        part->index = i;
        part->share = 0;
        copy(&part->rest, &weights[i]);
        if (!th_whole_multiply(&part->rest, (uint64_t)total)) {
            return false;
        }
        for (size_t bit = n_bits; bit > 0; bit--) {
            if (th_whole_compare(&part->rest, &doubles[bit - 1]) >= 0) {
                subtract(&part->rest, &doubles[bit - 1]);
                part->share |= INT64_C(1) << (bit - 1);
            }
        }
    }
    return n_bits > 0;
}

static void give_out(int64_t total, const struct part *parts, const struct part **order, size_t n,
                     int64_t *ret_shares)
{
    int64_t left = total;
    for (size_t i = 0; i < n; i++) {
        left -= parts[i].share;
        ret_shares[i] = parts[i].share;
        order[i] = &parts[i];
    }
    qsort(order, n, sizeof(*order), larger_rest_first);
    for (size_t i = 0; i < (size_t)left; i++) {
        ret_shares[order[i]->index]++;
    }
}

enum th_status th_exact_share(int64_t total_fen, const struct th_whole *weights, size_t n,
                              int64_t *ret_shares, struct th_error *err)
{
    bool weighty = false;
    assert(total_fen >= 0);
    for (size_t i = 0; i < n; i++) {
        weighty = weighty || !th_whole_is_zero(&weights[i]);
    }
    if (total_fen == 0) {
        memset(ret_shares, 0, n * sizeof(*ret_shares));
        return TH_OK;
    }
    if (!weighty) {
        return th_error_set(err, TH_INVALID, "weights_zero", NULL);
    }
    struct th_whole *doubles = malloc(SHARE_BITS * sizeof(*doubles));
    struct part *parts = malloc(n * sizeof(*parts));
    const struct part **order = malloc(n * sizeof(*order));
    enum th_status status = TH_OK;
    if (!doubles || !parts || !order) {
        status = th_error_no_memory(err);
    } else if (!divide_all(total_fen, weights, n, doubles, parts)) {
        status = th_error_set(err, TH_LIMIT, "pool_too_large", NULL);
    } else {
        give_out(total_fen, parts, order, n, ret_shares);
    }
    free(doubles);
    free(parts);
    free(order);
    return status;
}
