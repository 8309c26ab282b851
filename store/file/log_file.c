#include "store/file/log_file_internal.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    // What waits at most, fifteen pages: SQLite's own file takes less than 128 KiB at once.
    WAITING_MAX = 128 * 1024 - 1,
    // Of a frame (https://www.sqlite.org/fileformat2.html, 4.1): the pages of the database after a
    // commit stand in the head of its last frame, in all others zero.
    HEAD_BYTES = 24,
    COMMIT_AT = 4,
    COMMIT_BYTES = 4
};

struct log_file {
    sqlite3_file base; // what SQLite sees: first
    sqlite3_file *real;
    unsigned char *bytes; // WAITING_MAX of them; NULL until something is written, or without memory
    size_t n;             // that wait
    sqlite3_int64 offset; // of the first one in the file; of what follows where none waits
    bool ends_commit;     // says the last head
};

static struct log_file *log_of(sqlite3_file *base)
{
    return (struct log_file *)base;
}

// Writes what waits. When that fails it is lost, which is what the caller is told.
static int flush(struct log_file *log)
{
    size_t n = log->n;
    if (n == 0) {
        return SQLITE_OK;
    }
    log->n = 0;
    log->offset += (sqlite3_int64)n;
    return log->real->pMethods->xWrite(log->real, log->bytes, (int)n,
                                       log->offset - (sqlite3_int64)n);
}

static bool says_commit(const unsigned char *head)
{
    static const unsigned char NONE[COMMIT_BYTES] = {0};
    return memcmp(head + COMMIT_AT, NONE, COMMIT_BYTES) != 0;
}

static int log_write(sqlite3_file *base, const void *bytes, int size, sqlite3_int64 offset)
{
    struct log_file *log = log_of(base);
    size_t n = (size_t)size;
    bool is_head = n == HEAD_BYTES;
    bool follows = offset == log->offset + (sqlite3_int64)log->n;
    if (!follows || n > WAITING_MAX - log->n) {
        int code = flush(log);
        if (code != SQLITE_OK) {
            return code;
        }
        log->offset = offset;
    }
    if (!log->bytes) {
        log->bytes = malloc(WAITING_MAX);
    }
    if (is_head) {
        log->ends_commit = says_commit(bytes);
    }
    // A head out of order is one that SQLite writes again, without its page.
    if (!log->bytes || n > WAITING_MAX || (is_head && !follows)) {
        log->offset = offset + size;
        return log->real->pMethods->xWrite(log->real, bytes, size, offset);
    }
    memcpy(log->bytes + log->n, bytes, n);
    log->n += n;
    return !is_head && log->ends_commit ? flush(log) : SQLITE_OK;
}

static int log_close(sqlite3_file *base)
{
    struct log_file *log = log_of(base);
    (void)flush(log); // nothing that was synced: SQLite closes without a word
    free(log->bytes);
    log->bytes = NULL;
    return log->real->pMethods->xClose(log->real);
}

static int log_read(sqlite3_file *base, void *bytes, int size, sqlite3_int64 offset)
{
    struct log_file *log = log_of(base);
    int code = flush(log);
    return code != SQLITE_OK ? code : log->real->pMethods->xRead(log->real, bytes, size, offset);
}

static int log_truncate(sqlite3_file *base, sqlite3_int64 size)
{
    struct log_file *log = log_of(base);
    int code = flush(log);
    return code != SQLITE_OK ? code : log->real->pMethods->xTruncate(log->real, size);
}

static int log_sync(sqlite3_file *base, int flags)
{
    struct log_file *log = log_of(base);
    int code = flush(log);
    return code != SQLITE_OK ? code : log->real->pMethods->xSync(log->real, flags);
}

static int log_size(sqlite3_file *base, sqlite3_int64 *ret_size)
{
    struct log_file *log = log_of(base);
    int code = flush(log);
    return code != SQLITE_OK ? code : log->real->pMethods->xFileSize(log->real, ret_size);
}

static int log_lock(sqlite3_file *base, int level)
{
    struct log_file *log = log_of(base);
    return log->real->pMethods->xLock(log->real, level);
}

static int log_unlock(sqlite3_file *base, int level)
{
    struct log_file *log = log_of(base);
    return log->real->pMethods->xUnlock(log->real, level);
}

static int log_reserved(sqlite3_file *base, int *ret_reserved)
{
    struct log_file *log = log_of(base);
    return log->real->pMethods->xCheckReservedLock(log->real, ret_reserved);
}

static int log_control(sqlite3_file *base, int what, void *argument)
{
    struct log_file *log = log_of(base);
    return log->real->pMethods->xFileControl(log->real, what, argument);
}

static int log_sector_size(sqlite3_file *base)
{
    struct log_file *log = log_of(base);
    return log->real->pMethods->xSectorSize(log->real);
}

static int log_characteristics(sqlite3_file *base)
{
    struct log_file *log = log_of(base);
    return log->real->pMethods->xDeviceCharacteristics(log->real);
}

// Shared memory and mapped pages belong to the main file.
static const sqlite3_io_methods METHODS = {
    .iVersion = 1,
    .xClose = log_close,
    .xRead = log_read,
    .xWrite = log_write,
    .xTruncate = log_truncate,
    .xSync = log_sync,
    .xFileSize = log_size,
    .xLock = log_lock,
    .xUnlock = log_unlock,
    .xCheckReservedLock = log_reserved,
    .xFileControl = log_control,
    .xSectorSize = log_sector_size,
    .xDeviceCharacteristics = log_characteristics,
};

size_t th_log_file_room(void)
{
    return sizeof(struct log_file);
}

int th_log_file_open(sqlite3_vfs *own, const char *name, sqlite3_file *base, int flags,
                     int *ret_flags)
{
    struct log_file *log = log_of(base);
    *log = (struct log_file){.real = (sqlite3_file *)(log + 1)};
    int code = own->xOpen(own, name, log->real, flags, ret_flags);
    // Else SQLite would not close what was half opened.
    if (log->real->pMethods) {
        log->base.pMethods = &METHODS;
    }
    return code;
}
