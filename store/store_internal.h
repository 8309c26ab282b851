// The open file itself; store.c, db.c, migrate.c and backup.c look inside.
#ifndef TH_STORE_STORE_INTERNAL_H
#define TH_STORE_STORE_INTERNAL_H

#include <sqlite3.h>

#include "store/db_internal.h"

enum { TH_DB_CACHE_SIZE = 512 }; // statements; a power of two

struct th_db_slot_entry {
    void *data;
    void (*destroy)(void *);
};

struct th_store {
    sqlite3 *db;
    void *spatialite_cache;
    char *path;
    int schema_version;
    enum th_store_mode mode;
    bool in_transaction;
    bool journal_grew;
    bool alone;      // between th_store_alone_begin and _end
    bool group;      // between th_store_group_begin and _end
    bool group_open; // SQLite's transaction of the group has begun
    bool group_kept; // a transaction of the group was committed into it
    int busy_timeout_ms;
    struct th_stmt *cache[TH_DB_CACHE_SIZE];
    struct th_db_slot_entry slots[TH_DB_N_SLOTS];
};

// Turns an SQLite result code into a status, with SQLite's own words as "detail".
enum th_status th_db_error(struct th_store *store, int code, struct th_error *err);
// Runs SQL without parameters that returns nothing of interest.
enum th_status th_db_exec(struct th_store *store, const char *sql, struct th_error *err);
// A pragma that answers with one integer.
enum th_status th_db_pragma(struct th_store *store, const char *sql, int *ret_value,
                            struct th_error *err);
void th_db_cache_clear(struct th_store *store);

// The name under which a file is made before it is published as `path`; free().
char *th_db_fresh_name(const char *path);
// Removes a database file and what SQLite keeps beside it.
void th_db_remove(const char *path);

// Brings an open database from its user_version to the newest layout, each step one transaction.
enum th_status th_migrate(struct th_store *store, const struct th_store_options *options,
                          struct th_error *err);
int th_migrate_newest(void); // the layout that this program writes

// What a commit asks of the books that the transaction touched.
enum th_status th_db_check_books(struct th_store *store, struct th_error *err) TH_MUST_CHECK;
// Drops what the stores remember about the transaction.
void th_db_forget(struct th_store *store);

// An empty registry in memory with the newest layout, to compare with.
enum th_status th_db_open_reference(struct th_store **ret_store,
                                    struct th_error *err) TH_MUST_CHECK;

enum { TH_APPLICATION_ID = 0x54616e48 }; // "TanH" in the file's header

#endif
