// The normal form of a shape in whole 1e-8° (th_geometry_normalise). For gis/ alone.
#ifndef TH_GIS_LATTICE_INTERNAL_H
#define TH_GIS_LATTICE_INTERNAL_H

#include "gis/ground.h"

struct th_lattice_xy {
    int64_t x, y;
};

struct th_lattice_ring {
    struct th_lattice_xy *points; // without the closing vertex
    size_t n;
};

struct th_lattice_polygon {
    struct th_lattice_ring *rings; // shell first
    size_t n;
};

// What th_lattice_normalise leaves, and its room, which is kept for the next shape.
struct th_lattice {
    struct th_lattice_polygon *polygons;
    size_t n_polygons;
    size_t n_rings;
    size_t n_points; // with the closing vertices
    int64_t west, south, east, north;
    struct th_lattice_ring *rings;
    struct th_lattice_xy *points;
    size_t polygons_capacity, rings_capacity, points_capacity;
};

void th_lattice_clear(struct th_lattice *lattice); // frees; safe on a zeroed struct

// Statuses of th_geometry_normalise; the shape itself is not changed.
enum th_status th_lattice_normalise(struct th_lattice *lattice, const struct th_geometry *geometry,
                                    struct th_error *err) TH_MUST_CHECK;

// Writes it over the shape that it came from.
void th_lattice_store(const struct th_lattice *lattice, struct th_geometry *geometry);
// The ground of it; statuses of th_ground_new.
enum th_status th_lattice_ground(const struct th_lattice *lattice, struct th_ground **ret_ground,
                                 struct th_error *err) TH_MUST_CHECK;

#endif
