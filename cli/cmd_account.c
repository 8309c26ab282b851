// account list, statement.
#include "cli/cli.h"
#include "trading/account/account.h"
#include "trading/print/printed_statement.h"

static enum th_status run_list(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err)
{
    return th_account_list(cli->registry, ret_reply, err);
}

static enum th_status run_statement(struct th_cli *cli, struct th_json **ret_reply,
                                    struct th_error *err)
{
    const char *party = cli->positionals[0];
    const char *from = th_cli_option(cli, "from");
    const char *to = th_cli_option(cli, "to");
    const struct th_printed_where where = {th_cli_option(cli, "out"), cli->messages, cli->lang};
    return where.path != NULL
               ? th_account_statement_file(cli->registry, party, from, to, &where, ret_reply, err)
               : th_account_statement(cli->registry, party, from, to, ret_reply, err);
}

const struct th_cli_command th_cli_account_commands[] = {
    {"account", "list", TH_CLI_READ, "", "",
     "parties: party name kind held_t locked_t buffer_t retired_t cancelled_t claim_fen cash_fen "
     "money_fen | totals.issued_t totals.held_t totals.locked_t totals.buffer_t totals.retired_t "
     "totals.cancelled_t totals.money_fen balanced",
     run_list},
    {"account", "statement", TH_CLI_READ, "PARTY", "from=D to=D out=FILE",
     "file party name kind from to reversal_owed_t opening | entries: on booked_on event serial "
     "signed_t=tonnes from_state state "
     "account "
     "memo "
     "amount_fen trade_id claim_fen cash_fen held_t | closing",
     run_statement},
    {0},
};
