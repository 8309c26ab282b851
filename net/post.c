#include "net/post.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <curl/curl.h>

#include "net/address.h"

enum { CONNECT_SECONDS_MAX = 20 };

struct exchange {
    size_t size; // of the answer so far
    bool too_large;
};

// The answer's status is its word; what else it says is only drained.
static size_t on_data(char *data, size_t unit, size_t n, void *context)
{
    struct exchange *exchange = context;
    size_t size = unit * n;
    (void)data;
    if (size > TH_HTTP_REPLY_MAX - exchange->size) {
        exchange->too_large = true;
        return CURL_WRITEFUNC_ERROR;
    }
    exchange->size += size;
    return size;
}

enum th_status th_http_post_check(const char *url, struct th_error *err)
{
    return th_address_check(url, true, err);
}

static CURLcode set_up(CURL *curl, const struct th_http_post *post, struct curl_slist *headers,
                       struct exchange *exchange, char *message)
{
    const struct {
        CURLoption option;
        long value;
    } numbers[] = {{CURLOPT_NOSIGNAL, 1L},
                   {CURLOPT_POST, 1L},
                   {CURLOPT_SSL_VERIFYPEER, 1L},
                   {CURLOPT_SSL_VERIFYHOST, 2L},
                   {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
                   {CURLOPT_FOLLOWLOCATION, 0L},
                   {CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS_MAX},
                   {CURLOPT_TIMEOUT, (long)post->seconds_max}};
    CURLcode code = CURLE_OK;
    for (size_t i = 0; code == CURLE_OK && i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        code = curl_easy_setopt(curl, numbers[i].option, numbers[i].value);
    }
    const struct {
        CURLoption option;
        const void *value;
    } texts[] = {{CURLOPT_URL, post->url},           {CURLOPT_PROTOCOLS_STR, "http,https"},
                 {CURLOPT_NOPROXY, "127.0.0.1,::1"}, {CURLOPT_USERAGENT, "tanhui"},
                 {CURLOPT_HTTPHEADER, headers},      {CURLOPT_POSTFIELDS, post->body},
                 {CURLOPT_ERRORBUFFER, message},     {CURLOPT_WRITEDATA, exchange}};
    for (size_t i = 0; code == CURLE_OK && i < sizeof(texts) / sizeof(texts[0]); i++) {
        code = curl_easy_setopt(curl, texts[i].option, texts[i].value);
    }
    if (code == CURLE_OK) {
        code = curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)post->size);
    }
    // As curl itself and everything that is built on OpenSSL has it, for networks that vouch for
    // their own sites.
    const char *roots = getenv("SSL_CERT_FILE");
    if (code == CURLE_OK && roots && roots[0] != '\0') {
        code = curl_easy_setopt(curl, CURLOPT_CAINFO, roots);
    }
    return code == CURLE_OK ? curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_data) : code;
}

static enum th_status refuse(const char *key, const char *name, int64_t value, struct th_error *err)
{
    char text[24];
    (void)snprintf(text, sizeof(text), "%" PRId64, value);
    return th_error_set(err, TH_UNREADABLE, key, name, text, NULL);
}

static enum th_status judge(const struct th_http_post *post, CURLcode code,
                            const struct exchange *exchange, int64_t http_status,
                            const char *message, struct th_error *err)
{
    if (code == CURLE_OK) {
        return http_status >= 200 && http_status <= 299
                   ? TH_OK
                   : refuse("post_status", "status", http_status, err);
    }
    if (code == CURLE_OUT_OF_MEMORY) {
        return th_error_no_memory(err);
    }
    if (exchange->too_large) {
        return refuse("post_too_large", "limit", TH_HTTP_REPLY_MAX, err);
    }
    if (code == CURLE_OPERATION_TIMEDOUT) {
        return refuse("post_timeout", "seconds", post->seconds_max, err);
    }
    if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE) {
        return th_error_set(err, TH_UNREADABLE, "post_untrusted", NULL);
    }
    return th_error_set(err, TH_UNREADABLE, "post_failed", "detail",
                        message[0] != '\0' ? message : curl_easy_strerror(code), NULL);
}

static struct curl_slist *header_list(const struct th_http_post *post)
{
    // curl would wait for leave to send a long body.
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    for (size_t i = 0; list && i < post->n_headers; i++) {
        struct curl_slist *longer = curl_slist_append(list, post->headers[i]);
        if (!longer) {
            curl_slist_free_all(list);
        }
        list = longer;
    }
    return list;
}

enum th_status th_http_post(const struct th_http_post *post, int64_t *ret_http_status,
                            struct th_error *err)
{
    char message[CURL_ERROR_SIZE] = "";
    struct exchange exchange = {0};
    struct curl_slist *headers = NULL;
    CURL *curl = NULL;
    CURLcode code = CURLE_OUT_OF_MEMORY;
    long http_status = 0;
    assert(post->seconds_max >= 1 && post->seconds_max <= 3600);
    *ret_http_status = 0;
    enum th_status status = th_http_post_check(post->url, err);
    if (status != TH_OK) {
        return status;
    }
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return th_error_no_memory(err);
    }
    headers = header_list(post);
    curl = headers ? curl_easy_init() : NULL;
    if (curl) {
        code = set_up(curl, post, headers, &exchange, message);
    }
    if (code == CURLE_OK) {
        code = curl_easy_perform(curl);
        (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &http_status);
    }
    status = judge(post, code, &exchange, http_status, message, err);
    *ret_http_status = http_status;
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    curl_global_cleanup();
    return status;
}
