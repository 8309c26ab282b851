#include <math.h>
#include <stdlib.h>

#include "gis/area.h"
#include "gis/area_internal.h"
#include "tests/support/support.h"

enum { POINTS_MAX = 200 };

static uint64_t random_state;

static double random_between(double low, double high) // SplitMix64
{
    uint64_t bits = random_state += UINT64_C(0x9e3779b97f4a7c15);
    bits = (bits ^ (bits >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    bits = (bits ^ (bits >> 27)) * UINT64_C(0x94d049bb133111eb);
    bits ^= bits >> 31;
    return low + (high - low) * ((double)(bits >> 11) * 0x1p-53);
}

// Spread evenly over the orders of magnitude.
static double random_size(double low, double high)
{
    return exp(random_between(log(low), log(high)));
}

// A ring around a place, `n` corners at distances between shares of `radius_m`.
static struct th_ground *ring_at(double lon, double lat, double radius_m, size_t n, double share)
{
    struct th_error err = {0};
    struct th_ground *ground = NULL;
    struct th_xy points[POINTS_MAX + 1];
    size_t ring_end = n + 1;
    size_t polygon_end = 1;
    struct th_geometry shape = {points, n + 1, &ring_end, 1, &polygon_end, 1};
    double cell_m = 111e3;
    double phase = random_between(0, 6);
    assert_true(n <= POINTS_MAX);
    for (size_t i = 0; i < n; i++) {
        double angle = phase + 2 * 3.14159265358979 * (double)i / (double)n;
        double r = radius_m * random_between(share, 1);
        points[i].x = lon + r * cos(angle) / cell_m / cos(lat * 3.14159265358979 / 180);
        points[i].y = lat + r * sin(angle) / cell_m;
    }
    points[n] = points[0];
    if (th_geometry_normalise(&shape, &err) != TH_OK) {
        return NULL; // below a cell
    }
    assert_ok(th_ground_new(&shape, &ground, &err), &err);
    return ground;
}

// The independent computation: the geodesic's own equations, integrated along the edge in extended
// precision, shot from one end until it meets the other.
static const long double major_m = 6378137.0L;
static const long double flattening = 1 / 298.257222101L;
static const long double pi = 3.14159265358979323846264338L;

enum { LATITUDE, LONGITUDE, AZIMUTH, AREA, STATE };

static long double squared_eccentricity(void)
{
    return flattening * (2 - flattening);
}

// Area per radian of longitude between two latitudes, from its closed form.
static long double authalic(long double latitude, long double from)
{
    long double e2 = squared_eccentricity();
    long double e = sqrtl(e2);
    long double x = sinl(latitude);
    long double y = sinl(from);
    long double d = 2 * cosl((latitude + from) / 2) * sinl((latitude - from) / 2); // x − y
    long double rational = d * (1 + e2 * x * y) / ((1 - e2 * x * x) * (1 - e2 * y * y));
    return major_m * major_m * (1 - e2) / 2 * (rational + atanhl(e * d / (1 - e2 * x * y)) / e);
}

static void slope(const long double at[STATE], long double from, long double ret[STATE])
{
    long double sine = sinl(at[LATITUDE]);
    long double cosine = cosl(at[LATITUDE]);
    long double w2 = 1 - squared_eccentricity() * sine * sine;
    long double w = sqrtl(w2);
    long double n_m = major_m / w;
    long double m_m = n_m * (1 - squared_eccentricity()) / w2;
    ret[LATITUDE] = cosl(at[AZIMUTH]) / m_m;
    ret[LONGITUDE] = sinl(at[AZIMUTH]) / (n_m * cosine);
    ret[AZIMUTH] = sine / cosine * sinl(at[AZIMUTH]) / n_m;
    ret[AREA] = authalic(at[LATITUDE], from) * ret[LONGITUDE];
}

static void step(const long double at[STATE], const long double by[STATE], long double length_m,
                 long double ret[STATE])
{
    for (int i = 0; i < STATE; i++) {
        ret[i] = at[i] + length_m * by[i];
    }
}

// Runge and Kutta's method of fourth order.
static void walk(long double latitude, long double azimuth, long double length_m, long double from,
                 int n_steps, long double ret[STATE])
{
    long double at[STATE] = {latitude, 0, azimuth, 0};
    long double h = length_m / n_steps;
    for (int i = 0; i < n_steps; i++) {
        long double k[4][STATE];
        long double next[STATE];
        slope(at, from, k[0]);
        step(at, k[0], h / 2, next);
        slope(next, from, k[1]);
        step(at, k[1], h / 2, next);
        slope(next, from, k[2]);
        step(at, k[2], h, next);
        slope(next, from, k[3]);
        for (int j = 0; j < STATE; j++) {
            at[j] += h / 6 * (k[0][j] + 2 * k[1][j] + 2 * k[2][j] + k[3][j]);
        }
    }
    step(at, at, 0, ret);
}

// Radians; the area between the edge and the parallel `from`.
static void edge_integrate(long double start, long double end, long double longitude,
                           long double from, long double *ret_area_m2, long double *ret_length_m)
{
    long double middle = (start + end) / 2;
    long double w2 = 1 - squared_eccentricity() * sinl(middle) * sinl(middle);
    long double parallel_m = major_m / sqrtl(w2) * cosl(middle);
    long double meridian_m = major_m * (1 - squared_eccentricity()) / (w2 * sqrtl(w2));
    long double east_m = longitude * parallel_m;
    long double north_m = (end - start) * meridian_m;
    long double azimuth = atan2l(east_m, north_m) - longitude * sinl(middle) / 2;
    long double length_m = hypotl(east_m, north_m);
    int n_steps = length_m < 3000 ? 4 : 64;
    long double at[STATE];
    for (int i = 0; i < 12; i++) {
        walk(start, azimuth, length_m, from, n_steps, at);
        long double east = (longitude - at[LONGITUDE]) * parallel_m;
        long double north = (end - at[LATITUDE]) * meridian_m;
        long double along = east * sinl(at[AZIMUTH]) + north * cosl(at[AZIMUTH]);
        long double across = east * cosl(at[AZIMUTH]) - north * sinl(at[AZIMUTH]);
        if (fabsl(along) + fabsl(across) < 1e-12L) {
            break;
        }
        length_m += along;
        azimuth += across / length_m;
    }
    *ret_area_m2 = at[AREA];
    *ret_length_m = length_m;
}

static void integrate(const struct th_ground *ground, long double *ret_area_m2,
                      long double *ret_perimeter_m)
{
    long double cell = pi / 180 / 100000000;
    long double from = (long double)ground->origin_y * cell;
    long double area_m2 = 0;
    long double perimeter_m = 0;
    for (uint32_t i = 0; i + 1 < ground->n_points; i++) {
        long double edge_m2;
        long double edge_m;
        edge_integrate((ground->origin_y + ground->points[i].y) * cell,
                       (ground->origin_y + ground->points[i + 1].y) * cell,
                       ((int64_t)ground->points[i + 1].x - ground->points[i].x) * cell, from,
                       &edge_m2, &edge_m);
        area_m2 -= edge_m2;
        perimeter_m += edge_m;
    }
    *ret_area_m2 = fabsl(area_m2);
    *ret_perimeter_m = perimeter_m;
}

// The integration itself, against numbers of others: a meridian quadrant's tenth part and the
// planimeter cases stand in test_area; here it meets PROJ's where PROJ's noise is small beside it.
static void integration__agrees_with_proj(void **state)
{
    (void)state;
    random_state = 3;
    for (int i = 0; i < 300; i++) {
        long double area_m2;
        long double perimeter_m;
        double proj_m2;
        double proj_m;
        struct th_ground *ground = ring_at(random_between(70, 140), random_between(-74, 74),
                                           random_size(10, 30000), 5, .5);
        integrate(ground, &area_m2, &perimeter_m);
        th_area_by_geodesics(ground, &proj_m2, &proj_m);
        assert_close(proj_m2, (double)area_m2, 2e-4);
        assert_close(proj_m, (double)perimeter_m, 2e-7);
        th_ground_free(ground);
    }
}

// Edges so long that what the series leaves out is far above any rounding.
static void series__error_stays_within_its_bound(void **state)
{
    (void)state;
    double area_share = 0;
    double perimeter_share = 0;
    size_t n_tested = 0;
    const size_t n_rounds = th_test_rounds(10000);
    random_state = 4;
    for (size_t i = 0; i < n_rounds; i++) {
        struct th_area_estimate estimate;
        long double area_m2;
        long double perimeter_m;
        struct th_ground *ground = ring_at(random_between(70, 140), random_between(-74.5, 74.5),
                                           random_size(1, 30000), 3 + i % 4, 0.1);
        if (ground != NULL && th_area_series(ground, &estimate)) {
            integrate(ground, &area_m2, &perimeter_m);
            // A latitude of extended precision is known to 4e-13 m.
            double own_m = 1e-11;
            double own_m2 = own_m * (double)perimeter_m;
            double area_off = fabs((double)(estimate.area_m2 - area_m2)) - own_m2;
            double perimeter_off = fabs((double)(estimate.perimeter_m - perimeter_m)) - own_m;
            area_share = fmax(area_share, area_off / estimate.area_error_m2);
            perimeter_share = fmax(perimeter_share, perimeter_off / estimate.perimeter_error_m);
            n_tested++;
        }
        th_ground_free(ground);
    }
    print_message("  %zu rings; largest share of the bound: area %.3f, perimeter %.3f\n", n_tested,
                  area_share, perimeter_share);
    assert_true(n_tested > n_rounds * 9 / 10);
    assert_true(area_share <= 1 && perimeter_share <= 1);
}

// Number nearest to a tie of rounding: how far the value is from it, in units of the last place.
static double to_tie(long double value, double unit)
{
    long double part = value / unit - floorl(value / unit);
    return fabs((double)(part - 0.5L)) * unit;
}

// In hundredths of m² and millimetres, as they are stored.
static void measure__is_the_rounded_integral(void **state)
{
    (void)state;
    int n_ties = 0;
    int n_proj_differs = 0;
    const size_t n_rounds = th_test_rounds(20000);
    random_state = 5;
    for (size_t i = 0; i < n_rounds; i++) {
        long double area_m2;
        long double perimeter_m;
        double proj_m2;
        double proj_m;
        struct th_area area;
        int64_t perimeter_mm;
        struct th_ground *ground = ring_at(random_between(70, 140), random_between(15, 56),
                                           random_size(3, 2000), 3 + i % 20, 0.7);
        integrate(ground, &area_m2, &perimeter_m);
        th_area_measure(ground, &area, &perimeter_mm);
        th_area_by_geodesics(ground, &proj_m2, &proj_m);
        n_proj_differs += llround(proj_m2 * 100) != llroundl(area_m2 * 100);
        if (to_tie(area_m2, 0.01) < 1e-6 || to_tie(perimeter_m, 0.001) < 1e-9) {
            n_ties++;
        } else {
            assert_int_equal(th_area_m2_300(area), 3 * llroundl(area_m2 * 100));
            assert_int_equal(perimeter_mm, llroundl(perimeter_m * 1000));
        }
        th_ground_free(ground);
    }
    print_message("  %d within the doubt of a tie, PROJ's rounding differs %d times\n", n_ties,
                  n_proj_differs);
    assert_true(n_ties < 20);
}

// PROJ's sums of doubles err by up to 0.0003 m² and 20 nm; only a number that close to a tie may be
// rounded to the other side.
static void measure__agrees_with_proj(void **state)
{
    (void)state;
    const size_t n_rounds = th_test_rounds(200000);
    static const double noise_m2 = 6e-4;
    static const double noise_m = 1e-6;
    size_t n_series = 0;
    size_t n_differ = 0;
    random_state = 6;
    for (size_t i = 0; i < n_rounds; i++) {
        struct th_area_estimate estimate;
        double proj_m2;
        double proj_m;
        struct th_area area;
        int64_t perimeter_mm;
        struct th_ground *ground =
            ring_at(random_between(-120, 120), random_between(-85, 85), random_size(0.1, 100000),
                    3 + i % 15, random_between(0.2, 1));
        if (ground == NULL) {
            continue;
        }
        bool by_series = th_area_series(ground, &estimate) &&
                         estimate.area_error_m2 <= TH_AREA_SERIES_ERROR_MAX_M2 &&
                         estimate.perimeter_error_m <= TH_AREA_SERIES_ERROR_MAX_M;
        th_area_measure(ground, &area, &perimeter_mm);
        th_area_by_geodesics(ground, &proj_m2, &proj_m);
        n_series += by_series;
        struct th_area proj_area;
        struct th_error err = {0};
        assert_ok(th_area_from_m2(proj_m2, &proj_area, &err), &err);
        bool same = th_area_m2_300(area) == th_area_m2_300(proj_area);
        n_differ += !same;
        if (!same && (!by_series || to_tie(proj_m2, 0.01) > noise_m2)) {
            fail_msg("area %.6f, PROJ %.6f", th_area_m2(area), proj_m2);
        }
        if (perimeter_mm != llround(proj_m * 1000) &&
            (!by_series || to_tie(proj_m, 0.001) > noise_m)) {
            fail_msg("perimeter %.3f, PROJ %.9f", (double)perimeter_mm / 1000, proj_m);
        }
        th_ground_free(ground);
    }
    print_message("  %zu of %zu by the series, %zu areas to the other side of a tie\n", n_series,
                  n_rounds, n_differ);
    assert_true(n_series > n_rounds / 2 && n_differ < n_rounds / 50);
}

static void series__does_not_reach_everywhere(void **state)
{
    (void)state;
    static const struct {
        double lat, radius_m;
        bool reaches;
    } cases[] = {{30, 1000, true},  {-30, 1000, true},  {0, 1000, true},    {74, 1000, true},
                 {76, 1000, false}, {-76, 1000, false}, {30, 40000, false}, {74, 25000, false}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_area_estimate estimate;
        struct th_ground *ground = ring_at(119, cases[i].lat, cases[i].radius_m, 4, 0.99);
        assert_int_equal(th_area_series(ground, &estimate), cases[i].reaches);
        th_ground_free(ground);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integration__agrees_with_proj),
        cmocka_unit_test(series__error_stays_within_its_bound),
        cmocka_unit_test(measure__is_the_rounded_integral),
        cmocka_unit_test(measure__agrees_with_proj),
        cmocka_unit_test(series__does_not_reach_everywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
