// Stored bytes as a ground; and shapes on a lattice, whose ground must be judged as GEOS judges it
// in whole numbers. First byte: which of both, and the distance of places.
#include <stdlib.h>
#include <string.h>

#include "gis/ground.h"
#include "gis/validity.h"
#include "tests/fuzz/lattice.h"

static void check_bytes(const uint8_t *data, size_t size)
{
    struct th_ground *ground = NULL;
    struct th_ground *again = NULL;
    if (th_ground_from_wkb(data, size, &ground, NULL) != TH_OK) {
        return;
    }
    size_t n = th_ground_wkb_size(ground);
    unsigned char *wkb = malloc(n);
    unsigned char *same = malloc(n);
    assert(wkb != NULL && same != NULL);
    th_ground_wkb(ground, wkb);
    // What a ground writes, a ground reads: the same shape, for ever.
    enum th_status status = th_ground_from_wkb(wkb, n, &again, NULL);
    assert(status == TH_OK && th_ground_wkb_size(again) == n);
    th_ground_wkb(again, same);
    assert(memcmp(wkb, same, n) == 0);
    free(same);
    free(wkb);
    th_ground_free(again);
    th_ground_free(ground);
}

static void check_shape(struct fuzz_bytes *bytes, int64_t step_e8)
{
    struct th_geometry shape = {0};
    struct th_geometry back = {0};
    struct th_ground *ground = NULL;
    struct th_validity *validity = NULL;
    if (!fuzz_lattice_shape(bytes, 8, step_e8, &shape)) {
        return;
    }
    enum th_status status = th_ground_new(&shape, &ground, NULL);
    assert(status == TH_OK);
    status = th_ground_geometry(ground, &back, NULL);
    assert(status == TH_OK && fuzz_same(shape.points, shape.n_points * sizeof(*shape.points),
                                        back.points, back.n_points * sizeof(*back.points)));
    status = th_validity_new(&validity, NULL);
    assert(status == TH_OK);
    // Doubles hold the offsets exactly, so that the signs that GEOS sees are right.
    for (size_t i = 0; i < back.n_points; i++) {
        back.points[i] = (struct th_xy){ground->points[i].x, ground->points[i].y};
    }
    assert(th_validity_check(validity, &back, NULL) ==
           th_validity_check_ground(validity, ground, NULL));
    th_validity_free(validity);
    th_ground_free(ground);
    th_geometry_clear(&back);
    th_geometry_clear(&shape);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int64_t steps_e8[] = {1, 100, 10000, 100000000};
    struct fuzz_bytes bytes = {data, size};
    uint8_t way = fuzz_take(&bytes);
    if (way < 64) {
        check_bytes(bytes.at, bytes.left);
    } else {
        check_shape(&bytes, steps_e8[way % 4]);
    }
    return 0;
}
