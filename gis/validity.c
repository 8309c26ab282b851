#include "gis/validity.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gis/geos_internal.h"
#include "gis/simple_internal.h"

// From this size on a defect is named without asking GEOS, which may take minutes.
enum { LARGE_POINTS = 5000 };

// A fifth of a second.
static const struct th_simple_limits limits = {.pairs = 20 * 1000 * 1000};

struct th_validity {
    struct th_geos geos;
    struct th_simple_room *room;
};

// GEOS words its reasons in English; these are all that its source holds for polygons.
static const struct {
    const char *reason;
    const char *key;
} reasons[] = {
    {"Self-intersection", "@validity.self_intersection"},
    {"Ring Self-intersection", "@validity.ring_self_intersection"},
    {"Hole lies outside shell", "@validity.hole_outside_shell"},
    {"Holes are nested", "@validity.nested_holes"},
    {"Nested shells", "@validity.nested_shells"},
    {"Interior is disconnected", "@validity.disconnected_interior"},
    {"Duplicate Rings", "@validity.duplicate_rings"},
    {"Too few points in geometry component", "@validity.too_few_points"},
    {"Invalid Coordinate", "@validity.invalid_coordinate"},
    {"Ring is not closed", "@validity.ring_not_closed"},
};

enum th_status th_validity_new(struct th_validity **ret_validity, struct th_error *err)
{
    struct th_validity *validity = calloc(1, sizeof(*validity));
    if (validity == NULL) {
        return th_error_no_memory(err);
    }
    enum th_status status = th_geos_open(&validity->geos, err);
    if (status == TH_OK) {
        validity->room = th_simple_room_new();
        status = validity->room == NULL ? th_error_no_memory(err) : TH_OK;
    }
    if (status != TH_OK) {
        th_validity_free(validity);
        return status;
    }
    *ret_validity = validity;
    return TH_OK;
}

void th_validity_free(struct th_validity *validity)
{
    if (validity != NULL) {
        th_geos_close(&validity->geos);
        th_simple_room_free(validity->room);
        free(validity);
    }
}

static enum th_status refuse(const char *reason, double lon, double lat, struct th_error *err)
{
    char lon_text[32];
    char lat_text[32];
    snprintf(lon_text, sizeof(lon_text), "%.7f", lon);
    snprintf(lat_text, sizeof(lat_text), "%.7f", lat);
    return th_error_set(err, TH_DATA_PROBLEM, "geometry_invalid", "reason", reason, "lon", lon_text,
                        "lat", lat_text, NULL);
}

// What GEOS would not even build, or would throw on.
static enum th_status rings_check(const struct th_geometry *geometry, struct th_error *err)
{
    size_t start = 0;
    for (size_t i = 0; i < geometry->n_points; i++) {
        struct th_xy point = geometry->points[i];
        if (!isfinite(point.x) || !isfinite(point.y)) {
            return refuse("@validity.invalid_coordinate", point.x, point.y, err);
        }
    }
    for (size_t ring = 0; ring < geometry->n_rings; ring++) {
        size_t n = geometry->ring_ends[ring] - start;
        const struct th_xy *points = geometry->points + start;
        start = geometry->ring_ends[ring];
        if (n > 0 && (points[0].x != points[n - 1].x || points[0].y != points[n - 1].y)) {
            return refuse("@validity.ring_not_closed", points[0].x, points[0].y, err);
        }
        if (n < 4) {
            double lon = n > 0 ? points[0].x : 0;
            double lat = n > 0 ? points[0].y : 0;
            return refuse("@validity.too_few_points", lon, lat, err);
        }
    }
    return TH_OK;
}

static const char *reason_key(const char *reason)
{
    for (size_t i = 0; reason != NULL && i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (strcmp(reasons[i].reason, reason) == 0) {
            return reasons[i].key;
        }
    }
    return "@validity.other";
}

// What GEOS says of a shape in whatever coordinates: NULL in *ret_key when it is valid.
static enum th_status geos_ask(struct th_validity *validity, const struct th_geometry *geometry,
                               const char **ret_key, struct th_xy *ret_place, struct th_error *err)
{
    GEOSContextHandle_t context = validity->geos.context;
    char *reason = NULL;
    GEOSGeometry *place = NULL;
    GEOSGeometry *shape = th_geos_geometry(&validity->geos, geometry);
    if (shape == NULL) {
        return th_geos_error(&validity->geos, err);
    }
    char valid = GEOSisValidDetail_r(context, shape, 0, &reason, &place);
    *ret_key = NULL;
    *ret_place = geometry->points[0];
    if (valid != 1) {
        *ret_key = valid == 0 ? reason_key(reason) : "@validity.other";
    }
    if (place != NULL) {
        GEOSGeomGetX_r(context, place, &ret_place->x);
        GEOSGeomGetY_r(context, place, &ret_place->y);
        GEOSGeom_destroy_r(context, place);
    }
    if (reason != NULL) {
        GEOSFree_r(context, reason);
    }
    GEOSGeom_destroy_r(context, shape);
    return TH_OK;
}

enum th_status th_validity_check(struct th_validity *validity, const struct th_geometry *geometry,
                                 struct th_error *err)
{
    const char *key = NULL;
    struct th_xy place;
    if (geometry->n_polygons == 0) {
        return th_error_set(err, TH_DATA_PROBLEM, "geometry_empty", NULL);
    }
    enum th_status status = rings_check(geometry, err);
    if (status == TH_OK) {
        status = geos_ask(validity, geometry, &key, &place, err);
    }
    return status == TH_OK && key != NULL ? refuse(key, place.x, place.y, err) : status;
}

// What was found, in the words for it.
static const char *finding_key(const struct th_simple_finding *finding)
{
    switch (finding->verdict) {
    case TH_SIMPLE_CROSSING:
        return "@validity.self_intersection";
    case TH_SIMPLE_CONTACT:
        return "@validity.ring_self_intersection";
    case TH_SIMPLE_HOLE_OUTSIDE:
        return "@validity.hole_outside_shell";
    case TH_SIMPLE_HOLE_NESTED:
        return "@validity.nested_holes";
    case TH_SIMPLE_SHELL_NESTED:
        return "@validity.nested_shells";
    case TH_SIMPLE_DISCONNECTED:
        return "@validity.disconnected_interior";
    case TH_SIMPLE_VALID:
        break;
    }
    return "@validity.other";
}

// GEOS's words for the same, so that a small shape gets the ones that people find elsewhere. It is
// asked in whole cells, which doubles hold exactly; in degrees a touch may round away.
static enum th_status geos_words(struct th_validity *validity, const struct th_ground *ground,
                                 const char **key, struct th_xy *place, struct th_error *err)
{
    struct th_geometry cells = {0};
    const char *geos_key = NULL;
    struct th_xy geos_place = {0, 0};
    enum th_status status = th_ground_geometry(ground, &cells, err);
    for (size_t i = 0; status == TH_OK && i < cells.n_points; i++) {
        cells.points[i] = (struct th_xy){ground->points[i].x, ground->points[i].y};
    }
    if (status == TH_OK) {
        status = geos_ask(validity, &cells, &geos_key, &geos_place, err);
    }
    if (status == TH_OK && geos_key != NULL) {
        *key = geos_key;
        place->x = ((double)ground->origin_x + geos_place.x) / TH_GROUND_PER_DEGREE;
        place->y = ((double)ground->origin_y + geos_place.y) / TH_GROUND_PER_DEGREE;
    }
    th_geometry_clear(&cells);
    return status;
}

enum th_status th_validity_check_ground(struct th_validity *validity,
                                        const struct th_ground *ground, struct th_error *err)
{
    struct th_simple_finding finding;
    bool tangled = false;
    enum th_status status =
        th_simple_test(validity->room, ground, &limits, &finding, &tangled, err);
    if (status != TH_OK || finding.verdict == TH_SIMPLE_VALID) {
        return status;
    }
    const char *key = tangled ? "@validity.tangled" : finding_key(&finding);
    struct th_xy place = finding.place;
    if (ground->n_points < LARGE_POINTS && !tangled) {
        status = geos_words(validity, ground, &key, &place, err);
    }
    return status == TH_OK ? refuse(key, place.x, place.y, err) : status;
}
