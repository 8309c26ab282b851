// One printed sheet of parcels.
#ifndef TH_REGISTRY_MAP_H
#define TH_REGISTRY_MAP_H

#include "core/messages.h"
#include "registry/registry.h"

// All texts are borrowed for the call; NULL means not given.
struct th_map_options {
    const char *village; // code or name
    const char *package; // id or name; without both, every registered parcel
    const char *path;    // ends in .pdf, .png or .svg; must not exist
    const char *crs; // projected, in metres; NULL: the registry's, else the 3-degree zone of the
                     // parcels' middle
    int64_t scale;   // 1:scale; 0: the largest round scale that fits
    const struct th_messages *messages;
    enum th_lang lang;
};

// Reply: file, sha256, format, scale, crs, crs_name, n_parcels, area_m2, area_mu, counted_m2,
// counted_mu, bounds [west, south, east, north] in degrees. TH_INVALID ("map_format", "map_crs"),
// TH_NOT_FOUND
// ("map_empty", "village_not_found", "package_not_found"), TH_LIMIT ("map_limit"),
// TH_DATA_PROBLEM
// ("crs_unsupported"), TH_IO ("map_failed").
enum th_status th_map_use(struct th_registry *registry, const struct th_map_options *options,
                          struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

#endif
