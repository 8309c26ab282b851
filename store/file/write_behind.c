// A file of SQLite with a file of SQLite's own behind it. Pages are collected in batches; a crew of
// one hand writes each batch in the order of the file, so that most of it is one piece, and past
// the system's cache: what is copied there first has to be waited for when SQLite syncs. Where the
// disk or the system does not take that, SQLite's own file does. Its calls are made one at a time.
#define _GNU_SOURCE // close_range, pwritev, O_DIRECT
#include "store/file/write_behind_internal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "core/crew.h"
#include "store/file/log_file_internal.h"

enum {
    BATCH_BYTES = 1024 * 1024,
    BATCH_PIECES = 256,
    N_BATCHES = 4,
    ALIGNMENT = 4096, // of bytes that a disk takes from where they lie
    // What is shorter stands alone in the file, like the page of an index, and may soon be read
    // again: it stays in the system's cache.
    PAST_CACHE_MIN = 64 * 1024,
    PIECE_BYTES_MAX = 65536 // the largest page: a file system of SQLite need not take more at once
};

struct piece { // of the file
    sqlite3_int64 offset;
    size_t size;
    unsigned char *bytes; // in the batch, in the order in which they came
};

struct failure {
    int code; // SQLITE_OK: none
    int system_error;
};

struct batch {
    struct piece pieces[BATCH_PIECES];
    size_t n;
    size_t n_bytes;
    struct failure failure; // of writing it
    _Alignas(ALIGNMENT) unsigned char bytes[BATCH_BYTES];
};

struct queue {
    sqlite3_file *real;
    const char *path;
    bool asked; // for the handle below
    int handle; // of the thread of the crew alone; -1 without
    struct th_crew *crew;
    pthread_mutex_t calls;  // held during a call of `real`
    struct failure failure; // the first one
    size_t first, end;      // batches given and not taken back; batches[end % N] is being filled
    struct batch batches[N_BATCHES];
};

struct file {
    sqlite3_file base; // what SQLite sees: first
    sqlite3_file *real;
    struct queue *queue; // NULL: everything goes straight through
};

static struct file *file_of(sqlite3_file *base)
{
    return (struct file *)base;
}

// Closing any handle of a file drops the locks that SQLite has on it, but for a handle that stands
// in another table of handles. So the thread gets a copy of the table, which ends with it; SQLite's
// handle keeps its number there.
static void handle_open(struct queue *queue)
{
    int moved = 1; // the path leads to another file by now
    queue->asked = true;
    if (close_range(UINT_MAX, UINT_MAX, CLOSE_RANGE_UNSHARE) != 0) { // closes none
        return;
    }
    int handle = open(queue->path, O_WRONLY | O_DIRECT | O_CLOEXEC);
    pthread_mutex_lock(&queue->calls);
    int code = queue->real->pMethods->xFileControl(queue->real, SQLITE_FCNTL_HAS_MOVED, &moved);
    pthread_mutex_unlock(&queue->calls);
    if (code == SQLITE_OK && !moved) {
        queue->handle = handle;
    }
}

// Pieces of one place in the order in which they came.
static int piece_compare(const void *a, const void *b)
{
    const struct piece *left = a;
    const struct piece *right = b;
    if (left->offset != right->offset) {
        return left->offset < right->offset ? -1 : 1;
    }
    return (left->bytes > right->bytes) - (left->bytes < right->bytes);
}

// How many pieces, from the first on, follow each other in the file; at least one.
static size_t run_find(const struct piece *pieces, size_t n, size_t *ret_size)
{
    size_t size = pieces[0].size;
    size_t n_run = 1;
    for (; n_run < n && pieces[n_run].offset == pieces[0].offset + (sqlite3_int64)size; n_run++) {
        size += pieces[n_run].size;
    }
    *ret_size = size;
    return n_run;
}

static bool run_write(const struct queue *queue, const struct piece *pieces, size_t n, size_t size)
{
    struct iovec parts[BATCH_PIECES];
    if (queue->handle < 0 || size < PAST_CACHE_MIN) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        parts[i] = (struct iovec){pieces[i].bytes, pieces[i].size};
    }
    return pwritev(queue->handle, parts, (int)n, pieces[0].offset) == (ssize_t)size;
}

// By SQLite's own file, which also knows how to tell what is wrong.
static void piece_write(struct queue *queue, const struct piece *piece, struct failure *failure)
{
    pthread_mutex_lock(&queue->calls);
    failure->code =
        queue->real->pMethods->xWrite(queue->real, piece->bytes, (int)piece->size, piece->offset);
    failure->system_error = errno;
    pthread_mutex_unlock(&queue->calls);
}

// Runs in the thread of the crew. The list of the batch itself may be looked at meanwhile.
static void batch_write(void *hand, void *job)
{
    struct queue *queue = hand;
    struct batch *batch = job;
    struct piece pieces[BATCH_PIECES];
    batch->failure = (struct failure){.code = SQLITE_OK};
    if (!queue->asked) {
        handle_open(queue);
    }
    memcpy(pieces, batch->pieces, batch->n * sizeof(*pieces));
    qsort(pieces, batch->n, sizeof(*pieces), piece_compare);
    for (size_t i = 0, end = 0; i < batch->n; i = end) {
        size_t size = 0;
        end = i + run_find(&pieces[i], batch->n - i, &size);
        bool written = run_write(queue, &pieces[i], end - i, size);
        for (; !written && i < end && batch->failure.code == SQLITE_OK; i++) {
            piece_write(queue, &pieces[i], &batch->failure);
        }
    }
}

static struct batch *filling(struct queue *queue)
{
    return &queue->batches[queue->end % N_BATCHES];
}

static void take_back(struct queue *queue)
{
    const struct batch *batch = th_crew_take(queue->crew);
    queue->first++;
    if (queue->failure.code == SQLITE_OK) {
        queue->failure = batch->failure;
    }
}

// Asks SQLite's caller to look where the failed call would have left its reason.
static int told(const struct queue *queue)
{
    if (queue->failure.code != SQLITE_OK) {
        errno = queue->failure.system_error;
    }
    return queue->failure.code;
}

// Hands over the batch that is being filled and makes room for the next one.
static void hand_over(struct queue *queue)
{
    th_crew_give(queue->crew, filling(queue));
    queue->end++;
    if (queue->end - queue->first == N_BATCHES) {
        take_back(queue);
    }
    filling(queue)->n = 0;
    filling(queue)->n_bytes = 0;
}

// Waits until all is written.
static int drain(struct queue *queue)
{
    if (queue == NULL) {
        return SQLITE_OK;
    }
    if (filling(queue)->n > 0) {
        hand_over(queue);
    }
    while (queue->first < queue->end) {
        take_back(queue);
    }
    return told(queue);
}

static int append(struct queue *queue, const void *bytes, size_t size, sqlite3_int64 offset)
{
    struct batch *batch = filling(queue);
    if (batch->n_bytes + size > BATCH_BYTES || batch->n == BATCH_PIECES) {
        hand_over(queue);
        batch = filling(queue);
    }
    unsigned char *copy = batch->bytes + batch->n_bytes;
    memcpy(copy, bytes, size);
    batch->pieces[batch->n++] = (struct piece){offset, size, copy};
    batch->n_bytes += size;
    return told(queue);
}

static bool waits(const struct queue *queue, sqlite3_int64 from, sqlite3_int64 to)
{
    for (size_t b = queue->first; b <= queue->end; b++) {
        const struct batch *batch = &queue->batches[b % N_BATCHES];
        for (size_t i = 0; i < batch->n; i++) {
            const struct piece *piece = &batch->pieces[i];
            if (piece->offset < to && from < piece->offset + (sqlite3_int64)piece->size) {
                return true;
            }
        }
    }
    return false;
}

static void queue_free(struct queue *queue)
{
    if (queue == NULL) {
        return;
    }
    th_crew_free(queue->crew);
    pthread_mutex_destroy(&queue->calls);
    free(queue);
}

static int file_close(sqlite3_file *base)
{
    struct file *file = file_of(base);
    (void)drain(file->queue); // nothing that was synced: SQLite closes without a word
    queue_free(file->queue);
    file->queue = NULL;
    return file->real->pMethods->xClose(file->real);
}

static int file_read(sqlite3_file *base, void *bytes, int size, sqlite3_int64 offset)
{
    struct file *file = file_of(base);
    struct queue *queue = file->queue;
    if (queue == NULL) {
        return file->real->pMethods->xRead(file->real, bytes, size, offset);
    }
    int code = waits(queue, offset, offset + size) ? drain(queue) : told(queue);
    if (code != SQLITE_OK) {
        return code;
    }
    pthread_mutex_lock(&queue->calls);
    code = file->real->pMethods->xRead(file->real, bytes, size, offset);
    pthread_mutex_unlock(&queue->calls);
    return code;
}

static int file_write(sqlite3_file *base, const void *bytes, int size, sqlite3_int64 offset)
{
    struct file *file = file_of(base);
    if (file->queue != NULL && size <= PIECE_BYTES_MAX) {
        return append(file->queue, bytes, (size_t)size, offset);
    }
    int code = drain(file->queue);
    return code != SQLITE_OK ? code : file->real->pMethods->xWrite(file->real, bytes, size, offset);
}

static int file_truncate(sqlite3_file *base, sqlite3_int64 size)
{
    struct file *file = file_of(base);
    int code = drain(file->queue);
    return code != SQLITE_OK ? code : file->real->pMethods->xTruncate(file->real, size);
}

static int file_sync(sqlite3_file *base, int flags)
{
    struct file *file = file_of(base);
    int code = drain(file->queue);
    return code != SQLITE_OK ? code : file->real->pMethods->xSync(file->real, flags);
}

static int file_size(sqlite3_file *base, sqlite3_int64 *ret_size)
{
    struct file *file = file_of(base);
    int code = drain(file->queue);
    return code != SQLITE_OK ? code : file->real->pMethods->xFileSize(file->real, ret_size);
}

static int file_lock(sqlite3_file *base, int level)
{
    struct file *file = file_of(base);
    (void)drain(file->queue); // what failed is told by what reads, writes or syncs
    return file->real->pMethods->xLock(file->real, level);
}

static int file_unlock(sqlite3_file *base, int level)
{
    struct file *file = file_of(base);
    (void)drain(file->queue);
    return file->real->pMethods->xUnlock(file->real, level);
}

static int file_reserved(sqlite3_file *base, int *ret_reserved)
{
    struct file *file = file_of(base);
    (void)drain(file->queue);
    return file->real->pMethods->xCheckReservedLock(file->real, ret_reserved);
}

static int file_control(sqlite3_file *base, int what, void *argument)
{
    struct file *file = file_of(base);
    // Given with each page by which the file grows: a hint, which may be passed over.
    if (file->queue != NULL && what == SQLITE_FCNTL_SIZE_HINT) {
        return SQLITE_OK;
    }
    (void)drain(file->queue);
    return file->real->pMethods->xFileControl(file->real, what, argument);
}

static int file_sector_size(sqlite3_file *base)
{
    struct file *file = file_of(base);
    return file->real->pMethods->xSectorSize(file->real);
}

static int file_characteristics(sqlite3_file *base)
{
    struct file *file = file_of(base);
    return file->real->pMethods->xDeviceCharacteristics(file->real);
}

static int file_shm_map(sqlite3_file *base, int page, int size, int extend, void volatile **ret_at)
{
    struct file *file = file_of(base);
    return file->real->pMethods->xShmMap(file->real, page, size, extend, ret_at);
}

static int file_shm_lock(sqlite3_file *base, int offset, int n, int flags)
{
    struct file *file = file_of(base);
    return file->real->pMethods->xShmLock(file->real, offset, n, flags);
}

static void file_shm_barrier(sqlite3_file *base)
{
    struct file *file = file_of(base);
    file->real->pMethods->xShmBarrier(file->real);
}

static int file_shm_unmap(sqlite3_file *base, int delete)
{
    struct file *file = file_of(base);
    return file->real->pMethods->xShmUnmap(file->real, delete);
}

// Of memory-mapped reading, which a registry does not use: SQLite reads then.
static int file_fetch(sqlite3_file *base, sqlite3_int64 offset, int size, void **ret_page)
{
    (void)base;
    (void)offset;
    (void)size;
    *ret_page = NULL;
    return SQLITE_OK;
}

static int file_unfetch(sqlite3_file *base, sqlite3_int64 offset, void *page)
{
    (void)base;
    (void)offset;
    (void)page;
    return SQLITE_OK;
}

static const sqlite3_io_methods METHODS = {
    .iVersion = 3,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_characteristics,
    .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_shm_unmap,
    .xFetch = file_fetch,
    .xUnfetch = file_unfetch,
};

// What is neither a main file nor its log (journals, temporary files) is SQLite's own from the
// start; there is room for each.
static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags,
                    int *ret_flags)
{
    sqlite3_vfs *own = sqlite3_vfs_find(NULL);
    (void)vfs;
    if ((flags & SQLITE_OPEN_WAL) != 0) {
        return th_log_file_open(own, name, base, flags, ret_flags);
    }
    if ((flags & SQLITE_OPEN_MAIN_DB) == 0) {
        return own->xOpen(own, name, base, flags, ret_flags);
    }
    struct file *file = file_of(base);
    *file = (struct file){.real = (sqlite3_file *)(file + 1)};
    int code = own->xOpen(own, name, file->real, flags, ret_flags);
    // Else SQLite would not close what was half opened.
    if (file->real->pMethods != NULL) {
        file->base.pMethods = &METHODS;
    }
    return code;
}

// SQLite keeps a file system for as long as the process lives.
static sqlite3_vfs front;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void vfs_register(void)
{
    const sqlite3_vfs *own = sqlite3_vfs_find(NULL);
    if (own == NULL) {
        return;
    }
    front = *own;
    front.zName = "tanhui";
    front.pNext = NULL;
    size_t room = sizeof(struct file);
    front.szOsFile += (int)(room > th_log_file_room() ? room : th_log_file_room());
    front.xOpen = vfs_open;
    if (sqlite3_vfs_register(&front, 0) != SQLITE_OK) {
        front.zName = NULL;
    }
}

const char *th_write_behind_vfs(void)
{
    pthread_once(&once, vfs_register);
    return front.zName;
}

static struct file *main_file(sqlite3 *db)
{
    sqlite3_file *file = NULL;
    int code = sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    return code == SQLITE_OK && file != NULL && file->pMethods == &METHODS ? file_of(file) : NULL;
}

bool th_write_behind_begin(sqlite3 *db)
{
    struct file *file = main_file(db);
    if (file == NULL) {
        return false;
    }
    assert(file->queue == NULL);
    struct queue *queue = aligned_alloc(_Alignof(struct queue), sizeof(*queue));
    if (queue == NULL) {
        return false;
    }
    void *hand = queue;
    memset(queue, 0, offsetof(struct queue, batches));
    for (size_t i = 0; i < N_BATCHES; i++) {
        queue->batches[i].n = queue->batches[i].n_bytes = 0;
    }
    queue->real = file->real;
    queue->path = sqlite3_db_filename(db, "main");
    queue->handle = -1;
    pthread_mutex_init(&queue->calls, NULL);
    if (th_crew_new(batch_write, &hand, 1, N_BATCHES, &queue->crew, NULL) != TH_OK) {
        queue_free(queue);
        return false;
    }
    file->queue = queue;
    return true;
}

void th_write_behind_end(sqlite3 *db)
{
    struct file *file = main_file(db);
    if (file == NULL) {
        return;
    }
    (void)drain(file->queue);
    queue_free(file->queue);
    file->queue = NULL;
}
