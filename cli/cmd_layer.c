// layer add, list, withdraw.
#include "cli/cli.h"
#include "registry/layer/layer.h"

static enum th_status run_add(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err)
{
    struct th_layer_add_options options = {.source = cli->positionals[0],
                                           .role = th_cli_option(cli, "role"),
                                           .name = th_cli_option(cli, "name"),
                                           .scheme = th_cli_option(cli, "scheme"),
                                           .from = th_cli_option(cli, "from"),
                                           .to = th_cli_option(cli, "to"),
                                           .document = th_cli_option(cli, "document"),
                                           .code_field = th_cli_option(cli, "code-field"),
                                           .name_field = th_cli_option(cli, "name-field"),
                                           .layer = th_cli_option(cli, "layer"),
                                           .crs = th_cli_option(cli, "crs"),
                                           .encoding = th_cli_option(cli, "encoding"),
                                           .messages = cli->messages,
                                           .lang = cli->lang};
    return th_layer_add(cli->registry, &cli->request, &options, ret_reply, err);
}

static enum th_status run_list(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err)
{
    return th_layer_list(cli->registry, th_cli_option(cli, "role"), ret_reply, err);
}

static enum th_status run_withdraw(struct th_cli *cli, struct th_json **ret_reply,
                                   struct th_error *err)
{
    int64_t layer_id = 0;
    enum th_status status = th_cli_id(cli, 0, &layer_id, err);
    return status == TH_OK ? th_layer_withdraw_use(cli->registry, &cli->request, layer_id,
                                                   th_cli_option(cli, "reason"),
                                                   th_cli_option(cli, "on"), ret_reply, err)
                           : status;
}

const struct th_cli_command th_cli_layer_commands[] = {
    {"layer", "add", TH_CLI_WRITE, "SOURCE",
     "role!=county|township|village|other_scheme name!=N scheme=S from=DATE to=DATE document=FILE "
     "code-field=FIELD name-field=FIELD layer=L crs=EPSG:n encoding=E",
     "layer_id role name scheme from to read accepted rejected unchanged area_mu area_m2 crs "
     "| beside: layer_id name from to message "
     "| problems: row severity code message hint",
     run_add},
    {"layer", "list", TH_CLI_READ, "", "role=ROLE",
     "layers: layer_id role name scheme source from to n_shapes document_id | n", run_list},
    {"layer", "withdraw", TH_CLI_WRITE, "ID", "reason!=TEXT on=DATE",
     "layer_id role name scheme from to reason", run_withdraw},
    {0},
};
