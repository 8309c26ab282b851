// Closing all descriptors of the child, the size of a pipe and the names of signals are extensions.
#define _GNU_SOURCE 1

#include "gis/reader_process_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/text.h"
#include "gis/companion_internal.h"

enum {
    PIPE_SIZE = 1024 * 1024, // the most that a user may have without asking
    CPU_S = 600,
    ARGUMENTS_MAX = 12,
    ARGUMENT_SIZE_MAX = 16 * 1024,
    ENVIRONMENT_MAX = 8
};
static const uint64_t memory_size_default = (uint64_t)2 << 30;

struct th_reader_process {
    pid_t pid; // 0 when it is reaped
    int in;
};

char *th_reader_program(void)
{
    return th_companion_find("TANHUI_READER", "tanhui-reader");
}

// Texts of arguments and environment, kept as offsets while the buffer grows.
struct list {
    struct th_buf text;
    size_t offsets[ARGUMENTS_MAX];
    size_t n;
};

static void list_add(struct list *list, const char *name, const char *value)
{
    if (value != NULL && list->n < ARGUMENTS_MAX) {
        list->offsets[list->n++] = list->text.size;
        th_buf_printf(&list->text, "%s%s", name, value);
        th_buf_append(&list->text, "", 1);
    }
}

static void list_pointers(const struct list *list, char **pointers)
{
    for (size_t i = 0; i < list->n; i++) {
        pointers[i] = list->text.data + list->offsets[i];
    }
    pointers[list->n] = NULL;
}

static void arguments_make(const char *path, const struct th_reader_options *options,
                           struct list *list)
{
    const struct th_reader_limits *limits = &options->limits;
    char number[64];
    list_add(list, "tanhui-reader", "");
    list_add(list, "path=", path);
    list_add(list, "layer=", options->layer);
    list_add(list, "encoding=", options->encoding);
    list_add(list, "shapeless=", options->shapeless ? "1" : NULL);
    double step = options->curve_step_deg > 0 ? options->curve_step_deg : TH_READER_CURVE_STEP_DEG;
    snprintf(number, sizeof(number), "%.17g", step);
    list_add(list, "curve_step_deg=", number);
    uint64_t memory_size = limits->memory_size > 0 ? limits->memory_size : memory_size_default;
    snprintf(number, sizeof(number), "%" PRIu64, memory_size);
    list_add(list, "memory_size=", number);
    snprintf(number, sizeof(number), "%u", limits->cpu_s > 0 ? limits->cpu_s : CPU_S);
    list_add(list, "cpu_s=", number);
    snprintf(number, sizeof(number), "%ld", (long)getpid());
    list_add(list, "parent=", number);
}

// What GDAL and PROJ need to find their data, and nothing by which they could be told more.
static void environment_make(struct list *list)
{
    list_add(list, "LANG=", "C.UTF-8");
    list_add(list, "TZ=", "UTC");
    list_add(list, "PROJ_NETWORK=", "OFF");
    list_add(list, "GDAL_DATA=", getenv("GDAL_DATA"));
    list_add(list, "PROJ_LIB=", getenv("PROJ_LIB"));
    list_add(list, "PROJ_DATA=", getenv("PROJ_DATA"));
}

// Signals as a new program has them: what the parent ignores or blocks is its own affair.
static int signals_reset(posix_spawnattr_t *attributes)
{
    sigset_t all;
    sigset_t none;
    int result = sigfillset(&all) != 0 || sigemptyset(&none) != 0 ? errno : 0;
    if (result == 0) {
        result = posix_spawnattr_setsigdefault(attributes, &all);
    }
    if (result == 0) {
        result = posix_spawnattr_setsigmask(attributes, &none);
    }
    if (result == 0) {
        result =
            posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    }
    return result;
}

// Returns 0 or an error number.
static int spawn(const char *program, char **arguments, char **environment, int out, pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int result = posix_spawn_file_actions_init(&actions);
    if (result != 0) {
        return result;
    }
    result = posix_spawnattr_init(&attributes);
    if (result != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return result;
    }
    result = signals_reset(&attributes);
    if (result == 0) {
        result = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    }
    if (result == 0) {
        result = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    }
    if (result == 0) {
        result =
            posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    }
    if (result == 0) {
        result = posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    }
    if (result == 0) {
        result = posix_spawn(ret_pid, program, &actions, &attributes, arguments, environment);
    }
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return result;
}

static enum th_status program_missing(struct th_error *err)
{
    return th_error_set(err, TH_INTERNAL, "reader_missing", NULL);
}

static enum th_status start(const char *program, struct list *arguments, struct list *environment,
                            struct th_reader_process *process, struct th_error *err)
{
    char *argument_pointers[ARGUMENTS_MAX + 1];
    char *environment_pointers[ARGUMENTS_MAX + 1];
    int ends[2];
    enum th_status status = th_buf_check(&arguments->text, err);
    if (status == TH_OK) {
        status = th_buf_check(&environment->text, err);
    }
    if (status != TH_OK) {
        return status;
    }
    list_pointers(arguments, argument_pointers);
    list_pointers(environment, environment_pointers);
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return th_error_set(err, TH_IO, "reader_start", "detail", strerror(errno), NULL);
    }
    (void)fcntl(ends[1], F_SETPIPE_SZ, PIPE_SIZE); // slower without, not wrong
    int result = spawn(program, argument_pointers, environment_pointers, ends[1], &process->pid);
    close(ends[1]);
    if (result == 0 && fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) {
        result = errno;
    }
    process->in = ends[0];
    if (result == ENOENT || result == EACCES || result == ENOEXEC) {
        return program_missing(err);
    }
    return result == 0 ? TH_OK
                       : th_error_set(err, TH_IO, "reader_start", "detail", strerror(result), NULL);
}

enum th_status th_reader_process_start(const char *path, const struct th_reader_options *options,
                                       struct th_reader_process **ret_process, struct th_error *err)
{
    struct list arguments = {.n = 0};
    struct list environment = {.n = 0};
    char *program =
        options->program != NULL ? th_text_duplicate(options->program) : th_reader_program();
    struct th_reader_process *process = calloc(1, sizeof(*process));
    enum th_status status = TH_OK;
    th_buf_init(&arguments.text, ARGUMENT_SIZE_MAX);
    th_buf_init(&environment.text, ARGUMENT_SIZE_MAX);
    if (process == NULL) {
        status = th_error_no_memory(err);
    } else if (program == NULL) {
        process->in = -1;
        status = program_missing(err);
    } else {
        process->in = -1;
        arguments_make(path, options, &arguments);
        environment_make(&environment);
        status = start(program, &arguments, &environment, process, err);
    }
    th_buf_clear(&arguments.text);
    th_buf_clear(&environment.text);
    free(program);
    if (status != TH_OK) {
        th_reader_process_end(process);
        return status;
    }
    *ret_process = process;
    return TH_OK;
}

// Waits for its end; 0 when that cannot be learned any more.
static int reap(struct th_reader_process *process)
{
    int ending = 0;
    pid_t pid = -1;
    do {
        pid = waitpid(process->pid, &ending, 0);
    } while (pid < 0 && errno == EINTR);
    process->pid = 0;
    return pid < 0 ? 0 : ending;
}

void th_reader_process_end(struct th_reader_process *process)
{
    if (process == NULL) {
        return;
    }
    if (process->in >= 0) {
        close(process->in);
    }
    if (process->pid > 0) {
        (void)kill(process->pid, SIGKILL);
        (void)reap(process);
    }
    free(process);
}

// It closed the pipe without a last word.
static enum th_status died(struct th_reader_process *process, struct th_error *err)
{
    char how[32];
    // What closes its output and goes on is ended.
    siginfo_t facts = {0};
    struct timespec moment = {0, 10 * 1000 * 1000};
    for (int i = 0; i < 200; i++) {
        if (waitid(P_PID, (id_t)process->pid, &facts, WEXITED | WNOHANG | WNOWAIT) != 0 ||
            facts.si_pid != 0) {
            break;
        }
        (void)nanosleep(&moment, NULL);
    }
    if (facts.si_pid == 0) {
        (void)kill(process->pid, SIGKILL);
    }
    int ending = reap(process);
    if (WIFSIGNALED(ending) && WTERMSIG(ending) == SIGXCPU) {
        return th_error_set(err, TH_UNREADABLE, "reader_limit", NULL);
    }
    if (WIFEXITED(ending) && WEXITSTATUS(ending) == TH_WIRE_EXIT_MEMORY) {
        return th_error_set(err, TH_UNREADABLE, "reader_limit", NULL);
    }
    if (WIFSIGNALED(ending)) {
        const char *name = sigabbrev_np(WTERMSIG(ending));
        snprintf(how, sizeof(how), "%s", name == NULL ? "?" : name);
    } else {
        snprintf(how, sizeof(how), "exit %d", WEXITSTATUS(ending));
    }
    return th_error_set(err, TH_UNREADABLE, "reader_crashed", "signal", how, NULL);
}

static int64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// Waits for bytes until the deadline.
static enum th_status wait_readable(const struct th_reader_process *process, int64_t deadline_ms,
                                    unsigned silence_s, struct th_error *err)
{
    for (;;) {
        int64_t left_ms = deadline_ms - now_ms();
        struct pollfd in = {.fd = process->in, .events = POLLIN};
        int timeout_ms = left_ms > INT32_MAX ? INT32_MAX : (int)left_ms;
        int n = left_ms <= 0 ? 0 : poll(&in, 1, timeout_ms);
        if (n > 0) {
            return TH_OK;
        }
        if (n == 0 && left_ms <= timeout_ms) {
            enum th_status status = th_error_set(err, TH_UNREADABLE, "reader_silent", NULL);
            th_error_add_int(err, "seconds", silence_s);
            return status;
        }
        if (n < 0 && errno != EINTR) {
            return th_error_set(err, TH_IO, "reader_start", "detail", strerror(errno), NULL);
        }
    }
}

static enum th_status read_all(struct th_reader_process *process, int64_t deadline_ms,
                               unsigned silence_s, void *target, size_t size, struct th_error *err)
{
    unsigned char *at = target;
    enum th_status status = TH_OK;
    while (status == TH_OK && size > 0) {
        ssize_t n = read(process->in, at, size);
        if (n > 0) {
            at += n;
            size -= (size_t)n;
        } else if (n == 0) {
            status = died(process, err);
        } else if (errno == EAGAIN) {
            status = wait_readable(process, deadline_ms, silence_s, err);
        } else if (errno != EINTR) {
            status = th_error_set(err, TH_IO, "reader_start", "detail", strerror(errno), NULL);
        }
    }
    return status;
}

enum th_status th_reader_process_listen(struct th_reader_process *process, unsigned silence_s,
                                        struct th_wire_header *ret_header, void **ret_payload,
                                        struct th_error *err)
{
    unsigned char bytes[TH_WIRE_HEADER_SIZE];
    struct th_wire_header header;
    // A frame leaves the process in one go, so the time is for the whole of it: a trickle of bytes
    // is silence too.
    int64_t deadline_ms = now_ms() + (int64_t)silence_s * 1000;
    enum th_status status = read_all(process, deadline_ms, silence_s, bytes, sizeof(bytes), err);
    if (status == TH_OK) {
        status = th_wire_header_decode(bytes, &header, err);
    }
    if (status != TH_OK) {
        return status;
    }
    void *payload = malloc(header.size + 1);
    if (payload == NULL) {
        return th_error_no_memory(err);
    }
    status = read_all(process, deadline_ms, silence_s, payload, header.size, err);
    if (status != TH_OK) {
        free(payload);
        return status;
    }
    *ret_header = header;
    *ret_payload = payload;
    return TH_OK;
}
