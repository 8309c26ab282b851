// Resale: units leave the bank's pools for a buyer who owes their price.
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/reference.h"
#include "trading/deal/deal.h"
#include "trading/deal/schedule.h"
#include "trading/deal/stock.h"
#include "trading/spot/spot.h"
#include "trading/spot/spot_internal.h"

struct resale {
    struct th_deal *deal;
    struct th_party seller;
    struct th_party buyer;
    struct th_stock_wish wish;
    int64_t *parcel_ids; // behind the wish
};

static enum th_status check_parties(struct th_work *work, const struct resale *resale,
                                    struct th_error *err)
{
    if (strcmp(resale->seller.kind, "bank") != 0) {
        return th_error_set(err, TH_INVALID, "seller_not_bank", "party", resale->seller.name,
                            "kind", resale->seller.kind, NULL);
    }
    if (resale->seller.party_id == resale->buyer.party_id) {
        return th_error_set(err, TH_INVALID, "same_party", "party", resale->buyer.name, NULL);
    }
    enum th_status status = th_check_may_hold(&resale->buyer, err);
    return status == TH_OK ? th_check_own_bank(work, &resale->seller, err) : status;
}

// The vintage and the parcels that the buyer wants, if any.
static enum th_status read_choice(struct resale *resale, const struct th_resale_input *input,
                                  struct th_error *err)
{
    enum { FIRST_YEAR = 1990, LAST_YEAR = 2200 };
    int64_t vintage = 0;
    if (input->vintage && !th_text_parse_int(input->vintage, FIRST_YEAR, LAST_YEAR, &vintage)) {
        return th_error_set(err, TH_INVALID, "vintage_invalid", "vintage", input->vintage, NULL);
    }
    resale->wish.vintage = (int)vintage;
    if (input->n_parcels == 0) {
        return TH_OK;
    }
    resale->parcel_ids = calloc(input->n_parcels, sizeof(*resale->parcel_ids));
    if (!resale->parcel_ids) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < input->n_parcels; i++) {
        if (!th_text_parse_int(input->parcels[i], 1, INT64_MAX, &resale->parcel_ids[i])) {
            return th_error_set(err, TH_INVALID, "parcel_invalid", "parcel", input->parcels[i],
                                NULL);
        }
        for (size_t k = 0; k < i; k++) {
            if (resale->parcel_ids[k] == resale->parcel_ids[i]) {
                return th_error_set(err, TH_INVALID, "parcel_twice", "parcel", input->parcels[i],
                                    NULL);
            }
        }
    }
    resale->wish.parcel_ids = resale->parcel_ids;
    resale->wish.n_parcels = input->n_parcels;
    return TH_OK;
}

static enum th_status fill(struct resale *resale, const struct th_resale_input *input,
                           struct th_registry *registry, struct th_work *work, struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    struct th_trade *trade = &resale->deal->trade;
    struct th_package_record package;
    enum th_status status = th_deal_day_parse(registry, input->on, trade->on_date, err);
    if (status == TH_OK) {
        status = th_tonnes_parse(input->tonnes, &trade->tonnes, err);
    }
    if (status == TH_OK) {
        status = th_party_resolve(store, input->from, &resale->seller, err);
    }
    if (status == TH_OK) {
        status = th_party_resolve(store, input->to, &resale->buyer, err);
    }
    if (status == TH_OK) {
        status = check_parties(work, resale, err);
    }
    if (status == TH_OK && input->package != NULL) {
        status = th_package_resolve(store, input->package, &package, err);
        if (status == TH_OK) {
            resale->wish.package_id = package.package_id;
        }
    }
    if (status == TH_OK) {
        status = read_choice(resale, input, err);
    }
    if (status != TH_OK) {
        return status;
    }
    trade->seller_id = resale->seller.party_id;
    trade->buyer_id = resale->buyer.party_id;
    resale->wish.owner_id = trade->seller_id;
    resale->wish.tonnes = trade->tonnes;
    status = th_stock_draw(store, resale->deal, &resale->wish, err);
    if (status == TH_OK) {
        status = th_deal_set_money(resale->deal, input->price, input->amount, input->tax, err);
    }
    return status == TH_OK ? th_schedule_read(resale->deal, input->pay, input->n_pay, err) : status;
}

static enum th_status prepare(const void *input, struct th_registry *registry, struct th_work *work,
                              struct th_deal *deal, struct th_error *err)
{
    struct resale resale = {.deal = deal};
    enum th_status status = fill(&resale, input, registry, work, err);
    free(resale.parcel_ids);
    return status;
}

static enum th_status approve(struct th_posting *posting, const struct th_decision *decision,
                              struct th_error *err)
{
    enum th_status status = th_stock_hand_over(posting, decision, err);
    return status == TH_OK ? th_decision_claim(posting, decision, "money.resale", err) : status;
}

const struct th_deal_kind th_deal_resale = {.name = "resale",
                                            .propose = TH_MAY_PROPOSE,
                                            .pool_use = TH_POOL_USE_SOLD,
                                            .shared = true,
                                            .one_term = true,
                                            .terms = "trade_schedule",
                                            .prepare = prepare,
                                            .approve = approve,
                                            .show = th_schedule_show};

static struct th_json *input_json(const struct th_resale_input *input)
{
    struct th_json *object = th_json_object();
    th_json_set_text(object, "from", input->from);
    th_json_set_text(object, "to", input->to);
    th_json_set_text(object, "tonnes", input->tonnes);
    th_json_set_text(object, "price", input->price);
    th_json_set_text(object, "amount", input->amount);
    th_json_set_text(object, "tax", input->tax);
    th_json_set_text(object, "package", input->package);
    th_json_set_text(object, "vintage", input->vintage);
    struct th_json *parcels = th_json_array();
    for (size_t i = 0; i < input->n_parcels; i++) {
        th_json_append_text(parcels, input->parcels[i]);
    }
    th_json_set(object, "parcels", parcels);
    th_json_set_text(object, "on", input->on);
    struct th_json *pay = th_json_array();
    for (size_t i = 0; i < input->n_pay; i++) {
        th_json_append_text(pay, input->pay[i]);
    }
    th_json_set(object, "pay", pay);
    return object;
}

enum th_status th_trade_propose_resale(struct th_registry *registry,
                                       const struct th_request *request,
                                       const struct th_resale_input *input,
                                       struct th_json **ret_reply, struct th_error *err)
{
    enum th_status status = th_deal_check_price(input->price, input->amount, err);
    return status == TH_OK
               ? (input->at_once ? th_deal_at_once : th_deal_propose)(
                     registry, request, &th_deal_resale, input_json(input), input, ret_reply, err)
               : status;
}
