// One run of revenue over many recipients, beside SQLite writing as many bare rows in the same
// folder.
//
//   bench_revenue [N]      N members of a village (default 10,000) share what one sale brings:
//                          proposed by one person, approved by another, told to a bank's system
//                          that does not answer, paid by hand
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "store/people/party_store.h"
#include "store/revenue/member_store.h"
#include "store/revenue/party_account_store.h"
#include "tests/integration/market.h"
#include "trading/payment/outbox.h"
#include "trading/payment/payment.h"

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(int code)
{
    if (code != SQLITE_OK) {
        fprintf(stderr, "%s\n", sqlite3_errstr(code));
        exit(1);
    }
}

// A payment and two legs for each recipient, in one transaction.
static void bare(const char *folder, int n)
{
    char path[TH_TEST_PATH_SIZE + 16];
    sqlite3 *db = NULL;
    sqlite3_stmt *insert = NULL;
    (void)snprintf(path, sizeof(path), "%s/bare.sqlite", folder);
    must(sqlite3_open(path, &db));
    must(sqlite3_exec(db,
                      "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL;"
                      "PRAGMA synchronous = FULL; CREATE TABLE leg (id INTEGER PRIMARY KEY,"
                      " party INTEGER, account TEXT, fen INTEGER, on_date TEXT, memo TEXT)",
                      NULL, NULL, NULL));
    must(sqlite3_prepare_v2(db,
                            "INSERT INTO leg (party, account, fen, on_date, memo) VALUES "
                            "(?1, 'claim', ?2, '2022-12-31', 'money.distribution')",
                            -1, &insert, NULL));
    double begin = now_s();
    must(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL));
    for (int i = 0; i < 3 * n; i++) {
        sqlite3_bind_int(insert, 1, i);
        sqlite3_bind_int(insert, 2, i);
        (void)sqlite3_step(insert);
        sqlite3_reset(insert);
    }
    must(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL));
    printf("bare SQLite: %.3f s for %d rows\n", now_s() - begin, 3 * n);
    sqlite3_finalize(insert);
    sqlite3_close(db);
}

static void add_account(struct market *market, struct th_posting *posting,
                        const struct th_party *party, int64_t party_id)
{
    struct th_party_account account = {
        .party_id = party_id, .bank = "安吉农商银行", .proposed_by = "bank"};
    (void)snprintf(account.number, sizeof(account.number), "6217%012lld", (long long)party_id);
    (void)snprintf(account.holder, sizeof(account.holder), "%s", party->name);
    struct th_party_account_decision decision = {.state = "confirmed", .login = "officer"};
    assert_ok(th_party_account_post(posting, &account, &decision.account_id, &market->err),
              &market->err);
    assert_ok(th_party_account_decide(posting, &decision, &market->err), &market->err);
}

// One round of `outbox deliver` against an address at which nobody listens.
static double deliver_s(struct market *market)
{
    const struct th_request bank = {.login = "bank"};
    const struct th_outbox_deliver_input once = {.once = true};
    struct th_json *reply = NULL;
    double begin = now_s();
    assert_ok(th_outbox_deliver(market->world.registry, &bank, &once, &reply, &market->err),
              &market->err);
    th_json_free(reply);
    return now_s() - begin;
}

static void set_target(struct market *market)
{
    const struct th_request admin = {.login = "admin"};
    struct th_json *reply = NULL;
    assert_ok(
        th_outbox_set(market->world.registry, &admin, "http://127.0.0.1:9/", &reply, &market->err),
        &market->err);
    th_json_free(reply);
}

static void add_members(struct market *market, int n)
{
    struct th_posting *posting = market_begin(market);
    int64_t seq = th_posting_seq(posting);
    struct th_hash sha256 = th_hash_bytes(TH_HASH_SHA256, "roll", 4);
    struct th_member_share share = {.group_id = MARKET_MAJIANONG, .from_on = "2021-01-01"};
    int64_t share_id = 0;
    assert_ok(th_document_insert(market->world.store, &sha256, "roll", 4, seq, &share.document_id,
                                 &market->err),
              &market->err);
    for (int i = 0; i < n; i++) {
        struct th_party party = {.kind = "household"};
        (void)snprintf(party.name, sizeof(party.name), "%d", i);
        assert_ok(th_party_insert(market->world.store, &party, seq, &share.member_id, &market->err),
                  &market->err);
        assert_ok(th_ratio_make(i < n / 2 ? 1 : 3, 2 * (int64_t)n, &share.share, &market->err),
                  &market->err);
        assert_ok(th_member_share_post(posting, &share, &share_id, &market->err), &market->err);
        add_account(market, posting, &party, share.member_id);
    }
    assert_int_equal(market_commit(market, posting), TH_OK);
}

int main(int argc, char **argv)
{
    struct market *market = malloc(sizeof(*market));
    int n = argc > 1 ? (int)strtol(argv[1], NULL, 10) / 2 * 2 : 10000;
    const struct th_request bank = {.login = "bank"};
    const struct th_distribute_input all = {.through = "2022-12-31"};
    const struct th_payment_input paid = {.run_id = 1, .on = "2023-01-05"};
    struct th_json *reply = NULL;
    if (!market || n <= 0) {
        free(market);
        return 1;
    }
    market_make(market);
    market_anji(market);
    market_bought(market, "1", "43.44");
    int64_t sale = market_sold(market, "制药厂", "2000", "73.41");
    th_json_free(market_receipt(market, sale, "146820.00", TH_OK));
    th_json_free(market_term(market, "net_of_cost", "70", "member=1", TH_OK));
    add_members(market, n);
    set_target(market);
    bare(market->world.folder, n);
    double begin = now_s();
    assert_ok(th_revenue_distribute(market->world.registry, &bank, &all, &reply, &market->err),
              &market->err);
    double proposed = now_s();
    th_json_free(reply);
    th_json_free(market_decide_run(market, 1, true, TH_OK));
    double approved = now_s();
    double told_s = deliver_s(market);
    double idle_s = deliver_s(market);
    double told = now_s();
    reply = NULL;
    assert_ok(th_payment_confirm(market->world.registry, &bank, &paid, &reply, &market->err),
              &market->err);
    double confirmed = now_s();
    th_json_free(reply);
    printf("%d recipients: proposed %.3f s, approved %.3f s, paid %.3f s\n", n, proposed - begin,
           approved - proposed, confirmed - told);
    printf("outbox: ordered %.3f s, nothing new %.3f s, stopped %.3f s\n", told_s, idle_s,
           deliver_s(market));
    market_remove(market);
    free(market);
    return 0;
}
