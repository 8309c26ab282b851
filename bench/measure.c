// Runs a command and tells what it cost, its children included:
//   measure [--server PID] RESULT.json COMMAND [ARGUMENT…]
// RESULT.json: wall_s; cpu_s, user and system, of the command and everything it waited for;
// peak_mb, the largest resident size of each program by name; peak_all_mb, the most memory that all
// of them held at one moment (what they share as a segment counted once), by looking every 20 ms;
// exit. With --server the processes below PID, a database's, count as well.
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { PROGRAMS_MAX = 32, TEXT_SIZE = 4096, PATH_SIZE = 128, PERIOD_NS = 20000000 };

struct program {
    char name[32];
    long peak_kb;
};

struct sampler {
    pid_t roots[2]; // the command, and the server or 0
    atomic_bool stop;
    struct program programs[PROGRAMS_MAX];
    size_t n_programs;
    long peak_all_kb;
    long now_kb, now_shared_kb; // of the sample that is being taken
};

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static bool read_text(const char *path, char text[TEXT_SIZE])
{
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return false;
    }
    size_t n = fread(text, 1, TEXT_SIZE - 1, file);
    text[n] = '\0';
    (void)fclose(file);
    return true;
}

static long status_kb(const char *status, const char *key)
{
    const char *at = strstr(status, key);
    return at == NULL ? 0 : strtol(at + strlen(key), NULL, 10);
}

static void note_peak(struct sampler *sampler, const char *status)
{
    char name[32] = "";
    const char *at = status + strlen("Name:\t");
    size_t n = strcspn(at, "\n");
    memcpy(name, at, n < sizeof(name) - 1 ? n : sizeof(name) - 1);
    long peak_kb = status_kb(status, "\nVmHWM:");
    size_t i = 0;
    while (i < sampler->n_programs && strcmp(sampler->programs[i].name, name) != 0) {
        i++;
    }
    if (i == PROGRAMS_MAX) {
        return;
    }
    if (i == sampler->n_programs) {
        memcpy(sampler->programs[i].name, name, sizeof(name));
        sampler->n_programs++;
    }
    if (sampler->programs[i].peak_kb < peak_kb) {
        sampler->programs[i].peak_kb = peak_kb;
    }
}

// A process and everything below it; a process that ends meanwhile is not there any more.
static void sample_tree(struct sampler *sampler, pid_t pid, int depth)
{
    char path[PATH_SIZE];
    char text[TEXT_SIZE];
    (void)snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
    if (depth > 8 || !read_text(path, text)) {
        return;
    }
    long shared_kb = status_kb(text, "\nRssShmem:");
    note_peak(sampler, text);
    sampler->now_kb += status_kb(text, "\nRssAnon:") + status_kb(text, "\nRssFile:");
    if (sampler->now_shared_kb < shared_kb) {
        sampler->now_shared_kb = shared_kb;
    }
    (void)snprintf(path, sizeof(path), "/proc/%ld/task", (long)pid);
    DIR *tasks = opendir(path);
    for (struct dirent *task = tasks != NULL ? readdir(tasks) : NULL; task != NULL;
         task = readdir(tasks)) {
        (void)snprintf(path, sizeof(path), "/proc/%ld/task/%.20s/children", (long)pid,
                       task->d_name);
        if (task->d_name[0] == '.' || !read_text(path, text)) {
            continue;
        }
        char *end = text;
        for (long child = strtol(text, &end, 10); child > 0; child = strtol(end, &end, 10)) {
            sample_tree(sampler, (pid_t)child, depth + 1);
        }
    }
    if (tasks != NULL) {
        closedir(tasks);
    }
}

static void *sample(void *context)
{
    struct sampler *sampler = context;
    const struct timespec period = {.tv_nsec = PERIOD_NS};
    while (!atomic_load(&sampler->stop)) {
        sampler->now_kb = sampler->now_shared_kb = 0;
        for (size_t i = 0; i < 2; i++) {
            if (sampler->roots[i] != 0) {
                sample_tree(sampler, sampler->roots[i], 0);
            }
        }
        if (sampler->peak_all_kb < sampler->now_kb + sampler->now_shared_kb) {
            sampler->peak_all_kb = sampler->now_kb + sampler->now_shared_kb;
        }
        nanosleep(&period, NULL);
    }
    return NULL;
}

// CPU seconds of a process and of the children that it has waited for.
static double process_cpu_s(pid_t pid)
{
    enum { FIRST = 14, LAST = 17 }; // utime, stime, cutime, cstime; proc(5)
    char path[PATH_SIZE];
    char text[TEXT_SIZE];
    long ticks = 0;
    (void)snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
    if (!read_text(path, text)) {
        return 0;
    }
    char *at = strrchr(text, ')'); // the name may hold blanks
    for (int field = 3; at != NULL && field <= LAST; field++) {
        at = strchr(at + 1, ' ');
        if (at != NULL && field >= FIRST) {
            ticks += strtol(at, NULL, 10);
        }
    }
    return (double)ticks / (double)sysconf(_SC_CLK_TCK);
}

static void write_result(const char *path, const struct sampler *sampler, double wall_s,
                         double cpu_s, int code)
{
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        (void)fprintf(stderr, "measure: %s: %s\n", path, strerror(errno));
        exit(EXIT_FAILURE);
    }
    (void)fprintf(file, "{\"wall_s\":%.3f,\"cpu_s\":%.3f,\"peak_all_mb\":%.1f,\"peak_mb\":{",
                  wall_s, cpu_s, (double)sampler->peak_all_kb / 1024.0);
    for (size_t i = 0; i < sampler->n_programs; i++) {
        (void)fprintf(file, "%s\"%s\":%.1f", i > 0 ? "," : "", sampler->programs[i].name,
                      (double)sampler->programs[i].peak_kb / 1024.0);
    }
    (void)fprintf(file, "},\"exit\":%d}\n", code);
    (void)fclose(file);
}

static double children_cpu_s(void)
{
    struct rusage usage;
    getrusage(RUSAGE_CHILDREN, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

int main(int argc, char **argv)
{
    static struct sampler sampler;
    pthread_t thread;
    int status = 0;
    int first = 1;
    if (argc > 3 && strcmp(argv[1], "--server") == 0) {
        sampler.roots[1] = (pid_t)strtol(argv[2], NULL, 10);
        first = 3;
    }
    if (argc < first + 2) {
        (void)fprintf(stderr, "usage: measure [--server PID] RESULT.json COMMAND [ARGUMENT…]\n");
        return 2;
    }
    double server_s = sampler.roots[1] != 0 ? process_cpu_s(sampler.roots[1]) : 0;
    double began_s = seconds(CLOCK_MONOTONIC);
    char **command = argv + first + 1;
    int failed = posix_spawnp(&sampler.roots[0], command[0], NULL, NULL, command, environ);
    if (failed != 0) {
        (void)fprintf(stderr, "measure: %s: %s\n", command[0], strerror(failed));
        return 127;
    }
    if (pthread_create(&thread, NULL, sample, &sampler) != 0) {
        return EXIT_FAILURE;
    }
    while (waitpid(sampler.roots[0], &status, 0) < 0 && errno == EINTR) {
        ;
    }
    double wall_s = seconds(CLOCK_MONOTONIC) - began_s;
    atomic_store(&sampler.stop, true);
    (void)pthread_join(thread, NULL);
    double cpu_s = children_cpu_s();
    if (sampler.roots[1] != 0) {
        // The server's process for this client ends a moment after the client.
        nanosleep(&(struct timespec){.tv_nsec = 300000000}, NULL);
        cpu_s += process_cpu_s(sampler.roots[1]) - server_s;
    }
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    write_result(argv[first], &sampler, wall_s, cpu_s, code);
    return code;
}
