#include "core/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/file_internal.h"
#include "core/hash.h"
#include "core/text.h"

enum { TEMPORARY_TRIES = 8, READ_SIZE = 65536 };

// Who may read and write a new file; the process' mask may say less.
enum { ANYONE = 0666, OWNER = 0600 };

// What people can do something about has words and a status of its own; the rest is the machine's.
static enum th_status io_error(struct th_error *err, const char *path, int code)
{
    static const struct {
        int code;
        enum th_status status;
        const char *reason;
    } KNOWN[] = {{EACCES, TH_NOT_PERMITTED, "@io_reason.denied"},
                 {EPERM, TH_NOT_PERMITTED, "@io_reason.denied"},
                 {EROFS, TH_NOT_PERMITTED, "@io_reason.read_only"},
                 {EISDIR, TH_UNREADABLE, "@io_reason.folder"},
                 {ENOENT, TH_NOT_FOUND, "@io_reason.no_folder"},
                 {ENOTDIR, TH_NOT_FOUND, "@io_reason.no_folder"},
                 {EFBIG, TH_IO, "@io_reason.size_limit"},
                 {ENOSPC, TH_IO, "@io_reason.full"},
                 {EDQUOT, TH_IO, "@io_reason.full"}};
    char text[128] = "";
    for (size_t i = 0; i < sizeof(KNOWN) / sizeof(KNOWN[0]); i++) {
        if (KNOWN[i].code == code) {
            return th_error_set(err, KNOWN[i].status, "file_io", "path", path, "reason",
                                KNOWN[i].reason, NULL);
        }
    }
    if (strerror_r(code, text, sizeof(text)) != 0) {
        snprintf(text, sizeof(text), "errno %d", code);
    }
    return th_error_set(err, TH_IO, "file_io", "path", path, "reason", text, NULL);
}

enum th_status th_file_failed(struct th_error *err, const char *path, int code)
{
    return code == ENOMEM ? th_error_no_memory(err) : io_error(err, path, code);
}

enum th_status th_file_error(struct th_error *err, const char *path, int code)
{
    if (code == ENOENT || code == ENOTDIR) {
        return th_error_set(err, TH_NOT_FOUND, "file_not_found", "path", path, NULL);
    }
    return io_error(err, path, code);
}

enum th_status th_file_open(const char *path, FILE **ret_file, struct th_error *err)
{
    // Opening a pipe would wait for somebody who writes into it, reading a device might never end.
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat info;
    if (fd < 0 && errno != ENXIO) {
        return th_file_error(err, path, errno);
    }
    if (fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) {
        FILE *file = fdopen(fd, "rb");
        if (file != NULL) {
            *ret_file = file;
            return TH_OK;
        }
        close(fd);
        return th_error_no_memory(err);
    }
    bool folder = fd >= 0 && S_ISDIR(info.st_mode);
    if (fd >= 0) {
        close(fd);
    }
    return folder ? io_error(err, path, EISDIR)
                  : th_error_set(err, TH_UNREADABLE, "file_io", "path", path, "reason",
                                 "@io_reason.no_file", NULL);
}

static enum th_status read_all(FILE *file, const char *path, struct th_buf *content,
                               struct th_error *err)
{
    char chunk[READ_SIZE];
    size_t n = 0;
    while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0) {
        th_buf_append(content, chunk, n);
        if (content->failed) {
            break;
        }
    }
    if (ferror(file)) {
        return th_file_error(err, path, errno);
    }
    if (content->failed && !content->no_memory) {
        th_error_set(err, TH_LIMIT, "file_too_large", "path", path, NULL);
        th_error_add_int(err, "limit", (long long)content->limit);
        return TH_LIMIT;
    }
    return th_buf_check(content, err);
}

enum th_status th_file_read(const char *path, size_t limit, char **ret_data, size_t *ret_size,
                            struct th_error *err)
{
    struct th_buf content;
    th_buf_init(&content, limit);
    FILE *file = NULL;
    enum th_status status = th_file_open(path, &file, err);
    if (status != TH_OK) {
        return status;
    }
    status = read_all(file, path, &content, err);
    if (status == TH_OK) {
        size_t size = content.size;
        char *data = th_buf_take(&content);
        if (data == NULL) {
            status = th_error_no_memory(err);
        } else {
            *ret_data = data;
            *ret_size = size;
        }
    }
    th_buf_clear(&content);
    fclose(file);
    return status;
}

// 0 or an errno.
static int write_all(int fd, const void *data, size_t size)
{
    const char *at = data;
    while (size > 0) {
        ssize_t n = write(fd, at, size);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return errno;
        }
        at += n;
        size -= (size_t)n;
    }
    return 0;
}

// A pipe, a terminal or another thing that has no content to keep whole.
static int write_straight(const char *path, const void *data, size_t size)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) {
        return errno;
    }
    int code = write_all(fd, data, size);
    if (close(fd) != 0 && code == 0) {
        code = errno;
    }
    return code;
}

char *th_file_fresh_name(const char *path)
{
    size_t size = strlen(path) + 32;
    char *name = malloc(size);
    uint64_t random = 0;
    th_random_bytes(&random, sizeof(random));
    if (name != NULL) {
        snprintf(name, size, "%s.%016llx.tmp", path, (unsigned long long)random);
    }
    return name;
}

// Creates a file with a name of th_file_fresh_name, which goes to *ret_name (free()).
static int open_temporary(const char *path, mode_t mode, char **ret_name, int *ret_fd)
{
    int code = EEXIST;
    for (int i = 0; i < TEMPORARY_TRIES && code == EEXIST; i++) {
        char *name = th_file_fresh_name(path);
        if (name == NULL) {
            return ENOMEM;
        }
        int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (fd >= 0) {
            *ret_name = name;
            *ret_fd = fd;
            return 0;
        }
        code = errno;
        free(name);
    }
    return code;
}

// So that the new name survives a loss of power. A folder that cannot be synced is no failure:
// the file is whole either way.
static void sync_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash == NULL ? strdup(".") : strndup(path, (size_t)(slash - path) + 1);
    int fd = folder != NULL ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        (void)fsync(fd);
        close(fd);
    }
    free(folder);
}

// The whole content under another name beside the target, which goes to *ret_name (free()).
static int write_fresh(const char *path, const void *data, size_t size, mode_t mode,
                       char **ret_name)
{
    char *name = NULL;
    int fd = -1;
    int code = open_temporary(path, mode, &name, &fd);
    if (name == NULL) {
        return code;
    }
    code = write_all(fd, data, size);
    if (code == 0 && fsync(fd) != 0) {
        code = errno;
    }
    if (close(fd) != 0 && code == 0) {
        code = errno;
    }
    if (code == 0) {
        *ret_name = name;
        return 0;
    }
    unlink(name);
    free(name);
    return code;
}

static int write_beside(const char *path, const void *data, size_t size, mode_t mode)
{
    char *name = NULL;
    int code = write_fresh(path, data, size, mode, &name);
    if (name == NULL) {
        return code;
    }
    if (rename(name, path) != 0) {
        code = errno;
    }
    if (code == 0) {
        sync_folder(path);
    } else {
        unlink(name);
    }
    free(name);
    return code;
}

static enum th_status replace(const char *path, const void *data, size_t size, mode_t mode,
                              struct th_error *err)
{
    struct stat info;
    bool exists = stat(path, &info) == 0;
    int code = 0;
    if (exists && S_ISDIR(info.st_mode)) {
        code = EISDIR;
    } else if (exists && !S_ISREG(info.st_mode)) {
        code = write_straight(path, data, size);
    } else {
        // A link stays a link: the file it leads to is replaced.
        char *target = exists ? realpath(path, NULL) : NULL;
        code = write_beside(target != NULL ? target : path, data, size, mode);
        free(target);
    }
    if (code == ENOMEM) {
        return th_error_no_memory(err);
    }
    return code == 0 ? TH_OK : io_error(err, path, code);
}

enum th_status th_file_write(const char *path, const void *data, size_t size, struct th_error *err)
{
    return replace(path, data, size, ANYONE, err);
}

enum th_status th_file_write_private(const char *path, const void *data, size_t size,
                                     struct th_error *err)
{
    return replace(path, data, size, OWNER, err);
}

enum th_status th_file_check_target(const char *path, struct th_error *err)
{
    struct stat info;
    if (stat(path, &info) == 0) {
        return S_ISDIR(info.st_mode) ? io_error(err, path, EISDIR) : TH_OK;
    }
    const char *slash = strrchr(path, '/');
    char *folder = slash == NULL ? strdup(".") : strndup(path, (size_t)(slash - path) + 1);
    if (folder == NULL) {
        return th_error_no_memory(err);
    }
    int code = access(folder, W_OK | X_OK) == 0 ? 0 : errno;
    free(folder);
    return code == 0 ? TH_OK : io_error(err, path, code);
}

// The first of "name-2.csv", "name-3.csv" … that nothing has; *ret_name is the caller's (free()).
// Without such a one, or without memory, it stays NULL.
static void find_free_name(const char *path, char **ret_name)
{
    enum { LAST = 999 };
    const char *base = th_file_base_name(path);
    const char *dot = strrchr(base, '.');
    size_t stem = dot == NULL || dot == base ? strlen(path) : (size_t)(dot - path);
    size_t size = strlen(path) + 8;
    char *name = malloc(size);
    struct stat info;
    for (int i = 2; name != NULL && i <= LAST; i++) {
        snprintf(name, size, "%.*s-%d%s", (int)stem, path, i, path + stem);
        if (lstat(name, &info) != 0 && errno == ENOENT) {
            *ret_name = name;
            return;
        }
    }
    free(name);
}

static enum th_status refuse_existing(const char *path, struct th_error *err)
{
    char *name = NULL;
    find_free_name(path, &name);
    enum th_status status = th_error_set(err, TH_CONFLICT, "file_exists", "path", path, "free",
                                         name == NULL ? "" : name, NULL);
    free(name);
    return status;
}

// SQLite takes a file of such a name for a part of the one beside it.
static enum th_status refuse_beside_database(const char *path, struct th_error *err)
{
    static const char *const SUFFIXES[] = {"-journal", "-wal", "-shm"};
    enum th_status status = TH_OK;
    char *base = th_text_duplicate(path);
    if (base == NULL) {
        return th_error_no_memory(err);
    }
    size_t size = strlen(base);
    for (size_t i = 0; status == TH_OK && i < sizeof(SUFFIXES) / sizeof(SUFFIXES[0]); i++) {
        size_t suffix = strlen(SUFFIXES[i]);
        if (size <= suffix || strcmp(path + size - suffix, SUFFIXES[i]) != 0) {
            continue;
        }
        base[size - suffix] = '\0';
        if (th_file_exists(base)) {
            status = th_error_set(err, TH_CONFLICT, "file_beside_database", "path", path, "beside",
                                  base, NULL);
        }
    }
    free(base);
    return status;
}

enum th_status th_file_check_new(const char *path, struct th_error *err)
{
    struct stat info;
    enum th_status status = th_file_check_target(path, err);
    if (status == TH_OK) {
        status = refuse_beside_database(path, err);
    }
    // A link that leads nowhere has the name as well.
    return status == TH_OK && lstat(path, &info) == 0 ? refuse_existing(path, err) : status;
}

// Where the file system cannot rename without replacing. Killed in between, the file has two names.
static int publish_by_link(const char *fresh, const char *path)
{
    if (link(fresh, path) != 0) {
        return errno;
    }
    (void)unlink(fresh);
    return 0;
}

// Where hard links are unknown (exFAT), an empty file of that name is claimed first and replaced.
static int publish_by_claim(const char *fresh, const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0) {
        return errno;
    }
    close(fd);
    if (rename(fresh, path) == 0) {
        return 0;
    }
    int code = errno;
    (void)unlink(path);
    return code;
}

enum th_status th_file_publish(const char *fresh, const char *path, struct th_error *err)
{
    int code = th_file_rename_new(fresh, path);
    if (code == EINVAL || code == ENOSYS) {
        code = publish_by_link(fresh, path);
    }
    if (code == EPERM || code == EOPNOTSUPP || code == ENOSYS || code == EMLINK) {
        code = publish_by_claim(fresh, path);
    }
    if (code == EEXIST) {
        return refuse_existing(path, err);
    }
    if (code != 0) {
        return io_error(err, path, code);
    }
    sync_folder(path);
    return TH_OK;
}

static enum th_status write_new(const char *path, const void *data, size_t size, mode_t mode,
                                struct th_error *err)
{
    char *fresh = NULL;
    enum th_status status = th_file_check_new(path, err);
    if (status != TH_OK) {
        return status;
    }
    int code = write_fresh(path, data, size, mode, &fresh);
    if (code == ENOMEM) {
        return th_error_no_memory(err);
    }
    if (code != 0) {
        return io_error(err, path, code);
    }
    status = th_file_publish(fresh, path, err);
    if (status != TH_OK) {
        (void)unlink(fresh);
    }
    free(fresh);
    return status;
}

enum th_status th_file_write_new(const char *path, const void *data, size_t size,
                                 struct th_error *err)
{
    return write_new(path, data, size, ANYONE, err);
}

enum th_status th_file_write_secret(const char *path, const void *data, size_t size,
                                    struct th_error *err)
{
    return write_new(path, data, size, OWNER, err);
}

bool th_file_exists(const char *path)
{
    struct stat info;
    return path != NULL && stat(path, &info) == 0;
}

bool th_file_is_open_to_others(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && (info.st_mode & (S_IRWXG | S_IRWXO)) != 0;
}

const char *th_file_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}
