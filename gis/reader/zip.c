#include "gis/reader/zip_internal.h"

#include <cpl_vsi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/file.h"

enum {
    END_SIZE = 22,                // end of central directory, without its comment
    TAIL_SIZE = END_SIZE + 65535, // with the longest comment
    LOCATOR_SIZE = 20,            // of the end record of the large kind (ZIP64)
    LARGE_END_SIZE = 56,
    ENTRY_SIZE = 46, // central directory entry, without its name
    FLAG_UTF8 = 0x800,
    EXTRA_LARGE = 0x0001,
    // 200 entries with the longest names and extras that anyone writes
    DIRECTORY_SIZE_MAX = 4 * 1024 * 1024
};

struct directory {
    uint64_t offset;
    uint64_t size;
    uint64_t n_entries;
};

static uint64_t number(const unsigned char *bytes, size_t n)
{
    uint64_t value = 0;
    while (n-- > 0) {
        value = value << 8 | bytes[n];
    }
    return value;
}

static enum th_status over_limit(const char *path, struct th_error *err)
{
    return th_error_set(err, TH_UNREADABLE, "archive_limit", "file", th_file_base_name(path), NULL);
}

static enum th_status broken(const char *path, struct th_error *err)
{
    return th_error_set(err, TH_UNREADABLE, "archive_broken", "file", th_file_base_name(path),
                        NULL);
}

// Reads `size` bytes from `offset`; NULL when they are not there. The caller frees them.
static unsigned char *part_read(VSILFILE *file, uint64_t offset, size_t size)
{
    unsigned char *bytes = malloc(size + 1);
    if (bytes != NULL && (offset > INT64_MAX || VSIFSeekL(file, offset, SEEK_SET) != 0 ||
                          VSIFReadL(bytes, 1, size, file) != size)) {
        free(bytes);
        bytes = NULL;
    }
    return bytes;
}

// The record of the large kind has the numbers for which the small one has no room.
static bool large_end_read(VSILFILE *file, uint64_t offset, struct directory *ret_directory)
{
    unsigned char *end = part_read(file, offset, LARGE_END_SIZE);
    bool found = end != NULL && memcmp(end, "PK\x06\x06", 4) == 0;
    if (found) {
        ret_directory->n_entries = number(end + 32, 8);
        ret_directory->size = number(end + 40, 8);
        ret_directory->offset = number(end + 48, 8);
    }
    free(end);
    return found;
}

static bool directory_find(VSILFILE *file, struct directory *ret_directory)
{
    if (VSIFSeekL(file, 0, SEEK_END) != 0) {
        return false;
    }
    uint64_t file_size = VSIFTellL(file);
    if (file_size < END_SIZE) {
        return false;
    }
    size_t size = file_size < TAIL_SIZE ? (size_t)file_size : TAIL_SIZE;
    unsigned char *tail = part_read(file, file_size - size, size);
    bool found = false;
    for (size_t at = size - END_SIZE + 1; tail != NULL && !found && at-- > 0;) {
        const unsigned char *end = tail + at;
        if (memcmp(end, "PK\x05\x06", 4) != 0) {
            continue;
        }
        found = true;
        ret_directory->n_entries = number(end + 10, 2);
        ret_directory->size = number(end + 12, 4);
        ret_directory->offset = number(end + 16, 4);
        if (at >= LOCATOR_SIZE && memcmp(end - LOCATOR_SIZE, "PK\x06\x07", 4) == 0) {
            found = large_end_read(file, number(end - LOCATOR_SIZE + 8, 8), ret_directory);
            break;
        }
    }
    free(tail);
    return found && ret_directory->offset <= file_size &&
           ret_directory->size <= file_size - ret_directory->offset;
}

// The unpacked size of an entry; `extra` has it when it takes more than 32 bits.
static bool entry_size(const unsigned char *entry, uint64_t *ret_size)
{
    *ret_size = number(entry + 24, 4);
    if (*ret_size != 0xffffffffu) {
        return true;
    }
    const unsigned char *extra = entry + ENTRY_SIZE + number(entry + 28, 2);
    const unsigned char *end = extra + number(entry + 30, 2);
    while (end - extra >= 4) {
        uint64_t size = number(extra + 2, 2);
        if (size > (uint64_t)(end - extra) - 4) {
            return false;
        }
        if (number(extra, 2) == EXTRA_LARGE) {
            *ret_size = size >= 8 ? number(extra + 4, 8) : 0;
            return size >= 8;
        }
        extra += 4 + size;
    }
    return false;
}

// false when it is not what a directory looks like.
static bool directory_sum(const unsigned char *bytes, const struct directory *directory,
                          struct th_zip *zip)
{
    uint64_t at = 0;
    for (uint64_t i = 0; i < directory->n_entries; i++) {
        uint64_t size = 0;
        if (directory->size - at < ENTRY_SIZE || memcmp(bytes + at, "PK\x01\x02", 4) != 0) {
            return false;
        }
        const unsigned char *entry = bytes + at;
        uint64_t taken =
            ENTRY_SIZE + number(entry + 28, 2) + number(entry + 30, 2) + number(entry + 32, 2);
        if (taken > directory->size - at || !entry_size(entry, &size)) {
            return false;
        }
        zip->names_declared = zip->names_declared || (number(entry + 8, 2) & FLAG_UTF8) != 0;
        // Beyond the limit it is no matter by how much.
        zip->size = size > TH_ZIP_SIZE_MAX ? TH_ZIP_SIZE_MAX + 1 : zip->size + size;
        if (zip->size > TH_ZIP_SIZE_MAX) {
            return true;
        }
        at += taken;
    }
    return true;
}

enum th_status th_zip_measure(const char *path, struct th_zip *ret_zip, struct th_error *err)
{
    struct directory directory = {0};
    struct th_zip zip = {0};
    unsigned char *bytes = NULL;
    enum th_status status = TH_OK;
    VSILFILE *file = VSIFOpenL(path, "rb");
    if (file == NULL || !directory_find(file, &directory)) {
        status = broken(path, err);
        goto done;
    }
    if (directory.n_entries > TH_ZIP_ENTRIES_MAX || directory.size > DIRECTORY_SIZE_MAX) {
        status = over_limit(path, err);
        goto done;
    }
    bytes = part_read(file, directory.offset, (size_t)directory.size);
    zip.n_entries = (unsigned)directory.n_entries;
    if (bytes == NULL || !directory_sum(bytes, &directory, &zip)) {
        status = broken(path, err);
    } else if (VSIFSeekL(file, 0, SEEK_END) != 0 || zip.size > TH_ZIP_SIZE_MAX ||
               zip.size / TH_ZIP_RATIO_MAX > VSIFTellL(file)) {
        status = over_limit(path, err);
    }
done:
    free(bytes);
    if (file != NULL) {
        (void)VSIFCloseL(file);
    }
    if (status == TH_OK) {
        *ret_zip = zip;
    }
    return status;
}
