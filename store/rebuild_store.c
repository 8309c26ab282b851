// The books made again, in place or beside the file.
#include "store/rebuild_store.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/json.h"
#include "store/journal/entry_internal.h"
#include "store/journal/idempotency_internal.h"
#include "store/journal/journal_store.h"
#include "store/journal/posting.h"
#include "store/revenue/outbox_store.h"
#include "store/schema_internal.h"
#include "store/store_internal.h"

// Every table that posts fill, children before parents.
#define BOOK(table, key)                                                                           \
    {                                                                                              \
#table, "DELETE FROM " #table, "SELECT * FROM " #table " ORDER BY " key,                   \
            "SELECT count(*) FROM " #table                                                         \
    }
static const struct book {
    const char *table;
    const char *sql_empty;
    const char *sql_rows;
    const char *sql_count;
} BOOKS[] = {
    BOOK(unit_event, "block_id, seq, ordinal"),
    BOOK(unit_block, "block_id"),
    BOOK(balance, "issuance_id, owner_id, state"),
    BOOK(unit_lock, "lock_id"),
    BOOK(forecast_vintage, "forecast_id, correction_id, vintage"),
    BOOK(forecast_correction, "correction_id"),
    BOOK(promise, "trade_id"),
    BOOK(delivery, "trade_id"),
    BOOK(forecast, "forecast_id"),
    BOOK(pool_share, "pool_id, package_id"),
    BOOK(offer_line, "trade_id, ordinal"),
    BOOK(trade_line, "trade_id, ordinal"),
    BOOK(trade_schedule, "trade_id, ordinal"),
    BOOK(receipt_withdrawal, "receipt_id"),
    BOOK(receipt, "receipt_id"),
    BOOK(money_leg, "leg_id"),
    BOOK(outbox_withdrawal, "message_id"),
    BOOK(outbox_payment, "message_id, distribution_id, party_id, attempt"),
    BOOK(payout_event, "payout_event_id"),
    BOOK(party_account_decision, "account_id"),
    BOOK(party_account, "account_id"),
    BOOK(member_share, "share_id"),
    BOOK(distribution_decision, "distribution_id"),
    BOOK(distribution_payment, "distribution_id, trade_id, ordinal"),
    BOOK(distribution_sale, "distribution_id, trade_id"),
    BOOK(distribution, "distribution_id"),
    BOOK(settlement_withdrawal, "settlement_id"),
    BOOK(reserve_settlement, "settlement_id"),
    BOOK(deduction_withdrawal, "deduction_id"),
    BOOK(revenue_deduction, "deduction_id"),
    BOOK(revenue_term_end, "term_id"),
    BOOK(revenue_term_split, "term_id, ordinal"),
    BOOK(revenue_term, "term_id"),
    BOOK(reversal_fill, "trade_id"),
    BOOK(reversal_debt, "trade_id, party_id"),
    BOOK(reversal_loss, "trade_id, ordinal, issuance_id"),
    BOOK(reversal_parcel, "trade_id, ordinal"),
    BOOK(reversal, "trade_id"),
    BOOK(listing, "trade_id"),
    BOOK(loan_withdrawal, "payment_id"),
    BOOK(loan_payment, "payment_id"),
    BOOK(enforcement_debt, "trade_id, ordinal"),
    BOOK(pledge_release, "trade_id"),
    BOOK(pledge, "trade_id"),
    BOOK(trade, "trade_id"),
    // Who and what the books speak of.
    BOOK(issuance, "issuance_id"),
    BOOK(waiver, "waiver_id"),
    BOOK(package, "package_id"),
    BOOK(outbox_target, "target_id"),
    BOOK(user_limit, "limit_id"),
    BOOK(user_end, "login"),
    BOOK(beneficiary_review, "review_id"),
    BOOK(enterprise_year, "record_id"),
    BOOK(overlap_waiver, "waiver_id"),
    BOOK(tenure_end, "tenure_id"),
    BOOK(tenure_document, "tenure_id, document_id"),
    BOOK(parcel_lineage, "child_id, child_version, parent_id"),
    BOOK(parcel_renumbering, "parcel_id, version"),
    BOOK(import_draft, "draft_id"),
    BOOK(import_profile, "name"),
    BOOK(county_rule, "rule_id"),
    BOOK(document, "document_id"),
    BOOK(user_account, "login"),
    BOOK(party, "party_id"),
    BOOK(village, "code"),
    BOOK(registry, "id"),
};
enum { N_BOOKS = sizeof(BOOKS) / sizeof(BOOKS[0]) };

// Posts of one journal on their way into a store, which may be another one.
struct replay {
    struct th_store *target;
    bool in_place; // every entry must leave books that a commit would accept
    const struct th_progress *progress;
    int64_t total;
    struct th_rebuild_counts counts;
    enum th_status status;
    struct th_error *err;
};

static enum th_status replay_body(struct replay *replay, const struct th_journal_entry *entry,
                                  struct th_error *err)
{
    struct th_json *body = NULL;
    enum th_status status = th_json_parse(entry->body, strlen(entry->body), &body, err);
    if (status == TH_OK && th_json_get(body, "posts")) {
        replay->counts.n_posting++;
        status = th_posting_apply(replay->target, entry->seq, body, err);
    }
    if (status == TH_OK) {
        status = th_idempotency_again(replay->target, entry, th_json_get(body, "idempotency"),
                                      !replay->in_place, err);
    }
    if (status == TH_OK && replay->in_place) {
        status = th_db_check_books(replay->target, err);
    } else if (status == TH_OK) {
        status = th_entry_said_add(replay->target, entry->seq, body, err);
    }
    th_db_forget(replay->target); // what it touched was looked at
    th_json_free(body);
    return status;
}

// An entry that says nothing of rows is not even parsed.
static bool says_rows(const char *body)
{
    return strstr(body, "\"posts\":[") || strstr(body, "\"digests\":[") ||
           strstr(body, "\"idempotency\":{");
}

static enum th_status failed(const struct th_journal_entry *entry, const struct th_error *reason,
                             struct th_error *err)
{
    (void)th_error_set(err, TH_CORRUPT, "rebuild_failed", "reason", reason->key, NULL);
    th_error_add_int(err, "seq", entry->seq);
    return TH_CORRUPT;
}

static bool replay_entry(void *context, const struct th_journal_entry *entry)
{
    struct replay *replay = context;
    struct th_error reason = {0};
    replay->counts.n_entries++;
    if (says_rows(entry->body)) {
        enum th_status status = replay_body(replay, entry, &reason);
        if (status == TH_NO_MEMORY || status == TH_IO || status == TH_BUSY) {
            replay->status = status;
            if (replay->err) {
                *replay->err = reason;
            }
        } else if (status != TH_OK) {
            replay->status = failed(entry, &reason, replay->err);
        }
    }
    if (replay->status == TH_OK && replay->counts.n_entries % 1024 == 0 &&
        !th_progress_report(replay->progress, "rebuild", replay->counts.n_entries, replay->total)) {
        replay->status = th_error_set(replay->err, TH_INTERRUPTED, "interrupted", NULL);
    }
    return replay->status == TH_OK;
}

static enum th_status replay_journal(struct th_store *source, struct replay *replay,
                                     struct th_error *err)
{
    enum th_status status = th_journal_head(source, &replay->total, err);
    if (status == TH_OK) {
        status = th_journal_each(source, NULL, 1, INT64_MAX, replay_entry, replay, err);
    }
    return status == TH_OK ? replay->status : status;
}

// The guards of the books, which forbid what a rebuild does: their texts, to set them up again.
struct guards {
    struct th_buf drop;
    struct th_buf create;
};

static enum th_status collect_guards(struct th_store *store, const char *table,
                                     struct guards *guards, struct th_error *err)
{
    static const char SQL[] = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' "
                              "AND tbl_name = ?1 ORDER BY name";
    struct th_stmt *q = th_db_query(store, SQL);
    enum th_status status = TH_OK;
    th_bind_text(q, 1, table);
    while (th_stmt_next(q, &status, err)) {
        // A name of the layout, not a value.
        th_buf_printf(&guards->drop, "DROP TRIGGER \"%s\";", th_column_text(q, 0));
        th_buf_printf(&guards->create, "%s;", th_column_text(q, 1));
    }
    th_stmt_done(q);
    if (status == TH_OK) {
        status = th_buf_check(&guards->drop, err);
    }
    return status == TH_OK ? th_buf_check(&guards->create, err) : status;
}

static void guards_init(struct guards *guards)
{
    enum { TEXT_LIMIT = 1 << 20 };
    th_buf_init(&guards->drop, TEXT_LIMIT);
    th_buf_init(&guards->create, TEXT_LIMIT);
}

static void guards_clear(struct guards *guards)
{
    th_buf_clear(&guards->drop);
    th_buf_clear(&guards->create);
}

static enum th_status delete_books(struct th_store *store, struct th_error *err)
{
    enum th_status status = TH_OK;
    for (size_t i = 0; i < N_BOOKS && status == TH_OK; i++) {
        status = th_stmt_run(th_db_query(store, BOOKS[i].sql_empty), err);
    }
    return status;
}

// The guards are up again before the rows come back: some of them keep columns of theirs.
static enum th_status empty_books(struct th_store *store, struct th_error *err)
{
    struct guards guards;
    enum th_status status = TH_OK;
    guards_init(&guards);
    for (size_t i = 0; i < N_BOOKS && status == TH_OK; i++) {
        status = collect_guards(store, BOOKS[i].table, &guards, err);
    }
    if (status == TH_OK) {
        status = th_db_exec(store, th_buf_text(&guards.drop), err);
    }
    if (status == TH_OK) {
        status = delete_books(store, err);
    }
    if (status == TH_OK) {
        status = th_db_exec(store, th_buf_text(&guards.create), err);
    }
    guards_clear(&guards);
    return status;
}

// Keys keep their replies, which no entry has, where they are the ones that the entries know.
static enum th_status replay_all(struct th_store *store, struct replay *replay,
                                 struct th_error *err)
{
    struct guards guards;
    guards_init(&guards);
    enum th_status status = collect_guards(store, "idempotency", &guards, err);
    if (status == TH_OK) {
        status = th_db_exec(store, th_buf_text(&guards.drop), err);
    }
    if (status == TH_OK) {
        status = th_idempotency_doubt_all(store, err);
    }
    if (status == TH_OK) {
        status = replay_journal(store, replay, err);
    }
    if (status == TH_OK) {
        status = th_idempotency_drop_doubted(store, err);
    }
    if (status == TH_OK) {
        status = th_db_exec(store, th_buf_text(&guards.create), err);
    }
    guards_clear(&guards);
    return status;
}

static enum th_status count_rows(struct th_store *store, int64_t *ret_rows, struct th_error *err)
{
    enum th_status status = TH_OK;
    int64_t sum = 0;
    for (size_t i = 0; i < N_BOOKS && status == TH_OK; i++) {
        int64_t n = 0;
        status = th_stmt_int(th_db_query(store, BOOKS[i].sql_count), 0, &n, err);
        sum += n;
    }
    if (status == TH_OK) {
        *ret_rows = sum;
    }
    return status;
}

enum th_status th_rebuild(struct th_store *store, const struct th_progress *progress,
                          struct th_rebuild_counts *ret_counts, struct th_error *err)
{
    struct replay replay = {.target = store, .in_place = true, .progress = progress, .err = err};
    assert(th_db_in_transaction(store));
    // Parents go before their children come back.
    enum th_status status = th_db_exec(store, "PRAGMA defer_foreign_keys = ON", err);
    if (status == TH_OK) {
        status = th_schema_mend(store, &replay.counts.n_mended, err);
    }
    if (status == TH_OK) {
        status = empty_books(store, err);
    }
    if (status == TH_OK) {
        status = replay_all(store, &replay, err);
    }
    if (status == TH_OK) {
        status = th_outbox_mend(store, &replay.counts.n_mended, err);
    }
    if (status == TH_OK) {
        status = count_rows(store, &replay.counts.n_rows, err);
    }
    if (status == TH_OK) {
        *ret_counts = replay.counts;
    }
    return status;
}

// Are the rows under both statements the same?
static bool same_row(struct th_stmt *a, struct th_stmt *b, int n_columns)
{
    for (int i = 0; i < n_columns; i++) {
        // Asked before the value: reading a number as bytes makes a text of it.
        bool same = th_column_type(a, i) == th_column_type(b, i);
        size_t size_a = 0;
        size_t size_b = 0;
        const void *data_a = th_column_blob(a, i, &size_a);
        const void *data_b = th_column_blob(b, i, &size_b);
        if (!same || size_a != size_b || (size_a > 0 && memcmp(data_a, data_b, size_a) != 0)) {
            return false;
        }
    }
    return true;
}

// The number of the first row that differs, from 1 on; 0: none.
static enum th_status compare_book(struct th_store *store, struct th_store *fresh,
                                   const struct book *book, int64_t *ret_rows, int64_t *ret_differs,
                                   struct th_error *err)
{
    struct th_stmt *ours = th_db_query(store, book->sql_rows);
    struct th_stmt *theirs = th_db_query(fresh, book->sql_rows);
    int n_columns = th_stmt_n_columns(ours);
    enum th_status status = TH_OK;
    int64_t row = 0;
    int64_t differs = th_stmt_n_columns(theirs) == n_columns ? 0 : 1;
    bool more = true;
    while (status == TH_OK && differs == 0 && more) {
        bool left = th_stmt_next(ours, &status, err);
        bool right = th_stmt_next(theirs, &status, err);
        row++;
        if (status == TH_OK && (left != right || (left && !same_row(ours, theirs, n_columns)))) {
            differs = row;
        }
        more = left && right;
    }
    th_stmt_done(ours);
    th_stmt_done(theirs);
    if (status == TH_OK) {
        *ret_rows += row;
        *ret_differs = differs;
    }
    return status;
}

static enum th_status compare_books(struct th_store *store, struct th_store *fresh,
                                    int64_t *ret_rows, struct th_error *problem,
                                    struct th_error *err)
{
    int64_t differs = 0;
    const char *table = "idempotency";
    enum th_status status = th_idempotency_compare(store, fresh, ret_rows, &differs, err);
    for (size_t i = 0; i < N_BOOKS && status == TH_OK && differs == 0; i++) {
        table = BOOKS[i].table;
        status = compare_book(store, fresh, &BOOKS[i], ret_rows, &differs, err);
    }
    if (status == TH_OK && differs != 0) {
        (void)th_error_set(problem, TH_INVARIANT, "books_differ", "table", table, NULL);
        th_error_add_int(problem, "row", differs);
    }
    return status;
}

enum th_status th_rebuild_check(struct th_store *store, const struct th_progress *progress,
                                const struct th_check_sink *sink, struct th_error *err)
{
    struct th_store *fresh = NULL;
    struct th_error problem = {0};
    int64_t n_rows = 0;
    enum th_status status = th_db_open_reference(&fresh, err);
    if (status != TH_OK) {
        return status;
    }
    struct replay replay = {.target = fresh, .progress = progress, .err = &problem};
    // Parcels and estimates, which some rows refer to, are not there.
    status = th_db_exec(fresh, "PRAGMA foreign_keys = OFF; BEGIN", err);
    if (status == TH_OK) {
        status = th_entry_said_begin(fresh, err);
    }
    if (status == TH_OK) {
        status = replay_journal(store, &replay, err);
    }
    if (status == TH_CORRUPT && replay.status == TH_CORRUPT) {
        status = TH_OK; // that is the finding
    } else if (status == TH_OK) {
        status = compare_books(store, fresh, &n_rows, &problem, err);
    } else if (replay.status != TH_OK && err) {
        *err = problem;
    }
    if (status == TH_OK) {
        sink->report(sink->context, "books_rebuilt", n_rows,
                     problem.status != TH_OK ? &problem : NULL);
        if (replay.status == TH_OK) {
            status = th_entry_said_check(store, fresh, sink, err);
        }
    }
    th_store_close(fresh);
    return status;
}
