// A version of a parcel made ready for storing: pure work on memory, so that other threads can do
// it while one inserts.
//
// Digest of a version (row_hash, BLAKE2b-256) over these fields in this order: "tanhui-parcel-1" ·
// parcel_id · village · number · source_key · version · from_on · origin · kind · land_scheme ·
// land_class · declared_m2_300 · measured_m2_300 · sliver_m2_300 · perimeter_mm · attributes ·
// import_id · source_row · feature · geometry_hash. Each field is one tag and its bytes: 'N' for
// NULL; 'I' and 8 bytes big-endian, two's complement; 'T', the length as 8 bytes big-endian and the
// bytes; 'H' and 32 bytes. geometry_hash is BLAKE2b-256 of the WKB, so the digest covers the ground
// as well.
#ifndef TH_STORE_PARCEL_ROW_H
#define TH_STORE_PARCEL_ROW_H

#include "store/ground/parcel_store.h"
#include "store/ground/spatial_blob.h"

struct th_parcel_row {   // zero before use; may be prepared again for another version
    unsigned char *blob; // the ground as SpatiaLite keeps it; owned
    size_t blob_size;
    size_t blob_capacity;
    struct th_spatial_box box;
    struct th_hash row_hash;
};

// `record` gives all but row_hash; `wkb` is a little-endian ISO MultiPolygon in EPSG:4490 whose
// digest is record->geometry_hash. TH_INVALID ("wkb_unfit").
enum th_status th_parcel_row_prepare(const struct th_parcel_record *record, const char *attributes,
                                     const void *wkb, size_t wkb_size, struct th_parcel_row *row,
                                     struct th_error *err) TH_MUST_CHECK;
void th_parcel_row_clear(struct th_parcel_row *row);

struct th_parcel_version_row { // a version with all that is stored of it; all borrowed
    const struct th_parcel_record *record;
    const char *attributes;
    const struct th_parcel_row *row; // prepared from the same record, attributes and ground
};

// Digest of what a source row says beside the ground: kind, land class, declared area, attributes.
struct th_hash th_parcel_content_hash(const struct th_parcel_record *record,
                                      const char *attributes);
// The digest described at the top of this file.
struct th_hash th_parcel_row_hash(const struct th_parcel_record *record, const char *attributes);

#endif
