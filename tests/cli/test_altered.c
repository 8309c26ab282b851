// Whoever writes to the file past the program is found by `registry check --deep`, whatever he
// writes: table by table of the layout, one value of one row is changed in a registry that went the
// whole way from parcels to the villages' money. TH_BATTERY=all changes every column.
#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"
#include "registry/audit.h"
#include "store/db_internal.h"
#include "tests/cli/books.h"
#include "tests/unit/registry_world.h"
#include "tests/unit/table_names.h"

// What the check may pass over, and why.
static const struct {
    const char *table;
    const char *column; // NULL: all of them
    const char *reason;
} PASSED_OVER[] = {
    {"outbox_delivery", NULL, "how far a message has come is no part of the books"},
};

// What fills tables that the chain leaves empty.
static const char *const MORE[] = {
    "--as officer rule set deal_alone_cny 500 --reason 样例",
    "user limit anji-1 --amount 1000000 --tonnes 5000",
    "user add former --role clerk",
    "user end former --reason 离职",
    "--idempotency-key k1 party add --kind fund --name 公益基金",
    "--as clerk-m draft open {sample}/majianong.geojson",
    "--as clerk-m profile save 马家弄 --kind bamboo",
    "--as officer enterprise record 造纸厂 --year 2022 --emissions-t 1000 --level low --grade 1 "
    "--denominator output_value --efficiency-value 0.5 --document {sample}/revenue-term.txt",
    "--as anji-1 trade propose listing --holder 安吉两山 --tonnes 50 --price 80 --min-tonnes 5 "
    "--on 2023-05-12",
    "--as anji-1 trade propose pledge --holder 竹制品厂 --to 安吉两山 --tonnes 100 --principal "
    "5000 --rate 4.35 --from 2023-05-12 --until 2024-05-12 --number D1 --valuation 6000 --on "
    "2023-05-12",
    "--as officer trade approve 10 --on 2023-05-12",
    "--as anji-1 loan payout 10 --amount 5000 --on 2023-05-13",
    "--as anji-2 loan correct 1 --reason 记错 --on 2023-05-13",
    "--as anji-1 loan payout 10 --amount 5000 --on 2023-05-13",
    "--as anji-1 trade propose release --pledge 10 --tonnes 10 --on 2023-05-14",
    "--as anji-1 party account add 马家弄合作社 --bank 中国银行 --number 6217999999999999999 "
    "--holder 马家弄合作社",
    "--as anji-2 party account confirm 1 --number 6217999999999999999",
    "party add --kind household --name 李家 --village 330523990201",
    "--as officer share add 马家弄村集体 李家 --share 1/10 --document {sample}/revenue-term.txt",
    "--as clerk-x package create --name F --holder 下渚湖街道办 --methodology statement --from "
    "2022-01-01 --to 2022-12-31 --village 330521990001",
    "--as officer forecast register --package F --tonnes 1000 --document "
    "{sample}/statement-xiazhuhu.txt",
    "user add officer-too --role officer",
    "--as officer-too forecast correct F --tonnes 100 --document {sample}/statement-xiazhuhu.txt "
    "--reason 看错",
    "--as deqing-1 trade propose forward --from 下渚湖街道办 --to 德清两山 --tonnes 10 --price 50 "
    "--deliver-by 2024-06-30 --package F --on-forecast",
    "--as deqing-1 trade propose resale --from 德清两山 --to 造纸厂 --tonnes 10 --price 50 --pay "
    "2023-06-01=200 --pay 2023-06-30=300 --on 2023-05-12",
    "--as clerk-g parcel renumber 11 --number Z1 --reason 更正",
    "--as officer layer add {sample}/majianong.geojson --role village --name 村界 --from "
    "2020-01-01 --code-field village --name-field number",
    // Nobody listens there: the message waits, and is withdrawn when its payment was made.
    "outbox set http://127.0.0.1:9/p",
    "--as anji-1 party account add 马家弄村集体 --bank 中国银行 --number 6217999999999999981 "
    "--holder "
    "马家弄村集体",
    "--as anji-2 party account confirm 2 --number 6217999999999999981",
    "--as anji-1 outbox deliver --once",
    "--as anji-1 payment confirm 1 --party 马家弄村集体",
    "--as anji-1 outbox deliver --once",
    "--as officer beneficiary review 竹制品厂 --uscc 91330523000000002E --decision accept",
    "--as deqing-1 revenue deduct 4 --kind fee --amount 10 --document {sample}/revenue-term.txt",
    "--as deqing-1 revenue deduct 4 --kind reserve --amount 10 --document "
    "{sample}/revenue-term.txt",
    "--as deqing-1 revenue deduct 4 --kind fee --amount 20 --document {sample}/revenue-term.txt",
    "--as deqing-2 revenue undeduct 3 --reason 记错",
    "--as officer revenue term add --from 2031-01-01 --basis gross --ratio 50 --split village=1 "
    "--document {sample}/revenue-term.txt",
    "--as officer revenue term end 2 --on 2031-01-01 --document {sample}/revenue-term.txt",
    "--as deqing-1 revenue reserve settle 4 --actual 9 --document {sample}/revenue-term.txt",
    "--as deqing-2 revenue reserve unsettle 4 --reason 记错",
    "--as deqing-1 revenue reserve settle 4 --actual 5 --document {sample}/revenue-term.txt",
    "--as officer parcel import {sample}/changshan-orchards.geojson",
    "--as officer parcel import {sample}/majianong.geojson --kind orchard",
    "--as officer reversal propose {sample}/xiazhuhu.kml --on 2022-07-01 --cause fire",
};

static bool passed_over(const char *table, const char *column)
{
    for (size_t i = 0; i < sizeof(PASSED_OVER) / sizeof(PASSED_OVER[0]); i++) {
        if (strcmp(PASSED_OVER[i].table, table) == 0 &&
            (!PASSED_OVER[i].column || strcmp(PASSED_OVER[i].column, column) == 0)) {
            return true;
        }
    }
    return false;
}

struct altered {
    struct th_cli_world world;
    struct th_messages *messages;
    struct th_surroundings surroundings;
    char path[TH_TEST_PATH_SIZE]; // of the copy that is altered
    char *content;                // of the sound file
    size_t size;
};

static int64_t now(void *context)
{
    (void)context;
    return TH_WORLD_NOW_UTC;
}

static void chance(void *context, void *data, size_t size)
{
    (void)context;
    memset(data, 7, size);
}

static int setup(void **state)
{
    struct altered *a = calloc(1, sizeof(*a));
    struct th_error err = {0};
    assert_non_null(a);
    th_cli_world_make(&a->world);
    books_chain(&a->world);
    for (size_t i = 0; i < sizeof(MORE) / sizeof(MORE[0]); i++) {
        th_cli_do(&a->world, "%s", MORE[i]);
    }
    assert_ok(th_messages_new(&a->messages, &err), &err);
    a->surroundings = (struct th_surroundings){
        .now_utc = now, .random = chance, .system_user = "tester", .program = "tanhui"};
    th_test_path(a->path, a->world.folder, "altered.tanhui");
    char from[TH_TEST_PATH_SIZE];
    assert_ok(th_file_read(th_test_path(from, a->world.folder, "r.tanhui"), 1 << 28, &a->content,
                           &a->size, &err),
              &err);
    *state = a;
    return 0;
}

static int teardown(void **state)
{
    struct altered *a = *state;
    th_messages_free(a->messages);
    free(a->content);
    th_cli_world_remove(&a->world);
    free(a);
    return 0;
}

// A fresh copy, open for writing.
static struct th_registry *copy_open(struct altered *a)
{
    struct th_error err = {0};
    struct th_registry *registry = NULL;
    assert_ok(th_file_write(a->path, a->content, a->size, &err), &err);
    assert_ok(th_registry_open(a->path, TH_STORE_WRITE, &a->surroundings, &registry, &err), &err);
    return registry;
}

// Does the check find a fault? Unless `any`, one beside dangling references, which any row at
// random has.
static bool is_found(struct altered *a, struct th_registry *registry, bool any)
{
    struct th_error err = {0};
    struct th_json *reply = NULL;
    bool found = false;
    assert_ok(th_registry_check(registry, NULL, true, a->messages, TH_LANG_EN, &reply, &err), &err);
    const struct th_json *checks = th_json_get(reply, "checks");
    for (size_t i = 0; i < th_json_size(checks); i++) {
        const struct th_json *one = th_json_at(checks, i);
        const char *name = th_json_get_text(one, "name", "");
        bool of_form = strcmp(name, "foreign_keys") == 0 || strcmp(name, "journal_rows") == 0;
        found = found || (!th_json_get_bool(one, "ok", false) && (any || !of_form));
    }
    th_json_free(reply);
    return found;
}

// The triggers of a table, to take them away and put them back word for word.
static void triggers(struct th_store *store, const char *table, struct th_buf *drop,
                     struct th_buf *create)
{
    static const char SQL[] = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"
                              " AND tbl_name = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    enum th_status status = TH_OK;
    th_bind_text(q, 1, table);
    while (th_stmt_next(q, &status, NULL)) {
        th_buf_printf(drop, "DROP TRIGGER \"%s\";", th_column_text(q, 0));
        th_buf_printf(create, "%s;", th_column_text(q, 1));
    }
    th_stmt_done(q);
    assert_int_equal(status, TH_OK);
}

static void do_past_the_program(struct th_store *store, const char *table, const char *sql)
{
    struct th_buf whole;
    struct th_buf create;
    th_buf_init(&whole, 1 << 20);
    th_buf_init(&create, 1 << 20);
    th_buf_printf(&whole, "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;");
    triggers(store, table, &whole, &create);
    th_buf_printf(&whole, "%s;%s PRAGMA ignore_check_constraints = OFF;", sql,
                  th_buf_text(&create));
    th_test_sql(store, th_buf_text(&whole));
    th_buf_clear(&whole);
    th_buf_clear(&create);
}

enum { COLUMNS_MAX = 40 };
struct column {
    char name[64];
    char type[16];
    bool is_key;
};

static size_t columns_of(struct th_store *store, const char *table,
                         struct column columns[COLUMNS_MAX])
{
    static const char SQL[] = "SELECT name, type, pk > 0 FROM pragma_table_info(?1)";
    struct th_stmt *q = th_db_query(store, SQL);
    enum th_status status = TH_OK;
    size_t n = 0;
    th_bind_text(q, 1, table);
    while (th_stmt_next(q, &status, NULL)) {
        assert_true(n < COLUMNS_MAX);
        th_column_copy(q, 0, columns[n].name, sizeof(columns[n].name));
        th_column_copy(q, 1, columns[n].type, sizeof(columns[n].type));
        columns[n++].is_key = th_column_int(q, 2) != 0;
    }
    th_stmt_done(q);
    assert_int_equal(status, TH_OK);
    return n;
}

// Another value of the same type; numbers go far away, so that keys meet nobody.
static void other_value(const struct column *column, struct th_buf *sql)
{
    const char *c = column->name;
    if (strcmp(column->type, "TEXT") == 0) {
        th_buf_printf(sql, "coalesce(\"%s\" || 'x', 'x')", c);
    } else if (strcmp(column->type, "BLOB") == 0) {
        th_buf_printf(sql,
                      "coalesce(CAST(CASE substr(\"%s\", 1, 1) WHEN x'5a' THEN x'a5' ELSE x'5a' END"
                      " || substr(\"%s\", 2) AS BLOB), x'5a')",
                      c, c);
    } else if (strcmp(column->type, "REAL") == 0) {
        th_buf_printf(sql, "coalesce(\"%s\" + 0.001, 0.5)", c);
    } else {
        th_buf_printf(sql, "coalesce(\"%s\" + 1000003, 1)", c);
    }
}

static void list_keys(const struct column *columns, size_t n, struct th_buf *sql)
{
    bool first = true;
    for (size_t i = 0; i < n; i++) {
        if (columns[i].is_key) {
            th_buf_printf(sql, "%s\"%s\"", first ? "" : ", ", columns[i].name);
            first = false;
        }
    }
}

// In the first row of the table, whatever its key is made of.
static void write_change(const char *table, const struct column *columns, size_t n, size_t index,
                         struct th_buf *sql)
{
    th_buf_printf(sql, "UPDATE OR IGNORE \"%s\" SET \"%s\" = ", table, columns[index].name);
    other_value(&columns[index], sql);
    th_buf_printf(sql, " WHERE (");
    list_keys(columns, n, sql);
    th_buf_printf(sql, ") = (SELECT ");
    list_keys(columns, n, sql);
    th_buf_printf(sql, " FROM \"%s\" LIMIT 1)", table);
}

static int change_column(struct altered *a, const char *table, size_t index)
{
    struct column columns[COLUMNS_MAX];
    struct th_buf sql;
    struct th_registry *registry = copy_open(a);
    struct th_store *store = th_registry_store(registry);
    size_t n = columns_of(store, table, columns);
    th_buf_init(&sql, 1 << 16);
    write_change(table, columns, n, index, &sql);
    do_past_the_program(store, table, th_buf_text(&sql));
    // A unique index of the layout may leave no room for it.
    bool done = th_test_sql_int(store, "SELECT changes()") == 1;
    bool found = !done || is_found(a, registry, true);
    th_registry_close(registry);
    bool unnoticed = !found && !passed_over(table, columns[index].name);
    if (unnoticed) {
        print_error("nobody notices: %s\n", th_buf_text(&sql));
    }
    th_buf_clear(&sql);
    return unnoticed;
}

// Nothing but its reference need be wrong with a row that belongs to another one, whose digest has
// it.
static int add_row(struct altered *a, const char *table)
{
    char sql[TH_TEST_SQL_SIZE];
    struct th_registry *registry = copy_open(a);
    struct th_store *store = th_registry_store(registry);
    th_test_any_row(store, "INSERT", table, 1, sql);
    do_past_the_program(store, table, sql);
    bool found = is_found(a, registry, strstr(table, "plot_") == table);
    th_registry_close(registry);
    bool unnoticed = !found && !passed_over(table, "");
    if (unnoticed) {
        print_error("nobody notices: %s\n", sql);
    }
    return unnoticed;
}

static int look_at_table(struct altered *a, const char *table, size_t turn)
{
    const char *battery = getenv("TH_BATTERY");
    bool all = battery && strcmp(battery, "all") == 0;
    struct column columns[COLUMNS_MAX];
    char sql[128];
    int n_unnoticed = 0;
    struct th_registry *registry = copy_open(a);
    struct th_store *store = th_registry_store(registry);
    size_t n = columns_of(store, table, columns);
    (void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM \"%s\"", table);
    bool filled = th_test_sql_int(store, sql) > 0;
    th_registry_close(registry);
    if (!filled) {
        return add_row(a, table);
    }
    for (size_t i = 0; i < n; i++) {
        if (all || i == turn % n) {
            n_unnoticed += change_column(a, table, i);
        }
    }
    return n_unnoticed;
}

static void check__finds_one_changed_value_in_every_table(void **state)
{
    struct altered *a = *state;
    int n_unnoticed = 0;
    struct th_registry *registry = copy_open(a);
    assert_false(is_found(a, registry, true)); // as it is, all is well
    th_registry_close(registry);
    for (size_t i = 0; i < N_INSERT_ONLY; i++) {
        n_unnoticed += look_at_table(a, INSERT_ONLY[i], i);
    }
    for (size_t i = 0; i < N_STATE; i++) {
        n_unnoticed += look_at_table(a, STATE_TABLES[i], i);
    }
    assert_int_equal(n_unnoticed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(check__finds_one_changed_value_in_every_table, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
