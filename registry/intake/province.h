// Where a registry lies when nobody has given it bounds: the province of its administrative code.
#ifndef TH_REGISTRY_PROVINCE_H
#define TH_REGISTRY_PROVINCE_H

#include <stdbool.h>

#include "gis/geometry.h"

// Box around the province of a code of GB/T 2260 (its first two digits), in degrees, rounded
// outward to half degrees: good for choosing among zones, not for refusing parcels. false for no
// province.
bool th_province_box(const char *admin_code, struct th_box *ret_box);

#endif
