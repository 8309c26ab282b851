// Addresses of collections and their pages.
#ifndef TH_NET_COLLECTION_INTERNAL_H
#define TH_NET_COLLECTION_INTERNAL_H

#include "core/buf.h"
#include "net/collection.h"
#include "net/download_internal.h"

enum th_collection_protocol { TH_COLLECTION_NONE, TH_COLLECTION_OGC_API, TH_COLLECTION_WFS };

enum th_collection_protocol th_collection_protocol_of(const char *url);
// "name" of …/collections/name… or of typeNames=prefix:name; "" when there is none.
void th_collection_name_of(const char *url, char name[TH_COLLECTION_NAME_SIZE]);

// Address of the first page of an OGC API collection.
void th_collection_first_page(const char *url, struct th_buf *out);
// A link of a page, made absolute against that page's address. false when it is no address.
bool th_collection_follow(const char *page_url, const char *link, struct th_buf *out);

// A GetFeature request; the caller's own parameters (typeNames, filters, srsName …) stay. `layer`
// NULL: as in the address. `count` 0: no paging. `format` NULL: whatever the service likes.
struct th_wfs_request {
    const char *layer;
    const char *format;
    int64_t start, count;
};
void th_collection_wfs_page(const char *url, const struct th_wfs_request *request,
                            struct th_buf *out);
void th_collection_wfs_capabilities(const char *url, struct th_buf *out);
bool th_collection_wfs_has_layer(const char *url);

// th_collection_fetch under other rules; for tests.
enum th_status th_collection_fetch_by_rules(const struct th_download_rules *rules, const char *url,
                                            const char *path,
                                            const struct th_collection_limits *limits,
                                            const struct th_progress *progress,
                                            struct th_collection_info *ret_info,
                                            struct th_error *err) TH_MUST_CHECK;

#endif
