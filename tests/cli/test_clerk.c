// A clerk in a hurry: wrong files, wrong numbers, odd names. Nothing crashes, everything is
// answered in words, and what is refused leaves no trace.
#include <stdio.h>
#include <stdlib.h>

#include "tests/cli/chain.h"

struct slip {
    const char *line;
    int code;
    const char *problem; // NULL: any, as long as it is in words
};

static void expect_slips(const struct th_cli_world *world, const struct slip *slips, size_t n)
{
    char *before = th_cli_dump(world);
    for (size_t i = 0; i < n; i++) {
        for (int zh = 0; zh < 2; zh++) {
            struct th_json *problem = th_cli_problem(world, slips[i].code, "--lang %s %s",
                                                     zh != 0 ? "zh" : "en", slips[i].line);
            const char *code = th_cli_text_at(problem, "code");
            if (slips[i].problem != NULL && strcmp(code, slips[i].problem) != 0) {
                fail_msg("%s: code %s, not %s", slips[i].line, code, slips[i].problem);
            }
            th_json_free(problem);
        }
    }
    char *after = th_cli_dump(world);
    assert_string_equal(before, after);
    free(before);
    free(after);
}

#define EXPECT_SLIPS(world, slips) expect_slips((world), (slips), sizeof(slips) / sizeof(slips)[0])

static void clerk__wrong_files_are_answered_in_words(void **state)
{
    static const struct slip SLIPS[] = {
        {"parcel import {dir}/nothing.shp", 3, "file_not_found"},
        {"parcel import {dir}", 6, NULL},
        {"parcel import {dir}/empty.geojson", 6, NULL},
        {"parcel import {dir}/report.docx", 6, NULL},
        {"parcel import {dir}/half.geojson", 6, NULL},
        {"parcel import ''", 3, NULL},
        {"village import {dir}/nothing.csv", 3, "file_not_found"},
        {"village import {dir}/report.docx", 6, NULL},
        {"village import {dir}/empty.geojson", 6, NULL},
        {"village import {dir}/no-code.csv", 2, NULL},
        {"--registry {dir}/nothing.tanhui parcel list", 3, NULL},
        {"--registry {dir}/empty.geojson parcel list", 6, NULL},
        {"--registry {dir}/report.docx parcel list", 6, NULL},
        {"--registry {sample}/majianong.geojson parcel list", 6, NULL},
        {"map print --out {dir}/map.docx", 2, "map_format"},
        {"export --format tiff --out {dir}/e.tiff", 2, "export_format"},
        {"export --format csv --out {dir}/report.docx", 5, "file_exists"},
        {"registry backup {dir}/r.tanhui", 5, NULL},
    };
    static const char DOCX[] = "PK\003\004\024\000\006\000 no archive";
    static const char HALF[] = "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Fea";
    struct th_cli_world world;
    (void)state;
    th_cli_world_make(&world);
    th_chain_people(&world);
    th_chain_parcels(&world);
    th_cli_write(&world, "empty.geojson", "", 0);
    th_cli_write(&world, "report.docx", DOCX, sizeof(DOCX) - 1);
    th_cli_write(&world, "half.geojson", HALF, sizeof(HALF) - 1);
    th_cli_write(&world, "no-code.csv", "village,name,township\n1,2,3\n", 28);
    EXPECT_SLIPS(&world, SLIPS);
    th_cli_world_remove(&world);
}

static void clerk__wrong_numbers_and_days_are_answered_in_words(void **state)
{
    static const struct slip SLIPS[] = {
        // misplaced commas, signs, more than a figure, more than fen, too much
        {"estimate project --area-mu 8,70 --price 70", 2, NULL},
        {"estimate project --area-mu -5", 2, NULL},
        {"estimate project --area-mu 5亩3分", 2, NULL},
        {"estimate project --area-mu 1e9", 2, NULL},
        {"estimate project --area-mu 99999999999999999999", 2, NULL},
        {"estimate project --area-mu 870000 --price -70", 2, NULL},
        {"estimate project --area-mu 870000 --price 70.001", 2, NULL},
        {"estimate project --area-mu 870000 --price 70元整", 2, NULL},
        {"estimate project --area-mu 10 --input factor=24.5", 2, NULL}, // 24.5 t a mu: refused
        {"estimate project --area-mu 10 --input factor=1/0", 2, NULL},
        {"estimate project --area-mu 10 --input factor", 2, NULL},
        {"estimate run --year 2021-2-3", 2, NULL},
        {"estimate run --from 2021 --to 2018", 2, NULL},
        {"estimate run", 2, NULL},
        {"--as anji-1 trade propose resale --from " ANJI_BANK
         " --to 造纸厂 --tonnes 1,23 --price 1",
         2, "tonnes_invalid"},
        {"--as anji-1 trade propose resale --from " ANJI_BANK " --to 造纸厂 --tonnes -20 --price 1",
         2, "tonnes_invalid"},
        {"--as anji-1 trade propose resale --from " ANJI_BANK " --to 造纸厂 --tonnes 0 --price 1",
         2, "tonnes_invalid"},
        {"--as anji-1 trade propose resale --from " ANJI_BANK " --to 造纸厂 --tonnes 1.5 --price 1",
         2, "tonnes_invalid"},
        {"--as anji-1 trade propose resale --from " ANJI_BANK " --to 造纸厂 --tonnes 1 --price -1",
         2, NULL},
        {"--as anji-1 trade propose resale --from " ANJI_BANK
         " --to 造纸厂 --tonnes 1 --price 1 --on 2021-2-3",
         2, "date_invalid"},
        {"--as anji-1 trade propose resale --from " ANJI_BANK
         " --to 造纸厂 --tonnes 1 --price 1 --on 2021-02-30",
         2, "date_invalid"},
        {"--as anji-1 trade propose resale --from " ANJI_BANK
         " --to 造纸厂 --tonnes 1 --price 1 --tax -6",
         2, NULL},
        {"--as anji-1 trade propose resale --from " ANJI_BANK " --to 核证机构 --tonnes 1 --price 1",
         4, "verifier_cannot_hold"},
        {"--as anji-1 trade propose purchase --package M --to " ANJI_BANK, 2, "price_or_amount"},
        {"--as anji-1 receipt confirm 2 --amount -1", 2, NULL},
        {"--as anji-1 receipt confirm 2 --amount 一百", 2, NULL},
        {"--as officer revenue term add --from 2030-01-01 --basis net --ratio 70 --split village=1 "
         "--document {sample}/revenue-term.txt",
         2, NULL},
        {"--as officer revenue term add --from 2030-01-01 --basis gross --ratio 170 --split "
         "village=1 --document {sample}/revenue-term.txt",
         2, NULL},
        {"--as officer revenue term add --from 2030-01-01 --basis gross --ratio 70 --split "
         "village=0.5 --document {sample}/revenue-term.txt",
         2, NULL},
        {"--as anji-1 revenue distribute --through 2022-12-31 --ratio 80", 2, "ratio_dry_run"},
        {"village add --code ３３０５２３９９０２０４ --name 某 --township 某", 2, NULL},
        {"village add --code 33052399020 --name 某 --township 某", 2, NULL},
        {"init {dir}/x.tanhui --name 某 --admin-code 33x", 2, NULL},
        {"init {dir}/x.tanhui --name 某 --admin-code 330523 --bounds 1,2,3", 2, NULL},
        {"init {dir}/x.tanhui --name 某 --admin-code 330523 --bounds 123,27,118,32", 2, NULL},
        {"unit trace 7", 3, NULL},
        {"unit trace CN-330523-BAM-2018-000001:0-5", 2, NULL},
        {"unit trace CN-330523-BAM-2018-000001:5-2", 2, NULL},
        {"unit trace CN-330523-BAM-2018-000001:1-999999", 3, NULL},
    };
    struct th_cli_world world;
    (void)state;
    th_cli_world_make(&world);
    th_chain_anji(&world);
    EXPECT_SLIPS(&world, SLIPS);
    th_cli_world_remove(&world);
}

static void clerk__odd_names_are_kept_or_refused_whole(void **state)
{
    struct th_cli_world world;
    char name[400];
    char plain[128];
    (void)state;
    th_cli_world_make(&world);
    th_chain_people(&world);
    (void)snprintf(plain, sizeof(plain), "O\"Neil; DROP TABLE parcel;--, 50%% {name} \\n");
    struct th_json *reply = th_cli_json(&world, 0, "party add --kind person --name '%s'", plain);
    assert_string_equal(th_cli_text_at(reply, "name"), plain);
    th_json_free(reply);
    // A name with braces is data, not a place to fill in.
    reply = th_cli_problem(&world, 3,
                           "package create --name P --holder '某 {name} 某' "
                           "--methodology reported-factor --from 2021-01-01 "
                           "--to 2021-12-31 --village 330523990201");
    assert_non_null(strstr(th_cli_text_at(reply, "detail"), "{name}"));
    th_json_free(reply);
    memset(name, 'x', sizeof(name));
    name[199] = '\0';
    th_cli_do(&world, "party add --kind person --name %s", name);
    name[199] = 'x';
    name[201] = '\0';
    th_json_free(th_cli_problem(&world, 2, "party add --kind person --name %s", name));
    // 70 characters of 3 bytes each are 210 bytes; the message stays whole UTF-8.
    name[0] = '\0';
    for (size_t i = 0; i < 70; i++) {
        memcpy(name + i * 3, "村", 4);
    }
    th_json_free(
        th_cli_problem(&world, 2, "village add --code 330523990204 --name %s --township 某", name));
    th_json_free(th_cli_problem(&world, 2, "party add --kind person --name ''"));
    th_json_free(th_cli_problem(&world, 2, "party add --kind person --name '   '"));
    th_json_free(th_cli_problem(&world, 2, "party add --kind person --name '\xff\xfe'"));
    th_json_free(th_cli_problem(&world, 2, "user add 'a b' --role clerk"));
    th_cli_world_remove(&world);
}

static void clerk__a_list_of_villages_from_excel_is_welcome(void **state)
{
    // "代码,名称,乡镇" and one row, as Excel saves them on a Chinese Windows.
    static const char GBK[] = "\xb4\xfa\xc2\xeb,\xc3\xfb\xb3\xc6,\xcf\xe7\xd5\xf2\r\n"
                              "330523990203,\xd0\xc2\xb4\xe5,\xd0\xc2\xcf\xe7\r\n";
    struct th_cli_world world;
    (void)state;
    th_cli_world_make(&world);
    th_cli_do(&world, "init {dir}/r.tanhui --name 安吉 --admin-code 330523");
    th_cli_write(&world, "gbk.csv", GBK, sizeof(GBK) - 1);
    struct th_json *reply = th_cli_json(&world, 0, "village import {dir}/gbk.csv");
    assert_string_equal(th_cli_text_at(reply, "villages.0.name"), "新村");
    assert_string_equal(th_cli_text_at(reply, "villages.0.township"), "新乡");
    th_json_free(reply);
    th_cli_world_remove(&world);
}

static void clerk__a_bom_and_chinese_headings_are_welcome(void **state)
{
    static const char CSV[] = "\xef\xbb\xbf代码,名称,乡镇\r\n330523990206,\"新,村\",新乡\r\n";
    struct th_cli_world world;
    (void)state;
    th_cli_world_make(&world);
    th_cli_do(&world, "init {dir}/r.tanhui --name 安吉 --admin-code 330523");
    th_cli_write(&world, "bom.csv", CSV, sizeof(CSV) - 1);
    struct th_json *reply = th_cli_json(&world, 0, "village import {dir}/bom.csv");
    assert_string_equal(th_cli_text_at(reply, "villages.0.name"), "新,村");
    th_json_free(reply);
    th_cli_world_remove(&world);
}

// Puts the ending in place of every '*'.
static void with_ending(const char *pattern, const char *ending, char *line, size_t size)
{
    size_t used = 0;
    for (; *pattern != '\0'; pattern++) {
        size_t n = *pattern == '*' ? strlen(ending) : 1;
        assert_true(used + n < size);
        memcpy(line + used, *pattern == '*' ? ending : pattern, n);
        used += n;
    }
    line[used] = '\0';
}

static void clerk__no_output_overwrites_a_file(void **state)
{
    static const char *const LINES[] = {
        "--as clerk-m parcel import {sample}/majianong.geojson --problems {dir}/mine.*",
        "--as clerk-m parcel import {sample}/majianong.geojson --problems {dir}/mine.* --dry-run",
        "--as clerk-m parcel import {dir}/mine.geojson --problems {dir}/mine.geojson --dry-run",
        "--as clerk-m parcel import {sample}/majianong.geojson --overlaps {dir}/mine.gpkg",
        "--as clerk-m draft open {sample}/majianong.geojson --problems {dir}/mine.*",
        "--as clerk-m draft open {sample}/majianong.geojson --overlaps {dir}/mine.geojson",
        "--as clerk-m draft set 1 --problems {dir}/mine.*",
        "--as clerk-m draft show 1 --problems {dir}/mine.*",
        "--as clerk-m draft show 1 --overlaps {dir}/mine.gpkg",
        "--as clerk-m draft confirm 1 --problems {dir}/mine.*",
        "--as clerk-m tenure import {dir}/mine.* --template",
        "--as clerk-m activity import {dir}/mine.* --template",
        "--as clerk-m plot import {dir}/mine.* --template",
        "export --format * --out {dir}/mine.*",
        "parcel export --format gpkg --out {dir}/mine.gpkg",
        "map print --out {dir}/mine.pdf",
        "map print --out {dir}/mine.svg",
        "estimate sheet 1 --out {dir}/mine.*",
        "registry backup {dir}/mine.*",
        "registry backup {dir}/r.tanhui",
    };
    static const char *const ENDINGS[] = {"csv", "xlsx", "geojson", "gpkg", "pdf", "svg"};
    struct th_cli_world world;
    char name[32];
    (void)state;
    th_cli_world_make(&world);
    th_chain_people(&world);
    th_chain_parcels(&world);
    th_cli_do(&world, "--as clerk-m draft open {sample}/majianong.geojson");
    for (size_t i = 0; i < sizeof(ENDINGS) / sizeof(ENDINGS[0]); i++) {
        snprintf(name, sizeof(name), "mine.%s", ENDINGS[i]);
        th_cli_write(&world, name, "mended for days", 15);
    }
    char *before = th_cli_dump(&world);
    for (size_t i = 0; i < sizeof(LINES) / sizeof(LINES[0]); i++) {
        for (size_t k = 0; k < (strchr(LINES[i], '*') != NULL ? 2 : 1); k++) {
            char line[256];
            with_ending(LINES[i], ENDINGS[k], line, sizeof(line));
            struct th_json *problem = th_cli_problem(&world, 5, "%s", line);
            print_message("%s\n", line);
            assert_string_equal(th_cli_text_at(problem, "code"), "file_exists");
            assert_non_null(strstr(th_cli_text_at(problem, "hint"), "-2."));
            th_json_free(problem);
        }
    }
    for (size_t i = 0; i < sizeof(ENDINGS) / sizeof(ENDINGS[0]); i++) {
        snprintf(name, sizeof(name), "mine.%s", ENDINGS[i]);
        char *kept = th_cli_read(&world, name);
        assert_string_equal(kept, "mended for days");
        free(kept);
    }
    char *after = th_cli_dump(&world);
    assert_string_equal(before, after);
    free(before);
    free(after);
    struct th_json *problem =
        th_cli_problem(&world, 2,
                       "--as clerk-m parcel import {sample}/majianong.geojson --dry-run "
                       "--problems {dir}/o.gpkg --overlaps {dir}/o.gpkg");
    assert_string_equal(th_cli_text_at(problem, "code"), "outputs_same");
    th_json_free(problem);
    // The name that the hint gives can be used.
    th_cli_do(&world, "--as clerk-m draft show 1 --problems {dir}/mine-2.csv");
    free(th_cli_read(&world, "mine-2.csv"));
    th_cli_world_remove(&world);
}

// Three corners each; what a scanner made of one coordinate keeps its parcel out.
static const char CORNERS[] = "地块号,点号,X坐标(m),Y坐标(m),面积\n"
                              "001,J1,3376000,40461600,15\n001,J2,3376000,40461700,\n"
                              "001,J3,3376100,40461700,\n001,J4,3376100,40461600,\n"
                              "002,J1,3376200,40461600,7.5\n,J2,3376200,404617oo,\n"
                              ",J3,3376300,40461700,\n";
static const char CORNERS_MENDED[] = "地块号,点号,X坐标(m),Y坐标(m)\n002,J1,3376200,40461600\n"
                                     ",J2,3376200,40461700\n,J3,3376300,40461700\n";

static void village_world(struct th_cli_world *world)
{
    th_cli_world_make(world);
    th_cli_do(world, "init {dir}/r.tanhui --name 安吉 --admin-code 330523");
    th_cli_do(world, "village add --code 330523990201 --name 马家弄村 --township 山川乡");
}

static void clerk__a_corner_that_cannot_be_read_is_named_with_its_parcel(void **state)
{
    static const char IMPORT[] = "parcel import {dir}/c.csv --crs EPSG:4528 --kind bamboo "
                                 "--village 330523990201 --dry-run";
    struct th_cli_world world;
    (void)state;
    village_world(&world);
    th_cli_write(&world, "c.csv", CORNERS, sizeof(CORNERS) - 1);
    th_cli_write(&world, "m.csv", CORNERS_MENDED, sizeof(CORNERS_MENDED) - 1);
    struct th_json *reply = th_cli_json(&world, 1, "%s --problems {dir}/p.csv", IMPORT);
    assert_int_equal(th_cli_int_at(reply, "accepted"), 1);
    assert_int_equal(th_cli_int_at(reply, "problems.0.row"), 7);
    assert_string_equal(th_cli_text_at(reply, "problems.0.number"), "002");
    assert_string_equal(th_cli_text_at(reply, "problems.0.code"), "row_unreadable");
    assert_non_null(strstr(th_cli_text_at(reply, "problems.0.message"), "404617oo"));
    th_json_free(reply);
    // The list has the number and the row's own columns, so that it can be mended.
    char *list = th_cli_read(&world, "p.csv");
    assert_non_null(strstr(list, "7,002,row_unreadable,"));
    assert_non_null(strstr(list, ",002,7.5"));
    free(list);
    reply = th_cli_json(&world, 0, "%s --mend {dir}/m.csv", IMPORT);
    assert_int_equal(th_cli_int_at(reply, "accepted"), 2);
    th_json_free(reply);
    th_cli_world_remove(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clerk__wrong_files_are_answered_in_words),
        cmocka_unit_test(clerk__wrong_numbers_and_days_are_answered_in_words),
        cmocka_unit_test(clerk__no_output_overwrites_a_file),
        cmocka_unit_test(clerk__odd_names_are_kept_or_refused_whole),
        cmocka_unit_test(clerk__a_list_of_villages_from_excel_is_welcome),
        cmocka_unit_test(clerk__a_bom_and_chinese_headings_are_welcome),
        cmocka_unit_test(clerk__a_corner_that_cannot_be_read_is_named_with_its_parcel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
