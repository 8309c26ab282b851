#define _GNU_SOURCE // renameat2; not where strerror_r is used, which would be another one
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "core/file_internal.h"

int th_file_rename_new(const char *from, const char *to)
{
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0 ? 0 : errno;
}
