// Statements, parameters and columns.
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/text.h"
#include "store/store_internal.h"

struct th_stmt {
    struct th_store *store;
    const char *sql;
    sqlite3_stmt *handle; // NULL when preparing failed
    int error;            // first result code that went wrong, SQLITE_OK so far
    bool busy;            // between th_db_query and th_stmt_done
    bool cached;
};

static bool is_full(int reason)
{
    return reason == ENOSPC || reason == EDQUOT;
}

enum th_status th_db_error(struct th_store *store, int code, struct th_error *err)
{
    // SQLite keeps the words of its last call only: a code that stuck to a statement is older.
    bool latest = store != NULL && (sqlite3_extended_errcode(store->db) & 0xff) == (code & 0xff);
    const char *detail = latest ? sqlite3_errmsg(store->db) : sqlite3_errstr(code);
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return th_error_set(err, TH_BUSY, "registry_busy", "detail", detail, NULL);
    case SQLITE_CONSTRAINT:
        return th_error_set(err, TH_CONFLICT, "store_constraint", "detail", detail, NULL);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return th_error_set(err, TH_CORRUPT, "registry_corrupt", "detail", detail, NULL);
    case SQLITE_NOMEM:
        return th_error_no_memory(err);
    case SQLITE_FULL:
        return th_error_set(err, TH_IO, "disk_full", "detail", detail, NULL);
    case SQLITE_READONLY:
        return th_error_set(err, TH_IO, "registry_readonly", "detail", detail, NULL);
    default:
        // SQLite calls it full only where a write of pages came out short.
        if (store != NULL && is_full(sqlite3_system_errno(store->db))) {
            return th_error_set(err, TH_IO, "disk_full", "detail", detail, NULL);
        }
        if (store != NULL && sqlite3_system_errno(store->db) == EFBIG) {
            return th_error_set(err, TH_IO, "file_io", "path", store->path, "reason",
                                "@io_reason.size_limit", NULL);
        }
        return th_error_set(err, TH_IO, "store_failed", "detail", detail, NULL);
    }
}

enum th_status th_db_exec(struct th_store *store, const char *sql, struct th_error *err)
{
    int code = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? TH_OK : th_db_error(store, code, err);
}

enum th_status th_db_pragma(struct th_store *store, const char *sql, int *ret_value,
                            struct th_error *err)
{
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_step(stmt);
    }
    if (code == SQLITE_ROW) {
        *ret_value = sqlite3_column_int(stmt, 0);
    }
    enum th_status status = code == SQLITE_ROW ? TH_OK : th_db_error(store, code, err);
    sqlite3_finalize(stmt);
    return status;
}

char *th_db_fresh_name(const char *path)
{
    size_t size = strlen(path) + 32;
    char *fresh = malloc(size);
    if (fresh != NULL) {
        snprintf(fresh, size, "%s.new-%ld", path, (long)getpid());
    }
    return fresh;
}

void th_db_remove(const char *path)
{
    static const char *const SUFFIXES[] = {"", "-journal", "-wal", "-shm"};
    size_t size = strlen(path) + 16;
    char *name = malloc(size);
    for (size_t i = 0; name != NULL && i < sizeof(SUFFIXES) / sizeof(SUFFIXES[0]); i++) {
        snprintf(name, size, "%s%s", path, SUFFIXES[i]);
        (void)unlink(name);
    }
    free(name);
}

static void stmt_free(struct th_stmt *stmt)
{
    if (stmt == NULL) {
        return;
    }
    sqlite3_finalize(stmt->handle);
    free(stmt);
}

void th_db_cache_clear(struct th_store *store)
{
    for (size_t i = 0; i < TH_DB_CACHE_SIZE; i++) {
        stmt_free(store->cache[i]);
        store->cache[i] = NULL;
    }
}

static struct th_stmt *stmt_new(struct th_store *store, const char *sql)
{
    struct th_stmt *stmt = calloc(1, sizeof(*stmt));
    if (stmt == NULL) {
        return NULL;
    }
    stmt->store = store;
    stmt->sql = sql;
    stmt->error =
        sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt->handle, NULL);
    return stmt;
}

// The slot in which a statement stands or would stand; NULL when the table is full.
static struct th_stmt **cache_find(struct th_store *store, const char *sql)
{
    size_t start = ((uintptr_t)sql >> 3) * 0x9e3779b97f4a7c15u >> 40;
    for (size_t i = 0; i < TH_DB_CACHE_SIZE; i++) {
        struct th_stmt **slot = &store->cache[(start + i) & (TH_DB_CACHE_SIZE - 1)];
        if (*slot == NULL || (*slot)->sql == sql) {
            return slot;
        }
    }
    return NULL;
}

struct th_stmt *th_db_query(struct th_store *store, const char *sql)
{
    struct th_stmt **slot = cache_find(store, sql);
    // A statement that is being stepped (a visitor that asks the same again) gets a twin of its
    // own.
    if (slot == NULL || (*slot != NULL && (*slot)->busy)) {
        struct th_stmt *twin = stmt_new(store, sql);
        if (twin != NULL) {
            twin->busy = true;
        }
        return twin;
    }
    if (*slot == NULL) {
        struct th_stmt *stmt = stmt_new(store, sql);
        if (stmt == NULL || stmt->handle == NULL) {
            if (stmt != NULL) {
                stmt->busy = true;
            }
            return stmt;
        }
        stmt->cached = true;
        *slot = stmt;
    }
    (*slot)->busy = true;
    (*slot)->error = SQLITE_OK;
    return *slot;
}

struct th_stmt *th_db_query_made(struct th_store *store, const char *sql)
{
    struct th_stmt *stmt = stmt_new(store, sql);
    if (stmt != NULL) {
        stmt->busy = true;
    }
    return stmt;
}

struct th_store *th_stmt_store(const struct th_stmt *stmt)
{
    return stmt->store;
}

void th_stmt_done(struct th_stmt *stmt)
{
    if (stmt == NULL) {
        return;
    }
    if (!stmt->cached) {
        stmt_free(stmt);
        return;
    }
    sqlite3_reset(stmt->handle);
    sqlite3_clear_bindings(stmt->handle);
    stmt->busy = false;
}

static bool bindable(const struct th_stmt *stmt)
{
    return stmt != NULL && stmt->handle != NULL && stmt->error == SQLITE_OK;
}

void th_bind_int(struct th_stmt *stmt, int index, int64_t value)
{
    if (bindable(stmt)) {
        stmt->error = sqlite3_bind_int64(stmt->handle, index, value);
    }
}

void th_bind_real(struct th_stmt *stmt, int index, double value)
{
    if (bindable(stmt)) {
        stmt->error = sqlite3_bind_double(stmt->handle, index, value);
    }
}

void th_bind_text(struct th_stmt *stmt, int index, const char *text)
{
    if (bindable(stmt)) {
        stmt->error = sqlite3_bind_text(stmt->handle, index, text, -1, SQLITE_TRANSIENT);
    }
}

void th_bind_blob(struct th_stmt *stmt, int index, const void *data, size_t size)
{
    if (bindable(stmt)) {
        stmt->error =
            sqlite3_bind_blob64(stmt->handle, index, data, (sqlite3_uint64)size, SQLITE_TRANSIENT);
    }
}

void th_bind_text_borrowed(struct th_stmt *stmt, int index, const char *text)
{
    if (bindable(stmt)) {
        stmt->error = sqlite3_bind_text(stmt->handle, index, text, -1, SQLITE_STATIC);
    }
}

void th_bind_blob_borrowed(struct th_stmt *stmt, int index, const void *data, size_t size)
{
    if (bindable(stmt)) {
        stmt->error =
            sqlite3_bind_blob64(stmt->handle, index, data, (sqlite3_uint64)size, SQLITE_STATIC);
    }
}

void th_bind_hash(struct th_stmt *stmt, int index, const struct th_hash *hash)
{
    th_bind_blob(stmt, index, hash->bytes, TH_HASH_SIZE);
}

void th_bind_null(struct th_stmt *stmt, int index)
{
    if (bindable(stmt)) {
        stmt->error = sqlite3_bind_null(stmt->handle, index);
    }
}

void th_bind_id(struct th_stmt *stmt, int index, int64_t id)
{
    if (id == 0) {
        th_bind_null(stmt, index);
    } else {
        th_bind_int(stmt, index, id);
    }
}

void th_bind_date(struct th_stmt *stmt, int index, struct th_date date)
{
    char text[TH_DATE_TEXT_SIZE];
    th_bind_text(stmt, index, date.year == 0 ? NULL : th_date_format(date, text));
}

void th_bind_area(struct th_stmt *stmt, int index, struct th_area area)
{
    th_bind_int(stmt, index, th_area_m2_300(area));
}

void th_bind_carbon(struct th_stmt *stmt, int index, struct th_carbon carbon)
{
    th_bind_int(stmt, index, th_carbon_kg(carbon));
}

void th_bind_units(struct th_stmt *stmt, int index, struct th_units units)
{
    th_bind_int(stmt, index, th_units_t(units));
}

void th_bind_money(struct th_stmt *stmt, int index, struct th_money money)
{
    th_bind_int(stmt, index, th_money_fen(money));
}

enum th_status th_stmt_step(struct th_stmt *stmt, bool *ret_row, struct th_error *err)
{
    if (stmt == NULL) {
        return th_error_no_memory(err);
    }
    if (stmt->error != SQLITE_OK || stmt->handle == NULL) {
        return th_db_error(stmt->store, stmt->error, err);
    }
    int code = sqlite3_step(stmt->handle);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        return th_db_error(stmt->store, code, err);
    }
    *ret_row = code == SQLITE_ROW;
    return TH_OK;
}

bool th_stmt_next(struct th_stmt *stmt, enum th_status *status, struct th_error *err)
{
    bool row = false;
    if (*status == TH_OK) {
        *status = th_stmt_step(stmt, &row, err);
    }
    return row;
}

enum th_status th_stmt_run(struct th_stmt *stmt, struct th_error *err)
{
    bool row = false;
    enum th_status status = th_stmt_step(stmt, &row, err);
    th_stmt_done(stmt);
    return status;
}

enum th_status th_stmt_insert(struct th_stmt *stmt, int64_t *ret_id, struct th_error *err)
{
    struct th_store *store = stmt != NULL ? stmt->store : NULL;
    enum th_status status = th_stmt_run(stmt, err);
    if (status == TH_OK) {
        *ret_id = sqlite3_last_insert_rowid(store->db);
    }
    return status;
}

enum th_status th_stmt_int(struct th_stmt *stmt, int64_t fallback, int64_t *ret_value,
                           struct th_error *err)
{
    bool row = false;
    enum th_status status = th_stmt_step(stmt, &row, err);
    if (status == TH_OK) {
        *ret_value = row && !th_column_is_null(stmt, 0) ? th_column_int(stmt, 0) : fallback;
    }
    th_stmt_done(stmt);
    return status;
}

const char *th_column_name(struct th_stmt *stmt, int index)
{
    return sqlite3_column_name(stmt->handle, index);
}

int64_t th_column_int(struct th_stmt *stmt, int index)
{
    return sqlite3_column_int64(stmt->handle, index);
}

double th_column_real(struct th_stmt *stmt, int index)
{
    return sqlite3_column_double(stmt->handle, index);
}

const char *th_column_text(struct th_stmt *stmt, int index)
{
    return (const char *)sqlite3_column_text(stmt->handle, index);
}

const void *th_column_blob(struct th_stmt *stmt, int index, size_t *ret_size)
{
    const void *data = sqlite3_column_blob(stmt->handle, index);
    *ret_size = (size_t)sqlite3_column_bytes(stmt->handle, index);
    return data;
}

bool th_column_is_null(struct th_stmt *stmt, int index)
{
    return sqlite3_column_type(stmt->handle, index) == SQLITE_NULL;
}

int th_stmt_n_columns(struct th_stmt *stmt)
{
    return stmt && stmt->handle ? sqlite3_column_count(stmt->handle) : 0;
}

enum th_db_type th_column_type(struct th_stmt *stmt, int index)
{
    switch (sqlite3_column_type(stmt->handle, index)) {
    case SQLITE_INTEGER:
        return TH_DB_INT;
    case SQLITE_FLOAT:
        return TH_DB_REAL;
    case SQLITE_TEXT:
        return TH_DB_TEXT;
    case SQLITE_BLOB:
        return TH_DB_BLOB;
    default:
        return TH_DB_NULL;
    }
}

void th_column_hash(struct th_stmt *stmt, int index, struct th_hash *ret_hash)
{
    size_t size = 0;
    const void *data = th_column_blob(stmt, index, &size);
    memset(ret_hash, 0, sizeof(*ret_hash));
    if (size == TH_HASH_SIZE) {
        memcpy(ret_hash->bytes, data, TH_HASH_SIZE);
    }
}

struct th_date th_column_date(struct th_stmt *stmt, int index)
{
    struct th_date date = {0};
    const char *text = th_column_text(stmt, index);
    if (text == NULL || th_date_parse(text, &date, NULL) != TH_OK) {
        return (struct th_date){0};
    }
    return date;
}

struct th_area th_column_area(struct th_stmt *stmt, int index)
{
    return th_area_from_m2_300(th_column_int(stmt, index));
}

struct th_carbon th_column_carbon(struct th_stmt *stmt, int index)
{
    return th_carbon_from_kg(th_column_int(stmt, index));
}

struct th_units th_column_units(struct th_stmt *stmt, int index)
{
    return th_units_from_t(th_column_int(stmt, index));
}

struct th_money th_column_money(struct th_stmt *stmt, int index)
{
    return th_money_from_fen(th_column_int(stmt, index));
}

void th_column_copy(struct th_stmt *stmt, int index, char *target, size_t size)
{
    const char *text = th_column_text(stmt, index);
    th_text_copy(target, size, text != NULL ? text : "");
}

int64_t th_db_changes(struct th_store *store)
{
    return sqlite3_changes64(store->db);
}

int64_t th_db_last_id(struct th_store *store)
{
    return sqlite3_last_insert_rowid(store->db);
}

void **th_db_slot(struct th_store *store, enum th_db_slot slot, void (*destroy)(void *))
{
    assert(slot < TH_DB_N_SLOTS);
    store->slots[slot].destroy = destroy;
    return &store->slots[slot].data;
}

void th_db_let_shadow_tables(struct th_store *store, bool writable)
{
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, writable ? 0 : 1, NULL);
}

void th_db_note_journal(struct th_store *store)
{
    store->journal_grew = true;
}

bool th_db_in_transaction(const struct th_store *store)
{
    return store->in_transaction;
}
