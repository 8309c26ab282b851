// What the drawing files of the sheet share.
#ifndef TH_PAPERS_PAPERS_INTERNAL_H
#define TH_PAPERS_PAPERS_INTERNAL_H

#include <pango/pangocairo.h>

#include "papers/map_layout_internal.h"

#define TH_MAP_PT_PER_MM (72.0 / 25.4)

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
    cairo_t *cr;         // unit: mm
    PangoContext *pango; // of our own font map
    const char *family;  // the Chinese font found
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

enum th_map_align { TH_MAP_LEFT, TH_MAP_CENTRE, TH_MAP_RIGHT };

struct th_map_text {
    const char *text;
    double x_mm;     // left, middle or right end by `align`
    double y_mm;     // middle of the capital letters
    double max_w_mm; // longer text is cut with an ellipsis; 0: as long as it is
    double size_pt;
    bool bold;
    enum th_map_align align;
    double angle; // radians, clockwise
    bool halo;    // white rim
};

// map_text.c
// Makes a font map and context of our own. TH_IO ("font_missing").
enum th_status th_map_fonts_open(struct th_map_draw *draw, struct th_error *err) TH_MUST_CHECK;
void th_map_fonts_close(struct th_map_draw *draw);
void th_map_text_draw(struct th_map_draw *draw, const struct th_map_text *text);
// Wraps at w_mm from the top y_mm downward; returns the height used, in mm.
double th_map_text_paragraph(struct th_map_draw *draw, const char *text, double x_mm, double y_mm,
                             double w_mm, double size_pt);
double th_map_text_width(struct th_map_draw *draw, const char *text, double size_pt, bool bold);
// Text of a message key; pairs of name and value closed by NULL. Owned by the caller
// (th_buf_clear).
struct th_buf th_map_message(const struct th_map_draw *draw, const char *key, ...) TH_SENTINEL;

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
