// Which web addresses are used at all.
#ifndef TH_NET_ADDRESS_H
#define TH_NET_ADDRESS_H

#include <stdbool.h>

#include "core/attributes.h"
#include "core/error.h"

// An absolute https address, as curl reads it; with `local_http`, plain http to 127.0.0.1 or [::1]
// written so, too. Never with a name or password before the host: they would stand in journals and
// lists for ever, and hide which host is meant. TH_INVALID ("url_userinfo"; "url_scheme",
// with `local_http` "url_scheme_local", with "url").
enum th_status th_address_check(const char *url, bool local_http,
                                struct th_error *err) TH_MUST_CHECK;

#endif
