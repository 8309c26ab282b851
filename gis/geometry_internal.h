// Reading WKB again and again into the same room. For gis/ alone.
#ifndef TH_GIS_GEOMETRY_INTERNAL_H
#define TH_GIS_GEOMETRY_INTERNAL_H

#include "gis/geometry.h"

// A shape whose arrays are larger than it needs and are kept for the next one.
struct th_geometry_room {
    struct th_geometry geometry;
    size_t points_capacity;
    size_t rings_capacity;
    size_t polygons_capacity;
};

void th_geometry_room_clear(struct th_geometry_room *room); // frees; safe on a zeroed struct

// th_geometry_from_wkb into `room`, whose former shape is lost in any case.
enum th_status th_geometry_room_read(struct th_geometry_room *room, const void *wkb, size_t size,
                                     struct th_error *err) TH_MUST_CHECK;
// A copy in the room.
enum th_status th_geometry_room_copy(struct th_geometry_room *room,
                                     const struct th_geometry *geometry,
                                     struct th_error *err) TH_MUST_CHECK;

#endif
