// SQLite in a few verbs, for *_store.c files only. Statements are prepared once per store and found
// again by the address of their SQL literal, so each SQL text is a `static const char[]`. Binding
// errors stick to the statement and show at the next step.
//
//   static const char SQL_FIND[] = "SELECT name FROM village WHERE code = ?1";
//   struct th_stmt *q = th_db_query(store, SQL_FIND);
//   th_bind_text(q, 1, code);
//   enum th_status status = TH_OK;
//   while (th_stmt_next(q, &status, err)) … th_column_text(q, 0) …
//   th_stmt_done(q);               // always, before the function returns
#ifndef TH_STORE_DB_INTERNAL_H
#define TH_STORE_DB_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/date.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/quantity.h"
#include "store/store.h"

struct th_stmt;

// NULL when the statement could not be prepared; every call below takes NULL and the next step
// fails.
struct th_stmt *th_db_query(struct th_store *store, const char *sql);
// For a text that was put together: prepared for this once. The text must stay until then.
struct th_stmt *th_db_query_made(struct th_store *store, const char *sql);
struct th_store *th_stmt_store(const struct th_stmt *stmt);
void th_stmt_done(struct th_stmt *stmt); // resets and drops the bindings; accepts NULL

// Tuples of so many rows behind VALUES of one INSERT: half of what a row costs is beginning and
// ending the statement that writes it.
enum { TH_DB_N_AT_ONCE = 16 };
#define TH_DB_FOUR(tuple) tuple ", " tuple ", " tuple ", " tuple
#define TH_DB_AT_ONCE(tuple) TH_DB_FOUR(TH_DB_FOUR(tuple))

// Parameters count from 1.
void th_bind_int(struct th_stmt *stmt, int index, int64_t value);
void th_bind_real(struct th_stmt *stmt, int index, double value);
void th_bind_text(struct th_stmt *stmt, int index, const char *text); // NULL binds NULL; copied
void th_bind_blob(struct th_stmt *stmt, int index, const void *data, size_t size); // copied
// Not copied: the data must stay until the statement is done.
void th_bind_text_borrowed(struct th_stmt *stmt, int index, const char *text);
void th_bind_blob_borrowed(struct th_stmt *stmt, int index, const void *data, size_t size);
void th_bind_hash(struct th_stmt *stmt, int index, const struct th_hash *hash);
void th_bind_null(struct th_stmt *stmt, int index);
void th_bind_id(struct th_stmt *stmt, int index, int64_t id);            // 0 binds NULL
void th_bind_date(struct th_stmt *stmt, int index, struct th_date date); // year 0 binds NULL
void th_bind_area(struct th_stmt *stmt, int index, struct th_area area);
void th_bind_carbon(struct th_stmt *stmt, int index, struct th_carbon carbon);
void th_bind_units(struct th_stmt *stmt, int index, struct th_units units);
void th_bind_money(struct th_stmt *stmt, int index, struct th_money money);

// *ret_row tells whether a row stands ready. Errors: TH_BUSY, TH_CONFLICT ("store_constraint" with
// "detail"), TH_CORRUPT, TH_IO ("store_failed" with "detail").
enum th_status th_stmt_step(struct th_stmt *stmt, bool *ret_row,
                            struct th_error *err) TH_MUST_CHECK;
// The same for a loop over rows, or an `if` over one: true when a row stands ready. False after the
// last row, when the step failed (*status says how), and without a step once *status is an error,
// so that the body of a loop only sets it. *status begins as TH_OK.
bool th_stmt_next(struct th_stmt *stmt, enum th_status *status, struct th_error *err) TH_MUST_CHECK;
// For a statement that returns no rows: step, then done.
enum th_status th_stmt_run(struct th_stmt *stmt, struct th_error *err) TH_MUST_CHECK;
// For an INSERT into a table with an integer key: run, and the new key.
enum th_status th_stmt_insert(struct th_stmt *stmt, int64_t *ret_id,
                              struct th_error *err) TH_MUST_CHECK;
// For a query of one integer: step, read column 0, done. `fallback` when there is no row or NULL.
enum th_status th_stmt_int(struct th_stmt *stmt, int64_t fallback, int64_t *ret_value,
                           struct th_error *err) TH_MUST_CHECK;

// Columns count from 0; text and blobs are borrowed until the next step.
int64_t th_column_int(struct th_stmt *stmt, int index);
double th_column_real(struct th_stmt *stmt, int index);
const char *th_column_text(struct th_stmt *stmt, int index); // NULL for NULL
const void *th_column_blob(struct th_stmt *stmt, int index, size_t *ret_size);
const char *th_column_name(struct th_stmt *stmt, int index);
int th_stmt_n_columns(struct th_stmt *stmt); // 0 for a statement that could not be prepared
bool th_column_is_null(struct th_stmt *stmt, int index);
// As it is stored, whatever the layout promises.
enum th_db_type { TH_DB_NULL, TH_DB_INT, TH_DB_REAL, TH_DB_TEXT, TH_DB_BLOB };
enum th_db_type th_column_type(struct th_stmt *stmt, int index);
void th_column_hash(struct th_stmt *stmt, int index,
                    struct th_hash *ret_hash);                  // zeroes if not 32 bytes
struct th_date th_column_date(struct th_stmt *stmt, int index); // zeroes if it is no date
struct th_area th_column_area(struct th_stmt *stmt, int index);
struct th_carbon th_column_carbon(struct th_stmt *stmt, int index);
struct th_units th_column_units(struct th_stmt *stmt, int index);
struct th_money th_column_money(struct th_stmt *stmt, int index);
void th_column_copy(struct th_stmt *stmt, int index, char *target, size_t size); // "" for NULL

int64_t th_db_changes(struct th_store *store); // rows of the last statement
int64_t th_db_last_id(struct th_store *store); // key of the last row inserted

// What a store module remembers about the open transaction; destroyed at its end.
enum th_db_slot {
    TH_DB_SLOT_LEDGER,
    TH_DB_SLOT_LOCK,
    TH_DB_SLOT_FORECAST,
    TH_DB_SLOT_MONEY,
    TH_DB_SLOT_BULK,
    TH_DB_SLOT_ENTRY,
    TH_DB_SLOT_HEAD,
    TH_DB_SLOT_PARTY,
    TH_DB_SLOT_EVENT,
    TH_DB_N_SLOTS
};
void **th_db_slot(struct th_store *store, enum th_db_slot slot, void (*destroy)(void *));

// Lets SQL write the tables behind a virtual table, or forbids it again.
void th_db_let_shadow_tables(struct th_store *store, bool writable);

// Tells the commit that the journal grew.
void th_db_note_journal(struct th_store *store);
bool th_db_in_transaction(const struct th_store *store);

#endif
