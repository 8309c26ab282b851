// payment; share; party account.
#include "cli/cli.h"
#include "cli/payment_view.h"
#include "trading/member/member.h"
#include "trading/payment/payment.h"

static enum th_status payment_input(const struct th_cli *cli, struct th_payment_input *ret_input,
                                    struct th_error *err)
{
    *ret_input = (struct th_payment_input){.party = th_cli_option(cli, "party"),
                                           .on = th_cli_option(cli, "on"),
                                           .reference = th_cli_option(cli, "reference"),
                                           .note = th_cli_option(cli, "note")};
    return th_cli_id(cli, 0, &ret_input->run_id, err);
}

static enum th_status run_confirm(struct th_cli *cli, struct th_json **ret_reply,
                                  struct th_error *err)
{
    struct th_payment_input input;
    enum th_status status = payment_input(cli, &input, err);
    return status == TH_OK
               ? th_payment_confirm(cli->registry, &cli->request, &input, ret_reply, err)
               : status;
}

static enum th_status run_return(struct th_cli *cli, struct th_json **ret_reply,
                                 struct th_error *err)
{
    struct th_payment_input input;
    enum th_status status = payment_input(cli, &input, err);
    return status == TH_OK ? th_payment_return(cli->registry, &cli->request, &input, ret_reply, err)
                           : status;
}

static enum th_status run_resend(struct th_cli *cli, struct th_json **ret_reply,
                                 struct th_error *err)
{
    struct th_payment_input input;
    enum th_status status = payment_input(cli, &input, err);
    return status == TH_OK ? th_payment_resend(cli->registry, &cli->request, &input, ret_reply, err)
                           : status;
}

static enum th_status run_payments(struct th_cli *cli, struct th_json **ret_reply,
                                   struct th_error *err)
{
    int64_t run_id = 0;
    enum th_status status = th_cli_int(cli, "run", 0, &run_id, err);
    return status == TH_OK
               ? th_payment_list_show(cli->registry, run_id, th_cli_option(cli, "state"), false,
                                      ret_reply, err)
               : status;
}

static enum th_status run_payment_import(struct th_cli *cli, struct th_json **ret_reply,
                                         struct th_error *err)
{
    const struct th_payment_import_input input = {
        .source = cli->positionals[0], .messages = cli->messages, .lang = cli->lang};
    return th_payment_import(cli->registry, &cli->request, &input, ret_reply, err);
}

enum th_status th_cli_run_party_account_add(struct th_cli *cli, struct th_json **ret_reply,
                                            struct th_error *err)
{
    const struct th_party_account_input input = {.party = cli->positionals[0],
                                                 .bank = th_cli_option(cli, "bank"),
                                                 .number = th_cli_option(cli, "number"),
                                                 .holder = th_cli_option(cli, "holder")};
    return th_party_account_add(cli->registry, &cli->request, &input, ret_reply, err);
}

enum th_status th_cli_run_party_account_list(struct th_cli *cli, struct th_json **ret_reply,
                                             struct th_error *err)
{
    return th_party_account_list(cli->registry, th_cli_option(cli, "party"),
                                 th_cli_option(cli, "state"), ret_reply, err);
}

static enum th_status account_word(const struct th_cli *cli, struct th_party_account_word *ret_word,
                                   struct th_error *err)
{
    *ret_word = (struct th_party_account_word){.number = th_cli_option(cli, "number"),
                                               .reason = th_cli_option(cli, "reason")};
    return th_cli_id(cli, 0, &ret_word->account_id, err);
}

enum th_status th_cli_run_party_account_confirm(struct th_cli *cli, struct th_json **ret_reply,
                                                struct th_error *err)
{
    struct th_party_account_word word;
    enum th_status status = account_word(cli, &word, err);
    return status == TH_OK
               ? th_party_account_confirm(cli->registry, &cli->request, &word, ret_reply, err)
               : status;
}

enum th_status th_cli_run_party_account_refuse(struct th_cli *cli, struct th_json **ret_reply,
                                               struct th_error *err)
{
    struct th_party_account_word word;
    enum th_status status = account_word(cli, &word, err);
    return status == TH_OK
               ? th_party_account_refuse(cli->registry, &cli->request, &word, ret_reply, err)
               : status;
}

static enum th_status run_share_add(struct th_cli *cli, struct th_json **ret_reply,
                                    struct th_error *err)
{
    const struct th_share_input input = {.group = cli->positionals[0],
                                         .member = cli->positionals[1],
                                         .share = th_cli_option(cli, "share"),
                                         .from = th_cli_option(cli, "from"),
                                         .to = th_cli_option(cli, "to"),
                                         .expected = th_cli_option(cli, "expected"),
                                         .document = th_cli_option(cli, "document")};
    return th_share_add(cli->registry, &cli->request, &input, ret_reply, err);
}

static enum th_status run_share_import(struct th_cli *cli, struct th_json **ret_reply,
                                       struct th_error *err)
{
    const struct th_share_import_input input = {.source = cli->positionals[0],
                                                .add_kind = th_cli_option(cli, "add"),
                                                .messages = cli->messages,
                                                .lang = cli->lang};
    return th_share_import(cli->registry, &cli->request, &input, ret_reply, err);
}

static enum th_status run_share_list(struct th_cli *cli, struct th_json **ret_reply,
                                     struct th_error *err)
{
    return th_share_list(cli->registry, th_cli_option(cli, "group"), th_cli_option(cli, "on"),
                         ret_reply, err);
}

#define CHANGED "distribution_id n amount_fen | payments: " TH_CLI_PAYMENT_VIEW

const struct th_cli_command th_cli_money_commands[] = {
    {"payment", "confirm", TH_CLI_WRITE, "RUN", "party=PARTY on=D reference=TEXT", CHANGED,
     run_confirm},
    {"payment", "return", TH_CLI_WRITE, "RUN", "party!=PARTY on=D reference=TEXT note=TEXT",
     CHANGED, run_return},
    {"payment", "resend", TH_CLI_WRITE, "RUN", "party=PARTY on=D", CHANGED, run_resend},
    {"payment", "list", TH_CLI_READ, "", "run=ID state=owed|paid|returned",
     "payments: " TH_CLI_PAYMENT_VIEW, run_payments},
    {"payment", "import", TH_CLI_WRITE, "FILE", "",
     "read accepted rejected unchanged | problems: row number=payment_number severity code message "
     "hint",
     run_payment_import},
    {"share", "add", TH_CLI_WRITE, "GROUP MEMBER",
     "share!=FRACTION from=D to=D expected=A document!=FILE",
     "share_id group_name member_name share from to expected_fen document_sha256", run_share_add},
    {"share", "import", TH_CLI_WRITE, "FILE", "add=household|person",
     "read accepted rejected unchanged parties_added | problems: row number=member_name severity "
     "code message hint",
     run_share_import},
    {"share", "list", TH_CLI_READ, "", "group=PARTY on=D",
     "on | share_sums: group_name n sum whole | shares: share_id group_name member_name share from "
     "to "
     "expected_fen",
     run_share_list},
    {0},
};
