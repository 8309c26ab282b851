// What people see: tables that stand straight, no raw keys, nothing that steers the terminal; and
// what a second run, a dry run and the environment do.
#include <stdio.h>
#include <stdlib.h>

#include "core/buf.h"
#include "core/text.h"
#include "tests/cli/chain.h"

enum { STARTS_MAX = 32, LINE_CELLS_MAX = 4096 };

// Cells of one character: 2 for the East Asian wide ranges that occur here.
static size_t cells_of(const unsigned char *p, size_t *ret_size)
{
    unsigned code = p[0];
    size_t n = 1;
    if (p[0] >= 0xf0) {
        n = 4;
    } else if (p[0] >= 0xe0) {
        n = 3;
    } else if (p[0] >= 0xc0) {
        n = 2;
    }
    if (n > 1) {
        code = p[0] & (0xffU >> (n + 1));
    }
    for (size_t i = 1; i < n; i++) {
        code = code << 6 | (p[i] & 0x3fU);
    }
    *ret_size = n;
    bool wide = (code >= 0x1100 && code <= 0x115f) || (code >= 0x2e80 && code <= 0xa4cf) ||
                (code >= 0xac00 && code <= 0xd7a3) || (code >= 0xf900 && code <= 0xfaff) ||
                (code >= 0xfe30 && code <= 0xfe4f) || (code >= 0xff00 && code <= 0xff60) ||
                (code >= 0xffe0 && code <= 0xffe6) || (code >= 0x20000 && code <= 0x3fffd);
    return wide ? 2 : 1;
}

// One byte a cell: what stands in it, or 'w' for any character beyond ASCII.
static size_t paint(const char *line, size_t size, char *cells)
{
    size_t n = 0;
    for (size_t i = 0; i < size;) {
        size_t bytes = 1;
        char shown = 'w';
        size_t wide = cells_of((const unsigned char *)line + i, &bytes);
        if (bytes == 1) {
            shown = line[i];
        }
        for (size_t k = 0; k < wide && n < LINE_CELLS_MAX; k++) {
            cells[n++] = shown;
        }
        i += bytes;
    }
    return n;
}

// Columns begin where the runs of the rule under the heading begin.
static size_t find_starts(const char *rule, size_t size, size_t *starts)
{
    char cells[LINE_CELLS_MAX];
    size_t n = 0;
    size_t width = paint(rule, size, cells);
    for (size_t i = 0; i < width && n < STARTS_MAX; i++) {
        if (cells[i] == 'w' && (i == 0 || cells[i - 1] == ' ')) {
            starts[n++] = i;
        }
    }
    return n;
}

static void check_row(const char *what, const char *line, size_t size, const size_t *starts,
                      size_t n_starts)
{
    char cells[LINE_CELLS_MAX];
    size_t width = paint(line, size, cells);
    for (size_t s = 1; s < n_starts; s++) {
        for (size_t gap = starts[s] - 2; gap < starts[s] && gap < width; gap++) {
            if (cells[gap] != ' ') {
                fail_msg("%s: a cell reaches into the gap before column %zu:\n%.*s", what, s,
                         (int)size, line);
            }
        }
    }
}

// Returns how many tables there are.
static size_t check_tables(const char *what, const char *text)
{
    size_t n_tables = 0;
    size_t starts[STARTS_MAX];
    size_t n_starts = 0;
    const char *before = NULL;
    size_t before_size = 0;
    for (const char *line = text; *line != '\0';) {
        size_t size = strcspn(line, "\n");
        if (size > 0 && line[size - 1] == ' ') {
            fail_msg("%s: a line ends in blanks:\n%.*s", what, (int)size, line);
        }
        if (strncmp(line, "─", 3) == 0 && before != NULL) {
            n_starts = find_starts(line, size, starts);
            n_tables++;
            check_row(what, before, before_size, starts, n_starts);
        } else if (size == 0) {
            n_starts = 0;
        } else if (n_starts > 0 && strncmp(line, "…", 3) != 0) {
            check_row(what, line, size, starts, n_starts);
        }
        before = line;
        before_size = size;
        line += size + (line[size] == '\n');
    }
    return n_tables;
}

// Tables of which no line is wider than the terminal; returns how many there are.
static size_t check_narrow(const char *what, const char *text, size_t width)
{
    size_t n_tables = 0;
    bool inside = false;
    for (const char *line = text; *line != '\0';) {
        char cells[LINE_CELLS_MAX];
        size_t size = strcspn(line, "\n");
        bool rule = strncmp(line, "─", 3) == 0;
        n_tables += rule ? 1 : 0;
        inside = size > 0 && (inside || rule);
        if (inside && paint(line, size, cells) > width) {
            fail_msg("%s: wider than %zu:\n%.*s", what, width, (int)size, line);
        }
        line += size + (line[size] == '\n');
    }
    return n_tables;
}

static void check_in_terminal(const struct th_cli_world *world, const char *line, size_t n_tables)
{
    struct th_cli_world narrow = *world;
    struct th_cli_result result;
    narrow.environment[narrow.n_environment++] = "COLUMNS=80";
    th_cli_run(&narrow, line, &result);
    assert_int_equal(check_narrow(line, result.out, 80), n_tables);
    th_cli_result_clear(&result);
}

// Bytes that a terminal obeys: C0 but the line feed, DEL, C1.
static void check_harmless(const char *what, const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++) {
        if ((*p < 0x20 && *p != '\n') || *p == 0x7f ||
            (*p == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f)) {
            fail_msg("%s: control character 0x%02x in\n%s", what, *p, text);
        }
    }
}

static const struct {
    const char *line;
    size_t n_tables;
} VIEWS[] = {
    {"village list", 1},
    {"party list", 1},
    {"user list", 1},
    {"parcel list", 1},
    {"parcel show 1", 1},
    {"methodology list", 1},
    {"methodology show reported-factor", 2},
    {"methodology show orchard-account", 3},
    {"methodology show statement", 1},
    {"methodology stems", 1},
    {"methodology stems citrus --input d30=12", 2},
    {"estimate run --year 2021 --village 330523990201 --dry-run", 3},
    {"estimate explain --parcel 1 --year 2021", 2},
    {"estimate project --area-mu 870000 --input factor=70/87 --price 70", 1},
    {"package list", 1},
    {"package show M", 4},
    {"trade list", 1},
    {"trade show 1", 3},
    {"trade show 2", 3},
    {"account list", 1},
    {"account statement " ANJI_BANK, 1},
    {"account statement 马家弄村集体", 0},
    {"revenue term list", 2},
    {"--as anji-1 revenue distribute --through 2022-12-31 --dry-run", 2},
    {"revenue statement", 3}, // what they sold, and what arrived of it
    {"registry check --deep", 1},
    {"audit log", 1},
    {"audit verify", 0},
    {"unit trace CN-330523-BAM-2018-000001:1-836", 4},
    {"--as clerk-m parcel import {dir}/problems.geojson --dry-run", 1},
};

// A parcel in the middle of the one that stands there, whose number tries to steer the terminal.
static const char PROBLEMS[] =
    "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{"
    "\"number\":\"P\\u001b[31m1\\u009b2J\",\"kind\":\"bam\\u0007boo\"},\"geometry\":{\"type\":"
    "\"Polygon\",\"coordinates\":[[[119.70,30.50],[119.701,30.50],[119.701,30.501],[119.70,30.501],"
    "[119.70,30.50]]]}}]}\n";

static void output__tables_stand_straight_in_both_languages(void **state)
{
    struct th_cli_world world;
    (void)state;
    th_cli_world_make(&world);
    th_chain_anji(&world);
    th_cli_write(&world, "problems.geojson", PROBLEMS, sizeof(PROBLEMS) - 1);
    for (size_t i = 0; i < sizeof(VIEWS) / sizeof(VIEWS[0]); i++) {
        struct th_cli_result english;
        struct th_cli_result chinese;
        char line[256];
        (void)snprintf(line, sizeof(line), "%s --lang zh", VIEWS[i].line);
        th_cli_run(&world, VIEWS[i].line, &english);
        th_cli_run(&world, line, &chinese);
        assert_true(english.code <= 1);
        assert_int_equal(english.code, chinese.code);
        assert_int_equal(english.err_size, 0); // no bar, no warnings of libraries
        assert_string_not_equal(english.out, chinese.out);
        const char *texts[] = {english.out, chinese.out};
        for (size_t t = 0; t < 2; t++) {
            check_harmless(line, texts[t]);
            th_cli_no_raw_keys(texts[t], line);
            size_t n = check_tables(line, texts[t]);
            if (n != VIEWS[i].n_tables) {
                fail_msg("%s: %zu tables, not %zu:\n%s", line, n, VIEWS[i].n_tables, texts[t]);
            }
        }
        check_in_terminal(&world, line, VIEWS[i].n_tables);
        th_cli_result_clear(&english);
        th_cli_result_clear(&chinese);
    }
    th_cli_world_remove(&world);
}

static void output__what_people_typed_never_steers_the_terminal(void **state)
{
    static const char *const LINES[] = {
        "parcel list --village 'a\033[31m\nb\302\2332J'",
        "package show 'x\r\033]0;title\007'",
        "fo\033[1mo",
        "parcel list '--fo\no'",
        "parcel import '{dir}/no\nsuch\033[2J.shp'",
        "map print --out '{dir}/x\033[2J.docx'",
    };
    struct th_cli_world world;
    (void)state;
    th_cli_world_make(&world);
    th_cli_do(&world, "init {dir}/r.tanhui --name 样例 --admin-code 330000");
    for (size_t i = 0; i < sizeof(LINES) / sizeof(LINES[0]); i++) {
        struct th_cli_result result;
        th_cli_run(&world, LINES[i], &result);
        assert_in_range(result.code, 2, 6);
        check_harmless("stderr", result.err);
        int n_lines = 0;
        for (const char *p = result.err; *p != '\0'; p++) {
            n_lines += *p == '\n';
        }
        assert_in_range(n_lines, 1, 2);
        th_cli_result_clear(&result);
    }
    th_cli_world_remove(&world);
}

static void progress__goes_to_stderr_in_the_form_asked_for(void **state)
{
    struct th_cli_world world;
    struct th_cli_result result;
    (void)state;
    th_cli_world_make(&world);
    th_chain_people(&world);
    th_cli_run(&world,
               "--as clerk-m --progress json parcel import {sample}/majianong.geojson "
               "--dry-run",
               &result);
    assert_int_equal(result.code, 0);
    size_t n = 0;
    for (char *line = result.err; *line != '\0'; n++) {
        struct th_error error = {0};
        struct th_json *value = NULL;
        size_t size = strcspn(line, "\n");
        assert_ok(th_json_parse(line, size, &value, &error), &error);
        th_cli_shape(value, "stage:s done:i total:i");
        th_json_free(value);
        line += size + (line[size] == '\n');
    }
    assert_true(n > 0);
    th_cli_result_clear(&result);
    for (int zh = 0; zh < 2; zh++) {
        th_cli_run(&world,
                   zh != 0 ? "--lang zh --as clerk-m --progress plain parcel import "
                             "{sample}/majianong.geojson --dry-run"
                           : "--as clerk-m --progress plain parcel import "
                             "{sample}/majianong.geojson --dry-run",
                   &result);
        assert_int_equal(result.code, 0);
        assert_true(result.err_size > 0);
        check_harmless("progress", result.err);
        th_cli_no_raw_keys(result.err, "progress");
        th_cli_result_clear(&result);
    }
    const struct th_cli_case silent[] = {
        {"--as clerk-m --progress none parcel import {sample}/majianong.geojson --dry-run", 0, NULL,
         ""},
        {"--as clerk-m --quiet parcel import {sample}/majianong.geojson --dry-run", 0, "", ""},
        {"--as clerk-m --progress fast parcel import {sample}/majianong.geojson", 2, "",
         "tanhui: --progress cannot be \"fast\"; possible: auto, bar, plain, json, none.\n"},
    };
    th_cli_check(&world, silent, sizeof(silent) / sizeof(silent[0]));
    th_cli_world_remove(&world);
}

static void dry_run__writes_nothing(void **state)
{
    static const char *const LINES[] = {
        "village add --code 330523990299 --name 新村 --township 新乡",
        "village import {dir}/v.csv",
        "party add --kind person --name 个人",
        "user add someone --role clerk",
        "--as officer parcel import {sample}/changshan-orchards.geojson",
        "estimate run --year 2021 --village 330523990201",
        "--as clerk-m package create --name D --holder " MAJIANONG " --methodology reported-factor "
        "--from 2021-01-01 --to 2021-12-31 --village 330523990201",
        "--as anji-1 trade propose resale --from " ANJI_BANK " --to 造纸厂 --tonnes 1 --price 1",
        "--as anji-1 trade propose retirement --holder " ANJI_BUYER " --tonnes 1 --beneficiary "
        "造纸厂 --purpose offset",
        "--as officer revenue term add --from 2031-01-01 --basis gross --ratio 50 --split "
        "village=1 --document {sample}/revenue-term.txt",
        "--as anji-1 revenue deduct 2 --kind fee --amount 1 --document {sample}/revenue-term.txt",
        "--as anji-1 revenue distribute --through 2022-12-31",
    };
    static const char CSV[] = "code,name,township\n330523990298,新村,新乡\n";
    struct th_cli_world world;
    (void)state;
    th_cli_world_make(&world);
    th_chain_anji(&world);
    th_cli_write(&world, "v.csv", CSV, sizeof(CSV) - 1);
    char *before = th_cli_dump(&world);
    for (size_t i = 0; i < sizeof(LINES) / sizeof(LINES[0]); i++) {
        struct th_cli_result result;
        char line[512];
        (void)snprintf(line, sizeof(line), "--dry-run %s", LINES[i]);
        th_cli_run(&world, line, &result);
        if (result.code > 1) {
            fail_msg("%s: exit %d\n%s", line, result.code, result.err);
        }
        assert_non_null(strstr(result.out, "Dry run"));
        th_cli_result_clear(&result);
        char *after = th_cli_dump(&world);
        if (strcmp(before, after) != 0) {
            fail_msg("%s: something was written", line);
        }
        free(after);
    }
    free(before);
    // Where nothing can be tried, the wish is refused instead of passed over.
    th_json_free(
        th_cli_problem(&world, 2, "init {dir}/other.tanhui --name 某 --admin-code 33 --dry-run"));
    th_cli_world_remove(&world);
}

static char *canonical(struct th_json *value) // takes the value
{
    char *text = NULL;
    assert_int_equal(th_json_dump(value, TH_JSON_CANONICAL, &text, NULL), TH_OK);
    th_json_free(value);
    return text;
}

static void idempotency_key__acts_once(void **state)
{
    static const char *const LINES[] = {
        ("--as anji-1 --idempotency-key k1 trade propose resale --from " ANJI_BANK
         " --to 造纸厂 --tonnes 5 --price 70 --on 2022-08-01"),
        "--as anji-2 --idempotency-key k2 trade approve 3 --on 2022-08-01",
        "--as anji-1 --idempotency-key k3 receipt confirm 3 --amount 350 --on 2022-08-02",
        "--as anji-1 --idempotency-key k4 revenue distribute --through 2022-12-31",
        "--as anji-2 --idempotency-key k5 revenue approve 1 --on 2022-12-31",
    };
    struct th_cli_world world;
    (void)state;
    th_cli_world_make(&world);
    th_chain_anji(&world);
    for (size_t i = 0; i < sizeof(LINES) / sizeof(LINES[0]); i++) {
        struct th_json *reply = th_cli_json(&world, 0, "%s", LINES[i]);
        assert_null(th_json_get(reply, "replayed"));
        th_json_set_bool(reply, "replayed", true);
        char *first = canonical(reply);
        char *before = th_cli_dump(&world);
        char *second = canonical(th_cli_json(&world, 0, "%s", LINES[i]));
        char *after = th_cli_dump(&world);
        assert_string_equal(first, second);
        assert_string_equal(before, after);
        free(first);
        free(second);
        free(before);
        free(after);
    }
    // The same key for another wish is a conflict.
    struct th_json *problem =
        th_cli_problem(&world, 5,
                       "--as anji-1 --idempotency-key k1 trade propose resale --from " ANJI_BANK
                       " --to 造纸厂 --tonnes 6 --price 70 --on 2022-08-01");
    assert_string_equal(th_cli_text_at(problem, "code"), "idempotency_other_input");
    th_json_free(problem);
    th_cli_world_remove(&world);
}

static void environment__names_registry_person_and_language(void **state)
{
    struct th_cli_world world;
    (void)state;
    th_cli_world_make(&world);
    th_chain_people(&world);
    const struct th_cli_case english[] = {
        {"village add --code 1 --name 某 --township 某", 2, "", NULL},
        {"--registry '' village list", 2, "",
         "tanhui: No registry file was named.\nhint: Use --registry FILE, or set the environment "
         "variable TANHUI_REGISTRY.\n"},
    };
    th_cli_check(&world, english, sizeof(english) / sizeof(english[0]));
    world.environment[world.n_environment++] = "TANHUI_LANG=zh";
    world.environment[world.n_environment++] = "TANHUI_USER=verifier";
    const struct th_cli_case chinese[] = {
        {"foo", 2, "", "tanhui: 没有“foo”这个命令。\nhint: 用 tanhui --help 查看全部命令。\n"},
        {"foo --lang en", 2, "",
         "tanhui: There is no command \"foo\".\nhint: See tanhui --help.\n"},
        {"user add x1 --role clerk", 4, "", NULL},            // the verifier may not
        {"user add x1 --role clerk --as admin", 0, NULL, ""}, // --as wins
    };
    th_cli_check(&world, chinese, sizeof(chinese) / sizeof(chinese[0]));
    // The locale decides where nothing else does.
    world.n_environment = 0;
    world.environment[world.n_environment++] = "LC_ALL=zh_CN.UTF-8";
    const struct th_cli_case locale[] = {
        {"foo", 2, "", "tanhui: 没有“foo”这个命令。\nhint: 用 tanhui --help 查看全部命令。\n"}};
    th_cli_check(&world, locale, 1);
    world.environment[0] = "TANHUI_REGISTRY=/nowhere/r.tanhui";
    const struct th_cli_case elsewhere[] = {
        {"village list", 3, "", NULL},
        {"village list --registry {dir}/r.tanhui", 0, NULL, ""},
    };
    th_cli_check(&world, elsewhere, 2);
    th_cli_world_remove(&world);
}

// The words of the screen find what the codes of scripts find.
static void trade_list__takes_the_words_that_it_shows(void **state)
{
    static const struct {
        const char *words, *code;
    } CASES[] = {{"--kind 收储", "--kind purchase"},
                 {"--kind 转售", "--kind resale"},
                 {"--kind 退订退款", "--kind refund"},
                 {"--state 已成交", "--state approved"},
                 {"--state 生效", "--state in_force"}};
    struct th_cli_world world;
    struct th_cli_result refused;
    (void)state;
    th_cli_world_make(&world);
    th_chain_anji(&world);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_cli_result words;
        struct th_cli_result code;
        char line[128];
        (void)snprintf(line, sizeof(line), "trade list %s --json", CASES[i].words);
        th_cli_run(&world, line, &words);
        (void)snprintf(line, sizeof(line), "trade list %s --json", CASES[i].code);
        th_cli_run(&world, line, &code);
        assert_int_equal(words.code, 0);
        assert_string_equal(words.out, code.out);
        th_cli_result_clear(&words);
        th_cli_result_clear(&code);
    }
    th_cli_run(&world, "trade list --state 做完了 --lang zh", &refused);
    assert_int_equal(refused.code, 2);
    assert_non_null(strstr(refused.err, "待审批"));
    assert_non_null(strstr(refused.err, "已撤回"));
    th_cli_result_clear(&refused);
    th_cli_world_remove(&world);
}

// Two hundred rows are enough for a screen; what is left is said, and how it is had.
static void table__that_is_cut_says_how_all_of_it_is_had(void **state)
{
    enum { MORE = 300 };
    struct th_cli_world world;
    struct th_buf csv;
    (void)state;
    th_cli_world_make(&world);
    th_chain_people(&world);
    th_buf_init(&csv, 65536);
    th_buf_append_str(&csv, "code,name,township\n");
    for (int i = 0; i < MORE; i++) {
        th_buf_printf(&csv, "330523888%03d,某%d村,某乡\n", i, i);
    }
    th_cli_write(&world, "villages.csv", th_buf_text(&csv), csv.size);
    th_buf_clear(&csv);
    char *out = th_cli_out(&world, 0, "village import {dir}/villages.csv --lang zh");
    assert_non_null(strstr(out, "共 300 行，这里只列出前 200 行；要全部，请加 --json。\n"));
    free(out);
    th_cli_world_remove(&world);
}

static void trade_show__leaves_out_what_a_deal_does_not_have(void **state)
{
    struct th_cli_world world;
    (void)state;
    th_cli_world_make(&world);
    th_chain_anji(&world);
    char *retirement =
        th_cli_out(&world, 0,
                   "--as anji-1 trade propose retirement --holder " ANJI_BUYER
                   " --tonnes 1 --beneficiary " ANJI_BUYER " --purpose offset --lang zh");
    assert_non_null(strstr(retirement, "受益"));
    assert_null(strstr(retirement, "税"));
    free(retirement);
    char *sale = th_cli_out(&world, 0, "trade show 2 --lang zh");
    assert_non_null(strstr(sale, "税率"));
    free(sale);
    th_cli_world_remove(&world);
}

// The bank asks for units of which another deal takes some: whoever looks reads why the offer
// cannot be approved now.
static void trade_show__says_why_an_offer_cannot_be_approved(void **state)
{
    struct th_cli_world world;
    (void)state;
    th_cli_world_make(&world);
    th_chain_anji(&world);
    free(th_cli_out(&world, 0,
                    "--as anji-1 trade propose transfer --from " ANJI_BUYER " --to " ANJI_BANK
                    " --tonnes 2000"));
    free(th_cli_out(&world, 0,
                    "--as officer trade propose retirement --holder " ANJI_BUYER
                    " --tonnes 1 --beneficiary " ANJI_BUYER " --purpose offset"));
    char *offer = th_cli_out(&world, 0, "trade show 3 --lang zh");
    assert_non_null(strstr(offer, "现在不能审批  第 3 号交易"));
    assert_non_null(strstr(offer, "trade reject 4")); // the hint
    assert_null(strstr(offer, "第三方声明"));         // of no units
    free(offer);
    th_cli_world_remove(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(output__tables_stand_straight_in_both_languages),
        cmocka_unit_test(output__what_people_typed_never_steers_the_terminal),
        cmocka_unit_test(progress__goes_to_stderr_in_the_form_asked_for),
        cmocka_unit_test(trade_list__takes_the_words_that_it_shows),
        cmocka_unit_test(table__that_is_cut_says_how_all_of_it_is_had),
        cmocka_unit_test(trade_show__leaves_out_what_a_deal_does_not_have),
        cmocka_unit_test(trade_show__says_why_an_offer_cannot_be_approved),
        cmocka_unit_test(dry_run__writes_nothing),
        cmocka_unit_test(idempotency_key__acts_once),
        cmocka_unit_test(environment__names_registry_person_and_language),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
