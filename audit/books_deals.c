// Posts of money, trades and receipts, and the steps of packages.
#include <string.h>

#include "audit/books_internal.h"
#include "audit/check.h"

const char *const th_account_names[TH_ACCOUNTS] = {"claim", "cash"};

// Receipts and cash of a trade are summed entry by entry.
static void touch(struct th_books *books, struct th_deal *deal)
{
    if (deal->touched_seq != books->faults->seq) {
        deal->touched_seq = books->faults->seq;
        deal->receipt_fen = 0;
        deal->cash_fen = 0;
    }
}

void th_book_money(struct th_books *books, const struct th_post *post)
{
    int64_t party = 0;
    int64_t amount_fen = 0;
    int64_t trade_id = 0;
    struct th_text account;
    struct th_text text;
    const struct th_node *trade = th_node_get(post->nodes, post->index, "trade");
    if (th_node_count(post->nodes, post->index) != (trade ? 7U : 6U) ||
        !th_member_int(post->nodes, post->index, "party", 1, &party) ||
        !th_member_int(post->nodes, post->index, "amount_fen", INT64_MIN, &amount_fen) ||
        amount_fen == 0 || !th_text_member(post->nodes, post->index, "account", &account) ||
        !th_text_member(post->nodes, post->index, "on", &text) || text.size != TH_DAY_BYTES ||
        !th_text_member(post->nodes, post->index, "memo", &text) ||
        (trade && !th_member_int(post->nodes, post->index, "trade", 1, &trade_id))) {
        th_post_fault(books, post);
        return;
    }
    int i = 0;
    while (i < TH_ACCOUNTS && !th_text_is(account, th_account_names[i])) {
        i++;
    }
    struct th_holder *holder = i < TH_ACCOUNTS ? th_books_holder(books, party) : NULL;
    struct th_deal *deal = trade_id != 0 ? th_books_deal(books, trade_id) : NULL;
    if (i == TH_ACCOUNTS) {
        th_post_fault(books, post);
        return;
    }
    if (!th_sum(&books->legs_fen[i], amount_fen) ||
        (holder && !th_sum(&holder->money_fen[i], amount_fen))) {
        books->legs_beyond = true;
    }
    if (trade_id != 0 && !deal && !books->partial) {
        th_fault_add(books->faults, TH_FAULT_TRADE_UNKNOWN, trade_id, 0, 0);
    }
    if (deal && i == TH_ACCOUNT_CASH && amount_fen > 0) {
        touch(books, deal);
        books->legs_beyond = !th_sum(&deal->cash_fen, amount_fen) || books->legs_beyond;
    }
}

void th_book_trade(struct th_books *books, const struct th_post *post)
{
    struct th_deal deal = {.state = TH_TRADE_PROPOSED};
    struct th_text state;
    struct th_text proposer;
    bool fresh = false;
    if (!th_member_int(post->nodes, post->index, "trade_id", 1, &deal.id) ||
        !th_member_int(post->nodes, post->index, "tonnes", 0, &deal.tonnes_t) ||
        !th_member_int(post->nodes, post->index, "amount_fen", 0, &deal.amount_fen) ||
        !th_text_member(post->nodes, post->index, "state", &state) ||
        !th_text_is(state, "proposed") ||
        !th_text_member(post->nodes, post->index, "proposed_by", &proposer)) {
        th_post_fault(books, post);
        return;
    }
    if (!th_text_same(proposer, post->line->login)) {
        th_fault_add(books->faults, TH_FAULT_TRADE_PROPOSER, deal.id, 0, 0);
    }
    if (books->partial) {
        return;
    }
    void *items = books->deals;
    if (!th_grow(&items, books->deal_ids.n, &books->deals_room, sizeof(*books->deals))) {
        books->no_memory = true;
        return;
    }
    books->deals = items;
    deal.proposer = th_books_login(books, proposer);
    size_t row = th_table_id(&books->deal_ids, deal.id, &fresh);
    if (row == SIZE_MAX) {
        books->no_memory = true;
    } else if (fresh) {
        books->deals[row] = deal;
    } else {
        th_fault_add(books->faults, TH_FAULT_TRADE_AGAIN, deal.id, 0, 0);
    }
}

static bool read_state(struct th_text text, enum th_trade_state *ret_state)
{
    if (th_text_is(text, "approved")) {
        *ret_state = TH_TRADE_APPROVED;
    } else if (th_text_is(text, "rejected")) {
        *ret_state = TH_TRADE_REJECTED;
    } else if (th_text_is(text, "expired")) {
        *ret_state = TH_TRADE_EXPIRED;
    } else {
        return false;
    }
    return true;
}

// CNY as "100" or "99.5" in fen; what is smaller than a fen does not count. -1 for anything else.
static int64_t read_cny(struct th_text text)
{
    enum { FEN_DIGITS = 2, DIGITS_MAX = 15 };
    int64_t fen = 0;
    int n_behind = -1; // digits behind the point; -1: before it
    if (text.size == 0 || text.size > DIGITS_MAX) {
        return -1;
    }
    for (size_t i = 0; i < text.size; i++) {
        if (text.at[i] == '.' && n_behind < 0) {
            n_behind = 0;
        } else if (text.at[i] < '0' || text.at[i] > '9') {
            return -1;
        } else if (n_behind < FEN_DIGITS) {
            fen = fen * 10 + text.at[i] - '0';
            n_behind += n_behind >= 0;
        }
    }
    for (n_behind = n_behind < 0 ? 0 : n_behind; n_behind < FEN_DIGITS; n_behind++) {
        fen *= 10;
    }
    return fen;
}

void th_book_rule(struct th_books *books, const struct th_line *line, const struct th_node *nodes)
{
    struct th_alone_rule rule = {.id = 0};
    struct th_text name;
    struct th_text value;
    struct th_text since;
    void *items = books->alone;
    if (!th_text_member(nodes, line->first_node, "name", &name) ||
        !th_text_is(name, "deal_alone_cny") ||
        !th_member_int(nodes, line->first_node, "rule_id", 1, &rule.id) ||
        !th_text_member(nodes, line->first_node, "value", &value) ||
        !th_text_member(nodes, line->first_node, "since", &since) || since.size != TH_DAY_BYTES) {
        return;
    }
    if (!th_grow(&items, books->n_alone, &books->alone_room, sizeof(*books->alone))) {
        books->no_memory = true;
        return;
    }
    rule.amount_fen = read_cny(value);
    memcpy(rule.since, since.at, TH_DAY_BYTES);
    books->alone = items;
    books->alone[books->n_alone++] = rule;
}

// Does the decision name a rule of the county that held on its day and covers the amount?
static bool may_decide_alone(const struct th_books *books, const struct th_post *post,
                             const struct th_deal *deal)
{
    char day[TH_DAY_BYTES + 1];
    int64_t rule_id = 0;
    if (!th_member_int(post->nodes, post->index, "alone_rule_id", 1, &rule_id)) {
        return false;
    }
    th_check_day_format(th_check_day(post->line->at_utc), day);
    for (size_t i = 0; i < books->n_alone; i++) {
        const struct th_alone_rule *rule = &books->alone[i];
        if (rule->id == rule_id) {
            return memcmp(rule->since, day, TH_DAY_BYTES) <= 0 && deal->amount_fen > 0 &&
                   deal->amount_fen <= rule->amount_fen;
        }
    }
    return false;
}

// Nobody decides that a proposal expired: its day has passed.
void th_book_decision(struct th_books *books, const struct th_post *post)
{
    int64_t id = 0;
    struct th_text text;
    struct th_text decider = {.size = 0};
    enum th_trade_state state = TH_TRADE_EXPIRED;
    const struct th_node *by = th_node_get(post->nodes, post->index, "decided_by");
    if (!th_member_int(post->nodes, post->index, "trade_id", 1, &id) ||
        !th_text_member(post->nodes, post->index, "state", &text) || !read_state(text, &state) ||
        (by && by->type != TH_NODE_NULL) == (state == TH_TRADE_EXPIRED) ||
        (state != TH_TRADE_EXPIRED &&
         !th_text_member(post->nodes, post->index, "decided_by", &decider))) {
        th_post_fault(books, post);
        return;
    }
    if (state != TH_TRADE_EXPIRED && !th_text_same(decider, post->line->login)) {
        th_fault_add(books->faults, TH_FAULT_TRADE_DECIDER, id, 0, 0);
    }
    if (books->partial) {
        return;
    }
    struct th_deal *deal = th_books_deal(books, id);
    if (!deal) {
        th_fault_add(books->faults, TH_FAULT_TRADE_UNKNOWN, id, 0, 0);
        return;
    }
    if (deal->state != TH_TRADE_PROPOSED) {
        th_fault_add(books->faults, TH_FAULT_TRADE_DECIDED, id, 0, 0);
        return;
    }
    deal->state = state;
    if (state == TH_TRADE_APPROVED && th_books_login(books, decider) == deal->proposer &&
        !may_decide_alone(books, post, deal)) {
        th_fault_add_text(books->faults, TH_FAULT_TRADE_SELF, decider, id);
    }
}

void th_book_receipt(struct th_books *books, const struct th_post *post)
{
    int64_t id = 0;
    int64_t trade_id = 0;
    int64_t amount_fen = 0;
    bool fresh = false;
    if (!th_member_int(post->nodes, post->index, "receipt_id", 1, &id) ||
        !th_member_int(post->nodes, post->index, "trade_id", 1, &trade_id) ||
        !th_member_int(post->nodes, post->index, "amount_fen", 1, &amount_fen)) {
        th_post_fault(books, post);
        return;
    }
    if (books->partial) {
        return;
    }
    if (th_table_id(&books->receipt_ids, id, &fresh) == SIZE_MAX) {
        books->no_memory = true;
        return;
    }
    if (!fresh) {
        th_fault_add(books->faults, TH_FAULT_RECEIPT_AGAIN, id, 0, 0);
    }
    struct th_deal *deal = th_books_deal(books, trade_id);
    if (!deal) {
        th_fault_add(books->faults, TH_FAULT_TRADE_UNKNOWN, trade_id, 0, 0);
        return;
    }
    touch(books, deal);
    if (!th_sum(&deal->received_fen, amount_fen) || !th_sum(&deal->receipt_fen, amount_fen)) {
        books->legs_beyond = true;
    } else if (deal->received_fen > deal->amount_fen) {
        th_fault_add(books->faults, TH_FAULT_RECEIPT_EXCESS, trade_id, deal->received_fen,
                     deal->amount_fen);
    }
    th_books_pend(books, &(struct th_pending){
                             .what = TH_PENDING_RECEIPT, .id = trade_id, .number = post->number});
}

void th_book_reversal(struct th_books *books, const struct th_post *post)
{
    int64_t id = 0;
    if (!th_member_int(post->nodes, post->index, "trade_id", 1, &id)) {
        th_post_fault(books, post);
        return;
    }
    struct th_deal *deal = th_books_deal(books, id);
    if (deal) {
        deal->reversal = true;
    } else if (!books->partial) {
        th_fault_add(books->faults, TH_FAULT_TRADE_UNKNOWN, id, 0, 0);
    }
}

void th_book_debt(struct th_books *books, const struct th_post *post)
{
    int64_t id = 0;
    int64_t party = 0;
    int64_t owed_t = 0;
    if (!th_member_int(post->nodes, post->index, "trade_id", 1, &id) ||
        !th_member_int(post->nodes, post->index, "party_id", 1, &party) ||
        !th_member_int(post->nodes, post->index, "owed_t", 1, &owed_t)) {
        th_post_fault(books, post);
        return;
    }
    if (books->partial) {
        return;
    }
    struct th_deal *deal = th_books_deal(books, id);
    if (!deal) {
        th_fault_add(books->faults, TH_FAULT_TRADE_UNKNOWN, id, 0, 0);
        return;
    }
    books->legs_beyond = !th_sum(&deal->owed_t, owed_t) || books->legs_beyond;
    th_books_pend(
        books, &(struct th_pending){.what = TH_PENDING_APPROVAL, .id = id, .number = post->number});
}

void th_book_settle_deal(struct th_books *books, const struct th_pending *pending)
{
    const struct th_deal *deal = th_books_deal(books, pending->id);
    if (!deal) {
        return;
    }
    if (pending->what == TH_PENDING_APPROVAL) {
        if (deal->state != TH_TRADE_APPROVED) {
            th_fault_add(books->faults, TH_FAULT_UNITS_UNAPPROVED, pending->number, 0, 0);
        } else if (deal->reversal && deal->tonnes_t - deal->moved_t != deal->owed_t) {
            th_fault_add(books->faults, TH_FAULT_REVERSAL_SUM, deal->id, deal->moved_t,
                         deal->tonnes_t);
        } else if (deal->moved_t > deal->tonnes_t) {
            th_fault_add(books->faults, TH_FAULT_UNITS_TOO_MANY, deal->id, deal->moved_t,
                         deal->tonnes_t);
        }
    } else if (deal->receipt_fen != deal->cash_fen) {
        th_fault_add(books->faults, TH_FAULT_RECEIPT_CASH, deal->id, deal->receipt_fen,
                     deal->cash_fen);
    }
}

static struct th_package_steps *find_package(struct th_books *books, int64_t id)
{
    void *items = books->packages;
    bool fresh = false;
    size_t row = SIZE_MAX;
    if (th_grow(&items, books->package_ids.n, &books->packages_room, sizeof(*books->packages))) {
        books->packages = items;
        row = th_table_id(&books->package_ids, id, &fresh);
    }
    if (row == SIZE_MAX) {
        books->no_memory = true;
        return NULL;
    }
    if (fresh) {
        books->packages[row] = (struct th_package_steps){
            .id = id, .created_by = SIZE_MAX, .submitted_by = SIZE_MAX, .verified_by = SIZE_MAX};
    }
    return &books->packages[row];
}

// Who made or submitted a package does not verify it; none of them issues it.
void th_book_package(struct th_books *books, const struct th_line *line,
                     const struct th_node *nodes)
{
    int64_t id = 0;
    bool verify = th_text_is(line->entry_kind, "package.verify");
    bool issue = th_text_is(line->entry_kind, "package.issue");
    bool create = th_text_is(line->entry_kind, "package.create");
    if ((!verify && !issue && !create && !th_text_is(line->entry_kind, "package.submit")) ||
        !th_member_int(nodes, line->first_node, "package_id", 1, &id)) {
        return;
    }
    struct th_package_steps *package = find_package(books, id);
    size_t login = th_books_login(books, line->login);
    if (!package || login == SIZE_MAX) {
        return;
    }
    if (create) {
        package->created_by = login;
        return;
    }
    if (!verify && !issue) {
        package->submitted_by = login;
        return;
    }
    if (login == package->created_by || login == package->submitted_by ||
        (issue && login == package->verified_by)) {
        th_fault_add_text(books->faults, TH_FAULT_PACKAGE_SELF, line->login, id);
    }
    if (verify) {
        package->verified_by = login;
        return;
    }
    if (package->issued) {
        th_fault_add(books->faults, TH_FAULT_PACKAGE_AGAIN, id, 0, 0);
    }
    package->issued = true;
}
