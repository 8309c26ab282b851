// Shared by the files of the ledger: the blocks as rows, and the issuances a transaction touched.
#ifndef TH_STORE_LEDGER_INTERNAL_H
#define TH_STORE_LEDGER_INTERNAL_H

#include "store/db_internal.h"
#include "store/ledger/ledger_store.h"

// Remembers that the books around these serials must be checked before the commit.
enum th_status th_ledger_note(struct th_store *store, const struct th_unit_move *move,
                              struct th_error *err) TH_MUST_CHECK;

// Columns of a query that begins with TH_BLOCK_COLUMNS (table alias b).
#define TH_BLOCK_COLUMNS                                                                           \
    "b.block_id, b.issuance_id, b.first, b.last, b.state, b.owner_id, b.pool_id, b.lock_id"
enum { TH_BLOCK_N_COLUMNS = 8 };
void th_block_read(struct th_stmt *stmt, struct th_block *ret_block);

// TH_INTERNAL ("block_state_unknown") for a name that is none.
bool th_block_state_parse(const char *name, enum th_block_state *ret_state);

// The books of one issuance, read afresh. TH_INVARIANT ("conservation_broken").
enum th_status th_ledger_check_issuance(struct th_store *store, int64_t issuance_id,
                                        struct th_error *err) TH_MUST_CHECK;
// The stock of every pool: the check "pool_stock", the problem "pool_broken" with "pool".
enum th_status th_pool_check_all(struct th_store *store, const struct th_check_sink *sink,
                                 struct th_error *err) TH_MUST_CHECK;
// Runs one check over every row of a query of ids; the first problem is reported and ends it.
enum th_status
th_ledger_check_each(struct th_store *store, const char *sql, const char *name,
                     enum th_status (*check)(struct th_store *, int64_t, struct th_error *),
                     const struct th_check_sink *sink, struct th_error *err) TH_MUST_CHECK;

#endif
