// Files as a whole.
#ifndef TH_CORE_FILE_H
#define TH_CORE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"

// Errors of the file system are "file_io" with "path" and "reason" (a message key where people can
// do something about it): TH_NOT_FOUND when the folder is missing, TH_UNREADABLE when the path is a
// folder or, for reading, a pipe or a device, TH_NOT_PERMITTED when access is denied, TH_IO
// otherwise.

// Reads at most `limit` bytes into *ret_data (free()), with a NUL behind them that does not count.
// TH_NOT_FOUND ("file_not_found"), TH_LIMIT ("file_too_large"), "file_io".
enum th_status th_file_read(const char *path, size_t limit, char **ret_data, size_t *ret_size,
                            struct th_error *err) TH_MUST_CHECK;

// What people name as an output is never overwritten. TH_CONFLICT ("file_exists" with "path" and
// "free", a name like it that nothing has) when there is anything of that name, or
// ("file_beside_database" with "path" and "beside") when SQLite would take it for a part of a file
// that exists; "file_io" when it could not be made. Asked before long work.
enum th_status th_file_check_new(const char *path, struct th_error *err) TH_MUST_CHECK;

// Writes beside the target, which gets its name when it is whole, unless that exists by then.
// Errors of th_file_check_new.
enum th_status th_file_write_new(const char *path, const void *data, size_t size,
                                 struct th_error *err) TH_MUST_CHECK;

// The same for a secret: from its first moment nobody but its owner may read the file.
enum th_status th_file_write_secret(const char *path, const void *data, size_t size,
                                    struct th_error *err) TH_MUST_CHECK;

// The same for the program's own files: what has the name is replaced. "file_io".
enum th_status th_file_write(const char *path, const void *data, size_t size,
                             struct th_error *err) TH_MUST_CHECK;

// The same, and nobody but its owner may read what is written.
enum th_status th_file_write_private(const char *path, const void *data, size_t size,
                                     struct th_error *err) TH_MUST_CHECK;

// Could a file of that name be made or replaced? Asked before long work. "file_io".
enum th_status th_file_check_target(const char *path, struct th_error *err) TH_MUST_CHECK;

// Gives the finished file `fresh` its name and takes the old one away. Errors of
// th_file_check_new.
enum th_status th_file_publish(const char *fresh, const char *path,
                               struct th_error *err) TH_MUST_CHECK;

// What `code`, an errno, says about a file that was being written: "file_io".
enum th_status th_file_failed(struct th_error *err, const char *path, int code);

// "<path>.<16 hex digits>.tmp", for what is not whole yet; free(). NULL without memory.
char *th_file_fresh_name(const char *path);

bool th_file_exists(const char *path);
// May others than its owner read or change it? False where there is none.
bool th_file_is_open_to_others(const char *path);

// The part after the last '/'. Borrowed from path.
const char *th_file_base_name(const char *path);

#endif
