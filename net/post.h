// Sends a body to a web address.
#ifndef TH_NET_POST_H
#define TH_NET_POST_H

#include <stddef.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"

struct th_http_post {
    const char *url;
    const char *const *headers; // lines "Name: value"
    size_t n_headers;
    const void *body;
    size_t size;
    int64_t seconds_max; // of the whole exchange, 1 … 3,600
};

enum { TH_HTTP_REPLY_MAX = 65536 }; // bytes of an answer that are waited for

// https only, certificate and host name verified; plain http is taken for 127.0.0.1 and [::1]
// alone, where a gateway of the house may listen, and never through a proxy. No names and passwords
// in the address. No redirect is followed: what is sent is meant for this address.
// TH_OK for an answer 200 … 299; *ret_http_status is set whenever there was an answer, else 0.
// TH_INVALID ("url_scheme_local" with "url", "url_userinfo"); TH_UNREADABLE ("post_status" with
// "status", "post_untrusted", "post_timeout" with "seconds", "post_too_large" with "limit": the
// answer, "post_failed" with "detail").
enum th_status th_http_post(const struct th_http_post *post, int64_t *ret_http_status,
                            struct th_error *err) TH_MUST_CHECK;
// Is this an address that th_http_post takes? TH_INVALID ("url_scheme_local" with "url",
// "url_userinfo").
enum th_status th_http_post_check(const char *url, struct th_error *err) TH_MUST_CHECK;

#endif
