// The registry file: opening, transactions, backup. One open store is used by one thread.
//
// A change happens between th_store_begin and th_store_commit, and a commit is refused unless the
// journal grew (store/journal/journal_store.h) and the books balance (store/ledger/ledger_store.h):
// neither can be switched off.
#ifndef TH_STORE_STORE_H
#define TH_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"
#include "core/progress.h"

struct th_store; // opaque

enum th_store_mode { TH_STORE_READ, TH_STORE_WRITE };

struct th_store_options {
    const char *program; // "tanhui 0.1.0", kept in the upgrade log
    int64_t now_utc;     // for the upgrade log
    int busy_timeout_ms; // 0: 30,000
};

// Creates an empty registry file of the newest layout. TH_CONFLICT ("registry_exists") when the
// path exists, TH_IO ("registry_create") otherwise; nothing stays behind on failure.
enum th_status th_store_create(const char *path, const struct th_store_options *options,
                               struct th_store **ret_store, struct th_error *err) TH_MUST_CHECK;

// The same, filled before anyone can see it: `fill` gets the open store of a file that still has
// another name. A failure of `fill` is returned.
enum th_status th_store_create_filled(const char *path, const struct th_store_options *options,
                                      enum th_status (*fill)(void *context, struct th_store *store,
                                                             struct th_error *err),
                                      void *context, struct th_error *err) TH_MUST_CHECK;

// Of a program, once, before it does anything else with stores: SQLite keeps no count of its
// memory, which would cost a lock at each allocation, and takes the memory for what undoes a part
// of a group in one piece.
void th_store_prepare_process(void);

// Opens an existing file; an older layout is upgraded in write mode and refused in read mode
// ("registry_old"). TH_NOT_FOUND ("registry_not_found"), TH_UNREADABLE ("registry_not_ours"),
// TH_TOO_NEW ("registry_too_new": file version, own version), TH_CORRUPT ("registry_corrupt": ours
// but damaged), TH_IO ("registry_open").
enum th_status th_store_open(const char *path, enum th_store_mode mode,
                             const struct th_store_options *options, struct th_store **ret_store,
                             struct th_error *err) TH_MUST_CHECK;
void th_store_close(struct th_store *store); // an open transaction is rolled back

int th_store_schema_version(const struct th_store *store);
const char *th_store_path(const struct th_store *store); // borrowed

// Begins to write (BEGIN IMMEDIATE). TH_BUSY ("registry_busy") when another program keeps writing
// for longer than the busy timeout.
enum th_status th_store_begin(struct th_store *store, struct th_error *err) TH_MUST_CHECK;
// Ends the transaction; on any failure everything since begin is rolled back.
// TH_INVARIANT ("commit_without_journal", "conservation_broken", "money_unbalanced",
// "foreign_key").
enum th_status th_store_commit(struct th_store *store, struct th_error *err) TH_MUST_CHECK;
void th_store_rollback(struct th_store *store); // no effect outside a transaction
// The checks of th_store_commit alone, for a dry run.
enum th_status th_store_check(struct th_store *store, struct th_error *err) TH_MUST_CHECK;

// Of a store that is there for groups: SQLite keeps what undoes a part in one piece of memory, or
// in a file where that is not enough; else in pieces of a kilobyte.
enum th_status th_store_expect_groups(struct th_store *store, struct th_error *err) TH_MUST_CHECK;
// Transactions that become durable together. Between the two every th_store_begin … _commit is a
// part of one transaction of SQLite: checked at its end as ever, undone alone when it is refused or
// rolled back, and seen by the parts after it. Nothing is durable before th_store_group_end, and
// nobody may be answered before. For short changes: others cannot write until the end. Outside of a
// transaction.
void th_store_group_begin(struct th_store *store);
// On any failure no part has happened. TH_IO and others of th_store_commit.
enum th_status th_store_group_end(struct th_store *store, struct th_error *err) TH_MUST_CHECK;

// For one transaction that writes gigabytes: usually everything is written twice, to the log and
// then to the file, so that others can read meanwhile. Where nobody else has the file open this
// makes the next transactions write straight to the file; others then wait for their end. Returns
// whether it is so; if not, all is as ever. Outside of a transaction.
bool th_store_alone_begin(struct th_store *store);
// Back to the usual way; no effect when it is the usual one. Opening for writing mends it as well.
// TH_BUSY, TH_IO: others have it open by now; the next one to open the file mends it.
enum th_status th_store_alone_end(struct th_store *store, struct th_error *err) TH_MUST_CHECK;

// A read transaction: several queries see one state. Not inside a write transaction.
enum th_status th_store_begin_read(struct th_store *store, struct th_error *err) TH_MUST_CHECK;
void th_store_end_read(struct th_store *store);

// Copies the file while others go on working; `target` must not exist: errors of
// th_file_check_new. TH_IO ("backup_failed"), TH_INTERRUPTED.
enum th_status th_store_backup(struct th_store *store, const char *target,
                               const struct th_progress *progress,
                               struct th_error *err) TH_MUST_CHECK;

#endif
