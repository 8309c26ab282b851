#include "tests/cli/auditor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "core/file.h"

struct th_json *th_auditor_json(const struct th_cli_world *world, int code, const char *arguments)
{
    struct th_json *reply = NULL;
    struct th_error err;
    char command[2048];
    const char *program = getenv("TANHUI_AUDIT");
    assert_non_null(program);
    (void)snprintf(command, sizeof(command), "cd '%s' && '%s' --json %s >audit.json", world->folder,
                   program, arguments);
    int status = system(command);
    assert_int_equal(WEXITSTATUS(status), code);
    char *text = th_cli_read(world, "audit.json");
    assert_ok(th_json_parse(text, strlen(text), &reply, &err), &err);
    free(text);
    return reply;
}

// Everything that parties have, told alike by the registry and by the auditor.
static void assert_same_accounts(const struct th_cli_world *world, const struct th_json *told)
{
    static const char *const KEYS[] = {"held_t",      "locked_t",  "buffer_t",  "retired_t",
                                       "cancelled_t", "money_fen", "claim_fen", "cash_fen"};
    struct th_json *accounts = th_cli_json(world, 0, "account list");
    const struct th_json *parties = th_json_get(accounts, "parties");
    const struct th_json *others = th_json_get(told, "parties");
    size_t n_told = 0;
    for (size_t i = 0; i < th_json_size(parties); i++) {
        const struct th_json *party = th_json_at(parties, i);
        const struct th_json *other = NULL;
        for (size_t k = 0; k < th_json_size(others); k++) {
            if (th_json_get_int(th_json_at(others, k), "party", 0) ==
                th_json_get_int(party, "party", -1)) {
                other = th_json_at(others, k);
                n_told++;
            }
        }
        for (size_t k = 0; k < sizeof(KEYS) / sizeof(KEYS[0]); k++) {
            assert_int_equal(th_json_get_int(other, KEYS[k], 0),
                             th_json_get_int(party, KEYS[k], -1));
        }
        assert_string_equal(th_json_get_text(other, "name", ""),
                            th_json_get_text(party, "name", "?"));
    }
    assert_int_equal(n_told, th_json_size(others));
    for (size_t k = 0; k < sizeof(KEYS) / sizeof(KEYS[0]); k++) {
        const struct th_json *totals = th_json_get(accounts, "totals");
        assert_int_equal(th_json_get_int(th_json_get(told, "totals"), KEYS[k], -1),
                         th_json_get_int(totals, KEYS[k], -2));
    }
    assert_true(th_cli_int_at(told, "totals.issued_t") > 0);
    assert_int_equal(th_cli_int_at(told, "totals.issued_t"),
                     th_cli_int_at(accounts, "totals.issued_t"));
    th_json_free(accounts);
}

void th_auditor_exits(const struct th_cli_world *world, int code, const char *arguments)
{
    char command[2048];
    const char *program = getenv("TANHUI_AUDIT");
    assert_non_null(program);
    (void)snprintf(command, sizeof(command), "cd '%s' && '%s' %s >out 2>err", world->folder,
                   program, arguments);
    int status = system(command);
    assert_int_equal(WEXITSTATUS(status), code);
    char *out = th_cli_read(world, "out");
    char *err = th_cli_read(world, "err");
    assert_true((strlen(out) == 0) == (code != 0));
    assert_true((strlen(err) == 0) == (code == 0));
    free(out);
    free(err);
}

// The keys that docs/audit.md names for a kind of entry, as it spells them: "`a` `b?`"; NULL when
// it does not name the kind.
static char *documented_keys(const char *document, const char *kind)
{
    enum { KEYS_COLUMN = 3 };
    char row[128];
    (void)snprintf(row, sizeof(row), "\n| `%s` |", kind);
    const char *at = strstr(document, row);
    for (int i = 0; at && i < KEYS_COLUMN; i++) {
        at = strchr(at + 1, '|');
    }
    const char *end = at ? strchr(at + 1, '|') : NULL;
    return end ? strndup(at, (size_t)(end - at)) : NULL;
}

static bool is_documented(const char *keys, const char *key)
{
    char always[128];
    char sometimes[128];
    (void)snprintf(always, sizeof(always), "`%s`", key);
    (void)snprintf(sometimes, sizeof(sometimes), "`%s?`", key);
    return strstr(keys, always) || strstr(keys, sometimes);
}

// Every key of a body is documented, and every key that is documented as being there is.
static void assert_documented(const char *document, const struct th_json *entry)
{
    const char *kind = th_json_get_text(entry, "kind", "");
    struct th_json *body = NULL;
    struct th_error err;
    const char *text = th_json_get_text(entry, "body", "");
    assert_ok(th_json_parse(text, strlen(text), &body, &err), &err);
    char *keys = documented_keys(document, kind);
    if (!keys) {
        fail_msg("docs/audit.md does not tell of %s", kind);
    }
    for (void *it = th_json_iter(body); it; it = th_json_iter_next(body, it)) {
        const char *key = th_json_iter_key(it);
        if (strcmp(key, "posts") != 0 && strcmp(key, "digests") != 0 &&
            strcmp(key, "idempotency") != 0 && !is_documented(keys, key)) {
            fail_msg("docs/audit.md does not tell that %s has %s", kind, key);
        }
    }
    for (char *at = strchr(keys, '`'); at; at = strchr(at, '`')) {
        char *end = strchr(at + 1, '`');
        assert_non_null(end);
        *end = '\0';
        if (end[-1] != '?' && !th_json_get(body, at + 1)) {
            fail_msg("docs/audit.md says that %s has %s always", kind, at + 1);
        }
        at = end + 1;
    }
    free(keys);
    th_json_free(body);
}

static void assert_all_documented(const struct th_cli_world *world)
{
    char path[TH_TEST_PATH_SIZE];
    char *document = NULL;
    size_t size = 0;
    struct th_error err;
    const char *source = getenv("TANHUI_SOURCE");
    assert_non_null(source);
    (void)snprintf(path, sizeof(path), "%s/docs/audit.md", source);
    assert_ok(th_file_read(path, 1 << 20, &document, &size, &err), &err);
    char *lines = th_cli_read(world, "audited.jsonl");
    for (char *at = lines; *at != '\0';) {
        struct th_json *line = NULL;
        size_t length = strcspn(at, "\n");
        assert_ok(th_json_parse(at, length, &line, &err), &err);
        const struct th_json *entry = th_json_get(line, "entry");
        if (entry) {
            assert_documented(document, entry);
        }
        th_json_free(line);
        at += length + (at[length] == '\n');
    }
    free(lines);
    free(document);
}

void th_auditor_agrees(const struct th_cli_world *world)
{
    struct th_json *reply = th_cli_json(world, 0, "audit export --out {dir}/audited.jsonl");
    struct th_json *told = th_auditor_json(world, 0, "audited.jsonl");
    assert_true(th_json_get_bool(told, "valid", false));
    assert_int_equal(th_cli_int_at(told, "n_faults"), 0);
    assert_int_equal(th_cli_int_at(told, "n_entries"), th_cli_int_at(reply, "n_entries"));
    assert_int_equal(th_cli_int_at(told, "n_heads"), th_cli_int_at(reply, "n_heads"));
    assert_string_equal(th_cli_text_at(told, "head"), th_cli_text_at(reply, "head"));
    assert_same_accounts(world, told);
    assert_all_documented(world);
    th_json_free(told);
    th_json_free(reply);
}
