// The books are what the journal makes of them: posts are recorded as they are applied, a rebuild
// gives the same rows, and what was changed past the journal is found and undone.
#include <stdio.h>
#include <string.h>

#include "registry/audit.h"
#include "store/db_internal.h"
#include "store/journal/journal_store.h"
#include "store/journal/posting.h"
#include "store/rebuild_store.h"
#include "tests/integration/market.h"

// Sold out of one package, proposed and approved.
static int64_t sell_package(struct market *market, const char *package, const char *tonnes)
{
    const struct th_request request = {.login = "bank"};
    const struct th_resale_input input = {.from = "两山银行",
                                          .to = "造纸厂",
                                          .tonnes = tonnes,
                                          .price = "70",
                                          .package = package,
                                          .on = "2022-05-20"};
    struct th_json *reply = NULL;
    assert_ok(
        th_trade_propose_resale(market->world.registry, &request, &input, &reply, &market->err),
        &market->err);
    return market_id(market_approve(market, market_id(reply), TH_OK));
}

// Every kind of post: a purchase, sales that are approved, refused and open, money that arrived, a
// retirement, a term, a distribution.
static void trade_of_all_kinds(struct market *market)
{
    market_anji(market);
    int64_t purchase = market_bought(market, "1 2", "43.44");
    th_json_free(market_receipt(market, purchase, "10000.00", TH_OK));
    int64_t sale = market_sold(market, "制药厂", "2000", "73.41");
    th_json_free(market_receipt(market, sale, "146820.00", TH_OK));
    int64_t refused = market_id(market_sell(market, "造纸厂", "300", "70", "6", TH_OK));
    th_json_free(market_reject(market, refused, TH_OK));
    th_json_free(market_sell(market, "造纸厂", "17", "70", "6", TH_OK));
    // A pool of which nothing is left.
    static const int64_t FEW_T[] = {5};
    market_package(market, "小包", MARKET_MAJIANONG, MARKET_VILLAGE_1, NULL, FEW_T, 1, 0);
    int64_t small = market_bought(market, "小包", "1");
    assert_int_equal(sell_package(market, "小包", "5"), small + 1);
    int64_t retirement = market_id(market_retire(market, "制药厂", "101", "制药厂", TH_OK));
    th_json_free(market_approve(market, retirement, TH_OK));
    th_json_free(market_term(market, "net_of_cost", "70", "village=1", TH_OK));
    th_json_free(market_distribute(market, NULL, false, TH_OK));
}

static const char *const BOOKS[] = {"unit_block",
                                    "unit_event",
                                    "balance",
                                    "unit_lock",
                                    "pool_share",
                                    "trade",
                                    "trade_line",
                                    "receipt",
                                    "money_leg",
                                    "revenue_term",
                                    "revenue_term_split",
                                    "distribution",
                                    "distribution_sale",
                                    "distribution_payment",
                                    "distribution_decision"};

static struct th_hash books(struct market *market)
{
    return th_test_tables(market->world.store, BOOKS, sizeof(BOOKS) / sizeof(BOOKS[0]));
}

static bool same(const struct th_hash *a, const struct th_hash *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

static void rebuild(struct market *market, enum th_status want)
{
    struct th_json *reply = NULL;
    const struct th_request request = {.login = "admin"};
    assert_status(th_registry_rebuild(market->world.registry, &request, NULL, &reply, &market->err),
                  want, &market->err);
    if (want == TH_OK) {
        assert_true(th_json_get_bool(reply, "ok", false));
        assert_true(th_json_get_int(reply, "n_posting", 0) > 5);
    }
    th_json_free(reply);
}

static void rebuild__gives_every_row_again(void **state)
{
    struct market *market = *state;
    trade_of_all_kinds(market);
    market_assert_rebuilt(market->world.store);
    for (size_t i = 0; i < sizeof(BOOKS) / sizeof(BOOKS[0]); i++) {
        char sql[64];
        snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", BOOKS[i]);
        assert_true(th_test_sql_int(market->world.store, sql) > 0);
    }
    struct th_hash before = books(market);
    rebuild(market, TH_OK);
    struct th_hash after = books(market);
    assert_true(same(&before, &after));
    market_assert_sound(market->world.store);
    market_assert_rebuilt(market->world.store);
    // The guards are back, and trade goes on.
    char words[256];
    th_test_sql_refused(market->world.store, "DELETE FROM money_leg", words);
    assert_string_equal(words, "money_leg: insert only");
    market_sold(market, "印染厂", "1", "70");
    market_assert_rebuilt(market->world.store);
}

static void note_first(void *context, const char *name, int64_t n_checked,
                       const struct th_error *problem)
{
    struct th_error *found = context;
    assert_true(strcmp(name, "books_rebuilt") == 0 || strcmp(name, "rows_digested") == 0);
    assert_true(n_checked > 0);
    if (problem) {
        *found = *problem;
    }
}

// Whoever writes SQL past the program is found out, and the journal puts it right.
static void rebuild__finds_and_undoes_what_no_journal_knows(void **state)
{
    static const struct {
        const char *sql;
        const char *table;
    } CASES[] = {
        {"UPDATE unit_block SET owner_id = 7 WHERE block_id = 1", "unit_block"},
        {"UPDATE balance SET units_t = units_t + 1 WHERE state = 'held'", "balance"},
        {"UPDATE pool_share SET sold_t = sold_t - 1", "pool_share"},
        {"UPDATE trade SET amount_fen = amount_fen + 1, net_fen = net_fen + 1", "trade"},
        {"UPDATE trade SET note = ''", "trade"},
        {"INSERT INTO receipt (trade_id, amount_fen, on_date, login, seq)"
         " VALUES (1, 1, '2022-01-01', 'bank', 1)",
         "receipt"},
        {"UPDATE unit_lock SET expires_on = '2030-01-01'", "unit_lock"},
        {"DROP TRIGGER money_leg_no_delete; DELETE FROM money_leg", "money_leg"},
    };
    struct market *market = *state;
    struct th_store *store = market->world.store;
    trade_of_all_kinds(market);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_error found = {0};
        const struct th_check_sink sink = {.report = note_first, .context = &found};
        th_test_sql(store, "DROP TRIGGER IF EXISTS unit_block_range");
        th_test_sql(store, CASES[i].sql);
        assert_ok(th_rebuild_check(store, NULL, &sink, &market->err), &market->err);
        assert_string_equal(found.key, "books_differ");
        assert_string_equal(th_error_arg_get(&found, "table"), CASES[i].table);
        rebuild(market, TH_OK);
        market_assert_rebuilt(store);
        market_assert_sound(store);
    }
}

// A journal that cannot be booked changes nothing.
static void rebuild__refused_leaves_all_as_it_was(void **state)
{
    struct market *market = *state;
    struct th_store *store = market->world.store;
    trade_of_all_kinds(market);
    th_test_sql(store, "DROP TRIGGER journal_no_update;"
                       "UPDATE journal SET body = replace(body, '\"state\":\"retired\"',"
                       " '\"state\":\"buffer\"')");
    struct th_hash before = books(market);
    rebuild(market, TH_OK); // sound in itself: the chain is what tells, but the books differ
    struct th_hash changed = books(market);
    assert_false(same(&before, &changed));
    th_test_sql(store, "DROP TRIGGER journal_no_update;" // which the rebuild put back
                       "UPDATE journal SET body = replace(body, '\"first\":1,', '\"first\":2,')");
    rebuild(market, TH_CORRUPT);
    market_refused(market, "rebuild_failed");
    struct th_hash kept = books(market);
    assert_true(same(&kept, &changed));
}

static void body__has_the_posts_and_the_key(void **state)
{
    struct market *market = *state;
    market_anji(market);
    market_bought(market, "1 2", "43.44");
    struct th_store *store = market->world.store;
    // Written by hand from the rules of docs/adr/0023.
    assert_int_equal(th_test_sql_int(store,
                                     "SELECT count(*) FROM journal, json_each(body, '$.posts') p"
                                     " WHERE kind = 'trade.propose'"
                                     " AND json_extract(p.value, '$.post') = 'units'"
                                     " AND json_extract(p.value, '$.from.state') = 'held'"
                                     " AND json_extract(p.value, '$.to.state') = 'locked'"
                                     " AND json_extract(p.value, '$.to.lock') = 1"
                                     " AND json_extract(p.value, '$.trade') = 1"),
                     6);
    assert_int_equal(th_test_sql_int(store, "SELECT sum(json_extract(p.value, '$.amount_fen'))"
                                            " FROM journal, json_each(body, '$.posts') p"
                                            " WHERE kind = 'trade.approve'"
                                            " AND json_extract(p.value, '$.post') = 'money'"
                                            " AND json_extract(p.value, '$.amount_fen') > 0"),
                     10899096 + 20733912);
    assert_int_equal(th_test_sql_int(store, "SELECT sum(json_extract(p.value, '$.last'))"
                                            " FROM journal, json_each(body, '$.posts') p"
                                            " WHERE json_extract(p.value, '$.post') = 'units'"
                                            " AND json_extract(p.value, '$.from') IS NULL"),
                     7282);
}

#define UNITS_TO(place)                                                                            \
    "{\"posts\":[{\"post\":\"units\",\"issuance\":1,\"first\":1,\"last\":2,\"to\":" place "}]}"

static void post__that_no_program_knows_is_refused(void **state)
{
    static const char *const BODIES[] = {
        "{\"posts\":{}}",
        "{\"posts\":[{\"post\":\"gift\"}]}",
        "{\"posts\":[{}]}",
        "{\"posts\":[{\"post\":\"receipt\",\"receipt_id\":1.5}]}",
        "{\"posts\":[{\"post\":\"receipt\",\"receipt_id\":null}]}",
        "{\"posts\":[{\"post\":\"trade_decision\",\"trade_id\":1,\"mood\":\"good\"}]}",
        "{\"posts\":[{\"post\":\"units\",\"issuance\":1,\"first\":1,\"last\":2}]}",
        UNITS_TO("{\"owner\":1,\"state\":\"locked\"}"),
        UNITS_TO("{\"owner\":1,\"state\":\"split\"}"),
        UNITS_TO("{\"owner\":0,\"state\":\"held\"}"),
        "{\"posts\":[{\"post\":\"money\",\"party\":1,\"account\":\"claim\",\"amount_fen\":1}]}",
    };
    struct market *market = *state;
    for (size_t i = 0; i < sizeof(BODIES) / sizeof(BODIES[0]); i++) {
        struct th_json *body = NULL;
        struct th_posting *posting = market_begin(market);
        assert_ok(th_json_parse(BODIES[i], strlen(BODIES[i]), &body, &market->err), &market->err);
        assert_status(th_posting_apply(market->world.store, 9, body, &market->err), TH_CORRUPT,
                      &market->err);
        market_refused(market, "post_unreadable");
        th_json_free(body);
        th_posting_free(posting);
        th_store_rollback(market->world.store);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, market_setup, market_discard)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rebuild__gives_every_row_again),
        TEST(rebuild__finds_and_undoes_what_no_journal_knows),
        TEST(rebuild__refused_leaves_all_as_it_was),
        TEST(body__has_the_posts_and_the_key),
        TEST(post__that_no_program_knows_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
