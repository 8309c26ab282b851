// Exports of this program that come back: which of their columns say what a parcel is, and which
// only repeat what the registry keeps itself.
#ifndef TH_REGISTRY_OWN_COLUMNS_H
#define TH_REGISTRY_OWN_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/messages.h"

enum th_own_column {
    TH_OWN_NOT,        // another column
    TH_OWN_PARTICULAR, // of the parcel: *ret_name is what the import knows it by
    TH_OWN_REPEATED,   // numbers, areas, origin: the registry has them
    TH_OWN_ATTRIBUTES  // the other attributes, a JSON object
};

// Does a source with these columns come from an export? It has the numbers of both parcel and
// version, or what we tell in a fiboa collection. Names are those of open formats, of Shapefiles,
// and, with `messages` (NULL: without), the titles of tables in both languages.
bool th_own_export(const char *const *columns, size_t n, const struct th_messages *messages);
// What a column of an export is.
enum th_own_column th_own_column(const char *column, const struct th_messages *messages,
                                 const char **ret_name);

#endif
