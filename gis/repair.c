// GEOS mends in whole 1e-8° from the corner of the shape, where its arithmetic starts from exact
// numbers, and its results are brought onto that grid before they are judged.
#include "gis/repair.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "gis/area.h"
#include "gis/area_internal.h"
#include "gis/geos_internal.h"
#include "gis/ground_internal.h"
#include "gis/lattice_internal.h"
#include "gis/simple_internal.h"
#include "gis/validity.h"

// GEOS's time grows with the square of the crossings and with their number times the vertices; a
// boundary that people draw has few crossings.
enum { PAIRS_MAX = 1000 * 1000, MEETINGS_MAX = 500, MEETINGS_MIN = 10, WORK_MAX = 1000 * 1000 };

struct th_repairer {
    struct th_geos geos;
    struct th_validity *validity;
    struct th_simple_room *room;
    struct th_lattice lattice;
};

const char *th_repair_method_name(enum th_repair_method method)
{
    switch (method) {
    case TH_REPAIR_LINEWORK:
        return "linework";
    case TH_REPAIR_STRUCTURE:
        return "structure";
    case TH_REPAIR_METHODS:
        break;
    }
    return "";
}

enum th_status th_repairer_new(struct th_repairer **ret_repairer, struct th_error *err)
{
    struct th_repairer *repairer = calloc(1, sizeof(*repairer));
    if (repairer == NULL) {
        return th_error_no_memory(err);
    }
    enum th_status status = th_geos_open(&repairer->geos, err);
    if (status == TH_OK) {
        status = th_validity_new(&repairer->validity, err);
    }
    if (status == TH_OK) {
        repairer->room = th_simple_room_new();
        status = repairer->room == NULL ? th_error_no_memory(err) : TH_OK;
    }
    if (status != TH_OK) {
        th_repairer_free(repairer);
        return status;
    }
    *ret_repairer = repairer;
    return TH_OK;
}

void th_repairer_free(struct th_repairer *repairer)
{
    if (repairer != NULL) {
        th_geos_close(&repairer->geos);
        th_validity_free(repairer->validity);
        th_simple_room_free(repairer->room);
        th_lattice_clear(&repairer->lattice);
        free(repairer);
    }
}

void th_repair_clear(struct th_repair *repair)
{
    for (int i = 0; i < TH_REPAIR_METHODS; i++) {
        th_geometry_clear(&repair->by_method[i].geometry);
    }
    *repair = (struct th_repair){.source_area_m2 = 0};
}

static GEOSGeometry *mend(GEOSContextHandle_t context, const GEOSGeometry *shape,
                          enum th_repair_method method)
{
    GEOSGeometry *mended = NULL;
    GEOSMakeValidParams *params = GEOSMakeValidParams_create_r(context);
    if (params != NULL &&
        GEOSMakeValidParams_setMethod_r(context, params,
                                        method == TH_REPAIR_LINEWORK ? GEOS_MAKE_VALID_LINEWORK
                                                                     : GEOS_MAKE_VALID_STRUCTURE) &&
        GEOSMakeValidParams_setKeepCollapsed_r(context, params, 0)) {
        mended = GEOSMakeValidWithParams_r(context, shape, params);
    }
    if (params != NULL) {
        GEOSMakeValidParams_destroy_r(context, params);
    }
    return mended;
}

// A shape that the registry would take as it is?
static enum th_status judge(struct th_repairer *repairer, struct th_geometry *geometry,
                            bool *ret_good, struct th_error *err)
{
    struct th_ground *ground = NULL;
    enum th_status status = th_geometry_normalise(geometry, err);
    if (status == TH_OK) {
        status = th_ground_new(geometry, &ground, err);
    }
    if (status == TH_OK) {
        status = th_validity_check_ground(repairer->validity, ground, err);
    }
    th_ground_free(ground);
    *ret_good = status == TH_OK;
    return status == TH_DATA_PROBLEM ? TH_OK : status;
}

// The mended shape on the grid where rounding alone makes it invalid again.
static enum th_status snap(struct th_repairer *repairer, const GEOSGeometry *mended,
                           const struct th_ground *ground, struct th_geometry *geometry,
                           bool *ret_good, struct th_error *err)
{
    bool lossy; // was told of the mended shape
    GEOSGeometry *snapped = GEOSGeom_setPrecision_r(repairer->geos.context, mended, 1, 0);
    if (snapped == NULL) {
        return TH_OK;
    }
    th_geometry_clear(geometry);
    *geometry = (struct th_geometry){0};
    enum th_status status = th_geos_polygons(&repairer->geos, snapped, ground->origin_x,
                                             ground->origin_y, geometry, &lossy, err);
    if (status == TH_OK && geometry->n_polygons > 0) {
        status = judge(repairer, geometry, ret_good, err);
    }
    GEOSGeom_destroy_r(repairer->geos.context, snapped);
    return status;
}

// One method. A shape that GEOS cannot mend, or not to ground, is no failure: there is no proposal.
static enum th_status propose(struct th_repairer *repairer, const GEOSGeometry *shape,
                              const struct th_ground *ground, enum th_repair_method method,
                              struct th_repair_proposal *ret_proposal, bool *ret_lossy,
                              struct th_error *err)
{
    GEOSContextHandle_t context = repairer->geos.context;
    struct th_geometry geometry = {0};
    struct th_error problem;
    enum th_status status = TH_OK;
    bool good = false;
    GEOSGeometry *mended = mend(context, shape, method);
    if (mended == NULL) {
        goto done;
    }
    // What stands beside the polygons is seen here; the grid below may swallow it.
    status = th_geos_polygons(&repairer->geos, mended, ground->origin_x, ground->origin_y,
                              &geometry, ret_lossy, err);
    if (status != TH_OK || geometry.n_polygons == 0) {
        goto done;
    }
    status = judge(repairer, &geometry, &good, &problem);
    if (status == TH_OK && !good) {
        status = snap(repairer, mended, ground, &geometry, &good, &problem);
    }
    if (status != TH_OK && err != NULL) {
        *err = problem;
    }
done:
    if (status == TH_OK && good) {
        double perimeter_m;
        ret_proposal->possible = true;
        ret_proposal->geometry = geometry;
        th_area_geodesic(&th_ellipsoid_cgcs2000, &geometry, &ret_proposal->area_m2, &perimeter_m);
        geometry = (struct th_geometry){0};
    }
    th_geometry_clear(&geometry);
    if (mended != NULL) {
        GEOSGeom_destroy_r(context, mended);
    }
    return status;
}

// In cells from the corner of the box.
static GEOSGeometry *cells_geometry(struct th_geos *geos, const struct th_ground *ground)
{
    struct th_geometry cells = {0};
    GEOSGeometry *made = NULL;
    if (th_ground_geometry(ground, &cells, NULL) == TH_OK) {
        for (size_t i = 0; i < cells.n_points; i++) {
            cells.points[i] = (struct th_xy){ground->points[i].x, ground->points[i].y};
        }
        made = th_geos_geometry(geos, &cells);
    }
    th_geometry_clear(&cells);
    return made;
}

static enum th_status ground_propose(struct th_repairer *repairer, const struct th_ground *ground,
                                     struct th_repair *repair, struct th_error *err)
{
    bool tangled = false;
    bool lossy[TH_REPAIR_METHODS] = {false};
    double perimeter_m;
    struct th_simple_limits limits = {.pairs = PAIRS_MAX,
                                      .meetings = WORK_MAX / (size_t)ground->n_points};
    limits.meetings = limits.meetings > MEETINGS_MAX ? MEETINGS_MAX : limits.meetings;
    limits.meetings = limits.meetings < MEETINGS_MIN ? MEETINGS_MIN : limits.meetings;
    th_area_by_geodesics(ground, &repair->source_area_m2, &perimeter_m);
    enum th_status status = th_simple_is_tangled(repairer->room, ground, &limits, &tangled, err);
    if (status != TH_OK || tangled) {
        return status;
    }
    GEOSGeometry *shape = cells_geometry(&repairer->geos, ground);
    if (shape == NULL) {
        return th_geos_error(&repairer->geos, err);
    }
    for (int i = 0; i < TH_REPAIR_METHODS && status == TH_OK; i++) {
        status = propose(repairer, shape, ground, (enum th_repair_method)i, &repair->by_method[i],
                         &lossy[i], err);
    }
    GEOSGeom_destroy_r(repairer->geos.context, shape);
    const struct th_repair_proposal *a = &repair->by_method[TH_REPAIR_LINEWORK];
    const struct th_repair_proposal *b = &repair->by_method[TH_REPAIR_STRUCTURE];
    repair->agree =
        a->possible && b->possible && !lossy[0] && !lossy[1] &&
        fabs(a->area_m2 - b->area_m2) <= TH_REPAIR_AGREEMENT * fmin(a->area_m2, b->area_m2);
    return status;
}

enum th_status th_repair_propose(struct th_repairer *repairer, const struct th_geometry *geometry,
                                 struct th_repair *ret_repair, struct th_error *err)
{
    struct th_repair repair = {.source_area_m2 = 0};
    struct th_error problem;
    struct th_ground *ground = NULL;
    snprintf(repair.engine, sizeof(repair.engine), "GEOS %.20s", GEOSversion());
    enum th_status status = th_lattice_normalise(&repairer->lattice, geometry, &problem);
    if (status == TH_OK) {
        status = th_lattice_ground(&repairer->lattice, &ground, &problem);
    }
    if (status == TH_DATA_PROBLEM) { // no place on earth, or nothing left: there is no proposal
        *ret_repair = repair;
        return TH_OK;
    }
    if (status == TH_OK) {
        status = ground_propose(repairer, ground, &repair, &problem);
    }
    th_ground_free(ground);
    if (status != TH_OK) {
        th_repair_clear(&repair);
        if (err != NULL) {
            *err = problem;
        }
        return status;
    }
    *ret_repair = repair;
    return TH_OK;
}
