// Cancellation: units end without anybody claiming them, for a reason that stands in the books.
#include <string.h>

#include "core/text.h"
#include "registry/reference.h"
#include "store/deal/reversal_store.h"
#include "trading/deal/deal.h"
#include "trading/spot/spot.h"
#include "trading/spot/spot_internal.h"

// The debt that a cancellation makes good, among those of one reversal.
struct search {
    int64_t party_id; // 0: not said whose
    int64_t holder_id;
    size_t n_open;
    struct th_reversal_debt found;
};

static int64_t open_t(const struct th_reversal_debt *debt)
{
    return th_units_t(debt->owed) - th_units_t(debt->filled);
}

static bool look_at_debt(void *context, const struct th_reversal_debt *debt)
{
    struct search *search = context;
    if (open_t(debt) == 0) {
        return true;
    }
    bool own = search->party_id == 0 && debt->party_id == search->holder_id;
    search->n_open = own ? 1 : search->n_open + 1;
    search->found = *debt;
    return !own;
}

// Too many fill what is owed? What others have proposed counts, what is decided here does not.
static enum th_status check_open(const struct th_reversal_debt *debt, int64_t others_t,
                                 struct th_units tonnes, struct th_error *err)
{
    int64_t left_t = open_t(debt) - others_t;
    if (th_units_t(tonnes) <= left_t) {
        return TH_OK;
    }
    (void)th_error_set(err, TH_CONFLICT, "reversal_filled", NULL);
    th_error_add_int(err, "open", left_t);
    th_error_add_int(err, "wanted", th_units_t(tonnes));
    return TH_CONFLICT;
}

static enum th_status find_debt(struct th_store *store, const struct th_cancellation_input *input,
                                struct th_deal *deal, struct th_error *err)
{
    struct th_party debtor = {0};
    struct search search = {.holder_id = deal->trade.seller_id};
    int64_t reversal_id = 0;
    if (!th_text_parse_int(input->reversal, 1, INT64_MAX, &reversal_id)) {
        return th_error_set(err, TH_USAGE, "usage_number", "option", "for-reversal", "value",
                            input->reversal, NULL);
    }
    enum th_status status =
        input->debtor ? th_party_resolve(store, input->debtor, &debtor, err) : TH_OK;
    search.party_id = debtor.party_id;
    if (status == TH_OK) {
        status =
            th_reversal_debt_each(store, reversal_id, search.party_id, look_at_debt, &search, err);
    }
    if (status == TH_OK && search.n_open == 0) {
        status = th_error_set(err, TH_CONFLICT, "reversal_not_owed", NULL);
        th_error_add_int(err, "trade", reversal_id);
    } else if (status == TH_OK && search.n_open > 1) {
        status = th_error_set(err, TH_USAGE, "reversal_debtor", NULL);
    }
    if (status == TH_OK) {
        status =
            check_open(&search.found, th_units_t(search.found.deciding), deal->trade.tonnes, err);
    }
    if (status != TH_OK) {
        return status;
    }
    struct th_json *row = th_json_object();
    th_json_set_int(row, "reversal_id", reversal_id);
    th_json_set_int(row, "party_id", search.found.party_id);
    th_json_append(deal->terms, row);
    return TH_OK;
}

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
    deal->terms = th_json_array();
    if (status == TH_OK && input->reversal) {
        status = find_debt(store, input, deal, err);
    }
    const struct th_held_filter filter = {.owner_id = trade->seller_id,
                                          .package_id = package.package_id};
    return status == TH_OK ? th_deal_pick_held(store, deal, &filter, trade->tonnes, err) : status;
}

static bool take_debt(void *context, const struct th_reversal_debt *debt)
{
    *(struct th_reversal_debt *)context = *debt;
    return true;
}

static enum th_status check(struct th_store *store, const struct th_decision *decision,
                            struct th_error *err)
{
    int64_t reversal_id = 0;
    int64_t party_id = 0;
    struct th_reversal_debt debt = {.trade_id = 0};
    enum th_status status =
        th_reversal_fill_load(store, decision->trade.trade_id, &reversal_id, &party_id, err);
    if (status != TH_OK || reversal_id == 0) {
        return status;
    }
    status = th_reversal_debt_each(store, reversal_id, party_id, take_debt, &debt, err);
    return status == TH_OK ? check_open(&debt, 0, decision->trade.tonnes, err) : status;
}

static enum th_status show(struct th_store *store, const struct th_trade *trade,
                           struct th_json *reply, struct th_error *err)
{
    int64_t reversal_id = 0;
    int64_t party_id = 0;
    enum th_status status =
        th_reversal_fill_load(store, trade->trade_id, &reversal_id, &party_id, err);
    if (status != TH_OK || reversal_id == 0) {
        return status;
    }
    th_json_set_int(reply, "reversal_id", reversal_id);
    return th_json_set_party(store, reply, "debtor", party_id, err);
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
                                                  .terms = "reversal_fill",
                                                  .prepare = prepare,
                                                  .check = check,
                                                  .approve = approve,
                                                  .show = show};

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
    th_json_set_text(given, "reversal", input->reversal);
    th_json_set_text(given, "debtor", input->debtor);
    th_json_set_text(given, "on", input->on);
    return th_deal_propose(registry, request, &th_deal_cancellation, given, input, ret_reply, err);
}
