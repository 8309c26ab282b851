// Transfer: units change hands without money, accepted by who gets them.
#include <string.h>

#include "core/text.h"
#include "registry/reference.h"
#include "trading/deal/stock.h"
#include "trading/spot/spot.h"
#include "trading/spot/spot_internal.h"

static enum th_status resolve_parties(struct th_work *work,
                                      const struct th_unit_transfer_input *input,
                                      struct th_trade *trade, struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    struct th_party from = {0};
    struct th_party to = {0};
    enum th_status status = th_party_resolve(store, input->from, &from, err);
    if (status == TH_OK) {
        status = th_party_resolve(store, input->to, &to, err);
    }
    if (status == TH_OK && from.party_id == to.party_id) {
        status = th_error_set(err, TH_INVALID, "same_party", "party", to.name, NULL);
    }
    if (status == TH_OK) {
        status = th_check_may_hold(&to, err);
    }
    if (status == TH_OK) {
        trade->seller_id = from.party_id;
        trade->buyer_id = to.party_id;
        status = th_check_own_trade(work, trade, err);
    }
    return status;
}

static enum th_status prepare(const void *given, struct th_registry *registry, struct th_work *work,
                              struct th_deal *deal, struct th_error *err)
{
    const struct th_unit_transfer_input *input = given;
    struct th_store *store = th_work_store(work);
    struct th_trade *trade = &deal->trade;
    struct th_package_record package = {.package_id = 0};
    th_text_copy(trade->tax_rate, sizeof(trade->tax_rate), "0");
    enum th_status status = th_deal_day_parse(registry, input->on, trade->on_date, err);
    if (status == TH_OK) {
        status = th_tonnes_parse(input->tonnes, &trade->tonnes, err);
    }
    if (status == TH_OK) {
        status = th_note_parse("note", input->note, trade->note, err);
    }
    if (status == TH_OK) {
        status = resolve_parties(work, input, trade, err);
    }
    if (status == TH_OK && input->package) {
        status = th_package_resolve(store, input->package, &package, err);
    }
    const struct th_held_filter filter = {.owner_id = trade->seller_id,
                                          .package_id = package.package_id};
    return status == TH_OK ? th_deal_pick_held(store, deal, &filter, trade->tonnes, err) : status;
}

const struct th_deal_kind th_deal_transfer = {.name = "transfer",
                                              .propose = TH_MAY_PROPOSE,
                                              .pool_use = TH_POOL_USE_USED,
                                              .other_side = true,
                                              .by_other = TH_WAIT_UNLOCKED,
                                              .prepare = prepare,
                                              .approve = th_stock_hand_over};

enum th_status th_trade_propose_transfer(struct th_registry *registry,
                                         const struct th_request *request,
                                         const struct th_unit_transfer_input *input,
                                         struct th_json **ret_reply, struct th_error *err)
{
    struct th_json *given = th_json_object();
    th_json_set_text(given, "from", input->from);
    th_json_set_text(given, "to", input->to);
    th_json_set_text(given, "tonnes", input->tonnes);
    th_json_set_text(given, "package", input->package);
    th_json_set_text(given, "note", input->note);
    th_json_set_text(given, "on", input->on);
    return th_deal_propose(registry, request, &th_deal_transfer, given, input, ret_reply, err);
}
