// Locks: what the books say is promised of units is what lies there.
#include "audit/books_internal.h"

static void change(struct th_books *books, struct th_deal *deal, int64_t told_t, int64_t number)
{
    books->legs_beyond = !th_sum(&deal->lock_off_t, told_t) || books->legs_beyond;
    if (deal->lock_seq != books->faults->seq) {
        deal->lock_seq = books->faults->seq;
        th_books_pend(
            books, &(struct th_pending){.what = TH_PENDING_LOCK, .id = deal->id, .number = number});
    }
}

void th_book_locked(struct th_books *books, int64_t lock_id, int64_t units_t, int64_t number)
{
    struct th_deal *deal = th_books_deal(books, lock_id);
    if (deal) {
        change(books, deal, -units_t, number);
    }
}

// What is placed and neither posted nor released is there, but for what is still expected.
static void book_lock(struct th_books *books, const struct th_post *post)
{
    static const char *const LESS[] = {"posted_t", "released_t", "forecast_t"};
    int64_t told_t = 0;
    struct th_deal *deal = th_post_deal(books, post, "lock_id");
    if (!deal) {
        return;
    }
    (void)th_member_int(post->nodes, post->index, "placed_t", INT64_MIN + 1, &told_t);
    for (size_t i = 0; i < sizeof(LESS) / sizeof(LESS[0]); i++) {
        int64_t less_t = 0;
        (void)th_member_int(post->nodes, post->index, LESS[i], INT64_MIN + 1, &less_t);
        books->legs_beyond = !th_sum(&told_t, -less_t) || books->legs_beyond;
    }
    change(books, deal, told_t, post->number);
}

const struct th_post_kind th_posts_of_locks[] = {{TH_TEXT("unit_lock"), book_lock, false},
                                                 {TH_TEXT("lock_more"), book_lock, false},
                                                 {TH_TEXT("lock_move"), book_lock, false},
                                                 {.book = NULL}};

void th_book_settle_lock(struct th_books *books, const struct th_pending *pending)
{
    const struct th_deal *deal = th_books_deal(books, pending->id);
    if (deal && deal->lock_off_t != 0) {
        th_fault_add(books->faults, TH_FAULT_LOCK_STOCK, deal->id, deal->lock_off_t, 0);
    }
}
