#include "tests/support/map_shift.h"

#include <math.h>
#include <stddef.h>

struct term {
    long double amplitude, frequency; // amplitude · sin(frequency · π · v) · 2/3
};

static long double waves(const struct term *terms, size_t n, long double v)
{
    long double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += terms[i].amplitude * sinl(terms[i].frequency * acosl(-1.0L) * v);
    }
    return sum * 2 / 3;
}

struct th_test_place th_test_gcj02(struct th_test_place wgs84)
{
    static const struct term both[] = {{20, 6}, {20, 2}};
    static const struct term east[] = {{20, 1}, {40, 1 / 3.0L}, {150, 1 / 12.0L}, {300, 1 / 30.0L}};
    static const struct term north[] = {
        {20, 1}, {40, 1 / 3.0L}, {160, 1 / 12.0L}, {320, 1 / 30.0L}};
    const long double e2 = 0.00669342162296594323L;
    const long double degree = acosl(-1.0L) / 180;
    long double x = wgs84.lon - 105;
    long double y = wgs84.lat - 35;
    long double dx = 300 + x + 2 * y + x * (x + y) / 10 + sqrtl(fabsl(x)) / 10;
    long double dy = -100 + 2 * x + 3 * y + y * y / 5 + x * y / 10 + sqrtl(fabsl(x)) / 5;
    dx += waves(both, 2, x) + waves(east, 4, x);
    dy += waves(both, 2, x) + waves(north, 4, y);
    long double w2 = 1 - e2 * powl(sinl(wgs84.lat * degree), 2);
    long double n = 6378245.0L / sqrtl(w2);
    long double m = 6378245.0L * (1 - e2) / powl(w2, 1.5L);
    return (struct th_test_place){wgs84.lon + dx / (n * cosl(wgs84.lat * degree) * degree),
                                  wgs84.lat + dy / (m * degree)};
}

struct th_test_place th_test_bd09(struct th_test_place gcj02)
{
    const long double k = acosl(-1.0L) * 3000 / 180;
    long double z = hypotl(gcj02.lon, gcj02.lat) + 0.00002L * sinl(gcj02.lat * k);
    long double theta = atanl(gcj02.lat / gcj02.lon) + 0.000003L * cosl(gcj02.lon * k);
    return (struct th_test_place){z * cosl(theta) + 0.0065L, z * sinl(theta) + 0.006L};
}
