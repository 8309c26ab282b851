// What the drawing files of the sheet share.
#ifndef TH_PAPERS_PAPERS_INTERNAL_H
#define TH_PAPERS_PAPERS_INTERNAL_H

#include "papers/map_layout_internal.h"
#include "papers/pen_internal.h"

// Order of the legend.
enum th_map_kind {
    TH_MAP_BAMBOO,
    TH_MAP_ORCHARD,
    TH_MAP_TEA,
    TH_MAP_FOREST,
    TH_MAP_WETLAND,
    TH_MAP_OTHER,
    TH_MAP_KIND_COUNT
};

struct th_map_draw {
    const struct th_map_sheet *sheet;
    const struct th_messages *messages;
    enum th_lang lang;
    struct th_map_layout layout;
    struct th_pen pen;   // unit: mm
    size_t n_unlabelled; // parcels too small for a number and without room for a leader
    bool any_taken_off;  // of some parcel less counts than its boundary holds
};

// A parcel on paper: rings in mm, points nearer than a pen's width dropped.
struct th_map_shape {
    double *xy;        // owned
    size_t *ring_ends; // owned; vertex index behind each ring
    size_t n_rings;
    struct th_map_rect box;
};

// map_parcels.c
enum th_map_kind th_map_kind_of(const char *kind);
const char *th_map_kind_name(const struct th_map_draw *draw, const char *kind);
// NULL when out of memory. n_parcels shapes.
struct th_map_shape *th_map_shapes_new(const struct th_map_draw *draw);
void th_map_shapes_free(struct th_map_shape *shapes, size_t n_shapes);
void th_map_parcels_draw(struct th_map_draw *draw, const struct th_map_shape *shapes);
// A box filled as parcels of this kind are.
void th_map_swatch_draw(struct th_map_draw *draw, enum th_map_kind kind, struct th_map_rect box);

// map_labels.c
enum th_status th_map_labels_draw(struct th_map_draw *draw, const struct th_map_shape *shapes,
                                  struct th_error *err) TH_MUST_CHECK;

// map_frame.c
void th_map_title_draw(struct th_map_draw *draw);
void th_map_grid_draw(struct th_map_draw *draw);  // below the parcels
void th_map_frame_draw(struct th_map_draw *draw); // above them: crosses, neat line, coordinates
void th_map_north_draw(struct th_map_draw *draw, double x_mm, double y_mm, double h_mm);
void th_map_bar_draw(struct th_map_draw *draw, double x_mm, double y_mm, double max_mm);
void th_map_footer_draw(struct th_map_draw *draw);

// map_table.c
void th_map_info_draw(struct th_map_draw *draw);
// TH_OVERFLOW ("map_total") when the areas do not add up within int64.
enum th_status th_map_table_draw(struct th_map_draw *draw, struct th_error *err) TH_MUST_CHECK;

#endif
