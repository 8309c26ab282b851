// Runs of revenue in steps: proposed, decided by another person, with terms side by side and
// reserves trued up.
#include <stdio.h>

#include "registry/rule.h"
#include "store/deal/money_store.h"
#include "store/people/party_store.h"
#include "tests/integration/market.h"
#include "trading/inbox/inbox.h"

__extension__ typedef __int128 int128;

// Whatever a test did: the books are sound, and the journal makes them again.
static int64_t get(const struct th_json *object, const char *key)
{
    return th_json_get_int(object, key, -1);
}

// The sale of 2022: 2,000 t of the pool of both villages at 73.41, paid.
static int64_t anji_sale(struct market *market)
{
    market_anji(market);
    market_bought(market, "1 2", "43.44");
    int64_t sale = market_sold(market, "制药厂", "2000", "73.41");
    th_json_free(market_receipt(market, sale, "146820.00", TH_OK));
    return sale;
}

static struct th_json *propose(struct market *market, const char *login, const char *term,
                               enum th_status want)
{
    const struct th_request request = {.login = login};
    const struct th_distribute_input input = {.through = "2022-12-31", .term = term};
    struct th_json *reply = NULL;
    assert_status(
        th_revenue_distribute(market->world.registry, &request, &input, &reply, &market->err), want,
        &market->err);
    return reply;
}

static int64_t run_of(struct th_json *reply) // frees the reply
{
    int64_t run_id = get(reply, "distribution_id");
    th_json_free(reply);
    return run_id;
}

static int64_t claim_fen(struct market *market, int64_t party_id)
{
    struct th_money_totals totals;
    assert_ok(th_money_totals(market->world.store, party_id, &totals, &market->err), &market->err);
    return th_money_fen(totals.claim);
}

static void run__owes_nothing_before_a_second_person_approves_it(void **state)
{
    struct market *market = *state;
    anji_sale(market);
    th_json_free(market_term(market, "net_of_cost", "70", "village=1", TH_OK));
    int64_t before = claim_fen(market, MARKET_MAJIANONG);
    struct th_json *reply = propose(market, "bank", NULL, TH_OK);
    assert_string_equal(th_json_get_text(reply, "state", ""), "proposed");
    assert_int_equal(market_payment_fen(reply, MARKET_MAJIANONG), 1445655);
    int64_t run_id = run_of(reply);
    assert_int_equal(claim_fen(market, MARKET_MAJIANONG), before);
    const struct th_request same = {.login = "bank"};
    reply = NULL;
    assert_status(th_run_approve(market->world.registry, &same, run_id, NULL, &reply, &market->err),
                  TH_NOT_PERMITTED, &market->err);
    market_refused(market, "second_person");
    assert_null(reply);
    const struct th_request clerk = {.login = "clerk"};
    assert_status(
        th_run_approve(market->world.registry, &clerk, run_id, NULL, &reply, &market->err),
        TH_NOT_PERMITTED, &market->err);
    reply = market_decide_run(market, run_id, true, TH_OK);
    assert_string_equal(th_json_get_text(reply, "state", ""), "approved");
    assert_string_equal(th_json_get_text(reply, "decided_by", ""), "officer");
    assert_string_equal(th_json_get_text(reply, "decided_on", ""), "2022-12-31");
    th_json_free(reply);
    assert_int_equal(claim_fen(market, MARKET_MAJIANONG), before + 1445655);
    market_decide_run(market, run_id, true, TH_CONFLICT);
    market_refused(market, "run_decided");
    market_decide_run(market, run_id, false, TH_CONFLICT);
    market_decide_run(market, 99, true, TH_NOT_FOUND);
    market_refused(market, "revenue_run_not_found");
}

static const char *warning(const struct th_json *reply) // the first one
{
    const char *text = th_json_text(th_json_at(th_json_get(reply, "warnings"), 0));
    return text ? text : "";
}

static void run__of_nothing_says_that_no_money_arrived(void **state)
{
    struct market *market = *state;
    market_anji(market);
    market_bought(market, "1 2", "43.44");
    market_sold(market, "制药厂", "2000", "73.41");
    th_json_free(market_term(market, "net_of_cost", "70", "village=1", TH_OK));
    struct th_json *reply = propose(market, "bank", NULL, TH_OK);
    assert_string_equal(warning(reply), "nothing_arrived");
    assert_int_equal(th_json_type(th_json_get(reply, "pending_run")), TH_JSON_NULL);
    th_json_free(reply);
}

static void run__neither_counts_nor_is_approved_before_its_days_are_over(void **state)
{
    struct market *market = *state;
    const struct th_request bank = {.login = "bank"};
    const struct th_request officer = {.login = "officer"};
    const struct th_distribute_input ahead = {.through = "2099-12-31"};
    struct th_json *reply = NULL;
    anji_sale(market);
    th_json_free(market_term(market, "net_of_cost", "70", "village=1", TH_OK));
    assert_status(
        th_revenue_distribute(market->world.registry, &bank, &ahead, &reply, &market->err),
        TH_INVALID, &market->err);
    market_refused(market, "date_in_future");
    assert_status(th_revenue_preview(market->world.registry, &bank, &ahead, &reply, &market->err),
                  TH_INVALID, &market->err);
    market_refused(market, "date_in_future");
    int64_t run_id = run_of(propose(market, "bank", NULL, TH_OK)); // through 2022-12-31
    assert_status(th_run_approve(market->world.registry, &officer, run_id, "2022-12-30", &reply,
                                 &market->err),
                  TH_INVALID, &market->err);
    market_refused(market, "run_before_through");
    assert_null(reply);
}

static struct th_json *deduct(struct market *market, int64_t sale, enum th_status want)
{
    const struct th_request bank = {.login = "bank"};
    struct th_json *reply = NULL;
    assert_status(th_deduction_add(market->world.registry, &bank, sale, "insurance", "1,940.00",
                                   market->document, &reply, &market->err),
                  want, &market->err);
    return reply;
}

static void deduct__while_a_run_holds_the_sale_names_the_run(void **state)
{
    struct market *market = *state;
    int64_t sale = anji_sale(market);
    th_json_free(market_term(market, "net_of_costs", "100", "village=1", TH_OK));
    int64_t run_id = run_of(propose(market, "bank", NULL, TH_OK));
    char run[24];
    (void)snprintf(run, sizeof(run), "%lld", (long long)run_id);
    assert_null(deduct(market, sale, TH_CONFLICT));
    market_refused(market, "sale_in_run");
    assert_string_equal(th_error_arg_get(&market->err, "run"), run);
    th_json_free(market_decide_run(market, run_id, false, TH_OK));
    struct th_json *reply = deduct(market, sale, TH_OK);
    assert_int_equal(th_json_size(th_json_get(reply, "warnings")), 0);
    th_json_free(reply);
    run_id = run_of(propose(market, "bank", NULL, TH_OK));
    th_json_free(market_decide_run(market, run_id, true, TH_OK));
    assert_null(deduct(market, sale, TH_CONFLICT));
    market_refused(market, "sale_distributed");
}

static void deduct__by_a_term_that_takes_off_no_costs_warns_that_it_changes_nothing(void **state)
{
    struct market *market = *state;
    int64_t sale = anji_sale(market);
    struct th_json *reply = deduct(market, sale, TH_OK); // no term yet: nothing to say
    assert_int_equal(th_json_size(th_json_get(reply, "warnings")), 0);
    assert_int_equal(th_json_type(th_json_get(reply, "term_id")), TH_JSON_NULL);
    th_json_free(reply);
    th_json_free(market_term(market, "net_of_cost", "70", "village=1", TH_OK));
    reply = deduct(market, sale, TH_OK);
    assert_string_equal(warning(reply), "deduction_no_effect");
    assert_string_equal(th_json_get_text(reply, "basis", ""), "net_of_cost");
    assert_int_equal(get(reply, "term_id"), 1);
    th_json_free(reply);
    reply = market_distribute(market, NULL, false, TH_OK);
    assert_int_equal(get(reply, "net_fen"), 5994000); // receipts less what the tonnes cost
    th_json_free(reply);
}

static void run__proposed_takes_its_receipts_until_it_is_rejected(void **state)
{
    struct market *market = *state;
    anji_sale(market);
    th_json_free(market_term(market, "net_of_cost", "70", "village=1", TH_OK));
    int64_t run_id = run_of(propose(market, "bank", NULL, TH_OK));
    struct th_json *reply = propose(market, "bank", NULL, TH_OK);
    assert_int_equal(th_json_type(th_json_get(reply, "distribution_id")), TH_JSON_NULL);
    assert_int_equal(get(reply, "net_fen"), 0);
    assert_string_equal(warning(reply), "run_pending");
    assert_int_equal(get(reply, "pending_run"), run_id);
    th_json_free(reply);
    reply = market_decide_run(market, run_id, false, TH_OK);
    assert_string_equal(th_json_get_text(reply, "state", ""), "rejected");
    assert_string_equal(th_json_get_text(reply, "reason", ""), "no");
    th_json_free(reply);
    market_decide_run(market, run_id, true, TH_CONFLICT);
    market_refused(market, "run_decided");
    reply = propose(market, "bank", NULL, TH_OK);
    assert_int_equal(get(reply, "distributed_fen"), 4195800);
    assert_true(run_of(reply) > run_id);
    reply = NULL;
    assert_ok(th_run_list(market->world.registry, "proposed", &reply, &market->err), &market->err);
    assert_int_equal(th_json_size(th_json_get(reply, "runs")), 1);
    th_json_free(reply);
}

static struct th_json *term_for(struct market *market, const char *basis, const char *ratio,
                                const char *split, const char *scope, enum th_status want)
{
    const struct th_request request = {.login = "officer"};
    const struct th_term_input input = {.from = "2022-01-01",
                                        .basis = basis,
                                        .ratio = ratio,
                                        .splits = &split,
                                        .n_splits = 1,
                                        .scope = scope,
                                        .document = market->document};
    struct th_json *reply = NULL;
    assert_status(th_term_add(market->world.registry, &request, &input, &reply, &market->err), want,
                  &market->err);
    return reply;
}

static struct th_json *preview(struct market *market, const char *const *ratios, size_t n)
{
    const struct th_request request = {.login = "bank"};
    const struct th_distribute_input input = {
        .through = "2022-12-31", .ratios = ratios, .n_ratios = n};
    struct th_json *reply = NULL;
    struct th_hash before = th_test_content(market->world.store);
    assert_ok(th_revenue_preview(market->world.registry, &request, &input, &reply, &market->err),
              &market->err);
    struct th_hash after = th_test_content(market->world.store);
    assert_memory_equal(&before, &after, sizeof(before));
    return reply;
}

static const struct th_json *compared(const struct th_json *reply, const char *basis,
                                      const char *ratio)
{
    const struct th_json *rows = th_json_get(reply, "comparison");
    for (size_t i = 0; i < th_json_size(rows); i++) {
        const struct th_json *row = th_json_at(rows, i);
        if (strcmp(th_json_get_text(row, "basis", ""), basis) == 0 &&
            strcmp(th_json_get_text(row, "ratio", ""), ratio) == 0) {
            return row;
        }
    }
    return NULL;
}

static void preview__terms_of_three_kinds_side_by_side(void **state)
{
    struct market *market = *state;
    static const char *const RATIOS[] = {"80"};
    const struct th_request bank = {.login = "bank"};
    struct th_json *reply = NULL;
    th_json_free(term_for(market, "gross", "70", "village=1", NULL, TH_OK));
    th_json_free(term_for(market, "net_of_cost", "70", "village=1", NULL, TH_OK));
    th_json_free(term_for(market, "net_of_costs", "100", "village=1", NULL, TH_OK));
    int64_t sale = anji_sale(market);
    assert_ok(th_deduction_add(market->world.registry, &bank, sale, "insurance", "1,940.00",
                               market->document, &reply, &market->err),
              &market->err);
    th_json_free(reply);
    reply = preview(market, RATIOS, 1);
    // Receipts 146,820.00; cost of the 2,000 t 86,880.00; insurance 1,940.00.
    assert_int_equal(get(compared(reply, "gross", "70"), "distributed_fen"), 10277400);
    assert_int_equal(get(compared(reply, "net_of_cost", "70"), "distributed_fen"), 4195800);
    assert_int_equal(get(compared(reply, "net_of_cost", "80"), "distributed_fen"), 4795200);
    assert_int_equal(get(compared(reply, "net_of_costs", "100"), "net_fen"), 5800000);
    assert_int_equal(get(compared(reply, "net_of_costs", "100"), "distributed_fen"), 5800000);
    assert_int_equal(get(compared(reply, "net_of_costs", "100"), "n_sales"), 1);
    // None of them is more special than the others.
    const struct th_json *waiting = th_json_at(th_json_get(reply, "unassigned"), 0);
    assert_string_equal(th_json_get_text(waiting, "code", ""), "term_ambiguous");
    th_json_free(reply);
    assert_null(propose(market, "bank", NULL, TH_CONFLICT));
    market_refused(market, "term_ambiguous");
    // By one of them that is chosen: the comparison remains what it was.
    int64_t run_id = run_of(propose(market, "bank", "3", TH_OK));
    reply = market_decide_run(market, run_id, true, TH_OK);
    assert_int_equal(get(reply, "distributed_fen"), 5800000);
    th_json_free(reply);
}

static void preview__refuses_too_many_ratios(void **state)
{
    struct market *market = *state;
    const char *ratios[TH_COMPARED_MAX + 1];
    const struct th_request bank = {.login = "bank"};
    struct th_json *reply = NULL;
    for (size_t i = 0; i <= TH_COMPARED_MAX; i++) {
        ratios[i] = "70";
    }
    const struct th_distribute_input input = {
        .through = "2022-12-31", .ratios = ratios, .n_ratios = TH_COMPARED_MAX + 1};
    assert_status(th_revenue_preview(market->world.registry, &bank, &input, &reply, &market->err),
                  TH_USAGE, &market->err);
    market_refused(market, "ratios_many");
    assert_null(reply);
}

static void never_held(struct market *market, int64_t term_id)
{
    const struct th_request other = {.login = "auditor"}; // than who recorded it
    struct th_json *reply = NULL;
    assert_ok(th_term_end(market->world.registry, &other, term_id, "2022-01-01", market->document,
                          &reply, &market->err),
              &market->err);
    th_json_free(reply);
}

static void term__the_most_special_one_holds(void **state)
{
    struct market *market = *state;
    static const struct {
        const char *ratio;
        const char *scope;
        int64_t distributed_fen; // of a net of 59,940.00
    } STEPS[] = {{"10", NULL, 599400},
                 {"20", "holder:马家弄村", 1198800},
                 {"30", "pool:1", 1798200},
                 {"40", "package:马家弄竹林", 2397600}};
    const size_t n_steps = sizeof(STEPS) / sizeof(STEPS[0]);
    market_user(market, "auditor", "officer");
    market_anji(market);
    market_bought(market, "1", "43.44");
    for (size_t i = 0; i < n_steps; i++) {
        th_json_free(
            term_for(market, "net_of_cost", STEPS[i].ratio, "village=1", STEPS[i].scope, TH_OK));
    }
    int64_t sale = market_sold(market, "制药厂", "2000", "73.41");
    th_json_free(market_receipt(market, sale, "146820.00", TH_OK));
    // A term of bamboo holds where there is bamboo; these packages have no such parcels.
    th_json_free(term_for(market, "net_of_cost", "50", "village=1", "kind:bamboo", TH_OK));
    assert_null(term_for(market, "net_of_cost", "45", "village=1", "pool:1", TH_CONFLICT));
    market_refused(market, "term_overlaps");
    // Each is ended as if it had never held, and the next one shows.
    for (size_t i = n_steps; i-- > 0;) {
        struct th_json *reply = preview(market, NULL, 0);
        assert_int_equal(get(reply, "distributed_fen"), STEPS[i].distributed_fen);
        assert_int_equal(th_json_size(th_json_get(reply, "comparison")), 1);
        assert_non_null(compared(reply, "net_of_cost", STEPS[i].ratio));
        th_json_free(reply);
        never_held(market, (int64_t)i + 1);
    }
}

static void term__scopes_that_are_none_are_refused(void **state)
{
    struct market *market = *state;
    static const struct {
        const char *scope;
        enum th_status status;
        const char *key;
    } CASES[] = {{"bamboo", TH_INVALID, "term_scope"},
                 {"kind:gold", TH_INVALID, "term_scope"},
                 {"pool:x", TH_INVALID, "term_scope"},
                 {"pool:99", TH_NOT_FOUND, "trade_not_found"},
                 {"pool:2", TH_INVALID, "term_scope"}, // a sale
                 {"holder:nobody", TH_NOT_FOUND, "party_not_found"},
                 {"package:none", TH_NOT_FOUND, "package_not_found"},
                 {"", TH_INVALID, "term_scope"}};
    anji_sale(market);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        assert_null(term_for(market, "gross", "70", "village=1", CASES[i].scope, CASES[i].status));
        market_refused(market, CASES[i].key);
    }
}

static int64_t add_party(struct market *market, const char *kind, const char *name)
{
    struct th_party party = {0};
    int64_t party_id = 0;
    struct th_posting *posting = market_begin(market);
    (void)snprintf(party.kind, sizeof(party.kind), "%s", kind);
    (void)snprintf(party.name, sizeof(party.name), "%s", name);
    assert_ok(th_party_insert(market->world.store, &party, th_posting_seq(posting), &party_id,
                              &market->err),
              &market->err);
    assert_int_equal(market_commit(market, posting), TH_OK);
    return party_id;
}

static void term__means_the_fund_that_was_there_when_it_was_agreed(void **state)
{
    struct market *market = *state;
    int64_t first = add_party(market, "fund", "湿地修复基金");
    anji_sale(market);
    th_json_free(term_for(market, "net_of_cost", "70", "fund=1", "pool:1", TH_OK));
    (void)add_party(market, "fund", "竹林修复基金");
    struct th_json *reply = propose(market, "bank", NULL, TH_OK);
    assert_int_equal(market_payment_fen(reply, first), 4195800);
    th_json_free(reply);
}

static void term__a_fund_among_several_is_named(void **state)
{
    struct market *market = *state;
    int64_t first = add_party(market, "fund", "湿地修复基金");
    int64_t second = add_party(market, "fund", "竹林修复基金");
    anji_sale(market);
    assert_null(term_for(market, "net_of_cost", "70", "fund=1", "pool:1", TH_CONFLICT));
    market_refused(market, "recipient_several");
    const char *splits[] = {"village=1/2", "fund:竹林修复基金=1/3", "fund:湿地修复基金=1/6"};
    const struct th_request officer = {.login = "officer"};
    const struct th_term_input input = {.from = "2022-01-01",
                                        .basis = "net_of_cost",
                                        .ratio = "70",
                                        .splits = splits,
                                        .n_splits = 3,
                                        .scope = "pool:1",
                                        .document = market->document};
    struct th_json *reply = NULL;
    assert_ok(th_term_add(market->world.registry, &officer, &input, &reply, &market->err),
              &market->err);
    th_json_free(reply);
    reply = propose(market, "bank", NULL, TH_OK);
    assert_int_equal(get(reply, "distributed_fen"), 4195800);
    assert_int_equal(market_payment_fen(reply, second), 1398600); // a third
    assert_int_equal(market_payment_fen(reply, first), 699300);   // a sixth
    // Half of it, 20,979.00, by 2,509 and 4,773 of 7,282 t: 7,228.275… and 13,750.724….
    assert_int_equal(market_payment_fen(reply, MARKET_MAJIANONG), 722828);
    assert_int_equal(market_payment_fen(reply, MARKET_GAOJIATANG), 1375072);
    th_json_free(reply);
    splits[0] = "fund:竹林修复基金=2/3";
    reply = NULL;
    assert_status(th_term_add(market->world.registry, &officer, &input, &reply, &market->err),
                  TH_INVALID, &market->err); // named twice
    market_refused(market, "split_invalid");
    splits[0] = "village:竹林修复基金=1/2"; // of another kind
    assert_status(th_term_add(market->world.registry, &officer, &input, &reply, &market->err),
                  TH_INVALID, &market->err);
    market_refused(market, "split_invalid");
    assert_null(reply);
}

static struct th_json *settle(struct market *market, int64_t sale, const char *actual,
                              enum th_status want)
{
    const struct th_request request = {.login = "bank"};
    struct th_json *reply = NULL;
    assert_status(th_reserve_settle(market->world.registry, &request, sale, actual,
                                    market->document, &reply, &market->err),
                  want, &market->err);
    return reply;
}

static void reserve(struct market *market, int64_t sale, const char *amount)
{
    const struct th_request request = {.login = "bank"};
    struct th_json *reply = NULL;
    assert_ok(th_deduction_add(market->world.registry, &request, sale, "reserve", amount,
                               market->document, &reply, &market->err),
              &market->err);
    th_json_free(reply);
}

// Kecheng: all income goes to the villages after deductions; 5,000.00 is set aside, 3,200.00
// needed.
static void reserve__the_rest_goes_by_the_term_of_the_sale(void **state)
{
    struct market *market = *state;
    int64_t sale = anji_sale(market);
    th_json_free(term_for(market, "net_of_costs", "100", "village=1", NULL, TH_OK));
    assert_null(settle(market, sale, "1", TH_CONFLICT));
    market_refused(market, "reserve_missing");
    reserve(market, sale, "5,000.00");
    th_json_free(market_distribute(market, NULL, false, TH_OK));
    struct th_json *reply = settle(market, sale, "3,200.00", TH_OK);
    assert_int_equal(get(reply, "reserved_fen"), 500000);
    assert_int_equal(get(reply, "rest_fen"), 180000);
    th_json_free(reply);
    assert_null(settle(market, sale, "1", TH_CONFLICT));
    market_refused(market, "reserve_settled");
    // No receipt is new: the run is of the rest alone. A rejected one leaves it due.
    int64_t run_id = run_of(propose(market, "bank", NULL, TH_OK));
    th_json_free(market_decide_run(market, run_id, false, TH_OK));
    reply = market_distribute(market, NULL, false, TH_OK);
    assert_int_equal(get(reply, "distributed_fen"), 180000);
    const struct th_json *item = th_json_at(th_json_get(reply, "sales"), 0);
    assert_int_equal(get(item, "deductions_fen"), -180000);
    assert_int_equal(get(item, "receipts_fen"), 0);
    // 1,800.00 by 2,509 and 4,773 of 7,282 t: 620.186… and 1,179.813….
    assert_int_equal(market_payment_fen(reply, MARKET_MAJIANONG), 62019);
    assert_int_equal(market_payment_fen(reply, MARKET_GAOJIATANG), 117981);
    th_json_free(reply);
    reply = propose(market, "bank", NULL, TH_OK);
    assert_int_equal(get(reply, "distributed_fen"), 0);
    th_json_free(reply);
}

// A digit too many is refused, and so is a bill that the reserve does not cover: that one is a cost
// of its own.
static void reserve__is_settled_at_no_more_than_was_set_aside(void **state)
{
    struct market *market = *state;
    int64_t sale = anji_sale(market);
    th_json_free(term_for(market, "net_of_costs", "100", "village=1", NULL, TH_OK));
    reserve(market, sale, "1000.00");
    assert_null(settle(market, sale, "1,000.01", TH_CONFLICT));
    market_refused(market, "reserve_exceeded");
    assert_string_equal(th_error_arg_get(&market->err, "reserved"), "1,000.00");
    th_json_free(settle(market, sale, "1,000.00", TH_OK));
    const struct th_request request = {.login = "bank"};
    struct th_json *reply = NULL;
    assert_ok(th_deduction_add(market->world.registry, &request, sale, "fee", "500.00",
                               market->document, &reply, &market->err),
              &market->err);
    th_json_free(reply);
    reply = market_distribute(market, NULL, false, TH_OK);
    // 146,820.00 received, 86,880.00 paid for the units, 1,000.00 and 500.00 of costs.
    assert_int_equal(get(reply, "distributed_fen"), 14682000 - 8688000 - 100000 - 50000);
    th_json_free(reply);
}

static void reserve__settled_before_the_first_run_counts_as_what_it_cost(void **state)
{
    struct market *market = *state;
    int64_t sale = anji_sale(market);
    th_json_free(term_for(market, "net_of_costs", "100", "village=1", NULL, TH_OK));
    reserve(market, sale, "5000.00");
    th_json_free(settle(market, sale, "0", TH_OK));
    struct th_json *reply = market_distribute(market, NULL, false, TH_OK);
    assert_int_equal(get(reply, "distributed_fen"), 5994000);
    th_json_free(reply);
}

static enum th_status approve_as(struct market *market, const char *login, int64_t run_id)
{
    const struct th_request request = {.login = login};
    struct th_json *reply = NULL;
    enum th_status status =
        th_run_approve(market->world.registry, &request, run_id, NULL, &reply, &market->err);
    th_json_free(reply);
    return status;
}

static void set_alone(struct market *market, const char *yuan)
{
    const struct th_request officer = {.login = "officer"};
    const struct th_rule_set_options options = {
        .name = "deal_alone_cny", .value = yuan, .reason = "小额"};
    struct th_json *reply = NULL;
    assert_ok(th_rule_set(market->world.registry, &officer, &options, &reply, &market->err),
              &market->err);
    th_json_free(reply);
}

static void run__below_the_countys_threshold_one_person_suffices(void **state)
{
    struct market *market = *state;
    anji_sale(market);
    th_json_free(market_term(market, "net_of_cost", "70", "village=1", TH_OK));
    int64_t run_id = run_of(propose(market, "bank", NULL, TH_OK));
    set_alone(market, "41957.99"); // a fen too little
    assert_int_equal(approve_as(market, "bank", run_id), TH_NOT_PERMITTED);
    market_refused(market, "second_person");
    set_alone(market, "41958");
    assert_int_equal(approve_as(market, "bank", run_id), TH_OK);
    assert_int_equal(
        th_test_sql_int(market->world.store, "SELECT alone_rule_id FROM distribution_decision"), 2);
}

static bool waits(struct market *market, const char *login, const char *what)
{
    struct th_json *reply = NULL;
    bool found = false;
    assert_ok(th_inbox(market->world.registry, login, &reply, &market->err), &market->err);
    const struct th_json *items = th_json_get(reply, "items");
    for (size_t i = 0; i < th_json_size(items); i++) {
        const struct th_json *item = th_json_at(items, i);
        found = found || (strcmp(th_json_get_text(item, "what", ""), what) == 0 &&
                          th_json_get_int(item, "amount_fen", 0) == 4195800);
    }
    th_json_free(reply);
    return found;
}

static void run__waits_in_the_inbox_of_those_who_can_act(void **state)
{
    struct market *market = *state;
    anji_sale(market);
    th_json_free(market_term(market, "net_of_cost", "70", "village=1", TH_OK));
    int64_t run_id = run_of(propose(market, "bank", NULL, TH_OK));
    assert_true(waits(market, "officer", "revenue.approve"));
    assert_false(waits(market, "bank", "revenue.approve")); // who proposed it
    assert_false(waits(market, "clerk", "revenue.approve"));
    assert_false(waits(market, "bank", "payment.confirm"));
    th_json_free(market_decide_run(market, run_id, true, TH_OK));
    assert_false(waits(market, "officer", "revenue.approve"));
    assert_true(waits(market, "bank", "payment.confirm"));
}

static void run__for_several_sales_is_one_item_of_the_inbox(void **state)
{
    struct market *market = *state;
    struct th_json *reply = NULL;
    size_t n = 0;
    th_json_free(market_term(market, "net_of_cost", "70", "village=1", TH_OK));
    anji_sale(market);
    int64_t later = market_sold(market, "制药厂", "100", "80.00");
    th_json_free(market_receipt(market, later, "8000.00", TH_OK));
    assert_ok(th_inbox(market->world.registry, "bank", &reply, &market->err), &market->err);
    const struct th_json *items = th_json_get(reply, "items");
    for (size_t i = 0; i < th_json_size(items); i++) {
        const struct th_json *item = th_json_at(items, i);
        if (strcmp(th_json_get_text(item, "what", ""), "revenue.distribute") == 0) {
            assert_string_equal(th_json_get_text(item, "name", ""), "两山银行");
            n++;
        }
    }
    assert_int_equal(n, 1);
    th_json_free(reply);
}

static void assert_asked(struct market *market, const char *login, const char *what,
                         const char *command)
{
    struct th_json *reply = NULL;
    const struct th_json *found = NULL;
    assert_ok(th_inbox(market->world.registry, login, &reply, &market->err), &market->err);
    const struct th_json *items = th_json_get(reply, "items");
    for (size_t i = 0; i < th_json_size(items); i++) {
        const struct th_json *item = th_json_at(items, i);
        assert_string_not_equal(th_json_get_text(item, "what", ""), "revenue.distribute");
        found = strcmp(th_json_get_text(item, "what", ""), what) == 0 ? item : found;
    }
    assert_non_null(found);
    assert_string_equal(th_json_get_text(found, "subject", ""), "trade:2");
    assert_non_null(strstr(th_json_get_text(found, "command", ""), command));
    th_json_free(reply);
}

static void run__that_no_term_allows_is_told_with_the_reason(void **state)
{
    struct market *market = *state;
    assert_int_equal(anji_sale(market), 2);
    assert_asked(market, "bank", "revenue.term_missing", "tanhui revenue term list");
    assert_asked(market, "officer", "revenue.term_missing", "revenue term add --from 2022-05-20");
}

static void run__that_several_terms_keep_waiting_is_told_with_the_reason(void **state)
{
    struct market *market = *state;
    th_json_free(market_term(market, "net_of_cost", "70", "village=1", TH_OK));
    th_json_free(market_term(market, "gross", "50", "village=1", TH_OK));
    assert_int_equal(anji_sale(market), 2);
    assert_asked(market, "bank", "revenue.term_ambiguous", "--term TERM");
    assert_asked(market, "officer", "revenue.term_ambiguous", "revenue term end TERM");
}

// Three pools of both villages with odd tonnes, sold together: a village's exact share is the sum
// over the pools of q/Q × t/T, here over one denominator Q × T1 × T2 × T3.
static void run__over_several_pools_nobody_is_off_by_a_fen(void **state)
{
    enum { N_POOLS = 3 };
    static const int64_t TONNES[N_POOLS][2] = {{101, 307}, {53, 11}, {997, 1009}};
    static const int64_t DRAWN[N_POOLS] = {408, 64, 1234}; // oldest contract first
    struct market *market = *state;
    int128 exact[2] = {0, 0};
    int128 whole = 1;
    for (size_t i = 0; i < N_POOLS; i++) {
        char packages[32];
        for (size_t k = 0; k < 2; k++) {
            char name[32];
            (void)snprintf(name, sizeof(name), "%zu-%zu", i, k);
            (void)market_package(market, name, k == 0 ? MARKET_MAJIANONG : MARKET_GAOJIATANG,
                                 k == 0 ? MARKET_VILLAGE_1 : MARKET_VILLAGE_2, NULL, &TONNES[i][k],
                                 1, 0);
        }
        (void)snprintf(packages, sizeof(packages), "%zu %zu", 2 * i + 1, 2 * i + 2);
        market_bought(market, packages, "10.00");
        whole *= TONNES[i][0] + TONNES[i][1];
    }
    for (size_t i = 0; i < N_POOLS; i++) {
        for (size_t k = 0; k < 2; k++) {
            exact[k] += whole / (TONNES[i][0] + TONNES[i][1]) * DRAWN[i] * TONNES[i][k];
        }
    }
    whole *= 1706;
    int64_t sale = market_sold(market, "制药厂", "1706", "12.34");
    th_json_free(market_receipt(market, sale, "21052.04", TH_OK));
    const struct th_request officer = {.login = "officer"};
    const char *splits[] = {"village=2/3", "township=1/3"};
    const struct th_term_input term = {.from = "2022-01-01",
                                       .basis = "gross",
                                       .ratio = "77.77",
                                       .splits = splits,
                                       .n_splits = 2,
                                       .document = market->document};
    struct th_json *reply = NULL;
    assert_ok(th_term_add(market->world.registry, &officer, &term, &reply, &market->err),
              &market->err);
    th_json_free(reply);
    reply = market_distribute(market, NULL, false, TH_OK);
    int64_t distributed_fen = get(reply, "distributed_fen");
    assert_int_equal(distributed_fen, 1637217); // 21,052.04 × 0.7777 = 16,372.171508
    int64_t given_fen = market_payment_fen(reply, MARKET_TOWNSHIP);
    assert_int_equal(given_fen, 545739); // a third
    for (size_t k = 0; k < 2; k++) {
        int64_t fen = market_payment_fen(reply, k == 0 ? MARKET_MAJIANONG : MARKET_GAOJIATANG);
        int128 off = exact[k] * distributed_fen * 2 - whole * 3 * fen;
        assert_true(off < whole * 3 && -off < whole * 3);
        given_fen += fen;
    }
    assert_int_equal(given_fen, distributed_fen);
    th_json_free(reply);
}

// Seven sales out of one pool of 2,509 and 4,773 t, of the gross of which 70 % go back. With each
// rounded by itself the first village would be off by 1.03 fen.
static void run__over_several_sales_is_rounded_once(void **state)
{
    static const int64_t TONNES[] = {1, 3, 1, 7, 1, 2, 1};
    struct market *market = *state;
    int64_t sum_fen = 0;
    int64_t sales[7];
    market_anji(market);
    market_bought(market, "1 2", "43.44");
    th_json_free(market_term(market, "gross", "70", "village=1", TH_OK));
    for (size_t i = 0; i < 7; i++) {
        char tonnes[8];
        char amount[32];
        int64_t fen = TONNES[i] * 7341; // at 73.41
        (void)snprintf(tonnes, sizeof(tonnes), "%lld", (long long)TONNES[i]);
        (void)snprintf(amount, sizeof(amount), "%lld.%02lld", (long long)fen / 100,
                       (long long)fen % 100);
        sales[i] = market_sold(market, "制药厂", tonnes, "73.41");
        th_json_free(market_receipt(market, sales[i], amount, TH_OK));
        sum_fen += fen * 7 / 10;
    }
    struct th_json *reply = market_distribute(market, NULL, false, TH_OK);
    const struct th_json *list = th_json_get(reply, "sales");
    int64_t first_fen = 0;
    int64_t by_itself_fen = 0;
    for (size_t i = 0; i < 7; i++) {
        const struct th_json *payments = th_json_get(th_json_at(list, i), "payments");
        int64_t distributed_fen = get(th_json_at(list, i), "distributed_fen");
        int64_t fen = get(th_json_at(payments, 0), "amount_fen");
        assert_int_equal(get(th_json_at(list, i), "trade_id"), sales[i]);
        assert_int_equal(fen + get(th_json_at(payments, 1), "amount_fen"), distributed_fen);
        first_fen += fen;
        by_itself_fen += (distributed_fen * 2509 * 2 + 7282) / (7282 * 2); // of two: the nearest
    }
    // 82,215 fen × 2509 / 7282 = 28,327.03….
    assert_int_equal(get(reply, "distributed_fen"), sum_fen);
    assert_int_equal(sum_fen, 82215);
    assert_int_equal(first_fen, 28327);
    assert_int_equal(market_payment_fen(reply, MARKET_MAJIANONG), first_fen);
    assert_int_equal(market_payment_fen(reply, MARKET_GAOJIATANG), sum_fen - first_fen);
    // The tonnes behind it are those of the pool, however many sales drew on it.
    const struct th_json *payment = th_json_at(th_json_get(reply, "payments"), 0);
    assert_int_equal(get(payment, "weight_t"), 2509);
    assert_int_equal(get(payment, "pool_t"), 7282);
    assert_int_equal(by_itself_fen, 28326);
    th_json_free(reply);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, market_setup, market_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(run__for_several_sales_is_one_item_of_the_inbox),
        TEST(run__that_no_term_allows_is_told_with_the_reason),
        TEST(run__that_several_terms_keep_waiting_is_told_with_the_reason),
        TEST(run__owes_nothing_before_a_second_person_approves_it),
        TEST(run__of_nothing_says_that_no_money_arrived),
        TEST(run__neither_counts_nor_is_approved_before_its_days_are_over),
        TEST(deduct__while_a_run_holds_the_sale_names_the_run),
        TEST(deduct__by_a_term_that_takes_off_no_costs_warns_that_it_changes_nothing),
        TEST(run__proposed_takes_its_receipts_until_it_is_rejected),
        TEST(run__below_the_countys_threshold_one_person_suffices),
        TEST(run__waits_in_the_inbox_of_those_who_can_act),
        TEST(run__over_several_pools_nobody_is_off_by_a_fen),
        TEST(run__over_several_sales_is_rounded_once),
        TEST(preview__terms_of_three_kinds_side_by_side),
        TEST(preview__refuses_too_many_ratios),
        TEST(term__the_most_special_one_holds),
        TEST(term__scopes_that_are_none_are_refused),
        TEST(term__means_the_fund_that_was_there_when_it_was_agreed),
        TEST(term__a_fund_among_several_is_named),
        TEST(reserve__the_rest_goes_by_the_term_of_the_sale),
        TEST(reserve__is_settled_at_no_more_than_was_set_aside),
        TEST(reserve__settled_before_the_first_run_counts_as_what_it_cost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
