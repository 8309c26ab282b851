#include "tests/campaign/draw.h"

#include <limits.h>

int64_t roll(struct dice *dice, int64_t n)
{
    uint64_t z = (dice->state += 0x9e3779b97f4a7c15U); // splitmix64
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return (int64_t)((z ^ (z >> 31)) % (uint64_t)n);
}

static bool once_in(struct dice *dice, int64_t n)
{
    return roll(dice, n) == 0;
}

// A deal of these kinds and states (bits), the newer the likelier; n_deals when none was met.
static int some_deal(struct dice *dice, const struct model *model, unsigned kinds, unsigned states)
{
    int span = model->n_deals < 400 || once_in(dice, 8) ? model->n_deals : 400;
    int begin = span > 0 ? (int)roll(dice, span) : 0;
    for (int i = 0; i < span; i++) {
        int at = model->n_deals - 1 - (begin + i) % span;
        const struct deal *deal = &model->deals[at];
        if ((kinds >> deal->kind & 1U) != 0 && (states >> deal->state & 1U) != 0) {
            return at;
        }
    }
    return model->n_deals;
}

// The same, most of the time one that still keeps tonnes under its lock.
static int some_lock(struct dice *dice, const struct model *model, unsigned kinds)
{
    int at = some_deal(dice, model, kinds, 1U << APPROVED);
    for (int tries = 0; tries < 6 && at < model->n_deals && model_locked(model, at) == 0; tries++) {
        at = some_deal(dice, model, kinds, 1U << APPROVED);
    }
    return at;
}

static int some_bank(struct dice *dice)
{
    return once_in(dice, 4) ? SECOND_BANK : BANK;
}

static int some_buyer(struct dice *dice)
{
    static const int BUYERS[] = {FACTORY, FACTORY,     MILL, MILL,
                                 FARMER,  SECOND_BANK, BANK, VILLAGE_A};
    return BUYERS[roll(dice, 8)];
}

static int some_holder(struct dice *dice)
{
    static const int HOLDERS[] = {BANK,   BANK,      SECOND_BANK, FACTORY,    MILL,
                                  FARMER, VILLAGE_A, VILLAGE_B,   SUBDISTRICT};
    return HOLDERS[roll(dice, 9)];
}

static int teller_of(struct dice *dice, int bank)
{
    static const int OWN[] = {TELLER, TELLER, COLLEAGUE, DESK};
    return bank == SECOND_BANK ? (once_in(dice, 2) ? STRANGER : DESK) : OWN[roll(dice, 4)];
}

static void some_package(struct dice *dice, const struct model *model, struct act *act)
{
    act->n_packages = 1;
    act->packages[0] = (int)roll(dice, model->n_packages);
}

static void purchase(struct dice *dice, const struct model *model, struct act *act)
{
    act->to = some_bank(dice);
    act->login = teller_of(dice, act->to);
    act->n_packages = 1 + (int)roll(dice, MAX_PACKAGES);
    int first = (int)roll(dice, model->n_packages);
    for (int i = 0; i < act->n_packages; i++) {
        int step = once_in(dice, 20) ? 1 : 3; // of one holder, who has one term, most of the time
        act->packages[i] = once_in(dice, 60) ? first : (first + i * step) % model->n_packages;
    }
    act->tonnes = once_in(dice, 12) ? NOT_GIVEN : 20 + roll(dice, 150);
    act->oldest = once_in(dice, 4);
    act->amount_fen = 1 + roll(dice, 2000000);
    if (once_in(dice, 4)) {
        act->price_fen = NOT_GIVEN;
    }
}

// The price in parts by day, most of the time as it is owed.
static void pay_days(struct dice *dice, const struct model *model, struct act *act)
{
    int64_t left = act->price_fen == NOT_GIVEN ? act->amount_fen
                   : act->tonnes != NOT_GIVEN  ? act->price_fen * act->tonnes
                                               : roll(dice, 1000000);
    int day = (act->on != NONE ? act->on : model->today) - (once_in(dice, 12) ? 1 : 0);
    act->n_pay = 1 + (int)roll(dice, MAX_PAY);
    for (int i = 0; i < act->n_pay; i++) {
        bool last = i + 1 == act->n_pay && !once_in(dice, 12);
        act->pay[i] = (struct paid){last ? left : roll(dice, left + 1), day};
        left -= act->pay[i].fen;
        day += 1 + (int)roll(dice, 40);
    }
    if (once_in(dice, 2)) { // in any order
        struct paid first = act->pay[0];
        act->pay[0] = act->pay[act->n_pay - 1];
        act->pay[act->n_pay - 1] = first;
    }
}

// Some are small enough to be carried out by one person, some are paid in parts.
static void sale_terms(struct dice *dice, const struct model *model, struct act *act)
{
    act->at_once = once_in(dice, 8);
    if (act->at_once && !once_in(dice, 4)) {
        act->tonnes = 1 + roll(dice, 10);
        act->price_fen = roll(dice, 7000);
    }
    if (once_in(dice, 4)) {
        pay_days(dice, model, act);
    }
}

// Of one package most of the time, so that tonnes between its parcels count for both.
static void choose_parcels(struct dice *dice, const struct model *model, struct act *act)
{
    if (!once_in(dice, 5)) {
        return;
    }
    act->n_parcels = 1 + (int)roll(dice, PARCELS);
    act->parcels[0] = (int)roll(dice, (int64_t)model->n_packages * PARCELS);
    act->parcels[1] = once_in(dice, 4)    ? (int)roll(dice, (int64_t)model->n_packages * PARCELS)
                      : once_in(dice, 20) ? act->parcels[0]
                                          : act->parcels[0] ^ 1;
}

static int64_t still_owed(const struct model *model, int reversal)
{
    return model_reversal_sum(model, reversal, REVERSAL_OWED_T) -
           model_reversal_sum(model, reversal, REVERSAL_FILLED_T);
}

// Tonnes for what a reversal left owed, often the newest one, so that several come for the same.
static void make_good(struct dice *dice, const struct model *model, struct act *act)
{
    static const int HOLDERS[] = {VILLAGE_A, VILLAGE_B, SUBDISTRICT, BANK};
    act->from = once_in(dice, 6) ? act->from : HOLDERS[roll(dice, 4)];
    act->debtor = once_in(dice, 3) ? HOLDERS[roll(dice, 3)] : NONE;
    act->reversal = some_deal(dice, model, 1U << REVERSAL, 1U << APPROVED);
    for (int i = model->n_deals - 1; i >= 0 && !once_in(dice, 400); i--) {
        const struct deal *deal = &model->deals[i];
        if (deal->kind == REVERSAL && deal->state == APPROVED && still_owed(model, i) > 0) {
            act->reversal = i;
            break;
        }
    }
    if (act->reversal < model->n_deals && !once_in(dice, 4)) {
        int64_t open = still_owed(model, act->reversal);
        act->tonnes = once_in(dice, 3) ? open : 1 + roll(dice, open + 2);
    }
}

static void spot(struct dice *dice, const struct model *model, struct act *act)
{
    switch ((int)act->deal) {
    case PURCHASE:
        purchase(dice, model, act);
        sale_terms(dice, model, act);
        return;
    case CORRECTION:
        act->of = some_deal(dice, model,
                            1U << PURCHASE | 1U << RESALE | 1U << TRANSFER | 1U << ACCEPTANCE |
                                1U << DELIVERY | 1U << EXERCISE | 1U << ENFORCEMENT,
                            once_in(dice, 20) ? ~0U : 1U << APPROVED);
        act->of = once_in(dice, 30) ? some_deal(dice, model, ~0U, 1U << APPROVED) : act->of;
        act->login = once_in(dice, 3) ? TELLER : DESK;
        act->tonnes = NOT_GIVEN;
        return;
    case RESALE:
        act->from = some_bank(dice);
        act->to = some_buyer(dice);
        act->login = teller_of(dice, act->from);
        act->amount_fen = 1 + roll(dice, 400000);
        act->price_fen = once_in(dice, 5) ? NOT_GIVEN : act->price_fen;
        act->year = once_in(dice, 5) ? 2021 + (int)roll(dice, 3) : 0;
        if (once_in(dice, 5)) {
            some_package(dice, model, act);
        }
        choose_parcels(dice, model, act);
        sale_terms(dice, model, act);
        return;
    case ACCEPTANCE:
        act->of = some_lock(dice, model, 1U << LISTING);
        act->to = once_in(dice, 2) ? some_bank(dice) : some_buyer(dice);
        act->login = once_in(dice, 3) ? teller_of(dice, act->to) : DESK;
        act->tonnes = once_in(dice, 4) ? NOT_GIVEN : act->tonnes;
        return;
    default:
        break;
    }
    act->from = some_holder(dice);
    act->to = some_buyer(dice);
    act->login = once_in(dice, 5) ? teller_of(dice, act->from) : DESK;
    act->tonnes = act->deal == LISTING ? act->tonnes : 1 + roll(dice, 8);
    act->beneficiary = (int)roll(dice, N_BENEFICIARIES);
    act->least = act->deal == LISTING && once_in(dice, 2) ? 1 + roll(dice, 12) : NOT_GIVEN;
    act->until =
        act->deal == LISTING && once_in(dice, 3) ? model->today + (int)roll(dice, 40) - 1 : NONE;
    if (once_in(dice, 4) && act->deal != RETIREMENT) {
        some_package(dice, model, act);
    }
    if (act->deal == CANCELLATION && !once_in(dice, 4)) {
        make_good(dice, model, act);
    }
}

// What is owed under the ranks behind the pledge, most of the time for all of them.
static void owed_next(struct dice *dice, const struct model *model, struct act *act)
{
    struct standing ranks[64];
    int n = act->of < model->n_deals ? model_ranks(model, act->of, ranks, 64) : 0;
    bool after = false;
    for (int i = 0; i < n && act->n_next < MAX_NEXT; i++) {
        if (after && ranks[i].alive && !once_in(dice, 12)) {
            act->next[act->n_next] = ranks[i].pledge;
            act->next_fen[act->n_next++] = roll(dice, 60000);
        }
        after = after || ranks[i].pledge == act->of;
    }
}

// Most of the time who has a forecast.
static int some_expecting(struct dice *dice, const struct model *model, int holder)
{
    return model->n_forecasts > 0 && !once_in(dice, 6)
               ? model->forecasts[roll(dice, model->n_forecasts)].owner
               : holder;
}

static void pledge(struct dice *dice, const struct model *model, struct act *act)
{
    unsigned pledges = 1U << PLEDGE;
    act->login = once_in(dice, 6) ? TELLER : DESK;
    act->of = some_lock(dice, model, pledges);
    act->to = once_in(dice, 4) ? some_buyer(dice) : some_bank(dice);
    if (act->deal == RELEASE) {
        act->tonnes = once_in(dice, 3) ? NOT_GIVEN : act->tonnes;
    }
    if (act->deal == ENFORCEMENT) {
        act->to = some_buyer(dice);
        act->owed_fen = roll(dice, 150000);
        owed_next(dice, model, act);
    }
    if (act->deal != PLEDGE) {
        bool units = act->of < model->n_deals && model->deals[act->of].subject != RECEIVABLE;
        act->tonnes = !units && act->deal == RELEASE && !once_in(dice, 6) ? NOT_GIVEN : act->tonnes;
        return;
    }
    act->from = some_holder(dice);
    act->amount_fen = 1 + roll(dice, 5000000);
    act->debtor = once_in(dice, 4) ? some_buyer(dice) : NONE;
    act->subject = (enum subject)roll(dice, 4);
    if (act->subject == EXPECTED) {
        act->from = some_expecting(dice, model, act->from);
        if (once_in(dice, 4)) {
            some_package(dice, model, act);
        }
    }
    if (act->subject == RANK) {
        act->tonnes = once_in(dice, 5) ? NOT_GIVEN : act->tonnes;
        if (act->of < model->n_deals && !once_in(dice, 15)) {
            act->from = model->deals[act->of].seller;
        }
    }
    if (act->subject == RECEIVABLE) {
        unsigned sales = 1U << RESALE | 1U << PURCHASE | 1U << ACCEPTANCE | 1U << DELIVERY;
        act->tonnes = NOT_GIVEN;
        act->of = some_deal(dice, model, sales, 1U << APPROVED);
        if (act->of < model->n_deals && model->deals[act->of].n_lines > 0 && !once_in(dice, 6)) {
            act->from = model->deals[act->of].lines[0].seller;
        }
    }
}

static void promise(struct dice *dice, const struct model *model, struct act *act)
{
    act->login = once_in(dice, 6) ? TELLER : DESK;
    if (act->deal == DELIVERY || act->deal == EXERCISE) {
        unsigned kinds = act->deal == EXERCISE ? 1U << OPTION : 1U << SUBSCRIPTION | 1U << FORWARD;
        act->of = once_in(dice, 3) ? some_deal(dice, model, kinds, 1U << APPROVED)
                                   : some_lock(dice, model, kinds);
        act->tonnes = once_in(dice, 4) ? NOT_GIVEN : act->tonnes;
        act->refund = act->deal == DELIVERY && once_in(dice, 4);
        act->on = NONE;
        return;
    }
    act->from = act->deal == FORWARD && !once_in(dice, 4) ? (int)roll(dice, 3) : some_bank(dice);
    act->to = act->deal == FORWARD && !once_in(dice, 8) ? some_bank(dice) : some_buyer(dice);
    act->until = model->today + (int)roll(dice, 20) - 1;
    act->from_on = act->until - (int)roll(dice, 20);
    act->amount_fen = roll(dice, 100000);
    act->replace = once_in(dice, 2);
    act->on_forecast = once_in(dice, 2);
    if (once_in(dice, 4)) {
        some_package(dice, model, act);
    }
}

// Up to two packages; strips that begin and end within one parcel or cross both.
static void reversal(struct dice *dice, const struct model *model, struct act *act)
{
    enum { N_STRIPS = STRIPS * PARCELS, TRIES = 20 };
    act->login = once_in(dice, 2) ? OFFICER : SECOND_OFFICER;
    act->tonnes = NOT_GIVEN;
    act->reserve = once_in(dice, 3); // with a document
    act->n_burns = 1 + (int)roll(dice, MAX_BURNS);
    for (int i = 0; i < TRIES; i++) {
        static const int DAYS[] = {18809, 19174, 19539}; // in July of 2021, 2022, 2023
        act->on = once_in(dice, 2) ? NONE : DAYS[roll(dice, 3)];
        act->loss = once_in(dice, 2) ? 10000 : 1 + (int)roll(dice, 10000);
        for (int k = 0; k < act->n_burns; k++) {
            int from = once_in(dice, 2) ? 0 : (int)roll(dice, N_STRIPS);
            int to = once_in(dice, 2) ? N_STRIPS : from + 1 + (int)roll(dice, N_STRIPS - from);
            act->burns[k] = (struct burn){(int)roll(dice, model->n_packages), from, to};
        }
        bool apart = act->n_burns < 2 || act->burns[0].package != act->burns[1].package;
        if (apart && model_burns_clear(model, act)) {
            return;
        }
    }
    // Ground of which it is sure what it brings: of nothing nothing.
    act->n_burns = 1;
    act->burns[0] = (struct burn){(int)roll(dice, model->n_packages), 0, N_STRIPS};
    act->loss = 10000;
}

static void propose(struct dice *dice, const struct model *model, struct act *act)
{
    static const int WEIGHTS[N_KINDS] = {
        [PURCHASE] = 12, [RESALE] = 14,      [TRANSFER] = 6,    [RETIREMENT] = 4,
        [LISTING] = 9,   [CANCELLATION] = 5, [ACCEPTANCE] = 13, [PLEDGE] = 12,
        [RELEASE] = 9,   [ENFORCEMENT] = 6,  [CORRECTION] = 6,  [REVERSAL] = 5,
        [FORWARD] = 5,   [SUBSCRIPTION] = 8, [OPTION] = 7,      [DELIVERY] = 9,
        [EXERCISE] = 6};
    int sum = 0;
    for (int i = 0; i < N_KINDS; i++) {
        sum += WEIGHTS[i];
    }
    int64_t at = roll(dice, sum);
    int kind = 0;
    for (; at >= WEIGHTS[kind]; kind++) {
        at -= WEIGHTS[kind];
    }
    act->deal = (enum kind)kind;
    act->tonnes = 1 + roll(dice, once_in(dice, 3) ? 120 : 25);
    act->price_fen = once_in(dice, 50) ? 0 : roll(dice, 12000);
    act->tax = once_in(dice, 2) ? 0 : 3 + 3 * (int)roll(dice, 2);
    act->on = once_in(dice, 4) ? model->today - (int)roll(dice, 6) : NONE;
    if (kind <= ACCEPTANCE) {
        spot(dice, model, act);
    } else if (kind <= ENFORCEMENT) {
        pledge(dice, model, act);
    } else if (kind <= EXERCISE) {
        promise(dice, model, act);
    } else {
        reversal(dice, model, act);
    }
    if (kind != REVERSAL && once_in(dice, 9)) {
        act->login = once_in(dice, 3) ? SECOND_OFFICER : OFFICER;
    }
}

static void decide(struct dice *dice, const struct model *model, struct act *act)
{
    static const int LOGINS[] = {OFFICER, OFFICER, OFFICER, OFFICER, SECOND_OFFICER, SECOND_OFFICER,
                                 DESK,    DESK,    DESK,    TELLER,  COLLEAGUE,      STRANGER};
    act->kind = once_in(dice, 5) ? ACT_REJECT : ACT_APPROVE;
    act->login = LOGINS[roll(dice, 12)];
    act->of = some_deal(dice, model, ~0U, once_in(dice, 30) ? ~0U : 1U << PROPOSED);
    act->on =
        act->kind == ACT_APPROVE && once_in(dice, 8) ? model->today - (int)roll(dice, 3) : NONE;
}

static int confirmer(struct dice *dice)
{
    static const int LOGINS[] = {TELLER, TELLER, STRANGER, DESK, DESK, DESK, DESK, OFFICER};
    return LOGINS[roll(dice, 8)];
}

static void receipt(struct dice *dice, const struct model *model, struct act *act)
{
    act->kind = ACT_RECEIPT;
    act->of = some_deal(dice, model,
                        1U << PURCHASE | 1U << RESALE | 1U << ACCEPTANCE | 1U << ENFORCEMENT |
                            1U << SUBSCRIPTION | 1U << FORWARD | 1U << OPTION | 1U << DELIVERY |
                            1U << EXERCISE | 1U << CORRECTION,
                        once_in(dice, 20) ? ~0U : 1U << APPROVED);
    act->login = confirmer(dice);
    act->on = once_in(dice, 2) ? NONE : model->today - (int)roll(dice, 4);
    int64_t open = act->of < model->n_deals && model->deals[act->of].state == APPROVED
                       ? model_outstanding(model, act->of)
                       : 0;
    act->amount_fen = once_in(dice, 3) ? open : roll(dice, open + open / 8 + 3);
}

// A pledge under whose loan something was paid before, half of the time the oldest; any, where
// there is none.
static int some_loan(struct dice *dice, const struct model *model)
{
    int begin = model->n_deals > 0 && once_in(dice, 2) ? (int)roll(dice, model->n_deals) : 0;
    for (int i = 0; i < model->n_deals; i++) {
        int at = (begin + i) % model->n_deals;
        if (model->deals[at].n_loan > 0) {
            return at;
        }
    }
    return some_deal(dice, model, 1U << PLEDGE, 1U << APPROVED);
}

// A day since a deal.
static int day_since(struct dice *dice, const struct model *model, int deal)
{
    int days = deal < model->n_deals ? model->today - model->deals[deal].on + 2 : 3;
    return model->today - (int)roll(dice, days > 0 ? days : 1);
}

static void loan(struct dice *dice, const struct model *model, struct act *act)
{
    act->kind = ACT_LOAN;
    act->login = confirmer(dice);
    act->of = once_in(dice, 3)
                  ? some_deal(dice, model, 1U << PLEDGE, once_in(dice, 8) ? ~0U : 1U << APPROVED)
                  : some_loan(dice, model);
    act->on = once_in(dice, 2) ? day_since(dice, model, act->of) : NONE;
    act->loan = (enum loan)roll(dice, 3);
    const struct deal *of = act->of < model->n_deals ? &model->deals[act->of] : NULL;
    int64_t payout = of ? model_loan_sum(of, PAYOUT, INT_MAX) : 0;
    int64_t most = act->loan == PAYOUT ? (of ? of->principal_fen : 1000) - payout / 2
                   : act->loan == REPAYMENT
                       ? payout - (of ? model_loan_sum(of, REPAYMENT, INT_MAX) : 0)
                       : payout / 1000;
    act->amount_fen = once_in(dice, 10) ? roll(dice, 900000) : 1 + roll(dice, most + 2);
    if (act->loan == REPAYMENT && once_in(dice, 2)) {
        act->sale = some_deal(dice, model, 1U << ENFORCEMENT, 1U << APPROVED);
        if (act->sale < model->n_deals && !once_in(dice, 6)) {
            act->of = model->deals[act->sale].debts[0].pledge;
            act->amount_fen = roll(dice, 40000);
        } else if (act->sale >= model->n_deals) {
            act->sale = NONE;
        }
    }
}

// A payment of a loan that is taken back, most of the time one that stands.
static void loan_correct(struct dice *dice, const struct model *model, struct act *act)
{
    act->kind = ACT_LOAN_CORRECT;
    act->login = once_in(dice, 3) ? SECOND_OFFICER : once_in(dice, 3) ? COLLEAGUE : confirmer(dice);
    act->of = some_loan(dice, model);
    act->on = once_in(dice, 2) ? day_since(dice, model, act->of) : NONE;
    int n = act->of < model->n_deals ? model->deals[act->of].n_loan : 0;
    act->item = (int)roll(dice, n + 1);
    while (act->item < n && model->deals[act->of].loan[act->item].taken_back && !once_in(dice, 6)) {
        act->item++;
    }
}

// A receipt that is taken back, most of the time one that stands.
static void receipt_correct(struct dice *dice, const struct model *model, struct act *act)
{
    act->kind = ACT_RECEIPT_CORRECT;
    act->login = once_in(dice, 3) ? SECOND_OFFICER : once_in(dice, 3) ? COLLEAGUE : confirmer(dice);
    for (int i = 0; i < 12 && (act->of >= model->n_deals || model->deals[act->of].n_paid == 0);
         i++) {
        act->of = some_deal(dice, model, ~0U, 1U << APPROVED);
    }
    act->on = once_in(dice, 2) ? day_since(dice, model, act->of) : NONE;
    int n = act->of < model->n_deals ? model->deals[act->of].n_paid : 0;
    act->item = (int)roll(dice, n + (once_in(dice, 9) ? 1 : 0) + (n == 0));
    while (act->item < n && model->deals[act->of].paid[act->item].taken_back && !once_in(dice, 6)) {
        act->item++;
    }
    act->item = once_in(dice, 3) ? NOT_GIVEN : act->item;
}

// A cost of a sale, one that is taken back, what its reserves came to, or that this was wrong; most
// of the time of a sale to which it can belong.
static void cost(struct dice *dice, const struct model *model, struct act *act)
{
    static const unsigned SALES =
        1U << RESALE | 1U << ACCEPTANCE | 1U << ENFORCEMENT | 1U << DELIVERY | 1U << EXERCISE;
    static const enum act_kind KINDS[] = {ACT_DEDUCT,   ACT_DEDUCT,   ACT_DEDUCT,
                                          ACT_UNDEDUCT, ACT_UNDEDUCT, ACT_TRUE_UP,
                                          ACT_TRUE_UP,  ACT_REOPEN,   ACT_REOPEN};
    act->kind = KINDS[roll(dice, 9)];
    act->login = once_in(dice, 2)   ? DESK
                 : once_in(dice, 4) ? STRANGER
                 : once_in(dice, 2) ? TELLER
                                    : COLLEAGUE;
    act->reserve = act->kind == ACT_DEDUCT && once_in(dice, 2);
    for (int i = 0; i < 16; i++) {
        act->of = some_deal(dice, model, once_in(dice, 30) ? ~0U : SALES, 1U << APPROVED);
        const struct deal *sale = act->of < model->n_deals ? &model->deals[act->of] : NULL;
        bool fits = !sale || (act->kind == ACT_DEDUCT   ? sale->n_costs < 3
                              : act->kind == ACT_REOPEN ? sale->n_actuals > 0
                                                        : sale->n_costs > 0);
        if (fits && (!sale || sale->n_paid > 0 || i > 8 || once_in(dice, 3))) {
            break;
        }
    }
    int64_t net = act->of < model->n_deals ? model->deals[act->of].net_fen : 1000;
    act->amount_fen = once_in(dice, 10) ? roll(dice, net + net / 4 + 2) : roll(dice, net / 6 + 2);
    int n = act->of < model->n_deals ? model->deals[act->of].n_costs : 0;
    act->item = n > 0 && !once_in(dice, 60) ? (int)roll(dice, n) : n;
}

// Some day soon, or one on which sales were agreed, or before all of them. The general term is that
// of all clients.
static void term_end(struct dice *dice, const struct model *model, struct act *act, bool alone)
{
    act->kind = ACT_TERM_END;
    act->login = once_in(dice, 2) ? OFFICER : SECOND_OFFICER;
    act->item = once_in(dice, 9)            ? TERM_NONE
                : alone && once_in(dice, 4) ? TERM_GENERAL
                                            : TERM_SPECIAL;
    act->on = once_in(dice, 3) ? TERMS_FROM - 1 + (int)roll(dice, 3)
                               : model->today - 15 + (int)roll(dice, 40);
}

// The newest runs, mostly; the payments of one party, or of all.
static void revenue(struct dice *dice, const struct model *model, struct act *act)
{
    static const int LOGINS[] = {TELLER, TELLER, STRANGER, COLLEAGUE};
    static const int PAYEES[] = {VILLAGE_A, VILLAGE_B, FUND, FARMER, HOUSE_A, HOUSE_B};
    int64_t step = roll(dice, 10);
    act->kind = step < 3   ? ACT_RUN
                : step < 5 ? ACT_RUN_APPROVE
                : step < 6 ? ACT_RUN_REJECT
                : step < 8 ? ACT_PAID
                : step < 9 ? ACT_RETURNED
                           : ACT_RESENT;
    act->login = LOGINS[roll(dice, 4)];
    if ((act->kind == ACT_RUN_APPROVE || act->kind == ACT_RUN_REJECT) && !once_in(dice, 4)) {
        act->login = OFFICER;
    }
    act->on =
        act->kind != ACT_RUN_REJECT && once_in(dice, 3) ? model->today - (int)roll(dice, 9) : NONE;
    enum deal_state wanted = act->kind < ACT_PAID ? PROPOSED : APPROVED;
    int begin = model->n_runs > 0 ? (int)roll(dice, model->n_runs) : 0;
    act->run = model->n_runs;
    for (int i = 0; i < model->n_runs && act->run == model->n_runs; i++) {
        int at = (begin + i) % model->n_runs;
        bool fits = model->runs[at].state == wanted || once_in(dice, 10);
        act->run = fits ? at : act->run;
    }
    act->to = PAYEES[roll(dice, 6)];
    act->to = act->kind != ACT_RETURNED && once_in(dice, 3) ? NONE : act->to;
}

static void package_step(struct dice *dice, const struct model *model, struct act *act)
{
    int step = (int)roll(dice, 10);
    int unissued = NONE;
    for (int i = model->n_packages - 1; i >= 0 && unissued == NONE; i--) {
        int at = (int)roll(dice, model->n_packages);
        unissued = model->packages[at].issued ? NONE : at;
    }
    some_package(dice, model, act);
    if (unissued != NONE && !once_in(dice, 20)) {
        act->packages[0] = unissued;
    }
    act->kind = step < 4    ? ACT_FORECAST
                : step < 7  ? ACT_RESTATE
                : step == 7 ? ACT_ISSUE
                            : ACT_SETTLE;
    act->login = act->kind == ACT_SETTLE                         ? DESK
                 : act->kind == ACT_RESTATE && !once_in(dice, 3) ? SECOND_OFFICER
                                                                 : OFFICER;
    act->tonnes = 20 + roll(dice, 400);
}

static void other(struct dice *dice, const struct model *model, struct act *act, bool alone)
{
    int64_t at = roll(dice, 100);
    if (once_in(dice, 120)) {
        term_end(dice, model, act, alone);
    } else if (alone && once_in(dice, 50)) { // it would be that of all clients
        act->kind = ACT_BUFFER;
        act->login = OFFICER;
        act->county = !once_in(dice, 3);
        act->on = once_in(dice, 2) ? NONE : model->today - 1 + (int)roll(dice, 5);
    } else if (once_in(dice, 3)) {
        revenue(dice, model, act);
    } else if (once_in(dice, 4)) {
        cost(dice, model, act);
    } else if (at < 46) {
        if (once_in(dice, 5)) {
            receipt_correct(dice, model, act);
        } else {
            receipt(dice, model, act);
        }
    } else if (at < 54) {
        act->kind = ACT_WITHDRAW;
        act->login = once_in(dice, 3) ? TELLER : DESK;
        act->of = some_lock(dice, model, 1U << LISTING);
    } else if (once_in(dice, 6)) {
        loan_correct(dice, model, act);
    } else if (at < 71 || once_in(dice, 3)) {
        loan(dice, model, act);
    } else if (at < 78 && alone) {
        act->kind = ACT_EXPIRE;
        act->login = once_in(dice, 2) ? DESK : OFFICER;
        act->on = once_in(dice, 6) ? model->today - 1 : NONE;
    } else if (at < 84) {
        act->kind = ACT_LIMIT;
        act->login = ADMIN;
        act->to = COLLEAGUE;
        act->amount_fen = once_in(dice, 4) ? NOT_GIVEN : roll(dice, 500000);
        act->tonnes = once_in(dice, 4) ? NOT_GIVEN : roll(dice, 90);
    } else if (at < 88) {
        act->kind = ACT_REVIEW;
        act->login = once_in(dice, 2) ? DESK : OFFICER;
        act->beneficiary = (int)roll(dice, N_BENEFICIARIES);
        act->accept = !once_in(dice, 3);
    } else {
        package_step(dice, model, act);
    }
}

// Something that must be refused, or done by who may not.
static void spoil(struct dice *dice, const struct model *model, struct act *act)
{
    bool proposes = act->kind == ACT_PROPOSE;
    switch (roll(dice, 6)) {
    case 0:
        act->login = act->kind == ACT_LIMIT ? OFFICER : (int)roll(dice, N_LOGINS);
        break;
    case 1:
        act->tonnes = proposes && act->deal != PLEDGE ? 0 : act->tonnes;
        break;
    case 2:
        act->to = proposes ? VERIFIER : act->to;
        break;
    case 3:
        act->on = proposes || act->kind == ACT_RECEIPT ? model->today + 1 : act->on;
        break;
    case 4:
        act->of = act->kind <= ACT_REJECT || act->kind == ACT_WITHDRAW ? model->n_deals : act->of;
        break;
    default:
        act->tonnes = proposes && act->tonnes > 0 ? 5000 + roll(dice, 90000) : act->tonnes;
        break;
    }
}

struct act draw_act(struct dice *dice, const struct model *model, bool alone)
{
    struct act act = {.number = ++dice->numbers,
                      .of = model->n_deals,
                      .debtor = NONE,
                      .tonnes = NOT_GIVEN,
                      .on = NONE,
                      .least = NOT_GIVEN,
                      .from_on = NONE,
                      .until = NONE,
                      .sale = NONE,
                      .reversal = NONE};
    int64_t at = roll(dice, 100);
    // The same again, or something else under the same key.
    if (at < 5 && model->n_keys > 0) {
        act = model->keys[roll(dice, model->n_keys)];
        if (once_in(dice, 3)) {
            act.number = ++dice->numbers;
            if (act.kind == ACT_PROPOSE && act.deal == REVERSAL) { // in the file alone
                act.burns[0].to = act.burns[0].to > 1 ? act.burns[0].to - 1 : 2;
                act.burns[0].from = 0;
                return act;
            }
            act.on = act.on == NONE ? model->today - 50 : act.on - 1;
        }
        return act;
    }
    bool open = some_deal(dice, model, ~0U, 1U << PROPOSED) < model->n_deals;
    if (at >= 48 && at < 76 && (open || once_in(dice, 20))) {
        decide(dice, model, &act);
    } else if (at < 76) {
        propose(dice, model, &act);
    } else {
        other(dice, model, &act, alone);
    }
    if (once_in(dice, 12)) {
        spoil(dice, model, &act);
    }
    if (!alone && act.kind == ACT_RUN && act.login == DESK) {
        act.login = TELLER; // of no bank: it would share out what other clients sold
    }
    // Of these the day is part of what is asked, so that another day is another wish.
    bool dated = act.kind == ACT_PROPOSE || act.kind == ACT_APPROVE || act.kind == ACT_RECEIPT ||
                 act.kind == ACT_RECEIPT_CORRECT || act.kind == ACT_LOAN ||
                 act.kind == ACT_LOAN_CORRECT || act.kind == ACT_TERM_END ||
                 act.kind == ACT_BUFFER || act.kind == ACT_RUN_APPROVE || act.kind >= ACT_PAID;
    if (once_in(dice, 8) && dated && model->n_keys < MAX_KEYS) {
        act.key = ++dice->keys;
    }
    return act;
}
