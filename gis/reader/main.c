// tanhui-reader: reads one vector file for its parent and writes frames (gis/wire_internal.h) to
// standard output. Started by gis/reader.c and of no use by itself.
#define _GNU_SOURCE 1

#include <dlfcn.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "core/text.h"
#include "gis/reader/dataset_internal.h"
#include "gis/reader/sandbox_internal.h"
#include "gis/reader/serve_internal.h"
#include "gis/wire_internal.h"

enum { USAGE = 64, PROBE_SIZE = 64 * 1024 * 1024, CRASH_STACK_SIZE = 64 * 1024 };

struct arguments {
    struct th_serve serve;
    struct th_sandbox sandbox;
    int64_t parent;
};

static bool number_parse(const char *text, int64_t *ret_value)
{
    return th_text_parse_int(text, 1, INT64_MAX / 4, ret_value);
}

// NAME=VALUE pairs, all of them from gis/reader_process.c.
static bool argument_take(struct arguments *arguments, const char *argument)
{
    const char *value = strchr(argument, '=');
    int64_t number = 0;
    if (value == NULL) {
        return false;
    }
    value++;
    if (th_text_starts_with(argument, "path=")) {
        arguments->serve.path = value;
        arguments->sandbox.source = value;
    } else if (th_text_starts_with(argument, "layer=")) {
        arguments->serve.layer = value;
    } else if (th_text_starts_with(argument, "encoding=")) {
        arguments->serve.encoding = value;
    } else if (strcmp(argument, "shapeless=1") == 0) {
        arguments->serve.shapeless = true;
    } else if (th_text_starts_with(argument, "curve_step_deg=")) {
        return th_text_parse_double(value, &arguments->serve.curve_step_deg);
    } else if (th_text_starts_with(argument, "memory_size=")) {
        bool parsed = number_parse(value, &number);
        arguments->sandbox.memory_size = (uint64_t)number;
        return parsed;
    } else if (th_text_starts_with(argument, "cpu_s=")) {
        bool parsed = number_parse(value, &number);
        arguments->sandbox.cpu_s = (unsigned)number;
        return parsed;
    } else if (th_text_starts_with(argument, "parent=")) {
        return number_parse(value, &arguments->parent);
    } else {
        return false;
    }
    return true;
}

static void memory_ended(void)
{
    _exit(TH_WIRE_EXIT_MEMORY);
}

// A process that dies with no room left has died of that, whatever it was doing: abort() after a
// failed allocation, a null pointer that nobody looked at, a stack that could not grow.
static void crashed(int number)
{
    // NOLINTNEXTLINE(bugprone-signal-handler,cert-sig30-c): a bare system call on Linux.
    void *probe =
        mmap(NULL, PROBE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (probe == MAP_FAILED) {
        _exit(TH_WIRE_EXIT_MEMORY);
    }
    (void)signal(number, SIG_DFL);
    (void)raise(number); // comes once this has returned
}

static void crashes_watch(void)
{
    static const int SIGNALS[] = {SIGABRT, SIGSEGV, SIGBUS};
    static unsigned char stack[CRASH_STACK_SIZE]; // the other one may be what is full
    const stack_t place = {.ss_sp = stack, .ss_size = sizeof(stack)};
    struct sigaction action = {.sa_handler = crashed, .sa_flags = SA_ONSTACK};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaltstack(&place, NULL);
    for (size_t i = 0; i < sizeof(SIGNALS) / sizeof(SIGNALS[0]); i++) {
        (void)sigaction(SIGNALS[i], &action, NULL);
    }
}

// C++ code asks here before it throws; the name is std::set_new_handler of the Itanium ABI.
static void memory_watch(void)
{
    void (*(*set_new_handler)(void (*)(void)))(void) = NULL;
    void *symbol = dlsym(RTLD_DEFAULT, "_ZSt15set_new_handlerPFvvE");
    memcpy(&set_new_handler, &symbol, sizeof(set_new_handler));
    if (set_new_handler != NULL) {
        (void)set_new_handler(memory_ended);
    }
    crashes_watch();
}

int main(int argc, char **argv)
{
    struct th_error problem = {0};
    struct arguments arguments = {.serve = {.out = STDOUT_FILENO}};
    for (int i = 1; i < argc; i++) {
        if (!argument_take(&arguments, argv[i])) {
            return USAGE;
        }
    }
    if (arguments.serve.path == NULL || arguments.parent == 0 || arguments.sandbox.cpu_s == 0) {
        (void)fputs("tanhui-reader is started by tanhui\n", stderr);
        return USAGE;
    }
    // The parent may have gone before it could be watched.
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || getppid() != (pid_t)arguments.parent) {
        return USAGE;
    }
    memory_watch();
    th_dataset_prepare();
    enum th_status status = th_sandbox_enter(&arguments.sandbox, &problem);
    if (status == TH_OK) {
        status = th_serve_run(&arguments.serve, &problem);
    } else {
        status = th_serve_refuse(arguments.serve.out, &problem);
    }
    // Nothing is left to be done, so libraries need not clean up.
    _exit(status == TH_OK ? 0 : status == TH_NO_MEMORY ? TH_WIRE_EXIT_MEMORY : EXIT_FAILURE);
}
