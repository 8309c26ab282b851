// Files as a whole.
#ifndef TH_CORE_FILE_H
#define TH_CORE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"

// Reads at most `limit` bytes into *ret_data (free()), with a NUL behind them that does not count.
// TH_NOT_FOUND ("file_not_found"), TH_LIMIT ("file_too_large"), TH_IO ("file_io").
enum th_status th_file_read(const char *path, size_t limit, char **ret_data, size_t *ret_size,
                            struct th_error *err) TH_MUST_CHECK;

// Writes beside the target, then renames: the file is whole or absent. TH_IO ("file_io").
enum th_status th_file_write(const char *path, const void *data, size_t size,
                             struct th_error *err) TH_MUST_CHECK;

bool th_file_exists(const char *path);

// The part after the last '/'. Borrowed from path.
const char *th_file_base_name(const char *path);

#endif
