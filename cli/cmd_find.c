// unit find; price list; beneficiary list, review.
#include "cli/cli.h"
#include "trading/deal/beneficiary.h"
#include "trading/trace/price.h"
#include "trading/trace/unit_find.h"

static enum th_status run_find(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err)
{
    struct th_unit_find_options options = {.prefix = th_cli_option(cli, "prefix"),
                                           .vintage = th_cli_option(cli, "vintage"),
                                           .package = th_cli_option(cli, "package"),
                                           .village = th_cli_option(cli, "village"),
                                           .owner = th_cli_option(cli, "owner"),
                                           .state = th_cli_option(cli, "state"),
                                           .beneficiary = th_cli_option(cli, "beneficiary"),
                                           .after = th_cli_option(cli, "after")};
    enum th_status status = th_cli_int(cli, "limit", 0, &options.limit, err);
    return status == TH_OK ? th_unit_find(cli->registry, &options, ret_reply, err) : status;
}

static enum th_status run_prices(struct th_cli *cli, struct th_json **ret_reply,
                                 struct th_error *err)
{
    const struct th_price_options options = {.kind = th_cli_option(cli, "kind"),
                                             .from = th_cli_option(cli, "from"),
                                             .to = th_cli_option(cli, "to"),
                                             .vintage = th_cli_option(cli, "vintage")};
    return th_price_list(cli->registry, &options, ret_reply, err);
}

static enum th_status run_list(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err)
{
    return th_beneficiary_list(cli->registry, th_cli_option(cli, "review"), ret_reply, err);
}

static enum th_status run_review(struct th_cli *cli, struct th_json **ret_reply,
                                 struct th_error *err)
{
    const struct th_beneficiary_input input = {.name = cli->positionals[0],
                                               .uscc = th_cli_option(cli, "uscc"),
                                               .decision = th_cli_option(cli, "decision"),
                                               .reason = th_cli_option(cli, "reason")};
    return th_beneficiary_review(cli->registry, &cli->request, &input, ret_reply, err);
}

const struct th_cli_command th_cli_find_commands[] = {
    {"unit", "find", TH_CLI_READ, "",
     "prefix=PART vintage=Y package=P village=V owner=PARTY "
     "state=held|locked|buffer|retired|cancelled beneficiary=NAME after=SERIAL limit=N",
     "units: serial tonnes vintage package state owner_name since trade_id beneficiary "
     "| n tonnes next",
     run_find},
    {"price", "list", TH_CLI_READ, "", "kind=KIND from=D to=D vintage=Y",
     "prices: trade_id on kind tonnes price_fen amount_fen first_vintage last_vintage "
     "methodologies grounds | months: month kind n tonnes lowest_fen mean_fen highest_fen | n",
     run_prices},
    {"beneficiary", "list", TH_CLI_READ, "", "review=new|accepted|refused",
     "beneficiaries: name uscc registered_name agrees review n_trades first_trade retired_t "
     "reviewed_by reviewed_on reason | n",
     run_list},
    {"beneficiary", "review", TH_CLI_WRITE, "NAME", "uscc=USCC decision!=accept|refuse reason=TEXT",
     "name uscc review reviewed_by reason", run_review},
    {0},
};
