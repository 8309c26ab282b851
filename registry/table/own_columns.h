// Exports of this program that come back: which of their columns say what a parcel is, and which
// only repeat what the registry keeps itself.
#ifndef TH_REGISTRY_OWN_COLUMNS_H
#define TH_REGISTRY_OWN_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/buf.h"
#include "core/messages.h"

enum th_own_column {
    TH_OWN_NOT,        // another column
    TH_OWN_PARTICULAR, // of the parcel: *ret_name is what the import knows it by
    TH_OWN_REPEATED,   // numbers, areas, origin: the registry has them
    TH_OWN_ATTRIBUTE,  // an attribute, which nothing else must be taken for: *ret_name is its key
    TH_OWN_SHORTENED   // an attribute in a Shapefile that had no room for its key
};

enum { TH_OWN_NAME_SIZE = 128 };

// Does a source with these columns come from an export? It has the numbers of both parcel and
// version, or what we tell in a fiboa collection. Names are those of open formats, of Shapefiles,
// and, with `messages` (NULL: without), the titles of tables in both languages.
bool th_own_export(const char *const *columns, size_t n, const struct th_messages *messages);
// What a column of an export is; *ret_name points to a constant or into `room`. Of another column
// it is set to the name without the signs that a format needed.
enum th_own_column th_own_column(const char *column, const struct th_messages *messages,
                                 char room[TH_OWN_NAME_SIZE], const char **ret_name);

// Does the column have the ids that the registry gives its parcels, or the names of their villages?
// Names and titles as above.
bool th_own_is_id(const char *column, const struct th_messages *messages);
bool th_own_is_village_name(const char *column, const struct th_messages *messages);

// The column of an export in which a table says its reference system; false: none, or no export.
bool th_own_crs_column(const char *const *columns, size_t n, const struct th_messages *messages,
                       size_t *ret_index);

// Does an export need this name for itself, in any format and language? Then an attribute must not
// be called so there. Without regard to case.
bool th_own_reserved(const char *name, const struct th_messages *messages);

// The column of the attribute `key` where its own name is not free: "attributes.KEY", and with an
// `n` above 1 "attributesN.KEY". `xml`: as the name of an element, for which a sign that must not
// stand there is written _xHHHH_. Both are undone by th_own_column. `plain`: the key stands alone.
void th_own_attribute_name(const char *key, bool plain, unsigned n, bool xml, struct th_buf *out);
// In a Shapefile, which has ten bytes: "SX07_" and how the key begins.
void th_own_attribute_short(const char *key, unsigned n, struct th_buf *out);
bool th_own_is_short(const char *name);

#endif
