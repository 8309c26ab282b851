// From WKB to a survey. What is accepted has the area and perimeter that PROJ's geodesics find; the
// same ground written otherwise (rings started elsewhere or run backwards, parts in another order,
// as a shape instead of bytes) gives the same answer and the same hash. First byte: how the source
// is read; second: whether bytes or a shape on a lattice follow; third: how it is written anew.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gis/area.h"
#include "gis/surveyor.h"
#include "tests/fuzz/lattice.h"

enum { N_WAYS = 6 };

static const struct th_box CHINA = {73, 3, 136, 54};

static struct th_surveyor *surveyor_of(size_t way)
{
    static const struct th_surveyor_options options[N_WAYS] = {
        {.crs = "EPSG:4490", .bounds = {-180, -90, 180, 90}},
        {.crs = "EPSG:4490", .bounds = {73, 3, 136, 54}, .offset = TH_OFFSET_GCJ02},
        {.crs = "EPSG:4490", .bounds = {73, 3, 136, 54}, .offset = TH_OFFSET_BD09},
        {.crs = "EPSG:4490", .bounds = {73, 3, 136, 54}, .swap_axes = true},
        {.crs = "EPSG:4549", .bounds = {73, 3, 136, 54}},
        {.crs = "EPSG:4326", .bounds = {-180, -90, 180, 90}},
    };
    // Made once: a transformation takes longer to set up than ten thousand surveys.
    static struct th_surveyor *surveyors[N_WAYS];
    if (surveyors[way] == NULL) {
        enum th_status status = th_surveyor_new(&options[way], &surveyors[way], NULL);
        assert(status == TH_OK);
    }
    return surveyors[way];
}

static void check_accepted(const struct th_survey *survey, size_t way)
{
    struct th_geometry shape = {0};
    double area_m2 = 0;
    double perimeter_m = 0;
    assert(survey->ground != NULL && survey->placed);
    enum th_status status = th_ground_geometry(survey->ground, &shape, NULL);
    assert(status == TH_OK);
    th_area_geodesic(&th_ellipsoid_cgcs2000, &shape, &area_m2, &perimeter_m);
    // Half of the last place that is stored, and what PROJ's sums of doubles err by: they add up
    // the areas between the edges and the equator, which is at most 1e7 m away.
    double noise_m2 = 1e-3 + 1e-15 * 1e7 * perimeter_m + 1e-9 * area_m2;
    double measured_m2 = (double)th_area_m2_300(survey->measured) / 300;
    assert(measured_m2 > 0 && fabs(measured_m2 - area_m2) <= 0.005 + noise_m2);
    assert(fabs((double)survey->perimeter_mm / 1000 - perimeter_m) <=
           0.0006 + 1e-9 * perimeter_m + 1e-8 * (double)shape.n_points);
    assert(th_box_contains(survey->box, th_geometry_box(&shape)));
    assert(th_box_contains(th_geometry_box(&shape), survey->box));
    assert(way == 0 || way == 5 || th_box_contains(CHINA, survey->box));
    th_geometry_clear(&shape);
}

// The same ground in other words: each ring begins `turn` vertices later, backwards when `reverse`,
// and the parts come in the opposite order when `parts`.
static unsigned char *write_anew(const struct th_geometry *shape, size_t turn, bool reverse,
                                 bool parts, size_t *ret_size)
{
    struct th_geometry other = {0};
    unsigned char *wkb = NULL;
    enum th_status status = th_geometry_copy(shape, &other, NULL);
    assert(status == TH_OK);
    other.n_points = 0;
    other.n_rings = 0;
    for (size_t i = 0; i < shape->n_polygons; i++) {
        size_t p = parts ? shape->n_polygons - 1 - i : i;
        for (size_t r = p == 0 ? 0 : shape->polygon_ends[p - 1]; r < shape->polygon_ends[p]; r++) {
            size_t start = r == 0 ? 0 : shape->ring_ends[r - 1];
            size_t n = shape->ring_ends[r] - start;
            size_t n_open = n > 1 ? n - 1 : n;
            for (size_t k = 0; k < n; k++) {
                size_t step = (k + turn) % n_open;
                size_t at = reverse ? (n_open - step) % n_open : step;
                other.points[other.n_points++] = shape->points[start + at];
            }
            other.ring_ends[other.n_rings++] = other.n_points;
        }
        other.polygon_ends[i] = other.n_rings;
    }
    status = th_geometry_to_wkb(&other, &wkb, ret_size, NULL);
    assert(status == TH_OK);
    th_geometry_clear(&other);
    return wkb;
}

static void check_same(struct th_surveyor *surveyor, const struct th_geometry *shape, uint8_t how,
                       enum th_status wanted, const struct th_survey *survey)
{
    struct th_survey other = {0};
    size_t size = 0;
    unsigned char *wkb = write_anew(shape, how & 15, (how & 16) != 0, (how & 32) != 0, &size);
    enum th_status status = th_survey(surveyor, wkb, size, &other, NULL);
    assert(status == wanted && other.placed == survey->placed);
    if (status == TH_OK) {
        assert(memcmp(&other.hash, &survey->hash, sizeof(other.hash)) == 0);
        assert(th_area_m2_300(other.measured) == th_area_m2_300(survey->measured));
        assert(other.perimeter_mm == survey->perimeter_mm);
    }
    th_ground_free(other.ground);
    free(wkb);
}

// A survey that refused says which shape it means, and refuses that as well.
static void check_refused(struct th_surveyor *surveyor)
{
    struct th_survey again = {0};
    struct th_geometry copy = {0};
    const struct th_geometry *shape = th_surveyor_shape(surveyor);
    if (shape == NULL) {
        return;
    }
    enum th_status status = th_geometry_copy(shape, &copy, NULL);
    assert(status == TH_OK);
    status = th_survey_geometry(surveyor, &copy, &again, NULL);
    assert(status == TH_DATA_PROBLEM && again.ground == NULL && again.placed);
    th_geometry_clear(&copy);
}

static void check(const uint8_t *wkb, size_t size, size_t way, uint8_t how)
{
    struct th_surveyor *surveyor = surveyor_of(way);
    struct th_survey survey = {0};
    struct th_survey again = {0};
    struct th_geometry shape = {0};
    struct th_geometry ground = {0};
    struct th_error err = {0};
    enum th_status status = th_survey(surveyor, wkb, size, &survey, &err);
    if (status == TH_OK) {
        check_accepted(&survey, way);
        status = th_ground_geometry(survey.ground, &ground, NULL);
        assert(status == TH_OK);
        status = th_survey_geometry(surveyor, &ground, &again, NULL);
        assert(status == TH_OK && memcmp(&again.hash, &survey.hash, sizeof(again.hash)) == 0);
        th_ground_free(again.ground);
    } else {
        assert(survey.ground == NULL && err.key[0] != '\0');
        check_refused(surveyor);
    }
    if (th_geometry_from_wkb(wkb, size, &shape, NULL) == TH_OK) {
        check_same(surveyor, &shape, how, status, &survey);
    } else {
        assert(status != TH_OK);
    }
    th_geometry_clear(&shape);
    th_geometry_clear(&ground);
    th_ground_free(survey.ground);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = {data, size};
    size_t way = fuzz_take(&bytes) % N_WAYS;
    uint8_t source = fuzz_take(&bytes);
    uint8_t how = fuzz_take(&bytes);
    if (source < 128) {
        check(bytes.at, bytes.left, way, how);
        return 0;
    }
    struct th_geometry shape = {0};
    unsigned char *wkb = NULL;
    size_t wkb_size = 0;
    if (!fuzz_lattice_shape(&bytes, 8, source < 192 ? 1000 : 100000, &shape)) {
        return 0;
    }
    if (way == 3) { // northing first
        for (size_t i = 0; i < shape.n_points; i++) {
            shape.points[i] = (struct th_xy){shape.points[i].y, shape.points[i].x};
        }
    }
    enum th_status status = th_geometry_to_wkb(&shape, &wkb, &wkb_size, NULL);
    assert(status == TH_OK);
    check(wkb, wkb_size, way, how);
    free(wkb);
    th_geometry_clear(&shape);
    return 0;
}
