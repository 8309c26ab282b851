// One call of the program: parse, open, run, print.
#include <locale.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "core/file.h"
#include "core/hash.h"
#include "core/text.h"
#include "store/store.h"
#include "tanhui_version.h"

enum { OUTPUT_LIMIT = 1024 * 1024 * 1024, MESSAGE_LIMIT = 64 * 1024 };

// TANHUI_NOW ("2023-06-30T08:00:00Z") fixes the clock, for tests and demonstrations.
static int64_t now_utc(void *context)
{
    int64_t fixed = 0;
    const char *text = getenv("TANHUI_NOW");
    (void)context;
    if (text != NULL && th_instant_parse(text, &fixed, NULL) == TH_OK) {
        return fixed;
    }
    return (int64_t)time(NULL);
}

static void fill_random(void *context, void *data, size_t size)
{
    (void)context;
    th_random_bytes(data, size);
}

static const char *system_user(void)
{
    const struct passwd *entry = getpwuid(getuid());
    return entry != NULL ? entry->pw_name : "unknown";
}

// zh where the locale is Chinese, else en; TANHUI_LANG wins over the locale, --lang over both.
static enum th_lang environment_lang(void)
{
    static const char *const NAMES[] = {"TANHUI_LANG", "LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        const char *value = getenv(NAMES[i]);
        if (value != NULL && value[0] != '\0') {
            return strncmp(value, "zh", 2) == 0 ? TH_LANG_ZH : TH_LANG_EN;
        }
    }
    return TH_LANG_EN;
}

static void print_problem_json(const struct th_cli *cli, const struct th_error *error)
{
    struct th_buf text;
    char *dump = NULL;
    char type[160];
    struct th_json *problem = th_json_object();
    th_buf_init(&text, MESSAGE_LIMIT);
    snprintf(type, sizeof(type), "urn:tanhui:problem:%s", error->key);
    th_json_set_text(problem, "type", type);
    snprintf(type, sizeof(type), "status.%s", th_status_key(error->status));
    th_json_set_text(problem, "title", th_messages_text(cli->messages, cli->lang, type));
    th_messages_error(cli->messages, cli->lang, error, &text);
    th_json_set_text(problem, "detail", th_buf_text(&text));
    th_json_set_text(problem, "code", error->key);
    th_json_set_int(problem, "status", th_status_http(error->status));
    th_buf_clear(&text);
    if (th_messages_hint(cli->messages, cli->lang, error, &text)) {
        th_json_set_text(problem, "hint", th_buf_text(&text));
    }
    if (th_json_dump(problem, TH_JSON_COMPACT, &dump, NULL) == TH_OK) {
        fprintf(stderr, "%s\n", dump);
    }
    free(dump);
    th_buf_clear(&text);
    th_json_free(problem);
}

// One line whatever stands in the arguments and file names that the message repeats.
static void print_error_line(const char *prefix, const char *text)
{
    struct th_buf line;
    th_buf_init(&line, MESSAGE_LIMIT);
    th_cli_put_clean(&line, text);
    fprintf(stderr, "%s: %s\n", prefix, th_buf_text(&line));
    th_buf_clear(&line);
}

static int print_error(const struct th_cli *cli, const struct th_error *error)
{
    if (cli->messages == NULL) {
        fprintf(stderr, "tanhui: %s\n", error->key);
    } else if (cli->json) {
        print_problem_json(cli, error);
    } else {
        struct th_buf text;
        th_buf_init(&text, MESSAGE_LIMIT);
        th_messages_error(cli->messages, cli->lang, error, &text);
        print_error_line("tanhui", th_buf_text(&text));
        th_buf_clear(&text);
        if (th_messages_hint(cli->messages, cli->lang, error, &text)) {
            print_error_line("hint", th_buf_text(&text));
        }
        th_buf_clear(&text);
    }
    return th_status_exit_code(error->status);
}

static int print_text(const struct th_cli *cli, const char *text)
{
    size_t size = strlen(text);
    if (fwrite(text, 1, size, stdout) != size || fflush(stdout) != 0) {
        struct th_error error;
        (void)th_error_set(&error, TH_IO, "stdout_failed", NULL);
        return print_error(cli, &error);
    }
    return 0;
}

static int print_reply(const struct th_cli *cli, const struct th_json *reply)
{
    struct th_error error;
    struct th_buf out;
    int code = 0;
    if (cli->json) {
        char *dump = NULL;
        if (th_json_dump(reply, TH_JSON_PRETTY, &dump, &error) != TH_OK) {
            return print_error(cli, &error);
        }
        code = print_text(cli, dump);
        if (code == 0) {
            code = print_text(cli, "\n");
        }
        free(dump);
        return code;
    }
    if (cli->quiet) {
        return 0;
    }
    th_buf_init(&out, OUTPUT_LIMIT);
    if (th_json_get_bool(reply, "dry_run", false)) {
        th_buf_printf(&out, "%s\n",
                      th_messages_text(cli->messages, cli->lang, "help.dry_run_note"));
    }
    if (th_json_get_bool(reply, "replayed", false)) {
        th_buf_printf(&out, "%s\n",
                      th_messages_text(cli->messages, cli->lang, "help.replayed_note"));
    }
    th_cli_view(cli, reply, &out);
    code = print_text(cli, th_buf_text(&out));
    th_buf_clear(&out);
    return code;
}

// Exit 1 is an answer: rows were kept out, a check failed, a bundle does not hold.
static int answer_code(const struct th_json *reply)
{
    if (th_json_get_int(reply, "rejected", 0) > th_json_get_int(reply, "dropped", 0) ||
        !th_json_get_bool(reply, "ok", true) || !th_json_get_bool(reply, "valid", true)) {
        return th_status_exit_code(TH_DATA_PROBLEM);
    }
    return 0;
}

static double monotonic_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static enum th_status open_registry(struct th_cli *cli, struct th_error *err)
{
    if (cli->command->access == TH_CLI_NO_FILE) {
        return TH_OK;
    }
    if (cli->registry_path == NULL || cli->registry_path[0] == '\0') {
        return th_error_set(err, TH_USAGE, "registry_missing", NULL);
    }
    enum th_status status = th_cli_key_beside(cli, cli->registry_path, err);
    if (status != TH_OK) {
        return status;
    }
    enum th_cli_access wanted = cli->command->access;
    cli->writable = wanted == TH_CLI_WRITE || (wanted == TH_CLI_SIGN && th_cli_flag(cli, "sign")) ||
                    (wanted == TH_CLI_SIGN_IF && th_file_exists(cli->key_path) &&
                     access(cli->registry_path, W_OK) == 0);
    return th_registry_open(cli->registry_path, cli->writable ? TH_STORE_WRITE : TH_STORE_READ,
                            &cli->surroundings, &cli->registry, err);
}

static int run_command(struct th_cli *cli)
{
    struct th_error error = {0};
    struct th_json *reply = NULL;
    double begin = monotonic_seconds();
    enum th_status status = open_registry(cli, &error);
    th_cli_progress_start(cli);
    if (status == TH_OK) {
        status = cli->command->run(cli, &reply, &error);
    }
    th_cli_progress_end(cli);
    int code;
    if (status != TH_OK) {
        error.status = status;
        code = print_error(cli, &error);
    } else {
        if (th_json_get(reply, "seconds") != NULL) {
            th_json_set_real(reply, "seconds",
                             (double)(int64_t)((monotonic_seconds() - begin) * 1000) / 1000);
        }
        code = print_reply(cli, reply);
        if (code == 0) {
            code = answer_code(reply);
        }
    }
    th_json_free(reply);
    th_registry_close(cli->registry);
    cli->registry = NULL;
    return code;
}

static int print_help(const struct th_cli *cli)
{
    struct th_buf out;
    th_buf_init(&out, OUTPUT_LIMIT);
    th_cli_help(cli, &out);
    int code = print_text(cli, th_buf_text(&out));
    th_buf_clear(&out);
    return code;
}

static int call(struct th_cli *cli, int argc, char **argv)
{
    struct th_error error = {0};
    enum th_status status = th_messages_new(&cli->messages, &error);
    if (status == TH_OK) {
        status = th_cli_parse(cli, argc, argv, &error);
    }
    if (status != TH_OK) {
        return print_error(cli, &error);
    }
    if (cli->version) {
        return print_text(cli, "tanhui " TANHUI_VERSION "\n");
    }
    if (cli->help || cli->command == NULL) {
        return print_help(cli);
    }
    return run_command(cli);
}

int main(int argc, char **argv)
{
    // A file that may not grow any more is told by what writes it, instead of ending the program.
    (void)signal(SIGXFSZ, SIG_IGN);
    th_store_prepare_process();
    // Only the reading of bytes as text follows the locale; numbers keep their point.
    (void)setlocale(LC_CTYPE, "");
    struct th_cli cli = {.registry_path = getenv("TANHUI_REGISTRY"),
                         .lang = environment_lang(),
                         .progress_mode = TH_CLI_AUTO,
                         .surroundings = {.now_utc = now_utc,
                                          .random = fill_random,
                                          .system_user = system_user(),
                                          .program = "tanhui " TANHUI_VERSION}};
    // Whoever can write the file is trusted on the command line; the login `admin` exists from the
    // start and may set up and register, but never verify, issue or trade.
    const char *login = getenv("TANHUI_USER");
    cli.request.login = login != NULL && login[0] != '\0' ? login : "admin";
    int code = call(&cli, argc, argv);
    th_cli_clear(&cli);
    th_messages_free(cli.messages);
    return code;
}
