// What happens to the payments of runs.
#include <stdlib.h>
#include <string.h>

#include "audit/books_internal.h"
#include "audit/check.h"

static void book_event(struct th_books *books, const struct th_post *post)
{
    struct th_pending pending = {.what = TH_PENDING_PAYMENT, .number = post->number};
    struct th_text kind;
    char day[TH_DAY_BYTES];
    if (!th_member_int(post->nodes, post->index, "distribution_id", 1, &pending.id) ||
        !th_member_int(post->nodes, post->index, "party_id", 1, &pending.other) ||
        !th_member_int(post->nodes, post->index, "attempt", 1, &pending.attempt) ||
        !th_member_int(post->nodes, post->index, "amount_fen", 1, &pending.amount_fen) ||
        !th_text_member(post->nodes, post->index, "kind", &kind)) {
        th_post_fault(books, post);
        return;
    }
    th_post_login(books, post, "login");
    th_post_past_day(books, post, "on_date", day);
    if (!th_post_day(post, "on_date", &pending.day)) {
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

const struct th_post_kind th_posts_of_payments[] = {{TH_TEXT("payout_event"), book_event, false},
                                                    {.book = NULL}};

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
    int64_t since = INT64_MIN;
    (void)th_check_day_read((struct th_text){.at = run->decided_on, .size = TH_DAY_BYTES}, &since);
    books->money.run = run->id;
    gather(books, run, first);
    struct th_part *items = parts->items;
    for (size_t i = first; i < parts->n; i++) {
        const struct th_deal *deal = th_books_deal(books, items[i].deal);
        items[i].since = since;
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

struct th_part *th_money_payment(struct th_books *books, const struct th_run *run, int64_t party)
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
    struct th_part *payment = th_money_payment(books, run, pending->other);
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
    if (pending->day < payment->since) {
        th_fault_add(books->faults, TH_FAULT_PAYMENT_EARLY, run->id, pending->other,
                     pending->attempt);
    }
    payment->since = pending->day;
    if (sum_fen != pending->amount_fen) {
        th_fault_add(books->faults, TH_FAULT_PAYMENT_SUM, run->id, pending->other,
                     pending->amount_fen);
    }
    payment->ordered_by = pending->attempt == payment->attempt ? payment->ordered_by : 0;
    payment->attempt = pending->attempt;
    payment->state = pending->memo == TH_MEMO_PAYMENT            ? TH_PAYMENT_PAID
                     : pending->memo == TH_MEMO_PAYMENT_RETURNED ? TH_PAYMENT_RETURNED
                                                                 : TH_PAYMENT_OWED;
}
