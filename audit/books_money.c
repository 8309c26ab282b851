// The legs of an entry against what its posts, and those before them, say that it moves: nothing
// else may.
#include <stdlib.h>
#include <string.h>

#include "audit/books_internal.h"

__extension__ typedef __int128 int128;

const char *const th_account_names[TH_ACCOUNTS] = {"claim", "cash"};

static const char *const MEMOS[TH_MEMOS] = {
    [TH_MEMO_NONE] = "",
    [TH_MEMO_PURCHASE] = "money.purchase",
    [TH_MEMO_RESALE] = "money.resale",
    [TH_MEMO_ACCEPTANCE] = "money.acceptance",
    [TH_MEMO_DELIVERY] = "money.delivery",
    [TH_MEMO_EXERCISE] = "money.exercise",
    [TH_MEMO_ENFORCEMENT] = "money.enforcement",
    [TH_MEMO_PREMIUM] = "money.premium",
    [TH_MEMO_RECEIPT] = "money.receipt",
    [TH_MEMO_RECEIPT_BACK] = "money.receipt_back",
    [TH_MEMO_PREPAID] = "money.prepaid",
    [TH_MEMO_REFUND] = "money.refund",
    [TH_MEMO_DROPPED] = "money.dropped",
    [TH_MEMO_CORRECTION] = "money.correction",
    [TH_MEMO_DISTRIBUTION] = "money.distribution",
    [TH_MEMO_PAYMENT] = "money.payment",
    [TH_MEMO_PAYMENT_RETURNED] = "money.payment_returned",
    [TH_MEMO_LOAN_PAYOUT] = "money.loan_payout",
    [TH_MEMO_LOAN_REPAYMENT] = "money.loan_repayment",
    [TH_MEMO_LOAN_INTEREST] = "money.loan_interest",
    [TH_MEMO_LOAN_PAYOUT_BACK] = "money.loan_payout_back",
    [TH_MEMO_LOAN_REPAYMENT_BACK] = "money.loan_repayment_back",
    [TH_MEMO_LOAN_INTEREST_BACK] = "money.loan_interest_back"};

void th_money_clear(struct th_money *money)
{
    struct th_list *const LISTS[] = {
        &money->legs,          &money->owed,       &money->debts,
        &money->loans,         &money->loan_steps, &money->parts,
        &money->loan_payments, &money->sharing,    &money->receipt_shares};
    th_table_clear(&money->loan_payment_ids);
    for (size_t i = 0; i < sizeof(LISTS) / sizeof(LISTS[0]); i++) {
        th_list_clear(LISTS[i]);
    }
}

void *th_books_add(struct th_books *books, struct th_list *list, size_t size)
{
    void *row = th_list_add(list, size);
    books->no_memory = books->no_memory || !row;
    return row;
}

static bool read_memo(struct th_text text, unsigned char *ret_memo)
{
    for (int i = TH_MEMO_NONE + 1; i < TH_MEMOS; i++) {
        if (th_text_is(text, MEMOS[i])) {
            *ret_memo = (unsigned char)i;
            return true;
        }
    }
    return false;
}

static bool read_account(struct th_text text, unsigned char *ret_account)
{
    for (int i = 0; i < TH_ACCOUNTS; i++) {
        if (th_text_is(text, th_account_names[i])) {
            *ret_account = (unsigned char)i;
            return true;
        }
    }
    return false;
}

static bool read_leg(const struct th_post *post, struct th_leg *leg)
{
    struct th_text account;
    struct th_text memo;
    struct th_text on;
    const struct th_node *trade = th_node_get(post->nodes, post->index, "trade");
    return th_node_count(post->nodes, post->index) == (trade ? 7U : 6U) &&
           th_member_int(post->nodes, post->index, "party", 1, &leg->party) &&
           th_member_int(post->nodes, post->index, "amount_fen", INT64_MIN, &leg->amount_fen) &&
           leg->amount_fen != 0 && th_text_member(post->nodes, post->index, "account", &account) &&
           read_account(account, &leg->account) &&
           th_text_member(post->nodes, post->index, "on", &on) && on.size == TH_DAY_BYTES &&
           th_text_member(post->nodes, post->index, "memo", &memo) && read_memo(memo, &leg->memo) &&
           (!trade || th_member_int(post->nodes, post->index, "trade", 1, &leg->deal));
}

static void book_money(struct th_books *books, const struct th_post *post)
{
    struct th_leg leg = {.deal = 0};
    char day[TH_DAY_BYTES];
    if (!read_leg(post, &leg)) {
        th_post_fault(books, post);
        return;
    }
    th_post_past_day(books, post, "on", day);
    struct th_holder *holder = th_books_party(books, leg.party);
    if (!th_sum(&books->legs_fen[leg.account], leg.amount_fen) ||
        (holder && !th_sum(&holder->money_fen[leg.account], leg.amount_fen))) {
        books->legs_beyond = true;
    }
    if (books->partial) {
        return;
    }
    if (leg.deal != 0 && !th_books_deal(books, leg.deal)) {
        th_fault_add(books->faults, TH_FAULT_TRADE_UNKNOWN, leg.deal, 0, 0);
    }
    struct th_leg *row = th_books_add(books, &books->money.legs, sizeof(*row));
    if (row) {
        *row = leg;
        books->money.n_posted++;
    }
}

const struct th_post_kind th_posts_of_money[] = {{TH_TEXT("money"), book_money, true},
                                                 {.book = NULL}};

void th_money_begin(struct th_books *books)
{
    struct th_money *money = &books->money;
    money->legs.n = 0;
    money->n_posted = 0;
    money->n_met = 0;
    money->run = 0;
    money->carried_deal = 0;
}

// Most entries post their legs in the order in which they are expected here: these need no sorting.
static void expect(struct th_books *books, const struct th_leg *leg)
{
    struct th_money *money = &books->money;
    const struct th_leg *posted = money->legs.items;
    if (money->n_met < money->n_posted) {
        const struct th_leg *next = &posted[money->n_met];
        if (next->deal == leg->deal && next->party == leg->party &&
            next->amount_fen == leg->amount_fen && next->account == leg->account &&
            next->memo == leg->memo) {
            money->n_met++;
            return;
        }
    }
    struct th_leg *row = th_books_add(books, &money->legs, sizeof(*row));
    if (row) {
        *row = *leg;
        row->amount_fen = -leg->amount_fen;
    }
}

void th_money_expect(struct th_books *books, const struct th_move *move)
{
    struct th_leg leg = {.deal = move->deal,
                         .party = move->from,
                         .amount_fen = -move->amount_fen,
                         .account = (unsigned char)move->account,
                         .memo = (unsigned char)move->memo};
    if (move->amount_fen == 0) {
        return;
    }
    expect(books, &leg);
    leg.party = move->to;
    leg.amount_fen = move->amount_fen;
    expect(books, &leg);
}

static int compare(int64_t left, int64_t right)
{
    return (left > right) - (left < right);
}

static int by_place(const void *a, const void *b)
{
    const struct th_leg *left = a;
    const struct th_leg *right = b;
    int order = compare(left->deal, right->deal);
    order = order != 0 ? order : compare(left->party, right->party);
    order = order != 0 ? order : compare(left->account, right->account);
    return order != 0 ? order : compare(left->memo, right->memo);
}

static void tell_off(struct th_books *books, const struct th_leg *leg, int64_t off_fen)
{
    if (leg->memo == TH_MEMO_DISTRIBUTION && books->money.run != 0) {
        th_fault_add(books->faults, TH_FAULT_RUN_CLAIM, books->money.run, leg->party, off_fen);
        return;
    }
    th_fault_add(books->faults,
                 leg->account == TH_ACCOUNT_CASH ? TH_FAULT_MONEY_CASH : TH_FAULT_MONEY_CLAIM,
                 leg->deal, leg->party, off_fen);
}

void th_money_compare(struct th_books *books)
{
    struct th_money *money = &books->money;
    struct th_leg *legs = money->legs.items;
    size_t n = money->legs.n;
    if (money->carried_deal != 0) {
        th_fault_add(books->faults, TH_FAULT_MONEY_UNOWED, money->carried_deal, 0,
                     money->carried_fen);
    }
    if (money->n_met == n) {
        return;
    }
    qsort(legs + money->n_met, n - money->n_met, sizeof(*legs), by_place);
    for (size_t i = money->n_met; i < n;) {
        const struct th_leg *first = &legs[i];
        int64_t off_fen = 0;
        for (; i < n && by_place(first, &legs[i]) == 0; i++) {
            books->legs_beyond = !th_sum(&off_fen, legs[i].amount_fen) || books->legs_beyond;
        }
        if (off_fen != 0) {
            tell_off(books, first, off_fen);
        }
    }
}

struct th_owed *th_money_owed(struct th_books *books, struct th_deal *deal, int64_t party)
{
    struct th_list *list = &books->money.owed;
    struct th_owed *rows = list->items;
    size_t before = 0;
    size_t at = deal->owed;
    while (at != 0 && rows[at - 1].party < party) {
        before = at;
        at = rows[at - 1].next;
    }
    if (at != 0 && rows[at - 1].party == party) {
        return &rows[at - 1];
    }
    struct th_owed *row = th_books_add(books, list, sizeof(*row));
    if (!row) {
        return NULL;
    }
    *row = (struct th_owed){.party = party, .next = at};
    rows = list->items;
    *(before != 0 ? &rows[before - 1].next : &deal->owed) = list->n;
    return row;
}

void th_money_change(struct th_books *books, struct th_deal *deal, int64_t party, int64_t open_fen,
                     int64_t paid_fen)
{
    struct th_owed *owed = th_money_owed(books, deal, party);
    if (owed && (!th_sum(&owed->open_fen, open_fen) || !th_sum(&owed->paid_fen, paid_fen))) {
        books->legs_beyond = true;
    }
}

struct th_share *th_money_share(struct th_books *books, int64_t party, int64_t owed_fen)
{
    struct th_list *list = &books->money.sharing;
    struct th_share *share = th_books_add(books, list, sizeof(*share));
    if (share) {
        *share = (struct th_share){.party = party, .owed_fen = owed_fen, .index = list->n};
    }
    return share;
}

static int by_share_party(const void *a, const void *b)
{
    return compare(((const struct th_share *)a)->party, ((const struct th_share *)b)->party);
}

static int by_rest(const void *a, const void *b)
{
    const struct th_share *left = a;
    const struct th_share *right = b;
    if (left->rest != right->rest) {
        return left->rest > right->rest ? -1 : 1;
    }
    return (left->index > right->index) - (left->index < right->index);
}

static int by_index(const void *a, const void *b)
{
    const struct th_share *left = a;
    const struct th_share *right = b;
    return (left->index > right->index) - (left->index < right->index);
}

void th_money_share_out(struct th_list *sharing, int64_t amount_fen, int64_t total_fen)
{
    struct th_share *shares = sharing->items;
    int64_t left_fen = amount_fen;
    for (size_t i = 0; i < sharing->n; i++) {
        int128 product = (int128)amount_fen * shares[i].owed_fen;
        shares[i].fen = (int64_t)(product / total_fen);
        shares[i].rest = product % total_fen;
        left_fen -= shares[i].fen;
    }
    if (left_fen > 0) {
        qsort(shares, sharing->n, sizeof(*shares), by_rest);
        for (int64_t i = 0; i < left_fen; i++) {
            shares[i].fen++;
        }
        qsort(shares, sharing->n, sizeof(*shares), by_index);
    }
}

static void check_line(struct th_books *books, const struct th_deal *deal,
                       const struct th_deal_line *line)
{
    int128 off =
        (int128)line->amount_fen * deal->tonnes_t - (int128)deal->amount_fen * line->tonnes_t;
    if (off >= deal->tonnes_t || -off >= deal->tonnes_t) {
        th_fault_add(books->faults, TH_FAULT_MONEY_LINES, deal->id, line->amount_fen,
                     line->tonnes_t);
    }
}

// The buyer owes each line's amount to who gave its units, and all of them are what was agreed.
static void claim_lines(struct th_books *books, struct th_deal *deal, enum th_memo memo)
{
    struct th_list *sharing = &books->money.sharing;
    const struct th_deal_line *lines = books->revenue.lines.items;
    int64_t sum_fen = 0;
    sharing->n = 0;
    for (size_t i = deal->lines; i != 0; i = lines[i - 1].next) {
        const struct th_deal_line *line = &lines[i - 1];
        check_line(books, deal, line);
        books->legs_beyond = !th_sum(&sum_fen, line->amount_fen) || books->legs_beyond;
        if (!th_money_share(books, line->seller, line->amount_fen)) {
            return;
        }
    }
    if (sum_fen != deal->amount_fen) {
        th_fault_add(books->faults, TH_FAULT_MONEY_SUM, deal->id, sum_fen, deal->amount_fen);
    }
    struct th_share *shares = sharing->items;
    for (size_t i = sharing->n; i > 0; i--) { // the chain has the last line first
        th_money_expect(books, &(struct th_move){deal->id, memo, TH_ACCOUNT_CLAIM, deal->buyer,
                                                 shares[i - 1].party, shares[i - 1].owed_fen});
    }
    if (sharing->n > 1) {
        qsort(shares, sharing->n, sizeof(*shares), by_share_party);
    }
    for (size_t i = sharing->n; i > 0; i--) { // each is put in front of those before it
        th_money_change(books, deal, shares[i - 1].party, shares[i - 1].owed_fen, 0);
    }
}

// First what is owed under each pledge, in their ranks, as far as the price goes.
static void claim_debts(struct th_books *books, struct th_deal *deal)
{
    int64_t left_fen = deal->amount_fen;
    struct th_move move = {deal->id, TH_MEMO_ENFORCEMENT, TH_ACCOUNT_CLAIM, deal->buyer, 0, 0};
    const struct th_debt *debts = books->money.debts.items;
    for (size_t i = deal->terms; i != 0; i = debts[i - 1].next) {
        const struct th_deal *pledge = th_books_deal(books, debts[i - 1].pledge);
        int64_t owed_fen = debts[i - 1].owed_fen;
        if (!pledge) {
            th_fault_add(books->faults, TH_FAULT_TRADE_UNKNOWN, debts[i - 1].pledge, 0, 0);
            continue;
        }
        move.to = pledge->buyer;
        move.amount_fen = owed_fen < left_fen ? owed_fen : left_fen;
        left_fen -= move.amount_fen;
        th_money_expect(books, &move);
        th_money_change(books, deal, move.to, move.amount_fen, 0);
    }
    move.to = deal->seller;
    move.amount_fen = left_fen;
    th_money_expect(books, &move);
    th_money_change(books, deal, move.to, move.amount_fen, 0);
}

// What was prepaid on the promise is the delivery's receipt, as far as it goes.
static void carry_prepayment(struct th_books *books, struct th_deal *deal)
{
    struct th_deal *promise = th_books_deal(books, deal->of);
    struct th_owed *owed = promise ? th_money_owed(books, promise, promise->seller) : NULL;
    int64_t used_fen = owed && owed->open_fen < 0 ? -owed->open_fen : 0;
    used_fen = used_fen < deal->amount_fen ? used_fen : deal->amount_fen;
    if (used_fen == 0) {
        return;
    }
    int64_t buyer = deal->buyer;
    int64_t seller = deal->seller;
    const struct th_move moves[] = {
        {promise->id, TH_MEMO_PREPAID, TH_ACCOUNT_CLAIM, buyer, seller, used_fen},
        {promise->id, TH_MEMO_PREPAID, TH_ACCOUNT_CASH, seller, buyer, used_fen},
        {deal->id, TH_MEMO_RECEIPT, TH_ACCOUNT_CLAIM, seller, buyer, used_fen},
        {deal->id, TH_MEMO_RECEIPT, TH_ACCOUNT_CASH, buyer, seller, used_fen}};
    for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
        th_money_expect(books, &moves[i]);
    }
    th_money_change(books, promise, seller, used_fen, -used_fen);
    th_money_change(books, deal, seller, -used_fen, used_fen);
    books->money.carried_deal = deal->id;
    books->money.carried_fen = used_fen;
}

// What is left of what was prepaid once the tonnes that are still to come are paid for.
static int64_t refundable(const struct th_deal *promise, int64_t prepaid_fen)
{
    int64_t to_come_t = promise->tonnes_t - promise->gone_t;
    int128 price_fen = promise->tonnes_t > 0 && to_come_t > 0
                           ? (int128)promise->amount_fen * to_come_t / promise->tonnes_t
                           : 0;
    return prepaid_fen > price_fen ? (int64_t)(prepaid_fen - price_fen) : 0;
}

// Tonnes of a promise are given up: what was prepaid for them is owed back.
static void claim_refund(struct th_books *books, struct th_deal *deal)
{
    struct th_deal *promise = th_books_deal(books, deal->of);
    struct th_owed *owed = promise ? th_money_owed(books, promise, promise->seller) : NULL;
    int64_t prepaid_fen = owed && owed->open_fen < 0 ? -owed->open_fen : 0;
    int64_t refund_fen = promise ? refundable(promise, prepaid_fen) : 0;
    if (!promise || deal->amount_fen != refund_fen) {
        th_fault_add(books->faults, TH_FAULT_MONEY_REFUND, deal->id, deal->amount_fen, refund_fen);
        return;
    }
    th_money_expect(books, &(struct th_move){promise->id, TH_MEMO_PREPAID, TH_ACCOUNT_CLAIM,
                                             deal->buyer, deal->seller, deal->amount_fen});
    th_money_expect(books, &(struct th_move){deal->id, TH_MEMO_REFUND, TH_ACCOUNT_CLAIM,
                                             deal->seller, deal->buyer, deal->amount_fen});
    th_money_change(books, promise, promise->seller, deal->amount_fen, 0);
    th_money_change(books, deal, deal->buyer, deal->amount_fen, 0);
}

// What is still owed on the deal that is taken back is dropped, what was paid is owed back.
static void claim_back(struct th_books *books, struct th_deal *deal)
{
    struct th_deal *of = th_books_deal(books, deal->of);
    size_t at = of ? of->owed : 0;
    for (size_t i = at; i != 0;) {
        struct th_owed *owed = (struct th_owed *)books->money.owed.items + (i - 1);
        th_money_expect(books, &(struct th_move){of->id, TH_MEMO_DROPPED, TH_ACCOUNT_CLAIM,
                                                 owed->party, of->buyer, owed->open_fen});
        owed->open_fen = 0;
        i = owed->next;
    }
    for (size_t i = at; i != 0;) {
        struct th_owed *owed = (struct th_owed *)books->money.owed.items + (i - 1);
        int64_t party = owed->party;
        int64_t paid_fen = owed->paid_fen;
        i = owed->next;
        owed->paid_fen = 0;
        if (paid_fen > 0) {
            th_money_expect(books, &(struct th_move){deal->id, TH_MEMO_CORRECTION, TH_ACCOUNT_CLAIM,
                                                     party, of->buyer, paid_fen});
            th_money_change(books, deal, party, paid_fen, 0);
        }
    }
}

void th_money_settle_decision(struct th_books *books, struct th_deal *deal)
{
    switch (deal->kind) {
    case TH_DEAL_PURCHASE:
    case TH_DEAL_RESALE:
    case TH_DEAL_ACCEPTANCE:
    case TH_DEAL_EXERCISE:
        claim_lines(books, deal, (enum th_memo)deal->kind);
        break;
    case TH_DEAL_DELIVERY:
        if (deal->refund_t > 0) {
            claim_refund(books, deal);
        } else {
            claim_lines(books, deal, TH_MEMO_DELIVERY);
            carry_prepayment(books, deal);
        }
        break;
    case TH_DEAL_ENFORCEMENT:
        claim_debts(books, deal);
        break;
    case TH_DEAL_OPTION:
        th_money_expect(books, &(struct th_move){deal->id, TH_MEMO_PREMIUM, TH_ACCOUNT_CLAIM,
                                                 deal->buyer, deal->seller, deal->amount_fen});
        th_money_change(books, deal, deal->seller, deal->amount_fen, 0);
        break;
    case TH_DEAL_CORRECTION:
        claim_back(books, deal);
        break;
    case TH_DEAL_OTHER:
    case TH_DEAL_SUBSCRIPTION:
    case TH_DEAL_FORWARD:
    case TH_DEAL_PLEDGE:
    case TH_DEAL_LISTING:
    case TH_DEAL_REVERSAL:
    case TH_DEAL_TRANSFER:
    case TH_DEAL_RETIREMENT:
    case TH_DEAL_CANCELLATION:
    case TH_DEAL_RELEASE:
    case TH_DEAL_KINDS:
        break;
    }
}
