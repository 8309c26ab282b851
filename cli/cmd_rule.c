// rule set, list.
#include "cli/cli.h"
#include "registry/rule.h"

static enum th_status run_set(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err)
{
    const struct th_rule_set_options options = {.name = cli->positionals[0],
                                                .value = cli->positionals[1],
                                                .since = th_cli_option(cli, "since"),
                                                .reason = th_cli_option(cli, "reason"),
                                                .document = th_cli_option(cli, "document")};
    return th_rule_set(cli->registry, &cli->request, &options, ret_reply, err);
}

static enum th_status run_list(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err)
{
    return th_rule_list(cli->registry, th_cli_option(cli, "on"), ret_reply, err);
}

const struct th_cli_command th_cli_rule_commands[] = {
    {"rule", "set", TH_CLI_WRITE, "NAME VALUE", "reason!=TEXT since=DATE document=FILE",
     "rule_id name value since reason document_id", run_set},
    {"rule", "list", TH_CLI_READ, "", "on=DATE",
     "on id | rules: name value range | decided: rule_id name value since reason login", run_list},
    {0},
};
