// Revenue back to the villages: the published figures, parts, losses, terms and refusals.

#include "store/db_internal.h"
#include "tests/integration/market.h"

static int64_t get(const struct th_json *object, const char *key)
{
    return th_json_get_int(object, key, -1);
}

// The sale of 2022: 2,000 t of the pool of both villages at 73.41, not yet paid.
static int64_t anji_sale(struct market *market)
{
    market_anji(market);
    market_bought(market, "1 2", "43.44");
    return market_sold(market, "制药厂", "2000", "73.41");
}

static void distribute__seventy_per_cent_of_net_to_both_villages(void **state)
{
    struct market *market = *state;
    int64_t sale = anji_sale(market);
    th_json_free(market_term(market, "net_of_cost", "70", "village=1", TH_OK));
    th_json_free(market_receipt(market, sale, "146820.00", TH_OK));
    struct th_json *reply = market_distribute(market, "80", true, TH_OK);
    assert_int_equal(get(reply, "distributed_fen"), 4795200); // 47,952.00
    assert_true(th_json_get_bool(reply, "dry_run", false));
    th_json_free(reply);
    reply = market_distribute(market, NULL, false, TH_OK);
    assert_int_equal(get(reply, "net_fen"), 5994000);         // 59,940.00
    assert_int_equal(get(reply, "distributed_fen"), 4195800); // 41,958.00
    assert_int_equal(get(reply, "kept_fen"), 5994000 - 4195800);
    assert_int_equal(market_payment_fen(reply, MARKET_MAJIANONG), 1445655);  // 14,456.55
    assert_int_equal(market_payment_fen(reply, MARKET_GAOJIATANG), 2750145); // 27,501.45
    const struct th_json *item = th_json_at(th_json_get(reply, "sales"), 0);
    assert_int_equal(get(item, "cost_fen"), 8688000);
    assert_int_equal(get(item, "receipts_fen"), 14682000);
    th_json_free(reply);
    market_assert_sound(market->world.store);
}

static void distribute__twice_pays_once(void **state)
{
    struct market *market = *state;
    int64_t sale = anji_sale(market);
    th_json_free(market_term(market, "net_of_cost", "70", "village=100%", TH_OK));
    th_json_free(market_receipt(market, sale, "146820.00", TH_OK));
    th_json_free(market_distribute(market, NULL, false, TH_OK));
    struct th_hash before = th_test_content(market->world.store);
    struct th_json *reply = market_distribute(market, NULL, false, TH_OK);
    assert_int_equal(get(reply, "distributed_fen"), 0);
    assert_int_equal(get(reply, "net_fen"), 0);
    assert_int_equal(th_json_size(th_json_get(reply, "payments")), 0);
    assert_int_equal(th_json_type(th_json_get(reply, "distribution_id")), TH_JSON_NULL);
    th_json_free(reply);
    struct th_hash after = th_test_content(market->world.store);
    assert_memory_equal(&before, &after, sizeof(before));
}

static void distribute__nothing_before_the_money_is_there(void **state)
{
    struct market *market = *state;
    int64_t sale = anji_sale(market);
    th_json_free(market_term(market, "net_of_cost", "70", "village=1", TH_OK));
    struct th_json *reply = market_distribute(market, NULL, false, TH_OK);
    assert_int_equal(get(reply, "distributed_fen"), 0);
    th_json_free(reply);
    th_json_free(market_receipt(market, sale, "146820.00", TH_OK));
    const struct th_request request = {.login = "bank"};
    const struct th_distribute_input early = {.through = "2022-06-29"};
    reply = NULL;
    assert_ok(th_revenue_distribute(market->world.registry, &request, &early, &reply, &market->err),
              &market->err);
    assert_int_equal(get(reply, "distributed_fen"), 0);
    th_json_free(reply);
}

static void receipt__before_the_deal_is_refused(void **state)
{
    struct market *market = *state;
    const struct th_request bank = {.login = "bank"};
    struct th_json *reply = NULL;
    int64_t sale = anji_sale(market); // of 2022-05-20
    assert_status(th_receipt_confirm(market->world.registry, &bank, sale, "1.00", "2022-05-19",
                                     &reply, &market->err),
                  TH_INVALID, &market->err);
    market_refused(market, "receipt_before_deal");
    assert_null(reply);
    assert_ok(th_receipt_confirm(market->world.registry, &bank, sale, "1.00", "2022-05-20", &reply,
                                 &market->err),
              &market->err);
    th_json_free(reply);
}

static void distribute__parts_sum_to_the_whole(void **state)
{
    struct market *market = *state;
    static const char *const RECEIPTS[] = {"0.01", "48939.99", "33333.33", "64546.67"};
    int64_t sale = anji_sale(market);
    th_json_free(market_term(market, "net_of_cost", "70", "village=1", TH_OK));
    int64_t net_fen = 0;
    int64_t distributed_fen = 0;
    for (size_t i = 0; i < 4; i++) {
        th_json_free(market_receipt(market, sale, RECEIPTS[i], TH_OK));
        struct th_json *reply = market_distribute(market, NULL, false, TH_OK);
        net_fen += get(reply, "net_fen");
        distributed_fen += get(reply, "distributed_fen");
        th_json_free(reply);
    }
    assert_int_equal(net_fen, 5994000);
    assert_int_equal(distributed_fen, 4195800);
    market_assert_sound(market->world.store);
}

static void distribute__output_tax_is_not_the_villages(void **state)
{
    struct market *market = *state;
    market_anji(market);
    market_bought(market, "1 2", "43.44");
    // 2,000 t * 53.00 = 106,000.00 with 6 % inside: 100,000.00 + 6,000.00.
    int64_t sale = market_id(market_sell(market, "制药厂", "2000", "53.00", "6", TH_OK));
    th_json_free(market_approve(market, sale, TH_OK));
    th_json_free(market_term(market, "net_of_cost", "100", "village=1", TH_OK));
    th_json_free(market_receipt(market, sale, "106000.00", TH_OK));
    struct th_json *reply = market_distribute(market, NULL, false, TH_OK);
    assert_int_equal(get(reply, "net_fen"), 10000000 - 8688000);
    th_json_free(reply);
}

static void distribute__a_loss_is_shown_and_offsets_nothing(void **state)
{
    struct market *market = *state;
    int64_t sale = anji_sale(market);
    int64_t loss = market_sold(market, "造纸厂", "1000", "10.00");
    th_json_free(market_term(market, "net_of_cost", "70", "village=1", TH_OK));
    th_json_free(market_receipt(market, sale, "146820.00", TH_OK));
    th_json_free(market_receipt(market, loss, "10000.00", TH_OK));
    struct th_json *reply = market_distribute(market, NULL, false, TH_OK);
    assert_int_equal(get(reply, "distributed_fen"), 4195800);
    const struct th_json *item = th_json_at(th_json_get(reply, "sales"), 1);
    assert_int_equal(get(item, "trade_id"), loss);
    assert_int_equal(get(item, "net_fen"), 1000000 - 4344000);
    assert_int_equal(get(item, "distributed_fen"), 0);
    assert_true(th_json_get_bool(item, "loss", false));
    th_json_free(reply);
    market_assert_sound(market->world.store);
}

static void distribute__villages_and_township_share_by_the_term(void **state)
{
    struct market *market = *state;
    int64_t sale = anji_sale(market);
    const char *splits[] = {"village=70", "township=30"};
    const struct th_request request = {.login = "officer"};
    const struct th_term_input input = {.from = "2022-01-01",
                                        .basis = "gross",
                                        .ratio = "100",
                                        .splits = splits,
                                        .n_splits = 2,
                                        .document = market->document};
    struct th_json *reply = NULL;
    assert_ok(th_term_add(market->world.registry, &request, &input, &reply, &market->err),
              &market->err);
    th_json_free(reply);
    th_json_free(market_receipt(market, sale, "146820.00", TH_OK));
    reply = market_distribute(market, NULL, false, TH_OK);
    // 146,820.00: 44,046.00 to the township; 102,774.00 * 2509/7282 = 35,410.5968…,
    // * 4773/7282 = 67,363.4031….
    assert_int_equal(market_payment_fen(reply, MARKET_TOWNSHIP), 4404600);
    assert_int_equal(market_payment_fen(reply, MARKET_MAJIANONG), 3541060);
    assert_int_equal(market_payment_fen(reply, MARKET_GAOJIATANG), 6736340);
    th_json_free(reply);
}

static void distribute__holder_that_is_no_village_passes_on_by_kilograms(void **state)
{
    struct market *market = *state;
    const int64_t tonnes_t = 900;
    // A subdistrict's package with a third of its kilograms in village 1, the rest in village 2.
    market_package(market, "两村", MARKET_SUBDISTRICT, MARKET_VILLAGE_1, MARKET_VILLAGE_2,
                   &tonnes_t, 1, 0);
    market_bought(market, "1", "10.00");
    int64_t sale = market_sold(market, "制药厂", "900", "20.00");
    th_json_free(market_term(market, "net_of_cost", "100", "village=1", TH_OK));
    th_json_free(market_receipt(market, sale, "18000.00", TH_OK));
    struct th_json *reply = market_distribute(market, NULL, false, TH_OK);
    assert_int_equal(market_payment_fen(reply, MARKET_MAJIANONG), 300000);
    assert_int_equal(market_payment_fen(reply, MARKET_GAOJIATANG), 600000);
    th_json_free(reply);
}

static void distribute__a_missing_recipient_is_named_and_nothing_is_written(void **state)
{
    struct market *market = *state;
    int64_t sale = anji_sale(market);
    th_json_free(market_term(market, "net_of_cost", "70", "fund=1", TH_OK));
    th_json_free(market_receipt(market, sale, "146820.00", TH_OK));
    struct th_hash before = th_test_content(market->world.store);
    market_distribute(market, NULL, false, TH_NOT_FOUND);
    market_refused(market, "recipient_missing");
    struct th_hash after = th_test_content(market->world.store);
    assert_memory_equal(&before, &after, sizeof(before));
}

static void distribute__across_pools_by_the_tonnes_of_each(void **state)
{
    struct market *market = *state;
    market_anji(market);
    market_bought(market, "1", "10.00"); // 2,509 t of village 1
    market_bought(market, "2", "10.00"); // 4,773 t of village 2
    int64_t sale = market_sold(market, "制药厂", "3000", "20.00");
    th_json_free(market_term(market, "net_of_cost", "100", "village=1", TH_OK));
    th_json_free(market_receipt(market, sale, "60000.00", TH_OK));
    struct th_json *reply = market_distribute(market, NULL, false, TH_OK);
    // Net 30,000.00 for 3,000 t, 2,509 of them from the first pool.
    assert_int_equal(market_payment_fen(reply, MARKET_MAJIANONG), 2509000);
    assert_int_equal(market_payment_fen(reply, MARKET_GAOJIATANG), 491000);
    th_json_free(reply);
}

static void deduct__only_where_the_basis_lists_costs(void **state)
{
    struct market *market = *state;
    int64_t sale = anji_sale(market);
    const struct th_request request = {.login = "bank"};
    struct th_json *reply = NULL;
    assert_status(th_deduction_add(market->world.registry, &request, sale, "beer", "1",
                                   market->document, &reply, &market->err),
                  TH_INVALID, &market->err);
    market_refused(market, "deduction_kind");
    assert_status(th_deduction_add(market->world.registry, &request, 1, "fee", "1",
                                   market->document, &reply, &market->err),
                  TH_CONFLICT, &market->err);
    market_refused(market, "trade_not_sale");
    assert_status(th_deduction_add(market->world.registry, &request, sale, "fee", "1", "/nowhere",
                                   &reply, &market->err),
                  TH_NOT_FOUND, &market->err);
    assert_null(reply);
    assert_ok(th_deduction_add(market->world.registry, &request, sale, "insurance", "1,940.00",
                               market->document, &reply, &market->err),
              &market->err);
    th_json_free(reply);
    reply = NULL;
    assert_status(th_deduction_add(market->world.registry, &request, sale, "insurance",
                                   "144,880.01", market->document, &reply, &market->err),
                  TH_CONFLICT, &market->err); // 146,820.00 less 1,940.00 is what is left
    market_refused(market, "deduction_too_large");
    th_json_free(market_term(market, "net_of_costs", "100", "village=1", TH_OK));
    th_json_free(market_receipt(market, sale, "146820.00", TH_OK));
    reply = market_distribute(market, NULL, false, TH_OK);
    assert_int_equal(get(reply, "net_fen"), 5994000 - 194000);
    th_json_free(reply);
    reply = NULL;
    assert_status(th_deduction_add(market->world.registry, &request, sale, "fee", "1",
                                   market->document, &reply, &market->err),
                  TH_CONFLICT, &market->err);
    market_refused(market, "sale_distributed");
}

static void term__refusals(void **state)
{
    struct market *market = *state;
    static const struct {
        const char *basis;
        const char *ratio;
        const char *split;
        enum th_status status;
        const char *key;
    } CASES[] = {
        {"profit", "70", "village=1", TH_INVALID, "basis_invalid"},
        {"gross", "101", "village=1", TH_INVALID, "ratio_range"},
        {"gross", "seventy", "village=1", TH_INVALID, "ratio_invalid"},
        {"gross", "70", "village=0.9", TH_INVALID, "split_sum"},
        {"gross", "70", "village=2", TH_INVALID, "split_sum"},
        {"gross", "70", "village=99%", TH_INVALID, "split_sum"},
        {"gross", "70", "verifier=1", TH_INVALID, "split_invalid"},
        {"gross", "70", "=1", TH_INVALID, "split_invalid"},
        {"gross", "70", "village", TH_INVALID, "split_invalid"},
        {"gross", "70", "village=-1", TH_INVALID, "split_invalid"},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        market_term(market, CASES[i].basis, CASES[i].ratio, CASES[i].split, CASES[i].status);
        market_refused(market, CASES[i].key);
    }
    th_json_free(market_term(market, "gross", "70", "village=1", TH_OK));
    market_term(market, "gross", "80", "village=1", TH_CONFLICT);
    market_refused(market, "term_overlaps");
    const struct th_request request = {.login = "officer"};
    struct th_term_input input = {
        .from = "2022-12-31", .basis = "gross", .ratio = "70", .document = market->document};
    struct th_json *reply = NULL;
    assert_status(th_term_add(market->world.registry, &request, &input, &reply, &market->err),
                  TH_USAGE, &market->err);
    market_refused(market, "split_missing");
    const char *splits[] = {"village=1/3", "township=2/3"};
    input.splits = splits;
    input.n_splits = 2;
    assert_status(th_term_add(market->world.registry, &request, &input, &reply, &market->err),
                  TH_CONFLICT, &market->err); // its first day is the last of the other
    input.from = "2023-01-01";
    input.to = "2022-01-01";
    assert_status(th_term_add(market->world.registry, &request, &input, &reply, &market->err),
                  TH_INVALID, &market->err);
    market_refused(market, "term_dates");
    input.to = NULL;
    const struct th_request bank = {.login = "bank"};
    assert_status(th_term_add(market->world.registry, &bank, &input, &reply, &market->err),
                  TH_NOT_PERMITTED, &market->err);
    assert_null(reply);
    assert_ok(th_term_add(market->world.registry, &request, &input, &reply, &market->err),
              &market->err);
    assert_string_equal(th_json_get_text(th_json_at(th_json_get(reply, "splits"), 0), "share", ""),
                        "2/3");
    th_json_free(reply);
    reply = NULL;
    assert_ok(th_term_list(market->world.registry, &reply, &market->err), &market->err);
    assert_int_equal(th_json_size(th_json_get(reply, "terms")), 2);
    th_json_free(reply);
}

static void distribute__without_a_term_is_refused(void **state)
{
    struct market *market = *state;
    int64_t sale = anji_sale(market);
    th_json_free(market_receipt(market, sale, "146820.00", TH_OK));
    market_distribute(market, NULL, false, TH_CONFLICT);
    market_refused(market, "term_missing");
}

// Both were agreed before anything was sold.
static void distribute__with_two_terms_is_refused_unless_one_is_chosen(void **state)
{
    struct market *market = *state;
    th_json_free(market_term(market, "net_of_cost", "70", "village=1", TH_OK));
    th_json_free(market_term(market, "gross", "50", "village=1", TH_OK));
    int64_t sale = anji_sale(market);
    th_json_free(market_receipt(market, sale, "146820.00", TH_OK));
    market_distribute(market, NULL, false, TH_CONFLICT);
    market_refused(market, "term_ambiguous");
    market_distribute(market, "80", false, TH_USAGE);
    market_refused(market, "ratio_dry_run");
    const struct th_request request = {.login = "bank"};
    struct th_distribute_input input = {.through = "2022-12-31", .term = "2"};
    struct th_json *reply = NULL;
    assert_ok(th_revenue_distribute(market->world.registry, &request, &input, &reply, &market->err),
              &market->err);
    assert_int_equal(get(reply, "distributed_fen"), 7341000);
    th_json_free(reply);
}

static void add_open_term(struct market *market, const char *from, const char *ratio)
{
    const struct th_request request = {.login = "officer"};
    const char *split = "village=1";
    const struct th_term_input input = {.from = from,
                                        .basis = "net_of_cost",
                                        .ratio = ratio,
                                        .splits = &split,
                                        .n_splits = 1,
                                        .document = market->document};
    struct th_json *reply = NULL;
    assert_ok(th_term_add(market->world.registry, &request, &input, &reply, &market->err),
              &market->err);
    th_json_free(reply);
}

static void term__an_open_one_lasts_until_a_later_one_begins(void **state)
{
    struct market *market = *state;
    add_open_term(market, "2023-01-01", "60");
    add_open_term(market, "2021-01-01", "80");
    add_open_term(market, "2022-01-01", "70");
    int64_t sale = anji_sale(market); // in 2022
    th_json_free(market_receipt(market, sale, "146820.00", TH_OK));
    struct th_json *reply = market_distribute(market, NULL, true, TH_OK);
    assert_int_equal(get(reply, "distributed_fen"), 4195800);
    th_json_free(reply);
    const struct th_request request = {.login = "officer"};
    const char *split = "village=1";
    struct th_term_input again = {.from = "2022-01-01",
                                  .basis = "net_of_cost",
                                  .ratio = "75",
                                  .splits = &split,
                                  .n_splits = 1,
                                  .document = market->document};
    reply = NULL;
    assert_status(th_term_add(market->world.registry, &request, &again, &reply, &market->err),
                  TH_CONFLICT, &market->err);
    market_refused(market, "term_overlaps");
    // The sale was agreed while the second one was in force: it stays so.
    again.from = "2022-05-20";
    assert_status(th_term_add(market->world.registry, &request, &again, &reply, &market->err),
                  TH_CONFLICT, &market->err);
    market_refused(market, "term_overtakes");
    assert_null(reply);
    // Nor does one of another basis make it a matter of choice which of them held.
    again.basis = "gross";
    assert_status(th_term_add(market->world.registry, &request, &again, &reply, &market->err),
                  TH_CONFLICT, &market->err);
    market_refused(market, "term_overtakes");
    again.basis = "net_of_cost";
    again.from = "2022-05-21";
    assert_ok(th_term_add(market->world.registry, &request, &again, &reply, &market->err),
              &market->err);
    th_json_free(reply);
}

static void distribute__by_a_named_term_only_where_none_holds_alone(void **state)
{
    struct market *market = *state;
    const struct th_request bank = {.login = "bank"};
    struct th_json *reply = NULL;
    add_open_term(market, "2021-01-01", "5");
    add_open_term(market, "2022-01-01", "70");
    int64_t sale = anji_sale(market);
    th_json_free(market_receipt(market, sale, "146820.00", TH_OK));
    struct th_distribute_input input = {.through = "2022-12-31", .term = "1"};
    assert_status(
        th_revenue_distribute(market->world.registry, &bank, &input, &reply, &market->err),
        TH_CONFLICT, &market->err);
    market_refused(market, "term_not_in_force");
    assert_null(reply);
    input.term = "2";
    assert_ok(th_revenue_distribute(market->world.registry, &bank, &input, &reply, &market->err),
              &market->err);
    assert_int_equal(get(reply, "distributed_fen"), 4195800);
    th_json_free(reply);
}

// A term that begins after one of two sales: that sale waits, the other one is paid.
static void distribute__a_sale_without_a_term_keeps_nobody_waiting(void **state)
{
    struct market *market = *state;
    const struct th_request bank = {.login = "bank"};
    struct th_json *reply = NULL;
    int64_t sale = anji_sale(market); // in May 2022
    const struct th_resale_input late = {
        .from = "两山银行", .to = "造纸厂", .tonnes = "10", .price = "80", .on = "2023-02-01"};
    assert_ok(th_trade_propose_resale(market->world.registry, &bank, &late, &reply, &market->err),
              &market->err);
    int64_t waiting = market_id(reply);
    reply = NULL;
    const struct th_request officer = {.login = "officer"};
    assert_ok(
        th_trade_approve(market->world.registry, &officer, waiting, NULL, &reply, &market->err),
        &market->err);
    th_json_free(reply);
    reply = NULL;
    th_json_free(market_term(market, "net_of_cost", "70", "village=1", TH_OK)); // of 2022 only
    th_json_free(market_receipt(market, sale, "146820.00", TH_OK));
    assert_ok(th_receipt_confirm(market->world.registry, &bank, waiting, "800.00", "2023-02-01",
                                 &reply, &market->err),
              &market->err);
    th_json_free(reply);
    reply = NULL;
    const struct th_distribute_input all = {.through = "2023-02-28"};
    assert_ok(th_revenue_distribute(market->world.registry, &bank, &all, &reply, &market->err),
              &market->err);
    assert_int_equal(get(reply, "distributed_fen"), 4195800);
    const struct th_json *unassigned = th_json_get(reply, "unassigned");
    assert_int_equal(th_json_size(unassigned), 1);
    assert_int_equal(get(th_json_at(unassigned, 0), "trade_id"), waiting);
    th_json_free(reply);
}

// The pool of the second purchase goes to a fund that nobody registered.
static void distribute__a_sale_without_a_recipient_keeps_nobody_waiting(void **state)
{
    struct market *market = *state;
    const char *split = "fund=1";
    const struct th_request officer = {.login = "officer"};
    const struct th_term_input fund = {.from = "2022-01-01",
                                       .basis = "net_of_cost",
                                       .ratio = "70",
                                       .scope = "pool:2",
                                       .splits = &split,
                                       .n_splits = 1,
                                       .document = market->document};
    struct th_json *reply = NULL;
    market_anji(market);
    market_bought(market, "1", "10.00"); // 2,509 t
    market_bought(market, "2", "10.00");
    th_json_free(market_term(market, "net_of_cost", "70", "village=1", TH_OK));
    assert_ok(th_term_add(market->world.registry, &officer, &fund, &reply, &market->err),
              &market->err);
    th_json_free(reply);
    int64_t sale = market_sold(market, "制药厂", "2509", "20.00");
    int64_t waiting = market_sold(market, "造纸厂", "100", "20.00");
    th_json_free(market_receipt(market, sale, "50180.00", TH_OK));
    th_json_free(market_receipt(market, waiting, "2000.00", TH_OK));
    reply = market_distribute(market, NULL, false, TH_OK);
    assert_int_equal(get(reply, "distributed_fen"), 1756300); // 70 % of 25,090.00
    const struct th_json *item = th_json_at(th_json_get(reply, "unassigned"), 0);
    assert_int_equal(get(item, "trade_id"), waiting);
    assert_string_equal(th_json_get_text(item, "code", ""), "recipient_missing");
    th_json_free(reply);
}

static void statement__shows_what_a_village_got(void **state)
{
    struct market *market = *state;
    int64_t sale = anji_sale(market);
    th_json_free(market_term(market, "net_of_cost", "70", "village=1", TH_OK));
    th_json_free(market_receipt(market, sale, "146820.00", TH_OK));
    th_json_free(market_distribute(market, NULL, false, TH_OK));
    struct th_json *reply = NULL;
    assert_ok(
        th_revenue_statement(market->world.registry, MARKET_VILLAGE_1, NULL, &reply, &market->err),
        &market->err);
    assert_int_equal(get(reply, "revenue_fen"), 1445655);
    assert_int_equal(get(reply, "purchase_fen"), 10899096);
    assert_int_equal(get(reply, "total_fen"), 12344751);
    const struct th_json *party = th_json_at(th_json_get(reply, "parties"), 0);
    const struct th_json *payment = th_json_at(th_json_get(party, "payments"), 0);
    assert_int_equal(get(payment, "trade_id"), sale);
    assert_int_equal(get(payment, "weight_t"), 2509);
    assert_int_equal(get(payment, "pool_t"), 7282);
    assert_int_equal(get(payment, "pools"), 1);
    assert_string_equal(th_json_get_text(payment, "ratio", ""), "70");
    th_json_free(reply);
    reply = NULL;
    assert_ok(th_revenue_statement(market->world.registry, NULL, NULL, &reply, &market->err),
              &market->err);
    assert_int_equal(get(reply, "revenue_fen"), 4195800);
    assert_int_equal(get(reply, "purchase_fen"), 31633008);
    th_json_free(reply);
    reply = NULL;
    assert_status(
        th_revenue_statement(market->world.registry, "没有的村", NULL, &reply, &market->err),
        TH_NOT_FOUND, &market->err);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, market_setup, market_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(distribute__seventy_per_cent_of_net_to_both_villages),
        TEST(distribute__twice_pays_once),
        TEST(distribute__nothing_before_the_money_is_there),
        TEST(receipt__before_the_deal_is_refused),
        TEST(distribute__parts_sum_to_the_whole),
        TEST(distribute__output_tax_is_not_the_villages),
        TEST(distribute__a_loss_is_shown_and_offsets_nothing),
        TEST(distribute__villages_and_township_share_by_the_term),
        TEST(distribute__holder_that_is_no_village_passes_on_by_kilograms),
        TEST(distribute__a_missing_recipient_is_named_and_nothing_is_written),
        TEST(distribute__across_pools_by_the_tonnes_of_each),
        TEST(deduct__only_where_the_basis_lists_costs),
        TEST(term__refusals),
        TEST(distribute__without_a_term_is_refused),
        TEST(distribute__with_two_terms_is_refused_unless_one_is_chosen),
        TEST(term__an_open_one_lasts_until_a_later_one_begins),
        TEST(distribute__by_a_named_term_only_where_none_holds_alone),
        TEST(distribute__a_sale_without_a_recipient_keeps_nobody_waiting),
        TEST(distribute__a_sale_without_a_term_keeps_nobody_waiting),
        TEST(statement__shows_what_a_village_got),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
