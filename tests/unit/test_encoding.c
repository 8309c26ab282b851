// The texts of a table in every state in which clerks deliver them, and what is told about it.
#include <gdal.h>
#include <ogr_api.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/file.h"
#include "tests/support/support.h"
#include "tests/unit/source_rows.h"

// By the code charts: 竹林 is D6F1 C1D6 in GBK and E7ABB9 E69E97 in UTF-8, 东 is B6AB and E4B89C,
// 村 is B4E5 and E69D91. 绔规灄 is what GBK makes of the UTF-8 bytes of 竹林.
#define GBK_BAMBOO "\xd6\xf1\xc1\xd6"
#define UTF8_BAMBOO "\xe7\xab\xb9\xe6\x9e\x97"
#define GBK_VILLAGE "\xb6\xab\xb4\xe5"
#define UTF8_VILLAGE "\xe4\xb8\x9c\xe6\x9d\x91"
// A character of GB18030 in four bytes: 㐀, 8139EE39 and E39080.
#define GB4_CHARACTER "\x81\x39\xee\x39"
#define UTF8_GB4_CHARACTER "\xe3\x90\x80"

enum { VALUES = 4 };

static const struct {
    const char *label;
    const char *values[VALUES];
    const char *cpg; // NULL: none
    int ldid;
    const char *option;
    enum th_reader_encoding_how how;
    const char *name;
    const char *declared;
    int n_values;
    int n_fit;
    int n_cut;
    const char *want[VALUES];
} cases[] = {
    {"cpg GBK",
     {GBK_BAMBOO, "a"},
     "GBK",
     0,
     NULL,
     TH_ENCODING_DECLARED,
     "GB18030",
     "GBK",
     1,
     1,
     0,
     {UTF8_BAMBOO, "a"}},
    {"cpg that is another file",
     {GBK_BAMBOO, "a"},
     "root:x:0:0:root:/root:/bin/sh",
     0,
     NULL,
     TH_ENCODING_GB18030,
     "GB18030",
     "",
     1,
     1,
     0,
     {UTF8_BAMBOO, "a"}},
    {"cpg 936",
     {GBK_BAMBOO},
     "936",
     0,
     NULL,
     TH_ENCODING_DECLARED,
     "GB18030",
     "936",
     1,
     1,
     0,
     {UTF8_BAMBOO}},
    {"cpg CP936",
     {GBK_BAMBOO},
     "CP936",
     0,
     NULL,
     TH_ENCODING_DECLARED,
     "GB18030",
     "CP936",
     1,
     1,
     0,
     {UTF8_BAMBOO}},
    {"cpg GB2312",
     {GBK_BAMBOO},
     "GB2312",
     0,
     NULL,
     TH_ENCODING_DECLARED,
     "GB18030",
     "GB2312",
     1,
     1,
     0,
     {UTF8_BAMBOO}},
    {"cpg GB18030",
     {GB4_CHARACTER},
     "GB18030",
     0,
     NULL,
     TH_ENCODING_DECLARED,
     "GB18030",
     "GB18030",
     1,
     1,
     0,
     {UTF8_GB4_CHARACTER}},
    {"cpg ANSI 936",
     {GBK_BAMBOO},
     "ANSI 936",
     0,
     NULL,
     TH_ENCODING_DECLARED,
     "GB18030",
     "ANSI 936",
     1,
     1,
     0,
     {UTF8_BAMBOO}},
    {"cpg OEM",
     {GBK_BAMBOO},
     "OEM",
     0,
     NULL,
     TH_ENCODING_GB18030,
     "GB18030",
     "OEM",
     1,
     1,
     0,
     {UTF8_BAMBOO}},
    {"LDID 0x4D",
     {GBK_BAMBOO},
     NULL,
     0x4d,
     NULL,
     TH_ENCODING_DECLARED,
     "GB18030",
     "CP936",
     1,
     1,
     0,
     {UTF8_BAMBOO}},
    {"LDID 0x57 from habit",
     {GBK_BAMBOO},
     NULL,
     0x57,
     NULL,
     TH_ENCODING_GB18030,
     "GB18030",
     "",
     1,
     1,
     0,
     {UTF8_BAMBOO}},
    {"nothing declared, GBK",
     {GBK_BAMBOO, GBK_VILLAGE},
     NULL,
     0,
     NULL,
     TH_ENCODING_GB18030,
     "GB18030",
     "",
     2,
     2,
     0,
     {UTF8_BAMBOO, UTF8_VILLAGE}},
    {"nothing declared, UTF-8",
     {UTF8_BAMBOO, UTF8_VILLAGE},
     NULL,
     0,
     NULL,
     TH_ENCODING_UTF8,
     "UTF-8",
     "",
     2,
     2,
     0,
     {UTF8_BAMBOO, UTF8_VILLAGE}},
    {"UTF-8 declared, and it is",
     {UTF8_BAMBOO},
     "UTF-8",
     0,
     NULL,
     TH_ENCODING_DECLARED,
     "UTF-8",
     "UTF-8",
     1,
     1,
     0,
     {UTF8_BAMBOO}},
    {"UTF-8 declared, GBK it is",
     {"a", GBK_BAMBOO, GBK_VILLAGE},
     "UTF-8",
     0,
     NULL,
     TH_ENCODING_GB18030,
     "GB18030",
     "UTF-8",
     2,
     2,
     0,
     {"a", UTF8_BAMBOO, UTF8_VILLAGE}},
    {"GBK declared, UTF-8 it is, which GBK cannot read",
     {UTF8_BAMBOO UTF8_BAMBOO "\xe4\xb8\x9c "},
     "GBK",
     0,
     NULL,
     TH_ENCODING_UTF8,
     "UTF-8",
     "GBK",
     1,
     1,
     0,
     {UTF8_BAMBOO UTF8_BAMBOO "\xe4\xb8\x9c"}},
    {"GBK declared, and both fit",
     {UTF8_BAMBOO},
     "GBK",
     0,
     NULL,
     TH_ENCODING_UNDECIDED,
     "UTF-8",
     "GBK",
     1,
     1,
     0,
     {UTF8_BAMBOO}},
    {"ASCII", {"a", "b"}, NULL, 0, NULL, TH_ENCODING_ASCII, "UTF-8", "", 0, 0, 0, {"a", "b"}},
    {"Latin-1 declared, and it is",
     {"caf\xe9"},
     "ISO-8859-1",
     0,
     NULL,
     TH_ENCODING_DECLARED,
     "ISO-8859-1",
     "ISO-8859-1",
     1,
     1,
     0,
     {"caf\xc3\xa9"}},
    {"Latin-1 declared, which fits anything",
     {GBK_BAMBOO},
     "ISO-8859-1",
     0,
     NULL,
     TH_ENCODING_UNDECIDED,
     "GB18030",
     "ISO-8859-1",
     1,
     1,
     0,
     {UTF8_BAMBOO}},
    // C2A9 is © in UTF-8 and 漏 in GBK.
    {"two bytes that are both",
     {"\xc2\xa9"},
     NULL,
     0,
     NULL,
     TH_ENCODING_UNDECIDED,
     "UTF-8",
     "",
     1,
     1,
     0,
     {"\xc2\xa9"}},
    {"a table of two encodings",
     {GBK_BAMBOO, GBK_VILLAGE,
      "a\xff\xff"
      "b"},
     NULL,
     0,
     NULL,
     TH_ENCODING_UNDECIDED,
     "GB18030",
     "",
     3,
     2,
     0,
     {UTF8_BAMBOO, UTF8_VILLAGE, "a??b"}},
    {"the caller's choice",
     {GBK_BAMBOO},
     "ISO-8859-1",
     0,
     "GBK",
     TH_ENCODING_OPTION,
     "GB18030",
     "ISO-8859-1",
     1,
     1,
     0,
     {UTF8_BAMBOO}},
    {"against the caller's choice",
     {GBK_BAMBOO "\xff"},
     NULL,
     0,
     "UTF-8",
     TH_ENCODING_OPTION,
     "UTF-8",
     "",
     1,
     0,
     0,
     {"?????"}},
    // The field is 20 bytes wide.
    {"UTF-8 cut in the middle of a character",
     {UTF8_BAMBOO UTF8_BAMBOO UTF8_BAMBOO "\xe7\xab", UTF8_BAMBOO},
     "UTF-8",
     0,
     NULL,
     TH_ENCODING_DECLARED,
     "UTF-8",
     "UTF-8",
     2,
     2,
     1,
     {UTF8_BAMBOO UTF8_BAMBOO UTF8_BAMBOO, UTF8_BAMBOO}},
    {"GBK cut in the middle of a character",
     {"x" GBK_BAMBOO GBK_BAMBOO GBK_BAMBOO GBK_BAMBOO GBK_VILLAGE, GBK_BAMBOO},
     NULL,
     0,
     NULL,
     TH_ENCODING_GB18030,
     "GB18030",
     "",
     2,
     2,
     1,
     {"x" UTF8_BAMBOO UTF8_BAMBOO UTF8_BAMBOO UTF8_BAMBOO "\xe4\xb8\x9c", UTF8_BAMBOO}},
};

// A shapefile with one field of 20 bytes, filled byte by byte, since a writer would not cut.
static void shapefile_write(const char *folder, size_t index)
{
    enum { WIDTH = 20, AT_LDID = 29, AT_ROWS = 65 };
    char path[TH_TEST_PATH_SIZE];
    GDALAllRegister();
    char *options[] = {(char[]){"ENCODING="}, NULL};
    GDALDatasetH dataset =
        GDALCreate(GDALGetDriverByName("ESRI Shapefile"), th_test_path(path, folder, "x.shp"), 0, 0,
                   0, GDT_Unknown, NULL);
    assert_non_null(dataset);
    OGRLayerH layer = GDALDatasetCreateLayer(dataset, "x", NULL, wkbPolygon, options);
    OGRFieldDefnH definition = OGR_Fld_Create("name", OFTString);
    OGR_Fld_SetWidth(definition, WIDTH);
    assert_int_equal(OGR_L_CreateField(layer, definition, 0), OGRERR_NONE);
    OGR_Fld_Destroy(definition);
    for (size_t i = 0; i < VALUES && cases[index].values[i] != NULL; i++) {
        char wkt[] = "POLYGON ((119 30,119.001 30.001,119.001 30,119 30))";
        char *at = wkt;
        OGRGeometryH shape = NULL;
        OGRFeatureH feature = OGR_F_Create(OGR_L_GetLayerDefn(layer));
        assert_int_equal(OGR_G_CreateFromWkt(&at, NULL, &shape), OGRERR_NONE);
        OGR_F_SetGeometryDirectly(feature, shape);
        assert_int_equal(OGR_L_CreateFeature(layer, feature), OGRERR_NONE);
        OGR_F_Destroy(feature);
    }
    GDALClose(dataset);
    FILE *table = fopen(th_test_path(path, folder, "x.dbf"), "r+b");
    assert_non_null(table);
    assert_int_equal(fseek(table, AT_LDID, SEEK_SET), 0);
    assert_int_equal(fputc(cases[index].ldid, table), cases[index].ldid);
    for (size_t i = 0; i < VALUES && cases[index].values[i] != NULL; i++) {
        char cell[WIDTH + 1];
        snprintf(cell, sizeof(cell), "%-20.20s", cases[index].values[i]);
        assert_int_equal(fseek(table, AT_ROWS + (long)i * (WIDTH + 1) + 1, SEEK_SET), 0);
        assert_int_equal(fwrite(cell, 1, WIDTH, table), WIDTH);
    }
    assert_int_equal(fclose(table), 0);
    (void)unlink(th_test_path(path, folder, "x.cpg"));
    if (cases[index].cpg != NULL) {
        struct th_error err = {0};
        assert_ok(th_file_write(path, cases[index].cpg, strlen(cases[index].cpg), &err), &err);
    }
}

static void open__the_encoding_is_decided_on_the_whole_table(void **state)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char folder[TH_TEST_PATH_SIZE];
        char path[TH_TEST_PATH_SIZE];
        char name[16];
        struct th_test_rows rows;
        const struct th_reader_options options = {.encoding = cases[i].option};
        print_message("  %s\n", cases[i].label);
        snprintf(name, sizeof(name), "%zu", i);
        assert_int_equal(mkdir(th_test_path(folder, *state, name), 0700), 0);
        shapefile_write(folder, i);
        th_test_rows_open(&rows, th_test_path(path, folder, "x.shp"), &options);
        const struct th_reader_encoding *encoding = &th_reader_info(rows.reader)->encoding;
        assert_int_equal(encoding->how, cases[i].how);
        assert_string_equal(encoding->name, cases[i].name);
        assert_string_equal(encoding->declared, cases[i].declared);
        assert_int_equal(encoding->n_values, cases[i].n_values);
        assert_int_equal(encoding->n_fit, cases[i].n_fit);
        assert_int_equal(encoding->n_cut, cases[i].n_cut);
        assert_int_equal(encoding->n_samples > 0, encoding->how == TH_ENCODING_UNDECIDED);
        for (size_t k = 0; k < VALUES && cases[i].want[k] != NULL; k++) {
            const struct th_reader_row *row = th_test_rows_next(&rows);
            assert_non_null(row);
            assert_string_equal(row->values[0], cases[i].want[k]);
            assert_int_equal(row->text_suspect, strchr(cases[i].want[k], '?') != NULL);
        }
        assert_null(th_test_rows_next(&rows));
        th_test_rows_close(&rows);
    }
}

static void open__undecided_texts_are_shown_both_ways(void **state)
{
    static const char LABEL[] = "GBK declared, and both fit";
    char path[TH_TEST_PATH_SIZE];
    struct th_test_rows rows;
    size_t index = 0;
    while (strcmp(cases[index].label, LABEL) != 0) {
        index++;
    }
    shapefile_write(*state, index);
    th_test_rows_open(&rows, th_test_path(path, *state, "x.shp"), NULL);
    const struct th_reader_encoding *encoding = &th_reader_info(rows.reader)->encoding;
    assert_int_equal(encoding->n_samples, 1);
    assert_string_equal(encoding->samples[0].utf8, "竹林");
    assert_string_equal(encoding->samples[0].gb18030, "绔规灄");
    th_test_rows_close(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(open__the_encoding_is_decided_on_the_whole_table,
                                        th_test_folder_setup, th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(open__undecided_texts_are_shown_both_ways,
                                        th_test_folder_setup, th_test_folder_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
