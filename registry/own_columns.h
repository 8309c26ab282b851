// Exports of this program that come back: which of their columns say what a parcel is, and which
// only repeat what the registry keeps itself.
#ifndef TH_REGISTRY_OWN_COLUMNS_H
#define TH_REGISTRY_OWN_COLUMNS_H

#include <stddef.h>

#include "core/messages.h"

enum th_own_column {
    TH_OWN_NOT,        // another column
    TH_OWN_PARTICULAR, // of the parcel: *ret_name is what the import knows it by
    TH_OWN_REPEATED,   // numbers, areas, origin: the registry has them
    TH_OWN_ATTRIBUTES  // the other attributes, a JSON object
};

// Only a source that has the numbers of both parcel and version, or what we tell in a fiboa
// collection, is an export; of any other every column is TH_OWN_NOT. Names are those of open
// formats, of Shapefiles, and, with `messages` (NULL: without), the titles of tables in both
// languages.
enum th_own_column th_own_column(const char *const *columns, size_t n, size_t position,
                                 const struct th_messages *messages, const char **ret_name);

#endif
