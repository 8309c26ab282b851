// reversal preview, propose, show, list.
#include "cli/cli.h"
#include "cli/trade_view.h"
#include "trading/reversal/reversal.h"

#define REVERSAL_OPTIONS                                                                           \
    "cause!=fire|felling|pest|storm|conversion|other on=DATE loss=PERCENT layer=L crs=EPSG:n "     \
    "encoding=E"
#define REVERSAL_VIEW                                                                              \
    "reversal.cause reversal.on reversal.loss_percent reversal.area_m2 reversal.area_mu "          \
    "reversal.lost_kg reversal.tonnes reversal.buffer_t reversal.owed_t reversal.open_t "          \
    "| affected_parcels: package holder_name parcel_id version number village_name parcel_mu "     \
    "area_m2 area_mu share_percent lost_kg "                                                       \
    "| affected_vintages: prefix vintage lost_kg tonnes "                                          \
    "| affected_serials: serial tonnes parcel_id owner_name state "                                \
    "| buffer: serial tonnes owner_name | owed: party_name owed_t filled_t open_t "

static struct th_reversal_input input_of(const struct th_cli *cli)
{
    return (struct th_reversal_input){.file = cli->positionals[0],
                                      .layer = th_cli_option(cli, "layer"),
                                      .crs = th_cli_option(cli, "crs"),
                                      .encoding = th_cli_option(cli, "encoding"),
                                      .on = th_cli_option(cli, "on"),
                                      .cause = th_cli_option(cli, "cause"),
                                      .loss = th_cli_option(cli, "loss"),
                                      .note = th_cli_option(cli, "note"),
                                      .document = th_cli_option(cli, "document")};
}

static enum th_status run_preview(struct th_cli *cli, struct th_json **ret_reply,
                                  struct th_error *err)
{
    const struct th_reversal_input input = input_of(cli);
    return th_reversal_preview(cli->registry, &cli->request, &input, ret_reply, err);
}

static enum th_status run_propose(struct th_cli *cli, struct th_json **ret_reply,
                                  struct th_error *err)
{
    const struct th_reversal_input input = input_of(cli);
    return th_trade_propose_reversal(cli->registry, &cli->request, &input, ret_reply, err);
}

static enum th_status run_show(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err)
{
    int64_t trade_id = 0;
    enum th_status status = th_cli_id(cli, 0, &trade_id, err);
    return status == TH_OK ? th_reversal_show(cli->registry, trade_id,
                                              th_cli_option(cli, "geojson"), ret_reply, err)
                           : status;
}

static enum th_status run_list(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err)
{
    return th_reversal_list(cli->registry, th_cli_flag(cli, "open"), ret_reply, err);
}

const struct th_cli_command th_cli_reversal_commands[] = {
    {"reversal", "preview", TH_CLI_READ, "FILE", REVERSAL_OPTIONS, REVERSAL_VIEW, run_preview},
    {"reversal", "propose", TH_CLI_WRITE, "FILE", REVERSAL_OPTIONS " note=T document=FILE",
     "trade_id state note proposed_by expires_on | " REVERSAL_VIEW, run_propose},
    {"reversal", "show", TH_CLI_READ, "TRADE", "geojson=FILE",
     "trade_id state note proposed_by decided_by decided_on expires_on file | " REVERSAL_VIEW,
     run_show},
    {"reversal", "list", TH_CLI_READ, "", "open",
     "reversals: trade_id state on cause loss_percent holder_name tonnes buffer_t owed_t open_t",
     run_list},
    {0},
};
