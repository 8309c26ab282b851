// Members with their shares: the household of Anji, rolls read from files, ten thousand members,
// and what contracts of households come to.
#include <stdio.h>
#include <stdlib.h>

#include "core/buf.h"
#include "core/file.h"
#include "core/text.h"
#include "methodology/random.h"
#include "store/ground/tenure_store.h"
#include "store/people/party_store.h"
#include "tests/integration/market.h"
#include "tests/unit/case_file.h"
#include "trading/member/member.h"
#include "trading/payment/payment.h"

__extension__ typedef __int128 int128;

static int64_t get(const struct th_json *object, const char *key)
{
    return th_json_get_int(object, key, -1);
}

static int64_t add_party(struct market *market, const char *kind, const char *name,
                         const char *village)
{
    struct th_party party = {0};
    int64_t party_id = 0;
    struct th_posting *posting = market_begin(market);
    (void)snprintf(party.kind, sizeof(party.kind), "%s", kind);
    (void)snprintf(party.name, sizeof(party.name), "%s", name);
    (void)snprintf(party.village, sizeof(party.village), "%s", village);
    assert_ok(th_party_insert(market->world.store, &party, th_posting_seq(posting), &party_id,
                              &market->err),
              &market->err);
    assert_int_equal(market_commit(market, posting), TH_OK);
    return party_id;
}

static struct th_json *add_share_as(struct market *market, const char *login, const char *group,
                                    const char *member, const char *share, const char *from,
                                    enum th_status want)
{
    const struct th_request request = {.login = login};
    const struct th_share_input input = {.group = group,
                                         .member = member,
                                         .share = share,
                                         .from = from,
                                         .document = market->document};
    struct th_json *reply = NULL;
    assert_status(th_share_add(market->world.registry, &request, &input, &reply, &market->err),
                  want, &market->err);
    return reply;
}

static struct th_json *add_share(struct market *market, const char *group, const char *member,
                                 const char *share, const char *from, enum th_status want)
{
    return add_share_as(market, "officer", group, member, share, from, want);
}

// 2,000 t of Majianong's own pool, paid.
static void sell_majianong(struct market *market)
{
    market_anji(market);
    market_bought(market, "1", "43.44");
    int64_t sale = market_sold(market, "制药厂", "2000", "73.41");
    th_json_free(market_receipt(market, sale, "146820.00", TH_OK));
}

static void pay(struct market *market, const char *party)
{
    const struct th_request request = {.login = "bank"};
    const struct th_payment_input input = {.run_id = 1, .party = party, .on = "2023-01-05"};
    struct th_json *reply = NULL;
    assert_ok(th_payment_confirm(market->world.registry, &request, &input, &reply, &market->err),
              &market->err);
    th_json_free(reply);
}

static void member__household_of_anji_has_four_429ths(void **state)
{
    struct market *market = *state;
    struct case_file from = case_file_open("anji-household");
    const struct th_json *inputs = from.inputs;
    char share[64];
    int64_t household = add_party(market, "household", "张某户", MARKET_VILLAGE_1);
    int64_t others = add_party(market, "household", "其余各户", MARKET_VILLAGE_1);
    (void)snprintf(share, sizeof(share), "%s/%s", th_json_get_text(inputs, "household_mu", ""),
                   th_json_get_text(inputs, "village_mu", ""));
    const struct th_request request = {.login = "officer"};
    const struct th_share_input input = {.group = "马家弄村",
                                         .member = "张某户",
                                         .share = share,
                                         .from = "2021-01-01",
                                         .expected = th_json_get_text(inputs, "expected_cny", ""),
                                         .document = market->document};
    struct th_json *reply = NULL;
    assert_ok(th_share_add(market->world.registry, &request, &input, &reply, &market->err),
              &market->err);
    assert_string_equal(th_json_get_text(reply, "share", ""),
                        th_json_get_text(from.computed, "share", "none"));
    assert_int_equal(get(reply, "expected_fen"), 480000);
    th_json_free(reply);
    sell_majianong(market);
    th_json_free(market_term(market, "net_of_cost", "70", "member=1", TH_OK));
    // One household is not the village: nothing is shared before all shares are known.
    assert_null(market_distribute(market, NULL, false, TH_CONFLICT));
    market_refused(market, "shares_incomplete");
    th_json_free(add_share(market, "马家弄村", "其余各户", "2125/2145", "2021-01-01", TH_OK));
    reply = market_distribute(market, NULL, false, TH_OK);
    // 41,958.00 × 4/429 = 391.2167…; × 425/429 = 41,566.7832….
    assert_int_equal(get(reply, "distributed_fen"), 4195800);
    assert_int_equal(market_payment_fen(reply, household), 39122);
    assert_int_equal(market_payment_fen(reply, others), 4156678);
    const struct th_json *payment = th_json_at(th_json_get(reply, "payments"), 0);
    assert_int_equal(get(payment, "group"), MARKET_MAJIANONG);
    assert_string_equal(th_json_get_text(payment, "share", ""), "4/429");
    th_json_free(reply);
    // The household's own statement: what it was promised is told apart from what it gets.
    reply = NULL;
    assert_ok(th_revenue_statement(market->world.registry, NULL, "张某户", &reply, &market->err),
              &market->err);
    const struct th_json *party = th_json_at(th_json_get(reply, "parties"), 0);
    assert_int_equal(get(party, "revenue_fen"), 39122);
    assert_int_equal(get(party, "paid_fen"), 0);
    const struct th_json *membership = th_json_at(th_json_get(party, "memberships"), 0);
    assert_int_equal(get(membership, "expected_fen"), 480000);
    assert_string_equal(th_json_get_text(membership, "share", ""), "4/429");
    payment = th_json_at(th_json_get(party, "payments"), 0);
    assert_string_equal(th_json_get_text(payment, "group_name", ""), "马家弄村");
    assert_string_equal(th_json_get_text(payment, "share", ""), "4/429");
    assert_string_equal(th_json_get_text(payment, "state", ""), "owed");
    th_json_free(reply);
    pay(market, "张某户");
    reply = NULL;
    assert_ok(th_revenue_statement(market->world.registry, NULL, "张某户", &reply, &market->err),
              &market->err);
    party = th_json_at(th_json_get(reply, "parties"), 0);
    assert_int_equal(get(party, "paid_fen"), 39122);
    payment = th_json_at(th_json_get(party, "payments"), 0);
    assert_string_equal(th_json_get_text(payment, "paid_on", ""), "2023-01-05");
    th_json_free(reply);
    case_file_close(&from);
}

static void member__of_a_cooperative_that_holds_the_package(void **state)
{
    struct market *market = *state;
    const int64_t tonnes_t = 100;
    int64_t cooperative = add_party(market, "cooperative", "竹林合作社", MARKET_VILLAGE_1);
    int64_t one = add_party(market, "household", "甲户", MARKET_VILLAGE_1);
    int64_t two = add_party(market, "household", "乙户", MARKET_VILLAGE_2);
    market_package(market, "合作社", cooperative, MARKET_VILLAGE_1, NULL, &tonnes_t, 1, 0);
    market_bought(market, "1", "10.00");
    int64_t sale = market_sold(market, "制药厂", "100", "20.00");
    // What the cooperative held is its members', and not those of the village around it.
    assert_null(add_share_as(market, "clerk", "竹林合作社", "甲户", "0.25", "2021-01-01",
                             TH_NOT_PERMITTED));
    market_refused(market, "share_agreed");
    th_json_free(add_share_as(market, "clerk", "马家弄村", "甲户", "1/2", "2021-01-01", TH_OK));
    th_json_free(add_share(market, "竹林合作社", "甲户", "0.25", "2021-01-01", TH_OK));
    th_json_free(add_share(market, "竹林合作社", "乙户", "0.75", "2021-01-01", TH_OK));
    th_json_free(market_term(market, "net_of_cost", "100", "member=1", TH_OK));
    th_json_free(market_receipt(market, sale, "2000.00", TH_OK));
    struct th_json *reply = market_distribute(market, NULL, false, TH_OK);
    assert_int_equal(market_payment_fen(reply, one), 25000);
    assert_int_equal(market_payment_fen(reply, two), 75000);
    th_json_free(reply);
}

static void share__later_one_takes_the_place_and_zero_ends_it(void **state)
{
    struct market *market = *state;
    struct th_json *reply = NULL;
    add_party(market, "household", "甲户", MARKET_VILLAGE_1);
    add_party(market, "household", "乙户", MARKET_VILLAGE_1);
    th_json_free(add_share(market, "马家弄村", "甲户", "2/3", "2021-01-01", TH_OK));
    assert_null(add_share(market, "马家弄村", "乙户", "1/2", "2021-06-01", TH_CONFLICT));
    market_refused(market, "shares_too_much");
    assert_null(add_share(market, "马家弄村", "甲户", "1/2", "2020-06-01", TH_CONFLICT));
    market_refused(market, "share_overlaps"); // a later row stands
    th_json_free(add_share(market, "马家弄村", "甲户", "0", "2022-01-01", TH_OK));
    th_json_free(add_share(market, "马家弄村", "乙户", "1", "2022-01-01", TH_OK));
    assert_null(add_share(market, "马家弄村", "甲户", "1/9", "2023-01-01", TH_CONFLICT));
    market_refused(market, "shares_too_much");
    assert_ok(th_share_list(market->world.registry, "马家弄村", "2021-12-31", &reply, &market->err),
              &market->err);
    const struct th_json *sum = th_json_at(th_json_get(reply, "share_sums"), 0);
    assert_string_equal(th_json_get_text(sum, "sum", ""), "2/3");
    assert_false(th_json_get_bool(sum, "whole", true));
    th_json_free(reply);
    reply = NULL;
    assert_ok(th_share_list(market->world.registry, NULL, "2022-01-01", &reply, &market->err),
              &market->err);
    assert_int_equal(th_json_size(th_json_get(reply, "shares")), 1);
    assert_true(th_json_get_bool(th_json_at(th_json_get(reply, "share_sums"), 0), "whole", false));
    th_json_free(reply);
}

static void share__refusals(void **state)
{
    struct market *market = *state;
    static const struct {
        const char *group, *member, *share, *from;
        enum th_status status;
        const char *key;
    } CASES[] = {
        {"马家弄村", "竹农", "-1/2", "2021-01-01", TH_INVALID, "share_invalid"},
        {"马家弄村", "竹农", "1.01", "2021-01-01", TH_INVALID, "share_invalid"},
        {"马家弄村", "竹农", "half", "2021-01-01", TH_INVALID, "share_invalid"},
        {"马家弄村", "竹农", "1/1000000001", "2021-01-01", TH_INVALID, "share_invalid"},
        {"制药厂", "竹农", "1/2", "2021-01-01", TH_INVALID, "share_group"},
        {"马家弄村", "两山银行", "1/2", "2021-01-01", TH_INVALID, "share_member"},
        {"马家弄村", "马家弄村", "1/2", "2021-01-01", TH_INVALID, "share_member"},
        {"马家弄村", "没有的人", "1/2", "2021-01-01", TH_NOT_FOUND, "party_not_found"},
        {"马家弄村", "竹农", "1/2", "2021-13-01", TH_INVALID, "date_invalid"},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        assert_null(add_share(market, CASES[i].group, CASES[i].member, CASES[i].share,
                              CASES[i].from, CASES[i].status));
        market_refused(market, CASES[i].key);
    }
}

static struct th_json *import_as(struct market *market, const char *login, const char *text,
                                 size_t size, const char *add_kind, enum th_status want)
{
    char path[TH_TEST_PATH_SIZE];
    const struct th_request request = {.login = login};
    struct th_json *reply = NULL;
    th_test_path(path, market->world.folder, "roll.csv");
    assert_ok(th_file_write(path, text, size, &market->err), &market->err);
    const struct th_share_import_input input = {.source = path, .add_kind = add_kind};
    assert_status(th_share_import(market->world.registry, &request, &input, &reply, &market->err),
                  want, &market->err);
    return reply;
}

static struct th_json *import(struct market *market, const char *text, size_t size,
                              const char *add_kind, enum th_status want)
{
    return import_as(market, "officer", text, size, add_kind, want);
}

static const char *problem(const struct th_json *reply, int64_t row)
{
    const struct th_json *problems = th_json_get(reply, "problems");
    for (size_t i = 0; i < th_json_size(problems); i++) {
        if (get(th_json_at(problems, i), "row") == row) {
            return th_json_get_text(th_json_at(problems, i), "code", "");
        }
    }
    return "";
}

static void import__good_rows_are_booked_and_others_told(void **state)
{
    struct market *market = *state;
    static const char ROLL[] = "集体,户名,份额,面积（亩）,总面积（亩）,开始日期,预计年收入（元）\n"
                               "马家弄村,张某户,,20,2145,2021-01-01,4800\n"
                               "马家弄村,李某户,1/429,,,2021/1/1,\n"
                               "马家弄村,王某户,2,,,2021-01-01,\n"
                               "没有的村,赵某户,1/3,,,2021-01-01,\n"
                               "马家弄村,孙某户,1/3,,,明天,\n"
                               "制药厂,钱某户,1/3,,,2021-01-01,\n"
                               "马家弄村,李某户,1/400,,,2021-01-01,\n";
    struct th_json *reply = import(market, ROLL, sizeof(ROLL) - 1, NULL, TH_OK);
    assert_int_equal(get(reply, "accepted"), 0); // nobody of them is known
    assert_string_equal(problem(reply, 2), "party_not_found");
    th_json_free(reply);
    reply = import(market, ROLL, sizeof(ROLL) - 1, "household", TH_OK);
    assert_int_equal(get(reply, "read"), 7);
    assert_int_equal(get(reply, "accepted"), 2);
    assert_int_equal(get(reply, "parties_added"), 2);
    assert_string_equal(problem(reply, 4), "share_invalid");
    assert_string_equal(problem(reply, 5), "party_not_found");
    assert_string_equal(problem(reply, 6), "share_date");
    assert_string_equal(problem(reply, 7), "share_group");
    assert_string_equal(problem(reply, 8), "share_overlaps");
    th_json_free(reply);
    // The same file again says nothing new.
    reply = import(market, ROLL, sizeof(ROLL) - 1, "household", TH_OK);
    assert_int_equal(get(reply, "accepted"), 0);
    assert_int_equal(get(reply, "unchanged"), 2);
    th_json_free(reply);
    assert_int_equal(th_test_sql_int(market->world.store, "SELECT expected_fen FROM member_share"),
                     480000);
    assert_int_equal(
        th_test_sql_int(market->world.store, "SELECT count(*) FROM party WHERE kind = 'household'"),
        2);
}

static void import__more_than_the_whole_books_nothing(void **state)
{
    struct market *market = *state;
    static const char ROLL[] = "group,member,share,from\n"
                               "马家弄村,a,1/2,2021-01-01\n马家弄村,b,1/2,2021-01-01\n"
                               "马家弄村,c,1/1000,2021-01-01\n";
    static const char HEADLESS[] = "group,member,from\n马家弄村,a,2021-01-01\n";
    struct th_hash before = th_test_content(market->world.store);
    assert_null(import(market, ROLL, sizeof(ROLL) - 1, "household", TH_CONFLICT));
    market_refused(market, "shares_too_much");
    assert_null(import(market, HEADLESS, sizeof(HEADLESS) - 1, NULL, TH_INVALID));
    market_refused(market, "share_columns");
    assert_null(import(market, ROLL, sizeof(ROLL) - 1, "bank", TH_INVALID));
    market_refused(market, "share_add_kind");
    struct th_hash after = th_test_content(market->world.store);
    assert_memory_equal(&before, &after, sizeof(before));
}

// Who shares a sale stands with its day: what moves it is no clerk's alone. The village that sold
// nothing is free, and so is everything after the sale, and all of it as long as none was agreed.
static void share__over_an_agreed_sale_is_recorded_by_an_officer(void **state)
{
    struct market *market = *state;
    add_party(market, "household", "甲户", MARKET_VILLAGE_1);
    add_party(market, "household", "乙户", MARKET_VILLAGE_1);
    add_party(market, "household", "丙户", MARKET_VILLAGE_2);
    market_anji(market);
    market_bought(market, "1", "43.44");
    th_json_free(add_share_as(market, "clerk", "马家弄村", "甲户", "1/2", "2021-01-01", TH_OK));
    int64_t pending = market_id(market_sell(market, "制药厂", "2000", "73.41", NULL, TH_OK));
    th_json_free(add_share_as(market, "clerk", "马家弄村", "乙户", "1/4", "2021-01-01", TH_OK));
    th_json_free(market_approve(market, pending, TH_OK)); // of 2022-05-20
    assert_null(
        add_share_as(market, "clerk", "马家弄村", "甲户", "0", "2022-05-20", TH_NOT_PERMITTED));
    market_refused(market, "share_agreed");
    assert_string_equal(th_error_arg_get(&market->err, "on"), "2022-05-20");
    th_json_free(add_share_as(market, "clerk", "马家弄村", "乙户", "1/8", "2022-05-21", TH_OK));
    th_json_free(add_share_as(market, "clerk", "高家堂村", "丙户", "1/2", "2021-01-01", TH_OK));
    th_json_free(add_share_as(market, "officer", "马家弄村", "甲户", "0", "2022-05-20", TH_OK));
}

static void import__over_an_agreed_sale_is_told(void **state)
{
    struct market *market = *state;
    static const char ROLL[] = "group,member,share,from\n"
                               "马家弄村,a,1/2,2021-01-01\n马家弄村,b,1/2,2022-06-01\n"
                               "高家堂村,c,1/2,2021-01-01\n";
    sell_majianong(market);
    struct th_json *reply = import_as(market, "clerk", ROLL, sizeof(ROLL) - 1, "household", TH_OK);
    assert_int_equal(get(reply, "accepted"), 2);
    assert_int_equal(get(reply, "parties_added"), 2); // nobody for a row that was not booked
    assert_string_equal(problem(reply, 2), "share_agreed");
    th_json_free(reply);
}

enum { N_MEMBERS = 10000, N_FIRST = 4000 }; // of both villages, and of the first

struct roll {
    int64_t weights[N_MEMBERS];
    int64_t sums[2]; // by village
};

// Members with random weights, which are their shares over the sum of their village.
static void make_roll(struct market *market, struct roll *roll)
{
    struct th_buf text;
    const uint32_t key[2] = {9, 2022};
    th_buf_init(&text, 1 << 21);
    th_buf_append_str(&text, "group,member,share,from\n");
    roll->sums[0] = roll->sums[1] = 0;
    for (uint32_t i = 0; i < N_MEMBERS; i++) {
        const uint32_t counter[4] = {i, 0, 0, 0};
        uint32_t words[4];
        th_random_philox(counter, key, words);
        roll->weights[i] = 1 + words[0] % (words[1] % 16 == 0 ? 150000 : 3000);
        roll->sums[i >= N_FIRST] += roll->weights[i];
    }
    for (size_t i = 0; i < N_MEMBERS; i++) {
        bool second = i >= N_FIRST;
        th_buf_printf(&text, "%d,member-%zu,%lld/%lld,2021-01-01\n",
                      second ? MARKET_GAOJIATANG : MARKET_MAJIANONG, i, (long long)roll->weights[i],
                      (long long)roll->sums[second]);
    }
    assert_ok(th_buf_check(&text, &market->err), &market->err);
    struct th_json *reply =
        import(market, th_buf_text(&text), strlen(th_buf_text(&text)), "household", TH_OK);
    assert_int_equal(get(reply, "accepted"), N_MEMBERS);
    th_json_free(reply);
    th_buf_clear(&text);
}

// Six tenths go to the members of both villages, by tonnes and then by shares; four tenths to the
// township. Exactly: amount = D × 6 t w / (10 × 7282 × W), compared without division.
static void distribute__ten_thousand_members_never_off_by_a_fen(void **state)
{
    struct market *market = *state;
    static struct roll roll;
    static const int64_t TONNES[] = {2509, 4773};
    const struct th_request officer = {.login = "officer"};
    const char *splits[] = {"member=3/5", "township=2/5"};
    const struct th_term_input term = {.from = "2022-01-01",
                                       .basis = "net_of_cost",
                                       .ratio = "70",
                                       .splits = splits,
                                       .n_splits = 2,
                                       .document = market->document};
    struct th_json *reply = NULL;
    market_anji(market);
    market_bought(market, "1 2", "43.44");
    int64_t sale = market_sold(market, "制药厂", "2000", "73.41");
    make_roll(market, &roll);
    assert_ok(th_term_add(market->world.registry, &officer, &term, &reply, &market->err),
              &market->err);
    th_json_free(reply);
    th_json_free(market_receipt(market, sale, "146820.00", TH_OK));
    reply = market_distribute(market, NULL, false, TH_OK);
    int64_t distributed_fen = get(reply, "distributed_fen");
    assert_int_equal(distributed_fen, 4195800);
    const struct th_json *payments = th_json_get(reply, "payments");
    assert_int_equal(th_json_size(payments), N_MEMBERS + 1);
    int64_t given_fen = 0;
    for (size_t i = 0; i < th_json_size(payments); i++) {
        const struct th_json *payment = th_json_at(payments, i);
        int64_t amount_fen = get(payment, "amount_fen");
        const char *digits = strchr(th_json_get_text(payment, "name", ""), '-');
        int64_t index = 0;
        given_fen += amount_fen;
        if (!digits) {                             // the township
            assert_int_equal(amount_fen, 1678320); // 41,958.00 × 2/5
            continue;
        }
        assert_true(th_text_parse_int(digits + 1, 0, N_MEMBERS - 1, &index));
        size_t village = index >= N_FIRST;
        int128 whole = (int128)10 * 7282 * roll.sums[village];
        int128 exact = (int128)distributed_fen * 6 * TONNES[village] * roll.weights[index];
        int128 off = exact - whole * amount_fen;
        assert_true(off < whole && -off < whole);
    }
    assert_int_equal(given_fen, distributed_fen);
    th_json_free(reply);
}

static void add_tenure(struct market *market, const char *number, const char *household,
                       const char *mu, int64_t rent_fen, int64_t guarantee_fen, struct th_date from,
                       struct th_date to)
{
    struct th_posting *posting = market_begin(market);
    struct th_tenure tenure = {.holder_id = MARKET_MAJIANONG,
                               .from = from,
                               .to = to,
                               .has_rent = rent_fen > 0,
                               .rent = th_money_from_fen(rent_fen),
                               .has_guarantee = guarantee_fen > 0,
                               .guarantee = th_money_from_fen(guarantee_fen),
                               .dividend = {1, 2},
                               .seq = th_posting_seq(posting)};
    int64_t tenure_id = 0;
    (void)snprintf(tenure.number, sizeof(tenure.number), "%s", number);
    (void)snprintf(tenure.household, sizeof(tenure.household), "%s", household);
    if (mu) {
        tenure.has_declared = true;
        assert_ok(th_area_parse_mu(mu, &tenure.declared, &market->err), &market->err);
    }
    assert_ok(th_tenure_insert(market->world.store, &tenure, &tenure_id, &market->err),
              &market->err);
    assert_int_equal(market_commit(market, posting), TH_OK);
}

static void rent__falls_due_when_a_year_of_the_contract_begins(void **state)
{
    struct market *market = *state;
    struct th_json *reply = NULL;
    add_tenure(market, "1", "甲户", "20.00", 30000, 0, (struct th_date){2021, 6, 1},
               (struct th_date){2051, 5, 31});
    add_tenure(market, "2", "甲户", "0.33", 10000, 0, (struct th_date){2020, 2, 29},
               (struct th_date){2022, 2, 28});
    add_tenure(market, "3", "乙户", "10.50", 0, 20001, (struct th_date){2022, 1, 1},
               (struct th_date){2022, 12, 31});
    add_tenure(market, "4", "丙户", NULL, 10000, 0, (struct th_date){2022, 1, 1},
               (struct th_date){2023, 12, 31});
    add_tenure(market, "5", "丁户", "5.00", 10000, 0, (struct th_date){2022, 8, 1},
               (struct th_date){2023, 7, 31});
    assert_ok(th_rent_due(market->world.registry, "2023", NULL, &reply, &market->err),
              &market->err);
    assert_int_equal(get(reply, "total_fen"), 600000); // 20 mu × 300.00; the fifth ends before
    assert_int_equal(th_json_size(th_json_get(reply, "unknown")), 1);
    th_json_free(reply);
    reply = NULL;
    assert_ok(th_rent_due(market->world.registry, "2022", "马家弄村", &reply, &market->err),
              &market->err);
    // 6,000.00 + 33.00 + 10.5 × 200.01 = 2,100.105, up to 2,100.11 + 500.00
    assert_int_equal(get(reply, "total_fen"), 600000 + 3300 + 210011 + 50000);
    const struct th_json *households = th_json_get(reply, "households");
    assert_int_equal(th_json_size(households), 3);
    for (size_t i = 0; i < 3; i++) {
        const struct th_json *item = th_json_at(households, i);
        if (strcmp(th_json_get_text(item, "household", ""), "甲户") == 0) {
            assert_int_equal(get(item, "amount_fen"), 603300);
        }
    }
    const struct th_json *second = th_json_at(th_json_get(reply, "contracts"), 1);
    assert_string_equal(th_json_get_text(second, "due_on", ""), "2022-02-28");
    th_json_free(reply);
    reply = NULL;
    assert_status(th_rent_due(market->world.registry, "22", NULL, &reply, &market->err), TH_INVALID,
                  &market->err);
    market_refused(market, "year_invalid");
    assert_null(reply);
}

static void rent__of_a_parcel_that_two_contracts_state_whole_is_warned_of(void **state)
{
    // Each parcel measures 21,000 m², 31.5 mu: two thirds are 21 mu, a third is 10.5.
    static const struct {
        const char *contract, *mu;
        struct th_ratio share;
    } GIVEN[] = {{"1", "21.00", {2, 3}},
                 {"2", "12.50", {1, 3}}, // the rule allows a fifth more
                 {"3", "31.50", {2, 3}},
                 {"4", "31.50", {1, 3}}};
    struct market *market = *state;
    struct th_json *reply = NULL;
    for (size_t i = 0; i < 4; i++) {
        add_tenure(market, GIVEN[i].contract, "甲户", GIVEN[i].mu, 10000, 0,
                   (struct th_date){2022, 1, 1}, (struct th_date){2026, 12, 31});
        struct th_posting *posting = market_begin(market);
        int64_t parcel_id = (int64_t)i / 2 + 1;
        if (i % 2 == 0) {
            assert_int_equal(
                market_parcel(market, MARKET_VILLAGE_1, (int)i, th_posting_seq(posting)),
                parcel_id);
        }
        assert_ok(th_tenure_parcel_insert(market->world.store, (int64_t)i + 1, parcel_id,
                                          GIVEN[i].share, &market->err),
                  &market->err);
        assert_int_equal(market_commit(market, posting), TH_OK);
        assert_ok(th_rent_due(market->world.registry, "2022", NULL, &reply, &market->err),
                  &market->err);
        assert_int_equal(th_json_size(th_json_get(reply, "warnings")), i < 2 ? 0 : 1);
        const struct th_json *last = th_json_at(th_json_get(reply, "contracts"), i);
        assert_int_equal(th_json_get_real(last, "ground_mu", -1) * 100, i % 2 == 0 ? 2100 : 1050);
        th_json_free(reply);
        reply = NULL;
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, market_setup, market_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(member__household_of_anji_has_four_429ths),
        TEST(member__of_a_cooperative_that_holds_the_package),
        TEST(share__later_one_takes_the_place_and_zero_ends_it),
        TEST(share__refusals),
        TEST(import__good_rows_are_booked_and_others_told),
        TEST(share__over_an_agreed_sale_is_recorded_by_an_officer),
        TEST(import__over_an_agreed_sale_is_told),
        TEST(import__more_than_the_whole_books_nothing),
        TEST(distribute__ten_thousand_members_never_off_by_a_fen),
        TEST(rent__falls_due_when_a_year_of_the_contract_begins),
        TEST(rent__of_a_parcel_that_two_contracts_state_whole_is_warned_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
