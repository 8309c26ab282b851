// Dividing a parcel. The vertices where the drawing meets the boundary are chosen first and put
// into both, boundary and drawing; what is then noded and made into faces meets in vertices of the
// grid only, so that nothing has to be rounded afterwards and both sides of a cut are the same.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gis/area.h"
#include "gis/edit_internal.h"

static const double ON_CELLS = 2;    // so near an edge a vertex of the drawing lies on it
static const double NEAR_CELLS = 10; // so near a cut a vertex of the drawing is the cut

struct nick { // a new vertex of an edge, behind the point with that index
    size_t point;
    double along; // 0 … 1
    struct th_xy vertex;
};

struct nicks {
    struct nick *items;
    size_t n;
    size_t capacity;
};

static bool nicks_add(struct nicks *nicks, size_t point, double along, struct th_xy vertex)
{
    if (nicks->n == nicks->capacity) {
        size_t capacity = nicks->capacity < 16 ? 32 : 2 * nicks->capacity;
        struct nick *grown = realloc(nicks->items, capacity * sizeof(*grown));
        if (grown == NULL) {
            return false;
        }
        nicks->items = grown;
        nicks->capacity = capacity;
    }
    nicks->items[nicks->n++] = (struct nick){point, along, vertex};
    return true;
}

static int nick_compare(const void *left, const void *right)
{
    const struct nick *a = left;
    const struct nick *b = right;
    if (a->point != b->point) {
        return a->point < b->point ? -1 : 1;
    }
    return (a->along > b->along) - (a->along < b->along);
}

static bool same(struct th_xy a, struct th_xy b)
{
    return a.x == b.x && a.y == b.y;
}

static double cells_apart(struct th_xy a, struct th_xy b)
{
    return fmax(fabs(a.x - b.x), fabs(a.y - b.y)) * TH_EDIT_CELLS_PER_DEGREE;
}

static struct th_xy to_grid(struct th_xy p)
{
    return (struct th_xy){round(p.x * TH_EDIT_CELLS_PER_DEGREE) / TH_EDIT_CELLS_PER_DEGREE + 0.0,
                          round(p.y * TH_EDIT_CELLS_PER_DEGREE) / TH_EDIT_CELLS_PER_DEGREE + 0.0};
}

// How far p stands beside the edge, in cells, and where along it.
static double beside(struct th_xy a, struct th_xy b, struct th_xy p, double *ret_along)
{
    double dx = b.x - a.x;
    double dy = b.y - a.y;
    double squared = dx * dx + dy * dy;
    double t = squared > 0 ? ((p.x - a.x) * dx + (p.y - a.y) * dy) / squared : 0;
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    *ret_along = t;
    return cells_apart((struct th_xy){a.x + t * dx, a.y + t * dy}, p);
}

struct splitting {
    struct th_edit *edit;
    const struct th_geometry *whole;
    const struct th_edit_drawing *drawing;
    struct th_edit_chains chains; // of the whole
    struct th_geometry lines;     // the drawing on the grid
    struct nicks cuts;            // of the boundary
    struct nicks meets;           // of the drawing
    bool met;                     // the drawing and the boundary have a vertex in common
};

// A segment of the drawing and an edge of the boundary.
static bool cross(struct splitting *s, size_t segment, size_t edge)
{
    struct th_xy p = s->lines.points[segment];
    struct th_xy q = s->lines.points[segment + 1];
    struct th_xy a = s->whole->points[edge];
    struct th_xy b = s->whole->points[edge + 1];
    double along = 0;
    if (beside(a, b, p, &along) <= ON_CELLS || beside(a, b, q, &along) <= ON_CELLS) {
        return true; // its vertex stands on the edge: see stand_on
    }
    double rx = b.x - a.x;
    double ry = b.y - a.y;
    double qx = q.x - p.x;
    double qy = q.y - p.y;
    double across = rx * qy - ry * qx;
    if (across == 0) {
        return true;
    }
    double t = ((p.x - a.x) * qy - (p.y - a.y) * qx) / across;
    double u = ((p.x - a.x) * ry - (p.y - a.y) * rx) / across;
    if (t < 0 || t > 1 || u < 0 || u > 1) {
        return true;
    }
    struct th_xy v = th_edit_on_edge(a, b, (struct th_xy){a.x + t * rx, a.y + t * ry});
    s->met = true;
    (void)beside(a, b, v, &along);
    return (same(v, a) || same(v, b) || nicks_add(&s->cuts, edge, along, v)) &&
           nicks_add(&s->meets, segment, u, v);
}

static bool cut_known(const struct splitting *s, size_t edge, struct th_xy vertex)
{
    for (size_t i = 0; i < s->cuts.n; i++) {
        if (s->cuts.items[i].point == edge && same(s->cuts.items[i].vertex, vertex)) {
            return true;
        }
    }
    return false;
}

// A vertex of the drawing that lies on an edge moves to where the edge can have a vertex.
static bool stand_on(struct splitting *s, size_t vertex, size_t edge)
{
    struct th_xy *w = &s->lines.points[vertex];
    struct th_xy a = s->whole->points[edge];
    struct th_xy b = s->whole->points[edge + 1];
    double along = 0;
    if (beside(a, b, *w, &along) > ON_CELLS || cut_known(s, edge, *w)) {
        return true;
    }
    s->met = true;
    *w = th_edit_on_edge(a, b, *w);
    (void)beside(a, b, *w, &along);
    return same(*w, a) || same(*w, b) || nicks_add(&s->cuts, edge, along, *w);
}

static bool boxes_meet(const struct th_xy *one, const struct th_xy *other)
{
    double margin = NEAR_CELLS / TH_EDIT_CELLS_PER_DEGREE;
    return fmax(one[0].x, one[1].x) + margin >= fmin(other[0].x, other[1].x) &&
           fmax(other[0].x, other[1].x) + margin >= fmin(one[0].x, one[1].x) &&
           fmax(one[0].y, one[1].y) + margin >= fmin(other[0].y, other[1].y) &&
           fmax(other[0].y, other[1].y) + margin >= fmin(one[0].y, one[1].y);
}

// All edges of the boundary against one segment of the drawing.
static bool meet_boundary(struct splitting *s, size_t segment,
                          bool (*meet)(struct splitting *s, size_t segment, size_t edge))
{
    const struct th_xy *drawn = &s->lines.points[segment];
    for (size_t i = 0; i < s->chains.n; i++) {
        const struct th_edit_chain *chain = &s->chains.items[i];
        const struct th_xy corners[2] = {{chain->box.west, chain->box.south},
                                         {chain->box.east, chain->box.north}};
        if (!boxes_meet(drawn, corners)) {
            continue;
        }
        for (size_t edge = chain->first; edge < chain->end; edge++) {
            if (boxes_meet(drawn, &s->whole->points[edge]) && !meet(s, segment, edge)) {
                return false;
            }
        }
    }
    return true;
}

static bool stand_both(struct splitting *s, size_t segment, size_t edge)
{
    return stand_on(s, segment, edge) && stand_on(s, segment + 1, edge);
}

static enum th_status meet_all(struct splitting *s, struct th_error *err)
{
    bool done = true;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t r = 0, start = 0; r < s->lines.n_rings; start = s->lines.ring_ends[r++]) {
            for (size_t k = start; done && k + 1 < s->lines.ring_ends[r]; k++) {
                done = meet_boundary(s, k, pass == 0 ? stand_both : cross);
            }
        }
    }
    if (!done) {
        return th_error_no_memory(err);
    }
    if (s->cuts.n > 1) {
        qsort(s->cuts.items, s->cuts.n, sizeof(s->cuts.items[0]), nick_compare);
    }
    if (s->meets.n > 1) {
        qsort(s->meets.items, s->meets.n, sizeof(s->meets.items[0]), nick_compare);
    }
    return TH_OK;
}

// A line that stops short of the boundary by less than the tolerance was meant to reach it.
static void lengthen(struct th_xy *end, struct th_xy inner, double tolerance_m)
{
    double length_m = th_edit_distance_m(*end, inner);
    if (length_m <= 0) {
        return;
    }
    end->x += (end->x - inner.x) * tolerance_m / length_m;
    end->y += (end->y - inner.y) * tolerance_m / length_m;
}

static enum th_status lines_make(struct splitting *s, double tolerance_m, struct th_error *err)
{
    struct th_edit_moves moves = {0};
    const struct th_edit_neighbour boundary = {0, s->whole};
    enum th_status status =
        s->drawing->polygonal
            ? th_edit_lay(&s->drawing->lines, &boundary, 1, tolerance_m, &s->lines, &moves, err)
            : th_geometry_copy(&s->drawing->lines, &s->lines, err);
    th_edit_moves_clear(&moves);
    if (status != TH_OK) {
        return status;
    }
    struct th_geometry *lines = &s->lines;
    for (size_t r = 0, start = 0; r < lines->n_rings; start = lines->ring_ends[r++]) {
        size_t end = lines->ring_ends[r];
        if (s->drawing->polygonal || end - start < 2 ||
            same(lines->points[start], lines->points[end - 1])) {
            continue;
        }
        lengthen(&lines->points[start], lines->points[start + 1], tolerance_m);
        lengthen(&lines->points[end - 1], lines->points[end - 2], tolerance_m);
    }
    for (size_t i = 0; i < lines->n_points; i++) {
        lines->points[i] = to_grid(lines->points[i]);
    }
    return TH_OK;
}

// A line with its new vertices, as GEOS wants it. Vertices of a drawing beside a new one give way.
static GEOSGeometry *line_new(struct splitting *s, const struct th_geometry *from, size_t start,
                              size_t end, const struct nicks *nicks, bool give_way)
{
    GEOSContextHandle_t context = s->edit->geos.context;
    size_t first = 0;
    while (first < nicks->n && nicks->items[first].point < start) {
        first++;
    }
    size_t last = first;
    while (last < nicks->n && nicks->items[last].point < end) {
        last++;
    }
    struct th_xy *points = malloc((end - start + last - first + 1) * sizeof(*points));
    if (points == NULL) {
        return NULL;
    }
    size_t n = 0;
    bool nicked = false; // the last point came from a nick
    size_t next = first;
    for (size_t k = start; k < end; k++) {
        struct th_xy at = from->points[k];
        bool drop = give_way && ((nicked && cells_apart(points[n - 1], at) <= NEAR_CELLS) ||
                                 (next < last && nicks->items[next].point == k &&
                                  cells_apart(nicks->items[next].vertex, at) <= NEAR_CELLS));
        if (!drop && (n == 0 || !same(points[n - 1], at))) {
            points[n++] = at;
            nicked = false;
        }
        for (; next < last && nicks->items[next].point == k; next++) {
            if (n == 0 || !same(points[n - 1], nicks->items[next].vertex)) {
                points[n++] = nicks->items[next].vertex;
            }
            nicked = true;
        }
    }
    GEOSCoordSequence *sequence =
        n < 2 ? NULL : GEOSCoordSeq_copyFromBuffer_r(context, &points->x, (unsigned)n, 0, 0);
    GEOSGeometry *line = sequence == NULL ? GEOSGeom_createEmptyLineString_r(context)
                                          : GEOSGeom_createLineString_r(context, sequence);
    free(points);
    return line;
}

static bool lines_add(struct splitting *s, const struct th_geometry *from,
                      const struct nicks *nicks, bool give_way, GEOSGeometry **made, size_t *n)
{
    for (size_t r = 0, start = 0; r < from->n_rings; start = from->ring_ends[r++]) {
        made[*n] = line_new(s, from, start, from->ring_ends[r], nicks, give_way);
        if (made[*n] == NULL) {
            return false;
        }
        (*n)++;
    }
    return true;
}

// All faces that boundary and drawing enclose together; NULL on failure.
static GEOSGeometry *faces_new(struct splitting *s)
{
    GEOSContextHandle_t context = s->edit->geos.context;
    GEOSGeometry *faces = NULL;
    GEOSGeometry *noded = NULL;
    GEOSGeometry *all = NULL;
    size_t n = 0;
    GEOSGeometry **made = calloc(s->whole->n_rings + s->lines.n_rings, sizeof(GEOSGeometry *));
    if (made == NULL) {
        return NULL;
    }
    bool done = lines_add(s, s->whole, &s->cuts, false, made, &n) &&
                lines_add(s, &s->lines, &s->meets, true, made, &n);
    if (done) {
        all = GEOSGeom_createCollection_r(context, GEOS_MULTILINESTRING, made, (unsigned)n);
        n = 0; // went over
    }
    if (all != NULL) {
        noded = GEOSUnaryUnion_r(context, all);
    }
    if (noded != NULL) {
        faces = GEOSPolygonize_r(context, (const GEOSGeometry *const *)&noded, 1);
    }
    for (size_t i = 0; i < n; i++) {
        GEOSGeom_destroy_r(context, made[i]);
    }
    free(made);
    GEOSGeom_destroy_r(context, all);
    GEOSGeom_destroy_r(context, noded);
    return faces;
}

// --- Which face belongs where -------------------------------------------------------------------

static bool rings_hold(const struct th_geometry *g, size_t first, size_t end, struct th_xy p)
{
    bool inside = false;
    for (size_t r = first; r < end; r++) {
        for (size_t k = r == 0 ? 0 : g->ring_ends[r - 1]; k + 1 < g->ring_ends[r]; k++) {
            struct th_xy a = g->points[k];
            struct th_xy b = g->points[k + 1];
            if ((a.y > p.y) != (b.y > p.y) && p.x < a.x + (b.x - a.x) * (p.y - a.y) / (b.y - a.y)) {
                inside = !inside;
            }
        }
    }
    return inside;
}

struct face {
    const GEOSGeometry *shape; // borrowed from the collection
    size_t part;               // of the whole
    bool inside;               // the drawn polygon
};

// Index of the part of the whole that holds the place; n_polygons when none does.
static size_t part_of(const struct th_geometry *whole, struct th_xy p)
{
    size_t part = 0;
    for (size_t first = 0; part < whole->n_polygons; first = whole->polygon_ends[part++]) {
        if (rings_hold(whole, first, whole->polygon_ends[part], p)) {
            break;
        }
    }
    return part;
}

static enum th_status faces_sort(struct splitting *s, const GEOSGeometry *collection,
                                 struct face **ret_faces, size_t *ret_n, struct th_error *err)
{
    GEOSContextHandle_t context = s->edit->geos.context;
    int n_all = GEOSGetNumGeometries_r(context, collection);
    size_t n = 0;
    struct face *faces = malloc(((size_t)(n_all > 0 ? n_all : 0) + 1) * sizeof(*faces));
    if (faces == NULL) {
        return th_error_no_memory(err);
    }
    for (int i = 0; i < n_all; i++) {
        struct th_xy p = {0};
        struct face face = {.shape = GEOSGetGeometryN_r(context, collection, i)};
        GEOSGeometry *point = GEOSPointOnSurface_r(context, face.shape);
        bool done = point != NULL && GEOSGeomGetX_r(context, point, &p.x) &&
                    GEOSGeomGetY_r(context, point, &p.y);
        GEOSGeom_destroy_r(context, point);
        if (!done) {
            free(faces);
            return th_edit_failed(s->edit, err);
        }
        face.part = part_of(s->whole, p);
        face.inside = rings_hold(&s->lines, 0, s->lines.n_rings, p);
        if (face.part < s->whole->n_polygons) {
            faces[n++] = face;
        }
    }
    *ret_faces = faces;
    *ret_n = n;
    return TH_OK;
}

// One shape of the faces whose group it is.
static enum th_status group_take(struct splitting *s, const struct face *faces,
                                 const size_t *groups, size_t n_faces, size_t group,
                                 struct th_geometry *ret_part, struct th_error *err)
{
    GEOSContextHandle_t context = s->edit->geos.context;
    size_t n = 0;
    GEOSGeometry **copies = calloc(n_faces + 1, sizeof(GEOSGeometry *));
    if (copies == NULL) {
        return th_error_no_memory(err);
    }
    bool done = true;
    for (size_t i = 0; i < n_faces && done; i++) {
        if (groups[i] != group) {
            continue;
        }
        copies[n] = GEOSGeom_clone_r(context, faces[i].shape);
        done = copies[n] != NULL;
        n += done ? 1 : 0;
    }
    GEOSGeometry *all = NULL;
    GEOSGeometry *joined = NULL;
    if (done) {
        all = GEOSGeom_createCollection_r(context, GEOS_GEOMETRYCOLLECTION, copies, (unsigned)n);
        n = 0;
    }
    if (all != NULL) {
        joined = GEOSUnaryUnion_r(context, all);
    }
    enum th_status status = joined == NULL ? th_edit_failed(s->edit, err)
                                           : th_edit_take(s->edit, joined, ret_part, err);
    for (size_t i = 0; i < n; i++) {
        GEOSGeom_destroy_r(context, copies[i]);
    }
    GEOSGeom_destroy_r(context, all);
    GEOSGeom_destroy_r(context, joined);
    free(copies);
    return status;
}

// By a polygon: inside, outside. By lines: every face of a divided part for itself, the undivided
// parts in a group of their own behind the others. Returns the number of groups, without that one.
static size_t group_faces(const struct splitting *s, const struct face *faces, size_t n,
                          size_t *groups, bool *ret_rest)
{
    size_t n_groups = 0;
    bool rest = false;
    for (size_t i = 0; i < n; i++) {
        size_t n_sisters = 0;
        for (size_t k = 0; k < n; k++) {
            n_sisters += faces[k].part == faces[i].part ? 1 : 0;
        }
        if (s->drawing->polygonal) {
            groups[i] = faces[i].inside ? 0 : 1;
        } else {
            groups[i] = n_sisters > 1 ? n_groups++ : SIZE_MAX;
        }
        rest = rest || groups[i] == SIZE_MAX;
    }
    if (s->drawing->polygonal) {
        bool any[2] = {false, false};
        for (size_t i = 0; i < n; i++) {
            any[groups[i]] = true;
        }
        n_groups = any[0] && any[1] ? 2 : 0;
    }
    *ret_rest = rest && n_groups > 0;
    return n_groups;
}

static double area_of(const struct th_geometry *part)
{
    double area_m2 = 0;
    double perimeter_m = 0;
    th_area_geodesic(&th_ellipsoid_cgcs2000, part, &area_m2, &perimeter_m);
    return area_m2;
}

static int part_compare(const void *left, const void *right)
{
    const struct th_geometry *a = left;
    const struct th_geometry *b = right;
    size_t n = a->n_points < b->n_points ? a->n_points : b->n_points;
    for (size_t i = 0; i < n; i++) {
        if (a->points[i].x != b->points[i].x) {
            return a->points[i].x < b->points[i].x ? -1 : 1;
        }
        if (a->points[i].y != b->points[i].y) {
            return a->points[i].y < b->points[i].y ? -1 : 1;
        }
    }
    return (a->n_points > b->n_points) - (a->n_points < b->n_points);
}

static enum th_status check_areas(const struct th_geometry *parts, size_t n, struct th_error *err)
{
    for (size_t i = 0; i < n; i++) {
        char text[32];
        double area_m2 = area_of(&parts[i]);
        if (area_m2 >= TH_EDIT_PART_MIN_M2) {
            continue;
        }
        (void)snprintf(text, sizeof(text), "%.2f", area_m2);
        return th_error_set(err, TH_DATA_PROBLEM, "split_sliver", "area", text, NULL);
    }
    return TH_OK;
}

// The undivided parts go to the largest piece.
static void give_rest(size_t *groups, size_t n_faces, const struct th_geometry *parts,
                      size_t n_parts, size_t *ret_largest)
{
    size_t largest = 0;
    for (size_t i = 1; i < n_parts; i++) {
        if (area_of(&parts[i]) > area_of(&parts[largest])) {
            largest = i;
        }
    }
    for (size_t i = 0; i < n_faces; i++) {
        if (groups[i] == SIZE_MAX) {
            groups[i] = largest;
        }
    }
    *ret_largest = largest;
}

static enum th_status parts_take(struct splitting *s, const struct face *faces, size_t n_faces,
                                 struct th_geometry **ret_parts, size_t *ret_n,
                                 struct th_error *err)
{
    bool rest = false;
    size_t *groups = malloc((n_faces + 1) * sizeof(*groups));
    struct th_geometry *parts = NULL;
    if (groups == NULL) {
        return th_error_no_memory(err);
    }
    size_t n = group_faces(s, faces, n_faces, groups, &rest);
    enum th_status status = TH_OK;
    if (n < 2) {
        status = th_error_set(err, TH_DATA_PROBLEM, "split_misses", NULL);
    } else if (n > TH_EDIT_PARTS_MAX) {
        status = th_error_set(err, TH_DATA_PROBLEM, "split_too_many", NULL);
        th_error_add_int(err, "n", (long long)n);
        th_error_add_int(err, "limit", TH_EDIT_PARTS_MAX);
    } else {
        parts = calloc(n, sizeof(*parts));
        status = parts == NULL ? th_error_no_memory(err) : TH_OK;
    }
    for (size_t i = 0; status == TH_OK && i < n; i++) {
        status = group_take(s, faces, groups, n_faces, i, &parts[i], err);
    }
    if (status == TH_OK && rest) {
        size_t largest = 0;
        give_rest(groups, n_faces, parts, n, &largest);
        th_geometry_clear(&parts[largest]);
        status = group_take(s, faces, groups, n_faces, largest, &parts[largest], err);
    }
    if (status == TH_OK) {
        status = check_areas(parts, n, err);
    }
    free(groups);
    if (status != TH_OK) {
        th_edit_parts_free(parts, n);
        return status;
    }
    if (!s->drawing->polygonal) {
        qsort(parts, n, sizeof(*parts), part_compare);
    }
    *ret_parts = parts;
    *ret_n = n;
    return TH_OK;
}

// Products of differences stay exact only near the parcel.
static bool far_away(const struct th_geometry *whole, const struct th_geometry *lines)
{
    struct th_box box = th_geometry_box(whole);
    struct th_box other = th_geometry_box(lines);
    return other.west < box.west - 1 || other.east > box.east + 1 || other.south < box.south - 1 ||
           other.north > box.north + 1;
}

enum th_status th_edit_split(struct th_edit *edit, const struct th_geometry *whole,
                             const struct th_edit_drawing *drawing, double tolerance_m,
                             struct th_geometry **ret_parts, size_t *ret_n, struct th_error *err)
{
    struct splitting s = {.edit = edit, .whole = whole, .drawing = drawing};
    GEOSGeometry *collection = NULL;
    struct face *faces = NULL;
    size_t n_faces = 0;
    if (far_away(whole, &drawing->lines)) {
        return th_error_set(err, TH_DATA_PROBLEM, "split_misses", NULL);
    }
    enum th_status status = lines_make(&s, tolerance_m, err);
    if (status == TH_OK) {
        status = th_edit_chains_make(whole, &s.chains, err);
    }
    if (status == TH_OK) {
        status = th_edit_check_cut(whole, &s.chains, &s.lines, err);
    }
    if (status == TH_OK) {
        status = meet_all(&s, err);
    }
    if (status == TH_OK && !s.met && !drawing->polygonal) {
        status = th_error_set(err, TH_DATA_PROBLEM, "split_misses", NULL);
    }
    if (status == TH_OK) {
        collection = faces_new(&s);
        status = collection == NULL ? th_edit_failed(edit, err) : TH_OK;
    }
    if (status == TH_OK) {
        status = faces_sort(&s, collection, &faces, &n_faces, err);
    }
    if (status == TH_OK) {
        status = parts_take(&s, faces, n_faces, ret_parts, ret_n, err);
    }
    free(faces);
    if (collection != NULL) {
        GEOSGeom_destroy_r(edit->geos.context, collection);
    }
    th_geometry_clear(&s.lines);
    free(s.chains.items);
    free(s.cuts.items);
    free(s.meets.items);
    return status;
}
