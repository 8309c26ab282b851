// registry check, registry backup, audit log, audit verify.
#include "cli/cli.h"
#include "registry/audit.h"

static enum th_status run_check(struct th_cli *cli, struct th_json **ret_reply,
                                struct th_error *err)
{
    return th_registry_check(cli->registry, &cli->progress, th_cli_flag(cli, "deep"), cli->messages,
                             cli->lang, ret_reply, err);
}

static enum th_status run_backup(struct th_cli *cli, struct th_json **ret_reply,
                                 struct th_error *err)
{
    return th_registry_backup(cli->registry, cli->positionals[0], &cli->progress, ret_reply, err);
}

static enum th_status run_log(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err)
{
    struct th_audit_log_options options = {.subject = th_cli_option(cli, "subject")};
    enum th_status status = th_cli_int(cli, "from", 0, &options.from, err);
    if (status == TH_OK) {
        status = th_cli_int(cli, "limit", 0, &options.limit, err);
    }
    return status == TH_OK ? th_audit_log(cli->registry, &options, ret_reply, err) : status;
}

static enum th_status run_verify(struct th_cli *cli, struct th_json **ret_reply,
                                 struct th_error *err)
{
    return th_audit_verify(cli->registry, &cli->progress, th_cli_option(cli, "head"), ret_reply,
                           err);
}

const struct th_cli_command th_cli_audit_commands[] = {
    {"registry", "check", TH_CLI_READ, "", "deep", "ok | checks: title ok n detail", run_check},
    {"registry", "backup", TH_CLI_READ, "FILE", "", "file bytes sha256", run_backup},
    {"audit", "log", TH_CLI_READ, "", "subject=S from=SEQ limit=N",
     "n_entries | entries: seq at login system_user kind subject hash", run_log},
    {"audit", "verify", TH_CLI_READ, "", "head=HASH", "ok n_entries head broken.seq broken.reason",
     run_verify},
    {0},
};
