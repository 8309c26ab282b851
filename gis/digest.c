#include "gis/digest_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/file.h"
#include "core/text.h"

enum { CHUNK_SIZE = 256 * 1024, FOLDER_ENTRIES_MAX = 10000, PATH_SIZE_MAX = 4096, LOOK_MS = 100 };

struct th_digest {
    char *path;
    struct stat facts; // at the start
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

static int name_compare(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

// One digest over "name<NUL>hash<LF>" of the named files in a folder, which are sorted first.
static enum th_status files_hash(struct th_digest *digest, const char *folder, char **names,
                                 size_t n_names, struct th_hash *ret_hash, struct th_error *err)
{
    enum th_status status = TH_OK;
    struct th_hasher *hasher = th_hasher_new(TH_HASH_SHA256);
    if (hasher == NULL) {
        return th_error_no_memory(err);
    }
    qsort(names, n_names, sizeof *names, name_compare);
    for (size_t i = 0; i < n_names && status == TH_OK; i++) {
        char path[PATH_SIZE_MAX];
        char hex[TH_HASH_HEX_SIZE];
        struct th_hash hash;
        struct stat facts;
        int size = snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        if (size < 0 || (size_t)size >= sizeof path || stat(path, &facts) != 0 ||
            !S_ISREG(facts.st_mode)) {
            continue;
        }
        status = file_hash(digest, path, &hash, err);
        if (status == TH_OK) {
            th_hasher_update(hasher, names[i], strlen(names[i]) + 1);
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

static enum th_status folder_hash(struct th_digest *digest, struct th_hash *ret_hash,
                                  struct th_error *err)
{
    enum th_status status = TH_OK;
    const char *folder = digest->path;
    size_t n = 0;
    char **names = calloc(FOLDER_ENTRIES_MAX, sizeof *names);
    DIR *stream = names == NULL ? NULL : opendir(folder);
    if (stream == NULL) {
        free(names);
        return names == NULL ? th_error_no_memory(err) : io_failed(folder, err);
    }
    for (struct dirent *entry = readdir(stream); status == TH_OK && entry != NULL;
         entry = readdir(stream)) {
        // Locks come and go with the programs that look at the folder.
        if (entry->d_name[0] == '.' || ends_with(entry->d_name, ".lock")) {
            continue;
        }
        if (n == FOLDER_ENTRIES_MAX) {
            status = too_large(folder, err);
            break;
        }
        names[n] = th_text_duplicate(entry->d_name);
        status = names[n] == NULL ? th_error_no_memory(err) : TH_OK;
        n += names[n] != NULL;
    }
    if (status == TH_OK) {
        status = files_hash(digest, folder, names, n, ret_hash, err);
    }
    closedir(stream);
    for (size_t i = 0; i < n; i++) {
        free(names[i]);
    }
    free(names);
    return status;
}

// A shapefile is several files: the attributes must not change unnoticed either.
static enum th_status shapefile_hash(struct th_digest *digest, struct th_hash *ret_hash,
                                     struct th_error *err)
{
    static const char *const EXTENSIONS[] = {".shp", ".SHP", ".shx", ".SHX", ".dbf",
                                             ".DBF", ".prj", ".PRJ", ".cpg", ".CPG"};
    enum { COUNT = sizeof EXTENSIONS / sizeof EXTENSIONS[0] };
    char *names[COUNT];
    char buffers[COUNT][512];
    const char *base = th_file_base_name(digest->path);
    char folder[PATH_SIZE_MAX];
    size_t stem_size = strlen(base) - strlen(".shp");
    snprintf(folder, sizeof folder, "%.*s", (int)(base - digest->path), digest->path);
    for (size_t i = 0; i < COUNT; i++) {
        snprintf(buffers[i], sizeof buffers[i], "%.*s%s", (int)stem_size, base, EXTENSIONS[i]);
        names[i] = buffers[i];
    }
    return files_hash(digest, folder, names, COUNT, ret_hash, err);
}

static void *work(void *context)
{
    struct th_digest *digest = context;
    struct th_error problem = {0};
    struct th_hash hash;
    enum th_status status;
    if (S_ISDIR(digest->facts.st_mode)) {
        status = folder_hash(digest, &hash, &problem);
    } else if (ends_with(digest->path, ".shp")) {
        status = shapefile_hash(digest, &hash, &problem);
    } else {
        status = file_hash(digest, digest->path, &hash, &problem);
    }
    struct stat facts;
    if (status == TH_OK &&
        (stat(digest->path, &facts) != 0 || facts.st_size != digest->facts.st_size ||
         facts.st_mtim.tv_sec != digest->facts.st_mtim.tv_sec ||
         facts.st_mtim.tv_nsec != digest->facts.st_mtim.tv_nsec)) {
        status = th_error_set(&problem, TH_CONFLICT, "source_changed", "file",
                              th_file_base_name(digest->path), NULL);
    }
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
    struct th_digest *digest = calloc(1, sizeof *digest);
    if (digest == NULL) {
        return th_error_no_memory(err);
    }
    digest->path = th_text_duplicate(path);
    if (digest->path == NULL) {
        free(digest);
        return th_error_no_memory(err);
    }
    enum th_status status = TH_OK;
    if (stat(path, &digest->facts) != 0) {
        status = io_failed(path, err);
    } else {
        (void)pthread_mutex_init(&digest->mutex, NULL);
        (void)pthread_cond_init(&digest->changed, NULL);
        int result = pthread_create(&digest->thread, NULL, work, digest);
        if (result != 0) {
            status =
                th_error_set(err, TH_INTERNAL, "reader_start", "detail", strerror(result), NULL);
        }
    }
    if (status != TH_OK) {
        free(digest->path);
        free(digest);
        return status;
    }
    *ret_digest = digest;
    return TH_OK;
}

enum th_status th_digest_wait(struct th_digest *digest, const struct th_progress *progress,
                              struct th_hash *ret_hash, struct th_error *err)
{
    bool wanted = true;
    int64_t total = S_ISREG(digest->facts.st_mode) ? (int64_t)digest->facts.st_size : -1;
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
    if (digest->status == TH_OK) {
        *ret_hash = digest->hash;
    } else if (err != NULL) {
        *err = digest->problem;
    }
    return digest->status;
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
    free(digest->path);
    free(digest);
}
