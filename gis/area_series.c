// Area and perimeter of small ground by series in the plane of latitude and longitude.
//
// Metric of the ellipsoid: ds² = G(φ) dφ² + H(φ) dλ², with G = M², H = (N cos φ)² and M, N the
// radii of curvature. S(φ) = ∫ M N cos φ dφ is the authalic latitude's area per radian, so that a
// ring encloses −∮ S dλ. For an edge with the differences a = Δφ, b = Δλ and the middle latitude m:
//
//   ∫ S dλ along the geodesic = b (S₁ + S₂)/2 + b sin m (H b² + 3 G a²)/12 + fifth order
//   length² of the geodesic   = G a² + H b² + q₁ a⁴ + q₂ a² b² + q₃ b⁴   + sixth order
//
// where q₁ = G″/24 − G′²/(48 G), q₂ = H″/24 + G′H′/(24 G) − H′²/(12 H), q₃ = −H′²/(48 G).
// docs/adr/0012-area-by-series.md derives them and the bounds below; compare C. F. F. Karney,
// "Algorithms for geodesics", J. Geodesy 87 (2013) 43–55, doi 10.1007/s00190-012-0578-z.
//
// G, H, S and sin φ are Taylor series about the middle of the ground, so that a vertex costs some
// products and one square root, and the result is the same bytes on any machine.
#include <float.h>
#include <math.h>

#include "gis/area.h"
#include "gis/area_internal.h"

enum {
    ORDER = 8,       // terms of S′
    SHORT_ORDER = 5, // and of what is multiplied by small things
    EDGES_AT_ONCE = 64
};

static const double rad_per_cell = 3.14159265358979323846 / 180 / TH_GROUND_PER_DEGREE;
static const double latitude_max_rad = 75 * 3.14159265358979323846 / 180;
static const double half_height_max_rad = 0.005;
static const double edge_max_rad = 0.01;

// What belongs to the latitude of the ground's middle.
struct frame {
    double area[ORDER + 1]; // S − S(middle); no constant term
    double sine[SHORT_ORDER];
    double g[SHORT_ORDER], h[SHORT_ORDER];
    double q1, q2, q3;
    double middle; // in cells from the origin
};

// Sums over the edges of one ring or of all.
struct sums {
    double area_m2; // signed
    double perimeter_m;
    double longest_m2;   // square of the longest edge
    double third, fifth; // powers of the edges' lengths in m
};

// Taylor's series of sine and cosine; own ones, since those of the system differ between machines.
// |x| ≤ 1.4: the last term is below 1.4^27 / 27! < 1e-24.
static void sine_cosine(double x, double *ret_sine, double *ret_cosine)
{
    double square = x * x;
    double sine = 1;
    double cosine = 1;
    for (int k = 26; k > 0; k -= 2) {
        sine = 1 - square / ((k + 1) * k) * sine;
        cosine = 1 - square / (k * (k - 1)) * cosine;
    }
    *ret_sine = x * sine;
    *ret_cosine = cosine;
}

static void series_multiply(const double a[ORDER], const double b[ORDER], double product[ORDER])
{
    double result[ORDER];
    for (int k = 0; k < ORDER; k++) {
        result[k] = 0;
        for (int i = 0; i <= k; i++) {
            result[k] += a[i] * b[k - i];
        }
    }
    for (int k = 0; k < ORDER; k++) {
        product[k] = result[k];
    }
}

static void series_invert(const double a[ORDER], double inverse[ORDER])
{
    inverse[0] = 1 / a[0];
    for (int k = 1; k < ORDER; k++) {
        double sum = 0;
        for (int i = 1; i <= k; i++) {
            sum += a[i] * inverse[k - i];
        }
        inverse[k] = -sum * inverse[0];
    }
}

static void frame_make(struct frame *frame, double latitude_rad)
{
    const double f = th_ellipsoid_cgcs2000.flattening;
    const double e2 = f * (2 - f);
    const double a2 = th_ellipsoid_cgcs2000.semi_major_m * th_ellipsoid_cgcs2000.semi_major_m;
    double sine[ORDER];
    double cosine[ORDER];
    double w[ORDER]; // 1 − e² sin²
    double v[ORDER]; // its inverse
    double h[ORDER];
    double g[ORDER];
    double area[ORDER];
    sine_cosine(latitude_rad, &sine[0], &cosine[0]);
    for (int k = 1; k < ORDER; k++) {
        sine[k] = cosine[k - 1] / k;
        cosine[k] = -sine[k - 1] / k;
    }
    series_multiply(sine, sine, w);
    for (int k = 0; k < ORDER; k++) {
        w[k] *= -e2;
    }
    w[0] += 1;
    series_invert(w, v);
    series_multiply(cosine, cosine, h);
    series_multiply(h, v, h);
    series_multiply(v, v, g);
    series_multiply(cosine, g, area);
    series_multiply(g, v, g);
    frame->area[0] = 0;
    for (int k = 0; k < ORDER; k++) {
        frame->area[k + 1] = a2 * (1 - e2) * area[k] / (k + 1);
    }
    for (int k = 0; k < SHORT_ORDER; k++) {
        frame->sine[k] = sine[k];
        frame->h[k] = a2 * h[k];
        frame->g[k] = a2 * (1 - e2) * (1 - e2) * g[k];
    }
    // The second derivative is twice the coefficient.
    double g1 = frame->g[1];
    double h1 = frame->h[1];
    frame->q1 = frame->g[2] / 12 - g1 * g1 / (48 * frame->g[0]);
    frame->q2 = frame->h[2] / 12 + g1 * h1 / (24 * frame->g[0]) - h1 * h1 / (12 * frame->h[0]);
    frame->q3 = -h1 * h1 / (48 * frame->g[0]);
}

static double short_series(const double c[SHORT_ORDER], double u)
{
    return c[0] + u * (c[1] + u * (c[2] + u * (c[3] + u * c[4])));
}

static double area_series(const double c[ORDER + 1], double u)
{
    double sum = c[ORDER];
    for (int k = ORDER - 1; k >= 1; k--) {
        sum = sum * u + c[k];
    }
    return sum * u;
}

// Edges that follow each other, each by itself: so the compiler measures several at once, and what
// they sum to is a matter of ring_sum alone.
struct edges {
    double u[EDGES_AT_ONCE + 1], area[EDGES_AT_ONCE + 1]; // of vertices
    double area_m2[EDGES_AT_ONCE], length_m2[EDGES_AT_ONCE];
};

static void edges_measure(const struct frame *frame, const struct th_ground_xy *points, uint32_t n,
                          struct edges *edges)
{
    for (uint32_t i = 0; i <= n; i++) {
        edges->u[i] = (points[i].y - frame->middle) * rad_per_cell;
        edges->area[i] = area_series(frame->area, edges->u[i]);
    }
    for (uint32_t i = 0; i < n; i++) {
        double a = ((double)points[i + 1].y - points[i].y) * rad_per_cell;
        double b = ((double)points[i + 1].x - points[i].x) * rad_per_cell;
        double m = (edges->u[i] + edges->u[i + 1]) / 2;
        double aa = a * a;
        double bb = b * b;
        double ga = short_series(frame->g, m) * aa;
        double hb = short_series(frame->h, m) * bb;
        double bend = short_series(frame->sine, m) * (hb + 3 * ga) / 12;
        edges->length_m2[i] =
            ga + hb + frame->q1 * aa * aa + frame->q2 * aa * bb + frame->q3 * bb * bb;
        edges->area_m2[i] = b * ((edges->area[i] + edges->area[i + 1]) / 2 + bend);
    }
}

static void ring_sum(const struct frame *frame, const struct th_ground_xy *points, uint32_t n,
                     struct sums *sums)
{
    struct edges edges;
    uint32_t n_edges = 0;
    for (uint32_t first = 0; first + 1 < n; first += n_edges) {
        n_edges = n - 1 - first < EDGES_AT_ONCE ? n - 1 - first : EDGES_AT_ONCE;
        edges_measure(frame, points + first, n_edges, &edges);
        for (uint32_t i = 0; i < n_edges; i++) {
            double length_m2 = edges.length_m2[i];
            double length_m = sqrt(length_m2);
            sums->area_m2 -= edges.area_m2[i];
            sums->perimeter_m += length_m;
            sums->third += length_m * length_m2;
            sums->fifth += length_m * length_m2 * length_m2;
            sums->longest_m2 = length_m2 > sums->longest_m2 ? length_m2 : sums->longest_m2;
        }
    }
}

// Bounds of what the series leave out and of the rounding of doubles (docs/adr/0012).
static bool errors_bound(const struct th_ground *ground, const struct frame *frame,
                         const struct sums *sums, struct th_area_estimate *estimate)
{
    const double radius_m = th_ellipsoid_cgcs2000.semi_major_m;
    double u = frame->middle * rad_per_cell;                      // farthest from the middle
    double t = (fabs(frame->sine[0]) + u) / (frame->sine[1] - u); // above the tangent anywhere
    double t2 = 1 + t * t;
    double inverse = 1 / (radius_m * 0.99); // per m in rad, and more than that
    double edge = sqrt(sums->longest_m2) * inverse;
    double around = sums->perimeter_m * inverse;
    double third = sums->third * inverse * inverse * inverse;
    double fifth = sums->fifth * inverse * inverse * inverse * inverse * inverse;
    double u5 = u * u * u * u * u;
    double roundings = (ground->n_points + 32.0) * DBL_EPSILON;
    if (edge * (1 + t) > edge_max_rad) {
        return false;
    }
    estimate->area_error_m2 = radius_m * radius_m *
                              ((t + 0.05) * t2 * fifth / 48 + third * t2 * u5 +
                               around * (u5 * u * u * u + roundings * (u + edge)));
    estimate->perimeter_error_m =
        radius_m *
        (t2 * t2 * fifth / 48 + (t + 0.05) * t2 * third * u / 2 + around * (t2 * u5 + roundings));
    return true;
}

bool th_area_series(const struct th_ground *ground, struct th_area_estimate *ret_estimate)
{
    struct frame frame;
    struct sums all = {0};
    struct th_area_estimate estimate = {0};
    frame.middle = ground->height / 2.0;
    double latitude_rad = ((double)ground->origin_y + frame.middle) * rad_per_cell;
    double half_height_rad = frame.middle * rad_per_cell;
    if (fabs(latitude_rad) + half_height_rad > latitude_max_rad ||
        half_height_rad > half_height_max_rad) {
        return false;
    }
    frame_make(&frame, latitude_rad);
    uint32_t ring = 0;
    uint32_t start = 0;
    for (uint32_t p = 0; p < ground->n_polygons; p++) {
        for (uint32_t shell = ring; ring < ground->polygon_ends[p]; ring++) {
            uint32_t end = ground->ring_ends[ring];
            all.area_m2 = 0;
            ring_sum(&frame, ground->points + start, end - start, &all);
            estimate.area_m2 += ring == shell ? fabs(all.area_m2) : -fabs(all.area_m2);
            start = end;
        }
    }
    if (!errors_bound(ground, &frame, &all, &estimate)) {
        return false;
    }
    estimate.area_m2 = fmax(estimate.area_m2, 0);
    estimate.perimeter_m = all.perimeter_m;
    *ret_estimate = estimate;
    return true;
}
