// The files that make up a source. One list for both sides: what the reader may open is what is
// digested and watched. For gis/ alone.
#ifndef TH_GIS_SOURCE_FILES_INTERNAL_H
#define TH_GIS_SOURCE_FILES_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "core/attributes.h"
#include "core/error.h"

// A file as it stood when it was listed.
struct th_source_file {
    char *name; // in the folder
    dev_t device;
    ino_t inode;
    int64_t size;
    struct timespec modified, changed;
};

struct th_source_files { // zero before use
    char *folder;        // ends with '/'
    struct th_source_file *items;
    size_t n; // in order of names
};

// `path` is absolute. Of a folder: every regular file in it, without hidden ones and locks, which
// come and go with the programs that look at it. Of a file: itself, and what its format keeps
// beside it under the same name. TH_NOT_FOUND ("file_not_found"), TH_LIMIT ("file_too_large": too
// many files), TH_IO ("source_unreadable").
enum th_status th_source_files_list(const char *path, struct th_source_files *ret_files,
                                    struct th_error *err) TH_MUST_CHECK;
// The same files, and none was written, replaced or renamed in between?
bool th_source_files_same(const struct th_source_files *a, const struct th_source_files *b);
void th_source_files_clear(struct th_source_files *files);

#endif
