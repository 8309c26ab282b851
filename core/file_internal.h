// How core/ speaks of a file that could not be used.
#ifndef TH_CORE_FILE_INTERNAL_H
#define TH_CORE_FILE_INTERNAL_H

#include <stdio.h>

#include "core/attributes.h"
#include "core/error.h"

// TH_NOT_FOUND ("file_not_found") when `code` (an errno) says that there is no such file, else
// TH_IO ("file_io": path, reason).
enum th_status th_file_error(struct th_error *err, const char *path, int code);

// A file with content, for reading. What is a pipe or a device is TH_UNREADABLE ("file_io").
enum th_status th_file_open(const char *path, FILE **ret_file, struct th_error *err) TH_MUST_CHECK;

// Gives a file another name in one step, so that it has one name whenever the program is killed.
// 0 or an errno: EEXIST, EINVAL where the file system cannot rename without replacing.
int th_file_rename_new(const char *from, const char *to) TH_MUST_CHECK;

#endif
