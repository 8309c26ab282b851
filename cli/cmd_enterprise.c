// enterprise record, import, list; account show.
#include "cli/cli.h"
#include "registry/records/enterprise.h"
#include "trading/account/account_show.h"

static enum th_status run_record(struct th_cli *cli, struct th_json **ret_reply,
                                 struct th_error *err)
{
    const struct th_enterprise_input input = {.party = cli->positionals[0],
                                              .year = th_cli_option(cli, "year"),
                                              .emissions_t = th_cli_option(cli, "emissions-t"),
                                              .level = th_cli_option(cli, "level"),
                                              .grade = th_cli_option(cli, "grade"),
                                              .denominator = th_cli_option(cli, "denominator"),
                                              .efficiency = th_cli_option(cli, "efficiency-value"),
                                              .document = th_cli_option(cli, "document")};
    return th_enterprise_record(cli->registry, &cli->request, &input, ret_reply, err);
}

static enum th_status run_import(struct th_cli *cli, struct th_json **ret_reply,
                                 struct th_error *err)
{
    const struct th_record_options options = {.source = cli->positionals[0],
                                              .year = th_cli_option(cli, "year"),
                                              .messages = cli->messages,
                                              .lang = cli->lang};
    if (th_cli_flag(cli, "template")) {
        return th_enterprise_template(options.source, cli->messages, cli->lang, ret_reply, err);
    }
    return th_enterprise_import(cli->registry, &cli->request, &options, ret_reply, err);
}

static enum th_status run_list(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err)
{
    return th_enterprise_list(cli->registry, th_cli_option(cli, "year"), cli->messages, cli->lang,
                              ret_reply, err);
}

static enum th_status run_show(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err)
{
    return th_account_show(cli->registry, cli->positionals[0], cli->messages, cli->lang, ret_reply,
                           err);
}

const struct th_cli_command th_cli_enterprise_commands[] = {
    {"enterprise", "record", TH_CLI_WRITE, "PARTY",
     "year!=Y emissions-t!=T level!=low|middle|high grade!=1|2|3|4|5 "
     "denominator!=output_value|value_added efficiency-value!=V document!=FILE",
     "party name year version emissions_kg level=carbon_level grade=carbon_grade denominator "
     "efficiency document unchanged",
     run_record},
    {"enterprise", "import", TH_CLI_WRITE, "FILE", "template year=Y",
     "read accepted changed rejected unchanged ignored file columns "
     "| problems: row number=name code severity message hint",
     run_import},
    {"enterprise", "list", TH_CLI_READ, "", "year=Y",
     "years: name year emissions_kg level=carbon_level grade=carbon_grade retired_t "
     "neutral_percent measured_percent | n "
     "mark",
     run_list},
    {"account", "show", TH_CLI_READ, "PARTY", "",
     "party name kind uscc village held_t locked_t buffer_t retired_t cancelled_t "
     "reversal_owed_t claim_fen "
     "cash_fen money_fen mark | years: year version emissions_kg level=carbon_level "
     "grade=carbon_grade denominator "
     "efficiency document retired_t by_statement_t neutral_percent measured_percent "
     "| packages: package_id name holder state methodology from to issued_t buffer_t "
     "contributed_kg",
     run_show},
    {0},
};
