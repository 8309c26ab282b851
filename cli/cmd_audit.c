// registry check, backup, rebuild, clock, key new, restored; audit log, verify, head, heads,
// export.
#include "cli/cli.h"
#include "registry/audit.h"
#include "registry/clock.h"
#include "registry/head.h"
#include "registry/journal_export.h"
#include "registry/key.h"

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

static enum th_status run_rebuild(struct th_cli *cli, struct th_json **ret_reply,
                                  struct th_error *err)
{
    return th_registry_rebuild(cli->registry, &cli->request, &cli->progress, ret_reply, err);
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

static enum th_status run_head(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err)
{
    return th_audit_head(cli->registry, &cli->request, th_cli_flag(cli, "sign"), ret_reply, err);
}

static enum th_status run_heads(struct th_cli *cli, struct th_json **ret_reply,
                                struct th_error *err)
{
    return th_audit_heads(cli->registry, ret_reply, err);
}

static enum th_status run_export(struct th_cli *cli, struct th_json **ret_reply,
                                 struct th_error *err)
{
    struct th_audit_export_options options = {
        .path = th_cli_option(cli, "out"), .sign = cli->writable, .progress = &cli->progress};
    enum th_status status = th_cli_int(cli, "from", 0, &options.from, err);
    if (status == TH_OK) {
        status = th_cli_int(cli, "to", 0, &options.to, err);
    }
    return status == TH_OK ? th_audit_export(cli->registry, &options, ret_reply, err) : status;
}

static enum th_status run_key_new(struct th_cli *cli, struct th_json **ret_reply,
                                  struct th_error *err)
{
    return th_registry_key_new(cli->registry, &cli->request, ret_reply, err);
}

static enum th_status run_restored(struct th_cli *cli, struct th_json **ret_reply,
                                   struct th_error *err)
{
    return th_registry_restored(cli->registry, &cli->request, th_cli_option(cli, "reason"),
                                ret_reply, err);
}

static enum th_status run_clock(struct th_cli *cli, struct th_json **ret_reply,
                                struct th_error *err)
{
    return th_registry_clock(cli->registry, &cli->request, cli->positionals[0], ret_reply, err);
}

const struct th_cli_command th_cli_audit_commands[] = {
    {"registry", "check", TH_CLI_READ, "", "deep", "ok | checks: title ok n detail", run_check},
    {"registry", "rebuild", TH_CLI_WRITE, "", "", "n_entries n_posting n_rows n_mended",
     run_rebuild},
    {"registry", "backup", TH_CLI_READ, "FILE", "", "file bytes sha256 key_apart", run_backup},
    {"registry", "clock", TH_CLI_WRITE, "DATE", "", "day last_day", run_clock},
    {"registry", "key new", TH_CLI_WRITE, "", "",
     "public_key fingerprint previous_key vouched key_file", run_key_new},
    {"registry", "restored", TH_CLI_WRITE, "", "reason!=TEXT",
     "signed_seq signed_hash last_seq last_hash seq", run_restored},
    {"audit", "log", TH_CLI_READ, "", "subject=S from=SEQ limit=N",
     "n_entries | entries: seq at login system_user kind subject hash", run_log},
    {"audit", "verify", TH_CLI_READ, "", "head=HASH",
     "ok n_entries head n_heads n_days_unsigned n_keys n_keys_unvouched broken.seq broken.reason",
     run_verify},
    {"audit", "head", TH_CLI_SIGN, "", "sign", "seq day hash signature public_key fingerprint key",
     run_head},
    {"audit", "heads", TH_CLI_READ, "", "", "n_heads | heads: day seq hash", run_heads},
    {"audit", "export", TH_CLI_SIGN_IF, "", "out!=FILE from=SEQ to=SEQ",
     "file n_entries first_seq last_seq head signed key n_heads bytes", run_export},
    {0},
};
