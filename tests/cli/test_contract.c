// What scripts rely on: the keys and types of every answer, problem objects, exit codes.
#include <stdio.h>
#include <stdlib.h>

#include "core/buf.h"
#include "tests/cli/chain.h"

struct row {
    const char *line;
    int code;
    const char *shape;
};

#define PARCEL_KEYS                                                                                \
    "parcels[].parcel_id:i parcels[].version:i parcels[].kind:s parcels[].village:s "              \
    "parcels[].area_m2:n parcels[].area_mu:n parcels[].declared_mu:n? parcels[].state:s"
#define IMPORT_KEYS                                                                                \
    "read:i accepted:i rejected:i unchanged:i repaired:i area_m2:n area_mu:n problems:a "          \
    "parcel_ids:a seconds:n"
#define PROBLEM_KEYS                                                                               \
    "problems[].row:i problems[].feature:i? problems[].code:s problems[].severity:s "              \
    "problems[].message:s problems[].hint:s?"
#define TABLE_KEYS                                                                                 \
    "read:i accepted:i rejected:i unchanged:i changed:i repaired:i problems:a parcel_ids:a "       \
    "ignored:a seconds:n"
#define RUN_KEYS                                                                                   \
    "run_id:i n_parcels:i gross_kg:i baseline_kg:i project_emissions_kg:i leakage_kg:i "           \
    "uncertainty:o uncertainty.halfwidth_kg:i? uncertainty.confidence:n? "                         \
    "uncertainty.relative:n? deduction_kg:i net_kg:i years[].year:i years[].net_kg:i "             \
    "groups[].level:s groups[].code:s groups[].name:s? groups[].n_parcels:i groups[].gross_kg:i "  \
    "groups[].net_kg:i groups[].uncertainty.halfwidth_kg:i? sheet_sha256:s warnings:a"
#define TRADE_KEYS                                                                                 \
    "trade_id:i state:s tonnes:i price_fen:i? amount_fen:i blocks[].serial:s blocks[].first:i "    \
    "blocks[].last:i"
#define REVENUE_KEYS                                                                               \
    "net_fen:i distributed_fen:i kept_fen:i payments[].party:i payments[].amount_fen:i "           \
    "payments[].basis:s"

// In this order, on one registry; the rows of the contract that the program has.
static const struct row ROWS[] = {
    {"init {dir}/r.tanhui --name 样例 --admin-code 330000 --crs EPSG:4528 --bounds 118,27,123,32",
     0, "registry_id:s schema_version:i activation_code:s"},
    {"village add --code 330523990299 --name 新村 --township 新乡", 0,
     "villages[].code:s villages[].name:s villages[].township:s"},
    {"village import {sample}/villages.csv", 0, "villages[].code:s"},
    {"village list", 0, "villages[].code:s villages[].name:s villages[].township:s"},
    {"party add --kind cooperative --name 合作社 --village 330523990201", 0, "party_id:i"},
    {"party add --kind village --name 村集体 --village 330523990201", 0, "party_id:i"},
    {"party add --kind bank --name 银行 --uscc 91330523000000001B", 0, "party_id:i"},
    {"party add --kind enterprise --name 企业 --uscc 91330523000000002E", 0, "party_id:i"},
    {"party add --kind verifier --name 核证机构 --uscc 91330100000000001C", 0, "party_id:i"},
    {"party add --kind person --name 个人", 0, "party_id:i"},
    {"party list", 0, "parties[].party_id:i parties[].kind:s parties[].name:s"},
    {"user add clerk --role clerk --village 330523990201", 0, "login:s activation_code:s"},
    {"user add officer --role officer", 0, "login:s activation_code:s"},
    {"user add verifier --role verifier --party 核证机构", 0, "login:s activation_code:s"},
    {"user add bank-1 --role bank --party 银行", 0, "login:s activation_code:s"},
    {"user add bank-2 --role bank --party 银行", 0, "login:s activation_code:s"},
    {"user list", 0, "users[].login:s users[].role:s"},
    {"--as clerk parcel import {sample}/majianong.geojson --dry-run", 0, IMPORT_KEYS},
    {"--as clerk parcel import {sample}/majianong.geojson", 0, IMPORT_KEYS " parcel_ids[]:i"},
    {"--as clerk parcel import {dir}/problems.geojson", 1, IMPORT_KEYS " " PROBLEM_KEYS},
    {"--as clerk parcel import {dir}/problems.geojson --on-problem abort", 1,
     IMPORT_KEYS " " PROBLEM_KEYS},
    {"parcel list", 0, PARCEL_KEYS},
    {"parcel show 1", 0,
     "parcel_id:i version:i kind:s village:s area_m2:n area_mu:n declared_mu:n state:s geometry:o "
     "versions[].version:i source:o"},
    {"activity import {dir}/form.csv --template", 0, "file:s columns[]:s"},
    {"plot import {dir}/form-2.csv --template", 0, "file:s columns[]:s"},
    {"--as clerk activity import {dir}/yearly.csv --year 2021", 1,
     TABLE_KEYS " " PROBLEM_KEYS " parcel_ids[]:i"},
    {"--as clerk activity import {dir}/yearly.csv --year 2021 --dry-run", 1, TABLE_KEYS},
    {"activity list --village 330523990201 --year 2021", 0,
     "n:i records[].parcel_id:i records[].number:s? records[].village:s records[].year:i "
     "records[].version:i records[].quantities:o"},
    {"activity show 1", 0,
     "parcel_id:i number:s? lines[].year:i lines[].version:i lines[].quantity:s lines[].value:s "
     "lines[].unit:s lines[].source:s records[].quantities:o records[].origins:o"},
    {"--as clerk plot import {dir}/plots.csv --year 2021", 1,
     TABLE_KEYS " plots:i plot_ids[]:i " PROBLEM_KEYS},
    {"plot list --parcel 1", 0,
     "n:i plots[].plot_id:i plots[].surveyed:s plots[].stems:i plots[].area_m2:n plots[].area:s "
     "plots[].parcels[]:i"},
    {"plot show 1", 0,
     "plot_id:i area_m2:n area:s version:i in_force:b classes[].dbh_cm:s classes[].n:i "
     "classes[].age:i?"},
    {"methodology list", 0, "methodologies[].id:s methodologies[].version:s"},
    {"methodology show reported-factor", 0,
     "id:s version:s applicability:o inputs[].name:s inputs[].unit:s inputs[].range:o "
     "parameters[].name:s parameters[].value:s parameters[].source:s parameters[].evidence:s"},
    {"methodology show statement@1", 0, "id:s version:s inputs:a parameters:a"},
    {"methodology stems", 0, "stems[].id:s stems[].version:s stems[].unit:s stems[].evidence:s"},
    {"methodology stems moso-culm --input dbh=10 --input age_du=2", 0,
     "id:s version:s equation:s expression:s formula:s value:s unit:s ranges[].measure:s "
     "ranges[].outside:s checks[].expression:s checks[].value:s warnings[].message:s"},
    {"estimate run --year 2021 --village 330523990201", 0, RUN_KEYS},
    {"estimate run --from 2018 --to 2020 --methodology reported-factor@1 --parcel 1", 0, RUN_KEYS},
    {"estimate explain --parcel 1 --year 2021", 0,
     "lines[].term:s lines[].expression:s? lines[].value:s lines[].unit:s lines[].source:s "
     "lines[].evidence:s?"},
    {"estimate show 1", 0, RUN_KEYS},
    {"estimate sheet 1 --out {dir}/sheet.jsonl", 0, "run_id:i file:s sha256:s n_lines:i"},
    {"estimate project --area-mu 870000 --input factor=70/87 --price 70", 0,
     "tonnes:i price_fen:i amount_fen:i units_t:i warnings[].code:s"},
    {"--as clerk package create --name 包 --holder 合作社 --methodology reported-factor --from "
     "2018-01-01 --to 2020-12-31 --village 330523990201",
     0, "package_id:i state:s net_kg:i"},
    {"--as clerk package submit 包", 0, "package_id:i state:s net_kg:i"},
    {"--as verifier package verify 包 --decision return --reason 缺少合同", 0,
     "package_id:i state:s net_kg:i"},
    {"--as clerk package submit 包", 0, "package_id:i state:s net_kg:i"},
    {"--as verifier package verify 包 --decision approve --statement {sample}/statement-anji.txt",
     0, "package_id:i state:s net_kg:i"},
    {"--as officer package issue 包", 0,
     "package_id:i state:s net_kg:i serial.prefix:s serial.first:i serial.last:i issued_t:i "
     "buffer_t:i"},
    {"package show 包", 0, "package_id:i state:s net_kg:i issued_t:i buffer_t:i"},
    {"package list", 0, "packages[].package_id:i packages[].state:s packages[].net_kg:i"},
    {"estimate run --year 2021 --package 包", 0, RUN_KEYS},
    {"--as bank-1 trade propose purchase --package 包 --to 银行 --amount 108990.96 --tax 6 "
     "--on 2021-12-28",
     0, TRADE_KEYS},
    {"--as bank-2 trade approve 1 --on 2021-12-28", 0, TRADE_KEYS},
    {"--as bank-1 receipt confirm 1 --amount 108990.96 --on 2021-12-30", 0, TRADE_KEYS},
    {"--as bank-1 trade propose resale --from 银行 --to 企业 --tonnes 1000 --price 73.41 "
     "--package 包 --on 2022-06-10",
     0, TRADE_KEYS " price_fen:i"},
    {"--as bank-2 trade reject 2 --reason 价格有误", 0, TRADE_KEYS},
    {"--as bank-1 trade propose resale --from 银行 --to 企业 --tonnes 1000 --price 73.41 "
     "--on 2022-06-10",
     0, TRADE_KEYS " price_fen:i"},
    {"--as bank-2 trade approve 3 --on 2022-06-10", 0, TRADE_KEYS},
    {"--as bank-1 receipt confirm 3 --amount 73410 --on 2022-06-20", 0, TRADE_KEYS},
    {"--as bank-1 trade propose retirement --holder 企业 --tonnes 10 --beneficiary 企业 --purpose "
     "offset --note 年会 --on 2022-07-01",
     0, TRADE_KEYS},
    {"--as bank-2 trade approve 4 --on 2022-07-01", 0, TRADE_KEYS},
    {"certificate 4 --out {dir}/c.pdf", 0, "certificate_id:s sha256:s"},
    {"trade contract 1 --out {dir}/k.pdf", 0, "contract_id:s sha256:s"},
    {"trade list", 0,
     "trades[].trade_id:i trades[].state:s trades[].tonnes:i trades[].amount_fen:i"},
    {"trade show 3", 0, TRADE_KEYS},
    {"account list", 0,
     "parties[].party:i parties[].held_t:i parties[].locked_t:i parties[].buffer_t:i "
     "parties[].retired_t:i parties[].cancelled_t:i parties[].money_fen:i"},
    {"account statement 银行", 0, "party:i name:s entries[].on:s opening:o closing:o"},
    {"account statement 银行 --from 2021-01-01 --to 2023-12-31", 0, "party:i entries[].on:s"},
    {"--as officer revenue term add --from 2021-01-01 --to 2030-12-31 --basis net_of_cost "
     "--ratio 70 --split village=1 --document {sample}/revenue-term.txt",
     0, "term_id:i"},
    {"revenue term list", 0, "terms[].term_id:i"},
    {"--as bank-1 revenue distribute --through 2022-12-31 --dry-run", 0, REVENUE_KEYS},
    {"--as bank-1 revenue preview --through 2022-12-31 --ratio 80", 0, REVENUE_KEYS},
    {"--as bank-1 revenue distribute --through 2022-12-31", 0, REVENUE_KEYS},
    {"--as bank-2 revenue approve 1 --on 2022-12-31", 0,
     "state:s net_fen:i distributed_fen:i kept_fen:i payments[].party:i payments[].amount_fen:i"},
    {"--as bank-1 payment confirm 1 --on 2022-12-31 --reference R1", 0,
     "n:i amount_fen:i payments[].number:s payments[].state:s"},
    {"revenue statement", 0, "parties[].party:i parties[].total_fen:i"},
    {"revenue statement --village 330523990201", 0, "parties[].party:i parties[].total_fen:i"},
    {"revenue statement --out {dir}/s.xlsx", 0, "parties[].party:i file:s sha256:s"},
    {"account statement 银行 --out {dir}/s.pdf", 0, "party:i entries[].on:s file:s sha256:s"},
    {"map print --village 330523990201 --out {dir}/m.pdf", 0, "file:s sha256:s"},
    {"map print --package 包 --out {dir}/m.png --crs EPSG:4549 --scale 200000", 0,
     "file:s sha256:s"},
    {"map print --village 330523990201 --out {dir}/m.svg", 0, "file:s sha256:s"},
    {"export --format gpkg --out {dir}/e.gpkg", 0, "file:s n:i"},
    {"export --format geojson --out {dir}/e.geojson", 0, "file:s n:i"},
    {"export --format csv --out {dir}/e.csv", 0, "file:s n:i"},
    {"registry check", 0, "ok:b checks[].name:s checks[].ok:b checks[].detail:s?"},
    {"registry check --deep", 0, "ok:b checks[].name:s checks[].ok:b"},
    {"registry backup {dir}/backup.tanhui", 0, "file:s sha256:s"},
    {"audit log", 0, "entries[].seq:i entries[].kind:s entries[].hash:s entries[].body:o"},
    {"audit verify", 0, "ok:b n_entries:i head:s"},
};

// One square inside the county, one in the sea off Peru, one of no kind.
static const char PROBLEMS[] =
    "{\"type\":\"FeatureCollection\",\"features\":["
    "{\"type\":\"Feature\",\"properties\":{\"number\":\"P1\",\"kind\":\"bamboo\"},\"geometry\":"
    "{\"type\":\"Polygon\",\"coordinates\":[[[119.70,30.50],[119.701,30.50],[119.701,30.501],"
    "[119.70,30.501],[119.70,30.50]]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"number\":\"P2\",\"kind\":\"bamboo\"},\"geometry\":"
    "{\"type\":\"Polygon\",\"coordinates\":[[[-80.70,-10.50],[-80.70,-10.501],[-80.701,-10.501],"
    "[-80.701,-10.50],[-80.70,-10.50]]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"number\":\"P3\",\"kind\":\"mushroom\"},\"geometry\":"
    "{\"type\":\"Polygon\",\"coordinates\":[[[119.80,30.50],[119.801,30.50],[119.801,30.501],"
    "[119.80,30.501],[119.80,30.50]]]}}]}\n";

static const char YEARLY[] = "地块号,尿素(公斤/亩)\nM01,20\nM99,20\n";
static const char PLOTS[] = "地块号,样地号,样地面积(平方米),胸径(厘米),龄级(度),株数\n"
                            "M01,1,400,10,2,12\nM01,2,400,99,2,12\n";

static void contract__every_answer_has_its_keys_and_types(void **state)
{
    struct th_cli_world world;
    (void)state;
    th_cli_world_make(&world);
    th_cli_write(&world, "problems.geojson", PROBLEMS, sizeof(PROBLEMS) - 1);
    th_cli_write(&world, "yearly.csv", YEARLY, sizeof(YEARLY) - 1);
    th_cli_write(&world, "plots.csv", PLOTS, sizeof(PLOTS) - 1);
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        struct th_json *reply = th_cli_json(&world, ROWS[i].code, "%s", ROWS[i].line);
        print_message("%s\n", ROWS[i].line);
        th_cli_shape(reply, ROWS[i].shape);
        th_json_free(reply);
    }
    struct th_json *trade = th_cli_json(&world, 0, "trade show 3");
    struct th_json *trace =
        th_cli_json(&world, 0, "unit trace %s", th_cli_text_at(trade, "blocks.0.serial"));
    th_cli_shape(trace, "events[].kind:s parcels[].parcel_id:i parcels[].kg:i owner:i? state:s? "
                        "blocks[].owner:i blocks[].state:s");
    th_json_free(trace);
    th_json_free(trade);
    th_cli_world_remove(&world);
}

static void contract__import_counts_add_up(void **state)
{
    struct th_cli_world world;
    (void)state;
    th_cli_world_make(&world);
    th_cli_write(&world, "problems.geojson", PROBLEMS, sizeof(PROBLEMS) - 1);
    th_chain_people(&world);
    struct th_json *reply =
        th_cli_json(&world, 1, "--as clerk-m parcel import {dir}/problems.geojson");
    assert_int_equal(th_cli_int_at(reply, "read"), 3);
    assert_int_equal(th_cli_int_at(reply, "accepted"), 1);
    assert_int_equal(th_cli_int_at(reply, "rejected"), 2);
    assert_int_equal(th_json_size(th_cli_at(reply, "parcel_ids")), 1);
    const struct th_json *problems = th_cli_at(reply, "problems");
    bool out_of_bounds = false;
    bool kind_unknown = false;
    for (size_t i = 0; i < th_json_size(problems); i++) {
        const char *code = th_cli_text_at(th_json_at(problems, i), "code");
        out_of_bounds = out_of_bounds || strcmp(code, "out_of_bounds") == 0;
        kind_unknown = kind_unknown || strcmp(code, "kind_unknown") == 0;
    }
    assert_true(out_of_bounds);
    assert_true(kind_unknown);
    th_json_free(reply);
    th_cli_world_remove(&world);
}

struct failure {
    const char *line;
    int code;
    const char *problem; // code of the problem object; NULL: not fixed here
};

static const struct failure FAILURES[] = {
    // 2: usage, and values that cannot be
    {"parcel", 2, "usage_verb_missing"},
    {"trade propose", 2, "usage_verb_missing"},
    {"trade propose buy", 2, "usage_unknown_verb"},
    {"parcel list --foo", 2, "usage_unknown_option"},
    {"parcel list --kind tea --kind=bamboo", 2, "usage_twice"},
    {"parcel import", 2, "usage_missing_argument"},
    {"methodology stems --input dbh=10", 2, "usage_missing_argument"},
    {"party add --kind elf --name 某", 2, "party_kind"},
    // The check character of 91330523000000002? is E.
    {"party add --kind enterprise --name 某 --uscc 91330523000000002D", 2, "uscc_invalid"},
    {"--as clerk-m package create --name P --holder " MAJIANONG " --methodology reported-factor "
     "--from 2021-02-03 --to 2021-12-31 --village 330523990201",
     2, "period_not_whole_years"},
    // 3: not found
    {"--registry {dir}/none.tanhui parcel list", 3, NULL},
    {"parcel import {dir}/none.shp --as clerk-m", 3, "file_not_found"},
    {"parcel show 999", 3, "parcel_not_found"},
    {"package show 999", 3, "package_not_found"},
    {"trade show 999", 3, "trade_not_found"},
    {"methodology show none", 3, "methodology_not_found"},
    {"methodology stems none", 3, "stem_unknown"},
    // 4: not permitted
    {"--as nobody estimate run --year 2021", 4, "login_unknown"},
    {"--as clerk-m user add x1 --role admin", 4, "role_not_allowed"},
    {"--as clerk-m package issue M", 4, "role_not_allowed"},
    {"--as anji-1 trade approve 3", 4, "second_person"},
    {"--as deqing-1 trade propose resale --from " ANJI_BANK " --to 造纸厂 --tonnes 1 --price 1", 4,
     "bank_not_yours"},
    {"--as clerk-g package create --name Z --holder " MAJIANONG " --methodology reported-factor "
     "--from 2021-01-01 --to 2021-12-31 --village 330523990201",
     4, "village_not_yours"},
    // 5: conflict
    {"init {dir}/r.tanhui --name 样例 --admin-code 330000", 5, "registry_exists"},
    {"village add --code 330523990201 --name 某 --township 某", 5, "village_exists"},
    {"user add officer --role officer", 5, "user_exists"},
    {"--as officer package issue M", 5, "package_state"},
    {"--as anji-2 trade approve 1", 5, "trade_decided"},
    {"--as anji-1 trade propose resale --from " ANJI_BANK " --to 造纸厂 --tonnes 5283 --price 1", 5,
     "not_enough_units"}, // 7,282 − 2,000 = 5,282, of which one waits in trade 3
    {"--as anji-1 receipt confirm 2 --amount 0.01", 5, NULL},
    // 6: unreadable
    {"--registry {sample}/villages.csv parcel list", 6, NULL},
    {"--as clerk-m parcel import {sample}/revenue-term.txt", 6, NULL},
};

static void contract__failures_leave_stdout_empty_and_say_why(void **state)
{
    struct th_cli_world world;
    (void)state;
    th_cli_world_make(&world);
    th_chain_anji(&world);
    th_cli_do(&world, "--as anji-1 trade propose resale --from " ANJI_BANK
                      " --to 造纸厂 --tonnes 1 --price 73.41");
    char *before = th_cli_dump(&world);
    for (size_t i = 0; i < sizeof(FAILURES) / sizeof(FAILURES[0]); i++) {
        for (int zh = 0; zh < 2; zh++) {
            struct th_json *problem = th_cli_problem(&world, FAILURES[i].code, "--lang %s %s",
                                                     zh != 0 ? "zh" : "en", FAILURES[i].line);
            const char *code = th_cli_text_at(problem, "code");
            if (FAILURES[i].problem != NULL && strcmp(code, FAILURES[i].problem) != 0) {
                fail_msg("%s: code %s, not %s", FAILURES[i].line, code, FAILURES[i].problem);
            }
            th_json_free(problem);
        }
    }
    char *after = th_cli_dump(&world);
    assert_string_equal(before, after);
    free(before);
    free(after);
    th_cli_world_remove(&world);
}

// A sheet of 200 × 100 squares with a path between them.
static void write_many(const struct th_cli_world *world)
{
    enum { N_COLUMNS = 200, N_ROWS = 100, LIMIT = 16 * 1024 * 1024 };
    struct th_buf text;
    th_buf_init(&text, LIMIT);
    th_buf_append_str(&text, "{\"type\":\"FeatureCollection\",\"features\":[\n");
    for (int r = 0; r < N_ROWS; r++) {
        for (int c = 0; c < N_COLUMNS; c++) {
            double west = 119.5 + c * 0.0005;
            double south = 30.4 + r * 0.0005;
            double east = west + 0.0004;
            double north = south + 0.0004;
            th_buf_printf(&text,
                          "%s{\"type\":\"Feature\",\"properties\":{\"number\":\"%d-%d\"},"
                          "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[%.4f,%.4f],"
                          "[%.4f,%.4f],[%.4f,%.4f],[%.4f,%.4f],[%.4f,%.4f]]]}}",
                          r + c > 0 ? ",\n" : "", r, c, west, south, east, south, east, north, west,
                          north, west, south);
        }
    }
    th_buf_append_str(&text, "]}\n");
    assert_int_equal(th_buf_check(&text, NULL), TH_OK);
    th_cli_write(world, "many.geojson", text.data, text.size);
    th_buf_clear(&text);
}

static void contract__an_interrupted_import_leaves_nothing_behind(void **state)
{
    struct th_cli_world world;
    struct th_cli_result result;
    (void)state;
    th_cli_world_make(&world);
    th_chain_people(&world);
    write_many(&world);
    char *before = th_cli_dump(&world);
    th_cli_run_interrupted(&world,
                           "--as clerk-m --progress plain parcel import {dir}/many.geojson "
                           "--kind bamboo --village 330523990201",
                           &result);
    if (result.code != 130) {
        fail_msg("exit %d, stderr:\n%s", result.code, result.err);
    }
    assert_int_equal(result.out_size, 0);
    assert_non_null(strstr(result.err, "\ntanhui: "));
    th_cli_no_raw_keys(result.err, "interrupted import");
    th_cli_result_clear(&result);
    char *after = th_cli_dump(&world);
    assert_string_equal(before, after);
    free(before);
    free(after);
    th_json_free(th_cli_json(&world, 0, "registry check --deep"));
    th_cli_world_remove(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contract__every_answer_has_its_keys_and_types),
        cmocka_unit_test(contract__import_counts_add_up),
        cmocka_unit_test(contract__failures_leave_stdout_empty_and_say_why),
        cmocka_unit_test(contract__an_interrupted_import_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
