// GCJ-02 has no official description. What everybody computes is the formula that became known in
// 2009: two polynomials with waves in metres, brought to degrees on the ellipsoid of Krassovsky.
// BD-09 turns and stretches GCJ-02 by a formula of Baidu's that became known likewise. Both shifts
// change by at most 2.5 % of the way one goes, so that guessing the point, shifting the guess and
// taking off the difference comes 40 times closer with every round.
#include "gis/offset.h"

#include <math.h>

enum { ROUNDS_MAX = 24 };

static const double PI = 3.14159265358979323846;
// The ellipsoid in the formula: semi-major axis in metres, eccentricity squared.
static const double SEMI_MAJOR_M = 6378245.0;
static const double ECCENTRICITY2 = 0.00669342162296594323;
static const double ORIGIN_LON_DEG = 105;
static const double ORIGIN_LAT_DEG = 35;
static const struct th_box SHIFTED = {72.004, 0.8293, 137.8347, 55.8271};
// More than any shift, which is below 0.02°.
static const double RIM_DEG = 0.05;
// Far below the promise and above the rounding of 140°, 2.8e-14.
static const double SETTLED_DEG = 1e-13;
// By which a point on the very edge of the box may come back beside it: at 105°, where sqrt|x| is
// steepest, rounding grows to some 1e-12.
static const double EDGE_DEG = 1e-10;

static bool inside(struct th_xy point, double rim_deg)
{
    return point.x >= SHIFTED.west - rim_deg && point.x <= SHIFTED.east + rim_deg &&
           point.y >= SHIFTED.south - rim_deg && point.y <= SHIFTED.north + rim_deg;
}

bool th_offset_applies(struct th_xy point)
{
    return inside(point, 0);
}

// `degrees` is half the length of the wave.
static double wave(double amplitude_m, double x, double degrees)
{
    return amplitude_m * sin(x / degrees * PI) * 2 / 3;
}

static struct th_xy gcj02_shift(struct th_xy at)
{
    double x = at.x - ORIGIN_LON_DEG;
    double y = at.y - ORIGIN_LAT_DEG;
    double ripple_m = (20 * sin(6 * x * PI) + 20 * sin(2 * x * PI)) * 2 / 3;
    double east_m = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(fabs(x)) + ripple_m +
                    wave(20, x, 1) + wave(40, x, 3) + wave(150, x, 12) + wave(300, x, 30);
    double north_m = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(fabs(x)) +
                     ripple_m + wave(20, y, 1) + wave(40, y, 3) + wave(160, y, 12) +
                     wave(320, y, 30);
    double lat = at.y / 180 * PI;
    double w2 = 1 - ECCENTRICITY2 * sin(lat) * sin(lat);
    double w = sqrt(w2);
    double meridian_m = SEMI_MAJOR_M * (1 - ECCENTRICITY2) / (w2 * w); // radius of curvature
    double parallel_m = SEMI_MAJOR_M / w * cos(lat);
    return (struct th_xy){east_m * 180 / (parallel_m * PI), north_m * 180 / (meridian_m * PI)};
}

static struct th_xy bd09_shift(struct th_xy at)
{
    const double k = PI * 3000 / 180;
    double radius = sqrt(at.x * at.x + at.y * at.y) + 0.00002 * sin(at.y * k);
    double angle = atan2(at.y, at.x) + 0.000003 * cos(at.x * k);
    return (struct th_xy){radius * cos(angle) + 0.0065 - at.x, radius * sin(angle) + 0.006 - at.y};
}

static struct th_xy shift(struct th_xy (*by)(struct th_xy at), struct th_xy point)
{
    if (!th_offset_applies(point)) {
        return point;
    }
    struct th_xy offset = by(point);
    return (struct th_xy){point.x + offset.x, point.y + offset.y};
}

static struct th_xy unshift(struct th_xy (*by)(struct th_xy at), struct th_xy point)
{
    if (!inside(point, RIM_DEG)) {
        return point;
    }
    struct th_xy guess = point;
    for (int i = 0; i < ROUNDS_MAX; i++) {
        struct th_xy offset = by(guess);
        struct th_xy next = {point.x - offset.x, point.y - offset.y};
        bool settled = fabs(next.x - guess.x) < SETTLED_DEG && fabs(next.y - guess.y) < SETTLED_DEG;
        guess = next;
        if (settled) {
            break;
        }
    }
    if (!inside(guess, EDGE_DEG)) {
        return point;
    }
    return (struct th_xy){fmin(fmax(guess.x, SHIFTED.west), SHIFTED.east),
                          fmin(fmax(guess.y, SHIFTED.south), SHIFTED.north)};
}

struct th_xy th_offset_to_gcj02(struct th_xy wgs84)
{
    return shift(gcj02_shift, wgs84);
}

struct th_xy th_offset_to_bd09(struct th_xy gcj02)
{
    return shift(bd09_shift, gcj02);
}

struct th_xy th_offset_from_gcj02(struct th_xy gcj02)
{
    return unshift(gcj02_shift, gcj02);
}

struct th_xy th_offset_from_bd09(struct th_xy bd09)
{
    return unshift(bd09_shift, bd09);
}
