#include "tests/campaign/sound.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "registry/audit.h"
#include "registry/journal_export.h"
#include "store/store_internal.h"
#include "tests/campaign/rows.h"

void sound_hurry(struct world *world)
{
    struct th_store *store = th_registry_store(world->registry);
    assert_int_equal(sqlite3_exec(store->db, "PRAGMA synchronous = OFF", NULL, NULL, NULL),
                     SQLITE_OK);
}

bool sound_check(struct world *world)
{
    struct th_json *reply = NULL;
    struct th_messages *messages = NULL;
    assert_ok(th_messages_new(&messages, &world->err), &world->err);
    assert_ok(
        th_registry_check(world->registry, NULL, false, messages, TH_LANG_EN, &reply, &world->err),
        &world->err);
    th_messages_free(messages);
    bool ok = th_json_get_bool(reply, "ok", false);
    const struct th_json *checks = th_json_get(reply, "checks");
    for (size_t i = 0; i < th_json_size(checks) && !ok; i++) {
        const struct th_json *check = th_json_at(checks, i);
        if (!th_json_get_bool(check, "ok", true)) {
            print_error("registry check: %s: %s\n", th_json_get_text(check, "name", ""),
                        th_json_get_text(check, "detail", ""));
        }
    }
    th_json_free(reply);
    return ok;
}

static bool verify_chain(struct world *world)
{
    struct th_json *reply = NULL;
    assert_ok(th_audit_verify(world->registry, NULL, NULL, &reply, &world->err), &world->err);
    bool ok = th_json_get_bool(reply, "ok", false);
    th_json_free(reply);
    if (!ok) {
        print_error("audit verify: the chain is broken\n");
    }
    return ok;
}

static bool rebuild(struct world *world)
{
    const struct th_request admin = {.login = "admin"};
    struct th_json *reply = NULL;
    enum th_status status = th_registry_rebuild(world->registry, &admin, NULL, &reply, &world->err);
    th_json_free(reply);
    if (status != TH_OK) {
        print_error("registry rebuild: %s\n", world->err.key);
    }
    return status == TH_OK;
}

// The auditor's program says nothing unless there is a fault.
static int run_audit(const char *program, const char *file, const char *said)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int out = open(said, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        if (out >= 0 && dup2(out, STDOUT_FILENO) >= 0 && dup2(out, STDERR_FILENO) >= 0) {
            execl(program, program, file, (char *)NULL);
        }
        _exit(127);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static void print_file(const char *path)
{
    char line[512];
    FILE *file = fopen(path, "r");
    for (int i = 0; file && i < 20 && fgets(line, sizeof(line), file); i++) {
        print_error("%s", line);
    }
    if (file) {
        (void)fclose(file);
    }
}

bool sound_audit(struct world *world)
{
    const char *program = getenv("TANHUI_AUDIT");
    char file[TH_TEST_PATH_SIZE];
    char said[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    const struct th_audit_export_options options = {
        .path = th_test_path(file, world->folder, "journal.jsonl")};
    (void)th_test_path(said, world->folder, "audit.txt");
    if (!program) {
        print_error("TANHUI_AUDIT names no program: the export is not audited\n");
        return false;
    }
    assert_ok(th_audit_export(world->registry, &options, &reply, &world->err), &world->err);
    th_json_free(reply);
    int code = run_audit(program, file, said);
    if (code != 0) {
        print_error("tanhui-audit: exit %d\n", code);
        print_file(said);
    }
    (void)unlink(file);
    return code == 0;
}

bool sound_all(struct world *world)
{
    return sound_check(world) && rebuild(world) && sound_check(world) && verify_chain(world) &&
           sound_audit(world);
}

bool sound_conserved(const char *path)
{
    struct rows rows;
    rows_open(&rows, path);
    int64_t broken = rows_number(
        &rows,
        "SELECT (SELECT count(*) FROM issuance i WHERE i.issued_t <> (SELECT"
        " coalesce(sum(b.last - b.first + 1), 0) FROM unit_block b WHERE b.issuance_id ="
        " i.issuance_id AND b.state <> 'split') OR i.issued_t <> (SELECT"
        " coalesce(sum(units_t), 0) FROM balance l WHERE l.issuance_id = i.issuance_id))"
        " + (SELECT count(*) FROM (SELECT sum(amount_fen) AS fen FROM money_leg GROUP BY account"
        " HAVING fen <> 0))",
        0, 0);
    rows_close(&rows);
    if (broken != 0) {
        print_error("not conserved: %lld issuances or accounts\n", (long long)broken);
    }
    return broken == 0;
}

bool sound_clients(struct world *world, int n, bool (*client)(void *context, int slot, int out),
                   void *context, void (*report)(void *context, int in), void *reported)
{
    pid_t children[WORLD_SLOTS];
    int ends[WORLD_SLOTS][2];
    bool good = true;
    assert_null(world->registry); // a connection does not survive a fork
    for (int i = 0; i < n; i++) {
        assert_int_equal(pipe(ends[i]), 0);
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0) {
            _exit(client(context, i, ends[i][1]) ? 0 : 1);
        }
        (void)close(ends[i][1]);
    }
    for (int left = n; left > 0;) {
        const struct timespec wait = {.tv_nsec = 200000000};
        int status = 0;
        (void)nanosleep(&wait, NULL);
        good = sound_conserved(world->path) && good;
        for (pid_t done = waitpid(-1, &status, WNOHANG); done > 0;
             done = waitpid(-1, &status, WNOHANG)) {
            good = WIFEXITED(status) && WEXITSTATUS(status) == 0 && good;
            left--;
        }
    }
    for (int i = 0; i < n; i++) {
        report(reported, ends[i][0]);
        (void)close(ends[i][0]);
    }
    return good;
}
