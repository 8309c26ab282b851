// Files of the cases: written, copied, packed.
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cpl_conv.h>

#include "core/file.h"
#include "core/text.h"
#include "tests/battery/battery.h"

enum { FILE_LIMIT = 256 * 1024 * 1024 };

uint64_t battery_random(struct battery *b)
{
    // SplitMix64 by Sebastiano Vigna (public domain).
    b->random += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = b->random;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

const char *battery_path(const struct battery *b, char path[TH_TEST_PATH_SIZE], const char *name)
{
    return th_test_path(path, b->source, name);
}

const char *battery_write(const struct battery *b, char path[TH_TEST_PATH_SIZE], const char *name,
                          const void *data, size_t size)
{
    struct th_error err;
    battery_path(b, path, name);
    assert_ok(th_file_write(path, data, size, &err), &err);
    return path;
}

void battery_try_bytes(struct battery *b, const char *name, const char *label, const void *data,
                       size_t size)
{
    char path[TH_TEST_PATH_SIZE];
    battery_try(b, battery_write(b, path, name, data, size), "%s", label);
}

void battery_try_text(struct battery *b, const char *name, const char *text)
{
    battery_try_bytes(b, name, name, text, strlen(text));
}

unsigned char *battery_read(const char *path, size_t *ret_size)
{
    char *data = NULL;
    struct th_error err;
    assert_ok(th_file_read(path, FILE_LIMIT, &data, ret_size, &err), &err);
    return (unsigned char *)data;
}

void battery_copy_folder(const char *from, const char *to)
{
    DIR *folder = opendir(from);
    assert_non_null(folder);
    (void)mkdir(to, 0700);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char source[TH_TEST_PATH_SIZE];
        char target[TH_TEST_PATH_SIZE];
        size_t size = 0;
        struct th_error err;
        if (entry->d_name[0] == '.') {
            continue;
        }
        unsigned char *data = battery_read(th_test_path(source, from, entry->d_name), &size);
        assert_ok(th_file_write(th_test_path(target, to, entry->d_name), data, size, &err), &err);
        free(data);
    }
    closedir(folder);
}

static void put(struct th_buf *out, uint64_t value, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        th_buf_append_char(out, (char)(value >> (8 * i) & 0xff));
    }
}

static uint32_t crc_of(const unsigned char *data, size_t size)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < size; i++) {
        crc ^= data[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ ((crc & 1) != 0 ? UINT32_C(0xedb88320) : 0);
        }
    }
    return ~crc;
}

void battery_zip_init(struct battery_zip *zip)
{
    th_buf_init(&zip->body, FILE_LIMIT);
    th_buf_init(&zip->directory, FILE_LIMIT);
    zip->n = 0;
}

void battery_zip_add(struct battery_zip *zip, const struct battery_entry *entry)
{
    enum { ZLIB_HEAD = 2, ZLIB_TAIL = 4 }; // around the bare stream that a zip has
    const unsigned char *packed = entry->data;
    size_t packed_size = entry->size;
    unsigned char *stream = NULL;
    if (entry->deflate) {
        stream = CPLZLibDeflate(entry->data, entry->size, -1, NULL, 0, &packed_size);
        assert_non_null(stream);
        packed = stream + ZLIB_HEAD;
        packed_size -= ZLIB_HEAD + ZLIB_TAIL;
    }
    uint32_t size = entry->claimed_size != 0 ? entry->claimed_size : (uint32_t)entry->size;
    uint32_t method = entry->method != 0 ? entry->method : (entry->deflate ? 8 : 0);
    struct th_buf common; // what both headers tell
    th_buf_init(&common, 64);
    put(&common, 20, 2);
    put(&common, entry->flags, 2);
    put(&common, method, 2);
    put(&common, UINT32_C(33) << 16, 4); // 1980-01-01
    put(&common, crc_of(entry->data, entry->size), 4);
    put(&common, packed_size, 4);
    put(&common, size, 4);
    put(&common, strlen(entry->name), 2);
    put(&common, 0, 2);
    size_t offset = zip->body.size;
    put(&zip->body, 0x04034b50, 4);
    th_buf_append(&zip->body, common.data, common.size);
    th_buf_append_str(&zip->body, entry->name);
    th_buf_append(&zip->body, packed, packed_size);
    put(&zip->directory, 0x02014b50, 4);
    put(&zip->directory, 0x0314, 2); // made on Unix, so that attributes count
    th_buf_append(&zip->directory, common.data, common.size);
    put(&zip->directory, 0, 6);
    put(&zip->directory, entry->attributes, 4);
    put(&zip->directory, offset, 4);
    th_buf_append_str(&zip->directory, entry->name);
    zip->n++;
    th_buf_clear(&common);
    CPLFree(stream);
}

unsigned char *battery_zip_take(struct battery_zip *zip, size_t *ret_size)
{
    struct th_error err;
    size_t start = zip->body.size;
    th_buf_append(&zip->body, zip->directory.data, zip->directory.size);
    put(&zip->body, 0x06054b50, 4);
    put(&zip->body, 0, 4);
    put(&zip->body, zip->n, 2);
    put(&zip->body, zip->n, 2);
    put(&zip->body, zip->directory.size, 4);
    put(&zip->body, start, 4);
    put(&zip->body, 0, 2);
    assert_ok(th_buf_check(&zip->body, &err), &err);
    *ret_size = zip->body.size;
    th_buf_clear(&zip->directory);
    return (unsigned char *)th_buf_take(&zip->body);
}
