// The arithmetic of a parcel and year as a clerk would do it again: for every shipped document and
// every kind of land that it admits, each printed line is computed by a calculator of the test's
// own from what the line itself says, the workbook's formulas by a small spreadsheet, and the end
// is compared with the run.
#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cli/book.h"
#include "tests/cli/calculator.h"
#include "tests/cli/run.h"
#include "tests/unit/formula.h"

enum { ROWS_MAX = 400, TOLD_MAX = ROWS_MAX };

// Each where its number says, 64 mu large; nine wetlands, one of each class that is admitted.
static const struct {
    const char *number, *kind, *land_class, *declared;
} PARCELS[] = {{"竹1", "bamboo", "0302", "40.5"}, {"竹2", "bamboo", "0302", "63.91878"},
               {"竹3", "bamboo", "0302", ""},     {"竹4", "bamboo", "0302", "70"},
               {"林1", "forest", "0301", ""},     {"林2", "forest", "0301", "50"},
               {"林3", "forest", "0301", ""},     {"林4", "forest", "0301", ""},
               {"茶1", "tea", "0202", "30.25"},   {"茶2", "tea", "0202", ""},
               {"果1", "orchard", "0201", ""},    {"果2", "orchard", "0201", "60"},
               {"果3", "orchard", "0201", ""},    {"湿1", "wetland", "0304", ""},
               {"湿2", "wetland", "0306", ""},    {"湿3", "wetland", "0402", ""},
               {"湿4", "wetland", "1101", ""},    {"湿5", "wetland", "1102", ""},
               {"湿6", "wetland", "1103", ""},    {"湿7", "wetland", "1104", ""},
               {"湿8", "wetland", "1106", ""},    {"湿9", "wetland", "1108", ""},
               {"林5", "forest", "0301", ""}};

static const char BAMBOO[] =
    "村,地块号,碳层,竹林郁闭度,散生乔木郁闭度,立地,经营方式\n"
    "胡柚基地,竹1,甲,0.65,0.05,旱地矿质土,"
    "符合：只采竹秆竹枝、凋落物留在林内、保留原有散生木、带状整地、肥料沟施穴施并覆土\n";
static const char PLANTED_BAMBOO[] =
    "村,地块号,碳层,采伐计划,竹林郁闭度,造林前为无林地的年数,清除灌木和稀疏竹林占面积的比例,立地,"
    "种植养殖活动是否被迫转移,长期平均地上生物量（每公顷干重）\n"
    "胡柚基地,竹3,乙,没有皆伐计划,0.5,5,0.1,旱地矿质土,没有转移,\n"
    "胡柚基地,竹4,甲,带状皆伐,0.5,5,0.1,旱地矿质土,没有转移,23.5\n";
static const char PLANTED_TREES[] =
    "村,地块号,碳层,林种,采伐计划,造林前为无林地的年数,清除灌木和稀疏竹林占面积的比例,立地,"
    "种植养殖活动是否被迫转移,含碳率取值依据\n"
    "胡柚基地,林1,丙,防护林,没有皆伐计划,5,0,旱地矿质土,没有转移,没有说明（默认 0.47）\n"
    "胡柚基地,林2,丙,特用林,没有皆伐计划,5,0,旱地矿质土,没有转移,有据的阔叶林\n"
    "胡柚基地,林5,己,防护林,没有皆伐计划,5,0,旱地矿质土,没有转移,没有说明（默认 0.47）\n";
static const char VOLUME[] = "村,地块号,碳层,林分类型,首次调查时的林龄,采伐计划,立地\n"
                             "胡柚基地,林3,丁,杉木,15,没有皆伐计划,旱地矿质土\n胡柚基地,林4,戊,"
                             "马尾松,15,没有皆伐计划,旱地矿质土\n";
static const char TEA[] =
    "村,地块号,定植年份,由其他地类改种的年份,改种前的地类,土壤类型,立地\n"
    "胡柚基地,茶1,2015,2015,旱地（一年生作物）,低活性黏土（红壤、黄壤）,旱地矿质土\n"
    "胡柚基地,茶2,1990,2010,林地或草地,砂土,旱地矿质土\n"
    "胡柚基地,果1,2012,2012,水田,低活性黏土（红壤、黄壤）,旱地矿质土\n"
    "胡柚基地,果2,2018,2018,林地或草地,高活性黏土,旱地矿质土\n"
    "胡柚基地,果3,1980,1980,撂荒地,火山灰土,旱地矿质土\n";
static const char WETLAND[] = "村,地块号,湿地状态,恢复或新建的年份,水体盐度,土壤\n"
                              "胡柚基地,湿1,原有天然湿地（继续保护）,,0.5,矿质土\n"
                              "胡柚基地,湿2,由农田恢复的湿地,2020,0.5,矿质土\n"
                              "胡柚基地,湿3,由农田恢复的湿地,2018,0.5,矿质土\n"
                              "胡柚基地,湿4,由农田恢复的湿地,1990,0.5,矿质土\n"
                              "胡柚基地,湿5,由农田恢复的湿地,1970,0.5,矿质土\n"
                              "胡柚基地,湿6,项目形成的开阔水面或池塘,2017,0.5,矿质土\n"
                              "胡柚基地,湿7,新建的草本沼泽,2020,0.5,矿质土\n"
                              "胡柚基地,湿8,新建的草本沼泽,2015,0.5,矿质土\n"
                              "胡柚基地,湿9,由农田恢复的湿地,2002,0.5,矿质土\n";
static const char STEMS[] =
    "村,碳层,样地号,调查日期,样地面积(平方米),树种,胸径(厘米),龄级(度),株数\n"
    "胡柚基地,甲,甲1,2019-08-12,400,毛竹,8,1,10\n胡柚基地,甲,甲1,2019-08-12,400,毛竹,10,2,34\n"
    "胡柚基地,甲,甲1,2019-08-12,400,毛竹,11,3,20\n胡柚基地,甲,甲2,2019-08-13,400,毛竹,9,1,12\n"
    "胡柚基地,甲,甲2,2019-08-13,400,毛竹,10.5,4,60\n胡柚基地,甲,甲3,2019-08-14,600,毛竹,9.5,3,50\n"
    "胡柚基地,甲,甲1,2021-08-10,400,毛竹,8,1,8\n胡柚基地,甲,甲1,2021-08-10,400,毛竹,10,2,36\n"
    "胡柚基地,甲,甲1,2021-08-10,400,毛竹,11,3,24\n胡柚基地,甲,甲2,2021-08-11,400,毛竹,9,1,14\n"
    "胡柚基地,甲,甲2,2021-08-11,400,毛竹,10.5,4,63\n胡柚基地,甲,甲3,2021-08-11,600,毛竹,9.5,3,55\n"
    "胡柚基地,乙,乙1,2019-08-12,400,毛竹,8,1,40\n胡柚基地,乙,乙2,2019-08-13,400,毛竹,9,2,38\n"
    "胡柚基地,乙,乙3,2021-08-10,400,毛竹,8,1,30\n胡柚基地,乙,乙4,2021-08-11,400,,,,0\n"
    "胡柚基地,丙,丙1,2018-10-01,600,杉木,12,,60\n胡柚基地,丙,丙1,2018-10-01,600,木荷,14,,20\n"
    "胡柚基地,丙,丙2,2018-10-02,600,马尾松,15.5,,50\n胡柚基地,丙,丙2,2018-10-02,600,香樟,11,,10\n"
    "胡柚基地,丙,丙1,2022-10-01,600,杉木,14,,58\n胡柚基地,丙,丙1,2022-10-01,600,木荷,16,,20\n"
    "胡柚基地,丙,丙2,2022-10-02,600,马尾松,17,,49\n胡柚基地,丙,丙2,2022-10-02,600,香樟,13,,10\n"
    "胡柚基地,己,己1,2018-10-01,600,,,,0\n胡柚基地,己,己1,2022-10-01,600,杉木,6,,150\n";
static const char VOLUMES[] =
    "村,碳层,样地号,调查日期,样地面积(亩),树种,胸径(厘米),株数,单株材积(立方米)\n"
    "胡柚基地,丁,丁1,2017-05-01,0.9,杉木,14,80,0.091\n"
    "胡柚基地,丁,丁2,2017-05-01,0.9,杉木,15,70,0.105\n"
    "胡柚基地,丁,丁1,2022-05-01,0.9,杉木,16,78,0.125\n"
    "胡柚基地,丁,丁2,2022-05-01,0.9,杉木,17,69,0.14\n"
    "胡柚基地,戊,戊1,2017-05-01,0.7,马尾松,14,80,0.091\n"
    "胡柚基地,戊,戊1,2022-05-01,0.7,马尾松,16,20,0.125\n";
static const char RECORDS[] =
    "村,地块号,化肥纯氮(公斤/亩),有机肥氮(公斤/亩),石灰石粉(公斤/亩),白云石粉(公斤/亩),"
    "尿素(公斤/亩),柴油(升),更新面积(亩)\n"
    "胡柚基地,茶1,12,5,20,10,8,35,2\n胡柚基地,茶2,6,2,0,0,5,12,0\n"
    "胡柚基地,果1,15,6,30,0,10,120,3\n胡柚基地,果2,8,0,0,0,0,0,0\n胡柚基地,竹1,4,0,,,,,\n"
    "胡柚基地,竹4,3.5,1.25,,,,,\n胡柚基地,林1,2,0,,,,,\n";

static void table(const struct th_cli_world *world, const char *text, const char *command)
{
    th_cli_write(world, "table.csv", text, strlen(text));
    th_cli_do(world, "%s", command);
}

static void world_make(struct th_cli_world *world)
{
    static char file[16 * 1024];
    int size = snprintf(file, sizeof(file), "{\"type\":\"FeatureCollection\",\"features\":[");
    for (size_t i = 0; i < sizeof(PARCELS) / sizeof(PARCELS[0]); i++) {
        double west = 118.5 + 0.004 * (double)(i % 8);
        double south = 28.9 + 0.004 * (double)(i / 8);
        size +=
            snprintf(file + size, sizeof(file) - (size_t)size,
                     "%s{\"type\":\"Feature\",\"properties\":{\"number\":\"%s\",\"kind\":\"%s\","
                     "\"land_class\":\"%s\",\"合同面积（亩）\":\"%s\"},\"geometry\":{\"type\":"
                     "\"Polygon\",\"coordinates\":[[[%.3f,%.3f],[%.3f,%.3f],[%.3f,%.3f],[%.3f,"
                     "%.3f],[%.3f,%.3f]]]}}",
                     i > 0 ? "," : "", PARCELS[i].number, PARCELS[i].kind, PARCELS[i].land_class,
                     PARCELS[i].declared, west, south, west + 0.002, south, west + 0.002,
                     south + 0.002, west, south + 0.002, west, south);
    }
    size += snprintf(file + size, sizeof(file) - (size_t)size, "]}");
    th_cli_world_make(world);
    world->environment[world->n_environment++] = "COLUMNS=10000"; // no cell is broken
    th_cli_write(world, "parcels.geojson", file, (size_t)size);
    th_cli_do(world, "init {dir}/r.tanhui --name 常山 --admin-code 330822");
    th_cli_do(world, "village add --code 330822990001 --name 胡柚基地 --township 样例");
    th_cli_do(world, "parcel import {dir}/parcels.geojson --village 胡柚基地");
    static const char UPDATE[] = "parcel import {dir}/table.csv --update";
    table(world, BAMBOO, UPDATE);
    table(world, PLANTED_BAMBOO, UPDATE);
    table(world, PLANTED_TREES, UPDATE);
    table(world, VOLUME, UPDATE);
    table(world, TEA, UPDATE);
    table(world, WETLAND, UPDATE);
    table(world, STEMS, "plot import {dir}/table.csv");
    table(world, VOLUMES, "plot import {dir}/table.csv");
    table(world, RECORDS, "activity import {dir}/table.csv --year 2020");
}

// `given` are years of surveys, which the lines of plots tell in their days.
static const struct reading {
    const char *methodology;
    int parcel, year;
    const char *given;
} READINGS[] = {{"reported-factor@1", 1, 2020, ""},
                {"reported-factor@1", 2, 2019, ""},
                {"moso-management@1", 1, 2020, " 2019 2021 "},
                {"moso-management@1", 1, 2021, " 2019 2021 "},
                {"bamboo-afforestation@1", 3, 2020, " 2019 2021 "},
                {"bamboo-afforestation@1", 4, 2020, " 2019 2021 "},
                {"tree-afforestation@1", 5, 2020, " 2018 2022 "},
                {"tree-afforestation@1", 6, 2021, " 2018 2022 "},
                {"tree-afforestation@1", 23, 2020, " 2018 2022 "}, // from nothing
                {"forest-volume@1", 7, 2020, " 2017 2022 "},
                {"forest-volume@1", 8, 2020, " 2017 2022 "},
                {"tea-garden@1", 9, 2020, ""},
                {"tea-garden@1", 9, 2021, ""},
                {"tea-garden@1", 10, 2020, ""},
                {"orchard-account@1", 11, 2020, ""},
                {"orchard-account@2", 11, 2020, ""},
                {"orchard-account@2", 12, 2020, ""},
                {"orchard-account@2", 13, 2020, ""},
                {"freshwater-wetland@1", 14, 2020, ""},
                {"freshwater-wetland@1", 15, 2020, ""},
                {"freshwater-wetland@1", 16, 2020, ""},
                {"freshwater-wetland@1", 17, 2020, ""},
                {"freshwater-wetland@1", 18, 2020, ""},
                {"freshwater-wetland@1", 19, 2020, ""},
                {"freshwater-wetland@1", 20, 2020, ""},
                {"freshwater-wetland@1", 21, 2020, ""},
                {"freshwater-wetland@1", 22, 2020, ""},
                {"freshwater-wetland@1", 22, 2022, ""}};
enum { N_READINGS = sizeof(READINGS) / sizeof(READINGS[0]) };

static const char *text_of(const struct th_json *line, const char *member)
{
    return th_json_get_text(line, member, "");
}

// Fails with the place.
static void wrong(const struct reading *reading, const struct th_json *line, const char *what)
{
    fail_msg("%s, parcel %d, %d, “%s” %s = %s: %s", reading->methodology, reading->parcel,
             reading->year, text_of(line, "term"), text_of(line, "expression"),
             text_of(line, "value"), what);
}

// Half away from nought; 121.9166665 is a half though no binary number is.
static long double round_six(long double value)
{
    return copysignl(floorl(fabsl(value) * 1e6L * (1 + 1e-17L) + 0.5L) / 1e6L, value);
}

static bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

// Gross is rounded down to the kilogram, what is taken off up; any other line to six decimals.
static bool is_kilograms(const char *code)
{
    static const char *const CODES[] = {"term.gross", "term.baseline", "term.leakage",
                                        "term.emissions_", "term.deduction"};
    for (size_t i = 0; i < sizeof(CODES) / sizeof(CODES[0]); i++) {
        if (starts_with(code, CODES[i])) {
            return true;
        }
    }
    return false;
}

static bool has_word(const char *list, const char *word)
{
    char padded[64];
    (void)snprintf(padded, sizeof(padded), " %s ", word);
    return strstr(list, padded) != NULL;
}

static bool stands_in(const char *text, const char *number)
{
    static const char digits[] = "0123456789.";
    for (const char *at = strstr(text, number); at; at = strstr(at + 1, number)) {
        char behind = at[strlen(number)];
        if ((at == text || !strchr(digits, at[-1])) && (!behind || !strchr(digits, behind))) {
            return true;
        }
    }
    return false;
}

// A conversion, of a stem's own equation, in the line's own words, or told before.
static bool is_known(const struct reading *reading, const struct th_json *line, const char *number,
                     const char *const *told, size_t n_told)
{
    static const char CONVERSIONS[] = " 0 1 3 2000 15 1000 10 10000 44 12 28 200 ";
    char year[16];
    (void)snprintf(year, sizeof(year), "%d", reading->year);
    if (has_word(CONVERSIONS, number) || has_word(reading->given, number) ||
        strcmp(number, year) == 0 || starts_with(text_of(line, "code"), "term.survey_stem")) {
        return true;
    }
    if (strcmp(text_of(line, "code"), "term.stock_once_first") == 0 && strcmp(number, "2") == 0) {
        return true; // not yet the second year
    }
    if (stands_in(text_of(line, "term"), number) || stands_in(text_of(line, "source"), number)) {
        return true;
    }
    for (size_t i = 0; i < n_told; i++) {
        const char *value = told[i] + (told[i][0] == '-' ? 1 : 0);
        const char *divided = strchr(value, '/'); // 77/150 is read 77 ÷ 150
        bool above = divided && strlen(number) == (size_t)(divided - value) &&
                     strncmp(value, number, strlen(number)) == 0;
        if (above || strcmp(value, number) == 0 || (divided && !strcmp(divided + 1, number))) {
            return true;
        }
    }
    return false;
}

static void check_value(const struct reading *reading, const struct th_json *line,
                        long double computed)
{
    long double value = strtold(text_of(line, "value"), NULL);
    const char *code = text_of(line, "code");
    if (is_kilograms(code)) {
        long double rounded = round_six(computed);
        computed = strcmp(code, "term.gross") == 0 ? floorl(rounded) : ceill(rounded);
        if (computed != value) {
            wrong(reading, line, "another kilogram");
        }
    } else if (fabsl(round_six(computed) - value) > 1e-9L) {
        char text[64];
        (void)snprintf(text, sizeof(text), "%.9Lf", computed);
        wrong(reading, line, text);
    }
}

// Returns how many lines were computed.
static size_t check_lines(const struct reading *reading, const struct th_json *lines)
{
    static struct th_calculation calculation;
    const char *told[TOLD_MAX];
    size_t n_computed = 0;
    size_t n = th_json_size(lines);
    assert_in_range(n, 10, TOLD_MAX);
    for (size_t i = 0; i < n; i++) {
        const struct th_json *line = th_json_at(lines, i);
        const char *expression = text_of(line, "expression");
        if (text_of(line, "source")[0] == '\0' || text_of(line, "value")[0] == '\0') {
            wrong(reading, line, "no source or no value");
        }
        if (expression[0] != '\0') {
            th_calculate(expression, &calculation);
            check_value(reading, line, calculation.value);
            for (size_t k = 0; k < calculation.n; k++) {
                if (!is_known(reading, line, calculation.numbers[k], told, i)) {
                    wrong(reading, line, calculation.numbers[k]);
                }
            }
            n_computed++;
        }
        told[i] = text_of(line, "value");
    }
    return n_computed;
}

// A clerk's words: no key of the catalogue; in Chinese no Latin word in what names a line.
static void check_words(const struct reading *reading, const struct th_json *lines, bool chinese)
{
    static const char *const MEMBERS[] = {"term", "value", "source"};
    for (size_t i = 0; i < th_json_size(lines); i++) {
        const struct th_json *line = th_json_at(lines, i);
        for (size_t m = 0; m < sizeof(MEMBERS) / sizeof(MEMBERS[0]); m++) {
            const char *text = text_of(line, MEMBERS[m]);
            if (starts_with(text, "term.") || strchr(text, '{')) {
                wrong(reading, line, "a key is not put into words");
            }
            for (const char *at = text; chinese && m < 2 && *at; at++) {
                if (isalpha((unsigned char)*at)) {
                    wrong(reading, line, "a Latin word");
                }
            }
        }
    }
}

static const struct th_json *line_of(const struct th_json *lines, const char *code)
{
    for (size_t i = 0; i < th_json_size(lines); i++) {
        if (strcmp(text_of(th_json_at(lines, i), "code"), code) == 0) {
            return th_json_at(lines, i);
        }
    }
    fail_msg("no line %s", code);
    return NULL;
}

static void assert_kg(const struct reading *reading, const struct th_json *lines, const char *code,
                      int64_t want)
{
    const struct th_json *line = line_of(lines, code);
    if (strtoll(text_of(line, "value"), NULL, 10) != want) {
        char text[64];
        (void)snprintf(text, sizeof(text), "the run has %lld", (long long)want);
        wrong(reading, line, text);
    }
}

// Each line of the text has the words and numbers of its line, in their order.
static void check_text(const struct th_cli_world *world, const struct reading *reading,
                       const struct th_json *lines, const char *lang)
{
    char *text = th_cli_out(world, 0,
                            "--lang %s estimate explain --parcel %d --year %d "
                            "--methodology %s",
                            lang, reading->parcel, reading->year, reading->methodology);
    const char *at = text;
    th_cli_no_raw_keys(text, "estimate explain");
    for (size_t i = 0; i < th_json_size(lines); i++) {
        static const char *const MEMBERS[] = {"term", "expression", "value", "source"};
        const struct th_json *line = th_json_at(lines, i);
        for (size_t m = 0; m < sizeof(MEMBERS) / sizeof(MEMBERS[0]); m++) {
            at = strstr(at, text_of(line, MEMBERS[m]));
            if (!at) {
                wrong(reading, line, "is not in the text");
            }
            at += strlen(text_of(line, MEMBERS[m]));
        }
    }
    free(text);
}

// A sheet of the workbook, computed from its first row on: a formula takes what the rows above came
// to, not what is stored beside them.
static size_t check_formulas(const struct reading *reading, const struct th_json *lines,
                             const char *sheet, bool chinese)
{
    static double values[ROWS_MAX];
    static char text[TH_BOOK_CELL_SIZE];
    static char formula[TH_BOOK_CELL_SIZE];
    const struct th_formula_cells cells = {.column = 'C', .values = values, .n = ROWS_MAX};
    size_t n_formulas = 0;
    char cell[16];
    for (size_t i = 0; i < ROWS_MAX; i++) {
        values[i] = NAN;
    }
    for (size_t i = 0; i < th_json_size(lines); i++) {
        const struct th_json *line = th_json_at(lines, i);
        (void)snprintf(cell, sizeof(cell), "C%zu", i + 2);
        assert_true(th_book_cell(sheet, cell, text, formula));
        char *end = NULL;
        double stored = strtod(text, &end);
        values[i + 2] = end > text && *end == '\0' ? stored : NAN;
        if (formula[0] != '\0') {
            values[i + 2] = th_formula_value(formula, &cells);
            n_formulas++;
        }
        bool is_number =
            isdigit((unsigned char)text_of(line, "value")[0]) || text_of(line, "value")[0] == '-';
        if (is_number && !strchr(text_of(line, "value"), '/') &&
            !(fabs(values[i + 2] - strtod(text_of(line, "value"), NULL)) < 2e-6)) {
            wrong(reading, line, formula);
        }
        if (text_of(line, "expression")[0] != '\0' && formula[0] == '\0') {
            wrong(reading, line, "is no live formula");
        }
        // Units and evidence in words.
        for (const char *column = "DE"; chinese && *column; column++) {
            (void)snprintf(cell, sizeof(cell), "%c%zu", *column, i + 2);
            if (!th_book_cell(sheet, cell, text, formula)) {
                continue;
            }
            for (const char *at = text; *at; at++) {
                if (isalpha((unsigned char)*at)) {
                    wrong(reading, line, text);
                }
            }
        }
    }
    return n_formulas;
}

// The second sheet says whose arithmetic it is.
static void check_about(const char *sheet, const struct th_json *reply)
{
    static const char *const MEMBERS[] = {"number",      "village_name",      "village",
                                          "methodology", "methodology_title", "methodology_version",
                                          "rounding",    "conversions"};
    static char text[TH_BOOK_CELL_SIZE];
    static char formula[TH_BOOK_CELL_SIZE];
    size_t n_found = 0;
    size_t n_warnings = 0;
    const struct th_json *warnings = th_json_get(reply, "warnings");
    for (unsigned row = 2; row < 64; row++) {
        char cell[16];
        (void)snprintf(cell, sizeof(cell), "B%u", row);
        if (!th_book_cell(sheet, cell, text, formula)) {
            continue;
        }
        for (size_t i = 0; i < sizeof(MEMBERS) / sizeof(MEMBERS[0]); i++) {
            n_found += strcmp(text, th_cli_text_at(reply, MEMBERS[i])) == 0 ? 1 : 0;
        }
        for (size_t i = 0; i < th_json_size(warnings); i++) {
            n_warnings += strcmp(text, text_of(th_json_at(warnings, i), "message")) == 0 ? 1 : 0;
        }
    }
    assert_in_range(n_found, sizeof(MEMBERS) / sizeof(MEMBERS[0]), 64);
    assert_int_equal(n_warnings, th_json_size(warnings));
}

static size_t check_workbook(const struct th_cli_world *world, const struct reading *reading,
                             const struct th_json *reply, const char *name, bool chinese)
{
    char *sheet = th_book_sheet(world, name, "xl/worksheets/sheet1.xml");
    char *about = th_book_sheet(world, name, "xl/worksheets/sheet2.xml");
    size_t n = check_formulas(reading, th_json_get(reply, "lines"), sheet, chinese);
    check_about(about, reply);
    free(sheet);
    free(about);
    return n;
}

// A deduction follows from the run: without one the arithmetic stops before it, with it the net is
// that of the run. Returns how many of the run's lines were computed.
static size_t check_run(const struct th_cli_world *world, const struct reading *reading,
                        const struct th_json *lines)
{
    char name[32];
    struct th_json *run =
        th_cli_json(world, 0, "estimate run --parcel %d --year %d --methodology %s",
                    reading->parcel, reading->year, reading->methodology);
    int64_t net_kg = th_cli_int_at(run, "net_kg");
    int64_t deduction_kg = th_cli_int_at(run, "deduction_kg");
    assert_kg(reading, lines, "term.gross", th_cli_int_at(run, "gross_kg"));
    assert_kg(reading, lines, "term.baseline", th_cli_int_at(run, "baseline_kg"));
    assert_kg(reading, lines, "term.leakage", th_cli_int_at(run, "leakage_kg"));
    assert_kg(reading, lines, "term.emissions_co2", th_cli_int_at(run, "project_emissions.co2_kg"));
    assert_kg(reading, lines, "term.emissions_ch4", th_cli_int_at(run, "project_emissions.ch4_kg"));
    assert_kg(reading, lines, "term.emissions_n2o", th_cli_int_at(run, "project_emissions.n2o_kg"));
    assert_kg(reading, lines, "term.net", net_kg + deduction_kg);
    int run_id = (int)th_cli_int_at(run, "run_id");
    th_json_free(run);
    (void)snprintf(name, sizeof(name), "run-%d.xlsx", run_id);
    struct th_json *reply =
        th_cli_json(world, 0,
                    "--lang zh estimate explain --parcel %d --year %d --run %d --out "
                    "{dir}/%s",
                    reading->parcel, reading->year, run_id, name);
    const struct th_json *followed = th_json_get(reply, "lines");
    assert_int_equal(th_cli_int_at(reply, "run_id"), run_id);
    assert_kg(reading, followed, "term.deduction", deduction_kg);
    assert_kg(reading, followed, "term.net", net_kg);
    size_t n = check_lines(reading, followed);
    check_words(reading, followed, true);
    (void)check_workbook(world, reading, reply, name, true);
    th_json_free(reply);
    return n;
}

static void every_line__gives_its_value_from_what_it_says(void **state)
{
    static const char *const LANGS[] = {"zh", "en"};
    struct th_cli_world world;
    size_t n_lines = 0;
    size_t n_computed = 0;
    size_t n_formulas = 0;
    size_t n_of_runs = 0;
    (void)state;
    world_make(&world);
    for (size_t i = 0; i < N_READINGS; i++) {
        const struct reading *reading = &READINGS[i];
        for (size_t lang = 0; lang < 2; lang++) {
            char name[32];
            (void)snprintf(name, sizeof(name), "%zu-%s.xlsx", i, LANGS[lang]);
            struct th_json *reply = th_cli_json(
                &world, 0,
                "--lang %s estimate explain --parcel %d --year %d --methodology %s "
                "--out {dir}/%s",
                LANGS[lang], reading->parcel, reading->year, reading->methodology, name);
            const struct th_json *lines = th_json_get(reply, "lines");
            assert_string_equal(th_cli_text_at(reply, "number"),
                                PARCELS[reading->parcel - 1].number);
            n_lines += th_json_size(lines);
            n_computed += check_lines(reading, lines);
            check_words(reading, lines, lang == 0);
            check_text(&world, reading, lines, LANGS[lang]);
            n_formulas += check_workbook(&world, reading, reply, name, lang == 0);
            if (lang == 0) {
                n_of_runs += check_run(&world, reading, lines);
            }
            th_json_free(reply);
        }
    }
    print_message("%zu lines, %zu computed again, %zu formulas; %zu computed of runs\n", n_lines,
                  n_computed, n_formulas, n_of_runs);
    assert_in_range(n_computed, 30 * N_READINGS, n_lines);
    assert_in_range(n_formulas, n_computed, n_lines); // 77/150 is one, too
    th_cli_world_remove(&world);
}

// A document that is added has to be read aloud here, too, on each kind of land that it admits.
static void every_document__is_read_aloud(void **state)
{
    struct th_cli_world world;
    (void)state;
    world_make(&world);
    struct th_json *reply = th_cli_json(&world, 0, "methodology list");
    const struct th_json *list = th_json_get(reply, "methodologies");
    assert_in_range(th_json_size(list), 9, 99);
    for (size_t i = 0; i < th_json_size(list); i++) {
        const struct th_json *kinds = th_json_get(th_json_at(list, i), "kinds");
        char name[128];
        (void)snprintf(name, sizeof(name), "%s@%s", text_of(th_json_at(list, i), "id"),
                       text_of(th_json_at(list, i), "version"));
        for (size_t k = 0; k < th_json_size(kinds); k++) {
            const char *kind = th_json_text(th_json_at(kinds, k));
            bool is_read = th_json_get_bool(th_json_at(list, i), "statement_based", false);
            for (size_t r = 0; r < N_READINGS && !is_read; r++) {
                is_read = strcmp(READINGS[r].methodology, name) == 0 &&
                          strcmp(PARCELS[READINGS[r].parcel - 1].kind, kind) == 0;
            }
            if (!is_read) {
                fail_msg("%s is not read aloud for %s", name, kind);
            }
        }
    }
    th_json_free(reply);
    // What a third party states has no arithmetic to explain.
    reply = th_cli_problem(&world, 2,
                           "estimate explain --parcel 14 --year 2020 --methodology "
                           "statement");
    assert_string_equal(th_cli_text_at(reply, "code"), "estimate_by_statement");
    th_json_free(reply);
    th_cli_world_remove(&world);
}

// What was known when the run was made must still be known.
static void a_run__is_followed_as_long_as_nothing_changed(void **state)
{
    static const char AGAIN[] = "村,地块号,化肥纯氮(公斤/亩)\n胡柚基地,茶1,13\n";
    static const char LINE[] = "estimate explain --parcel 9 --year 2020 --run 1";
    struct th_cli_world world;
    (void)state;
    world_make(&world);
    th_cli_do(&world, "estimate run --parcel 9 --year 2020 --methodology tea-garden");
    th_json_free(th_cli_json(&world, 0, "%s", LINE));
    static const struct {
        const char *line, *code;
        int exit;
    } CASES[] = {
        {"estimate explain --parcel 9 --year 2021 --run 1", "explain_run_without", 3},
        {"estimate explain --parcel 10 --year 2020 --run 1", "explain_run_without", 3},
        {"estimate explain --parcel 9 --year 2020 --run 2", "run_not_found", 3},
        {"estimate explain --parcel 9 --year 2020 --run first", "run_not_found", 3},
        {"estimate explain --parcel 9 --year 2020 --run 1 --input ef=1", "explain_run_alone", 2},
        {"estimate explain --parcel 9 --year 2020 --run 1 --methodology tea-garden",
         "explain_run_alone", 2},
        {"estimate explain --parcel 9 --year 2020 --run 1 --out {dir}/a.csv", "explain_format", 2}};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_json *problem = th_cli_problem(&world, CASES[i].exit, "%s", CASES[i].line);
        assert_string_equal(th_cli_text_at(problem, "code"), CASES[i].code);
        th_json_free(problem);
    }
    table(&world, AGAIN, "activity import {dir}/table.csv --year 2020");
    struct th_json *problem = th_cli_problem(&world, 5, "%s", LINE);
    assert_string_equal(th_cli_text_at(problem, "code"), "explain_run_differs");
    th_json_free(problem);
    th_cli_world_remove(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run__is_followed_as_long_as_nothing_changed),
        cmocka_unit_test(every_line__gives_its_value_from_what_it_says),
        cmocka_unit_test(every_document__is_read_aloud),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
