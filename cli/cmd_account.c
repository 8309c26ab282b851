// account list, statement; revenue term, deduct, distribute, statement.
#include "cli/cli.h"
#include "trading/account/account.h"
#include "trading/print/printed_statement.h"
#include "trading/revenue/revenue.h"

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

static enum th_status run_term_add(struct th_cli *cli, struct th_json **ret_reply,
                                   struct th_error *err)
{
    struct th_term_input input = {.from = th_cli_option(cli, "from"),
                                  .to = th_cli_option(cli, "to"),
                                  .basis = th_cli_option(cli, "basis"),
                                  .ratio = th_cli_option(cli, "ratio"),
                                  .scope = th_cli_option(cli, "for"),
                                  .document = th_cli_option(cli, "document")};
    input.splits = th_cli_list(cli, "split", &input.n_splits);
    return th_term_add(cli->registry, &cli->request, &input, ret_reply, err);
}

static enum th_status run_term_list(struct th_cli *cli, struct th_json **ret_reply,
                                    struct th_error *err)
{
    return th_term_list(cli->registry, ret_reply, err);
}

static enum th_status run_deduct(struct th_cli *cli, struct th_json **ret_reply,
                                 struct th_error *err)
{
    int64_t trade_id = 0;
    enum th_status status = th_cli_id(cli, 0, &trade_id, err);
    return status == TH_OK
               ? th_deduction_add(cli->registry, &cli->request, trade_id,
                                  th_cli_option(cli, "kind"), th_cli_option(cli, "amount"),
                                  th_cli_option(cli, "document"), ret_reply, err)
               : status;
}

static enum th_status run_distribute(struct th_cli *cli, struct th_json **ret_reply,
                                     struct th_error *err)
{
    struct th_distribute_input input = {.through = th_cli_option(cli, "through"),
                                        .term = th_cli_option(cli, "term"),
                                        .ratio = th_cli_option(cli, "ratio")};
    return th_revenue_distribute(cli->registry, &cli->request, &input, ret_reply, err);
}

static enum th_status run_revenue(struct th_cli *cli, struct th_json **ret_reply,
                                  struct th_error *err)
{
    const char *village = th_cli_option(cli, "village");
    const char *party = th_cli_option(cli, "party");
    const struct th_printed_where where = {th_cli_option(cli, "out"), cli->messages, cli->lang};
    return where.path != NULL
               ? th_revenue_statement_file(cli->registry, village, party, &where, ret_reply, err)
               : th_revenue_statement(cli->registry, village, party, ret_reply, err);
}

const struct th_cli_command th_cli_account_commands[] = {
    {"account", "list", TH_CLI_READ, "", "",
     "parties: party name kind held_t locked_t buffer_t retired_t cancelled_t claim_fen cash_fen "
     "money_fen | totals.issued_t totals.held_t totals.locked_t totals.buffer_t totals.retired_t "
     "totals.cancelled_t totals.money_fen balanced",
     run_list},
    {"account", "statement", TH_CLI_READ, "PARTY", "from=D to=D out=FILE",
     "file party name kind from to reversal_owed_t opening | entries: on booked_on event serial "
     "tonnes state "
     "account "
     "memo "
     "amount_fen trade_id claim_fen cash_fen held_t | closing",
     run_statement},
    {"revenue", "term add", TH_CLI_WRITE, "",
     "from!=D to=D basis!=gross|net_of_cost|net_of_costs ratio!=PERCENT split*=PARTY_KIND=SHARE "
     "for=KIND:WHICH document!=FILE",
     "term_id from to basis ratio for document_sha256 | splits: party_kind party share",
     run_term_add},
    {"revenue", "term list", TH_CLI_READ, "", "",
     "terms: term_id from to basis ratio for splits document_id", run_term_list},
    {"revenue", "deduct", TH_CLI_WRITE, "TRADE",
     "kind!=tax|insurance|verification|fee|reserve amount!=A document!=FILE",
     "deduction_id trade_id kind=deduction_kind amount_fen term_id basis warnings document_sha256",
     run_deduct},
    {"revenue", "distribute", TH_CLI_WRITE, "", "through!=D term=ID ratio=PERCENT",
     "distribution_id state=run_state through net_fen distributed_fen kept_fen warnings "
     "pending_run | unassigned: trade_id on code | sales: trade_id on buyer_name tonnes price_fen "
     "receipts_fen tax_fen cost_fen deductions_fen net_fen ratio distributed_fen kept_fen "
     "| payments: party name kind group_name share weight_t amount_fen basis",
     run_distribute},
    {"revenue", "statement", TH_CLI_READ, "", "village=V party=PARTY out=FILE",
     "file | parties: party name kind village purchase_fen revenue_fen total_fen paid_fen open_fen "
     "advance_fen "
     "| parties/purchases: party_name trade_id on kind buyer_name tonnes amount_fen received_fen "
     "open_fen next_on receipts "
     "| parties/advances: party_name trade_id on kind buyer_name tonnes amount_fen "
     "| parties/payments: party_name distribution_id trade_id on buyer_name net_fen ratio weight_t "
     "share amount_fen state state_on "
     "| purchase_fen revenue_fen total_fen paid_fen open_fen advance_fen",
     run_revenue},
    {0},
};
