#include "audit/books.h"

#include <stdlib.h>
#include <string.h>

#include "audit/books_internal.h"
#include "audit/check.h"
#include "audit/recipients.h"

void th_books_clear(struct th_books *books)
{
    th_units_clear(&books->units);
    th_table_clear(&books->holder_ids);
    th_table_clear(&books->names);
    th_table_clear(&books->logins);
    th_list_clear(&books->people);
    th_table_clear(&books->account_ids);
    th_list_clear(&books->accounts);
    th_list_clear(&books->days);
    th_list_clear(&books->losses);
    th_list_clear(&books->sorted_losses);
    th_list_clear(&books->moved);
    th_list_clear(&books->pool_moves);
    th_table_clear(&books->words);
    th_revenue_clear(&books->revenue);
    th_money_clear(&books->money);
    th_table_clear(&books->deal_ids);
    th_table_clear(&books->receipt_ids);
    th_table_clear(&books->beneficiary_names);
    th_list_clear(&books->beneficiaries);
    th_list_clear(&books->waiters);
    th_table_clear(&books->message_ids);
    th_list_clear(&books->messages);
    th_list_clear(&books->orders);
    th_table_clear(&books->forecast_ids);
    th_list_clear(&books->forecasts);
    th_table_clear(&books->package_ids);
    th_ground_clear(&books->ground);
    th_table_clear(&books->prefixes);
    th_table_clear(&books->keys);
    th_table_clear(&books->kinds);
    th_list_clear(&books->kinds_rules);
    for (size_t i = 0; i < TH_GIVEN_KINDS; i++) {
        th_table_clear(&books->given_ids[i]);
    }
    free(books->holders);
    free(books->deals);
    free(books->packages);
    free(books->alone);
    free(books->pending);
    *books = (struct th_books){.faults = books->faults};
}

bool th_sum(int64_t *sum, int64_t value)
{
    if (value > 0 ? *sum > INT64_MAX - value : *sum < INT64_MIN - value) {
        return false;
    }
    *sum += value;
    return true;
}

void th_post_fault(struct th_books *books, const struct th_post *post)
{
    th_fault_add_text(books->faults, TH_FAULT_POST_FORM, post->kind, post->number);
}

bool th_post_fraction(const struct th_post *post, const char *key, struct th_fraction *ret_fraction)
{
    struct th_text text;
    return th_text_member(post->nodes, post->index, key, &text) &&
           th_fraction_read(text, ret_fraction);
}

// No amount is larger: sums of a few of them stay within 64 bits.
static const int64_t FEN_MAX = INT64_C(100000000000000000);

bool th_post_fen(const struct th_post *post, const char *key, int64_t *ret_fen)
{
    *ret_fen = 0;
    return !th_node_get(post->nodes, post->index, key) ||
           (th_member_int(post->nodes, post->index, key, -FEN_MAX, ret_fen) && *ret_fen <= FEN_MAX);
}

bool th_post_day(const struct th_post *post, const char *key, int64_t *ret_day)
{
    struct th_text text;
    return th_text_member(post->nodes, post->index, key, &text) && th_check_day_read(text, ret_day);
}

bool th_books_past(struct th_books *books, const struct th_line *line, struct th_text day)
{
    int64_t read = 0;
    if (day.size == TH_DAY_BYTES && memcmp(day.at, books->past_day, TH_DAY_BYTES) == 0) {
        return true; // entries are never dated back
    }
    if (!th_check_day_read(day, &read) || read > th_check_day(line->at_utc)) {
        return false;
    }
    memcpy(books->past_day, day.at, TH_DAY_BYTES);
    return true;
}

void th_post_past_day(struct th_books *books, const struct th_post *post, const char *key,
                      char day[TH_DAY_BYTES])
{
    struct th_text text;
    if (!th_node_get(post->nodes, post->index, key)) {
        return;
    }
    if (th_text_member(post->nodes, post->index, key, &text) &&
        th_books_past(books, post->line, text)) {
        memcpy(day, text.at, TH_DAY_BYTES);
    } else {
        th_fault_add_text(books->faults, TH_FAULT_POST_DAY, post->kind, post->number);
    }
}

void th_post_login(struct th_books *books, const struct th_post *post, const char *key)
{
    struct th_text login;
    if (!th_text_member(post->nodes, post->index, key, &login)) {
        th_post_fault(books, post);
    } else if (!th_text_same(login, post->line->login)) {
        th_fault_add_text(books->faults, TH_FAULT_POST_LOGIN, post->kind, post->number);
    }
}

void th_books_pend(struct th_books *books, const struct th_pending *pending)
{
    void *items = books->pending;
    if (!th_grow(&items, books->n_pending, &books->pending_room, sizeof(*books->pending))) {
        books->no_memory = true;
        return;
    }
    books->pending = items;
    books->pending[books->n_pending++] = *pending;
}

struct th_holder *th_books_holder(struct th_books *books, int64_t id)
{
    void *items = books->holders;
    bool fresh = false;
    size_t row = SIZE_MAX;
    if (th_grow(&items, books->holder_ids.n, &books->holders_room, sizeof(*books->holders))) {
        books->holders = items;
        row = th_table_id(&books->holder_ids, id, &fresh);
    }
    if (row == SIZE_MAX) {
        books->no_memory = true;
        return NULL;
    }
    if (fresh) {
        books->holders[row] = (struct th_holder){.id = id, .name = SIZE_MAX};
    }
    return &books->holders[row];
}

struct th_deal *th_books_deal(const struct th_books *books, int64_t id)
{
    size_t row = th_table_find_id(&books->deal_ids, id);
    return row != SIZE_MAX ? &books->deals[row] : NULL;
}

size_t th_books_login(struct th_books *books, struct th_text login)
{
    bool fresh = false;
    size_t row = th_table_text(&books->logins, login, &fresh);
    if (row != SIZE_MAX && fresh && !th_list_add(&books->people, sizeof(struct th_person))) {
        row = SIZE_MAX;
    }
    books->no_memory = books->no_memory || row == SIZE_MAX;
    return row;
}

size_t th_books_word(struct th_books *books, struct th_text text)
{
    bool fresh = false;
    size_t row = th_table_text(&books->words, text, &fresh);
    books->no_memory = books->no_memory || row == SIZE_MAX;
    return row != SIZE_MAX ? row + 1 : 0;
}

// What books the posts of a kind; NULL: they are rows of tables, and what they change shows in the
// other posts.
static const struct th_post_kind *find_how(struct th_text name)
{
    static const struct th_post_kind *const KINDS[] = {
        th_posts_of_units,     th_posts_of_money,         th_posts_of_deals,
        th_posts_of_locks,     th_posts_of_receipts,      th_posts_of_people,
        th_posts_of_revenue,   th_posts_of_sharing,       th_posts_of_pools,
        th_posts_of_terms,     th_posts_of_loans,         th_posts_of_payments,
        th_posts_of_orders,    th_posts_of_beneficiaries, th_posts_of_packages,
        th_posts_of_forecasts, th_posts_of_rows};
    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
        for (const struct th_post_kind *kind = KINDS[i]; kind->book; kind++) {
            if (th_text_same(name, kind->name)) {
                return kind;
            }
        }
    }
    return NULL;
}

// NULL without memory.
static struct th_kind *find_kind(struct th_books *books, struct th_text name)
{
    bool fresh = false;
    size_t row = th_table_text(&books->kinds, name, &fresh);
    if (row != SIZE_MAX && fresh) {
        struct th_kind *kind = th_list_add(&books->kinds_rules, sizeof(*kind));
        if (kind) {
            kind->roles = th_book_post_roles(name);
            kind->how = find_how(name);
            th_book_find_told(name, kind);
        }
    }
    struct th_kind *kinds = books->kinds_rules.items;
    if (row >= books->kinds_rules.n) {
        books->no_memory = true;
        return NULL;
    }
    return &kinds[row];
}

static void book_post(struct th_books *books, const struct th_post *post)
{
    struct th_kind *kind = find_kind(books, post->kind);
    books->n_posts++;
    if (!kind) {
        return;
    }
    kind->n++;
    th_book_may_post(books, post->line, kind->roles);
    th_book_told(books, post, kind);
    if (kind->how && (kind->how->in_part || !books->partial)) {
        kind->how->book(books, post);
    }
}

static void book_posts(struct th_books *books, const struct th_line *line,
                       const struct th_node *nodes, size_t list)
{
    struct th_post post = {.line = line, .nodes = nodes};
    if (nodes[list].type != TH_NODE_LIST) {
        th_post_fault(books, &post);
        return;
    }
    for (size_t i = list + 1; i < nodes[list].next; i = nodes[i].next) {
        post.index = i;
        post.number++;
        post.kind = (struct th_text){.size = 0};
        if (th_text_member(nodes, i, "post", &post.kind)) {
            book_post(books, &post);
        } else {
            th_post_fault(books, &post);
        }
    }
}

static void settle_issuance(struct th_books *books, const struct th_pending *pending)
{
    const struct th_issuance *issuance = th_units_issuance(&books->units, pending->id);
    if (!issuance || issuance->vintage_seq != books->faults->seq) {
        th_fault_add(books->faults, TH_FAULT_UNITS_ISSUE, pending->number, 0, 0);
    }
}

static void settle_run(struct th_books *books, const struct th_pending *pending)
{
    struct th_run *run = th_books_run(books, pending->id);
    if (!run) {
        th_fault_add(books->faults, TH_FAULT_RUN_UNKNOWN, pending->id, 0, 0);
    } else if (pending->what == TH_PENDING_RUN) {
        th_money_settle_run(books, run);
    } else {
        th_money_settle_payment(books, run, pending);
    }
}

static void settle_decision(struct th_books *books, int64_t deal_id)
{
    struct th_deal *deal = th_books_deal(books, deal_id);
    if (deal) {
        th_book_settle_retired(books, deal);
        th_book_settle_losses(books, deal);
        th_book_settle_moves(books, deal);
        th_money_settle_decision(books, deal);
    }
}

static void settle_pending(struct th_books *books, const struct th_pending *pending)
{
    switch (pending->what) {
    case TH_PENDING_ISSUANCE:
        settle_issuance(books, pending);
        break;
    case TH_PENDING_APPROVAL:
        th_book_settle_deal(books, pending);
        break;
    case TH_PENDING_DECISION:
        settle_decision(books, pending->id);
        break;
    case TH_PENDING_RECEIPT:
        th_money_settle_receipt(books, pending);
        break;
    case TH_PENDING_RECEIPT_BACK:
        th_money_settle_receipt_back(books, pending);
        break;
    case TH_PENDING_LOAN:
        th_money_settle_loan(books, pending);
        break;
    case TH_PENDING_LOAN_BACK:
        th_money_settle_loan_back(books, pending);
        break;
    case TH_PENDING_SALE:
        th_book_settle_sale(books, pending);
        break;
    case TH_PENDING_POOL:
        th_book_settle_pool(books, pending);
        break;
    case TH_PENDING_SCHEDULE:
        th_book_settle_schedule(books, pending);
        break;
    case TH_PENDING_TERM:
        th_book_settle_term(books, pending);
        break;
    case TH_PENDING_LOCK:
        th_book_settle_lock(books, pending);
        break;
    case TH_PENDING_DEBT:
        th_book_settle_debt(books, pending);
        break;
    case TH_PENDING_MESSAGE:
        th_book_settle_message(books, pending);
        break;
    case TH_PENDING_FORECAST:
        th_book_settle_forecast(books, pending);
        break;
    case TH_PENDING_REVIEW:
        th_book_settle_review(books, pending);
        break;
    case TH_PENDING_PAYMENT:
    case TH_PENDING_RUN:
        settle_run(books, pending);
        break;
    }
}

static void settle(struct th_books *books)
{
    int64_t sum_t = 0;
    for (int i = 0; i < TH_ACCOUNTS; i++) {
        if (books->legs_fen[i] != 0) {
            th_fault_add_text(
                books->faults, TH_FAULT_MONEY_BALANCE,
                (struct th_text){.at = th_account_names[i], .size = strlen(th_account_names[i])},
                books->legs_fen[i]);
        }
    }
    for (size_t i = 0; i < books->n_pending; i++) {
        settle_pending(books, &books->pending[i]);
    }
    if (!books->partial) {
        th_book_settle_stock(books);
        th_money_compare(books);
    }
    if (books->legs_beyond) {
        th_fault_add(books->faults, TH_FAULT_MONEY_RANGE, 0, 0, 0);
    }
    for (int i = 0; i < TH_UNIT_STATES; i++) {
        sum_t += books->units_t[i];
    }
    if (sum_t != books->issued_t) {
        th_fault_add(books->faults, TH_FAULT_UNITS_SUM, sum_t, books->issued_t, 0);
    }
}

void *th_books_row(struct th_books *books, struct th_table *ids, struct th_list *list, size_t size,
                   int64_t id, bool *ret_fresh)
{
    size_t row = th_table_id(ids, id, ret_fresh);
    if (row != SIZE_MAX && *ret_fresh && !th_list_add(list, size)) {
        row = SIZE_MAX;
    }
    books->no_memory = books->no_memory || row == SIZE_MAX;
    return row != SIZE_MAX ? (char *)list->items + row * size : NULL;
}

size_t th_books_joined(struct th_books *books, struct th_table *table, struct th_text first,
                       struct th_text second, bool *ret_fresh)
{
    size_t row = SIZE_MAX;
    size_t size = first.size + 1 + second.size;
    char *both = malloc(size);
    if (both) {
        memcpy(both, first.at, first.size);
        both[first.size] = '\n';
        memcpy(both + first.size + 1, second.at, second.size);
        row = th_table_text(table, (struct th_text){.at = both, .size = size}, ret_fresh);
        free(both);
    }
    books->no_memory = books->no_memory || row == SIZE_MAX;
    return row;
}

// One key acts once for a login.
static void book_key(struct th_books *books, const struct th_line *line,
                     const struct th_node *nodes)
{
    const struct th_node *idempotency = th_node_get(nodes, line->first_node, "idempotency");
    struct th_text key;
    bool fresh = true;
    if (!idempotency) {
        return;
    }
    if (!th_text_member(nodes, (size_t)(idempotency - nodes), "key", &key)) {
        struct th_post post = {.line = line, .kind = {.at = "idempotency", .size = 11}};
        th_post_fault(books, &post);
        return;
    }
    if (th_books_joined(books, &books->keys, line->login, key, &fresh) != SIZE_MAX && !fresh) {
        th_fault_add_text(books->faults, TH_FAULT_KEY_USED, key, 0);
    }
}

// What an entry says beside its posts, before they are booked.
static void book_facts(struct th_books *books, const struct th_line *line,
                       const struct th_node *nodes)
{
    th_book_person(books, line, nodes);
    th_book_may(books, line);
    if (th_text_is(line->entry_kind, "party.add")) {
        th_book_party(books, nodes, line->first_node);
    }
    if (th_text_is(line->entry_kind, "village.add") ||
        th_text_is(line->entry_kind, "village.import")) {
        th_book_villages(books, line, nodes);
    }
    if (th_text_is(line->entry_kind, "rule.set")) {
        th_book_rule(books, line, nodes);
    }
    if (!books->partial) {
        th_book_resend(books, line, nodes);
        th_book_package(books, line, nodes);
    }
}

void th_books_entry(struct th_books *books, const struct th_line *line, const struct th_node *nodes)
{
    memset(books->legs_fen, 0, sizeof(books->legs_fen));
    books->legs_beyond = false;
    books->n_pending = 0;
    books->moved.n = 0;
    books->pool_moves.n = 0;
    books->next_told = 0;
    th_money_begin(books);
    books->issuing = 0;
    books->actor = th_books_login(books, line->login);
    if (!line->kept) {
        th_book_may(books, line);
        return;
    }
    const struct th_node *posts = th_node_get(nodes, line->first_node, "posts");
    book_key(books, line, nodes);
    book_facts(books, line, nodes);
    if (posts) {
        book_posts(books, line, nodes, (size_t)(posts - nodes));
    }
    if (th_text_is(line->entry_kind, "package.issue") && !books->partial) {
        th_book_issue(books, line, nodes);
    }
    settle(books);
}

struct recount {
    struct th_books *books;
    int64_t issued;
};

static void count_range(void *context, const struct th_range *range)
{
    struct recount *recount = context;
    struct th_holder *holder = th_books_holder(recount->books, range->place.owner);
    if (holder && range->first == recount->issued + 1 && range->last >= range->first) {
        holder->recount_t[range->place.state] += range->last - range->first + 1;
        recount->issued = range->last;
    }
}

void th_books_recount(struct th_books *books)
{
    for (size_t i = 0; i < books->units.ids.n; i++) {
        const struct th_issuance *issuance = &books->units.issuances[i];
        struct recount recount = {.books = books};
        th_units_each(issuance, count_range, &recount);
        if (recount.issued != issuance->issued) {
            th_fault_add(books->faults, TH_FAULT_UNITS_SUM, recount.issued, issuance->issued, 0);
        }
    }
    for (size_t i = 0; i < books->holder_ids.n; i++) {
        const struct th_holder *holder = &books->holders[i];
        for (int k = 0; k < TH_UNIT_STATES; k++) {
            if (holder->units_t[k] != holder->recount_t[k]) {
                th_fault_add(books->faults, TH_FAULT_UNITS_SUM, holder->units_t[k],
                             holder->recount_t[k], 0);
            }
        }
    }
}
