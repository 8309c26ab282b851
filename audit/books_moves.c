// Which units a deal of each kind takes, from where and to where, and that it takes all of them.
#include <stdlib.h>

#include "audit/books_internal.h"

enum hand {
    HAND_NOTHING, // it binds units or sets them free
    HAND_OVER,    // to the buyer
    HAND_BACK,    // to whom the deal that it corrects took them from
    HAND_RETIRED,
    HAND_CANCELLED,
    HAND_BUFFER // is cancelled; what it lacks is owed
};

static enum hand hand_of(const struct th_deal *deal)
{
    static const enum hand HANDS[TH_DEAL_KINDS] = {
        [TH_DEAL_PURCHASE] = HAND_OVER,      [TH_DEAL_RESALE] = HAND_OVER,
        [TH_DEAL_TRANSFER] = HAND_OVER,      [TH_DEAL_ACCEPTANCE] = HAND_OVER,
        [TH_DEAL_DELIVERY] = HAND_OVER,      [TH_DEAL_EXERCISE] = HAND_OVER,
        [TH_DEAL_ENFORCEMENT] = HAND_OVER,   [TH_DEAL_CORRECTION] = HAND_BACK,
        [TH_DEAL_RETIREMENT] = HAND_RETIRED, [TH_DEAL_CANCELLATION] = HAND_CANCELLED,
        [TH_DEAL_REVERSAL] = HAND_BUFFER};
    return HANDS[deal->kind];
}

bool th_deal_hands_over(const struct th_deal *deal)
{
    return hand_of(deal) == HAND_OVER;
}

// Units are held, or under a lock: the deal's own, or one under which their owner has promised or
// pledged them.
static bool is_free_or_his(const struct th_books *books, const struct th_place *place,
                           int64_t deal_id)
{
    const struct th_deal *lock = th_books_deal(books, place->lock);
    return place->state == TH_UNIT_HELD ||
           (place->state == TH_UNIT_LOCKED &&
            (place->lock == deal_id || (lock && lock->seller == place->owner)));
}

// With the same owner: into the buffer when they are issued, into the lock of the leg's trade, out
// of it, or out of that of the deal upon which it acts.
static void check_kept(struct th_books *books, int64_t number, const struct th_unit_leg *leg)
{
    const struct th_place *from = &leg->from;
    const struct th_place *to = &leg->to;
    if (from->state == TH_UNIT_BUFFER) {
        th_fault_add(books->faults, TH_FAULT_UNITS_BUFFER, number, leg->trade_id, 0);
        return;
    }
    if (to->state == TH_UNIT_BUFFER) {
        th_books_pend(books, &(struct th_pending){.what = TH_PENDING_ISSUANCE,
                                                  .id = leg->issuance_id,
                                                  .number = number});
        return;
    }
    const struct th_deal *deal = th_books_deal(books, leg->trade_id);
    bool own = from->lock == leg->trade_id || to->lock == leg->trade_id;
    bool known = from->lock == 0 || from->lock == leg->trade_id || (deal && from->lock == deal->of);
    if (leg->trade_id == 0 || !own || !known || from->pool != to->pool ||
        !is_free_or_his(books, to, leg->trade_id)) {
        th_fault_add(books->faults, TH_FAULT_UNITS_PLACE, number, leg->trade_id, 0);
    }
}

// Out of the deal's own lock, or out of the buffer; to where its kind takes them.
static bool is_handed(const struct th_books *books, const struct th_deal *deal,
                      const struct th_unit_leg *leg)
{
    bool same = leg->from.owner == leg->to.owner;
    bool locked = leg->from.state == TH_UNIT_LOCKED && leg->from.lock == deal->id;
    switch (hand_of(deal)) {
    case HAND_OVER:
        return locked && leg->to.owner == deal->buyer && is_free_or_his(books, &leg->to, deal->id);
    case HAND_BACK:
        return locked && leg->from.owner == deal->seller && !same &&
               is_free_or_his(books, &leg->to, deal->id);
    case HAND_RETIRED:
        return locked && same && leg->to.state == TH_UNIT_RETIRED;
    case HAND_CANCELLED:
        return locked && same && leg->to.state == TH_UNIT_CANCELLED;
    case HAND_BUFFER:
        return same && leg->from.state == TH_UNIT_BUFFER && leg->to.state == TH_UNIT_CANCELLED;
    case HAND_NOTHING:
        break;
    }
    return false;
}

static void count_tonnes(struct th_books *books, const struct th_moved *moved)
{
    struct th_moved *row = th_books_add(books, &books->moved, sizeof(*row));
    if (row) {
        *row = *moved;
    }
}

void th_book_moved(struct th_books *books, int64_t number, const struct th_unit_leg *leg,
                   int64_t package)
{
    int64_t units_t = leg->last - leg->first + 1;
    if (leg->from.owner == leg->to.owner && leg->to.state != TH_UNIT_RETIRED &&
        leg->to.state != TH_UNIT_CANCELLED) {
        check_kept(books, number, leg);
        return;
    }
    struct th_deal *deal = leg->trade_id != 0 ? th_books_deal(books, leg->trade_id) : NULL;
    if (!deal) {
        if (leg->trade_id == 0) {
            th_fault_add(books->faults, TH_FAULT_UNITS_UNAPPROVED, number, 0, 0);
        }
        return; // a trade that is not known was told
    }
    if (leg->from.state == TH_UNIT_BUFFER && hand_of(deal) != HAND_BUFFER) {
        th_fault_add(books->faults, TH_FAULT_UNITS_BUFFER, number, leg->trade_id, 0);
    } else if (!is_handed(books, deal, leg)) {
        th_fault_add(books->faults, TH_FAULT_UNITS_PLACE, number, leg->trade_id, 0);
    }
    books->legs_beyond = !th_sum(&deal->moved_t, units_t) || books->legs_beyond;
    count_tonnes(books, &(struct th_moved){.deal = deal->id,
                                           .from = leg->from.owner,
                                           .to = leg->to.owner,
                                           .package = package,
                                           .pool = leg->from.pool,
                                           .tonnes_t = units_t});
    th_books_pend(
        books, &(struct th_pending){.what = TH_PENDING_APPROVAL, .id = deal->id, .number = number});
}

static int by_line(const void *a, const void *b)
{
    const struct th_moved *left = a;
    const struct th_moved *right = b;
    if (left->from != right->from) {
        return left->from < right->from ? -1 : 1;
    }
    if (left->package != right->package) {
        return left->package < right->package ? -1 : 1;
    }
    return (left->pool > right->pool) - (left->pool < right->pool);
}

// Do the tonnes of each owner, package and pool sum to zero?
static bool is_even(struct th_list *tally)
{
    struct th_moved *rows = tally->items;
    if (tally->n > 0) {
        qsort(rows, tally->n, sizeof(*rows), by_line);
    }
    for (size_t i = 0; i < tally->n;) {
        const struct th_moved *first = &rows[i];
        int64_t sum_t = 0;
        for (; i < tally->n && by_line(first, &rows[i]) == 0; i++) {
            if (!th_sum(&sum_t, rows[i].tonnes_t)) {
                return false;
            }
        }
        if (sum_t != 0) {
            return false;
        }
    }
    return true;
}

bool th_book_is_of_lines(struct th_books *books, struct th_list *tally, const struct th_deal *deal,
                         bool back)
{
    const struct th_deal_line *lines = books->revenue.lines.items;
    for (size_t i = deal->lines; i != 0; i = lines[i - 1].next) {
        struct th_moved *row = th_books_add(books, tally, sizeof(*row));
        if (row) {
            *row = (struct th_moved){.from = lines[i - 1].seller,
                                     .package = lines[i - 1].package,
                                     .pool = back ? 0 : lines[i - 1].pool,
                                     .tonnes_t = -lines[i - 1].tonnes_t};
        }
    }
    bool even = is_even(tally);
    th_list_clear(tally);
    return even;
}

// What was moved, and against it the lines of a deal: those of the mover by whom it was taken from
// and out of which pool, those of a deal that is corrected by whom it comes back to.
static bool is_of_lines(struct th_books *books, const struct th_deal *mover,
                        const struct th_deal *deal)
{
    bool back = mover != deal;
    const struct th_moved *moved = books->moved.items;
    struct th_list tally = {.n = 0};
    for (size_t i = 0; i < books->moved.n; i++) {
        struct th_moved *row =
            moved[i].deal == mover->id ? th_books_add(books, &tally, sizeof(*row)) : NULL;
        if (row) {
            *row = moved[i];
            row->from = back ? moved[i].to : moved[i].from;
            row->pool = back ? 0 : moved[i].pool;
        }
    }
    return th_book_is_of_lines(books, &tally, deal, back);
}

void th_book_settle_moves(struct th_books *books, const struct th_deal *deal)
{
    const struct th_deal *of = th_books_deal(books, deal->of);
    enum hand hand = hand_of(deal);
    if (hand == HAND_NOTHING) {
        return;
    }
    if (hand == HAND_BUFFER) {
        if (deal->tonnes_t - deal->moved_t != deal->owed_t) {
            th_fault_add(books->faults, TH_FAULT_REVERSAL_SUM, deal->id, deal->moved_t,
                         deal->tonnes_t);
        }
        return;
    }
    if (deal->moved_t < deal->tonnes_t) {
        th_fault_add(books->faults, TH_FAULT_UNITS_TOO_FEW, deal->id, deal->moved_t,
                     deal->tonnes_t);
    }
    if (!is_of_lines(books, deal, deal) ||
        (hand == HAND_BACK && of && !is_of_lines(books, deal, of))) {
        th_fault_add(books->faults, TH_FAULT_UNITS_LINES, deal->id, 0, 0);
    }
}
