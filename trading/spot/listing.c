// Listing: units are locked and offered at a price until somebody takes them or the holder takes
// them back.
#include "trading/spot/listing.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/reference.h"
#include "store/deal/pledge_store.h"
#include "trading/deal/stock.h"
#include "trading/deal/trade.h"
#include "trading/spot/spot_internal.h"

enum th_status th_listing_open(struct th_store *store, struct th_date today, int64_t trade_id,
                               struct th_trade *ret_trade, struct th_lock *ret_lock,
                               struct th_error *err)
{
    struct th_listing listing;
    char day[TH_DATE_TEXT_SIZE];
    (void)th_date_format(today, day);
    enum th_status status = th_listing_load(store, trade_id, &listing, err);
    if (status == TH_OK) {
        status = th_trade_load(store, trade_id, ret_trade, err);
    }
    if (status == TH_OK) {
        status = th_lock_of_trade(store, trade_id, ret_lock, err);
    }
    if (status != TH_OK) {
        return status;
    }
    bool approved = strcmp(ret_trade->state, "approved") == 0;
    bool over = ret_lock->expires_on[0] != '\0' && strcmp(ret_lock->expires_on, day) < 0;
    if (approved && !over) {
        return TH_OK;
    }
    (void)th_error_set(err, TH_CONFLICT, "listing_not_open", NULL);
    th_error_add_word(err, "state", "value.state", ret_trade->state);
    th_error_add_int(err, "listing", trade_id);
    return TH_CONFLICT;
}

static enum th_status set_terms(struct th_registry *registry, const struct th_listing_input *input,
                                struct th_deal *deal, struct th_error *err)
{
    struct th_units least = th_units_from_t(1);
    char until[TH_ON_SIZE] = "";
    char today[TH_ON_SIZE];
    enum th_status status = input->least ? th_tonnes_parse(input->least, &least, err) : TH_OK;
    if (status == TH_OK && th_units_compare(least, deal->trade.tonnes) > 0) {
        status = th_error_set(err, TH_INVALID, "listing_least_large", NULL);
    }
    if (status == TH_OK) {
        status = th_on_parse(registry, NULL, today, err);
    }
    if (status == TH_OK && input->until) {
        status = th_on_parse(registry, input->until, until, err);
        if (status == TH_OK && strcmp(until, today) < 0) {
            status = th_error_set(err, TH_INVALID, "listing_until", "until", until, NULL);
        }
    }
    if (status == TH_OK) {
        deal->terms = th_json_object();
        th_json_set_units(deal->terms, "min_t", least);
        if (until[0] != '\0') {
            th_json_set_text(deal->terms, "until_on", until);
        }
    }
    return status;
}

static enum th_status prepare(const void *given, struct th_registry *registry, struct th_work *work,
                              struct th_deal *deal, struct th_error *err)
{
    const struct th_listing_input *input = given;
    struct th_store *store = th_work_store(work);
    struct th_trade *trade = &deal->trade;
    struct th_party holder = {0};
    struct th_package_record package = {.package_id = 0};
    trade->has_price = true;
    enum th_status status = th_deal_day_parse(registry, input->on, trade->on_date, err);
    if (status == TH_OK) {
        status = th_tonnes_parse(input->tonnes, &trade->tonnes, err);
    }
    if (status == TH_OK) {
        status = th_money_parse(input->price, &trade->price_per_t, err);
    }
    if (status == TH_OK) {
        status = th_trade_set_tax(trade, input->tax, err); // of nothing yet: the rate
    }
    if (status == TH_OK) {
        status = th_party_resolve(store, input->holder, &holder, err);
    }
    if (status == TH_OK && input->package) {
        status = th_package_resolve(store, input->package, &package, err);
    }
    trade->seller_id = holder.party_id;
    if (status == TH_OK) {
        status = th_check_own_trade(work, trade, err);
    }
    if (status == TH_OK) {
        status = set_terms(registry, input, deal, err);
    }
    return status == TH_OK ? th_stock_take(store, deal, &holder, package.package_id, err) : status;
}

static enum th_status hold_until(struct th_store *store, const struct th_trade *trade,
                                 char ret_on[TH_ON_SIZE], struct th_error *err)
{
    struct th_listing listing;
    enum th_status status = th_listing_load(store, trade->trade_id, &listing, err);
    if (status == TH_OK) {
        th_text_copy(ret_on, TH_ON_SIZE, listing.until_on);
    }
    return status;
}

static enum th_status open_days(struct th_store *store, const struct th_trade *trade,
                                char ret_from[TH_ON_SIZE], char ret_until[TH_ON_SIZE],
                                struct th_error *err)
{
    th_text_copy(ret_from, TH_ON_SIZE, trade->on_date);
    return hold_until(store, trade, ret_until, err);
}

static enum th_status show(struct th_store *store, const struct th_trade *trade,
                           struct th_json *reply, struct th_error *err)
{
    struct th_listing listing = {0};
    struct th_lock lock = {0};
    struct th_json *object = th_json_object();
    enum th_status status = th_listing_load(store, trade->trade_id, &listing, err);
    if (status == TH_OK) {
        status = th_lock_of_trade(store, trade->trade_id, &lock, err);
    }
    th_json_set_units(object, "least_t", listing.least);
    th_json_set_word(object, "until", listing.until_on);
    th_json_set_units(object, "left_t", th_lock_left(&lock));
    th_json_set(reply, "listing", object);
    return status;
}

const struct th_deal_kind th_deal_listing = {.name = "listing",
                                             .propose = TH_MAY_PROPOSE,
                                             .pool_use = TH_POOL_USE_SOLD,
                                             .one_term = true,
                                             .keeps_lock = true,
                                             .terms = "listing",
                                             .prepare = prepare,
                                             .hold_until = hold_until,
                                             .open_days = open_days,
                                             .show = show};

enum th_status th_trade_propose_listing(struct th_registry *registry,
                                        const struct th_request *request,
                                        const struct th_listing_input *input,
                                        struct th_json **ret_reply, struct th_error *err)
{
    if (!input->price) {
        return th_error_set(err, TH_USAGE, "price_missing", NULL);
    }
    struct th_json *given = th_json_object();
    th_json_set_text(given, "holder", input->holder);
    th_json_set_text(given, "tonnes", input->tonnes);
    th_json_set_text(given, "price", input->price);
    th_json_set_text(given, "tax", input->tax);
    th_json_set_text(given, "package", input->package);
    th_json_set_text(given, "least", input->least);
    th_json_set_text(given, "until", input->until);
    th_json_set_text(given, "on", input->on);
    return th_deal_propose(registry, request, &th_deal_listing, given, input, ret_reply, err);
}

// Of what others took nothing comes back.
static enum th_status check_something_left(struct th_store *store, const struct th_trade *trade,
                                           struct th_error *err)
{
    const char *standing = "";
    enum th_status status = th_trade_standing(store, trade, false, &standing, err);
    if (status == TH_OK && strcmp(standing, "completed") == 0) {
        status = th_error_set(err, TH_CONFLICT, "listing_all_taken", NULL);
        th_error_add_int(err, "listing", trade->trade_id);
    }
    return status;
}

// The lock's last day becomes yesterday, so that nobody accepts any more, and units that a rejected
// acceptance gives back later are released with all that is over.
static enum th_status withdraw(struct th_work *work, int64_t trade_id, struct th_json *body,
                               struct th_json **ret_reply, struct th_error *err)
{
    struct th_posting *posting = th_work_posting(work);
    struct th_trade trade;
    struct th_lock lock;
    struct th_units released = {0};
    char yesterday[TH_DATE_TEXT_SIZE];
    struct th_date today = th_work_today(work);
    enum th_status status =
        th_listing_open(th_work_store(work), today, trade_id, &trade, &lock, err);
    if (status == TH_OK) {
        status = th_check_own_trade(work, &trade, err);
    }
    if (status == TH_OK) {
        status =
            th_deal_check_proposer(th_work_store(work), th_work_actor(work), &trade, NULL, 0, err);
    }
    if (status == TH_OK) {
        status = check_something_left(th_work_store(work), &trade, err);
    }
    if (status == TH_OK) {
        status = th_deal_release_rest(posting, &trade, &released, err);
    }
    if (status == TH_OK) {
        status = th_lock_hold_until(posting, lock.lock_id,
                                    th_date_format(th_date_before(today), yesterday), err);
    }
    th_json_set_units(body, "released_t", released);
    if (status == TH_OK) {
        status = th_trade_reply(th_work_store(work), trade_id, ret_reply, err);
    }
    if (status == TH_OK) {
        th_json_set_units(*ret_reply, "released_t", released);
    }
    return status;
}

enum th_status th_listing_withdraw(struct th_registry *registry, const struct th_request *request,
                                   int64_t trade_id, struct th_json **ret_reply,
                                   struct th_error *err)
{
    struct th_json *given = th_json_object();
    th_json_set_int(given, "trade", trade_id);
    struct th_work *work = NULL;
    enum th_status status = th_work_begin(registry, request, TH_MAY_PROPOSE, "listing.withdraw",
                                          given, &work, ret_reply, err);
    th_json_free(given);
    if (status != TH_OK || work == NULL) {
        return status;
    }
    struct th_json *body = th_json_object();
    struct th_json *reply = NULL;
    char subject[TH_SUBJECT_SIZE];
    status = withdraw(work, trade_id, body, &reply, err);
    return th_work_end(work, status, th_subject("trade", trade_id, subject), body, reply, ret_reply,
                       err);
}
