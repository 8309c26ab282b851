// A file of SQLite with a file of SQLite's own behind it. Pages are collected in batches; a crew of
// one hand writes them in order. Calls of the real file are made one at a time.
#include "store/write_behind_internal.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/crew.h"

enum {
    BATCH_BYTES = 256 * 1024,
    BATCH_PIECES = 256,
    N_BATCHES = 16,
    PIECE_BYTES_MAX = 65536 // the largest page: a file system of SQLite need not take more at once
};

struct piece { // bytes that follow each other in the file and in the batch
    sqlite3_int64 offset;
    size_t size;
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
    unsigned char bytes[BATCH_BYTES];
};

struct queue {
    sqlite3_file *real;
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

// Runs in the thread of the crew.
static void batch_write(void *hand, void *job)
{
    struct queue *queue = hand;
    struct batch *batch = job;
    const unsigned char *bytes = batch->bytes;
    batch->failure = (struct failure){.code = SQLITE_OK};
    for (size_t i = 0; i < batch->n && batch->failure.code == SQLITE_OK; i++) {
        const struct piece *piece = &batch->pieces[i];
        pthread_mutex_lock(&queue->calls);
        batch->failure.code =
            queue->real->pMethods->xWrite(queue->real, bytes, (int)piece->size, piece->offset);
        batch->failure.system_error = errno;
        pthread_mutex_unlock(&queue->calls);
        bytes += piece->size;
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
    if (queue->failure.code == SQLITE_OK)
        queue->failure = batch->failure;
}

// Asks SQLite's caller to look where the failed call would have left its reason.
static int told(const struct queue *queue)
{
    if (queue->failure.code != SQLITE_OK)
        errno = queue->failure.system_error;
    return queue->failure.code;
}

// Hands over the batch that is being filled and makes room for the next one.
static void hand_over(struct queue *queue)
{
    th_crew_give(queue->crew, filling(queue));
    queue->end++;
    if (queue->end - queue->first == N_BATCHES)
        take_back(queue);
    filling(queue)->n = 0;
    filling(queue)->n_bytes = 0;
}

// Waits until all is written.
static int drain(struct queue *queue)
{
    if (queue == NULL)
        return SQLITE_OK;
    if (filling(queue)->n > 0)
        hand_over(queue);
    while (queue->first < queue->end)
        take_back(queue);
    return told(queue);
}

static int append(struct queue *queue, const void *bytes, size_t size, sqlite3_int64 offset)
{
    struct batch *batch = filling(queue);
    if (batch->n_bytes + size > BATCH_BYTES || batch->n == BATCH_PIECES) {
        hand_over(queue);
        batch = filling(queue);
    }
    struct piece *last = batch->n > 0 ? &batch->pieces[batch->n - 1] : NULL;
    memcpy(batch->bytes + batch->n_bytes, bytes, size);
    batch->n_bytes += size;
    if (last != NULL && last->offset + (sqlite3_int64)last->size == offset &&
        last->size + size <= PIECE_BYTES_MAX)
        last->size += size;
    else
        batch->pieces[batch->n++] = (struct piece){.offset = offset, .size = size};
    return told(queue);
}

static bool waits(const struct queue *queue, sqlite3_int64 from, sqlite3_int64 to)
{
    for (size_t b = queue->first; b <= queue->end; b++) {
        const struct batch *batch = &queue->batches[b % N_BATCHES];
        for (size_t i = 0; i < batch->n; i++) {
            const struct piece *piece = &batch->pieces[i];
            if (piece->offset < to && from < piece->offset + (sqlite3_int64)piece->size)
                return true;
        }
    }
    return false;
}

static void queue_free(struct queue *queue)
{
    if (queue == NULL)
        return;
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
    if (queue == NULL)
        return file->real->pMethods->xRead(file->real, bytes, size, offset);
    int code = waits(queue, offset, offset + size) ? drain(queue) : told(queue);
    if (code != SQLITE_OK)
        return code;
    pthread_mutex_lock(&queue->calls);
    code = file->real->pMethods->xRead(file->real, bytes, size, offset);
    pthread_mutex_unlock(&queue->calls);
    return code;
}

static int file_write(sqlite3_file *base, const void *bytes, int size, sqlite3_int64 offset)
{
    struct file *file = file_of(base);
    if (file->queue != NULL && size <= PIECE_BYTES_MAX)
        return append(file->queue, bytes, (size_t)size, offset);
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
    if (file->queue != NULL && what == SQLITE_FCNTL_SIZE_HINT)
        return SQLITE_OK;
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

// What is not a main file (journals, temporary files) is SQLite's own from the start; there is room
// for either.
static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags,
                    int *ret_flags)
{
    sqlite3_vfs *own = sqlite3_vfs_find(NULL);
    (void)vfs;
    if ((flags & SQLITE_OPEN_MAIN_DB) == 0)
        return own->xOpen(own, name, base, flags, ret_flags);
    struct file *file = file_of(base);
    *file = (struct file){.real = (sqlite3_file *)(file + 1)};
    int code = own->xOpen(own, name, file->real, flags, ret_flags);
    // Else SQLite would not close what was half opened.
    if (file->real->pMethods != NULL)
        file->base.pMethods = &METHODS;
    return code;
}

// SQLite keeps a file system for as long as the process lives.
static sqlite3_vfs front;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void vfs_register(void)
{
    const sqlite3_vfs *own = sqlite3_vfs_find(NULL);
    if (own == NULL)
        return;
    front = *own;
    front.zName = "tanhui";
    front.pNext = NULL;
    front.szOsFile += (int)sizeof(struct file);
    front.xOpen = vfs_open;
    if (sqlite3_vfs_register(&front, 0) != SQLITE_OK)
        front.zName = NULL;
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
    if (file == NULL)
        return false;
    assert(file->queue == NULL);
    struct queue *queue = calloc(1, sizeof *queue);
    if (queue == NULL)
        return false;
    void *hand = queue;
    queue->real = file->real;
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
    if (file == NULL)
        return;
    (void)drain(file->queue);
    queue_free(file->queue);
    file->queue = NULL;
}
