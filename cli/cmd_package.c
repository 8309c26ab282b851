// package create, submit, waive, verify, issue, show, list; unit trace.
#include "cli/cli.h"
#include "registry/package/package.h"
#include "trading/trace/trace.h"

static enum th_status run_create(struct th_cli *cli, struct th_json **ret_reply,
                                 struct th_error *err)
{
    struct th_package_create_options options = {.name = th_cli_option(cli, "name"),
                                                .holder = th_cli_option(cli, "holder"),
                                                .methodology = th_cli_option(cli, "methodology"),
                                                .from = th_cli_option(cli, "from"),
                                                .to = th_cli_option(cli, "to"),
                                                .messages = cli->messages,
                                                .lang = cli->lang};
    options.villages = th_cli_list(cli, "village", &options.n_villages);
    options.parcels = th_cli_list(cli, "parcel", &options.n_parcels);
    options.inputs = th_cli_list(cli, "input", &options.n_inputs);
    return th_package_create(cli->registry, &cli->request, &options, ret_reply, err);
}

static enum th_status run_submit(struct th_cli *cli, struct th_json **ret_reply,
                                 struct th_error *err)
{
    return th_package_submit(cli->registry, &cli->request, cli->positionals[0], ret_reply, err);
}

static enum th_status run_withdraw(struct th_cli *cli, struct th_json **ret_reply,
                                   struct th_error *err)
{
    return th_package_withdraw(cli->registry, &cli->request, cli->positionals[0],
                               th_cli_option(cli, "reason"), ret_reply, err);
}

static enum th_status run_waive(struct th_cli *cli, struct th_json **ret_reply,
                                struct th_error *err)
{
    return th_package_waive(cli->registry, &cli->request, cli->positionals[0],
                            th_cli_option(cli, "rule"), th_cli_option(cli, "reason"),
                            th_cli_option(cli, "document"), ret_reply, err);
}

static enum th_status run_verify(struct th_cli *cli, struct th_json **ret_reply,
                                 struct th_error *err)
{
    struct th_package_verify_options options = {.package = cli->positionals[0],
                                                .decision = th_cli_option(cli, "decision"),
                                                .tonnes = th_cli_option(cli, "tonnes"),
                                                .statement = th_cli_option(cli, "statement"),
                                                .stated_by = th_cli_option(cli, "stated-by"),
                                                .reason = th_cli_option(cli, "reason")};
    return th_package_verify(cli->registry, &cli->request, &options, ret_reply, err);
}

static enum th_status run_issue(struct th_cli *cli, struct th_json **ret_reply,
                                struct th_error *err)
{
    return th_package_issue(cli->registry, &cli->request, cli->positionals[0], ret_reply, err);
}

static enum th_status run_show(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err)
{
    return th_package_show(cli->registry, cli->positionals[0], cli->messages, cli->lang, ret_reply,
                           err);
}

static enum th_status run_list(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err)
{
    return th_package_list(cli->registry, ret_reply, err);
}

static enum th_status run_trace(struct th_cli *cli, struct th_json **ret_reply,
                                struct th_error *err)
{
    return th_unit_trace(cli->registry, cli->positionals[0], cli->messages, cli->lang, ret_reply,
                         err);
}

const struct th_cli_command th_cli_package_commands[] = {
    {"package", "create", TH_CLI_WRITE, "",
     "name!=N holder!=P methodology!=ID[@V] from!=D to!=D village*=V parcel*=ID "
     "input*=NAME=VALUE",
     "package_id name state n_parcels area_mu area_used_mu net_kg opening_kg run_id "
     "sheet_sha256 | years: year gross_kg net_kg whole_t carried_kg | warnings: code message "
     "needs_waiver",
     run_create},
    {"package", "submit", TH_CLI_WRITE, "PACKAGE", "",
     "package_id state net_kg opening_kg run_id re_estimated", run_submit},
    {"package", "withdraw", TH_CLI_WRITE, "PACKAGE", "reason!=TEXT", "package_id state reason",
     run_withdraw},
    {"package", "waive", TH_CLI_WRITE, "PACKAGE", "rule!=CODE reason!=TEXT document!=FILE",
     "package_id waiver_id rule document.name document.sha256", run_waive},
    {"package", "verify", TH_CLI_WRITE, "PACKAGE",
     "decision!=approve|return tonnes=T statement=FILE stated-by=P reason=TEXT",
     "package_id state net_kg verified_t deduction_kg document.name document.sha256 stated_by",
     run_verify},
    {"package", "issue", TH_CLI_WRITE, "PACKAGE", "",
     "package_id state net_kg opening_kg issued_t buffer_t rest_kg debt_kg statement_based "
     "| serials: prefix first last vintage issued_t buffer_t carried_kg",
     run_issue},
    {"package", "show", TH_CLI_READ, "PACKAGE", "",
     "package_id name state holder.name methodology version from to n_parcels area_mu "
     "area_used_mu area_used_m2 net_kg opening_kg "
     "issued_t buffer_t rest_kg debt_kg statement_based run.sheet_sha256 created_by "
     "submitted_by verification.verified_by verification.verified_t "
     "verification.implied_t_per_ha verification.implied_t_per_ha_year verification.stated_by.name "
     "verification.document.name verification.document.sha256 issued_by "
     "| years: year net_kg whole_t carried_kg "
     "| serials: prefix first last vintage issued_t buffer_t carried_kg "
     "| opening: parcel_id last_year debt_kg gap_kg run_id opening_kg "
     "| debts: parcel_id debt_kg "
     "| parcels: parcel_id version kind village area_mu area_used_mu area_used_m2 "
     "| warnings: code message needs_waiver | waivers: rule reason login",
     run_show},
    {"package", "list", TH_CLI_READ, "", "",
     "packages: package_id name holder.name methodology from to state n_parcels net_kg issued_t",
     run_list},
    {"unit", "trace", TH_CLI_READ, "SERIAL", "",
     "serial tonnes vintage state owner_name statement_based package holder_name methodology "
     "version sheet_sha256 | blocks: serial state owner_name "
     "| parcels: parcel_id number village_name year kg "
     "| warnings: code message needs_waiver | events: at kind serial state owner_name trade_id seq",
     run_trace},
    {0},
};
