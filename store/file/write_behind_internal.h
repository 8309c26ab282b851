// Lets a second thread write the pages of a database file, for one long transaction of which a
// third would otherwise be spent in copying pages to the operating system.
//
// SQLite may lose writes since the last sync in any order without harm, that is what its journal is
// for; so they may as well wait. Whatever asks for the file as a whole (sync, size, truncation,
// unlocking) first waits for them, a page that waits is read only after it was written, and what
// failed is told by the next call. A database is never synced by half.
#ifndef TH_STORE_WRITE_BEHIND_INTERNAL_H
#define TH_STORE_WRITE_BEHIND_INTERNAL_H

#include <stdbool.h>

#include <sqlite3.h>

// The name of SQLite's own file system with this in front, for sqlite3_open_v2; NULL when it cannot
// be had, which is SQLite's way to ask for its own. Any thread, any number of times.
const char *th_write_behind_vfs(void);

// From now on, until _end, pages of the main file are written by another thread. Between
// transactions. Returns whether it is so: not for a file that was not opened with the above, nor
// without threads or memory.
bool th_write_behind_begin(sqlite3 *db);
// Back to the usual way. What could not be written was told to SQLite by then, or is lost with a
// transaction that never ended well.
void th_write_behind_end(sqlite3 *db);

#endif
