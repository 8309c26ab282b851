// The seam for tests, which have no certificate that the world trusts.
#ifndef TH_NET_DOWNLOAD_INTERNAL_H
#define TH_NET_DOWNLOAD_INTERNAL_H

#include <stdbool.h>

#include "net/download.h"

// Do both addresses name the same scheme, host and port? For th_download_by_rules and those who
// follow links by themselves.
bool th_download_same_host(const char *url, const char *other);

// Comma separated, as curl takes them.
struct th_download_rules {
    const char *schemes;
    const char *redirect_schemes;
    const char *accept; // header line "Accept: …"; NULL: any media type
    bool same_host;     // a redirect to another host is "download_redirect"
};

// th_download under other rules. Plain http is taken for 127.0.0.1 only, whatever the rules say.
enum th_status th_download_by_rules(const struct th_download_rules *rules, const char *url,
                                    const char *path, const struct th_download_limits *limits,
                                    const struct th_progress *progress, struct th_hash *ret_sha256,
                                    struct th_error *err) TH_MUST_CHECK;

#endif
