// Proposals for shapes on a lattice, and for any WKB. What is proposed is valid for GEOS in whole
// numbers, in normal form, of the area that is claimed and within the source's box; ground that
// needs no repair is proposed as it is; the source stays untouched. First byte: which of both, and
// the distance of places.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gis/area.h"
#include "gis/repair.h"
#include "gis/validity.h"
#include "tests/fuzz/lattice.h"

// GEOS 3.11 itself loses some kilobytes when its buffer of width 0 meets a knot and tries again
// with fewer digits. Only that is let pass; to see it, the sanitizer must look a few calls up.
const char *__asan_default_options(void);
const char *__lsan_default_suppressions(void);

const char *__asan_default_options(void)
{
    return "fast_unwind_on_malloc=0:malloc_context_size=8";
}

const char *__lsan_default_suppressions(void)
{
    return "leak:geos::operation::overlay::PolygonBuilder\n";
}

static bool same_shape(const struct th_geometry *a, const struct th_geometry *b)
{
    return fuzz_same(a->points, a->n_points * sizeof(*a->points), b->points,
                     b->n_points * sizeof(*b->points)) &&
           fuzz_same(a->ring_ends, a->n_rings * sizeof(*a->ring_ends), b->ring_ends,
                     b->n_rings * sizeof(*b->ring_ends)) &&
           fuzz_same(a->polygon_ends, a->n_polygons * sizeof(*a->polygon_ends), b->polygon_ends,
                     b->n_polygons * sizeof(*b->polygon_ends));
}

static struct th_validity *judge(void)
{
    static struct th_validity *validity;
    if (validity == NULL) {
        enum th_status status = th_validity_new(&validity, NULL);
        assert(status == TH_OK);
    }
    return validity;
}

// Doubles hold offsets from the corner exactly, so that the signs that GEOS sees are right.
static void check_valid(const struct th_geometry *geometry)
{
    struct th_ground *ground = NULL;
    struct th_geometry cells = {0};
    enum th_status status = th_ground_new(geometry, &ground, NULL);
    assert(status == TH_OK);
    status = th_ground_geometry(ground, &cells, NULL);
    assert(status == TH_OK);
    for (size_t i = 0; i < cells.n_points; i++) {
        cells.points[i] = (struct th_xy){ground->points[i].x, ground->points[i].y};
    }
    assert(th_validity_check(judge(), &cells, NULL) == TH_OK);
    assert(th_validity_check_ground(judge(), ground, NULL) == TH_OK);
    th_geometry_clear(&cells);
    th_ground_free(ground);
}

static void check_proposal(const struct th_repair_proposal *proposal, struct th_box box)
{
    struct th_geometry again = {0};
    double area_m2 = 0;
    double perimeter_m = 0;
    if (!proposal->possible) {
        assert(proposal->geometry.n_points == 0 && proposal->area_m2 == 0);
        return;
    }
    check_valid(&proposal->geometry);
    th_area_geodesic(&th_ellipsoid_cgcs2000, &proposal->geometry, &area_m2, &perimeter_m);
    assert(fabs(area_m2 - proposal->area_m2) <= 1e-9 * area_m2);
    assert(th_box_contains(box, th_geometry_box(&proposal->geometry)));
    enum th_status status = th_geometry_copy(&proposal->geometry, &again, NULL);
    assert(status == TH_OK);
    status = th_geometry_normalise(&again, NULL);
    assert(status == TH_OK && same_shape(&again, &proposal->geometry));
    th_geometry_clear(&again);
}

static bool is_on_earth(const struct th_geometry *geometry)
{
    static const struct th_box earth = {-180, -90, 180, 90};
    return th_box_contains(earth, th_geometry_box(geometry));
}

// Is the shape ground as it stands? *ret_area_m2 is then its area.
static bool is_sound(const struct th_geometry *normal, double *ret_area_m2)
{
    struct th_ground *ground = NULL;
    double perimeter_m = 0;
    bool sound = is_on_earth(normal) && th_ground_new(normal, &ground, NULL) == TH_OK &&
                 th_validity_check_ground(judge(), ground, NULL) == TH_OK;
    if (sound) {
        th_area_geodesic(&th_ellipsoid_cgcs2000, normal, ret_area_m2, &perimeter_m);
    }
    th_ground_free(ground);
    return sound;
}

static void check(const struct th_geometry *geometry)
{
    static struct th_repairer *repairer;
    struct th_geometry before = {0};
    struct th_repair repair = {0};
    double area_m2 = 0;
    if (repairer == NULL) {
        enum th_status made = th_repairer_new(&repairer, NULL);
        assert(made == TH_OK);
    }
    enum th_status status = th_geometry_copy(geometry, &before, NULL);
    assert(status == TH_OK);
    status = th_repair_propose(repairer, geometry, &repair, NULL);
    assert(status == TH_OK && same_shape(&before, geometry));
    if (th_geometry_normalise(&before, NULL) == TH_OK) {
        const struct th_repair_proposal *linework = &repair.by_method[TH_REPAIR_LINEWORK];
        const struct th_repair_proposal *structure = &repair.by_method[TH_REPAIR_STRUCTURE];
        struct th_box box = th_geometry_box(&before);
        check_proposal(linework, box);
        check_proposal(structure, box);
        if (repair.agree) {
            assert(linework->possible && structure->possible);
            assert(fabs(linework->area_m2 - structure->area_m2) <=
                   TH_REPAIR_AGREEMENT * fmin(linework->area_m2, structure->area_m2));
        }
        if (is_sound(&before, &area_m2)) {
            assert(repair.agree);
            assert(fabs(linework->area_m2 - area_m2) <= 1e-9 * area_m2 + 1e-6);
            assert(fabs(structure->area_m2 - area_m2) <= 1e-9 * area_m2 + 1e-6);
        }
    } else {
        assert(!repair.by_method[0].possible && !repair.by_method[1].possible && !repair.agree);
    }
    th_repair_clear(&repair);
    th_geometry_clear(&before);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int64_t steps_e8[] = {1, 3, 1000, 100000};
    struct fuzz_bytes bytes = {data, size};
    struct th_geometry geometry = {0};
    uint8_t way = fuzz_take(&bytes);
    bool drawn = way < 64 ? th_geometry_from_wkb(bytes.at, bytes.left, &geometry, NULL) == TH_OK
                          : fuzz_lattice_shape(&bytes, 4, steps_e8[way % 4], &geometry);
    if (drawn) {
        check(&geometry);
    }
    th_geometry_clear(&geometry);
    return 0;
}
