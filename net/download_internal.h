// The seam for tests, which have no certificate that the world trusts.
#ifndef TH_NET_DOWNLOAD_INTERNAL_H
#define TH_NET_DOWNLOAD_INTERNAL_H

#include "net/download.h"

// Comma separated, as curl takes them.
struct th_download_rules {
    const char *schemes;
    const char *redirect_schemes;
};

// th_download under other rules. Plain http is taken for 127.0.0.1 only, whatever the rules say.
enum th_status th_download_by_rules(const struct th_download_rules *rules, const char *url,
                                    const char *path, const struct th_download_limits *limits,
                                    const struct th_progress *progress, struct th_hash *ret_sha256,
                                    struct th_error *err) TH_MUST_CHECK;

#endif
