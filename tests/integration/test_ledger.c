// Blocks of units and the check before every commit, also against whoever writes SQL past the
// ledger.
#include <stdio.h>

#include "store/db_internal.h"
#include "store/deal/lock_store.h"
#include "store/deal/money_store.h"
#include "tests/integration/market.h"

static int64_t issue_one(struct market *market, int64_t issued_t, int64_t buffer_t)
{
    return market_package(market, "包", MARKET_MAJIANONG, MARKET_VILLAGE_1, NULL, &issued_t, 1,
                          buffer_t);
}

static struct th_unit_move out_of(const struct th_block *block)
{
    return (struct th_unit_move){.issuance_id = block->issuance_id,
                                 .first = block->first,
                                 .last = block->last,
                                 .from = th_block_place(block),
                                 .to = th_block_place(block)};
}

// The first units of a buffer leaf are cancelled.
static void cancel(struct market *market, struct th_posting *posting, const struct th_block *buffer,
                   int64_t tonnes_t)
{
    struct th_unit_move move = out_of(buffer);
    move.last = move.first + tonnes_t - 1;
    move.to.state = TH_BLOCK_CANCELLED;
    assert_ok(th_ledger_move(posting, &move, &market->err), &market->err);
}

static void issue__buffer_is_the_last_serials(void **state)
{
    struct market *market = *state;
    struct th_block_list leaves = {0};
    issue_one(market, 1000, 50);
    assert_ok(th_ledger_leaves(market->world.store, 1, 1, 1000, &leaves, &market->err),
              &market->err);
    assert_int_equal(leaves.n, 2);
    assert_int_equal(leaves.items[0].first, 1);
    assert_int_equal(leaves.items[0].last, 950);
    assert_int_equal(leaves.items[0].state, TH_BLOCK_HELD);
    assert_int_equal(leaves.items[1].first, 951);
    assert_int_equal(leaves.items[1].last, 1000);
    assert_int_equal(leaves.items[1].state, TH_BLOCK_BUFFER);
    th_block_list_clear(&leaves);
    market_assert_sound(market->world.store);
}

static void issue__all_or_nothing_may_be_buffer(void **state)
{
    struct market *market = *state;
    struct th_unit_totals totals;
    issue_one(market, 10, 10);
    assert_ok(th_ledger_totals(market->world.store, MARKET_MAJIANONG, 0, &totals, &market->err),
              &market->err);
    assert_int_equal(th_units_t(totals.by_state[TH_BLOCK_BUFFER]), 10);
    assert_int_equal(th_units_t(totals.by_state[TH_BLOCK_HELD]), 0);
    struct th_posting *posting = market_begin(market);
    assert_status(
        th_ledger_issue(posting, 1, 1, th_units_from_t(5), th_units_from_t(6), &market->err),
        TH_INVALID, &market->err);
    market_refused(market, "issue_range");
    th_posting_free(posting);
    th_store_rollback(market->world.store);
    market_assert_sound(market->world.store);
}

static void lock__splits_into_two_children_that_cover_the_parent(void **state)
{
    struct market *market = *state;
    struct th_store *store = market->world.store;
    struct th_block_list leaves = {0};
    struct th_lock lock;
    issue_one(market, 836, 0);
    int64_t trade_id = market_id(market_buy(market, "1", "1", NULL, NULL, "25", TH_OK));
    assert_ok(th_lock_of_trade(store, trade_id, &lock, &market->err), &market->err);
    assert_int_equal(th_units_t(th_lock_left(&lock)), 25);
    assert_ok(th_ledger_leaves(store, 1, 1, 836, &leaves, &market->err), &market->err);
    assert_int_equal(leaves.n, 2);
    assert_int_equal(leaves.items[0].last, 25);
    assert_int_equal(leaves.items[0].state, TH_BLOCK_LOCKED);
    assert_int_equal(leaves.items[0].lock_id, lock.lock_id);
    assert_int_equal(leaves.items[1].first, 26);
    assert_int_equal(leaves.items[1].last, 836);
    // A locked block is not there to be locked again, nor more of a block than it has.
    struct th_posting *posting = market_begin(market);
    leaves.items[0].state = TH_BLOCK_HELD;
    leaves.items[0].lock_id = 0;
    assert_status(th_lock_take(posting, &lock, &leaves.items[0], th_units_from_t(1), &market->err),
                  TH_CONFLICT, &market->err);
    market_refused(market, "units_moved");
    assert_status(
        th_lock_take(posting, &lock, &leaves.items[1], th_units_from_t(900), &market->err),
        TH_CONFLICT, &market->err);
    market_refused(market, "units_moved");
    th_posting_free(posting);
    th_store_rollback(store);
    th_block_list_clear(&leaves);
    market_assert_sound(store);
}

// 1 … 100 in one block: its middle goes, then a range over three blocks that stand in two places.
static void move__takes_the_very_serials(void **state)
{
    struct market *market = *state;
    struct th_store *store = market->world.store;
    struct th_block_list leaves = {0};
    issue_one(market, 100, 0);
    struct th_block whole = {.issuance_id = 1,
                             .first = 1,
                             .last = 100,
                             .state = TH_BLOCK_HELD,
                             .owner_id = MARKET_MAJIANONG};
    struct th_posting *posting = market_begin(market);
    struct th_unit_move move = out_of(&whole);
    move.first = 40;
    move.last = 60;
    move.to.owner_id = MARKET_PHARMA;
    assert_ok(th_ledger_move(posting, &move, &market->err), &market->err);
    assert_ok(market_commit(market, posting), &market->err);
    assert_ok(th_ledger_leaves(store, 1, 1, 100, &leaves, &market->err), &market->err);
    static const int64_t LAST[] = {39, 60, 100};
    assert_int_equal(leaves.n, 3);
    for (size_t i = 0; i < leaves.n; i++) {
        assert_int_equal(leaves.items[i].last, LAST[i]);
        assert_int_equal(leaves.items[i].owner_id, i == 1 ? MARKET_PHARMA : MARKET_MAJIANONG);
    }
    th_block_list_clear(&leaves);
    market_assert_sound(store);
    posting = market_begin(market);
    move = out_of(&whole);
    move.first = 30;
    move.last = 70;
    move.to.owner_id = MARKET_PAPER;
    assert_status(th_ledger_move(posting, &move, &market->err), TH_CONFLICT, &market->err);
    market_refused(market, "units_moved");
    th_posting_free(posting);
    th_store_rollback(store);
    // Beyond the end there is nothing to move.
    posting = market_begin(market);
    move.first = 100;
    move.last = 101;
    assert_status(th_ledger_move(posting, &move, &market->err), TH_CONFLICT, &market->err);
    th_posting_free(posting);
    th_store_rollback(store);
    market_assert_sound(store);
}

static void move__ends_are_ends(void **state)
{
    struct market *market = *state;
    struct th_block_list leaves = {0};
    issue_one(market, 10, 5);
    assert_ok(th_ledger_leaves(market->world.store, 1, 6, 10, &leaves, &market->err), &market->err);
    struct th_posting *posting = market_begin(market);
    cancel(market, posting, &leaves.items[0], 5);
    assert_ok(market_commit(market, posting), &market->err);
    posting = market_begin(market);
    leaves.items[0].state = TH_BLOCK_CANCELLED;
    struct th_unit_move move = out_of(&leaves.items[0]);
    move.to.state = TH_BLOCK_HELD;
    assert_status(th_ledger_move(posting, &move, &market->err), TH_INVALID, &market->err);
    market_refused(market, "units_ended");
    th_posting_free(posting);
    th_store_rollback(market->world.store);
    th_block_list_clear(&leaves);
    market_assert_sound(market->world.store);
}

static void cancel_buffer__takes_the_first_of_the_buffer(void **state)
{
    struct market *market = *state;
    struct th_store *store = market->world.store;
    struct th_block_list leaves = {0};
    issue_one(market, 100, 20);
    assert_ok(th_ledger_leaves(store, 1, 81, 100, &leaves, &market->err), &market->err);
    struct th_posting *posting = market_begin(market);
    cancel(market, posting, &leaves.items[0], 5);
    assert_ok(market_commit(market, posting), &market->err);
    th_block_list_clear(&leaves);
    assert_ok(th_ledger_leaves(store, 1, 81, 100, &leaves, &market->err), &market->err);
    assert_int_equal(leaves.n, 2);
    assert_int_equal(leaves.items[0].last, 85);
    assert_int_equal(leaves.items[0].state, TH_BLOCK_CANCELLED);
    assert_int_equal(leaves.items[1].state, TH_BLOCK_BUFFER);
    th_block_list_clear(&leaves);
    market_assert_sound(store);
}

static void held__oldest_vintage_then_lowest_serial(void **state)
{
    struct market *market = *state;
    struct th_store *store = market->world.store;
    const int64_t tonnes_t[] = {10, 20, 30};
    struct th_block_list blocks = {0};
    struct th_units found;
    market_package(market, "甲", MARKET_MAJIANONG, MARKET_VILLAGE_1, NULL, tonnes_t, 3, 0);
    const struct th_held_filter filter = {.owner_id = MARKET_MAJIANONG};
    assert_ok(th_ledger_held(store, &filter, th_units_from_t(15), &blocks, &found, &market->err),
              &market->err);
    assert_int_equal(blocks.n, 2);
    assert_int_equal(blocks.items[0].issuance_id, 1);
    assert_int_equal(blocks.items[1].issuance_id, 2);
    assert_int_equal(th_units_t(found), 30);
    th_block_list_clear(&blocks);
    assert_ok(th_ledger_held(store, &filter, th_units_from_t(61), &blocks, &found, &market->err),
              &market->err);
    assert_int_equal(th_units_t(found), 60);
    th_block_list_clear(&blocks);
}

// Each of these is written past the ledger, in a transaction that the ledger also touched.
static void commit_is_refused(struct market *market, const char *sql, const char *reason)
{
    struct th_store *store = market->world.store;
    struct th_hash before = th_test_content(store);
    struct th_block_list leaves = {0};
    assert_ok(th_ledger_leaves(store, 1, 951, 1000, &leaves, &market->err), &market->err);
    struct th_posting *posting = market_begin(market);
    cancel(market, posting, &leaves.items[0], 1);
    th_test_sql(store, sql);
    assert_status(market_commit(market, posting), TH_INVARIANT, &market->err);
    market_refused(market, "conservation_broken");
    char expected[64];
    snprintf(expected, sizeof(expected), "@conservation.%s", reason);
    assert_string_equal(th_error_arg_get(&market->err, "reason"), expected);
    th_block_list_clear(&leaves);
    struct th_hash after = th_test_content(store);
    assert_memory_equal(&before, &after, sizeof(before));
}

static void commit__broken_books_are_refused_and_undone(void **state)
{
    struct market *market = *state;
    issue_one(market, 1000, 50);
    commit_is_refused(market,
                      "UPDATE balance SET units_t = units_t + 1 WHERE issuance_id = 1 "
                      "AND state = 'held'",
                      "balance");
    commit_is_refused(market, "DELETE FROM balance WHERE state = 'held'", "balance");
    commit_is_refused(market, "UPDATE unit_block SET owner_id = 2 WHERE first = 1 AND last = 950",
                      "balance");
    commit_is_refused(market,
                      "INSERT INTO unit_block (issuance_id, first, last, state, owner_id) "
                      "VALUES (1, 1001, 1001, 'held', 1)",
                      "leaves");
    commit_is_refused(
        market, "UPDATE unit_block SET state = 'split' WHERE first = 1 AND last = 950", "leaves");
    market_assert_sound(market->world.store);
}

static void commit__money_that_does_not_sum_to_zero_is_refused(void **state)
{
    struct market *market = *state;
    struct th_store *store = market->world.store;
    struct th_posting *posting = market_begin(market);
    struct th_money_leg leg = {.party_id = MARKET_BANK,
                               .account = TH_ACCOUNT_CLAIM,
                               .amount = th_money_from_fen(-100),
                               .on_date = "2022-01-01",
                               .memo = "money.purchase"};
    assert_ok(th_money_post(posting, &leg, &market->err), &market->err);
    leg.party_id = MARKET_MAJIANONG;
    leg.amount = th_money_from_fen(99);
    assert_ok(th_money_post(posting, &leg, &market->err), &market->err);
    assert_status(market_commit(market, posting), TH_INVARIANT, &market->err);
    market_refused(market, "money_unbalanced");
    // A claim is no cash: the accounts balance one by one.
    posting = market_begin(market);
    leg.amount = th_money_from_fen(100);
    assert_ok(th_money_post(posting, &leg, &market->err), &market->err);
    leg.account = TH_ACCOUNT_CASH;
    leg.amount = th_money_from_fen(-100);
    assert_ok(th_money_post(posting, &leg, &market->err), &market->err);
    assert_status(market_commit(market, posting), TH_INVARIANT, &market->err);
    assert_int_equal(th_test_sql_int(store, "SELECT count(*) FROM money_leg"), 0);
}

static void commit__money_of_no_journal_entry_is_refused(void **state)
{
    struct market *market = *state;
    struct th_store *store = market->world.store;
    struct th_posting *posting = market_begin(market);
    struct th_posting *elsewhere = th_posting_new(store, th_posting_seq(posting) + 1);
    struct th_money_leg leg = {.party_id = MARKET_BANK,
                               .account = TH_ACCOUNT_CASH,
                               .amount = th_money_from_fen(-100),
                               .on_date = "2022-01-01",
                               .memo = "money.purchase"};
    assert_ok(th_money_post(elsewhere, &leg, &market->err), &market->err);
    leg.amount = th_money_from_fen(100);
    assert_ok(th_money_post(elsewhere, &leg, &market->err), &market->err);
    th_posting_free(elsewhere);
    assert_status(market_commit(market, posting), TH_INVARIANT, &market->err);
    market_refused(market, "money_without_entry");
    assert_int_equal(th_test_sql_int(store, "SELECT count(*) FROM money_leg"), 0);
}

struct verdicts {
    char wrong[256]; // names of the checks that failed
};

static void note(void *context, const char *name, int64_t n_checked, const struct th_error *problem)
{
    struct verdicts *verdicts = context;
    size_t used = strlen(verdicts->wrong);
    (void)n_checked;
    if (problem != NULL) {
        snprintf(verdicts->wrong + used, sizeof(verdicts->wrong) - used, "%s ", name);
    }
}

static void assert_wrong(struct market *market, const char *sql, const char *checks)
{
    struct th_store *store = market->world.store;
    struct verdicts verdicts = {0};
    const struct th_check_sink sink = {.report = note, .context = &verdicts};
    th_test_sql(store, "SAVEPOINT before");
    th_test_sql(store, sql);
    assert_ok(th_ledger_check_all(store, &sink, &market->err), &market->err);
    assert_ok(th_money_check_all(store, &sink, &market->err), &market->err);
    assert_string_equal(verdicts.wrong, checks);
    th_test_sql(store, "ROLLBACK TO before; RELEASE before");
}

static void check_all__names_what_is_wrong(void **state)
{
    struct market *market = *state;
    market_anji(market);
    market_bought(market, "1 2", "43.44");
    int64_t sale = market_sold(market, "制药厂", "2000", "73.41");
    th_json_free(market_receipt(market, sale, "1000.00", TH_OK));
    market_assert_sound(market->world.store);
    th_test_sql(market->world.store,
                "DROP TRIGGER unit_block_range; DROP TRIGGER money_leg_no_update;"
                "DROP TRIGGER unit_event_no_update;"
                "DROP TRIGGER issuance_segment_no_delete; DROP TRIGGER issuance_no_update;"
                "DROP TRIGGER receipt_no_update");
    assert_wrong(market,
                 "UPDATE balance SET units_t = units_t + 1 WHERE issuance_id = 2 "
                 "AND state = 'held' AND owner_id = 5",
                 "units_conserved ");
    assert_wrong(market,
                 "UPDATE unit_event SET state = 'retired' WHERE event = 'transfer' "
                 "AND owner_id = 6",
                 "units_replay ");
    assert_wrong(market, "UPDATE pool_share SET sold_t = sold_t + 1 WHERE package_id = 1",
                 "pool_stock ");
    assert_wrong(market, "DELETE FROM issuance_segment WHERE issuance_id = 1", "parcel_kg ");
    // Without a kilogram there is nothing to lie end to end; that nothing was issued does not fit.
    assert_wrong(market,
                 "DELETE FROM issuance_segment WHERE issuance_id = 1;"
                 "UPDATE issuance SET net_kg = -carried_in_kg, issued_t = 0, carried_out_kg = 0 "
                 "WHERE issuance_id = 1",
                 "units_conserved ");
    assert_wrong(market, "UPDATE money_leg SET amount_fen = amount_fen + 1 WHERE leg_id = 1",
                 "money_balance ");
    assert_wrong(market, "UPDATE receipt SET amount_fen = amount_fen + 1",
                 "receipts money_sources ");
    // Balanced in itself, but nobody agreed to it.
    assert_wrong(
        market,
        "INSERT INTO money_leg (seq, party_id, account, amount_fen, on_date, trade_id, memo)"
        " SELECT seq, party_id, account, sign * 999, on_date, trade_id, memo FROM money_leg,"
        " (SELECT 1 AS sign UNION ALL SELECT -1) WHERE leg_id = 1",
        "money_sources ");
    assert_wrong(market,
                 "UPDATE trade SET amount_fen = 1, net_fen = 1, tax_fen = 0, price_fen = 0"
                 " WHERE kind = 'resale' AND trade_id NOT IN (SELECT trade_id FROM receipt)"
                 " OR kind = 'purchase'",
                 "money_sources ");
    assert_wrong(market, "UPDATE unit_block SET parent_id = NULL WHERE parent_id IS NOT NULL",
                 "units_splits units_replay ");
}

static void story__tells_every_step_of_a_serial(void **state)
{
    struct market *market = *state;
    struct th_json *reply = NULL;
    market_anji(market);
    market_bought(market, "1 2", "43.44");
    market_sold(market, "制药厂", "2000", "73.41");
    assert_ok(th_unit_trace(market->world.registry, "CN-330523-BAM-2021-000001:12", NULL,
                            TH_LANG_ZH, &reply, &market->err),
              &market->err);
    static const char *const KINDS[] = {"issue", "lock", "transfer", "split", "lock", "transfer"};
    const struct th_json *events = th_json_get(reply, "events");
    assert_int_equal(th_json_size(events), 6);
    for (size_t i = 0; i < 6; i++) {
        assert_string_equal(th_json_get_text(th_json_at(events, i), "kind", ""), KINDS[i]);
    }
    assert_int_equal(th_json_get_int(reply, "owner", 0), MARKET_PHARMA);
    assert_string_equal(th_json_get_text(reply, "state", ""), "held");
    const struct th_json *parcels = th_json_get(reply, "parcels");
    assert_int_equal(th_json_size(parcels), 1);
    assert_int_equal(th_json_get_int(th_json_at(parcels, 0), "kg", 0), 1000);
    th_json_free(reply);
    // 689 of 836 were sold: the range has two owners.
    reply = NULL;
    assert_ok(th_unit_trace(market->world.registry, "CN-330523-BAM-2021-000001", NULL, TH_LANG_ZH,
                            &reply, &market->err),
              &market->err);
    assert_int_equal(th_json_get_int(reply, "tonnes", 0), 836);
    assert_int_equal(th_json_type(th_json_get(reply, "owner")), TH_JSON_NULL);
    const struct th_json *blocks = th_json_get(reply, "blocks");
    assert_int_equal(th_json_size(blocks), 2);
    assert_string_equal(th_json_get_text(th_json_at(blocks, 0), "serial", ""),
                        "CN-330523-BAM-2021-000001:1-689");
    th_json_free(reply);
    static const struct {
        const char *serial;
        enum th_status status;
    } REFUSED[] = {{"CN-330523-BAM-2021-000001:837", TH_NOT_FOUND},
                   {"CN-330523-BAM-2021-000001:0", TH_INVALID},
                   {"CN-330523-BAM-2021-000001:7-3", TH_INVALID},
                   {"CN-330523-BAM-2021-000001:", TH_INVALID},
                   {"CN-330523-BAM-2021-000001:x", TH_INVALID},
                   {"CN-330523-BAM-1999-000001:1", TH_NOT_FOUND}};
    for (size_t i = 0; i < sizeof(REFUSED) / sizeof(REFUSED[0]); i++) {
        reply = NULL;
        assert_status(th_unit_trace(market->world.registry, REFUSED[i].serial, NULL, TH_LANG_ZH,
                                    &reply, &market->err),
                      REFUSED[i].status, &market->err);
        assert_null(reply);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, market_setup, market_discard)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(issue__buffer_is_the_last_serials),
        TEST(issue__all_or_nothing_may_be_buffer),
        TEST(lock__splits_into_two_children_that_cover_the_parent),
        TEST(move__takes_the_very_serials),
        TEST(move__ends_are_ends),
        TEST(cancel_buffer__takes_the_first_of_the_buffer),
        TEST(held__oldest_vintage_then_lowest_serial),
        TEST(commit__broken_books_are_refused_and_undone),
        TEST(commit__money_that_does_not_sum_to_zero_is_refused),
        TEST(commit__money_of_no_journal_entry_is_refused),
        TEST(check_all__names_what_is_wrong),
        TEST(story__tells_every_step_of_a_serial),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
