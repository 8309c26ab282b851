// Online backup, page by page, through SQLite's own mechanism.
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/file.h"
#include "store/store_internal.h"

enum { PAGES_A_STEP = 512 }; // 4 MiB

static enum th_status copy_pages(sqlite3 *target, struct th_store *store,
                                 const struct th_progress *progress, struct th_error *err)
{
    sqlite3_backup *backup = sqlite3_backup_init(target, "main", store->db, "main");
    if (backup == NULL) {
        return th_error_set(err, TH_IO, "backup_failed", "detail", sqlite3_errmsg(target), NULL);
    }
    enum th_status status = TH_OK;
    int code;
    do {
        code = sqlite3_backup_step(backup, PAGES_A_STEP);
        int64_t total = sqlite3_backup_pagecount(backup);
        if (!th_progress_report(progress, "backup", total - sqlite3_backup_remaining(backup),
                                total)) {
            status = th_error_set(err, TH_INTERRUPTED, "interrupted", NULL);
        }
    } while (status == TH_OK && code == SQLITE_OK);
    sqlite3_backup_finish(backup);
    if (status == TH_OK && code != SQLITE_DONE) {
        status = th_error_set(err, TH_IO, "backup_failed", "detail", sqlite3_errstr(code), NULL);
    }
    return status;
}

// Copies one state of the registry: the read transaction holds it while others go on writing, and
// without it every change by another program would begin the copy anew.
static enum th_status copy_snapshot(const char *fresh, struct th_store *store,
                                    const struct th_progress *progress, struct th_error *err)
{
    sqlite3 *db = NULL;
    int version = 0;
    int code = sqlite3_open_v2(fresh, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
    enum th_status status = code == SQLITE_OK ? th_store_begin_read(store, err)
                                              : th_error_set(err, TH_IO, "backup_failed", "detail",
                                                             sqlite3_errstr(code), NULL);
    if (status == TH_OK) {
        status = th_db_pragma(store, "PRAGMA user_version", &version, err); // now it is held
        if (status == TH_OK) {
            status = copy_pages(db, store, progress, err);
        }
        th_store_end_read(store);
    }
    sqlite3_close(db);
    return status;
}

enum th_status th_store_backup(struct th_store *store, const char *target,
                               const struct th_progress *progress, struct th_error *err)
{
    enum th_status status = th_file_check_new(target, err);
    if (status != TH_OK) {
        return status;
    }
    char *fresh = th_db_fresh_name(target);
    if (fresh == NULL) {
        return th_error_no_memory(err);
    }
    th_db_remove(fresh);
    status = copy_snapshot(fresh, store, progress, err);
    if (status == TH_OK) {
        status = th_file_publish(fresh, target, err);
    }
    th_db_remove(fresh);
    free(fresh);
    return status;
}
