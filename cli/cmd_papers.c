// certificate; trade contract.
#include "cli/cli.h"
#include "trading/print/certificate.h"
#include "trading/print/contract.h"

static enum th_status run_certificate(struct th_cli *cli, struct th_json **ret_reply,
                                      struct th_error *err)
{
    int64_t trade_id = 0;
    enum th_status status = th_cli_id(cli, 0, &trade_id, err);
    return status == TH_OK
               ? th_trade_certificate(cli->registry, trade_id, th_cli_option(cli, "out"),
                                      cli->messages, ret_reply, err)
               : status;
}

static enum th_status run_contract(struct th_cli *cli, struct th_json **ret_reply,
                                   struct th_error *err)
{
    int64_t trade_id = 0;
    enum th_status status = th_cli_id(cli, 0, &trade_id, err);
    return status == TH_OK ? th_trade_contract(cli->registry, trade_id, th_cli_option(cli, "out"),
                                               cli->messages, cli->lang, ret_reply, err)
                           : status;
}

const struct th_cli_command th_cli_paper_commands[] = {
    {"certificate", "", TH_CLI_READ, "RETIREMENT", "out!=FILE",
     "certificate_id trade_id tonnes file sha256 head_seq head n_blocks n_warnings",
     run_certificate},
    {"trade", "contract", TH_CLI_READ, "TRADE", "out!=FILE",
     "contract_id trade_id kind state tonnes amount_fen file sha256 head_seq head n_blocks",
     run_contract},
    {0},
};
