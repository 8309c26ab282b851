#include "net/address.h"

#include <string.h>

#include <curl/curl.h>

enum verdict { GOOD, USERINFO, OTHER, MEMORY };

static bool part_is(CURLU *address, CURLUPart part, const char *wanted)
{
    char *text = NULL;
    bool same =
        curl_url_get(address, part, &text, 0) == CURLUE_OK && text && strcmp(text, wanted) == 0;
    curl_free(text);
    return same;
}

static bool has(CURLU *address, CURLUPart part)
{
    char *text = NULL;
    bool there = curl_url_get(address, part, &text, 0) == CURLUE_OK;
    curl_free(text);
    return there;
}

static enum verdict judge(CURLU *address, const char *url, bool local_http)
{
    CURLUcode code = curl_url_set(address, CURLUPART_URL, url, 0);
    if (code == CURLUE_OUT_OF_MEMORY) {
        return MEMORY;
    }
    if (code != CURLUE_OK) {
        return OTHER;
    }
    if (has(address, CURLUPART_USER) || has(address, CURLUPART_PASSWORD) ||
        has(address, CURLUPART_OPTIONS)) {
        return USERINFO;
    }
    bool local =
        part_is(address, CURLUPART_HOST, "127.0.0.1") || part_is(address, CURLUPART_HOST, "[::1]");
    bool good = part_is(address, CURLUPART_SCHEME, "https") ||
                (local_http && local && part_is(address, CURLUPART_SCHEME, "http"));
    return good ? GOOD : OTHER;
}

enum th_status th_address_check(const char *url, bool local_http, struct th_error *err)
{
    CURLU *address = curl_url();
    enum verdict verdict = address ? judge(address, url, local_http) : MEMORY;
    curl_url_cleanup(address);
    switch (verdict) {
    case GOOD:
        return TH_OK;
    case USERINFO: // the address is not repeated: it may hold a password
        return th_error_set(err, TH_INVALID, "url_userinfo", NULL);
    case OTHER:
        return th_error_set(err, TH_INVALID, local_http ? "url_scheme_local" : "url_scheme", "url",
                            url, NULL);
    case MEMORY:
        break;
    }
    return th_error_no_memory(err);
}
