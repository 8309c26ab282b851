// Land under other schemes as a fabric, ready to be asked whose ground a parcel is.
#ifndef TH_REGISTRY_SCHEMES_H
#define TH_REGISTRY_SCHEMES_H

#include "gis/fabric.h"
#include "registry/layer/layers.h"

struct th_schemes { // zero before use
    struct th_layers_list list;
    struct th_fabric *fabric;         // findings bear positions in the list; NULL: there is no land
    struct th_fabric_parcel *parcels; // what it is made of
};

// Land in a box of the layers that hold on some day from `since` on. Shapes that are not valid are
// kept as findings of the class TH_OVERLAP_UNSOUND.
enum th_status th_schemes_load(struct th_store *store, const struct th_box *box,
                               struct th_date since, const struct th_overlap_limits *limits,
                               struct th_schemes *ret_schemes, struct th_error *err) TH_MUST_CHECK;
void th_schemes_clear(struct th_schemes *schemes);

#endif
