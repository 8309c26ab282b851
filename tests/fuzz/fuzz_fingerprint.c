// A parcel and what a phone's map makes of it: whichever of both comes second is known by its
// shape, with the map that shifted it and the right direction; a copy that nobody shifted is none.
// First byte: the map, and which comes first; then the place, 2 bytes each way; then a shape.
#include <math.h>
#include <stdlib.h>

#include "gis/area.h"
#include "gis/fingerprint.h"
#include "gis/offset.h"
#include "gis/validity.h"
#include "tests/fuzz/lattice.h"

struct parcel {
    struct th_ground *ground;
    struct th_fingerprint print;
};

static double take_share(struct fuzz_bytes *bytes)
{
    unsigned high = fuzz_take(bytes);
    return (high * 256u + fuzz_take(bytes)) / 65536.0;
}

// Brings the shape to the grid and measures it; false when it is no ground.
static bool parcel_make(struct th_geometry *shape, struct parcel *parcel)
{
    static struct th_validity *validity;
    double area_m2 = 0;
    double perimeter_m = 0;
    if (validity == NULL) {
        enum th_status status = th_validity_new(&validity, NULL);
        assert(status == TH_OK);
    }
    if (th_geometry_normalise(shape, NULL) != TH_OK ||
        th_ground_new(shape, &parcel->ground, NULL) != TH_OK) {
        return false;
    }
    th_area_geodesic(&th_ellipsoid_cgcs2000, shape, &area_m2, &perimeter_m);
    th_fingerprint_make(parcel->ground, area_m2, perimeter_m, &parcel->print);
    return th_validity_check_ground(validity, parcel->ground, NULL) == TH_OK;
}

static bool find(const struct parcel *indexed, const struct parcel *asked,
                 struct th_fingerprint_match *ret_match)
{
    struct th_fingerprint_index *index = NULL;
    bool found = false;
    enum th_status status = th_fingerprint_index_new(&index, NULL);
    assert(status == TH_OK);
    status = th_fingerprint_index_add(index, 7, indexed->ground, &indexed->print, NULL);
    assert(status == TH_OK);
    status =
        th_fingerprint_index_find(index, asked->ground, &asked->print, &found, ret_match, NULL);
    assert(status == TH_OK);
    th_fingerprint_index_free(index);
    return found;
}

// Both maps show the parcel well away from where it lies. In the far south, where nobody uses them,
// there are places at which BD-09 takes GCJ-02 back.
static bool is_moved(const struct th_fingerprint *print)
{
    struct th_xy here = {print->lon_deg, print->lat_deg};
    struct th_xy gcj02 = th_offset_to_gcj02(here);
    struct th_xy bd09 = th_offset_to_bd09(gcj02);
    double far_deg = 5 * TH_FINGERPRINT_MISS_M / 111000;
    return hypot(gcj02.x - here.x, gcj02.y - here.y) > far_deg &&
           hypot(bd09.x - here.x, bd09.y - here.y) > far_deg;
}

static void check(const struct parcel *plain, const struct parcel *shifted, enum th_offset offset,
                  bool shifted_first)
{
    struct th_fingerprint_match match = {0};
    const struct parcel *indexed = shifted_first ? shifted : plain;
    const struct parcel *asked = shifted_first ? plain : shifted;
    bool found = find(indexed, asked, &match);
    assert(found && match.id == 7 && match.offset == offset);
    assert(match.indexed_shifted == shifted_first && match.n_alike == 0);
    assert(match.miss_m <= 0.01 && match.residual_m <= 0.01);
    // Where no map leaves a parcel as it is, its copy is nobody's twin.
    if (is_moved(&plain->print)) {
        assert(!find(plain, plain, &match));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = {data, size};
    struct th_geometry shape = {0};
    struct parcel plain = {0};
    struct parcel shifted = {0};
    uint8_t way = fuzz_take(&bytes);
    enum th_offset offset = (way & 1) != 0 ? TH_OFFSET_BD09 : TH_OFFSET_GCJ02;
    // Inside the box of the maps, away from its rim.
    double east = 73 + take_share(&bytes) * 64 - 119.6;
    double north = 2 + take_share(&bytes) * 53 - 30.5;
    if (!fuzz_lattice_shape(&bytes, 4, (way & 4) != 0 ? 10000 : 1000, &shape)) {
        return 0;
    }
    for (size_t i = 0; i < shape.n_points; i++) {
        shape.points[i] = (struct th_xy){shape.points[i].x + east, shape.points[i].y + north};
    }
    if (parcel_make(&shape, &plain)) {
        for (size_t i = 0; i < shape.n_points; i++) {
            shape.points[i] = th_offset_to_gcj02(shape.points[i]);
            if (offset == TH_OFFSET_BD09) {
                shape.points[i] = th_offset_to_bd09(shape.points[i]);
            }
        }
        // A bend of the map may bring rings together that touched, and turns what is narrower than
        // a metre or two inside out: that is no parcel.
        if (parcel_make(&shape, &shifted) && plain.print.area_m2 > plain.print.perimeter_m) {
            check(&plain, &shifted, offset, (way & 2) != 0);
        }
    }
    th_ground_free(plain.ground);
    th_ground_free(shifted.ground);
    th_geometry_clear(&shape);
    return 0;
}
