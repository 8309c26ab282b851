#include "methodology/wide_internal.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

th_wide th_wide_floor(th_wide dividend, th_wide divisor)
{
    assert(divisor > 0);
    th_wide quotient = dividend / divisor;
    return dividend % divisor < 0 ? quotient - 1 : quotient;
}

bool th_wide_fits(th_wide value)
{
    return value > INT64_MIN && value <= INT64_MAX;
}

const char *th_wide_decimal(int64_t value, int decimals, bool trim, char buf[TH_WIDE_TEXT_SIZE])
{
    assert(decimals >= 0 && decimals <= 9);
    uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    uint64_t scale = 1;
    for (int i = 0; i < decimals; i++) {
        scale *= 10;
    }
    const char *sign = value < 0 ? "-" : "";
    if (decimals == 0) {
        (void)snprintf(buf, TH_WIDE_TEXT_SIZE, "%s%" PRIu64, sign, size);
        return buf;
    }
    (void)snprintf(buf, TH_WIDE_TEXT_SIZE, "%s%" PRIu64 ".%0*" PRIu64, sign, size / scale, decimals,
                   size % scale);
    if (trim) {
        size_t length = strlen(buf);
        while (buf[length - 1] == '0') {
            length--;
        }
        if (buf[length - 1] == '.') {
            length--;
        }
        buf[length] = '\0';
    }
    return buf;
}

const char *th_wide_mu(struct th_area area, char buf[TH_WIDE_TEXT_SIZE])
{
    // 1,000,000 / 200,000 = 5 millionths of a mu are one unit of area.
    th_wide millionths = (th_wide)th_area_m2_300(area) * (1000000 / TH_WIDE_MU);
    if (!th_wide_fits(millionths)) {
        (void)snprintf(buf, TH_WIDE_TEXT_SIZE, "%" PRId64, th_area_m2_300(area) / TH_WIDE_MU);
        return buf;
    }
    return th_wide_decimal((int64_t)millionths, 6, true, buf);
}
