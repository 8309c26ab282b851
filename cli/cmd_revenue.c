// revenue: terms, deductions, runs step by step, payment lists, rent, statements.
#include "cli/cli.h"
#include "cli/payment_view.h"
#include "trading/member/member.h"
#include "trading/payment/payment.h"
#include "trading/print/printed_statement.h"
#include "trading/revenue/revenue.h"
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

static enum th_status run_undeduct(struct th_cli *cli, struct th_json **ret_reply,
                                   struct th_error *err)
{
    int64_t deduction_id = 0;
    enum th_status status = th_cli_id(cli, 0, &deduction_id, err);
    return status == TH_OK ? th_deduction_withdraw(cli->registry, &cli->request, deduction_id,
                                                   th_cli_option(cli, "reason"), ret_reply, err)
                           : status;
}

static enum th_status run_term_end(struct th_cli *cli, struct th_json **ret_reply,
                                   struct th_error *err)
{
    int64_t term_id = 0;
    enum th_status status = th_cli_id(cli, 0, &term_id, err);
    return status == TH_OK
               ? th_term_end(cli->registry, &cli->request, term_id, th_cli_option(cli, "on"),
                             th_cli_option(cli, "document"), ret_reply, err)
               : status;
}

static enum th_status run_preview(struct th_cli *cli, struct th_json **ret_reply,
                                  struct th_error *err)
{
    struct th_distribute_input input = {.through = th_cli_option(cli, "through"),
                                        .term = th_cli_option(cli, "term")};
    input.ratios = th_cli_list(cli, "ratio", &input.n_ratios);
    return th_revenue_preview(cli->registry, &cli->request, &input, ret_reply, err);
}

static enum th_status run_distribute(struct th_cli *cli, struct th_json **ret_reply,
                                     struct th_error *err)
{
    struct th_distribute_input input = {.through = th_cli_option(cli, "through"),
                                        .term = th_cli_option(cli, "term"),
                                        .ratio = th_cli_option(cli, "ratio")};
    return th_revenue_distribute(cli->registry, &cli->request, &input, ret_reply, err);
}

static enum th_status run_approve(struct th_cli *cli, struct th_json **ret_reply,
                                  struct th_error *err)
{
    int64_t run_id = 0;
    enum th_status status = th_cli_id(cli, 0, &run_id, err);
    return status == TH_OK ? th_run_approve(cli->registry, &cli->request, run_id,
                                            th_cli_option(cli, "on"), ret_reply, err)
                           : status;
}

static enum th_status run_reject(struct th_cli *cli, struct th_json **ret_reply,
                                 struct th_error *err)
{
    int64_t run_id = 0;
    enum th_status status = th_cli_id(cli, 0, &run_id, err);
    return status == TH_OK ? th_run_reject(cli->registry, &cli->request, run_id,
                                           th_cli_option(cli, "reason"), ret_reply, err)
                           : status;
}

static enum th_status run_runs(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err)
{
    return th_run_list(cli->registry, th_cli_option(cli, "state"), ret_reply, err);
}

static enum th_status run_show(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err)
{
    int64_t run_id = 0;
    enum th_status status = th_cli_id(cli, 0, &run_id, err);
    return status == TH_OK ? th_run_show(cli->registry, run_id, ret_reply, err) : status;
}

static enum th_status run_payment_file(struct th_cli *cli, struct th_json **ret_reply,
                                       struct th_error *err)
{
    struct th_payment_file file = {
        .path = th_cli_option(cli, "out"), .messages = cli->messages, .lang = cli->lang};
    enum th_status status = th_cli_id(cli, 0, &file.run_id, err);
    return status == TH_OK
               ? th_payment_list_file(cli->registry, &cli->request, &file, ret_reply, err)
               : status;
}

static enum th_status run_settle(struct th_cli *cli, struct th_json **ret_reply,
                                 struct th_error *err)
{
    int64_t trade_id = 0;
    enum th_status status = th_cli_id(cli, 0, &trade_id, err);
    return status == TH_OK ? th_reserve_settle(cli->registry, &cli->request, trade_id,
                                               th_cli_option(cli, "actual"),
                                               th_cli_option(cli, "document"), ret_reply, err)
                           : status;
}

static enum th_status run_unsettle(struct th_cli *cli, struct th_json **ret_reply,
                                   struct th_error *err)
{
    int64_t trade_id = 0;
    enum th_status status = th_cli_id(cli, 0, &trade_id, err);
    return status == TH_OK ? th_reserve_unsettle(cli->registry, &cli->request, trade_id,
                                                 th_cli_option(cli, "reason"), ret_reply, err)
                           : status;
}

static enum th_status run_rent(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err)
{
    return th_rent_due(cli->registry, th_cli_option(cli, "year"), th_cli_option(cli, "holder"),
                       ret_reply, err);
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

#define RUN_HEAD                                                                                   \
    "distribution_id state=run_state through proposed_by decided_by decided_on net_fen "           \
    "distributed_fen "                                                                             \
    "kept_fen"
#define RUN                                                                                        \
    RUN_HEAD                                                                                       \
    " reason warnings | sales: trade_id term_id basis ratio receipts_fen tax_fen cost_fen "        \
    "deductions_fen net_fen distributed_fen kept_fen | costs: trade_id kind=deduction_kind "       \
    "amount_fen listed_by withdrawn_by document_sha256 | payments: " TH_CLI_PAYMENT_VIEW

const struct th_cli_command th_cli_revenue_commands[] = {
    {"revenue", "term add", TH_CLI_WRITE, "",
     "from!=D to=D basis!=gross|net_of_cost|net_of_costs ratio!=PERCENT split*=PARTY_KIND=SHARE "
     "for=KIND:WHICH document!=FILE",
     "term_id from to basis ratio for document_sha256 warnings | splits: party_kind party share "
     "| lacking: pool code",
     run_term_add},
    {"revenue", "term list", TH_CLI_READ, "", "",
     "terms: term_id from to ends_on basis ratio for_what for_which document_id | terms/splits: "
     "term_id party_kind party_name share",
     run_term_list},
    {"revenue", "term end", TH_CLI_WRITE, "TERM", "on!=D document!=FILE",
     "term_id from to ends_on document_sha256", run_term_end},
    {"revenue", "deduct", TH_CLI_WRITE, "TRADE",
     "kind!=tax|insurance|verification|fee|reserve amount!=A document!=FILE",
     "deduction_id trade_id kind=deduction_kind amount_fen term_id basis warnings document_sha256",
     run_deduct},
    {"revenue", "undeduct", TH_CLI_WRITE, "DEDUCTION", "reason!=TEXT",
     "deduction_id trade_id kind=deduction_kind amount_fen reason", run_undeduct},
    {"revenue", "preview", TH_CLI_WRITE, "", "through!=D term=ID ratio*=PERCENT",
     "through net_fen distributed_fen kept_fen warnings pending_run | comparison: term_id basis "
     "ratio n_sales net_fen "
     "distributed_fen kept_fen | unassigned: trade_id on code | payments: party name kind "
     "group_name share weight_t pool_t amount_fen basis",
     run_preview},
    {"revenue", "distribute", TH_CLI_WRITE, "", "through!=D term=ID ratio=PERCENT",
     "distribution_id state=run_state through net_fen distributed_fen kept_fen warnings "
     "pending_run | unassigned: trade_id on code | sales: trade_id on buyer_name tonnes price_fen "
     "receipts_fen tax_fen cost_fen deductions_fen net_fen ratio distributed_fen kept_fen pool_t "
     "| payments: party name kind group_name share weight_t pool_t amount_fen basis",
     run_distribute},
    {"revenue", "approve", TH_CLI_WRITE, "RUN", "on=D", RUN, run_approve},
    {"revenue", "reject", TH_CLI_WRITE, "RUN", "reason=TEXT", RUN, run_reject},
    {"revenue", "runs", TH_CLI_READ, "", "state=proposed|approved|rejected", "runs: " RUN_HEAD,
     run_runs},
    {"revenue", "show", TH_CLI_READ, "RUN", "", RUN, run_show},
    {"revenue", "payments", TH_CLI_READ, "RUN", "out!=FILE",
     "file sha256 n amount_fen without_account remarks", run_payment_file},
    {"revenue", "reserve settle", TH_CLI_WRITE, "TRADE", "actual!=A document!=FILE",
     "trade_id reserved_fen actual_fen rest_fen document_sha256", run_settle},
    {"revenue", "reserve unsettle", TH_CLI_WRITE, "TRADE", "reason!=TEXT",
     "trade_id actual_fen reason", run_unsettle},
    {"revenue", "rent", TH_CLI_READ, "", "year!=Y holder=PARTY",
     "year total_fen warnings? | contracts: tenure_id contract household holder_name area_mu "
     "ground_mu kind per_mu_fen due_on amount_fen | households: household amount_fen "
     "| unknown: tenure_id contract household",
     run_rent},
    {"revenue", "statement", TH_CLI_READ, "", "village=V party=PARTY out=FILE",
     "file | parties: party name kind village purchase_fen revenue_fen total_fen paid_fen open_fen "
     "advance_fen owed_back_fen "
     "| parties/purchases: party_name trade_id on kind buyer_name tonnes amount_fen received_fen "
     "open_fen next_on "
     "| parties/purchases/receipts: party_name trade_id on amount_fen "
     "| parties/advances: party_name trade_id on kind buyer_name tonnes amount_fen "
     "| parties/owed_back: party_name trade_id kind of_trade_id on creditor_name amount_fen "
     "returned_fen open_fen "
     "| parties/payments: party_name distribution_id trade_id on buyer_name net_fen ratio weight_t "
     "pool_t share amount_fen state state_on "
     "| purchase_fen revenue_fen total_fen paid_fen open_fen advance_fen owed_back_fen",
     run_revenue},
    {0},
};
