// Online backup, page by page, through SQLite's own mechanism.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/file.h"
#include "store/store_internal.h"

enum { PAGES_A_STEP = 1024, WAIT_MS = 20 };

static enum th_status copy_pages(sqlite3 *target, struct th_store *store,
                                 const struct th_progress *progress, struct th_error *err)
{
    sqlite3_backup *backup = sqlite3_backup_init(target, "main", store->db, "main");
    if (backup == NULL)
        return th_error_set(err, TH_IO, "backup_failed", "detail", sqlite3_errmsg(target), NULL);
    enum th_status status = TH_OK;
    int code;
    do {
        code = sqlite3_backup_step(backup, PAGES_A_STEP);
        int64_t total = sqlite3_backup_pagecount(backup);
        if (!th_progress_report(progress, "backup", total - sqlite3_backup_remaining(backup),
                                total))
            status = th_error_set(err, TH_INTERRUPTED, "interrupted", NULL);
        if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
            sqlite3_sleep(WAIT_MS);
    } while (status == TH_OK &&
             (code == SQLITE_OK || code == SQLITE_BUSY || code == SQLITE_LOCKED));
    sqlite3_backup_finish(backup);
    if (status == TH_OK && code != SQLITE_DONE)
        status = th_error_set(err, TH_IO, "backup_failed", "detail", sqlite3_errstr(code), NULL);
    return status;
}

enum th_status th_store_backup(struct th_store *store, const char *target,
                               const struct th_progress *progress, struct th_error *err)
{
    if (th_file_exists(target))
        return th_error_set(err, TH_CONFLICT, "file_exists", "path", target, NULL);
    size_t size = strlen(target) + 32;
    char *fresh = malloc(size);
    if (fresh == NULL)
        return th_error_no_memory(err);
    snprintf(fresh, size, "%s.new-%ld", target, (long)getpid());
    sqlite3 *db = NULL;
    enum th_status status = TH_OK;
    int code = sqlite3_open_v2(fresh, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
    if (code != SQLITE_OK)
        status = th_error_set(err, TH_IO, "backup_failed", "detail", sqlite3_errstr(code), NULL);
    if (status == TH_OK)
        status = copy_pages(db, store, progress, err);
    sqlite3_close(db);
    if (status == TH_OK && link(fresh, target) != 0)
        status = th_error_set(err, TH_CONFLICT, "file_exists", "path", target, NULL);
    (void)unlink(fresh);
    free(fresh);
    return status;
}
