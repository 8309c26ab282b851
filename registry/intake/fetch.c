// Sources on the web.
#include "registry/intake/fetch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/text.h"
#include "net/collection.h"
#include "net/download.h"

enum { PATH_SIZE = 512, NAME_SIZE = 128 };

static const struct th_download_limits LIMITS = {.size_max = (int64_t)4 * 1024 * 1024 * 1024,
                                                 .seconds_max = 3600};

// As many as an import takes, in pages that may be as small as ten.
static const struct th_collection_limits COLLECTION_LIMITS = {.size_max =
                                                                  (int64_t)4 * 1024 * 1024 * 1024,
                                                              .seconds_max = 3600,
                                                              .pages_max = 200000,
                                                              .features_max = 2000000};

struct th_fetched {
    char folder[PATH_SIZE];
    char path[PATH_SIZE + NAME_SIZE + 12];
    struct th_fetched_origin origin;
    struct th_collection_info pages; // of a collection
};

bool th_fetch_is_url(const char *source)
{
    return th_text_starts_with(source, "https://") || th_text_starts_with(source, "http://");
}

// The last part of the path, without query and fragment; only signs that are safe in a file name.
static void name_of(const char *url, char name[NAME_SIZE])
{
    const char *rest = strstr(url, "://") + 3;
    size_t whole = strcspn(rest, "?#");
    const char *begin = rest;
    size_t used = 0;
    for (const char *p = rest; p < rest + whole; p++) {
        if (*p == '/') {
            begin = p + 1;
        }
    }
    for (const char *p = begin; p < rest + whole && used + 1 < NAME_SIZE; p++) {
        bool safe = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
                    (*p >= '0' && *p <= '9') || *p == '-' || *p == '_' || (*p == '.' && used > 0);
        if (safe) {
            name[used++] = *p;
        }
    }
    name[used] = '\0';
    if (used == 0) {
        th_text_copy(name, NAME_SIZE, "source");
    }
}

static enum th_status make_folder(struct th_fetched *fetched, struct th_error *err)
{
    const char *parent = getenv("TMPDIR");
    int n = snprintf(fetched->folder, sizeof(fetched->folder), "%s/tanhui-XXXXXX",
                     parent != NULL && parent[0] == '/' ? parent : "/tmp");
    if (n < 0 || (size_t)n >= sizeof(fetched->folder) || mkdtemp(fetched->folder) == NULL) {
        return th_error_set(err, TH_IO, "file_io", "path", fetched->folder, NULL);
    }
    return TH_OK;
}

// Pages go into one file, which is named when it is known what they are.
static enum th_status fetch_collection(const char *url, const struct th_progress *progress,
                                       struct th_fetched *fetched, struct th_error *err)
{
    struct th_collection_info *info = &fetched->pages;
    char named[sizeof(fetched->path)];
    (void)snprintf(fetched->path, sizeof(fetched->path), "%s/pages", fetched->folder);
    enum th_status status =
        th_collection_fetch(url, fetched->path, &COLLECTION_LIMITS, progress, info, err);
    if (status != TH_OK) {
        return status;
    }
    (void)snprintf(named, sizeof(named), "%s/%s.%s", fetched->folder,
                   info->name[0] != '\0' ? info->name : "collection",
                   info->gml ? "gml" : "geojson");
    if (rename(fetched->path, named) != 0) {
        return th_error_set(err, TH_IO, "file_io", "path", named, NULL);
    }
    memcpy(fetched->path, named, sizeof(named));
    fetched->origin = (struct th_fetched_origin){.protocol = info->protocol,
                                                 .n_pages = info->n_pages,
                                                 .sha256 = info->sha256,
                                                 .page_ends = info->page_ends};
    return TH_OK;
}

enum th_status th_fetch(const char *url, const struct th_progress *progress,
                        struct th_fetched **ret_fetched, struct th_error *err)
{
    char name[NAME_SIZE];
    struct th_fetched *fetched = calloc(1, sizeof(*fetched));
    if (fetched == NULL) {
        return th_error_no_memory(err);
    }
    enum th_status status = make_folder(fetched, err);
    if (status != TH_OK) {
        free(fetched);
        return status;
    }
    if (th_collection_is(url)) {
        status = fetch_collection(url, progress, fetched, err);
    } else {
        name_of(url, name);
        snprintf(fetched->path, sizeof(fetched->path), "%s/%s", fetched->folder, name);
        fetched->origin = (struct th_fetched_origin){.protocol = "https", .n_pages = 1};
        status = th_download(url, fetched->path, &LIMITS, progress, &fetched->origin.sha256, err);
    }
    if (status == TH_OK) {
        *ret_fetched = fetched;
    } else {
        th_fetched_free(fetched);
    }
    return status;
}

const char *th_fetched_path(const struct th_fetched *fetched)
{
    return fetched->path;
}

struct th_fetched_origin th_fetched_origin(const struct th_fetched *fetched)
{
    return fetched->origin;
}

int64_t th_fetched_page(const struct th_fetched_origin *origin, int64_t row)
{
    int64_t low = 0;
    int64_t high = origin->page_ends == NULL || row < 1 ? 0 : origin->n_pages;
    int64_t n = high;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (origin->page_ends[middle] < row) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < n ? low + 1 : 0;
}

void th_fetched_free(struct th_fetched *fetched)
{
    if (fetched == NULL) {
        return;
    }
    (void)unlink(fetched->path);
    (void)rmdir(fetched->folder);
    th_collection_info_clear(&fetched->pages);
    free(fetched);
}
