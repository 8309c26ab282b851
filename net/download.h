// Fetches one file from the web into a local one.
#ifndef TH_NET_DOWNLOAD_H
#define TH_NET_DOWNLOAD_H

#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/progress.h"

struct th_download_limits {
    int64_t size_max;         // bytes, > 0
    int64_t seconds_max;      // of the whole transfer, 1 … 86,400
    int64_t slow_seconds_max; // with less than TH_DOWNLOAD_SLOW bytes a second; 0: 60
};
enum { TH_DOWNLOAD_SLOW = 100 };

// Reads `url` (https only, certificate and host name verified; at most 5 redirects, each to https)
// into `path`, which is whole or untouched: the bytes go to "<path>.part" first. *ret_sha256 is the
// digest of the file. `progress` (may be NULL) is asked under the stage "download", in bytes.
// TH_INVALID ("url_scheme" with "url", "url_userinfo"); TH_UNREADABLE ("download_untrusted",
// "download_redirect", "download_status" with "status": anything but 200, "download_failed" with
// "detail", "download_endless": no length was told, "download_timeout" with "seconds",
// "download_stalled" with "seconds": no connection, or almost nothing came, for so long),
// TH_NOT_FOUND
// ("download_not_found" for 404 and 410), TH_LIMIT
// ("download_too_large" with "limit"), TH_IO ("download_disk" with "path"), TH_INTERRUPTED
// ("download_interrupted").
enum th_status th_download(const char *url, const char *path,
                           const struct th_download_limits *limits,
                           const struct th_progress *progress, struct th_hash *ret_sha256,
                           struct th_error *err) TH_MUST_CHECK;

#endif
