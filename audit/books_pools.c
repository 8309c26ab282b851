// What a bank bought, package by package, and what of it was drawn: what units cost is what they
// cost when they were bought.
#include "audit/books_internal.h"

__extension__ typedef __int128 int128;

static struct th_pool *find_pool(const struct th_books *books, int64_t id)
{
    const struct th_revenue *revenue = &books->revenue;
    size_t row = th_table_find_id(&revenue->pool_ids, id);
    return row < revenue->pools.n ? (struct th_pool *)revenue->pools.items + row : NULL;
}

// From where the one before was found: deals go through the packages of a pool in one order.
static struct th_pool_part *find_part(const struct th_books *books, int64_t pool_id,
                                      int64_t package_id)
{
    struct th_pool *pool = find_pool(books, pool_id);
    struct th_pool_part *parts = books->revenue.parts.items;
    size_t at = pool ? pool->found : 0;
    for (size_t i = 0; pool && i < pool->n_parts; i++) {
        if (parts[at - 1].package == package_id) {
            pool->found = at;
            return &parts[at - 1];
        }
        at = parts[at - 1].next != 0 ? parts[at - 1].next : pool->parts;
    }
    return NULL;
}

static struct th_pool *pool_row(struct th_books *books, int64_t id)
{
    struct th_revenue *revenue = &books->revenue;
    bool fresh = false;
    size_t row = th_table_id(&revenue->pool_ids, id, &fresh);
    if (row != SIZE_MAX && fresh && !th_list_add(&revenue->pools, sizeof(struct th_pool))) {
        row = SIZE_MAX;
    }
    books->no_memory = books->no_memory || row == SIZE_MAX;
    return row != SIZE_MAX ? (struct th_pool *)revenue->pools.items + row : NULL;
}

static void book_share(struct th_books *books, const struct th_post *post)
{
    int64_t pool_id = 0;
    struct th_pool_part part = {.next = 0};
    if (!th_member_int(post->nodes, post->index, "pool_id", 1, &pool_id) ||
        !th_member_int(post->nodes, post->index, "package_id", 1, &part.package) ||
        !th_member_int(post->nodes, post->index, "owner_id", 1, &part.owner) ||
        !th_member_int(post->nodes, post->index, "bought_t", 1, &part.bought_t) ||
        !th_post_fen(post, "cost_fen", &part.cost_fen) || part.cost_fen < 0 ||
        find_part(books, pool_id, part.package)) {
        th_post_fault(books, post);
        return;
    }
    struct th_pool *pool = pool_row(books, pool_id);
    struct th_pool_part *row =
        pool ? th_books_add(books, &books->revenue.parts, sizeof(*row)) : NULL;
    if (!row) {
        return;
    }
    part.next = pool->parts;
    *row = part;
    pool->parts = books->revenue.parts.n;
    th_book_pool_moved(books, &(struct th_pool_move){.pool = pool_id, .package = part.package});
    pool->found = pool->parts;
    pool->n_parts++;
    if (pool->settled_seq != books->faults->seq) {
        pool->settled_seq = books->faults->seq;
        th_books_pend(books, &(struct th_pending){
                                 .what = TH_PENDING_POOL, .id = pool_id, .number = post->number});
    }
}

void th_book_pool_moved(struct th_books *books, const struct th_pool_move *move)
{
    struct th_pool_move *row = th_books_add(books, &books->pool_moves, sizeof(*row));
    if (row) {
        *row = *move;
    }
}

// What is held of a pool is what was bought and neither sold nor used; nobody else holds of it.
void th_book_settle_stock(struct th_books *books)
{
    const struct th_pool_move *moves = books->pool_moves.items;
    for (size_t i = 0; i < books->pool_moves.n; i++) {
        struct th_pool_part *part = find_part(books, moves[i].pool, moves[i].package);
        bool known = part && (moves[i].units_t == 0 || part->owner == moves[i].owner) &&
                     th_sum(&part->held_t, moves[i].units_t);
        if (!known) {
            th_fault_add(books->faults, TH_FAULT_POOL_STOCK, moves[i].pool, moves[i].package, 0);
        }
    }
    for (size_t i = 0; i < books->pool_moves.n; i++) {
        struct th_pool_part *part = find_part(books, moves[i].pool, moves[i].package);
        if (part && part->held_t != part->bought_t - part->sold_t - part->used_t &&
            part->told_seq != books->faults->seq) {
            part->told_seq = books->faults->seq;
            th_fault_add(books->faults, TH_FAULT_POOL_STOCK, moves[i].pool, moves[i].package, 0);
        }
    }
}

// Is an amount what these tonnes are of the whole, but for so many fen? All below 2^57 but tonnes.
static bool is_share(int64_t fen, int64_t whole_fen, int64_t part_t, int64_t whole_t,
                     int64_t slack_fen)
{
    int128 off = (int128)fen * whole_t - (int128)whole_fen * part_t;
    int128 slack = (int128)slack_fen * whole_t;
    return off <= slack && -off <= slack;
}

// A pool is what the deal that brought it was about: its buyer's, its tonnes, and its amount but
// for the tax, by tonnes.
void th_book_settle_pool(struct th_books *books, const struct th_pending *pending)
{
    const struct th_pool_part *parts = books->revenue.parts.items;
    const struct th_pool *pool = find_pool(books, pending->id);
    const struct th_deal *deal = th_books_deal(books, pending->id);
    int64_t net_fen = deal ? deal->amount_fen - deal->tax_fen : 0;
    int64_t sum_t = 0;
    int64_t sum_fen = 0;
    bool sound = deal && pool && deal->state == TH_TRADE_APPROVED;
    for (size_t i = sound ? pool->parts : 0; i != 0; i = parts[i - 1].next) {
        const struct th_pool_part *part = &parts[i - 1];
        sound = sound && part->owner == deal->buyer && th_sum(&sum_t, part->bought_t) &&
                th_sum(&sum_fen, part->cost_fen) &&
                is_share(part->cost_fen, net_fen, part->bought_t, deal->tonnes_t, 1);
    }
    if (!sound || sum_t != deal->tonnes_t || sum_fen != net_fen) {
        th_fault_add(books->faults, TH_FAULT_POOL_SUM, pending->id, sum_t, sum_fen);
    }
}

// Cost is shared out cumulatively: each line and draw is off its share by less than a fen, and by
// one more for every part that was taken out of a lock or put back before it.
static int64_t slack(const struct th_pool_part *part)
{
    return 1 + part->n_parted;
}

static void book_draw(struct th_books *books, const struct th_post *post)
{
    int64_t pool_id = 0;
    int64_t package_id = 0;
    int64_t sold_t = 0;
    int64_t used_t = 0;
    int64_t cost_fen = 0;
    struct th_pool_part *part = NULL;
    if (th_member_int(post->nodes, post->index, "pool_id", 1, &pool_id) &&
        th_member_int(post->nodes, post->index, "package_id", 1, &package_id)) {
        part = find_part(books, pool_id, package_id);
    }
    (void)th_member_int(post->nodes, post->index, "sold_t", INT64_MIN, &sold_t);
    (void)th_member_int(post->nodes, post->index, "used_t", INT64_MIN, &used_t);
    if (!part || !th_post_fen(post, "sold_cost_fen", &cost_fen)) {
        th_post_fault(books, post);
        return;
    }
    int64_t drawn_t = 0;
    bool sound = th_sum(&part->sold_t, sold_t) && th_sum(&part->used_t, used_t) &&
                 th_sum(&part->sold_fen, cost_fen) && part->sold_t >= 0 && part->used_t >= 0 &&
                 th_sum(&drawn_t, part->sold_t) && th_sum(&drawn_t, part->used_t) &&
                 drawn_t <= part->bought_t;
    part->n_parted += sold_t < 0;
    th_book_pool_moved(books, &(struct th_pool_move){.pool = pool_id, .package = package_id});
    if (!sound || !is_share(cost_fen, part->cost_fen, sold_t, part->bought_t, slack(part)) ||
        !is_share(part->sold_fen, part->cost_fen, part->sold_t, part->bought_t, slack(part))) {
        th_fault_add(books->faults, TH_FAULT_POOL_DRAW, pool_id, package_id, 0);
    }
}

// Deals that sell: what their units cost is taken off what they bring. To what ends or is handed
// over for nothing no cost is told.
static bool sells(enum th_deal_kind kind)
{
    static const bool SELLS[TH_DEAL_KINDS] = {
        [TH_DEAL_RESALE] = true,       [TH_DEAL_ACCEPTANCE] = true,  [TH_DEAL_DELIVERY] = true,
        [TH_DEAL_EXERCISE] = true,     [TH_DEAL_ENFORCEMENT] = true, [TH_DEAL_OPTION] = true,
        [TH_DEAL_SUBSCRIPTION] = true, [TH_DEAL_FORWARD] = true,     [TH_DEAL_LISTING] = true};
    return SELLS[kind];
}

void th_book_line_cost(struct th_books *books, const struct th_deal *deal,
                       const struct th_deal_line *line)
{
    // A purchase tells what its units will have cost; what is in no pool cost nothing.
    if (line->pool == 0 && line->cost_fen != 0 && deal->kind != TH_DEAL_PURCHASE) {
        th_fault_add(books->faults, TH_FAULT_LINE_POOL, deal->id, line->cost_fen, 0);
    }
    if (line->pool == 0 || (line->cost_fen == 0 && !sells(deal->kind))) {
        return;
    }
    struct th_pool_part *part = find_part(books, line->pool, line->package);
    if (part) {
        part->n_parted += deal->of != 0 || deal->kind == TH_DEAL_PLEDGE;
    }
    if (!part ||
        !is_share(line->cost_fen, part->cost_fen, line->tonnes_t, part->bought_t, slack(part))) {
        th_fault_add(books->faults, TH_FAULT_LINE_COST, deal->id, line->cost_fen, line->pool);
    }
}

const struct th_post_kind th_posts_of_pools[] = {{TH_TEXT("pool_share"), book_share, false},
                                                 {TH_TEXT("pool_draw"), book_draw, false},
                                                 {.book = NULL}};
