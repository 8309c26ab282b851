#include "tests/integration/market.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"
#include "core/text.h"
#include "registry/setup.h"
#include "store/deal/forecast_store.h"
#include "store/deal/lock_store.h"
#include "store/deal/money_store.h"
#include "store/deal/reversal_store.h"
#include "store/estimate/methodology_store.h"
#include "store/estimate/package_store.h"
#include "store/ground/parcel_store.h"
#include "store/journal/journal_store.h"
#include "store/ledger/issuance_store.h"
#include "store/people/party_store.h"
#include "store/rebuild_store.h"

static const char *const VILLAGES[] = {MARKET_VILLAGE_1, MARKET_VILLAGE_2, MARKET_VILLAGE_3};

// Check characters computed by hand from GB 32100 in another language.
static const struct th_party PARTIES[MARKET_N_PARTIES] = {
    {.kind = "village", .name = "马家弄村", .village = MARKET_VILLAGE_1},
    {.kind = "village", .name = "高家堂村", .village = MARKET_VILLAGE_2},
    {.kind = "township", .name = "山川乡", .division = "330523001"},
    {.kind = "subdistrict", .name = "下渚湖街道", .division = "330521001"},
    {.kind = "bank", .name = "两山银行", .uscc = "91330523MA0000001E"},
    {.kind = "enterprise", .name = "制药厂", .uscc = "91330523MA0000002H"},
    {.kind = "enterprise", .name = "造纸厂", .uscc = "91330523MA0000003L"},
    {.kind = "enterprise", .name = "印染厂", .uscc = "91330523MA0000004P"},
    {.kind = "verifier", .name = "核证机构", .uscc = "91330523MA0000005T"},
    {.kind = "person", .name = "竹农"},
};

// `posting` may be NULL: an entry without posts. It is freed.
static void append_entry(struct market *market, const char *kind, struct th_posting *posting)
{
    struct th_journal_entry entry = {.at_utc = market->world.now_utc,
                                     .login = "admin",
                                     .system_user = "tester",
                                     .kind = kind,
                                     .subject = "test"};
    struct th_json *body = th_json_object();
    int64_t seq = 0;
    assert_ok(th_journal_append(market->world.store, &entry, body, &seq, &market->err),
              &market->err);
    th_json_free(body);
    th_posting_free(posting);
}

static bool take_run_hash(void *context, const struct th_journal_entry *entry)
{
    if (strcmp(entry->kind, "revenue.distribute") == 0) {
        (void)th_hash_hex(&entry->hash, context);
    }
    return true;
}

void market_payment_numbers(struct market *market, const char *text, char *buf, size_t size)
{
    char hex[TH_HASH_HEX_SIZE] = "";
    size_t n = 0;
    assert_ok(
        th_journal_each(market->world.store, NULL, 1, 1000000, take_run_hash, hex, &market->err),
        &market->err);
    for (; *text != '\0'; text++) {
        bool star = *text == '*';
        for (size_t i = 0; i < (star ? 6 : 1); i++) {
            assert_true(n + 1 < size);
            buf[n] = *text;
            if (star) {
                buf[n] = (char)toupper((unsigned char)hex[i]);
            }
            n++;
        }
    }
    buf[n] = '\0';
}

void market_sql(struct market *market, const char *sql)
{
    th_test_sql(market->world.store, sql);
    market->past_journal = true;
}

struct th_posting *market_begin(struct market *market)
{
    int64_t seq = 0;
    assert_ok(th_store_begin(market->world.store, &market->err), &market->err);
    assert_ok(th_journal_next(market->world.store, &seq, &market->err), &market->err);
    struct th_posting *posting = th_posting_new(market->world.store, seq);
    assert_non_null(posting);
    return posting;
}

enum th_status market_commit(struct market *market, struct th_posting *posting)
{
    append_entry(market, "test", posting);
    return th_store_commit(market->world.store, &market->err);
}

void market_make(struct market *market)
{
    memset(market, 0, sizeof(*market));
    market->sale_on = "2022-05-20";
    market->banker = "bank";
    th_test_world_make_registry(&market->world);
    th_test_world_add_users(&market->world);
    struct th_store *store = market->world.store;
    struct th_error *err = &market->err;
    int64_t seq = 0;
    assert_ok(th_store_begin(store, err), err);
    assert_ok(th_journal_next(store, &seq, err), err);
    for (size_t i = 0; i < sizeof(VILLAGES) / sizeof(VILLAGES[0]); i++) {
        struct th_village village = {.township = "山川乡"};
        th_text_copy(village.code, sizeof(village.code), VILLAGES[i]);
        snprintf(village.name, sizeof(village.name), "村%zu", i + 1);
        assert_ok(th_village_insert(store, &village, seq, err), err);
    }
    for (int64_t i = 0; i < MARKET_N_PARTIES; i++) {
        int64_t party_id = 0;
        assert_ok(th_party_insert(store, &PARTIES[i], seq, &party_id, err), err);
        assert_int_equal(party_id, i + 1);
    }
    append_entry(market, "test.market", NULL);
    assert_ok(th_store_commit(store, err), err);
    th_test_path(market->document, market->world.folder, "合同.txt");
    assert_ok(th_file_write(market->document, "合同", 6, err), err);
}

void market_remove(struct market *market)
{
    th_test_world_remove(&market->world);
}

enum { WKB_SIZE = 1 + 4 + 4 + 1 + 4 + 4 + 4 + 5 * 16 };

static unsigned char *put_u32(unsigned char *out, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        *out++ = (unsigned char)(value >> (8 * i));
    }
    return out;
}

static unsigned char *put_double(unsigned char *out, double value)
{
    double on_grid = round(value * 1e8) / 1e8;
    memcpy(out, &on_grid, sizeof(on_grid));
    return out + sizeof(on_grid);
}

// A rectangle as a MultiPolygon, little-endian.
static void rectangle(int place, unsigned char wkb[WKB_SIZE])
{
    static const int CORNERS[5][2] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}};
    unsigned char *out = wkb;
    *out++ = 1;
    out = put_u32(put_u32(out, 6), 1);
    *out++ = 1;
    out = put_u32(put_u32(put_u32(out, 3), 1), 5);
    for (int i = 0; i < 5; i++) {
        out = put_double(out, 119.6 + 0.002 * (place + CORNERS[i][0]));
        out = put_double(out, 30.4 + 0.001 * CORNERS[i][1]);
    }
}

int64_t market_parcel(struct market *market, const char *village, int place, int64_t seq)
{
    struct th_store *store = market->world.store;
    unsigned char wkb[WKB_SIZE];
    struct th_hash row_hash;
    int64_t parcel_id =
        th_test_sql_int(store, "SELECT coalesce(max(parcel_id), 0) + 1 FROM parcel");
    rectangle(place, wkb);
    struct th_parcel_record record = {.parcel_id = parcel_id,
                                      .version = 1,
                                      .from = {2020, 1, 1},
                                      .origin = "split",
                                      .measured = th_area_from_m2_300(300 * 21000),
                                      .geometry_hash =
                                          th_hash_bytes(TH_HASH_BLAKE2B, wkb, WKB_SIZE)};
    th_text_copy(record.state, sizeof(record.state), "registered");
    th_text_copy(record.kind, sizeof(record.kind), "bamboo");
    th_text_copy(record.village, sizeof(record.village), village);
    snprintf(record.number, sizeof(record.number), "P%lld", (long long)parcel_id);
    snprintf(record.source_key, sizeof(record.source_key), "test:%lld", (long long)parcel_id);
    assert_ok(th_parcel_insert(store, &record, "{}", wkb, WKB_SIZE, seq, &row_hash, &market->err),
              &market->err);
    return parcel_id;
}

// Far from the places that a test chooses.
static int64_t add_parcel(struct market *market, const char *village, int64_t seq)
{
    enum { FAR = 100 };
    int64_t n = th_test_sql_int(market->world.store, "SELECT count(*) FROM parcel");
    return market_parcel(market, village, FAR + (int)n, seq);
}

static void set_package_state(struct market *market, int64_t package_id, const char *state,
                              int64_t seq)
{
    struct th_package_record package;
    assert_ok(th_package_load(market->world.store, package_id, &package, &market->err),
              &market->err);
    th_text_copy(package.state, sizeof(package.state), state);
    package.seq = seq;
    assert_ok(th_package_update(market->world.store, &package, &market->err), &market->err);
}

static int64_t insert_package(struct market *market, const char *name, int64_t holder_id,
                              int64_t seq)
{
    struct th_store *store = market->world.store;
    struct th_error *err = &market->err;
    struct th_package_record package = {.holder_id = holder_id,
                                        .methodology = "statement",
                                        .inputs = "{}",
                                        .from = {2021, 1, 1},
                                        .to = {2023, 12, 31},
                                        .created_by = "clerk",
                                        .seq = seq};
    int64_t package_id = 0;
    if (th_test_sql_int(store, "SELECT count(*) FROM methodology WHERE id = 'statement'"
                               " AND version = 'test'") == 0) {
        const struct th_methodology_row methodology = {
            .id = "statement", .version = "test", .document = "{}", .seq = seq};
        assert_ok(th_methodology_insert(store, &methodology, err), err);
    }
    th_text_copy(package.version, sizeof(package.version), "test");
    th_text_copy(package.name, sizeof(package.name), name);
    assert_ok(th_package_insert(store, &package, &package_id, err), err);
    return package_id;
}

// Issuances of a package by year, from one or two parcels (kg in thirds).
static void issue_years(struct market *market, struct th_posting *posting, int64_t package_id,
                        int64_t parcel_id, int64_t parcel_2, const int64_t *tonnes_t,
                        size_t n_years, int64_t buffer_t)
{
    struct th_store *store = market->world.store;
    struct th_error *err = &market->err;
    struct th_package_record package;
    int64_t seq = th_posting_seq(posting);
    assert_ok(th_package_load(store, package_id, &package, err), err);
    int64_t holder_id = package.holder_id;
    for (size_t i = 0; i < n_years; i++) {
        struct th_issuance_record issuance = {.package_id = package_id,
                                              .vintage = 2021 + (int)i,
                                              .net = th_carbon_from_kg(tonnes_t[i] * 1000),
                                              .issued = th_units_from_t(tonnes_t[i]),
                                              .buffer = th_units_from_t(buffer_t),
                                              .seq = seq};
        int64_t issuance_id = 0;
        snprintf(issuance.prefix, sizeof(issuance.prefix), "CN-330523-BAM-%d-%06lld",
                 issuance.vintage, (long long)package_id);
        assert_ok(th_issuance_insert(store, &issuance, &issuance_id, err), err);
        int64_t kg = tonnes_t[i] * 1000;
        int64_t first_kg = parcel_2 != 0 ? kg / 3 : kg;
        if (first_kg > 0) {
            assert_ok(th_issuance_segment_insert(store, issuance_id, th_carbon_from_kg(0),
                                                 th_carbon_from_kg(first_kg), parcel_id,
                                                 issuance.vintage, err),
                      err);
        }
        if (parcel_2 != 0) {
            assert_ok(th_issuance_segment_insert(store, issuance_id, th_carbon_from_kg(first_kg),
                                                 th_carbon_from_kg(kg - first_kg), parcel_2,
                                                 issuance.vintage, err),
                      err);
        }
        assert_ok(
            th_ledger_issue(posting, issuance_id, holder_id, issuance.issued, issuance.buffer, err),
            err);
    }
    set_package_state(market, package_id, "issued", seq);
}

int64_t market_package(struct market *market, const char *name, int64_t holder_id,
                       const char *village, const char *village_2, const int64_t *tonnes_t,
                       size_t n_years, int64_t buffer_t)
{
    struct th_posting *posting = market_begin(market);
    int64_t parcel_id = add_parcel(market, village, th_posting_seq(posting));
    int64_t parcel_2 =
        village_2 != NULL ? add_parcel(market, village_2, th_posting_seq(posting)) : 0;
    int64_t package_id = insert_package(market, name, holder_id, th_posting_seq(posting));
    issue_years(market, posting, package_id, parcel_id, parcel_2, tonnes_t, n_years, buffer_t);
    append_entry(market, "test.package", posting);
    assert_ok(th_store_commit(market->world.store, &market->err), &market->err);
    return package_id;
}

int64_t market_planned(struct market *market, const char *name, int64_t holder_id)
{
    struct th_posting *posting = market_begin(market);
    int64_t package_id = insert_package(market, name, holder_id, th_posting_seq(posting));
    append_entry(market, "test.plan", posting);
    assert_ok(th_store_commit(market->world.store, &market->err), &market->err);
    return package_id;
}

void market_issue(struct market *market, int64_t package_id, const char *village,
                  const int64_t *tonnes_t, size_t n_years, int64_t buffer_t)
{
    struct th_posting *posting = market_begin(market);
    int64_t parcel_id = add_parcel(market, village, th_posting_seq(posting));
    issue_years(market, posting, package_id, parcel_id, 0, tonnes_t, n_years, buffer_t);
    assert_ok(th_forecast_settle(posting, package_id, &market->err), &market->err);
    append_entry(market, "test.issue", posting);
    assert_ok(th_store_commit(market->world.store, &market->err), &market->err);
}

void market_anji(struct market *market)
{
    static const int64_t MAJIANONG[] = {836, 837, 836};
    static const int64_t GAOJIATANG[] = {1591, 1591, 1591};
    assert_int_equal(market_package(market, "马家弄竹林", MARKET_MAJIANONG, MARKET_VILLAGE_1, NULL,
                                    MAJIANONG, 3, 0),
                     1);
    assert_int_equal(market_package(market, "高家堂竹林", MARKET_GAOJIATANG, MARKET_VILLAGE_2, NULL,
                                    GAOJIATANG, 3, 0),
                     2);
}

static struct th_json *ended(struct market *market, enum th_status status, enum th_status want,
                             struct th_json *reply)
{
    th_test_assert_status(status, want, &market->err, "use case", __FILE__, __LINE__);
    if (want != TH_OK) {
        assert_null(reply);
    }
    return reply;
}

enum { LIST_MAX = 16, LIST_SIZE = 128 };

struct th_json *market_buy(struct market *market, const char *packages, const char *price,
                           const char *amount, const char *tax, const char *tonnes,
                           enum th_status want)
{
    char names[LIST_SIZE];
    const char *list[LIST_MAX];
    size_t n = 0;
    th_text_copy(names, sizeof(names), packages);
    for (char *at = names; *at != '\0' && n < LIST_MAX;) {
        list[n++] = at;
        at += strcspn(at, " ");
        if (*at == ' ') {
            *at++ = '\0';
        }
    }
    const struct th_request request = {.login = market->banker};
    const struct th_purchase_input input = {.packages = list,
                                            .n_packages = n,
                                            .to = "两山银行",
                                            .price = price,
                                            .amount = amount,
                                            .tax = tax,
                                            .tonnes = tonnes,
                                            .on = "2022-01-10"};
    struct th_json *reply = NULL;
    enum th_status status =
        th_trade_propose_purchase(market->world.registry, &request, &input, &reply, &market->err);
    return ended(market, status, want, reply);
}

struct th_json *market_sell(struct market *market, const char *buyer, const char *tonnes,
                            const char *price, const char *tax, enum th_status want)
{
    const struct th_request request = {.login = market->banker};
    const struct th_resale_input input = {.from = "两山银行",
                                          .to = buyer,
                                          .tonnes = tonnes,
                                          .price = price,
                                          .tax = tax,
                                          .on = market->sale_on};
    struct th_json *reply = NULL;
    enum th_status status =
        th_trade_propose_resale(market->world.registry, &request, &input, &reply, &market->err);
    return ended(market, status, want, reply);
}

struct th_json *market_retire(struct market *market, const char *holder, const char *tonnes,
                              const char *beneficiary, enum th_status want)
{
    const struct th_request request = {.login = market->banker};
    const struct th_retirement_input input = {.holder = holder,
                                              .tonnes = tonnes,
                                              .beneficiary = beneficiary,
                                              .purpose = "offset",
                                              .on = "2022-06-01"};
    struct th_json *reply = NULL;
    enum th_status status =
        th_trade_propose_retirement(market->world.registry, &request, &input, &reply, &market->err);
    return ended(market, status, want, reply);
}

struct th_json *market_approve(struct market *market, int64_t trade_id, enum th_status want)
{
    const struct th_request request = {.login = "officer"};
    struct th_json *reply = NULL;
    enum th_status status =
        th_trade_approve(market->world.registry, &request, trade_id, NULL, &reply, &market->err);
    return ended(market, status, want, reply);
}

struct th_json *market_reject(struct market *market, int64_t trade_id, enum th_status want)
{
    const struct th_request request = {.login = market->banker};
    struct th_json *reply = NULL;
    enum th_status status =
        th_trade_reject(market->world.registry, &request, trade_id, "撤回", &reply, &market->err);
    return ended(market, status, want, reply);
}

struct th_json *market_receipt(struct market *market, int64_t trade_id, const char *amount,
                               enum th_status want)
{
    const struct th_request request = {.login = market->banker};
    struct th_json *reply = NULL;
    struct th_trade trade;
    const char *on = "2022-06-30";
    if (th_trade_load(market->world.store, trade_id, &trade, NULL) == TH_OK &&
        strcmp(trade.on_date, on) > 0) {
        on = trade.on_date;
    }
    enum th_status status = th_receipt_confirm(market->world.registry, &request, trade_id, amount,
                                               on, &reply, &market->err);
    return ended(market, status, want, reply);
}

static struct th_json *add_term(struct market *market, const char *to, const char *basis,
                                const char *ratio, const char *split, enum th_status want)
{
    const struct th_request request = {.login = "officer"};
    const struct th_term_input input = {.from = "2022-01-01",
                                        .to = to,
                                        .basis = basis,
                                        .ratio = ratio,
                                        .splits = &split,
                                        .n_splits = 1,
                                        .document = market->document};
    struct th_json *reply = NULL;
    enum th_status status =
        th_term_add(market->world.registry, &request, &input, &reply, &market->err);
    return ended(market, status, want, reply);
}

struct th_json *market_term(struct market *market, const char *basis, const char *ratio,
                            const char *split, enum th_status want)
{
    return add_term(market, "2022-12-31", basis, ratio, split, want);
}

struct th_json *market_open_term(struct market *market, const char *basis, const char *ratio,
                                 const char *split, enum th_status want)
{
    return add_term(market, NULL, basis, ratio, split, want);
}

struct th_json *market_distribute(struct market *market, const char *ratio, bool dry_run,
                                  enum th_status want)
{
    const struct th_request request = {.login = market->banker, .dry_run = dry_run};
    const struct th_distribute_input input = {.through = "2022-12-31", .ratio = ratio};
    struct th_json *reply = NULL;
    enum th_status status =
        th_revenue_distribute(market->world.registry, &request, &input, &reply, &market->err);
    int64_t run_id = th_json_get_int(reply, "distribution_id", 0);
    if (status == TH_OK && !dry_run && run_id != 0) {
        th_json_free(market_decide_run(market, run_id, true, TH_OK));
    }
    return ended(market, status, want, reply);
}

struct th_json *market_decide_run(struct market *market, int64_t run_id, bool approve,
                                  enum th_status want)
{
    const struct th_request request = {.login = "officer"};
    struct th_json *reply = NULL;
    enum th_status status = approve ? th_run_approve(market->world.registry, &request, run_id,
                                                     "2022-12-31", &reply, &market->err)
                                    : th_run_reject(market->world.registry, &request, run_id, "no",
                                                    &reply, &market->err);
    return ended(market, status, want, reply);
}

int64_t market_id(struct th_json *reply)
{
    int64_t id = th_json_get_int(reply, "trade_id", 0);
    assert_true(id > 0);
    th_json_free(reply);
    return id;
}

int64_t market_bought(struct market *market, const char *packages, const char *price)
{
    int64_t id = market_id(market_buy(market, packages, price, NULL, NULL, NULL, TH_OK));
    return market_id(market_approve(market, id, TH_OK));
}

int64_t market_sold(struct market *market, const char *buyer, const char *tonnes, const char *price)
{
    int64_t id = market_id(market_sell(market, buyer, tonnes, price, NULL, TH_OK));
    return market_id(market_approve(market, id, TH_OK));
}

void market_refused(const struct market *market, const char *key)
{
    assert_string_equal(market->err.key, key);
}

int64_t market_line_t(const struct th_json *reply, int64_t package_id)
{
    const struct th_json *lines = th_json_get(reply, "lines");
    int64_t tonnes_t = 0;
    for (size_t i = 0; i < th_json_size(lines); i++) {
        if (th_json_get_int(th_json_at(lines, i), "package_id", 0) == package_id) {
            tonnes_t += th_json_get_int(th_json_at(lines, i), "tonnes", 0);
        }
    }
    return tonnes_t;
}

int64_t market_payment_fen(const struct th_json *reply, int64_t party_id)
{
    const struct th_json *payments = th_json_get(reply, "payments");
    for (size_t i = 0; i < th_json_size(payments); i++) {
        if (th_json_get_int(th_json_at(payments, i), "party", 0) == party_id) {
            return th_json_get_int(th_json_at(payments, i), "amount_fen", -1);
        }
    }
    return -1;
}

static void note_check(void *context, const char *name, int64_t n_checked,
                       const struct th_error *problem)
{
    int *n_wrong = context;
    if (problem == NULL) {
        return;
    }
    print_error("%s after %lld: %s %s %s\n", name, (long long)n_checked, problem->key,
                problem->n_args > 0 ? problem->args[0].value : "",
                problem->n_args > 1 ? problem->args[1].value : "");
    ++*n_wrong;
}

void market_assert_sound(struct th_store *store)
{
    struct th_error err = {0};
    int n_wrong = 0;
    const struct th_check_sink sink = {.report = note_check, .context = &n_wrong};
    assert_ok(th_ledger_check_all(store, &sink, &err), &err);
    assert_ok(th_lock_check_all(store, &sink, &err), &err);
    assert_ok(th_money_check_all(store, &sink, &err), &err);
    assert_ok(th_reversal_check_all(store, &sink, &err), &err);
    assert_int_equal(n_wrong, 0);
}

void market_assert_rebuilt(struct th_store *store)
{
    struct th_error err = {0};
    int n_wrong = 0;
    const struct th_check_sink sink = {.report = note_check, .context = &n_wrong};
    assert_ok(th_store_begin_read(store, &err), &err);
    assert_ok(th_rebuild_check(store, NULL, &sink, &err), &err);
    th_store_end_read(store);
    assert_int_equal(n_wrong, 0);
}

int market_setup(void **state)
{
    struct market *market = malloc(sizeof(*market));
    assert_non_null(market);
    market_make(market);
    *state = market;
    return 0;
}

int market_setup_anji(void **state)
{
    (void)market_setup(state);
    market_anji(*state);
    return 0;
}

int market_discard(void **state)
{
    market_remove(*state);
    free(*state);
    return 0;
}

int market_teardown(void **state)
{
    struct market *market = *state;
    market_assert_sound(market->world.store);
    if (!market->past_journal) {
        market_assert_rebuilt(market->world.store);
    }
    return market_discard(state);
}

static void add_user(struct market *market, const char *login, const char *role, const char *party)
{
    const struct th_request admin = {.login = "admin"};
    struct th_json *reply = NULL;
    assert_ok(
        th_user_add(market->world.registry, &admin, login, role, NULL, party, &reply, &market->err),
        &market->err);
    th_json_free(reply);
}

void market_user(struct market *market, const char *login, const char *role)
{
    add_user(market, login, role, NULL);
}

void market_login(struct market *market, const char *login, const char *party)
{
    add_user(market, login, "bank", party);
}
