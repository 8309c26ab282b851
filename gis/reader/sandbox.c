// Landlock has no wrapper in the C library.
#define _GNU_SOURCE 1

#include "gis/reader/sandbox_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gis/source_files_internal.h"

enum { FILES_MAX = 64, PATH_SIZE = 4096 };

static enum th_status failed(const char *what, int number, struct th_error *err)
{
    char detail[128];
    snprintf(detail, sizeof(detail), "%s: %s", what, strerror(number));
    return th_error_set(err, TH_INTERNAL, "reader_sandbox", "detail", detail, NULL);
}

// Address space in use, in bytes; 0 when the system does not tell.
static uint64_t mapped_size(void)
{
    unsigned long long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file == NULL) {
        return 0;
    }
    char line[128];
    if (fgets(line, sizeof(line), file) != NULL) {
        pages = strtoull(line, NULL, 10);
    }
    fclose(file);
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static enum th_status limits_set(const struct th_sandbox *sandbox, struct th_error *err)
{
    uint64_t mapped = mapped_size();
    if (mapped == 0) {
        return failed("/proc/self/statm", errno, err);
    }
    // Over the soft limit of time comes SIGXCPU, which ends the process and tells the parent why.
    const struct {
        __rlimit_resource_t resource;
        rlim_t soft;
        rlim_t hard;
        const char *name;
    } LIMITS[] = {
        {RLIMIT_AS, mapped + sandbox->memory_size, mapped + sandbox->memory_size, "RLIMIT_AS"},
        {RLIMIT_CPU, sandbox->cpu_s, sandbox->cpu_s + 1, "RLIMIT_CPU"},
        {RLIMIT_FSIZE, 0, 0, "RLIMIT_FSIZE"},
        {RLIMIT_CORE, 0, 0, "RLIMIT_CORE"},
        {RLIMIT_NOFILE, FILES_MAX, FILES_MAX, "RLIMIT_NOFILE"},
        {RLIMIT_NPROC, 0, 0, "RLIMIT_NPROC"},
    };
    for (size_t i = 0; i < sizeof(LIMITS) / sizeof(LIMITS[0]); i++) {
        struct rlimit limit = {LIMITS[i].soft, LIMITS[i].hard};
        struct rlimit now;
        // A harder limit that stands already stays.
        if (getrlimit(LIMITS[i].resource, &now) == 0) {
            limit.rlim_max = limit.rlim_max < now.rlim_max ? limit.rlim_max : now.rlim_max;
            limit.rlim_cur = limit.rlim_cur < limit.rlim_max ? limit.rlim_cur : limit.rlim_max;
        }
        if (setrlimit(LIMITS[i].resource, &limit) != 0) {
            return failed(LIMITS[i].name, errno, err);
        }
    }
    return TH_OK;
}

// Adds a file or folder to what may be read. What is not there need not be allowed.
static void path_allow(int ruleset, const char *path, uint64_t access)
{
    struct stat facts;
    int file = open(path, O_PATH | O_CLOEXEC);
    if (file < 0) {
        return;
    }
    if (fstat(file, &facts) == 0) {
        struct landlock_path_beneath_attr rule = {
            .allowed_access = S_ISDIR(facts.st_mode) ? access : LANDLOCK_ACCESS_FS_READ_FILE,
            .parent_fd = file};
        (void)syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    }
    close(file);
}

// Only what is digested, or else what is confirmed could be something else than what was seen.
static void source_allow(int ruleset, const char *path)
{
    struct stat facts;
    struct th_source_files files = {0};
    char file[PATH_SIZE];
    if (stat(path, &facts) == 0 && S_ISDIR(facts.st_mode)) {
        path_allow(ruleset, path, LANDLOCK_ACCESS_FS_READ_DIR);
    }
    if (th_source_files_list(path, &files, NULL) != TH_OK) {
        return;
    }
    for (size_t i = 0; i < files.n; i++) {
        int size = snprintf(file, sizeof(file), "%s%s", files.folder, files.items[i].name);
        if (size > 0 && (size_t)size < sizeof(file)) {
            path_allow(ruleset, file, LANDLOCK_ACCESS_FS_READ_FILE);
        }
    }
    th_source_files_clear(&files);
}

static void files_restrict(const char *source)
{
    static const char *const SYSTEM[] = {
        "/usr/lib",        "/usr/lib64",          "/lib",
        "/lib64",          "/usr/local/lib",      "/usr/share/gdal",
        "/usr/share/proj", "/etc/ld.so.cache",    "/dev/null",
        "/dev/urandom",    "/usr/share/zoneinfo", "/etc/localtime"};
    static const char *const VARIABLES[] = {"GDAL_DATA", "PROJ_LIB", "PROJ_DATA"};
    const uint64_t reading = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
    struct landlock_ruleset_attr attributes = {.handled_access_fs =
                                                   LANDLOCK_ACCESS_FS_MAKE_SYM * 2 - 1};
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof(attributes), 0);
    if (ruleset < 0) {
        return;
    }
    for (size_t i = 0; i < sizeof(SYSTEM) / sizeof(SYSTEM[0]); i++) {
        path_allow(ruleset, SYSTEM[i], reading);
    }
    for (size_t i = 0; i < sizeof(VARIABLES) / sizeof(VARIABLES[0]); i++) {
        const char *path = getenv(VARIABLES[i]);
        if (path != NULL && path[0] == '/') {
            path_allow(ruleset, path, reading);
        }
    }
    source_allow(ruleset, source);
    (void)syscall(SYS_landlock_restrict_self, ruleset, 0);
    close(ruleset);
}

// What reading, computing and answering on an open pipe need. Everything else ends the process.
static const int calls_allowed[] = {
    SCMP_SYS(read),         SCMP_SYS(pread64),      SCMP_SYS(readv),
    SCMP_SYS(preadv),       SCMP_SYS(lseek),        SCMP_SYS(close),
    SCMP_SYS(fstat),        SCMP_SYS(stat),         SCMP_SYS(lstat),
    SCMP_SYS(newfstatat),   SCMP_SYS(statx),        SCMP_SYS(statfs),
    SCMP_SYS(fstatfs),      SCMP_SYS(access),       SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),   SCMP_SYS(readlink),     SCMP_SYS(readlinkat),
    SCMP_SYS(getdents64),   SCMP_SYS(getcwd),       SCMP_SYS(fadvise64),
    SCMP_SYS(readahead),    SCMP_SYS(flock),        SCMP_SYS(write),
    SCMP_SYS(writev),       SCMP_SYS(poll),         SCMP_SYS(ppoll),
    SCMP_SYS(mmap),         SCMP_SYS(munmap),       SCMP_SYS(mremap),
    SCMP_SYS(mprotect),     SCMP_SYS(madvise),      SCMP_SYS(brk),
    SCMP_SYS(futex),        SCMP_SYS(sched_yield),  SCMP_SYS(sched_getaffinity),
    SCMP_SYS(rseq),         SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),  SCMP_SYS(restart_syscall),
    SCMP_SYS(getpid),       SCMP_SYS(gettid),       SCMP_SYS(getuid),
    SCMP_SYS(geteuid),      SCMP_SYS(getgid),       SCMP_SYS(getegid),
    SCMP_SYS(uname),        SCMP_SYS(sysinfo),      SCMP_SYS(getrusage),
    SCMP_SYS(times),        SCMP_SYS(gettimeofday), SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres), SCMP_SYS(nanosleep),    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(time),         SCMP_SYS(getrandom),    SCMP_SYS(getrlimit),
    SCMP_SYS(exit),         SCMP_SYS(exit_group)};

static int calls_filter(scmp_filter_ctx filter)
{
    static const unsigned WRITING[] = {O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND};
    const scmp_datum_t any_writing = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND;
    const uint32_t read_only = SCMP_ACT_ERRNO(EROFS);
    int result = 0;
    for (size_t i = 0; result == 0 && i < sizeof(calls_allowed) / sizeof(calls_allowed[0]); i++) {
        result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls_allowed[i], 0);
    }
    if (result == 0) {
        result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
                                  SCMP_A2(SCMP_CMP_MASKED_EQ, any_writing, 0));
    }
    for (size_t i = 0; result == 0 && i < sizeof(WRITING) / sizeof(WRITING[0]); i++) {
        result = seccomp_rule_add(filter, read_only, SCMP_SYS(openat), 1,
                                  SCMP_A2(SCMP_CMP_MASKED_EQ, WRITING[i], WRITING[i]));
    }
    // SQLite tidies up what it opens, and does not mind when it may not.
    static const int TIDYING[] = {SCMP_SYS(fchown), SCMP_SYS(fchmod), SCMP_SYS(ftruncate),
                                  SCMP_SYS(fsync), SCMP_SYS(fdatasync)};
    for (size_t i = 0; result == 0 && i < sizeof(TIDYING) / sizeof(TIDYING[0]); i++) {
        result = seccomp_rule_add(filter, read_only, TIDYING[i], 0);
    }
    // Locks and descriptor flags; not the owner of signals.
    static const int FCNTL[] = {F_GETFD, F_SETFD, F_GETFL, F_GETLK, F_SETLK, F_DUPFD_CLOEXEC};
    for (size_t i = 0; result == 0 && i < sizeof(FCNTL) / sizeof(FCNTL[0]); i++) {
        result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1,
                                  SCMP_A1(SCMP_CMP_EQ, (scmp_datum_t)FCNTL[i]));
    }
    // abort() signals the process itself; limits may be asked for, not changed.
    if (result == 0) {
        result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                                  SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
    }
    if (result == 0) {
        result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1,
                                  SCMP_A2(SCMP_CMP_EQ, 0));
    }
    // Is it a terminal? It is not.
    if (result == 0) {
        result = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOTTY), SCMP_SYS(ioctl), 0);
    }
    return result;
}

static enum th_status calls_restrict(struct th_error *err)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (filter == NULL) {
        return failed("seccomp_init", ENOMEM, err);
    }
    int result = calls_filter(filter);
    if (result == 0) {
        result = seccomp_load(filter);
    }
    seccomp_release(filter);
    return result == 0 ? TH_OK : failed("seccomp", -result, err);
}

enum th_status th_sandbox_enter(const struct th_sandbox *sandbox, struct th_error *err)
{
    // First of all, since it looks into /proc.
    enum th_status status = limits_set(sandbox, err);
    if (status != TH_OK) {
        return status;
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
        return failed("prctl", errno, err);
    }
    files_restrict(sandbox->source);
    return calls_restrict(err);
}
