#include "net/download.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <curl/curl.h>

#include "core/buf.h"
#include "core/text.h"
#include "net/address.h"
#include "net/download_internal.h"

enum {
    REDIRECTS_MAX = 5,
    CONNECT_SECONDS_MAX = 20,
    SLOW_SECONDS_MAX = 60,
    PATH_LIMIT = 4096,
    HTTP_OK = 200
};

// What the callbacks of one transfer share.
struct transfer {
    FILE *file;
    struct th_hasher *hasher;
    int64_t size;
    int64_t size_max;
    const struct th_progress *progress;
    bool too_large;
    bool disk_failed;
    bool stopped;
};

static size_t on_data(char *data, size_t unit, size_t n, void *context)
{
    struct transfer *transfer = context;
    size_t size = unit * n;
    if ((int64_t)size > transfer->size_max - transfer->size) {
        transfer->too_large = true;
        return CURL_WRITEFUNC_ERROR;
    }
    if (fwrite(data, 1, size, transfer->file) != size) {
        transfer->disk_failed = true;
        return CURL_WRITEFUNC_ERROR;
    }
    th_hasher_update(transfer->hasher, data, size);
    transfer->size += (int64_t)size;
    return size;
}

static int on_progress(void *context, curl_off_t total, curl_off_t now, curl_off_t up_total,
                       curl_off_t up_now)
{
    struct transfer *transfer = context;
    (void)up_total;
    (void)up_now;
    int64_t known_total = total > 0 ? (int64_t)total : -1;
    if (th_progress_report(transfer->progress, "download", (int64_t)now, known_total)) {
        return 0;
    }
    transfer->stopped = true;
    return 1;
}

static long slow_seconds(const struct th_download_limits *limits)
{
    return limits->slow_seconds_max > 0 ? (long)limits->slow_seconds_max : SLOW_SECONDS_MAX;
}

static CURLcode set_up(CURL *curl, const struct th_download_rules *rules, const char *url,
                       const struct th_download_limits *limits, struct transfer *transfer,
                       char *message)
{
    const struct {
        CURLoption option;
        long value;
    } numbers[] = {{CURLOPT_NOSIGNAL, 1L},
                   {CURLOPT_NOPROGRESS, 0L},
                   {CURLOPT_SSL_VERIFYPEER, 1L},
                   {CURLOPT_SSL_VERIFYHOST, 2L},
                   {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
                   {CURLOPT_FOLLOWLOCATION, 1L},
                   {CURLOPT_MAXREDIRS, REDIRECTS_MAX},
                   {CURLOPT_FAILONERROR, 1L},
                   {CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS_MAX},
                   {CURLOPT_LOW_SPEED_LIMIT, TH_DOWNLOAD_SLOW},
                   {CURLOPT_LOW_SPEED_TIME, slow_seconds(limits)},
                   {CURLOPT_TIMEOUT, (long)limits->seconds_max}};
    const struct {
        CURLoption option;
        const char *value;
    } texts[] = {{CURLOPT_URL, url},
                 {CURLOPT_PROTOCOLS_STR, rules->schemes},
                 {CURLOPT_REDIR_PROTOCOLS_STR, rules->redirect_schemes},
                 {CURLOPT_USERAGENT, "tanhui"}};
    CURLcode code = CURLE_OK;
    for (size_t i = 0; code == CURLE_OK && i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        code = curl_easy_setopt(curl, numbers[i].option, numbers[i].value);
    }
    for (size_t i = 0; code == CURLE_OK && i < sizeof(texts) / sizeof(texts[0]); i++) {
        code = curl_easy_setopt(curl, texts[i].option, texts[i].value);
    }
    // As curl itself and everything that is built on OpenSSL has it, for networks that vouch for
    // their own sites.
    const char *roots = getenv("SSL_CERT_FILE");
    if (code == CURLE_OK && roots != NULL && roots[0] != '\0') {
        code = curl_easy_setopt(curl, CURLOPT_CAINFO, roots);
    }
    if (code == CURLE_OK) {
        code = curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)limits->size_max);
    }
    if (code == CURLE_OK) {
        code = curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, message);
    }
    if (code == CURLE_OK) {
        code = curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_data);
    }
    if (code == CURLE_OK) {
        code = curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer);
    }
    if (code == CURLE_OK) {
        code = curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    }
    if (code == CURLE_OK) {
        code = curl_easy_setopt(curl, CURLOPT_XFERINFODATA, transfer);
    }
    return code;
}

static enum th_status refuse_status(CURL *curl, struct th_error *err)
{
    long http_status = 0;
    char text[24];
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &http_status);
    if (http_status == 404 || http_status == 410) {
        return th_error_set(err, TH_NOT_FOUND, "download_not_found", NULL);
    }
    (void)snprintf(text, sizeof(text), "%ld", http_status);
    return th_error_set(err, TH_UNREADABLE, "download_status", "status", text, NULL);
}

// Was it told where the file ends? Else anybody on the way who closes the connection has cut it
// short, and nobody would see it.
static bool has_end(CURL *curl)
{
    struct curl_header *header = NULL;
    curl_off_t size = -1;
    long version = 0;
    (void)curl_easy_getinfo(curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &size);
    (void)curl_easy_getinfo(curl, CURLINFO_HTTP_VERSION, &version);
    if (size >= 0 || version >= CURL_HTTP_VERSION_2_0) {
        return true;
    }
    return curl_easy_header(curl, "Transfer-Encoding", 0, CURLH_HEADER, -1, &header) == CURLHE_OK &&
           strcasecmp(header->value, "chunked") == 0;
}

// A site that accepts, prepares, sends a part or redirects to nowhere has not sent the file,
// whatever came as its words.
static enum th_status check_answer(CURL *curl, struct th_error *err)
{
    long http_status = 0;
    if (curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &http_status) != CURLE_OK ||
        http_status != HTTP_OK) {
        return refuse_status(curl, err);
    }
    return has_end(curl) ? TH_OK : th_error_set(err, TH_UNREADABLE, "download_endless", NULL);
}

// The whole time is up, or nobody answered, or almost nothing came.
static enum th_status refuse_time(CURL *curl, const struct th_download_limits *limits,
                                  struct th_error *err)
{
    double took_s = 0;
    double connected_s = 0;
    (void)curl_easy_getinfo(curl, CURLINFO_TOTAL_TIME, &took_s);
    (void)curl_easy_getinfo(curl, CURLINFO_CONNECT_TIME, &connected_s);
    bool whole = took_s >= (double)limits->seconds_max;
    int64_t seconds = whole              ? limits->seconds_max
                      : connected_s <= 0 ? CONNECT_SECONDS_MAX
                                         : slow_seconds(limits);
    enum th_status status =
        th_error_set(err, TH_UNREADABLE, whole ? "download_timeout" : "download_stalled", NULL);
    th_error_add_int(err, "seconds", seconds);
    return status;
}

// Turns curl's answer into ours; what the callbacks saw comes first, since curl only knows that one
// of them gave up.
static enum th_status judge(CURL *curl, CURLcode code, const struct transfer *transfer,
                            const struct th_download_limits *limits, const char *path,
                            const char *message, struct th_error *err)
{
    char number[24];
    if (transfer->disk_failed) {
        return th_error_set(err, TH_IO, "download_disk", "path", path, NULL);
    }
    if (transfer->stopped) {
        return th_error_set(err, TH_INTERRUPTED, "download_interrupted", NULL);
    }
    if (code == CURLE_OK) {
        return check_answer(curl, err);
    }
    if (transfer->too_large || code == CURLE_FILESIZE_EXCEEDED) {
        (void)snprintf(number, sizeof(number), "%" PRId64, limits->size_max);
        return th_error_set(err, TH_LIMIT, "download_too_large", "limit", number, NULL);
    }
    if (code == CURLE_OPERATION_TIMEDOUT) {
        return refuse_time(curl, limits, err);
    }
    if (code == CURLE_OUT_OF_MEMORY) {
        return th_error_no_memory(err);
    }
    if (code == CURLE_HTTP_RETURNED_ERROR) {
        return refuse_status(curl, err);
    }
    if (code == CURLE_TOO_MANY_REDIRECTS || code == CURLE_UNSUPPORTED_PROTOCOL) {
        return th_error_set(err, TH_UNREADABLE, "download_redirect", NULL);
    }
    if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE) {
        return th_error_set(err, TH_UNREADABLE, "download_untrusted", NULL);
    }
    return th_error_set(err, TH_UNREADABLE, "download_failed", "detail",
                        message[0] != '\0' ? message : curl_easy_strerror(code), NULL);
}

static char *part_of(CURLU *url, CURLUPart part)
{
    char *text = NULL;
    return curl_url_get(url, part, &text, CURLU_DEFAULT_PORT) == CURLUE_OK ? text : NULL;
}

bool th_download_same_host(const char *url, const char *other)
{
    static const CURLUPart parts[] = {CURLUPART_SCHEME, CURLUPART_HOST, CURLUPART_PORT};
    CURLU *a = curl_url();
    CURLU *b = curl_url();
    bool same = a != NULL && b != NULL && curl_url_set(a, CURLUPART_URL, url, 0) == CURLUE_OK &&
                curl_url_set(b, CURLUPART_URL, other, 0) == CURLUE_OK;
    for (size_t i = 0; same && i < sizeof(parts) / sizeof(parts[0]); i++) {
        char *left = part_of(a, parts[i]);
        char *right = part_of(b, parts[i]);
        same = left != NULL && right != NULL && strcasecmp(left, right) == 0;
        curl_free(left);
        curl_free(right);
    }
    curl_url_cleanup(a);
    curl_url_cleanup(b);
    return same;
}

// The bytes of another host are not taken, even though they came.
static enum th_status check_host(CURL *curl, const char *url, struct th_error *err)
{
    char *effective = NULL;
    if (curl_easy_getinfo(curl, CURLINFO_EFFECTIVE_URL, &effective) == CURLE_OK &&
        effective != NULL && th_download_same_host(url, effective)) {
        return TH_OK;
    }
    return th_error_set(err, TH_UNREADABLE, "download_redirect", NULL);
}

static enum th_status fetch(const struct th_download_rules *rules, const char *url,
                            const char *path, const struct th_download_limits *limits,
                            struct transfer *transfer, struct th_error *err)
{
    char message[CURL_ERROR_SIZE] = "";
    CURL *curl = curl_easy_init();
    if (curl == NULL) {
        return th_error_no_memory(err);
    }
    struct curl_slist *headers = NULL;
    CURLcode code = set_up(curl, rules, url, limits, transfer, message);
    if (code == CURLE_OK && rules->accept != NULL) {
        headers = curl_slist_append(NULL, rules->accept);
        code = headers == NULL ? CURLE_OUT_OF_MEMORY
                               : curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    }
    if (code == CURLE_OK) {
        code = curl_easy_perform(curl);
    }
    enum th_status status = judge(curl, code, transfer, limits, path, message, err);
    if (status == TH_OK && rules->same_host) {
        status = check_host(curl, url, err);
    }
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return status;
}

enum th_status th_download_by_rules(const struct th_download_rules *rules, const char *url,
                                    const char *path, const struct th_download_limits *limits,
                                    const struct th_progress *progress, struct th_hash *ret_sha256,
                                    struct th_error *err)
{
    assert(limits->size_max > 0 && limits->seconds_max >= 1 && limits->seconds_max <= 86400);
    struct transfer transfer = {.size_max = limits->size_max, .progress = progress};
    struct th_buf part;
    enum th_status status = TH_OK;
    status = th_address_check(url, strcmp(rules->schemes, "https") != 0, err);
    if (status != TH_OK) {
        return status;
    }
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return th_error_no_memory(err);
    }
    th_buf_init(&part, PATH_LIMIT);
    th_buf_printf(&part, "%s.part", path);
    status = th_buf_check(&part, err);
    if (status != TH_OK) {
        goto done;
    }
    transfer.hasher = th_hasher_new(TH_HASH_SHA256);
    if (transfer.hasher == NULL) {
        status = th_error_no_memory(err);
        goto done;
    }
    transfer.file = fopen(th_buf_text(&part), "wb");
    if (transfer.file == NULL) {
        status = th_error_set(err, TH_IO, "download_disk", "path", path, NULL);
        goto done;
    }
    status = fetch(rules, url, path, limits, &transfer, err);
    bool written = fflush(transfer.file) == 0 && fsync(fileno(transfer.file)) == 0;
    written = fclose(transfer.file) == 0 && written;
    if (status == TH_OK && (!written || rename(th_buf_text(&part), path) != 0)) {
        status = th_error_set(err, TH_IO, "download_disk", "path", path, NULL);
    }
    if (status == TH_OK) {
        *ret_sha256 = th_hasher_final(transfer.hasher);
    } else {
        (void)unlink(th_buf_text(&part));
    }
done:
    th_hasher_free(transfer.hasher);
    th_buf_clear(&part);
    curl_global_cleanup();
    return status;
}

enum th_status th_download(const char *url, const char *path,
                           const struct th_download_limits *limits,
                           const struct th_progress *progress, struct th_hash *ret_sha256,
                           struct th_error *err)
{
    static const struct th_download_rules rules = {.schemes = "https", .redirect_schemes = "https"};
    return th_download_by_rules(&rules, url, path, limits, progress, ret_sha256, err);
}
