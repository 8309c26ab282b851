// tenure import, list, show.
#include "cli/cli.h"
#include "registry/tenure/tenure.h"

static enum th_status run_import(struct th_cli *cli, struct th_json **ret_reply,
                                 struct th_error *err)
{
    struct th_tenure_import_options options = {.source = cli->positionals[0],
                                               .holder = th_cli_option(cli, "holder"),
                                               .village = th_cli_option(cli, "village"),
                                               .messages = cli->messages,
                                               .lang = cli->lang};
    if (th_cli_flag(cli, "template")) {
        return th_tenure_template(options.source, cli->messages, cli->lang, ret_reply, err);
    }
    return th_tenure_import(cli->registry, &cli->request, &options, ret_reply, err);
}

static enum th_status run_list(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err)
{
    return th_tenure_list(cli->registry, th_cli_option(cli, "holder"), th_cli_option(cli, "on"),
                          ret_reply, err);
}

static enum th_status run_show(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err)
{
    int64_t tenure_id = 0;
    enum th_status status = th_cli_id(cli, 0, &tenure_id, err);
    return status == TH_OK ? th_tenure_show(cli->registry, tenure_id, ret_reply, err) : status;
}

const struct th_cli_command th_cli_tenure_commands[] = {
    {"tenure", "import", TH_CLI_WRITE, "FILE", "template holder=PARTY village=V",
     "read accepted rejected unchanged scans_added file columns | incomplete: parcel_id on share "
     "| problems: row number=contract_number severity code message hint",
     run_import},
    {"tenure", "list", TH_CLI_READ, "", "holder=PARTY on=DATE",
     "contracts: tenure_id number=contract_number household holder declared_mu from to rent_fen "
     "guarantee_fen dividend carbon_right ended | n",
     run_list},
    {"tenure", "show", TH_CLI_READ, "ID", "",
     "tenure_id number=contract_number household holder certificate certificate_expires "
     "declared_mu from to rent_fen guarantee_fen dividend carbon_right ended "
     "| parcels: parcel_id number village_name state share "
     "| documents: document_id name=file sha256 seq",
     run_show},
    {0},
};
