// Posts of money, trades and receipts.
#include <string.h>

#include "audit/books_internal.h"
#include "audit/check.h"

static enum th_deal_kind read_kind(const struct th_post *post)
{
    static const char *const KINDS[TH_DEAL_KINDS] = {[TH_DEAL_OTHER] = "",
                                                     [TH_DEAL_PURCHASE] = "purchase",
                                                     [TH_DEAL_RESALE] = "resale",
                                                     [TH_DEAL_ACCEPTANCE] = "acceptance",
                                                     [TH_DEAL_DELIVERY] = "delivery",
                                                     [TH_DEAL_EXERCISE] = "exercise",
                                                     [TH_DEAL_ENFORCEMENT] = "enforcement",
                                                     [TH_DEAL_OPTION] = "option",
                                                     [TH_DEAL_SUBSCRIPTION] = "subscription",
                                                     [TH_DEAL_FORWARD] = "forward",
                                                     [TH_DEAL_CORRECTION] = "correction",
                                                     [TH_DEAL_PLEDGE] = "pledge",
                                                     [TH_DEAL_LISTING] = "listing",
                                                     [TH_DEAL_REVERSAL] = "reversal",
                                                     [TH_DEAL_TRANSFER] = "transfer",
                                                     [TH_DEAL_RETIREMENT] = "retirement",
                                                     [TH_DEAL_CANCELLATION] = "cancellation",
                                                     [TH_DEAL_RELEASE] = "release"};
    struct th_text kind;
    if (th_text_member(post->nodes, post->index, "kind", &kind)) {
        for (int i = TH_DEAL_OTHER + 1; i < TH_DEAL_KINDS; i++) {
            if (th_text_is(kind, KINDS[i])) {
                return (enum th_deal_kind)i;
            }
        }
    }
    return TH_DEAL_OTHER;
}

struct th_deal *th_post_deal(struct th_books *books, const struct th_post *post, const char *key)
{
    int64_t id = 0;
    if (!th_member_int(post->nodes, post->index, key, 1, &id)) {
        th_post_fault(books, post);
        return NULL;
    }
    struct th_deal *deal = th_books_deal(books, id);
    if (!deal) {
        th_fault_add(books->faults, TH_FAULT_TRADE_UNKNOWN, id, 0, 0);
    }
    return deal;
}

void th_post_copy_day(const struct th_post *post, const char *key, char day[TH_DAY_BYTES])
{
    struct th_text text;
    if (th_text_member(post->nodes, post->index, key, &text) && text.size == TH_DAY_BYTES) {
        memcpy(day, text.at, TH_DAY_BYTES);
    }
}

// What a deal may leave out.
static void read_terms(const struct th_post *post, struct th_deal *deal)
{
    (void)th_member_int(post->nodes, post->index, "tax_fen", 0, &deal->tax_fen);
    (void)th_member_int(post->nodes, post->index, "seller_id", 1, &deal->seller);
    (void)th_member_int(post->nodes, post->index, "buyer_id", 1, &deal->buyer);
    (void)th_member_int(post->nodes, post->index, "of_trade_id", 1, &deal->of);
    if (!th_member_int(post->nodes, post->index, "price_fen", 0, &deal->price_fen)) {
        deal->price_fen = -1;
    }
    th_post_copy_day(post, "expires_on", deal->expires_on);
}

// What only officers propose and decide.
static bool is_of_officers(const struct th_post *post)
{
    struct th_text kind;
    return th_text_member(post->nodes, post->index, "kind", &kind) && th_text_is(kind, "reversal");
}

static void check_party(struct th_books *books, int64_t party)
{
    if (party != 0) {
        (void)th_books_party(books, party);
    }
}

// Is it the county's to carry out, whatever logins the parties have: units that were pledged for a
// loan which is repaid?
static bool is_due(const struct th_books *books, const struct th_deal *deal)
{
    const struct th_deal *of =
        deal->kind == TH_DEAL_RELEASE ? th_books_deal(books, deal->of) : NULL;
    return of && th_book_repaid(books, of);
}

// For whom an officer proposes a deal: who gives, or to whom the earlier deal gave a right, where
// that one has no login; of what a pledgee does nobody else.
static int64_t proposing_side(struct th_books *books, const struct th_deal *deal)
{
    bool by_pledgee = deal->kind == TH_DEAL_RELEASE || deal->kind == TH_DEAL_ENFORCEMENT;
    bool demands = by_pledgee || deal->kind == TH_DEAL_DELIVERY || deal->kind == TH_DEAL_EXERCISE;
    const struct th_deal *of = demands ? th_books_deal(books, deal->of) : NULL;
    return of && (by_pledgee || !th_book_has_login(books, of->buyer)) ? of->buyer : deal->seller;
}

// People find a deal by what its entries say they are about: "trade:7".
static void check_subject(struct th_books *books, const struct th_post *post, int64_t deal_id)
{
    static const struct th_text PREFIX = TH_TEXT("trade:");
    struct th_text subject = post->line->subject;
    int64_t id = 0;
    size_t i = PREFIX.size;
    bool named = subject.size > i && memcmp(subject.at, PREFIX.at, i) == 0 && subject.at[i] != '0';
    for (; named && i < subject.size; i++) {
        int digit = subject.at[i] - '0';
        named = digit >= 0 && digit <= 9 && id <= (INT64_MAX - digit) / 10;
        id = named ? id * 10 + digit : 0;
    }
    if (!named || id != deal_id) {
        th_fault_add_text(books->faults, TH_FAULT_POST_SUBJECT, post->kind, post->number);
    }
}

static int64_t party_of(const struct th_books *books, size_t login)
{
    const struct th_person *person = th_books_person(books, login);
    return person ? person->party : 0;
}

// What a holder exercises in time waits until it is decided.
static void check_last_day(struct th_books *books, const struct th_post *post, struct th_deal *deal)
{
    char day[TH_DAY_BYTES + 1];
    const struct th_deal *of =
        deal->kind == TH_DEAL_EXERCISE ? th_books_deal(books, deal->of) : NULL;
    th_check_day_format(th_check_day(post->line->at_utc), day);
    deal->in_time = of && memcmp(day, deal->on_date, TH_DAY_BYTES) == 0;
    if (deal->in_time && party_of(books, deal->proposer) == of->buyer &&
        deal->expires_on[0] != '\0') {
        th_fault_add(books->faults, TH_FAULT_RIGHT_LIMITED, deal->id, 0, 0);
    }
}

// Neither who wrote the option ends what is exercised in time, nor who has no part in it.
static void check_rejecter(struct th_books *books, const struct th_post *post,
                           const struct th_deal *deal)
{
    const struct th_deal *of = deal->in_time ? th_books_deal(books, deal->of) : NULL;
    int64_t party = party_of(books, books->actor);
    if (of && !th_book_officer(books, books->actor) && party != of->buyer &&
        party != party_of(books, deal->proposer)) {
        th_fault_add_text(books->faults, TH_FAULT_RIGHT_ENDED, post->line->login, deal->id);
    }
}

static void book_trade(struct th_books *books, const struct th_post *post)
{
    struct th_deal deal = {.state = TH_TRADE_PROPOSED};
    struct th_text state;
    bool fresh = false;
    if (!th_member_int(post->nodes, post->index, "trade_id", 1, &deal.id) ||
        !th_member_int(post->nodes, post->index, "tonnes", 0, &deal.tonnes_t) ||
        !th_member_int(post->nodes, post->index, "amount_fen", 0, &deal.amount_fen) ||
        !th_text_member(post->nodes, post->index, "state", &state) ||
        !th_text_is(state, "proposed")) {
        th_post_fault(books, post);
        return;
    }
    th_post_login(books, post, "proposed_by");
    check_subject(books, post, deal.id);
    if (books->partial) {
        return;
    }
    void *items = books->deals;
    if (!th_grow(&items, books->deal_ids.n, &books->deals_room, sizeof(*books->deals))) {
        books->no_memory = true;
        return;
    }
    books->deals = items;
    deal.proposer = books->actor;
    deal.kind = read_kind(post);
    if (deal.kind == TH_DEAL_OTHER) {
        th_post_fault(books, post);
    }
    deal.stood_in = th_book_officer(books, books->actor) && !is_of_officers(post);
    read_terms(post, &deal);
    th_post_past_day(books, post, "on_date", deal.on_date);
    check_last_day(books, post, &deal);
    check_party(books, deal.seller);
    check_party(books, deal.buyer);
    if (deal.stood_in && !is_due(books, &deal)) {
        th_book_stand_in(books, post, &deal, proposing_side(books, &deal));
    }
    size_t row = th_table_id(&books->deal_ids, deal.id, &fresh);
    if (row == SIZE_MAX) {
        books->no_memory = true;
    } else if (fresh) {
        books->deals[row] = deal;
        th_book_retirement(books, post, &books->deals[row]);
        th_book_agreed(books, post, &books->deals[row]);
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

// What the actor of the entry decided alone on its day, this amount included; -1 beyond counting.
static int64_t count_alone(struct th_books *books, int64_t day, int64_t amount_fen)
{
    struct th_person *person = th_books_person(books, books->actor);
    if (!person) {
        return amount_fen;
    }
    if (person->alone_day != day) {
        person->alone_day = day;
        person->alone_fen = 0;
    }
    return th_sum(&person->alone_fen, amount_fen) ? person->alone_fen : -1;
}

// The rule about deciding alone that is in force on a day: the one that began last, of several the
// one that was set last. NULL: none.
static const struct th_alone_rule *alone_rule(const struct th_books *books,
                                              const char day[TH_DAY_BYTES])
{
    const struct th_alone_rule *found = NULL;
    for (size_t i = 0; i < books->n_alone; i++) {
        const struct th_alone_rule *rule = &books->alone[i];
        int order = found ? memcmp(rule->since, found->since, TH_DAY_BYTES) : 1;
        if (memcmp(rule->since, day, TH_DAY_BYTES) <= 0 &&
            (order > 0 || (order == 0 && rule->id > found->id))) {
            found = rule;
        }
    }
    return found;
}

bool th_book_alone(struct th_books *books, const struct th_post *post, int64_t amount_fen)
{
    char day[TH_DAY_BYTES + 1];
    int64_t rule_id = 0;
    if (!th_member_int(post->nodes, post->index, "alone_rule_id", 1, &rule_id) || amount_fen <= 0) {
        return false;
    }
    int64_t sum_fen = count_alone(books, th_check_day(post->line->at_utc), amount_fen);
    th_check_day_format(th_check_day(post->line->at_utc), day);
    const struct th_alone_rule *rule = alone_rule(books, day);
    return rule && rule->id == rule_id && sum_fen > 0 && sum_fen <= rule->amount_fen;
}

// Was the decision made behind the last day on which the proposal was open?
static bool is_late(const struct th_post *post, const struct th_deal *deal)
{
    char day[TH_DAY_BYTES + 1];
    th_check_day_format(th_check_day(post->line->at_utc), day);
    return deal->expires_on[0] != '\0' && memcmp(day, deal->expires_on, TH_DAY_BYTES) > 0;
}

// The promise or pledge of which a deal hands over, sells or gives up tonnes; NULL: of none.
static struct th_deal *promise_of(struct th_books *books, const struct th_deal *deal)
{
    static const bool TAKES[TH_DEAL_KINDS] = {[TH_DEAL_DELIVERY] = true,
                                              [TH_DEAL_EXERCISE] = true,
                                              [TH_DEAL_RELEASE] = true,
                                              [TH_DEAL_ENFORCEMENT] = true};
    return TAKES[deal->kind] ? th_books_deal(books, deal->of) : NULL;
}

// A pledge may be for more than was there to be locked.
static int64_t promised_t(const struct th_deal *promise)
{
    return promise->pledged_t > promise->tonnes_t ? promise->pledged_t : promise->tonnes_t;
}

// No more of a promise is delivered or given up than it has.
static void count_delivery(struct th_books *books, const struct th_deal *delivery)
{
    struct th_deal *promise = promise_of(books, delivery);
    if (promise &&
        (!th_sum(&promise->gone_t, delivery->tonnes_t) ||
         !th_sum(&promise->gone_t, delivery->refund_t) || promise->gone_t > promised_t(promise))) {
        th_fault_add(books->faults, TH_FAULT_PROMISE_TONNES, promise->id, promise->gone_t,
                     promised_t(promise));
    }
}

// What came for a delivery that is taken back is owed back, and may be paid ahead once more; its
// tonnes are still to come.
static void take_back(struct th_books *books, const struct th_deal *correction)
{
    struct th_deal *delivery = th_books_deal(books, correction->of);
    struct th_deal *promise = delivery ? promise_of(books, delivery) : NULL;
    if (delivery) {
        delivery->taken_back = true;
        th_book_unshared(books, delivery);
    }
    if (promise && (!th_sum(&promise->gone_t, -delivery->tonnes_t) ||
                    !th_sum(&promise->gone_t, -delivery->refund_t) ||
                    !th_sum(&promise->again_fen, delivery->received_fen))) {
        books->legs_beyond = true;
    }
}

// One person alone gives away what is his own side's, never what is somebody else's, up to the
// county's amount, of which a low price hides nothing; and takes nothing back.
static bool may_alone(struct th_books *books, const struct th_post *post,
                      const struct th_deal *deal)
{
    const struct th_deal_line *lines = books->revenue.lines.items;
    int64_t cost_fen = 0;
    for (size_t i = deal->lines; i != 0; i = lines[i - 1].next) {
        if (!th_sum(&cost_fen, lines[i - 1].cost_fen)) {
            return false;
        }
    }
    return deal->kind != TH_DEAL_CORRECTION && deal->amount_fen > 0 &&
           th_book_speaks(books, deal->seller) &&
           th_book_alone(books, post, cost_fen > deal->amount_fen ? cost_fen : deal->amount_fen);
}

// Two officers bind nobody who can speak for himself: neither the side that gains nor the one to
// whom the earlier deal gave rights.
static void check_officers(struct th_books *books, const struct th_post *post,
                           const struct th_deal *deal)
{
    const struct th_deal *of = th_books_deal(books, deal->of);
    if (deal->stood_in && th_book_officer(books, books->actor) && !is_due(books, deal)) {
        th_book_stand_in(books, post, deal, deal->buyer);
        if (of && of->buyer != deal->buyer) {
            th_book_stand_in(books, post, deal, of->buyer);
        }
    }
}

static void approve(struct th_books *books, const struct th_post *post, struct th_deal *deal)
{
    char decided_on[TH_DAY_BYTES] = "";
    th_post_past_day(books, post, "decided_on", decided_on);
    if (books->actor == deal->proposer && !may_alone(books, post, deal)) {
        th_fault_add_text(books->faults, TH_FAULT_TRADE_SELF, post->line->login, deal->id);
    }
    if (is_late(post, deal)) {
        th_fault_add(books->faults, TH_FAULT_TRADE_LATE, deal->id, 0, 0);
    }
    if (decided_on[0] != '\0' && memcmp(decided_on, deal->on_date, TH_DAY_BYTES) < 0) {
        th_fault_add(books->faults, TH_FAULT_TRADE_BEFORE, deal->id, 0, 0);
    }
    check_officers(books, post, deal);
    th_book_rests(books, deal);
    count_delivery(books, deal);
    if (deal->kind == TH_DEAL_CORRECTION) {
        take_back(books, deal);
    }
    th_books_pend(books, &(struct th_pending){
                             .what = TH_PENDING_DECISION, .id = deal->id, .number = post->number});
}

// The entry is called what it does.
static void check_called(struct th_books *books, const struct th_post *post,
                         enum th_trade_state state)
{
    struct th_text entry = post->line->entry_kind;
    enum th_trade_state called = th_text_is(entry, "trade.reject")   ? TH_TRADE_REJECTED
                                 : th_text_is(entry, "trade.expire") ? TH_TRADE_EXPIRED
                                                                     : TH_TRADE_APPROVED;
    if (called != state) {
        th_fault_add_text(books->faults, TH_FAULT_POST_PLACE, post->kind, post->number);
    }
}

// Nobody decides that a proposal expired: its day has passed.
static void book_decision(struct th_books *books, const struct th_post *post)
{
    int64_t id = 0;
    struct th_text text;
    enum th_trade_state state = TH_TRADE_EXPIRED;
    if (!th_member_int(post->nodes, post->index, "trade_id", 1, &id) ||
        !th_text_member(post->nodes, post->index, "state", &text) || !read_state(text, &state) ||
        (state == TH_TRADE_EXPIRED && th_node_get(post->nodes, post->index, "decided_by"))) {
        th_post_fault(books, post);
        return;
    }
    if (state != TH_TRADE_EXPIRED) {
        th_post_login(books, post, "decided_by");
    }
    check_called(books, post, state);
    check_subject(books, post, id);
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
    th_book_retired(books, deal);
    if (state == TH_TRADE_APPROVED) {
        approve(books, post, deal);
    } else if (state == TH_TRADE_REJECTED) {
        check_rejecter(books, post, deal);
    } else if (!is_late(post, deal)) {
        th_fault_add(books->faults, TH_FAULT_TRADE_OPEN, deal->id, 0, 0);
    }
}

static void book_debt(struct th_books *books, const struct th_post *post)
{
    int64_t party = 0;
    int64_t owed_t = 0;
    struct th_deal *deal = th_post_deal(books, post, "trade_id");
    if (!deal) {
        return;
    }
    if (!th_member_int(post->nodes, post->index, "party_id", 1, &party) ||
        !th_member_int(post->nodes, post->index, "owed_t", 1, &owed_t)) {
        th_post_fault(books, post);
        return;
    }
    if (party <= deal->debtor) { // each once, in their order
        th_post_fault(books, post);
    }
    deal->debtor = party;
    books->legs_beyond = !th_sum(&deal->owed_t, owed_t) || books->legs_beyond;
    th_books_pend(books,
                  &(struct th_pending){
                      .what = TH_PENDING_DEBT, .id = deal->id, .other = party, .tonnes_t = owed_t});
    th_books_pend(books, &(struct th_pending){
                             .what = TH_PENDING_APPROVAL, .id = deal->id, .number = post->number});
}

static void book_delivery(struct th_books *books, const struct th_post *post)
{
    struct th_deal *deal = th_post_deal(books, post, "trade_id");
    if (deal) {
        (void)th_member_int(post->nodes, post->index, "refund_t", 1, &deal->refund_t);
    }
}

// What a pledgee gives up beside units: a claim on what is still to come, and what is expected.
static void book_release(struct th_books *books, const struct th_post *post)
{
    int64_t waived_t = 0;
    int64_t expected_t = 0;
    struct th_deal *deal = th_post_deal(books, post, "trade_id");
    (void)th_member_int(post->nodes, post->index, "waived_t", 0, &waived_t);
    (void)th_member_int(post->nodes, post->index, "forecast_t", 0, &expected_t);
    if (deal && deal->kind == TH_DEAL_RELEASE && deal->state == TH_TRADE_PROPOSED &&
        th_sum(&waived_t, expected_t)) {
        deal->refund_t = waived_t;
    } else if (deal) {
        th_post_fault(books, post);
    }
}

const struct th_post_kind th_posts_of_deals[] = {{TH_TEXT("pledge_release"), book_release, false},
                                                 {TH_TEXT("delivery"), book_delivery, false},
                                                 {TH_TEXT("trade"), book_trade, true},
                                                 {TH_TEXT("trade_decision"), book_decision, true},
                                                 {TH_TEXT("reversal_debt"), book_debt, false},
                                                 {.book = NULL}};

void th_book_settle_deal(struct th_books *books, const struct th_pending *pending)
{
    const struct th_deal *deal = th_books_deal(books, pending->id);
    if (!deal) {
        return;
    }
    if (deal->state != TH_TRADE_APPROVED) {
        th_fault_add(books->faults, TH_FAULT_UNITS_UNAPPROVED, pending->number, 0, 0);
    } else if (deal->moved_t > deal->tonnes_t) {
        th_fault_add(books->faults, TH_FAULT_UNITS_TOO_MANY, deal->id, deal->moved_t,
                     deal->tonnes_t);
    }
}
