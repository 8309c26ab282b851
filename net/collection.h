// Collections of features on the web, which come page by page: OGC API – Features and WFS 2.0.
#ifndef TH_NET_COLLECTION_H
#define TH_NET_COLLECTION_H

#include <stdbool.h>

#include "net/download.h"

enum { TH_COLLECTION_PAGE_MAX = 64 * 1024 * 1024, TH_COLLECTION_NAME_SIZE = 128 };

struct th_collection_limits {
    int64_t size_max;     // bytes of all pages together
    int64_t seconds_max;  // for all of them, 1 … 86,400
    int64_t pages_max;    // > 0
    int64_t features_max; // > 0
};

struct th_collection_info {
    const char *protocol;               // "OGC API – Features" or "WFS 2.0"
    char name[TH_COLLECTION_NAME_SIZE]; // of the collection; only signs that are safe in file names
    bool gml;                           // the file is GML, not GeoJSON
    int64_t n_pages;                    // with features
    int64_t *page_ends;    // features up to the end of each page; GML: INT64_MAX, as not counted
    int64_t n_features;    // -1 for GML
    struct th_hash sha256; // of the bytes of all pages as they came, in order
};

void th_collection_info_clear(struct th_collection_info *info); // frees; safe on a zeroed struct

// Is this the address of a collection? …/collections/X, …/collections/X/items, or a WFS (a query
// with service=WFS).
bool th_collection_is(const char *url);

// Reads the whole collection into `path`, which is whole or untouched: one GeoJSON feature
// collection, with the "crs" that the pages name. Follows "next" links, or counts startIndex on
// with WFS, on the same host only, https only; pages of at most TH_COLLECTION_PAGE_MAX bytes. A WFS
// that cannot write GeoJSON gives GML, taken when it comes whole in one answer. Progress under the
// stage "collection", in features. Errors of th_download, and: TH_UNREADABLE "collection_page"
// (with "page": not a page of features), "collection_host" (a link leads elsewhere; with "url"),
// "collection_incomplete" (with "got", "total"), "collection_repeats" (with "feature": a feature
// came twice, the collection changed meanwhile or the links run in circles), "collection_crs"
// (pages of different reference systems), "collection_layers" (a WFS with several; with "layers");
// TH_LIMIT "collection_pages" (with "limit"), "collection_features" (with "limit"). *ret_info is
// the caller's (th_collection_info_clear).
enum th_status th_collection_fetch(const char *url, const char *path,
                                   const struct th_collection_limits *limits,
                                   const struct th_progress *progress,
                                   struct th_collection_info *ret_info,
                                   struct th_error *err) TH_MUST_CHECK;

#endif
