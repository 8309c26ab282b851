// A service on the web that answers whatever it likes: pages, one behind the other, each closed by
// the byte 0x1E. However they are linked, only its own host is asked, the fetching ends within its
// limits, and the file is either whole or not there. First byte: which kind of service is asked,
// and whether the last page comes again and again. With the highest bit set, the rest is an address
// and, on the next line, a link.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/file.h"
#include "core/json.h"
#include "net/collection_internal.h"
#include "tests/fuzz/fuzz.h"

enum { PAGES_MAX = 6, FEATURES_MAX = 40, SIZE_MAX_BYTES = 64 * 1024, PAGE_END = 0x1E };

static const char HOST[] = "www.example.org";

static struct service {
    const uint8_t *at, *end;
    bool endless;
    size_t n_asked;
    int64_t size; // of all that it answered
    struct th_hasher *hasher;
} service;

// The host of an address, read by the rules of RFC 3986 and nothing else of ours.
static bool host_is(const char *url, const char *scheme, const char *host)
{
    size_t size = strlen(scheme);
    if (strncmp(url, scheme, size) != 0) {
        return false;
    }
    const char *at = url + size;
    const char *end = at + strcspn(at, "/?#");
    for (const char *c = at; c < end; c++) {
        at = *c == '@' ? c + 1 : at;
    }
    for (; *host != '\0' && at < end; host++, at++) {
        if (*host != (*at >= 'A' && *at <= 'Z' ? *at - 'A' + 'a' : *at)) {
            return false;
        }
    }
    return *host == '\0' && (at == end || (end - at == 4 && memcmp(at, ":443", 4) == 0));
}

// In place of the net (see tests/fuzz.cmake). What th_download_by_rules promises is kept.
enum th_status __wrap_th_download_by_rules(const struct th_download_rules *rules, const char *url,
                                           const char *path,
                                           const struct th_download_limits *limits,
                                           const struct th_progress *progress,
                                           struct th_hash *ret_sha256, struct th_error *err);
enum th_status __wrap_th_download_by_rules(const struct th_download_rules *rules, const char *url,
                                           const char *path,
                                           const struct th_download_limits *limits,
                                           const struct th_progress *progress,
                                           struct th_hash *ret_sha256, struct th_error *err)
{
    assert(rules->same_host && strcmp(rules->schemes, "https") == 0);
    assert(host_is(url, "https://", HOST));
    assert(limits->size_max > 0 && limits->seconds_max > 0);
    assert(++service.n_asked <= PAGES_MAX);
    (void)progress;
    if (service.at == service.end) {
        return th_error_set(err, TH_NOT_FOUND, "download_not_found", "url", url, NULL);
    }
    const uint8_t *stop = memchr(service.at, PAGE_END, (size_t)(service.end - service.at));
    size_t size = (size_t)((stop == NULL ? service.end : stop) - service.at);
    if ((int64_t)size > limits->size_max) {
        return th_error_set(err, TH_LIMIT, "download_too_large", NULL);
    }
    FILE *file = fopen(path, "wb");
    assert(file != NULL && fwrite(service.at, 1, size, file) == size);
    assert(fclose(file) == 0);
    th_hasher_update(service.hasher, service.at, size);
    *ret_sha256 = th_hash_bytes(TH_HASH_SHA256, service.at, size);
    service.size += (int64_t)size;
    if (stop != NULL) {
        service.at = stop + 1;
    } else if (!service.endless) {
        service.at = service.end;
    }
    return TH_OK;
}

static bool exists(const char *path, const char *suffix)
{
    char name[96];
    (void)snprintf(name, sizeof(name), "%s%s", path, suffix);
    return access(name, F_OK) == 0;
}

// A whole file: features, each once, as many as were promised.
static void check_file(const char *path, const struct th_collection_info *info)
{
    char *text = NULL;
    size_t size = 0;
    struct th_json *json = NULL;
    enum th_status status = th_file_read(path, 16 * SIZE_MAX_BYTES, &text, &size, NULL);
    assert(status == TH_OK);
    if (!info->gml) {
        status = th_json_parse(text, size, &json, NULL);
        assert(status == TH_OK);
        const struct th_json *features = th_json_get(json, "features");
        assert(strcmp(th_json_get_text(json, "type", ""), "FeatureCollection") == 0);
        assert((int64_t)th_json_size(features) == info->n_features);
        for (size_t i = 0; i < th_json_size(features); i++) {
            const char *id = th_json_get_text(th_json_at(features, i), "id", NULL);
            for (size_t k = 0; id != NULL && k < i; k++) {
                assert(strcmp(th_json_get_text(th_json_at(features, k), "id", ""), id) != 0 ||
                       *id == '\0');
            }
        }
    }
    th_json_free(json);
    free(text);
}

// Pages follow each other, and the last ends where the features do.
static void check_pages(const struct th_collection_info *info)
{
    assert(info->n_pages >= 1);
    for (int64_t i = 1; i < info->n_pages; i++) {
        assert(info->page_ends[i] >= info->page_ends[i - 1]);
    }
    assert(info->page_ends[info->n_pages - 1] == (info->gml ? INT64_MAX : info->n_features));
}

static void check_fetch(const char *url)
{
    static const struct th_download_rules rules = {
        .schemes = "https", .redirect_schemes = "https", .same_host = true};
    static const struct th_collection_limits limits = {.size_max = SIZE_MAX_BYTES,
                                                       .seconds_max = 60,
                                                       .pages_max = PAGES_MAX,
                                                       .features_max = FEATURES_MAX};
    struct th_collection_info info = {0};
    struct th_error err = {0};
    char path[64];
    (void)snprintf(path, sizeof(path), "/dev/shm/tanhui-fuzz-%ld.geojson", (long)getpid());
    service.hasher = th_hasher_new(TH_HASH_SHA256);
    assert(service.hasher != NULL);
    enum th_status status =
        th_collection_fetch_by_rules(&rules, url, path, &limits, NULL, &info, &err);
    struct th_hash hash = th_hasher_final(service.hasher);
    th_hasher_free(service.hasher);
    assert(exists(path, "") == (status == TH_OK));
    assert(!exists(path, ".page") && !exists(path, ".pages"));
    assert(service.size <= SIZE_MAX_BYTES);
    if (status == TH_OK) {
        assert(info.n_pages <= (int64_t)service.n_asked && info.n_features <= FEATURES_MAX);
        check_pages(&info);
        assert(memcmp(&info.sha256, &hash, sizeof(hash)) == 0);
        check_file(path, &info);
        assert(unlink(path) == 0);
        th_collection_info_clear(&info);
    } else {
        assert(err.status == status && err.key[0] != '\0');
    }
}

static void check_address(const char *url, const char *link)
{
    struct th_buf page;
    struct th_buf again;
    char name[TH_COLLECTION_NAME_SIZE];
    th_buf_init(&page, 16 * 1024);
    th_buf_init(&again, 16 * 1024);
    th_collection_name_of(url, name);
    assert(strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") ==
               strlen(name) &&
           name[0] != '.');
    // The address of a first page is an address of the collection, and that of its first page.
    th_collection_first_page(url, &page);
    th_collection_first_page(th_buf_text(&page), &again);
    assert(page.failed || again.failed ||
           (strncmp(th_buf_text(&page), th_buf_text(&again), page.size) == 0 &&
            again.size <= page.size + 1));
    assert(th_collection_is(url) == (th_collection_protocol_of(url) != TH_COLLECTION_NONE));
    th_buf_clear(&again);
    struct th_wfs_request request = {.layer = link, .format = "application/json", .count = 10};
    th_collection_wfs_page(url, &request, &again);
    assert(again.failed || th_collection_protocol_of(th_buf_text(&again)) == TH_COLLECTION_WFS);
    th_buf_clear(&page);
    if (th_collection_follow("https://www.example.org/collections/a/items?f=json", link, &page) &&
        th_download_same_host("https://www.example.org/", th_buf_text(&page))) {
        assert(page.failed || host_is(th_buf_text(&page), "https://", HOST));
    }
    th_buf_clear(&page);
    th_buf_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const urls[] = {
        "https://www.example.org/collections/parcels",
        "https://www.example.org/wfs?service=WFS&typeNames=a:parcels",
        "https://www.example.org/wfs?service=WFS",
        "https://www.example.org/api/collections/parcels/items?limit=2&f=json"};
    if (size == 0) {
        return 0;
    }
    if ((data[0] & 0x80) != 0) {
        char *url = fuzz_text(data + 1, size - 1);
        char *link = strchr(url, '\n');
        if (link != NULL) {
            *link++ = '\0';
        }
        check_address(url, link == NULL ? "" : link);
        free(url);
        return 0;
    }
    service = (struct service){.at = data + 1, .end = data + size, .endless = (data[0] & 4) != 0};
    check_fetch(urls[data[0] & 3]);
    return 0;
}
