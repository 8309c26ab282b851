// The reader's sandbox around a process that tries what it must not.
#define _GNU_SOURCE 1

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/file.h"
#include "gis/reader/sandbox_internal.h"
#include "tests/support/support.h"

// Where a probe works: a folder with source.gpkg, source.prj and other.gpkg in it.
struct place {
    char source[TH_TEST_PATH_SIZE];
    char companion[TH_TEST_PATH_SIZE];
    char namesake[TH_TEST_PATH_SIZE];
    char other[TH_TEST_PATH_SIZE];
};

enum { DONE = 0, REFUSED = 10 };

static int opened(const char *path, int flags)
{
    int file = open(path, flags | O_CLOEXEC, 0600);
    return file >= 0 ? DONE : errno == EROFS ? REFUSED : errno == EACCES ? REFUSED + 1 : 1;
}

static int try_socket(const struct place *place)
{
    (void)place;
    return socket(AF_INET, SOCK_STREAM, 0) >= 0 ? DONE : 1;
}

static int try_unix_socket(const struct place *place)
{
    int ends[2];
    (void)place;
    return socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0 ? DONE : 1;
}

static int try_execve(const struct place *place)
{
    char *const arguments[] = {(char[]){"true"}, NULL};
    char *const environment[] = {NULL};
    (void)place;
    (void)execve("/bin/true", arguments, environment);
    return 1;
}

static int try_fork(const struct place *place)
{
    (void)place;
    return fork() >= 0 ? DONE : 1;
}

static void *nothing(void *context)
{
    return context;
}

static int try_thread(const struct place *place)
{
    pthread_t thread;
    (void)place;
    return pthread_create(&thread, NULL, nothing, NULL) == 0 ? DONE : 1;
}

static int try_unlink(const struct place *place)
{
    return unlink(place->source) == 0 ? DONE : 1;
}

static int try_rename(const struct place *place)
{
    return rename(place->source, place->other) == 0 ? DONE : 1;
}

static int try_mkdir(const struct place *place)
{
    char path[TH_TEST_PATH_SIZE + 2];
    snprintf(path, sizeof(path), "%s.d", place->source);
    return mkdir(path, 0700) == 0 ? DONE : 1;
}

static int try_chmod(const struct place *place)
{
    return chmod(place->source, 0777) == 0 ? DONE : 1;
}

static int try_truncate(const struct place *place)
{
    return truncate(place->source, 0) == 0 ? DONE : 1;
}

static int try_kill(const struct place *place)
{
    (void)place;
    return kill(getppid(), 0) == 0 ? DONE : 1;
}

static int try_ptrace(const struct place *place)
{
    (void)place;
    return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 ? DONE : 1;
}

static int try_raise_limit(const struct place *place)
{
    (void)place;
    return syscall(SYS_setrlimit, 0, NULL) == 0 ? DONE : 1;
}

static int try_read(const struct place *place)
{
    return opened(place->source, O_RDONLY);
}

static int try_read_companion(const struct place *place)
{
    return opened(place->companion, O_RDONLY);
}

static int try_read_namesake(const struct place *place)
{
    return opened(place->namesake, O_RDONLY);
}

static int try_read_other(const struct place *place)
{
    return opened(place->other, O_RDONLY);
}

static int try_read_passwd(const struct place *place)
{
    (void)place;
    return opened("/etc/passwd", O_RDONLY);
}

static int try_write(const struct place *place)
{
    return opened(place->source, O_WRONLY);
}

static int try_read_write(const struct place *place)
{
    return opened(place->source, O_RDWR);
}

static int try_create(const struct place *place)
{
    char path[TH_TEST_PATH_SIZE + 4];
    snprintf(path, sizeof(path), "%s.gfs", place->source);
    return opened(path, O_WRONLY | O_CREAT | O_TRUNC);
}

static int try_create_to_read(const struct place *place)
{
    char path[TH_TEST_PATH_SIZE + 4];
    snprintf(path, sizeof(path), "%s.gfs", place->source);
    return opened(path, O_RDONLY | O_CREAT);
}

static int try_much_memory(const struct place *place)
{
    char *volatile block = malloc((size_t)256 << 20);
    (void)place;
    bool refused = block == NULL;
    free(block);
    return refused ? REFUSED : DONE;
}

static int try_little_memory(const struct place *place)
{
    char *volatile block = malloc((size_t)16 << 20);
    (void)place;
    bool refused = block == NULL;
    free(block);
    return refused ? REFUSED : DONE;
}

static int try_much_time(const struct place *place)
{
    (void)place;
    for (volatile unsigned n = 0; n + 1 != 0; n++) {
        n &= 0xffff;
    }
    return DONE;
}

static const struct {
    const char *label;
    int (*attempt)(const struct place *place);
    int signal; // by which it dies, or 0
    int exit_code;
    bool by_landlock;
} PROBES[] = {
    {"a socket", try_socket, SIGSYS, 0, false},
    {"a pair of sockets", try_unix_socket, SIGSYS, 0, false},
    {"another program", try_execve, SIGSYS, 0, false},
    {"another process", try_fork, SIGSYS, 0, false},
    {"a thread", try_thread, SIGSYS, 0, false},
    {"removing the source", try_unlink, SIGSYS, 0, false},
    {"renaming it", try_rename, SIGSYS, 0, false},
    {"a folder", try_mkdir, SIGSYS, 0, false},
    {"other rights", try_chmod, SIGSYS, 0, false},
    {"cutting it", try_truncate, SIGSYS, 0, false},
    {"a signal to the parent", try_kill, SIGSYS, 0, false},
    {"tracing", try_ptrace, SIGSYS, 0, false},
    {"other limits", try_raise_limit, SIGSYS, 0, false},
    {"time without end", try_much_time, SIGXCPU, 0, false},
    {"opening for writing", try_write, 0, REFUSED, false},
    {"opening for both", try_read_write, 0, REFUSED, false},
    {"a new file", try_create, 0, REFUSED, false},
    {"a new file, to read", try_create_to_read, 0, REFUSED, false},
    {"more memory than allowed", try_much_memory, 0, REFUSED, false},
    {"memory within the limit", try_little_memory, 0, DONE, false},
    {"reading the source", try_read, 0, DONE, false},
    {"reading its companion", try_read_companion, 0, DONE, false},
    {"reading what only bears its name", try_read_namesake, 0, REFUSED + 1, true},
    {"reading its neighbour", try_read_other, 0, REFUSED + 1, true},
    {"reading a file of the system", try_read_passwd, 0, REFUSED + 1, true},
};

static bool has_landlock(void)
{
    return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) >= 1;
}

static void file_put(char path[TH_TEST_PATH_SIZE], const char *folder, const char *name)
{
    struct th_error err = {0};
    assert_ok(th_file_write(th_test_path(path, folder, name), "x", 1, &err), &err);
}

static void enter__what_a_reader_must_not_do_ends_it_or_is_refused(void **state)
{
    char folder[TH_TEST_PATH_SIZE];
    struct place place;
    (void)state;
    th_test_folder_make(folder);
    file_put(place.source, folder, "source.shp");
    file_put(place.namesake, folder, "source.txt");
    file_put(place.companion, folder, "source.prj");
    file_put(place.other, folder, "other.gpkg");
    for (size_t i = 0; i < sizeof(PROBES) / sizeof(PROBES[0]); i++) {
        if (PROBES[i].by_landlock && !has_landlock()) {
            print_message("  not tried, the kernel has no Landlock: %s\n", PROBES[i].label);
            continue;
        }
        print_message("  %s\n", PROBES[i].label);
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            const struct th_sandbox sandbox = {
                .memory_size = (uint64_t)64 << 20, .cpu_s = 1, .source = place.source};
            if (th_sandbox_enter(&sandbox, NULL) != TH_OK) {
                _exit(99);
            }
            _exit(PROBES[i].attempt(&place));
        }
        int ending = 0;
        assert_int_equal(waitpid(pid, &ending, 0), pid);
        assert_int_equal(WIFSIGNALED(ending) ? WTERMSIG(ending) : 0, PROBES[i].signal);
        if (PROBES[i].signal == 0) {
            assert_int_equal(WEXITSTATUS(ending), PROBES[i].exit_code);
        }
        assert_true(th_file_exists(place.source));
    }
    th_test_folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(enter__what_a_reader_must_not_do_ends_it_or_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
