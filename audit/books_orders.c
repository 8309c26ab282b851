// What the bank's system is told of payments: each that is owed is ordered once, to the account
// that was confirmed, and by another message only where something changed. How far a message was
// carried no entry tells.
#include "audit/books_internal.h"

struct order { // what a message says of a payment
    int64_t message;
    int64_t run;
    int64_t party;
    int64_t attempt;
    int64_t account; // 0: none
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
    (void)th_member_int(post->nodes, post->index, "account_id", 1, &order->account);
    order->stop = th_text_is(word, "stop");
    return order->stop || th_text_is(word, "pay");
}

static void check_account(struct th_books *books, const struct order *order)
{
    const struct th_holder *holder = th_books_holder(books, order->party);
    if (holder && (order->account == 0 || order->account != holder->account)) {
        th_fault_add(books->faults, TH_FAULT_ORDER_ACCOUNT, order->message, order->party,
                     order->account);
    }
}

static bool is_owed(const struct th_part *payment, const struct order *order)
{
    return payment->state == TH_PAYMENT_OWED && payment->attempt == order->attempt;
}

static struct th_message *message_of(const struct th_books *books, int64_t id)
{
    size_t row = th_table_find_id(&books->message_ids, id);
    return row < books->messages.n ? (struct th_message *)books->messages.items + row : NULL;
}

static void tell_message(struct th_books *books, int64_t id)
{
    th_fault_add(books->faults, TH_FAULT_ORDER_MESSAGE, id, 0, 0);
}

// Is it among the messages that the body tells?
static bool is_listed(const struct th_post *post, int64_t id)
{
    const struct th_node *nodes = post->nodes;
    const struct th_node *list = th_node_get(nodes, post->line->first_node, "messages");
    int64_t told = 0;
    for (size_t i = list ? (size_t)(list - nodes) + 1 : 0; list && i < list->next;
         i = nodes[i].next) {
        if (th_member_int(nodes, i, "message_id", 1, &told) && told == id) {
            return true;
        }
    }
    return false;
}

// A message is made at once, of one run, and told; NULL without memory.
static struct th_message *make_message(struct th_books *books, const struct th_post *post,
                                       const struct order *order)
{
    bool fresh = false;
    struct th_message *message = th_books_row(books, &books->message_ids, &books->messages,
                                              sizeof(*message), order->message, &fresh);
    if (!message) {
        return NULL;
    }
    if (fresh) {
        message->seq = books->faults->seq;
        message->run = order->run;
    }
    if (fresh ? !is_listed(post, order->message)
              : message->seq != books->faults->seq || message->run != order->run) {
        tell_message(books, order->message);
    }
    return message;
}

static void keep_order(struct th_books *books, struct th_message *message,
                       const struct order *order)
{
    struct th_order *row = th_books_add(books, &books->orders, sizeof(*row));
    if (row) {
        *row = (struct th_order){.party = order->party,
                                 .attempt = order->attempt,
                                 .account = order->account,
                                 .next = message->orders};
        message->orders = books->orders.n;
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
    struct th_message *message = make_message(books, post, &order);
    const struct th_run *run = th_books_run(books, order.run);
    struct th_part *payment = run ? th_money_payment(books, run, order.party) : NULL;
    if (!message) {
        return;
    }
    keep_order(books, message, &order);
    if (!payment || is_owed(payment, &order) == order.stop || payment->attempt < order.attempt) {
        th_fault_add(books->faults, TH_FAULT_ORDER_STATE, order.message, order.party,
                     order.attempt);
        return;
    }
    if (order.stop) {
        message->has_news = true;
        return;
    }
    const struct th_message *before =
        payment->ordered_by != 0 ? message_of(books, payment->ordered_by) : NULL;
    if (before && !before->withdrawn) {
        th_fault_add(books->faults, TH_FAULT_ORDER_TWICE, order.message, order.party,
                     order.attempt);
    }
    message->has_news = message->has_news || !before || before->replaced_by != order.message ||
                        payment->ordered_to != order.account;
    payment->ordered_by = order.message;
    payment->ordered_to = order.account;
    check_account(books, &order);
}

// Would all that a message orders be ordered now as it was? Of stops that is not known: the bank
// need not be told what it reported itself.
static bool is_right_still(struct th_books *books, const struct th_message *message)
{
    const struct th_order *orders = books->orders.items;
    const struct th_run *run = th_books_run(books, message->run);
    for (size_t i = message->orders; i != 0; i = orders[i - 1].next) {
        const struct th_order *said = &orders[i - 1];
        const struct order order = {.attempt = said->attempt, .stop = said->account == 0};
        const struct th_part *payment = run ? th_money_payment(books, run, said->party) : NULL;
        const struct th_holder *holder = th_books_holder(books, said->party);
        if (order.stop || !payment || !is_owed(payment, &order) || !holder ||
            holder->account != said->account) {
            return false;
        }
    }
    return true;
}

// Messages of a run that one entry withdraws make room for one: the first of them is looked at.
static void book_withdrawal(struct th_books *books, const struct th_post *post)
{
    int64_t id = 0;
    if (!th_member_int(post->nodes, post->index, "message_id", 1, &id)) {
        th_post_fault(books, post);
        return;
    }
    struct th_message *message = message_of(books, id);
    if (!message || message->withdrawn) {
        tell_message(books, id);
        return;
    }
    struct th_run *run = th_books_run(books, message->run);
    message->withdrawn = true;
    (void)th_member_int(post->nodes, post->index, "replaced_by", 1, &message->replaced_by);
    if (!run) {
        return; // that was told
    }
    if (run->renewed_seq != books->faults->seq) {
        run->renewed_seq = books->faults->seq;
        run->changed = false;
        th_books_pend(books, &(struct th_pending){
                                 .what = TH_PENDING_MESSAGE, .id = id, .number = post->number});
    }
    run->changed = run->changed || !is_right_still(books, message);
}

void th_book_resend(struct th_books *books, const struct th_line *line, const struct th_node *nodes)
{
    int64_t id = 0;
    if (!th_text_is(line->entry_kind, "outbox.resend")) {
        return;
    }
    const struct th_message *message =
        th_member_int(nodes, line->first_node, "message_id", 1, &id) ? message_of(books, id) : NULL;
    struct th_run *run = message ? th_books_run(books, message->run) : NULL;
    if (run) {
        run->resent = true;
    } else {
        tell_message(books, id);
    }
}

void th_book_settle_message(struct th_books *books, const struct th_pending *pending)
{
    const struct th_message *message = message_of(books, pending->id);
    const struct th_message *after = message_of(books, message->replaced_by);
    const struct th_run *run = th_books_run(books, message->run);
    if (message->replaced_by != 0 &&
        (!after || after->seq != books->faults->seq || after->run != message->run)) {
        tell_message(books, message->replaced_by);
    } else if (!run->changed && !run->resent && !(after && after->has_news)) {
        th_fault_add(books->faults, TH_FAULT_ORDER_AGAIN, pending->id, message->replaced_by, 0);
    }
}

const struct th_post_kind th_posts_of_orders[] = {
    {TH_TEXT("outbox_payment"), book_order, false},
    {TH_TEXT("outbox_withdrawal"), book_withdrawal, false},
    {.book = NULL}};
