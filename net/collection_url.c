#include <curl/curl.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "core/text.h"
#include "net/collection_internal.h"

enum { PAGE_FEATURES = 1000 };

// One parameter of a query, not decoded; moves *query behind it.
struct parameter {
    const char *name, *value; // not closed by NUL
    size_t name_size, value_size;
};

static bool parameter_next(const char **query, struct parameter *ret_parameter)
{
    while (**query == '&') {
        ++*query;
    }
    size_t size = strcspn(*query, "&#");
    if (size == 0) {
        return false;
    }
    struct parameter parameter = {.name = *query, .name_size = strcspn(*query, "=&#")};
    if (parameter.name_size < size) {
        parameter.value = *query + parameter.name_size + 1;
        parameter.value_size = size - parameter.name_size - 1;
    } else {
        parameter.value = *query + size;
    }
    *query += size;
    *ret_parameter = parameter;
    return true;
}

static bool is_named(const struct parameter *parameter, const char *name)
{
    return strlen(name) == parameter->name_size &&
           strncasecmp(parameter->name, name, parameter->name_size) == 0;
}

static const char *query_of(const char *url)
{
    const char *query = strpbrk(url, "?#");
    return query != NULL && *query == '?' ? query + 1 : "";
}

// The path's part behind "/collections/", up to the next '/'; NULL when there is none.
static const char *collection_part(const char *url, size_t *ret_size)
{
    size_t path_size = strcspn(url, "?#");
    const char *part = strstr(url, "/collections/");
    if (part == NULL || (size_t)(part - url) >= path_size) {
        return NULL;
    }
    part += strlen("/collections/");
    *ret_size = strcspn(part, "/?#");
    return *ret_size > 0 ? part : NULL;
}

enum th_collection_protocol th_collection_protocol_of(const char *url)
{
    struct parameter parameter;
    size_t size = 0;
    const char *query = query_of(url);
    while (parameter_next(&query, &parameter)) {
        if (is_named(&parameter, "service") && parameter.value_size == 3 &&
            strncasecmp(parameter.value, "WFS", 3) == 0) {
            return TH_COLLECTION_WFS;
        }
    }
    const char *part = collection_part(url, &size);
    if (part == NULL) {
        return TH_COLLECTION_NONE;
    }
    // Behind the collection only its items are pages of features.
    const char *rest = part + size;
    rest += *rest == '/';
    size_t rest_size = strcspn(rest, "?#");
    bool items = rest_size == 0 || (rest_size == 5 && memcmp(rest, "items", 5) == 0) ||
                 (rest_size == 6 && memcmp(rest, "items/", 6) == 0);
    return items ? TH_COLLECTION_OGC_API : TH_COLLECTION_NONE;
}

bool th_collection_is(const char *url)
{
    return th_collection_protocol_of(url) != TH_COLLECTION_NONE;
}

static bool layer_of(const char *url, struct parameter *ret_parameter)
{
    struct parameter parameter;
    const char *query = query_of(url);
    while (parameter_next(&query, &parameter)) {
        if ((is_named(&parameter, "typeNames") || is_named(&parameter, "typeName")) &&
            parameter.value_size > 0) {
            *ret_parameter = parameter;
            return true;
        }
    }
    return false;
}

bool th_collection_wfs_has_layer(const char *url)
{
    struct parameter parameter;
    return layer_of(url, &parameter);
}

void th_collection_name_of(const char *url, char name[TH_COLLECTION_NAME_SIZE])
{
    struct parameter layer;
    size_t size = 0;
    size_t n = 0;
    const char *text = collection_part(url, &size);
    if (th_collection_protocol_of(url) == TH_COLLECTION_WFS) {
        text = layer_of(url, &layer) ? layer.value : NULL;
        size = text == NULL ? 0 : layer.value_size;
    }
    for (size_t i = 0; i < size && n + 1 < TH_COLLECTION_NAME_SIZE; i++) {
        char c = text[i];
        bool safe = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '-' || c == '_' || (c == '.' && n > 0);
        if (c == ':') {
            n = 0; // a prefix is not part of the name
        } else if (safe) {
            name[n++] = c;
        }
    }
    name[n] = '\0';
}

void th_collection_first_page(const char *url, struct th_buf *out)
{
    struct parameter parameter;
    const char *query = query_of(url);
    bool limited = false;
    size_t path_size = strcspn(url, "?#");
    while (path_size > 0 && url[path_size - 1] == '/') {
        path_size--;
    }
    th_buf_append(out, url, path_size);
    if (path_size < 6 || memcmp(url + path_size - 6, "/items", 6) != 0) {
        th_buf_append_str(out, "/items");
    }
    th_buf_append_char(out, '?');
    while (parameter_next(&query, &parameter)) {
        limited = limited || is_named(&parameter, "limit");
        th_buf_append(out, parameter.name, parameter.name_size);
        th_buf_append_char(out, '=');
        th_buf_append(out, parameter.value, parameter.value_size);
        th_buf_append_char(out, '&');
    }
    // A service lowers a limit that is too large for it.
    if (!limited) {
        th_buf_printf(out, "limit=%d", PAGE_FEATURES);
    }
}

bool th_collection_follow(const char *page_url, const char *link, struct th_buf *out)
{
    char *text = NULL;
    CURLU *url = curl_url();
    bool good = url != NULL && curl_url_set(url, CURLUPART_URL, page_url, 0) == CURLUE_OK &&
                curl_url_set(url, CURLUPART_URL, link, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
                curl_url_get(url, CURLUPART_URL, &text, 0) == CURLUE_OK;
    if (good) {
        th_buf_append_str(out, text);
    }
    curl_free(text);
    curl_url_cleanup(url);
    return good;
}

// The address with the parameters that are not ours to set.
static void wfs_base(const char *url, const char *request, bool keep_layer, struct th_buf *out)
{
    static const char *const ours[] = {"service", "version",    "request",     "outputFormat",
                                       "count",   "startIndex", "maxFeatures", NULL};
    struct parameter parameter;
    const char *query = query_of(url);
    th_buf_append(out, url, strcspn(url, "?#"));
    th_buf_printf(out, "?service=WFS&version=2.0.0&request=%s", request);
    while (parameter_next(&query, &parameter)) {
        bool layer = is_named(&parameter, "typeNames") || is_named(&parameter, "typeName");
        bool kept = !layer;
        for (int i = 0; kept && ours[i] != NULL; i++) {
            kept = !is_named(&parameter, ours[i]);
        }
        if (layer && keep_layer) {
            th_buf_append_str(out, "&typeNames=");
            th_buf_append(out, parameter.value, parameter.value_size);
        } else if (kept) {
            th_buf_append_char(out, '&');
            th_buf_append(out, parameter.name, parameter.name_size);
            th_buf_append_char(out, '=');
            th_buf_append(out, parameter.value, parameter.value_size);
        }
    }
}

static void parameter_add(struct th_buf *out, const char *name, const char *value)
{
    char *escaped = curl_easy_escape(NULL, value, 0);
    th_buf_printf(out, "&%s=%s", name, escaped == NULL ? "" : escaped);
    curl_free(escaped);
}

void th_collection_wfs_page(const char *url, const struct th_wfs_request *request,
                            struct th_buf *out)
{
    wfs_base(url, "GetFeature", request->layer == NULL, out);
    if (request->layer != NULL) {
        parameter_add(out, "typeNames", request->layer);
    }
    if (request->format != NULL) {
        parameter_add(out, "outputFormat", request->format);
    }
    if (request->count > 0) {
        th_buf_printf(out, "&startIndex=%" PRId64 "&count=%" PRId64, request->start,
                      request->count);
    }
}

void th_collection_wfs_capabilities(const char *url, struct th_buf *out)
{
    wfs_base(url, "GetCapabilities", false, out);
}
