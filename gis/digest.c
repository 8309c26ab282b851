#include "gis/digest_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "core/file.h"
#include "core/text.h"
#include "gis/source_files_internal.h"

enum { CHUNK_SIZE = 256 * 1024, PATH_SIZE_MAX = 4096, LOOK_MS = 100 };

struct th_digest {
    char *path;
    struct th_source_files files; // at the start
    bool joined;                  // more than the file itself, or a format of several files
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool done; // under the mutex, as are the two below
    enum th_status status;
    struct th_hash hash;
    struct th_error problem; // of the thread, read when it is done
    atomic_bool stop;
    _Atomic int64_t n_bytes;
    uint64_t total; // of the thread alone
};

static bool ends_with(const char *text, const char *suffix)
{
    size_t size = strlen(text);
    size_t suffix_size = strlen(suffix);
    return size >= suffix_size && strcasecmp(text + size - suffix_size, suffix) == 0;
}

static enum th_status too_large(const char *path, struct th_error *err)
{
    enum th_status status = th_error_set(err, TH_LIMIT, "file_too_large", "path", path, NULL);
    th_error_add_int(err, "limit", (long long)TH_DIGEST_SIZE_MAX);
    return status;
}

static enum th_status io_failed(const char *path, struct th_error *err)
{
    return th_error_set(err, errno == ENOENT ? TH_NOT_FOUND : TH_IO,
                        errno == ENOENT ? "file_not_found" : "source_unreadable", "path", path,
                        "file", th_file_base_name(path), "detail", strerror(errno), NULL);
}

static enum th_status file_hash(struct th_digest *digest, const char *path,
                                struct th_hash *ret_hash, struct th_error *err)
{
    enum th_status status = TH_OK;
    struct th_hasher *hasher = th_hasher_new(TH_HASH_SHA256);
    unsigned char *chunk = malloc(CHUNK_SIZE);
    // What would wait for a writer (a pipe that took the file's place, a log of the kernel) fails.
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (hasher == NULL || chunk == NULL) {
        status = th_error_no_memory(err);
    } else if (file < 0) {
        status = io_failed(path, err);
    }
    while (status == TH_OK) {
        ssize_t n = read(file, chunk, CHUNK_SIZE);
        if (n == 0) {
            *ret_hash = th_hasher_final(hasher);
            break;
        }
        if (n < 0) {
            status = errno == EINTR ? TH_OK : io_failed(path, err);
            continue;
        }
        th_hasher_update(hasher, chunk, (size_t)n);
        digest->total += (uint64_t)n;
        atomic_fetch_add_explicit(&digest->n_bytes, (int64_t)n, memory_order_relaxed);
        if (digest->total > TH_DIGEST_SIZE_MAX) {
            status = too_large(digest->path, err);
        } else if (atomic_load_explicit(&digest->stop, memory_order_relaxed)) {
            status = th_error_set(err, TH_INTERRUPTED, "interrupted", NULL);
        }
    }
    if (file >= 0) {
        close(file);
    }
    free(chunk);
    th_hasher_free(hasher);
    return status;
}

// Of a file that stands alone its own digest; else one over "name<NUL>hash<LF>" of all files.
static enum th_status source_hash(struct th_digest *digest, struct th_hash *ret_hash,
                                  struct th_error *err)
{
    const struct th_source_files *files = &digest->files;
    if (!digest->joined) {
        return file_hash(digest, digest->path, ret_hash, err);
    }
    enum th_status status = TH_OK;
    struct th_hasher *hasher = th_hasher_new(TH_HASH_SHA256);
    if (hasher == NULL) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < files->n && status == TH_OK; i++) {
        char path[PATH_SIZE_MAX];
        char hex[TH_HASH_HEX_SIZE];
        struct th_hash hash;
        snprintf(path, sizeof(path), "%s%s", files->folder, files->items[i].name);
        status = file_hash(digest, path, &hash, err);
        if (status == TH_OK) {
            th_hasher_update(hasher, files->items[i].name, strlen(files->items[i].name) + 1);
            th_hasher_update(hasher, th_hash_hex(&hash, hex), TH_HASH_HEX_SIZE - 1);
            th_hasher_update(hasher, "\n", 1);
        }
    }
    if (status == TH_OK) {
        *ret_hash = th_hasher_final(hasher);
    }
    th_hasher_free(hasher);
    return status;
}

static void *work(void *context)
{
    struct th_digest *digest = context;
    struct th_error problem = {0};
    struct th_hash hash;
    enum th_status status = source_hash(digest, &hash, &problem);
    (void)pthread_mutex_lock(&digest->mutex);
    digest->done = true;
    digest->status = status;
    if (status == TH_OK) {
        digest->hash = hash;
    } else {
        digest->problem = problem;
    }
    (void)pthread_cond_broadcast(&digest->changed);
    (void)pthread_mutex_unlock(&digest->mutex);
    return NULL;
}

enum th_status th_digest_start(const char *path, struct th_digest **ret_digest,
                               struct th_error *err)
{
    struct th_digest *digest = calloc(1, sizeof(*digest));
    if (digest == NULL) {
        return th_error_no_memory(err);
    }
    digest->path = th_text_duplicate(path);
    if (digest->path == NULL) {
        free(digest);
        return th_error_no_memory(err);
    }
    enum th_status status = th_source_files_list(path, &digest->files, err);
    if (status == TH_OK) {
        const struct th_source_files *files = &digest->files;
        digest->joined = files->n != 1 || ends_with(path, ".shp") ||
                         strcmp(files->items[0].name, th_file_base_name(path)) != 0;
        (void)pthread_mutex_init(&digest->mutex, NULL);
        (void)pthread_cond_init(&digest->changed, NULL);
        int result = pthread_create(&digest->thread, NULL, work, digest);
        if (result != 0) {
            status =
                th_error_set(err, TH_INTERNAL, "reader_start", "detail", strerror(result), NULL);
        }
    }
    if (status != TH_OK) {
        th_source_files_clear(&digest->files);
        free(digest->path);
        free(digest);
        return status;
    }
    *ret_digest = digest;
    return TH_OK;
}

// Asked when everything was read: the reader may have been slower than the digest.
static enum th_status check_unchanged(const struct th_digest *digest, struct th_error *err)
{
    struct th_source_files now = {0};
    enum th_status status = th_source_files_list(digest->path, &now, err);
    bool same = status == TH_OK && th_source_files_same(&digest->files, &now);
    th_source_files_clear(&now);
    return same ? TH_OK
                : th_error_set(err, TH_CONFLICT, "source_changed", "file",
                               th_file_base_name(digest->path), NULL);
}

enum th_status th_digest_wait(struct th_digest *digest, const struct th_progress *progress,
                              struct th_hash *ret_hash, struct th_error *err)
{
    bool wanted = true;
    int64_t total = 0;
    for (size_t i = 0; i < digest->files.n; i++) {
        total += digest->files.items[i].size;
    }
    (void)pthread_mutex_lock(&digest->mutex);
    while (!digest->done && wanted) {
        struct timespec until;
        (void)clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += LOOK_MS * 1000000L;
        if (until.tv_nsec >= 1000000000L) {
            until.tv_sec++;
            until.tv_nsec -= 1000000000L;
        }
        (void)pthread_cond_timedwait(&digest->changed, &digest->mutex, &until);
        (void)pthread_mutex_unlock(&digest->mutex);
        wanted = th_progress_report(progress, "open", atomic_load(&digest->n_bytes), total);
        (void)pthread_mutex_lock(&digest->mutex);
    }
    bool done = digest->done;
    (void)pthread_mutex_unlock(&digest->mutex);
    if (!done) {
        return th_error_set(err, TH_INTERRUPTED, "interrupted", NULL);
    }
    enum th_status status = digest->status;
    if (status == TH_OK) {
        status = check_unchanged(digest, err);
    } else if (err != NULL) {
        *err = digest->problem;
    }
    if (status == TH_OK) {
        *ret_hash = digest->hash;
    }
    return status;
}

void th_digest_free(struct th_digest *digest)
{
    if (digest == NULL) {
        return;
    }
    atomic_store(&digest->stop, true);
    (void)pthread_join(digest->thread, NULL);
    (void)pthread_cond_destroy(&digest->changed);
    (void)pthread_mutex_destroy(&digest->mutex);
    th_source_files_clear(&digest->files);
    free(digest->path);
    free(digest);
}
