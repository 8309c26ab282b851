// Names in whose favour units are retired: somebody accepts each before units are, and not who
// proposes to retire them.
#include <string.h>

#include "audit/books_internal.h"

static struct th_beneficiary *find(struct th_books *books, struct th_text name, struct th_text code,
                                   size_t *ret_row_1)
{
    bool fresh = false;
    size_t row = th_books_joined(books, &books->beneficiary_names, name, code, &fresh);
    if (row == SIZE_MAX ||
        (fresh && !th_books_add(books, &books->beneficiaries, sizeof(struct th_beneficiary)))) {
        return NULL;
    }
    *ret_row_1 = row + 1;
    return (struct th_beneficiary *)books->beneficiaries.items + row;
}

static struct th_waiter *find_waiter(const struct th_books *books,
                                     const struct th_beneficiary *beneficiary, size_t login)
{
    struct th_waiter *waiters = books->waiters.items;
    size_t at = beneficiary->waiters;
    while (at != 0 && waiters[at - 1].login != login) {
        at = waiters[at - 1].next;
    }
    return at != 0 ? &waiters[at - 1] : NULL;
}

void th_book_retirement(struct th_books *books, const struct th_post *post, struct th_deal *deal)
{
    struct th_text kind;
    struct th_text name;
    struct th_text code = {.at = "", .size = 0};
    if (!th_text_member(post->nodes, post->index, "kind", &kind) ||
        !th_text_is(kind, "retirement")) {
        return;
    }
    if (!th_text_member(post->nodes, post->index, "beneficiary", &name)) {
        th_post_fault(books, post);
        return;
    }
    (void)th_text_member(post->nodes, post->index, "beneficiary_uscc", &code);
    struct th_beneficiary *beneficiary = find(books, name, code, &deal->beneficiary);
    struct th_waiter *waiter = beneficiary ? find_waiter(books, beneficiary, deal->proposer) : NULL;
    if (beneficiary && !waiter) {
        waiter = th_books_add(books, &books->waiters, sizeof(*waiter));
        if (waiter) {
            *waiter = (struct th_waiter){.login = deal->proposer, .next = beneficiary->waiters};
            beneficiary->waiters = books->waiters.n;
        }
    }
    if (waiter) {
        waiter->n++;
    }
}

void th_book_retired(struct th_books *books, const struct th_deal *deal)
{
    struct th_beneficiary *beneficiaries = books->beneficiaries.items;
    if (deal->beneficiary == 0) {
        return;
    }
    struct th_beneficiary *beneficiary = &beneficiaries[deal->beneficiary - 1];
    struct th_waiter *waiter = find_waiter(books, beneficiary, deal->proposer);
    if (waiter) {
        waiter->n--;
    }
    if (deal->state == TH_TRADE_APPROVED) {
        beneficiary->passed_seq = books->faults->seq;
    }
}

// In the words that stand at the end of the entry: an approval accepts a new name itself.
void th_book_settle_retired(struct th_books *books, const struct th_deal *deal)
{
    const struct th_beneficiary *beneficiaries = books->beneficiaries.items;
    if (deal->beneficiary != 0 && !beneficiaries[deal->beneficiary - 1].accepted) {
        th_fault_add(books->faults, TH_FAULT_BENEFICIARY_NEW, deal->id, 0, 0);
    }
}

static void book_review(struct th_books *books, const struct th_post *post)
{
    struct th_text name;
    struct th_text code;
    struct th_text decision;
    size_t row_1 = 0;
    if (!th_text_member(post->nodes, post->index, "name", &name) ||
        !th_text_member(post->nodes, post->index, "uscc", &code) ||
        !th_text_member(post->nodes, post->index, "decision", &decision)) {
        th_post_fault(books, post);
        return;
    }
    th_post_login(books, post, "reviewed_by");
    struct th_beneficiary *beneficiary = find(books, name, code, &row_1);
    if (beneficiary) {
        beneficiary->accepted = th_text_is(decision, "accepted");
        th_books_pend(books, &(struct th_pending){.what = TH_PENDING_REVIEW,
                                                  .id = (int64_t)row_1,
                                                  .number = post->number});
    }
}

// Whoever approves a retirement sees its name, though he may propose another one for it.
void th_book_settle_review(struct th_books *books, const struct th_pending *pending)
{
    size_t row = (size_t)(pending->id - 1);
    const struct th_beneficiary *beneficiaries = books->beneficiaries.items;
    const struct th_waiter *waiter = find_waiter(books, &beneficiaries[row], books->actor);
    if (beneficiaries[row].passed_seq != books->faults->seq && waiter && waiter->n > 0) {
        const char *name = books->beneficiary_names.texts[row];
        th_fault_add_text(books->faults, TH_FAULT_BENEFICIARY_SELF,
                          (struct th_text){.at = name, .size = strcspn(name, "\n")}, 0);
    }
}

const struct th_post_kind th_posts_of_beneficiaries[] = {
    {TH_TEXT("beneficiary_review"), book_review, false}, {.book = NULL}};
