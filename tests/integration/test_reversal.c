// Reversals: a drawn area, what it takes, the buffer that is cancelled, and what is owed.
#include <stdio.h>

#include "registry/reversal/extent.h"
#include "registry/rule.h"
#include "registry/setup.h"
#include "store/deal/reversal_store.h"
#include "tests/integration/burnt.h"
#include "trading/account/account_show.h"
#include "trading/inbox/inbox.h"

// The western half of the first parcel, by symmetry; drawn beyond its other edges.
#define WEST 119.599
#define HALF 119.601
#define MIDDLE 119.602
#define EAST 119.605

static int64_t units_t(struct market *market, int64_t party_id, enum th_block_state state)
{
    struct th_unit_totals totals;
    assert_ok(th_ledger_totals(market->world.store, party_id, 0, &totals, &market->err),
              &market->err);
    return th_units_t(totals.by_state[state]);
}

static const struct th_json *item(const struct th_json *reply, const char *array, size_t i)
{
    return th_json_at(th_json_get(reply, array), i);
}

// A kilogram more may come of areas that are whole hundredths of a square metre.
static void assert_kg(int64_t actual_kg, int64_t want_kg)
{
    assert_in_range(actual_kg, want_kg, want_kg + 1);
}

// 2021: 60,500 kg on serials 1 to 61; 2022: behind 500 kg that were carried, kilograms 500 to
// 61,000. Half of them is 30,250 kg, of which each vintage's last tonne is rounded up. The area on
// the ellipsoid between two meridians and two parallels in closed form: 10,653.18 m².
static void preview__of_half_a_parcel(void **state)
{
    struct market *market = *state;
    char path[TH_TEST_PATH_SIZE];
    const struct th_reversal_input input = {
        .file = burnt_wkt(market, "火.wkt", WEST, HALF, path), .on = "2022-07-01", .cause = "fire"};
    struct th_hash before = th_test_content(market->world.store);
    struct th_json *reply = burnt_preview(market, &input, TH_OK);
    assert_int_equal(th_json_size(th_json_get(reply, "affected_parcels")), 1);
    const struct th_json *parcel = item(reply, "affected_parcels", 0);
    assert_int_equal(th_json_get_int(parcel, "parcel_id", 0), 1);
    assert_close(th_json_get_real(parcel, "area_m2", 0), 10653.18, 0.05);
    assert_close(th_json_get_real(parcel, "share_percent", 0), 50, 0.005);
    assert_close(th_json_get_real(parcel, "area_mu", 0), 10653.18 * 3 / 2000, 0.006);
    assert_int_equal(th_json_size(th_json_get(reply, "affected_vintages")), 2);
    assert_kg(burnt_vintage_kg(reply, 0), 30250);
    assert_kg(burnt_vintage_kg(reply, 1), 30250);
    assert_int_equal(burnt_int(reply, "tonnes"), 62);
    assert_int_equal(burnt_int(reply, "buffer_t"), 20);
    assert_int_equal(burnt_int(reply, "owed_t"), 42);
    assert_int_equal(th_json_get_int(item(reply, "owed", 0), "party", 0), MARKET_MAJIANONG);
    // Both ranges are 1 to 61, held by the village.
    assert_int_equal(th_json_size(th_json_get(reply, "affected_serials")), 2);
    for (size_t i = 0; i < 2; i++) {
        const struct th_json *serial = item(reply, "affected_serials", i);
        assert_int_equal(th_json_get_int(serial, "first", 0), 1);
        assert_int_equal(th_json_get_int(serial, "last", 0), 61);
        assert_string_equal(th_json_get_text(serial, "state", ""), "held");
    }
    th_json_free(reply);
    struct th_hash after = th_test_content(market->world.store);
    assert_memory_equal(&before, &after, sizeof(before));
}

static void preview__takes_vintages_up_to_the_year_of_the_event(void **state)
{
    struct market *market = *state;
    char path[TH_TEST_PATH_SIZE];
    struct th_reversal_input input = {.file = burnt_wkt(market, "火.wkt", WEST, EAST, path),
                                      .on = "2021-12-31",
                                      .cause = "felling"};
    struct th_json *reply = burnt_preview(market, &input, TH_OK);
    // All 100 t that were issued of 100,500 kg; what was carried is of the next vintage.
    assert_int_equal(burnt_int(reply, "lost_kg"), 100000);
    assert_int_equal(burnt_int(reply, "tonnes"), 100);
    th_json_free(reply);
    input.on = "2022-01-01";
    reply = burnt_preview(market, &input, TH_OK);
    assert_int_equal(burnt_int(reply, "lost_kg"), 201000);
    th_json_free(reply);
    input.on = "2020-12-31";
    assert_null(burnt_preview(market, &input, TH_DATA_PROBLEM));
    market_refused(market, "reversal_nothing");
}

static void preview__is_refused_without_sense(void **state)
{
    struct market *market = *state;
    char path[TH_TEST_PATH_SIZE];
    struct th_reversal_input input = {
        .file = burnt_wkt(market, "火.wkt", WEST, EAST, path), .on = "2022-07-01", .cause = "war"};
    assert_null(burnt_preview(market, &input, TH_USAGE));
    market_refused(market, "reversal_cause");
    input.cause = "fire";
    static const char *const LOSSES[] = {"0", "100.01", "-1", "x", "33.333"};
    for (size_t i = 0; i < sizeof(LOSSES) / sizeof(LOSSES[0]); i++) {
        input.loss = LOSSES[i];
        assert_null(burnt_preview(market, &input, TH_INVALID));
        market_refused(market, "loss_invalid");
    }
    input.loss = NULL;
    input.on = "2099-01-01";
    assert_null(burnt_preview(market, &input, TH_INVALID));
    market_refused(market, "date_in_future");
    input.on = "2022-07-01";
    burnt_wkt(market, "火.wkt", 119.7, 119.8, path);
    assert_null(burnt_preview(market, &input, TH_DATA_PROBLEM));
    market_refused(market, "reversal_nothing");
    burnt_file(market, "火.wkt", "LINESTRING(119 30, 120 31)", path);
    assert_null(burnt_preview(market, &input, TH_DATA_PROBLEM));
    market_refused(market, "drawn_lines");
    burnt_file(market, "火.wkt",
               "POLYGON((119.6 30.4, 119.7 30.5, 119.7 30.4, 119.6 30.5, 119.6 30.4))", path);
    assert_null(burnt_preview(market, &input, TH_DATA_PROBLEM));
    market_refused(market, "geometry_invalid");
}

// The same half in metres of CGCS2000 with 120° as its middle, from Krüger's series.
static void preview__reads_other_systems(void **state)
{
    struct market *market = *state;
    char path[TH_TEST_PATH_SIZE];
    burnt_file(market, "火.wkt",
               "POLYGON((461464.5621 3364413.1050, 461656.7604 3364412.4260, "
               "461657.9324 3364745.0077, 461465.7401 3364745.6867, 461464.5621 3364413.1050))",
               path);
    const struct th_reversal_input input = {
        .file = path, .crs = "EPSG:4549", .on = "2022-07-01", .cause = "fire"};
    struct th_json *reply = burnt_preview(market, &input, TH_OK);
    // A straight line in metres is none in degrees: a few centimetres over 300 m.
    assert_close(th_json_get_real(item(reply, "affected_parcels", 0), "area_m2", 0), 10653.18, 1);
    th_json_free(reply);
}

// Two rectangles that overlap by a quarter of the parcel, together the western three quarters; the
// reader's program takes them as two rows.
static void preview__counts_overlapping_shapes_once(void **state)
{
    struct market *market = *state;
    char path[TH_TEST_PATH_SIZE];
    burnt_file(market, "火.geojson",
               "{\"type\":\"FeatureCollection\",\"features\":["
               "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"Polygon\","
               "\"coordinates\":[[[119.599,30.399],[119.601,30.399],[119.601,30.402],"
               "[119.599,30.402],[119.599,30.399]]]}},"
               "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"Polygon\","
               "\"coordinates\":[[[119.6005,30.399],[119.6015,30.399],[119.6015,30.402],"
               "[119.6005,30.402],[119.6005,30.399]]]}}]}",
               path);
    const struct th_reversal_input input = {.file = path, .on = "2021-07-01", .cause = "storm"};
    struct th_json *reply = burnt_preview(market, &input, TH_OK);
    assert_kg(burnt_vintage_kg(reply, 0), 45375); // three quarters of 60,500
    assert_close(th_json_get_real(item(reply, "affected_parcels", 0), "share_percent", 0), 75,
                 0.005);
    th_json_free(reply);
}

static void approval__cancels_buffer_and_leaves_a_debt(void **state)
{
    struct market *market = *state;
    char path[TH_TEST_PATH_SIZE];
    const struct th_reversal_input input = {.file = burnt_wkt(market, "火.wkt", WEST, HALF, path),
                                            .on = "2022-07-01",
                                            .cause = "fire",
                                            .note = "山火",
                                            .document = market->document};
    struct th_json *reply = burnt_propose(market, &input, TH_OK);
    assert_int_equal(th_json_get_int(reply, "tonnes", 0), 62);
    assert_int_equal(th_json_size(th_json_get(th_json_get(reply, "effect"), "units")), 2);
    int64_t trade_id = market_id(reply);
    assert_int_equal(units_t(market, MARKET_MAJIANONG, TH_BLOCK_BUFFER), 20);
    assert_null(burnt_approve(market, trade_id, "officer", TH_NOT_PERMITTED));
    market_refused(market, "second_person");
    assert_null(burnt_approve(market, trade_id, "bank", TH_NOT_PERMITTED));
    market_refused(market, "officers_decide");
    assert_null(market_reject(market, trade_id, TH_NOT_PERMITTED));
    market_refused(market, "officers_decide");
    reply = burnt_approve(market, trade_id, "officer_2", TH_OK);
    // The last ten serials of each vintage.
    assert_int_equal(th_json_get_int(item(reply, "buffer", 0), "first", 0), 91);
    assert_int_equal(th_json_get_int(item(reply, "buffer", 0), "last", 0), 100);
    assert_int_equal(th_json_get_int(item(reply, "buffer", 1), "first", 0), 92);
    assert_int_equal(th_json_get_int(item(reply, "buffer", 1), "last", 0), 101);
    assert_int_equal(burnt_int(reply, "open_t"), 42);
    th_json_free(reply);
    assert_int_equal(units_t(market, MARKET_MAJIANONG, TH_BLOCK_BUFFER), 0);
    assert_int_equal(units_t(market, MARKET_MAJIANONG, TH_BLOCK_CANCELLED), 20);
    assert_int_equal(units_t(market, MARKET_MAJIANONG, TH_BLOCK_HELD), 181);
    assert_ok(th_account_show(market->world.registry, "1", NULL, TH_LANG_EN, &reply, &market->err),
              &market->err);
    assert_int_equal(th_json_get_int(reply, "reversal_owed_t", 0), 42);
    th_json_free(reply);
    assert_ok(th_inbox(market->world.registry, "officer", &reply, &market->err), &market->err);
    assert_string_equal(th_json_get_text(item(reply, "items", 0), "what", ""), "reversal.fill");
    assert_int_equal(th_json_get_int(item(reply, "items", 0), "tonnes", 0), 42);
    assert_string_equal(th_json_get_text(item(reply, "items", 0), "command", ""),
                        "tanhui trade propose cancellation --for-reversal 1 --debtor 1 --holder 1 "
                        "--tonnes 42 --reason TEXT");
    th_json_free(reply);
    th_test_assert_sound(market->world.registry);
}

static void assert_fill(struct market *market, const char *login, const char *command)
{
    struct th_json *reply = NULL;
    assert_ok(th_inbox(market->world.registry, login, &reply, &market->err), &market->err);
    assert_int_equal(th_json_size(th_json_get(reply, "items")), 1);
    assert_string_equal(th_json_get_text(item(reply, "items", 0), "command", ""), command);
    th_json_free(reply);
}

static enum th_status make_good(struct market *market, const char *login, const char *tonnes,
                                int64_t *ret_trade_id)
{
    const struct th_request request = {.login = login};
    const struct th_cancellation_input input = {
        .holder = "1", .tonnes = tonnes, .reason = "补足", .reversal = "1", .debtor = "1"};
    struct th_json *reply = NULL;
    enum th_status status = th_trade_propose_cancellation(market->world.registry, &request, &input,
                                                          &reply, &market->err);
    *ret_trade_id = status == TH_OK ? market_id(reply) : 0;
    return status;
}

// What an inbox offers for a debt is what its reader may do, with units that are there.
static void debt__is_filled_by_an_officer_for_who_has_no_login(void **state)
{
    struct market *market = *state;
    char path[TH_TEST_PATH_SIZE];
    const struct th_request admin = {.login = "admin"};
    const struct th_reversal_input input = {.file = burnt_wkt(market, "火.wkt", WEST, HALF, path),
                                            .on = "2022-07-01",
                                            .cause = "fire",
                                            .document = market->document};
    struct th_json *reply = NULL;
    int64_t trade_id = market_id(burnt_propose(market, &input, TH_OK));
    th_json_free(burnt_approve(market, trade_id, "officer_2", TH_OK));
    // 181 t are held; all but 11 go away.
    const struct th_unit_transfer_input gone = {.from = "1", .to = "造纸厂", .tonnes = "170"};
    const struct th_request officer = {.login = "officer"};
    assert_ok(
        th_trade_propose_transfer(market->world.registry, &officer, &gone, &reply, &market->err),
        &market->err);
    th_json_free(burnt_approve(market, market_id(reply), "officer_2", TH_OK));
    assert_fill(market, "officer",
                "tanhui trade propose cancellation --for-reversal 1 --debtor 1 --holder 1 "
                "--tonnes 11 --reason TEXT");
    assert_ok(make_good(market, "officer", "11", &trade_id), &market->err);
    th_json_free(burnt_approve(market, trade_id, "officer_2", TH_OK));
    assert_fill(market, "officer", "tanhui trade show 1"); // 31 t are owed, none is held
    const struct th_unit_transfer_input back = {.from = "造纸厂", .to = "1", .tonnes = "170"};
    reply = NULL;
    assert_ok(
        th_trade_propose_transfer(market->world.registry, &officer, &back, &reply, &market->err),
        &market->err);
    th_json_free(burnt_approve(market, market_id(reply), "officer_2", TH_OK));
    reply = NULL;
    assert_ok(th_user_add(market->world.registry, &admin, "village", "bank", NULL, "1", &reply,
                          &market->err),
              &market->err);
    th_json_free(reply);
    assert_fill(market, "officer", "tanhui trade show 1");
    assert_int_equal(make_good(market, "officer", "31", &trade_id), TH_NOT_PERMITTED);
    market_refused(market, "officer_stands_in");
    assert_fill(market, "village",
                "tanhui trade propose cancellation --for-reversal 1 --debtor 1 --holder 1 "
                "--tonnes 31 --reason TEXT");
    assert_ok(make_good(market, "village", "31", &trade_id), &market->err);
}

// The same again acts once, its document and all; another drawing in a file of the same name is
// something else.
static void proposal__under_a_key_stands_for_drawing_and_document(void **state)
{
    struct market *market = *state;
    char path[TH_TEST_PATH_SIZE];
    const struct th_request officer = {.login = "officer", .idempotency_key = "fire-1"};
    const struct th_reversal_input input = {.file = burnt_wkt(market, "火.wkt", WEST, HALF, path),
                                            .on = "2022-07-01",
                                            .cause = "fire",
                                            .document = market->document};
    struct th_registry *registry = market->world.registry;
    struct th_json *reply = NULL;
    assert_ok(th_trade_propose_reversal(registry, &officer, &input, &reply, &market->err),
              &market->err);
    th_json_free(reply);
    assert_ok(th_trade_propose_reversal(registry, &officer, &input, &reply, &market->err),
              &market->err);
    assert_true(th_json_get_bool(reply, "replayed", false));
    th_json_free(reply);
    burnt_wkt(market, "火.wkt", WEST, EAST, path);
    assert_status(th_trade_propose_reversal(registry, &officer, &input, &reply, &market->err),
                  TH_CONFLICT, &market->err);
    market_refused(market, "idempotency_other_input");
    assert_int_equal(th_test_sql_int(market->world.store, "SELECT count(*) FROM trade"), 1);
}

static void buyers_keep_their_units(void **state)
{
    struct market *market = *state;
    market_bought(market, "1", "40");
    market_sold(market, "制药厂", "150", "70");
    burnt_done(market, WEST, EAST, NULL);
    assert_int_equal(units_t(market, MARKET_PHARMA, TH_BLOCK_HELD), 150);
    assert_int_equal(units_t(market, MARKET_BANK, TH_BLOCK_HELD), 31);
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    assert_ok(th_reversal_list(market->world.registry, true, &reply, &market->err), &market->err);
    assert_int_equal(th_json_get_int(item(reply, "reversals", 0), "open_t", 0), 201 - 20);
    th_json_free(reply);
    // Who has them is told.
    int64_t sold_t = 0;
    int64_t trade_id = th_test_sql_int(market->world.store, "SELECT max(trade_id) FROM trade");
    th_test_path(path, market->world.folder, "火.geojson");
    assert_ok(th_reversal_show(market->world.registry, trade_id, path, &reply, &market->err),
              &market->err);
    const struct th_json *serials = th_json_get(reply, "affected_serials");
    for (size_t i = 0; i < th_json_size(serials); i++) {
        const struct th_json *serial = th_json_at(serials, i);
        bool theirs = th_json_get_int(serial, "owner", 0) == MARKET_PHARMA;
        sold_t += theirs ? th_json_get_int(serial, "tonnes", 0) : 0;
    }
    // The tonne that both parcels share is told for each.
    assert_in_range(sold_t, 150, 152);
    assert_string_equal(th_json_get_text(reply, "file", ""), path);
    th_json_free(reply);
}

static void reversal__takes_no_ground_twice(void **state)
{
    struct market *market = *state;
    char path[TH_TEST_PATH_SIZE];
    burnt_done(market, WEST, HALF, NULL);
    struct th_reversal_input input = {
        .file = burnt_wkt(market, "二.wkt", WEST, HALF, path), .on = "2022-08-01", .cause = "fire"};
    assert_null(burnt_preview(market, &input, TH_DATA_PROBLEM));
    market_refused(market, "reversal_nothing");
    // All of the first parcel: the eastern half is left.
    burnt_wkt(market, "二.wkt", WEST, MIDDLE, path);
    struct th_json *reply = burnt_propose(market, &input, TH_OK);
    assert_int_equal(burnt_vintage_kg(reply, 0) + th_test_sql_int(market->world.store,
                                                                  "SELECT lost_kg FROM "
                                                                  "reversal_loss LIMIT 1"),
                     60500);
    th_json_free(burnt_approve(market, market_id(reply), "officer_2", TH_OK));
    assert_int_equal(th_test_sql_int(market->world.store,
                                     "SELECT sum(lost_kg) FROM reversal_loss JOIN "
                                     "reversal_parcel USING (trade_id, ordinal)"),
                     2 * 60500);
}

// 40 per cent first, then all that was left there: 24,200 and 36,300 of 60,500 kg.
static void reversal__of_a_part_leaves_the_rest_to_a_later_one(void **state)
{
    struct market *market = *state;
    char path[TH_TEST_PATH_SIZE];
    burnt_done(market, WEST, MIDDLE, "40");
    int64_t first_kg = th_test_sql_int(market->world.store,
                                       "SELECT lost_kg FROM reversal_loss ORDER BY issuance_id");
    assert_kg(first_kg, 24200);
    struct th_reversal_input input = {.file = burnt_wkt(market, "二.wkt", WEST, MIDDLE, path),
                                      .on = "2022-08-01",
                                      .cause = "pest",
                                      .loss = "50"};
    // Half of the 60 per cent that still stand.
    struct th_json *reply = burnt_preview(market, &input, TH_OK);
    assert_kg(burnt_vintage_kg(reply, 0), 18150);
    th_json_free(reply);
    input.loss = NULL;
    reply = burnt_preview(market, &input, TH_OK);
    assert_int_equal(burnt_vintage_kg(reply, 0), 60500 - first_kg);
    th_json_free(reply);
    burnt_done(market, WEST, MIDDLE, NULL);
    assert_null(burnt_preview(market, &input, TH_DATA_PROBLEM));
}

static void approval__of_what_another_overtook_is_refused(void **state)
{
    struct market *market = *state;
    char path[TH_TEST_PATH_SIZE];
    const struct th_reversal_input input = {
        .file = burnt_wkt(market, "火.wkt", WEST, HALF, path), .on = "2022-07-01", .cause = "fire"};
    int64_t first = market_id(burnt_propose(market, &input, TH_OK));
    int64_t second = market_id(burnt_propose(market, &input, TH_OK));
    // Other ground of the same vintages is nothing to it.
    burnt_wkt(market, "火.wkt", MIDDLE + 0.001, EAST, path);
    int64_t elsewhere = market_id(burnt_propose(market, &input, TH_OK));
    th_json_free(burnt_approve(market, second, "officer_2", TH_OK));
    assert_null(burnt_approve(market, first, "officer_2", TH_CONFLICT));
    market_refused(market, "reversal_overtaken");
    th_json_free(burnt_approve(market, elsewhere, "officer_2", TH_OK));
    const struct th_request officer = {.login = "officer"};
    struct th_json *reply = NULL;
    assert_ok(
        th_trade_reject(market->world.registry, &officer, first, "重复", &reply, &market->err),
        &market->err);
    assert_null(th_json_get(reply, "buffer"));
    th_json_free(reply);
}

// 20 t each of two packages of the village, on the places 2 and 3, and 30 t of another village.
static void add_more(struct market *market)
{
    static const struct burnt_year YEARS[] = {{2021, {100000, 0}, 0, 20}};
    static const struct burnt_year OTHERS[] = {{2021, {100000, 0}, 0, 30}};
    const struct burnt_package second = {"二号", MARKET_MAJIANONG, 2, 1, YEARS, 1};
    const struct burnt_package third = {"邻村", MARKET_GAOJIATANG, 3, 1, OTHERS, 1};
    assert_int_equal(burnt_package(market, &second), 2);
    assert_int_equal(burnt_package(market, &third), 3);
}

// 62 t are lost of package 1: its own 20, then the holder's other 20.
static void buffer__is_the_packages_then_the_holders(void **state)
{
    struct market *market = *state;
    add_more(market);
    int64_t trade_id = burnt_done(market, WEST, HALF, NULL);
    assert_int_equal(units_t(market, MARKET_MAJIANONG, TH_BLOCK_CANCELLED), 40);
    assert_int_equal(units_t(market, MARKET_GAOJIATANG, TH_BLOCK_BUFFER), 30);
    struct th_units open;
    assert_ok(th_reversal_owed(market->world.store, MARKET_MAJIANONG, &open, &market->err),
              &market->err);
    assert_int_equal(th_units_t(open), 22);
    assert_true(trade_id > 0);
}

static void buffer__is_common_where_the_county_says_so(void **state)
{
    struct market *market = *state;
    char path[TH_TEST_PATH_SIZE];
    add_more(market);
    const struct th_request officer = {.login = "officer"};
    const struct th_rule_set_options rule = {
        .name = "deal_buffer", .value = "county", .reason = "共用"};
    struct th_json *reply = NULL;
    assert_ok(th_rule_set(market->world.registry, &officer, &rule, &reply, &market->err),
              &market->err);
    th_json_free(reply);
    // What happened before the rule is no matter of it.
    struct th_reversal_input input = {
        .file = burnt_wkt(market, "火.wkt", WEST, HALF, path), .on = "2022-07-01", .cause = "fire"};
    reply = burnt_preview(market, &input, TH_OK);
    assert_int_equal(burnt_int(reply, "owed_t"), 22);
    th_json_free(reply);
    input.on = NULL;
    int64_t trade_id = market_id(burnt_propose(market, &input, TH_OK));
    th_json_free(burnt_approve(market, trade_id, "officer_2", TH_OK));
    assert_int_equal(units_t(market, MARKET_GAOJIATANG, TH_BLOCK_BUFFER), 8);
    assert_int_equal(units_t(market, MARKET_GAOJIATANG, TH_BLOCK_CANCELLED), 22);
    struct th_units open;
    assert_ok(th_reversal_owed(market->world.store, 0, &open, &market->err), &market->err);
    assert_int_equal(th_units_t(open), 0);
}

static struct th_json *fill(struct market *market, const char *holder, const char *tonnes,
                            int64_t reversal_id, const char *debtor, enum th_status want)
{
    char id[24];
    snprintf(id, sizeof(id), "%lld", (long long)reversal_id);
    const struct th_request request = {.login = "bank"};
    const struct th_cancellation_input input = {.holder = holder,
                                                .tonnes = tonnes,
                                                .reason = "补逆转所欠",
                                                .reversal = id,
                                                .debtor = debtor};
    struct th_json *reply = NULL;
    assert_status(th_trade_propose_cancellation(market->world.registry, &request, &input, &reply,
                                                &market->err),
                  want, &market->err);
    return reply;
}

// Both villages lose: 201 t less 20 and 100 t less 30 are owed.
static void debt__is_made_good_by_cancellations(void **state)
{
    struct market *market = *state;
    static const struct burnt_year YEARS[] = {{2021, {100000, 0}, 0, 30}};
    const struct burnt_package neighbour = {"邻村", MARKET_GAOJIATANG, 2, 1, YEARS, 1};
    const int64_t tonnes_t[] = {500};
    burnt_package(market, &neighbour);
    market_package(market, "别处", MARKET_PHARMA, MARKET_VILLAGE_3, NULL, tonnes_t, 1, 0);
    int64_t id = burnt_done(market, WEST, 119.607, NULL);
    assert_null(fill(market, "制药厂", "10", id, NULL, TH_USAGE));
    market_refused(market, "reversal_debtor");
    assert_null(fill(market, "高家堂村", "71", id, NULL, TH_CONFLICT));
    market_refused(market, "reversal_filled");
    assert_null(fill(market, "制药厂", "71", id, "高家堂村", TH_CONFLICT));
    market_refused(market, "reversal_filled");
    assert_null(fill(market, "制药厂", "1", id + 1000, NULL, TH_CONFLICT));
    market_refused(market, "reversal_not_owed");
    int64_t first = market_id(fill(market, "高家堂村", "60", id, NULL, TH_OK));
    // What is proposed counts.
    assert_null(fill(market, "制药厂", "11", id, "高家堂村", TH_CONFLICT));
    market_refused(market, "reversal_filled");
    assert_string_equal(th_error_arg_get(&market->err, "open"), "10");
    struct th_json *reply = market_approve(market, first, TH_OK);
    assert_int_equal(th_json_get_int(reply, "reversal_id", 0), id);
    th_json_free(reply);
    th_json_free(
        market_approve(market, market_id(fill(market, "制药厂", "10", id, "2", TH_OK)), TH_OK));
    th_json_free(
        market_approve(market, market_id(fill(market, "制药厂", "181", id, NULL, TH_OK)), TH_OK));
    assert_null(fill(market, "制药厂", "1", id, NULL, TH_CONFLICT));
    market_refused(market, "reversal_not_owed");
    assert_ok(th_reversal_list(market->world.registry, true, &reply, &market->err), &market->err);
    assert_int_equal(th_json_size(th_json_get(reply, "reversals")), 0);
    th_json_free(reply);
    th_test_assert_sound(market->world.registry);
}

static void check__sees_ground_that_was_changed(void **state)
{
    struct market *market = *state;
    struct th_error problem = {0};
    burnt_done(market, WEST, HALF, NULL);
    market_sql(market, "DROP TRIGGER reversal_ground_no_update; UPDATE reversal_ground SET geom = "
                       "(SELECT geom FROM parcel_version WHERE parcel_id = 2)");
    market->err = problem;
    struct th_reversal_extent extent;
    assert_ok(th_reversal_extent_load(market->world.store, 1, &extent, &market->err), &market->err);
    struct th_hash hash =
        th_hash_bytes(TH_HASH_BLAKE2B, extent.parcels[0].wkb, extent.parcels[0].wkb_size);
    assert_memory_not_equal(&hash, &extent.parcels[0].ground, sizeof(hash));
    th_reversal_extent_clear(&extent);
}

// 300 of 1,000 lost 40 per cent before, 100 all of it; 600 are fresh: of 600 + 180 a half is lost.
static void count__takes_what_still_stands(void **state)
{
    (void)state;
    struct th_error err;
    const struct th_extent_past past[] = {{th_area_from_m2_300(100), 10000},
                                          {th_area_from_m2_300(300), 4000}};
    struct th_area counted;
    assert_ok(th_extent_count(th_area_from_m2_300(1000), past, 2, 5000, &counted, &err), &err);
    assert_int_equal(th_area_m2_300(counted), 390);
    assert_ok(th_extent_count(th_area_from_m2_300(7), past, 0, 3333, &counted, &err), &err);
    assert_int_equal(th_area_m2_300(counted), 3); // 2.3331
}

static void lost__is_rounded_up_and_never_more_than_is_left(void **state)
{
    (void)state;
    struct th_error err;
    struct th_carbon lost;
    assert_ok(th_extent_lost(th_carbon_from_kg(1000), th_carbon_from_kg(0), th_area_from_m2_300(1),
                             th_area_from_m2_300(3), &lost, &err),
              &err);
    assert_int_equal(th_carbon_kg(lost), 334);
    assert_ok(th_extent_lost(th_carbon_from_kg(1000), th_carbon_from_kg(800),
                             th_area_from_m2_300(1), th_area_from_m2_300(3), &lost, &err),
              &err);
    assert_int_equal(th_carbon_kg(lost), 200);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, burnt_setup, market_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(preview__of_half_a_parcel),
        TEST(preview__takes_vintages_up_to_the_year_of_the_event),
        TEST(preview__is_refused_without_sense),
        TEST(preview__reads_other_systems),
        TEST(preview__counts_overlapping_shapes_once),
        TEST(approval__cancels_buffer_and_leaves_a_debt),
        TEST(debt__is_filled_by_an_officer_for_who_has_no_login),
        TEST(proposal__under_a_key_stands_for_drawing_and_document),
        TEST(buyers_keep_their_units),
        TEST(reversal__takes_no_ground_twice),
        TEST(reversal__of_a_part_leaves_the_rest_to_a_later_one),
        TEST(approval__of_what_another_overtook_is_refused),
        TEST(buffer__is_the_packages_then_the_holders),
        TEST(buffer__is_common_where_the_county_says_so),
        TEST(debt__is_made_good_by_cancellations),
        cmocka_unit_test_setup_teardown(check__sees_ground_that_was_changed, burnt_setup,
                                        market_discard),
        cmocka_unit_test(count__takes_what_still_stands),
        cmocka_unit_test(lost__is_rounded_up_and_never_more_than_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
