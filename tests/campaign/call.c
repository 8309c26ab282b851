#include "tests/campaign/call.h"

#include <stdio.h>

#include "core/file.h"
#include "core/text.h"
#include "registry/package/package.h"
#include "registry/rule.h"
#include "trading/ahead/forecast.h"
#include "trading/ahead/promise.h"
#include "trading/deal/beneficiary.h"
#include "trading/deal/limit.h"
#include "trading/deal/trade.h"
#include "trading/payment/payment.h"
#include "trading/pledge/pledge.h"
#include "trading/revenue/receipt.h"
#include "trading/revenue/revenue.h"
#include "trading/reversal/reversal.h"
#include "trading/spot/listing.h"
#include "trading/spot/spot.h"

enum { NO_SUCH_ID = 999999999, WORD = 40 };

// What the act says as texts; pointers are NULL where it says nothing.
struct words {
    char from[WORD], to[WORD], debtor_text[WORD], of[WORD], sale_text[WORD];
    char tonnes_text[WORD], price_text[WORD], amount_text[WORD], owed[WORD], tax[WORD];
    char on_text[16], from_on[16], until_text[16], year_text[WORD], least_text[WORD];
    char key_text[WORD], window[WORD];
    char packages[MAX_PACKAGES][WORD];
    char next_texts[MAX_NEXT][2 * WORD];
    char pay_texts[MAX_PAY][2 * WORD];
    char parcel_texts[PARCELS][WORD], reversal_text[WORD], loss[WORD];
    const char *parcels[PARCELS], *reversal;
    const char *pay[MAX_PAY];
    const char *package_list[MAX_PACKAGES];
    const char *next[MAX_NEXT];
    const char *tonnes, *price, *amount, *on, *until, *year, *least, *package, *debtor, *sale;
    struct th_request request;
    int64_t of_id;
};

static void money_text(int64_t fen, char text[WORD])
{
    (void)snprintf(text, WORD, "%lld.%02lld", (long long)(fen / 100), (long long)(fen % 100));
}

static void number_text(int64_t number, char text[WORD])
{
    (void)snprintf(text, WORD, "%lld", (long long)number);
}

static int64_t deal_id(const struct model *model, int deal)
{
    return deal >= 0 && deal < model->n_deals ? model->deals[deal].id : NO_SUCH_ID;
}

static void say_numbers(const struct act *act, struct words *w)
{
    number_text(act->tonnes, w->tonnes_text);
    money_text(act->price_fen, w->price_text);
    money_text(act->amount_fen, w->amount_text);
    money_text(act->owed_fen, w->owed);
    number_text(act->tax, w->tax);
    number_text(act->year, w->year_text);
    number_text(act->least, w->least_text);
    w->tonnes = act->tonnes != NOT_GIVEN ? w->tonnes_text : NULL;
    w->price = act->price_fen != NOT_GIVEN ? w->price_text : NULL;
    w->amount = w->price ? NULL : w->amount_text;
    w->year = act->year != 0 ? w->year_text : NULL;
    w->least = act->least != NOT_GIVEN ? w->least_text : NULL;
    w->on = act->on != NONE ? world_day(act->on, w->on_text) : NULL;
    w->until = act->until != NONE ? world_day(act->until, w->until_text) : NULL;
    (void)world_day(act->from_on != NONE ? act->from_on : 0, w->from_on);
    (void)snprintf(w->window, sizeof(w->window), "%s..%s", w->from_on, w->until ? w->until : "");
}

static void say(const struct slot *slot, const struct model *model, const struct act *act,
                struct words *w)
{
    *w = (struct words){.of_id = deal_id(model, act->of)};
    number_text(slot->party_ids[act->from], w->from);
    number_text(act->to != NONE ? slot->party_ids[act->to] : 0, w->to);
    number_text(act->debtor != NONE ? slot->party_ids[act->debtor] : 0, w->debtor_text);
    number_text(w->of_id, w->of);
    number_text(deal_id(model, act->sale), w->sale_text);
    w->debtor = act->debtor != NONE ? w->debtor_text : NULL;
    w->sale = act->sale != NONE ? w->sale_text : NULL;
    say_numbers(act, w);
    for (int i = 0; i < act->n_packages; i++) {
        int package = act->packages[i];
        number_text(package < slot->n_packages ? slot->package_ids[package] : NO_SUCH_ID,
                    w->packages[i]);
        w->package_list[i] = w->packages[i];
    }
    w->package = act->n_packages > 0 ? w->packages[0] : NULL;
    for (int i = 0; i < act->n_next; i++) {
        char fen[WORD];
        money_text(act->next_fen[i], fen);
        (void)snprintf(w->next_texts[i], sizeof(w->next_texts[i]), "%lld=%s",
                       (long long)deal_id(model, act->next[i]), fen);
        w->next[i] = w->next_texts[i];
    }
    for (int i = 0; i < act->n_pay; i++) {
        char fen[WORD];
        char day[16];
        money_text(act->pay[i].fen, fen);
        (void)snprintf(w->pay_texts[i], sizeof(w->pay_texts[i]), "%s=%s",
                       world_day(act->pay[i].on, day), fen);
        w->pay[i] = w->pay_texts[i];
    }
    for (int i = 0; i < act->n_parcels; i++) {
        number_text(slot->parcel_ids[act->parcels[i] / PARCELS][act->parcels[i] % PARCELS],
                    w->parcel_texts[i]);
        w->parcels[i] = w->parcel_texts[i];
    }
    number_text(deal_id(model, act->reversal), w->reversal_text);
    w->reversal = act->reversal != NONE ? w->reversal_text : NULL;
    money_text(act->loss, w->loss); // per cent with two decimals look the same
    (void)snprintf(w->key_text, sizeof(w->key_text), "key-%d", act->key);
    w->request = (struct th_request){.login = slot->logins[act->login],
                                     .idempotency_key = act->key != 0 ? w->key_text : NULL};
}

static enum th_status propose_promise_call(struct world *world, const struct act *act,
                                           const struct words *w, struct th_json **reply)
{
    char premium[WORD];
    money_text(act->amount_fen, premium);
    const struct th_promise_input input = {.from = w->from,
                                           .to = w->to,
                                           .tonnes = w->tonnes,
                                           .price = w->price_text,
                                           .premium = premium,
                                           .window = w->window,
                                           .tax = w->tax,
                                           .deliver_by = w->until,
                                           .if_short = act->replace ? "replace" : "refund",
                                           .package = w->package,
                                           .on_forecast = act->on_forecast,
                                           .on = w->on};
    const struct th_delivery_input delivery = {
        .of = w->of, .tonnes = w->tonnes, .refund = act->refund, .on = w->on};
    struct th_registry *registry = world->registry;
    switch ((int)act->deal) {
    case SUBSCRIPTION:
        return th_trade_propose_subscription(registry, &w->request, &input, reply, &world->err);
    case FORWARD:
        return th_trade_propose_forward(registry, &w->request, &input, reply, &world->err);
    case OPTION:
        return th_trade_propose_option(registry, &w->request, &input, reply, &world->err);
    case EXERCISE:
        return th_trade_propose_exercise(registry, &w->request, &delivery, reply, &world->err);
    default:
        return th_trade_propose_delivery(registry, &w->request, &delivery, reply, &world->err);
    }
}

static enum th_status propose_pledge_call(struct world *world, const struct act *act,
                                          const struct words *w, struct th_json **reply)
{
    const struct th_pledge_input pledge = {.holder = w->from,
                                           .to = w->to,
                                           .tonnes = w->tonnes,
                                           .package = w->package,
                                           .on_forecast = act->subject == EXPECTED,
                                           .after = act->subject == RANK ? w->of : NULL,
                                           .receivable = act->subject == RECEIVABLE ? w->of : NULL,
                                           .debtor = w->debtor,
                                           .principal = w->amount_text,
                                           .rate = "4.35",
                                           .from = "2024-01-01",
                                           .until = "2030-12-31",
                                           .valuation = "1000.00",
                                           .number = "质押号",
                                           .on = w->on};
    const struct th_release_input release = {.pledge = w->of, .tonnes = w->tonnes, .on = w->on};
    const struct th_enforcement_input enforcement = {.pledge = w->of,
                                                     .to = w->to,
                                                     .tonnes = w->tonnes,
                                                     .price = w->price_text,
                                                     .tax = w->tax,
                                                     .owed = w->owed,
                                                     .number = "裁定号",
                                                     .next = w->next,
                                                     .n_next = (size_t)act->n_next,
                                                     .on = w->on};
    struct th_registry *registry = world->registry;
    switch ((int)act->deal) {
    case PLEDGE:
        return th_trade_propose_pledge(registry, &w->request, &pledge, reply, &world->err);
    case RELEASE:
        return th_trade_propose_release(registry, &w->request, &release, reply, &world->err);
    default:
        return th_trade_propose_enforcement(registry, &w->request, &enforcement, reply,
                                            &world->err);
    }
}

// The last beneficiary is a name without a code; the others are parties or names with one.
static void beneficiary_words(const struct slot *slot, int beneficiary, char name[64],
                              char party[WORD])
{
    static const enum party PARTIES[N_BENEFICIARIES] = {FACTORY, MILL,        FARMER,
                                                        BANK,    SECOND_BANK, FUND};
    static const char *const NAMES[N_BENEFICIARIES] = {"制药厂",   "造纸厂",   "竹农",
                                                       "两山银行", "农商银行", "修复基金"};
    if (beneficiary == N_BENEFICIARIES) {
        (void)snprintf(name, 64, "无名");
        th_text_copy(party, WORD, name);
        return;
    }
    (void)snprintf(name, 64, "%s%d", NAMES[beneficiary], slot->number);
    number_text(slot->party_ids[PARTIES[beneficiary]], party);
}

static enum th_status propose_spot_call(struct world *world, const struct slot *slot,
                                        const struct act *act, const struct words *w,
                                        struct th_json **reply)
{
    char name[64];
    char beneficiary[WORD];
    struct th_registry *registry = world->registry;
    struct th_error *err = &world->err;
    beneficiary_words(slot, act->beneficiary, name, beneficiary);
    const struct th_retirement_input retirement = {.holder = w->from,
                                                   .tonnes = w->tonnes,
                                                   .beneficiary = beneficiary,
                                                   .purpose = "offset",
                                                   .on = w->on};
    const struct th_unit_transfer_input transfer = {
        .from = w->from, .to = w->to, .tonnes = w->tonnes, .package = w->package, .on = w->on};
    const struct th_cancellation_input cancellation = {.holder = w->from,
                                                       .tonnes = w->tonnes,
                                                       .package = w->package,
                                                       .reason = "作废",
                                                       .reversal = w->reversal,
                                                       .debtor = w->debtor,
                                                       .on = w->on};
    const struct th_correction_input correction = {.of = w->of, .reason = "录错", .on = w->on};
    switch ((int)act->deal) {
    case CORRECTION:
        return th_trade_propose_correction(registry, &w->request, &correction, reply, err);
    case TRANSFER:
        return th_trade_propose_transfer(registry, &w->request, &transfer, reply, err);
    case RETIREMENT:
        return th_trade_propose_retirement(registry, &w->request, &retirement, reply, err);
    default:
        return th_trade_propose_cancellation(registry, &w->request, &cancellation, reply, err);
    }
}

static enum th_status propose_sale_call(struct world *world, const struct act *act,
                                        const struct words *w, struct th_json **reply)
{
    struct th_registry *registry = world->registry;
    struct th_error *err = &world->err;
    const struct th_purchase_input purchase = {.packages = w->package_list,
                                               .n_packages = (size_t)act->n_packages,
                                               .to = w->to,
                                               .price = w->price,
                                               .amount = w->amount,
                                               .tax = w->tax,
                                               .tonnes = w->tonnes,
                                               .draw = act->oldest ? "oldest" : NULL,
                                               .at_once = act->at_once,
                                               .pay = w->pay,
                                               .n_pay = (size_t)act->n_pay,
                                               .on = w->on};
    const struct th_resale_input resale = {.from = w->from,
                                           .to = w->to,
                                           .tonnes = w->tonnes,
                                           .price = w->price,
                                           .amount = w->amount,
                                           .tax = w->tax,
                                           .package = w->package,
                                           .vintage = w->year,
                                           .parcels = w->parcels,
                                           .n_parcels = (size_t)act->n_parcels,
                                           .at_once = act->at_once,
                                           .pay = w->pay,
                                           .n_pay = (size_t)act->n_pay,
                                           .on = w->on};
    const struct th_listing_input listing = {.holder = w->from,
                                             .tonnes = w->tonnes,
                                             .price = w->price_text,
                                             .tax = w->tax,
                                             .package = w->package,
                                             .least = w->least,
                                             .until = w->until,
                                             .on = w->on};
    const struct th_acceptance_input acceptance = {
        .listing = w->of, .to = w->to, .tonnes = w->tonnes, .on = w->on};
    switch ((int)act->deal) {
    case PURCHASE:
        return th_trade_propose_purchase(registry, &w->request, &purchase, reply, err);
    case RESALE:
        return th_trade_propose_resale(registry, &w->request, &resale, reply, err);
    case LISTING:
        return th_trade_propose_listing(registry, &w->request, &listing, reply, err);
    default:
        return th_trade_propose_acceptance(registry, &w->request, &acceptance, reply, err);
    }
}

// What was drawn goes into a file of the bank's own, each time the same.
static enum th_status propose_reversal_call(struct world *world, const struct slot *slot,
                                            const struct act *act, const struct words *w,
                                            struct th_json **reply)
{
    char shapes[WORLD_WKT_SIZE];
    char name[WORD];
    char path[TH_TEST_PATH_SIZE];
    (void)snprintf(name, sizeof(name), "burnt-%d.wkt", slot->number);
    const struct th_reversal_input input = {.file = th_test_path(path, world->folder, name),
                                            .on = w->on,
                                            .cause = "fire",
                                            .loss = w->loss,
                                            .document = act->reserve ? world->document : NULL};
    world_draw(slot, act->burns, act->n_burns, shapes);
    enum th_status status = th_file_write(path, shapes, strlen(shapes), &world->err);
    return status == TH_OK
               ? th_trade_propose_reversal(world->registry, &w->request, &input, reply, &world->err)
               : status;
}

static enum th_status propose_call(struct world *world, const struct slot *slot,
                                   const struct act *act, const struct words *w,
                                   struct th_json **reply)
{
    switch ((int)act->deal) {
    case TRANSFER:
    case RETIREMENT:
    case CANCELLATION:
    case CORRECTION:
        return propose_spot_call(world, slot, act, w, reply);
    case PURCHASE:
    case RESALE:
    case LISTING:
    case ACCEPTANCE:
        return propose_sale_call(world, act, w, reply);
    case REVERSAL:
        return propose_reversal_call(world, slot, act, w, reply);
    case PLEDGE:
    case RELEASE:
    case ENFORCEMENT:
        return propose_pledge_call(world, act, w, reply);
    default:
        return propose_promise_call(world, act, w, reply);
    }
}

static enum th_status set_limit(struct world *world, const struct slot *slot, const struct act *act,
                                const struct words *w, struct th_json **reply)
{
    const struct th_user_limit_input input = {
        .login = slot->logins[act->to],
        .amount = act->amount_fen != NOT_GIVEN ? w->amount_text : NULL,
        .tonnes = w->tonnes};
    return th_user_limit_set(world->registry, &w->request, &input, reply, &world->err);
}

static enum th_status set_buffer(struct world *world, const struct act *act, const struct words *w,
                                 struct th_json **reply)
{
    const struct th_rule_set_options options = {.name = "deal_buffer",
                                                .value = act->county ? "county" : "holder",
                                                .since = w->on,
                                                .reason = "县里定"};
    return th_rule_set(world->registry, &w->request, &options, reply, &world->err);
}

static enum th_status review(struct world *world, const struct slot *slot, const struct act *act,
                             const struct words *w, struct th_json **reply)
{
    char name[64];
    char party[WORD];
    beneficiary_words(slot, act->beneficiary, name, party);
    const struct th_beneficiary_input input = {.name = name,
                                               .decision = act->accept ? "accept" : "refuse",
                                               .reason = act->accept ? NULL : "不符"};
    return th_beneficiary_review(world->registry, &w->request, &input, reply, &world->err);
}

static enum th_status pay_loan(struct world *world, const struct act *act, const struct words *w,
                               struct th_json **reply)
{
    static const char *const KINDS[] = {"payout", "repayment", "interest"};
    const struct th_loan_input input = {.pledge_id = w->of_id,
                                        .kind = KINDS[act->loan],
                                        .amount = w->amount_text,
                                        .enforcement = w->sale,
                                        .on = w->on};
    return th_loan_pay(world->registry, &w->request, &input, reply, &world->err);
}

static enum th_status correct_loan(struct world *world, const struct model *model,
                                   const struct act *act, const struct words *w,
                                   struct th_json **reply)
{
    const struct deal *pledge = act->of < model->n_deals ? &model->deals[act->of] : NULL;
    bool known = pledge && act->item < pledge->n_loan;
    const struct th_loan_correct_input input = {.payment_id =
                                                    known ? pledge->loan[act->item].id : NO_SUCH_ID,
                                                .reason = "录错",
                                                .on = w->on};
    return th_loan_correct(world->registry, &w->request, &input, reply, &world->err);
}

static enum th_status correct_receipt(struct world *world, const struct model *model,
                                      const struct act *act, const struct words *w,
                                      struct th_json **reply)
{
    const struct deal *deal = act->of < model->n_deals ? &model->deals[act->of] : NULL;
    bool known = deal && act->item >= 0 && act->item < deal->n_paid;
    int64_t receipt_id = known ? deal->paid[act->item].id : NO_SUCH_ID;
    const struct th_receipt_correct_input input = {.trade_id = w->of_id,
                                                   .receipt_id =
                                                       act->item == NOT_GIVEN ? 0 : receipt_id,
                                                   .reason = "记错",
                                                   .on = w->on};
    return th_receipt_correct(world->registry, &w->request, &input, reply, &world->err);
}

static int64_t cost_id(const struct model *model, const struct act *act)
{
    const struct deal *sale = act->of < model->n_deals ? &model->deals[act->of] : NULL;
    return sale && act->item < sale->n_costs ? sale->costs[act->item].id : NO_SUCH_ID;
}

static enum th_status revenue(struct world *world, const struct slot *slot,
                              const struct model *model, const struct act *act,
                              const struct words *w, struct th_json **reply)
{
    struct th_registry *registry = world->registry;
    struct th_error *err = &world->err;
    char party[WORD];
    int64_t id = act->run < model->n_runs ? model->runs[act->run].id : NO_SUCH_ID;
    const struct th_distribute_input run = {.through = w->on};
    number_text(act->to != NONE ? slot->party_ids[act->to] : 0, party);
    const struct th_payment_input payment = {.run_id = id,
                                             .party = act->to != NONE ? party : NULL,
                                             .on = w->on,
                                             .reference = "1",
                                             .note = "1"};
    char day[16];
    switch ((int)act->kind) {
    case ACT_DEDUCT:
        return th_deduction_add(registry, &w->request, w->of_id, act->reserve ? "reserve" : "fee",
                                w->amount_text, world->document, reply, err);
    case ACT_UNDEDUCT:
        return th_deduction_withdraw(registry, &w->request, cost_id(model, act), "列错", reply,
                                     err);
    case ACT_TRUE_UP:
        return th_reserve_settle(registry, &w->request, w->of_id, w->amount_text, world->document,
                                 reply, err);
    case ACT_REOPEN:
        return th_reserve_unsettle(registry, &w->request, w->of_id, "看错", reply, err);
    case ACT_TERM_END:
        return th_term_end(registry, &w->request, slot->term_ids[act->item], w->on, world->document,
                           reply, err);
    case ACT_RUN:
        return th_revenue_distribute(
            registry, &w->request,
            act->on != NONE
                ? &run
                : &(struct th_distribute_input){.through = world_day(world_today(world), day)},
            reply, err);
    case ACT_RUN_APPROVE:
        return th_run_approve(registry, &w->request, id, w->on, reply, err);
    case ACT_RUN_REJECT:
        return th_run_reject(registry, &w->request, id, "退回", reply, err);
    case ACT_PAID:
        return th_payment_confirm(registry, &w->request, &payment, reply, err);
    case ACT_RETURNED:
        return th_payment_return(registry, &w->request, &payment, reply, err);
    default:
        return th_payment_resend(registry, &w->request, &payment, reply, err);
    }
}

enum th_status call(struct world *world, const struct slot *slot, const struct model *model,
                    const struct act *act, struct th_json **ret_reply)
{
    struct words w;
    struct th_registry *registry = world->registry;
    struct th_error *err = &world->err;
    say(slot, model, act, &w);
    const struct th_forecast_input forecast = {
        .package = w.package, .tonnes = w.tonnes, .document = world->document, .reason = "看错"};
    *ret_reply = NULL;
    switch ((int)act->kind) {
    case ACT_PROPOSE:
        return propose_call(world, slot, act, &w, ret_reply);
    case ACT_APPROVE:
        return th_trade_approve(registry, &w.request, w.of_id, w.on, ret_reply, err);
    case ACT_REJECT:
        return th_trade_reject(registry, &w.request, w.of_id, "退回", ret_reply, err);
    case ACT_EXPIRE:
        return th_trade_expire(registry, &w.request, w.on, ret_reply, err);
    case ACT_RECEIPT:
        return th_receipt_confirm(registry, &w.request, w.of_id, w.amount_text, w.on, ret_reply,
                                  err);
    case ACT_RECEIPT_CORRECT:
        return correct_receipt(world, model, act, &w, ret_reply);
    case ACT_WITHDRAW:
        return th_listing_withdraw(registry, &w.request, w.of_id, ret_reply, err);
    case ACT_LOAN:
        return pay_loan(world, act, &w, ret_reply);
    case ACT_LOAN_CORRECT:
        return correct_loan(world, model, act, &w, ret_reply);
    case ACT_LIMIT:
        return set_limit(world, slot, act, &w, ret_reply);
    case ACT_BUFFER:
        return set_buffer(world, act, &w, ret_reply);
    case ACT_REVIEW:
        return review(world, slot, act, &w, ret_reply);
    case ACT_FORECAST:
        return th_forecast_register(registry, &w.request, &forecast, ret_reply, err);
    case ACT_RESTATE:
        return th_forecast_correct(registry, &w.request, &forecast, ret_reply, err);
    case ACT_ISSUE:
        return th_package_issue(registry, &w.request, w.package, ret_reply, err);
    case ACT_SETTLE:
        return th_forecast_close(registry, &w.request, w.package, ret_reply, err);
    default:
        return revenue(world, slot, model, act, &w, ret_reply);
    }
}

void call_describe(const struct model *model, const struct act *act, char *text, size_t size)
{
    bool of = act->of >= 0 && act->of < model->n_deals;
    (void)snprintf(
        text, size,
        "%s %s login=%d key=%d of=%lld(%s,state %d) from=%d to=%d package=%d/%d tonnes=%lld "
        "price=%lld amount=%lld tax=%d on=%d until=%d once=%d pay=%d",
        ACT_NAMES[act->kind], act->kind == ACT_PROPOSE ? KIND_NAMES[act->deal] : "", act->login,
        act->key, of ? (long long)model->deals[act->of].id : -1,
        of ? KIND_NAMES[model->deals[act->of].kind] : "-",
        of ? (int)model->deals[act->of].state : -1, act->from, act->to,
        act->n_packages > 0 ? act->packages[0] : -1, act->n_packages, (long long)act->tonnes,
        (long long)act->price_fen, (long long)act->amount_fen, act->tax, act->on, act->until,
        act->at_once, act->n_pay);
}
