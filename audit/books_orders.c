// What the bank's system is told of payments: each that is owed is ordered once, to the account
// that was confirmed.
#include "audit/books_internal.h"

struct order { // what a message says of a payment
    int64_t message;
    int64_t run;
    int64_t party;
    int64_t attempt;
    bool stop;
};

static bool read_order(const struct th_post *post, struct order *order)
{
    struct th_text word;
    if (!th_member_int(post->nodes, post->index, "message_id", 1, &order->message) ||
        !th_member_int(post->nodes, post->index, "distribution_id", 1, &order->run) ||
        !th_member_int(post->nodes, post->index, "party_id", 1, &order->party) ||
        !th_member_int(post->nodes, post->index, "attempt", 1, &order->attempt) ||
        !th_text_member(post->nodes, post->index, "word", &word)) {
        return false;
    }
    order->stop = th_text_is(word, "stop");
    return order->stop || th_text_is(word, "pay");
}

static void check_account(struct th_books *books, const struct th_post *post,
                          const struct order *order)
{
    int64_t account = 0;
    const struct th_holder *holder = th_books_holder(books, order->party);
    (void)th_member_int(post->nodes, post->index, "account_id", 1, &account);
    if (holder && (account == 0 || account != holder->account)) {
        th_fault_add(books->faults, TH_FAULT_ORDER_ACCOUNT, order->message, order->party, account);
    }
}

// Ordered is what is owed, by no other message in force; stopped is what is not owed any more.
static void book_order(struct th_books *books, const struct th_post *post)
{
    struct order order = {.message = 0};
    if (!read_order(post, &order)) {
        th_post_fault(books, post);
        return;
    }
    const struct th_run *run = th_books_run(books, order.run);
    struct th_part *payment = run ? th_money_payment(books, run, order.party) : NULL;
    bool owed = payment && payment->state == TH_PAYMENT_OWED && payment->attempt == order.attempt;
    if (!payment || owed == order.stop || payment->attempt < order.attempt) {
        th_fault_add(books->faults, TH_FAULT_ORDER_STATE, order.message, order.party,
                     order.attempt);
        return;
    }
    if (order.stop) {
        return;
    }
    if (payment->ordered_by != 0 &&
        th_table_find_id(&books->withdrawn_ids, payment->ordered_by) == SIZE_MAX) {
        th_fault_add(books->faults, TH_FAULT_ORDER_TWICE, order.message, order.party,
                     order.attempt);
    }
    payment->ordered_by = order.message;
    check_account(books, post, &order);
}

static void book_withdrawal(struct th_books *books, const struct th_post *post)
{
    int64_t message = 0;
    bool fresh = false;
    if (!th_member_int(post->nodes, post->index, "message_id", 1, &message)) {
        th_post_fault(books, post);
    } else if (th_table_id(&books->withdrawn_ids, message, &fresh) == SIZE_MAX) {
        books->no_memory = true;
    }
}

const struct th_post_kind th_posts_of_orders[] = {
    {TH_TEXT("outbox_payment"), book_order, false},
    {TH_TEXT("outbox_withdrawal"), book_withdrawal, false},
    {.book = NULL}};
