// Loans under pledges, and what happens to the payments of runs.
#include <stdlib.h>
#include <string.h>

#include "audit/books_internal.h"

static struct th_deal *deal_of(struct th_books *books, const struct th_post *post, const char *key)
{
    int64_t id = 0;
    if (!th_member_int(post->nodes, post->index, key, 1, &id)) {
        th_post_fault(books, post);
        return NULL;
    }
    struct th_deal *deal = th_books_deal(books, id);
    if (!deal) {
        th_fault_add(books->faults, TH_FAULT_TRADE_UNKNOWN, id, 0, 0);
    }
    return deal;
}

static void book_delivery(struct th_books *books, const struct th_post *post)
{
    int64_t refund_t = 0;
    struct th_deal *deal = deal_of(books, post, "trade_id");
    if (deal) {
        deal->refund = th_member_int(post->nodes, post->index, "refund_t", 1, &refund_t);
    }
}

// A pledge may secure no loan that is paid here: then nothing is said of one.
static void book_pledge(struct th_books *books, const struct th_post *post)
{
    struct th_deal *deal = deal_of(books, post, "trade_id");
    if (!deal) {
        return;
    }
    struct th_loan *loan = deal->kind == TH_DEAL_PLEDGE && deal->terms == 0
                               ? th_books_add(books, &books->money.loans, sizeof(*loan))
                               : NULL;
    if (!loan) {
        th_post_fault(books, post);
        return;
    }
    deal->terms = books->money.loans.n;
    (void)th_member_int(post->nodes, post->index, "debtor_id", 1, &loan->debtor);
    (void)th_member_int(post->nodes, post->index, "principal_fen", 0, &loan->principal_fen);
}

static void book_debt(struct th_books *books, const struct th_post *post)
{
    struct th_debt debt = {.next = 0};
    struct th_deal *deal = deal_of(books, post, "trade_id");
    if (!deal) {
        return;
    }
    if (deal->kind != TH_DEAL_ENFORCEMENT || deal->state != TH_TRADE_PROPOSED ||
        !th_member_int(post->nodes, post->index, "pledge_id", 1, &debt.pledge) ||
        !th_member_int(post->nodes, post->index, "owed_fen", 0, &debt.owed_fen)) {
        th_post_fault(books, post);
        return;
    }
    struct th_debt *row = th_books_add(books, &books->money.debts, sizeof(*row));
    if (!row) {
        return;
    }
    *row = debt;
    struct th_debt *debts = books->money.debts.items;
    size_t *end = &deal->terms;
    while (*end != 0) {
        end = &debts[*end - 1].next;
    }
    *end = books->money.debts.n;
}

static void book_loan(struct th_books *books, const struct th_post *post)
{
    static const char *const KINDS[] = {"payout", "repayment", "interest"};
    struct th_pending pending = {.number = post->number};
    struct th_text kind;
    size_t i = 0;
    const struct th_deal *deal = deal_of(books, post, "trade_id");
    if (!deal) {
        return;
    }
    if (!th_text_member(post->nodes, post->index, "kind", &kind) ||
        !th_member_int(post->nodes, post->index, "amount_fen", 1, &pending.amount_fen)) {
        th_post_fault(books, post);
        return;
    }
    while (i < sizeof(KINDS) / sizeof(KINDS[0]) && !th_text_is(kind, KINDS[i])) {
        i++;
    }
    if (i == sizeof(KINDS) / sizeof(KINDS[0])) {
        th_post_fault(books, post);
        return;
    }
    pending.what = TH_PENDING_LOAN;
    pending.id = deal->id;
    pending.memo = (enum th_memo)(TH_MEMO_LOAN_PAYOUT + (int)i);
    (void)th_member_int(post->nodes, post->index, "enforcement_id", 1, &pending.other);
    th_books_pend(books, &pending);
}

static void book_event(struct th_books *books, const struct th_post *post)
{
    struct th_pending pending = {.what = TH_PENDING_PAYMENT, .number = post->number};
    struct th_text kind;
    if (!th_member_int(post->nodes, post->index, "distribution_id", 1, &pending.id) ||
        !th_member_int(post->nodes, post->index, "party_id", 1, &pending.other) ||
        !th_member_int(post->nodes, post->index, "attempt", 1, &pending.attempt) ||
        !th_member_int(post->nodes, post->index, "amount_fen", 1, &pending.amount_fen) ||
        !th_text_member(post->nodes, post->index, "kind", &kind)) {
        th_post_fault(books, post);
        return;
    }
    if (th_text_is(kind, "paid")) {
        pending.memo = TH_MEMO_PAYMENT;
    } else if (th_text_is(kind, "returned")) {
        pending.memo = TH_MEMO_PAYMENT_RETURNED;
    } else if (!th_text_is(kind, "resent")) {
        th_post_fault(books, post);
        return;
    }
    th_books_pend(books, &pending);
}

bool th_book_payments(struct th_books *books, const struct th_post *post)
{
    static const struct {
        const char *kind;
        void (*book)(struct th_books *books, const struct th_post *post);
    } KINDS[] = {{"delivery", book_delivery},
                 {"pledge", book_pledge},
                 {"enforcement_debt", book_debt},
                 {"loan_payment", book_loan},
                 {"payout_event", book_event}};
    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
        if (th_text_is(post->kind, KINDS[i].kind)) {
            if (!books->partial) {
                KINDS[i].book(books, post);
            }
            return true;
        }
    }
    return false;
}

// What the sale of what was pledged brought its pledgee pays the loan: not more than that.
static bool credit(struct th_books *books, const struct th_deal *pledge,
                   const struct th_pending *pending)
{
    struct th_debt *debts = books->money.debts.items;
    struct th_debt *own = NULL;
    struct th_deal *sale = th_books_deal(books, pending->other);
    int64_t credited_fen = pending->amount_fen;
    if (!sale || sale->kind != TH_DEAL_ENFORCEMENT) {
        return false;
    }
    for (size_t i = sale->terms; i != 0; i = debts[i - 1].next) {
        const struct th_deal *other = th_books_deal(books, debts[i - 1].pledge);
        if (other && other->buyer == pledge->buyer &&
            !th_sum(&credited_fen, debts[i - 1].credited_fen)) {
            return false;
        }
        own = debts[i - 1].pledge == pledge->id ? &debts[i - 1] : own;
    }
    const struct th_owed *owed = own ? th_money_owed(books, sale, pledge->buyer) : NULL;
    if (!owed || credited_fen > owed->paid_fen) {
        return false;
    }
    own->credited_fen += pending->amount_fen;
    return true;
}

// Not more goes out than the principal, nor comes back than went out.
static bool fits(struct th_loan *loan, const struct th_pending *pending)
{
    if (pending->memo == TH_MEMO_LOAN_PAYOUT) {
        return th_sum(&loan->out_fen, pending->amount_fen) &&
               loan->out_fen <= loan->principal_fen && pending->other == 0;
    }
    return pending->memo == TH_MEMO_LOAN_INTEREST ||
           (th_sum(&loan->back_fen, pending->amount_fen) && loan->back_fen <= loan->out_fen);
}

void th_money_settle_loan(struct th_books *books, const struct th_pending *pending)
{
    const struct th_deal *deal = th_books_deal(books, pending->id);
    struct th_loan *loans = books->money.loans.items;
    if (!deal || deal->kind != TH_DEAL_PLEDGE || deal->terms == 0 ||
        deal->state != TH_TRADE_APPROVED) {
        th_fault_add(books->faults, TH_FAULT_LOAN_PLEDGE, pending->id, 0, 0);
        return;
    }
    struct th_loan *loan = &loans[deal->terms - 1];
    if (!fits(loan, pending) || (pending->other != 0 && !credit(books, deal, pending))) {
        th_fault_add(books->faults, TH_FAULT_LOAN_SUM, deal->id, pending->amount_fen, 0);
        return;
    }
    bool payout = pending->memo == TH_MEMO_LOAN_PAYOUT;
    struct th_move move = {.deal = deal->id,
                           .memo = pending->memo,
                           .account = TH_ACCOUNT_CASH,
                           .from = payout ? deal->buyer : loan->debtor,
                           .to = payout ? loan->debtor : deal->buyer,
                           .amount_fen = pending->amount_fen};
    if (pending->other == 0) { // else it moved with the receipts of the sale
        th_money_expect(books, &move);
    }
    if (pending->memo != TH_MEMO_LOAN_INTEREST) {
        int64_t from = move.from;
        move.from = move.to;
        move.to = from;
        move.account = TH_ACCOUNT_CLAIM;
        th_money_expect(books, &move);
    }
}

static int compare(int64_t left, int64_t right)
{
    return (left > right) - (left < right);
}

static int by_deal_and_party(const void *a, const void *b)
{
    const struct th_part *left = a;
    const struct th_part *right = b;
    int order = compare(left->deal, right->deal);
    return order != 0 ? order : compare(left->party, right->party);
}

static int by_party_and_deal(const void *a, const void *b)
{
    const struct th_part *left = a;
    const struct th_part *right = b;
    int order = compare(left->party, right->party);
    return order != 0 ? order : compare(left->deal, right->deal);
}

// The payments of a run, one part for each of its parties and sales.
static void gather(struct th_books *books, const struct th_run *run, size_t first)
{
    struct th_list *parts = &books->money.parts;
    const struct th_run_sale *sales = books->revenue.sales.items;
    const struct th_payee *payees = books->revenue.payees.items;
    for (size_t i = run->sales; i != 0; i = sales[i - 1].next) {
        for (size_t k = sales[i - 1].payees; k != 0; k = payees[k - 1].next) {
            struct th_part *part = th_books_add(books, parts, sizeof(*part));
            if (!part) {
                return;
            }
            *part = (struct th_part){.deal = sales[i - 1].deal,
                                     .party = payees[k - 1].party,
                                     .amount_fen = payees[k - 1].amount_fen,
                                     .attempt = 1};
        }
    }
    struct th_part *items = parts->items;
    size_t n = first;
    if (parts->n > first) {
        qsort(items + first, parts->n - first, sizeof(*items), by_deal_and_party);
    }
    for (size_t i = first; i < parts->n; i++) {
        if (n > first && by_deal_and_party(&items[n - 1], &items[i]) == 0) {
            books->legs_beyond =
                !th_sum(&items[n - 1].amount_fen, items[i].amount_fen) || books->legs_beyond;
        } else if (items[i].amount_fen > 0) {
            items[n++] = items[i];
        }
    }
    parts->n = n;
}

void th_money_settle_run(struct th_books *books, struct th_run *run)
{
    struct th_list *parts = &books->money.parts;
    size_t first = parts->n;
    books->money.run = run->id;
    gather(books, run, first);
    struct th_part *items = parts->items;
    for (size_t i = first; i < parts->n; i++) {
        const struct th_deal *deal = th_books_deal(books, items[i].deal);
        if (deal) {
            th_money_expect(books,
                            &(struct th_move){deal->id, TH_MEMO_DISTRIBUTION, TH_ACCOUNT_CLAIM,
                                              deal->seller, items[i].party, items[i].amount_fen});
        }
    }
    if (parts->n > first) {
        qsort(items + first, parts->n - first, sizeof(*items), by_party_and_deal);
    }
    run->first_part = first;
    run->n_parts = parts->n - first;
}

// The first part of a party's payment; NULL: the run owes it nothing.
static struct th_part *find_payment(struct th_books *books, const struct th_run *run, int64_t party)
{
    struct th_part *parts = books->money.parts.items;
    size_t low = run->first_part;
    size_t high = run->first_part + run->n_parts;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (parts[middle].party < party) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < run->first_part + run->n_parts && parts[low].party == party ? &parts[low] : NULL;
}

// Paid once, sent again only behind its return, and a new attempt each time.
static bool may_follow(const struct th_part *payment, const struct th_pending *pending)
{
    if (pending->memo == TH_MEMO_NONE) {
        return payment->state == TH_PAYMENT_RETURNED && pending->attempt == payment->attempt + 1;
    }
    return pending->attempt == payment->attempt &&
           (payment->state == TH_PAYMENT_OWED ||
            (pending->memo == TH_MEMO_PAYMENT_RETURNED && payment->state == TH_PAYMENT_PAID));
}

static void move_payment(struct th_books *books, const struct th_part *part, enum th_memo memo)
{
    const struct th_deal *deal = th_books_deal(books, part->deal);
    bool back = memo == TH_MEMO_PAYMENT_RETURNED;
    if (!deal) {
        return;
    }
    int64_t payer = back ? part->party : deal->seller;
    int64_t paid = back ? deal->seller : part->party;
    th_money_expect(
        books, &(struct th_move){deal->id, memo, TH_ACCOUNT_CLAIM, paid, payer, part->amount_fen});
    th_money_expect(
        books, &(struct th_move){deal->id, memo, TH_ACCOUNT_CASH, payer, paid, part->amount_fen});
}

void th_money_settle_payment(struct th_books *books, const struct th_run *run,
                             const struct th_pending *pending)
{
    const struct th_part *parts = books->money.parts.items;
    size_t end = run->first_part + run->n_parts;
    struct th_part *payment = find_payment(books, run, pending->other);
    int64_t sum_fen = 0;
    if (!payment || !may_follow(payment, pending)) {
        th_fault_add(books->faults, TH_FAULT_PAYMENT_STATE, run->id, pending->other,
                     pending->attempt);
        return;
    }
    bool moves = pending->memo == TH_MEMO_PAYMENT || payment->state == TH_PAYMENT_PAID;
    for (size_t i = (size_t)(payment - parts); i < end && parts[i].party == pending->other; i++) {
        books->legs_beyond = !th_sum(&sum_fen, parts[i].amount_fen) || books->legs_beyond;
        if (moves) {
            move_payment(books, &parts[i], pending->memo);
        }
    }
    if (sum_fen != pending->amount_fen) {
        th_fault_add(books->faults, TH_FAULT_PAYMENT_SUM, run->id, pending->other,
                     pending->amount_fen);
    }
    payment->attempt = pending->attempt;
    payment->state = pending->memo == TH_MEMO_PAYMENT            ? TH_PAYMENT_PAID
                     : pending->memo == TH_MEMO_PAYMENT_RETURNED ? TH_PAYMENT_RETURNED
                                                                 : TH_PAYMENT_OWED;
}
