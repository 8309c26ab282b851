// The shifts of Chinese web maps. An input is a place, in two numbers of eight bytes: shares of the
// box of the maps and a little beyond, the bits of two doubles, or steps of 1e-14° from where the
// formulas bend and the box ends. First byte: which of them.
#include <math.h>
#include <string.h>

#include "gis/offset.h"
#include "tests/fuzz/fuzz.h"

static const double THERE_AND_BACK_DEG = 1e-9;
static const double SHIFT_MAX_DEG = 0.02;

struct map {
    struct th_xy (*to)(struct th_xy point);
    struct th_xy (*from)(struct th_xy point);
};

static bool same_place(struct th_xy a, struct th_xy b)
{
    // NaN is the same as itself here.
    uint64_t bits[4];
    memcpy(&bits[0], &a.x, sizeof(bits[0]));
    memcpy(&bits[1], &a.y, sizeof(bits[1]));
    memcpy(&bits[2], &b.x, sizeof(bits[2]));
    memcpy(&bits[3], &b.y, sizeof(bits[3]));
    return bits[0] == bits[2] && bits[1] == bits[3];
}

static double apart(struct th_xy a, struct th_xy b)
{
    return fmax(fabs(a.x - b.x), fabs(a.y - b.y));
}

static void check(const struct map *map, struct th_xy point)
{
    struct th_xy shifted = map->to(point);
    struct th_xy unshifted = map->from(point);
    if (th_offset_applies(point)) {
        assert(apart(shifted, point) <= SHIFT_MAX_DEG);
        assert(apart(map->from(shifted), point) <= THERE_AND_BACK_DEG);
        assert(apart(unshifted, point) <= SHIFT_MAX_DEG);
    } else {
        assert(same_place(shifted, point));
    }
    // What was taken off comes on again. Where nothing was, no place inside shows there.
    if (!same_place(unshifted, point)) {
        assert(th_offset_applies(unshifted));
        assert(apart(map->to(unshifted), point) <= THERE_AND_BACK_DEG);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct map maps[] = {{th_offset_to_gcj02, th_offset_from_gcj02},
                                      {th_offset_to_bd09, th_offset_from_bd09}};
    unsigned char bytes[17] = {0};
    struct th_xy point;
    uint64_t whole[2];
    if (size > 0) {
        memcpy(bytes, data, size < sizeof(bytes) ? size : sizeof(bytes));
    }
    memcpy(whole, bytes + 1, sizeof(whole));
    if (bytes[0] % 3 == 0) {
        point.x = 70 + (double)whole[0] / 0x1p64 * 70;
        point.y = (double)whole[1] / 0x1p64 * 58;
    } else if (bytes[0] % 3 == 1) {
        static const double lons[] = {72.004, 105, 137.8347, 108};
        static const double lats[] = {0.8293, 35, 55.8271, 36};
        point.x = lons[whole[0] % 4] + (double)((int64_t)whole[0] >> 32) * 1e-14;
        point.y = lats[whole[1] % 4] + (double)((int64_t)whole[1] >> 32) * 1e-14;
    } else {
        memcpy(&point.x, bytes + 1, sizeof(point.x));
        memcpy(&point.y, bytes + 9, sizeof(point.y));
    }
    check(&maps[0], point);
    check(&maps[1], point);
    return 0;
}
