// Units to come: forecast; trade propose subscription, forward, option, delivery, exercise.
#include "cli/cli.h"
#include "cli/trade_view.h"
#include "trading/ahead/forecast.h"
#include "trading/ahead/promise.h"

#define FORECAST_VIEW                                                                              \
    "forecasts: forecast_id package owner_name of_trade_id on registered_t promised_t arrived_t "  \
    "lost_t free_t"

static struct th_promise_input promise_input(const struct th_cli *cli)
{
    return (struct th_promise_input){.from = th_cli_option(cli, "from"),
                                     .to = th_cli_option(cli, "to"),
                                     .tonnes = th_cli_option(cli, "tonnes"),
                                     .tax = th_cli_option(cli, "tax"),
                                     .package = th_cli_option(cli, "package"),
                                     .on_forecast = th_cli_flag(cli, "on-forecast"),
                                     .on = th_cli_option(cli, "on")};
}

static enum th_status run_subscription(struct th_cli *cli, struct th_json **ret_reply,
                                       struct th_error *err)
{
    struct th_promise_input input = promise_input(cli);
    input.price = th_cli_option(cli, "price");
    input.deliver_by = th_cli_option(cli, "deliver-by");
    input.if_short = th_cli_option(cli, "if-short");
    return th_trade_propose_subscription(cli->registry, &cli->request, &input, ret_reply, err);
}

static enum th_status run_forward(struct th_cli *cli, struct th_json **ret_reply,
                                  struct th_error *err)
{
    struct th_promise_input input = promise_input(cli);
    input.price = th_cli_option(cli, "price");
    input.deliver_by = th_cli_option(cli, "deliver-by");
    input.if_short = th_cli_option(cli, "if-short");
    return th_trade_propose_forward(cli->registry, &cli->request, &input, ret_reply, err);
}

static enum th_status run_option(struct th_cli *cli, struct th_json **ret_reply,
                                 struct th_error *err)
{
    struct th_promise_input input = promise_input(cli);
    input.price = th_cli_option(cli, "strike");
    input.premium = th_cli_option(cli, "premium");
    input.window = th_cli_option(cli, "window");
    return th_trade_propose_option(cli->registry, &cli->request, &input, ret_reply, err);
}

static enum th_status run_delivery(struct th_cli *cli, struct th_json **ret_reply,
                                   struct th_error *err)
{
    const struct th_delivery_input input = {.of = th_cli_option(cli, "of"),
                                            .tonnes = th_cli_option(cli, "tonnes"),
                                            .refund = th_cli_flag(cli, "refund"),
                                            .on = th_cli_option(cli, "on")};
    return th_trade_propose_delivery(cli->registry, &cli->request, &input, ret_reply, err);
}

static enum th_status run_exercise(struct th_cli *cli, struct th_json **ret_reply,
                                   struct th_error *err)
{
    const struct th_delivery_input input = {.of = th_cli_option(cli, "option"),
                                            .tonnes = th_cli_option(cli, "tonnes"),
                                            .on = th_cli_option(cli, "on")};
    return th_trade_propose_exercise(cli->registry, &cli->request, &input, ret_reply, err);
}

static enum th_status run_register(struct th_cli *cli, struct th_json **ret_reply,
                                   struct th_error *err)
{
    const struct th_forecast_input input = {.package = th_cli_option(cli, "package"),
                                            .run = th_cli_option(cli, "run"),
                                            .tonnes = th_cli_option(cli, "tonnes"),
                                            .document = th_cli_option(cli, "document"),
                                            .on = th_cli_option(cli, "on")};
    return th_forecast_register(cli->registry, &cli->request, &input, ret_reply, err);
}

static enum th_status run_correct(struct th_cli *cli, struct th_json **ret_reply,
                                  struct th_error *err)
{
    const struct th_forecast_input input = {.package = cli->positionals[0],
                                            .run = th_cli_option(cli, "run"),
                                            .tonnes = th_cli_option(cli, "tonnes"),
                                            .document = th_cli_option(cli, "document"),
                                            .reason = th_cli_option(cli, "reason")};
    return th_forecast_correct(cli->registry, &cli->request, &input, ret_reply, err);
}

static enum th_status run_forecast_list(struct th_cli *cli, struct th_json **ret_reply,
                                        struct th_error *err)
{
    return th_forecast_list(cli->registry, th_cli_option(cli, "package"), th_cli_flag(cli, "open"),
                            ret_reply, err);
}

static enum th_status run_forecast_show(struct th_cli *cli, struct th_json **ret_reply,
                                        struct th_error *err)
{
    return th_forecast_show(cli->registry, cli->positionals[0], ret_reply, err);
}

static enum th_status run_settle(struct th_cli *cli, struct th_json **ret_reply,
                                 struct th_error *err)
{
    return th_forecast_close(cli->registry, &cli->request, cli->positionals[0], ret_reply, err);
}

const struct th_cli_command th_cli_promise_commands[] = {
    {"forecast", "register", TH_CLI_WRITE, "", "package!=P run=RUN tonnes=N document=FILE on=DATE",
     FORECAST_VIEW, run_register},
    {"forecast", "correct", TH_CLI_WRITE, "PACKAGE", "run=RUN tonnes=N document=FILE reason!=TEXT",
     FORECAST_VIEW, run_correct},
    {"forecast", "list", TH_CLI_READ, "", "package=P open", FORECAST_VIEW, run_forecast_list},
    {"forecast", "show", TH_CLI_READ, "FORECAST", "",
     "forecast_id package owner_name of_trade_id run_id document_id on registered_t promised_t "
     "arrived_t lost_t free_t | vintages: vintage tonnes "
     "| promises: trade_id kind buyer_name forecast_t | corrections: was_t registered_t by reason",
     run_forecast_show},
    {"forecast", "settle", TH_CLI_WRITE, "PACKAGE", "",
     FORECAST_VIEW " | deals: trade_id kind seller_name buyer_name tonnes due_t locked_t "
                   "forecast_t short_t",
     run_settle},
    {"trade", "propose subscription", TH_CLI_WRITE, "",
     "from=BANK to!=PARTY tonnes!=N price!=P deliver-by!=DATE if-short=refund|replace package=P "
     "on-forecast tax=PERCENT on=DATE",
     TH_CLI_TRADE_VIEW, run_subscription},
    {"trade", "propose forward", TH_CLI_WRITE, "",
     "from!=SELLER to!=BUYER tonnes!=N price!=P deliver-by!=DATE if-short=refund|replace package=P "
     "on-forecast tax=PERCENT on=DATE",
     TH_CLI_TRADE_VIEW, run_forward},
    {"trade", "propose option", TH_CLI_WRITE, "",
     "from=BANK to!=HOLDER tonnes!=N strike!=P premium!=A window!=FROM..TO package=P on-forecast "
     "tax=PERCENT on=DATE",
     TH_CLI_TRADE_VIEW, run_option},
    {"trade", "propose delivery", TH_CLI_WRITE, "", "of!=TRADE tonnes=N refund on=DATE",
     TH_CLI_TRADE_VIEW, run_delivery},
    {"trade", "propose exercise", TH_CLI_WRITE, "", "option!=TRADE tonnes=N on=DATE",
     TH_CLI_TRADE_VIEW, run_exercise},
    {0},
};
