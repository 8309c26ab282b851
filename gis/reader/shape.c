#include "gis/reader/shape_internal.h"

#include <stdbool.h>

#include "gis/reader.h"

static bool is_polygonal(OGRwkbGeometryType flat)
{
    return flat == wkbPolygon || flat == wkbMultiPolygon;
}

static enum th_status lost(struct th_error *err)
{
    return th_error_set(err, TH_UNREADABLE, "shape_lost", NULL);
}

// A collection that has nothing but polygons becomes a multipolygon; NULL when it has more.
static OGRGeometryH collection_join(OGRGeometryH in)
{
    int n = OGR_G_GetGeometryCount(in);
    for (int i = 0; i < n; i++) {
        if (!is_polygonal(OGR_GT_Flatten(OGR_G_GetGeometryType(OGR_G_GetGeometryRef(in, i))))) {
            return NULL;
        }
    }
    OGRGeometryH joined = n == 0 ? NULL : OGR_G_CreateGeometry(wkbMultiPolygon);
    for (int i = 0; joined != NULL && i < n; i++) {
        OGRGeometryH part = OGR_G_GetGeometryRef(in, i);
        bool many = OGR_GT_Flatten(OGR_G_GetGeometryType(part)) == wkbMultiPolygon;
        int n_polygons = many ? OGR_G_GetGeometryCount(part) : 1;
        for (int k = 0; k < n_polygons; k++) {
            OGRGeometryH polygon = many ? OGR_G_GetGeometryRef(part, k) : part;
            if (OGR_G_AddGeometry(joined, polygon) != OGRERR_NONE) {
                OGR_G_DestroyGeometry(joined);
                return NULL;
            }
        }
    }
    return joined;
}

enum th_status th_shape_take(OGRGeometryH in, double curve_step_deg, OGRGeometryH *ret_out,
                             unsigned *ret_shape, struct th_error *err)
{
    unsigned done = 0;
    OGRGeometryH out = in;
    OGRwkbGeometryType type = OGR_G_GetGeometryType(in);
    if (type == wkbPolygon || type == wkbMultiPolygon) {
        *ret_out = in;
        *ret_shape = 0;
        return TH_OK;
    }
    if (OGR_GT_HasZ(type) || OGR_GT_HasM(type)) {
        OGR_G_FlattenTo2D(in);
        done |= TH_SHAPE_FLATTENED;
    }
    if (OGR_G_HasCurveGeometry(in, 1)) {
        out = OGR_G_GetLinearGeometry(in, curve_step_deg, NULL);
        if (out == NULL) {
            return lost(err);
        }
        done |= TH_SHAPE_LINEARISED;
    }
    if (OGR_GT_Flatten(OGR_G_GetGeometryType(out)) == wkbGeometryCollection) {
        OGRGeometryH joined = collection_join(out);
        if (joined != NULL) {
            if (out != in) {
                OGR_G_DestroyGeometry(out);
            }
            out = joined;
        }
    }
    *ret_out = out;
    *ret_shape = done;
    return TH_OK;
}
