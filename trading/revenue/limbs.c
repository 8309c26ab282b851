// Products and quotients are made limb by limb, as one does with digits on paper.
#include "trading/revenue/limbs.h"

#include <assert.h>
#include <string.h>

enum { LIMB_BITS = 32 };

bool th_limbs_are_zero(const uint32_t *a, size_t n)
{
    return th_limbs_used(a, n) == 0;
}

size_t th_limbs_used(const uint32_t *a, size_t n)
{
    while (n > 0 && a[n - 1] == 0) {
        n--;
    }
    return n;
}

int th_limbs_compare(const uint32_t *a, const uint32_t *b, size_t n)
{
    for (size_t i = n; i > 0; i--) {
        if (a[i - 1] != b[i - 1]) {
            return a[i - 1] < b[i - 1] ? -1 : 1;
        }
    }
    return 0;
}

uint32_t th_limbs_add(uint32_t *a, size_t n, const uint32_t *b, size_t n_b)
{
    uint64_t carry = 0;
    for (size_t i = 0; i < n && (i < n_b || carry != 0); i++) {
        carry += (uint64_t)a[i] + (i < n_b ? b[i] : 0);
        a[i] = (uint32_t)carry;
        carry >>= LIMB_BITS;
    }
    return (uint32_t)carry;
}

uint32_t th_limbs_subtract(uint32_t *a, size_t n, const uint32_t *b, size_t n_b)
{
    uint64_t borrow = 0;
    for (size_t i = 0; i < n && (i < n_b || borrow != 0); i++) {
        uint64_t taken = (i < n_b ? b[i] : 0) + borrow;
        borrow = a[i] < taken;
        a[i] = (uint32_t)(a[i] - taken);
    }
    return (uint32_t)borrow;
}

void th_limbs_multiply(const uint32_t *a, size_t n_a, const uint32_t *b, size_t n_b,
                       uint32_t *ret_product)
{
    memset(ret_product, 0, (n_a + n_b) * sizeof(*ret_product));
    for (size_t i = 0; i < n_a; i++) {
        uint64_t carry = 0;
        for (size_t k = 0; k < n_b && a[i] != 0; k++) {
            carry += (uint64_t)a[i] * b[k] + ret_product[i + k];
            ret_product[i + k] = (uint32_t)carry;
            carry >>= LIMB_BITS;
        }
        ret_product[i + n_b] = (uint32_t)carry;
    }
}

// a << bits, bits < 32, into n + 1 limbs.
static void shift_up(const uint32_t *a, size_t n, uint32_t bits, uint32_t *ret_shifted)
{
    uint64_t carry = 0;
    for (size_t i = 0; i < n; i++) {
        carry |= (uint64_t)a[i] << bits;
        ret_shifted[i] = (uint32_t)carry;
        carry >>= LIMB_BITS;
    }
    ret_shifted[n] = (uint32_t)carry;
}

static void shift_down(uint32_t *a, size_t n, uint32_t bits)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t pair = (uint64_t)(i + 1 < n ? a[i + 1] : 0) << LIMB_BITS | a[i];
        a[i] = (uint32_t)(pair >> bits);
    }
}

// One limb of a quotient: what `rest`, n + 1 limbs, holds of the divisor, whose highest bit is set.
// It is guessed by the two highest limbs of both, which is right or one too large.
static uint32_t next_limb(uint32_t *rest, const uint32_t *divisor, size_t n)
{
    uint64_t high = (uint64_t)rest[n] << LIMB_BITS | rest[n - 1];
    uint64_t guess = high / divisor[n - 1];
    uint64_t over = high % divisor[n - 1];
    while (guess > UINT32_MAX || (n > 1 && over <= UINT32_MAX &&
                                  guess * divisor[n - 2] > (over << LIMB_BITS | rest[n - 2]))) {
        guess--;
        over += divisor[n - 1];
        if (over > UINT32_MAX) {
            break;
        }
    }
    uint64_t carry = 0;
    uint64_t borrow = 0;
    for (size_t i = 0; i <= n; i++) {
        carry += i < n ? guess * divisor[i] : 0;
        uint64_t taken = (carry & UINT32_MAX) + borrow;
        borrow = rest[i] < taken;
        rest[i] = (uint32_t)(rest[i] - taken);
        carry >>= LIMB_BITS;
    }
    if (borrow != 0) {
        guess--;
        (void)th_limbs_add(rest, n + 1, divisor, n);
    }
    return (uint32_t)guess;
}

void th_limbs_divide(uint32_t *a, size_t n_a, const uint32_t *b, size_t n_b, uint32_t *ret_quotient,
                     uint32_t *room)
{
    size_t n = th_limbs_used(b, n_b);
    uint32_t bits = 0;
    uint32_t *divisor = room;
    uint32_t *rest = room + n + 1;
    assert(n > 0);
    while ((b[n - 1] << bits & UINT32_C(0x80000000)) == 0) {
        bits++;
    }
    shift_up(b, n, bits, divisor);
    shift_up(a, n_a, bits, rest);
    memset(ret_quotient, 0, n_a * sizeof(*ret_quotient));
    for (size_t i = n_a + 1; i > n; i--) {
        ret_quotient[i - 1 - n] = next_limb(&rest[i - 1 - n], divisor, n);
    }
    shift_down(rest, n_a + 1, bits);
    memcpy(a, rest, n_a * sizeof(*a));
}
