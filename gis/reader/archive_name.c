#include "gis/reader/archive_name_internal.h"

#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "gis/reader/recode_internal.h"

enum {
    END_SIZE = 22,                // end of central directory, without its comment
    TAIL_SIZE = END_SIZE + 65535, // with the longest comment
    ENTRY_SIZE = 46,              // central directory entry, without its name
    DIRECTORY_SIZE_MAX = 1024 * 1024,
    FLAG_UTF8 = 0x800,
    NAME_SIZE_MAX = 1024
};

static uint32_t little_endian(const unsigned char *bytes, size_t n)
{
    uint32_t value = 0;
    while (n-- > 0) {
        value = value << 8 | bytes[n];
    }
    return value;
}

// Reads `size` bytes from `offset`; NULL when they are not there. The caller frees them.
static unsigned char *part_read(FILE *file, long offset, size_t size)
{
    unsigned char *bytes = malloc(size + 1);
    if (bytes != NULL &&
        (fseek(file, offset, SEEK_SET) != 0 || fread(bytes, 1, size, file) != size)) {
        free(bytes);
        bytes = NULL;
    }
    return bytes;
}

// Place and size of the central directory; false when there is none, or one of the large kind.
static bool directory_find(FILE *file, uint32_t *ret_offset, uint32_t *ret_size)
{
    if (fseek(file, 0, SEEK_END) != 0) {
        return false;
    }
    long file_size = ftell(file);
    if (file_size < END_SIZE) {
        return false;
    }
    size_t size = file_size < TAIL_SIZE ? (size_t)file_size : TAIL_SIZE;
    unsigned char *tail = part_read(file, file_size - (long)size, size);
    bool found = false;
    for (size_t at = size - END_SIZE + 1; tail != NULL && !found && at-- > 0;) {
        if (memcmp(tail + at, "PK\x05\x06", 4) == 0) {
            *ret_size = little_endian(tail + at + 12, 4);
            *ret_offset = little_endian(tail + at + 16, 4);
            found = *ret_size <= DIRECTORY_SIZE_MAX && (long)*ret_offset <= file_size;
            break;
        }
    }
    free(tail);
    return found;
}

bool th_archive_names_declared(const char *path)
{
    uint32_t offset = 0;
    uint32_t size = 0;
    bool declared = false;
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return false;
    }
    unsigned char *directory = NULL;
    if (directory_find(file, &offset, &size)) {
        directory = part_read(file, (long)offset, size);
    }
    for (size_t at = 0; directory != NULL && at + ENTRY_SIZE <= size && !declared;) {
        const unsigned char *entry = directory + at;
        if (memcmp(entry, "PK\x01\x02", 4) != 0) {
            break;
        }
        declared = (little_endian(entry + 8, 2) & FLAG_UTF8) != 0;
        at += ENTRY_SIZE + little_endian(entry + 28, 2) + little_endian(entry + 30, 2) +
              little_endian(entry + 32, 2);
    }
    free(directory);
    fclose(file);
    return declared;
}

// The bytes that stood in the archive before GDAL took them for CP437; false when they did not.
static bool bytes_restore(const char *name, char *bytes, size_t size)
{
    iconv_t converter = iconv_open("CP437", "UTF-8");
    if ((intptr_t)converter == -1) {
        return false;
    }
    char *source;
    memcpy(&source, &name, sizeof source); // iconv's signature lacks the const
    size_t left = strlen(name);
    char *target = bytes;
    size_t room = size - 1;
    bool done = iconv(converter, &source, &left, &target, &room) == 0 && left == 0;
    iconv_close(converter);
    *target = '\0';
    return done;
}

void th_archive_name_decode(const char *name, struct th_buf *out)
{
    char bytes[NAME_SIZE_MAX];
    struct th_recode recode = {0};
    size_t size_before = out->size;
    if (strlen(name) < sizeof bytes && bytes_restore(name, bytes, sizeof bytes) &&
        th_recode_append(&recode, bytes, 0, out)) {
        return;
    }
    if (out->data != NULL) {
        out->size = size_before; // th_recode_append leaves question marks
        out->data[size_before] = '\0';
    }
    th_buf_append_str(out, name);
}
