// Ground that somebody drew and everything in it: the polygons of a file, judged as an import
// judges its rows. One that is not valid refuses the whole drawing.
#ifndef TH_REGISTRY_DRAWN_H
#define TH_REGISTRY_DRAWN_H

#include "core/hash.h"
#include "core/progress.h"
#include "gis/fabric.h"
#include "store/store.h"

enum { TH_DRAWN_SHAPES_MAX = 1000 };

struct th_drawn_source { // texts are borrowed; NULL: not given
    const char *path;    // WKT (.wkt, longitude first), or any file that the reader reads
    const char *layer;   // of the file
    const char *crs;     // in place of what the file declares; of WKT without it EPSG:4490
    const char *encoding;
};

struct th_drawn { // zero before use
    struct th_fabric_parcel *parcels;
    struct th_ground **grounds; // what these point to; owned
    size_t n;                   // > 0
    size_t capacity;
    struct th_box box;     // of all of it
    struct th_hash sha256; // of the file
};
// TH_DATA_PROBLEM ("edit_empty", "crs_missing", "drawn_lines", and the keys of th_survey with
// "row"), TH_LIMIT ("drawn_too_many"), errors of th_reader_open and th_edit_read.
enum th_status th_drawn_read(struct th_store *store, const struct th_drawn_source *source,
                             const struct th_progress *progress, struct th_drawn *ret_drawn,
                             struct th_error *err) TH_MUST_CHECK;
void th_drawn_clear(struct th_drawn *drawn);

#endif
