// Cancellation: units end without anybody claiming them, for a reason that stands in the books.
#include <string.h>

#include "core/text.h"
#include "registry/reference.h"
#include "trading/deal/deal.h"
#include "trading/spot/spot.h"
#include "trading/spot/spot_internal.h"

static enum th_status prepare(const void *given, struct th_registry *registry, struct th_work *work,
                              struct th_deal *deal, struct th_error *err)
{
    const struct th_cancellation_input *input = given;
    struct th_store *store = th_work_store(work);
    struct th_trade *trade = &deal->trade;
    struct th_package_record package = {.package_id = 0};
    struct th_party holder = {0};
    th_text_copy(trade->tax_rate, sizeof(trade->tax_rate), "0");
    enum th_status status = th_deal_day_parse(registry, input->on, trade->on_date, err);
    if (status == TH_OK) {
        status = th_tonnes_parse(input->tonnes, &trade->tonnes, err);
    }
    if (status == TH_OK) {
        status = th_note_parse("reason", input->reason, trade->note, err);
    }
    if (status == TH_OK && trade->note[0] == '\0') {
        status = th_error_set(err, TH_USAGE, "cancellation_reason", NULL);
    }
    if (status == TH_OK) {
        status = th_party_resolve(store, input->holder, &holder, err);
    }
    if (status == TH_OK) {
        trade->seller_id = holder.party_id;
        status = th_check_own_trade(work, trade, err);
    }
    if (status == TH_OK && input->package) {
        status = th_package_resolve(store, input->package, &package, err);
    }
    const struct th_held_filter filter = {.owner_id = trade->seller_id,
                                          .package_id = package.package_id};
    return status == TH_OK ? th_deal_pick_held(store, deal, &filter, trade->tonnes, err) : status;
}

static enum th_status approve(struct th_posting *posting, const struct th_decision *decision,
                              struct th_error *err)
{
    const struct th_unit_place cancelled = {.state = TH_BLOCK_CANCELLED};
    return th_decision_send(posting, decision, &cancelled, err);
}

const struct th_deal_kind th_deal_cancellation = {.name = "cancellation",
                                                  .propose = TH_MAY_PROPOSE,
                                                  .pool_use = TH_POOL_USE_USED,
                                                  .prepare = prepare,
                                                  .approve = approve};

enum th_status th_trade_propose_cancellation(struct th_registry *registry,
                                             const struct th_request *request,
                                             const struct th_cancellation_input *input,
                                             struct th_json **ret_reply, struct th_error *err)
{
    struct th_json *given = th_json_object();
    th_json_set_text(given, "holder", input->holder);
    th_json_set_text(given, "tonnes", input->tonnes);
    th_json_set_text(given, "package", input->package);
    th_json_set_text(given, "reason", input->reason);
    th_json_set_text(given, "on", input->on);
    return th_deal_propose(registry, request, &th_deal_cancellation, given, input, ret_reply, err);
}
