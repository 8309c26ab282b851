// The shifted coordinates of Chinese web maps: GCJ-02 (all phone maps) and BD-09 (Baidu, on top of
// it). Degrees, longitude first, against WGS 84, which the registry takes as equal to CGCS2000.
#ifndef TH_GIS_OFFSET_H
#define TH_GIS_OFFSET_H

#include "gis/geometry.h"

bool th_offset_applies(struct th_xy point); // inside the box where the maps shift at all
// Points outside that box stay as they are, also in the other direction.
struct th_xy th_offset_to_gcj02(struct th_xy wgs84);
struct th_xy th_offset_to_bd09(struct th_xy gcj02);
// Inverses by iteration: there and back returns within 1e-9° (0.1 mm). On the rim of the box, where
// a shifted point may come to lie outside it, the point that lies inside is taken.
struct th_xy th_offset_from_gcj02(struct th_xy gcj02);
struct th_xy th_offset_from_bd09(struct th_xy bd09); // to GCJ-02

#endif
