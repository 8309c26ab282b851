#include "trading/books/hledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/file.h"
#include "core/text.h"
#include "registry/reference.h"
#include "registry/reply.h"
#include "store/registry_store.h"
#include "store/revenue/book_store.h"
#include "trading/books/book_internal.h"
#include "trading/books/hledger_internal.h"
#include "trading/trading_internal.h"

enum { HEADING_SIZE = 512 };

const char *th_hledger_name(struct th_book *book, const char *a, const char *b, const char *c,
                            const char *d, char buf[TH_BOOK_ACCOUNT_SIZE])
{
    const char *const parts[TH_BOOK_PARTS_MAX] = {a, b, c, d};
    return th_book_account(book, parts, buf);
}

static const char *money_name(struct th_book *book, enum th_account account, int64_t party_id,
                              const char *name, char buf[TH_BOOK_ACCOUNT_SIZE])
{
    char party[TH_BOOK_ACCOUNT_SIZE];
    return th_hledger_name(book, account == TH_ACCOUNT_CASH ? "@book.cash" : "@book.claims",
                           th_book_party(party_id, name, party), NULL, NULL, buf);
}

// Where units are: with an owner, in a state; in one party's own books the owner is understood.
static const char *units_name(struct th_hledger *h, const char *state, int64_t owner_id,
                              const char *owner, const char *prefix, char buf[TH_BOOK_ACCOUNT_SIZE])
{
    char party[TH_BOOK_ACCOUNT_SIZE];
    char key[64];
    (void)snprintf(key, sizeof(key), "@book.%s", state);
    if (h->party_id == 0) {
        return th_hledger_name(&h->book, "@book.units", key, th_book_party(owner_id, owner, party),
                               prefix, buf);
    }
    if (owner_id == h->party_id) {
        return th_hledger_name(&h->book, "@book.units", key, prefix, NULL, buf);
    }
    return th_hledger_name(&h->book, "@book.units", "@book.outside",
                           th_book_party(owner_id, owner, party), NULL, buf);
}

// One transaction for each entry and day.
static bool is_next(struct th_hledger *h, int64_t seq, const char *on)
{
    bool next = seq != h->seq || strcmp(on, h->on) != 0;
    if (next) {
        h->seq = seq;
        th_text_copy(h->on, sizeof(h->on), on);
    }
    return next;
}

static bool add_leg(void *context, const struct th_book_leg *leg)
{
    struct th_hledger *h = context;
    char account[TH_BOOK_ACCOUNT_SIZE];
    if (is_next(h, leg->seq, leg->on_date)) {
        th_book_begin(&h->book, leg->on_date, leg->kind, leg->seq, leg->login);
    }
    money_name(&h->book, leg->account, leg->party_id, leg->party, account);
    th_book_money(&h->book, account, leg->amount, leg->trade_id, leg->memo);
    return true;
}

static bool add_move(void *context, const struct th_book_move *move)
{
    struct th_hledger *h = context;
    char account[TH_BOOK_ACCOUNT_SIZE];
    char serial[TH_SERIAL_SIZE];
    char on[TH_ON_SIZE];
    int64_t tonnes = move->last - move->first + 1;
    th_move_day(move->on_date, move->at_utc, on);
    if (is_next(h, move->seq, on)) {
        th_book_begin(&h->book, on, move->kind, move->seq, move->login);
    }
    th_serial_format(move->prefix, move->first, move->last, serial);
    units_name(h, move->state, move->owner_id, move->owner, move->prefix, account);
    th_book_units(&h->book, account, tonnes, move->trade_id, serial);
    if (move->from_state != NULL) {
        units_name(h, move->from_state, move->from_owner_id, move->from_owner, move->prefix,
                   account);
    } else {
        th_hledger_name(&h->book, "@book.units", "@book.issued", move->prefix, NULL, account);
    }
    th_book_units(&h->book, account, -tonnes, move->trade_id, serial);
    return true;
}

static bool assert_units(void *context, const struct th_book_balance *balance)
{
    struct th_hledger *h = context;
    char account[TH_BOOK_ACCOUNT_SIZE];
    int64_t tonnes = th_units_t(balance->units);
    units_name(h, balance->state, balance->owner_id, balance->owner, balance->prefix, account);
    if (tonnes != 0 || th_book_knows(&h->book, account)) {
        th_book_assert_units(&h->book, account, tonnes, false);
    }
    return true;
}

static bool assert_money(void *context, const struct th_party *party)
{
    struct th_hledger *h = context;
    struct th_money_totals totals;
    char account[TH_BOOK_ACCOUNT_SIZE];
    h->status = th_money_totals(h->store, party->party_id, &totals, h->err);
    for (int i = 0; i < 2 && h->status == TH_OK; i++) {
        enum th_account kind = i == 0 ? TH_ACCOUNT_CLAIM : TH_ACCOUNT_CASH;
        struct th_money amount = i == 0 ? totals.claim : totals.cash;
        money_name(&h->book, kind, party->party_id, party->name, account);
        if (th_money_fen(amount) != 0 || th_book_knows(&h->book, account)) {
            th_book_assert_money(&h->book, account, amount, false);
        }
    }
    return h->status == TH_OK;
}

// What the registry counts apart from its journal, on the last day of the book.
static enum th_status write_balances(struct th_hledger *h)
{
    enum th_status status = TH_OK;
    if (h->book.n == 0) {
        return TH_OK;
    }
    th_book_begin(&h->book, h->book.last_on, "book.balances", 0, "");
    h->book.n--; // it moves nothing
    if (h->party_id == 0) {
        status = th_party_each(h->store, assert_money, h, h->err);
        status = status == TH_OK ? h->status : status;
    } else {
        status = th_hledger_party_balances(h);
    }
    return status == TH_OK ? th_book_balance_each(h->store, h->party_id, assert_units, h, h->err)
                           : status;
}

static void declare_roots(struct th_hledger *h)
{
    static const struct {
        const char *root, *part;
        char type;
        bool all; // in the books of all parties, too
    } ROOTS[] = {
        {"@book.claims", NULL, 'A', true},
        {"@book.claims", "@book.receivable", 'A', false},
        {"@book.claims", "@book.payable", 'L', false},
        {"@book.cash", NULL, 'C', true},
        {"@book.stock", NULL, 'A', false},
        {"@book.input_tax", NULL, 'A', false},
        {"@book.output_tax", NULL, 'L', false},
        {"@book.sales", NULL, 'R', false},
        {"@book.shared_in", NULL, 'R', false},
        {"@book.cost", NULL, 'X', false},
        {"@book.shared", NULL, 'X', false},
        {"@book.written_off", NULL, 'X', false},
        {"@book.income", NULL, 'R', false},
        {"@book.expense", NULL, 'X', false},
        {"@book.other", NULL, 'E', false},
        {"@book.units", NULL, 'A', true},
        {"@book.units", "@book.issued", 'E', true},
        {"@book.units", "@book.retired", 'X', true},
        {"@book.units", "@book.cancelled", 'X', true},
        {"@book.units", "@book.outside", 'E', false},
    };
    char account[TH_BOOK_ACCOUNT_SIZE];
    for (size_t i = 0; i < sizeof(ROOTS) / sizeof(ROOTS[0]); i++) {
        if (ROOTS[i].all || h->party_id != 0) {
            th_hledger_name(&h->book, ROOTS[i].root, ROOTS[i].part, NULL, NULL, account);
            th_book_declare(&h->book, account, ROOTS[i].type);
        }
    }
}

static enum th_status write_all(struct th_hledger *h)
{
    declare_roots(h);
    enum th_status status = h->party_id == 0 ? th_book_leg_each(h->store, 0, add_leg, h, h->err)
                                             : th_hledger_party_money(h);
    h->seq = 0;
    if (status == TH_OK) {
        status = th_book_move_each(h->store, h->party_id, add_move, h, h->err);
    }
    return status == TH_OK ? write_balances(h) : status;
}

static enum th_status read_all(struct th_hledger *h, const char *reference, struct th_party *party,
                               char heading[HEADING_SIZE])
{
    struct th_registry_record record;
    enum th_status status = th_store_begin_read(h->store, h->err);
    if (status != TH_OK) {
        return status;
    }
    status = th_registry_record_load(h->store, &record, h->err);
    if (status == TH_OK && reference != NULL) {
        status = th_party_resolve(h->store, reference, party, h->err);
    }
    if (status == TH_OK) {
        h->party_id = party->party_id;
        (void)snprintf(heading, HEADING_SIZE, "%s%s%s", record.name, h->party_id != 0 ? " · " : "",
                       party->name);
        status = write_all(h);
    }
    th_store_end_read(h->store);
    return status;
}

// The registry knows what units cost by the pools of banks. In the books of others who bought, the
// cost of what they sold or retired stays in their stock, and whoever reads them is told.
static void warn_of_stock(const struct th_hledger *h, const struct th_party *party,
                          const struct th_hledger_options *options, char heading[HEADING_SIZE],
                          struct th_json *reply)
{
    struct th_json *warnings = th_json_array();
    if (h->bought && strcmp(party->kind, "bank") != 0) {
        size_t used = strlen(heading);
        th_json_append_text(warnings, "stock_cost_of_banks");
        if (options->messages) {
            (void)snprintf(heading + used, HEADING_SIZE - used, " · %s",
                           th_messages_text(options->messages, options->lang,
                                            "value.warnings.stock_cost_of_banks"));
        }
    }
    th_json_set(reply, "warnings", warnings);
}

static enum th_status publish(struct th_hledger *h, const char *path, const char *heading,
                              struct th_json *reply)
{
    char *text = NULL;
    size_t size = 0;
    char hex[TH_HASH_HEX_SIZE];
    enum th_status status = th_book_finish(&h->book, heading, &text, &size, h->err);
    if (status == TH_OK) {
        status = th_file_write_new(path, text, size, h->err);
    }
    if (status == TH_OK) {
        struct th_hash hash = th_hash_bytes(TH_HASH_SHA256, text, size);
        th_json_set_text(reply, "file", path);
        th_json_set_text(reply, "format", "hledger");
        th_json_set_int(reply, "n", h->book.n);
        th_json_set_int(reply, "accounts", (int64_t)h->book.n_names);
        th_json_set_text(reply, "sha256", th_hash_hex(&hash, hex));
    }
    free(text);
    return status;
}

enum th_status th_hledger_export(struct th_registry *registry,
                                 const struct th_hledger_options *options,
                                 struct th_json **ret_reply, struct th_error *err)
{
    struct th_party party = {0};
    char heading[HEADING_SIZE];
    struct th_hledger h = {.store = th_registry_store(registry), .err = err};
    enum th_status status = th_file_check_new(options->path, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *reply = th_json_object();
    th_book_init(&h.book, options->messages, options->lang);
    status = read_all(&h, options->party, &party, heading);
    if (status == TH_OK) {
        warn_of_stock(&h, &party, options, heading, reply);
        status = publish(&h, options->path, heading, reply);
    }
    if (status == TH_OK) {
        th_json_set(reply, "party",
                    party.party_id != 0 ? th_json_int(party.party_id) : th_json_null());
        th_json_set_text(reply, "name", party.party_id != 0 ? party.name : NULL);
    }
    th_hledger_clear(&h);
    return th_reply_finish(status, reply, ret_reply, err);
}
