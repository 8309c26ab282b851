// Directories of archives, written byte by byte, that say more than they should.
#include "gis/reader/zip_internal.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"
#include "tests/support/support.h"

enum { SIZE_MAX_OF_TEST = 256 * 1024 };

struct archive {
    unsigned char *bytes;
    size_t size;
};

static void put(struct archive *archive, uint64_t value, size_t n)
{
    assert_true(archive->size + n <= SIZE_MAX_OF_TEST);
    for (size_t i = 0; i < n; i++) {
        archive->bytes[archive->size++] = (unsigned char)(value >> (8 * i));
    }
}

static void put_zeros(struct archive *archive, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        put(archive, 0, 1);
    }
}

// An entry named "a"; what does not fit 32 bits goes into the extra field.
static void put_entry(struct archive *archive, unsigned flags, uint64_t unpacked)
{
    bool large = unpacked >= 0xffffffffu;
    put(archive, 0x02014b50, 4);
    put_zeros(archive, 4);
    put(archive, flags, 2);
    put_zeros(archive, 14);
    put(archive, large ? 0xffffffffu : unpacked, 4);
    put(archive, 1, 2);
    put(archive, large ? 12 : 0, 2);
    put_zeros(archive, 14);
    put(archive, 'a', 1);
    if (large) {
        put(archive, 1, 2);
        put(archive, 8, 2);
        put(archive, unpacked, 8);
    }
}

static void put_end(struct archive *archive, uint64_t n_entries, uint64_t size, uint64_t offset)
{
    put(archive, 0x06054b50, 4);
    put_zeros(archive, 4);
    put(archive, n_entries, 2);
    put(archive, n_entries, 2);
    put(archive, size, 4);
    put(archive, offset, 4);
    put_zeros(archive, 2);
}

static const struct {
    const char *label;
    size_t padding;     // bytes before the directory, so that the ratio is as wanted
    unsigned n_entries; // that are there
    unsigned n_told;    // by the end record
    uint64_t unpacked;  // each
    unsigned flags;
    bool large_end;  // with a record of the large kind
    uint64_t n_more; // added to the directory's size
    const char *key; // NULL: taken
} cases[] = {
    {"one", 100, 1, 1, 50, 0, false, 0, NULL},
    {"one named in UTF-8", 100, 1, 1, 50, 0x800, false, 0, NULL},
    {"as many as are allowed", 1000, 200, 200, 1, 0, false, 0, NULL},
    {"one more", 1000, 201, 201, 1, 0, false, 0, "archive_limit"},
    {"60,000 by its own word", 1000, 1, 60000, 1, 0, false, 0, "archive_limit"},
    {"100,000 by a large record", 1000, 1, 100000, 1, 0, true, 0, "archive_limit"},
    {"one by a large record", 1000, 1, 1, 1, 0, true, 0, NULL},
    {"200 times its size", 10000, 1, 1, 2000000, 0, false, 0, NULL},
    {"more than that", 10000, 1, 1, 2100000, 0, false, 0, "archive_limit"},
    {"more than 2 GiB", 200000, 2, 2, (uint64_t)3 << 30, 0, false, 0, "archive_limit"},
    {"16 EiB, which would add up to nothing", 1000, 2, 2, UINT64_MAX / 2 + 1, 0, false, 0,
     "archive_limit"},
    {"fewer than told", 1000, 1, 3, 1, 0, false, 0, "archive_broken"},
    {"a directory longer than the file", 100, 1, 1, 1, 0, false, 1000, "archive_broken"},
};

static void measure__archives_are_judged_by_their_directory(void **state)
{
    (void)state;
    char folder[TH_TEST_PATH_SIZE];
    char path[TH_TEST_PATH_SIZE];
    struct archive archive = {.bytes = malloc(SIZE_MAX_OF_TEST)};
    assert_non_null(archive.bytes);
    th_test_folder_make(folder);
    th_test_path(path, folder, "a.zip");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_error err = {0};
        struct th_zip zip = {.n_entries = 7777};
        print_message("  %s\n", cases[i].label);
        archive.size = 0;
        put_zeros(&archive, cases[i].padding);
        uint64_t offset = archive.size;
        for (unsigned k = 0; k < cases[i].n_entries; k++) {
            put_entry(&archive, cases[i].flags, cases[i].unpacked);
        }
        uint64_t size = archive.size - offset + cases[i].n_more;
        if (cases[i].large_end) {
            uint64_t large_offset = archive.size;
            put(&archive, 0x06064b50, 4);
            put_zeros(&archive, 28);
            put(&archive, cases[i].n_told, 8);
            put(&archive, size, 8);
            put(&archive, offset, 8);
            put(&archive, 0x07064b50, 4);
            put_zeros(&archive, 4);
            put(&archive, large_offset, 8);
            put_zeros(&archive, 4);
            put_end(&archive, 0xffff, 0xffffffffu, 0xffffffffu);
        } else {
            put_end(&archive, cases[i].n_told, size, offset);
        }
        assert_ok(th_file_write(path, archive.bytes, archive.size, &err), &err);
        enum th_status status = th_zip_measure(path, &zip, &err);
        if (cases[i].key != NULL) {
            assert_status(status, TH_UNREADABLE, &err);
            assert_string_equal(err.key, cases[i].key);
            assert_string_equal(th_error_arg_get(&err, "file"), "a.zip");
            assert_int_equal(zip.n_entries, 7777);
            continue;
        }
        assert_ok(status, &err);
        assert_int_equal(zip.n_entries, cases[i].n_entries);
        assert_int_equal(zip.size, cases[i].n_entries * cases[i].unpacked);
        assert_int_equal(zip.names_declared, cases[i].flags != 0);
    }
    th_test_folder_remove(folder);
    free(archive.bytes);
}

static void measure__what_is_no_archive_is_broken(void **state)
{
    (void)state;
    static const char *const TEXTS[] = {"", "PK\x05\x06", "nothing that ends as an archive does"};
    char folder[TH_TEST_PATH_SIZE];
    char path[TH_TEST_PATH_SIZE];
    th_test_folder_make(folder);
    th_test_path(path, folder, "a.zip");
    for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++) {
        struct th_error err = {0};
        struct th_zip zip;
        assert_ok(th_file_write(path, TEXTS[i], strlen(TEXTS[i]), &err), &err);
        assert_status(th_zip_measure(path, &zip, &err), TH_UNREADABLE, &err);
        assert_string_equal(err.key, "archive_broken");
    }
    th_test_folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(measure__archives_are_judged_by_their_directory),
        cmocka_unit_test(measure__what_is_no_archive_is_broken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
