// Archives whose entries are named in Chinese, written byte by byte: packers differ in what they
// put there.
#include <stdio.h>

#include "core/file.h"
#include "gis/reader.h"
#include "tests/support/support.h"

#define FEATURES                                                                                   \
    "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{},"       \
    "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":"                                          \
    "[[[119,30],[119.001,30],[119.001,30.001],[119,30]]]}}]}"

enum { ZIP_SIZE_MAX = 8192 };

static void put(unsigned char *out, size_t *at, uint32_t value, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        out[(*at)++] = (unsigned char)(value >> (8 * i));
    }
}

static void put_text(unsigned char *out, size_t *at, const char *text)
{
    while (*text != '\0') {
        out[(*at)++] = (unsigned char)*text++;
    }
}

static uint32_t crc32_of(const char *data, size_t size)
{
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < size; i++) {
        crc ^= (unsigned char)data[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ ((crc & 1u) != 0 ? 0xedb88320u : 0);
        }
    }
    return ~crc;
}

// A stored archive byte by byte: entries named as given, all with `data`, with these flags.
static void zip_write(const char *path, const char *const *names, size_t n, uint32_t flags,
                      const char *data)
{
    unsigned char zip[ZIP_SIZE_MAX];
    unsigned char directory[ZIP_SIZE_MAX];
    size_t at = 0;
    size_t end = 0;
    uint32_t size = (uint32_t)strlen(data);
    for (size_t i = 0; i < n; i++) {
        uint32_t offset = (uint32_t)at;
        uint32_t name_size = (uint32_t)strlen(names[i]);
        put(zip, &at, 0x04034b50, 4);
        put(directory, &end, 0x02014b50, 4);
        put(directory, &end, 20, 2);
        for (int copy = 0; copy < 2; copy++) {
            unsigned char *out = copy == 0 ? zip : directory;
            size_t *to = copy == 0 ? &at : &end;
            put(out, to, 20, 2);
            put(out, to, flags, 2);
            put(out, to, 0, 2); // stored
            put(out, to, 0x00210000, 4);
            put(out, to, crc32_of(data, size), 4);
            put(out, to, size, 4);
            put(out, to, size, 4);
            put(out, to, name_size, 2);
            put(out, to, 0, 2);
        }
        put(directory, &end, 0, 2);
        put(directory, &end, 0, 2);
        put(directory, &end, 0, 2);
        put(directory, &end, 0, 4);
        put(directory, &end, offset, 4);
        put_text(zip, &at, names[i]);
        put_text(zip, &at, data);
        put_text(directory, &end, names[i]);
    }
    uint32_t start = (uint32_t)at;
    memcpy(zip + at, directory, end);
    at += end;
    put(zip, &at, 0x06054b50, 4);
    put(zip, &at, 0, 4);
    put(zip, &at, (uint32_t)n, 2);
    put(zip, &at, (uint32_t)n, 2);
    put(zip, &at, (uint32_t)end, 4);
    put(zip, &at, start, 4);
    put(zip, &at, 0, 2);
    struct th_error err = {0};
    assert_ok(th_file_write(path, zip, at, &err), &err);
}

// 东村 and 西村, as Chinese Windows packs them (GBK, no flag), as some packers do (UTF-8, no flag),
// and as the standard wants it. A name that is right in CP437 stays what it was.
static void open__names_in_archives_are_read_whatever_they_were_written_in(void **state)
{
    static const struct {
        const char *names[2];
        uint32_t flags;
        const char *wanted;
        const char *layers;
    } CASES[] = {
        {{"\xb6\xab\xb4\xe5.geojson", "\xca\xfd/\xce\xf7\xb4\xe5.geojson"},
         0,
         "西村",
         "东村, 西村"},
        {{"东村.geojson", "西村.geojson"}, 0, "西村", "东村, 西村"},
        {{"东村.geojson", "西村.geojson"}, 0x800, "西村", "东村, 西村"},
        {{"Köln.geojson", "Bonn.geojson"}, 0x800, "Köln", "Köln, Bonn"},
        {{"a.geojson", "b.geojson"}, 0, "b", "a, b"},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_error err = {0};
        char name[32];
        char path[TH_TEST_PATH_SIZE];
        snprintf(name, sizeof(name), "%zu.zip", i);
        zip_write(th_test_path(path, *state, name), CASES[i].names, 2, CASES[i].flags, FEATURES);
        struct th_reader *reader = NULL;
        struct th_reader_options options = {0};
        assert_status(th_reader_open(path, &options, &reader, &err), TH_UNREADABLE, &err);
        assert_string_equal(err.key, "layer_ambiguous");
        assert_string_equal(th_error_arg_get(&err, "layers"), CASES[i].layers);
        options.layer = CASES[i].wanted;
        assert_ok(th_reader_open(path, &options, &reader, &err), &err);
        assert_string_equal(th_reader_info(reader)->layer, CASES[i].wanted);
        struct th_reader_batch *batch = NULL;
        assert_ok(th_reader_next(reader, &batch, &err), &err);
        assert_non_null(batch);
        th_reader_batch_free(batch);
        th_reader_close(reader);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            open__names_in_archives_are_read_whatever_they_were_written_in, th_test_folder_setup,
            th_test_folder_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
