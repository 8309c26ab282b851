// The area between the equator and a parallel, by longitude, is a smooth function of latitude; so
// is the length of a degree. Over the few latitudes that a shape spans both are polynomials to the
// last digits, and with them the integral along a straight edge is a sum of four terms
// (Gauss–Legendre, exact up to degree 7).
#include "gis/ruler_internal.h"

#include <math.h>

#include "gis/area.h"

enum { NODES = TH_RULER_NODES, GAUSS_NODES = 4 };

static const double pi = 3.14159265358979323846;

// Coefficients of the polynomial through (nodes[i], values[i]), lowest power first, over `values`.
static void interpolate(const double *nodes, double *values)
{
    for (int order = 1; order < NODES; order++) { // Newton's divided differences
        for (int i = NODES - 1; i >= order; i--) {
            values[i] = (values[i] - values[i - 1]) / (nodes[i] - nodes[i - order]);
        }
    }
    double powers[NODES] = {0};
    for (int i = NODES - 1; i >= 0; i--) { // powers = powers · (u − nodes[i]) + values[i]
        for (int k = NODES - 1; k > 0; k--) {
            powers[k] = powers[k - 1] - nodes[i] * powers[k];
        }
        powers[0] = values[i] - nodes[i] * powers[0];
    }
    for (int k = 0; k < NODES; k++) {
        values[k] = powers[k];
    }
}

void th_ruler_make(int64_t origin_y, double south, double north, struct th_ruler *ret_ruler)
{
    const double unit = pi / 180 / TH_GROUND_PER_DEGREE; // 1e-8° in radians
    const double a = th_ellipsoid_cgcs2000.semi_major_m;
    const double f = th_ellipsoid_cgcs2000.flattening;
    const double e2 = f * (2 - f);
    struct th_ruler ruler = {.middle = (south + north) / 2, .half = fmax((north - south) / 2, 1)};
    double nodes[NODES];
    double density[NODES]; // m² a square of 1e-8°
    for (int i = 0; i < NODES; i++) {
        nodes[i] = cos(pi * (2 * i + 1) / (2 * NODES)); // Chebyshev's
        double lat = ((double)origin_y + ruler.middle + nodes[i] * ruler.half) * unit;
        double w2 = 1 - e2 * sin(lat) * sin(lat);
        double meridian = a * (1 - e2) / (w2 * sqrt(w2)) * unit; // radii of curvature
        double parallel = a / sqrt(w2) * cos(lat) * unit;
        density[i] = meridian * parallel;
        ruler.meridian2[i] = meridian * meridian;
        ruler.parallel2[i] = parallel * parallel;
    }
    interpolate(nodes, density);
    interpolate(nodes, ruler.meridian2);
    interpolate(nodes, ruler.parallel2);
    for (int k = 0; k < NODES; k++) {
        ruler.strip[k + 1] = density[k] * ruler.half / (k + 1);
    }
    *ret_ruler = ruler;
}

static inline double polynomial(const double *coefficients, int n, double u)
{
    double sum = coefficients[n - 1];
    for (int k = n - 2; k >= 0; k--) {
        sum = sum * u + coefficients[k];
    }
    return sum;
}

void th_ruler_add(const struct th_ruler *ruler, double x1, double y1, double x2, double y2,
                  struct th_ruler_size *size)
{
    static const double nodes[GAUSS_NODES] = {-0.8611363115940526, -0.3399810435848563,
                                              0.3399810435848563, 0.8611363115940526};
    static const double weights[GAUSS_NODES] = {0.1739274225687269, 0.3260725774312731,
                                                0.3260725774312731, 0.1739274225687269};
    double u1 = (y1 - ruler->middle) / ruler->half;
    double u2 = (y2 - ruler->middle) / ruler->half;
    double dx = x2 - x1;
    double dy = y2 - y1;
    double strip = 0;
    double length_m = 0;
    for (int i = 0; i < GAUSS_NODES; i++) {
        double u = (u1 + u2) / 2 + nodes[i] * (u2 - u1) / 2;
        strip += weights[i] * polynomial(ruler->strip, NODES + 1, u);
        length_m += weights[i] * sqrt(dx * dx * polynomial(ruler->parallel2, NODES, u) +
                                      dy * dy * polynomial(ruler->meridian2, NODES, u));
    }
    size->area_m2 -= dx * strip;
    size->perimeter_m += length_m;
}

struct th_ruler_size th_ruler_ground(const struct th_ground *ground)
{
    struct th_ruler ruler;
    struct th_ruler_size size = {0, 0};
    uint32_t i = 0;
    th_ruler_make(ground->origin_y, 0, ground->height, &ruler);
    for (uint32_t ring = 0; ring < ground->n_rings; ring++) {
        for (; i + 1 < ground->ring_ends[ring]; i++) {
            struct th_ground_xy p = ground->points[i];
            struct th_ground_xy q = ground->points[i + 1];
            th_ruler_add(&ruler, p.x, p.y, q.x, q.y, &size);
        }
        i = ground->ring_ends[ring];
    }
    return size;
}
