// A source on the web, brought to a file of its own for the time of an import.
#ifndef TH_REGISTRY_FETCH_H
#define TH_REGISTRY_FETCH_H

#include <stdbool.h>

#include "core/attributes.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/progress.h"

struct th_fetched; // a temporary folder with one file

bool th_fetch_is_url(const char *source); // begins with "https://" or "http://"

// What came over the net: kept with the import, since the file itself is put together here.
struct th_fetched_origin {
    const char *protocol;     // "https", "OGC API – Features", "WFS 2.0"
    int64_t n_pages;          // 1 for a file
    struct th_hash sha256;    // of all bytes that came, in order
    const int64_t *page_ends; // of a collection: rows up to the end of each page; borrowed from the
                              // th_fetched; NULL for a file
};
// The page, counted from 1, that brought a row, counted from 1; 0 when it came in no page.
int64_t th_fetched_page(const struct th_fetched_origin *origin, int64_t row);

// An address of a collection (net/collection.h) is read page by page into one GeoJSON or GML file
// of that name; any other is a file. Downloads at most 4 GiB within an hour (net/download.h). The
// file keeps the last part of the URL's path as its name, so that the driver and the records see a
// sensible one. Errors of th_download and th_collection_fetch; TH_IO ("file_io") when no temporary
// folder can be made.
enum th_status th_fetch(const char *url, const struct th_progress *progress,
                        struct th_fetched **ret_fetched, struct th_error *err) TH_MUST_CHECK;
struct th_fetched_origin th_fetched_origin(const struct th_fetched *fetched);
const char *th_fetched_path(const struct th_fetched *fetched); // borrowed
void th_fetched_free(struct th_fetched *fetched);              // removes file and folder

#endif
