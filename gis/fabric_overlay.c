// Where shapes have to be built, GEOS builds them, in whole 1e-8° from a nearby origin: its
// arithmetic starts from exact numbers and rounds in the 16th digit of small ones.
#include <math.h>
#include <stdlib.h>

#include "gis/fabric_internal.h"
#include "gis/ground_internal.h"

static const struct th_geometry geometry_none;

GEOSGeometry *th_fabric_geos(struct th_geos *geos, const struct th_ground *ground, int64_t x,
                             int64_t y)
{
    struct th_geometry geometry = {
        .n_points = ground->n_points, .n_rings = ground->n_rings, .n_polygons = ground->n_polygons};
    GEOSGeometry *made = NULL;
    geometry.points = malloc(geometry.n_points * sizeof(*geometry.points));
    geometry.ring_ends = malloc(geometry.n_rings * sizeof(*geometry.ring_ends));
    geometry.polygon_ends = malloc(geometry.n_polygons * sizeof(*geometry.polygon_ends));
    if (geometry.points != NULL && geometry.ring_ends != NULL && geometry.polygon_ends != NULL) {
        for (size_t i = 0; i < geometry.n_points; i++) {
            geometry.points[i].x = (double)(ground->origin_x - x + ground->points[i].x);
            geometry.points[i].y = (double)(ground->origin_y - y + ground->points[i].y);
        }
        for (size_t i = 0; i < geometry.n_rings; i++) {
            geometry.ring_ends[i] = ground->ring_ends[i];
        }
        for (size_t i = 0; i < geometry.n_polygons; i++) {
            geometry.polygon_ends[i] = ground->polygon_ends[i];
        }
        made = th_geos_geometry(geos, &geometry);
    }
    th_geometry_clear(&geometry);
    return made;
}

GEOSGeometry *th_fabric_overlay(struct th_geos *geos, const struct th_ground *a,
                                const struct th_ground *b, int64_t *ret_x, int64_t *ret_y)
{
    int64_t x = a->origin_x > b->origin_x ? a->origin_x : b->origin_x;
    int64_t y = a->origin_y > b->origin_y ? a->origin_y : b->origin_y;
    GEOSGeometry *common = NULL;
    GEOSGeometry *geos_a = th_fabric_geos(geos, a, x, y);
    GEOSGeometry *geos_b = th_fabric_geos(geos, b, x, y);
    if (geos_a != NULL && geos_b != NULL) {
        common = GEOSIntersection_r(geos->context, geos_a, geos_b);
        if (common == NULL) {
            // Overlay on a grid never meets a numerical dead end.
            common = GEOSIntersectionPrec_r(geos->context, geos_a, geos_b, 1);
        }
    }
    if (geos_a != NULL) {
        GEOSGeom_destroy_r(geos->context, geos_a);
    }
    if (geos_b != NULL) {
        GEOSGeom_destroy_r(geos->context, geos_b);
    }
    *ret_x = x;
    *ret_y = y;
    return common;
}

// GEOS compares all pairs of edges whose boxes meet, those of one shape among them: a valid shape
// of many long, slanting edges is work without a single crossing.
enum th_status th_fabric_overlay_allow(struct th_fabric_probe *probe,
                                       const struct th_meet_result *result,
                                       const struct th_ground *a, const struct th_ground *b,
                                       struct th_error *err)
{
    enum { EDGE_PAIRS_MAX = 10 * 1000 * 1000, SMALL_POINTS = 4096 };
    const struct th_simple_limits limits = {.pairs = EDGE_PAIRS_MAX};
    bool tangled = result->meet == TH_MEET_UNKNOWN ||
                   result->n_crossings > TH_FABRIC_CROSSINGS_MAX ||
                   result->n_pairs > EDGE_PAIRS_MAX;
    for (int i = 0; i < 2 && !tangled; i++) {
        const struct th_ground *ground = i == 0 ? a : b;
        if (ground != NULL && ground->n_points > SMALL_POINTS) {
            enum th_status status =
                th_simple_is_tangled(probe->simple, ground, &limits, &tangled, err);
            if (status != TH_OK) {
                return status;
            }
        }
    }
    if (tangled) {
        enum th_status status = th_error_set(err, TH_LIMIT, "fabric_tangled", NULL);
        th_error_add_int(err, "limit", TH_FABRIC_CROSSINGS_MAX);
        return status;
    }
    return TH_OK;
}

// The polygons of an overlay in normal form; none where they are narrower than the grid: nothing
// that could be shown.
static enum th_status take_polygons(struct th_geos *geos, const GEOSGeometry *shape, int64_t x,
                                    int64_t y, struct th_geometry *ret_geometry,
                                    struct th_error *err)
{
    struct th_geometry geometry = geometry_none;
    bool lossy = false; // lines and points of an overlay are no ground
    enum th_status status = shape == NULL
                                ? th_geos_error(geos, err)
                                : th_geos_polygons(geos, shape, x, y, &geometry, &lossy, err);
    if (status == TH_OK && geometry.n_points > 0) {
        status = th_geometry_normalise(&geometry, err);
    }
    if (status == TH_OK) {
        *ret_geometry = geometry;
        return TH_OK;
    }
    th_geometry_clear(&geometry);
    if (status == TH_DATA_PROBLEM) {
        *ret_geometry = geometry_none;
        status = TH_OK;
    }
    return status;
}

static enum th_status common_partly(struct th_fabric_probe *probe, const struct th_ground *a,
                                    const struct th_ground *b, struct th_geometry *ret_common,
                                    struct th_error *err)
{
    struct th_geos *geos = &probe->geos;
    int64_t x;
    int64_t y;
    GEOSGeometry *common = th_fabric_overlay(geos, a, b, &x, &y);
    enum th_status status = take_polygons(geos, common, x, y, ret_common, err);
    if (common != NULL) {
        GEOSGeom_destroy_r(geos->context, common);
    }
    return status;
}

enum th_status th_fabric_common(struct th_fabric_probe *probe, const struct th_ground *a,
                                const struct th_ground *b, struct th_geometry *ret_common,
                                struct th_error *err)
{
    struct th_meet_side sides[2] = {{.ground = a}, {.ground = b}};
    struct th_meet_result result;
    enum th_status status = th_meet_test(&sides[0], &sides[1], probe->room, &result, err);
    if (status != TH_OK) {
        return status;
    }
    switch (result.meet) {
    case TH_MEET_APART:
        *ret_common = geometry_none;
        return TH_OK;
    case TH_MEET_WITHIN:
    case TH_MEET_EQUAL:
        return th_ground_geometry(a, ret_common, err);
    case TH_MEET_AROUND:
        return th_ground_geometry(b, ret_common, err);
    case TH_MEET_PARTLY:
    case TH_MEET_UNKNOWN:
        break;
    }
    status = th_fabric_overlay_allow(probe, &result, a, b, err);
    return status == TH_OK ? common_partly(probe, a, b, ret_common, err) : status;
}

// What covers a ground while it is gathered.
struct cover {
    uint32_t *positions; // of parcels that cover some of it
    unsigned n, capacity;
    struct th_meet_result last; // of the last of them
    struct th_meet_result work; // with all of them together: what GEOS would have to go through
    bool whole;                 // one covers all of it
};

static bool cover_push(struct cover *cover, uint32_t position)
{
    if (cover->n == cover->capacity) {
        unsigned capacity = cover->capacity == 0 ? 8 : 2 * cover->capacity;
        uint32_t *grown = realloc(cover->positions, capacity * sizeof(*grown));
        if (grown == NULL) {
            return false;
        }
        cover->positions = grown;
        cover->capacity = capacity;
    }
    cover->positions[cover->n++] = position;
    return true;
}

static enum th_status cover_gather(const struct th_fabric *fabric, struct th_fabric_probe *probe,
                                   const struct th_ground *ground, struct cover *cover,
                                   struct th_error *err)
{
    struct th_meet_side side = {.ground = ground};
    struct th_tree_box box = th_tree_box_of(&fabric->tree, ground);
    struct th_tree_search search;
    uint32_t leaf;
    th_tree_search_begin(&fabric->tree, &box, &search);
    while (!cover->whole && th_tree_search_next(&search, &leaf)) {
        uint32_t position = fabric->tree.order[leaf];
        struct th_meet_side other = th_fabric_side(fabric, position);
        struct th_meet_result result;
        enum th_status status = th_meet_test(&side, &other, probe->room, &result, err);
        if (status != TH_OK) {
            return status;
        }
        if (result.meet == TH_MEET_APART) {
            continue;
        }
        cover->whole = result.meet == TH_MEET_WITHIN || result.meet == TH_MEET_EQUAL;
        cover->last = result;
        cover->work.n_crossings += result.n_crossings;
        cover->work.n_pairs += result.n_pairs;
        if (result.meet == TH_MEET_UNKNOWN) {
            cover->work.meet = TH_MEET_UNKNOWN;
        }
        if (!cover_push(cover, position)) {
            return th_error_no_memory(err);
        }
    }
    return TH_OK;
}

// The common ground of `geos_ground` and a parcel; NULL on failure.
static GEOSGeometry *cover_piece(struct th_geos *geos, const struct th_ground *ground,
                                 const GEOSGeometry *geos_ground, const struct th_ground *other)
{
    GEOSGeometry *whole = th_fabric_geos(geos, other, ground->origin_x, ground->origin_y);
    if (whole == NULL) {
        return NULL;
    }
    GEOSGeometry *piece = GEOSIntersection_r(geos->context, geos_ground, whole);
    if (piece == NULL) {
        piece = GEOSIntersectionPrec_r(geos->context, geos_ground, whole, 1);
    }
    GEOSGeom_destroy_r(geos->context, whole);
    return piece;
}

// All pieces in one collection; NULL on failure.
static GEOSGeometry *cover_pieces(const struct th_fabric *fabric, struct th_geos *geos,
                                  const struct th_ground *ground, const struct cover *cover)
{
    GEOSGeometry *together = NULL;
    unsigned n = 0;
    GEOSGeometry **pieces = malloc(cover->n * sizeof(GEOSGeometry *));
    GEOSGeometry *geos_ground = th_fabric_geos(geos, ground, ground->origin_x, ground->origin_y);
    if (pieces == NULL || geos_ground == NULL) {
        goto done;
    }
    for (; n < cover->n; n++) {
        pieces[n] =
            cover_piece(geos, ground, geos_ground, fabric->parcels[cover->positions[n]].ground);
        if (pieces[n] == NULL) {
            goto done;
        }
    }
    together = GEOSGeom_createCollection_r(geos->context, GEOS_GEOMETRYCOLLECTION, pieces, n);
    n = 0; // they went over in any case
done:
    for (unsigned i = 0; i < n; i++) {
        GEOSGeom_destroy_r(geos->context, pieces[i]);
    }
    free(pieces);
    if (geos_ground != NULL) {
        GEOSGeom_destroy_r(geos->context, geos_ground);
    }
    return together;
}

static enum th_status cover_measure(const struct th_fabric *fabric, struct th_geos *geos,
                                    const struct th_ground *ground, const struct cover *cover,
                                    double *ret_area_m2, struct th_error *err)
{
    const struct th_overlap_frame frame = {(double)ground->origin_x, (double)ground->origin_y,
                                           TH_GROUND_PER_DEGREE};
    struct th_ruler_size size = {0, 0};
    enum th_status status = TH_OK;
    GEOSGeometry *together = cover_pieces(fabric, geos, ground, cover);
    GEOSGeometry *joined = together == NULL ? NULL : GEOSUnaryUnion_r(geos->context, together);
    if (joined == NULL && together != NULL) {
        joined = GEOSUnaryUnionPrec_r(geos->context, together, 1);
    }
    if (joined == NULL || !th_overlap_polygons_measure(geos, joined, &frame, &size)) {
        status = th_geos_error(geos, err);
    } else {
        *ret_area_m2 = size.area_m2;
    }
    if (together != NULL) {
        GEOSGeom_destroy_r(geos->context, together);
    }
    if (joined != NULL) {
        GEOSGeom_destroy_r(geos->context, joined);
    }
    return status;
}

enum th_status th_fabric_covered(const struct th_fabric *fabric, struct th_fabric_probe *probe,
                                 const struct th_ground *ground, double area_m2,
                                 double *ret_covered_m2, struct th_error *err)
{
    struct cover cover = {0};
    double covered_m2 = 0;
    enum th_status status = cover_gather(fabric, probe, ground, &cover, err);
    if (status != TH_OK || cover.n == 0) {
        // Nothing covers it.
    } else if (cover.whole) {
        covered_m2 = area_m2;
    } else if (cover.n == 1 && cover.last.meet == TH_MEET_AROUND) {
        covered_m2 = fabric->parcels[cover.positions[0]].area_m2;
    } else if (cover.n == 1 && cover.last.measured) {
        covered_m2 = cover.last.size.area_m2;
    } else {
        status = th_fabric_overlay_allow(probe, &cover.work, ground, NULL, err);
        if (status == TH_OK) {
            status = cover_measure(fabric, &probe->geos, ground, &cover, &covered_m2, err);
        }
    }
    if (status == TH_OK) {
        *ret_covered_m2 = fmin(covered_m2, area_m2);
    }
    free(cover.positions);
    return status;
}

// On the grid, so that what comes out is valid there.
static enum th_status cover_union(const struct th_fabric *fabric, struct th_fabric_probe *probe,
                                  const struct th_ground *ground, const struct cover *cover,
                                  struct th_geometry *ret_cover, struct th_error *err)
{
    struct th_geos *geos = &probe->geos;
    enum th_status status = th_fabric_overlay_allow(probe, &cover->work, ground, NULL, err);
    if (status != TH_OK) {
        return status;
    }
    GEOSGeometry *together = cover_pieces(fabric, geos, ground, cover);
    GEOSGeometry *joined =
        together == NULL ? NULL : GEOSUnaryUnionPrec_r(geos->context, together, 1);
    status = take_polygons(geos, joined, ground->origin_x, ground->origin_y, ret_cover, err);
    if (together != NULL) {
        GEOSGeom_destroy_r(geos->context, together);
    }
    if (joined != NULL) {
        GEOSGeom_destroy_r(geos->context, joined);
    }
    return status;
}

enum th_status th_fabric_cover(const struct th_fabric *fabric, struct th_fabric_probe *probe,
                               const struct th_ground *ground, struct th_geometry *ret_cover,
                               struct th_error *err)
{
    struct cover cover = {0};
    enum th_status status = cover_gather(fabric, probe, ground, &cover, err);
    if (status == TH_OK && cover.n == 0) {
        *ret_cover = geometry_none;
    } else if (status == TH_OK && cover.whole) {
        status = th_ground_geometry(ground, ret_cover, err);
    } else if (status == TH_OK) {
        status = cover_union(fabric, probe, ground, &cover, ret_cover, err);
    }
    free(cover.positions);
    return status;
}
