// Balances of every party, and one party's statement.
#include "trading/account/account.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/reference.h"
#include "registry/reply.h"
#include "store/deal/reversal_store.h"
#include "store/revenue/book_store.h"
#include "trading/trading_internal.h"

enum { N_UNIT_STATES = 5 }; // held locked buffer retired cancelled
static const enum th_block_state UNIT_STATES[N_UNIT_STATES] = {
    TH_BLOCK_HELD, TH_BLOCK_LOCKED, TH_BLOCK_BUFFER, TH_BLOCK_RETIRED, TH_BLOCK_CANCELLED};
static const char *const UNIT_KEYS[N_UNIT_STATES] = {"held_t", "locked_t", "buffer_t", "retired_t",
                                                     "cancelled_t"};

// Units by state and money, as plain integers of a reply.
struct figures {
    int64_t units_t[N_UNIT_STATES];
    int64_t claim_fen;
    int64_t cash_fen;
};

static void set_figures(struct th_json *object, const struct figures *figures)
{
    for (size_t i = 0; i < N_UNIT_STATES; i++) {
        th_json_set_int(object, UNIT_KEYS[i], figures->units_t[i]);
    }
    th_json_set_int(object, "money_fen", figures->claim_fen + figures->cash_fen);
    th_json_set_int(object, "claim_fen", figures->claim_fen);
    th_json_set_int(object, "cash_fen", figures->cash_fen);
}

static enum th_status load_figures(struct th_store *store, int64_t party_id,
                                   struct figures *ret_figures, struct th_error *err)
{
    struct th_unit_totals units;
    struct th_money_totals money;
    enum th_status status = th_ledger_totals(store, party_id, 0, &units, err);
    if (status == TH_OK) {
        status = th_money_totals(store, party_id, &money, err);
    }
    if (status != TH_OK) {
        return status;
    }
    for (size_t i = 0; i < N_UNIT_STATES; i++) {
        ret_figures->units_t[i] = th_units_t(units.by_state[UNIT_STATES[i]]);
    }
    ret_figures->claim_fen = th_money_fen(money.claim);
    ret_figures->cash_fen = th_money_fen(money.cash);
    return TH_OK;
}

struct listing {
    struct th_store *store;
    struct th_json *parties;
    struct figures sums;
    enum th_status status;
    struct th_error *err;
};

static bool list_party(void *context, const struct th_party *party)
{
    struct listing *listing = context;
    struct figures figures;
    listing->status = load_figures(listing->store, party->party_id, &figures, listing->err);
    if (listing->status != TH_OK) {
        return false;
    }
    struct th_json *item = th_json_object();
    th_json_set_int(item, "party", party->party_id);
    th_json_set_text(item, "name", party->name);
    th_json_set_text(item, "kind", party->kind);
    set_figures(item, &figures);
    th_json_append(listing->parties, item);
    for (size_t i = 0; i < N_UNIT_STATES; i++) {
        listing->sums.units_t[i] += figures.units_t[i];
    }
    listing->sums.claim_fen += figures.claim_fen;
    listing->sums.cash_fen += figures.cash_fen;
    return true;
}

static bool add_issued(void *context, const struct th_issuance_record *record)
{
    int64_t *issued_t = context;
    *issued_t += th_units_t(record->issued);
    return true;
}

enum th_status th_account_list(struct th_registry *registry, struct th_json **ret_reply,
                               struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    int64_t issued_t = 0;
    enum th_status status = th_store_begin_read(store, err);
    if (status != TH_OK) {
        return status;
    }
    struct listing listing = {.store = store, .parties = th_json_array(), .err = err};
    status = th_party_each(store, list_party, &listing, err);
    if (status == TH_OK) {
        status = listing.status;
    }
    if (status == TH_OK) {
        status = th_issuance_each(store, 0, add_issued, &issued_t, err);
    }
    th_store_end_read(store);
    struct th_json *reply = th_json_object();
    struct th_json *totals = th_json_object();
    int64_t sum_t = 0;
    for (size_t i = 0; i < N_UNIT_STATES; i++) {
        sum_t += listing.sums.units_t[i];
    }
    th_json_set_int(totals, "issued_t", issued_t);
    set_figures(totals, &listing.sums);
    th_json_set(reply, "parties", listing.parties);
    th_json_set(reply, "totals", totals);
    th_json_set_bool(reply, "balanced",
                     sum_t == issued_t && listing.sums.claim_fen == 0 &&
                         listing.sums.cash_fen == 0);
    return th_reply_finish(status, reply, ret_reply, err);
}

// One line of a statement: what it changes, and what is printed of it.
struct entry {
    int64_t seq;
    size_t ordinal; // as read, so that sorting is stable
    char on[TH_ON_SIZE];
    struct figures change;
    struct th_json *item;
};

struct statement {
    struct entry *entries;
    size_t n;
    size_t capacity;
    bool no_memory;
};

// `on` is the day that counts: of the deal, or on which money arrived.
static struct entry *new_entry(struct statement *statement, int64_t seq, const char *on,
                               int64_t at_utc)
{
    if (statement->n == statement->capacity) {
        size_t capacity = statement->capacity == 0 ? 64 : statement->capacity * 2;
        struct entry *entries = realloc(statement->entries, capacity * sizeof(*entries));
        if (entries == NULL) {
            statement->no_memory = true;
            return NULL;
        }
        statement->entries = entries;
        statement->capacity = capacity;
    }
    char date[TH_DATE_TEXT_SIZE];
    struct entry *entry = &statement->entries[statement->n++];
    *entry = (struct entry){.seq = seq, .ordinal = statement->n, .item = th_json_object()};
    th_date_format(th_instant_date(at_utc), date);
    th_text_copy(entry->on, sizeof(entry->on), on);
    th_json_set_text(entry->item, "on", entry->on);
    th_json_set_text(entry->item, "booked_on", date);
    th_json_set_int(entry->item, "seq", seq);
    return entry;
}

static void change_units(struct figures *figures, const char *state, int64_t change_t)
{
    for (size_t i = 0; i < N_UNIT_STATES && state != NULL; i++) {
        if (strcmp(state, th_block_state_name(UNIT_STATES[i])) == 0) {
            figures->units_t[i] += change_t;
        }
    }
}

static bool add_change(void *context, const struct th_book_change *change)
{
    char on[TH_ON_SIZE];
    th_move_day(change->on_date, change->at_utc, on);
    struct entry *entry = new_entry(context, change->seq, on, change->at_utc);
    if (entry == NULL) {
        return false;
    }
    char serial[TH_SERIAL_SIZE];
    int64_t tonnes_t = change->last - change->first + 1;
    change_units(&entry->change, change->from_state, -tonnes_t);
    change_units(&entry->change, change->state, tonnes_t);
    th_json_set_text(entry->item, "type", "units");
    th_json_set_text(entry->item, "event", change->event);
    th_serial_format(change->prefix, change->first, change->last, serial);
    th_json_set_text(entry->item, "serial", serial);
    th_json_set_int(entry->item, "tonnes", tonnes_t);
    th_json_set_int(entry->item, "signed_t", change->state ? tonnes_t : -tonnes_t);
    th_json_set_text(entry->item, "from_state", change->from_state);
    th_json_set_text(entry->item, "state", change->state);
    th_json_set(entry->item, "trade_id",
                change->trade_id != 0 ? th_json_int(change->trade_id) : th_json_null());
    return true;
}

static bool add_leg(void *context, const struct th_money_leg *leg)
{
    struct entry *entry = new_entry(context, leg->seq, leg->on_date, leg->at_utc);
    if (entry == NULL) {
        return false;
    }
    int64_t amount_fen = th_money_fen(leg->amount);
    if (leg->account == TH_ACCOUNT_CLAIM) {
        entry->change.claim_fen = amount_fen;
    } else {
        entry->change.cash_fen = amount_fen;
    }
    th_json_set_text(entry->item, "type", "money");
    th_json_set_text(entry->item, "account", th_account_name(leg->account));
    th_json_set_int(entry->item, "amount_fen", amount_fen);
    th_json_set_text(entry->item, "memo", leg->memo);
    th_json_set(entry->item, "trade_id",
                leg->trade_id != 0 ? th_json_int(leg->trade_id) : th_json_null());
    return true;
}

static void add_up(struct figures *sum, const struct figures *change)
{
    for (size_t i = 0; i < N_UNIT_STATES; i++) {
        sum->units_t[i] += change->units_t[i];
    }
    sum->claim_fen += change->claim_fen;
    sum->cash_fen += change->cash_fen;
}

static int compare_entries(const void *a, const void *b)
{
    const struct entry *x = a;
    const struct entry *y = b;
    int order = strcmp(x->on, y->on);
    if (order == 0) {
        order = (x->seq > y->seq) - (x->seq < y->seq);
    }
    return order != 0 ? order : (x->ordinal > y->ordinal) - (x->ordinal < y->ordinal);
}

// By day, and within a day in the order of the journal.
static void sort_entries(struct statement *statement)
{
    if (statement->n > 1) {
        qsort(statement->entries, statement->n, sizeof(*statement->entries), compare_entries);
    }
}

static bool comes_first(const struct entry *unit, const struct entry *money)
{
    int order = strcmp(unit->on, money->on);
    return order != 0 ? order < 0 : unit->seq <= money->seq;
}

// Units first, then money, both in order: a stable merge by entry.
static void merge(const struct statement *units, const struct statement *money, const char *from,
                  const char *to, struct th_json *reply)
{
    struct figures balance = {0};
    struct figures opening = {0};
    struct th_json *entries = th_json_array();
    for (size_t u = 0, m = 0; u < units->n || m < money->n;) {
        bool take_units =
            m == money->n || (u < units->n && comes_first(&units->entries[u], &money->entries[m]));
        struct entry *entry = take_units ? &units->entries[u++] : &money->entries[m++];
        if (to != NULL && strcmp(entry->on, to) > 0) {
            continue;
        }
        add_up(&balance, &entry->change);
        if (from != NULL && strcmp(entry->on, from) < 0) {
            opening = balance;
            continue;
        }
        set_figures(entry->item, &balance);
        th_json_append(entries, entry->item);
        entry->item = NULL;
    }
    struct th_json *object = th_json_object();
    set_figures(object, &opening);
    th_json_set(reply, "opening", object);
    th_json_set(reply, "entries", entries);
    object = th_json_object();
    set_figures(object, &balance);
    th_json_set(reply, "closing", object);
}

static void statement_clear(struct statement *statement)
{
    for (size_t i = 0; i < statement->n; i++) {
        th_json_free(statement->entries[i].item);
    }
    free(statement->entries);
}

enum th_status th_account_statement(struct th_registry *registry, const char *party_reference,
                                    const char *from, const char *to, struct th_json **ret_reply,
                                    struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    struct th_party party;
    struct th_date date;
    struct th_units owed = {0};
    struct statement units = {0};
    struct statement money = {0};
    enum th_status status = from != NULL ? th_date_parse(from, &date, err) : TH_OK;
    if (status == TH_OK && to != NULL) {
        status = th_date_parse(to, &date, err);
    }
    if (status == TH_OK) {
        status = th_store_begin_read(store, err);
    }
    if (status != TH_OK) {
        return status;
    }
    status = th_party_resolve(store, party_reference, &party, err);
    if (status == TH_OK) {
        status = th_book_change_each(store, party.party_id, add_change, &units, err);
    }
    if (status == TH_OK) {
        status = th_money_each(store, party.party_id, add_leg, &money, err);
    }
    if (status == TH_OK) {
        status = th_reversal_owed(store, party.party_id, &owed, err);
    }
    th_store_end_read(store);
    if (status == TH_OK && (units.no_memory || money.no_memory)) {
        status = th_error_no_memory(err);
    }
    struct th_json *reply = th_json_object();
    if (status == TH_OK) {
        th_json_set_int(reply, "party", party.party_id);
        th_json_set_text(reply, "name", party.name);
        th_json_set_text(reply, "kind", party.kind);
        th_json_set_text(reply, "from", from);
        th_json_set_text(reply, "to", to);
        th_json_set_units(reply, "reversal_owed_t", owed);
        sort_entries(&units);
        sort_entries(&money);
        merge(&units, &money, from, to, reply);
    }
    statement_clear(&units);
    statement_clear(&money);
    return th_reply_finish(status, reply, ret_reply, err);
}
