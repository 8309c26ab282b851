#include "gis/zone.h"

#include <stddef.h>

enum { FIRST_3 = 25, LAST_3 = 45, FIRST_6 = 13, LAST_6 = 23 };

// EPSG code of the first zone: with 6 degrees (prefixed, not), with 3 degrees (prefixed, not).
static const int CODES[TH_ZONE_N_DATUMS][2][2] = {
    {{4491, 4502}, {4513, 4534}},
    {{2327, 2338}, {2349, 2370}},
    {{21413, 21453}, {2401, 2422}},
};

int th_zone_first(int width_deg)
{
    return width_deg == 3 ? FIRST_3 : FIRST_6;
}

int th_zone_last(int width_deg)
{
    return width_deg == 3 ? LAST_3 : LAST_6;
}

int th_zone_meridian_deg(int width_deg, int zone)
{
    return width_deg == 3 ? 3 * zone : 6 * zone - 3;
}

int th_zone_code(enum th_zone_datum datum, int width_deg, int zone, bool prefixed)
{
    if ((width_deg != 3 && width_deg != 6) || zone < th_zone_first(width_deg) ||
        zone > th_zone_last(width_deg)) {
        return 0;
    }
    return CODES[datum][width_deg == 3][!prefixed] + zone - th_zone_first(width_deg);
}

bool th_zone_find(int code, struct th_zone *ret_zone)
{
    for (int datum = 0; datum < TH_ZONE_N_DATUMS; datum++) {
        for (int form = 0; form < 4; form++) {
            struct th_zone zone = {.datum = (enum th_zone_datum)datum,
                                   .width_deg = form < 2 ? 3 : 6,
                                   .prefixed = form % 2 == 0};
            int first = CODES[datum][zone.width_deg == 3][!zone.prefixed];
            zone.zone = th_zone_first(zone.width_deg) + code - first;
            if (code >= first && zone.zone <= th_zone_last(zone.width_deg)) {
                *ret_zone = zone;
                return true;
            }
        }
    }
    return false;
}
