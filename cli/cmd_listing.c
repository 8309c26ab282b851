// trade propose listing, acceptance; trade withdraw.
#include "cli/cli.h"
#include "cli/trade_view.h"
#include "trading/spot/listing.h"

static enum th_status run_listing(struct th_cli *cli, struct th_json **ret_reply,
                                  struct th_error *err)
{
    const struct th_listing_input input = {.holder = th_cli_option(cli, "holder"),
                                           .tonnes = th_cli_option(cli, "tonnes"),
                                           .price = th_cli_option(cli, "price"),
                                           .tax = th_cli_option(cli, "tax"),
                                           .package = th_cli_option(cli, "package"),
                                           .least = th_cli_option(cli, "min-tonnes"),
                                           .until = th_cli_option(cli, "until"),
                                           .on = th_cli_option(cli, "on")};
    return th_trade_propose_listing(cli->registry, &cli->request, &input, ret_reply, err);
}

static enum th_status run_acceptance(struct th_cli *cli, struct th_json **ret_reply,
                                     struct th_error *err)
{
    const struct th_acceptance_input input = {.listing = th_cli_option(cli, "listing"),
                                              .to = th_cli_option(cli, "to"),
                                              .tonnes = th_cli_option(cli, "tonnes"),
                                              .on = th_cli_option(cli, "on")};
    return th_trade_propose_acceptance(cli->registry, &cli->request, &input, ret_reply, err);
}

static enum th_status run_withdraw(struct th_cli *cli, struct th_json **ret_reply,
                                   struct th_error *err)
{
    int64_t trade_id = 0;
    enum th_status status = th_cli_id(cli, 0, &trade_id, err);
    return status == TH_OK
               ? th_listing_withdraw(cli->registry, &cli->request, trade_id, ret_reply, err)
               : status;
}

const struct th_cli_command th_cli_listing_commands[] = {
    {"trade", "propose listing", TH_CLI_WRITE, "",
     "holder!=H tonnes!=N price!=P tax=PERCENT package=P min-tonnes=N until=DATE on=DATE",
     TH_CLI_TRADE_VIEW, run_listing},
    {"trade", "propose acceptance", TH_CLI_WRITE, "", "listing!=TRADE to!=BUYER tonnes=N on=DATE",
     TH_CLI_TRADE_VIEW, run_acceptance},
    {"trade", "withdraw", TH_CLI_WRITE, "TRADE", "", TH_CLI_TRADE_VIEW, run_withdraw},
    {0},
};
