// tanhui-audit, started on files of a test's folder.
#ifndef TH_TESTS_CLI_AUDITOR_H
#define TH_TESTS_CLI_AUDITOR_H

#include "tests/cli/run.h"

// Runs it with --json and these arguments (of the shell) in the folder; fails unless it exits with
// `code` (0 or 1). Its answer.
struct th_json *th_auditor_json(const struct th_cli_world *world, int code, const char *arguments);
// Runs it with these arguments; fails unless it exits with `code`, and says something on stdout and
// nothing on stderr with 0, the other way round with any other code.
void th_auditor_exits(const struct th_cli_world *world, int code, const char *arguments);

// Exports the journal and wants it found sound, with what every party has as in `account list`, and
// every body as docs/audit.md describes it.
void th_auditor_agrees(const struct th_cli_world *world);

#endif
