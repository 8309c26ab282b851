// Opening the registry file, and its transactions.
#include "store/store.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// spatialite.h needs SQLite's types before it.
#include <sqlite3.h>

#include <spatialite.h>

#include "core/file.h"
#include "core/text.h"
#include "store/deal/lock_store.h"
#include "store/deal/money_store.h"
#include "store/file/write_behind_internal.h"
#include "store/ledger/ledger_store.h"
#include "store/store_internal.h"

enum { BUSY_TIMEOUT_MS = 30000 };

static const char WAL[] = "PRAGMA journal_mode = WAL";

// Kilobytes of pages that are kept in memory. Who writes alone keeps fewer: what waits in memory is
// written at the end, when nothing else is left to do meanwhile.
#define CACHE_USUAL "PRAGMA cache_size = -65536;"
#define CACHE_ALONE "PRAGMA cache_size = -12288;"

// DEFENSIVE keeps SQL from writing shadow tables; TRUSTED_SCHEMA must stay on, since the triggers
// of the R*Tree call SpatiaLite's functions. Nothing can be attached.
static enum th_status harden(struct th_store *store, const struct th_store_options *options,
                             struct th_error *err)
{
    static const char PRAGMAS[] =
        "PRAGMA foreign_keys = ON; PRAGMA cell_size_check = ON;"
        // Else REPLACE would delete rows without asking the triggers.
        "PRAGMA recursive_triggers = ON;"
        "PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY;"
        // A log that grew with one large import shrinks again.
        "PRAGMA journal_size_limit = 67108864;" CACHE_USUAL "PRAGMA synchronous = FULL;";
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 1, NULL);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
    sqlite3_limit(store->db, SQLITE_LIMIT_ATTACHED, 0);
    store->busy_timeout_ms =
        options->busy_timeout_ms > 0 ? options->busy_timeout_ms : BUSY_TIMEOUT_MS;
    sqlite3_busy_timeout(store->db, store->busy_timeout_ms);
    return th_db_exec(store, PRAGMAS, err);
}

// Is this file ours? Asked of its first bytes, so that a damaged registry is told from a file of
// somebody else; and through SQLite's own handle, since closing another one would drop the locks
// that this process holds on the file. Offsets: https://www.sqlite.org/fileformat2.html, 1.3.
static enum th_status recognise(struct th_store *store, struct th_error *err)
{
    static const char MAGIC[16] = "SQLite format 3";
    enum { APPLICATION_AT = 68, HEADER_SIZE = 100 };
    unsigned char header[HEADER_SIZE] = {0};
    sqlite3_file *file = NULL;
    int code = sqlite3_file_control(store->db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    if (code == SQLITE_OK && file != NULL && file->pMethods != NULL) {
        code = file->pMethods->xRead(file, header, HEADER_SIZE, 0);
    }
    uint32_t application = 0;
    for (size_t i = 0; i < 4; i++) {
        application = application << 8 | header[APPLICATION_AT + i];
    }
    return code == SQLITE_OK && memcmp(header, MAGIC, sizeof(MAGIC)) == 0 &&
                   application == TH_APPLICATION_ID
               ? TH_OK
               : th_error_set(err, TH_UNREADABLE, "registry_not_ours", "path", store->path, NULL);
}

static enum th_status connect(const char *path, int flags, const struct th_store_options *options,
                              struct th_store **ret_store, struct th_error *err)
{
    struct th_store *store = calloc(1, sizeof(*store));
    if (store == NULL) {
        return th_error_no_memory(err);
    }
    store->path = th_text_duplicate(path);
    int code = store->path == NULL ? SQLITE_NOMEM
                                   : sqlite3_open_v2(path, &store->db, flags | SQLITE_OPEN_NOMUTEX,
                                                     th_write_behind_vfs());
    enum th_status status = TH_OK;
    if (code != SQLITE_OK) {
        status = th_error_set(err, TH_IO, "registry_open", "path", path, "detail",
                              store->db != NULL ? sqlite3_errmsg(store->db) : sqlite3_errstr(code),
                              NULL);
        goto done;
    }
    if ((flags & SQLITE_OPEN_CREATE) == 0) {
        status = recognise(store, err);
    }
    if (status != TH_OK) {
        goto done;
    }
    sqlite3_extended_result_codes(store->db, 1);
    store->spatialite_cache = spatialite_alloc_connection();
    spatialite_init_ex(store->db, store->spatialite_cache, 0);
    status = harden(store, options, err);
done:
    if (status == TH_OK) {
        *ret_store = store;
    } else {
        th_store_close(store);
    }
    return status;
}

// Is it of a layout that we know?
static enum th_status check_version(struct th_store *store, struct th_error *err)
{
    enum th_status status = th_db_pragma(store, "PRAGMA user_version", &store->schema_version, err);
    if (status == TH_OK && store->schema_version > th_migrate_newest()) {
        status = th_error_set(err, TH_TOO_NEW, "registry_too_new", "path", store->path, NULL);
        th_error_add_int(err, "file_version", store->schema_version);
        th_error_add_int(err, "own_version", th_migrate_newest());
    }
    return status;
}

// Makes the file under a name of its own, so that a half-made registry is never seen.
static enum th_status build(const char *fresh, const struct th_store_options *options,
                            enum th_status (*fill)(void *context, struct th_store *store,
                                                   struct th_error *err),
                            void *context, struct th_error *err)
{
    struct th_store *store = NULL;
    char application[64];
    snprintf(application, sizeof(application), "PRAGMA application_id = %d", TH_APPLICATION_ID);
    enum th_status status =
        connect(fresh, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, options, &store, err);
    // A parcel of a hundred points fills more than half of SQLite's usual page of 4,096 bytes, so
    // that each would have one to itself; pages of twice that size take three.
    if (status == TH_OK) {
        status = th_db_exec(store, "PRAGMA page_size = 8192", err);
    }
    if (status == TH_OK) {
        status = th_db_exec(store, application, err);
    }
    if (status == TH_OK) {
        status = th_migrate(store, options, err);
    }
    if (status == TH_OK) {
        status = th_db_exec(store, WAL, err);
    }
    if (status == TH_OK) {
        store->mode = TH_STORE_WRITE;
        status = fill != NULL ? fill(context, store, err) : TH_OK;
    }
    th_store_close(store);
    return status;
}

enum th_status th_store_create_filled(const char *path, const struct th_store_options *options,
                                      enum th_status (*fill)(void *context, struct th_store *store,
                                                             struct th_error *err),
                                      void *context, struct th_error *err)
{
    if (th_file_exists(path)) {
        return th_error_set(err, TH_CONFLICT, "registry_exists", "path", path, NULL);
    }
    struct th_error cause = {0};
    enum th_status status = th_file_check_target(path, err);
    if (status != TH_OK) {
        return status;
    }
    char *fresh = th_db_fresh_name(path);
    if (fresh == NULL) {
        return th_error_no_memory(err);
    }
    th_db_remove(fresh);
    status = build(fresh, options, fill, context, &cause);
    if (status == TH_OK) {
        status = th_file_publish(fresh, path, &cause);
    }
    th_db_remove(fresh);
    free(fresh);
    if (status == TH_CONFLICT && strcmp(cause.key, "file_exists") == 0) {
        return th_error_set(err, TH_CONFLICT, "registry_exists", "path", path, NULL);
    }
    if (status == TH_IO && strcmp(cause.key, "registry_open") == 0) {
        return th_error_set(err, TH_IO, "registry_create", "path", path, "detail",
                            th_error_arg_get(&cause, "detail"), NULL);
    }
    if (status != TH_OK && err != NULL) {
        *err = cause;
    }
    return status;
}

enum th_status th_store_create(const char *path, const struct th_store_options *options,
                               struct th_store **ret_store, struct th_error *err)
{
    enum th_status status = th_store_create_filled(path, options, NULL, NULL, err);
    if (status != TH_OK) {
        return status;
    }
    status = th_store_open(path, TH_STORE_WRITE, options, ret_store, err);
    if (status != TH_OK) {
        th_db_remove(path);
    }
    return status;
}

// SQLite finds the log of changes by the name of the file. Two who write under two names of one
// file would each have a log of their own, and each overwrite what the other wrote; who reads under
// the second name misses what stands in the log of the first, or sees half of it.
static enum th_status check_one_name(const char *path, struct th_error *err)
{
    struct stat info;
    return stat(path, &info) == 0 && info.st_nlink > 1
               ? th_error_set(err, TH_CONFLICT, "registry_linked", "path", path, NULL)
               : TH_OK;
}

enum th_status th_store_open(const char *path, enum th_store_mode mode,
                             const struct th_store_options *options, struct th_store **ret_store,
                             struct th_error *err)
{
    if (!th_file_exists(path)) {
        return th_error_set(err, TH_NOT_FOUND, "registry_not_found", "path", path, NULL);
    }
    struct th_store *store = NULL;
    enum th_status status = th_file_check_target(path, err); // a folder
    if (status == TH_OK) {
        status = check_one_name(path, err);
    }
    if (status == TH_OK) {
        status = connect(path, SQLITE_OPEN_READWRITE, options, &store, err);
    }
    if (status == TH_OK) {
        status = check_version(store, err);
    }
    if (status == TH_OK && store->schema_version < th_migrate_newest()) {
        status = mode == TH_STORE_WRITE
                     ? th_migrate(store, options, err)
                     : th_error_set(err, TH_CONFLICT, "registry_old", "path", path, NULL);
    }
    // A program that was killed while it wrote alone left the file without its log.
    if (status == TH_OK && mode == TH_STORE_WRITE) {
        status = th_db_exec(store, WAL, err);
    }
    if (status == TH_OK && mode == TH_STORE_READ) {
        status = th_db_exec(store, "PRAGMA query_only = ON", err);
    }
    if (status == TH_OK) {
        store->mode = mode;
        *ret_store = store;
    } else {
        th_store_close(store);
    }
    return status;
}
enum th_status th_db_open_reference(struct th_store **ret_store, struct th_error *err)
{
    const struct th_store_options options = {.program = "reference"};
    struct th_store *store = NULL;
    enum th_status status =
        connect(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &options, &store, err);
    if (status == TH_OK) {
        status = th_migrate(store, &options, err);
    }
    if (status == TH_OK) {
        *ret_store = store;
    } else {
        th_store_close(store);
    }
    return status;
}

void th_store_prepare_process(void)
{
    enum { PART_BYTES = 1024 * 1024 };
    // Refused when it is too late: no harm.
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    (void)sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, PART_BYTES);
}

void th_store_close(struct th_store *store)
{
    if (store == NULL) {
        return;
    }
    th_store_rollback(store);
    th_db_cache_clear(store);
    int code = sqlite3_close(store->db);
    assert(code == SQLITE_OK); // else a statement was not done
    (void)code;
    if (store->spatialite_cache != NULL) {
        spatialite_cleanup_ex(store->spatialite_cache);
    }
    free(store->path);
    free(store);
}

int th_store_schema_version(const struct th_store *store)
{
    return store->schema_version;
}

const char *th_store_path(const struct th_store *store)
{
    return store->path;
}

void th_db_forget(struct th_store *store)
{
    for (size_t i = 0; i < TH_DB_N_SLOTS; i++) {
        if (store->slots[i].data != NULL && store->slots[i].destroy != NULL) {
            store->slots[i].destroy(store->slots[i].data);
        }
        store->slots[i].data = NULL;
    }
}

static void end_transaction(struct th_store *store)
{
    store->in_transaction = false;
    store->journal_grew = false;
    th_db_forget(store);
}

static enum th_status run(struct th_store *store, const char *sql, struct th_error *err)
{
    return th_stmt_run(th_db_query(store, sql), err);
}

static const char BEGIN[] = "BEGIN IMMEDIATE";
static const char COMMIT[] = "COMMIT";
static const char ROLLBACK[] = "ROLLBACK";
static const char PART_BEGIN[] = "SAVEPOINT part";
static const char PART_KEEP[] = "RELEASE part";
static const char PART_UNDO[] = "ROLLBACK TO part";

// A full disk, say, makes SQLite roll the whole transaction back by itself.
static bool group_is_lost(struct th_store *store)
{
    return store->group_open && sqlite3_get_autocommit(store->db) != 0;
}

static enum th_status group_lost(struct th_error *err)
{
    return th_error_set(err, TH_IO, "store_failed", "detail", "rolled back", NULL);
}

static enum th_status begin_part(struct th_store *store, struct th_error *err)
{
    if (group_is_lost(store)) {
        return group_lost(err);
    }
    enum th_status status = store->group_open ? TH_OK : run(store, BEGIN, err);
    if (status == TH_OK) {
        store->group_open = true;
        status = run(store, PART_BEGIN, err);
    }
    return status;
}

enum th_status th_store_begin(struct th_store *store, struct th_error *err)
{
    enum th_status status = store->group ? begin_part(store, err) : run(store, BEGIN, err);
    if (status == TH_OK) {
        store->in_transaction = true;
    }
    return status;
}

void th_store_rollback(struct th_store *store)
{
    if (!store->in_transaction) {
        return;
    }
    if (sqlite3_get_autocommit(store->db) == 0) {
        if (store->group) {
            (void)run(store, PART_UNDO, NULL);
            (void)run(store, PART_KEEP, NULL);
        } else {
            (void)run(store, ROLLBACK, NULL);
        }
    }
    end_transaction(store);
}

enum th_status th_store_expect_groups(struct th_store *store, struct th_error *err)
{
    return th_db_exec(store, "PRAGMA temp_store = FILE", err);
}

void th_store_group_begin(struct th_store *store)
{
    assert(!store->in_transaction && !store->group);
    store->group = true;
    store->group_open = false;
    store->group_kept = false;
}

enum th_status th_store_group_end(struct th_store *store, struct th_error *err)
{
    assert(!store->in_transaction && store->group);
    enum th_status status = TH_OK;
    if (group_is_lost(store)) {
        status = store->group_kept ? group_lost(err) : TH_OK;
    } else if (store->group_open) {
        status = store->group_kept ? run(store, COMMIT, err) : run(store, ROLLBACK, err);
    }
    if (sqlite3_get_autocommit(store->db) == 0) {
        (void)run(store, ROLLBACK, NULL);
    }
    store->group = false;
    store->group_open = false;
    return status;
}

enum th_status th_db_check_books(struct th_store *store, struct th_error *err)
{
    enum th_status status = th_ledger_check_commit(store, err);
    if (status == TH_OK) {
        status = th_lock_check_commit(store, err);
    }
    if (status == TH_OK) {
        status = th_money_check_commit(store, err);
    }
    return status;
}

enum th_status th_store_check(struct th_store *store, struct th_error *err)
{
    return store->journal_grew ? th_db_check_books(store, err)
                               : th_error_set(err, TH_INVARIANT, "commit_without_journal", NULL);
}

// Deferred references are looked at by COMMIT, not at the end of a part.
static enum th_status keep_part(struct th_store *store, struct th_error *err)
{
    int n_open = 0;
    int highest = 0;
    sqlite3_db_status(store->db, SQLITE_DBSTATUS_DEFERRED_FKS, &n_open, &highest, 0);
    enum th_status status = n_open == 0 ? run(store, PART_KEEP, err) : TH_CONFLICT;
    if (status == TH_OK) {
        store->group_kept = true;
    }
    return status;
}

enum th_status th_store_commit(struct th_store *store, struct th_error *err)
{
    assert(store->slots[TH_DB_SLOT_BULK].data == NULL); // th_parcel_bulk_end was not called
    enum th_status status = th_store_check(store, err);
    if (status == TH_OK) {
        status = store->group ? keep_part(store, err) : run(store, COMMIT, err);
    }
    if (status == TH_CONFLICT) {
        status = th_error_set(err, TH_INVARIANT, "foreign_key", NULL);
    }
    if (status == TH_OK) {
        end_transaction(store);
    } else {
        th_store_rollback(store);
    }
    return status;
}

bool th_store_alone_begin(struct th_store *store)
{
    assert(!store->in_transaction);
    if (store->group) {
        return false;
    }
    // Refused at once, and without effect, while another connection has the file open.
    sqlite3_busy_timeout(store->db, 0);
    store->alone = th_db_exec(store, "PRAGMA journal_mode = TRUNCATE", NULL) == TH_OK;
    sqlite3_busy_timeout(store->db, store->busy_timeout_ms);
    // Without either, all is only slower.
    if (store->alone) {
        (void)th_db_exec(store, CACHE_ALONE, NULL);
        (void)th_write_behind_begin(store->db);
    }
    return store->alone;
}

enum th_status th_store_alone_end(struct th_store *store, struct th_error *err)
{
    assert(!store->in_transaction);
    if (!store->alone) {
        return TH_OK;
    }
    store->alone = false;
    th_write_behind_end(store->db);
    (void)th_db_exec(store, CACHE_USUAL, NULL);
    return th_db_exec(store, WAL, err);
}

// Inside a group everything reads what the group has written.
enum th_status th_store_begin_read(struct th_store *store, struct th_error *err)
{
    return store->group_open ? TH_OK : th_db_exec(store, "BEGIN", err);
}

void th_store_end_read(struct th_store *store)
{
    if (!store->in_transaction && !store->group_open && sqlite3_get_autocommit(store->db) == 0) {
        (void)th_db_exec(store, "ROLLBACK", NULL);
    }
}
