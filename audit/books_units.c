// Posts of units.
#include <string.h>

#include "audit/books_internal.h"

// An id that may be left out, and then is 0.
static bool optional_id(const struct th_node *nodes, size_t index, const char *key, int64_t *ret_id)
{
    *ret_id = 0;
    return !th_node_get(nodes, index, key) || th_member_int(nodes, index, key, 1, ret_id);
}

static bool read_place(const struct th_post *post, const char *key, struct th_place *ret_place)
{
    const struct th_node *node = th_node_get(post->nodes, post->index, key);
    struct th_text state;
    if (!node) {
        return false;
    }
    size_t index = (size_t)(node - post->nodes);
    if (!th_member_int(post->nodes, index, "owner", 1, &ret_place->owner) ||
        !th_text_member(post->nodes, index, "state", &state) ||
        !optional_id(post->nodes, index, "pool", &ret_place->pool) ||
        !optional_id(post->nodes, index, "lock", &ret_place->lock) ||
        th_node_count(post->nodes, index) != 2U + (ret_place->pool != 0) + (ret_place->lock != 0)) {
        return false;
    }
    for (int i = 0; i < TH_UNIT_STATES; i++) {
        if (th_text_is(state, th_unit_state_names[i])) {
            ret_place->state = (enum th_unit_state)i;
            return (ret_place->lock != 0) == (i == TH_UNIT_LOCKED);
        }
    }
    return false;
}

static bool read_leg(const struct th_post *post, struct th_unit_leg *leg)
{
    const struct th_node *nodes = post->nodes;
    leg->fresh = !th_node_get(nodes, post->index, "from");
    return th_member_int(nodes, post->index, "issuance", 1, &leg->issuance_id) &&
           th_member_int(nodes, post->index, "first", 1, &leg->first) &&
           th_member_int(nodes, post->index, "last", leg->first, &leg->last) &&
           leg->last <= TH_SERIAL_MAX && optional_id(nodes, post->index, "trade", &leg->trade_id) &&
           (leg->fresh || read_place(post, "from", &leg->from)) &&
           read_place(post, "to", &leg->to) && (!leg->fresh || leg->to.state == TH_UNIT_HELD) &&
           th_node_count(nodes, post->index) == 5U + !leg->fresh + (leg->trade_id != 0);
}

static bool is_end(enum th_unit_state state)
{
    return state == TH_UNIT_RETIRED || state == TH_UNIT_CANCELLED;
}

// The first leg of an entry on an issuance begins its sums for this entry.
static void touch(struct th_books *books, struct th_issuance *issuance)
{
    if (issuance->touched_seq != books->faults->seq) {
        issuance->touched_seq = books->faults->seq;
        issuance->fresh_t = 0;
        issuance->to_buffer_t = 0;
    }
}

static void count(struct th_books *books, const struct th_issuance *issuance,
                  const struct th_place *place, int64_t units_t)
{
    if (place->pool != 0 && place->state == TH_UNIT_HELD) {
        th_book_pool_moved(books, &(struct th_pool_move){.pool = place->pool,
                                                         .package = issuance->package,
                                                         .owner = place->owner,
                                                         .units_t = units_t});
    }
    struct th_holder *holder = th_books_party(books, place->owner);
    if (holder) {
        holder->units_t[place->state] += units_t;
        books->units_t[place->state] += units_t;
    }
}

static void issue(struct th_books *books, const struct th_post *post, const struct th_unit_leg *leg,
                  struct th_issuance *issuance)
{
    int64_t units_t = leg->last - leg->first + 1;
    int64_t seq = books->faults->seq;
    if (issuance->issued_seq != 0 && issuance->issued_seq != seq) {
        th_fault_add(books->faults, TH_FAULT_UNITS_AGAIN, post->number, leg->issuance_id,
                     issuance->issued_seq);
        return;
    }
    if (books->issued_t > INT64_MAX - units_t) {
        th_post_fault(books, post);
        return;
    }
    if (books->issuing != 0 && leg->to.owner != books->issuing) {
        th_fault_add(books->faults, TH_FAULT_PACKAGE_HOLDER, post->number, 0, 0);
    }
    switch (th_units_issue(issuance, leg->first, leg->last, &leg->to)) {
    case TH_UNITS_DONE:
        issuance->issued_seq = seq;
        issuance->fresh_t += units_t;
        books->issued_t += units_t;
        count(books, issuance, &leg->to, units_t);
        th_books_pend(books, &(struct th_pending){.what = TH_PENDING_ISSUANCE,
                                                  .id = leg->issuance_id,
                                                  .number = post->number});
        return;
    case TH_UNITS_NO_MEMORY:
        books->no_memory = true;
        return;
    case TH_UNITS_GAP:
    case TH_UNITS_ELSEWHERE:
        th_fault_add(books->faults, TH_FAULT_UNITS_GAP, post->number, leg->issuance_id,
                     issuance->issued);
        return;
    }
}

static void move(struct th_books *books, const struct th_post *post, const struct th_unit_leg *leg,
                 struct th_issuance *issuance)
{
    int64_t units_t = leg->last - leg->first + 1;
    int64_t serial = 0;
    if (is_end(leg->from.state)) {
        th_fault_add(books->faults, TH_FAULT_UNITS_ENDED, post->number, 0, 0);
        return;
    }
    if (leg->trade_id != 0 && !th_books_deal(books, leg->trade_id)) {
        th_fault_add(books->faults, TH_FAULT_TRADE_UNKNOWN, leg->trade_id, 0, 0);
    }
    switch (th_units_move(issuance, leg->first, leg->last, &leg->from, &leg->to, &serial)) {
    case TH_UNITS_DONE:
        th_book_moved(books, post->number, leg, issuance->package);
        count(books, issuance, &leg->from, -units_t);
        count(books, issuance, &leg->to, units_t);
        th_book_locked(books, leg->from.lock, -units_t, post->number);
        th_book_locked(books, leg->to.lock, units_t, post->number);
        if (leg->to.state == TH_UNIT_BUFFER && leg->from.state != TH_UNIT_BUFFER) {
            issuance->to_buffer_t += units_t;
        }
        return;
    case TH_UNITS_NO_MEMORY:
        books->no_memory = true;
        return;
    case TH_UNITS_ELSEWHERE:
    case TH_UNITS_GAP:
        th_fault_add(books->faults, TH_FAULT_UNITS_ELSEWHERE, post->number, leg->issuance_id,
                     serial);
        return;
    }
}

static void book_units(struct th_books *books, const struct th_post *post)
{
    struct th_unit_leg leg = {.first = 1};
    if (!read_leg(post, &leg)) {
        th_post_fault(books, post);
        return;
    }
    if (books->partial) {
        return;
    }
    struct th_issuance *issuance = th_units_issuance(&books->units, leg.issuance_id);
    if (!issuance) {
        books->no_memory = true;
        return;
    }
    touch(books, issuance);
    if (leg.fresh) {
        issue(books, post, &leg, issuance);
    } else {
        move(books, post, &leg, issuance);
    }
}

const struct th_post_kind th_posts_of_units[] = {{TH_TEXT("units"), book_units, true},
                                                 {.book = NULL}};
