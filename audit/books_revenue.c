// Posts of revenue: what a sale costs and brings, runs and their approval. What a run says
// is reckoned again from receipts, costs and term, to the fen or the one beside it, where a
// rounding would need more digits than are at hand.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audit/books_internal.h"
#include "audit/recipients.h"

void th_revenue_clear(struct th_revenue *revenue)
{
    struct th_table *const TABLES[] = {
        &revenue->pool_ids, &revenue->group_ids, &revenue->place_ids,     &revenue->term_ids,
        &revenue->run_ids,  &revenue->cost_ids,  &revenue->settlement_ids};
    struct th_list *const LISTS[] = {
        &revenue->lines,       &revenue->receipts,   &revenue->pools,      &revenue->parts,
        &revenue->masses,      &revenue->villages,   &revenue->groups,     &revenue->members,
        &revenue->places,      &revenue->terms,      &revenue->splits,     &revenue->deals,
        &revenue->costs,       &revenue->runs,       &revenue->sales,      &revenue->payees,
        &revenue->differences, &revenue->cost_words, &revenue->settlements};
    for (size_t i = 0; i < sizeof(TABLES) / sizeof(TABLES[0]); i++) {
        th_table_clear(TABLES[i]);
    }
    for (size_t i = 0; i < sizeof(LISTS) / sizeof(LISTS[0]); i++) {
        th_list_clear(LISTS[i]);
    }
}

static void *find_row(const struct th_table *ids, const struct th_list *list, size_t size,
                      int64_t id)
{
    size_t row = th_table_find_id(ids, id);
    return row < list->n ? (char *)list->items + row * size : NULL;
}

static bool id_of(const struct th_post *post, const char *key, int64_t *ret_id)
{
    return th_member_int(post->nodes, post->index, key, 1, ret_id);
}

static bool day_of(const struct th_post *post, const char *key, char day[TH_DAY_BYTES])
{
    struct th_text text;
    if (!th_text_member(post->nodes, post->index, key, &text) || text.size != TH_DAY_BYTES) {
        return false;
    }
    memcpy(day, text.at, TH_DAY_BYTES);
    return true;
}

static struct th_deal_revenue *revenue_of(struct th_books *books, struct th_deal *deal)
{
    if (deal->revenue == 0) {
        if (!th_books_add(books, &books->revenue.deals, sizeof(struct th_deal_revenue))) {
            return NULL;
        }
        deal->revenue = books->revenue.deals.n;
    }
    struct th_deal_revenue *deals = books->revenue.deals.items;
    return &deals[deal->revenue - 1];
}

static void book_line(struct th_books *books, const struct th_post *post)
{
    struct th_deal_line line = {.pool = 0};
    struct th_deal *deal = th_post_deal(books, post, "trade_id");
    if (!deal) {
        return;
    }
    if (!th_member_int(post->nodes, post->index, "tonnes", 0, &line.tonnes_t) ||
        !th_post_fen(post, "amount_fen", &line.amount_fen) ||
        !th_post_fen(post, "cost_fen", &line.cost_fen) || line.amount_fen < 0 ||
        line.cost_fen < 0) {
        th_post_fault(books, post);
        return;
    }
    (void)id_of(post, "pool_id", &line.pool);
    (void)id_of(post, "seller_id", &line.seller);
    (void)id_of(post, "package_id", &line.package);
    th_book_line_cost(books, deal, &line);
    // Where a purchase has several sellers, its lines name them.
    if (deal->stood_in && deal->seller == 0) {
        th_book_stand_in(books, post, deal, line.seller);
    }
    struct th_deal_line *row = th_books_add(books, &books->revenue.lines, sizeof(*row));
    if (row) {
        line.next = deal->lines;
        *row = line;
        deal->lines = books->revenue.lines.n;
    }
}

static void book_member(struct th_books *books, const struct th_post *post)
{
    struct th_revenue *revenue = &books->revenue;
    struct th_member member = {.next = 0};
    int64_t group = 0;
    bool fresh = false;
    if (!id_of(post, "group_id", &group) || !id_of(post, "member_id", &member.party) ||
        !th_post_fraction(post, "share", &member.share) ||
        !day_of(post, "from_on", member.from_on)) {
        th_post_fault(books, post);
        return;
    }
    (void)day_of(post, "to_on", member.to_on);
    size_t *first =
        th_books_row(books, &revenue->group_ids, &revenue->groups, sizeof(size_t), group, &fresh);
    struct th_member *row = first ? th_books_add(books, &revenue->members, sizeof(*row)) : NULL;
    if (row) {
        member.next = *first;
        *row = member;
        *first = revenue->members.n;
    }
}

static void add_word(struct th_books *books, struct th_deal_revenue *revenue, int64_t listed,
                     int64_t settled)
{
    struct th_cost_word *word = th_books_add(books, &books->revenue.cost_words, sizeof(*word));
    if (word) {
        *word = (struct th_cost_word){.seq = books->faults->seq,
                                      .login = books->actor,
                                      .listed = listed,
                                      .settled = settled,
                                      .next = revenue->words};
        revenue->words = books->revenue.cost_words.n;
    }
}

static void book_deduction(struct th_books *books, const struct th_post *post)
{
    struct th_deal *deal = th_post_deal(books, post, "trade_id");
    struct th_text kind;
    int64_t fen = 0;
    int64_t id = 0;
    bool fresh = false;
    struct th_deal_revenue *revenue = deal ? revenue_of(books, deal) : NULL;
    if (!revenue) {
        return;
    }
    if (!id_of(post, "deduction_id", &id) || !th_post_fen(post, "amount_fen", &fen) || fen <= 0 ||
        !th_text_member(post->nodes, post->index, "kind", &kind)) {
        th_post_fault(books, post);
        return;
    }
    struct th_listed_cost *cost = th_books_row(books, &books->revenue.cost_ids,
                                               &books->revenue.costs, sizeof(*cost), id, &fresh);
    if (!cost || !fresh) {
        th_fault_add(books->faults, TH_FAULT_COST_TWICE, id, 0, 0);
        return;
    }
    *cost = (struct th_listed_cost){.seq = books->faults->seq,
                                    .deal = deal->id,
                                    .fen = fen,
                                    .reserve = th_text_is(kind, "reserve"),
                                    .login = books->actor};
    add_word(books, revenue, id, 0);
    if (!th_sum(cost->reserve ? &revenue->reserve_fen : &revenue->deducted_fen, fen)) {
        th_post_fault(books, post);
    }
}

// Did a run that was not rejected take off a cost, or what a reserve came to, of this entry?
static bool is_taken_off(const struct th_books *books, const struct th_deal_revenue *revenue,
                         int64_t seq)
{
    const struct th_run_sale *sales = books->revenue.sales.items;
    for (size_t i = revenue->sale; i != 0; i = sales[i - 1].before) {
        const struct th_run *run = th_books_run(books, sales[i - 1].run);
        const struct th_term *term = find_row(&books->revenue.term_ids, &books->revenue.terms,
                                              sizeof(*term), sales[i - 1].term);
        if (run && run->seq > seq && (!run->decided || run->approved) && term &&
            term->basis == TH_BASIS_NET_OF_COSTS) {
            return true;
        }
    }
    return false;
}

static void book_withdrawal(struct th_books *books, const struct th_post *post)
{
    int64_t id = 0;
    struct th_listed_cost *cost = NULL;
    if (id_of(post, "deduction_id", &id)) {
        cost = find_row(&books->revenue.cost_ids, &books->revenue.costs, sizeof(*cost), id);
    }
    struct th_deal *deal = cost ? th_books_deal(books, cost->deal) : NULL;
    struct th_deal_revenue *revenue = deal ? revenue_of(books, deal) : NULL;
    if (!revenue) {
        th_post_fault(books, post);
        return;
    }
    if (cost->withdrawn) {
        th_fault_add(books->faults, TH_FAULT_COST_TWICE, id, 0, 0);
        return;
    }
    th_post_login(books, post, "login");
    if (books->actor == cost->login) {
        th_fault_add_text(books->faults, TH_FAULT_COST_SELF, post->line->login, id);
    }
    if (is_taken_off(books, revenue, cost->seq)) {
        th_fault_add(books->faults, TH_FAULT_COST_SHARED, deal->id, 0, 0);
    }
    cost->withdrawn = true;
    add_word(books, revenue, 0, 0);
    (void)th_sum(cost->reserve ? &revenue->reserve_fen : &revenue->deducted_fen, -cost->fen);
}

// One settlement of a sale counts at a time, and comes to no more than was set aside.
static void book_settlement(struct th_books *books, const struct th_post *post)
{
    struct th_deal *deal = th_post_deal(books, post, "trade_id");
    struct th_deal_revenue *revenue = deal ? revenue_of(books, deal) : NULL;
    int64_t fen = 0;
    int64_t id = 0;
    bool fresh = false;
    if (!revenue) {
        return;
    }
    if (!id_of(post, "settlement_id", &id) || !th_post_fen(post, "actual_fen", &fen) || fen < 0) {
        th_post_fault(books, post);
        return;
    }
    struct th_listed_cost *settlement =
        th_books_row(books, &books->revenue.settlement_ids, &books->revenue.settlements,
                     sizeof(*settlement), id, &fresh);
    if (!settlement || !fresh || revenue->settled) {
        th_fault_add(books->faults, TH_FAULT_RESERVE_TWICE, deal->id, 0, 0);
        return;
    }
    th_post_login(books, post, "login");
    if (fen > revenue->reserve_fen) {
        th_fault_add(books->faults, TH_FAULT_RESERVE_EXCEEDED, deal->id, fen, revenue->reserve_fen);
    }
    *settlement = (struct th_listed_cost){.seq = books->faults->seq,
                                          .deal = deal->id,
                                          .fen = fen,
                                          .reserve = true,
                                          .login = books->actor};
    revenue->settled = true;
    revenue->settled_fen = fen;
    add_word(books, revenue, 0, id);
}

static void book_settlement_back(struct th_books *books, const struct th_post *post)
{
    int64_t id = 0;
    struct th_listed_cost *settlement = NULL;
    if (id_of(post, "settlement_id", &id)) {
        settlement = find_row(&books->revenue.settlement_ids, &books->revenue.settlements,
                              sizeof(*settlement), id);
    }
    struct th_deal *deal = settlement ? th_books_deal(books, settlement->deal) : NULL;
    struct th_deal_revenue *revenue = deal ? revenue_of(books, deal) : NULL;
    if (!revenue) {
        th_post_fault(books, post);
        return;
    }
    if (settlement->withdrawn) {
        th_fault_add(books->faults, TH_FAULT_RESERVE_TWICE, deal->id, 0, 0);
        return;
    }
    th_post_login(books, post, "login");
    if (books->actor == settlement->login) {
        th_fault_add_text(books->faults, TH_FAULT_RESERVE_SELF, post->line->login, deal->id);
    }
    if (is_taken_off(books, revenue, settlement->seq)) {
        th_fault_add(books->faults, TH_FAULT_COST_SHARED, deal->id, 0, 0);
    }
    settlement->withdrawn = true;
    revenue->settled = false;
    revenue->settled_fen = 0;
    add_word(books, revenue, 0, 0);
}

static void book_run(struct th_books *books, const struct th_post *post)
{
    int64_t id = 0;
    bool fresh = false;
    if (!id_of(post, "distribution_id", &id)) {
        th_post_fault(books, post);
        return;
    }
    struct th_run *run = th_books_row(books, &books->revenue.run_ids, &books->revenue.runs,
                                      sizeof(*run), id, &fresh);
    if (!run) {
        return;
    }
    th_post_login(books, post, "login");
    if (!fresh) {
        th_fault_add(books->faults, TH_FAULT_RUN_AGAIN, id, 0, 0);
        return;
    }
    *run = (struct th_run){.id = id, .seq = books->faults->seq, .proposer = books->actor};
    th_post_past_day(books, post, "through_on", run->through_on);
}

struct th_run *th_books_run(const struct th_books *books, int64_t id)
{
    return find_row(&books->revenue.run_ids, &books->revenue.runs, sizeof(struct th_run), id);
}

static struct th_run *run_of(struct th_books *books, const struct th_post *post)
{
    int64_t id = 0;
    if (!id_of(post, "distribution_id", &id)) {
        th_post_fault(books, post);
        return NULL;
    }
    struct th_run *run = th_books_run(books, id);
    if (!run) {
        th_fault_add(books->faults, TH_FAULT_RUN_UNKNOWN, id, 0, 0);
    }
    return run;
}

void th_book_unshared(struct th_books *books, const struct th_deal *deal)
{
    const struct th_deal_revenue *revenues = books->revenue.deals.items;
    const struct th_run_sale *sales = books->revenue.sales.items;
    size_t i = deal->revenue != 0 ? revenues[deal->revenue - 1].sale : 0;
    for (; i != 0; i = sales[i - 1].before) {
        const struct th_run *run = th_books_run(books, sales[i - 1].run);
        if (run && (!run->decided || run->approved)) {
            th_fault_add(books->faults, TH_FAULT_RUN_TAKEN_BACK, run->id, deal->id, 0);
            return;
        }
    }
}

static bool read_sums(const struct th_post *post, struct th_sums *sums, int64_t *ret_kept_fen)
{
    return th_post_fen(post, "receipts_fen", &sums->receipts_fen) &&
           th_post_fen(post, "tax_fen", &sums->tax_fen) &&
           th_post_fen(post, "cost_fen", &sums->cost_fen) &&
           th_post_fen(post, "deductions_fen", &sums->deductions_fen) &&
           th_post_fen(post, "net_fen", &sums->net_fen) &&
           th_post_fen(post, "distributed_fen", &sums->distributed_fen) &&
           th_post_fen(post, "kept_fen", ret_kept_fen);
}

static void sum_fault(struct th_books *books, enum th_fault_code code, int64_t deal,
                      const char *what)
{
    th_fault_add_text(books->faults, code, (struct th_text){.at = what, .size = strlen(what)},
                      deal);
}

static void book_sale(struct th_books *books, const struct th_post *post)
{
    struct th_run *run = run_of(books, post);
    struct th_deal *deal = run ? th_post_deal(books, post, "trade_id") : NULL;
    struct th_run_sale sale = {.run = 0};
    int64_t kept_fen = 0;
    if (!deal) {
        return;
    }
    sale.deal = deal->id;
    sale.run = run->id;
    if (run->decided || !id_of(post, "term_id", &sale.term) ||
        !read_sums(post, &sale.now, &kept_fen)) {
        th_post_fault(books, post);
        return;
    }
    if (deal->state != TH_TRADE_APPROVED || deal->taken_back) {
        th_fault_add(books->faults, TH_FAULT_RUN_TAKEN_BACK, run->id, deal->id, 0);
    }
    const struct th_sums *now = &sale.now;
    if (now->net_fen != now->receipts_fen - now->tax_fen - now->cost_fen - now->deductions_fen) {
        sum_fault(books, TH_FAULT_RUN_SUM, deal->id, "net_fen");
    }
    if (kept_fen != now->net_fen - now->distributed_fen) {
        sum_fault(books, TH_FAULT_RUN_SUM, deal->id, "kept_fen");
    }
    struct th_deal_revenue *revenue = revenue_of(books, deal);
    struct th_run_sale *row =
        revenue ? th_books_add(books, &books->revenue.sales, sizeof(*row)) : NULL;
    if (!row) {
        return;
    }
    sale.next = run->sales;
    sale.before = revenue->sale;
    *row = sale;
    run->sales = books->revenue.sales.n;
    revenue->sale = run->sales;
    books->legs_beyond = !th_sum(&run->distributed_fen, now->distributed_fen) || books->legs_beyond;
    th_books_pend(books, &(struct th_pending){.what = TH_PENDING_SALE,
                                              .id = (int64_t)run->sales,
                                              .number = post->number});
}

static void book_payee(struct th_books *books, const struct th_post *post)
{
    struct th_run *run = run_of(books, post);
    struct th_payee payee = {.group = 0};
    int64_t deal_id = 0;
    struct th_run_sale *sales = books->revenue.sales.items;
    if (!run) {
        return;
    }
    if (run->sales == 0 || !id_of(post, "trade_id", &deal_id) ||
        sales[run->sales - 1].deal != deal_id || run->decided ||
        !id_of(post, "party_id", &payee.party) ||
        !th_post_fen(post, "amount_fen", &payee.amount_fen) || payee.amount_fen < 0) {
        th_post_fault(books, post);
        return;
    }
    (void)id_of(post, "group_id", &payee.group);
    struct th_payee *row = th_books_add(books, &books->revenue.payees, sizeof(*row));
    if (row) {
        payee.next = sales[run->sales - 1].payees;
        *row = payee;
        sales[run->sales - 1].payees = books->revenue.payees.n;
    }
}

// What a run reserved is free again.
static void let_go(struct th_books *books, const struct th_run *run)
{
    const struct th_run_sale *sales = books->revenue.sales.items;
    for (size_t i = run->sales; i != 0; i = sales[i - 1].next) {
        struct th_deal *deal = th_books_deal(books, sales[i - 1].deal);
        struct th_deal_revenue *revenue = deal ? revenue_of(books, deal) : NULL;
        const struct th_sums *gone = &sales[i - 1].now;
        if (revenue) {
            (void)th_sum(&revenue->sums.receipts_fen, -gone->receipts_fen);
            (void)th_sum(&revenue->sums.tax_fen, -gone->tax_fen);
            (void)th_sum(&revenue->sums.cost_fen, -gone->cost_fen);
            (void)th_sum(&revenue->sums.deductions_fen, -gone->deductions_fen);
            (void)th_sum(&revenue->sums.net_fen, -gone->net_fen);
            (void)th_sum(&revenue->sums.distributed_fen, -gone->distributed_fen);
        }
    }
}

// The entry that proposed the latest run before this one which shared the same sale; 0: none did.
static int64_t shared_before(const struct th_books *books, const struct th_run_sale *sale)
{
    const struct th_run_sale *sales = books->revenue.sales.items;
    for (size_t i = sale->before; i != 0; i = sales[i - 1].before) {
        const struct th_run *run = th_books_run(books, sales[i - 1].run);
        if (run && run->approved) {
            return run->seq;
        }
    }
    return 0;
}

// Did this login say what a sale cost, since it was shared last and before the run was proposed?
// Costs that were taken back since do not count, but that somebody took them back.
static bool told_costs(const struct th_books *books, const struct th_run *run,
                       const struct th_run_sale *sale, size_t login)
{
    const struct th_revenue *revenue = &books->revenue;
    const struct th_deal_revenue *deals = revenue->deals.items;
    const struct th_cost_word *words = revenue->cost_words.items;
    const struct th_deal *deal = th_books_deal(books, sale->deal);
    int64_t since_seq = shared_before(books, sale);
    size_t i = deal && deal->revenue != 0 ? deals[deal->revenue - 1].words : 0;
    for (; i != 0 && words[i - 1].seq > since_seq; i = words[i - 1].next) {
        const struct th_cost_word *word = &words[i - 1];
        const struct th_listed_cost *cost =
            word->settled != 0
                ? find_row(&revenue->settlement_ids, &revenue->settlements, sizeof(*cost),
                           word->settled)
                : find_row(&revenue->cost_ids, &revenue->costs, sizeof(*cost), word->listed);
        if (word->seq < run->seq && word->login == login && !(cost && cost->withdrawn)) {
            return true;
        }
    }
    return false;
}

static void check_costs(struct th_books *books, const struct th_run *run, struct th_text login)
{
    const struct th_run_sale *sales = books->revenue.sales.items;
    for (size_t i = run->sales; i != 0; i = sales[i - 1].next) {
        if (told_costs(books, run, &sales[i - 1], books->actor)) {
            th_fault_add_text(books->faults, TH_FAULT_COST_APPROVED, login, run->id);
            return;
        }
    }
}

static void book_run_decision(struct th_books *books, const struct th_post *post)
{
    struct th_run *run = run_of(books, post);
    struct th_text state;
    if (!run) {
        return;
    }
    if (!th_text_member(post->nodes, post->index, "state", &state) ||
        (!th_text_is(state, "approved") && !th_text_is(state, "rejected"))) {
        th_post_fault(books, post);
        return;
    }
    th_post_login(books, post, "login");
    if (run->decided) {
        th_fault_add(books->faults, TH_FAULT_RUN_DECIDED, run->id, 0, 0);
        return;
    }
    run->decided = true;
    th_post_past_day(books, post, "on_date", run->decided_on);
    if (th_text_is(state, "rejected")) {
        let_go(books, run);
        return;
    }
    run->approved = true;
    if (memcmp(run->decided_on, run->through_on, TH_DAY_BYTES) < 0) {
        th_fault_add(books->faults, TH_FAULT_RUN_EARLY, run->id, 0, 0);
    }
    check_costs(books, run, post->line->login);
    if (books->actor == run->proposer && !th_book_alone(books, post, run->distributed_fen)) {
        th_fault_add_text(books->faults, TH_FAULT_RUN_SELF, post->line->login, run->id);
    }
    th_books_pend(
        books, &(struct th_pending){.what = TH_PENDING_RUN, .id = run->id, .number = post->number});
}

const struct th_post_kind th_posts_of_revenue[] = {
    {TH_TEXT("trade_line"), book_line, false},
    {TH_TEXT("member_share"), book_member, false},
    {TH_TEXT("revenue_deduction"), book_deduction, false},
    {TH_TEXT("deduction_withdrawal"), book_withdrawal, false},
    {TH_TEXT("reserve_settlement"), book_settlement, false},
    {TH_TEXT("settlement_withdrawal"), book_settlement_back, false},
    {TH_TEXT("distribution"), book_run, false},
    {TH_TEXT("distribution_sale"), book_sale, false},
    {TH_TEXT("distribution_payment"), book_payee, false},
    {TH_TEXT("distribution_decision"), book_run_decision, false},
    {.book = NULL}};

// Is a sum what `part` of the whole comes to? Off by no more than a fen, and what the digits hold.
static bool is_part(int64_t sum_fen, int64_t whole_fen, int64_t received_fen, int64_t amount_fen)
{
    long double wanted =
        (long double)whole_fen * (long double)received_fen / (long double)amount_fen;
    return fabsl((long double)sum_fen - wanted) <= 1.0L;
}

static int64_t sum_of_costs(const struct th_books *books, const struct th_deal *deal)
{
    const struct th_deal_line *lines = books->revenue.lines.items;
    int64_t sum_fen = 0;
    for (size_t i = deal->kind == TH_DEAL_OPTION ? 0 : deal->lines; i != 0; i = lines[i - 1].next) {
        if (!th_sum(&sum_fen, lines[i - 1].cost_fen)) {
            return INT64_MAX;
        }
    }
    return sum_fen;
}

// What came in for a deal up to the day through which a run reckons.
static int64_t received_through(const struct th_books *books, const struct th_deal *deal,
                                const struct th_run *run)
{
    const struct th_deal_receipt *receipts = books->revenue.receipts.items;
    int64_t sum_fen = 0;
    for (size_t i = deal->receipts; i != 0; i = receipts[i - 1].next) {
        if (!receipts[i - 1].withdrawn &&
            memcmp(receipts[i - 1].on_date, run->through_on, TH_DAY_BYTES) <= 0 &&
            !th_sum(&sum_fen, receipts[i - 1].fen)) {
            return INT64_MAX;
        }
    }
    return sum_fen;
}

// The sums of all runs of a sale, this one included, against receipts, costs and term.
static void check_reckoning(struct th_books *books, const struct th_deal *deal,
                            const struct th_deal_revenue *revenue, const struct th_run_sale *sale,
                            const struct th_term *term)
{
    const struct th_sums *sums = &revenue->sums;
    int64_t deducted_fen = revenue->deducted_fen;
    books->legs_beyond =
        !th_sum(&deducted_fen, revenue->settled ? revenue->settled_fen : revenue->reserve_fen) ||
        books->legs_beyond;
    const struct th_run *run = th_books_run(books, sale->run);
    // A run through an earlier day than the one before it may take nothing of a sale.
    bool beyond =
        run &&
        (sums->receipts_fen > deal->received_fen ||
         (sale->now.receipts_fen > 0 && sums->receipts_fen > received_through(books, deal, run)));
    if (sale->now.receipts_fen < 0 || !run || beyond || deal->amount_fen <= 0) {
        sum_fault(books, TH_FAULT_RUN_RECKONED, deal->id, "receipts_fen");
        return;
    }
    if (!is_part(sums->tax_fen, deal->tax_fen, sums->receipts_fen, deal->amount_fen)) {
        sum_fault(books, TH_FAULT_RUN_RECKONED, deal->id, "tax_fen");
    }
    if (term->basis == TH_BASIS_GROSS ? sale->now.cost_fen != 0
                                      : !is_part(sums->cost_fen, sum_of_costs(books, deal),
                                                 sums->receipts_fen, deal->amount_fen)) {
        sum_fault(books, TH_FAULT_RUN_RECKONED, deal->id, "cost_fen");
    }
    if (term->basis != TH_BASIS_NET_OF_COSTS
            ? sale->now.deductions_fen != 0
            : !is_part(sums->deductions_fen, deducted_fen, sums->receipts_fen, deal->amount_fen)) {
        sum_fault(books, TH_FAULT_RUN_RECKONED, deal->id, "deductions_fen");
    }
    // What was paid is never taken back.
    long double before =
        (long double)sums->distributed_fen - (long double)sale->now.distributed_fen;
    long double due = sums->net_fen > 0
                          ? (long double)sums->net_fen * (long double)term->percent.numerator /
                                (long double)term->percent.denominator / 100.0L
                          : 0.0L;
    due -= before;
    if (fabsl((long double)sale->now.distributed_fen - (due > 0.0L ? due : 0.0L)) > 1.0L) {
        sum_fault(books, TH_FAULT_RUN_RECKONED, deal->id, "distributed_fen");
    }
}

static void settle_sale(struct th_books *books, const struct th_run_sale *sale)
{
    const struct th_payee *payees = books->revenue.payees.items;
    struct th_deal *deal = th_books_deal(books, sale->deal);
    struct th_deal_revenue *revenue = deal ? revenue_of(books, deal) : NULL;
    int64_t paid_fen = 0;
    if (!revenue) {
        return;
    }
    const struct th_term *term = th_book_term(books, sale->term);
    if (!th_sum(&revenue->sums.receipts_fen, sale->now.receipts_fen) ||
        !th_sum(&revenue->sums.tax_fen, sale->now.tax_fen) ||
        !th_sum(&revenue->sums.cost_fen, sale->now.cost_fen) ||
        !th_sum(&revenue->sums.deductions_fen, sale->now.deductions_fen) ||
        !th_sum(&revenue->sums.net_fen, sale->now.net_fen) ||
        !th_sum(&revenue->sums.distributed_fen, sale->now.distributed_fen)) {
        books->legs_beyond = true;
        return;
    }
    for (size_t i = sale->payees; i != 0; i = payees[i - 1].next) {
        books->legs_beyond = !th_sum(&paid_fen, payees[i - 1].amount_fen) || books->legs_beyond;
    }
    if (paid_fen != sale->now.distributed_fen) {
        sum_fault(books, TH_FAULT_RUN_SUM, deal->id, "payments");
    }
    if (!term) {
        th_fault_add(books->faults, TH_FAULT_TERM_UNKNOWN, sale->term, 0, 0);
        return;
    }
    th_book_term_of(books, deal, sale->term);
    check_reckoning(books, deal, revenue, sale, term);
    th_recipients_check(books, deal, sale, term);
}

void th_book_settle_sale(struct th_books *books, const struct th_pending *pending)
{
    const struct th_run_sale *sales = books->revenue.sales.items;
    const struct th_run_sale *sale = &sales[pending->id - 1];
    const struct th_run *run = th_books_run(books, sale->run);
    settle_sale(books, sale);
    if (run && run->sales == (size_t)pending->id) {
        th_recipients_end(books, run->id);
    }
}
