// What the editing files share.
#ifndef TH_GIS_EDIT_INTERNAL_H
#define TH_GIS_EDIT_INTERNAL_H

#include "gis/edit.h"
#include "gis/geos_internal.h"
#include "gis/validity.h"

#define TH_EDIT_CELLS_PER_DEGREE 1e8
#define TH_EDIT_CELL_M 1.1132e-3 // height of a cell; its width is this times the cosine of latitude

struct th_edit {
    struct th_geos geos;
    struct th_validity *validity;
};

// The grid point that stands for `at` on the edge from a to b: one of both ends when it is within
// a centimetre, else one between them as the header says.
struct th_xy th_edit_on_edge(struct th_xy a, struct th_xy b, struct th_xy at);

// Distance in metres, flat: for millimetres to metres.
double th_edit_distance_m(struct th_xy a, struct th_xy b);

// The normal form of polygons that GEOS made, checked. TH_DATA_PROBLEM ("edit_invalid").
enum th_status th_edit_take(struct th_edit *edit, const GEOSGeometry *made,
                            struct th_geometry *ret_geometry, struct th_error *err) TH_MUST_CHECK;
enum th_status th_edit_check(struct th_edit *edit, struct th_geometry *geometry,
                             struct th_error *err) TH_MUST_CHECK;

// What GEOS said, as an error of the program.
enum th_status th_edit_failed(const struct th_edit *edit, struct th_error *err);

// Successive edges of one line, from point `first` to point `end`, and their box.
struct th_edit_chain {
    size_t first, end;
    struct th_box box;
};
struct th_edit_chains {
    struct th_edit_chain *items; // free()
    size_t n;
};
enum th_status th_edit_chains_make(const struct th_geometry *lines,
                                   struct th_edit_chains *ret_chains,
                                   struct th_error *err) TH_MUST_CHECK;

// May GEOS divide the whole, of the chains `boundary`, along the lines? TH_LIMIT ("edit_tangled",
// "fabric_tangled") when it might take minutes (edit_bounds.c).
enum th_status th_edit_check_cut(const struct th_geometry *whole,
                                 const struct th_edit_chains *boundary,
                                 const struct th_geometry *lines,
                                 struct th_error *err) TH_MUST_CHECK;
bool th_edit_boxes_near(struct th_box a, struct th_box b); // might their parcels share an edge?
// May it join the parcels? TH_LIMIT ("fabric_tangled", "merge_large").
enum th_status th_edit_check_join(const struct th_geometry *parcels, size_t n,
                                  struct th_error *err) TH_MUST_CHECK;

// The same moves as th_edit_snap, over rings as they stand (not normalised, not checked); lines
// need not be closed.
enum th_status th_edit_lay(const struct th_geometry *lines,
                           const struct th_edit_neighbour *neighbours, size_t n_neighbours,
                           double tolerance_m, struct th_geometry *ret_lines,
                           struct th_edit_moves *ret_moves, struct th_error *err) TH_MUST_CHECK;

#endif
