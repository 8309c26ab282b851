// The formats in which the sample villages hand in their parcels.
#ifndef TH_TOOLS_SAMPLE_WRITE_H
#define TH_TOOLS_SAMPLE_WRITE_H

#include "core/attributes.h"
#include "core/error.h"
#include "tools/sample/fabric.h"

struct sample_parcel {
    char number[32];
    const char *village; // 12-digit code
    const char *kind;
    const char *land_class; // GB/T 21010-2017
    const struct sample_cell *cell;
};

struct sample_layer {
    const char *name;  // ASCII
    const char *title; // Chinese
    const struct sample_parcel *parcels;
    size_t n_parcels;
};

// RFC 7946, one feature a line: number, village, kind, land_class, declared_area in mu.
enum th_status sample_write_geojson(const struct sample_layer *layer, const char *path,
                                    struct th_error *err) TH_MUST_CHECK;
// KML 2.2 with the same fields in a schema.
enum th_status sample_write_kml(const struct sample_layer *layer, const char *path,
                                struct th_error *err) TH_MUST_CHECK;
// A zip with a folder that holds a shapefile in CGCS2000 degrees: XIAO_BAN, CUN, SHU_ZHONG, DI_LEI,
// MIAN_JI in mu; texts in GBK, as a .cpg says.
enum th_status sample_write_shapefile(const struct sample_layer *layer, const char *path,
                                      struct th_error *err) TH_MUST_CHECK;

#endif
