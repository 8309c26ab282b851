// trade propose, approve, reject, list, show; receipt confirm.
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/trade_view.h"
#include "trading/deal/limit.h"
#include "trading/deal/trade.h"
#include "trading/inbox/inbox.h"
#include "trading/revenue/receipt.h"
#include "trading/spot/spot.h"

enum { WORD_SIZE = 32 };

static enum th_status run_purchase(struct th_cli *cli, struct th_json **ret_reply,
                                   struct th_error *err)
{
    struct th_purchase_input input = {.to = th_cli_option(cli, "to"),
                                      .price = th_cli_option(cli, "price"),
                                      .amount = th_cli_option(cli, "amount"),
                                      .tax = th_cli_option(cli, "tax"),
                                      .tonnes = th_cli_option(cli, "tonnes"),
                                      .draw = th_cli_option(cli, "draw"),
                                      .at_once = th_cli_flag(cli, "at-once"),
                                      .on = th_cli_option(cli, "on")};
    input.packages = th_cli_list(cli, "package", &input.n_packages);
    input.pay = th_cli_list(cli, "pay", &input.n_pay);
    return th_trade_propose_purchase(cli->registry, &cli->request, &input, ret_reply, err);
}

static enum th_status run_resale(struct th_cli *cli, struct th_json **ret_reply,
                                 struct th_error *err)
{
    struct th_resale_input input = {.from = th_cli_option(cli, "from"),
                                    .to = th_cli_option(cli, "to"),
                                    .tonnes = th_cli_option(cli, "tonnes"),
                                    .price = th_cli_option(cli, "price"),
                                    .amount = th_cli_option(cli, "amount"),
                                    .tax = th_cli_option(cli, "tax"),
                                    .package = th_cli_option(cli, "package"),
                                    .vintage = th_cli_option(cli, "vintage"),
                                    .at_once = th_cli_flag(cli, "at-once"),
                                    .on = th_cli_option(cli, "on")};
    input.parcels = th_cli_list(cli, "parcel", &input.n_parcels);
    input.pay = th_cli_list(cli, "pay", &input.n_pay);
    return th_trade_propose_resale(cli->registry, &cli->request, &input, ret_reply, err);
}

static enum th_status run_retirement(struct th_cli *cli, struct th_json **ret_reply,
                                     struct th_error *err)
{
    struct th_retirement_input input = {.holder = th_cli_option(cli, "holder"),
                                        .tonnes = th_cli_option(cli, "tonnes"),
                                        .beneficiary = th_cli_option(cli, "beneficiary"),
                                        .beneficiary_uscc = th_cli_option(cli, "beneficiary-uscc"),
                                        .purpose = th_cli_option(cli, "purpose"),
                                        .note = th_cli_option(cli, "note"),
                                        .on = th_cli_option(cli, "on")};
    return th_trade_propose_retirement(cli->registry, &cli->request, &input, ret_reply, err);
}

static enum th_status run_transfer(struct th_cli *cli, struct th_json **ret_reply,
                                   struct th_error *err)
{
    const struct th_unit_transfer_input input = {.from = th_cli_option(cli, "from"),
                                                 .to = th_cli_option(cli, "to"),
                                                 .tonnes = th_cli_option(cli, "tonnes"),
                                                 .package = th_cli_option(cli, "package"),
                                                 .note = th_cli_option(cli, "note"),
                                                 .on = th_cli_option(cli, "on")};
    return th_trade_propose_transfer(cli->registry, &cli->request, &input, ret_reply, err);
}

static enum th_status run_cancellation(struct th_cli *cli, struct th_json **ret_reply,
                                       struct th_error *err)
{
    const struct th_cancellation_input input = {.holder = th_cli_option(cli, "holder"),
                                                .tonnes = th_cli_option(cli, "tonnes"),
                                                .package = th_cli_option(cli, "package"),
                                                .reason = th_cli_option(cli, "reason"),
                                                .reversal = th_cli_option(cli, "for-reversal"),
                                                .debtor = th_cli_option(cli, "debtor"),
                                                .on = th_cli_option(cli, "on")};
    return th_trade_propose_cancellation(cli->registry, &cli->request, &input, ret_reply, err);
}

static enum th_status run_correction(struct th_cli *cli, struct th_json **ret_reply,
                                     struct th_error *err)
{
    const struct th_correction_input input = {.of = th_cli_option(cli, "of"),
                                              .reason = th_cli_option(cli, "reason"),
                                              .on = th_cli_option(cli, "on")};
    return th_trade_propose_correction(cli->registry, &cli->request, &input, ret_reply, err);
}

static enum th_status run_approve(struct th_cli *cli, struct th_json **ret_reply,
                                  struct th_error *err)
{
    int64_t trade_id = 0;
    enum th_status status = th_cli_id(cli, 0, &trade_id, err);
    return status == TH_OK ? th_trade_approve(cli->registry, &cli->request, trade_id,
                                              th_cli_option(cli, "on"), ret_reply, err)
                           : status;
}

static enum th_status run_reject(struct th_cli *cli, struct th_json **ret_reply,
                                 struct th_error *err)
{
    int64_t trade_id = 0;
    enum th_status status = th_cli_id(cli, 0, &trade_id, err);
    return status == TH_OK ? th_trade_reject(cli->registry, &cli->request, trade_id,
                                             th_cli_option(cli, "reason"), ret_reply, err)
                           : status;
}

static enum th_status run_expire(struct th_cli *cli, struct th_json **ret_reply,
                                 struct th_error *err)
{
    return th_trade_expire(cli->registry, &cli->request, th_cli_option(cli, "through"), ret_reply,
                           err);
}

enum th_status th_cli_run_user_limit(struct th_cli *cli, struct th_json **ret_reply,
                                     struct th_error *err)
{
    const struct th_user_limit_input input = {.login = cli->positionals[0],
                                              .amount = th_cli_option(cli, "amount"),
                                              .tonnes = th_cli_option(cli, "tonnes"),
                                              .from = th_cli_option(cli, "from")};
    return th_user_limit_set(cli->registry, &cli->request, &input, ret_reply, err);
}

// The code of "a, b" whose words, in either language, an option has; else what was typed.
static const char *code_of(const struct th_cli *cli, const char *option, const char *prefix,
                           const char *codes, char buf[WORD_SIZE])
{
    static const enum th_lang LANGS[] = {TH_LANG_ZH, TH_LANG_EN};
    const char *typed = th_cli_option(cli, option);
    for (const char *p = codes; typed && *p != '\0';) {
        char key[64];
        size_t size = strcspn(p, ",");
        snprintf(buf, WORD_SIZE, "%.*s", (int)size, p);
        snprintf(key, sizeof(key), "%s%s", prefix, buf);
        for (size_t i = 0; i < sizeof(LANGS) / sizeof(LANGS[0]); i++) {
            const char *words = th_messages_find(cli->messages, LANGS[i], key);
            if (words && strcmp(words, typed) == 0) {
                return buf;
            }
        }
        p += size + strspn(p + size, ", ");
    }
    return typed;
}

static enum th_status run_list(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err)
{
    char kind[WORD_SIZE];
    char state[WORD_SIZE];
    return th_trade_list(
        cli->registry, code_of(cli, "kind", "value.kind.", th_trade_list_kinds(), kind),
        code_of(cli, "state", "value.standing.", th_trade_list_states(), state), ret_reply, err);
}

static enum th_status run_show(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err)
{
    int64_t trade_id = 0;
    enum th_status status = th_cli_id(cli, 0, &trade_id, err);
    return status == TH_OK ? th_trade_show(cli->registry, trade_id, ret_reply, err) : status;
}

static enum th_status run_receipt_correct(struct th_cli *cli, struct th_json **ret_reply,
                                          struct th_error *err)
{
    struct th_receipt_correct_input input = {.reason = th_cli_option(cli, "reason"),
                                             .on = th_cli_option(cli, "on")};
    enum th_status status = th_cli_id(cli, 0, &input.trade_id, err);
    if (status == TH_OK) {
        status = th_cli_int(cli, "receipt", 0, &input.receipt_id, err);
    }
    if (status == TH_OK && input.receipt_id == 0 && th_cli_option(cli, "receipt")) {
        status = th_error_set(err, TH_USAGE, "usage_id", "value", "0", NULL);
    }
    return status == TH_OK
               ? th_receipt_correct(cli->registry, &cli->request, &input, ret_reply, err)
               : status;
}

static enum th_status run_receipt(struct th_cli *cli, struct th_json **ret_reply,
                                  struct th_error *err)
{
    int64_t trade_id = 0;
    enum th_status status = th_cli_id(cli, 0, &trade_id, err);
    return status == TH_OK ? th_receipt_confirm(cli->registry, &cli->request, trade_id,
                                                th_cli_option(cli, "amount"),
                                                th_cli_option(cli, "on"), ret_reply, err)
                           : status;
}

static enum th_status run_inbox(struct th_cli *cli, struct th_json **ret_reply,
                                struct th_error *err)
{
    return th_inbox(cli->registry, cli->request.login, ret_reply, err);
}

const struct th_cli_command th_cli_trade_commands[] = {
    {"inbox", "", TH_CLI_READ, "", "",
     "login role n=n_waiting | items: what subject name by since until tonnes amount_fen command",
     run_inbox},
    {"trade", "propose purchase", TH_CLI_WRITE, "",
     "package*=P to!=BANK price=P amount=A tax=PERCENT tonnes=N draw=pro-rata|oldest "
     "pay*=DATE=AMOUNT at-once on=DATE",
     TH_CLI_TRADE_VIEW, run_purchase},
    {"trade", "propose resale", TH_CLI_WRITE, "",
     "from!=BANK to!=BUYER tonnes!=N price=P amount=A tax=PERCENT package=P vintage=YEAR "
     "parcel*=ID "
     "pay*=DATE=AMOUNT at-once on=DATE",
     TH_CLI_TRADE_VIEW, run_resale},
    {"trade", "propose transfer", TH_CLI_WRITE, "",
     "from!=HOLDER to!=HOLDER tonnes!=N package=P note=T on=DATE", TH_CLI_TRADE_VIEW, run_transfer},
    {"trade", "propose retirement", TH_CLI_WRITE, "",
     "holder!=H tonnes!=N beneficiary!=B beneficiary-uscc=CODE "
     "purpose!=offset|product|event|donation note=T on=DATE",
     TH_CLI_TRADE_VIEW, run_retirement},
    {"trade", "propose cancellation", TH_CLI_WRITE, "",
     "holder!=H tonnes!=N reason!=TEXT package=P for-reversal=TRADE debtor=PARTY on=DATE",
     TH_CLI_TRADE_VIEW, run_cancellation},
    {"trade", "propose correction", TH_CLI_WRITE, "", "of!=TRADE reason!=TEXT on=DATE",
     TH_CLI_TRADE_VIEW, run_correction},
    {"trade", "approve", TH_CLI_WRITE, "TRADE", "on=DATE", TH_CLI_TRADE_VIEW, run_approve},
    {"trade", "reject", TH_CLI_WRITE, "TRADE", "reason=TEXT", TH_CLI_TRADE_VIEW, run_reject},
    {"trade", "list", TH_CLI_READ, "", "kind=KIND state=STATE",
     "trades: trade_id deal=kind standing on sellers=seller_name buyer_name about_t=tonnes "
     "price_fen amount_fen outstanding_fen",
     run_list},
    {"trade", "show", TH_CLI_READ, "TRADE", "", TH_CLI_TRADE_VIEW, run_show},
    {"trade", "expire", TH_CLI_WRITE, "", "through=DATE",
     "n_expired | expired: trade_id kind was released_t", run_expire},
    {"receipt", "confirm", TH_CLI_WRITE, "TRADE", "amount!=A on=DATE", TH_CLI_TRADE_VIEW,
     run_receipt},
    {"receipt", "correct", TH_CLI_WRITE, "TRADE", "reason!=TEXT receipt=ID on=DATE",
     TH_CLI_TRADE_VIEW, run_receipt_correct},
    {0},
};
