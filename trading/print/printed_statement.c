#include "trading/print/printed_statement.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/file.h"
#include "papers/statement.h"
#include "registry/reply.h"
#include "store/people/party_store.h"
#include "store/registry_store.h"
#include "trading/account/account.h"
#include "trading/revenue/revenue.h"

struct frame {
    struct th_registry_record record;
    char on[TH_DATE_TEXT_SIZE];
    struct th_statement_frame paper;
};

static enum th_status frame_load(struct th_registry *registry, struct frame *frame,
                                 struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    enum th_status status = th_store_begin_read(store, err);
    if (status == TH_OK) {
        status = th_registry_record_load(store, &frame->record, err);
        th_store_end_read(store);
    }
    frame->paper =
        (struct th_statement_frame){.registry = frame->record.name,
                                    .registry_id = frame->record.registry_id,
                                    .program = th_registry_surroundings(registry)->program,
                                    .on = th_date_format(th_registry_today(registry), frame->on)};
    return status;
}

static struct th_money money(const struct th_json *object, const char *key)
{
    return th_money_from_fen(th_json_get_int(object, key, 0));
}

static struct th_units units(const struct th_json *object, const char *key)
{
    return th_units_from_t(th_json_get_int(object, key, 0));
}

static struct th_account_figures figures(const struct th_json *object)
{
    return (struct th_account_figures){.held = units(object, "held_t"),
                                       .locked = units(object, "locked_t"),
                                       .buffer = units(object, "buffer_t"),
                                       .retired = units(object, "retired_t"),
                                       .cancelled = units(object, "cancelled_t"),
                                       .claim = money(object, "claim_fen"),
                                       .cash = money(object, "cash_fen")};
}

// "过户", "到账 · 现金"
static const char *what_words(const struct th_json *entry, const struct th_printed_where *where,
                              struct th_arena *arena)
{
    char key[96];
    char words[512];
    const char *event = th_json_get_text(entry, "event", NULL);
    if (event != NULL) {
        (void)snprintf(key, sizeof(key), "value.event.%s", event);
        return th_arena_text(arena, th_messages_text(where->messages, where->lang, key));
    }
    const char *memo = th_json_get_text(entry, "memo", ""); // is a key
    (void)snprintf(key, sizeof(key), "value.account.%s", th_json_get_text(entry, "account", ""));
    (void)snprintf(words, sizeof(words), "%s · %s",
                   th_messages_text(where->messages, where->lang, memo),
                   th_messages_text(where->messages, where->lang, key));
    return th_arena_text(arena, words);
}

static bool row_fill(const struct th_json *entry, const struct th_printed_where *where,
                     struct th_arena *arena, struct th_account_row *row)
{
    int64_t tonnes_t = th_json_get_int(entry, "tonnes", 0);
    const char *from_state = th_json_get_text(entry, "from_state", NULL);
    const char *to_state = th_json_get_text(entry, "state", NULL);
    bool came = from_state == NULL;
    bool left = to_state == NULL;
    *row = (struct th_account_row){.on = th_json_get_text(entry, "on", ""),
                                   .what = what_words(entry, where, arena),
                                   .trade_id = th_json_get_int(entry, "trade_id", 0),
                                   .serial = th_json_get_text(entry, "serial", NULL),
                                   .change_t = came && !left   ? tonnes_t
                                               : left && !came ? -tonnes_t
                                                               : 0,
                                   .units = th_units_from_t(tonnes_t),
                                   .amount = money(entry, "amount_fen"),
                                   .after = figures(entry),
                                   .from_state = from_state,
                                   .to_state = to_state};
    return row->what != NULL;
}

// With the file in it.
static enum th_status reply_finish(enum th_status status, struct th_json *reply,
                                   const struct th_printed_where *where,
                                   const struct th_hash *sha256, struct th_json **ret_reply,
                                   struct th_error *err)
{
    char hex[TH_HASH_HEX_SIZE];
    if (status == TH_OK) {
        th_json_set_text(reply, "file", where->path);
        th_json_set_text(reply, "sha256", th_hash_hex(sha256, hex));
    }
    return th_reply_finish(status, reply, ret_reply, err);
}

static enum th_status account_print(const struct frame *frame, const struct th_json *reply,
                                    const char *uscc, const struct th_printed_where *where,
                                    struct th_hash *ret_sha256, struct th_error *err)
{
    struct th_arena arena = {0};
    const struct th_json *entries = th_json_get(reply, "entries");
    size_t n = th_json_size(entries);
    struct th_account_row *rows = calloc(n + 1, sizeof(*rows));
    enum th_status status = rows == NULL ? th_error_no_memory(err) : TH_OK;
    for (size_t i = 0; status == TH_OK && i < n; i++) {
        if (!row_fill(th_json_at(entries, i), where, &arena, &rows[i])) {
            status = th_error_no_memory(err);
        }
    }
    if (status == TH_OK) {
        struct th_account_statement statement = {.name = th_json_get_text(reply, "name", ""),
                                                 .uscc = uscc,
                                                 .from = th_json_get_text(reply, "from", NULL),
                                                 .to = th_json_get_text(reply, "to", NULL),
                                                 .opening = figures(th_json_get(reply, "opening")),
                                                 .closing = figures(th_json_get(reply, "closing")),
                                                 .reversal_owed = units(reply, "reversal_owed_t"),
                                                 .rows = rows,
                                                 .n_rows = n};
        status = th_account_statement_print(&frame->paper, &statement, where->messages, where->lang,
                                            where->path, ret_sha256, err);
    }
    free(rows);
    th_arena_clear(&arena);
    return status;
}

enum th_status th_account_statement_file(struct th_registry *registry, const char *party,
                                         const char *from, const char *to,
                                         const struct th_printed_where *where,
                                         struct th_json **ret_reply, struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    struct th_json *reply = NULL;
    struct th_party owner;
    struct frame frame;
    struct th_hash sha256;
    enum th_status status = th_file_check_new(where->path, err);
    if (status == TH_OK) {
        status = frame_load(registry, &frame, err);
    }
    if (status == TH_OK) {
        status = th_account_statement(registry, party, from, to, &reply, err);
    }
    if (status == TH_OK) {
        status = th_store_begin_read(store, err);
    }
    if (status == TH_OK) {
        status = th_party_load(store, th_json_get_int(reply, "party", 0), &owner, err);
        th_store_end_read(store);
    }
    if (status == TH_OK) {
        status = account_print(&frame, reply, owner.uscc, where, &sha256, err);
    }
    return reply_finish(status, reply, where, &sha256, ret_reply, err);
}

// "“马家弄竹林”、“马家弄茶园”"
static const char *package_names(const struct th_json *packages,
                                 const struct th_printed_where *where, struct th_arena *arena)
{
    struct th_buf names;
    th_buf_init(&names, 65536);
    for (size_t i = 0; i < th_json_size(packages); i++) {
        const char *separator =
            i > 0 ? th_messages_text(where->messages, where->lang, "statement.list") : "";
        th_buf_printf(&names, "%s“%s”", separator,
                      th_json_get_text(th_json_at(packages, i), "name", ""));
    }
    const char *text = th_arena_text(arena, th_buf_text(&names));
    th_buf_clear(&names);
    return text;
}

static const struct th_statement_arrival *arrivals_fill(const struct th_json *said,
                                                        struct th_arena *arena)
{
    size_t n = th_json_size(said);
    struct th_statement_arrival *rows = th_arena_take(arena, (n + 1) * sizeof(*rows));
    for (size_t i = 0; rows != NULL && i < n; i++) {
        const struct th_json *item = th_json_at(said, i);
        rows[i] = (struct th_statement_arrival){.on = th_json_get_text(item, "on", ""),
                                                .amount = money(item, "amount_fen")};
    }
    return rows;
}

// NULL when memory is short.
static const struct th_statement_purchase *purchases_fill(const struct th_json *said, size_t n,
                                                          const struct th_printed_where *where,
                                                          struct th_arena *arena)
{
    struct th_statement_purchase *rows = th_arena_take(arena, (n + 1) * sizeof(*rows));
    for (size_t i = 0; rows != NULL && i < n; i++) {
        const struct th_json *item = th_json_at(said, i);
        const struct th_json *receipts = th_json_get(item, "receipts");
        rows[i] = (struct th_statement_purchase){
            .kind = th_json_get_text(item, "kind", ""),
            .on = th_json_get_text(item, "on", ""),
            .buyer = th_json_get_text(item, "buyer_name", ""),
            .packages = package_names(th_json_get(item, "packages"), where, arena),
            .units = units(item, "tonnes"),
            .has_price = th_json_type(th_json_get(item, "price_fen")) == TH_JSON_INT,
            .price_per_t = money(item, "price_fen"),
            .amount = money(item, "amount_fen"),
            .paid = money(item, "received_fen"),
            .open = money(item, "open_fen"),
            .arrivals = arrivals_fill(receipts, arena),
            .n_arrivals = th_json_size(receipts),
            .next_on = th_json_get_text(item, "next_on", NULL)};
        if (rows[i].packages == NULL || rows[i].arrivals == NULL) {
            return NULL;
        }
    }
    return rows;
}

static const struct th_statement_advance *advances_fill(const struct th_json *said, size_t n,
                                                        struct th_arena *arena)
{
    struct th_statement_advance *rows = th_arena_take(arena, (n + 1) * sizeof(*rows));
    for (size_t i = 0; rows != NULL && i < n; i++) {
        const struct th_json *item = th_json_at(said, i);
        rows[i] = (struct th_statement_advance){.on = th_json_get_text(item, "on", ""),
                                                .buyer = th_json_get_text(item, "buyer_name", ""),
                                                .units = units(item, "tonnes"),
                                                .amount = money(item, "amount_fen")};
    }
    return rows;
}

static const struct th_statement_debt *debts_fill(const struct th_json *said, size_t n,
                                                  struct th_arena *arena)
{
    struct th_statement_debt *rows = th_arena_take(arena, (n + 1) * sizeof(*rows));
    for (size_t i = 0; rows != NULL && i < n; i++) {
        const struct th_json *item = th_json_at(said, i);
        rows[i] =
            (struct th_statement_debt){.kind = th_json_get_text(item, "kind", ""),
                                       .of_trade_id = th_json_get_int(item, "of_trade_id", 0),
                                       .on = th_json_get_text(item, "on", ""),
                                       .creditor = th_json_get_text(item, "creditor_name", ""),
                                       .amount = money(item, "amount_fen"),
                                       .returned = money(item, "returned_fen"),
                                       .open = money(item, "open_fen")};
    }
    return rows;
}

static const struct th_statement_sale *sales_fill(const struct th_json *said, size_t n,
                                                  struct th_arena *arena)
{
    struct th_statement_sale *rows = th_arena_take(arena, (n + 1) * sizeof(*rows));
    for (size_t i = 0; rows != NULL && i < n; i++) {
        const struct th_json *item = th_json_at(said, i);
        rows[i] = (struct th_statement_sale){
            .kind = th_json_get_text(item, "kind", ""),
            .on = th_json_get_text(item, "on", ""),
            .buyer = th_json_get_text(item, "buyer_name", ""),
            .units = units(item, "tonnes"),
            .has_price = th_json_type(th_json_get(item, "price_fen")) == TH_JSON_INT,
            .price_per_t = money(item, "price_fen"),
            .receipts = money(item, "receipts_fen"),
            .tax = money(item, "tax_fen"),
            .cost = money(item, "cost_fen"),
            .deductions = money(item, "deductions_fen"),
            .net = money(item, "net_fen"),
            .ratio = th_json_get_text(item, "ratio", ""),
            .basis = th_json_get_text(item, "basis", ""),
            .recipient = th_json_get_text(item, "recipient", NULL),
            .part = th_json_get_text(item, "part", NULL),
            .weight = units(item, "weight_t"),
            .pool = units(item, "pool_t"),
            .n_pools = th_json_get_int(item, "pools", 0),
            .group = th_json_get_text(item, "group_name", NULL),
            .share = th_json_get_text(item, "share", NULL),
            .amount = money(item, "amount_fen"),
            .state = th_json_get_text(item, "state", ""),
            .state_on = th_json_get_text(item, "state_on", ""),
            .returned_on = th_json_get_text(item, "returned_on", ""),
            .resent_on = th_json_get_text(item, "resent_on", NULL)};
    }
    return rows;
}

static bool statement_fill(const struct th_json *party, const struct th_printed_where *where,
                           struct th_arena *arena, struct th_village_statement *statement)
{
    const struct th_json *purchases = th_json_get(party, "purchases");
    const struct th_json *advances = th_json_get(party, "advances");
    const struct th_json *debts = th_json_get(party, "owed_back");
    const struct th_json *sales = th_json_get(party, "payments");
    *statement = (struct th_village_statement){
        .name = th_json_get_text(party, "name", ""),
        .village = strcmp(th_json_get_text(party, "kind", ""), "village") == 0,
        .n_purchases = th_json_size(purchases),
        .n_advances = th_json_size(advances),
        .n_debts = th_json_size(debts),
        .n_sales = th_json_size(sales),
        .purchase = money(party, "purchase_fen"),
        .revenue = money(party, "revenue_fen"),
        .total = money(party, "total_fen"),
        .paid = money(party, "paid_fen"),
        .open = money(party, "open_fen"),
        .advance = money(party, "advance_fen"),
        .debt = money(party, "owed_back_fen")};
    statement->purchases = purchases_fill(purchases, statement->n_purchases, where, arena);
    statement->advances = advances_fill(advances, statement->n_advances, arena);
    statement->debts = debts_fill(debts, statement->n_debts, arena);
    statement->sales = sales_fill(sales, statement->n_sales, arena);
    return statement->purchases != NULL && statement->advances != NULL &&
           statement->debts != NULL && statement->sales != NULL;
}

static enum th_status revenue_print(const struct frame *frame, const struct th_json *reply,
                                    const struct th_printed_where *where,
                                    struct th_hash *ret_sha256, struct th_error *err)
{
    struct th_arena arena = {0};
    const struct th_json *parties = th_json_get(reply, "parties");
    size_t n = th_json_size(parties);
    struct th_village_statement *statements = calloc(n + 1, sizeof(*statements));
    enum th_status status = statements == NULL ? th_error_no_memory(err) : TH_OK;
    for (size_t i = 0; status == TH_OK && i < n; i++) {
        if (!statement_fill(th_json_at(parties, i), where, &arena, &statements[i])) {
            status = th_error_no_memory(err);
        }
    }
    if (status == TH_OK) {
        status = th_village_statement_print(&frame->paper, statements, n, where->messages,
                                            where->lang, where->path, ret_sha256, err);
    }
    free(statements);
    th_arena_clear(&arena);
    return status;
}

enum th_status th_revenue_statement_file(struct th_registry *registry, const char *village,
                                         const char *party, const struct th_printed_where *where,
                                         struct th_json **ret_reply, struct th_error *err)
{
    struct th_json *reply = NULL;
    struct frame frame;
    struct th_hash sha256;
    enum th_status status = th_file_check_new(where->path, err);
    if (status == TH_OK) {
        status = frame_load(registry, &frame, err);
    }
    if (status == TH_OK) {
        status = th_revenue_statement(registry, village, party, &reply, err);
    }
    if (status == TH_OK) {
        status = revenue_print(&frame, reply, where, &sha256, err);
    }
    return reply_finish(status, reply, where, &sha256, ret_reply, err);
}
