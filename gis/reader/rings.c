#include "gis/reader/rings_internal.h"

#include <stdint.h>
#include <stdlib.h>

struct facts {
    double min_x, min_y, max_x, max_y;
    double area;
    size_t depth;
    size_t around; // smallest ring around it
};

double th_ring_area2(struct th_ring_points ring)
{
    double sum = 0.0;
    for (size_t i = 1; i + 1 < ring.n; i++) {
        double ax = ring.xy[2 * i] - ring.xy[0];
        double ay = ring.xy[2 * i + 1] - ring.xy[1];
        double bx = ring.xy[2 * i + 2] - ring.xy[0];
        double by = ring.xy[2 * i + 3] - ring.xy[1];
        sum += ax * by - bx * ay;
    }
    return sum;
}

static bool between(double value, double a, double b)
{
    return a < b ? value >= a && value <= b : value >= b && value <= a;
}

// > 0 when c is left of the line from a to b.
static double side(const double *a, const double *b, const double *c)
{
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

static bool is_zero(double value)
{
    return !(value < 0.0) && !(value > 0.0);
}

int th_ring_place(struct th_ring_points ring, double x, double y)
{
    const double point[2] = {x, y};
    bool inside = false;
    for (size_t i = 0; i < ring.n; i++) {
        const double *a = ring.xy + 2 * i;
        const double *b = ring.xy + 2 * ((i + 1) % ring.n);
        if (!between(y, a[1], b[1])) {
            continue;
        }
        double turn = side(a, b, point);
        if (is_zero(turn) && between(x, a[0], b[0])) {
            return 0;
        }
        // The lower end of an edge belongs to it, the upper one does not.
        if ((a[1] <= y && b[1] > y && turn > 0.0) || (b[1] <= y && a[1] > y && turn < 0.0)) {
            inside = !inside;
        }
    }
    return inside ? 1 : -1;
}

static struct facts measure(struct th_ring_points ring)
{
    struct facts facts = {.around = SIZE_MAX};
    for (size_t i = 0; i < ring.n; i++) {
        double x = ring.xy[2 * i];
        double y = ring.xy[2 * i + 1];
        facts.min_x = i == 0 || x < facts.min_x ? x : facts.min_x;
        facts.max_x = i == 0 || x > facts.max_x ? x : facts.max_x;
        facts.min_y = i == 0 || y < facts.min_y ? y : facts.min_y;
        facts.max_y = i == 0 || y > facts.max_y ? y : facts.max_y;
    }
    double area2 = th_ring_area2(ring);
    facts.area = area2 < 0.0 ? -area2 : area2;
    return facts;
}

// Any point of the inner ring that is not on the outer line decides.
static bool lies_in(struct th_ring_points inner, struct th_ring_points outer)
{
    for (size_t i = 0; i < inner.n; i++) {
        int place = th_ring_place(outer, inner.xy[2 * i], inner.xy[2 * i + 1]);
        if (place != 0) {
            return place > 0;
        }
    }
    // All corners on the line: the middle of an edge may still be beside it.
    for (size_t i = 0; i < inner.n; i++) {
        const double *a = inner.xy + 2 * i;
        const double *b = inner.xy + 2 * ((i + 1) % inner.n);
        int place = th_ring_place(outer, a[0] + (b[0] - a[0]) / 2, a[1] + (b[1] - a[1]) / 2);
        if (place != 0) {
            return place > 0;
        }
    }
    return false;
}

bool th_rings_nest(const struct th_ring_points *rings, size_t n, size_t *ret_shell)
{
    struct facts *facts = n == 0 ? NULL : calloc(n, sizeof(*facts));
    if (n > 0 && facts == NULL) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        facts[i] = measure(rings[i]);
    }
    for (size_t i = 0; i < n; i++) {
        struct facts *inner = &facts[i];
        for (size_t k = 0; k < n; k++) {
            const struct facts *outer = &facts[k];
            if (k == i || !(outer->area > inner->area) || outer->min_x > inner->min_x ||
                outer->max_x < inner->max_x || outer->min_y > inner->min_y ||
                outer->max_y < inner->max_y || !lies_in(rings[i], rings[k])) {
                continue;
            }
            inner->depth++;
            if (inner->around == SIZE_MAX || outer->area < facts[inner->around].area) {
                inner->around = k;
            }
        }
    }
    for (size_t i = 0; i < n; i++) {
        ret_shell[i] = facts[i].depth % 2 == 0 ? i : facts[i].around;
    }
    free(facts);
    return true;
}

static bool edges_meet(const double *a, const double *b, const double *c, const double *d)
{
    double c_side = side(a, b, c);
    double d_side = side(a, b, d);
    double a_side = side(c, d, a);
    double b_side = side(c, d, b);
    if (((c_side > 0.0 && d_side < 0.0) || (c_side < 0.0 && d_side > 0.0)) &&
        ((a_side > 0.0 && b_side < 0.0) || (a_side < 0.0 && b_side > 0.0))) {
        return true;
    }
    return (is_zero(c_side) && between(c[0], a[0], b[0]) && between(c[1], a[1], b[1])) ||
           (is_zero(d_side) && between(d[0], a[0], b[0]) && between(d[1], a[1], b[1])) ||
           (is_zero(a_side) && between(a[0], c[0], d[0]) && between(a[1], c[1], d[1])) ||
           (is_zero(b_side) && between(b[0], c[0], d[0]) && between(b[1], c[1], d[1]));
}

bool th_ring_crosses_itself(struct th_ring_points ring)
{
    for (size_t i = 0; i + 2 < ring.n; i++) {
        for (size_t k = i + 2; k < ring.n; k++) {
            if (i == 0 && k == ring.n - 1) {
                continue; // neighbours over the closing point
            }
            if (edges_meet(ring.xy + 2 * i, ring.xy + 2 * (i + 1), ring.xy + 2 * k,
                           ring.xy + 2 * ((k + 1) % ring.n))) {
                return true;
            }
        }
    }
    return false;
}
