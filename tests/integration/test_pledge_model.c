// Thousands of random pledges, ranks, releases, enforcements, listings, acceptances and withdrawals
// against a model that knows only how many tonnes each party holds and each deal keeps from it.
// The seed is printed; TANHUI_TEST_SEED runs the same sequence again.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/text.h"
#include "store/deal/money_store.h"
#include "tests/integration/market.h"
#include "trading/pledge/pledge.h"
#include "trading/spot/listing.h"

enum { N_STEPS = 2500, MAX_DEALS = 4000, COMPARE_EVERY = 125 };

enum kind { PLEDGE, RANK, RELEASE, ENFORCEMENT, LISTING, ACCEPTANCE, N_KINDS };

struct deal { // index + 1 is the number of the trade, as the market has no others
    enum kind kind;
    int state; // 0 proposed, 1 approved, 2 rejected
    int64_t holder;
    int64_t other; // pledgee or buyer
    int64_t tonnes;
    size_t of;    // the deal it acts on; of a rank: the first pledge
    int64_t kept; // under its own lock
    int64_t price_fen;
    // Of a pledge.
    int64_t lacking; // promised, not yet under its lock, not given up
    int64_t waived;  // of a release: what it gives up
    size_t place;    // order of approval
    bool withdrawn;  // of a listing
    bool gave_back;  // and then something was left
};

struct model {
    struct market *market;
    uint64_t seed;
    struct deal deals[MAX_DEALS];
    size_t n;
    size_t first; // trades that were there before
    size_t places;
    int64_t held[MARKET_N_PARTIES + 1];
    int64_t claim_fen[MARKET_N_PARTIES + 1];
    int n_done[N_KINDS];
    int n_refused;
    int n_passed; // tonnes that went from one pledge to another
};

static uint64_t chance(struct model *model, uint64_t below)
{
    model->seed = model->seed * 6364136223846793005u + 1442695040888963407u;
    return (model->seed >> 33) % below;
}

static const char *number(int64_t value, char buf[24])
{
    snprintf(buf, 24, "%lld", (long long)value);
    return buf;
}

static int64_t trade_id(const struct model *model, size_t at)
{
    return (int64_t)(model->first + at + 1);
}

static size_t root_of(const struct model *model, size_t at)
{
    return model->deals[at].kind == RANK ? model->deals[at].of : at;
}

static bool in_chain(const struct model *model, size_t at, size_t root)
{
    const struct deal *deal = &model->deals[at];
    return deal->state == 1 && (deal->kind == PLEDGE || deal->kind == RANK) &&
           root_of(model, at) == root;
}

static int64_t chain_kept(const struct model *model, size_t root)
{
    int64_t sum = 0;
    for (size_t i = 0; i < model->n; i++) {
        sum += in_chain(model, i, root) ? model->deals[i].kept : 0;
    }
    return sum;
}

// What proposed deals took from a pledge's lock.
static int64_t deciding(const struct model *model, size_t at)
{
    int64_t sum = 0;
    for (size_t i = 0; i < model->n; i++) {
        const struct deal *deal = &model->deals[i];
        bool takes = deal->kind == RELEASE || deal->kind == ENFORCEMENT;
        sum += takes && deal->state == 0 && deal->of == at ? deal->kept : 0;
    }
    return sum;
}

static int64_t waiting(const struct model *model, size_t at)
{
    int64_t before = 0;
    for (size_t i = 0; i < model->n; i++) {
        if (in_chain(model, i, root_of(model, at)) &&
            model->deals[i].place < model->deals[at].place) {
            before += model->deals[i].kept + deciding(model, i);
        }
    }
    return model->deals[at].lacking < before ? model->deals[at].lacking : before;
}

static int64_t waiving(const struct model *model, size_t at)
{
    int64_t sum = 0;
    for (size_t i = 0; i < model->n; i++) {
        const struct deal *deal = &model->deals[i];
        sum += deal->kind == RELEASE && deal->state == 0 && deal->of == at ? deal->waived : 0;
    }
    return sum;
}

// One of the deals of a kind (or two) in a state; false when there is none.
static bool pick(struct model *model, enum kind kind, enum kind or_kind, int state, size_t *ret_at)
{
    size_t begin = model->n > 0 ? (size_t)chance(model, model->n) : 0;
    for (size_t k = 0; k < model->n; k++) {
        size_t at = (begin + k) % model->n;
        const struct deal *deal = &model->deals[at];
        if (deal->state == state && (deal->kind == kind || deal->kind == or_kind)) {
            *ret_at = at;
            return true;
        }
    }
    return false;
}

static int64_t random_holder(struct model *model)
{
    static const int64_t HOLDERS[] = {MARKET_MAJIANONG, MARKET_GAOJIATANG, MARKET_BANK,
                                      MARKET_PHARMA};
    return HOLDERS[chance(model, 4)];
}

static int64_t random_other(struct model *model, int64_t but, int64_t nor)
{
    static const int64_t OTHERS[] = {MARKET_BANK, MARKET_PHARMA, MARKET_PAPER, MARKET_TEXTILE,
                                     MARKET_PERSON};
    int64_t other = but;
    while (other == but || other == nor) {
        other = OTHERS[chance(model, 5)];
    }
    return other;
}

// Takes the reply of a proposal that was to succeed (or not) into the model.
static bool proposed(struct model *model, const struct deal *deal, struct th_json *reply,
                     enum th_status status, bool expected)
{
    assert_status(status, expected ? TH_OK : TH_CONFLICT, &model->market->err);
    if (!expected) {
        assert_null(reply);
        model->n_refused++;
        return false;
    }
    assert_true(model->n < MAX_DEALS);
    model->deals[model->n] = *deal;
    assert_int_equal(th_json_get_int(reply, "trade_id", 0), trade_id(model, model->n));
    th_json_free(reply);
    model->n++;
    model->n_done[deal->kind]++;
    return true;
}

static void propose_pledge(struct model *model, bool rank)
{
    char texts[4][24];
    struct deal deal = {.kind = rank ? RANK : PLEDGE, .holder = random_holder(model)};
    size_t after = 0;
    if (rank && !pick(model, PLEDGE, RANK, 1, &after)) {
        return;
    }
    deal.tonnes = 1 + (int64_t)chance(model, 400);
    if (rank) {
        deal.of = root_of(model, after);
        deal.holder = model->deals[after].holder;
        int64_t kept = chain_kept(model, deal.of);
        deal.tonnes = kept > 0 && chance(model, 8) > 0 ? 1 + (int64_t)chance(model, (uint64_t)kept)
                                                       : deal.tonnes;
    }
    deal.other = random_other(model, deal.holder, deal.holder);
    deal.kept = rank ? 0 : deal.tonnes;
    deal.lacking = rank ? deal.tonnes : 0;
    const struct th_pledge_input input = {.holder = number(deal.holder, texts[0]),
                                          .to = number(deal.other, texts[1]),
                                          .tonnes = number(deal.tonnes, texts[2]),
                                          .after = rank ? number(trade_id(model, after), texts[3])
                                                        : NULL,
                                          .principal = "100000000",
                                          .rate = "4",
                                          .from = "2024-01-01",
                                          .until = "2025-01-01",
                                          .valuation_per_t = "40",
                                          .number = "号"};
    const struct th_request request = {.login = "bank"};
    struct th_json *reply = NULL;
    enum th_status status = th_trade_propose_pledge(model->market->world.registry, &request, &input,
                                                    &reply, &model->market->err);
    bool enough =
        rank ? deal.tonnes <= chain_kept(model, deal.of) : deal.tonnes <= model->held[deal.holder];
    if (proposed(model, &deal, reply, status, enough) && !rank) {
        model->held[deal.holder] -= deal.tonnes;
    }
}

static void propose_release(struct model *model)
{
    char texts[2][24];
    struct deal deal = {.kind = RELEASE};
    if (!pick(model, PLEDGE, RANK, 1, &deal.of)) {
        return;
    }
    struct deal *pledge = &model->deals[deal.of];
    int64_t lacking = pledge->lacking - waiving(model, deal.of);
    int64_t waits = waiting(model, deal.of);
    int64_t open = pledge->kept + (lacking < waits ? lacking : waits);
    bool whole = chance(model, 2) == 0;
    int64_t tonnes = whole ? open : 1 + (int64_t)chance(model, (uint64_t)open + 3);
    deal.holder = pledge->holder;
    deal.other = pledge->other;
    deal.kept = tonnes < pledge->kept ? tonnes : pledge->kept;
    deal.waived = tonnes == open ? lacking : tonnes - deal.kept;
    const struct th_release_input input = {.pledge = number(trade_id(model, deal.of), texts[0]),
                                           .tonnes = whole ? NULL : number(tonnes, texts[1])};
    const struct th_request request = {.login = "bank"};
    struct th_json *reply = NULL;
    enum th_status status = th_trade_propose_release(model->market->world.registry, &request,
                                                     &input, &reply, &model->market->err);
    if (proposed(model, &deal, reply, status, open > 0 && tonnes <= open)) {
        pledge->kept -= deal.kept;
    }
}

static void propose_enforcement(struct model *model)
{
    char texts[4][24];
    char owed[40];
    struct deal deal = {.kind = ENFORCEMENT};
    if (!pick(model, PLEDGE, RANK, 1, &deal.of)) {
        return;
    }
    struct deal *pledge = &model->deals[deal.of];
    deal.holder = pledge->holder;
    deal.other = random_other(model, deal.holder, pledge->other);
    deal.kept = deal.tonnes = 1 + (int64_t)chance(model, (uint64_t)pledge->kept + 2);
    deal.price_fen = 100 * (int64_t)chance(model, 90);
    // All of it is owed, so that nobody else is paid.
    snprintf(owed, sizeof(owed), "%lld", (long long)(deal.price_fen * deal.tonnes / 100));
    const struct th_enforcement_input input = {.pledge = number(trade_id(model, deal.of), texts[0]),
                                               .to = number(deal.other, texts[1]),
                                               .tonnes = number(deal.tonnes, texts[2]),
                                               .price = number(deal.price_fen / 100, texts[3]),
                                               .owed = owed,
                                               .number = "号"};
    const struct th_request request = {.login = "bank"};
    struct th_json *reply = NULL;
    enum th_status status = th_trade_propose_enforcement(model->market->world.registry, &request,
                                                         &input, &reply, &model->market->err);
    if (proposed(model, &deal, reply, status, deal.tonnes <= pledge->kept)) {
        pledge->kept -= deal.tonnes;
    }
}

static void propose_listing(struct model *model)
{
    char texts[3][24];
    struct deal deal = {.kind = LISTING, .holder = random_holder(model)};
    deal.kept = deal.tonnes = 1 + (int64_t)chance(model, 400);
    deal.price_fen = 100 * (int64_t)chance(model, 90);
    const struct th_listing_input input = {.holder = number(deal.holder, texts[0]),
                                           .tonnes = number(deal.tonnes, texts[1]),
                                           .price = number(deal.price_fen / 100, texts[2])};
    const struct th_request request = {.login = "bank"};
    struct th_json *reply = NULL;
    enum th_status status = th_trade_propose_listing(model->market->world.registry, &request,
                                                     &input, &reply, &model->market->err);
    if (proposed(model, &deal, reply, status, deal.tonnes <= model->held[deal.holder])) {
        model->held[deal.holder] -= deal.tonnes;
    }
}

static void propose_acceptance(struct model *model)
{
    char texts[3][24];
    struct deal deal = {.kind = ACCEPTANCE};
    if (!pick(model, LISTING, LISTING, 1, &deal.of)) {
        return;
    }
    struct deal *listing = &model->deals[deal.of];
    bool whole = chance(model, 4) == 0;
    deal.holder = listing->holder;
    deal.other = random_other(model, deal.holder, deal.holder);
    deal.tonnes = whole ? listing->kept : 1 + (int64_t)chance(model, (uint64_t)listing->kept + 2);
    deal.kept = deal.tonnes;
    deal.price_fen = listing->price_fen;
    const struct th_acceptance_input input = {.listing = number(trade_id(model, deal.of), texts[0]),
                                              .to = number(deal.other, texts[1]),
                                              .tonnes =
                                                  whole ? NULL : number(deal.tonnes, texts[2])};
    const struct th_request request = {.login = "bank"};
    struct th_json *reply = NULL;
    enum th_status status = th_trade_propose_acceptance(model->market->world.registry, &request,
                                                        &input, &reply, &model->market->err);
    bool enough = !listing->withdrawn && deal.tonnes > 0 && deal.tonnes <= listing->kept;
    if (proposed(model, &deal, reply, status, enough)) {
        listing->kept -= deal.tonnes;
    }
}

// Something of the listing is left, or may come back from a proposed acceptance.
static bool can_be_withdrawn(const struct model *model, size_t at)
{
    bool left = model->deals[at].kept > 0;
    for (size_t i = at + 1; i < model->n; i++) {
        const struct deal *deal = &model->deals[i];
        left = left || (deal->kind == ACCEPTANCE && deal->of == at && deal->state == 0);
    }
    return left && !model->deals[at].withdrawn;
}

static void withdraw(struct model *model)
{
    size_t at = 0;
    if (!pick(model, LISTING, LISTING, 1, &at)) {
        return;
    }
    struct deal *listing = &model->deals[at];
    const struct th_request request = {.login = "bank"};
    struct th_json *reply = NULL;
    enum th_status status = th_listing_withdraw(model->market->world.registry, &request,
                                                trade_id(model, at), &reply, &model->market->err);
    bool can = can_be_withdrawn(model, at);
    assert_status(status, can ? TH_OK : TH_CONFLICT, &model->market->err);
    if (can) {
        assert_int_equal(th_json_get_int(reply, "released_t", -1), listing->kept);
        model->held[listing->holder] += listing->kept;
        listing->gave_back = listing->kept > 0;
        listing->kept = 0;
        listing->withdrawn = true;
    }
    th_json_free(reply);
}

// Units of a release go to the pledges after it that lack some, in order, then to the holder.
static void pass_on(struct model *model, const struct deal *release)
{
    int64_t left = release->kept;
    size_t place = model->deals[release->of].place;
    for (;;) {
        struct deal *next = NULL;
        for (size_t i = 0; i < model->n; i++) {
            struct deal *deal = &model->deals[i];
            if (in_chain(model, i, root_of(model, release->of)) && deal->place > place &&
                (!next || deal->place < next->place)) {
                next = deal;
            }
        }
        if (!next) {
            break;
        }
        int64_t part = next->lacking < left ? next->lacking : left;
        next->lacking -= part;
        next->kept += part;
        left -= part;
        model->n_passed += (int)part;
        place = next->place;
    }
    model->held[release->holder] += left;
    model->deals[release->of].lacking -= release->waived;
}

static bool may_approve(const struct model *model, const struct deal *deal)
{
    if (deal->kind == RANK) {
        return deal->tonnes <= chain_kept(model, deal->of);
    }
    return deal->kind != RELEASE || deal->waived <= model->deals[deal->of].lacking;
}

static void approved(struct model *model, struct deal *deal)
{
    deal->state = 1;
    deal->place = ++model->places;
    if (deal->kind == RELEASE) {
        pass_on(model, deal);
        deal->kept = 0;
    }
    if (deal->kind == ENFORCEMENT || deal->kind == ACCEPTANCE) {
        int64_t creditor = deal->kind == ACCEPTANCE ? deal->holder : model->deals[deal->of].other;
        model->held[deal->other] += deal->kept;
        model->claim_fen[deal->other] -= deal->price_fen * deal->tonnes;
        model->claim_fen[creditor] += deal->price_fen * deal->tonnes;
        deal->kept = 0;
    }
}

static void rejected(struct model *model, struct deal *deal)
{
    bool own = deal->kind == PLEDGE || deal->kind == LISTING ||
               (deal->kind == ACCEPTANCE && model->deals[deal->of].gave_back);
    deal->state = 2;
    if (own) {
        model->held[deal->holder] += deal->kept;
    } else if (deal->kind != RANK) {
        model->deals[deal->of].kept += deal->kept;
    }
    deal->kept = 0;
}

static void decide(struct model *model)
{
    size_t at = 0;
    size_t n = model->n;
    size_t begin = n > 0 ? (size_t)chance(model, n) : 0;
    for (size_t k = 0; k < n && model->deals[at = (begin + k) % n].state != 0; k++) {
    }
    if (n == 0 || model->deals[at].state != 0) {
        return;
    }
    struct deal *deal = &model->deals[at];
    if (chance(model, 5) == 0) {
        th_json_free(market_reject(model->market, trade_id(model, at), TH_OK));
        rejected(model, deal);
        return;
    }
    bool may = may_approve(model, deal);
    th_json_free(market_approve(model->market, trade_id(model, at), may ? TH_OK : TH_CONFLICT));
    if (may) {
        approved(model, deal);
    } else {
        model->n_refused++;
        th_json_free(market_reject(model->market, trade_id(model, at), TH_OK));
        rejected(model, deal);
    }
}

static void compare_locks(const struct model *model, int64_t locked[MARKET_N_PARTIES + 1])
{
    for (size_t i = 0; i < model->n; i++) {
        char sql[160];
        const struct deal *deal = &model->deals[i];
        locked[deal->holder] += deal->kept;
        snprintf(sql, sizeof(sql),
                 "SELECT coalesce(sum(placed_t - posted_t - released_t), 0) FROM unit_lock "
                 "WHERE lock_id = %lld",
                 (long long)trade_id(model, i));
        assert_int_equal(th_test_sql_int(model->market->world.store, sql), deal->kept);
    }
}

// What the bank's deals keep from it, or sold for it.
static void compare_pools(const struct model *model)
{
    struct th_store *store = model->market->world.store;
    int64_t used = 0;
    int64_t sold = 0;
    for (size_t i = 0; i < model->n; i++) {
        const struct deal *deal = &model->deals[i];
        if (deal->holder != MARKET_BANK || deal->state == 2) {
            continue;
        }
        bool pledged = deal->kind == PLEDGE || deal->kind == RANK || deal->kind == RELEASE;
        used += pledged ? deal->kept : 0;
        sold += deal->kind == LISTING ? deal->kept : 0;
        sold += deal->kind == ENFORCEMENT || deal->kind == ACCEPTANCE ? deal->tonnes : 0;
    }
    assert_int_equal(th_test_sql_int(store, "SELECT sum(used_t) FROM pool_share"), used);
    assert_int_equal(th_test_sql_int(store, "SELECT sum(sold_t) FROM pool_share"), sold);
}

static void compare(const struct model *model)
{
    struct th_store *store = model->market->world.store;
    struct th_error err = {0};
    int64_t locked[MARKET_N_PARTIES + 1] = {0};
    compare_locks(model, locked);
    compare_pools(model);
    for (int64_t party = 1; party <= MARKET_N_PARTIES; party++) {
        struct th_unit_totals totals;
        struct th_money_totals money;
        assert_ok(th_ledger_totals(store, party, 0, &totals, &err), &err);
        assert_int_equal(th_units_t(totals.by_state[TH_BLOCK_HELD]), model->held[party]);
        assert_int_equal(th_units_t(totals.by_state[TH_BLOCK_LOCKED]), locked[party]);
        assert_ok(th_money_totals(store, party, &money, &err), &err);
        assert_int_equal(th_money_fen(money.claim), model->claim_fen[party]);
    }
}

static void step(struct model *model)
{
    uint64_t kind = chance(model, 100);
    if (kind < 7) {
        propose_pledge(model, false);
    } else if (kind < 17) {
        propose_pledge(model, true);
    } else if (kind < 31) {
        propose_release(model);
    } else if (kind < 37) {
        propose_enforcement(model);
    } else if (kind < 43) {
        propose_listing(model);
    } else if (kind < 52) {
        propose_acceptance(model);
    } else if (kind < 55) {
        withdraw(model);
    } else {
        decide(model);
    }
}

// Two villages of 4,770 t and 5,000 t, a bank with a pool of 7,282 t, an enterprise without units.
static void begin(struct model *model, struct market *market)
{
    static const int64_t MORE[] = {5000};
    static const int64_t YET_MORE[] = {4770};
    market_make(market);
    // Durability is another test's matter.
    th_test_sql(market->world.store, "PRAGMA synchronous = OFF");
    market_anji(market);
    market_bought(market, "1 2", "43.44");
    market_package(market, "又一片", MARKET_MAJIANONG, MARKET_VILLAGE_1, NULL, MORE, 1, 0);
    market_package(market, "再一片", MARKET_GAOJIATANG, MARKET_VILLAGE_2, NULL, YET_MORE, 1, 0);
    model->market = market;
    model->first = 1;
    model->held[MARKET_MAJIANONG] = 5000;
    model->held[MARKET_GAOJIATANG] = 4770;
    model->held[MARKET_BANK] = 7282;
    model->claim_fen[MARKET_BANK] = -INT64_C(7282) * 4344;
    model->claim_fen[MARKET_MAJIANONG] = INT64_C(2509) * 4344;
    model->claim_fen[MARKET_GAOJIATANG] = INT64_C(4773) * 4344;
}

static void pledges__random_deals_agree_with_the_model(void **state)
{
    (void)state;
    struct model *model = calloc(1, sizeof(*model));
    struct market *market = malloc(sizeof(*market));
    assert_true(model != NULL && market != NULL);
    const char *given = getenv("TANHUI_TEST_SEED");
    int64_t seed = (int64_t)time(NULL);
    if (given != NULL) {
        assert_true(th_text_parse_int(given, 0, INT64_MAX, &seed));
    }
    print_message("TANHUI_TEST_SEED=%lld\n", (long long)seed);
    begin(model, market);
    model->seed = (uint64_t)seed;
    for (int i = 0; i < N_STEPS; i++) {
        step(model);
        if (i % COMPARE_EVERY == 0) {
            compare(model);
        }
    }
    compare(model);
    market_assert_sound(market->world.store);
    market_assert_rebuilt(market->world.store);
    print_message("%d pledges, %d later ranks, %d releases, %d enforcements, %d listings, "
                  "%d acceptances; %d refused; %d t passed to a next rank\n",
                  model->n_done[PLEDGE], model->n_done[RANK], model->n_done[RELEASE],
                  model->n_done[ENFORCEMENT], model->n_done[LISTING], model->n_done[ACCEPTANCE],
                  model->n_refused, model->n_passed);
    for (int i = 0; i < N_KINDS; i++) {
        assert_true(model->n_done[i] > 0);
    }
    assert_true(model->n_passed > 0);
    market_remove(market);
    free(market);
    free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pledges__random_deals_agree_with_the_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
