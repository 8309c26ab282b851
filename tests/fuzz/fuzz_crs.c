// A reference system as a file declares it. PROJ does the parsing; ours is what is made of it.
#include <math.h>
#include <stdlib.h>

#include "gis/crs.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct th_crs_transform *transform = NULL;
    char *definition = fuzz_text(data, size);
    if (th_crs_transform_new(definition, NULL, &transform, NULL) == TH_OK) {
        struct th_xy points[4] = {
            {500000, 3390000}, {500100, 3390000}, {500100, 3390100}, {500000, 3390000}};
        struct th_xy *block = malloc(sizeof(points));
        size_t ring_end = 4;
        size_t polygon_end = 1;
        assert(block != NULL);
        for (size_t i = 0; i < 4; i++) {
            block[i] = points[i];
        }
        struct th_geometry geometry = {.points = block,
                                       .n_points = 4,
                                       .ring_ends = &ring_end,
                                       .n_rings = 1,
                                       .polygon_ends = &polygon_end,
                                       .n_polygons = 1};
        if (th_crs_transform_apply(transform, &geometry, NULL) == TH_OK) {
            for (size_t i = 0; i < 4; i++) {
                assert(isfinite(geometry.points[i].x) && isfinite(geometry.points[i].y));
            }
        }
        free(geometry.points);
        assert(th_crs_transform_name(transform) != NULL);
        assert(th_crs_transform_operation(transform) != NULL);
    }
    th_crs_transform_free(transform);
    free(definition);
    return 0;
}
