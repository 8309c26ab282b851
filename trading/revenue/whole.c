// Numbers are read and written limb by limb.
#include "trading/revenue/whole.h"

#include <assert.h>
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
