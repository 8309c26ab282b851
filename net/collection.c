// A page is read as a whole, judged, and its features written behind those of the pages before. Not
// before the last page has come, and nothing came twice, does the file get its name.
#include "net/collection.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/file.h"
#include "core/id_set.h"
#include "core/json.h"
#include "core/text.h"
#include "net/collection_internal.h"

enum { URL_LIMIT = 16 * 1024, PATH_LIMIT = 4096, WFS_COUNT = 1000, LAYERS_SHOWN = 10 };

struct fetching {
    const struct th_download_rules *rules;
    const struct th_collection_limits *limits;
    const struct th_progress *progress;
    const char *url;
    char *page_path, *part_path;
    FILE *file;
    struct th_hasher *hasher;
    time_t began;
    int64_t size;    // of the pages so far
    int64_t n_asked; // requests, also for what is no page of features
    int64_t n_pages, n_features;
    int64_t *page_ends; // features up to the end of each page
    size_t pages_capacity;
    int64_t total; // that the service tells; -1: it does not
    char *crs;     // JSON of the pages' "crs"; NULL before the first page, "" without
    // Digests of what came already: addresses of pages, features of a page together, their ids.
    struct th_id_set urls, pages, ids;
};

static bool on_page_progress(void *context, const char *stage, int64_t done, int64_t total)
{
    const struct fetching *f = context;
    (void)stage;
    (void)done;
    (void)total;
    return th_progress_report(f->progress, "collection", f->n_features, f->total);
}

// What comes a second time comes a third time as well: links that run in circles, a service that
// does not count on. TH_UNREADABLE ("collection_repeats").
static enum th_status seen_once(struct th_id_set *seen, const void *data, size_t size,
                                struct th_error *err)
{
    struct th_hash hash = th_hash_bytes(TH_HASH_BLAKE2B, data, size);
    int64_t digest = 0;
    bool is_new = false;
    memcpy(&digest, hash.bytes, sizeof(digest));
    enum th_status status =
        th_id_set_add(seen, (digest & INT64_MAX) == 0 ? 1 : digest & INT64_MAX, &is_new, err);
    return status == TH_OK && !is_new ? th_error_set(err, TH_UNREADABLE, "collection_repeats", NULL)
                                      : status;
}

// One page: downloaded within what is left of the limits, and read.
static enum th_status page_read(struct fetching *f, const char *url, char **ret_text,
                                size_t *ret_size, struct th_error *err)
{
    struct th_hash hash;
    struct th_progress progress = {on_page_progress, f};
    int64_t left_s = f->limits->seconds_max - (int64_t)(time(NULL) - f->began);
    int64_t left = f->limits->size_max - f->size;
    struct th_download_limits limits = {
        .size_max = left < TH_COLLECTION_PAGE_MAX ? left : TH_COLLECTION_PAGE_MAX,
        .seconds_max = left_s};
    enum th_status status;
    if (f->n_asked >= f->limits->pages_max) {
        status = th_error_set(err, TH_LIMIT, "collection_pages", NULL);
        th_error_add_int(err, "limit", f->limits->pages_max);
        return status;
    }
    if (left <= 0) {
        status = th_error_set(err, TH_LIMIT, "download_too_large", NULL);
        th_error_add_int(err, "limit", f->limits->size_max);
        return status;
    }
    if (left_s <= 0) {
        status = th_error_set(err, TH_UNREADABLE, "download_timeout", NULL);
        th_error_add_int(err, "seconds", f->limits->seconds_max);
        return status;
    }
    status = seen_once(&f->urls, url, strlen(url), err);
    if (status == TH_OK) {
        status = th_download_by_rules(f->rules, url, f->page_path, &limits, &progress, &hash, err);
    }
    if (status == TH_OK) {
        status = th_file_read(f->page_path, TH_COLLECTION_PAGE_MAX, ret_text, ret_size, err);
    }
    if (status != TH_OK) {
        return status;
    }
    th_hasher_update(f->hasher, *ret_text, *ret_size);
    f->size += (int64_t)*ret_size;
    f->n_asked++;
    return TH_OK;
}

static enum th_status bad_page(const struct fetching *f, struct th_error *err)
{
    enum th_status status = th_error_set(err, TH_UNREADABLE, "collection_page", NULL);
    th_error_add_int(err, "page", f->n_pages + 1);
    return status;
}

// A page is whole; so many features came up to its end.
static enum th_status page_end(struct fetching *f, int64_t n_features, struct th_error *err)
{
    if ((size_t)f->n_pages == f->pages_capacity) {
        size_t capacity = f->pages_capacity == 0 ? 16 : 2 * f->pages_capacity;
        int64_t *grown = realloc(f->page_ends, capacity * sizeof(*grown));
        if (grown == NULL) {
            return th_error_no_memory(err);
        }
        f->page_ends = grown;
        f->pages_capacity = capacity;
    }
    f->page_ends[f->n_pages++] = n_features;
    return TH_OK;
}

static enum th_status disk_failed(const struct fetching *f, struct th_error *err)
{
    return th_error_set(err, TH_IO, "download_disk", "path", f->part_path, NULL);
}

// Every page must be of one reference system; the first one's goes to the head of the file.
static enum th_status crs_take(struct fetching *f, const struct th_json *page, struct th_error *err)
{
    const struct th_json *crs = th_json_get(page, "crs");
    char *text = NULL;
    enum th_status status = TH_OK;
    if (crs != NULL && th_json_type(crs) != TH_JSON_NULL) {
        status = th_json_dump(crs, TH_JSON_CANONICAL, &text, err);
    } else {
        text = th_text_duplicate("");
    }
    if (status != TH_OK) {
        return status;
    }
    if (text == NULL) {
        return th_error_no_memory(err);
    }
    if (f->crs != NULL) {
        if (strcmp(f->crs, text) != 0) {
            status = th_error_set(err, TH_UNREADABLE, "collection_crs", NULL);
        }
        free(text);
        return status;
    }
    f->crs = text;
    int written = fprintf(f->file, "{\"type\":\"FeatureCollection\",%s%s%s\"features\":[",
                          text[0] != '\0' ? "\"crs\":" : "", text, text[0] != '\0' ? "," : "");
    return written < 0 ? disk_failed(f, err) : TH_OK;
}

// Features without an id cannot be told from each other, and are not.
static enum th_status id_take(struct fetching *f, const struct th_json *feature,
                              struct th_error *err)
{
    const struct th_json *id = th_json_get(feature, "id");
    char *text = NULL;
    if (id == NULL || th_json_type(id) == TH_JSON_NULL) {
        return TH_OK;
    }
    enum th_status status = th_json_dump(id, TH_JSON_CANONICAL, &text, err);
    if (status == TH_OK) {
        status = seen_once(&f->ids, text, strlen(text), err);
    }
    free(text);
    return status;
}

static enum th_status feature_write(struct fetching *f, const struct th_json *feature,
                                    struct th_hasher *page_hasher, struct th_error *err)
{
    char *text = NULL;
    if (strcmp(th_json_get_text(feature, "type", ""), "Feature") != 0) {
        return bad_page(f, err);
    }
    if (f->n_features == f->limits->features_max) {
        enum th_status status = th_error_set(err, TH_LIMIT, "collection_features", NULL);
        th_error_add_int(err, "limit", f->limits->features_max);
        return status;
    }
    enum th_status status = id_take(f, feature, err);
    if (status == TH_OK) {
        status = th_json_dump(feature, TH_JSON_COMPACT, &text, err);
    }
    if (status != TH_OK) {
        return status;
    }
    bool written = fprintf(f->file, "%s%s", f->n_features > 0 ? ",\n" : "\n", text) > 0;
    th_hasher_update(page_hasher, text, strlen(text) + 1);
    free(text);
    f->n_features++;
    return written ? TH_OK : disk_failed(f, err);
}

static enum th_status page_write(struct fetching *f, const struct th_json *page, size_t *ret_n,
                                 struct th_error *err)
{
    const struct th_json *features = th_json_get(page, "features");
    if (strcmp(th_json_get_text(page, "type", ""), "FeatureCollection") != 0 ||
        th_json_type(features) != TH_JSON_ARRAY) {
        return bad_page(f, err);
    }
    f->total = th_json_get_int(page, "numberMatched", th_json_get_int(page, "totalFeatures", -1));
    struct th_hasher *hasher = th_hasher_new(TH_HASH_BLAKE2B);
    if (hasher == NULL) {
        return th_error_no_memory(err);
    }
    enum th_status status = crs_take(f, page, err);
    for (size_t i = 0; status == TH_OK && i < th_json_size(features); i++) {
        status = feature_write(f, th_json_at(features, i), hasher, err);
    }
    struct th_hash all = th_hasher_final(hasher);
    th_hasher_free(hasher);
    if (status == TH_OK && th_json_size(features) > 0) {
        status = seen_once(&f->pages, all.bytes, sizeof(all.bytes), err);
    }
    if (status == TH_OK &&
        !th_progress_report(f->progress, "collection", f->n_features, f->total)) {
        status = th_error_set(err, TH_INTERRUPTED, "download_interrupted", NULL);
    }
    if (status == TH_OK) {
        status = page_end(f, f->n_features, err);
    }
    if (status == TH_OK) {
        *ret_n = th_json_size(features);
    }
    return status;
}

static const char *next_link(const struct th_json *page)
{
    const struct th_json *links = th_json_get(page, "links");
    for (size_t i = 0; i < th_json_size(links); i++) {
        const struct th_json *link = th_json_at(links, i);
        if (strcmp(th_json_get_text(link, "rel", ""), "next") == 0) {
            return th_json_get_text(link, "href", NULL);
        }
    }
    return NULL;
}

// From one page's address to the next one's; *ret_more is false at the last page.
static enum th_status follow(const struct th_json *page, struct th_buf *url, bool *ret_more,
                             struct th_error *err)
{
    struct th_buf next;
    const char *link = next_link(page);
    *ret_more = link != NULL;
    if (link == NULL) {
        return TH_OK;
    }
    th_buf_init(&next, URL_LIMIT);
    enum th_status status = TH_OK;
    if (!th_collection_follow(th_buf_text(url), link, &next) ||
        !th_download_same_host(th_buf_text(url), th_buf_text(&next))) {
        status = th_error_set(err, TH_UNREADABLE, "collection_host", "url", link, NULL);
    } else {
        status = th_buf_check(&next, err);
    }
    if (status == TH_OK) {
        th_buf_clear(url);
        th_buf_append_str(url, th_buf_text(&next));
        status = th_buf_check(url, err);
    }
    th_buf_clear(&next);
    return status;
}

static enum th_status fetch_ogc_api(struct fetching *f, struct th_error *err)
{
    struct th_buf url;
    bool more = true;
    th_buf_init(&url, URL_LIMIT);
    th_collection_first_page(f->url, &url);
    enum th_status status = th_buf_check(&url, err);
    while (status == TH_OK && more) {
        char *text = NULL;
        size_t size = 0;
        size_t n = 0;
        struct th_json *page = NULL;
        status = page_read(f, th_buf_text(&url), &text, &size, err);
        if (status == TH_OK && th_json_parse(text, size, &page, NULL) != TH_OK) {
            status = bad_page(f, err);
        }
        if (status == TH_OK) {
            status = page_write(f, page, &n, err);
        }
        if (status == TH_OK) {
            status = follow(page, &url, &more, err);
        }
        th_json_free(page);
        free(text);
    }
    th_buf_clear(&url);
    return status;
}

// Names between <Name> and </Name> right behind each <FeatureType>, whatever their prefix; *ret_one
// is the caller's when there is exactly one.
static enum th_status layer_find(const char *xml, char **ret_one, struct th_error *err)
{
    struct th_buf names;
    char *one = NULL;
    size_t n = 0;
    // The last '<' before, and the first name behind; neither is looked for twice, since an answer
    // of a million times the same word would take for ever.
    const char *open = xml;
    const char *looked = xml;
    const char *next = strstr(xml, "Name>");
    th_buf_init(&names, 1024);
    for (const char *at = strstr(xml, "FeatureType");
         at != NULL && next != NULL && n < LAYERS_SHOWN; at = strstr(at + 1, "FeatureType")) {
        for (; looked < at; looked++) {
            open = *looked == '<' ? looked : open;
        }
        next = next < at ? strstr(at, "Name>") : next;
        bool element = strchr("> \t\r\n", at[strlen("FeatureType")]) != NULL && open[1] != '/';
        if (!element || next == NULL) {
            continue;
        }
        const char *name = next + strlen("Name>");
        size_t size = strcspn(name, "<");
        th_buf_append_str(&names, n > 0 ? ", " : "");
        th_buf_append(&names, name, size);
        if (n++ == 0) {
            struct th_buf copy;
            th_buf_init(&copy, URL_LIMIT);
            th_buf_append(&copy, name, size);
            one = th_buf_take(&copy);
        }
    }
    enum th_status status = TH_OK;
    if (n != 1) {
        status = th_error_set(err, TH_UNREADABLE, "collection_layers", "layers",
                              th_buf_text(&names), NULL);
    } else if (one == NULL) {
        status = th_error_no_memory(err);
    }
    if (status == TH_OK) {
        *ret_one = one;
    } else {
        free(one);
    }
    th_buf_clear(&names);
    return status;
}

// The only layer of a service whose address names none.
static enum th_status wfs_layer(struct fetching *f, char **ret_layer, struct th_error *err)
{
    struct th_buf url;
    char *text = NULL;
    size_t size = 0;
    if (th_collection_wfs_has_layer(f->url)) {
        return TH_OK;
    }
    th_buf_init(&url, URL_LIMIT);
    th_collection_wfs_capabilities(f->url, &url);
    enum th_status status = th_buf_check(&url, err);
    if (status == TH_OK) {
        status = page_read(f, th_buf_text(&url), &text, &size, err);
    }
    if (status == TH_OK) {
        status = layer_find(text, ret_layer, err);
    }
    free(text);
    th_buf_clear(&url);
    return status;
}

// The number in name="…" of the first element, or -1.
static int64_t xml_count(const char *xml, const char *name)
{
    char digits[24];
    int64_t value = -1;
    const char *at = strstr(xml, name);
    if (at == NULL) {
        return -1;
    }
    at += strlen(name);
    size_t size = strspn(at, "0123456789");
    if (size == 0 || size >= sizeof(digits)) {
        return -1;
    }
    memcpy(digits, at, size);
    digits[size] = '\0';
    return th_text_parse_int(digits, 0, INT64_MAX, &value) ? value : -1;
}

// GML in one answer, if the service says that it is everything.
static enum th_status fetch_gml(struct fetching *f, const char *layer, struct th_error *err)
{
    struct th_buf url;
    char *text = NULL;
    size_t size = 0;
    struct th_wfs_request request = {.layer = layer};
    th_buf_init(&url, URL_LIMIT);
    th_collection_wfs_page(f->url, &request, &url);
    enum th_status status = th_buf_check(&url, err);
    if (status == TH_OK) {
        status = page_read(f, th_buf_text(&url), &text, &size, err);
    }
    if (status == TH_OK && strstr(text, "FeatureCollection") == NULL) {
        status = bad_page(f, err);
    }
    if (status == TH_OK) {
        int64_t matched = xml_count(text, "numberMatched=\"");
        int64_t returned = xml_count(text, "numberReturned=\"");
        if (matched < 0 || returned != matched) {
            status = th_error_set(err, TH_UNREADABLE, "collection_incomplete", NULL);
            th_error_add_int(err, "got", returned);
            th_error_add_int(err, "total", matched);
        }
    }
    if (status == TH_OK && fwrite(text, 1, size, f->file) != size) {
        status = disk_failed(f, err);
    }
    if (status == TH_OK) {
        status = page_end(f, INT64_MAX, err);
    }
    free(text);
    th_buf_clear(&url);
    return status;
}

static enum th_status fetch_wfs(struct fetching *f, bool *ret_gml, struct th_error *err)
{
    struct th_buf url;
    char *layer = NULL;
    bool more = true;
    th_buf_init(&url, URL_LIMIT);
    enum th_status status = wfs_layer(f, &layer, err);
    while (status == TH_OK && more) {
        struct th_wfs_request request = {layer, "application/json", f->n_features, WFS_COUNT};
        char *text = NULL;
        size_t size = 0;
        size_t n = 0;
        struct th_json *page = NULL;
        th_buf_clear(&url);
        th_collection_wfs_page(f->url, &request, &url);
        status = th_buf_check(&url, err);
        if (status == TH_OK) {
            status = page_read(f, th_buf_text(&url), &text, &size, err);
        }
        bool json = status == TH_OK && th_json_parse(text, size, &page, NULL) == TH_OK;
        if (json) {
            status = page_write(f, page, &n, err);
            // A service may give fewer than were asked for; only nothing, or all, is the end.
            more = n > 0 && (f->total < 0 || f->n_features < f->total);
        } else if (status == TH_OK && f->n_features == 0) {
            *ret_gml = true;
            more = false;
            status = fetch_gml(f, layer, err);
        } else if (status == TH_OK) {
            status = bad_page(f, err);
        }
        th_json_free(page);
        free(text);
    }
    free(layer);
    th_buf_clear(&url);
    return status;
}

// Is it everything?
static enum th_status check_whole(struct fetching *f, struct th_error *err)
{
    if (f->total >= 0 && f->total != f->n_features) {
        enum th_status status = th_error_set(err, TH_UNREADABLE, "collection_incomplete", NULL);
        th_error_add_int(err, "got", f->n_features);
        th_error_add_int(err, "total", f->total);
        return status;
    }
    return fputs("\n]}\n", f->file) < 0 ? disk_failed(f, err) : TH_OK;
}

static enum th_status open_files(struct fetching *f, const char *path, struct th_error *err)
{
    struct th_buf text;
    f->hasher = th_hasher_new(TH_HASH_SHA256);
    th_buf_init(&text, PATH_LIMIT);
    th_buf_printf(&text, "%s.page", path);
    enum th_status status = th_buf_check(&text, err);
    f->page_path = th_buf_take(&text);
    th_buf_printf(&text, "%s.pages", path);
    f->part_path = th_buf_take(&text);
    if (status != TH_OK) {
        return status;
    }
    if (f->hasher == NULL || f->page_path == NULL || f->part_path == NULL) {
        return th_error_no_memory(err);
    }
    f->file = fopen(f->part_path, "wb");
    return f->file == NULL ? disk_failed(f, err) : TH_OK;
}

// Closes everything; the file gets its name when `status` is TH_OK.
static enum th_status close_files(struct fetching *f, const char *path, enum th_status status,
                                  struct th_error *err)
{
    if (f->file != NULL) {
        bool written = fflush(f->file) == 0 && fsync(fileno(f->file)) == 0;
        written = fclose(f->file) == 0 && written;
        if (status == TH_OK && (!written || rename(f->part_path, path) != 0)) {
            status = disk_failed(f, err);
        }
        if (status != TH_OK) {
            (void)unlink(f->part_path);
        }
        (void)unlink(f->page_path);
    }
    th_hasher_free(f->hasher);
    free(f->page_path);
    free(f->part_path);
    free(f->crs);
    th_id_set_clear(&f->urls);
    th_id_set_clear(&f->pages);
    th_id_set_clear(&f->ids);
    return status;
}

void th_collection_info_clear(struct th_collection_info *info)
{
    free(info->page_ends);
    info->page_ends = NULL;
}

enum th_status th_collection_fetch_by_rules(const struct th_download_rules *rules, const char *url,
                                            const char *path,
                                            const struct th_collection_limits *limits,
                                            const struct th_progress *progress,
                                            struct th_collection_info *ret_info,
                                            struct th_error *err)
{
    struct fetching f = {.rules = rules,
                         .limits = limits,
                         .progress = progress,
                         .url = url,
                         .began = time(NULL),
                         .total = -1};
    struct th_collection_info info = {.protocol = "OGC API – Features"};
    enum th_status status = open_files(&f, path, err);
    if (status == TH_OK && th_collection_protocol_of(url) == TH_COLLECTION_WFS) {
        info.protocol = "WFS 2.0";
        status = fetch_wfs(&f, &info.gml, err);
    } else if (status == TH_OK) {
        status = fetch_ogc_api(&f, err);
    }
    if (status == TH_OK && !info.gml) {
        status = check_whole(&f, err);
    }
    if (status == TH_OK) {
        th_collection_name_of(url, info.name);
        info.n_pages = f.n_pages;
        info.page_ends = f.page_ends;
        info.n_features = info.gml ? -1 : f.n_features;
        info.sha256 = th_hasher_final(f.hasher);
    }
    status = close_files(&f, path, status, err);
    if (status == TH_OK) {
        *ret_info = info;
    } else {
        free(f.page_ends);
    }
    return status;
}

enum th_status th_collection_fetch(const char *url, const char *path,
                                   const struct th_collection_limits *limits,
                                   const struct th_progress *progress,
                                   struct th_collection_info *ret_info, struct th_error *err)
{
    static const struct th_download_rules rules = {
        .schemes = "https",
        .redirect_schemes = "https",
        .accept = "Accept: application/geo+json, application/json;q=0.9, */*;q=0.1",
        .same_host = true};
    return th_collection_fetch_by_rules(&rules, url, path, limits, progress, ret_info, err);
}
