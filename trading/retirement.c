// Retirement (注销): units end, on behalf of a named beneficiary. Final once approved.
#include <stdlib.h>
#include <string.h>

#include "core/codes.h"
#include "core/text.h"
#include "registry/reference.h"
#include "trading/trade.h"
#include "trading/trading_internal.h"

// Fills beneficiary and USCC from a party, or from a plain name with its code.
static enum th_status set_beneficiary(struct th_store *store,
                                      const struct th_retirement_input *input,
                                      struct th_trade *trade, struct th_error *err)
{
    if (input->beneficiary == NULL || input->beneficiary[0] == '\0') {
        return th_error_set(err, TH_USAGE, "beneficiary_missing", NULL);
    }
    const char *uscc = input->beneficiary_uscc;
    if (uscc != NULL && !th_uscc_valid(uscc)) {
        return th_error_set(err, TH_INVALID, "uscc_invalid", "uscc", uscc, NULL);
    }
    struct th_party party = {0};
    enum th_status status = TH_NOT_FOUND;
    // A name that comes with its code stands for itself, whether or not it is registered.
    if (uscc == NULL) {
        status = th_party_resolve(store, input->beneficiary, &party, err);
    }
    if (uscc == NULL && status != TH_OK && status != TH_NOT_FOUND) {
        return status;
    }
    const char *name = status == TH_OK ? party.name : input->beneficiary;
    if (status == TH_OK) {
        uscc = party.uscc;
    }
    bool person = status == TH_OK &&
                  (strcmp(party.kind, "person") == 0 || strcmp(party.kind, "household") == 0);
    if ((uscc == NULL || uscc[0] == '\0') && !person) {
        return th_error_set(err, TH_INVALID, "beneficiary_incomplete", "beneficiary", name, NULL);
    }
    if (strlen(name) >= sizeof(trade->beneficiary)) {
        return th_error_set(err, TH_INVALID, "text_too_long", "field", "beneficiary", NULL);
    }
    th_text_copy(trade->beneficiary, sizeof(trade->beneficiary), name);
    th_text_copy(trade->beneficiary_uscc, sizeof(trade->beneficiary_uscc),
                 uscc != NULL ? uscc : "");
    return TH_OK;
}

static enum th_status set_purpose(const struct th_retirement_input *input, struct th_trade *trade,
                                  struct th_error *err)
{
    static const char *const PURPOSES[] = {"offset", "product", "event", "donation"};
    const char *note = input->note != NULL ? input->note : "";
    if (strlen(note) >= sizeof(trade->note)) {
        return th_error_set(err, TH_INVALID, "text_too_long", "field", "note", NULL);
    }
    th_text_copy(trade->note, sizeof(trade->note), note);
    for (size_t i = 0; i < sizeof(PURPOSES) / sizeof(PURPOSES[0]); i++) {
        if (th_text_equals(input->purpose, PURPOSES[i])) {
            th_text_copy(trade->purpose, sizeof(trade->purpose), PURPOSES[i]);
            return TH_OK;
        }
    }
    return th_error_set(err, TH_INVALID, "purpose_invalid", "purpose", input->purpose, NULL);
}

// One line for each package and pool, in the order in which the blocks come.
static enum th_status make_lines(struct th_store *store, struct th_deal *deal,
                                 const struct th_block_list *blocks, struct th_error *err)
{
    int64_t left_t = th_units_t(deal->trade.tonnes);
    struct th_issuance_record issuance = {0};
    enum th_status status = TH_OK;
    deal->lines = calloc(blocks->n, sizeof(*deal->lines));
    if (deal->lines == NULL) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < blocks->n && left_t > 0; i++) {
        const struct th_block *block = &blocks->items[i];
        if (issuance.issuance_id != block->issuance_id) {
            status = th_issuance_load(store, block->issuance_id, &issuance, err);
        }
        if (status != TH_OK) {
            return status;
        }
        int64_t block_t = th_units_t(th_block_units(block));
        int64_t take_t = block_t < left_t ? block_t : left_t;
        size_t at = deal->n_lines;
        for (size_t k = deal->n_lines; k > 0 && at == deal->n_lines; k--) {
            if (deal->lines[k - 1].package_id == issuance.package_id &&
                deal->lines[k - 1].pool_id == block->pool_id) {
                at = k - 1;
            }
        }
        if (at == deal->n_lines) {
            deal->lines[deal->n_lines++] = (struct th_trade_line){.package_id = issuance.package_id,
                                                                  .pool_id = block->pool_id,
                                                                  .seller_id = block->owner_id};
        }
        status = th_units_add(deal->lines[at].tonnes, th_units_from_t(take_t),
                              &deal->lines[at].tonnes, err);
        left_t -= take_t;
    }
    return status;
}

static enum th_status prepare(void *context, struct th_registry *registry, struct th_work *work,
                              struct th_deal *deal, struct th_error *err)
{
    const struct th_retirement_input *const *given = context;
    const struct th_retirement_input *input = *given;
    struct th_store *store = th_work_store(work);
    struct th_trade *trade = &deal->trade;
    struct th_party holder = {0};
    struct th_block_list blocks = {0};
    struct th_units found = {0};
    th_text_copy(trade->kind, sizeof(trade->kind), "retirement");
    th_text_copy(trade->tax_rate, sizeof(trade->tax_rate), "0");
    enum th_status status = th_deal_day_parse(registry, input->on, trade->on_date, err);
    if (status == TH_OK) {
        status = th_tonnes_parse(input->tonnes, &trade->tonnes, err);
    }
    if (status == TH_OK) {
        status = set_purpose(input, trade, err);
    }
    if (status == TH_OK) {
        status = set_beneficiary(store, input, trade, err);
    }
    if (status == TH_OK) {
        status = th_party_resolve(store, input->holder, &holder, err);
    }
    if (status == TH_OK) {
        status = th_check_may_hold(&holder, err);
    }
    if (status != TH_OK) {
        return status;
    }
    trade->seller_id = holder.party_id;
    status = th_check_own_trade(work, trade, err);
    if (status != TH_OK) {
        return status;
    }
    const struct th_held_filter filter = {.owner_id = holder.party_id};
    status = th_ledger_held(store, &filter, trade->tonnes, &blocks, &found, err);
    if (status == TH_OK && th_units_compare(found, trade->tonnes) < 0) {
        status = th_not_enough(err, th_units_t(found), th_units_t(trade->tonnes));
    }
    if (status == TH_OK) {
        status = make_lines(store, deal, &blocks, err);
    }
    th_block_list_clear(&blocks);
    return status;
}

static struct th_json *input_json(const struct th_retirement_input *input)
{
    struct th_json *object = th_json_object();
    th_json_set_text(object, "holder", input->holder);
    th_json_set_text(object, "tonnes", input->tonnes);
    th_json_set_text(object, "beneficiary", input->beneficiary);
    th_json_set_text(object, "beneficiary_uscc", input->beneficiary_uscc);
    th_json_set_text(object, "purpose", input->purpose);
    th_json_set_text(object, "note", input->note);
    th_json_set_text(object, "on", input->on);
    return object;
}

enum th_status th_trade_propose_retirement(struct th_registry *registry,
                                           const struct th_request *request,
                                           const struct th_retirement_input *input,
                                           struct th_json **ret_reply, struct th_error *err)
{
    return th_deal_propose(registry, request, input_json(input), prepare, &input, ret_reply, err);
}
