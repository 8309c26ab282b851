// The Gauss-Krüger zones of China's datums in the register of EPSG.
#ifndef TH_GIS_ZONE_H
#define TH_GIS_ZONE_H

#include <stdbool.h>

enum th_zone_datum { TH_ZONE_CGCS2000, TH_ZONE_XIAN80, TH_ZONE_BEIJING54, TH_ZONE_N_DATUMS };

// Zones 25 … 45 of 3 degrees (meridian 3 n) and 13 … 23 of 6 degrees (meridian 6 n - 3).
int th_zone_first(int width_deg);
int th_zone_last(int width_deg);
int th_zone_meridian_deg(int width_deg, int zone);

// EPSG code of a zone; `prefixed`: its number stands before the easting (40,5xx,xxx). 0 when there
// is no such zone.
int th_zone_code(enum th_zone_datum datum, int width_deg, int zone, bool prefixed);

// The zone that an EPSG code is. false when it is none of them.
struct th_zone {
    enum th_zone_datum datum;
    int width_deg, zone;
    bool prefixed;
};
bool th_zone_find(int code, struct th_zone *ret_zone);

#endif
