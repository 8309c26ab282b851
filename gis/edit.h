// Changing ground without tearing it from its neighbours: dividing a parcel, joining parcels,
// giving a parcel a new boundary. All shapes in longitude, latitude on the grid of 1e-8°
// (th_geometry_normalise), before and after.
//
// A cut that meets an edge between two of its vertices needs a new vertex there, and the grid has
// none exactly on it. So the vertex is taken from the grid's points near the crossing, the nearest
// one that stands so close beside the edge that the triangle between both is TH_EDIT_TOUCH_M2 at
// most: within millimetres for edges of 10 m, centimetres for 100 m, and at the utmost a
// two-hundredth of the edge or 2 m, where the best one is taken. A neighbour that keeps its
// straight edge then still only touches: the triangle is below TH_OVERLAP_NOISE_M2.
#ifndef TH_GIS_EDIT_H
#define TH_GIS_EDIT_H

#include "gis/geometry.h"

#define TH_EDIT_TOUCH_M2 0.002
#define TH_EDIT_TOLERANCE_M 0.5     // default: what is meant to lie on a boundary lies so close
#define TH_EDIT_TOLERANCE_MAX_M 5.0 // beyond, snapping would be drawing
#define TH_EDIT_PART_MIN_M2 1.0     // a part that is smaller is a slip of the pen
// The areas of the parts sum to that of the whole within this much for each end of each cut, and
// within what lies between the edge that was cut and the geodesic between its ends: edges are
// straight in degrees and measured as geodesics, L³ tan(latitude) / 12 R apart for an edge of L
// metres (at 30°: 0.008 m² for 100 m, 0.06 m² for 200 m).
#define TH_EDIT_AREA_ROUNDING_M2 0.01

enum {
    TH_EDIT_TEXT_MAX = 16 * 1024 * 1024,
    TH_EDIT_VERTICES_MAX = 20000, // of a drawing
    TH_EDIT_PARTS_MAX = 100
};

// What somebody drew: lines, or polygons by their rings.
struct th_edit_drawing {
    struct th_geometry lines; // each "ring" is one line; closed when polygonal
    bool polygonal;
    struct th_geometry polygons; // the same as polygons with holes; empty unless polygonal
};

struct th_edit; // holds a GEOS context; one per thread

enum th_status th_edit_new(struct th_edit **ret_edit, struct th_error *err) TH_MUST_CHECK;
void th_edit_free(struct th_edit *edit);

// From WKT or GeoJSON (a geometry, a feature, or a collection): lines or polygons, not both;
// coordinates as they stand. *ret_drawing is overwritten; th_edit_drawing_clear. TH_UNREADABLE
// ("edit_unreadable" with "detail"; also when brackets are nested more than 64 deep),
// TH_DATA_PROBLEM ("edit_type" with "type", "edit_empty", "too_many_vertices").
enum th_status th_edit_read(struct th_edit *edit, const char *text, size_t size,
                            struct th_edit_drawing *ret_drawing,
                            struct th_error *err) TH_MUST_CHECK;
// From a shape that a file held.
enum th_status th_edit_drawing_of(const struct th_geometry *polygons,
                                  struct th_edit_drawing *ret_drawing,
                                  struct th_error *err) TH_MUST_CHECK;
void th_edit_drawing_clear(struct th_edit_drawing *drawing); // safe on a zeroed struct

// Divides `whole`. Lines give one part for each piece, from west to east (by the first vertex of
// the normal form); a line may end up to `tolerance_m` short of the boundary; parts of a
// multipolygon that no line divides stay with the largest piece. A polygon gives two: what is
// inside, then what is outside; where it runs within the tolerance of the boundary it is laid on
// it. All parts have the same vertices along the cut. *ret_parts has *ret_n shapes, the caller's
// (th_edit_parts_free). TH_DATA_PROBLEM ("split_misses", "split_sliver" with "area",
// "split_too_many", "edit_invalid" when the result is not valid), TH_LIMIT ("edit_tangled" when the
// drawing crosses itself or the boundary in more places than GEOS can be given, "fabric_tangled").
enum th_status th_edit_split(struct th_edit *edit, const struct th_geometry *whole,
                             const struct th_edit_drawing *drawing, double tolerance_m,
                             struct th_geometry **ret_parts, size_t *ret_n,
                             struct th_error *err) TH_MUST_CHECK;
void th_edit_parts_free(struct th_geometry *parts, size_t n);

// Joins parcels that share edges (10 cm or more with another of them, all hanging together).
// Differences of a few millimetres between their boundaries are closed. TH_DATA_PROBLEM
// ("merge_apart" with "index" of one that shares no edge, from 1; "merge_gap" with "area" when a
// strip between them would become a hole; "edit_invalid"), TH_LIMIT ("fabric_tangled";
// "merge_large" when neighbours have too many vertices to be laid on each other: for two of them
// about 30,000 each).
enum th_status th_edit_merge(struct th_edit *edit, const struct th_geometry *parcels, size_t n,
                             struct th_geometry *ret_whole, struct th_error *err) TH_MUST_CHECK;

struct th_edit_neighbour {
    int64_t id;
    const struct th_geometry *geometry;
};

// A vertex that was laid on a neighbour's boundary, or taken over from it.
struct th_edit_move {
    struct th_xy from; // where the drawing had it, or the nearest place of its edge
    struct th_xy to;
    double distance_m;
    int64_t neighbour_id;
    bool inserted; // the neighbour's vertex on an edge that had none
};

struct th_edit_moves { // zero before use
    struct th_edit_move *items;
    size_t n;
};
void th_edit_moves_clear(struct th_edit_moves *moves);

// Lays the boundary of `shape` on those of its neighbours where it runs within tolerance_m of them:
// its vertices go to the nearest vertex of a neighbour, else to the nearest place of an edge, and
// vertices of neighbours beside its edges become its own. *ret_shape is normalised. *ret_moves is
// overwritten and tells what moved by a millimetre or more. TH_DATA_PROBLEM ("edit_invalid").
enum th_status th_edit_snap(struct th_edit *edit, const struct th_geometry *shape,
                            const struct th_edit_neighbour *neighbours, size_t n_neighbours,
                            double tolerance_m, struct th_geometry *ret_shape,
                            struct th_edit_moves *ret_moves, struct th_error *err) TH_MUST_CHECK;

#endif
