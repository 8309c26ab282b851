// Between WKB (little-endian ISO MultiPolygon) and the BLOB that SpatiaLite keeps: byte order mark,
// SRID, box, then the same rings. Format: SpatiaLite's "BLOB-Geometry" description.
#ifndef TH_STORE_SPATIAL_BLOB_H
#define TH_STORE_SPATIAL_BLOB_H

#include <stddef.h>

#include "core/attributes.h"
#include "core/error.h"

struct th_spatial_box { // degrees
    double west, south, east, north;
};

enum { TH_SPATIAL_SRID = 4490 };

// Room that the BLOB of so many bytes of WKB takes at most.
size_t th_spatial_blob_size(size_t wkb_size);
// Writes into `blob`, which has that room. TH_INVALID ("wkb_unfit") unless the bytes are exactly
// one little-endian 2-D MultiPolygon with at least one vertex; `blob` may then hold anything.
enum th_status th_spatial_blob_write(const void *wkb, size_t wkb_size, unsigned char *blob,
                                     size_t *ret_size, struct th_spatial_box *ret_box,
                                     struct th_error *err) TH_MUST_CHECK;
// The same into a new block, which is the caller's (free()).
enum th_status th_spatial_blob_from_wkb(const void *wkb, size_t wkb_size, unsigned char **ret_blob,
                                        size_t *ret_size, struct th_error *err) TH_MUST_CHECK;
// *ret_wkb is the caller's (free()). TH_CORRUPT ("parcel_geometry") unless the bytes are exactly
// one 2-D MULTIPOLYGON of that SRID in little-endian order.
enum th_status th_spatial_blob_to_wkb(const void *blob, size_t blob_size, unsigned char **ret_wkb,
                                      size_t *ret_size, struct th_error *err) TH_MUST_CHECK;
// The box written in the BLOB's head. TH_CORRUPT ("parcel_geometry").
enum th_status th_spatial_blob_box(const void *blob, size_t blob_size,
                                   struct th_spatial_box *ret_box,
                                   struct th_error *err) TH_MUST_CHECK;

#endif
