#include "trading/inbox/inbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/login.h"
#include "registry/reply.h"
#include "store/deal/reversal_store.h"
#include "store/deal/sale_store.h"
#include "store/revenue/revenue_store.h"
#include "trading/ahead/promise.h"
#include "trading/deal/dated_back.h"
#include "trading/deal/schedule.h"
#include "trading/inbox/inbox_internal.h"
#include "trading/revenue/revenue_internal.h"

bool th_inbox_is(const struct th_inbox *inbox, const char *role)
{
    return strcmp(inbox->user.role, role) == 0;
}

enum th_status th_inbox_add(struct th_inbox *inbox, const struct th_inbox_item *item,
                            struct th_error *err)
{
    if (inbox->n == inbox->capacity) {
        size_t capacity = inbox->capacity == 0 ? 16 : inbox->capacity * 2;
        struct th_inbox_item *items = realloc(inbox->items, capacity * sizeof(*items));
        if (!items) {
            return th_error_no_memory(err);
        }
        inbox->items = items;
        inbox->capacity = capacity;
    }
    inbox->items[inbox->n++] = *item;
    return TH_OK;
}

// The command is followed by the id, and by what may stand behind it (add_to_command).
static void set_what(struct th_inbox_item *item, const char *what, const char *noun, int64_t id,
                     const char *command)
{
    th_text_copy(item->what, sizeof(item->what), what);
    (void)th_subject(noun, id, item->subject);
    snprintf(item->command, sizeof(item->command), "tanhui %s %lld", command, (long long)id);
}

static void add_to_command(struct th_inbox_item *item, const char *option, const char *value)
{
    size_t used = strlen(item->command);
    snprintf(item->command + used, sizeof(item->command) - used, " %s%s%s", option,
             value[0] != '\0' ? " " : "", value);
}

// Walks in which each row may become an item.
struct walk {
    struct th_inbox *inbox;
    bool stands_in; // an officer, for deals of which no side has a login
    enum th_status status;
    struct th_error *err;
};

static bool in_own_village(struct walk *walk, int64_t holder_id)
{
    struct th_party holder;
    if (walk->inbox->user.village[0] == '\0') {
        return true;
    }
    walk->status = th_party_load(walk->inbox->store, holder_id, &holder, walk->err);
    return walk->status == TH_OK && strcmp(holder.village, walk->inbox->user.village) == 0;
}

static bool see_package(void *context, const struct th_package_record *package)
{
    static const struct {
        const char *state, *role, *what, *command, *options;
    } STEPS[] = {
        {"draft", "clerk", "package.submit", "package submit", ""},
        {"returned", "clerk", "package.mend", "package show", ""},
        {"submitted", "verifier", "package.verify", "package verify",
         "--decision approve --statement FILE"},
        {"verified", "officer", "package.issue", "package issue", ""},
    };
    struct walk *walk = context;
    for (size_t i = 0; i < sizeof(STEPS) / sizeof(STEPS[0]); i++) {
        bool mine =
            strcmp(package->state, STEPS[i].state) == 0 && th_inbox_is(walk->inbox, STEPS[i].role);
        if (!mine || (i < 2 && !in_own_village(walk, package->holder_id))) {
            continue;
        }
        struct th_inbox_item item = {.tonnes = 0};
        set_what(&item, STEPS[i].what, "package", package->package_id, STEPS[i].command);
        if (STEPS[i].options[0] != '\0') {
            add_to_command(&item, STEPS[i].options, "");
        }
        th_text_copy(item.name, sizeof(item.name), package->name);
        th_text_copy(item.by, sizeof(item.by),
                     i < 2    ? package->created_by
                     : i == 2 ? package->submitted_by
                              : package->verified_by);
        walk->status = th_inbox_add(walk->inbox, &item, walk->err);
    }
    return walk->status == TH_OK;
}

static enum th_status look_at_packages(struct th_inbox *inbox, struct th_error *err)
{
    struct walk walk = {.inbox = inbox, .status = TH_OK, .err = err};
    enum th_status status = th_package_each(inbox->store, see_package, &walk, err);
    return status == TH_OK ? walk.status : status;
}

// By the side that the login stands on; limits and days show when it is tried.
static bool may_approve(struct walk *walk, const struct th_trade *trade)
{
    const struct th_user *user = &walk->inbox->user;
    const struct th_actor actor = {
        .login = user->login, .role = user->role, .party_id = user->party_id};
    struct th_error refusal = {0};
    if (strcmp(trade->proposed_by, user->login) == 0) {
        return false;
    }
    struct th_date today = {0};
    enum th_status status = th_deal_check_sides(walk->inbox->store, &actor, trade, &refusal);
    if (status == TH_OK) {
        status = th_date_parse(walk->inbox->today, &today, &refusal);
    }
    if (status == TH_OK) {
        status = th_deal_check_dated_back(walk->inbox->store, &actor, trade, today, &refusal);
    }
    if (status != TH_OK && status != TH_NOT_PERMITTED) {
        walk->status = status;
        if (walk->err) {
            *walk->err = refusal;
        }
    }
    return status == TH_OK;
}

// Names as they fit, and how many there are where not all do.
static void join_names(const struct th_json *names, struct th_inbox_item *item)
{
    enum { SHOWN = 4, ROOM = sizeof(item->name) };
    size_t n = th_json_size(names);
    size_t used = 0;
    bool cut = false;
    for (size_t i = 0; i < n && !cut; i++) {
        const char *name = th_json_text(th_json_at(names, i));
        size_t size = strlen(name) + 2;
        cut = i == SHOWN || (i > 0 && used + size + 16 > ROOM);
        if (cut) {
            snprintf(item->name + used, ROOM - used, " … (%zu)", n);
        } else {
            th_text_copy(item->name + used, ROOM - used, i > 0 ? ", " : "");
            used += strlen(item->name + used);
            th_text_copy(item->name + used, ROOM - used, name);
            used += strlen(item->name + used);
        }
    }
}

// The party across the table; of a purchase all who sell.
static enum th_status set_other(struct walk *walk, const struct th_trade *trade,
                                struct th_inbox_item *item)
{
    struct th_party party = {.name = ""};
    enum th_status status = TH_OK;
    int64_t own_id = walk->inbox->user.party_id;
    int64_t other_id = trade->seller_id == own_id ? trade->buyer_id : trade->seller_id;
    if (trade->seller_id == 0) {
        struct th_json *names = th_json_array();
        status = th_trade_seller_names(walk->inbox->store, trade, names, walk->err);
        join_names(names, item);
        other_id = th_json_size(names) > 0 ? 0 : trade->buyer_id;
        th_json_free(names);
    }
    if (status == TH_OK && other_id != 0) {
        status = th_party_load(walk->inbox->store, other_id, &party, walk->err);
        th_text_copy(item->name, sizeof(item->name), party.name);
    }
    return status;
}

static bool see_proposal(void *context, const struct th_trade *trade)
{
    struct walk *walk = context;
    struct th_inbox_item item = {.tonnes = th_units_t(trade->tonnes),
                                 .amount_fen = th_money_fen(trade->amount)};
    bool late = trade->expires_on[0] != '\0' && strcmp(trade->expires_on, walk->inbox->today) < 0;
    if (!late && !may_approve(walk, trade)) {
        return walk->status == TH_OK;
    }
    const char *standing = "";
    walk->status = th_trade_standing(walk->inbox->store, trade, false, &standing, walk->err);
    if (walk->status != TH_OK) {
        return false;
    }
    set_what(&item,
             late                               ? "trade.expire"
             : strcmp(standing, "offered") == 0 ? "trade.offer"
                                                : "trade.approve",
             "trade", trade->trade_id, "trade approve");
    if (late) {
        th_text_copy(item.command, sizeof(item.command), "tanhui trade expire");
    }
    th_text_copy(item.by, sizeof(item.by), trade->proposed_by);
    th_text_copy(item.since, sizeof(item.since), trade->on_date);
    th_text_copy(item.until, sizeof(item.until), trade->expires_on);
    walk->status = set_other(walk, trade, &item);
    if (walk->status == TH_OK) {
        walk->status = th_inbox_add(walk->inbox, &item, walk->err);
    }
    return walk->status == TH_OK;
}

static enum th_status look_at_proposals(struct th_inbox *inbox, struct th_error *err)
{
    struct walk walk = {.inbox = inbox, .status = TH_OK, .err = err};
    if (!th_inbox_is(inbox, "bank") && !th_inbox_is(inbox, "officer")) {
        return TH_OK;
    }
    enum th_status status = th_trade_each_proposed(inbox->store, see_proposal, &walk, err);
    return status == TH_OK ? walk.status : status;
}

// A shortfall is given up for money where that was agreed, else other units of the seller cover it.
static void set_shortfall(const struct th_trade *trade, const struct th_promise_progress *progress,
                          bool refund, struct th_inbox_item *item)
{
    char tonnes[24];
    item->tonnes = th_units_t(th_promise_short(progress));
    if (item->tonnes == 0) {
        return;
    }
    set_what(item, "trade.short", "trade", trade->trade_id, "trade propose delivery --of");
    if (refund) {
        snprintf(tonnes, sizeof(tonnes), "%lld", (long long)item->tonnes);
        add_to_command(item, "--refund --tonnes", tonnes);
    }
}

// What a promise waits for: units that can be delivered, or a shortfall that nothing covers. Nobody
// has to pay it ahead.
static enum th_status look_at_promise(struct walk *walk, const struct th_trade *trade)
{
    struct th_store *store = walk->inbox->store;
    struct th_promise promise;
    struct th_promise_progress progress;
    struct th_inbox_item item = {.tonnes = 0};
    enum th_status status = th_promise_load(store, trade->trade_id, &promise, walk->err);
    if (status == TH_OK) {
        status = th_promise_progress(store, trade, 0, &progress, walk->err);
    }
    if (status == TH_OK && th_units_t(progress.locked) > 0) {
        set_what(&item, "trade.deliver", "trade", trade->trade_id, "trade propose delivery --of");
        item.tonnes = th_units_t(progress.locked);
    } else if (status == TH_OK) {
        set_shortfall(trade, &progress, strcmp(promise.if_short, "refund") == 0, &item);
    }
    if (status != TH_OK || item.tonnes == 0) {
        return status;
    }
    th_text_copy(item.since, sizeof(item.since), trade->on_date);
    th_text_copy(item.until, sizeof(item.until), promise.deliver_by);
    status = set_other(walk, trade, &item);
    return status == TH_OK ? th_inbox_add(walk->inbox, &item, walk->err) : status;
}

// Whoever is paid confirms it; for those who have no logins, such as villages, the other side. The
// price of pledged units comes to one creditor after the other: only what the next one is owed.
static enum th_status may_confirm(struct walk *walk, const struct th_trade *trade, bool *ret_may,
                                  struct th_money *outstanding)
{
    struct th_store *store = walk->inbox->store;
    int64_t own_id = walk->inbox->user.party_id;
    struct th_claim_list claims = {0};
    bool may = own_id == 0;
    enum th_status status = th_trade_claims(store, trade->trade_id, &claims, walk->err);
    if (claims.n > 0 && strcmp(trade->kind, "enforcement") == 0) {
        claims.n = 1;
        *outstanding = claims.items[0].owed;
    }
    for (size_t i = 0; i < claims.n && status == TH_OK && !may; i++) {
        bool speaks = false;
        status = th_party_has_login(store, claims.items[i].party_id, &speaks, walk->err);
        may = !speaks || claims.items[i].party_id == own_id;
    }
    free(claims.items);
    *ret_may = may;
    return status;
}

// Has a side of the deal a login? Who sells a purchase are several, but a bank buys it.
static bool speaks(struct walk *walk, const struct th_trade *trade)
{
    const int64_t sides[] = {trade->seller_id, trade->buyer_id};
    bool any = false;
    for (size_t i = 0; i < sizeof(sides) / sizeof(sides[0]) && walk->status == TH_OK && !any; i++) {
        walk->status = sides[i] != 0
                           ? th_party_has_login(walk->inbox->store, sides[i], &any, walk->err)
                           : TH_OK;
    }
    return any;
}

static bool see_unpaid(void *context, const struct th_trade *trade)
{
    struct walk *walk = context;
    struct th_money outstanding;
    char amount[TH_QUANTITY_TEXT_SIZE];
    struct th_inbox_item item = {.tonnes = th_units_t(trade->tonnes)};
    if (walk->stands_in && (speaks(walk, trade) || walk->status != TH_OK)) {
        return walk->status == TH_OK;
    }
    if (th_promise_takes_prepayments(trade)) {
        walk->status = look_at_promise(walk, trade);
        return walk->status == TH_OK;
    }
    bool may = false;
    walk->status = th_trade_outstanding(walk->inbox->store, trade, &outstanding, walk->err);
    if (walk->status == TH_OK && th_money_fen(outstanding) > 0) {
        walk->status = may_confirm(walk, trade, &may, &outstanding);
    }
    if (walk->status != TH_OK || !may) {
        return walk->status == TH_OK;
    }
    set_what(&item, "receipt.confirm", "trade", trade->trade_id, "receipt confirm");
    th_text_copy(item.since, sizeof(item.since), trade->on_date);
    walk->status =
        th_schedule_due(walk->inbox->store, trade->trade_id, item.until, &outstanding, walk->err);
    if (walk->status == TH_OK) {
        walk->status = set_other(walk, trade, &item);
    }
    if (walk->status == TH_OK) {
        item.amount_fen = th_money_fen(outstanding);
        add_to_command(&item, "--amount", th_money_format(outstanding, amount));
        walk->status = th_inbox_add(walk->inbox, &item, walk->err);
    }
    return walk->status == TH_OK;
}

// Stops at the county's own login of a bank's role: it is of no party and sees every deal.
static bool see_desk(void *context, const struct th_user *user)
{
    bool *desk = context;
    *desk = strcmp(user->role, "bank") == 0 && user->party_id == 0 && user->ended_utc == 0;
    return !*desk;
}

static enum th_status look_at_receipts(struct th_inbox *inbox, struct th_error *err)
{
    struct walk walk = {
        .inbox = inbox, .stands_in = th_inbox_is(inbox, "officer"), .status = TH_OK, .err = err};
    bool desk = false;
    enum th_status status =
        walk.stands_in ? th_user_each(inbox->store, see_desk, &desk, err) : TH_OK;
    if (status != TH_OK || desk || (!walk.stands_in && !th_inbox_is(inbox, "bank"))) {
        return status;
    }
    status = th_trade_each_unpaid(inbox->store, inbox->user.party_id, see_unpaid, &walk, err);
    return status == TH_OK ? walk.status : status;
}

static struct th_inbox_item *find_item(const struct th_inbox *inbox, const char *what,
                                       const char *subject)
{
    for (size_t i = 0; i < inbox->n; i++) {
        if (strcmp(inbox->items[i].what, what) == 0 &&
            strcmp(inbox->items[i].subject, subject) == 0) {
            return &inbox->items[i];
        }
    }
    return NULL;
}

// A sale that waits for the terms to be put right: officers do that; of several terms its bank may
// also choose one. Or it waits for a recipient, or for the members of one.
static enum th_status add_sale_that_waits(struct th_inbox *inbox, const struct th_trade *trade,
                                          const char *code, struct th_error *err)
{
    struct th_party buyer;
    struct th_inbox_item item = {.tonnes = th_units_t(trade->tonnes)};
    bool bank = th_inbox_is(inbox, "bank");
    char what[sizeof(item.what)];
    snprintf(what, sizeof(what), "revenue.%s", code);
    set_what(&item, what, "trade", trade->trade_id, "");
    if (strcmp(code, "recipient_missing") == 0) {
        snprintf(item.command, sizeof(item.command), "tanhui party add");
    } else if (strcmp(code, "shares_incomplete") == 0) {
        snprintf(item.command, sizeof(item.command), "tanhui share add");
    } else if (bank && strcmp(code, "term_ambiguous") == 0) {
        snprintf(item.command, sizeof(item.command),
                 "tanhui revenue distribute --through %s --term TERM", inbox->today);
    } else if (bank) {
        snprintf(item.command, sizeof(item.command), "tanhui revenue term list");
    } else if (strcmp(code, "term_missing") == 0) {
        snprintf(item.command, sizeof(item.command), "tanhui revenue term add --from %s",
                 trade->on_date);
    } else {
        snprintf(item.command, sizeof(item.command),
                 "tanhui revenue term end TERM --on %s --document FILE", trade->on_date);
    }
    th_text_copy(item.since, sizeof(item.since), trade->on_date);
    enum th_status status = th_party_load(inbox->store, trade->buyer_id, &buyer, err);
    if (status == TH_OK) {
        th_text_copy(item.name, sizeof(item.name), buyer.name);
        status = th_inbox_add(inbox, &item, err);
    }
    return status;
}

// One run shares what arrived for all sales of a bank: one item for it, since the first of them.
static enum th_status add_sale_to_share(struct th_inbox *inbox, int64_t trade_id,
                                        struct th_shared_last *last, struct th_error *err)
{
    struct th_trade trade;
    struct th_party seller;
    struct th_inbox_item item = {.tonnes = 0};
    char lacking[TH_ERROR_KEY_SIZE] = "";
    enum th_status status = th_trade_load(inbox->store, trade_id, &trade, err);
    if (status != TH_OK || (inbox->user.party_id != 0 && inbox->user.party_id != trade.seller_id)) {
        return status;
    }
    status = th_sale_waits(inbox->store, &trade, last, lacking, err);
    if (status == TH_OK && lacking[0] != '\0') {
        return add_sale_that_waits(inbox, &trade, lacking, err);
    }
    if (status != TH_OK || !th_inbox_is(inbox, "bank")) {
        return status;
    }
    set_what(&item, "revenue.distribute", "party", trade.seller_id, "");
    snprintf(item.command, sizeof(item.command), "tanhui revenue distribute --through %s",
             inbox->today);
    th_text_copy(item.since, sizeof(item.since), trade.on_date);
    struct th_inbox_item *there = find_item(inbox, item.what, item.subject);
    if (there) {
        if (strcmp(item.since, there->since) < 0) {
            th_text_copy(there->since, sizeof(there->since), item.since);
        }
        return TH_OK;
    }
    status = th_party_load(inbox->store, trade.seller_id, &seller, err);
    if (status == TH_OK) {
        th_text_copy(item.name, sizeof(item.name), seller.name);
        status = th_inbox_add(inbox, &item, err);
    }
    return status;
}

static enum th_status look_at_revenue(struct th_inbox *inbox, struct th_error *err)
{
    struct th_shared_last last = {.pool_id = 0};
    int64_t *ids = NULL;
    size_t n = 0;
    if (!th_inbox_is(inbox, "bank") && !th_inbox_is(inbox, "officer")) {
        return TH_OK;
    }
    enum th_status status = th_distribution_due(inbox->store, inbox->today, &ids, &n, err);
    for (size_t i = 0; i < n && status == TH_OK; i++) {
        status = add_sale_to_share(inbox, ids[i], &last, err);
    }
    free(ids);
    return status;
}

// As much of a debt as the reader can propose to make good with what the debtor holds now: 0 for an
// officer where the debtor has a login of its own.
static enum th_status find_fill(struct walk *walk, const struct th_reversal_debt *debt,
                                int64_t open_t, int64_t *ret_fill_t)
{
    struct th_store *store = walk->inbox->store;
    struct th_unit_totals totals;
    bool speaks = false;
    enum th_status status = th_ledger_totals(store, debt->party_id, 0, &totals, walk->err);
    if (status == TH_OK && th_inbox_is(walk->inbox, "officer")) {
        status = th_party_has_login(store, debt->party_id, &speaks, walk->err);
    }
    if (status == TH_OK) {
        int64_t held_t = th_units_t(totals.by_state[TH_BLOCK_HELD]);
        *ret_fill_t = speaks ? 0 : held_t < open_t ? held_t : open_t;
    }
    return status;
}

static void set_fill(struct th_inbox_item *item, const struct th_reversal_debt *debt,
                     int64_t fill_t)
{
    char holder[24];
    char tonnes[24];
    if (fill_t == 0) {
        set_what(item, "reversal.fill", "trade", debt->trade_id, "trade show");
        return;
    }
    set_what(item, "reversal.fill", "trade", debt->trade_id,
             "trade propose cancellation --for-reversal");
    snprintf(holder, sizeof(holder), "%lld", (long long)debt->party_id);
    snprintf(tonnes, sizeof(tonnes), "%lld", (long long)fill_t);
    add_to_command(item, "--debtor", holder);
    add_to_command(item, "--holder", holder);
    add_to_command(item, "--tonnes", tonnes);
    add_to_command(item, "--reason", "TEXT");
}

// The officers see to it that what is owed for reversals comes; a bank what it owes itself, or what
// anybody owes if it is bound to no party.
static bool see_debt(void *context, const struct th_reversal_debt *debt)
{
    struct walk *walk = context;
    const struct th_user *user = &walk->inbox->user;
    struct th_inbox_item item = {.tonnes = th_units_t(debt->owed) - th_units_t(debt->filled) -
                                           th_units_t(debt->deciding)};
    struct th_party debtor;
    int64_t fill_t = 0;
    if (item.tonnes <= 0 || (th_inbox_is(walk->inbox, "bank") && user->party_id != 0 &&
                             user->party_id != debt->party_id)) {
        return true;
    }
    th_text_copy(item.since, sizeof(item.since), debt->on_date);
    walk->status = find_fill(walk, debt, item.tonnes, &fill_t);
    if (walk->status == TH_OK) {
        set_fill(&item, debt, fill_t);
        walk->status = th_party_load(walk->inbox->store, debt->party_id, &debtor, walk->err);
    }
    if (walk->status == TH_OK) {
        th_text_copy(item.name, sizeof(item.name), debtor.name);
        walk->status = th_inbox_add(walk->inbox, &item, walk->err);
    }
    return walk->status == TH_OK;
}

static enum th_status look_at_reversals(struct th_inbox *inbox, struct th_error *err)
{
    struct walk walk = {.inbox = inbox, .status = TH_OK, .err = err};
    if (!th_inbox_is(inbox, "bank") && !th_inbox_is(inbox, "officer")) {
        return TH_OK;
    }
    enum th_status status = th_reversal_debt_each(inbox->store, 0, 0, see_debt, &walk, err);
    return status == TH_OK ? walk.status : status;
}

static int by_urgency(const void *a, const void *b)
{
    const struct th_inbox_item *left = a;
    const struct th_inbox_item *right = b;
    bool dated = left->until[0] != '\0';
    if (dated != (right->until[0] != '\0')) {
        return dated ? -1 : 1;
    }
    int order = dated ? strcmp(left->until, right->until) : strcmp(left->since, right->since);
    return order != 0 ? order : strcmp(left->subject, right->subject);
}

static void set_number(struct th_json *object, const char *key, int64_t value)
{
    th_json_set(object, key, value != 0 ? th_json_int(value) : th_json_null());
}

static struct th_json *inbox_json(const struct th_inbox *inbox)
{
    struct th_json *reply = th_json_object();
    struct th_json *items = th_json_array();
    for (size_t i = 0; i < inbox->n; i++) {
        const struct th_inbox_item *item = &inbox->items[i];
        struct th_json *object = th_json_object();
        th_json_set_text(object, "what", item->what);
        th_json_set_text(object, "subject", item->subject);
        th_json_set_word(object, "name", item->name);
        th_json_set_word(object, "by", item->by);
        th_json_set_word(object, "since", item->since);
        th_json_set_word(object, "until", item->until);
        set_number(object, "tonnes", item->tonnes);
        set_number(object, "amount_fen", item->amount_fen);
        th_json_set_text(object, "command", item->command);
        th_json_append(items, object);
    }
    th_json_set_text(reply, "login", inbox->user.login);
    th_json_set_text(reply, "role", inbox->user.role);
    th_json_set_int(reply, "n", (int64_t)inbox->n);
    th_json_set(reply, "items", items);
    return reply;
}

enum th_status th_inbox(struct th_registry *registry, const char *login, struct th_json **ret_reply,
                        struct th_error *err)
{
    static enum th_status (*const SOURCES[])(struct th_inbox *, struct th_error *) = {
        look_at_packages, look_at_proposals, look_at_receipts, look_at_revenue, look_at_reversals,
        th_inbox_runs,    th_inbox_accounts, th_inbox_pledges, th_inbox_options};
    struct th_inbox inbox = {.store = th_registry_store(registry)};
    struct th_json *reply = NULL;
    enum th_status status = th_on_parse(registry, NULL, inbox.today, err);
    if (status == TH_OK) {
        status = th_store_begin_read(inbox.store, err);
    }
    if (status != TH_OK) {
        return status;
    }
    status = th_login_load(inbox.store, login, &inbox.user, err);
    for (size_t i = 0; i < sizeof(SOURCES) / sizeof(SOURCES[0]) && status == TH_OK; i++) {
        status = SOURCES[i](&inbox, err);
    }
    th_store_end_read(inbox.store);
    if (status == TH_OK) {
        if (inbox.n > 0) {
            qsort(inbox.items, inbox.n, sizeof(*inbox.items), by_urgency);
        }
        reply = inbox_json(&inbox);
    }
    free(inbox.items);
    return th_reply_finish(status, reply, ret_reply, err);
}
