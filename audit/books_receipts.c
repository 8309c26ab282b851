// Receipts: whose claims they meet, and how they are taken back.
#include <string.h>

#include "audit/books_internal.h"

static bool is_promise(const struct th_deal *deal)
{
    return deal->kind == TH_DEAL_SUBSCRIPTION || deal->kind == TH_DEAL_FORWARD;
}

// Whoever makes the entry says that money came in; what was prepaid on a promise comes in for a
// delivery by the word of the one who proposed it.
static void check_receiver(struct th_books *books, const struct th_post *post,
                           const struct th_deal *deal)
{
    struct th_text login;
    bool said = th_text_member(post->nodes, post->index, "login", &login);
    if (deal->kind != TH_DEAL_DELIVERY || !said || th_books_login(books, login) != deal->proposer) {
        th_post_login(books, post, "login");
    }
}

// A row for each number; NULL where it stands already.
static struct th_deal_receipt *new_receipt(struct th_books *books, int64_t id)
{
    bool fresh = false;
    if (th_table_id(&books->receipt_ids, id, &fresh) == SIZE_MAX) {
        books->no_memory = true;
        return NULL;
    }
    if (!fresh) {
        th_fault_add(books->faults, TH_FAULT_RECEIPT_AGAIN, id, 0, 0);
        return NULL;
    }
    return th_books_add(books, &books->revenue.receipts, sizeof(struct th_deal_receipt));
}

static void book_receipt(struct th_books *books, const struct th_post *post)
{
    int64_t id = 0;
    int64_t amount_fen = 0;
    if (!th_member_int(post->nodes, post->index, "receipt_id", 1, &id) ||
        !th_member_int(post->nodes, post->index, "amount_fen", 1, &amount_fen)) {
        th_post_fault(books, post);
        return;
    }
    struct th_deal_receipt *receipt = new_receipt(books, id);
    if (!receipt) {
        return;
    }
    *receipt = (struct th_deal_receipt){
        .id = id, .seq = books->faults->seq, .fen = amount_fen, .login = books->actor};
    struct th_deal *deal = th_post_deal(books, post, "trade_id");
    if (!deal) {
        return;
    }
    check_receiver(books, post, deal);
    th_post_past_day(books, post, "on_date", receipt->on_date);
    if (memcmp(receipt->on_date, deal->on_date, TH_DAY_BYTES) < 0) {
        th_fault_add(books->faults, TH_FAULT_RECEIPT_EARLY, deal->id, 0, 0);
    }
    if (!th_sum(&deal->received_fen, amount_fen)) {
        books->legs_beyond = true;
    } else if (deal->received_fen - deal->again_fen > deal->amount_fen) {
        th_fault_add(books->faults, TH_FAULT_RECEIPT_EXCESS, deal->id, deal->received_fen,
                     deal->amount_fen);
    }
    receipt->deal = deal->id;
    receipt->next = deal->receipts;
    deal->receipts = books->revenue.receipts.n;
    th_books_pend(books, &(struct th_pending){.what = TH_PENDING_RECEIPT,
                                              .id = (int64_t)deal->receipts,
                                              .number = post->number});
}

static void book_withdrawal(struct th_books *books, const struct th_post *post)
{
    struct th_deal_receipt *receipts = books->revenue.receipts.items;
    size_t row = SIZE_MAX;
    int64_t id = 0;
    char day[TH_DAY_BYTES] = "";
    if (th_member_int(post->nodes, post->index, "receipt_id", 1, &id)) {
        row = th_table_find_id(&books->receipt_ids, id);
    }
    if (row >= books->revenue.receipts.n || !th_node_get(post->nodes, post->index, "on_date")) {
        th_post_fault(books, post);
        return;
    }
    struct th_deal_receipt *receipt = &receipts[row];
    th_post_past_day(books, post, "on_date", day);
    th_post_login(books, post, "login");
    if (receipt->login == books->actor) {
        th_fault_add_text(books->faults, TH_FAULT_RECEIPT_SELF, post->line->login, id);
    }
    if (receipt->withdrawn) {
        th_fault_add(books->faults, TH_FAULT_RECEIPT_AGAIN, id, 0, 0);
        return;
    }
    if (memcmp(day, receipt->on_date, TH_DAY_BYTES) < 0) {
        th_fault_add(books->faults, TH_FAULT_RECEIPT_EARLY, receipt->deal, 0, 0);
    }
    receipt->withdrawn = true;
    th_books_pend(books, &(struct th_pending){.what = TH_PENDING_RECEIPT_BACK,
                                              .id = (int64_t)row + 1,
                                              .number = post->number});
}

const struct th_post_kind th_posts_of_receipts[] = {
    {TH_TEXT("receipt"), book_receipt, false},
    {TH_TEXT("receipt_withdrawal"), book_withdrawal, false},
    {.book = NULL}};

// The creditors of an enforcement, one after the other: by the first debt of each, the owner last.
static void share_by_rank(struct th_books *books, struct th_deal *deal, int64_t amount_fen)
{
    const struct th_debt *debts = books->money.debts.items;
    struct th_list *sharing = &books->money.sharing;
    int64_t left_fen = amount_fen;
    size_t at = deal->terms;
    for (bool last = false; !last;) {
        last = at == 0;
        const struct th_deal *pledge = last ? NULL : th_books_deal(books, debts[at - 1].pledge);
        int64_t party = last ? deal->seller : pledge ? pledge->buyer : 0;
        at = last ? 0 : debts[at - 1].next;
        bool seen = party == 0;
        for (size_t i = 0; i < sharing->n && !seen; i++) {
            seen = ((struct th_share *)sharing->items)[i].party == party;
        }
        const struct th_owed *owed = seen ? NULL : th_money_owed(books, deal, party);
        struct th_share *share = owed ? th_money_share(books, party, owed->open_fen) : NULL;
        if (share) {
            share->fen = share->owed_fen < left_fen ? share->owed_fen : left_fen;
            left_fen -= share->fen;
        }
    }
}

// Who gets, or gives, how much of it; what is open in all.
static int64_t share_receipt(struct th_books *books, struct th_deal *deal, int64_t amount_fen)
{
    struct th_list *sharing = &books->money.sharing;
    int64_t total_fen = 0;
    sharing->n = 0;
    if (is_promise(deal)) {
        (void)th_money_share(books, deal->seller, amount_fen);
    }
    for (size_t i = sharing->n > 0 ? 0 : deal->owed; i != 0;) {
        const struct th_owed *owed = (struct th_owed *)books->money.owed.items + (i - 1);
        i = owed->next;
        if (owed->open_fen > 0) {
            (void)th_money_share(books, owed->party, owed->open_fen);
        }
    }
    for (size_t i = 0; i < sharing->n; i++) {
        (void)th_sum(&total_fen, ((struct th_share *)sharing->items)[i].owed_fen);
    }
    if (amount_fen > total_fen) {
        return total_fen;
    }
    if (deal->kind == TH_DEAL_ENFORCEMENT) {
        sharing->n = 0;
        share_by_rank(books, deal, amount_fen);
    } else {
        th_money_share_out(sharing, amount_fen, total_fen);
    }
    return total_fen;
}

// The cash of one party's share, and the claim that it meets; or both back.
static void expect_share(struct th_books *books, struct th_deal *deal, int64_t party, int64_t fen,
                         bool withdrawn)
{
    bool back = deal->kind == TH_DEAL_CORRECTION;
    int64_t one = back || deal->refund_t > 0 ? deal->seller : deal->buyer;
    int64_t paid = back != withdrawn ? one : party;
    int64_t payer = back != withdrawn ? party : one;
    enum th_memo memo = withdrawn ? TH_MEMO_RECEIPT_BACK : TH_MEMO_RECEIPT;
    th_money_expect(books, &(struct th_move){deal->id, memo, TH_ACCOUNT_CLAIM, paid, payer, fen});
    th_money_expect(books, &(struct th_move){deal->id, memo, TH_ACCOUNT_CASH, payer, paid, fen});
    th_money_change(books, deal, party, withdrawn ? fen : -fen, withdrawn ? -fen : fen);
}

void th_money_settle_receipt(struct th_books *books, const struct th_pending *pending)
{
    struct th_money *money = &books->money;
    const size_t row = (size_t)pending->id - 1;
    const struct th_deal_receipt receipt =
        ((struct th_deal_receipt *)books->revenue.receipts.items)[row];
    struct th_deal *deal = th_books_deal(books, receipt.deal);
    if (!deal) {
        return;
    }
    if (money->carried_deal == deal->id && money->carried_fen == receipt.fen) {
        money->carried_deal = 0; // the approval of the delivery moved it
        return;
    }
    int64_t open_fen =
        deal->state == TH_TRADE_APPROVED ? share_receipt(books, deal, receipt.fen) : 0;
    if (receipt.fen > open_fen) {
        th_fault_add(books->faults, TH_FAULT_MONEY_UNOWED, deal->id, receipt.fen, open_fen);
        return;
    }
    for (size_t i = 0; i < money->sharing.n; i++) {
        const struct th_share share = ((struct th_share *)money->sharing.items)[i];
        struct th_receipt_share *kept =
            share.fen > 0 ? th_books_add(books, &money->receipt_shares, sizeof(*kept)) : NULL;
        if (kept) {
            struct th_deal_receipt *own =
                (struct th_deal_receipt *)books->revenue.receipts.items + row;
            *kept = (struct th_receipt_share){share.party, share.fen, own->shares};
            own->shares = money->receipt_shares.n;
        }
        expect_share(books, deal, share.party, share.fen, false);
    }
}

// What it paid must still be there: no delivery used what was paid ahead, no loan was repaid with
// it, no correction owes it back.
static bool is_there(struct th_books *books, struct th_deal *deal, int64_t party)
{
    const struct th_debt *debts = books->money.debts.items;
    const struct th_owed *owed = th_money_owed(books, deal, party);
    int64_t credited_fen = 0;
    for (size_t i = deal->kind == TH_DEAL_ENFORCEMENT ? deal->terms : 0; i != 0;
         i = debts[i - 1].next) {
        const struct th_deal *pledge = th_books_deal(books, debts[i - 1].pledge);
        if (pledge && pledge->buyer == party && !th_sum(&credited_fen, debts[i - 1].credited_fen)) {
            return false;
        }
    }
    return owed && owed->paid_fen >= credited_fen && (!is_promise(deal) || owed->open_fen <= 0);
}

// No run that waits for its approval has reckoned with it.
static bool is_reckoned(const struct th_books *books, const struct th_deal *deal,
                        const struct th_deal_receipt *receipt)
{
    const struct th_deal_revenue *revenues = books->revenue.deals.items;
    const struct th_run_sale *sales = books->revenue.sales.items;
    for (size_t i = deal->revenue != 0 ? revenues[deal->revenue - 1].sale : 0; i != 0;
         i = sales[i - 1].before) {
        const struct th_run *run = th_books_run(books, sales[i - 1].run);
        bool through = sales[i - 1].now.receipts_fen == 0 ||
                       (run && memcmp(receipt->on_date, run->through_on, TH_DAY_BYTES) <= 0);
        if (run && !run->decided && run->seq > receipt->seq && through) {
            return true;
        }
    }
    return false;
}

void th_money_settle_receipt_back(struct th_books *books, const struct th_pending *pending)
{
    const struct th_receipt_share *shares = books->money.receipt_shares.items;
    const struct th_deal_receipt *receipts = books->revenue.receipts.items;
    const struct th_deal_receipt *receipt = &receipts[pending->id - 1];
    struct th_deal *deal = th_books_deal(books, receipt->deal);
    bool there = deal && receipt->shares != 0 && !is_reckoned(books, deal, receipt);
    for (size_t i = there ? receipt->shares : 0; i != 0; i = shares[i - 1].next) {
        expect_share(books, deal, shares[i - 1].party, shares[i - 1].fen, true);
        there = is_there(books, deal, shares[i - 1].party) && there;
    }
    if (!there) {
        th_fault_add(books->faults, TH_FAULT_RECEIPT_USED, receipt->id, 0, 0);
        return;
    }
    books->legs_beyond = !th_sum(&deal->received_fen, -receipt->fen) || books->legs_beyond;
}
