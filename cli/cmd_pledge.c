// trade propose pledge, release, enforcement; pledge list; loan payout, repay, interest, correct.
#include "cli/cli.h"
#include "cli/trade_view.h"
#include "trading/pledge/pledge.h"

static enum th_status run_pledge(struct th_cli *cli, struct th_json **ret_reply,
                                 struct th_error *err)
{
    const struct th_pledge_input input = {
        .holder = th_cli_option(cli, "holder"),
        .to = th_cli_option(cli, "to"),
        .tonnes = th_cli_option(cli, "tonnes"),
        .package = th_cli_option(cli, "package"),
        .on_forecast = th_cli_flag(cli, "on-forecast"),
        .after = th_cli_option(cli, "after"),
        .receivable = th_cli_option(cli, "receivable"),
        .debtor = th_cli_option(cli, "debtor"),
        .principal = th_cli_option(cli, "principal"),
        .rate = th_cli_option(cli, "rate"),
        .from = th_cli_option(cli, "from"),
        .until = th_cli_option(cli, "until"),
        .valuation = th_cli_option(cli, "valuation"),
        .valuation_per_t = th_cli_option(cli, "valuation-per-tonne"),
        .number = th_cli_option(cli, "number"),
        .registrar_number = th_cli_option(cli, "registrar-number"),
        .registrar_until = th_cli_option(cli, "registrar-until"),
        .on = th_cli_option(cli, "on")};
    return th_trade_propose_pledge(cli->registry, &cli->request, &input, ret_reply, err);
}

static enum th_status run_release(struct th_cli *cli, struct th_json **ret_reply,
                                  struct th_error *err)
{
    const struct th_release_input input = {.pledge = th_cli_option(cli, "pledge"),
                                           .tonnes = th_cli_option(cli, "tonnes"),
                                           .note = th_cli_option(cli, "note"),
                                           .on = th_cli_option(cli, "on")};
    return th_trade_propose_release(cli->registry, &cli->request, &input, ret_reply, err);
}

static enum th_status run_enforcement(struct th_cli *cli, struct th_json **ret_reply,
                                      struct th_error *err)
{
    struct th_enforcement_input input = {.pledge = th_cli_option(cli, "pledge"),
                                         .to = th_cli_option(cli, "to"),
                                         .tonnes = th_cli_option(cli, "tonnes"),
                                         .price = th_cli_option(cli, "price"),
                                         .tax = th_cli_option(cli, "tax"),
                                         .owed = th_cli_option(cli, "owed"),
                                         .number = th_cli_option(cli, "number"),
                                         .on = th_cli_option(cli, "on")};
    input.next = th_cli_list(cli, "owed-next", &input.n_next);
    return th_trade_propose_enforcement(cli->registry, &cli->request, &input, ret_reply, err);
}

static enum th_status run_list(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err)
{
    return th_pledge_list(cli->registry, th_cli_option(cli, "holder"), th_cli_option(cli, "to"),
                          th_cli_flag(cli, "ended"), ret_reply, err);
}

static enum th_status pay(struct th_cli *cli, const char *kind, struct th_json **ret_reply,
                          struct th_error *err)
{
    struct th_loan_input input = {.kind = kind,
                                  .amount = th_cli_option(cli, "amount"),
                                  .enforcement = th_cli_option(cli, "enforcement"),
                                  .on = th_cli_option(cli, "on")};
    enum th_status status = th_cli_id(cli, 0, &input.pledge_id, err);
    return status == TH_OK ? th_loan_pay(cli->registry, &cli->request, &input, ret_reply, err)
                           : status;
}

static enum th_status run_payout(struct th_cli *cli, struct th_json **ret_reply,
                                 struct th_error *err)
{
    return pay(cli, "payout", ret_reply, err);
}

static enum th_status run_repay(struct th_cli *cli, struct th_json **ret_reply,
                                struct th_error *err)
{
    return pay(cli, "repayment", ret_reply, err);
}

static enum th_status run_interest(struct th_cli *cli, struct th_json **ret_reply,
                                   struct th_error *err)
{
    return pay(cli, "interest", ret_reply, err);
}

static enum th_status run_correct(struct th_cli *cli, struct th_json **ret_reply,
                                  struct th_error *err)
{
    struct th_loan_correct_input input = {.reason = th_cli_option(cli, "reason"),
                                          .on = th_cli_option(cli, "on")};
    enum th_status status = th_cli_id(cli, 0, &input.payment_id, err);
    return status == TH_OK ? th_loan_correct(cli->registry, &cli->request, &input, ret_reply, err)
                           : status;
}

const struct th_cli_command th_cli_pledge_commands[] = {
    {"trade", "propose pledge", TH_CLI_WRITE, "",
     "holder!=H to!=PLEDGEE tonnes=N package=P on-forecast after=PLEDGE receivable=TRADE "
     "debtor=PARTY principal!=A rate!=PERCENT from!=DATE until!=DATE valuation=A "
     "valuation-per-tonne=A "
     "number!=T registrar-number=T registrar-until=DATE on=DATE",
     TH_CLI_TRADE_VIEW, run_pledge},
    {"trade", "propose release", TH_CLI_WRITE, "", "pledge!=PLEDGE tonnes=N note=T on=DATE",
     TH_CLI_TRADE_VIEW, run_release},
    {"trade", "propose enforcement", TH_CLI_WRITE, "",
     "pledge!=PLEDGE to!=BUYER tonnes!=N price!=P tax=PERCENT owed!=A number!=T "
     "owed-next*=PLEDGE=A on=DATE",
     TH_CLI_TRADE_VIEW, run_enforcement},
    {"pledge", "list", TH_CLI_READ, "", "holder=H to=PLEDGEE ended",
     "pledges: trade_id=pledge_id standing subject rank seller_name=pledgor_name "
     "buyer_name=pledgee_name held_t forecast_t waiting_t principal_fen loan_fen until "
     "registrar_until "
     "warnings",
     run_list},
    {"loan", "payout", TH_CLI_WRITE, "PLEDGE", "amount!=A on=DATE", TH_CLI_TRADE_VIEW, run_payout},
    {"loan", "repay", TH_CLI_WRITE, "PLEDGE", "amount!=A enforcement=TRADE on=DATE",
     TH_CLI_TRADE_VIEW, run_repay},
    {"loan", "interest", TH_CLI_WRITE, "PLEDGE", "amount!=A enforcement=TRADE on=DATE",
     TH_CLI_TRADE_VIEW, run_interest},
    {"loan", "correct", TH_CLI_WRITE, "PAYMENT", "reason!=TEXT on=DATE", TH_CLI_TRADE_VIEW,
     run_correct},
    {0},
};
