#include "tests/integration/burnt.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"
#include "core/text.h"
#include "registry/setup.h"
#include "store/estimate/package_store.h"
#include "store/ledger/issuance_store.h"

static void add_segment(struct market *market, int64_t issuance_id, int64_t *at_kg, int64_t kg,
                        int64_t parcel_id, int year)
{
    if (kg == 0) {
        return;
    }
    assert_ok(th_issuance_segment_insert(market->world.store, issuance_id,
                                         th_carbon_from_kg(*at_kg), th_carbon_from_kg(kg),
                                         parcel_id, year, &market->err),
              &market->err);
    *at_kg += kg;
}

static void issue(struct market *market, struct th_posting *posting, int64_t package_id,
                  int64_t holder_id, const int64_t *parcels, const struct burnt_year *year)
{
    int64_t net_kg = year->kg[0] + year->kg[1];
    int64_t line_kg = year->carried_kg + net_kg;
    struct th_issuance_record issuance = {.package_id = package_id,
                                          .vintage = year->vintage,
                                          .net = th_carbon_from_kg(net_kg),
                                          .carried_in = th_carbon_from_kg(year->carried_kg),
                                          .carried_out = th_carbon_from_kg(line_kg % 1000),
                                          .issued = th_units_from_t(line_kg / 1000),
                                          .buffer = th_units_from_t(year->buffer_t),
                                          .seq = th_posting_seq(posting)};
    int64_t issuance_id = 0;
    int64_t at_kg = 0;
    snprintf(issuance.prefix, sizeof(issuance.prefix), "CN-330523-BAM-%d-%06lld", year->vintage,
             (long long)package_id);
    assert_ok(th_issuance_insert(market->world.store, &issuance, &issuance_id, &market->err),
              &market->err);
    add_segment(market, issuance_id, &at_kg, year->carried_kg, parcels[parcels[1] != 0],
                year->vintage - 1);
    add_segment(market, issuance_id, &at_kg, year->kg[0], parcels[0], year->vintage);
    add_segment(market, issuance_id, &at_kg, year->kg[1], parcels[1], year->vintage);
    assert_ok(th_ledger_issue(posting, issuance_id, holder_id, issuance.issued, issuance.buffer,
                              &market->err),
              &market->err);
}

int64_t burnt_package(struct market *market, const struct burnt_package *package)
{
    struct th_store *store = market->world.store;
    struct th_package_record record;
    int64_t parcels[2] = {0, 0};
    int64_t package_id = market_planned(market, package->name, package->holder_id);
    struct th_posting *posting = market_begin(market);
    for (int i = 0; i < package->n_parcels; i++) {
        parcels[i] = market_parcel(market, MARKET_VILLAGE_1, package->first_place + i,
                                   th_posting_seq(posting));
        assert_ok(th_package_parcel_insert(store, package_id, parcels[i], 1, &market->err),
                  &market->err);
    }
    for (size_t i = 0; i < package->n_years; i++) {
        issue(market, posting, package_id, package->holder_id, parcels, &package->years[i]);
    }
    assert_ok(th_package_load(store, package_id, &record, &market->err), &market->err);
    th_text_copy(record.state, sizeof(record.state), "issued");
    record.seq = th_posting_seq(posting);
    assert_ok(th_package_update(store, &record, &market->err), &market->err);
    assert_ok(market_commit(market, posting), &market->err);
    return package_id;
}

int burnt_setup(void **state)
{
    static const struct burnt_year YEARS[] = {{2021, {60500, 40000}, 0, 10},
                                              {2022, {60500, 40000}, 500, 10}};
    static const struct burnt_package PACKAGE = {.name = "竹林",
                                                 .holder_id = MARKET_MAJIANONG,
                                                 .n_parcels = 2,
                                                 .years = YEARS,
                                                 .n_years = 2};
    const struct th_request admin = {.login = "admin"};
    struct th_json *reply = NULL;
    assert_int_equal(market_setup(state), 0);
    struct market *market = *state;
    assert_ok(th_user_add(market->world.registry, &admin, "officer_2", "officer", NULL, NULL,
                          &reply, &market->err),
              &market->err);
    th_json_free(reply);
    assert_int_equal(burnt_package(market, &PACKAGE), 1);
    return 0;
}

const char *burnt_file(struct market *market, const char *name, const char *text,
                       char path[TH_TEST_PATH_SIZE])
{
    th_test_path(path, market->world.folder, name);
    assert_ok(th_file_write(path, text, strlen(text), &market->err), &market->err);
    return path;
}

const char *burnt_wkt(struct market *market, const char *name, double west, double east,
                      char path[TH_TEST_PATH_SIZE])
{
    char text[256];
    snprintf(text, sizeof(text),
             "POLYGON((%.6f 30.399, %.6f 30.399, %.6f 30.402, %.6f 30.402, %.6f 30.399))", west,
             east, east, west, west);
    return burnt_file(market, name, text, path);
}

static struct th_json *ended(struct market *market, enum th_status status, enum th_status want,
                             struct th_json *reply)
{
    th_test_assert_status(status, want, &market->err, "reversal", __FILE__, __LINE__);
    return reply;
}

struct th_json *burnt_preview(struct market *market, const struct th_reversal_input *input,
                              enum th_status want)
{
    const struct th_request request = {.login = "officer"};
    struct th_json *reply = NULL;
    enum th_status status =
        th_reversal_preview(market->world.registry, &request, input, &reply, &market->err);
    return ended(market, status, want, reply);
}

struct th_json *burnt_propose(struct market *market, const struct th_reversal_input *input,
                              enum th_status want)
{
    const struct th_request request = {.login = "officer"};
    struct th_json *reply = NULL;
    enum th_status status =
        th_trade_propose_reversal(market->world.registry, &request, input, &reply, &market->err);
    return ended(market, status, want, reply);
}

struct th_json *burnt_approve(struct market *market, int64_t trade_id, const char *login,
                              enum th_status want)
{
    const struct th_request request = {.login = login};
    struct th_json *reply = NULL;
    enum th_status status =
        th_trade_approve(market->world.registry, &request, trade_id, NULL, &reply, &market->err);
    return ended(market, status, want, reply);
}

int64_t burnt_done(struct market *market, double west, double east, const char *loss)
{
    char path[TH_TEST_PATH_SIZE];
    const struct th_reversal_input input = {.file = burnt_wkt(market, "火.wkt", west, east, path),
                                            .on = "2022-07-01",
                                            .cause = "fire",
                                            .loss = loss};
    int64_t trade_id = market_id(burnt_propose(market, &input, TH_OK));
    th_json_free(burnt_approve(market, trade_id, "officer_2", TH_OK));
    return trade_id;
}

int64_t burnt_int(const struct th_json *reply, const char *key)
{
    return th_json_get_int(th_json_get(reply, "reversal"), key, -1);
}

int64_t burnt_vintage_kg(const struct th_json *reply, size_t i)
{
    return th_json_get_int(th_json_at(th_json_get(reply, "affected_vintages"), i), "lost_kg", -1);
}
