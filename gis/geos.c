#include "gis/geos_internal.h"

#include <stdlib.h>

#include "core/text.h"

static void message_keep(const char *message, void *user_data)
{
    struct th_geos *geos = user_data;
    th_text_copy(geos->message, sizeof(geos->message), message);
}

static void message_drop(const char *message, void *user_data)
{
    (void)message;
    (void)user_data;
}

enum th_status th_geos_open(struct th_geos *geos, struct th_error *err)
{
    geos->message[0] = '\0';
    geos->context = GEOS_init_r();
    if (geos->context == NULL) {
        return th_error_no_memory(err);
    }
    GEOSContext_setErrorMessageHandler_r(geos->context, message_keep, geos);
    GEOSContext_setNoticeMessageHandler_r(geos->context, message_drop, NULL);
    return TH_OK;
}

void th_geos_close(struct th_geos *geos)
{
    if (geos->context != NULL) {
        GEOS_finish_r(geos->context);
        geos->context = NULL;
    }
}

enum th_status th_geos_error(const struct th_geos *geos, struct th_error *err)
{
    if (geos->message[0] == '\0') {
        return th_error_no_memory(err);
    }
    return th_error_set(err, TH_INTERNAL, "geometry_engine", "detail", geos->message, NULL);
}

static GEOSGeometry *ring_make(struct th_geos *geos, const struct th_xy *points, size_t n)
{
    _Static_assert(sizeof(struct th_xy) == 2 * sizeof(double), "points are pairs of doubles");
    GEOSCoordSequence *sequence =
        GEOSCoordSeq_copyFromBuffer_r(geos->context, &points->x, (unsigned)n, 0, 0);
    // The ring owns the sequence, also when making it fails.
    return sequence == NULL ? NULL : GEOSGeom_createLinearRing_r(geos->context, sequence);
}

static void geometries_destroy(struct th_geos *geos, GEOSGeometry **geometries, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (geometries[i] != NULL) {
            GEOSGeom_destroy_r(geos->context, geometries[i]);
        }
    }
}

// `rings` is room for the rings of the polygon.
static GEOSGeometry *polygon_make(struct th_geos *geos, const struct th_geometry *geometry,
                                  size_t first, size_t end, GEOSGeometry **rings)
{
    for (size_t ring = first; ring < end; ring++) {
        size_t start = ring == 0 ? 0 : geometry->ring_ends[ring - 1];
        rings[ring - first] =
            ring_make(geos, geometry->points + start, geometry->ring_ends[ring] - start);
        if (rings[ring - first] == NULL) {
            geometries_destroy(geos, rings, ring - first);
            return NULL;
        }
    }
    // Like above: shell and holes go over in any case.
    return GEOSGeom_createPolygon_r(geos->context, rings[0], rings + 1,
                                    (unsigned)(end - first - 1));
}

GEOSGeometry *th_geos_geometry(struct th_geos *geos, const struct th_geometry *geometry)
{
    GEOSGeometry *result = NULL;
    size_t n_made = 0;
    geos->message[0] = '\0';
    GEOSGeometry **polygons = malloc((geometry->n_polygons + 1) * sizeof(GEOSGeometry *));
    GEOSGeometry **rings = malloc((geometry->n_rings + 1) * sizeof(GEOSGeometry *));
    if (polygons == NULL || rings == NULL) {
        goto done;
    }
    size_t first = 0;
    for (size_t p = 0; p < geometry->n_polygons; p++) {
        polygons[p] = polygon_make(geos, geometry, first, geometry->polygon_ends[p], rings);
        if (polygons[p] == NULL) {
            goto done;
        }
        n_made = p + 1;
        first = geometry->polygon_ends[p];
    }
    if (n_made == 1) {
        result = polygons[0]; // a multipolygon of one means the same and is slower
        n_made = 0;
        goto done;
    }
    result =
        GEOSGeom_createCollection_r(geos->context, GEOS_MULTIPOLYGON, polygons, (unsigned)n_made);
    n_made = 0;
done:
    if (polygons != NULL) {
        geometries_destroy(geos, polygons, n_made);
    }
    free(polygons);
    free(rings);
    return result;
}
