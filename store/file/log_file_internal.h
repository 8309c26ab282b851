// The log of a store (WAL), written a commit at a time. SQLite writes every frame of it in two
// pieces, 24 bytes and a page; here they wait for the last frame of the commit and go to the
// operating system in pieces of 128 KiB, which saves half of what writing them costs.
//
// As safe as before: what waits is written before SQLite syncs the log and before it tells other
// connections of the commit, and whatever asks for the file first writes what waits. What cannot be
// written is told at the end of the commit, which fails.
#ifndef TH_STORE_LOG_FILE_INTERNAL_H
#define TH_STORE_LOG_FILE_INTERNAL_H

#include <stddef.h>

#include <sqlite3.h>

// Bytes that stand before those of SQLite's own file.
size_t th_log_file_room(void);
// For the xOpen of a file system: flags have SQLITE_OPEN_WAL.
int th_log_file_open(sqlite3_vfs *own, const char *name, sqlite3_file *base, int flags,
                     int *ret_flags);

#endif
