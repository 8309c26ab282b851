// Books after deals drawn at random: whatever was approved, rejected, paid in part or shared,
// hledger finds every transaction in balance and the registry's own counts at the end.
#include <stdio.h>
#include <stdlib.h>

#include "tests/integration/market.h"
#include "trading/books/hledger.h"

enum { N_DEALS = 120, COMMAND_SIZE = 2 * TH_TEST_PATH_SIZE, WORDS_SIZE = 4096 };

struct draw {
    struct market *market;
    uint64_t seed;
    int64_t n_done;
    int n_files;
};

static uint64_t below(struct draw *draw, uint64_t limit)
{
    draw->seed = draw->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (draw->seed >> 33) % limit;
}

static const char *const BUYERS[] = {"制药厂", "造纸厂", "印染厂"};

// Decides what was proposed, if anything was: mostly approved.
static void decide(struct draw *draw, enum th_status status, struct th_json *reply)
{
    const struct th_request request = {.login = "officer"};
    struct th_json *decided = NULL;
    if (status != TH_OK) {
        return;
    }
    int64_t id = th_json_get_int(reply, "trade_id", 0);
    th_json_free(reply);
    struct th_registry *registry = draw->market->world.registry;
    switch (below(draw, 6)) {
    case 0: // left as it is
        return;
    case 1:
        status = th_trade_reject(registry, &request, id, "不同意", &decided, &draw->market->err);
        break;
    default:
        status = th_trade_approve(registry, &request, id, NULL, &decided, &draw->market->err);
        draw->n_done++;
        break;
    }
    assert_ok(status, &draw->market->err);
    th_json_free(decided);
}

static void number(struct draw *draw, uint64_t limit, char text[32])
{
    (void)snprintf(text, 32, "%llu", (unsigned long long)below(draw, limit) + 1);
}

static void propose(struct draw *draw)
{
    const struct th_request request = {.login = "bank"};
    struct th_registry *registry = draw->market->world.registry;
    struct th_error *err = &draw->market->err;
    struct th_json *reply = NULL;
    char tonnes[32];
    char price[32];
    const char *packages[] = {"1", "2", "3"};
    const char *buyer = BUYERS[below(draw, 3)];
    number(draw, 300, tonnes);
    number(draw, 90, price);
    const struct th_purchase_input purchase = {.packages = packages + below(draw, 2),
                                               .n_packages = 1 + below(draw, 2),
                                               .to = "两山银行",
                                               .price = price,
                                               .tax = below(draw, 2) != 0 ? "6" : NULL,
                                               .tonnes = tonnes,
                                               .on = "2022-01-10"};
    const struct th_resale_input resale = {.from = "两山银行",
                                           .to = buyer,
                                           .tonnes = tonnes,
                                           .price = price,
                                           .tax = below(draw, 2) != 0 ? "6" : NULL,
                                           .on = "2022-05-20"};
    const struct th_retirement_input retirement = {.holder = buyer,
                                                   .tonnes = tonnes,
                                                   .beneficiary = buyer,
                                                   .purpose = "offset",
                                                   .on = "2022-06-01"};
    const struct th_cancellation_input cancellation = {
        .holder = buyer, .tonnes = tonnes, .reason = "作废", .on = "2022-06-02"};
    char of[32];
    number(draw, 40, of);
    const struct th_correction_input correction = {.of = of, .reason = "录错"};
    enum th_status status = TH_OK;
    switch (below(draw, 6)) {
    case 0:
    case 1:
        status = th_trade_propose_purchase(registry, &request, &purchase, &reply, err);
        break;
    case 2:
    case 3:
        status = th_trade_propose_resale(registry, &request, &resale, &reply, err);
        break;
    case 4:
        status = th_trade_propose_correction(registry, &request, &correction, &reply, err);
        break;
    default:
        status =
            below(draw, 3) != 0
                ? th_trade_propose_retirement(registry, &request, &retirement, &reply, err)
                : th_trade_propose_cancellation(registry, &request, &cancellation, &reply, err);
        break;
    }
    decide(draw, status, reply);
}

// A part of what is owed for any trade, where something is.
static void pay(struct draw *draw)
{
    const struct th_request request = {.login = "bank"};
    struct th_json *reply = NULL;
    char amount[32];
    int64_t n = th_test_sql_int(draw->market->world.store, "SELECT count(*) FROM trade");
    if (n == 0) {
        return;
    }
    (void)snprintf(amount, sizeof(amount), "%llu.%02llu", (unsigned long long)below(draw, 3000),
                   (unsigned long long)below(draw, 100));
    enum th_status status = th_receipt_confirm(draw->market->world.registry, &request,
                                               (int64_t)below(draw, (uint64_t)n) + 1, amount,
                                               "2022-06-30", &reply, &draw->market->err);
    if (status == TH_OK) {
        draw->n_done++;
        th_json_free(reply);
    }
}

static void expect_accepted(struct draw *draw, const char *party)
{
    char name[32];
    char path[TH_TEST_PATH_SIZE];
    char command[COMMAND_SIZE];
    char words[WORDS_SIZE] = "";
    struct th_json *reply = NULL;
    (void)snprintf(name, sizeof(name), "%d.journal", draw->n_files++);
    th_test_path(path, draw->market->world.folder, name);
    const struct th_hledger_options options = {.path = path, .party = party};
    assert_ok(th_hledger_export(draw->market->world.registry, &options, &reply, &draw->market->err),
              &draw->market->err);
    th_json_free(reply);
    (void)snprintf(command, sizeof(command), "LC_ALL=C.UTF-8 hledger -f '%s' check -s 2>&1", path);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    words[fread(words, 1, sizeof(words) - 1, pipe)] = '\0';
    if (pclose(pipe) != 0) {
        fail_msg("%s: %s", party != NULL ? party : "all", words);
    }
}

static void books__after_random_deals_are_accepted(void **state)
{
    static const int64_t TONNES[] = {900, 700};
    struct market market;
    struct draw draw = {.market = &market, .seed = 20220110};
    (void)state;
    market_make(&market);
    market_anji(&market);
    market_package(&market, "两村竹林", MARKET_TOWNSHIP, MARKET_VILLAGE_1, MARKET_VILLAGE_2, TONNES,
                   2, 40);
    th_json_free(market_term(&market, "net_of_cost", "70", "village=1", TH_OK));
    size_t rounds = th_test_rounds(N_DEALS);
    for (size_t i = 0; i < rounds; i++) {
        if (below(&draw, 3) != 0) {
            propose(&draw);
        } else {
            pay(&draw);
        }
    }
    assert_true(draw.n_done >= (int64_t)rounds / 8);
    struct th_json *reply = NULL;
    const struct th_request request = {.login = "bank"};
    const struct th_distribute_input distribute = {.through = "2022-12-31"};
    assert_ok(
        th_revenue_distribute(market.world.registry, &request, &distribute, &reply, &market.err),
        &market.err);
    th_json_free(reply);
    market_assert_sound(market.world.store);
    expect_accepted(&draw, NULL);
    expect_accepted(&draw, "两山银行");
    expect_accepted(&draw, "马家弄村");
    expect_accepted(&draw, "制药厂");
    market_remove(&market);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(books__after_random_deals_are_accepted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
