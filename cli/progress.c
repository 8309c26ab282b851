// Progress on stderr. A bar only where a terminal shows it; SIGINT asks the work to stop and undo.
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"

enum { BAR_CELLS = 24, REPORT_MS = 100 };

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
}

static int64_t monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void draw_bar(const char *name, int64_t done, int64_t total)
{
    int filled = total > 0 ? (int)(done * BAR_CELLS / total) : 0;
    fprintf(stderr, "\r\033[K%s [", name);
    for (int i = 0; i < BAR_CELLS; i++) {
        fputs(i < filled ? "█" : "·", stderr);
    }
    if (total > 0) {
        fprintf(stderr, "] %lld / %lld", (long long)done, (long long)total);
    } else {
        fprintf(stderr, "] %lld", (long long)done);
    }
}

static bool report(void *context, const char *stage, int64_t done, int64_t total)
{
    struct th_cli *cli = context;
    struct th_cli_bar *bar = &cli->bar;
    int64_t now = monotonic_ms();
    bool fresh = strcmp(bar->stage, stage) != 0;
    if (!fresh && now - bar->last_ms < REPORT_MS && done != total) {
        return !interrupted;
    }
    bar->last_ms = now;
    snprintf(bar->stage, sizeof(bar->stage), "%s", stage);
    char key[64];
    snprintf(key, sizeof(key), "progress.%s", stage);
    const char *name = th_messages_text(cli->messages, cli->lang, key);
    if (bar->mode == TH_CLI_BAR) {
        draw_bar(name, done, total);
    } else if (bar->mode == TH_CLI_PLAIN) {
        fprintf(stderr, "%s %lld / %lld\n", name, (long long)done, (long long)total);
    } else {
        fprintf(stderr, "{\"stage\":\"%s\",\"done\":%lld,\"total\":%lld}\n", stage, (long long)done,
                (long long)total);
    }
    bar->drawn = bar->mode == TH_CLI_BAR;
    fflush(stderr);
    return !interrupted;
}

static bool watch_only(void *context, const char *stage, int64_t done, int64_t total)
{
    (void)context, (void)stage, (void)done, (void)total;
    return !interrupted;
}

void th_cli_progress_start(struct th_cli *cli)
{
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND};
    enum th_cli_progress mode = cli->progress_mode;
    if (mode == TH_CLI_AUTO) {
        mode = isatty(STDERR_FILENO) && getenv("NO_COLOR") == NULL && !cli->quiet && !cli->json
                   ? TH_CLI_BAR
                   : TH_CLI_NONE;
    }
    cli->bar = (struct th_cli_bar){.mode = mode};
    cli->progress.context = cli;
    cli->progress.report = mode == TH_CLI_NONE ? watch_only : report;
    cli->request.progress = &cli->progress;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
}

void th_cli_progress_end(struct th_cli *cli)
{
    if (cli->bar.drawn) {
        fputs("\r\033[K", stderr);
    }
}
