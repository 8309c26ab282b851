// trade propose, approve, reject, list, show; receipt confirm.
#include "cli/cli.h"
#include "trading/trade.h"

#define TRADE_VIEW                                                                                 \
    "trade_id kind state seller_name buyer_name tonnes price_fen amount_fen tax_rate tax_fen "     \
    "net_fen beneficiary beneficiary_uscc purpose note on proposed_by decided_by decided_on "      \
    "reason statement_based received_fen outstanding_fen "                                         \
    "| lines: package seller_name tonnes amount_fen cost_fen "                                     \
    "| blocks: prefix first last tonnes vintage statement_based "                                  \
    "| receipts: receipt_id amount_fen on login"

static enum th_status run_purchase(struct th_cli *cli, struct th_json **ret_reply,
                                   struct th_error *err)
{
    struct th_purchase_input input = {.to = th_cli_option(cli, "to"),
                                      .price = th_cli_option(cli, "price"),
                                      .amount = th_cli_option(cli, "amount"),
                                      .tax = th_cli_option(cli, "tax"),
                                      .tonnes = th_cli_option(cli, "tonnes"),
                                      .on = th_cli_option(cli, "on")};
    input.packages = th_cli_list(cli, "package", &input.n_packages);
    return th_trade_propose_purchase(cli->registry, &cli->request, &input, ret_reply, err);
}

static enum th_status run_resale(struct th_cli *cli, struct th_json **ret_reply,
                                 struct th_error *err)
{
    struct th_resale_input input = {.from = th_cli_option(cli, "from"),
                                    .to = th_cli_option(cli, "to"),
                                    .tonnes = th_cli_option(cli, "tonnes"),
                                    .price = th_cli_option(cli, "price"),
                                    .tax = th_cli_option(cli, "tax"),
                                    .package = th_cli_option(cli, "package"),
                                    .on = th_cli_option(cli, "on")};
    return th_trade_propose_resale(cli->registry, &cli->request, &input, ret_reply, err);
}

static enum th_status run_retirement(struct th_cli *cli, struct th_json **ret_reply,
                                     struct th_error *err)
{
    struct th_retirement_input input = {.holder = th_cli_option(cli, "holder"),
                                        .tonnes = th_cli_option(cli, "tonnes"),
                                        .beneficiary = th_cli_option(cli, "beneficiary"),
                                        .beneficiary_uscc = th_cli_option(cli, "beneficiary-uscc"),
                                        .purpose = th_cli_option(cli, "purpose"),
                                        .note = th_cli_option(cli, "note"),
                                        .on = th_cli_option(cli, "on")};
    return th_trade_propose_retirement(cli->registry, &cli->request, &input, ret_reply, err);
}

static enum th_status run_approve(struct th_cli *cli, struct th_json **ret_reply,
                                  struct th_error *err)
{
    int64_t trade_id = 0;
    enum th_status status = th_cli_id(cli, 0, &trade_id, err);
    return status == TH_OK ? th_trade_approve(cli->registry, &cli->request, trade_id,
                                              th_cli_option(cli, "on"), ret_reply, err)
                           : status;
}

static enum th_status run_reject(struct th_cli *cli, struct th_json **ret_reply,
                                 struct th_error *err)
{
    int64_t trade_id = 0;
    enum th_status status = th_cli_id(cli, 0, &trade_id, err);
    return status == TH_OK ? th_trade_reject(cli->registry, &cli->request, trade_id,
                                             th_cli_option(cli, "reason"), ret_reply, err)
                           : status;
}

static enum th_status run_list(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err)
{
    return th_trade_list(cli->registry, th_cli_option(cli, "kind"), th_cli_option(cli, "state"),
                         ret_reply, err);
}

static enum th_status run_show(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err)
{
    int64_t trade_id = 0;
    enum th_status status = th_cli_id(cli, 0, &trade_id, err);
    return status == TH_OK ? th_trade_show(cli->registry, trade_id, ret_reply, err) : status;
}

static enum th_status run_receipt(struct th_cli *cli, struct th_json **ret_reply,
                                  struct th_error *err)
{
    int64_t trade_id = 0;
    enum th_status status = th_cli_id(cli, 0, &trade_id, err);
    return status == TH_OK ? th_receipt_confirm(cli->registry, &cli->request, trade_id,
                                                th_cli_option(cli, "amount"),
                                                th_cli_option(cli, "on"), ret_reply, err)
                           : status;
}

const struct th_cli_command th_cli_trade_commands[] = {
    {"trade", "propose purchase", TH_CLI_WRITE, "",
     "package*=P to!=BANK price=P amount=A tax=PERCENT tonnes=N on=DATE", TRADE_VIEW, run_purchase},
    {"trade", "propose resale", TH_CLI_WRITE, "",
     "from!=BANK to!=BUYER tonnes!=N price!=P tax=PERCENT package=P on=DATE", TRADE_VIEW,
     run_resale},
    {"trade", "propose retirement", TH_CLI_WRITE, "",
     "holder!=H tonnes!=N beneficiary!=B beneficiary-uscc=CODE "
     "purpose!=offset|product|event|donation note=T on=DATE",
     TRADE_VIEW, run_retirement},
    {"trade", "approve", TH_CLI_WRITE, "TRADE", "on=DATE", TRADE_VIEW, run_approve},
    {"trade", "reject", TH_CLI_WRITE, "TRADE", "reason=TEXT", TRADE_VIEW, run_reject},
    {"trade", "list", TH_CLI_READ, "", "kind=KIND state=STATE",
     "trades: trade_id kind state on seller_name buyer_name tonnes price_fen amount_fen "
     "outstanding_fen",
     run_list},
    {"trade", "show", TH_CLI_READ, "TRADE", "", TRADE_VIEW, run_show},
    {"receipt", "confirm", TH_CLI_WRITE, "TRADE", "amount!=A on=DATE", TRADE_VIEW, run_receipt},
    {0},
};
