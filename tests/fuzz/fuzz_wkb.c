// WKB as any file may deliver it. What is accepted comes back the same from its own bytes, and its
// normal form is one: making it twice changes nothing.
#include <math.h>
#include <stdlib.h>

#include "gis/geometry.h"
#include "tests/fuzz/fuzz.h"

static void check_structure(const struct th_geometry *geometry)
{
    size_t ring = 0;
    size_t point = 0;
    assert(geometry->n_polygons > 0 && geometry->n_rings > 0);
    assert(geometry->n_points <= TH_GEOMETRY_VERTICES_MAX);
    for (size_t p = 0; p < geometry->n_polygons; p++) {
        assert(geometry->polygon_ends[p] >= ring && geometry->polygon_ends[p] <= geometry->n_rings);
        for (; ring < geometry->polygon_ends[p]; ring++) {
            size_t end = geometry->ring_ends[ring];
            assert(end >= point && end <= geometry->n_points);
            point = end;
        }
    }
    assert(ring == geometry->n_rings && point == geometry->n_points);
}

static void check_round_trip(const struct th_geometry *geometry, bool normal)
{
    unsigned char *wkb = NULL;
    unsigned char *again = NULL;
    size_t size = 0;
    size_t again_size = 0;
    struct th_geometry copy = {0};
    if (th_geometry_to_wkb(geometry, &wkb, &size, NULL) != TH_OK) {
        return;
    }
    enum th_status status = th_geometry_from_wkb(wkb, size, &copy, NULL);
    assert(status == TH_OK);
    check_structure(&copy);
    if (normal) {
        status = th_geometry_normalise(&copy, NULL);
        assert(status == TH_OK);
    }
    status = th_geometry_to_wkb(&copy, &again, &again_size, NULL);
    assert(status == TH_OK && fuzz_same(wkb, size, again, again_size));
    free(wkb);
    free(again);
    th_geometry_clear(&copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct th_geometry geometry = {0};
    if (th_geometry_from_wkb(data, size, &geometry, NULL) != TH_OK) {
        return 0;
    }
    check_structure(&geometry);
    // What is not on the earth is refused before it comes as far as the grid; a ring that begins
    // with a NaN is never closed.
    bool earthly = true;
    for (size_t i = 0; i < geometry.n_points; i++) {
        earthly = earthly && fabs(geometry.points[i].x) <= 360 && fabs(geometry.points[i].y) <= 360;
    }
    if (earthly) {
        check_round_trip(&geometry, false);
        if (th_geometry_normalise(&geometry, NULL) == TH_OK) {
            check_structure(&geometry);
            check_round_trip(&geometry, true);
        }
    }
    th_geometry_clear(&geometry);
    return 0;
}
