// Joining parcels. Boundaries that were drawn together may still differ by the rounding of a vertex
// that only one side has; these are laid on each other before the union, so that no slit is left.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "gis/area.h"
#include "gis/edit_internal.h"

static const double CLOSE_DEG = 5e-8;        // 5 mm
static const double SHARED_LEAST_DEG = 1e-6; // 10 cm
static const double GAP_WIDTH_M = 1;         // a new hole that is narrower is no ground of others

struct merging {
    struct th_edit *edit;
    GEOSGeometry **shapes; // each laid on those before it
    size_t n;
    size_t n_holes; // of the parcels together
};

static void merging_clear(struct merging *m)
{
    for (size_t i = 0; m->shapes != NULL && i < m->n; i++) {
        if (m->shapes[i] != NULL) {
            GEOSGeom_destroy_r(m->edit->geos.context, m->shapes[i]);
        }
    }
    free(m->shapes);
}

static enum th_status shapes_make(struct merging *m, const struct th_geometry *parcels,
                                  struct th_error *err)
{
    m->shapes = calloc(m->n, sizeof(GEOSGeometry *));
    if (m->shapes == NULL) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < m->n; i++) {
        m->shapes[i] = th_geos_geometry(&m->edit->geos, &parcels[i]);
        if (m->shapes[i] == NULL) {
            return th_edit_failed(m->edit, err);
        }
        m->n_holes += parcels[i].n_rings - parcels[i].n_polygons;
    }
    return TH_OK;
}

// Each gets the vertices that the other has on the common boundary.
static enum th_status lay(struct merging *m, size_t i, size_t k, struct th_error *err)
{
    GEOSContextHandle_t context = m->edit->geos.context;
    GEOSGeometry *first = GEOSSnap_r(context, m->shapes[i], m->shapes[k], CLOSE_DEG);
    GEOSGeometry *second =
        first == NULL ? NULL : GEOSSnap_r(context, m->shapes[k], first, CLOSE_DEG);
    if (second == NULL) {
        if (first != NULL) {
            GEOSGeom_destroy_r(context, first);
        }
        return th_edit_failed(m->edit, err);
    }
    GEOSGeom_destroy_r(context, m->shapes[i]);
    GEOSGeom_destroy_r(context, m->shapes[k]);
    m->shapes[i] = first;
    m->shapes[k] = second;
    return TH_OK;
}

static enum th_status shared_length(struct merging *m, size_t i, size_t k, double *ret_deg,
                                    struct th_error *err)
{
    GEOSContextHandle_t context = m->edit->geos.context;
    GEOSGeometry *a = GEOSBoundary_r(context, m->shapes[i]);
    GEOSGeometry *b = GEOSBoundary_r(context, m->shapes[k]);
    GEOSGeometry *common = a == NULL || b == NULL ? NULL : GEOSIntersection_r(context, a, b);
    bool done = common != NULL && GEOSLength_r(context, common, ret_deg);
    GEOSGeom_destroy_r(context, a);
    GEOSGeom_destroy_r(context, b);
    GEOSGeom_destroy_r(context, common);
    return done ? TH_OK : th_edit_failed(m->edit, err);
}

// Walks from the first parcel over shared edges; all must be reached.
static enum th_status hang_together(struct merging *m, const struct th_geometry *parcels,
                                    struct th_error *err)
{
    size_t *reached = malloc(m->n * sizeof(*reached)); // in this order; then the others
    enum th_status status = reached == NULL ? th_error_no_memory(err) : TH_OK;
    size_t n_reached = 1;
    for (size_t i = 0; status == TH_OK && i < m->n; i++) {
        reached[i] = i;
    }
    for (size_t at = 0; status == TH_OK && at < n_reached; at++) {
        size_t i = reached[at];
        struct th_box box = th_geometry_box(&parcels[i]);
        for (size_t other = n_reached; status == TH_OK && other < m->n; other++) {
            size_t k = reached[other];
            double length = 0;
            if (!th_edit_boxes_near(box, th_geometry_box(&parcels[k]))) {
                continue;
            }
            status = lay(m, i, k, err);
            if (status == TH_OK) {
                status = shared_length(m, i, k, &length, err);
            }
            if (status == TH_OK && length >= SHARED_LEAST_DEG) {
                reached[other] = reached[n_reached];
                reached[n_reached++] = k;
            }
        }
    }
    size_t apart = m->n;
    for (size_t i = n_reached; status == TH_OK && i < m->n; i++) {
        apart = reached[i] < apart ? reached[i] : apart;
    }
    if (apart < m->n) {
        status = th_error_set(err, TH_DATA_PROBLEM, "merge_apart", NULL);
        th_error_add_int(err, "index", (long long)apart + 1);
    }
    free(reached);
    return status;
}

// A hole that none of the parcels had and that is narrow is a gap between them.
static enum th_status find_gap(const struct merging *m, const struct th_geometry *whole,
                               struct th_error *err)
{
    if (whole->n_rings - whole->n_polygons <= m->n_holes) {
        return TH_OK;
    }
    for (size_t p = 0, ring = 0; p < whole->n_polygons; p++) {
        for (size_t first = ring; ring < whole->polygon_ends[p]; ring++) {
            size_t start = ring == 0 ? 0 : whole->ring_ends[ring - 1];
            double area_m2 = 0;
            double perimeter_m = 0;
            if (ring == first) {
                continue;
            }
            th_area_geodesic_ring(&th_ellipsoid_cgcs2000, whole->points + start,
                                  whole->ring_ends[ring] - start, &area_m2, &perimeter_m);
            if (2 * fabs(area_m2) < GAP_WIDTH_M * perimeter_m) {
                char text[32];
                (void)snprintf(text, sizeof(text), "%.2f", fabs(area_m2));
                return th_error_set(err, TH_DATA_PROBLEM, "merge_gap", "area", text, NULL);
            }
        }
    }
    return TH_OK;
}

enum th_status th_edit_merge(struct th_edit *edit, const struct th_geometry *parcels, size_t n,
                             struct th_geometry *ret_whole, struct th_error *err)
{
    GEOSContextHandle_t context = edit->geos.context;
    struct merging m = {.edit = edit, .n = n};
    struct th_geometry whole = {0};
    GEOSGeometry *joined = NULL;
    enum th_status status = th_edit_check_join(parcels, n, err);
    if (status == TH_OK) {
        status = shapes_make(&m, parcels, err);
    }
    if (status == TH_OK) {
        status = hang_together(&m, parcels, err);
    }
    if (status == TH_OK) {
        GEOSGeometry *all =
            GEOSGeom_createCollection_r(context, GEOS_GEOMETRYCOLLECTION, m.shapes, (unsigned)n);
        for (size_t i = 0; i < n; i++) {
            m.shapes[i] = NULL; // went over
        }
        joined = all == NULL ? NULL : GEOSUnaryUnion_r(context, all);
        if (all != NULL) {
            GEOSGeom_destroy_r(context, all);
        }
        status =
            joined == NULL ? th_edit_failed(edit, err) : th_edit_take(edit, joined, &whole, err);
    }
    if (status == TH_OK) {
        status = find_gap(&m, &whole, err);
    }
    if (joined != NULL) {
        GEOSGeom_destroy_r(context, joined);
    }
    merging_clear(&m);
    if (status != TH_OK) {
        th_geometry_clear(&whole);
        return status;
    }
    *ret_whole = whole;
    return TH_OK;
}
