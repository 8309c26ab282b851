// Retirement (注销): units end, on behalf of a named beneficiary. Final once approved.
#include <stdlib.h>
#include <string.h>

#include "core/codes.h"
#include "core/text.h"
#include "registry/reference.h"
#include "trading/deal/deal.h"
#include "trading/spot/spot.h"
#include "trading/spot/spot_internal.h"

// The code by which a party is known: its USCC, or that of its township, subdistrict or village.
static const char *own_code(const struct th_party *party)
{
    bool village = strcmp(party->kind, "village") == 0;
    return party->uscc[0] != '\0'       ? party->uscc
           : party->division[0] != '\0' ? party->division
           : village                    ? party->village
                                        : "";
}

// Fills beneficiary and USCC from a party, or from a plain name with its code.
// A registered code belongs to who is registered under it: no certificate gives it to another name.
static enum th_status check_code(struct th_store *store, const char *name, const char *uscc,
                                 struct th_error *err)
{
    struct th_party owner;
    size_t n = 0;
    enum th_status status = th_party_find(store, uscc, &owner, 1, &n, err);
    if (status == TH_OK && n > 0 && strcmp(owner.name, name) != 0) {
        status = th_error_set(err, TH_CONFLICT, "beneficiary_code_taken", "beneficiary", name,
                              "uscc", uscc, "party", owner.name, NULL);
    }
    return status;
}

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
    enum th_status status = uscc ? check_code(store, input->beneficiary, uscc, err) : TH_OK;
    if (status != TH_OK) {
        return status;
    }
    status = TH_NOT_FOUND;
    // A name that comes with its code stands for itself, whether or not it is registered.
    if (uscc == NULL) {
        status = th_party_resolve(store, input->beneficiary, &party, err);
    }
    if (uscc == NULL && status != TH_OK && status != TH_NOT_FOUND) {
        return status;
    }
    const char *name = status == TH_OK ? party.name : input->beneficiary;
    if (status == TH_OK) {
        uscc = own_code(&party);
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
    enum th_status status = th_note_parse("note", input->note, trade->note, err);
    if (status != TH_OK) {
        return status;
    }
    for (size_t i = 0; i < sizeof(PURPOSES) / sizeof(PURPOSES[0]); i++) {
        if (th_text_equals(input->purpose, PURPOSES[i])) {
            th_text_copy(trade->purpose, sizeof(trade->purpose), PURPOSES[i]);
            return TH_OK;
        }
    }
    return th_error_set(err, TH_INVALID, "purpose_invalid", "purpose", input->purpose, NULL);
}

static enum th_status prepare(const void *given, struct th_registry *registry, struct th_work *work,
                              struct th_deal *deal, struct th_error *err)
{
    const struct th_retirement_input *input = given;
    struct th_store *store = th_work_store(work);
    struct th_trade *trade = &deal->trade;
    struct th_party holder = {0};
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
    return th_deal_pick_held(store, deal, &filter, trade->tonnes, err);
}

static enum th_status approve(struct th_posting *posting, const struct th_decision *decision,
                              struct th_error *err)
{
    const struct th_unit_place retired = {.state = TH_BLOCK_RETIRED};
    return th_decision_send(posting, decision, &retired, err);
}

// A bank retires for its customers, who have no logins, what it sold them, for themselves alone.
static enum th_status serves(struct th_store *store, const struct th_trade *trade, int64_t party_id,
                             bool *ret_fair, struct th_error *err)
{
    struct th_party holder;
    struct th_units left;
    enum th_status status = th_party_load(store, trade->seller_id, &holder, err);
    if (status == TH_OK) {
        status = th_trade_served(store, party_id, trade->seller_id, &left, err);
    }
    if (status == TH_OK) {
        *ret_fair = strcmp(trade->beneficiary, holder.name) == 0 &&
                    strcmp(trade->beneficiary_uscc, own_code(&holder)) == 0 &&
                    th_units_compare(trade->tonnes, left) <= 0;
    }
    return status;
}

const struct th_deal_kind th_deal_retirement = {.name = "retirement",
                                                .propose = TH_MAY_PROPOSE,
                                                .pool_use = TH_POOL_USE_USED,
                                                .without_giver = serves,
                                                .by_other = TH_WAIT_BRIEFLY,
                                                .prepare = prepare,
                                                .approve = approve};

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
    return th_deal_propose(registry, request, &th_deal_retirement, input_json(input), input,
                           ret_reply, err);
}
