// What was agreed and what was lost: prices and days that bind later deals, parts of an amount, and
// the kilograms of a reversal.
#include <stdlib.h>
#include <string.h>

#include "audit/books_internal.h"
#include "audit/check.h"

__extension__ typedef __int128 int128;

enum { KG_PER_T = 1000 };

// Between these days others may act upon the deal; agreed once, while it is proposed.
static void agree(struct th_books *books, const struct th_post *post, struct th_deal *deal,
                  const struct th_days *days)
{
    if (deal->state != TH_TRADE_PROPOSED || deal->terms != 0) {
        th_post_fault(books, post);
        return;
    }
    struct th_days *row = th_books_add(books, &books->days, sizeof(*row));
    if (row) {
        *row = *days;
        deal->terms = books->days.n;
    }
}

static void book_promise(struct th_books *books, const struct th_post *post)
{
    struct th_days days = {.from_on = ""};
    struct th_deal *deal = th_post_deal(books, post, "trade_id");
    if (!deal) {
        return;
    }
    if (deal->kind != TH_DEAL_OPTION && deal->kind != TH_DEAL_SUBSCRIPTION &&
        deal->kind != TH_DEAL_FORWARD) {
        th_post_fault(books, post);
        return;
    }
    (void)th_member_int(post->nodes, post->index, "strike_fen", 0, &deal->price_fen);
    th_post_copy_day(post, "window_from", days.from_on);
    th_post_copy_day(post, "window_to", days.to_on);
    agree(books, post, deal, &days);
}

static void book_listing(struct th_books *books, const struct th_post *post)
{
    struct th_days days = {.from_on = ""};
    struct th_deal *deal = th_post_deal(books, post, "trade_id");
    if (!deal) {
        return;
    }
    if (deal->kind != TH_DEAL_LISTING) {
        th_post_fault(books, post);
        return;
    }
    th_post_copy_day(post, "until_on", days.to_on);
    agree(books, post, deal, &days);
}

// An offer that is taken back is open no more: its lock ends on the day before.
static void book_expiry(struct th_books *books, const struct th_post *post)
{
    int64_t id = 0;
    struct th_days *rows = books->days.items;
    const struct th_deal *deal = th_member_int(post->nodes, post->index, "lock_id", 1, &id)
                                     ? th_books_deal(books, id)
                                     : NULL;
    if (!deal) {
        th_post_fault(books, post);
    } else if (deal->kind == TH_DEAL_LISTING && deal->terms != 0) {
        th_post_copy_day(post, "expires_on", rows[deal->terms - 1].to_on);
    }
}

static bool is_within(const struct th_books *books, const struct th_deal *of,
                      const char day[TH_DAY_BYTES])
{
    const struct th_days *rows = books->days.items;
    if (of->terms == 0) {
        return true;
    }
    const struct th_days *days = &rows[of->terms - 1];
    return memcmp(day, days->from_on, TH_DAY_BYTES) >= 0 &&
           (days->to_on[0] == '\0' || memcmp(day, days->to_on, TH_DAY_BYTES) <= 0);
}

// Does the deal act upon one of another kind, whose days and price bind it?
static bool is_bound(enum th_deal_kind kind)
{
    return kind == TH_DEAL_ACCEPTANCE || kind == TH_DEAL_EXERCISE || kind == TH_DEAL_DELIVERY;
}

static bool may_bind(const struct th_deal *of, enum th_deal_kind kind)
{
    return kind == TH_DEAL_ACCEPTANCE ? of->kind == TH_DEAL_LISTING
           : kind == TH_DEAL_EXERCISE
               ? of->kind == TH_DEAL_OPTION
               : of->kind == TH_DEAL_SUBSCRIPTION || of->kind == TH_DEAL_FORWARD;
}

// Kinds that act upon a deal which was approved, and is not taken back.
static bool may_rest(const struct th_deal *deal, const struct th_deal *of)
{
    if (deal->kind == TH_DEAL_RELEASE || deal->kind == TH_DEAL_ENFORCEMENT) {
        return of->kind == TH_DEAL_PLEDGE;
    }
    if (deal->kind == TH_DEAL_CORRECTION) {
        return th_deal_hands_over(of) && of->tonnes_t == deal->tonnes_t;
    }
    return may_bind(of, deal->kind);
}

void th_book_rests(struct th_books *books, const struct th_deal *deal)
{
    const struct th_deal *of = th_books_deal(books, deal->of);
    bool rests = is_bound(deal->kind) || deal->kind == TH_DEAL_RELEASE ||
                 deal->kind == TH_DEAL_ENFORCEMENT || deal->kind == TH_DEAL_CORRECTION;
    if (rests && (!of || of->state != TH_TRADE_APPROVED || of->taken_back || !may_rest(deal, of))) {
        th_fault_add(books->faults, TH_FAULT_TRADE_RESTS, deal->id, deal->of, 0);
    }
}

// A promise says for how much all its tonnes come, whatever its price; a refund has none.
static bool is_priced(const struct th_deal *deal, const struct th_deal *of)
{
    int128 amount_fen = deal->amount_fen;
    if (deal->kind == TH_DEAL_DELIVERY) {
        return deal->tonnes_t == 0 ||
               amount_fen * of->tonnes_t == (int128)of->amount_fen * deal->tonnes_t;
    }
    return of->price_fen >= 0 && amount_fen == (int128)of->price_fen * deal->tonnes_t;
}

// Of an amount with tax, so many per cent of the net: what is left of it, half a fen rounded up.
static int64_t net_of(int64_t amount_fen, const struct th_fraction *percent)
{
    int128 whole = (int128)100 * percent->denominator;
    int128 share = whole + percent->numerator;
    return (int64_t)((2 * whole * amount_fen + share) / (2 * share));
}

// No tax is more than all, nor written finer.
static bool is_rate(const struct th_fraction *percent)
{
    const int64_t finest = 1000 * 1000 * 1000;
    return percent->denominator <= finest && percent->numerator <= 100 * percent->denominator;
}

static bool is_same_rate(const struct th_fraction *one, const struct th_fraction *other)
{
    return (int128)one->numerator * other->denominator ==
           (int128)other->numerator * one->denominator;
}

// Tax is in the amount, by the rate of the deal, which is that of the one it acts upon.
static void check_tax(struct th_books *books, const struct th_post *post, struct th_deal *deal,
                      const struct th_deal *of)
{
    int64_t told_fen = deal->amount_fen - deal->tax_fen;
    deal->tax_rate = (struct th_fraction){.denominator = 1};
    if (th_node_get(post->nodes, post->index, "tax_rate") &&
        (!th_post_fraction(post, "tax_rate", &deal->tax_rate) || !is_rate(&deal->tax_rate))) {
        deal->tax_rate = (struct th_fraction){.denominator = 1};
        th_post_fault(books, post);
        return;
    }
    int64_t net_fen = net_of(deal->amount_fen, &deal->tax_rate);
    (void)th_member_int(post->nodes, post->index, "net_fen", INT64_MIN, &told_fen);
    if (deal->tax_fen != deal->amount_fen - net_fen || told_fen != net_fen) {
        th_fault_add(books->faults, TH_FAULT_TRADE_TAX, deal->id, deal->tax_fen,
                     deal->amount_fen - net_fen);
    }
    bool takes_over = is_bound(deal->kind) || deal->kind == TH_DEAL_CORRECTION;
    if (of && takes_over && deal->tonnes_t > 0 && !is_same_rate(&deal->tax_rate, &of->tax_rate)) {
        th_fault_add(books->faults, TH_FAULT_TRADE_RATE, deal->id, of->id, 0);
    }
}

// What a tonne costs, by tonnes, is the amount; a listing has none of its own.
static void check_price(struct th_books *books, const struct th_deal *deal)
{
    if (deal->price_fen >= 0 && deal->kind != TH_DEAL_LISTING &&
        (int128)deal->price_fen * deal->tonnes_t != deal->amount_fen) {
        th_fault_add(books->faults, TH_FAULT_TRADE_PRICE, deal->id, deal->amount_fen, deal->id);
    }
}

void th_book_agreed(struct th_books *books, const struct th_post *post, struct th_deal *deal)
{
    char today[TH_DAY_BYTES + 1];
    const struct th_deal *of = deal->of != 0 ? th_books_deal(books, deal->of) : NULL;
    bool bound = is_bound(deal->kind);
    check_tax(books, post, deal, of);
    check_price(books, deal);
    if (bound && (!of || !may_bind(of, deal->kind))) {
        th_post_fault(books, post);
        return;
    }
    if (of && memcmp(deal->on_date, of->on_date, TH_DAY_BYTES) < 0) {
        th_fault_add(books->faults, TH_FAULT_TRADE_EARLY, deal->id, of->id, 0);
    }
    if (!bound) {
        return;
    }
    // What is listed is there to be taken until then; an option is exercised as of a day.
    th_check_day_format(th_check_day(post->line->at_utc), today);
    if (!is_within(books, of, deal->kind == TH_DEAL_ACCEPTANCE ? today : deal->on_date)) {
        th_fault_add(books->faults, TH_FAULT_TRADE_DAYS, deal->id, of->id, 0);
    }
    if (!is_priced(deal, of)) {
        th_fault_add(books->faults, TH_FAULT_TRADE_PRICE, deal->id, deal->amount_fen, of->id);
    }
}

static void book_part(struct th_books *books, const struct th_post *post)
{
    int64_t fen = 0;
    struct th_deal *deal = th_post_deal(books, post, "trade_id");
    if (!deal) {
        return;
    }
    bool first = deal->parts_fen == 0;
    if (deal->state != TH_TRADE_PROPOSED ||
        !th_member_int(post->nodes, post->index, "amount_fen", 1, &fen) ||
        !th_sum(&deal->parts_fen, fen)) {
        th_post_fault(books, post);
    } else if (first) {
        th_books_pend(books, &(struct th_pending){.what = TH_PENDING_SCHEDULE,
                                                  .id = deal->id,
                                                  .number = post->number});
    }
}

void th_book_settle_schedule(struct th_books *books, const struct th_pending *pending)
{
    const struct th_deal *deal = th_books_deal(books, pending->id);
    if (deal && deal->parts_fen != deal->amount_fen) {
        th_fault_add(books->faults, TH_FAULT_TRADE_PARTS, deal->id, deal->parts_fen,
                     deal->amount_fen);
    }
}

static void book_reversal(struct th_books *books, const struct th_post *post)
{
    struct th_deal *deal = th_post_deal(books, post, "trade_id");
    if (deal && deal->kind == TH_DEAL_REVERSAL) {
        deal->reversal = true;
    } else if (deal) {
        th_post_fault(books, post);
    }
}

static void book_loss(struct th_books *books, const struct th_post *post)
{
    struct th_loss loss = {.next = 0};
    struct th_deal *deal = th_post_deal(books, post, "trade_id");
    if (!deal) {
        return;
    }
    if (deal->kind != TH_DEAL_REVERSAL || deal->state != TH_TRADE_PROPOSED ||
        !th_member_int(post->nodes, post->index, "issuance_id", 1, &loss.issuance) ||
        !th_member_int(post->nodes, post->index, "lost_kg", 0, &loss.lost_kg)) {
        th_post_fault(books, post);
        return;
    }
    struct th_loss *row = th_books_add(books, &books->losses, sizeof(*row));
    if (row) {
        loss.next = deal->terms;
        *row = loss;
        deal->terms = books->losses.n;
    }
}

static int by_issuance(const void *a, const void *b)
{
    const struct th_loss *left = a;
    const struct th_loss *right = b;
    return (left->issuance > right->issuance) - (left->issuance < right->issuance);
}

// The losses of a deal, by issuance; their number.
static size_t sort_losses(struct th_books *books, const struct th_deal *deal)
{
    struct th_list *sorted = &books->sorted_losses;
    const struct th_loss *losses = books->losses.items;
    sorted->n = 0;
    for (size_t i = deal->terms; i != 0; i = losses[i - 1].next) {
        struct th_loss *row = th_books_add(books, sorted, sizeof(*row));
        if (!row) {
            return 0;
        }
        *row = losses[i - 1];
    }
    if (sorted->n > 0) {
        qsort(sorted->items, sorted->n, sizeof(struct th_loss), by_issuance);
    }
    return sorted->n;
}

static void add_lost(struct th_books *books, struct th_list *tally, int64_t issuance_id, int64_t kg)
{
    const struct th_issuance *issuance = th_units_issuance(&books->units, issuance_id);
    struct th_moved *row = th_books_add(books, tally, sizeof(*row));
    const struct th_package_steps *package =
        issuance && issuance->package != 0 ? th_books_package(books, issuance->package) : NULL;
    if (row) {
        // A tonne of a vintage that is lost in part is lost.
        *row = (struct th_moved){.from = package ? package->holder : 0,
                                 .package = package ? package->id : 0,
                                 .tonnes_t = kg / KG_PER_T + (kg % KG_PER_T != 0)};
    }
}

// What its holders lost of each package is what the lines say.
void th_book_settle_losses(struct th_books *books, const struct th_deal *deal)
{
    struct th_list tally = {.n = 0};
    int64_t lost_t = 0;
    if (deal->kind != TH_DEAL_REVERSAL) {
        return;
    }
    size_t n = sort_losses(books, deal);
    const struct th_loss *losses = books->sorted_losses.items;
    for (size_t i = 0; i < n;) {
        int64_t issuance = losses[i].issuance;
        int64_t kg = 0;
        for (; i < n && losses[i].issuance == issuance; i++) {
            books->legs_beyond = !th_sum(&kg, losses[i].lost_kg) || books->legs_beyond;
        }
        add_lost(books, &tally, issuance, kg);
    }
    const struct th_moved *rows = tally.items;
    for (size_t i = 0; i < tally.n; i++) {
        books->legs_beyond = !th_sum(&lost_t, rows[i].tonnes_t) || books->legs_beyond;
    }
    if (lost_t != deal->tonnes_t) {
        th_fault_add(books->faults, TH_FAULT_REVERSAL_LOSS, deal->id, lost_t, deal->tonnes_t);
    }
    if (!th_book_is_of_lines(books, &tally, deal, false)) {
        th_fault_add(books->faults, TH_FAULT_UNITS_LINES, deal->id, 0, 0);
    }
}

// Who owes has lost that much, and has no buffer left.
void th_book_settle_debt(struct th_books *books, const struct th_pending *pending)
{
    const struct th_deal *deal = th_books_deal(books, pending->id);
    const struct th_holder *holder = th_books_holder(books, pending->other);
    const struct th_deal_line *lines = books->revenue.lines.items;
    int64_t lost_t = 0;
    for (size_t i = deal ? deal->lines : 0; i != 0; i = lines[i - 1].next) {
        if (lines[i - 1].seller == pending->other && !th_sum(&lost_t, lines[i - 1].tonnes_t)) {
            books->legs_beyond = true;
        }
    }
    if (deal && holder && (pending->tonnes_t > lost_t || holder->units_t[TH_UNIT_BUFFER] != 0)) {
        th_fault_add(books->faults, TH_FAULT_REVERSAL_DEBT, deal->id, pending->other,
                     pending->tonnes_t);
    }
}

const struct th_post_kind th_posts_of_terms[] = {{TH_TEXT("lock_expiry"), book_expiry, false},
                                                 {TH_TEXT("promise"), book_promise, false},
                                                 {TH_TEXT("listing"), book_listing, false},
                                                 {TH_TEXT("trade_schedule"), book_part, false},
                                                 {TH_TEXT("reversal"), book_reversal, false},
                                                 {TH_TEXT("reversal_loss"), book_loss, false},
                                                 {.book = NULL}};
