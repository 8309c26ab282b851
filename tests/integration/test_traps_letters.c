// What the letters of a shapefile's table are, whatever stands beside it; and what the clerk is
// told where they are cut, fit two encodings or none.
#include <cpl_conv.h>
#include <cpl_string.h>
#include <ogr_srs_api.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/file.h"
#include "tests/integration/intake_fixture.h"
#include "tests/integration/traps_files.h"

// One sentence of the finding about the encoding holds this text, and the option is named.
static void assert_told(const struct th_json *reply, const char *text)
{
    const struct th_json *detections = th_json_get(reply, "detections");
    bool told = false;
    for (size_t i = 0; i < th_json_size(detections); i++) {
        const struct th_json *found = th_json_at(detections, i);
        const struct th_json *evidence = th_json_get(found, "evidence");
        if (strcmp(th_json_get_text(found, "what", ""), "encoding") != 0) {
            continue;
        }
        assert_non_null(strstr(th_json_get_text(found, "option", ""), "--encoding"));
        for (size_t k = 0; k < th_json_size(evidence); k++) {
            told = told || strstr(th_json_text(th_json_at(evidence, k)), text) != NULL;
        }
    }
    if (!told) {
        fail_msg("%s: not told", text);
    }
}

// What stands beside the table; 行政村 and 测试二村 are written in GBK.
static const struct side {
    const char *label;
    const char *cpg; // NULL: none
    unsigned char ldid;
} SIDES[] = {
    {"GBK", "GBK", 0},
    {"936", "936", 0},
    {"CP936", "CP936", 0},
    {"GB2312", "GB2312", 0},
    {"GB18030", "GB18030", 0},
    {"language driver 4D", NULL, 0x4d},
    {"nothing", NULL, 0},
    {"UTF-8, a lie", "UTF-8", 0},
    {"ANSI 936", "ANSI 936", 0},
    {"OEM", "OEM", 0},
    {"language driver 57", NULL, 0x57},
};

static void byte_set(const char *path, long offset, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, offset, SEEK_SET), 0);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

// The village is found only when both its heading and its name were read right.
static void encoding__is_found_whatever_stands_beside_the_table(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof(SIDES) / sizeof(SIDES[0]); i++) {
        char name[11] = "";
        char path[TH_TEST_PATH_SIZE];
        char side[TH_TEST_PATH_SIZE];
        struct th_error err = {0};
        OGRSpatialReferenceH crs = traps_system(4490);
        char *field = CPLRecode("行政村", "UTF-8", "GBK");
        char *village = CPLRecode("测试二村", "UTF-8", "GBK");
        print_message("  %s\n", SIDES[i].label);
        assert_true(snprintf(name, sizeof(name), "%s", field) < (int)sizeof(name));
        traps_shapefile(th_test_path(path, f->folder, "e.shp"), crs,
                        "POLYGON ((119.6 30.5,119.601 30.5,119.601 30.501,119.6 30.5))", village);
        byte_set(th_test_path(side, f->folder, "e.dbf"), 32, name, sizeof(name));
        byte_set(side, 29, &SIDES[i].ldid, 1);
        (void)unlink(th_test_path(side, f->folder, "e.cpg"));
        if (SIDES[i].cpg != NULL) {
            assert_ok(th_file_write(side, SIDES[i].cpg, strlen(SIDES[i].cpg), &err), &err);
        }
        CPLFree(field);
        CPLFree(village);
        OSRDestroySpatialReference(crs);
        struct th_parcel_import_options options = fixture_options(f, path);
        struct th_request request = f->request;
        struct th_json *reply = NULL;
        options.lang = TH_LANG_ZH;
        options.village = NULL;
        request.dry_run = true;
        assert_ok(th_parcel_import(f->registry, &request, &options, &reply, &err), &err);
        assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
        assert_told(reply, "2 个含汉字的值里有 2 个");
        th_json_free(reply);
    }
}

// A table whose number is these bytes; nothing stands beside it.
static const char *table_write(struct fixture *f, char path[TH_TEST_PATH_SIZE], const char *number)
{
    char side[TH_TEST_PATH_SIZE];
    static const unsigned char NONE = 0;
    OGRSpatialReferenceH crs = traps_system(4490);
    traps_shapefile(th_test_path(path, f->folder, "n.shp"), crs,
                    "POLYGON ((119.6 30.5,119.601 30.5,119.601 30.501,119.6 30.5))", number);
    OSRDestroySpatialReference(crs);
    byte_set(th_test_path(side, f->folder, "n.dbf"), 29, &NONE, 1);
    (void)unlink(th_test_path(side, f->folder, "n.cpg"));
    return path;
}

static struct th_json *import(struct fixture *f, const char *path, const char *encoding)
{
    struct th_parcel_import_options options = intake_options(f, path);
    options.crs = NULL;
    options.encoding = encoding;
    return fixture_import(f, &options);
}

// Twenty bytes are full: nine hanzi, a digit and the first half of a tenth.
static void encoding__a_character_cut_by_the_width_is_mended_and_told(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    static const char NUMBER[] =
        "\xbc\xd7\xbc\xd7\xbc\xd7\xbc\xd7\xbc\xd7\xbc\xd7\xbc\xd7\xbc\xd7\xbc\xd7"
        "1"
        "\xd2";
    struct th_json *reply = import(f, table_write(f, path, NUMBER), NULL);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    assert_told(reply, "有 1 个值在字段宽度处把汉字截断");
    th_json_free(reply);
    th_json_free(intake_parcel(f, "甲甲甲甲甲甲甲甲甲1"));
}

// The bytes of 浜屾潙 in GBK are those of 二村 in UTF-8. UTF-8 is likelier by far; who knows better
// says so.
static void encoding__that_two_fit_is_the_clerks_choice(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    table_write(f, path, "\xe4\xba\x8c\xe6\x9d\x91");
    struct th_json *reply = import(f, path, "GBK");
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    th_json_free(reply);
    th_json_free(intake_parcel(f, "浜屾潙"));
    f->request.dry_run = true;
    reply = import(f, path, NULL);
    f->request.dry_run = false;
    assert_told(reply, "1 个含汉字的值里有 1 个按 UTF-8 读得通");
    th_json_free(reply);
}

// A byte that stands in neither: the clerk is shown the value both ways and how to decide.
static void encoding__that_none_fits_is_shown_both_ways(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = import(f, table_write(f, path, "\xbc\xd7\xff\xbc\xd7"), NULL);
    assert_told(reply, "1 个含汉字的值里有 0 个");
    assert_told(reply, "例：按 UTF-8 是“?????”，按 GB18030 是“甲?甲”。");
    th_json_free(reply);
}

#define LETTERS_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LETTERS_TEST(encoding__is_found_whatever_stands_beside_the_table),
        LETTERS_TEST(encoding__a_character_cut_by_the_width_is_mended_and_told),
        LETTERS_TEST(encoding__that_two_fit_is_the_clerks_choice),
        LETTERS_TEST(encoding__that_none_fits_is_shown_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
